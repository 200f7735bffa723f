//! Messages with ancillary data.

use super::address::{self, Address};
use super::object::Socket;
use super::wait::{self, Until};
use crate::arguments::{arity, int, optional_int};
use core::ffi::c_int;
use objects::args::Kwargs;
use objects::protocol::buffer::{Buffer, BytesLike, WRITABLE};
use objects::protocol::{iter, number, sequence};
use objects::types::bytes::Bytes;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::tuple::Tuple;
use objects::{Object, Raised, Ref, Result, hooks, raise};

/// The most that fits the system's type for lengths of control data (`SOCKLEN_T_LIMIT`).
const MOST: usize = i32::MAX as usize;

/// `CMSG_LEN`, unless it is out of range.
pub fn cmsg_len(length: usize) -> Option<usize> {
    // SAFETY: arithmetic only.
    unsafe { (length <= MOST - libc::CMSG_LEN(0) as usize).then(|| libc::CMSG_LEN(length as u32) as usize) }
}

/// `CMSG_SPACE`, unless it is out of range.
pub fn cmsg_space(length: usize) -> Option<usize> {
    // SAFETY: arithmetic only.
    unsafe {
        (length <= MOST - libc::CMSG_SPACE(1) as usize).then(|| libc::CMSG_SPACE(length as u32) as usize)
    }
}

/// Items of control data as they are sent.
type Item = (c_int, c_int, Vec<u8>);

/// Control data for the system, aligned as it wants it.
struct Control(Vec<u64>, usize);

impl Control {
    fn with_room(len: usize) -> Control {
        Control(vec![0; len.div_ceil(8)], len)
    }

    /// As it is sent.
    fn of(items: &[Item]) -> Result<Control> {
        let mut total = 0usize;
        for (_, _, data) in items {
            let space =
                cmsg_space(data.len()).ok_or_else(|| raise!(OSError, "ancillary data item too large"))?;
            total += space;
            if total > MOST {
                return Err(raise!(OSError, "too much ancillary data"));
            }
        }
        let mut control = Control::with_room(total);
        let mut place = control.0.as_mut_ptr().cast::<u8>();
        for (level, kind, data) in items {
            // SAFETY: there is room for every header, its data and the padding behind.
            unsafe {
                let header = place.cast::<libc::cmsghdr>();
                (*header).cmsg_level = *level;
                (*header).cmsg_type = *kind;
                (*header).cmsg_len = libc::CMSG_LEN(data.len() as u32) as _;
                core::ptr::copy_nonoverlapping(data.as_ptr(), libc::CMSG_DATA(header), data.len());
                place = place.add(libc::CMSG_SPACE(data.len() as u32) as usize);
            }
        }
        Ok(control)
    }

    fn put_into(&mut self, message: &mut libc::msghdr) {
        if self.1 > 0 {
            message.msg_control = self.0.as_mut_ptr().cast();
            message.msg_controllen = self.1 as _;
        }
    }

    /// The items that the system wrote; an item that was cut off is shorter.
    fn items(&self, len: usize) -> Result<Ref<List>> {
        let list = List::new()?;
        let len = len.min(self.1);
        // SAFETY: plain bytes.
        let bytes = unsafe { core::slice::from_raw_parts(self.0.as_ptr().cast::<u8>(), len) };
        let header_len = size_of::<libc::cmsghdr>();
        let mut at = 0;
        while at + header_len <= len {
            // SAFETY: a header is there, aligned.
            let header = unsafe { &*bytes.as_ptr().add(at).cast::<libc::cmsghdr>() };
            let end = (at + header.cmsg_len as usize).min(len);
            if (header.cmsg_len as usize) < header_len {
                break;
            }
            let (level, kind) = (new_int(header.cmsg_level.into())?, new_int(header.cmsg_type.into())?);
            let data = Bytes::new(&bytes[at + header_len..end])?;
            list.push(Tuple::from_array([level, kind, data.upcast()])?.upcast())?;
            at += (header.cmsg_len as usize).next_multiple_of(8);
        }
        Ok(list)
    }
}

const _: () = assert!(size_of::<libc::cmsghdr>().is_multiple_of(8) && align_of::<libc::cmsghdr>() <= 8);

fn empty_message() -> libc::msghdr {
    // SAFETY: all zeros is valid.
    unsafe { core::mem::zeroed() }
}

fn items_of(object: &Object, error: &str) -> Result<Vec<Ref>> {
    let tuple = sequence::to_tuple(object).map_err(|raised| {
        if !raised.matches(&exc::TypeError) {
            return raised;
        }
        raised.clear();
        raise!(TypeError, "{error}")
    })?;
    iter::collect(&tuple)
}

/// Views of several buffers, as one vector for the system.
fn views(object: &Object) -> Result<Vec<BytesLike<'static>>> {
    let items = items_of(object, "sendmsg() argument 1 must be an iterable")?;
    items
        .iter()
        .map(|item| Buffer::of(item, objects::protocol::buffer::SIMPLE).map(BytesLike::View))
        .collect::<Result<_>>()
}

fn vectors(views: &[BytesLike<'_>]) -> Vec<libc::iovec> {
    let vector = |view: &BytesLike<'_>| {
        let bytes = view.as_slice();
        libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() }
    };
    views.iter().map(vector).collect()
}

fn control_items(object: &Object) -> Result<Vec<Item>> {
    const NAME: &str = "[sendmsg() ancillary data items]";
    let items = items_of(object, "sendmsg() argument 2 must be an iterable")?;
    let item = |item: &Ref| -> Result<Item> {
        if !sequence::is_sequence(item) || item.cast::<objects::types::str::Str>().is_some() {
            let class = item.class().name();
            return Err(raise!(TypeError, "{NAME}() argument must be 3-item sequence, not {class}"));
        }
        let parts = sequence::to_tuple(item)?;
        let &[level, kind, data] = parts.items() else {
            let len = parts.len();
            return Err(raise!(TypeError, "{NAME}() argument must be sequence of length 3, not {len}"));
        };
        Ok((int(level)?, int(kind)?, BytesLike::of(data)?.to_vec()))
    };
    items.iter().map(item).collect()
}

pub fn sendmsg(socket: &Socket, args: &[&Object]) -> Result<isize> {
    arity("sendmsg", args, 1, 4)?;
    let flags = optional_int(args.get(2))?;
    let mut message = empty_message();
    let target = args.get(3).filter(|target| !target.is(none()));
    let mut address = match target {
        Some(target) => {
            let address = address::from_python(socket, target, "sendmsg")?;
            hooks::AUDIT.get()("socket.sendmsg", &[socket, target])?;
            Some(address)
        }
        None => {
            hooks::AUDIT.get()("socket.sendmsg", &[socket, none()])?;
            None
        }
    };
    if let Some(address) = &mut address {
        message.msg_name = address.as_mut_ptr().cast();
        message.msg_namelen = address.len;
    }
    let views = views(args[0])?;
    let mut vectors = vectors(&views);
    message.msg_iov = vectors.as_mut_ptr();
    message.msg_iovlen = vectors.len() as _;
    let items = args.get(1).map_or(Ok(Vec::new()), |items| control_items(items))?;
    let mut control = Control::of(&items)?;
    control.put_into(&mut message);
    // SAFETY: all parts of the message live for the call.
    wait::run(socket, Until::Writable, |fd| unsafe { libc::sendmsg(fd, &raw const message, flags) })
}

/// `sendmsg_afalg([msg], *, op[, iv[, assoclen[, flags=MSG_MORE]]])`.
pub fn sendmsg_afalg(socket: &Socket, args: &[&Object], kwargs: Kwargs<'_>) -> Result<isize> {
    const NAME: &str = "sendmsg_afalg";
    const ALG_SET_IV: c_int = 2;
    const ALG_SET_OP: c_int = 3;
    const ALG_SET_AEAD_ASSOCLEN: c_int = 4;
    if socket.family() != libc::AF_ALG {
        return Err(raise!(OSError, "algset is only supported for AF_ALG"));
    }
    if args.len() > 1 {
        let given = args.len();
        return Err(raise!(TypeError, "{NAME}() takes at most 1 positional argument ({given} given)"));
    }
    for (name, _) in kwargs.iter() {
        let name = objects::protocol::object::str(name)?.to_string_lossy();
        if !["msg", "op", "iv", "assoclen", "flags"].contains(&name.as_str()) {
            return Err(raise!(TypeError, "{NAME}() got an unexpected keyword argument '{name}'"));
        }
    }
    let data = args.first().copied().or_else(|| kwargs.get("msg")).filter(|data| !data.is(none()));
    let op = match kwargs.get("op") {
        Some(op) => int(op)?,
        None => return Err(raise!(TypeError, "{NAME}() missing required argument 'op' (pos 2)")),
    };
    if op < 0 {
        return Err(raise!(TypeError, "Invalid or missing argument 'op'"));
    }
    let flags = kwargs.get("flags").map_or(Ok(0), int)?;
    let mut items = vec![(libc::SOL_ALG, ALG_SET_OP, (op as u32).to_ne_bytes().to_vec())];
    if let Some(iv) = kwargs.get("iv") {
        let iv = BytesLike::of(iv)?;
        let mut value = (iv.len() as u32).to_ne_bytes().to_vec();
        value.extend_from_slice(&iv);
        items.push((libc::SOL_ALG, ALG_SET_IV, value));
    }
    if let Some(assoclen) = kwargs.get("assoclen") {
        let assoclen = int(assoclen)?;
        if assoclen < 0 {
            return Err(raise!(TypeError, "assoclen must be positive"));
        }
        let value = (assoclen as u32).to_ne_bytes().to_vec();
        items.push((libc::SOL_ALG, ALG_SET_AEAD_ASSOCLEN, value));
    }
    let views = data.map_or(Ok(Vec::new()), views)?;
    let mut vectors = vectors(&views);
    let mut control = Control::of(&items)?;
    let mut message = empty_message();
    message.msg_iov = vectors.as_mut_ptr();
    message.msg_iovlen = vectors.len() as _;
    control.put_into(&mut message);
    // SAFETY: all parts of the message live for the call.
    wait::run(socket, Until::Writable, |fd| unsafe { libc::sendmsg(fd, &raw const message, flags) })
}

/// Receives into the buffers; `first` makes the first item of the result of the count of bytes.
fn receive(
    socket: &Socket,
    mut vectors: Vec<libc::iovec>,
    control_len: Option<&&Object>,
    flags: Option<&&Object>,
    first: impl FnOnce(usize) -> Result<Ref>,
) -> Result<Ref<Tuple>> {
    let control_len = match control_len {
        Some(len) => number::index_as_isize(len, Some(&exc::OverflowError))?,
        None => 0,
    };
    let flags = optional_int(flags)?;
    let control_len = usize::try_from(control_len)
        .ok()
        .filter(|&len| len <= MOST)
        .ok_or_else(|| raise!(ValueError, "invalid ancillary data buffer length"))?;
    let mut control = Control::with_room(control_len);
    let mut address = Address::empty();
    let room = address.len;
    let mut message = empty_message();
    let count = wait::run(socket, Until::Readable, |fd| {
        message = empty_message();
        message.msg_name = address.as_mut_ptr().cast();
        message.msg_namelen = room;
        message.msg_iov = vectors.as_mut_ptr();
        message.msg_iovlen = vectors.len() as _;
        control.put_into(&mut message);
        // SAFETY: all parts of the message live for the call.
        unsafe { libc::recvmsg(fd, &raw mut message, flags) }
    })?;
    let finish = || -> Result<Ref<Tuple>> {
        let items = control.items(message.msg_controllen)?.upcast();
        let flags = new_int(message.msg_flags.into())?;
        address.len = message.msg_namelen.min(room);
        let sender = address.to_python(socket.fd(), socket.proto())?;
        Tuple::from_array([first(count as usize)?, items, flags, sender])
    };
    let result = finish();
    if result.is_err() {
        close_received(&control, message.msg_controllen);
    }
    result
}

/// Nobody learns of the descriptors that came.
fn close_received(control: &Control, len: usize) {
    let pending = raise::take_pending();
    match control.items(len) {
        Ok(items) => {
            for item in items.to_vec() {
                let Some(parts) = item.cast::<Tuple>().map(|parts| parts.items()) else { continue };
                let &[level, kind, data] = parts else { continue };
                let numbers = (int(level), int(kind));
                if let ((Ok(libc::SOL_SOCKET), Ok(libc::SCM_RIGHTS)), Some(data)) =
                    (numbers, data.cast::<Bytes>())
                {
                    for fd in data.as_slice().chunks_exact(4) {
                        let fd = c_int::from_ne_bytes([fd[0], fd[1], fd[2], fd[3]]);
                        // SAFETY: the system gave it to this call.
                        unsafe { libc::close(fd) };
                    }
                }
            }
        }
        Err(raised) => raised.clear(),
    }
    if let Some(exception) = pending {
        raise::restore(exception).leave();
    }
}

pub fn recvmsg(socket: &Socket, args: &[&Object]) -> Result<Ref<Tuple>> {
    arity("recvmsg", args, 1, 3)?;
    let size = number::index_as_isize(args[0], Some(&exc::OverflowError))?;
    let Ok(size) = usize::try_from(size) else {
        return Err(raise!(ValueError, "negative buffer size in recvmsg()"));
    };
    let mut room = Vec::<u8>::new();
    room.try_reserve_exact(size).map_err(|_| raise::no_memory())?;
    let vectors = vec![libc::iovec { iov_base: room.as_mut_ptr().cast(), iov_len: size }];
    receive(socket, vectors, args.get(1), args.get(2), |count| {
        // SAFETY: so many were written, at most as many as there is room for.
        unsafe { room.set_len(count.min(size)) };
        Ok(Bytes::new(&room)?.upcast())
    })
}

pub fn recvmsg_into(socket: &Socket, args: &[&Object]) -> Result<Ref<Tuple>> {
    arity("recvmsg_into", args, 1, 3)?;
    let items = items_of(args[0], "recvmsg_into() argument 1 must be an iterable")?;
    let buffer = |item: &Ref| {
        Buffer::of(item, WRITABLE).map_err(|raised: Raised| {
            raised.clear();
            raise!(
                TypeError,
                "recvmsg_into() argument 1 must be an iterable of single-segment read-write buffers"
            )
        })
    };
    let mut buffers = items.iter().map(buffer).collect::<Result<Vec<_>>>()?;
    let vector = |buffer: &mut Buffer| {
        let room = buffer.as_mut_slice();
        libc::iovec { iov_base: room.as_mut_ptr().cast(), iov_len: room.len() }
    };
    let vectors = buffers.iter_mut().map(vector).collect();
    receive(socket, vectors, args.get(1), args.get(2), |count| new_int(count as i64))
}

/// The length of `CMSG_LEN` and `CMSG_SPACE`.
pub fn length_argument(object: &Object) -> Result<Option<usize>> {
    Ok(usize::try_from(number::index_as_isize(object, Some(&exc::OverflowError))?).ok())
}
