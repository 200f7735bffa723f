//! Host names to addresses and back.

use super::address::Address;
use super::parse::host_argument;
use super::{gai_error, host_error};
use crate::arguments::{arity, int, mask32};
use core::ffi::{CStr, c_char, c_int};
use objects::protocol::number;
use objects::types::bytes::Bytes;
use objects::types::int::{Int, new_int};
use objects::types::list::List;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, hooks, raise};
use std::ffi::CString;

unsafe extern "C" {
    fn gethostbyname_r(
        name: *const c_char,
        entry: *mut libc::hostent,
        buffer: *mut c_char,
        size: usize,
        found: *mut *mut libc::hostent,
        error: *mut c_int,
    ) -> c_int;
    fn gethostbyaddr_r(
        address: *const core::ffi::c_void,
        len: libc::socklen_t,
        family: c_int,
        entry: *mut libc::hostent,
        buffer: *mut c_char,
        size: usize,
        found: *mut *mut libc::hostent,
        error: *mut c_int,
    ) -> c_int;
}

/// What `getaddrinfo` found; given back when it is dropped.
struct Found(*mut libc::addrinfo);

impl Drop for Found {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: `getaddrinfo`'s, freed once.
            unsafe { libc::freeaddrinfo(self.0) };
        }
    }
}

impl Found {
    fn iter(&self) -> impl Iterator<Item = &libc::addrinfo> {
        // SAFETY: a list of the C library that lives as long as `self`.
        let first = unsafe { self.0.as_ref() };
        // SAFETY: as above.
        core::iter::successors(first, |info| unsafe { info.ai_next.as_ref() })
    }

    fn address(info: &libc::addrinfo) -> Address {
        // SAFETY: the C library says how long it is.
        unsafe { Address::copy(info.ai_addr, info.ai_addrlen) }
    }
}

/// `getaddrinfo`, without the GIL.
fn look_up(host: Option<&CStr>, port: Option<&CStr>, hints: &libc::addrinfo) -> Result<Found> {
    let mut found = Found(core::ptr::null_mut());
    let place = &raw mut found.0;
    let pointer = |text: Option<&CStr>| text.map_or(core::ptr::null(), CStr::as_ptr);
    // SAFETY: C strings, hints and a place for the list.
    let error =
        objects::state::detached(|| unsafe { libc::getaddrinfo(pointer(host), pointer(port), hints, place) });
    if error == 0 { Ok(found) } else { Err(gai_error(error)) }
}

fn hints(family: c_int, kind: c_int, proto: c_int, flags: c_int) -> libc::addrinfo {
    // SAFETY: all zeros is valid.
    let mut hints: libc::addrinfo = unsafe { core::mem::zeroed() };
    hints.ai_family = family;
    hints.ai_socktype = kind;
    hints.ai_protocol = proto;
    hints.ai_flags = flags;
    hints
}

fn inet4(address: u32) -> Address {
    // SAFETY: all zeros is valid.
    let mut inet: libc::sockaddr_in = unsafe { core::mem::zeroed() };
    inet.sin_family = libc::AF_INET as libc::sa_family_t;
    inet.sin_addr.s_addr = address;
    Address::of(inet)
}

/// A host's first address in a family, without a port (`setipaddr`): "" is all interfaces, "<broadcast>" the broadcast address.
///
/// # Errors
/// `gaierror`, OSError.
pub fn address_of(name: &CStr, family: c_int) -> Result<Address> {
    let bytes = name.to_bytes();
    if bytes.is_empty() {
        let found = look_up(None, Some(c"0"), &hints(family, libc::SOCK_DGRAM, 0, libc::AI_PASSIVE))?;
        let mut all = found.iter();
        let Some(first) = all.next() else { return Err(gai_error(libc::EAI_NONAME)) };
        if !matches!(first.ai_family, libc::AF_INET | libc::AF_INET6) {
            return Err(raise!(OSError, "unsupported address family"));
        }
        if all.next().is_some() {
            return Err(raise!(OSError, "wildcard resolved to multiple address"));
        }
        return Ok(Found::address(first));
    }
    if bytes == b"255.255.255.255" || bytes == b"<broadcast>" {
        if family != libc::AF_INET && family != libc::AF_UNSPEC {
            return Err(raise!(OSError, "address family mismatched"));
        }
        return Ok(inet4(u32::MAX));
    }
    // Numbers need no look-up. A scope behind a percent sign does.
    if let Ok(text) = name.to_str() {
        if matches!(family, libc::AF_UNSPEC | libc::AF_INET)
            && let Ok(address) = text.parse::<std::net::Ipv4Addr>()
        {
            return Ok(inet4(u32::from(address).to_be()));
        }
        if matches!(family, libc::AF_UNSPEC | libc::AF_INET6)
            && let Ok(address) = text.parse::<std::net::Ipv6Addr>()
        {
            // SAFETY: all zeros is valid.
            let mut inet: libc::sockaddr_in6 = unsafe { core::mem::zeroed() };
            inet.sin6_family = libc::AF_INET6 as libc::sa_family_t;
            inet.sin6_addr.s6_addr = address.octets();
            return Ok(Address::of(inet));
        }
    }
    let found = look_up(Some(name), None, &hints(family, 0, 0, 0))?;
    match found.iter().next() {
        Some(first) => Ok(Found::address(first)),
        None => Err(gai_error(libc::EAI_NONAME)),
    }
}

/// The host argument of `getaddrinfo`.
fn host_of(host: &Object) -> Result<Option<CString>> {
    if host.is(none()) {
        return Ok(None);
    }
    let bytes = match (host.cast::<Str>(), host.cast::<Bytes>()) {
        (Some(text), _) => super::parse::idna(text)?,
        (_, Some(bytes)) => bytes.as_slice().to_vec(),
        _ => return Err(raise!(TypeError, "getaddrinfo() argument 1 must be string or None")),
    };
    CString::new(bytes).map(Some).map_err(|_| raise!(ValueError, "embedded null character"))
}

/// The port argument of `getaddrinfo`: a number, or a service's name.
fn port_of(port: &Object) -> Result<Option<CString>> {
    if port.is(none()) {
        return Ok(None);
    }
    let bytes = if port.cast::<Int>().is_some() {
        objects::protocol::object::str(&*number::index(port)?)?.to_string_lossy().into_bytes()
    } else if let Some(text) = port.cast::<Str>() {
        text.to_str()?.as_bytes().to_vec()
    } else if let Some(bytes) = port.cast::<Bytes>() {
        bytes.as_slice().to_vec()
    } else {
        return Err(raise!(OSError, "Int or String expected"));
    };
    CString::new(bytes).map(Some).map_err(|_| raise!(ValueError, "embedded null character"))
}

/// A host's entry as `gethostbyname_ex` and `gethostbyaddr` show it.
fn show(entry: &libc::hostent) -> Result<Ref<Tuple>> {
    let (names, addresses) = (List::new()?, List::new()?);
    // SAFETY: C strings, and arrays that end in NULL, of the C library.
    unsafe {
        let mut alias = entry.h_aliases;
        while !alias.is_null() && !(*alias).is_null() {
            names.push(crate::posix::path::c_text(*alias)?.upcast())?;
            alias = alias.add(1);
        }
        let mut address = entry.h_addr_list;
        while !address.is_null() && !(*address).is_null() {
            let text = match entry.h_addrtype {
                libc::AF_INET6 => {
                    std::net::Ipv6Addr::from((*address).cast::<[u8; 16]>().read_unaligned()).to_string()
                }
                libc::AF_INET => {
                    std::net::Ipv4Addr::from((*address).cast::<[u8; 4]>().read_unaligned()).to_string()
                }
                _ => return Err(raise!(OSError, "unsupported address family")),
            };
            addresses.push(Str::new(&text)?.upcast())?;
            address = address.add(1);
        }
        let name = crate::posix::path::c_text(entry.h_name)?;
        Tuple::from_array([name.upcast(), names.upcast(), addresses.upcast()])
    }
}

/// Looks a host's entry up with a buffer as large as it needs.
fn host_entry(
    look: impl Fn(*mut libc::hostent, *mut c_char, usize, *mut *mut libc::hostent, *mut c_int) -> c_int,
) -> Result<Ref<Tuple>> {
    let mut size = 16384;
    loop {
        let mut buffer = vec![0 as c_char; size];
        // SAFETY: all zeros is valid.
        let mut entry: libc::hostent = unsafe { core::mem::zeroed() };
        let (mut found, mut error) = (core::ptr::null_mut(), 0);
        let (entry, buffer, place, error_place) =
            (&raw mut entry, buffer.as_mut_ptr(), &raw mut found, &raw mut error);
        let status = objects::state::detached(|| look(entry, buffer, size, place, error_place));
        if status == libc::ERANGE && size < 1 << 24 {
            size *= 2;
            continue;
        }
        // SAFETY: points to our entry if there is one.
        return match unsafe { found.as_ref() } {
            Some(entry) => show(entry),
            None => Err(host_error(error)),
        };
    }
}

#[macros::pymodule(name = "_socket", part)]
pub mod part {
    use super::*;

    #[function("getaddrinfo($module, /, host, port, family=0, type=0, proto=0, flags=0)", nosig, unchecked)]
    fn getaddrinfo(
        host: &Object,
        port: &Object,
        #[default(0)] family: c_int,
        #[default(0)] kind: c_int,
        #[default(0)] proto: c_int,
        #[default(0)] flags: c_int,
    ) -> Result<Ref<List>> {
        let (host_text, port_text) = (super::host_of(host)?, super::port_of(port)?);
        hooks::AUDIT.get()(
            "socket.getaddrinfo",
            &[host, port, &*new_int(family.into())?, &*new_int(kind.into())?, &*new_int(proto.into())?],
        )?;
        let hints = super::hints(family, kind, proto, flags);
        let found = super::look_up(host_text.as_deref(), port_text.as_deref(), &hints)?;
        let list = List::new()?;
        for info in found.iter() {
            let name = match info.ai_canonname.is_null() {
                true => Str::new("")?,
                // SAFETY: a C string of the C library.
                false => unsafe { crate::posix::path::c_text(info.ai_canonname) }?,
            };
            let row = Tuple::from_array([
                new_int(info.ai_family.into())?,
                new_int(info.ai_socktype.into())?,
                new_int(info.ai_protocol.into())?,
                name.upcast(),
                Found::address(info).to_python(-1, info.ai_protocol)?,
            ])?;
            list.push(row.upcast())?;
        }
        Ok(list)
    }

    #[function("getnameinfo", raw)]
    fn getnameinfo(args: &[&Object]) -> Result<Ref<Tuple>> {
        arity("getnameinfo", args, 2, 2)?;
        let flags = int(args[1])?;
        let Some(target) = args[0].cast::<Tuple>() else {
            return Err(raise!(TypeError, "getnameinfo() argument 1 must be a tuple"));
        };
        let bad = || raise!(TypeError, "getnameinfo(): illegal sockaddr argument");
        let [name, port, rest @ ..] = target.items() else { return Err(bad()) };
        if rest.len() > 2 {
            return Err(bad());
        }
        let Some(name) = name.cast::<Str>() else { return Err(bad()) };
        let name = CString::new(name.to_str()?).map_err(|_| raise!(ValueError, "embedded null character"))?;
        let port = int(port)?;
        let flow = rest.first().map_or(Ok(0), |flow| mask32(flow))?;
        let scope = rest.get(1).map_or(Ok(0), |scope| mask32(scope))?;
        if flow > 0xfffff {
            return Err(raise!(OverflowError, "getnameinfo(): flowinfo must be 0-1048575."));
        }
        hooks::AUDIT.get()("socket.getnameinfo", &[target])?;
        let port = CString::new(port.to_string()).map_err(|_| raise::null_result())?;
        let hints = super::hints(libc::AF_UNSPEC, libc::SOCK_DGRAM, 0, libc::AI_NUMERICHOST);
        let found = super::look_up(Some(&name), Some(&port), &hints)?;
        let mut all = found.iter();
        let Some(first) = all.next() else { return Err(gai_error(libc::EAI_NONAME)) };
        if all.next().is_some() {
            return Err(raise!(OSError, "sockaddr resolved to multiple addresses"));
        }
        let mut address = Found::address(first);
        match first.ai_family {
            libc::AF_INET if target.len() != 2 => {
                return Err(raise!(OSError, "IPv4 sockaddr must be 2 tuple"));
            }
            libc::AF_INET6 => {
                // SAFETY: plain numbers.
                let mut inet: libc::sockaddr_in6 = unsafe { address.get() };
                inet.sin6_flowinfo = flow.to_be();
                inet.sin6_scope_id = scope;
                address = Address::of(inet);
            }
            _ => {}
        }
        let (mut host, mut service) = ([0 as c_char; 1025], [0 as c_char; 32]);
        let (host_place, service_place) = (host.as_mut_ptr(), service.as_mut_ptr());
        // SAFETY: the address and room for both names.
        let error = objects::state::detached(|| unsafe {
            libc::getnameinfo(address.as_ptr(), address.len, host_place, 1025, service_place, 32, flags)
        });
        if error != 0 {
            return Err(gai_error(error));
        }
        // SAFETY: C strings now.
        unsafe {
            let host = crate::posix::path::c_text(host_place)?;
            Tuple::from_array([host.upcast(), crate::posix::path::c_text(service_place)?.upcast()])
        }
    }

    #[function("gethostbyname", raw)]
    fn gethostbyname(args: &[&Object]) -> Result<Ref<Str>> {
        arity("gethostbyname", args, 1, 1)?;
        let name = host_argument("gethostbyname", args[0])?;
        hooks::AUDIT.get()("socket.gethostbyname", &[args[0]])?;
        super::address_of(&name, libc::AF_INET)?.host()
    }

    #[function("gethostbyname_ex", raw)]
    fn gethostbyname_ex(args: &[&Object]) -> Result<Ref<Tuple>> {
        arity("gethostbyname_ex", args, 1, 1)?;
        let name = host_argument("gethostbyname_ex", args[0])?;
        hooks::AUDIT.get()("socket.gethostbyname", &[args[0]])?;
        // The resolver's own errors are those of addresses.
        super::address_of(&name, libc::AF_INET)?;
        // SAFETY: a C string, the buffer and the places.
        super::host_entry(|entry, buffer, size, found, error| unsafe {
            gethostbyname_r(name.as_ptr(), entry, buffer, size, found, error)
        })
    }

    #[function("gethostbyaddr", raw)]
    fn gethostbyaddr(args: &[&Object]) -> Result<Ref<Tuple>> {
        arity("gethostbyaddr", args, 1, 1)?;
        let name = host_argument("gethostbyaddr", args[0])?;
        hooks::AUDIT.get()("socket.gethostbyaddr", &[args[0]])?;
        let address = super::address_of(&name, libc::AF_UNSPEC)?;
        let family = address.family();
        // SAFETY: plain numbers.
        let bytes = unsafe {
            match family {
                libc::AF_INET => address.get::<libc::sockaddr_in>().sin_addr.s_addr.to_ne_bytes().to_vec(),
                libc::AF_INET6 => address.get::<libc::sockaddr_in6>().sin6_addr.s6_addr.to_vec(),
                _ => return Err(raise!(OSError, "unsupported address family")),
            }
        };
        let len = bytes.len() as libc::socklen_t;
        // SAFETY: the address, the buffer and the places.
        super::host_entry(|entry, buffer, size, found, error| unsafe {
            gethostbyaddr_r(bytes.as_ptr().cast(), len, family, entry, buffer, size, found, error)
        })
    }
}
