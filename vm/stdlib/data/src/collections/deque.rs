//! `deque`.

use super::deque_iter::{Backward, Forward};
use core::cell::{Cell, RefCell};
use macros::{Trace, pytype};
use objects::protocol::{self, attr, number};
use objects::types::bool::new_bool;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{CompareOp, Instance, Object, Ref, Result, TypeObject, Visit, Visitor, id, raise};
use std::collections::VecDeque;

/// The items, traced one by one.
#[derive(Default)]
struct Items(RefCell<VecDeque<Ref>>);

impl objects::Trace for Items {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.0.borrow().iter().try_for_each(|item| item.trace(visitor))
    }
    fn clear(&self) {
        drop(self.0.take());
    }
}

/// `dequeobject`.
#[repr(C)]
#[derive(Trace)]
pub struct Deque {
    ob_base: Object,
    items: Items,
    maxlen: Cell<Option<usize>>,
    /// Counts changes, for iterators.
    state: Cell<u64>,
    weakreflist: Cell<*const objects::types::weakref::WeakReference>,
}

#[pytype(name = "deque", module = "collections", getattro = objects::attrs::generic_getattro, static_name = DEQUE, gc, unhashable, weaklist = weakreflist, flags = [BASETYPE, SEQUENCE])]
impl Deque {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Deque>> {
        Deque::new_in(class, None)
    }

    #[init("(iterable=(), maxlen=None)", vectorcall)]
    fn init(&self, iterable: Option<&Object>, maxlen: Option<&Object>) -> Result<()> {
        let maxlen = match maxlen.filter(|maxlen| !maxlen.is(none())) {
            None => None,
            Some(maxlen) => {
                let value = number::index_as_isize(maxlen, Some(&exc::OverflowError))?;
                match usize::try_from(value) {
                    Ok(value) => Some(value),
                    Err(_) => return Err(raise!(ValueError, "maxlen must be non-negative")),
                }
            }
        };
        self.maxlen.set(maxlen);
        self.change();
        drop(self.items.0.take());
        match iterable {
            Some(iterable) => self.extend(iterable),
            None => Ok(()),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let Some(_guard) = protocol::repr_guard::enter(self) else { return Str::new("[...]") };
        let list = protocol::sequence::to_list(self)?;
        let shown = protocol::object::repr(&list)?.to_string_lossy();
        let name = self.class().name();
        match self.maxlen.get() {
            Some(maxlen) => Str::new(&format!("{name}({shown}, maxlen={maxlen})")),
            None => Str::new(&format!("{name}({shown})")),
        }
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref<Forward>> {
        Forward::new(self)
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.cast::<Deque>() else { return Ok(protocol::compare::unsupported()) };
        let (ours, theirs) = (self.to_vec(), other.to_vec());
        if ours.len() != theirs.len() && matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(new_bool(op == CompareOp::Ne));
        }
        for (a, b) in ours.iter().zip(&theirs) {
            if !protocol::compare::equal(a, b)? {
                return match op {
                    CompareOp::Eq => Ok(new_bool(false)),
                    CompareOp::Ne => Ok(new_bool(true)),
                    _ => protocol::compare::rich_compare(a, b, op),
                };
            }
        }
        Ok(protocol::compare::answer(op, ours.len().cmp(&theirs.len())))
    }

    #[slot(sq_length)]
    fn sq_length(&self) -> Result<isize> {
        Ok(self.len() as isize)
    }

    #[slot(sq_item)]
    fn sq_item(&self, index: isize) -> Result<Ref> {
        let item = usize::try_from(index).ok().and_then(|index| self.item(index));
        item.ok_or_else(|| raise!(IndexError, "deque index out of range"))
    }

    #[slot(sq_ass_item)]
    fn sq_ass_item(&self, index: isize, value: Option<&Object>) -> Result<()> {
        let Some(index) = usize::try_from(index).ok().filter(|&index| index < self.len()) else {
            return Err(raise!(IndexError, "deque index out of range"));
        };
        let old = match value {
            Some(value) => self
                .items
                .0
                .borrow_mut()
                .get_mut(index)
                .map(|place| core::mem::replace(place, value.to_ref())),
            None => {
                self.change();
                self.items.0.borrow_mut().remove(index)
            }
        };
        drop(old);
        Ok(())
    }

    #[slot(sq_contains)]
    fn sq_contains(&self, item: &Object) -> Result<bool> {
        Ok(self.position(item, 0, usize::MAX)?.is_some())
    }

    #[slot(sq_concat)]
    fn sq_concat(&self, other: &Object) -> Result<Ref<Deque>> {
        if other.cast::<Deque>().is_none() {
            return Err(raise!(
                TypeError,
                "can only concatenate deque (not \"{}\") to deque",
                other.class().name()
            ));
        }
        let result = self.copy_as_deque()?;
        result.extend(other)?;
        Ok(result)
    }

    #[slot(sq_repeat)]
    fn sq_repeat(&self, count: isize) -> Result<Ref<Deque>> {
        let result = self.copy_as_deque()?;
        result.sq_inplace_repeat(count)
    }

    #[slot(sq_inplace_concat)]
    fn sq_inplace_concat(&self, other: &Object) -> Result<Ref<Deque>> {
        self.extend(other)?;
        Ok(self.to_ref())
    }

    #[slot(sq_inplace_repeat)]
    fn sq_inplace_repeat(&self, count: isize) -> Result<Ref<Deque>> {
        let items = self.to_vec();
        self.change();
        drop(self.items.0.take());
        self.fill_repeated(&items, count)?;
        Ok(self.to_ref())
    }

    #[method("append($self, item, /)")]
    fn append(&self, item: &Object) {
        self.push(item.to_ref(), false);
    }

    #[method("appendleft($self, item, /)")]
    fn appendleft(&self, item: &Object) {
        self.push(item.to_ref(), true);
    }

    #[method("extend($self, iterable, /)")]
    fn extend(&self, iterable: &Object) -> Result<()> {
        if iterable.is(self) {
            self.to_vec().into_iter().for_each(|item| self.push(item, false));
            return Ok(());
        }
        protocol::iter::for_each(iterable, |item| {
            self.push(item, false);
            Ok(())
        })
    }

    #[method("extendleft($self, iterable, /)")]
    fn extendleft(&self, iterable: &Object) -> Result<()> {
        if iterable.is(self) {
            self.to_vec().into_iter().for_each(|item| self.push(item, true));
            return Ok(());
        }
        protocol::iter::for_each(iterable, |item| {
            self.push(item, true);
            Ok(())
        })
    }

    #[method("pop($self, /)")]
    fn pop(&self) -> Result<Ref> {
        self.change();
        let item = self.items.0.borrow_mut().pop_back();
        item.ok_or_else(|| raise!(IndexError, "pop from an empty deque"))
    }

    #[method("popleft($self, /)")]
    fn popleft(&self) -> Result<Ref> {
        self.change();
        let item = self.items.0.borrow_mut().pop_front();
        item.ok_or_else(|| raise!(IndexError, "pop from an empty deque"))
    }

    #[method("clear($self, /)")]
    fn py_clear(&self) {
        self.change();
        drop(self.items.0.take());
    }

    #[method("copy($self, /)")]
    fn copy(&self) -> Result<Ref> {
        if self.is_exactly(&DEQUE) {
            return Ok(self.duplicate()?.upcast());
        }
        match self.maxlen.get() {
            None => protocol::call::call(self.class(), &[self.as_object()]),
            Some(maxlen) => {
                let maxlen = objects::types::int::new_int(maxlen as i64)?;
                protocol::call::call(self.class(), &[self.as_object(), &*maxlen])
            }
        }
    }

    #[method("__copy__($self, /)")]
    fn py_copy(&self) -> Result<Ref> {
        self.copy()
    }

    #[method("count($self, value, /)")]
    fn count(&self, value: &Object) -> Result<usize> {
        let state = self.state.get();
        let (mut count, mut index) = (0, 0);
        while let Some(item) = self.item(index) {
            count += usize::from(protocol::compare::equal(&item, value)?);
            self.unchanged_since(state)?;
            index += 1;
        }
        Ok(count)
    }

    #[method("index", raw)]
    fn index(&self, args: &[&Object]) -> Result<usize> {
        let bound = |object: &Object| {
            let index = number::index_as_isize(object, None)?;
            let len = self.len() as isize;
            Ok(if index < 0 { (index + len).max(0) } else { index } as usize)
        };
        let (value, start, stop) = match *args {
            [value] => (value, 0, usize::MAX),
            [value, start] => (value, bound(start)?, usize::MAX),
            [value, start, stop] => (value, bound(start)?, bound(stop)?),
            [] => return Err(raise!(TypeError, "index expected at least 1 argument, got 0")),
            _ => return Err(raise!(TypeError, "index expected at most 3 arguments, got {}", args.len())),
        };
        match self.position(value, start, stop)? {
            Some(index) => Ok(index),
            None => {
                let shown = protocol::object::repr(value)?.to_string_lossy();
                Err(raise!(ValueError, "{shown} is not in deque"))
            }
        }
    }

    #[method("insert($self, index, value, /)")]
    fn insert(&self, index: isize, value: &Object) -> Result<()> {
        let len = self.len();
        if self.maxlen.get().is_some_and(|maxlen| len >= maxlen) {
            return Err(raise!(IndexError, "deque already at its maximum size"));
        }
        let index =
            if index < 0 { (index + len as isize).max(0) as usize } else { (index as usize).min(len) };
        self.change();
        self.items.0.borrow_mut().insert(index, value.to_ref());
        Ok(())
    }

    #[method("remove($self, value, /)")]
    fn remove(&self, value: &Object) -> Result<()> {
        let state = self.state.get();
        let mut index = 0;
        while let Some(item) = self.item(index) {
            let equal = protocol::compare::equal(&item, value)?;
            if self.state.get() != state {
                return Err(raise!(IndexError, "deque mutated during remove()."));
            }
            if equal {
                self.change();
                let removed = self.items.0.borrow_mut().remove(index);
                drop(removed);
                return Ok(());
            }
            index += 1;
        }
        let shown = protocol::object::repr(value)?.to_string_lossy();
        Err(raise!(ValueError, "{shown} is not in deque"))
    }

    #[method("reverse($self, /)")]
    fn reverse(&self) {
        self.change();
        self.items.0.borrow_mut().make_contiguous().reverse();
    }

    #[method("rotate($self, n=1, /)")]
    fn rotate(&self, #[default(1)] n: isize) {
        let mut items = self.items.0.borrow_mut();
        if items.len() > 1 {
            let by = n.rem_euclid(items.len() as isize) as usize;
            items.rotate_right(by);
            self.change();
        }
    }

    #[method("__reversed__($self, /)")]
    fn reversed(&self) -> Result<Ref<Backward>> {
        Backward::new(self)
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        self.class().tp_basicsize.get() as usize + self.items.0.borrow().capacity() * 8
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let state = attr::call_special(self, id!("__getstate__"), &[])?;
        let args = match self.maxlen.get() {
            None => Tuple::empty(),
            Some(maxlen) => {
                Tuple::from_array([Tuple::empty().upcast(), objects::types::int::new_int(maxlen as i64)?])?
            }
        };
        let items = protocol::iter::get_iter(self)?;
        Tuple::from_array([self.class().to_ref().upcast(), args.upcast(), state, items])
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(cls: &TypeObject, object: &Object) -> Result<Ref> {
        objects::types::generic_alias::new(cls, object)
    }

    #[getter("maxlen")]
    fn maxlen(&self) -> Option<usize> {
        self.maxlen.get()
    }
}

impl Deque {
    fn new_in(class: &TypeObject, maxlen: Option<usize>) -> Result<Ref<Deque>> {
        Ref::new_in(
            class,
            Deque {
                ob_base: Object::HEAD,
                items: Items::default(),
                maxlen: Cell::new(maxlen),
                state: Cell::new(0),
                weakreflist: Cell::new(core::ptr::null()),
            },
        )
    }

    pub(super) fn len(&self) -> usize {
        self.items.0.borrow().len()
    }

    /// The item at a position.
    #[inline]
    pub(super) fn item(&self, index: usize) -> Option<Ref> {
        self.items.0.borrow().get(index).cloned()
    }

    /// A number that differs after every change.
    pub(super) fn state(&self) -> u64 {
        self.state.get()
    }

    fn to_vec(&self) -> Vec<Ref> {
        self.items.0.borrow().iter().cloned().collect()
    }

    fn change(&self) {
        self.state.set(self.state.get() + 1);
    }

    fn unchanged_since(&self, state: u64) -> Result<()> {
        if self.state.get() == state {
            Ok(())
        } else {
            Err(raise!(RuntimeError, "deque mutated during iteration"))
        }
    }

    /// Adds an item at one end; a full deque loses one at the other.
    fn push(&self, item: Ref, left: bool) {
        self.change();
        let lost = {
            let mut items = self.items.0.borrow_mut();
            if left {
                items.push_front(item)
            } else {
                items.push_back(item)
            }
            match self.maxlen.get() {
                Some(maxlen) if items.len() > maxlen => {
                    if left {
                        items.pop_back()
                    } else {
                        items.pop_front()
                    }
                }
                _ => None,
            }
        };
        drop(lost);
    }

    fn duplicate(&self) -> Result<Ref<Deque>> {
        let copy = Deque::new_in(&DEQUE, self.maxlen.get())?;
        self.to_vec().into_iter().for_each(|item| copy.push(item, false));
        Ok(copy)
    }

    /// A copy that is sure to be a deque.
    fn copy_as_deque(&self) -> Result<Ref<Deque>> {
        let copy = self.copy()?;
        copy.downcast().map_err(|other| {
            let (name, got) = (self.class().full_name(), other.class().full_name());
            raise!(TypeError, "{name}() must return a deque, not {got}")
        })
    }

    fn fill_repeated(&self, items: &[Ref], count: isize) -> Result<()> {
        let count = count.max(0) as usize;
        let total = items.len().checked_mul(count).filter(|&total| total <= isize::MAX as usize / 8);
        let total = total.ok_or_else(objects::raise::no_memory)?;
        // Only what a bounded deque keeps is made.
        let kept = self.maxlen.get().map_or(total, |maxlen| maxlen.min(total));
        for index in total - kept..total {
            self.push(items[index % items.len()].clone(), false);
        }
        Ok(())
    }

    fn position(&self, value: &Object, start: usize, stop: usize) -> Result<Option<usize>> {
        let state = self.state.get();
        let mut index = start;
        while index < stop
            && let Some(item) = self.item(index)
        {
            if protocol::compare::equal(&item, value)? {
                return Ok(Some(index));
            }
            self.unchanged_since(state)?;
            index += 1;
        }
        Ok(None)
    }
}
