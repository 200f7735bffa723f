//! `binascii`: bytes as text and back, and two checksums.

mod base64;
mod quopri;
mod uu;

use crate::checksum::{self, Low32};
use objects::args::{At, FromArg};
use objects::protocol::buffer::{Buffer, BytesLike, SIMPLE};
use objects::types::bytes::{Bytes, ops};
use objects::types::exceptions as exc;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::{Instance, Object, Raised, Ref, Result, TypeObject, raise};
use quopri::Style;
use std::sync::OnceLock;

objects::per_interpreter! {
    /// The class `binascii.Error`, made with the module.
    static ERROR: OnceLock<Ref<TypeObject>> = OnceLock::new();
}

fn error(text: &str) -> Raised {
    let class: &TypeObject = ERROR.get().map_or(&exc::ValueError, |class| class);
    objects::raise::set_text(class, format_args!("{text}"))
}

/// Bytes, or text of ASCII characters.
enum AsciiBuffer<'a> {
    Text(&'a str),
    Bytes(BytesLike<'a>),
}

impl<'a> FromArg<'a> for AsciiBuffer<'a> {
    fn from_arg(argument: &'a Object, _at: At) -> Result<AsciiBuffer<'a>> {
        if let Some(text) = argument.cast::<Str>() {
            return text
                .as_ascii()
                .map(AsciiBuffer::Text)
                .ok_or_else(|| raise!(ValueError, "string argument should contain only ASCII characters"));
        }
        if let Some(bytes) = argument.cast::<Bytes>() {
            return Ok(AsciiBuffer::Bytes(BytesLike::Bytes(bytes)));
        }
        match Buffer::of(argument, SIMPLE) {
            Ok(view) => Ok(AsciiBuffer::Bytes(BytesLike::View(view))),
            Err(raised) => {
                raised.clear();
                let name = argument.class().name();
                Err(raise!(TypeError, "argument should be bytes, buffer or ASCII string, not '{name}'"))
            }
        }
    }
}

impl core::ops::Deref for AsciiBuffer<'_> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match self {
            AsciiBuffer::Text(text) => text.as_bytes(),
            AsciiBuffer::Bytes(bytes) => bytes,
        }
    }
}

fn to_hex(data: &[u8], sep: Option<&Object>, bytes_per_sep: i32) -> Result<Ref<Bytes>> {
    let sep = sep.map(ops::separator_byte).transpose()?;
    Bytes::new(&ops::hex_digits(data, sep, bytes_per_sep)?)
}

fn from_hex(text: &[u8]) -> Result<Ref<Bytes>> {
    if !text.len().is_multiple_of(2) {
        return Err(error("Odd-length string"));
    }
    let digit = |char: u8| char::from(char).to_digit(16);
    let mut data = Vec::with_capacity(text.len() / 2);
    for pair in text.chunks_exact(2) {
        let (Some(high), Some(low)) = (digit(pair[0]), digit(pair[1])) else {
            return Err(error("Non-hexadecimal digit found"));
        };
        data.push((high << 4 | low) as u8);
    }
    Bytes::new(&data)
}

/// CRC-CCITT, as BinHex has it: the polynomial 0x1021, the highest bit first.
fn crc_ccitt(value: u16, data: &[u8]) -> u16 {
    static TABLE: [u16; 256] = {
        let mut table = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            let mut value = (byte as u16) << 8;
            let mut bit = 0;
            while bit < 8 {
                value = value << 1 ^ if value & 0x8000 != 0 { 0x1021 } else { 0 };
                bit += 1;
            }
            table[byte] = value;
            byte += 1;
        }
        table
    };
    data.iter().fold(value, |value, &byte| value << 8 ^ TABLE[usize::from((value >> 8) as u8 ^ byte)])
}

#[macros::pymodule(name = "binascii")]
pub mod module {
    use super::*;

    #[function("a2b_uu($module, data, /)")]
    fn a2b_uu(data: AsciiBuffer<'_>) -> Result<Ref<Bytes>> {
        // Nothing at all counts as a line of 32 zeros, its length being that of a NUL.
        Bytes::new(&uu::decode(&data).map_err(error)?)
    }

    #[function("b2a_uu($module, data, /, *, backtick=False)")]
    fn b2a_uu(data: BytesLike<'_>, backtick: bool) -> Result<Ref<Bytes>> {
        Bytes::new(&uu::encode(&data, backtick).map_err(error)?)
    }

    #[function("a2b_base64($module, data, /, *, strict_mode=False)")]
    fn a2b_base64(data: AsciiBuffer<'_>, strict_mode: bool) -> Result<Ref<Bytes>> {
        Bytes::new(&base64::decode(&data, strict_mode).map_err(|text| error(&text))?)
    }

    #[function("b2a_base64($module, data, /, *, newline=True)")]
    fn b2a_base64(data: BytesLike<'_>, newline: bool) -> Result<Ref<Bytes>> {
        Bytes::new(&base64::encode(&data, newline))
    }

    #[function("a2b_hex($module, hexstr, /)")]
    fn a2b_hex(hexstr: AsciiBuffer<'_>) -> Result<Ref<Bytes>> {
        from_hex(&hexstr)
    }

    #[function("unhexlify($module, hexstr, /)")]
    fn unhexlify(hexstr: AsciiBuffer<'_>) -> Result<Ref<Bytes>> {
        from_hex(&hexstr)
    }

    #[function("b2a_hex($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)")]
    fn b2a_hex(
        data: BytesLike<'_>,
        sep: Option<&Object>,
        #[default(1)] bytes_per_sep: i32,
    ) -> Result<Ref<Bytes>> {
        to_hex(&data, sep, bytes_per_sep)
    }

    #[function("hexlify($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)")]
    fn hexlify(
        data: BytesLike<'_>,
        sep: Option<&Object>,
        #[default(1)] bytes_per_sep: i32,
    ) -> Result<Ref<Bytes>> {
        to_hex(&data, sep, bytes_per_sep)
    }

    #[function("a2b_qp($module, /, data, header=False)")]
    fn a2b_qp(data: AsciiBuffer<'_>, header: bool) -> Result<Ref<Bytes>> {
        Bytes::new(&quopri::decode(&data, header))
    }

    #[function("b2a_qp($module, /, data, quotetabs=False, istext=True, header=False)")]
    fn b2a_qp(data: BytesLike<'_>, quotetabs: bool, istext: bool, header: bool) -> Result<Ref<Bytes>> {
        Bytes::new(&quopri::encode(&data, Style { tabs: quotetabs, text: istext, header }))
    }

    #[function("crc32($module, data, crc=0, /)")]
    fn crc32(data: BytesLike<'_>, #[default(Low32(0))] crc: Low32) -> u32 {
        checksum::crc32(crc, &data)
    }

    #[function("crc_hqx($module, data, crc, /)")]
    fn crc_hqx(data: BytesLike<'_>, crc: Low32) -> u16 {
        crc_ccitt(crc.0 as u16, &data)
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let new = objects::types::exceptions::new_exception;
        let class = new("binascii.Error", exc::ValueError.as_object(), None)?;
        module.dict().set_text("Error", class.as_object())?;
        let _ = ERROR.set(class);
        module.dict().set_text("Incomplete", &*new("binascii.Incomplete", exc::Exception.as_object(), None)?)
    }
}
