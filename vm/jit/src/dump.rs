//! Showing stages on the standard error, for `-X jit-dump=…`, and naming compiled code for Linux's perf.

use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::Write;

/// Shows what a trace is after a stage.
pub fn show(stage: &str, what: &dyn Display) {
    eprintln!("---- {stage}\n{what}");
}

/// Adds a line to the file in which perf looks for the names of code that no file holds.
pub fn name_code((address, size): (u64, usize), name: &str) {
    let path = format!("/tmp/perf-{}.map", std::process::id());
    // Without the file perf shows addresses.
    if let Ok(mut file) = OpenOptions::new().append(true).create(true).open(path) {
        let _ = writeln!(file, "{address:x} {size:x} py::{name}");
    }
}
