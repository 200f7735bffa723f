//! `mmap`: files and anonymous memory as buffers.

mod methods;

use core::cell::Cell;
use core::ffi::c_int;
use objects::types::exceptions as exc;
use objects::types::module::Module;
use objects::{Instance, Object, Raised, Ref, Result, TypeObject, hooks, raise};

/// `mmap_object`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Mmap {
    ob_base: Object,
    weakreflist: Cell<*mut Object>,
    #[trace(skip)]
    map: Map,
    #[trace(skip)]
    pos: Cell<usize>,
    #[trace(skip)]
    offset: Cell<i64>,
    /// How many views are out: the memory stays in place while there are any.
    #[trace(skip)]
    exports: Cell<usize>,
    #[trace(skip)]
    access: Cell<Access>,
    /// Whether the object keeps a descriptor of the file, so that it can be asked for its size and resized.
    #[trace(skip)]
    trackfd: Cell<bool>,
}

/// The memory and the file's descriptor, which go with their owner.
struct Map {
    data: Cell<*mut u8>,
    size: Cell<usize>,
    /// -1 for none.
    fd: Cell<c_int>,
}

impl Map {
    fn release(&self) {
        let (data, fd) = (self.data.replace(core::ptr::null_mut()), self.fd.replace(-1));
        objects::state::detached(|| {
            // SAFETY: the owner's own.
            unsafe {
                if fd >= 0 {
                    libc::close(fd);
                }
                if !data.is_null() {
                    libc::munmap(data.cast(), self.size.get());
                }
            }
        });
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        self.release();
    }
}

/// What may be done with the memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Access {
    Default,
    Read,
    Write,
    Copy,
}

impl Access {
    fn name(self) -> &'static str {
        match self {
            Access::Default => "ACCESS_DEFAULT",
            Access::Read => "ACCESS_READ",
            Access::Write => "ACCESS_WRITE",
            Access::Copy => "ACCESS_COPY",
        }
    }
}

/// What `mmap()` is asked for.
struct Request {
    fileno: c_int,
    length: isize,
    flags: c_int,
    prot: c_int,
    access: c_int,
    offset: i64,
    trackfd: bool,
}

const READ_WRITE: c_int = libc::PROT_READ | libc::PROT_WRITE;

impl Request {
    /// The access, with the protection and flags that belong to it.
    fn resolve(&self) -> Result<(Access, c_int, c_int)> {
        if self.access != 0 && (self.flags != libc::MAP_SHARED || self.prot != READ_WRITE) {
            return Err(raise!(ValueError, "mmap can't specify both access and flags, prot."));
        }
        Ok(match self.access {
            0 => {
                let access = match self.prot & READ_WRITE {
                    READ_WRITE => Access::Default,
                    libc::PROT_WRITE => Access::Write,
                    _ => Access::Read,
                };
                (access, self.prot, self.flags)
            }
            1 => (Access::Read, libc::PROT_READ, libc::MAP_SHARED),
            2 => (Access::Write, READ_WRITE, libc::MAP_SHARED),
            3 => (Access::Copy, READ_WRITE, libc::MAP_PRIVATE),
            _ => return Err(raise!(ValueError, "mmap invalid access parameter.")),
        })
    }

    /// The length: the file's from the offset on when none is given.
    fn size(&self) -> Result<usize> {
        let Ok(mut size) = usize::try_from(self.length) else {
            return Err(raise!(OverflowError, "memory mapped length must be positive"));
        };
        if self.offset < 0 {
            return Err(raise!(OverflowError, "memory mapped offset must be positive"));
        }
        let Some(file) = file_size(self.fileno) else { return Ok(size) };
        if size == 0 {
            if file == 0 {
                return Err(raise!(ValueError, "cannot mmap an empty file"));
            }
            if self.offset >= file {
                return Err(raise!(ValueError, "mmap offset is greater than file size"));
            }
            size = (file - self.offset) as usize;
        } else if self.offset > file || ((file - self.offset) as usize) < size {
            return Err(raise!(ValueError, "mmap length is greater than file size"));
        }
        Ok(size)
    }
}

/// The size of a regular file.
fn file_size(fd: c_int) -> Option<i64> {
    // SAFETY: all zeros is valid; any number may be asked about.
    unsafe {
        let mut status: libc::stat = core::mem::zeroed();
        let known = fd != -1 && objects::state::detached(|| libc::fstat(fd, &raw mut status)) == 0;
        (known && status.st_mode & libc::S_IFMT == libc::S_IFREG).then_some(status.st_size)
    }
}

impl Mmap {
    fn map(class: &TypeObject, request: &Request) -> Result<Ref<Mmap>> {
        let (access, prot, mut flags) = request.resolve()?;
        let size = request.size()?;
        let map = Map { data: Cell::new(core::ptr::null_mut()), size: Cell::new(size), fd: Cell::new(-1) };
        if request.fileno == -1 {
            flags |= libc::MAP_ANONYMOUS;
        } else if request.trackfd {
            // SAFETY: no memory is involved.
            let fd = unsafe { libc::fcntl(request.fileno, libc::F_DUPFD_CLOEXEC, 0) };
            if fd < 0 {
                return Err(raise::last_os_error());
            }
            map.fd.set(fd);
        }
        // SAFETY: the system chooses the place.
        let data = objects::state::detached(|| unsafe {
            libc::mmap(core::ptr::null_mut(), size, prot, flags, request.fileno, request.offset)
        });
        if data == libc::MAP_FAILED {
            return Err(raise::last_os_error());
        }
        map.data.set(data.cast());
        Ref::new_in(
            class,
            Mmap {
                ob_base: Object::HEAD,
                weakreflist: Cell::new(core::ptr::null_mut()),
                map,
                pos: Cell::new(0),
                offset: Cell::new(request.offset),
                exports: Cell::new(0),
                access: Cell::new(access),
                trackfd: Cell::new(request.trackfd),
            },
        )
    }

    fn check(&self) -> Result<()> {
        if self.map.data.get().is_null() {
            return Err(raise!(ValueError, "mmap closed or invalid"));
        }
        Ok(())
    }

    fn check_writable(&self) -> Result<()> {
        if self.access.get() == Access::Read {
            return Err(raise!(TypeError, "mmap can't modify a readonly memory map."));
        }
        Ok(())
    }

    fn size(&self) -> usize {
        self.map.size.get()
    }

    /// The memory, to be read before any Python code runs.
    fn bytes(&self) -> &[u8] {
        // SAFETY: mapped as long as it says; checked to be open by the caller, who holds the GIL.
        match self.map.data.get() {
            data if data.is_null() => &[],
            data => unsafe { core::slice::from_raw_parts(data, self.size()) },
        }
    }

    /// Copies bytes into the memory; the caller has checked the bounds.
    fn store(&self, at: usize, bytes: &[u8]) {
        // SAFETY: within the map. The source may be the map itself.
        unsafe { core::ptr::copy(bytes.as_ptr(), self.map.data.get().add(at), bytes.len()) };
    }

    fn resizable(&self) -> Result<()> {
        if self.exports.get() > 0 {
            return Err(raise!(BufferError, "mmap can't resize with extant buffers exported."));
        }
        if !self.trackfd.get() {
            return Err(raise!(ValueError, "mmap can't resize with trackfd=False."));
        }
        match self.access.get() {
            Access::Write | Access::Default => Ok(()),
            _ => Err(raise!(TypeError, "mmap can't resize a readonly or copy-on-write memory map.")),
        }
    }

    fn change_size(&self, size: isize) -> Result<()> {
        let size = usize::try_from(size).ok().filter(|&size| {
            i64::try_from(size).is_ok_and(|size| self.offset.get().checked_add(size).is_some())
        });
        let Some(size) = size else { return Err(raise!(ValueError, "new size out of range")) };
        let fd = self.map.fd.get();
        // SAFETY: the object's own file and memory, which nobody has a view of.
        unsafe {
            if fd != -1 && libc::ftruncate(fd, self.offset.get() + size as i64) < 0 {
                return Err(raise::last_os_error());
            }
            let moved = libc::mremap(self.map.data.get().cast(), self.size(), size, libc::MREMAP_MAYMOVE);
            if moved == libc::MAP_FAILED {
                return Err(raise::last_os_error());
            }
            self.map.data.set(moved.cast());
        }
        self.map.size.set(size);
        Ok(())
    }
}

fn out_of_range() -> Raised {
    raise!(IndexError, "mmap index out of range")
}

#[macros::pymodule(name = "mmap", classes(Mmap))]
pub mod module {
    use super::*;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        module.dict().set_text("error", exc::OSError.as_object())?;
        // SAFETY: asks for a number.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        crate::constants::add(module, &[("PAGESIZE", page), ("ALLOCATIONGRANULARITY", page)])?;
        crate::constants::add(module, CONSTANTS)
    }
}

/// Raises the auditing event of a new map.
fn audit(request: &Request) -> Result<()> {
    let int = objects::types::int::new_int;
    hooks::AUDIT.get()(
        "mmap.__new__",
        &[
            &*int(request.fileno.into())?,
            &*int(request.length as i64)?,
            &*int(request.access.into())?,
            &*int(request.offset)?,
        ],
    )
}

const CONSTANTS: &[(&str, i64)] = &[
    ("PROT_EXEC", libc::PROT_EXEC as i64),
    ("PROT_READ", libc::PROT_READ as i64),
    ("PROT_WRITE", libc::PROT_WRITE as i64),
    ("MAP_SHARED", libc::MAP_SHARED as i64),
    ("MAP_PRIVATE", libc::MAP_PRIVATE as i64),
    ("MAP_DENYWRITE", libc::MAP_DENYWRITE as i64),
    ("MAP_EXECUTABLE", libc::MAP_EXECUTABLE as i64),
    ("MAP_ANON", libc::MAP_ANON as i64),
    ("MAP_ANONYMOUS", libc::MAP_ANONYMOUS as i64),
    ("MAP_POPULATE", libc::MAP_POPULATE as i64),
    ("MAP_STACK", libc::MAP_STACK as i64),
    ("MAP_NORESERVE", libc::MAP_NORESERVE as i64),
    #[cfg(target_arch = "x86_64")]
    ("MAP_32BIT", libc::MAP_32BIT as i64),
    ("ACCESS_DEFAULT", 0),
    ("ACCESS_READ", 1),
    ("ACCESS_WRITE", 2),
    ("ACCESS_COPY", 3),
    ("MADV_NORMAL", libc::MADV_NORMAL as i64),
    ("MADV_RANDOM", libc::MADV_RANDOM as i64),
    ("MADV_SEQUENTIAL", libc::MADV_SEQUENTIAL as i64),
    ("MADV_WILLNEED", libc::MADV_WILLNEED as i64),
    ("MADV_DONTNEED", libc::MADV_DONTNEED as i64),
    ("MADV_REMOVE", libc::MADV_REMOVE as i64),
    ("MADV_DONTFORK", libc::MADV_DONTFORK as i64),
    ("MADV_DOFORK", libc::MADV_DOFORK as i64),
    ("MADV_HWPOISON", libc::MADV_HWPOISON as i64),
    ("MADV_MERGEABLE", libc::MADV_MERGEABLE as i64),
    ("MADV_UNMERGEABLE", libc::MADV_UNMERGEABLE as i64),
    ("MADV_HUGEPAGE", libc::MADV_HUGEPAGE as i64),
    ("MADV_NOHUGEPAGE", libc::MADV_NOHUGEPAGE as i64),
    ("MADV_DONTDUMP", libc::MADV_DONTDUMP as i64),
    ("MADV_DODUMP", libc::MADV_DODUMP as i64),
    ("MADV_FREE", libc::MADV_FREE as i64),
];
