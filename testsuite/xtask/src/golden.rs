//! `cargo xtask golden` and `bless`: programs whose output has to be CPython's.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use harness::golden::{Program, difference};
use harness::ledger::{Ledger, Value};
use harness::python::Python;

use crate::process::{Result, flags};

/// The ledger's key for the programs that are known to fail.
const FAILING: &str = "failing";

const COMMENT: &str =
    "Programs that do not yet print what CPython prints. Written by `cargo xtask bless --failing`.";

fn ledger_path() -> PathBuf {
    Program::root().join("ledger.toml")
}

/// Runs the programs; fails if one that is not noted as failing does, or the other way round.
pub fn run(args: &[String]) -> Result {
    let ([list], names) = flags(args, ["--list"])?;
    let programs = Program::all(&names)?;
    let known = Ledger::read(&ledger_path())?.list(FAILING);
    if list {
        for program in &programs {
            let name = program.name();
            println!("{name}{}", if known.contains(&name) { " (known to fail)" } else { "" });
        }
        return Ok(());
    }
    let failures = failures(&Python::ours()?, &programs)?;
    // A program that was asked for by name is to be shown even if it is known to fail.
    let shown = |name: &str| !names.is_empty() || !known.contains(name);
    for (name, difference) in failures.iter().filter(|(name, _)| shown(name)) {
        println!("{name} differs from CPython (-) at {difference}");
    }
    let failing: BTreeSet<String> = failures.into_iter().map(|(name, _)| name).collect();
    let worse = failing.difference(&known).count();
    let better: Vec<String> =
        programs.iter().map(Program::name).filter(|n| known.contains(n) && !failing.contains(n)).collect();
    println!(
        "golden: {} programs, {} as CPython, {} known to fail, {worse} newly failing",
        programs.len(),
        programs.len() - failing.len(),
        failing.intersection(&known).count(),
    );
    if worse > 0 {
        return Err(format!("{worse} programs do not print what CPython prints").into());
    }
    if !better.is_empty() {
        let better = better.join(", ");
        return Err(format!("{better} pass now: run `cargo xtask bless --failing` to note it").into());
    }
    Ok(())
}

/// Writes the expected outputs, or the list of failing programs.
pub fn bless(args: &[String]) -> Result {
    let ([failing], names) = flags(args, ["--failing"])?;
    let programs = Program::all(&names)?;
    if failing {
        let mut noted = Ledger::read(&ledger_path())?.list(FAILING);
        for program in &programs {
            noted.remove(&program.name());
        }
        if names.is_empty() {
            noted.clear();
        }
        noted.extend(failures(&Python::ours()?, &programs)?.into_iter().map(|(name, _)| name));
        println!("{} programs are noted as failing", noted.len());
        let mut ledger = Ledger::default();
        ledger.set(FAILING, Value::List(noted));
        return Ok(ledger.write(&ledger_path(), COMMENT)?);
    }
    let reference = Python::reference()?;
    let outputs =
        harness::in_parallel(&programs, |p| p.run(&reference).map_err(|e| e.to_string()), |_, _| ());
    for (program, output) in programs.iter().zip(outputs) {
        let output = output?;
        if program.expected().ok().as_deref() != Some(&output) {
            println!("{} is blessed", program.name());
            program.write_expected(&output)?;
        }
    }
    Ok(())
}

/// The JIT's modes, with everything compiled that can be.
pub const JIT_MODES: [[&str; 6]; 2] = [
    ["-X", "jit=on", "-X", "jit-threshold=2", "-X", "jit-bridge-threshold=2"],
    ["-X", "jit=interp", "-X", "jit-threshold=2", "-X", "jit-bridge-threshold=2"],
];

/// What the program prints; for one about the JIT, in the first mode in which that is not what is expected.
fn output(python: &Python, program: &Program) -> std::io::Result<String> {
    let plain = program.run(python)?;
    if !program.is_about_jit() || program.expected().ok().as_ref() != Some(&plain) {
        return Ok(plain);
    }
    for mode in JIT_MODES {
        let compiled = program.run(&python.with_options(&mode))?;
        if compiled != plain {
            return Ok(compiled);
        }
    }
    Ok(plain)
}

/// The programs whose output differs, with the first difference. The output is kept in `target`.
fn failures(python: &Python, programs: &[Program]) -> Result<Vec<(String, String)>> {
    let outputs = harness::in_parallel(programs, |p| output(python, p).map_err(|e| e.to_string()), |_, _| ());
    let mut failures = Vec::new();
    for (program, output) in programs.iter().zip(outputs) {
        let output = output?;
        let expected = program
            .expected()
            .map_err(|_| format!("{} has no .out; run `cargo xtask bless`", program.name()))?;
        if let Some(difference) = difference(&expected, &output) {
            let kept = harness::scratch().join("python").join(program.name()).with_extension("out");
            fs::create_dir_all(kept.parent().unwrap_or(&kept))?;
            fs::write(&kept, output)?;
            failures.push((program.name(), difference));
        }
    }
    Ok(failures)
}
