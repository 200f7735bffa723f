//! Attributes, `super()` among them.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use crate::eval::ops;
use crate::stack::Stack;
use objects::protocol::attr::{self, Method};
use objects::protocol::call;
use objects::types::str::Str;
use objects::{Object, Ref, Result, TypeObject};

/// The instructions that specialise, for owners of any kind.
pub mod generic {
    use super::*;

    ops! { (sp, frame, ts, arg)
        STORE_ATTR {
            let owner = sp.pop();
            let value = sp.pop();
            attr::set(&owner, frame.code().name_at(arg), Some(&value))?;
        }

        LOAD_ATTR {
            let owner = sp.pop();
            load(&mut sp, owner, frame.code().name_at(arg >> 1), arg & 1 != 0)?;
        }

        /// `super().name`: bit 0 asks for a method call's pair, bit 1 says that `super` had two arguments.
        LOAD_SUPER_ATTR {
            let this = sp.pop();
            let class = sp.pop();
            let global_super = sp.pop();
            let name = frame.code().name_at(arg >> 2);
            let attribute = super_attribute(&global_super, &class, &this, name, arg & 2 != 0)?;
            sp.push(attribute);
            if arg & 1 != 0 {
                sp.push_nullable(None);
            }
        }
    }
}

ops! { (sp, frame, ts, arg)
    DELETE_ATTR {
        let owner = sp.pop();
        attr::set(&owner, frame.code().name_at(arg), None)?;
    }
}

/// Pushes `owner.name`; for a call, the function and its `self`, or the callable and NULL.
///
/// # Errors
/// AttributeError; what a descriptor or `__getattr__` raises.
#[inline]
pub unsafe fn load(sp: &mut Stack, owner: Ref, name: &Str, for_call: bool) -> Result<()> {
    // SAFETY: the opcode leaves room for two.
    unsafe {
        if !for_call {
            sp.push(attr::get(&owner, name)?);
            return Ok(());
        }
        match attr::get_method(&owner, name)? {
            Method::Unbound(function) => {
                sp.push(function);
                sp.push(owner);
            }
            Method::Bound(callable) => {
                sp.push(callable);
                sp.push_nullable(None);
            }
        }
        Ok(())
    }
}

/// `super` may have been replaced by the program; called without arguments it finds class and object itself, which the compiler
/// has done here already.
fn super_attribute(
    global_super: &Object,
    class: &Object,
    this: &Object,
    name: &Str,
    explicit: bool,
) -> Result<Ref> {
    let is_class = global_super.cast::<TypeObject>().is_some_and(|class| class.full_name() == "super");
    let object = if explicit || is_class {
        call::call(global_super, &[class, this])?
    } else {
        call::call_no_args(global_super)?
    };
    attr::get(&object, name)
}
