//! Machine code as text, for dumps and tests. Nothing is ever assembled by this.

use yaxpeax_arch::{Decoder, U8Reader};
use yaxpeax_arm::armv8::a64::InstDecoder;

/// The instructions of `code`: offset and text of each. Jumps show their distance.
pub fn disassemble(code: &[u8], _base: u64) -> Vec<(usize, String)> {
    let decoder = InstDecoder::default();
    let text = |word: &[u8]| match decoder.decode(&mut U8Reader::new(word)) {
        Ok(instruction) => instruction.to_string(),
        Err(_) => {
            format!(".word {:#010x}", word.iter().rev().fold(0u32, |bits, &byte| bits << 8 | u32::from(byte)))
        }
    };
    code.chunks(4).enumerate().map(|(n, word)| (4 * n, text(word))).collect()
}
