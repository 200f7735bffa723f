//! The iterators of ranges: over machine integers, and over ints of any size.

use super::{Range, Small, binary, int};
use crate::id;
use crate::object::Object;
use crate::object::refs::{Ref, Slot};
use crate::protocol::number::Binary;
use crate::raise::{self, Result};
use crate::types::int::{Int, new_int};
use crate::types::tuple::Tuple;
use core::cell::Cell;
use macros::{Trace, pytype};

/// `_PyRangeIterObject`: the next item, the step, how many are left.
#[repr(C)]
#[derive(Trace)]
pub struct RangeIterator {
    ob_base: Object,
    pub start: Cell<i64>,
    pub step: Cell<i64>,
    pub len: Cell<i64>,
}

impl RangeIterator {
    /// # Errors
    /// MemoryError.
    pub fn new(small: Small) -> Result<Ref<RangeIterator>> {
        Ref::new(RangeIterator {
            ob_base: Object::HEAD,
            start: Cell::new(small.start),
            step: Cell::new(small.step),
            len: Cell::new(small.length),
        })
    }

    /// The next item; for the interpreter's fast path.
    #[inline]
    pub fn next_value(&self) -> Option<i64> {
        let left = self.len.get();
        if left <= 0 {
            return None;
        }
        self.len.set(left - 1);
        let value = self.start.get();
        self.start.set(value.wrapping_add(self.step.get()));
        Some(value)
    }
}

#[pytype(name = "range_iterator", symbol = PyRangeIter_Type, no_new, iter = ::objects::slots::self_iter)]
impl RangeIterator {
    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        self.next_value().map(new_int).transpose()
    }

    #[method("__length_hint__($self, /)")]
    fn length_hint(&self) -> i64 {
        self.len.get()
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let stop = self.start.get().wrapping_add(self.step.get().wrapping_mul(self.len.get()));
        let range = Range::new(int(self.start.get())?, int(stop)?, int(self.step.get())?)?;
        Tuple::from_array([
            crate::types::iter::builtin(id!("iter"))?,
            Tuple::from_array([range.upcast()])?.upcast(),
            crate::object::refs::none(),
        ])
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, index: i64) {
        let index = index.clamp(0, self.len.get());
        self.start.set(self.start.get().wrapping_add(index.wrapping_mul(self.step.get())));
        self.len.set(self.len.get() - index);
    }
}

/// `longrange_iterator`.
#[repr(C)]
#[derive(Trace)]
pub struct LongRangeIterator {
    ob_base: Object,
    start: Slot<Int>,
    step: Slot<Int>,
    len: Slot<Int>,
}

impl LongRangeIterator {
    /// # Errors
    /// MemoryError.
    pub fn new(start: Ref<Int>, step: Ref<Int>, len: Ref<Int>) -> Result<Ref<LongRangeIterator>> {
        Ref::new(LongRangeIterator {
            ob_base: Object::HEAD,
            start: Slot::new(start),
            step: Slot::new(step),
            len: Slot::new(len),
        })
    }

    fn parts(&self) -> Result<[Ref<Int>; 3]> {
        let part = |slot: &Slot<Int>| slot.get().ok_or_else(raise::bad_internal_call);
        Ok([part(&self.start)?, part(&self.step)?, part(&self.len)?])
    }
}

#[pytype(name = "longrange_iterator", symbol = PyLongRangeIter_Type, no_new, iter = ::objects::slots::self_iter)]
impl LongRangeIterator {
    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let [start, step, len] = self.parts()?;
        if len.is_zero() {
            return Ok(None);
        }
        self.len.set(Some(binary(&len, &*int(1)?, Binary::Subtract)?));
        self.start.set(Some(binary(&start, &step, Binary::Add)?));
        Ok(Some(start.upcast()))
    }

    #[method("__length_hint__($self, /)")]
    fn length_hint(&self) -> Result<Ref<Int>> {
        let [_, _, len] = self.parts()?;
        Ok(len)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let [start, step, len] = self.parts()?;
        let stop = binary(&start, &*binary(&len, &step, Binary::Multiply)?, Binary::Add)?;
        let range = Range::new(start, stop, step)?;
        Tuple::from_array([
            crate::types::iter::builtin(id!("iter"))?,
            Tuple::from_array([range.upcast()])?.upcast(),
            crate::object::refs::none(),
        ])
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, index: &Int) -> Result<()> {
        let [start, step, len] = self.parts()?;
        let index = if index.is_negative() {
            int(0)?
        } else if index.compare(&len).is_gt() {
            len.clone()
        } else {
            index.to_exact()?
        };
        self.start.set(Some(binary(&start, &*binary(&index, &step, Binary::Multiply)?, Binary::Add)?));
        self.len.set(Some(binary(&len, &index, Binary::Subtract)?));
        Ok(())
    }
}
