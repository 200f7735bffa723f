//! What Python sees of a tuple.

use super::Tuple;
use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::trace::{Visit, Visitor};
use crate::object::{Instance, Object, VarObject, heap};
use crate::protocol::{self, number};
use crate::raise::{self, Result};
use crate::repeat::repeat_front;
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::int::new_int;
use crate::types::slice::{Slice, SliceIndex, bad_index};
use crate::types::str::Str;
use crate::types::str::build::Builder;
use core::cell::Cell;
use macros::{Trace, pytype};

#[pytype(
    name = "tuple", symbol = PyTuple_Type, gc, no_clear, itemsize = 8, getattro = crate::attrs::generic_getattro,
    flags = [BASETYPE, SEQUENCE, TUPLE_SUBCLASS, MATCH_SELF]
)]
impl Tuple {
    #[new("(iterable=(), /)", vectorcall)]
    fn tp_new(class: &TypeObject, iterable: Option<&Object>) -> Result<Ref> {
        let items = match iterable {
            None => Tuple::empty(),
            Some(iterable) => protocol::sequence::to_tuple(iterable)?,
        };
        if core::ptr::eq(class, &raw const PyTuple_Type) {
            return Ok(items.upcast());
        }
        Tuple::new_in(class, items.items())
    }

    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(this: *mut Object) {
        // SAFETY: a tuple that nobody refers to any more; its places own their items.
        unsafe {
            let tuple = (*this).cast_unchecked::<Tuple>();
            if (*this).is_exactly(&PyTuple_Type) && tuple.let_go_of_shared() {
                return heap::free(this.cast());
            }
            heap::untrack(tuple);
            crate::slots::deallocate_own(this, |this| {
                let tuple = (*this).cast_unchecked::<Tuple>();
                for place in tuple.places().iter().rev() {
                    drop(Ref::from_nullable(place.get()));
                }
                if (*this).is_exactly(&PyTuple_Type) {
                    return crate::object::heap::free(this.cast());
                }
                crate::slots::free(this);
            });
        }
    }

    #[slot(tp_traverse)]
    fn tp_traverse(&self, visitor: &mut Visitor) -> Visit {
        for place in self.places().iter().rev() {
            // SAFETY: a place is NULL or owns an item.
            if let Some(item) = unsafe { place.get().as_ref() } {
                visitor.visit(item)?;
            }
        }
        Ok(())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        if self.is_empty() {
            return Str::new("()");
        }
        let Some(_guard) = protocol::repr_guard::enter(self) else { return Str::new("(...)") };
        let mut text = Builder::new();
        text.push_str("(");
        for index in 0..self.len() {
            if index > 0 {
                text.push_str(", ");
            }
            match self.get(index) {
                Some(item) => text.push_chars(protocol::object::repr(item)?.chars()),
                None => text.push_str("<NULL>"),
            }
        }
        text.push_str(if self.len() == 1 { ",)" } else { ")" });
        text.finish()
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        let mut hash = crate::hash::TupleHash::default();
        for item in self.items() {
            hash.add(protocol::object::hash(item)?);
        }
        Ok(hash.finish())
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref<TupleIterator>> {
        Ref::new(TupleIterator {
            ob_base: Object::HEAD,
            index: Cell::new(0),
            tuple: Slot::new(self.to_ref()),
        })
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.cast::<Tuple>() else { return Ok(protocol::compare::unsupported()) };
        for (a, b) in self.items().iter().zip(other.items()) {
            if !protocol::compare::equal(a, b)? {
                return match op {
                    CompareOp::Eq => Ok(crate::types::bool::new_bool(false)),
                    CompareOp::Ne => Ok(crate::types::bool::new_bool(true)),
                    _ => protocol::compare::rich_compare(a, b, op),
                };
            }
        }
        Ok(protocol::compare::answer(op, self.len().cmp(&other.len())))
    }

    #[slot(sq_length)]
    fn sq_length(&self) -> Result<isize> {
        Ok(self.len() as isize)
    }

    #[slot(mp_length)]
    fn mp_length(&self) -> Result<isize> {
        Ok(self.len() as isize)
    }

    #[slot(sq_concat)]
    fn sq_concat(&self, other: &Object) -> Result<Ref<Tuple>> {
        let Some(right) = other.cast::<Tuple>() else {
            return Err(crate::raise!(
                TypeError,
                "can only concatenate tuple (not \"{}\") to tuple",
                other.class().name()
            ));
        };
        if self.is_empty() && other.is_exactly(&PyTuple_Type) {
            return Ok(right.to_ref());
        }
        if right.is_empty() && self.is_exactly(&PyTuple_Type) {
            return Ok(self.to_ref());
        }
        Tuple::from_slice(&[self.items(), right.items()].concat())
    }

    #[slot(sq_repeat)]
    fn sq_repeat(&self, count: isize) -> Result<Ref<Tuple>> {
        let count = count.max(0) as usize;
        if (count == 1 || self.is_empty()) && self.is_exactly(&PyTuple_Type) {
            return Ok(self.to_ref());
        }
        self.len()
            .checked_mul(count)
            .filter(|&n| n < isize::MAX as usize / 8)
            .ok_or_else(raise::no_memory)?;
        Tuple::filled(self.len() * count, |places| {
            for (place, item) in places.iter_mut().zip(self.items()) {
                item.add_references(count);
                place.write(item.as_ptr());
            }
            repeat_front(places, self.len());
        })
    }

    #[slot(sq_contains)]
    fn sq_contains(&self, item: &Object) -> Result<bool> {
        for candidate in self.items() {
            if protocol::compare::equal(candidate, item)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    #[slot(sq_item)]
    fn sq_item(&self, index: isize) -> Result<Ref> {
        usize::try_from(index)
            .ok()
            .and_then(|index| self.get(index))
            .map(|item| item.to_ref())
            .ok_or_else(|| crate::raise!(IndexError, "tuple index out of range"))
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        if let Some(slice) = key.cast::<Slice>() {
            let indices = slice.indices_for(self.len())?;
            if indices.count == self.len() && indices.step == 1 && self.is_exactly(&PyTuple_Type) {
                return Ok(self.to_ref().upcast());
            }
            let items: Vec<&Object> = indices.iter().filter_map(|index| self.get(index)).collect();
            return Ok(Tuple::from_slice(&items)?.upcast());
        }
        if !number::is_index(key) {
            return Err(bad_index("tuple", key));
        }
        let index = number::index_as_isize(key, Some(&crate::types::exceptions::IndexError))?;
        self.sq_item(if index < 0 { index + self.len() as isize } else { index })
    }

    #[method("__getnewargs__($self, /)")]
    fn getnewargs(&self) -> Result<Ref<Tuple>> {
        Tuple::from_array([Tuple::from_slice(self.items())?.upcast()])
    }

    #[method("index($self, value, start=0, stop=sys.maxsize, /)")]
    fn index(
        &self,
        value: &Object,
        #[default(SliceIndex(0))] start: SliceIndex,
        #[default(SliceIndex(isize::MAX))] stop: SliceIndex,
    ) -> Result<usize> {
        let len = self.len() as isize;
        let clip = |index: isize| if index < 0 { (index + len).max(0) } else { index.min(len) } as usize;
        for index in clip(start.0)..clip(stop.0) {
            if protocol::compare::equal(self.items()[index], value)? {
                return Ok(index);
            }
        }
        Err(crate::raise!(ValueError, "tuple.index(x): x not in tuple"))
    }

    #[method("count($self, value, /)")]
    fn count(&self, value: &Object) -> Result<usize> {
        let mut count = 0;
        for item in self.items() {
            count += usize::from(protocol::compare::equal(item, value)?);
        }
        Ok(count)
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(cls: &TypeObject, object: &Object) -> Result<Ref> {
        crate::types::generic_alias::new(cls, object)
    }
}

/// `tuple_iterator`.
#[repr(C)]
#[derive(Trace)]
pub struct TupleIterator {
    ob_base: Object,
    index: Cell<isize>,
    tuple: Slot<Tuple>,
}

impl TupleIterator {
    /// The tuple and the position, for the interpreter's fast path.
    #[inline]
    pub fn state(&self) -> (&Slot<Tuple>, &Cell<isize>) {
        (&self.tuple, &self.index)
    }
}

#[pytype(name = "tuple_iterator", symbol = PyTupleIter_Type, gc, no_new, iter = ::objects::slots::self_iter)]
impl TupleIterator {
    #[slot(tp_iternext)]
    #[inline]
    pub fn next(&self) -> Option<Ref> {
        // SAFETY: nothing changes the field before the item is taken.
        let tuple = unsafe { self.tuple.peek() }?;
        let index = self.index.get();
        match tuple.get(index as usize) {
            Some(item) => {
                self.index.set(index + 1);
                Some(item.to_ref())
            }
            None => {
                self.tuple.set(None);
                None
            }
        }
    }

    #[method("__length_hint__($self, /)")]
    fn length_hint(&self) -> usize {
        self.tuple.get().map_or(0, |tuple| tuple.len().saturating_sub(self.index.get() as usize))
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        // Looking `iter` up may run code that exhausts the iterator.
        let iter = crate::types::iter::builtin(id!("iter"))?;
        match self.tuple.get() {
            Some(tuple) => Tuple::from_array([
                iter,
                Tuple::from_array([tuple.upcast()])?.upcast(),
                new_int(self.index.get() as i64)?,
            ]),
            None => crate::types::iter::reduce_exhausted(iter),
        }
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, index: isize) {
        if let Some(tuple) = self.tuple.get() {
            self.index.set(index.clamp(0, tuple.len() as isize));
        }
    }
}

const _: () = assert!(size_of::<Tuple>() == size_of::<VarObject>());
