//! Golden programs: `testsuite/python/<area>/<name>.py` beside `<name>.out`, what CPython prints.
//!
//! An `.out` file is the program's standard output, then, where there is any, a line `--- stderr`
//! and its standard error, then, where it is not 0, a line `--- exit N`. Addresses and the places
//! of the interpreter, the library and the program are replaced.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::python::{End, Outcome, Python};
use crate::testsuite;

/// How long a golden program may run. They take milliseconds; a debug build is slow.
const LIMIT: Duration = Duration::from_secs(30);

/// A golden program.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
}

impl Program {
    /// All programs below `testsuite/python` whose name contains one of `names`, or all if none is given. A file whose name begins
    /// with `_` is a module that programs share.
    pub fn all(names: &[String]) -> io::Result<Vec<Program>> {
        let mut programs = Vec::new();
        let root = Program::root();
        for area in fs::read_dir(&root)? {
            let area = area?.path();
            if area.is_dir() {
                for file in fs::read_dir(area)? {
                    let path = file?.path();
                    let shared =
                        path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"_"));
                    if path.extension().is_some_and(|e| e == "py") && !shared {
                        programs.push(Program { path });
                    }
                }
            }
        }
        programs.retain(|p| names.is_empty() || names.iter().any(|n| p.name().contains(n.as_str())));
        programs.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(programs)
    }

    /// The directory of the areas.
    pub fn root() -> PathBuf {
        testsuite().join("python")
    }

    /// The name in the ledger: `<area>/<name>.py`.
    pub fn name(&self) -> String {
        self.path.strip_prefix(Program::root()).unwrap_or(&self.path).display().to_string()
    }

    /// Whether the program is about compiled code, so that it must print the same in every mode of the JIT.
    pub fn is_about_jit(&self) -> bool {
        self.name().starts_with("jit/")
    }

    /// What the program prints under `python`, in the form of an `.out` file.
    pub fn run(&self, python: &Python) -> io::Result<String> {
        let outcome = python.run_program(&self.path, LIMIT)?;
        let text = render(&outcome).replace(&python.executable().display().to_string(), "<python>");
        Ok(normalise(&text, &self.path))
    }

    /// What CPython prints.
    pub fn expected(&self) -> io::Result<String> {
        fs::read_to_string(self.path.with_extension("out"))
    }

    /// Writes down what CPython prints.
    pub fn write_expected(&self, text: &str) -> io::Result<()> {
        fs::write(self.path.with_extension("out"), text)
    }
}

/// Where two texts first differ, for a person to read; `None` if they are equal.
///
/// Of long lines, the part around the first difference is shown.
pub fn difference(expected: &str, actual: &str) -> Option<String> {
    const SHOWN: usize = 8;
    const WIDTH: usize = 150;
    const BEFORE: usize = 50;
    if expected == actual {
        return None;
    }
    let (mut left, mut right) = (expected.lines().peekable(), actual.lines().peekable());
    let mut line = 1;
    while left.peek().is_some() && left.peek() == right.peek() {
        left.next();
        right.next();
        line += 1;
    }
    let (first_left, first_right) = (left.peek().unwrap_or(&""), right.peek().unwrap_or(&""));
    let column = first_left.chars().zip(first_right.chars()).take_while(|(a, b)| a == b).count();
    let is_long = first_left.len().max(first_right.len()) > WIDTH;
    let skipped = if is_long { column.saturating_sub(BEFORE) } else { 0 };
    let mut text = format!("line {line}, column {}:\n", column + 1);
    for (sign, lines) in [('-', left), ('+', right)] {
        for line in lines.take(SHOWN) {
            let shown: String = line.chars().skip(skipped).take(WIDTH).collect();
            let _ = writeln!(text, "{sign} {shown}");
        }
    }
    Some(text)
}

fn render(outcome: &Outcome) -> String {
    let mut text = outcome.stdout.clone();
    if !outcome.stderr.is_empty() {
        start_line(&mut text);
        text.push_str("--- stderr\n");
        text.push_str(&outcome.stderr);
    }
    let end = match outcome.end {
        End::Exit(0) => return text,
        End::Exit(status) => format!("exit {status}"),
        End::Signal(signal) => format!("signal {signal}"),
        End::Timeout => format!("stopped after {} s", LIMIT.as_secs()),
    };
    start_line(&mut text);
    let _ = writeln!(text, "--- {end}");
    text
}

fn start_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

/// Replaces what differs from run to run and from place to place: the program's directory, the
/// library's, and addresses (`0x` and at least six hexadecimal digits after `at `).
fn normalise(text: &str, program: &Path) -> String {
    let mut text = text.to_owned();
    if let Some(dir) = program.parent() {
        text = text.replace(&format!("{}/", dir.display()), "");
    }
    let places = lib_python::Places::of_repository();
    for prefix in [places.prefix(), places.reference()] {
        let real = fs::canonicalize(&prefix).unwrap_or_else(|_| prefix.clone());
        for prefix in [prefix, real] {
            let library = prefix.join("lib").join(format!("python{}", lib_python::VERSION));
            text = text.replace(&library.display().to_string(), "<library>");
        }
    }
    let mut parts = text.split("at 0x");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        result.push_str("at 0x");
        result.push_str(if digits >= 6 { "..." } else { &part[..digits] });
        result.push_str(&part[digits..]);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::Used;

    #[test]
    fn both_streams_and_the_status_are_rendered() {
        let outcome =
            Outcome { end: End::Exit(1), stdout: "a".into(), stderr: "b\n".into(), used: Used::default() };
        assert_eq!(render(&outcome), "a\n--- stderr\nb\n--- exit 1\n");
        let outcome =
            Outcome { end: End::Exit(0), stdout: "a\n".into(), stderr: String::new(), used: Used::default() };
        assert_eq!(render(&outcome), "a\n");
    }

    #[test]
    fn addresses_and_places_are_replaced() {
        let program = Path::new("/somewhere/area/name.py");
        let text = "File \"/somewhere/area/name.py\", <object at 0x7f00aa12bc>, at 0x1f";
        assert_eq!(normalise(text, program), "File \"name.py\", <object at 0x...>, at 0x1f");
    }

    #[test]
    fn the_first_difference_is_shown() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(difference("a\nb\n", "a\nc\n").as_deref(), Some("line 2, column 1:\n- b\n+ c\n"));
    }
}
