//! `cargo xtask test`: everything that a change must pass, in the order in which it fails fastest.

use lib_python::{Options, Places};

use crate::process::{self, Result, cargo};

pub fn run(args: &[String]) -> Result {
    match args {
        [] => run_level(false),
        [level] if level == "fast" => run_level(false),
        [level] if level == "full" => run_level(true),
        _ => Err("test takes `fast` (the default) or `full`".into()),
    }
}

fn run_level(full: bool) -> Result {
    crate::tidy::run()?;
    lib_python::fetch(&Places::of_repository(), &Options::default())?;
    let has_nextest = cargo(&["nextest", "--version"]).output().is_ok_and(|o| o.status.success());
    if has_nextest {
        process::run(&mut cargo(&["nextest", "run", "--workspace", "--no-fail-fast"]))?;
        process::run(&mut cargo(&["test", "--workspace", "--doc", "--quiet"]))?;
    } else {
        process::run(&mut cargo(&["test", "--workspace", "--no-fail-fast"]))?;
    }
    process::run(&mut cargo(&["build", "--release", "--bin", "python"]))?;
    crate::handlers::run(&[])?;
    crate::api::run(&[])?;
    crate::surface::run(&[])?;
    crate::pyc::run(&[])?;
    crate::golden::run(&[])?;
    crate::wheels::run(&["--quick".to_owned()])?;
    if full { crate::suite::run(&[]) } else { Ok(()) }
}
