//! The trace IR and everything machine-neutral below it: knows no Python.
//!
//! In reading order: what the IR is ([`ops`], [`trace`], [`text`], [`verify`]) and what it means ([`interp`]); what
//! a machine is ([`machine`]); where values live ([`place`], [`shuffle`]) and why to believe it ([`check`]); how a
//! placed trace becomes bytes that run ([`assemble`], [`codemem`], [`exits`], [`native`]);
//! what the rest of the JIT sees of all that ([`backend`]); passes that know no language ([`opt`]); random traces ([`fuzz`]).
//!
//! A trace goes `Trace → opt → lower (elsewhere) → Placement → Code`; every stage prints, and every stage runs:
//! the trace by the reference interpreter, the placement by a pretend machine, the code by the processor.

pub mod ops;

pub mod trace;

pub mod text;
pub mod verify;

pub mod interp;

pub mod machine;

pub mod place;
pub mod shuffle;

pub mod check;

pub mod assemble;
pub mod codemem;
pub mod exits;
pub mod native;

pub mod backend;

pub mod opt;

pub mod fuzz;
