//! Writing instrumented instructions over a code object, and taking them off again.

use super::{MONITORS, TRACE_TOOL, event, version};
use bytecode::opcodes::{CACHES, op};
use bytecode::{exc_table, line_table};
use objects::interpreter_frame::CodeUnit;
use objects::types::code::Code;
use objects::types::code::monitoring::{LOCAL_EVENTS, Line, Monitoring, Tools};

/// Makes the instrumentation what is wanted now.
pub fn update(code: &Code) {
    code.co_instrumentation_version.set(version());
    let global: [Tools; LOCAL_EVENTS] = core::array::from_fn(|event| MONITORS.global[event].get());
    if code.monitoring().is_none() && global.iter().all(|&tools| tools == 0) {
        return;
    }
    let cell = code.make_monitoring();
    let restart = MONITORS.restart.get();
    let (wanted, before) = {
        let monitoring = cell.borrow();
        let wanted: [Tools; LOCAL_EVENTS] =
            core::array::from_fn(|event| global[event] | monitoring.local[event]);
        if wanted == monitoring.active && monitoring.restart == restart {
            return;
        }
        (wanted, (monitoring.restart == restart).then_some(monitoring.active))
    };
    let original = code.original_units();
    let mut monitoring = cell.borrow_mut();
    let old = core::mem::take(&mut *monitoring);
    *monitoring = Monitoring { local: old.local, active: wanted, restart, ..Monitoring::default() };
    let count = original.len();
    monitoring.tools = vec![0; count];
    if wanted[event::LINE] != 0 {
        monitoring.lines = if old.lines.is_empty() { lines(code, &original) } else { old.lines };
        monitoring.line_tools = vec![0; count];
        monitoring.line_opcodes = vec![0; count];
    }
    if wanted[event::INSTRUCTION] != 0 {
        monitoring.instruction_tools = vec![0; count];
        monitoring.instruction_opcodes = vec![0; count];
    }
    // A place that a tool has disabled stays so unless the tool asked anew.
    let kept = |old: Option<&Tools>, event: usize| -> Tools {
        match (before, old) {
            (Some(before), Some(&old)) => wanted[event] & (old | !before[event]),
            _ => wanted[event],
        }
    };
    let mut at = 0;
    while at < count {
        let base = original[at] as u8;
        let mut opcode = base;
        if let Some((instrumented, event)) = own_event(base, (original[at] >> 8) as usize) {
            let tools = kept(old.tools.get(at), event);
            monitoring.tools[at] = tools;
            // Jumps tell line events where they came from. A trace function is told of an iterator's StopIteration, never of a
            // generator's that has returned.
            let leads = event == event::JUMP
                || is_branch(base)
                || base == op::FOR_ITER && wanted[event::LINE] & 1 << TRACE_TOOL != 0;
            if tools != 0 || wanted[event::LINE] != 0 && leads {
                opcode = instrumented;
            }
        }
        let traceable = at >= code.co_firsttraceable.get().max(0) as usize;
        if wanted[event::INSTRUCTION] != 0 && traceable && base != op::RESUME && base != op::END_FOR {
            let tools = kept(old.instruction_tools.get(at), event::INSTRUCTION);
            if tools != 0 {
                monitoring.instruction_tools[at] = tools;
                monitoring.instruction_opcodes[at] = opcode;
                opcode = op::INSTRUMENTED_INSTRUCTION;
            }
        }
        if wanted[event::LINE] != 0 && monitoring.lines[at].starts {
            let tools = kept(old.line_tools.get(at), event::LINE);
            if tools != 0 {
                monitoring.line_tools[at] = tools;
                monitoring.line_opcodes[at] = opcode;
                opcode = op::INSTRUMENTED_LINE;
            }
        }
        let unit = &code.units()[at];
        let now = unit.get() as u8;
        // What was not instrumented and need not be stays specialised.
        if opcode != base || now != opcode && code_is_instrumented(now) {
            unit.set(unit.get() & 0xff00 | CodeUnit::from(opcode));
        }
        at += 1 + usize::from(CACHES[usize::from(base)]);
    }
}

fn code_is_instrumented(opcode: u8) -> bool {
    (op::INSTRUMENTED_RESUME..=op::INSTRUMENTED_LINE).contains(&opcode)
}

fn is_branch(base: u8) -> bool {
    matches!(
        base,
        op::POP_JUMP_IF_TRUE | op::POP_JUMP_IF_FALSE | op::POP_JUMP_IF_NONE | op::POP_JUMP_IF_NOT_NONE
    )
}

/// The instrumented form of an instruction, and the event that is its own.
fn own_event(base: u8, arg: usize) -> Option<(u8, usize)> {
    Some(match base {
        op::RESUME if arg & 3 == 0 => (op::INSTRUMENTED_RESUME, event::PY_START),
        op::RESUME => (op::INSTRUMENTED_RESUME, event::PY_RESUME),
        op::RETURN_VALUE => (op::INSTRUMENTED_RETURN_VALUE, event::PY_RETURN),
        op::RETURN_CONST => (op::INSTRUMENTED_RETURN_CONST, event::PY_RETURN),
        op::YIELD_VALUE => (op::INSTRUMENTED_YIELD_VALUE, event::PY_YIELD),
        op::CALL => (op::INSTRUMENTED_CALL, event::CALL),
        op::CALL_KW => (op::INSTRUMENTED_CALL_KW, event::CALL),
        op::CALL_FUNCTION_EX => (op::INSTRUMENTED_CALL_FUNCTION_EX, event::CALL),
        op::LOAD_SUPER_ATTR => (op::INSTRUMENTED_LOAD_SUPER_ATTR, event::CALL),
        op::JUMP_FORWARD => (op::INSTRUMENTED_JUMP_FORWARD, event::JUMP),
        op::JUMP_BACKWARD => (op::INSTRUMENTED_JUMP_BACKWARD, event::JUMP),
        op::POP_JUMP_IF_TRUE => (op::INSTRUMENTED_POP_JUMP_IF_TRUE, event::BRANCH),
        op::POP_JUMP_IF_FALSE => (op::INSTRUMENTED_POP_JUMP_IF_FALSE, event::BRANCH),
        op::POP_JUMP_IF_NONE => (op::INSTRUMENTED_POP_JUMP_IF_NONE, event::BRANCH),
        op::POP_JUMP_IF_NOT_NONE => (op::INSTRUMENTED_POP_JUMP_IF_NOT_NONE, event::BRANCH),
        op::FOR_ITER => (op::INSTRUMENTED_FOR_ITER, event::BRANCH),
        op::END_FOR => (op::INSTRUMENTED_END_FOR, event::STOP_ITERATION),
        op::END_SEND => (op::INSTRUMENTED_END_SEND, event::STOP_ITERATION),
        _ => return None,
    })
}

/// Where lines may begin: where the line changes, where jumps land, and where exceptions are handled.
fn lines(code: &Code, original: &[CodeUnit]) -> Vec<Line> {
    let mut out = vec![Line { line: -1, starts: false, previous: 0 }; original.len()];
    for entry in line_table::entries(code.linetable(), code.co_firstlineno.get()) {
        for line in out.iter_mut().take(entry.end).skip(entry.start) {
            line.line = entry.location.line;
        }
    }
    let first = code.co_firsttraceable.get().max(0) as usize;
    let mut is_instruction = vec![false; original.len()];
    let (mut at, mut previous, mut current) = (0, 0, -1);
    let mut targets = Vec::new();
    let mut arg = 0;
    while at < original.len() {
        let opcode = original[at] as u8;
        is_instruction[at] = true;
        out[at].previous = previous as u32;
        previous = at;
        let end = at + 1 + usize::from(CACHES[usize::from(opcode)]);
        arg = arg << 8 | usize::from(original[at] >> 8);
        if at >= first && !matches!(opcode, op::END_ASYNC_FOR | op::END_FOR | op::END_SEND | op::RESUME) {
            out[at].starts = out[at].line != current && out[at].line >= 0;
            current = out[at].line;
        }
        if at >= first {
            match opcode {
                op::POP_JUMP_IF_FALSE
                | op::POP_JUMP_IF_TRUE
                | op::POP_JUMP_IF_NONE
                | op::POP_JUMP_IF_NOT_NONE
                | op::JUMP_FORWARD => targets.push(end + arg),
                // Behind END_FOR or END_SEND.
                op::FOR_ITER | op::SEND => targets.push(end + arg + 1),
                op::JUMP_BACKWARD | op::JUMP_BACKWARD_NO_INTERRUPT => targets.extend(end.checked_sub(arg)),
                _ => {}
            }
        }
        if opcode != op::EXTENDED_ARG {
            arg = 0;
        }
        at = end;
    }
    for entry in exc_table::entries(code.exceptiontable()) {
        let target = entry.target as usize;
        if original.get(target).is_some_and(|&word| word as u8 != op::END_ASYNC_FOR) {
            targets.push(target);
        }
    }
    for target in targets {
        if is_instruction.get(target).copied().unwrap_or(false) && out[target].line >= 0 && target >= first {
            out[target].starts = true;
        }
    }
    out
}
