//! Machine code as text, for dumps and tests. Nothing is ever assembled by this.

use iced_x86::{Decoder, DecoderOptions, Formatter, Instruction, IntelFormatter};

/// The instructions of `code`, which is at `base`: offset and text of each.
pub fn disassemble(code: &[u8], base: u64) -> Vec<(usize, String)> {
    let mut decoder = Decoder::with_ip(64, code, base, DecoderOptions::NONE);
    let mut formatter = IntelFormatter::new();
    let options = formatter.options_mut();
    options.set_space_after_operand_separator(true);
    options.set_hex_prefix("0x");
    options.set_hex_suffix("");
    options.set_small_hex_numbers_in_decimal(true);
    options.set_branch_leading_zeros(false);
    options.set_leading_zeros(false);
    options.set_rip_relative_addresses(false);
    options.set_uppercase_hex(false);
    let mut lines = Vec::new();
    let mut instruction = Instruction::default();
    while decoder.can_decode() {
        decoder.decode_out(&mut instruction);
        let mut text = String::new();
        formatter.format(&instruction, &mut text);
        lines.push(((instruction.ip() - base) as usize, text));
    }
    lines
}
