//! Comparison, identity, containment.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use crate::eval::ops;
use objects::protocol::{compare, object, sequence};
use objects::types::bool::new_bool;
use objects::{CompareOp, Object, Ref, Result, raise};

/// The instructions that specialise, for operands of any kind.
pub mod generic {
    use super::*;

    ops! { (sp, frame, ts, arg)
        COMPARE_OP {
            let right = sp.pop();
            let left = sp.pop();
            sp.push(compare_values(arg, &left, &right)?);
        }

    CONTAINS_OP {
        let right = sp.pop();
        let left = sp.pop();
        sp.push(contains(arg, &left, &right)?);
    }
    }
}

ops! { (sp, frame, ts, arg)
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
