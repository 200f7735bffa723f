//! `scandir` and `DirEntry`.

use super::path::{DirFd, PathOrFd, decode};
use super::{errno, stat_result};
use core::cell::Cell;
use macros::{Trace, pytype};
use objects::types::bytes::Bytes;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, raise};

/// An open directory: what `readdir` reads from.
pub struct Directory(*mut libc::DIR);

impl Directory {
    /// Opens a path or a duplicate of a descriptor.
    pub fn open(path: Option<&PathOrFd<'_>>) -> Result<Directory> {
        // SAFETY: C strings; a descriptor that is duplicated for this use.
        let directory = objects::state::detached(|| unsafe {
            match path {
                None => libc::opendir(c".".as_ptr()),
                Some(PathOrFd::Path(path)) => libc::opendir(path.as_ptr()),
                Some(PathOrFd::Fd(fd)) => {
                    let own = libc::fcntl(*fd, libc::F_DUPFD_CLOEXEC, 0);
                    if own < 0 {
                        core::ptr::null_mut()
                    } else {
                        let directory = libc::fdopendir(own);
                        if directory.is_null() {
                            libc::close(own);
                        } else {
                            libc::rewinddir(directory);
                        }
                        directory
                    }
                }
            }
        });
        if directory.is_null() {
            return Err(match path {
                Some(PathOrFd::Fd(fd)) => {
                    let fd = objects::types::int::new_int((*fd).into())?;
                    raise::os_error(errno(), Some(&fd), None)
                }
                Some(path) => path.error(),
                None => raise::os_error(errno(), None, None),
            });
        }
        Ok(Directory(directory))
    }

    /// The next entry's name, inode and type; `.` and `..` are left out.
    pub fn next(&self) -> Result<Option<(Vec<u8>, u64, u8)>> {
        loop {
            // SAFETY: an open directory; errno tells an error from the end.
            let entry = objects::state::detached(|| unsafe {
                *libc::__errno_location() = 0;
                libc::readdir(self.0)
            });
            // SAFETY: valid until the next readdir.
            let Some(entry) = (unsafe { entry.as_ref() }) else {
                return match errno() {
                    0 => Ok(None),
                    error => Err(raise::os_error(error, None, None)),
                };
            };
            // SAFETY: the name is a C string in the entry.
            let name = unsafe { core::ffi::CStr::from_ptr(entry.d_name.as_ptr()) }.to_bytes();
            if name != b"." && name != b".." {
                return Ok(Some((name.to_vec(), entry.d_ino, entry.d_type)));
            }
        }
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // SAFETY: opened by `open`, closed once.
        unsafe { libc::closedir(self.0) };
    }
}

/// `ScandirIterator`.
#[repr(C)]
#[derive(Trace)]
pub struct ScandirIterator {
    ob_base: Object,
    #[trace(skip)]
    directory: core::cell::RefCell<Option<Directory>>,
    /// The path as it was given, in front of each entry's.
    prefix: Slot,
    #[trace(skip)]
    prefix_bytes: Vec<u8>,
    is_bytes: Cell<bool>,
    /// The descriptor that was given instead of a path, else -1.
    fd: Cell<i32>,
}

impl ScandirIterator {
    /// # Errors
    /// OSError.
    pub fn new(path: Option<&PathOrFd<'_>>) -> Result<Ref<ScandirIterator>> {
        let directory = Directory::open(path)?;
        let (prefix, is_bytes, fd) = match path {
            Some(PathOrFd::Path(path)) => (path.text.as_bytes().to_vec(), path.is_bytes, -1),
            Some(PathOrFd::Fd(fd)) => (Vec::new(), false, *fd),
            None => (b".".to_vec(), false, -1),
        };
        Ref::new(ScandirIterator {
            ob_base: Object::HEAD,
            directory: core::cell::RefCell::new(Some(directory)),
            prefix: Slot::empty(),
            prefix_bytes: prefix,
            is_bytes: Cell::new(is_bytes),
            fd: Cell::new(fd),
        })
    }
}

#[pytype(name = "ScandirIterator", module = "posix", static_name = SCANDIR_ITERATOR, no_new, iter = objects::slots::self_iter)]
impl ScandirIterator {
    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<DirEntry>>> {
        let directory = self.directory.take();
        let Some(open) = directory else { return Ok(None) };
        let Some((name, inode, kind)) = open.next()? else { return Ok(None) };
        *self.directory.borrow_mut() = Some(open);
        let mut path = self.prefix_bytes.clone();
        if !path.is_empty() && path.last() != Some(&b'/') {
            path.push(b'/');
        }
        path.extend_from_slice(&name);
        let text = |bytes: &[u8]| -> Result<Ref> {
            if self.is_bytes.get() { Ok(Bytes::new(bytes)?.upcast()) } else { Ok(decode(bytes)?.upcast()) }
        };
        let entry = DirEntry {
            ob_base: Object::HEAD,
            name: Slot::new(text(&name)?),
            path: Slot::new(text(&path)?),
            status: Slot::empty(),
            link_status: Slot::empty(),
            inode: Cell::new(inode),
            kind: Cell::new(kind),
            dir_fd: Cell::new(self.fd.get()),
            raw: if self.fd.get() >= 0 { name } else { path },
        };
        Ref::new(entry).map(Some)
    }

    #[method("close($self, /)")]
    fn close(&self) {
        drop(self.directory.take());
    }

    #[method("__enter__($self, /)")]
    fn enter(&self) -> Ref {
        self.as_object().to_ref()
    }

    #[method("__exit__", raw)]
    fn exit(&self, _args: &[&Object]) {
        self.close();
    }

    #[slot(tp_finalize)]
    fn finalize(&self) {
        if self.directory.borrow().is_some() {
            let text = match objects::protocol::object::repr(self) {
                Ok(text) => format!("unclosed scandir iterator {}", text.to_string_lossy()),
                Err(raised) => {
                    raised.clear();
                    "unclosed scandir iterator".to_owned()
                }
            };
            if let Err(raised) = objects::hooks::WARN_RESOURCE.get()(self, &text) {
                raise::write_unraisable(raised, Some(self));
            }
            self.close();
        }
    }
}

/// `os.DirEntry`.
#[repr(C)]
#[derive(Trace)]
pub struct DirEntry {
    ob_base: Object,
    name: Slot,
    path: Slot,
    status: Slot,
    link_status: Slot,
    inode: Cell<u64>,
    kind: Cell<u8>,
    dir_fd: Cell<i32>,
    /// The path for system calls, relative to `dir_fd` if there is one.
    #[trace(skip)]
    raw: Vec<u8>,
}

#[pytype(
    name = "DirEntry", module = "posix", static_name = DIR_ENTRY, no_new,
    member("name", OBJECT, name, READONLY), member("path", OBJECT, path, READONLY),
)]
impl DirEntry {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let name = self.name.get().ok_or_else(raise::bad_internal_call)?;
        Str::new(&format!("<DirEntry {}>", objects::protocol::object::repr(&name)?.to_string_lossy()))
    }

    #[method("is_dir($self, /, *, follow_symlinks=True)")]
    fn is_dir(&self, #[default(true)] follow_symlinks: bool) -> Result<bool> {
        self.is_kind(libc::S_IFDIR, libc::DT_DIR, follow_symlinks)
    }

    #[method("is_file($self, /, *, follow_symlinks=True)")]
    fn is_file(&self, #[default(true)] follow_symlinks: bool) -> Result<bool> {
        self.is_kind(libc::S_IFREG, libc::DT_REG, follow_symlinks)
    }

    #[method("is_symlink($self, /)")]
    fn is_symlink(&self) -> Result<bool> {
        if self.kind.get() != libc::DT_UNKNOWN {
            return Ok(self.kind.get() == libc::DT_LNK);
        }
        self.is_kind(libc::S_IFLNK, libc::DT_LNK, false)
    }

    #[method("is_junction($self, /)")]
    fn is_junction(&self) -> bool {
        false
    }

    #[method("stat($self, /, *, follow_symlinks=True)")]
    fn stat(&self, #[default(true)] follow_symlinks: bool) -> Result<Ref> {
        let kept = if follow_symlinks { &self.status } else { &self.link_status };
        if let Some(status) = kept.get() {
            return Ok(status);
        }
        let status = match self.raw_status(follow_symlinks)? {
            Ok(status) => stat_result::from_stat(&status)?,
            Err(error) => return Err(raise::os_error(error, self.path.get().as_deref(), None)),
        };
        kept.set(Some(status.clone()));
        Ok(status)
    }

    #[method("inode($self, /)")]
    fn inode(&self) -> u64 {
        self.inode.get()
    }

    #[method("__fspath__($self, /)")]
    fn fspath(&self) -> Option<Ref> {
        self.path.get()
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(cls: &TypeObject, object: &Object) -> Result<Ref> {
        objects::types::generic_alias::new(cls, object)
    }
}

impl DirEntry {
    fn raw_status(&self, follow: bool) -> Result<core::result::Result<libc::stat, i32>> {
        // SAFETY: all zeros is a valid buffer.
        let mut status: libc::stat = unsafe { core::mem::zeroed() };
        let place = &raw mut status;
        let Ok(path) = std::ffi::CString::new(self.raw.clone()) else {
            return Err(raise::bad_internal_call());
        };
        let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
        let dir_fd = if self.dir_fd.get() >= 0 { self.dir_fd.get() } else { DirFd::DEFAULT.0 };
        // SAFETY: a C string and our buffer.
        let result =
            objects::state::detached(|| unsafe { libc::fstatat(dir_fd, path.as_ptr(), place, flags) });
        Ok(if result < 0 { Err(errno()) } else { Ok(status) })
    }

    fn is_kind(&self, mode: u32, kind: u8, follow: bool) -> Result<bool> {
        let known = self.kind.get();
        let is_link = known == libc::DT_LNK;
        if known != libc::DT_UNKNOWN && !(follow && is_link) {
            return Ok(known == kind);
        }
        match self.raw_status(follow)? {
            Ok(status) => Ok(status.st_mode & libc::S_IFMT == mode),
            Err(libc::ENOENT) => Ok(false),
            Err(error) => Err(raise::os_error(error, self.path.get().as_deref(), None)),
        }
    }
}
