//! Operators whose method, written in Python, runs as the next frame: below it is one that looks at what the method gives.
//!
//! The lower frame has the operands on its stack, as the native call would have held them. Where the method says NotImplemented it goes on
//! with what is left of the operator. Like the frame below an `__init__` it is never shown.

use crate::ops::binary::OPERATORS;
use bytecode::opcodes::op;
use core::cell::Cell;
use core::ptr;
use objects::object::heap;
use objects::protocol::compare::compare_rest;
use objects::protocol::number::{Asked, Binary, binary_rest};
use objects::types::code::Code;
use objects::types::none::not_implemented;
use objects::types::tuple::Tuple;
use objects::{CompareOp, Instance, Object, Ref, Result, raise};

/// An operator, with whose method runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Operation(u8);

/// Operators of `BINARY_OP`, those in place apart; each may have asked three ways.
const BINARY: u8 = OPERATORS.len() as u8;
const ASKED: [Asked; 3] = [Asked::Left, Asked::InPlace, Asked::Right];
/// Comparisons come behind them: six, and six of which a bool is wanted.
const COMPARE: u8 = BINARY * 2 * ASKED.len() as u8;
const COMPARISONS: u8 = 6;
/// How many there are.
const COUNT: u8 = COMPARE + 2 * COMPARISONS;
/// The first number of `CALL_INTRINSIC_2` that is an operation; no compiler makes such.
const INTRINSIC: u8 = 128;

const _: () = assert!(COUNT <= u8::MAX - INTRINSIC);

impl Operation {
    /// `BINARY_OP` with that argument.
    pub fn binary(arg: usize, asked: Asked) -> Operation {
        let asked = ASKED.iter().position(|&way| way == asked).unwrap_or(0);
        Operation((asked * usize::from(2 * BINARY) + arg) as u8)
    }

    /// `COMPARE_OP` with that argument, where the left operand's method runs.
    pub fn compare(arg: usize) -> Operation {
        Operation(COMPARE + (arg >> 5) as u8 + if arg & 16 != 0 { COMPARISONS } else { 0 })
    }

    /// Its number.
    pub fn number(self) -> u8 {
        self.0
    }

    /// The operation with that number.
    pub fn from_number(number: u8) -> Option<Operation> {
        (number < COUNT).then_some(Operation(number))
    }

    /// The operation that `CALL_INTRINSIC_2` with that argument goes on with.
    pub fn of_intrinsic(arg: u32) -> Option<Operation> {
        Operation::from_number(u8::try_from(arg).ok()?.checked_sub(INTRINSIC)?)
    }

    /// What is left of the operator once the method has said NotImplemented.
    ///
    /// # Errors
    /// What the operator raises.
    pub fn rest(self, left: &Object, right: &Object) -> Result<Ref> {
        if let Some(comparison) = self.0.checked_sub(COMPARE) {
            return match CompareOp::from_number(i32::from(comparison % COMPARISONS)) {
                Some(op) => compare_rest(left, right, op),
                None => Err(raise!(SystemError, "bad comparison operator")),
            };
        }
        let (asked, arg) = (ASKED[usize::from(self.0 / (2 * BINARY))], self.0 % (2 * BINARY));
        match operator(usize::from(arg)) {
            Some(op) => binary_rest(left, right, op, arg >= BINARY, asked),
            None => Err(raise!(SystemError, "bad operator")),
        }
    }

    /// The code of the frame below the method's.
    ///
    /// # Errors
    /// MemoryError.
    pub fn shim(self) -> Result<&'static Code> {
        struct Shims([Cell<*const Code>; COUNT as usize]);
        // SAFETY: each made once, under the GIL.
        unsafe impl Sync for Shims {}
        static SHIMS: Shims = Shims([const { Cell::new(ptr::null()) }; COUNT as usize]);
        let place = &SHIMS.0[usize::from(self.0)];
        if place.get().is_null() {
            let wants_bool = self.0 >= COMPARE + COMPARISONS;
            let to_bool: &[(u8, u8)] =
                if wants_bool { &[(op::TO_BOOL, 0), (0, 0), (0, 0), (0, 0)] } else { &[] };
            let end = [to_bool, &[(op::RETURN_VALUE, 0)]].concat();
            let units = [
                &[(op::COPY, 1), (op::LOAD_CONST, 0), (op::IS_OP, 0)][..],
                &[(op::POP_JUMP_IF_TRUE, 3 + end.len() as u8), (0, 0)],
                &[(op::SWAP, 3), (op::POP_TOP, 0), (op::POP_TOP, 0)],
                &end,
                &[(op::POP_TOP, 0), (op::CALL_INTRINSIC_2, INTRINSIC + self.0)],
                &end,
                &[(op::RESUME, 0)],
            ];
            let consts = Tuple::from_vec(vec![not_implemented().to_ref()])?;
            // It is no program's.
            heap::untrack(&consts);
            place.set(Code::shim(&units.concat(), consts, 4)?.into_ptr());
        }
        // SAFETY: just made; never freed.
        Ok(unsafe { &*place.get() })
    }
}

/// `BINARY_OP`'s operator by its argument.
pub fn operator(arg: usize) -> Option<Binary> {
    OPERATORS[arg % OPERATORS.len()]
}
