//! Source text to tokens.
//!
//! The lexer hands out one token at a time, and reads the next line of the text only when a token needs it:
//! which line it has reached decides where errors are reported and which text they quote. It stops at its first
//! error; [`Lexer::done`] tells what kind it was and [`Lexer::take_error`] gives it if it already has a message.

mod fstring;
mod number;
mod string;

use crate::ast::Location;
use crate::chars;
use crate::error::{ErrorKind, SourceWarning, SyntaxError, WarningKind};
use crate::source::{self, Source};
use crate::token::{Token, TokenKind};
use fstring::FString;

/// What a read past the last character gives. A NUL in the text is an error of its own.
const EOF: u8 = 0;
/// Indentation levels a program may have, the outermost included.
const MAX_INDENT: usize = 100;
/// Brackets that may be open at once.
const MAX_LEVEL: usize = 200;
const TAB_SIZE: i32 = 8;

/// How far the lexer has come, or why it stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// More may follow.
    Ok,
    /// The end of the text.
    Eof,
    /// An error with a message: see [`Lexer::take_error`].
    Error,
    /// The end of the text inside a triple-quoted string.
    EofInString,
    /// The end of the text inside a string on one line.
    EolInString,
    /// An unindent that matches nothing.
    Dedent,
    /// Tabs and spaces that compare differently with other tab sizes.
    TabSpace,
    /// Too many indentation levels.
    TooDeep,
    /// Something other than a line's end after a backslash.
    LineContinuation,
    /// An identifier that is not UTF-8.
    Decode,
}

/// An open bracket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bracket {
    pub(crate) opening: u8,
    pub(crate) lineno: i32,
    pub(crate) column: i32,
}

/// What to hand out beyond the tokens that the grammar needs.
#[derive(Clone, Copy, Debug, Default)]
pub struct LexOptions {
    /// `# type:` comments are tokens.
    pub type_comments: bool,
    /// Comments, non-logical newlines and indentation come with exact positions, and what only a
    /// parser minds is let through: what the `tokenize` module wants.
    pub extra_tokens: bool,
}

/// The lexer.
pub struct Lexer<'a> {
    pub(crate) source: Source<'a>,
    bytes: &'a [u8],
    options: LexOptions,
    /// The next byte to read.
    pub(crate) pos: usize,
    /// The end of the line that is being read, after its newline.
    pub(crate) line_end: usize,
    /// Its start.
    pub(crate) line_start: usize,
    /// The start of the first line that belongs to the current token or to the f-strings around it.
    buffer_start: usize,
    pub(crate) lineno: i32,
    token_start: Option<usize>,
    /// Where the current string literal began.
    first_lineno: i32,
    multi_line_start: usize,
    /// The last line that continues another after a backslash.
    continued_line: i32,
    at_line_start: bool,
    /// INDENT (positive) or DEDENT (negative) tokens to hand out.
    pub(crate) pending: i32,
    /// Columns of the open indentation levels, counted with tabs of 8 and of 1.
    pub(crate) indents: Vec<(i32, i32)>,
    pub(crate) brackets: Vec<Bracket>,
    fstrings: Vec<FString>,
    /// Whether a comment stood alone on its line.
    comment_newline: bool,
    pub(crate) done: Done,
    error: Option<SyntaxError>,
    /// Warnings in the order in which they came up.
    pub(crate) warnings: Vec<SourceWarning>,
}

const IDENTIFIER_START: u8 = 1;
const IDENTIFIER: u8 = 2;
/// Which bytes may be part of an identifier; those of multi-byte characters are looked at later.
const CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let c = byte as u8;
        table[byte] = if c.is_ascii_alphabetic() || c == b'_' || c >= 128 {
            IDENTIFIER_START | IDENTIFIER
        } else if c.is_ascii_digit() {
            IDENTIFIER
        } else {
            0
        };
        byte += 1;
    }
    table
};

fn may_start_identifier(c: u8) -> bool {
    CLASS[c as usize] & IDENTIFIER_START != 0
}

fn may_continue_identifier(c: u8) -> bool {
    CLASS[c as usize] & IDENTIFIER != 0
}

impl<'a> Lexer<'a> {
    /// A lexer at the start of `source`.
    pub fn new(source: Source<'a>, options: LexOptions) -> Self {
        Self {
            source,
            bytes: source.bytes(),
            options,
            pos: 0,
            line_end: 0,
            line_start: 0,
            buffer_start: 0,
            lineno: 0,
            token_start: None,
            first_lineno: 0,
            multi_line_start: 0,
            continued_line: 0,
            at_line_start: true,
            pending: 0,
            indents: vec![(0, 0)],
            brackets: Vec::new(),
            fstrings: Vec::new(),
            comment_newline: false,
            done: Done::Ok,
            error: None,
            warnings: Vec::new(),
        }
    }

    /// Why the lexer stopped, if it did.
    pub fn done(&self) -> Done {
        self.done
    }

    /// The error that the last token, an ERRORTOKEN, stands for, if it has a message yet.
    pub fn take_error(&mut self) -> Option<SyntaxError> {
        self.error.take()
    }

    /// The line that was read last.
    pub fn line(&self) -> &'a [u8] {
        self.bytes.get(self.line_start..self.line_end).unwrap_or_default()
    }

    /// Whether an f-string is open.
    pub(crate) fn in_fstring(&self) -> bool {
        !self.fstrings.is_empty()
    }

    /// How many bytes there are in the lines that belong to the current token.
    pub(crate) fn buffered_bytes(&self) -> usize {
        self.line_end - self.buffer_start
    }

    /// The next token. After the end or an error, the same again.
    pub fn next_token(&mut self) -> Token<'a> {
        match self.fstrings.last() {
            Some(fstring) if fstring.in_literal => self.fstring_token(),
            _ => self.normal_token(),
        }
    }

    /// Reads one character, going to the next line when this one is used up.
    #[inline]
    fn next(&mut self) -> u8 {
        if self.pos == self.line_end && !self.read_line() {
            return EOF;
        }
        let c = self.bytes.get(self.pos).copied().unwrap_or(EOF);
        self.pos += 1;
        c
    }

    /// Unreads `c`, which [`Lexer::next`] has just given.
    #[inline]
    fn back(&mut self, c: u8) {
        if c != EOF {
            self.pos -= 1;
        }
    }

    /// The character after the next one read would be this.
    fn peek(&mut self) -> u8 {
        let c = self.next();
        self.back(c);
        c
    }

    #[cold]
    fn read_line(&mut self) -> bool {
        if self.done != Done::Ok {
            return false;
        }
        if self.token_start.is_none() && self.fstrings.is_empty() {
            self.buffer_start = self.line_end;
        }
        let Some(rest) = self.bytes.get(self.line_end..).filter(|rest| !rest.is_empty()) else {
            self.done = Done::Eof;
            return false;
        };
        let length = rest.iter().position(|&c| c == b'\n').map_or(rest.len(), |newline| newline + 1);
        self.line_start = self.line_end;
        self.lineno += 1;
        self.line_end += length;
        if self.source.first_nul() < self.line_end {
            self.syntax_error("source code cannot contain null bytes");
            self.pos = self.line_end;
            return false;
        }
        true
    }

    fn token(&self, kind: TokenKind, start: usize, end: usize) -> Token<'a> {
        let (lineno, line_start) = if kind.is_string_literal() {
            (self.first_lineno, self.multi_line_start)
        } else {
            (self.lineno, self.line_start)
        };
        // For the parser a token reaches as far as the lexer has read: a NEWLINE's end is after the line.
        let location_end = if self.options.extra_tokens { end } else { self.pos };
        Token {
            kind,
            level: self.brackets.len() as u16,
            start: start as u32,
            end: end as u32,
            location: Location {
                lineno,
                col_offset: start as i32 - line_start as i32,
                end_lineno: self.lineno,
                end_col_offset: location_end as i32 - self.line_start as i32,
            },
            debug_text: None,
        }
    }

    /// The token from where the current one began to here.
    fn token_here(&self, kind: TokenKind) -> Token<'a> {
        self.token(kind, self.start(), self.pos)
    }

    /// A token without text.
    fn empty_token(&self, kind: TokenKind) -> Token<'a> {
        let location =
            Location { lineno: self.lineno, col_offset: -1, end_lineno: self.lineno, end_col_offset: -1 };
        let here = self.pos as u32;
        let level = self.brackets.len() as u16;
        Token { kind, level, start: here, end: here, location, debug_text: None }
    }

    fn start(&self) -> usize {
        self.token_start.unwrap_or(self.pos)
    }

    /// Stops with an error that the parser words.
    fn stop(&mut self, why: Done) -> Token<'a> {
        self.done = why;
        self.empty_token(TokenKind::ErrorToken)
    }

    /// Stops with an error at the character just read.
    fn syntax_error(&mut self, msg: impl Into<String>) -> Token<'a> {
        let column = self.characters_to(self.pos);
        self.syntax_error_range(column, column, msg)
    }

    /// How many characters the current line has up to `pos`.
    fn characters_to(&self, pos: usize) -> i32 {
        let part = self.bytes.get(self.line_start..pos).unwrap_or_default();
        String::from_utf8_lossy(part).chars().count() as i32
    }

    fn syntax_error_range(&mut self, offset: i32, end_offset: i32, msg: impl Into<String>) -> Token<'a> {
        if self.done != Done::Error {
            let rest = self.bytes.get(self.line_start..).unwrap_or_default();
            let line = rest.split(|&c| c == b'\n' || c == 0).next().unwrap_or_default();
            self.error = Some(SyntaxError {
                lineno: self.lineno,
                offset,
                end_lineno: self.lineno,
                end_offset,
                text: Some(String::from_utf8_lossy(line).into_owned()),
                ..SyntaxError::unlocated(ErrorKind::SyntaxError, msg)
            });
            self.done = Done::Error;
        }
        self.empty_token(TokenKind::ErrorToken)
    }

    /// Warns at the character just read.
    fn warn(&mut self, msg: String) {
        let column = self.characters_to(self.pos);
        let line = self.bytes.get(self.line_start..self.line_end).unwrap_or_default();
        let text = String::from_utf8_lossy(line).trim_end_matches('\n').to_owned();
        self.warnings.push(SourceWarning {
            kind: WarningKind::SyntaxWarning,
            error: SyntaxError {
                lineno: self.lineno,
                offset: column,
                end_lineno: self.lineno,
                end_offset: column,
                text: Some(text),
                ..SyntaxError::unlocated(ErrorKind::SyntaxError, msg)
            },
        });
    }

    fn normal_token(&mut self) -> Token<'a> {
        loop {
            self.token_start = None;
            let mut blank_line = false;
            if self.at_line_start {
                self.at_line_start = false;
                match self.indentation() {
                    Ok(blank) => blank_line = blank,
                    Err(token) => return token,
                }
            }
            self.token_start = Some(self.pos);
            if let Some(token) = self.pending_indentation() {
                return token;
            }
            self.peek();
            if let Some(token) = self.token_on_line(blank_line) {
                return token;
            }
        }
    }

    /// Reads a line's leading white space and notes what it opens or closes. True if the line is blank.
    fn indentation(&mut self) -> Result<bool, Token<'a>> {
        let (mut col, mut alt_col) = (0, 0);
        let mut continued_col = 0;
        let c = loop {
            match self.next() {
                b' ' => {
                    col += 1;
                    alt_col += 1;
                }
                b'\t' => {
                    col = (col / TAB_SIZE + 1) * TAB_SIZE;
                    alt_col += 1;
                }
                b'\x0c' => (col, alt_col) = (0, 0),
                b'\\' => {
                    // The first backslash decides how far the line that it continues is indented.
                    if continued_col == 0 {
                        continued_col = col;
                    }
                    self.continue_line()?;
                }
                c => break c,
            }
        };
        self.back(c);
        if matches!(c, b'#' | b'\n' | b'\r') {
            return Ok(true);
        }
        if !self.brackets.is_empty() {
            return Ok(false);
        }
        if continued_col != 0 {
            (col, alt_col) = (continued_col, continued_col);
        }
        let (top, alt_top) = self.indents.last().copied().unwrap_or_default();
        if col > top {
            if self.indents.len() >= MAX_INDENT {
                self.pos = self.line_end;
                return Err(self.stop(Done::TooDeep));
            }
            if alt_col <= alt_top {
                return Err(self.inconsistent_tabs());
            }
            self.pending += 1;
            self.indents.push((col, alt_col));
            return Ok(false);
        }
        while self.indents.len() > 1 && self.indents.last().is_some_and(|level| col < level.0) {
            self.indents.pop();
            self.pending -= 1;
        }
        let (top, alt_top) = self.indents.last().copied().unwrap_or_default();
        if col != top {
            self.pos = self.line_end;
            return Err(self.stop(Done::Dedent));
        }
        if alt_col != alt_top {
            return Err(self.inconsistent_tabs());
        }
        Ok(false)
    }

    fn inconsistent_tabs(&mut self) -> Token<'a> {
        self.pos = self.line_end;
        self.stop(Done::TabSpace)
    }

    fn pending_indentation(&mut self) -> Option<Token<'a>> {
        if self.pending == 0 {
            return None;
        }
        let (kind, start) = if self.pending < 0 {
            (TokenKind::Dedent, self.pos)
        } else {
            (TokenKind::Indent, self.line_start)
        };
        self.pending -= self.pending.signum();
        Some(if self.options.extra_tokens {
            self.token(kind, start, self.pos)
        } else {
            self.empty_token(kind)
        })
    }

    /// Goes on after a backslash, which must end its line.
    fn continue_line(&mut self) -> Result<(), Token<'a>> {
        let mut c = self.next();
        if c == b'\r' {
            c = self.next();
        }
        if c != b'\n' {
            return Err(self.stop(Done::LineContinuation));
        }
        let c = self.next();
        if c == EOF {
            self.pos = self.line_end;
            return Err(self.stop(Done::Eof));
        }
        self.back(c);
        self.continued_line = self.lineno;
        Ok(())
    }

    /// Whether the line before the present one ends with a backslash.
    pub(crate) fn is_line_continued(&self) -> bool {
        self.continued_line == self.lineno
    }

    /// Whether no token has begun since the last one, as in a line's leading white space.
    pub(crate) fn is_between_tokens(&self) -> bool {
        self.token_start.is_none()
    }

    /// The next token of the line, or nothing if the line ends without one.
    fn token_on_line(&mut self, blank_line: bool) -> Option<Token<'a>> {
        loop {
            self.token_start = None;
            let mut c = self.next();
            while matches!(c, b' ' | b'\t' | b'\x0c') {
                c = self.next();
            }
            self.token_start = Some(if c == EOF { self.pos } else { self.pos - 1 });

            if may_start_identifier(c) {
                return Some(self.word(c));
            }
            if c == b'#' {
                match self.comment(blank_line) {
                    Ok(token) => return Some(token),
                    Err(after) => c = after,
                }
            }
            if c == EOF {
                let at_end = self.done == Done::Eof && self.brackets.is_empty();
                return Some(self.empty_token(if at_end {
                    TokenKind::EndMarker
                } else {
                    TokenKind::ErrorToken
                }));
            }
            if c == b'\r' {
                c = self.next();
            }
            if c == b'\n' {
                return self.newline(blank_line);
            }
            if c == b'\\' {
                if let Err(token) = self.continue_line() {
                    return Some(token);
                }
                continue;
            }
            return Some(match c {
                b'.' => self.dot(),
                b'0'..=b'9' => self.number(c),
                b'\'' | b'"' => self.string(c),
                _ => self.operator(c),
            });
        }
    }

    /// An identifier, or a string with a prefix.
    fn word(&mut self, first: u8) -> Token<'a> {
        let mut c = first;
        let (mut saw_b, mut saw_r, mut saw_u, mut saw_f) = (false, false, false, false);
        loop {
            match c {
                b'b' | b'B' if !(saw_b || saw_u || saw_f) => saw_b = true,
                b'u' | b'U' if !(saw_b || saw_u || saw_r || saw_f) => saw_u = true,
                b'r' | b'R' if !(saw_r || saw_u) => saw_r = true,
                b'f' | b'F' if !(saw_f || saw_b || saw_u) => saw_f = true,
                _ => break,
            }
            c = self.next();
            if matches!(c, b'"' | b'\'') {
                return if saw_f { self.fstring_start(c) } else { self.string(c) };
            }
        }
        self.back(c);
        let rest = self.bytes.get(self.pos..self.line_end).unwrap_or_default();
        self.pos += rest.iter().position(|&c| !may_continue_identifier(c)).unwrap_or(rest.len());
        if self.pos == self.line_end {
            // A line without a newline is the last: looking for more finds the end.
            self.peek();
        }
        let word = self.bytes.get(self.start()..self.pos).unwrap_or_default();
        if !word.is_ascii()
            && let Err(token) = self.verify_identifier(word)
        {
            return token;
        }
        self.token_here(TokenKind::Name)
    }

    /// Checks an identifier against PEP 3131.
    fn verify_identifier(&mut self, word: &'a [u8]) -> Result<(), Token<'a>> {
        if self.options.extra_tokens {
            return Ok(());
        }
        let text = match std::str::from_utf8(word) {
            Ok(text) => text,
            Err(error) => {
                let token = self.stop(Done::Decode);
                let reason = source::utf8_error(word, error);
                self.error = Some(SyntaxError::undecodable(word, reason));
                return Err(token);
            }
        };
        for (index, c) in text.char_indices() {
            let fits =
                if index == 0 { chars::is_identifier_start(c) } else { chars::is_identifier_continue(c) };
            if !fits {
                self.pos = self.start() + index + c.len_utf8();
                let msg = if chars::is_printable(c) {
                    format!("invalid character '{c}' (U+{:04X})", c as u32)
                } else {
                    format!("invalid non-printable character U+{:04X}", c as u32)
                };
                return Err(self.syntax_error(msg));
            }
        }
        Ok(())
    }

    /// A comment. Gives the character after it unless it is a token.
    fn comment(&mut self, blank_line: bool) -> Result<Token<'a>, u8> {
        let rest = self.bytes.get(self.pos..self.line_end).unwrap_or_default();
        self.pos += rest.iter().position(|&c| matches!(c, b'\n' | b'\r')).unwrap_or(rest.len());
        let c = self.next();
        if self.options.type_comments
            && let Some(token) = self.type_comment(c, blank_line)
        {
            return Ok(token);
        }
        if self.options.extra_tokens {
            self.back(c);
            self.comment_newline = blank_line;
            return Ok(self.token_here(TokenKind::Comment));
        }
        Err(c)
    }

    /// The `# type:` comment that starts the current token, `after` being the character after it.
    fn type_comment(&mut self, after: u8, blank_line: bool) -> Option<Token<'a>> {
        let end = if after == EOF { self.pos } else { self.pos - 1 };
        let text = self.bytes.get(self.start()..end)?;
        let blanks = |text: &[u8]| text.iter().take_while(|c| matches!(c, b' ' | b'\t')).count();
        let mut at = 1 + blanks(text.get(1..)?);
        at += text.get(at..)?.starts_with(b"type:").then_some(5)?;
        at += blanks(text.get(at..)?);
        let comment = text.get(at..)?;
        self.back(after);
        let is_ignore = comment.starts_with(b"ignore")
            && comment.get(6).is_none_or(|&c| c < 128 && !c.is_ascii_alphanumeric());
        if !is_ignore {
            return Some(self.token(TokenKind::TypeComment, self.start() + at, end));
        }
        let token = self.token(TokenKind::TypeIgnore, self.start() + at + 6, end);
        if blank_line {
            self.next();
            self.at_line_start = true;
        }
        Some(token)
    }

    fn newline(&mut self, blank_line: bool) -> Option<Token<'a>> {
        self.at_line_start = true;
        if blank_line || !self.brackets.is_empty() {
            self.comment_newline = false;
            return self.options.extra_tokens.then(|| self.token_here(TokenKind::NL));
        }
        if self.comment_newline && self.options.extra_tokens {
            self.comment_newline = false;
            return Some(self.token_here(TokenKind::NL));
        }
        Some(self.token(TokenKind::Newline, self.start(), self.pos - 1))
    }

    /// What starts with a dot.
    fn dot(&mut self) -> Token<'a> {
        let c = self.next();
        if c.is_ascii_digit() {
            return self.fraction(c);
        }
        if c == b'.' {
            let third = self.next();
            if third == b'.' {
                return self.token_here(TokenKind::Ellipsis);
            }
            self.back(third);
        }
        self.back(c);
        self.token_here(TokenKind::Dot)
    }

    fn operator(&mut self, c: u8) -> Token<'a> {
        let mut debug_text = None;
        let is_not_equal = c == b'!' && self.bytes.get(self.pos) == Some(&b'=');
        if matches!(c, b':' | b'}' | b'!' | b'{')
            && !is_not_equal
            && let Some(fstring) = self.fstrings.last_mut()
            && fstring.in_replacement_field()
        {
            match fstring.punctuation(c, self.token_start.unwrap_or(self.pos), self.pos) {
                fstring::Punctuation::Plain(text) => debug_text = text,
                fstring::Punctuation::FormatSpec(text) => {
                    let debug_text = text.and_then(|range| self.debug_text(range));
                    return Token { debug_text, ..self.token_here(TokenKind::Colon) };
                }
            }
        }
        let debug_text = debug_text.and_then(|range| self.debug_text(range));
        let second = self.next();
        if let Some(two) = TokenKind::of_two_chars(c, second) {
            let third = self.next();
            let kind = TokenKind::of_three_chars(two, third).unwrap_or_else(|| {
                self.back(third);
                two
            });
            return Token { debug_text, ..self.token_here(kind) };
        }
        self.back(second);
        let refused = match c {
            b'(' | b'[' | b'{' => self.open_bracket(c),
            b')' | b']' | b'}' => self.close_bracket(c),
            _ => Ok(()),
        };
        if let Err(msg) = refused {
            return self.syntax_error(msg);
        }
        if c.is_ascii_control() {
            return self.syntax_error(format!("invalid non-printable character U+{c:04X}"));
        }
        if c == b'='
            && let Some(fstring) = self.fstrings.last_mut()
            && fstring.in_replacement_field()
        {
            fstring.debug = true;
        }
        Token { debug_text, ..self.token_here(TokenKind::of_one_char(c)) }
    }

    fn open_bracket(&mut self, c: u8) -> Result<(), String> {
        if self.brackets.len() >= MAX_LEVEL {
            return Err("too many nested parentheses".to_owned());
        }
        let column = self.start() as i32 - self.line_start as i32;
        self.brackets.push(Bracket { opening: c, lineno: self.lineno, column });
        if let Some(fstring) = self.fstrings.last_mut() {
            fstring.depth += 1;
        }
        Ok(())
    }

    fn close_bracket(&mut self, c: u8) -> Result<(), String> {
        let closing = c as char;
        if c == b'}' && self.fstrings.last().is_some_and(|fstring| fstring.depth == 0) {
            return Err("f-string: single '}' is not allowed".to_owned());
        }
        let Some(bracket) = self.brackets.pop() else {
            return if self.options.extra_tokens {
                self.close_in_fstring(c)
            } else {
                Err(format!("unmatched '{closing}'"))
            };
        };
        let opening = bracket.opening as char;
        let matches = matches!((opening, closing), ('(', ')') | ('[', ']') | ('{', '}'));
        if !matches && !self.options.extra_tokens {
            if let Some(fstring) = self.fstrings.last()
                && opening == '{'
                && fstring.depth - 1 == fstring.expression_depth
            {
                return Err(format!("f-string: unmatched '{closing}'"));
            }
            let at = if bracket.lineno == self.lineno {
                String::new()
            } else {
                format!(" on line {}", bracket.lineno)
            };
            return Err(format!(
                "closing parenthesis '{closing}' does not match opening parenthesis '{opening}'{at}"
            ));
        }
        self.close_in_fstring(c)
    }

    fn close_in_fstring(&mut self, c: u8) -> Result<(), String> {
        let Some(fstring) = self.fstrings.last_mut() else { return Ok(()) };
        fstring.depth -= 1;
        if fstring.depth < 0 {
            return Err(format!("f-string: unmatched '{}'", c as char));
        }
        if c == b'}' && fstring.depth == fstring.expression_depth {
            fstring.close_expression();
        }
        Ok(())
    }
}
