//! Items by their native format character: from memory to objects and back.

use crate::object::Object;
use crate::object::refs::Ref;
use crate::protocol::{self, number};
use crate::raise;
use crate::raise::Result;
use crate::types::bool::new_bool;
use crate::types::bytes::Bytes;
use crate::types::exceptions as exc;
use crate::types::float::Float;
use crate::types::int::{Int, new_int};
use core::ffi::CStr;
use std::ffi::CString;
use std::sync::Mutex;

/// A native format of one character, with the C string that a view shows for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Native {
    pub char: u8,
    pub size: usize,
}

/// The native format that `format` names, a leading `@` allowed.
pub fn native(format: &str) -> Option<Native> {
    let format = format.strip_prefix('@').unwrap_or(format);
    let &[char] = format.as_bytes() else { return None };
    let size = match char {
        b'c' | b'b' | b'B' | b'?' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' | b'q' | b'Q' | b'n' | b'N' | b'd' | b'P' => 8,
        _ => return None,
    };
    Some(Native { char, size })
}

impl Native {
    /// Whether items are single bytes.
    pub fn is_byte(self) -> bool {
        matches!(self.char, b'c' | b'b' | b'B')
    }
}

/// The static C string of a native format as a program wrote it.
pub fn c_string(format: &str) -> Option<&'static CStr> {
    const ALL: [(&str, &CStr); 36] = [
        ("c", c"c"),
        ("b", c"b"),
        ("B", c"B"),
        ("h", c"h"),
        ("H", c"H"),
        ("i", c"i"),
        ("I", c"I"),
        ("l", c"l"),
        ("L", c"L"),
        ("q", c"q"),
        ("Q", c"Q"),
        ("n", c"n"),
        ("N", c"N"),
        ("f", c"f"),
        ("d", c"d"),
        ("e", c"e"),
        ("?", c"?"),
        ("P", c"P"),
        ("@c", c"@c"),
        ("@b", c"@b"),
        ("@B", c"@B"),
        ("@h", c"@h"),
        ("@H", c"@H"),
        ("@i", c"@i"),
        ("@I", c"@I"),
        ("@l", c"@l"),
        ("@L", c"@L"),
        ("@q", c"@q"),
        ("@Q", c"@Q"),
        ("@n", c"@n"),
        ("@N", c"@N"),
        ("@f", c"@f"),
        ("@d", c"@d"),
        ("@e", c"@e"),
        ("@?", c"@?"),
        ("@P", c"@P"),
    ];
    ALL.iter().find(|(text, _)| *text == format).map(|(_, string)| *string)
}

/// A C string of a format that stays: what is not native is kept for good, once.
pub fn kept(format: &str) -> &'static CStr {
    static KEPT: Mutex<Vec<&'static CStr>> = Mutex::new(Vec::new());
    if let Some(string) = c_string(format) {
        return string;
    }
    let mut kept = crate::state::lock(&KEPT);
    if let Some(string) = kept.iter().find(|string| string.to_bytes() == format.as_bytes()) {
        return string;
    }
    // A format comes from a C string, so it has no NUL.
    let string: &'static CStr = Box::leak(CString::new(format).unwrap_or_default().into_boxed_c_str());
    kept.push(string);
    string
}

/// One item as a number, for comparing without making objects.
#[derive(Clone, Copy)]
pub enum Value {
    Int(i128),
    Float(f64),
    Byte(u8),
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (*self, *other) {
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Byte(a), Value::Byte(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => {
                // Exact: a float that is an integer of 128 bits converts without loss.
                b.is_finite() && b.fract() == 0.0 && b.abs() < 2f64.powi(126) && b as i128 == a
            }
            (Value::Byte(_), _) | (_, Value::Byte(_)) => false,
        }
    }
}

/// The value of a half-precision float.
pub fn half_to_f64(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    sign * match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => return f64::NAN.copysign(sign),
        _ => (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
    }
}

/// The half-precision float nearest to `value` (ties to even); `None` when it is too large.
pub fn half_from_f64(value: f64) -> Option<u16> {
    let sign = if value.is_sign_negative() { 0x8000 } else { 0 };
    if value.is_nan() {
        return Some(sign | 0x7e00);
    }
    if value.is_infinite() {
        return Some(sign | 0x7c00);
    }
    let magnitude = value.abs();
    let exponent = if magnitude == 0.0 { -14 } else { (magnitude.to_bits() >> 52) as i32 - 1023 }.max(-14);
    // In units of the last place; adding rounds up into the next exponent by itself.
    let units = (magnitude / 2f64.powi(exponent - 10)).round_ties_even() as u32;
    let bits = ((exponent + 14) as u32) * 1024 + units;
    (bits < 0x7c00).then_some(sign | bits as u16)
}

/// The value of the item in `bytes`.
pub fn value(format: Native, bytes: &[u8]) -> Value {
    let mut word = [0; 8];
    word[..format.size].copy_from_slice(&bytes[..format.size]);
    let unsigned = u64::from_ne_bytes(word);
    match format.char {
        b'c' => Value::Byte(bytes[0]),
        b'?' => Value::Int((bytes[0] != 0).into()),
        b'f' => Value::Float(f32::from_bits(unsigned as u32).into()),
        b'd' => Value::Float(f64::from_bits(unsigned)),
        b'e' => Value::Float(half_to_f64(unsigned as u16)),
        b'b' => Value::Int((unsigned as i8).into()),
        b'h' => Value::Int((unsigned as i16).into()),
        b'i' => Value::Int((unsigned as i32).into()),
        b'l' | b'q' | b'n' => Value::Int((unsigned as i64).into()),
        _ => Value::Int(unsigned.into()),
    }
}

/// The item in `bytes` as an object.
///
/// # Errors
/// NotImplementedError for a format that is not native; MemoryError.
pub fn unpack(format: &str, bytes: &[u8]) -> Result<Ref> {
    let Some(native) = native(format) else {
        return Err(raise!(NotImplementedError, "memoryview: unsupported format {format}"));
    };
    match value(native, bytes) {
        Value::Byte(byte) => Ok(Bytes::new(&[byte])?.upcast()),
        Value::Float(value) => Ok(Float::new(value)?.upcast()),
        Value::Int(value) if native.char == b'?' => Ok(new_bool(value != 0)),
        Value::Int(value) => match i64::try_from(value) {
            Ok(value) => new_int(value),
            Err(_) => Ok(Int::from_i128(value)?.upcast()),
        },
    }
}

/// NotImplementedError for a format that is not native.
///
/// # Errors
/// That.
pub fn check(format: &str) -> Result<()> {
    match native(format) {
        Some(_) => Ok(()),
        None => Err(raise!(NotImplementedError, "memoryview: unsupported format {format}")),
    }
}

/// Writes `object` as an item into `bytes`.
///
/// # Errors
/// TypeError, ValueError with the format's name; NotImplementedError for a format that is not native.
pub fn pack(format: &str, bytes: &mut [u8], object: &Object) -> Result<()> {
    let Some(native) = native(format) else {
        return Err(raise!(NotImplementedError, "memoryview: unsupported format {format}"));
    };
    let word = word(native, object).map_err(|raised| {
        let kind = if raised.matches(&exc::TypeError) {
            "type"
        } else if raised.matches(&exc::OverflowError) || raised.matches(&exc::ValueError) {
            "value"
        } else {
            return raised;
        };
        raised.clear();
        let text = format!("memoryview: invalid {kind} for format '{format}'");
        if kind == "type" { raise!(TypeError, "{text}") } else { raise!(ValueError, "{text}") }
    })?;
    // Releasing the view while the object was converted leaves nothing to write to.
    if let Some(place) = bytes.get_mut(..native.size) {
        place.copy_from_slice(&word.to_ne_bytes()[..native.size]);
    }
    Ok(())
}

fn word(format: Native, object: &Object) -> Result<u64> {
    let out_of_range = || raise!(ValueError, "out of range");
    match format.char {
        b'c' => match object.cast::<Bytes>().map(Bytes::as_slice) {
            Some([byte]) => Ok((*byte).into()),
            Some(_) => Err(out_of_range()),
            None => Err(raise!(TypeError, "not a byte")),
        },
        b'?' => protocol::object::is_true(object).map(u64::from),
        b'd' => number::as_f64(object).map(f64::to_bits),
        b'f' => {
            let value = number::as_f64(object)?;
            let single = value as f32;
            if single.is_infinite() && value.is_finite() {
                Err(out_of_range())
            } else {
                Ok(single.to_bits().into())
            }
        }
        b'e' => half_from_f64(number::as_f64(object)?).map(u64::from).ok_or_else(out_of_range),
        char => {
            let value = number::index(object)?.to_i128().ok_or_else(out_of_range)?;
            let bits = format.size as u32 * 8;
            let signed = char.is_ascii_lowercase();
            let (low, high) = if signed {
                (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)
            } else {
                (0, (1i128 << bits) - 1)
            };
            if (low..=high).contains(&value) { Ok(value as u64) } else { Err(out_of_range()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves() {
        // `struct.pack('<e', x)`
        for (value, bits) in [
            (0.0, 0),
            (-0.0, 0x8000),
            (1.0, 0x3c00),
            (65504.0, 0x7bff),
            (6e-8, 1),
            (0.1, 0x2e66),
            (1.0 / 3.0, 0x3555),
            (-2.5, 0xc100),
            (6.104e-5, 0x0400),
        ] {
            assert_eq!(half_from_f64(value), Some(bits), "{value}");
        }
        assert_eq!(half_from_f64(65520.0), None);
        assert_eq!(half_to_f64(0x3555), 0.333251953125);
        assert_eq!(half_to_f64(1), 5.960464477539063e-08);
        assert_eq!(half_to_f64(0xfc00), f64::NEG_INFINITY);
    }
}
