//! `fcntl`: control of open descriptors, locks on files.

use crate::arguments::Mask;
use crate::posix::path::Fd;
use crate::posix::retry;
use core::ffi::{c_int, c_long};
use objects::protocol::buffer::{Buffer, BytesLike, WRITABLE, is_exporter};
use objects::protocol::number;
use objects::types::bytes::Bytes;
use objects::types::int::new_int;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::{Object, Ref, Result, hooks, raise};

/// The longest argument that is copied before the call.
const LONGEST: usize = 1024;

/// The bytes of an argument: of text, or of what shows them.
fn contents(object: &Object) -> Result<Option<Vec<u8>>> {
    if let Some(text) = object.cast::<Str>() {
        return Ok(Some(text.to_str()?.as_bytes().to_vec()));
    }
    if is_exporter(object) { Ok(Some(BytesLike::of(object)?.to_vec())) } else { Ok(None) }
}

/// The bytes with room behind them, as the system may write more than it was given.
fn with_room(bytes: &[u8], what: &str) -> Result<Vec<u8>> {
    if bytes.len() > LONGEST {
        return Err(raise!(ValueError, "{what} string arg too long"));
    }
    let mut room = vec![0; LONGEST + 1];
    room[..bytes.len()].copy_from_slice(bytes);
    Ok(room)
}

#[macros::pymodule(name = "fcntl")]
pub mod module {
    use super::*;

    #[function("fcntl($module, fd, cmd, arg=0, /)")]
    fn fcntl(fd: Fd, cmd: c_int, arg: Option<&Object>) -> Result<Ref> {
        let number = new_int(cmd.into())?;
        let zero = new_int(0)?;
        let shown = arg.unwrap_or(&zero);
        hooks::AUDIT.get()("fcntl.fcntl", &[&*new_int(fd.0.into())?, &number, shown])?;
        if let Some(bytes) = arg.map(contents).transpose()?.flatten() {
            let mut room = with_room(&bytes, "fcntl")?;
            // SAFETY: the buffer is larger than what any command writes.
            retry(|| unsafe { libc::fcntl(fd.0, cmd, room.as_mut_ptr()) as isize })?;
            return Ok(Bytes::new(&room[..bytes.len()])?.upcast());
        }
        let value = match arg {
            Some(arg) => Mask::of(&*number::index(arg)?).0 as c_int,
            None => 0,
        };
        // SAFETY: the command takes a number.
        let result = retry(|| unsafe { libc::fcntl(fd.0, cmd, value) as isize })?;
        new_int(result as i64)
    }

    #[function("ioctl($module, fd, request, arg=0, mutate_flag=True, /)")]
    fn ioctl(fd: Fd, request: Mask, arg: Option<&Object>, #[default(true)] mutate_flag: bool) -> Result<Ref> {
        let zero = new_int(0)?;
        let number = objects::types::int::Int::from_u64(request.0)?;
        hooks::AUDIT.get()("fcntl.ioctl", &[&*new_int(fd.0.into())?, &*number, arg.unwrap_or(&zero)])?;
        super::control(fd.0, request.0, arg, mutate_flag)
    }

    #[function("flock($module, fd, operation, /)")]
    fn flock(fd: Fd, operation: c_int) -> Result<()> {
        hooks::AUDIT.get()("fcntl.flock", &[&*new_int(fd.0.into())?, &*new_int(operation.into())?])?;
        // SAFETY: no memory is involved.
        retry(|| unsafe { libc::flock(fd.0, operation) as isize }).map(drop)
    }

    #[function("lockf($module, fd, cmd, len=0, start=0, whence=0, /)")]
    fn lockf(fd: Fd, cmd: c_int, len: Option<&Object>, start: Option<&Object>, whence: c_int) -> Result<Ref> {
        let zero = new_int(0)?;
        hooks::AUDIT.get()(
            "fcntl.lockf",
            &[
                &*new_int(fd.0.into())?,
                &*new_int(cmd.into())?,
                len.unwrap_or(&zero),
                start.unwrap_or(&zero),
                &*new_int(whence.into())?,
            ],
        )?;
        let kind = match cmd {
            libc::LOCK_UN => libc::F_UNLCK,
            _ if cmd & libc::LOCK_SH != 0 => libc::F_RDLCK,
            _ if cmd & libc::LOCK_EX != 0 => libc::F_WRLCK,
            _ => return Err(raise!(ValueError, "unrecognized lockf argument")),
        };
        // SAFETY: all zeros is valid.
        let mut lock: libc::flock = unsafe { core::mem::zeroed() };
        lock.l_type = kind as _;
        lock.l_start = start.map_or(Ok(0), offset)?;
        lock.l_len = len.map_or(Ok(0), offset)?;
        lock.l_whence = whence as _;
        let command = if cmd & libc::LOCK_NB != 0 { libc::F_SETLK } else { libc::F_SETLKW };
        // SAFETY: our lock.
        retry(|| unsafe { libc::fcntl(fd.0, command, &raw const lock) as isize })?;
        Ok(objects::object::refs::none())
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        crate::constants::add(module, CONSTANTS)
    }
}

fn long(object: &Object) -> Result<c_long> {
    number::index(object)?
        .to_i64()
        .ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C long"))
}

fn offset(object: &Object) -> Result<i64> {
    number::index(object)?
        .to_i64()
        .ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C long long"))
}

fn control(fd: c_int, request: u64, arg: Option<&Object>, mutate: bool) -> Result<Ref> {
    let writable = match arg {
        Some(arg) if is_exporter(arg) => match Buffer::of(arg, WRITABLE) {
            Ok(buffer) => Some(buffer),
            Err(raised) => {
                raised.clear();
                None
            }
        },
        _ => None,
    };
    if let Some(mut buffer) = writable {
        if mutate && buffer.len() > LONGEST {
            // SAFETY: the buffer is the caller's for the request.
            let status = unsafe { libc::ioctl(fd, request as _, buffer.as_mut_slice().as_mut_ptr()) };
            return if status < 0 { Err(raise::last_os_error()) } else { new_int(status.into()) };
        }
        let mut room = with_room(buffer.as_slice(), "ioctl")?;
        let result = call(fd, request, &mut room);
        let length = buffer.len();
        if mutate {
            buffer.as_mut_slice().copy_from_slice(&room[..length]);
        }
        let status = result?;
        return if mutate { new_int(status.into()) } else { Ok(Bytes::new(&room[..length])?.upcast()) };
    }
    if let Some(bytes) = arg.map(contents).transpose()?.flatten() {
        let mut room = with_room(&bytes, "ioctl")?;
        call(fd, request, &mut room)?;
        return Ok(Bytes::new(&room[..bytes.len()])?.upcast());
    }
    let value = match arg {
        None => 0,
        Some(arg) => {
            let bound = |text: &str| raise!(OverflowError, "signed integer is {text}");
            c_int::try_from(long(arg)?).map_err(|_| match number::index(arg) {
                Ok(int) if int.is_negative() => bound("less than minimum"),
                Ok(_) => bound("greater than maximum"),
                Err(raised) => raised,
            })?
        }
    };
    // SAFETY: the request takes a number.
    let status = objects::state::detached(|| unsafe { libc::ioctl(fd, request as _, value) });
    if status < 0 { Err(raise::last_os_error()) } else { new_int(status.into()) }
}

fn call(fd: c_int, request: u64, room: &mut [u8]) -> Result<c_int> {
    let place = room.as_mut_ptr();
    // SAFETY: the buffer is larger than what requests with small arguments write.
    let status = objects::state::detached(|| unsafe { libc::ioctl(fd, request as _, place) });
    if status < 0 { Err(raise::last_os_error()) } else { Ok(status) }
}

/// Linux's, for all architectures of 64 bits.
const CONSTANTS: &[(&str, i64)] = &[
    ("LOCK_SH", 1),
    ("LOCK_EX", 2),
    ("LOCK_NB", 4),
    ("LOCK_UN", 8),
    ("LOCK_MAND", 0x20),
    ("LOCK_READ", 0x40),
    ("LOCK_WRITE", 0x80),
    ("LOCK_RW", 0xc0),
    ("F_DUPFD", 0),
    ("F_DUPFD_CLOEXEC", 0x406),
    ("F_GETFD", 1),
    ("F_SETFD", 2),
    ("F_GETFL", 3),
    ("F_SETFL", 4),
    ("F_GETLK", 5),
    ("F_SETLK", 6),
    ("F_SETLKW", 7),
    ("F_OFD_GETLK", 0x24),
    ("F_OFD_SETLK", 0x25),
    ("F_OFD_SETLKW", 0x26),
    ("F_GETOWN", 9),
    ("F_SETOWN", 8),
    ("F_GETSIG", 0xb),
    ("F_SETSIG", 0xa),
    ("F_RDLCK", 0),
    ("F_WRLCK", 1),
    ("F_UNLCK", 2),
    ("F_GETLK64", 5),
    ("F_SETLK64", 6),
    ("F_SETLKW64", 7),
    ("FASYNC", 0x2000),
    ("F_SETLEASE", 0x400),
    ("F_GETLEASE", 0x401),
    ("F_NOTIFY", 0x402),
    ("F_EXLCK", 4),
    ("F_SHLCK", 8),
    ("F_SETPIPE_SZ", 0x407),
    ("F_GETPIPE_SZ", 0x408),
    ("FICLONE", 0x40049409),
    ("FICLONERANGE", 0x4020940d),
    ("F_GETOWN_EX", 0x10),
    ("F_SETOWN_EX", 0xf),
    ("F_OWNER_TID", 0),
    ("F_OWNER_PID", 1),
    ("F_OWNER_PGRP", 2),
    ("F_GET_RW_HINT", 0x40b),
    ("F_SET_RW_HINT", 0x40c),
    ("F_GET_FILE_RW_HINT", 0x40d),
    ("F_SET_FILE_RW_HINT", 0x40e),
    ("RWH_WRITE_LIFE_NOT_SET", 0),
    ("RWH_WRITE_LIFE_NONE", 1),
    ("RWH_WRITE_LIFE_SHORT", 2),
    ("RWH_WRITE_LIFE_MEDIUM", 3),
    ("RWH_WRITE_LIFE_LONG", 4),
    ("RWH_WRITE_LIFE_EXTREME", 5),
    ("FD_CLOEXEC", 1),
    ("DN_ACCESS", 1),
    ("DN_MODIFY", 2),
    ("DN_CREATE", 4),
    ("DN_DELETE", 8),
    ("DN_RENAME", 0x10),
    ("DN_ATTRIB", 0x20),
    ("DN_MULTISHOT", 0x80000000),
    ("F_ADD_SEALS", 0x409),
    ("F_GET_SEALS", 0x40a),
    ("F_SEAL_SEAL", 1),
    ("F_SEAL_SHRINK", 2),
    ("F_SEAL_GROW", 4),
    ("F_SEAL_WRITE", 8),
    ("F_SEAL_FUTURE_WRITE", 0x10),
];
