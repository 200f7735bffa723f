//! `LOAD_GLOBAL`: the place of a name in the globals or the builtins, while their keys are the same.
//!
//! Cache: counter, index, version of the globals' keys, version of the builtins' keys.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use super::counter;
use crate::eval::{FramePtr, Pc, Sp, Table, ThreadPtr, fast_ops};
use crate::ops::name::generic;
use bytecode::opcodes::op;
use core::ptr;
use objects::Object;
use objects::types::dict::Dict;

fast_ops! { (pc, sp, frame, ts, arg, table)
    LOAD_GLOBAL_MODULE {
        let value = (*(*frame).f_globals.get().cast::<Dict>()).value_at(u32::from(*pc.add(2)), usize::from(*pc.add(1)));
        if value.is_null() {
            return miss(pc, sp, frame, ts, arg, table);
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
            return miss(pc, sp, frame, ts, arg, table);
        }
        let value = (*builtins).value_at(u32::from(*pc.add(3)), usize::from(*pc.add(1)));
        if value.is_null() {
            return miss(pc, sp, frame, ts, arg, table);
        }
        (*value).incref();
        *sp = value;
        *sp.add(1) = ptr::null_mut();
        sp = sp.add(1 + (arg & 1));
    }
}

/// The caches do not fit: the general way, and perhaps another look.
unsafe extern "C" fn miss(
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    table: *const Table,
) -> *mut Object {
    // SAFETY: as in every handler.
    unsafe {
        if counter::tick(pc) {
            return load_global(pc, sp, frame, ts, arg, table);
        }
        generic::LOAD_GLOBAL(pc, sp, frame, ts, arg, table)
    }
}

/// Looks where the name is, rewrites the instruction, and loads in the general way this time.
pub unsafe extern "C" fn load_global(
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    table: *const Table,
) -> *mut Object {
    #[inline(never)]
    unsafe fn specialize(pc: Pc, frame: FramePtr, arg: usize) {
        // SAFETY: the running frame; the instruction has four cache entries.
        unsafe {
            match try_specialize(pc, &*frame, arg) {
                Some(opcode) => counter::succeed(pc, opcode),
                None => counter::fail(pc, op::LOAD_GLOBAL),
            }
        }
    }
    // SAFETY: as in every handler.
    unsafe {
        specialize(pc, frame, arg);
        generic::LOAD_GLOBAL(pc, sp, frame, ts, arg, table)
    }
}

unsafe fn try_specialize(
    pc: Pc,
    frame: &objects::interpreter_frame::InterpreterFrame,
    arg: usize,
) -> Option<u8> {
    // SAFETY: the caller's.
    unsafe {
        let name = frame.code().name_at(arg >> 1);
        let globals = frame.globals();
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
