//! The recorders of instructions, by family as in `interp::ops`.
//!
//! Each looks at the live operands, writes down what the instruction does with such ones, and leaves the recording's slots as the instruction
//! will leave the interpreter's. [`record`] finds the recorder; an instruction that has none ends the recording.

pub mod arith;
pub mod attr;
pub mod bind;
pub mod build;
pub mod call;
pub mod cell;
pub mod compare;
pub mod generator;
pub mod iter;
pub mod jump;
pub mod method;
pub mod name;
pub mod native;
pub mod stack;
pub mod subscr;

use crate::recorder::{Recorded, Recorder};
use bytecode::opcodes::{DEOPT, op};
use interp::eval::caches;
use jit::abort::Abort;
use objects::Object;
use objects::interpreter_frame::CodeUnit;

/// An instruction that is about to be executed.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    pub opcode: u8,
    pub arg: usize,
    /// Its word's place in the code.
    pub unit: u32,
    /// The instruction behind it.
    pub next: u32,
}

impl Site {
    /// The instruction whose word is at `word`, in the code that begins at `first`.
    ///
    /// # Safety
    /// Both are in one code object.
    pub unsafe fn at(first: *const CodeUnit, word: *const CodeUnit, arg: usize) -> Site {
        // SAFETY: the caller's promise.
        let (unit, opcode) = unsafe { (word.offset_from(first) as u32, DEOPT[usize::from(*word as u8)]) };
        Site { opcode, arg, unit, next: unit + 1 + caches(opcode) as u32 }
    }
}

/// Writes one instruction down.
///
/// # Errors
/// Why the recording cannot go on.
pub fn record(rec: &mut Recorder, at: Site) -> Recorded {
    rec.expected = at.next;
    let recorder: fn(&mut Recorder, Site) -> Recorded = match at.opcode {
        op::NOP | op::RESUME => stack::nothing,
        op::EXTENDED_ARG => stack::extended_arg,
        op::LOAD_FAST => stack::load_fast,
        op::LOAD_FAST_CHECK => stack::load_fast_check,
        op::LOAD_FAST_LOAD_FAST => stack::load_fast_load_fast,
        op::LOAD_FAST_AND_CLEAR => stack::load_fast_and_clear,
        op::STORE_FAST => stack::store_fast,
        op::STORE_FAST_LOAD_FAST => stack::store_fast_load_fast,
        op::STORE_FAST_STORE_FAST => stack::store_fast_store_fast,
        op::LOAD_CONST => stack::load_const,
        op::POP_TOP | op::END_FOR => stack::pop_top,
        op::PUSH_NULL => stack::push_null,
        op::COPY => stack::copy,
        op::SWAP => stack::swap,
        op::LOAD_DEREF => cell::load_deref,
        op::STORE_DEREF => cell::store_deref,
        op::MAKE_CELL => cell::make_cell,
        op::COPY_FREE_VARS => cell::copy_free_vars,
        op::BINARY_OP => arith::binary_op,
        op::UNARY_NEGATIVE => arith::unary_negative,
        op::UNARY_INVERT => arith::unary_invert,
        op::UNARY_NOT => compare::unary_not,
        op::COMPARE_OP => compare::compare_op,
        op::IS_OP => compare::is_op,
        op::CONTAINS_OP => compare::contains_op,
        op::TO_BOOL => compare::to_bool,
        op::JUMP_FORWARD => jump::jump_forward,
        op::JUMP_BACKWARD => jump::jump_backward,
        op::JUMP_BACKWARD_NO_INTERRUPT => jump::jump_backward_no_interrupt,
        op::POP_JUMP_IF_TRUE | op::POP_JUMP_IF_FALSE => jump::pop_jump_if,
        op::POP_JUMP_IF_NONE | op::POP_JUMP_IF_NOT_NONE => jump::pop_jump_if_none,
        op::GET_ITER => iter::get_iter,
        op::FOR_ITER => iter::for_iter,
        op::YIELD_VALUE => generator::yield_value,
        op::SEND => generator::send,
        op::END_SEND => generator::end_send,
        op::GET_YIELD_FROM_ITER => generator::get_yield_from_iter,
        op::UNPACK_SEQUENCE => iter::unpack_sequence,
        op::BINARY_SUBSCR => subscr::binary_subscr,
        op::STORE_SUBSCR => subscr::store_subscr,
        op::BUILD_SLICE => build::build_slice,
        op::STORE_SLICE => subscr::store_slice,
        op::BINARY_SLICE => subscr::binary_slice,
        op::DELETE_SUBSCR => subscr::delete_subscr,
        op::LOAD_GLOBAL => name::load_global,
        op::LOAD_NAME => name::load_name,
        op::STORE_NAME => name::store_name,
        op::STORE_GLOBAL => name::store_global,
        op::LOAD_ATTR => attr::load_attr,
        op::LOAD_SUPER_ATTR => attr::load_super_attr,
        op::STORE_ATTR => attr::store_attr,
        op::BUILD_TUPLE => build::build_tuple,
        op::BUILD_LIST => build::build_list,
        op::LIST_APPEND => build::list_append,
        op::BUILD_MAP => build::build_map,
        op::MAP_ADD => build::map_add,
        op::SET_ADD => build::set_add,
        op::BUILD_STRING => build::build_string,
        op::FORMAT_SIMPLE => build::format_simple,
        op::FORMAT_WITH_SPEC => build::format_with_spec,
        op::CALL => call::call,
        op::CALL_KW => call::call_kw,
        op::CALL_FUNCTION_EX => call::call_function_ex,
        op::EXIT_INIT_CHECK => call::exit_init_check,
        op::RETURN_VALUE => call::return_value,
        op::RETURN_CONST => call::return_const,
        opcode if is_plain(opcode) => interpret,
        _ => return Err(Abort::Opcode),
    };
    recorder(rec, at)
}

/// Lets the interpreter execute the instruction within the trace.
pub fn interpret(rec: &mut Recorder, at: Site) -> Recorded {
    rec.interpret(at.unit, at.arg)
}

/// Whether an instruction goes on with the next one in its frame, unless it raises.
fn is_plain(opcode: u8) -> bool {
    matches!(
        opcode,
        op::BEFORE_WITH
            | op::BUILD_CONST_KEY_MAP
            | op::BUILD_SET
            | op::CALL_INTRINSIC_1
            | op::CALL_INTRINSIC_2
            | op::CHECK_EXC_MATCH
            | op::CONVERT_VALUE
            | op::DELETE_ATTR
            | op::DELETE_DEREF
            | op::DELETE_FAST
            | op::DELETE_GLOBAL
            | op::DELETE_NAME
            | op::DICT_MERGE
            | op::DICT_UPDATE
            | op::GET_AITER
            | op::GET_ANEXT
            | op::GET_AWAITABLE
            | op::GET_LEN
            | op::IMPORT_FROM
            | op::IMPORT_NAME
            | op::LIST_EXTEND
            | op::LOAD_ASSERTION_ERROR
            | op::LOAD_BUILD_CLASS
            | op::LOAD_FROM_DICT_OR_DEREF
            | op::LOAD_FROM_DICT_OR_GLOBALS
            | op::LOAD_LOCALS
            | op::MAKE_FUNCTION
            | op::MATCH_CLASS
            | op::MATCH_KEYS
            | op::MATCH_MAPPING
            | op::MATCH_SEQUENCE
            | op::POP_EXCEPT
            | op::PUSH_EXC_INFO
            | op::SET_FUNCTION_ATTRIBUTE
            | op::SET_UPDATE
            | op::UNPACK_EX
    )
}

impl Recorder {
    /// The opcode at a place of the innermost frame's code.
    pub fn opcode_at(&mut self, unit: u32) -> u8 {
        // SAFETY: the code that runs.
        let code = unsafe { &*self.top().code };
        code.units().get(unit as usize).map_or(0, |unit| DEOPT[usize::from(unit.get() as u8)])
    }

    /// The live object in a slot that holds one.
    pub fn live_object(&mut self, index: usize) -> Recorded<&'static Object> {
        // SAFETY: the interpreter's slot; the object outlives the recording of the instruction that is about to use it.
        unsafe { self.live(index).as_ref() }.ok_or(Abort::Operands)
    }
}
