//! Registers of AArch64 and its procedure call standard.

use ir::machine::{Reg, RegFile, RegSet};

/// The integer register of that number; 31 is the stack pointer or zero, as the instruction has it.
pub const fn x(number: u8) -> Reg {
    Reg::int(number)
}

/// The floating register of that number.
pub const fn d(number: u8) -> Reg {
    Reg::float(number)
}

/// Scratch; never allocated.
pub const X16: Reg = x(16);
/// Scratch; never allocated. Carries an exit's number.
pub const X17: Reg = x(17);
/// The native frame.
pub const SP: Reg = x(31);
pub const XZR: Reg = x(31);
/// Scratch; never allocated.
pub const D31: Reg = d(31);

const fn range<const N: usize>(first: Reg) -> [Reg; N] {
    let mut regs = [first; N];
    let mut n = 0;
    while n < N {
        regs[n] = Reg(first.0 + n as u8);
        n += 1;
    }
    regs
}

/// Volatile ones first. X18 is the platform's, X29 and X30 are the frame's.
const INTS: [Reg; 26] = {
    let mut regs = [x(0); 26];
    let mut n = 0;
    while n < 26 {
        regs[n] = if n < 16 { x(n as u8) } else { x(n as u8 + 3) };
        n += 1;
    }
    regs
};

const FLOATS: [Reg; 31] = {
    let mut regs = [d(0); 31];
    let mut n = 0;
    while n < 31 {
        regs[n] = match n {
            0..8 => d(n as u8),
            8..23 => d(n as u8 + 8),
            _ => d(n as u8 - 15),
        };
        n += 1;
    }
    regs
};

/// What a call destroys.
pub const VOLATILE: RegSet =
    RegSet::of(&range::<16>(x(0))).or(RegSet::of(&range::<8>(d(0)))).or(RegSet::of(&range::<15>(d(16))));

/// Preserved integer registers, with the frame pointer and the return address.
pub const PRESERVED: [Reg; 12] = range(x(19));
/// Preserved floating registers; of these the lower halves.
pub const PRESERVED_FLOATS: [Reg; 8] = range(d(8));

pub const FILE: RegFile = RegFile {
    ints: &INTS,
    floats: &FLOATS,
    scratch_int: X16,
    scratch_float: D31,
    int_args: &range::<8>(x(0)),
    float_args: &range::<8>(d(0)),
    int_result: x(0),
    float_result: d(0),
    volatile: VOLATILE,
};
