//! `_random`: the type below `random.Random`.

use core::cell::RefCell;
use macros::{pymodule, pytype};
use num::random::{MersenneTwister, STATE_WORDS};
use objects::types::int::{Int, new_int};
use objects::types::none::none;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, TypeObject, raise};

/// `RandomObject`.
#[repr(C)]
pub struct Random {
    ob_base: Object,
    generator: RefCell<MersenneTwister>,
}

/// The 32-bit words of an int's magnitude, lowest first.
fn words(int: num::int::Int) -> Result<Vec<u32>> {
    let mut bytes = vec![0; int.bit_length().div_ceil(32) as usize * 4];
    num::int::to_bytes(int.with_sign(false), &mut bytes, true, false).map_err(raise::arithmetic)?;
    Ok(bytes
        .chunks_exact(4)
        .map(|word| word.iter().rev().fold(0, |sum, &byte| sum << 8 | u32::from(byte)))
        .collect())
}

/// Words from the system's generator.
fn entropy() -> Result<Vec<u32>> {
    let mut words = vec![0u32; STATE_WORDS];
    let size = STATE_WORDS * 4;
    // SAFETY: the buffer is ours and that long.
    let got = objects::state::detached(|| unsafe { libc::getrandom(words.as_mut_ptr().cast(), size, 0) });
    if got < size as isize {
        return Err(raise::last_os_error());
    }
    Ok(words)
}

/// The generator that an argument of `seed` stands for.
fn seeded(seed: Option<&Object>) -> Result<MersenneTwister> {
    let Some(seed) = seed.filter(|seed| !seed.is(none())) else {
        return Ok(MersenneTwister::from_key(&entropy()?));
    };
    let key = match seed.cast::<Int>() {
        Some(int) => words(int.view())?,
        None => {
            let hash = objects::protocol::object::hash(seed)? as u64;
            words(num::int::Integer::from(hash).view())?
        }
    };
    Ok(MersenneTwister::from_key(&key))
}

/// One word of a state: an int, of which the low bits count.
fn state_word(object: &Object) -> Result<u32> {
    let Some(int) = object.cast::<Int>() else { return Err(raise!(TypeError, "an integer is required")) };
    if int.is_negative() {
        return Err(raise!(OverflowError, "can't convert negative value to unsigned int"));
    }
    match int.to_u64() {
        Some(value) => Ok(value as u32),
        None => Err(raise!(OverflowError, "Python int too large to convert to C unsigned long")),
    }
}

#[pytype(name = "Random", module = "_random", static_name = RANDOM, flags = [BASETYPE])]
impl Random {
    #[slot(tp_new)]
    fn tp_new(
        class: &TypeObject,
        _args: &Tuple,
        _kwargs: Option<&objects::types::dict::Dict>,
    ) -> Result<Ref<Random>> {
        let generator = MersenneTwister { state: [0; STATE_WORDS], index: STATE_WORDS };
        Ref::new_in(class, Random { ob_base: Object::HEAD, generator: RefCell::new(generator) })
    }

    #[slot(tp_init)]
    fn tp_init(&self, args: &Tuple, kwargs: Option<&objects::types::dict::Dict>) -> Result<()> {
        if kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            return Err(raise!(TypeError, "Random() takes no keyword arguments"));
        }
        let seed = match *args.items() {
            [] => None,
            [seed] => Some(seed),
            _ => return Err(raise!(TypeError, "Random() requires 0 or 1 argument")),
        };
        self.generator.replace(seeded(seed)?);
        Ok(())
    }

    #[method("random($self, /)")]
    fn random(&self) -> f64 {
        self.generator.borrow_mut().random()
    }

    #[method("seed($self, n=None, /)")]
    fn seed(&self, n: Option<&Object>) -> Result<()> {
        self.generator.replace(seeded(n)?);
        Ok(())
    }

    #[method("getrandbits($self, k, /)")]
    fn getrandbits(&self, k: &Object) -> Result<Ref> {
        let k = objects::protocol::number::index(k)?;
        if k.is_negative() {
            return Err(raise!(ValueError, "number of bits must be non-negative"));
        }
        let Some(bits) = k.to_u64() else { return Err(raise!(OverflowError, "int too big to convert")) };
        match bits {
            0 => new_int(0),
            1..=32 => new_int(self.generator.borrow_mut().small_bits(bits as u32).into()),
            _ => self.large_bits(bits),
        }
    }

    #[method("getstate($self, /)")]
    fn getstate(&self) -> Result<Ref<Tuple>> {
        let (state, index) = {
            let generator = self.generator.borrow();
            (generator.state, generator.index)
        };
        let mut items = Vec::with_capacity(STATE_WORDS + 1);
        for word in state {
            items.push(new_int(word.into())?);
        }
        items.push(new_int(index as i64)?);
        Tuple::from_vec(items)
    }

    #[method("setstate($self, state, /)")]
    fn setstate(&self, state: &Object) -> Result<()> {
        let Some(tuple) = state.cast::<Tuple>() else {
            return Err(raise!(TypeError, "state vector must be a tuple"));
        };
        let [words @ .., index] = tuple.items() else {
            return Err(raise!(ValueError, "state vector is the wrong size"));
        };
        if words.len() != STATE_WORDS {
            return Err(raise!(ValueError, "state vector is the wrong size"));
        }
        let mut state = [0; STATE_WORDS];
        for (place, word) in state.iter_mut().zip(words) {
            *place = state_word(word)?;
        }
        let Some(index) = index.cast::<Int>() else {
            return Err(raise!(TypeError, "an integer is required"));
        };
        let Some(index) = index.to_i64() else {
            return Err(raise!(OverflowError, "Python int too large to convert to C long"));
        };
        match usize::try_from(index) {
            Ok(index) if index <= STATE_WORDS => {
                self.generator.replace(MersenneTwister { state, index });
                Ok(())
            }
            _ => Err(raise!(ValueError, "invalid state")),
        }
    }
}

impl Random {
    /// More than 32 random bits.
    fn large_bits(&self, bits: u64) -> Result<Ref> {
        let too_large = || raise!(OverflowError, "number of bits too large");
        let count = usize::try_from(bits.div_ceil(32)).map_err(|_| too_large())?;
        let size =
            count.checked_mul(4).filter(|&size| isize::try_from(size).is_ok()).ok_or_else(too_large)?;
        let mut bytes: Vec<u8> = Vec::new();
        bytes.try_reserve_exact(size).map_err(|_| raise::no_memory())?;
        let mut generator = self.generator.borrow_mut();
        let mut left = bits;
        while left > 0 {
            let word = if left < 32 { generator.small_bits(left as u32) } else { generator.next_u32() };
            bytes.extend_from_slice(&word.to_le_bytes());
            left = left.saturating_sub(32);
        }
        drop(generator);
        let value = num::int::from_bytes(&bytes, true, false);
        Ok(Int::from_integer(&value)?.upcast())
    }
}

#[pymodule(name = "_random", classes(Random))]
pub mod module {
    use super::*;
}
