//! `sys._jit`: what the JIT has done, for programs and tests.

use crate::state;
use objects::state::interpreter;
use objects::types::dict::Dict;
use objects::types::int::Int;
use objects::types::module::{exec_definition, from_definition};
use objects::types::str::Str;
use objects::{Ref, Result};

/// Makes the module `sys._jit`.
///
/// # Errors
/// MemoryError.
pub fn add_to_sys() -> Result<()> {
    let definition = &native::MODULE_DEF;
    let made = from_definition(definition, &*Str::new("sys._jit")?)?;
    exec_definition(&made, definition)?;
    match interpreter().sysdict.get() {
        Some(sys) => sys.set_text("_jit", &made),
        None => Ok(()),
    }
}

fn counts(entries: impl IntoIterator<Item = (&'static str, u64)>) -> Result<Ref<Dict>> {
    let dict = Dict::new()?;
    for (name, count) in entries {
        dict.set_text(name, &*Int::from_i64(count as i64)?)?;
    }
    Ok(dict)
}

#[macros::pymodule(name = "sys._jit")]
pub mod native {
    use super::*;
    use jit::options::Mode;

    /// Whether this executable has a JIT, as CPython 3.14 has it.
    #[function("is_available($module, /)")]
    fn is_available() -> bool {
        true
    }

    /// Whether hot code is compiled in this process, as CPython 3.14 has it; tools that measure ask.
    #[function("is_enabled($module, /)")]
    fn is_enabled() -> bool {
        state::with(|jit| jit.options.mode).is_some_and(|mode| mode != Mode::Off)
    }

    /// Whether compiled code runs: "off", "on" or "interp".
    #[function("mode($module, /)")]
    fn mode() -> &'static str {
        match state::with(|jit| jit.options.mode) {
            None | Some(Mode::Off) => "off",
            Some(Mode::On) => "on",
            Some(Mode::Interp) => "interp",
        }
    }

    /// How many recordings were begun, traces compiled, and so on.
    #[function("counters($module, /)")]
    fn counters() -> Result<Ref<Dict>> {
        counts(state::with(|jit| jit.stats.borrow().counters()).into_iter().flatten())
    }

    /// Why recordings stopped, and how often.
    #[function("aborts($module, /)")]
    fn aborts() -> Result<Ref<Dict>> {
        let aborts: Vec<_> = state::with(|jit| jit.stats.borrow().aborts().collect()).unwrap_or_default();
        counts(aborts)
    }
}
