//! The JIT's options, and the choice of the backend for this machine.

use interp::config;
use ir::backend::{Backend, Interpreter};
use jit::options::{Dump, Mode, Options};
use std::env;

/// Room for compiled code.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
const CODE_SIZE: usize = 64 << 20;

/// Plugs the JIT in if the options ask for it.
///
/// # Errors
/// Says which option is wrong.
pub fn start() -> Result<(), String> {
    let config = config::get();
    let variables = if config.isolated || config.ignore_environment { Vec::new() } else { variables() };
    let options = Options::parse(variables.iter().chain(&config.x_options).map(String::as_str))?;
    if options.mode != Mode::Off {
        tracer::install(options, backend);
    }
    Ok(())
}

/// What the environment says, as `-X` options. `PYTHON_JIT` is CPython's: whatever does not begin with a 0 turns the JIT on.
fn variables() -> Vec<String> {
    let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let mode = variable("PYTHON_JIT").map(|value| match value.as_str() {
        "interp" => "jit=interp".to_owned(),
        value => format!("jit={}", if value.starts_with('0') { "off" } else { "on" }),
    });
    let more = variable("PYTHON_JIT_OPTIONS").unwrap_or_default();
    let more = more.split(',').filter(|option| !option.is_empty()).map(|option| format!("jit-{option}"));
    mode.into_iter().chain(more).collect()
}

/// An interpreter's backend; none if the system gives no memory for code, so that all is interpreted.
fn backend(options: &Options) -> Option<Box<dyn Backend>> {
    match options.mode {
        Mode::Off => None,
        Mode::Interp => Some(Box::new(Interpreter::default())),
        Mode::On => native(options.dump),
    }
}

/// The processor's backend.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn native(dump: Dump) -> Option<Box<dyn Backend>> {
    use ir::backend::Compiler;
    use ir::native::Native;
    #[cfg(target_arch = "x86_64")]
    let machine = jit_x86::X86::detect();
    #[cfg(target_arch = "aarch64")]
    let machine = jit_arm::Arm;
    let native = Native::new(machine, CODE_SIZE, start as *const () as u64).ok()?;
    Some(Box::new(Compiler::new(native, dump.place || dump.asm)))
}

/// The reference interpreter, where there is no backend for the processor.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn native(_dump: Dump) -> Option<Box<dyn Backend>> {
    Some(Box::new(Interpreter::default()))
}
