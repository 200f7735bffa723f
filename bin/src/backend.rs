//! The JIT's options, and the choice of the backend for this machine.

use interp::config;
use ir::backend::{Backend, Interpreter};
use jit::options::{Dump, Mode, Options};

/// Room for compiled code.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
const CODE_SIZE: usize = 64 << 20;

/// Plugs the JIT in if the options ask for it.
///
/// # Errors
/// Says which option is wrong.
pub fn start() -> Result<(), String> {
    let config = config::get();
    let options = Options::parse(config.jit_variables.iter().chain(&config.x_options).map(String::as_str))?;
    if options.mode != Mode::Off {
        tracer::install(options, backend);
    }
    Ok(())
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
