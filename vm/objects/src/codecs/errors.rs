//! Error handlers: what happens to input that a codec cannot take.
//!
//! The well-known handlers are done here without a call. Any other name is looked up in the registry and called with the exception.

use super::handlers;
use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol;
use crate::raise;
use crate::raise::{Raised, Result};
use crate::types::bytes::Bytes;
use crate::types::exceptions as exc;
use crate::types::exceptions::unicode;
use crate::types::int::new_int;
use crate::types::str::Str;
use crate::types::str::build::Builder;
use crate::types::tuple::Tuple;

/// A handler by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Strict,
    Ignore,
    Replace,
    XmlCharRefReplace,
    BackslashReplace,
    SurrogateEscape,
    /// One that is called: registered by a program, or rare.
    Called,
}

impl Kind {
    pub fn of(errors: Option<&str>) -> Kind {
        match errors {
            None | Some("strict") => Kind::Strict,
            Some("ignore") => Kind::Ignore,
            Some("replace") => Kind::Replace,
            Some("xmlcharrefreplace") => Kind::XmlCharRefReplace,
            Some("backslashreplace") => Kind::BackslashReplace,
            Some("surrogateescape") => Kind::SurrogateEscape,
            Some(_) => Kind::Called,
        }
    }
}

/// What went wrong: the codec, the place, the reason.
#[derive(Clone, Copy)]
pub struct Problem<'a> {
    pub encoding: &'a str,
    pub start: usize,
    pub end: usize,
    pub reason: &'a str,
}

impl Problem<'_> {
    /// The arguments of the exception.
    fn arguments(&self, object: Ref) -> Result<Ref<Tuple>> {
        Tuple::from_array([
            Str::new(self.encoding)?.upcast(),
            object,
            new_int(self.start as i64)?,
            new_int(self.end as i64)?,
            Str::new(self.reason)?.upcast(),
        ])
    }

    fn raise_decode(&self, input: &[u8]) -> Raised {
        match Bytes::new(input).and_then(|object| self.arguments(object.upcast())) {
            Ok(arguments) => raise::set(&exc::UnicodeDecodeError, Some(&arguments)),
            Err(raised) => raised,
        }
    }

    fn raise_encode(&self, text: &Str) -> Raised {
        exc::set_unicode_encode_error(self.encoding, text, self.start, self.end, self.reason)
    }
}

/// The error handling of one decoding operation.
pub struct DecodeErrors<'a> {
    pub encoding: &'a str,
    errors: Option<&'a str>,
    kind: Kind,
    handler: Option<Ref>,
    multibyte: bool,
}

impl<'a> DecodeErrors<'a> {
    /// For the CJK codecs, which tell of a handler's wrong answers in their own way.
    pub fn multibyte(self) -> DecodeErrors<'a> {
        DecodeErrors { multibyte: true, ..self }
    }

    pub fn new(encoding: &'a str, errors: Option<&'a str>) -> DecodeErrors<'a> {
        DecodeErrors { encoding, errors, kind: Kind::of(errors), handler: None, multibyte: false }
    }

    /// Writes what stands for `input[start..end]` and says where decoding goes on.
    ///
    /// # Errors
    /// UnicodeDecodeError; what a handler raises.
    pub fn handle(
        &mut self,
        input: &[u8],
        start: usize,
        end: usize,
        reason: &str,
        output: &mut Builder,
    ) -> Result<usize> {
        let problem = Problem { encoding: self.encoding, start, end, reason };
        match self.kind {
            Kind::Strict => Err(problem.raise_decode(input)),
            Kind::Ignore => Ok(end),
            Kind::Replace => {
                output.push(0xfffd);
                Ok(end)
            }
            Kind::BackslashReplace => {
                input[start..end].iter().for_each(|byte| output.push_str(&format!("\\x{byte:02x}")));
                Ok(end)
            }
            Kind::SurrogateEscape => {
                let escaped = input[start..end].iter().take_while(|byte| !byte.is_ascii()).count();
                if escaped == 0 {
                    return Err(problem.raise_decode(input));
                }
                for &byte in &input[start..start + escaped] {
                    output.push(0xdc00 + u32::from(byte));
                }
                Ok(start + escaped)
            }
            Kind::XmlCharRefReplace | Kind::Called => self.call(input, problem, output),
        }
    }

    fn call(&mut self, input: &[u8], problem: Problem<'_>, output: &mut Builder) -> Result<usize> {
        let handler = match &self.handler {
            Some(handler) => handler.clone(),
            None => self.handler.insert(super::registry::lookup_error(self.errors)?).clone(),
        };
        let object = Bytes::new(input)?;
        let arguments = problem.arguments(object.clone().upcast())?;
        let exception = protocol::call::call(exc::UnicodeDecodeError.as_object(), arguments.items())?;
        let answer = protocol::call::call_one_arg(&handler, &exception)?;
        let wrong = || raise!(TypeError, "decoding error handler must return (str, int) tuple");
        let parts = answer.cast::<Tuple>().filter(|parts| parts.len() == 2).ok_or_else(wrong)?;
        let replacement = parts.items()[0].cast::<Str>().ok_or_else(wrong)?;
        if !protocol::number::is_index(parts.items()[1]) {
            return Err(wrong());
        }
        let now = protocol::attr::get(&exception, id!("object"))?;
        if now.is(&object) || self.encoding == "charmap" {
            let position = position(parts.items()[1], input.len(), self.multibyte)?;
            output.push_chars(replacement.chars());
            return Ok(position);
        }
        // The handler has put other bytes in the place of these: they are what is left to decode.
        let Some(bytes) = now.cast::<Bytes>() else {
            return Err(raise!(TypeError, "exception attribute object must be bytes"));
        };
        let position = position(parts.items()[1], bytes.as_slice().len(), self.multibyte)?;
        output.push_chars(replacement.chars());
        let _depth = crate::state::enter_recursive_call(" in a decoding error handler")?;
        let rest = Bytes::new(&bytes.as_slice()[position..])?;
        // Two codecs have another name in errors than the one that they are found by.
        let encoding = match self.encoding {
            "unicodeescape" => "unicode_escape",
            "rawunicodeescape" => "raw_unicode_escape",
            encoding => encoding,
        };
        output.push_chars(super::decode(rest.as_object(), Some(encoding), self.errors)?.chars());
        Ok(input.len())
    }
}

/// Where a handler wants to go on, in something `len` long.
fn position(object: &Object, len: usize, multibyte: bool) -> Result<usize> {
    let given = match protocol::number::index_as_isize(object, Some(&exc::OverflowError)) {
        Err(raised) if multibyte && raised.matches(&exc::OverflowError) => {
            raised.clear();
            return Err(raise!(IndexError, "position -1 from error handler out of bounds"));
        }
        given => given?,
    };
    let position = if given < 0 { given + len as isize } else { given };
    match usize::try_from(position) {
        Ok(position) if position <= len => Ok(position),
        _ => Err(raise!(IndexError, "position {given} from error handler out of bounds")),
    }
}

/// What stands for characters that cannot be translated, and where translating goes on.
///
/// # Errors
/// UnicodeTranslateError; what a handler raises.
pub fn translate_error(
    text: &Str,
    errors: Option<&str>,
    start: usize,
    end: usize,
    reason: &str,
) -> Result<(Ref<Str>, usize)> {
    let handler = super::registry::lookup_error(errors)?;
    let arguments = Tuple::from_array([
        text.to_ref().upcast(),
        new_int(start as i64)?,
        new_int(end as i64)?,
        Str::new(reason)?.upcast(),
    ])?;
    let exception = protocol::call::call(exc::UnicodeTranslateError.as_object(), arguments.items())?;
    if Kind::of(errors) == Kind::Strict {
        return Err(raise::set(&exc::UnicodeTranslateError, Some(&exception)));
    }
    let answer = protocol::call::call_one_arg(&handler, &exception)?;
    let wrong = || raise!(TypeError, "translating error handler must return (str, int) tuple");
    let parts = answer.cast::<Tuple>().filter(|parts| parts.len() == 2).ok_or_else(wrong)?;
    let replacement = parts.items()[0].cast::<Str>().ok_or_else(wrong)?;
    if !protocol::number::is_index(parts.items()[1]) {
        return Err(wrong());
    }
    Ok((replacement.to_ref(), position(parts.items()[1], text.len(), false)?))
}

/// What stands for characters that cannot be encoded.
pub enum Replacement {
    /// Text that has to be encoded itself.
    Text(Ref<Str>),
    Bytes(Ref<Bytes>),
}

/// The error handling of one encoding operation.
pub struct EncodeErrors<'a> {
    pub encoding: &'a str,
    errors: Option<&'a str>,
    kind: Kind,
    handler: Option<Ref>,
    multibyte: bool,
}

impl<'a> EncodeErrors<'a> {
    /// For the CJK codecs, which tell of a handler's wrong answers in their own way.
    pub fn multibyte(self) -> EncodeErrors<'a> {
        EncodeErrors { multibyte: true, ..self }
    }

    pub fn new(encoding: &'a str, errors: Option<&'a str>) -> EncodeErrors<'a> {
        EncodeErrors { encoding, errors, kind: Kind::of(errors), handler: None, multibyte: false }
    }

    /// UnicodeEncodeError for `text[start..end]`.
    pub fn raise(&self, text: &Str, start: usize, end: usize, reason: &str) -> Raised {
        Problem { encoding: self.encoding, start, end, reason }.raise_encode(text)
    }

    /// What stands for `text[start..end]`, and where encoding goes on.
    ///
    /// # Errors
    /// UnicodeEncodeError; what a handler raises.
    pub fn handle(
        &mut self,
        text: &Str,
        start: usize,
        end: usize,
        reason: &str,
    ) -> Result<(Replacement, usize)> {
        let chars = text.chars().slice(start, end);
        let replacement = match self.kind {
            Kind::Strict => return Err(self.raise(text, start, end, reason)),
            Kind::Ignore => Replacement::Text(crate::types::str::intern::empty()),
            Kind::Replace => Replacement::Text(Str::from_latin1(&vec![b'?'; end - start])?),
            Kind::XmlCharRefReplace => Replacement::Text(handlers::xml_references(chars)?),
            Kind::BackslashReplace => Replacement::Text(handlers::backslashes(chars)?),
            Kind::SurrogateEscape => {
                // Those at the beginning that stand for bytes; the error is about the others.
                let escaped = chars.iter().take_while(|char| (0xdc80..=0xdcff).contains(char)).count();
                if escaped == 0 {
                    return Err(self.raise(text, start, end, reason));
                }
                let bytes: Vec<u8> = chars.iter().take(escaped).map(|char| char as u8).collect();
                return Ok((Replacement::Bytes(Bytes::new(&bytes)?), start + escaped));
            }
            Kind::Called => return self.call(text, start, end, reason),
        };
        Ok((replacement, end))
    }

    fn call(&mut self, text: &Str, start: usize, end: usize, reason: &str) -> Result<(Replacement, usize)> {
        let handler = match &self.handler {
            Some(handler) => handler.clone(),
            None => self.handler.insert(super::registry::lookup_error(self.errors)?).clone(),
        };
        let problem = Problem { encoding: self.encoding, start, end, reason };
        let arguments = problem.arguments(text.to_ref().upcast())?;
        let exception = protocol::call::call(exc::UnicodeEncodeError.as_object(), arguments.items())?;
        let answer = protocol::call::call_one_arg(&handler, &exception)?;
        let kinds = if self.multibyte { "str" } else { "str/bytes" };
        let wrong = || raise!(TypeError, "encoding error handler must return ({kinds}, int) tuple");
        let parts = answer.cast::<Tuple>().filter(|parts| parts.len() == 2).ok_or_else(wrong)?;
        let replacement = match (parts.items()[0].cast::<Str>(), parts.items()[0].cast::<Bytes>()) {
            (Some(text), _) => Replacement::Text(Ref::from_borrowed(text)),
            (_, Some(bytes)) => Replacement::Bytes(Ref::from_borrowed(bytes)),
            _ => return Err(wrong()),
        };
        if !protocol::number::is_index(parts.items()[1]) {
            return Err(wrong());
        }
        Ok((replacement, position(parts.items()[1], text.len(), self.multibyte)?))
    }
}

/// The parts of an exception that a handler is called with.
pub enum Failure {
    Encode { text: Ref<Str>, start: usize, end: usize, encoding: String },
    Decode { input: Ref<Bytes>, start: usize, end: usize, encoding: String },
    Translate { text: Ref<Str>, start: usize, end: usize },
}

impl Failure {
    /// Takes a UnicodeError apart.
    ///
    /// # Errors
    /// TypeError for another exception, or one whose fields have been spoilt.
    pub fn of(exception: &Object) -> Result<Failure> {
        let unknown =
            || raise!(TypeError, "don't know how to handle {} in error callback", exception.class().name());
        let error = unicode::of(exception).ok_or_else(unknown)?;
        let object = error.object.get();
        let missing = || raise!(TypeError, "object attribute not set");
        let object = object.ok_or_else(missing)?;
        let encoding = || error.encoding.get().and_then(|name| Some(name.cast::<Str>()?.to_string_lossy()));
        let class = exception.class();
        if class.is_subtype(&exc::UnicodeDecodeError) {
            let input = object
                .downcast::<Bytes>()
                .map_err(|_| raise!(TypeError, "object attribute must be bytes"))?;
            let (start, end) = error.range(input.len());
            return Ok(Failure::Decode { input, start, end, encoding: encoding().unwrap_or_default() });
        }
        let text =
            object.downcast::<Str>().map_err(|_| raise!(TypeError, "object attribute must be unicode"))?;
        let (start, end) = error.range(text.len());
        if class.is_subtype(&exc::UnicodeEncodeError) {
            return Ok(Failure::Encode { text, start, end, encoding: encoding().unwrap_or_default() });
        }
        Ok(Failure::Translate { text, start, end })
    }
}
