//! CPython's own test files and their ledgers, `testsuite/cpython/<file>.toml`.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::ledger::Ledger;
use crate::python::Python;
use crate::report::{self, Change, Report};
use crate::{scratch, testsuite};

/// The names of all test files of the library, such as `test_list` and `test_asyncio`.
pub fn all_tests() -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(lib_python::Places::of_repository().library().join("test"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let name = name.strip_suffix(".py").unwrap_or(&name);
        if name.starts_with("test_") && !name.contains('.') {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// The names of the test files that have a ledger.
pub fn noted_tests() -> io::Result<Vec<String>> {
    let mut names: Vec<String> = fs::read_dir(testsuite().join("cpython"))
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().strip_suffix(".toml")?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// Runs the test file `name`; a test that takes longer than `limit` is ended.
pub fn run(python: &Python, name: &str, limit: Duration) -> io::Result<Report> {
    let dir = scratch().join("cpython");
    fs::create_dir_all(&dir)?;
    report::run(dir.join(format!("{name}.log")), limit, |files| {
        // A module is found by its name in the directory where it is started.
        fs::write(files.work.join("suite_driver.py"), include_str!("suite_driver.py"))?;
        let mut command = python.command();
        command.args(["-m", "suite_driver"]).arg(&files.progress).arg(&files.done).arg(name);
        command.current_dir(&files.work);
        Ok(command)
    })
}

/// The ledger of the test file `name`.
fn ledger_path(name: &str) -> PathBuf {
    testsuite().join("cpython").join(format!("{name}.toml"))
}

/// Compares `report` with the ledger.
pub fn compare(name: &str, report: &Report) -> io::Result<Change> {
    report::compare(&ledger_path(name), report)
}

/// Makes the ledger say what `report` says.
pub fn bless(name: &str, report: &Report) -> io::Result<()> {
    let path = ledger_path(name);
    let ledger = report::ledger_of(report, &Ledger::read(&path)?);
    fs::create_dir_all(testsuite().join("cpython"))?;
    ledger.write(
        &path,
        &format!("What of CPython's {name} does not pass. Written by `cargo xtask suite --bless`."),
    )
}
