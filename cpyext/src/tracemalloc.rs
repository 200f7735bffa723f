//! `tracemalloc.h`: extensions tell of memory that is not the interpreter's.

use core::ffi::{c_int, c_uint};
use interp::modules::tracemalloc::frames;
use interp::threads;
use macros::capi;
use objects::object::heap::trace;
use objects::types::none::none;
use objects::types::tuple::Tuple;
use objects::{Instance, Ref, Result};

/// Memory is not traced.
const NOT_TRACING: c_int = -2;

/// Does what needs the GIL while memory is traced, with or without it before; -2 when memory is not traced.
fn tracing(work: impl FnOnce()) -> c_int {
    let had_it = threads::ensure();
    let is_on = trace::is_on();
    if is_on {
        work();
    }
    threads::release(had_it);
    if is_on { 0 } else { NOT_TRACING }
}

/// Tells of a block, which is allocated where the thread is now; -2 says that nobody traces memory.
#[unsafe(no_mangle)]
pub extern "C" fn PyTraceMalloc_Track(domain: c_uint, address: usize, size: usize) -> c_int {
    tracing(|| {
        trace::forget_in(domain, address);
        trace::note_in(domain, address, size);
    })
}

/// Tells that a block is gone; -2 says that nobody traces memory.
#[unsafe(no_mangle)]
pub extern "C" fn PyTraceMalloc_Untrack(domain: c_uint, address: usize) -> c_int {
    tracing(|| trace::forget_in(domain, address))
}

/// Where a block was allocated, as a tuple of pairs of file and line; None when that is not known.
#[capi]
pub fn _PyTraceMalloc_GetTraceback(domain: c_uint, address: usize) -> Result<Ref> {
    match trace::traceback_in(domain, address) {
        Some(traceback) => frames(&traceback).map(Ref::<Tuple>::upcast),
        None => Ok(none().to_ref()),
    }
}
