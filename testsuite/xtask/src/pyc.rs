//! `cargo xtask pyc`: compiled files of either interpreter are read by the other.

use std::fs;
use std::path::Path;
use std::time::Duration;

use harness::python::{End, Python};

use crate::process::Result;

const SCRIPT: &str = include_str!("python/check_pycs.py");

/// Writes the library's files by one interpreter and reads them by the other, in all four ways.
pub fn run(args: &[String]) -> Result {
    if !args.is_empty() {
        return Err("pyc takes no arguments".into());
    }
    let ours = Python::ours()?;
    let Ok(reference) = Python::reference() else {
        println!("pyc: left out, as there is no reference");
        return Ok(());
    };
    let folder = harness::scratch().join("pyc");
    let mut printed: Option<String> = None;
    for (writer, name) in [(&reference, "CPython"), (&ours, "this")] {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        step(writer, "write", &folder).map_err(|error| format!("{name} cannot write: {error}"))?;
        for (reader, own) in [(&reference, "CPython"), (&ours, "this")] {
            let text = step(reader, "read", &folder)
                .map_err(|error| format!("{own} cannot read what {name} wrote: {error}"))?;
            if printed.get_or_insert_with(|| text.clone()) != &text {
                return Err(format!("{own} runs what {name} wrote differently:\n{text}").into());
            }
        }
    }
    let count = printed.as_deref().and_then(|text| text.lines().next()).unwrap_or_default().to_owned();
    println!("pyc: {count} written and read by both");
    Ok(())
}

fn step(python: &Python, verb: &str, folder: &Path) -> std::result::Result<String, String> {
    let mut command = python.command();
    // Not isolated, as the order of sets follows PYTHONHASHSEED.
    command.args(["-s", "-P", "-W", "ignore", "-c", SCRIPT, verb]).arg(folder);
    let outcome =
        harness::python::run(command, Duration::from_secs(300)).map_err(|error| error.to_string())?;
    match outcome.end {
        End::Exit(0) => Ok(outcome.stdout),
        end => Err(format!("{end:?}\n{}", outcome.stderr)),
    }
}
