//! `Struct` and its iterator.

use super::format::Format;
use super::{error, values};
use core::cell::{Cell, RefCell};
use macros::{Trace, pytype};
use objects::protocol::buffer::{Buffer, BytesLike, SIMPLE, WRITABLE};
use objects::protocol::number;
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::types::weakref::WeakReference;
use objects::{Object, Ref, Result, TypeObject, raise};
use std::rc::Rc;

/// `PyStructObject`.
#[repr(C)]
pub struct Struct {
    ob_base: Object,
    /// Bytes of the whole struct, -1 until `__init__` ran.
    s_size: Cell<isize>,
    /// Number of values, which extensions read.
    s_len: Cell<isize>,
    /// None until `__init__` ran.
    format: RefCell<Option<Rc<Format>>>,
    weakreflist: Cell<*const WeakReference>,
}

/// What CPython's struct and each of its codes take in memory.
const SIZE: usize = 56;
const CODE_SIZE: usize = 32;

#[pytype(name = "Struct", module = "_struct", getattro = objects::attrs::generic_getattro, setattro = objects::attrs::generic_setattro, static_name = STRUCT, weaklist = weakreflist, flags = [BASETYPE])]
impl Struct {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Struct>> {
        Struct::new_in(class, None)
    }

    #[init("(format)")]
    fn init(&self, format: &Object) -> Result<()> {
        let format = compile(format)?;
        self.s_size.set(format.size as isize);
        self.s_len.set(format.len as isize);
        *self.format.borrow_mut() = Some(Rc::new(format));
        Ok(())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let format = self.format()?;
        let text = Str::from_latin1(&format.text)?;
        let shown = objects::protocol::object::repr(&text)?.to_string_lossy();
        Str::new(&format!("{}({shown})", self.class().name()))
    }

    #[method("pack", raw)]
    fn pack(&self, args: &[&Object]) -> Result<Ref<Bytes>> {
        pack(&*self.format()?, args)
    }

    #[method("pack_into", raw)]
    fn pack_into(&self, args: &[&Object]) -> Result<()> {
        pack_into(&*self.format()?, args)
    }

    #[method("unpack($self, buffer, /)")]
    fn unpack(&self, buffer: BytesLike<'_>) -> Result<Ref<Tuple>> {
        unpack(&*self.format()?, &buffer)
    }

    #[method("unpack_from($self, /, buffer, offset=0)")]
    fn unpack_from(&self, buffer: BytesLike<'_>, #[default(0)] offset: isize) -> Result<Ref<Tuple>> {
        unpack_from(&*self.format()?, &buffer, offset)
    }

    #[method("iter_unpack($self, buffer, /)")]
    fn iter_unpack(&self, buffer: &Object) -> Result<Ref<UnpackIterator>> {
        UnpackIterator::new(self.format()?, buffer)
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        SIZE + CODE_SIZE * self.format.borrow().as_ref().map_or(0, |format| format.runs + 1)
    }

    #[getter("format")]
    fn py_format(&self) -> Result<Ref<Str>> {
        Str::from_latin1(&self.format()?.text)
    }

    #[getter("size")]
    fn size(&self) -> isize {
        self.s_size.get()
    }
}

impl Struct {
    fn new_in(class: &TypeObject, format: Option<Rc<Format>>) -> Result<Ref<Struct>> {
        let (size, len) =
            format.as_ref().map_or((-1, -1), |format| (format.size as isize, format.len as isize));
        Ref::new_in(
            class,
            Struct {
                ob_base: Object::HEAD,
                s_size: Cell::new(size),
                s_len: Cell::new(len),
                format: RefCell::new(format),
                weakreflist: Cell::new(core::ptr::null()),
            },
        )
    }

    /// The struct of a format string or bytes.
    pub fn of(format: &Object) -> Result<Ref<Struct>> {
        Struct::new_in(&STRUCT, Some(Rc::new(compile(format)?)))
    }

    /// The compiled format, held: `__init__` may replace it while Python code runs.
    pub fn format(&self) -> Result<Rc<Format>> {
        let format = self.format.borrow().clone();
        format.ok_or_else(|| raise!(RuntimeError, "Struct object is not initialized"))
    }
}

fn compile(format: &Object) -> Result<Format> {
    if let Some(text) = format.cast::<Str>() {
        let bytes = objects::codecs::latin::encode_narrow(text, None, 128)?;
        return Format::compile(bytes.as_slice());
    }
    match format.cast::<Bytes>() {
        Some(bytes) => Format::compile(bytes.as_slice()),
        None => Err(raise!(
            TypeError,
            "Struct() argument 1 must be a str or bytes object, not {}",
            format.class().full_name()
        )),
    }
}

pub fn pack(format: &Format, values: &[&Object]) -> Result<Ref<Bytes>> {
    let (expected, got) = (format.len, values.len());
    if expected != got {
        return Err(error(format_args!("pack expected {expected} items for packing (got {got})")));
    }
    let (bytes, place) = Bytes::alloc(format.size)?;
    // SAFETY: room for the struct, which nobody else sees yet.
    unsafe {
        place.as_ptr().write_bytes(0, format.size);
        values::pack(format, values, place.as_ptr())?;
    }
    Ok(bytes)
}

pub fn pack_into(format: &Format, args: &[&Object]) -> Result<()> {
    let (buffer, offset, values) = match args {
        [buffer, offset, values @ ..] if values.len() == format.len => (*buffer, *offset, values),
        [] => return Err(error(format_args!("pack_into expected buffer argument"))),
        [_] => return Err(error(format_args!("pack_into expected offset argument"))),
        [_, _, values @ ..] => {
            let (expected, got) = (format.len, values.len());
            return Err(error(format_args!("pack_into expected {expected} items for packing (got {got})")));
        }
    };
    let mut buffer = Buffer::of(buffer, WRITABLE).map_err(|raised| {
        raised.clear();
        let name = buffer.class().name();
        raise!(TypeError, "argument must be read-write bytes-like object, not {name}")
    })?;
    let given = number::index_as_isize(offset, Some(&exc::IndexError))?;
    let (size, len) = (format.size, buffer.len());
    let offset = match usize::try_from(given) {
        Ok(offset) => offset,
        Err(_) if given + size as isize > 0 => {
            return Err(error(format_args!("no space to pack {size} bytes at offset {given}")));
        }
        Err(_) => from_end(given, len)?,
    };
    if len.checked_sub(offset).is_none_or(|room| room < size) {
        let needed = (size as u128) + offset as u128;
        return Err(error(format_args!(
            "pack_into requires a buffer of at least {needed} bytes for packing {size} bytes at offset {offset} (actual buffer size \
             is {len})"
        )));
    }
    let place = buffer.as_mut_slice()[offset..].as_mut_ptr();
    // SAFETY: just checked; the view keeps the memory in place.
    unsafe {
        place.write_bytes(0, size);
        values::pack(format, values, place)
    }
}

/// An offset that counts from the end.
fn from_end(offset: isize, len: usize) -> Result<usize> {
    usize::try_from(offset + len as isize)
        .map_err(|_| error(format_args!("offset {offset} out of range for {len}-byte buffer")))
}

pub fn unpack(format: &Format, bytes: &[u8]) -> Result<Ref<Tuple>> {
    if bytes.len() != format.size {
        return Err(error(format_args!("unpack requires a buffer of {} bytes", format.size)));
    }
    values::unpack(format, bytes)
}

pub fn unpack_from(format: &Format, bytes: &[u8], offset: isize) -> Result<Ref<Tuple>> {
    let (size, len) = (format.size, bytes.len());
    let start = match usize::try_from(offset) {
        Ok(start) => start,
        Err(_) if offset + size as isize > 0 => {
            return Err(error(format_args!("not enough data to unpack {size} bytes at offset {offset}")));
        }
        Err(_) => from_end(offset, len)?,
    };
    match bytes.get(start..).and_then(|rest| rest.get(..size)) {
        Some(bytes) => values::unpack(format, bytes),
        None => {
            let needed = size as u128 + start as u128;
            Err(error(format_args!(
                "unpack_from requires a buffer of at least {needed} bytes for unpacking {size} bytes at offset {start} (actual buffer \
                 size is {len})"
            )))
        }
    }
}

/// `unpackiterobject`.
#[repr(C)]
#[derive(Trace)]
pub struct UnpackIterator {
    ob_base: Object,
    #[trace(skip)]
    format: Rc<Format>,
    /// None at the end.
    #[trace(skip)]
    buffer: RefCell<Option<Buffer>>,
    index: Cell<usize>,
}

impl UnpackIterator {
    pub fn new(format: Rc<Format>, buffer: &Object) -> Result<Ref<UnpackIterator>> {
        let size = format.size;
        if size == 0 {
            return Err(error(format_args!("cannot iteratively unpack with a struct of length 0")));
        }
        let buffer = Buffer::of(buffer, SIMPLE)?;
        if buffer.len() % size != 0 {
            return Err(error(format_args!(
                "iterative unpacking requires a buffer of a multiple of {size} bytes"
            )));
        }
        let buffer = RefCell::new(Some(buffer));
        Ref::new(UnpackIterator { ob_base: Object::HEAD, format, buffer, index: Cell::new(0) })
    }
}

#[pytype(name = "unpack_iterator", module = "_struct", getattro = objects::attrs::generic_getattro, static_name = UNPACK_ITERATOR, gc, no_new, iter = objects::slots::self_iter)]
impl UnpackIterator {
    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<Tuple>>> {
        let start = self.index.get();
        let values = {
            let buffer = self.buffer.borrow();
            let bytes =
                buffer.as_ref().and_then(|buffer| buffer.as_slice().get(start..start + self.format.size));
            bytes.map(|bytes| values::unpack(&self.format, bytes)).transpose()?
        };
        match values {
            Some(_) => self.index.set(start + self.format.size),
            None => drop(self.buffer.take()),
        }
        Ok(values)
    }

    #[method("__length_hint__($self, /)")]
    fn length_hint(&self) -> usize {
        let len = self.buffer.borrow().as_ref().map_or(0, Buffer::len);
        len.saturating_sub(self.index.get()) / self.format.size
    }
}
