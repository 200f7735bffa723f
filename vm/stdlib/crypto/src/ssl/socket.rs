//! `_SSLSocket`: one connection, over a socket or over two memory buffers.

use super::bio::MemoryBio;
use super::certificate::{self, Certificate};
use super::context::SslContext;
use super::errors::{self, Outcome};
use super::session::SslSession;
use super::{callbacks, ciphers, wait};
use crate::openssl::error::static_text;
use crate::openssl::{Own, ffi};
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_void};
use core::ptr;
use macros::{Trace, pytype};
use objects::protocol::buffer::{Buffer, BytesLike, WRITABLE};
use objects::protocol::number;
use objects::state::detached;
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::types::weakref::{_PyWeakref_RefType, WeakReference};
use objects::{Instance, Object, Ref, Result, Slot, raise};
use std::ffi::CString;
use std::sync::{Mutex, PoisonError};
use wait::{Deadline, Waited};

/// `PySSLSocket`.
#[repr(C)]
#[derive(Trace)]
pub struct SslSocket {
    ob_base: Object,
    /// A weak reference to the socket; NULL for a connection over buffers.
    socket: Slot<WeakReference>,
    /// A weak reference to the object that a callback is told of.
    owner: Slot<WeakReference>,
    context: Slot<SslContext>,
    server_hostname: Slot<Str>,
    /// What a callback raised while OpenSSL was at work.
    raised: Slot,
    #[trace(skip)]
    ssl: Own<ffi::SSL>,
    /// One thread at a time is inside OpenSSL.
    #[trace(skip)]
    busy: Mutex<()>,
    server_side: Cell<bool>,
    shutdown_seen_zero: Cell<bool>,
}

/// What a connection is made over.
pub enum Transport<'a> {
    Socket(&'a Object),
    Buffers(&'a MemoryBio, &'a MemoryBio),
}

/// How a connection is made.
pub struct Wrapping<'a> {
    pub transport: Transport<'a>,
    pub server_side: bool,
    pub server_hostname: Option<&'a Object>,
    pub owner: Option<&'a Object>,
    pub session: Option<&'a Object>,
}

fn given(object: Option<&Object>) -> Option<&Object> {
    object.filter(|object| !object.is(none()))
}

fn weak(object: &Object) -> Result<Ref<WeakReference>> {
    WeakReference::new(&_PyWeakref_RefType, object, None)
}

/// Which object a connection belongs to.
const OWNER_INDEX: c_int = 0;

impl SslSocket {
    pub fn new(context: &SslContext, wrapping: &Wrapping<'_>) -> Result<Ref<SslSocket>> {
        let hostname = given(wrapping.server_hostname).map(hostname_of).transpose()?;
        context.check_side(wrapping.server_side)?;
        crate::openssl::error::clear();
        // SAFETY: the context's own pointer.
        let Some(ssl) = (unsafe { Own::new(ffi::SSL_new(context.raw())) }) else {
            return Err(errors::latest());
        };
        let socket = match wrapping.transport {
            Transport::Socket(socket) => Some(weak(socket)?),
            Transport::Buffers(..) => None,
        };
        let this = Ref::new(SslSocket {
            ob_base: Object::HEAD,
            socket: Slot::from_option(socket),
            owner: Slot::from_option(given(wrapping.owner).map(weak).transpose()?),
            context: Slot::new(context.to_ref()),
            server_hostname: Slot::empty(),
            raised: Slot::empty(),
            ssl,
            busy: Mutex::new(()),
            server_side: Cell::new(wrapping.server_side),
            shutdown_seen_zero: Cell::new(false),
        })?;
        this.connect_transport(wrapping)?;
        this.configure(context, wrapping, hostname)?;
        if wrapping.server_side {
            // SAFETY: our own connection and six bytes.
            unsafe { ffi::SSL_set_session_id_context(this.ssl(), b"Python".as_ptr(), 6) };
        }
        Ok(this)
    }

    fn connect_transport(&self, wrapping: &Wrapping<'_>) -> Result<()> {
        // ACCEPT_MOVING_WRITE_BUFFER, AUTO_RETRY.
        const MODE: i64 = 2 | 4;
        let ssl = self.ssl();
        // SAFETY: our own connection; a shared buffer's count goes with it.
        unsafe {
            ffi::SSL_set_ex_data(ssl, OWNER_INDEX, ptr::from_ref(self).cast_mut().cast());
            match wrapping.transport {
                Transport::Socket(socket) => {
                    let fd = wait::fileno(socket)?;
                    if ffi::SSL_set_fd(ssl, fd) == 0 {
                        return Err(errors::latest());
                    }
                    self.set_blocking(wait::timeout(socket)?.is_none());
                }
                Transport::Buffers(incoming, outgoing) => {
                    ffi::SSL_set_bio(ssl, incoming.share(), outgoing.share());
                }
            }
            ffi::SSL_ctrl(ssl, ffi::SSL_CTRL_MODE, MODE, ptr::null_mut());
        }
        Ok(())
    }

    fn configure(
        &self,
        context: &SslContext,
        wrapping: &Wrapping<'_>,
        hostname: Option<CString>,
    ) -> Result<()> {
        let ssl = self.ssl();
        // SAFETY: our own connection.
        unsafe {
            if context.post_handshake_auth() {
                if wrapping.server_side {
                    let mode = ffi::SSL_get_verify_mode(ssl);
                    if mode & ffi::SSL_VERIFY_PEER != 0 {
                        let callback = ffi::SSL_get_verify_callback(ssl);
                        ffi::SSL_set_verify(ssl, mode | ffi::SSL_VERIFY_POST_HANDSHAKE, callback);
                    }
                } else {
                    ffi::SSL_set_post_handshake_auth(ssl, 1);
                }
            }
            if let Some(hostname) = hostname {
                self.set_hostname(context, &hostname)?;
            }
            if wrapping.server_side {
                ffi::SSL_set_accept_state(ssl);
            } else {
                ffi::SSL_set_connect_state(ssl);
            }
        }
        match given(wrapping.session) {
            Some(session) => self.set_session(Some(session)),
            None => Ok(()),
        }
    }

    /// Sets the name that the server is told and, if that is asked for, has to prove.
    fn set_hostname(&self, context: &SslContext, hostname: &CString) -> Result<()> {
        let bytes = hostname.as_bytes();
        if bytes.is_empty() || bytes.starts_with(b".") {
            return Err(raise!(
                ValueError,
                "server_hostname cannot be an empty string or start with a leading dot."
            ));
        }
        self.server_hostname.set(Some(Str::new(&hostname.to_string_lossy())?));
        // SAFETY: our own connection, C strings, an address of OpenSSL's.
        unsafe {
            let address = Own::new(ffi::a2i_IPADDRESS(hostname.as_ptr()));
            crate::openssl::error::clear();
            if address.is_none() {
                let name = hostname.as_ptr().cast_mut().cast::<c_void>();
                let kind = i64::from(ffi::TLSEXT_NAMETYPE_HOST_NAME);
                if ffi::SSL_ctrl(self.ssl(), ffi::SSL_CTRL_SET_TLSEXT_HOSTNAME, kind, name) == 0 {
                    return Err(errors::latest());
                }
            }
            if context.check_hostname() {
                let param = ffi::SSL_get0_param(self.ssl());
                let status = match &address {
                    None => ffi::X509_VERIFY_PARAM_set1_host(param, hostname.as_ptr(), bytes.len()),
                    Some(address) => {
                        let data = ffi::ASN1_STRING_get0_data(address.as_ptr());
                        let len = ffi::ASN1_STRING_length(address.as_ptr());
                        ffi::X509_VERIFY_PARAM_set1_ip(param, data, len as usize)
                    }
                };
                if status == 0 {
                    return Err(errors::latest());
                }
            }
        }
        Ok(())
    }

    pub fn ssl(&self) -> *mut ffi::SSL {
        self.ssl.as_ptr()
    }

    /// The object that a connection belongs to.
    ///
    /// # Safety
    /// The connection is one of ours and alive, and the GIL is held.
    pub unsafe fn of_ssl<'a>(ssl: *const ffi::SSL) -> Option<&'a SslSocket> {
        // SAFETY: set when the connection was made; the object owns it.
        unsafe { ffi::SSL_get_ex_data(ssl, OWNER_INDEX).cast::<SslSocket>().as_ref() }
    }

    pub fn hostname(&self) -> Option<Ref<Str>> {
        self.server_hostname.get()
    }

    pub fn ssl_context(&self) -> Option<Ref<SslContext>> {
        self.context.get()
    }

    pub fn is_server(&self) -> bool {
        self.server_side.get()
    }

    /// The object that a callback is told of: the owner, or the connection itself.
    pub fn for_callback(&self) -> Option<Ref> {
        match self.owner.get().or_else(|| self.socket.get()) {
            Some(reference) => reference.referent(),
            None => Some(self.to_ref().upcast()),
        }
    }

    /// Keeps what a callback raised for the operation that is going on.
    pub fn keep_raised(&self, raised: objects::Raised) {
        self.raised.set(Some(raised.take()));
    }

    /// The exception of a callback, with the operation's own as its context.
    fn callback_error(&self) -> Result<()> {
        match self.raised.take() {
            None => Ok(()),
            Some(exception) => Err(objects::raise::restore(exception)),
        }
    }

    /// The socket: `None` for buffers.
    fn transport(&self) -> Result<Option<Ref>> {
        let Some(reference) = self.socket.get() else { return Ok(None) };
        match reference.referent() {
            Some(socket) => Ok(Some(socket)),
            None => Err(errors::with_text("Underlying socket connection gone")),
        }
    }

    fn set_blocking(&self, blocking: bool) {
        // SAFETY: our own connection, whose ends are sockets.
        unsafe {
            for bio in [ffi::SSL_get_rbio(self.ssl()), ffi::SSL_get_wbio(self.ssl())] {
                if !bio.is_null() {
                    ffi::BIO_ctrl(bio, ffi::BIO_C_SET_NBIO, i64::from(!blocking), ptr::null_mut());
                }
            }
        }
    }

    /// Runs `work` on the connection without the GIL; its status and how it ended. A status below 1 is a failure.
    fn run(&self, work: impl FnOnce(*mut ffi::SSL) -> c_int) -> (c_int, Outcome) {
        let ssl = self.ssl();
        detached(|| {
            let _busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
            crate::openssl::error::clear();
            let status = work(ssl);
            if status > 0 {
                return (status, Outcome::default());
            }
            let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
            // SAFETY: our own connection, right after the operation on this thread.
            let ssl = unsafe { ffi::SSL_get_error(ssl, status) };
            (status, Outcome { ssl, errno })
        })
    }

    /// Repeats `work` until it is done, waiting for the socket as OpenSSL wants; how it ended. `what` completes the text of a
    /// TimeoutError.
    fn drive(
        &self,
        socket: Option<&Object>,
        what: &str,
        mut work: impl FnMut(*mut ffi::SSL) -> c_int,
    ) -> Result<(c_int, Outcome)> {
        let timeout = socket.map(wait::timeout).transpose()?.flatten();
        let deadline = Deadline::new(socket.is_some(), timeout);
        loop {
            let (status, outcome) = self.run(&mut work);
            if let Some(pending) = objects::hooks::HANDLE_PENDING.try_get() {
                pending()?;
            }
            let writing = match outcome.ssl {
                ffi::SSL_ERROR_WANT_READ => false,
                ffi::SSL_ERROR_WANT_WRITE => true,
                _ => return Ok((status, outcome)),
            };
            match wait::wait(socket, writing, &deadline)? {
                Waited::Ready => {}
                Waited::DoesNotWait => return Ok((status, outcome)),
                Waited::TimedOut => {
                    return Err(raise!(TimeoutError, "The {what} operation timed out"));
                }
                Waited::Closed => return Err(errors::plain("Underlying socket has been closed.")),
            }
        }
    }

    /// The exception of a failed operation, after that of a callback.
    #[track_caller]
    fn failed(&self, outcome: Outcome) -> objects::Raised {
        match self.callback_error() {
            Ok(()) => errors::of_outcome(self, outcome),
            Err(raised) => {
                crate::openssl::error::clear();
                raised
            }
        }
    }

    fn prepare(&self) -> Result<Option<Ref>> {
        let socket = self.transport()?;
        if let Some(socket) = &socket {
            self.set_blocking(wait::timeout(socket)?.is_none());
        }
        Ok(socket)
    }

    fn is_finished(&self) -> bool {
        // SAFETY: our own connection.
        unsafe { ffi::SSL_is_init_finished(self.ssl()) != 0 }
    }

    fn read_into(&self, buffer: &mut [u8]) -> Result<usize> {
        let socket = self.prepare()?;
        let mut count = 0;
        let (status, outcome) = self.drive(socket.as_deref(), "read", |ssl| {
            // SAFETY: room for as many bytes.
            unsafe { ffi::SSL_read_ex(ssl, buffer.as_mut_ptr().cast(), buffer.len(), &mut count) }
        })?;
        if status > 0 {
            self.callback_error()?;
            return Ok(count);
        }
        const RECEIVED: c_int = 2;
        // SAFETY: our own connection.
        if outcome.ssl == ffi::SSL_ERROR_ZERO_RETURN
            && unsafe { ffi::SSL_get_shutdown(self.ssl()) } == RECEIVED
        {
            return Ok(0);
        }
        Err(self.failed(outcome))
    }

    fn set_session(&self, session: Option<&Object>) -> Result<()> {
        let Some(session) = session.and_then(|session| session.cast::<SslSession>()) else {
            return Err(raise!(TypeError, "Value is not a SSLSession."));
        };
        let (theirs, ours) = (session.context(), self.context.get());
        let same = match (&theirs, &ours) {
            // SAFETY: two contexts.
            (Some(theirs), Some(ours)) => theirs.as_ptr() == ours.as_ptr(),
            _ => false,
        };
        if !same {
            return Err(raise!(ValueError, "Session refers to a different SSLContext."));
        }
        if self.is_server() {
            return Err(raise!(ValueError, "Cannot set session for server-side SSLSocket."));
        }
        if self.is_finished() {
            return Err(raise!(ValueError, "Cannot set session after handshake."));
        }
        // A copy, as a session cannot be shared between connections of TLS 1.3.
        let Some(copy) = copy_session(session.raw()) else { return Err(errors::latest()) };
        // SAFETY: our own connection; it counts the session itself.
        match unsafe { ffi::SSL_set_session(self.ssl(), copy.as_ptr()) } {
            0 => Err(errors::latest()),
            _ => Ok(()),
        }
    }
}

fn copy_session(session: *mut ffi::SSL_SESSION) -> Option<Own<ffi::SSL_SESSION>> {
    // SAFETY: a session; first its length, then its bytes.
    unsafe {
        let len = ffi::i2d_SSL_SESSION(session, ptr::null_mut());
        let mut bytes = vec![0u8; usize::try_from(len).ok().filter(|&len| len > 0)?];
        let mut end = bytes.as_mut_ptr();
        ffi::i2d_SSL_SESSION(session, &mut end);
        let mut start = bytes.as_ptr();
        Own::new(ffi::d2i_SSL_SESSION(ptr::null_mut(), &mut start, len.into()))
    }
}

/// A host's name as C has it.
fn hostname_of(name: &Object) -> Result<CString> {
    let bytes = match name.cast::<Str>() {
        Some(name) => objects::codecs::latin::encode_narrow(name, None, 128)?,
        None => {
            let got = name.class().name();
            return Err(raise!(TypeError, "argument must be str, not {got}"));
        }
    };
    CString::new(bytes.as_slice())
        .map_err(|_| raise!(TypeError, "argument must be encoded string without null bytes, not str"))
}

#[pytype(name = "_SSLSocket", module = "_ssl", static_name = SSL_SOCKET, gc, no_new)]
impl SslSocket {
    #[method("do_handshake($self, /)")]
    fn do_handshake(&self) -> Result<()> {
        let socket = self.prepare()?;
        // SAFETY: our own connection.
        let (status, outcome) =
            self.drive(socket.as_deref(), "handshake", |ssl| unsafe { ffi::SSL_do_handshake(ssl) })?;
        if status < 1 {
            return Err(self.failed(outcome));
        }
        self.callback_error()
    }

    #[method("write($self, b, /)")]
    fn write(&self, b: BytesLike<'_>) -> Result<usize> {
        let socket = self.prepare()?;
        if let Some(socket) = &socket {
            let deadline = Deadline::new(true, wait::timeout(socket)?);
            match wait::wait(Some(socket), true, &deadline)? {
                Waited::TimedOut => return Err(raise!(TimeoutError, "The write operation timed out")),
                Waited::Closed => return Err(errors::plain("Underlying socket has been closed.")),
                Waited::Ready | Waited::DoesNotWait => {}
            }
        }
        let bytes: &[u8] = &b;
        let mut count = 0;
        let (status, outcome) = self.drive(socket.as_deref(), "write", |ssl| {
            // SAFETY: the bytes of a slice.
            unsafe { ffi::SSL_write_ex(ssl, bytes.as_ptr().cast(), bytes.len(), &mut count) }
        })?;
        if status < 1 {
            return Err(self.failed(outcome));
        }
        self.callback_error()?;
        Ok(count)
    }

    #[method("read", raw)]
    fn read(&self, args: &[&Object]) -> Result<Ref> {
        let (len, buffer) = match *args {
            [len] => (len, None),
            [len, buffer] => (len, Some(buffer)),
            _ => return Err(raise!(TypeError, "_ssl._SSLSocket.read requires 1 to 2 arguments")),
        };
        let len = number::index_as_isize(len, Some(&exc::OverflowError))?;
        let Some(buffer) = buffer else {
            let Ok(len) = usize::try_from(len) else {
                return Err(raise!(ValueError, "size should not be negative"));
            };
            let mut bytes = Vec::new();
            bytes.try_reserve_exact(len).map_err(|_| objects::raise::no_memory())?;
            bytes.resize(len, 0);
            let count = if len == 0 { 0 } else { self.read_into(&mut bytes)? };
            return Ok(Bytes::new(&bytes[..count])?.upcast());
        };
        let mut view = Buffer::of(buffer, WRITABLE)?;
        let room = view.as_mut_slice();
        let len = usize::try_from(len).ok().filter(|&len| len > 0 && len <= room.len()).unwrap_or(room.len());
        let count = if len == 0 { 0 } else { self.read_into(&mut room[..len])? };
        objects::types::int::new_int(count as i64)
    }

    #[method("shutdown($self, /)")]
    fn shutdown(&self) -> Result<Option<Ref>> {
        let socket = self.prepare()?;
        let timeout = socket.as_deref().map(wait::timeout).transpose()?.flatten();
        let deadline = Deadline::new(socket.is_some(), timeout);
        let mut zeros = 0;
        let (status, outcome) = loop {
            if self.shutdown_seen_zero.get() {
                // Reading ahead would take bytes that come after the end.
                // SAFETY: our own connection.
                unsafe { ffi::SSL_set_read_ahead(self.ssl(), 0) };
            }
            // SAFETY: our own connection.
            let (status, outcome) = self.run(|ssl| unsafe { ffi::SSL_shutdown(ssl) });
            if status > 0 {
                break (status, outcome);
            }
            if status == 0 {
                zeros += 1;
                if zeros > 1 {
                    break (status, outcome);
                }
                self.shutdown_seen_zero.set(true);
                continue;
            }
            let (writing, what) = match outcome.ssl {
                ffi::SSL_ERROR_WANT_READ => (false, "read"),
                ffi::SSL_ERROR_WANT_WRITE => (true, "write"),
                _ => break (status, outcome),
            };
            match wait::wait(socket.as_deref(), writing, &deadline)? {
                Waited::Ready => {}
                Waited::TimedOut => return Err(raise!(TimeoutError, "The {what} operation timed out")),
                Waited::DoesNotWait | Waited::Closed => break (status, outcome),
            }
        };
        if status < 0 {
            return Err(self.failed(outcome));
        }
        self.callback_error()?;
        Ok(socket)
    }

    #[method("pending($self, /)")]
    fn pending(&self) -> Result<c_int> {
        // SAFETY: our own connection.
        match detached(|| unsafe { ffi::SSL_pending(self.ssl()) }) {
            count if count < 0 => Err(errors::latest()),
            count => Ok(count),
        }
    }

    #[method("getpeercert($self, der=False, /)")]
    fn getpeercert(&self, #[default(false)] der: bool) -> Result<Ref> {
        if !self.is_finished() {
            return Err(raise!(ValueError, "handshake not done yet"));
        }
        // SAFETY: our own connection; the certificate is counted.
        unsafe {
            let Some(peer) = Own::new(ffi::SSL_get1_peer_certificate(self.ssl())) else {
                return Ok(none().to_ref());
            };
            if der {
                return Ok(certificate::to_der(&peer)?.upcast());
            }
            let mode = ffi::SSL_CTX_get_verify_mode(ffi::SSL_get_SSL_CTX(self.ssl()));
            if mode & ffi::SSL_VERIFY_PEER == 0 {
                return Ok(Dict::new()?.upcast());
            }
            Ok(certificate::decode(&peer)?.upcast())
        }
    }

    #[method("get_verified_chain($self, /)")]
    fn get_verified_chain(&self) -> Result<Option<Ref<List>>> {
        // SAFETY: our own connection.
        let chain = unsafe { ffi::SSL_get0_verified_chain(self.ssl()) };
        if chain.is_null() { Ok(None) } else { Certificate::list(chain).map(Some) }
    }

    #[method("get_unverified_chain($self, /)")]
    fn get_unverified_chain(&self) -> Result<Option<Ref<List>>> {
        // SAFETY: our own connection.
        unsafe {
            let chain = ffi::SSL_get_peer_cert_chain(self.ssl());
            if chain.is_null() {
                return Ok(None);
            }
            let list = Certificate::list(chain)?;
            // A server does not count the client's own certificate among the chain.
            if self.is_server()
                && let Some(peer) = Own::new(ffi::SSL_get1_peer_certificate(self.ssl()))
            {
                let first = Certificate::of(peer)?;
                let whole = List::new()?;
                whole.push(first.upcast())?;
                list.to_vec().into_iter().try_for_each(|item| whole.push(item))?;
                return Ok(Some(whole));
            }
            Ok(Some(list))
        }
    }

    #[method("cipher($self, /)")]
    fn cipher(&self) -> Result<Option<Ref<Tuple>>> {
        // SAFETY: our own connection.
        let current = unsafe { ffi::SSL_get_current_cipher(self.ssl()) };
        if current.is_null() { Ok(None) } else { ciphers::tuple(current).map(Some) }
    }

    #[method("shared_ciphers($self, /)")]
    fn shared_ciphers(&self) -> Result<Option<Ref<List>>> {
        // SAFETY: our own connection; the stacks and ciphers are its own.
        unsafe {
            let server = ffi::SSL_get_ciphers(self.ssl());
            let client = ffi::SSL_get_client_ciphers(self.ssl());
            if server.is_null() || client.is_null() || !self.is_server() {
                return Ok(None);
            }
            let known: Vec<*mut c_void> = certificate::items(client).collect();
            let list = List::new()?;
            for cipher in certificate::items(server).filter(|cipher| known.contains(cipher)) {
                list.push(ciphers::tuple(cipher.cast())?.upcast())?;
            }
            Ok(Some(list))
        }
    }

    #[method("version($self, /)")]
    fn version(&self) -> Option<&'static str> {
        if !self.is_finished() {
            return None;
        }
        // SAFETY: our own connection; a static string.
        static_text(unsafe { ffi::SSL_get_version(self.ssl()) }).filter(|version| *version != "unknown")
    }

    #[method("selected_alpn_protocol($self, /)")]
    fn selected_alpn_protocol(&self) -> Result<Option<Ref<Str>>> {
        let (mut data, mut len) = (ptr::null(), 0);
        // SAFETY: our own connection, to which the bytes belong.
        unsafe {
            ffi::SSL_get0_alpn_selected(self.ssl(), &mut data, &mut len);
            if data.is_null() {
                return Ok(None);
            }
            let bytes = core::slice::from_raw_parts(data, len as usize);
            Ok(Some(objects::codecs::latin::decode_utf8(bytes, None, true)?.0))
        }
    }

    /// OpenSSL is built without compression, which leaks secrets.
    #[method("compression($self, /)")]
    fn compression(&self) -> Option<&'static str> {
        None
    }

    #[method("get_channel_binding($self, /, cb_type='tls-unique')")]
    fn get_channel_binding(&self, #[default("tls-unique")] cb_type: &str) -> Result<Option<Ref<Bytes>>> {
        if cb_type != "tls-unique" {
            return Err(raise!(ValueError, "'{cb_type}' channel binding type not implemented"));
        }
        let mut buffer = [0u8; 128];
        // SAFETY: our own connection and a buffer.
        let len = unsafe {
            let room = buffer.as_mut_ptr().cast::<c_void>();
            // The side whose message comes first.
            if (ffi::SSL_session_reused(self.ssl()) != 0) ^ !self.is_server() {
                ffi::SSL_get_finished(self.ssl(), room, buffer.len())
            } else {
                ffi::SSL_get_peer_finished(self.ssl(), room, buffer.len())
            }
        };
        match len {
            0 => Ok(None),
            len => Bytes::new(&buffer[..len.min(buffer.len())]).map(Some),
        }
    }

    #[method("verify_client_post_handshake($self, /)")]
    fn verify_client_post_handshake(&self) -> Result<()> {
        // SAFETY: our own connection.
        match unsafe { ffi::SSL_verify_client_post_handshake(self.ssl()) } {
            0 => Err(errors::latest()),
            _ => Ok(()),
        }
    }

    #[getter("context")]
    fn context(&self) -> Option<Ref<SslContext>> {
        self.context.get()
    }

    #[setter("context")]
    fn set_context(&self, value: Option<&Object>) -> Result<()> {
        let Some(context) = value.and_then(|value| value.cast::<SslContext>()) else {
            return Err(raise!(TypeError, "The value must be a SSLContext"));
        };
        // SAFETY: our own connection and a context.
        unsafe {
            ffi::SSL_set_SSL_CTX(self.ssl(), context.raw());
            let callback =
                context.has_message_callback().then_some(callbacks::message as ffi::MessageCallback);
            ffi::SSL_set_msg_callback(self.ssl(), callback);
        }
        self.context.set(Some(context.to_ref()));
        Ok(())
    }

    #[getter("server_side")]
    fn py_server_side(&self) -> bool {
        self.is_server()
    }

    #[getter("server_hostname")]
    fn py_server_hostname(&self) -> Option<Ref<Str>> {
        self.server_hostname.get()
    }

    #[getter("owner")]
    fn owner(&self) -> Option<Ref> {
        self.owner.get().and_then(|owner| owner.referent())
    }

    #[setter("owner")]
    fn set_owner(&self, value: Option<&Object>) -> Result<()> {
        self.owner.set(given(value).map(weak).transpose()?);
        Ok(())
    }

    #[getter("session")]
    fn session(&self) -> Result<Option<Ref<SslSession>>> {
        // SAFETY: our own connection; the session is counted.
        let session = unsafe { Own::new(ffi::SSL_get1_session(self.ssl())) };
        match (session, self.context.get()) {
            (Some(session), Some(context)) => SslSession::new(session, &context).map(Some),
            _ => Ok(None),
        }
    }

    #[setter("session")]
    fn py_set_session(&self, value: Option<&Object>) -> Result<()> {
        self.set_session(value)
    }

    #[getter("session_reused")]
    fn session_reused(&self) -> bool {
        // SAFETY: our own connection.
        unsafe { ffi::SSL_session_reused(self.ssl()) != 0 }
    }
}

/// The name that a client asked for.
///
/// # Safety
/// A connection.
pub unsafe fn requested_name(ssl: *const ffi::SSL) -> *const c_char {
    // SAFETY: the caller's promise.
    unsafe { ffi::SSL_get_servername(ssl, ffi::TLSEXT_NAMETYPE_HOST_NAME) }
}
