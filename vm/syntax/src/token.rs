//! The kinds of token, numbered as in CPython's `Lib/token.py`, and the keywords.

use crate::ast::Location;

macro_rules! token_kinds {
    ($($(#[$doc:meta])* $name:ident = $number:literal $(, $text:literal)?;)*) => {
        /// What a token is. Up to [`TokenKind::NL`] the numbers are those of the `token` module.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum TokenKind {
            $($(#[$doc])* $name = $number,)*
        }

        impl TokenKind {
            /// The text of a keyword or operator, or nothing for the kinds whose text varies.
            pub fn text(self) -> &'static str {
                match self {
                    $(TokenKind::$name => concat!($($text)?),)*
                }
            }
        }
    };
}

token_kinds! {
    EndMarker = 0;
    Name = 1;
    Number = 2;
    String = 3;
    Newline = 4;
    Indent = 5;
    Dedent = 6;
    LPar = 7, "(";
    RPar = 8, ")";
    LSqb = 9, "[";
    RSqb = 10, "]";
    Colon = 11, ":";
    Comma = 12, ",";
    Semi = 13, ";";
    Plus = 14, "+";
    Minus = 15, "-";
    Star = 16, "*";
    Slash = 17, "/";
    VBar = 18, "|";
    Amper = 19, "&";
    Less = 20, "<";
    Greater = 21, ">";
    Equal = 22, "=";
    Dot = 23, ".";
    Percent = 24, "%";
    LBrace = 25, "{";
    RBrace = 26, "}";
    EqEqual = 27, "==";
    /// Also `<>`, which only PEP 401 allows.
    NotEqual = 28, "!=";
    LessEqual = 29, "<=";
    GreaterEqual = 30, ">=";
    Tilde = 31, "~";
    Circumflex = 32, "^";
    LeftShift = 33, "<<";
    RightShift = 34, ">>";
    DoubleStar = 35, "**";
    PlusEqual = 36, "+=";
    MinEqual = 37, "-=";
    StarEqual = 38, "*=";
    SlashEqual = 39, "/=";
    PercentEqual = 40, "%=";
    AmperEqual = 41, "&=";
    VBarEqual = 42, "|=";
    CircumflexEqual = 43, "^=";
    LeftShiftEqual = 44, "<<=";
    RightShiftEqual = 45, ">>=";
    DoubleStarEqual = 46, "**=";
    DoubleSlash = 47, "//";
    DoubleSlashEqual = 48, "//=";
    At = 49, "@";
    AtEqual = 50, "@=";
    RArrow = 51, "->";
    Ellipsis = 52, "...";
    ColonEqual = 53, ":=";
    Exclamation = 54, "!";
    /// A character that starts no token.
    Op = 55;
    TypeIgnore = 56;
    TypeComment = 57;
    SoftKeyword = 58;
    FStringStart = 59;
    FStringMiddle = 60;
    FStringEnd = 61;
    Comment = 62;
    NL = 63;
    ErrorToken = 64;
    And = 100, "and";
    As = 101, "as";
    Assert = 102, "assert";
    Async = 103, "async";
    Await = 104, "await";
    Break = 105, "break";
    Class = 106, "class";
    Continue = 107, "continue";
    Def = 108, "def";
    Del = 109, "del";
    Elif = 110, "elif";
    Else = 111, "else";
    Except = 112, "except";
    False = 113, "False";
    Finally = 114, "finally";
    For = 115, "for";
    From = 116, "from";
    Global = 117, "global";
    If = 118, "if";
    Import = 119, "import";
    In = 120, "in";
    Is = 121, "is";
    Lambda = 122, "lambda";
    None = 123, "None";
    Nonlocal = 124, "nonlocal";
    Not = 125, "not";
    Or = 126, "or";
    Pass = 127, "pass";
    Raise = 128, "raise";
    Return = 129, "return";
    True = 130, "True";
    Try = 131, "try";
    While = 132, "while";
    With = 133, "with";
    Yield = 134, "yield";
}

/// The words that are keywords only in certain places.
pub const SOFT_KEYWORDS: [&str; 4] = ["_", "case", "match", "type"];

impl TokenKind {
    /// The keyword that `word` is, or [`TokenKind::Name`].
    pub fn of_word(word: &[u8]) -> TokenKind {
        use TokenKind::*;
        let (&first, length) = match word.first() {
            Some(first) => (first, word.len()),
            Option::None => return Name,
        };
        let candidates: &[TokenKind] = match (first, length) {
            (b'i', 2) => &[If, In, Is],
            (b'a', 2) => &[As],
            (b'o', 2) => &[Or],
            (b'a', 3) => &[And],
            (b'd', 3) => &[Def, Del],
            (b'f', 3) => &[For],
            (b'n', 3) => &[Not],
            (b't', 3) => &[Try],
            (b'e', 4) => &[Else, Elif],
            (b'f', 4) => &[From],
            (b'p', 4) => &[Pass],
            (b'w', 4) => &[With],
            (b'N', 4) => &[None],
            (b'T', 4) => &[True],
            (b'F', 5) => &[False],
            (b'a', 5) => &[Async, Await],
            (b'b', 5) => &[Break],
            (b'c', 5) => &[Class],
            (b'r', 5) => &[Raise],
            (b'w', 5) => &[While],
            (b'y', 5) => &[Yield],
            (b'a', 6) => &[Assert],
            (b'e', 6) => &[Except],
            (b'g', 6) => &[Global],
            (b'i', 6) => &[Import],
            (b'l', 6) => &[Lambda],
            (b'r', 6) => &[Return],
            (b'f', 7) => &[Finally],
            (b'c', 8) => &[Continue],
            (b'n', 8) => &[Nonlocal],
            _ => return Name,
        };
        candidates.iter().copied().find(|kind| kind.text().as_bytes() == word).unwrap_or(Name)
    }

    /// The operator that is the one character `c`, or [`TokenKind::Op`].
    pub fn of_one_char(c: u8) -> TokenKind {
        use TokenKind::*;
        match c {
            b'(' => LPar,
            b')' => RPar,
            b'[' => LSqb,
            b']' => RSqb,
            b':' => Colon,
            b',' => Comma,
            b';' => Semi,
            b'+' => Plus,
            b'-' => Minus,
            b'*' => Star,
            b'/' => Slash,
            b'|' => VBar,
            b'&' => Amper,
            b'<' => Less,
            b'>' => Greater,
            b'=' => Equal,
            b'.' => Dot,
            b'%' => Percent,
            b'{' => LBrace,
            b'}' => RBrace,
            b'~' => Tilde,
            b'^' => Circumflex,
            b'@' => At,
            b'!' => Exclamation,
            _ => Op,
        }
    }

    /// The operator of two characters, if there is one.
    pub fn of_two_chars(first: u8, second: u8) -> Option<TokenKind> {
        use TokenKind::*;
        Some(match (first, second) {
            (b'!', b'=') | (b'<', b'>') => NotEqual,
            (b'=', b'=') => EqEqual,
            (b'<', b'=') => LessEqual,
            (b'>', b'=') => GreaterEqual,
            (b'<', b'<') => LeftShift,
            (b'>', b'>') => RightShift,
            (b'*', b'*') => DoubleStar,
            (b'/', b'/') => DoubleSlash,
            (b'-', b'>') => RArrow,
            (b':', b'=') => ColonEqual,
            (b'+', b'=') => PlusEqual,
            (b'-', b'=') => MinEqual,
            (b'*', b'=') => StarEqual,
            (b'/', b'=') => SlashEqual,
            (b'%', b'=') => PercentEqual,
            (b'&', b'=') => AmperEqual,
            (b'|', b'=') => VBarEqual,
            (b'^', b'=') => CircumflexEqual,
            (b'@', b'=') => AtEqual,
            _ => return Option::None,
        })
    }

    /// The operator of three characters that `two` becomes with `third`, if there is one.
    pub fn of_three_chars(two: TokenKind, third: u8) -> Option<TokenKind> {
        use TokenKind::*;
        Some(match (two, third) {
            (LeftShift, b'=') => LeftShiftEqual,
            (RightShift, b'=') => RightShiftEqual,
            (DoubleStar, b'=') => DoubleStarEqual,
            (DoubleSlash, b'=') => DoubleSlashEqual,
            _ => return Option::None,
        })
    }

    /// Whether this is one of the kinds whose start may lie on an earlier line than its end.
    pub(crate) fn is_string_literal(self) -> bool {
        use TokenKind::*;
        matches!(self, String | FStringStart | FStringMiddle)
    }
}

/// A token and where it stands.
///
/// Tokens without text of their own (indentation, the end, errors) have columns of -1.
#[derive(Clone, Copy, Debug)]
pub struct Token<'a> {
    /// What it is.
    pub kind: TokenKind,
    /// How many brackets are open after it.
    pub level: u16,
    /// Where its text starts, in bytes of the source.
    pub start: u32,
    /// Where its text ends.
    pub end: u32,
    /// Its lines and columns.
    pub location: Location,
    /// On `!`, `:` or `}` after a self-documenting expression of an f-string: that expression's source.
    pub debug_text: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_is_found() {
        for number in 100..=134u8 {
            let text = ALL.iter().find(|kind| **kind as u8 == number).map_or("", |kind| kind.text());
            assert_eq!(TokenKind::of_word(text.as_bytes()) as u8, number, "{text}");
        }
        assert_eq!(TokenKind::of_word(b"match"), TokenKind::Name);
        assert_eq!(TokenKind::of_word(b"iff"), TokenKind::Name);
    }

    const ALL: [TokenKind; 35] = {
        use TokenKind::*;
        [
            And, As, Assert, Async, Await, Break, Class, Continue, Def, Del, Elif, Else, Except, False,
            Finally, For, From, Global, If, Import, In, Is, Lambda, None, Nonlocal, Not, Or, Pass, Raise,
            Return, True, Try, While, With, Yield,
        ]
    };
}
