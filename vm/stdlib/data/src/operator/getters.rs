//! `itemgetter` and `attrgetter`.

use core::cell::Cell;
use macros::{Trace, pytype};
use objects::protocol::{self, attr, call, mapping};
use objects::typeobject::slots::VectorcallFunc;
use objects::types::dict::Dict;
use objects::types::int::Int;
use objects::types::str::{Str, intern};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, raise};

/// The one argument of a getter's call.
///
/// # Safety
/// The vectorcall convention.
///
/// # Errors
/// TypeError for another number of arguments and for keywords.
pub(super) unsafe fn single_argument<'a>(
    name: &str,
    args: *const Option<&'a Object>,
    nargsf: usize,
    names: Option<&Tuple>,
) -> Result<&'a Object> {
    if names.is_some_and(|names| !names.is_empty()) {
        return Err(raise!(TypeError, "{name}() takes no keyword arguments"));
    }
    match call::positional_count(nargsf) {
        // SAFETY: the convention promises one argument, which is not NULL.
        1 => unsafe { args.read() }.ok_or_else(objects::raise::bad_internal_call),
        count => Err(raise!(TypeError, "{name} expected 1 argument, got {count}")),
    }
}

/// The arguments of a getter's constructor: at least one, no keywords.
fn constructor_arguments<'a>(name: &str, args: &'a Tuple, kwargs: Option<&Dict>) -> Result<&'a [&'a Object]> {
    if kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
        return Err(raise!(TypeError, "{name}() takes no keyword arguments"));
    }
    match args.items() {
        [] => Err(raise!(TypeError, "{name} expected 1 argument, got 0")),
        items => Ok(items),
    }
}

/// `itemgetterobject`.
#[repr(C)]
#[derive(Trace)]
pub struct ItemGetter {
    ob_base: Object,
    items: Slot<Tuple>,
    /// The only item when it is a small index, for tuples.
    index: Cell<Option<usize>>,
    vectorcall: Cell<Option<VectorcallFunc>>,
}

unsafe extern "C" fn get_items(
    this: &Object,
    args: *const Option<&Object>,
    nargsf: usize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    // SAFETY: the entry of an itemgetter; the vectorcall convention.
    let (this, object) =
        unsafe { (this.cast_unchecked::<ItemGetter>(), single_argument("itemgetter", args, nargsf, names)?) };
    if let Some(index) = this.index.get()
        && let Some(tuple) = object.cast_exact::<Tuple>()
        && let Some(item) = tuple.items().get(index)
    {
        return Ok(item.to_ref());
    }
    let items = this.items.get().ok_or_else(objects::raise::bad_internal_call)?;
    if let [item] = items.items() {
        return mapping::get_item(object, item);
    }
    let found = items.items().iter().map(|item| mapping::get_item(object, item));
    Ok(Tuple::from_vec(found.collect::<Result<Vec<Ref>>>()?)?.upcast())
}

#[pytype(
    name = "itemgetter", module = "operator", getattro = objects::attrs::generic_getattro, static_name = ITEM_GETTER, gc,
    vectorcall_field = vectorcall, call = call::vectorcall_call,
    member("__vectorcalloffset__", PYSSIZET, vectorcall, READONLY)
)]
impl ItemGetter {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<ItemGetter>> {
        let index = match constructor_arguments("itemgetter", args, kwargs)? {
            [item] => item.cast_exact::<Int>().and_then(Int::to_i64),
            _ => None,
        };
        Ref::new_in(
            class,
            ItemGetter {
                ob_base: Object::HEAD,
                items: Slot::new(args.to_ref()),
                index: Cell::new(index.and_then(|index| usize::try_from(index).ok())),
                vectorcall: Cell::new(Some(get_items)),
            },
        )
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let name = self.class().full_name();
        let Some(_guard) = protocol::repr_guard::enter(self) else {
            return Str::new(&format!("{name}(...)"));
        };
        let items = self.items.get().unwrap_or_else(Tuple::empty);
        match items.items() {
            [item] => Str::new(&format!("{name}({})", protocol::object::repr(item)?.to_string_lossy())),
            _ => Str::new(&format!("{name}{}", protocol::object::repr(&items)?.to_string_lossy())),
        }
    }

    #[getter("__text_signature__")]
    fn text_signature(&self) -> &'static str {
        "(obj, /)"
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> (Ref, Ref) {
        (self.class().to_ref().upcast(), self.items.get().unwrap_or_else(Tuple::empty).upcast())
    }
}

/// `attrgetterobject`: each attribute is a name, or a tuple of names where it was dotted.
#[repr(C)]
#[derive(Trace)]
pub struct AttrGetter {
    ob_base: Object,
    attributes: Slot<Tuple>,
    vectorcall: Cell<Option<VectorcallFunc>>,
}

unsafe extern "C" fn get_attributes(
    this: &Object,
    args: *const Option<&Object>,
    nargsf: usize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    // SAFETY: the entry of an attrgetter; the vectorcall convention.
    let (this, object) =
        unsafe { (this.cast_unchecked::<AttrGetter>(), single_argument("attrgetter", args, nargsf, names)?) };
    let attributes = this.attributes.get().ok_or_else(objects::raise::bad_internal_call)?;
    if let [attribute] = attributes.items() {
        return get_dotted(object, attribute);
    }
    let found = attributes.items().iter().map(|attribute| get_dotted(object, attribute));
    Ok(Tuple::from_vec(found.collect::<Result<Vec<Ref>>>()?)?.upcast())
}

fn get_dotted(object: &Object, attribute: &Object) -> Result<Ref> {
    if let Some(name) = attribute.cast::<Str>() {
        return attr::get(object, name);
    }
    let mut object = object.to_ref();
    for name in attribute.cast::<Tuple>().map_or(&[][..], |names| names.items()) {
        object = attr::get(&object, objects::types::str::expect_str(name, "attribute name")?)?;
    }
    Ok(object)
}

/// An interned name, or a tuple of them for a name with dots.
fn split_dotted(attribute: &Object) -> Result<Ref> {
    let Some(name) = attribute.cast::<Str>() else {
        return Err(raise!(TypeError, "attribute name must be a string"));
    };
    let chars = name.chars();
    let dots: Vec<usize> =
        chars.iter().enumerate().filter(|(_, char)| *char == u32::from('.')).map(|(at, _)| at).collect();
    if dots.is_empty() {
        return Ok(intern::intern(name.to_ref()).upcast());
    }
    let mut parts = Vec::with_capacity(dots.len() + 1);
    let mut start = 0;
    for end in dots.into_iter().chain([chars.len()]) {
        parts.push(intern::intern(Str::from_chars(chars.slice(start, end))?).upcast());
        start = end + 1;
    }
    Ok(Tuple::from_vec(parts)?.upcast())
}

#[pytype(
    name = "attrgetter", module = "operator", getattro = objects::attrs::generic_getattro, static_name = ATTR_GETTER, gc,
    vectorcall_field = vectorcall, call = call::vectorcall_call,
    member("__vectorcalloffset__", PYSSIZET, vectorcall, READONLY)
)]
impl AttrGetter {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<AttrGetter>> {
        let names = constructor_arguments("attrgetter", args, kwargs)?;
        let attributes = names.iter().map(|name| split_dotted(name)).collect::<Result<Vec<Ref>>>()?;
        Ref::new_in(
            class,
            AttrGetter {
                ob_base: Object::HEAD,
                attributes: Slot::new(Tuple::from_vec(attributes)?),
                vectorcall: Cell::new(Some(get_attributes)),
            },
        )
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let name = self.class().full_name();
        let Some(_guard) = protocol::repr_guard::enter(self) else {
            return Str::new(&format!("{name}(...)"));
        };
        let names = self.names()?;
        match names.items() {
            [one] => Str::new(&format!("{name}({})", protocol::object::repr(one)?.to_string_lossy())),
            _ => Str::new(&format!("{name}{}", protocol::object::repr(&names)?.to_string_lossy())),
        }
    }

    #[getter("__text_signature__")]
    fn text_signature(&self) -> &'static str {
        "(obj, /)"
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<(Ref, Ref)> {
        Ok((self.class().to_ref().upcast(), self.names()?.upcast()))
    }
}

impl AttrGetter {
    /// The attributes as they were given.
    fn names(&self) -> Result<Ref<Tuple>> {
        let attributes = self.attributes.get().unwrap_or_else(Tuple::empty);
        let join = |attribute: &&Object| -> Result<Ref> {
            let Some(parts) = attribute.cast::<Tuple>() else { return Ok(attribute.to_ref()) };
            let mut joined = objects::types::str::build::Builder::new();
            for (index, part) in parts.items().iter().enumerate() {
                if index > 0 {
                    joined.push_str(".");
                }
                if let Some(part) = part.cast::<Str>() {
                    joined.push_chars(part.chars());
                }
            }
            Ok(joined.finish()?.upcast())
        };
        Tuple::from_vec(attributes.items().iter().map(join).collect::<Result<Vec<Ref>>>()?)
    }
}
