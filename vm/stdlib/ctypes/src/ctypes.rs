//! The module `_ctypes`: its functions and constants.

use crate::argument::CArg;
use crate::array::ARRAY;
use crate::call::{self, MAX_ARGUMENTS};
use crate::callback::Thunk;
use crate::data::CData;
use crate::field::CField;
use crate::function::FUNCTION;
use crate::info::{self, flag};
use crate::metatype::{address_object, by_reference};
use crate::simple::SIMPLE;
use crate::structure::{STRUCTURE, UNION};
use crate::{errno, memory, pointer};
use core::ffi::{c_int, c_void};
use objects::args::module::add_type;
use objects::protocol::{attr, number, path};
use objects::typeobject::ready;
use objects::types::exceptions as exc;
use objects::types::int::Int;
use objects::types::module::Module;
use objects::types::none;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, hooks, id, raise};

/// What the module makes when it is first imported.
struct State {
    argument_error: Slot<TypeObject>,
    unpickle: Slot,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for State {}

objects::per_interpreter! {
    static STATE: State = State { argument_error: Slot::empty(), unpickle: Slot::empty() };
}

/// `ctypes.ArgumentError`.
///
/// # Errors
/// MemoryError.
pub fn argument_error() -> Result<Ref<TypeObject>> {
    if let Some(class) = STATE.argument_error.get() {
        return Ok(class);
    }
    let class = exc::new_class("ctypes.ArgumentError", &exc::Exception, None)?;
    STATE.argument_error.set(Some(class.clone()));
    Ok(class)
}

/// `_ctypes._unpickle`, as pickles name it.
///
/// # Errors
/// SystemError before the module was executed.
pub fn unpickler() -> Result {
    STATE.unpickle.get().ok_or_else(raise::bad_internal_call)
}

fn pointer_argument(object: &Object) -> Result<*mut c_void> {
    match object.cast::<Int>() {
        Some(int) => Ok(memory::pointer_from(int)?.cast()),
        None => Err(raise!(TypeError, "an integer is required")),
    }
}

/// [`pointer_argument`] for one that is followed.
fn address_argument(object: &Object) -> Result<*mut c_void> {
    let address = pointer_argument(object)?;
    if address.is_null() {
        return Err(raise!(SystemError, "argument 1 (unspecified)"));
    }
    Ok(address)
}

fn wrong_count(given: usize, wanted: usize) -> objects::Raised {
    let s = if wanted == 1 { "" } else { "s" };
    raise!(TypeError, "function takes exactly {wanted} argument{s} ({given} given)")
}

fn call_function(args: &[&Object], flags: u32) -> Result {
    let &[address, arguments] = args else { return Err(wrong_count(args.len(), 2)) };
    let address = address_argument(address)?;
    let Some(arguments) = arguments.cast::<Tuple>() else {
        let got = arguments.class().full_name();
        return Err(raise!(TypeError, "argument 2 must be tuple, not {got}"));
    };
    hooks::AUDIT.get()("ctypes.call_function", &[&*address_object(address)?, arguments])?;
    call::call_address(address, arguments, flags)
}

#[macros::pymodule(name = "_ctypes")]
pub mod module {
    use super::*;

    #[constant("CTYPES_MAX_ARGCOUNT")]
    const MAX_ARGCOUNT: usize = MAX_ARGUMENTS;
    #[constant]
    const FUNCFLAG_CDECL: u32 = flag::CDECL;
    #[constant]
    const FUNCFLAG_PYTHONAPI: u32 = flag::PYTHON_API;
    #[constant]
    const FUNCFLAG_USE_ERRNO: u32 = flag::USE_ERRNO;
    #[constant]
    const FUNCFLAG_USE_LASTERROR: u32 = flag::USE_LAST_ERROR;
    #[constant]
    const RTLD_GLOBAL: c_int = libc::RTLD_GLOBAL;
    #[constant]
    const RTLD_LOCAL: c_int = libc::RTLD_LOCAL;
    #[constant]
    const SIZEOF_TIME_T: usize = size_of::<libc::time_t>();
    #[constant("__version__")]
    const VERSION: &str = "1.1.0";

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        for class in [&STRUCTURE, &UNION, &pointer::POINTER, &ARRAY, &SIMPLE, &FUNCTION] {
            add_type(module, class)?;
        }
        for class in [CArg::class(), CField::class(), Thunk::class()] {
            ready::ready(class)?;
        }
        let dict = module.dict();
        dict.set_text("ArgumentError", argument_error()?.as_object())?;
        dict.set_text("_pointer_type_cache", pointer::cache()?.as_object())?;
        for (name, address) in [
            ("_memmove_addr", memory::memmove_address()),
            ("_memset_addr", memory::memset_address()),
            ("_string_at_addr", memory::string_at_address()),
            ("_cast_addr", memory::cast_address()),
            ("_wstring_at_addr", memory::wide_string_at_address()),
        ] {
            dict.set_text(name, Int::from_usize(address)?.as_object())?;
        }
        STATE.unpickle.set(Some(attr::get(module, id!("_unpickle"))?));
        Ok(())
    }

    #[function("get_errno($self, /)")]
    fn get_errno() -> Result<c_int> {
        hooks::AUDIT.get()("ctypes.get_errno", &[])?;
        Ok(errno::get())
    }

    #[function("set_errno", raw)]
    fn set_errno(args: &[&Object]) -> Result<c_int> {
        let &[value] = args else { return Err(wrong_count(args.len(), 1)) };
        hooks::AUDIT.get()("ctypes.set_errno", &[value])?;
        let number = number::index(value)?.to_i64().and_then(|value| c_int::try_from(value).ok());
        match number {
            Some(number) => Ok(errno::set(number)),
            None => Err(raise!(OverflowError, "Python int too large to convert to C int")),
        }
    }

    #[function("POINTER($module, type, /)")]
    fn pointer_type(class: &Object) -> Result {
        pointer::pointer_type(class)
    }

    #[function("pointer($module, obj, /)")]
    fn pointer_to(object: &Object) -> Result {
        pointer::pointer_to(object)
    }

    #[function("_unpickle", raw)]
    fn unpickle(args: &[&Object]) -> Result {
        let &[class, state] = args else { return Err(wrong_count(args.len(), 2)) };
        let Some(state) = state.cast::<Tuple>() else {
            let got = state.class().full_name();
            return Err(raise!(TypeError, "argument 2 must be tuple, not {got}"));
        };
        let object = objects::protocol::call::call_method(class, id!("__new__"), &[class])?;
        let set_state = attr::get(&object, id!("__setstate__"))?;
        objects::protocol::call::call_with_tuple(&set_state, state, None)?;
        Ok(object)
    }

    #[function("buffer_info($self, object, /)")]
    fn buffer_info(object: &Object) -> Result {
        let Some(info) = info::of_class(object).or_else(|| info::of_instance(object)) else {
            return Err(raise!(TypeError, "not a ctypes type or object"));
        };
        let shape = info.shape.iter().map(|&len| Ok(Int::from_i64(len as i64)?.upcast()));
        let shape = Tuple::from_vec(shape.collect::<Result<Vec<_>>>()?)?;
        let format = info.format.borrow().to_string_lossy().into_owned();
        objects::args::IntoPy::into_py((format, info.shape.len(), shape))
    }

    #[function("resize", raw)]
    fn resize(args: &[&Object]) -> Result<()> {
        let &[object, size] = args else {
            let given = args.len();
            return Err(raise!(TypeError, "resize() takes exactly 2 arguments ({given} given)"));
        };
        let size = number::index_as_isize(size, Some(&exc::OverflowError))?;
        match (object.cast::<CData>(), info::of_instance(object)) {
            (Some(instance), Some(info)) => instance.resize(size, info),
            _ => Err(raise!(TypeError, "expected ctypes instance")),
        }
    }

    #[function("dlopen", raw)]
    fn dlopen(args: &[&Object]) -> Result {
        let (name, mode) = match *args {
            [name] => (name, libc::RTLD_LOCAL),
            [name, mode] => {
                let mode = number::index(mode)?.to_i64().and_then(|mode| c_int::try_from(mode).ok());
                (name, mode.ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C int"))?)
            }
            _ => {
                let given = args.len();
                return Err(raise!(TypeError, "dlopen() takes 1 or 2 arguments ({given} given)"));
            }
        };
        let name = if name.is(none::none()) { None } else { Some(path::fs_bytes(name)?) };
        address_object(memory::open_library(name.as_deref(), mode)?)
    }

    #[function("dlclose", raw)]
    fn dlclose(args: &[&Object]) -> Result<()> {
        let &[handle] = args else {
            let given = args.len();
            return Err(raise!(TypeError, "dlclose() takes exactly 1 argument ({given} given)"));
        };
        memory::close_library(address_argument(handle)?)
    }

    #[function("dlsym", raw)]
    fn dlsym(args: &[&Object]) -> Result {
        let &[handle, name] = args else {
            let given = args.len();
            return Err(raise!(TypeError, "dlsym() takes exactly 2 arguments ({given} given)"));
        };
        let handle = address_argument(handle)?;
        let Some(name) = name.cast::<objects::types::str::Str>() else {
            let got = name.class().full_name();
            return Err(raise!(TypeError, "dlsym() argument 2 must be str, not {got}"));
        };
        address_object(memory::symbol(handle, name.to_str()?)?)
    }

    #[function("alignment($self, object, /)")]
    fn alignment(object: &Object) -> Result<usize> {
        match info::of_class(object).or_else(|| info::of_instance(object)) {
            Some(info) => Ok(info.align.get()),
            None => Err(raise!(TypeError, "no alignment info")),
        }
    }

    #[function("sizeof($self, object, /)")]
    fn sizeof(object: &Object) -> Result<usize> {
        if let Some(info) = info::of_class(object) {
            return Ok(info.size.get());
        }
        match object.cast::<CData>() {
            Some(instance) => Ok(instance.size()),
            None => Err(raise!(TypeError, "this type has no size")),
        }
    }

    #[function("byref", raw)]
    fn byref(args: &[&Object]) -> Result {
        let (object, offset) = match *args {
            [object] => (object, 0),
            [object, offset] => (object, number::index_as_isize(offset, None)?),
            ref items => {
                let (bound, limit) =
                    if items.is_empty() { ("least", "1 argument") } else { ("most", "2 arguments") };
                let given = items.len();
                return Err(raise!(TypeError, "byref expected at {bound} {limit}, got {given}"));
            }
        };
        let Some(instance) = object.cast::<CData>() else {
            let got = object.class().full_name();
            return Err(raise!(TypeError, "byref() argument must be a ctypes instance, not '{got}'"));
        };
        Ok(by_reference(instance, offset)?.upcast())
    }

    #[function("addressof($self, object, /)")]
    fn addressof(object: &Object) -> Result {
        let Some(instance) = object.cast::<CData>() else { return Err(raise!(TypeError, "invalid type")) };
        hooks::AUDIT.get()("ctypes.addressof", &[object])?;
        address_object(instance.place().cast())
    }

    #[function("call_function", raw)]
    fn call_function(args: &[&Object]) -> Result {
        super::call_function(args, 0)
    }

    #[function("call_cdeclfunction", raw)]
    fn call_cdeclfunction(args: &[&Object]) -> Result {
        super::call_function(args, flag::CDECL)
    }

    #[function("PyObj_FromPtr", raw)]
    fn object_from_pointer(args: &[&Object]) -> Result {
        let &[address] = args else {
            let given = args.len();
            return Err(raise!(TypeError, "PyObj_FromPtr() takes exactly 1 argument ({given} given)"));
        };
        let address = address_argument(address)?;
        // SAFETY: the caller says that an object is there.
        let object = unsafe { &*address.cast::<Object>() };
        hooks::AUDIT.get()("ctypes.PyObj_FromPtr", &[object])?;
        Ok(object.to_ref())
    }

    #[function("Py_INCREF($self, object, /)")]
    fn incref(object: &Object) -> Ref {
        object.incref();
        object.to_ref()
    }

    #[function("Py_DECREF($self, object, /)")]
    fn decref(object: &Object) -> Ref {
        let result = object.to_ref();
        // SAFETY: the caller gives up a count of its own, and `result` has another.
        unsafe { Object::decref(object.as_ptr()) };
        result
    }
}
