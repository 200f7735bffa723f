//! Text from source objects and files, and file names.

use super::error::raise_syntax_error;
use crate::import;
use objects::protocol::{attr, call, path};
use objects::types::bytes::Bytes;
use objects::types::exceptions as exc;
use objects::types::str::Str;
use objects::{Instance, Object, Result, codecs, raise, state};
use syntax::Mode;

/// The name of a source file: text, bytes or a path (`PyUnicode_FSDecoder`).
///
/// # Errors
/// TypeError for anything else; what `__fspath__` raises.
pub fn filename(name: &Object) -> Result<String> {
    let name = path::fspath(name)?;
    Ok(match name.cast::<Bytes>() {
        Some(bytes) => codecs::decode_fs(bytes.as_slice())?.to_string_lossy(),
        None => objects::protocol::object::str(&name)?.to_string_lossy(),
    })
}

/// The text of a source object: a string, or bytes in the encoding that they declare.
///
/// # Errors
/// TypeError for anything else; SyntaxError for bytes that cannot be decoded.
pub fn source_text(
    source: &Object,
    mode: Mode,
    function: &str,
    expected: &str,
    filename: &str,
) -> Result<Vec<u8>> {
    if let Some(text) = source.cast::<Str>() {
        let text = text.to_str()?.as_bytes().to_vec();
        return without_null(&text).map(|()| text);
    }
    if objects::protocol::buffer::is_exporter(source) {
        let bytes = objects::protocol::buffer::BytesLike::of(source)?;
        without_null(&bytes)?;
        return decode(&bytes, mode == Mode::Exec, filename);
    }
    Err(raise!(TypeError, "{function}() arg 1 must be a {expected} object"))
}

/// A source object, unlike a file, is not looked at when it has a NUL.
fn without_null(text: &[u8]) -> Result<()> {
    match text.contains(&0) {
        true => Err(raise!(SyntaxError, "source code string cannot contain null bytes")),
        false => Ok(()),
    }
}

/// The library's codecs, for source in unusual encodings.
struct LibraryCodecs;

impl syntax::source::Codecs for LibraryCodecs {
    fn decode(&self, encoding: &str, bytes: &[u8]) -> core::result::Result<String, String> {
        let text = objects::types::bytes::Bytes::new(bytes)
            .and_then(|bytes| objects::codecs::decode(bytes.as_object(), Some(encoding), None));
        match text {
            Ok(text) => Ok(text.to_string_lossy()),
            Err(raised) => {
                let unknown = raised.matches(&exc::LookupError);
                let exception = raised.take();
                let text = objects::protocol::object::str(&exception).map_or_else(
                    |raised| {
                        raised.clear();
                        String::new()
                    },
                    |text| text.to_string_lossy(),
                );
                Err(if unknown { format!("unknown encoding: {encoding}") } else { text })
            }
        }
    }
}

/// [`decode_source`] for a file that is the program: bytes that are no UTF-8 where no encoding is declared are an error of their own.
///
/// # Errors
/// SyntaxError when they cannot be decoded.
pub fn decode_program(bytes: &[u8], filename: &str) -> Result<Vec<u8>> {
    let text = decode_source(bytes, filename)?;
    let Err(error) = core::str::from_utf8(&text) else { return Ok(text) };
    let before = &text[..error.valid_up_to()];
    // The tokenizer comes to a NUL in a line before the one that cannot be decoded first.
    let whole_lines = before.iter().rposition(|&byte| byte == b'\n').unwrap_or(0);
    if before[..whole_lines].contains(&0) {
        return Err(raise!(SyntaxError, "source code cannot contain null bytes"));
    }
    let byte = text.get(error.valid_up_to()).copied().unwrap_or_default();
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    Err(raise!(
        SyntaxError,
        "Non-UTF-8 code starting with '\\x{byte:02x}' in file {filename} on line {line}, but no encoding declared; see \
         https://peps.python.org/pep-0263/ for details"
    ))
}

/// The text of a source file's bytes, as UTF-8; the bytes themselves when they cannot be decoded.
pub fn decoded_or_raw(bytes: Vec<u8>) -> Vec<u8> {
    match syntax::source::decode(&bytes, true, &LibraryCodecs) {
        Ok(decoded) => decoded.text.into_owned(),
        Err(_) => bytes,
    }
}

/// The text of a source file's bytes, as UTF-8.
///
/// # Errors
/// SyntaxError when they cannot be decoded.
pub fn decode_source(bytes: &[u8], filename: &str) -> Result<Vec<u8>> {
    decode(bytes, true, filename)
}

fn decode(bytes: &[u8], ends_last_line: bool, filename: &str) -> Result<Vec<u8>> {
    match syntax::source::decode(bytes, ends_last_line, &LibraryCodecs) {
        Ok(decoded) => Ok(decoded.text.into_owned()),
        Err(error) => Err(raise_syntax_error(&error, filename, None)),
    }
}

/// The normal form of an identifier, as the module `unicodedata` says.
///
/// # Errors
/// What importing the module, or its function, raises; TypeError if that does not return text.
pub fn normalize(text: &str) -> Result<String> {
    // While the interpreter starts nothing can be imported.
    if state::interpreter().importlib.get().is_none() {
        return Ok(syntax::normalize_identifier(text));
    }
    let function = attr::get(&*import::import_module("unicodedata")?, &*Str::new("normalize")?)?;
    let normal = call::call(&function, &[&*Str::new("NFKC")?, &*Str::new(text)?])?;
    match normal.cast::<Str>() {
        Some(normal) => Ok(normal.to_string_lossy()),
        None => {
            let class = normal.class().full_name();
            Err(raise!(TypeError, "unicodedata.normalize() must return a string, not {class}"))
        }
    }
}
