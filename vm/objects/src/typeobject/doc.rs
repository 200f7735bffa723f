//! Docstrings with a signature in front: `name(args)\n--\n\ntext`, as `tp_doc` and `ml_doc` have them.

const END_OF_SIGNATURE: &str = ")\n--\n\n";

/// The text signature, if there is one, and the text behind it (`_PyType_GetTextSignatureFromInternalDoc` and `…DocFromInternalDoc`).
/// `name` may have a module in front.
pub fn split<'a>(name: &str, doc: &'a str) -> (Option<&'a str>, &'a str) {
    let name = name.rsplit_once('.').map_or(name, |(_, last)| last);
    let rest = doc.strip_prefix(name).filter(|rest| rest.starts_with('('));
    let Some(rest) = rest else { return (None, doc) };
    let blank_line = rest.find("\n\n").unwrap_or(rest.len());
    match rest.find(END_OF_SIGNATURE) {
        Some(end) if end < blank_line => (Some(&rest[..end + 1]), &rest[end + END_OF_SIGNATURE.len()..]),
        _ => (None, doc),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn signatures_are_split_off() {
        assert_eq!(split("len", "len($module, obj, /)\n--\n\nReturn"), (Some("($module, obj, /)"), "Return"));
        assert_eq!(split("a.b", "b()\n--\n\n"), (Some("()"), ""));
        assert_eq!(
            split("dict", "dict() -> new\n\ndict(x)\n--\n\n"),
            (None, "dict() -> new\n\ndict(x)\n--\n\n")
        );
        assert_eq!(split("x", "y()\n--\n\nz"), (None, "y()\n--\n\nz"));
    }
}
