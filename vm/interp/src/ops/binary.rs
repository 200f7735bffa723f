//! Unary and binary operators, subscripts and slices.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use crate::eval::{fast_ops, ops};
use objects::protocol::number::{self, Binary};
use objects::protocol::{mapping, object};
use objects::types::bool::{from_bool, new_bool};
use objects::types::float::{Float, PyFloat_Type};
use objects::types::int::{Int, PyLong_Type};
use objects::types::none::none;
use objects::types::slice::Slice;
use objects::{Instance, Object, Ref, Result};

/// The operators for operands of any kind.
mod generic {
    use super::*;

    ops! { (sp, frame, ts, arg)
        BINARY_OP {
            let right = sp.pop();
            let left = sp.pop();
            sp.push(operate(arg, &left, &right)?);
        }
    }
}

fast_ops! { (pc, sp, frame, ts, arg, table)
    BINARY_OP {
        let (left, right) = (*sp.sub(2), *sp.sub(1));
        let result = small_arithmetic(left, right, arg);
        if result.is_null() {
            return generic::BINARY_OP(pc, sp, frame, ts, arg, table);
        }
        sp = sp.sub(1);
        *sp.sub(1) = result;
        Object::decref(left);
        Object::decref(right);
    }
}

/// The result for two small ints or two floats; NULL when the operands are others or the operator is not for them.
#[inline(never)]
unsafe extern "C" fn small_arithmetic(left: *mut Object, right: *mut Object, operator: usize) -> *mut Object {
    // SAFETY: the operands are alive; the classes are checked.
    unsafe {
        if (*left).is_exactly(&PyLong_Type) && (*right).is_exactly(&PyLong_Type) {
            let (a, b) = (&*left.cast::<Int>(), &*right.cast::<Int>());
            if !a.is_compact() || !b.is_compact() {
                return core::ptr::null_mut();
            }
            let (a, b) = (a.compact_value(), b.compact_value());
            let value = match operator % 13 {
                0 => a + b,
                1 => a & b,
                5 => a * b,
                7 => a | b,
                10 => a - b,
                12 => a ^ b,
                _ => return core::ptr::null_mut(),
            };
            return owned_pointer(Int::from_i64(value));
        }
        if (*left).is_exactly(&PyFloat_Type) && (*right).is_exactly(&PyFloat_Type) {
            let (a, b) = ((*left.cast::<Float>()).value(), (*right.cast::<Float>()).value());
            let value = match operator % 13 {
                0 => a + b,
                5 => a * b,
                10 => a - b,
                11 if b != 0.0 => a / b,
                _ => return core::ptr::null_mut(),
            };
            return owned_pointer(Float::new(value));
        }
    }
    core::ptr::null_mut()
}

/// The pointer of a result; without memory NULL, and the general way will raise.
fn owned_pointer<T: Instance>(result: Result<Ref<T>>) -> *mut Object {
    match result {
        Ok(value) => value.into_ptr().cast(),
        Err(raised) => {
            raised.clear();
            core::ptr::null_mut()
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

    DELETE_SUBSCR {
        let key = sp.pop();
        let container = sp.pop();
        mapping::set_item(&container, &key, None)?;
    }

    BINARY_SLICE {
        let stop = sp.pop();
        let start = sp.pop();
        let container = sp.pop();
        let slice = Slice::new(&start, &stop, none())?;
        sp.push(mapping::get_item(&container, &slice)?);
    }

    STORE_SLICE {
        let stop = sp.pop();
        let start = sp.pop();
        let container = sp.pop();
        let value = sp.pop();
        let slice = Slice::new(&start, &stop, none())?;
        mapping::set_item(&container, &slice, Some(&value))?;
    }
}

/// `BINARY_OP`'s operators by number.
///
/// # Errors
/// What the operators raise.
pub fn operate(operator: usize, left: &Object, right: &Object) -> Result<Ref> {
    const OPERATORS: [Option<Binary>; 13] = [
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
