//! Digits of all scripts as ASCII, for the number parsers (`_PyUnicode_TransformDecimalAndSpaceToASCII`).

use super::Str;

/// The string with decimal digits and blanks of any script as ASCII ones, and `?` for what no number can contain.
pub fn decimal_to_ascii(text: &Str) -> Vec<u8> {
    text.chars()
        .iter()
        .map(|char| match char {
            0..=0x7f => char as u8,
            _ if unicode::is_space_fast(char) => b' ',
            _ => unicode::Version::Current.decimal(char).map_or(b'?', |value| b'0' + value),
        })
        .collect()
}
