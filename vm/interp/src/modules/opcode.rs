//! `_opcode`: what the opcode table says, for `opcode` and `dis`.

use bytecode::opcodes::{self, BINARY_OPS, Flags, Opcode, intrinsic};
use objects::types::bool::from_bool;
use objects::types::code::Code;
use objects::types::none::none;
use objects::{Object, Result, raise};

/// The instruction of a number that is in the table; `INSTRUMENTED_LINE` stands only inside of code objects.
fn known(number: i32) -> Option<Opcode> {
    let opcode = Opcode::from_number(u16::try_from(number).ok()?)?;
    (opcode != Opcode::INSTRUMENTED_LINE).then_some(opcode)
}

fn says(number: i32, question: fn(Flags) -> bool) -> bool {
    known(number).is_some_and(|opcode| question(opcode.flags()))
}

#[macros::pymodule(name = "_opcode")]
pub mod module {
    use super::*;

    #[constant]
    const ENABLE_SPECIALIZATION: i32 = 1;

    #[function("stack_effect($module, opcode, oparg=None, /, *, jump=None)")]
    fn stack_effect(opcode: i32, oparg: Option<&Object>, jump: Option<&Object>) -> Result<i32> {
        let oparg = match oparg.filter(|oparg| !oparg.is(none())) {
            Some(oparg) => objects::protocol::number::index(oparg)?
                .to_i64()
                .and_then(|oparg| i32::try_from(oparg).ok())
                .ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C int"))?,
            None => 0,
        };
        let jump = match jump {
            None => None,
            Some(jump) if jump.is(none()) => None,
            Some(jump) if jump.is(from_bool(true)) => Some(true),
            Some(jump) if jump.is(from_bool(false)) => Some(false),
            Some(_) => return Err(raise!(ValueError, "stack_effect: jump must be False, True or None")),
        };
        opcodes::stack_effect(opcode, oparg, jump)
            .ok_or_else(|| raise!(ValueError, "invalid opcode or oparg"))
    }

    #[function("is_valid($module, /, opcode)")]
    fn is_valid(opcode: i32) -> bool {
        known(opcode).is_some()
    }

    #[function("has_arg($module, /, opcode)")]
    fn has_arg(opcode: i32) -> bool {
        says(opcode, Flags::has_arg)
    }

    #[function("has_const($module, /, opcode)")]
    fn has_const(opcode: i32) -> bool {
        says(opcode, Flags::has_const)
    }

    #[function("has_name($module, /, opcode)")]
    fn has_name(opcode: i32) -> bool {
        says(opcode, Flags::has_name)
    }

    #[function("has_jump($module, /, opcode)")]
    fn has_jump(opcode: i32) -> bool {
        says(opcode, Flags::has_jump)
    }

    #[function("has_free($module, /, opcode)")]
    fn has_free(opcode: i32) -> bool {
        says(opcode, Flags::has_free)
    }

    #[function("has_local($module, /, opcode)")]
    fn has_local(opcode: i32) -> bool {
        says(opcode, Flags::has_local)
    }

    #[function("has_exc($module, /, opcode)")]
    fn has_exc(opcode: i32) -> bool {
        known(opcode).is_some_and(Opcode::is_block_push)
    }

    #[function("get_nb_ops($module, /)")]
    fn get_nb_ops() -> Vec<(&'static str, &'static str)> {
        BINARY_OPS.to_vec()
    }

    #[function("get_intrinsic1_descs($module, /)")]
    fn get_intrinsic1_descs() -> Vec<&'static str> {
        intrinsic::UNARY.to_vec()
    }

    #[function("get_intrinsic2_descs($module, /)")]
    fn get_intrinsic2_descs() -> Vec<&'static str> {
        intrinsic::BINARY.to_vec()
    }

    /// Statistics are a build option that is off.
    #[function("get_specialization_stats($module, /)")]
    fn get_specialization_stats() {}

    #[function("get_executor($module, /, code, offset)")]
    fn get_executor(code: &Object, offset: i32) -> Result<()> {
        let _ = offset;
        if code.cast::<Code>().is_none() {
            return Err(raise!(TypeError, "expected a code object, not '{}'", code.class().name()));
        }
        Err(raise!(RuntimeError, "Executors are not available in this build"))
    }
}
