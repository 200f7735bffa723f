//! `LOAD_GLOBAL`: the place of a name in the globals or the builtins, while their keys are the same.
//!
//! Cache: counter, index, version of the globals' keys, version of the builtins' keys.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use super::base::{self, Site};
use crate::eval::{Pc, fast_ops};
use bytecode::opcodes::op;
use core::ptr;
use objects::types::dict::Dict;

fast_ops! { (pc, sp, frame, ts, arg, table)
    LOAD_GLOBAL_MODULE {
        let value = (*(*frame).f_globals.get().cast::<Dict>()).value_at(u32::from(*pc.add(2)), usize::from(*pc.add(1)));
        if value.is_null() {
            return base::LOAD_GLOBAL(pc, sp, frame, ts, arg, table);
        }
        (*value).incref();
        *sp = value;
        *sp.add(1) = ptr::null_mut();
        sp = sp.add(1 + (arg & 1));
    }

    LOAD_GLOBAL_BUILTIN {
        let globals = (*frame).f_globals.get().cast::<Dict>();
        let builtins = (*frame).f_builtins.get().cast::<Dict>();
        if (*globals).keys_version_now() != u32::from(*pc.add(2)) {
            return base::LOAD_GLOBAL(pc, sp, frame, ts, arg, table);
        }
        let value = (*builtins).value_at(u32::from(*pc.add(3)), usize::from(*pc.add(1)));
        if value.is_null() {
            return base::LOAD_GLOBAL(pc, sp, frame, ts, arg, table);
        }
        (*value).incref();
        *sp = value;
        *sp.add(1) = ptr::null_mut();
        sp = sp.add(1 + (arg & 1));
    }
}

/// Rewrites a `LOAD_GLOBAL`.
pub unsafe fn specialize(site: Site<'_>) {
    // SAFETY: the instruction has four cache entries.
    unsafe { site.settle(try_specialize(site.pc, site.frame, site.arg), op::LOAD_GLOBAL) }
}

unsafe fn try_specialize(
    pc: Pc,
    frame: &objects::interpreter_frame::InterpreterFrame,
    arg: usize,
) -> Option<u8> {
    // SAFETY: the caller's.
    unsafe {
        let name = frame.code().name_at(arg >> 1);
        let globals = frame.globals().cast_exact::<Dict>()?;
        let version = |dict: &Dict| u16::try_from(dict.keys_version()).ok().filter(|&version| version != 0);
        let globals_version = version(globals)?;
        if let Some(place) = globals.place_of(name) {
            *pc.add(1) = u16::try_from(place).ok()?;
            *pc.add(2) = globals_version;
            return Some(op::LOAD_GLOBAL_MODULE);
        }
        let builtins = frame.builtins().cast_exact::<Dict>()?;
        let builtins_version = version(builtins)?;
        *pc.add(1) = u16::try_from(builtins.place_of(name)?).ok()?;
        *pc.add(2) = globals_version;
        *pc.add(3) = builtins_version;
        Some(op::LOAD_GLOBAL_BUILTIN)
    }
}
