//! `pyctype.h`: the C locale's character classes, whatever the locale is.

use core::ffi::c_uint;

const LOWER: c_uint = 0x01;
const UPPER: c_uint = 0x02;
const DIGIT: c_uint = 0x04;
const SPACE: c_uint = 0x08;
const XDIGIT: c_uint = 0x10;

const fn classes(byte: u8) -> c_uint {
    let mut classes = 0;
    if byte.is_ascii_lowercase() {
        classes |= LOWER;
    }
    if byte.is_ascii_uppercase() {
        classes |= UPPER;
    }
    if byte.is_ascii_digit() {
        classes |= DIGIT;
    }
    if byte.is_ascii_hexdigit() {
        classes |= XDIGIT;
    }
    if matches!(byte, b' ' | 9..=13) {
        classes |= SPACE;
    }
    classes
}

macro_rules! table {
    ($len:literal, $type:ty, |$byte:ident| $value:expr) => {{
        let mut table: [$type; $len] = [0; $len];
        let mut index = 0;
        while index < $len {
            let $byte = index as u8;
            table[index] = $value;
            index += 1;
        }
        table
    }};
}

#[unsafe(no_mangle)]
pub static _Py_ctype_table: [c_uint; 256] = table!(256, c_uint, |byte| classes(byte));

#[unsafe(no_mangle)]
pub static _Py_ctype_tolower: [u8; 256] = table!(256, u8, |byte| byte.to_ascii_lowercase());

#[unsafe(no_mangle)]
pub static _Py_ctype_toupper: [u8; 256] = table!(256, u8, |byte| byte.to_ascii_uppercase());

/// What separates words for `str.split`, within ASCII.
#[unsafe(no_mangle)]
pub static _Py_ascii_whitespace: [u8; 128] =
    table!(128, u8, |byte| matches!(byte, b' ' | 9..=13 | 28..=31) as u8);
