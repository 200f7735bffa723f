//! `tuple`: storage here, what Python sees in [`methods`].

pub mod methods;

use crate::object::refs::Ref;
use crate::object::{Instance, Object, VarObject, heap};
use crate::raise::{self, Result};
use crate::typeobject::TypeObject;
use core::cell::Cell;
use methods::PyTuple_Type;

/// `PyTupleObject`: the items follow the head. An item is NULL only while the tuple is being filled.
#[repr(C)]
pub struct Tuple {
    ob_base: VarObject,
}

static EMPTY: Tuple =
    Tuple { ob_base: VarObject { ob_base: Object::immortal(&PyTuple_Type), ob_size: Cell::new(0) } };
// SAFETY: as for `Object`.
unsafe impl Sync for Tuple {}

impl Tuple {
    /// The empty tuple.
    #[inline]
    pub fn empty() -> Ref<Tuple> {
        Ref::from_borrowed(&EMPTY)
    }

    /// A tuple that takes over `items`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn from_vec(items: Vec<Ref>) -> Result<Ref<Tuple>> {
        let tuple = Tuple::alloc(items.len())?;
        for (place, item) in tuple.places().iter().zip(items) {
            place.set(item.into_ptr());
        }
        Ok(tuple)
    }

    /// A tuple of new references to `items`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn from_slice(items: &[&Object]) -> Result<Ref<Tuple>> {
        let tuple = Tuple::alloc(items.len())?;
        for (place, item) in tuple.places().iter().zip(items) {
            place.set(item.to_ref().into_ptr());
        }
        Ok(tuple)
    }

    /// A tuple of exactly these items.
    ///
    /// # Errors
    /// MemoryError.
    pub fn from_array<const N: usize>(items: [Ref; N]) -> Result<Ref<Tuple>> {
        let tuple = Tuple::alloc(N)?;
        for (place, item) in tuple.places().iter().zip(items) {
            place.set(item.into_ptr());
        }
        Ok(tuple)
    }

    /// An instance of `tuple` or a subclass with new references to `items`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_in(class: &TypeObject, items: &[&Object]) -> Result<Ref> {
        if core::ptr::eq(class, &raw const PyTuple_Type) {
            return Ok(Tuple::from_slice(items)?.upcast());
        }
        let object = class.allocate(items.len() as isize)?;
        // SAFETY: a subclass of tuple has its layout, with as many places as were asked for.
        let tuple = unsafe { object.cast::<Tuple>().as_ref() };
        for (place, item) in tuple.places().iter().zip(items) {
            place.set(item.to_ref().into_ptr());
        }
        heap::track_if_collected(class, object);
        // SAFETY: `allocate` made it with a count of one.
        Ok(unsafe { Ref::from_owned(object) })
    }

    /// A tracked tuple of `len` NULLs, which must be filled before other code sees it.
    ///
    /// # Errors
    /// MemoryError.
    pub fn alloc(len: usize) -> Result<Ref<Tuple>> {
        if len == 0 {
            return Ok(Tuple::empty());
        }
        let size = len
            .checked_mul(8)
            .and_then(|n| n.checked_add(size_of::<Tuple>()))
            .ok_or_else(raise::no_memory)?;
        let block = heap::alloc(size, true).ok_or_else(raise::no_memory)?.cast::<Tuple>();
        // SAFETY: a fresh block with room for the head and `len` items; all zeros is NULL.
        let tuple = unsafe {
            block.as_ptr().cast::<u8>().write_bytes(0, size);
            Object::init(block.as_ptr().cast(), &PyTuple_Type);
            (&raw mut (*block.as_ptr()).ob_base.ob_size).write(Cell::new(len as isize));
            Ref::from_owned(block)
        };
        heap::track(&tuple);
        Ok(tuple)
    }

    /// The places of the items, for filling a new tuple. A place owns what is stored in it.
    pub fn places(&self) -> &[Cell<*mut Object>] {
        // SAFETY: the items follow the head.
        unsafe { core::slice::from_raw_parts(core::ptr::from_ref(self).add(1).cast(), self.ob_base.size()) }
    }

    /// The items. The tuple must be whole.
    #[inline]
    pub fn items(&self) -> &[&Object] {
        debug_assert!(self.places().iter().all(|place| !place.get().is_null()));
        // SAFETY: the items follow the head; in a whole tuple none is NULL and none changes.
        unsafe { core::slice::from_raw_parts(core::ptr::from_ref(self).add(1).cast(), self.ob_base.size()) }
    }

    /// Number of items.
    #[inline]
    pub fn len(&self) -> usize {
        self.ob_base.size()
    }

    /// Whether there are no items.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
