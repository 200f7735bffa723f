//! Globals and builtins.

use super::Site;
use super::compare::borrowed;
use crate::items::Item;
use crate::layout;
use crate::recorder::{Recorded, Recorder, pointer_const};
use core::ptr;
use ir::ops::Op;
use ir::trace::{Arg, Const};
use jit::abort::Abort;
use objects::types::cfunction::PyCFunction_Type;
use objects::types::dict::Dict;
use objects::types::function::PyFunction_Type;
use objects::types::module::PyModule_Type;
use objects::types::str::Str;
use objects::types::r#type::PyType_Type;
use objects::{Instance, Object};

/// Guards that the dictionary's keys are the ones it has now, so that values are where they are; whether they can be told apart.
fn guard_keys(rec: &mut Recorder, dict: &Dict) -> bool {
    let version = dict.keys_version();
    if version == 0 {
        return false;
    }
    let base = rec.keep(dict.as_object());
    let table = rec.load(Op::ld_i64, base, Dict::TABLE_OFFSET as i32, layout::KEYS);
    rec.guard(Op::guard_eq, &[table, Arg::from(dict.table() as i64)]);
    let found = rec.load(Op::ld_u32, Arg::from(dict.version_address() as i64), 0, layout::KEYS);
    rec.guard(Op::guard_eq, &[found, Arg::from(i64::from(version))]);
    true
}

/// Whether a namespace's value is taken for a constant: what hardly ever changes and decides what is done.
fn is_fixed(value: &Object) -> bool {
    [&PyFunction_Type, &PyCFunction_Type, &PyType_Type, &PyModule_Type]
        .into_iter()
        .any(|class| value.is_exactly(class))
}

/// The value of a name in a namespace, if the name is there.
pub fn value_in(rec: &mut Recorder, dict: &Dict, name: &Str) -> Option<Item> {
    let place = dict.place_of(name)?;
    if !guard_keys(rec, dict) {
        return None;
    }
    let address = dict.value_address(place);
    // SAFETY: the address of a value in the dictionary's table.
    let live = unsafe { (*address).as_ref() }?;
    let value = rec.load(Op::ld_p, Arg::from(address as i64), 0, layout::GLOBALS);
    if is_fixed(live) {
        let constant = if live.is_immortal() { pointer_const(live) } else { rec.keep(live) };
        rec.guard(Op::guard_eq, &[value, constant]);
        return Some(rec.constant(live));
    }
    rec.guard(Op::guard_ne, &[value, Arg::Const(Const::P(0))]);
    Some(borrowed(rec, value))
}

pub fn load_global(rec: &mut Recorder, at: Site) -> Recorded {
    let item = global(rec, at.arg >> 1)?;
    rec.push(item);
    if at.arg & 1 != 0 {
        rec.push(Item::Null);
    }
    Ok(())
}

/// The value of a name among the globals or the builtins.
fn global(rec: &mut Recorder, name: usize) -> Recorded<Item> {
    let top = rec.top();
    // SAFETY: the running frame; the argument is the index of a name.
    let (name, frame) = unsafe { ((*top.code).name_at(name), &*top.live) };
    let globals = frame.globals();
    match value_in(rec, globals, name) {
        Some(item) => Ok(item),
        None if globals.place_of(name).is_some() || !guard_keys(rec, globals) => Err(Abort::Operands),
        None => {
            let builtins = frame.builtins().cast_exact::<Dict>().ok_or(Abort::Operands)?;
            value_in(rec, builtins, name).ok_or(Abort::Operands)
        }
    }
}

/// Whether the frame's namespace is its globals, which is guarded: a module's code.
fn is_module(rec: &mut Recorder) -> bool {
    let top = rec.top();
    // SAFETY: the running frame.
    let frame = unsafe { &*top.live };
    let (Some(memory), Some(locals)) = (top.memory, frame.locals()) else { return false };
    if !locals.is(frame.globals().as_object()) {
        return false;
    }
    let found = rec.load(Op::ld_i64, memory, layout::FRAME_LOCALS, layout::FRAME);
    rec.guard(Op::guard_eq, &[found, Arg::from(ptr::from_ref(locals) as i64)]);
    true
}

pub fn load_name(rec: &mut Recorder, at: Site) -> Recorded {
    if !is_module(rec) {
        return super::interpret(rec, at);
    }
    let item = global(rec, at.arg)?;
    rec.push(item);
    Ok(())
}

pub fn store_name(rec: &mut Recorder, at: Site) -> Recorded {
    if is_module(rec) { store_global(rec, at) } else { super::interpret(rec, at) }
}

pub fn store_global(rec: &mut Recorder, at: Site) -> Recorded {
    let top = rec.top();
    // SAFETY: the running frame; the argument is the index of a name.
    let (name, dict) = unsafe { ((*top.code).name_at(at.arg), (*top.live).globals()) };
    let place = dict.place_of(name).filter(|_| !dict.is_watched());
    let Some(place) = place.filter(|_| dict.keys_version() != 0) else { return super::interpret(rec, at) };
    guard_keys(rec, dict);
    let base = pointer_const(dict.as_object());
    let watchers = rec.load(Op::ld_u8, base, Dict::WATCHERS_OFFSET as i32, layout::KEYS);
    rec.guard(Op::guard_eq, &[watchers, Arg::from(0)]);
    let address = dict.value_address(place);
    let old = rec.load(Op::ld_p, Arg::from(address as i64), 0, layout::GLOBALS);
    rec.guard(Op::guard_ne, &[old, Arg::Const(Const::P(0))]);
    // SAFETY: the address of a value in the dictionary's table.
    let now = unsafe { *address };
    let ends = rec.overwritten(old, now);
    rec.protect_from(&ends);
    let value = rec.at(1);
    if rec.overwrite(old, now, value) {
        rec.shrink(1);
        return Ok(());
    }
    let new = rec.give(value);
    rec.store(Arg::from(address as i64), 0, new, layout::GLOBALS);
    let gone = rec.take(1);
    rec.drop_reference(&ends);
    gone.into_iter().for_each(|item| rec.settle(item));
    Ok(())
}
