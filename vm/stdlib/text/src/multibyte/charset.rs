//! How each encoding turns bytes into characters and back, one step at a time.

use super::iso2022::{self, Config};
use super::tables::{First, Found, Table, gb18030_char, gb18030_linear, table};

/// What a stateful codec remembers between calls.
pub type State = [u8; 8];

/// One step of decoding.
pub enum Decoded {
    /// Characters (0 for none) and how many bytes they took.
    Chars([u32; 2], usize),
    /// The sequence goes on behind the input.
    Incomplete,
    /// That many bytes are illegal.
    Illegal(usize),
}

impl Decoded {
    pub fn one(char: u32, used: usize) -> Decoded {
        Decoded::Chars([char, NOTHING], used)
    }
    /// Bytes that stand for no character.
    pub fn nothing(used: usize) -> Decoded {
        Decoded::Chars([NOTHING; 2], used)
    }
}

/// No character.
pub const NOTHING: u32 = u32::MAX;

/// One step of encoding.
pub enum Encoded {
    /// How many characters were taken.
    Used(usize),
    /// What follows decides.
    Incomplete,
    Illegal,
}

/// An encoding.
#[derive(Clone, Copy)]
pub enum Charset {
    Table(&'static Table),
    Gb18030(&'static Table),
    Hz(&'static Table),
    EucKr(&'static Table),
    Iso2022(&'static Config),
}

impl Charset {
    pub fn named(name: &str) -> Option<Charset> {
        match name {
            "hz" => table("gb2312").map(Charset::Hz),
            "euc_kr" => table("euc_kr").map(Charset::EucKr),
            "gb18030" => table("gb18030").map(Charset::Gb18030),
            _ => match iso2022::config(name) {
                Some(config) => Some(Charset::Iso2022(config)),
                None => table(name).map(Charset::Table),
            },
        }
    }

    /// An encoder's state before the first character.
    pub fn start_encoder(self) -> State {
        match self {
            Charset::Iso2022(_) => iso2022::START_ENCODER,
            _ => [0; 8],
        }
    }

    /// A decoder's state before the first byte.
    pub fn start_decoder(self) -> State {
        match self {
            Charset::Iso2022(_) => iso2022::START_DECODER,
            _ => [0; 8],
        }
    }

    /// The state of a decoder that begins anew.
    pub fn restart_decoder(self, state: &mut State) {
        match self {
            Charset::Iso2022(_) => iso2022::restart_decoder(state),
            _ => *state = [0; 8],
        }
    }

    /// Decodes what `input`, which is not empty, begins with.
    pub fn decode(self, state: &mut State, input: &[u8]) -> Decoded {
        match self {
            Charset::Table(table) => decode_table(table, input),
            Charset::Gb18030(table) => decode_gb18030(table, input),
            Charset::Hz(table) => decode_hz(table, state, input),
            Charset::EucKr(table) => decode_euc_kr(table, input),
            Charset::Iso2022(config) => iso2022::decode(config, state, input),
        }
    }

    /// Encodes the character at `at`, or more. Without `flush` there may be characters behind the last one.
    pub fn encode(self, state: &mut State, chars: &[u32], flush: bool, out: &mut Vec<u8>) -> Encoded {
        let Some(&char) = chars.first() else { return Encoded::Used(0) };
        match self {
            Charset::Table(table) => encode_table(table, chars, flush, out),
            Charset::Gb18030(table) => encode_gb18030(table, char, out),
            Charset::Hz(table) => encode_hz(table, state, char, out),
            Charset::EucKr(table) => encode_euc_kr(table, char, out),
            Charset::Iso2022(config) => iso2022::encode(config, state, chars, flush, out),
        }
    }

    /// What brings a stateful encoding back to its beginning.
    pub fn finish(self, state: &mut State, out: &mut Vec<u8>) {
        match self {
            Charset::Hz(_) if state[0] != 0 => {
                out.extend_from_slice(b"~}");
                state[0] = 0;
            }
            Charset::Iso2022(_) => iso2022::finish(state, out),
            _ => {}
        }
    }
}

fn decode_table(table: &Table, input: &[u8]) -> Decoded {
    let (found, used) = match (table.first(input[0]), input) {
        (First::Single(char), _) => return Decoded::one(char, 1),
        (First::Illegal, _) => return Decoded::Illegal(1),
        (First::Two, [lead, trail, ..]) => (table.get(0, *lead, *trail), 2),
        (First::Three, [_, lead, trail, ..]) => (table.get(1, *lead, *trail), 3),
        _ => return Decoded::Incomplete,
    };
    match found {
        Found::One(char) => Decoded::one(char, used),
        Found::Pair(first, second) => Decoded::Chars([first, second], used),
        Found::Illegal => Decoded::Illegal(1),
        Found::BothIllegal => Decoded::Illegal(2),
    }
}

fn encode_table(table: &Table, chars: &[u32], flush: bool, out: &mut Vec<u8>) -> Encoded {
    let char = chars[0];
    if table.begins_pair(char) {
        match chars.get(1) {
            None if !flush => return Encoded::Incomplete,
            None => {}
            Some(&second) => {
                if let Some(bytes) = table.encode_pair(char, second) {
                    out.extend_from_slice(bytes);
                    return Encoded::Used(2);
                }
            }
        }
    }
    match table.encode(char) {
        Some(bytes) => {
            out.extend_from_slice(bytes);
            Encoded::Used(1)
        }
        None => Encoded::Illegal,
    }
}

/// Leads of four-byte sequences: of the first plane below the first, of the others from the second on.
const FIRST_PLANE_END: u32 = 4;
const OTHER_PLANES: u32 = 15;
/// How many four-byte sequences the first plane has room for.
const FIRST_PLANE: u32 = 39_420;

fn decode_gb18030(table: &Table, input: &[u8]) -> Decoded {
    let &[lead, second, ..] = input else { return decode_table(table, input) };
    if lead < 0x80 || !second.is_ascii_digit() {
        return decode_table(table, input);
    }
    let &[_, _, third, fourth, ..] = input else { return Decoded::Incomplete };
    let legal = 0x81..=0xfe;
    if !legal.contains(&lead) || !legal.contains(&third) || !fourth.is_ascii_digit() {
        return Decoded::Illegal(1);
    }
    let digit = |byte: u8| u32::from(byte - b'0');
    let lead = u32::from(lead) - 0x81;
    let rest = |lead: u32| ((lead * 10 + digit(second)) * 126 + u32::from(third) - 0x81) * 10 + digit(fourth);
    let char = if lead < FIRST_PLANE_END {
        Some(rest(lead)).filter(|&linear| linear < FIRST_PLANE).and_then(gb18030_char)
    } else if lead >= OTHER_PLANES {
        Some(rest(lead - OTHER_PLANES) + 0x1_0000).filter(|&char| char <= 0x10_ffff)
    } else {
        None
    };
    char.map_or(Decoded::Illegal(1), |char| Decoded::one(char, 4))
}

fn encode_gb18030(table: &Table, char: u32, out: &mut Vec<u8>) -> Encoded {
    if let Some(bytes) = table.encode(char) {
        out.extend_from_slice(bytes);
        return Encoded::Used(1);
    }
    let (linear, base) = match char {
        0x1_0000.. => (char - 0x1_0000, 0x81 + OTHER_PLANES),
        _ => match gb18030_linear(char) {
            Some(linear) => (linear, 0x81),
            None => return Encoded::Illegal,
        },
    };
    let (head, fourth) = (linear / 10, linear % 10);
    let (head, third) = (head / 126, head % 126);
    let (lead, second) = (head / 10, head % 10);
    out.extend([(base + lead) as u8, (0x30 + second) as u8, (0x81 + third) as u8, (0x30 + fourth) as u8]);
    Encoded::Used(1)
}

/// The consonants of KS X 1001 from `A4A1` on that begin a syllable, and those that end one.
const INITIALS: [u8; 19] = [
    0xa1, 0xa2, 0xa4, 0xa7, 0xa8, 0xa9, 0xb1, 0xb2, 0xb3, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xbb, 0xbc,
    0xbd, 0xbe,
];
const FINALS: [u8; 28] = [
    0xd4, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf, 0xb0, 0xb1,
    0xb2, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xba, 0xbb, 0xbc, 0xbd, 0xbe,
];
/// The first vowel.
const VOWELS: u8 = 0xbf;
const VOWEL_COUNT: u8 = 21;
/// What a syllable begins with that is written letter by letter.
const LETTERS: [u8; 2] = [0xa4, 0xd4];
const SYLLABLES: u32 = 0xac00;

fn decode_euc_kr(table: &Table, input: &[u8]) -> Decoded {
    if !input.starts_with(&LETTERS) {
        return decode_table(table, input);
    }
    let &[_, _, 0xa4, initial, 0xa4, vowel, 0xa4, last, ..] = input else {
        return if input.len() < 8 { Decoded::Incomplete } else { Decoded::Illegal(1) };
    };
    let place = |letters: &[u8], letter: u8| letters.iter().position(|&known| known == letter);
    let vowel = vowel.checked_sub(VOWELS).filter(|&vowel| vowel < VOWEL_COUNT);
    match (place(&INITIALS, initial), vowel, place(&FINALS, last)) {
        (Some(initial), Some(vowel), Some(last)) => {
            Decoded::one(SYLLABLES + (initial as u32 * 21 + u32::from(vowel)) * 28 + last as u32, 8)
        }
        _ => Decoded::Illegal(1),
    }
}

fn encode_euc_kr(table: &Table, char: u32, out: &mut Vec<u8>) -> Encoded {
    if let Some(bytes) = table.encode(char) {
        out.extend_from_slice(bytes);
        return Encoded::Used(1);
    }
    let syllable = char.wrapping_sub(SYLLABLES);
    let (initial, vowel, last) = (syllable / 588, syllable / 28 % 21, syllable % 28);
    match (INITIALS.get(initial as usize), FINALS.get(last as usize)) {
        (Some(&initial), Some(&last)) => {
            out.extend(LETTERS);
            out.extend([0xa4, initial, 0xa4, VOWELS + vowel as u8, 0xa4, last]);
            Encoded::Used(1)
        }
        _ => Encoded::Illegal,
    }
}

fn decode_hz(table: &Table, state: &mut State, input: &[u8]) -> Decoded {
    let in_gb = state[0] != 0;
    match input {
        [b'~', second, ..] => match (second, in_gb) {
            (b'~', false) => return Decoded::one('~'.into(), 2),
            (b'{', false) => state[0] = 1,
            (b'\n', false) => {}
            (b'}', true) => state[0] = 0,
            _ => return Decoded::Illegal(1),
        },
        [b'~'] => return Decoded::Incomplete,
        [byte, ..] if *byte >= 0x80 => return Decoded::Illegal(1),
        [byte, ..] if !in_gb => return Decoded::one((*byte).into(), 1),
        [lead, trail, ..] => {
            return match table.get(0, lead | 0x80, trail | 0x80) {
                Found::One(char) if *trail < 0x80 => Decoded::one(char, 2),
                _ => Decoded::Illegal(1),
            };
        }
        _ => return Decoded::Incomplete,
    }
    Decoded::nothing(2)
}

fn encode_hz(table: &Table, state: &mut State, char: u32, out: &mut Vec<u8>) -> Encoded {
    if let Ok(byte) = u8::try_from(char)
        && byte < 0x80
    {
        if state[0] != 0 {
            out.extend_from_slice(b"~}");
            state[0] = 0;
        }
        out.push(byte);
        if byte == b'~' {
            out.push(byte);
        }
        return Encoded::Used(1);
    }
    let Some(&[lead, trail]) = table.encode(char) else { return Encoded::Illegal };
    if state[0] == 0 {
        out.extend_from_slice(b"~{");
        state[0] = 1;
    }
    out.extend([lead & 0x7f, trail & 0x7f]);
    Encoded::Used(1)
}
