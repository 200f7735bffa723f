//! The tokens that the `tokenize` module hands out: what `_tokenize.TokenizerIter` yields.

use crate::arena::Arena;
use crate::error::{ErrorKind, NO_POSITION, SourceWarning, SyntaxError};
use crate::lexer::{Done, LexOptions, Lexer};
use crate::source::{Source, character_offset};
use crate::token::TokenKind;

/// A token with positions in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// The number of its kind in the `token` module. With extra tokens every operator is an `OP`.
    pub kind: u8,
    /// Its text.
    pub text: String,
    /// Line, from 1, and column, from 0, of its start.
    pub start: (i32, i32),
    /// Line and column of its end.
    pub end: (i32, i32),
    /// The lines that it is on.
    pub line: String,
}

/// An iterator over the tokens of a text.
pub struct TokenizerIter<'a> {
    lexer: Lexer<'a>,
    extra_tokens: bool,
    /// Whether the last line had to be ended.
    implicit_newline: bool,
    finished: bool,
}

impl<'a> TokenizerIter<'a> {
    /// The tokens of `text`, whose line ends are kept as they are.
    pub fn new(arena: &'a Arena, text: &[u8], extra_tokens: bool) -> Self {
        let implicit_newline = !text.is_empty() && !text.ends_with(b"\n");
        let source = if implicit_newline {
            Source::untranslated(arena, &[text, b"\n"].concat())
        } else {
            Source::untranslated(arena, text)
        };
        let options = LexOptions { type_comments: false, extra_tokens };
        Self { lexer: Lexer::new(source, options), extra_tokens, implicit_newline, finished: false }
    }

    /// The warnings that came up since the last call.
    pub fn take_warnings(&mut self) -> Vec<SourceWarning> {
        std::mem::take(&mut self.lexer.warnings)
    }

    /// Whether everything has been read.
    pub fn at_end(&self) -> bool {
        self.lexer.done() == Done::Eof
    }

    fn error(&mut self) -> SyntaxError {
        if let Some(error) = self.lexer.take_error() {
            return error;
        }
        let lineno = self.lexer.lineno;
        let (kind, msg) = match self.lexer.done() {
            Done::Eof => {
                return SyntaxError {
                    lineno,
                    // In bytes, unlike the other errors'.
                    offset: self.lexer.buffered_bytes() as i32,
                    end_lineno: lineno,
                    end_offset: NO_POSITION,
                    ..SyntaxError::unlocated(ErrorKind::SyntaxError, "unexpected EOF in multi-line statement")
                };
            }
            Done::Dedent => {
                (ErrorKind::IndentationError, "unindent does not match any outer indentation level")
            }
            Done::TabSpace => (ErrorKind::TabError, "inconsistent use of tabs and spaces in indentation"),
            Done::TooDeep => (ErrorKind::IndentationError, "too many levels of indentation"),
            Done::LineContinuation => {
                (ErrorKind::SyntaxError, "unexpected character after line continuation character")
            }
            _ => (ErrorKind::SyntaxError, "unknown tokenization error"),
        };
        let line = String::from_utf8_lossy(self.lexer.line());
        let offset = character_offset(&line, line.len() as i32);
        let text = Some(line.strip_suffix('\n').unwrap_or(&line).to_owned());
        let (end_lineno, end_offset) = (NO_POSITION, NO_POSITION);
        SyntaxError { lineno, offset, end_lineno, end_offset, text, ..SyntaxError::unlocated(kind, msg) }
    }

    /// Whether the line that is being read is the one that had to be ended.
    fn on_unended_line(&self) -> bool {
        self.implicit_newline && self.lexer.line_end == self.lexer.source.bytes().len()
    }
}

impl Iterator for TokenizerIter<'_> {
    type Item = Result<TokenInfo, SyntaxError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.finished {
            return None;
        }
        let token = self.lexer.next_token();
        if token.kind == TokenKind::ErrorToken {
            self.finished = true;
            return Some(Err(self.error()));
        }
        self.finished = token.kind == TokenKind::EndMarker;
        let bytes = self.lexer.source.bytes();
        let (start, end) = (token.start as usize, token.end as usize);
        let has_text = token.location.col_offset >= 0;
        let mut text = if has_text {
            String::from_utf8_lossy(bytes.get(start..end).unwrap_or_default()).into_owned()
        } else {
            String::new()
        };
        let at_end = self.lexer.done() == Done::Eof;
        let trailing = token.kind == TokenKind::EndMarker || token.kind == TokenKind::Dedent && at_end;
        let mut location = token.location;
        let mut kind = token.kind;
        let unended = self.on_unended_line();
        let line_start = start - location.col_offset.max(0) as usize;
        let line_start = if has_text { line_start } else { self.lexer.line_start };
        let line_end = self.lexer.line_end - usize::from(unended && self.lexer.line_end > line_start);
        let line = if self.extra_tokens && trailing {
            String::new()
        } else {
            String::from_utf8_lossy(bytes.get(line_start..line_end).unwrap_or_default()).into_owned()
        };
        let columns = |from: usize, to: usize| {
            String::from_utf8_lossy(bytes.get(from..to).unwrap_or_default()).chars().count() as i32
        };
        if has_text {
            location.col_offset = columns(line_start, start);
            location.end_col_offset = columns(self.lexer.line_start, end);
        }
        if self.extra_tokens {
            if trailing {
                let after = location.lineno + 1;
                (location.lineno, location.end_lineno) = (after, after);
                (location.col_offset, location.end_col_offset) = (0, 0);
            }
            match kind {
                TokenKind::Newline => {
                    let carriage_return = bytes.get(start) == Some(&b'\r');
                    text = match (unended, carriage_return) {
                        (true, _) => "",
                        (false, true) => "\r\n",
                        (false, false) => "\n",
                    }
                    .to_owned();
                    location.end_col_offset += 1;
                }
                TokenKind::NL if unended => text = String::new(),
                _ => {}
            }
            if kind as u8 > TokenKind::Dedent as u8 && (kind as u8) < TokenKind::Op as u8 {
                kind = TokenKind::Op;
            }
        }
        Some(Ok(TokenInfo {
            kind: kind as u8,
            text,
            start: (location.lineno, location.col_offset),
            end: (location.end_lineno, location.end_col_offset),
            line,
        }))
    }
}
