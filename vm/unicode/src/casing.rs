//! Case mappings of characters and strings.

use crate::Char;
use crate::tables::records::{CASES, SEQUENCES};
use crate::tables::{Case, record};
use crate::{is_case_ignorable, is_cased};

/// Which mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapping {
    Lower,
    Upper,
    Title,
    Fold,
}

const SIGMA: u32 = 0x3A3;
const FINAL_SIGMA: u32 = 0x3C2;

/// The one to three characters that `code` maps to, by itself.
#[inline]
pub fn map_full(code: u32, mapping: Mapping) -> Mapped {
    let value = CASES[record(code).case as usize].0[mapping as usize];
    if value < Case::SPECIAL {
        Mapped { codes: [code.wrapping_add_signed(value), 0, 0], at: 0, len: 1 }
    } else {
        let codes = SEQUENCES[(value - Case::SPECIAL) as usize];
        Mapped { codes, at: 0, len: if codes[2] == 0 { 2 } else { 3 } }
    }
}

/// The first of the characters that `code` maps to, as `_PyUnicode_ToLowercase` and its like have it.
#[inline]
pub fn map_simple(code: u32, mapping: Mapping) -> u32 {
    map_full(code, mapping).codes[0]
}

/// What [`map_full`] yields.
#[derive(Clone, Copy, Debug)]
pub struct Mapped {
    codes: [u32; 3],
    at: u8,
    len: u8,
}

impl Iterator for Mapped {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.at == self.len {
            return None;
        }
        self.at += 1;
        Some(self.codes[self.at as usize - 1])
    }
}

/// Is the first character that counts a cased one?
fn cased_first<'a, C: Char>(text: impl Iterator<Item = &'a C>) -> bool {
    text.map(|&char| char.into()).find(|&code| !is_case_ignorable(code)).is_some_and(is_cased)
}

/// The sigma at `index` becomes a final one where it ends a word.
fn lower_sigma<C: Char>(text: &[C], index: usize) -> u32 {
    let before = cased_first(text[..index].iter().rev());
    let after = cased_first(text[index + 1..].iter());
    if before && !after { FINAL_SIGMA } else { SIGMA + 0x20 }
}

fn push_lower<C: Char>(text: &[C], index: usize, out: &mut impl Extend<u32>) {
    let code = text[index].into();
    if code == SIGMA {
        out.extend([lower_sigma(text, index)]);
    } else {
        out.extend(map_full(code, Mapping::Lower));
    }
}

/// `str.lower`.
pub fn lower<C: Char>(text: &[C], out: &mut impl Extend<u32>) {
    (0..text.len()).for_each(|index| push_lower(text, index, out));
}

/// `str.upper`.
pub fn upper<C: Char>(text: &[C], out: &mut impl Extend<u32>) {
    text.iter().for_each(|&char| out.extend(map_full(char.into(), Mapping::Upper)));
}

/// `str.casefold`.
pub fn casefold<C: Char>(text: &[C], out: &mut impl Extend<u32>) {
    text.iter().for_each(|&char| out.extend(map_full(char.into(), Mapping::Fold)));
}

/// `str.capitalize`.
pub fn capitalize<C: Char>(text: &[C], out: &mut impl Extend<u32>) {
    if let Some(&first) = text.first() {
        out.extend(map_full(first.into(), Mapping::Title));
    }
    (1..text.len()).for_each(|index| push_lower(text, index, out));
}

/// `str.swapcase`.
pub fn swapcase<C: Char>(text: &[C], out: &mut impl Extend<u32>) {
    for (index, &char) in text.iter().enumerate() {
        let code = char.into();
        if crate::is_upper(code) {
            push_lower(text, index, out);
        } else if crate::is_lower(code) {
            out.extend(map_full(code, Mapping::Upper));
        } else {
            out.extend([code]);
        }
    }
}

/// `str.title`.
pub fn title<C: Char>(text: &[C], out: &mut impl Extend<u32>) {
    let mut after_cased = false;
    for (index, &char) in text.iter().enumerate() {
        if after_cased {
            push_lower(text, index, out);
        } else {
            out.extend(map_full(char.into(), Mapping::Title));
        }
        after_cased = is_cased(char.into());
    }
}
