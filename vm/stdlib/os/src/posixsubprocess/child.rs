//! What the child of `fork_exec` does. But for `preexec_fn`, nothing here allocates, locks or touches an object.

use core::ffi::{CStr, c_char, c_int, c_void};
use objects::{Object, protocol};

/// See the fields of `fork_exec`.
pub struct Plan<'a> {
    /// Ends in NULL.
    pub executables: &'a [*const c_char],
    pub arguments: *const *const c_char,
    pub environment: Option<*const *const c_char>,
    pub cwd: Option<&'a CStr>,
    pub close_fds: bool,
    /// Ascending.
    pub kept: &'a [c_int],
    /// Ends of the pipes that are the parent's; -1 for none.
    pub parent_ends: [c_int; 4],
    pub stdin: c_int,
    pub stdout: c_int,
    pub stderr: c_int,
    /// Where a failure is reported.
    pub report: c_int,
    pub umask: Option<libc::mode_t>,
    pub restore_signals: bool,
    pub setsid: bool,
    pub pgid: Option<libc::pid_t>,
    pub groups: Option<&'a [libc::gid_t]>,
    pub gid: Option<libc::gid_t>,
    pub uid: Option<libc::uid_t>,
    pub preexec: Option<&'a Object>,
    pub shares_memory: bool,
}

/// What went wrong before the program ran.
struct Failure {
    /// 0 for an error that is not the system's.
    errno: c_int,
    message: &'static str,
}

/// A child that shares the parent's memory, while the calling thread waits until it has run its program or failed. -1 when there
/// cannot be one.
pub fn vfork(plan: &Plan<'_>) -> libc::pid_t {
    const STACK: usize = 256 << 10;
    struct Start<'a, 'b> {
        plan: &'a Plan<'b>,
        mask: libc::sigset_t,
    }
    extern "C" fn start(argument: *mut c_void) -> c_int {
        // SAFETY: the parent's, which waits.
        let start = unsafe { &*argument.cast::<Start<'_, '_>>() };
        reset_handlers();
        // SAFETY: our set.
        unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const start.mask, core::ptr::null_mut()) };
        run(start.plan)
    }
    // SAFETY: the stack is the child's while it has no program of its own. No signal is handled meanwhile: a handler would run in the
    // child with the parent's memory.
    unsafe {
        let stack = libc::mmap(
            core::ptr::null_mut(),
            STACK,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK,
            -1,
            0,
        );
        if stack == libc::MAP_FAILED {
            return -1;
        }
        let (mut all, mut mask) = (core::mem::zeroed(), core::mem::zeroed());
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const all, &raw mut mask);
        let mut argument = Start { plan, mask };
        let top = stack.byte_add(STACK);
        let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
        let pid = libc::clone(start, top, flags, (&raw mut argument).cast());
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const argument.mask, core::ptr::null_mut());
        libc::munmap(stack, STACK);
        pid
    }
}

/// Handlers of the parent must not run in a child with its memory.
fn reset_handlers() {
    for number in 1..=64 {
        // SAFETY: changes how this process handles a signal.
        unsafe {
            let mut action: libc::sigaction = core::mem::zeroed();
            if libc::sigaction(number, core::ptr::null(), &raw mut action) == 0
                && action.sa_sigaction != libc::SIG_IGN
                && action.sa_sigaction != libc::SIG_DFL
            {
                action.sa_sigaction = libc::SIG_DFL;
                action.sa_flags = 0;
                libc::sigaction(number, &raw const action, core::ptr::null_mut());
            }
        }
    }
}

/// Runs the program, or reports why it could not and ends.
pub fn run(plan: &Plan<'_>) -> ! {
    let failure = prepare(plan).err().unwrap_or_else(|| execute(plan));
    report(plan.report, &failure);
    // SAFETY: ends the process.
    unsafe { libc::_exit(255) }
}

fn errno() -> c_int {
    // SAFETY: the thread's own.
    unsafe { *libc::__errno_location() }
}

/// The failure of a system call that should not fail, if it did.
fn check(status: c_int) -> Result<c_int, Failure> {
    if status < 0 { Err(Failure { errno: errno(), message: "noexec" }) } else { Ok(status) }
}

fn prepare(plan: &Plan<'_>) -> Result<(), Failure> {
    // SAFETY: system calls on descriptors and ids of this process, with strings and arrays that the parent keeps.
    unsafe {
        for &fd in plan.kept.iter().filter(|&&fd| fd != plan.report) {
            set_inheritable(fd)?;
        }
        for fd in plan.parent_ends.into_iter().filter(|&fd| fd != -1) {
            check(libc::close(fd))?;
        }
        // A pipe's end whose number is that of another standard stream would be overwritten.
        let stdout = if plan.stdout == 0 { duplicate(plan.stdout)? } else { plan.stdout };
        let mut stderr = plan.stderr;
        while stderr == 0 || stderr == 1 {
            stderr = duplicate(stderr)?;
        }
        for (fd, target) in [(plan.stdin, 0), (stdout, 1), (stderr, 2)] {
            if fd == target {
                set_inheritable(fd)?;
            } else if fd != -1 {
                check(libc::dup2(fd, target))?;
            }
        }
        if let Some(cwd) = plan.cwd {
            check(libc::chdir(cwd.as_ptr()))
                .map_err(|failure| Failure { message: "noexec:chdir", ..failure })?;
        }
        if let Some(mask) = plan.umask {
            libc::umask(mask);
        }
        if plan.restore_signals {
            for signal in [libc::SIGPIPE, libc::SIGXFSZ] {
                libc::signal(signal, libc::SIG_DFL);
            }
        }
        if plan.setsid {
            check(libc::setsid())?;
        }
        if let Some(pgid) = plan.pgid {
            check(libc::setpgid(0, pgid))?;
        }
        // The C library's functions would involve the other threads, which are not here.
        if let Some(groups) = plan.groups {
            check(libc::syscall(libc::SYS_setgroups, groups.len(), groups.as_ptr()) as c_int)?;
        }
        if let Some(gid) = plan.gid {
            check(libc::syscall(libc::SYS_setregid, gid, gid) as c_int)?;
        }
        if let Some(uid) = plan.uid {
            check(libc::syscall(libc::SYS_setreuid, uid, uid) as c_int)?;
        }
    }
    if let Some(function) = plan.preexec {
        objects::fork::after_in_child();
        if let Err(raised) = protocol::call::call_no_args(function) {
            raised.clear();
            return Err(Failure { errno: 0, message: "Exception occurred in preexec_fn." });
        }
    }
    if plan.close_fds {
        close_others(3, plan.kept);
    }
    Ok(())
}

fn set_inheritable(fd: c_int) -> Result<(), Failure> {
    // SAFETY: numbers only.
    unsafe {
        let flags = check(libc::fcntl(fd, libc::F_GETFD))?;
        check(libc::fcntl(fd, libc::F_SETFD, flags & !libc::FD_CLOEXEC)).map(drop)
    }
}

/// Another number for a descriptor, which its program will not have.
fn duplicate(fd: c_int) -> Result<c_int, Failure> {
    // SAFETY: numbers only.
    check(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) })
}

/// Closes all descriptors from `first` on but those that are kept.
fn close_others(first: c_int, kept: &[c_int]) {
    let mut start = first;
    for &fd in kept.iter().filter(|&&fd| fd >= first) {
        close_range(start, fd - 1);
        start = fd + 1;
    }
    close_range(start, c_int::MAX);
}

fn close_range(first: c_int, last: c_int) {
    if last < first {
        return;
    }
    // SAFETY: numbers only.
    unsafe {
        if libc::syscall(libc::SYS_close_range, first, last, 0) == 0 {
            return;
        }
        let mut limit: libc::rlimit = core::mem::zeroed();
        let highest = match libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) {
            0 => limit.rlim_max.min(1 << 20) as c_int,
            _ => 1 << 16,
        };
        for fd in first..=last.min(highest) {
            libc::close(fd);
        }
    }
}

/// Tries the programs in turn; returns when none could be run.
fn execute(plan: &Plan<'_>) -> Failure {
    let mut saved = 0;
    for &program in plan.executables.iter().filter(|program| !program.is_null()) {
        // SAFETY: strings and arrays that the parent keeps.
        unsafe {
            match plan.environment {
                Some(environment) => libc::execve(program, plan.arguments, environment),
                None => libc::execv(program, plan.arguments),
            }
        };
        let error = errno();
        if error != libc::ENOENT && error != libc::ENOTDIR && saved == 0 {
            saved = error;
        }
    }
    Failure { errno: if saved != 0 { saved } else { errno() }, message: "" }
}

/// "OSError:" with the number in hexadecimal, or "SubprocessError:0", then a colon and the message.
fn report(fd: c_int, failure: &Failure) {
    let write = |bytes: &[u8]| {
        // SAFETY: readable bytes. Nobody could be told of a failure.
        unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
    };
    if failure.errno == 0 {
        write(b"SubprocessError:0:");
    } else {
        write(b"OSError:");
        let mut digits = [0u8; 8];
        let mut start = digits.len();
        let mut rest = failure.errno as u32;
        while rest != 0 && start > 0 {
            start -= 1;
            digits[start] = b"0123456789ABCDEF"[(rest % 16) as usize];
            rest /= 16;
        }
        write(&digits[start..]);
        write(b":");
    }
    write(failure.message.as_bytes());
}
