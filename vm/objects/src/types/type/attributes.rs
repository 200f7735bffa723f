//! The computed attributes of classes: `__name__`, `__module__`, `__doc__` and their kin.

use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::{self, attr};
use crate::raise::{Raised, Result};
use crate::typeobject::{TypeObject, flags, ready::dict_of};
use crate::types::dict::Dict;
use crate::types::str::{Str, intern};
use crate::types::tuple::Tuple;
use core::ffi::c_char;

/// That a special attribute may be set: the class is mutable and there is a value (`check_set_special_type_attr`).
fn settable<'a>(class: &TypeObject, value: Option<&'a Object>, name: &str) -> Result<&'a Object> {
    let class_name = class.full_name();
    if class.has_feature(flags::IMMUTABLETYPE) {
        return Err(crate::raise!(
            TypeError,
            "cannot set '{name}' attribute of immutable type '{class_name}'"
        ));
    }
    let value = value.ok_or_else(|| {
        crate::raise!(TypeError, "cannot delete '{name}' attribute of immutable type '{class_name}'")
    })?;
    crate::hooks::AUDIT.get()("object.__setattr__", &[class, &*Str::new(name)?, value])?;
    Ok(value)
}

fn expect_string<'a>(class: &TypeObject, value: &'a Object, name: &str) -> Result<&'a Str> {
    value.cast::<Str>().ok_or_else(|| {
        crate::raise!(
            TypeError,
            "can only assign string to {}.{name}, not '{}'",
            class.full_name(),
            value.class().full_name()
        )
    })
}

/// `__name__`.
///
/// # Errors
/// MemoryError.
pub fn name_of(class: &TypeObject) -> Result<Ref<Str>> {
    match class.heap_type().and_then(|heap| heap.ht_name.get()) {
        Some(name) => Ok(name),
        None => intern::intern_text(class.name()),
    }
}

pub(super) fn set_name(class: &TypeObject, value: Option<&Object>) -> Result<()> {
    let value = settable(class, value, "__name__")?;
    let name = expect_string(class, value, "__name__")?;
    let Some(heap) = class.heap_type() else { return Err(crate::raise::bad_internal_call()) };
    let text = c_name(name)?;
    heap.ht_name.set(Some(name.to_ref()));
    // SAFETY: a heap type's name is a block of `c_name`, replaced by another.
    unsafe { replace_name(class, text) };
    Ok(())
}

/// The C string for `tp_name`, on the C heap; the type owns it through `ht_tpname`.
///
/// # Errors
/// ValueError when there is a NUL in it; UnicodeEncodeError for lone surrogates; MemoryError.
pub(crate) fn c_name(name: &Str) -> Result<*mut c_char> {
    let text = name.to_str()?;
    if text.contains('\0') {
        return Err(crate::raise!(ValueError, "type name must not contain null characters"));
    }
    c_string(text)
}

/// A copy of `text` as a C string on the C heap.
pub(crate) fn c_string(text: &str) -> Result<*mut c_char> {
    // SAFETY: the block is as long as what is written.
    unsafe {
        let block = libc::malloc(text.len() + 1).cast::<u8>();
        if block.is_null() {
            return Err(crate::raise::no_memory());
        }
        block.copy_from_nonoverlapping(text.as_ptr(), text.len());
        block.add(text.len()).write(0);
        Ok(block.cast())
    }
}

/// # Safety
/// `text` came from [`c_name`] or [`c_string`] and is given away.
pub(crate) unsafe fn replace_name(class: &TypeObject, text: *mut c_char) {
    if let Some(heap) = class.heap_type() {
        let old = heap.ht_tpname.replace(text);
        class.tp_name.set(text);
        // SAFETY: the old name was the type's own, or NULL.
        unsafe { libc::free(old.cast()) };
    }
}

/// `__qualname__`.
///
/// # Errors
/// MemoryError.
pub fn qualname_of(class: &TypeObject) -> Result<Ref<Str>> {
    match class.heap_type().and_then(|heap| heap.ht_qualname.get()) {
        Some(name) => Ok(name),
        None => name_of(class),
    }
}

pub(super) fn set_qualname(class: &TypeObject, value: Option<&Object>) -> Result<()> {
    let value = settable(class, value, "__qualname__")?;
    let name = expect_string(class, value, "__qualname__")?;
    let Some(heap) = class.heap_type() else { return Err(crate::raise::bad_internal_call()) };
    heap.ht_qualname.set(Some(name.to_ref()));
    Ok(())
}

/// `__module__`, `None` when a heap type has lost it.
///
/// # Errors
/// MemoryError.
pub fn module_of(class: &TypeObject) -> Result<Option<Ref>> {
    if class.has_feature(flags::HEAPTYPE) {
        return dict_of(class)?.get_str(id!("__module__"));
    }
    let module = class.full_name().rsplit_once('.').map_or("builtins", |(module, _)| module);
    Ok(Some(intern::intern_text(module)?.upcast()))
}

impl TypeObject {
    /// `module.qualname`, without a module that goes without saying (`PyType_GetFullyQualifiedName`).
    ///
    /// # Errors
    /// MemoryError.
    pub fn fully_qualified_name(&self, separator: char) -> Result<Ref<Str>> {
        if !self.has_feature(flags::HEAPTYPE) {
            return Str::new(self.full_name());
        }
        let name = qualname_of(self)?;
        let module = module_of(self)?;
        match module.as_deref().and_then(|module| module.cast::<Str>()) {
            Some(module) if !module.equals_text("builtins") && !module.equals_text("__main__") => {
                Str::new(&format!("{}{separator}{}", module.to_string_lossy(), name.to_string_lossy()))
            }
            _ => Ok(name),
        }
    }
}

pub(super) fn set_module(class: &TypeObject, value: Option<&Object>) -> Result<()> {
    let value = settable(class, value, "__module__")?;
    class.modified();
    let dict = dict_of(class)?;
    dict.remove(id!("__firstlineno__"))?;
    dict.set_str(id!("__module__"), value)
}

/// Sets an attribute that is simply kept in the dictionary.
pub(super) fn set_plain(class: &TypeObject, name: &'static Str, value: Option<&Object>) -> Result<()> {
    let value = settable(class, value, &name.to_string_lossy())?;
    class.modified();
    dict_of(class)?.set_str(name, value)
}

/// `__abstractmethods__`.
///
/// # Errors
/// AttributeError when there is none.
pub(crate) fn abstract_methods(class: &TypeObject) -> Result {
    let name = id!("__abstractmethods__");
    // `type` itself has a getter of this name, which must not be found as a value.
    if !core::ptr::eq(class, &raw const super::PyType_Type)
        && let Some(methods) = dict_of(class)?.get_str(name)?
    {
        return Ok(methods);
    }
    Err(crate::raise::set(&crate::types::exceptions::AttributeError, Some(name)))
}

pub(super) fn set_abstract_methods(class: &TypeObject, value: Option<&Object>) -> Result<()> {
    let name = id!("__abstractmethods__");
    let dict = dict_of(class)?;
    let is_abstract = match value {
        Some(value) => {
            let is_abstract = protocol::object::is_true(value)?;
            dict.set_str(name, value)?;
            is_abstract
        }
        None => {
            if dict.remove(name)?.is_none() {
                return Err(crate::raise::set(&crate::types::exceptions::AttributeError, Some(name)));
            }
            false
        }
    };
    class.modified();
    if is_abstract {
        class.set_flags(flags::IS_ABSTRACT, 0);
    } else {
        class.set_flags(0, flags::IS_ABSTRACT);
    }
    Ok(())
}

/// A value from the class's dictionary, bound as an attribute of the class.
fn bound_to_class(class: &TypeObject, value: Ref) -> Result {
    match value.class().tp_descr_get.get() {
        // SAFETY: the slot belongs to the attribute's class.
        Some(bind) => unsafe { bind(&value, None, Some(class)) },
        None => Ok(value),
    }
}

pub(super) fn doc_of(class: &TypeObject) -> Result<Option<Ref>> {
    let doc = class.tp_doc.get();
    if !class.has_feature(flags::HEAPTYPE) && !doc.is_null() {
        return crate::types::descr::doc_object(class.name(), doc);
    }
    match dict_of(class)?.get_str(id!("__doc__"))? {
        Some(doc) => bound_to_class(class, doc).map(Some),
        None => Ok(None),
    }
}

pub(super) fn annotations_of(class: &TypeObject) -> Result {
    let name = id!("__annotations__");
    if !class.has_feature(flags::HEAPTYPE) {
        return Err(attr::missing(class, name));
    }
    let dict = dict_of(class)?;
    if let Some(annotations) = dict.get_str(name)? {
        return bound_to_class(class, annotations);
    }
    let annotations = Dict::new()?;
    class.modified();
    dict.set_str(name, &annotations)?;
    Ok(annotations.upcast())
}

pub(super) fn set_annotations(class: &TypeObject, value: Option<&Object>) -> Result<()> {
    let name = id!("__annotations__");
    if class.has_feature(flags::IMMUTABLETYPE) {
        return Err(immutable(class, name)?);
    }
    let dict = dict_of(class)?;
    class.modified();
    match value {
        Some(value) => dict.set_str(name, value),
        None => match dict.remove(name)? {
            Some(_) => Ok(()),
            None => Err(crate::raise::set(&crate::types::exceptions::AttributeError, Some(name))),
        },
    }
}

/// The error for setting an attribute of a type that does not change.
///
/// # Errors
/// What the name's repr raises.
pub(crate) fn immutable(class: &TypeObject, name: &Str) -> Result<Raised> {
    let name = protocol::object::repr(name)?.to_string_lossy();
    Ok(crate::raise!(TypeError, "cannot set {name} attribute of immutable type '{}'", class.full_name()))
}

pub(super) fn type_params_of(class: &TypeObject) -> Result {
    if !core::ptr::eq(class, &raw const super::PyType_Type)
        && let Some(params) = dict_of(class)?.get_str(id!("__type_params__"))?
    {
        return Ok(params);
    }
    Ok(Tuple::empty().upcast())
}

/// Adds the names in the dictionaries of a class and its bases (`merge_class_dict`).
///
/// # Errors
/// What reading `__dict__` and `__bases__` raises.
pub(crate) fn merge_class_dict(names: &Dict, class: &Object) -> Result<()> {
    if let Some(dict) = attr::get_optional(class, id!("__dict__"))? {
        let keys = match class.cast::<TypeObject>().and_then(|class| class.tp_dict.get()) {
            Some(dict) => dict,
            None => {
                let copy = Dict::new()?;
                copy.merge_mapping(&dict, true)?;
                copy
            }
        };
        names.merge(&keys, true)?;
    }
    if let Some(bases) = attr::get_optional(class, id!("__bases__"))? {
        let _depth = crate::state::enter_recursive_call(" in __dir__")?;
        protocol::iter::for_each(&bases, |base| merge_class_dict(names, &base))?;
    }
    Ok(())
}
