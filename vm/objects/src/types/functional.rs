//! `enumerate`, `zip`, `map`, `filter` and `reversed`.

use crate::args::vector;
use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::number::Binary;
use crate::protocol::{self, attr, number};
use crate::raise::{self, Result};
use crate::typeobject::TypeObject;
use crate::types::dict::Dict;
use crate::types::int::{Int, new_int};
use crate::types::none::none;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::tuple::reused::{self, Reused};
use core::cell::Cell;
use macros::{Trace, pytype};

/// `enumerate`: counts in a machine integer until it would overflow.
#[repr(C)]
#[derive(Trace)]
pub struct Enumerate {
    ob_base: Object,
    index: Cell<i64>,
    iterator: Slot,
    /// The count once it does not fit into `index`.
    long_index: Slot<Int>,
    result: Reused,
}

/// `enumerate_vectorcall`: as the constructor, with other words for wrong arguments.
unsafe extern "C" fn enumerate_vectorcall(
    class: &Object,
    args: *const Option<&Object>,
    nargsf: usize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    // SAFETY: the vectorcall convention; the callable is the type.
    let (class, (args, keywords)) = unsafe {
        (class.cast_unchecked(), vector(args.cast(), protocol::call::positional_count(nargsf), names))
    };
    let given = args.len() + keywords.len();
    match given {
        0 => return Err(crate::raise!(TypeError, "enumerate() missing required argument 'iterable'")),
        1 | 2 => {}
        _ if args.is_empty() => {
            return Err(crate::raise!(TypeError, "enumerate() missing required argument 'iterable'"));
        }
        _ => {
            return Err(crate::raise!(TypeError, "enumerate() takes at most 2 arguments ({given} given)"));
        }
    }
    let wanted: &[&str] = match args.len() {
        0 => &["iterable", "start"],
        1 => &["start"],
        _ => &[],
    };
    let wanted = &wanted[..keywords.len()];
    if let Some((wrong, _)) = keywords.iter().find(|(name, _)| {
        !wanted.iter().any(|wanted| name.cast::<Str>().is_some_and(|name| name.equals_text(wanted)))
    }) {
        return Err(crate::raise!(
            TypeError,
            "'{}' is an invalid keyword argument for enumerate()",
            protocol::object::str(wrong)?.to_string_lossy()
        ));
    }
    let place = |index: usize, name: &str| args.get(index).copied().or_else(|| keywords.get(name));
    let iterable = place(0, "iterable").ok_or_else(raise::bad_internal_call)?;
    Ok(Enumerate::tp_new(class, iterable, place(1, "start"))?.upcast())
}

#[pytype(
    name = "enumerate", symbol = PyEnum_Type, gc, flags = [BASETYPE], getattro = crate::attrs::generic_getattro,
    iter = ::objects::slots::self_iter, vectorcall = enumerate_vectorcall
)]
impl Enumerate {
    #[new("(iterable, start=0)")]
    fn tp_new(class: &TypeObject, iterable: &Object, start: Option<&Object>) -> Result<Ref<Enumerate>> {
        let start = start.map(number::index).transpose()?;
        let index = start.as_ref().map_or(Some(0), |start| start.to_i64());
        let iterator = protocol::iter::get_iter(iterable)?;
        Ref::new_in(
            class,
            Enumerate {
                ob_base: Object::HEAD,
                index: Cell::new(index.unwrap_or(i64::MAX)),
                iterator: Slot::new(iterator),
                long_index: Slot::from_option(start.filter(|_| index.is_none())),
                result: Reused::empty(),
            },
        )
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<Tuple>>> {
        let Some(iterator) = self.iterator.get() else { return Ok(None) };
        let Some(item) = protocol::iter::next(&iterator)? else { return Ok(None) };
        let index = self.index.get();
        if index != i64::MAX {
            self.index.set(index + 1);
            return self.result.pack([new_int(index)?, item]).map(Some);
        }
        let count = match self.long_index.get() {
            Some(count) => count,
            None => Int::from_i64(i64::MAX)?,
        };
        let next = number::binary_op(&count, &*Int::from_i64(1)?, Binary::Add)?;
        self.long_index.set(Some(next.downcast().map_err(|_| raise::bad_internal_call())?));
        self.result.pack([count.upcast(), item]).map(Some)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let index = match self.long_index.get() {
            Some(index) => index.upcast(),
            None => new_int(self.index.get())?,
        };
        let iterator = self.iterator.get().ok_or_else(raise::bad_internal_call)?;
        Tuple::from_array([self.class().to_ref().upcast(), Tuple::from_array([iterator, index])?.upcast()])
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(cls: &TypeObject, object: &Object) -> Result<Ref> {
        crate::types::generic_alias::new(cls, object)
    }
}

impl Enumerate {
    /// What gives the items, unless giving the next pair could run code by itself.
    pub(crate) fn quiet_source(&self) -> Option<&Object> {
        // SAFETY: the field is never emptied but by the collector.
        unsafe { self.iterator.peek() }.filter(|_| self.index.get() != i64::MAX && self.result.ends_nothing())
    }
}

/// `zip`.
#[repr(C)]
#[derive(Trace)]
pub struct Zip {
    ob_base: Object,
    iterators: Slot<Tuple>,
    result: Reused,
    strict: Cell<bool>,
}

#[pytype(
    name = "zip", symbol = PyZip_Type, gc, flags = [BASETYPE], iter = ::objects::slots::self_iter,
    getattro = crate::attrs::generic_getattro
)]
impl Zip {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Zip>> {
        let mut strict = false;
        crate::args::check_keyword_count("zip", kwargs.map_or(0, Dict::len), 1)?;
        for (name, value) in kwargs.map(Dict::to_vec).unwrap_or_default() {
            let name = crate::types::str::expect_str(&name, "keywords")?;
            if !name.equals_text("strict") {
                return Err(crate::raise!(
                    TypeError,
                    "zip() got an unexpected keyword argument '{}'",
                    name.to_string_lossy()
                ));
            }
            strict = protocol::object::is_true(&value)?;
        }
        let mut iterators = Vec::with_capacity(args.len());
        for iterable in args.items() {
            iterators.push(protocol::iter::get_iter(iterable)?);
        }
        let iterators = Tuple::from_vec(iterators)?;
        Ref::new_in(
            class,
            Zip {
                ob_base: Object::HEAD,
                iterators: Slot::new(iterators),
                result: Reused::empty(),
                strict: Cell::new(strict),
            },
        )
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<Tuple>>> {
        let Some(iterators) = self.iterators.get().filter(|iterators| !iterators.is_empty()) else {
            return Ok(None);
        };
        let idle = self.result.idle(iterators.len());
        let mut items = Vec::with_capacity(if idle.is_some() { 0 } else { iterators.len() });
        for (index, iterator) in iterators.items().iter().enumerate() {
            match protocol::iter::next(iterator)? {
                Some(item) => match &idle {
                    Some(tuple) => reused::refill(tuple, index, item),
                    None => items.push(item),
                },
                None if self.strict.get() => return self.check_lengths(&iterators, index),
                None => return Ok(None),
            }
        }
        match idle {
            Some(tuple) => Ok(Some(reused::filled(tuple))),
            None => Ok(Some(self.result.first(Tuple::from_vec(items)?))),
        }
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let iterators = self.iterators.get().unwrap_or_else(Tuple::empty).upcast();
        let class = self.class().to_ref().upcast();
        if self.strict.get() {
            return Tuple::from_array([class, iterators, crate::types::bool::new_bool(true)]);
        }
        Tuple::from_array([class, iterators])
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, strict: bool) {
        self.strict.set(strict);
    }
}

impl Zip {
    /// What gives the items, unless giving the next tuple could run code by itself.
    pub(crate) fn quiet_sources(&self) -> Option<&[&Object]> {
        // SAFETY: the field is never emptied but by the collector.
        let sources = unsafe { self.iterators.peek() }?.items();
        Some(sources).filter(|sources| !sources.is_empty() && self.result.ends_nothing())
    }

    /// `strict`: the iterator at `index` has ended; all others must end too.
    fn check_lengths(&self, iterators: &Tuple, index: usize) -> Result<Option<Ref<Tuple>>> {
        let plural = |count: usize| if count == 1 { " " } else { "s 1-" };
        if index > 0 {
            return Err(crate::raise!(
                ValueError,
                "zip() argument {} is shorter than argument{}{index}",
                index + 1,
                plural(index)
            ));
        }
        for (later, iterator) in iterators.items().iter().enumerate().skip(1) {
            if protocol::iter::next(iterator)?.is_some() {
                return Err(crate::raise!(
                    ValueError,
                    "zip() argument {} is longer than argument{}{later}",
                    later + 1,
                    plural(later)
                ));
            }
        }
        Ok(None)
    }
}

/// `map`.
#[repr(C)]
#[derive(Trace)]
pub struct Map {
    ob_base: Object,
    iterators: Slot<Tuple>,
    function: Slot,
}

#[pytype(
    name = "map", symbol = PyMap_Type, gc, flags = [BASETYPE], iter = ::objects::slots::self_iter,
    getattro = crate::attrs::generic_getattro
)]
impl Map {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Map>> {
        crate::args::no_constructor_keywords(class, &PyMap_Type, kwargs)?;
        let [function, iterables @ ..] = args.items() else {
            return Err(crate::raise!(TypeError, "map() must have at least two arguments."));
        };
        if iterables.is_empty() {
            return Err(crate::raise!(TypeError, "map() must have at least two arguments."));
        }
        let iterators = iterables
            .iter()
            .map(|iterable| protocol::iter::get_iter(iterable))
            .collect::<Result<Vec<Ref>>>()?;
        let map = Map {
            ob_base: Object::HEAD,
            iterators: Slot::new(Tuple::from_vec(iterators)?),
            function: Slot::new(function.to_ref()),
        };
        Ref::new_in(class, map)
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let (Some(iterators), Some(function)) = (self.iterators.get(), self.function.get()) else {
            return Ok(None);
        };
        if let [iterator] = iterators.items() {
            let Some(item) = protocol::iter::next(iterator)? else { return Ok(None) };
            return protocol::call::call_one_arg(&function, &item).map(Some);
        }
        let mut items = Vec::with_capacity(iterators.len());
        for iterator in iterators.items() {
            match protocol::iter::next(iterator)? {
                Some(item) => items.push(item),
                None => return Ok(None),
            }
        }
        let items: Vec<&Object> = items.iter().map(|item| &**item).collect();
        protocol::call::call(&function, &items).map(Some)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let function = self.function.get().ok_or_else(raise::bad_internal_call)?;
        let mut args = vec![function];
        let iterators = self.iterators.get().unwrap_or_else(Tuple::empty);
        args.extend(iterators.items().iter().map(|iterator| iterator.to_ref()));
        Tuple::from_array([self.class().to_ref().upcast(), Tuple::from_vec(args)?.upcast()])
    }
}

/// `filter`.
#[repr(C)]
#[derive(Trace)]
pub struct Filter {
    ob_base: Object,
    function: Slot,
    iterator: Slot,
}

#[pytype(
    name = "filter", symbol = PyFilter_Type, gc, flags = [BASETYPE], iter = ::objects::slots::self_iter,
    getattro = crate::attrs::generic_getattro
)]
impl Filter {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Filter>> {
        crate::args::no_constructor_keywords(class, &PyFilter_Type, kwargs)?;
        let [function, iterable] = args.items() else {
            return Err(crate::raise!(TypeError, "filter expected 2 arguments, got {}", args.len()));
        };
        let iterator = protocol::iter::get_iter(iterable)?;
        let filter = Filter {
            ob_base: Object::HEAD,
            function: Slot::new(function.to_ref()),
            iterator: Slot::new(iterator),
        };
        Ref::new_in(class, filter)
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let (Some(iterator), Some(function)) = (self.iterator.get(), self.function.get()) else {
            return Ok(None);
        };
        let plain = function.is(none()) || function.is(crate::types::bool::PyBool_Type.as_object());
        while let Some(item) = protocol::iter::next(&iterator)? {
            let wanted = if plain {
                protocol::object::is_true(&item)?
            } else {
                protocol::object::is_true(&*protocol::call::call_one_arg(&function, &item)?)?
            };
            if wanted {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let part = |slot: &Slot| slot.get().ok_or_else(raise::bad_internal_call);
        let args = Tuple::from_array([part(&self.function)?, part(&self.iterator)?])?;
        Tuple::from_array([self.class().to_ref().upcast(), args.upcast()])
    }
}

/// `reversed` over anything with a length and items.
#[repr(C)]
#[derive(Trace)]
pub struct Reversed {
    ob_base: Object,
    index: Cell<isize>,
    sequence: Slot,
}

#[pytype(
    name = "reversed", symbol = PyReversed_Type, gc, flags = [BASETYPE], iter = ::objects::slots::self_iter,
    getattro = crate::attrs::generic_getattro
)]
impl Reversed {
    #[new("(sequence, /)", vectorcall)]
    fn tp_new(class: &TypeObject, sequence: &Object) -> Result<Ref> {
        if let Some(method) = attr::special_method(sequence, id!("__reversed__"))? {
            return match method {
                attr::Method::Unbound(function) => protocol::call::call_one_arg(&function, sequence),
                attr::Method::Bound(callable) if callable.is(none()) => not_reversible(sequence),
                attr::Method::Bound(callable) => protocol::call::call_no_args(&callable),
            };
        }
        if !protocol::sequence::is_sequence(sequence) {
            return not_reversible(sequence);
        }
        let index = protocol::object::len(sequence)? as isize - 1;
        let reversed = Reversed {
            ob_base: Object::HEAD,
            index: Cell::new(index),
            sequence: Slot::new(sequence.to_ref()),
        };
        Ok(Ref::new_in(class, reversed)?.upcast())
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let index = self.index.get();
        let Some(sequence) = self.sequence.get().filter(|_| index >= 0) else { return Ok(None) };
        match protocol::sequence::get_item(&sequence, index) {
            Ok(item) => {
                self.index.set(index - 1);
                Ok(Some(item))
            }
            Err(raised)
                if raised.matches(&crate::types::exceptions::IndexError)
                    || raised.matches(&crate::types::exceptions::StopIteration) =>
            {
                raised.clear();
                self.index.set(-1);
                self.sequence.set(None);
                Ok(None)
            }
            Err(raised) => Err(raised),
        }
    }

    #[method("__length_hint__($self, /)")]
    fn length_hint(&self) -> Result<isize> {
        let Some(sequence) = self.sequence.get() else { return Ok(0) };
        let position = self.index.get() + 1;
        let len = protocol::object::len(&sequence)? as isize;
        Ok(if len < position { 0 } else { position })
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let class = self.class().to_ref().upcast();
        match self.sequence.get() {
            Some(sequence) => Tuple::from_array([
                class,
                Tuple::from_array([sequence])?.upcast(),
                new_int(self.index.get() as i64)?,
            ]),
            None => Tuple::from_array([class, Tuple::from_array([Tuple::empty().upcast()])?.upcast()]),
        }
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, index: isize) -> Result<()> {
        if let Some(sequence) = self.sequence.get() {
            self.index.set(index.clamp(-1, protocol::object::len(&sequence)? as isize - 1));
        }
        Ok(())
    }
}

fn not_reversible(object: &Object) -> Result<Ref> {
    Err(crate::raise!(TypeError, "'{}' object is not reversible", object.class().name()))
}
