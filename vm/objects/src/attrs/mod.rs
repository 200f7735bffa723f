//! Instance attributes: a shape and inline values, or a dictionary once somebody asks for one.
//!
//! # Where attributes live
//!
//! *Classic* classes have a positive `tp_dictoffset` (exceptions, functions, modules, C types), or a negative one when items follow
//! the fields: at that offset is a field that owns a dictionary or is NULL.
//!
//! *Managed* classes (`MANAGED_DICT`, which every class made in Python has unless its base is classic or `__slots__` forbids it)
//! keep these words behind the object's fields and items, at [`extra_offset`]:
//!
//! ```text
//! E + 0        head of the list of weak references      if MANAGED_WEAKREF
//! E + 0 or 8   the attribute word                       if MANAGED_DICT
//! next         value 0, value 1, … value capacity-1     if INLINE_VALUES (classes without items)
//! ```
//!
//! The attribute word (see [`shape`]) is one of
//! - `0`: no attribute was ever set and there is no inline room;
//! - odd: the low half is `shape id << 1 | 1`, the high half the instance's own capacity. The shape says which name has which
//!   place; exactly the first `shape.len()` values are not NULL. So code that has compared the low half with a known word may
//!   load the value without another check, and code that has compared all 64 bits may append without one;
//! - even: the address of a `dict` that the word owns. The inline values are all NULL then and stay so.
//!
//! A class's version tag also vouches for the instances: while it is the same, no instance gets a name inline that none had before
//! and that the class has too. So a cache that has compared the tag, and that found the name unknown to the class's [`shape::Layout`],
//! need only see that the attribute word is odd or 0 to know that the instance does not hide the class's attribute.
//!
//! A dictionary is *materialised* (values move into it in order of insertion) when somebody asks for `__dict__`, when the inline
//! room or the class's budget of shapes is used up, when a name is not a plain interned string, and when `__class__` is assigned.
//! It never goes back, except that `del obj.__dict__` empties the word.

pub mod inline;
pub mod shape;

use crate::object::refs::Ref;
use crate::object::trace::{Visit, Visitor};
use crate::object::{Instance, Object};
use crate::protocol::attr::{self, Method};
use crate::raise::{Raised, Result};
use crate::typeobject::slots::GetAttroFunc;
use crate::typeobject::{TypeObject, flags};
use crate::types::dict::Dict;
use crate::types::exceptions as exc;
use crate::types::str::{self, Str};
use crate::types::weakref::WeakReference;
use core::cell::Cell;
use core::ffi::c_int;
use core::ptr;

pub use inline::{
    Storage, drop_layout, extra_offset, extra_size, fixed_word_offset, init_instance, inline_values,
    item_count, prepare_layout, shape_of, storage, word_offset,
};

/// What `tp_weaklistoffset` says of classes whose weak references are managed, as in CPython.
pub const MANAGED_WEAKLIST_OFFSET: isize = -32;

/// `PyObject_GenericGetAttr`.
///
/// # Safety
/// A slot function.
#[unsafe(export_name = "PyObject_GenericGetAttr")]
pub unsafe extern "C" fn generic_getattro(object: &Object, name: &Object) -> Result<Ref> {
    let name = str::expect_str(name, "attribute name")?;
    match generic_get_optional(object, name)? {
        Some(value) => Ok(value),
        None => Err(attr::missing(object, name)),
    }
}

/// [`generic_getattro`] with `None` instead of AttributeError.
///
/// # Errors
/// What a descriptor raises; AttributeError too when a descriptor raised it, which the caller may catch.
pub fn generic_get_optional(object: &Object, name: &Str) -> Result<Option<Ref>> {
    let class = object.class();
    let Some(found) = class.lookup(name) else { return own_attribute(object, name) };
    let bind = found.class().tp_descr_get.get();
    // SAFETY (both calls): the slot belongs to the attribute's class.
    if let Some(bind) = bind
        && found.class().tp_descr_set.get().is_some()
    {
        return unsafe { bind(&found, Some(object), Some(class)) }.map(Some);
    }
    if let Some(value) = own_attribute(object, name)? {
        return Ok(Some(value));
    }
    match bind {
        Some(bind) => unsafe { bind(&found, Some(object), Some(class)) }.map(Some),
        None => Ok(Some(found)),
    }
}

/// [`generic_get_optional`] with the dictionary given.
///
/// # Errors
/// As there.
pub fn generic_get_with(object: &Object, name: &Str, dict: &Dict) -> Result<Option<Ref>> {
    let class = object.class();
    let found = class.lookup(name);
    let bind = found.as_deref().and_then(|found| found.class().tp_descr_get.get());
    // SAFETY (both calls): the slot belongs to the attribute's class.
    if let (Some(found), Some(bind)) = (&found, bind)
        && found.class().tp_descr_set.get().is_some()
    {
        return unsafe { bind(found, Some(object), Some(class)) }.map(Some);
    }
    if let Some(value) = dict.get_str(name)? {
        return Ok(Some(value));
    }
    match (&found, bind) {
        (Some(found), Some(bind)) => unsafe { bind(found, Some(object), Some(class)) }.map(Some),
        _ => Ok(found),
    }
}

/// The instance's own attribute, no class asked.
///
/// # Errors
/// What comparing with strange keys of the dictionary raises.
#[inline]
pub fn own_attribute(object: &Object, name: &Str) -> Result<Option<Ref>> {
    match storage(object) {
        Storage::Nothing => Ok(None),
        Storage::Managed(managed) => managed.get(name),
        Storage::Classic(slot) => match slot.get() {
            Some(dict) => dict.get_str(name),
            None => Ok(None),
        },
    }
}

/// See [`crate::protocol::attr::get_method`].
///
/// # Errors
/// AttributeError; what a descriptor raises.
pub fn get_method(object: &Object, name: &Str) -> Result<Method> {
    let class = object.class();
    let generic = generic_getattro as GetAttroFunc;
    if !class.tp_getattro.get().is_some_and(|own| ptr::fn_addr_eq(own, generic)) {
        return attr::get(object, name).map(Method::Bound);
    }
    let Some(found) = class.lookup(name) else {
        return match own_attribute(object, name)? {
            Some(value) => Ok(Method::Bound(value)),
            None => Err(attr::missing(object, name)),
        };
    };
    let is_method = found.class().has_feature(flags::METHOD_DESCRIPTOR);
    let bind = found.class().tp_descr_get.get();
    // SAFETY (both calls): the slot belongs to the attribute's class.
    if let Some(bind) = bind
        && !is_method
        && found.class().tp_descr_set.get().is_some()
    {
        return unsafe { bind(&found, Some(object), Some(class)) }.map(Method::Bound);
    }
    if let Some(value) = own_attribute(object, name)? {
        return Ok(Method::Bound(value));
    }
    match bind {
        _ if is_method => Ok(Method::Unbound(found)),
        Some(bind) => unsafe { bind(&found, Some(object), Some(class)) }.map(Method::Bound),
        None => Ok(Method::Bound(found)),
    }
}

/// `PyObject_GenericSetAttr`.
///
/// # Safety
/// A slot function.
#[unsafe(export_name = "PyObject_GenericSetAttr")]
pub unsafe extern "C" fn generic_setattro(object: &Object, name: &Object, value: Option<&Object>) -> c_int {
    let set = || {
        let name = str::expect_str(name, "attribute name")?;
        generic_set(object, name, value)
    };
    crate::typeobject::status(set())
}

/// [`generic_setattro`] in Rust's terms; `None` deletes.
///
/// # Errors
/// AttributeError; what a descriptor raises.
pub fn generic_set(object: &Object, name: &Str, value: Option<&Object>) -> Result<()> {
    let found = object.class().lookup(name);
    if let Some(found) = &found
        && let Some(set) = found.class().tp_descr_set.get()
    {
        // SAFETY: the slot belongs to the attribute's class.
        return checked(unsafe { set(found, object, value) });
    }
    let deleted = match storage(object) {
        Storage::Nothing => return Err(no_room(object, name, found.is_some())),
        Storage::Managed(managed) => managed.set(name, value)?,
        Storage::Classic(slot) => {
            let dict = match slot.get() {
                Some(dict) => dict,
                None => {
                    let dict = Dict::new()?;
                    slot.set(Some(dict.clone()));
                    dict
                }
            };
            set_in(&dict, name, value)?
        }
    };
    if deleted { Ok(()) } else { Err(attr::missing(object, name)) }
}

/// [`generic_set`] with the dictionary given, as classes have it.
///
/// # Errors
/// As [`generic_set`].
pub fn generic_set_with(
    object: &Object,
    name: &Str,
    value: Option<&Object>,
    dict: impl FnOnce() -> Result<Option<Ref<Dict>>>,
) -> Result<()> {
    let found = object.class().lookup(name);
    if let Some(found) = &found
        && let Some(set) = found.class().tp_descr_set.get()
    {
        // SAFETY: the slot belongs to the attribute's class.
        return checked(unsafe { set(found, object, value) });
    }
    let Some(dict) = dict()? else { return Err(no_room(object, name, found.is_some())) };
    if set_in(&dict, name, value)? { Ok(()) } else { Err(attr::missing(object, name)) }
}

fn checked(status: c_int) -> Result<()> {
    if status < 0 { Err(crate::raise::pending()) } else { Ok(()) }
}

/// Sets or deletes; `false` when there was nothing to delete.
fn set_in(dict: &Dict, name: &Str, value: Option<&Object>) -> Result<bool> {
    match value {
        Some(value) => dict.set_attribute(name, value).map(|()| true),
        None => Ok(dict.remove(name)?.is_some()),
    }
}

/// The error for an object that has no place for the attribute.
#[cold]
fn no_room(object: &Object, name: &Str, on_class: bool) -> Raised {
    let class = object.class();
    let name_text = name.to_string_lossy();
    let generic = generic_setattro as crate::typeobject::slots::SetAttroFunc;
    let text = if on_class {
        format!("'{}' object attribute '{name_text}' is read-only", class.full_name())
    } else if class.tp_setattro.get().is_some_and(|own| ptr::fn_addr_eq(own, generic)) {
        format!(
            "'{}' object has no attribute '{name_text}' and no __dict__ for setting new attributes",
            class.full_name()
        )
    } else {
        format!("'{}' object has no attribute '{name_text}'", class.full_name())
    };
    exc::set_attribute_error(object, name, &text)
}

// ---- `__dict__` ----

fn no_dict() -> Raised {
    crate::raise!(AttributeError, "This object has no __dict__")
}

/// `PyObject_GenericGetDict`: the object's `__dict__`, made if it is not there yet.
///
/// # Errors
/// AttributeError when the class has no room for one; MemoryError.
pub fn generic_get_dict(object: &Object) -> Result<Ref> {
    match storage(object) {
        Storage::Nothing => Err(no_dict()),
        Storage::Managed(managed) => managed.materialize().map(Ref::upcast),
        Storage::Classic(slot) => match slot.get() {
            Some(dict) => Ok(dict.upcast()),
            None => {
                let dict = Dict::new()?;
                slot.set(Some(dict.clone()));
                Ok(dict.upcast())
            }
        },
    }
}

/// `PyObject_GenericSetDict`.
///
/// # Errors
/// AttributeError when the class has no room for one; TypeError for something else than a dictionary or for a deletion.
pub fn generic_set_dict(object: &Object, value: Option<&Object>) -> Result<()> {
    let Some(value) = value else { return Err(crate::raise!(TypeError, "cannot delete __dict__")) };
    let Some(dict) = value.cast::<Dict>() else {
        return Err(crate::raise!(
            TypeError,
            "__dict__ must be set to a dictionary, not a '{}'",
            value.class().full_name()
        ));
    };
    match storage(object) {
        Storage::Nothing => return Err(no_dict()),
        Storage::Managed(managed) => managed.replace(Some(dict.to_ref())),
        Storage::Classic(slot) => slot.set(Some(dict.to_ref())),
    }
    Ok(())
}

/// `del object.__dict__`: the attributes are gone, new ones may be set.
///
/// # Errors
/// AttributeError when the class has no room for a dictionary.
pub fn clear_dict(object: &Object) -> Result<()> {
    if matches!(storage(object), Storage::Nothing) {
        return Err(no_dict());
    }
    drop_attributes(object);
    Ok(())
}

/// The field that holds an object's dictionary, or will: attributes that are inline move into one first. NULL when the class has none
/// (`_PyObject_GetDictPtr`).
///
/// # Errors
/// MemoryError.
pub fn dict_place(object: &Object) -> Result<*mut *mut Object> {
    Ok(match storage(object) {
        Storage::Nothing => ptr::null_mut(),
        Storage::Managed(managed) => managed.dict_place()?,
        Storage::Classic(slot) => ptr::from_ref(slot).cast_mut().cast(),
    })
}

/// Moves the inline values of an instance, if it has any, into a dictionary.
///
/// # Errors
/// MemoryError.
pub fn materialize(object: &Object) -> Result<()> {
    if let Storage::Managed(managed) = storage(object) {
        managed.materialize()?;
    }
    Ok(())
}

/// Whether an instance has any attribute of its own.
pub fn has_attributes(object: &Object) -> bool {
    match storage(object) {
        Storage::Nothing => false,
        Storage::Managed(managed) => !managed.is_empty(),
        Storage::Classic(slot) => slot.get().is_some_and(|dict| !dict.is_empty()),
    }
}

/// Drops all attributes of an instance (`PyObject_ClearManagedDict`).
pub fn drop_attributes(object: &Object) {
    match storage(object) {
        Storage::Nothing => {}
        Storage::Managed(managed) => managed.replace(None),
        Storage::Classic(slot) => slot.set(None),
    }
}

/// [`drop_attributes`] of an instance that nobody can reach any more.
#[inline]
pub(crate) fn drop_dead_attributes(object: &Object) {
    match storage(object) {
        Storage::Managed(managed) => managed.drop_dead(),
        _ => drop_attributes(object),
    }
}

/// Visits the attributes of an instance (`PyObject_VisitManagedDict`).
///
/// # Errors
/// What the visitor answers.
pub fn trace_attributes(object: &Object, visitor: &mut Visitor) -> Visit {
    match storage(object) {
        Storage::Nothing => Ok(()),
        Storage::Managed(managed) => managed.trace(visitor),
        Storage::Classic(slot) => crate::Trace::trace(slot, visitor),
    }
}

/// The field that heads the list of an object's weak references, if its class has one.
pub fn weaklist(object: &Object) -> Option<&Cell<*const WeakReference>> {
    let class = object.class();
    let offset = if class.has_feature(flags::MANAGED_WEAKREF) {
        extra_offset(object, class) as isize
    } else {
        class.tp_weaklistoffset.get()
    };
    // SAFETY: the class says that there is such a field.
    (offset > 0).then(|| unsafe { &*object.as_ptr().cast::<u8>().offset(offset).cast() })
}

/// Whether instances of `class` have a place for attributes.
pub fn has_storage(class: &TypeObject) -> bool {
    class.tp_dictoffset.get() != 0 || class.has_feature(flags::MANAGED_DICT)
}
