//! Entering and leaving traces, and pointing jumps elsewhere. `ir::exits` describes the frame.

use crate::asm::{self, Address, Asm, frame};
use crate::regs::{PRESERVED, PRESERVED_FLOATS, SP, X16, X17, XZR, d, x};
use ir::exits::{CONTEXT, FRAME, NUMBER, ON_EXIT, SLOTS_AT, STATE};
use ir::machine::{Buffer, OutOfReach};

/// The frame and, above it, the preserved registers.
const ROOM: i32 = FRAME + 8 * (PRESERVED.len() + PRESERVED_FLOATS.len()) as i32;

const _: () = assert!(ROOM % 16 == 0 && ROOM < 4096);

/// Loads or stores all preserved registers.
fn preserved(a: &mut Asm, op: asm::Bits, float_op: asm::Bits) {
    let regs =
        PRESERVED.iter().map(|&reg| (op, reg)).chain(PRESERVED_FLOATS.iter().map(|&reg| (float_op, reg)));
    for (n, (op, reg)) in regs.enumerate() {
        a.access(op, reg, frame(FRAME + 8 * n as i32), 8);
    }
}

/// `fn(code: x0, params: x1, count: x2, on_exit: x3, context: x4)`
pub fn trampoline(code: &mut Buffer) {
    let mut a = Asm(code);
    a.ri(asm::SUB_I, SP, SP, ROOM as u32);
    preserved(&mut a, asm::STR, asm::STR_D);
    a.access(asm::STR, x(3), frame(ON_EXIT), 8);
    a.access(asm::STR, x(4), frame(CONTEXT), 8);
    a.ri(asm::ADD_I, X17, SP, 0);
    a.access(asm::STR, X17, frame(SLOTS_AT), 8);
    let (more, done) = (a.0.label(), a.0.label());
    a.to(asm::CBZ, x(2), done);
    a.0.bind(more);
    a.ri(asm::SUB_I, x(2), x(2), 1);
    a.access(asm::LDR, X16, Address { base: x(1), index: Some((x(2), 3)), offset: 0 }, 8);
    a.access(asm::STR, X16, Address { base: X17, index: Some((x(2), 3)), offset: 0 }, 8);
    a.to(asm::CBNZ, x(2), more);
    a.0.bind(done);
    a.br(x(0));
}

/// Gets the exit's number in x17.
pub fn handler(code: &mut Buffer) {
    let mut a = Asm(code);
    for n in 0..32 {
        if n < 31 {
            a.access(asm::STR, x(n), frame(STATE + 8 * i32::from(n)), 8);
        }
        a.access(asm::STR_D, d(n), frame(STATE + 8 * (32 + i32::from(n))), 8);
    }
    a.access(asm::STR, X17, frame(NUMBER), 8);
    a.ri(asm::ADD_I, x(0), SP, STATE as u32);
    a.access(asm::LDR, x(1), frame(CONTEXT), 8);
    a.access(asm::LDR, X16, frame(ON_EXIT), 8);
    a.blr(X16);
    preserved(&mut a, asm::LDR, asm::LDR_D);
    a.ri(asm::ADD_I, SP, SP, ROOM as u32);
    a.ret();
}

/// The exit's number, and off to the handler.
pub fn stub(code: &mut Buffer, number: u32) {
    let handler = code.handler.wrapping_sub(code.base).cast_signed() as isize;
    let mut a = Asm(code);
    a.mov_i(X17, u64::from(number));
    let label = a.0.label();
    a.0.bind_at(label, handler);
    a.to(asm::B, XZR, label);
}

/// Points the jump, or the literal's load, at `at` to `to`.
pub fn patch(code: &mut [u8], at: usize, to: isize) -> Result<(), OutOfReach> {
    let bytes = code.get_mut(at..at + 4).ok_or(OutOfReach)?;
    let word = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    let distance = (to - at as isize) >> 2;
    // Jumps and calls hold 26 bits; conditions, compares with zero and literals 19 above the register.
    let (bits, shift) = if word & 0x7c00_0000 == asm::B { (26, 0) } else { (19, 5) };
    if distance >> (bits - 1) != 0 && distance >> (bits - 1) != -1 {
        return Err(OutOfReach);
    }
    let mask = ((1u32 << bits) - 1) << shift;
    let word = word & !mask | (distance as u32) << shift & mask;
    bytes.copy_from_slice(&word.to_le_bytes());
    Ok(())
}

/// `b to`
pub fn leap(code: &mut [u8], at: usize, to: isize) -> Result<(), OutOfReach> {
    code.get_mut(at..at + 4).ok_or(OutOfReach)?.copy_from_slice(&asm::B.to_le_bytes());
    patch(code, at, to)
}
