//! `chain`, `starmap`, `zip_longest`, `batched`, `pairwise`.

use super::{class_of, held, state_parts, warn_of_pickling, wrong_parts};
use core::cell::Cell;
use macros::{Trace, pytype};
use objects::object::refs::none as new_none;
use objects::protocol::{self, call};
use objects::types::dict::Dict;
use objects::types::list::List;
use objects::types::tuple::Tuple;
use objects::types::tuple::reused::{self, Reused};
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, raise};

/// `chain`.
#[repr(C)]
#[derive(Trace)]
pub struct Chain {
    ob_base: Object,
    source: Slot,
    active: Slot,
}

#[pytype(name = "chain", module = "itertools", getattro = objects::attrs::generic_getattro, static_name = CHAIN, gc, flags = [BASETYPE], iter = objects::slots::self_iter)]
impl Chain {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Chain>> {
        objects::args::no_constructor_keywords(class, &CHAIN, kwargs)?;
        let source = protocol::iter::get_iter(args)?;
        Ref::new_in(class, Chain { ob_base: Object::HEAD, source: Slot::new(source), active: Slot::empty() })
    }

    #[classmethod("from_iterable($type, iterable, /)")]
    fn from_iterable(cls: &TypeObject, iterable: &Object) -> Result<Ref<Chain>> {
        let source = protocol::iter::get_iter(iterable)?;
        Ref::new_in(cls, Chain { ob_base: Object::HEAD, source: Slot::new(source), active: Slot::empty() })
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        loop {
            let Some(source) = self.source.get() else { return Ok(None) };
            let active = match self.active.get() {
                Some(active) => active,
                None => {
                    let iterable = protocol::iter::next(&source);
                    let Some(iterable) = iterable.inspect_err(|_| self.source.set(None))? else {
                        self.source.set(None);
                        return Ok(None);
                    };
                    let active =
                        protocol::iter::get_iter(&iterable).inspect_err(|_| self.source.set(None))?;
                    self.active.set(Some(active.clone()));
                    active
                }
            };
            if let Some(item) = protocol::iter::next(&active)? {
                return Ok(Some(item));
            }
            self.active.set(None);
        }
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        warn_of_pickling()?;
        let mut parts = vec![class_of(self), Tuple::empty().upcast()];
        if let Some(source) = self.source.get() {
            let state = [source].into_iter().chain(self.active.get()).collect();
            parts.push(Tuple::from_vec(state)?.upcast());
        }
        Tuple::from_vec(parts)
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, state: &Object) -> Result<()> {
        warn_of_pickling()?;
        let parts = state_parts(state)?;
        let (source, active) = match *parts {
            [source] => (source, None),
            [source, active] => (source, Some(active)),
            [] => return Err(wrong_parts("at least", 1, 0)),
            _ => return Err(wrong_parts("at most", 2, parts.len())),
        };
        if !parts.iter().all(|iterator| protocol::iter::is_iterator(iterator)) {
            return Err(raise!(TypeError, "Arguments must be iterators."));
        }
        self.source.set(Some(source.to_ref()));
        self.active.set(active.map(Instance::to_ref));
        Ok(())
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(cls: &TypeObject, object: &Object) -> Result<Ref> {
        objects::types::generic_alias::new(cls, object)
    }
}

/// `starmap`.
#[repr(C)]
#[derive(Trace)]
pub struct Starmap {
    ob_base: Object,
    function: Slot,
    iterator: Slot,
}

#[pytype(name = "starmap", module = "itertools", getattro = objects::attrs::generic_getattro, static_name = STARMAP, gc, flags = [BASETYPE], iter = objects::slots::self_iter)]
impl Starmap {
    #[new("(function, iterable, /)")]
    fn tp_new(class: &TypeObject, function: &Object, iterable: &Object) -> Result<Ref<Starmap>> {
        let iterator = protocol::iter::get_iter(iterable)?;
        let starmap = Starmap {
            ob_base: Object::HEAD,
            function: Slot::new(function.to_ref()),
            iterator: Slot::new(iterator),
        };
        Ref::new_in(class, starmap)
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let Some(args) = protocol::iter::next(&*held(&self.iterator)?)? else { return Ok(None) };
        let args = protocol::sequence::to_tuple(&args)?;
        call::call(&*held(&self.function)?, args.items()).map(Some)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<(Ref, (Ref, Ref))> {
        warn_of_pickling()?;
        Ok((class_of(self), (held(&self.function)?, held(&self.iterator)?)))
    }
}

/// `zip_longest`.
#[repr(C)]
#[derive(Trace)]
pub struct ZipLongest {
    ob_base: Object,
    /// The iterators, None in the place of an exhausted one.
    iterators: Slot<List>,
    fill: Slot,
    result: Reused,
    active: Cell<usize>,
}

#[pytype(name = "zip_longest", module = "itertools", getattro = objects::attrs::generic_getattro, static_name = ZIP_LONGEST, gc, flags = [BASETYPE], iter = objects::slots::self_iter)]
impl ZipLongest {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<ZipLongest>> {
        let mut fill = new_none();
        for (name, value) in kwargs.map(Dict::to_vec).unwrap_or_default() {
            if !objects::types::str::expect_str(&name, "keywords")?.equals_text("fillvalue") {
                return Err(raise!(TypeError, "zip_longest() got an unexpected keyword argument"));
            }
            fill = value;
        }
        let iterators = args
            .items()
            .iter()
            .map(|iterable| protocol::iter::get_iter(iterable))
            .collect::<Result<Vec<Ref>>>()?;
        let zip = ZipLongest {
            ob_base: Object::HEAD,
            active: Cell::new(iterators.len()),
            iterators: Slot::new(List::from_vec(iterators)?),
            fill: Slot::new(fill),
            result: Reused::empty(),
        };
        Ref::new_in(class, zip)
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<Tuple>>> {
        let Some(iterators) = self.iterators.get() else { return Ok(None) };
        if self.active.get() == 0 {
            return Ok(None);
        }
        let fill = held(&self.fill)?;
        let idle = self.result.idle(iterators.len());
        let mut items = Vec::with_capacity(if idle.is_some() { 0 } else { iterators.len() });
        let mut put = |index: usize, item: Ref| match &idle {
            Some(tuple) => reused::refill(tuple, index, item),
            None => items.push(item),
        };
        for index in 0..iterators.len() {
            let Some(iterator) = iterators.get(index) else { break };
            if iterator.is(objects::types::none::none()) {
                put(index, fill.clone());
                continue;
            }
            match protocol::iter::next(&iterator).inspect_err(|_| self.active.set(0))? {
                Some(item) => put(index, item),
                None => {
                    self.active.set(self.active.get() - 1);
                    if self.active.get() == 0 {
                        return Ok(None);
                    }
                    drop(iterators.replace(index, new_none()));
                    put(index, fill.clone());
                }
            }
        }
        match idle {
            Some(tuple) => Ok(Some(reused::filled(tuple))),
            None => Ok(Some(self.result.first(Tuple::from_vec(items)?))),
        }
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<(Ref, Ref<Tuple>, Ref)> {
        warn_of_pickling()?;
        // An exhausted iterator is represented by an empty tuple, which is iterated anew.
        let or_empty = |iterator: Ref| match iterator.is(objects::types::none::none()) {
            true => Tuple::empty().upcast(),
            false => iterator,
        };
        let iterators = self.iterators.get().map(|iterators| iterators.to_vec()).unwrap_or_default();
        let args = Tuple::from_vec(iterators.into_iter().map(or_empty).collect())?;
        Ok((class_of(self), args, held(&self.fill)?))
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, state: &Object) -> Result<()> {
        warn_of_pickling()?;
        self.fill.set(Some(state.to_ref()));
        Ok(())
    }
}

/// `batched`.
#[repr(C)]
#[derive(Trace)]
pub struct Batched {
    ob_base: Object,
    iterator: Slot,
    size: Cell<usize>,
    strict: Cell<bool>,
}

#[pytype(name = "batched", module = "itertools", getattro = objects::attrs::generic_getattro, static_name = BATCHED, gc, flags = [BASETYPE], iter = objects::slots::self_iter)]
impl Batched {
    #[new("(iterable, n, *, strict=False)")]
    fn tp_new(class: &TypeObject, iterable: &Object, n: isize, strict: bool) -> Result<Ref<Batched>> {
        let Some(size) = usize::try_from(n).ok().filter(|&size| size > 0) else {
            return Err(raise!(ValueError, "n must be at least one"));
        };
        let iterator = protocol::iter::get_iter(iterable)?;
        let batched = Batched {
            ob_base: Object::HEAD,
            iterator: Slot::new(iterator),
            size: Cell::new(size),
            strict: Cell::new(strict),
        };
        Ref::new_in(class, batched)
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<Tuple>>> {
        let Some(iterator) = self.iterator.get() else { return Ok(None) };
        let mut items = Vec::new();
        while items.len() < self.size.get() {
            match protocol::iter::next(&iterator)? {
                Some(item) => items.push(item),
                None => {
                    self.iterator.set(None);
                    break;
                }
            }
        }
        if items.is_empty() {
            return Ok(None);
        }
        if self.strict.get() && items.len() < self.size.get() {
            return Err(raise!(ValueError, "batched(): incomplete batch"));
        }
        Tuple::from_vec(items).map(Some)
    }
}

/// `pairwise`.
#[repr(C)]
#[derive(Trace)]
pub struct Pairwise {
    ob_base: Object,
    iterator: Slot,
    old: Slot,
    result: Reused,
}

#[pytype(name = "pairwise", module = "itertools", getattro = objects::attrs::generic_getattro, static_name = PAIRWISE, gc, flags = [BASETYPE], iter = objects::slots::self_iter)]
impl Pairwise {
    #[new("(iterable, /)")]
    fn tp_new(class: &TypeObject, iterable: &Object) -> Result<Ref<Pairwise>> {
        let iterator = protocol::iter::get_iter(iterable)?;
        Ref::new_in(
            class,
            Pairwise {
                ob_base: Object::HEAD,
                iterator: Slot::new(iterator),
                old: Slot::empty(),
                result: Reused::empty(),
            },
        )
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<Tuple>>> {
        let Some(iterator) = self.iterator.get() else { return Ok(None) };
        let old = match self.old.get() {
            Some(old) => old,
            None => match protocol::iter::next(&iterator)? {
                Some(old) => {
                    self.old.set(Some(old.clone()));
                    old
                }
                None => {
                    self.iterator.set(None);
                    return Ok(None);
                }
            },
        };
        match protocol::iter::next(&iterator)? {
            Some(new) => {
                self.old.set(Some(new.clone()));
                self.result.pack([old, new]).map(Some)
            }
            None => {
                self.iterator.set(None);
                self.old.set(None);
                Ok(None)
            }
        }
    }
}
