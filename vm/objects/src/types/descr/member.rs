//! `member_descriptor` and `getset_descriptor`: fields of the C struct, and attributes computed by native code.

use super::Descr;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::number;
use crate::raise::{self, Result};
use crate::typeobject::{GetSetDef, MemberDef, TypeObject, ready};
use crate::types::bool::{from_bool, new_bool};
use crate::types::exceptions as exc;
use crate::types::float::Float;
use crate::types::int::{Int, new_int};
use crate::types::none;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int};
use macros::pytype;

/// `Py_T_*`: what kind of field a [`MemberDef`] describes.
pub mod kind {
    use core::ffi::c_int;
    pub const SHORT: c_int = 0;
    pub const INT: c_int = 1;
    pub const LONG: c_int = 2;
    pub const FLOAT: c_int = 3;
    pub const DOUBLE: c_int = 4;
    pub const STRING: c_int = 5;
    pub const OBJECT: c_int = 6;
    pub const CHAR: c_int = 7;
    pub const BYTE: c_int = 8;
    pub const UBYTE: c_int = 9;
    pub const USHORT: c_int = 10;
    pub const UINT: c_int = 11;
    pub const ULONG: c_int = 12;
    pub const STRING_INPLACE: c_int = 13;
    pub const BOOL: c_int = 14;
    /// An object; NULL means that there is no such attribute.
    pub const OBJECT_EX: c_int = 16;
    pub const LONGLONG: c_int = 17;
    pub const ULONGLONG: c_int = 18;
    pub const PYSSIZET: c_int = 19;
    pub const NONE: c_int = 20;
}

/// `Py_READONLY`.
pub const READONLY: c_int = 1;
/// `Py_AUDIT_READ`: reading the field raises an auditing event.
pub const AUDIT_READ: c_int = 2;
/// `Py_RELATIVE_OFFSET`: the offset counts from where the type's own part of an instance begins.
pub const RELATIVE_OFFSET: c_int = 8;

/// `PyMember_GetOne`: the value of the field that `def` describes in `object`.
///
/// # Safety
/// `object` has such a field.
///
/// # Errors
/// AttributeError for an empty `OBJECT_EX` field; SystemError for an unknown kind.
pub unsafe fn get(object: &Object, def: &MemberDef) -> Result<Ref> {
    if def.flags & RELATIVE_OFFSET != 0 {
        return Err(crate::raise!(SystemError, "PyMember_GetOne used with Py_RELATIVE_OFFSET"));
    }
    // SAFETY: the caller's promise.
    unsafe {
        let field = object.as_ptr().cast::<u8>().offset(def.offset);
        let signed = |value: i64| new_int(value);
        let unsigned = |value: u64| Ok(Int::from_u64(value)?.upcast());
        match def.kind {
            kind::SHORT => signed(field.cast::<i16>().read().into()),
            kind::INT => signed(field.cast::<i32>().read().into()),
            kind::LONG | kind::LONGLONG | kind::PYSSIZET => signed(field.cast::<i64>().read()),
            kind::FLOAT => Ok(Float::new(field.cast::<f32>().read().into())?.upcast()),
            kind::DOUBLE => Ok(Float::new(field.cast::<f64>().read())?.upcast()),
            kind::STRING => match field.cast::<*const c_char>().read() {
                text if text.is_null() => Ok(none::none().to_ref()),
                text => Ok(Str::new(&CStr::from_ptr(text).to_string_lossy())?.upcast()),
            },
            kind::STRING_INPLACE => {
                Ok(Str::new(&CStr::from_ptr(field.cast::<c_char>()).to_string_lossy())?.upcast())
            }
            kind::OBJECT => Ok((*field.cast::<Slot>()).get().unwrap_or_else(|| none::none().to_ref())),
            kind::OBJECT_EX => (*field.cast::<Slot>()).get().ok_or_else(|| missing(object, def)),
            kind::CHAR => Ok(Str::from_char((*field).into())?.upcast()),
            kind::BYTE => signed(field.cast::<i8>().read().into()),
            kind::UBYTE => signed((*field).into()),
            kind::USHORT => signed(field.cast::<u16>().read().into()),
            kind::UINT => signed(field.cast::<u32>().read().into()),
            kind::ULONG | kind::ULONGLONG => unsigned(field.cast::<u64>().read()),
            kind::BOOL => Ok(new_bool(*field != 0)),
            kind::NONE => Ok(none::none().to_ref()),
            _ => Err(crate::raise!(SystemError, "bad memberdescr type for {}", name(def))),
        }
    }
}

fn name(def: &MemberDef) -> String {
    // SAFETY: a definition's name is a C string.
    unsafe { CStr::from_ptr(def.name) }.to_string_lossy().into_owned()
}

#[cold]
fn missing(object: &Object, def: &MemberDef) -> raise::Raised {
    match object.class().qualified_name() {
        Ok(class) => crate::raise!(AttributeError, "'{class}' object has no attribute '{}'", name(def)),
        Err(raised) => raised,
    }
}

/// `PyMember_SetOne`; `None` deletes.
///
/// # Safety
/// `object` has such a field.
///
/// # Errors
/// AttributeError for a read-only field; TypeError for a value that does not suit the field.
pub unsafe fn set(object: &Object, def: &MemberDef, value: Option<&Object>) -> Result<()> {
    if def.flags & RELATIVE_OFFSET != 0 {
        return Err(crate::raise!(SystemError, "PyMember_SetOne used with Py_RELATIVE_OFFSET"));
    }
    if def.flags & READONLY != 0 {
        return Err(crate::raise!(AttributeError, "readonly attribute"));
    }
    // SAFETY: the caller's promise.
    unsafe {
        let field = object.as_ptr().cast::<u8>().offset(def.offset);
        let Some(value) = value else {
            return match def.kind {
                kind::OBJECT_EX if (*field.cast::<Slot>()).is_empty() => {
                    Err(crate::raise!(AttributeError, "{}", name(def)))
                }
                kind::OBJECT | kind::OBJECT_EX => {
                    (*field.cast::<Slot>()).set(None);
                    Ok(())
                }
                _ => Err(crate::raise!(TypeError, "can't delete numeric/char attribute")),
            };
        };
        match def.kind {
            kind::OBJECT | kind::OBJECT_EX => (*field.cast::<Slot>()).set(Some(value.to_ref())),
            kind::BOOL => {
                if !value.is(from_bool(true)) && !value.is(from_bool(false)) {
                    return Err(crate::raise!(TypeError, "attribute value type must be bool"));
                }
                *field = value.is(from_bool(true)).into();
            }
            kind::FLOAT => field.cast::<f32>().write(number::as_f64(value)? as f32),
            kind::DOUBLE => field.cast::<f64>().write(number::as_f64(value)?),
            kind::CHAR => match value.cast::<Str>().and_then(Str::as_ascii).map(str::as_bytes) {
                Some(&[char]) => *field = char,
                _ => return Err(crate::raise!(TypeError, "bad argument type for built-in operation")),
            },
            kind::STRING | kind::STRING_INPLACE => {
                return Err(crate::raise!(TypeError, "readonly attribute"));
            }
            _ => return set_integer(field, def, value),
        }
        Ok(())
    }
}

/// Stores an integer, and then warns when it does not fit a narrow field or is negative and the field is not.
///
/// # Safety
/// As [`set`].
unsafe fn set_integer(field: *mut u8, def: &MemberDef, value: &Object) -> Result<()> {
    if def.kind == kind::PYSSIZET && value.cast::<Int>().is_none() {
        return Err(crate::raise!(TypeError, "an integer is required"));
    }
    let value = number::index(value)?;
    let too_large = |kind: &str| match kind {
        "" => crate::raise!(OverflowError, "int too big to convert"),
        kind => crate::raise!(OverflowError, "Python int too large to convert to C {kind}"),
    };
    let signed = |kind: &str| value.to_i64().ok_or_else(|| too_large(kind));
    // A negative value is written as its bits.
    let unsigned = |kind: &str| match value.is_negative() {
        true => signed("long").map(|value| (value as u64, true)),
        false => value.to_u64().map(|value| (value, false)).ok_or_else(|| too_large(kind)),
    };
    let warn = |text: &str| crate::hooks::WARN.get()(&exc::RuntimeWarning, text, 1);
    let negative_written = |negative: bool| match negative {
        true => warn("Writing negative value into unsigned field"),
        false => Ok(()),
    };
    macro_rules! narrow {
        ($type:ty, $name:literal) => {{
            let value = signed("long")?;
            // SAFETY: the caller's promise.
            unsafe { field.cast::<$type>().write(value as $type) };
            match <$type>::try_from(value) {
                Ok(_) => Ok(()),
                Err(_) => warn(concat!("Truncation of value to ", $name)),
            }
        }};
    }
    // SAFETY (of all writes): the caller's promise.
    match def.kind {
        kind::BYTE => narrow!(i8, "char"),
        kind::UBYTE => narrow!(u8, "unsigned char"),
        kind::SHORT => narrow!(i16, "short"),
        kind::USHORT => narrow!(u16, "unsigned short"),
        kind::INT => narrow!(i32, "int"),
        kind::UINT => {
            let (value, negative) = unsigned("unsigned long")?;
            // SAFETY: as above.
            unsafe { field.cast::<u32>().write(value as u32) };
            match negative || u32::try_from(value).is_ok() {
                true => negative_written(negative),
                false => warn("Truncation of value to unsigned int"),
            }
        }
        kind::ULONG | kind::ULONGLONG => {
            let name = if def.kind == kind::ULONG { "unsigned long" } else { "" };
            let (value, negative) = unsigned(name)?;
            // SAFETY: as above.
            unsafe { field.cast::<u64>().write(value) };
            negative_written(negative)
        }
        kind::LONG | kind::LONGLONG | kind::PYSSIZET => {
            let value = signed(match def.kind {
                kind::LONG => "long",
                kind::LONGLONG => "",
                _ => "ssize_t",
            })?;
            // SAFETY: as above.
            unsafe { field.cast::<i64>().write(value) };
            Ok(())
        }
        _ => Err(crate::raise!(SystemError, "bad memberdescr type for {}", name(def))),
    }
}

/// `PyMemberDescrObject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct MemberDescr {
    common: Descr,
    d_member: Cell<*const MemberDef>,
}

/// `PyDescr_NewMember`.
///
/// # Errors
/// MemoryError.
pub fn new_member(class: &TypeObject, def: &'static MemberDef) -> Result<Ref> {
    let common = Descr::new(class, ready::name_of(def.name)?);
    Ok(Ref::new(MemberDescr { common, d_member: Cell::new(def) })?.upcast())
}

#[pytype(
    name = "member_descriptor",
    symbol = PyMemberDescr_Type,
    gc,
    no_clear,
    no_new,
    member("__objclass__", OBJECT, common.d_type, READONLY),
    member("__name__", OBJECT, common.d_name, READONLY)
)]
impl MemberDescr {
    /// The field.
    #[inline]
    pub fn def(&self) -> &MemberDef {
        // SAFETY: a definition lives as long as its type, which the descriptor keeps.
        unsafe { &*self.d_member.get() }
    }

    /// What all descriptors have.
    #[inline]
    pub fn common(&self) -> &Descr {
        &self.common
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        self.common.describe("member")
    }

    #[slot(tp_descr_get)]
    fn get(&self, instance: Option<&Object>, _owner: Option<&Object>) -> Result {
        let Some(instance) = instance else { return Ok(self.as_object().to_ref()) };
        self.common.check(instance)?;
        // SAFETY: just checked.
        unsafe { get(instance, self.def()) }
    }

    #[slot(tp_descr_set)]
    fn set(&self, instance: &Object, value: Option<&Object>) -> Result<()> {
        self.common.check(instance)?;
        // SAFETY: just checked.
        unsafe { set(instance, self.def(), value) }
    }

    #[getter("__doc__")]
    fn doc(&self) -> Result<Option<Ref>> {
        let doc = self.def().doc;
        // SAFETY: a docstring is a C string.
        let text = (!doc.is_null()).then(|| unsafe { CStr::from_ptr(doc) }.to_string_lossy());
        text.map(|text| Ok(Str::new(&text)?.upcast())).transpose()
    }

    #[getter("__qualname__")]
    fn qualname(&self) -> Result {
        self.common.qualname()
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        self.common.reduce()
    }
}

/// `PyGetSetDescrObject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct GetSetDescr {
    common: Descr,
    d_getset: Cell<*const GetSetDef>,
}

/// `PyDescr_NewGetSet`.
///
/// # Errors
/// MemoryError.
pub fn new_getset(class: &TypeObject, def: &'static GetSetDef) -> Result<Ref> {
    let common = Descr::new(class, ready::name_of(def.name)?);
    Ok(Ref::new(GetSetDescr { common, d_getset: Cell::new(def) })?.upcast())
}

#[pytype(
    name = "getset_descriptor",
    symbol = PyGetSetDescr_Type,
    gc,
    no_clear,
    no_new,
    member("__objclass__", OBJECT, common.d_type, READONLY),
    member("__name__", OBJECT, common.d_name, READONLY)
)]
impl GetSetDescr {
    /// The definition.
    #[inline]
    pub fn def(&self) -> &GetSetDef {
        // SAFETY: a definition lives as long as its type, which the descriptor keeps.
        unsafe { &*self.d_getset.get() }
    }

    /// What all descriptors have.
    #[inline]
    pub fn common(&self) -> &Descr {
        &self.common
    }

    fn refused(&self, what: &str) -> raise::Raised {
        let (name, class) = (self.common.name(), self.common.class_of().full_name());
        crate::raise!(AttributeError, "attribute '{name}' of '{class}' objects is not {what}")
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        self.common.describe("attribute")
    }

    #[slot(tp_descr_get)]
    fn get(&self, instance: Option<&Object>, _owner: Option<&Object>) -> Result {
        let Some(instance) = instance else { return Ok(self.as_object().to_ref()) };
        self.common.check(instance)?;
        match self.def().get {
            // SAFETY: the definition belongs to the instance's class.
            Some(get) => unsafe { get(instance, self.def().closure) },
            None => Err(self.refused("readable")),
        }
    }

    #[slot(tp_descr_set)]
    fn set(&self, instance: &Object, value: Option<&Object>) -> Result<()> {
        self.common.check(instance)?;
        match self.def().set {
            // SAFETY: the definition belongs to the instance's class.
            Some(set) => match unsafe { set(instance, value, self.def().closure) } {
                0 => Ok(()),
                _ => Err(raise::pending()),
            },
            None => Err(self.refused("writable")),
        }
    }

    #[getter("__doc__")]
    fn doc(&self) -> Result<Option<Ref>> {
        let doc = self.def().doc;
        // SAFETY: a docstring is a C string.
        let text = (!doc.is_null()).then(|| unsafe { CStr::from_ptr(doc) }.to_string_lossy());
        text.map(|text| Ok(Str::new(&text)?.upcast())).transpose()
    }

    #[getter("__qualname__")]
    fn qualname(&self) -> Result {
        self.common.qualname()
    }
}
