//! `cargo xtask tidy`: the house rules that the compiler does not know.
//!
//! - no unfinished or left-over code (`todo!` and its like);
//! - every `unsafe` block and implementation says why it is sound;
//! - crates name only the crates below them (ARCHITECTURE.md, "Who may import whom");
//! - the backends' machines are named in few places;
//! - the texts speak of the project, not of how it was written;
//! - files of more than [`LONG`] lines are listed, without being an error.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{Error, Result};

/// Above this many lines, a file probably has two duties.
const LONG: usize = 1000;

/// How many lines above an `unsafe` its reason may begin: one reason may do for the arms of a `match`.
const REASON_REACH: usize = 24;

/// Code that must not be landed. Split, so that this file passes.
const FORBIDDEN_CODE: [&str; 3] =
    [concat!("todo", "!("), concat!("unimpl", "emented!("), concat!("db", "g!(")];

/// Words about the making of the project rather than the project.
const FORBIDDEN_WORDS: [&str; 7] = [
    concat!("/wo", "rk/"),
    concat!("cla", "ude"),
    concat!("anth", "ropic"),
    concat!("chat", "gpt"),
    concat!("BRI", "EF.md"),
    concat!("sub", "agent"),
    concat!("language ", "model"),
];

/// Which crates of this workspace each crate may name. Tests and `testsuite/` may name any.
const BELOW: [(&str, &[&str]); 15] = [
    ("vm/num", &[]),
    ("vm/unicode", &[]),
    ("vm/expat", &[]),
    ("vm/ir", &[]),
    ("vm/macros", &[]),
    ("vm/sre", &["unicode"]),
    ("vm/syntax", &["num", "unicode"]),
    ("vm/bytecode", &["num"]),
    ("vm/compiler", &["bytecode", "num", "syntax", "unicode"]),
    ("vm/objects", &["bytecode", "macros", "num", "unicode"]),
    ("vm/frozen", &["bytecode", "compiler", "syntax"]),
    (
        "vm/interp",
        &["bytecode", "compiler", "frozen", "macros", "num", "objects", "sre", "syntax", "unicode"],
    ),
    ("vm/jit", &["ir"]),
    ("vm/tracer", &["bytecode", "interp", "ir", "jit", "macros", "objects"]),
    ("cpyext", &["bytecode", "interp", "macros", "num", "objects", "syntax", "unicode"]),
];

/// Further rows of [`BELOW`] that several crates share.
const BACKENDS: [&str; 2] = ["jit-x86", "jit-arm"];
const MODULES: &str = "vm/stdlib/";
const MODULES_BELOW: [&str; 7] = ["expat", "macros", "num", "objects", "sre", "syntax", "unicode"];

/// Directories without text of ours.
const NOT_READ: [&str; 5] = ["target", ".git", "prefix", "reference", "cache"];

/// Runs every check and reports all that it finds.
pub fn run() -> Result {
    let findings = check(&harness::repository())?;
    for finding in &findings.long {
        println!("tidy: {finding}");
    }
    for finding in &findings.errors {
        eprintln!("tidy: {finding}");
    }
    match findings.errors.len() {
        0 => Ok(()),
        count => Err(format!("{count} offences against the house rules").into()),
    }
}

#[derive(Debug, Default)]
struct Findings {
    errors: Vec<String>,
    long: Vec<String>,
}

fn check(root: &Path) -> std::result::Result<Findings, Error> {
    let mut files = Vec::new();
    list(root, &mut files)?;
    files.sort();
    let mut findings = Findings::default();
    let members: Vec<String> = crate_names(&files)?;
    for path in files {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        check_words(&name, &text, &mut findings.errors);
        if name.ends_with(".rs") {
            check_code(&name, &text, &mut findings);
        } else if let Some(dir) = name.strip_suffix("/Cargo.toml") {
            check_imports(dir, &text, &members, &mut findings.errors);
        }
    }
    Ok(findings)
}

fn list(dir: &Path, files: &mut Vec<PathBuf>) -> Result {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        // In a linked checkout, `.git` is a file.
        if NOT_READ.iter().any(|n| entry.file_name() == *n) {
            continue;
        }
        if kind.is_dir() {
            list(&entry.path(), files)?;
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// The names of the workspace's crates, as code spells them.
fn crate_names(files: &[PathBuf]) -> std::result::Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for path in files.iter().filter(|p| p.ends_with("Cargo.toml")) {
        let text = fs::read_to_string(path)?;
        let name = text.lines().find_map(|l| l.strip_prefix("name = \"")?.strip_suffix('"'));
        names.extend(name.map(|n| n.replace('-', "_")));
    }
    Ok(names)
}

fn check_words(name: &str, text: &str, errors: &mut Vec<String>) {
    // Other people's texts may say what they like.
    if name.ends_with(".tsv") || name.ends_with(".lock") || name.contains("LICENSE") {
        return;
    }
    for (index, line) in text.lines().enumerate() {
        let lower = line.to_lowercase();
        for word in FORBIDDEN_WORDS {
            if lower.contains(&word.to_lowercase()) {
                errors.push(format!("{name}:{}: the word {word:?}", index + 1));
            }
        }
    }
}

fn check_code(name: &str, text: &str, findings: &mut Findings) {
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() > LONG {
        findings.long.push(format!("{name} has {} lines", lines.len()));
    }
    for (index, line) in lines.iter().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        for word in FORBIDDEN_CODE {
            if code.contains(word) {
                findings.errors.push(format!("{name}:{}: {word}…)", index + 1));
            }
        }
        if needs_reason(code) && !has_reason(&lines, index) {
            findings.errors.push(format!("{name}:{}: unsafe without a SAFETY comment", index + 1));
        }
    }
}

/// Whether the line opens an unsafe block or implementation (declarations are not uses).
fn needs_reason(code: &str) -> bool {
    let mut rest = code;
    while let Some(at) = rest.find("unsafe") {
        let before = rest[..at].chars().next_back();
        let after = rest[at + "unsafe".len()..].trim_start();
        let is_word = !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"' || c == '`');
        if is_word && (after.starts_with('{') || after.starts_with("impl")) {
            return true;
        }
        rest = &rest[at + "unsafe".len()..];
    }
    false
}

/// Whether a reason stands in the same paragraph of code (up to an empty line) as line `index`.
fn has_reason(lines: &[&str], index: usize) -> bool {
    let paragraph = lines[..=index].iter().rev().take(REASON_REACH).take_while(|l| !l.trim().is_empty());
    paragraph.into_iter().any(|l| l.contains("SAFETY") || l.contains("# Safety"))
}

fn check_imports(dir: &str, manifest: &str, members: &[String], errors: &mut Vec<String>) {
    let allowed: &[&str] = if let Some((_, allowed)) = BELOW.iter().find(|(name, _)| *name == dir) {
        allowed
    } else if BACKENDS.contains(&dir) {
        &["ir"]
    } else if dir.starts_with(MODULES) {
        &MODULES_BELOW
    } else {
        return;
    };
    let mut is_dependencies = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_dependencies = line == "[dependencies]";
        } else if is_dependencies {
            let name: String =
                line.chars().take_while(|c| c.is_alphanumeric() || "_-".contains(*c)).collect();
            let name = name.replace('-', "_");
            if members.contains(&name) && !allowed.contains(&name.as_str()) {
                errors.push(format!("{dir}/Cargo.toml: {dir} must not import {name}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        let findings = check(&harness::repository()).expect("reads the repository");
        assert!(findings.errors.is_empty(), "{}", findings.errors.join("\n"));
    }

    fn errors_in(text: &str) -> usize {
        let mut findings = Findings::default();
        check_code("a.rs", text, &mut findings);
        findings.errors.len()
    }

    #[test]
    fn unsafe_needs_a_reason() {
        assert_eq!(errors_in("unsafe { f() }"), 1);
        assert_eq!(errors_in("// SAFETY: f is fine.\nunsafe { f() }"), 0);
        assert_eq!(errors_in("unsafe impl Send for T {}"), 1);
        assert_eq!(errors_in("unsafe extern \"C\" fn f() {}\nlet not_unsafe = \"unsafe {\";"), 0);
    }

    #[test]
    fn left_over_code_is_found() {
        assert_eq!(errors_in(concat!("    todo", "!()")), 1);
        assert_eq!(errors_in("// a to-do list"), 0);
    }

    #[test]
    fn upward_imports_are_found() {
        let members = ["objects", "num", "interp"].map(str::to_owned);
        let mut errors = Vec::new();
        check_imports(
            "vm/num",
            "[dependencies]\nobjects.workspace = true\nlibc = \"1\"\n",
            &members,
            &mut errors,
        );
        check_imports("vm/objects", "[dependencies]\nnum.workspace = true\n", &members, &mut errors);
        check_imports("vm/num", "[dev-dependencies]\nobjects.workspace = true\n", &members, &mut errors);
        assert_eq!(errors, ["vm/num/Cargo.toml: vm/num must not import objects"]);
    }
}
