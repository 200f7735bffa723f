//! The object model and the built-in types: CPython's ABI in Rust; runs no bytecode.
