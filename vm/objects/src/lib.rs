//! The object model and the built-in types: CPython's ABI in Rust.
//!
//! This crate runs no bytecode. Where an object needs the interpreter (calling a function, importing a module), it goes
//! through [`hooks`], which the interpreter fills at start-up. Rooms, in reading order: `object` (header, references, heap,
//! collector), `typeobject` (types and their slots), `state` (thread and interpreter state), `raise` (errors), `attrs`
//! (instance attributes), `protocol` (what can be done with any object), `args` (binding call arguments), `types`.

extern crate self as objects;

pub mod args;
pub mod attrs;
pub mod codecs;
pub mod fork;
pub mod format;
pub mod futex;
pub mod hash;
pub mod hooks;
pub mod import_lock;
pub mod interpreter_frame;
pub mod line_input;
pub mod object;
pub mod parking;
pub mod per_interpreter;
pub mod protocol;
pub mod quiet;
pub mod raise;
pub mod repeat;
pub mod slots;
pub mod state;
pub mod stdio;
pub mod typeobject;
pub mod types;
pub mod watch;

pub use object::refs::{Ref, Slot};
pub use object::trace::{Trace, Visit, Visitor};
pub use object::{Instance, Object, VarObject};
pub use raise::{Raised, Result};
pub use typeobject::TypeObject;
pub use typeobject::slots::CompareOp;

/// Ends the process because the runtime's own state is broken, saying what happened and where to report it.
#[cold]
pub fn fatal(what: &str) -> ! {
    to_stderr!(
        "Fatal Python error: {what}\nThis is a bug in Taipan: please report it with the program that led here.\n"
    );
    std::process::abort();
}
