//! Building tuples and lists.

use super::Site;
use crate::helpers::Helper;
use crate::items::Item;
use crate::recorder::{Recorded, Recorder};
use crate::virtuals::WIDEST;
use ir::ops::Op;
use ir::trace::{Arg, Const};
use jit::abort::Abort;
use objects::types::list::methods::PyList_Type;

/// As many items as the helpers take.
const MOST: usize = 5;

pub fn build_tuple(rec: &mut Recorder, at: Site) -> Recorded {
    if at.arg > WIDEST {
        return super::interpret(rec, at);
    }
    // The items are the tuple's.
    let items = rec.take(at.arg).into_iter().rev().collect();
    let tuple = rec.virtual_tuple(items);
    rec.push(tuple);
    Ok(())
}

pub fn build_list(rec: &mut Recorder, at: Site) -> Recorded {
    if at.arg > MOST {
        return super::interpret(rec, at);
    }
    let item = build(rec, at, Helper::new_list)?;
    if let Item::Obj(id) = item {
        rec.obj(id).class = Some(&raw const PyList_Type);
    }
    Ok(())
}

fn build(rec: &mut Recorder, at: Site, helper: Helper) -> Recorded<Item> {
    let mut args = vec![Arg::from(at.arg as i64)];
    for depth in (1..=at.arg).rev() {
        let index = rec.at(depth);
        args.push(rec.pointer(index));
    }
    args.resize(1 + MOST, Arg::Const(Const::P(0)));
    let result = rec.call(helper, &args);
    Ok(rec.finish(at.unit, at.arg, result))
}

/// The list is `arg` items below the new one; a comprehension's.
pub fn list_append(rec: &mut Recorder, at: Site) -> Recorded {
    let list = rec.at(at.arg + 1);
    let Item::Obj(id) = rec.item(list, true) else { return Err(Abort::Operands) };
    if !rec.live_object(list)?.is_exactly(&PyList_Type) {
        return Err(Abort::Operands);
    }
    rec.guard_class(id, &PyList_Type);
    let value = rec.at(1);
    let (list, value) = (rec.obj(id).val, rec.pointer(value));
    append(rec, at, list, value);
    rec.shrink(1);
    Ok(())
}

/// Appends; the list's class has been guarded.
pub fn append(rec: &mut Recorder, at: Site, list: Arg, value: Arg) {
    rec.protect();
    let done = rec.call(Helper::list_append, &[list, value]);
    rec.guard_done(at.unit, Op::guard_ge, &[done, Arg::from(0)]);
}
