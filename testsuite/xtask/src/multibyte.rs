//! `cargo xtask multibyte`: the mappings of the CJK codecs, from the reference to `vm/stdlib/text/src/multibyte/tables.bin`.

use std::time::Duration;

use harness::python::{End, Python};

use crate::process::Result;

const COLLECTOR: &str = include_str!("python/collect_multibyte.py");

pub fn run() -> Result {
    let tables = harness::repository().join("vm/stdlib/text/src/multibyte/tables.bin");
    let mut command = Python::reference()?.command();
    command.arg("-I").arg("-c").arg(COLLECTOR).arg(&tables);
    let outcome = harness::python::run(command, Duration::from_secs(600))?;
    if outcome.end != End::Exit(0) {
        return Err(format!("the reference failed: {:?}\n{}", outcome.end, outcome.stderr).into());
    }
    print!("{}", outcome.stdout);
    Ok(())
}
