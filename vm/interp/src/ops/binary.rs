//! Unary and binary operators, subscripts and slices.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use crate::eval::ops;
use objects::protocol::number::{self, Binary};
use objects::protocol::{mapping, object};
use objects::types::bool::{from_bool, new_bool};
use objects::types::none::none;
use objects::types::slice::Slice;
use objects::{Instance, Object, Ref, Result};

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

    BINARY_OP {
        let right = sp.pop();
        let left = sp.pop();
        sp.push(operate(arg, &left, &right)?);
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
