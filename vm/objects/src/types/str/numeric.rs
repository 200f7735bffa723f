//! Digits of all scripts as ASCII, for the number parsers (`_PyUnicode_TransformDecimalAndSpaceToASCII`).

use super::Str;

/// The string with decimal digits and blanks of any script as ASCII ones; it ends with a `?` in the place of the first character
/// beyond ASCII that is neither.
pub fn decimal_to_ascii(text: &Str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for char in text.chars().iter() {
        let digit = || unicode::Version::Current.decimal(char).map(|value| b'0' + value);
        let byte = match char {
            0..=0x7f => Some(char as u8),
            _ if unicode::is_space_fast(char) => Some(b' '),
            _ => digit(),
        };
        bytes.push(byte.unwrap_or(b'?'));
        if byte.is_none() {
            break;
        }
    }
    bytes
}
