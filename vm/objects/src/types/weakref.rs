//! Weak references: `weakref.ref`, and the list of them that a referent carries.
//!
//! The list is doubly linked through the references; the plain reference without a callback, which is shared, comes first.

use crate::object::gc;
use crate::object::refs::{Ref, Slot};
use crate::object::trace::{Trace, Visit, Visitor};
use crate::object::{Instance, Object};
use crate::protocol;
use crate::raise::{self, Result};
use crate::typeobject::slots::VectorcallFunc;
use crate::typeobject::{TypeObject, flags};
use core::cell::Cell;
use core::ptr;

#[unsafe(no_mangle)]
pub static _PyWeakref_RefType: TypeObject = {
    let flags = flags::BASETYPE | flags::HAVE_GC | flags::HAVE_VECTORCALL;
    let mut class = TypeObject::new(c"weakref.ReferenceType", size_of::<WeakReference>(), flags);
    class.tp_dealloc = Cell::new(Some(crate::slots::dealloc::<WeakReference>));
    class.tp_traverse = Cell::new(Some(crate::slots::traverse::<WeakReference>));
    class.tp_clear = Cell::new(Some(crate::slots::clear::<WeakReference>));
    class.tp_vectorcall_offset = Cell::new(core::mem::offset_of!(WeakReference, vectorcall) as isize);
    class.tp_call = Cell::new(Some(protocol::call::vectorcall_call));
    class
};

/// `PyWeakReference`. `wr_object` is borrowed; it is NULL once the referent is gone.
#[repr(C)]
pub struct WeakReference {
    ob_base: Object,
    wr_object: Cell<*const Object>,
    wr_callback: Slot,
    hash: Cell<isize>,
    wr_prev: Cell<*const WeakReference>,
    wr_next: Cell<*const WeakReference>,
    pub vectorcall: Cell<Option<VectorcallFunc>>,
}

instance!(WeakReference, _PyWeakref_RefType);

const _: () = assert!(size_of::<WeakReference>() == 64);

/// The field of an object that heads the list of its weak references, if its class has one.
pub fn list_of(object: &Object) -> Option<&Cell<*const WeakReference>> {
    crate::attrs::weaklist(object)
}

impl WeakReference {
    /// `PyWeakref_NewRef`: the shared reference when there is no callback and the class is exact.
    ///
    /// # Errors
    /// TypeError when the referent cannot be weakly referenced; MemoryError.
    pub fn new(
        class: &TypeObject,
        referent: &Object,
        callback: Option<&Object>,
    ) -> Result<Ref<WeakReference>> {
        let Some(list) = list_of(referent) else {
            return Err(crate::raise!(
                TypeError,
                "cannot create weak reference to '{}' object",
                referent.class().name()
            ));
        };
        let callback = callback.filter(|callback| !callback.is(crate::types::none::none()));
        let plain = callback.is_none() && ptr::eq(class, &raw const _PyWeakref_RefType);
        if plain && let Some(shared) = shared_plain(list) {
            return Ok(shared);
        }
        let reference = Ref::new_in(
            class,
            WeakReference {
                ob_base: Object::HEAD,
                wr_object: Cell::new(referent),
                wr_callback: Slot::from_option(callback.map(Instance::to_ref)),
                hash: Cell::new(-1),
                wr_prev: Cell::new(ptr::null()),
                wr_next: Cell::new(ptr::null()),
                vectorcall: Cell::new(Some(vectorcall)),
            },
        )?;
        // Making the reference may have run the collector and with it Python code.
        if plain && let Some(shared) = shared_plain(list) {
            reference.wr_object.set(ptr::null());
            return Ok(shared);
        }
        reference.link(list, plain);
        Ok(reference)
    }

    /// Puts the reference into its referent's list: in front when it is the plain one, else behind that.
    fn link(&self, list: &Cell<*const WeakReference>, plain: bool) {
        // SAFETY: references in a list are alive.
        let head = unsafe { list.get().as_ref() };
        let behind = head.filter(|head| !plain && head.is_plain());
        match behind {
            None => {
                self.wr_next.set(list.replace(self));
            }
            Some(head) => {
                self.wr_prev.set(head);
                self.wr_next.set(head.wr_next.replace(self));
            }
        }
        // SAFETY: as above.
        if let Some(next) = unsafe { self.wr_next.get().as_ref() } {
            next.wr_prev.set(self);
        }
    }

    fn is_plain(&self) -> bool {
        self.wr_callback.is_empty() && self.as_object().is_exactly(&_PyWeakref_RefType)
    }

    /// The referent if it is alive.
    pub fn referent(&self) -> Option<Ref> {
        // SAFETY: a referent empties the field before it goes.
        let referent = unsafe { self.wr_object.get().as_ref() }?;
        // An object whose count is zero is on its way out even though its list is not cleared yet.
        (referent.refcnt() > 0).then(|| referent.to_ref())
    }

    pub fn callback(&self) -> Option<Ref> {
        self.wr_callback.get()
    }

    /// The cached hash of the referent, -1 while unknown.
    pub fn cached_hash(&self) -> &Cell<isize> {
        &self.hash
    }

    /// The next reference to the same referent.
    pub fn next(&self) -> Option<&WeakReference> {
        // SAFETY: references in a list are alive.
        unsafe { self.wr_next.get().as_ref() }
    }

    /// Takes the reference out of its referent's list.
    fn unlink(&self) {
        // SAFETY: a referent that is not NULL is alive, and so are its list's references.
        unsafe {
            let Some(referent) = self.wr_object.replace(ptr::null()).as_ref() else { return };
            let (prev, next) = (self.wr_prev.replace(ptr::null()), self.wr_next.replace(ptr::null()));
            match prev.as_ref() {
                Some(prev) => prev.wr_next.set(next),
                None => {
                    if let Some(list) = list_of(referent)
                        && ptr::eq(list.get(), self)
                    {
                        list.set(next);
                    }
                }
            }
            if let Some(next) = next.as_ref() {
                next.wr_prev.set(prev);
            }
        }
    }

    /// Calls the callback that was taken from this reference; its errors go to the unraisable hook.
    fn call_back(&self, callback: &Object) {
        if let Err(raised) = protocol::call::call_one_arg(callback, self) {
            raise::write_unraisable(raised, Some(callback));
        }
    }
}

impl Drop for WeakReference {
    fn drop(&mut self) {
        self.unlink();
    }
}

impl Trace for WeakReference {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.wr_callback.trace(visitor)
    }
    fn clear(&self) {
        self.unlink();
        self.wr_callback.set(None);
    }
}

fn shared_plain(list: &Cell<*const WeakReference>) -> Option<Ref<WeakReference>> {
    // SAFETY: references in a list are alive.
    let head = unsafe { list.get().as_ref() }?;
    (head.is_plain() && head.refcnt() > 0).then(|| head.to_ref())
}

/// Calling a weak reference gives its referent or None.
unsafe extern "C" fn vectorcall(
    this: &Object,
    _args: *const Option<&Object>,
    nargsf: usize,
    kwnames: Option<&crate::types::tuple::Tuple>,
) -> Result<Ref> {
    let count = protocol::call::positional_count(nargsf);
    if kwnames.is_some_and(|names| !names.is_empty()) {
        return Err(crate::raise!(TypeError, "{}() takes no keyword arguments", this.class().full_name()));
    }
    if count != 0 {
        return Err(crate::raise!(
            TypeError,
            "{} expected 0 arguments, got {count}",
            this.class().full_name()
        ));
    }
    // SAFETY: the entry is only stored in weak references.
    let reference = unsafe { this.cast_unchecked::<WeakReference>() };
    Ok(reference.referent().unwrap_or_else(crate::object::refs::none))
}

/// Clears the weak references to an object that is being deallocated and calls their callbacks (`PyObject_ClearWeakRefs`).
pub fn clear_weakrefs(object: &Object) {
    let Some(list) = list_of(object) else { return };
    if list.get().is_null() {
        return;
    }
    let mut calls: Vec<(Ref<WeakReference>, Ref)> = Vec::new();
    // SAFETY: references in a list are alive.
    while let Some(reference) = unsafe { list.get().as_ref() } {
        reference.unlink();
        if let Some(callback) = reference.wr_callback.take()
            && reference.refcnt() > 0
        {
            calls.push((reference.to_ref(), callback));
        }
    }
    let pending = raise::take_pending();
    for (reference, callback) in calls {
        reference.call_back(&callback);
    }
    if let Some(exception) = pending {
        raise::restore(exception).leave();
    }
}

/// The collector's part: clears every weak reference to garbage, then calls the callbacks of those references that are not garbage
/// themselves.
pub(crate) fn clear_for_garbage(garbage: &[Ref]) {
    let mut calls: Vec<(Ref<WeakReference>, Ref)> = Vec::new();
    let doomed: std::collections::HashSet<*mut Object> =
        garbage.iter().map(|object| object.as_ptr()).collect();
    for object in garbage {
        let Some(list) = list_of(object) else { continue };
        // SAFETY: references in a list are alive.
        while let Some(reference) = unsafe { list.get().as_ref() } {
            reference.unlink();
            let callback = reference.wr_callback.get();
            if let Some(callback) = callback
                && !doomed.contains(&reference.as_object().as_ptr())
            {
                calls.push((reference.to_ref(), callback));
            }
        }
    }
    debug_assert!(gc::collector().collecting.get());
    for (reference, callback) in calls {
        reference.call_back(&callback);
    }
}

/// The number of weak references to an object.
pub fn count(object: &Object) -> usize {
    let mut count = 0;
    // SAFETY: references in a list are alive.
    let mut next = list_of(object).and_then(|list| unsafe { list.get().as_ref() });
    while let Some(reference) = next {
        count += 1;
        next = reference.next();
    }
    count
}
