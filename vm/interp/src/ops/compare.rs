//! Comparison, identity, containment.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use crate::eval::{fast_ops, ops};
use crate::finish::drop_two;
use core::cmp::Ordering;
use objects::protocol::{compare, object, sequence};
use objects::types::bool::{from_bool, new_bool};
use objects::types::float::Float;
use objects::types::int::Int;
use objects::{CompareOp, Object, Ref, Result, raise};

/// The instructions that specialise, for operands of any kind.
pub mod generic {
    use super::*;

    ops! { (sp, frame, ts, arg)
        COMPARE_OP {
            let right = sp.pop();
            let left = sp.pop();
            let quick = order(&left, &right).zip(CompareOp::from_number((arg >> 5) as i32));
            match quick {
                Some((order, operator)) => sp.push(new_bool(operator.holds(order))),
                None => sp.push(compare_values(arg, &left, &right)?),
            }
        }

    CONTAINS_OP {
        let right = sp.pop();
        let left = sp.pop();
        sp.push(contains(arg, &left, &right)?);
    }
    }
}

fast_ops! { (pc, sp, frame, ts, arg, table)
    IS_OP {
        let (left, right) = (*sp.sub(2), *sp.sub(1));
        *sp.sub(2) = from_bool((left == right) != (arg == 1)).as_ptr();
        drop_two!(left, right, pc, sp.sub(1), frame, ts, table)
    }
}

/// The order of two ints, or of two floats that have one.
#[inline]
fn order(left: &Object, right: &Object) -> Option<Ordering> {
    if let (Some(a), Some(b)) = (left.cast_exact::<Int>(), right.cast_exact::<Int>()) {
        return Some(a.to_i64()?.cmp(&b.to_i64()?));
    }
    left.cast_exact::<Float>()?.value().partial_cmp(&right.cast_exact::<Float>()?.value())
}

/// `COMPARE_OP` with its argument: the operator from bit 5 on, whether a bool is wanted in bit 4.
///
/// # Errors
/// What the comparison raises.
pub fn compare_values(arg: usize, left: &Object, right: &Object) -> Result<Ref> {
    let Some(op) = CompareOp::from_number((arg >> 5) as i32) else {
        return Err(raise!(SystemError, "bad comparison operator"));
    };
    let answer = compare::rich_compare(left, right, op)?;
    if arg & 16 != 0 { Ok(new_bool(object::is_true(&answer)?)) } else { Ok(answer) }
}

/// `CONTAINS_OP`: `left in right`, negated by an argument of 1.
///
/// # Errors
/// What the container raises.
pub fn contains(arg: usize, left: &Object, right: &Object) -> Result<Ref> {
    Ok(new_bool(sequence::contains(right, left)? != (arg == 1)))
}
