//! THE TABLE OF TYPE CODES: what a letter in `_type_` is in C, and values in memory from and to Python.
//!
//! To add a code: one row in [`codes!`]; the compiler then points at the matches that lack it.

use crate::longdouble;
use core::ffi::{CStr, c_char, c_void};
use core::ptr;
use libffi_sys::ffi_type;
use objects::object::refs::none;
use objects::protocol::{number, object};
use objects::types::bool::new_bool;
use objects::types::bytearray::ByteArray;
use objects::types::bytes::Bytes;
use objects::types::capsule::Capsule;
use objects::types::float::new_float;
use objects::types::int::{Int, SHIFT, new_int};
use objects::types::none;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, raise};

macro_rules! codes {
    ($($letter:literal $code:ident $size:literal $ffi:ident $format:literal;)*) => {
        /// A C type that a letter stands for.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Code {
            $($code),*
        }

        impl Code {
            /// The type of a letter, if it has one on this system.
            pub fn of(letter: u8) -> Option<Code> {
                match letter {
                    $($letter => Some(Code::$code),)*
                    _ => None,
                }
            }

            pub fn letter(self) -> u8 {
                match self {
                    $(Code::$code => $letter,)*
                }
            }

            /// Bytes of a value, which is also its alignment.
            pub fn size(self) -> usize {
                match self {
                    $(Code::$code => $size,)*
                }
            }

            pub fn ffi(self) -> *mut ffi_type {
                match self {
                    $(Code::$code => &raw mut libffi_sys::$ffi,)*
                }
            }

            /// The code of buffers (PEP 3118), in their standard sizes and without the byte order.
            pub fn format(self) -> &'static str {
                match self {
                    $(Code::$code => $format,)*
                }
            }
        }
    };
}

codes! {
    b'c' Char 1 ffi_type_sint8 "c";
    b'b' Byte 1 ffi_type_sint8 "b";
    b'B' UByte 1 ffi_type_uint8 "B";
    b'h' Short 2 ffi_type_sint16 "h";
    b'H' UShort 2 ffi_type_uint16 "H";
    b'i' Int 4 ffi_type_sint32 "i";
    b'I' UInt 4 ffi_type_uint32 "I";
    b'l' Long 8 ffi_type_sint64 "q";
    b'L' ULong 8 ffi_type_uint64 "Q";
    b'q' LongLong 8 ffi_type_sint64 "q";
    b'Q' ULongLong 8 ffi_type_uint64 "Q";
    b'f' Float 4 ffi_type_float "f";
    b'd' Double 8 ffi_type_double "d";
    b'g' LongDouble 16 ffi_type_longdouble "g";
    b'?' Bool 1 ffi_type_uint8 "?";
    b'v' VariantBool 2 ffi_type_sint16 "v";
    b'u' WideChar 4 ffi_type_sint32 "u";
    b'z' CharPointer 8 ffi_type_pointer "z";
    b'Z' WideCharPointer 8 ffi_type_pointer "Z";
    b'P' Pointer 8 ffi_type_pointer "P";
    b'O' PyObject 8 ffi_type_pointer "O";
    b's' Chars 8 ffi_type_pointer "s";
    b'U' WideChars 8 ffi_type_pointer "U";
}

/// The letters that may be in `_type_`, as CPython names them.
pub const LETTERS: &str = "cbBhHiIlLdfuzZqQPXOv?g";

/// The name of capsules that own the memory of a wide string.
const MEMORY: &CStr = c"_ctypes/cfield.c pymem";

macro_rules! signed_integers {
    () => {
        Code::Byte | Code::Short | Code::Int | Code::Long | Code::LongLong
    };
}

macro_rules! unsigned_integers {
    () => {
        Code::UByte | Code::UShort | Code::UInt | Code::ULong | Code::ULongLong
    };
}

macro_rules! integers {
    () => {
        signed_integers!() | unsigned_integers!()
    };
}

impl Code {
    /// Whether an integer is signed; `None` for what is no integer.
    fn signed(self) -> Option<bool> {
        match self {
            signed_integers!() => Some(true),
            unsigned_integers!() => Some(false),
            _ => None,
        }
    }

    /// Whether there is a type with the other byte order.
    pub fn swaps(self) -> bool {
        matches!(self, Code::Float | Code::Double) || self.signed().is_some() && self.size() > 1
    }

    /// Whether a bit field may have the type.
    pub fn has_bits(self) -> bool {
        self.signed().is_some() || self == Code::Bool || self == Code::VariantBool
    }
}

/// Which part of a C value is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Span {
    /// All of it; strings in place have so many bytes.
    Bytes(usize),
    Bits {
        low: u32,
        width: u32,
    },
}

/// How values of a simple type are read and written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Access {
    pub code: Code,
    /// The bytes are in the order that is not the machine's.
    pub swapped: bool,
}

/// The low 64 bits of an integer in two's complement.
pub fn low_bits(value: &Int) -> u64 {
    let digits = value.digits().iter().take(3).enumerate();
    let magnitude =
        digits.fold(0u64, |sum, (place, &digit)| sum | u64::from(digit) << (place as u32 * SHIFT));
    if value.is_negative() { magnitude.wrapping_neg() } else { magnitude }
}

/// Reads `size` bytes, at most 8, as an unsigned integer.
///
/// # Safety
/// So many bytes are there.
unsafe fn load(place: *const u8, size: usize) -> u64 {
    let mut bytes = [0; 8];
    // SAFETY: the caller's promise.
    unsafe { ptr::copy_nonoverlapping(place, bytes.as_mut_ptr(), size.min(8)) };
    u64::from_le_bytes(bytes)
}

/// Writes the low `size` bytes, at most 8.
///
/// # Safety
/// There is room for so many.
unsafe fn store(place: *mut u8, size: usize, value: u64) {
    // SAFETY: the caller's promise.
    unsafe { ptr::copy_nonoverlapping(value.to_le_bytes().as_ptr(), place, size.min(8)) };
}

const _: () = assert!(cfg!(target_endian = "little"));

/// The text of wide characters.
///
/// # Safety
/// `count` characters are at `place`.
///
/// # Errors
/// ValueError for a number that is no character.
pub unsafe fn wide_text(place: *const u8, count: usize) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    let char_at = |index: usize| unsafe { place.add(4 * index).cast::<u32>().read_unaligned() };
    let chars: Vec<u32> = (0..count).map(char_at).collect();
    match chars.iter().find(|&&char| char > 0x10_ffff) {
        Some(char) => Err(raise!(ValueError, "character U+{char:x} is not in range [U+0000; U+10ffff]")),
        None => Str::from_ucs4(&chars),
    }
}

/// The number of wide characters before the NUL, at most `limit`.
///
/// # Safety
/// They are at `place`.
pub unsafe fn wide_length(place: *const u8, limit: usize) -> usize {
    // SAFETY: the caller's promise.
    (0..limit).take_while(|index| unsafe { place.add(4 * index).cast::<u32>().read_unaligned() } != 0).count()
}

/// Writes as many characters as there is room for.
///
/// # Safety
/// There is room for `limit` wide characters.
pub unsafe fn write_wide(place: *mut u8, text: &Str, limit: usize) {
    for (index, char) in text.chars().iter().take(limit).enumerate() {
        // SAFETY: the caller's promise.
        unsafe { place.add(4 * index).cast::<u32>().write_unaligned(char) };
    }
}

/// A wide string in memory of its own, which the capsule frees.
///
/// # Errors
/// MemoryError.
pub fn wide_copy(text: &Str) -> Result<(*mut c_void, Ref)> {
    unsafe extern "C" fn free(capsule: &Object) {
        let pointer = capsule.cast::<Capsule>().map(|capsule| capsule.pointer(Some(MEMORY)));
        match pointer {
            // SAFETY: the block that was allocated for the capsule.
            Some(Ok(pointer)) => unsafe { libc::free(pointer) },
            Some(Err(raised)) => raised.clear(),
            None => {}
        }
    }
    let count = text.len();
    // SAFETY: the size is that of an existing string four times at most.
    let block = unsafe { libc::calloc(count + 1, 4) };
    if block.is_null() {
        return Err(raise::no_memory());
    }
    // SAFETY: a block for one character more.
    unsafe { write_wide(block.cast(), text, count) };
    match Capsule::new(block, MEMORY.as_ptr(), Some(free)) {
        Ok(capsule) => Ok((block, capsule.upcast())),
        Err(raised) => {
            // SAFETY: nobody has it.
            unsafe { libc::free(block) };
            Err(raised)
        }
    }
}

impl Access {
    pub fn native(code: Code) -> Access {
        Access { code, swapped: false }
    }

    /// Whether values are single characters, so that arrays of them are strings.
    pub fn is(self, code: Code) -> bool {
        self.code == code
    }

    unsafe fn load(self, place: *const u8) -> u64 {
        let size = self.code.size();
        // SAFETY: the caller's promise of a value at `place`.
        let value = unsafe { load(place, size) };
        if self.swapped { value.swap_bytes() >> (64 - 8 * size) } else { value }
    }

    unsafe fn store(self, place: *mut u8, value: u64) {
        let size = self.code.size();
        let value = if self.swapped { value.swap_bytes() >> (64 - 8 * size) } else { value };
        // SAFETY: the caller's promise of room for a value at `place`.
        unsafe { store(place, size, value) };
    }

    /// A shift to the left as the machine does it in C, which takes the count modulo the bits of an `int` or a longer type. A bit field
    /// may lie outside of its type, where it goes on in the unit of a longer one.
    fn shift(self, value: u64, count: u32) -> u64 {
        match self.code.size() {
            8 => value.wrapping_shl(count),
            _ => (value as u32).wrapping_shl(count).into(),
        }
    }

    /// The value at `place`.
    ///
    /// # Safety
    /// A C value of the type is there; for strings in place, the bytes that `span` says.
    ///
    /// # Errors
    /// ValueError for a NULL object or a number that is no character; MemoryError.
    pub unsafe fn get(self, place: *const u8, span: Span) -> Result {
        if let Some(signed) = self.code.signed() {
            // SAFETY: the caller's promise.
            let value = unsafe { self.load(place) };
            let bits = 8 * self.code.size() as u32;
            let (low, width) = match span {
                Span::Bytes(_) => (0, bits),
                Span::Bits { low, width } => (low, width),
            };
            // The wanted bits go to the top, then back down with or without their sign.
            let top = self.shift(value, bits.wrapping_sub(low + width)) << (64 - bits);
            let down = 64u32.saturating_sub(width).min(63);
            return match signed {
                true => new_int(top as i64 >> down),
                false => Ok(Int::from_u64(top >> down)?.upcast()),
            };
        }
        // SAFETY (all below): the caller's promise.
        unsafe {
            match self.code {
                Code::Bool => Ok(new_bool(*place != 0)),
                Code::VariantBool => Ok(new_bool(self.load(place) != 0)),
                Code::Float => new_float(f32::from_bits(self.load(place) as u32).into()),
                Code::Double => new_float(f64::from_bits(self.load(place))),
                Code::LongDouble => new_float(longdouble::to_f64(place.cast::<[u8; 16]>().read_unaligned())),
                Code::Char => Ok(Bytes::new(&[*place])?.upcast()),
                Code::WideChar => Ok(wide_text(place, 1)?.upcast()),
                Code::Pointer => match self.load(place) {
                    0 => Ok(none()),
                    address => Ok(Int::from_u64(address)?.upcast()),
                },
                Code::CharPointer => match self.load(place) as *const c_char {
                    text if text.is_null() => Ok(none()),
                    text => Ok(Bytes::new(CStr::from_ptr(text).to_bytes())?.upcast()),
                },
                Code::WideCharPointer => match self.load(place) as *const u8 {
                    text if text.is_null() => Ok(none()),
                    text => Ok(wide_text(text, wide_length(text, usize::MAX))?.upcast()),
                },
                Code::PyObject => match (self.load(place) as *const Object).as_ref() {
                    Some(object) => Ok(object.to_ref()),
                    None => Err(raise!(ValueError, "PyObject is NULL")),
                },
                Code::Chars => {
                    let bytes = core::slice::from_raw_parts(place, span.bytes());
                    let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
                    Ok(Bytes::new(text)?.upcast())
                }
                Code::WideChars => Ok(wide_text(place, wide_length(place, span.bytes() / 4))?.upcast()),
                integers!() => Err(raise::bad_internal_call()),
            }
        }
    }

    /// Writes `value`; what must be kept alive for it comes back, or None.
    ///
    /// # Safety
    /// There is room for a C value of the type; for strings in place, for the bytes that `span` says.
    ///
    /// # Errors
    /// TypeError and ValueError for what the type cannot hold; what conversion methods raise.
    pub unsafe fn set(self, place: *mut u8, value: &Object, span: Span) -> Result {
        if self.code.signed().is_some() {
            let new = low_bits(&*number::index(value)?);
            let new = match span {
                Span::Bytes(_) => new,
                Span::Bits { low, width } => {
                    let mask = u64::MAX.checked_shr(64u32.saturating_sub(width)).unwrap_or(0);
                    // SAFETY: the caller's promise.
                    let old = unsafe { self.load(place) };
                    old & !self.shift(mask, low) | self.shift(new & mask, low)
                }
            };
            // SAFETY: the caller's promise.
            unsafe { self.store(place, new) };
            return Ok(none());
        }
        // SAFETY (all below): the caller's promise.
        unsafe {
            match self.code {
                Code::Bool => {
                    place.write(object::is_true(value)?.into());
                    Ok(none())
                }
                Code::VariantBool => {
                    self.store(place, if object::is_true(value)? { 0xffff } else { 0 });
                    Ok(none())
                }
                Code::Float => {
                    let value = number::as_f64(value)? as f32;
                    self.store(place, value.to_bits().into());
                    Ok(none())
                }
                Code::Double => {
                    let value = number::as_f64(value)?;
                    self.store(place, value.to_bits());
                    Ok(none())
                }
                Code::LongDouble => {
                    let value = number::as_f64(value)?;
                    place.cast::<[u8; 16]>().write_unaligned(longdouble::from_f64(value));
                    Ok(none())
                }
                Code::Char => {
                    place.write(one_char(value)?);
                    Ok(none())
                }
                Code::WideChar => {
                    let text = expect_text(value)?;
                    if text.len() != 1 {
                        return Err(raise!(TypeError, "one character unicode string expected"));
                    }
                    write_wide(place, text, 1);
                    Ok(none())
                }
                Code::Pointer => {
                    let address = match value.cast::<Int>() {
                        Some(int) => low_bits(int),
                        None if value.is(none::none()) => 0,
                        None => return Err(raise!(TypeError, "cannot be converted to pointer")),
                    };
                    self.store(place, address);
                    Ok(none())
                }
                Code::CharPointer => {
                    if let Some(bytes) = value.cast::<Bytes>() {
                        self.store(place, bytes.as_slice().as_ptr() as u64);
                        return Ok(value.to_ref());
                    }
                    self.store(place, address_or_null(value, "bytes")?);
                    Ok(none())
                }
                Code::WideCharPointer => {
                    if let Some(text) = value.cast::<Str>() {
                        let (pointer, keep) = wide_copy(text)?;
                        self.store(place, pointer as u64);
                        return Ok(keep);
                    }
                    self.store(place, address_or_null(value, "unicode string")?);
                    Ok(none())
                }
                Code::PyObject => {
                    self.store(place, value.as_ptr() as u64);
                    Ok(value.to_ref())
                }
                Code::Chars => set_chars(place, value, span.bytes()),
                Code::WideChars => set_wide_chars(place, value, span.bytes() / 4),
                integers!() => Err(raise::bad_internal_call()),
            }
        }
    }
}

impl Span {
    fn bytes(self) -> usize {
        match self {
            Span::Bytes(size) => size,
            Span::Bits { .. } => 0,
        }
    }
}

fn one_char(value: &Object) -> Result<u8> {
    let byte = match value.cast::<Int>() {
        Some(int) => int.to_i64().and_then(|value| u8::try_from(value).ok()),
        None => {
            let bytes = value.cast::<Bytes>().map(|bytes| bytes.as_slice());
            match bytes.or_else(|| value.cast::<ByteArray>().map(ByteArray::as_slice)) {
                Some(&[byte]) => Some(byte),
                _ => None,
            }
        }
    };
    byte.ok_or_else(|| raise!(TypeError, "one character bytes, bytearray or integer expected"))
}

fn expect_text(value: &Object) -> Result<&Str> {
    value.cast::<Str>().ok_or_else(|| {
        raise!(TypeError, "unicode string expected instead of {} instance", value.class().full_name())
    })
}

fn address_or_null(value: &Object, what: &str) -> Result<u64> {
    if value.is(none::none()) {
        return Ok(0);
    }
    let Some(int) = value.cast::<Int>() else {
        let got = value.class().full_name();
        return Err(raise!(TypeError, "{what} or integer address expected instead of {got} instance"));
    };
    Ok(low_bits(int))
}

/// An array of characters from bytes up to their first NUL, which goes along if there is room.
unsafe fn set_chars(place: *mut u8, value: &Object, room: usize) -> Result {
    let Some(bytes) = value.cast::<Bytes>() else {
        return Err(raise!(TypeError, "expected bytes, {} found", value.class().full_name()));
    };
    let text = bytes.as_slice().split(|&byte| byte == 0).next().unwrap_or_default();
    if text.len() > room {
        return Err(raise!(ValueError, "bytes too long ({}, maximum length {room})", text.len()));
    }
    // SAFETY: there is room for so many.
    unsafe {
        ptr::copy_nonoverlapping(text.as_ptr(), place, text.len());
        if text.len() < room {
            place.add(text.len()).write(0);
        }
    }
    Ok(none())
}

unsafe fn set_wide_chars(place: *mut u8, value: &Object, room: usize) -> Result {
    let text = expect_text(value)?;
    let len = text.len();
    if len > room {
        return Err(raise!(ValueError, "string too long ({len}, maximum length {room})"));
    }
    // SAFETY: there is room for so many, and one more where the text is shorter.
    unsafe {
        write_wide(place, text, room);
        if len < room {
            place.add(4 * len).cast::<u32>().write_unaligned(0);
        }
    }
    Ok(none())
}
