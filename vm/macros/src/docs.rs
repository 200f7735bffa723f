//! Docstrings by key, from `docs.tsv`.
//!
//! A row is `key <tab> text signature <tab> docstring`, with `\n`, `\t`, `\r` and `\\` escaped; `\N` means that CPython has none.

use std::collections::HashMap;
use std::sync::OnceLock;

/// What CPython says about one function, method, attribute, type or module.
#[derive(Default)]
pub struct Entry {
    /// `__text_signature__`.
    pub signature: Option<String>,
    pub doc: Option<String>,
}

/// The entry of `key`: `list.append`, `math.sqrt`, `collections.deque.append`, `list`, `math`.
pub fn entry(key: &str) -> Option<&'static Entry> {
    static TABLE: OnceLock<HashMap<&'static str, Entry>> = OnceLock::new();
    TABLE.get_or_init(|| parse(include_str!("../docs.tsv"))).get(key)
}

fn parse(text: &'static str) -> HashMap<&'static str, Entry> {
    let row = |line: &'static str| {
        let mut fields = line.split('\t');
        let key = fields.next().filter(|key| !key.is_empty() && !key.starts_with('#'))?;
        let mut field = || fields.next().filter(|&field| field != r"\N").map(unescape);
        Some((key, Entry { signature: field(), doc: field() }))
    };
    text.lines().filter_map(row).collect()
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some(other) => other,
                None => '\\',
            },
            _ => c,
        });
    }
    out
}

/// What goes into `ml_doc` and `tp_doc`: the signature in front of the docstring, as CPython stores it.
pub fn internal(name: &str, signature: Option<&str>, doc: Option<&str>) -> Option<String> {
    match (signature, doc) {
        (Some(signature), doc) => Some(format!("{name}{signature}\n--\n\n{}", doc.unwrap_or_default())),
        (None, doc) => doc.map(str::to_string),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_unescaped() {
        let table = parse("# comment\na.b\t($self, /)\tone\\ntwo\\\\\nc\t\\N\t\\N\n");
        let entry = &table["a.b"];
        assert_eq!(entry.signature.as_deref(), Some("($self, /)"));
        assert_eq!(entry.doc.as_deref(), Some("one\ntwo\\"));
        assert!(table["c"].signature.is_none() && table["c"].doc.is_none());
    }
}
