//! String literals without replacement fields.

use super::{Done, EOF, Lexer};
use crate::token::{Token, TokenKind};

impl<'a> Lexer<'a> {
    /// A literal whose first quote has just been read.
    pub(super) fn string(&mut self, quote: u8) -> Token<'a> {
        self.first_lineno = self.lineno;
        self.multi_line_start = self.line_start;
        let mut quote_size = 1;
        let mut end_quote_size = 0;
        let mut escaped_quote = false;
        let mut c = self.next();
        if c == quote {
            c = self.next();
            if c == quote {
                quote_size = 3;
            } else {
                end_quote_size = 1;
            }
        }
        if c != quote {
            self.back(c);
        }
        while end_quote_size != quote_size {
            c = self.next();
            if self.done == Done::Error {
                return self.empty_token(TokenKind::ErrorToken);
            }
            if c == EOF || (quote_size == 1 && c == b'\n') {
                return self.unterminated_string(quote, quote_size, escaped_quote, c);
            }
            if c == quote {
                end_quote_size += 1;
                continue;
            }
            end_quote_size = 0;
            if c == b'\\' {
                c = self.next();
                escaped_quote |= c == quote;
                if c == b'\r' {
                    self.next();
                }
            }
        }
        self.token_here(TokenKind::String)
    }

    fn unterminated_string(&mut self, quote: u8, quote_size: u8, escaped_quote: bool, last: u8) -> Token<'a> {
        // The error is at the opening quote.
        self.pos = self.start() + 1;
        self.line_start = self.multi_line_start;
        let detected = self.lineno;
        self.lineno = self.first_lineno;
        if self.fstrings.last().is_some_and(|outer| outer.quote == quote && outer.quote_size == quote_size) {
            // This quote was meant to end the f-string around it.
            return self.syntax_error("f-string: expecting '}'");
        }
        let (what, done) = if quote_size == 3 {
            ("triple-quoted string", Done::EofInString)
        } else {
            ("string", Done::EolInString)
        };
        let mut msg = format!("unterminated {what} literal (detected at line {detected})");
        if quote_size == 1 && escaped_quote {
            msg.push_str("; perhaps you escaped the end quote?");
        }
        let token = self.syntax_error(msg);
        if last != b'\n' {
            self.done = done;
        }
        token
    }
}
