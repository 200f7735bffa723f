//! Hashing of bytes and of tuples: the algorithms and the secret that `PYTHONHASHSEED` sets.

use core::sync::atomic::{AtomicU64, Ordering};

/// The two words of `_Py_HashSecret` that key SipHash.
static SECRET: [AtomicU64; 2] = [AtomicU64::new(0), AtomicU64::new(0)];

/// Sets the secret for all hashes from now on; 0 is `PYTHONHASHSEED=0`, any other number seeds the generator that CPython uses
/// (`lcg_urandom` in Python/bootstrap_hash.c), `None` takes random bytes.
pub fn set_seed(seed: Option<u32>) {
    let mut bytes = [0u8; 16];
    match seed {
        Some(0) => {}
        Some(seed) => {
            let mut state = seed;
            for byte in &mut bytes {
                state = state.wrapping_mul(214_013).wrapping_add(2_531_011);
                *byte = (state >> 16) as u8;
            }
        }
        None => {
            // SAFETY: the buffer is ours and that long. A failure leaves zeros, which is a valid secret.
            unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), libc::GRND_NONBLOCK) };
        }
    }
    for (word, chunk) in SECRET.iter().zip(bytes.chunks_exact(8)) {
        let mut buffer = [0; 8];
        buffer.copy_from_slice(chunk);
        word.store(u64::from_le_bytes(buffer), Ordering::Relaxed);
    }
}

/// What keys the hash of bytes.
pub fn secret() -> [u64; 2] {
    [SECRET[0].load(Ordering::Relaxed), SECRET[1].load(Ordering::Relaxed)]
}

/// The hash of a run of bytes as `str`, `bytes` and `memoryview` have it: SipHash-1-3 under the secret, never -1, 0 for none.
pub fn bytes(bytes: &[u8]) -> isize {
    if bytes.is_empty() {
        return 0;
    }
    match siphash13(secret(), bytes) as isize {
        -1 => -2,
        hash => hash,
    }
}

/// SipHash with one compression and three finalisation rounds (Aumasson and Bernstein).
pub fn siphash13(key: [u64; 2], bytes: &[u8]) -> u64 {
    let mut v = [
        key[0] ^ 0x736f_6d65_7073_6575,
        key[1] ^ 0x646f_7261_6e64_6f6d,
        key[0] ^ 0x6c79_6765_6e65_7261,
        key[1] ^ 0x7465_6462_7974_6573,
    ];
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut buffer = [0; 8];
        buffer.copy_from_slice(chunk);
        let word = u64::from_le_bytes(buffer);
        v[3] ^= word;
        round(&mut v);
        v[0] ^= word;
    }
    let mut last = (bytes.len() as u64) << 56;
    for (index, &byte) in chunks.remainder().iter().enumerate() {
        last |= u64::from(byte) << (8 * index);
    }
    v[3] ^= last;
    round(&mut v);
    v[0] ^= last;
    v[2] ^= 0xff;
    for _ in 0..3 {
        round(&mut v);
    }
    v[0] ^ v[1] ^ v[2] ^ v[3]
}

#[inline]
fn round(v: &mut [u64; 4]) {
    v[0] = v[0].wrapping_add(v[1]);
    v[2] = v[2].wrapping_add(v[3]);
    v[1] = v[1].rotate_left(13) ^ v[0];
    v[3] = v[3].rotate_left(16) ^ v[2];
    v[0] = v[0].rotate_left(32);
    v[2] = v[2].wrapping_add(v[1]);
    v[0] = v[0].wrapping_add(v[3]);
    v[1] = v[1].rotate_left(17) ^ v[2];
    v[3] = v[3].rotate_left(21) ^ v[0];
    v[2] = v[2].rotate_left(32);
}

/// The hash of a tuple from those of its items: xxHash's lanes, as CPython documents for `tuplehash`.
pub struct TupleHash {
    accumulator: u64,
    count: u64,
}

const PRIME_1: u64 = 11_400_714_785_074_694_791;
const PRIME_2: u64 = 14_029_467_366_897_019_727;
const PRIME_5: u64 = 2_870_177_450_012_600_261;

impl Default for TupleHash {
    fn default() -> TupleHash {
        TupleHash { accumulator: PRIME_5, count: 0 }
    }
}

impl TupleHash {
    /// Takes the next item's hash.
    #[inline]
    pub fn add(&mut self, lane: isize) {
        self.accumulator = self.accumulator.wrapping_add((lane as u64).wrapping_mul(PRIME_2));
        self.accumulator = self.accumulator.rotate_left(31).wrapping_mul(PRIME_1);
        self.count += 1;
    }

    /// The hash of the whole.
    pub fn finish(self) -> isize {
        let hash = self.accumulator.wrapping_add(self.count ^ (PRIME_5 ^ 3_527_539));
        if hash == u64::MAX { 1_546_275_796 } else { hash as isize }
    }
}

/// The hash of a pointer (`Py_HashPointer`): its address without the bits that alignment makes equal.
pub fn pointer<T>(pointer: *const T) -> isize {
    match pointer.addr().rotate_right(4) as isize {
        -1 => -2,
        hash => hash,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_cpython() {
        // `PYTHONHASHSEED=0 python3.13 -c "print(hash('a'), hash('abcdefgh'), hash('abcdefghij'))"`
        set_seed(Some(0));
        assert_eq!(bytes(b"a"), HASHES[0]);
        assert_eq!(bytes(b"abcdefgh"), HASHES[1]);
        // `PYTHONHASHSEED=42 …`
        set_seed(Some(42));
        assert_eq!(bytes(b"a"), HASHES[2]);
        assert_eq!(bytes(b"abcdefgh"), HASHES[3]);
        // `hash((1, 2, 3))`, `hash(())`
        let mut hash = TupleHash::default();
        [1, 2, 3].into_iter().for_each(|lane| hash.add(lane));
        assert_eq!(hash.finish(), 529_344_067_295_497_451);
        assert_eq!(TupleHash::default().finish(), 5_740_354_900_026_072_187);
    }

    const HASHES: [isize; 4] =
        [4644417185603328019, 4574395652268504554, -123207753977932514, -5457871895989710762];
}
