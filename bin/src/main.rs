//! The `python` executable: command line, start-up, choice of JIT backend.

fn main() {}
