//! Base 64.

/// The digits of base 64.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// What is no digit.
const NONE: u8 = 64;

/// The value of each character.
static VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let mut digit = 0;
    while digit < 64 {
        values[DIGITS[digit] as usize] = digit as u8;
        digit += 1;
    }
    values
};

/// `data` in base 64, with padding.
pub fn encode(data: &[u8], newline: bool) -> Vec<u8> {
    let mut text = Vec::with_capacity(data.len().div_ceil(3) * 4 + 1);
    let digit = |bits: u32| DIGITS[bits as usize & 63];
    let mut threes = data.chunks_exact(3);
    for three in &mut threes {
        let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
        text.extend([digit(bits >> 18), digit(bits >> 12), digit(bits >> 6), digit(bits)]);
    }
    match *threes.remainder() {
        [a] => text.extend([digit(u32::from(a) >> 2), digit(u32::from(a) << 4), b'=', b'=']),
        [a, b] => {
            let bits = u32::from(a) << 8 | u32::from(b);
            text.extend([digit(bits >> 10), digit(bits >> 4), digit(bits << 2), b'=']);
        }
        _ => {}
    }
    if newline {
        text.push(b'\n');
    }
    text
}

/// The bytes of `text`. Strict: nothing but digits, and padding only where it belongs.
///
/// # Errors
/// The text of `binascii.Error`.
pub fn decode(text: &[u8], strict: bool) -> Result<Vec<u8>, String> {
    if strict && text.first() == Some(&b'=') {
        return Err("Leading padding not allowed".into());
    }
    let mut data = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let mut rest = text;
    // Whole quads of digits.
    while let [a, b, c, d, after @ ..] = rest {
        let [a, b, c, d] = [a, b, c, d].map(|&char| u32::from(VALUES[usize::from(char)]));
        if (a | b | c | d) & u32::from(NONE) != 0 {
            break;
        }
        let bits = a << 18 | b << 12 | c << 6 | d;
        data.extend([(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]);
        rest = after;
    }
    // Digits of the unfinished quad, their bits, and the padding seen behind them.
    let (mut digits, mut bits, mut pads) = (0, 0u32, 0);
    let mut padded = false;
    for &char in rest {
        if char == b'=' {
            match digits {
                _ if !strict => pads += usize::from(digits >= 2),
                1 => break,
                0 => return Err("Excess padding not allowed".into()),
                _ if digits + pads >= 4 => return Err("Excess padding not allowed".into()),
                _ => pads += 1,
            }
            padded = true;
            continue;
        }
        let value = VALUES[usize::from(char)];
        if value == NONE {
            if strict {
                return Err("Only base64 data is allowed".into());
            }
            continue;
        }
        if strict && padded {
            let complete = digits >= 2 && digits + pads >= 4;
            let what =
                if complete { "Excess data after padding" } else { "Discontinuous padding not allowed" };
            return Err(what.into());
        }
        pads = 0;
        bits = bits << 6 | u32::from(value);
        digits += 1;
        match digits {
            2 => data.push((bits >> 4) as u8),
            3 => data.push((bits >> 2) as u8),
            4 => {
                data.push(bits as u8);
                (digits, bits) = (0, 0);
            }
            _ => {}
        }
    }
    match digits {
        0 => Ok(data),
        1 => Err(format!(
            "Invalid base64-encoded string: number of data characters ({}) cannot be 1 more than a multiple of 4",
            data.len() / 3 * 4 + 1
        )),
        _ if digits + pads >= 4 => Ok(data),
        _ => Err("Incorrect padding".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding() {
        assert_eq!(decode(b"YQ==YQ==", false).unwrap(), b"a\x06\x10");
        assert_eq!(decode(b"YW I=", false).unwrap(), b"ab");
        for (text, message) in [
            (
                "Y",
                "Invalid base64-encoded string: number of data characters (1) cannot be 1 more than a multiple of 4",
            ),
            ("YQ=", "Incorrect padding"),
            ("YQ=a", "Discontinuous padding not allowed"),
            ("YQ==a", "Excess data after padding"),
            ("YQ===", "Excess padding not allowed"),
            ("YW I=", "Only base64 data is allowed"),
        ] {
            assert_eq!(decode(text.as_bytes(), true).unwrap_err(), message, "{text}");
        }
    }
}
