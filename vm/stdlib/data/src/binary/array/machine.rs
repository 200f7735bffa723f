//! Pickled arrays of other machines.

use super::Array;
use super::class::{Initial, make};
use super::items::{DESCRS, Descr, Kind, descr_of};
use objects::codecs::utf16;
use objects::types::bytes::Bytes;
use objects::types::float::Float;
use objects::types::int::Int;
use objects::types::list::List;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, TypeObject, raise};

/// A machine format: the items' kind, size and byte order.
struct Format {
    kind: Kind,
    size: usize,
    big_endian: bool,
}

/// The highest format number.
const LAST: i32 = 21;

fn format(number: i32) -> Option<Format> {
    // From 2 on, formats come in pairs, little-endian first.
    let (kind, size) = match number {
        0 => (Kind::Unsigned, 1),
        1 => return Some(Format { kind: Kind::Signed, size: 1, big_endian: false }),
        2 | 3 => (Kind::Unsigned, 2),
        4 | 5 => (Kind::Signed, 2),
        6 | 7 => (Kind::Unsigned, 4),
        8 | 9 => (Kind::Signed, 4),
        10 | 11 => (Kind::Unsigned, 8),
        12 | 13 => (Kind::Signed, 8),
        14 | 15 => (Kind::Single, 4),
        16 | 17 => (Kind::Double, 8),
        18 | 19 => (Kind::Char, 2),
        20..=LAST => (Kind::Char, 4),
        _ => return None,
    };
    Some(Format { kind, size, big_endian: number % 2 == 1 })
}

/// The array of a pickle.
///
/// # Errors
/// TypeError, ValueError for bad arguments.
pub fn reconstruct(class: &Object, typecode: &Object, number: i32, items: &Object) -> Result<Ref> {
    let typecode = match typecode.cast::<Str>() {
        Some(text) if text.len() == 1 => text.at(0),
        _ => {
            let got = typecode.class().full_name();
            return Err(raise!(
                TypeError,
                "_array_reconstructor() argument 2 must be a unicode character, not {got}"
            ));
        }
    };
    let Some(class) = class.cast::<TypeObject>() else {
        return Err(raise!(TypeError, "first argument must be a type object, not {}", class.class().name()));
    };
    if !class.is_subtype(Array::class()) {
        let (name, wanted) = (class.full_name(), Array::class().full_name());
        return Err(raise!(TypeError, "{name} is not a subtype of {wanted}"));
    }
    let Some(descr) = descr_of(typecode) else {
        return Err(raise!(ValueError, "second argument must be a valid type code"));
    };
    let Some(format) = format(number) else {
        return Err(raise!(ValueError, "third argument must be a valid machine format code."));
    };
    let Some(bytes) = items.cast::<Bytes>() else {
        return Err(raise!(TypeError, "fourth argument should be bytes, not {}", items.class().name()));
    };
    if number == i32::from(descr.machine_format) {
        return Ok(make(class, descr, Some(Initial::of(descr, items)?))?.upcast());
    }
    let (descr, values) = convert(descr, &format, bytes.as_slice())?;
    Ok(make(class, descr, Some(Initial::of(descr, &values)?))?.upcast())
}

/// The values as a list or a string, and the type code that fits them.
fn convert(descr: &'static Descr, format: &Format, bytes: &[u8]) -> Result<(&'static Descr, Ref)> {
    if format.kind == Kind::Char {
        let order = if format.big_endian { 1 } else { -1 };
        let text = match format.size {
            2 => utf16::decode_utf16(bytes, None, order, true)?.text,
            _ => utf16::decode_utf32(bytes, None, order, true)?.text,
        };
        return Ok((descr, text.upcast()));
    }
    if !bytes.len().is_multiple_of(format.size) {
        return Err(raise!(ValueError, "string length not a multiple of item size"));
    }
    // Integers get the type code of their own size if there is one.
    let fitting = DESCRS.iter().rev().find(|other| {
        matches!(format.kind, Kind::Signed | Kind::Unsigned)
            && other.kind == format.kind
            && other.size() == format.size
    });
    let values = List::new()?;
    for item in bytes.chunks_exact(format.size) {
        let mut word = [0; 8];
        word[..item.len()].copy_from_slice(item);
        if format.big_endian {
            word[..item.len()].reverse();
        }
        let (word, unused) = (u64::from_le_bytes(word), 64 - 8 * format.size as u32);
        values.push(match format.kind {
            Kind::Single => Float::new(f32::from_bits(word as u32).into())?.upcast(),
            Kind::Double => Float::new(f64::from_bits(word))?.upcast(),
            Kind::Signed => Int::from_i64((word << unused) as i64 >> unused)?.upcast(),
            _ => Int::from_u64(word)?.upcast(),
        })?;
    }
    Ok((fitting.unwrap_or(descr), values.upcast()))
}
