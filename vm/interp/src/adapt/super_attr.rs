//! `LOAD_SUPER_ATTR` with the built-in `super`: no super object is made.
//!
//! Cache: counter.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use super::base::{self, Site};
use crate::eval::{fast_ops, ops};
use bytecode::opcodes::op;
use core::ptr;
use objects::protocol::attr::Method;
use objects::types::super_::{self, PySuper_Type};
use objects::{Object, TypeObject};

/// Rewrites a `LOAD_SUPER_ATTR` for the operands it has now.
pub unsafe fn specialize(site: Site<'_>) {
    // SAFETY: `super`, a class and an object are on the stack.
    unsafe {
        let fits = is_super(site.item(3)) && site.item(2).cast::<TypeObject>().is_some();
        let opcode = if site.arg & 1 != 0 { op::LOAD_SUPER_ATTR_METHOD } else { op::LOAD_SUPER_ATTR_ATTR };
        site.settle(fits.then_some(opcode), op::LOAD_SUPER_ATTR);
    }
}

#[inline(always)]
fn is_super(object: &Object) -> bool {
    ptr::addr_eq(object, &raw const PySuper_Type)
}

fast_ops! { (pc, sp, frame, ts, arg, table)
    LOAD_SUPER_ATTR_ATTR {
        if !is_super(&**sp.sub(3)) || (**sp.sub(2)).cast::<TypeObject>().is_none() {
            return base::LOAD_SUPER_ATTR(pc, sp, frame, ts, arg, table);
        }
        return checked::LOAD_SUPER_ATTR_ATTR(pc, sp, frame, ts, arg, table);
    }

    LOAD_SUPER_ATTR_METHOD {
        if !is_super(&**sp.sub(3)) || (**sp.sub(2)).cast::<TypeObject>().is_none() {
            return base::LOAD_SUPER_ATTR(pc, sp, frame, ts, arg, table);
        }
        return checked::LOAD_SUPER_ATTR_METHOD(pc, sp, frame, ts, arg, table);
    }
}

/// The parts that call, when the operands fit.
mod checked {
    use super::*;

    ops! { (sp, frame, ts, arg)
        LOAD_SUPER_ATTR_ATTR {
            let this = sp.pop();
            let class = sp.pop().downcast_unchecked::<TypeObject>();
            drop(sp.pop());
            let name = frame.code().name_at(arg >> 2);
            sp.push(super_::get(&class, &this, name)?);
        }

        LOAD_SUPER_ATTR_METHOD {
            let this = sp.pop();
            let class = sp.pop().downcast_unchecked::<TypeObject>();
            drop(sp.pop());
            let name = frame.code().name_at(arg >> 2);
            match super_::find_method(&class, &this, name)? {
                Method::Unbound(function) => {
                    sp.push(function);
                    sp.push(this);
                }
                Method::Bound(callable) => {
                    sp.push(callable);
                    sp.push_nullable(None);
                }
            }
        }
    }
}
