//! Addresses of the families that are not the Internet's and not Unix's.

use super::address::{Address, tuple};
use super::object::Socket;
use crate::arguments::{byte, int, mask, mask32};
use core::ffi::{c_int, c_ulong};
use objects::args::IntoPy;
use objects::protocol::buffer::BytesLike;
use objects::types::bytes::Bytes;
use objects::types::str::Str;
use objects::{Object, Ref, Result, raise};

/// `AF_QIPCRTR` and its address, which the C library does not have.
const AF_QIPCRTR: c_int = 42;

#[repr(C)]
#[derive(Clone, Copy)]
struct SockaddrQrtr {
    family: libc::sa_family_t,
    node: u32,
    port: u32,
}

/// `struct sockaddr_tipc`. What `value` means depends on the type: lower and upper bound of a sequence, type and instance of a name,
/// reference and node of a port.
#[repr(C)]
#[derive(Clone, Copy)]
struct SockaddrTipc {
    family: libc::sa_family_t,
    addrtype: u8,
    scope: i8,
    value: [u32; 3],
}

const TIPC_ADDR_NAMESEQ: u8 = 1;
const TIPC_ADDR_NAME: u8 = 2;
const TIPC_ADDR_ID: u8 = 3;

const BTPROTO_L2CAP: c_int = 0;
const BTPROTO_HCI: c_int = 1;
const BTPROTO_SCO: c_int = 2;
const BTPROTO_RFCOMM: c_int = 3;

#[repr(C)]
#[derive(Clone, Copy)]
struct SockaddrL2 {
    family: libc::sa_family_t,
    psm: u16,
    address: [u8; 6],
    cid: u16,
    address_type: u8,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct SockaddrRc {
    family: libc::sa_family_t,
    address: [u8; 6],
    channel: u8,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct SockaddrHci {
    family: libc::sa_family_t,
    device: u16,
    channel: u16,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct SockaddrSco {
    family: libc::sa_family_t,
    address: [u8; 6],
}

/// `struct sockaddr_can` with all that its union holds.
#[repr(C)]
#[derive(Clone, Copy)]
struct SockaddrCan {
    family: libc::sa_family_t,
    ifindex: c_int,
    /// Identifiers of receiver and sender (ISO-TP), or the name (J1939).
    pair: [u32; 2],
    pgn: u32,
    addr: u8,
}

const CAN_RAW: c_int = 1;
const CAN_BCM: c_int = 2;
const CAN_ISOTP: c_int = 6;
const CAN_J1939: c_int = 7;

/// See [`Address::to_python`].
pub fn to_python(address: &Address, fd: c_int, proto: c_int) -> Result<Ref> {
    // SAFETY (all): plain numbers and arrays of them.
    match address.family() {
        libc::AF_NETLINK => {
            // SAFETY: plain numbers.
            let link: libc::sockaddr_nl = unsafe { address.get() };
            (link.nl_pid, link.nl_groups).into_py()
        }
        AF_QIPCRTR => {
            // SAFETY: plain numbers.
            let qrtr: SockaddrQrtr = unsafe { address.get() };
            (qrtr.node, qrtr.port).into_py()
        }
        libc::AF_VSOCK => {
            // SAFETY: plain numbers.
            let vm: libc::sockaddr_vm = unsafe { address.get() };
            (vm.svm_cid, vm.svm_port).into_py()
        }
        libc::AF_PACKET => {
            // SAFETY: plain numbers.
            let link: libc::sockaddr_ll = unsafe { address.get() };
            let name = interface_name(fd, link.sll_ifindex);
            let halen = usize::from(link.sll_halen).min(link.sll_addr.len());
            let hardware = Bytes::new(&link.sll_addr[..halen])?;
            let protocol = u16::from_be(link.sll_protocol);
            (name, protocol, link.sll_pkttype, link.sll_hatype, hardware).into_py()
        }
        libc::AF_TIPC => {
            // SAFETY: plain numbers.
            let tipc: SockaddrTipc = unsafe { address.get() };
            let [first, second, third] = tipc.value;
            let scope = i64::from(tipc.scope);
            match tipc.addrtype {
                TIPC_ADDR_NAMESEQ => (tipc.addrtype, first, second, third, scope).into_py(),
                TIPC_ADDR_NAME => (tipc.addrtype, first, second, second, scope).into_py(),
                TIPC_ADDR_ID => (tipc.addrtype, second, first, 0i64, scope).into_py(),
                _ => Err(raise!(ValueError, "Invalid address type")),
            }
        }
        libc::AF_CAN => {
            // SAFETY: plain numbers.
            let can: SockaddrCan = unsafe { address.get() };
            let name = if can.ifindex == 0 { String::new() } else { interface_name(fd, can.ifindex) };
            match proto {
                CAN_ISOTP => (name, can.pair[0], can.pair[1]).into_py(),
                CAN_J1939 => {
                    let number = u64::from(can.pair[0]) | u64::from(can.pair[1]) << 32;
                    (name, number, can.pgn, can.addr).into_py()
                }
                _ => (name,).into_py(),
            }
        }
        libc::AF_ALG => {
            // SAFETY: plain numbers.
            let alg: libc::sockaddr_alg = unsafe { address.get() };
            let (kind, name) = (c_text(&alg.salg_type), c_text(&alg.salg_name));
            (kind, name, alg.salg_feat, alg.salg_mask).into_py()
        }
        libc::AF_BLUETOOTH => bluetooth_to_python(address, proto),
        family => {
            #[repr(C)]
            #[derive(Clone, Copy)]
            struct Unknown {
                family: libc::sa_family_t,
                data: [u8; 14],
            }
            // SAFETY: plain numbers.
            let unknown: Unknown = unsafe { address.get() };
            (family, &unknown.data[..]).into_py()
        }
    }
}

fn bluetooth_to_python(address: &Address, proto: c_int) -> Result<Ref> {
    let text = |address: [u8; 6]| {
        let [a, b, c, d, e, f] = address;
        format!("{f:02X}:{e:02X}:{d:02X}:{c:02X}:{b:02X}:{a:02X}")
    };
    // SAFETY (all): plain numbers.
    unsafe {
        match proto {
            BTPROTO_L2CAP => {
                let l2: SockaddrL2 = address.get();
                (text(l2.address), u16::from_le(l2.psm)).into_py()
            }
            BTPROTO_RFCOMM => {
                let rc: SockaddrRc = address.get();
                (text(rc.address), rc.channel).into_py()
            }
            BTPROTO_HCI => {
                let hci: SockaddrHci = address.get();
                (hci.device,).into_py()
            }
            BTPROTO_SCO => {
                let sco: SockaddrSco = address.get();
                text(sco.address).into_py()
            }
            _ => Err(raise!(ValueError, "Unknown Bluetooth protocol")),
        }
    }
}

/// Text that ends at the first NUL.
fn c_text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// An interface's name; empty when there is none with the number.
fn interface_name(fd: c_int, index: c_int) -> String {
    // SAFETY: all zeros is valid; the name ends in a NUL when the call succeeds.
    unsafe {
        let mut request: libc::ifreq = core::mem::zeroed();
        request.ifr_ifru.ifru_ifindex = index;
        if index != 0 && libc::ioctl(fd, libc::SIOCGIFNAME, &raw mut request) == 0 {
            return c_text(&request.ifr_name.map(|byte| byte as u8));
        }
    }
    String::new()
}

/// An interface's number by its name.
fn interface_index(fd: c_int, name: &[u8]) -> Result<c_int> {
    // SAFETY: all zeros is valid; the name is shorter than its room.
    unsafe {
        let mut request: libc::ifreq = core::mem::zeroed();
        for (place, byte) in request.ifr_name.iter_mut().zip(name.iter().take(libc::IFNAMSIZ - 1)) {
            *place = *byte as libc::c_char;
        }
        if libc::ioctl(fd, libc::SIOCGIFINDEX, &raw mut request) < 0 {
            return Err(raise::last_os_error());
        }
        Ok(request.ifr_ifru.ifru_ifindex)
    }
}

fn text(object: &Object) -> Result<Option<String>> {
    match object.cast::<Str>() {
        Some(text) => text.to_str().map(|text| Some(text.to_owned())),
        None => Ok(None),
    }
}

/// See [`super::address::from_python`].
pub fn from_python(socket: &Socket, object: &Object, caller: &str) -> Result<Address> {
    match socket.family() {
        libc::AF_NETLINK => {
            let &[pid, groups] = tuple(object, caller, "AF_NETLINK")? else {
                return Err(raise!(TypeError, "AF_NETLINK address must be a pair (pid, groups)"));
            };
            // SAFETY: all zeros is valid.
            let mut link: libc::sockaddr_nl = unsafe { core::mem::zeroed() };
            link.nl_family = libc::AF_NETLINK as libc::sa_family_t;
            link.nl_pid = mask32(pid)?;
            link.nl_groups = mask32(groups)?;
            Ok(Address::of(link))
        }
        AF_QIPCRTR => {
            let &[node, port] = tuple(object, "getsockaddrarg", "AF_QIPCRTR")? else {
                return Err(raise!(TypeError, "AF_QIPCRTR address must be a pair (node, port)"));
            };
            let family = AF_QIPCRTR as libc::sa_family_t;
            Ok(Address::of(SockaddrQrtr { family, node: mask32(node)?, port: mask32(port)? }))
        }
        libc::AF_VSOCK => {
            let &[cid, port] = tuple(object, "getsockaddrarg", "AF_VSOCK")? else {
                return Err(raise!(TypeError, "getsockaddrarg() takes exactly 2 arguments"));
            };
            // SAFETY: all zeros is valid.
            let mut vm: libc::sockaddr_vm = unsafe { core::mem::zeroed() };
            vm.svm_family = libc::AF_VSOCK as libc::sa_family_t;
            vm.svm_cid = mask32(cid)?;
            vm.svm_port = mask32(port)?;
            Ok(Address::of(vm))
        }
        libc::AF_PACKET => packet(socket.fd(), object, caller),
        libc::AF_TIPC => tipc(object, caller),
        libc::AF_CAN => can(socket, object, caller),
        libc::AF_ALG => alg(object, caller),
        libc::AF_BLUETOOTH => bluetooth(socket, object, caller),
        _ => Err(raise!(OSError, "{caller}(): bad family")),
    }
}

fn packet(fd: c_int, object: &Object, caller: &str) -> Result<Address> {
    let bad = || raise!(TypeError, "AF_PACKET address must be a tuple of two to five elements");
    let [interface, protocol, rest @ ..] = tuple(object, caller, "AF_PACKET")? else { return Err(bad()) };
    if rest.len() > 3 {
        return Err(bad());
    }
    let Some(interface) = text(interface)? else { return Err(bad()) };
    let protocol = int(protocol)?;
    let kind = rest.first().map_or(Ok(libc::PACKET_HOST.into()), |kind| int(kind))?;
    let hatype = rest.get(1).map_or(Ok(0), |hatype| int(hatype))?;
    let hardware = match rest.get(2) {
        Some(hardware) => BytesLike::of(hardware)?.to_vec(),
        None => Vec::new(),
    };
    // SAFETY: all zeros is valid.
    let mut link: libc::sockaddr_ll = unsafe { core::mem::zeroed() };
    if hardware.len() > link.sll_addr.len() {
        return Err(raise!(ValueError, "hardware address must be 8 bytes or less"));
    }
    let Ok(protocol) = u16::try_from(protocol) else {
        return Err(raise!(OverflowError, "{caller}(): proto must be 0-65535."));
    };
    link.sll_family = libc::AF_PACKET as libc::sa_family_t;
    link.sll_ifindex = interface_index(fd, interface.as_bytes())?;
    link.sll_protocol = protocol.to_be();
    link.sll_pkttype = kind as u8;
    link.sll_hatype = hatype as u16;
    link.sll_addr[..hardware.len()].copy_from_slice(&hardware);
    link.sll_halen = hardware.len() as u8;
    Ok(Address::of(link))
}

fn tipc(object: &Object, caller: &str) -> Result<Address> {
    const CLUSTER_SCOPE: u32 = 2;
    let [kind, first, second, third, rest @ ..] = tuple(object, caller, "AF_TIPC")? else {
        return Err(bad_tipc());
    };
    if rest.len() > 1 {
        return Err(bad_tipc());
    }
    let kind = mask32(kind)?;
    let (first, second, third) = (mask32(first)?, mask32(second)?, mask32(third)?);
    let scope = rest.first().map_or(Ok(CLUSTER_SCOPE), |scope| mask32(scope))?;
    let value = match u8::try_from(kind) {
        Ok(TIPC_ADDR_NAMESEQ) => [first, second, third],
        Ok(TIPC_ADDR_NAME) => [first, second, 0],
        Ok(TIPC_ADDR_ID) => [second, first, 0],
        _ => return Err(raise!(TypeError, "{caller}(): invalid address type")),
    };
    let family = libc::AF_TIPC as libc::sa_family_t;
    Ok(Address::of(SockaddrTipc { family, addrtype: kind as u8, scope: scope as i8, value }))
}

fn bad_tipc() -> objects::Raised {
    raise!(TypeError, "AF_TIPC address must be a tuple (addr_type, v1, v2, v3[, scope])")
}

fn can(socket: &Socket, object: &Object, caller: &str) -> Result<Address> {
    let mut can =
        SockaddrCan { family: libc::AF_CAN as libc::sa_family_t, ifindex: 0, pair: [0; 2], pgn: 0, addr: 0 };
    let items = match socket.proto() {
        CAN_RAW | CAN_BCM | CAN_ISOTP | CAN_J1939 => tuple(object, caller, "AF_CAN")?,
        _ => return Err(raise!(OSError, "{caller}(): unsupported CAN protocol")),
    };
    let interface = match (socket.proto(), items) {
        (CAN_RAW | CAN_BCM, [interface]) => interface,
        (CAN_ISOTP, [interface, receiver, sender]) => {
            can.pair = [mask(receiver)? as c_ulong as u32, mask(sender)? as c_ulong as u32];
            interface
        }
        (CAN_J1939, [interface, name, pgn, addr]) => {
            let name = mask(name)?;
            can.pair = [name as u32, (name >> 32) as u32];
            can.pgn = mask32(pgn)?;
            can.addr = byte(addr)?;
            interface
        }
        (CAN_ISOTP, _) => {
            return Err(raise!(TypeError, "AF_CAN address must be a tuple (interface, rx_addr, tx_addr)"));
        }
        (CAN_J1939, _) => {
            return Err(raise!(TypeError, "AF_CAN address must be a tuple (interface, name, pgn, addr)"));
        }
        _ => return Err(raise!(TypeError, "AF_CAN address must be a tuple (interface, )")),
    };
    let name = crate::posix::path::fspath(interface)?;
    let name = match (name.cast::<Str>(), name.cast::<Bytes>()) {
        (Some(text), _) => crate::posix::path::encode(text)?,
        (_, Some(bytes)) => bytes.as_slice().to_vec(),
        _ => return Err(raise::bad_internal_call()),
    };
    if name.len() >= libc::IFNAMSIZ {
        return Err(raise!(OSError, "AF_CAN interface name too long"));
    }
    if !name.is_empty() {
        can.ifindex = interface_index(socket.fd(), &name)?;
    }
    Ok(Address::of(can))
}

fn alg(object: &Object, caller: &str) -> Result<Address> {
    let bad = || raise!(TypeError, "AF_ALG address must be a tuple (type, name[, feat[, mask]])");
    let [kind, name, rest @ ..] = tuple(object, caller, "AF_ALG")? else { return Err(bad()) };
    if rest.len() > 2 {
        return Err(bad());
    }
    let (Some(kind), Some(name)) = (text(kind)?, text(name)?) else { return Err(bad()) };
    // SAFETY: all zeros is valid.
    let mut alg: libc::sockaddr_alg = unsafe { core::mem::zeroed() };
    if kind.len() >= alg.salg_type.len() {
        return Err(raise!(ValueError, "AF_ALG type too long."));
    }
    if name.len() >= alg.salg_name.len() {
        return Err(raise!(ValueError, "AF_ALG name too long."));
    }
    alg.salg_family = libc::AF_ALG as libc::sa_family_t;
    alg.salg_type[..kind.len()].copy_from_slice(kind.as_bytes());
    alg.salg_name[..name.len()].copy_from_slice(name.as_bytes());
    alg.salg_feat = rest.first().map_or(Ok(0), |feat| mask32(feat))? & 0xffff;
    alg.salg_mask = rest.get(1).map_or(Ok(0), |mask| mask32(mask))? & 0xffff;
    Ok(Address::of(alg))
}

fn bluetooth(socket: &Socket, object: &Object, caller: &str) -> Result<Address> {
    let family = libc::AF_BLUETOOTH as libc::sa_family_t;
    let wrong = || raise!(OSError, "{caller}(): wrong format");
    let pair = || match object.cast::<objects::types::tuple::Tuple>().map(|tuple| tuple.items()) {
        Some(&[address, number]) => match text(address)? {
            Some(text) => Ok((bluetooth_address(&text)?, int(number)?)),
            None => Err(wrong()),
        },
        _ => Err(wrong()),
    };
    match socket.proto() {
        BTPROTO_L2CAP => {
            let (address, psm) = pair()?;
            let psm = (psm as u16).to_le();
            Ok(Address::of(SockaddrL2 { family, psm, address, cid: 0, address_type: 0 }))
        }
        BTPROTO_RFCOMM => {
            let (address, channel) = pair()?;
            Ok(Address::of(SockaddrRc { family, address, channel: channel as u8 }))
        }
        BTPROTO_HCI => match object.cast::<objects::types::tuple::Tuple>().map(|tuple| tuple.items()) {
            Some(&[device]) => {
                Ok(Address::of(SockaddrHci { family, device: int(device)? as u16, channel: 0 }))
            }
            _ => Err(wrong()),
        },
        BTPROTO_SCO => match object.cast::<Bytes>() {
            Some(bytes) => {
                let address = bluetooth_address(&String::from_utf8_lossy(bytes.as_slice()))?;
                Ok(Address::of(SockaddrSco { family, address }))
            }
            None => Err(wrong()),
        },
        _ => Err(raise!(OSError, "{caller}(): unknown Bluetooth protocol")),
    }
}

/// Six numbers in hexadecimal with colons, the last of which comes first in memory.
fn bluetooth_address(text: &str) -> Result<[u8; 6]> {
    let parts: Option<Vec<u8>> = text.split(':').map(|part| u8::from_str_radix(part, 16).ok()).collect();
    match parts.map(<[u8; 6]>::try_from) {
        Some(Ok(mut address)) => {
            address.reverse();
            Ok(address)
        }
        _ => Err(raise!(OSError, "bad bluetooth address")),
    }
}
