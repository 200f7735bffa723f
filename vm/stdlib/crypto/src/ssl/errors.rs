//! `SSLError` and its kinds: from OpenSSL's queue to exceptions.

use super::socket::SslSocket;
use crate::openssl::error::{self, Error, static_text};
use crate::openssl::ffi;
use core::ffi::{c_int, c_long};
use core::panic::Location;
use macros::{Trace, pytype};
use objects::protocol::{attr, call, object};
use objects::types::exceptions as exc;
use objects::types::exceptions::os::OSErrorObject;
use objects::types::int::new_int;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Raised, Ref, Result, TypeObject, id};
use std::sync::OnceLock;

/// `ssl.SSLError`: an OSError that shows only its text.
#[repr(C)]
#[derive(Trace)]
pub struct SslErrorObject {
    base: OSErrorObject,
}

#[pytype(
    name = "SSLError",
    module = "ssl",
    static_name = SSL_ERROR,
    base = exc::OSError,
    gc,
    flags = [BASETYPE],
    doc = "An error occurred in the SSL implementation."
)]
impl SslErrorObject {
    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        let strerror = attr::get(self, id!("strerror"))?;
        match strerror.downcast::<Str>() {
            Ok(text) => Ok(text),
            Err(_) => object::str(&*attr::get(self, id!("args"))?),
        }
    }
}

/// A class derived from [`SSL_ERROR`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Ssl,
    CertVerification,
    ZeroReturn,
    WantRead,
    WantWrite,
    Eof,
}

const DERIVED: [(&str, &str); 6] = [
    ("SSLCertVerificationError", "A certificate could not be verified."),
    ("SSLZeroReturnError", "SSL/TLS session closed cleanly."),
    (
        "SSLWantReadError",
        "Non-blocking SSL socket needs to read more data\nbefore the requested operation can be completed.",
    ),
    (
        "SSLWantWriteError",
        "Non-blocking SSL socket needs to write more data\nbefore the requested operation can be completed.",
    ),
    ("SSLSyscallError", "System error when attempting SSL operation."),
    ("SSLEOFError", "SSL/TLS connection terminated abruptly."),
];

objects::per_interpreter! {
    /// The derived classes, made with the module.
    static CLASSES: OnceLock<Vec<Ref<TypeObject>>> = OnceLock::new();
}

impl Kind {
    fn class(self) -> &'static TypeObject {
        let index = match self {
            Kind::Ssl => return &SSL_ERROR,
            Kind::CertVerification => 0,
            Kind::ZeroReturn => 1,
            Kind::WantRead => 2,
            Kind::WantWrite => 3,
            Kind::Eof => 5,
        };
        CLASSES.get().and_then(|classes| classes.get(index)).map_or(&SSL_ERROR, |class| &**class)
    }
}

/// Makes the classes and adds them to the module.
pub fn add_to(module: &Module) -> Result<()> {
    objects::typeobject::ready::ready(&SSL_ERROR)?;
    let dict = module.dict();
    dict.set_text("SSLError", SSL_ERROR.as_object())?;
    let mut classes = Vec::new();
    for (name, doc) in DERIVED {
        let bases = match name {
            "SSLCertVerificationError" => {
                Tuple::from_slice(&[SSL_ERROR.as_object(), exc::ValueError.as_object()])?
            }
            _ => Tuple::from_slice(&[SSL_ERROR.as_object()])?,
        };
        let class = objects::types::exceptions::new_exception(&format!("ssl.{name}"), &bases, Some(doc))?;
        dict.set_text(name, class.as_object())?;
        classes.push(class);
    }
    let _ = CLASSES.set(classes);
    Ok(())
}

/// The mnemonic of a library's number.
fn library_name(number: u32) -> Option<&'static str> {
    Some(match number {
        2 => "SYS",
        3 => "BN",
        4 => "RSA",
        5 => "DH",
        6 => "EVP",
        7 => "BUF",
        8 => "OBJ",
        9 => "PEM",
        10 => "DSA",
        11 => "X509",
        13 => "ASN1",
        14 => "CONF",
        15 => "CRYPTO",
        16 => "EC",
        20 => "SSL",
        32 => "BIO",
        33 => "PKCS7",
        34 => "X509V3",
        35 => "PKCS12",
        36 => "RAND",
        37 => "DSO",
        38 => "ENGINE",
        39 => "OCSP",
        40 => "UI",
        41 => "COMP",
        42 => "ECDSA",
        43 => "ECDH",
        44 => "OSSL_STORE",
        46 => "CMS",
        47 => "TS",
        50 => "CT",
        51 => "ASYNC",
        52 => "KDF",
        53 => "SM2",
        54 => "ESS",
        55 => "PROP",
        56 => "CRMF",
        57 => "PROV",
        58 => "CMP",
        59 => "OSSL_ENCODER",
        60 => "OSSL_DECODER",
        61 => "HTTP",
        _ => return None,
    })
}

/// A reason that all libraries share has no mnemonic of its own.
const COMMON_REASON: u32 = 0x2 << 18;

/// The mnemonic of a reason: OpenSSL's text in capitals.
fn reason_name(error: Error) -> Option<String> {
    if error.reason_number() & COMMON_REASON != 0 {
        return None;
    }
    let text = error.reason()?.replace("ssl/tls alert", "sslv3 alert");
    let letter = |char: char| if char.is_ascii_alphanumeric() { char.to_ascii_uppercase() } else { '_' };
    Some(text.chars().map(letter).collect())
}

/// What a failed verification says.
fn verification(socket: Option<&SslSocket>) -> Result<(c_long, String)> {
    const HOSTNAME_MISMATCH: c_long = 62;
    const IP_ADDRESS_MISMATCH: c_long = 64;
    let Some(socket) = socket else { return Ok((0, "unknown error".into())) };
    // SAFETY: the socket's own connection.
    let code = unsafe { ffi::SSL_get_verify_result(socket.ssl()) };
    let host = || -> Result<String> {
        match socket.hostname() {
            Some(name) => Ok(name.to_string_lossy()),
            None => Ok("None".into()),
        }
    };
    let text = match code {
        HOSTNAME_MISMATCH => format!("Hostname mismatch, certificate is not valid for '{}'.", host()?),
        IP_ADDRESS_MISMATCH => format!("IP address mismatch, certificate is not valid for '{}'.", host()?),
        // SAFETY: any code may be asked for.
        _ => static_text(unsafe { ffi::X509_verify_cert_error_string(code) }).unwrap_or_default().to_owned(),
    };
    Ok((code, text))
}

/// Raises an exception with `number` as its errno, and OpenSSL's error if there is one.
#[track_caller]
fn set(
    kind: Kind,
    number: i64,
    text: Option<&str>,
    error: Option<Error>,
    socket: Option<&SslSocket>,
) -> Raised {
    let line = Location::caller().line();
    match make(kind, number, text, error, socket, line) {
        Ok(exception) => objects::raise::set(exception.class(), Some(&exception)),
        Err(raised) => raised,
    }
}

fn make(
    kind: Kind,
    number: i64,
    text: Option<&str>,
    error: Option<Error>,
    socket: Option<&SslSocket>,
    line: u32,
) -> Result<Ref> {
    let library = error.and_then(|error| library_name(error.library_number()));
    let reason = error.and_then(reason_name);
    let text = text.or_else(|| error.and_then(Error::reason)).unwrap_or("unknown error");
    let verified = match kind {
        Kind::CertVerification => Some(verification(socket)?),
        _ => None,
    };
    let message = match (&reason, library, &verified) {
        (Some(reason), Some(library), Some((_, why))) => {
            format!("[{library}: {reason}] {text}: {why} (_ssl.c:{line})")
        }
        (Some(reason), Some(library), None) => format!("[{library}: {reason}] {text} (_ssl.c:{line})"),
        (None, Some(library), _) => format!("[{library}] {text} (_ssl.c:{line})"),
        _ => format!("{text} (_ssl.c:{line})"),
    };
    let message = Str::new(&message)?;
    // The C type of the number is an int.
    let number = new_int(i64::from(number as c_int))?;
    let exception = call::call(kind.class(), &[&*number, message.as_object()])?;
    let optional = |text: Option<&str>| -> Result<Ref> {
        match text {
            Some(text) => Ok(Str::new(text)?.upcast()),
            None => Ok(none().to_ref()),
        }
    };
    attr::set(&exception, id!("reason"), Some(&*optional(reason.as_deref())?))?;
    attr::set(&exception, id!("library"), Some(&*optional(library)?))?;
    if let Some((code, why)) = verified {
        attr::set(&exception, id!("verify_code"), Some(&*new_int(code)?))?;
        attr::set(&exception, id!("verify_message"), Some(&*optional(Some(&why))?))?;
    }
    Ok(exception)
}

/// SSLError for the latest error of OpenSSL.
#[track_caller]
pub fn latest() -> Raised {
    let error = error::peek_last();
    error::clear();
    set(Kind::Ssl, error.map_or(0, |error| error.reason_number().into()), None, error, None)
}

/// SSLError with a text of our own.
#[track_caller]
pub fn with_text(text: &str) -> Raised {
    error::clear();
    set(Kind::Ssl, 0, Some(text), None, None)
}

/// SSLError that has only a text.
pub fn plain(text: &str) -> Raised {
    objects::raise::set_text(&SSL_ERROR, format_args!("{text}"))
}

/// How an operation of a connection ended.
#[derive(Clone, Copy, Default)]
pub struct Outcome {
    /// `SSL_get_error`.
    pub ssl: c_int,
    /// `errno`.
    pub errno: c_int,
}

/// The exception of a failed operation.
#[track_caller]
pub fn of_outcome(socket: &SslSocket, outcome: Outcome) -> Raised {
    const EOF: (Kind, i64, Option<&str>) = (Kind::Eof, 8, Some("EOF occurred in violation of protocol"));
    const CERTIFICATE_VERIFY_FAILED: u32 = 134;
    const UNEXPECTED_EOF_WHILE_READING: u32 = 294;
    let error = error::peek_last();
    let system = error.filter(|error| error.library_number() == ffi::ERR_LIB_SYS);
    if let Some(error) = system
        && matches!(outcome.ssl, ffi::SSL_ERROR_SYSCALL | ffi::SSL_ERROR_SSL)
    {
        error::clear();
        return objects::raise::os_error(error.reason_number() as c_int, None, None);
    }
    let (kind, number, text) = match outcome.ssl {
        ffi::SSL_ERROR_ZERO_RETURN => (Kind::ZeroReturn, 6, Some("TLS/SSL connection has been closed (EOF)")),
        ffi::SSL_ERROR_WANT_READ => (Kind::WantRead, 2, Some("The operation did not complete (read)")),
        ffi::SSL_ERROR_WANT_WRITE => (Kind::WantWrite, 3, Some("The operation did not complete (write)")),
        ffi::SSL_ERROR_WANT_X509_LOOKUP => {
            (Kind::Ssl, 4, Some("The operation did not complete (X509 lookup)"))
        }
        ffi::SSL_ERROR_WANT_CONNECT => (Kind::Ssl, 7, Some("The operation did not complete (connect)")),
        ffi::SSL_ERROR_SYSCALL => match error {
            None if outcome.errno != 0 => {
                error::clear();
                return objects::raise::os_error(outcome.errno, None, None);
            }
            None => EOF,
            Some(_) => (Kind::Ssl, 5, None),
        },
        ffi::SSL_ERROR_SSL => match error {
            None => (Kind::Ssl, 1, Some("A failure in the SSL library occurred")),
            Some(error) if error.library_number() == ffi::ERR_LIB_SSL => match error.reason_number() {
                CERTIFICATE_VERIFY_FAILED => (Kind::CertVerification, 1, None),
                UNEXPECTED_EOF_WHILE_READING => EOF,
                _ => (Kind::Ssl, 1, None),
            },
            Some(_) => (Kind::Ssl, 1, None),
        },
        _ => (Kind::Ssl, 10, Some("Invalid error code")),
    };
    let raised = set(kind, number, text, error, Some(socket));
    error::clear();
    raised
}
