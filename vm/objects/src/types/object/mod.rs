//! `object`, the root of all types.

mod reduce;

use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::{self, attr};
use crate::raise::Result;
use crate::slots;
use crate::typeobject::slots::{CompareOp, InitProc, NewFunc};
use crate::typeobject::{TypeObject, flags, generic_alloc, layout};
use crate::types::bool::new_bool;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::module::PyModule_Type;
use crate::types::none::not_implemented;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use core::ffi::c_int;
use core::ptr;
use macros::pytype;

/// Where the methods of `object` are declared; its instances are plain [`Object`]s.
struct Root;

#[pytype(
    name = "object",
    symbol = PyBaseObject_Type,
    no_instance,
    flags = [BASETYPE],
    alloc = generic_alloc,
    free = slots::free_block,
    getattro = crate::attrs::generic_getattro,
    setattro = crate::attrs::generic_setattro,
    new = new,
    init = init
)]
impl Root {
    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(this: *mut Object) {
        // SAFETY: a plain object has no fields.
        unsafe { slots::free(this) };
    }

    #[slot(tp_repr)]
    fn repr(this: &Object) -> Result<Ref<Str>> {
        let class = this.class();
        let module = super::r#type::module_of(class)?;
        let name = super::r#type::qualname_of(class)?;
        match module.as_deref().and_then(|module| module.cast::<Str>()) {
            Some(module) if !module.equals_text("builtins") => Str::new(&format!(
                "<{}.{} object at {this:p}>",
                module.to_string_lossy(),
                name.to_string_lossy()
            )),
            _ => Str::new(&format!("<{} object at {this:p}>", class.full_name())),
        }
    }

    #[slot(tp_str)]
    fn str(this: &Object) -> Result<Ref<Str>> {
        protocol::object::repr(this)
    }

    #[slot(tp_hash)]
    fn hash(this: &Object) -> isize {
        identity_hash(this)
    }

    #[slot(tp_richcompare)]
    fn compare(this: &Object, other: &Object, op: CompareOp) -> Result {
        compare_by_identity(this, other, op)
    }

    #[method("__reduce_ex__($self, protocol, /)")]
    fn reduce_ex(this: &Object, protocol: c_int) -> Result {
        reduce::reduce_ex(this, protocol)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(this: &Object) -> Result {
        reduce::common(this, 0)
    }

    #[method("__getstate__($self, /)")]
    fn getstate(this: &Object) -> Result {
        reduce::default_state(this, false)
    }

    #[classmethod("__subclasshook__($type, object, /)")]
    fn subclasshook(_class: &TypeObject, _object: &Object) -> Ref {
        not_implemented().to_ref()
    }

    #[classmethod("__init_subclass__($type, /)")]
    fn init_subclass(_class: &TypeObject) {}

    #[method("__format__($self, format_spec, /)")]
    fn format(this: &Object, format_spec: &Str) -> Result<Ref<Str>> {
        if !format_spec.is_empty() {
            return Err(crate::raise!(
                TypeError,
                "unsupported format string passed to {}.__format__",
                this.class().full_name()
            ));
        }
        protocol::object::str(this)
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(this: &Object) -> Result<isize> {
        let class = this.class();
        let items = if class.tp_itemsize.get() > 0 { crate::attrs::item_count(this) as isize } else { 0 };
        class
            .tp_itemsize
            .get()
            .checked_mul(items)
            .and_then(|items| items.checked_add(class.tp_basicsize.get()))
            .ok_or_else(|| crate::raise!(OverflowError, "object too large"))
    }

    #[method("__dir__($self, /)")]
    fn dir(this: &Object) -> Result<Ref<List>> {
        let names = match attr::get_optional(this, id!("__dict__"))? {
            Some(dict) => match dict.cast::<Dict>() {
                Some(dict) => dict.copy()?,
                None => Dict::new()?,
            },
            None => Dict::new()?,
        };
        if let Some(class) = attr::get_optional(this, id!("__class__"))? {
            super::r#type::merge_class_dict(&names, &class)?;
        }
        List::from_vec(names.to_vec().into_iter().map(|(name, _)| name).collect())
    }

    #[getter("__class__")]
    fn class(this: &Object) -> Ref<TypeObject> {
        this.class().to_ref()
    }

    #[setter("__class__")]
    fn set_class(this: &Object, value: Option<&Object>) -> Result<()> {
        set_class(this, value)
    }
}

/// `Py_HashPointer`: the low bits of an address say nothing, so they go to the top.
#[inline]
pub fn identity_hash(object: &Object) -> isize {
    match (ptr::from_ref(object) as usize).rotate_right(4) as isize {
        -1 => -2,
        hash => hash,
    }
}

/// Assigns `__class__` (`object_set_class`).
fn set_class(this: &Object, value: Option<&Object>) -> Result<()> {
    let Some(value) = value else {
        return Err(crate::raise!(TypeError, "can't delete __class__ attribute"));
    };
    crate::hooks::AUDIT.get()("object.__setattr__", &[this, id!("__class__"), value])?;
    let Some(new) = value.cast::<TypeObject>() else {
        return Err(crate::raise!(
            TypeError,
            "__class__ must be set to a class, not '{}' object",
            value.class().full_name()
        ));
    };
    let old = this.class();
    let modules = new.is_subtype(&PyModule_Type) && old.is_subtype(&PyModule_Type);
    if !modules && (new.has_feature(flags::IMMUTABLETYPE) || old.has_feature(flags::IMMUTABLETYPE)) {
        return Err(crate::raise!(
            TypeError,
            "__class__ assignment only supported for mutable types or ModuleType subclasses"
        ));
    }
    layout::check_assignable(old, new, "__class__")?;
    // The shape of the instance's attributes belongs to the old class.
    crate::attrs::materialize(this)?;
    if new.has_feature(flags::HEAPTYPE) {
        new.as_object().incref();
    }
    let old = old.as_ptr();
    this.set_class(new);
    // SAFETY: the object owned a reference to a heap class; static ones are immortal.
    unsafe {
        if (*old).cast_unchecked::<TypeObject>().has_feature(flags::HEAPTYPE) {
            Object::decref(old);
        }
    }
    Ok(())
}

fn has_arguments(args: &Tuple, kwargs: Option<&Object>) -> bool {
    !args.is_empty()
        || kwargs.and_then(|kwargs| kwargs.cast::<Dict>()).is_some_and(|kwargs| !kwargs.is_empty())
}

fn has_own_init(class: &TypeObject) -> bool {
    !class.tp_init.get().is_some_and(|function| ptr::fn_addr_eq(function, init as InitProc))
}

fn has_own_new(class: &TypeObject) -> bool {
    !class.tp_new.get().is_some_and(|function| ptr::fn_addr_eq(function, new as NewFunc))
}

/// `object.__init__`: arguments are an error unless the class takes them in `__new__`.
///
/// # Safety
/// A slot function.
pub unsafe extern "C" fn init(this: &Object, args: &Tuple, kwargs: Option<&Object>) -> c_int {
    let class = this.class();
    if has_arguments(args, kwargs) {
        if has_own_init(class) {
            crate::raise!(
                TypeError,
                "object.__init__() takes exactly one argument (the instance to initialize)"
            )
            .leave();
            return -1;
        }
        if !has_own_new(class) {
            crate::raise!(
                TypeError,
                "{}.__init__() takes exactly one argument (the instance to initialize)",
                class.full_name()
            )
            .leave();
            return -1;
        }
    }
    0
}

/// `object.__new__`: arguments are an error unless the class takes them in `__init__`; abstract classes have no instances.
///
/// # Safety
/// A slot function.
pub unsafe extern "C" fn new(class: &TypeObject, args: &Tuple, kwargs: Option<&Object>) -> Result<Ref> {
    if has_arguments(args, kwargs) {
        if has_own_new(class) {
            return Err(crate::raise!(
                TypeError,
                "object.__new__() takes exactly one argument (the type to instantiate)"
            ));
        }
        if !has_own_init(class) {
            return Err(crate::raise!(TypeError, "{}() takes no arguments", class.full_name()));
        }
    }
    if class.has_feature(flags::IS_ABSTRACT) {
        return Err(abstract_class(class)?);
    }
    match class.tp_alloc.get() {
        // SAFETY: the slot belongs to the class.
        Some(alloc) => unsafe { alloc(class, 0) },
        None => Err(crate::raise::bad_internal_call()),
    }
}

/// The error for instantiating a class with abstract methods, which names them.
#[cold]
fn abstract_class(class: &TypeObject) -> Result<crate::Raised> {
    let methods = super::r#type::abstract_methods(class)?;
    let mut names = Vec::new();
    protocol::iter::for_each(&methods, |name| {
        names.push(protocol::object::str(&name)?.to_string_lossy());
        Ok(())
    })?;
    names.sort();
    Ok(crate::raise!(
        TypeError,
        "Can't instantiate abstract class {} without an implementation for abstract method{} '{}'",
        class.full_name(),
        if names.len() == 1 { "" } else { "s" },
        names.join("', '")
    ))
}

/// `_Py_BaseObject_RichCompare`: an object equals itself alone.
///
/// # Errors
/// What the class's own comparison raises.
pub fn compare_by_identity(this: &Object, other: &Object, op: CompareOp) -> Result {
    match op {
        CompareOp::Eq if this.is(other) => Ok(new_bool(true)),
        CompareOp::Ne => {
            // By default `!=` is the inverse of `==`.
            let Some(compare) = this.class().tp_richcompare.get() else {
                return Ok(not_implemented().to_ref());
            };
            // SAFETY: the slot belongs to the object's class.
            let equal = unsafe { compare(this, other, CompareOp::Eq) }?;
            if equal.is(not_implemented()) {
                return Ok(equal);
            }
            Ok(new_bool(!protocol::object::is_true(&equal)?))
        }
        _ => Ok(not_implemented().to_ref()),
    }
}
