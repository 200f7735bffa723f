//! C functions with `...`: [`variadic!`] makes an entry that puts the argument registers into memory, builds the machine's
//! `va_list` over them and calls a Rust function with a `&mut VaList` behind the fixed parameters.
//!
//! Stable Rust cannot define such functions itself. The layouts are those of the System V ABI for x86-64 (section 3.5.7) and of the
//! Procedure Call Standard for the Arm 64-bit Architecture (appendix B). A `va_list` that C passes arrives as a pointer on both.

/// `va_list`.
#[cfg(target_arch = "x86_64")]
#[repr(C)]
#[derive(Clone)]
pub struct VaList {
    gp_offset: u32,
    fp_offset: u32,
    overflow: *mut u8,
    saved: *mut u8,
}

/// `va_list`.
#[cfg(target_arch = "aarch64")]
#[repr(C)]
#[derive(Clone)]
pub struct VaList {
    stack: *mut u8,
    general_top: *mut u8,
    vector_top: *mut u8,
    general_offset: i32,
    vector_offset: i32,
}

/// What C passes through `...`: after promotion, at least an `int`.
///
/// # Safety
/// The type is at most eight bytes and passed in a general register, or in a vector register if `IS_FLOAT`.
pub unsafe trait VaArg: Copy {
    const IS_FLOAT: bool = false;
}

macro_rules! general_arguments {
    ($($type:ty)*) => { $(
        // SAFETY: an integer of at most eight bytes.
        unsafe impl VaArg for $type {}
    )* };
}

general_arguments!(i32 u32 i64 u64 isize usize);

// SAFETY: a double.
unsafe impl VaArg for f64 {
    const IS_FLOAT: bool = true;
}
// SAFETY: a pointer.
unsafe impl<T> VaArg for *mut T {}
// SAFETY: a pointer.
unsafe impl<T> VaArg for *const T {}
// SAFETY: a pointer, NULL allowed.
unsafe impl<T> VaArg for Option<&T> {}
// SAFETY: a function pointer.
unsafe impl<R, A> VaArg for unsafe extern "C" fn(A) -> R {}
// SAFETY: a function pointer.
unsafe impl<R, A, B> VaArg for unsafe extern "C" fn(A, B) -> R {}

impl VaList {
    /// `va_arg`: the next argument.
    ///
    /// # Safety
    /// The caller of the C function passed one more argument, of this type.
    #[inline]
    pub unsafe fn arg<T: VaArg>(&mut self) -> T {
        // SAFETY: the place of the next argument, which is a `T`.
        unsafe { self.next(T::IS_FLOAT).cast::<T>().read() }
    }

    #[cfg(target_arch = "x86_64")]
    #[inline]
    fn next(&mut self, float: bool) -> *mut u8 {
        let (offset, end, step) =
            if float { (&mut self.fp_offset, 176, 16) } else { (&mut self.gp_offset, 48, 8) };
        if *offset < end {
            let place = self.saved.wrapping_add(*offset as usize);
            *offset += step;
            return place;
        }
        let place = self.overflow;
        self.overflow = place.wrapping_add(8);
        place
    }

    #[cfg(target_arch = "aarch64")]
    #[inline]
    fn next(&mut self, float: bool) -> *mut u8 {
        let (offset, top, step) = if float {
            (&mut self.vector_offset, self.vector_top, 16)
        } else {
            (&mut self.general_offset, self.general_top, 8)
        };
        if *offset < 0 {
            let place = top.wrapping_offset(*offset as isize);
            *offset += step;
            return place;
        }
        let place = self.stack;
        self.stack = place.wrapping_add(8);
        place
    }
}

/// `variadic!(Name, function, N)`: exports `Name(fixed1 … fixedN, ...)`, which calls `unsafe extern "C" fn function(fixed1 … fixedN, &mut
/// VaList)`. The frame holds the saved registers (176 bytes) and the `va_list` (24 bytes), and is kept a multiple of 16.
#[cfg(target_arch = "x86_64")]
#[macro_export]
macro_rules! variadic {
    ($name:ident, $function:path, 1) => { $crate::variadic!(@ $name, $function, 8, "rsi"); };
    ($name:ident, $function:path, 2) => { $crate::variadic!(@ $name, $function, 16, "rdx"); };
    ($name:ident, $function:path, 3) => { $crate::variadic!(@ $name, $function, 24, "rcx"); };
    ($name:ident, $function:path, 4) => { $crate::variadic!(@ $name, $function, 32, "r8"); };
    ($name:ident, $function:path, 5) => { $crate::variadic!(@ $name, $function, 40, "r9"); };
    // The seventh parameter of the Rust function goes onto the stack.
    ($name:ident, $function:path, 6) => {
        #[unsafe(no_mangle)]
        #[unsafe(naked)]
        pub unsafe extern "C" fn $name() {
            ::core::arch::naked_asm!(
                ".cfi_startproc", "sub rsp, 232", ".cfi_adjust_cfa_offset 232",
                "test al, al", "je 2f",
                "movaps [rsp+64], xmm0", "movaps [rsp+80], xmm1", "movaps [rsp+96], xmm2", "movaps [rsp+112], xmm3",
                "movaps [rsp+128], xmm4", "movaps [rsp+144], xmm5", "movaps [rsp+160], xmm6", "movaps [rsp+176], xmm7",
                "2:",
                "mov dword ptr [rsp+192], 48", "mov dword ptr [rsp+196], 48",
                "lea rax, [rsp+240]", "mov [rsp+200], rax", "lea rax, [rsp+16]", "mov [rsp+208], rax",
                "lea rax, [rsp+192]", "mov [rsp], rax",
                "call {function}", "add rsp, 232", ".cfi_adjust_cfa_offset -232", "ret", ".cfi_endproc",
                function = sym $function,
            )
        }
    };
    (@ $name:ident, $function:path, $used:literal, $register:literal) => {
        #[unsafe(no_mangle)]
        #[unsafe(naked)]
        pub unsafe extern "C" fn $name() {
            ::core::arch::naked_asm!(
                ".cfi_startproc", "sub rsp, 216", ".cfi_adjust_cfa_offset 216",
                "mov [rsp], rdi", "mov [rsp+8], rsi", "mov [rsp+16], rdx",
                "mov [rsp+24], rcx", "mov [rsp+32], r8", "mov [rsp+40], r9",
                "test al, al", "je 2f",
                "movaps [rsp+48], xmm0", "movaps [rsp+64], xmm1", "movaps [rsp+80], xmm2", "movaps [rsp+96], xmm3",
                "movaps [rsp+112], xmm4", "movaps [rsp+128], xmm5", "movaps [rsp+144], xmm6", "movaps [rsp+160], xmm7",
                "2:",
                "mov dword ptr [rsp+176], {used}", "mov dword ptr [rsp+180], 48",
                "lea rax, [rsp+224]", "mov [rsp+184], rax", "mov [rsp+192], rsp",
                concat!("lea ", $register, ", [rsp+176]"),
                "call {function}", "add rsp, 216", ".cfi_adjust_cfa_offset -216", "ret", ".cfi_endproc",
                used = const $used, function = sym $function,
            )
        }
    };
}

/// See the form for x86-64. The frame holds the frame record, the `va_list` (32 bytes at 16) and the saved registers (192 bytes at 48).
#[cfg(target_arch = "aarch64")]
#[macro_export]
macro_rules! variadic {
    ($name:ident, $function:path, $fixed:literal) => {
        #[unsafe(no_mangle)]
        #[unsafe(naked)]
        pub unsafe extern "C" fn $name() {
            ::core::arch::naked_asm!(
                ".cfi_startproc", "stp x29, x30, [sp, #-240]!",
                ".cfi_adjust_cfa_offset 240", ".cfi_offset x29, -240", ".cfi_offset x30, -232", "mov x29, sp",
                "stp x0, x1, [sp, #48]", "stp x2, x3, [sp, #64]", "stp x4, x5, [sp, #80]", "stp x6, x7, [sp, #96]",
                "stp q0, q1, [sp, #112]", "stp q2, q3, [sp, #144]", "stp q4, q5, [sp, #176]", "stp q6, q7, [sp, #208]",
                "add x9, sp, #240", "str x9, [sp, #16]", "str x9, [sp, #32]", "add x9, sp, #112", "str x9, [sp, #24]",
                "mov w9, #{general}", "neg w9, w9", "str w9, [sp, #40]", "mov w9, #-128", "str w9, [sp, #44]",
                concat!("add x", $fixed, ", sp, #16"),
                "bl {function}", "ldp x29, x30, [sp], #240",
                ".cfi_adjust_cfa_offset -240", ".cfi_restore x29", ".cfi_restore x30", "ret", ".cfi_endproc",
                general = const (8 * (8 - $fixed)), function = sym $function,
            )
        }
    };
}
