//! Directories, and path algebra that is native.

use super::path::{Fd, Path, PathOrFd, decode, fspath};
use super::scandir::{Directory, ScandirIterator};
use super::{check, os_error};
use objects::types::bytes::Bytes;
use objects::types::list::List;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, raise};

fn current() -> Result<Vec<u8>> {
    match std::env::current_dir() {
        Ok(path) => Ok(std::os::unix::ffi::OsStringExt::into_vec(path.into_os_string())),
        Err(error) => Err(raise::os_error(error.raw_os_error().unwrap_or(libc::ENOENT), None, None)),
    }
}

/// `posixpath.normpath` on bytes.
fn normalize(path: &[u8]) -> Vec<u8> {
    if path.is_empty() {
        return b".".to_vec();
    }
    let slashes = path.iter().take_while(|&&byte| byte == b'/').count();
    let lead: &[u8] = match slashes {
        0 => b"",
        2 => b"//",
        _ => b"/",
    };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if parts.last().is_some_and(|last| *last != b"..") => {
                parts.pop();
            }
            b".." if !lead.is_empty() => {}
            part => parts.push(part),
        }
    }
    let mut normal = lead.to_vec();
    normal.extend_from_slice(&parts.join(&b'/'));
    if normal.is_empty() { b".".to_vec() } else { normal }
}

#[macros::pymodule(name = "posix", part)]
pub mod part {
    use super::*;

    #[function("getcwd($module, /)")]
    fn getcwd() -> Result<Ref<Str>> {
        decode(&current()?)
    }

    #[function("getcwdb($module, /)")]
    fn getcwdb() -> Result<Ref<Bytes>> {
        Bytes::new(&current()?)
    }

    #[function("chdir($module, /, path)")]
    fn chdir(path: PathOrFd<'_>) -> Result<()> {
        // SAFETY: a C string.
        let result = unsafe {
            match &path {
                PathOrFd::Path(path) => libc::chdir(path.as_ptr()),
                PathOrFd::Fd(fd) => libc::fchdir(*fd),
            }
        };
        if result < 0 { Err(path.error()) } else { Ok(()) }
    }

    #[function("fchdir($module, /, fd)")]
    fn fchdir(fd: Fd) -> Result<()> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::fchdir(fd.0) }).map(drop)
    }

    #[function("chroot($module, /, path)")]
    fn chroot(path: Path<'_>) -> Result<()> {
        // SAFETY: a C string.
        if unsafe { libc::chroot(path.as_ptr()) } < 0 { Err(path.error()) } else { Ok(()) }
    }

    #[function("listdir($module, /, path=None)")]
    fn listdir(path: Option<PathOrFd<'_>>) -> Result<Ref<List>> {
        let directory = Directory::open(path.as_ref())?;
        let is_bytes = matches!(&path, Some(PathOrFd::Path(path)) if path.is_bytes);
        let names = List::new()?;
        while let Some((name, ..)) = directory.next()? {
            names.push(if is_bytes { Bytes::new(&name)?.upcast() } else { decode(&name)?.upcast() })?;
        }
        Ok(names)
    }

    #[function("scandir($module, /, path=None)")]
    fn scandir(path: Option<PathOrFd<'_>>) -> Result<Ref<ScandirIterator>> {
        ScandirIterator::new(path.as_ref())
    }

    #[function("fspath($module, /, path)")]
    fn py_fspath(path: &Object) -> Result<Ref> {
        fspath(path)
    }

    #[function("_path_normpath($module, /, path)")]
    fn path_normpath(path: Path<'_>) -> Result<Ref> {
        path.same_kind(&normalize(path.text.as_bytes()))
    }

    #[function("_path_splitroot_ex($module, /, p)")]
    fn path_splitroot_ex(p: Path<'_>) -> Result<Ref<Tuple>> {
        let bytes = p.text.as_bytes();
        let root = match bytes.iter().take_while(|&&byte| byte == b'/').count() {
            0 => 0,
            2 => 2,
            _ => 1,
        };
        Tuple::from_array([p.same_kind(b"")?, p.same_kind(&bytes[..root])?, p.same_kind(&bytes[root..])?])
    }

    #[function("_inputhook($module, /)")]
    fn inputhook() -> i64 {
        0
    }

    #[function("_is_inputhook_installed($module, /)")]
    fn is_inputhook_installed() -> bool {
        false
    }

    #[function("getlogin($module, /)")]
    fn getlogin() -> Result<Ref<Str>> {
        // SAFETY: NULL or a C string.
        unsafe {
            let name = libc::getlogin();
            if name.is_null() { Err(os_error()) } else { super::super::path::c_text(name) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn normalizes_as_posixpath_does() {
        for (path, normal) in [
            ("", "."),
            ("/", "/"),
            ("//", "//"),
            ("///", "/"),
            ("a/./b", "a/b"),
            ("a/../b", "b"),
            ("../a", "../a"),
            ("/../a", "/a"),
            ("a//b/", "a/b"),
            ("..", ".."),
            ("a/..", "."),
            ("../../a", "../../a"),
        ] {
            assert_eq!(normalize(path.as_bytes()), normal.as_bytes(), "{path}");
        }
    }
}
