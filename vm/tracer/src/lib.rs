//! The half of the tracing JIT that knows Python.
//!
//! In reading order: where fields are and which memory is which ([`layout`]); what compiled code calls ([`helpers`], [`quiet`],
//! [`death`], [`ends`], [`memory`]); what a recording knows of the interpreter's values ([`items`]), among them objects that the trace has not
//! made ([`virtuals`]), how it writes them down ([`recorder`], calls that may run anything in [`loud`], and a file for each family of
//! instructions in [`record`]) and becomes a trace ([`ending`], [`rounds`]); how compiled code is entered and recording begins
//! ([`entry`], and [`function`] for functions without a hot loop), how a recording follows the interpreter ([`follow`]), how frames are
//! rebuilt ([`exit`]); what all of it shares ([`state`]); what programs may ask ([`module`]), and what is told at the end
//! ([`telling`]).
//!
//! A recording runs beside the interpreter: its table of handlers looks at the live objects, writes down what the instruction does
//! with objects of that kind behind guards, and lets the ordinary handler do it. **Ownership**: while a trace runs, a slot of
//! the frame is *at home*, its memory owning what it holds, or *held* by the trace, its memory meaning nothing. Before compiled code calls
//! anything that could look at frames, the held slots are written there; every exit writes them back.

pub mod layout;

pub mod death;
pub mod ends;
pub mod helpers;
pub mod memory;
pub mod quiet;

pub mod items;
pub mod record;
pub mod recorder;

pub mod loud;
pub mod virtuals;

pub mod ending;
pub mod rounds;

pub mod entry;
pub mod exit;
pub mod follow;
pub mod function;

pub mod state;

pub mod module;
pub mod telling;

use jit::options::Options;
use state::NewBackend;

/// Plugs the JIT into the interpreter, if there is memory for code.
pub fn install(options: Options, backend: NewBackend) {
    state::plan(options, backend);
    if state::get().is_none() {
        return;
    }
    objects::types::code::build::set_loop_warmup(entry::counter(options.threshold));
    interp::hook::set_call_entry(function::entry, options.threshold as usize * function::CALLS);
    interp::hook::set_end(end);
    interp::hook::set_references(state::references);
    objects::object::heap::region::hold_back();
    interp::hook::set_loop_entry(Some(entry::loop_entry));
}

/// The running interpreter comes to its end.
fn end() {
    if objects::state::interpreter().is_main() {
        telling::tell();
    }
    death::bury();
    state::end();
}
