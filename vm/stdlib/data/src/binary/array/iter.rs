//! The iterator of an array.

use super::Array;
use core::cell::Cell;
use macros::{Trace, pytype};
use objects::protocol::number;
use objects::types::int::new_int;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, id};

/// `arrayiterobject`. An exhausted one lets its array go.
#[repr(C)]
#[derive(Trace)]
pub struct ArrayIterator {
    ob_base: Object,
    index: Cell<usize>,
    array: Slot<Array>,
}

impl ArrayIterator {
    pub fn new(array: &Array) -> Result<Ref<ArrayIterator>> {
        let array = Slot::new(array.to_ref());
        Ref::new(ArrayIterator { ob_base: Object::HEAD, index: Cell::new(0), array })
    }
}

#[pytype(name = "arrayiterator", module = "array", getattro = objects::attrs::generic_getattro, static_name = ARRAY_ITERATOR, gc, no_new, iter = ::objects::slots::self_iter)]
impl ArrayIterator {
    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let Some(array) = self.array.get() else { return Ok(None) };
        let item = array.get(self.index.get())?;
        match item {
            Some(_) => self.index.set(self.index.get() + 1),
            None => self.array.set(None),
        }
        Ok(item)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let iter = objects::types::iter::builtin(id!("iter"))?;
        match self.array.get() {
            Some(array) => {
                let args = Tuple::from_array([array.upcast()])?.upcast();
                Tuple::from_array([iter, args, new_int(self.index.get() as i64)?])
            }
            None => {
                let args = Tuple::from_array([Tuple::empty().upcast()])?.upcast();
                Tuple::from_array([iter, args])
            }
        }
    }

    #[method("__setstate__($self, state, /)")]
    fn setstate(&self, state: &Object) -> Result<()> {
        let index = number::index_as_isize(state, Some(&objects::types::exceptions::OverflowError))?;
        if let Some(array) = self.array.get() {
            self.index.set((index.max(0) as usize).min(array.len()));
        }
        Ok(())
    }
}
