//! `_opcode`: what the opcode table says, for `opcode` and `dis`.

use bytecode::opcodes::{self, BINARY_OPS, Opcode, intrinsic};
use objects::types::bool::from_bool;
use objects::types::code::Code;
use objects::types::none::none;
use objects::{Object, Result, raise};

/// The instruction of a number that is in the table; `INSTRUMENTED_LINE` stands only inside of code objects.
fn known(number: i32) -> Option<Opcode> {
    let opcode = Opcode::from_number(u16::try_from(number).ok()?)?;
    (opcode != Opcode::INSTRUMENTED_LINE).then_some(opcode)
}

/// What the table says of an opcode; nothing of a number that is none.
macro_rules! questions {
    ($($(#[$doc:meta])* $name:ident = $question:expr;)*) => { $(
        $(#[$doc])*
        pub fn $name(number: i32) -> bool {
            known(number).is_some_and($question)
        }
    )* };
}

questions! {
    /// Whether there is such an opcode.
    is_valid = |_| true;
    /// Whether it has an argument.
    has_arg = |opcode| opcode.flags().has_arg();
    /// Whether the argument is the index of a constant.
    has_const = |opcode| opcode.flags().has_const();
    /// Whether the argument is the index of a name.
    has_name = |opcode| opcode.flags().has_name();
    /// Whether it jumps.
    has_jump = |opcode| opcode.flags().has_jump();
    /// Whether the argument is the index of a free variable.
    has_free = |opcode| opcode.flags().has_free();
    /// Whether the argument is the index of a fast local.
    has_local = |opcode| opcode.flags().has_local();
    /// Whether it sets up a handler of exceptions.
    has_exc = Opcode::is_block_push;
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
        super::is_valid(opcode)
    }

    #[function("has_arg($module, /, opcode)")]
    fn has_arg(opcode: i32) -> bool {
        super::has_arg(opcode)
    }

    #[function("has_const($module, /, opcode)")]
    fn has_const(opcode: i32) -> bool {
        super::has_const(opcode)
    }

    #[function("has_name($module, /, opcode)")]
    fn has_name(opcode: i32) -> bool {
        super::has_name(opcode)
    }

    #[function("has_jump($module, /, opcode)")]
    fn has_jump(opcode: i32) -> bool {
        super::has_jump(opcode)
    }

    #[function("has_free($module, /, opcode)")]
    fn has_free(opcode: i32) -> bool {
        super::has_free(opcode)
    }

    #[function("has_local($module, /, opcode)")]
    fn has_local(opcode: i32) -> bool {
        super::has_local(opcode)
    }

    #[function("has_exc($module, /, opcode)")]
    fn has_exc(opcode: i32) -> bool {
        super::has_exc(opcode)
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
