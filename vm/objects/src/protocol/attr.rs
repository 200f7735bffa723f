//! Attribute access, and the look-up of special methods on a class.

use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol;
use crate::raise::{Catch, Raised, Result};
use crate::state;
use crate::typeobject::{TypeObject, flags};
use crate::types::exceptions as exc;
use crate::types::object::PyBaseObject_Type;
use crate::types::str::{self, Str};
use crate::types::tuple::Tuple;
use crate::types::union::Union;
use std::ffi::CString;

/// `PyObject_GetAttr`.
///
/// # Errors
/// AttributeError; what a descriptor or `__getattr__` raises.
#[inline]
pub fn get(object: &Object, name: &Str) -> Result<Ref> {
    let class = object.class();
    match class.tp_getattro.get() {
        // SAFETY: the slot belongs to the object's class.
        Some(function) => {
            unsafe { function(object, name) }.map_err(|raised| with_subject(raised, object, name))
        }
        None => match class.tp_getattr.get() {
            // SAFETY: the slot belongs to the object's class; it gets a C string.
            Some(function) => unsafe { function(object, c_name(name)?.as_ptr()) },
            None => Err(missing(object, name)),
        },
    }
}

/// A name as `tp_getattr` and `tp_setattr` get it: C ends it at a NUL.
fn c_name(name: &Str) -> Result<CString> {
    let bytes = name.to_str()?.as_bytes();
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    CString::new(&bytes[..end]).map_err(|_| crate::raise::no_memory())
}

/// Notes in an AttributeError what was asked of which object, for suggestions, unless it says so already
/// (`_PyObject_SetAttributeErrorContext`).
#[cold]
fn with_subject(raised: Raised, object: &Object, name: &Str) -> Raised {
    if !raised.matches(&exc::AttributeError) {
        return raised;
    }
    let exception = raised.take();
    if let Some(error) = exception.cast::<exc::name::AttributeErrorObject>()
        && error.obj.is_empty()
        && error.name.is_empty()
    {
        error.set_subject(object, name);
    }
    crate::raise::restore(exception)
}

/// [`get`] with the name as text.
///
/// # Errors
/// As [`get`].
pub fn get_text(object: &Object, name: &str) -> Result<Ref> {
    get(object, &*str::intern::intern_text(name)?)
}

/// `PyObject_GetOptionalAttr`: `None` instead of AttributeError.
///
/// # Errors
/// What a descriptor or `__getattr__` raises, other than AttributeError.
pub fn get_optional(object: &Object, name: &Str) -> Result<Option<Ref>> {
    use crate::types::module::{self, Module, PyModule_Type};
    use crate::types::r#type::{PyType_Type, get_attribute};
    let getattro = object.class().tp_getattro.get();
    let is = |function: Option<GetAttro>| {
        getattro.zip(function).is_some_and(|(own, function)| core::ptr::fn_addr_eq(own, function))
    };
    // Where it is known how to look, no exception is made for what is not there.
    let found = if is(Some(crate::attrs::generic_getattro)) {
        crate::attrs::generic_get_optional(object, name)
    } else if is(PyType_Type.tp_getattro.get())
        && let Some(class) = object.cast::<TypeObject>()
    {
        get_attribute(class, name)
    } else if is(PyModule_Type.tp_getattro.get())
        && let Some(module) = object.cast::<Module>()
    {
        module::get_optional(module, name)
    } else {
        return get(object, name).catch(&exc::AttributeError);
    };
    match found {
        // A getter of an extension that returns NULL without an exception says that there is nothing.
        Err(raised) if !crate::raise::occurred() => {
            raised.leave();
            Ok(None)
        }
        found => Ok(found.catch(&exc::AttributeError)?.flatten()),
    }
}

type GetAttro = crate::typeobject::slots::GetAttroFunc;

/// `PyObject_SetAttr`; `None` deletes.
///
/// # Errors
/// AttributeError; what a descriptor or `__setattr__` raises.
pub fn set(object: &Object, name: &Str, value: Option<&Object>) -> Result<()> {
    let class = object.class();
    match class.tp_setattro.get() {
        // SAFETY: the slot belongs to the object's class.
        Some(function) => match unsafe { function(object, name, value) } {
            0 => Ok(()),
            _ => Err(crate::raise::pending()),
        },
        None if let Some(function) = class.tp_setattr.get() => {
            // SAFETY: the slot belongs to the object's class; it gets a C string.
            match unsafe { function(object, c_name(name)?.as_ptr(), value) } {
                0 => Ok(()),
                _ => Err(crate::raise::pending()),
            }
        }
        None => {
            let readable = class.tp_getattro.get().is_some() || class.tp_getattr.get().is_some();
            let kind = if readable { "only read-only" } else { "no" };
            let action = if value.is_some() { "assign to" } else { "del" };
            let name = name.to_string_lossy();
            Err(crate::raise!(
                TypeError,
                "'{}' object has {kind} attributes ({action} .{name})",
                class.full_name()
            ))
        }
    }
}

/// AttributeError for `object.name`, carrying both for suggestions.
#[cold]
pub fn missing(object: &Object, name: &Str) -> Raised {
    let text = match object.cast::<TypeObject>() {
        Some(class) => {
            format!("type object '{}' has no attribute '{}'", class.full_name(), name.to_string_lossy())
        }
        None => {
            format!("'{}' object has no attribute '{}'", object.class().full_name(), name.to_string_lossy())
        }
    };
    exc::set_attribute_error(object, name, &text)
}

/// A special method found on the class of an object, bound to it (`_PyObject_LookupSpecial`).
///
/// # Errors
/// What the descriptor raises.
pub fn lookup_special(object: &Object, name: &Str) -> Result<Option<Ref>> {
    let class = object.class();
    let Some(found) = class.lookup(name) else { return Ok(None) };
    match found.class().tp_descr_get.get() {
        // SAFETY: the slot belongs to the attribute's class.
        Some(bind) => unsafe { bind(&found, Some(object), Some(class)) }.map(Some),
        None => Ok(Some(found)),
    }
}

/// A method ready to be called.
pub enum Method {
    /// A plain function of the class: to be called with the object in front.
    Unbound(Ref),
    /// Anything else, already bound.
    Bound(Ref),
}

/// `_PyObject_GetMethod`: like [`get`], but a function of the class is not bound.
///
/// # Errors
/// As [`get`].
pub fn get_method(object: &Object, name: &Str) -> Result<Method> {
    crate::attrs::get_method(object, name)
}

/// Finds a special method of the object's class without binding plain functions.
///
/// # Errors
/// What a descriptor raises.
pub fn special_method(object: &Object, name: &Str) -> Result<Option<Method>> {
    let class = object.class();
    let Some(found) = class.lookup(name) else { return Ok(None) };
    if found.class().has_feature(flags::METHOD_DESCRIPTOR) {
        return Ok(Some(Method::Unbound(found)));
    }
    match found.class().tp_descr_get.get() {
        // SAFETY: the slot belongs to the attribute's class.
        Some(bind) => Ok(Some(Method::Bound(unsafe { bind(&found, Some(object), Some(class)) }?))),
        None => Ok(Some(Method::Bound(found))),
    }
}

/// Calls a special method that the class must have.
///
/// # Errors
/// AttributeError when it has none; what the call raises.
pub fn call_special(object: &Object, name: &Str, args: &[&Object]) -> Result<Ref> {
    match special_method(object, name)? {
        Some(Method::Unbound(function)) => match *args {
            [] => protocol::call::call(&function, &[object]),
            [one] => protocol::call::call(&function, &[object, one]),
            [one, two] => protocol::call::call(&function, &[object, one, two]),
            _ => protocol::call::call(&function, &[&[object], args].concat()),
        },
        Some(Method::Bound(callable)) => protocol::call::call(&callable, args),
        None => Err(missing(object, name)),
    }
}

/// Which of the two class questions is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Check {
    Instance,
    Subclass,
}

/// The body of `isinstance` and `issubclass`.
pub(crate) fn class_check(object: &Object, class: &Object, hook: &Str, check: Check) -> Result<bool> {
    if check == Check::Instance && core::ptr::eq(object.class().as_object(), class) {
        return Ok(true);
    }
    if class.class().is(&crate::types::r#type::PyType_Type) {
        return default_check(object, class, check);
    }
    let members = class.cast_exact::<Union>().map(Union::args);
    let class = members.as_deref().map_or(class, Instance::as_object);
    if let Some(classes) = class.cast::<Tuple>() {
        let place = if check == Check::Instance { " in __instancecheck__" } else { " in __subclasscheck__" };
        let _depth = state::enter_recursive_call(place)?;
        for class in classes.items() {
            if class_check(object, class, hook, check)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if let Some(method) = special_method(class, hook)? {
        let place = if check == Check::Instance { " in __instancecheck__" } else { " in __subclasscheck__" };
        let _depth = state::enter_recursive_call(place)?;
        let answer = match method {
            Method::Unbound(function) => protocol::call::call(&function, &[class, object])?,
            Method::Bound(callable) => protocol::call::call(&callable, &[object])?,
        };
        return protocol::object::is_true(&answer);
    }
    default_check(object, class, check)
}

/// The check without hooks, as `type.__instancecheck__` and `type.__subclasscheck__` do it.
///
/// # Errors
/// TypeError when `class` is not a class.
pub fn default_check(object: &Object, class: &Object, check: Check) -> Result<bool> {
    match (check, class.cast::<TypeObject>()) {
        (Check::Instance, Some(class)) => {
            if object.class().is_subtype(class) {
                return Ok(true);
            }
            if tells_its_class(object.class()) {
                return Ok(false);
            }
            let claimed = get_optional(object, id!("__class__"))?;
            Ok(match claimed.as_deref().and_then(|claimed| claimed.cast::<TypeObject>()) {
                Some(claimed) if !core::ptr::eq(claimed, object.class()) => claimed.is_subtype(class),
                _ => false,
            })
        }
        (Check::Instance, None) => {
            let text = "isinstance() arg 2 must be a type, a tuple of types, or a union";
            expect_bases(class, text)?;
            match get_optional(object, id!("__class__"))? {
                Some(claimed) => abstract_is_subclass(&claimed, class),
                None => Ok(false),
            }
        }
        (Check::Subclass, class_type) => {
            if let (Some(derived), Some(class)) = (object.cast::<TypeObject>(), class_type) {
                return Ok(derived.is_subtype(class));
            }
            expect_bases(object, "issubclass() arg 1 must be a class")?;
            expect_bases(class, "issubclass() arg 2 must be a class, a tuple of classes, or a union")?;
            abstract_is_subclass(object, class)
        }
    }
}

/// Whether the `__class__` of a class's instances is sure to be that class: the attribute is that of `object`, looked up in the ordinary
/// way.
#[inline]
pub fn tells_its_class(class: &TypeObject) -> bool {
    let name = id!("__class__");
    let generic = crate::attrs::generic_getattro as GetAttro;
    // SAFETY: only the addresses are compared.
    class.tp_getattro.get().is_some_and(|own| core::ptr::fn_addr_eq(own, generic))
        && match unsafe { (class.peek_lookup(name), PyBaseObject_Type.peek_lookup(name)) } {
            (Some(own), Some(plain)) => own.is(plain),
            _ => false,
        }
}

/// `__bases__` of something that plays a class, if it is a tuple.
fn abstract_bases(class: &Object) -> Result<Option<Ref<Tuple>>> {
    Ok(get_optional(class, id!("__bases__"))?.and_then(|bases| bases.downcast().ok()))
}

fn expect_bases(class: &Object, text: &str) -> Result<()> {
    match abstract_bases(class)? {
        Some(_) => Ok(()),
        None => Err(crate::raise!(TypeError, "{text}")),
    }
}

fn abstract_is_subclass(derived: &Object, class: &Object) -> Result<bool> {
    if derived.is(class) {
        return Ok(true);
    }
    let _depth = state::enter_recursive_call(" in __issubclass__")?;
    let Some(bases) = abstract_bases(derived)? else { return Ok(false) };
    for base in bases.items() {
        if abstract_is_subclass(base, class)? {
            return Ok(true);
        }
    }
    Ok(false)
}
