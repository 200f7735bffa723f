//! Showing stages on the standard error, for `-X jit-dump=…`.

use std::fmt::Display;

/// Shows what a trace is after a stage.
pub fn show(stage: &str, what: &dyn Display) {
    eprintln!("---- {stage}\n{what}");
}
