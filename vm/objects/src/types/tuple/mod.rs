//! `tuple`: storage here, what Python sees in [`methods`].

pub mod methods;
pub mod reused;

use crate::object::refs::Ref;
use crate::object::{Instance, Object, VarObject, heap};
use crate::raise::{self, Result};
use crate::typeobject::TypeObject;
use core::cell::Cell;
use core::mem::MaybeUninit;
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

/// More items than this cannot be in memory.
const MAX_LEN: usize = isize::MAX as usize / 16;

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
    pub fn from_vec(mut items: Vec<Ref>) -> Result<Ref<Tuple>> {
        // SAFETY: the vector gives its items up.
        unsafe {
            let tuple = Tuple::from_raw(items.as_ptr().cast(), items.len())?;
            items.set_len(0);
            Ok(tuple)
        }
    }

    /// A tuple of as many items as the iterator says that it has.
    ///
    /// # Errors
    /// MemoryError.
    pub fn from_items(items: impl ExactSizeIterator<Item = Ref>) -> Result<Ref<Tuple>> {
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
        Tuple::filled(items.len(), |places| {
            for (place, item) in places.iter_mut().zip(items) {
                place.write(item.to_ref().into_ptr());
            }
        })
    }

    /// A tuple of `len` items, to all of whose places `fill` gives an owned one.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub(crate) fn filled(
        len: usize,
        fill: impl FnOnce(&mut [MaybeUninit<*mut Object>]),
    ) -> Result<Ref<Tuple>> {
        if len == 0 {
            return Ok(Tuple::empty());
        }
        if len > MAX_LEN {
            return Err(raise::no_memory());
        }
        let size = size_of::<Tuple>() + len * 8;
        let block =
            heap::alloc_object(&PyTuple_Type, size, true).ok_or_else(raise::no_memory)?.cast::<Tuple>();
        // SAFETY: a fresh block with room for the head and `len` items, which nobody else knows before all are there.
        unsafe {
            Object::init(block.as_ptr().cast(), &PyTuple_Type);
            (&raw mut (*block.as_ptr()).ob_base.ob_size).write(Cell::new(len as isize));
            fill(core::slice::from_raw_parts_mut(block.as_ptr().add(1).cast(), len));
            heap::track_new(block.cast());
            Ok(Ref::from_owned(block))
        }
    }

    /// A tuple of exactly these items.
    ///
    /// # Errors
    /// MemoryError.
    pub fn from_array<const N: usize>(items: [Ref; N]) -> Result<Ref<Tuple>> {
        let items = core::mem::ManuallyDrop::new(items);
        // SAFETY: the array gives its items up.
        let tuple = unsafe { Tuple::from_raw(items.as_ptr().cast(), N) };
        if tuple.is_err() {
            drop(core::mem::ManuallyDrop::into_inner(items));
        }
        tuple
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
        Tuple::filled(len, |places| places.fill(MaybeUninit::new(core::ptr::null_mut())))
    }

    /// A tuple that takes over `count` references.
    ///
    /// # Safety
    /// `items` are owned by the caller, who gives them up when the result is `Ok`.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub unsafe fn from_raw(items: *const *mut Object, count: usize) -> Result<Ref<Tuple>> {
        Tuple::filled(count, |places| {
            for (index, place) in places.iter_mut().enumerate() {
                // SAFETY: the caller's promise.
                place.write(unsafe { *items.add(index) });
            }
        })
    }

    /// The places of the items, for filling a new tuple. A place owns what is stored in it.
    #[inline(always)]
    pub fn places(&self) -> &[Cell<*mut Object>] {
        // SAFETY: the items follow the head.
        unsafe { core::slice::from_raw_parts(core::ptr::from_ref(self).add(1).cast(), self.ob_base.size()) }
    }

    /// Gives up, from the first on, the items that others hold as well, up to one that would end with this tuple; whether there is none.
    /// No code of a program runs.
    ///
    /// # Safety
    /// Nobody refers to the tuple any more.
    pub(crate) unsafe fn let_go_of_shared(&self) -> bool {
        for place in self.places() {
            // SAFETY: a place is NULL or owns an item.
            let Some(item) = (unsafe { place.get().as_ref() }) else { continue };
            if item.is_unique() {
                return false;
            }
            place.set(core::ptr::null_mut());
            // SAFETY: the place owned the reference; it is not the last one.
            unsafe { Object::decref(item.as_ptr()) };
        }
        true
    }

    /// The items. The tuple must be whole.
    #[inline(always)]
    pub fn items(&self) -> &[&Object] {
        debug_assert!(self.places().iter().all(|place| !place.get().is_null()));
        // SAFETY: the items follow the head; in a whole tuple none is NULL and none changes.
        unsafe { core::slice::from_raw_parts(core::ptr::from_ref(self).add(1).cast(), self.ob_base.size()) }
    }

    /// An item; none for a place that C code has not filled yet.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&Object> {
        // SAFETY: a place owns an object or is NULL.
        unsafe { self.places().get(index)?.get().as_ref() }
    }

    /// Number of items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.ob_base.size()
    }

    /// Whether there are no items.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
