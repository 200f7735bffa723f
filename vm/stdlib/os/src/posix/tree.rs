//! The tree of files: making, removing, renaming, links, permissions, status.

use super::path::{DirFd, Path, PathOrFd};
use super::stat_result;
use super::{check, errno};
use crate::arguments::Dev;
use core::ffi::c_int;
use objects::protocol::number;
use objects::types::int::Int;
use objects::types::none::none;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, raise};

fn done(path: &Path<'_>, result: c_int) -> Result<()> {
    if result < 0 { Err(path.error()) } else { Ok(()) }
}

/// An error about two paths.
fn both(result: c_int, src: &Path<'_>, dst: &Path<'_>) -> Result<()> {
    if result < 0 { Err(raise::os_error(errno(), Some(src.object), Some(dst.object))) } else { Ok(()) }
}

/// `AT_SYMLINK_NOFOLLOW` unless links are followed.
fn no_follow(follow_symlinks: bool) -> c_int {
    if follow_symlinks { 0 } else { libc::AT_SYMLINK_NOFOLLOW }
}

/// The status of a path or a descriptor.
fn status(path: &PathOrFd<'_>, dir_fd: DirFd, follow: bool, function: &str) -> Result<Ref> {
    // SAFETY: all zeros is a valid buffer for the calls below.
    let mut buffer: libc::stat = unsafe { core::mem::zeroed() };
    let place = &raw mut buffer;
    let result = match path {
        PathOrFd::Fd(_) if dir_fd.0 != libc::AT_FDCWD => {
            return Err(raise!(ValueError, "{function}: can't specify dir_fd without matching path"));
        }
        PathOrFd::Fd(_) if !follow => {
            return Err(raise!(ValueError, "{function}: cannot use fd and follow_symlinks together"));
        }
        // SAFETY (both): a C string and our buffer.
        PathOrFd::Fd(fd) => unsafe { libc::fstat(*fd, place) },
        PathOrFd::Path(path) => objects::state::detached(|| unsafe {
            libc::fstatat(dir_fd.0, path.as_ptr(), place, no_follow(follow))
        }),
    };
    if result < 0 { Err(path.error()) } else { stat_result::from_stat(&buffer) }
}

/// Seconds and nanoseconds from a number of seconds.
fn timespec_from_seconds(object: &Object) -> Result<libc::timespec> {
    if let Some(float) = object.cast::<objects::types::float::Float>() {
        let value = float.value();
        if value.is_nan() {
            return Err(raise!(ValueError, "Invalid value NaN (not a number)"));
        }
        let whole = value.floor();
        let nanoseconds = ((value - whole) * 1e9).floor();
        return Ok(libc::timespec { tv_sec: whole as i64, tv_nsec: nanoseconds.min(999_999_999.0) as i64 });
    }
    let seconds = number::index(object)?;
    match seconds.to_i64() {
        Some(seconds) => Ok(libc::timespec { tv_sec: seconds, tv_nsec: 0 }),
        None => Err(raise!(OverflowError, "timestamp out of range for platform time_t")),
    }
}

fn timespec_from_nanoseconds(object: &Object) -> Result<libc::timespec> {
    match number::index(object)?.to_i128() {
        Some(ns) => Ok(libc::timespec {
            tv_sec: ns.div_euclid(1_000_000_000) as i64,
            tv_nsec: ns.rem_euclid(1_000_000_000) as i64,
        }),
        None => Err(raise!(OverflowError, "timestamp out of range for platform time_t")),
    }
}

#[macros::pymodule(name = "posix", part)]
pub mod part {
    use super::*;

    #[function("stat($module, /, path, *, dir_fd=None, follow_symlinks=True)")]
    fn stat(
        path: PathOrFd<'_>,
        #[default(DirFd::DEFAULT)] dir_fd: DirFd,
        #[default(true)] follow_symlinks: bool,
    ) -> Result<Ref> {
        status(&path, dir_fd, follow_symlinks, "stat")
    }

    #[function("lstat($module, /, path, *, dir_fd=None)")]
    fn lstat(path: Path<'_>, #[default(DirFd::DEFAULT)] dir_fd: DirFd) -> Result<Ref> {
        status(&PathOrFd::Path(path), dir_fd, false, "lstat")
    }

    #[function("fstat($module, /, fd)")]
    fn fstat(fd: c_int) -> Result<Ref> {
        status(&PathOrFd::Fd(fd), DirFd::DEFAULT, true, "fstat")
    }

    #[function("access($module, /, path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)")]
    fn access(
        path: Path<'_>,
        mode: c_int,
        #[default(DirFd::DEFAULT)] dir_fd: DirFd,
        effective_ids: bool,
        #[default(true)] follow_symlinks: bool,
    ) -> bool {
        let flags = no_follow(follow_symlinks) | if effective_ids { libc::AT_EACCESS } else { 0 };
        // SAFETY: a C string.
        objects::state::detached(|| unsafe { libc::faccessat(dir_fd.0, path.as_ptr(), mode, flags) }) == 0
    }

    #[function("mkdir($module, /, path, mode=511, *, dir_fd=None)")]
    fn mkdir(
        path: Path<'_>,
        #[default(0o777)] mode: c_int,
        #[default(DirFd::DEFAULT)] dir_fd: DirFd,
    ) -> Result<()> {
        // SAFETY: a C string.
        done(&path, unsafe { libc::mkdirat(dir_fd.0, path.as_ptr(), mode as libc::mode_t) })
    }

    #[function("mkfifo($module, /, path, mode=438, *, dir_fd=None)")]
    fn mkfifo(
        path: Path<'_>,
        #[default(0o666)] mode: c_int,
        #[default(DirFd::DEFAULT)] dir_fd: DirFd,
    ) -> Result<()> {
        // SAFETY: a C string.
        done(&path, unsafe { libc::mkfifoat(dir_fd.0, path.as_ptr(), mode as libc::mode_t) })
    }

    #[function("mknod($module, /, path, mode=384, device=0, *, dir_fd=None)")]
    fn mknod(
        path: Path<'_>,
        #[default(0o600)] mode: c_int,
        #[default(Dev(0))] device: Dev,
        #[default(DirFd::DEFAULT)] dir_fd: DirFd,
    ) -> Result<()> {
        // SAFETY: a C string.
        done(&path, unsafe { libc::mknodat(dir_fd.0, path.as_ptr(), mode as libc::mode_t, device.0) })
    }

    #[function("rmdir($module, /, path, *, dir_fd=None)")]
    fn rmdir(path: Path<'_>, #[default(DirFd::DEFAULT)] dir_fd: DirFd) -> Result<()> {
        // SAFETY: a C string.
        done(&path, unsafe { libc::unlinkat(dir_fd.0, path.as_ptr(), libc::AT_REMOVEDIR) })
    }

    #[function("unlink($module, /, path, *, dir_fd=None)")]
    fn unlink(path: Path<'_>, #[default(DirFd::DEFAULT)] dir_fd: DirFd) -> Result<()> {
        // SAFETY: a C string.
        done(&path, unsafe { libc::unlinkat(dir_fd.0, path.as_ptr(), 0) })
    }

    #[function("remove($module, /, path, *, dir_fd=None)")]
    fn remove(path: Path<'_>, #[default(DirFd::DEFAULT)] dir_fd: DirFd) -> Result<()> {
        unlink(path, dir_fd)
    }

    #[function("rename($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)")]
    fn rename(
        src: Path<'_>,
        dst: Path<'_>,
        #[default(DirFd::DEFAULT)] src_dir_fd: DirFd,
        #[default(DirFd::DEFAULT)] dst_dir_fd: DirFd,
    ) -> Result<()> {
        // SAFETY: C strings.
        let result = unsafe { libc::renameat(src_dir_fd.0, src.as_ptr(), dst_dir_fd.0, dst.as_ptr()) };
        both(result, &src, &dst)
    }

    #[function("replace($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)")]
    fn replace(
        src: Path<'_>,
        dst: Path<'_>,
        #[default(DirFd::DEFAULT)] src_dir_fd: DirFd,
        #[default(DirFd::DEFAULT)] dst_dir_fd: DirFd,
    ) -> Result<()> {
        rename(src, dst, src_dir_fd, dst_dir_fd)
    }

    #[function("link($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)")]
    fn link(
        src: Path<'_>,
        dst: Path<'_>,
        #[default(DirFd::DEFAULT)] src_dir_fd: DirFd,
        #[default(DirFd::DEFAULT)] dst_dir_fd: DirFd,
        #[default(true)] follow_symlinks: bool,
    ) -> Result<()> {
        let flags = if follow_symlinks { libc::AT_SYMLINK_FOLLOW } else { 0 };
        // SAFETY: C strings.
        let result = unsafe { libc::linkat(src_dir_fd.0, src.as_ptr(), dst_dir_fd.0, dst.as_ptr(), flags) };
        both(result, &src, &dst)
    }

    #[function("symlink($module, /, src, dst, target_is_directory=False, *, dir_fd=None)")]
    fn symlink(
        src: Path<'_>,
        dst: Path<'_>,
        _target_is_directory: bool,
        #[default(DirFd::DEFAULT)] dir_fd: DirFd,
    ) -> Result<()> {
        // SAFETY: C strings.
        let result = unsafe { libc::symlinkat(src.as_ptr(), dir_fd.0, dst.as_ptr()) };
        both(result, &src, &dst)
    }

    #[function("readlink($module, /, path, *, dir_fd=None)")]
    fn readlink(path: Path<'_>, #[default(DirFd::DEFAULT)] dir_fd: DirFd) -> Result<Ref> {
        let mut buffer = vec![0u8; libc::PATH_MAX as usize];
        // SAFETY: a C string and our buffer.
        let length =
            unsafe { libc::readlinkat(dir_fd.0, path.as_ptr(), buffer.as_mut_ptr().cast(), buffer.len()) };
        match usize::try_from(length) {
            Ok(length) => path.same_kind(&buffer[..length]),
            Err(_) => Err(path.error()),
        }
    }

    #[function("chmod($module, /, path, mode, *, dir_fd=None, follow_symlinks=(os.name != 'nt'))")]
    fn chmod(
        path: PathOrFd<'_>,
        mode: c_int,
        #[default(DirFd::DEFAULT)] dir_fd: DirFd,
        #[default(true)] follow_symlinks: bool,
    ) -> Result<()> {
        let mode = mode as libc::mode_t;
        // SAFETY: a C string.
        let result = unsafe {
            match &path {
                PathOrFd::Fd(fd) => libc::fchmod(*fd, mode),
                PathOrFd::Path(path) => {
                    libc::fchmodat(dir_fd.0, path.as_ptr(), mode, no_follow(follow_symlinks))
                }
            }
        };
        if result < 0 && errno() == libc::EOPNOTSUPP && !follow_symlinks {
            return Err(raise!(NotImplementedError, "chmod: follow_symlinks unavailable on this platform"));
        }
        if result < 0 { Err(path.error()) } else { Ok(()) }
    }

    #[function("fchmod($module, /, fd, mode)")]
    fn fchmod(fd: c_int, mode: c_int) -> Result<()> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::fchmod(fd, mode as libc::mode_t) }).map(drop)
    }

    #[function("chown($module, /, path, uid, gid, *, dir_fd=None, follow_symlinks=True)")]
    fn chown(
        path: PathOrFd<'_>,
        uid: i64,
        gid: i64,
        #[default(DirFd::DEFAULT)] dir_fd: DirFd,
        #[default(true)] follow_symlinks: bool,
    ) -> Result<()> {
        let (uid, gid) = (uid as libc::uid_t, gid as libc::gid_t);
        // SAFETY: a C string.
        let result = unsafe {
            match &path {
                PathOrFd::Fd(fd) => libc::fchown(*fd, uid, gid),
                PathOrFd::Path(path) => {
                    libc::fchownat(dir_fd.0, path.as_ptr(), uid, gid, no_follow(follow_symlinks))
                }
            }
        };
        if result < 0 { Err(path.error()) } else { Ok(()) }
    }

    #[function("fchown($module, /, fd, uid, gid)")]
    fn fchown(fd: c_int, uid: i64, gid: i64) -> Result<()> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::fchown(fd, uid as libc::uid_t, gid as libc::gid_t) }).map(drop)
    }

    #[function("lchown($module, /, path, uid, gid)")]
    fn lchown(path: Path<'_>, uid: i64, gid: i64) -> Result<()> {
        // SAFETY: a C string.
        done(&path, unsafe { libc::lchown(path.as_ptr(), uid as libc::uid_t, gid as libc::gid_t) })
    }

    #[function(
        "utime($module, /, path, times=None, *, ns=<unrepresentable>, dir_fd=None, follow_symlinks=True)"
    )]
    fn utime(
        path: PathOrFd<'_>,
        times: Option<&Object>,
        ns: Option<&Object>,
        #[default(DirFd::DEFAULT)] dir_fd: DirFd,
        #[default(true)] follow_symlinks: bool,
    ) -> Result<()> {
        let times = times.filter(|times| !times.is(none()));
        let pair = |object: &Object, name: &str, convert: fn(&Object) -> Result<libc::timespec>| match object
            .cast::<Tuple>()
            .map(Tuple::items)
        {
            Some([accessed, modified]) => Ok([convert(accessed)?, convert(modified)?]),
            _ => Err(raise!(
                TypeError,
                "utime: '{name}' must be {}a tuple of two ints",
                if name == "times" { "either " } else { "" }
            )),
        };
        let values = match (times, ns) {
            (Some(_), Some(_)) => {
                return Err(raise!(ValueError, "utime: you may specify either 'times' or 'ns' but not both"));
            }
            (Some(times), None) => Some(match times.cast::<Tuple>().map(Tuple::items) {
                Some([accessed, modified]) => {
                    [timespec_from_seconds(accessed)?, timespec_from_seconds(modified)?]
                }
                _ => {
                    return Err(raise!(
                        TypeError,
                        "utime: 'times' must be either a tuple of two ints or None"
                    ));
                }
            }),
            (None, Some(ns)) => Some(pair(ns, "ns", timespec_from_nanoseconds)?),
            (None, None) => None,
        };
        let place = values.as_ref().map_or(core::ptr::null(), |values| values.as_ptr());
        // SAFETY: a C string and two times, or NULL.
        let result = unsafe {
            match &path {
                PathOrFd::Fd(fd) => libc::futimens(*fd, place),
                PathOrFd::Path(path) => {
                    libc::utimensat(dir_fd.0, path.as_ptr(), place, no_follow(follow_symlinks))
                }
            }
        };
        if result < 0 { Err(path.error()) } else { Ok(()) }
    }

    #[function("umask($module, mask, /)")]
    fn umask(mask: c_int) -> u32 {
        // SAFETY: no memory is involved.
        unsafe { libc::umask(mask as libc::mode_t) }
    }

    #[function("statvfs($module, /, path)")]
    fn statvfs(path: PathOrFd<'_>) -> Result<Ref> {
        // SAFETY: all zeros is a valid buffer.
        let mut buffer: libc::statvfs = unsafe { core::mem::zeroed() };
        let place = &raw mut buffer;
        // SAFETY: a C string and our buffer.
        let result = objects::state::detached(|| unsafe {
            match &path {
                PathOrFd::Path(path) => libc::statvfs(path.as_ptr(), place),
                PathOrFd::Fd(fd) => libc::fstatvfs(*fd, place),
            }
        });
        if result < 0 { Err(path.error()) } else { stat_result::from_statvfs(&buffer) }
    }

    #[function("fstatvfs($module, fd, /)")]
    fn fstatvfs(fd: c_int) -> Result<Ref> {
        statvfs(PathOrFd::Fd(fd))
    }

    #[function("major($module, device, /)")]
    fn major(device: Dev) -> i64 {
        device.part(|device| libc::major(device))
    }

    #[function("minor($module, device, /)")]
    fn minor(device: Dev) -> i64 {
        device.part(|device| libc::minor(device))
    }

    #[function("makedev($module, major, minor, /)")]
    fn makedev(major: Dev, minor: Dev) -> Result<Ref<Int>> {
        if major == Dev::NONE && minor == Dev::NONE {
            return Int::from_i64(-1);
        }
        for part in [major, minor] {
            if part != Dev::NONE && part.0 > u32::MAX.into() {
                return Err(raise!(OverflowError, "Python int too large to convert to C unsigned int"));
            }
        }
        Int::from_u64(libc::makedev(major.0 as u32, minor.0 as u32))
    }
}
