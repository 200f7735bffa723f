//! Simple types: one value with a type code. `PyCSimpleType` and `_SimpleCData`, and what string and void pointers take as arguments.

use crate::argument::{Argument, CArg};
use crate::code::{Access, Code, LETTERS, Span};
use crate::data::{self, CDATA, CData};
use crate::info::{self, CType, Info, Kind, flag};
use crate::metatype::{as_parameter, metatype, null_argument};
use core::ffi::{CStr, c_int};
use core::ptr;
use macros::pytype;
use objects::protocol::{attr, object};
use objects::typeobject::{MethodDef, TypeObject, flags, ready};
use objects::types::buffer::BufferView;
use objects::types::bytes::Bytes;
use objects::types::cfunction::Function;
use objects::types::descr;
use objects::types::float::Float;
use objects::types::int::Int;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::types::r#type::PyType_Type;
use objects::{Instance, Object, Raised, Ref, Result, id, raise};
use std::sync::OnceLock;

metatype! {
    /// The metatype of simple types.
    SimpleType, "PyCSimpleType", SIMPLE_TYPE, from_param, {
        #[slot(tp_init)]
        fn init(this: &Object, args: &Tuple, kwargs: Option<&objects::types::dict::Dict>) -> Result<()> {
            init(this, args, kwargs.map(Instance::as_object))
        }
    }
}

/// The code in a class's `_type_`, with the string.
fn type_code(class: &Object) -> Result<(Code, Ref)> {
    let Some(proto) = attr::get_optional(class, id!("_type_"))? else {
        return Err(raise!(AttributeError, "class must define a '_type_' attribute"));
    };
    let Some(text) = proto.cast::<Str>() else {
        return Err(raise!(TypeError, "class must define a '_type_' string attribute"));
    };
    let text = text.to_str()?;
    let &[letter] = text.as_bytes() else {
        return Err(raise!(
            ValueError,
            "class must define a '_type_' attribute which must be a string of length 1"
        ));
    };
    if !LETTERS.as_bytes().contains(&letter) {
        return Err(raise!(
            AttributeError,
            "class must define a '_type_' attribute which must be\na single character string containing one of '{LETTERS}'."
        ));
    }
    match Code::of(letter) {
        Some(code) => Ok((code, proto)),
        None => Err(raise!(ValueError, "_type_ '{text}' not supported")),
    }
}

fn info_of_code(code: Code, swapped: bool, proto: &Ref) -> Info {
    let mut info = Info::new(Kind::Simple);
    info.access = Some(Access { code, swapped });
    info.size.set(code.size());
    info.align.set(code.size());
    info.copy_ffi(code.ffi());
    info.proto.set(Some(proto.clone()));
    info.set_format(&format!("{}{}", if swapped { '>' } else { '<' }, code.format()));
    info
}

fn init(this: &Object, args: &Tuple, kwargs: Option<&Object>) -> Result<()> {
    if let Some(init) = PyType_Type.tp_init.get() {
        // SAFETY: the slot's contract, passed on to the base.
        if unsafe { init(this, args, kwargs) } < 0 {
            return Err(raise::pending());
        }
    }
    let (code, proto) = type_code(this)?;
    let class = info::expect_new(this)?;
    let info = class.set_info(info_of_code(code, false, &proto))?;
    // What a subclass takes was settled by the class that it derives from.
    if class.as_type().base().is_some_and(|base| ptr::eq(base, &raw const SIMPLE)) {
        if is_pointer(code) {
            info.add_flag(flag::IS_POINTER);
        }
        let method = match code {
            Code::CharPointer => Some(&CHAR_POINTER_PARAM),
            Code::WideCharPointer => Some(&WIDE_CHAR_POINTER_PARAM),
            Code::Pointer => Some(&VOID_POINTER_PARAM),
            _ => None,
        };
        if let Some(method) = method {
            let method = descr::new_classmethod(class.as_type(), method)?;
            ready::dict_of(class.as_type())?.set_str(id!("from_param"), &method)?;
            class.as_type().modified();
        }
    }
    if ptr::eq(this.class(), &raw const SIMPLE_TYPE) && code.swaps() {
        let swapped = create_swapped(this.class(), args, kwargs, code, &proto)?;
        attr::set(this, id!("__ctype_be__"), Some(&swapped))?;
        attr::set(this, id!("__ctype_le__"), Some(this))?;
        attr::set(&swapped, id!("__ctype_le__"), Some(this))?;
        attr::set(&swapped, id!("__ctype_be__"), Some(&swapped))?;
    }
    Ok(())
}

/// The type with the other byte order.
fn create_swapped(
    meta: &TypeObject,
    args: &Tuple,
    kwargs: Option<&Object>,
    code: Code,
    proto: &Ref,
) -> Result {
    let [name, rest @ ..] = args.items() else { return Err(raise::bad_internal_call()) };
    let name = Str::new(&format!("{}_be", object::str(name)?.to_string_lossy()))?;
    let mut parts: Vec<&Object> = vec![&name];
    parts.extend(rest);
    let Some(new) = PyType_Type.tp_new.get() else { return Err(raise::bad_internal_call()) };
    // SAFETY: the slot's contract, passed on to the base.
    let class = unsafe { new(meta, &*Tuple::from_slice(&parts)?, kwargs) }?;
    info::expect_new(&class)?.set_info(info_of_code(code, true, proto))?;
    Ok(class)
}

fn is_pointer(code: Code) -> bool {
    matches!(code, Code::CharPointer | Code::WideCharPointer | Code::Pointer | Code::PyObject)
}

/// Whether `cast` makes the type.
pub fn is_castable(access: Access) -> bool {
    is_pointer(access.code)
}

/// Whether a class derives from one like `c_int` and not from `_SimpleCData` itself; its values stay instances.
pub fn is_derived(class: &Object) -> bool {
    class.class().is_subtype(&SIMPLE_TYPE)
        && class
            .cast::<TypeObject>()
            .and_then(TypeObject::base)
            .is_none_or(|base| !ptr::eq(base, &raw const SIMPLE))
}

/// How values of a class are converted that are no instances in Python: those of `c_int` and its like.
#[inline]
pub fn plain_access(class: &Object) -> Option<Access> {
    info::of_class(class)?.access.filter(|_| !is_derived(class))
}

// ---- arguments ----

/// `from_param`: an instance as it is, a value converted, or what `_as_parameter_` says.
pub fn from_param(class: &TypeObject, value: &Object) -> Result {
    if object::is_instance(value, class)? {
        return Ok(value.to_ref());
    }
    let info = info::expect(class.as_object())?;
    let Some(Access { code, .. }) = info.access else { return Err(raise!(TypeError, "abstract class")) };
    match CArg::of_value(code, value) {
        Ok(argument) => Ok(argument.upcast()),
        Err(raised) => {
            let exception = raised.take();
            match as_parameter(value, |value| from_param(class, value))? {
                Some(result) => Ok(result),
                None => Err(raise::restore(exception)),
            }
        }
    }
}

/// The row of [`from_param`] in the metatype's table of methods, which tells its bound methods from others.
fn from_param_row() -> *const MethodDef {
    static ROW: OnceLock<usize> = OnceLock::new();
    let find = || {
        let mut row = SIMPLE_TYPE.tp_methods.get();
        // SAFETY: the table ends in a row without a name; names are C strings.
        unsafe {
            while !(*row).ml_name.is_null() {
                if CStr::from_ptr((*row).ml_name) == c"from_param" {
                    break;
                }
                row = row.add(1);
            }
        }
        row as usize
    };
    *ROW.get_or_init(find) as *const MethodDef
}

/// What `converter(arg)` and then [`Argument::of`] would make, where the converter is a simple type's own [`from_param`] and `arg` is an
/// instance of exactly that type, an int or a float; `None` where that is not so.
pub fn convert_directly(converter: &Object, arg: &Object) -> Option<Result<Argument>> {
    let method =
        converter.cast_exact::<Function>().filter(|method| ptr::eq(method.def(), from_param_row()))?;
    let class = method.bound_to()?.downcast::<CType>().ok()?;
    let access = class.info()?.access?;
    if ptr::eq(arg.class(), class.as_type()) {
        return Some(Argument::of_instance(arg.cast::<CData>()?));
    }
    // No metaclass of Python's could call it an instance.
    let plain = arg.is_exactly(Int::class()) || arg.is_exactly(Float::class());
    if plain && ptr::eq(class.as_object().class(), &raw const SIMPLE_TYPE) && access.code != Code::PyObject {
        return Some(Argument::of_value(access.code, arg));
    }
    None
}

/// The calling convention of methods that are told the class that defines them.
type ClassMethod =
    unsafe extern "C" fn(&TypeObject, &TypeObject, *const &Object, isize, Option<&Tuple>) -> Result;

const fn class_method(function: ClassMethod) -> MethodDef {
    MethodDef {
        ml_name: c"from_param".as_ptr(),
        ml_meth: function as *const core::ffi::c_void,
        ml_flags: flags::METH_METHOD | flags::METH_FASTCALL | flags::METH_KEYWORDS | flags::METH_CLASS,
        ml_doc: c"from_param($self, value, /)\n--\n\n".as_ptr(),
    }
}

/// The only argument.
unsafe fn only<'a>(args: *const &'a Object, nargs: isize, names: Option<&'a Tuple>) -> Result<&'a Object> {
    // SAFETY: the calling convention.
    let (args, keywords) = unsafe { objects::args::vector(args, nargs as usize, names) };
    match (args, args.len() + keywords.len()) {
        (&[value], 1) => Ok(value),
        (_, given @ 2..) => Err(raise!(TypeError, "from_param() takes at most 1 argument ({given} given)")),
        _ => Err(raise!(TypeError, "from_param() takes exactly 1 positional argument (0 given)")),
    }
}

static CHAR_POINTER_PARAM: MethodDef = class_method(char_pointer_param);
static WIDE_CHAR_POINTER_PARAM: MethodDef = class_method(wide_char_pointer_param);
static VOID_POINTER_PARAM: MethodDef = class_method(void_pointer_param);

unsafe extern "C" fn char_pointer_param(
    class: &TypeObject,
    _: &TypeObject,
    args: *const &Object,
    nargs: isize,
    names: Option<&Tuple>,
) -> Result {
    // SAFETY: the calling convention.
    string_param(class, unsafe { only(args, nargs, names) }?, Code::Char, "c_char_p")
}

unsafe extern "C" fn wide_char_pointer_param(
    class: &TypeObject,
    _: &TypeObject,
    args: *const &Object,
    nargs: isize,
    names: Option<&Tuple>,
) -> Result {
    // SAFETY: the calling convention.
    string_param(class, unsafe { only(args, nargs, names) }?, Code::WideChar, "c_wchar_p")
}

unsafe extern "C" fn void_pointer_param(
    class: &TypeObject,
    _: &TypeObject,
    args: *const &Object,
    nargs: isize,
    names: Option<&Tuple>,
) -> Result {
    // SAFETY: the calling convention.
    void_param(class, unsafe { only(args, nargs, names) }?)
}

fn refuse(value: &Object, name: &str) -> Raised {
    let got = value.class().full_name();
    raise!(TypeError, "'{got}' object cannot be interpreted as ctypes.{name}")
}

/// A string pointer: a string, an array of or a pointer to its characters.
fn string_param(class: &TypeObject, value: &Object, item: Code, name: &str) -> Result {
    if let Some(null) = null_argument(value) {
        return Ok(null);
    }
    let (is_text, code) = match item {
        Code::Char => (value.cast::<Bytes>().is_some(), Code::CharPointer),
        _ => (value.cast::<Str>().is_some(), Code::WideCharPointer),
    };
    if is_text {
        return Ok(CArg::of_value(code, value)?.upcast());
    }
    if object::is_instance(value, class)? {
        return Ok(value.to_ref());
    }
    let is_item = |class: &Object| {
        info::of_class(class).and_then(|info| info.access).is_some_and(|access| access.is(item))
    };
    let sequence = info::of_instance(value).filter(|info| matches!(info.kind, Kind::Array | Kind::Pointer));
    let items = sequence.and_then(|info| info.proto.get());
    let pointed_to = value.cast_exact::<CArg>().and_then(CArg::object);
    if items.is_some_and(|item| is_item(&item))
        || pointed_to.is_some_and(|object| is_item(object.class().as_object()))
    {
        return Ok(value.to_ref());
    }
    match as_parameter(value, |value| string_param(class, value, item, name))? {
        Some(result) => Ok(result),
        None => Err(refuse(value, name)),
    }
}

/// A void pointer: an address, a string, and every pointer there is.
fn void_param(class: &TypeObject, value: &Object) -> Result {
    if let Some(null) = null_argument(value) {
        return Ok(null);
    }
    let code = if value.cast::<Int>().is_some() {
        Some(Code::Pointer)
    } else if value.cast::<Bytes>().is_some() {
        Some(Code::CharPointer)
    } else {
        value.cast::<Str>().map(|_| Code::WideCharPointer)
    };
    if let Some(code) = code {
        return Ok(CArg::of_value(code, value)?.upcast());
    }
    if object::is_instance(value, class)? {
        return Ok(value.to_ref());
    }
    if value.cast_exact::<CArg>().is_some_and(|argument| argument.tag() == b'P') {
        return Ok(value.to_ref());
    }
    if let Some(instance) = value.cast::<CData>()
        && let Some(info) = info::of_instance(value)
    {
        // SAFETY: a pointer's value is one.
        let stored = || unsafe { instance.pointer() }.cast();
        match (info.kind, info.access.map(|access| access.code)) {
            (Kind::Array | Kind::Pointer, _) => return Ok(value.to_ref()),
            (Kind::Function, _) => return Ok(CArg::pointer(b'P', stored(), value.to_ref())?.upcast()),
            (Kind::Simple, Some(Code::CharPointer | Code::WideCharPointer)) => {
                return Ok(CArg::pointer(b'Z', stored(), value.to_ref())?.upcast());
            }
            _ => {}
        }
    }
    match as_parameter(value, |value| void_param(class, value))? {
        Some(result) => Ok(result),
        None => Err(refuse(value, "c_void_p")),
    }
}

// ---- instances ----

/// `_SimpleCData`.
pub struct Simple;

fn access_of(this: &CData) -> Result<Access> {
    let info = info::of_instance(this.as_object());
    info.and_then(|info| info.access).ok_or_else(|| raise!(TypeError, "abstract class"))
}

fn value_of(this: &CData) -> Result {
    // SAFETY: an instance has a value of its type.
    unsafe { access_of(this)?.get(this.place(), Span::Bytes(this.size())) }
}

#[pytype(
    name = "_SimpleCData",
    module = "_ctypes",
    static_name = SIMPLE,
    no_instance,
    base = CDATA,
    metaclass = SIMPLE_TYPE,
    basicsize = size_of::<CData>(),
    flags = [BASETYPE],
    new = data::new
)]
impl Simple {
    #[slot(bf_getbuffer)]
    fn get_buffer(this: &CData, view: *mut BufferView, _flags: c_int) -> Result<()> {
        this.export(view)
    }

    #[slot(tp_init)]
    fn init(this: &CData, args: &Tuple, _kwargs: Option<&objects::types::dict::Dict>) -> Result<()> {
        match *args.items() {
            [] => Ok(()),
            [value] => Simple::set_value(this, Some(value)),
            ref items => {
                let given = items.len();
                Err(raise!(TypeError, "__init__ expected at most 1 argument, got {given}"))
            }
        }
    }

    #[slot(tp_repr)]
    fn repr(this: &CData) -> Result<Ref<Str>> {
        let class = this.as_object().class();
        let name = class.full_name();
        if is_derived(class.as_object()) {
            return Str::new(&format!("<{name} object at {:p}>", this.as_object()));
        }
        let value = object::repr(&*value_of(this)?)?.to_string_lossy();
        Str::new(&format!("{name}({value})"))
    }

    #[slot(nb_bool)]
    fn bool(this: &CData) -> bool {
        this.as_slice().iter().any(|&byte| byte != 0)
    }

    #[getter("value", doc = "current value")]
    fn value(this: &CData) -> Result {
        value_of(this)
    }

    #[setter("value", doc = "current value")]
    fn set_value(this: &CData, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else { return Err(raise!(TypeError, "can't delete attribute")) };
        let access = access_of(this)?;
        // SAFETY: an instance has room for a value of its type.
        let kept = unsafe { access.set(this.place(), value, Span::Bytes(access.code.size())) }?;
        this.keep(0, kept)
    }

    #[method("__ctypes_from_outparam__($self, /)")]
    fn out_parameter(this: &CData) -> Result {
        if is_derived(this.as_object().class().as_object()) {
            return Ok(this.as_object().to_ref());
        }
        value_of(this)
    }
}
