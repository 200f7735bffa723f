//! What OpenSSL asks Python in the middle of its work. It does so without the GIL.

use super::context::{SslContext, text_or_none};
use super::errors;
use super::socket::{SslSocket, requested_name};
use crate::openssl::ffi;
use core::ffi::{CStr, c_char, c_int, c_uchar, c_uint, c_void};
use core::ptr;
use objects::protocol::buffer::BytesLike;
use objects::protocol::path::fs_bytes;
use objects::protocol::{call, number};
use objects::raise::write_unraisable;
use objects::state::attached;
use objects::types::bytes::Bytes;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};
use std::ffi::{CString, OsStr};
use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::sync::{Mutex, PoisonError};

/// `SSL_AD_…`.
const HANDSHAKE_FAILURE: c_int = 40;
const INTERNAL_ERROR: c_int = 80;

/// Sets or removes the callback for a client that names its server.
pub fn set_sni(context: &SslContext) {
    type Servername = unsafe extern "C" fn(*mut ffi::SSL, *mut c_int, *mut c_void) -> c_int;
    type Any = unsafe extern "C" fn();
    let is_set = !context.sni_callback.is_empty();
    // SAFETY: OpenSSL casts the function back; the argument lives as long as the context, which its owner frees.
    unsafe {
        let callback = is_set.then(|| core::mem::transmute::<Servername, Any>(servername));
        ffi::SSL_CTX_callback_ctrl(context.raw(), ffi::SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, callback);
        let argument = if is_set { ptr::from_ref(context).cast_mut().cast() } else { ptr::null_mut() };
        ffi::SSL_CTX_ctrl(context.raw(), ffi::SSL_CTRL_SET_TLSEXT_SERVERNAME_ARG, 0, argument);
    }
}

unsafe extern "C" fn servername(ssl: *mut ffi::SSL, alert: *mut c_int, argument: *mut c_void) -> c_int {
    attached(|| {
        // SAFETY: the context that the callback was set on; a connection of ours.
        let (context, socket, name) =
            unsafe { (argument.cast::<SslContext>().as_ref(), SslSocket::of_ssl(ssl), requested_name(ssl)) };
        let Some((context, socket)) = context.zip(socket) else { return ffi::SSL_TLSEXT_ERR_NOACK };
        let Some(callback) = context.sni_callback.get() else { return ffi::SSL_TLSEXT_ERR_NOACK };
        let refuse = |number: c_int| {
            // SAFETY: where OpenSSL wants the alert.
            unsafe { *alert = number };
            ffi::SSL_TLSEXT_ERR_ALERT_FATAL
        };
        let Some(subject) = socket.for_callback() else { return refuse(HANDSHAKE_FAILURE) };
        let name = match ascii_name(name) {
            Ok(name) => name,
            Err(raised) => {
                write_unraisable(raised, Some(&callback));
                return refuse(INTERNAL_ERROR);
            }
        };
        match call::call(&callback, &[&*subject, &*name, context.as_object()]) {
            Err(raised) => {
                write_unraisable(raised, Some(&callback));
                refuse(HANDSHAKE_FAILURE)
            }
            Ok(result) if result.is(none()) => ffi::SSL_TLSEXT_ERR_OK,
            Ok(result) => match number::index_as_isize(&result, Some(&exc::OverflowError)) {
                Ok(number) => refuse(number as c_int),
                Err(raised) => {
                    write_unraisable(raised, Some(&result));
                    refuse(INTERNAL_ERROR)
                }
            },
        }
    })
}

fn ascii_name(name: *const c_char) -> Result<Ref> {
    if name.is_null() {
        return Ok(none().to_ref());
    }
    // SAFETY: a C string for the time of the callback.
    let bytes = unsafe { CStr::from_ptr(name) }.to_bytes();
    Ok(objects::codecs::latin::decode_ascii(bytes, None)?.upcast())
}

/// Lets a server choose among the protocols of its context.
pub fn set_alpn(context: &SslContext) {
    let argument = ptr::from_ref(context).cast_mut().cast();
    // SAFETY: the argument lives as long as the context, which its owner frees.
    unsafe { ffi::SSL_CTX_set_alpn_select_cb(context.raw(), Some(select_protocol), argument) };
}

unsafe extern "C" fn select_protocol(
    _ssl: *mut ffi::SSL,
    out: *mut *const c_uchar,
    out_len: *mut c_uchar,
    client: *const c_uchar,
    client_len: c_uint,
    argument: *mut c_void,
) -> c_int {
    attached(|| {
        // SAFETY: the context that the callback was set on; OpenSSL's own pointers.
        unsafe {
            let Some(context) = argument.cast::<SslContext>().as_ref() else {
                return ffi::SSL_TLSEXT_ERR_NOACK;
            };
            let server = context.alpn.borrow();
            let len = server.len() as c_uint;
            let chosen =
                ffi::SSL_select_next_proto(out.cast(), out_len, server.as_ptr(), len, client, client_len);
            match chosen {
                ffi::OPENSSL_NPN_NEGOTIATED => ffi::SSL_TLSEXT_ERR_OK,
                _ => ffi::SSL_TLSEXT_ERR_NOACK,
            }
        }
    })
}

/// Sets or removes the callback for every message.
pub fn set_message(context: &SslContext) {
    let callback = context.has_message_callback().then_some(message as ffi::MessageCallback);
    // SAFETY: our own context.
    unsafe { ffi::SSL_CTX_set_msg_callback(context.raw(), callback) };
}

pub unsafe extern "C" fn message(
    writing: c_int,
    version: c_int,
    content_type: c_int,
    data: *const c_void,
    len: usize,
    ssl: *mut ffi::SSL,
    _argument: *mut c_void,
) {
    const CHANGE_CIPHER_SPEC: c_int = 20;
    const ALERT: c_int = 21;
    const HANDSHAKE: c_int = 22;
    const HEADER: c_int = 0x100;
    const INNER_CONTENT_TYPE: c_int = 0x101;
    const MT_CHANGE_CIPHER_SPEC: c_int = 0x101;
    attached(|| {
        // SAFETY: a connection of ours; the message's bytes.
        let (socket, bytes) = unsafe {
            let bytes =
                if data.is_null() { &[][..] } else { core::slice::from_raw_parts(data.cast::<u8>(), len) };
            (SslSocket::of_ssl(ssl), bytes)
        };
        let Some(socket) = socket else { return };
        let callback = socket.ssl_context().and_then(|context| context.message_callback.get());
        let Some((callback, subject)) = callback.zip(socket.for_callback()) else { return };
        let byte = |index: usize| bytes.get(index).copied().map_or(-1, c_int::from);
        let (version, kind) = match content_type {
            CHANGE_CIPHER_SPEC => (version, MT_CHANGE_CIPHER_SPEC),
            ALERT => (version, byte(1)),
            HANDSHAKE | INNER_CONTENT_TYPE => (version, byte(0)),
            // The header of a record has the version in it.
            HEADER => (byte(1) << 8 | byte(2), byte(0)),
            _ => (version, -1),
        };
        let told = || -> Result<Ref> {
            let direction = Str::new(if writing != 0 { "write" } else { "read" })?;
            let (version, content_type) = (new_int(version.into())?, new_int(content_type.into())?);
            let (kind, bytes) = (new_int(kind.into())?, Bytes::new(bytes)?);
            let args: [&Object; 6] =
                [&subject, direction.as_object(), &version, &content_type, &kind, bytes.as_object()];
            call::call(&callback, &args)
        };
        if let Err(raised) = told() {
            socket.keep_raised(raised);
        }
    });
}

/// The file that secrets are written to.
#[derive(Default)]
pub struct Keylog(Mutex<Option<File>>);

/// Sets or removes the file that secrets are written to.
pub fn set_keylog(context: &SslContext, filename: Option<&Object>) -> Result<()> {
    let forget = || {
        // SAFETY: our own context.
        unsafe { ffi::SSL_CTX_set_keylog_callback(context.raw(), None) };
        *objects::state::lock(&context.keylog.0) = None;
        context.keylog_filename.set(None);
    };
    let Some(filename) = filename else {
        forget();
        return Ok(());
    };
    let path = fs_bytes(filename)?;
    forget();
    let opened = objects::state::detached(|| -> std::io::Result<File> {
        let mut file =
            OpenOptions::new().append(true).create(true).open(OsStr::from_bytes(path.as_bytes()))?;
        if file.seek(SeekFrom::End(0))? == 0 {
            file.write_all(b"# TLS secrets log file, generated by OpenSSL / Python\n")?;
        }
        Ok(file)
    });
    let file = opened
        .map_err(|error| objects::raise::os_error(error.raw_os_error().unwrap_or(0), Some(filename), None))?;
    *objects::state::lock(&context.keylog.0) = Some(file);
    context.keylog_filename.set(Some(filename.to_ref()));
    // SAFETY: our own context.
    unsafe { ffi::SSL_CTX_set_keylog_callback(context.raw(), Some(keylog)) };
    Ok(())
}

unsafe extern "C" fn keylog(ssl: *const ffi::SSL, line: *const c_char) {
    attached(|| {
        // SAFETY: a connection of ours; a C string for the time of the callback.
        let (socket, line) = unsafe { (SslSocket::of_ssl(ssl), CStr::from_ptr(line).to_bytes()) };
        let Some(socket) = socket else { return };
        let Some(context) = socket.ssl_context() else { return };
        let mut text = line.to_vec();
        text.push(b'\n');
        let written = objects::state::detached(|| {
            let mut file = context.keylog.0.lock().unwrap_or_else(PoisonError::into_inner);
            file.as_mut().map_or(Ok(()), |file| file.write_all(&text))
        });
        if let Err(error) = written {
            let filename = context.keylog_filename.get();
            let number = error.raw_os_error().unwrap_or(0);
            socket.keep_raised(objects::raise::os_error(number, filename.as_deref(), None));
        }
    });
}

fn psk_callback(callback: &Object) -> Result<Option<Ref>> {
    if callback.is(none()) {
        return Ok(None);
    }
    if !call::is_callable(callback) {
        return Err(raise!(TypeError, "callback must be callable"));
    }
    Ok(Some(callback.to_ref()))
}

/// Sets or removes the callback by which a client knows its key.
pub fn set_psk_client(context: &SslContext, callback: &Object) -> Result<()> {
    let callback = psk_callback(callback)?;
    // SAFETY: our own context.
    unsafe {
        let function = callback.is_some().then_some(psk_client as ffi::PskClientCallback);
        ffi::SSL_CTX_set_psk_client_callback(context.raw(), function);
    }
    context.psk_client_callback.set(callback);
    Ok(())
}

/// Sets or removes the callback by which a server knows the keys of its clients.
pub fn set_psk_server(context: &SslContext, callback: &Object, hint: Option<&str>) -> Result<()> {
    let callback = psk_callback(callback)?;
    let hint = hint.and_then(|hint| CString::new(hint).ok());
    // SAFETY: our own context, a C string or NULL.
    unsafe {
        let pointer = hint.as_ref().filter(|_| callback.is_some()).map_or(ptr::null(), |hint| hint.as_ptr());
        if ffi::SSL_CTX_use_psk_identity_hint(context.raw(), pointer) != 1 {
            return Err(errors::plain("failed to set identity hint"));
        }
        let function = callback.is_some().then_some(psk_server as ffi::PskServerCallback);
        ffi::SSL_CTX_set_psk_server_callback(context.raw(), function);
    }
    context.psk_server_callback.set(callback);
    Ok(())
}

/// Copies `bytes` into OpenSSL's room, if they fit.
unsafe fn put(bytes: &[u8], out: *mut u8, room: usize) -> bool {
    let fits = bytes.len() <= room;
    if fits {
        // SAFETY: the caller's promise: `out` has that room.
        unsafe { out.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    }
    fits
}

unsafe extern "C" fn psk_client(
    ssl: *mut ffi::SSL,
    hint: *const c_char,
    identity_out: *mut c_char,
    identity_room: c_uint,
    key_out: *mut c_uchar,
    key_room: c_uint,
) -> c_uint {
    attached(|| {
        // SAFETY: a connection of ours.
        let context = unsafe { SslSocket::of_ssl(ssl) }.and_then(SslSocket::ssl_context);
        let Some(callback) = context.and_then(|context| context.psk_client_callback.get()) else { return 0 };
        let ask = || -> Result<(Vec<u8>, Vec<u8>)> {
            let answer = call::call_one_arg(&callback, &*text_or_none(hint)?)?;
            let parts = answer.cast::<Tuple>().map(Tuple::items);
            let Some(&[identity, key]) = parts else {
                return Err(raise!(TypeError, "PSK client callback must return a tuple of identity and key"));
            };
            let mut identity = match identity.cast::<Str>() {
                Some(text) => text.to_str()?.as_bytes().to_vec(),
                None if identity.is(none()) => Vec::new(),
                None => BytesLike::of(identity)?.as_slice().to_vec(),
            };
            identity.push(0);
            Ok((identity, BytesLike::of(key)?.as_slice().to_vec()))
        };
        match ask() {
            Ok((identity, key)) => {
                // SAFETY: OpenSSL says how much room there is.
                let fits = unsafe {
                    put(&identity, identity_out.cast(), identity_room as usize)
                        && put(&key, key_out, key_room as usize)
                };
                if fits { key.len() as c_uint } else { 0 }
            }
            Err(raised) => {
                write_unraisable(raised, Some(&callback));
                0
            }
        }
    })
}

unsafe extern "C" fn psk_server(
    ssl: *mut ffi::SSL,
    identity: *const c_char,
    key_out: *mut c_uchar,
    key_room: c_uint,
) -> c_uint {
    attached(|| {
        // SAFETY: a connection of ours.
        let context = unsafe { SslSocket::of_ssl(ssl) }.and_then(SslSocket::ssl_context);
        let Some(callback) = context.and_then(|context| context.psk_server_callback.get()) else { return 0 };
        let ask = || -> Result<Vec<u8>> {
            let key = call::call_one_arg(&callback, &*text_or_none(identity)?)?;
            Ok(BytesLike::of(&key)?.as_slice().to_vec())
        };
        match ask() {
            // SAFETY: OpenSSL says how much room there is.
            Ok(key) if unsafe { put(&key, key_out, key_room as usize) } => key.len() as c_uint,
            Ok(_) => 0,
            Err(raised) => {
                write_unraisable(raised, Some(&callback));
                0
            }
        }
    })
}
