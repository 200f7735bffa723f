//! Directories, and path algebra that is native.

use super::path::{Fd, Path, PathName, PathOrFd, decode, fspath};
use super::scandir::{Directory, ScandirIterator};
use super::{check, os_error};
use objects::types::bytes::Bytes;
use objects::types::list::List;
use objects::types::str::{Chars, Str};
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, raise};

fn current() -> Result<Vec<u8>> {
    match std::env::current_dir() {
        Ok(path) => Ok(std::os::unix::ffi::OsStringExt::into_vec(path.into_os_string())),
        Err(error) => Err(raise::os_error(error.raw_os_error().unwrap_or(libc::ENOENT), None, None)),
    }
}

/// How many slashes are a path's root.
fn root<T: Copy + PartialEq + From<u8>>(path: &[T]) -> usize {
    match path.iter().take_while(|&&char| char == b'/'.into()).count() {
        slashes @ 0..=2 => slashes,
        _ => 1,
    }
}

/// `posixpath.normpath` on bytes or code points.
fn normalize<T: Copy + PartialEq + From<u8>>(path: &[T]) -> Vec<T> {
    let (slash, dot) = (T::from(b'/'), T::from(b'.'));
    let lead = root(path);
    let mut parts: Vec<&[T]> = Vec::new();
    for part in path.split(|&char| char == slash) {
        match part {
            [] => {}
            [only] if *only == dot => {}
            [first, second] if *first == dot && *second == dot => match parts.last() {
                Some(last) if *last != [dot, dot] => {
                    parts.pop();
                }
                _ if lead > 0 => {}
                _ => parts.push(part),
            },
            part => parts.push(part),
        }
    }
    let mut normal = path[..lead].to_vec();
    normal.extend_from_slice(&parts.join(&slash));
    if normal.is_empty() { vec![dot] } else { normal }
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
    fn path_normpath(path: PathName<'_>) -> Result<Ref> {
        match path {
            PathName::Text(text) => Ok(match text.chars() {
                Chars::One(chars) => Str::from_latin1(&normalize(chars)),
                Chars::Two(chars) => Str::from_ucs2(&normalize(chars)),
                Chars::Four(chars) => Str::from_ucs4(&normalize(chars)),
            }?
            .upcast()),
            PathName::Bytes(bytes) => Ok(Bytes::new(&normalize(bytes))?.upcast()),
            PathName::Made(path) => path.same_kind(&normalize(path.text.as_bytes())),
        }
    }

    #[function("_path_splitroot_ex($module, /, p)")]
    fn path_splitroot_ex(p: PathName<'_>) -> Result<Ref<Tuple>> {
        match p {
            PathName::Text(text) => {
                let chars = text.chars();
                let root = match chars {
                    Chars::One(chars) => root(chars),
                    Chars::Two(chars) => root(chars),
                    Chars::Four(chars) => root(chars),
                };
                let part = |start: usize, end: usize| -> Result<Ref> {
                    Ok(Str::from_chars(chars.slice(start, end))?.upcast())
                };
                Tuple::from_array([part(0, 0)?, part(0, root)?, part(root, text.len())?])
            }
            PathName::Bytes(bytes) => {
                let (root, tail) = bytes.split_at(root(bytes));
                let part = |bytes: &[u8]| -> Result<Ref> { Ok(Bytes::new(bytes)?.upcast()) };
                Tuple::from_array([part(&[])?, part(root)?, part(tail)?])
            }
            PathName::Made(path) => {
                let bytes = path.text.as_bytes();
                let (root, tail) = bytes.split_at(root(bytes));
                Tuple::from_array([path.same_kind(b"")?, path.same_kind(root)?, path.same_kind(tail)?])
            }
        }
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
