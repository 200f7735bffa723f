//! One argument into the places that one unit of a format names.

use crate::pymem::{PyMem_Free, PyMem_Malloc};
use crate::varargs::VaList;
use core::ffi::{CStr, c_char, c_int, c_long, c_void};
use objects::protocol::buffer::{self, SIMPLE, WRITABLE};
use objects::protocol::{number, object, sequence};
use objects::types::buffer::BufferView;
use objects::types::bytearray::ByteArray;
use objects::types::bytes::Bytes;
use objects::types::complex;
use objects::types::int::Int;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Raised, Result, TypeObject, codecs, raise};

/// Why an argument does not fit.
pub enum Misfit {
    /// An exception says so.
    Raised(Raised),
    /// A text for a TypeError, or for a SystemError if it begins with a parenthesis.
    Text(String),
}

impl From<Raised> for Misfit {
    fn from(raised: Raised) -> Misfit {
        Misfit::Raised(raised)
    }
}

type Conversion = core::result::Result<(), Misfit>;

/// The class's name, or None.
pub fn type_text(object: &Object) -> &str {
    if object.is(none()) { "None" } else { object.class().full_name() }
}

/// "must be X, not Y"; a text in parentheses stands for itself.
fn expected<T>(what: &str, object: &Object) -> core::result::Result<T, Misfit> {
    Err(Misfit::Text(if what.starts_with('(') {
        what.to_owned()
    } else {
        format!("must be {what}, not {}", type_text(object))
    }))
}

/// What conversions made that has to be undone when a later one fails.
enum Undo {
    /// A view to release.
    Buffer(*mut BufferView),
    /// Memory to free.
    Memory(*mut *mut c_char),
    /// A converter to call again with NULL.
    Converter(Converter, *mut c_void),
}

/// The converter of `O&`.
type Converter = unsafe extern "C" fn(*mut Object, *mut c_void) -> c_int;

/// A converter that wants to be called again with NULL (`Py_CLEANUP_SUPPORTED`).
const CLEANUP_SUPPORTED: c_int = 0x20000;

/// The conversions of one call.
#[derive(Default)]
pub struct Conversions {
    undo: Vec<Undo>,
    /// Which item of nested sequences is looked at.
    pub path: Vec<usize>,
}

impl Conversions {
    /// Keeps what was converted: the caller has it now.
    pub fn keep(mut self) {
        self.undo.clear();
    }
}

impl Drop for Conversions {
    fn drop(&mut self) {
        for undo in self.undo.drain(..).rev() {
            // SAFETY: made by the conversion that noted it, for places that the caller still has.
            unsafe {
                match undo {
                    Undo::Buffer(view) => buffer::release(&mut *view),
                    Undo::Memory(place) => {
                        PyMem_Free((*place).cast());
                        *place = core::ptr::null_mut();
                    }
                    Undo::Converter(convert, place) => {
                        convert(core::ptr::null_mut(), place);
                    }
                }
            }
        }
    }
}

/// A format that is being read.
#[derive(Clone, Copy)]
pub struct Format<'a> {
    /// What is left.
    pub rest: &'a [u8],
}

impl Format<'_> {
    /// The next unit, which stays.
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next unit.
    pub fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    /// Whether the next unit is `wanted`, which is then read.
    pub fn eat(&mut self, wanted: u8) -> bool {
        let is_there = self.peek() == Some(wanted);
        if is_there {
            self.rest = &self.rest[1..];
        }
        is_there
    }

    /// Whether no unit is left.
    pub fn is_at_end(&self) -> bool {
        matches!(self.peek(), None | Some(b':' | b';'))
    }

    /// What is left, for messages.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.rest).into_owned()
    }
}

impl Conversions {
    /// Converts an argument as the next unit says.
    ///
    /// # Safety
    /// The list has the places that the unit asks for.
    pub unsafe fn item(&mut self, arg: &Object, format: &mut Format<'_>, list: &mut VaList) -> Conversion {
        if format.eat(b'(') {
            // SAFETY: the caller's promise.
            unsafe { self.sequence(arg, format, list, false)? };
            format.eat(b')');
            return Ok(());
        }
        // SAFETY: the caller's promise.
        unsafe { self.simple(arg, format, list) }
    }

    /// Converts the items of a sequence up to the closing parenthesis.
    ///
    /// # Safety
    /// As [`Conversions::item`].
    unsafe fn sequence(
        &mut self,
        arg: &Object,
        format: &mut Format<'_>,
        list: &mut VaList,
        is_top: bool,
    ) -> Conversion {
        let wanted = count_units(format.rest);
        if !sequence::is_sequence(arg) || arg.cast::<Bytes>().is_some() {
            let given = type_text(arg);
            return Err(Misfit::Text(if is_top {
                format!("expected {wanted} arguments, not {given}")
            } else {
                format!("must be {wanted}-item sequence, not {given}")
            }));
        }
        let len = object::len(arg)?;
        if len != wanted {
            let plural = if wanted == 1 { "" } else { "s" };
            return Err(Misfit::Text(if is_top {
                format!("expected {wanted} argument{plural}, not {len}")
            } else {
                format!("must be sequence of length {wanted}, not {len}")
            }));
        }
        for index in 0..wanted {
            self.path.push(index);
            let Ok(item) = sequence::get_item(arg, index as isize) else {
                drop(raise::take_pending());
                return Err(Misfit::Text("is not retrievable".into()));
            };
            // SAFETY: the caller's promise.
            unsafe { self.item(&item, format, list)? };
            self.path.pop();
        }
        Ok(())
    }

    /// # Safety
    /// As [`Conversions::item`].
    unsafe fn simple(&mut self, arg: &Object, format: &mut Format<'_>, list: &mut VaList) -> Conversion {
        // SAFETY (whole body): the caller's promise; each place has the type that its unit means.
        unsafe {
            match format.next().unwrap_or(0) {
                b'b' => {
                    let value = in_range(arg, 0, i64::from(u8::MAX), "unsigned byte integer")?;
                    list.arg::<*mut u8>().write(value as u8);
                }
                b'B' => list.arg::<*mut u8>().write(mask(arg)? as u8),
                b'h' => {
                    let (low, high) = (i64::from(i16::MIN), i64::from(i16::MAX));
                    let value = in_range(arg, low, high, "signed short integer")?;
                    list.arg::<*mut i16>().write(value as i16);
                }
                b'H' => list.arg::<*mut u16>().write(mask(arg)? as u16),
                b'i' => {
                    let (low, high) = (i64::from(i32::MIN), i64::from(i32::MAX));
                    let value = in_range(arg, low, high, "signed integer")?;
                    list.arg::<*mut c_int>().write(value as c_int);
                }
                b'I' => list.arg::<*mut u32>().write(mask(arg)? as u32),
                b'n' => {
                    let int = number::index(arg)?;
                    let value = int.to_i64().ok_or_else(|| too_large("C ssize_t"))?;
                    list.arg::<*mut isize>().write(value as isize);
                }
                b'l' | b'L' => list.arg::<*mut c_long>().write(long(arg)?),
                b'k' | b'K' => match arg.cast::<Int>() {
                    Some(int) => list.arg::<*mut u64>().write(mask(int)?),
                    None => return expected("int", arg),
                },
                b'f' => list.arg::<*mut f32>().write(number::as_f64(arg)? as f32),
                b'd' => list.arg::<*mut f64>().write(number::as_f64(arg)?),
                b'D' => list.arg::<*mut num::complex::Complex>().write(complex::as_complex(arg)?),
                b'c' => list.arg::<*mut u8>().write(byte(arg)?),
                b'C' => list.arg::<*mut c_int>().write(char_of(arg)? as c_int),
                b'p' => list.arg::<*mut c_int>().write(object::is_true(arg)?.into()),
                b'y' if format.eat(b'*') => self.view(arg, list.arg(), false)?,
                b'y' => {
                    let place = list.arg::<*mut *const c_char>();
                    let bytes = lent_bytes(arg)?;
                    if format.eat(b'#') {
                        place.write(bytes.as_ptr().cast());
                        list.arg::<*mut isize>().write(bytes.len() as isize);
                    } else {
                        place.write(without_nul(bytes, "embedded null byte")?);
                    }
                }
                unit @ (b's' | b'z') => self.text(unit == b'z', arg, format, list)?,
                b'e' => self.encoded(arg, format, list)?,
                b'S' => object_of::<Bytes>("bytes", arg, list)?,
                b'Y' => object_of::<ByteArray>("bytearray", arg, list)?,
                b'U' => object_of::<Str>("str", arg, list)?,
                b'O' if format.eat(b'!') => {
                    let class = list.arg::<*const TypeObject>();
                    let place = list.arg::<*mut *mut Object>();
                    if !arg.class().is_subtype(&*class) {
                        return expected((*class).full_name(), arg);
                    }
                    place.write(arg.as_ptr());
                }
                b'O' if format.eat(b'&') => {
                    let convert = list.arg::<Converter>();
                    let place = list.arg::<*mut c_void>();
                    match convert(arg.as_ptr(), place) {
                        0 if raise::occurred() => return Err(Misfit::Raised(raise::pending())),
                        0 => return expected("(unspecified)", arg),
                        CLEANUP_SUPPORTED => self.undo.push(Undo::Converter(convert, place)),
                        _ => {}
                    }
                }
                b'O' => list.arg::<*mut *mut Object>().write(arg.as_ptr()),
                b'w' if format.eat(b'*') => self.view(arg, list.arg(), true)?,
                b'w' => return expected("(invalid use of 'w' format character)", arg),
                _ => return expected("(impossible<bad format char>)", arg),
            }
        }
        Ok(())
    }

    /// Fills a `Py_buffer`, which is released if a later argument does not fit.
    ///
    /// # Safety
    /// `place` may be written to.
    unsafe fn view(&mut self, arg: &Object, place: *mut BufferView, is_writable: bool) -> Conversion {
        let flags = if is_writable { WRITABLE } else { SIMPLE };
        // SAFETY: the caller's promise.
        unsafe {
            if let Err(raised) = crate::pybuffer::get(arg, place, flags) {
                if !is_writable {
                    return Err(Misfit::Raised(raised));
                }
                raised.clear();
                return expected("read-write bytes-like object", arg);
            }
            if !buffer::is_contiguous(&*place, b'C') {
                buffer::release(&mut *place);
                return expected("contiguous buffer", arg);
            }
        }
        self.undo.push(Undo::Buffer(place));
        Ok(())
    }

    /// `s` and `z`, with `*` and `#`.
    ///
    /// # Safety
    /// As [`Conversions::item`].
    unsafe fn text(
        &mut self,
        allows_none: bool,
        arg: &Object,
        format: &mut Format<'_>,
        list: &mut VaList,
    ) -> Conversion {
        let is_none = allows_none && arg.is(none());
        let utf8 = match arg.cast::<Str>() {
            Some(text) => Some(text.to_str()?),
            None => None,
        };
        // SAFETY (whole body): the caller's promise.
        unsafe {
            if format.eat(b'*') {
                let place = list.arg::<*mut BufferView>();
                match utf8 {
                    _ if is_none => *place = core::mem::zeroed(),
                    Some(text) => {
                        buffer::fill(place, arg, text.as_ptr().cast_mut(), text.len(), true, SIMPLE)?;
                        self.undo.push(Undo::Buffer(place));
                    }
                    None => self.view(arg, place, false)?,
                }
            } else if format.eat(b'#') {
                let place = list.arg::<*mut *const c_char>();
                let len_place = list.arg::<*mut isize>();
                let bytes = match utf8 {
                    _ if is_none => {
                        place.write(core::ptr::null());
                        len_place.write(0);
                        return Ok(());
                    }
                    Some(text) => text.as_bytes(),
                    None => lent_bytes(arg)?,
                };
                place.write(bytes.as_ptr().cast());
                len_place.write(bytes.len() as isize);
            } else {
                let place = list.arg::<*mut *const c_char>();
                match utf8 {
                    _ if is_none => place.write(core::ptr::null()),
                    Some(text) => place.write(without_nul(text.as_bytes(), "embedded null character")?),
                    None if allows_none => return expected("str or None", arg),
                    None => return expected("str", arg),
                }
            }
        }
        Ok(())
    }

    /// `es`, `et`, `es#`, `et#`: a copy in a given encoding.
    ///
    /// # Safety
    /// As [`Conversions::item`].
    unsafe fn encoded(&mut self, arg: &Object, format: &mut Format<'_>, list: &mut VaList) -> Conversion {
        // SAFETY (whole body): the caller's promise.
        unsafe {
            let encoding = list.arg::<*const c_char>();
            let encoding = (!encoding.is_null()).then(|| CStr::from_ptr(encoding).to_string_lossy());
            let recodes = match format.next() {
                Some(b's') => true,
                Some(b't') => false,
                _ => return expected("(unknown parser marker combination)", arg),
            };
            let place = list.arg::<*mut *mut c_char>();
            if place.is_null() {
                return expected("(buffer is NULL)", arg);
            }
            let bytes = if let Some(bytes) = arg.cast::<Bytes>().filter(|_| !recodes) {
                bytes.as_slice().to_vec()
            } else if let Some(bytes) = arg.cast::<ByteArray>().filter(|_| !recodes) {
                bytes.as_slice().to_vec()
            } else if let Some(text) = arg.cast::<Str>() {
                match codecs::encode(text, encoding.as_deref(), None) {
                    Ok(bytes) => bytes.as_slice().to_vec(),
                    Err(raised) => {
                        raised.leave();
                        return Err(Misfit::Raised(raise::pending()));
                    }
                }
            } else {
                return expected(if recodes { "str" } else { "str, bytes or bytearray" }, arg);
            };
            if format.eat(b'#') {
                let len_place = list.arg::<*mut isize>();
                if len_place.is_null() {
                    return expected("(buffer_len is NULL)", arg);
                }
                if !(*place).is_null() {
                    let room = *len_place;
                    if bytes.len() as isize + 1 > room {
                        return Err(Misfit::Raised(objects::raise!(
                            ValueError,
                            "encoded string too long ({}, maximum length {})",
                            bytes.len(),
                            room - 1
                        )));
                    }
                    copy_with_nul(&bytes, *place);
                    len_place.write(bytes.len() as isize);
                    return Ok(());
                }
                len_place.write(bytes.len() as isize);
            } else if bytes.contains(&0) {
                return expected("encoded string without null bytes", arg);
            }
            let memory = PyMem_Malloc(bytes.len() + 1).cast::<c_char>();
            if memory.is_null() {
                return Err(Misfit::Raised(raise::no_memory()));
            }
            copy_with_nul(&bytes, memory);
            place.write(memory);
            self.undo.push(Undo::Memory(place));
        }
        Ok(())
    }
}

/// # Safety
/// There is room for the bytes and a NUL.
unsafe fn copy_with_nul(bytes: &[u8], target: *mut c_char) {
    // SAFETY: the caller's promise.
    unsafe {
        target.cast::<u8>().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        target.add(bytes.len()).write(0);
    }
}

/// The argument itself, if it is of a class.
///
/// # Safety
/// The list has a place for it.
unsafe fn object_of<T: Instance>(what: &str, arg: &Object, list: &mut VaList) -> Conversion {
    if arg.cast::<T>().is_none() {
        return expected(what, arg);
    }
    // SAFETY: the caller's promise.
    unsafe { list.arg::<*mut *mut Object>().write(arg.as_ptr()) };
    Ok(())
}

fn long(arg: &Object) -> Result<i64> {
    number::index(arg)?.to_i64().ok_or_else(|| too_large("C long"))
}

#[cold]
fn too_large(target: &str) -> Raised {
    objects::raise!(OverflowError, "Python int too large to convert to {target}")
}

fn in_range(arg: &Object, low: i64, high: i64, what: &str) -> Result<i64> {
    let value = long(arg)?;
    if value < low {
        return Err(objects::raise!(OverflowError, "{what} is less than minimum"));
    }
    if value > high {
        return Err(objects::raise!(OverflowError, "{what} is greater than maximum"));
    }
    Ok(value)
}

/// The lowest bits of an int.
fn mask(arg: &Object) -> Result<u64> {
    Ok(crate::longobject::low_bits(&*number::index(arg)?))
}

/// The only byte of a bytes object or a bytearray.
fn byte(arg: &Object) -> core::result::Result<u8, Misfit> {
    let bytes = match (arg.cast::<Bytes>(), arg.cast::<ByteArray>()) {
        (Some(bytes), _) => bytes.as_slice(),
        (_, Some(bytes)) => bytes.as_slice(),
        _ => &[],
    };
    match *bytes {
        [byte] => Ok(byte),
        _ => expected("a byte string of length 1", arg),
    }
}

/// The only character of a string.
fn char_of(arg: &Object) -> core::result::Result<u32, Misfit> {
    match arg.cast::<Str>() {
        Some(text) if text.len() == 1 => Ok(text.at(0)),
        _ => expected("a unicode character", arg),
    }
}

/// The bytes of an object that keeps them in place without being asked to: one whose views need no release.
fn lent_bytes(arg: &Object) -> core::result::Result<&[u8], Misfit> {
    if arg.class().buffer().is_some_and(|table| table.bf_releasebuffer.get().is_some()) {
        return expected("read-only bytes-like object", arg);
    }
    let view = buffer::Buffer::of(arg, SIMPLE)?;
    let bytes = view.as_slice();
    // SAFETY: such an exporter keeps its memory for as long as it lives.
    Ok(unsafe { core::slice::from_raw_parts(bytes.as_ptr(), bytes.len()) })
}

/// The bytes as a C string; their exporter ends them with a NUL.
fn without_nul(bytes: &[u8], message: &str) -> Result<*const c_char> {
    if bytes.contains(&0) {
        return Err(objects::raise!(ValueError, "{message}"));
    }
    // An empty exporter may have no memory at all.
    Ok(if bytes.is_empty() { c"".as_ptr() } else { bytes.as_ptr().cast() })
}

/// How many arguments the units up to the closing parenthesis take.
fn count_units(format: &[u8]) -> usize {
    let (mut level, mut count) = (0usize, 0);
    let mut units = format.iter().copied();
    while let Some(unit) = units.next() {
        match unit {
            b'(' => {
                count += usize::from(level == 0);
                level += 1;
            }
            b')' if level == 0 => break,
            b')' => level -= 1,
            b':' | b';' => break,
            // Its encoding's kind is not a unit of its own.
            b'e' if level == 0 => {
                count += 1;
                units.next();
            }
            _ if level == 0 && unit.is_ascii_alphabetic() => count += 1,
            _ => {}
        }
    }
    count
}

/// Passes over the next unit and its places.
///
/// # Safety
/// The list has the places that the unit asks for.
///
/// # Errors
/// A text for a SystemError about a bad format.
pub unsafe fn skip(format: &mut Format<'_>, list: &mut VaList) -> core::result::Result<(), &'static str> {
    // SAFETY (whole body): the caller's promise; every place is a pointer.
    unsafe {
        match format.next().unwrap_or(0) {
            b'b' | b'B' | b'h' | b'H' | b'i' | b'I' | b'l' | b'k' | b'L' | b'K' | b'n' | b'f' | b'd'
            | b'D' | b'c' | b'p' | b'C' | b'S' | b'Y' | b'U' => {
                list.arg::<*mut c_void>();
            }
            unit @ (b'e' | b's' | b'z' | b'y' | b'w') => {
                if unit == b'e' {
                    list.arg::<*mut c_void>();
                    if !format.eat(b's') && !format.eat(b't') {
                        return Err("impossible<bad format char>");
                    }
                }
                list.arg::<*mut c_void>();
                if unit == b'w' {
                    if !format.eat(b'*') {
                        return Err("impossible<bad format char>");
                    }
                } else if format.eat(b'#') {
                    list.arg::<*mut c_void>();
                } else if unit != b'e' {
                    format.eat(b'*');
                }
            }
            b'O' => {
                if format.eat(b'!') || format.eat(b'&') {
                    list.arg::<*mut c_void>();
                }
                list.arg::<*mut c_void>();
            }
            b'(' => loop {
                match format.peek() {
                    Some(b')') => {
                        format.next();
                        break;
                    }
                    None | Some(b':' | b';') => return Err("Unmatched left paren in format string"),
                    Some(_) => skip(format, list)?,
                }
            },
            _ => return Err("impossible<bad format char>"),
        }
    }
    Ok(())
}

/// Raises for an argument that does not fit: the `index`th, counted from 1, or 0 for the only one.
pub fn misfit(
    misfit: Misfit,
    index: usize,
    path: &[usize],
    function: Option<&str>,
    message: Option<&str>,
) -> Raised {
    let text = match misfit {
        Misfit::Raised(raised) => return raised,
        Misfit::Text(text) => text,
    };
    let is_internal = text.starts_with('(');
    let text = match message {
        Some(message) => message.to_owned(),
        None => {
            let function = function.map_or(String::new(), |function| format!("{function}() "));
            let place = if index == 0 { String::new() } else { format!(" {index}") };
            let items: String = path.iter().map(|item| format!(", item {item}")).collect();
            let items = if index == 0 { String::new() } else { items };
            format!("{function}argument{place}{items} {text}")
        }
    };
    if is_internal { objects::raise!(SystemError, "{text}") } else { objects::raise!(TypeError, "{text}") }
}
