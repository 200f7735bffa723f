//! Type codes: what an array's items are in memory and in Python.

use core::ffi::{CStr, c_char, c_int};
use objects::protocol::number;
use objects::types::exceptions as exc;
use objects::types::float::Float;
use objects::types::int::Int;
use objects::types::str::Str;
use objects::{Object, Raised, Ref, Result, raise};

/// How items are read and written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Signed,
    Unsigned,
    Char,
    Single,
    Double,
}

/// `arraydescr`; extensions read the first two fields.
#[repr(C)]
pub struct Descr {
    pub typecode: c_char,
    pub itemsize: c_int,
    pub kind: Kind,
    /// The format of a buffer.
    pub format: &'static CStr,
    /// The number of the machine format in pickles.
    pub machine_format: u8,
}

const fn descr(typecode: u8, size: usize, kind: Kind, format: &'static CStr, machine_format: u8) -> Descr {
    // Big-endian formats follow their little-endian twins.
    let big = size > 1 && cfg!(target_endian = "big");
    let machine_format = machine_format + if big { 1 } else { 0 };
    Descr { typecode: typecode as c_char, itemsize: size as c_int, kind, format, machine_format }
}

const LONG: usize = size_of::<libc::c_long>();

/// In the order of `typecodes`.
pub static DESCRS: [Descr; 14] = [
    descr(b'b', 1, Kind::Signed, c"b", 1),
    descr(b'B', 1, Kind::Unsigned, c"B", 0),
    descr(b'u', 4, Kind::Char, c"w", 20),
    descr(b'w', 4, Kind::Char, c"w", 20),
    descr(b'h', 2, Kind::Signed, c"h", 4),
    descr(b'H', 2, Kind::Unsigned, c"H", 2),
    descr(b'i', 4, Kind::Signed, c"i", 8),
    descr(b'I', 4, Kind::Unsigned, c"I", 6),
    descr(b'l', LONG, Kind::Signed, c"l", if LONG == 8 { 12 } else { 8 }),
    descr(b'L', LONG, Kind::Unsigned, c"L", if LONG == 8 { 10 } else { 6 }),
    descr(b'q', 8, Kind::Signed, c"q", 12),
    descr(b'Q', 8, Kind::Unsigned, c"Q", 10),
    descr(b'f', 4, Kind::Single, c"f", 14),
    descr(b'd', 8, Kind::Double, c"d", 16),
];

/// The items of type code `char`.
pub fn descr_of(char: u32) -> Option<&'static Descr> {
    DESCRS.iter().find(|descr| u32::from(descr.typecode as u8) == char)
}

/// The bytes of one item; the first `itemsize` of them count.
pub type Item = [u8; 8];

impl Descr {
    pub fn size(&self) -> usize {
        self.itemsize as usize
    }

    pub fn code(&self) -> char {
        char::from(self.typecode as u8)
    }

    /// The item in `bytes` as an object.
    ///
    /// # Errors
    /// ValueError for a number that is no character; MemoryError.
    pub fn get(&self, bytes: &[u8]) -> Result<Ref> {
        let word = self.word(bytes);
        match self.kind {
            Kind::Signed => {
                let unused = 64 - 8 * self.size() as u32;
                Ok(Int::from_i64((word << unused) as i64 >> unused)?.upcast())
            }
            Kind::Unsigned => Ok(Int::from_u64(word)?.upcast()),
            Kind::Char => Ok(Str::from_char(check_char(word as u32)?)?.upcast()),
            Kind::Single => Ok(Float::new(f32::from_bits(word as u32).into())?.upcast()),
            Kind::Double => Ok(Float::new(f64::from_bits(word))?.upcast()),
        }
    }

    fn word(&self, bytes: &[u8]) -> u64 {
        match *bytes {
            [a] => a.into(),
            [a, b] => u16::from_ne_bytes([a, b]).into(),
            [a, b, c, d] => u32::from_ne_bytes([a, b, c, d]).into(),
            [a, b, c, d, e, f, g, h] => u64::from_ne_bytes([a, b, c, d, e, f, g, h]),
            _ => 0,
        }
    }

    /// `value` as an item.
    ///
    /// # Errors
    /// TypeError for another kind of object; OverflowError for a number that does not fit.
    pub fn set(&self, value: &Object) -> Result<Item> {
        let mut item = [0; 8];
        let mut put = |bytes: &[u8]| item[..bytes.len()].copy_from_slice(bytes);
        match self.typecode as u8 {
            b'b' => put(&in_range::<i8>(
                value,
                "signed char",
                "signed short integer",
                i16::MIN.into(),
                i16::MAX.into(),
            )?
            .to_ne_bytes()),
            b'B' => put(&in_range::<u8>(value, "unsigned byte integer", "unsigned byte integer", 0, 255)?
                .to_ne_bytes()),
            b'h' => {
                let name = "signed short integer";
                put(&in_range::<i16>(value, name, name, i16::MIN.into(), i16::MAX.into())?.to_ne_bytes())
            }
            b'H' => put(&in_range::<u16>(
                value,
                "unsigned short",
                "signed integer",
                i32::MIN.into(),
                i32::MAX.into(),
            )?
            .to_ne_bytes()),
            b'i' => {
                let name = "signed integer";
                put(&in_range::<i32>(value, name, name, i32::MIN.into(), i32::MAX.into())?.to_ne_bytes())
            }
            b'I' => {
                let value = unsigned_long(value)?;
                let value = u32::try_from(value)
                    .map_err(|_| raise!(OverflowError, "unsigned int is greater than maximum"))?;
                put(&value.to_ne_bytes());
            }
            b'L' => put(&unsigned_long(value)?.to_ne_bytes()),
            b'l' => {
                let value = number::index(value)?.to_i64();
                put(&value
                    .ok_or_else(|| too_large("Python int too large to convert to C long"))?
                    .to_ne_bytes());
            }
            b'q' => {
                let value = number::index(value)?.to_i64();
                put(&value.ok_or_else(|| too_large("int too big to convert"))?.to_ne_bytes());
            }
            b'Q' => {
                let value = number::index(value)?;
                if value.is_negative() {
                    return Err(too_large("can't convert negative int to unsigned"));
                }
                put(&value.to_u64().ok_or_else(|| too_large("int too big to convert"))?.to_ne_bytes());
            }
            b'f' => put(&(number::as_f64(value)? as f32).to_ne_bytes()),
            b'd' => put(&number::as_f64(value)?.to_ne_bytes()),
            _ => match value.cast::<Str>() {
                Some(text) if text.len() == 1 => put(&text.at(0).to_ne_bytes()),
                _ => return Err(raise!(TypeError, "array item must be unicode character")),
            },
        }
        Ok(item)
    }
}

/// A number that is a character.
///
/// # Errors
/// ValueError.
pub fn check_char(char: u32) -> Result<u32> {
    if char > 0x10ffff {
        return Err(raise!(ValueError, "character U+{char:x} is not in range [U+0000; U+10ffff]"));
    }
    Ok(char)
}

#[cold]
fn too_large(text: &str) -> Raised {
    objects::raise::set_text(&exc::OverflowError, format_args!("{text}"))
}

/// An int that goes through a wider C type first, which has limits of its own.
fn in_range<T: TryFrom<i64>>(value: &Object, name: &str, wide: &str, low: i64, high: i64) -> Result<T> {
    let int = number::index(value)?;
    let value = int.to_i64().ok_or_else(|| too_large("Python int too large to convert to C long"))?;
    let bound = if value < 0 { "less than minimum" } else { "greater than maximum" };
    if !(low..=high).contains(&value) {
        return Err(raise!(OverflowError, "{wide} is {bound}"));
    }
    T::try_from(value).map_err(|_| raise!(OverflowError, "{name} is {bound}"))
}

fn unsigned_long(value: &Object) -> Result<u64> {
    let int = number::index(value)?;
    if int.is_negative() {
        return Err(too_large("can't convert negative value to unsigned int"));
    }
    int.to_u64().ok_or_else(|| too_large("Python int too large to convert to C unsigned long"))
}
