//! The environment and the machine: variables, system values, terminal, random bytes, times.

use super::path::{Fd, Path, PathOrFd, c_text};
use super::stat_result::{TERMINAL_SIZE, TIMES, UNAME};
use super::{check, constants, errno, os_error};
use core::ffi::c_int;
use objects::protocol::number;
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::float::new_float;
use objects::types::int::new_int;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, id, raise};
use std::os::unix::ffi::OsStringExt;

/// Adds `environ`, and the tables of names that `sysconf` and its kin know.
pub fn add_to(module: &Module) -> Result<()> {
    let environ = Dict::new()?;
    for (name, value) in std::env::vars_os() {
        let name = Bytes::new(&name.into_vec())?;
        if environ.get_item(&name)?.is_none() {
            environ.set_item(&name, &*Bytes::new(&value.into_vec())?)?;
        }
    }
    let dict = module.dict();
    dict.set_str(id!("environ"), &environ)?;
    for (name, table) in [
        (id!("sysconf_names"), constants::SYSCONF),
        (id!("pathconf_names"), constants::PATHCONF),
        (id!("confstr_names"), constants::CONFSTR),
    ] {
        let names = Dict::new()?;
        for (name, value) in table {
            names.set_text(name, &*new_int((*value).into())?)?;
        }
        dict.set_str(name, &names)?;
    }
    let list = objects::types::list::List::new()?;
    for name in constants::HAVE {
        list.push(Str::new(name)?.upcast())?;
    }
    dict.set_str(id!("_have_functions"), &list)
}

/// A configuration value's number, from its name or the number itself.
fn configuration(name: &Object, table: &[(&str, c_int)]) -> Result<c_int> {
    if number::is_index(name) {
        return Ok(number::index_as_isize(name, Some(&objects::types::exceptions::OverflowError))? as c_int);
    }
    let Some(text) = name.cast::<Str>() else {
        return Err(raise!(TypeError, "configuration names must be strings or integers"));
    };
    match table.iter().find(|(known, _)| text.equals_text(known)) {
        Some((_, value)) => Ok(*value),
        None => Err(raise!(ValueError, "unrecognized configuration name")),
    }
}

/// Calls something that answers -1 without an error for "no limit".
fn limit(call: impl FnOnce() -> libc::c_long) -> Result<i64> {
    // SAFETY: errno is the thread's own.
    unsafe { *libc::__errno_location() = 0 };
    let value = call();
    if value == -1 && errno() != 0 { Err(os_error()) } else { Ok(value) }
}

#[macros::pymodule(name = "posix", part)]
pub mod part {
    use super::*;

    #[function("putenv($module, name, value, /)")]
    fn putenv(name: Path<'_>, value: Path<'_>) -> Result<()> {
        if name.text.as_bytes().contains(&b'=') {
            return Err(raise!(ValueError, "illegal environment variable name"));
        }
        // SAFETY: C strings; the GIL keeps other Python threads from the environment.
        check(unsafe { libc::setenv(name.as_ptr(), value.as_ptr(), 1) }).map(drop)
    }

    #[function("unsetenv($module, name, /)")]
    fn unsetenv(name: Path<'_>) -> Result<()> {
        // SAFETY: as for `putenv`.
        check(unsafe { libc::unsetenv(name.as_ptr()) }).map(drop)
    }

    #[function("urandom($module, size, /)")]
    fn urandom(size: isize) -> Result<Ref<Bytes>> {
        getrandom(size, 0).map_err(|raised| {
            if size < 0 {
                raised.clear();
                return raise!(ValueError, "negative argument not allowed");
            }
            raised
        })
    }

    #[function("getrandom($module, /, size, flags=0)")]
    fn getrandom(size: isize, #[default(0)] flags: u32) -> Result<Ref<Bytes>> {
        let Ok(size) = usize::try_from(size) else {
            return Err(raise::os_error(libc::EINVAL, None, None));
        };
        let mut bytes = vec![0u8; size];
        let mut done = 0;
        while done < size {
            // SAFETY: the rest of our buffer.
            let count = super::super::retry(|| unsafe {
                libc::getrandom(bytes[done..].as_mut_ptr().cast(), size - done, flags)
            })?;
            done += count as usize;
        }
        Bytes::new(&bytes)
    }

    #[function("strerror($module, code, /)")]
    fn strerror(code: c_int) -> String {
        objects::types::exceptions::errno_text(code)
    }

    #[function("cpu_count($module, /)")]
    fn cpu_count() -> Option<i64> {
        let chosen = objects::state::interpreter().cpu_count.get();
        if chosen > 0 {
            return Some(chosen.into());
        }
        // SAFETY: no memory is involved.
        let count = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
        (count > 0).then_some(count)
    }

    #[function("getloadavg($module, /)")]
    fn getloadavg() -> Result<Ref<Tuple>> {
        let mut loads = [0f64; 3];
        // SAFETY: room for three.
        if unsafe { libc::getloadavg(loads.as_mut_ptr(), 3) } != 3 {
            return Err(raise!(OSError, "Load averages are unobtainable"));
        }
        Tuple::from_array([new_float(loads[0])?, new_float(loads[1])?, new_float(loads[2])?])
    }

    #[function("get_terminal_size($module, fd=<unrepresentable>, /)")]
    fn get_terminal_size(#[default(libc::STDOUT_FILENO)] fd: c_int) -> Result<Ref> {
        // SAFETY: all zeros is a valid buffer.
        let mut size: libc::winsize = unsafe { core::mem::zeroed() };
        // SAFETY: our buffer.
        check(unsafe { libc::ioctl(fd, libc::TIOCGWINSZ, &raw mut size) })?;
        TERMINAL_SIZE.instance(vec![new_int(size.ws_col.into())?, new_int(size.ws_row.into())?])
    }

    #[function("uname($module, /)")]
    fn uname() -> Result<Ref> {
        // SAFETY: all zeros is a valid buffer, filled with C strings.
        unsafe {
            let mut names: libc::utsname = core::mem::zeroed();
            check(libc::uname(&raw mut names))?;
            let fields = [&names.sysname, &names.nodename, &names.release, &names.version, &names.machine];
            UNAME.instance(
                fields
                    .iter()
                    .map(|field| Ok(c_text(field.as_ptr())?.upcast()))
                    .collect::<Result<Vec<Ref>>>()?,
            )
        }
    }

    #[function("times($module, /)")]
    fn times() -> Result<Ref> {
        // SAFETY: all zeros is a valid buffer.
        let (times, elapsed, ticks) = unsafe {
            let mut times: libc::tms = core::mem::zeroed();
            let elapsed = libc::times(&raw mut times);
            (times, elapsed, libc::sysconf(libc::_SC_CLK_TCK) as f64)
        };
        let values = [times.tms_utime, times.tms_stime, times.tms_cutime, times.tms_cstime, elapsed];
        TIMES.instance(
            values.into_iter().map(|value| new_float(value as f64 / ticks)).collect::<Result<Vec<Ref>>>()?,
        )
    }

    #[function("sysconf($module, name, /)")]
    fn sysconf(name: &Object) -> Result<i64> {
        let name = configuration(name, constants::SYSCONF)?;
        // SAFETY: no memory is involved.
        limit(|| unsafe { libc::sysconf(name) })
    }

    #[function("fpathconf($module, fd, name, /)")]
    fn fpathconf(fd: Fd, name: &Object) -> Result<i64> {
        let name = configuration(name, constants::PATHCONF)?;
        // SAFETY: no memory is involved.
        limit(|| unsafe { libc::fpathconf(fd.0, name) })
    }

    #[function("pathconf($module, /, path, name)")]
    fn pathconf(path: PathOrFd<'_>, name: &Object) -> Result<i64> {
        let name = configuration(name, constants::PATHCONF)?;
        // SAFETY: a C string.
        limit(|| unsafe {
            match &path {
                PathOrFd::Path(path) => libc::pathconf(path.as_ptr(), name),
                PathOrFd::Fd(fd) => libc::fpathconf(*fd, name),
            }
        })
    }

    #[function("confstr($module, name, /)")]
    fn confstr(name: &Object) -> Result<Option<Ref<Str>>> {
        let name = configuration(name, constants::CONFSTR)?;
        let mut buffer = vec![0u8; 1024];
        // SAFETY: our buffer.
        let length = unsafe { libc::confstr(name, buffer.as_mut_ptr().cast(), buffer.len()) };
        match length {
            0 if errno() != 0 => Err(os_error()),
            0 => Ok(None),
            // SAFETY: the call wrote a C string.
            _ => unsafe { c_text(buffer.as_ptr().cast()) }.map(Some),
        }
    }
}
