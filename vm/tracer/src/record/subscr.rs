//! Subscripts and slices.

use super::compare::borrowed;
use super::{Site, method, native};
use crate::helpers::{Helper, int_value_of};
use crate::items::{Item, ObjId};
use crate::layout;
use crate::recorder::{Recorded, Recorder};
use ir::ops::Op;
use ir::trace::{Alias, Arg, Const, Mem};
use jit::abort::Abort;
use objects::Object;
use objects::quiet::is_quiet_key;
use objects::types::dict::Dict;
use objects::types::dict::methods::PyDict_Type;
use objects::types::int::PyLong_Type;
use objects::types::list::List;
use objects::types::list::methods::PyList_Type;
use objects::types::slice::Slice;
use objects::types::str::PyUnicode_Type;
use objects::types::tuple::Tuple;
use objects::types::tuple::methods::PyTuple_Type;

/// The place in a sequence of `length` that the int in slot `key` names now, guarded to be there.
fn place(rec: &mut Recorder, key: usize, length: Arg, live_length: usize) -> Recorded<Option<Arg>> {
    let live = rec.live_object(key)?;
    let Some(now) = int_value_of(live) else { return Ok(None) };
    let at = if now < 0 { now + live_length as i64 } else { now };
    if at < 0 || at >= live_length as i64 {
        return Ok(None);
    }
    let Some(mut index) = rec.int(key) else { return Ok(None) };
    if now < 0 {
        rec.guard(Op::guard_lt, &[index, Arg::from(0)]);
        index = rec.op(Op::add, &[index, length]);
    }
    rec.guard(Op::guard_ult, &[index, length]);
    Ok(Some(index))
}

/// Where in a sequence of `length` the int in slot `key`, which is known to be within, points now.
fn live_index(rec: &mut Recorder, key: usize, length: usize) -> usize {
    let index = rec.live_object(key).ok().and_then(int_value_of).unwrap_or(0);
    (if index < 0 { index + length as i64 } else { index }) as usize
}

/// The place of a list's item, the array and the index, behind the guards that it is there; `None` if the key is no index of the list.
fn list_place(rec: &mut Recorder, id: ObjId, key: usize, list: &List) -> Recorded<Option<(Arg, Arg)>> {
    rec.guard_class(id, &PyList_Type);
    let val = rec.obj(id).val;
    let length = rec.load(Op::ld_i64, val, layout::SIZE, layout::LIST);
    let Some(index) = place(rec, key, length, list.len())? else { return Ok(None) };
    Ok(Some((rec.load(Op::ld_i64, val, layout::LIST_ITEMS, layout::LIST), index)))
}

pub fn binary_subscr(rec: &mut Recorder, at: Site) -> Recorded {
    let (container, key) = (rec.at(2), rec.at(1));
    let live = rec.live_object(container)?;
    if let (Some(list), Item::Obj(id)) = (live.cast_exact::<List>(), rec.item(container, true))
        && let Some((items, index)) = list_place(rec, id, key, list)?
    {
        let item = rec.load_indexed(Op::ldx_p, items, index, 0, layout::ITEMS);
        let item = borrowed(rec, item);
        rec.replace(2, item);
        return Ok(());
    }
    if let Some(items) = rec.items_of(container)
        && let Some(now) = int_value_of(rec.live_object(key)?)
        && let Some(&item) = items.get(live_index(rec, key, items.len()))
        && let Some(index) = rec.int(key)
    {
        if index.konst().is_none() {
            rec.guard(Op::guard_eq, &[index, Arg::from(now)]);
        }
        rec.replace(2, item);
        return Ok(());
    }
    if let (Some(tuple), Item::Obj(id)) = (live.cast_exact::<Tuple>(), rec.item(container, true)) {
        rec.guard_class(id, &PyTuple_Type);
        let val = rec.obj(id).val;
        let length = rec.load(Op::ld_i64, val, layout::SIZE, Alias::CONSTANT);
        if let Some(index) = place(rec, key, length, tuple.len())? {
            let item = rec.load_indexed(Op::ldx_p, val, index, layout::TUPLE_ITEMS, Alias::CONSTANT);
            let item = borrowed(rec, item);
            rec.replace(2, item);
            return Ok(());
        }
    }
    if let (Some(dict), Item::Obj(id), Item::Obj(name)) =
        (live.cast_exact::<Dict>(), rec.item(container, true), rec.item(key, true))
        && dict.has_only_string_keys()
        && rec.live_object(key)?.is_exactly(&PyUnicode_Type)
    {
        rec.guard_class(id, &PyDict_Type);
        rec.guard_class(name, &PyUnicode_Type);
        let (dict, name) = (rec.obj(id).val, rec.obj(name).val);
        let plain = rec.call(Helper::all_strings, &[dict]);
        rec.guard(Op::guard_true, &[plain]);
        let result = rec.call(Helper::dict_get_str, &[dict, name]);
        rec.finish(at.unit, 2, result);
        return Ok(());
    }
    if method::subscript(rec, at)? {
        return Ok(());
    }
    let by_key = live.is_exactly(&PyDict_Type) && is_quiet_key(rec.live_object(key)?);
    let val = if by_key {
        native::one_of(rec, container, &[&PyDict_Type])?
    } else if is_index(rec.live_object(key)?) {
        native::sequence(rec, container)?
    } else {
        None
    };
    if let Some(val) = val {
        let key = rec.pointer(key);
        let result = rec.call(Helper::item_quietly, &[val, key]);
        native::sure(rec, result);
        rec.finish(at.unit, 2, result);
        return Ok(());
    }
    let args = [rec.pointer(container), rec.pointer(key)];
    let result = rec.loud(at.unit, Helper::get_item, &args)?;
    rec.finish(at.unit, 2, result);
    Ok(())
}

pub fn store_subscr(rec: &mut Recorder, at: Site) -> Recorded {
    let (value, container, key) = (rec.at(3), rec.at(2), rec.at(1));
    let live = rec.live_object(container)?;
    if let (Some(list), Item::Obj(id)) = (live.cast_exact::<List>(), rec.item(container, true))
        && let Some((items, index)) = list_place(rec, id, key, list)?
    {
        let old = rec.load_indexed(Op::ldx_p, items, index, 0, layout::ITEMS);
        // SAFETY: the list has the item.
        let now = unsafe { *list.raw_items().add(live_index(rec, key, list.len())) };
        let ends = rec.overwritten(old, now);
        rec.protect_from(&ends);
        if rec.overwrite(old, now, value) {
            rec.shrink(3);
            return Ok(());
        }
        let new = rec.give(value);
        let mem = Mem { offset: 0, scale: 8, alias: layout::ITEMS };
        rec.trace.access(Op::stx_64, &[items, index, new], mem);
        let gone = rec.take(3);
        rec.drop_reference(&ends);
        gone.into_iter().for_each(|item| rec.settle(item));
        return Ok(());
    }
    if is_quiet_key(rec.live_object(key)?)
        && let Some(dict) = native::one_of(rec, container, &[&PyDict_Type])?
    {
        let (key, value) = (rec.pointer(key), rec.pointer(value));
        rec.protect();
        let done = rec.call(Helper::set_item_quietly, &[dict, key, value]);
        native::sure_of_answer(rec, done);
        rec.shrink(3);
        rec.guard_done(at.unit, Op::guard_ge, &[done, Arg::from(0)]);
        rec.check_dead = true;
        return Ok(());
    }
    let args = [rec.pointer(container), rec.pointer(key), rec.pointer(value)];
    let done = rec.loud(at.unit, Helper::set_item, &args)?;
    rec.shrink(3);
    rec.guard_done(at.unit, Op::guard_ge, &[done, Arg::from(0)]);
    Ok(())
}

/// Whether the object is an int or a slice.
fn is_index(key: &Object) -> bool {
    key.is_exactly(&PyLong_Type) || key.cast_exact::<Slice>().is_some()
}

pub fn delete_subscr(rec: &mut Recorder, at: Site) -> Recorded {
    let (container, key) = (rec.at(2), rec.at(1));
    if is_quiet_key(rec.live_object(key)?)
        && let Some(dict) = native::one_of(rec, container, &[&PyDict_Type])?
    {
        let key = rec.pointer(key);
        rec.protect();
        let done = rec.call(Helper::del_item_quietly, &[dict, key]);
        native::sure_of_answer(rec, done);
        rec.shrink(2);
        rec.guard_done(at.unit, Op::guard_ge, &[done, Arg::from(0)]);
        rec.check_dead = true;
        return Ok(());
    }
    super::interpret(rec, at)
}

pub fn store_slice(rec: &mut Recorder, at: Site) -> Recorded {
    let (value, list, start, stop) = (rec.at(4), rec.at(3), rec.at(2), rec.at(1));
    if native::are_indices(rec, &[start, stop])?
        && let Some(val) = native::one_of(rec, list, &[&PyList_Type])?
        && let Some(new) = native::one_of(rec, value, &[&PyList_Type])?
    {
        let (start, stop) = (rec.pointer(start), rec.pointer(stop));
        rec.protect();
        let done = rec.call(Helper::assign_part_quietly, &[val, start, stop, new]);
        native::sure_of_answer(rec, done);
        rec.shrink(4);
        rec.guard_done(at.unit, Op::guard_ge, &[done, Arg::from(0)]);
        return Ok(());
    }
    super::interpret(rec, at)
}

pub fn binary_slice(rec: &mut Recorder, at: Site) -> Recorded {
    let (sequence, start, stop) = (rec.at(3), rec.at(2), rec.at(1));
    if native::are_indices(rec, &[start, stop])?
        && let Some(val) = native::sequence(rec, sequence)?
    {
        let args = [val, rec.pointer(start), rec.pointer(stop)];
        let result = rec.call(Helper::part_quietly, &args);
        native::sure(rec, result);
        rec.finish(at.unit, 3, result);
        return Ok(());
    }
    let args = [3, 2, 1].map(|depth| {
        let index = rec.at(depth);
        rec.pointer(index)
    });
    if args.contains(&Arg::Const(Const::P(0))) {
        return Err(Abort::Operands);
    }
    let result = rec.loud(at.unit, Helper::slice, &args)?;
    rec.finish(at.unit, 3, result);
    Ok(())
}
