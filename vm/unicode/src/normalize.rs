//! Normal forms (UAX #15).

use crate::Char;
use crate::database::{Version, old_assigned};
use crate::tables::records::{OLD_DECOMPOSITIONS, flag};
use crate::tables::{compose, decomposition, record};

/// A normal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Nfc,
    Nfkc,
    Nfd,
    Nfkd,
}

impl Form {
    /// The form called `NFC`, `NFKC`, `NFD` or `NFKD`.
    pub fn from_name(name: &str) -> Option<Form> {
        match name {
            "NFC" => Some(Form::Nfc),
            "NFKC" => Some(Form::Nfkc),
            "NFD" => Some(Form::Nfd),
            "NFKD" => Some(Form::Nfkd),
            _ => None,
        }
    }

    fn compatible(self) -> bool {
        matches!(self, Form::Nfkc | Form::Nfkd)
    }

    fn composed(self) -> bool {
        matches!(self, Form::Nfc | Form::Nfkc)
    }

    fn no_flag(self) -> u32 {
        match self {
            Form::Nfc => flag::NFC_NO,
            Form::Nfkc => flag::NFKC_NO,
            Form::Nfd => flag::NFD_NO,
            Form::Nfkd => flag::NFKD_NO,
        }
    }
}

// The Hangul syllables and the letters they are made of (Unicode, section 3.12).
const SYLLABLES: u32 = 0xAC00;
const LEADING: u32 = 0x1100;
const VOWELS: u32 = 0x1161;
const TRAILING: u32 = 0x11A7;
const LEADING_COUNT: u32 = 19;
const VOWEL_COUNT: u32 = 21;
const TRAILING_COUNT: u32 = 28;
const SYLLABLE_COUNT: u32 = LEADING_COUNT * VOWEL_COUNT * TRAILING_COUNT;

/// Surely normalised: no character that the form excludes or might combine, marks in order.
fn surely_normalized<C: Char>(form: Form, text: &[C]) -> bool {
    let unsure = form.no_flag() | if form.composed() { flag::COMPOSES } else { 0 };
    let mut class = 0;
    text.iter().all(|&char| {
        let code = char.into();
        if code < 0xA0 {
            class = 0;
            return true;
        }
        let record = record(code);
        let ordered = record.combining == 0 || record.combining >= class;
        class = record.combining;
        ordered && record.flags & unsure == 0
    })
}

/// `unicodedata.is_normalized`.
pub fn is_normalized<C: Char>(version: Version, form: Form, text: &[C]) -> bool {
    if version == Version::Current && surely_normalized(form, text) {
        return true;
    }
    let normal = normalize(version, form, text);
    normal.len() == text.len() && normal.iter().zip(text).all(|(&code, &char)| code == char.into())
}

/// `text` in a normal form; `None` where it is in that form already, which is found quickly.
pub fn normalize_changed<C: Char>(version: Version, form: Form, text: &[C]) -> Option<Vec<u32>> {
    if version == Version::Current && surely_normalized(form, text) {
        return None;
    }
    Some(normalize(version, form, text))
}

/// `unicodedata.normalize`.
pub fn normalize<C: Char>(version: Version, form: Form, text: &[C]) -> Vec<u32> {
    let mut codes = Vec::with_capacity(text.len() + text.len() / 4);
    for &char in text {
        decompose(version, form, char.into(), &mut codes);
    }
    order_marks(&mut codes);
    if form.composed() {
        compose_all(&mut codes);
    }
    codes
}

fn decompose(version: Version, form: Form, code: u32, out: &mut Vec<u32>) {
    if code < 0x80 {
        out.push(code);
        return;
    }
    let syllable = code.wrapping_sub(SYLLABLES);
    if syllable < SYLLABLE_COUNT {
        out.push(LEADING + syllable / (VOWEL_COUNT * TRAILING_COUNT));
        out.push(VOWELS + syllable / TRAILING_COUNT % VOWEL_COUNT);
        if !syllable.is_multiple_of(TRAILING_COUNT) {
            out.push(TRAILING + syllable % TRAILING_COUNT);
        }
        return;
    }
    if version == Version::Old {
        if let Ok(at) = OLD_DECOMPOSITIONS.binary_search_by_key(&code, |pair| pair.0) {
            out.push(OLD_DECOMPOSITIONS[at].1);
            return;
        }
        if !old_assigned(code) {
            out.push(code);
            return;
        }
    }
    match decomposition(code) {
        // Decompositions nest four deep at most.
        Some(found) if found.tag == 0 || form.compatible() => {
            found.codes().for_each(|code| decompose(version, form, code, out));
        }
        _ => out.push(code),
    }
}

fn combining(code: u32) -> u8 {
    if code < 0x300 { 0 } else { record(code).combining }
}

/// Puts each run of marks into the order of their classes.
fn order_marks(codes: &mut [u32]) {
    let mut at = 0;
    while at < codes.len() {
        if combining(codes[at]) == 0 {
            at += 1;
            continue;
        }
        let len = codes[at..].iter().take_while(|&&code| combining(code) != 0).count();
        codes[at..at + len].sort_by_key(|&code| combining(code));
        at += len;
    }
}

fn compose_pair(first: u32, second: u32) -> Option<u32> {
    let (leading, vowel) = (first.wrapping_sub(LEADING), second.wrapping_sub(VOWELS));
    if leading < LEADING_COUNT && vowel < VOWEL_COUNT {
        return Some(SYLLABLES + (leading * VOWEL_COUNT + vowel) * TRAILING_COUNT);
    }
    let (syllable, trailing) = (first.wrapping_sub(SYLLABLES), second.wrapping_sub(TRAILING));
    if syllable < SYLLABLE_COUNT
        && syllable.is_multiple_of(TRAILING_COUNT)
        && (1..TRAILING_COUNT).contains(&trailing)
    {
        return Some(first + trailing);
    }
    compose(first, second)
}

/// Joins each starter with what follows it and is not blocked by a mark of the same or a higher class.
fn compose_all(codes: &mut Vec<u32>) {
    let mut starter = None;
    let mut last_class = 0;
    let mut kept = 0;
    for at in 0..codes.len() {
        let code = codes[at];
        let class = combining(code);
        if let Some(place) = starter {
            let adjacent = kept == place + 1;
            if (adjacent || last_class < class)
                && let Some(composite) = compose_pair(codes[place], code)
            {
                codes[place] = composite;
                continue;
            }
        }
        if class == 0 {
            starter = Some(kept);
        }
        last_class = class;
        codes[kept] = code;
        kept += 1;
    }
    codes.truncate(kept);
}
