//! `builtin_function_or_method`: a native function with the object it is bound to.

use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::call::{positional_count, vectorcall_call};
use crate::raise::Result;
use crate::state;
use crate::typeobject::flags::{
    METH_CLASS, METH_COEXIST, METH_FASTCALL, METH_KEYWORDS, METH_METHOD, METH_NOARGS, METH_O, METH_STATIC,
    METH_VARARGS,
};
use crate::typeobject::slots::VectorcallFunc;
use crate::typeobject::{CFunction, MethodDef, TypeObject};
use crate::types::module::Module;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use core::ffi::{CStr, c_int};
use core::mem;
use core::ptr;
use macros::pytype;

/// `PyCFunctionObject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Function {
    ob_base: Object,
    m_ml: Cell<*const MethodDef>,
    m_self: Slot,
    m_module: Slot,
    m_weakreflist: Cell<*mut Object>,
    vectorcall: Cell<Option<VectorcallFunc>>,
}

const _: () = assert!(size_of::<Function>() == 56);

#[pytype(
    name = "builtin_function_or_method",
    symbol = PyCFunction_Type,
    gc,
    no_new,
    weaklist = m_weakreflist,
    vectorcall_field = vectorcall
)]
impl Function {
    /// `PyCFunction_NewEx`. The definition must live as long as the function: it is static, or its type's.
    ///
    /// # Errors
    /// SystemError for flags that name no calling convention; MemoryError.
    pub fn new(def: &MethodDef, this: Option<&Object>, module: Option<&Object>) -> Result<Ref<Function>> {
        let vectorcall = match convention(def.ml_flags) {
            METH_NOARGS => Some(call_no_args as VectorcallFunc),
            METH_O => Some(call_one as VectorcallFunc),
            METH_FASTCALL => Some(call_fast as VectorcallFunc),
            FASTCALL_KEYWORDS => Some(call_fast_keywords as VectorcallFunc),
            METH_VARARGS | VARARGS_KEYWORDS => None,
            _ => {
                // SAFETY: a definition's name is a C string.
                let name = unsafe { CStr::from_ptr(def.ml_name) }.to_string_lossy();
                return Err(crate::raise!(SystemError, "{name}() method: bad call flags"));
            }
        };
        Ref::new(Function {
            ob_base: Object::HEAD,
            m_ml: Cell::new(def),
            m_self: Slot::from_option(this.map(Instance::to_ref)),
            m_module: Slot::from_option(module.map(Instance::to_ref)),
            m_weakreflist: Cell::new(ptr::null_mut()),
            vectorcall: Cell::new(vectorcall),
        })
    }

    /// The definition.
    #[inline]
    pub fn def(&self) -> &MethodDef {
        // SAFETY: it outlives the function.
        unsafe { &*self.m_ml.get() }
    }

    /// The name without what it belongs to.
    pub fn name(&self) -> &str {
        // SAFETY: a definition's name is a C string.
        unsafe { CStr::from_ptr(self.def().ml_name) }.to_str().unwrap_or("?")
    }

    /// What C gets as `self`: NULL for a static method.
    #[inline]
    fn receiver(&self) -> Option<&Object> {
        if self.def().ml_flags & METH_STATIC != 0 {
            return None;
        }
        // SAFETY: `m_self` does not change in a function's life.
        unsafe { self.m_self.peek() }
    }

    /// The name with its class or module, as arity errors show it: "list.append()", "math.sqrt()", "len()".
    fn display_name(&self) -> String {
        let name = self.name();
        let receiver = self.m_self.get();
        match receiver.as_deref() {
            None => format!("{name}()"),
            Some(this) if this.cast::<Module>().is_some() => {
                let module = self.m_module.get();
                match module.as_deref().and_then(|module| module.cast::<Str>()) {
                    Some(module) if !module.equals_text("builtins") => {
                        format!("{}.{name}()", module.to_string_lossy())
                    }
                    _ => format!("{name}()"),
                }
            }
            Some(this) => match this.cast::<TypeObject>() {
                Some(class) => format!("{}.{name}()", class.name()),
                None => format!("{}.{name}()", this.class().name()),
            },
        }
    }

    #[slot(tp_call)]
    fn call(&self, args: &Tuple, kwargs: Option<&crate::types::dict::Dict>) -> Result {
        if self.vectorcall.get().is_some() {
            // SAFETY: the slot's own contract.
            return unsafe { vectorcall_call(self, args, kwargs.map(Instance::as_object)) };
        }
        let _depth = state::enter_recursive_call(" while calling a Python object")?;
        let code = self.def().ml_meth;
        if convention(self.def().ml_flags) == VARARGS_KEYWORDS {
            type Code = unsafe extern "C" fn(Option<&Object>, &Tuple, Option<&Object>) -> Result;
            // SAFETY: the flags say so.
            let code: Code = unsafe { mem::transmute(code) };
            // SAFETY: as above.
            return unsafe { code(self.receiver(), args, kwargs.map(Instance::as_object)) };
        }
        if kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            return Err(crate::raise!(TypeError, "{} takes no keyword arguments", self.display_name()));
        }
        type Code = unsafe extern "C" fn(Option<&Object>, &Tuple) -> Result;
        // SAFETY: the flags say so.
        let code: Code = unsafe { mem::transmute(code) };
        // SAFETY: as above.
        unsafe { code(self.receiver(), args) }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let receiver = self.m_self.get();
        match receiver.as_deref().filter(|this| this.cast::<Module>().is_none()) {
            None => Str::new(&format!("<built-in function {}>", self.name())),
            Some(this) => Str::new(&format!(
                "<built-in method {} of {} object at {:p}>",
                self.name(),
                this.class().full_name(),
                this
            )),
        }
    }
}

const FASTCALL_KEYWORDS: c_int = METH_FASTCALL | METH_KEYWORDS;
const VARARGS_KEYWORDS: c_int = METH_VARARGS | METH_KEYWORDS;

/// The bits of `ml_flags` that choose the C signature.
fn convention(flags: c_int) -> c_int {
    const CONVENTION: c_int =
        METH_VARARGS | METH_FASTCALL | METH_NOARGS | METH_O | METH_KEYWORDS | METH_METHOD;
    const _: () = assert!(CONVENTION & (METH_CLASS | METH_STATIC | METH_COEXIST) == 0);
    flags & CONVENTION
}

/// The function that a vectorcall entry was called for.
///
/// # Safety
/// `callable` is one.
unsafe fn function(callable: &Object) -> &Function {
    // SAFETY: the caller's promise.
    unsafe { callable.cast_unchecked::<Function>() }
}

/// No keyword arguments, and `wanted` positional ones; the error is METH_NOARGS's and METH_O's.
fn check_arity(function: &Function, given: usize, wanted: usize, names: Option<&Tuple>) -> Result<()> {
    if names.is_some_and(|names| !names.is_empty()) {
        return Err(crate::raise!(TypeError, "{} takes no keyword arguments", function.display_name()));
    }
    if given != wanted {
        let wanted = if wanted == 0 { "no arguments" } else { "exactly one argument" };
        return Err(crate::raise!(TypeError, "{} takes {wanted} ({given} given)", function.display_name()));
    }
    Ok(())
}

unsafe extern "C" fn call_no_args(
    callable: &Object,
    _args: *const Option<&Object>,
    nargsf: usize,
    names: Option<&Tuple>,
) -> Result {
    type Code = unsafe extern "C" fn(Option<&Object>, Option<&Object>) -> Result;
    // SAFETY: `new` chose this entry for a METH_NOARGS definition.
    unsafe {
        let function = function(callable);
        check_arity(function, positional_count(nargsf), 0, names)?;
        let _depth = state::enter_recursive_call(" while calling a Python object")?;
        mem::transmute::<CFunction, Code>(function.def().ml_meth)(function.receiver(), None)
    }
}

unsafe extern "C" fn call_one(
    callable: &Object,
    args: *const Option<&Object>,
    nargsf: usize,
    names: Option<&Tuple>,
) -> Result {
    type Code = unsafe extern "C" fn(Option<&Object>, Option<&Object>) -> Result;
    // SAFETY: `new` chose this entry for a METH_O definition; there is one argument.
    unsafe {
        let function = function(callable);
        check_arity(function, positional_count(nargsf), 1, names)?;
        let _depth = state::enter_recursive_call(" while calling a Python object")?;
        mem::transmute::<CFunction, Code>(function.def().ml_meth)(function.receiver(), *args)
    }
}

unsafe extern "C" fn call_fast(
    callable: &Object,
    args: *const Option<&Object>,
    nargsf: usize,
    names: Option<&Tuple>,
) -> Result {
    type Code = unsafe extern "C" fn(Option<&Object>, *const Option<&Object>, isize) -> Result;
    // SAFETY: `new` chose this entry for a METH_FASTCALL definition.
    unsafe {
        let function = function(callable);
        let nargs = positional_count(nargsf);
        check_arity(function, nargs, nargs, names)?;
        let _depth = state::enter_recursive_call(" while calling a Python object")?;
        mem::transmute::<CFunction, Code>(function.def().ml_meth)(function.receiver(), args, nargs as isize)
    }
}

unsafe extern "C" fn call_fast_keywords(
    callable: &Object,
    args: *const Option<&Object>,
    nargsf: usize,
    names: Option<&Tuple>,
) -> Result {
    type Code =
        unsafe extern "C" fn(Option<&Object>, *const Option<&Object>, isize, Option<&Tuple>) -> Result;
    // SAFETY: `new` chose this entry for a METH_FASTCALL | METH_KEYWORDS definition.
    unsafe {
        let function = function(callable);
        let nargs = positional_count(nargsf);
        let _depth = state::enter_recursive_call(" while calling a Python object")?;
        mem::transmute::<CFunction, Code>(function.def().ml_meth)(
            function.receiver(),
            args,
            nargs as isize,
            names,
        )
    }
}

/// Whether `object` is the built-in function `print`.
pub fn is_print(object: &Object) -> bool {
    object.cast_exact::<Function>().is_some_and(|function| function.name() == "print")
}
