//! The tuples that an iterator gives one after the other: where nobody else has the one it keeps, that is filled anew.

use super::Tuple;
use crate::object::heap;
use crate::object::refs::{Ref, Slot};
use crate::raise::Result;
use macros::Trace;

/// The tuple that the iterator keeps. As in CPython what is in it stays alive until the next one is asked for.
#[derive(Trace)]
pub struct Reused {
    kept: Slot<Tuple>,
}

impl Reused {
    /// Nothing has come yet.
    pub const fn empty() -> Reused {
        Reused { kept: Slot::empty() }
    }

    /// The kept tuple, if it is this long and nobody else has it, to be [filled](refill) and given out.
    #[inline]
    pub fn idle(&self, len: usize) -> Option<Ref<Tuple>> {
        self.kept.get().filter(|tuple| tuple.refcnt() == 2 && tuple.len() == len)
    }

    /// Whether the next tuple takes the place of nothing whose end could run code.
    pub fn ends_nothing(&self) -> bool {
        // SAFETY: nothing runs here that could take the tuple away.
        let Some(tuple) = (unsafe { self.kept.peek() }) else { return true };
        tuple.refcnt() > 1
            || tuple.items().iter().all(|item| !item.is_unique() || crate::quiet::owns_nothing(item.class()))
    }

    /// `tuple`, which is kept if it is the first one.
    pub fn first(&self, tuple: Ref<Tuple>) -> Ref<Tuple> {
        if self.kept.is_empty() {
            self.kept.set(Some(tuple.clone()));
        }
        tuple
    }

    /// `tuple`, which is kept instead of the one before.
    pub fn latest(&self, tuple: Ref<Tuple>) -> Ref<Tuple> {
        self.kept.set(Some(tuple.clone()));
        tuple
    }

    /// Lets go of the kept tuple: there will be no more.
    pub fn forget(&self) {
        self.kept.set(None);
    }

    /// A tuple of these items.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn pack<const N: usize>(&self, items: [Ref; N]) -> Result<Ref<Tuple>> {
        let Some(tuple) = self.idle(N) else { return Ok(self.first(Tuple::from_array(items)?)) };
        for (index, item) in items.into_iter().enumerate() {
            refill(&tuple, index, item);
        }
        Ok(filled(tuple))
    }
}

/// Puts `item` into an idle tuple. Code that the end of the old item runs finds the tuple in use.
#[inline]
pub fn refill(tuple: &Tuple, index: usize, item: Ref) {
    if let Some(place) = tuple.places().get(index) {
        // SAFETY: the place owned its item.
        drop(unsafe { Ref::from_nullable(place.replace(item.into_ptr())) });
    }
}

/// An idle tuple that has all its items.
#[inline]
pub fn filled(tuple: Ref<Tuple>) -> Ref<Tuple> {
    // The collector lets go of tuples that hold nothing of interest to it; the new items may be.
    if !heap::is_tracked(&tuple) {
        heap::track(&tuple);
    }
    tuple
}
