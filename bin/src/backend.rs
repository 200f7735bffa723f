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
        Mode::Interp => Some(Box::new(Interpreter::default()) as Box<dyn Backend>),
        Mode::On => native(options.dump),
    };
    if let Some(backend) = backend {
        tracer::install(options, backend);
    }
    Ok(())
}

/// The processor's backend; none if the system gives no memory for code, so that all is interpreted.
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
