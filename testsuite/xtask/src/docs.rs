//! `cargo xtask docs`: CPython's documentation strings, from the reference to `vm/macros/docs.tsv`.
//!
//! They are data that compatibility asks for (`help()`, `inspect.signature`), under the licence
//! that lies beside them.

use std::fs;
use std::time::Duration;

use harness::python::{End, Python};

use crate::process::Result;

const COLLECTOR: &str = include_str!("python/collect_docs.py");

pub fn run() -> Result {
    let mut command = Python::reference()?.command();
    command.arg("-I").arg("-c").arg(COLLECTOR);
    let outcome = harness::python::run(command, Duration::from_secs(60))?;
    if outcome.end != End::Exit(0) {
        return Err(format!("the reference failed: {:?}\n{}", outcome.end, outcome.stderr).into());
    }
    let macros = harness::repository().join("vm/macros");
    fs::write(macros.join("docs.tsv"), &outcome.stdout)?;
    let licence = lib_python::Places::of_repository().library().join("LICENSE.txt");
    fs::copy(licence, macros.join("LICENSE-PSF"))?;
    println!(
        "vm/macros/docs.tsv: {} entries",
        outcome.stdout.lines().filter(|l| !l.starts_with('#')).count()
    );
    Ok(())
}
