//! Lines of uuencoded data: a character for the length, then six bits a character.

/// The most bytes in a line.
const MAX: usize = 45;

/// A line of `data`; zero bits are spaces, or back ticks.
///
/// # Errors
/// The text of `binascii.Error`.
pub fn encode(data: &[u8], backtick: bool) -> Result<Vec<u8>, &'static str> {
    if data.len() > MAX {
        return Err("At most 45 bytes at once");
    }
    let char = |bits: u32| match bits as u8 & 63 {
        0 if backtick => b'`',
        bits => bits + b' ',
    };
    let mut line = Vec::with_capacity(data.len() / 3 * 4 + 6);
    line.push(char(data.len() as u32));
    for three in data.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        line.extend([char(bits >> 18), char(bits >> 12), char(bits >> 6), char(bits)]);
    }
    line.push(b'\n');
    Ok(line)
}

/// The bytes of a line. What a short line lacks is zero.
///
/// # Errors
/// The text of `binascii.Error`.
pub fn decode(line: &[u8]) -> Result<Vec<u8>, &'static str> {
    let (&first, mut rest) = line.split_first().unwrap_or((&0, &[]));
    let len = usize::from(first.wrapping_sub(b' ') & 63);
    let mut data = Vec::with_capacity(len + 2);
    let (mut bits, mut held) = (0u32, 0);
    while data.len() < len {
        let (&char, after) = rest.split_first().unwrap_or((&b'\n', &[]));
        rest = after;
        let value = match char {
            b'\n' | b'\r' => 0,
            b' '..=b'`' => (char - b' ') & 63,
            _ => return Err("Illegal char"),
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            data.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    // Some encoders fill the last quad up, or put a back tick behind it.
    match rest.iter().any(|&char| !matches!(char, b' ' | b'`' | b'\n' | b'\r')) {
        true => Err("Trailing garbage"),
        false => Ok(data),
    }
}
