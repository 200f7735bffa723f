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
use crate::types::dict::Dict;
use crate::types::none::none;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::{CompareOp, TypeObject};
use core::cell::Cell;
use core::ptr;
use macros::pytype;
use rustc_hash::FxHashSet;

/// `PyWeakReference`. `wr_object` is borrowed; it is None once the referent is gone, as C code
/// reads the field.
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
        let callback = callback.filter(|callback| !callback.is(none()));
        // Without a callback, references of the exact class are shared, and so are proxies.
        let plain = callback.is_none()
            && (ptr::eq(class, &raw const _PyWeakref_RefType) || !class.is_subtype(&_PyWeakref_RefType));
        if plain && let Some(shared) = shared_plain(list, class) {
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
        if plain && let Some(shared) = shared_plain(list, class) {
            reference.wr_object.set(gone());
            return Ok(shared);
        }
        reference.link(list, plain);
        Ok(reference)
    }

    /// Puts the reference into its referent's list: the plain reference comes first, then the plain proxy, then the others.
    fn link(&self, list: &Cell<*const WeakReference>, plain: bool) {
        let is_reference = self.as_object().is_exactly(&_PyWeakref_RefType);
        // SAFETY: references in a list are alive.
        let mut next = unsafe { list.get().as_ref() };
        let mut behind: Option<&WeakReference> = None;
        while let Some(other) = next.filter(|other| other.is_plain()) {
            if plain && is_reference {
                break;
            }
            behind = Some(other);
            if plain {
                break;
            }
            next = other.next();
        }
        match behind {
            None => {
                self.wr_next.set(list.replace(self));
            }
            Some(before) => {
                self.wr_prev.set(before);
                self.wr_next.set(before.wr_next.replace(self));
            }
        }
        // SAFETY: as above.
        if let Some(next) = unsafe { self.wr_next.get().as_ref() } {
            next.wr_prev.set(self);
        }
    }

    /// Whether it is one of the two that are shared.
    fn is_plain(&self) -> bool {
        let class = self.as_object().class();
        let shared = ptr::eq(class, &raw const _PyWeakref_RefType) || !class.is_subtype(&_PyWeakref_RefType);
        self.wr_callback.is_empty() && shared
    }

    /// The referent if it is alive.
    pub fn referent(&self) -> Option<Ref> {
        // SAFETY: a referent leaves the field before it goes.
        let referent = unsafe { self.wr_object.get().as_ref() }.filter(|referent| !referent.is(none()))?;
        // An object whose count is zero is on its way out even though its list is not cleared yet.
        (referent.refcnt() > 0).then(|| referent.to_ref())
    }

    pub fn callback(&self) -> Option<Ref> {
        self.wr_callback.get()
    }

    /// Makes the referent count as gone; the callback stays and is not called (`_PyWeakref_ClearRef`).
    pub fn forget_referent(&self) {
        self.unlink();
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
        // SAFETY: a referent that is not None is alive, and so are its list's references.
        unsafe {
            let referent = self.wr_object.replace(gone()).as_ref().filter(|referent| !referent.is(none()));
            let Some(referent) = referent else { return };
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

/// What stands in the field of a reference whose referent is gone. Nobody refers to None weakly.
fn gone() -> *const Object {
    none()
}

#[pytype(
    name = "ReferenceType", module = "weakref", symbol = _PyWeakref_RefType, gc, flags = [BASETYPE],
    vectorcall_field = vectorcall, call = protocol::call::vectorcall_call, vectorcall = make,
    member("__callback__", OBJECT, wr_callback, READONLY)
)]
impl WeakReference {
    #[slot(tp_new)]
    fn py_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<WeakReference>> {
        let (referent, callback) = arguments("__new__", args, kwargs)?;
        WeakReference::new(class, referent, callback)
    }

    #[slot(tp_init)]
    fn py_init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        arguments("__init__", args, kwargs).map(drop)
    }

    #[slot(tp_hash)]
    fn hash_slot(&self) -> Result<isize> {
        if self.hash.get() != -1 {
            return Ok(self.hash.get());
        }
        let Some(referent) = self.referent() else {
            return Err(crate::raise!(TypeError, "weak object has gone away"));
        };
        self.hash.set(protocol::object::hash(&referent)?);
        Ok(self.hash.get())
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let (Some(other), CompareOp::Eq | CompareOp::Ne) = (other.cast::<WeakReference>(), op) else {
            return Ok(protocol::compare::unsupported());
        };
        match (self.referent(), other.referent()) {
            (Some(left), Some(right)) => protocol::compare::rich_compare(&left, &right, op),
            _ => Ok(crate::types::bool::new_bool(ptr::eq(self, other) == (op == CompareOp::Eq))),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let Some(referent) = self.referent() else {
            return Str::new(&format!("<weakref at {self:p}; dead>"));
        };
        let (class, address) = (referent.class().qualified_name()?, &raw const *referent);
        let name = protocol::attr::lookup_special(&referent, crate::id!("__name__"))?;
        match name.as_deref().and_then(|name| name.cast::<Str>()) {
            Some(name) => {
                let name = name.to_string_lossy();
                Str::new(&format!("<weakref at {self:p}; to '{class}' at {address:p} ({name})>"))
            }
            None => Str::new(&format!("<weakref at {self:p}; to '{class}' at {address:p}>")),
        }
    }

    #[classmethod("__class_getitem__($type, object, /)", unchecked)]
    fn class_getitem(class: &TypeObject, object: &Object) -> Result<Ref> {
        crate::types::generic_alias::new(class.as_object(), object)
    }
}

/// `weakref.ref(referent[, callback])` by vectorcall.
unsafe extern "C" fn make(
    class: &Object,
    args: *const Option<&Object>,
    nargsf: usize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    // SAFETY: the vectorcall convention; the callable is the type.
    let (class, (args, keywords)) = unsafe {
        let count = protocol::call::positional_count(nargsf);
        (class.cast_unchecked::<TypeObject>(), crate::args::vector(args.cast(), count, names))
    };
    let (referent, callback) = match *args {
        [referent] if keywords.is_empty() => (referent, None),
        [referent, callback] if keywords.is_empty() => (referent, Some(callback)),
        _ => {
            let args = Tuple::from_slice(args)?;
            arguments("__new__", &args, None)?;
            arguments("__init__", &args, keywords.to_dict()?.as_deref())?;
            return Err(raise::bad_internal_call());
        }
    };
    Ok(WeakReference::new(class, referent, callback)?.upcast())
}

/// The referent and the callback of a constructor call.
fn arguments<'a>(
    function: &str,
    args: &'a Tuple,
    kwargs: Option<&Dict>,
) -> Result<(&'a Object, Option<&'a Object>)> {
    if kwargs.is_some_and(|kwargs| !kwargs.is_empty()) && function == "__init__" {
        return Err(crate::raise!(TypeError, "ref() takes no keyword arguments"));
    }
    match *args.items() {
        [referent] => Ok((referent, None)),
        [referent, callback] => Ok((referent, Some(callback))),
        ref other => {
            let bound = if other.is_empty() { "at least 1 argument" } else { "at most 2 arguments" };
            Err(crate::raise!(TypeError, "{function} expected {bound}, got {}", other.len()))
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

/// The shared reference or proxy of that class, one of the first two in a list.
fn shared_plain(list: &Cell<*const WeakReference>, class: &TypeObject) -> Option<Ref<WeakReference>> {
    // SAFETY: references in a list are alive.
    let mut next = unsafe { list.get().as_ref() };
    while let Some(reference) = next.filter(|reference| reference.is_plain()) {
        if reference.as_object().is_exactly(class) && reference.refcnt() > 0 {
            return Some(reference.to_ref());
        }
        next = reference.next();
    }
    None
}

/// Calling a weak reference gives its referent or None.
unsafe extern "C" fn vectorcall(
    this: &Object,
    _args: *const Option<&Object>,
    nargsf: usize,
    kwnames: Option<&Tuple>,
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

/// Clears the weak references to an object that is being deallocated; their callbacks are not called.
pub fn drop_weakrefs(object: &Object) {
    let Some(list) = list_of(object) else { return };
    // SAFETY: references in a list are alive.
    while let Some(reference) = unsafe { list.get().as_ref() } {
        reference.unlink();
        drop(reference.wr_callback.take());
    }
}

/// The collector's part: clears every weak reference to garbage, then calls the callbacks of those references that are not garbage
/// themselves.
pub(crate) fn clear_for_garbage(garbage: &[Ref]) {
    let mut calls: Vec<(Ref<WeakReference>, Ref)> = Vec::new();
    let mut doomed: Option<FxHashSet<*mut Object>> = None;
    for object in garbage {
        let Some(list) = list_of(object) else { continue };
        // SAFETY: references in a list are alive.
        while let Some(reference) = unsafe { list.get().as_ref() } {
            reference.unlink();
            let callback = reference.wr_callback.get();
            let Some(callback) = callback else { continue };
            let doomed = doomed.get_or_insert_with(|| garbage.iter().map(|object| object.as_ptr()).collect());
            if !doomed.contains(&reference.as_object().as_ptr()) {
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
