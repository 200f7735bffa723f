//! Compares trees, errors and warnings with CPython's: over every file of the library, or over the files,
//! directories and lists of snippets that are named.
//!
//! `cargo run --release -p syntax --example compare [-v] [PATH…]`. A list of snippets is a file `*.snippets`, its
//! snippets ended by lines `%%` or `%% MODE`.

#[path = "../ast_dump/dump.rs"]
mod dump;
mod oracle;
mod ours;

use oracle::{Oracle, crc32};
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Default)]
struct Figures {
    trees_equal: usize,
    trees_different: usize,
    errors_equal: usize,
    errors_different: usize,
    their_seconds: f64,
    our_seconds: f64,
    bytes: usize,
}

fn files_under(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_file() {
        found.push(path.to_owned());
        return;
    }
    let Ok(entries) = std::fs::read_dir(path) else { return };
    let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            files_under(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "py") {
            found.push(entry);
        }
    }
}

/// The sources in a file, with their modes and names.
fn sources(path: &Path) -> Vec<(String, String, Vec<u8>)> {
    let Ok(bytes) = std::fs::read(path) else { return Vec::new() };
    let name = path.display().to_string();
    if path.extension().is_none_or(|extension| extension != "snippets") {
        return vec![("exec".to_owned(), name, bytes)];
    }
    let mut found = Vec::new();
    let mut snippet = Vec::new();
    for (number, line) in bytes.split_inclusive(|&c| c == b'\n').enumerate() {
        let text = String::from_utf8_lossy(line);
        let Some(mode) = text.strip_prefix("%%") else {
            snippet.extend_from_slice(line);
            continue;
        };
        let mode = if mode.trim().is_empty() { "exec-text" } else { mode.trim() };
        found.push((mode.to_owned(), format!("{name}:{}", number + 1), std::mem::take(&mut snippet)));
    }
    found
}

fn show_difference(name: &str, theirs: &str, ours: &str) {
    let same = theirs.bytes().zip(ours.bytes()).take_while(|(a, b)| a == b).count();
    let from = same.saturating_sub(200);
    let part = |text: &str| {
        let bytes = text.as_bytes().get(from..).unwrap_or_default();
        String::from_utf8_lossy(bytes.get(..400).unwrap_or(bytes)).into_owned()
    };
    println!("--- {name}\n  theirs: {}\n  ours:   {}", part(theirs), part(ours));
}

fn main() {
    let mut paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let verbose = paths.iter().any(|path| path == Path::new("-v"));
    paths.retain(|path| path != Path::new("-v"));
    if paths.is_empty() {
        paths.push(oracle::root().join("prefix/lib/python3.13"));
    }
    let Some(mut oracle) = Oracle::start(verbose) else {
        eprintln!("compare: no reference CPython under {}", oracle::root().display());
        return;
    };
    let mut files = Vec::new();
    paths.iter().for_each(|path| files_under(path, &mut files));
    let mut figures = Figures::default();
    for (mode, name, source) in files.iter().flat_map(|file| sources(file)) {
        let answer = match oracle.ask(&mode, &source) {
            Ok(answer) => answer,
            Err(error) => {
                eprintln!("{name}: {error}");
                return;
            }
        };
        let start = Instant::now();
        let seconds = ours::time(&mode, &source);
        let ours = ours::answer(&mode, &source);
        if start.elapsed().as_secs() > 5 {
            println!("slow: {name}");
        }
        figures.bytes += source.len();
        figures.their_seconds += answer.seconds;
        figures.our_seconds += seconds;
        let equal = crc32(ours.as_bytes()) == answer.crc;
        match (equal, answer.is_error) {
            (true, false) => figures.trees_equal += 1,
            (false, false) => figures.trees_different += 1,
            (true, true) => figures.errors_equal += 1,
            (false, true) => figures.errors_different += 1,
        }
        if equal {
            continue;
        }
        if answer.text.is_empty() {
            let start: String = ours.chars().take(300).collect();
            println!("--- {name}\n  theirs: a tree\n  ours:   {start}");
        } else {
            if source.len() < 400 {
                println!("{}", String::from_utf8_lossy(&source));
            }
            show_difference(&name, &answer.text, &ours);
        }
    }
    println!(
        "trees: {} equal, {} different; errors: {} equal, {} different; {:.1} MB; CPython {:.2} s, ours {:.2} s",
        figures.trees_equal,
        figures.trees_different,
        figures.errors_equal,
        figures.errors_different,
        figures.bytes as f64 / 1e6,
        figures.their_seconds,
        figures.our_seconds,
    );
}
