//! `repr`, `str`, `hash`, truth, length, type questions.

use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::attr;
use crate::raise::{self, Catch, Result};
use crate::state;
use crate::types::exceptions as exc;
use crate::types::int::Int;
use crate::types::none;
use crate::types::str::{self, Str};

/// `PyObject_Repr`.
///
/// # Errors
/// What `__repr__` raises; TypeError when it returns something else than a string.
pub fn repr(object: &Object) -> Result<Ref<Str>> {
    let Some(function) = object.class().tp_repr.get() else {
        return Str::new(&format!("<{} object at {:p}>", object.class().full_name(), object));
    };
    let _depth = state::enter_recursive_call(" while getting the repr of an object")?;
    // SAFETY: the slot belongs to the object's class.
    let result = unsafe { function(object) }?;
    result.downcast().map_err(|other| {
        crate::raise!(TypeError, "__repr__ returned non-string (type {})", other.class().full_name())
    })
}

/// `PyObject_Str`.
///
/// # Errors
/// What `__str__` raises; TypeError when it returns something else than a string.
pub fn str(object: &Object) -> Result<Ref<Str>> {
    if let Some(string) = object.cast_exact::<Str>() {
        return Ok(string.to_ref());
    }
    let Some(function) = object.class().tp_str.get() else { return repr(object) };
    let _depth = state::enter_recursive_call(" while getting the str of an object")?;
    // SAFETY: the slot belongs to the object's class.
    let result = unsafe { function(object) }?;
    result.downcast().map_err(|other| {
        crate::raise!(TypeError, "__str__ returned non-string (type {})", other.class().full_name())
    })
}

/// `PyObject_ASCII`: the `repr` with everything but ASCII escaped.
///
/// # Errors
/// As [`repr`].
pub fn ascii(object: &Object) -> Result<Ref<Str>> {
    let text = repr(object)?;
    if text.is_ascii() {
        return Ok(text);
    }
    let mut out = String::new();
    for point in text.chars().iter() {
        out += &match point {
            0..0x80 => char::from(point as u8).to_string(),
            0x80..0x100 => format!("\\x{point:02x}"),
            0x100..0x10000 => format!("\\u{point:04x}"),
            _ => format!("\\U{point:08x}"),
        };
    }
    Str::new(&out)
}

/// `PyObject_Hash`.
///
/// # Errors
/// TypeError for an unhashable object; what `__hash__` raises.
#[inline]
pub fn hash(object: &Object) -> Result<isize> {
    if let Some(string) = object.cast_exact::<Str>() {
        return Ok(string.hash());
    }
    if let Some(int) = object.cast_exact::<Int>().filter(|int| int.is_compact()) {
        let value = int.compact_value() as isize;
        return Ok(if value == -1 { -2 } else { value });
    }
    state::check_stack(" while hashing an object")?;
    match object.class().tp_hash.get() {
        // SAFETY: the slot belongs to the object's class.
        Some(function) => match unsafe { function(object) } {
            -1 => Err(raise::pending()),
            hash => Ok(hash),
        },
        None => Err(unhashable(object)),
    }
}

#[cold]
pub(crate) fn unhashable(object: &Object) -> raise::Raised {
    crate::raise!(TypeError, "unhashable type: '{}'", object.class().full_name())
}

/// `PyObject_IsTrue`.
///
/// # Errors
/// What `__bool__` or `__len__` raises.
pub fn is_true(object: &Object) -> Result<bool> {
    if object.is(crate::types::bool::from_bool(true)) {
        return Ok(true);
    }
    if object.is(crate::types::bool::from_bool(false)) || object.is(none::none()) {
        return Ok(false);
    }
    let class = object.class();
    // SAFETY (all three): the slots belong to the object's class.
    let answer = if let Some(function) = class.number().and_then(|table| table.nb_bool.get()) {
        unsafe { function(object) as isize }
    } else if let Some(function) = class.mapping().and_then(|table| table.mp_length.get()) {
        unsafe { function(object) }
    } else if let Some(function) = class.sequence().and_then(|table| table.sq_length.get()) {
        unsafe { function(object) }
    } else {
        return Ok(true);
    };
    if answer < 0 { Err(raise::pending()) } else { Ok(answer > 0) }
}

/// `PyObject_Size`.
///
/// # Errors
/// TypeError for an object without a length; what `__len__` raises.
pub fn len(object: &Object) -> Result<usize> {
    let class = object.class();
    let function = (class.sequence().and_then(|table| table.sq_length.get()))
        .or_else(|| class.mapping().and_then(|table| table.mp_length.get()));
    match function {
        // SAFETY: the slot belongs to the object's class.
        Some(function) => usize::try_from(unsafe { function(object) }).map_err(|_| raise::pending()),
        None => Err(crate::raise!(TypeError, "object of type '{}' has no len()", class.full_name())),
    }
}

/// `PyObject_LengthHint`: how many items an iterable says it has, from `__len__` or `__length_hint__`.
///
/// # Errors
/// What the two raise, TypeError aside; TypeError or ValueError for a hint that is no count.
pub fn length_hint(object: &Object) -> Result<Option<usize>> {
    let class = object.class();
    let sized = class.sequence().is_some_and(|table| table.sq_length.get().is_some())
        || class.mapping().is_some_and(|table| table.mp_length.get().is_some());
    if sized && let Some(length) = len(object).catch(&exc::TypeError)? {
        return Ok(Some(length));
    }
    let Some(method) = attr::lookup_special(object, id!("__length_hint__"))? else { return Ok(None) };
    let hint = crate::protocol::call::call_no_args(&method).catch(&exc::TypeError)?;
    let Some(hint) = hint.filter(|hint| !hint.is(none::not_implemented())) else { return Ok(None) };
    if hint.cast::<Int>().is_none() {
        return Err(crate::raise!(
            TypeError,
            "__length_hint__ must be an integer, not {}",
            hint.class().full_name()
        ));
    }
    let hint = crate::protocol::number::index_as_isize(&hint, Some(&exc::OverflowError))?;
    match usize::try_from(hint) {
        Ok(hint) => Ok(Some(hint)),
        Err(_) => Err(crate::raise!(ValueError, "__length_hint__() should return >= 0")),
    }
}

/// `PyObject_IsInstance`, `class` being a type, a tuple of types, a union, or anything with `__instancecheck__`.
///
/// # Errors
/// TypeError when `class` is none of those; what the check raises.
#[inline]
pub fn is_instance(object: &Object, class: &Object) -> Result<bool> {
    if core::ptr::eq(object.class().as_object(), class) {
        return Ok(true);
    }
    crate::protocol::attr::class_check(object, class, id!("__instancecheck__"), attr::Check::Instance)
}

/// `PyObject_IsSubclass`.
///
/// # Errors
/// As [`is_instance`].
pub fn is_subclass(derived: &Object, class: &Object) -> Result<bool> {
    crate::protocol::attr::class_check(derived, class, id!("__subclasscheck__"), attr::Check::Subclass)
}

/// `PyObject_Format`: `format(object, spec)`.
///
/// # Errors
/// What `__format__` raises.
pub fn format(object: &Object, spec: Option<&Str>) -> Result<Ref<Str>> {
    let empty = str::intern::empty();
    let spec = spec.unwrap_or(&empty);
    if spec.is_empty()
        && let Some(string) = object.cast_exact::<Str>()
    {
        return Ok(string.to_ref());
    }
    let result = attr::call_special(object, id!("__format__"), &[spec])?;
    result.downcast().map_err(|other| {
        crate::raise!(TypeError, "__format__ must return a str, not {}", other.class().full_name())
    })
}
