//! `cargo xtask suite`: CPython's own test files against their ledgers.

use std::time::Duration;

use harness::python::Python;
use harness::suite::{self, Change, Report, State};

use crate::process::{Result, flags};

/// How long one test may take, in seconds.
const LIMIT: u64 = 120;

pub fn run(args: &[String]) -> Result {
    let mut args = args.to_vec();
    let mut limit = LIMIT;
    if let Some(index) = args.iter().position(|a| a == "--limit") {
        args.remove(index);
        let value = if index < args.len() { args.remove(index) } else { String::new() };
        limit = value.parse().map_err(|_| "--limit needs a number of seconds")?;
    }
    let ([all, bless, reference], mut names) = flags(&args, ["--all", "--bless", "--reference"])?;
    if all {
        names = suite::all_tests()?;
    } else if names.is_empty() {
        names = suite::noted_tests()?;
    }
    let python = if reference { Python::reference()? } else { Python::ours()? };
    let work = |name: &String| -> std::result::Result<(Report, Change), String> {
        let report =
            suite::run(&python, name, Duration::from_secs(limit)).map_err(|e| format!("{name}: {e}"))?;
        let change = suite::compare(name, &report).map_err(|e| e.to_string())?;
        if bless {
            suite::bless(name, &report).map_err(|e| e.to_string())?;
        }
        Ok((report, change))
    };
    let show = |name: &String, result: &std::result::Result<(Report, Change), String>| {
        if let Ok((report, change)) = result {
            print_report(name, report, if reference { None } else { Some(change) });
        }
    };
    let results = harness::in_parallel(&names, work, show);

    let mut totals = [0; STATES.len()];
    let (mut whole, mut worse) = (0, 0);
    for result in results {
        let (report, change) = result?;
        for (total, (_, state)) in totals.iter_mut().zip(STATES) {
            *total += report.count(state);
        }
        whole += usize::from(is_whole(&report));
        worse += change.worse.len();
    }
    let counts: Vec<String> = totals.iter().zip(STATES).map(|(n, (name, _))| format!("{n} {name}")).collect();
    println!("suite: {} files, {whole} without failures; tests: {}", names.len(), counts.join(", "));
    if worse > 0 && !bless && !reference {
        return Err(format!("{worse} tests do worse than noted in testsuite/cpython").into());
    }
    Ok(())
}

const STATES: [(&str, State); 5] = [
    ("passed", State::Pass),
    ("failed", State::Fail),
    ("crashed", State::Crash),
    ("hung", State::Hang),
    ("skipped", State::Skip),
];

fn is_whole(report: &Report) -> bool {
    !report.given_up && [State::Fail, State::Crash, State::Hang].into_iter().all(|s| report.count(s) == 0)
}

fn print_report(name: &str, report: &Report, change: Option<&Change>) {
    let counts: Vec<String> = STATES
        .into_iter()
        .filter(|(_, state)| report.count(*state) > 0)
        .map(|(what, state)| format!("{} {what}", report.count(state)))
        .collect();
    let mut text = format!("{name}: {}", counts.join(", "));
    if let Some(reason) = &report.absent {
        text += &format!("left out: {reason}");
    }
    if report.given_up {
        text += " (given up after many crashes)";
    }
    if !is_whole(report) {
        text += &format!("; see {}", report.log.display());
    }
    for worse in change.iter().flat_map(|c| &c.worse) {
        text += &format!("\n  worse  {worse}");
    }
    for better in change.iter().flat_map(|c| &c.better) {
        text += &format!("\n  better {better}");
    }
    println!("{text}");
}
