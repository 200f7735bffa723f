//! The bytecode interpreter, import, and the modules that the interpreter cannot start without.
//!
//! In reading order: frames and their stacks, the evaluation loop and its handlers by family, calls, exceptions on their way,
//! specialisation, generators, what interrupts the loop, import, modules.

pub mod arena;
pub mod frame;
pub mod stack;

pub mod eval;
pub mod finish;
pub mod frame_hook;
pub mod ops;
pub mod perf_map;
pub mod trampoline;

pub mod call;

pub mod exceptions;
pub mod traceback_print;
pub mod unwind;

pub mod adapt;
pub mod hook;
pub mod monitor;

pub mod audit;
pub mod config;
pub mod coroutine_origin;
pub mod generators;
pub mod intrinsics;
pub mod messages;

pub mod breaker;
pub mod gil;
pub mod pending;
pub mod signals;
pub mod threads;

pub mod compile;
pub mod crossinterp;
pub mod dynamic;
pub mod import;

pub mod modules;

pub mod end;
pub mod fatal;
pub mod interactive;
pub mod program;
pub mod start;
pub mod streams;
pub mod subinterpreter;
