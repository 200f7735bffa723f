//! `_PyXI_excinfo`, `_PyXI_error`: what one interpreter hears of another's exception, and the exception that is raised for it there.

use super::session::Session;
use crate::pymem::{PyMem_RawFree, PyMem_RawMalloc};
use core::ffi::{CStr, c_char, c_int};
use core::ptr;
use interp::modules::interpreters::snapshot::{Class, Snapshot};
use interp::subinterpreter;
use objects::protocol::attr;
use objects::state::Interpreter;
use objects::types::exceptions as exc;
use objects::types::exceptions::interpreter::not_shareable;
use objects::types::namespace::Namespace;
use objects::types::none::none;
use objects::types::str::{Str, expect_str};
use objects::{Instance, Object, Raised, Ref, Result, TypeObject, raise};

/// A copy of a text in raw memory; NULL for none.
pub fn raw(text: Option<&str>) -> *const c_char {
    let Some(text) = text else { return ptr::null() };
    // SAFETY: the block has room for the text and its end.
    unsafe {
        let place = PyMem_RawMalloc(text.len() + 1).cast::<u8>();
        if !place.is_null() {
            ptr::copy_nonoverlapping(text.as_ptr(), place, text.len());
            place.add(text.len()).write(0);
        }
        place.cast_const().cast()
    }
}

/// The text of a C string, if there is one.
///
/// # Safety
/// A C string or NULL.
unsafe fn text_of(text: *const c_char) -> Option<String> {
    // SAFETY: the caller's promise.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}

/// The text that an attribute is; which of the two texts says why there is none, otherwise.
fn read(
    object: &Object,
    name: &str,
    missing: &'static str,
    unfit: &'static str,
) -> core::result::Result<String, &'static str> {
    let because = |why| {
        move |raised: Raised| {
            raised.clear();
            why
        }
    };
    let value = attr::get_text(object, name).map_err(because(missing))?;
    let text = expect_str(&value, name).and_then(Str::to_str);
    text.map(str::to_owned).map_err(because(unfit))
}

/// `_PyXI_excinfo`: owns its texts.
#[repr(C)]
pub struct ExcInfo {
    builtin: *const TypeObject,
    name: *const c_char,
    qualname: *const c_char,
    module: *const c_char,
    msg: *const c_char,
    errdisplay: *const c_char,
}

const _: () = assert!(size_of::<ExcInfo>() == 48);

impl ExcInfo {
    pub const EMPTY: ExcInfo = ExcInfo {
        builtin: ptr::null(),
        name: ptr::null(),
        qualname: ptr::null(),
        module: ptr::null(),
        msg: ptr::null(),
        errdisplay: ptr::null(),
    };

    /// Frees the texts.
    pub fn clear(&mut self) {
        for text in [self.name, self.qualname, self.module, self.msg, self.errdisplay] {
            // SAFETY: made by `raw`, or NULL.
            unsafe { PyMem_RawFree(text.cast_mut().cast()) };
        }
        *self = ExcInfo::EMPTY;
    }

    fn fill(&mut self, snapshot: &Snapshot, builtin: *const TypeObject) {
        let class = snapshot.class.as_ref();
        *self = ExcInfo {
            builtin,
            name: raw(class.and_then(|class| class.name.as_deref())),
            qualname: raw(class.and_then(|class| class.qualname.as_deref())),
            module: raw(class.and_then(|class| class.module.as_deref())),
            msg: raw(snapshot.message.as_deref()),
            errdisplay: raw(snapshot.display.as_deref()),
        };
    }

    /// Takes the snapshot of an exception; what went wrong, which was raised, otherwise.
    pub fn fill_by_exception(
        &mut self,
        exception: &Object,
    ) -> core::result::Result<(), (&'static str, Raised)> {
        let class = exception.class();
        let is_static = !class.has_feature(objects::typeobject::flags::HEAPTYPE);
        let snapshot = match Snapshot::steps(exception) {
            Ok(snapshot) => snapshot,
            Err((step, raised)) => {
                *self = ExcInfo::EMPTY;
                return Err((step.failure(), raised));
            }
        };
        let builtin = match is_static && snapshot.class.is_some() {
            true => ptr::from_ref(class),
            false => ptr::null(),
        };
        self.fill(&snapshot, builtin);
        Ok(())
    }

    /// Reads a snapshot from an object that has its parts as attributes.
    fn fill_by_object(&mut self, object: &Object) -> core::result::Result<(), &'static str> {
        const NO_CLASS: &str = "error while initializing exception type snapshot";
        let class = attr::get_text(object, "type").map_err(|raised| {
            raised.clear();
            "exception snapshot missing 'type' attribute"
        })?;
        let name = |name: &str| read(&class, name, NO_CLASS, NO_CLASS).map(Some);
        let class = match class.is(none()) {
            true => None,
            false => Some(Class {
                name: name("__name__")?,
                qualname: name("__qualname__")?,
                module: name("__module__")?,
            }),
        };
        let missing = "exception snapshot missing 'msg' attribute";
        let message = read(object, "msg", missing, "error while copying exception message")?;
        let missing = "exception snapshot missing 'errdisplay' attribute";
        let display = read(object, "errdisplay", missing, "error while copying exception error display")?;
        self.fill(&Snapshot { class, message: Some(message), display: Some(display) }, ptr::null());
        Ok(())
    }

    /// The snapshot that the texts are.
    ///
    /// # Safety
    /// The fields are as these functions leave them.
    pub unsafe fn snapshot(&self) -> Snapshot {
        // SAFETY: the caller's promise.
        unsafe {
            let (name, qualname) = (text_of(self.name), text_of(self.qualname));
            let module = text_of(self.module);
            let is_there = name.is_some() || qualname.is_some() || module.is_some();
            Snapshot {
                class: is_there.then_some(Class { name, qualname, module }),
                message: text_of(self.msg),
                display: text_of(self.errdisplay),
            }
        }
    }
}

/// Takes the snapshot of an exception, or of an object that has the parts of one; -1 with an exception when there is none.
///
/// # Safety
/// A C function: a place without texts, and an object or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyXI_InitExcInfo(info: &mut ExcInfo, exception: Option<&Object>) -> c_int {
    let Some(exception) = exception.filter(|exception| !exception.is(none())) else {
        raise!(ValueError, "missing exc").leave();
        return -1;
    };
    let is_class = exception
        .cast::<TypeObject>()
        .is_some_and(|class| class.has_feature(objects::typeobject::flags::BASE_EXC_SUBCLASS));
    let filled = match is_class || exception.cast::<exc::BaseExceptionObject>().is_some() {
        true => info.fill_by_exception(exception).map_err(|(why, raised)| {
            raised.clear();
            why
        }),
        false => info.fill_by_object(exception),
    };
    match filled {
        Ok(()) => 0,
        Err(why) => {
            info.clear();
            raise!(Exception, "{why}").leave();
            -1
        }
    }
}

/// The last line of the traceback; None for a snapshot without texts.
///
/// # Safety
/// A C function: a snapshot.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyXI_FormatExcInfo(info: &ExcInfo) -> Result<Ref> {
    // SAFETY: the caller's promise.
    match unsafe { info.snapshot() }.formatted() {
        Some(text) => Ok(Str::new(&text)?.upcast()),
        None => Ok(none().to_ref()),
    }
}

/// The snapshot as a namespace.
///
/// # Safety
/// A C function: a snapshot.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyXI_ExcInfoAsObject(info: &ExcInfo) -> Result<Ref<Namespace>> {
    // SAFETY: the caller's promise.
    unsafe { info.snapshot() }.namespace()
}

/// # Safety
/// A C function: a snapshot.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyXI_ClearExcInfo(info: &mut ExcInfo) {
    info.clear();
}

/// `_PyXI_errcode`.
pub mod code {
    use core::ffi::c_int;

    pub const NO_ERROR: c_int = 0;
    pub const UNCAUGHT_EXCEPTION: c_int = -1;
    pub const OTHER: c_int = -2;
    pub const NO_MEMORY: c_int = -3;
    pub const ALREADY_RUNNING: c_int = -4;
    pub const MAIN_NS_FAILURE: c_int = -5;
    pub const APPLY_NS_FAILURE: c_int = -6;
    pub const NOT_SHAREABLE: c_int = -7;
}

/// `_PyXI_error`: what goes wrong in an interpreter, for the one that entered it.
#[repr(C)]
pub struct Error {
    pub interpreter: *const Interpreter,
    pub code: c_int,
    pub uncaught: ExcInfo,
}

const _: () = assert!(size_of::<Error>() == 64);

impl Error {
    pub const NONE: Error =
        Error { interpreter: ptr::null(), code: code::NO_ERROR, uncaught: ExcInfo::EMPTY };

    /// The exception that the code stands for.
    fn raise_code(&self) -> Option<Raised> {
        Some(match self.code {
            code::NO_ERROR | code::UNCAUGHT_EXCEPTION => return None,
            code::OTHER => raise::set_class(&exc::InterpreterError),
            code::NO_MEMORY => raise::no_memory(),
            code::ALREADY_RUNNING => subinterpreter::running(),
            code::MAIN_NS_FAILURE => raise!(InterpreterError, "failed to get __main__ namespace"),
            code::APPLY_NS_FAILURE => raise!(InterpreterError, "failed to apply namespace to __main__"),
            code => raise!(RuntimeError, "unsupported error code {code}"),
        })
    }

    /// The snapshot of an exception that nothing caught, or the exception of another error.
    ///
    /// # Safety
    /// As [`ExcInfo::snapshot`].
    pub unsafe fn apply(&self) -> Result<Option<Ref<Namespace>>> {
        // SAFETY: the caller's promise.
        let snapshot = unsafe { self.uncaught.snapshot() };
        match self.code {
            code::UNCAUGHT_EXCEPTION => snapshot.namespace().map(Some),
            code::NOT_SHAREABLE => {
                let text = "object does not support cross-interpreter data";
                Err(not_shareable(format_args!("{}", snapshot.message.as_deref().unwrap_or(text))))
            }
            _ => {
                let Some(raised) = self.raise_code() else { return Ok(None) };
                Err(match snapshot.class.is_some() || snapshot.message.is_some() {
                    true => in_context(raised, &snapshot),
                    false => raised,
                })
            }
        }
    }
}

/// An exception in the context of one that stands for another interpreter's.
fn in_context(raised: Raised, snapshot: &Snapshot) -> Raised {
    let error = raised.take();
    let context = raise!(InterpreterError, "{}", snapshot.formatted().unwrap_or_default()).take();
    if let Some(display) = &snapshot.display
        && let Err(raised) = Str::new(display)
            .and_then(|display| attr::set(&context, &*Str::new("_errdisplay")?, Some(display.as_object())))
    {
        raised.clear();
    }
    if let Some(base) = error.cast::<exc::BaseExceptionObject>() {
        base.context.set(Some(context));
    }
    raise::restore(error)
}

/// The namespace of an exception that nothing caught; NULL with an exception for any other error.
///
/// # Safety
/// A C function: an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyXI_ApplyError(error: &Error) -> Option<Ref<Namespace>> {
    // SAFETY: the caller's promise.
    unsafe { error.apply() }.unwrap_or_else(|raised| {
        raised.leave();
        None
    })
}

/// [`_PyXI_ApplyError`] for what the session has captured, which it then has no more.
///
/// # Safety
/// A C function: a session that has ended with an exception.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyXI_ApplyCapturedException(session: &mut Session) -> Option<Ref<Namespace>> {
    // SAFETY: NULL, or the session's own error.
    let error = unsafe { session.error.as_ref() }?;
    // SAFETY: as above.
    let result = unsafe { _PyXI_ApplyError(error) };
    session.error = ptr::null_mut();
    result
}

/// # Safety
/// A C function: a session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyXI_HasCapturedException(session: &Session) -> c_int {
    (!session.error.is_null()).into()
}
