//! Values to bytes and back, by compiled formats.

use super::error;
use super::format::{Code, Format, Kind};
use objects::protocol::{self, number};
use objects::types::bool::new_bool;
use objects::types::bytearray::ByteArray;
use objects::types::bytes::Bytes;
use objects::types::exceptions as exc;
use objects::types::float::Float;
use objects::types::int::Int;
use objects::types::memoryview::format::{half_from_f64, half_to_f64};
use objects::types::tuple::Tuple;
use objects::{Object, Raised, Ref, Result, raise};

/// Writes `values`, as many as the format has, into the zeroed `place`.
///
/// # Safety
/// `place` has room for the struct and stays where it is although Python code runs meanwhile.
///
/// # Errors
/// `struct.error` for a value that does not fit; OverflowError for a float.
pub unsafe fn pack(format: &Format, values: &[&Object], place: *mut u8) -> Result<()> {
    let mut values = values.iter();
    for code in &format.codes {
        for (n, value) in values.by_ref().take(code.count).enumerate() {
            // SAFETY: within the struct.
            let place = unsafe { place.add(code.offset + n * code.size) };
            match code.kind {
                Kind::Bytes | Kind::Pascal => {
                    let bytes = run_of_bytes(code, value)?;
                    let (head, room) = match code.kind {
                        Kind::Pascal => (1.min(code.size), code.size.saturating_sub(1)),
                        _ => (0, code.size),
                    };
                    let len = bytes.len().min(room);
                    // SAFETY: the head and `room` bytes are `size` together; `bytes` is another object's memory or, with pack_into,
                    // perhaps the same.
                    unsafe {
                        core::ptr::copy(bytes.as_ptr(), place.add(head), len);
                        if head != 0 {
                            place.write(len.min(255) as u8);
                        }
                    }
                }
                _ => {
                    let word = word_of(format, code, value)?;
                    let bytes = if format.big_endian {
                        (word << (64 - code.size * 8)).to_be_bytes()
                    } else {
                        word.to_le_bytes()
                    };
                    // SAFETY: a value is at most eight bytes long.
                    unsafe { place.copy_from_nonoverlapping(bytes.as_ptr(), code.size) };
                }
            }
        }
    }
    Ok(())
}

fn run_of_bytes<'a>(code: &Code, value: &'a Object) -> Result<&'a [u8]> {
    if let Some(bytes) = value.cast::<Bytes>() {
        Ok(bytes.as_slice())
    } else if let Some(array) = value.cast::<ByteArray>() {
        Ok(array.as_slice())
    } else {
        Err(error(format_args!("argument for '{}' must be a bytes object", code.char as char)))
    }
}

/// The bits of a value, in the low bytes.
fn word_of(format: &Format, code: &Code, value: &Object) -> Result<u64> {
    match code.kind {
        Kind::Char => match value.cast::<Bytes>().map(Bytes::as_slice) {
            Some([byte]) => Ok((*byte).into()),
            _ => Err(error(format_args!("char format requires a bytes object of length 1"))),
        },
        Kind::Bool => protocol::object::is_true(value).map(u64::from),
        Kind::Double => Ok(float(value)?.to_bits()),
        Kind::Single => {
            let wide = float(value)?;
            let narrow = wide as f32;
            if !format.native && narrow.is_infinite() && wide.is_finite() {
                return Err(too_large(value, "float too large to pack with f format"));
            }
            Ok(narrow.to_bits().into())
        }
        Kind::Half => half_from_f64(float(value)?)
            .map(u64::from)
            .ok_or_else(|| too_large(value, "float too large to pack with e format")),
        Kind::Pointer => {
            let int = integer(value)?;
            let word = int.to_i128().filter(|word| (i64::MIN.into()..=u64::MAX.into()).contains(word));
            word.map(|word| word as u64).ok_or_else(|| error(format_args!("int too large to convert")))
        }
        _ => {
            let int = integer(value)?;
            let bits = code.size as u32 * 8;
            let (low, high) = if code.kind == Kind::Signed {
                (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)
            } else {
                (0, (1i128 << bits) - 1)
            };
            match int.to_i128() {
                Some(value) if (low..=high).contains(&value) => Ok(value as u64),
                _ => Err(error(format_args!(
                    "'{}' format requires {low} <= number <= {high}",
                    code.char as char
                ))),
            }
        }
    }
}

fn integer(value: &Object) -> Result<Ref<Int>> {
    if value.cast::<Int>().is_none() && !number::is_index(value) {
        return Err(error(format_args!("required argument is not an integer")));
    }
    number::index(value)
}

fn float(value: &Object) -> Result<f64> {
    number::as_f64(value).map_err(|raised| {
        raised.clear();
        error(format_args!("required argument is not a float"))
    })
}

/// The OverflowError of a float; of an int it is another error.
#[cold]
fn too_large(value: &Object, text: &str) -> Raised {
    if value.cast::<Int>().is_some() {
        return error(format_args!("int too large to convert"));
    }
    objects::raise::set_text(&exc::OverflowError, format_args!("{text}"))
}

/// The values in `bytes`, which is as long as the struct.
///
/// # Errors
/// MemoryError.
pub fn unpack(format: &Format, bytes: &[u8]) -> Result<Ref<Tuple>> {
    let tuple = Tuple::alloc(format.len)?;
    let mut places = tuple.places().iter();
    let fill = |place: &core::cell::Cell<*mut Object>, value: Result<Ref>| {
        value.map(|value| place.set(value.into_ptr()))
    };
    let mut status = Ok(());
    'codes: for code in &format.codes {
        for (n, place) in places.by_ref().take(code.count).enumerate() {
            let at = code.offset + n * code.size;
            let Some(item) = bytes.get(at..at + code.size) else {
                status = Err(raise!(SystemError, "a struct is longer than its buffer"));
                break 'codes;
            };
            status = fill(place, value_of(code, item, format.big_endian));
            if status.is_err() {
                break 'codes;
            }
        }
    }
    if let Err(raised) = status {
        // No place of a tuple that is thrown away may be NULL.
        let missing = tuple.places().iter().filter(|place| place.get().is_null());
        missing.for_each(|place| place.set(objects::object::refs::none().into_ptr()));
        return Err(raised);
    }
    Ok(tuple)
}

fn value_of(code: &Code, item: &[u8], big_endian: bool) -> Result<Ref> {
    match code.kind {
        Kind::Bytes | Kind::Char => return Ok(Bytes::new(item)?.upcast()),
        Kind::Pascal => {
            let (&len, rest) = item.split_first().unwrap_or((&0, &[]));
            return Ok(Bytes::new(&rest[..rest.len().min(len.into())])?.upcast());
        }
        _ => {}
    }
    let mut word = [0; 8];
    let word = if big_endian {
        word[8 - item.len()..].copy_from_slice(item);
        u64::from_be_bytes(word)
    } else {
        word[..item.len()].copy_from_slice(item);
        u64::from_le_bytes(word)
    };
    match code.kind {
        Kind::Bool => Ok(new_bool(word != 0)),
        Kind::Signed => {
            let unused = 64 - code.size as u32 * 8;
            Ok(Int::from_i64((word << unused) as i64 >> unused)?.upcast())
        }
        Kind::Half => Ok(Float::new(half_to_f64(word as u16))?.upcast()),
        Kind::Single => Ok(Float::new(f32::from_bits(word as u32).into())?.upcast()),
        Kind::Double => Ok(Float::new(f64::from_bits(word))?.upcast()),
        _ => Ok(Int::from_u64(word)?.upcast()),
    }
}
