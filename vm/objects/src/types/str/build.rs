//! Building a string piece by piece, in the narrowest storage.

use super::{Chars, Kind, Str};
use crate::object::refs::Ref;
use crate::raise::Result;

/// A growing string. Widens when a character asks for it.
#[derive(Default)]
pub struct Builder {
    buffer: Buffer,
}

enum Buffer {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

impl Default for Buffer {
    fn default() -> Buffer {
        Buffer::One(Vec::new())
    }
}

impl Builder {
    pub fn new() -> Builder {
        Builder::default()
    }

    pub fn with_capacity(chars: usize) -> Builder {
        let mut buffer = Vec::new();
        // Without the room now, the text may still turn out to be shorter.
        let _ = buffer.try_reserve(chars);
        Builder { buffer: Buffer::One(buffer) }
    }

    /// Number of characters so far.
    pub fn len(&self) -> usize {
        match &self.buffer {
            Buffer::One(chars) => chars.len(),
            Buffer::Two(chars) => chars.len(),
            Buffer::Four(chars) => chars.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Drops everything behind the first `len` characters.
    pub fn truncate(&mut self, len: usize) {
        match &mut self.buffer {
            Buffer::One(chars) => chars.truncate(len),
            Buffer::Two(chars) => chars.truncate(len),
            Buffer::Four(chars) => chars.truncate(len),
        }
    }

    fn widen(&mut self, kind: Kind) {
        self.buffer = match (core::mem::take(&mut self.buffer), kind) {
            (Buffer::One(chars), Kind::Two) => Buffer::Two(chars.into_iter().map(u16::from).collect()),
            (Buffer::One(chars), Kind::Four) => Buffer::Four(chars.into_iter().map(u32::from).collect()),
            (Buffer::Two(chars), Kind::Four) => Buffer::Four(chars.into_iter().map(u32::from).collect()),
            (same, _) => same,
        };
    }

    /// Appends one code point.
    #[inline]
    pub fn push(&mut self, char: u32) {
        match &mut self.buffer {
            Buffer::One(chars) if char <= 0xff => chars.push(char as u8),
            Buffer::Two(chars) if char <= 0xffff => chars.push(char as u16),
            Buffer::Four(chars) => chars.push(char),
            _ => {
                self.widen(Kind::of(char));
                self.push(char);
            }
        }
    }

    /// Appends code points below 256.
    #[inline]
    pub fn push_bytes(&mut self, chars: impl ExactSizeIterator<Item = u8>) {
        match &mut self.buffer {
            Buffer::One(buffer) => buffer.extend(chars),
            _ => chars.for_each(|char| self.push(char.into())),
        }
    }

    /// Appends `count` times the same code point.
    ///
    /// # Errors
    /// MemoryError.
    pub fn push_repeated(&mut self, char: u32, count: usize) -> Result<()> {
        if count == 0 {
            return Ok(());
        }
        let reserved = match &mut self.buffer {
            Buffer::One(chars) if char <= 0xff => {
                chars.try_reserve(count).map_err(|_| crate::raise::no_memory())?;
                chars.resize(chars.len() + count, char as u8);
                return Ok(());
            }
            Buffer::One(chars) => chars.try_reserve(count),
            Buffer::Two(chars) => chars.try_reserve(count),
            Buffer::Four(chars) => chars.try_reserve(count),
        };
        reserved.map_err(|_| crate::raise::no_memory())?;
        (0..count).for_each(|_| self.push(char));
        Ok(())
    }

    /// Appends text.
    pub fn push_str(&mut self, text: &str) {
        match &mut self.buffer {
            Buffer::One(chars) if text.is_ascii() => chars.extend_from_slice(text.as_bytes()),
            _ => text.chars().for_each(|char| self.push(char.into())),
        }
    }

    /// Appends another string's characters.
    pub fn push_chars(&mut self, chars: Chars<'_>) {
        match (&mut self.buffer, chars) {
            (Buffer::One(buffer), Chars::One(chars)) => buffer.extend_from_slice(chars),
            (Buffer::Two(buffer), Chars::Two(chars)) => buffer.extend_from_slice(chars),
            (Buffer::Four(buffer), Chars::Four(chars)) => buffer.extend_from_slice(chars),
            (_, chars) => chars.iter().for_each(|char| self.push(char)),
        }
    }

    /// The string.
    ///
    /// # Errors
    /// MemoryError.
    pub fn finish(self) -> Result<Ref<Str>> {
        match &self.buffer {
            Buffer::One(chars) => Str::from_latin1(chars),
            Buffer::Two(chars) => Str::from_ucs2(chars),
            Buffer::Four(chars) => Str::from_ucs4(chars),
        }
    }
}
