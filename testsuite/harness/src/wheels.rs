//! Wheels from the package index: their own tests under both Pythons, and the ledgers `testsuite/wheels/<package>.toml`.
//!
//! Each package gets a virtual environment of its own for each Python, made by that Python's `venv` and filled by its pip. It is made anew
//! when the python or what is to be installed changes. The tests are those in the wheel or in the source distribution of the same version, and
//! where neither has any that can be run like that, our own in `testsuite/wheels/own`.

mod packages;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, UNIX_EPOCH};

pub use packages::{PACKAGES, Package};

use crate::ledger::{Ledger, Value};
use crate::python::{End, Python, run as run_command};
use crate::report::{self, Change, Report, State};
use crate::{scratch, testsuite};

/// The ledger's key for the tests that fail under CPython on the same machine too.
const FAILING_THERE: &str = "failing_there";

/// The ledger's key for the tests that pass under CPython and are left out here.
const LEFT_OUT: &str = "left_out";

/// How long making an environment or fetching a source distribution may take.
const INSTALL_LIMIT: Duration = Duration::from_secs(1200);

/// The variables that say how pip reaches the index.
const INDEX_VARIABLES: [&str; 9] = [
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_CERT",
    "PIP_DEFAULT_TIMEOUT",
    "SSL_CERT_FILE",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
];

/// A package with its tests, ready to run under one Python.
#[derive(Debug)]
pub struct Environment {
    package: &'static Package,
    python: Python,
    /// The unpacked source distribution, if the tests are there.
    sources: Option<PathBuf>,
    log: PathBuf,
}

/// The package of this name.
pub fn package(name: &str) -> Option<&'static Package> {
    PACKAGES.iter().find(|package| package.name == name)
}

impl Environment {
    /// The environment of `package` for `python`, whose name in paths is `kind`; made now unless it is there.
    pub fn new(package: &'static Package, python: &Python, kind: &str) -> io::Result<Environment> {
        let root = scratch().join("wheels");
        let dir = root.join(kind).join(package.name);
        let executable = dir.join("bin/python");
        let stamp_path = dir.join("installed");
        let stamp = stamp(package, python)?;
        if !fs::read_to_string(&stamp_path).is_ok_and(|text| text == stamp) {
            if dir.exists() {
                fs::remove_dir_all(&dir)?;
            }
            fs::create_dir_all(&dir)?;
            let mut venv = python.command();
            step(venv.args(["-m", "venv"]).arg(&dir))?;
            let mut pip = Python::at(&executable).command();
            pass_index(&mut pip);
            pip.args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--only-binary",
                ":all:",
            ]);
            step(pip.arg("pytest==9.2.0").args(package.install))?;
            fs::write(&stamp_path, stamp)?;
        }
        let python = Python::at(&executable);
        let sources = match package.sources {
            None => None,
            Some(requirement) => Some(fetch_sources(&python, &root.join("sources"), requirement)?),
        };
        for (from, to) in package.graft {
            let to = dir.join("lib/python3.13/site-packages").join(to);
            if let Some(sources) = sources.as_ref().filter(|_| !to.exists()) {
                copy_tree(&sources.join(from), &to)?;
            }
        }
        Ok(Environment { package, python, sources, log: root.join(format!("{}-{kind}.log", package.name)) })
    }

    /// Runs the package's tests; one that takes longer than `limit` is ended.
    pub fn run(&self, limit: Duration) -> io::Result<Report> {
        let driver = testsuite().join("harness/src/wheel_driver.py");
        let own = testsuite().join("wheels/own");
        report::run(self.log.clone(), limit, |files| {
            let mut command = self.python.command();
            command.arg(&driver).arg(&files.progress).arg(&files.done);
            // The tests of an installed package must not see its sources.
            let place =
                self.sources.as_deref().filter(|_| self.package.graft.is_empty()).unwrap_or(&files.work);
            command.arg(place).current_dir(place);
            for test in self.package.tests {
                match test.strip_prefix("own/") {
                    Some(file) => command.arg(own.join(file)).arg(format!("--rootdir={}", own.display())),
                    None => command.arg(test),
                };
            }
            for (name, value) in self.package.variables {
                command.env(name, value);
            }
            Ok(command)
        })
    }
}

/// What an environment depends on, as text.
fn stamp(package: &Package, python: &Python) -> io::Result<String> {
    let executable = fs::canonicalize(python.executable())?;
    let made = fs::metadata(&executable)?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(format!("{} {} {}\n", executable.display(), made.as_nanos(), package.install.join(" ")))
}

/// Adds what pip needs to reach the index.
fn pass_index(command: &mut Command) {
    for name in INDEX_VARIABLES {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
}

/// Runs one command of the set-up; its output is the error if it fails.
fn step(command: &mut Command) -> io::Result<String> {
    let shown = format!("{command:?}");
    let outcome = run_command(std::mem::replace(command, Command::new("true")), INSTALL_LIMIT)?;
    match outcome.end {
        End::Exit(0) => Ok(outcome.stdout),
        end => Err(io::Error::other(format!("{shown}: {end:?}\n{}{}", outcome.stdout, outcome.stderr))),
    }
}

/// The unpacked source distribution of `requirement`, which is a name and a version.
fn fetch_sources(python: &Python, root: &Path, requirement: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(root)?;
    let mut fetch = python.command();
    pass_index(&mut fetch);
    fetch.arg(testsuite().join("harness/src/wheel_sources.py")).arg(requirement).arg(root);
    Ok(PathBuf::from(step(&mut fetch)?.trim_end()))
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn ledger_path(package: &Package) -> PathBuf {
    testsuite().join("wheels").join(format!("{}.toml", package.name))
}

/// Whether the package has a ledger.
pub fn is_noted(package: &Package) -> bool {
    ledger_path(package).exists()
}

/// Compares `report` with the ledger: what fails under CPython too says nothing.
pub fn compare(package: &Package, report: &mut Report) -> io::Result<Change> {
    let path = ledger_path(package);
    let ledger = Ledger::read(&path)?;
    forget(report, &ledger.list(FAILING_THERE));
    let left_out = ledger.list(LEFT_OUT);
    let mut change = report::compare(&path, report)?;
    for id in &left_out {
        if report.tests.get(id) == Some(&State::Pass) {
            change.better.push(format!("{id}: Pass"));
        }
    }
    Ok(change)
}

/// Makes the ledger say how `report` differs from `reference`.
pub fn bless(package: &Package, report: &mut Report, reference: &Report) -> io::Result<()> {
    let there: BTreeSet<String> = reference
        .tests
        .iter()
        .filter(|(_, state)| !matches!(state, State::Pass | State::Skip))
        .map(|(id, _)| id.clone())
        .collect();
    forget(report, &there);
    let left_out = reference
        .tests
        .iter()
        .filter(|(id, state)| {
            **state == State::Pass && matches!(report.tests.get(*id), None | Some(State::Skip))
        })
        .map(|(id, _)| id.clone())
        .collect();
    let path = ledger_path(package);
    let mut ledger = report::ledger_of(report, &Ledger::read(&path)?);
    ledger.set(FAILING_THERE, Value::List(there));
    ledger.set(LEFT_OUT, Value::List(left_out));
    fs::create_dir_all(testsuite().join("wheels"))?;
    let comment = format!(
        "Where the tests of {} differ from their outcome under CPython. Written by `cargo xtask wheels --bless`.",
        package.name,
    );
    ledger.write(&path, &comment)
}

/// Which tests do worse here than under CPython.
pub fn difference(report: &Report, reference: &Report) -> Change {
    let mut change = Change::default();
    for (id, _) in reference.tests.iter().filter(|(_, state)| **state == State::Pass) {
        match report.tests.get(id) {
            Some(State::Pass) => {}
            Some(state) => change.worse.push(format!("{id}: {state:?}")),
            None => change.worse.push(format!("{id}: left out")),
        }
    }
    change
}

fn forget(report: &mut Report, ids: &BTreeSet<String>) {
    report.tests.retain(|id, _| !ids.contains(id));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_have_names_of_their_own_and_pinned_versions() {
        let names: BTreeSet<&str> = PACKAGES.iter().map(|package| package.name).collect();
        assert_eq!(names.len(), PACKAGES.len());
        for package in PACKAGES {
            let requirements = package.install.iter().filter(|argument| !argument.starts_with('-'));
            for requirement in requirements.chain(&package.sources) {
                assert!(requirement.contains("=="), "{requirement} may be another one tomorrow");
            }
        }
    }
}
