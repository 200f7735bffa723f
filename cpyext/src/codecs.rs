//! `codecs.h`.

use core::ffi::{CStr, c_char};
use macros::capi;
use objects::args::IntoPy;
use objects::codecs::handlers::functions;
use objects::codecs::registry::{self, Direction};
use objects::protocol::{attr, call, sequence};
use objects::types::tuple::Tuple;
use objects::{Object, Raised, Ref, Result, raise};

#[repr(transparent)]
pub struct Digits(*const c_char);

// SAFETY: a static string.
unsafe impl Sync for Digits {}

#[unsafe(no_mangle)]
pub static Py_hexdigits: Digits = Digits(c"0123456789abcdef".as_ptr());

#[capi]
pub fn PyCodec_Register(search: &Object) -> Result<()> {
    registry::register(search)
}

#[capi]
pub fn PyCodec_Unregister(search: &Object) -> Result<()> {
    registry::unregister(search)
}

/// Whether a codec can be found; what goes wrong is dropped.
#[capi]
pub fn PyCodec_KnownEncoding(encoding: &CStr) -> bool {
    registry::lookup(&encoding.to_string_lossy()).map_err(Raised::clear).is_ok()
}

fn convert(
    object: &Object,
    encoding: Option<&CStr>,
    errors: Option<&CStr>,
    direction: Direction,
) -> Result<Ref> {
    let encoding = encoding.ok_or_else(raise::bad_argument)?.to_string_lossy();
    let errors = errors.map(CStr::to_string_lossy);
    registry::convert(object, &encoding, errors.as_deref(), direction)
}

#[capi]
pub fn PyCodec_Encode(object: &Object, encoding: Option<&CStr>, errors: Option<&CStr>) -> Result<Ref> {
    convert(object, encoding, errors, Direction::Encode)
}

#[capi]
pub fn PyCodec_Decode(object: &Object, encoding: Option<&CStr>, errors: Option<&CStr>) -> Result<Ref> {
    convert(object, encoding, errors, Direction::Decode)
}

fn codec(encoding: &CStr) -> Result<Ref<Tuple>> {
    registry::lookup(&encoding.to_string_lossy())
}

#[capi]
pub fn PyCodec_Encoder(encoding: &CStr) -> Result<Ref> {
    sequence::get_item(&*codec(encoding)?, 0)
}

#[capi]
pub fn PyCodec_Decoder(encoding: &CStr) -> Result<Ref> {
    sequence::get_item(&*codec(encoding)?, 1)
}

fn incremental(encoding: &CStr, errors: Option<&CStr>, kind: &str) -> Result<Ref> {
    let class = attr::get_text(&*codec(encoding)?, kind)?;
    match errors {
        Some(errors) => call::call_one_arg(&class, &*crate::abstract_::text(errors)?),
        None => call::call_no_args(&class),
    }
}

#[capi]
pub fn PyCodec_IncrementalEncoder(encoding: &CStr, errors: Option<&CStr>) -> Result<Ref> {
    incremental(encoding, errors, "incrementalencoder")
}

#[capi]
pub fn PyCodec_IncrementalDecoder(encoding: &CStr, errors: Option<&CStr>) -> Result<Ref> {
    incremental(encoding, errors, "incrementaldecoder")
}

fn stream(encoding: &CStr, stream: &Object, errors: Option<&CStr>, index: isize) -> Result<Ref> {
    let class = sequence::get_item(&*codec(encoding)?, index)?;
    match errors {
        Some(errors) => call::call(&class, &[stream, &*crate::abstract_::text(errors)?]),
        None => call::call_one_arg(&class, stream),
    }
}

#[capi]
pub fn PyCodec_StreamReader(encoding: &CStr, object: &Object, errors: Option<&CStr>) -> Result<Ref> {
    stream(encoding, object, errors, 2)
}

#[capi]
pub fn PyCodec_StreamWriter(encoding: &CStr, object: &Object, errors: Option<&CStr>) -> Result<Ref> {
    stream(encoding, object, errors, 3)
}

#[capi]
pub fn PyCodec_RegisterError(name: &CStr, handler: &Object) -> Result<()> {
    registry::register_error(&*crate::abstract_::text(name)?, handler)
}

/// A NULL is "strict".
#[capi]
pub fn PyCodec_LookupError(name: Option<&CStr>) -> Result<Ref> {
    registry::lookup_error(name.map(CStr::to_string_lossy).as_deref())
}

#[capi]
pub fn PyCodec_StrictErrors(exception: &Object) -> Result<Ref> {
    functions::strict_errors(exception)?.into_py()
}

#[capi]
pub fn PyCodec_IgnoreErrors(exception: &Object) -> Result<Ref> {
    functions::ignore_errors(exception)?.into_py()
}

#[capi]
pub fn PyCodec_ReplaceErrors(exception: &Object) -> Result<Ref> {
    functions::replace_errors(exception)?.into_py()
}

#[capi]
pub fn PyCodec_XMLCharRefReplaceErrors(exception: &Object) -> Result<Ref> {
    functions::xmlcharrefreplace_errors(exception)?.into_py()
}

#[capi]
pub fn PyCodec_BackslashReplaceErrors(exception: &Object) -> Result<Ref> {
    functions::backslashreplace_errors(exception)?.into_py()
}

#[capi]
pub fn PyCodec_NameReplaceErrors(exception: &Object) -> Result<Ref> {
    functions::namereplace_errors(exception)?.into_py()
}
