//! Iteration and unpacking.

use super::Site;
use super::compare::borrowed;
use super::native;
use crate::helpers::Helper;
use crate::items::{Item, ObjId};
use crate::layout;
use crate::recorder::{Fetched, Recorded, Recorder};
use ir::ops::Op;
use ir::trace::{Alias, Arg, Const};
use jit::abort::Abort;
use objects::types::list::List;
use objects::types::list::iter::{ListIterator, PyListIter_Type};
use objects::types::list::methods::PyList_Type;
use objects::types::range::iter::{PyRangeIter_Type, RangeIterator};
use objects::types::tuple::Tuple;
use objects::types::tuple::methods::{PyTuple_Type, PyTupleIter_Type, TupleIterator};
use objects::{Object, TypeObject};

pub fn get_iter(rec: &mut Recorder, at: Site) -> Recorded {
    let index = rec.at(1);
    let live = rec.live_object(index)?;
    let plain: Option<&'static TypeObject> = [
        &PyList_Type,
        &PyTuple_Type,
        &objects::types::range::PyRange_Type,
        &objects::types::dict::methods::PyDict_Type,
        &objects::types::str::PyUnicode_Type,
    ]
    .into_iter()
    .find(|class| live.is_exactly(class));
    let result = match (plain, rec.item(index, true)) {
        (Some(class), Item::Obj(id)) => {
            rec.guard_class(id, class);
            let val = rec.obj(id).val;
            rec.call(Helper::iter_plain, &[val])
        }
        _ => {
            let val = rec.pointer(index);
            rec.loud(at.unit, Helper::get_iter, &[val])?
        }
    };
    rec.finish(at.unit, 1, result);
    Ok(())
}

pub fn for_iter(rec: &mut Recorder, at: Site) -> Recorded {
    let index = rec.at(1);
    let live = rec.live_object(index)?;
    let Item::Obj(id) = rec.item(index, true) else { return Err(Abort::Operands) };
    if let Some(range) = live.cast_exact::<RangeIterator>() {
        return over_range(rec, at, id, range);
    }
    if let Some(iterator) = live.cast_exact::<ListIterator>() {
        let (list, position) = iterator.state();
        // SAFETY: an iterator that has not come to its end holds its list.
        let length = unsafe { list.peek() }.map(List::len);
        if length.is_some_and(|length| (position.get() as usize) < length) {
            let item = over_sequence(rec, id, &PyListIter_Type, layout::LIST, None);
            rec.push(item);
            return Ok(());
        }
    }
    if let Some(iterator) = live.cast_exact::<TupleIterator>() {
        let (tuple, position) = iterator.state();
        // SAFETY: as above.
        let length = unsafe { tuple.peek() }.map(Tuple::len);
        if length.is_some_and(|length| (position.get() as usize) < length) {
            let item = over_sequence(rec, id, &PyTupleIter_Type, Alias::CONSTANT, Some(layout::TUPLE_ITEMS));
            rec.push(item);
            return Ok(());
        }
    }
    if super::generator::resume(rec, at, index, false)? {
        return Ok(());
    }
    let val = rec.obj(id).val;
    let result = if objects::quiet::goes_on(live) {
        let result = rec.call(Helper::next_quietly, &[val]);
        native::sure(rec, result);
        result
    } else {
        rec.loud(at.unit, Helper::iter_next, &[val])?
    };
    let end = at.next + at.arg as u32;
    rec.fetched = Some(Fetched { result, body: at.next, end, returns: false });
    Ok(())
}

fn over_range(rec: &mut Recorder, at: Site, id: ObjId, live: &RangeIterator) -> Recorded {
    rec.guard_class(id, &PyRangeIter_Type);
    let val = rec.obj(id).val;
    let left = rec.load(Op::ld_i64, val, layout::RANGE_LEN, layout::RANGE);
    if live.len.get() <= 0 {
        rec.guard(Op::guard_le, &[left, Arg::from(0)]);
        // The general way comes to the `END_FOR` with something to pop, the special one behind it and the `POP_TOP`.
        let end = at.next + at.arg as u32;
        let none = rec.constant(objects::types::none::none());
        rec.push(none);
        rec.expected = end;
        rec.skipped = Some((end + 2, 2));
        return Ok(());
    }
    rec.guard(Op::guard_gt, &[left, Arg::from(0)]);
    let value = rec.load(Op::ld_i64, val, layout::RANGE_START, layout::RANGE);
    let step = rec.load(Op::ld_i64, val, layout::RANGE_STEP, Alias::CONSTANT);
    let left = rec.op(Op::sub, &[left, Arg::from(1)]);
    let next = rec.op(Op::add, &[value, step]);
    rec.store(val, layout::RANGE_LEN, left, layout::RANGE);
    rec.store(val, layout::RANGE_START, next, layout::RANGE);
    rec.push(Item::Int(value));
    Ok(())
}

/// The next item of a list (`inline` is `None`) or tuple iterator that has one.
fn over_sequence(
    rec: &mut Recorder,
    id: ObjId,
    class: &'static TypeObject,
    size: Alias,
    inline: Option<i32>,
) -> Item {
    rec.guard_class(id, class);
    let val = rec.obj(id).val;
    let sequence = rec.load(Op::ld_p, val, layout::ITER_SEQUENCE, layout::ITER);
    rec.guard(Op::guard_ne, &[sequence, Arg::Const(Const::P(0))]);
    let index = rec.load(Op::ld_i64, val, layout::ITER_INDEX, layout::ITER);
    let length = rec.load(Op::ld_i64, sequence, layout::SIZE, size);
    rec.guard(Op::guard_ult, &[index, length]);
    let item = match inline {
        Some(offset) => rec.load_indexed(Op::ldx_p, sequence, index, offset, Alias::CONSTANT),
        None => {
            let items = rec.load(Op::ld_i64, sequence, layout::LIST_ITEMS, layout::LIST);
            rec.load_indexed(Op::ldx_p, items, index, 0, layout::ITEMS)
        }
    };
    let next = rec.op(Op::add, &[index, Arg::from(1)]);
    rec.store(val, layout::ITER_INDEX, next, layout::ITER);
    borrowed(rec, item)
}

pub fn unpack_sequence(rec: &mut Recorder, at: Site) -> Recorded {
    let index = rec.at(1);
    let count = at.arg;
    if let Some(items) = rec.items_of(index)
        && items.len() == count
    {
        let sequence = rec.take(1);
        items.into_iter().rev().for_each(|item| rec.push(item));
        sequence.into_iter().for_each(|item| rec.settle(item));
        return Ok(());
    }
    let live = rec.live_object(index)?;
    let Item::Obj(id) = rec.item(index, true) else { return Err(Abort::Operands) };
    let (base, offset, alias) = if live.cast_exact::<Tuple>().is_some_and(|tuple| tuple.len() == count) {
        rec.guard_class(id, &PyTuple_Type);
        let val = rec.obj(id).val;
        guard_length(rec, val, count, Alias::CONSTANT);
        (val, layout::TUPLE_ITEMS, Alias::CONSTANT)
    } else if live.cast_exact::<List>().is_some_and(|list| list.len() == count) {
        rec.guard_class(id, &PyList_Type);
        let val = rec.obj(id).val;
        guard_length(rec, val, count, layout::LIST);
        (rec.load(Op::ld_i64, val, layout::LIST_ITEMS, layout::LIST), 0, layout::ITEMS)
    } else {
        return super::interpret(rec, at);
    };
    let items: Vec<Item> = (0..count)
        .map(|n| {
            let item = rec.load(Op::ld_p, base, offset + n as i32 * 8, alias);
            borrowed(rec, item)
        })
        .collect();
    let sequence = rec.take(1);
    items.into_iter().rev().for_each(|item| rec.push(item));
    sequence.into_iter().for_each(|item| rec.settle(item));
    Ok(())
}

fn guard_length(rec: &mut Recorder, sequence: Arg, length: usize, alias: Alias) {
    let found = rec.load(Op::ld_i64, sequence, layout::SIZE, alias);
    rec.guard(Op::guard_eq, &[found, Arg::from(length as i64)]);
}

/// Whether what came next in the interpreter is the body, after a call for the next item.
pub fn fetched(rec: &mut Recorder, unit: u32, fetched: Fetched) -> Recorded {
    use crate::recorder::Exit;
    let null = Arg::Const(Const::P(0));
    let got = |rec: &mut Recorder| {
        let item = rec.add(crate::items::Obj::new(fetched.result, 1, crate::items::Life::Counted));
        rec.push(item);
    };
    if unit == fetched.body {
        let snap = rec.snapshot(fetched.end, Exit::End);
        rec.trace.guard(Op::guard_ne, &[fetched.result, null], snap);
        got(rec);
        return Ok(());
    }
    if unit != fetched.end {
        return Err(Abort::LeftTrack);
    }
    got(rec);
    let snap = rec.snapshot(fetched.body, Exit::Resume);
    rec.top().slots.pop();
    rec.trace.guard(Op::guard_eq, &[fetched.result, null], snap);
    // Nothing came: the end, unless an exception says otherwise.
    let pending = rec.load(Op::ld_i64, rec.thread, layout::CURRENT_EXCEPTION, Alias::VOLATILE);
    let snap = rec.snapshot(fetched.end, Exit::End);
    rec.trace.guard(Op::guard_eq, &[pending, Arg::from(0)], snap);
    let item = if fetched.returns {
        let returned = rec.call(Helper::returned, &[]);
        rec.add(crate::items::Obj::new(returned, 1, crate::items::Life::Counted))
    } else {
        let none: &Object = objects::types::none::none();
        rec.constant(none)
    };
    rec.push(item);
    Ok(())
}
