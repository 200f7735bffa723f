//! `pycore_intrinsics.h`: what `CALL_INTRINSIC_1` and `CALL_INTRINSIC_2` do, by their arguments.

use bytecode::opcodes::intrinsic;
use core::ffi::c_char;
use interp::intrinsics;
use objects::state::ThreadState;
use objects::{Instance, Object, Ref, Result, interpreter_frame, raise};

type Unary = unsafe extern "C" fn(&ThreadState, &Object) -> Result<Ref>;
type Binary = unsafe extern "C" fn(&ThreadState, &Object, &Object) -> Result<Ref>;

/// A function and its name.
#[repr(C)]
pub struct Row<F> {
    func: F,
    name: *const c_char,
}

// SAFETY: never written to.
unsafe impl<F> Sync for Row<F> {}

fn run_unary(number: u32, value: &Object) -> Result<Ref> {
    let frame = interpreter_frame::current().ok_or_else(raise::bad_internal_call)?;
    intrinsics::unary(frame, number, value.to_ref())
}

unsafe extern "C" fn no_unary(_ts: &ThreadState, _value: &Object) -> Result<Ref> {
    Err(raise!(SystemError, "invalid intrinsic function"))
}

unsafe extern "C" fn no_binary(_ts: &ThreadState, _first: &Object, _second: &Object) -> Result<Ref> {
    Err(raise!(SystemError, "invalid intrinsic function"))
}

macro_rules! unary {
    ($($number:literal)*) => { [
        Row { func: no_unary as Unary, name: intrinsic::UNARY_C_NAMES[0].as_ptr() },
        $(Row {
            func: {
                unsafe extern "C" fn function(_ts: &ThreadState, value: &Object) -> Result<Ref> {
                    run_unary($number, value)
                }
                function as Unary
            },
            name: intrinsic::UNARY_C_NAMES[$number].as_ptr(),
        },)*
    ] };
}

macro_rules! binary {
    ($($number:literal)*) => { [
        Row { func: no_binary as Binary, name: intrinsic::BINARY_C_NAMES[0].as_ptr() },
        $(Row {
            func: {
                unsafe extern "C" fn function(_ts: &ThreadState, first: &Object, second: &Object) -> Result<Ref> {
                    intrinsics::binary($number, first.to_ref(), second.to_ref())
                }
                function as Binary
            },
            name: intrinsic::BINARY_C_NAMES[$number].as_ptr(),
        },)*
    ] };
}

#[unsafe(no_mangle)]
pub static _PyIntrinsics_UnaryFunctions: [Row<Unary>; intrinsic::UNARY.len()] =
    unary!(1 2 3 4 5 6 7 8 9 10 11);

#[unsafe(no_mangle)]
pub static _PyIntrinsics_BinaryFunctions: [Row<Binary>; intrinsic::BINARY.len()] = binary!(1 2 3 4 5);
