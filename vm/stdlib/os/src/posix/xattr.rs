//! Extended attributes.

use super::path::{Path, PathOrFd};
use core::ffi::{c_char, c_int, c_void};
use objects::protocol::buffer::BytesLike;
use objects::types::bytes::Bytes;
use objects::types::list::List;
use objects::{Ref, Result, hooks, raise};

/// An open file has no link to follow.
fn check(target: &PathOrFd<'_>, follow_symlinks: bool, function: &str) -> Result<()> {
    if matches!(target, PathOrFd::Fd(_)) && !follow_symlinks {
        return Err(raise!(ValueError, "{function}: cannot use fd and follow_symlinks together"));
    }
    Ok(())
}

/// Raises the event of a function, with the target and what else it is given.
fn audit(event: &str, target: &PathOrFd<'_>, rest: &[&objects::Object]) -> Result<()> {
    let number;
    let object = match target {
        PathOrFd::Path(path) => path.object,
        PathOrFd::Fd(fd) => {
            number = objects::types::int::new_int((*fd).into())?;
            &number
        }
    };
    let mut arguments = vec![object];
    arguments.extend(rest);
    hooks::AUDIT.get()(event, &arguments)
}

/// What the system writes into a buffer, which is made larger while it does not fit.
fn read(target: &PathOrFd<'_>, mut call: impl FnMut(*mut c_void, usize) -> isize) -> Result<Vec<u8>> {
    for size in [128, 65536] {
        let mut room = vec![0u8; size];
        let place = room.as_mut_ptr().cast();
        let count = objects::state::detached(|| call(place, size));
        if let Ok(count) = usize::try_from(count) {
            room.truncate(count);
            return Ok(room);
        }
        if super::errno() != libc::ERANGE {
            break;
        }
    }
    Err(target.error())
}

#[macros::pymodule(name = "posix", part)]
pub mod part {
    use super::*;

    #[function("getxattr($module, /, path, attribute, *, follow_symlinks=True)")]
    fn getxattr(path: PathOrFd<'_>, attribute: Path<'_>, follow_symlinks: bool) -> Result<Ref<Bytes>> {
        check(&path, follow_symlinks, "getxattr")?;
        audit("os.getxattr", &path, &[attribute.object])?;
        let name = attribute.as_ptr();
        // SAFETY: C strings and room for so many bytes.
        let value = read(&path, |room, size| unsafe {
            match &path {
                PathOrFd::Fd(fd) => libc::fgetxattr(*fd, name, room, size),
                PathOrFd::Path(path) if follow_symlinks => libc::getxattr(path.as_ptr(), name, room, size),
                PathOrFd::Path(path) => libc::lgetxattr(path.as_ptr(), name, room, size),
            }
        })?;
        Bytes::new(&value)
    }

    #[function("setxattr($module, /, path, attribute, value, flags=0, *,\n         follow_symlinks=True)")]
    fn setxattr(
        path: PathOrFd<'_>,
        attribute: Path<'_>,
        value: BytesLike<'_>,
        #[default(0)] flags: c_int,
        #[default(true)] follow_symlinks: bool,
    ) -> Result<()> {
        check(&path, follow_symlinks, "setxattr")?;
        let shown = Bytes::new(&value)?;
        let number = objects::types::int::new_int(flags.into())?;
        audit("os.setxattr", &path, &[attribute.object, &shown, &number])?;
        let (name, place, size) = (attribute.as_ptr(), value.as_ptr().cast(), value.len());
        // SAFETY: C strings and readable bytes.
        let status = objects::state::detached(|| unsafe {
            match &path {
                PathOrFd::Fd(fd) => libc::fsetxattr(*fd, name, place, size, flags),
                PathOrFd::Path(path) if follow_symlinks => {
                    libc::setxattr(path.as_ptr(), name, place, size, flags)
                }
                PathOrFd::Path(path) => libc::lsetxattr(path.as_ptr(), name, place, size, flags),
            }
        });
        if status < 0 { Err(path.error()) } else { Ok(()) }
    }

    #[function("removexattr($module, /, path, attribute, *, follow_symlinks=True)")]
    fn removexattr(path: PathOrFd<'_>, attribute: Path<'_>, follow_symlinks: bool) -> Result<()> {
        check(&path, follow_symlinks, "removexattr")?;
        audit("os.removexattr", &path, &[attribute.object])?;
        let name = attribute.as_ptr();
        // SAFETY: C strings.
        let status = objects::state::detached(|| unsafe {
            match &path {
                PathOrFd::Fd(fd) => libc::fremovexattr(*fd, name),
                PathOrFd::Path(path) if follow_symlinks => libc::removexattr(path.as_ptr(), name),
                PathOrFd::Path(path) => libc::lremovexattr(path.as_ptr(), name),
            }
        });
        if status < 0 { Err(path.error()) } else { Ok(()) }
    }

    #[function("listxattr($module, /, path=None, *, follow_symlinks=True)")]
    fn listxattr(path: Option<PathOrFd<'_>>, #[default(true)] follow_symlinks: bool) -> Result<Ref<List>> {
        let path = match path {
            Some(path) => path,
            None => PathOrFd::current_folder(),
        };
        check(&path, follow_symlinks, "listxattr")?;
        audit("os.listxattr", &path, &[])?;
        // SAFETY: a C string and room for so many bytes.
        let names = read(&path, |room, size| unsafe {
            let room = room.cast::<c_char>();
            match &path {
                PathOrFd::Fd(fd) => libc::flistxattr(*fd, room, size),
                PathOrFd::Path(path) if follow_symlinks => libc::listxattr(path.as_ptr(), room, size),
                PathOrFd::Path(path) => libc::llistxattr(path.as_ptr(), room, size),
            }
        })?;
        let list = List::new()?;
        for name in names.split(|&byte| byte == 0).filter(|name| !name.is_empty()) {
            list.push(crate::posix::path::decode(name)?.upcast())?;
        }
        Ok(list)
    }
}
