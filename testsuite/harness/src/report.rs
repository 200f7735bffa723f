//! How tests went, one at a time in view: a driver reports each test as it starts and ends, and a ledger says what is known.
//!
//! A driver appends lines of `start|pass|fail|skip <TAB> test id` to a file, `absent <TAB> reason` if there is nothing to run on this
//! machine, `broken` if the tests cannot be loaded, and `end` when nothing is left to do. When the interpreter crashes or a test takes
//! too long, that test is noted and the driver is started again for the rest, so that one crash does not hide the state of the others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::ledger::{Ledger, Value};
use crate::python::{End, Running};

/// How often a driver is started anew before the rest is given up.
const RESTARTS: usize = 40;

/// The key of the text that says why failing tests cannot pass.
const WHY: &str = "why";

/// The test id under which tests that cannot be loaded are noted.
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

/// How the tests of a file or of a package went.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Each test that was run.
    pub tests: BTreeMap<String, State>,
    /// Why the whole was left out, if it was.
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

/// The files that a driver is told of, and where it is started.
#[derive(Debug)]
pub struct Files {
    /// Where it reports.
    pub progress: PathBuf,
    /// The ids of the tests that it leaves out, a line each.
    pub done: PathBuf,
    /// An empty directory.
    pub work: PathBuf,
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

/// Runs tests, with the commands that `command` makes; one that takes longer than `limit` is ended. The output goes to `log`, and what the
/// tests leave behind into a directory beside it.
pub fn run(
    log: PathBuf,
    limit: Duration,
    command: impl Fn(&Files) -> io::Result<Command>,
) -> io::Result<Report> {
    let dir = log.with_extension(std::process::id().to_string());
    fs::create_dir_all(&dir)?;
    let output = File::create(&log)?;
    let mut report = Report { log, ..Report::default() };
    for restart in 0.. {
        if restart == RESTARTS {
            report.given_up = true;
            break;
        }
        let work = dir.join(format!("work{restart}"));
        fs::create_dir_all(&work)?;
        let files = Files { progress: dir.join("progress"), done: dir.join("done"), work };
        let ids: String = report.tests.keys().flat_map(|id| [id.as_str(), "\n"]).collect();
        fs::write(&files.done, ids)?;
        fs::write(&files.progress, "")?;
        let mut command = command(&files)?;
        command.stdout(output.try_clone()?).stderr(output.try_clone()?);
        let end = watch(&mut Running::start(&mut command)?, &files.progress, limit)?;
        let unfinished = read_progress(&fs::read_to_string(&files.progress)?, &mut report);
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

/// Compares `report` with the ledger at `path`.
pub fn compare(path: &Path, report: &Report) -> io::Result<Change> {
    let mut change = Change::default();
    if !path.exists() {
        change.better.push("there is no ledger yet".to_owned());
        return Ok(change);
    }
    let ledger = Ledger::read(path)?;
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

/// A ledger that says what `report` says. Why the rest cannot pass is written by hand, and stays while there is a rest.
pub fn ledger_of(report: &Report, old: &Ledger) -> Ledger {
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
    if let Some(why) = old.text(WHY).filter(|_| FAILURES.into_iter().any(|state| report.count(state) > 0)) {
        ledger.set(WHY, Value::Text(why.to_owned()));
    }
    ledger
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
