//! `BINARY_OP` for ints of one digit, floats and strings.
//!
//! Cache: counter. An operand that nobody else refers to is given the result's value in place of making a new object.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use super::base::{self, Site};
use crate::eval::{fast_ops, ops};
use crate::finish::{drop_one, drop_two};
use crate::ops::binary::generic;
use bytecode::opcodes::op;
use objects::Object;
use objects::object::heap;
use objects::types::float::{Float, PyFloat_Type};
use objects::types::int::{Int, MASK, PyLong_Type};
use objects::types::str::methods::append;
use objects::types::str::{PyUnicode_Type, Str};

const ADD: usize = 0;
const MULTIPLY: usize = 5;
const SUBTRACT: usize = 10;
const INPLACE: usize = 13;

/// Rewrites a `BINARY_OP` for the operands it has now.
pub unsafe fn specialize(site: Site<'_>) {
    // SAFETY: two operands are on the stack.
    unsafe {
        let (left, right) = (site.item(2), site.item(1));
        let both = |class| left.is_exactly(class) && right.is_exactly(class);
        let operator = site.arg % INPLACE;
        let found = if both(&PyLong_Type) {
            let compact =
                left.cast_unchecked::<Int>().is_compact() && right.cast_unchecked::<Int>().is_compact();
            match operator {
                ADD if compact => Some(op::BINARY_OP_ADD_INT),
                SUBTRACT if compact => Some(op::BINARY_OP_SUBTRACT_INT),
                MULTIPLY if compact => Some(op::BINARY_OP_MULTIPLY_INT),
                _ => None,
            }
        } else if both(&PyFloat_Type) {
            match operator {
                ADD => Some(op::BINARY_OP_ADD_FLOAT),
                SUBTRACT => Some(op::BINARY_OP_SUBTRACT_FLOAT),
                MULTIPLY => Some(op::BINARY_OP_MULTIPLY_FLOAT),
                _ => None,
            }
        } else if both(&PyUnicode_Type) && operator == ADD {
            Some(if stores_into_left(site) {
                op::BINARY_OP_INPLACE_ADD_UNICODE
            } else {
                op::BINARY_OP_ADD_UNICODE
            })
        } else {
            None
        };
        site.settle(found, op::BINARY_OP);
    }
}

/// Whether the next instruction binds the result to the local that the left operand came from.
unsafe fn stores_into_left(site: Site<'_>) -> bool {
    // SAFETY: an instruction follows; its argument is the index of a local.
    unsafe {
        let next = *site.pc.add(1);
        next as u8 == op::STORE_FAST
            && core::ptr::eq(*site.frame.localsplus().add(usize::from(next >> 8)), *site.sp.sub(2))
    }
}

/// Two ints of one digit; `$result` is computed in 64 bits. Wider operands and results go the general way without a miss.
macro_rules! int_operation {
    ($pc:ident $sp:ident $frame:ident $ts:ident $arg:ident $table:ident: $a:ident $b:ident $result:expr) => {
        let (left, right) = (*$sp.sub(2), *$sp.sub(1));
        if !(*left).is_exactly(&PyLong_Type) || !(*right).is_exactly(&PyLong_Type) {
            return base::BINARY_OP($pc, $sp, $frame, $ts, $arg, $table);
        }
        if !(*left.cast::<Int>()).is_compact() || !(*right.cast::<Int>()).is_compact() {
            return generic::BINARY_OP($pc, $sp, $frame, $ts, $arg, $table);
        }
        let ($a, $b) = ((*left.cast::<Int>()).compact_value(), (*right.cast::<Int>()).compact_value());
        let value: i64 = $result;
        let mut result = Int::shared(value);
        if result.is_null() {
            if value.unsigned_abs() > u64::from(MASK) {
                return generic::BINARY_OP($pc, $sp, $frame, $ts, $arg, $table);
            }
            if (*left).is_unique() {
                Int::write_compact(left, value);
                drop_one!(right, $pc.add(1), $sp.sub(1), $frame, $ts, $table)
            }
            result = heap::alloc_quick::<{ size_of::<Int>() }>().cast();
            if result.is_null() {
                return generic::BINARY_OP($pc, $sp, $frame, $ts, $arg, $table);
            }
            Object::init(result, &PyLong_Type);
            Int::write_compact(result, value);
        }
        *$sp.sub(2) = result;
        drop_two!(left, right, $pc.add(1), $sp.sub(1), $frame, $ts, $table)
    };
}

/// Two floats.
macro_rules! float_operation {
    ($pc:ident $sp:ident $frame:ident $ts:ident $arg:ident $table:ident: $a:ident $b:ident $result:expr) => {
        let (left, right) = (*$sp.sub(2), *$sp.sub(1));
        if !(*left).is_exactly(&PyFloat_Type) || !(*right).is_exactly(&PyFloat_Type) {
            return base::BINARY_OP($pc, $sp, $frame, $ts, $arg, $table);
        }
        let ($a, $b) = ((*left.cast::<Float>()).value(), (*right.cast::<Float>()).value());
        let value: f64 = $result;
        if (*left).is_unique() {
            (*left.cast::<Float>()).overwrite(value);
            drop_one!(right, $pc.add(1), $sp.sub(1), $frame, $ts, $table)
        }
        if (*right).is_unique() {
            (*right.cast::<Float>()).overwrite(value);
            *$sp.sub(2) = right;
            drop_one!(left, $pc.add(1), $sp.sub(1), $frame, $ts, $table)
        }
        let result = Float::quick(value);
        if result.is_null() {
            return generic::BINARY_OP($pc, $sp, $frame, $ts, $arg, $table);
        }
        *$sp.sub(2) = result;
        drop_two!(left, right, $pc.add(1), $sp.sub(1), $frame, $ts, $table)
    };
}

fast_ops! { (pc, sp, frame, ts, arg, table)
    BINARY_OP_ADD_INT {
        int_operation!(pc sp frame ts arg table: a b a + b);
    }
    BINARY_OP_SUBTRACT_INT {
        int_operation!(pc sp frame ts arg table: a b a - b);
    }
    BINARY_OP_MULTIPLY_INT {
        int_operation!(pc sp frame ts arg table: a b a * b);
    }
    BINARY_OP_ADD_FLOAT {
        float_operation!(pc sp frame ts arg table: a b a + b);
    }
    BINARY_OP_SUBTRACT_FLOAT {
        float_operation!(pc sp frame ts arg table: a b a - b);
    }
    BINARY_OP_MULTIPLY_FLOAT {
        float_operation!(pc sp frame ts arg table: a b a * b);
    }

    BINARY_OP_ADD_UNICODE {
        if !(**sp.sub(2)).is_exactly(&PyUnicode_Type) || !(**sp.sub(1)).is_exactly(&PyUnicode_Type) {
            return base::BINARY_OP(pc, sp, frame, ts, arg, table);
        }
        return checked::BINARY_OP_ADD_UNICODE(pc, sp, frame, ts, arg, table);
    }

    /// The next instruction binds the result to the local that the left operand came from: nothing else may refer to it, and then
    /// it grows in place.
    BINARY_OP_INPLACE_ADD_UNICODE {
        let (left, right) = (*sp.sub(2), *sp.sub(1));
        if !(*left).is_exactly(&PyUnicode_Type) || !(*right).is_exactly(&PyUnicode_Type) {
            return base::BINARY_OP(pc, sp, frame, ts, arg, table);
        }
        let next = *pc.add(1);
        if next as u8 != op::STORE_FAST || *(*frame).localsplus().add(usize::from(next >> 8)) != left {
            return base::BINARY_OP(pc, sp, frame, ts, arg, table);
        }
        return checked::BINARY_OP_INPLACE_ADD_UNICODE(pc, sp, frame, ts, usize::from(next >> 8), table);
    }
}

/// The parts that call, when the operands fit.
mod checked {
    use super::*;

    ops! { (sp, frame, ts, arg)
        BINARY_OP_ADD_UNICODE {
            let right = sp.pop().downcast_unchecked::<Str>();
            let left = sp.pop().downcast_unchecked::<Str>();
            sp.push(left.concat(&right)?);
        }

        BINARY_OP_INPLACE_ADD_UNICODE {
            let right = sp.pop().downcast_unchecked::<Str>();
            let left = sp.pop().downcast_unchecked::<Str>();
            // The local is bound again by the next instruction; until then it is without a value.
            frame.local(arg).set(None);
            sp.push(append(left, &right)?);
        }
    }
}
