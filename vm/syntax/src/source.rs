//! Source text: from the bytes of a file to lines of UTF-8.

use crate::arena::Arena;
use crate::error::{ErrorKind, NO_POSITION, SyntaxError};
use std::borrow::Cow;
use std::ops::Range;
use std::str::Utf8Error;

/// Source text in an arena, its lines ended by `\n`.
///
/// The text need not be UTF-8 throughout: bytes that are not are errors only where a token needs them.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    arena: &'a Arena,
    bytes: &'a [u8],
    /// The longest prefix that is UTF-8.
    text: &'a str,
    first_nul: usize,
    /// Whether the end of the last line is no part of what was given.
    has_added_end: bool,
}

impl<'a> Source<'a> {
    /// Takes text with any of the three line ends, and ends its last line if `end_last_line` says so.
    pub fn new(arena: &'a Arena, text: &[u8], end_last_line: bool) -> Self {
        let mut lines = translate_newlines(text);
        let has_added_end = end_last_line && lines.last().is_some_and(|&c| c != b'\n');
        if has_added_end {
            lines.to_mut().push(b'\n');
        }
        Self { has_added_end, ..Self::untranslated(arena, &lines) }
    }

    /// Takes text as it is.
    pub fn untranslated(arena: &'a Arena, text: &[u8]) -> Self {
        let first_nul = text.iter().position(|&c| c == 0).unwrap_or(usize::MAX);
        match std::str::from_utf8(text) {
            Ok(text) => {
                let text = arena.text(text);
                Self { arena, bytes: text.as_bytes(), text, first_nul, has_added_end: false }
            }
            Err(error) => {
                let bytes = arena.list(text);
                let prefix = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let text = std::str::from_utf8(prefix).unwrap_or_default();
                Self { arena, bytes, text, first_nul, has_added_end: false }
            }
        }
    }

    /// All of it.
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The text in `range`, or what is wrong with its bytes.
    pub fn text(self, range: Range<usize>) -> Result<&'a str, String> {
        if let Some(text) = self.text.get(range.clone()) {
            return Ok(text);
        }
        let bytes = self.bytes.get(range).unwrap_or_default();
        std::str::from_utf8(bytes).map_err(|error| utf8_error(bytes, error))
    }

    /// The text in `range` as self-documenting expressions show it: without what looks like a comment.
    pub(crate) fn text_without_comments(self, range: Range<usize>) -> Option<&'a str> {
        let text = self.text(range).ok()?;
        if !text.contains('#') {
            return Some(text);
        }
        let lines = text.split_inclusive('\n').map(|line| match line.find('#') {
            Some(hash) => {
                let newline = if line.ends_with('\n') { "\n" } else { "" };
                line.get(..hash).unwrap_or_default().to_owned() + newline
            }
            None => line.to_owned(),
        });
        Some(self.arena.text(&lines.collect::<String>()))
    }

    pub(crate) fn first_nul(self) -> usize {
        self.first_nul
    }

    /// The line with the number `lineno`, from 1, without its newline; past the end, the last one.
    pub(crate) fn line(self, lineno: i32) -> Cow<'a, str> {
        let line = self.line_with_end(lineno);
        String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(line))
    }

    /// The same as it was given: with its newline if it had one.
    pub(crate) fn given_line(self, lineno: i32) -> Cow<'a, str> {
        let line = self.line_with_end(lineno);
        let is_last = line.as_ptr_range().end == self.bytes.as_ptr_range().end;
        if is_last && self.has_added_end { self.line(lineno) } else { String::from_utf8_lossy(line) }
    }

    fn line_with_end(self, lineno: i32) -> &'a [u8] {
        let mut rest = self.bytes;
        for _ in 1..lineno {
            match rest.iter().position(|&c| c == b'\n').and_then(|newline| rest.get(newline + 1..)) {
                Some(next) => rest = next,
                None => break,
            }
        }
        rest.split_inclusive(|&c| c == b'\n').next().unwrap_or_default()
    }
}

/// Makes `\n` of `\r\n` and of `\r`.
pub fn translate_newlines(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'\r') {
        return Cow::Borrowed(text);
    }
    let mut lines = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.iter().position(|&c| c == b'\r') {
        let (line, tail) = rest.split_at(at);
        lines.extend_from_slice(line);
        lines.push(b'\n');
        rest = tail.strip_prefix(b"\r\n").or(tail.strip_prefix(b"\r")).unwrap_or_default();
    }
    lines.extend_from_slice(rest);
    Cow::Owned(lines)
}

/// How many characters the first `col_offset` bytes of `line` are; a column past its end counts as one more.
pub fn character_offset(line: &str, col_offset: i32) -> i32 {
    if col_offset < 0 {
        return -1;
    }
    let offset = col_offset as usize;
    match line.as_bytes().get(..offset) {
        Some(part) if part.is_ascii() => col_offset,
        Some(part) => String::from_utf8_lossy(part).chars().count() as i32,
        None => line.chars().count() as i32 + 1,
    }
}

/// The message of the UnicodeDecodeError that `bytes` cause.
pub(crate) fn utf8_error(bytes: &[u8], error: Utf8Error) -> String {
    let start = error.valid_up_to();
    let first = bytes.get(start).copied().unwrap_or_default();
    let (length, reason) = match error.error_len() {
        None => (bytes.len() - start, "unexpected end of data"),
        Some(length) if (0xc2..=0xf4).contains(&first) => (length, "invalid continuation byte"),
        Some(length) => (length, "invalid start byte"),
    };
    decode_error("utf-8", first, start, start + length, reason)
}

/// The message of a UnicodeDecodeError over the bytes from `start` to `end`, of which `byte` is the first.
pub(crate) fn decode_error(codec: &str, byte: u8, start: usize, end: usize, reason: &str) -> String {
    if end == start + 1 {
        format!("'{codec}' codec can't decode byte 0x{byte:02x} in position {start}: {reason}")
    } else {
        format!("'{codec}' codec can't decode bytes in position {start}-{}: {reason}", end as i64 - 1)
    }
}

/// Decodes source files in codecs other than UTF-8 and Latin-1.
pub trait Codecs {
    /// The text that `bytes` are in the codec `encoding`, or the message of the error in the way
    /// (`unknown encoding: …`, `'ascii' codec can't decode …`).
    fn decode(&self, encoding: &str, bytes: &[u8]) -> Result<String, String>;
}

/// The codecs of a program that has none of its own.
pub struct NoCodecs;

impl Codecs for NoCodecs {
    fn decode(&self, encoding: &str, bytes: &[u8]) -> Result<String, String> {
        if !matches!(encoding.to_ascii_lowercase().as_str(), "ascii" | "us-ascii") {
            return Err(format!("unknown encoding: {encoding}"));
        }
        match bytes.iter().enumerate().find(|(_, c)| !c.is_ascii()) {
            None => Ok(String::from_utf8_lossy(bytes).into_owned()),
            Some((at, &c)) => Err(decode_error("ascii", c, at, at + 1, "ordinal not in range(128)")),
        }
    }
}

/// A source file's text, and the encoding that it declares by a cookie (PEP 263) or a byte order mark.
#[derive(Debug)]
pub struct Decoded<'s> {
    /// Text that should be UTF-8.
    pub text: Cow<'s, [u8]>,
    /// What the file declares, in normal form.
    pub encoding: Option<String>,
}

/// Decodes a source file, or a source text to whose last line the parser adds an end or not.
///
/// # Errors
/// SyntaxError for an encoding that is not known or does not fit.
pub fn decode<'s>(
    bytes: &'s [u8],
    ends_last_line: bool,
    codecs: &dyn Codecs,
) -> Result<Decoded<'s>, SyntaxError> {
    let unlocated = |msg: String| SyntaxError {
        offset: -1,
        end_lineno: NO_POSITION,
        end_offset: NO_POSITION,
        ..SyntaxError::unlocated(ErrorKind::SyntaxError, msg)
    };
    let (body, has_mark) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(body) => (body, true),
        None => (bytes, false),
    };
    let Some(encoding) = declared_encoding(body, ends_last_line) else {
        return Ok(Decoded { text: Cow::Borrowed(body), encoding: has_mark.then(|| "utf-8".to_owned()) });
    };
    if has_mark && encoding != "utf-8" {
        return Err(unlocated(format!("encoding problem: {encoding} with BOM")));
    }
    let text = match encoding.as_str() {
        "utf-8" => Cow::Borrowed(body),
        "iso-8859-1" => Cow::Owned(body.iter().map(|&c| c as char).collect::<String>().into_bytes()),
        _ => Cow::Owned(codecs.decode(&encoding, &translate_newlines(body)).map_err(unlocated)?.into_bytes()),
    };
    Ok(Decoded { text, encoding: Some(encoding) })
}

/// The encoding that a comment in the first two lines declares. A line without an end does not count unless one is added.
fn declared_encoding(text: &[u8], ends_last_line: bool) -> Option<String> {
    for line in text.split_inclusive(|&c| matches!(c, b'\n' | b'\r')).take(2) {
        let line = match line {
            [line @ .., b'\n' | b'\r'] => line,
            line if ends_last_line => line,
            _ => return None,
        };
        let blank = line.iter().take_while(|c| matches!(c, b' ' | b'\t' | b'\x0c')).count();
        match line.get(blank..) {
            Some([]) | None => {}
            Some([b'#', comment @ ..]) => {
                if let Some(name) = coding_spec(comment) {
                    return Some(normal_name(&name));
                }
            }
            Some(_) => return None,
        }
    }
    None
}

fn coding_spec(comment: &[u8]) -> Option<String> {
    for (at, _) in comment.windows(6).enumerate().filter(|(_, window)| *window == b"coding") {
        let rest = comment.get(at + 6..)?;
        let Some((b':' | b'=', rest)) = rest.split_first() else { continue };
        let name: String = rest
            .iter()
            .skip_while(|c| matches!(c, b' ' | b'\t'))
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.'))
            .map(|&c| c as char)
            .collect();
        if !name.is_empty() {
            return Some(name);
        }
    }
    None
}

/// One spelling for the usual encodings; the others stay as they are.
fn normal_name(name: &str) -> String {
    let lower: String =
        name.chars().take(12).map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
    let is =
        |known: &str| lower == known || lower.strip_prefix(known).is_some_and(|rest| rest.starts_with('-'));
    if is("utf-8") {
        "utf-8".to_owned()
    } else if is("latin-1") || is("iso-8859-1") || is("iso-latin-1") {
        "iso-8859-1".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies() {
        let encoding =
            |text: &[u8]| decode(text, true, &NoCodecs).map(|decoded| decoded.encoding).map_err(|e| e.msg);
        assert_eq!(encoding(b"x = 1"), Ok(None));
        assert_eq!(encoding(b"#!/bin/python\n# -*- coding: Latin_1 -*-\n"), Ok(Some("iso-8859-1".into())));
        assert_eq!(encoding(b"x\n# coding: latin-1\n"), Ok(None));
        assert_eq!(encoding(b"# vim: set fileencoding=utf-8 :"), Ok(Some("utf-8".into())));
        assert_eq!(encoding(b"# coding: foo"), Err("unknown encoding: foo".into()));
        assert_eq!(
            encoding(b"\xef\xbb\xbf# coding: latin-1"),
            Err("encoding problem: iso-8859-1 with BOM".into())
        );
    }

    #[test]
    fn newlines() {
        assert_eq!(&*translate_newlines(b"a\r\nb\rc\n\r"), b"a\nb\nc\n\n");
    }
}
