//! `PyCapsule`: a C pointer with a name, which one extension hands to another.

use crate::object::refs::Ref;
use crate::object::trace::{Trace, Visit, Visitor};
use crate::object::{Instance, Object, heap};
use crate::protocol::attr;
use crate::raise::{Raised, Result};
use crate::typeobject::slots::{Inquiry, TraverseProc};
use crate::types::str::Str;
use core::cell::Cell;
use core::ffi::{CStr, c_char, c_void};
use core::ptr;
use macros::pytype;

/// `PyCapsule_Destructor`, or NULL.
pub type CapsuleDestructor = Option<unsafe extern "C" fn(&Object)>;

/// `PyCapsule`.
#[repr(C)]
pub struct Capsule {
    ob_base: Object,
    pointer: Cell<*mut c_void>,
    name: Cell<*const c_char>,
    context: Cell<*mut c_void>,
    destructor: Cell<CapsuleDestructor>,
    traverse: Cell<Option<TraverseProc>>,
    clear: Cell<Option<Inquiry>>,
}

impl Trace for Capsule {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        let Some(traverse) = self.traverse.get() else { return Ok(()) };
        let (visit, arg) = visitor.parts();
        // SAFETY: the owner's function, called with its capsule.
        match unsafe { traverse(self, visit, arg) } {
            0 => Ok(()),
            stop => Err(stop),
        }
    }
    fn clear(&self) {
        if let Some(clear) = self.clear.get() {
            // SAFETY: the owner's function, called with its capsule.
            unsafe { clear(self) };
        }
    }
}

impl Drop for Capsule {
    fn drop(&mut self) {
        if let Some(destructor) = self.destructor.get() {
            // SAFETY: the owner's function, called once with its capsule, whose fields are whole.
            unsafe { destructor(self) };
        }
    }
}

#[pytype(name = "PyCapsule", symbol = PyCapsule_Type, gc, no_new)]
impl Capsule {
    /// A capsule (`PyCapsule_New`); `name` must outlive it.
    ///
    /// # Errors
    /// ValueError for a NULL pointer, MemoryError.
    pub fn new(
        pointer: *mut c_void,
        name: *const c_char,
        destructor: CapsuleDestructor,
    ) -> Result<Ref<Capsule>> {
        if pointer.is_null() {
            return Err(crate::raise!(ValueError, "PyCapsule_New called with null pointer"));
        }
        let capsule = Ref::new(Capsule {
            ob_base: Object::HEAD,
            pointer: Cell::new(pointer),
            name: Cell::new(name),
            context: Cell::new(ptr::null_mut()),
            destructor: Cell::new(destructor),
            traverse: Cell::new(None),
            clear: Cell::new(None),
        })?;
        // Of no interest to the collector until it is told what the pointer owns.
        heap::untrack(&capsule);
        Ok(capsule)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        match self.name() {
            None => Str::new(&format!("<capsule object NULL at {:p}>", self.as_object())),
            Some(name) => Str::new(&format!(
                "<capsule object \"{}\" at {:p}>",
                name.to_string_lossy(),
                self.as_object()
            )),
        }
    }
}

impl Capsule {
    /// The pointer, if the capsule has this name (`PyCapsule_GetPointer`).
    ///
    /// # Errors
    /// ValueError for another name.
    pub fn pointer(&self, name: Option<&CStr>) -> Result<*mut c_void> {
        if self.name() != name {
            return Err(crate::raise!(ValueError, "PyCapsule_GetPointer called with incorrect name"));
        }
        Ok(self.pointer.get())
    }

    /// Whether the capsule has this name (`PyCapsule_IsValid`, of a capsule).
    pub fn has_name(&self, name: Option<&CStr>) -> bool {
        self.name() == name
    }

    /// Replaces the pointer (`PyCapsule_SetPointer`).
    ///
    /// # Errors
    /// ValueError for NULL.
    pub fn set_pointer(&self, pointer: *mut c_void) -> Result<()> {
        if pointer.is_null() {
            return Err(crate::raise!(ValueError, "PyCapsule_SetPointer called with null pointer"));
        }
        self.pointer.set(pointer);
        Ok(())
    }

    /// The name; `None` is NULL, which is a name like any other.
    pub fn name(&self) -> Option<&CStr> {
        let name = self.name.get();
        // SAFETY: the name outlives the capsule, as its maker promised.
        (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) })
    }

    /// Replaces the name, which must outlive the capsule.
    pub fn set_name(&self, name: *const c_char) {
        self.name.set(name);
    }

    /// What the owner keeps beside the pointer.
    pub fn context(&self) -> *mut c_void {
        self.context.get()
    }

    /// Replaces what the owner keeps beside the pointer.
    pub fn set_context(&self, context: *mut c_void) {
        self.context.set(context);
    }

    /// What runs when the capsule is freed.
    pub fn destructor(&self) -> CapsuleDestructor {
        self.destructor.get()
    }

    /// Replaces what runs when the capsule is freed.
    pub fn set_destructor(&self, destructor: CapsuleDestructor) {
        self.destructor.set(destructor);
    }

    /// Lets the collector see what the pointer owns (`_PyCapsule_SetTraverse`).
    pub fn set_traverse(&self, traverse: TraverseProc, clear: Inquiry) {
        self.traverse.set(Some(traverse));
        self.clear.set(Some(clear));
        heap::track(self.as_object());
    }
}

/// The pointer of the capsule that stands under a dotted name `module.attribute`, which is also its own (`PyCapsule_Import`).
///
/// # Errors
/// What importing raises; AttributeError when that is no capsule of the name.
pub fn import(name: &CStr) -> Result<*mut c_void> {
    let text = name.to_string_lossy();
    let mut parts = text.split('.');
    let module = parts.next().unwrap_or_default();
    let mut object = match (crate::hooks::IMPORT.get())(module) {
        Ok(module) => module,
        Err(raised) => {
            raised.clear();
            return Err(crate::raise!(ImportError, "PyCapsule_Import could not import module \"{module}\""));
        }
    };
    for part in parts {
        object = attr::get(&object, &*Str::new(part)?)?;
    }
    match object.cast_exact::<Capsule>() {
        Some(capsule) if capsule.has_name(Some(name)) => Ok(capsule.pointer.get()),
        _ => Err(crate::raise!(AttributeError, "PyCapsule_Import \"{text}\" is not valid")),
    }
}

/// The error of a C function that was given another object or another capsule.
#[cold]
pub fn invalid(function: &str) -> Raised {
    crate::raise!(ValueError, "{function} called with invalid PyCapsule object")
}
