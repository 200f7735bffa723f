//! What a codec has written so far, and the room for more.

use core::mem::MaybeUninit;

/// There is no memory for more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoMemory;

/// A growing buffer, perhaps with a limit. It grows by blocks of the sizes that CPython uses: what zlib stores without compression
/// is cut where a block ends.
pub struct Output {
    bytes: Vec<u8>,
    limit: usize,
    /// Blocks begun.
    blocks: usize,
    /// Where the current block ends.
    end: usize,
}

const KB: usize = 1024;
const MB: usize = 1024 * KB;
const BLOCKS: [usize; 17] = [
    32 * KB,
    64 * KB,
    256 * KB,
    MB,
    4 * MB,
    8 * MB,
    16 * MB,
    16 * MB,
    32 * MB,
    32 * MB,
    32 * MB,
    32 * MB,
    64 * MB,
    64 * MB,
    128 * MB,
    128 * MB,
    256 * MB,
];

impl Output {
    /// An empty buffer for at most `limit` bytes.
    pub fn new(limit: Option<usize>) -> Output {
        Output { bytes: Vec::new(), limit: limit.unwrap_or(isize::MAX as usize), blocks: 0, end: 0 }
    }

    /// Room for more, as a pointer and its length; the length is 0 only when the limit is reached.
    pub fn room(&mut self) -> Result<(*mut u8, usize), NoMemory> {
        let len = self.bytes.len();
        if len == self.end && len < self.limit {
            let block = BLOCKS[self.blocks.min(BLOCKS.len() - 1)].min(self.limit - len);
            self.bytes.try_reserve_exact(block).map_err(|_| NoMemory)?;
            self.blocks += 1;
            self.end += block;
        }
        let spare: &mut [MaybeUninit<u8>] = self.bytes.spare_capacity_mut();
        Ok((spare.as_mut_ptr().cast(), self.end - len))
    }

    /// Counts bytes that were written into the room.
    ///
    /// # Safety
    /// The first `count` bytes of the room were written.
    pub unsafe fn advance(&mut self, count: usize) {
        // SAFETY: the caller's promise.
        unsafe { self.bytes.set_len(self.bytes.len() + count) };
    }

    /// Whether the limit is reached.
    pub fn is_full(&self) -> bool {
        self.bytes.len() >= self.limit
    }

    pub fn as_slice(&self) -> &[u8] {
        &self.bytes
    }
}
