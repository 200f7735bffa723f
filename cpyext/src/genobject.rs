//! `cpython/genobject.h`.

use bytecode::code::flags;
use core::ffi::c_int;
use macros::capi;
use objects::interpreter_frame::{SPECIALS_WORDS, owner};
use objects::object::heap;
use objects::types::exceptions as exc;
use objects::types::frame::Frame;
use objects::types::generator::async_gen::awaitable_iterator;
use objects::types::generator::{Generator, PyAsyncGen_Type, PyCoro_Type, PyGen_Type, state};
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, raise};

/// The code, a new reference; any object that is not a generator is a mistake of the caller.
#[capi]
pub fn PyGen_GetCode(object: &Object) -> Result<Ref> {
    let generator = Generator::any(object).ok_or_else(raise::bad_internal_call)?;
    Ok(generator.iframe.code().to_ref().upcast())
}

/// Takes a pending StopIteration away and gives its value, None when nothing is pending; -1 for any other exception.
///
/// # Safety
/// A C function: `place` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyGen_FetchStopIterationValue(place: *mut *mut Object) -> c_int {
    let value = if raise::occurred() {
        let raised = raise::pending();
        if !raised.matches(&exc::StopIteration) {
            raised.leave();
            return -1;
        }
        exc::value::stop_value(&raised.take())
    } else {
        objects::object::refs::none()
    };
    // SAFETY: the caller's promise.
    unsafe { place.write(value.into_ptr()) };
    0
}

/// Raises StopIteration with a value, whatever its class.
#[capi]
pub fn _PyGen_SetStopIterationValue(value: &Object) -> Result<()> {
    Err(raise::stop_iteration(Some(value)))
}

/// The class of a generator that a frame of C code becomes, and what its code is to be.
#[derive(Clone, Copy)]
enum Kind {
    Generator,
    Coroutine,
    AsyncGenerator,
}

/// A generator of a frame that C code has made, whose data move into it; it starts at the code's beginning.
fn adopt(frame: &Frame, kind: Kind, name: Option<&Object>, qualname: Option<&Object>) -> Result<Ref> {
    if !frame.owns_data() {
        return Err(raise::bad_internal_call());
    }
    let data = frame.activation();
    let code = data.code();
    let (class, flag) = match kind {
        Kind::Generator => (&PyGen_Type, flags::GENERATOR),
        Kind::Coroutine => (&PyCoro_Type, flags::COROUTINE),
        Kind::AsyncGenerator => (&PyAsyncGen_Type, flags::ASYNC_GENERATOR),
    };
    // Such code begins by making the generator, and drops what it is first sent.
    let first = code.co_firsttraceable.get() as usize;
    if !code.has_flag(flag) || first < 2 {
        return Err(raise::bad_internal_call());
    }
    let text = |text: Option<&Object>, default: &Str| match text {
        Some(text) => text.cast::<Str>().map(Instance::to_ref).ok_or_else(raise::bad_internal_call),
        None => Ok(default.to_ref()),
    };
    let (name, qualname) = (text(name, code.name())?, text(qualname, code.qualname())?);
    let generator = Generator::with_room(class, code, &name, &qualname)?;
    let words = SPECIALS_WORDS + data.used();
    // SAFETY: the generator has room for the whole frame, whose fields it now owns.
    unsafe {
        let place = (&raw const generator.iframe).cast_mut();
        core::ptr::copy_nonoverlapping(core::ptr::from_ref(data).cast::<u64>(), place.cast::<u64>(), words);
        (*place).owner.set(owner::GENERATOR);
        (*place).instr_ptr.set(code.first_unit().add(first - 1));
        frame.f_frame.set(place);
        (*place).frame_obj.set(Some(frame.to_ref()));
    }
    generator.frame_state.set(state::CREATED);
    if matches!(kind, Kind::Coroutine) {
        interp::coroutine_origin::track(&generator)?;
    }
    heap::track(&generator);
    Ok(generator.upcast())
}

/// Takes over `frame`, also when it fails.
///
/// # Safety
/// A C function: an owned frame of `PyFrame_New` that nobody runs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyGen_New(frame: Ref<Frame>) -> Result<Ref> {
    adopt(&frame, Kind::Generator, None, None)
}

macro_rules! named {
    ($($name:ident $kind:ident;)*) => { $(
        /// As [`PyGen_New`], with names; NULL for those of the code.
        ///
        /// # Safety
        /// As there; strings or NULL.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            frame: Ref<Frame>,
            name: Option<&Object>,
            qualname: Option<&Object>,
        ) -> Result<Ref> {
            adopt(&frame, Kind::$kind, name, qualname)
        }
    )* };
}

named! {
    PyGen_NewWithQualName Generator;
    PyCoro_New Coroutine;
    PyAsyncGen_New AsyncGenerator;
}

/// What a generator waits for by `yield from` or `await`; NULL without an exception when it does not.
///
/// # Safety
/// A C function: a generator.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyGen_yf(generator: &Object) -> Option<Ref> {
    Generator::any(generator).and_then(Generator::awaited)
}

/// What `await` iterates over.
#[capi]
pub fn _PyCoro_GetAwaitableIter(object: &Object) -> Result<Ref> {
    awaitable_iterator(object)
}
