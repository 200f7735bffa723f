//! The encoding of file names and of other texts of the system: the command line, the environment, error messages.

use super::latin;
use crate::object::refs::Ref;
use crate::raise::Result;
use crate::types::bytes::Bytes;
use crate::types::str::Str;
use std::sync::OnceLock;

/// What a locale's encoding may be. Texts in other locales are taken for UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    #[default]
    Utf8,
    Ascii,
    Latin1,
}

/// Bytes that are no text are escaped, so that names come back as they were.
pub const ERRORS: &str = "surrogateescape";

static CHOSEN: OnceLock<Encoding> = OnceLock::new();

impl Encoding {
    /// The one of a locale whose character set has this name.
    pub fn of_locale(name: &str) -> Encoding {
        match name {
            "ascii" => Encoding::Ascii,
            "iso-8859-1" => Encoding::Latin1,
            _ => Encoding::Utf8,
        }
    }

    /// `sys.getfilesystemencoding()`.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Ascii => "ascii",
            Encoding::Latin1 => "iso8859-1",
        }
    }
}

/// Chooses the encoding, once, before any text of the system is met.
pub fn choose(encoding: Encoding) {
    // A later choice would make other names of those that are known.
    let _ = CHOSEN.set(encoding);
}

/// The encoding.
pub fn encoding() -> Encoding {
    CHOSEN.get().copied().unwrap_or_default()
}

/// A file name or another text of the system as a string (`PyUnicode_DecodeFSDefault`).
///
/// # Errors
/// MemoryError.
pub fn decode_fs(bytes: &[u8]) -> Result<Ref<Str>> {
    match encoding() {
        Encoding::Utf8 => latin::decode_utf8(bytes, Some(ERRORS), true).map(|(text, _)| text),
        Encoding::Ascii => latin::decode_ascii(bytes, Some(ERRORS)),
        Encoding::Latin1 => Str::from_latin1(bytes),
    }
}

/// The reverse of [`decode_fs`] (`PyUnicode_EncodeFSDefault`).
///
/// # Errors
/// UnicodeEncodeError for characters that the encoding does not have.
pub fn encode_fs(text: &Str) -> Result<Ref<Bytes>> {
    match encoding() {
        Encoding::Utf8 => latin::encode_utf8(text, Some(ERRORS)),
        Encoding::Ascii => latin::encode_narrow(text, Some(ERRORS), 0x80),
        Encoding::Latin1 => latin::encode_narrow(text, Some(ERRORS), 0x100),
    }
}
