//! `posix_spawn`.

use super::path::Path;
use super::process::{arguments_of, environment, pointers};
use super::schedule;
use core::ffi::{c_char, c_int, c_short};
use objects::args::signals::SigSet;
use objects::protocol::number;
use objects::types::none::none;
use objects::types::tuple::Tuple;
use objects::{Object, Raised, Result, hooks, raise};
use std::ffi::CString;

/// Not in every C library's headers.
const POSIX_SPAWN_SETSID: c_int = 0x80;

unsafe extern "C" {
    fn posix_spawn_file_actions_addclosefrom_np(
        actions: *mut libc::posix_spawn_file_actions_t,
        first: c_int,
    ) -> c_int;
}

/// What the C library returns: 0 or the error's number.
fn check(error: c_int) -> Result<()> {
    if error == 0 { Ok(()) } else { Err(raise::os_error(error, None, None)) }
}

/// What the child does with descriptors.
struct Actions {
    actions: libc::posix_spawn_file_actions_t,
    /// Paths that `actions` points to.
    paths: Vec<CString>,
}

impl Drop for Actions {
    fn drop(&mut self) {
        // SAFETY: initialised once.
        unsafe { libc::posix_spawn_file_actions_destroy(&raw mut self.actions) };
    }
}

fn int(object: &Object) -> Result<c_int> {
    crate::arguments::int(object)
}

impl Actions {
    fn of(sequence: &Object) -> Result<Actions> {
        if !objects::protocol::sequence::is_sequence(sequence) {
            return Err(raise!(TypeError, "file_actions must be a sequence or None"));
        }
        // SAFETY: initialised by the call.
        let mut all = unsafe {
            let mut actions = core::mem::zeroed();
            check(libc::posix_spawn_file_actions_init(&raw mut actions))?;
            Actions { actions, paths: Vec::new() }
        };
        for action in objects::protocol::iter::collect(sequence)? {
            let parts = action.cast::<Tuple>().filter(|parts| !parts.is_empty());
            let Some(parts) = parts else {
                return Err(raise!(TypeError, "Each file_actions element must be a non-empty tuple"));
            };
            all.add(parts.items())?;
        }
        Ok(all)
    }

    fn add(&mut self, parts: &[&Object]) -> Result<()> {
        let wrong = |action: &str, count: usize| -> Raised {
            raise!(TypeError, "A {action} file_action tuple must have {count} elements")
        };
        let Some((kind, rest)) = parts.split_first() else { return Err(raise::bad_internal_call()) };
        let kind = number::index(kind)?.to_i64();
        let actions = &raw mut self.actions;
        // SAFETY (all): our actions; paths are kept beside them.
        match (kind, rest) {
            (Some(0), &[fd, path, flags, mode]) => {
                let path = crate::posix::path::fspath(path)?;
                let path = crate::posix::process::c_path(&path)?;
                let (fd, flags) = (int(fd)?, int(flags)?);
                let mode = crate::arguments::mask(mode)? as libc::mode_t;
                self.paths.push(path);
                let path = self.paths.last().map_or(core::ptr::null(), |path| path.as_ptr());
                // SAFETY: as above.
                check(unsafe { libc::posix_spawn_file_actions_addopen(actions, fd, path, flags, mode) })
            }
            (Some(1), &[fd]) => {
                // SAFETY: as above.
                check(unsafe { libc::posix_spawn_file_actions_addclose(actions, int(fd)?) })
            }
            (Some(2), &[from, to]) => {
                // SAFETY: as above.
                check(unsafe { libc::posix_spawn_file_actions_adddup2(actions, int(from)?, int(to)?) })
            }
            (Some(3), &[first]) => {
                // SAFETY: as above.
                check(unsafe { posix_spawn_file_actions_addclosefrom_np(actions, int(first)?) })
            }
            (Some(0), _) => Err(wrong("open", 5)),
            (Some(1), _) => Err(wrong("close", 2)),
            (Some(2), _) => Err(wrong("dup2", 3)),
            (Some(3), _) => Err(wrong("closefrom", 2)),
            _ => Err(raise!(TypeError, "Unknown file_actions identifier")),
        }
    }
}

/// How the child differs from the parent otherwise.
struct Attributes(libc::posix_spawnattr_t);

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: initialised once.
        unsafe { libc::posix_spawnattr_destroy(&raw mut self.0) };
    }
}

/// The keyword arguments.
struct Options<'a> {
    file_actions: Option<&'a Object>,
    setpgroup: Option<&'a Object>,
    resetids: bool,
    setsid: bool,
    setsigmask: Option<SigSet>,
    setsigdef: Option<SigSet>,
    scheduler: Option<&'a Object>,
}

impl Options<'_> {
    fn attributes(&self) -> Result<Attributes> {
        let mut flags = 0;
        // SAFETY: initialised by the call; sets and parameters are ours.
        unsafe {
            let mut attributes = core::mem::zeroed();
            check(libc::posix_spawnattr_init(&raw mut attributes))?;
            let mut attributes = Attributes(attributes);
            let place = &raw mut attributes.0;
            if let Some(group) = self.setpgroup {
                check(libc::posix_spawnattr_setpgroup(place, int(group)?))?;
                flags |= libc::POSIX_SPAWN_SETPGROUP;
            }
            if self.resetids {
                flags |= libc::POSIX_SPAWN_RESETIDS;
            }
            if self.setsid {
                flags |= POSIX_SPAWN_SETSID;
            }
            if let Some(mask) = &self.setsigmask {
                check(libc::posix_spawnattr_setsigmask(place, &raw const mask.0))?;
                flags |= libc::POSIX_SPAWN_SETSIGMASK;
            }
            if let Some(defaults) = &self.setsigdef {
                check(libc::posix_spawnattr_setsigdefault(place, &raw const defaults.0))?;
                flags |= libc::POSIX_SPAWN_SETSIGDEF;
            }
            if let Some(scheduler) = self.scheduler {
                let Some(&[policy, parameter]) = scheduler.cast::<Tuple>().map(|pair| pair.items()) else {
                    return Err(raise!(TypeError, "A scheduler tuple must have two elements"));
                };
                let parameter = schedule::parameter(parameter)?;
                if !policy.is(none()) {
                    check(libc::posix_spawnattr_setschedpolicy(place, int(policy)?))?;
                    flags |= libc::POSIX_SPAWN_SETSCHEDULER;
                }
                check(libc::posix_spawnattr_setschedparam(place, &raw const parameter))?;
                flags |= libc::POSIX_SPAWN_SETSCHEDPARAM;
            }
            check(libc::posix_spawnattr_setflags(place, flags as c_short))?;
            Ok(attributes)
        }
    }
}

type Spawn = unsafe extern "C" fn(
    *mut libc::pid_t,
    *const c_char,
    *const libc::posix_spawn_file_actions_t,
    *const libc::posix_spawnattr_t,
    *const *mut c_char,
    *const *mut c_char,
) -> c_int;

fn spawn(
    function: &str,
    call: Spawn,
    path: &Path<'_>,
    argv: &Object,
    env: &Object,
    options: &Options<'_>,
) -> Result<c_int> {
    let strings = arguments_of(argv, function)?;
    let variables = match env.is(none()) {
        true => None,
        false
            if env.class().tp_as_mapping.get().is_null()
                || objects::protocol::attr::get_optional(env, objects::id!("items"))?.is_none() =>
        {
            return Err(raise!(TypeError, "{function}: environment must be a mapping object or None"));
        }
        false => Some(environment(env)?),
    };
    let actions = options.file_actions.filter(|actions| !actions.is(none()));
    let actions = actions.map(Actions::of).transpose()?;
    let attributes = options.attributes()?;
    hooks::AUDIT.get()("os.posix_spawn", &[path.object, argv, env])?;
    let (argv, env) = (pointers(&strings), variables.as_deref().map(pointers));
    unsafe extern "C" {
        static environ: *const *mut c_char;
    }
    let mut pid = 0;
    // SAFETY: C strings, arrays that end in NULL, and initialised actions and attributes.
    let error = unsafe {
        let env = env.as_ref().map_or(environ, |env| env.as_ptr().cast());
        let actions = actions.as_ref().map_or(core::ptr::null(), |all| &raw const all.actions);
        call(&raw mut pid, path.as_ptr(), actions, &raw const attributes.0, argv.as_ptr().cast(), env)
    };
    match error {
        0 => Ok(pid),
        error => Err(raise::os_error(error, Some(path.object), None)),
    }
}

#[macros::pymodule(name = "posix", part)]
pub mod part {
    use super::*;

    #[function(
        "posix_spawn($module, path, argv, env, /, *, file_actions=(),\n            setpgroup=<unrepresentable>, resetids=False, setsid=False,\n            setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)"
    )]
    fn posix_spawn(
        path: Path<'_>,
        argv: &Object,
        env: &Object,
        file_actions: Option<&Object>,
        setpgroup: Option<&Object>,
        #[default(false)] resetids: bool,
        #[default(false)] setsid: bool,
        setsigmask: Option<SigSet>,
        setsigdef: Option<SigSet>,
        scheduler: Option<&Object>,
    ) -> Result<c_int> {
        let options = Options { file_actions, setpgroup, resetids, setsid, setsigmask, setsigdef, scheduler };
        super::spawn("posix_spawn", libc::posix_spawn, &path, argv, env, &options)
    }

    #[function(
        "posix_spawnp($module, path, argv, env, /, *, file_actions=(),\n             setpgroup=<unrepresentable>, resetids=False, setsid=False,\n             setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)"
    )]
    fn posix_spawnp(
        path: Path<'_>,
        argv: &Object,
        env: &Object,
        file_actions: Option<&Object>,
        setpgroup: Option<&Object>,
        #[default(false)] resetids: bool,
        #[default(false)] setsid: bool,
        setsigmask: Option<SigSet>,
        setsigdef: Option<SigSet>,
        scheduler: Option<&Object>,
    ) -> Result<c_int> {
        let options = Options { file_actions, setpgroup, resetids, setsid, setsigmask, setsigdef, scheduler };
        super::spawn("posix_spawnp", libc::posix_spawnp, &path, argv, env, &options)
    }
}
