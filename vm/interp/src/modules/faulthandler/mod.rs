//! `faulthandler`: the Python frames of all threads on standard error, when a fault, a signal or a timeout asks for them.
//!
//! [`dump`] writes without allocating or locking, as it runs in signal handlers; [`fault`] handles the fatal signals, [`user`] those
//! that a program registers, [`later`] timeouts; [`crash`] has the functions that tests crash with.

mod crash;
pub mod dump;
mod fault;
mod later;
mod user;

use core::ffi::c_int;
use objects::object::refs::Slot;
use objects::protocol::call;
use objects::state;
use objects::types::int::Int;
use objects::types::none::none;
use objects::{Object, Ref, Result, id, raise};

pub use fault::silence;

/// Where a dump goes: the descriptor, and the file that keeps it open.
struct Target {
    fd: c_int,
    file: Option<Ref>,
}

impl Target {
    /// A descriptor's number, or a file's; `sys.stderr` without one.
    fn of(file: Option<&Object>) -> Result<Target> {
        let file = match file.filter(|file| !file.is(none())) {
            Some(file) => objects::Instance::to_ref(file),
            None => match state::sys_get("stderr") {
                None => return Err(raise!(RuntimeError, "lost sys.stderr")),
                Some(stderr) if stderr.is(none()) => {
                    return Err(raise!(RuntimeError, "sys.stderr is None"));
                }
                Some(stderr) => stderr,
            },
        };
        if file.cast::<Int>().is_some() {
            let fd = objects::protocol::number::index(&file)?.to_i64();
            let fd = fd.and_then(|fd| c_int::try_from(fd).ok());
            let fd = fd.ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C int"))?;
            if fd < 0 {
                return Err(raise!(ValueError, "file is not a valid file descriptor"));
            }
            return Ok(Target { fd, file: None });
        }
        let number = call::call_method(&file, id!("fileno"), &[])?;
        let fd = number.cast::<Int>().and_then(Int::to_i64).and_then(|fd| c_int::try_from(fd).ok());
        let Some(fd) = fd.filter(|&fd| fd >= 0) else {
            return Err(raise!(RuntimeError, "file.fileno() is not a valid file descriptor"));
        };
        // What the program has written comes first.
        if let Err(raised) = call::call_method(&file, id!("flush"), &[]) {
            raised.clear();
        }
        Ok(Target { fd, file: Some(file) })
    }
}

/// The end of the program: nobody is to be told of it any more.
pub fn end() {
    later::cancel();
    fault::disable();
    user::unregister_all();
}

/// Files that handlers write to, kept open.
struct Files {
    fault: Slot,
    later: Slot,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Files {}

static FILES: Files = Files { fault: Slot::empty(), later: Slot::empty() };

#[macros::pymodule(name = "faulthandler", parts(super::crash::part))]
pub mod module {
    use super::*;

    #[function("enable($module, /, file=sys.stderr, all_threads=True)")]
    fn enable(file: Option<&Object>, #[default(true)] all_threads: bool) -> Result<()> {
        fault::enable(Target::of(file)?, all_threads)
    }

    #[function("disable($module, /)")]
    fn disable() -> bool {
        fault::disable()
    }

    #[function("is_enabled($module, /)")]
    fn is_enabled() -> bool {
        fault::is_enabled()
    }

    #[function("dump_traceback($module, /, file=sys.stderr, all_threads=True)")]
    fn dump_traceback(file: Option<&Object>, #[default(true)] all_threads: bool) -> Result<()> {
        let target = Target::of(file)?;
        let ts = state::current();
        match all_threads {
            true => dump::all_threads(target.fd, Some(ts)),
            false => dump::one_thread(target.fd, ts),
        }
        crate::breaker::handle_pending(ts)
    }

    #[function("dump_traceback_later($module, /, timeout, repeat=False, file=sys.stderr, exit=False)")]
    fn dump_traceback_later(
        timeout: &Object,
        #[default(false)] repeat: bool,
        file: Option<&Object>,
        #[default(false)] exit: bool,
    ) -> Result<()> {
        later::start(timeout, repeat, file, exit)
    }

    #[function("cancel_dump_traceback_later($module, /)")]
    fn cancel_dump_traceback_later() {
        later::cancel();
    }

    #[function("register($module, /, signum, file=sys.stderr, all_threads=True, chain=False)")]
    fn register(
        signum: c_int,
        file: Option<&Object>,
        #[default(true)] all_threads: bool,
        #[default(false)] chain: bool,
    ) -> Result<()> {
        user::register(signum, Target::of(file)?, all_threads, chain)
    }

    #[function("unregister($module, signum, /)")]
    fn unregister(signum: c_int) -> Result<bool> {
        user::unregister(signum)
    }
}
