//! ISO 2022: escape sequences designate character sets.

use super::charset::{Decoded, Encoded, NOTHING, State};
use super::tables::{Found, Table, table};

const ESC: u8 = 0x1b;
const SHIFT_OUT: u8 = 0x0e;
const SHIFT_IN: u8 = 0x0f;

/// Marks a set of two bytes a character.
const DOUBLE: u8 = 0x80;
const ASCII: u8 = b'B';
const LATIN1: u8 = b'A';
const GREEK: u8 = b'F';
const KATAKANA: u8 = b'I';
const ROMAN: u8 = b'J';
const OLD_JISX0208: u8 = b'@' | DOUBLE;
const GB2312: u8 = b'A' | DOUBLE;
const JISX0208: u8 = b'B' | DOUBLE;
const KSX1001: u8 = b'C' | DOUBLE;
const JISX0212: u8 = b'D' | DOUBLE;
const JISX0213_OLD_1: u8 = b'O' | DOUBLE;
const JISX0213_2: u8 = b'P' | DOUBLE;
const JISX0213_NEW_1: u8 = b'Q' | DOUBLE;

/// What G0, G1 and G2 are, and flags.
pub const START_ENCODER: State = [ASCII, ASCII, 0, 0, 0, 0, 0, 0];
pub const START_DECODER: State = [ASCII, ASCII, ASCII, 0, 0, 0, 0, 0];
const FLAGS: usize = 4;
/// G1 is in force.
const SHIFTED: u8 = 1;
/// Within an escape sequence of another kind, which passes as it is.
const ESCAPING: u8 = 2;

/// The longest escape sequence.
const LONGEST: usize = 16;

/// One of the encodings.
pub struct Config {
    name: &'static str,
    /// The sets in the order in which an encoder tries them.
    sets: &'static [u8],
    /// Sets that only a decoder takes, by way of G2.
    g2: &'static [u8],
    /// Whether SO and SI shift between G0 and G1, to which the sets belong then.
    shifts: bool,
    /// A set whose pairs of characters come first.
    pairs: Option<&'static str>,
}

const fn japanese(name: &'static str, sets: &'static [u8]) -> Config {
    Config { name, sets, g2: &[], shifts: false, pairs: None }
}

static CONFIGS: [Config; 7] = [
    Config { name: "iso2022_kr", sets: &[KSX1001], g2: &[], shifts: true, pairs: None },
    japanese("iso2022_jp", &[JISX0208, ROMAN, OLD_JISX0208]),
    japanese("iso2022_jp_1", &[JISX0208, JISX0212, ROMAN, OLD_JISX0208]),
    Config {
        g2: &[LATIN1, GREEK],
        ..japanese("iso2022_jp_2", &[JISX0208, JISX0212, KSX1001, GB2312, ROMAN, OLD_JISX0208])
    },
    Config {
        pairs: Some("jisx0213_2004_1"),
        ..japanese("iso2022_jp_2004", &[JISX0208, JISX0213_NEW_1, JISX0213_2])
    },
    Config {
        pairs: Some("jisx0213_2000_1"),
        ..japanese("iso2022_jp_3", &[JISX0208, JISX0213_OLD_1, JISX0213_2])
    },
    japanese("iso2022_jp_ext", &[JISX0208, JISX0212, ROMAN, KATAKANA, OLD_JISX0208]),
];

pub fn config(name: &str) -> Option<&'static Config> {
    CONFIGS.iter().find(|config| config.name == name)
}

fn table_of(config: &Config, mark: u8) -> Option<&'static Table> {
    table(match mark {
        JISX0208 | OLD_JISX0208 => "jisx0208",
        JISX0212 => "jisx0212",
        GB2312 => "gb2312_94",
        KSX1001 => "ksx1001",
        JISX0213_OLD_1 => "jisx0213_2000_1",
        JISX0213_NEW_1 => "jisx0213_2004_1",
        JISX0213_2 if config.pairs == Some("jisx0213_2000_1") => "jisx0213_2000_2",
        JISX0213_2 => "jisx0213_2004_2",
        _ => return None,
    })
}

pub fn restart_decoder(state: &mut State) {
    state[0] = ASCII;
    state[FLAGS] &= !SHIFTED;
}

/// Whether a byte ends an escape sequence.
fn ends_escape(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte == b'@'
}

pub fn decode(config: &Config, state: &mut State, input: &[u8]) -> Decoded {
    let byte = input[0];
    if state[FLAGS] & ESCAPING != 0 {
        if ends_escape(byte) {
            state[FLAGS] &= !ESCAPING;
        }
        return Decoded::one(byte.into(), 1);
    }
    match byte {
        ESC => match input.get(1) {
            None => Decoded::Incomplete,
            Some(b'(' | b')' | b'$' | b'.' | b'&') => designate(config, state, input),
            Some(b'N') if !config.g2.is_empty() => match input.get(2) {
                None => Decoded::Incomplete,
                Some(&byte) => match from_g2(state[2], byte) {
                    Some(char) => Decoded::one(char, 3),
                    None => Decoded::Illegal(3),
                },
            },
            Some(_) => {
                state[FLAGS] |= ESCAPING;
                Decoded::one(ESC.into(), 1)
            }
        },
        SHIFT_IN if config.shifts => {
            state[FLAGS] &= !SHIFTED;
            Decoded::nothing(1)
        }
        SHIFT_OUT if config.shifts => {
            state[FLAGS] |= SHIFTED;
            Decoded::nothing(1)
        }
        b'\n' => {
            state[FLAGS] &= !SHIFTED;
            Decoded::one('\n'.into(), 1)
        }
        0..0x20 => Decoded::one(byte.into(), 1),
        0x80.. => Decoded::Illegal(1),
        _ => {
            let mark = if state[FLAGS] & SHIFTED != 0 { state[1] } else { state[0] };
            in_set(config, mark, input)
        }
    }
}

/// A character of the set that is in force.
fn in_set(config: &Config, mark: u8, input: &[u8]) -> Decoded {
    let byte = input[0];
    match mark {
        ASCII => return Decoded::one(byte.into(), 1),
        ROMAN => {
            return match byte {
                b'\\' => Decoded::one(0xa5, 1),
                b'~' => Decoded::one(0x203e, 1),
                _ => Decoded::one(byte.into(), 1),
            };
        }
        KATAKANA => {
            return match byte {
                0x21..=0x5f => Decoded::one(0xff40 + u32::from(byte), 1),
                _ => Decoded::Illegal(1),
            };
        }
        LATIN1 | GREEK => return Decoded::Illegal(1),
        _ => {}
    }
    let Some(&trail) = input.get(1) else { return Decoded::Incomplete };
    let table = table_of(config, mark);
    match table.map_or(Found::Illegal, |table| table.get(0, byte, trail)) {
        Found::One(char) => Decoded::one(char, 2),
        Found::Pair(first, second) => Decoded::Chars([first, second], 2),
        _ => Decoded::Illegal(2),
    }
}

/// A character of G2, by way of a single shift.
fn from_g2(mark: u8, byte: u8) -> Option<u32> {
    if byte >= 0x80 {
        return None;
    }
    let char = u32::from(byte | 0x80);
    match mark {
        LATIN1 => Some(char),
        ASCII => Some(byte.into()),
        GREEK => match char {
            0x80..0xa0 => Some(char),
            0xa1 => Some(0x2018),
            0xa2 => Some(0x2019),
            0xaf => Some(0x2015),
            0xa0..0xc0 if 0x288f_3bc9 & (1u32 << (char - 0xa0)) != 0 => Some(char),
            0xb4..0xd4 if 0xbfff_fd77 & (1u32 << (char - 0xb4)) != 0 => Some(0x2d0 + char),
            0xd4..=0xfe => Some(0x2d0 + char),
            _ => None,
        },
        _ => None,
    }
}

/// An escape sequence that designates a set.
fn designate(config: &Config, state: &mut State, input: &[u8]) -> Decoded {
    let mut len = 0;
    let mut at = 1;
    while at < LONGEST {
        let Some(&byte) = input.get(at) else { return Decoded::Incomplete };
        if ends_escape(byte) {
            len = at + 1;
            break;
        }
        // The announcement of a revision of JIS X 0208.
        at += if !config.shifts && input[at..].starts_with(b"&@") { 3 } else { 1 };
    }
    let (mark, place) = match (len, &input[..len]) {
        (0, _) => return Decoded::Illegal(1),
        (3, [_, b'$', mark]) => (mark | DOUBLE, 0),
        (3, [_, b'(', mark]) => (*mark, 0),
        (3, [_, b')', mark]) => (*mark, 1),
        (3, [_, b'.', mark]) if !config.g2.is_empty() => (*mark, 2),
        (4, [_, b'$', b'(', mark]) => (mark | DOUBLE, 0),
        (4, [_, b'$', b')', mark]) => (mark | DOUBLE, 1),
        (6, [_, _, _, ESC, b'$', b'B']) if !config.shifts => (JISX0208, 0),
        _ => return Decoded::Illegal(len),
    };
    if mark != ASCII && !config.sets.contains(&mark) && !config.g2.contains(&mark) {
        return Decoded::Illegal(len);
    }
    state[place] = mark;
    Decoded::nothing(len)
}

pub fn encode(config: &Config, state: &mut State, chars: &[u32], flush: bool, out: &mut Vec<u8>) -> Encoded {
    let char = chars[0];
    if let Ok(byte) = u8::try_from(char)
        && byte < 0x80
    {
        finish_g0(state, out);
        shift_in(state, out);
        out.push(byte);
        return Encoded::Used(1);
    }
    if let Some(table) = config.pairs.and_then(table)
        && table.begins_pair(char)
    {
        match chars.get(1) {
            None if !flush => return Encoded::Incomplete,
            None => {}
            Some(&second) => {
                if let Some(bytes) = table.encode_pair(char, second) {
                    write(config, state, config.sets[1], bytes, out);
                    return Encoded::Used(2);
                }
            }
        }
    }
    for &mark in config.sets {
        let single: [u8; 1];
        let bytes: Option<&[u8]> = match mark {
            ROMAN | KATAKANA => match from_narrow(mark, char) {
                Some(byte) => {
                    single = [byte];
                    Some(&single)
                }
                None => None,
            },
            _ => table_of(config, mark).and_then(|table| table.encode(char)),
        };
        if let Some(bytes) = bytes {
            write(config, state, mark, bytes, out);
            return Encoded::Used(1);
        }
    }
    Encoded::Illegal
}

/// A character in a set of one byte.
fn from_narrow(mark: u8, char: u32) -> Option<u8> {
    match (mark, char) {
        (ROMAN, 0xa5) => Some(b'\\'),
        (ROMAN, 0x203e) => Some(b'~'),
        (KATAKANA, 0xff61..=0xff9f) => Some((char - 0xff40) as u8),
        _ => None,
    }
}

/// Writes a character's bytes, and before them what designates its set.
fn write(config: &Config, state: &mut State, mark: u8, bytes: &[u8], out: &mut Vec<u8>) {
    let letter = mark & !DOUBLE;
    if config.shifts {
        if state[1] != mark {
            out.extend([ESC, b'$', b')', letter]);
            state[1] = mark;
        }
        if state[FLAGS] & SHIFTED == 0 {
            out.push(SHIFT_OUT);
            state[FLAGS] |= SHIFTED;
        }
    } else if state[0] != mark {
        match mark {
            JISX0208 => out.extend([ESC, b'$', letter]),
            _ if mark & DOUBLE != 0 => out.extend([ESC, b'$', b'(', letter]),
            _ => out.extend([ESC, b'(', letter]),
        }
        state[0] = mark;
    }
    out.extend_from_slice(bytes);
}

fn finish_g0(state: &mut State, out: &mut Vec<u8>) {
    if state[0] != ASCII {
        out.extend([ESC, b'(', ASCII]);
        state[0] = ASCII;
    }
}

fn shift_in(state: &mut State, out: &mut Vec<u8>) {
    if state[FLAGS] & SHIFTED != 0 {
        out.push(SHIFT_IN);
        state[FLAGS] &= !SHIFTED;
    }
}

pub fn finish(state: &mut State, out: &mut Vec<u8>) {
    shift_in(state, out);
    finish_g0(state, out);
}

const _: () = assert!(NOTHING > 0x10_ffff);
