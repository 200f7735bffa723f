//! The mappings of the CJK codecs, written by `cargo xtask multibyte`; its collector describes the format.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

static DATA: &[u8] = include_bytes!("tables.bin");

const ILLEGAL: u16 = 0xffff;
const TWO: u16 = 0xfffe;
const THREE: u16 = 0xfffd;
/// A sequence whose both bytes are illegal.
const BOTH: u16 = 0xfffe;
/// Cells from here on are numbers of extras.
const EXTRA: u16 = 0xd800;
const EXTRA_END: u16 = 0xe000;

/// What a byte begins.
#[derive(Clone, Copy)]
pub enum First {
    Single(u32),
    Two,
    Three,
    Illegal,
}

/// What a sequence of bytes means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Found {
    One(u32),
    Pair(u32, u32),
    Illegal,
    /// Illegal with both of its bytes.
    BothIllegal,
}

/// Rows of 256 cells by lead.
struct Plane(HashMap<u8, Box<[u16; 256]>>);

/// A codec's, or a character set's, mapping.
pub struct Table {
    singles: Vec<u16>,
    planes: Vec<Plane>,
    /// Bytes and their number, by character.
    encodings: HashMap<u32, ([u8; 4], u8)>,
    pairs: HashMap<(u32, u32), ([u8; 4], u8)>,
    /// Characters that may be the first of a pair.
    firsts: HashSet<u32>,
}

/// A reader of the file.
struct Reader(usize);

impl Reader {
    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let bytes = DATA.get(self.0..self.0 + N).and_then(|bytes| bytes.try_into().ok());
        self.0 += N;
        bytes.unwrap_or([0; N])
    }
    fn u8(&mut self) -> u8 {
        u8::from_le_bytes(self.bytes())
    }
    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.bytes())
    }
    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.bytes())
    }
}

/// Where things are in the file.
struct Index {
    /// Of each segment: its place in the file and its number of cells.
    segments: Vec<(usize, usize)>,
    extras: Vec<(u32, u32)>,
    tables: HashMap<&'static str, usize>,
    /// Linear index, character, count.
    ranges: Vec<(u32, u16, u16)>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut reader = Reader(0);
    let count = usize::from(reader.u16());
    let offsets: Vec<usize> = (0..=count).map(|_| reader.u32() as usize).collect();
    let cells = reader.0;
    let segments = offsets.windows(2).map(|pair| (cells + 2 * pair[0], pair[1] - pair[0])).collect();
    reader.0 = cells + 2 * offsets[count];
    let extras = (0..reader.u16()).map(|_| (reader.u32(), reader.u32())).collect();
    let mut tables = HashMap::new();
    for _ in 0..reader.u16() {
        let len = usize::from(reader.u8());
        let name = DATA.get(reader.0..reader.0 + len).and_then(|name| core::str::from_utf8(name).ok());
        reader.0 += len;
        tables.insert(name.unwrap_or_default(), reader.0);
        reader.0 += 512;
        for _ in 0..reader.u8() {
            for _ in 0..reader.u8() {
                reader.0 += 1;
                reader.0 += 3 * usize::from(reader.u8());
            }
        }
        for _ in 0..reader.u16() {
            reader.0 += 4;
            reader.0 += usize::from(reader.u8());
        }
    }
    let ranges = (0..reader.u16()).map(|_| (reader.u32(), reader.u16(), reader.u16())).collect();
    Index { segments, extras, tables, ranges }
});

fn found(cell: u16) -> Found {
    match cell {
        ILLEGAL => Found::Illegal,
        BOTH => Found::BothIllegal,
        EXTRA..EXTRA_END => match INDEX.extras.get(usize::from(cell - EXTRA)) {
            Some(&(char, 0)) => Found::One(char),
            Some(&(first, second)) => Found::Pair(first, second),
            None => Found::Illegal,
        },
        char => Found::One(char.into()),
    }
}

impl Table {
    fn read(name: &str) -> Table {
        let Some(&place) = INDEX.tables.get(name) else {
            return Table {
                singles: vec![ILLEGAL; 256],
                planes: Vec::new(),
                encodings: HashMap::new(),
                pairs: HashMap::new(),
                firsts: HashSet::new(),
            };
        };
        let mut reader = Reader(place);
        let singles: Vec<u16> = (0..256).map(|_| reader.u16()).collect();
        let mut planes = Vec::new();
        for _ in 0..reader.u8() {
            let mut rows = HashMap::new();
            for _ in 0..reader.u8() {
                let lead = reader.u8();
                let mut row = Box::new([ILLEGAL; 256]);
                for _ in 0..reader.u8() {
                    let (first, segment) = (usize::from(reader.u8()), usize::from(reader.u16()));
                    let Some(&(at, len)) = INDEX.segments.get(segment) else { continue };
                    let mut cells = Reader(at);
                    row.iter_mut().skip(first).take(len).for_each(|cell| *cell = cells.u16());
                }
                rows.insert(lead, row);
            }
            planes.push(Plane(rows));
        }
        let mut table = Table {
            singles,
            planes,
            encodings: HashMap::new(),
            pairs: HashMap::new(),
            firsts: HashSet::new(),
        };
        table.invert();
        for _ in 0..reader.u16() {
            let (char, len) = (reader.u32(), reader.u8());
            let mut bytes = [0; 4];
            bytes.iter_mut().take(len.into()).for_each(|byte| *byte = reader.u8());
            match len {
                0 => drop(table.encodings.remove(&char)),
                _ => drop(table.encodings.insert(char, (bytes, len))),
            }
        }
        table
    }

    /// Fills the encodings: the lowest sequence of a character is its encoding.
    fn invert(&mut self) {
        for byte in 0..=255u8 {
            if let First::Single(char) = self.first(byte) {
                self.encodings.entry(char).or_insert(([byte, 0, 0, 0], 1));
            }
        }
        let mut third = (0..=255u8).filter(|&byte| self.singles[usize::from(byte)] == THREE);
        let third = third.next().unwrap_or(0);
        for (number, plane) in self.planes.iter().enumerate() {
            let mut leads: Vec<u8> = plane.0.keys().copied().collect();
            leads.sort_unstable();
            for lead in leads {
                for trail in 0..=255u8 {
                    let (bytes, len) = match number {
                        0 => ([lead, trail, 0, 0], 2),
                        _ => ([third, lead, trail, 0], 3),
                    };
                    match found(plane.0[&lead][usize::from(trail)]) {
                        Found::One(char) => drop(self.encodings.entry(char).or_insert((bytes, len))),
                        Found::Pair(first, second) => {
                            self.firsts.insert(first);
                            self.pairs.entry((first, second)).or_insert((bytes, len));
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    pub fn first(&self, byte: u8) -> First {
        match self.singles[usize::from(byte)] {
            ILLEGAL => First::Illegal,
            TWO => First::Two,
            THREE => First::Three,
            cell => match found(cell) {
                Found::One(char) => First::Single(char),
                _ => First::Illegal,
            },
        }
    }

    /// What two bytes mean; in plane 1 those behind the first of three.
    pub fn get(&self, plane: usize, lead: u8, trail: u8) -> Found {
        let row = self.planes.get(plane).and_then(|plane| plane.0.get(&lead));
        row.map_or(Found::Illegal, |row| found(row[usize::from(trail)]))
    }

    pub fn encode(&self, char: u32) -> Option<&[u8]> {
        let (bytes, len) = self.encodings.get(&char)?;
        bytes.get(..usize::from(*len))
    }

    /// Whether a character may be the first of a pair that has an encoding of its own.
    pub fn begins_pair(&self, char: u32) -> bool {
        self.firsts.contains(&char)
    }

    pub fn encode_pair(&self, first: u32, second: u32) -> Option<&[u8]> {
        let (bytes, len) = self.pairs.get(&(first, second))?;
        bytes.get(..usize::from(*len))
    }
}

macro_rules! tables {
    ($($name:literal)*) => {
        /// The tables by name, each read when it is first used.
        pub fn table(name: &str) -> Option<&'static Table> {
            match name {
                $($name => {
                    static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read($name));
                    Some(&TABLE)
                })*
                _ => None,
            }
        }
    };
}

tables! {
    "gb2312" "gbk" "gb18030" "big5" "cp950" "big5hkscs" "euc_kr" "cp949" "johab" "euc_jp" "euc_jisx0213"
    "euc_jis_2004" "shift_jis" "cp932" "shift_jisx0213" "shift_jis_2004" "jisx0208" "jisx0212"
    "gb2312_94" "ksx1001" "jisx0213_2000_1" "jisx0213_2004_1" "jisx0213_2000_2" "jisx0213_2004_2"
}

/// The character of a linear index among GB 18030's four-byte sequences for the first plane.
pub fn gb18030_char(linear: u32) -> Option<u32> {
    let ranges = &INDEX.ranges;
    let at = ranges.partition_point(|&(start, ..)| start <= linear).checked_sub(1)?;
    let (start, char, count) = ranges[at];
    let offset = linear - start;
    (offset < count.into()).then(|| u32::from(char) + offset)
}

/// The reverse of [`gb18030_char`].
pub fn gb18030_linear(char: u32) -> Option<u32> {
    let range = |&&(_, first, count): &&(u32, u16, u16)| {
        char.checked_sub(first.into()).is_some_and(|offset| offset < count.into())
    };
    let &(start, first, _) = INDEX.ranges.iter().find(range)?;
    Some(start + char - u32::from(first))
}
