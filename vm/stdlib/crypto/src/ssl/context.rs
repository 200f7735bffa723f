//! `_SSLContext`: the settings that connections are made with.

use super::bio::MemoryBio;
use super::callbacks::{self, Keylog};
use super::socket::{SslSocket, Transport, Wrapping};
use super::{ciphers, errors, store};
use crate::openssl::{Own, ffi};
use core::cell::{Cell, RefCell};
use core::ffi::{c_int, c_long, c_uint};
use core::ptr;
use macros::{Trace, pytype};
use objects::args::{At, FromArg};
use objects::protocol::buffer::BytesLike;
use objects::protocol::{call, number};
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::{Int, new_int};
use objects::types::list::List;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, Slot, TypeObject, id, raise};
use std::ffi::CString;

/// `PROTOCOL_…`.
pub const TLS: c_int = 2;
pub const TLS_V1: c_int = 3;
pub const TLS_V1_1: c_int = 4;
pub const TLS_V1_2: c_int = 5;
pub const TLS_CLIENT: c_int = 16;
pub const TLS_SERVER: c_int = 17;

/// `PROTO_…`: versions, and the numbers for "as far as there are".
pub const MINIMUM: c_int = -2;
pub const MAXIMUM: c_int = -1;
pub const SSL_V3: c_int = 0x300;
pub const TLS_1_0: c_int = 0x301;
pub const TLS_1_1: c_int = 0x302;
pub const TLS_1_2: c_int = 0x303;
pub const TLS_1_3: c_int = 0x304;

/// `SSL_OP_…`.
pub const OP_ALL: u64 = (1 << 31) | (1 << 6) | (1 << 4);
pub const OP_NO_SSLV3: u64 = 1 << 25;
pub const OP_NO_TLSV1: u64 = 1 << 26;
pub const OP_NO_TLSV1_2: u64 = 1 << 27;
pub const OP_NO_TLSV1_1: u64 = 1 << 28;
pub const OP_NO_TLSV1_3: u64 = 1 << 29;
pub const OP_NO_COMPRESSION: u64 = 1 << 17;
pub const OP_CIPHER_SERVER_PREFERENCE: u64 = 1 << 22;

/// `X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS` and `X509_V_FLAG_TRUSTED_FIRST`.
const NO_PARTIAL_WILDCARDS: c_uint = 4;
const TRUSTED_FIRST: u64 = 0x8000;

/// `PySSLContext`.
#[repr(C)]
#[derive(Trace)]
pub struct SslContext {
    ob_base: Object,
    pub(super) sni_callback: Slot,
    pub(super) message_callback: Slot,
    pub(super) psk_client_callback: Slot,
    pub(super) psk_server_callback: Slot,
    pub(super) keylog_filename: Slot,
    #[trace(skip)]
    context: Own<ffi::SSL_CTX>,
    /// What the server offers and the client asks for, as the protocol writes it.
    #[trace(skip)]
    pub(super) alpn: RefCell<Vec<u8>>,
    #[trace(skip)]
    pub(super) keylog: Keylog,
    protocol: Cell<c_int>,
    host_flags: Cell<c_uint>,
    check_hostname: Cell<bool>,
    post_handshake_auth: Cell<bool>,
}

/// An int for an unsigned C type; others do not fit.
struct Unsigned(u64);

impl Unsigned {
    fn of(value: &Object) -> Result<Unsigned> {
        let Some(int) = value.cast::<Int>() else {
            return Err(raise!(TypeError, "argument must be int, not {}", value.class().name()));
        };
        if int.is_negative() {
            return Err(raise!(OverflowError, "can't convert negative int to unsigned"));
        }
        int.to_u64().map(Unsigned).ok_or_else(|| raise!(OverflowError, "int too big to convert"))
    }

    /// Any int, of which the low bits count.
    fn wrapping(value: &Object) -> Result<u64> {
        match value.cast::<Int>() {
            Some(int) => {
                let digits = int.digits().iter().take(3).rev();
                let low = digits.fold(0u64, |low, &digit| low << 30 | u64::from(digit));
                Ok(if int.is_negative() { low.wrapping_neg() } else { low })
            }
            None => Err(raise!(TypeError, "argument must be int, not {}", value.class().name())),
        }
    }
}

/// A C int as a setter takes it.
fn c_int_of(value: Option<&Object>) -> Result<c_int> {
    let Some(value) = value else { return Err(cannot_delete()) };
    let int = number::index(value)?;
    let long = int.to_i64();
    let long = long.ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C long"))?;
    let bound = if long < 0 { "less than minimum" } else { "greater than maximum" };
    c_int::try_from(long).map_err(|_| raise!(OverflowError, "signed integer is {bound}"))
}

fn cannot_delete() -> Raised {
    raise!(AttributeError, "cannot delete attribute")
}

fn truth(value: Option<&Object>) -> Result<bool> {
    value.map_or_else(|| Err(cannot_delete()), objects::protocol::object::is_true)
}

fn deprecated(text: &str) -> Result<()> {
    objects::hooks::WARN.get()(exc::DeprecationWarning.as_object(), text, 2)
}

fn given(object: Option<&Object>) -> Option<&Object> {
    object.filter(|object| !object.is(none()))
}

/// A socket of `_socket`.
struct SocketArgument<'a>(&'a Object);

impl<'a> FromArg<'a> for SocketArgument<'a> {
    fn from_arg(argument: &'a Object, at: At) -> Result<SocketArgument<'a>> {
        let module = objects::hooks::IMPORT.get()("_socket")?;
        let class = objects::protocol::attr::get(&module, id!("socket"))?;
        match objects::protocol::object::is_instance(argument, &class)? {
            true => Ok(SocketArgument(argument)),
            false => Err(at.bad_argument("_socket.socket", argument)),
        }
    }
}

impl SslContext {
    pub fn raw(&self) -> *mut ffi::SSL_CTX {
        self.context.as_ptr()
    }

    pub fn check_hostname(&self) -> bool {
        self.check_hostname.get()
    }

    pub fn post_handshake_auth(&self) -> bool {
        self.post_handshake_auth.get()
    }

    pub fn has_message_callback(&self) -> bool {
        !self.message_callback.is_empty()
    }

    /// Whether the context makes connections of that side.
    pub fn check_side(&self, server_side: bool) -> Result<()> {
        match (self.protocol.get(), server_side) {
            (TLS_CLIENT, true) => {
                Err(errors::with_text("Cannot create a server socket with a PROTOCOL_TLS_CLIENT context"))
            }
            (TLS_SERVER, false) => {
                Err(errors::with_text("Cannot create a client socket with a PROTOCOL_TLS_SERVER context"))
            }
            _ => Ok(()),
        }
    }

    fn ctrl(&self, command: c_int, number: c_long) -> c_long {
        // SAFETY: our own context; these commands take no pointer.
        unsafe { ffi::SSL_CTX_ctrl(self.raw(), command, number, ptr::null_mut()) }
    }

    fn param(&self) -> *mut ffi::X509_VERIFY_PARAM {
        // SAFETY: our own context.
        unsafe { ffi::SSL_CTX_get0_param(self.raw()) }
    }

    fn set_mode(&self, mode: c_int) -> Result<()> {
        let flags = match mode {
            0 if self.check_hostname.get() => {
                return Err(raise!(
                    ValueError,
                    "Cannot set verify_mode to CERT_NONE when check_hostname is enabled."
                ));
            }
            0 => ffi::SSL_VERIFY_NONE,
            1 => ffi::SSL_VERIFY_PEER,
            2 => ffi::SSL_VERIFY_PEER | ffi::SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
            _ => return Err(raise!(ValueError, "invalid value for verify_mode")),
        };
        // SAFETY: our own context.
        unsafe { ffi::SSL_CTX_set_verify(self.raw(), flags, None) };
        Ok(())
    }

    fn mode(&self) -> Result<c_int> {
        const REQUIRED: c_int = ffi::SSL_VERIFY_PEER | ffi::SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
        // SAFETY: our own context.
        match unsafe { ffi::SSL_CTX_get_verify_mode(self.raw()) } & REQUIRED {
            ffi::SSL_VERIFY_NONE => Ok(0),
            ffi::SSL_VERIFY_PEER => Ok(1),
            REQUIRED => Ok(2),
            _ => Err(errors::with_text("invalid return value from SSL_CTX_get_verify_mode")),
        }
    }

    /// Sets the lowest or the highest version.
    fn set_version(&self, value: Option<&Object>, lowest: bool) -> Result<()> {
        let version = c_int_of(value)?;
        match version {
            TLS_1_0 => deprecated("ssl.TLSVersion.TLSv1 is deprecated")?,
            TLS_1_1 => deprecated("ssl.TLSVersion.TLSv1_1 is deprecated")?,
            SSL_V3 => deprecated("ssl.TLSVersion.SSLv3 is deprecated")?,
            TLS_1_2 | TLS_1_3 | MINIMUM | MAXIMUM => {}
            _ => return Err(raise!(ValueError, "Unsupported TLS/SSL version 0x{version:x}")),
        }
        if !matches!(self.protocol.get(), TLS | TLS_CLIENT | TLS_SERVER) {
            return Err(raise!(
                ValueError,
                "The context's protocol doesn't support modification of highest and lowest version."
            ));
        }
        // 0 is no bound.
        let number = match (version, lowest) {
            (MINIMUM, true) | (MAXIMUM, false) => 0,
            (MAXIMUM, true) => TLS_1_3,
            (MINIMUM, false) => TLS_1_0,
            _ => version,
        };
        let command =
            if lowest { ffi::SSL_CTRL_SET_MIN_PROTO_VERSION } else { ffi::SSL_CTRL_SET_MAX_PROTO_VERSION };
        if self.ctrl(command, number.into()) == 0 {
            return Err(raise!(ValueError, "Unsupported protocol version 0x{number:x}"));
        }
        Ok(())
    }
}

#[pytype(name = "_SSLContext", module = "_ssl", static_name = SSL_CONTEXT, gc, flags = [BASETYPE])]
impl SslContext {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<SslContext>> {
        if kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            return Err(raise!(TypeError, "_SSLContext() takes no keyword arguments"));
        }
        let [protocol] = *args.items() else {
            return Err(raise!(TypeError, "_SSLContext expected 1 argument, got {}", args.len()));
        };
        let protocol = c_int_of(Some(protocol))?;
        // SAFETY: methods are static.
        let method = unsafe {
            match protocol {
                TLS => {
                    deprecated("ssl.PROTOCOL_TLS is deprecated")?;
                    ffi::TLS_method()
                }
                TLS_V1 => {
                    deprecated("ssl.PROTOCOL_TLSv1 is deprecated")?;
                    ffi::TLSv1_method()
                }
                TLS_V1_1 => {
                    deprecated("ssl.PROTOCOL_TLSv1_1 is deprecated")?;
                    ffi::TLSv1_1_method()
                }
                TLS_V1_2 => {
                    deprecated("ssl.PROTOCOL_TLSv1_2 is deprecated")?;
                    ffi::TLSv1_2_method()
                }
                TLS_CLIENT => ffi::TLS_client_method(),
                TLS_SERVER => ffi::TLS_server_method(),
                _ => return Err(raise!(ValueError, "invalid or unsupported protocol version {protocol}")),
            }
        };
        crate::openssl::error::clear();
        // SAFETY: a method; a new context or NULL.
        let context = unsafe { Own::new(ffi::SSL_CTX_new(method)) };
        let Some(context) = context else { return Err(errors::latest()) };
        let this = Ref::new_in(
            class,
            SslContext {
                ob_base: Object::HEAD,
                sni_callback: Slot::empty(),
                message_callback: Slot::empty(),
                psk_client_callback: Slot::empty(),
                psk_server_callback: Slot::empty(),
                keylog_filename: Slot::empty(),
                context,
                alpn: RefCell::default(),
                keylog: Keylog::default(),
                protocol: Cell::new(protocol),
                host_flags: Cell::new(NO_PARTIAL_WILDCARDS),
                check_hostname: Cell::new(false),
                post_handshake_auth: Cell::new(false),
            },
        )?;
        this.set_mode(if protocol == TLS_CLIENT { 2 } else { 0 })?;
        this.check_hostname.set(protocol == TLS_CLIENT);
        const RELEASE_BUFFERS: c_long = 0x10;
        // SAFETY: our own context.
        unsafe {
            let options = OP_ALL | OP_NO_SSLV3 | OP_NO_COMPRESSION | OP_CIPHER_SERVER_PREFERENCE;
            ffi::SSL_CTX_set_options(this.raw(), options);
            this.ctrl(ffi::SSL_CTRL_MODE, RELEASE_BUFFERS);
            ffi::X509_VERIFY_PARAM_set_flags(this.param(), TRUSTED_FIRST);
            ffi::X509_VERIFY_PARAM_set_hostflags(this.param(), NO_PARTIAL_WILDCARDS);
            ffi::SSL_CTX_set_post_handshake_auth(this.raw(), 0);
        }
        Ok(this)
    }

    #[method(
        "_wrap_socket($self, /, sock, server_side, server_hostname=None, *,\n             owner=None, session=None)"
    )]
    fn wrap_socket(
        &self,
        sock: SocketArgument<'_>,
        server_side: c_int,
        server_hostname: Option<&Object>,
        owner: Option<&Object>,
        session: Option<&Object>,
    ) -> Result<Ref<SslSocket>> {
        let transport = Transport::Socket(sock.0);
        let server_side = server_side != 0;
        SslSocket::new(self, &Wrapping { transport, server_side, server_hostname, owner, session })
    }

    #[method(
        "_wrap_bio($self, /, incoming, outgoing, server_side,\n          server_hostname=None, *, owner=None, session=None)"
    )]
    fn wrap_bio(
        &self,
        incoming: &MemoryBio,
        outgoing: &MemoryBio,
        server_side: c_int,
        server_hostname: Option<&Object>,
        owner: Option<&Object>,
        session: Option<&Object>,
    ) -> Result<Ref<SslSocket>> {
        let transport = Transport::Buffers(incoming, outgoing);
        let server_side = server_side != 0;
        SslSocket::new(self, &Wrapping { transport, server_side, server_hostname, owner, session })
    }

    #[method("set_ciphers($self, cipherlist, /)")]
    fn set_ciphers(&self, cipherlist: &str) -> Result<()> {
        let list = CString::new(cipherlist).map_err(|_| raise!(ValueError, "embedded null character"))?;
        // SAFETY: our own context and a C string.
        if unsafe { ffi::SSL_CTX_set_cipher_list(self.raw(), list.as_ptr()) } == 0 {
            crate::openssl::error::clear();
            return Err(errors::plain("No cipher can be selected."));
        }
        Ok(())
    }

    #[method("get_ciphers($self, /)")]
    fn get_ciphers(&self) -> Result<Ref<List>> {
        // SAFETY: our own context; the stack lives as long as the connection.
        unsafe {
            let Some(ssl) = Own::new(ffi::SSL_new(self.raw())) else { return Err(errors::latest()) };
            let list = List::new()?;
            for cipher in super::certificate::items(ffi::SSL_get_ciphers(ssl.as_ptr())) {
                list.push(ciphers::dict(cipher.cast())?.upcast())?;
            }
            Ok(list)
        }
    }

    #[method("_set_alpn_protocols($self, protos, /)")]
    fn set_alpn_protocols(&self, protos: BytesLike<'_>) -> Result<()> {
        let Ok(len) = c_uint::try_from(protos.len()) else {
            return Err(raise!(OverflowError, "protocols longer than {} bytes", c_uint::MAX));
        };
        *self.alpn.borrow_mut() = protos.as_slice().to_vec();
        // SAFETY: our own context and the bytes of a slice.
        if unsafe { ffi::SSL_CTX_set_alpn_protos(self.raw(), protos.as_ptr(), len) } != 0 {
            return Err(objects::raise::no_memory());
        }
        callbacks::set_alpn(self);
        Ok(())
    }

    #[method("load_cert_chain($self, /, certfile, keyfile=None, password=None)")]
    fn load_cert_chain(
        &self,
        certfile: &Object,
        keyfile: Option<&Object>,
        password: Option<&Object>,
    ) -> Result<()> {
        store::load_chain(self, certfile, given(keyfile), given(password))
    }

    #[method("load_verify_locations($self, /, cafile=None, capath=None, cadata=None)")]
    fn load_verify_locations(
        &self,
        cafile: Option<&Object>,
        capath: Option<&Object>,
        cadata: Option<&Object>,
    ) -> Result<()> {
        store::load_authorities(self, given(cafile), given(capath), given(cadata))
    }

    #[method("set_default_verify_paths($self, /)")]
    fn set_default_verify_paths(&self) -> Result<()> {
        // SAFETY: our own context.
        match unsafe { ffi::SSL_CTX_set_default_verify_paths(self.raw()) } {
            0 => Err(errors::latest()),
            _ => Ok(()),
        }
    }

    #[method("cert_store_stats($self, /)")]
    fn cert_store_stats(&self) -> Result<Ref<Dict>> {
        store::stats(self)
    }

    #[method("get_ca_certs($self, /, binary_form=False)")]
    fn get_ca_certs(&self, #[default(false)] binary_form: bool) -> Result<Ref<List>> {
        store::authorities(self, binary_form)
    }

    #[method("load_dh_params($self, path, /)")]
    fn load_dh_params(&self, path: &Object) -> Result<()> {
        store::load_dh_params(self, path)
    }

    #[method("set_ecdh_curve($self, name, /)")]
    fn set_ecdh_curve(&self, name: &Object) -> Result<()> {
        let bytes = objects::protocol::path::fs_bytes(name)?;
        // SAFETY: a C string; our own context and one number.
        unsafe {
            let mut nid = ffi::OBJ_sn2nid(bytes.as_ptr());
            if nid == 0 {
                let shown = objects::protocol::object::repr(name)?.to_string_lossy();
                return Err(raise!(ValueError, "unknown elliptic curve name {shown}"));
            }
            let group = ptr::from_mut(&mut nid).cast();
            if ffi::SSL_CTX_ctrl(self.raw(), ffi::SSL_CTRL_SET_GROUPS, 1, group) == 0 {
                return Err(errors::latest());
            }
        }
        Ok(())
    }

    #[method("session_stats($self, /)")]
    fn session_stats(&self) -> Result<Ref<Dict>> {
        // In the order of OpenSSL's commands.
        const NAMES: [&str; 12] = [
            "number",
            "connect",
            "connect_good",
            "connect_renegotiate",
            "accept",
            "accept_good",
            "accept_renegotiate",
            "hits",
            "",
            "misses",
            "timeouts",
            "cache_full",
        ];
        let dict = Dict::new()?;
        for (command, name) in (ffi::SSL_CTRL_SESS_NUMBER..).zip(NAMES) {
            if !name.is_empty() {
                dict.set_text(name, &*new_int(self.ctrl(command, 0))?)?;
            }
        }
        Ok(dict)
    }

    #[method("set_psk_client_callback($self, /, callback)")]
    fn set_psk_client_callback(&self, callback: &Object) -> Result<()> {
        if self.protocol.get() == TLS_SERVER {
            return Err(errors::with_text("Cannot add PSK client callback to a PROTOCOL_TLS_SERVER context"));
        }
        callbacks::set_psk_client(self, callback)
    }

    #[method("set_psk_server_callback($self, /, callback, identity_hint=None)")]
    fn set_psk_server_callback(&self, callback: &Object, identity_hint: Option<&str>) -> Result<()> {
        if self.protocol.get() == TLS_CLIENT {
            return Err(errors::with_text("Cannot add PSK server callback to a PROTOCOL_TLS_CLIENT context"));
        }
        callbacks::set_psk_server(self, callback, identity_hint)
    }

    #[getter("protocol")]
    fn protocol(&self) -> c_int {
        self.protocol.get()
    }

    #[getter("options")]
    fn options(&self) -> u64 {
        // SAFETY: our own context.
        unsafe { ffi::SSL_CTX_get_options(self.raw()) }
    }

    #[setter("options")]
    fn set_options(&self, value: Option<&Object>) -> Result<()> {
        const NO_VERSIONS: u64 = OP_NO_SSLV3 | OP_NO_TLSV1 | OP_NO_TLSV1_1 | OP_NO_TLSV1_2 | OP_NO_TLSV1_3;
        let Some(value) = value else { return Err(cannot_delete()) };
        let Unsigned(wanted) = Unsigned::of(value)?;
        let now = self.options();
        let (clear, set) = (now & !wanted, !now & wanted);
        if set & NO_VERSIONS != 0 {
            deprecated("ssl.OP_NO_SSL*/ssl.OP_NO_TLS* options are deprecated")?;
        }
        // SAFETY: our own context.
        unsafe {
            if clear != 0 {
                ffi::SSL_CTX_clear_options(self.raw(), clear);
            }
            if set != 0 {
                ffi::SSL_CTX_set_options(self.raw(), set);
            }
        }
        Ok(())
    }

    #[getter("verify_mode")]
    fn verify_mode(&self) -> Result<c_int> {
        self.mode()
    }

    #[setter("verify_mode")]
    fn set_verify_mode(&self, value: Option<&Object>) -> Result<()> {
        self.set_mode(c_int_of(value)?)
    }

    #[getter("verify_flags")]
    fn verify_flags(&self) -> u64 {
        // SAFETY: the context's own parameters.
        unsafe { ffi::X509_VERIFY_PARAM_get_flags(self.param()) }
    }

    #[setter("verify_flags")]
    fn set_verify_flags(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else { return Err(cannot_delete()) };
        let wanted = Unsigned::wrapping(value)?;
        let now = self.verify_flags();
        let (clear, set) = (now & !wanted, !now & wanted);
        // SAFETY: the context's own parameters.
        unsafe {
            if clear != 0 && ffi::X509_VERIFY_PARAM_clear_flags(self.param(), clear) == 0
                || set != 0 && ffi::X509_VERIFY_PARAM_set_flags(self.param(), set) == 0
            {
                return Err(errors::latest());
            }
        }
        Ok(())
    }

    #[getter("check_hostname")]
    fn py_check_hostname(&self) -> bool {
        self.check_hostname.get()
    }

    #[setter("check_hostname")]
    fn set_check_hostname(&self, value: Option<&Object>) -> Result<()> {
        let check = truth(value)?;
        if check && self.mode()? == 0 {
            self.set_mode(2)?;
        }
        self.check_hostname.set(check);
        Ok(())
    }

    #[getter("_host_flags")]
    fn host_flags(&self) -> c_uint {
        self.host_flags.get()
    }

    #[setter("_host_flags")]
    fn set_host_flags(&self, value: Option<&Object>) -> Result<()> {
        let flags = c_int_of(value)? as c_uint;
        self.host_flags.set(flags);
        // SAFETY: the context's own parameters.
        unsafe { ffi::X509_VERIFY_PARAM_set_hostflags(self.param(), flags) };
        Ok(())
    }

    #[getter("minimum_version")]
    fn minimum_version(&self) -> c_long {
        match self.ctrl(ffi::SSL_CTRL_GET_MIN_PROTO_VERSION, 0) {
            0 => MINIMUM.into(),
            version => version,
        }
    }

    #[setter("minimum_version")]
    fn set_minimum_version(&self, value: Option<&Object>) -> Result<()> {
        self.set_version(value, true)
    }

    #[getter("maximum_version")]
    fn maximum_version(&self) -> c_long {
        match self.ctrl(ffi::SSL_CTRL_GET_MAX_PROTO_VERSION, 0) {
            0 => MAXIMUM.into(),
            version => version,
        }
    }

    #[setter("maximum_version")]
    fn set_maximum_version(&self, value: Option<&Object>) -> Result<()> {
        self.set_version(value, false)
    }

    #[getter("num_tickets")]
    fn num_tickets(&self) -> usize {
        // SAFETY: our own context.
        unsafe { ffi::SSL_CTX_get_num_tickets(self.raw()) }
    }

    #[setter("num_tickets")]
    fn set_num_tickets(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else { return Err(cannot_delete()) };
        let count = number::index_as_isize(value, Some(&exc::OverflowError))?;
        let Ok(count) = usize::try_from(count) else {
            return Err(raise!(ValueError, "value must be non-negative"));
        };
        if self.protocol.get() != TLS_SERVER {
            return Err(raise!(ValueError, "SSLContext is not a server context."));
        }
        // SAFETY: our own context.
        match unsafe { ffi::SSL_CTX_set_num_tickets(self.raw(), count) } {
            1 => Ok(()),
            _ => Err(raise!(ValueError, "failed to set num tickets.")),
        }
    }

    #[getter("security_level")]
    fn security_level(&self) -> c_int {
        // SAFETY: our own context.
        unsafe { ffi::SSL_CTX_get_security_level(self.raw()) }
    }

    #[getter("post_handshake_auth")]
    fn py_post_handshake_auth(&self) -> bool {
        self.post_handshake_auth.get()
    }

    #[setter("post_handshake_auth")]
    fn set_post_handshake_auth(&self, value: Option<&Object>) -> Result<()> {
        let wanted = truth(value)?;
        self.post_handshake_auth.set(wanted);
        // SAFETY: our own context.
        unsafe { ffi::SSL_CTX_set_post_handshake_auth(self.raw(), wanted.into()) };
        Ok(())
    }

    #[getter("sni_callback")]
    fn sni_callback(&self) -> Option<Ref> {
        self.sni_callback.get()
    }

    #[setter("sni_callback")]
    fn set_sni_callback(&self, value: Option<&Object>) -> Result<()> {
        if self.protocol.get() == TLS_CLIENT {
            return Err(raise!(ValueError, "sni_callback cannot be set on TLS_CLIENT context"));
        }
        let callback = callable(value)?;
        self.sni_callback.set(callback);
        callbacks::set_sni(self);
        Ok(())
    }

    #[getter("_msg_callback")]
    fn msg_callback(&self) -> Option<Ref> {
        self.message_callback.get()
    }

    #[setter("_msg_callback")]
    fn set_msg_callback(&self, value: Option<&Object>) -> Result<()> {
        let callback = callable(value)?;
        self.message_callback.set(callback);
        callbacks::set_message(self);
        Ok(())
    }

    #[getter("keylog_filename")]
    fn keylog_filename(&self) -> Option<Ref> {
        self.keylog_filename.get()
    }

    #[setter("keylog_filename")]
    fn set_keylog_filename(&self, value: Option<&Object>) -> Result<()> {
        callbacks::set_keylog(self, given(value))
    }
}

/// A callback, or none.
fn callable(value: Option<&Object>) -> Result<Option<Ref>> {
    match given(value) {
        None => Ok(None),
        Some(value) if call::is_callable(value) => Ok(Some(value.to_ref())),
        Some(_) => Err(raise!(TypeError, "not a callable object")),
    }
}

/// A text that OpenSSL gives a callback.
pub fn text_or_none(text: *const core::ffi::c_char) -> Result<Ref> {
    if text.is_null() {
        return Ok(none().to_ref());
    }
    // SAFETY: a C string for the time of the callback.
    let bytes = unsafe { core::ffi::CStr::from_ptr(text) };
    Ok(Str::new(&bytes.to_string_lossy())?.upcast())
}
