//! `pycore_token.h`: the kinds of token by number, and those of operators by their characters.

use core::ffi::{c_char, c_int};
use syntax::token::TokenKind;

/// A table of C strings.
#[repr(transparent)]
pub struct Names<const N: usize>([*const c_char; N]);

// SAFETY: never written to.
unsafe impl<const N: usize> Sync for Names<N> {}

macro_rules! names {
    ($($name:literal)*) => { Names([$(concat!($name, "\0").as_ptr().cast()),*]) };
}

#[unsafe(no_mangle)]
pub static _PyParser_TokenNames: Names<67> = names! {
    "ENDMARKER" "NAME" "NUMBER" "STRING" "NEWLINE" "INDENT" "DEDENT" "LPAR" "RPAR" "LSQB" "RSQB" "COLON" "COMMA" "SEMI" "PLUS"
    "MINUS" "STAR" "SLASH" "VBAR" "AMPER" "LESS" "GREATER" "EQUAL" "DOT" "PERCENT" "LBRACE" "RBRACE" "EQEQUAL" "NOTEQUAL"
    "LESSEQUAL" "GREATEREQUAL" "TILDE" "CIRCUMFLEX" "LEFTSHIFT" "RIGHTSHIFT" "DOUBLESTAR" "PLUSEQUAL" "MINEQUAL" "STAREQUAL"
    "SLASHEQUAL" "PERCENTEQUAL" "AMPEREQUAL" "VBAREQUAL" "CIRCUMFLEXEQUAL" "LEFTSHIFTEQUAL" "RIGHTSHIFTEQUAL"
    "DOUBLESTAREQUAL" "DOUBLESLASH" "DOUBLESLASHEQUAL" "AT" "ATEQUAL" "RARROW" "ELLIPSIS" "COLONEQUAL" "EXCLAMATION" "OP"
    "TYPE_IGNORE" "TYPE_COMMENT" "SOFT_KEYWORD" "FSTRING_START" "FSTRING_MIDDLE" "FSTRING_END" "COMMENT" "NL" "<ERRORTOKEN>"
    "<ENCODING>" "<N_TOKENS>"
};

fn byte(character: c_int) -> u8 {
    u8::try_from(character).unwrap_or(0)
}

fn number(kind: Option<TokenKind>) -> c_int {
    kind.unwrap_or(TokenKind::Op) as c_int
}

/// The number of the operator that is one character, or of `OP`.
#[unsafe(no_mangle)]
pub extern "C" fn _PyToken_OneChar(first: c_int) -> c_int {
    number(Some(TokenKind::of_one_char(byte(first))))
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyToken_TwoChars(first: c_int, second: c_int) -> c_int {
    number(TokenKind::of_two_chars(byte(first), byte(second)))
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyToken_ThreeChars(first: c_int, second: c_int, third: c_int) -> c_int {
    let (first, second, third) = (byte(first), byte(second), byte(third));
    let ellipsis = ((first, second, third) == (b'.', b'.', b'.')).then_some(TokenKind::Ellipsis);
    let longer = || TokenKind::of_three_chars(TokenKind::of_two_chars(first, second)?, third);
    number(ellipsis.or_else(longer))
}
