//! Showing stages on the standard error, for `-X jit-dump=…`.

use std::fmt::Display;
use std::io::Write;

/// Shows what a trace is after a stage.
pub fn show(stage: &str, what: &dyn Display) {
    // What cannot be shown does not end the program.
    let _ = writeln!(std::io::stderr(), "---- {stage}\n{what}");
}
