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
    let options = Options::parse(config::get().x_options.iter().map(String::as_str))?;
    let backend = match options.mode {
        Mode::Off => return Ok(()),
        Mode::Interp => Box::new(Interpreter::default()),
        Mode::On => native(options.dump),
    };
    tracer::install(options, backend);
    Ok(())
}

/// The processor's backend; the reference interpreter where there is none, or no memory for code.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn native(dump: Dump) -> Box<dyn Backend> {
    use ir::backend::Compiler;
    use ir::native::Native;
    #[cfg(target_arch = "x86_64")]
    let machine = jit_x86::X86::detect();
    #[cfg(target_arch = "aarch64")]
    let machine = jit_arm::Arm;
    match Native::new(machine, CODE_SIZE, start as *const () as u64) {
        Ok(native) => Box::new(Compiler::new(native, dump.place || dump.asm)),
        Err(_) => Box::new(Interpreter::default()),
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn native(_dump: Dump) -> Box<dyn Backend> {
    Box::new(Interpreter::default())
}
