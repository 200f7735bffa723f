//! Arithmetic: ints of a word and floats without their objects, all else by the runtime.

use super::{Site, method};
use crate::helpers::{Helper, int_value_of};
use crate::items::{Item, Life, Slot};
use crate::recorder::{Recorded, Recorder};
use bytecode::opcodes::{DEOPT, op};
use ir::ops::Op;
use ir::trace::{Arg, Const};
use objects::Object;
use objects::types::float::{Float, PyFloat_Type};
use objects::types::int::PyLong_Type;
use objects::types::str::PyUnicode_Type;

/// `BINARY_OP`'s operators; the in-place ones are as many numbers higher as there are.
mod operator {
    pub const ADD: usize = 0;
    pub const AND: usize = 1;
    pub const FLOOR_DIVIDE: usize = 2;
    pub const LSHIFT: usize = 3;
    pub const MULTIPLY: usize = 5;
    pub const REMAINDER: usize = 6;
    pub const OR: usize = 7;
    pub const POWER: usize = 8;
    pub const RSHIFT: usize = 9;
    pub const SUBTRACT: usize = 10;
    pub const TRUE_DIVIDE: usize = 11;
    pub const XOR: usize = 12;
    pub const COUNT: usize = 13;
}

/// Every int up to this is a double.
pub const EXACT: i64 = 1 << 53;

/// An operand that is a number without its object.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    Int(Arg, i64),
    Float(Arg, f64),
}

/// The number in a slot, with what it is now.
pub fn number(rec: &mut Recorder, index: usize) -> Recorded<Option<Number>> {
    let live = rec.live_object(index)?;
    if let Some(now) = int_value_of(live) {
        return Ok(rec.int(index).map(|value| Number::Int(value, now)));
    }
    if let Some(now) = live.cast_exact::<Float>() {
        return Ok(rec.float(index).map(|value| Number::Float(value, now.value())));
    }
    Ok(None)
}

/// The operand as a double; an int of any size is rounded as Python rounds it.
pub fn double(rec: &mut Recorder, number: Number) -> (Arg, f64) {
    match number {
        Number::Int(value, now) => (rec.op(Op::i2f, &[value]), now as f64),
        Number::Float(value, now) => (value, now),
    }
}

/// Guards that the double for an int is that int; whether it is now.
pub fn guard_exact(rec: &mut Recorder, number: Number) -> bool {
    let Number::Int(value, now) = number else { return true };
    if now.unsigned_abs() > EXACT as u64 {
        return false;
    }
    let shifted = rec.op(Op::add, &[value, Arg::from(EXACT)]);
    rec.guard(Op::guard_ule, &[shifted, Arg::from(2 * EXACT)]);
    true
}

pub fn binary_op(rec: &mut Recorder, at: Site) -> Recorded {
    let (left, right) = (rec.at(2), rec.at(1));
    let operator = at.arg % operator::COUNT;
    if let (Some(a), Some(b)) = (number(rec, left)?, number(rec, right)?) {
        let result = match (a, b) {
            (Number::Int(a, live_a), Number::Int(b, live_b)) => ints(rec, operator, (a, live_a), (b, live_b)),
            _ => floats(rec, operator, a, b),
        };
        if let Some(result) = result {
            rec.replace(2, result);
            return Ok(());
        }
    }
    by_runtime(rec, at, left, right)
}

/// Whether an operation on two such objects runs no code of a program.
pub fn is_plain(rec: &mut Recorder, index: usize) -> Recorded<bool> {
    let live = rec.live_object(index)?;
    for class in [&PyLong_Type, &PyFloat_Type, &PyUnicode_Type] {
        if live.is_exactly(class) {
            if let Item::Obj(id) = rec.item(index, true) {
                rec.guard_class(id, class);
            }
            return Ok(true);
        }
    }
    Ok(false)
}

/// The fast local in which the left operand of `+` is, if both are strings, the next instruction binds the result there, and nothing
/// else of the trace refers to the operand: nobody needs the old string once the new one is made.
fn grown_local(rec: &mut Recorder, at: Site, left: usize, right: usize) -> Recorded<Option<usize>> {
    let both = rec.live_object(left)?.is_exactly(&PyUnicode_Type)
        && rec.live_object(right)?.is_exactly(&PyUnicode_Type);
    if !both || at.arg % operator::COUNT != operator::ADD {
        return Ok(None);
    }
    let Item::Obj(id) = rec.item(left, true) else { return Ok(None) };
    let code = rec.top().code;
    // SAFETY: the running frame's code.
    let Some(next) = (unsafe { (*code).units() }).get(at.next as usize).map(|unit| unit.get()) else {
        return Ok(None);
    };
    let local = usize::from(next >> 8);
    let stores = DEOPT[usize::from(next as u8)] == op::STORE_FAST && rec.prefix.is_none();
    let slot = rec.top().slots.get(local).copied();
    let holds = slot.is_some_and(|slot| !slot.home && slot.item == Item::Obj(id));
    let obj = *rec.obj(id);
    let is_only = obj.life == Life::Counted && obj.owned == 1 && rec.uses(id) == 2;
    Ok(Some(local).filter(|_| stores && holds && is_only))
}

fn by_runtime(rec: &mut Recorder, at: Site, left: usize, right: usize) -> Recorded {
    if method::binary(rec, at)? {
        return Ok(());
    }
    if let Some(local) = grown_local(rec, at, left, right)? {
        is_plain(rec, left)?;
        is_plain(rec, right)?;
        let args = [rec.pointer(left), rec.pointer(right)];
        // Until the next instruction the local is without a value, as in the interpreter.
        rec.top().slots[local] = Slot::held(Item::Null);
        if let Item::Obj(id) = rec.item(left, true) {
            rec.obj(id).owned = 0;
        }
        let result = rec.call(Helper::append_str, &args);
        rec.finish(at.unit, 2, result);
        return Ok(());
    }
    // `str % x` formats any object, but then both are plain.
    let plain = is_plain(rec, left)? && is_plain(rec, right)?;
    let args = [rec.pointer(left), rec.pointer(right), Arg::from(at.arg as i64)];
    let result = if plain {
        rec.call(Helper::operate_plain, &args)
    } else {
        rec.loud(at.unit, Helper::operate, &args)?
    };
    rec.finish(at.unit, 2, result);
    Ok(())
}

fn ints(rec: &mut Recorder, operator: usize, a: (Arg, i64), b: (Arg, i64)) -> Option<Item> {
    let ((a, live_a), (b, live_b)) = (a, b);
    let overflowing = |op, fits: Option<i64>| fits.map(|_| op);
    let value = match operator {
        operator::ADD => {
            let op = overflowing(Op::addov, live_a.checked_add(live_b))?;
            rec.guard(op, &[a, b])
        }
        operator::SUBTRACT => {
            let op = overflowing(Op::subov, live_a.checked_sub(live_b))?;
            rec.guard(op, &[a, b])
        }
        operator::MULTIPLY => {
            let op = overflowing(Op::mulov, live_a.checked_mul(live_b))?;
            rec.guard(op, &[a, b])
        }
        operator::AND => rec.op(Op::and, &[a, b]),
        operator::OR => rec.op(Op::or, &[a, b]),
        operator::XOR => rec.op(Op::xor, &[a, b]),
        operator::FLOOR_DIVIDE | operator::REMAINDER => {
            if live_b <= 0 {
                return None;
            }
            rec.guard(Op::guard_gt, &[b, Arg::from(0)]);
            // Towards zero, then down where the remainder is negative.
            let rest = rec.op(Op::srem, &[a, b]);
            let sign = rec.op(Op::sar, &[rest, Arg::from(63)]);
            if operator == operator::REMAINDER {
                let more = rec.op(Op::and, &[sign, b]);
                rec.op(Op::add, &[rest, more])
            } else {
                let quotient = rec.op(Op::sdiv, &[a, b]);
                rec.op(Op::add, &[quotient, sign])
            }
        }
        operator::LSHIFT => {
            let fits = (0..63).contains(&live_b) && (live_a << live_b) >> live_b == live_a;
            if !fits {
                return None;
            }
            rec.guard(Op::guard_ult, &[b, Arg::from(63)]);
            let shifted = rec.op(Op::shl, &[a, b]);
            let back = rec.op(Op::sar, &[shifted, b]);
            rec.guard(Op::guard_eq, &[back, a]);
            shifted
        }
        operator::RSHIFT => {
            if !(0..64).contains(&live_b) {
                return None;
            }
            rec.guard(Op::guard_ult, &[b, Arg::from(64)]);
            rec.op(Op::sar, &[a, b])
        }
        operator::TRUE_DIVIDE => {
            let (a, b) = (Number::Int(a, live_a), Number::Int(b, live_b));
            // The quotient of two doubles is rounded once, as Python's is.
            if live_b == 0 || !guard_exact(rec, a) || !guard_exact(rec, b) {
                return None;
            }
            return floats(rec, operator, a, b);
        }
        _ => return None,
    };
    Some(Item::Int(value))
}

fn floats(rec: &mut Recorder, operator: usize, a: Number, b: Number) -> Option<Item> {
    let op = match operator {
        operator::POWER => return power(rec, a, b),
        operator::ADD => Op::fadd,
        operator::SUBTRACT => Op::fsub,
        operator::MULTIPLY => Op::fmul,
        operator::TRUE_DIVIDE => Op::fdiv,
        _ => return None,
    };
    let ((a, _), (b, live_b)) = (double(rec, a), double(rec, b));
    if op == Op::fdiv {
        if live_b == 0.0 {
            return None;
        }
        rec.guard(Op::guard_fne, &[b, Arg::from(0.0)]);
    }
    Some(Item::Float(rec.op(op, &[a, b])))
}

/// A power that is a finite float: of a positive base, or of any with a constant exponent that is a positive whole number.
fn power(rec: &mut Recorder, base: Number, exponent: Number) -> Option<Item> {
    let constant = match exponent {
        Number::Int(value, _) | Number::Float(value, _) => value.konst().is_some(),
    };
    let ((x, live_x), (mut y, live_y)) = (double(rec, base), double(rec, exponent));
    let whole = constant && live_y > 0.0 && live_y.fract() == 0.0;
    if !whole && live_x <= 0.0 || !live_x.powf(live_y).is_finite() {
        return None;
    }
    if constant {
        y = Arg::from(live_y);
    }
    if !whole {
        rec.guard(Op::guard_flt, &[Arg::from(0.0), x]);
    }
    let result = rec.call(Helper::float_power, &[x, y]);
    let size = rec.op(Op::fabs, &[result]);
    rec.guard(Op::guard_flt, &[size, Arg::from(f64::INFINITY)]);
    Some(Item::Float(result))
}

pub fn unary_negative(rec: &mut Recorder, at: Site) -> Recorded {
    let index = rec.at(1);
    match number(rec, index)? {
        Some(Number::Int(value, now)) if now != i64::MIN => {
            let value = rec.guard(Op::subov, &[Arg::from(0), value]);
            rec.replace(1, Item::Int(value));
        }
        Some(Number::Float(value, _)) => {
            let value = rec.op(Op::fneg, &[value]);
            rec.replace(1, Item::Float(value));
        }
        _ => return unary(rec, at, index, 0),
    }
    Ok(())
}

pub fn unary_invert(rec: &mut Recorder, at: Site) -> Recorded {
    let index = rec.at(1);
    match number(rec, index)? {
        Some(Number::Int(value, _)) => {
            let value = rec.op(Op::not, &[value]);
            rec.replace(1, Item::Int(value));
            Ok(())
        }
        _ => unary(rec, at, index, 1),
    }
}

fn unary(rec: &mut Recorder, at: Site, index: usize, operator: i64) -> Recorded {
    let value = rec.pointer(index);
    let result = rec.loud(at.unit, Helper::unary, &[value, Arg::from(operator)])?;
    rec.finish(at.unit, 1, result);
    Ok(())
}

/// The item of a slot as the constant object, if it is known for good which that is.
pub fn known(rec: &mut Recorder, index: usize) -> Option<&'static Object> {
    match rec.item(index, true) {
        Item::Obj(id) => match rec.obj(id).val {
            // SAFETY: a constant pointer of a recording is a live object that the recording keeps.
            Arg::Const(Const::P(bits)) => unsafe { (bits as *const Object).as_ref() },
            _ => None,
        },
        _ => None,
    }
}
