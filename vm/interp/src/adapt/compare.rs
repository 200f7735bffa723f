//! `COMPARE_OP`, `CONTAINS_OP` and `TO_BOOL` for built-in operands.
//!
//! Cache: counter; `TO_BOOL_ALWAYS_TRUE` has the class's version behind it.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use super::base::{self, Site};
use super::cache::{read_u32, write_u32};
use crate::eval::{fast_ops, ops};
use crate::finish::{drop_one, drop_two};
use bytecode::opcodes::op;
use core::ptr;
use objects::types::bool::{_Py_FalseStruct, _Py_TrueStruct, PyBool_Type, new_bool};
use objects::types::dict::Dict;
use objects::types::dict::methods::PyDict_Type;
use objects::types::float::{Float, PyFloat_Type};
use objects::types::int::{Int, PyLong_Type};
use objects::types::list::List;
use objects::types::list::methods::PyList_Type;
use objects::types::none::_Py_NoneStruct;
use objects::types::set::any_set;
use objects::types::set::methods::{PyFrozenSet_Type, PySet_Type, contains};
use objects::types::str::{PyUnicode_Type, Str};
use objects::{Object, TypeObject};

/// The bits of `COMPARE_OP`'s argument that say for which outcomes the answer is true.
const NOT_EQUAL: usize = 7;
const EQUAL: usize = 8;
/// The operators `==` and `!=` from bit 5 of the argument on.
const EQ: usize = 2;
const NE: usize = 3;

/// The object of a bool, which is immortal.
#[inline(always)]
fn truth(value: bool) -> *mut Object {
    if value {
        (&raw const _Py_TrueStruct).cast_mut().cast()
    } else {
        (&raw const _Py_FalseStruct).cast_mut().cast()
    }
}

/// Rewrites a `COMPARE_OP` for the operands it has now.
pub unsafe fn specialize_compare(site: Site<'_>) {
    // SAFETY: two operands are on the stack.
    unsafe {
        let (left, right) = (site.item(2), site.item(1));
        let both = |class: &TypeObject| left.is_exactly(class) && right.is_exactly(class);
        let found = if both(&PyFloat_Type) {
            Some(op::COMPARE_OP_FLOAT)
        } else if both(&PyLong_Type) {
            let compact =
                left.cast_unchecked::<Int>().is_compact() && right.cast_unchecked::<Int>().is_compact();
            compact.then_some(op::COMPARE_OP_INT)
        } else if both(&PyUnicode_Type) && matches!(site.arg >> 5, EQ | NE) {
            Some(op::COMPARE_OP_STR)
        } else {
            None
        };
        site.settle(found, op::COMPARE_OP);
    }
}

/// Rewrites a `CONTAINS_OP`.
pub unsafe fn specialize_contains(site: Site<'_>) {
    // SAFETY: two operands are on the stack.
    unsafe {
        let container = site.item(1);
        let found = if container.is_exactly(&PyDict_Type) {
            Some(op::CONTAINS_OP_DICT)
        } else if container.is_exactly(&PySet_Type) || container.is_exactly(&PyFrozenSet_Type) {
            Some(op::CONTAINS_OP_SET)
        } else {
            None
        };
        site.settle(found, op::CONTAINS_OP);
    }
}

/// Rewrites a `TO_BOOL`.
pub unsafe fn specialize_truth(site: Site<'_>) {
    // SAFETY: an operand is on the stack; the instruction has three cache entries.
    unsafe {
        let value = site.item(1);
        let class = value.class();
        let found = if value.is_exactly(&PyBool_Type) {
            Some(op::TO_BOOL_BOOL)
        } else if value.is_exactly(&PyLong_Type) {
            Some(op::TO_BOOL_INT)
        } else if value.is_exactly(&PyList_Type) {
            Some(op::TO_BOOL_LIST)
        } else if ptr::addr_eq(value, &raw const _Py_NoneStruct) {
            Some(op::TO_BOOL_NONE)
        } else if value.is_exactly(&PyUnicode_Type) {
            Some(op::TO_BOOL_STR)
        } else if always_true(class) && class.assign_version_tag() {
            write_u32(site.pc.add(1), class.tp_version_tag.get());
            Some(op::TO_BOOL_ALWAYS_TRUE)
        } else {
            None
        };
        site.settle(found, op::TO_BOOL);
    }
}

/// Whether instances of the class have no say in their truth.
pub fn always_true(class: &TypeObject) -> bool {
    class.number().is_none_or(|table| table.nb_bool.get().is_none())
        && class.mapping().is_none_or(|table| table.mp_length.get().is_none())
        && class.sequence().is_none_or(|table| table.sq_length.get().is_none())
}

fast_ops! { (pc, sp, frame, ts, arg, table)
    COMPARE_OP_INT {
        let (left, right) = (*sp.sub(2), *sp.sub(1));
        if !(*left).is_exactly(&PyLong_Type) || !(*right).is_exactly(&PyLong_Type) {
            return base::COMPARE_OP(pc, sp, frame, ts, arg, table);
        }
        if !(*left.cast::<Int>()).is_compact() || !(*right.cast::<Int>()).is_compact() {
            return crate::ops::compare::generic::COMPARE_OP(pc, sp, frame, ts, arg, table);
        }
        let (a, b) = ((*left.cast::<Int>()).compact_value(), (*right.cast::<Int>()).compact_value());
        let outcome = 1 << (2 * usize::from(a >= b) + usize::from(a <= b));
        *sp.sub(2) = truth(outcome & arg != 0);
        drop_two!(left, right, pc.add(1), sp.sub(1), frame, ts, table)
    }

    COMPARE_OP_FLOAT {
        let (left, right) = (*sp.sub(2), *sp.sub(1));
        if !(*left).is_exactly(&PyFloat_Type) || !(*right).is_exactly(&PyFloat_Type) {
            return base::COMPARE_OP(pc, sp, frame, ts, arg, table);
        }
        let (a, b) = ((*left.cast::<Float>()).value(), (*right.cast::<Float>()).value());
        let outcome = 1 << (2 * usize::from(a >= b) + usize::from(a <= b));
        *sp.sub(2) = truth(outcome & arg != 0);
        drop_two!(left, right, pc.add(1), sp.sub(1), frame, ts, table)
    }

    COMPARE_OP_STR {
        let (left, right) = (*sp.sub(2), *sp.sub(1));
        if !(*left).is_exactly(&PyUnicode_Type) || !(*right).is_exactly(&PyUnicode_Type) {
            return base::COMPARE_OP(pc, sp, frame, ts, arg, table);
        }
        let equal = left == right || same_text(left.cast(), right.cast());
        *sp.sub(2) = truth((NOT_EQUAL + usize::from(equal)) & arg != 0);
        drop_two!(left, right, pc.add(1), sp.sub(1), frame, ts, table)
    }

    CONTAINS_OP_DICT {
        if !(**sp.sub(1)).is_exactly(&PyDict_Type) {
            return base::CONTAINS_OP(pc, sp, frame, ts, arg, table);
        }
        return checked::CONTAINS_OP_DICT(pc, sp, frame, ts, arg, table);
    }

    CONTAINS_OP_SET {
        if !(**sp.sub(1)).is_exactly(&PySet_Type) && !(**sp.sub(1)).is_exactly(&PyFrozenSet_Type) {
            return base::CONTAINS_OP(pc, sp, frame, ts, arg, table);
        }
        return checked::CONTAINS_OP_SET(pc, sp, frame, ts, arg, table);
    }

    TO_BOOL_BOOL {
        if !(**sp.sub(1)).is_exactly(&PyBool_Type) {
            return base::TO_BOOL(pc, sp, frame, ts, arg, table);
        }
    }

    TO_BOOL_INT {
        let value = *sp.sub(1);
        if !(*value).is_exactly(&PyLong_Type) {
            return base::TO_BOOL(pc, sp, frame, ts, arg, table);
        }
        *sp.sub(1) = truth(!(*value.cast::<Int>()).is_zero());
        drop_one!(value, pc.add(3), sp, frame, ts, table)
    }

    TO_BOOL_LIST {
        let value = *sp.sub(1);
        if !(*value).is_exactly(&PyList_Type) {
            return base::TO_BOOL(pc, sp, frame, ts, arg, table);
        }
        *sp.sub(1) = truth(!(*value.cast::<List>()).is_empty());
        drop_one!(value, pc.add(3), sp, frame, ts, table)
    }

    TO_BOOL_NONE {
        if !ptr::addr_eq(*sp.sub(1), &raw const _Py_NoneStruct) {
            return base::TO_BOOL(pc, sp, frame, ts, arg, table);
        }
        *sp.sub(1) = truth(false);
    }

    TO_BOOL_STR {
        let value = *sp.sub(1);
        if !(*value).is_exactly(&PyUnicode_Type) {
            return base::TO_BOOL(pc, sp, frame, ts, arg, table);
        }
        *sp.sub(1) = truth(!(*value.cast::<Str>()).is_empty());
        drop_one!(value, pc.add(3), sp, frame, ts, table)
    }

    TO_BOOL_ALWAYS_TRUE {
        let value = *sp.sub(1);
        if (*value).class().tp_version_tag.get() != read_u32(pc.add(1)) {
            return base::TO_BOOL(pc, sp, frame, ts, arg, table);
        }
        *sp.sub(1) = truth(true);
        drop_one!(value, pc.add(3), sp, frame, ts, table)
    }
}

const _: () = assert!(EQUAL == NOT_EQUAL + 1);

#[inline(never)]
unsafe extern "C" fn same_text(left: *const Str, right: *const Str) -> bool {
    // SAFETY: both are alive.
    unsafe { (*left).equals(&*right) }
}

/// The parts that call, when the operands fit.
mod checked {
    use super::*;

    ops! { (sp, frame, ts, arg)
        CONTAINS_OP_DICT {
            let dict = sp.pop();
            let key = sp.pop();
            let found = dict.cast_unchecked::<Dict>().contains(&key)?;
            sp.push(new_bool(found != (arg == 1)));
        }

        CONTAINS_OP_SET {
            let set = sp.pop();
            let key = sp.pop();
            let found = match any_set(&set) {
                Some(known) => contains(known, &key)?,
                None => false,
            };
            sp.push(new_bool(found != (arg == 1)));
        }
    }
}
