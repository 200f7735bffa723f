//! `super`: attributes from behind a class in the MRO of an instance.

use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::attr::{self, Method};
use crate::protocol::call;
use crate::raise::Result;
use crate::typeobject::{TypeObject, flags};
use crate::types::cell::Cell;
use crate::types::dict::Dict;
use crate::types::none;
use crate::types::str::{self, Str};
use crate::types::tuple::Tuple;
use macros::pytype;

/// `superobject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Super {
    ob_base: Object,
    class: Slot<TypeObject>,
    object: Slot,
    /// The class whose MRO is searched; empty while the super object is not bound.
    object_type: Slot<TypeObject>,
}

const _: () = assert!(size_of::<Super>() == 40);

#[pytype(
    name = "super",
    symbol = PySuper_Type,
    flags = [BASETYPE],
    gc,
    new = crate::typeobject::generic_new,
    member("__thisclass__", OBJECT, class, READONLY),
    member("__self__", OBJECT, object, READONLY),
    member("__self_class__", OBJECT, object_type, READONLY)
)]
impl Super {
    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        if kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            return Err(crate::raise!(TypeError, "super() takes no keyword arguments"));
        }
        let (class, object) = match args.items() {
            [] => {
                let (class, object) = implied_arguments()?;
                (class, Some(object))
            }
            [class, rest @ ..] if rest.len() < 2 => {
                let Some(class) = class.cast::<TypeObject>() else {
                    let got = class.class().name();
                    return Err(crate::raise!(TypeError, "super() argument 1 must be a type, not {got}"));
                };
                (class.to_ref(), rest.first().map(|object| object.to_ref()))
            }
            all => {
                return Err(crate::raise!(
                    TypeError,
                    "super() expected at most 2 arguments, got {}",
                    all.len()
                ));
            }
        };
        let object = object.filter(|object| !object.is(none::none()));
        let start = object.as_deref().map(|object| start_class(&class, object)).transpose()?;
        self.class.set(Some(class));
        self.object.set(object);
        self.object_type.set(start);
        Ok(())
    }

    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object) -> Result {
        let name = str::expect_str(name, "attribute name")?;
        // `__class__` is that of the super object itself.
        if !name.equals_text("__class__")
            && let (Some(class), Some(start), Some(object)) =
                (self.class.get(), self.object_type.get(), self.object.get())
            && let Some(value) = find(&class, &start, &object, name)?
        {
            return Ok(value);
        }
        match crate::attrs::generic_get_optional(self, name)? {
            Some(value) => Ok(value),
            None => Err(attr::missing(self, name)),
        }
    }

    #[slot(tp_descr_get)]
    fn get(&self, instance: Option<&Object>, _owner: Option<&Object>) -> Result {
        let instance = instance.filter(|instance| !instance.is(none::none()));
        let (Some(instance), true, Some(class)) = (instance, self.object.is_empty(), self.class.get()) else {
            return Ok(self.as_object().to_ref());
        };
        let own = self.as_object().class();
        if !self.as_object().is_exactly(&PySuper_Type) {
            return call::call(own, &[&*class, instance]);
        }
        let start = start_class(&class, instance)?;
        Ok(Ref::new(Super {
            ob_base: Object::HEAD,
            class: Slot::new(class),
            object: Slot::new(instance.to_ref()),
            object_type: Slot::new(start),
        })?
        .upcast())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        let name = self.class.get().map_or("NULL".to_string(), |class| class.full_name().to_string());
        match self.object_type.get() {
            Some(start) => format!("<super: <class '{name}'>, <{} object>>", start.full_name()),
            None => format!("<super: <class '{name}'>, NULL>"),
        }
    }
}

/// What `super()` without arguments means in the running function: the class from its `__class__` cell, and its first argument
/// (`super_init_without_args`).
fn implied_arguments() -> Result<(Ref<TypeObject>, Ref)> {
    let error = |text: &str| crate::raise!(RuntimeError, "super(): {text}");
    let frame = crate::interpreter_frame::current().ok_or_else(|| error("no current frame"))?;
    let code = frame.code();
    if code.co_argcount.get() == 0 {
        return Err(error("no arguments"));
    }
    // SAFETY: a frame has as many fast locals as its code says, and none changes here.
    let local = |index: usize| unsafe { (*frame.localsplus().add(index)).as_ref() }.map(Ref::from_borrowed);
    let mut object = local(0);
    if code.local_kind(0) & bytecode::code::kinds::CELL != 0
        && let Some(cell) = object.as_deref().and_then(|object| object.cast_exact::<Cell>())
    {
        object = cell.get();
    }
    let object = object.ok_or_else(|| error("arg[0] deleted"))?;
    for index in code.first_free()..code.co_nlocalsplus.get() as usize {
        if !code.local_name(index).is_some_and(|name| name.equals_text("__class__")) {
            continue;
        }
        let cell = local(index);
        let Some(cell) = cell.as_deref().and_then(|cell| cell.cast_exact::<Cell>()) else {
            return Err(error("bad __class__ cell"));
        };
        let class = cell.get().ok_or_else(|| error("empty __class__ cell"))?;
        let class = class
            .downcast::<TypeObject>()
            .map_err(|other| error(&format!("__class__ is not a type ({})", other.class().full_name())))?;
        return Ok((class, object));
    }
    Err(error("__class__ cell not found"))
}

/// The class whose MRO `super(class, object)` searches: the object itself when it is a subclass of `class`, else its class
/// (`supercheck`).
///
/// # Errors
/// TypeError when the object has nothing to do with the class.
pub fn start_class(class: &TypeObject, object: &Object) -> Result<Ref<TypeObject>> {
    if let Some(derived) = object.cast::<TypeObject>()
        && derived.is_subtype(class)
    {
        return Ok(derived.to_ref());
    }
    let own = object.class();
    if own.is_subtype(class) {
        return Ok(own.to_ref());
    }
    // A proxy may claim another class.
    let claimed = attr::get_optional(object, id!("__class__"))?;
    if let Some(claimed) = claimed.as_deref().and_then(|claimed| claimed.cast::<TypeObject>())
        && !core::ptr::eq(claimed, own)
        && claimed.is_subtype(class)
    {
        return Ok(claimed.to_ref());
    }
    let (kind, name) = match object.cast::<TypeObject>() {
        Some(derived) => ("type", derived.full_name()),
        None => ("instance of", own.full_name()),
    };
    Err(crate::raise!(
        TypeError,
        "super(type, obj): obj ({kind} {name}) is not an instance or subtype of type ({}).",
        class.full_name()
    ))
}

/// The attribute as a class behind `class` in the MRO of `start` has it, not bound.
///
/// # Errors
/// What looking into the classes' dictionaries raises.
pub fn lookup_behind(class: &TypeObject, start: &TypeObject, name: &Str) -> Result<Option<Ref>> {
    let Some(mro) = start.tp_mro.get() else { return Ok(None) };
    let behind = mro.items().iter().skip_while(|item| !item.is(class)).skip(1);
    for base in behind.filter_map(|base| base.cast::<TypeObject>()) {
        let Some(dict) = base.tp_dict.get() else { continue };
        if let Some(found) = dict.get_str(name)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// `super(class, object).name`, searched in the MRO of `start` (see [`start_class`]); `None` when no class there has it.
///
/// # Errors
/// What a descriptor raises.
pub fn find(class: &TypeObject, start: &TypeObject, object: &Object, name: &Str) -> Result<Option<Ref>> {
    let Some(found) = lookup_behind(class, start, name)? else { return Ok(None) };
    match found.class().tp_descr_get.get() {
        Some(bind) => {
            // A class as its own instance gets the attribute unbound.
            let instance = Some(object).filter(|object| !object.is(start));
            // SAFETY: the slot belongs to the attribute's class.
            unsafe { bind(&found, instance, Some(start)) }.map(Some)
        }
        None => Ok(Some(found)),
    }
}

/// [`find`] for a call: a plain function is not bound (`_PySuper_Lookup` with a method flag).
///
/// # Errors
/// AttributeError; TypeError when the object does not suit the class; what a descriptor raises.
pub fn find_method(class: &TypeObject, object: &Object, name: &Str) -> Result<Method> {
    let start = start_class(class, object)?;
    let found = lookup_behind(class, &start, name)?;
    match found {
        Some(found) if found.class().has_feature(flags::METHOD_DESCRIPTOR) && !object.is(&start) => {
            Ok(Method::Unbound(found))
        }
        _ => get_from_instance(class, &start, object, name).map(Method::Bound),
    }
}

/// `super(class, object).name`.
///
/// # Errors
/// As [`find_method`].
pub fn get(class: &TypeObject, object: &Object, name: &Str) -> Result<Ref> {
    get_from_instance(class, &*start_class(class, object)?, object, name)
}

fn get_from_instance(class: &TypeObject, start: &TypeObject, object: &Object, name: &Str) -> Result<Ref> {
    if !name.equals_text("__class__")
        && let Some(value) = find(class, start, object, name)?
    {
        return Ok(value);
    }
    let bound = Ref::new(Super {
        ob_base: Object::HEAD,
        class: Slot::new(class.to_ref()),
        object: Slot::new(object.to_ref()),
        object_type: Slot::new(start.to_ref()),
    })?;
    match crate::attrs::generic_get_optional(&bound, name)? {
        Some(value) => Ok(value),
        None => Err(attr::missing(&bound, name)),
    }
}

/// `super(class, start).name` for a class `start`.
///
/// # Errors
/// AttributeError; what a descriptor raises.
pub fn get_from(class: &TypeObject, start: &TypeObject, name: &Str) -> Result<Ref> {
    get_from_instance(class, start, start, name)
}
