//! One match: a placed op to its instructions. Nothing is decided here but encodings.

use crate::asm::{self, Address, Asm, Bits, Cond, frame, imm12, pattern};
use crate::regs::{D31, X16, X17, XZR};
use ir::machine::{Buffer, Loc, Placed, Reg};
use ir::ops::{Op, Ty};
use ir::trace::{Extra, Mem};

/// The op's instructions.
pub fn emit(code: &mut Buffer, at: &Placed) {
    let mut e = Emit { a: Asm(code), at };
    match at.op {
        Op::add | Op::offset => e.arith(asm::ADD, asm::ADD_I, asm::SUB_I),
        Op::sub => e.arith(asm::SUB, asm::SUB_I, asm::ADD_I),
        Op::addov => {
            e.arith(asm::ADDS, asm::ADDS_I, asm::SUBS_I);
            e.leave(Cond::VS);
        }
        Op::subov => {
            e.arith(asm::SUBS, asm::SUBS_I, asm::ADDS_I);
            e.leave(Cond::VS);
        }
        Op::mul => e.three(asm::MUL),
        Op::mulov => {
            // The upper half is the lower one's sign if it fits.
            e.a.rrr(asm::SMULH, X17, e.reg(0), e.reg(1));
            e.three(asm::MUL);
            e.a.shifted(asm::SUBS, XZR, X17, e.result(), 2, 63);
            e.leave(Cond::NE);
        }
        Op::and => e.logic(asm::AND, asm::AND_I),
        Op::or => e.logic(asm::ORR, asm::ORR_I),
        Op::xor => e.logic(asm::EOR, asm::EOR_I),
        Op::shl => e.shift(asm::LSLV),
        Op::shr => e.shift(asm::LSRV),
        Op::sar => e.shift(asm::ASRV),
        Op::neg => e.a.rrr(asm::SUB, e.result(), XZR, e.reg(0)),
        Op::not => e.a.rrr(asm::ORN, e.result(), XZR, e.reg(0)),
        Op::sext8 => e.a.field(asm::SBFM, e.result(), e.reg(0), 0, 7),
        Op::sext16 => e.a.field(asm::SBFM, e.result(), e.reg(0), 0, 15),
        Op::sext32 => e.a.field(asm::SBFM, e.result(), e.reg(0), 0, 31),
        Op::zext8 => e.a.field(asm::UBFM32, e.result(), e.reg(0), 0, 7),
        Op::zext16 => e.a.field(asm::UBFM32, e.result(), e.reg(0), 0, 15),
        Op::zext32 => e.a.rrr(asm::ORR32, e.result(), XZR, e.reg(0)),
        Op::sdiv => e.three(asm::SDIV),
        Op::srem => {
            e.a.rrr(asm::SDIV, X17, e.reg(0), e.reg(1));
            e.a.msub(e.result(), X17, e.reg(1), e.reg(0));
        }
        Op::eq => e.compare(Cond::EQ),
        Op::ne => e.compare(Cond::NE),
        Op::lt => e.compare(Cond::LT),
        Op::le => e.compare(Cond::LE),
        Op::ult => e.compare(Cond::LO),
        Op::ule => e.compare(Cond::LS),
        Op::select => {
            e.a.ri(asm::SUBS_I, XZR, e.reg(0), 0);
            e.a.csel(e.result(), e.reg(1), e.reg(2), Cond::NE);
        }
        Op::as_int | Op::as_ptr => mov(e.a.0, Ty::I, Loc::Reg(e.result()), at.args[0]),

        Op::fadd => e.three(asm::FADD),
        Op::fsub => e.three(asm::FSUB),
        Op::fmul => e.three(asm::FMUL),
        Op::fdiv => e.three(asm::FDIV),
        Op::fneg => e.two(asm::FNEG),
        Op::fabs => e.two(asm::FABS),
        Op::fsqrt => e.two(asm::FSQRT),
        Op::fround => e.two(asm::FRINTN),
        Op::ffloor => e.two(asm::FRINTM),
        Op::fceil => e.two(asm::FRINTP),
        Op::ftrunc => e.two(asm::FRINTZ),
        // Unordered: not equal, not minus, not lower or same.
        Op::feq => e.fcompare(Cond::EQ),
        Op::fne => e.fcompare(Cond::NE),
        Op::flt => e.fcompare(Cond::MI),
        Op::fle => e.fcompare(Cond::LS),
        Op::i2f => e.two(asm::SCVTF),
        Op::f2iov => {
            e.a.mov_i(X16, 9_223_372_036_854_775_808f64.to_bits());
            e.a.rr(asm::FMOV_FROM_X, D31, X16);
            e.a.rrr(asm::FACGT, D31, D31, e.reg(0));
            e.a.rr(asm::FMOV_TO_X, X16, D31);
            if let Some(exit) = at.exit {
                e.a.to(asm::CBZ, X16, exit);
            }
            e.two(asm::FCVTZS);
        }
        Op::f2bits => e.two(asm::FMOV_TO_X),
        Op::bits2f => e.two(asm::FMOV_FROM_X),

        Op::ld_i8 | Op::ldx_i8 => e.load(asm::LDRSB, 1),
        Op::ld_u8 | Op::ldx_u8 => e.load(asm::LDRB, 1),
        Op::ld_i16 | Op::ldx_i16 => e.load(asm::LDRSH, 2),
        Op::ld_u16 | Op::ldx_u16 => e.load(asm::LDRH, 2),
        Op::ld_i32 | Op::ldx_i32 => e.load(asm::LDRSW, 4),
        Op::ld_u32 | Op::ldx_u32 => e.load(asm::LDR32, 4),
        Op::ld_i64 | Op::ld_p | Op::ldx_i64 | Op::ldx_p => e.load(asm::LDR, 8),
        Op::ld_f64 | Op::ldx_f64 => e.load(asm::LDR_D, 8),
        Op::st_8 | Op::stx_8 => e.store(asm::STRB, 1),
        Op::st_16 | Op::stx_16 => e.store(asm::STRH, 2),
        Op::st_32 | Op::stx_32 => e.store(asm::STR32, 4),
        Op::st_64 | Op::stx_64 => e.store(asm::STR, 8),
        Op::st_f64 | Op::stx_f64 => e.store(asm::STR_D, 8),

        Op::guard_true => e.leave_zero(asm::CBZ),
        Op::guard_false => e.leave_zero(asm::CBNZ),
        Op::guard_eq if e.is_zero(1) => e.leave_zero(asm::CBNZ),
        Op::guard_ne if e.is_zero(1) => e.leave_zero(asm::CBZ),
        Op::guard_eq => e.guard(Cond::EQ),
        Op::guard_ne => e.guard(Cond::NE),
        Op::guard_lt => e.guard(Cond::LT),
        Op::guard_le => e.guard(Cond::LE),
        Op::guard_gt => e.guard(Cond::GT),
        Op::guard_ge => e.guard(Cond::GE),
        Op::guard_ult => e.guard(Cond::LO),
        Op::guard_ule => e.guard(Cond::LS),
        Op::guard_ugt => e.guard(Cond::HI),
        Op::guard_uge => e.guard(Cond::HS),
        Op::guard_feq => e.fguard(Cond::EQ),
        Op::guard_fne => e.fguard(Cond::NE),
        Op::guard_flt => e.fguard(Cond::MI),
        Op::guard_fle => e.fguard(Cond::LS),
        Op::guard_fnlt => e.fguard(Cond::PL),
        Op::guard_fnle => e.fguard(Cond::HI),

        Op::call | Op::call_i | Op::call_p | Op::call_f => call(e.a.0, at.callee),
        Op::call_if => {
            if let Some((there, _)) = at.cold {
                e.a.to(asm::CBNZ, e.reg(0), there);
            }
        }
        Op::rc_inc => {
            let count = Address { base: e.reg(0), index: None, offset: 0 };
            e.a.access(asm::LDR32, X16, count, 4);
            e.a.ri(asm::ADDS_I32, X16, X16, 1);
            e.a.skip(Cond::EQ, 1);
            e.a.access(asm::STR32, X16, count, 4);
        }
        Op::rc_dec => {
            let count = Address { base: e.reg(0), index: None, offset: 0 };
            e.a.access(asm::LDR, X16, count, 8);
            e.a.skip_bit(X16, 31, 3);
            e.a.ri(asm::SUBS_I, X16, X16, 1);
            e.a.access(asm::STR, X16, count, 8);
            if let Some((there, _)) = at.cold {
                e.a.bcc(Cond::EQ, there);
            }
        }

        // The driver's own, and the high level, which the verifier refuses.
        _ => {}
    }
}

struct Emit<'a, 'b> {
    a: Asm<'a>,
    at: &'b Placed<'b>,
}

impl Emit<'_, '_> {
    /// The operand's register; the forms admit a constant here only if it is zero.
    fn reg(&self, n: usize) -> Reg {
        self.at.args[n].reg().unwrap_or(XZR)
    }

    fn result(&self) -> Reg {
        self.at.result.unwrap_or(XZR)
    }

    fn imm(&self, n: usize) -> Option<u64> {
        match self.at.args[n] {
            Loc::Const(c) => Some(c.bits()),
            _ => None,
        }
    }

    fn is_zero(&self, n: usize) -> bool {
        self.imm(n) == Some(0)
    }

    // ---- shapes of ops ----

    fn three(&mut self, op: Bits) {
        self.a.rrr(op, self.result(), self.reg(0), self.reg(1));
    }

    fn two(&mut self, op: Bits) {
        self.a.rr(op, self.result(), self.reg(0));
    }

    fn arith(&mut self, op: Bits, with: Bits, against: Bits) {
        self.arith_to(self.result(), op, with, against);
    }

    /// Addition or subtraction; a negative constant by the other of the two.
    fn arith_to(&mut self, result: Reg, op: Bits, with: Bits, against: Bits) {
        match self.imm(1) {
            Some(imm) if imm12(imm) => self.a.ri(with, result, self.reg(0), imm as u32),
            Some(imm) => self.a.ri(against, result, self.reg(0), imm.wrapping_neg() as u32),
            None => self.a.rrr(op, result, self.reg(0), self.reg(1)),
        }
    }

    fn logic(&mut self, op: Bits, with: Bits) {
        match self.imm(1).and_then(pattern) {
            Some(bits) => self.a.rp(with, self.result(), self.reg(0), bits),
            None => self.three(op),
        }
    }

    fn shift(&mut self, op: Bits) {
        let Some(count) = self.imm(1) else { return self.three(op) };
        let count = count as u32 & 63;
        let (result, from) = (self.result(), self.reg(0));
        match op {
            asm::LSLV => self.a.field(asm::UBFM, result, from, (64 - count) & 63, 63 - count),
            asm::LSRV => self.a.field(asm::UBFM, result, from, count, 63),
            _ => self.a.field(asm::SBFM, result, from, count, 63),
        }
    }

    fn cmp(&mut self) {
        self.arith_to(XZR, asm::SUBS, asm::SUBS_I, asm::ADDS_I);
    }

    fn compare(&mut self, cond: Cond) {
        self.cmp();
        self.a.cset(self.result(), cond);
    }

    fn fcompare(&mut self, cond: Cond) {
        self.a.fcmp(self.reg(0), self.reg(1));
        self.a.cset(self.result(), cond);
    }

    fn guard(&mut self, holds: Cond) {
        self.cmp();
        self.leave(holds.not());
    }

    fn fguard(&mut self, holds: Cond) {
        self.a.fcmp(self.reg(0), self.reg(1));
        self.leave(holds.not());
    }

    fn leave(&mut self, cond: Cond) {
        if let Some(exit) = self.at.exit {
            self.a.bcc(cond, exit);
        }
    }

    fn leave_zero(&mut self, op: Bits) {
        if let Some(exit) = self.at.exit {
            self.a.to(op, self.reg(0), exit);
        }
    }

    fn address(&self) -> (Address, usize) {
        let base = self.reg(0);
        let Extra::Mem(Mem { offset, scale, .. }) = self.at.extra else {
            return (Address { base, index: None, offset: 0 }, 1);
        };
        let indexed = self.at.op.info().carries.index;
        let index = indexed.then(|| (self.reg(1), scale.trailing_zeros() as u8));
        (Address { base, index, offset }, 1 + usize::from(indexed))
    }

    fn load(&mut self, op: Bits, size: u32) {
        let (address, _) = self.address();
        self.a.access(op, self.result(), address, size);
    }

    fn store(&mut self, op: Bits, size: u32) {
        let (address, value) = self.address();
        // A zero double is stored from the zero register.
        let op = if self.is_zero(value) && op == asm::STR_D { asm::STR } else { op };
        self.a.access(op, self.reg(value), address, size);
    }
}

/// Every move, spill, reload and constant.
pub fn mov(code: &mut Buffer, ty: Ty, to: Loc, from: Loc) {
    let slot = |slot: u16| frame(8 * i32::from(slot));
    let float = ty == Ty::F;
    let mut a = Asm(code);
    match (to, from) {
        (Loc::Reg(to), Loc::Reg(from)) if float => a.rr(asm::FMOV, to, from),
        (Loc::Reg(to), Loc::Reg(from)) if to == from => {}
        (Loc::Reg(to), Loc::Reg(from)) => a.mov(to, from),
        (Loc::Reg(to), Loc::Slot(from)) => {
            a.access(if float { asm::LDR_D } else { asm::LDR }, to, slot(from), 8)
        }
        (Loc::Reg(to), Loc::Const(c)) if float => match asm::float8(c.bits()) {
            _ if c.bits() == 0 => a.rr(asm::FMOV_FROM_X, to, XZR),
            Some(imm) => a.fmov_i(to, imm),
            None => {
                let label = a.0.pooled(c.bits());
                a.to(asm::LDR_D_LITERAL, to, label);
            }
        },
        (Loc::Reg(to), Loc::Const(c)) => a.mov_i(to, c.bits()),
        (Loc::Slot(to), Loc::Reg(from)) => {
            a.access(if float { asm::STR_D } else { asm::STR }, from, slot(to), 8)
        }
        (Loc::Slot(to), Loc::Slot(from)) => {
            a.access(asm::LDR, X16, slot(from), 8);
            a.access(asm::STR, X16, slot(to), 8);
        }
        (Loc::Slot(to), Loc::Const(c)) if c.bits() == 0 => a.access(asm::STR, XZR, slot(to), 8),
        (Loc::Slot(to), Loc::Const(c)) => {
            a.mov_i(X16, c.bits());
            a.access(asm::STR, X16, slot(to), 8);
        }
        (Loc::Const(_), _) => {}
    }
}

/// A call of a C function: directly if it is near.
pub fn call(code: &mut Buffer, address: u64) {
    let distance = address.wrapping_sub(code.base).cast_signed();
    let mut a = Asm(code);
    // The code itself is far shorter than the margin.
    if distance.unsigned_abs() < (1 << 27) - (1 << 24) {
        let label = a.0.label();
        a.0.bind_at(label, distance as isize);
        a.to(asm::BL, XZR, label);
    } else {
        a.mov_i(X16, address);
        a.blr(X16);
    }
}
