//! The `python` executable: command line, start-up, choice of JIT backend.

mod cli;
mod paths;
mod run;

use std::process::ExitCode;

fn main() -> ExitCode {
    // A broken pipe is an OSError for Python, not the end.
    ExitCode::from(run::main(std::env::args().collect()))
}
