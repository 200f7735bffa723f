//! `modsupport.h`: `Py_BuildValue`. Parsing arguments is `getargs`.

use crate::abstract_::null_error;
use crate::getargs::convert::Format;
use crate::unicodeobject::create::from_utf8;
use crate::varargs::VaList;
use crate::variadic;
use core::ffi::{CStr, c_char, c_void};
use objects::types::bytes::Bytes;
use objects::types::complex::Complex;
use objects::types::dict::Dict;
use objects::types::float::new_float;
use objects::types::int::Int;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, raise};

/// The converter of `O&`: makes an object of a pointer.
type Converter = unsafe extern "C" fn(*mut c_void) -> Option<Ref>;

fn skip_separators(format: &mut Format<'_>) {
    while matches!(format.peek(), Some(b',' | b':' | b' ' | b'\t')) {
        format.next();
    }
}

#[cold]
fn bad_format() -> Raised {
    objects::raise!(SystemError, "bad format char passed to Py_BuildValue")
}

#[cold]
fn unmatched() -> Raised {
    objects::raise!(SystemError, "unmatched paren in format")
}

/// Collects what goes wrong first while the remaining arguments are still taken, since some of them are references to give back.
struct Values {
    items: Vec<Ref>,
    failed: Option<Ref>,
}

impl Values {
    fn new() -> Values {
        Values { items: Vec::new(), failed: None }
    }

    fn add(&mut self, value: Result<Ref>) {
        match value {
            Ok(value) => self.items.push(value),
            Err(raised) => {
                let exception = raised.take();
                self.failed.get_or_insert(exception);
            }
        }
    }

    fn finish(self) -> Result<Vec<Ref>> {
        match self.failed {
            None => Ok(self.items),
            Some(exception) => Err(raise::restore(exception)),
        }
    }
}

/// Values up to `end`, or to the format's end.
///
/// # Safety
/// The list has what the format asks for.
unsafe fn sequence(format: &mut Format<'_>, list: &mut VaList, end: Option<u8>) -> Result<Vec<Ref>> {
    let mut values = Values::new();
    loop {
        skip_separators(format);
        match format.peek() {
            found if found == end => {
                format.next();
                return values.finish();
            }
            None => return Err(unmatched()),
            // SAFETY: the caller's promise.
            Some(_) => values.add(unsafe { value(format, list) }),
        }
    }
}

/// One value.
///
/// # Safety
/// The list has what the format asks for.
unsafe fn value(format: &mut Format<'_>, list: &mut VaList) -> Result<Ref> {
    let unit = format.next().ok_or_else(bad_format)?;
    // SAFETY (all): the caller's promise.
    unsafe {
        match unit {
            b'(' => Ok(Tuple::from_vec(sequence(format, list, Some(b')'))?)?.upcast()),
            b'[' => Ok(List::from_vec(sequence(format, list, Some(b']'))?)?.upcast()),
            b'{' => dict(sequence(format, list, Some(b'}'))?),
            b'b' | b'B' | b'h' | b'i' => int(i64::from(list.arg::<i32>())),
            b'H' => int(i64::from(list.arg::<i32>() as u16)),
            b'I' => int(i64::from(list.arg::<u32>())),
            b'n' | b'l' | b'L' => int(list.arg::<i64>()),
            b'k' | b'K' => Ok(Int::from_u64(list.arg::<u64>())?.upcast()),
            b'p' => Ok(objects::types::bool::new_bool(list.arg::<i32>() != 0)),
            b'd' | b'f' => new_float(list.arg::<f64>()),
            b'D' => {
                let pointer = list.arg::<*const num::complex::Complex>();
                if pointer.is_null() { Err(null_error()) } else { Complex::new(*pointer) }
            }
            b'c' => Ok(Bytes::new(&[list.arg::<i32>() as u8])?.upcast()),
            b'C' => match u32::try_from(list.arg::<i32>()) {
                Ok(char) if char <= 0x10_ffff => Ok(Str::from_char(char)?.upcast()),
                _ => Err(objects::raise!(ValueError, "chr() arg not in range(0x110000)")),
            },
            b's' | b'z' | b'U' => {
                let pointer = list.arg::<*const c_char>();
                match c_bytes(format, list, pointer)? {
                    None => Ok(none().to_ref()),
                    Some(bytes) => Ok(from_utf8(bytes)?.upcast()),
                }
            }
            b'y' => {
                let pointer = list.arg::<*const c_char>();
                match c_bytes(format, list, pointer)? {
                    None => Ok(none().to_ref()),
                    Some(bytes) => Ok(Bytes::new(bytes)?.upcast()),
                }
            }
            b'u' => {
                let pointer = list.arg::<*const u32>();
                let len = if format.eat(b'#') { Some(list.arg::<isize>()) } else { None };
                if pointer.is_null() {
                    return Ok(none().to_ref());
                }
                let len = len.filter(|len| *len >= 0).map_or_else(|| wide_len(pointer), |len| len as usize);
                Ok(Str::from_ucs4(core::slice::from_raw_parts(pointer, len))?.upcast())
            }
            b'O' | b'S' | b'N' if format.eat(b'&') => {
                let converter = list.arg::<Converter>();
                let argument = list.arg::<*mut c_void>();
                converter(argument).ok_or_else(failed_null)
            }
            b'O' | b'S' => match list.arg::<Option<&Object>>() {
                Some(object) => Ok(object.to_ref()),
                None => Err(failed_null()),
            },
            b'N' => Ref::from_nullable(list.arg::<*mut Object>()).ok_or_else(failed_null),
            _ => Err(bad_format()),
        }
    }
}

/// A NULL object: the failure of what made it, if that raised.
#[cold]
fn failed_null() -> Raised {
    if raise::occurred() {
        raise::pending()
    } else {
        objects::raise!(SystemError, "NULL object passed to Py_BuildValue")
    }
}

fn int(value: i64) -> Result<Ref> {
    objects::types::int::new_int(value)
}

/// The bytes that a pointer and, with `#`, a length describe; `None` for NULL.
///
/// # Safety
/// A C string, or that many bytes.
unsafe fn c_bytes<'a>(
    format: &mut Format<'_>,
    list: &mut VaList,
    pointer: *const c_char,
) -> Result<Option<&'a [u8]>> {
    // SAFETY: the caller's promise.
    let len = if format.eat(b'#') { Some(unsafe { list.arg::<isize>() }) } else { None };
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller's promise.
    Ok(Some(unsafe {
        match len.filter(|len| *len >= 0) {
            Some(len) => core::slice::from_raw_parts(pointer.cast(), len as usize),
            None => CStr::from_ptr(pointer).to_bytes(),
        }
    }))
}

/// # Safety
/// The string ends with a zero.
unsafe fn wide_len(pointer: *const u32) -> usize {
    // SAFETY: the caller's promise.
    (0..).take_while(|&index| unsafe { *pointer.add(index) } != 0).count()
}

fn dict(items: Vec<Ref>) -> Result<Ref> {
    if items.len() % 2 != 0 {
        return Err(objects::raise!(SystemError, "Bad dict format"));
    }
    let dict = Dict::new()?;
    for pair in items.chunks_exact(2) {
        dict.set_item(&pair[0], &pair[1])?;
    }
    Ok(dict.upcast())
}

/// The values of a format, one after another.
///
/// # Safety
/// The list has what the format asks for.
///
/// # Errors
/// SystemError for a bad format; what making a value raises.
pub unsafe fn build_values(format: &CStr, list: &mut VaList) -> Result<Vec<Ref>> {
    // SAFETY: the caller's promise.
    unsafe { sequence(&mut Format { rest: format.to_bytes() }, list, None) }
}

/// The object of a format, a tuple of several, None of none.
///
/// # Safety
/// A C string; the list has what it asks for.
pub unsafe extern "C" fn build(format: *const c_char, list: &mut VaList) -> Result<Ref> {
    // SAFETY: the caller keeps the C function's contract.
    let mut values = unsafe { build_values(CStr::from_ptr(format), list) }?;
    match values.len() {
        0 => Ok(none().to_ref()),
        1 => values.pop().ok_or_else(bad_format),
        _ => Ok(Tuple::from_vec(values)?.upcast()),
    }
}

variadic!(Py_BuildValue, build, 1);
variadic!(_Py_BuildValue_SizeT, build, 1);

/// # Safety
/// A C function: the list has what the format asks for. It is left as it was, since C passes its own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_VaBuildValue(format: *const c_char, list: &VaList) -> Result<Ref> {
    // SAFETY: the caller's promise.
    unsafe { build(format, &mut list.clone()) }
}

/// # Safety
/// As [`Py_VaBuildValue`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_VaBuildValue_SizeT(format: *const c_char, list: &VaList) -> Result<Ref> {
    // SAFETY: the caller's promise.
    unsafe { build(format, &mut list.clone()) }
}
