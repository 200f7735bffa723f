//! Foreign functions: `PyCFuncPtrType` and `CFuncPtr`.

use crate::call::{MAX_ARGUMENTS, Target};
use crate::callback::Thunk;
use crate::code::low_bits;
use crate::data::{self, CDATA, CData};
use crate::info::{self, Info, Kind, flag};
use crate::memory;
use crate::metatype::{from_param, handle_of, metatype};
use crate::paramflags;
use core::cell::Cell;
use core::ffi::{c_int, c_void};
use macros::{Trace, pytype};
use objects::args::Kwargs;
use objects::protocol::{attr, call, sequence};
use objects::typeobject::slots::VectorcallFunc;
use objects::typeobject::{TypeObject, ready};
use objects::types::buffer::BufferView;
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::int::Int;
use objects::types::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, hooks, id, raise};

metatype! {
    /// The metatype of functions.
    FunctionType, "PyCFuncPtrType", FUNCTION_TYPE, from_param, {
        #[slot(tp_init)]
        fn init(this: &Object, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<()> {
            init(this)
        }
    }
}

/// The `from_param` of each of the declared types.
fn converters(argtypes: &Object) -> Result<Ref<Tuple>> {
    let types = sequence::to_tuple(argtypes).map_err(|raised| {
        raised.clear();
        raise!(TypeError, "_argtypes_ must be a sequence of types")
    })?;
    let count = types.len();
    if count > MAX_ARGUMENTS {
        let class = crate::ctypes::argument_error()?;
        return Err(raise::set_text(
            &class,
            format_args!("_argtypes_ has too many arguments ({count}), maximum is {MAX_ARGUMENTS}"),
        ));
    }
    let converter = |(index, class): (usize, &&Object)| {
        let converter = attr::get_optional(class, id!("from_param"))?;
        converter
            .ok_or_else(|| raise!(TypeError, "item {} in _argtypes_ has no from_param method", index + 1))
    };
    Tuple::from_vec(types.items().iter().enumerate().map(converter).collect::<Result<Vec<_>>>()?)
}

/// That a result may be of this type, and what looks at it then.
fn checker_of(restype: &Object, name: &str) -> Result<Option<Ref>> {
    let fits = restype.is(none::none()) || info::of_class(restype).is_some() || call::is_callable(restype);
    if !fits {
        return Err(raise!(TypeError, "{name} must be a type, a callable, or None"));
    }
    attr::get_optional(restype, id!("_check_retval_"))
}

fn init(this: &Object) -> Result<()> {
    let class = info::expect_new(this)?;
    let dict = ready::dict_of(class.as_type())?;
    let info = Info::new_pointer(Kind::Function);
    info.set_format("X{}");
    let flags = dict.get_str(id!("_flags_"))?;
    let Some(flags) = flags.as_deref().and_then(|flags| flags.cast::<Int>()) else {
        return Err(raise!(TypeError, "class must define _flags_ which must be an integer"));
    };
    info.flags.set(low_bits(flags) as u32 | flag::IS_POINTER);
    if let Some(argtypes) = dict.get_str(id!("_argtypes_"))? {
        info.converters.set(Some(converters(&argtypes)?));
        info.argtypes.set(Some(argtypes));
    }
    if let Some(restype) = dict.get_str(id!("_restype_"))? {
        info.checker.set(checker_of(&restype, "_restype_")?);
        info.restype.set(Some(restype));
    }
    class.set_info(info)?;
    Ok(())
}

/// A foreign function. What its attributes say goes before what its class says.
#[repr(C)]
#[derive(Trace)]
pub struct FuncPtr {
    data: CData,
    vectorcall: Cell<Option<VectorcallFunc>>,
    thunk: Slot<Thunk>,
    callable: Slot,
    converters: Slot<Tuple>,
    argtypes: Slot,
    restype: Slot,
    checker: Slot,
    errcheck: Slot,
    pub paramflags: Slot<Tuple>,
}

/// Gives a new instance the entry of its calls.
pub fn prepare(instance: &CData) {
    if let Some(function) = instance.as_object().cast::<FuncPtr>() {
        function.vectorcall.set(Some(vectorcall));
    }
}

/// The entry of calls, which needs no tuple where the arguments go to the function as they are.
unsafe extern "C" fn vectorcall(
    this: &Object,
    args: *const Option<&Object>,
    nargsf: usize,
    names: Option<&Tuple>,
) -> Result {
    // SAFETY: the vectorcall convention; no argument is NULL, and the callable is a function of this type.
    let (this, (args, kwargs)) = unsafe {
        (
            this.cast_unchecked::<FuncPtr>(),
            objects::args::vector(args.cast(), call::positional_count(nargsf), names),
        )
    };
    this.invoke(args, kwargs)
}

/// A new instance of a subclass, with the function's address.
fn create(class: &TypeObject, address: *mut c_void) -> Result<Ref<FuncPtr>> {
    let instance = data::create(class, info::expect(class.as_object())?)?;
    // SAFETY: the value is a pointer.
    unsafe { instance.place().cast::<*mut c_void>().write_unaligned(address) };
    instance.downcast::<FuncPtr>().map_err(|_| raise::bad_internal_call())
}

fn own_or<T: Instance>(own: &Slot<T>, class: &Slot<T>) -> Option<Ref<T>> {
    own.get().or_else(|| class.get())
}

impl FuncPtr {
    fn info(&self) -> Result<&Info> {
        info::expect(self.as_object().class().as_object())
    }

    fn address(&self) -> *mut c_void {
        // SAFETY: the value is a pointer.
        unsafe { self.data.pointer() }.cast()
    }

    /// A function of a library, by its name.
    fn from_library(class: &TypeObject, args: &Tuple) -> Result {
        let (&[spec], rest) = args.items().split_first_chunk::<1>().ok_or_else(raise::bad_internal_call)?;
        let flags = match *rest {
            [] => None,
            [flags] => Some(flags).filter(|flags| !flags.is(none::none())),
            _ => {
                let given = args.len();
                return Err(raise!(TypeError, "function takes at most 2 arguments ({given} given)"));
            }
        };
        let spec = sequence::to_tuple(spec)?;
        let &[name, dll] = spec.items() else { return Err(raise!(TypeError, "illegal func_spec argument")) };
        let bytes = name.cast::<Bytes>().map(|name| String::from_utf8_lossy(name.as_slice()).into_owned());
        let text = match (bytes, name.cast::<Str>()) {
            (Some(name), _) => name,
            (None, Some(name)) => name.to_str()?.to_owned(),
            (None, None) => {
                return Err(raise!(TypeError, "function name must be string, bytes object or integer"));
            }
        };
        let text = text.split('\0').next().unwrap_or_default();
        hooks::AUDIT.get()("ctypes.dlsym", &[dll, &*Str::new(text)?])?;
        let address = memory::find_symbol(handle_of(dll)?, text).map_err(|error| {
            let error = error.unwrap_or_else(|| format!("function '{text}' not found"));
            raise!(AttributeError, "{error}")
        })?;
        let info = info::expect(class.as_object())?;
        let flags = flags.map(|flags| paramflags::check(info, flags)).transpose()?;
        let function = create(class, address)?;
        function.paramflags.set(flags.flatten());
        function.data.keep(0, dll.to_ref())?;
        Ok(function.upcast())
    }

    /// A C function that calls a Python object.
    fn from_callable(class: &TypeObject, callable: &Object) -> Result {
        if !call::is_callable(callable) {
            return Err(raise!(TypeError, "argument must be callable or integer function address"));
        }
        let info = info::of_class(class.as_object());
        let Some((info, argtypes)) = info.and_then(|info| Some((info, info.argtypes.get()?))) else {
            return Err(raise!(TypeError, "cannot construct instance of this class: no argtypes"));
        };
        let thunk = Thunk::new(callable, &argtypes, info.restype.get().as_deref(), info.flags.get())?;
        let function = create(class, thunk.address())?;
        function.callable.set(Some(callable.to_ref()));
        function.data.keep(0, thunk.clone().upcast())?;
        function.thunk.set(Some(thunk));
        Ok(function.upcast())
    }

    fn check_count(&self, info: &Info, converters: Option<&Tuple>, given: usize) -> Result<()> {
        let Some(converters) = converters else { return Ok(()) };
        let wanted = converters.len();
        let s = if wanted == 1 { "" } else { "s" };
        if info.has_flag(flag::CDECL) {
            if wanted > given {
                return Err(raise!(
                    TypeError,
                    "this function takes at least {wanted} argument{s} ({given} given)"
                ));
            }
        } else if wanted != given {
            return Err(raise!(TypeError, "this function takes {wanted} argument{s} ({given} given)"));
        }
        Ok(())
    }

    fn invoke(&self, args: &[&Object], kwargs: Kwargs<'_>) -> Result {
        let info = self.info()?;
        let restype = own_or(&self.restype, &info.restype);
        let converters = own_or(&self.converters, &info.converters);
        let checker = own_or(&self.checker, &info.checker);
        let target = Target {
            address: self.address(),
            flags: info.flags.get(),
            converters: converters.as_deref(),
            restype: restype.as_deref(),
            checker: checker.as_deref(),
        };
        if self.paramflags.is_empty() && self.errcheck.is_empty() {
            self.check_count(info, target.converters, args.len())?;
            return target.call(args);
        }
        self.invoke_arranged(info, &target, &*Tuple::from_slice(args)?, kwargs.to_dict()?.as_deref())
    }

    /// [`FuncPtr::invoke`] where flags arrange the arguments, or the result is looked at with them.
    fn invoke_arranged(&self, info: &Info, target: &Target, args: &Tuple, kwargs: Option<&Dict>) -> Result {
        let argtypes = own_or(&self.argtypes, &info.argtypes);
        let errcheck = self.errcheck.get();
        let flagged = match (self.paramflags.get(), &argtypes) {
            (Some(flags), Some(argtypes)) => paramflags::arguments(&flags, argtypes, args, kwargs)?,
            _ => None,
        };
        let call_args = flagged.as_ref().map_or(args, |flagged| &flagged.args);
        self.check_count(info, target.converters, call_args.len())?;
        let result = target.call(call_args.items())?;
        if let Some(errcheck) = errcheck {
            let checked = call::call(&errcheck, &[&result, self.as_object(), call_args])?;
            // The arguments unchanged mean that nothing was wrong.
            if !checked.is(call_args) {
                return Ok(checked);
            }
        }
        match flagged {
            Some(flagged) => flagged.result(result),
            None => Ok(result),
        }
    }
}

#[pytype(
    name = "CFuncPtr",
    module = "_ctypes",
    static_name = FUNCTION,
    base = CDATA,
    metaclass = FUNCTION_TYPE,
    flags = [BASETYPE],
    vectorcall_field = vectorcall,
    gc
)]
impl FuncPtr {
    #[slot(bf_getbuffer)]
    fn get_buffer(&self, view: *mut BufferView, _flags: c_int) -> Result<()> {
        self.data.export(view)
    }

    #[slot(tp_new)]
    fn new(class: &TypeObject, args: &Tuple, _kwargs: Option<&Dict>) -> Result {
        match *args.items() {
            [] => Ok(data::create(class, info::expect(class.as_object())?)?.upcast()),
            [first, ..] if first.cast::<Tuple>().is_some() => FuncPtr::from_library(class, args),
            [only] => match only.cast::<Int>() {
                Some(address) => Ok(create(class, memory::pointer_from(address)?.cast())?.upcast()),
                None => FuncPtr::from_callable(class, only),
            },
            ref items => {
                let given = items.len();
                Err(raise!(TypeError, "function takes exactly 1 argument ({given} given)"))
            }
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let name = self.as_object().class().full_name();
        Str::new(&format!("<{name} object at {:p}>", self.as_object()))
    }

    #[slot(nb_bool)]
    fn bool(&self) -> bool {
        !self.address().is_null()
    }

    #[slot(tp_call)]
    fn call(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result {
        self.invoke(args.items(), Kwargs::dict(kwargs.map(Instance::as_object)))
    }

    #[getter("errcheck")]
    fn errcheck(&self) -> Option<Ref> {
        self.errcheck.get()
    }

    #[setter("errcheck")]
    fn set_errcheck(&self, value: Option<&Object>) -> Result<()> {
        if value.is_some_and(|value| !call::is_callable(value)) {
            return Err(raise!(TypeError, "the errcheck attribute must be callable"));
        }
        self.errcheck.set(value.map(Instance::to_ref));
        Ok(())
    }

    #[getter("restype")]
    fn restype(&self) -> Result<Option<Ref>> {
        Ok(own_or(&self.restype, &self.info()?.restype))
    }

    #[setter("restype")]
    fn set_restype(&self, value: Option<&Object>) -> Result<()> {
        let checker = match value {
            Some(value) => checker_of(value, "restype")?,
            None => None,
        };
        self.checker.set(checker);
        self.restype.set(value.map(Instance::to_ref));
        Ok(())
    }

    #[getter("argtypes")]
    fn argtypes(&self) -> Result<Option<Ref>> {
        Ok(own_or(&self.argtypes, &self.info()?.argtypes))
    }

    #[setter("argtypes")]
    fn set_argtypes(&self, value: Option<&Object>) -> Result<()> {
        let value = value.filter(|value| !value.is(none::none()));
        self.converters.set(value.map(converters).transpose()?);
        self.argtypes.set(value.map(Instance::to_ref));
        Ok(())
    }
}
