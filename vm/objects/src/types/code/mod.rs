//! `code`: a compiled code object, with the instructions and their inline caches at its end.
//!
//! [`build`] makes one from the compiler's data or from marshalled parts; [`attrs`] is what Python sees of it; [`monitoring`] is what
//! instrumentation keeps beside it, [`extra`] what extensions do.

pub mod attrs;
pub mod build;
pub mod extra;
pub mod monitoring;
pub mod rows;

use crate::interpreter_frame::CodeUnit;
use crate::object::refs::{Ref, Slot};
use crate::object::{Object, VarObject};
use crate::types::bytes::Bytes;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use bytecode::code::kinds;
use bytecode::opcodes::CACHES;
use core::cell::Cell;
use core::ffi::c_void;
use core::mem::offset_of;

/// `PyCodeObject`; `ob_size` counts the code units at its end.
#[repr(C)]
pub struct Code {
    pub ob_base: VarObject,
    pub co_consts: Slot<Tuple>,
    pub co_names: Slot<Tuple>,
    pub co_exceptiontable: Slot<Bytes>,
    pub co_flags: Cell<i32>,
    pub co_argcount: Cell<i32>,
    pub co_posonlyargcount: Cell<i32>,
    pub co_kwonlyargcount: Cell<i32>,
    pub co_stacksize: Cell<i32>,
    pub co_firstlineno: Cell<i32>,
    /// Fast locals of all kinds.
    pub co_nlocalsplus: Cell<i32>,
    /// Size of a frame in words.
    pub co_framesize: Cell<i32>,
    pub co_nlocals: Cell<i32>,
    pub co_ncellvars: Cell<i32>,
    pub co_nfreevars: Cell<i32>,
    /// Identifies the code object; functions made from it begin with it as their own version.
    pub co_version: Cell<u32>,
    pub co_localsplusnames: Slot<Tuple>,
    pub co_localspluskinds: Slot<Bytes>,
    pub co_filename: Slot<Str>,
    pub co_name: Slot<Str>,
    pub co_qualname: Slot<Str>,
    pub co_linetable: Slot<Bytes>,
    pub co_weakreflist: Cell<*mut Object>,
    /// What the JIT compiled from this code.
    pub co_executors: Cell<*mut c_void>,
    /// Private: how often the code was entered, for the JIT's counters.
    pub co_cached: Cell<*mut c_void>,
    pub co_instrumentation_version: Cell<usize>,
    pub co_monitoring: Cell<*mut c_void>,
    /// The unit of the first `RESUME`: frames before it are not shown.
    pub co_firsttraceable: Cell<i32>,
    pub co_extra: Cell<*mut c_void>,
    co_code_adaptive: [Cell<CodeUnit>; 0],
}

/// Offset of the instructions.
pub const HEAD_SIZE: usize = 200;

const _: () = assert!(offset_of!(Code, co_code_adaptive) == HEAD_SIZE && size_of::<Code>() == HEAD_SIZE);
const _: () = assert!(offset_of!(Code, co_flags) == 48 && offset_of!(Code, co_nlocalsplus) == 72);
const _: () =
    assert!(offset_of!(Code, co_localsplusnames) == 96 && offset_of!(Code, co_firsttraceable) == 184);

// SAFETY: touched under the GIL.
unsafe impl Sync for Code {}

impl Code {
    /// The first instruction.
    #[inline(always)]
    pub fn first_unit(&self) -> *mut CodeUnit {
        // SAFETY: the units follow the fixed part.
        unsafe { core::ptr::from_ref(self).cast::<u8>().add(HEAD_SIZE).cast_mut().cast() }
    }

    /// The instructions and caches as they are now.
    pub fn units(&self) -> &[Cell<CodeUnit>] {
        // SAFETY: `ob_size` units follow the fixed part.
        unsafe { core::slice::from_raw_parts(self.first_unit().cast(), self.ob_base.size()) }
    }

    /// `co_code`: the instructions as compiled, caches zero.
    pub fn original_units(&self) -> Vec<CodeUnit> {
        let units = self.units();
        let mut out = vec![0; units.len()];
        let mut at = 0;
        while let Some(unit) = units.get(at) {
            let opcode = self.original_opcode(at, unit.get() as u8);
            out[at] = unit.get() & 0xff00 | CodeUnit::from(opcode);
            at += 1 + usize::from(CACHES[usize::from(opcode)]);
        }
        out
    }

    /// Whether a flag of `co_flags` is set.
    #[inline]
    pub fn has_flag(&self, flag: u32) -> bool {
        self.co_flags.get() as u32 & flag != 0
    }

    /// The constants.
    #[inline(always)]
    pub fn consts(&self) -> &Tuple {
        // SAFETY: set when the code object is made and never changed.
        unsafe { &*self.co_consts.as_ptr() }
    }

    /// The names.
    #[inline(always)]
    pub fn names(&self) -> &Tuple {
        // SAFETY: as in `consts`.
        unsafe { &*self.co_names.as_ptr() }
    }

    /// The name `index`.
    ///
    /// # Safety
    /// `index` is below the number of names.
    #[inline(always)]
    pub unsafe fn name_at(&self, index: usize) -> &Str {
        // SAFETY: the caller's promise; names are exact strings.
        unsafe { self.names().items().get_unchecked(index).cast_unchecked() }
    }

    /// The names of the fast locals.
    pub fn localsplusnames(&self) -> &Tuple {
        // SAFETY: as in `consts`.
        unsafe { &*self.co_localsplusnames.as_ptr() }
    }

    /// The name of the fast local `index`.
    pub fn local_name(&self, index: usize) -> Option<&Str> {
        self.localsplusnames().items().get(index)?.cast()
    }

    /// The kind of the fast local `index`: bits of [`kinds`].
    pub fn local_kind(&self, index: usize) -> u8 {
        // SAFETY: as in `consts`.
        unsafe { &*self.co_localspluskinds.as_ptr() }.as_slice().get(index).copied().unwrap_or(0)
    }

    /// The names of the fast locals that have one of the kind bits.
    pub fn names_of_kind(&self, kind: u8) -> Vec<Ref> {
        let names = self.localsplusnames().items();
        (0..names.len())
            .filter(|&i| self.local_kind(i) & kind != 0)
            .map(|i| Ref::from_borrowed(names[i]))
            .collect()
    }

    /// The index of the first free variable among the fast locals.
    #[inline]
    pub fn first_free(&self) -> usize {
        (self.co_nlocalsplus.get() - self.co_nfreevars.get()) as usize
    }

    /// Parameters of all kinds, `*args` and `**kwargs` included.
    pub fn parameter_count(&self) -> usize {
        use bytecode::code::flags::{VARARGS, VARKEYWORDS};
        (self.co_argcount.get() + self.co_kwonlyargcount.get()) as usize
            + usize::from(self.has_flag(VARARGS))
            + usize::from(self.has_flag(VARKEYWORDS))
    }

    /// `co_name`.
    pub fn name(&self) -> &Str {
        // SAFETY: as in `consts`.
        unsafe { &*self.co_name.as_ptr() }
    }

    /// `co_qualname`.
    pub fn qualname(&self) -> &Str {
        // SAFETY: as in `consts`.
        unsafe { &*self.co_qualname.as_ptr() }
    }

    /// `co_filename`.
    pub fn filename(&self) -> &Str {
        // SAFETY: as in `consts`.
        unsafe { &*self.co_filename.as_ptr() }
    }

    /// `co_exceptiontable`.
    pub fn exceptiontable(&self) -> &[u8] {
        // SAFETY: as in `consts`.
        unsafe { &*self.co_exceptiontable.as_ptr() }.as_slice()
    }

    /// `co_linetable`.
    pub fn linetable(&self) -> &[u8] {
        // SAFETY: as in `consts`.
        unsafe { &*self.co_linetable.as_ptr() }.as_slice()
    }

    /// The line of the instruction at `unit`; the first line for what is before the code.
    pub fn line_of(&self, unit: i32) -> Option<i32> {
        let Ok(unit) = usize::try_from(unit) else { return Some(self.co_firstlineno.get()) };
        let line = bytecode::line_table::location_of(self.linetable(), self.co_firstlineno.get(), unit).line;
        (line >= 0).then_some(line)
    }

    /// Whether the fast local `index` is shown by `locals()`.
    pub fn is_hidden(&self, index: usize) -> bool {
        self.local_kind(index) & kinds::HIDDEN != 0
    }
}
