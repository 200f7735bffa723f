//! `builtin_function_or_method`: a native function with the object it is bound to.

use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::call::{positional_count, vectorcall_call};
use crate::protocol::{self, attr};
use crate::raise::{self, Raised, Result};
use crate::state;
use crate::typeobject::flags::{
    METH_CLASS, METH_COEXIST, METH_FASTCALL, METH_KEYWORDS, METH_METHOD, METH_NOARGS, METH_O, METH_STATIC,
    METH_VARARGS,
};
use crate::typeobject::slots::{CompareOp, NewFunc, VectorcallFunc};
use crate::typeobject::{CFunction, MethodDef, TypeObject, dunder};
use crate::types::bool::new_bool;
use crate::types::descr;
use crate::types::module::Module;
use crate::types::none::{none, not_implemented};
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use core::ffi::{CStr, c_int, c_void};
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
    no_clear,
    no_new,
    weaklist = m_weakreflist,
    vectorcall_field = vectorcall,
    member("__module__", OBJECT, m_module)
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
            _ => return Err(bad_flags(def)),
        };
        Ref::new(Function::fields(def, this, module, vectorcall))
    }

    fn fields(
        def: &MethodDef,
        this: Option<&Object>,
        module: Option<&Object>,
        vectorcall: Option<VectorcallFunc>,
    ) -> Function {
        Function {
            ob_base: Object::HEAD,
            m_ml: Cell::new(def),
            m_self: Slot::from_option(this.map(Instance::to_ref)),
            m_module: Slot::from_option(module.map(Instance::to_ref)),
            m_weakreflist: Cell::new(ptr::null_mut()),
            vectorcall: Cell::new(vectorcall),
        }
    }

    /// `PyCMethod_New`: a METH_METHOD function, which is told the class that defines it.
    ///
    /// # Errors
    /// SystemError for other flags; MemoryError.
    pub fn with_class(
        def: &MethodDef,
        this: Option<&Object>,
        module: Option<&Object>,
        class: &TypeObject,
    ) -> Result<Ref<Function>> {
        if convention(def.ml_flags) != METH_METHOD | FASTCALL_KEYWORDS {
            return Err(bad_flags(def));
        }
        let function = Function::fields(def, this, module, Some(call_method));
        let method = Ref::new(Method { function, mm_class: Slot::new(class.to_ref()) })?;
        // SAFETY: the type is a subclass of the function's, as its static says.
        Ok(unsafe { method.downcast_unchecked() })
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

    /// What the function is bound to: an instance, a class, or its module.
    pub fn bound_to(&self) -> Option<Ref> {
        self.m_self.get()
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

    /// [`Function::receiver`] as a bare pointer.
    #[inline(always)]
    pub fn receiver_pointer(&self) -> *mut Object {
        if self.def().ml_flags & METH_STATIC != 0 { ptr::null_mut() } else { self.m_self.as_ptr() }
    }

    /// The qualified name behind that of the module, as arity errors show it: "list.append()", "math.sqrt()", "len()".
    ///
    /// # Errors
    /// What looking for `__qualname__` raises.
    fn display_name(&self) -> Result<String> {
        let name = self.qualname()?;
        let module = self.m_module.get();
        match module.filter(|module| !module.is(none())) {
            Some(module) if !module.cast::<Str>().is_some_and(|module| module.equals_text("builtins")) => {
                Ok(format!("{}.{name}()", protocol::object::str(&module)?.to_string_lossy()))
            }
            _ => Ok(format!("{name}()")),
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
            return Err(crate::raise!(TypeError, "{}() takes no keyword arguments", self.name()));
        }
        type Code = unsafe extern "C" fn(Option<&Object>, &Tuple) -> Result;
        // SAFETY: the flags say so.
        let code: Code = unsafe { mem::transmute(code) };
        // SAFETY: as above.
        unsafe { code(self.receiver(), args) }
    }

    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        let this = (self.m_self.as_ptr() as usize).rotate_right(4);
        (this ^ (self.def().ml_meth as usize).rotate_right(4)) as isize
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result {
        let (CompareOp::Eq | CompareOp::Ne, Some(other)) = (op, other.cast::<Function>()) else {
            return Ok(not_implemented().to_ref());
        };
        let equal = ptr::eq(self.m_self.as_ptr(), other.m_self.as_ptr())
            && ptr::eq(self.def().ml_meth, other.def().ml_meth);
        Ok(new_bool(equal == (op == CompareOp::Eq)))
    }

    #[getter("__doc__")]
    fn doc(&self) -> Result<Option<Ref>> {
        descr::doc_object(self.name(), self.def().ml_doc)
    }

    #[getter("__name__")]
    fn name_object(&self) -> String {
        self.name().to_string()
    }

    #[getter("__qualname__")]
    fn qualname(&self) -> Result<String> {
        let Some(this) = self.m_self.get().filter(|this| this.cast::<Module>().is_none()) else {
            return Ok(self.name().to_string());
        };
        let class = this.cast::<TypeObject>().unwrap_or(this.class());
        let class = attr::get(class, id!("__qualname__"))?;
        let Some(class) = class.cast::<Str>() else {
            return Err(crate::raise!(TypeError, "<method>.__class__.__qualname__ is not a unicode object"));
        };
        Ok(format!("{}.{}", class.to_string_lossy(), self.name()))
    }

    #[getter("__self__")]
    fn this(&self) -> Option<Ref> {
        if self.def().ml_flags & METH_STATIC != 0 { None } else { self.m_self.get() }
    }

    #[getter("__text_signature__")]
    fn text_signature(&self) -> Result<Option<Ref>> {
        descr::method_signature(self.name(), self.def().ml_doc, self.def().ml_flags)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result {
        let name = Str::new(self.name())?;
        match self.m_self.get().filter(|this| this.cast::<Module>().is_none()) {
            None => Ok(name.upcast()),
            Some(this) => Ok(descr::reduce_as_getattr(&this, &name)?.upcast()),
        }
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
pub fn convention(flags: c_int) -> c_int {
    const CONVENTION: c_int =
        METH_VARARGS | METH_FASTCALL | METH_NOARGS | METH_O | METH_KEYWORDS | METH_METHOD;
    const _: () = assert!(CONVENTION & (METH_CLASS | METH_STATIC | METH_COEXIST) == 0);
    flags & CONVENTION
}

/// SystemError for flags that name no calling convention.
#[cold]
pub(crate) fn bad_flags(def: &MethodDef) -> Raised {
    // SAFETY: a definition's name is a C string.
    let name = unsafe { CStr::from_ptr(def.ml_name) }.to_string_lossy();
    crate::raise!(SystemError, "{name}() method: bad call flags")
}

/// `PyCMethodObject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Method {
    function: Function,
    mm_class: Slot<TypeObject>,
}

const _: () = assert!(size_of::<Method>() == 64);

#[pytype(
    name = "builtin_method",
    symbol = PyCMethod_Type,
    base = PyCFunction_Type,
    gc,
    no_clear
)]
impl Method {}

/// The function of a METH_STATIC row, which `staticmethod` wraps.
///
/// # Errors
/// As [`Function::new`].
pub(crate) fn new_static(def: &MethodDef, class: &TypeObject) -> Result<Ref<Function>> {
    Function::new(def, Some(class), None)
}

static NEW: MethodDef = MethodDef {
    ml_name: c"__new__".as_ptr(),
    ml_meth: call_constructor as *const c_void,
    ml_flags: METH_VARARGS | METH_KEYWORDS,
    ml_doc: c"__new__($type, *args, **kwargs)\n--\n\nCreate and return a new object.  See help(type) for accurate signature."
        .as_ptr(),
};

/// `__new__` of a type with its own `tp_new`.
///
/// # Errors
/// MemoryError.
pub(crate) fn new_constructor(class: &TypeObject) -> Result<Ref> {
    Ok(Function::new(&NEW, Some(class), None)?.upcast())
}

/// Whether `object` is the `__new__` of a type with its own `tp_new`.
pub(crate) fn is_constructor(object: &Object) -> bool {
    object.cast_exact::<Function>().is_some_and(|function| ptr::eq(function.def(), &NEW))
}

/// `tp_new_wrapper`: calls `tp_new` of the type that the function belongs to, for a subtype that is safe to make this way.
unsafe extern "C" fn call_constructor(this: &Object, args: &Tuple, kwargs: Option<&Object>) -> Result<Ref> {
    let Some(class) = this.cast::<TypeObject>() else { return Err(raise::bad_internal_call()) };
    let [subtype, rest @ ..] = args.items() else {
        let name = class.full_name();
        return Err(crate::raise!(TypeError, "{name}.__new__(): not enough arguments"));
    };
    let Some(subtype) = subtype.cast::<TypeObject>() else {
        let (name, got) = (class.full_name(), subtype.class().full_name());
        return Err(crate::raise!(TypeError, "{name}.__new__(X): X is not a type object ({got})"));
    };
    if !subtype.is_subtype(class) {
        let (name, sub_name) = (class.full_name(), subtype.full_name());
        return Err(crate::raise!(
            TypeError,
            "{name}.__new__({sub_name}): {sub_name} is not a subtype of {name}"
        ));
    }
    let is = |class: &TypeObject, function: NewFunc| {
        class.tp_new.get().is_some_and(|own| ptr::fn_addr_eq(own, function))
    };
    // The nearest native constructor must be this one.
    let mut native = Some(subtype);
    while let Some(base) = native.filter(|base| is(base, dunder::new)) {
        native = base.base();
    }
    let Some(mut new) = class.tp_new.get() else { return Err(raise::bad_internal_call()) };
    if let Some(hidden) = native.and_then(hidden_constructor) {
        new = hidden;
    } else if let Some(native) = native.filter(|native| !is(native, new)) {
        let (name, sub_name) = (class.full_name(), subtype.full_name());
        return Err(crate::raise!(
            TypeError,
            "{name}.__new__({sub_name}) is not safe, use {}.__new__()",
            native.full_name()
        ));
    }
    // SAFETY: the slot of the type, for a subtype of it.
    unsafe { new(subtype, &*Tuple::from_slice(rest)?, kwargs) }
}

/// The constructor of a class that has it from one whose own is not shown.
fn hidden_constructor(class: &TypeObject) -> Option<NewFunc> {
    let new = class.tp_new.get()?;
    let mut owner = Some(class);
    while let Some(this) = owner.filter(|this| this.tp_new.get().is_some_and(|own| ptr::fn_addr_eq(own, new)))
    {
        if crate::typeobject::ready::hides_new(this) {
            return Some(new);
        }
        owner = this.base();
    }
    None
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
#[inline(always)]
fn check_arity(function: &Function, given: usize, wanted: usize, names: Option<&Tuple>) -> Result<()> {
    if names.is_some_and(|names| !names.is_empty()) || given != wanted {
        return Err(wrong_arity(function, given, wanted, names));
    }
    Ok(())
}

#[cold]
#[inline(never)]
fn wrong_arity(function: &Function, given: usize, wanted: usize, names: Option<&Tuple>) -> Raised {
    let name = match function.display_name() {
        Ok(name) => name,
        Err(raised) => return raised,
    };
    if names.is_some_and(|names| !names.is_empty()) {
        return crate::raise!(TypeError, "{name} takes no keyword arguments");
    }
    let wanted = if wanted == 0 { "no arguments" } else { "exactly one argument" };
    crate::raise!(TypeError, "{name} takes {wanted} ({given} given)")
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

unsafe extern "C" fn call_method(
    callable: &Object,
    args: *const Option<&Object>,
    nargsf: usize,
    names: Option<&Tuple>,
) -> Result {
    type Code = unsafe extern "C" fn(
        Option<&Object>,
        &TypeObject,
        *const Option<&Object>,
        isize,
        Option<&Tuple>,
    ) -> Result;
    // SAFETY: `with_class` chose this entry for a METH_METHOD definition.
    unsafe {
        let method = callable.cast_unchecked::<Method>();
        let nargs = positional_count(nargsf);
        let Some(class) = method.mm_class.peek() else { return Err(raise::bad_internal_call()) };
        let _depth = state::enter_recursive_call(" while calling a Python object")?;
        let code: Code = mem::transmute(method.function.def().ml_meth);
        code(method.function.receiver(), class, args, nargs as isize, names)
    }
}

/// Whether `object` is the built-in function `print`.
pub fn is_print(object: &Object) -> bool {
    object.cast_exact::<Function>().is_some_and(|function| function.name() == "print")
}
