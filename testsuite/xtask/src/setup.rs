//! `cargo xtask setup`: from a fresh clone to a running Python program.

use harness::python::{End, Python};
use lib_python::{Options, Places};

use crate::process::{self, Result, cargo};

/// The first program: it needs the library, so its greeting says that the set-up is whole.
const PROGRAM: &str = "\
import platform, sys
print(f'Hello from {platform.python_implementation()} {platform.python_version()}: {sys.executable}')";

/// What the sources of the C libraries are built with.
const TOOLS: [&str; 3] = ["cc", "make", "perl"];

/// That the tools are there which cargo does not bring.
fn check_tools() -> Result {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there = |tool: &&str| std::env::split_paths(&path).any(|directory| directory.join(tool).is_file());
    let missing: Vec<&str> = TOOLS.into_iter().filter(|tool| !is_there(tool)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let missing = missing.join(", ");
    Err(format!("missing: {missing}. On Debian: apt install build-essential perl").into())
}

pub fn run() -> Result {
    check_tools()?;
    lib_python::fetch(&Places::of_repository(), &Options::default())?;
    process::run(&mut cargo(&["build", "--release", "--bin", "python"]))?;
    let mut command = Python::ours()?.command();
    command.arg("-c").arg(PROGRAM);
    let outcome = harness::python::run(command, std::time::Duration::from_secs(60))?;
    if outcome.end != End::Exit(0) || outcome.stdout.is_empty() {
        let message = format!("the first program did not run: {:?}\n{}", outcome.end, outcome.stderr);
        return Err(message.trim_end().into());
    }
    print!("{}", outcome.stdout);
    Ok(())
}
