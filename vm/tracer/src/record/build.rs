//! Building tuples, lists, dictionaries and strings.

use super::{Site, arith, native};
use crate::helpers::Helper;
use crate::items::Item;
use crate::recorder::{Recorded, Recorder, pointer_const};
use crate::virtuals::WIDEST;
use ir::ops::Op;
use ir::trace::{Arg, Const};
use jit::abort::Abort;
use objects::quiet::is_quiet_key;
use objects::types::dict::methods::PyDict_Type;
use objects::types::list::methods::PyList_Type;
use objects::types::none::none;
use objects::types::set::methods::PySet_Type;
use objects::types::str::PyUnicode_Type;

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

pub fn build_slice(rec: &mut Recorder, at: Site) -> Recorded {
    let mut args = Vec::new();
    for depth in (1..=at.arg).rev() {
        let index = rec.at(depth);
        args.push(rec.pointer(index));
    }
    args.resize(3, pointer_const(none()));
    let result = rec.call(Helper::new_slice, &args);
    rec.finish(at.unit, at.arg, result);
    Ok(())
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

/// Joins strings, as f-strings do.
pub fn build_string(rec: &mut Recorder, at: Site) -> Recorded {
    let slots: Vec<usize> = (1..=at.arg).rev().map(|depth| rec.at(depth)).collect();
    if at.arg > MOST {
        return super::interpret(rec, at);
    }
    let mut args = vec![Arg::from(at.arg as i64)];
    for slot in slots {
        let Some(text) = native::one_of(rec, slot, &[&PyUnicode_Type])? else {
            return super::interpret(rec, at);
        };
        args.push(text);
    }
    args.resize(1 + MOST, Arg::Const(Const::P(0)));
    let result = rec.call(Helper::join_strings, &args);
    let item = rec.finish(at.unit, at.arg, result);
    is_string(rec, item);
    Ok(())
}

fn is_string(rec: &mut Recorder, item: Item) {
    if let Item::Obj(id) = item {
        rec.obj(id).class = Some(&raw const PyUnicode_Type);
    }
}

pub fn format_simple(rec: &mut Recorder, at: Site) -> Recorded {
    let value = rec.at(1);
    if native::one_of(rec, value, &[&PyUnicode_Type])?.is_some() {
        return Ok(());
    }
    format(rec, at, value, Arg::Const(Const::P(0)), 1)
}

pub fn format_with_spec(rec: &mut Recorder, at: Site) -> Recorded {
    let (value, spec) = (rec.at(2), rec.at(1));
    match native::one_of(rec, spec, &[&PyUnicode_Type])? {
        Some(spec) => format(rec, at, value, spec, 2),
        None => super::interpret(rec, at),
    }
}

/// The text of a number or string.
fn format(rec: &mut Recorder, at: Site, value: usize, spec: Arg, count: usize) -> Recorded {
    if !arith::is_plain(rec, value)? {
        return super::interpret(rec, at);
    }
    let value = rec.pointer(value);
    let result = rec.call(Helper::format_plain, &[value, spec]);
    let item = rec.finish(at.unit, count, result);
    is_string(rec, item);
    Ok(())
}

/// An empty dictionary; others are the interpreter's.
pub fn build_map(rec: &mut Recorder, at: Site) -> Recorded {
    if at.arg > 0 {
        return super::interpret(rec, at);
    }
    let made = rec.call(Helper::new_dict, &[]);
    let item = rec.finish(at.unit, 0, made);
    if let Item::Obj(id) = item {
        rec.obj(id).class = Some(&raw const PyDict_Type);
    }
    Ok(())
}

/// The dictionary is `arg` items below the key and the value; a comprehension's.
pub fn map_add(rec: &mut Recorder, at: Site) -> Recorded {
    let (dict, key, value) = (rec.at(at.arg + 2), rec.at(2), rec.at(1));
    if !is_quiet_key(rec.live_object(key)?) {
        return super::interpret(rec, at);
    }
    let Some(dict) = native::one_of(rec, dict, &[&PyDict_Type])? else { return super::interpret(rec, at) };
    let (key, value) = (rec.pointer(key), rec.pointer(value));
    rec.protect();
    let done = rec.call(Helper::set_item_quietly, &[dict, key, value]);
    native::sure_of_answer(rec, done);
    rec.shrink(2);
    rec.guard_done(at.unit, Op::guard_ge, &[done, Arg::from(0)]);
    rec.check_dead = true;
    Ok(())
}

/// The set is `arg` items below the item; a comprehension's.
pub fn set_add(rec: &mut Recorder, at: Site) -> Recorded {
    let (set, item) = (rec.at(at.arg + 1), rec.at(1));
    if !is_quiet_key(rec.live_object(item)?) {
        return super::interpret(rec, at);
    }
    let Some(set) = native::one_of(rec, set, &[&PySet_Type])? else { return super::interpret(rec, at) };
    let item = rec.pointer(item);
    rec.protect();
    let done = rec.call(Helper::set_add, &[set, item]);
    native::sure(rec, done);
    rec.shrink(1);
    rec.guard_done(at.unit, Op::guard_ne, &[done, Arg::Const(Const::P(0))]);
    Ok(())
}
