//! Formatted string literals (PEP 701): the literal parts, and what replacement fields need to remember.

use super::{Done, EOF, Lexer};
use crate::token::{Token, TokenKind};
use std::ops::Range;

/// F-strings that may be nested in each other's replacement fields.
const MAX_FSTRING_LEVEL: usize = 150 - 1;
/// Replacement fields that may be nested in format specifiers, the outermost included.
const MAX_EXPRESSION_NESTING: i32 = 3;

/// An f-string that has been started and not ended.
#[derive(Debug)]
pub(super) struct FString {
    /// Whether the next token is a literal part, rather than part of a replacement field.
    pub(super) in_literal: bool,
    pub(super) quote: u8,
    pub(super) quote_size: u8,
    raw: bool,
    start: usize,
    line_start: usize,
    lineno: i32,
    /// Brackets open inside.
    pub(super) depth: i32,
    /// Replacement fields open inside, less one.
    pub(super) expression_depth: i32,
    in_format_spec: bool,
    /// Where the text of the current replacement field starts.
    expression_start: usize,
    /// Where it ends, once that is known.
    expression_end: Option<usize>,
    /// Whether an `=` has been seen in the current replacement field.
    pub(super) debug: bool,
}

/// What a `:`, `!`, `}` or `{` in a replacement field means, with the field's text if that must be kept.
pub(super) enum Punctuation {
    /// An operator like any other.
    Plain(Option<Range<usize>>),
    /// The start of a format specifier.
    FormatSpec(Option<Range<usize>>),
}

impl FString {
    /// Whether a replacement field is open.
    pub(super) fn in_replacement_field(&self) -> bool {
        self.expression_depth >= 0
    }

    /// Notes the punctuation character `c` at `start`; `end` is after it.
    pub(super) fn punctuation(&mut self, c: u8, start: usize, end: usize) -> Punctuation {
        let cursor = self.depth - i32::from(c != b'{');
        let nested = cursor == 1 && (self.debug || self.in_format_spec);
        let mut text = None;
        if cursor == 0 || nested {
            if c == b'{' {
                self.open_expression(end);
            } else {
                // The `!` of `!=` ends nothing: what comes later decides, but in a format specifier.
                if c != b':' || self.expression_end.is_none() {
                    self.expression_end = Some(start);
                }
                if self.debug {
                    text = self.expression_end.map(|end| self.expression_start..end);
                }
            }
        }
        if c == b':' && cursor == self.expression_depth {
            self.in_literal = true;
            self.in_format_spec = true;
            return Punctuation::FormatSpec(text);
        }
        Punctuation::Plain(text)
    }

    fn open_expression(&mut self, start: usize) {
        self.expression_start = start;
        self.expression_end = None;
    }

    /// Goes back to the literal part after a `}`.
    pub(super) fn close_expression(&mut self) {
        self.expression_depth -= 1;
        self.in_literal = true;
        self.in_format_spec = false;
        self.debug = false;
    }
}

impl<'a> Lexer<'a> {
    /// The source of a self-documenting expression, without its comments.
    pub(super) fn debug_text(&self, range: Range<usize>) -> Option<&'a str> {
        self.source.text_without_comments(range)
    }

    /// The prefix and quotes of an f-string, `quote` having just been read.
    pub(super) fn fstring_start(&mut self, quote: u8) -> Token<'a> {
        self.first_lineno = self.lineno;
        self.multi_line_start = self.line_start;
        let mut quote_size = 1;
        let second = self.next();
        if second == quote {
            let third = self.next();
            if third == quote {
                quote_size = 3;
            } else {
                self.back(third);
                self.back(second);
            }
        } else {
            self.back(second);
        }
        if self.fstrings.len() >= MAX_FSTRING_LEVEL {
            return self.syntax_error("too many nested f-strings");
        }
        let start = self.start();
        let raw =
            self.bytes.get(start..start + 2).unwrap_or_default().iter().any(|c| matches!(c, b'r' | b'R'));
        self.fstrings.push(FString {
            in_literal: true,
            quote,
            quote_size,
            raw,
            start,
            line_start: self.line_start,
            lineno: self.lineno,
            depth: 0,
            expression_depth: -1,
            in_format_spec: false,
            expression_start: start,
            expression_end: None,
            debug: false,
        });
        self.token_here(TokenKind::FStringStart)
    }

    /// The next literal part, the end of the string, or the brace that opens a replacement field.
    pub(super) fn fstring_token(&mut self) -> Token<'a> {
        self.token_start = Some(self.pos);
        self.first_lineno = self.lineno;
        let c = self.next();
        if c == b'{' {
            let second = self.peek();
            self.back(c);
            if second != b'{' {
                return match self.enter_replacement_field() {
                    Ok(()) => self.normal_token(),
                    Err(token) => token,
                };
            }
        } else {
            self.back(c);
        }
        let Some(fstring) = self.fstrings.last() else { return self.normal_token() };
        let (quote, quote_size) = (fstring.quote, usize::from(fstring.quote_size));
        let ahead = self.bytes.get(self.pos..self.line_end).unwrap_or_default();
        if ahead.len() >= quote_size && ahead.iter().take(quote_size).all(|&c| c == quote) {
            self.pos += quote_size;
            self.fstrings.pop();
            return self.token_here(TokenKind::FStringEnd);
        }
        self.multi_line_start = self.line_start;
        self.fstring_middle()
    }

    fn enter_replacement_field(&mut self) -> Result<(), Token<'a>> {
        let Some(fstring) = self.fstrings.last_mut() else { return Ok(()) };
        fstring.expression_depth += 1;
        if fstring.expression_depth >= MAX_EXPRESSION_NESTING {
            return Err(self.syntax_error("f-string: expressions nested too deeply"));
        }
        fstring.in_literal = false;
        Ok(())
    }

    fn fstring_middle(&mut self) -> Token<'a> {
        let Some(fstring) = self.fstrings.last() else { return self.normal_token() };
        let (quote, quote_size, raw) = (fstring.quote, fstring.quote_size, fstring.raw);
        let in_format_spec = fstring.in_format_spec && fstring.in_replacement_field();
        let at_top = fstring.depth == 0;
        let mut end_quote_size = 0;
        let mut named_escape = false;
        while end_quote_size != quote_size {
            let c = self.next();
            if self.done == Done::Error {
                return self.empty_token(TokenKind::ErrorToken);
            }
            if c == EOF || (quote_size == 1 && c == b'\n') {
                if in_format_spec && c == b'\n' {
                    return self.syntax_error(
                        "f-string: newlines are not allowed in format specifiers for single quoted f-strings",
                    );
                }
                return self.unterminated_fstring(c);
            }
            if c == quote {
                end_quote_size += 1;
                continue;
            }
            end_quote_size = 0;
            match c {
                b'{' => {
                    let here = self.pos;
                    if let Some(fstring) = self.fstrings.last_mut() {
                        fstring.open_expression(here);
                    }
                    let second = self.next();
                    if second == b'{' && !in_format_spec {
                        return self.token(TokenKind::FStringMiddle, self.start(), self.pos - 1);
                    }
                    self.back(second);
                    self.back(c);
                    if let Err(token) = self.enter_replacement_field() {
                        return token;
                    }
                    return self.leave_literal();
                }
                b'}' => {
                    if named_escape {
                        return self.token_here(TokenKind::FStringMiddle);
                    }
                    let second = self.next();
                    if second == b'}' && !in_format_spec && at_top {
                        return self.token(TokenKind::FStringMiddle, self.start(), self.pos - 1);
                    }
                    self.back(second);
                    self.back(c);
                    return self.leave_literal();
                }
                b'\\' => {
                    let mut escaped = self.next();
                    if escaped == b'\r' {
                        escaped = self.next();
                    }
                    if matches!(escaped, b'{' | b'}') {
                        if !raw {
                            self.warn(format!("invalid escape sequence '\\{}'", escaped as char));
                        }
                        self.back(escaped);
                    } else if escaped == b'N' && !raw {
                        let brace = self.next();
                        if brace == b'{' {
                            named_escape = true;
                        } else {
                            self.back(brace);
                        }
                    }
                }
                _ => {}
            }
        }
        self.pos -= usize::from(quote_size);
        self.token_here(TokenKind::FStringMiddle)
    }

    /// Ends a literal part before a replacement field, or before what cannot be part of it.
    fn leave_literal(&mut self) -> Token<'a> {
        if let Some(fstring) = self.fstrings.last_mut() {
            fstring.in_literal = false;
            fstring.in_format_spec = false;
        }
        self.token_here(TokenKind::FStringMiddle)
    }

    fn unterminated_fstring(&mut self, last: u8) -> Token<'a> {
        let detected = self.lineno;
        let Some(fstring) = self.fstrings.last() else { return self.normal_token() };
        let triple = fstring.quote_size == 3;
        // The error is at the opening quote.
        self.pos = fstring.start + 1;
        self.line_start = fstring.line_start;
        self.lineno = fstring.lineno;
        let what = if triple { "triple-quoted f-string" } else { "f-string" };
        let token = self.syntax_error(format!("unterminated {what} literal (detected at line {detected})"));
        if triple && last != b'\n' {
            self.done = Done::EofInString;
        }
        token
    }
}
