//! The modules that the interpreter owns, and the table by which import finds the built-in ones.

pub mod abc;
pub mod ast;
pub mod atexit;
pub mod builtins;
pub mod faulthandler;
pub mod gc;
pub mod imp;
pub mod interpchannels;
pub mod interpqueues;
pub mod interpreters;
pub mod lsprof;
pub mod marshal;
pub mod opcode;
pub mod signal;
pub mod suggestions;
pub mod symtable;
pub mod sys;
pub mod sysconfig;
pub mod testinternal;
pub mod thread;
pub mod tokenize;
pub mod tracemalloc;
pub mod typing;
pub mod warnings;
pub mod weakref;

use core::cell::Cell;
use objects::typeobject::ModuleDef;

/// A built-in module: its name and definition.
pub type Entry = (&'static str, &'static ModuleDef);

/// The interpreter's own.
static OWN: &[Entry] = &[
    ("_abc", &abc::module::MODULE_DEF),
    ("_ast", &ast::module::MODULE_DEF),
    ("_imp", &imp::native::MODULE_DEF),
    ("_interpchannels", &interpchannels::module::MODULE_DEF),
    ("_interpqueues", &interpqueues::module::MODULE_DEF),
    ("_interpreters", &interpreters::module::MODULE_DEF),
    ("_lsprof", &lsprof::module::MODULE_DEF),
    ("_opcode", &opcode::module::MODULE_DEF),
    ("_signal", &signal::module::MODULE_DEF),
    ("_suggestions", &suggestions::module::MODULE_DEF),
    ("_symtable", &symtable::module::MODULE_DEF),
    ("_sysconfig", &sysconfig::module::MODULE_DEF),
    ("_testinternalcapi", &testinternal::module::MODULE_DEF),
    ("_thread", &thread::module::MODULE_DEF),
    ("_tokenize", &tokenize::module::MODULE_DEF),
    ("_tracemalloc", &tracemalloc::module::MODULE_DEF),
    ("_typing", &typing::module::MODULE_DEF),
    ("_warnings", &warnings::module::MODULE_DEF),
    ("_weakref", &weakref::module::MODULE_DEF),
    ("atexit", &atexit::module::MODULE_DEF),
    ("builtins", &builtins::module::MODULE_DEF),
    ("faulthandler", &faulthandler::module::MODULE_DEF),
    ("gc", &gc::module::MODULE_DEF),
    ("marshal", &marshal::module::MODULE_DEF),
    ("sys", &sys::module::MODULE_DEF),
];

/// Lists of modules of the crates above, as each of those crates keeps its own.
struct More(Cell<&'static [&'static [Entry]]>);

// SAFETY: set before the interpreter starts.
unsafe impl Sync for More {}

static MORE: More = More(Cell::new(&[]));

/// Adds the modules of the crates above, before the start.
pub fn register(more: &'static [&'static [Entry]]) {
    MORE.0.set(more);
}

fn all() -> impl Iterator<Item = &'static Entry> {
    OWN.iter().chain(MORE.0.get().iter().copied().flatten())
}

/// The names of all built-in modules.
pub fn names() -> impl Iterator<Item = &'static str> {
    all().map(|(name, _)| *name)
}

/// The definition of a built-in module.
pub fn find(name: &str) -> Option<&'static ModuleDef> {
    all().find(|(known, _)| *known == name).map(|(_, definition)| *definition)
}

/// Raises an auditing event without arguments.
///
/// # Errors
/// What a hook raises.
pub fn audit(event: &str) -> objects::Result<()> {
    crate::audit::raise_named(event, &[])
}
