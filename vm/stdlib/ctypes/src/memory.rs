//! Addresses and libraries: the functions that `ctypes` calls by their address, `dlopen` and its kin.

use crate::data::CData;
use crate::info::{self, Kind};
use crate::metatype::address_object;
use crate::simple;
use core::ffi::{CStr, c_char, c_int, c_void};
use objects::protocol::call;
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::int::Int;
use objects::types::str::Str;
use objects::{Instance, Object, Result, TypeObject, hooks, raise};
use std::ffi::CString;

/// The pointer that an int stands for (`PyLong_AsVoidPtr`).
///
/// # Errors
/// OverflowError when it has more bits.
pub fn pointer_from(int: &Int) -> Result<*mut u8> {
    if int.is_negative() {
        return match int.to_i64() {
            Some(value) => Ok(value as usize as *mut u8),
            None => Err(raise!(OverflowError, "Python int too large to convert to C long")),
        };
    }
    match int.to_u64() {
        Some(value) => Ok(value as usize as *mut u8),
        None => Err(raise!(OverflowError, "int too big to convert")),
    }
}

/// The text of the linker's last error.
fn linker_error() -> Option<String> {
    // SAFETY: NULL, or a text that lasts until the thread's next call.
    unsafe {
        let text = libc::dlerror();
        (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
    }
}

/// The address of a symbol, or the linker's error, if it has one.
pub fn find_symbol(handle: *mut c_void, name: &str) -> core::result::Result<*mut c_void, Option<String>> {
    let Ok(name) = CString::new(name) else { return Err(None) };
    linker_error();
    // SAFETY: a C string; a wrong handle is the caller's business, as in C.
    let address = unsafe { libc::dlsym(handle, name.as_ptr()) };
    if address.is_null() { Err(linker_error()) } else { Ok(address) }
}

/// `dlopen`, with `RTLD_NOW`; `None` is the program itself.
///
/// # Errors
/// OSError with the linker's text; what an audit hook raises.
pub fn open_library(name: Option<&CStr>, mode: c_int) -> Result<*mut c_void> {
    let text = match name {
        Some(name) => Str::new(&name.to_string_lossy())?.upcast(),
        None => objects::object::refs::none(),
    };
    hooks::AUDIT.get()("ctypes.dlopen", &[&text])?;
    let path = name.map_or(core::ptr::null(), CStr::as_ptr);
    // What a library does when it is loaded may be to call Python: the GIL is held.
    // SAFETY: a C string or NULL.
    let handle = unsafe { libc::dlopen(path, mode | libc::RTLD_NOW) };
    if handle.is_null() {
        let text = linker_error().unwrap_or_else(|| "dlopen() error".to_owned());
        return Err(raise!(OSError, "{text}"));
    }
    Ok(handle)
}

/// `dlclose`.
///
/// # Errors
/// OSError with the linker's text.
pub fn close_library(handle: *mut c_void) -> Result<()> {
    // SAFETY: a wrong handle is the caller's business, as in C.
    match unsafe { libc::dlclose(handle) } {
        0 => Ok(()),
        _ => Err(raise!(OSError, "{}", linker_error().unwrap_or_default())),
    }
}

/// `dlsym`.
///
/// # Errors
/// OSError with the linker's text; what an audit hook raises.
pub fn symbol(handle: *mut c_void, name: &str) -> Result<*mut c_void> {
    hooks::AUDIT.get()("ctypes.dlsym/handle", &[&*address_object(handle)?, &*Str::new(name)?])?;
    find_symbol(handle, name)
        .map_err(|text| raise!(OSError, "{}", text.unwrap_or_else(|| format!("symbol '{name}' not found"))))
}

unsafe extern "C" fn string_at(place: *const u8, size: c_int) -> Result {
    let audited = Int::from_i64(size.into())?;
    hooks::AUDIT.get()("ctypes.string_at", &[&*address_object(place.cast())?, &audited])?;
    // SAFETY: the caller says that a string is there.
    let bytes = match usize::try_from(size) {
        Ok(size) => unsafe { core::slice::from_raw_parts(place, size) },
        Err(_) if size == -1 => unsafe { CStr::from_ptr(place.cast::<c_char>()) }.to_bytes(),
        Err(_) => {
            return Err(raise!(SystemError, "Negative size passed to PyBytes_FromStringAndSize"));
        }
    };
    Ok(Bytes::new(bytes)?.upcast())
}

unsafe extern "C" fn wide_string_at(place: *const u8, size: c_int) -> Result {
    let audited = Int::from_i64(size.into())?;
    hooks::AUDIT.get()("ctypes.wstring_at", &[&*address_object(place.cast())?, &audited])?;
    // SAFETY: the caller says that a string is there.
    unsafe {
        let count = match usize::try_from(size) {
            Ok(size) => size,
            Err(_) if size == -1 => crate::code::wide_length(place, usize::MAX),
            Err(_) => return Err(objects::raise::bad_internal_call()),
        };
        Ok(crate::code::wide_text(place, count)?.upcast())
    }
}

/// Whether `cast` may make an instance of a class: pointers of every kind.
fn check_pointer_type(class: &Object) -> Result<()> {
    let is_pointer = info::of_class(class).is_some_and(|info| match info.kind {
        Kind::Pointer | Kind::Function => true,
        Kind::Simple => info.access.is_some_and(simple::is_castable),
        Kind::Array | Kind::Structure => false,
    });
    if is_pointer {
        return Ok(());
    }
    if class.class().is_subtype(&info::CTYPE) {
        let name = class.cast::<TypeObject>().unwrap_or(class.class()).full_name();
        return Err(raise!(TypeError, "cast() argument 2 must be a pointer type, not {name}"));
    }
    Err(raise!(TypeError, "cast() argument 2 must be a pointer type"))
}

unsafe extern "C" fn cast(pointer: *mut c_void, source: &Object, class: &Object) -> Result {
    check_pointer_type(class)?;
    let result = call::call_no_args(class)?;
    let Some(instance) = result.cast::<CData>() else { return Err(objects::raise::bad_internal_call()) };
    if let Some(source) = source.cast::<CData>() {
        // What the source keeps is shared, and the source itself added to it.
        let kept = source.kept_as_dict()?;
        if let Some(kept) = kept.cast_exact::<Dict>() {
            kept.set_item(&*address_object(source.as_object().as_ptr().cast())?, source)?;
        }
        instance.share_kept(kept);
    }
    // SAFETY: a pointer type's instance has room for one.
    unsafe { instance.place().cast::<*mut c_void>().write_unaligned(pointer) };
    Ok(result)
}

/// The address of a function that only foreign calls reach.
pub fn string_at_address() -> usize {
    string_at as *const () as usize
}
pub fn wide_string_at_address() -> usize {
    wide_string_at as *const () as usize
}
pub fn cast_address() -> usize {
    cast as *const () as usize
}
pub fn memmove_address() -> usize {
    libc::memmove as *const () as usize
}
pub fn memset_address() -> usize {
    libc::memset as *const () as usize
}
