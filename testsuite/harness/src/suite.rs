//! Runs CPython's own test files and compares with the ledger `testsuite/cpython/<file>.toml`.
//!
//! `suite_driver.py` reports each test as it starts and ends. When the interpreter crashes or a
//! test takes too long, that test is noted and the file is started again for the rest, so that
//! one crash does not hide the state of the others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::ledger::{Ledger, Value};
use crate::python::{End, Python, Running};
use crate::{scratch, testsuite};

/// How often a test file is started anew before the rest is given up.
const RESTARTS: usize = 40;

/// The key of the text that says why a file's failing tests cannot pass.
const WHY: &str = "why";

/// The test id under which a file that cannot be loaded is noted.
const LOADING: &str = "(loading)";

/// How one test went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Pass,
    Skip,
    Fail,
    Crash,
    Hang,
}

/// How the tests of a file went.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Each test that was run.
    pub tests: BTreeMap<String, State>,
    /// Why the whole file was left out, if it was.
    pub absent: Option<String>,
    /// Whether the restarts were used up, so that tests are missing.
    pub given_up: bool,
    /// The output of the run.
    pub log: PathBuf,
}

/// What differs from the ledger.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Tests that do worse than noted.
    pub worse: Vec<String>,
    /// Tests noted as failing that pass, or fail less badly, now.
    pub better: Vec<String>,
}

impl Report {
    /// How many tests went this way.
    pub fn count(&self, state: State) -> usize {
        self.tests.values().filter(|s| **s == state).count()
    }

    fn with(&self, state: State) -> BTreeSet<String> {
        self.tests.iter().filter(|(_, s)| **s == state).map(|(id, _)| id.clone()).collect()
    }
}

/// The ledger's key for a kind of failure.
fn key(state: State) -> Option<&'static str> {
    match state {
        State::Pass | State::Skip => None,
        State::Fail => Some("failing"),
        State::Crash => Some("crashing"),
        State::Hang => Some("hanging"),
    }
}

const FAILURES: [State; 3] = [State::Fail, State::Crash, State::Hang];

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
    let dir = scratch().join("cpython").join(format!("{name}-{}", std::process::id()));
    fs::create_dir_all(&dir)?;
    let log = scratch().join("cpython").join(format!("{name}.log"));
    let output = File::create(&log)?;
    let mut report = Report { log, ..Report::default() };
    let driver = testsuite().join("harness/src/suite_driver.py");
    let (progress, done) = (dir.join("progress"), dir.join("done"));
    for restart in 0.. {
        if restart == RESTARTS {
            report.given_up = true;
            break;
        }
        let ids: String = report.tests.keys().flat_map(|id| [id.as_str(), "\n"]).collect();
        fs::write(&done, ids)?;
        fs::write(&progress, "")?;
        let work = dir.join(format!("work{restart}"));
        fs::create_dir_all(&work)?;
        let mut command = python.command();
        command.arg(&driver).arg(&progress).arg(&done).arg(name).current_dir(&work);
        command.stdout(Stdio::null()).stderr(output.try_clone()?);
        let end = watch(&mut Running::start(&mut command)?, &progress, limit)?;
        let unfinished = read_progress(&fs::read_to_string(&progress)?, &mut report);
        match unfinished {
            None => break,
            Some(id) => {
                let state = match end {
                    End::Timeout => State::Hang,
                    End::Signal(_) => State::Crash,
                    End::Exit(_) if id == LOADING => State::Fail,
                    End::Exit(_) => State::Crash,
                };
                let is_loading = id == LOADING;
                report.tests.insert(id, state);
                if is_loading {
                    break;
                }
            }
        }
    }
    // Tests may leave files behind that cannot be removed; they do no harm below `target`.
    let _ = fs::remove_dir_all(&dir);
    Ok(report)
}

/// Waits until the program ends, or nothing new is in `progress` for as long as `limit`.
fn watch(running: &mut Running, progress: &PathBuf, limit: Duration) -> io::Result<End> {
    let mut length = 0;
    let mut since = Instant::now();
    loop {
        if let Some(end) = running.poll()? {
            return Ok(end);
        }
        let now = fs::metadata(progress)?.len();
        if now != length {
            (length, since) = (now, Instant::now());
        }
        if since.elapsed() > limit {
            running.stop();
            return Ok(End::Timeout);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Adds what the driver reported; the answer is the test that was begun and not ended.
fn read_progress(text: &str, report: &mut Report) -> Option<String> {
    let mut running = None;
    let mut last = None;
    for line in text.lines() {
        let (what, id) = line.split_once('\t').unwrap_or((line, ""));
        let state = match what {
            "start" => {
                running = Some(id.to_owned());
                continue;
            }
            "pass" => State::Pass,
            "skip" => State::Skip,
            "fail" => State::Fail,
            "broken" => {
                report.tests.insert(LOADING.to_owned(), State::Fail);
                continue;
            }
            "absent" => {
                report.absent = Some(id.to_owned());
                return None;
            }
            "end" => return None,
            _ => continue,
        };
        running = None;
        last = Some(id.to_owned());
        // A test may report more than once; the worst counts.
        let entry = report.tests.entry(id.to_owned()).or_insert(state);
        if state == State::Fail {
            *entry = state;
        }
    }
    // Outside of a test, what follows the last one is to blame: a class's or the module's end.
    running.or_else(|| last.map(|id| format!("after {id}"))).or(Some(LOADING.to_owned()))
}

/// The ledger of the test file `name`.
pub fn ledger_path(name: &str) -> PathBuf {
    testsuite().join("cpython").join(format!("{name}.toml"))
}

/// Compares `report` with the ledger.
pub fn compare(name: &str, report: &Report) -> io::Result<Change> {
    let path = ledger_path(name);
    let mut change = Change::default();
    if !path.exists() {
        change.better.push("there is no ledger yet".to_owned());
        return Ok(change);
    }
    let ledger = Ledger::read(&path)?;
    let rank = |state: Option<State>| FAILURES.iter().position(|s| Some(*s) == state).map_or(0, |i| i + 1);
    let mut noted: BTreeMap<String, State> = BTreeMap::new();
    for state in FAILURES {
        let ids = key(state).map(|key| ledger.list(key)).unwrap_or_default();
        noted.extend(ids.into_iter().map(|id| (id, state)));
    }
    for (id, &state) in &report.tests {
        let (now, then) = (rank(Some(state)), rank(noted.get(id).copied()));
        if now > then {
            change.worse.push(format!("{id}: {state:?}"));
        } else if now < then {
            change.better.push(format!("{id}: {state:?}"));
        }
    }
    let run = (report.tests.len() - report.count(State::Skip)) as u64;
    if let Some(noted) = ledger.number("run").filter(|noted| *noted > run) {
        change.worse.push(format!("{run} tests were run, {noted} are noted"));
    }
    Ok(change)
}

/// Makes the ledger say what `report` says.
pub fn bless(name: &str, report: &Report) -> io::Result<()> {
    let mut ledger = Ledger::default();
    let run = report.tests.len() - report.count(State::Skip);
    ledger.set("run", Value::Number(run as u64));
    ledger.set("passing", Value::Number(report.count(State::Pass) as u64));
    for state in FAILURES {
        if let Some(key) = key(state) {
            ledger.set(key, Value::List(report.with(state)));
        }
    }
    if let Some(reason) = &report.absent {
        ledger.set("absent", Value::Text(reason.clone()));
    }
    // Why the rest cannot pass is written by hand, and stays while there is a rest.
    let old = Ledger::read(&ledger_path(name))?;
    if let Some(why) = old.text(WHY).filter(|_| FAILURES.into_iter().any(|state| report.count(state) > 0)) {
        ledger.set(WHY, Value::Text(why.to_owned()));
    }
    fs::create_dir_all(testsuite().join("cpython"))?;
    ledger.write(
        &ledger_path(name),
        &format!("What of CPython's {name} does not pass. Written by `cargo xtask suite --bless`."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_begun_test_is_found() {
        let mut report = Report::default();
        let text = "start\ta\npass\ta\nstart\tb\nfail\tb\nstart\tc\n";
        assert_eq!(read_progress(text, &mut report).as_deref(), Some("c"));
        assert_eq!(report.tests, [("a".to_owned(), State::Pass), ("b".to_owned(), State::Fail)].into());
        assert_eq!(read_progress("", &mut Report::default()).as_deref(), Some(LOADING));
        assert_eq!(read_progress("start\ta\npass\ta\nend\t\n", &mut Report::default()), None);
    }
}
