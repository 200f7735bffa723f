//! Comparison, identity, containment.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use crate::eval::{fast_ops, ops};
use objects::protocol::{compare, object, sequence};
use objects::types::bool::{from_bool, new_bool};
use objects::types::float::{Float, PyFloat_Type};
use objects::types::int::{Int, PyLong_Type};
use objects::{CompareOp, Object, Ref, Result, raise};

/// Comparison of operands of any kind.
mod generic {
    use super::*;

    ops! { (sp, frame, ts, arg)
        COMPARE_OP {
            let right = sp.pop();
            let left = sp.pop();
            sp.push(compare_values(arg, &left, &right)?);
        }
    }
}

fast_ops! { (pc, sp, frame, ts, arg, table)
    COMPARE_OP {
        let (left, right) = (*sp.sub(2), *sp.sub(1));
        let answer = small_comparison(left, right, arg >> 5);
        if answer.is_null() {
            return generic::COMPARE_OP(pc, sp, frame, ts, arg, table);
        }
        sp = sp.sub(1);
        *sp.sub(1) = answer;
        Object::decref(left);
        Object::decref(right);
    }
}

/// The answer (an immortal bool) for two small ints or two floats; NULL for other operands.
#[inline(never)]
unsafe extern "C" fn small_comparison(left: *mut Object, right: *mut Object, operator: usize) -> *mut Object {
    // SAFETY: the operands are alive; the classes are checked.
    let ordering = unsafe {
        if (*left).is_exactly(&PyLong_Type) && (*right).is_exactly(&PyLong_Type) {
            let (a, b) = (&*left.cast::<Int>(), &*right.cast::<Int>());
            if !a.is_compact() || !b.is_compact() {
                return core::ptr::null_mut();
            }
            a.compact_value().cmp(&b.compact_value())
        } else if (*left).is_exactly(&PyFloat_Type) && (*right).is_exactly(&PyFloat_Type) {
            let (a, b) = ((*left.cast::<Float>()).value(), (*right.cast::<Float>()).value());
            match a.partial_cmp(&b) {
                Some(ordering) => ordering,
                None => return core::ptr::null_mut(),
            }
        } else {
            return core::ptr::null_mut();
        }
    };
    match CompareOp::from_number(operator as i32) {
        Some(operator) => from_bool(operator.holds(ordering)).as_ptr(),
        None => core::ptr::null_mut(),
    }
}

ops! { (sp, frame, ts, arg)
    CONTAINS_OP {
        let right = sp.pop();
        let left = sp.pop();
        sp.push(contains(arg, &left, &right)?);
    }

    IS_OP {
        let right = sp.pop();
        let left = sp.pop();
        sp.push(new_bool(left.is(&right) != (arg == 1)));
    }
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
