//! Ledgers: small TOML files that say which tests are known not to pass.
//!
//! A ledger holds integers, strings and arrays of strings at the top level, nothing else, and is
//! written in one form only, so that a change is one line in a diff.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// What a key may have for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Number(u64),
    Text(String),
    List(BTreeSet<String>),
}

/// The contents of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    values: BTreeMap<String, Value>,
}

impl Ledger {
    /// Reads the file at `path`; a file that is not there is an empty ledger.
    pub fn read(path: &Path) -> io::Result<Ledger> {
        match fs::read_to_string(path) {
            Ok(text) => Ledger::parse(&text)
                .map_err(|line| io::Error::other(format!("{}:{line}: not a ledger's form", path.display()))),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Ledger::default()),
            Err(e) => Err(e),
        }
    }

    /// Writes the file, under a comment that says what it is for.
    pub fn write(&self, path: &Path, comment: &str) -> io::Result<()> {
        fs::write(path, format!("# {comment}\n{}", self.print()))
    }

    /// The strings listed under `key`; none if there is no such key.
    pub fn list(&self, key: &str) -> BTreeSet<String> {
        match self.values.get(key) {
            Some(Value::List(list)) => list.clone(),
            _ => BTreeSet::new(),
        }
    }

    /// The number under `key`.
    pub fn number(&self, key: &str) -> Option<u64> {
        match self.values.get(key) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The text under `key`.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.values.get(key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Sets `key`; an empty list removes it.
    pub fn set(&mut self, key: &str, value: Value) {
        match value {
            Value::List(list) if list.is_empty() => self.values.remove(key),
            value => self.values.insert(key.to_owned(), value),
        };
    }

    fn print(&self) -> String {
        let mut text = String::new();
        for (key, value) in &self.values {
            let _ = match value {
                Value::Number(number) => writeln!(text, "{key} = {number}"),
                Value::Text(string) => writeln!(text, "{key} = {}", quote(string)),
                Value::List(list) => {
                    let items: String = list.iter().map(|item| format!("    {},\n", quote(item))).collect();
                    writeln!(text, "{key} = [\n{items}]")
                }
            };
        }
        text
    }

    /// Parses what `print` writes; an error is the number of a line.
    fn parse(text: &str) -> Result<Ledger, usize> {
        let mut ledger = Ledger::default();
        let mut lines = text.lines().enumerate();
        while let Some((index, line)) = lines.next() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, value) = line.split_once(" = ").ok_or(index + 1)?;
            let value = if value == "[" {
                let mut list = BTreeSet::new();
                loop {
                    let (index, line) = lines.next().ok_or(index + 1)?;
                    match line.trim() {
                        "]" => break,
                        line if line.starts_with('#') => {}
                        line => drop(list.insert(line.strip_suffix(',').and_then(unquote).ok_or(index + 1)?)),
                    }
                }
                Value::List(list)
            } else if let Some(string) = unquote(value) {
                Value::Text(string)
            } else {
                Value::Number(value.parse().map_err(|_| index + 1)?)
            };
            ledger.values.insert(key.to_owned(), value);
        }
        Ok(ledger)
    }
}

fn quote(string: &str) -> String {
    let mut text = String::from("\"");
    for char in string.chars() {
        match char {
            '"' | '\\' => text.extend(['\\', char]),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            char if char.is_control() => {
                let _ = write!(text, "\\u{:04x}", u32::from(char));
            }
            char => text.push(char),
        }
    }
    text.push('"');
    text
}

fn unquote(text: &str) -> Option<String> {
    let mut chars = text.strip_prefix('"')?.strip_suffix('"')?.chars();
    let mut string = String::new();
    while let Some(char) = chars.next() {
        string.push(match char {
            '\\' => match chars.next()? {
                'n' => '\n',
                't' => '\t',
                'u' => {
                    let digits: String = chars.by_ref().take(4).collect();
                    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?
                }
                char => char,
            },
            char => char,
        });
    }
    Some(string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut ledger = Ledger::default();
        ledger.set("tests", Value::Number(12));
        ledger.set("note", Value::Text("a \"word\" \\ \n\u{1}".into()));
        ledger.set("failing", Value::List(["b".to_owned(), "a b".to_owned()].into()));
        ledger.set("crashing", Value::List(BTreeSet::new()));
        let text = ledger.print();
        assert_eq!(
            text,
            "failing = [\n    \"a b\",\n    \"b\",\n]\nnote = \"a \\\"word\\\" \\\\ \\n\\u0001\"\ntests = 12\n"
        );
        assert_eq!(Ledger::parse(&text), Ok(ledger));
    }

    #[test]
    fn other_forms_are_refused() {
        assert_eq!(Ledger::parse("a = 1\n[table]\n"), Err(2));
        assert_eq!(Ledger::parse("a = [\n  1,\n]\n"), Err(2));
        assert_eq!(Ledger::parse("a = [\n"), Err(1));
    }
}
