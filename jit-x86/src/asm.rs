//! The encoders: a few shapes, and one line per instruction form.

use crate::regs::RSP;
use ir::machine::{Buffer, Label, Reg};

/// The operand that ModRM can put in a register or in memory.
#[derive(Clone, Copy)]
pub enum Rm {
    Reg(Reg),
    /// `[base + index * scale + disp]`
    Mem {
        base: Reg,
        index: Option<(Reg, u8)>,
        disp: i32,
    },
    /// The place of a label, relative to the instruction's end; no immediate may follow.
    Label(Label),
}

/// A word of the native frame.
pub fn frame(offset: i32) -> Rm {
    Rm::Mem { base: RSP, index: None, disp: offset }
}

/// How an instruction is encoded: prefix (0: none), opcode, and whether REX.W is set.
#[derive(Clone, Copy)]
pub struct Enc {
    prefix: u8,
    opcode: &'static [u8],
    wide: bool,
    /// A byte register is named: SPL, BPL, SIL and DIL need a REX.
    byte: bool,
}

const fn enc(prefix: u8, opcode: &'static [u8]) -> Enc {
    Enc { prefix, opcode, wide: false, byte: false }
}

const fn wide(prefix: u8, opcode: &'static [u8]) -> Enc {
    Enc { prefix, opcode, wide: true, byte: false }
}

const fn byte(opcode: &'static [u8]) -> Enc {
    Enc { prefix: 0, opcode, wide: false, byte: true }
}

// ---- one line per instruction form: `op reg, rm` unless said otherwise ----

pub const ADD: Enc = wide(0, &[0x03]);
pub const OR: Enc = wide(0, &[0x0b]);
pub const AND: Enc = wide(0, &[0x23]);
pub const SUB: Enc = wide(0, &[0x2b]);
pub const XOR: Enc = wide(0, &[0x33]);
pub const XOR32: Enc = enc(0, &[0x33]);
pub const CMP: Enc = wide(0, &[0x3b]);
pub const IMUL: Enc = wide(0, &[0x0f, 0xaf]);
pub const LEA: Enc = wide(0, &[0x8d]);
pub const MOV: Enc = wide(0, &[0x8b]);
pub const MOV32: Enc = enc(0, &[0x8b]);
pub const MOVSX8: Enc = wide(0, &[0x0f, 0xbe]);
pub const MOVSX16: Enc = wide(0, &[0x0f, 0xbf]);
pub const MOVSX32: Enc = wide(0, &[0x63]);
pub const MOVZX8: Enc = Enc { byte: true, ..enc(0, &[0x0f, 0xb6]) };
pub const MOVZX16: Enc = enc(0, &[0x0f, 0xb7]);
/// `test rm, reg`
pub const TEST: Enc = wide(0, &[0x85]);
/// `mov rm, reg`, by width
pub const STORE8: Enc = byte(&[0x88]);
pub const STORE16: Enc = enc(0x66, &[0x89]);
pub const STORE32: Enc = enc(0, &[0x89]);
pub const STORE: Enc = wide(0, &[0x89]);
/// `and rm8, reg8` and `or rm8, reg8`
pub const AND8: Enc = byte(&[0x20]);
pub const OR8: Enc = byte(&[0x08]);

pub const ADDSD: Enc = enc(0xf2, &[0x0f, 0x58]);
pub const MULSD: Enc = enc(0xf2, &[0x0f, 0x59]);
pub const SUBSD: Enc = enc(0xf2, &[0x0f, 0x5c]);
pub const DIVSD: Enc = enc(0xf2, &[0x0f, 0x5e]);
pub const SQRTSD: Enc = enc(0xf2, &[0x0f, 0x51]);
pub const UCOMISD: Enc = enc(0x66, &[0x0f, 0x2e]);
pub const MOVSD: Enc = enc(0xf2, &[0x0f, 0x10]);
/// `movsd rm, reg`
pub const MOVSD_STORE: Enc = enc(0xf2, &[0x0f, 0x11]);
pub const MOVAPS: Enc = enc(0, &[0x0f, 0x28]);
pub const XORPS: Enc = enc(0, &[0x0f, 0x57]);
pub const ANDPS: Enc = enc(0, &[0x0f, 0x54]);
pub const CVTSI2SD: Enc = wide(0xf2, &[0x0f, 0x2a]);
pub const CVTTSD2SI: Enc = wide(0xf2, &[0x0f, 0x2c]);
/// `movq xmm, rm64`
pub const MOVQ_TO: Enc = wide(0x66, &[0x0f, 0x6e]);
/// `movq rm64, xmm`
pub const MOVQ_FROM: Enc = wide(0x66, &[0x0f, 0x7e]);
pub const ROUNDSD: Enc = enc(0x66, &[0x0f, 0x3a, 0x0b]);

/// The second half of instructions whose opcode names the operation by a digit in ModRM.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digit(u8);

/// With an immediate: opcodes 81 and 83.
pub const ADD_I: Digit = Digit(0);
pub const OR_I: Digit = Digit(1);
pub const AND_I: Digit = Digit(4);
pub const SUB_I: Digit = Digit(5);
pub const XOR_I: Digit = Digit(6);
pub const CMP_I: Digit = Digit(7);
/// Shifts: opcodes C1 and D3.
pub const SHL: Digit = Digit(4);
pub const SHR: Digit = Digit(5);
pub const SAR: Digit = Digit(7);
/// One operand: opcode F7.
pub const NOT: Digit = Digit(2);
pub const NEG: Digit = Digit(3);
pub const IDIV: Digit = Digit(7);

/// Conditions, by their numbers in opcodes; `cc ^ 1` is the opposite.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cond(pub u8);

impl Cond {
    pub const O: Cond = Cond(0);
    pub const B: Cond = Cond(2);
    pub const AE: Cond = Cond(3);
    pub const E: Cond = Cond(4);
    pub const NE: Cond = Cond(5);
    pub const BE: Cond = Cond(6);
    pub const A: Cond = Cond(7);
    pub const P: Cond = Cond(10);
    pub const NP: Cond = Cond(11);
    pub const L: Cond = Cond(12);
    pub const GE: Cond = Cond(13);
    pub const LE: Cond = Cond(14);
    pub const G: Cond = Cond(15);

    /// The opposite.
    pub const fn not(self) -> Cond {
        Cond(self.0 ^ 1)
    }
}

/// The assembler: writes to a buffer.
pub struct Asm<'a>(pub &'a mut Buffer);

impl Asm<'_> {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.bytes.extend_from_slice(bytes);
    }

    /// `op reg, rm`
    pub fn rm(&mut self, enc: Enc, reg: Reg, rm: Rm) {
        self.modrm(enc, reg.number(), rm);
    }

    /// `op reg, rm, imm8`
    pub fn rmi8(&mut self, enc: Enc, reg: Reg, rm: Rm, imm: u8) {
        self.modrm(enc, reg.number(), rm);
        self.bytes(&[imm]);
    }

    /// `op rm, imm`, 64 bits
    pub fn ri(&mut self, digit: Digit, rm: Rm, imm: i32) {
        if let Ok(small) = i8::try_from(imm) {
            self.modrm(wide(0, &[0x83]), digit.0, rm);
            self.bytes(&small.to_le_bytes());
        } else {
            self.modrm(wide(0, &[0x81]), digit.0, rm);
            self.bytes(&imm.to_le_bytes());
        }
    }

    /// `op rm32, imm8`
    pub fn ri32(&mut self, digit: Digit, rm: Rm, imm: i8) {
        self.modrm(enc(0, &[0x83]), digit.0, rm);
        self.bytes(&imm.to_le_bytes());
    }

    /// `imul reg, rm, imm`
    pub fn imul_i(&mut self, reg: Reg, rm: Rm, imm: i32) {
        if let Ok(small) = i8::try_from(imm) {
            self.modrm(wide(0, &[0x6b]), reg.number(), rm);
            self.bytes(&small.to_le_bytes());
        } else {
            self.modrm(wide(0, &[0x69]), reg.number(), rm);
            self.bytes(&imm.to_le_bytes());
        }
    }

    /// `shift reg, imm`
    pub fn shift_i(&mut self, digit: Digit, reg: Reg, imm: u8) {
        self.modrm(wide(0, &[0xc1]), digit.0, Rm::Reg(reg));
        self.bytes(&[imm]);
    }

    /// `shift reg, cl`
    pub fn shift_cl(&mut self, digit: Digit, reg: Reg) {
        self.modrm(wide(0, &[0xd3]), digit.0, Rm::Reg(reg));
    }

    /// `shlx`, `shrx`, `sarx`: `op reg, from, count`
    pub fn shift_x(&mut self, digit: Digit, reg: Reg, from: Reg, count: Reg) {
        let prefix = match digit {
            SHL => 1,
            SAR => 2,
            _ => 3,
        };
        let high = |reg: Reg| u8::from(reg.number() < 8);
        self.bytes(&[
            0xc4,
            high(reg) << 7 | 1 << 6 | high(from) << 5 | 2,
            1 << 7 | (!count.number() & 15) << 3 | prefix,
            0xf7,
            0xc0 | (reg.number() & 7) << 3 | from.number() & 7,
        ]);
    }

    /// `op rm` of opcode F7
    pub fn unary(&mut self, digit: Digit, rm: Rm) {
        self.modrm(wide(0, &[0xf7]), digit.0, rm);
    }

    pub fn cqo(&mut self) {
        self.bytes(&[0x48, 0x99]);
    }

    /// `mov reg, imm`, as short as it can be, without touching the flags
    pub fn mov_i(&mut self, reg: Reg, imm: i64) {
        let (rex, low) = (reg.number() >> 3, reg.number() & 7);
        if let Ok(small) = u32::try_from(imm) {
            if rex != 0 {
                self.bytes(&[0x41]);
            }
            self.bytes(&[0xb8 | low]);
            self.bytes(&small.to_le_bytes());
        } else if let Ok(small) = i32::try_from(imm) {
            self.modrm(wide(0, &[0xc7]), 0, Rm::Reg(reg));
            self.bytes(&small.to_le_bytes());
        } else {
            self.bytes(&[0x48 | rex, 0xb8 | low]);
            self.bytes(&imm.to_le_bytes());
        }
    }

    /// `mov [..], imm` of 1, 2, 4 or 8 bytes; 8 bytes are extended from 4
    pub fn store_i(&mut self, size: u8, rm: Rm, imm: i32) {
        match size {
            1 => self.modrm(enc(0, &[0xc6]), 0, rm),
            2 => self.modrm(enc(0x66, &[0xc7]), 0, rm),
            4 => self.modrm(enc(0, &[0xc7]), 0, rm),
            _ => self.modrm(wide(0, &[0xc7]), 0, rm),
        }
        let length = usize::from(size.min(4));
        self.bytes(&imm.to_le_bytes()[..length]);
    }

    /// `setcc reg8`
    pub fn setcc(&mut self, cond: Cond, reg: Reg) {
        let rex = 0x40 | reg.number() >> 3;
        self.bytes(&[rex, 0x0f, 0x90 | cond.0, 0xc0 | reg.number() & 7]);
    }

    /// `cmovcc reg, rm`
    pub fn cmovcc(&mut self, cond: Cond, reg: Reg, from: Reg) {
        let rex = 0x48 | reg.number() >> 3 << 2 | from.number() >> 3;
        self.bytes(&[rex, 0x0f, 0x40 | cond.0, 0xc0 | (reg.number() & 7) << 3 | from.number() & 7]);
    }

    /// `jcc label`
    pub fn jcc(&mut self, cond: Cond, to: Label) {
        self.bytes(&[0x0f, 0x80 | cond.0]);
        self.rel32(to);
    }

    /// `jmp label`
    pub fn jmp(&mut self, to: Label) {
        self.bytes(&[0xe9]);
        self.rel32(to);
    }

    /// `jcc` over what `skipped` emits: less than 128 bytes
    pub fn skip(&mut self, cond: Cond, skipped: impl FnOnce(&mut Self)) {
        self.bytes(&[0x70 | cond.0, 0]);
        let start = self.0.here();
        skipped(self);
        let length = self.0.here() - start;
        debug_assert!(length < 128);
        self.0.bytes[start - 1] = length as u8;
    }

    /// `call` to an offset from the code's start that is near enough
    pub fn call_near(&mut self, to: Label) {
        self.bytes(&[0xe8]);
        self.rel32(to);
    }

    /// `call rm`
    pub fn call(&mut self, rm: Rm) {
        self.modrm(enc(0, &[0xff]), 2, rm);
    }

    /// `jmp reg`
    pub fn jmp_reg(&mut self, reg: Reg) {
        self.modrm(enc(0, &[0xff]), 4, Rm::Reg(reg));
    }

    pub fn push(&mut self, reg: Reg) {
        self.modrm(enc(0, &[0xff]), 6, Rm::Reg(reg));
    }

    pub fn pop(&mut self, reg: Reg) {
        self.modrm(enc(0, &[0x8f]), 0, Rm::Reg(reg));
    }

    pub fn ret(&mut self) {
        self.bytes(&[0xc3]);
    }

    /// That many bytes that do nothing.
    pub fn nop(&mut self, mut length: usize) {
        const NOPS: [&[u8]; 8] = [
            &[0x90],
            &[0x66, 0x90],
            &[0x0f, 0x1f, 0x00],
            &[0x0f, 0x1f, 0x40, 0],
            &[0x0f, 0x1f, 0x44, 0, 0],
            &[0x66, 0x0f, 0x1f, 0x44, 0, 0],
            &[0x0f, 0x1f, 0x80, 0, 0, 0, 0],
            &[0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
        ];
        while length > 0 {
            let now = length.min(NOPS.len());
            self.bytes(NOPS[now - 1]);
            length -= now;
        }
    }

    fn rel32(&mut self, to: Label) {
        let at = self.0.here();
        self.0.refer(at, to);
        self.bytes(&[0; 4]);
    }

    /// Prefix, REX, opcode, ModRM, SIB, displacement.
    fn modrm(&mut self, enc: Enc, reg: u8, rm: Rm) {
        let (index_high, base_high) = match rm {
            Rm::Reg(reg) => (0, reg.number() >> 3),
            Rm::Mem { base, index, .. } => {
                (index.map_or(0, |(index, _)| index.number() >> 3), base.number() >> 3)
            }
            Rm::Label(_) => (0, 0),
        };
        let rex = 0x40 | u8::from(enc.wide) << 3 | reg >> 3 << 2 | index_high << 1 | base_high;
        let byte_reg = enc.byte && (reg >= 4 || matches!(rm, Rm::Reg(reg) if reg.number() >= 4));
        if enc.prefix != 0 {
            self.bytes(&[enc.prefix]);
        }
        if rex != 0x40 || byte_reg {
            self.bytes(&[rex]);
        }
        self.bytes(enc.opcode);
        let reg = (reg & 7) << 3;
        match rm {
            Rm::Reg(rm) => self.bytes(&[0xc0 | reg | rm.number() & 7]),
            Rm::Label(label) => {
                self.bytes(&[reg | 5]);
                self.rel32(label);
            }
            Rm::Mem { base, index, disp } => {
                let low = base.number() & 7;
                // RBP and R13 as base always have a displacement.
                let mode = match disp {
                    0 if low != 5 => 0,
                    -128..=127 => 0x40,
                    _ => 0x80,
                };
                match index {
                    Some((index, scale)) => {
                        let scale = scale.trailing_zeros() as u8;
                        self.bytes(&[mode | reg | 4, scale << 6 | (index.number() & 7) << 3 | low]);
                    }
                    None if low == 4 => self.bytes(&[mode | reg | 4, 0x24]),
                    None => self.bytes(&[mode | reg | low]),
                }
                match mode {
                    0 => {}
                    0x40 => self.bytes(&[disp as u8]),
                    _ => self.bytes(&disp.to_le_bytes()),
                }
            }
        }
    }
}
