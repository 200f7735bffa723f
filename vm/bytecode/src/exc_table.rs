//! The exception table of a code object (`co_exceptiontable`): which handler covers which code units.
//!
//! An entry is four numbers: start, length, target (in code units) and `depth << 1 | lasti`. Each is
//! big-endian in 6-bit groups, bit 6 set while more follow; bit 7 marks the first byte of an entry, so that a
//! reader can find entries by bisection.

/// One protected range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// First code unit covered.
    pub start: u32,
    /// One past the last code unit covered.
    pub end: u32,
    /// The handler's first code unit.
    pub target: u32,
    /// The stack is cut to this many items before the handler runs.
    pub depth: u32,
    /// The handler wants the offset of the raising instruction pushed below the exception.
    pub lasti: bool,
}

/// Appends an entry.
pub fn push(table: &mut Vec<u8>, entry: Entry) {
    number(table, entry.start, 0x80);
    number(table, entry.end - entry.start, 0);
    number(table, entry.target, 0);
    number(table, entry.depth << 1 | u32::from(entry.lasti), 0);
}

fn number(table: &mut Vec<u8>, value: u32, mut mark: u8) {
    for shift in [24, 18, 12, 6] {
        if value >= 1 << shift {
            table.push((value >> shift & 0x3F) as u8 | 0x40 | mark);
            mark = 0;
        }
    }
    table.push((value & 0x3F) as u8 | mark);
}

/// Reads a table. A damaged one ends early, it never fails.
pub fn entries(table: &[u8]) -> impl Iterator<Item = Entry> + '_ {
    let mut bytes = table;
    std::iter::from_fn(move || {
        let start = read(&mut bytes)?;
        let length = read(&mut bytes)?;
        let target = read(&mut bytes)?;
        let depth_lasti = read(&mut bytes)?;
        Some(Entry {
            start,
            end: start.wrapping_add(length),
            target,
            depth: depth_lasti >> 1,
            lasti: depth_lasti & 1 != 0,
        })
    })
}

/// The handler that covers a code unit.
pub fn handler_of(table: &[u8], unit: u32) -> Option<Entry> {
    entries(table).take_while(|e| e.start <= unit).find(|e| unit < e.end)
}

fn read(bytes: &mut &[u8]) -> Option<u32> {
    let mut value = 0u32;
    loop {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value = value << 6 | u32::from(byte & 0x3F);
        if byte & 0x40 == 0 {
            return Some(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back() {
        let entry = |start, end, target, depth, lasti| Entry { start, end, target, depth, lasti };
        let all = [
            entry(1, 5, 70, 0, false),
            entry(64, 5000, 6000, 3, true),
            entry(9000, 300_000, 1 << 25, 40, true),
        ];
        let mut table = Vec::new();
        for e in all {
            push(&mut table, e);
        }
        assert_eq!(entries(&table).collect::<Vec<_>>(), all);
        assert_eq!(handler_of(&table, 4), Some(all[0]));
        assert_eq!(handler_of(&table, 5), None);
        assert_eq!(handler_of(&table, 4999), Some(all[1]));
    }
}
