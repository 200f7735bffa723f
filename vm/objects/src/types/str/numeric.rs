//! Digits of all scripts as ASCII, for the number parsers (`_PyUnicode_TransformDecimalAndSpaceToASCII`).

use super::Str;

/// The string with decimal digits and blanks of any script as ASCII ones, and `?` for what no number can contain.
pub fn decimal_to_ascii(text: &Str) -> Vec<u8> {
    text.chars()
        .iter()
        .map(|char| match char {
            0..=0x7f => char as u8,
            _ => match char::from_u32(char) {
                Some(char) if char.is_whitespace() => b' ',
                Some(char) => decimal_value(char).map_or(b'?', |value| b'0' + value),
                None => b'?',
            },
        })
        .collect()
}

/// The value of a decimal digit: scripts have their ten digits in a row, and each row's zero is listed by the Unicode standard.
fn decimal_value(char: char) -> Option<u8> {
    const ZEROS: &[u32] = &[
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50,
        0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40,
        0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066,
        0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950,
        0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec,
        0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e950, 0x1fbf0,
    ];
    let char = u32::from(char);
    let row = ZEROS.partition_point(|&zero| zero <= char).checked_sub(1)?;
    let value = char - ZEROS[row];
    (value < 10).then_some(value as u8)
}
