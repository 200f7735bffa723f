//! Open descriptors: reading, writing, positions, flags, pipes, terminals.

use super::path::{DirFd, Fd, Path, PathOrFd, c_text};
use super::{check, os_error, retry};
use core::ffi::c_int;
use objects::protocol::buffer::BytesLike;
use objects::types::bytes::Bytes;
use objects::types::int::new_int;
use objects::types::tuple::Tuple;
use objects::{Ref, Result, raise};

#[macros::pymodule(name = "posix", part)]
pub mod part {
    use super::*;

    #[function("open($module, /, path, flags, mode=511, *, dir_fd=None)")]
    fn open(
        path: Path<'_>,
        flags: c_int,
        #[default(0o777)] mode: c_int,
        #[default(DirFd::DEFAULT)] dir_fd: DirFd,
    ) -> Result<c_int> {
        let flags = flags | libc::O_CLOEXEC;
        let shown = objects::types::int::new_int(flags.into())?;
        objects::hooks::AUDIT.get()("open", &[path.object, objects::types::none::none(), &*shown])?;
        loop {
            // SAFETY: a C string.
            let fd =
                objects::state::detached(|| unsafe { libc::openat(dir_fd.0, path.as_ptr(), flags, mode) });
            if fd >= 0 {
                return Ok(fd);
            }
            if super::super::errno() != libc::EINTR {
                return Err(path.error());
            }
            objects::hooks::HANDLE_PENDING.get()()?;
        }
    }

    #[function("close($module, /, fd)")]
    fn close(fd: Fd) -> Result<()> {
        // SAFETY: the caller's own descriptor.
        let result = objects::state::detached(|| unsafe { libc::close(fd.0) });
        if result < 0 && super::super::errno() != libc::EINTR { Err(os_error()) } else { Ok(()) }
    }

    #[function("closerange($module, fd_low, fd_high, /)")]
    fn closerange(low: c_int, high: c_int) {
        for fd in low.max(0)..high {
            // SAFETY: closing what is not open is harmless.
            unsafe { libc::close(fd) };
        }
    }

    #[function("read($module, fd, length, /)")]
    fn read(fd: c_int, length: isize) -> Result<Ref<Bytes>> {
        let Ok(length) = usize::try_from(length) else {
            return Err(raise::os_error(libc::EINVAL, None, None));
        };
        let mut data = Vec::<u8>::new();
        data.try_reserve_exact(length).map_err(|_| raise::no_memory())?;
        // SAFETY: the buffer has room for `length` bytes.
        let count = retry(|| unsafe { libc::read(fd, data.as_mut_ptr().cast(), length) })?;
        // SAFETY: so many bytes were written.
        unsafe { data.set_len(count as usize) };
        Bytes::new(&data)
    }

    #[function("write($module, fd, data, /)")]
    fn write(fd: c_int, data: BytesLike<'_>) -> Result<isize> {
        let bytes = data.as_slice();
        // SAFETY: the buffer is readable.
        retry(|| unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) })
    }

    #[function("pread($module, fd, length, offset, /)")]
    fn pread(fd: c_int, length: isize, offset: i64) -> Result<Ref<Bytes>> {
        let Ok(length) = usize::try_from(length) else {
            return Err(raise::os_error(libc::EINVAL, None, None));
        };
        let mut data = vec![0u8; length];
        // SAFETY: the buffer is writable.
        let count = retry(|| unsafe { libc::pread(fd, data.as_mut_ptr().cast(), length, offset) })?;
        Bytes::new(&data[..count as usize])
    }

    #[function("pwrite($module, fd, buffer, offset, /)")]
    fn pwrite(fd: c_int, buffer: BytesLike<'_>, offset: i64) -> Result<isize> {
        let bytes = buffer.as_slice();
        // SAFETY: the buffer is readable.
        retry(|| unsafe { libc::pwrite(fd, bytes.as_ptr().cast(), bytes.len(), offset) })
    }

    #[function("lseek($module, fd, position, whence, /)")]
    fn lseek(fd: c_int, position: i64, whence: c_int) -> Result<i64> {
        // SAFETY: no memory is involved.
        let result = unsafe { libc::lseek(fd, position, whence) };
        if result < 0 { Err(os_error()) } else { Ok(result) }
    }

    #[function("isatty($module, fd, /)")]
    fn isatty(fd: c_int) -> bool {
        // SAFETY: no memory is involved.
        unsafe { libc::isatty(fd) == 1 }
    }

    #[function("dup($module, fd, /)")]
    fn dup(fd: c_int) -> Result<c_int> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) })
    }

    #[function("dup2($module, /, fd, fd2, inheritable=True)")]
    fn dup2(fd: c_int, fd2: c_int, #[default(true)] inheritable: bool) -> Result<c_int> {
        if fd < 0 || fd2 < 0 {
            return Err(raise::os_error(libc::EBADF, None, None));
        }
        // SAFETY: no memory is involved.
        let result =
            unsafe { if inheritable { libc::dup2(fd, fd2) } else { libc::dup3(fd, fd2, libc::O_CLOEXEC) } };
        check(result)
    }

    #[function("pipe($module, /)")]
    fn pipe() -> Result<Ref<Tuple>> {
        pipe2(libc::O_CLOEXEC)
    }

    #[function("pipe2($module, flags, /)")]
    fn pipe2(flags: c_int) -> Result<Ref<Tuple>> {
        let mut ends = [0; 2];
        // SAFETY: room for two descriptors.
        check(unsafe { libc::pipe2(ends.as_mut_ptr(), flags) })?;
        Tuple::from_array([new_int(ends[0].into())?, new_int(ends[1].into())?])
    }

    #[function("fsync($module, /, fd)")]
    fn fsync(fd: Fd) -> Result<()> {
        // SAFETY: no memory is involved.
        retry(|| unsafe { libc::fsync(fd.0) as isize }).map(drop)
    }

    #[function("fdatasync($module, /, fd)")]
    fn fdatasync(fd: Fd) -> Result<()> {
        // SAFETY: no memory is involved.
        retry(|| unsafe { libc::fdatasync(fd.0) as isize }).map(drop)
    }

    #[function("sync($module, /)")]
    fn sync() {
        // SAFETY: no memory is involved.
        objects::state::detached(|| unsafe { libc::sync() });
    }

    #[function("ftruncate($module, fd, length, /)")]
    fn ftruncate(fd: c_int, length: i64) -> Result<()> {
        // SAFETY: no memory is involved.
        retry(|| unsafe { libc::ftruncate(fd, length) as isize }).map(drop)
    }

    #[function("truncate($module, /, path, length)")]
    fn truncate(path: PathOrFd<'_>, length: i64) -> Result<()> {
        // SAFETY: a C string.
        let result = unsafe {
            match &path {
                PathOrFd::Path(path) => libc::truncate(path.as_ptr(), length),
                PathOrFd::Fd(fd) => libc::ftruncate(*fd, length),
            }
        };
        if result < 0 { Err(path.error()) } else { Ok(()) }
    }

    #[function("lockf($module, fd, command, length, /)")]
    fn lockf(fd: c_int, command: c_int, length: i64) -> Result<()> {
        // SAFETY: no memory is involved.
        retry(|| unsafe { libc::lockf(fd, command, length) as isize }).map(drop)
    }

    #[function("posix_fallocate($module, fd, offset, length, /)")]
    fn posix_fallocate(fd: c_int, offset: i64, length: i64) -> Result<()> {
        // SAFETY: no memory is involved.
        match objects::state::detached(|| unsafe { libc::posix_fallocate(fd, offset, length) }) {
            0 => Ok(()),
            error => Err(raise::os_error(error, None, None)),
        }
    }

    #[function("posix_fadvise($module, fd, offset, length, advice, /)")]
    fn posix_fadvise(fd: c_int, offset: i64, length: i64, advice: c_int) -> Result<()> {
        // SAFETY: no memory is involved.
        match objects::state::detached(|| unsafe { libc::posix_fadvise(fd, offset, length, advice) }) {
            0 => Ok(()),
            error => Err(raise::os_error(error, None, None)),
        }
    }

    #[function("get_inheritable($module, fd, /)")]
    fn get_inheritable(fd: c_int) -> Result<bool> {
        // SAFETY: no memory is involved.
        Ok(check(unsafe { libc::fcntl(fd, libc::F_GETFD) })? & libc::FD_CLOEXEC == 0)
    }

    #[function("set_inheritable($module, fd, inheritable, /)")]
    fn set_inheritable(fd: c_int, inheritable: bool) -> Result<()> {
        // SAFETY: no memory is involved.
        unsafe {
            let flags = check(libc::fcntl(fd, libc::F_GETFD))?;
            let flags = if inheritable { flags & !libc::FD_CLOEXEC } else { flags | libc::FD_CLOEXEC };
            check(libc::fcntl(fd, libc::F_SETFD, flags)).map(drop)
        }
    }

    #[function("get_blocking($module, fd, /)")]
    fn get_blocking(fd: c_int) -> Result<bool> {
        // SAFETY: no memory is involved.
        Ok(check(unsafe { libc::fcntl(fd, libc::F_GETFL) })? & libc::O_NONBLOCK == 0)
    }

    #[function("set_blocking($module, fd, blocking, /)")]
    fn set_blocking(fd: c_int, blocking: bool) -> Result<()> {
        // SAFETY: no memory is involved.
        unsafe {
            let flags = check(libc::fcntl(fd, libc::F_GETFL))?;
            let flags = if blocking { flags & !libc::O_NONBLOCK } else { flags | libc::O_NONBLOCK };
            check(libc::fcntl(fd, libc::F_SETFL, flags)).map(drop)
        }
    }

    #[function("device_encoding($module, /, fd)")]
    fn device_encoding(fd: c_int) -> Option<&'static str> {
        // SAFETY: no memory is involved.
        (unsafe { libc::isatty(fd) } == 1).then_some("UTF-8")
    }

    #[function("ttyname($module, fd, /)")]
    fn ttyname(fd: c_int) -> Result<Ref> {
        let mut name = [0 as libc::c_char; 256];
        // SAFETY: our buffer.
        match unsafe { libc::ttyname_r(fd, name.as_mut_ptr(), name.len()) } {
            // SAFETY: the call wrote a C string.
            0 => Ok(unsafe { c_text(name.as_ptr()) }?.upcast()),
            error => Err(raise::os_error(error, None, None)),
        }
    }

    #[function("ctermid($module, /)")]
    fn ctermid() -> &'static str {
        "/dev/tty"
    }

    #[function("openpty($module, /)")]
    fn openpty() -> Result<Ref<Tuple>> {
        let (mut master, mut slave) = (0, 0);
        // SAFETY: two places for descriptors.
        check(unsafe {
            libc::openpty(
                &raw mut master,
                &raw mut slave,
                core::ptr::null_mut(),
                core::ptr::null(),
                core::ptr::null(),
            )
        })?;
        set_inheritable(master, false)?;
        set_inheritable(slave, false)?;
        Tuple::from_array([new_int(master.into())?, new_int(slave.into())?])
    }

    #[function("login_tty($module, fd, /)")]
    fn login_tty(fd: Fd) -> Result<()> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::login_tty(fd.0) }).map(drop)
    }

    #[function("tcgetpgrp($module, fd, /)")]
    fn tcgetpgrp(fd: c_int) -> Result<c_int> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::tcgetpgrp(fd) })
    }

    #[function("tcsetpgrp($module, fd, pgid, /)")]
    fn tcsetpgrp(fd: c_int, pgid: c_int) -> Result<()> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::tcsetpgrp(fd, pgid) }).map(drop)
    }

    #[function("sendfile($module, /, out_fd, in_fd, offset, count)")]
    fn sendfile(out_fd: c_int, in_fd: c_int, offset: Option<i64>, count: isize) -> Result<isize> {
        let mut position = offset.unwrap_or(0);
        let place = if offset.is_some() { &raw mut position } else { core::ptr::null_mut() };
        // SAFETY: the offset is ours.
        retry(|| unsafe { libc::sendfile(out_fd, in_fd, place, count as usize) })
    }

    #[function("copy_file_range($module, /, src, dst, count, offset_src=None, offset_dst=None)")]
    fn copy_file_range(
        src: c_int,
        dst: c_int,
        count: isize,
        offset_src: Option<i64>,
        offset_dst: Option<i64>,
    ) -> Result<isize> {
        if count < 0 {
            return Err(raise!(ValueError, "negative value for 'count' not allowed"));
        }
        let (mut from, mut to) = (offset_src.unwrap_or(0), offset_dst.unwrap_or(0));
        let from = if offset_src.is_some() { &raw mut from } else { core::ptr::null_mut() };
        let to = if offset_dst.is_some() { &raw mut to } else { core::ptr::null_mut() };
        // SAFETY: the offsets are ours.
        retry(|| unsafe { libc::copy_file_range(src, from, dst, to, count as usize, 0) })
    }

    #[function("memfd_create($module, /, name, flags=MFD_CLOEXEC)")]
    fn memfd_create(name: Path<'_>, #[default(1)] flags: u32) -> Result<c_int> {
        // SAFETY: a C string.
        check(unsafe { libc::memfd_create(name.as_ptr(), flags) })
    }

    #[function("eventfd($module, /, initval, flags=EFD_CLOEXEC)")]
    fn eventfd(initval: u32, #[default(libc::EFD_CLOEXEC)] flags: c_int) -> Result<c_int> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::eventfd(initval, flags) })
    }

    #[function("eventfd_read($module, /, fd)")]
    fn eventfd_read(fd: Fd) -> Result<u64> {
        let mut value = 0u64;
        let place = &raw mut value;
        // SAFETY: the value is ours.
        retry(|| unsafe { libc::eventfd_read(fd.0, place) as isize })?;
        Ok(value)
    }

    #[function("eventfd_write($module, /, fd, value)")]
    fn eventfd_write(fd: Fd, value: u64) -> Result<()> {
        // SAFETY: no memory is involved.
        retry(|| unsafe { libc::eventfd_write(fd.0, value) as isize }).map(drop)
    }
}
