//! What kind of character a code point is, and its other cases.
//!
//! The properties are those that the `str` methods of CPython 3.13 answer with.

use super::ctype_table::{FOLD, RUNS, TITLE};

const ALPHA: u32 = 1;
const DECIMAL: u32 = 1 << 1;
const DIGIT: u32 = 1 << 2;
const NUMERIC: u32 = 1 << 3;
const LOWER: u32 = 1 << 4;
const UPPER: u32 = 1 << 5;
const TITLECASE: u32 = 1 << 6;
const SPACE: u32 = 1 << 7;
const PRINTABLE: u32 = 1 << 8;
const XID_START: u32 = 1 << 9;
const XID_CONTINUE: u32 = 1 << 10;
const PROPERTY_BITS: u32 = 11;

/// The properties of Latin-1, which most text asks for.
static LATIN1: [u16; 256] = {
    let mut table = [0; 256];
    let (mut char, mut run) = (0, 0);
    while char < 256 {
        if RUNS[run + 1] >> PROPERTY_BITS == char as u32 {
            run += 1;
        }
        table[char] = (RUNS[run] & ((1 << PROPERTY_BITS) - 1)) as u16;
        char += 1;
    }
    table
};

#[inline]
fn properties(char: u32) -> u32 {
    match LATIN1.get(char as usize) {
        Some(&properties) => properties.into(),
        None => look_up(char),
    }
}

fn look_up(char: u32) -> u32 {
    // The first run begins at 0, so there is always one.
    let run = RUNS.partition_point(|run| run >> PROPERTY_BITS <= char) - 1;
    RUNS[run]
}

macro_rules! questions {
    ($($(#[$doc:meta])* $name:ident $bits:expr;)*) => { $(
        $(#[$doc])*
        #[inline]
        pub fn $name(char: u32) -> bool {
            properties(char) & ($bits) != 0
        }
    )* };
}

questions! {
    /// A letter.
    is_alpha ALPHA;
    /// A digit of a decimal positional system.
    is_decimal DECIMAL;
    /// A decimal digit or one such as a superscript.
    is_digit DIGIT;
    /// A character with a numeric value.
    is_numeric NUMERIC;
    is_lower LOWER;
    is_upper UPPER;
    /// A digraph with only its first letter upper case.
    is_title TITLECASE;
    is_cased LOWER | UPPER | TITLECASE;
    /// White space that `split` and `strip` know.
    is_space SPACE;
    /// Shown as itself by `repr`.
    is_printable PRINTABLE;
    /// Can begin an identifier.
    is_xid_start XID_START;
    /// Can go on an identifier.
    is_xid_continue XID_CONTINUE;
    is_alnum ALPHA | DECIMAL | DIGIT | NUMERIC;
}

/// Ends a line for `splitlines`.
#[inline]
pub fn is_line_break(char: u32) -> bool {
    matches!(char, 0x0a..=0x0d | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029)
}

/// The value of a decimal digit.
pub fn decimal_value(char: u32) -> Option<u32> {
    if let 0x30..=0x39 = char {
        return Some(char - 0x30);
    }
    if char < 0x80 || !is_decimal(char) {
        return None;
    }
    // Decimal digits come in runs of ten. In two blocks several runs are adjacent, aligned to the block's first digit.
    let mut zero = char;
    while is_decimal(zero - 1) {
        zero -= 1;
    }
    Some((char - zero) % 10)
}

/// Up to three characters, the rest 0.
pub type Cased = [u32; 3];

fn from_std(mut chars: impl Iterator<Item = char>) -> Cased {
    [(); 3].map(|()| chars.next().map_or(0, u32::from))
}

/// The lower case of a character, without its context.
pub fn to_lower(char: u32) -> Cased {
    char::from_u32(char).map_or([char, 0, 0], |char| from_std(char.to_lowercase()))
}

/// The upper case of a character.
pub fn to_upper(char: u32) -> Cased {
    char::from_u32(char).map_or([char, 0, 0], |char| from_std(char.to_uppercase()))
}

/// The form of a character at the beginning of a word.
pub fn to_title(char: u32) -> Cased {
    special(&TITLE, char).unwrap_or_else(|| to_upper(char))
}

/// The form of a character for caseless comparison.
pub fn to_fold(char: u32) -> Cased {
    special(&FOLD, char).unwrap_or_else(|| to_lower(char))
}

fn special(table: &[(u32, Cased)], char: u32) -> Option<Cased> {
    let found = table.binary_search_by_key(&char, |(char, _)| *char).ok()?;
    table.get(found).map(|(_, cased)| *cased)
}

/// Whether a character is skipped when the end of a word is looked for: `Case_Ignorable` without being cased.
pub fn is_case_ignorable(char: u32) -> bool {
    matches!(char, 0x27 | 0x2e | 0x3a | 0x5e | 0x60 | 0xa8 | 0xad | 0xaf | 0xb4 | 0xb7 | 0xb8)
        || matches!(char, 0x2b0..=0x36f | 0x483..=0x489 | 0x591..=0x5bd | 0x610..=0x61a | 0x64b..=0x65f)
        || matches!(char, 0x1dc0..=0x1dff | 0x200b..=0x200f | 0x2018 | 0x2019 | 0x2024 | 0x2027)
        || matches!(char, 0x2060..=0x2064 | 0x20d0..=0x20f0 | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f)
}
