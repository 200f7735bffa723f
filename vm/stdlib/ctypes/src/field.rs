//! `CField`: the descriptor of a field of a structure or union.

use crate::code::{Access, Code, Span};
use crate::data::{self, CData};
use crate::info::{self, CType, Kind};
use core::cell::Cell;
use macros::{Trace, pytype};
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, raise};

/// A field.
#[repr(C)]
#[derive(Trace)]
pub struct CField {
    ob_base: Object,
    pub offset: Cell<isize>,
    /// Bytes; the width of a bit field times 65536, plus its first bit.
    pub size: Cell<isize>,
    pub index: Cell<isize>,
    pub proto: Ref<CType>,
    /// Where the field is not read and written as its type says: arrays of characters are strings.
    #[trace(skip)]
    access: Option<Access>,
    /// Its own fields are attributes of the structure too.
    pub anonymous: Cell<bool>,
}

/// How a field of the type `class` is converted, if not as the type says.
fn access_of(class: &CType) -> Result<Option<Access>> {
    let Some(info) = class.info().filter(|info| info.kind == Kind::Array) else { return Ok(None) };
    let item = info.item_type()?;
    let code = item.info().and_then(|info| info.access).map(|access| access.code);
    Ok(match code {
        Some(Code::Char) => Some(Access::native(Code::Chars)),
        Some(Code::WideChar) => Some(Access::native(Code::WideChars)),
        _ => None,
    })
}

impl CField {
    /// A field of the type `class`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(class: &CType, index: isize, offset: isize, span: Span) -> Result<Ref<CField>> {
        let size = match span {
            Span::Bytes(size) => size as isize,
            Span::Bits { low, width } => (width as isize) << 16 | low as isize,
        };
        Ref::new(CField {
            ob_base: Object::HEAD,
            offset: Cell::new(offset),
            size: Cell::new(size),
            index: Cell::new(index),
            proto: class.to_ref(),
            access: access_of(class)?,
            anonymous: Cell::new(false),
        })
    }

    /// The same field seen from a structure that this one's lies in.
    ///
    /// # Errors
    /// MemoryError.
    pub fn moved(&self, index: isize, offset: isize) -> Result<Ref<CField>> {
        Ref::new(CField {
            ob_base: Object::HEAD,
            offset: Cell::new(self.offset.get() + offset),
            size: Cell::new(self.size.get()),
            index: Cell::new(self.index.get() + index),
            proto: self.proto.clone(),
            access: self.access,
            anonymous: Cell::new(false),
        })
    }

    fn is_bits(&self) -> bool {
        self.size.get() >> 16 != 0 && self.proto.info().is_some_and(|info| info.kind == Kind::Simple)
    }

    fn span(&self) -> Span {
        let size = self.size.get();
        match self.is_bits() {
            true => Span::Bits { low: size as u32 & 0xffff, width: (size >> 16) as u32 },
            false => Span::Bytes(size as usize),
        }
    }
}

fn expect_instance(object: &Object) -> Result<&CData> {
    object.cast::<CData>().ok_or_else(|| raise!(TypeError, "not a ctype instance"))
}

#[pytype(name = "CField", module = "_ctypes", gc, no_clear, no_new)]
impl CField {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let (name, offset, size) = (self.proto.as_type().full_name(), self.offset.get(), self.size.get());
        Str::new(&match self.span() {
            Span::Bits { low, width } => format!("<Field type={name}, ofs={offset}:{low}, bits={width}>"),
            Span::Bytes(_) => format!("<Field type={name}, ofs={offset}, size={size}>"),
        })
    }

    #[getter("offset")]
    fn py_offset(&self) -> isize {
        self.offset.get()
    }

    #[getter("size")]
    fn py_size(&self) -> isize {
        self.size.get()
    }

    #[slot(tp_descr_get)]
    fn get(&self, instance: Option<&Object>, _owner: Option<&Object>) -> Result {
        let Some(instance) = instance else { return Ok(self.as_object().to_ref()) };
        let instance = expect_instance(instance)?;
        let place = instance.place().wrapping_offset(self.offset.get());
        // SAFETY: the structure was laid out so.
        unsafe {
            data::get(self.proto.as_type(), self.access, instance, self.index.get(), self.span(), place)
        }
    }

    #[slot(tp_descr_set)]
    fn set(&self, instance: &Object, value: Option<&Object>) -> Result<()> {
        let instance = expect_instance(instance)?;
        let Some(value) = value else { return Err(raise!(TypeError, "can't delete attribute")) };
        let place = instance.place().wrapping_offset(self.offset.get());
        let class = self.proto.as_type();
        // SAFETY: the structure was laid out so.
        unsafe { instance.set(class, self.access, value, self.index.get(), self.span(), place) }
    }
}

/// The type of a field, if `class` may be one.
pub fn field_type(class: &Object) -> Option<(&CType, &info::Info)> {
    let class = class.cast::<CType>()?;
    Some((class, class.info()?))
}
