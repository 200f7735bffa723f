//! Kinds of characters, and case.

use unicode::casing::{Mapping, map_simple};

use crate::constants::Category;

/// By whose rules case is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    Ascii,
    Locale,
    Unicode,
}

/// `_sre.ascii_tolower`.
#[inline]
pub fn ascii_lower(code: u32) -> u32 {
    if matches!(code, 0x41..=0x5A) { code + 0x20 } else { code }
}

/// `_sre.ascii_iscased`.
pub fn ascii_is_cased(code: u32) -> bool {
    matches!(code, 0x41..=0x5A | 0x61..=0x7A)
}

/// `_sre.unicode_tolower`.
#[inline]
pub fn unicode_lower(code: u32) -> u32 {
    if code < 128 { ascii_lower(code) } else { map_simple(code, Mapping::Lower) }
}

/// The first character of the upper-case form.
#[inline]
pub fn unicode_upper(code: u32) -> u32 {
    map_simple(code, Mapping::Upper)
}

/// `_sre.unicode_iscased`.
pub fn unicode_is_cased(code: u32) -> bool {
    code != unicode_lower(code) || code != unicode_upper(code)
}

/// The lower-case form in the C library's locale, which knows single bytes.
pub fn locale_lower(code: u32) -> u32 {
    if code > 255 {
        return code;
    }
    // SAFETY: tolower is defined for every unsigned char.
    unsafe { libc::tolower(code as libc::c_int) as u32 }
}

/// The upper-case form in the C library's locale.
pub fn locale_upper(code: u32) -> u32 {
    if code > 255 {
        return code;
    }
    // SAFETY: toupper is defined for every unsigned char.
    unsafe { libc::toupper(code as libc::c_int) as u32 }
}

fn locale_is_word(code: u32) -> bool {
    // SAFETY: isalnum is defined for every unsigned char.
    code == '_' as u32 || code <= 255 && unsafe { libc::isalnum(code as libc::c_int) != 0 }
}

impl Case {
    #[inline]
    pub fn lower(self, code: u32) -> u32 {
        match self {
            Case::Ascii => ascii_lower(code),
            Case::Unicode => unicode_lower(code),
            Case::Locale => locale_lower(code),
        }
    }

    /// Does a character match a literal, which is in lower case unless the locale decides?
    #[inline]
    pub fn matches(self, literal: u32, code: u32) -> bool {
        match self {
            Case::Ascii => ascii_lower(code) == literal,
            Case::Unicode => unicode_lower(code) == literal,
            Case::Locale => code == literal || locale_lower(code) == literal || locale_upper(code) == literal,
        }
    }
}

#[inline]
fn ascii_is_word(code: u32) -> bool {
    matches!(code, 0x30..=0x39 | 0x41..=0x5A | 0x5F | 0x61..=0x7A)
}

#[inline]
fn unicode_is_word(code: u32) -> bool {
    if code < 128 { ascii_is_word(code) } else { unicode::is_alnum(code) }
}

/// Which characters words are made of: those of ASCII, the locale or Unicode.
#[inline]
pub(crate) fn is_word(case: Case, code: u32) -> bool {
    match case {
        Case::Ascii => ascii_is_word(code),
        Case::Locale => locale_is_word(code),
        Case::Unicode => unicode_is_word(code),
    }
}

impl Category {
    /// Is the character of this kind?
    #[inline]
    pub fn contains(self, code: u32) -> bool {
        use Category::*;
        match self {
            Digit => matches!(code, 0x30..=0x39),
            NotDigit => !Digit.contains(code),
            Space => matches!(code, 9..=13 | 32),
            NotSpace => !Space.contains(code),
            Word => ascii_is_word(code),
            NotWord => !ascii_is_word(code),
            Linebreak => code == 10,
            NotLinebreak => code != 10,
            LocWord => locale_is_word(code),
            LocNotWord => !locale_is_word(code),
            UniDigit => unicode::is_decimal(code),
            UniNotDigit => !unicode::is_decimal(code),
            UniSpace => unicode::is_space_fast(code),
            UniNotSpace => !unicode::is_space_fast(code),
            UniWord => unicode_is_word(code),
            UniNotWord => !unicode_is_word(code),
            UniLinebreak => unicode::is_linebreak(code),
            UniNotLinebreak => !unicode::is_linebreak(code),
        }
    }

    /// Does the answer change with the locale?
    pub(crate) fn by_locale(self) -> bool {
        matches!(self, Category::LocWord | Category::LocNotWord)
    }
}
