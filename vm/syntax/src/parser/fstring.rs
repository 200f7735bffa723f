//! String literals, plain and formatted, and their concatenation.

use super::Parser;
use super::memo::Rule;
use crate::ast::{Constant, ExprKind, ExprRef, Location, Wtf8};
use crate::error::{ErrorKind, SourceWarning, SyntaxError, WarningKind};
use crate::literal::{self, InvalidEscape};
use crate::source::character_offset;
use crate::token::{Token, TokenKind};

/// What a conversion or a format specifier is, and the text of a self-documenting expression that ends there.
struct WithDebugText<'a, T> {
    value: T,
    debug_text: Option<&'a str>,
}

/// A part of an f-string.
enum Part<'a> {
    /// Text as it is written.
    Literal(Token<'a>),
    /// A replacement field, after its own text if it is self-documenting.
    Field(Option<ExprRef<'a>>, ExprRef<'a>),
}

impl<'a> Parser<'a> {
    /// One or more string literals side by side.
    pub(super) fn strings(&mut self) -> Option<ExprRef<'a>> {
        self.memoized(Rule::Strings, |p| {
            let start = p.mark;
            let parts = p.many1(|p| match p.peek() {
                TokenKind::FStringStart => p.fstring(),
                TokenKind::String => p.string(),
                _ => None,
            })?;
            p.concatenate(&parts, start)
        })
    }

    fn string(&mut self) -> Option<ExprRef<'a>> {
        let at = self.expect(TokenKind::String)?;
        let token = *self.tokens.get(at)?;
        let text = match self.lexer.source.text(token.start as usize..token.end as usize) {
            Ok(text) => text,
            Err(_) => {
                // The decoder is given the text between the quotes.
                let quotes = self.string_body_bytes(&token);
                let reason = quotes.map(|range| self.lexer.source.text(range).err()).unwrap_or_default();
                self.raise_decode_error(&reason.unwrap_or_default());
                return None;
            }
        };
        let parts = literal::string_parts(text);
        let value = if parts.is_bytes {
            Constant::Bytes(self.bytes_value(parts.body, parts.is_raw, &token)?)
        } else {
            Constant::Str(self.str_value(parts.body, parts.is_raw, &token)?)
        };
        let kind = parts.is_u.then_some("u");
        Some(self.expr(ExprKind::Constant { value, kind }, token.location))
    }

    /// Where the body of a string is that may not be UTF-8.
    fn string_body_bytes(&self, token: &Token<'a>) -> Option<std::ops::Range<usize>> {
        let (start, end) = (token.start as usize, token.end as usize);
        let bytes = self.lexer.source.bytes().get(start..end)?;
        let prefix = bytes.iter().position(|c| matches!(c, b'"' | b'\''))?;
        let quoted = bytes.get(prefix..)?;
        let quote = *quoted.first()?;
        let quotes = if quoted.len() >= 6 && quoted.get(1..3)? == [quote, quote] { 3 } else { 1 };
        Some(start + prefix + quotes..end - quotes)
    }

    fn bytes_value(&mut self, body: &'a str, is_raw: bool, token: &Token<'a>) -> Option<&'a [u8]> {
        if !body.is_ascii() {
            return self
                .raise_known_location(token.location, "bytes can only contain ASCII literal characters");
        }
        if is_raw || !body.contains('\\') {
            return Some(body.as_bytes());
        }
        match literal::unescape_bytes(self.arena, body.as_bytes()) {
            Ok(unescaped) => {
                self.warn_escape(unescaped.invalid, body, token);
                Some(unescaped.value)
            }
            Err(reason) => self.raise(format!("(value error) {reason}")),
        }
    }

    fn str_value(&mut self, body: &'a str, is_raw: bool, token: &Token<'a>) -> Option<Wtf8<'a>> {
        if is_raw || !body.contains('\\') {
            return Some(Wtf8::from(body));
        }
        match literal::unescape_str(self.arena, body, self.options.names_missing) {
            Ok(unescaped) => {
                self.warn_escape(unescaped.invalid, body, token);
                Some(unescaped.value)
            }
            Err(reason) => {
                self.raise_decode_error(&reason);
                None
            }
        }
    }

    /// Warns of an escape in the body that `token` has, or ends.
    fn warn_escape(&mut self, invalid: Option<InvalidEscape>, body: &str, token: &Token<'a>) {
        let Some(escape) = invalid.filter(|_| !self.invalid_rules) else { return };
        let [first, ..] = escape.text;
        let in_fstring = matches!(token.kind, TokenKind::FStringMiddle | TokenKind::FStringEnd);
        if in_fstring && matches!(first, b'{' | b'}') {
            // The lexer has warned of it.
            return;
        }
        let msg = if escape.octal {
            format!("invalid octal escape sequence '\\{}'", String::from_utf8_lossy(&escape.text))
        } else {
            format!("invalid escape sequence '\\{}'", first as char)
        };
        let before = body.get(..escape.at).unwrap_or_default();
        let newlines = before.matches('\n').count() as i32;
        let lineno = token.location.lineno + newlines;
        // Characters beyond ASCII count as the ten-character escapes that the decoder is given.
        let width = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 10 }).sum::<i32>();
        let column = match before.rsplit_once('\n') {
            Some((_, line)) => width(line),
            None => {
                let text = self.token_text(token);
                let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
                let quotes = text.chars().take_while(|&c| Some(c) == quote).count() as i32;
                token.location.col_offset + quotes + width(before)
            }
        };
        let text = self.error_text(lineno);
        let error = SyntaxError {
            lineno,
            offset: character_offset(&text, column + 1),
            end_lineno: lineno,
            end_offset: character_offset(&text, column + 3),
            text: Some(text.into_owned()),
            ..SyntaxError::unlocated(ErrorKind::SyntaxError, msg)
        };
        let kind = if self.options.feature_version >= 12 {
            WarningKind::SyntaxWarning
        } else {
            WarningKind::DeprecationWarning
        };
        self.lexer.warnings.push(SourceWarning { kind, error });
    }

    fn fstring(&mut self) -> Option<ExprRef<'a>> {
        let start = self.expect(TokenKind::FStringStart)?;
        let parts = self.many0(Self::fstring_middle);
        let end = self.expect(TokenKind::FStringEnd)?;
        let end_token = *self.tokens.get(end)?;
        let is_raw = self.token_text_at(start).contains(['r', 'R']);
        let mut values = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Part::Field(text, field) => values.extend(text.into_iter().chain([field])),
                Part::Literal(token) => {
                    let body = self.fstring_text(&token)?;
                    let value = self.str_value(body, is_raw, &end_token)?;
                    if !value.is_empty() {
                        let kind = ExprKind::Constant { value: Constant::Str(value), kind: None };
                        values.push(self.expr(kind, token.location));
                    }
                }
            }
        }
        let location = self.location(start).to(end_token.location);
        Some(self.expr(ExprKind::JoinedStr { values: self.arena.list(&values) }, location))
    }

    fn fstring_text(&mut self, token: &Token<'a>) -> Option<&'a str> {
        let range = token.start as usize..token.end as usize;
        match self.lexer.source.text(range.clone()) {
            Ok(text) => Some(text),
            Err(reason) => {
                let bytes = self.lexer.source.bytes().get(range).unwrap_or_default();
                self.error = Some(SyntaxError::undecodable(bytes, reason));
                self.failed = true;
                None
            }
        }
    }

    fn fstring_middle(&mut self) -> Option<Part<'a>> {
        if self.peek() == TokenKind::FStringMiddle {
            self.mark += 1;
            return self.tokens.get(self.mark - 1).copied().map(Part::Literal);
        }
        self.fstring_replacement_field()
    }

    fn fstring_replacement_field(&mut self) -> Option<Part<'a>> {
        if self.peek() != TokenKind::LBrace {
            return None;
        }
        let field = self.alt(Self::valid_replacement_field);
        if field.is_none() {
            self.invalid(Self::invalid_replacement_field);
        }
        field
    }

    fn valid_replacement_field(&mut self) -> Option<Part<'a>> {
        let start = self.expect(TokenKind::LBrace)?;
        let value = self.annotated_rhs()?;
        let is_debug = self.accept(TokenKind::Equal);
        let conversion = self.alt(Self::fstring_conversion);
        let format = self.alt(Self::fstring_full_format_spec);
        let closing = self.expect(TokenKind::RBrace)?;
        let conversion_char = match &conversion {
            Some(conversion) => self.conversion_char(conversion.value)?,
            None if is_debug && format.is_none() => i32::from(b'r'),
            None => -1,
        };
        let location = self.span(start);
        let format_spec = format.as_ref().map(|format| format.value);
        let kind = ExprKind::FormattedValue { value, conversion: conversion_char, format_spec };
        let field = self.expr(kind, location);
        if !is_debug {
            return Some(Part::Field(None, field));
        }
        let (end_lineno, end_col_offset, text) = match (&conversion, &format) {
            (Some(conversion), _) => {
                let name = self.location(conversion.value);
                (name.lineno, name.col_offset, conversion.debug_text)
            }
            (None, Some(format)) => {
                let spec = format.value.location;
                (spec.lineno, spec.col_offset + 1, format.debug_text)
            }
            (None, None) => {
                let text = self.tokens.get(closing).and_then(|token| token.debug_text);
                (location.end_lineno, location.end_col_offset, text)
            }
        };
        let text_location = Location {
            lineno: location.lineno,
            col_offset: location.col_offset + 1,
            end_lineno,
            end_col_offset: end_col_offset - 1,
        };
        let value = Constant::Str(Wtf8::from(text.unwrap_or_default()));
        let text = self.expr(ExprKind::Constant { value, kind: None }, text_location);
        Some(Part::Field(Some(text), field))
    }

    /// `!r`: gives the place of the name.
    fn fstring_conversion(&mut self) -> Option<WithDebugText<'a, usize>> {
        let mark = self.expect(TokenKind::Exclamation)?;
        let name = self.expect(TokenKind::Name)?;
        let (mark_at, name_at) = (self.location(mark), self.location(name));
        if mark_at.lineno != name_at.lineno || mark_at.end_col_offset != name_at.col_offset {
            return self.raise_known_range(
                mark_at,
                name_at,
                "f-string: conversion type must come right after the exclamanation mark",
            );
        }
        let debug_text = self.tokens.get(mark)?.debug_text;
        Some(WithDebugText { value: name, debug_text })
    }

    fn conversion_char(&mut self, name: usize) -> Option<i32> {
        let text = self.identifier(name)?;
        match text {
            "s" | "r" | "a" => text.chars().next().map(|c| c as i32),
            _ => self.raise_known_location(
                self.location(name),
                format!("f-string: invalid conversion character '{text}': expected 's', 'r', or 'a'"),
            ),
        }
    }

    fn fstring_full_format_spec(&mut self) -> Option<WithDebugText<'a, ExprRef<'a>>> {
        let colon = self.expect(TokenKind::Colon)?;
        let parts = self.fstring_format_specs();
        let debug_text = self.tokens.get(colon)?.debug_text;
        if self.failed {
            return None;
        }
        let location = self.span(colon);
        let has_field = parts.iter().any(|part| !matches!(part.kind(), ExprKind::Constant { .. }));
        let value = if parts.len() < 2 && !has_field {
            self.expr(ExprKind::JoinedStr { values: self.arena.list(&parts) }, location)
        } else {
            self.concatenate(&parts, colon)?
        };
        Some(WithDebugText { value, debug_text })
    }

    /// The parts of a format specifier that are not empty.
    pub(super) fn fstring_format_specs(&mut self) -> Vec<ExprRef<'a>> {
        let parts = self.many0(|p| match p.fstring_middle()? {
            Part::Literal(token) => {
                let body = p.fstring_text(&token)?;
                let value = p.str_value(body, false, &token)?;
                let kind = ExprKind::Constant { value: Constant::Str(value), kind: None };
                Some(p.expr(kind, token.location))
            }
            Part::Field(None, field) => Some(field),
            Part::Field(Some(text), field) => {
                let values = p.arena.list(&[text, field]);
                Some(p.expr(ExprKind::JoinedStr { values }, text.location))
            }
        });
        parts.into_iter().filter(|part| !is_empty_text(part)).collect()
    }

    /// Joins literals, folding those that have no replacement field between them.
    fn concatenate(&mut self, parts: &[ExprRef<'a>], start: usize) -> Option<ExprRef<'a>> {
        let is_bytes =
            |part: &ExprRef<'a>| matches!(part.kind(), ExprKind::Constant { value: Constant::Bytes(_), .. });
        let is_formatted = parts.iter().any(|part| !matches!(part.kind(), ExprKind::Constant { .. }));
        if parts.iter().any(is_bytes) {
            if !parts.iter().all(is_bytes) {
                return self.raise("cannot mix bytes and nonbytes literals");
            }
            if let [only] = parts {
                return Some(only);
            }
            let joined: Vec<u8> = parts.iter().flat_map(|part| constant_bytes(part)).copied().collect();
            let value = Constant::Bytes(self.arena.list(&joined));
            return Some(self.expr(ExprKind::Constant { value, kind: None }, self.span(start)));
        }
        if let [only] = parts
            && !is_formatted
        {
            return Some(only);
        }
        let flat: Vec<ExprRef<'a>> = parts
            .iter()
            .flat_map(|part| match part.kind() {
                ExprKind::JoinedStr { values } => values.to_vec(),
                _ => vec![*part],
            })
            .collect();
        let mut values = Vec::with_capacity(flat.len());
        for run in flat.chunk_by(|a, b| is_text(a) && is_text(b)) {
            let [first, .., last] = run else {
                values.extend(run.iter().copied().filter(|part| !is_formatted || !is_empty_text(part)));
                continue;
            };
            let joined: Vec<u8> = run.iter().flat_map(|part| constant_bytes(part)).copied().collect();
            if is_formatted && joined.is_empty() {
                continue;
            }
            let kind = match first.kind() {
                ExprKind::Constant { kind, .. } => kind,
                _ => None,
            };
            let value = Constant::Str(Wtf8::new(self.arena.list(&joined)));
            values.push(self.expr(ExprKind::Constant { value, kind }, first.location.to(last.location)));
        }
        if !is_formatted {
            return values.first().copied();
        }
        Some(self.expr(ExprKind::JoinedStr { values: self.arena.list(&values) }, self.span(start)))
    }
}

fn constant_bytes<'a>(part: ExprRef<'a>) -> &'a [u8] {
    match part.kind() {
        ExprKind::Constant { value: Constant::Str(text), .. } => text.as_bytes(),
        ExprKind::Constant { value: Constant::Bytes(bytes), .. } => bytes,
        _ => &[],
    }
}

fn is_text(part: ExprRef<'_>) -> bool {
    matches!(part.kind(), ExprKind::Constant { .. })
}

fn is_empty_text(part: ExprRef<'_>) -> bool {
    matches!(part.kind(), ExprKind::Constant { value: Constant::Str(text), .. } if text.is_empty())
}
