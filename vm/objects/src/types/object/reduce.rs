//! `object.__reduce_ex__` and `__getstate__`: what `copy` and `pickle` ask an object for.

use super::PyBaseObject_Type;
use crate::id;
use crate::object::refs::{Ref, none};
use crate::object::{Instance, Object};
use crate::protocol::{self, attr};
use crate::raise::Result;
use crate::typeobject::{TypeObject, flags, ready};
use crate::types::cfunction::Function;
use crate::types::dict::Dict;
use crate::types::int::new_int;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

fn copyreg(name: &Str) -> Result<Ref> {
    attr::get(&*crate::hooks::IMPORT.get()("copyreg")?, name)
}

/// `object.__reduce_ex__`: an overridden `__reduce__` comes first.
pub(super) fn reduce_ex(this: &Object, protocol: core::ffi::c_int) -> Result {
    let name = id!("__reduce__");
    if attr::get_optional(this, name)?.is_some() {
        let own = attr::get(this.class(), name)?;
        let default = PyBaseObject_Type.lookup(name);
        if default.is_none_or(|default| !default.is(&own)) {
            return protocol::call::call_method(this, name, &[]);
        }
    }
    common(this, protocol)
}

/// `_common_reduce`.
pub(super) fn common(this: &Object, protocol: core::ffi::c_int) -> Result {
    if protocol >= 2 {
        return reduce_new(this);
    }
    let function = copyreg(id!("_reduce_ex"))?;
    protocol::call::call(&function, &[this, &*new_int(protocol.into())?])
}

/// The arguments for `__new__`: positional, and by keyword when the class gives some.
struct NewArguments {
    args: Option<Ref<Tuple>>,
    kwargs: Option<Ref<Dict>>,
}

fn wrong_result(method: &str, wanted: &str, got: &Object) -> crate::Raised {
    crate::raise!(TypeError, "{method} should return {wanted}, not '{}'", got.class().full_name())
}

fn new_arguments(this: &Object) -> Result<NewArguments> {
    if let Some(method) = attr::lookup_special(this, id!("__getnewargs_ex__"))? {
        let result = protocol::call::call_no_args(&method)?;
        let pair = result
            .downcast::<Tuple>()
            .map_err(|other| wrong_result("__getnewargs_ex__", "a tuple", &other))?;
        let [args, kwargs] = pair.items() else {
            return Err(crate::raise!(
                ValueError,
                "__getnewargs_ex__ should return a tuple of length 2, not {}",
                pair.len()
            ));
        };
        let Some(args) = args.cast::<Tuple>() else {
            return Err(crate::raise!(
                TypeError,
                "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{}'",
                args.class().full_name()
            ));
        };
        let Some(kwargs) = kwargs.cast::<Dict>() else {
            return Err(crate::raise!(
                TypeError,
                "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{}'",
                kwargs.class().full_name()
            ));
        };
        return Ok(NewArguments { args: Some(args.to_ref()), kwargs: Some(kwargs.to_ref()) });
    }
    if let Some(method) = attr::lookup_special(this, id!("__getnewargs__"))? {
        let result = protocol::call::call_no_args(&method)?;
        let args =
            result.downcast::<Tuple>().map_err(|other| wrong_result("__getnewargs__", "a tuple", &other))?;
        return Ok(NewArguments { args: Some(args), kwargs: None });
    }
    Ok(NewArguments { args: None, kwargs: None })
}

/// `reduce_newobj`: protocol 2 and up.
fn reduce_new(this: &Object) -> Result {
    let class = this.class();
    if class.tp_new.get().is_none() {
        return Err(crate::raise!(TypeError, "cannot pickle '{}' object", class.full_name()));
    }
    let NewArguments { args, kwargs } = new_arguments(this)?;
    let has_args = args.is_some();
    let (constructor, arguments) = match (args, kwargs.filter(|kwargs| !kwargs.is_empty())) {
        (args, None) => {
            let mut all: Vec<&Object> = vec![class];
            all.extend(args.iter().flat_map(|args| args.items()));
            (copyreg(id!("__newobj__"))?, Tuple::from_slice(&all)?)
        }
        (Some(args), Some(kwargs)) => {
            (copyreg(id!("__newobj_ex__"))?, Tuple::from_slice(&[class, &args, &kwargs])?)
        }
        (None, Some(_)) => return Err(crate::raise::bad_internal_call()),
    };
    let is_container = this.cast::<List>().is_some() || this.cast::<Dict>().is_some();
    let state = state(this, !(has_args || is_container))?;
    let list_items = match this.cast::<List>() {
        Some(_) => protocol::iter::get_iter(this)?,
        None => none(),
    };
    let dict_items = match this.cast::<Dict>() {
        Some(_) => protocol::iter::get_iter(&*protocol::call::call_method(this, id!("items"), &[])?)?,
        None => none(),
    };
    Ok(Tuple::from_array([constructor, arguments.upcast(), state, list_items, dict_items])?.upcast())
}

/// What `__getstate__` answers; the default one is told whether the state is all that will be kept (`object_getstate`).
fn state(this: &Object, required: bool) -> Result {
    let method = attr::get(this, id!("__getstate__"))?;
    let is_default = method.cast_exact::<Function>().is_some_and(|function| {
        function.name() == "__getstate__" && function.bound_to().is_some_and(|bound| bound.is(this)) && {
            let inherited = this.class().lookup(id!("__getstate__"));
            let default = PyBaseObject_Type.lookup(id!("__getstate__"));
            inherited.zip(default).is_some_and(|(inherited, default)| inherited.is(&default))
        }
    });
    if is_default { default_state(this, required) } else { protocol::call::call_no_args(&method) }
}

/// `object_getstate_default`: the instance's dictionary and, as a second part, the values of its slots.
pub(super) fn default_state(this: &Object, required: bool) -> Result {
    let class = this.class();
    if required && class.tp_itemsize.get() != 0 {
        return Err(crate::raise!(TypeError, "cannot pickle {} objects", class.full_name()));
    }
    let state =
        if crate::attrs::has_attributes(this) { crate::attrs::generic_get_dict(this)? } else { none() };
    let names = slot_names(class)?;
    if required {
        let word = size_of::<usize>() as isize;
        let mut size = PyBaseObject_Type.tp_basicsize.get();
        if class.tp_dictoffset.get() > 0 && !class.has_feature(flags::MANAGED_DICT) {
            size += word;
        }
        if class.tp_weaklistoffset.get() > 0 {
            size += word;
        }
        size += word * names.as_ref().map_or(0, |names| names.len() as isize);
        if class.tp_basicsize.get() > size {
            return Err(crate::raise!(TypeError, "cannot pickle '{}' object", class.full_name()));
        }
    }
    let Some(names) = names.filter(|names| !names.is_empty()) else { return Ok(state) };
    let slots = Dict::new()?;
    for name in names.to_vec() {
        let Some(name) = name.cast::<Str>() else { continue };
        if let Some(value) = attr::get_optional(this, name)? {
            slots.set_str(name, &value)?;
        }
    }
    if slots.is_empty() {
        return Ok(state);
    }
    Ok(Tuple::from_array([state, slots.upcast()])?.upcast())
}

/// The names of all slots of a class, which `copyreg` computes and the class keeps.
fn slot_names(class: &TypeObject) -> Result<Option<Ref<List>>> {
    let dict = ready::dict_of(class)?;
    let wrong = |names: &Object| {
        crate::raise!(
            TypeError,
            "{}.__slotnames__ should be a list or None, not {}",
            class.full_name(),
            names.class().full_name()
        )
    };
    let names = match dict.get_str(id!("__slotnames__"))? {
        Some(names) => names,
        None => {
            let names = protocol::call::call(&*copyreg(id!("_slotnames"))?, &[class])?;
            if !names.is(crate::types::none::none()) && names.cast::<List>().is_none() {
                return Err(crate::raise!(TypeError, "copyreg._slotnames didn't return a list or None"));
            }
            names
        }
    };
    if names.is(crate::types::none::none()) {
        return Ok(None);
    }
    names.downcast::<List>().map(Some).map_err(|other| wrong(&other))
}
