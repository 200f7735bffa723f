//! The XML declaration, and the text declaration of an external entity.

use super::Raw;
use crate::input::Decoder;
use crate::{Error, Event, ParamEntities, Parser, handler, utf8};

/// What an XML or text declaration says.
struct Declaration {
    version: Option<String>,
    encoding: Option<String>,
    standalone: Option<bool>,
}

impl Parser {
    /// Handles an XML declaration, or a text declaration of an external entity.
    pub(crate) fn xml_declaration(&mut self, bytes: &[u8], raw: Raw, is_text: bool) -> Result<(), Error> {
        let wrong = if is_text { Error::TextDecl } else { Error::XmlDecl };
        let found = match declaration(&bytes[raw.0..raw.1], is_text) {
            Ok(found) => found,
            Err(at) => return self.fail(raw.0 + at, wrong),
        };
        if found.standalone == Some(true) && !is_text {
            self.dtd.standalone.set(true);
            if self.param_entities == ParamEntities::UnlessStandalone {
                self.param_entities = ParamEntities::Never;
            }
        }
        self.tell(handler::XML_DECL, raw, || Event::XmlDecl {
            version: found.version,
            encoding: found.encoding.clone(),
            standalone: found.standalone.map_or(-1, i32::from),
        });
        let Some(name) = found.encoding else { return Ok(()) };
        if self.input.protocol.is_some() {
            return Ok(());
        }
        let now = self.input.decoder.as_ref().is_some_and(Decoder::is_wide);
        let at = raw.0 + memchr::memmem::find(&bytes[raw.0..raw.1], name.as_bytes()).unwrap_or(0);
        match Decoder::named(&name) {
            Some(decoder) if decoder.is_wide() != now => {
                self.failed_at = Some(at);
                Err(Error::IncorrectEncoding)
            }
            Some(Decoder::Utf8 | Decoder::Utf16 { .. }) => Ok(()),
            Some(decoder) => {
                self.switch_to = Some(decoder);
                Ok(())
            }
            None => self.unknown_encoding(name, at).map(|_| ()),
        }
    }
}

/// Takes a declaration apart; the place of what is wrong with it.
fn declaration(text: &[u8], is_text: bool) -> Result<Declaration, usize> {
    let mut found = Declaration { version: None, encoding: None, standalone: None };
    let end = text.len() - 2;
    let mut at = 5;
    let mut step = 0;
    while let Some((name, value, next)) = pseudo_attribute(text, at, end)? {
        let (name_text, value_text) = (&text[name.0..name.1], utf8(&text[value.0..value.1]).to_owned());
        match name_text {
            b"version" if step == 0 => {
                found.version = Some(value_text);
                step = 1;
            }
            b"encoding" if step <= 1 && (step == 1 || is_text) => {
                if !value_text.starts_with(|char: char| char.is_ascii_alphabetic()) {
                    return Err(value.0);
                }
                found.encoding = Some(value_text);
                step = 2;
            }
            b"standalone" if !is_text && (step == 1 || step == 2) => {
                found.standalone = Some(match value_text.as_str() {
                    "yes" => true,
                    "no" => false,
                    _ => return Err(value.0),
                });
                step = 3;
            }
            _ => return Err(name.0),
        }
        at = next;
    }
    if is_text && found.encoding.is_none() || !is_text && found.version.is_none() {
        return Err(end);
    }
    Ok(found)
}

/// The name and value of the next pseudo attribute, and the place behind it; None at the end.
fn pseudo_attribute(text: &[u8], at: usize, end: usize) -> Result<Option<(Raw, Raw, usize)>, usize> {
    let space = |mut at: usize| {
        while at < end && crate::chars::is_space(text[at]) {
            at += 1;
        }
        at
    };
    let start = space(at);
    if start == end {
        return Ok(None);
    }
    if start == at {
        return Err(at);
    }
    let mut at = start;
    while at < end && text[at] != b'=' && !crate::chars::is_space(text[at]) {
        if !text[at].is_ascii() {
            return Err(at);
        }
        at += 1;
    }
    let name = (start, at);
    at = space(at);
    if at == end || text[at] != b'=' || name.0 == name.1 {
        return Err(at);
    }
    at = space(at + 1);
    let quote = text[at];
    if at == end || quote != b'"' && quote != b'\'' {
        return Err(at);
    }
    let start = at + 1;
    at = start;
    while at < end && text[at] != quote {
        if !(text[at].is_ascii_alphanumeric() || matches!(text[at], b'.' | b'-' | b'_')) {
            return Err(at);
        }
        at += 1;
    }
    if at == end { Err(at) } else { Ok(Some((name, (start, at), at + 1))) }
}
