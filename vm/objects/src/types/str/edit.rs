//! Padding, replacing, translating.

use super::build::Builder;
use super::{Chars, Str, intern, search};
use crate::args::{At, FromArg};
use crate::object::Object;
use crate::object::refs::Ref;
use crate::protocol;
use crate::raise;
use crate::raise::{Catch, Result};
use crate::types::dict::Dict;
use crate::types::exceptions as exc;
use crate::types::int::{Int, new_int};
use crate::types::none::none;

/// What `center`, `ljust` and `rjust` pad with.
#[derive(Clone, Copy)]
pub struct FillChar(pub u32);

impl<'a> FromArg<'a> for FillChar {
    fn from_arg(argument: &'a Object, _at: At) -> Result<FillChar> {
        match argument.cast::<Str>() {
            None => Err(raise!(
                TypeError,
                "The fill character must be a unicode character, not {}",
                argument.class().name()
            )),
            Some(text) if text.len() != 1 => {
                Err(raise!(TypeError, "The fill character must be exactly one character long"))
            }
            Some(text) => Ok(FillChar(text.at(0))),
        }
    }
}

/// `text` between `left` and `right` fill characters.
///
/// # Errors
/// OverflowError, MemoryError.
pub fn pad(text: &Str, left: usize, right: usize, fill: u32) -> Result<Ref<Str>> {
    if left == 0 && right == 0 {
        return text.to_exact();
    }
    let len = (text.len().checked_add(left))
        .and_then(|len| len.checked_add(right))
        .filter(|&len| isize::try_from(len).is_ok())
        .ok_or_else(|| raise!(OverflowError, "padded string is too long"))?;
    let result = Str::alloc(len, text.max_hint().max(fill))?;
    result.fill_range(0, left, fill);
    result.write_at(left, text.chars());
    result.fill_range(left + text.len(), right, fill);
    Ok(result)
}

/// How many fill characters `center` puts to the left of `len` characters, of `missing` in all.
pub fn center_left(missing: usize, width: usize) -> usize {
    missing / 2 + (missing & width & 1)
}

/// `str.zfill`.
///
/// # Errors
/// OverflowError, MemoryError.
pub fn zfill(text: &Str, width: isize) -> Result<Ref<Str>> {
    let missing = usize::try_from(width).unwrap_or(0).saturating_sub(text.len());
    if missing == 0 {
        return text.to_exact();
    }
    let chars = text.chars();
    let sign = usize::from(!chars.is_empty() && matches!(chars.at(0), 0x2b | 0x2d));
    let result = Str::alloc(text.len() + missing, text.max_hint())?;
    result.write_at(0, chars.slice(0, sign));
    result.fill_range(sign, missing, 0x30);
    result.write_at(sign + missing, chars.slice(sign, chars.len()));
    Ok(result)
}

/// `str.expandtabs`.
///
/// # Errors
/// MemoryError.
pub fn expandtabs(text: &Str, tab: i32) -> Result<Ref<Str>> {
    if !text.chars().iter().any(|char| char == 0x09) {
        return text.to_exact();
    }
    let tab = usize::try_from(tab).unwrap_or(0);
    let mut result = Builder::with_capacity(text.len());
    let mut column = 0;
    for char in text.chars().iter() {
        if char == 0x09 {
            let spaces = if tab == 0 { 0 } else { tab - column % tab };
            column += spaces;
            result.push_repeated(0x20, spaces)?;
            continue;
        }
        column = if matches!(char, 0x0a | 0x0d) { 0 } else { column + 1 };
        result.push(char);
    }
    result.finish()
}

/// `str.replace`; a negative limit replaces all.
///
/// # Errors
/// OverflowError, MemoryError.
pub fn replace(text: &Str, old: &Str, new: &Str, limit: isize) -> Result<Ref<Str>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let chars = text.chars();
    let places: Vec<usize> = if old.is_empty() {
        (0..=chars.len()).take(limit).collect()
    } else if limit == 0 || old.len() > chars.len() {
        Vec::new()
    } else {
        search::all(chars, old.chars(), limit)
    };
    if places.is_empty() || old.equals(new) {
        return text.to_exact();
    }
    let len = (new.len().checked_mul(places.len()))
        .and_then(|added| (chars.len() - places.len() * old.len()).checked_add(added))
        .filter(|&len| isize::try_from(len).is_ok())
        .ok_or_else(|| raise!(OverflowError, "replace string is too long"))?;
    if len == 0 {
        return Ok(intern::empty());
    }
    // What is taken out may have been the only wide characters.
    let narrows = !old.is_ascii();
    if narrows {
        let mut result = Builder::with_capacity(len);
        pieces(chars, &places, old.len(), new.chars(), |piece| result.push_chars(piece));
        return result.finish();
    }
    let result = Str::alloc(len, text.max_hint().max(new.max_hint()))?;
    let mut at = 0;
    pieces(chars, &places, old.len(), new.chars(), |piece| {
        result.write_at(at, piece);
        at += piece.len();
    });
    Ok(result)
}

fn pieces<'a>(
    chars: Chars<'a>,
    places: &[usize],
    width: usize,
    new: Chars<'a>,
    mut each: impl FnMut(Chars<'a>),
) {
    let mut start = 0;
    for &at in places {
        each(chars.slice(start, at));
        each(new);
        start = at + width;
    }
    each(chars.slice(start, chars.len()));
}

/// What a translation table says about one character.
enum Translation {
    Same,
    Delete,
    Char(u32),
    Text(Ref<Str>),
}

fn look_up(table: &Object, char: u32) -> Result<Translation> {
    let key = new_int(char.into())?;
    let Some(value) = protocol::mapping::get_item(table, &key).catch(&exc::LookupError)? else {
        return Ok(Translation::Same);
    };
    if value.is(none()) {
        return Ok(Translation::Delete);
    }
    if let Some(int) = value.cast::<Int>() {
        return match int.to_i64().and_then(|value| u32::try_from(value).ok()) {
            Some(char) if char <= 0x10_ffff => Ok(Translation::Char(char)),
            _ => Err(raise!(ValueError, "character mapping must be in range(0x110000)")),
        };
    }
    match value.downcast::<Str>() {
        Ok(text) => Ok(Translation::Text(text)),
        Err(_) => Err(raise!(TypeError, "character mapping must return integer, None or str")),
    }
}

/// `str.translate`.
///
/// # Errors
/// TypeError, ValueError; what the table raises other than LookupError.
pub fn translate(text: &Str, table: &Object) -> Result<Ref<Str>> {
    translate_or(text, table, |_, end| Ok((None, end)))
}

/// `PyUnicode_Translate`: characters that the table maps to None are an error, which a handler of a name takes care of.
///
/// # Errors
/// As [`translate`]; UnicodeTranslateError; what the handler raises.
pub fn translate_strictly(text: &Str, table: &Object, errors: Option<&str>) -> Result<Ref<Str>> {
    if errors == Some("ignore") {
        return translate(text, table);
    }
    translate_or(text, table, |start, mut end| {
        while end < text.len() && matches!(look_up(table, text.at(end))?, Translation::Delete) {
            end += 1;
        }
        let reason = "character maps to <undefined>";
        let (replacement, position) =
            crate::codecs::errors::translate_error(text, errors, start, end, reason)?;
        Ok((Some(replacement), position))
    })
}

/// [`translate`], with what stands for a character that the table maps to None, from `start` to `end`, and where to go on.
fn translate_or(
    text: &Str,
    table: &Object,
    mut missing: impl FnMut(usize, usize) -> Result<(Option<Ref<Str>>, usize)>,
) -> Result<Ref<Str>> {
    // What the table said about ASCII characters: one below 256, dropped (256), or unknown yet.
    const UNKNOWN: u16 = u16::MAX;
    const DELETED: u16 = 256;
    let mut known = [UNKNOWN; 128];
    let mut result = Builder::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if let Chars::One(chars) = text.chars() {
            // What is known of characters that become one byte is written at once.
            let known_of = |char: u8| known.get(usize::from(char)).copied().unwrap_or(UNKNOWN);
            let rest = &chars[at..];
            let run = rest.iter().position(|&char| known_of(char) >= DELETED).unwrap_or(rest.len());
            result.push_bytes(rest[..run].iter().map(|&char| known_of(char) as u8));
            at += run;
            if at == text.len() {
                break;
            }
        }
        let char = text.at(at);
        match known.get(char as usize).copied() {
            None | Some(UNKNOWN) => {}
            Some(other) => {
                if other != DELETED {
                    result.push(other.into());
                }
                at += 1;
                continue;
            }
        }
        let other = match look_up(table, char)? {
            Translation::Same => char,
            Translation::Char(other) => other,
            Translation::Delete => {
                let (replacement, next) = missing(at, at + 1)?;
                match (replacement, known.get_mut(char as usize)) {
                    (Some(replacement), _) => result.push_chars(replacement.chars()),
                    (None, Some(place)) => *place = DELETED,
                    (None, None) => {}
                }
                at = next;
                continue;
            }
            Translation::Text(text) => {
                result.push_chars(text.chars());
                at += 1;
                continue;
            }
        };
        result.push(other);
        if let (Some(place), Ok(byte)) = (known.get_mut(char as usize), u8::try_from(other)) {
            *place = byte.into();
        }
        at += 1;
    }
    result.finish()
}

/// `str.maketrans`.
///
/// # Errors
/// TypeError, ValueError.
pub fn maketrans(x: &Object, y: Option<&Str>, z: Option<&Str>) -> Result<Ref<Dict>> {
    let table = Dict::new()?;
    if let Some(y) = y {
        let Some(x) = x.cast::<Str>() else {
            return Err(raise!(
                TypeError,
                "first maketrans argument must be a string if there is a second argument"
            ));
        };
        if x.len() != y.len() {
            return Err(raise!(ValueError, "the first two maketrans arguments must have equal length"));
        }
        for (from, to) in x.chars().iter().zip(y.chars().iter()) {
            table.set_item(&*new_int(from.into())?, &*new_int(to.into())?)?;
        }
        for char in z.into_iter().flat_map(|z| z.chars().iter()) {
            table.set_item(&*new_int(char.into())?, none())?;
        }
        return Ok(table);
    }
    let Some(given) = x.cast_exact::<Dict>() else {
        return Err(raise!(TypeError, "if you give only one argument to maketrans it must be a dict"));
    };
    for (key, value) in given.to_vec() {
        if let Some(text) = key.cast::<Str>() {
            if text.len() != 1 {
                return Err(raise!(ValueError, "string keys in translate table must be of length 1"));
            }
            table.set_item(&*new_int(text.at(0).into())?, &value)?;
        } else if key.cast::<Int>().is_some() {
            table.set_item(&key, &value)?;
        } else {
            return Err(raise!(TypeError, "keys in translate table must be strings or integers"));
        }
    }
    Ok(table)
}
