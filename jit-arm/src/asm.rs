//! The encoders: instructions by class, one line per instruction form.

use crate::regs::{SP, X16, X17};
use ir::machine::{Buffer, Label, Reg};

/// An instruction's fixed bits; the class says where its operands go.
pub type Bits = u32;

// ---- three registers: `op d, n, m` ----

pub const ADD: Bits = 0x8b00_0000;
pub const ADDS: Bits = 0xab00_0000;
pub const SUB: Bits = 0xcb00_0000;
pub const SUBS: Bits = 0xeb00_0000;
pub const AND: Bits = 0x8a00_0000;
pub const ORR: Bits = 0xaa00_0000;
pub const ORR32: Bits = 0x2a00_0000;
pub const EOR: Bits = 0xca00_0000;
pub const ORN: Bits = 0xaa20_0000;
pub const MUL: Bits = 0x9b00_7c00;
pub const SMULH: Bits = 0x9b40_7c00;
pub const SDIV: Bits = 0x9ac0_0c00;
pub const LSLV: Bits = 0x9ac0_2000;
pub const LSRV: Bits = 0x9ac0_2400;
pub const ASRV: Bits = 0x9ac0_2800;
pub const FADD: Bits = 0x1e60_2800;
pub const FSUB: Bits = 0x1e60_3800;
pub const FMUL: Bits = 0x1e60_0800;
pub const FDIV: Bits = 0x1e60_1800;
/// Compares magnitudes: all ones if `|n| > |m|`.
pub const FACGT: Bits = 0x7ee0_ec00;

// ---- two registers: `op d, n` ----

pub const FNEG: Bits = 0x1e61_4000;
pub const FABS: Bits = 0x1e60_c000;
pub const FSQRT: Bits = 0x1e61_c000;
pub const FMOV: Bits = 0x1e60_4000;
pub const FRINTN: Bits = 0x1e64_4000;
pub const FRINTP: Bits = 0x1e64_c000;
pub const FRINTM: Bits = 0x1e65_4000;
pub const FRINTZ: Bits = 0x1e65_c000;
pub const SCVTF: Bits = 0x9e62_0000;
pub const FCVTZS: Bits = 0x9e78_0000;
pub const FMOV_TO_X: Bits = 0x9e66_0000;
pub const FMOV_FROM_X: Bits = 0x9e67_0000;

// ---- a register and 12 bits, perhaps shifted by 12 ----

pub const ADD_I: Bits = 0x9100_0000;
pub const ADDS_I: Bits = 0xb100_0000;
pub const ADDS_I32: Bits = 0x3100_0000;
pub const SUB_I: Bits = 0xd100_0000;
pub const SUBS_I: Bits = 0xf100_0000;

// ---- a register and a bit pattern ----

pub const AND_I: Bits = 0x9200_0000;
pub const ORR_I: Bits = 0xb200_0000;
pub const EOR_I: Bits = 0xd200_0000;

// ---- 16 bits in one of four places ----

pub const MOVZ: Bits = 0xd280_0000;
pub const MOVN: Bits = 0x9280_0000;
pub const MOVK: Bits = 0xf280_0000;

// ---- bit fields: `op d, n, #rotate, #last` ----

pub const SBFM: Bits = 0x9340_0000;
pub const UBFM: Bits = 0xd340_0000;
pub const UBFM32: Bits = 0x5300_0000;

// ---- loads and stores, in their form with a scaled offset ----

pub const LDRB: Bits = 0x3940_0000;
pub const LDRSB: Bits = 0x3980_0000;
pub const LDRH: Bits = 0x7940_0000;
pub const LDRSH: Bits = 0x7980_0000;
pub const LDR32: Bits = 0xb940_0000;
pub const LDRSW: Bits = 0xb980_0000;
pub const LDR: Bits = 0xf940_0000;
pub const LDR_D: Bits = 0xfd40_0000;
pub const STRB: Bits = 0x3900_0000;
pub const STRH: Bits = 0x7900_0000;
pub const STR32: Bits = 0xb900_0000;
pub const STR: Bits = 0xf900_0000;
pub const STR_D: Bits = 0xfd00_0000;

// ---- jumps to labels, without a register but for the compares with zero ----

pub const B: Bits = 0x1400_0000;
pub const BL: Bits = 0x9400_0000;
pub const CBZ: Bits = 0xb400_0000;
pub const CBNZ: Bits = 0xb500_0000;
/// Loads a double from a label.
pub const LDR_D_LITERAL: Bits = 0x5c00_0000;

/// Conditions, by their numbers in opcodes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cond(pub u8);

impl Cond {
    pub const EQ: Cond = Cond(0);
    pub const NE: Cond = Cond(1);
    pub const HS: Cond = Cond(2);
    pub const LO: Cond = Cond(3);
    pub const MI: Cond = Cond(4);
    pub const PL: Cond = Cond(5);
    pub const VS: Cond = Cond(6);
    pub const HI: Cond = Cond(8);
    pub const LS: Cond = Cond(9);
    pub const GE: Cond = Cond(10);
    pub const LT: Cond = Cond(11);
    pub const GT: Cond = Cond(12);
    pub const LE: Cond = Cond(13);

    /// The opposite.
    pub const fn not(self) -> Cond {
        Cond(self.0 ^ 1)
    }
}

/// The address of an access of some size.
#[derive(Clone, Copy)]
pub struct Address {
    pub base: Reg,
    /// With what it is shifted by.
    pub index: Option<(Reg, u8)>,
    pub offset: i32,
}

/// A word of the native frame.
pub fn frame(offset: i32) -> Address {
    Address { base: SP, index: None, offset }
}

/// The assembler: writes to a buffer.
pub struct Asm<'a>(pub &'a mut Buffer);

fn n(reg: Reg) -> u32 {
    u32::from(reg.number())
}

impl Asm<'_> {
    pub fn word(&mut self, word: u32) {
        self.0.bytes.extend_from_slice(&word.to_le_bytes());
    }

    /// `op d, a, b`
    pub fn rrr(&mut self, op: Bits, d: Reg, a: Reg, b: Reg) {
        self.word(op | n(b) << 16 | n(a) << 5 | n(d));
    }

    /// `op d, a, b, <shift> #by`; shifts: 0 LSL, 1 LSR, 2 ASR
    pub fn shifted(&mut self, op: Bits, d: Reg, a: Reg, b: Reg, shift: u32, by: u32) {
        self.word(op | shift << 22 | n(b) << 16 | by << 10 | n(a) << 5 | n(d));
    }

    /// `op d, a`
    pub fn rr(&mut self, op: Bits, d: Reg, a: Reg) {
        self.word(op | n(a) << 5 | n(d));
    }

    /// `mov d, a`
    pub fn mov(&mut self, d: Reg, a: Reg) {
        self.rrr(ORR, d, SP, a);
    }

    /// `op d, a, #imm`, where the immediate is one of [`imm12`]
    pub fn ri(&mut self, op: Bits, d: Reg, a: Reg, imm: u32) {
        let field = if imm < 4096 { imm } else { 1 << 12 | imm >> 12 };
        self.word(op | field << 10 | n(a) << 5 | n(d));
    }

    /// `op d, a, #pattern`, where the pattern is one of [`pattern`]
    pub fn rp(&mut self, op: Bits, d: Reg, a: Reg, bits: u32) {
        self.word(op | bits << 10 | n(a) << 5 | n(d));
    }

    /// `op d, a, #rotate, #last`
    pub fn field(&mut self, op: Bits, d: Reg, a: Reg, rotate: u32, last: u32) {
        self.word(op | rotate << 16 | last << 10 | n(a) << 5 | n(d));
    }

    /// `msub d, a, b, c`: `c - a * b`
    pub fn msub(&mut self, d: Reg, a: Reg, b: Reg, c: Reg) {
        self.word(0x9b00_8000 | n(b) << 16 | n(c) << 10 | n(a) << 5 | n(d));
    }

    /// `fcmp a, b`
    pub fn fcmp(&mut self, a: Reg, b: Reg) {
        self.word(0x1e60_2000 | n(b) << 16 | n(a) << 5);
    }

    /// `cset d, cond`
    pub fn cset(&mut self, d: Reg, cond: Cond) {
        self.word(0x9a9f_07e0 | u32::from(cond.not().0) << 12 | n(d));
    }

    /// `csel d, a, b, cond`
    pub fn csel(&mut self, d: Reg, a: Reg, b: Reg, cond: Cond) {
        self.word(0x9a80_0000 | n(b) << 16 | u32::from(cond.0) << 12 | n(a) << 5 | n(d));
    }

    /// A constant, in as few instructions as it takes.
    pub fn mov_i(&mut self, d: Reg, value: u64) {
        let halves = [0, 1, 2, 3].map(|half| (half, (value >> (16 * half)) as u16));
        let zeros = halves.iter().filter(|half| half.1 == 0).count();
        let ones = halves.iter().filter(|half| half.1 == 0xffff).count();
        if let (true, Some(bits)) = (zeros.max(ones) < 3, pattern(value)) {
            return self.rp(ORR_I, d, SP, bits);
        }
        // From all zeros or all ones, whichever is nearer.
        let (start, rest) = if ones > zeros { (MOVN, 0xffff) } else { (MOVZ, 0) };
        let mut parts = halves.into_iter().filter(|half| half.1 != rest);
        let (half, bits) = parts.next().unwrap_or((0, rest));
        self.word(start | half << 21 | u32::from(bits ^ rest) << 5 | n(d));
        for (half, bits) in parts {
            self.word(MOVK | half << 21 | u32::from(bits) << 5 | n(d));
        }
    }

    /// `fmov d, #imm`, where the immediate is one of [`float8`]
    pub fn fmov_i(&mut self, d: Reg, imm: u32) {
        self.word(0x1e60_1000 | imm << 13 | n(d));
    }

    /// A load or store of that size (in bytes) and form; the scratch registers help with what does not fit.
    pub fn access(&mut self, op: Bits, reg: Reg, at: Address, size: u32) {
        let Address { mut base, index, offset } = at;
        let unscaled = op & !(1 << 24);
        if let Some((index, shift)) = index {
            if offset == 0 && (shift == 0 || 1 << shift == size) {
                let scaled = u32::from(shift != 0) << 12;
                return self.word(unscaled | 0x20_6800 | n(index) << 16 | scaled | n(base) << 5 | n(reg));
            }
            self.shifted(ADD, X16, base, index, 0, u32::from(shift));
            base = X16;
        }
        match u32::try_from(offset) {
            Ok(offset) if offset.is_multiple_of(size) && offset / size < 4096 => {
                self.word(op | (offset / size) << 10 | n(base) << 5 | n(reg));
            }
            _ if (-256..256).contains(&offset) => {
                self.word(unscaled | (offset as u32 & 511) << 12 | n(base) << 5 | n(reg));
            }
            _ => {
                self.mov_i(X17, i64::from(offset).cast_unsigned());
                self.word(unscaled | 0x20_6800 | n(X17) << 16 | n(base) << 5 | n(reg));
            }
        }
    }

    /// A jump, call or literal load; `reg` for those that have one.
    pub fn to(&mut self, op: Bits, reg: Reg, to: Label) {
        let at = self.0.here();
        self.0.refer(at, to);
        let reg = if op == B || op == BL { 0 } else { n(reg) };
        self.word(op | reg);
    }

    /// `b.cond label`
    pub fn bcc(&mut self, cond: Cond, to: Label) {
        let at = self.0.here();
        self.0.refer(at, to);
        self.word(0x5400_0000 | u32::from(cond.0));
    }

    /// `b.cond` over that many instructions
    pub fn skip(&mut self, cond: Cond, instructions: u32) {
        self.word(0x5400_0000 | (instructions + 1) << 5 | u32::from(cond.0));
    }

    /// `tbnz reg, #bit` over that many instructions, for bits below 32
    pub fn skip_bit(&mut self, reg: Reg, bit: u32, instructions: u32) {
        self.word(0x3700_0000 | bit << 19 | (instructions + 1) << 5 | n(reg));
    }

    /// `blr reg`
    pub fn blr(&mut self, reg: Reg) {
        self.word(0xd63f_0000 | n(reg) << 5);
    }

    /// `br reg`
    pub fn br(&mut self, reg: Reg) {
        self.word(0xd61f_0000 | n(reg) << 5);
    }

    pub fn ret(&mut self) {
        self.word(0xd65f_03c0);
    }

    pub fn nop(&mut self) {
        self.word(0xd503_201f);
    }
}

/// Whether additions and subtractions can hold the constant.
pub fn imm12(value: u64) -> bool {
    value < 4096 || (value < 1 << 24 && value.is_multiple_of(4096))
}

/// The field of a logical immediate: ones, rotated, repeated in elements of 2 to 64 bits.
pub fn pattern(value: u64) -> Option<u32> {
    if value == 0 || value == u64::MAX {
        return None;
    }
    let size =
        (1..=6).map(|log| 1u32 << log).find(|&size| size == 64 || value.rotate_right(size) == value)?;
    let mask = u64::MAX >> (64 - size);
    let element = value & mask;
    let ones = element.count_ones();
    let run = u64::MAX >> (64 - ones);
    let rotate = |by: u32| if by == 0 { run } else { (run >> by | run << (size - by)) & mask };
    let by = (0..size).find(|&by| rotate(by) == element)?;
    // The length of the element is told by the ones before the first zero of its field.
    let length = !(size * 2 - 1) & 63;
    Some(u32::from(size == 64) << 12 | by << 6 | length | (ones - 1))
}

/// The field of a floating immediate: 4 bits of fraction, 3 of exponent.
pub fn float8(bits: u64) -> Option<u32> {
    let exponent = bits >> 54 & 0x1ff;
    let fits = bits << 16 == 0 && (exponent == 0x100 || exponent == 0xff);
    fits.then_some(((bits >> 63) << 7 | (bits >> 54 & 1) << 6 | bits >> 48 & 0x3f) as u32)
}
