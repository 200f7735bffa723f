//! Owned references: [`Ref`] owns one count, `&T` borrows, `Option` of either is NULL in C.

use crate::object::trace::{Trace, Visit, Visitor};
use crate::object::{Instance, Object, heap};
use crate::raise::{self, Result};
use crate::typeobject::{TypeObject, flags};
use core::cell::Cell;
use core::fmt;
use core::mem;
use core::ops::Deref;
use core::ptr::{self, NonNull};

/// An owned reference: one count, given back on drop.
#[repr(transparent)]
pub struct Ref<T: Instance = Object>(NonNull<T>);

impl<T: Instance> Ref<T> {
    /// A new reference to a borrowed object.
    #[inline]
    pub fn from_borrowed(object: &T) -> Ref<T> {
        object.as_object().incref();
        Ref(NonNull::from(object))
    }

    /// Takes over a reference that a C function returned.
    ///
    /// # Safety
    /// `pointer` is an object of type `T`, and the caller owns the count it gives away.
    #[inline]
    pub unsafe fn from_owned(pointer: NonNull<T>) -> Ref<T> {
        Ref(pointer)
    }

    /// The same as [`Ref::from_owned`], for a pointer that may be NULL.
    ///
    /// # Safety
    /// As [`Ref::from_owned`] when `pointer` is not NULL.
    #[inline]
    pub unsafe fn from_nullable(pointer: *mut T) -> Option<Ref<T>> {
        NonNull::new(pointer).map(Ref)
    }

    /// Gives the count away with the pointer.
    #[inline]
    pub fn into_ptr(self) -> *mut T {
        let pointer = self.0.as_ptr();
        mem::forget(self);
        pointer
    }

    /// The pointer, still owned by `self`.
    #[inline]
    pub fn as_ptr(&self) -> *mut T {
        self.0.as_ptr()
    }

    /// The same reference without its static type.
    #[inline]
    pub fn upcast(self) -> Ref {
        Ref(NonNull::cast(ManuallyOwned::new(self).0))
    }

    /// The same reference as a `U` if the object is one, else the reference back.
    #[inline]
    pub fn downcast<U: Instance>(self) -> core::result::Result<Ref<U>, Ref<T>> {
        if U::is_instance(self.as_object()) { Ok(Ref(ManuallyOwned::new(self).0.cast())) } else { Err(self) }
    }

    /// The same reference as a `U` without a check.
    ///
    /// # Safety
    /// `U::is_instance` holds.
    #[inline]
    pub unsafe fn downcast_unchecked<U: Instance>(self) -> Ref<U> {
        Ref(ManuallyOwned::new(self).0.cast())
    }

    /// Places `value` into the heap as an instance of exactly `T`'s class.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn new(value: T) -> Result<Ref<T>> {
        let class = T::class();
        let features = class.tp_flags.get();
        if features & (flags::READY | flags::MANAGED_DICT | flags::MANAGED_WEAKREF | flags::HEAPTYPE)
            != flags::READY
        {
            return Ref::new_in(class, value);
        }
        debug_assert!(class.tp_basicsize.get() as usize == size_of::<T>() && class.tp_itemsize.get() == 0);
        let collected = features & flags::HAVE_GC != 0;
        let place =
            heap::alloc_object(class, size_of::<T>(), collected).ok_or_else(raise::no_memory)?.cast::<T>();
        // SAFETY: a fresh block of the right size; the value is whole.
        unsafe {
            place.as_ptr().write(value);
            Object::init(place.as_ptr().cast(), class);
            if collected {
                heap::track_new(place.cast());
            }
        }
        Ok(Ref(place))
    }

    /// Places `value` into the heap as an instance of `class`; the head in `value` is ignored. A collected
    /// class's object is tracked from here on, so `value` must be whole.
    ///
    /// # Errors
    /// MemoryError, or whatever the class's own `tp_alloc` raises.
    pub fn new_in(class: &TypeObject, value: T) -> Result<Ref<T>> {
        let place = class.allocate(0)?;
        let value = mem::ManuallyDrop::new(value);
        let head = size_of::<Object>();
        // SAFETY: `allocate` gave at least `tp_basicsize` bytes with a head, and a subclass's basicsize is not less than T's.
        unsafe {
            ptr::copy_nonoverlapping(
                ptr::from_ref(&*value).cast::<u8>().add(head),
                place.as_ptr().cast::<u8>().add(head),
                size_of::<T>() - head,
            );
        }
        heap::track_if_collected(class, place);
        Ok(Ref(place.cast()))
    }
}

/// Owned references as borrowed ones.
#[inline]
pub fn borrowed(references: &[Ref]) -> &[&Object] {
    // SAFETY: both are pointers to objects, which the owned ones keep alive.
    unsafe { core::slice::from_raw_parts(references.as_ptr().cast(), references.len()) }
}

/// Carries the pointer out of a `Ref` without giving the count back.
struct ManuallyOwned<T: Instance>(NonNull<T>);

impl<T: Instance> ManuallyOwned<T> {
    #[inline]
    fn new(reference: Ref<T>) -> Self {
        let pointer = reference.0;
        mem::forget(reference);
        ManuallyOwned(pointer)
    }
}

impl<T: Instance> Drop for Ref<T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: this reference is owned and now given up.
        unsafe { Object::decref(self.0.as_ptr().cast()) };
    }
}

impl<T: Instance> Clone for Ref<T> {
    #[inline]
    fn clone(&self) -> Ref<T> {
        Ref::from_borrowed(&**self)
    }
}

impl<T: Instance> Deref for Ref<T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: an owned reference keeps the object alive.
        unsafe { self.0.as_ref() }
    }
}

impl<T: Instance> fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} at {:p}>", self.as_object().class().name(), self.0)
    }
}

// SAFETY: references move between threads only with the GIL.
unsafe impl<T: Instance> Send for Ref<T> {}
// SAFETY: as above.
unsafe impl<T: Instance> Sync for Ref<T> {}

/// A field that owns a reference or is NULL.
#[repr(transparent)]
pub struct Slot<T: Instance = Object>(Cell<*mut T>);

impl<T: Instance> Slot<T> {
    /// A NULL field.
    pub const fn empty() -> Slot<T> {
        Slot(Cell::new(ptr::null_mut()))
    }

    /// A field that owns `value`.
    #[inline]
    pub fn new(value: Ref<T>) -> Slot<T> {
        Slot(Cell::new(value.into_ptr()))
    }

    /// A field that owns `value`, or NULL.
    #[inline]
    pub fn from_option(value: Option<Ref<T>>) -> Slot<T> {
        Slot(Cell::new(value.map_or(ptr::null_mut(), Ref::into_ptr)))
    }

    /// A new reference to what the field holds.
    #[inline]
    pub fn get(&self) -> Option<Ref<T>> {
        // SAFETY: a non-NULL field owns a reference.
        unsafe { self.0.get().as_ref() }.map(Ref::from_borrowed)
    }

    /// What the field holds, borrowed.
    ///
    /// # Safety
    /// The field is not changed while the result is in use; no Python code may run meanwhile that could.
    #[inline]
    pub unsafe fn peek<'a>(&self) -> Option<&'a T> {
        // SAFETY: the caller's promise.
        unsafe { self.0.get().as_ref() }
    }

    /// Whether the field is NULL.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.get().is_null()
    }

    /// Stores `value` and then drops what was there, so that a finaliser sees the new state.
    #[inline]
    pub fn set(&self, value: Option<Ref<T>>) {
        drop(self.replace(value));
    }

    /// Stores `value` and returns what was there.
    #[inline]
    pub fn replace(&self, value: Option<Ref<T>>) -> Option<Ref<T>> {
        let old = self.0.replace(value.map_or(ptr::null_mut(), Ref::into_ptr));
        // SAFETY: the field owned it, and owns it no more.
        unsafe { Ref::from_nullable(old) }
    }

    /// Leaves NULL and returns what was there.
    #[inline]
    pub fn take(&self) -> Option<Ref<T>> {
        self.replace(None)
    }

    /// The raw pointer, borrowed.
    #[inline]
    pub fn as_ptr(&self) -> *mut T {
        self.0.get()
    }
}

impl<T: Instance> Drop for Slot<T> {
    #[inline]
    fn drop(&mut self) {
        drop(self.take());
    }
}

impl<T: Instance> Trace for Slot<T> {
    #[inline]
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        // SAFETY: a traversal runs no Python code, so the field stays.
        match unsafe { self.peek() } {
            Some(object) => visitor.visit(object.as_object()),
            None => Ok(()),
        }
    }
    #[inline]
    fn clear(&self) {
        self.set(None);
    }
}

/// A new reference to None, for the many functions that return it.
#[inline]
pub fn none() -> Ref {
    Ref::from_borrowed(crate::types::none::none())
}

/// Returns `value` or raises SystemError for a NULL that no exception explains.
pub fn non_null<T: Instance>(value: Option<Ref<T>>) -> Result<Ref<T>> {
    value.ok_or_else(raise::null_result)
}
