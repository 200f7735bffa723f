//! `groupby` and `tee`.

use super::{class_of, held, state_parts, warn_of_pickling, wrong_parts};
use core::cell::Cell;
use macros::{Trace, pytype};
use objects::protocol::{self, attr, call, number};
use objects::types::dict::Dict;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::tuple::Tuple;
use objects::types::weakref::WeakReference;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, id, raise};

/// `groupby`.
#[repr(C)]
#[derive(Trace)]
pub struct GroupBy {
    ob_base: Object,
    iterator: Slot,
    key_function: Slot,
    target_key: Slot,
    current_key: Slot,
    current_value: Slot,
    /// Identifies the group that may still take items.
    group: Cell<u64>,
}

#[pytype(name = "groupby", module = "itertools", getattro = objects::attrs::generic_getattro, static_name = GROUP_BY, gc, flags = [BASETYPE], iter = objects::slots::self_iter)]
impl GroupBy {
    #[new("(iterable, key=None)")]
    fn tp_new(class: &TypeObject, iterable: &Object, key: Option<&Object>) -> Result<Ref<GroupBy>> {
        let iterator = protocol::iter::get_iter(iterable)?;
        let groups = GroupBy {
            ob_base: Object::HEAD,
            iterator: Slot::new(iterator),
            key_function: Slot::from_option(key.filter(|key| !key.is(none())).map(Instance::to_ref)),
            target_key: Slot::empty(),
            current_key: Slot::empty(),
            current_value: Slot::empty(),
            group: Cell::new(0),
        };
        Ref::new_in(class, groups)
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<Tuple>>> {
        self.group.set(self.group.get() + 1);
        // Skip to the next key.
        loop {
            if let Some(current) = self.current_key.get() {
                match self.target_key.get() {
                    None => break,
                    Some(target) if !protocol::compare::equal(&target, &current)? => break,
                    Some(_) => {}
                }
            }
            if !self.step()? {
                return Ok(None);
            }
        }
        let key = held(&self.current_key)?;
        self.target_key.set(Some(key.clone()));
        let group = Grouper {
            ob_base: Object::HEAD,
            parent: Slot::new(self.to_ref()),
            target_key: Slot::new(key.clone()),
            group: Cell::new(self.group.get()),
        };
        Tuple::from_array([key, Ref::new(group)?.upcast()]).map(Some)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        warn_of_pickling()?;
        let key = self.key_function.get().unwrap_or_else(objects::object::refs::none);
        let args = Tuple::from_array([held(&self.iterator)?, key])?.upcast();
        let state = (self.current_key.get(), self.current_value.get(), self.target_key.get());
        match state {
            (Some(key), Some(value), Some(target)) => {
                let state = Tuple::from_array([key, value, target])?.upcast();
                Tuple::from_array([class_of(self), args, state])
            }
            _ => Tuple::from_array([class_of(self), args]),
        }
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, state: &Object) -> Result<()> {
        warn_of_pickling()?;
        let parts = state_parts(state)?;
        let &[key, value, target] = parts else { return Err(wrong_parts("exactly", 3, parts.len())) };
        self.current_key.set(Some(key.to_ref()));
        self.current_value.set(Some(value.to_ref()));
        self.target_key.set(Some(target.to_ref()));
        Ok(())
    }
}

impl GroupBy {
    /// Takes the next item; false at the end.
    fn step(&self) -> Result<bool> {
        let Some(value) = protocol::iter::next(&*held(&self.iterator)?)? else { return Ok(false) };
        let key = match self.key_function.get() {
            Some(function) => call::call_one_arg(&function, &value)?,
            None => value.clone(),
        };
        self.current_value.set(Some(value));
        self.current_key.set(Some(key));
        Ok(true)
    }
}

/// `_grouper`: the items of one group.
#[repr(C)]
#[derive(Trace)]
pub struct Grouper {
    ob_base: Object,
    parent: Slot<GroupBy>,
    target_key: Slot,
    group: Cell<u64>,
}

#[pytype(name = "_grouper", module = "itertools", getattro = objects::attrs::generic_getattro, static_name = GROUPER, gc, iter = objects::slots::self_iter)]
impl Grouper {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Grouper>> {
        let &[parent, target] = args.items() else {
            return Err(raise!(TypeError, "_grouper expected 2 arguments, got {}", args.len()));
        };
        let Some(parent) = parent.cast::<GroupBy>() else {
            let got = parent.class().full_name();
            return Err(raise!(TypeError, "_grouper() argument 1 must be itertools.groupby, not {got}"));
        };
        parent.group.set(parent.group.get() + 1);
        Ref::new_in(
            class,
            Grouper {
                ob_base: Object::HEAD,
                parent: Slot::new(parent.to_ref()),
                target_key: Slot::new(target.to_ref()),
                group: Cell::new(parent.group.get()),
            },
        )
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<(Ref, Ref<Tuple>)> {
        warn_of_pickling()?;
        match self.parent.get().filter(|parent| parent.group.get() == self.group.get()) {
            Some(parent) => {
                let args = Tuple::from_array([parent.upcast(), held(&self.target_key)?])?;
                Ok((class_of(self), args))
            }
            None => {
                let nothing = Tuple::from_array([Tuple::empty().upcast()])?;
                Ok((objects::types::iter::builtin(id!("iter"))?, nothing))
            }
        }
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let Some(parent) = self.parent.get() else { return Ok(None) };
        if parent.group.get() != self.group.get() {
            return Ok(None);
        }
        if parent.current_value.is_empty() && !parent.step()? {
            return Ok(None);
        }
        if !protocol::compare::equal(&*held(&self.target_key)?, &*held(&parent.current_key)?)? {
            return Ok(None);
        }
        Ok(parent.current_value.take())
    }
}

/// How many items one block of a tee holds.
const BLOCK: usize = 57;

/// `_tee_dataobject`: a block of items that the tees of one source share, and the next block.
#[repr(C)]
#[derive(Trace)]
pub struct TeeData {
    ob_base: Object,
    source: Slot,
    items: Slot<List>,
    next: Slot<TeeData>,
    running: Cell<bool>,
}

#[pytype(name = "_tee_dataobject", module = "itertools", getattro = objects::attrs::generic_getattro, static_name = TEE_DATA, gc)]
impl TeeData {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<TeeData>> {
        let &[source, items, next] = args.items() else {
            return Err(raise!(TypeError, "teedataobject expected 3 arguments, got {}", args.len()));
        };
        let Some(items) = items.cast::<List>() else {
            let got = items.class().full_name();
            return Err(raise!(TypeError, "teedataobject() argument 2 must be list, not {got}"));
        };
        // Only a full block has one behind it.
        let next = Some(next).filter(|next| !next.is(none()));
        let fits = match next {
            Some(next) => items.len() == BLOCK && next.cast_exact::<TeeData>().is_some(),
            None => items.len() <= BLOCK,
        };
        if !fits {
            return Err(raise!(ValueError, "Invalid arguments"));
        }
        Ref::new_in(
            class,
            TeeData {
                ob_base: Object::HEAD,
                source: Slot::new(source.to_ref()),
                items: Slot::new(List::from_vec(items.to_vec())?),
                next: Slot::from_option(next.and_then(|next| next.cast::<TeeData>()).map(Instance::to_ref)),
                running: Cell::new(false),
            },
        )
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<(Ref, (Ref, Ref<List>, Option<Ref<TeeData>>))> {
        warn_of_pickling()?;
        let items = self.items.get().map(|items| items.to_vec()).unwrap_or_default();
        Ok((class_of(self), (held(&self.source)?, List::from_vec(items)?, self.next.get())))
    }
}

impl TeeData {
    fn new(source: &Object) -> Result<Ref<TeeData>> {
        Ref::new(TeeData {
            ob_base: Object::HEAD,
            source: Slot::new(source.to_ref()),
            items: Slot::new(List::new()?),
            next: Slot::empty(),
            running: Cell::new(false),
        })
    }

    fn item(&self, index: usize) -> Result<Option<Ref>> {
        let Some(items) = self.items.get() else { return Ok(None) };
        if let Some(item) = items.get(index) {
            return Ok(Some(item));
        }
        if self.running.replace(true) {
            return Err(raise!(RuntimeError, "cannot re-enter the tee iterator"));
        }
        let item = held(&self.source).and_then(|source| protocol::iter::next(&source));
        self.running.set(false);
        if let Some(item) = &item? {
            items.push(item.clone())?;
            return Ok(Some(item.clone()));
        }
        Ok(None)
    }

    fn following(&self) -> Result<Ref<TeeData>> {
        if let Some(next) = self.next.get() {
            return Ok(next);
        }
        let next = TeeData::new(&*held(&self.source)?)?;
        self.next.set(Some(next.clone()));
        Ok(next)
    }
}

/// `_tee`.
#[repr(C)]
#[derive(Trace)]
pub struct Tee {
    ob_base: Object,
    data: Slot<TeeData>,
    index: Cell<usize>,
    weakreflist: Cell<*const WeakReference>,
}

impl Tee {
    fn at(data: Option<Ref<TeeData>>, index: usize) -> Result<Ref<Tee>> {
        Ref::new(Tee {
            ob_base: Object::HEAD,
            data: Slot::from_option(data),
            index: Cell::new(index),
            weakreflist: Cell::new(core::ptr::null()),
        })
    }
}

#[pytype(name = "_tee", module = "itertools", static_name = TEE, gc, weaklist = weakreflist, iter = objects::slots::self_iter)]
impl Tee {
    #[new("(iterable, /)")]
    fn tp_new(_class: &TypeObject, iterable: &Object) -> Result<Ref> {
        let iterator = protocol::iter::get_iter(iterable)?;
        from_iterator(&iterator)
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let Some(mut data) = self.data.get() else { return Ok(None) };
        if self.index.get() >= BLOCK {
            data = data.following()?;
            self.data.set(Some(data.clone()));
            self.index.set(0);
        }
        let item = data.item(self.index.get())?;
        if item.is_some() {
            self.index.set(self.index.get() + 1);
        }
        Ok(item)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<(Ref, (Ref<Tuple>,), (Option<Ref<TeeData>>, usize))> {
        warn_of_pickling()?;
        Ok((class_of(self), (Tuple::empty(),), (self.data.get(), self.index.get())))
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, state: &Object) -> Result<()> {
        warn_of_pickling()?;
        let parts = state_parts(state)?;
        let &[data, index] = parts else { return Err(wrong_parts("exactly", 2, parts.len())) };
        let Some(data) = data.cast_exact::<TeeData>() else {
            let got = data.class().full_name();
            return Err(raise!(TypeError, "argument 1 must be itertools._tee_dataobject, not {got}"));
        };
        let index = number::index_as_isize(index, Some(&objects::types::exceptions::OverflowError))?;
        let Some(index) = usize::try_from(index).ok().filter(|&index| index <= BLOCK) else {
            return Err(raise!(ValueError, "Index out of range"));
        };
        self.data.set(Some(data.to_ref()));
        self.index.set(index);
        Ok(())
    }

    #[method("__copy__($self, /)")]
    fn copy(&self) -> Result<Ref<Tee>> {
        Tee::at(self.data.get(), self.index.get())
    }
}

fn from_iterator(iterator: &Object) -> Result<Ref> {
    if let Some(tee) = iterator.cast::<Tee>() {
        return Ok(tee.copy()?.upcast());
    }
    Ok(Tee::at(Some(TeeData::new(iterator)?), 0)?.upcast())
}

/// `tee(iterable, n)`.
pub fn tee(iterable: &Object, count: isize) -> Result<Ref> {
    let Ok(count) = usize::try_from(count) else { return Err(raise!(ValueError, "n must be >= 0")) };
    if count == 0 {
        return Ok(Tuple::empty().upcast());
    }
    let iterator = protocol::iter::get_iter(iterable)?;
    let mut tees = Vec::new();
    // All are new, even where the source can be copied.
    let copy = match attr::get_optional(&iterator, id!("__copy__"))? {
        Some(copy) => copy,
        None => {
            let tee = from_iterator(&iterator)?;
            let copy = attr::get(&tee, id!("__copy__"))?;
            tees.push(tee);
            copy
        }
    };
    while tees.len() < count {
        tees.push(call::call_no_args(&copy)?);
    }
    Ok(Tuple::from_vec(tees)?.upcast())
}
