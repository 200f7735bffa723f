//! Processes: ids, signals, fork, exec, wait, scheduling.

use super::path::{Path, PathOrFd};
use super::{check, os_error, retry};
use core::ffi::c_int;
use objects::protocol;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, fork, raise};
use std::ffi::CString;

/// Refuses a fork at the end of the program, when a child could not run on, and where the interpreter must not.
fn check_fork() -> Result<()> {
    let interpreter = objects::state::interpreter();
    if interpreter.is_finalizing() {
        let text = format_args!("can't fork at interpreter shutdown");
        return Err(raise::set_text(&objects::types::exceptions::PythonFinalizationError, text));
    }
    match interpreter.config.get().allow_fork {
        0 => Err(raise!(RuntimeError, "fork not supported for isolated subinterpreters")),
        _ => Ok(()),
    }
}

/// Refuses another program where the interpreter must not run one.
fn check_exec() -> Result<()> {
    match objects::state::interpreter().config.get().allow_exec {
        0 => Err(raise!(RuntimeError, "exec not supported for isolated subinterpreters")),
        _ => Ok(()),
    }
}

/// Threads of the process, as the system counts them; 0 when it does not say.
fn count_threads() -> i64 {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The command in parentheses may contain spaces; the count is the twentieth field.
    let fields = status.rsplit_once(')').map_or("", |(_, fields)| fields);
    fields.split_whitespace().nth(17).and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// The parent's last steps after a fork that gave `pid`: the handlers, and a warning when the child may wait for a thread that it
/// does not have.
fn finish_in_parent(pid: c_int, name: &str) -> Result<()> {
    let error = super::errno();
    fork::after_in_parent();
    if pid < 0 {
        return Err(raise::os_error(error, None, None));
    }
    if count_threads() > 1 {
        let text = format!(
            "This process (pid={}) is multi-threaded, use of {name}() may lead to deadlocks in the child.",
            std::process::id()
        );
        objects::hooks::WARN.get()(&objects::types::exceptions::DeprecationWarning, &text, 1)?;
    }
    Ok(())
}

/// The strings of an argument list or an environment.
fn strings(items: &[Ref]) -> Result<Vec<CString>> {
    items.iter().map(|item| c_path(&*super::path::fspath(item)?)).collect()
}

/// The bytes of text or bytes as a C string.
pub fn c_path(path: &Object) -> Result<CString> {
    let bytes = match (path.cast::<objects::types::str::Str>(), path.cast::<objects::types::bytes::Bytes>()) {
        (Some(text), _) => super::path::encode(text)?,
        (_, Some(bytes)) => bytes.as_slice().to_vec(),
        _ => return Err(raise::bad_internal_call()),
    };
    CString::new(bytes).map_err(|_| raise!(ValueError, "embedded null byte"))
}

/// The strings of an argument list that cannot be empty, for functions that name it.
pub fn arguments_of(argv: &Object, function: &str) -> Result<Vec<CString>> {
    if argv.cast::<List>().is_none() && argv.cast::<Tuple>().is_none() {
        return Err(raise!(TypeError, "{function}: argv must be a tuple or list"));
    }
    let items = protocol::iter::collect(argv)?;
    if items.is_empty() {
        return Err(raise!(ValueError, "{function}: argv must not be empty"));
    }
    let strings = strings(&items)?;
    if strings.first().is_some_and(|first| first.is_empty()) {
        return Err(raise!(ValueError, "{function}: argv first element cannot be empty"));
    }
    Ok(strings)
}

fn arguments(argv: &Object, function: &str) -> Result<Vec<CString>> {
    if argv.cast::<List>().is_none() && argv.cast::<Tuple>().is_none() {
        return Err(raise!(TypeError, "{function} arg 2 must be a tuple or list"));
    }
    let items = protocol::iter::collect(argv)?;
    if items.is_empty() {
        return Err(raise!(ValueError, "{function} arg 2 must not be empty"));
    }
    let strings = strings(&items)?;
    if strings.first().is_some_and(|first| first.is_empty()) {
        return Err(raise!(ValueError, "{function} arg 2 first element cannot be empty"));
    }
    Ok(strings)
}

/// A vector of pointers that ends in NULL.
pub fn pointers(strings: &[CString]) -> Vec<*const libc::c_char> {
    strings.iter().map(|string| string.as_ptr()).chain([core::ptr::null()]).collect()
}

pub fn environment(env: &Object) -> Result<Vec<CString>> {
    let items = protocol::call::call_method(env, objects::id!("items"), &[])?;
    let mut entries = Vec::new();
    protocol::iter::for_each(&items, |pair| {
        let parts = protocol::iter::collect(&pair)?;
        let [name, value] =
            <[CString; 2]>::try_from(strings(&parts)?).map_err(|_| raise::bad_internal_call())?;
        let mut entry = name.into_bytes();
        if entry.is_empty() || entry[1..].contains(&b'=') {
            return Err(raise!(ValueError, "illegal environment variable name"));
        }
        entry.push(b'=');
        entry.extend_from_slice(value.as_bytes());
        entries.push(CString::new(entry).map_err(|_| raise!(ValueError, "embedded null byte"))?);
        Ok(())
    })?;
    Ok(entries)
}

#[macros::pymodule(name = "posix", part)]
pub mod part {
    use super::*;

    #[function("_exit($module, /, status)")]
    fn exit(status: c_int) -> Result<()> {
        // SAFETY: ends the process.
        unsafe { libc::_exit(status) }
    }

    #[function("abort($module, /)")]
    fn abort() -> Result<()> {
        std::process::abort()
    }

    #[function("getpid($module, /)")]
    fn getpid() -> u32 {
        std::process::id()
    }

    #[function("getppid($module, /)")]
    fn getppid() -> c_int {
        // SAFETY: no memory is involved.
        unsafe { libc::getppid() }
    }

    #[function("getpgid($module, /, pid)")]
    fn getpgid(pid: c_int) -> Result<c_int> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::getpgid(pid) })
    }

    #[function("getpgrp($module, /)")]
    fn getpgrp() -> c_int {
        // SAFETY: no memory is involved.
        unsafe { libc::getpgrp() }
    }

    #[function("setpgid($module, pid, pgrp, /)")]
    fn setpgid(pid: c_int, pgrp: c_int) -> Result<()> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::setpgid(pid, pgrp) }).map(drop)
    }

    #[function("setpgrp($module, /)")]
    fn setpgrp() -> Result<()> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::setpgid(0, 0) }).map(drop)
    }

    #[function("getsid($module, pid, /)")]
    fn getsid(pid: c_int) -> Result<c_int> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::getsid(pid) })
    }

    #[function("setsid($module, /)")]
    fn setsid() -> Result<()> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::setsid() }).map(drop)
    }

    #[function("kill($module, pid, signal, /)")]
    fn kill(pid: c_int, signal: c_int) -> Result<()> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::kill(pid, signal) })?;
        // A signal to ourselves is handled before the call returns.
        objects::hooks::HANDLE_PENDING.get()()
    }

    #[function("killpg($module, pgid, signal, /)")]
    fn killpg(pgid: c_int, signal: c_int) -> Result<()> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::killpg(pgid, signal) })?;
        objects::hooks::HANDLE_PENDING.get()()
    }

    #[function("nice($module, increment, /)")]
    fn nice(increment: c_int) -> Result<c_int> {
        // SAFETY: errno is the thread's own.
        unsafe {
            *libc::__errno_location() = 0;
            let value = libc::nice(increment);
            if value == -1 && super::super::errno() != 0 { Err(os_error()) } else { Ok(value) }
        }
    }

    #[function(
        "register_at_fork($module, /, *, before=<unrepresentable>, after_in_child=<unrepresentable>, after_in_parent=<unrepresentable>)"
    )]
    fn register_at_fork(
        before: Option<&Object>,
        after_in_child: Option<&Object>,
        after_in_parent: Option<&Object>,
    ) -> Result<()> {
        let handlers = [before, after_in_child, after_in_parent];
        if handlers.iter().all(Option::is_none) {
            return Err(raise!(TypeError, "At least one argument is required."));
        }
        for (handler, name) in handlers.iter().zip(["before", "after_in_child", "after_in_parent"]) {
            if let Some(handler) = handler
                && !protocol::call::is_callable(handler)
            {
                return Err(raise!(TypeError, "'{name}' must be callable, not {}", handler.class().name()));
            }
        }
        fork::register(handlers.map(|handler| handler.map(Instance::to_ref)));
        Ok(())
    }

    #[function("fork($module, /)")]
    fn fork() -> Result<c_int> {
        check_fork()?;
        fork::before();
        // SAFETY: the child runs on with this thread alone, as the handlers and the interpreter know.
        let pid = unsafe { libc::fork() };
        match pid {
            0 => fork::after_in_child(),
            _ => finish_in_parent(pid, "fork")?,
        }
        Ok(pid)
    }

    #[function("forkpty($module, /)")]
    fn forkpty() -> Result<Ref<Tuple>> {
        check_fork()?;
        let mut master = -1;
        fork::before();
        // SAFETY: as for `fork`; a place for the descriptor.
        let pid = unsafe {
            libc::forkpty(&raw mut master, core::ptr::null_mut(), core::ptr::null(), core::ptr::null())
        };
        match pid {
            0 => fork::after_in_child(),
            _ => finish_in_parent(pid, "forkpty")?,
        }
        Tuple::from_array([new_int(pid.into())?, new_int(master.into())?])
    }

    #[function("execv($module, path, argv, /)")]
    fn execv(path: Path<'_>, argv: &Object) -> Result<()> {
        check_exec()?;
        let strings = arguments(argv, "execv()")?;
        let argv = pointers(&strings);
        // SAFETY: C strings; returns only on failure.
        unsafe { libc::execv(path.as_ptr(), argv.as_ptr()) };
        Err(os_error())
    }

    #[function("execve($module, /, path, argv, env)")]
    fn execve(path: PathOrFd<'_>, argv: &Object, env: &Object) -> Result<()> {
        check_exec()?;
        let strings = arguments(argv, "execve:")?;
        let variables = environment(env)?;
        let (argv, env) = (pointers(&strings), pointers(&variables));
        // SAFETY: C strings; returns only on failure.
        unsafe {
            match &path {
                PathOrFd::Path(path) => libc::execve(path.as_ptr(), argv.as_ptr(), env.as_ptr()),
                PathOrFd::Fd(fd) => libc::fexecve(*fd, argv.as_ptr(), env.as_ptr()),
            }
        };
        Err(path.error())
    }

    #[function("system($module, /, command)")]
    fn system(command: Path<'_>) -> c_int {
        // SAFETY: a C string.
        objects::state::detached(|| unsafe { libc::system(command.as_ptr()) })
    }

    #[function("wait($module, /)")]
    fn wait() -> Result<Ref<Tuple>> {
        waitpid(-1, 0)
    }

    #[function("waitpid($module, pid, options, /)")]
    fn waitpid(pid: c_int, options: c_int) -> Result<Ref<Tuple>> {
        let mut status = 0;
        let place = &raw mut status;
        // SAFETY: a place for the status.
        let pid = retry(|| unsafe { libc::waitpid(pid, place, options) as isize })?;
        Tuple::from_array([new_int(pid as i64)?, new_int(status.into())?])
    }

    #[function("wait3($module, /, options)")]
    fn wait3(options: c_int) -> Result<Ref<Tuple>> {
        wait4(-1, options)
    }

    #[function("wait4($module, /, pid, options)")]
    fn wait4(pid: c_int, options: c_int) -> Result<Ref<Tuple>> {
        let mut status = 0;
        // SAFETY: all zeros is a valid buffer.
        let mut used: libc::rusage = unsafe { core::mem::zeroed() };
        let (place, used_place) = (&raw mut status, &raw mut used);
        // SAFETY: places for the status and the usage.
        let pid = retry(|| unsafe { libc::wait4(pid, place, options, used_place) as isize })?;
        Tuple::from_array([new_int(pid as i64)?, new_int(status.into())?, crate::resource::usage(&used)?])
    }

    #[function("waitid($module, idtype, id, options, /)")]
    fn waitid(idtype: u32, id: u32, options: c_int) -> Result<Option<Ref>> {
        // SAFETY: all zeros is a valid buffer; its fields are read as the call documents.
        unsafe {
            let mut info: libc::siginfo_t = core::mem::zeroed();
            let place = &raw mut info;
            retry(|| libc::waitid(idtype as libc::idtype_t, id, place, options) as isize)?;
            if info.si_pid() == 0 {
                return Ok(None);
            }
            let values = [
                info.si_pid() as i64,
                info.si_uid() as i64,
                info.si_signo as i64,
                info.si_status() as i64,
                info.si_code as i64,
            ];
            let values = values.into_iter().map(new_int).collect::<Result<Vec<Ref>>>()?;
            super::super::stat_result::WAITID.instance(values).map(Some)
        }
    }

    #[function("waitstatus_to_exitcode($module, /, status)")]
    fn waitstatus_to_exitcode(status: c_int) -> Result<c_int> {
        if libc::WIFEXITED(status) {
            return Ok(libc::WEXITSTATUS(status));
        }
        if libc::WIFSIGNALED(status) {
            return Ok(-libc::WTERMSIG(status));
        }
        if libc::WIFSTOPPED(status) {
            let signal = libc::WSTOPSIG(status);
            return Err(raise!(ValueError, "process stopped by delivery of signal {signal}"));
        }
        Err(raise!(ValueError, "invalid wait status: {status}"))
    }

    #[function("WCOREDUMP($module, status, /)")]
    fn wcoredump(status: c_int) -> bool {
        libc::WCOREDUMP(status)
    }

    #[function("WIFCONTINUED($module, /, status)")]
    fn wifcontinued(status: c_int) -> bool {
        libc::WIFCONTINUED(status)
    }

    #[function("WIFSTOPPED($module, /, status)")]
    fn wifstopped(status: c_int) -> bool {
        libc::WIFSTOPPED(status)
    }

    #[function("WIFSIGNALED($module, /, status)")]
    fn wifsignaled(status: c_int) -> bool {
        libc::WIFSIGNALED(status)
    }

    #[function("WIFEXITED($module, /, status)")]
    fn wifexited(status: c_int) -> bool {
        libc::WIFEXITED(status)
    }

    #[function("WEXITSTATUS($module, /, status)")]
    fn wexitstatus(status: c_int) -> c_int {
        libc::WEXITSTATUS(status)
    }

    #[function("WTERMSIG($module, /, status)")]
    fn wtermsig(status: c_int) -> c_int {
        libc::WTERMSIG(status)
    }

    #[function("WSTOPSIG($module, /, status)")]
    fn wstopsig(status: c_int) -> c_int {
        libc::WSTOPSIG(status)
    }

    #[function("sched_yield($module, /)")]
    fn sched_yield() {
        // SAFETY: no memory is involved.
        objects::state::detached(|| unsafe { libc::sched_yield() });
    }

    #[function("sched_get_priority_max($module, /, policy)")]
    fn sched_get_priority_max(policy: c_int) -> Result<c_int> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::sched_get_priority_max(policy) })
    }

    #[function("sched_get_priority_min($module, /, policy)")]
    fn sched_get_priority_min(policy: c_int) -> Result<c_int> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::sched_get_priority_min(policy) })
    }

    #[function("sched_getscheduler($module, pid, /)")]
    fn sched_getscheduler(pid: c_int) -> Result<c_int> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::sched_getscheduler(pid) })
    }

    #[function("sched_getaffinity($module, pid, /)")]
    fn sched_getaffinity(pid: c_int) -> Result<Ref> {
        // SAFETY: all zeros is an empty set, filled by the call.
        unsafe {
            let mut cpus: libc::cpu_set_t = core::mem::zeroed();
            check(libc::sched_getaffinity(pid, size_of::<libc::cpu_set_t>(), &raw mut cpus))?;
            let set = objects::types::set::Set::new()?;
            for cpu in 0..libc::CPU_SETSIZE as usize {
                if libc::CPU_ISSET(cpu, &cpus) {
                    set.add_item(&*new_int(cpu as i64)?)?;
                }
            }
            Ok(set.upcast())
        }
    }

    #[function("sched_setaffinity($module, pid, mask, /)")]
    fn sched_setaffinity(pid: c_int, mask: &Object) -> Result<()> {
        // SAFETY: all zeros is an empty set.
        let mut cpus: libc::cpu_set_t = unsafe { core::mem::zeroed() };
        protocol::iter::for_each(mask, |cpu| {
            let cpu =
                protocol::number::index_as_isize(&cpu, Some(&objects::types::exceptions::OverflowError))?;
            match usize::try_from(cpu) {
                // SAFETY: within the set.
                Ok(cpu) if cpu < libc::CPU_SETSIZE as usize => unsafe { libc::CPU_SET(cpu, &mut cpus) },
                Ok(_) => return Err(raise!(OverflowError, "CPU number too large")),
                Err(_) => return Err(raise!(ValueError, "negative CPU number")),
            }
            Ok(())
        })?;
        // SAFETY: our set.
        check(unsafe { libc::sched_setaffinity(pid, size_of::<libc::cpu_set_t>(), &raw const cpus) })
            .map(drop)
    }

    #[function("getpriority($module, /, which, who)")]
    fn getpriority(which: c_int, who: c_int) -> Result<c_int> {
        // SAFETY: errno is the thread's own.
        unsafe {
            *libc::__errno_location() = 0;
            let value = libc::getpriority(which as libc::__priority_which_t, who as libc::id_t);
            if value == -1 && super::super::errno() != 0 { Err(os_error()) } else { Ok(value) }
        }
    }

    #[function("setpriority($module, /, which, who, priority)")]
    fn setpriority(which: c_int, who: c_int, priority: c_int) -> Result<()> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::setpriority(which as libc::__priority_which_t, who as libc::id_t, priority) })
            .map(drop)
    }

    #[function("pidfd_open($module, /, pid, flags=0)")]
    fn pidfd_open(pid: c_int, #[default(0)] flags: u32) -> Result<c_int> {
        // SAFETY: no memory is involved.
        let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) };
        check(fd as c_int)
    }
}
