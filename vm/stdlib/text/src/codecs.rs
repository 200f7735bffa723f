//! `_codecs`: the registry and the native codecs, as the library's `codecs` and `encodings` use them.

use objects::args::CodecInput;
use objects::codecs::registry::{self, Direction};
use objects::codecs::utf16::Order;
use objects::codecs::{charmap, escapes, latin, utf7, utf16};
use objects::protocol::buffer::BytesLike;
use objects::types::bytes::Bytes;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::str::repr::{Quotes, bytes_repr};
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, raise};

type Decoded = (Ref<Str>, usize);
type Encoded = (Ref<Bytes>, usize);

#[macros::pymodule(name = "_codecs", parts(super::wide, super::escape_codecs))]
pub mod module {
    use super::*;

    #[function("register($module, search_function, /)")]
    fn register(search_function: &Object) -> Result<()> {
        registry::register(search_function)
    }

    #[function("unregister($module, search_function, /)")]
    fn unregister(search_function: &Object) -> Result<()> {
        registry::unregister(search_function)
    }

    #[function("lookup($module, encoding, /)")]
    fn lookup(encoding: &str) -> Result<Ref<Tuple>> {
        registry::lookup(encoding)
    }

    #[function("encode($module, /, obj, encoding='utf-8', errors='strict')")]
    fn encode(obj: &Object, #[default("utf-8")] encoding: &str, errors: Option<&str>) -> Result<Ref> {
        registry::convert(obj, encoding, errors, Direction::Encode)
    }

    #[function("decode($module, /, obj, encoding='utf-8', errors='strict')")]
    fn decode(obj: &Object, #[default("utf-8")] encoding: &str, errors: Option<&str>) -> Result<Ref> {
        registry::convert(obj, encoding, errors, Direction::Decode)
    }

    #[function("register_error($module, errors, handler, /)")]
    fn register_error(errors: &Str, handler: &Object) -> Result<()> {
        registry::register_error(errors, handler)
    }

    #[function("lookup_error($module, name, /)")]
    fn lookup_error(name: &str) -> Result<Ref> {
        registry::lookup_error(Some(name))
    }

    #[function("utf_8_encode($module, str, errors=None, /)")]
    fn utf_8_encode(str: &Str, errors: Option<&str>) -> Result<Encoded> {
        Ok((latin::encode_utf8(str, errors)?, str.len()))
    }

    #[function("utf_8_decode($module, data, errors=None, final=False, /)")]
    fn utf_8_decode(data: BytesLike<'_>, errors: Option<&str>, is_final: bool) -> Result<Decoded> {
        latin::decode_utf8(&data, errors, is_final)
    }

    #[function("utf_7_encode($module, str, errors=None, /)")]
    fn utf_7_encode(str: &Str, errors: Option<&str>) -> Result<Encoded> {
        let _ = errors;
        Ok((utf7::encode(str)?, str.len()))
    }

    #[function("utf_7_decode($module, data, errors=None, final=False, /)")]
    fn utf_7_decode(data: BytesLike<'_>, errors: Option<&str>, is_final: bool) -> Result<Decoded> {
        utf7::decode(&data, errors, is_final)
    }

    #[function("ascii_encode($module, str, errors=None, /)")]
    fn ascii_encode(str: &Str, errors: Option<&str>) -> Result<Encoded> {
        Ok((latin::encode_narrow(str, errors, 128)?, str.len()))
    }

    #[function("ascii_decode($module, data, errors=None, /)")]
    fn ascii_decode(data: BytesLike<'_>, errors: Option<&str>) -> Result<Decoded> {
        Ok((latin::decode_ascii(&data, errors)?, data.len()))
    }

    #[function("latin_1_encode($module, str, errors=None, /)")]
    fn latin_1_encode(str: &Str, errors: Option<&str>) -> Result<Encoded> {
        Ok((latin::encode_narrow(str, errors, 256)?, str.len()))
    }

    #[function("latin_1_decode($module, data, errors=None, /)")]
    fn latin_1_decode(data: BytesLike<'_>, errors: Option<&str>) -> Result<Decoded> {
        let _ = errors;
        Ok((Str::from_latin1(&data)?, data.len()))
    }

    #[function("readbuffer_encode($module, data, errors=None, /)")]
    fn readbuffer_encode(data: CodecInput<'_>, errors: Option<&str>) -> Result<Encoded> {
        let _ = errors;
        Ok((Bytes::new(&data)?, data.len()))
    }

    #[function("charmap_build($module, map, /)")]
    fn charmap_build(map: &Str) -> Result<Ref<charmap::EncodingMap>> {
        charmap::EncodingMap::build(map)
    }

    #[function("charmap_encode($module, str, errors=None, mapping=None, /)")]
    fn charmap_encode(str: &Str, errors: Option<&str>, mapping: Option<&Object>) -> Result<Encoded> {
        Ok((charmap::encode(str, errors, given(mapping))?, str.len()))
    }

    #[function("charmap_decode($module, data, errors=None, mapping=None, /)")]
    fn charmap_decode(
        data: BytesLike<'_>,
        errors: Option<&str>,
        mapping: Option<&Object>,
    ) -> Result<Decoded> {
        Ok((charmap::decode(&data, errors, given(mapping))?, data.len()))
    }

    fn given(mapping: Option<&Object>) -> Option<&Object> {
        mapping.filter(|mapping| !mapping.is(none()))
    }
}

/// UTF-16 and UTF-32.
#[macros::pymodule(name = "_codecs", part)]
pub mod wide {
    use super::*;

    #[function("utf_16_encode($module, str, errors=None, byteorder=0, /)")]
    fn utf_16_encode(str: &Str, errors: Option<&str>, byteorder: i32) -> Result<Encoded> {
        Ok((utf16::encode_utf16(str, errors, Order::from_number(byteorder))?, str.len()))
    }

    #[function("utf_16_le_encode($module, str, errors=None, /)")]
    fn utf_16_le_encode(str: &Str, errors: Option<&str>) -> Result<Encoded> {
        Ok((utf16::encode_utf16(str, errors, Some(Order::Little))?, str.len()))
    }

    #[function("utf_16_be_encode($module, str, errors=None, /)")]
    fn utf_16_be_encode(str: &Str, errors: Option<&str>) -> Result<Encoded> {
        Ok((utf16::encode_utf16(str, errors, Some(Order::Big))?, str.len()))
    }

    #[function("utf_16_decode($module, data, errors=None, final=False, /)")]
    fn utf_16_decode(data: BytesLike<'_>, errors: Option<&str>, is_final: bool) -> Result<Decoded> {
        pair(utf16::decode_utf16(&data, errors, 0, is_final)?)
    }

    #[function("utf_16_le_decode($module, data, errors=None, final=False, /)")]
    fn utf_16_le_decode(data: BytesLike<'_>, errors: Option<&str>, is_final: bool) -> Result<Decoded> {
        pair(utf16::decode_utf16(&data, errors, -1, is_final)?)
    }

    #[function("utf_16_be_decode($module, data, errors=None, final=False, /)")]
    fn utf_16_be_decode(data: BytesLike<'_>, errors: Option<&str>, is_final: bool) -> Result<Decoded> {
        pair(utf16::decode_utf16(&data, errors, 1, is_final)?)
    }

    #[function("utf_16_ex_decode($module, data, errors=None, byteorder=0, final=False,\n                 /)")]
    fn utf_16_ex_decode(
        data: BytesLike<'_>,
        errors: Option<&str>,
        byteorder: i32,
        is_final: bool,
    ) -> Result<(Ref<Str>, usize, i32)> {
        let decoded = utf16::decode_utf16(&data, errors, byteorder, is_final)?;
        Ok((decoded.text, decoded.used, decoded.order))
    }

    #[function("utf_32_encode($module, str, errors=None, byteorder=0, /)")]
    fn utf_32_encode(str: &Str, errors: Option<&str>, byteorder: i32) -> Result<Encoded> {
        Ok((utf16::encode_utf32(str, errors, Order::from_number(byteorder))?, str.len()))
    }

    #[function("utf_32_le_encode($module, str, errors=None, /)")]
    fn utf_32_le_encode(str: &Str, errors: Option<&str>) -> Result<Encoded> {
        Ok((utf16::encode_utf32(str, errors, Some(Order::Little))?, str.len()))
    }

    #[function("utf_32_be_encode($module, str, errors=None, /)")]
    fn utf_32_be_encode(str: &Str, errors: Option<&str>) -> Result<Encoded> {
        Ok((utf16::encode_utf32(str, errors, Some(Order::Big))?, str.len()))
    }

    #[function("utf_32_decode($module, data, errors=None, final=False, /)")]
    fn utf_32_decode(data: BytesLike<'_>, errors: Option<&str>, is_final: bool) -> Result<Decoded> {
        pair(utf16::decode_utf32(&data, errors, 0, is_final)?)
    }

    #[function("utf_32_le_decode($module, data, errors=None, final=False, /)")]
    fn utf_32_le_decode(data: BytesLike<'_>, errors: Option<&str>, is_final: bool) -> Result<Decoded> {
        pair(utf16::decode_utf32(&data, errors, -1, is_final)?)
    }

    #[function("utf_32_be_decode($module, data, errors=None, final=False, /)")]
    fn utf_32_be_decode(data: BytesLike<'_>, errors: Option<&str>, is_final: bool) -> Result<Decoded> {
        pair(utf16::decode_utf32(&data, errors, 1, is_final)?)
    }

    #[function("utf_32_ex_decode($module, data, errors=None, byteorder=0, final=False,\n                 /)")]
    fn utf_32_ex_decode(
        data: BytesLike<'_>,
        errors: Option<&str>,
        byteorder: i32,
        is_final: bool,
    ) -> Result<(Ref<Str>, usize, i32)> {
        let decoded = utf16::decode_utf32(&data, errors, byteorder, is_final)?;
        Ok((decoded.text, decoded.used, decoded.order))
    }

    fn pair(decoded: utf16::Decoded) -> Result<Decoded> {
        Ok((decoded.text, decoded.used))
    }
}

/// The escapes of string and bytes literals.
#[macros::pymodule(name = "_codecs", part)]
pub mod escape_codecs {
    use super::*;

    #[function("unicode_escape_encode($module, str, errors=None, /)")]
    fn unicode_escape_encode(str: &Str, errors: Option<&str>) -> Result<Encoded> {
        let _ = errors;
        Ok((escapes::encode_unicode(str)?, str.len()))
    }

    #[function("unicode_escape_decode($module, data, errors=None, final=True, /)")]
    fn unicode_escape_decode(data: CodecInput<'_>, errors: Option<&str>, is_final: bool) -> Result<Decoded> {
        escapes::decode_unicode(&data, errors, is_final)
    }

    #[function("raw_unicode_escape_encode($module, str, errors=None, /)")]
    fn raw_unicode_escape_encode(str: &Str, errors: Option<&str>) -> Result<Encoded> {
        let _ = errors;
        Ok((escapes::encode_raw(str)?, str.len()))
    }

    #[function("raw_unicode_escape_decode($module, data, errors=None, final=True, /)")]
    fn raw_unicode_escape_decode(
        data: CodecInput<'_>,
        errors: Option<&str>,
        is_final: bool,
    ) -> Result<Decoded> {
        escapes::decode_raw(&data, errors, is_final)
    }

    #[function("escape_encode($module, data, errors=None, /)")]
    fn escape_encode(data: &Object, errors: Option<&str>) -> Result<Encoded> {
        let _ = errors;
        let Some(bytes) = data.cast::<Bytes>() else {
            return Err(raise!(
                TypeError,
                "escape_encode() argument 1 must be bytes, not {}",
                data.class().name()
            ));
        };
        let text = bytes_repr(bytes.as_slice(), Quotes::Single);
        // Without the prefix and the quotes.
        Ok((Bytes::new(&text.as_bytes()[2..text.len() - 1])?, bytes.len()))
    }

    #[function("escape_decode($module, data, errors=None, /)")]
    fn escape_decode(data: CodecInput<'_>, errors: Option<&str>) -> Result<Encoded> {
        Ok((Bytes::new(&escapes::decode_bytes(&data, errors)?)?, data.len()))
    }
}
