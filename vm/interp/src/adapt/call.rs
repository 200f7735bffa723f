//! `CALL` of Python functions, of methods bound to an object, and of classes with a Python `__init__`; [`native`] has the rest.
//!
//! Cache: counter; from 1 the version of a function or class (32 bits).
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use super::base::{self, Site};
use super::cache::{read_u32, write_u32};
use super::{native, push};
use crate::call;
use crate::eval::{caches, fast_ops, flow_ops, next};
use crate::ops::call::generic;
use bytecode::opcodes::op;
use objects::types::function::{Function, PyFunction_Type};
use objects::types::method::{Method, PyMethod_Type};
use objects::types::r#type::PyType_Type;
use objects::{Instance, TypeObject};

/// Code units of the instruction with its caches.
pub const SIZE: u16 = 1 + caches(op::CALL) as u16;

/// Rewrites a `CALL` for the callable it has now.
pub unsafe fn specialize(site: Site<'_>) {
    // SAFETY: callable, self or NULL, and the arguments are on the stack.
    unsafe { site.settle(find(site), op::CALL) }
}

unsafe fn find(site: Site<'_>) -> Option<u8> {
    // SAFETY: the caller's.
    unsafe {
        let callable = site.item(site.arg + 2);
        let has_self = !(*site.sp.sub(site.arg + 1)).is_null();
        if let Some(function) = callable.cast_exact::<Function>() {
            let exact = remember(site, function, site.arg + usize::from(has_self))?;
            return Some(if exact { op::CALL_PY_EXACT_ARGS } else { op::CALL_PY_GENERAL });
        }
        if let Some(method) = callable.cast_exact::<Method>() {
            let (function, _) = method.parts();
            if let Some(function) = function.cast_exact::<Function>().filter(|_| !has_self) {
                let exact = remember(site, function, site.arg + 1)?;
                return Some(if exact {
                    op::CALL_BOUND_METHOD_EXACT_ARGS
                } else {
                    op::CALL_BOUND_METHOD_GENERAL
                });
            }
            return Some(op::CALL_NON_PY_GENERAL);
        }
        if let Some(class) = callable.cast::<TypeObject>()
            && !has_self
            && let Some(init) = call::init_of(class)
        {
            let _ = init;
            write_u32(site.pc.add(1), class.tp_version_tag.get());
            return Some(op::CALL_ALLOC_AND_ENTER_INIT);
        }
        if callable
            .cast::<TypeObject>()
            .is_some_and(|class| class.heap_type().is_some() && class.tp_version_tag.get() == 0)
        {
            // It has used up its versions: nothing would tell of a change.
            return None;
        }
        native::find(site, callable, has_self)
    }
}

/// Notes the function's version; whether `count` arguments fill its parameters exactly.
unsafe fn remember(site: Site<'_>, function: &Function, count: usize) -> Option<bool> {
    let version = function.version();
    if version == 0 {
        return None;
    }
    // SAFETY: the instruction's cache.
    unsafe { write_u32(site.pc.add(1), version) };
    Some(push::takes_exactly(function.code(), count))
}

fast_ops! { (pc, sp, frame, ts, arg, table)
    CALL_PY_EXACT_ARGS {
        let base = sp.sub(arg + 2);
        let callable = *base;
        if !(*callable).is_exactly(&PyFunction_Type) {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        let function = callable.cast::<Function>();
        if (*function).func_version.get() != read_u32(pc.add(1)) {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        let code = (*function).code();
        let has_self = !(*base.add(1)).is_null();
        let (args, count) = if has_self { (base.add(1), arg + 1) } else { (base.add(2), arg) };
        if code.co_argcount.get() as usize != count {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        let new = push::room(ts, code);
        if new.is_null() {
            return generic::CALL(pc, sp, frame, ts, arg, table);
        }
        push::start(new, function, count);
        let locals = (*new).localsplus();
        for index in 0..count {
            *locals.add(index) = *args.add(index);
        }
        push::link(ts, frame, pc, base, new, SIZE);
        next!((*new).instr_ptr.get(), (*new).stack_base(), new.cast_const(), ts, table)
    }

    CALL_BOUND_METHOD_EXACT_ARGS {
        let base = sp.sub(arg + 2);
        let callable = *base;
        if !(*callable).is_exactly(&PyMethod_Type) || !(*base.add(1)).is_null() {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        let (function, this) = (*callable.cast::<Method>()).raw_parts();
        if function.is_null() || this.is_null() || !(*function).is_exactly(&PyFunction_Type) {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        let function = function.cast::<Function>();
        if (*function).func_version.get() != read_u32(pc.add(1)) {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        let code = (*function).code();
        if code.co_argcount.get() as usize != arg + 1 {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        let new = push::room(ts, code);
        if new.is_null() {
            return generic::CALL(pc, sp, frame, ts, arg, table);
        }
        (*function).as_object().incref();
        (*this).incref();
        push::start(new, function, arg + 1);
        let locals = (*new).localsplus();
        *locals = this;
        for index in 0..arg {
            *locals.add(index + 1) = *base.add(index + 2);
        }
        push::link(ts, frame, pc, base, new, SIZE);
        // The bound method has done its work.
        crate::finish::drop_one!(
            callable, (*new).instr_ptr.get(), (*new).stack_base(), new.cast_const(), ts, table
        )
    }

    CALL_PY_GENERAL {
        let callable = *sp.sub(arg + 2);
        if !(*callable).is_exactly(&PyFunction_Type)
            || (*callable.cast::<Function>()).func_version.get() != read_u32(pc.add(1))
        {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        return generic::CALL(pc, sp, frame, ts, arg, table);
    }

    CALL_BOUND_METHOD_GENERAL {
        let callable = *sp.sub(arg + 2);
        if !(*callable).is_exactly(&PyMethod_Type) {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        let (function, _) = (*callable.cast::<Method>()).raw_parts();
        if function.is_null()
            || !(*function).is_exactly(&PyFunction_Type)
            || (*function.cast::<Function>()).func_version.get() != read_u32(pc.add(1))
        {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        return generic::CALL(pc, sp, frame, ts, arg, table);
    }

    /// An instance is made, and the class's `__init__` runs as the next frame.
    CALL_ALLOC_AND_ENTER_INIT {
        let base = sp.sub(arg + 2);
        let callable = *base;
        if !(*callable).is_exactly(&PyType_Type)
            || !(*base.add(1)).is_null()
            || (*callable.cast::<TypeObject>()).tp_version_tag.get() != read_u32(pc.add(1))
        {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        return checked::CALL_ALLOC_AND_ENTER_INIT(pc, sp, frame, ts, arg, table);
    }
}

/// The parts that call, when the operands fit.
mod checked {
    use super::*;

    flow_ops! { (pc, sp, frame, ts, arg)
        CALL_ALLOC_AND_ENTER_INIT {
            let class = &*(*sp.0.sub(arg + 2)).cast::<TypeObject>();
            match call::init_of(class) {
                Some(init) => call::enter_class(ts, frame, &mut sp, class, init, arg, None, SIZE.into()),
                None => call::call(ts, frame, &mut sp, arg, None, SIZE.into()),
            }
        }
    }
}
