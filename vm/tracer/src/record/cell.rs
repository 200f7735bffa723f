//! Variables that functions share: cells.

use super::Site;
use super::compare::borrowed;
use crate::helpers::Helper;
use crate::items::{Item, Life, Obj, Slot};
use crate::layout;
use crate::recorder::{Recorded, Recorder};
use ir::ops::Op;
use ir::trace::{Arg, Const};
use jit::abort::Abort;
use objects::types::cell::Cell;
use objects::types::function::Function;
use objects::types::tuple::Tuple;

/// The cell in a fast local.
fn cell(rec: &mut Recorder, index: usize) -> Recorded<(Arg, &'static Cell)> {
    let Item::Obj(id) = rec.item(index, true) else { return Err(Abort::Operands) };
    let val = rec.obj(id).val;
    // Where the frame is the trace's own, the interpreter's has the same cell.
    let live = rec.live_object(index)?.cast_exact::<Cell>().ok_or(Abort::Operands)?;
    Ok((val, live))
}

pub fn load_deref(rec: &mut Recorder, at: Site) -> Recorded {
    let (cell, live) = cell(rec, at.arg)?;
    if live.peek_value().is_null() {
        return Err(Abort::Operands);
    }
    let value = rec.load(Op::ld_p, cell, layout::CELL_VALUE, layout::CELL);
    rec.guard(Op::guard_ne, &[value, Arg::Const(Const::P(0))]);
    let item = borrowed(rec, value);
    rec.push(item);
    Ok(())
}

pub fn store_deref(rec: &mut Recorder, at: Site) -> Recorded {
    let (cell, live) = cell(rec, at.arg)?;
    let empty = live.peek_value().is_null();
    let old = rec.load(Op::ld_p, cell, layout::CELL_VALUE, layout::CELL);
    rec.guard(if empty { Op::guard_eq } else { Op::guard_ne }, &[old, Arg::Const(Const::P(0))]);
    rec.protect();
    let top = rec.at(1);
    let new = rec.give(top);
    rec.store(cell, layout::CELL_VALUE, new, layout::CELL);
    let gone = rec.take(1);
    if !empty {
        rec.drop_reference(&Obj::new(old, 1, Life::Counted));
    }
    gone.into_iter().for_each(|item| rec.settle(item));
    Ok(())
}

/// The fast local becomes a cell that holds what it held.
pub fn make_cell(rec: &mut Recorder, at: Site) -> Recorded {
    rec.item(at.arg, false);
    let value = rec.pointer(at.arg);
    let made = rec.call(Helper::new_cell, &[value]);
    rec.guard_done(at.unit, Op::guard_ne, &[made, Arg::Const(Const::P(0))]);
    let item = rec.add(Obj::new(made, 1, Life::Counted));
    rec.set(at.arg, item);
    Ok(())
}

/// The function's cells come into the last fast locals.
pub fn copy_free_vars(rec: &mut Recorder, at: Site) -> Recorded {
    // SAFETY: an inlined frame's function, which is guarded to be as it is.
    let function = rec.top().runs.function().and_then(|function| unsafe { function.as_ref() });
    let function: &Function = function.ok_or(Abort::Opcode)?;
    // SAFETY: as above.
    let cells = unsafe { function.func_closure.peek() }.map_or(&[][..], Tuple::items);
    let first = rec.top().locals - at.arg;
    for (index, cell) in cells.iter().enumerate().take(at.arg) {
        let item = rec.constant(cell);
        rec.top().slots[first + index] = Slot::held(item);
    }
    Ok(())
}
