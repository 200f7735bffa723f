//! Users and groups.

use super::{check, os_error};
use crate::arguments::{Gid, Uid};
use core::ffi::c_int;
use objects::protocol;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, raise};
use std::ffi::CString;

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
    fn setuid(uid: Uid) -> Result<()> {
        check(unsafe { libc::setuid(uid.0) }).map(drop)
    }

    #[function("seteuid($module, euid, /)")]
    fn seteuid(euid: Uid) -> Result<()> {
        // SAFETY: numbers go in and come out; no memory is involved.
        check(unsafe { libc::seteuid(euid.0) }).map(drop)
    }

    #[function("setgid($module, gid, /)")]
    fn setgid(gid: Gid) -> Result<()> {
        // SAFETY: numbers go in and come out; no memory is involved.
        check(unsafe { libc::setgid(gid.0) }).map(drop)
    }

    #[function("setegid($module, egid, /)")]
    fn setegid(egid: Gid) -> Result<()> {
        // SAFETY: numbers go in and come out; no memory is involved.
        check(unsafe { libc::setegid(egid.0) }).map(drop)
    }

    #[function("setreuid($module, ruid, euid, /)")]
    fn setreuid(ruid: Uid, euid: Uid) -> Result<()> {
        // SAFETY: numbers go in and come out; no memory is involved.
        check(unsafe { libc::setreuid(ruid.0, euid.0) }).map(drop)
    }

    #[function("setregid($module, rgid, egid, /)")]
    fn setregid(rgid: Gid, egid: Gid) -> Result<()> {
        // SAFETY: numbers go in and come out; no memory is involved.
        check(unsafe { libc::setregid(rgid.0, egid.0) }).map(drop)
    }

    #[function("setresuid($module, ruid, euid, suid, /)")]
    fn setresuid(ruid: Uid, euid: Uid, suid: Uid) -> Result<()> {
        // SAFETY: numbers go in and come out; no memory is involved.
        check(unsafe { libc::setresuid(ruid.0, euid.0, suid.0) }).map(drop)
    }

    #[function("setresgid($module, rgid, egid, sgid, /)")]
    fn setresgid(rgid: Gid, egid: Gid, sgid: Gid) -> Result<()> {
        // SAFETY: numbers go in and come out; no memory is involved.
        check(unsafe { libc::setresgid(rgid.0, egid.0, sgid.0) }).map(drop)
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
        let groups = items
            .iter()
            .map(|group| match protocol::number::is_index(group) {
                true => Gid::of(group).map(|gid| gid.0),
                false => Err(raise!(TypeError, "groups must be integers")),
            })
            .collect::<Result<Vec<u32>>>()?;
        // SAFETY: our buffer.
        if unsafe { libc::setgroups(groups.len(), groups.as_ptr()) } < 0 { Err(os_error()) } else { Ok(()) }
    }

    #[function("getgrouplist($module, user, group, /)")]
    fn getgrouplist(user: &Str, group: Gid) -> Result<Ref<List>> {
        let user = CString::new(user.to_str()?).map_err(|_| raise!(ValueError, "embedded null character"))?;
        let mut count = 64;
        loop {
            let mut groups = vec![0; count as usize];
            let room = count;
            // SAFETY: a C string and room for so many groups.
            let found =
                unsafe { libc::getgrouplist(user.as_ptr(), group.0, groups.as_mut_ptr(), &raw mut count) };
            if found >= 0 {
                let list = List::new()?;
                for &group in groups.iter().take(count.max(0) as usize) {
                    list.push(new_int(crate::arguments::shown_id(group))?)?;
                }
                return Ok(list);
            }
            count = count.max(room.saturating_mul(2)).min(1 << 20);
            if room == count {
                return Err(os_error());
            }
        }
    }

    #[function("initgroups($module, username, gid, /)")]
    fn initgroups(username: &Object, gid: Gid) -> Result<()> {
        let user = super::super::process::c_path(&*super::super::path::fspath(username)?)?;
        // SAFETY: a C string.
        check(unsafe { libc::initgroups(user.as_ptr(), gid.0) }).map(drop)
    }
}
