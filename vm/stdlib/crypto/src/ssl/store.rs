//! Certificates and keys that a context is given.

use super::bio::Memory;
use super::certificate::{self, DER, PEM, items};
use super::context::SslContext;
use super::errors;
use crate::openssl::{Own, error, ffi};
use core::ffi::{c_char, c_int, c_void};
use core::ptr;
use objects::protocol::buffer::BytesLike;
use objects::protocol::call;
use objects::protocol::path::fs_bytes;
use objects::state::{attached, detached};
use objects::types::bytearray::ByteArray;
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::str::Str;
use objects::{Instance, Object, Raised, Ref, Result, raise};
use std::ffi::CString;

/// A path, under the name that its parameter has.
fn path(object: &Object, name: &str) -> Result<CString> {
    fs_bytes(object).map_err(|raised| {
        if raised.matches(&exc::TypeError) {
            raised.clear();
            raise!(TypeError, "{name} should be a valid filesystem path")
        } else {
            raised
        }
    })
}

/// The exception for a file that could not be used: the system's error if there was one.
#[track_caller]
fn file_error(errno: c_int) -> Raised {
    if errno != 0 {
        error::clear();
        return objects::raise::os_error(errno, None, None);
    }
    errors::latest()
}

/// Runs `work` without the GIL; `errno` afterwards when it failed.
fn attempt(work: impl FnOnce() -> bool) -> core::result::Result<(), c_int> {
    detached(|| {
        error::clear();
        // SAFETY: the thread's own number.
        unsafe { *libc::__errno_location() = 0 };
        match work() {
            true => Ok(()),
            false => Err(std::io::Error::last_os_error().raw_os_error().unwrap_or(0)),
        }
    })
}

/// Where the password of a key comes from.
struct Password {
    /// What Python gave: a text, bytes, or a callable that gives one.
    source: Option<Ref>,
    /// What asking for it raised.
    raised: Option<Ref>,
}

impl Password {
    fn ask(&self, room: usize) -> Result<Vec<u8>> {
        let Some(source) = &self.source else { return Ok(Vec::new()) };
        let text = match call::is_callable(source) {
            false => source.clone(),
            true => call::call_no_args(source)?,
        };
        let bytes = if let Some(text) = text.cast::<Str>() {
            text.to_str()?.as_bytes().to_vec()
        } else if let Some(bytes) = text.cast::<Bytes>() {
            bytes.as_slice().to_vec()
        } else if let Some(array) = text.cast::<ByteArray>() {
            array.as_slice().to_vec()
        } else if call::is_callable(source) {
            return Err(raise!(TypeError, "password callback must return a string"));
        } else {
            return Err(raise!(TypeError, "password should be a string or callable"));
        };
        if bytes.len() > room {
            return Err(raise!(ValueError, "password cannot be longer than {room} bytes"));
        }
        Ok(bytes)
    }
}

unsafe extern "C" fn give_password(
    out: *mut c_char,
    room: c_int,
    _writing: c_int,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: the argument is the password of the call that is going on; the buffer has that room.
    unsafe {
        let password = &mut *argument.cast::<Password>();
        attached(|| match password.ask(room.max(0) as usize) {
            Ok(bytes) => {
                out.cast::<u8>().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
                bytes.len() as c_int
            }
            Err(raised) => {
                password.raised = Some(raised.take());
                -1
            }
        })
    }
}

/// `load_cert_chain`.
///
/// # Errors
/// TypeError, OSError, SSLError; what the password's callable raises.
pub fn load_chain(
    context: &SslContext,
    certfile: &Object,
    keyfile: Option<&Object>,
    password: Option<&Object>,
) -> Result<()> {
    let certfile = path(certfile, "certfile")?;
    let keyfile = keyfile.map(|keyfile| path(keyfile, "keyfile")).transpose()?;
    if let Some(password) = password
        && !call::is_callable(password)
        && password.cast::<Str>().is_none()
        && password.cast::<Bytes>().is_none()
        && password.cast::<ByteArray>().is_none()
    {
        return Err(raise!(TypeError, "password should be a string or callable"));
    }
    let mut password = Password { source: password.map(Instance::to_ref), raised: None };
    // A password that is no callable is checked even when no key needs it.
    const ROOM: usize = 1024;
    if password.source.as_deref().is_some_and(|source| !call::is_callable(source)) {
        password.ask(ROOM)?;
    }
    let has_password = password.source.is_some();
    let raw = context.raw();
    // SAFETY: our own context; the callback's argument outlives the calls, and both are put back.
    unsafe {
        let old = (ffi::SSL_CTX_get_default_passwd_cb(raw), ffi::SSL_CTX_get_default_passwd_cb_userdata(raw));
        if has_password {
            ffi::SSL_CTX_set_default_passwd_cb(raw, Some(give_password));
            ffi::SSL_CTX_set_default_passwd_cb_userdata(raw, (&raw mut password).cast());
        }
        let key = keyfile.as_ref().unwrap_or(&certfile);
        let outcome = attempt(|| ffi::SSL_CTX_use_certificate_chain_file(raw, certfile.as_ptr()) == 1)
            .and_then(|()| attempt(|| ffi::SSL_CTX_use_PrivateKey_file(raw, key.as_ptr(), PEM) == 1));
        ffi::SSL_CTX_set_default_passwd_cb(raw, old.0);
        ffi::SSL_CTX_set_default_passwd_cb_userdata(raw, old.1);
        if let Some(exception) = password.raised.take() {
            error::clear();
            return Err(objects::raise::restore(exception));
        }
        outcome.map_err(file_error)?;
        match detached(|| ffi::SSL_CTX_check_private_key(raw)) {
            0 => Err(errors::latest()),
            _ => Ok(()),
        }
    }
}

/// `load_verify_locations`.
///
/// # Errors
/// TypeError, ValueError, OSError, SSLError.
pub fn load_authorities(
    context: &SslContext,
    cafile: Option<&Object>,
    capath: Option<&Object>,
    cadata: Option<&Object>,
) -> Result<()> {
    if cafile.is_none() && capath.is_none() && cadata.is_none() {
        return Err(raise!(TypeError, "cafile, capath and cadata cannot be all omitted"));
    }
    let file = cafile.map(|cafile| path(cafile, "cafile")).transpose()?;
    let directory = capath.map(|capath| path(capath, "capath")).transpose()?;
    if let Some(cadata) = cadata {
        let bad = || raise!(TypeError, "cadata should be an ASCII string or a bytes-like object");
        if let Some(text) = cadata.cast::<Str>() {
            add_authorities(context, text.as_ascii().ok_or_else(bad)?.as_bytes(), PEM)?;
        } else {
            let bytes = BytesLike::of(cadata).map_err(|raised| {
                raised.clear();
                bad()
            })?;
            add_authorities(context, &bytes, DER)?;
        }
    }
    if file.is_none() && directory.is_none() {
        return Ok(());
    }
    let pointer = |path: &Option<CString>| path.as_ref().map_or(ptr::null(), |path| path.as_ptr());
    let (file, directory) = (pointer(&file), pointer(&directory));
    // SAFETY: our own context; C strings or NULL.
    attempt(|| unsafe { ffi::SSL_CTX_load_verify_locations(context.raw(), file, directory) != 0 })
        .map_err(file_error)
}

/// Adds the certificates in `data` to those that are trusted.
fn add_authorities(context: &SslContext, data: &[u8], kind: c_int) -> Result<()> {
    const ALREADY_THERE: u32 = 101;
    const NO_START_LINE: u32 = 108;
    if data.is_empty() {
        return Err(raise!(ValueError, "Empty certificate data"));
    }
    if c_int::try_from(data.len()).is_err() {
        return Err(raise!(OverflowError, "Certificate data is too long."));
    }
    let memory = Memory::over(data)?;
    let mut loaded = 0;
    error::clear();
    // SAFETY: our own context and buffer; a certificate that is read is ours.
    unsafe {
        let store = ffi::SSL_CTX_get_cert_store(context.raw());
        loop {
            // DER has no mark at its end: all of it must be certificates.
            if kind == DER && ffi::BIO_ctrl(memory.as_ptr(), ffi::BIO_CTRL_EOF, 0, ptr::null_mut()) != 0 {
                break;
            }
            let certificate = match kind {
                DER => ffi::d2i_X509_bio(memory.as_ptr(), ptr::null_mut()),
                _ => ffi::PEM_read_bio_X509(memory.as_ptr(), ptr::null_mut(), None, ptr::null_mut()),
            };
            let Some(certificate) = Own::new(certificate) else { break };
            if ffi::X509_STORE_add_cert(store, certificate.as_ptr()) == 0 {
                let known = error::peek_last().is_some_and(|error| {
                    error.library_number() == ffi::ERR_LIB_X509 && error.reason_number() == ALREADY_THERE
                });
                if !known {
                    return Err(errors::latest());
                }
                error::clear();
            }
            loaded += 1;
        }
        let ended = error::peek_last().is_none_or(|error| match (kind, error.library_number()) {
            (PEM, ffi::ERR_LIB_PEM) => error.reason_number() & 0xffff == NO_START_LINE,
            _ => false,
        });
        if loaded == 0 {
            let text = match kind {
                PEM => "no start line: cadata does not contain a certificate",
                _ => "not enough data: cadata does not contain a certificate",
            };
            return Err(errors::with_text(text));
        }
        if !ended {
            return Err(errors::latest());
        }
        error::clear();
    }
    Ok(())
}

/// The objects of a context's store, freed afterwards.
struct Objects(*mut ffi::OPENSSL_STACK);

impl Objects {
    fn of(context: &SslContext) -> Result<Objects> {
        // SAFETY: our own context; the stack is a copy.
        let stack = unsafe { ffi::X509_STORE_get1_objects(ffi::SSL_CTX_get_cert_store(context.raw())) };
        if stack.is_null() { Err(objects::raise::no_memory()) } else { Ok(Objects(stack)) }
    }
}

unsafe extern "C" fn free_object(object: *mut c_void) {
    // SAFETY: an object of the stack that is freed.
    unsafe { ffi::X509_OBJECT_free(object.cast()) };
}

impl Drop for Objects {
    fn drop(&mut self) {
        // SAFETY: the stack and its objects are ours.
        unsafe { ffi::OPENSSL_sk_pop_free(self.0, free_object) };
    }
}

/// `X509_LU_…`.
const CERTIFICATE: c_int = 1;
const REVOCATIONS: c_int = 2;

/// How many certificates, authorities among them, and revocation lists there are.
pub fn stats(context: &SslContext) -> Result<Ref<Dict>> {
    let (mut certificates, mut revocations, mut authorities) = (0, 0, 0);
    let objects = Objects::of(context)?;
    for object in items(objects.0) {
        // SAFETY: an object of the stack.
        unsafe {
            match ffi::X509_OBJECT_get_type(object.cast()) {
                CERTIFICATE => {
                    certificates += 1;
                    let certificate = ffi::X509_OBJECT_get0_X509(object.cast());
                    authorities += i64::from(ffi::X509_check_ca(certificate) != 0);
                }
                REVOCATIONS => revocations += 1,
                _ => {}
            }
        }
    }
    let dict = Dict::new()?;
    dict.set_text("x509", &*new_int(certificates)?)?;
    dict.set_text("crl", &*new_int(revocations)?)?;
    dict.set_text("x509_ca", &*new_int(authorities)?)?;
    Ok(dict)
}

/// The certificates of authorities, as dicts or as DER.
pub fn authorities(context: &SslContext, binary: bool) -> Result<Ref<List>> {
    let list = List::new()?;
    let objects = Objects::of(context)?;
    for object in items(objects.0) {
        // SAFETY: an object of the stack.
        let certificate = unsafe {
            if ffi::X509_OBJECT_get_type(object.cast()) != CERTIFICATE {
                continue;
            }
            certificate::share(ffi::X509_OBJECT_get0_X509(object.cast()))
        };
        let Some(certificate) = certificate else { continue };
        // SAFETY: a certificate.
        if unsafe { ffi::X509_check_ca(certificate.as_ptr()) } == 0 {
            continue;
        }
        list.push(match binary {
            true => certificate::to_der(&certificate)?.upcast(),
            false => certificate::decode(&certificate)?.upcast(),
        })?;
    }
    Ok(list)
}

/// `load_dh_params`.
pub fn load_dh_params(context: &SslContext, path: &Object) -> Result<()> {
    let name = fs_bytes(path)?;
    let mode = objects::types::str::Str::new("rb")?;
    objects::hooks::AUDIT.get()("open", &[path, &*mode, &*objects::types::int::new_int(0)?])?;
    error::clear();
    // SAFETY: C strings; what is read is ours until the context takes it.
    unsafe {
        *libc::__errno_location() = 0;
        let Some(file) = Own::new(ffi::BIO_new_file(name.as_ptr(), c"rb".as_ptr())) else {
            let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
            error::clear();
            return Err(objects::raise::os_error(errno, Some(path), None));
        };
        let parameters =
            detached(|| ffi::PEM_read_bio_DHparams(file.as_ptr(), ptr::null_mut(), None, ptr::null_mut()));
        if parameters.is_null() {
            let errno = *libc::__errno_location();
            if errno == 0 {
                return Err(errors::latest());
            }
            error::clear();
            return Err(objects::raise::os_error(errno, Some(path), None));
        }
        // The context takes a copy.
        let taken = ffi::SSL_CTX_ctrl(context.raw(), ffi::SSL_CTRL_SET_TMP_DH, 0, parameters.cast());
        ffi::DH_free(parameters);
        if taken == 0 { Err(errors::latest()) } else { Ok(()) }
    }
}
