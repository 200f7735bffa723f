//! Jumps.

use super::Site;
use super::compare::truth_of_bool;
use crate::items::Item;
use crate::layout;
use crate::recorder::{Recorded, Recorder, pointer_const};
use bytecode::opcodes::op;
use ir::ops::Op;
use ir::trace::{Alias, Arg};
use jit::abort::Abort;
use objects::types::bool::from_bool;
use objects::types::none::none;

/// Rounds through an inner loop that are written down one after the other.
const UNROLL: u32 = 5;

pub fn jump_forward(rec: &mut Recorder, at: Site) -> Recorded {
    rec.expected = at.next + at.arg as u32;
    Ok(())
}

pub fn jump_backward_no_interrupt(rec: &mut Recorder, at: Site) -> Recorded {
    rec.expected = at.next - at.arg as u32;
    Ok(())
}

/// Where signals and other threads get their turn: compiled code leaves when anything is asked of it.
pub fn jump_backward(rec: &mut Recorder, at: Site) -> Recorded {
    let asked = rec.load(Op::ld_i64, rec.thread, layout::BREAKER, Alias::VOLATILE);
    let nothing = Arg::from(rec.breaker);
    rec.guard(Op::guard_eq, &[asked, nothing]);
    rec.expected = at.next - at.arg as u32;
    let code = rec.top().code;
    let rounds = rec.rounds.entry((code, rec.expected)).or_default();
    *rounds += 1;
    if *rounds > UNROLL { Err(Abort::InnerLoop) } else { Ok(()) }
}

pub fn pop_jump_if(rec: &mut Recorder, at: Site) -> Recorded {
    let index = rec.at(1);
    let value = truth_of_bool(rec, index)?;
    let live = rec.live_object(index)?.is(from_bool(true));
    if value.konst().is_none() {
        rec.guard(if live { Op::guard_true } else { Op::guard_false }, &[value]);
    }
    if live == (at.opcode == op::POP_JUMP_IF_TRUE) {
        rec.expected = at.next + at.arg as u32;
    }
    rec.shrink(1);
    Ok(())
}

pub fn pop_jump_if_none(rec: &mut Recorder, at: Site) -> Recorded {
    let index = rec.at(1);
    let live = rec.live_object(index)?.is(none());
    match rec.held(index, true) {
        Item::Obj(id) => {
            let val = rec.obj(id).val;
            if val.konst().is_none() {
                rec.guard(if live { Op::guard_eq } else { Op::guard_ne }, &[val, pointer_const(none())]);
            }
        }
        Item::Int(_) | Item::Float(_) | Item::Bool(_) | Item::Virtual(_) => {}
        _ => return Err(Abort::Operands),
    }
    if live == (at.opcode == op::POP_JUMP_IF_NONE) {
        rec.expected = at.next + at.arg as u32;
    }
    rec.shrink(1);
    Ok(())
}
