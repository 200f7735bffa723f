//! Addresses: tuples, text and bytes to `struct sockaddr` and back. The rarer families are in [`super::families`].

use super::object::Socket;
use super::parse::host;
use super::{families, resolve};
use crate::arguments::mask32;
use core::mem::offset_of;
use objects::types::bytes::Bytes;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, raise};

/// An address of any family.
#[derive(Clone, Copy)]
pub struct Address {
    storage: libc::sockaddr_storage,
    pub len: libc::socklen_t,
}

/// Room for an address to be filled in by the system.
const ROOM: libc::socklen_t = size_of::<libc::sockaddr_storage>() as libc::socklen_t;

impl Address {
    /// Room for any address.
    pub fn empty() -> Address {
        // SAFETY: all zeros is valid.
        Address { storage: unsafe { core::mem::zeroed() }, len: ROOM }
    }

    /// One of the structures that begin with the family.
    pub fn of<T: Copy>(value: T) -> Address {
        const { assert!(size_of::<T>() <= ROOM as usize) };
        let mut address = Address::empty();
        address.len = size_of::<T>() as libc::socklen_t;
        // SAFETY: there is room.
        unsafe { (&raw mut address.storage).cast::<T>().write_unaligned(value) };
        address
    }

    /// The address as a structure of its family.
    ///
    /// # Safety
    /// `T` is valid for any bytes.
    pub unsafe fn get<T: Copy>(&self) -> T {
        const { assert!(size_of::<T>() <= ROOM as usize) };
        // SAFETY: all of the room is initialised; the caller's promise.
        unsafe { (&raw const self.storage).cast::<T>().read_unaligned() }
    }

    pub fn family(&self) -> i32 {
        self.storage.ss_family.into()
    }

    pub fn as_ptr(&self) -> *const libc::sockaddr {
        (&raw const self.storage).cast()
    }

    pub fn as_mut_ptr(&mut self) -> *mut libc::sockaddr {
        (&raw mut self.storage).cast()
    }

    /// An address in the C library's memory.
    ///
    /// # Safety
    /// `len` bytes are readable.
    pub unsafe fn copy(place: *const libc::sockaddr, len: libc::socklen_t) -> Address {
        let mut address = Address::empty();
        address.len = len.min(ROOM);
        // SAFETY: the caller's promise; there is room.
        unsafe {
            core::ptr::copy_nonoverlapping(
                place.cast::<u8>(),
                (&raw mut address.storage).cast::<u8>(),
                address.len as usize,
            );
        }
        address
    }

    /// As Python shows it (`makesockaddr`). The socket is asked for the names of interfaces; `proto` says what the address of a CAN
    /// or Bluetooth socket is.
    ///
    /// # Errors
    /// OSError.
    pub fn to_python(self, fd: i32, proto: i32) -> Result<Ref> {
        if self.len == 0 {
            return Ok(objects::object::refs::none());
        }
        // SAFETY (this and the like): plain numbers and arrays of them.
        match self.family() {
            libc::AF_INET => {
                // SAFETY: plain numbers.
                let inet: libc::sockaddr_in = unsafe { self.get() };
                objects::args::IntoPy::into_py((self.host()?, u16::from_be(inet.sin_port)))
            }
            libc::AF_INET6 => {
                // SAFETY: plain numbers.
                let inet: libc::sockaddr_in6 = unsafe { self.get() };
                let (port, flow) = (u16::from_be(inet.sin6_port), u32::from_be(inet.sin6_flowinfo));
                objects::args::IntoPy::into_py((self.host()?, port, flow, inet.sin6_scope_id))
            }
            libc::AF_UNIX => {
                // SAFETY: plain numbers.
                let unix: libc::sockaddr_un = unsafe { self.get() };
                let path = unix.sun_path.map(|byte| byte as u8);
                let len = (self.len as usize).saturating_sub(offset_of!(libc::sockaddr_un, sun_path));
                let path = &path[..len.min(path.len())];
                if path.first() == Some(&0) {
                    return Ok(Bytes::new(path)?.upcast());
                }
                let end = path.iter().position(|&byte| byte == 0).unwrap_or(path.len());
                Ok(crate::posix::path::decode(&path[..end])?.upcast())
            }
            _ => families::to_python(&self, fd, proto),
        }
    }

    /// The host of an Internet address as text.
    ///
    /// # Errors
    /// OSError.
    pub fn host(&self) -> Result<Ref<Str>> {
        // SAFETY: plain numbers.
        let text = unsafe {
            match self.family() {
                libc::AF_INET6 => {
                    let inet: libc::sockaddr_in6 = self.get();
                    std::net::Ipv6Addr::from(inet.sin6_addr.s6_addr).to_string()
                }
                _ => {
                    let inet: libc::sockaddr_in = self.get();
                    std::net::Ipv4Addr::from(u32::from_be(inet.sin_addr.s_addr)).to_string()
                }
            }
        };
        Str::new(&text)
    }
}

/// The items of an address that has to be a tuple.
///
/// # Errors
/// TypeError.
pub fn tuple<'a>(object: &'a Object, caller: &str, family: &str) -> Result<&'a [&'a Object]> {
    match object.cast::<Tuple>() {
        Some(tuple) => Ok(tuple.items()),
        None => {
            let class = object.class().name();
            Err(raise!(TypeError, "{caller}(): {family} address must be tuple, not {class}"))
        }
    }
}

/// A port's number in the order of the network.
fn port(object: &Object, caller: &str) -> Result<u16> {
    let number = objects::protocol::number::index(object)?.to_i64();
    match number.map(u16::try_from) {
        Some(Ok(number)) => Ok(number.to_be()),
        _ => Err(raise!(OverflowError, "{caller}(): port must be 0-65535.")),
    }
}

/// What a Python object says for a socket of its family (`getsockaddrarg`).
///
/// # Errors
/// TypeError, OverflowError, ValueError, OSError, `gaierror`.
pub fn from_python(socket: &Socket, object: &Object, caller: &str) -> Result<Address> {
    match socket.family() {
        libc::AF_UNIX => unix(object),
        libc::AF_INET | libc::AF_RDS => {
            let &[name, number] = tuple(object, caller, "AF_INET")? else {
                return Err(raise!(TypeError, "AF_INET address must be a pair (host, port)"));
            };
            let name = host(name)?;
            let port = port(number, caller)?;
            let found = resolve::address_of(&name, libc::AF_INET)?;
            // SAFETY: plain numbers.
            let mut inet: libc::sockaddr_in = unsafe { found.get() };
            inet.sin_family = socket.family() as libc::sa_family_t;
            inet.sin_port = port;
            Ok(Address::of(inet))
        }
        libc::AF_INET6 => {
            let items = tuple(object, caller, "AF_INET6")?;
            let [name, number, rest @ ..] = items else { return Err(bad_inet6()) };
            if rest.len() > 2 {
                return Err(bad_inet6());
            }
            let name = host(name)?;
            let port = port(number, caller)?;
            let flow = rest.first().map_or(Ok(0), |flow| mask32(flow))?;
            let scope = rest.get(1).map_or(Ok(0), |scope| mask32(scope))?;
            if flow > 0xfffff {
                return Err(raise!(OverflowError, "{caller}(): flowinfo must be 0-1048575."));
            }
            let found = resolve::address_of(&name, libc::AF_INET6)?;
            // SAFETY: plain numbers.
            let mut inet: libc::sockaddr_in6 = unsafe { found.get() };
            inet.sin6_family = libc::AF_INET6 as libc::sa_family_t;
            inet.sin6_port = port;
            inet.sin6_flowinfo = flow.to_be();
            inet.sin6_scope_id = scope;
            Ok(Address::of(inet))
        }
        _ => families::from_python(socket, object, caller),
    }
}

fn bad_inet6() -> objects::Raised {
    raise!(TypeError, "AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])")
}

/// A path, or a name in the abstract namespace, which begins with a NUL.
fn unix(object: &Object) -> Result<Address> {
    let path = match object.cast::<Str>() {
        Some(text) => crate::posix::path::encode(text)?,
        None => objects::protocol::buffer::BytesLike::of(object)?.to_vec(),
    };
    // SAFETY: all zeros is valid.
    let mut unix: libc::sockaddr_un = unsafe { core::mem::zeroed() };
    // Without a name the system chooses one in the abstract namespace.
    let is_abstract = path.first().is_none_or(|&first| first == 0);
    let room = if is_abstract { unix.sun_path.len() } else { unix.sun_path.len() - 1 };
    if path.len() > room {
        return Err(raise!(OSError, "AF_UNIX path too long"));
    }
    unix.sun_family = libc::AF_UNIX as libc::sa_family_t;
    for (place, byte) in unix.sun_path.iter_mut().zip(&path) {
        *place = *byte as libc::c_char;
    }
    let mut address = Address::of(unix);
    // A path's final NUL counts.
    let len = offset_of!(libc::sockaddr_un, sun_path) + path.len() + usize::from(!is_abstract);
    address.len = len as libc::socklen_t;
    Ok(address)
}
