//! Making functions.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use crate::eval::ops;
use bytecode::opcodes::function_attribute as attribute;
use objects::types::code::Code;
use objects::types::function::Function;
use objects::{Ref, raise};

ops! { (sp, frame, ts, arg)
    MAKE_FUNCTION {
        let code = sp.pop();
        let builtins = Ref::from_borrowed(frame.builtins());
        let function = Function::with_builtins(code.cast_unchecked::<Code>(), frame.globals(), builtins)?;
        function.func_version.set(code.cast_unchecked::<Code>().co_version.get());
        sp.push(function);
    }

    SET_FUNCTION_ATTRIBUTE {
        let function = sp.pop();
        let value = sp.pop();
        let target = function.cast_unchecked::<Function>();
        match arg as u32 {
            attribute::DEFAULTS => target.func_defaults.set(value.downcast().ok()),
            attribute::KWDEFAULTS => target.func_kwdefaults.set(value.downcast().ok()),
            attribute::ANNOTATIONS => target.func_annotations.set(Some(value)),
            attribute::CLOSURE => target.func_closure.set(value.downcast().ok()),
            other => return Err(raise!(SystemError, "unknown function attribute {other}")),
        }
        sp.push(function);
    }
}
