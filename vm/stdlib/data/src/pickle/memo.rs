//! The objects that a pickler has seen, by identity.

use objects::{Object, Ref, Visit, Visitor};

/// An open-addressed table from objects, which it keeps alive, to their numbers.
#[derive(Default)]
pub struct MemoTable {
    /// A power of two of places, at most two thirds of them taken.
    places: Vec<Option<(Ref, usize)>>,
    used: usize,
}

impl MemoTable {
    pub fn len(&self) -> usize {
        self.used
    }

    /// Where an object is, or would be.
    #[inline]
    fn place(&self, object: &Object) -> usize {
        let mask = self.places.len() - 1;
        let address = core::ptr::from_ref(object).addr();
        let mut at = (address >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20 & mask;
        while self.places[at].as_ref().is_some_and(|(other, _)| !other.is(object)) {
            at = (at + 1) & mask;
        }
        at
    }

    /// The number of an object.
    #[inline]
    pub fn get(&self, object: &Object) -> Option<usize> {
        if self.places.is_empty() {
            return None;
        }
        self.places[self.place(object)].as_ref().map(|(_, number)| *number)
    }

    /// Gives an object a number.
    pub fn set(&mut self, object: Ref, number: usize) {
        if (self.used + 1) * 3 > self.places.len() * 2 {
            self.grow();
        }
        let at = self.place(&object);
        self.used += usize::from(self.places[at].is_none());
        self.places[at] = Some((object, number));
    }

    fn grow(&mut self) {
        let size = (self.places.len() * 4).max(8);
        let old = core::mem::replace(&mut self.places, (0..size).map(|_| None).collect());
        for (object, number) in old.into_iter().flatten() {
            let at = self.place(&object);
            self.places[at] = Some((object, number));
        }
    }

    /// All objects with their numbers.
    pub fn to_vec(&self) -> Vec<(Ref, usize)> {
        self.places.iter().flatten().cloned().collect()
    }

    /// Size in bytes.
    pub fn size_bytes(&self) -> usize {
        self.places.len() * size_of::<Option<(Ref, usize)>>()
    }
}

impl objects::Trace for MemoTable {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.places.iter().flatten().try_for_each(|(object, _)| object.trace(visitor))
    }
    fn clear(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use objects::types::none;

    #[test]
    fn finds_by_identity() {
        let mut table = MemoTable::default();
        let objects = [none::none(), none::not_implemented(), objects::types::bool::from_bool(true)];
        for (number, object) in objects.into_iter().enumerate() {
            assert_eq!(table.get(object), None);
            table.set(Ref::from_borrowed(object), number);
        }
        assert_eq!(objects.map(|object| table.get(object)), [Some(0), Some(1), Some(2)]);
        assert_eq!((table.len(), table.to_vec().len()), (3, 3));
    }
}
