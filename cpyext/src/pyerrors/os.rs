//! Errors of the system and of imports.

use core::ffi::CStr;
use macros::capi;
use objects::protocol::call;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::none::none;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, TypeObject, codecs};

/// `class(errno, text, file, file2)` is made pending. A system call that a signal interrupted is about that first.
fn from_errno(class: &Object, file: Option<&Object>, file2: Option<&Object>) -> Raised {
    let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    let make = || -> Result<Ref> {
        if errno == libc::EINTR {
            objects::hooks::HANDLE_PENDING.get()()?;
        }
        let arguments = exc::os_error_arguments(errno, file, file2)?;
        call::call(class, arguments.items())
    };
    match make() {
        Ok(exception) => super::set(Some(exception.class().as_object()), Some(&exception)),
        Err(raised) => raised,
    }
}

#[capi]
pub fn PyErr_SetFromErrno(class: &Object) -> Result<Ref> {
    Err(from_errno(class, None, None))
}

#[capi]
pub fn PyErr_SetFromErrnoWithFilenameObject(class: &Object, file: Option<&Object>) -> Result<Ref> {
    Err(from_errno(class, file, None))
}

#[capi]
pub fn PyErr_SetFromErrnoWithFilenameObjects(
    class: &Object,
    file: Option<&Object>,
    file2: Option<&Object>,
) -> Result<Ref> {
    Err(from_errno(class, file, file2))
}

#[capi]
pub fn PyErr_SetFromErrnoWithFilename(class: &Object, file: Option<&CStr>) -> Result<Ref> {
    let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    let file = file.map(|file| codecs::decode_fs(file.to_bytes())).transpose()?;
    // SAFETY: the calling thread's own; decoding may have changed it.
    unsafe { *libc::__errno_location() = errno };
    Err(from_errno(class, file.as_deref().map(Instance::as_object), None))
}

fn import_error(
    class: &Object,
    message: Option<&Object>,
    name: Option<&Object>,
    path: Option<&Object>,
) -> Result<Ref> {
    let is_import_error = objects::protocol::object::is_subclass(class, exc::ImportError.as_object())?;
    let class = class.cast::<TypeObject>().filter(|_| is_import_error);
    let Some(class) = class else {
        return Err(objects::raise!(TypeError, "expected a subclass of ImportError"));
    };
    let Some(message) = message else {
        return Err(objects::raise!(TypeError, "expected a message argument"));
    };
    let keywords = Dict::new()?;
    keywords.set_text("name", name.unwrap_or(none()))?;
    keywords.set_text("path", path.unwrap_or(none()))?;
    let error = call::call_with_tuple(class, &*Tuple::from_slice(&[message])?, Some(&keywords))?;
    Err(super::set(Some(error.class().as_object()), Some(&error)))
}

#[capi]
pub fn PyErr_SetImportErrorSubclass(
    class: &Object,
    message: Option<&Object>,
    name: Option<&Object>,
    path: Option<&Object>,
) -> Result<Ref> {
    import_error(class, message, name, path)
}

#[capi]
pub fn PyErr_SetImportError(
    message: Option<&Object>,
    name: Option<&Object>,
    path: Option<&Object>,
) -> Result<Ref> {
    import_error(exc::ImportError.as_object(), message, name, path)
}

/// Gives the signals that Python ignores their default effect again, for a program that is to be executed.
#[unsafe(no_mangle)]
pub extern "C" fn _Py_RestoreSignals() {
    for number in [libc::SIGPIPE, libc::SIGXFSZ] {
        // SAFETY: a disposition without a handler.
        unsafe { libc::signal(number, libc::SIG_DFL) };
    }
}
