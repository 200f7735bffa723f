//! The type `socket`: making, connecting, options. What moves data is in [`super::transfer`] and [`super::message`].

use super::address::{self, Address};
use super::wait::{Failed, Until};
use super::{message, transfer, wait};
use crate::arguments::{self, arity, int, optional_int};
use core::cell::Cell;
use core::ffi::{c_int, c_void};
use objects::protocol::buffer::BytesLike;
use objects::types::bytes::Bytes;
use objects::types::exceptions as exc;
use objects::types::int::{Int, new_int};
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, TypeObject, hooks, raise};

/// `PySocketSockObject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Socket {
    ob_base: Object,
    sock_fd: Cell<c_int>,
    sock_family: Cell<c_int>,
    sock_type: Cell<c_int>,
    sock_proto: Cell<c_int>,
    errorhandler: Cell<*const c_void>,
    /// Nanoseconds; below zero for none, zero for a socket that does not block.
    sock_timeout: Cell<i64>,
    state: Cell<*const c_void>,
}

impl Socket {
    fn new_in(class: &TypeObject) -> Result<Ref<Socket>> {
        Ref::new_in(
            class,
            Socket {
                ob_base: Object::HEAD,
                sock_fd: Cell::new(-1),
                sock_family: Cell::new(0),
                sock_type: Cell::new(0),
                sock_proto: Cell::new(0),
                errorhandler: Cell::new(core::ptr::null()),
                sock_timeout: Cell::new(-1),
                state: Cell::new(core::ptr::null()),
            },
        )
    }

    /// A socket object for an open socket.
    ///
    /// # Errors
    /// OSError; the descriptor is then closed.
    pub fn of(fd: c_int, family: c_int, kind: c_int, proto: c_int) -> Result<Ref<Socket>> {
        match Socket::new_in(Socket::class()) {
            Ok(socket) => socket.fill(fd, family, kind, proto).map(|()| socket),
            Err(raised) => {
                // SAFETY: the caller gave it away.
                unsafe { libc::close(fd) };
                Err(raised)
            }
        }
    }

    fn fill(&self, fd: c_int, family: c_int, kind: c_int, proto: c_int) -> Result<()> {
        self.sock_fd.set(fd);
        self.sock_family.set(family);
        self.sock_type.set(kind & !(libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC));
        self.sock_proto.set(proto);
        if kind & libc::SOCK_NONBLOCK != 0 {
            self.sock_timeout.set(0);
            return Ok(());
        }
        self.sock_timeout.set(wait::default_timeout());
        if wait::default_timeout() >= 0 {
            self.set_system_blocking(false)?;
        }
        Ok(())
    }

    pub fn fd(&self) -> c_int {
        self.sock_fd.get()
    }

    pub fn family(&self) -> c_int {
        self.sock_family.get()
    }

    pub fn proto(&self) -> c_int {
        self.sock_proto.get()
    }

    /// Nanoseconds; see the field.
    pub fn timeout_nanos(&self) -> i64 {
        self.sock_timeout.get()
    }

    /// Whether the descriptor itself blocks, which it does only without a timeout.
    fn set_system_blocking(&self, blocking: bool) -> Result<()> {
        let mut flag = c_int::from(!blocking);
        // SAFETY: our flag.
        let status = unsafe { libc::ioctl(self.fd(), libc::FIONBIO, &raw mut flag) };
        if status < 0 { Err(raise::last_os_error()) } else { Ok(()) }
    }

    /// An address that the system writes.
    fn address(
        &self,
        call: unsafe extern "C" fn(c_int, *mut libc::sockaddr, *mut libc::socklen_t) -> c_int,
    ) -> Result<Ref> {
        let mut address = Address::empty();
        let mut len = address.len;
        // SAFETY: room for any address.
        let status = unsafe { call(self.fd(), address.as_mut_ptr(), &raw mut len) };
        if status < 0 {
            return Err(raise::last_os_error());
        }
        address.len = len;
        address.to_python(self.fd(), self.proto())
    }

    /// Connects. The number of the error, or 0, where `raises` is false.
    fn connect_to(&self, object: &Object, caller: &str, raises: bool) -> Result<c_int> {
        let address = address::from_python(self, object, caller)?;
        hooks::AUDIT.get()("socket.connect", &[self, object])?;
        let fd = self.fd();
        // SAFETY: the address is ours.
        let error = objects::state::detached(|| unsafe {
            match libc::connect(fd, address.as_ptr(), address.len) {
                0.. => 0,
                _ => crate::posix::errno(),
            }
        });
        let waits = match error {
            0 => return Ok(0),
            libc::EINTR => {
                hooks::HANDLE_PENDING.get()()?;
                self.sock_timeout.get() != 0
            }
            _ => self.sock_timeout.get() > 0 && error == libc::EINPROGRESS,
        };
        if !waits {
            return if raises { Err(raise::os_error(error, None, None)) } else { Ok(error) };
        }
        let finished = wait::call(self, Until::Connected, wait::deadline(self), |fd| {
            let mut error: c_int = 0;
            let mut size = size_of::<c_int>() as libc::socklen_t;
            // SAFETY: our number; errno is the thread's own.
            unsafe {
                let place = (&raw mut error).cast();
                if libc::getsockopt(fd, libc::SOL_SOCKET, libc::SO_ERROR, place, &raw mut size) < 0 {
                    return -1;
                }
                match error {
                    0 | libc::EISCONN => 0,
                    error => {
                        *libc::__errno_location() = error;
                        -1
                    }
                }
            }
        });
        match finished {
            Ok(_) => Ok(0),
            Err(failed) if raises => Err(failed.raise()),
            Err(Failed::Raised(raised)) => Err(raised),
            Err(Failed::Errno(error)) => Ok(error),
            Err(Failed::TimedOut) => Ok(libc::EWOULDBLOCK),
        }
    }

    /// Closes the descriptor, if there is one.
    fn shut(&self) -> Result<()> {
        let fd = self.sock_fd.replace(-1);
        if fd < 0 {
            return Ok(());
        }
        // SAFETY: the object's own descriptor.
        let status = objects::state::detached(|| unsafe { libc::close(fd) });
        // A connection that the peer has reset is closed all the same.
        if status < 0 && crate::posix::errno() != libc::ECONNRESET {
            return Err(raise::last_os_error());
        }
        Ok(())
    }

    /// An option of the socket in our memory.
    fn option(&self, level: c_int, name: c_int, room: &mut [u8]) -> Result<usize> {
        let mut len = room.len() as libc::socklen_t;
        // SAFETY: the room is as long as it says.
        let status =
            unsafe { libc::getsockopt(self.fd(), level, name, room.as_mut_ptr().cast(), &raw mut len) };
        if status < 0 { Err(raise::last_os_error()) } else { Ok(len as usize) }
    }
}

/// A number that the system tells of a descriptor.
fn number_of(fd: c_int, name: c_int) -> Result<c_int> {
    let mut value: c_int = 0;
    let mut len = size_of::<c_int>() as libc::socklen_t;
    // SAFETY: our number.
    let status =
        unsafe { libc::getsockopt(fd, libc::SOL_SOCKET, name, (&raw mut value).cast(), &raw mut len) };
    if status < 0 { Err(raise::last_os_error()) } else { Ok(value) }
}

/// What `fileno` says about a socket that is open already.
fn adopt(fileno: &Object, family: c_int, kind: c_int, proto: c_int) -> Result<[c_int; 4]> {
    let fd = parse_descriptor(fileno)?;
    let mut address = Address::empty();
    let mut len = address.len;
    // SAFETY: room for any address.
    let known = unsafe { libc::getsockname(fd, address.as_mut_ptr(), &raw mut len) } == 0;
    if !known && (family == -1 || crate::posix::errno() == libc::EBADF) {
        return Err(raise::last_os_error());
    }
    let family = if family == -1 { address.family() } else { family };
    let kind = if kind == -1 { number_of(fd, libc::SO_TYPE)? } else { kind };
    let proto = if proto == -1 { number_of(fd, libc::SO_PROTOCOL)? } else { proto };
    Ok([fd, family, kind, proto])
}

fn parse_descriptor(fileno: &Object) -> Result<c_int> {
    let value = objects::protocol::number::index(fileno)?.to_i64();
    match value.map(c_int::try_from) {
        Some(Ok(fd @ 0..)) => Ok(fd),
        Some(Ok(_)) => Err(raise!(ValueError, "negative file descriptor")),
        _ => Err(raise!(OverflowError, "Python int too large to convert to C int")),
    }
}

/// `VMADDR`'s options are 64 bits wide.
fn is_vsock(socket: &Socket) -> bool {
    socket.family() == libc::AF_VSOCK
}

#[macros::pytype(
    name = "socket", module = "_socket", static_name = SOCKET, flags = [BASETYPE],
    member("family", INT, sock_family, READONLY),
    member("type", INT, sock_type, READONLY),
    member("proto", INT, sock_proto, READONLY),
)]
impl Socket {
    #[slot(tp_new)]
    fn py_new(
        class: &TypeObject,
        _args: &Tuple,
        _kwargs: Option<&objects::types::dict::Dict>,
    ) -> Result<Ref<Socket>> {
        Socket::new_in(class)
    }

    #[init("(family=-1, type=-1, proto=-1, fileno=None)")]
    fn init(&self, family: c_int, kind: c_int, proto: c_int, fileno: Option<&Object>) -> Result<()> {
        hooks::AUDIT.get()(
            "socket.__new__",
            &[self, &*new_int(family.into())?, &*new_int(kind.into())?, &*new_int(proto.into())?],
        )?;
        if let Some(fileno) = fileno {
            let [fd, family, kind, proto] = adopt(fileno, family, kind, proto)?;
            return self.fill(fd, family, kind, proto);
        }
        let family = if family == -1 { libc::AF_INET } else { family };
        let kind = if kind == -1 { libc::SOCK_STREAM } else { kind };
        let proto = if proto == -1 { 0 } else { proto };
        // SAFETY: no memory is involved.
        let fd =
            objects::state::detached(|| unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, proto) });
        if fd < 0 {
            return Err(raise::last_os_error());
        }
        self.fill(fd, family, kind, proto)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        Str::new(&format!(
            "<socket object, fd={}, family={}, type={}, proto={}>",
            self.fd(),
            self.family(),
            self.sock_type.get(),
            self.proto()
        ))
    }

    #[slot(tp_finalize)]
    fn finalize(&self) {
        if self.fd() == -1 {
            return;
        }
        let pending = raise::take_pending();
        let warned = objects::protocol::object::repr(self).and_then(|shown| {
            let text = format!("unclosed {}", shown.to_string_lossy());
            hooks::WARN_RESOURCE.get()(self, &text)
        });
        if let Err(raised) = warned {
            if raised.matches(&exc::Warning) {
                raise::write_unraisable(raised, Some(self.as_object()));
            } else {
                raised.clear();
            }
        }
        if let Err(raised) = self.shut() {
            raised.clear();
        }
        if let Some(exception) = pending {
            raise::restore(exception).leave();
        }
    }

    #[method("_accept($self, /)")]
    fn accept(&self) -> Result<Ref<Tuple>> {
        let mut address = Address::empty();
        let (place, mut len) = (address.as_mut_ptr(), address.len);
        // SAFETY: room for any address.
        let fd = wait::run(self, Until::Readable, |fd| unsafe {
            libc::accept4(fd, place, &raw mut len, libc::SOCK_CLOEXEC) as isize
        })?;
        address.len = len;
        let fd = fd as c_int;
        let parts = new_int(fd.into())
            .and_then(|number| Ok([number, address.to_python(self.fd(), self.proto())?]))
            .and_then(Tuple::from_array);
        if parts.is_err() {
            // SAFETY: nobody else knows the descriptor.
            unsafe { libc::close(fd) };
        }
        parts
    }

    #[method("bind($self, object, /)")]
    fn bind(&self, object: &Object) -> Result<()> {
        let address = address::from_python(self, object, "bind")?;
        hooks::AUDIT.get()("socket.bind", &[self, object])?;
        let fd = self.fd();
        // SAFETY: the address is ours.
        let status = objects::state::detached(|| unsafe { libc::bind(fd, address.as_ptr(), address.len) });
        if status < 0 { Err(raise::last_os_error()) } else { Ok(()) }
    }

    #[method("close($self, /)")]
    fn close(&self) -> Result<()> {
        self.shut()
    }

    #[method("connect($self, object, /)")]
    fn connect(&self, object: &Object) -> Result<()> {
        self.connect_to(object, "connect", true).map(drop)
    }

    #[method("connect_ex($self, object, /)")]
    fn connect_ex(&self, object: &Object) -> Result<c_int> {
        self.connect_to(object, "connect_ex", false)
    }

    #[method("detach($self, /)")]
    fn detach(&self) -> c_int {
        self.sock_fd.replace(-1)
    }

    #[method("fileno($self, /)")]
    fn fileno(&self) -> c_int {
        self.fd()
    }

    #[method("getpeername($self, /)")]
    fn getpeername(&self) -> Result<Ref> {
        self.address(libc::getpeername)
    }

    #[method("getsockname($self, /)")]
    fn getsockname(&self) -> Result<Ref> {
        self.address(libc::getsockname)
    }

    #[method("getsockopt", raw)]
    fn getsockopt(&self, args: &[&Object]) -> Result<Ref> {
        arity("getsockopt", args, 2, 3)?;
        let (level, name) = (int(args[0])?, int(args[1])?);
        let size = optional_int(args.get(2))?;
        if size == 0 {
            if is_vsock(self) {
                let mut room = [0; 8];
                self.option(level, name, &mut room)?;
                return Ok(Int::from_u64(u64::from_ne_bytes(room))?.upcast());
            }
            let mut room = [0; 4];
            self.option(level, name, &mut room)?;
            return new_int(c_int::from_ne_bytes(room).into());
        }
        if is_vsock(self) {
            return Err(raise!(OSError, "getsockopt string buffer not allowed"));
        }
        if !(1..=1024).contains(&size) {
            return Err(raise!(OSError, "getsockopt buflen out of range"));
        }
        let mut room = vec![0; size as usize];
        let len = self.option(level, name, &mut room)?;
        Ok(Bytes::new(&room[..len.min(room.len())])?.upcast())
    }

    #[method("setsockopt", raw)]
    fn setsockopt(&self, args: &[&Object]) -> Result<()> {
        let set = |level: c_int, name: c_int, place: *const c_void, len: libc::socklen_t| {
            // SAFETY: the caller's value, or NULL for a length alone.
            let status = unsafe { libc::setsockopt(self.fd(), level, name, place, len) };
            if status < 0 { Err(raise::last_os_error()) } else { Ok(()) }
        };
        match *args {
            [level, name, value, len] if value.is(none()) && objects::protocol::number::is_index(len) => {
                let len = arguments::mask32(len)?;
                set(int(level)?, int(name)?, core::ptr::null(), len)
            }
            [level, name, value] => {
                let (level, name) = (int(level)?, int(name)?);
                if is_vsock(self) && objects::protocol::number::is_index(value) {
                    let value = arguments::mask(value)?;
                    return set(level, name, (&raw const value).cast(), 8);
                }
                if objects::protocol::number::is_index(value)
                    && let Some(value) = objects::protocol::number::index(value)?
                        .to_i64()
                        .and_then(|value| c_int::try_from(value).ok())
                {
                    return set(level, name, (&raw const value).cast(), 4);
                }
                let bytes = BytesLike::of(value)?;
                set(level, name, bytes.as_ptr().cast(), bytes.len() as libc::socklen_t)
            }
            _ => arity("setsockopt", args, 3, 3),
        }
    }

    #[method("listen", raw)]
    fn listen(&self, args: &[&Object]) -> Result<()> {
        arity("listen", args, 0, 1)?;
        let backlog = match args.first() {
            Some(backlog) => int(backlog)?.max(0),
            None => libc::SOMAXCONN.min(128),
        };
        let fd = self.fd();
        // SAFETY: no memory is involved.
        let status = objects::state::detached(|| unsafe { libc::listen(fd, backlog) });
        if status < 0 { Err(raise::last_os_error()) } else { Ok(()) }
    }

    #[method("setblocking($self, object, /)")]
    fn setblocking(&self, flag: bool) -> Result<()> {
        self.sock_timeout.set(if flag { -1 } else { 0 });
        self.set_system_blocking(flag)
    }

    #[method("getblocking($self, /)")]
    fn getblocking(&self) -> bool {
        self.sock_timeout.get() != 0
    }

    #[method("settimeout($self, object, /)")]
    fn settimeout(&self, timeout: &Object) -> Result<()> {
        let timeout = wait::parse_timeout(timeout)?;
        self.sock_timeout.set(timeout);
        self.set_system_blocking(timeout < 0)
    }

    #[method("gettimeout($self, /)")]
    fn gettimeout(&self) -> Result<Option<Ref>> {
        wait::show_timeout(self.sock_timeout.get())
    }

    #[getter("timeout")]
    fn timeout(&self) -> Result<Option<Ref>> {
        wait::show_timeout(self.sock_timeout.get())
    }

    #[method("shutdown($self, object, /)")]
    fn shutdown(&self, how: c_int) -> Result<()> {
        let fd = self.fd();
        // SAFETY: no memory is involved.
        let status = objects::state::detached(|| unsafe { libc::shutdown(fd, how) });
        if status < 0 { Err(raise::last_os_error()) } else { Ok(()) }
    }

    #[method("recv", raw)]
    fn recv(&self, args: &[&Object]) -> Result<Ref<Bytes>> {
        transfer::recv(self, args)
    }

    #[method("recv_into($self, /, buffer, nbytes=0, flags=0)", nosig, unchecked)]
    fn recv_into(&self, buffer: &Object, nbytes: isize, flags: c_int) -> Result<isize> {
        transfer::recv_into(self, buffer, nbytes, flags)
    }

    #[method("recvfrom", raw)]
    fn recvfrom(&self, args: &[&Object]) -> Result<Ref<Tuple>> {
        transfer::recvfrom(self, args)
    }

    #[method("recvfrom_into($self, /, buffer, nbytes=0, flags=0)", nosig, unchecked)]
    fn recvfrom_into(&self, buffer: &Object, nbytes: isize, flags: c_int) -> Result<Ref<Tuple>> {
        transfer::recvfrom_into(self, buffer, nbytes, flags)
    }

    #[method("send", raw)]
    fn send(&self, args: &[&Object]) -> Result<isize> {
        transfer::send(self, args)
    }

    #[method("sendall", raw)]
    fn sendall(&self, args: &[&Object]) -> Result<()> {
        transfer::sendall(self, args)
    }

    #[method("sendto", raw)]
    fn sendto(&self, args: &[&Object]) -> Result<isize> {
        transfer::sendto(self, args)
    }

    #[method("recvmsg", raw)]
    fn recvmsg(&self, args: &[&Object]) -> Result<Ref<Tuple>> {
        message::recvmsg(self, args)
    }

    #[method("recvmsg_into", raw)]
    fn recvmsg_into(&self, args: &[&Object]) -> Result<Ref<Tuple>> {
        message::recvmsg_into(self, args)
    }

    #[method("sendmsg", raw)]
    fn sendmsg(&self, args: &[&Object]) -> Result<isize> {
        message::sendmsg(self, args)
    }

    #[method("sendmsg_afalg", raw)]
    fn sendmsg_afalg(&self, args: &[&Object], kwargs: objects::args::Kwargs) -> Result<isize> {
        message::sendmsg_afalg(self, args, kwargs)
    }
}
