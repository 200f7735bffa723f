//! Prints the tree of a file, or the error in it: `cargo run -p syntax --example ast_dump FILE`.

mod dump;

use std::process::ExitCode;
use syntax::source::{NoCodecs, decode};
use syntax::{Arena, Mode, Options, parse};

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: ast_dump FILE");
        return ExitCode::from(2);
    };
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            return ExitCode::from(2);
        }
    };
    let arena = Arena::new();
    let parsed = match decode(&bytes, true, &NoCodecs) {
        Ok(decoded) => parse(&arena, &decoded.text, Mode::Exec, &Options::default()),
        Err(error) => {
            println!("{error}");
            return ExitCode::FAILURE;
        }
    };
    for warning in &parsed.warnings {
        eprintln!("{:?}: {}", warning.kind, warning.error);
    }
    match parsed.result {
        Ok(tree) => {
            println!("{}", dump::dump(&tree));
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}
