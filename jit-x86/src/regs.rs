//! Registers of x86-64 and the System V calling convention.

use ir::machine::{Reg, RegFile, RegSet};

pub const RAX: Reg = Reg::int(0);
pub const RCX: Reg = Reg::int(1);
pub const RDX: Reg = Reg::int(2);
pub const RBX: Reg = Reg::int(3);
/// The native frame; never allocated.
pub const RSP: Reg = Reg::int(4);
pub const RBP: Reg = Reg::int(5);
pub const RSI: Reg = Reg::int(6);
pub const RDI: Reg = Reg::int(7);
pub const R8: Reg = Reg::int(8);
pub const R9: Reg = Reg::int(9);
pub const R10: Reg = Reg::int(10);
/// Scratch; never allocated.
pub const R11: Reg = Reg::int(11);
pub const R12: Reg = Reg::int(12);
pub const R13: Reg = Reg::int(13);
pub const R14: Reg = Reg::int(14);
pub const R15: Reg = Reg::int(15);

/// The floating register of that number.
pub const fn xmm(number: u8) -> Reg {
    Reg::float(number)
}

/// Scratch; never allocated.
pub const XMM15: Reg = xmm(15);

const FLOATS: [Reg; 15] = {
    let mut regs = [xmm(0); 15];
    let mut n = 0;
    while n < 15 {
        regs[n] = xmm(n as u8);
        n += 1;
    }
    regs
};

/// What a call destroys; all floating registers are among it.
pub const VOLATILE: RegSet = RegSet::of(&[RAX, RCX, RDX, RSI, RDI, R8, R9, R10]).or(RegSet::of(&FLOATS));

/// Preserved registers, in the order in which the trampoline pushes them.
pub const PRESERVED: [Reg; 6] = [RBX, RBP, R12, R13, R14, R15];

pub const FILE: RegFile = RegFile {
    // Volatile ones first; those that shifts and divisions want last among them.
    ints: &[RAX, RSI, RDI, R8, R9, R10, RDX, RCX, RBX, RBP, R12, R13, R14, R15],
    floats: &FLOATS,
    scratch_int: R11,
    scratch_float: XMM15,
    int_args: &[RDI, RSI, RDX, RCX, R8, R9],
    float_args: &[xmm(0), xmm(1), xmm(2), xmm(3), xmm(4), xmm(5), xmm(6), xmm(7)],
    int_result: RAX,
    float_result: xmm(0),
    volatile: VOLATILE,
};
