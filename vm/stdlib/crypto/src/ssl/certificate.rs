//! Certificates: as dicts, as bytes, and the class `Certificate`.

use super::bio::Memory;
use super::errors;
use crate::openssl::error::static_text;
use crate::openssl::{Own, ffi};
use core::ffi::{c_char, c_int, c_void};
use core::ptr;
use macros::pytype;
use objects::types::bool::new_bool;
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{CompareOp, Instance, Object, Ref, Result, raise};

/// `ENCODING_PEM` and `ENCODING_DER`; the first of them with trust settings.
pub const PEM: c_int = 1;
pub const DER: c_int = 2;
const PEM_AUX: c_int = PEM + 0x100;

/// The name of an object identifier; digits if it has none.
fn object_name(object: *const ffi::ASN1_OBJECT, no_name: bool) -> Result<Ref> {
    let mut buffer = [0u8; 256];
    // SAFETY: an identifier of the caller's and a buffer.
    let len = unsafe {
        ffi::OBJ_obj2txt(buffer.as_mut_ptr().cast::<c_char>(), buffer.len() as c_int, object, no_name.into())
    };
    match usize::try_from(len) {
        Err(_) => Err(errors::latest()),
        Ok(0) => Ok(none().to_ref()),
        Ok(len) if len < buffer.len() => Ok(utf8(&buffer[..len])?.upcast()),
        Ok(len) => {
            let mut buffer = vec![0u8; len + 1];
            // SAFETY: as above.
            unsafe { ffi::OBJ_obj2txt(buffer.as_mut_ptr().cast(), len as c_int + 1, object, no_name.into()) };
            Ok(utf8(&buffer[..len])?.upcast())
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<Ref<Str>> {
    Ok(objects::codecs::latin::decode_utf8(bytes, None, true)?.0)
}

/// The bytes of a string of OpenSSL's.
fn string_bytes<'a>(string: *const ffi::ASN1_STRING) -> &'a [u8] {
    if string.is_null() {
        return &[];
    }
    // SAFETY: the contents live as long as the string, which the certificate owns.
    unsafe {
        let (data, len) = (ffi::ASN1_STRING_get0_data(string), ffi::ASN1_STRING_length(string));
        if data.is_null() { &[] } else { core::slice::from_raw_parts(data, len.max(0) as usize) }
    }
}

/// One attribute of a name: a pair of its kind and value.
fn attribute(entry: *const ffi::X509_NAME_ENTRY) -> Result<Ref<Tuple>> {
    // SAFETY: an entry of the certificate's.
    unsafe {
        let name = object_name(ffi::X509_NAME_ENTRY_get_object(entry), false)?;
        let mut data: *mut u8 = ptr::null_mut();
        let len = ffi::ASN1_STRING_to_UTF8(&mut data, ffi::X509_NAME_ENTRY_get_data(entry));
        if len < 0 {
            return Err(errors::latest());
        }
        let value = utf8(core::slice::from_raw_parts(data, len as usize));
        ffi::CRYPTO_free(data.cast(), c"".as_ptr(), 0);
        Tuple::from_array([name, value?.upcast()])
    }
}

/// A name: a tuple of its parts, each a tuple of attributes.
fn name_tuple(name: *const ffi::X509_NAME) -> Result<Ref<Tuple>> {
    let (mut parts, mut part): (Vec<Ref>, Vec<Ref>) = (Vec::new(), Vec::new());
    let mut level = -1;
    // SAFETY: a name of the certificate's; the indices are within it.
    unsafe {
        for index in 0..ffi::X509_NAME_entry_count(name) {
            let entry = ffi::X509_NAME_get_entry(name, index);
            let set = ffi::X509_NAME_ENTRY_set(entry);
            if level >= 0 && set != level {
                parts.push(Tuple::from_vec(core::mem::take(&mut part))?.upcast());
            }
            level = set;
            part.push(attribute(entry)?.upcast());
        }
    }
    if !part.is_empty() {
        parts.push(Tuple::from_vec(part)?.upcast());
    }
    Tuple::from_vec(parts)
}

/// The items of a stack.
pub fn items(stack: *const ffi::OPENSSL_STACK) -> impl Iterator<Item = *mut c_void> {
    // SAFETY: NULL has -1 items; the indices are within the stack.
    let count = unsafe { ffi::OPENSSL_sk_num(stack) };
    (0..count.max(0)).map(move |index| unsafe { ffi::OPENSSL_sk_value(stack, index) })
}

fn pair(kind: &str, value: Ref) -> Result<Ref> {
    Ok(Tuple::from_array([Str::new(kind)?.upcast(), value])?.upcast())
}

/// One alternative name of the subject.
fn alternative_name(name: *mut ffi::GENERAL_NAME) -> Result<Ref> {
    // SAFETY: a name of the certificate's, whose kind says what the pointer is.
    unsafe {
        let value = (*name).value;
        match (*name).kind {
            ffi::GEN_DIRNAME => pair("DirName", name_tuple(value.cast())?.upcast()),
            kind @ (ffi::GEN_EMAIL | ffi::GEN_DNS | ffi::GEN_URI) => {
                let label = match kind {
                    ffi::GEN_EMAIL => "email",
                    ffi::GEN_DNS => "DNS",
                    _ => "URI",
                };
                pair(label, utf8(string_bytes(value.cast()))?.upcast())
            }
            ffi::GEN_RID => {
                let id = object_name(value.cast(), true)?;
                pair("Registered ID", if id.is(none()) { Str::new("<INVALID>")?.upcast() } else { id })
            }
            ffi::GEN_IPADD => {
                let text = match *string_bytes(value.cast()) {
                    [a, b, c, d] => format!("{a}.{b}.{c}.{d}"),
                    ref bytes if bytes.len() == 16 => {
                        let groups = bytes.chunks_exact(2);
                        let groups =
                            groups.map(|pair| format!("{:X}", u16::from_be_bytes([pair[0], pair[1]])));
                        groups.collect::<Vec<String>>().join(":")
                    }
                    _ => "<invalid>".to_owned(),
                };
                pair("IP Address", Str::new(&text)?.upcast())
            }
            _ => {
                let memory = Memory::new()?;
                ffi::GENERAL_NAME_print(memory.as_ptr(), name);
                let shown = memory.to_vec();
                let colon = shown.iter().position(|&byte| byte == b':');
                let Some(colon) = colon else {
                    let shown = String::from_utf8_lossy(&shown);
                    return Err(raise!(ValueError, "Invalid value {shown}"));
                };
                let (label, value) = (utf8(&shown[..colon])?, utf8(&shown[colon + 1..])?);
                Ok(Tuple::from_array([label.upcast(), value.upcast()])?.upcast())
            }
        }
    }
}

/// The places where a certificate says that something is to be had.
fn access_uris(certificate: *const ffi::X509, method: c_int) -> Result<Option<Ref<Tuple>>> {
    // SAFETY: a certificate of the caller's; what is returned is ours to free.
    unsafe {
        let info = ffi::X509_get_ext_d2i(certificate, ffi::NID_INFO_ACCESS, ptr::null_mut(), ptr::null_mut());
        let Some(info) = Own::new(info.cast::<ffi::AUTHORITY_INFO_ACCESS>()) else { return Ok(None) };
        let mut uris = Vec::new();
        for access in items(info.as_ptr().cast()) {
            let access = &*access.cast::<ffi::ACCESS_DESCRIPTION>();
            if ffi::OBJ_obj2nid(access.method) == method && (*access.location).kind == ffi::GEN_URI {
                uris.push(utf8(string_bytes((*access.location).value.cast()))?.upcast());
            }
        }
        if uris.is_empty() { Ok(None) } else { Tuple::from_vec(uris).map(Some) }
    }
}

struct Points(*mut ffi::OPENSSL_STACK);

impl Drop for Points {
    fn drop(&mut self) {
        // SAFETY: owned; NULL is allowed.
        unsafe { ffi::CRL_DIST_POINTS_free(self.0) };
    }
}

fn revocation_points(certificate: *const ffi::X509) -> Result<Option<Ref<Tuple>>> {
    let nid = ffi::NID_CRL_DISTRIBUTION_POINTS;
    // SAFETY: a certificate of the caller's; what is returned is ours to free.
    unsafe {
        let points = ffi::X509_get_ext_d2i(certificate, nid, ptr::null_mut(), ptr::null_mut());
        let points = Points(points.cast());
        if points.0.is_null() {
            return Ok(None);
        }
        let mut uris = Vec::new();
        for point in items(points.0) {
            let Some(name) = (*point.cast::<ffi::DIST_POINT>()).name.as_ref() else { continue };
            if name.kind != 0 {
                continue;
            }
            for name in items(name.names) {
                let name = &*name.cast::<ffi::GENERAL_NAME>();
                if name.kind == ffi::GEN_URI {
                    uris.push(utf8(string_bytes(name.value.cast()))?.upcast());
                }
            }
        }
        if uris.is_empty() { Ok(None) } else { Tuple::from_vec(uris).map(Some) }
    }
}

/// A certificate as `getpeercert` tells it.
///
/// # Errors
/// SSLError, ValueError for what cannot be told.
pub fn decode(certificate: &Own<ffi::X509>) -> Result<Ref<Dict>> {
    let this = certificate.as_ptr();
    let dict = Dict::new()?;
    // SAFETY: a certificate; what its getters return it owns.
    unsafe {
        dict.set_text("subject", &*name_tuple(ffi::X509_get_subject_name(this))?)?;
        dict.set_text("issuer", &*name_tuple(ffi::X509_get_issuer_name(this))?)?;
        dict.set_text("version", &*new_int(ffi::X509_get_version(this) + 1)?)?;
        let memory = Memory::new()?;
        ffi::i2a_ASN1_INTEGER(memory.as_ptr(), ffi::X509_get_serialNumber(this));
        dict.set_text("serialNumber", &*utf8(&memory.to_vec())?)?;
        ffi::ASN1_TIME_print(memory.as_ptr(), ffi::X509_get0_notBefore(this));
        dict.set_text("notBefore", &*utf8(&memory.to_vec())?)?;
        ffi::ASN1_TIME_print(memory.as_ptr(), ffi::X509_get0_notAfter(this));
        dict.set_text("notAfter", &*utf8(&memory.to_vec())?)?;
        let nid = ffi::NID_SUBJECT_ALT_NAME;
        let names = ffi::X509_get_ext_d2i(this, nid, ptr::null_mut(), ptr::null_mut());
        if let Some(names) = Own::new(names.cast::<ffi::GENERAL_NAMES>()) {
            let names = items(names.as_ptr().cast()).map(|name| alternative_name(name.cast()));
            let names = names.collect::<Result<Vec<Ref>>>()?;
            if !names.is_empty() {
                dict.set_text("subjectAltName", &*Tuple::from_vec(names)?)?;
            }
        }
    }
    let optional = [
        ("OCSP", access_uris(this, ffi::NID_AD_OCSP)?),
        ("caIssuers", access_uris(this, ffi::NID_AD_CA_ISSUERS)?),
        ("crlDistributionPoints", revocation_points(this)?),
    ];
    for (key, uris) in optional {
        if let Some(uris) = uris {
            dict.set_text(key, &uris)?;
        }
    }
    Ok(dict)
}

/// A certificate as DER.
pub fn to_der(certificate: &Own<ffi::X509>) -> Result<Ref<Bytes>> {
    let mut data: *mut u8 = ptr::null_mut();
    // SAFETY: a certificate; OpenSSL allocates the bytes.
    unsafe {
        let len = ffi::i2d_X509(certificate.as_ptr(), &mut data);
        if len < 0 {
            return Err(errors::latest());
        }
        let bytes = Bytes::new(core::slice::from_raw_parts(data, len as usize));
        ffi::CRYPTO_free(data.cast(), c"".as_ptr(), 0);
        bytes
    }
}

/// One more reference to a certificate that somebody else owns.
pub fn share(certificate: *mut ffi::X509) -> Option<Own<ffi::X509>> {
    if certificate.is_null() {
        return None;
    }
    // SAFETY: a certificate, which is counted up.
    unsafe {
        ffi::X509_up_ref(certificate);
        Own::new(certificate)
    }
}

/// `PySSLCertificate`.
#[repr(C)]
pub struct Certificate {
    ob_base: Object,
    certificate: Own<ffi::X509>,
}

impl Certificate {
    pub fn of(certificate: Own<ffi::X509>) -> Result<Ref<Certificate>> {
        Ref::new(Certificate { ob_base: Object::HEAD, certificate })
    }

    /// The certificates of a chain.
    pub fn list(stack: *const ffi::OPENSSL_STACK) -> Result<Ref<List>> {
        let list = List::new()?;
        for certificate in items(stack).filter_map(|item| share(item.cast())) {
            list.push(Certificate::of(certificate)?.upcast())?;
        }
        Ok(list)
    }
}

#[pytype(name = "Certificate", module = "_ssl", static_name = CERTIFICATE, no_new)]
impl Certificate {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        /// `XN_FLAG_RFC2253`: the last part first, commas between, escapes for what is no printable ASCII.
        const FLAGS: u64 = (1 << 24) | (1 << 20) | (1 << 16) | 0x200 | 0x100 | 0x10 | 4 | 2 | 1;
        let memory = Memory::new()?;
        // SAFETY: our own certificate.
        unsafe {
            let name = ffi::X509_get_subject_name(self.certificate.as_ptr());
            ffi::X509_NAME_print_ex(memory.as_ptr(), name, 0, FLAGS);
        }
        let name = String::from_utf8_lossy(&memory.to_vec()).into_owned();
        Str::new(&format!("<{} '{name}'>", self.class().full_name()))
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.cast::<Certificate>() else {
            return Ok(objects::protocol::compare::unsupported());
        };
        // SAFETY: two certificates.
        let equal = unsafe { ffi::X509_cmp(self.certificate.as_ptr(), other.certificate.as_ptr()) == 0 };
        match op {
            CompareOp::Eq => Ok(new_bool(equal)),
            CompareOp::Ne => Ok(new_bool(!equal)),
            _ => Ok(objects::protocol::compare::unsupported()),
        }
    }

    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        // SAFETY: our own certificate.
        unsafe { ffi::X509_subject_name_hash(self.certificate.as_ptr()) as isize }
    }

    #[method("public_bytes($self, /, format=Encoding.PEM)")]
    fn public_bytes(&self, #[default(PEM)] format: c_int) -> Result<Ref> {
        let memory = Memory::new()?;
        let this = self.certificate.as_ptr();
        let status = match format {
            // SAFETY: our own certificate and buffer.
            PEM => unsafe { ffi::PEM_write_bio_X509(memory.as_ptr(), this) },
            // SAFETY: as above.
            PEM_AUX => unsafe { ffi::PEM_write_bio_X509_AUX(memory.as_ptr(), this) },
            DER => return Ok(to_der(&self.certificate)?.upcast()),
            _ => return Err(raise!(ValueError, "Unsupported format")),
        };
        match status {
            1 => Ok(utf8(&memory.to_vec())?.upcast()),
            _ => Err(errors::latest()),
        }
    }

    #[method("get_info($self, /)")]
    fn get_info(&self) -> Result<Ref<Dict>> {
        decode(&self.certificate)
    }
}

/// `(nid, short name, long name, dotted id)`, or nothing for an identifier without a number.
pub fn object_tuple(object: &Own<ffi::ASN1_OBJECT>) -> Result<Option<Ref<Tuple>>> {
    // SAFETY: an identifier; names are static strings.
    unsafe {
        let nid = ffi::OBJ_obj2nid(object.as_ptr());
        if nid == 0 {
            return Ok(None);
        }
        let text = |name: *const c_char| Str::new(static_text(name).unwrap_or_default()).map(Ref::upcast);
        let (short, long) = (text(ffi::OBJ_nid2sn(nid))?, text(ffi::OBJ_nid2ln(nid))?);
        let dotted = object_name(object.as_ptr(), true)?;
        Tuple::from_array([new_int(nid.into())?, short, long, dotted]).map(Some)
    }
}
