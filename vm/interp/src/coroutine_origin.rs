//! `sys.set_coroutine_origin_tracking_depth`: where coroutines were made.

use objects::interpreter_frame::{InterpreterFrame, first_complete};
use objects::types::generator::Generator;
use objects::types::int::new_int;
use objects::types::tuple::Tuple;
use objects::{Instance, Ref, Result, state};

/// Notes the stack that a new coroutine is made on, when asked to.
///
/// # Errors
/// MemoryError.
pub fn track(coroutine: &Generator) -> Result<()> {
    let ts = state::current();
    let depth = ts.coroutine_origin_tracking_depth.get();
    if depth <= 0 {
        return Ok(());
    }
    let mut frames = Vec::new();
    // The current frame is the coroutine's own, which has not got anywhere yet.
    let current = ts.current_frame.get().cast::<InterpreterFrame>();
    // SAFETY: the chain of the running thread.
    let mut next = unsafe { current.as_ref() }.map_or(core::ptr::null_mut(), |frame| frame.previous.get());
    while let Some(frame) = first_complete(next) {
        if frames.len() as i32 >= depth {
            break;
        }
        let code = frame.code();
        let line = new_int(frame.line().unwrap_or(0).into())?;
        let entry =
            Tuple::from_array([code.filename().to_ref().upcast(), line, code.name().to_ref().upcast()])?;
        frames.push(entry.upcast());
        next = frame.previous.get();
    }
    let origin: Ref = Tuple::from_vec(frames)?.upcast();
    coroutine.origin_or_finalizer.set(Some(origin));
    Ok(())
}
