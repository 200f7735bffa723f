//! `groupby` and `tee`.

use super::held;
use core::cell::Cell;
use macros::{Trace, pytype};
use objects::protocol::{self, attr, call};
use objects::types::list::List;
use objects::types::none::none;
use objects::types::tuple::Tuple;
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

#[pytype(name = "groupby", module = "itertools", static_name = GROUP_BY, gc, flags = [BASETYPE], iter = objects::slots::self_iter)]
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

    #[classmethod("__class_getitem__($type, object, /)", unchecked)]
    fn class_getitem(cls: &TypeObject, object: &Object) -> Result<Ref> {
        objects::types::generic_alias::new(cls, object)
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

#[pytype(name = "_grouper", module = "itertools", static_name = GROUPER, gc, no_new, iter = objects::slots::self_iter)]
impl Grouper {
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

#[pytype(name = "_tee_dataobject", module = "itertools", static_name = TEE_DATA, gc, no_new)]
impl TeeData {}

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
}

#[pytype(name = "_tee", module = "itertools", static_name = TEE, gc, iter = objects::slots::self_iter)]
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

    #[method("__copy__($self, /)")]
    fn copy(&self) -> Result<Ref<Tee>> {
        let copy = Tee {
            ob_base: Object::HEAD,
            data: Slot::from_option(self.data.get()),
            index: Cell::new(self.index.get()),
        };
        Ref::new(copy)
    }
}

fn from_iterator(iterator: &Object) -> Result<Ref> {
    if let Some(tee) = iterator.cast::<Tee>() {
        return Ok(tee.copy()?.upcast());
    }
    let tee = Tee { ob_base: Object::HEAD, data: Slot::new(TeeData::new(iterator)?), index: Cell::new(0) };
    Ok(Ref::new(tee)?.upcast())
}

/// `tee(iterable, n)`.
pub fn tee(iterable: &Object, count: isize) -> Result<Ref> {
    let Ok(count) = usize::try_from(count) else { return Err(raise!(ValueError, "n must be >= 0")) };
    if count == 0 {
        return Ok(Tuple::empty().upcast());
    }
    let iterator = protocol::iter::get_iter(iterable)?;
    let copy = attr::get_optional(&iterator, id!("__copy__"))?;
    let (first, copy) = match copy {
        Some(copy) => (iterator, copy),
        None => {
            let tee = from_iterator(&iterator)?;
            let copy = attr::get(&tee, id!("__copy__"))?;
            (tee, copy)
        }
    };
    let mut tees = vec![first];
    for _ in 1..count {
        tees.push(call::call_no_args(&copy)?);
    }
    Ok(Tuple::from_vec(tees)?.upcast())
}
