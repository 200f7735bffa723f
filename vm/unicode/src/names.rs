//! Names of characters: `unicodedata.name`, `unicodedata.lookup` and the `\N{...}` escape.

use crate::tables::names::{EXTRA, IDEOGRAPHS, NAMED, SHORT_WORDS};
use crate::tables::{u16_at, u32_at};

static WORDS: &str = include_str!("tables/words.bin");
static WORD_ENDS: &[u8] = include_bytes!("tables/word_ends.bin");
static NAMES: &[u8] = include_bytes!("tables/names.bin");
static OFFSETS: &[u8] = include_bytes!("tables/name_offsets.bin");
static SLOTS: &[u8] = include_bytes!("tables/name_slots.bin");
static RUNS: &[u8] = include_bytes!("tables/name_runs.bin");

const IDEOGRAPH: &str = "CJK UNIFIED IDEOGRAPH-";
const SYLLABLE: &str = "HANGUL SYLLABLE ";
const SYLLABLES: u32 = 0xAC00;
const SYLLABLE_COUNT: u32 = 19 * 21 * 28;

const LEADING: [&str; 19] =
    ["G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H"];
const VOWELS: [&str; 21] = [
    "A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI",
    "YU", "EU", "YI", "I",
];
const TRAILING: [&str; 28] = [
    "", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS",
    "S", "SS", "NG", "J", "C", "K", "T", "P", "H",
];

fn is_ideograph(code: u32) -> bool {
    IDEOGRAPHS.partition_point(|&edge| edge <= code) % 2 == 1
}

fn word(number: usize) -> &'static str {
    let end = |number: usize| match WORD_ENDS.get(3 * number..3 * number + 3) {
        Some(&[a, b, c]) => u32::from_le_bytes([a, b, c, 0]) as usize,
        _ => 0,
    };
    let start = if number == 0 { 0 } else { end(number - 1) };
    WORDS.get(start..end(number)).unwrap_or("")
}

/// The words of the name with the given number.
fn words(index: usize) -> impl Iterator<Item = &'static str> {
    let byte = |at: usize| NAMES.get(at).copied().unwrap_or(0) as usize;
    let next = move |at: &mut usize| {
        let first = byte(*at);
        if first < SHORT_WORDS {
            *at += 1;
            return first;
        }
        *at += 2;
        SHORT_WORDS + (first - SHORT_WORDS) * 256 + byte(*at - 1)
    };
    // The table has every eighth name's place.
    let mut at = u32_at(OFFSETS, index / 8) as usize;
    for _ in 0..index % 8 {
        let count = byte(at);
        at += 1;
        for _ in 0..count {
            next(&mut at);
        }
    }
    let count = byte(at);
    at += 1;
    (0..count).map(move |_| word(next(&mut at)))
}

fn run(number: usize) -> (u32, usize) {
    (u32_at(RUNS, 2 * number), u32_at(RUNS, 2 * number + 1) as usize)
}

/// The last run for which `before` holds.
fn last_run(before: impl Fn((u32, usize)) -> bool) -> Option<usize> {
    let (mut low, mut high) = (0, RUNS.len() / 8);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(run(middle)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low.checked_sub(1)
}

/// The name of a character.
pub fn name(code: u32) -> Option<String> {
    let syllable = code.wrapping_sub(SYLLABLES);
    if syllable < SYLLABLE_COUNT {
        let (leading, vowel, trailing) = (syllable / 588, syllable / 28 % 21, syllable % 28);
        return Some(format!(
            "{SYLLABLE}{}{}{}",
            LEADING[leading as usize], VOWELS[vowel as usize], TRAILING[trailing as usize]
        ));
    }
    if is_ideograph(code) {
        return Some(format!("{IDEOGRAPH}{code:X}"));
    }
    let number = last_run(|(start, _)| start <= code)?;
    let ((start, index), (_, next)) = (run(number), run(number + 1));
    let index = index + (code - start) as usize;
    if index >= next {
        return None;
    }
    let mut text = String::new();
    for word in words(index) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    Some(text)
}

/// FNV-1a, of upper-case letters; as in tools/generate.py.
fn hash(name: &str) -> u32 {
    name.bytes()
        .fold(0x811C_9DC5, |hash, byte| (hash ^ byte.to_ascii_uppercase() as u32).wrapping_mul(0x0100_0193))
}

fn has_name(index: usize, name: &str) -> bool {
    let mut rest = name.split(' ');
    words(index).all(|word| rest.next().is_some_and(|part| part.eq_ignore_ascii_case(word)))
        && rest.next().is_none()
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    Character(u32),
    /// A character by another name than its own.
    Alias(u32),
    /// A named sequence: two to four characters, zeros unused. The `\N` escape does not take these.
    Sequence([u32; 4]),
}

/// The character or sequence with the given name or alias, in any case but for computed names.
pub fn lookup(name: &str) -> Option<Named> {
    // Computed names are looked up in upper case only.
    if let Some(rest) = name.strip_prefix(SYLLABLE) {
        return syllable(rest).map(Named::Character);
    }
    if let Some(rest) = name.strip_prefix(IDEOGRAPH) {
        let valid =
            matches!(rest.len(), 4 | 5) && rest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'));
        let code = u32::from_str_radix(rest, 16).ok().filter(|&code| valid && is_ideograph(code));
        return code.map(Named::Character);
    }
    let mut slot = hash(name) as usize & 0xFFFF;
    loop {
        let index = (u16_at(SLOTS, slot) as usize).checked_sub(1)?;
        if has_name(index, name) {
            return Some(match index.checked_sub(NAMED) {
                None => {
                    let (start, first) = run(last_run(|(_, first)| first <= index)?);
                    Named::Character(start + (index - first) as u32)
                }
                Some(extra) => match EXTRA[extra] {
                    [code, 0, 0, 0] => Named::Alias(code),
                    codes => Named::Sequence(codes),
                },
            });
        }
        slot = (slot + 1) & 0xFFFF;
    }
}

fn syllable(name: &str) -> Option<u32> {
    // The longest match decides at each place.
    let take = |rest: &mut &str, parts: &[&str]| {
        let (index, part) = parts
            .iter()
            .enumerate()
            .filter(|(_, part)| rest.starts_with(**part))
            .max_by_key(|(_, part)| part.len())?;
        *rest = &rest[part.len()..];
        Some(index as u32)
    };
    let mut rest = name;
    let leading = take(&mut rest, &LEADING)?;
    let vowel = take(&mut rest, &VOWELS)?;
    let trailing = take(&mut rest, &TRAILING)?;
    rest.is_empty().then_some(SYLLABLES + (leading * 21 + vowel) * 28 + trailing)
}
