//! Iterators over anything with items: `iterator` and `callable_iterator`.

use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol;
use crate::protocol::mapping;
use crate::raise::Result;
use crate::types::exceptions as exc;
use crate::types::int::new_int;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use macros::{Trace, pytype};

/// `PySeqIter_New`: walks `sequence[0]`, `sequence[1]` and so on to IndexError.
///
/// # Errors
/// MemoryError.
pub fn sequence_iterator(sequence: &Object) -> Result<Ref> {
    let iterator = SequenceIterator {
        ob_base: Object::HEAD,
        index: Cell::new(0),
        sequence: Slot::new(sequence.to_ref()),
    };
    Ok(Ref::new(iterator)?.upcast())
}

/// `PyCallIter_New`: calls `callable` until it returns `sentinel`.
///
/// # Errors
/// MemoryError.
pub fn callable_iterator(callable: &Object, sentinel: &Object) -> Result<Ref> {
    let iterator = CallableIterator {
        ob_base: Object::HEAD,
        callable: Slot::new(callable.to_ref()),
        sentinel: Slot::new(sentinel.to_ref()),
    };
    Ok(Ref::new(iterator)?.upcast())
}

/// A function of the running code's builtins, which pickled iterators are rebuilt with (`_PyEval_GetBuiltin`).
///
/// # Errors
/// AttributeError when there is none; what looking it up raises.
pub fn builtin(name: &'static Str) -> Result<Ref> {
    let found = match crate::state::running_builtins() {
        Some(builtins) => mapping::get_optional(&builtins, name)?,
        None => None,
    };
    found.ok_or_else(|| crate::raise!(AttributeError, "{}", name.to_string_lossy()))
}

/// An iterator over an empty tuple, which an exhausted iterator is pickled as.
pub(crate) fn reduce_exhausted(iter: Ref) -> Result<Ref<Tuple>> {
    Tuple::from_array([iter, Tuple::from_array([Tuple::empty().upcast()])?.upcast()])
}

/// `iterator`.
#[repr(C)]
#[derive(Trace)]
pub struct SequenceIterator {
    ob_base: Object,
    index: Cell<isize>,
    sequence: Slot,
}

#[pytype(name = "iterator", symbol = PySeqIter_Type, gc, no_new, iter = ::objects::slots::self_iter)]
impl SequenceIterator {
    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let Some(sequence) = self.sequence.get() else { return Ok(None) };
        let index = self.index.get();
        if index == isize::MAX {
            return Err(crate::raise!(OverflowError, "iter index too large"));
        }
        match protocol::sequence::get_item(&sequence, index) {
            Ok(item) => {
                self.index.set(index + 1);
                Ok(Some(item))
            }
            Err(raised) if raised.matches(&exc::IndexError) || raised.matches(&exc::StopIteration) => {
                raised.clear();
                self.sequence.set(None);
                Ok(None)
            }
            Err(raised) => Err(raised),
        }
    }

    #[method("__length_hint__($self, /)")]
    fn length_hint(&self) -> Result<Ref> {
        let Some(sequence) = self.sequence.get() else { return new_int(0) };
        let class = sequence.class();
        let sized = class.sequence().is_some_and(|table| table.sq_length.get().is_some())
            || class.mapping().is_some_and(|table| table.mp_length.get().is_some());
        if !sized {
            return Ok(crate::types::none::not_implemented().to_ref());
        }
        new_int((protocol::object::len(&sequence)? as i64 - self.index.get() as i64).max(0))
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        // Looking `iter` up may run code that exhausts the iterator.
        let iter = builtin(id!("iter"))?;
        match self.sequence.get() {
            Some(sequence) => Tuple::from_array([
                iter,
                Tuple::from_array([sequence])?.upcast(),
                new_int(self.index.get() as i64)?,
            ]),
            None => reduce_exhausted(iter),
        }
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, index: isize) {
        if !self.sequence.is_empty() {
            self.index.set(index.max(0));
        }
    }
}

/// `callable_iterator`.
#[repr(C)]
#[derive(Trace)]
pub struct CallableIterator {
    ob_base: Object,
    callable: Slot,
    sentinel: Slot,
}

#[pytype(name = "callable_iterator", symbol = PyCallIter_Type, gc, no_new, iter = ::objects::slots::self_iter)]
impl CallableIterator {
    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let Some(callable) = self.callable.get() else { return Ok(None) };
        let value = match protocol::call::call_no_args(&callable) {
            Ok(value) => value,
            Err(raised) if raised.matches(&exc::StopIteration) => {
                raised.clear();
                self.finish();
                return Ok(None);
            }
            Err(raised) => return Err(raised),
        };
        if let Some(sentinel) = self.sentinel.get()
            && !protocol::compare::equal(&value, &sentinel)?
        {
            return Ok(Some(value));
        }
        self.finish();
        Ok(None)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let iter = builtin(id!("iter"))?;
        match (self.callable.get(), self.sentinel.get()) {
            (Some(callable), Some(sentinel)) => {
                Tuple::from_array([iter, Tuple::from_array([callable, sentinel])?.upcast()])
            }
            _ => reduce_exhausted(iter),
        }
    }
}

impl CallableIterator {
    fn finish(&self) {
        self.callable.set(None);
        self.sentinel.set(None);
    }
}
