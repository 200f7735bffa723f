//! What instrumentation keeps beside a code object: which tools want what where, and which opcodes it has written over.
//!
//! An instruction may be covered three times over: an instrumented form of its own, over that `INSTRUMENTED_INSTRUCTION`, over that
//! `INSTRUMENTED_LINE`. The interpreter's `monitor` room writes all of them.

use super::Code;
use bytecode::opcodes::{DEOPT, op};
use core::ffi::c_void;
use core::ptr;

/// Events that belong to places in code.
pub const LOCAL_EVENTS: usize = 10;

/// A set of tools, one bit each.
pub type Tools = u8;

/// Where a line may begin.
#[derive(Clone, Copy)]
pub struct Line {
    /// The instruction's line, -1 without one or for what is no instruction.
    pub line: i32,
    /// Whether reaching the instruction may mean reaching its line.
    pub starts: bool,
    /// The unit of the instruction in front of it.
    pub previous: u32,
}

/// See the head of this file.
#[derive(Default)]
pub struct Monitoring {
    /// What tools asked for in this code alone, by event.
    pub local: [Tools; LOCAL_EVENTS],
    /// What the instrumentation is for, by event.
    pub active: [Tools; LOCAL_EVENTS],
    /// The restart at which the instrumentation was made; places that were disabled before count again after another.
    pub restart: u32,
    /// By unit: who wants the instruction's own event.
    pub tools: Vec<Tools>,
    /// By unit: who wants the line, and the opcode under `INSTRUMENTED_LINE`.
    pub line_tools: Vec<Tools>,
    pub line_opcodes: Vec<u8>,
    /// By unit: who wants the instruction, and the opcode under `INSTRUMENTED_INSTRUCTION`.
    pub instruction_tools: Vec<Tools>,
    pub instruction_opcodes: Vec<u8>,
    /// By unit, once lines were asked for.
    pub lines: Vec<Line>,
}

/// The instruction that an instrumented form stands for; others stand for themselves.
pub const fn base_of_instrumented(opcode: u8) -> u8 {
    match opcode {
        op::INSTRUMENTED_RESUME => op::RESUME,
        op::INSTRUMENTED_END_FOR => op::END_FOR,
        op::INSTRUMENTED_END_SEND => op::END_SEND,
        op::INSTRUMENTED_RETURN_VALUE => op::RETURN_VALUE,
        op::INSTRUMENTED_RETURN_CONST => op::RETURN_CONST,
        op::INSTRUMENTED_YIELD_VALUE => op::YIELD_VALUE,
        op::INSTRUMENTED_LOAD_SUPER_ATTR => op::LOAD_SUPER_ATTR,
        op::INSTRUMENTED_FOR_ITER => op::FOR_ITER,
        op::INSTRUMENTED_CALL => op::CALL,
        op::INSTRUMENTED_CALL_KW => op::CALL_KW,
        op::INSTRUMENTED_CALL_FUNCTION_EX => op::CALL_FUNCTION_EX,
        op::INSTRUMENTED_JUMP_FORWARD => op::JUMP_FORWARD,
        op::INSTRUMENTED_JUMP_BACKWARD => op::JUMP_BACKWARD,
        op::INSTRUMENTED_POP_JUMP_IF_TRUE => op::POP_JUMP_IF_TRUE,
        op::INSTRUMENTED_POP_JUMP_IF_FALSE => op::POP_JUMP_IF_FALSE,
        op::INSTRUMENTED_POP_JUMP_IF_NONE => op::POP_JUMP_IF_NONE,
        op::INSTRUMENTED_POP_JUMP_IF_NOT_NONE => op::POP_JUMP_IF_NOT_NONE,
        other => other,
    }
}

impl Code {
    /// The instrumentation, if there ever was any.
    #[inline]
    pub fn monitoring(&self) -> Option<&core::cell::RefCell<Monitoring>> {
        // SAFETY: NULL or what `make_monitoring` put there, for the code's life.
        unsafe { self.co_monitoring.get().cast::<core::cell::RefCell<Monitoring>>().as_ref() }
    }

    /// The instrumentation, made if there is none.
    pub fn make_monitoring(&self) -> &core::cell::RefCell<Monitoring> {
        if self.co_monitoring.get().is_null() {
            let monitoring: Box<core::cell::RefCell<Monitoring>> = Box::default();
            self.co_monitoring.set(Box::into_raw(monitoring).cast::<c_void>());
        }
        // SAFETY: as in `monitoring`.
        unsafe { &*self.co_monitoring.get().cast() }
    }

    /// Frees the instrumentation of a dying code object.
    pub(super) fn drop_monitoring(&self) {
        let monitoring = self.co_monitoring.replace(ptr::null_mut());
        if !monitoring.is_null() {
            // SAFETY: made by `make_monitoring`, and dropped once.
            drop(unsafe { Box::from_raw(monitoring.cast::<core::cell::RefCell<Monitoring>>()) });
        }
    }

    /// The instruction that was compiled at `at`, where now `opcode` stands.
    pub fn original_opcode(&self, at: usize, opcode: u8) -> u8 {
        let mut opcode = opcode;
        if let Some(monitoring) = self.monitoring() {
            let monitoring = monitoring.borrow();
            if opcode == op::INSTRUMENTED_LINE {
                opcode = monitoring.line_opcodes.get(at).copied().unwrap_or(op::NOP);
            }
            if opcode == op::INSTRUMENTED_INSTRUCTION {
                opcode = monitoring.instruction_opcodes.get(at).copied().unwrap_or(op::NOP);
            }
        }
        DEOPT[usize::from(base_of_instrumented(opcode))]
    }
}
