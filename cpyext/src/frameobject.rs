//! `frameobject.h`, `pyframe.h`: frame objects, and activations as debuggers see them.

use crate::abstract_::text;
use core::ffi::{CStr, c_int};
use core::ptr;
use macros::capi;
use objects::interpreter_frame::{InterpreterFrame, owner};
use objects::state::ThreadState;
use objects::types::code::Code;
use objects::types::dict::Dict;
use objects::types::frame::Frame;
use objects::types::generator::Generator;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, raise};

/// # Safety
/// A C function: a thread's state, a code object, a dictionary, an object or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFrame_New(
    _ts: &ThreadState,
    code: &Code,
    globals: &Object,
    locals: Option<&Object>,
) -> Result<Ref<Frame>> {
    let globals: &Dict = globals.cast().ok_or_else(raise::bad_internal_call)?;
    Frame::detached(code, globals, locals.map(Instance::to_ref))
}

/// # Safety
/// A C function: a frame.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFrame_GetCode(frame: &Frame) -> Ref<Code> {
    frame.code().to_ref()
}

/// The frame that called, made if nobody has looked at it yet; NULL without an exception for the outermost one. The frame's class is not
/// looked at: greenlet passes a struct that only has the links.
///
/// # Safety
/// A C function: a frame, or as much of one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFrame_GetBack(frame: &Frame) -> Option<Ref<Frame>> {
    match frame.back() {
        Ok(back) => back,
        Err(raised) => {
            raised.leave();
            None
        }
    }
}

#[capi]
pub fn PyFrame_GetLocals(frame: &Frame) -> Result<Ref> {
    frame.get_locals()
}

#[capi]
pub fn PyFrame_GetGlobals(frame: &Frame) -> Result<Ref> {
    Ok(frame.activation().globals().to_ref().upcast())
}

#[capi]
pub fn PyFrame_GetBuiltins(frame: &Frame) -> Result<Ref> {
    Ok(frame.activation().builtins().to_ref())
}

/// The generator that the frame belongs to; NULL without an exception for a frame of a function.
///
/// # Safety
/// A C function: a frame.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFrame_GetGenerator(frame: &Frame) -> Option<Ref> {
    let frame = frame.activation();
    (frame.owner.get() == owner::GENERATOR).then(|| Generator::of_frame(frame).to_ref().upcast())
}

/// # Safety
/// A C function: a frame.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFrame_GetLineNumber(frame: &Frame) -> c_int {
    frame.line().unwrap_or(-1)
}

/// # Safety
/// A C function: a frame.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFrame_GetLasti(frame: &Frame) -> c_int {
    match frame.activation().lasti() {
        lasti if lasti < 0 => -1,
        lasti => lasti * 2,
    }
}

fn variable(frame: &Frame, name: &Str) -> Result<Ref> {
    use objects::raise::Catch;
    let locals = frame.get_locals()?;
    let found =
        objects::protocol::mapping::get_item(&locals, name).catch(&objects::types::exceptions::KeyError)?;
    match found {
        Some(value) => Ok(value),
        None => {
            let shown = objects::protocol::object::repr(name)?.to_string_lossy();
            Err(objects::raise!(NameError, "variable {shown} does not exist"))
        }
    }
}

#[capi]
pub fn PyFrame_GetVar(frame: &Frame, name: &Object) -> Result<Ref> {
    match name.cast::<Str>() {
        Some(name) => variable(frame, name),
        None => Err(objects::raise!(TypeError, "name must be str, not {}", name.class().name())),
    }
}

#[capi]
pub fn PyFrame_GetVarString(frame: &Frame, name: &CStr) -> Result<Ref> {
    variable(frame, &*text(name)?)
}

/// Variables are seen and changed through the frame itself: nothing is to be copied.
///
/// # Safety
/// A C function: a frame or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFrame_FastToLocalsWithError(_frame: Option<&Frame>) -> c_int {
    0
}

/// As [`PyFrame_FastToLocalsWithError`].
///
/// # Safety
/// A C function: a frame or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFrame_FastToLocals(_frame: Option<&Frame>) {}

/// As [`PyFrame_FastToLocalsWithError`].
///
/// # Safety
/// A C function: a frame or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFrame_LocalsToFast(_frame: Option<&Frame>, _clear: c_int) {}

/// # Safety
/// A C function: a frame.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyFrame_IsEntryFrame(frame: &Frame) -> c_int {
    // SAFETY: links between frames are never dangling.
    let below = unsafe { frame.activation().previous.get().as_ref() };
    below.is_some_and(|below| below.owner.get() == owner::NATIVE_STACK).into()
}

/// # Safety
/// A C function: an activation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnstable_InterpreterFrame_GetCode(frame: &InterpreterFrame) -> Option<Ref> {
    frame.f_executable.get()
}

/// # Safety
/// A C function: an activation of a code object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnstable_InterpreterFrame_GetLasti(frame: &InterpreterFrame) -> c_int {
    frame.lasti() * 2
}

/// # Safety
/// A C function: an activation of a code object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnstable_InterpreterFrame_GetLine(frame: &InterpreterFrame) -> c_int {
    frame.line().unwrap_or(-1)
}

/// The class of what an activation executes, by its kind.
#[repr(transparent)]
pub struct Kinds([*const objects::TypeObject; 6]);

// SAFETY: addresses of statics.
unsafe impl Sync for Kinds {}

#[unsafe(no_mangle)]
pub static PyUnstable_ExecutableKinds: Kinds = Kinds([
    &raw const objects::types::none::_PyNone_Type,
    &raw const objects::types::code::attrs::PyCode_Type,
    ptr::null(),
    &raw const objects::types::method::PyMethod_Type,
    &raw const objects::types::descr::method::PyMethodDescr_Type,
    ptr::null(),
]);
