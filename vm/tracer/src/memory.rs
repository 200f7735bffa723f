//! Lack of memory where compiled code cannot raise, as for the object of an int: the heap holds some pages back for that, and MemoryError is
//! raised where the interpreter next asks what is pending, which compiled loops leave for.

use core::sync::atomic::Ordering;
use interp::breaker::ASYNC_EXCEPTION;
use objects::object::heap::region;
use objects::types::exceptions as exc;
use objects::{Instance, Result, fatal, state};

/// What `make` makes, if need be from what is held back.
pub fn surely<T>(make: impl Fn() -> Result<T>) -> T {
    make().unwrap_or_else(|raised| {
        raised.clear();
        lacking(make)
    })
}

#[cold]
fn lacking<T>(make: impl Fn() -> Result<T>) -> T {
    let ts = state::current();
    if ts.async_exc.is_empty() {
        ts.async_exc.set(Some(exc::MemoryError.as_object().to_ref()));
    }
    ts.eval_breaker.fetch_or(ASYNC_EXCEPTION, Ordering::AcqRel);
    region::spend(make).unwrap_or_else(|_| fatal("out of memory"))
}
