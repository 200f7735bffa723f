//! Code that profilers copy, once for each function, so that each has a native frame of its own: it calls who evaluates the frame.

use core::arch::naked_asm;

/// `PyObject *(PyThreadState *, _PyInterpreterFrame *, int, evaluator)`: calls the evaluator with the other three. It works wherever it is
/// copied to, and ends at `_Py_trampoline_func_end`.
#[cfg(target_arch = "x86_64")]
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn _Py_trampoline_func_start() {
    naked_asm!(
        "push rbp",
        "mov rbp, rsp",
        "call rcx",
        "pop rbp",
        "ret",
        ".globl _Py_trampoline_func_end",
        "_Py_trampoline_func_end:",
    )
}

/// As on x86-64.
#[cfg(target_arch = "aarch64")]
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn _Py_trampoline_func_start() {
    naked_asm!(
        "stp x29, x30, [sp, #-16]!",
        "mov x29, sp",
        "blr x3",
        "ldp x29, x30, [sp], #16",
        "ret",
        ".globl _Py_trampoline_func_end",
        "_Py_trampoline_func_end:",
    )
}
