//! The object header and what every view of an object shares.
//!
//! An object is its C layout: a `&Object` is the very pointer that an extension holds. Fields are
//! `Cell`s because anything may change them while a reference exists; the GIL serialises access.
//! Invariant "head first": every type that implements [`Instance`] is `#[repr(C)]` and begins with
//! an [`Object`] (or a [`VarObject`], which begins with one).

pub mod gc;
pub mod heap;
pub mod ref_tracer;
pub mod refs;
pub mod trace;

use crate::object::refs::Ref;
use crate::typeobject::TypeObject;
use core::cell::Cell;
use core::ptr;

/// The count of an object that is never freed (`_Py_IMMORTAL_REFCNT`).
pub const IMMORTAL_REFCNT: i64 = u32::MAX as i64;

/// The head of every object: `PyObject`.
#[repr(C)]
pub struct Object {
    ob_refcnt: Cell<i64>,
    ob_type: Cell<*const TypeObject>,
}

/// The head of an object with a variable part: `PyVarObject`.
#[repr(C)]
pub struct VarObject {
    pub ob_base: Object,
    pub ob_size: Cell<isize>,
}

// SAFETY: objects are touched only by the thread that holds the GIL.
unsafe impl Sync for Object {}
// SAFETY: as for `Object`.
unsafe impl Sync for VarObject {}

/// A Rust view of the instances of one Python type.
///
/// # Safety
/// "Head first": the type is `#[repr(C)]`, begins with an [`Object`], and every instance of
/// [`Instance::class`] and of its subclasses has this layout as its beginning.
pub unsafe trait Instance: Sized + 'static {
    /// The static type whose instances have this layout.
    fn class() -> &'static TypeObject;

    /// Whether `object` may be viewed as `Self`.
    #[inline]
    fn is_instance(object: &Object) -> bool {
        object.class().is_subtype(Self::class())
    }

    /// The object itself, seen through its head.
    #[inline(always)]
    fn as_object(&self) -> &Object {
        // SAFETY: "head first".
        unsafe { &*ptr::from_ref(self).cast::<Object>() }
    }

    /// A new owned reference to this object.
    #[inline]
    fn to_ref(&self) -> Ref<Self> {
        Ref::from_borrowed(self)
    }
}

// SAFETY: the head itself; every object is an instance of `object`.
unsafe impl Instance for Object {
    fn class() -> &'static TypeObject {
        &crate::types::object::PyBaseObject_Type
    }
    #[inline]
    fn is_instance(_object: &Object) -> bool {
        true
    }
}

impl Object {
    /// The head to put into a value that [`Ref::new_in`] will place into the heap.
    #[expect(clippy::declare_interior_mutable_const, reason = "each use is to be a head of its own")]
    pub const HEAD: Object = Object { ob_refcnt: Cell::new(0), ob_type: Cell::new(ptr::null()) };

    /// Where the class is in an object.
    pub const CLASS_OFFSET: usize = core::mem::offset_of!(Object, ob_type);

    /// The head of a static, immortal object.
    pub const fn immortal(class: &'static TypeObject) -> Object {
        Object { ob_refcnt: Cell::new(IMMORTAL_REFCNT), ob_type: Cell::new(class) }
    }

    /// `Py_TYPE`.
    #[inline(always)]
    pub fn class(&self) -> &TypeObject {
        // SAFETY: an object holds a reference to its class for as long as it lives.
        unsafe { &*self.ob_type.get() }
    }

    /// Whether there is a class yet, as a static object of C code may have none before it is readied.
    pub fn has_class(&self) -> bool {
        !self.ob_type.get().is_null()
    }

    /// Whether the class is exactly `class`.
    #[inline(always)]
    pub fn is_exactly(&self, class: &TypeObject) -> bool {
        ptr::eq(self.ob_type.get(), class)
    }

    /// Whether `self` and `other` are one object: Python's `is`.
    #[inline(always)]
    pub fn is(&self, other: &Object) -> bool {
        ptr::eq(self, other)
    }

    /// `self` as a `T` if it is one, subclasses included.
    #[inline]
    pub fn cast<T: Instance>(&self) -> Option<&T> {
        // SAFETY: just checked.
        T::is_instance(self).then(|| unsafe { self.cast_unchecked() })
    }

    /// `self` as a `T` if its class is exactly `T`'s.
    #[inline(always)]
    pub fn cast_exact<T: Instance>(&self) -> Option<&T> {
        // SAFETY: just checked.
        self.is_exactly(T::class()).then(|| unsafe { self.cast_unchecked() })
    }

    /// `self` as a `T` without a check.
    ///
    /// # Safety
    /// `T::is_instance(self)` holds.
    #[inline(always)]
    pub unsafe fn cast_unchecked<T: Instance>(&self) -> &T {
        // SAFETY: the caller's promise and "head first".
        unsafe { &*ptr::from_ref(self).cast::<T>() }
    }

    /// The pointer that C code is given.
    #[inline(always)]
    pub fn as_ptr(&self) -> *mut Object {
        ptr::from_ref(self).cast_mut()
    }

    /// `Py_REFCNT`.
    #[inline]
    pub fn refcnt(&self) -> i64 {
        self.ob_refcnt.get()
    }

    /// `Py_SET_REFCNT`, for the rooms that resurrect or build objects.
    #[inline]
    pub fn set_refcnt(&self, count: i64) {
        if !self.is_immortal() {
            self.ob_refcnt.set(count);
        }
    }

    /// Makes the object immortal; its count is not kept from then on.
    pub fn make_immortal(&self) {
        self.ob_refcnt.set(IMMORTAL_REFCNT);
    }

    /// The half of the count that is kept; the other changes only where old extensions count an immortal object. All hot paths
    /// access this half alone, so that no load has to wait for two stores.
    #[inline(always)]
    fn low(&self) -> &Cell<i32> {
        const _: () = assert!(cfg!(target_endian = "little"));
        // SAFETY: the first four of the field's eight bytes.
        unsafe { &*(&raw const self.ob_refcnt).cast() }
    }

    /// Whether counting is off for this object.
    #[inline(always)]
    pub fn is_immortal(&self) -> bool {
        self.low().get() < 0
    }

    /// Whether whoever asks has the only reference.
    #[inline(always)]
    pub fn is_unique(&self) -> bool {
        self.low().get() == 1
    }

    /// `Py_INCREF`.
    #[inline(always)]
    pub fn incref(&self) {
        let next = self.low().get().wrapping_add(1);
        if next != 0 {
            self.low().set(next);
        }
    }

    /// [`Object::incref`] that many times.
    #[inline]
    pub fn add_references(&self, count: usize) {
        let now = self.low().get();
        if now >= 0 {
            let next = (now as u32).saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
            self.low().set(next as i32);
        }
    }

    /// `Py_DECREF`.
    ///
    /// # Safety
    /// The caller owns a reference and gives it up; `this` may be freed by the call.
    #[inline(always)]
    pub unsafe fn decref(this: *mut Object) {
        // SAFETY: the caller's promise.
        if unsafe { Object::release(this) } {
            // SAFETY: the last reference is gone.
            unsafe { dealloc(this) };
        }
    }

    /// [`Object::decref`] without its end: whether that was the last reference, so that the caller must [`dealloc`].
    ///
    /// # Safety
    /// The caller owns a reference and gives it up.
    #[inline(always)]
    pub unsafe fn release(this: *mut Object) -> bool {
        // SAFETY: alive, since the caller still owns a reference.
        let head = unsafe { &*this };
        let count = head.low().get();
        if count < 0 {
            return false;
        }
        head.low().set(count - 1);
        count == 1 && head.high_is_zero()
    }

    /// Whether the half that is not kept is zero, as it is but for immortal objects that extensions have counted.
    #[inline(always)]
    fn high_is_zero(&self) -> bool {
        // SAFETY: the last four of the field's eight bytes.
        unsafe { (*(&raw const self.ob_refcnt).cast::<Cell<i32>>().add(1)).get() == 0 }
    }

    /// `Py_SET_TYPE` and the initial count of one, for a block that is becoming an object.
    ///
    /// # Safety
    /// `this` points to at least a head's worth of writable memory that nobody else uses. The
    /// reference to a heap class is the caller's to count.
    #[inline]
    pub unsafe fn init(this: *mut Object, class: &TypeObject) {
        // SAFETY: the caller's promise.
        unsafe { this.write(Object { ob_refcnt: Cell::new(1), ob_type: Cell::new(class) }) };
    }

    /// Changes the class pointer; counting the classes is the caller's.
    pub fn set_class(&self, class: &TypeObject) {
        self.ob_type.set(class);
    }
}

impl VarObject {
    /// The head to put into a static or a value that is about to be placed into the heap.
    #[expect(clippy::declare_interior_mutable_const, reason = "each use is to be a head of its own")]
    pub const HEAD: VarObject = VarObject { ob_base: Object::HEAD, ob_size: Cell::new(0) };

    /// `Py_SIZE`.
    #[inline(always)]
    pub fn size(&self) -> usize {
        self.ob_size.get().unsigned_abs()
    }
}

/// `_Py_Dealloc`: the count reached zero.
///
/// # Safety
/// Nobody owns a reference to `this`.
#[inline(never)]
pub unsafe fn dealloc(this: *mut Object) {
    if heap::is_watched() {
        // SAFETY: the caller's promise.
        return unsafe { dealloc_watched(this) };
    }
    // SAFETY: the object is whole until its own `tp_dealloc` takes it apart.
    let class = unsafe { (*this).class() };
    if ptr::eq(class, &raw const crate::types::int::PyLong_Type)
        || ptr::eq(class, &raw const crate::types::float::PyFloat_Type)
    {
        // SAFETY: numbers own nothing, and come from the heap, where nobody watches.
        return unsafe { heap::free_plain(this.cast()) };
    }
    // SAFETY: the caller's promise.
    unsafe { destroy(this) }
}

#[inline(always)]
unsafe fn destroy(this: *mut Object) {
    // SAFETY: the object is whole until its own `tp_dealloc` takes it apart.
    match unsafe { (*this).class() }.tp_dealloc.get() {
        // SAFETY: the slot's contract is exactly this call's.
        Some(destructor) => unsafe { destructor(this) },
        None => crate::fatal("an object's type has no tp_dealloc"),
    }
}

/// [`dealloc`] while somebody watches.
#[cold]
#[inline(never)]
unsafe fn dealloc_watched(this: *mut Object) {
    if heap::watches(heap::OBJECTS) {
        ref_tracer::destroyed(this);
    }
    // SAFETY: the caller's promise.
    unsafe { destroy(this) }
}

const _: () = assert!(size_of::<Object>() == 16 && size_of::<VarObject>() == 24);
