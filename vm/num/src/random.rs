//! The Mersenne Twister (MT19937, Matsumoto and Nishimura) with the outputs that `random.Random` has.

/// Words of state.
pub const STATE_WORDS: usize = 624;
const MIDDLE: usize = 397;

/// A generator's state, as `getstate` gives it: the words and the position in them.
#[derive(Clone)]
pub struct MersenneTwister {
    pub state: [u32; STATE_WORDS],
    /// At most [`STATE_WORDS`].
    pub index: usize,
}

impl MersenneTwister {
    /// Seeded by the 32-bit words of a number, lowest first; no words stand for the number zero.
    pub fn from_key(key: &[u32]) -> MersenneTwister {
        let key = if key.is_empty() { &[0] } else { key };
        let mut state = seeded(19650218);
        let mut at = 1;
        let advance = |state: &mut [u32; STATE_WORDS], at: &mut usize| {
            *at += 1;
            if *at == STATE_WORDS {
                state[0] = state[STATE_WORDS - 1];
                *at = 1;
            }
        };
        let mix = |state: &[u32; STATE_WORDS], at: usize| state[at - 1] ^ state[at - 1] >> 30;
        for step in 0..STATE_WORDS.max(key.len()) {
            let position = step % key.len();
            let mixed = state[at] ^ mix(&state, at).wrapping_mul(1664525);
            state[at] = mixed.wrapping_add(key[position]).wrapping_add(position as u32);
            advance(&mut state, &mut at);
        }
        for _ in 1..STATE_WORDS {
            let mixed = state[at] ^ mix(&state, at).wrapping_mul(1566083941);
            state[at] = mixed.wrapping_sub(at as u32);
            advance(&mut state, &mut at);
        }
        state[0] = 0x8000_0000;
        MersenneTwister { state, index: STATE_WORDS }
    }

    /// The next 32 random bits.
    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        if self.index >= STATE_WORDS {
            self.refill();
        }
        let mut word = self.state[self.index];
        self.index += 1;
        word ^= word >> 11;
        word ^= word << 7 & 0x9d2c_5680;
        word ^= word << 15 & 0xefc6_0000;
        word ^ word >> 18
    }

    fn refill(&mut self) {
        for at in 0..STATE_WORDS {
            let next = self.state[(at + 1) % STATE_WORDS];
            let joined = self.state[at] & 0x8000_0000 | next & 0x7fff_ffff;
            let twist = if next & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[at] = self.state[(at + MIDDLE) % STATE_WORDS] ^ joined >> 1 ^ twist;
        }
        self.index = 0;
    }

    /// `random()`: 53 random bits as a double in [0, 1).
    #[inline]
    pub fn random(&mut self) -> f64 {
        let (high, low) = (self.next_u32() >> 5, self.next_u32() >> 6);
        (high as f64 * 67108864.0 + low as f64) * (1.0 / 9007199254740992.0)
    }

    /// `getrandbits(bits)` for up to 32 bits, at least one.
    #[inline]
    pub fn small_bits(&mut self, bits: u32) -> u32 {
        self.next_u32() >> (32 - bits.clamp(1, 32))
    }

    /// `getrandbits(bits)` as 32-bit words, lowest first.
    pub fn bits(&mut self, bits: u64) -> Vec<u32> {
        let words = bits.div_ceil(32) as usize;
        let mut out: Vec<u32> = (0..words).map(|_| self.next_u32()).collect();
        let spare = (words as u64 * 32 - bits) as u32;
        if let Some(top) = out.last_mut() {
            *top >>= spare;
        }
        out
    }
}

/// The state that the generator's original seeding gives.
fn seeded(seed: u32) -> [u32; STATE_WORDS] {
    let mut state = [seed; STATE_WORDS];
    for at in 1..STATE_WORDS {
        let previous = state[at - 1];
        state[at] = (previous ^ previous >> 30).wrapping_mul(1812433253).wrapping_add(at as u32);
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From CPython 3.13 after `random.seed(42)` and `random.seed(2**100 + 7)`.
    #[test]
    fn equal_to_cpython() {
        let mut generator = MersenneTwister::from_key(&[42]);
        assert_eq!(generator.random(), 0.6394267984578837);
        assert_eq!(generator.random(), 0.025010755222666936);
        assert_eq!(generator.random(), 0.27502931836911926);
        assert_eq!(generator.small_bits(5), 7);
        let number = generator.bits(100).iter().rev().fold(0u128, |sum, &word| sum << 32 | word as u128);
        assert_eq!(number, 800402129360547565400942494185);
        assert_eq!(
            generator.bits(64),
            [16457808150190122675u64 as u32, (16457808150190122675u64 >> 32) as u32]
        );
        let mut generator = MersenneTwister::from_key(&[7, 0, 0, 16]);
        assert_eq!(generator.random(), 0.41604161323913513);
        assert_eq!(generator.random(), 0.32676498245430574);
    }
}
