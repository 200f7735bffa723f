//! Unary and binary operators, subscripts and slices.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use crate::eval::ops;
use objects::protocol::number::{self, Binary};
use objects::protocol::{mapping, object};
use objects::types::bool::{from_bool, new_bool};
use objects::types::float::Float;
use objects::types::int::Int;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::slice::{Bounds, Slice};
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result};

/// The instructions that specialise, for operands of any kind.
pub mod generic {
    use super::*;

    ops! { (sp, frame, ts, arg)
        BINARY_OP {
            let right = sp.pop();
            let left = sp.pop();
            let quick = arithmetic(&left, &right, arg);
            match quick {
                Some(value) => sp.push(value),
                None => sp.push(operate(arg, &left, &right)?),
            }
        }

    BINARY_SUBSCR {
        let key = sp.pop();
        let container = sp.pop();
        sp.push(mapping::get_item(&container, &key)?);
    }

    STORE_SUBSCR {
        let key = sp.pop();
        let container = sp.pop();
        let value = sp.pop();
        mapping::set_item(&container, &key, Some(&value))?;
    }
    }
}

/// The result for two ints of at most two digits, or for floats, also with such an int; `None` when the operands are others, the
/// operator is not for them, or it would raise.
#[inline]
fn arithmetic(left: &Object, right: &Object, operator: usize) -> Option<Ref> {
    let operator = operator % 13;
    if let Some(a) = left.cast_exact::<Int>() {
        let a = a.to_two_digits()?;
        if let Some(b) = right.cast_exact::<Int>() {
            return integers(a, b.to_two_digits()?, operator);
        }
        let b = right.cast_exact::<Float>()?.value();
        return floats(exact_float(a)?, b, operator);
    }
    let a = left.cast_exact::<Float>()?.value();
    if let Some(b) = right.cast_exact::<Float>() {
        return floats(a, b.value(), operator);
    }
    floats(a, exact_float(right.cast_exact::<Int>()?.to_two_digits()?)?, operator)
}

/// An int as a float, if nothing is lost.
fn exact_float(value: i64) -> Option<f64> {
    (value.unsigned_abs() < 1 << 53).then_some(value as f64)
}

fn integers(a: i64, b: i64, operator: usize) -> Option<Ref> {
    let value = match operator {
        0 => a + b,
        1 => a & b,
        2 if b != 0 => a.div_euclid(b) - i64::from(b < 0 && a.rem_euclid(b) != 0),
        3 if (0..=62).contains(&b) && a.unsigned_abs().leading_zeros() as i64 > b + 1 => a << b,
        5 => a.checked_mul(b)?,
        6 if b != 0 => {
            let rest = a.rem_euclid(b);
            if b < 0 && rest != 0 { rest + b } else { rest }
        }
        7 => a | b,
        9 if b >= 0 => a >> b.min(63),
        10 => a - b,
        11 if b != 0 => return floats(exact_float(a)?, exact_float(b)?, operator),
        12 => a ^ b,
        _ => return None,
    };
    owned(Int::from_i64(value))
}

fn floats(a: f64, b: f64, operator: usize) -> Option<Ref> {
    let value = match operator {
        0 => a + b,
        5 => a * b,
        10 => a - b,
        11 if b != 0.0 => a / b,
        _ => return None,
    };
    owned(Float::new(value))
}

/// Without memory there is no result here, and the general way will raise.
fn owned<T: Instance>(result: Result<Ref<T>>) -> Option<Ref> {
    match result {
        Ok(value) => Some(value.upcast()),
        Err(raised) => {
            raised.clear();
            None
        }
    }
}

ops! { (sp, frame, ts, arg)
    UNARY_NEGATIVE {
        let value = sp.pop();
        sp.push(number::negative(&value)?);
    }

    UNARY_INVERT {
        let value = sp.pop();
        sp.push(number::invert(&value)?);
    }

    UNARY_NOT {
        let value = sp.pop();
        sp.push(new_bool(!value.is(from_bool(true))));
    }

    DELETE_SUBSCR {
        let key = sp.pop();
        let container = sp.pop();
        mapping::set_item(&container, &key, None)?;
    }

    BINARY_SLICE {
        let stop = sp.pop();
        let start = sp.pop();
        let container = sp.pop();
        if let Some(part) = part_of(&container, &start, &stop)? {
            sp.push(part);
            return Ok(());
        }
        let slice = Slice::new(&start, &stop, none())?;
        sp.push(mapping::get_item(&container, &slice)?);
    }

    STORE_SLICE {
        let stop = sp.pop();
        let start = sp.pop();
        let container = sp.pop();
        let value = sp.pop();
        if let Some(list) = container.cast_exact::<List>()
            && is_plain(&start)
            && is_plain(&stop)
        {
            return list.assign_slice(Bounds::of(&start, &stop, none())?, &value);
        }
        let slice = Slice::new(&start, &stop, none())?;
        mapping::set_item(&container, &slice, Some(&value))?;
    }
}

/// Whether a slice's bound is read without running code.
fn is_plain(bound: &Object) -> bool {
    bound.is(none()) || bound.cast_exact::<Int>().is_some()
}

/// `container[start:stop]` of the built-in sequences; `None` for other containers, and for bounds that could run code.
fn part_of(container: &Object, start: &Object, stop: &Object) -> Result<Option<Ref>> {
    if !is_plain(start) || !is_plain(stop) {
        return Ok(None);
    }
    let indices = |len: usize| Bounds::of(start, stop, none()).map(|bounds| bounds.for_len(len));
    if let Some(list) = container.cast_exact::<List>() {
        let indices = indices(list.len())?;
        return Ok(Some(list.copy_of(indices.start as usize, indices.count)?.upcast()));
    }
    if let Some(text) = container.cast_exact::<Str>() {
        let indices = indices(text.len())?;
        let start = indices.start as usize;
        return Ok(Some(text.substring(start, start + indices.count)?.upcast()));
    }
    Ok(None)
}

/// `BINARY_OP`'s operators by number, those that are done in place behind the others; power is apart.
pub const OPERATORS: [Option<Binary>; 13] = [
    Some(Binary::Add),
    Some(Binary::And),
    Some(Binary::FloorDivide),
    Some(Binary::Lshift),
    Some(Binary::MatrixMultiply),
    Some(Binary::Multiply),
    Some(Binary::Remainder),
    Some(Binary::Or),
    None,
    Some(Binary::Rshift),
    Some(Binary::Subtract),
    Some(Binary::TrueDivide),
    Some(Binary::Xor),
];

/// `BINARY_OP`, by its argument.
///
/// # Errors
/// What the operators raise.
pub fn operate(operator: usize, left: &Object, right: &Object) -> Result<Ref> {
    let in_place = operator >= OPERATORS.len();
    match (OPERATORS[operator % OPERATORS.len()], in_place) {
        (Some(operator), false) => number::binary_op(left, right, operator),
        (Some(operator), true) => number::inplace_op(left, right, operator),
        (None, false) => number::power(left, right, none()),
        (None, true) => number::inplace_power(left, right, none()),
    }
}

/// The truth of a value as an object.
///
/// # Errors
/// What `__bool__` or `__len__` raises.
pub fn to_bool(value: &Object) -> Result<Ref> {
    Ok(from_bool(object::is_true(value)?).to_ref())
}
