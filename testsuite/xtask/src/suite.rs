//! `cargo xtask suite`: CPython's own test files against their ledgers.

use std::time::Duration;

use harness::python::Python;
use harness::report::{Change, Report};
use harness::suite;

use crate::process::{Result, flags, limit};
use crate::report::{self, STATES};

/// How long one test may take.
const LIMIT: Duration = Duration::from_secs(120);

pub fn run(args: &[String]) -> Result {
    let (limit, args) = limit(args, LIMIT)?;
    let ([all, bless, reference], mut names) = flags(&args, ["--all", "--bless", "--reference"])?;
    if all {
        names = suite::all_tests()?;
    } else if names.is_empty() {
        names = suite::noted_tests()?;
    }
    let python = if reference { Python::reference()? } else { Python::ours()? };
    let work = |name: &String| -> std::result::Result<(Report, Change), String> {
        let report = suite::run(&python, name, limit).map_err(|e| format!("{name}: {e}"))?;
        let change = suite::compare(name, &report).map_err(|e| e.to_string())?;
        if bless {
            suite::bless(name, &report).map_err(|e| e.to_string())?;
        }
        Ok((report, change))
    };
    let show = |name: &String, result: &std::result::Result<(Report, Change), String>| {
        if let Ok((report, change)) = result {
            report::print(name, report, if reference { None } else { Some(change) });
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
        whole += usize::from(report::is_whole(&report));
        worse += change.worse.len();
    }
    let counts: Vec<String> = totals.iter().zip(STATES).map(|(n, (name, _))| format!("{n} {name}")).collect();
    println!("suite: {} files, {whole} without failures; tests: {}", names.len(), counts.join(", "));
    if worse > 0 && !bless && !reference {
        return Err(format!("{worse} tests do worse than noted in testsuite/cpython").into());
    }
    Ok(())
}
