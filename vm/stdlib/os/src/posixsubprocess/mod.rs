//! `_posixsubprocess`: a new process with a program of its own.
//!
//! Everything that the child needs is prepared before the fork in [`child::Plan`]; the child then makes system calls only, unless there
//! is a `preexec_fn`. Where nothing forbids it the child shares the parent's memory until it runs its program, on a stack of its own.

mod child;

use crate::arguments::{Gid, Uid};
use child::Plan;
use core::ffi::{c_char, c_int};
use objects::protocol::{object, sequence};
use objects::types::bytes::Bytes;
use objects::types::exceptions as exc;
use objects::types::int::Int;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Object, Result, fork, raise, state};
use std::ffi::CString;

/// Strings for the system with the array of pointers to them that ends in NULL.
struct Strings {
    _texts: Vec<CString>,
    pointers: Vec<*const c_char>,
}

impl Strings {
    fn new(texts: Vec<CString>) -> Strings {
        let pointers = texts.iter().map(|text| text.as_ptr()).chain([core::ptr::null()]).collect();
        Strings { _texts: texts, pointers }
    }

    /// From a sequence of bytes.
    fn of_bytes(sequence: &Object) -> Result<Strings> {
        let text = |item: &Object| match item.cast::<Bytes>() {
            Some(bytes) => c_string(bytes.as_slice()),
            None => Err(raise!(TypeError, "expected bytes, {} found", item.class().name())),
        };
        let len = object::len(sequence)?;
        if len >= isize::MAX as usize / size_of::<*const u8>() {
            return Err(raise::no_memory());
        }
        let items = (0..len).map(|index| text(&*sequence::get_item(sequence, index as isize)?));
        Ok(Strings::new(items.collect::<Result<_>>()?))
    }

    /// From a sequence of paths.
    fn of_paths(sequence: &Object) -> Result<Strings> {
        let items = sequence::to_tuple(sequence)?;
        Ok(Strings::new(items.items().iter().map(|item| path(item)).collect::<Result<_>>()?))
    }
}

fn c_string(bytes: &[u8]) -> Result<CString> {
    CString::new(bytes).map_err(|_| raise!(ValueError, "embedded null byte"))
}

/// `PyUnicode_FSConverter`.
fn path(object: &Object) -> Result<CString> {
    let path = crate::posix::path::fspath(object)?;
    match (path.cast::<Str>(), path.cast::<Bytes>()) {
        (Some(text), _) => c_string(&crate::posix::path::encode(text)?),
        (_, Some(bytes)) => c_string(bytes.as_slice()),
        _ => Err(raise::bad_internal_call()),
    }
}

/// Ascending descriptors, each once.
fn kept_descriptors(tuple: &Tuple) -> Result<Vec<c_int>> {
    let mut kept: Vec<c_int> = Vec::with_capacity(tuple.len());
    for item in tuple.items() {
        let fd = item.cast::<Int>().and_then(Int::to_i64).and_then(|fd| c_int::try_from(fd).ok());
        match fd.filter(|&fd| fd >= 0 && kept.last().is_none_or(|&last| last < fd)) {
            Some(fd) => kept.push(fd),
            None => return Err(raise!(ValueError, "bad value(s) in fds_to_keep")),
        }
    }
    Ok(kept)
}

fn groups(object: &Object) -> Result<Option<Vec<libc::gid_t>>> {
    const MOST: usize = 65536;
    if object.is(none()) {
        return Ok(None);
    }
    let Some(list) = object.cast::<List>() else {
        return Err(raise!(TypeError, "setgroups argument must be a list"));
    };
    let items = list.to_vec();
    if items.len() > MOST {
        return Err(raise!(ValueError, "too many extra_groups"));
    }
    let group = |item: &Object| match item.cast::<Int>() {
        None => Err(raise!(TypeError, "extra_groups must be integers")),
        Some(_) => Gid::of(item).map(|gid| gid.0).map_err(|raised| {
            raised.clear();
            raise!(ValueError, "invalid group id")
        }),
    };
    items.iter().map(|item| group(item)).collect::<Result<Vec<_>>>().map(Some)
}

#[macros::pymodule(name = "_posixsubprocess")]
pub mod module {
    use super::*;

    #[function(
        "fork_exec($module, args, executable_list, close_fds, pass_fds, cwd,\n          env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite,\n          errpipe_read, errpipe_write, restore_signals, call_setsid,\n          pgid_to_set, gid, extra_groups, uid, child_umask, preexec_fn,\n          allow_vfork, /)"
    )]
    fn fork_exec(
        args: &Object,
        executable_list: &Object,
        close_fds: bool,
        pass_fds: &Tuple,
        cwd: &Object,
        env: &Object,
        p2cread: c_int,
        p2cwrite: c_int,
        c2pread: c_int,
        c2pwrite: c_int,
        errread: c_int,
        errwrite: c_int,
        errpipe_read: c_int,
        errpipe_write: c_int,
        restore_signals: bool,
        call_setsid: bool,
        pgid_to_set: c_int,
        gid: &Object,
        extra_groups: &Object,
        uid: &Object,
        child_umask: c_int,
        preexec_fn: &Object,
        allow_vfork: bool,
    ) -> Result<c_int> {
        let interpreter = state::interpreter();
        if !preexec_fn.is(none()) && !interpreter.is_main() {
            return Err(raise!(RuntimeError, "preexec_fn not supported within subinterpreters"));
        }
        if interpreter.config.get().allow_fork == 0 {
            return Err(raise!(RuntimeError, "fork not supported for isolated subinterpreters"));
        }
        if !preexec_fn.is(none()) && interpreter.is_finalizing() {
            return Err(raise::set_text(
                &exc::PythonFinalizationError,
                format_args!("preexec_fn not supported at interpreter shutdown"),
            ));
        }
        if close_fds && errpipe_write < 3 {
            return Err(raise!(ValueError, "errpipe_write must be >= 3"));
        }
        let kept = super::kept_descriptors(pass_fds)?;
        let executables = Strings::of_bytes(executable_list)?;
        let arguments = match args.is(none()) {
            true => None,
            false if !sequence::is_sequence(args) => {
                return Err(raise!(TypeError, "argv must be a tuple"));
            }
            false => Some(Strings::of_paths(args)?),
        };
        let environment = if env.is(none()) { None } else { Some(Strings::of_bytes(env)?) };
        let folder = if cwd.is(none()) { None } else { Some(super::path(cwd)?) };
        let groups = super::groups(extra_groups)?;
        let gid = if gid.is(none()) { None } else { Some(Gid::of(gid)?.0) };
        let uid = if uid.is(none()) { None } else { Some(Uid::of(uid)?.0) };
        let plan = Plan {
            executables: &executables.pointers,
            arguments: arguments.as_ref().map_or(core::ptr::null(), |strings| strings.pointers.as_ptr()),
            environment: environment.as_ref().map(|strings| strings.pointers.as_ptr()),
            cwd: folder.as_deref(),
            close_fds,
            kept: &kept,
            parent_ends: [p2cwrite, c2pread, errread, errpipe_read],
            stdin: p2cread,
            stdout: c2pwrite,
            stderr: errwrite,
            report: errpipe_write,
            umask: (child_umask >= 0).then_some(child_umask as libc::mode_t),
            restore_signals,
            setsid: call_setsid,
            pgid: (pgid_to_set >= 0).then_some(pgid_to_set),
            groups: groups.as_deref(),
            gid,
            uid,
            preexec: (!preexec_fn.is(none())).then_some(preexec_fn),
            shares_memory: false,
        };
        super::spawn(plan, allow_vfork)
    }
}

/// Starts the child.
fn spawn(mut plan: Plan<'_>, allow_vfork: bool) -> Result<c_int> {
    // Changing ids while sharing memory would let another program of the system into this process.
    let changes_ids = plan.gid.is_some() || plan.uid.is_some() || plan.groups.is_some();
    plan.shares_memory = plan.preexec.is_none() && allow_vfork && !changes_ids;
    let pid = if plan.shares_memory { child::vfork(&plan) } else { -1 };
    let pid = match pid {
        -1 => {
            plan.shares_memory = false;
            if plan.preexec.is_some() {
                fork::before();
            }
            // SAFETY: the child makes system calls only, or does what a fork of Python does.
            match unsafe { libc::fork() } {
                0 => child::run(&plan),
                pid => {
                    let error = crate::posix::errno();
                    if plan.preexec.is_some() {
                        fork::after_in_parent();
                    }
                    if pid < 0 {
                        return Err(raise::os_error(error, None, None));
                    }
                    pid
                }
            }
        }
        pid => pid,
    };
    Ok(pid)
}
