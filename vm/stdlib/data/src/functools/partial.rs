//! `partial`.

use core::cell::Cell;
use macros::{Trace, pytype};
use objects::protocol::{self, attr, call};
use objects::typeobject::slots::VectorcallFunc;
use objects::types::dict::{Dict, Position};
use objects::types::exceptions as exc;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::str::build::Builder;
use objects::types::tuple::Tuple;
use objects::types::weakref::WeakReference;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, attrs, id, raise};

/// `partialobject`.
#[repr(C)]
#[derive(Trace)]
pub struct Partial {
    ob_base: Object,
    function: Slot,
    args: Slot<Tuple>,
    keywords: Slot<Dict>,
    dict: Slot<Dict>,
    weakreflist: Cell<*const WeakReference>,
    vectorcall: Cell<Option<VectorcallFunc>>,
}

const _: () = assert!(size_of::<Partial>() == 64);

unsafe extern "C" fn call_partial(
    this: &Object,
    args: *const Option<&Object>,
    nargsf: usize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    // SAFETY: the entry of a partial.
    let (function, own, keywords) = unsafe { this.cast_unchecked::<Partial>() }.parts()?;
    let positional = call::positional_count(nargsf);
    let total = positional + names.map_or(0, Tuple::len);
    // SAFETY: the vectorcall convention; no argument is NULL.
    let given: &[&Object] = match total {
        0 => &[],
        _ => unsafe { core::slice::from_raw_parts(args.cast(), total) },
    };
    let own = own.items();
    if keywords.is_empty() {
        if own.is_empty() {
            return call::vectorcall(&function, given, 0, names);
        }
        return call::with_joined(own, given, |all| call::vectorcall(&function, all, 0, names));
    }
    call_merged(&function, &keywords, own, given, positional, names)
}

/// Calls with the partial's keywords, of which the call's own replace those of the same name.
fn call_merged(
    function: &Object,
    keywords: &Dict,
    own: &[&Object],
    given: &[&Object],
    positional: usize,
    given_names: Option<&Tuple>,
) -> Result<Ref> {
    let (positional, given_values) = given.split_at(positional);
    let given_names = given_names.map_or(&[][..], Tuple::items);
    let total = keywords.len() + given_names.len();
    let mut used = vec![false; given_names.len()];
    let (mut names, mut values) = (Vec::with_capacity(total), Vec::with_capacity(total));
    let mut position = Position::default();
    while let Some((name, value)) = keywords.next(&mut position) {
        let Some(text) = name.cast::<Str>() else {
            return Err(raise!(TypeError, "keywords must be strings"));
        };
        let same = |other: &&Object| other.cast::<Str>().is_some_and(|other| other.equals(text));
        let replaced = given_names.iter().position(same);
        if let Some(at) = replaced {
            used[at] = true;
        }
        names.push(name);
        values.push(replaced.map_or(value, |at| given_values[at].to_ref()));
    }
    for ((name, value), _) in given_names.iter().zip(given_values).zip(&used).filter(|(_, used)| !**used) {
        names.push(name.to_ref());
        values.push(value.to_ref());
    }
    let names = Tuple::from_vec(names)?;
    let mut all = Vec::with_capacity(own.len() + positional.len() + values.len());
    all.extend_from_slice(own);
    all.extend_from_slice(positional);
    all.extend(values.iter().map(|value| &**value));
    call::vectorcall(function, &all, 0, Some(&names))
}

#[pytype(
    name = "partial", module = "functools", static_name = PARTIAL, gc, flags = [BASETYPE],
    dict = dict, weaklist = weakreflist,
    vectorcall_field = vectorcall, call = call::vectorcall_call,
    getattro = attrs::generic_getattro, setattro = attrs::generic_setattro,
    member("__vectorcalloffset__", PYSSIZET, vectorcall, READONLY),
    member("func", OBJECT, function, READONLY),
    member("args", OBJECT, args, READONLY),
    member("keywords", OBJECT, keywords, READONLY)
)]
impl Partial {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Partial>> {
        let [function, args @ ..] = args.items() else {
            return Err(raise!(TypeError, "type 'partial' takes at least one argument"));
        };
        if !call::is_callable(function) {
            return Err(raise!(TypeError, "the first argument must be callable"));
        }
        let inner = function.cast::<Partial>().filter(|inner| inner.can_be_merged());
        let (function, args, keywords) = match inner.map(Partial::parts).transpose()? {
            Some((function, own, keywords)) => {
                let args = match args.is_empty() {
                    true => own,
                    false => Tuple::from_slice(&[own.items(), args].concat())?,
                };
                (function, args, keywords.copy()?)
            }
            None => (function.to_ref(), Tuple::from_slice(args)?, Dict::new()?),
        };
        if let Some(kwargs) = kwargs {
            keywords.merge(kwargs, true)?;
        }
        Ref::new_in(
            class,
            Partial {
                ob_base: Object::HEAD,
                function: Slot::new(function),
                args: Slot::new(args),
                keywords: Slot::new(keywords),
                dict: Slot::empty(),
                weakreflist: Cell::new(core::ptr::null()),
                vectorcall: Cell::new(Some(call_partial)),
            },
        )
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let Some(_guard) = protocol::repr_guard::enter(self) else { return Str::new("...") };
        let (function, args, keywords) = self.parts()?;
        let mut text = Builder::new();
        let class = self.class();
        text.push_chars(protocol::object::str(&*attr::get(class, id!("__module__"))?)?.chars());
        text.push_str(".");
        text.push_chars(protocol::object::str(&*attr::get(class, id!("__qualname__"))?)?.chars());
        text.push_str("(");
        text.push_chars(protocol::object::repr(&function)?.chars());
        for arg in args.items() {
            text.push_str(", ");
            text.push_chars(protocol::object::repr(arg)?.chars());
        }
        let mut position = Position::default();
        while let Some((name, value)) = keywords.next(&mut position) {
            text.push_str(", ");
            text.push_chars(protocol::object::str(&name)?.chars());
            text.push_str("=");
            text.push_chars(protocol::object::repr(&value)?.chars());
        }
        text.push_str(")");
        text.finish()
    }

    #[slot(tp_descr_get)]
    fn bind(&self, object: Option<&Object>, _class: Option<&Object>) -> Result<Ref<Partial>> {
        if object.is_some_and(|object| !object.is(none())) {
            let text = "functools.partial will be a method descriptor in future Python versions; \
                        wrap it in staticmethod() if you want to preserve the old behavior";
            objects::hooks::WARN.get()(&exc::FutureWarning, text, 1)?;
        }
        Ok(self.to_ref())
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<(Ref, Ref, Ref)> {
        let (function, args, keywords) = self.parts()?;
        let dict = self.dict.get().map_or_else(objects::object::refs::none, Ref::upcast);
        let own = Tuple::from_array([function.clone()])?;
        let state = Tuple::from_array([function, args.upcast(), keywords.upcast(), dict])?;
        Ok((self.class().to_ref().upcast(), own.upcast(), state.upcast()))
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, state: &Object) -> Result<()> {
        let invalid = || raise!(TypeError, "invalid partial state");
        let items = state.cast::<Tuple>().map(Tuple::items);
        let Some(&[function, args, keywords, dict]) = items else { return Err(invalid()) };
        let keywords = match keywords.is(none()) {
            true => None,
            false => Some(keywords.cast::<Dict>().ok_or_else(invalid)?),
        };
        let (true, Some(args)) = (call::is_callable(function), args.cast::<Tuple>()) else {
            return Err(invalid());
        };
        let args = protocol::sequence::to_tuple(args)?;
        let keywords = match keywords {
            None => Dict::new()?,
            Some(keywords) if keywords.is_exactly(Dict::class()) => keywords.to_ref(),
            Some(keywords) => keywords.copy()?,
        };
        let dict = match dict.is(none()) {
            true => None,
            false => Some(dict.cast::<Dict>().ok_or_else(invalid)?.to_ref()),
        };
        self.function.set(Some(function.to_ref()));
        self.args.set(Some(args));
        self.keywords.set(Some(keywords));
        self.dict.set(dict);
        Ok(())
    }

    #[getter("__dict__")]
    fn get_dict(&self) -> Result<Ref> {
        attrs::generic_get_dict(self)
    }

    #[setter("__dict__")]
    fn set_dict(&self, value: Option<&Object>) -> Result<()> {
        attrs::generic_set_dict(self, value)
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(cls: &TypeObject, object: &Object) -> Result<Ref> {
        objects::types::generic_alias::new(cls, object)
    }
}

impl Partial {
    fn parts(&self) -> Result<(Ref, Ref<Tuple>, Ref<Dict>)> {
        match (self.function.get(), self.args.get(), self.keywords.get()) {
            (Some(function), Some(args), Some(keywords)) => Ok((function, args, keywords)),
            _ => Err(objects::raise::bad_internal_call()),
        }
    }

    /// Whether a partial of this one can call the function behind it: it is called as any partial, and has no attributes of its own.
    fn can_be_merged(&self) -> bool {
        let address = |class: &TypeObject| class.tp_call.get().map(|function| function as usize);
        self.dict.is_empty() && address(self.class()) == address(&PARTIAL)
    }
}
