//! What the commands that run tests print of them.

use harness::report::{Change, Report, State};

/// The ways in which a test may go, as they are printed.
pub const STATES: [(&str, State); 5] = [
    ("passed", State::Pass),
    ("failed", State::Fail),
    ("crashed", State::Crash),
    ("hung", State::Hang),
    ("skipped", State::Skip),
];

/// Whether every test was run, and none did badly.
pub fn is_whole(report: &Report) -> bool {
    !report.given_up && [State::Fail, State::Crash, State::Hang].into_iter().all(|s| report.count(s) == 0)
}

/// Prints a line for the tests of `name`, and one for each that differs from the ledger.
pub fn print(name: &str, report: &Report, change: Option<&Change>) {
    let counts: Vec<String> = STATES
        .into_iter()
        .filter(|(_, state)| report.count(*state) > 0)
        .map(|(what, state)| format!("{} {what}", report.count(state)))
        .chain(report.absent.iter().map(|reason| format!("left out: {reason}")))
        .collect();
    let mut text = format!("{name}: {}", counts.join(", "));
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
