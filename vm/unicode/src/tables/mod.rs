//! The database's tables, written by `tools/generate.py`, and how they are read.
//!
//! A trie is an array of block numbers, one for each 128 code points, then the blocks' values; all
//! numbers are little-endian.

#[rustfmt::skip]
pub(crate) mod names;
#[rustfmt::skip]
pub(crate) mod records;
#[rustfmt::skip]
pub(crate) mod tags;

use records::RECORDS;

/// One more than the last code point.
pub(crate) const END: u32 = 0x11_0000;

const BLOCK: usize = 7;
const BLOCKS: usize = END as usize >> BLOCK;

static PROPERTIES: &[u8] = include_bytes!("properties.bin");
static DECOMPOSITION_INDEX: &[u8] = include_bytes!("decomposition_index.bin");
static DECOMPOSITIONS: &[u8] = include_bytes!("decompositions.bin");
static PAIRS: &[u8] = include_bytes!("pairs.bin");

/// What characters have in common.
#[derive(Debug)]
pub(crate) struct Record {
    /// Bits of [`records::flag`].
    pub flags: u32,
    /// An index into [`records::CASES`].
    pub case: u16,
    pub category: u8,
    pub bidirectional: u8,
    pub combining: u8,
    pub width: u8,
    /// 255 where there is none, as with `digit`.
    pub decimal: u8,
    pub digit: u8,
    /// An index into [`records::NUMERICS`].
    pub numeric: u8,
}

impl Record {
    pub const fn new(
        flags: u32,
        case: u16,
        category: u8,
        bidirectional: u8,
        combining: u8,
        width: u8,
        decimal: u8,
        digit: u8,
        numeric: u8,
    ) -> Record {
        Record { flags, case, category, bidirectional, combining, width, decimal, digit, numeric }
    }
}

/// Mappings to lower, upper, title case and by case folding: a difference, or from
/// [`Case::SPECIAL`] on the number of a sequence.
#[derive(Debug)]
pub(crate) struct Case(pub [i32; 4]);

impl Case {
    pub const SPECIAL: i32 = 1 << 24;
}

#[inline]
pub(crate) fn u16_at(bytes: &[u8], index: usize) -> u16 {
    match bytes.get(2 * index..2 * index + 2) {
        Some(&[low, high]) => u16::from_le_bytes([low, high]),
        _ => 0,
    }
}

#[inline]
pub(crate) fn u32_at(bytes: &[u8], index: usize) -> u32 {
    match bytes.get(4 * index..4 * index + 4) {
        Some(&[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
        _ => 0,
    }
}

#[inline]
fn trie(table: &[u8], code: u32) -> usize {
    let code = code as usize;
    let block = u16_at(table, code >> BLOCK) as usize;
    u16_at(table, BLOCKS + (block << BLOCK) + (code & ((1 << BLOCK) - 1))) as usize
}

/// The record of a code point; past the last one, that of an unassigned one.
#[inline]
pub(crate) fn record(code: u32) -> &'static Record {
    let index = if code < END { trie(PROPERTIES, code) } else { trie(PROPERTIES, END - 1) };
    &RECORDS[index]
}

/// A decomposition as the database has it, one step deep.
pub(crate) struct Decomposition {
    /// An index into [`tags::TAGS`]; zero for canonical.
    pub tag: usize,
    start: usize,
    len: usize,
}

impl Decomposition {
    pub fn codes(&self) -> impl Iterator<Item = u32> + use<> {
        (self.start..self.start + self.len).map(|at| u32_at(DECOMPOSITIONS, at))
    }
}

pub(crate) fn decomposition(code: u32) -> Option<Decomposition> {
    if code >= END {
        return None;
    }
    let at = trie(DECOMPOSITION_INDEX, code);
    if at == 0 {
        return None;
    }
    let head = u32_at(DECOMPOSITIONS, at) as usize;
    Some(Decomposition { tag: head >> 8, start: at + 1, len: head & 0xFF })
}

/// The primary composite of two characters, Hangul apart.
pub(crate) fn compose(first: u32, second: u32) -> Option<u32> {
    let (mut low, mut high) = (0, PAIRS.len() / 12);
    while low < high {
        let middle = low + (high - low) / 2;
        let pair = (u32_at(PAIRS, 3 * middle), u32_at(PAIRS, 3 * middle + 1));
        match pair.cmp(&(first, second)) {
            std::cmp::Ordering::Equal => return Some(u32_at(PAIRS, 3 * middle + 2)),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    None
}
