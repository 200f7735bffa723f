//! Operand rules: where each op's operands may be, and where its result goes.

use crate::regs::{FILE, RAX, RCX, RDX, VOLATILE, xmm};
use ir::machine::{Def, Form, RegSet, Use};
use ir::ops::Op;
use ir::trace::Const;

const REG: Use = Use::REG;
/// A register, a slot, a double in memory.
const RM: Use = REG.or_mem();
/// A register or a constant that 32 bits sign-extend to.
const RI: Use = REG.or_imm(imm32);
/// All of those.
const RMI: Use = RM.or_imm(imm32);
/// What a shift's count may be where only CL will do.
const CL: Use = Use::fixed(RCX).or_imm(any);
const COUNT: Use = REG.or_imm(any);
const IN_RAX: Use = Use::fixed(RAX);
const IN_XMM0: Use = Use::fixed(xmm(0));

/// Extensions of the processor that change the rules.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Features {
    /// Shifts with the count in any register.
    pub bmi2: bool,
    /// Rounding instructions.
    pub sse41: bool,
}

fn imm32(c: Const) -> bool {
    i32::try_from(c.bits().cast_signed()).is_ok()
}

fn any(_: Const) -> bool {
    true
}

const fn form(uses: &'static [Use], def: Def) -> Form {
    Form { uses, def, clobbers: RegSet::EMPTY }
}

impl Features {
    /// The rules.
    pub fn form(self, op: Op) -> Form {
        use Def::{Fixed, New, None, Same};
        match op {
            Op::add | Op::offset => form(&[REG, RMI], New),
            Op::sub | Op::and | Op::or | Op::xor => form(&[REG, RMI], Same),
            Op::mul | Op::mulov => form(&[REG, RMI], Same),
            Op::addov | Op::subov => form(&[REG, RMI], Same),
            Op::shl | Op::shr | Op::sar if self.bmi2 => form(&[REG, COUNT], New),
            Op::shl | Op::shr | Op::sar => form(&[REG, CL], Same),
            Op::neg | Op::not => form(&[REG], Same),
            Op::sext8 | Op::sext16 | Op::sext32 => form(&[RM], New),
            Op::zext8 | Op::zext16 | Op::zext32 => form(&[RM], New),
            Op::sdiv => Form { clobbers: RegSet::of(&[RDX]), ..form(&[IN_RAX, REG], Fixed(RAX)) },
            Op::srem => Form { clobbers: RegSet::of(&[RAX]), ..form(&[IN_RAX, REG], Fixed(RDX)) },
            Op::eq | Op::ne | Op::lt | Op::le | Op::ult | Op::ule => form(&[REG, RMI], New),
            Op::select => form(&[REG], New),
            Op::as_int | Op::as_ptr => form(&[Use::ANY], New),

            Op::fadd | Op::fsub | Op::fmul | Op::fdiv => form(&[REG, RM], Same),
            Op::fneg | Op::fabs => form(&[REG], Same),
            Op::fsqrt => form(&[RM], New),
            Op::ffloor | Op::fceil | Op::ftrunc | Op::fround if self.sse41 => form(&[REG], New),
            Op::ffloor | Op::fceil | Op::ftrunc | Op::fround => {
                Form { clobbers: VOLATILE, ..form(&[IN_XMM0], Fixed(xmm(0))) }
            }
            Op::feq | Op::fne => form(&[REG, RM], New),
            // The operands are compared the other way round.
            Op::flt | Op::fle => form(&[RM, REG], New),
            Op::i2f => form(&[RM], New),
            Op::f2iov => form(&[RM], New),
            Op::f2bits | Op::bits2f => form(&[REG], New),

            Op::ld_i8 | Op::ld_u8 | Op::ld_i16 | Op::ld_u16 | Op::ld_i32 | Op::ld_u32 => form(&[REG], New),
            Op::ld_i64 | Op::ld_p | Op::ld_f64 => form(&[REG], New),
            Op::ldx_i8 | Op::ldx_u8 | Op::ldx_i16 | Op::ldx_u16 | Op::ldx_i32 | Op::ldx_u32 => {
                form(&[REG], New)
            }
            Op::ldx_i64 | Op::ldx_p | Op::ldx_f64 => form(&[REG], New),
            Op::st_8 | Op::st_16 | Op::st_32 | Op::st_64 => form(&[REG, RI], None),
            Op::stx_8 | Op::stx_16 | Op::stx_32 | Op::stx_64 => form(&[REG, REG, RI], None),
            Op::st_f64 | Op::stx_f64 => form(&[REG], None),

            Op::guard_true | Op::guard_false => form(&[REG], None),
            Op::guard_eq | Op::guard_ne => form(&[REG, RMI], None),
            Op::guard_lt | Op::guard_le | Op::guard_gt | Op::guard_ge => form(&[REG, RMI], None),
            Op::guard_ult | Op::guard_ule | Op::guard_ugt | Op::guard_uge => form(&[REG, RMI], None),
            Op::guard_feq | Op::guard_fne => form(&[REG, RM], None),
            Op::guard_flt | Op::guard_fle | Op::guard_fnlt | Op::guard_fnle => form(&[RM, REG], None),

            Op::call => Form { clobbers: VOLATILE, ..form(&[], None) },
            Op::call_i | Op::call_p => Form { clobbers: VOLATILE, ..form(&[], Fixed(FILE.int_result)) },
            Op::call_f => Form { clobbers: VOLATILE, ..form(&[], Fixed(FILE.float_result)) },
            Op::call_if => form(&[REG, Use::ANY], None),
            Op::rc_inc | Op::rc_dec => form(&[REG], None),

            Op::param | Op::phi | Op::loop_ | Op::jump | Op::link | Op::exit => form(&[], None),
            // The high level never comes here: the verifier refuses it.
            _ => form(&[], None),
        }
    }
}
