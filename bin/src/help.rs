//! `--help` and its like. The texts are CPython's.

use crate::cli::Help;

const OPTIONS: &str = include_str!("help/options.txt");
const ENVIRONMENT: &str = include_str!("help/environment.txt");
const X_OPTIONS: &str = include_str!("help/xoptions.txt");

/// The line that also follows an error.
pub fn usage(program: &str) -> String {
    format!("usage: {program} [option] ... [-c cmd | -m mod | file | -] [arg] ...\n")
}

/// Prints a text.
pub fn print(help: Help, program: &str) {
    match help {
        Help::Options => print!("{}{OPTIONS}", usage(program)),
        Help::Environment => print!("{ENVIRONMENT}"),
        Help::XOptions => print!("{X_OPTIONS}"),
        Help::All => print!("{}{OPTIONS}\n{ENVIRONMENT}\n{X_OPTIONS}", usage(program)),
    }
}
