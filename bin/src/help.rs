//! `--help` and its like. The texts are CPython's.

use crate::cli::Help;

const OPTIONS: &str = include_str!("help/options.txt");
const ENVIRONMENT: &str = include_str!("help/environment.txt");
const X_OPTIONS: &str = include_str!("help/xoptions.txt");

/// The line that also follows an error.
pub fn usage(program: &str) -> String {
    format!("usage: {program} [option] ... [-c cmd | -m mod | file | -] [arg] ...\n")
}

/// A text.
pub fn text(help: Help, program: &str) -> String {
    match help {
        Help::Options => format!("{}{OPTIONS}", usage(program)),
        Help::Environment => ENVIRONMENT.to_owned(),
        Help::XOptions => X_OPTIONS.to_owned(),
        Help::All => format!("{}{OPTIONS}\n{ENVIRONMENT}\n{X_OPTIONS}", usage(program)),
    }
}
