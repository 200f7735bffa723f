//! What the front end asks of the Unicode database.

use unicode::names::{Named, lookup};
use unicode::normalize::{Form, normalize_changed};

/// Whether `c` may start an identifier.
pub fn is_identifier_start(c: char) -> bool {
    c == '_' || unicode::is_identifier_start(c as u32)
}

/// Whether `c` may continue an identifier.
pub fn is_identifier_continue(c: char) -> bool {
    unicode::is_identifier_continue(c as u32)
}

/// Whether `repr` shows `c` as it is.
pub fn is_printable(c: char) -> bool {
    unicode::is_printable(c as u32)
}

/// The NFKC form of an identifier.
pub fn normalize_identifier(text: &str) -> String {
    let codes: Vec<u32> = text.chars().map(u32::from).collect();
    match normalize_changed(unicode::Version::Current, Form::Nfkc, &codes) {
        Some(codes) => codes.into_iter().filter_map(char::from_u32).collect(),
        None => text.to_owned(),
    }
}

/// The character that `\N{name}` means.
pub fn character_named(name: &str) -> Option<char> {
    match lookup(name)? {
        Named::Character(code) | Named::Alias(code) => char::from_u32(code),
        Named::Sequence(_) => None,
    }
}
