//! `cargo xtask frontend`: every file of the library, and the programs in the strings of its tests, through both compilers.
//!
//! Code objects are compared at all three levels of optimisation with all their fields, trees with all their
//! attributes, errors with their places, and warnings. Compiling is timed.

use std::time::Duration;

use harness::python::{End, Python};

use crate::process::Result;

const DRIVER: &str = include_str!("python/frontend.py");

/// When a run is given up.
const LIMIT: Duration = Duration::from_secs(1800);

/// How many differences are shown.
const SHOWN: usize = 200;

pub fn run(args: &[String]) -> Result {
    let library = lib_python::Places::of_repository().library();
    let pythons = [Python::ours()?, Python::reference()?];
    let runs = pythons.map(|python| {
        let mut command = python.command();
        command.arg("-I").arg("-c").arg(DRIVER).arg(&library).args(args);
        std::thread::spawn(move || harness::python::run(command, LIMIT))
    });
    let mut told = Vec::new();
    for run in runs {
        let outcome = run.join().map_err(|_| "a run was not watched to its end")??;
        if outcome.end != End::Exit(0) {
            return Err(format!("a run failed: {:?}\n{}", outcome.end, outcome.stderr).into());
        }
        told.push(outcome.stdout);
    }
    let lines: Vec<Vec<&str>> = told.iter().map(|text| text.lines().collect()).collect();
    let [ours, reference] = &lines[..] else { return Err("two runs were made".into()) };
    if ours.len() != reference.len() {
        return Err(format!("{} results here, {} of CPython's", ours.len(), reference.len()).into());
    }
    let mut differences = 0;
    for (here, there) in
        ours.iter().zip(reference).filter(|(here, there)| here != there && !here.starts_with('#'))
    {
        differences += 1;
        if differences <= SHOWN {
            println!("here:    {here}\nCPython: {there}\n");
        }
    }
    let seconds = |lines: &[&str]| -> Option<f64> { lines.last()?.strip_prefix("#seconds ")?.parse().ok() };
    if let (Some(here), Some(there)) = (seconds(ours), seconds(reference)) {
        println!(
            "compiling took {here:.2} s here, {there:.2} s in CPython: {:.2} times its time",
            here / there
        );
    }
    println!("{} results, {differences} differ", ours.len() - 1);
    if differences > 0 { Err("the front ends differ".into()) } else { Ok(()) }
}
