//! Text signatures as CPython writes them: `append($self, object, /)`.

use std::fmt;

/// A parsed signature.
pub struct Signature {
    /// The Python name; empty when the text starts with the parenthesis.
    pub name: String,
    /// The text from the parenthesis on, as it goes into `ml_doc`; `None` for a bare name.
    pub text: Option<String>,
    /// Parameters without the receiver.
    pub params: Vec<Param>,
}

pub struct Param {
    pub name: String,
    pub kind: Kind,
    /// The default's source text.
    pub default: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    PositionalOnly,
    Normal,
    /// `*args`
    Rest,
    KeywordOnly,
    /// `**kwargs`
    Others,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl Signature {
    pub fn parse(text: &str) -> Result<Signature, String> {
        let Some(open) = text.find('(') else {
            return Ok(Signature { name: text.into(), text: None, params: Vec::new() });
        };
        let (name, rest) = text.split_at(open);
        let inner =
            rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).ok_or("unbalanced parentheses")?;
        let mut params: Vec<Param> = Vec::new();
        let mut kind = Kind::Normal;
        for (index, part) in split(inner)?.into_iter().enumerate() {
            match part {
                "/" if kind == Kind::Normal && params.iter().all(|param| param.kind == Kind::Normal) => {
                    params.iter_mut().for_each(|param| param.kind = Kind::PositionalOnly);
                }
                "*" if kind == Kind::Normal => kind = Kind::KeywordOnly,
                "$self" | "$type" | "$module" | "$cls" if index == 0 => {}
                "" | "/" | "*" => return Err(format!("unexpected `{part}`")),
                _ => {
                    let (name, default) = match part.split_once('=') {
                        Some((name, default)) => (name.trim(), Some(default.trim().to_string())),
                        None => (part, None),
                    };
                    let (name, kind) = if let Some(name) = name.strip_prefix("**") {
                        (name, Kind::Others)
                    } else if let Some(name) = name.strip_prefix('*') {
                        kind = Kind::KeywordOnly;
                        (name, Kind::Rest)
                    } else {
                        (name, kind)
                    };
                    let required_after_default = default.is_none()
                        && matches!(kind, Kind::Normal | Kind::PositionalOnly)
                        && params.last().is_some_and(|param| param.default.is_some());
                    if required_after_default {
                        return Err(format!("`{name}` without a default follows one with"));
                    }
                    params.push(Param { name: name.into(), kind, default });
                }
            }
        }
        Ok(Signature { name: name.into(), text: Some(rest.into()), params })
    }

    /// How many parameters can be given by position.
    pub fn positional(&self) -> usize {
        self.params.iter().filter(|p| matches!(p.kind, Kind::PositionalOnly | Kind::Normal)).count()
    }

    /// Whether every parameter is positional and required.
    pub fn is_fixed(&self) -> bool {
        self.params.iter().all(|p| p.kind == Kind::PositionalOnly && p.default.is_none())
    }

    /// Whether a keyword can be given.
    pub fn takes_keywords(&self) -> bool {
        self.params.iter().any(|p| matches!(p.kind, Kind::Normal | Kind::KeywordOnly | Kind::Others))
    }
}

/// Splits at the commas that are outside of brackets and quotes.
fn split(text: &str) -> Result<Vec<&str>, String> {
    let mut parts = Vec::new();
    let (mut depth, mut quote, mut start) = (0usize, None, 0);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.checked_sub(1).ok_or("unbalanced brackets")?,
            (None, ',') if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    if !text.trim().is_empty() {
        parts.push(text[start..].trim());
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let got = match Signature::parse(text) {
            Ok(sig) => sig.params.iter().fold(sig.name.clone(), |line, p| {
                let default = p.default.as_ref().map_or(String::new(), |default| format!("={default}"));
                format!("{line} {}{default}:{}", p.name, p.kind)
            }),
            Err(error) => error,
        };
        assert_eq!(got, expect);
    }

    #[test]
    fn parses() {
        check("clear($self, /)", "clear");
        check("append($self, object, /)", "append object:PositionalOnly");
        check("update", "update");
        check("()", "");
        check(
            "open($module, file, mode='r', *, opener=(1, ','))",
            "open file:Normal mode='r':Normal opener=(1, ','):KeywordOnly",
        );
        check(
            "f(a, /, b, *args, c=None, **kw)",
            "f a:PositionalOnly b:Normal args:Rest c=None:KeywordOnly kw:Others",
        );
        check("f(a=1, b)", "`b` without a default follows one with");
        check("f(a", "unbalanced parentheses");
        check("f(*, /)", "unexpected `/`");
    }
}
