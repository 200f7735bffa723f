//! Finding one string in another.
//!
//! Strings are kept in their narrowest form, so a needle that is wider than the haystack cannot occur in it; a narrower one is widened once.

use super::Chars;
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

/// The first occurrence of `needle`, in characters.
pub fn find_units<T: Unit>(haystack: &[T], needle: &[T]) -> Option<usize> {
    if needle.is_empty() {
        return Some(0);
    }
    if let [unit] = needle {
        return find_one(haystack, *unit);
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

fn find_one<T: Unit>(haystack: &[T], unit: T) -> Option<usize> {
    match T::bytes(core::slice::from_ref(&unit)) {
        [byte] => memchr::memchr(*byte, T::bytes(haystack)),
        _ => haystack.iter().position(|&other| other == unit),
    }
}

/// The last occurrence of `needle`, in characters.
pub fn rfind_units<T: Unit>(haystack: &[T], needle: &[T]) -> Option<usize> {
    if needle.is_empty() {
        return Some(haystack.len());
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

/// The occurrences of a non-empty needle that do not overlap, from the left, at most `limit`.
pub fn positions<T: Unit>(haystack: &[T], needle: &[T], limit: usize) -> Vec<usize> {
    let mut found = Vec::new();
    if let ([unit], true) = (needle, T::WIDTH == 1) {
        let byte = T::bytes(core::slice::from_ref(unit))[0];
        return memchr::memchr_iter(byte, T::bytes(haystack)).take(limit).collect();
    }
    if T::WIDTH == 1 {
        return memchr::memmem::find_iter(T::bytes(haystack), T::bytes(needle)).take(limit).collect();
    }
    let mut from = 0;
    while found.len() < limit
        && let Some(at) = find_units(&haystack[from..], needle)
    {
        found.push(from + at);
        from += at + needle.len();
    }
    found
}

/// The number of occurrences that do not overlap; between all characters for an empty needle.
pub fn count_units<T: Unit>(haystack: &[T], needle: &[T]) -> usize {
    match needle {
        [] => haystack.len() + 1,
        [unit] if T::WIDTH == 1 => {
            let byte = T::bytes(core::slice::from_ref(unit))[0];
            memchr::memchr_iter(byte, T::bytes(haystack)).count()
        }
        _ => positions(haystack, needle, usize::MAX).len(),
    }
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

/// Whether the characters of `needle` are at `at`.
pub fn matches_at(haystack: Chars<'_>, needle: Chars<'_>, at: usize) -> bool {
    let Some(rest) = haystack.len().checked_sub(at) else { return false };
    needle.len() <= rest
        && with_units!(haystack, needle, false, |hay, wanted| hay[at..at + wanted.len()] == *wanted)
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
    }

    #[test]
    fn widths_meet() {
        assert_eq!(find(Chars::Two(&[0x100, 0x61]), Chars::One(b"a")), Some(1));
        assert_eq!(find(Chars::One(b"abc"), Chars::Two(&[0x100])), None);
        assert_eq!(rfind(Chars::Four(&[0x1f600, 0x61, 0x61]), Chars::One(b"a")), Some(2));
        assert!(matches_at(Chars::Four(&[0x1f600, 0x61, 0x61]), Chars::One(b"aa"), 1));
    }
}
