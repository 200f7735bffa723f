//! Rich comparison.

use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol;
use crate::raise::Result;
use crate::state;
use crate::typeobject::slots::CompareOp;
use crate::types::bool::new_bool;
use crate::types::float::Float;
use crate::types::int::Int;
use crate::types::none::not_implemented;
use crate::types::str::Str;

/// `PyObject_RichCompare`.
///
/// # Errors
/// TypeError when the operands have no order; what the comparison raises.
pub fn rich_compare(left: &Object, right: &Object, op: CompareOp) -> Result<Ref> {
    let _depth = state::enter_recursive_call(" in comparison")?;
    let (left_class, right_class) = (left.class(), right.class());
    let mut tried_right = false;
    if !core::ptr::eq(left_class, right_class)
        && right_class.is_subtype(left_class)
        && let Some(function) = right_class.tp_richcompare.get()
    {
        tried_right = true;
        // SAFETY: a slot of an operand's own type takes that operand.
        let result = unsafe { function(right, left, op.swapped()) }?;
        if !result.is(not_implemented()) {
            return Ok(result);
        }
    }
    if let Some(function) = left_class.tp_richcompare.get() {
        // SAFETY: a slot of an operand's own type takes that operand.
        let result = unsafe { function(left, right, op) }?;
        if !result.is(not_implemented()) {
            return Ok(result);
        }
    }
    if tried_right { nobody_knows(left, right, op) } else { compare_rest(left, right, op) }
}

/// What is left of [`rich_compare`] once the left operand has been asked, unless the right one went first.
///
/// # Errors
/// As [`rich_compare`].
pub fn compare_rest(left: &Object, right: &Object, op: CompareOp) -> Result<Ref> {
    if let Some(function) = right.class().tp_richcompare.get() {
        // SAFETY: a slot of an operand's own type takes that operand.
        let result = unsafe { function(right, left, op.swapped()) }?;
        if !result.is(not_implemented()) {
            return Ok(result);
        }
    }
    nobody_knows(left, right, op)
}

fn nobody_knows(left: &Object, right: &Object, op: CompareOp) -> Result<Ref> {
    match op {
        CompareOp::Eq => Ok(new_bool(left.is(right))),
        CompareOp::Ne => Ok(new_bool(!left.is(right))),
        _ => Err(crate::raise!(
            TypeError,
            "'{}' not supported between instances of '{}' and '{}'",
            op.symbol(),
            left.class().full_name(),
            right.class().full_name()
        )),
    }
}

/// `PyObject_RichCompareBool`: identity counts as equality.
///
/// # Errors
/// As [`rich_compare`].
pub fn compare_bool(left: &Object, right: &Object, op: CompareOp) -> Result<bool> {
    if left.is(right) {
        match op {
            CompareOp::Eq => return Ok(true),
            CompareOp::Ne => return Ok(false),
            _ => {}
        }
    }
    compare_bool_strict(left, right, op)
}

/// The answer for two strings, two ints or two floats, which asks no class.
#[inline]
fn compare_plain(left: &Object, right: &Object, op: CompareOp) -> Option<bool> {
    if !core::ptr::eq(left.class(), right.class()) {
        return None;
    }
    if let (Some(a), Some(b)) = (left.cast_exact::<Int>(), right.cast_exact::<Int>()) {
        return Some(op.holds(a.compare(b)));
    }
    if let (Some(a), Some(b)) = (left.cast_exact::<Float>(), right.cast_exact::<Float>()) {
        // NaN has no order, and is unlike everything.
        return Some(
            a.value().partial_cmp(&b.value()).map_or(op == CompareOp::Ne, |ordering| op.holds(ordering)),
        );
    }
    if let (Some(a), Some(b)) = (left.cast_exact::<Str>(), right.cast_exact::<Str>()) {
        return Some(match op {
            CompareOp::Eq => a.equals(b),
            CompareOp::Ne => !a.equals(b),
            _ => op.holds(a.compare(b)),
        });
    }
    None
}

/// [`rich_compare`] and the truth of its answer; identity decides nothing.
///
/// # Errors
/// As [`rich_compare`].
pub fn compare_bool_strict(left: &Object, right: &Object, op: CompareOp) -> Result<bool> {
    if let Some(answer) = compare_plain(left, right, op) {
        return Ok(answer);
    }
    protocol::object::is_true(&*rich_compare(left, right, op)?)
}

/// Whether two objects are the same or equal, as containers ask.
///
/// # Errors
/// What the comparison raises.
#[inline]
pub fn equal(left: &Object, right: &Object) -> Result<bool> {
    if left.is(right) {
        return Ok(true);
    }
    if core::ptr::eq(left.class(), right.class()) {
        if let (Some(a), Some(b)) = (left.cast_exact::<Str>(), right.cast_exact::<Str>()) {
            return Ok(a.equals(b));
        }
        if let (Some(a), Some(b)) = (left.cast_exact::<Int>(), right.cast_exact::<Int>()) {
            return Ok(a.same_value(b));
        }
        if let (Some(a), Some(b)) = (left.cast_exact::<Float>(), right.cast_exact::<Float>()) {
            return Ok(a.value() == b.value());
        }
    }
    protocol::object::is_true(&*rich_compare(left, right, CompareOp::Eq)?)
}

/// A comparison's answer for operands whose order is known.
pub fn answer(op: CompareOp, ordering: core::cmp::Ordering) -> Ref {
    new_bool(op.holds(ordering))
}

/// `NotImplemented`, as a comparison or an operator answers for an operand it does not know.
pub fn unsupported() -> Ref {
    not_implemented().to_ref()
}
