//! The location table of a code object (`co_linetable`, PEP 626 and 657): for each run of code units the
//! lines and columns it came from.
//!
//! An entry starts with a byte `1cccclll`: form `c`, length `l + 1` code units. Lines are relative to
//! the entry before it (the first to `co_firstlineno`). Forms 0-9 hold short column spans on the same line, 10-12 a
//! span on the same line or one or two below, 13 a line without columns, 14 everything, 15 nothing.

/// Where an instruction came from. Lines count from 1, columns from 0 in UTF-8 bytes; -1 is unknown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Location {
    pub line: i32,
    pub end_line: i32,
    pub column: i32,
    pub end_column: i32,
}

impl Location {
    /// No source at all.
    pub const NONE: Location = Location { line: -1, end_line: -1, column: -1, end_column: -1 };

    /// A whole line, columns unknown.
    pub const fn line(line: i32) -> Location {
        Location { line, end_line: line, column: -1, end_column: -1 }
    }
}

const LONGEST_SHORT_FORM: u8 = 9;
const ONE_LINE_FORM: u8 = 10;
const NO_COLUMN_FORM: u8 = 13;
const LONG_FORM: u8 = 14;
const NONE_FORM: u8 = 15;

/// The most code units one entry covers.
const MAX_UNITS: usize = 8;

/// Builds a table, entry by entry.
pub struct Writer {
    bytes: Vec<u8>,
    line: i32,
}

impl Writer {
    /// An empty table of a code object that starts at `first_line`.
    pub fn new(first_line: i32) -> Writer {
        Writer { bytes: Vec::new(), line: first_line }
    }

    /// The next `units` code units came from `location`.
    pub fn push(&mut self, location: Location, mut units: usize) {
        while units > 0 {
            let n = units.min(MAX_UNITS);
            self.entry(location, n);
            units -= n;
        }
    }

    /// The finished table.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn start(&mut self, form: u8, units: usize) {
        self.bytes.push(0x80 | form << 3 | (units - 1) as u8);
    }

    fn entry(&mut self, at: Location, units: usize) {
        if at.line < 0 {
            return self.start(NONE_FORM, units);
        }
        let delta = at.line.wrapping_sub(self.line);
        let known_columns = at.column >= 0 && at.end_column >= 0;
        if !known_columns && (at.end_line == at.line || at.end_line < 0) {
            self.start(NO_COLUMN_FORM, units);
            self.signed(delta);
        } else if known_columns
            && at.end_line == at.line
            && delta == 0
            && at.column < 80
            && (0..16).contains(&at.end_column.wrapping_sub(at.column))
        {
            self.start((at.column >> 3) as u8, units);
            self.bytes.push(((at.column & 7) << 4 | (at.end_column - at.column)) as u8);
        } else if known_columns
            && at.end_line == at.line
            && (0..3).contains(&delta)
            && at.column < 128
            && at.end_column < 128
        {
            self.start(ONE_LINE_FORM + delta as u8, units);
            self.bytes.extend_from_slice(&[at.column as u8, at.end_column as u8]);
        } else {
            self.start(LONG_FORM, units);
            self.signed(delta);
            self.unsigned(at.end_line.wrapping_sub(at.line) as u32);
            self.unsigned(at.column.wrapping_add(1) as u32);
            self.unsigned(at.end_column.wrapping_add(1) as u32);
        }
        self.line = at.line;
    }

    fn unsigned(&mut self, mut n: u32) {
        while n >= 64 {
            self.bytes.push(0x40 | (n & 0x3F) as u8);
            n >>= 6;
        }
        self.bytes.push(n as u8);
    }

    fn signed(&mut self, n: i32) {
        self.unsigned(if n < 0 { n.unsigned_abs() << 1 | 1 } else { (n as u32) << 1 });
    }
}

/// A run of code units with one location.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// First code unit.
    pub start: usize,
    /// One past the last code unit.
    pub end: usize,
    pub location: Location,
}

/// Reads a table. A damaged one ends early, it never fails.
pub fn entries(table: &[u8], first_line: i32) -> Entries<'_> {
    Entries { bytes: table, line: first_line, unit: 0 }
}

/// The table with lines alone.
pub fn without_columns(table: &[u8], first_line: i32) -> Vec<u8> {
    let mut writer = Writer::new(first_line);
    for Entry { start, end, location } in entries(table, first_line) {
        let location = if location.line < 0 { Location::NONE } else { Location::line(location.line) };
        writer.push(location, end - start);
    }
    writer.finish()
}

/// The location of a code unit.
pub fn location_of(table: &[u8], first_line: i32, unit: usize) -> Location {
    entries(table, first_line).find(|e| unit < e.end).map_or(Location::NONE, |e| e.location)
}

/// See [`entries`].
#[derive(Clone)]
pub struct Entries<'a> {
    bytes: &'a [u8],
    line: i32,
    unit: usize,
}

impl<'a> Entries<'a> {
    /// What is not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    /// The line that the next entry's is relative to.
    pub fn line(&self) -> i32 {
        self.line
    }

    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(first)
    }

    fn unsigned(&mut self) -> Option<i32> {
        let (mut n, mut shift) = (0u32, 0u32);
        loop {
            let byte = self.byte()?;
            n |= u32::from(byte & 0x3F).checked_shl(shift).unwrap_or(0);
            shift += 6;
            if byte & 0x40 == 0 {
                return Some(n as i32);
            }
        }
    }

    fn signed(&mut self) -> Option<i32> {
        let n = self.unsigned()? as u32;
        Some(if n & 1 != 0 { ((n >> 1) as i32).wrapping_neg() } else { (n >> 1) as i32 })
    }
}

impl Iterator for Entries<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let first = self.byte()?;
        let start = self.unit;
        self.unit += usize::from(first & 7) + 1;
        let location = match first >> 3 & 15 {
            NONE_FORM => Location::NONE,
            LONG_FORM => {
                self.line = self.line.wrapping_add(self.signed()?);
                let end_line = self.line.wrapping_add(self.unsigned()?);
                let column = self.unsigned()?.wrapping_sub(1);
                let end_column = self.unsigned()?.wrapping_sub(1);
                Location { line: self.line, end_line, column, end_column }
            }
            NO_COLUMN_FORM => {
                self.line = self.line.wrapping_add(self.signed()?);
                Location::line(self.line)
            }
            form if form > LONGEST_SHORT_FORM => {
                self.line = self.line.wrapping_add(i32::from(form - ONE_LINE_FORM));
                let (column, end_column) = (i32::from(self.byte()?), i32::from(self.byte()?));
                Location { line: self.line, end_line: self.line, column, end_column }
            }
            form => {
                let second = self.byte()?;
                let column = i32::from(form) << 3 | i32::from(second >> 4 & 7);
                let end_column = column + i32::from(second & 15);
                Location { line: self.line, end_line: self.line, column, end_column }
            }
        };
        Some(Entry { start, end: self.unit, location })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_reads_back() {
        let at = |line, end_line, column, end_column| Location { line, end_line, column, end_column };
        let locations = [
            at(1, 1, 0, 5),
            at(1, 1, 79, 94),
            at(2, 2, 100, 127),
            at(4, 4, 3, 90),
            Location::NONE,
            Location::line(9),
            at(5, 8, 2, 300),
            at(2000, 2001, -1, -1),
        ];
        let mut writer = Writer::new(1);
        let mut expected = Vec::new();
        let mut unit = 0;
        for (i, &location) in locations.iter().enumerate() {
            writer.push(location, i + 1);
            expected.push((location, unit..unit + i + 1));
            unit += i + 1;
        }
        let table = writer.finish();
        for (location, units) in expected {
            for unit in units {
                assert_eq!(location_of(&table, 1, unit), location);
            }
        }
        assert_eq!(location_of(&table, 1, unit), Location::NONE);
        let lines = without_columns(&table, 1);
        assert_eq!(location_of(&lines, 1, 0), Location::line(1));
        assert_eq!(location_of(&lines, 1, unit - 1), Location::line(2000));
    }
}
