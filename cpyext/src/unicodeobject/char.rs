//! Properties of characters.

use core::ffi::c_int;
use unicode::Version;
use unicode::casing::{Mapping, map_simple};

macro_rules! properties {
    ($($name:ident $property:ident;)*) => { $(
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(char: u32) -> c_int {
            unicode::$property(char).into()
        }
    )* };
}

properties! {
    _PyUnicode_IsAlpha is_alpha;
    _PyUnicode_IsLowercase is_lower;
    _PyUnicode_IsUppercase is_upper;
    _PyUnicode_IsTitlecase is_title;
    _PyUnicode_IsWhitespace is_space;
    _PyUnicode_IsLinebreak is_linebreak;
    _PyUnicode_IsPrintable is_printable;
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyUnicode_ToDecimalDigit(char: u32) -> c_int {
    Version::Current.decimal(char).map_or(-1, c_int::from)
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyUnicode_ToDigit(char: u32) -> c_int {
    Version::Current.digit(char).map_or(-1, c_int::from)
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyUnicode_ToNumeric(char: u32) -> f64 {
    Version::Current.numeric(char).unwrap_or(-1.0)
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyUnicode_IsDecimalDigit(char: u32) -> c_int {
    Version::Current.decimal(char).is_some().into()
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyUnicode_IsDigit(char: u32) -> c_int {
    Version::Current.digit(char).is_some().into()
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyUnicode_IsNumeric(char: u32) -> c_int {
    Version::Current.numeric(char).is_some().into()
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyUnicode_ToLowercase(char: u32) -> u32 {
    map_simple(char, Mapping::Lower)
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyUnicode_ToUppercase(char: u32) -> u32 {
    map_simple(char, Mapping::Upper)
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyUnicode_ToTitlecase(char: u32) -> u32 {
    map_simple(char, Mapping::Title)
}
