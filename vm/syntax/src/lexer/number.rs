//! Numeric literals.

use super::{EOF, Lexer, may_continue_identifier};
use crate::token::{Token, TokenKind};

/// The error token, and so the end of the literal.
type Refused<'a> = Token<'a>;

impl<'a> Lexer<'a> {
    /// A literal whose first digit is `first`.
    pub(super) fn number(&mut self, first: u8) -> Token<'a> {
        self.number_or_error(first).unwrap_or_else(|refused| refused)
    }

    /// A literal that started with a dot, `digit` being the one after it.
    pub(super) fn fraction(&mut self, digit: u8) -> Token<'a> {
        self.after_point(digit).unwrap_or_else(|refused| refused)
    }

    fn number_or_error(&mut self, first: u8) -> Result<Token<'a>, Refused<'a>> {
        if first != b'0' {
            let c = self.decimal_digits()?;
            return self.after_integer(c);
        }
        let mut c = self.next();
        match c {
            b'x' | b'X' => return self.radix_literal(16, "hexadecimal"),
            b'o' | b'O' => return self.radix_literal(8, "octal"),
            b'b' | b'B' => return self.radix_literal(2, "binary"),
            _ => {}
        }
        loop {
            if c == b'_' {
                c = self.next();
                if !c.is_ascii_digit() {
                    self.back(c);
                    return Err(self.syntax_error("invalid decimal literal"));
                }
            }
            if c != b'0' {
                break;
            }
            c = self.next();
        }
        let zeros_end = self.pos;
        if !c.is_ascii_digit() {
            return self.after_integer(c);
        }
        c = self.decimal_digits()?;
        if matches!(c, b'.' | b'e' | b'E' | b'j' | b'J') || self.options.extra_tokens {
            return self.after_integer(c);
        }
        self.back(c);
        let start = self.characters_to(self.start()) + 1;
        let end = self.characters_to(zeros_end);
        Err(self.syntax_error_range(
            start,
            end,
            "leading zeros in decimal integer literals are not permitted; \
             use an 0o prefix for octal integers",
        ))
    }

    /// The digits after `0x`, `0o` or `0b`.
    fn radix_literal(&mut self, radix: u32, name: &str) -> Result<Token<'a>, Refused<'a>> {
        let mut c = self.next();
        loop {
            if c == b'_' {
                c = self.next();
            }
            if !(c as char).is_digit(radix) {
                if radix < 10 && c.is_ascii_digit() {
                    return Err(self.bad_digit(c, name));
                }
                self.back(c);
                return Err(self.syntax_error(format!("invalid {name} literal")));
            }
            while (c as char).is_digit(radix) {
                c = self.next();
            }
            if c != b'_' {
                break;
            }
        }
        if radix < 10 && c.is_ascii_digit() {
            return Err(self.bad_digit(c, name));
        }
        self.end_of_number(c, name)
    }

    fn bad_digit(&mut self, c: u8, name: &str) -> Refused<'a> {
        self.syntax_error(format!("invalid digit '{}' in {name} literal", c as char))
    }

    /// Reads the rest of a run of digits and gives the character after it.
    fn decimal_digits(&mut self) -> Result<u8, Refused<'a>> {
        loop {
            let mut c = self.next();
            while c.is_ascii_digit() {
                c = self.next();
            }
            if c != b'_' {
                return Ok(c);
            }
            c = self.next();
            if !c.is_ascii_digit() {
                self.back(c);
                return Err(self.syntax_error("invalid decimal literal"));
            }
        }
    }

    /// Goes on after the digits of an integer, `c` being the character after them.
    fn after_integer(&mut self, c: u8) -> Result<Token<'a>, Refused<'a>> {
        if c == b'.' {
            let c = self.next();
            return self.after_point(c);
        }
        self.exponent(c)
    }

    fn after_point(&mut self, c: u8) -> Result<Token<'a>, Refused<'a>> {
        let c = if c.is_ascii_digit() { self.decimal_digits()? } else { c };
        self.exponent(c)
    }

    fn exponent(&mut self, c: u8) -> Result<Token<'a>, Refused<'a>> {
        if !matches!(c, b'e' | b'E') {
            return self.imaginary(c);
        }
        let mut digit = self.next();
        if matches!(digit, b'+' | b'-') {
            digit = self.next();
            if !digit.is_ascii_digit() {
                self.back(digit);
                return Err(self.syntax_error("invalid decimal literal"));
            }
        } else if !digit.is_ascii_digit() {
            // The `e` belongs to what follows, as in `1else`.
            self.back(digit);
            return self.end_of_number(c, "decimal");
        }
        let c = self.decimal_digits()?;
        self.imaginary(c)
    }

    fn imaginary(&mut self, c: u8) -> Result<Token<'a>, Refused<'a>> {
        if matches!(c, b'j' | b'J') {
            let c = self.next();
            return self.end_of_number(c, "imaginary");
        }
        self.end_of_number(c, "decimal")
    }

    /// Ends the literal before `c`. A keyword right after it is frowned upon, any other word refused.
    fn end_of_number(&mut self, c: u8, name: &str) -> Result<Token<'a>, Refused<'a>> {
        if !self.options.extra_tokens {
            let keyword_follows = match c {
                b'a' => self.word_continues(b"nd"),
                b'e' => self.word_continues(b"lse"),
                b'f' => self.word_continues(b"or"),
                b'i' => matches!(self.peek(), b'f' | b'n' | b's'),
                b'o' => self.word_continues(b"r"),
                b'n' => self.word_continues(b"ot"),
                _ => false,
            };
            if keyword_follows {
                self.back(c);
                self.warn(format!("invalid {name} literal"));
                self.next();
            } else if c < 128 && may_continue_identifier(c) {
                self.back(c);
                return Err(self.syntax_error(format!("invalid {name} literal")));
            }
        }
        self.back(c);
        if c == EOF {
            self.pos = self.line_end;
        }
        Ok(self.token_here(TokenKind::Number))
    }

    /// Whether a word goes on with `rest` and ends there.
    fn word_continues(&self, rest: &[u8]) -> bool {
        let ahead = self.bytes.get(self.pos..self.line_end).unwrap_or_default();
        ahead
            .strip_prefix(rest)
            .is_some_and(|after| !after.first().is_some_and(|&c| may_continue_identifier(c)))
    }
}
