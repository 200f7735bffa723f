//! The iterators of a list, forwards and backwards.

use super::List;
use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::types::int::new_int;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use macros::{Trace, pytype};

/// `list_iterator`. An exhausted one lets its list go.
#[repr(C)]
#[derive(Trace)]
pub struct ListIterator {
    ob_base: Object,
    index: Cell<isize>,
    list: Slot<List>,
}

impl ListIterator {
    /// # Errors
    /// MemoryError.
    pub fn new(list: &List) -> Result<Ref<ListIterator>> {
        Ref::new(ListIterator { ob_base: Object::HEAD, index: Cell::new(0), list: Slot::new(list.to_ref()) })
    }

    /// The list and the position, for the interpreter's fast path.
    #[inline]
    pub fn state(&self) -> (&Slot<List>, &Cell<isize>) {
        (&self.list, &self.index)
    }
}

#[pytype(name = "list_iterator", symbol = PyListIter_Type, gc, no_new, iter = ::objects::slots::self_iter)]
impl ListIterator {
    #[slot(tp_iternext)]
    #[inline]
    pub fn next(&self) -> Option<Ref> {
        // SAFETY: nothing changes the field before the item is taken.
        let list = unsafe { self.list.peek() }?;
        let index = self.index.get();
        match list.get(index as usize) {
            Some(item) => {
                self.index.set(index + 1);
                Some(item)
            }
            None => {
                self.list.set(None);
                None
            }
        }
    }

    #[method("__length_hint__($self, /)")]
    fn length_hint(&self) -> usize {
        self.list.get().map_or(0, |list| list.len().saturating_sub(self.index.get() as usize))
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        reduce(&self.list, &self.index, false)
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, index: isize) {
        if let Some(list) = self.list.get() {
            self.index.set(index.clamp(0, list.len() as isize));
        }
    }
}

/// `list_reverseiterator`.
#[repr(C)]
#[derive(Trace)]
pub struct ReverseListIterator {
    ob_base: Object,
    index: Cell<isize>,
    list: Slot<List>,
}

impl ReverseListIterator {
    /// # Errors
    /// MemoryError.
    pub fn new(list: &List) -> Result<Ref<ReverseListIterator>> {
        Ref::new(ReverseListIterator {
            ob_base: Object::HEAD,
            index: Cell::new(list.len() as isize - 1),
            list: Slot::new(list.to_ref()),
        })
    }
}

#[pytype(name = "list_reverseiterator", symbol = PyListRevIter_Type, gc, no_new, iter = ::objects::slots::self_iter)]
impl ReverseListIterator {
    #[slot(tp_iternext)]
    fn next(&self) -> Option<Ref> {
        let list = self.list.get()?;
        let index = self.index.get();
        match usize::try_from(index).ok().and_then(|index| list.get(index)) {
            Some(item) => {
                self.index.set(index - 1);
                Some(item)
            }
            None => {
                self.index.set(-1);
                self.list.set(None);
                None
            }
        }
    }

    #[method("__length_hint__($self, /)")]
    fn length_hint(&self) -> isize {
        match self.list.get() {
            Some(list) if self.index.get() < list.len() as isize => self.index.get() + 1,
            _ => 0,
        }
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        reduce(&self.list, &self.index, true)
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, index: isize) {
        if let Some(list) = self.list.get() {
            self.index.set(index.clamp(-1, list.len() as isize - 1));
        }
    }
}

/// `(iter, (list,), index)`, or the iterator of an empty list when exhausted. Looking the function up may run code that exhausts it.
fn reduce(list: &Slot<List>, index: &Cell<isize>, reversed: bool) -> Result<Ref<Tuple>> {
    let function = crate::types::iter::builtin(if reversed { id!("reversed") } else { id!("iter") })?;
    if let Some(list) = list.get() {
        let index = new_int(index.get() as i64)?;
        return Tuple::from_array([function, Tuple::from_array([list.upcast()])?.upcast(), index]);
    }
    Tuple::from_array([function, Tuple::from_array([List::new()?.upcast()])?.upcast()])
}
