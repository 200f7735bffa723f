//! Assignment to `f_lineno`: a trace function makes the frame go on at another line, if the stacks there and here fit.

use super::Frame;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::state;
use crate::types::code::Code;
use crate::types::int::Int;
use crate::types::none;
use bytecode::opcodes::{CACHES, Opcode, op};
use bytecode::{exc_table, line_table};

/// What lies in a place of the stack, as far as jumping cares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Iterator,
    /// A handled exception that is put back when its handler ends.
    Except,
    Object,
    /// NULL, or an object in its place.
    Null,
    /// The place of an instruction that raised.
    Lasti,
}

/// The stack in front of every unit that is reached, by abstract interpretation.
fn stacks(code: &Code) -> Vec<Option<Vec<Kind>>> {
    let words = code.original_units();
    let mut stacks: Vec<Option<Vec<Kind>>> = vec![None; words.len() + 1];
    let handlers: Vec<exc_table::Entry> = exc_table::entries(code.exceptiontable()).collect();
    stacks[0] = Some(Vec::new());
    let mut changed = true;
    while changed {
        changed = false;
        let (mut at, mut arg) = (0, 0usize);
        while at < words.len() {
            let opcode = words[at] as u8;
            let end = at + 1 + usize::from(CACHES[usize::from(opcode)]);
            arg = arg << 8 | usize::from(words[at] >> 8);
            let argument = arg;
            if opcode != op::EXTENDED_ARG {
                arg = 0;
            }
            if let Some(stack) = stacks[at].clone() {
                for (target, stack) in step(opcode, argument, end, stack) {
                    if let Some(place) = stacks.get_mut(target)
                        && place.is_none()
                    {
                        *place = Some(stack);
                        changed |= target < at;
                    }
                }
            }
            at = end;
        }
        for entry in &handlers {
            let (start, target) = (entry.start as usize, entry.target as usize);
            if stacks.get(target).is_some_and(Option::is_none)
                && let Some(mut stack) = stacks.get(start).cloned().flatten()
            {
                stack.truncate(entry.depth as usize);
                if entry.lasti {
                    stack.push(Kind::Lasti);
                }
                stack.push(Kind::Except);
                stacks[target] = Some(stack);
                changed = true;
            }
        }
    }
    stacks
}

/// Where an instruction goes, with which stacks.
fn step(opcode: u8, arg: usize, end: usize, mut stack: Vec<Kind>) -> Vec<(usize, Vec<Kind>)> {
    match opcode {
        op::POP_JUMP_IF_FALSE | op::POP_JUMP_IF_TRUE | op::POP_JUMP_IF_NONE | op::POP_JUMP_IF_NOT_NONE => {
            stack.pop();
            return vec![(end + arg, stack.clone()), (end, stack)];
        }
        op::SEND => return vec![(end + arg, stack.clone()), (end, stack)],
        op::JUMP_FORWARD => return vec![(end + arg, stack)],
        op::JUMP_BACKWARD | op::JUMP_BACKWARD_NO_INTERRUPT => return vec![(end.saturating_sub(arg), stack)],
        op::FOR_ITER => {
            stack.push(Kind::Object);
            return vec![(end + arg, stack.clone()), (end, stack)];
        }
        op::RETURN_VALUE | op::RETURN_CONST | op::RAISE_VARARGS | op::RERAISE => return Vec::new(),
        op::GET_ITER | op::GET_AITER => {
            stack.pop();
            stack.push(Kind::Iterator);
        }
        op::PUSH_EXC_INFO => stack.push(Kind::Except),
        op::PUSH_NULL => stack.push(Kind::Null),
        op::LOAD_GLOBAL => {
            stack.push(Kind::Object);
            if arg & 1 != 0 {
                stack.push(Kind::Null);
            }
        }
        op::LOAD_ATTR => {
            stack.pop();
            stack.push(Kind::Object);
            if arg & 1 != 0 {
                stack.push(Kind::Null);
            }
        }
        op::SWAP => {
            let (last, other) = (stack.len().wrapping_sub(1), stack.len().wrapping_sub(arg));
            if last < stack.len() && other < stack.len() {
                stack.swap(last, other);
            }
        }
        op::COPY => {
            let kind = stack.len().checked_sub(arg).and_then(|index| stack.get(index).copied());
            stack.push(kind.unwrap_or(Kind::Object));
        }
        _ => {
            let Some(opcode) = Opcode::from_number(opcode.into()) else { return Vec::new() };
            // What stays in its place keeps its kind.
            let delta = opcode.pushed(arg as i32) - opcode.popped(arg as i32);
            stack.truncate(stack.len().saturating_sub((-delta).max(0) as usize));
            stack.extend((0..delta).map(|_| Kind::Object));
        }
    }
    vec![(end, stack)]
}

/// Whether a frame with the stack `from` may go where the stack is `to`, once it has dropped what is on top.
fn fits(from: &[Kind], to: &[Kind]) -> bool {
    from.len() >= to.len()
        && from.iter().zip(to).all(|(&from, &to)| match to {
            Kind::Object => from != Kind::Null,
            Kind::Null => true,
            to => from == to,
        })
}

/// Why a stack does not fit.
fn explain(to: &[Kind]) -> &'static str {
    match to.last() {
        Some(Kind::Except) => "can't jump into an 'except' block as there's no exception",
        Some(Kind::Lasti) => "can't jump into a re-raising block as there's no location",
        Some(Kind::Iterator) => "can't jump into the body of a for loop",
        Some(Kind::Object | Kind::Null) => "incompatible stacks",
        None => "differing stack depth",
    }
}

/// The units at which lines begin, with their lines.
fn line_starts(code: &Code) -> Vec<(usize, i32)> {
    let mut out: Vec<(usize, i32)> = Vec::new();
    let mut last = -1;
    for entry in line_table::entries(code.linetable(), code.co_firstlineno.get()) {
        let line = entry.location.line;
        if line >= 0 && line != last {
            out.push((entry.start, line));
        }
        last = line;
    }
    out
}

/// The numbers of the events from which one may jump and from which not, as [`state::ThreadState::what_event`] has them.
mod event {
    pub const PY_START: i32 = 0;
    pub const LINE: i32 = 5;
    pub const JUMP: i32 = 7;
    pub const BRANCH: i32 = 8;
    pub const PY_YIELD: i32 = 3;
}

/// `frame.f_lineno = value`.
///
/// # Errors
/// ValueError with the reason why not; what a warning raises.
pub(super) fn set_line(object: &Frame, value: Option<&Object>) -> Result<()> {
    let Some(value) = value else { return Err(crate::raise!(AttributeError, "cannot delete attribute")) };
    let Some(line) = value.cast::<Int>() else {
        return Err(crate::raise!(ValueError, "lineno must be an integer"));
    };
    let ts = state::current();
    let what = ts.what_event.get();
    match what {
        event::LINE | event::JUMP | event::BRANCH | event::PY_YIELD => {}
        event::PY_START => {
            let text = "can't jump from the 'call' trace event of a new frame";
            return Err(crate::raise!(ValueError, "{text}"));
        }
        what if what < 0 => {
            return Err(crate::raise!(ValueError, "f_lineno can only be set in a trace function"));
        }
        _ => return Err(crate::raise!(ValueError, "can only jump from a 'line' trace event")),
    }
    if object.f_trace.is_empty() {
        return Err(crate::raise!(ValueError, "f_lineno can only be set by a trace function"));
    }
    let Some(line) = line.to_i64() else {
        return Err(crate::raise!(OverflowError, "Python int too large to convert to C int"));
    };
    let Ok(line) = i32::try_from(line) else {
        return Err(crate::raise!(ValueError, "lineno out of range"));
    };
    let code = object.code().to_ref();
    if line < code.co_firstlineno.get() {
        return Err(crate::raise!(ValueError, "line {line} comes before the current code block"));
    }
    let starts = line_starts(&code);
    let Some(line) = starts.iter().map(|start| start.1).filter(|&start| start >= line).min() else {
        return Err(crate::raise!(ValueError, "line {line} comes after the current code block"));
    };
    let stacks = stacks(&code);
    let frame = object.activation();
    let Some(mut from) = usize::try_from(frame.lasti()).ok().and_then(|at| stacks.get(at).cloned()).flatten()
    else {
        return Err(crate::raise!(ValueError, "cannot find bytecode for specified line"));
    };
    if what == event::PY_YIELD {
        // The value that is yielded.
        from.pop();
    }
    let mut best: Option<(usize, usize)> = None;
    let mut problem = "cannot find bytecode for specified line";
    for &(at, _) in starts.iter().filter(|start| start.1 == line) {
        match &stacks[at] {
            Some(to) if fits(&from, to) && best.is_none_or(|(_, depth)| to.len() > depth) => {
                best = Some((at, to.len()));
            }
            Some(to) if fits(&from, to) => {}
            Some(to) => problem = explain(to),
            None => {}
        }
    }
    let Some((at, depth)) = best else { return Err(crate::raise!(ValueError, "{problem}")) };
    bind_locals(&code, frame)?;
    while from.len() > depth {
        let kind = from.pop();
        let top = frame.stacktop.get() - 1;
        if top < code.co_nlocalsplus.get() {
            break;
        }
        frame.stacktop.set(top);
        // SAFETY: an item of the stack, which is given up.
        let item = unsafe { Ref::<Object>::from_nullable(frame.localsplus().add(top as usize).read()) };
        if kind == Some(Kind::Except) {
            ts.exc_info().exc_value.set(item.filter(|item| !item.is(none::none())));
        } else {
            drop(item);
        }
    }
    object.f_lineno.set(0);
    // SAFETY: an instruction of the code.
    frame.instr_ptr.set(unsafe { code.first_unit().add(at) });
    Ok(())
}

/// Variables without a value become None, since code behind a jump does not expect any.
fn bind_locals(code: &Code, frame: &crate::interpreter_frame::InterpreterFrame) -> Result<()> {
    let count = code.co_nlocals.get() as usize;
    // SAFETY: fast locals; none is in use here.
    let empty = (0..count).filter(|&index| unsafe { frame.local(index) }.is_empty()).count();
    if empty == 0 {
        return Ok(());
    }
    let plural = if empty == 1 { "" } else { "s" };
    let text = format!("assigning None to {empty} unbound local{plural}");
    crate::hooks::WARN.get()(crate::types::exceptions::RuntimeWarning.as_object(), &text, 0)?;
    for index in 0..count {
        // SAFETY: as above.
        let local = unsafe { frame.local(index) };
        if local.is_empty() {
            local.set(Some(none::none().to_ref()));
        }
    }
    Ok(())
}
