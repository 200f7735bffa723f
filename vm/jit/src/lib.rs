//! The neutral half of the tracing JIT: knows no Python.
//!
//! In reading order: what the user asks for ([`options`]), why a recording stops ([`abort`]), what happened so far ([`stats`]), what
//! compiling may cost ([`budget`]), the compiled traces with their exits ([`tree`]), and what shows any stage ([`dump`]). `tracer`
//! records Python into it; the executable brings the backend.

pub mod options;

pub mod abort;
pub mod stats;

pub mod budget;
pub mod tree;

pub mod dump;
