//! Digits of all scripts as ASCII, for the number parsers (`_PyUnicode_TransformDecimalAndSpaceToASCII`).

use super::{Str, ctype};

/// The string with decimal digits and blanks of any script as ASCII ones, and `?` for what no number can contain.
pub fn decimal_to_ascii(text: &Str) -> Vec<u8> {
    text.chars()
        .iter()
        .map(|char| match char {
            0..=0x7f => char as u8,
            _ if ctype::is_space(char) => b' ',
            _ => ctype::decimal_value(char).map_or(b'?', |value| b'0' + value as u8),
        })
        .collect()
}
