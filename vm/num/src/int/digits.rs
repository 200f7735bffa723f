//! The digits of a result: inline while they fit an `i128`, on the heap beyond.

use std::ops::{Deref, DerefMut};

use crate::error::{Error, Result};

/// Digits held without an allocation; enough for every `i128`.
pub const INLINE: usize = 5;

/// A growable little-endian array of 30-bit digits.
#[derive(Clone)]
pub struct Digits(Store);

#[derive(Clone)]
enum Store {
    Inline { len: u8, digits: [u32; INLINE] },
    Heap(Vec<u32>),
}

impl Digits {
    pub const fn new() -> Digits {
        Digits(Store::Inline { len: 0, digits: [0; INLINE] })
    }

    /// `len` zero digits; fails where memory does not suffice.
    pub fn zeroed(len: usize) -> Result<Digits> {
        if len <= INLINE {
            return Ok(Digits(Store::Inline { len: len as u8, digits: [0; INLINE] }));
        }
        let mut vec = Vec::new();
        vec.try_reserve_exact(len).map_err(|_| Error::MEMORY)?;
        vec.resize(len, 0);
        Ok(Digits(Store::Heap(vec)))
    }

    /// `len` zero digits, where `len` is about the size of digits that exist already.
    pub(super) fn like(len: usize) -> Digits {
        if len <= INLINE {
            Digits(Store::Inline { len: len as u8, digits: [0; INLINE] })
        } else {
            Digits(Store::Heap(vec![0; len]))
        }
    }

    pub fn from_slice(digits: &[u32]) -> Digits {
        let mut result = Digits::like(digits.len());
        result.copy_from_slice(digits);
        result
    }

    pub fn push(&mut self, digit: u32) {
        match &mut self.0 {
            Store::Inline { len, digits } if (*len as usize) < INLINE => {
                digits[*len as usize] = digit;
                *len += 1;
            }
            Store::Inline { len, digits } => {
                let mut vec = digits[..*len as usize].to_vec();
                vec.push(digit);
                self.0 = Store::Heap(vec);
            }
            Store::Heap(vec) => vec.push(digit),
        }
    }

    /// Drops leading zeros (the most significant digits, at the end).
    pub fn normalize(&mut self) {
        let keep = self.iter().rposition(|&digit| digit != 0).map_or(0, |top| top + 1);
        match &mut self.0 {
            Store::Inline { len, .. } => *len = keep as u8,
            Store::Heap(vec) => vec.truncate(keep),
        }
    }
}

impl Default for Digits {
    fn default() -> Digits {
        Digits::new()
    }
}

impl Deref for Digits {
    type Target = [u32];

    #[inline]
    fn deref(&self) -> &[u32] {
        match &self.0 {
            Store::Inline { len, digits } => &digits[..*len as usize],
            Store::Heap(vec) => vec,
        }
    }
}

impl DerefMut for Digits {
    #[inline]
    fn deref_mut(&mut self) -> &mut [u32] {
        match &mut self.0 {
            Store::Inline { len, digits } => &mut digits[..*len as usize],
            Store::Heap(vec) => vec,
        }
    }
}
