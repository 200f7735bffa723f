//! Finding one string in another.
//!
//! Strings are kept in their narrowest form, so a needle that is wider than the haystack cannot occur in it; a narrower one is widened once.

use super::Chars;
use core::convert::Infallible;
use std::borrow::Cow;

/// A character of one width.
pub trait Unit: Copy + Eq + 'static {
    fn from_char(char: u32) -> Option<Self>;

    /// The memory of some characters.
    fn bytes(units: &[Self]) -> &[u8];

    const WIDTH: usize = size_of::<Self>();
}

macro_rules! units {
    ($($unit:ty)*) => { $(
        impl Unit for $unit {
            #[inline]
            fn from_char(char: u32) -> Option<$unit> {
                char.try_into().ok()
            }
            #[inline]
            fn bytes(units: &[$unit]) -> &[u8] {
                // SAFETY: the same memory, seen as bytes.
                unsafe { core::slice::from_raw_parts(units.as_ptr().cast(), size_of_val(units)) }
            }
        }
    )* };
}

units!(u8 u16 u32);

/// Up to this length of a haystack, a plain search costs less than preparing a searcher for long ones.
const SHORT: usize = 256;

/// The first occurrence of `needle`, in characters.
pub fn find_units<T: Unit>(haystack: &[T], needle: &[T]) -> Option<usize> {
    match needle {
        [] => return Some(0),
        [unit] => return find_one(haystack, *unit),
        _ if haystack.len() <= SHORT => return find_plainly(haystack, needle),
        _ => {}
    }
    let (all, wanted) = (T::bytes(haystack), T::bytes(needle));
    let mut from = 0;
    while let Some(at) = memchr::memmem::find(&all[from..], wanted) {
        if (from + at) % T::WIDTH == 0 {
            return Some((from + at) / T::WIDTH);
        }
        // Found across characters: go on behind.
        from += at + 1;
    }
    None
}

#[inline]
fn find_one<T: Unit>(haystack: &[T], unit: T) -> Option<usize> {
    match T::bytes(core::slice::from_ref(&unit)) {
        [byte] if haystack.len() > 16 => memchr::memchr(*byte, T::bytes(haystack)),
        _ => position(haystack, |other| other == unit),
    }
}

/// Units that are tested together, which the compiler turns into few instructions.
const BLOCK: usize = 32;

/// Whether the test holds for any unit.
#[inline]
fn any<T: Copy>(block: &[T], test: &impl Fn(T) -> bool) -> bool {
    block.iter().fold(false, |any, &unit| any | test(unit))
}

/// The place of the first unit for which the test holds, which is a cheap one: a block at a time once it is not among the first ones.
#[inline]
pub fn position<T: Copy>(units: &[T], test: impl Fn(T) -> bool) -> Option<usize> {
    const NEAR: usize = 12;
    let near = units.len().min(NEAR);
    if let Some(at) = units[..near].iter().position(|&unit| test(unit)) {
        return Some(at);
    }
    let mut at = near;
    for block in units[near..].chunks(BLOCK) {
        if any(block, &test) {
            return block.iter().position(|&unit| test(unit)).map(|within| at + within);
        }
        at += block.len();
    }
    None
}

/// [`position`] from the end.
#[inline]
fn last_position<T: Copy>(units: &[T], test: impl Fn(T) -> bool) -> Option<usize> {
    let mut end = units.len();
    for block in units.rchunks(BLOCK) {
        end -= block.len();
        if any(block, &test) {
            return block.iter().rposition(|&unit| test(unit)).map(|within| end + within);
        }
    }
    None
}

/// [`find_units`] by comparing wherever the first unit is.
fn find_plainly<T: Unit>(haystack: &[T], needle: &[T]) -> Option<usize> {
    // Where the needle could still begin.
    let starts = haystack.get(..(haystack.len() + 1).checked_sub(needle.len())?)?;
    let (first, rest) = needle.split_first()?;
    let mut from = 0;
    while let Some(at) = find_one(&starts[from..], *first) {
        let behind = from + at + 1;
        if haystack[behind..behind + rest.len()] == *rest {
            return Some(from + at);
        }
        from = behind;
    }
    None
}

/// The last occurrence of `needle`, in characters.
pub fn rfind_units<T: Unit>(haystack: &[T], needle: &[T]) -> Option<usize> {
    match needle {
        [] => return Some(haystack.len()),
        [unit] => return last_position(haystack, |other| other == *unit),
        _ => {}
    }
    let (all, wanted) = (T::bytes(haystack), T::bytes(needle));
    let mut to = all.len();
    while let Some(at) = memchr::memmem::rfind(&all[..to], wanted) {
        if at % T::WIDTH == 0 {
            return Some(at / T::WIDTH);
        }
        to = at + wanted.len() - 1;
    }
    None
}

/// Calls `each` with the occurrences of a non-empty needle that do not overlap, from the left, at most `limit`.
///
/// # Errors
/// The first that `each` gives.
pub fn try_each<T: Unit, E>(
    haystack: &[T],
    needle: &[T],
    limit: usize,
    mut each: impl FnMut(usize) -> Result<(), E>,
) -> Result<(), E> {
    if T::WIDTH == 1 && needle.len() == 1 {
        let (all, byte) = (T::bytes(haystack), T::bytes(needle)[0]);
        return memchr::memchr_iter(byte, all).take(limit).try_for_each(each);
    }
    if needle.len() > 1 && haystack.len() > SHORT {
        let (all, finder) = (T::bytes(haystack), memchr::memmem::Finder::new(T::bytes(needle)));
        let (mut from, mut left) = (0, limit);
        while left > 0
            && let Some(at) = finder.find(&all[from..])
        {
            from += at;
            if from % T::WIDTH != 0 {
                // Found across characters: go on behind.
                from += 1;
                continue;
            }
            each(from / T::WIDTH)?;
            from += needle.len() * T::WIDTH;
            left -= 1;
        }
        return Ok(());
    }
    let mut from = 0;
    for _ in 0..limit {
        let Some(at) = find_units(&haystack[from..], needle) else { break };
        each(from + at)?;
        from += at + needle.len();
    }
    Ok(())
}

/// The occurrences of a non-empty needle that do not overlap, from the left, at most `limit`.
pub fn positions<T: Unit>(haystack: &[T], needle: &[T], limit: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let Ok(()) = try_each(haystack, needle, limit, |at| {
        found.push(at);
        Ok::<(), Infallible>(())
    });
    found
}

/// The number of occurrences that do not overlap; between all characters for an empty needle.
pub fn count_units<T: Unit>(haystack: &[T], needle: &[T]) -> usize {
    match needle {
        [] => return haystack.len() + 1,
        [unit] if T::WIDTH == 1 => {
            let byte = T::bytes(core::slice::from_ref(unit))[0];
            return memchr::memchr_iter(byte, T::bytes(haystack)).count();
        }
        [unit] => return haystack.iter().filter(|&other| other == unit).count(),
        _ => {}
    }
    let mut count = 0;
    let Ok(()) = try_each(haystack, needle, usize::MAX, |_| {
        count += 1;
        Ok::<(), Infallible>(())
    });
    count
}

/// `chars` in units of `T`; `None` when one does not fit.
pub fn in_units<T: Unit>(chars: Chars<'_>) -> Option<Cow<'_, [T]>> {
    let bytes = chars.as_bytes();
    if chars.width() == T::WIDTH {
        // SAFETY: the same memory in units of the same width, hence aligned.
        let units = unsafe { core::slice::from_raw_parts(bytes.as_ptr().cast::<T>(), chars.len()) };
        return Some(Cow::Borrowed(units));
    }
    chars.iter().map(T::from_char).collect::<Option<Vec<T>>>().map(Cow::Owned)
}

/// Runs `$body` with the haystack's units and the needle in the same; `$absent` when the needle cannot occur.
macro_rules! with_units {
    ($haystack:expr, $needle:expr, $absent:expr, |$hay:ident, $wanted:ident| $body:expr) => {{
        match $haystack {
            $crate::types::str::Chars::One($hay) => match $crate::types::str::search::in_units::<u8>($needle)
            {
                Some($wanted) => $body,
                None => $absent,
            },
            $crate::types::str::Chars::Two($hay) => {
                match $crate::types::str::search::in_units::<u16>($needle) {
                    Some($wanted) => $body,
                    None => $absent,
                }
            }
            $crate::types::str::Chars::Four($hay) => {
                match $crate::types::str::search::in_units::<u32>($needle) {
                    Some($wanted) => $body,
                    None => $absent,
                }
            }
        }
    }};
}

/// The first occurrence.
pub fn find(haystack: Chars<'_>, needle: Chars<'_>) -> Option<usize> {
    with_units!(haystack, needle, None, |hay, wanted| find_units(hay, &wanted))
}

/// The last occurrence.
pub fn rfind(haystack: Chars<'_>, needle: Chars<'_>) -> Option<usize> {
    with_units!(haystack, needle, None, |hay, wanted| rfind_units(hay, &wanted))
}

/// The number of occurrences that do not overlap.
pub fn count(haystack: Chars<'_>, needle: Chars<'_>) -> usize {
    with_units!(haystack, needle, 0, |hay, wanted| count_units(hay, &wanted))
}

/// The occurrences of a non-empty needle that do not overlap, from the left.
pub fn all(haystack: Chars<'_>, needle: Chars<'_>, limit: usize) -> Vec<usize> {
    with_units!(haystack, needle, Vec::new(), |hay, wanted| positions(hay, &wanted, limit))
}

/// [`try_each`] in characters of any width.
///
/// # Errors
/// The first that `each` gives.
pub fn try_each_in<E>(
    haystack: Chars<'_>,
    needle: Chars<'_>,
    limit: usize,
    each: impl FnMut(usize) -> Result<(), E>,
) -> Result<(), E> {
    with_units!(haystack, needle, Ok(()), |hay, wanted| try_each(hay, &wanted, limit, each))
}

/// Whether the characters of `needle` are at `at`.
pub fn matches_at(haystack: Chars<'_>, needle: Chars<'_>, at: usize) -> bool {
    let Some(rest) = haystack.len().checked_sub(at) else { return false };
    needle.len() <= rest
        && match (haystack, needle) {
            (Chars::One(hay), Chars::One(wanted)) => hay[at..].starts_with(wanted),
            (Chars::Two(hay), Chars::Two(wanted)) => hay[at..].starts_with(wanted),
            (Chars::Four(hay), Chars::Four(wanted)) => hay[at..].starts_with(wanted),
            _ => haystack.slice(at, at + needle.len()).iter().eq(needle.iter()),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_only_whole_characters() {
        assert_eq!(find_units(&[0x0161u16, 0x6201, 0x0162], &[0x6201, 0x0162]), Some(1));
        assert_eq!(find_units(&[0x6100u16, 0x0061], &[0x0061]), Some(1));
        assert_eq!(find_units(&[0x6161u16, 0x6100, 0x6161], &[0x6161, 0x0061]), None);
        assert_eq!(rfind_units(&[1u16, 2, 1, 2, 3], &[1, 2]), Some(2));
        assert_eq!(count_units(&[7u32; 5], &[7, 7]), 2);
        assert_eq!(count_units(b"abc", b""), 4);
        assert_eq!(positions(b"a,b,,c", b",", 2), [1, 3]);
        assert_eq!(positions(b"aaaaa", b"aa", 9), [0, 2]);
    }

    #[test]
    fn short_and_long_haystacks_agree() {
        let mut text = b"ab".repeat(SHORT / 4);
        text.extend_from_slice(b"abbabc");
        let found =
            |text: &[u8]| [b"abb".as_slice(), b"bc", b"cc", b"b"].map(|needle| find_units(text, needle));
        let short = found(&text);
        assert_eq!(short, [Some(SHORT / 2), Some(SHORT / 2 + 4), None, Some(1)]);
        let counts =
            |text: &[u8]| [b"abb".as_slice(), b"ba", b"cc", b"b"].map(|needle| count_units(text, needle));
        let counted = counts(&text);
        text.resize(text.len() + SHORT, b'.');
        assert_eq!(found(&text), short);
        assert_eq!(counts(&text), counted);
        assert_eq!(find_plainly(b"a", b"ab"), None);
    }

    #[test]
    fn widths_meet() {
        assert_eq!(find(Chars::Two(&[0x100, 0x61]), Chars::One(b"a")), Some(1));
        assert_eq!(find(Chars::One(b"abc"), Chars::Two(&[0x100])), None);
        assert_eq!(rfind(Chars::Four(&[0x1f600, 0x61, 0x61]), Chars::One(b"a")), Some(2));
        assert!(matches_at(Chars::Four(&[0x1f600, 0x61, 0x61]), Chars::One(b"aa"), 1));
    }
}
