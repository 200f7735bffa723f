//! `FileIO`: a file descriptor.

use crate::base::{self, IoBase, RAW_IO_BASE, unsupported};
use core::cell::Cell;
use core::ffi::c_int;
use macros::{Trace, pytype};
use objects::protocol::attr;
use objects::protocol::buffer::{Buffer, BytesLike, WRITABLE};
use objects::protocol::call::call;
use objects::protocol::path::fs_bytes;
use objects::protocol::{self, number};
use objects::state::detached;
use objects::types::bytes::Bytes;
use objects::types::exceptions as exc;
use objects::types::int::{Int, new_int};
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, TypeObject, id, raise};

/// The most that one system call reads or writes (`_PY_READ_MAX`).
const MAX_TRANSFER: usize = isize::MAX as usize;

/// `fileio`.
#[repr(C)]
#[derive(Trace)]
pub struct FileIo {
    base: IoBase,
    fd: Cell<c_int>,
    mode: Cell<Mode>,
    /// Whether the file can seek, once that is known.
    seekable: Cell<Option<bool>>,
    closefd: Cell<bool>,
    finalizing: Cell<bool>,
    blksize: Cell<i64>,
    /// The size when the file was opened, for `readall`.
    size_hint: Cell<i64>,
}

/// What the mode string asks for.
#[derive(Clone, Copy, Default)]
struct Mode {
    created: bool,
    readable: bool,
    writable: bool,
    appending: bool,
}

impl Mode {
    /// Parses "r", "w", "x", "a", "+" and "b"; gives the flags for `open` too.
    fn parse(text: &str) -> Result<(Mode, c_int)> {
        let mut mode = Mode::default();
        let mut flags = 0;
        let (mut actions, mut plus) = (0, false);
        for char in text.chars() {
            match char {
                'x' => {
                    actions += 1;
                    (mode.created, mode.writable) = (true, true);
                    flags |= libc::O_EXCL | libc::O_CREAT;
                }
                'r' => {
                    actions += 1;
                    mode.readable = true;
                }
                'w' => {
                    actions += 1;
                    mode.writable = true;
                    flags |= libc::O_CREAT | libc::O_TRUNC;
                }
                'a' => {
                    actions += 1;
                    (mode.writable, mode.appending) = (true, true);
                    flags |= libc::O_APPEND | libc::O_CREAT;
                }
                'b' => continue,
                '+' if !plus => {
                    plus = true;
                    (mode.readable, mode.writable) = (true, true);
                    continue;
                }
                '+' => actions += 2,
                _ => {
                    return Err(raise!(
                        ValueError,
                        "invalid mode: {}",
                        text.chars().take(200).collect::<String>()
                    ));
                }
            }
            if actions > 1 {
                break;
            }
        }
        if actions != 1 {
            return Err(raise!(
                ValueError,
                "Must have exactly one of create/read/write/append mode and at most one plus"
            ));
        }
        flags |= match (mode.readable, mode.writable) {
            (true, true) => libc::O_RDWR,
            (true, false) => libc::O_RDONLY,
            _ => libc::O_WRONLY,
        };
        Ok((mode, flags | libc::O_CLOEXEC))
    }

    fn text(self) -> &'static str {
        match (self.created, self.appending, self.readable, self.writable) {
            (true, _, true, _) => "xb+",
            (true, ..) => "xb",
            (_, true, true, _) => "ab+",
            (_, true, ..) => "ab",
            (_, _, true, true) => "rb+",
            (_, _, true, false) => "rb",
            _ => "wb",
        }
    }
}

/// The number of the last error.
fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// Runs a system call without the GIL until it is not interrupted; signal handlers run in between.
///
/// # Errors
/// The call's error as OSError; what a signal handler raises. `Ok(None)` when the call would block.
fn retry(filename: Option<&Object>, mut system_call: impl FnMut() -> isize + Send) -> Result<Option<usize>> {
    loop {
        let (result, error) = detached(|| {
            let result = system_call();
            (result, if result < 0 { errno() } else { 0 })
        });
        match (usize::try_from(result), error) {
            (Ok(result), _) => return Ok(Some(result)),
            (_, libc::EINTR) => objects::hooks::HANDLE_PENDING.get()()?,
            (_, libc::EAGAIN) => return Ok(None),
            (_, error) => return Err(raise::os_error(error, filename, None)),
        }
    }
}

#[pytype(
    name = "FileIO", module = "_io", static_name = FILE_IO, base = RAW_IO_BASE, gc, flags = [BASETYPE],
    member("_blksize", LONGLONG, blksize), member("_finalizing", BOOL, finalizing),
)]
impl FileIo {
    #[slot(tp_new)]
    fn tp_new(
        class: &TypeObject,
        _args: &objects::types::tuple::Tuple,
        _kwargs: Option<&objects::types::dict::Dict>,
    ) -> Result<Ref<FileIo>> {
        Ref::new_in(
            class,
            FileIo {
                base: IoBase::new(),
                fd: Cell::new(-1),
                mode: Cell::default(),
                seekable: Cell::new(None),
                closefd: Cell::new(true),
                finalizing: Cell::new(false),
                blksize: Cell::new(0),
                size_hint: Cell::new(-1),
            },
        )
    }

    #[init("(file, mode='r', closefd=True, opener=None)")]
    fn init(
        &self,
        file: &Object,
        #[default("r")] mode: &str,
        #[default(true)] closefd: bool,
        opener: Option<&Object>,
    ) -> Result<()> {
        if self.fd.get() >= 0 && self.closefd.get() {
            self.close_descriptor()?;
        }
        self.fd.set(-1);
        if file.is_exactly(&objects::types::bool::PyBool_Type) {
            objects::hooks::WARN.get()(&exc::RuntimeWarning, "bool is used as a file descriptor", 1)?;
        }
        let mut given = -1;
        if file.cast::<Int>().is_some() {
            match file.cast::<Int>().and_then(Int::to_i64).and_then(|fd| c_int::try_from(fd).ok()) {
                Some(fd) if fd >= 0 => given = fd,
                Some(_) => return Err(raise!(ValueError, "negative file descriptor")),
                // No descriptor, so it is taken for a path, which it is not either.
                None => {}
            }
        }
        let text = mode;
        let (mode, flags) = Mode::parse(text)?;
        self.mode.set(mode);
        self.seekable.set(None);
        let shown: [&Object; 3] = [file, &*Str::new(text)?, &*new_int(flags.into())?];
        objects::hooks::AUDIT.get()("open", &shown)?;
        let opened = if given >= 0 {
            self.closefd.set(closefd);
            self.fd.set(given);
            false
        } else {
            if !closefd {
                return Err(raise!(ValueError, "Cannot use closefd=False with file name"));
            }
            self.closefd.set(true);
            self.open(file, flags, opener)?;
            true
        };
        let checked = self.check_kind(file).and_then(|()| {
            attr::set(self, id!("name"), Some(file))?;
            if mode.appending {
                // SAFETY: our own descriptor; failure is no error for what cannot seek.
                unsafe { libc::lseek(self.fd.get(), 0, libc::SEEK_END) };
            }
            Ok(())
        });
        if checked.is_err() {
            if opened {
                let error = raise::take_pending();
                if let Err(raised) = self.close_descriptor() {
                    raised.clear();
                }
                if let Some(error) = error {
                    return Err(raise::restore(error));
                }
            }
            self.fd.set(-1);
        }
        checked
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let class = self.class().full_name();
        if self.fd.get() < 0 {
            return Str::new(&format!("<{class} [closed]>"));
        }
        let (mode, closefd) = (self.mode.get().text(), if self.closefd.get() { "True" } else { "False" });
        match attr::get_optional(self, id!("name"))? {
            None => Str::new(&format!("<{class} fd={} mode='{mode}' closefd={closefd}>", self.fd.get())),
            Some(name) => {
                let Some(_guard) = protocol::repr_guard::enter(self) else {
                    return Err(raise!(RuntimeError, "reentrant call inside {class}.__repr__"));
                };
                let name = protocol::object::repr(&name)?.to_string_lossy();
                Str::new(&format!("<{class} name={name} mode='{mode}' closefd={closefd}>"))
            }
        }
    }

    #[method("_dealloc_warn($self, object, /)")]
    fn dealloc_warn(&self, source: &Object) -> Result<()> {
        if self.fd.get() >= 0 && self.closefd.get() {
            let text = format!("unclosed file {}", protocol::object::repr(source)?.to_string_lossy());
            objects::hooks::WARN_RESOURCE.get()(source, &text)?;
        }
        Ok(())
    }

    #[method("close($self, /)")]
    fn close(&self) -> Result<()> {
        let Some(base) = base::IO_BASE.lookup(id!("close")) else { return Err(raise::bad_internal_call()) };
        if !self.closefd.get() {
            let closed = call(&base, &[self.as_object()]);
            self.fd.set(-1);
            return closed.map(drop);
        }
        if self.finalizing.get()
            && let Err(raised) = self.dealloc_warn(self)
        {
            raise::write_unraisable(raised, Some(self));
        }
        let flushed = call(&base, &[self.as_object()]);
        self.close_descriptor()?;
        flushed.map(drop)
    }

    #[method("seekable($self, /)")]
    fn seekable(&self) -> Result<bool> {
        self.check_open()?;
        if let Some(seekable) = self.seekable.get() {
            return Ok(seekable);
        }
        let fd = self.fd.get();
        let seekable = detached(|| {
            // SAFETY: an open descriptor.
            unsafe { libc::lseek(fd, 0, libc::SEEK_CUR) >= 0 }
        });
        self.seekable.set(Some(seekable));
        Ok(seekable)
    }

    #[method("readable($self, /)")]
    fn readable(&self) -> Result<bool> {
        self.check_open()?;
        Ok(self.mode.get().readable)
    }

    #[method("writable($self, /)")]
    fn writable(&self) -> Result<bool> {
        self.check_open()?;
        Ok(self.mode.get().writable)
    }

    #[method("fileno($self, /)")]
    fn fileno(&self) -> Result<c_int> {
        self.check_open()?;
        Ok(self.fd.get())
    }

    #[method("isatty($self, /)")]
    fn isatty(&self) -> Result<bool> {
        self.check_open()?;
        // SAFETY: an open descriptor.
        Ok(unsafe { libc::isatty(self.fd.get()) } == 1)
    }

    #[method("readinto($self, buffer, /)")]
    fn readinto(&self, buffer: &Object) -> Result<Option<usize>> {
        self.check_readable()?;
        let mut buffer = Buffer::of(buffer, WRITABLE).map_err(|raised| {
            raised.clear();
            let class = buffer.class().full_name();
            raise!(TypeError, "readinto() argument 1 must be read-write bytes-like object, not {class}")
        })?;
        self.read_slice(buffer.as_mut_slice())
    }

    #[method("read($self, size=-1, /)")]
    fn read(&self, size: Option<&Object>) -> Result<Ref> {
        self.check_readable()?;
        let Some(size) = base::size_argument(size)? else { return self.readall() };
        let mut data = Vec::new();
        data.try_reserve_exact(size.min(MAX_TRANSFER)).map_err(|_| raise::no_memory())?;
        data.resize(size, 0);
        match self.read_slice(&mut data)? {
            Some(count) => Ok(Bytes::new(&data[..count])?.upcast()),
            None => Ok(none().to_ref()),
        }
    }

    #[method("readall($self, /)")]
    fn readall(&self) -> Result<Ref> {
        self.check_readable()?;
        let mut data: Vec<u8> = Vec::new();
        data.try_reserve(self.expected_rest()).map_err(|_| raise::no_memory())?;
        loop {
            if data.capacity() == data.len() {
                let more = data.len().clamp(8192, 1 << 26);
                data.try_reserve(more).map_err(|_| raise::no_memory())?;
            }
            match self.read_spare(&mut data)? {
                Some(0) => return Ok(Bytes::new(&data)?.upcast()),
                Some(_) => {}
                None if data.is_empty() => return Ok(none().to_ref()),
                None => return Ok(Bytes::new(&data)?.upcast()),
            }
        }
    }

    #[method("write($self, b, /)")]
    fn write(&self, b: &Object) -> Result<Option<usize>> {
        self.check_writable()?;
        let data = BytesLike::of(b)?;
        self.write_slice(data.as_slice())
    }

    #[method("seek($self, pos, whence=0, /)")]
    fn seek(&self, pos: &Object, #[default(0)] whence: c_int) -> Result<Ref> {
        self.check_open()?;
        new_int(self.seek_to(offset_argument(pos)?, whence)?)
    }

    #[method("tell($self, /)")]
    fn tell(&self) -> Result<i64> {
        self.check_open()?;
        self.seek_to(0, libc::SEEK_CUR)
    }

    #[method("truncate($self, size=None, /)")]
    fn truncate(&self, size: Option<&Object>) -> Result<Ref> {
        self.check_writable()?;
        let size = match size.filter(|size| !size.is(none())) {
            Some(size) => size.to_ref(),
            None => new_int(self.seek_to(0, libc::SEEK_CUR)?)?,
        };
        let (fd, length) = (self.fd.get(), offset_argument(&size)?);
        // SAFETY: an open descriptor.
        retry(None, move || unsafe { libc::ftruncate(fd, length) as isize })?;
        Ok(size)
    }

    #[method("__getstate__($self, /)")]
    fn getstate(&self) -> Result<()> {
        base::cannot_pickle(self)
    }

    #[getter("closed")]
    fn closed(&self) -> bool {
        self.fd.get() < 0
    }

    #[getter("closefd")]
    fn closefd(&self) -> bool {
        self.closefd.get()
    }

    #[getter("mode")]
    fn mode(&self) -> &'static str {
        self.mode.get().text()
    }
}

/// A position or a size in a file.
pub(crate) fn offset_argument(object: &Object) -> Result<i64> {
    if object.cast::<objects::types::float::Float>().is_some() {
        return Err(raise!(TypeError, "an integer is required"));
    }
    let int = number::index(object)?;
    int.to_i64().ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C long"))
}

impl FileIo {
    fn check_open(&self) -> Result<()> {
        if self.fd.get() < 0 { Err(raise!(ValueError, "I/O operation on closed file")) } else { Ok(()) }
    }

    /// Whether the descriptor is gone.
    pub(crate) fn is_closed(&self) -> bool {
        self.fd.get() < 0
    }

    pub(crate) fn check_writable(&self) -> Result<()> {
        self.check_open()?;
        if self.mode.get().writable { Ok(()) } else { Err(unsupported("File not open for writing")) }
    }

    pub(crate) fn check_readable(&self) -> Result<()> {
        self.check_open()?;
        if self.mode.get().readable { Ok(()) } else { Err(unsupported("File not open for reading")) }
    }

    fn open(&self, name: &Object, flags: c_int, opener: Option<&Object>) -> Result<()> {
        if let Some(opener) = opener.filter(|opener| !opener.is(none())) {
            let fd = call(opener, &[name, &*new_int(flags.into())?])?;
            let Some(fd) = fd.cast::<Int>() else {
                return Err(raise!(TypeError, "expected integer from opener"));
            };
            let fd = fd.to_i64().and_then(|fd| c_int::try_from(fd).ok()).unwrap_or(-1);
            if fd < 0 {
                return Err(raise!(ValueError, "opener returned {fd}"));
            }
            // SAFETY: a descriptor that the opener made.
            unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) };
            self.fd.set(fd);
            return Ok(());
        }
        let path = fs_bytes(name)?;
        // SAFETY: a NUL-terminated path.
        match retry(Some(name), || unsafe { libc::open(path.as_ptr(), flags, 0o666) as isize })? {
            Some(fd) => self.fd.set(fd as c_int),
            None => return Err(raise::os_error(libc::EAGAIN, Some(name), None)),
        }
        Ok(())
    }

    /// Refuses directories and learns the block size and the size.
    fn check_kind(&self, name: &Object) -> Result<()> {
        // SAFETY: all zeros is a valid stat buffer, filled by the call.
        let mut status: libc::stat = unsafe { core::mem::zeroed() };
        // SAFETY: an open descriptor and our buffer.
        if unsafe { libc::fstat(self.fd.get(), &raw mut status) } < 0 {
            let error = errno();
            // Only a descriptor that is none is an error; not every device can tell its status.
            return if error == libc::EBADF { Err(raise::os_error(error, None, None)) } else { Ok(()) };
        }
        if status.st_mode & libc::S_IFMT == libc::S_IFDIR {
            return Err(raise::os_error(libc::EISDIR, Some(name), None));
        }
        if status.st_blksize > 1 {
            self.blksize.set(status.st_blksize as i64);
        }
        self.size_hint.set(status.st_size);
        Ok(())
    }

    fn close_descriptor(&self) -> Result<()> {
        let fd = self.fd.replace(-1);
        if fd < 0 {
            return Ok(());
        }
        let error = detached(|| {
            // SAFETY: our own descriptor, used no more.
            if unsafe { libc::close(fd) } < 0 { errno() } else { 0 }
        });
        if error != 0 && error != libc::EINTR {
            return Err(raise::os_error(error, None, None));
        }
        Ok(())
    }

    /// Reads once; `None` when that would block.
    pub(crate) fn read_slice(&self, data: &mut [u8]) -> Result<Option<usize>> {
        let (fd, len) = (self.fd.get(), data.len());
        let place = SendPtr(data.as_mut_ptr());
        // SAFETY: the slice is writable for the time of the call.
        retry(None, move || unsafe { libc::read(fd, place.get().cast(), len) })
    }

    /// Reads once, as much as there is room for behind the data; `None` when that would block.
    fn read_spare(&self, data: &mut Vec<u8>) -> Result<Option<usize>> {
        let spare = data.spare_capacity_mut();
        let (fd, len) = (self.fd.get(), spare.len());
        let place = SendPtr(spare.as_mut_ptr().cast());
        // SAFETY: the room is writable for the time of the call.
        let count = retry(None, move || unsafe { libc::read(fd, place.get().cast(), len) })?;
        // SAFETY: the call wrote so many bytes there.
        unsafe { data.set_len(data.len() + count.unwrap_or(0)) };
        Ok(count)
    }

    /// Writes once; `None` when that would block.
    pub(crate) fn write_slice(&self, data: &[u8]) -> Result<Option<usize>> {
        let (fd, len) = (self.fd.get(), data.len());
        let place = SendPtr(data.as_ptr().cast_mut());
        // SAFETY: the slice is readable for the time of the call.
        retry(None, move || unsafe { libc::write(fd, place.get().cast(), len) })
    }

    fn seek_to(&self, offset: i64, whence: c_int) -> Result<i64> {
        let fd = self.fd.get();
        // SAFETY: an open descriptor.
        let (position, error) = detached(|| unsafe { (libc::lseek(fd, offset, whence), errno()) });
        if position < 0 {
            return Err(raise::os_error(error, None, None));
        }
        self.seekable.set(Some(true));
        Ok(position)
    }

    /// How many bytes the rest of the file probably has.
    fn expected_rest(&self) -> usize {
        let size = self.size_hint.get();
        if size <= 0 {
            return 8192;
        }
        // SAFETY: an open descriptor.
        let position = unsafe { libc::lseek(self.fd.get(), 0, libc::SEEK_CUR) };
        usize::try_from(size - position.max(0) + 1).unwrap_or(0).min(1 << 30)
    }
}

/// A pointer that a system call uses while the GIL is released.
#[derive(Clone, Copy)]
struct SendPtr(*mut u8);

// SAFETY: the memory outlives the call and nobody else changes it, as the caller holds its buffer.
unsafe impl Send for SendPtr {}

impl SendPtr {
    fn get(self) -> *mut u8 {
        self.0
    }
}
