//! Pushing the frame of a Python function from a handler that must not call anything.

use crate::eval::{FramePtr, Pc, Sp, ThreadPtr};
use crate::frame_hook;
use bytecode::code::flags::{OPTIMIZED, VARARGS, VARKEYWORDS};
use core::ptr::{self, NonNull};
use objects::Ref;
use objects::interpreter_frame::InterpreterFrame;
use objects::types::code::Code;
use objects::types::function::Function;

/// Whether a call with `count` positional arguments puts each into a parameter of its own and there is nothing else to do.
pub fn takes_exactly(code: &Code, count: usize) -> bool {
    takes_only_positional(code) && code.co_argcount.get() as usize == count
}

/// Whether all parameters are positional ones with names of their own (`SIMPLE_FUNCTION`).
pub fn takes_only_positional(code: &Code) -> bool {
    code.co_kwonlyargcount.get() == 0 && !code.has_flag(VARARGS | VARKEYWORDS) && code.has_flag(OPTIMIZED)
}

/// The place of the next frame on the data stack; NULL when the chunk is full, recursion has come to its end or a frame hook is set, which
/// the general way sees to.
#[inline(always)]
pub unsafe fn room(ts: ThreadPtr, code: &Code) -> *mut InterpreterFrame {
    // SAFETY: the running thread's state; top and limit are in one chunk while a frame runs.
    unsafe {
        let top = (*ts).datastack_top.get();
        let words = code.co_framesize.get() as usize;
        let left = ((*ts).datastack_limit.get() as usize).wrapping_sub(top as usize) / 8;
        let general = left <= words || (*ts).py_recursion_remaining.get() <= 0 || frame_hook::is_set();
        if general { ptr::null_mut() } else { top.cast() }
    }
}

/// Fills the frame at a place that [`room`] gave. The fast locals from `bound` on become NULL, those before it are the caller's to
/// fill. `function` is owned and given away.
#[inline(always)]
pub unsafe fn start(frame: *mut InterpreterFrame, function: *mut Function, bound: usize) {
    // SAFETY: there is room for the function's code.
    unsafe { InterpreterFrame::init(frame, Ref::from_owned(NonNull::new_unchecked(function)), None, bound) };
}

/// Makes `new` the running frame: the calling one waits with the stack `sp` and goes on `size` units behind its instruction.
#[inline(always)]
pub unsafe fn link(ts: ThreadPtr, frame: FramePtr, pc: Pc, sp: Sp, new: *mut InterpreterFrame, size: u16) {
    // SAFETY: both frames are whole; the new one is on top of the data stack.
    unsafe {
        let words = (*new).code().co_framesize.get() as usize;
        (*ts).datastack_top.set(new.cast::<*mut objects::Object>().add(words));
        enter(ts, frame, pc, sp, new, size);
    }
}

/// [`link`] for a frame that is not on the data stack.
#[inline(always)]
pub unsafe fn enter(ts: ThreadPtr, frame: FramePtr, pc: Pc, sp: Sp, new: *mut InterpreterFrame, size: u16) {
    // SAFETY: both frames are whole.
    unsafe {
        (*frame).instr_ptr.set(pc.sub(1));
        (*frame).stacktop.set(sp.offset_from((*frame).localsplus()) as i32);
        (*frame).return_offset.set(size);
        (*new).previous.set(frame.cast_mut());
        (*new).stacktop.set(-1);
        (*ts).current_frame.set(new.cast());
        (*ts).py_recursion_remaining.set((*ts).py_recursion_remaining.get() - 1);
    }
}
