//! Arguments of foreign calls: `CArgObject`, which `from_param` and `byref` give, and the conversion of any object.

use crate::code::{Access, Code, Span, low_bits, wide_copy};
use crate::data::CData;
use crate::info::{self, Kind};
use core::cell::Cell;
use core::ffi::c_void;
use core::ptr;
use libffi_sys::ffi_type;
use macros::{Trace, pytype};
use objects::protocol::{attr, object};
use objects::types::bytes::Bytes;
use objects::types::float::new_float;
use objects::types::int::Int;
use objects::types::none;
use objects::types::str::Str;
use objects::{Instance, Object, Raised, Ref, Result, Slot, TypeObject, id, raise, state};

/// A C value of at most 16 bytes.
pub type Value = [u64; 2];

/// The value that is a pointer.
fn pointer_value(pointer: *mut c_void) -> Value {
    [pointer as u64, 0]
}

/// A Python value as a C value, and what must be kept for it.
fn convert(code: Code, value: &Object) -> Result<(Value, Ref)> {
    let mut place: Value = [0; 2];
    // SAFETY: no type has more than 16 bytes.
    let kept = unsafe { Access::native(code).set((&raw mut place).cast(), value, Span::Bytes(code.size())) }?;
    Ok((place, kept))
}

/// A converted argument.
#[repr(C)]
#[derive(Trace)]
pub struct CArg {
    ob_base: Object,
    #[trace(skip)]
    ffi: Cell<*mut ffi_type>,
    #[trace(skip)]
    tag: Cell<u8>,
    #[trace(skip)]
    value: Cell<Value>,
    obj: Slot,
}

impl CArg {
    fn new(tag: u8, ffi: *mut ffi_type, value: Value, object: Ref) -> Result<Ref<CArg>> {
        Ref::new(CArg {
            ob_base: Object::HEAD,
            ffi: Cell::new(ffi),
            tag: Cell::new(tag),
            value: Cell::new(value),
            obj: Slot::new(object),
        })
    }

    /// A pointer, and what keeps its memory.
    ///
    /// # Errors
    /// MemoryError.
    pub fn pointer(tag: u8, pointer: *mut c_void, object: Ref) -> Result<Ref<CArg>> {
        CArg::new(tag, &raw mut libffi_sys::ffi_type_pointer, pointer_value(pointer), object)
    }

    /// A Python value as a C value.
    ///
    /// # Errors
    /// What the conversion raises.
    pub fn of_value(code: Code, value: &Object) -> Result<Ref<CArg>> {
        let (place, kept) = convert(code, value)?;
        CArg::new(code.letter(), code.ffi(), place, kept)
    }

    pub fn tag(&self) -> u8 {
        self.tag.get()
    }

    /// What is kept alive for the value.
    pub fn object(&self) -> Option<Ref> {
        self.obj.get()
    }
}

/// How C's `printf` shows a pointer.
fn hexadecimal(value: u64) -> String {
    if value == 0 { "(nil)".to_owned() } else { format!("{value:#x}") }
}

fn number_text(value: f64) -> Result<String> {
    Ok(object::repr(&*new_float(value)?)?.to_string_lossy())
}

fn is_printable(byte: u8) -> bool {
    (b' '..0x7f).contains(&byte) && byte != b'\\' && byte != b'\''
}

#[pytype(
    name = "CArgObject",
    module = "_ctypes",
    gc,
    no_clear,
    no_new,
    member("_obj", OBJECT, obj, READONLY)
)]
impl CArg {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let ([value, _], tag) = (self.value.get(), self.tag.get());
        let letter = char::from(tag);
        let shown = match tag {
            b'b' | b'B' => (value as i8).to_string(),
            b'h' | b'H' => (value as i16).to_string(),
            b'i' | b'I' => (value as i32).to_string(),
            b'l' | b'L' | b'q' | b'Q' => (value as i64).to_string(),
            b'd' => number_text(f64::from_bits(value))?,
            b'f' => number_text(f32::from_bits(value as u32).into())?,
            b'c' if is_printable(value as u8) => format!("'{}'", char::from(value as u8)),
            b'c' => format!("'\\x{:02x}'", value as u8),
            b'z' | b'Z' | b'P' => hexadecimal(value),
            _ => {
                let address = self.as_object();
                return Str::new(&match is_printable(tag) {
                    true => format!("<cparam '{letter}' at {address:p}>"),
                    false => format!("<cparam 0x{tag:02x} at {address:p}>"),
                });
            }
        };
        Str::new(&format!("<cparam '{letter}' ({shown})>"))
    }
}

/// An argument as libffi takes it.
pub struct Argument {
    pub ffi: *mut ffi_type,
    pub value: Value,
    /// A structure, which goes by its address.
    structure: Option<Box<[u64]>>,
    /// What must live as long as the call.
    _keep: Option<Ref>,
}

impl Argument {
    fn new(ffi: *mut ffi_type, value: Value, keep: Option<Ref>) -> Argument {
        Argument { ffi, value, structure: None, _keep: keep }
    }

    fn pointer(pointer: *mut c_void, keep: Option<Ref>) -> Argument {
        Argument::new(&raw mut libffi_sys::ffi_type_pointer, pointer_value(pointer), keep)
    }

    /// Where libffi finds the value.
    pub fn place(&mut self) -> *mut c_void {
        match &mut self.structure {
            Some(structure) => structure.as_mut_ptr().cast(),
            None => (&raw mut self.value).cast(),
        }
    }

    /// Any object: an instance of a C type, a converted argument, None, an int, a string, or what `_as_parameter_` says.
    ///
    /// # Errors
    /// TypeError for anything else; OverflowError for an int that does not fit; what `_as_parameter_` raises.
    pub fn of(object: &Object, index: usize) -> Result<Argument> {
        if let Some(instance) = object.cast::<CData>() {
            return Argument::of_instance(instance);
        }
        if let Some(argument) = object.cast_exact::<CArg>() {
            return Ok(Argument::new(argument.ffi.get(), argument.value.get(), Some(object.to_ref())));
        }
        if object.is(none::none()) {
            return Ok(Argument::pointer(ptr::null_mut(), None));
        }
        if let Some(int) = object.cast::<Int>() {
            if int.to_i64().is_none() && int.to_u64().is_none() {
                return Err(raise!(OverflowError, "int too long to convert"));
            }
            let value = low_bits(int) as u32;
            return Ok(Argument::new(&raw mut libffi_sys::ffi_type_sint32, [value.into(), 0], None));
        }
        if let Some(bytes) = object.cast::<Bytes>() {
            let start = bytes.as_slice().as_ptr().cast_mut().cast();
            return Ok(Argument::pointer(start, Some(object.to_ref())));
        }
        if let Some(text) = object.cast::<Str>() {
            let (pointer, keep) = wide_copy(text)?;
            return Ok(Argument::pointer(pointer, Some(keep)));
        }
        match attr::get_optional(object, id!("_as_parameter_"))? {
            Some(parameter) => {
                let _guard = state::enter_recursive_call(" while processing _as_parameter_")?;
                Argument::of(&parameter, index)
            }
            None => Err(raise!(TypeError, "Don't know how to convert parameter {index}")),
        }
    }

    /// A Python value as a C value of its own.
    ///
    /// # Errors
    /// What the conversion raises.
    pub fn of_value(code: Code, value: &Object) -> Result<Argument> {
        let (place, kept) = convert(code, value)?;
        Ok(Argument::new(code.ffi(), place, Some(kept)))
    }

    /// An instance of a C type.
    ///
    /// # Errors
    /// TypeError for an abstract class.
    pub fn of_instance(instance: &CData) -> Result<Argument> {
        let info = info::expect(instance.as_object().class().as_object())?;
        let keep = Some(instance.as_object().to_ref());
        Ok(match info.kind {
            Kind::Simple => {
                let Some(Access { code, .. }) = info.access else {
                    return Err(raise!(TypeError, "abstract class"));
                };
                let mut value: Value = [0; 2];
                // SAFETY: at most what there is room for.
                unsafe {
                    let size = instance.size().min(size_of::<Value>());
                    ptr::copy_nonoverlapping(instance.place(), (&raw mut value).cast(), size);
                }
                Argument::new(code.ffi(), value, keep)
            }
            // SAFETY: the value of these types is a pointer.
            Kind::Pointer | Kind::Function => Argument::pointer(unsafe { instance.pointer() }.cast(), keep),
            Kind::Array => Argument::pointer(instance.place().cast(), keep),
            Kind::Structure => {
                let size = instance.size();
                let mut copy = vec![0u64; size.div_ceil(8).max(1)].into_boxed_slice();
                // SAFETY: the copy is as large.
                unsafe { ptr::copy_nonoverlapping(instance.place(), copy.as_mut_ptr().cast(), size) };
                Argument { ffi: info.ffi(), value: [0; 2], structure: Some(copy), _keep: keep }
            }
        })
    }
}

/// An exception of `class` whose text tells of another.
pub fn extend_error(raised: Raised, class: &TypeObject, prefix: &str) -> Raised {
    let exception = raised.take();
    let text = object::str(&exception).map_or_else(
        |raised| {
            raised.clear();
            "???".to_owned()
        },
        |text| text.to_string_lossy(),
    );
    let name = exception.class().name();
    raise::set_text(class, format_args!("{prefix}{name}: {text}"))
}
