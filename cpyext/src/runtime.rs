//! `_PyRuntime`: what profilers and debuggers look for in a process from outside. It begins with a table that says where everything is.

use core::cell::Cell;
use core::ffi::{c_int, c_ulong};
use core::mem::offset_of;
use core::ptr;
use interp::modules::sys::values;
use interp::{gil, signals};
use objects::interpreter_frame::{InterpreterFrame, SPECIALS_WORDS};
use objects::state::{self, Interpreter, MAIN, ThreadState};
use objects::types::code::{self, Code};
use objects::types::list::List;
use objects::types::str::Str;
use objects::{Object, TypeObject, VarObject};

/// `_Py_DebugOffsets` behind its cookie: the sizes of structs and the places of their fields.
type Offsets = [u64; 72];

const fn table() -> Offsets {
    let (holder, is_held, gil_size) = gil::layout();
    let header = size_of::<VarObject>();
    let rows: [&[usize]; 16] = [
        // Version, free-threaded.
        &[values::HEX_VERSION as usize, 0],
        // The runtime.
        &[size_of::<Runtime>(), offset_of!(Runtime, finalizing), offset_of!(Runtime, interpreters_head)],
        // The interpreter: size, id, next, threads, collector, modules, sys, builtins, the lock and its fields.
        &[
            size_of::<Interpreter>(),
            offset_of!(Interpreter, id),
            offset_of!(Interpreter, next),
            offset_of!(Interpreter, thread_head),
            7400,
            offset_of!(Interpreter, modules),
            offset_of!(Interpreter, sysdict),
            offset_of!(Interpreter, builtins),
            offset_of!(Interpreter, gil),
            gil_size,
            0,
            is_held,
            holder,
        ],
        &[
            size_of::<ThreadState>(),
            offset_of!(ThreadState, prev),
            offset_of!(ThreadState, next),
            offset_of!(ThreadState, interp),
            offset_of!(ThreadState, current_frame),
            offset_of!(ThreadState, thread_id),
            offset_of!(ThreadState, native_thread_id),
            offset_of!(ThreadState, datastack_chunk),
            offset_of!(ThreadState, status),
        ],
        &[
            size_of::<InterpreterFrame>(),
            offset_of!(InterpreterFrame, previous),
            offset_of!(InterpreterFrame, f_executable),
            offset_of!(InterpreterFrame, instr_ptr),
            SPECIALS_WORDS * 8,
            offset_of!(InterpreterFrame, owner),
        ],
        &[
            code::HEAD_SIZE,
            offset_of!(Code, co_filename),
            offset_of!(Code, co_name),
            offset_of!(Code, co_qualname),
            offset_of!(Code, co_linetable),
            offset_of!(Code, co_firstlineno),
            offset_of!(Code, co_argcount),
            offset_of!(Code, co_localsplusnames),
            offset_of!(Code, co_localspluskinds),
            code::HEAD_SIZE,
        ],
        // Objects, and types: name, repr, flags.
        &[size_of::<Object>(), 8],
        &[
            size_of::<TypeObject>(),
            offset_of!(TypeObject, tp_name),
            offset_of!(TypeObject, tp_repr),
            offset_of!(TypeObject, tp_flags),
        ],
        // Tuples and lists: items, count.
        &[header + 8, header, 16],
        &[size_of::<List>(), header, 16],
        // Dictionaries, whose tables are not those of CPython: no places.
        &[48, 0, 0],
        // Floats, ints, bytes.
        &[24, 16],
        &[32, 16, 24],
        &[40, 16, 32],
        // Strings: state, length, size of those in ASCII.
        &[size_of::<Str>() + 24, 32, 16, size_of::<Str>()],
        // The collector.
        &[240, 200],
    ];
    let mut out = [0; 72];
    let (mut row, mut at) = (0, 0);
    while row < rows.len() {
        let mut column = 0;
        while column < rows[row].len() {
            out[at] = rows[row][column] as u64;
            at += 1;
            column += 1;
        }
        row += 1;
    }
    assert!(at == out.len());
    out
}

/// Bytes of `_PyRuntime` that nobody looks into.
const REST: usize = 283_408 - 672;

/// `_PyRuntimeState`, as far as it is looked into.
#[repr(C)]
pub struct Runtime {
    cookie: [u8; 8],
    offsets: Offsets,
    initialized: [c_int; 5],
    finalizing: Cell<*const ThreadState>,
    finalizing_id: c_ulong,
    interpreters_mutex: u8,
    interpreters_head: Cell<*const Interpreter>,
    interpreters_main: *const Interpreter,
    next_id: i64,
    main_thread: Cell<c_ulong>,
    main_tstate: Cell<*const ThreadState>,
    rest: [u8; REST],
}

// SAFETY: written under the GIL.
unsafe impl Sync for Runtime {}

const _: () =
    assert!(offset_of!(Runtime, initialized) == 584 && offset_of!(Runtime, interpreters_head) == 632);
const _: () = assert!(offset_of!(Runtime, main_tstate) == 664 && size_of::<Runtime>() == 283_408);

#[unsafe(no_mangle)]
pub static _PyRuntime: Runtime = Runtime {
    cookie: *b"xdebugpy",
    offsets: table(),
    initialized: [1, 0, 1, 1, 1],
    finalizing: Cell::new(ptr::null()),
    finalizing_id: 0,
    interpreters_mutex: 0,
    interpreters_head: Cell::new(&raw const MAIN),
    interpreters_main: &raw const MAIN,
    next_id: 1,
    main_thread: Cell::new(0),
    main_tstate: Cell::new(ptr::null()),
    rest: [0; REST],
};

/// Notes the main thread, once there is one.
pub fn set_main_thread() {
    state::watch_interpreters(|head| _PyRuntime.interpreters_head.set(head));
    if let Some(main) = signals::main_thread() {
        _PyRuntime.main_thread.set(main.thread_id.get());
        _PyRuntime.main_tstate.set(main);
    }
}
