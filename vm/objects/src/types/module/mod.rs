//! `module`; [`definition`] makes modules of `PyModuleDef`s.

pub mod definition;
pub mod shadow;

use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::trace::{Trace, Visit, Visitor};
use crate::object::{Instance, Object};
use crate::protocol::{self, attr, call};
use crate::raise::{self, Raised, Result};
use crate::typeobject::{ModuleDef, TypeObject};
use crate::types::dict::Dict;
use crate::types::exceptions as exc;
use crate::types::list::List;
use crate::types::none;
use crate::types::str::{self, Str};
use crate::types::tuple::Tuple;
use core::cell::Cell;
use core::ffi::c_void;
use core::ptr;
use macros::pytype;

pub use definition::{exec_definition, from_definition, from_definition_and_spec, init_definition};

#[unsafe(no_mangle)]
pub static PyModuleDef_Type: TypeObject = TypeObject::new(c"moduledef", size_of::<ModuleDef>(), 0);

crate::instance!(ModuleDef, PyModuleDef_Type);

/// `PyModuleObject`.
#[repr(C)]
pub struct Module {
    ob_base: Object,
    md_dict: Slot<Dict>,
    md_def: Cell<*const ModuleDef>,
    md_state: Cell<*mut c_void>,
    md_weaklist: Cell<*mut Object>,
    md_name: Slot,
}

const _: () = assert!(size_of::<Module>() == 56);

impl Trace for Module {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        if let Some(traverse) = self.with_state(|definition| definition.m_traverse) {
            let (visit, arg) = visitor.parts();
            // SAFETY: the definition's function, called with its module.
            match unsafe { traverse(self, visit, arg) } {
                0 => {}
                stop => return Err(stop),
            }
        }
        self.md_dict.trace(visitor)
    }
    fn clear(&self) {
        if let Some(clear) = self.with_state(|definition| definition.m_clear) {
            // SAFETY: the definition's function, called with its module.
            unsafe { clear(self) };
        }
        self.md_dict.set(None);
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        if let Some(free) = self.with_state(|definition| definition.m_free) {
            // SAFETY: the definition's function, called with its module, whose fields are whole.
            unsafe { free(ptr::from_ref(&*self).cast_mut().cast()) };
        }
        // SAFETY: made by `allocate_state`, or NULL.
        unsafe { libc::free(self.md_state.get()) };
    }
}

#[pytype(
    name = "module",
    symbol = PyModule_Type,
    flags = [BASETYPE],
    gc,
    dict = md_dict,
    weaklist = md_weaklist,
    member("__dict__", OBJECT, md_dict, READONLY)
)]
impl Module {
    /// An empty module with the names that every module has (`PyModule_NewObject`).
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(name: &Str) -> Result<Ref<Module>> {
        Module::with_name(name)
    }

    /// [`Module::new`] with a name that C code need not give as a string.
    ///
    /// # Errors
    /// MemoryError.
    pub fn with_name(name: &Object) -> Result<Ref<Module>> {
        let module = Module::empty_in(&PyModule_Type)?;
        module.set_up(name, none::none())?;
        Ok(module)
    }

    fn empty_in(class: &TypeObject) -> Result<Ref<Module>> {
        Ref::new_in(
            class,
            Module {
                ob_base: Object::HEAD,
                md_dict: Slot::new(Dict::new()?),
                md_def: Cell::new(ptr::null()),
                md_state: Cell::new(ptr::null_mut()),
                md_weaklist: Cell::new(ptr::null_mut()),
                md_name: Slot::empty(),
            },
        )
    }

    /// Sets the names that every module has (`module_init_dict`).
    fn set_up(&self, name: &Object, doc: &Object) -> Result<()> {
        let dict = self.dict();
        dict.set_str(id!("__name__"), name)?;
        dict.set_str(id!("__doc__"), doc)?;
        for attribute in [id!("__package__"), id!("__loader__"), id!("__spec__")] {
            dict.set_str(attribute, none::none())?;
        }
        if name.is_exactly(&crate::types::str::PyUnicode_Type) {
            self.md_name.set(Some(name.to_ref()));
        }
        Ok(())
    }

    #[slot(tp_new)]
    fn py_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Module>> {
        Module::empty_in(class)
    }

    #[init("module(name, doc=None)")]
    fn init(&self, name: &Str, doc: Option<&Object>) -> Result<()> {
        if self.md_dict.is_empty() {
            self.md_dict.set(Some(Dict::new()?));
        }
        self.set_up(name, doc.unwrap_or(none::none()))
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result {
        if let Some(importlib) = crate::state::interpreter().importlib.get() {
            return call::call_method(&importlib, id!("_module_repr"), &[self]);
        }
        let name = self.dict().get_str(id!("__name__"))?;
        let name = name.as_deref().and_then(|name| name.cast::<Str>()).map(Str::to_string_lossy);
        Ok(Str::new(&format!("<module '{}'>", name.as_deref().unwrap_or("?")))?.upcast())
    }

    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object) -> Result {
        let name = str::expect_str(name, "attribute name")?;
        match get_optional(self, name)? {
            Some(value) => Ok(value),
            None => Err(self.missing(name)?),
        }
    }

    #[method("__dir__($self, /)")]
    fn dir(&self) -> Result {
        let dict = self.visible_dict()?;
        match dict.get_str(id!("__dir__"))? {
            Some(function) => call::call_no_args(&function),
            None => {
                let names = dict.to_vec().into_iter().map(|(name, _)| name).collect();
                Ok(List::from_vec(names)?.upcast())
            }
        }
    }

    /// What `__dict__` gives, which must be a dictionary.
    fn visible_dict(&self) -> Result<Ref<Dict>> {
        let dict = attr::get(self, id!("__dict__"))?;
        dict.downcast().map_err(|_| crate::raise!(TypeError, "<module>.__dict__ is not a dictionary"))
    }

    #[getter("__annotations__")]
    fn annotations(&self) -> Result {
        let dict = self.visible_dict()?;
        if let Some(annotations) = dict.get_str(id!("__annotations__"))? {
            return Ok(annotations);
        }
        let annotations = Dict::new()?;
        dict.set_str(id!("__annotations__"), &annotations)?;
        Ok(annotations.upcast())
    }

    #[setter("__annotations__")]
    fn set_annotations(&self, value: Option<&Object>) -> Result<()> {
        let dict = self.visible_dict()?;
        match value {
            Some(value) => dict.set_str(id!("__annotations__"), value),
            None => match dict.remove(id!("__annotations__"))? {
                Some(_) => Ok(()),
                None => Err(crate::raise!(AttributeError, "__annotations__")),
            },
        }
    }

    /// AttributeError for a name the module lacks; a module that is being imported says so.
    #[cold]
    fn missing(&self, name: &Str) -> Result<Raised> {
        let attribute = name.to_string_lossy();
        let dict = self.dict();
        let module = dict.get_str(id!("__name__"))?;
        let Some(own_name) = module.as_deref().and_then(|module| module.cast::<Str>()) else {
            let text = format!("module has no attribute '{attribute}'");
            return Ok(exc::set_attribute_error(self, name, &text));
        };
        let module = own_name.to_string_lossy();
        let spec = dict.get_str(id!("__spec__"))?.filter(|spec| !spec.is(none::none()));
        let (mut initializing, mut submodule) = (false, false);
        let origin = spec.as_ref().map_or(Ok(None), |spec| shadow::origin_of(spec))?;
        let hides = shadow::hides(origin.as_deref(), own_name)?;
        if let Some(spec) = &spec {
            initializing = is_initializing(spec)?;
            let waiting = attr::get_optional(spec, id!("_uninitialized_submodules"))?;
            if let Some(waiting) = waiting.as_deref().and_then(|waiting| waiting.cast::<List>())
                && !initializing
            {
                submodule = protocol::sequence::contains(waiting, name)?;
            }
        }
        let text = if let Some(advice) = shadow::advice(hides, origin.as_deref(), &module)
            && (initializing || hides == shadow::Hides::Library)
        {
            format!("module '{module}' has no attribute '{attribute}' {advice}")
        } else if initializing && let Some(origin) = &origin {
            let origin = origin.to_string_lossy();
            format!(
                "partially initialized module '{module}' from '{origin}' has no attribute '{attribute}' (most likely due to a circular import)"
            )
        } else if initializing {
            format!(
                "partially initialized module '{module}' has no attribute '{attribute}' (most likely due to a circular import)"
            )
        } else if submodule {
            format!(
                "cannot access submodule '{attribute}' of module '{module}' (most likely due to a circular import)"
            )
        } else {
            format!("module '{module}' has no attribute '{attribute}'")
        };
        Ok(exc::set_attribute_error(self, name, &text))
    }

    /// A field of the definition that may be used now: the state is there, or there is none to wait for.
    fn with_state<T>(&self, field: impl FnOnce(&ModuleDef) -> Option<T>) -> Option<T> {
        let definition = self.definition()?;
        if definition.m_size > 0 && self.md_state.get().is_null() {
            return None;
        }
        field(definition)
    }

    /// `PyModule_GetState`: the module's own memory, NULL when its definition asks for none.
    #[inline]
    pub fn state(&self) -> *mut c_void {
        self.md_state.get()
    }

    /// Zeroed memory for the state, if the definition has any; it also marks that the exec slots have run, so it is never NULL then.
    fn allocate_state(&self, definition: &ModuleDef) -> Result<()> {
        if definition.m_size >= 0 && self.md_state.get().is_null() {
            // SAFETY: calloc accepts any size.
            let state = unsafe { libc::calloc(1, (definition.m_size as usize).max(1)) };
            if state.is_null() {
                return Err(raise::no_memory());
            }
            self.md_state.set(state);
        }
        Ok(())
    }

    /// The namespace, borrowed; NULL once the collector has cleared the module.
    #[inline(always)]
    pub fn dict_pointer(&self) -> *const Dict {
        self.md_dict.as_ptr()
    }

    /// The module's namespace.
    pub fn dict(&self) -> Ref<Dict> {
        self.md_dict.get().unwrap_or_else(|| {
            // The collector has cleared the module, yet somebody still uses it.
            let dict = Dict::new().unwrap_or_else(|_| crate::fatal("no memory for a module's dict"));
            self.md_dict.set(Some(dict.clone()));
            dict
        })
    }

    /// The definition it was made from.
    pub fn definition(&self) -> Option<&'static ModuleDef> {
        // SAFETY: definitions are static.
        unsafe { self.md_def.get().as_ref() }
    }

    /// The module's name.
    ///
    /// # Errors
    /// SystemError when it has none that is a string.
    pub fn name(&self) -> Result<Ref<Str>> {
        self.text_of(id!("__name__"), "nameless module")
    }

    /// The module's file.
    ///
    /// # Errors
    /// SystemError when it has none that is a string.
    pub fn filename(&self) -> Result<Ref<Str>> {
        self.text_of(id!("__file__"), "module filename missing")
    }

    fn text_of(&self, attribute: &Str, missing: &str) -> Result<Ref<Str>> {
        let found = self.dict().get_str(attribute)?.and_then(|value| value.downcast::<Str>().ok());
        found.ok_or_else(|| crate::raise!(SystemError, "{missing}"))
    }
}

/// The attribute of a module, its `__getattr__` asked too; `None` when there is none.
///
/// # Errors
/// What a descriptor or `__getattr__` raises.
pub fn get_optional(module: &Module, name: &Str) -> Result<Option<Ref>> {
    if let Some(value) = crate::attrs::generic_get_optional(module, name)? {
        return Ok(Some(value));
    }
    let Some(dict) = module.md_dict.get() else { return Ok(None) };
    match dict.get_str(id!("__getattr__"))? {
        Some(function) => call::call_one_arg(&function, name).map(Some),
        None => Ok(None),
    }
}

/// Whether a spec's module is being imported right now (`_PyModuleSpec_IsInitializing`).
///
/// # Errors
/// What reading the attribute raises.
pub fn is_initializing(spec: &Object) -> Result<bool> {
    match attr::get_optional(spec, id!("_initializing"))? {
        Some(answer) => protocol::object::is_true(&answer),
        None => Ok(false),
    }
}
