//! Path arguments: text, bytes, `__fspath__`, and where a function takes it an open descriptor.

use core::ffi::c_int;
use objects::args::{At, FromArg};
use objects::protocol::descriptor::{as_descriptor, warn_about_bool};
pub use objects::protocol::path::fspath;
use objects::protocol::{attr, number};
use objects::types::bytes::Bytes;

use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Raised, Ref, Result, id, raise};
use std::ffi::{CStr, CString};

/// A path as the system takes it, with the object it came from for error messages.
pub struct Path<'a> {
    pub object: &'a Object,
    pub text: CString,
    /// Whether it was given as bytes, so that what is returned is bytes too.
    pub is_bytes: bool,
}

/// A path, or an open descriptor.
pub enum PathOrFd<'a> {
    Path(Path<'a>),
    Fd(c_int),
}

impl PathOrFd<'_> {
    /// The current directory, for functions whose path is optional.
    pub fn current_folder() -> PathOrFd<'static> {
        PathOrFd::Path(Path { object: none(), text: c".".to_owned(), is_bytes: false })
    }

    /// The object for error messages.
    pub fn object(&self) -> Option<&Object> {
        match self {
            PathOrFd::Path(path) => Some(path.object),
            PathOrFd::Fd(_) => None,
        }
    }

    /// The OSError of the last failed call, about this path.
    pub fn error(&self) -> Raised {
        raise::os_error(super::errno(), self.object(), None)
    }
}

impl Path<'_> {
    /// The path for a system call.
    pub fn as_ptr(&self) -> *const libc::c_char {
        self.text.as_ptr()
    }

    /// The OSError of the last failed call, about this path.
    pub fn error(&self) -> Raised {
        raise::os_error(super::errno(), Some(self.object), None)
    }

    /// Text or bytes, as the path was given.
    pub fn same_kind(&self, bytes: &[u8]) -> Result<Ref> {
        if self.is_bytes { Ok(Bytes::new(bytes)?.upcast()) } else { Ok(decode(bytes)?.upcast()) }
    }
}

/// `PyUnicode_DecodeFSDefault`.
pub fn decode(bytes: &[u8]) -> Result<Ref<Str>> {
    objects::codecs::decode_fs(bytes)
}

/// `PyUnicode_EncodeFSDefault`.
pub fn encode(text: &Str) -> Result<Vec<u8>> {
    if let Some(ascii) = text.as_ascii() {
        return Ok(ascii.as_bytes().to_vec());
    }
    Ok(objects::codecs::encode_fs(text)?.as_slice().to_vec())
}

/// The bytes of text or bytes, without a NUL.
fn contents(object: &Object) -> Result<(CString, bool)> {
    let (bytes, is_bytes) = match (object.cast::<Str>(), object.cast::<Bytes>()) {
        (Some(text), _) => (encode(text)?, false),
        (_, Some(bytes)) => (bytes.as_slice().to_vec(), true),
        _ => return Err(raise::bad_internal_call()),
    };
    match CString::new(bytes) {
        Ok(text) => Ok((text, is_bytes)),
        Err(_) => Err(raise!(ValueError, "embedded null {}", if is_bytes { "byte" } else { "character" })),
    }
}

fn convert<'a>(object: &'a Object, at: At, allowed: &str) -> Result<Path<'a>> {
    let bad = || {
        let (function, place) = (at.function(), at.describe());
        let name = place.trim_start_matches("argument ").trim_matches('\'').to_owned();
        let name = if name == "argument" { "path".to_owned() } else { name };
        raise!(
            TypeError,
            "{function}: {name} should be {allowed}, not {}",
            if object.is(none()) { "NoneType" } else { object.class().name() }
        )
    };
    let given = if object.cast::<Str>().is_some() || object.cast::<Bytes>().is_some() {
        object.to_ref()
    } else {
        match attr::lookup_special(object, id!("__fspath__"))? {
            Some(method) if !method.is(none()) => fspath(object)?,
            _ => return Err(bad()),
        }
    };
    let (text, is_bytes) = contents(&given).map_err(|raised| {
        if !raised.matches(&objects::types::exceptions::ValueError)
            || raised.matches(&objects::types::exceptions::UnicodeError)
        {
            return raised;
        }
        raised.clear();
        let kind = if given.cast::<Bytes>().is_some() { "byte" } else { "character in path" };
        raise!(ValueError, "{}: embedded null {kind}", at.function())
    })?;
    Ok(Path { object, text, is_bytes })
}

impl<'a> FromArg<'a> for Path<'a> {
    fn from_arg(object: &'a Object, at: At) -> Result<Path<'a>> {
        convert(object, at, "string, bytes or os.PathLike")
    }
}

/// A path that the system does not see: any text, any bytes.
pub enum PathName<'a> {
    Text(&'a Str),
    Bytes(&'a [u8]),
    /// By `__fspath__`.
    Made(Path<'a>),
}

impl<'a> FromArg<'a> for PathName<'a> {
    fn from_arg(object: &'a Object, at: At) -> Result<PathName<'a>> {
        match (object.cast::<Str>(), object.cast::<Bytes>()) {
            (Some(text), _) => Ok(PathName::Text(text)),
            (_, Some(bytes)) => Ok(PathName::Bytes(bytes.as_slice())),
            _ => Path::from_arg(object, at).map(PathName::Made),
        }
    }
}

impl<'a> FromArg<'a> for PathOrFd<'a> {
    fn from_arg(object: &'a Object, at: At) -> Result<PathOrFd<'a>> {
        if number::is_index(object) && object.cast::<Str>().is_none() {
            return descriptor(object).map(PathOrFd::Fd);
        }
        convert(object, at, "string, bytes, os.PathLike or integer").map(PathOrFd::Path)
    }
}

/// An int as a descriptor.
fn descriptor(object: &Object) -> Result<c_int> {
    warn_about_bool(object)?;
    let value = number::index(object)?;
    match value.to_i64().map(c_int::try_from) {
        Some(Ok(fd)) => Ok(fd),
        _ if value.is_negative() => Err(raise!(OverflowError, "fd is less than minimum")),
        _ => Err(raise!(OverflowError, "fd is greater than maximum")),
    }
}

/// An argument that is a descriptor or has `fileno()` (`PyObject_AsFileDescriptor`).
#[derive(Clone, Copy)]
pub struct Fd(pub c_int);

impl<'a> FromArg<'a> for Fd {
    fn from_arg(object: &'a Object, _at: At) -> Result<Fd> {
        as_descriptor(object).map(Fd)
    }
}

/// `dir_fd`: None is the current directory.
#[derive(Clone, Copy)]
pub struct DirFd(pub c_int);

impl DirFd {
    pub const DEFAULT: DirFd = DirFd(libc::AT_FDCWD);
}

impl<'a> FromArg<'a> for DirFd {
    fn from_arg(object: &'a Object, _at: At) -> Result<DirFd> {
        if object.is(none()) {
            return Ok(DirFd::DEFAULT);
        }
        if !number::is_index(object) {
            return Err(raise!(
                TypeError,
                "argument should be integer or None, not {}",
                object.class().name()
            ));
        }
        descriptor(object).map(DirFd)
    }
}

/// The contents of a C string.
///
/// # Safety
/// `text` is a C string that lives for the call.
pub unsafe fn c_text(text: *const libc::c_char) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    decode(unsafe { CStr::from_ptr(text) }.to_bytes())
}
