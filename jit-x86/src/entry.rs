//! Entering and leaving traces, and pointing jumps elsewhere. `ir::exits` describes the frame.

use crate::asm::{self, Asm, Cond, Rm, frame};
use crate::regs::{PRESERVED, R8, R11, RAX, RCX, RDI, RDX, RSI, RSP, xmm};
use ir::exits::{CONTEXT, FRAME, NUMBER, ON_EXIT, SLOTS_AT, STATE};
use ir::machine::{Buffer, OutOfReach, Reg};

/// Six pushes and the return address leave the stack 8 bytes off; calls want it aligned to 16.
const ROOM: i32 = FRAME + 8;

/// `fn(code: rdi, params: rsi, count: rdx, on_exit: rcx, context: r8)`
pub fn trampoline(code: &mut Buffer) {
    let mut a = Asm(code);
    for reg in PRESERVED {
        a.push(reg);
    }
    a.ri(asm::SUB_I, Rm::Reg(RSP), ROOM);
    a.rm(asm::STORE, RCX, frame(ON_EXIT));
    a.rm(asm::STORE, R8, frame(CONTEXT));
    a.rm(asm::STORE, RSP, frame(SLOTS_AT));
    let (more, done) = (a.0.label(), a.0.label());
    a.rm(asm::TEST, RDX, Rm::Reg(RDX));
    a.jcc(Cond::E, done);
    a.0.bind(more);
    a.rm(asm::MOV, RAX, Rm::Mem { base: RSI, index: Some((RDX, 8)), disp: -8 });
    a.rm(asm::STORE, RAX, Rm::Mem { base: RSP, index: Some((RDX, 8)), disp: -8 });
    a.ri(asm::SUB_I, Rm::Reg(RDX), 1);
    a.jcc(Cond::NE, more);
    a.0.bind(done);
    a.jmp_reg(RDI);
}

/// Gets the exit's number in r11.
pub fn handler(code: &mut Buffer) {
    let mut a = Asm(code);
    for n in 0..16 {
        a.rm(asm::STORE, Reg::int(n), frame(STATE + 8 * i32::from(n)));
        a.rm(asm::MOVSD_STORE, xmm(n), frame(STATE + 8 * (32 + i32::from(n))));
    }
    a.rm(asm::STORE, R11, frame(NUMBER));
    a.rm(asm::LEA, RDI, frame(STATE));
    a.rm(asm::MOV, RSI, frame(CONTEXT));
    a.call(frame(ON_EXIT));
    a.ri(asm::ADD_I, Rm::Reg(RSP), ROOM);
    for reg in PRESERVED.into_iter().rev() {
        a.pop(reg);
    }
    a.ret();
}

/// The exit's number, and off to the handler.
pub fn stub(code: &mut Buffer, number: u32) {
    let handler = code.handler.wrapping_sub(code.base).cast_signed() as isize;
    let mut a = Asm(code);
    a.mov_i(R11, i64::from(number));
    let label = a.0.label();
    a.0.bind_at(label, handler);
    a.jmp(label);
}

/// Writes the distance from the field's end to `to` into the 32-bit field at `at`.
pub fn patch(code: &mut [u8], at: usize, to: isize) -> Result<(), OutOfReach> {
    let distance = i32::try_from(to - (at + 4) as isize).map_err(|_| OutOfReach)?;
    code.get_mut(at..at + 4).ok_or(OutOfReach)?.copy_from_slice(&distance.to_le_bytes());
    Ok(())
}

/// `jmp to`
pub fn leap(code: &mut [u8], at: usize, to: isize) -> Result<(), OutOfReach> {
    *code.get_mut(at).ok_or(OutOfReach)? = 0xe9;
    patch(code, at + 1, to)
}
