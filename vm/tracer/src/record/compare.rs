//! Comparison, identity, containment, truth.

use super::arith::{self, Number, number};
use super::{Site, method, native};
use crate::helpers::Helper;
use crate::items::{Item, Life, Obj};
use crate::layout;
use crate::quiet::SEARCHED;
use crate::recorder::{Recorded, Recorder, pointer_const};
use ir::ops::Op;
use ir::trace::{Alias, Arg};
use jit::abort::Abort;
use objects::TypeObject;
use objects::types::bool::{PyBool_Type, from_bool};
use objects::types::dict::methods::PyDict_Type;
use objects::types::float::PyFloat_Type;
use objects::types::int::PyLong_Type;
use objects::types::list::methods::PyList_Type;
use objects::types::none::none;
use objects::types::str::PyUnicode_Type;
use objects::types::tuple::methods::PyTuple_Type;

/// `COMPARE_OP`'s operators, from bit 5 of the argument on; bit 4 asks for a bool.
mod operator {
    pub const LT: usize = 0;
    pub const LE: usize = 1;
    pub const EQ: usize = 2;
    pub const NE: usize = 3;
    pub const GT: usize = 4;
}

pub fn compare_op(rec: &mut Recorder, at: Site) -> Recorded {
    let (left, right) = (rec.at(2), rec.at(1));
    let operator = at.arg >> 5;
    if let (Some(a), Some(b)) = (number(rec, left)?, number(rec, right)?)
        && let Some(value) = numbers(rec, operator, a, b)
    {
        rec.replace(2, Item::Bool(value));
        return Ok(());
    }
    if method::compare(rec, at)? {
        return Ok(());
    }
    let both_str =
        [left, right].map(|index| rec.live_object(index).map(|live| live.is_exactly(&PyUnicode_Type)));
    let [left_is_str, right_is_str] = both_str;
    let plain = arith::is_plain(rec, left)? && arith::is_plain(rec, right)?;
    let (a, b) = (rec.pointer(left), rec.pointer(right));
    if left_is_str? && right_is_str? && matches!(operator, operator::EQ | operator::NE) {
        let equal = rec.call(Helper::str_equal, &[a, b]);
        let value = if operator == operator::EQ { equal } else { rec.op(Op::xor, &[equal, Arg::from(1)]) };
        rec.replace(2, Item::Bool(value));
        return Ok(());
    }
    let args = [a, b, Arg::from(at.arg as i64)];
    let result = if plain {
        rec.call(Helper::compare_plain, &args)
    } else {
        rec.loud(at.unit, Helper::compare, &args)?
    };
    rec.finish(at.unit, 2, result);
    Ok(())
}

fn numbers(rec: &mut Recorder, operator: usize, a: Number, b: Number) -> Option<Arg> {
    let swapped = operator >= operator::GT;
    if let (Number::Int(a, _), Number::Int(b, _)) = (a, b) {
        let op = [Op::lt, Op::le, Op::eq, Op::ne, Op::lt, Op::le][operator];
        return Some(rec.op(op, &if swapped { [b, a] } else { [a, b] }));
    }
    if !arith::guard_exact(rec, a) || !arith::guard_exact(rec, b) {
        return None;
    }
    let op = [Op::flt, Op::fle, Op::feq, Op::fne, Op::flt, Op::fle][operator];
    let ((a, _), (b, _)) = (arith::double(rec, a), arith::double(rec, b));
    Some(rec.op(op, &if swapped { [b, a] } else { [a, b] }))
}

const _: () = assert!(operator::LT == 0 && operator::LE == 1 && operator::NE == 3);

pub fn is_op(rec: &mut Recorder, at: Site) -> Recorded {
    let (left, right) = (rec.at(2), rec.at(1));
    let items = [rec.held(left, true), rec.held(right, true)];
    let unboxed = |item: Item| matches!(item, Item::Int(_) | Item::Float(_) | Item::Bool(_));
    let number = |item: Item| matches!(item, Item::Int(_) | Item::Float(_));
    // An object that is no number's, nor True or False.
    let other = |rec: &mut Recorder, index| {
        arith::known(rec, index).is_some_and(|object| {
            ![&PyLong_Type, &PyFloat_Type, &PyBool_Type].into_iter().any(|class| object.is_exactly(class))
        })
    };
    let truth = |rec: &mut Recorder, index| {
        arith::known(rec, index).is_some_and(|object| object.is_exactly(&PyBool_Type))
    };
    let same = if items.iter().any(|item| matches!(item, Item::Virtual(_))) {
        // Nobody else has it.
        Arg::from(i64::from(items[0] == items[1]))
    } else if unboxed(items[0]) && other(rec, right) || unboxed(items[1]) && other(rec, left) {
        Arg::from(0)
    } else if number(items[0]) || number(items[1]) {
        // Which object it would be nobody knows, but it is not one of these.
        if !(truth(rec, left) || truth(rec, right)) {
            return Err(Abort::Operands);
        }
        Arg::from(0)
    } else {
        let pointers = [rec.pointer(left), rec.pointer(right)];
        rec.op(Op::eq, &pointers)
    };
    let value = if at.arg & 1 != 0 { rec.op(Op::xor, &[same, Arg::from(1)]) } else { same };
    rec.replace(2, Item::Bool(value));
    Ok(())
}

pub fn contains_op(rec: &mut Recorder, at: Site) -> Recorded {
    let (key, container) = (rec.at(2), rec.at(1));
    let (live_key, live) = (rec.live_object(key)?, rec.live_object(container)?);
    if crate::quiet::has(live_key, live) < native::SURE
        && let Some(val) = native::one_of(rec, container, &SEARCHED)?
    {
        let key = rec.pointer(key);
        let found = rec.call(Helper::has_quietly, &[key, val]);
        rec.guard(Op::guard_ule, &[found, Arg::from(1)]);
        let value = if at.arg & 1 != 0 { rec.op(Op::xor, &[found, Arg::from(1)]) } else { found };
        rec.replace(2, Item::Bool(value));
        return Ok(());
    }
    let args = [2, 1].map(|depth| {
        let index = rec.at(depth);
        rec.pointer(index)
    });
    let result = rec.loud(at.unit, Helper::contains, &[args[0], args[1], Arg::from(at.arg as i64)])?;
    let item = rec.finish(at.unit, 2, result);
    // The answer is always one of the two.
    if let Item::Obj(id) = item {
        rec.obj(id).class = Some(&raw const PyBool_Type);
    }
    Ok(())
}

pub fn unary_not(rec: &mut Recorder, _at: Site) -> Recorded {
    let index = rec.at(1);
    let value = truth_of_bool(rec, index)?;
    let value = rec.op(Op::xor, &[value, Arg::from(1)]);
    rec.replace(1, Item::Bool(value));
    Ok(())
}

/// The truth of a slot that holds True or False.
pub fn truth_of_bool(rec: &mut Recorder, index: usize) -> Recorded<Arg> {
    match rec.item(index, true) {
        Item::Bool(value) => Ok(value),
        Item::Obj(id) if rec.live_object(index)?.is_exactly(&PyBool_Type) => {
            rec.guard_class(id, &PyBool_Type);
            let val = rec.obj(id).val;
            Ok(rec.op(Op::eq, &[val, pointer_const(from_bool(true))]))
        }
        _ => Err(Abort::Operands),
    }
}

pub fn to_bool(rec: &mut Recorder, at: Site) -> Recorded {
    let index = rec.at(1);
    let live = rec.live_object(index)?;
    let value = if live.is_exactly(&PyBool_Type) {
        truth_of_bool(rec, index)?
    } else if let Some(number) = number(rec, index)? {
        match number {
            Number::Int(value, _) => rec.op(Op::ne, &[value, Arg::from(0)]),
            Number::Float(value, _) => rec.op(Op::fne, &[value, Arg::from(0.0)]),
        }
    } else if let Some(count) = rec.items_of(index).map(|items| items.len()) {
        Arg::from(i64::from(count != 0))
    } else if matches!(rec.held(index, true), Item::Virtual(_))
        && interp::adapt::compare::always_true(live.class())
        && method::guard_kind(rec, index)?
    {
        Arg::from(1)
    } else {
        let Item::Obj(id) = rec.item(index, true) else { return Err(Abort::Operands) };
        let val = rec.obj(id).val;
        let built_in: Option<&'static TypeObject> =
            [&PyList_Type, &PyTuple_Type, &PyDict_Type, &PyUnicode_Type]
                .into_iter()
                .find(|class| live.is_exactly(class));
        if live.is(none()) {
            rec.guard_is(id, none());
            Arg::from(0)
        } else if let Some(class) = built_in {
            rec.guard_class(id, class);
            if live.is_exactly(&PyList_Type) || live.is_exactly(&PyTuple_Type) {
                let alias = if live.is_exactly(&PyList_Type) { layout::LIST } else { Alias::CONSTANT };
                let size = rec.load(Op::ld_i64, val, layout::SIZE, alias);
                rec.op(Op::ne, &[size, Arg::from(0)])
            } else {
                rec.call(Helper::truth_plain, &[val])
            }
        } else if interp::adapt::compare::always_true(live.class()) && live.class().assign_version_tag() {
            super::attr::guard_version(rec, id, live.class());
            Arg::from(1)
        } else {
            let value = rec.loud(at.unit, Helper::truth, &[val])?;
            rec.shrink(1);
            rec.guard_done(at.unit, Op::guard_ge, &[value, Arg::from(0)]);
            rec.push(Item::Bool(value));
            return Ok(());
        }
    };
    rec.replace(1, Item::Bool(value));
    Ok(())
}

/// An item for an object that the heap lends.
pub fn borrowed(rec: &mut Recorder, val: Arg) -> Item {
    rec.add(Obj::new(val, 0, Life::Borrowed))
}
