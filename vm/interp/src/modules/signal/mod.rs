//! `_signal`: handlers, timers, masks, waiting for signals.

mod timer;
mod wait;

use crate::signals;
use core::ffi::c_int;
use objects::args::signals::SigSet;
use objects::object::refs::Slot;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::{Int, new_int};
use objects::types::module::Module;
use objects::types::set::Set;
use objects::types::structseq;
use objects::{Object, Ref, Result, TypeObject, id, raise, state};

/// The classes that the module makes when it is executed.
struct Classes {
    siginfo: Slot<TypeObject>,
    itimer_error: Slot<TypeObject>,
}

// SAFETY: set when the module is executed, read under the GIL.
unsafe impl Sync for Classes {}

objects::per_interpreter! {
    static CLASSES: Classes = Classes { siginfo: Slot::empty(), itimer_error: Slot::empty() };
}

/// Runs the Python handlers of signals that have come, if this is the main thread.
fn handle_pending() -> Result<()> {
    crate::breaker::handle_pending(state::current())
}

const NUMBERS: &[(&str, c_int)] = &[
    ("SIGHUP", libc::SIGHUP),
    ("SIGINT", libc::SIGINT),
    ("SIGQUIT", libc::SIGQUIT),
    ("SIGILL", libc::SIGILL),
    ("SIGTRAP", libc::SIGTRAP),
    ("SIGIOT", libc::SIGIOT),
    ("SIGABRT", libc::SIGABRT),
    ("SIGFPE", libc::SIGFPE),
    ("SIGKILL", libc::SIGKILL),
    ("SIGBUS", libc::SIGBUS),
    ("SIGSEGV", libc::SIGSEGV),
    ("SIGSYS", libc::SIGSYS),
    ("SIGPIPE", libc::SIGPIPE),
    ("SIGALRM", libc::SIGALRM),
    ("SIGTERM", libc::SIGTERM),
    ("SIGUSR1", libc::SIGUSR1),
    ("SIGUSR2", libc::SIGUSR2),
    ("SIGCLD", libc::SIGCHLD),
    ("SIGCHLD", libc::SIGCHLD),
    ("SIGPWR", libc::SIGPWR),
    ("SIGIO", libc::SIGIO),
    ("SIGURG", libc::SIGURG),
    ("SIGWINCH", libc::SIGWINCH),
    ("SIGPOLL", libc::SIGPOLL),
    ("SIGSTOP", libc::SIGSTOP),
    ("SIGTSTP", libc::SIGTSTP),
    ("SIGCONT", libc::SIGCONT),
    ("SIGTTIN", libc::SIGTTIN),
    ("SIGTTOU", libc::SIGTTOU),
    ("SIGVTALRM", libc::SIGVTALRM),
    ("SIGPROF", libc::SIGPROF),
    ("SIGXCPU", libc::SIGXCPU),
    ("SIGXFSZ", libc::SIGXFSZ),
    ("SIGSTKFLT", libc::SIGSTKFLT),
    ("NSIG", signals::COUNT as c_int),
    ("SIG_DFL", libc::SIG_DFL as c_int),
    ("SIG_IGN", libc::SIG_IGN as c_int),
    ("SIG_BLOCK", libc::SIG_BLOCK),
    ("SIG_UNBLOCK", libc::SIG_UNBLOCK),
    ("SIG_SETMASK", libc::SIG_SETMASK),
    ("ITIMER_REAL", libc::ITIMER_REAL as c_int),
    ("ITIMER_VIRTUAL", libc::ITIMER_VIRTUAL as c_int),
    ("ITIMER_PROF", libc::ITIMER_PROF as c_int),
];

#[macros::pymodule(name = "_signal", parts(super::timer::part, super::wait::part))]
pub mod module {
    use super::*;

    #[function("default_int_handler($module, signalnum, frame, /)")]
    fn default_int_handler(_signalnum: c_int, _frame: &Object) -> Result<()> {
        Err(raise::set_class(&exc::KeyboardInterrupt))
    }

    #[function("signal($module, signalnum, handler, /)")]
    fn signal(signalnum: c_int, handler: &Object) -> Result<Ref> {
        signals::set_handler(signalnum, handler)
    }

    #[function("getsignal($module, signalnum, /)")]
    fn getsignal(signalnum: c_int) -> Result<Ref> {
        signals::handler(signalnum)
    }

    #[function("siginterrupt($module, signalnum, flag, /)")]
    fn siginterrupt(signalnum: c_int, flag: c_int) -> Result<()> {
        if signalnum < 1 || signalnum as usize >= signals::COUNT {
            return Err(raise!(ValueError, "signal number out of range"));
        }
        // SAFETY: the action stays, but for the flag.
        let status = unsafe {
            let mut action: libc::sigaction = core::mem::zeroed();
            libc::sigaction(signalnum, core::ptr::null(), &raw mut action);
            match flag {
                0 => action.sa_flags |= libc::SA_RESTART,
                _ => action.sa_flags &= !libc::SA_RESTART,
            }
            libc::sigaction(signalnum, &raw const action, core::ptr::null_mut())
        };
        if status < 0 { Err(raise::last_os_error()) } else { Ok(()) }
    }

    #[function("set_wakeup_fd($module, fd, /, *, warn_on_full_buffer=True)")]
    fn set_wakeup_fd(fd: &Object, #[default(true)] warn_on_full_buffer: bool) -> Result<c_int> {
        super::set_wakeup_fd(fd, warn_on_full_buffer)
    }

    #[function("strsignal($module, signalnum, /)")]
    fn strsignal(signalnum: c_int) -> Result<Option<String>> {
        if signalnum < 1 || signalnum as usize >= signals::COUNT {
            return Err(raise!(ValueError, "signal number out of range"));
        }
        // SAFETY: the text is copied before another call could change it.
        let text = unsafe {
            let text = libc::strsignal(signalnum);
            if text.is_null() {
                return Ok(None);
            }
            core::ffi::CStr::from_ptr(text).to_string_lossy().into_owned()
        };
        Ok(Some(text).filter(|text| !text.starts_with("Unknown signal")))
    }

    #[function("valid_signals($module, /)")]
    fn valid_signals() -> Result<Ref<Set>> {
        let mut all = SigSet::empty();
        // SAFETY: our buffer.
        unsafe { libc::sigfillset(&raw mut all.0) };
        all.to_python()
    }

    #[function("raise_signal($module, signalnum, /)")]
    fn raise_signal(signalnum: c_int) -> Result<()> {
        // SAFETY: a signal without a handler may end the process, as asked.
        if state::detached(|| unsafe { libc::raise(signalnum) }) != 0 {
            return Err(raise::last_os_error());
        }
        handle_pending()
    }

    #[function("pthread_kill($module, thread_id, signalnum, /)")]
    fn pthread_kill(thread_id: &Int, signalnum: c_int) -> Result<()> {
        let Some(thread) = thread_id.to_u64() else {
            return Err(raise!(OverflowError, "Python int too large to convert to C unsigned long"));
        };
        crate::audit::raise_named(
            "signal.pthread_kill",
            &[&*Int::from_u64(thread)?, &*new_int(signalnum.into())?],
        )?;
        // SAFETY: the caller says that the thread exists.
        match unsafe { libc::pthread_kill(thread, signalnum) } {
            0 => handle_pending(),
            error => Err(raise::os_error(error, None, None)),
        }
    }

    #[function("pthread_sigmask($module, how, mask, /)")]
    fn pthread_sigmask(how: c_int, mask: SigSet) -> Result<Ref<Set>> {
        let mut old = SigSet::empty();
        // SAFETY: two sets.
        match unsafe { libc::pthread_sigmask(how, &raw const mask.0, &raw mut old.0) } {
            0 => handle_pending()?,
            error => return Err(raise::os_error(error, None, None)),
        }
        old.to_python()
    }

    #[function("pidfd_send_signal($module, pidfd, signalnum, siginfo=None, flags=0, /)")]
    fn pidfd_send_signal(
        pidfd: c_int,
        signalnum: c_int,
        siginfo: Option<&Object>,
        #[default(0)] flags: c_int,
    ) -> Result<()> {
        if siginfo.is_some() {
            return Err(raise!(TypeError, "siginfo must be None"));
        }
        let none = core::ptr::null::<libc::siginfo_t>();
        // SAFETY: no memory is involved.
        if unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd, signalnum, none, flags) } < 0 {
            return Err(raise::last_os_error());
        }
        Ok(())
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let dict = module.dict();
        for (name, number) in NUMBERS {
            dict.set_text(name, &*new_int((*number).into())?)?;
        }
        dict.set_text("SIGRTMIN", &*new_int(libc::SIGRTMIN().into())?)?;
        dict.set_text("SIGRTMAX", &*new_int(libc::SIGRTMAX().into())?)?;
        super::add_classes(&dict)?;
        match state::interpreter().is_main() {
            true => super::take_over(&dict),
            false => Ok(()),
        }
    }
}

fn add_classes(dict: &Dict) -> Result<()> {
    let fields = [
        ("si_signo", "signal number"),
        ("si_code", "signal code"),
        ("si_errno", "errno associated with this signal"),
        ("si_pid", "sending process ID"),
        ("si_uid", "real user ID of sending process"),
        ("si_status", "exit value or signal"),
        ("si_band", "band event for SIGPOLL"),
    ];
    let doc = "struct_siginfo: Result from sigwaitinfo or sigtimedwait.\n\nThis object may be accessed either as a tuple of\n\
               (si_signo, si_code, si_errno, si_pid, si_uid, si_status, si_band),\nor via the attributes si_signo, si_code, and so on.";
    let siginfo = structseq::new_class("signal.struct_siginfo", doc, &fields, fields.len())?;
    dict.set_text("struct_siginfo", &siginfo)?;
    CLASSES.siginfo.set(Some(siginfo));
    let itimer_error = exc::new_class("signal.itimer_error", &exc::OSError, None)?;
    dict.set_text("ItimerError", &itimer_error)?;
    CLASSES.itimer_error.set(Some(itimer_error));
    Ok(())
}

/// SIGINT raises KeyboardInterrupt unless the process began with another way to handle it.
fn take_over(dict: &Dict) -> Result<()> {
    signals::read_dispositions()?;
    let default = dict.get_str(id!("default_int_handler"))?.ok_or_else(raise::null_result)?;
    let present = signals::handler(libc::SIGINT)?;
    if present.cast::<Int>().and_then(Int::to_i64) == Some(libc::SIG_DFL as i64) {
        signals::set_handler(libc::SIGINT, &default)?;
    }
    Ok(())
}

fn set_wakeup_fd(fd: &Object, warn_on_full_buffer: bool) -> Result<c_int> {
    let number = match objects::protocol::number::index(fd)?.to_i64().and_then(|fd| c_int::try_from(fd).ok())
    {
        Some(number) => number,
        None => return Err(raise!(OverflowError, "Python int too large to convert to C int")),
    };
    if !signals::in_main_thread() {
        return Err(raise!(ValueError, "set_wakeup_fd only works in main thread of the main interpreter"));
    }
    if number != -1 {
        // SAFETY: asks about a descriptor, in our buffer.
        let flags = unsafe {
            let mut status: libc::stat = core::mem::zeroed();
            match libc::fstat(number, &raw mut status) {
                0 => libc::fcntl(number, libc::F_GETFL),
                error => error,
            }
        };
        if flags < 0 {
            return Err(raise::last_os_error());
        }
        if flags & libc::O_NONBLOCK == 0 {
            return Err(raise!(ValueError, "the fd {number} must be in non-blocking mode"));
        }
    }
    Ok(signals::set_wakeup_fd(number, warn_on_full_buffer))
}
