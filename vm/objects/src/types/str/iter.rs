//! The iterators of a string: a quicker one for ASCII, where every item is a shared object.

use super::{Str, intern};
use crate::id;
use crate::object::Object;
use crate::object::refs::{Ref, Slot};
use crate::raise::Result;
use crate::types::int::new_int;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use macros::{Trace, pytype};

/// An iterator over `text`.
///
/// # Errors
/// MemoryError.
pub fn iterate(text: &Str) -> Result<Ref> {
    let (index, string) = (Cell::new(0), Slot::new(Ref::from_borrowed(text)));
    if text.is_ascii() {
        Ok(Ref::new(AsciiIterator { ob_base: Object::HEAD, index, string })?.upcast())
    } else {
        Ok(Ref::new(StrIterator { ob_base: Object::HEAD, index, string })?.upcast())
    }
}

/// `str_ascii_iterator`.
#[repr(C)]
#[derive(Trace)]
pub struct AsciiIterator {
    ob_base: Object,
    index: Cell<isize>,
    string: Slot<Str>,
}

#[pytype(name = "str_ascii_iterator", symbol = _PyUnicodeASCIIIter_Type, gc, no_new, iter = ::objects::slots::self_iter)]
impl AsciiIterator {
    #[slot(tp_iternext)]
    #[inline]
    pub fn next(&self) -> Option<Ref> {
        // SAFETY: nothing changes the field before the character is taken.
        let string = unsafe { self.string.peek() }?;
        let index = self.index.get();
        match string.chars().as_bytes().get(index as usize) {
            Some(&char) => {
                self.index.set(index + 1);
                Some(intern::latin1(char).upcast())
            }
            None => {
                self.string.set(None);
                None
            }
        }
    }

    #[method("__length_hint__($self, /)")]
    fn length_hint(&self) -> usize {
        length_hint(&self.string, &self.index)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        reduce(&self.string, &self.index)
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, index: isize) {
        set_state(&self.string, &self.index, index);
    }
}

/// `str_iterator`.
#[repr(C)]
#[derive(Trace)]
pub struct StrIterator {
    ob_base: Object,
    index: Cell<isize>,
    string: Slot<Str>,
}

#[pytype(name = "str_iterator", symbol = PyUnicodeIter_Type, gc, no_new, iter = ::objects::slots::self_iter)]
impl StrIterator {
    #[slot(tp_iternext)]
    pub fn next(&self) -> Result<Option<Ref<Str>>> {
        let Some(string) = self.string.get() else { return Ok(None) };
        let index = self.index.get();
        if index as usize >= string.len() {
            self.string.set(None);
            return Ok(None);
        }
        self.index.set(index + 1);
        Str::from_char(string.at(index as usize)).map(Some)
    }

    #[method("__length_hint__($self, /)")]
    fn length_hint(&self) -> usize {
        length_hint(&self.string, &self.index)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        reduce(&self.string, &self.index)
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, index: isize) {
        set_state(&self.string, &self.index, index);
    }
}

fn length_hint(string: &Slot<Str>, index: &Cell<isize>) -> usize {
    string.get().map_or(0, |string| string.len().saturating_sub(index.get() as usize))
}

/// `(iter, (string,), index)`, or the iterator of an empty string when exhausted.
fn reduce(string: &Slot<Str>, index: &Cell<isize>) -> Result<Ref<Tuple>> {
    let iter = crate::types::iter::builtin(id!("iter"))?;
    match string.get() {
        Some(string) => Tuple::from_array([
            iter,
            Tuple::from_array([string.upcast()])?.upcast(),
            new_int(index.get() as i64)?,
        ]),
        None => Tuple::from_array([iter, Tuple::from_array([intern::empty().upcast()])?.upcast()]),
    }
}

fn set_state(string: &Slot<Str>, index: &Cell<isize>, state: isize) {
    if let Some(string) = string.get() {
        index.set(state.clamp(0, string.len() as isize));
    }
}
