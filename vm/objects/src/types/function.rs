//! `function`: code with its globals, defaults and closure. Calling one is the interpreter's, through
//! [`crate::hooks::FUNCTION_VECTORCALL`].

use crate::id;
use crate::interpreter_frame;
use crate::object::refs::{Ref, Slot};
use crate::object::trace::{Trace, Visit, Visitor};
use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::typeobject::slots::VectorcallFunc;
use crate::types::code::Code;
use crate::types::code::build::next_version;
use crate::types::dict::Dict;
use crate::types::method::Method;
use crate::types::none;
use crate::types::str::{Str, intern};
use crate::types::tuple::Tuple;
use crate::watch::{self, FunctionEvent};
use bytecode::code::flags::{ASYNC_GENERATOR, COROUTINE, GENERATOR};
use core::cell::Cell;
use core::mem::offset_of;
use macros::pytype;

/// `PyFunctionObject`.
#[repr(C)]
pub struct Function {
    ob_base: Object,
    pub func_globals: Slot<Dict>,
    pub func_builtins: Slot,
    pub func_name: Slot<Str>,
    pub func_qualname: Slot<Str>,
    pub func_code: Slot<Code>,
    pub func_defaults: Slot<Tuple>,
    pub func_kwdefaults: Slot<Dict>,
    pub func_closure: Slot<Tuple>,
    pub func_doc: Slot,
    pub func_dict: Slot,
    func_weakreflist: Cell<*mut Object>,
    pub func_module: Slot,
    /// A dictionary, or the tuple of alternating names and values that it is made from when asked for.
    pub func_annotations: Slot,
    pub func_typeparams: Slot<Tuple>,
    pub vectorcall: Cell<Option<VectorcallFunc>>,
    /// Identifies code, defaults and closure for inline caches; 0 when none can be given.
    pub func_version: Cell<u32>,
}

const _: () = assert!(size_of::<Function>() == 144);
const _: () = assert!(offset_of!(Function, func_code) == 48 && offset_of!(Function, vectorcall) == 128);
const _: () = assert!(offset_of!(Function, func_version) == 136);

impl Trace for Function {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.func_code.trace(visitor)?;
        self.func_globals.trace(visitor)?;
        self.func_builtins.trace(visitor)?;
        self.func_module.trace(visitor)?;
        self.func_defaults.trace(visitor)?;
        self.func_kwdefaults.trace(visitor)?;
        self.func_doc.trace(visitor)?;
        self.func_name.trace(visitor)?;
        self.func_dict.trace(visitor)?;
        self.func_closure.trace(visitor)?;
        self.func_annotations.trace(visitor)?;
        self.func_typeparams.trace(visitor)?;
        self.func_qualname.trace(visitor)
    }
    /// Code, name and qualified name stay: a function that is being collected may still be called, and they are in no cycle
    /// of their own.
    fn clear(&self) {
        self.func_version.set(0);
        self.func_globals.set(None);
        self.func_builtins.set(None);
        self.func_module.set(None);
        self.func_defaults.set(None);
        self.func_kwdefaults.set(None);
        self.func_doc.set(None);
        self.func_dict.set(None);
        self.func_closure.set(None);
        self.func_annotations.set(None);
        self.func_typeparams.set(None);
        self.func_name.set(Some(intern::empty()));
        self.func_qualname.set(Some(intern::empty()));
    }
}

/// The builtins that code with these globals uses: `__builtins__`, a module standing for its dictionary; else the running code's.
///
/// # Errors
/// What looking into the globals raises.
pub fn builtins_of(globals: &Dict) -> Result<Ref> {
    match globals.get_str(id!("__builtins__"))? {
        Some(module) => match module.cast::<crate::types::module::Module>() {
            Some(module) => Ok(module.dict().upcast()),
            None => Ok(module),
        },
        None if let Some(frame) = interpreter_frame::current() => Ok(frame.builtins().to_ref()),
        None => match crate::state::builtins() {
            Some(dict) => Ok(dict.upcast()),
            None => Ok(Dict::new()?.upcast()),
        },
    }
}

impl Function {
    /// `PyFunction_NewWithQualName`, without a qualified name of its own.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(code: &Code, globals: &Dict) -> Result<Ref<Function>> {
        let builtins = builtins_of(globals)?;
        Function::with_builtins(code, globals, builtins)
    }

    /// [`Function::new`] with known builtins.
    ///
    /// # Errors
    /// MemoryError.
    pub fn with_builtins(code: &Code, globals: &Dict, builtins: Ref) -> Result<Ref<Function>> {
        let doc = match code.consts().items().first() {
            Some(doc) if doc.cast::<Str>().is_some() => (*doc).to_ref(),
            _ => none::none().to_ref(),
        };
        let module = globals.get_str(id!("__name__"))?;
        let function = Ref::new(Function {
            ob_base: Object::HEAD,
            func_globals: Slot::new(globals.to_ref()),
            func_builtins: Slot::new(builtins),
            func_name: Slot::new(code.name().to_ref()),
            func_qualname: Slot::new(code.qualname().to_ref()),
            func_code: Slot::new(code.to_ref()),
            func_defaults: Slot::empty(),
            func_kwdefaults: Slot::empty(),
            func_closure: Slot::empty(),
            func_doc: Slot::new(doc),
            func_dict: Slot::empty(),
            func_weakreflist: Cell::new(core::ptr::null_mut()),
            func_module: Slot::from_option(module),
            func_annotations: Slot::empty(),
            func_typeparams: Slot::empty(),
            vectorcall: Cell::new(Some(crate::hooks::FUNCTION_VECTORCALL.get())),
            func_version: Cell::new(0),
        })?;
        function.tell(FunctionEvent::Create, None);
        Ok(function)
    }

    #[inline]
    fn tell(&self, event: FunctionEvent, value: Option<&Object>) {
        if watch::FUNCTIONS.is_active() {
            watch::function(event, self, value);
        }
    }

    /// The code.
    #[inline(always)]
    pub fn code(&self) -> &Code {
        // SAFETY: never NULL while the function is alive.
        unsafe { &*self.func_code.as_ptr() }
    }

    /// The globals.
    #[inline(always)]
    pub fn globals(&self) -> &Dict {
        // SAFETY: NULL only once the collector has cleared the function, which it does to unreachable ones.
        unsafe { &*self.func_globals.as_ptr() }
    }

    /// Whether a call runs the code, as no extension has put another entry in its place.
    #[inline(always)]
    pub fn is_plain(&self) -> bool {
        let own = crate::hooks::FUNCTION_VECTORCALL.get();
        self.vectorcall.get().is_some_and(|entry| core::ptr::fn_addr_eq(entry, own))
    }

    /// The version for inline caches, given on demand; 0 when there is none (`_PyFunction_GetVersionForCurrentState`).
    pub fn version(&self) -> u32 {
        if self.func_version.get() == 0 && self.is_plain() {
            self.func_version.set(next_version());
        }
        self.func_version.get()
    }

    /// `function.__defaults__ = value`.
    pub fn change_defaults(&self, value: Option<Ref<Tuple>>) {
        self.tell(FunctionEvent::ModifyDefaults, value.as_deref().map(Instance::as_object));
        self.invalidate();
        self.func_defaults.set(value);
    }

    /// `function.__kwdefaults__ = value`.
    pub fn change_kwdefaults(&self, value: Option<Ref<Dict>>) {
        self.tell(FunctionEvent::ModifyKwdefaults, value.as_deref().map(Instance::as_object));
        self.invalidate();
        self.func_kwdefaults.set(value);
    }

    /// Code, defaults or closure change.
    pub fn invalidate(&self) {
        self.func_version.set(0);
    }
}

#[pytype(
    name = "function", symbol = PyFunction_Type, gc, flags = [METHOD_DESCRIPTOR],
    dict = func_dict, weaklist = func_weakreflist, vectorcall_field = vectorcall,
    call = crate::protocol::call::vectorcall_call,
    member("__closure__", OBJECT, func_closure, READONLY),
    member("__doc__", OBJECT, func_doc),
    member("__globals__", OBJECT, func_globals, READONLY),
    member("__module__", OBJECT, func_module),
    member("__builtins__", OBJECT, func_builtins, READONLY)
)]
impl Function {
    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(this: *mut Object) {
        // SAFETY: the slot's contract.
        unsafe {
            let tell = |function: &Object| {
                watch::function(FunctionEvent::Destroy, function.cast_unchecked(), None);
            };
            if watch::FUNCTIONS.is_active() && watch::dying(this, tell) {
                return;
            }
            crate::slots::dealloc::<Function>(this);
        }
    }

    #[new("function(code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)")]
    fn py_new(
        _class: &crate::TypeObject,
        code: &Object,
        globals: &Object,
        name: &Object,
        argdefs: &Object,
        closure: &Object,
        kwdefaults: &Object,
    ) -> Result<Ref<Function>> {
        let expected = |number: &str, what: &str, object: &Object| {
            crate::raise!(
                TypeError,
                "function() argument {number} must be {what}, not {}",
                object.class().name()
            )
        };
        let Some(code) = code.cast_exact::<Code>() else { return Err(expected("'code'", "code", code)) };
        let Some(globals) = globals.cast::<Dict>() else {
            return Err(expected("'globals'", "dict", globals));
        };
        if !name.is(none::none()) && name.cast::<Str>().is_none() {
            return Err(crate::raise!(TypeError, "arg 3 (name) must be None or string"));
        }
        if !argdefs.is(none::none()) && argdefs.cast::<Tuple>().is_none() {
            return Err(crate::raise!(TypeError, "arg 4 (defaults) must be None or tuple"));
        }
        let nfree = code.co_nfreevars.get() as usize;
        let cells = closure.cast::<Tuple>();
        match cells {
            None if nfree > 0 && closure.is(none::none()) => {
                return Err(crate::raise!(TypeError, "arg 5 (closure) must be tuple"));
            }
            None if !closure.is(none::none()) => {
                return Err(crate::raise!(TypeError, "arg 5 (closure) must be None or tuple"));
            }
            _ => {}
        }
        if !kwdefaults.is(none::none()) && kwdefaults.cast::<Dict>().is_none() {
            return Err(crate::raise!(TypeError, "arg 6 (kwdefaults) must be None or dict"));
        }
        let count = cells.map_or(0, Tuple::len);
        if count != nfree {
            return Err(crate::raise!(
                ValueError,
                "{} requires closure of length {nfree}, not {count}",
                code.name().to_string_lossy()
            ));
        }
        for cell in cells.map_or(&[][..], Tuple::items) {
            if cell.cast::<crate::types::cell::Cell>().is_none() {
                return Err(crate::raise!(
                    TypeError,
                    "arg 5 (closure) expected cell, found {}",
                    cell.class().name()
                ));
            }
        }
        let function = Function::new(code, globals)?;
        if let Some(name) = name.cast::<Str>() {
            function.func_name.set(Some(name.to_ref()));
        }
        function.func_defaults.set(argdefs.cast::<Tuple>().map(Instance::to_ref));
        function.func_closure.set(cells.map(Instance::to_ref));
        function.func_kwdefaults.set(kwdefaults.cast::<Dict>().map(Instance::to_ref));
        Ok(function)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let name = self.func_qualname.get().map_or_else(String::new, |name| name.to_string_lossy());
        Str::new(&format!("<function {name} at {self:p}>"))
    }

    #[slot(tp_descr_get)]
    fn bind(&self, object: Option<&Object>, _class: Option<&Object>) -> Result<Ref> {
        match object {
            Some(object) if !object.is(none::none()) => Ok(Method::new(self, object)?.upcast()),
            _ => Ok(self.to_ref().upcast()),
        }
    }

    #[getter("__code__")]
    fn get_code(&self) -> Result<Ref> {
        Ok(self.code().to_ref().upcast())
    }

    #[setter("__code__")]
    fn set_code(&self, value: Option<&Object>) -> Result<()> {
        let Some(code) = value.and_then(|value| value.cast::<Code>()) else {
            return Err(crate::raise!(TypeError, "__code__ must be set to a code object"));
        };
        let closure = self.func_closure.get().map_or(0, |cells| cells.len());
        let free = code.co_nfreevars.get() as usize;
        if free != closure {
            let name = self.func_name.get().map_or_else(String::new, |name| name.to_string_lossy());
            return Err(crate::raise!(
                ValueError,
                "{name}() requires a code object with {closure} free vars, not {free}"
            ));
        }
        let kind = |code: &Code| code.co_flags.get() as u32 & (GENERATOR | COROUTINE | ASYNC_GENERATOR);
        if kind(code) != kind(self.code()) {
            let text = "Assigning a code object of non-matching type is deprecated (e.g., from a generator to a plain function)";
            crate::hooks::WARN.get()(&crate::types::exceptions::DeprecationWarning, text, 1)?;
        }
        self.tell(FunctionEvent::ModifyCode, Some(code));
        self.invalidate();
        self.func_code.set(Some(code.to_ref()));
        Ok(())
    }

    #[getter("__name__")]
    fn get_name(&self) -> Result<Ref> {
        self.func_name.get().map(Ref::upcast).ok_or_else(crate::raise::null_result)
    }

    #[setter("__name__")]
    fn set_name(&self, value: Option<&Object>) -> Result<()> {
        self.func_name.set(Some(expect_name(value, "__name__")?));
        Ok(())
    }

    #[getter("__qualname__")]
    fn get_qualname(&self) -> Result<Ref> {
        self.func_qualname.get().map(Ref::upcast).ok_or_else(crate::raise::null_result)
    }

    #[setter("__qualname__")]
    fn set_qualname(&self, value: Option<&Object>) -> Result<()> {
        self.func_qualname.set(Some(expect_name(value, "__qualname__")?));
        Ok(())
    }

    #[getter("__defaults__")]
    fn get_defaults(&self) -> Result<Ref> {
        Ok(self.func_defaults.get().map_or_else(|| none::none().to_ref(), Ref::upcast))
    }

    #[setter("__defaults__")]
    fn set_defaults(&self, value: Option<&Object>) -> Result<()> {
        let value = match value.filter(|value| !value.is(none::none())) {
            None => None,
            Some(value) => match value.cast::<Tuple>() {
                Some(tuple) => Some(tuple.to_ref()),
                None => return Err(crate::raise!(TypeError, "__defaults__ must be set to a tuple object")),
            },
        };
        self.change_defaults(value);
        Ok(())
    }

    #[getter("__kwdefaults__")]
    fn get_kwdefaults(&self) -> Result<Ref> {
        Ok(self.func_kwdefaults.get().map_or_else(|| none::none().to_ref(), Ref::upcast))
    }

    #[setter("__kwdefaults__")]
    fn set_kwdefaults(&self, value: Option<&Object>) -> Result<()> {
        let value = match value.filter(|value| !value.is(none::none())) {
            None => None,
            Some(value) => match value.cast::<Dict>() {
                Some(dict) => Some(dict.to_ref()),
                None => return Err(crate::raise!(TypeError, "__kwdefaults__ must be set to a dict object")),
            },
        };
        self.change_kwdefaults(value);
        Ok(())
    }

    #[getter("__annotations__")]
    fn get_annotations(&self) -> Result<Ref> {
        self.annotations()
    }

    /// The dictionary of annotations, made if it is not there yet.
    ///
    /// # Errors
    /// MemoryError.
    pub fn annotations(&self) -> Result<Ref> {
        let dict = match self.func_annotations.get() {
            Some(annotations) => match annotations.downcast::<Dict>() {
                Ok(dict) => return Ok(dict.upcast()),
                Err(pairs) => annotations_of_pairs(&pairs)?,
            },
            None => Dict::new()?,
        };
        self.func_annotations.set(Some(dict.clone().upcast()));
        Ok(dict.upcast())
    }

    #[setter("__annotations__")]
    fn set_annotations(&self, value: Option<&Object>) -> Result<()> {
        let value = value.filter(|value| !value.is(none::none()));
        if value.is_some_and(|value| value.cast::<Dict>().is_none()) {
            return Err(crate::raise!(TypeError, "__annotations__ must be set to a dict object"));
        }
        self.invalidate();
        self.func_annotations.set(value.map(Instance::to_ref));
        Ok(())
    }

    #[getter("__type_params__")]
    fn get_type_params(&self) -> Result<Ref> {
        Ok(self.func_typeparams.get().unwrap_or_else(Tuple::empty).upcast())
    }

    #[setter("__type_params__")]
    fn set_type_params(&self, value: Option<&Object>) -> Result<()> {
        let Some(tuple) = value.and_then(|value| value.cast::<Tuple>()) else {
            return Err(crate::raise!(TypeError, "__type_params__ must be set to a tuple"));
        };
        self.func_typeparams.set(Some(tuple.to_ref()));
        Ok(())
    }

    #[getter("__dict__")]
    fn get_dict(&self) -> Result<Ref> {
        if let Some(dict) = self.func_dict.get() {
            return Ok(dict);
        }
        let dict = Dict::new()?.upcast();
        self.func_dict.set(Some(dict.clone()));
        Ok(dict)
    }

    #[setter("__dict__")]
    fn set_dict(&self, value: Option<&Object>) -> Result<()> {
        match value {
            None => Err(crate::raise!(TypeError, "cannot delete __dict__")),
            Some(value) if value.cast::<Dict>().is_none() => Err(crate::raise!(
                TypeError,
                "__dict__ must be set to a dictionary, not a '{}'",
                value.class().name()
            )),
            Some(value) => {
                self.func_dict.set(Some(value.to_ref()));
                Ok(())
            }
        }
    }
}

fn expect_name(value: Option<&Object>, attribute: &str) -> Result<Ref<Str>> {
    match value.and_then(|value| value.cast::<Str>()) {
        Some(name) => Ok(name.to_ref()),
        None => Err(crate::raise!(TypeError, "{attribute} must be set to a string object")),
    }
}

/// The dictionary of the compiler's tuple of alternating names and values.
fn annotations_of_pairs(pairs: &Object) -> Result<Ref<Dict>> {
    let dict = Dict::new()?;
    if let Some(pairs) = pairs.cast::<Tuple>() {
        for pair in pairs.items().chunks_exact(2) {
            dict.set_item(pair[0], pair[1])?;
        }
    }
    Ok(dict)
}
