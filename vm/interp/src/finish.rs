//! The ends of leaf handlers that drop what an instruction used up.
//!
//! A handler that calls nothing needs no registers saved and is a handful of machine instructions. Dropping may free, and freeing
//! calls; so a handler only counts down, and when an object has died it goes on with one of the handlers here, which free it and
//! then go on with the next instruction. What has died travels in the argument, and for a second object in the free place at `sp`.

use crate::eval::{FramePtr, Pc, Sp, Table, ThreadPtr, next};
use objects::Object;
use objects::object::dealloc;

/// Frees the dead object in `arg`; `pc` is where to go on.
#[inline(never)]
pub unsafe extern "C" fn one(
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    table: *const Table,
) -> *mut Object {
    // SAFETY: the count of the object in `arg` has reached zero; `pc` is in the frame's code.
    unsafe {
        (*frame).instr_ptr.set(pc.sub(1));
        dealloc(arg as *mut Object);
        next!(pc, sp, frame, ts, table)
    }
}

/// Drops the object that `arg` owns, and then the one at `sp`.
#[inline(never)]
pub unsafe extern "C" fn two(
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    table: *const Table,
) -> *mut Object {
    // SAFETY: both references are owned and given up; `pc` is in the frame's code.
    unsafe {
        (*frame).instr_ptr.set(pc.sub(1));
        let second = *sp;
        Object::decref(arg as *mut Object);
        Object::decref(second);
        next!(pc, sp, frame, ts, table)
    }
}

/// Drops an owned reference and goes on at `$pc`.
macro_rules! drop_one {
    ($object:expr, $pc:expr, $sp:expr, $frame:expr, $ts:expr, $table:expr) => {{
        let object = $object;
        if objects::Object::release(object) {
            return $crate::finish::one($pc, $sp, $frame, $ts, object as usize, $table);
        }
        $crate::eval::next!($pc, $sp, $frame, $ts, $table)
    }};
}
pub(crate) use drop_one;

/// Drops two owned references, the second of which is at `$sp`, and goes on at `$pc`.
macro_rules! drop_two {
    ($first:expr, $second:expr, $pc:expr, $sp:expr, $frame:expr, $ts:expr, $table:expr) => {{
        let (first, second, sp) = ($first, $second, $sp);
        debug_assert!(second == *sp);
        // Both live on in the common case: seen before either is counted down.
        if (*first).is_unique() || (*second).is_unique() || first == second {
            return $crate::finish::two($pc, sp, $frame, $ts, first as usize, $table);
        }
        let _ = objects::Object::release(first);
        let _ = objects::Object::release(second);
        $crate::eval::next!($pc, sp, $frame, $ts, $table)
    }};
}
pub(crate) use drop_two;
