//! Users and groups.

use super::{check, os_error};
use core::ffi::c_int;
use objects::protocol;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, raise};

/// A user or group id: an unsigned number, or -1 for "leave it".
fn id(object: &Object, what: &str) -> Result<u32> {
    let value = protocol::number::index_as_isize(object, Some(&exc::OverflowError))?;
    match value {
        -1 => Ok(u32::MAX),
        ..0 => Err(raise!(OverflowError, "{what} is less than minimum")),
        _ => u32::try_from(value).map_err(|_| raise!(OverflowError, "{what} is greater than maximum")),
    }
}

#[macros::pymodule(name = "posix", part)]
pub mod part {
    use super::*;

    #[function("getuid($module, /)")]
    fn getuid() -> u32 {
        // SAFETY: no memory is involved.
        unsafe { libc::getuid() }
    }

    #[function("geteuid($module, /)")]
    fn geteuid() -> u32 {
        // SAFETY: no memory is involved.
        unsafe { libc::geteuid() }
    }

    #[function("getgid($module, /)")]
    fn getgid() -> u32 {
        // SAFETY: no memory is involved.
        unsafe { libc::getgid() }
    }

    #[function("getegid($module, /)")]
    fn getegid() -> u32 {
        // SAFETY: no memory is involved.
        unsafe { libc::getegid() }
    }

    // SAFETY (the setters): no memory is involved.
    #[function("setuid($module, uid, /)")]
    fn setuid(uid: &Object) -> Result<()> {
        check(unsafe { libc::setuid(id(uid, "uid")?) }).map(drop)
    }

    #[function("seteuid($module, euid, /)")]
    fn seteuid(euid: &Object) -> Result<()> {
        // SAFETY: numbers go in and come out; no memory is involved.
        check(unsafe { libc::seteuid(id(euid, "uid")?) }).map(drop)
    }

    #[function("setgid($module, gid, /)")]
    fn setgid(gid: &Object) -> Result<()> {
        // SAFETY: numbers go in and come out; no memory is involved.
        check(unsafe { libc::setgid(id(gid, "gid")?) }).map(drop)
    }

    #[function("setegid($module, egid, /)")]
    fn setegid(egid: &Object) -> Result<()> {
        // SAFETY: numbers go in and come out; no memory is involved.
        check(unsafe { libc::setegid(id(egid, "gid")?) }).map(drop)
    }

    #[function("setreuid($module, ruid, euid, /)")]
    fn setreuid(ruid: &Object, euid: &Object) -> Result<()> {
        // SAFETY: numbers go in and come out; no memory is involved.
        check(unsafe { libc::setreuid(id(ruid, "uid")?, id(euid, "uid")?) }).map(drop)
    }

    #[function("setregid($module, rgid, egid, /)")]
    fn setregid(rgid: &Object, egid: &Object) -> Result<()> {
        // SAFETY: numbers go in and come out; no memory is involved.
        check(unsafe { libc::setregid(id(rgid, "gid")?, id(egid, "gid")?) }).map(drop)
    }

    #[function("setresuid($module, ruid, euid, suid, /)")]
    fn setresuid(ruid: &Object, euid: &Object, suid: &Object) -> Result<()> {
        // SAFETY: numbers go in and come out; no memory is involved.
        check(unsafe { libc::setresuid(id(ruid, "uid")?, id(euid, "uid")?, id(suid, "uid")?) }).map(drop)
    }

    #[function("setresgid($module, rgid, egid, sgid, /)")]
    fn setresgid(rgid: &Object, egid: &Object, sgid: &Object) -> Result<()> {
        // SAFETY: numbers go in and come out; no memory is involved.
        check(unsafe { libc::setresgid(id(rgid, "gid")?, id(egid, "gid")?, id(sgid, "gid")?) }).map(drop)
    }

    #[function("getresuid($module, /)")]
    fn getresuid() -> Result<Ref<Tuple>> {
        let (mut real, mut effective, mut saved) = (0, 0, 0);
        // SAFETY: three places.
        check(unsafe { libc::getresuid(&raw mut real, &raw mut effective, &raw mut saved) })?;
        Tuple::from_array([new_int(real.into())?, new_int(effective.into())?, new_int(saved.into())?])
    }

    #[function("getresgid($module, /)")]
    fn getresgid() -> Result<Ref<Tuple>> {
        let (mut real, mut effective, mut saved) = (0, 0, 0);
        // SAFETY: three places.
        check(unsafe { libc::getresgid(&raw mut real, &raw mut effective, &raw mut saved) })?;
        Tuple::from_array([new_int(real.into())?, new_int(effective.into())?, new_int(saved.into())?])
    }

    #[function("getgroups($module, /)")]
    fn getgroups() -> Result<Ref<List>> {
        let mut groups = vec![0; 65536];
        // SAFETY: our buffer.
        let count = check(unsafe { libc::getgroups(groups.len() as c_int, groups.as_mut_ptr()) })?;
        let list = List::new()?;
        for &group in &groups[..count as usize] {
            list.push(new_int(group.into())?)?;
        }
        Ok(list)
    }

    #[function("setgroups($module, groups, /)")]
    fn setgroups(groups: &Object) -> Result<()> {
        if !protocol::sequence::is_sequence(groups) {
            return Err(raise!(TypeError, "setgroups argument must be a sequence"));
        }
        let items = protocol::iter::collect(groups)?;
        let groups = items.iter().map(|group| id(group, "gid")).collect::<Result<Vec<u32>>>()?;
        // SAFETY: our buffer.
        if unsafe { libc::setgroups(groups.len(), groups.as_ptr()) } < 0 { Err(os_error()) } else { Ok(()) }
    }
}
