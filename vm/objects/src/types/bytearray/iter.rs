//! `bytearray_iterator`.

use super::ByteArray;
use crate::id;
use crate::object::Object;
use crate::object::refs::{Ref, Slot};
use crate::raise::Result;
use crate::types::int::new_int;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use macros::{Trace, pytype};

/// An exhausted one lets its array go.
#[repr(C)]
#[derive(Trace)]
pub struct ByteArrayIterator {
    ob_base: Object,
    index: Cell<isize>,
    array: Slot<ByteArray>,
}

impl ByteArrayIterator {
    /// # Errors
    /// MemoryError.
    pub fn new(bytes: &ByteArray) -> Result<Ref<ByteArrayIterator>> {
        Ref::new(ByteArrayIterator {
            ob_base: Object::HEAD,
            index: Cell::new(0),
            array: Slot::new(Ref::from_borrowed(bytes)),
        })
    }
}

#[pytype(name = "bytearray_iterator", symbol = PyByteArrayIter_Type, gc, no_new, iter = ::objects::slots::self_iter)]
impl ByteArrayIterator {
    #[slot(tp_iternext)]
    #[inline]
    pub fn next(&self) -> Result<Option<Ref>> {
        // SAFETY: nothing changes the field before the byte is taken.
        let Some(bytes) = (unsafe { self.array.peek() }) else { return Ok(None) };
        let index = self.index.get();
        match bytes.as_slice().get(index as usize) {
            Some(&byte) => {
                self.index.set(index + 1);
                new_int(byte.into()).map(Some)
            }
            None => {
                self.array.set(None);
                Ok(None)
            }
        }
    }

    #[method("__length_hint__($self, /)")]
    fn length_hint(&self) -> usize {
        self.array.get().map_or(0, |bytes| bytes.len().saturating_sub(self.index.get() as usize))
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let iter = crate::types::iter::builtin(id!("iter"))?;
        match self.array.get() {
            Some(bytes) => Tuple::from_array([
                iter,
                Tuple::from_array([bytes.upcast()])?.upcast(),
                new_int(self.index.get() as i64)?,
            ]),
            None => Tuple::from_array([iter, Tuple::from_array([Tuple::empty().upcast()])?.upcast()]),
        }
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, index: isize) {
        if let Some(bytes) = self.array.get() {
            self.index.set(index.clamp(0, bytes.len() as isize));
        }
    }
}
