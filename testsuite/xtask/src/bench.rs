//! `cargo xtask bench`: the programs of `testsuite/bench` under the python built here and under
//! the reference: the processor time and the peak memory of whole processes.
//!
//! The two take turns, and the least of several runs counts: noise only ever adds. A program
//! whose output differs from CPython's is not timed.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use harness::python::{End, Python, Used};

use crate::process::Result;

/// How often each program is run, if `--runs` does not say.
const RUNS: u32 = 5;

/// When a run is given up.
const LIMIT: Duration = Duration::from_secs(120);

pub fn run(args: &[String]) -> Result {
    let mut args = args.to_vec();
    let mut runs = RUNS;
    if let Some(index) = args.iter().position(|a| a == "--runs") {
        args.remove(index);
        let value = if index < args.len() { args.remove(index) } else { String::new() };
        runs = value.parse().ok().filter(|n| *n > 0).ok_or("--runs needs a number above 0")?;
    }
    let (ours, reference) = (Python::ours()?, Python::reference()?);
    println!(
        "{:20} {:>8} {:>8} {:>8}   {:>8} {:>8} {:>8}",
        "", "CPython", "here", "speed", "CPython", "here", "memory"
    );
    println!(
        "{:20} {:>8} {:>8} {:>8}   {:>8} {:>8} {:>8}",
        "program", "ms", "ms", "times", "MB", "MB", "times"
    );
    let mut logs = [0.0; 2];
    let mut count = 0;
    for program in programs(&args)? {
        let name = program.file_stem().unwrap_or_default().to_string_lossy();
        let mut best = [Used { time: Duration::MAX, memory: u64::MAX }; 2];
        let mut failure = None;
        let mut expected = None;
        // The first run writes the `.pyc` files of what is imported, and is not counted.
        'runs: for run in 0..=runs {
            for (best, python) in best.iter_mut().zip([&reference, &ours]) {
                let outcome = python.run_cached(&program, LIMIT)?;
                let is_right = *expected.get_or_insert_with(|| outcome.stdout.clone()) == outcome.stdout;
                if outcome.end != End::Exit(0) || !is_right {
                    let reason = outcome.stderr.lines().last().unwrap_or("its output differs").to_owned();
                    failure = Some(format!("{:?}: {reason}", outcome.end));
                    break 'runs;
                }
                if run > 0 {
                    best.time = best.time.min(outcome.used.time);
                    best.memory = best.memory.min(outcome.used.memory);
                }
            }
        }
        if let Some(failure) = failure {
            println!("{name:20} {failure}");
            continue;
        }
        let [cpython, here] = best.map(|used| used.time.as_secs_f64() * 1000.0);
        let [cpython_mb, here_mb] = best.map(|used| used.memory as f64 / 1e6);
        let (speed, memory) = (cpython / here, here_mb / cpython_mb);
        println!(
            "{name:20} {cpython:8.1} {here:8.1} {speed:8.2}   {cpython_mb:8.1} {here_mb:8.1} {memory:8.2}"
        );
        logs[0] += speed.ln();
        logs[1] += memory.ln();
        count += 1;
    }
    if count > 0 {
        let [speed, memory] = logs.map(|log: f64| (log / f64::from(count)).exp());
        println!(
            "geometric means of {count} programs: {speed:.2} times CPython's speed, {memory:.2} times its memory"
        );
    }
    Ok(())
}

fn programs(names: &[String]) -> Result<Vec<PathBuf>> {
    let mut programs = Vec::new();
    for entry in fs::read_dir(harness::testsuite().join("bench"))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_chosen = names.is_empty() || names.contains(&name);
        if is_chosen && path.extension().is_some_and(|e| e == "py") {
            programs.push(path);
        }
    }
    programs.sort();
    Ok(programs)
}
