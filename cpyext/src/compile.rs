//! `compile.h` and `cpython/compile.h`: the flags of compilation, what opcodes do to the stack.

use bytecode::opcodes;
use core::ffi::c_int;
use interp::modules::opcode;
use macros::capi;
use objects::types::str::Str;
use objects::{Ref, Result};

/// `PyCompilerFlags`.
#[repr(C)]
pub struct CompilerFlags {
    pub cf_flags: c_int,
    pub cf_feature_version: c_int,
}

/// `PY_INVALID_STACK_EFFECT`.
const INVALID_EFFECT: c_int = c_int::MAX;

fn effect(opcode: c_int, oparg: c_int, jump: Option<bool>) -> c_int {
    opcodes::stack_effect(opcode, oparg, jump).unwrap_or(INVALID_EFFECT)
}

/// The change of the stack's depth, the larger one where a jump and no jump differ; `PY_INVALID_STACK_EFFECT` for no opcode.
#[unsafe(no_mangle)]
pub extern "C" fn PyCompile_OpcodeStackEffect(opcode: c_int, oparg: c_int) -> c_int {
    effect(opcode, oparg, None)
}

#[unsafe(no_mangle)]
pub extern "C" fn PyCompile_OpcodeStackEffectWithJump(opcode: c_int, oparg: c_int, jump: c_int) -> c_int {
    effect(
        opcode,
        oparg,
        match jump {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
    )
}

/// Whether the table says something of an opcode.
macro_rules! questions {
    ($($name:ident $question:ident;)*) => { $(
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(opcode: c_int) -> c_int {
            opcode::$question(opcode).into()
        }
    )* };
}

questions! {
    _PyCompile_OpcodeIsValid is_valid;
    _PyCompile_OpcodeHasArg has_arg;
    _PyCompile_OpcodeHasConst has_const;
    _PyCompile_OpcodeHasName has_name;
    _PyCompile_OpcodeHasJump has_jump;
    _PyCompile_OpcodeHasFree has_free;
    _PyCompile_OpcodeHasLocal has_local;
    _PyCompile_OpcodeHasExc has_exc;
}

/// The name of a number in a table; NULL without an exception for none.
fn name_of(table: &[&str], index: c_int) -> Result<Option<Ref<Str>>> {
    usize::try_from(index).ok().and_then(|index| table.get(index)).map(|name| Str::new(name)).transpose()
}

#[capi]
pub fn _PyCompile_GetUnaryIntrinsicName(index: c_int) -> Result<Option<Ref<Str>>> {
    name_of(opcodes::intrinsic::UNARY, index)
}

#[capi]
pub fn _PyCompile_GetBinaryIntrinsicName(index: c_int) -> Result<Option<Ref<Str>>> {
    name_of(opcodes::intrinsic::BINARY, index)
}
