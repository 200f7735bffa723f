//! Names in namespaces: module and class bodies, globals, builtins.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use crate::eval::{FramePtr, fast_ops, ops};
use crate::messages;
use core::ptr;
use objects::interpreter_frame::InterpreterFrame;
use objects::protocol::mapping;
use objects::raise::Catch;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::str::Str;
use objects::{Object, Ref, Result, id, raise};

ops! { (sp, frame, ts, arg)
    STORE_NAME {
        let value = sp.pop();
        let name = frame.code().name_at(arg);
        let locals = namespace(frame, name, "storing")?;
        match locals.cast_exact::<Dict>() {
            Some(dict) => dict.bind_str(name, value)?,
            None => mapping::set_item(locals, name, Some(&value))?,
        }
    }

    DELETE_NAME {
        let name = frame.code().name_at(arg);
        let locals = namespace(frame, name, "deleting")?;
        let deleted = match locals.cast_exact::<Dict>() {
            Some(dict) => dict.remove(name)?.is_some(),
            None => mapping::set_item(locals, name, None).catch(&exc::KeyError)?.is_some(),
        };
        if !deleted {
            return Err(messages::undefined_name(name));
        }
    }

    LOAD_LOCALS {
        match frame.locals() {
            Some(locals) => sp.push(Ref::from_borrowed(locals)),
            None => return Err(raise!(SystemError, "no locals")),
        }
    }

    LOAD_FROM_DICT_OR_GLOBALS {
        let name = frame.code().name_at(arg);
        let namespace = sp.pop();
        let value = match mapping::get_optional(&namespace, name)? {
            Some(value) => value,
            None => any_global_or_builtin(frame, name)?,
        };
        sp.push(value);
    }

    STORE_GLOBAL {
        let value = sp.pop();
        frame.globals().set_str(frame.code().name_at(arg), &value)?;
    }

    DELETE_GLOBAL {
        let name = frame.code().name_at(arg);
        if frame.globals().remove(name)?.is_none() {
            return Err(messages::undefined_name(name));
        }
    }

    SETUP_ANNOTATIONS {
        let Some(locals) = frame.locals() else {
            return Err(raise!(SystemError, "no locals found when setting up annotations"));
        };
        if mapping::get_optional(locals, id!("__annotations__"))?.is_none() {
            mapping::set_item(locals, id!("__annotations__"), Some(&*Dict::new()?))?;
        }
    }

    LOAD_BUILD_CLASS {
        let found = mapping::get_optional(frame.builtins(), id!("__build_class__"))?;
        match found {
            Some(function) => sp.push(function),
            None => return Err(raise!(NameError, "__build_class__ not found")),
        }
    }
}

fast_ops! { (pc, sp, frame, ts, arg, table)
    LOAD_NAME {
        let value = find_quickly(frame, arg);
        if value.is_null() {
            return generic::LOAD_NAME(pc, sp, frame, ts, arg, table);
        }
        (*value).incref();
        *sp = value;
        sp = sp.add(1);
    }
}

/// The value of a name, borrowed, where all namespaces are plain dictionaries whose keys are strings; NULL otherwise, and when it is
/// in none.
#[inline(never)]
unsafe fn find_quickly(frame: FramePtr, arg: usize) -> *mut Object {
    // SAFETY: the running frame and its instruction's argument.
    let (frame, name) = unsafe { (&*frame, (*frame).code().name_at(arg)) };
    let Some(locals) = frame.locals().and_then(|locals| locals.cast_exact::<Dict>()) else {
        return ptr::null_mut();
    };
    let value = locals.peek_str(name);
    if !value.is_null() || !locals.has_exact_str_keys() {
        return value;
    }
    let globals = frame.globals();
    if !ptr::eq(globals, locals) {
        let value = globals.peek_str(name);
        if !value.is_null() || !globals.has_exact_str_keys() {
            return value;
        }
    }
    frame.builtins().cast_exact::<Dict>().map_or(ptr::null_mut(), |builtins| builtins.peek_str(name))
}

/// The look-ups that need no cache and may run code.
pub mod generic {
    use super::*;

    ops! { (sp, frame, ts, arg)
        LOAD_NAME {
            let name = frame.code().name_at(arg);
            let value = match frame.locals() {
                Some(locals) => match locals.cast_exact::<Dict>() {
                    Some(locals) => locals.get_str(name)?,
                    None => mapping::get_optional(locals, name)?,
                },
                None => return Err(raise!(SystemError, "no locals when loading {}", quoted(name))),
            };
            let value = match value {
                Some(value) => value,
                None => global_or_builtin(frame, name)?,
            };
            sp.push(value);
        }

        LOAD_GLOBAL {
            let name = frame.code().name_at(arg >> 1);
            let value = any_global_or_builtin(frame, name)?;
            sp.push(value);
            if arg & 1 != 0 {
                sp.push_nullable(None);
            }
        }
    }
}

fn quoted(name: &Str) -> String {
    format!("'{}'", name.to_string_lossy())
}

fn namespace<'a>(frame: &'a InterpreterFrame, name: &Str, doing: &str) -> Result<&'a Object> {
    frame.locals().ok_or_else(|| raise!(SystemError, "no locals found when {doing} {}", quoted(name)))
}

/// [`global_or_builtin`] of whatever the globals are.
fn any_global_or_builtin(frame: &InterpreterFrame, name: &Str) -> Result<Ref> {
    match frame.globals().cast_exact::<Dict>() {
        Some(_) => global_or_builtin(frame, name),
        None => item_or_builtin(frame, name),
    }
}

/// [`global_or_builtin`] with globals that may compute their items.
#[cold]
fn item_or_builtin(frame: &InterpreterFrame, name: &Str) -> Result<Ref> {
    if let Some(value) = mapping::get_optional(frame.globals(), name)? {
        return Ok(value);
    }
    mapping::get_optional(frame.builtins(), name)?.ok_or_else(|| messages::undefined_name(name))
}

/// A global, or what the builtins have under the name.
///
/// # Errors
/// NameError; what a namespace that is no plain dictionary raises.
#[inline]
pub fn global_or_builtin(frame: &InterpreterFrame, name: &Str) -> Result<Ref> {
    if let Some(value) = frame.globals().get_str(name)? {
        return Ok(value);
    }
    let found = match frame.builtins().cast_exact::<Dict>() {
        Some(builtins) => builtins.get_str(name)?,
        None => mapping::get_optional(frame.builtins(), name)?,
    };
    match found {
        Some(value) => Ok(value),
        None => Err(messages::undefined_name(name)),
    }
}
