//! Names and numbers: of this host, interfaces, services, protocols, addresses as text and bytes, the order of bytes.

use super::parse::text;
use crate::arguments::{arity, int, optional_int};
use core::ffi::{CStr, c_char, c_int};
use objects::protocol::buffer::BytesLike;
use objects::protocol::number;
use objects::types::bytes::Bytes;
use objects::types::int::{Int, new_int};
use objects::types::list::List;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, hooks, raise};
use std::ffi::CString;

/// `PyUnicode_FSConverter`.
fn path(object: &Object) -> Result<CString> {
    let path = crate::posix::path::fspath(object)?;
    let bytes = match (path.cast::<Str>(), path.cast::<Bytes>()) {
        (Some(text), _) => crate::posix::path::encode(text)?,
        (_, Some(bytes)) => bytes.as_slice().to_vec(),
        _ => return Err(raise::bad_internal_call()),
    };
    CString::new(bytes).map_err(|_| raise!(ValueError, "embedded null byte"))
}

/// A number of 16 bits, for `ntohs` and `htons`.
fn short(function: &str, object: &Object) -> Result<u16> {
    let value = int(object)?;
    u16::try_from(value).map_err(|_| match value {
        ..0 => raise!(
            OverflowError,
            "{function}: can't convert negative Python int to C 16-bit unsigned integer"
        ),
        _ => {
            raise!(OverflowError, "{function}: Python int too large to convert to C 16-bit unsigned integer")
        }
    })
}

/// A number of 32 bits, for `ntohl` and `htonl`.
fn long(object: &Object) -> Result<u32> {
    let Some(int) = object.cast::<Int>() else {
        return Err(raise!(TypeError, "expected int, {} found", object.class().name()));
    };
    let value = unsigned(int)?;
    u32::try_from(value).map_err(|_| raise!(OverflowError, "int larger than 32 bits"))
}

/// `PyLong_AsUnsignedLong`.
fn unsigned(int: &Int) -> Result<u64> {
    if int.is_negative() {
        return Err(raise!(OverflowError, "can't convert negative value to unsigned int"));
    }
    int.to_u64().ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C unsigned long"))
}

/// The name of a protocol behind another argument.
fn protocol(function: &str, args: &[&Object]) -> Result<Option<CString>> {
    args.get(1).map(|protocol| text(function, 2, protocol)).transpose()
}

#[macros::pymodule(name = "_socket", part)]
pub mod part {
    use super::*;

    #[function("gethostname($self, /)")]
    fn gethostname() -> Result<Ref<Str>> {
        hooks::AUDIT.get()("socket.gethostname", &[])?;
        let mut name = [0u8; 1024];
        let place = name.as_mut_ptr();
        // SAFETY: room for one byte more than is said.
        if objects::state::detached(|| unsafe { libc::gethostname(place.cast(), 1023) }) < 0 {
            return Err(raise::last_os_error());
        }
        let end = name.iter().position(|&byte| byte == 0).unwrap_or(0);
        crate::posix::path::decode(&name[..end])
    }

    #[function("sethostname", raw)]
    fn sethostname(args: &[&Object]) -> Result<()> {
        arity("sethostname", args, 1, 1)?;
        let name = match args[0].cast::<Bytes>() {
            Some(bytes) => bytes.as_slice().to_vec(),
            None => super::path(args[0])?.into_bytes(),
        };
        hooks::AUDIT.get()("socket.sethostname", &[args[0]])?;
        // SAFETY: the bytes are readable.
        match unsafe { libc::sethostname(name.as_ptr().cast(), name.len()) } {
            0 => Ok(()),
            _ => Err(raise::last_os_error()),
        }
    }

    #[function("getservbyname", raw)]
    fn getservbyname(args: &[&Object]) -> Result<u16> {
        arity("getservbyname", args, 1, 2)?;
        let name = text("getservbyname", 1, args[0])?;
        let protocol = super::protocol("getservbyname", args)?;
        let empty = Str::new("")?;
        let shown = args.get(1).copied().unwrap_or(&empty);
        hooks::AUDIT.get()("socket.getservbyname", &[args[0], shown])?;
        let protocol = protocol.as_ref().map_or(core::ptr::null(), |protocol| protocol.as_ptr());
        // SAFETY: C strings; the entry is the C library's until the next call, from which the GIL keeps other threads.
        match unsafe { libc::getservbyname(name.as_ptr(), protocol).as_ref() } {
            Some(entry) => Ok(u16::from_be(entry.s_port as u16)),
            None => Err(raise!(OSError, "service/proto not found")),
        }
    }

    #[function("getservbyport", raw)]
    fn getservbyport(args: &[&Object]) -> Result<Ref<Str>> {
        arity("getservbyport", args, 1, 2)?;
        let port = int(args[0])?;
        let protocol = super::protocol("getservbyport", args)?;
        let Ok(port) = u16::try_from(port) else {
            return Err(raise!(OverflowError, "getservbyport: port must be 0-65535."));
        };
        let empty = Str::new("")?;
        let shown = args.get(1).copied().unwrap_or(&empty);
        hooks::AUDIT.get()("socket.getservbyport", &[args[0], shown])?;
        let protocol = protocol.as_ref().map_or(core::ptr::null(), |protocol| protocol.as_ptr());
        // SAFETY: as in `getservbyname`.
        unsafe {
            match libc::getservbyport(port.to_be().into(), protocol).as_ref() {
                Some(entry) => crate::posix::path::c_text(entry.s_name),
                None => Err(raise!(OSError, "port/proto not found")),
            }
        }
    }

    #[function("getprotobyname", raw)]
    fn getprotobyname(args: &[&Object]) -> Result<c_int> {
        arity("getprotobyname", args, 1, 1)?;
        let name = text("getprotobyname", 1, args[0])?;
        // SAFETY: as in `getservbyname`.
        match unsafe { libc::getprotobyname(name.as_ptr()).as_ref() } {
            Some(entry) => Ok(entry.p_proto),
            None => Err(raise!(OSError, "protocol not found")),
        }
    }

    #[function("ntohs($self, x, /)")]
    fn ntohs(x: &Object) -> Result<u16> {
        super::short("ntohs", x).map(u16::from_be)
    }

    #[function("htons($self, x, /)")]
    fn htons(x: &Object) -> Result<u16> {
        super::short("htons", x).map(u16::to_be)
    }

    #[function("ntohl($self, object, /)")]
    fn ntohl(x: &Object) -> Result<u32> {
        super::long(x).map(u32::from_be)
    }

    #[function("htonl($self, object, /)")]
    fn htonl(x: &Object) -> Result<u32> {
        super::long(x).map(u32::to_be)
    }

    #[function("inet_aton($self, ip_addr, /)")]
    fn inet_aton(address: &Str) -> Result<Ref<Bytes>> {
        unsafe extern "C" {
            fn inet_aton(text: *const c_char, place: *mut libc::in_addr) -> c_int;
        }
        let text =
            CString::new(address.to_str()?).map_err(|_| raise!(ValueError, "embedded null character"))?;
        let mut packed = libc::in_addr { s_addr: 0 };
        // SAFETY: a C string and a place.
        match unsafe { inet_aton(text.as_ptr(), &raw mut packed) } {
            0 => Err(raise!(OSError, "illegal IP address string passed to inet_aton")),
            _ => Bytes::new(&packed.s_addr.to_ne_bytes()),
        }
    }

    #[function("inet_ntoa($self, packed_ip, /)")]
    fn inet_ntoa(packed: BytesLike<'_>) -> Result<String> {
        match <[u8; 4]>::try_from(packed.as_slice()) {
            Ok(packed) => Ok(std::net::Ipv4Addr::from(packed).to_string()),
            Err(_) => Err(raise!(OSError, "packed IP wrong length for inet_ntoa")),
        }
    }

    #[function("inet_pton", raw)]
    fn inet_pton(args: &[&Object]) -> Result<Ref<Bytes>> {
        arity("inet_pton", args, 2, 2)?;
        let family = int(args[0])?;
        let text = text("inet_pton", 2, args[1])?;
        let text = text.to_string_lossy();
        let illegal = || raise!(OSError, "illegal IP address string passed to inet_pton");
        match family {
            libc::AF_INET => Bytes::new(&text.parse::<std::net::Ipv4Addr>().map_err(|_| illegal())?.octets()),
            libc::AF_INET6 => {
                Bytes::new(&text.parse::<std::net::Ipv6Addr>().map_err(|_| illegal())?.octets())
            }
            _ => Err(raise::os_error(libc::EAFNOSUPPORT, None, None)),
        }
    }

    #[function("inet_ntop", raw)]
    fn inet_ntop(args: &[&Object]) -> Result<String> {
        arity("inet_ntop", args, 2, 2)?;
        let family = int(args[0])?;
        let packed = BytesLike::of(args[1])?;
        let wrong = || raise!(ValueError, "invalid length of packed IP address string");
        match family {
            libc::AF_INET => {
                let packed = <[u8; 4]>::try_from(packed.as_slice()).map_err(|_| wrong())?;
                Ok(std::net::Ipv4Addr::from(packed).to_string())
            }
            libc::AF_INET6 => {
                let packed = <[u8; 16]>::try_from(packed.as_slice()).map_err(|_| wrong())?;
                Ok(std::net::Ipv6Addr::from(packed).to_string())
            }
            _ => Err(raise!(ValueError, "unknown address family {family}")),
        }
    }

    #[function("if_nameindex($self, /)")]
    fn if_nameindex() -> Result<Ref<List>> {
        let list = List::new()?;
        // SAFETY: an array of the C library that ends with a zero, freed once.
        unsafe {
            let all = libc::if_nameindex();
            if all.is_null() {
                return Err(raise::last_os_error());
            }
            let mut next = all;
            let result = loop {
                if (*next).if_index == 0 || (*next).if_name.is_null() {
                    break Ok(());
                }
                let row = crate::posix::path::c_text((*next).if_name)
                    .and_then(|name| Tuple::from_array([new_int((*next).if_index.into())?, name.upcast()]))
                    .and_then(|row| list.push(row.upcast()));
                if row.is_err() {
                    break row;
                }
                next = next.add(1);
            };
            libc::if_freenameindex(all);
            result?;
        }
        Ok(list)
    }

    #[function("if_nametoindex($self, oname, /)")]
    fn if_nametoindex(name: &Object) -> Result<u32> {
        let name = super::path(name)?;
        // SAFETY: a C string.
        match unsafe { libc::if_nametoindex(name.as_ptr()) } {
            0 => Err(raise!(OSError, "no interface with this name")),
            index => Ok(index),
        }
    }

    #[function("if_indextoname($self, object, /)")]
    fn if_indextoname(index: &Object) -> Result<Ref<Str>> {
        let Some(int) = index.cast::<Int>() else {
            return Err(raise!(TypeError, "an integer is required"));
        };
        let Ok(index) = u32::try_from(super::unsigned(int)?) else {
            return Err(raise!(OverflowError, "index is too large"));
        };
        let mut name = [0 as c_char; libc::IFNAMSIZ + 1];
        // SAFETY: room for any name.
        unsafe {
            if libc::if_indextoname(index, name.as_mut_ptr()).is_null() {
                return Err(raise::last_os_error());
            }
            crate::posix::path::decode(CStr::from_ptr(name.as_ptr()).to_bytes())
        }
    }

    #[function("CMSG_LEN", raw)]
    fn cmsg_len(args: &[&Object]) -> Result<usize> {
        arity("CMSG_LEN", args, 1, 1)?;
        crate::socket::message::length_argument(args[0])?
            .and_then(crate::socket::message::cmsg_len)
            .ok_or_else(|| raise!(OverflowError, "CMSG_LEN() argument out of range"))
    }

    #[function("CMSG_SPACE", raw)]
    fn cmsg_space(args: &[&Object]) -> Result<usize> {
        arity("CMSG_SPACE", args, 1, 1)?;
        crate::socket::message::length_argument(args[0])?
            .and_then(crate::socket::message::cmsg_space)
            .ok_or_else(|| raise!(OverflowError, "CMSG_SPACE() argument out of range"))
    }

    #[function("close($self, object, /)")]
    fn close(fd: &Object) -> Result<()> {
        let fd = super::descriptor(fd)?;
        // SAFETY: the caller's own descriptor.
        let status = objects::state::detached(|| unsafe { libc::close(fd) });
        if status < 0 && crate::posix::errno() != libc::ECONNRESET {
            return Err(raise::last_os_error());
        }
        Ok(())
    }

    #[function("dup($self, object, /)")]
    fn dup(fd: &Object) -> Result<c_int> {
        let fd = super::descriptor(fd)?;
        // SAFETY: no memory is involved.
        match unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) } {
            ..0 => Err(raise::last_os_error()),
            fd => Ok(fd),
        }
    }

    #[function("socketpair", raw)]
    fn socketpair(args: &[&Object], kwargs: objects::args::Kwargs) -> Result<Ref<Tuple>> {
        if !kwargs.is_empty() {
            return Err(raise!(TypeError, "_socket.socketpair() takes no keyword arguments"));
        }
        arity("socketpair", args, 0, 3)?;
        let family = args.first().map_or(Ok(libc::AF_UNIX), |family| int(family))?;
        let kind = args.get(1).map_or(Ok(libc::SOCK_STREAM), |kind| int(kind))?;
        let proto = optional_int(args.get(2))?;
        let mut pair = [0; 2];
        let place = pair.as_mut_ptr();
        // SAFETY: room for two descriptors.
        let status = objects::state::detached(|| unsafe {
            libc::socketpair(family, kind | libc::SOCK_CLOEXEC, proto, place)
        });
        if status < 0 {
            return Err(raise::last_os_error());
        }
        let first = crate::socket::Socket::of(pair[0], family, kind, proto);
        let second = crate::socket::Socket::of(pair[1], family, kind, proto);
        Tuple::from_array([first?.upcast(), second?.upcast()])
    }

    #[function("getdefaulttimeout($self, /)")]
    fn getdefaulttimeout() -> Result<Option<Ref>> {
        crate::socket::wait::show_timeout(crate::socket::wait::default_timeout())
    }

    #[function("setdefaulttimeout($self, object, /)")]
    fn setdefaulttimeout(timeout: &Object) -> Result<()> {
        crate::socket::wait::set_default_timeout(crate::socket::wait::parse_timeout(timeout)?);
        Ok(())
    }
}

fn descriptor(fd: &Object) -> Result<c_int> {
    let fd = number::index(fd)?.to_i64().and_then(|fd| c_int::try_from(fd).ok());
    fd.ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C int"))
}
