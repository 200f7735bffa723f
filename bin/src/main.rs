//! The `python` executable: command line, start-up, choice of JIT backend.

mod backend;
mod cli;
mod descriptors;
mod help;
mod locale;
mod paths;
mod run;
mod settings;

use std::process::ExitCode;

fn main() -> ExitCode {
    descriptors::restore();
    // A broken pipe is an OSError for Python, not the end.
    ExitCode::from(run::main(std::env::args_os().collect()))
}
