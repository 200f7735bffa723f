//! `cargo xtask surface`: names, signatures and flags of the native modules and types against CPython's.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use harness::ledger::{Ledger, Value};
use harness::python::{End, Python};

use crate::process::{Result, flags};

const COLLECTOR: &str = include_str!("python/collect_surface.py");

/// The module that the collector shares with `cargo xtask docs`.
const SHARED: &str = include_str!("python/collect_docs.py");

/// The ledger's keys: what is not as in CPython, and what CPython does not have.
const DIFFERENT: &str = "different";
const EXTRA: &str = "extra";

const COMMENT: &str =
    "Where native modules and types are not yet as CPython's. Written by `cargo xtask surface --failing`.";

/// Rows by their keys.
type Rows = BTreeMap<String, String>;

fn path(name: &str) -> PathBuf {
    harness::testsuite().join("surface").join(name)
}

/// Compares; `--bless` takes CPython's surface from the reference, `--failing` notes what differs.
pub fn run(args: &[String]) -> Result {
    let ([bless, failing], names) = flags(args, ["--bless", "--failing"])?;
    if !names.is_empty() {
        return Err("surface takes no names".into());
    }
    if bless {
        let text = collect(&Python::reference()?)?;
        fs::create_dir_all(path(""))?;
        fs::write(path("reference.tsv"), &text)?;
        println!("surface: {} rows", text.lines().count());
        return Ok(());
    }
    let (expected, ours) =
        (rows(&fs::read_to_string(path("reference.tsv"))?), rows(&collect(&Python::ours()?)?));
    let differing: Vec<(&str, String)> = differences(&expected, &ours).collect();
    let extra: BTreeSet<String> = ours
        .keys()
        .filter(|key| !expected.contains_key(*key) && is_present(&expected, key))
        .cloned()
        .collect();
    let different: BTreeSet<String> = differing.iter().map(|(key, _)| (*key).to_owned()).collect();
    if failing {
        let mut ledger = Ledger::default();
        println!("surface: {} rows differ, {} are CPython's not", different.len(), extra.len());
        ledger.set(DIFFERENT, Value::List(different));
        ledger.set(EXTRA, Value::List(extra));
        return Ok(ledger.write(&path("ledger.toml"), COMMENT)?);
    }
    let ledger = Ledger::read(&path("ledger.toml"))?;
    let (known, known_extra) = (ledger.list(DIFFERENT), ledger.list(EXTRA));
    let mut worse = 0;
    for (key, text) in differing.iter().filter(|(key, _)| !known.contains(*key)) {
        println!("{key}\n{text}");
        worse += 1;
    }
    for key in extra.difference(&known_extra) {
        println!("{key}\n+ {}", ours[key]);
        worse += 1;
    }
    let better: Vec<&String> = known.difference(&different).chain(known_extra.difference(&extra)).collect();
    println!(
        "surface: {} rows, {} known to differ, {} known to be too many, {worse} new",
        expected.len(),
        known.len(),
        known_extra.len()
    );
    if worse > 0 {
        return Err(format!("{worse} names are not as CPython's").into());
    }
    if let Some(first) = better.first() {
        return Err(format!(
            "{first} and {} more are as CPython's now: run `cargo xtask surface --failing` to note it",
            better.len() - 1
        )
        .into());
    }
    Ok(())
}

fn collect(python: &Python) -> Result<String> {
    let dir = harness::scratch().join("surface");
    fs::create_dir_all(&dir)?;
    // Only its definitions are wanted.
    let shared = SHARED.trim_end().strip_suffix("main()").unwrap_or(SHARED);
    fs::write(dir.join("collect_docs.py"), shared)?;
    fs::write(dir.join("collect_surface.py"), COLLECTOR)?;
    let mut command = python.command();
    command.args(["-B", "-S", "-W", "ignore"]).arg(dir.join("collect_surface.py"));
    let outcome = harness::python::run(command, Duration::from_secs(120))?;
    if outcome.end != End::Exit(0) {
        return Err(format!("the collector failed: {:?}\n{}", outcome.end, outcome.stderr).into());
    }
    Ok(outcome.stdout)
}

fn rows(text: &str) -> Rows {
    let split = |line: &str| line.split_once('\t').map(|(key, row)| (key.to_owned(), row.to_owned()));
    text.lines().filter_map(split).collect()
}

/// Whether what a key belongs to has a row, so that the key is worth one.
fn is_present(rows: &Rows, key: &str) -> bool {
    let owner = match key.strip_suffix(" slots") {
        Some(class) => class,
        None => match key.rsplit_once('.') {
            Some((owner, _)) if !key.starts_with("type ") && !key.starts_with("module ") => owner,
            _ => return true,
        },
    };
    rows.contains_key(&format!("type {owner}")) || rows.contains_key(&format!("module {owner}"))
}

/// CPython's rows that are not ours, each with both texts; a module or a type that is missing is one row.
fn differences<'a>(expected: &'a Rows, ours: &'a Rows) -> impl Iterator<Item = (&'a str, String)> {
    expected.iter().filter_map(|(key, row)| match ours.get(key) {
        Some(own) if own == row => None,
        Some(own) => Some((key.as_str(), format!("- {row}\n+ {own}"))),
        None if is_present(ours, key) => Some((key.as_str(), format!("- {row}"))),
        None => None,
    })
}
