//! Operand rules: where each op's operands may be, and where its result goes.

use crate::asm::{imm12, pattern};
use crate::regs::{FILE, VOLATILE};
use ir::machine::{Def, Form, RegSet, Use};
use ir::ops::Op;
use ir::trace::Const;

const REG: Use = Use::REG;
/// What additions, subtractions and comparisons hold, of either sign.
const ARITH: Use = REG.or_imm(|c| imm12(c.bits()) || imm12(c.bits().wrapping_neg()));
const LOGIC: Use = REG.or_imm(|c| pattern(c.bits()).is_some());
const COUNT: Use = REG.or_imm(any);
/// The zero register.
const ZERO: Use = REG.or_imm(|c| c.bits() == 0);

fn any(_: Const) -> bool {
    true
}

const fn rule(uses: &'static [Use], def: Def) -> Form {
    Form { uses, def, clobbers: RegSet::EMPTY }
}

/// The rules.
pub fn form(op: Op) -> Form {
    use Def::{Fixed, New, None};
    match op {
        Op::add | Op::sub | Op::offset | Op::addov | Op::subov => rule(&[REG, ARITH], New),
        Op::and | Op::or | Op::xor => rule(&[REG, LOGIC], New),
        Op::mul | Op::mulov | Op::sdiv | Op::srem => rule(&[REG], New),
        Op::shl | Op::shr | Op::sar => rule(&[REG, COUNT], New),
        Op::neg | Op::not => rule(&[REG], New),
        Op::sext8 | Op::sext16 | Op::sext32 | Op::zext8 | Op::zext16 | Op::zext32 => rule(&[REG], New),
        Op::eq | Op::ne | Op::lt | Op::le | Op::ult | Op::ule => rule(&[REG, ARITH], New),
        Op::select => rule(&[REG, ZERO, ZERO], New),
        Op::as_int | Op::as_ptr => rule(&[Use::ANY], New),

        Op::fadd | Op::fsub | Op::fmul | Op::fdiv => rule(&[REG], New),
        Op::fneg | Op::fabs | Op::fsqrt => rule(&[REG], New),
        Op::ffloor | Op::fceil | Op::ftrunc | Op::fround => rule(&[REG], New),
        Op::feq | Op::fne | Op::flt | Op::fle => rule(&[REG], New),
        Op::i2f | Op::f2iov | Op::f2bits | Op::bits2f => rule(&[REG], New),

        Op::ld_i8 | Op::ld_u8 | Op::ld_i16 | Op::ld_u16 | Op::ld_i32 | Op::ld_u32 => rule(&[REG], New),
        Op::ld_i64 | Op::ld_p | Op::ld_f64 => rule(&[REG], New),
        Op::ldx_i8 | Op::ldx_u8 | Op::ldx_i16 | Op::ldx_u16 | Op::ldx_i32 | Op::ldx_u32 => rule(&[REG], New),
        Op::ldx_i64 | Op::ldx_p | Op::ldx_f64 => rule(&[REG], New),
        Op::st_8 | Op::st_16 | Op::st_32 | Op::st_64 | Op::st_f64 => rule(&[REG, ZERO], None),
        Op::stx_8 | Op::stx_16 | Op::stx_32 | Op::stx_64 | Op::stx_f64 => rule(&[REG, REG, ZERO], None),

        Op::guard_true | Op::guard_false => rule(&[REG], None),
        Op::guard_eq | Op::guard_ne => rule(&[REG, ARITH], None),
        Op::guard_lt | Op::guard_le | Op::guard_gt | Op::guard_ge => rule(&[REG, ARITH], None),
        Op::guard_ult | Op::guard_ule | Op::guard_ugt | Op::guard_uge => rule(&[REG, ARITH], None),
        Op::guard_feq | Op::guard_fne | Op::guard_flt | Op::guard_fle => rule(&[REG], None),
        Op::guard_fnlt | Op::guard_fnle => rule(&[REG], None),

        Op::call => Form { clobbers: VOLATILE, ..rule(&[], None) },
        Op::call_i | Op::call_p => Form { clobbers: VOLATILE, ..rule(&[], Fixed(FILE.int_result)) },
        Op::call_f => Form { clobbers: VOLATILE, ..rule(&[], Fixed(FILE.float_result)) },
        Op::call_if => rule(&[REG, Use::ANY], None),
        Op::rc_inc | Op::rc_dec => rule(&[REG], None),

        Op::param | Op::phi | Op::loop_ | Op::jump | Op::link | Op::exit => rule(&[], None),
        // The high level never comes here: the verifier refuses it.
        _ => rule(&[], None),
    }
}
