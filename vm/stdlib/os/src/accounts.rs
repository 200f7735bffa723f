//! `pwd` and `grp`: the databases of users and groups.

use crate::arguments::{Gid, Uid, c_string, shown_id};
use crate::posix::path::c_text;
use core::ffi::{c_char, c_int};
use objects::object::refs::Slot;
use objects::protocol;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::types::structseq;
use objects::{Object, Ref, Result, TypeObject, raise};

/// The classes that the modules make when they are executed.
struct Classes {
    passwd: Slot<TypeObject>,
    group: Slot<TypeObject>,
}

// SAFETY: set when the modules are executed, read under the GIL.
unsafe impl Sync for Classes {}

objects::per_interpreter! {
    static CLASSES: Classes = Classes { passwd: Slot::empty(), group: Slot::empty() };
}

/// A field of an entry; None for NULL.
///
/// # Safety
/// `text` is NULL or a C string.
unsafe fn field(text: *const c_char) -> Result<Ref> {
    if text.is_null() {
        return Ok(objects::object::refs::none());
    }
    // SAFETY: the caller's promise.
    Ok(unsafe { c_text(text) }?.upcast())
}

fn user(entry: &libc::passwd) -> Result<Ref> {
    let Some(class) = CLASSES.passwd.get() else { return Err(raise::null_result()) };
    // SAFETY: strings of the C library.
    let values = unsafe {
        vec![
            field(entry.pw_name)?,
            field(entry.pw_passwd)?,
            new_int(shown_id(entry.pw_uid))?,
            new_int(shown_id(entry.pw_gid))?,
            field(entry.pw_gecos)?,
            field(entry.pw_dir)?,
            field(entry.pw_shell)?,
        ]
    };
    structseq::instance(&class, values)
}

fn group(entry: &libc::group) -> Result<Ref> {
    let Some(class) = CLASSES.group.get() else { return Err(raise::null_result()) };
    let members = List::new()?;
    // SAFETY: strings of the C library, and an array of them that ends in NULL.
    let values = unsafe {
        let mut member = entry.gr_mem;
        // The array may be unaligned.
        while !member.is_null() && !member.read_unaligned().is_null() {
            members.push(c_text(member.read_unaligned())?.upcast())?;
            member = member.add(1);
        }
        vec![
            field(entry.gr_name)?,
            field(entry.gr_passwd)?,
            new_int(shown_id(entry.gr_gid))?,
            members.upcast(),
        ]
    };
    structseq::instance(&class, values)
}

/// Looks an entry up with a buffer as large as the entry needs: `look(entry, buffer, size, found)` is one of the `get…_r` functions.
fn look_up<E>(
    look: impl Fn(*mut E, *mut c_char, usize, *mut *mut E) -> c_int,
    show: impl Fn(&E) -> Result<Ref>,
) -> Result<Option<Ref>> {
    let mut size = 1024;
    loop {
        let mut buffer = vec![0 as c_char; size];
        let mut entry = core::mem::MaybeUninit::<E>::zeroed();
        let mut found = core::ptr::null_mut();
        let (entry, buffer, place) = (entry.as_mut_ptr(), buffer.as_mut_ptr(), &raw mut found);
        let error = objects::state::detached(|| look(entry, buffer, size, place));
        if error == libc::ERANGE && size < 1 << 30 {
            size *= 2;
            continue;
        }
        // SAFETY: points to our entry, filled, if there is one.
        return unsafe { found.as_ref() }.map(&show).transpose();
    }
}

#[macros::pymodule(name = "pwd")]
pub mod pwd {
    use super::*;

    #[function("getpwuid($module, uidobj, /)")]
    fn getpwuid(uidobj: &Object) -> Result<Ref> {
        let uid = match Uid::of(uidobj) {
            Ok(uid) => uid.0,
            Err(raised) if raised.matches(&exc::OverflowError) => {
                raised.clear();
                return Err(raise!(KeyError, "getpwuid(): uid not found"));
            }
            Err(raised) => return Err(raised),
        };
        // SAFETY: the buffer and the places are there.
        let look = |entry, buffer, size, found| unsafe { libc::getpwuid_r(uid, entry, buffer, size, found) };
        match super::look_up(look, super::user)? {
            Some(entry) => Ok(entry),
            None => {
                let shown = protocol::object::str(uidobj)?.to_string_lossy();
                Err(raise!(KeyError, "getpwuid(): uid not found: {shown}"))
            }
        }
    }

    #[function("getpwnam($module, name, /)")]
    fn getpwnam(name: &Str) -> Result<Ref> {
        let text = c_string(name)?;
        // SAFETY: the buffer and the places are there.
        let look = |entry, buffer, size, found| unsafe {
            libc::getpwnam_r(text.as_ptr(), entry, buffer, size, found)
        };
        match super::look_up(look, super::user)? {
            Some(entry) => Ok(entry),
            None => {
                let shown = protocol::object::repr(name)?.to_string_lossy();
                Err(raise!(KeyError, "getpwnam(): name not found: {shown}"))
            }
        }
    }

    #[function("getpwall($module, /)")]
    fn getpwall() -> Result<Ref<List>> {
        let list = List::new()?;
        // SAFETY: the entry is the C library's until the next call; the GIL keeps other Python threads away.
        unsafe {
            libc::setpwent();
            let result = loop {
                let Some(entry) = libc::getpwent().as_ref() else { break Ok(()) };
                if let Err(raised) = super::user(entry).and_then(|entry| list.push(entry)) {
                    break Err(raised);
                }
            };
            libc::endpwent();
            result?;
        }
        Ok(list)
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let fields = [
            ("pw_name", "user name"),
            ("pw_passwd", "password"),
            ("pw_uid", "user id"),
            ("pw_gid", "group id"),
            ("pw_gecos", "real name"),
            ("pw_dir", "home directory"),
            ("pw_shell", "shell program"),
        ];
        let doc = "pwd.struct_passwd: Results from getpw*() routines.\n\nThis object may be accessed either as a tuple of\n  \
                   (pw_name,pw_passwd,pw_uid,pw_gid,pw_gecos,pw_dir,pw_shell)\nor via the object attributes as named in the \
                   above tuple.";
        let class = structseq::new_class("pwd.struct_passwd", doc, &fields, fields.len())?;
        module.dict().set_text("struct_passwd", &class)?;
        CLASSES.passwd.set(Some(class));
        Ok(())
    }
}

#[macros::pymodule(name = "grp")]
pub mod grp {
    use super::*;

    #[function("getgrgid($module, /, id)")]
    fn getgrgid(id: &Object) -> Result<Ref> {
        let gid = Gid::of(id)?.0;
        // SAFETY: the buffer and the places are there.
        let look = |entry, buffer, size, found| unsafe { libc::getgrgid_r(gid, entry, buffer, size, found) };
        match super::look_up(look, super::group)? {
            Some(entry) => Ok(entry),
            None => Err(raise!(KeyError, "getgrgid(): gid not found: {}", shown_id(gid))),
        }
    }

    #[function("getgrnam($module, /, name)")]
    fn getgrnam(name: &Str) -> Result<Ref> {
        let text = c_string(name)?;
        // SAFETY: the buffer and the places are there.
        let look = |entry, buffer, size, found| unsafe {
            libc::getgrnam_r(text.as_ptr(), entry, buffer, size, found)
        };
        match super::look_up(look, super::group)? {
            Some(entry) => Ok(entry),
            None => {
                let shown = protocol::object::repr(name)?.to_string_lossy();
                Err(raise!(KeyError, "getgrnam(): name not found: {shown}"))
            }
        }
    }

    #[function("getgrall($module, /)")]
    fn getgrall() -> Result<Ref<List>> {
        let list = List::new()?;
        // SAFETY: the entry is the C library's until the next call; the GIL keeps other Python threads away.
        unsafe {
            libc::setgrent();
            let result = loop {
                let Some(entry) = libc::getgrent().as_ref() else { break Ok(()) };
                if let Err(raised) = super::group(entry).and_then(|entry| list.push(entry)) {
                    break Err(raised);
                }
            };
            libc::endgrent();
            result?;
        }
        Ok(list)
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let fields = [
            ("gr_name", "group name"),
            ("gr_passwd", "password"),
            ("gr_gid", "group id"),
            ("gr_mem", "group members"),
        ];
        let doc = "grp.struct_group: Results from getgr*() routines.\n\nThis object may be accessed either as a tuple of\n  \
                   (gr_name,gr_passwd,gr_gid,gr_mem)\nor via the object attributes as named in the above tuple.\n";
        let class = structseq::new_class("grp.struct_group", doc, &fields, fields.len())?;
        module.dict().set_text("struct_group", &class)?;
        CLASSES.group.set(Some(class));
        Ok(())
    }
}
