//! Sending and receiving bytes.

use super::address::{self, Address};
use super::object::Socket;
use super::wait::{self, Failed, Until};
use crate::arguments::{arity, int, optional_int};
use objects::protocol::buffer::{Buffer, BytesLike, WRITABLE};
use objects::protocol::number;
use objects::types::bytes::Bytes;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, hooks, raise};

/// A size that is not negative.
fn size(object: &Object, function: &str) -> Result<usize> {
    let size = number::index_as_isize(object, Some(&exc::OverflowError))?;
    usize::try_from(size).map_err(|_| raise!(ValueError, "negative buffersize in {function}"))
}

/// Room for `size` bytes, of which the call fills some.
fn receive(size: usize, fill: impl FnOnce(*mut u8) -> Result<isize>) -> Result<Ref<Bytes>> {
    let mut room = Vec::<u8>::new();
    room.try_reserve_exact(size).map_err(|_| raise::no_memory())?;
    let count = fill(room.as_mut_ptr())?;
    // SAFETY: so many were written, at most as many as there is room for: `MSG_TRUNC` tells of more.
    unsafe { room.set_len((count as usize).min(size)) };
    Bytes::new(&room)
}

/// A buffer that can be written to, for the first argument.
fn writable(object: &Object, function: &str) -> Result<Buffer> {
    Buffer::of(object, WRITABLE).map_err(|raised| {
        raised.clear();
        let class = object.class().name();
        raise!(TypeError, "{function}() argument 1 must be read-write bytes-like object, not {class}")
    })
}

pub fn recv(socket: &Socket, args: &[&Object]) -> Result<Ref<Bytes>> {
    arity("recv", args, 1, 2)?;
    let size = size(args[0], "recv")?;
    let flags = optional_int(args.get(1))?;
    receive(size, |room| {
        // SAFETY: so much room is there.
        wait::run(socket, Until::Readable, |fd| unsafe { libc::recv(fd, room.cast(), size, flags) })
    })
}

pub fn recv_into(socket: &Socket, object: &Object, nbytes: isize, flags: i32) -> Result<isize> {
    let mut buffer = writable(object, "recv_into")?;
    let Ok(wanted) = usize::try_from(nbytes) else {
        return Err(raise!(ValueError, "negative buffersize in recv_into"));
    };
    let wanted = if wanted == 0 { buffer.len() } else { wanted };
    if wanted > buffer.len() {
        return Err(raise!(ValueError, "buffer too small for requested bytes"));
    }
    let room = buffer.as_mut_slice().as_mut_ptr();
    // SAFETY: so much room is there while the buffer is held.
    wait::run(socket, Until::Readable, |fd| unsafe { libc::recv(fd, room.cast(), wanted, flags) })
}

/// `recvfrom` into room for `size` bytes, with the sender's address.
fn receive_from(
    socket: &Socket,
    room: *mut u8,
    size: usize,
    flags: i32,
    address: &mut Address,
) -> Result<isize> {
    let (place, room_len) = (address.as_mut_ptr(), address.len);
    let mut len = room_len;
    let count = wait::run(socket, Until::Readable, |fd| {
        len = room_len;
        // SAFETY: so much room is there, and room for any address.
        unsafe { libc::recvfrom(fd, room.cast(), size, flags, place, &raw mut len) }
    })?;
    address.len = len;
    Ok(count)
}

pub fn recvfrom(socket: &Socket, args: &[&Object]) -> Result<Ref<Tuple>> {
    arity("recvfrom", args, 1, 2)?;
    let size = size(args[0], "recvfrom")?;
    let flags = optional_int(args.get(1))?;
    let mut address = Address::empty();
    let data = receive(size, |room| receive_from(socket, room, size, flags, &mut address))?;
    Tuple::from_array([data.upcast(), address.to_python(socket.fd(), socket.proto())?])
}

pub fn recvfrom_into(socket: &Socket, object: &Object, nbytes: isize, flags: i32) -> Result<Ref<Tuple>> {
    let mut buffer = writable(object, "recvfrom_into")?;
    let Ok(wanted) = usize::try_from(nbytes) else {
        return Err(raise!(ValueError, "negative buffersize in recvfrom_into"));
    };
    let wanted = if wanted == 0 { buffer.len() } else { wanted };
    if wanted > buffer.len() {
        return Err(raise!(ValueError, "nbytes is greater than the length of the buffer"));
    }
    let mut address = Address::empty();
    let room = buffer.as_mut_slice().as_mut_ptr();
    let count = receive_from(socket, room, wanted, flags, &mut address)?;
    Tuple::from_array([new_int(count as i64)?, address.to_python(socket.fd(), socket.proto())?])
}

pub fn send(socket: &Socket, args: &[&Object]) -> Result<isize> {
    arity("send", args, 1, 2)?;
    let data = BytesLike::of(args[0])?;
    let flags = optional_int(args.get(1))?;
    let bytes = data.as_slice();
    // SAFETY: readable while the view is held.
    wait::run(socket, Until::Writable, |fd| unsafe {
        libc::send(fd, bytes.as_ptr().cast(), bytes.len(), flags)
    })
}

pub fn sendall(socket: &Socket, args: &[&Object]) -> Result<()> {
    arity("sendall", args, 1, 2)?;
    let data = BytesLike::of(args[0])?;
    let flags = optional_int(args.get(1))?;
    let mut rest = data.as_slice();
    // The time is for all of it.
    let deadline = wait::deadline(socket);
    loop {
        // SAFETY: readable while the view is held.
        let sent = wait::call(socket, Until::Writable, deadline, |fd| unsafe {
            libc::send(fd, rest.as_ptr().cast(), rest.len(), flags)
        });
        let sent = sent.map_err(Failed::raise)?;
        rest = rest.get(sent as usize..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(());
        }
        // A long transfer must not keep signals waiting.
        hooks::HANDLE_PENDING.get()()?;
    }
}

pub fn sendto(socket: &Socket, args: &[&Object]) -> Result<isize> {
    let (data, flags, target) = match *args {
        [data, target] => (BytesLike::of(data)?, 0, target),
        [data, flags, target] => (BytesLike::of(data)?, int(flags)?, target),
        _ => return Err(raise!(TypeError, "sendto() takes 2 or 3 arguments ({} given)", args.len())),
    };
    let address = address::from_python(socket, target, "sendto")?;
    hooks::AUDIT.get()("socket.sendto", &[socket, target])?;
    let bytes = data.as_slice();
    // SAFETY: readable while the view is held; the address is ours.
    wait::run(socket, Until::Writable, |fd| unsafe {
        libc::sendto(fd, bytes.as_ptr().cast(), bytes.len(), flags, address.as_ptr(), address.len)
    })
}
