//! The `python` executable: command line, start-up, choice of JIT backend.
//!
//! The process begins at C's `main`: Rust's runtime would read the map of the process for a handler of stack overflows, which Python has
//! its own limits for, and would open standard descriptors that are closed, which to Python are streams that are None.
#![cfg_attr(not(test), no_main)]

mod backend;
mod cli;
mod help;
mod locale;
mod paths;
mod run;
mod settings;

use core::ffi::{c_char, c_int};

#[cfg_attr(not(test), unsafe(no_mangle))]
extern "C" fn main(_argc: c_int, _argv: *const *const c_char) -> c_int {
    c_int::from(run::main(std::env::args_os().collect()))
}
