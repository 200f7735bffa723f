//! Properties of code points: those of `unicodedata` and those that `str`'s methods ask for.

use crate::tables::records::{BIDIRECTIONAL, CATEGORIES, NUMERICS, OLD_ASSIGNED, OLD_CHANGED, WIDTHS, flag};
use crate::tables::tags::TAGS;
use crate::tables::{decomposition as table_decomposition, record};

/// Which version of the standard answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// [`crate::VERSION`].
    Current,
    /// 3.2.0, for IDNA and stringprep: `unicodedata.ucd_3_2_0`.
    Old,
}

struct Old {
    category: u8,
    bidirectional: u8,
    width: u8,
    mirrored: bool,
    decimal: u8,
    digit: u8,
    numeric: u8,
}

/// Has Unicode 3.2 this character?
pub(crate) fn old_assigned(code: u32) -> bool {
    OLD_ASSIGNED.partition_point(|&edge| edge <= code) % 2 == 1
}

fn facts(version: Version, code: u32) -> Old {
    let record = record(code);
    let current = Old {
        category: record.category,
        bidirectional: record.bidirectional,
        width: record.width,
        mirrored: record.flags & flag::MIRRORED != 0,
        decimal: record.decimal,
        digit: record.digit,
        numeric: record.numeric,
    };
    if version == Version::Current {
        return current;
    }
    if !old_assigned(code) {
        // What is still unassigned keeps its block's width; digits are never looked up by version.
        let width = if record.category == 0 { record.width } else { 0 };
        return Old {
            category: 0,
            bidirectional: 0,
            width,
            mirrored: false,
            decimal: 255,
            numeric: 0,
            ..current
        };
    }
    match OLD_CHANGED.binary_search_by_key(&code, |row| row.0) {
        Ok(at) => {
            let (_, category, bidirectional, width, mirrored, decimal, digit, numeric) = OLD_CHANGED[at];
            Old { category, bidirectional, width, mirrored, decimal, digit, numeric }
        }
        Err(_) => current,
    }
}

impl Version {
    /// The general category, two letters.
    pub fn category(self, code: u32) -> &'static str {
        CATEGORIES[facts(self, code).category as usize]
    }

    /// The bidirectional class; empty for unassigned characters.
    pub fn bidirectional(self, code: u32) -> &'static str {
        BIDIRECTIONAL[facts(self, code).bidirectional as usize]
    }

    /// The canonical combining class.
    pub fn combining(self, code: u32) -> u8 {
        if self == Version::Old && !old_assigned(code) { 0 } else { record(code).combining }
    }

    /// The width class among East Asian characters.
    pub fn east_asian_width(self, code: u32) -> &'static str {
        WIDTHS[facts(self, code).width as usize]
    }

    /// Is the glyph mirrored in right-to-left text?
    pub fn mirrored(self, code: u32) -> bool {
        facts(self, code).mirrored
    }

    /// The value as a decimal digit.
    pub fn decimal(self, code: u32) -> Option<u8> {
        Some(facts(self, code).decimal).filter(|&value| value != 255)
    }

    /// The value as a digit.
    pub fn digit(self, code: u32) -> Option<u8> {
        Some(facts(self, code).digit).filter(|&value| value != 255)
    }

    /// The numeric value.
    pub fn numeric(self, code: u32) -> Option<f64> {
        Some(facts(self, code).numeric).filter(|&index| index != 0).map(|index| NUMERICS[index as usize])
    }

    /// The decomposition as `unicodedata.decomposition` writes it; empty where there is none.
    pub fn decomposition(self, code: u32) -> String {
        let found = table_decomposition(code).filter(|_| self == Version::Current || old_assigned(code));
        let Some(found) = found else { return String::new() };
        let mut text = TAGS[found.tag].to_owned();
        for code in found.codes() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&format!("{code:04X}"));
        }
        text
    }
}

macro_rules! predicates {
    ($($(#[$doc:meta])* $name:ident $($flag:ident)|+;)*) => {$(
        $(#[$doc])*
        #[inline]
        pub fn $name(code: u32) -> bool {
            record(code).flags & ($(flag::$flag)|+) != 0
        }
    )*};
}

predicates! {
    /// A letter: categories Lm, Lt, Lu, Ll, Lo.
    is_alpha ALPHA;
    /// A digit of a decimal system.
    is_decimal DECIMAL;
    /// A digit, superscripts and the like included.
    is_digit DIGIT;
    /// Anything with a numeric value.
    is_numeric NUMERIC;
    /// A letter or anything numeric.
    is_alnum ALPHA | DECIMAL | DIGIT | NUMERIC;
    /// White space.
    is_space SPACE;
    /// What `repr` shows as it is.
    is_printable PRINTABLE;
    /// What ends a line for `str.splitlines`.
    is_linebreak LINEBREAK;
    /// Lower case.
    is_lower LOWER;
    /// Upper case.
    is_upper UPPER;
    /// Title case.
    is_title TITLE;
    /// May begin an identifier (and so may the underscore, which is not XID_Start).
    is_identifier_start XID_START;
    /// May continue an identifier.
    is_identifier_continue XID_CONTINUE;
    /// Has a case.
    is_cased CASED;
    /// Is passed over in looking for cased neighbours.
    is_case_ignorable CASE_IGNORABLE;
}

/// Flags of the ASCII range, for the commonest questions.
#[inline]
pub fn is_space_fast(code: u32) -> bool {
    if code < 128 { matches!(code, 9..=13 | 28..=32) } else { is_space(code) }
}
