//! One match: a placed op to its instructions. Nothing is decided here but encodings.

use crate::asm::{self, Asm, Cond, Digit, Enc, Rm, frame};
use crate::forms::Features;
use crate::regs::{R11, RCX, XMM15};
use ir::machine::{Buffer, Loc, Placed, Reg};
use ir::ops::{Op, Ty};
use ir::trace::{Const, Extra, Mem};

impl Features {
    /// The op's instructions.
    pub fn emit_op(self, code: &mut Buffer, at: &Placed) {
        let mut e = Emit { a: Asm(code), at, features: self };
        match at.op {
            Op::add | Op::offset => e.add(),
            Op::sub => e.alu(asm::SUB, asm::SUB_I),
            Op::and => e.alu(asm::AND, asm::AND_I),
            Op::or => e.alu(asm::OR, asm::OR_I),
            Op::xor => e.alu(asm::XOR, asm::XOR_I),
            Op::mul => e.mul(),
            Op::addov => e.overflow(|e| e.alu(asm::ADD, asm::ADD_I)),
            Op::subov => e.overflow(|e| e.alu(asm::SUB, asm::SUB_I)),
            Op::mulov => e.overflow(|e| e.mul()),
            Op::shl => e.shift(asm::SHL),
            Op::shr => e.shift(asm::SHR),
            Op::sar => e.shift(asm::SAR),
            Op::neg => e.a.unary(asm::NEG, Rm::Reg(e.reg(0))),
            Op::not => e.a.unary(asm::NOT, Rm::Reg(e.reg(0))),
            Op::sext8 => e.one(asm::MOVSX8),
            Op::sext16 => e.one(asm::MOVSX16),
            Op::sext32 => e.one(asm::MOVSX32),
            Op::zext8 => e.one(asm::MOVZX8),
            Op::zext16 => e.one(asm::MOVZX16),
            Op::zext32 => e.one(asm::MOV32),
            Op::sdiv | Op::srem => {
                e.a.cqo();
                e.a.unary(asm::IDIV, Rm::Reg(e.reg(1)));
            }
            Op::eq => e.compare(Cond::E),
            Op::ne => e.compare(Cond::NE),
            Op::lt => e.compare(Cond::L),
            Op::le => e.compare(Cond::LE),
            Op::ult => e.compare(Cond::B),
            Op::ule => e.compare(Cond::BE),
            Op::select => e.select(),
            Op::as_int | Op::as_ptr => mov(e.a.0, Ty::I, Loc::Reg(e.result()), at.args[0]),

            Op::fadd => e.two(asm::ADDSD),
            Op::fsub => e.two(asm::SUBSD),
            Op::fmul => e.two(asm::MULSD),
            Op::fdiv => e.two(asm::DIVSD),
            Op::fneg => e.mask(asm::XORPS, 1 << 63),
            Op::fabs => e.mask(asm::ANDPS, !(1 << 63)),
            Op::fsqrt => e.one(asm::SQRTSD),
            Op::fround => e.round(0, by_call::round),
            Op::ffloor => e.round(1, by_call::floor),
            Op::fceil => e.round(2, by_call::ceil),
            Op::ftrunc => e.round(3, by_call::trunc),
            Op::feq => e.equal(Cond::NP, Cond::E, asm::AND8),
            Op::fne => e.equal(Cond::P, Cond::NE, asm::OR8),
            Op::flt => e.less(Cond::A),
            Op::fle => e.less(Cond::AE),
            Op::i2f => {
                // The conversion keeps the upper half: without this it would wait for the register's last writer.
                let result = e.result();
                e.a.rm(asm::XORPS, result, Rm::Reg(result));
                e.one(asm::CVTSI2SD);
            }
            Op::f2iov => {
                e.one(asm::CVTTSD2SI);
                // What does not fit gives the least integer, the only one that overflows here.
                e.a.ri(asm::CMP_I, Rm::Reg(e.result()), 1);
                e.leave(Cond::O);
            }
            Op::f2bits => e.a.rm(asm::MOVQ_FROM, e.reg(0), Rm::Reg(e.result())),
            Op::bits2f => e.one(asm::MOVQ_TO),

            Op::ld_i8 | Op::ldx_i8 => e.load(asm::MOVSX8),
            Op::ld_u8 | Op::ldx_u8 => e.load(asm::MOVZX8),
            Op::ld_i16 | Op::ldx_i16 => e.load(asm::MOVSX16),
            Op::ld_u16 | Op::ldx_u16 => e.load(asm::MOVZX16),
            Op::ld_i32 | Op::ldx_i32 => e.load(asm::MOVSX32),
            Op::ld_u32 | Op::ldx_u32 => e.load(asm::MOV32),
            Op::ld_i64 | Op::ld_p | Op::ldx_i64 | Op::ldx_p => e.load(asm::MOV),
            Op::ld_f64 | Op::ldx_f64 => e.load(asm::MOVSD),
            Op::st_8 | Op::stx_8 => e.store(asm::STORE8, 1),
            Op::st_16 | Op::stx_16 => e.store(asm::STORE16, 2),
            Op::st_32 | Op::stx_32 => e.store(asm::STORE32, 4),
            Op::st_64 | Op::stx_64 => e.store(asm::STORE, 8),
            Op::st_f64 | Op::stx_f64 => e.store(asm::MOVSD_STORE, 8),

            Op::guard_true => e.guard_zero(Cond::NE),
            Op::guard_false => e.guard_zero(Cond::E),
            Op::guard_eq => e.guard(Cond::E),
            Op::guard_ne => e.guard(Cond::NE),
            Op::guard_lt => e.guard(Cond::L),
            Op::guard_le => e.guard(Cond::LE),
            Op::guard_gt => e.guard(Cond::G),
            Op::guard_ge => e.guard(Cond::GE),
            Op::guard_ult => e.guard(Cond::B),
            Op::guard_ule => e.guard(Cond::BE),
            Op::guard_ugt => e.guard(Cond::A),
            Op::guard_uge => e.guard(Cond::AE),
            Op::guard_feq => {
                e.two(asm::UCOMISD);
                e.leave(Cond::NE);
                e.leave(Cond::P);
            }
            Op::guard_fne => {
                e.two(asm::UCOMISD);
                // Unordered counts as equal in the flags, and does hold.
                let exit = e.at.exit;
                e.a.skip(Cond::P, |a| exit.into_iter().for_each(|exit| a.jcc(Cond::E, exit)));
            }
            Op::guard_flt => e.guard_less(Cond::A),
            Op::guard_fle => e.guard_less(Cond::AE),
            // Unordered sets the carry: "not above" holds for it.
            Op::guard_fnlt => e.guard_less(Cond::BE),
            Op::guard_fnle => e.guard_less(Cond::B),

            Op::call | Op::call_i | Op::call_p | Op::call_f => call(e.a.0, at.callee),
            Op::call_if => {
                e.a.rm(asm::TEST, e.reg(0), Rm::Reg(e.reg(0)));
                e.cold(Cond::NE);
            }
            Op::rc_inc => {
                let count = Rm::Mem { base: e.reg(0), index: None, disp: 0 };
                e.a.rm(asm::MOV32, R11, count);
                e.a.ri32(asm::ADD_I, Rm::Reg(R11), 1);
                e.a.skip(Cond::E, |a| a.rm(asm::STORE32, R11, count));
            }
            Op::rc_dec => {
                let count = Rm::Mem { base: e.reg(0), index: None, disp: 0 };
                let cold = at.cold;
                e.a.ri32(asm::CMP_I, count, 0);
                e.a.skip(Cond::L, |a| {
                    a.ri(asm::SUB_I, count, 1);
                    cold.into_iter().for_each(|(there, _)| a.jcc(Cond::E, there));
                });
            }

            // The driver's own, and the high level, which the verifier refuses.
            _ => {}
        }
    }
}

struct Emit<'a, 'b> {
    a: Asm<'a>,
    at: &'b Placed<'b>,
    features: Features,
}

impl Emit<'_, '_> {
    fn reg(&self, n: usize) -> Reg {
        // The form put it there.
        self.at.args[n].reg().unwrap_or(R11)
    }

    fn result(&self) -> Reg {
        self.at.result.unwrap_or(R11)
    }

    fn rm(&mut self, n: usize) -> Rm {
        match self.at.args[n] {
            Loc::Reg(reg) => Rm::Reg(reg),
            Loc::Slot(slot) => frame(8 * i32::from(slot)),
            Loc::Const(c) => Rm::Label(self.a.0.pooled(c.bits())),
        }
    }

    fn imm(&self, n: usize) -> Option<i32> {
        match self.at.args[n] {
            Loc::Const(Const::F(_)) => None,
            Loc::Const(c) => Some(c.bits() as i32),
            _ => None,
        }
    }

    fn mem(&self) -> (Rm, usize) {
        let Extra::Mem(Mem { offset, scale, .. }) = self.at.extra else { return (Rm::Reg(R11), 1) };
        let indexed = self.at.op.info().carries.index;
        let index = indexed.then(|| (self.reg(1), scale));
        (Rm::Mem { base: self.reg(0), index, disp: offset }, 1 + usize::from(indexed))
    }

    // ---- shapes of ops ----

    fn add(&mut self) {
        let (result, a) = (self.result(), self.reg(0));
        match (self.at.args[1], self.imm(1)) {
            (_, Some(imm)) if result == a => self.a.ri(asm::ADD_I, Rm::Reg(a), imm),
            (_, Some(imm)) => self.a.rm(asm::LEA, result, Rm::Mem { base: a, index: None, disp: imm }),
            (Loc::Reg(b), _) if result == a => self.a.rm(asm::ADD, a, Rm::Reg(b)),
            (Loc::Reg(b), _) if result == b => self.a.rm(asm::ADD, b, Rm::Reg(a)),
            (Loc::Reg(b), _) => {
                self.a.rm(asm::LEA, result, Rm::Mem { base: a, index: Some((b, 1)), disp: 0 })
            }
            _ if result == a => {
                let b = self.rm(1);
                self.a.rm(asm::ADD, a, b);
            }
            _ => {
                let b = self.rm(1);
                self.a.rm(asm::MOV, result, b);
                self.a.rm(asm::ADD, result, Rm::Reg(a));
            }
        }
    }

    fn alu(&mut self, enc: Enc, digit: Digit) {
        match self.imm(1) {
            Some(imm) => self.a.ri(digit, Rm::Reg(self.reg(0)), imm),
            None => self.two(enc),
        }
    }

    fn mul(&mut self) {
        let reg = self.reg(0);
        match self.imm(1) {
            Some(imm) => self.a.imul_i(reg, Rm::Reg(reg), imm),
            None => self.two(asm::IMUL),
        }
    }

    fn overflow(&mut self, op: impl FnOnce(&mut Self)) {
        op(self);
        self.leave(Cond::O);
    }

    fn shift(&mut self, digit: Digit) {
        let (result, from) = (self.result(), self.reg(0));
        match self.imm(1) {
            Some(imm) => {
                if result != from {
                    self.a.rm(asm::MOV, result, Rm::Reg(from));
                }
                self.a.shift_i(digit, result, imm as u8 & 63);
            }
            None if self.features.bmi2 => self.a.shift_x(digit, result, from, self.reg(1)),
            None => {
                debug_assert!(self.reg(1) == RCX);
                self.a.shift_cl(digit, result);
            }
        }
    }

    /// `op result, operand`
    fn one(&mut self, enc: Enc) {
        let from = self.rm(0);
        self.a.rm(enc, self.result(), from);
    }

    /// `op first, second`; the first is the result
    fn two(&mut self, enc: Enc) {
        let from = self.rm(1);
        self.a.rm(enc, self.reg(0), from);
    }

    fn mask(&mut self, enc: Enc, mask: u64) {
        let label = self.a.0.pooled(mask);
        self.a.rm(asm::MOVSD, XMM15, Rm::Label(label));
        self.a.rm(enc, self.reg(0), Rm::Reg(XMM15));
    }

    fn round(&mut self, mode: u8, by_call: extern "C" fn(f64) -> f64) {
        if self.features.sse41 {
            // 8: without raising the inexact exception.
            self.a.rmi8(asm::ROUNDSD, self.result(), Rm::Reg(self.reg(0)), 8 | mode);
        } else {
            call(self.a.0, by_call as *const () as u64);
        }
    }

    fn select(&mut self) {
        let (result, condition, yes, no) = (self.result(), self.reg(0), self.reg(1), self.reg(2));
        self.a.rm(asm::TEST, condition, Rm::Reg(condition));
        if result == yes {
            return self.a.cmovcc(Cond::E, result, no);
        }
        if result != no {
            self.a.rm(asm::MOV, result, Rm::Reg(no));
        }
        self.a.cmovcc(Cond::NE, result, yes);
    }

    /// Sets the flags for the first operand against the second.
    fn cmp(&mut self) {
        let reg = self.reg(0);
        match self.imm(1) {
            Some(0) => self.a.rm(asm::TEST, reg, Rm::Reg(reg)),
            Some(imm) => self.a.ri(asm::CMP_I, Rm::Reg(reg), imm),
            None => self.two(asm::CMP),
        }
    }

    fn compare(&mut self, cond: Cond) {
        self.cmp();
        self.set(cond);
    }

    fn set(&mut self, cond: Cond) {
        let result = self.result();
        self.a.setcc(cond, result);
        self.a.rm(asm::MOVZX8, result, Rm::Reg(result));
    }

    /// Equality of doubles: two flags, joined by `join`.
    fn equal(&mut self, ordered: Cond, equal: Cond, join: Enc) {
        let result = self.result();
        self.two(asm::UCOMISD);
        self.a.setcc(ordered, R11);
        self.a.setcc(equal, result);
        self.a.rm(join, R11, Rm::Reg(result));
        self.a.rm(asm::MOVZX8, result, Rm::Reg(result));
    }

    /// The flags for the second operand against the first: "above" is false for NaN, as "below" is not.
    fn reversed(&mut self) {
        let from = self.rm(0);
        self.a.rm(asm::UCOMISD, self.reg(1), from);
    }

    fn less(&mut self, cond: Cond) {
        self.reversed();
        self.set(cond);
    }

    fn guard_less(&mut self, holds: Cond) {
        self.reversed();
        self.leave(holds.not());
    }

    fn guard(&mut self, holds: Cond) {
        self.cmp();
        self.leave(holds.not());
    }

    fn guard_zero(&mut self, holds: Cond) {
        self.a.rm(asm::TEST, self.reg(0), Rm::Reg(self.reg(0)));
        self.leave(holds.not());
    }

    fn leave(&mut self, cond: Cond) {
        if let Some(exit) = self.at.exit {
            self.a.jcc(cond, exit);
        }
    }

    fn cold(&mut self, cond: Cond) {
        if let Some((there, _)) = self.at.cold {
            self.a.jcc(cond, there);
        }
    }

    fn load(&mut self, enc: Enc) {
        let (mem, _) = self.mem();
        self.a.rm(enc, self.result(), mem);
    }

    fn store(&mut self, enc: Enc, size: u8) {
        let (mem, value) = self.mem();
        match self.imm(value) {
            Some(imm) => self.a.store_i(size, mem, imm),
            None => self.a.rm(enc, self.reg(value), mem),
        }
    }
}

/// Rounding for processors without SSE4.1.
mod by_call {
    pub extern "C" fn round(x: f64) -> f64 {
        x.round_ties_even()
    }

    pub extern "C" fn floor(x: f64) -> f64 {
        x.floor()
    }

    pub extern "C" fn ceil(x: f64) -> f64 {
        x.ceil()
    }

    pub extern "C" fn trunc(x: f64) -> f64 {
        x.trunc()
    }
}

/// Every move, spill, reload and constant.
pub fn mov(code: &mut Buffer, ty: Ty, to: Loc, from: Loc) {
    let slot = |slot: u16| frame(8 * i32::from(slot));
    let float = ty == Ty::F;
    let mut a = Asm(code);
    match (to, from) {
        (Loc::Reg(to), Loc::Reg(from)) if float => a.rm(asm::MOVAPS, to, Rm::Reg(from)),
        (Loc::Reg(to), Loc::Slot(from)) if float => a.rm(asm::MOVSD, to, slot(from)),
        (Loc::Reg(to), Loc::Const(c)) if float && c.bits() == 0 => a.rm(asm::XORPS, to, Rm::Reg(to)),
        (Loc::Reg(to), Loc::Const(c)) if float => {
            let label = a.0.pooled(c.bits());
            a.rm(asm::MOVSD, to, Rm::Label(label));
        }
        (Loc::Slot(to), Loc::Reg(from)) if float => a.rm(asm::MOVSD_STORE, from, slot(to)),
        (Loc::Reg(to), Loc::Reg(from)) if to == from => {}
        (Loc::Reg(to), Loc::Reg(from)) => a.rm(asm::MOV, to, Rm::Reg(from)),
        (Loc::Reg(to), Loc::Slot(from)) => a.rm(asm::MOV, to, slot(from)),
        (Loc::Reg(to), Loc::Const(c)) if c.bits() == 0 => a.rm(asm::XOR32, to, Rm::Reg(to)),
        (Loc::Reg(to), Loc::Const(c)) => a.mov_i(to, c.bits().cast_signed()),
        (Loc::Slot(to), Loc::Reg(from)) => a.rm(asm::STORE, from, slot(to)),
        (Loc::Slot(to), Loc::Slot(from)) => {
            a.rm(asm::MOV, R11, slot(from));
            a.rm(asm::STORE, R11, slot(to));
        }
        (Loc::Slot(to), Loc::Const(c)) => match i32::try_from(c.bits().cast_signed()) {
            Ok(imm) => a.store_i(8, slot(to), imm),
            Err(_) => {
                a.mov_i(R11, c.bits().cast_signed());
                a.rm(asm::STORE, R11, slot(to));
            }
        },
        (Loc::Const(_), _) => {}
    }
}

/// A call of a C function: directly if it is near.
pub fn call(code: &mut Buffer, address: u64) {
    let distance = address.wrapping_sub(code.base).cast_signed();
    let mut a = Asm(code);
    // The code itself is far shorter than the margin.
    if distance.unsigned_abs() < (1 << 31) - (1 << 24) {
        let label = a.0.label();
        a.0.bind_at(label, distance as isize);
        a.call_near(label);
    } else {
        a.mov_i(R11, address.cast_signed());
        a.call(Rm::Reg(R11));
    }
}
