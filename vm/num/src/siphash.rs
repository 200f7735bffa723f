//! Hashes of built-in types: SipHash-1-3 for strings and bytes, keyed as CPython keys it so that
//! `PYTHONHASHSEED` gives the same hashes, and the mixing of tuples' and frozen sets' elements.

/// The secret of a process: `_Py_HashSecret`, 24 bytes of which SipHash takes the first 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashSecret(pub [u8; 24]);

impl HashSecret {
    /// The secret of `PYTHONHASHSEED=seed`; all zero for seed 0.
    pub fn from_seed(seed: u32) -> HashSecret {
        let mut secret = [0; 24];
        if seed != 0 {
            let mut state = seed;
            for byte in &mut secret {
                state = state.wrapping_mul(214013).wrapping_add(2531011);
                *byte = (state >> 16) as u8;
            }
        }
        HashSecret(secret)
    }

    /// `hash()` of a string's or bytes object's memory; empty memory hashes to zero.
    #[inline]
    pub fn hash_bytes(&self, bytes: &[u8]) -> i64 {
        if bytes.is_empty() {
            return 0;
        }
        let (first, second, _) = self.words();
        match siphash13(first, second, bytes) as i64 {
            -1 => -2,
            hash => hash,
        }
    }

    /// The secret as 64-bit words; the last seeds pyexpat's hash salt and the like.
    #[inline]
    pub fn words(&self) -> (u64, u64, u64) {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x] = self.0;
        (
            u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            u64::from_le_bytes([i, j, k, l, m, n, o, p]),
            u64::from_le_bytes([q, r, s, t, u, v, w, x]),
        )
    }
}

struct State([u64; 4]);

impl State {
    #[inline(always)]
    fn round(&mut self) {
        let [a, b, c, d] = &mut self.0;
        *a = a.wrapping_add(*b);
        *c = c.wrapping_add(*d);
        *b = b.rotate_left(13) ^ *a;
        *d = d.rotate_left(16) ^ *c;
        *a = a.rotate_left(32);
        *c = c.wrapping_add(*b);
        *a = a.wrapping_add(*d);
        *b = b.rotate_left(17) ^ *c;
        *d = d.rotate_left(21) ^ *a;
        *c = c.rotate_left(32);
    }
}

/// SipHash (Aumasson and Bernstein) with one round per word and three at the end.
pub fn siphash13(key0: u64, key1: u64, bytes: &[u8]) -> u64 {
    let mut state = State([
        key0 ^ 0x736f_6d65_7073_6575,
        key1 ^ 0x646f_7261_6e64_6f6d,
        key0 ^ 0x6c79_6765_6e65_7261,
        key1 ^ 0x7465_6462_7974_6573,
    ]);
    let (words, tail) = bytes.as_chunks::<8>();
    for word in words {
        let word = u64::from_le_bytes(*word);
        state.0[3] ^= word;
        state.round();
        state.0[0] ^= word;
    }
    let mut last = (bytes.len() as u64) << 56;
    for (index, &byte) in tail.iter().enumerate() {
        last |= (byte as u64) << (8 * index);
    }
    state.0[3] ^= last;
    state.round();
    state.0[0] ^= last;
    state.0[2] ^= 0xFF;
    state.round();
    state.round();
    state.round();
    state.0[0] ^ state.0[1] ^ state.0[2] ^ state.0[3]
}

/// The hash of a tuple, from its elements' hashes: xxHash's core.
#[derive(Clone, Copy, Debug)]
pub struct TupleHash {
    sum: u64,
    len: u64,
}

impl TupleHash {
    const PRIME_1: u64 = 11400714785074694791;
    const PRIME_2: u64 = 14029467366897019727;
    const PRIME_5: u64 = 2870177450012600261;

    pub const fn new() -> TupleHash {
        TupleHash { sum: TupleHash::PRIME_5, len: 0 }
    }

    /// The next element's hash.
    #[inline]
    pub fn push(&mut self, hash: i64) {
        self.sum = self.sum.wrapping_add((hash as u64).wrapping_mul(TupleHash::PRIME_2));
        self.sum = self.sum.rotate_left(31).wrapping_mul(TupleHash::PRIME_1);
        self.len += 1;
    }

    #[inline]
    pub fn finish(self) -> i64 {
        match self.sum.wrapping_add(self.len ^ TupleHash::PRIME_5 ^ 3527539) as i64 {
            -1 => 1546275796,
            hash => hash,
        }
    }
}

impl Default for TupleHash {
    fn default() -> TupleHash {
        TupleHash::new()
    }
}

/// The hash of a frozen set from its elements' hashes, in any order.
#[derive(Clone, Copy, Debug, Default)]
pub struct FrozenSetHash {
    sum: u64,
    len: u64,
}

impl FrozenSetHash {
    /// The next element's hash.
    #[inline]
    pub fn push(&mut self, hash: i64) {
        let hash = hash as u64;
        self.sum ^= (hash ^ 89869747 ^ hash << 16).wrapping_mul(3644798167);
        self.len += 1;
    }

    pub fn finish(self) -> i64 {
        let mut hash = self.sum ^ (self.len + 1).wrapping_mul(1927868237);
        hash ^= hash >> 11 ^ hash >> 25;
        hash = hash.wrapping_mul(69069).wrapping_add(907133923);
        match hash as i64 {
            -1 => 590923713,
            hash => hash,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From CPython 3.13 with `PYTHONHASHSEED`.
    #[test]
    fn equal_to_cpython() {
        for line in include_str!("../tests/golden/hashes.tsv").lines() {
            let [seed, text, hash] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let secret = HashSecret::from_seed(seed.parse().expect("seed"));
            assert_eq!(secret.hash_bytes(text.as_bytes()).to_string(), hash, "{line}");
        }
    }

    #[test]
    fn containers() {
        let tuple = |elements: &[i64]| {
            let mut hash = TupleHash::new();
            elements.iter().for_each(|&element| hash.push(element));
            hash.finish()
        };
        let set = |elements: &[i64]| {
            let mut hash = FrozenSetHash::default();
            elements.iter().for_each(|&element| hash.push(element));
            hash.finish()
        };
        assert_eq!(tuple(&[]), 5740354900026072187);
        assert_eq!(tuple(&[1]), -6644214454873602895);
        assert_eq!(tuple(&[1, 2, 3]), 529344067295497451);
        assert_eq!(tuple(&[-2, 5, 1152921504606846976]), 3866546897678182737);
        assert_eq!(set(&[]), 133146708735736);
        assert_eq!(set(&[1]), -558064481276695278);
        assert_eq!(set(&[1, 2, 3]), -272375401224217160);
        assert_eq!(set(&[5, 1152921504606846976]), 5321645095775452943);
    }
}
