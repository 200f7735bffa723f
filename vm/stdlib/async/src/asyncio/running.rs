//! The running event loop of each thread.

use super::state;
use core::cell::Cell;
use macros::{Trace, pytype};
use objects::protocol::call;
use objects::types::dict::Dict;
use objects::types::none::none;
use objects::types::str::{Str, intern};
use objects::{Instance, Object, Ref, Result, Slot, id};

/// `PyRunningLoopHolder`: a loop, and the process in which it runs; the child of a fork has none.
#[repr(C)]
#[derive(Trace)]
struct Holder {
    ob_base: Object,
    event_loop: Slot,
    process: Cell<libc::pid_t>,
}

#[pytype(name = "_RunningLoopHolder", module = "_asyncio", static_name = HOLDER, gc, no_new)]
impl Holder {}

/// The holder of the thread that asked last; borrowed from that thread's dictionary.
struct Last {
    thread: Cell<u64>,
    holder: Cell<*const Holder>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Last {}

objects::per_interpreter! {
    static LAST: Last = Last { thread: Cell::new(0), holder: Cell::new(core::ptr::null()) };
}

/// The holders' type, which is nobody's base and in no module.
pub fn holder_class() -> &'static objects::TypeObject {
    &HOLDER
}

fn key() -> Result<Ref<Str>> {
    intern::intern_text("__asyncio_running_event_loop__")
}

/// The calling thread's holder.
fn holder() -> Result<Option<Ref<Holder>>> {
    let thread = objects::state::current();
    // SAFETY: the thread's dictionary holds it until `set_running_loop` replaces it here as well.
    if LAST.thread.get() == thread.id.get()
        && let Some(holder) = unsafe { LAST.holder.get().as_ref() }
    {
        return Ok(Some(holder.to_ref()));
    }
    let Some(dict) = thread.dict.get() else { return Ok(None) };
    let Some(found) = dict.get_str(&*key()?)? else { return Ok(None) };
    let Ok(holder) = found.downcast::<Holder>() else { return Ok(None) };
    LAST.thread.set(thread.id.get());
    LAST.holder.set(&raw const *holder);
    Ok(Some(holder))
}

/// The calling thread's running loop.
///
/// # Errors
/// MemoryError.
pub fn running_loop() -> Result<Option<Ref>> {
    let Some(holder) = holder()? else { return Ok(None) };
    // SAFETY: no preconditions.
    if holder.process.get() != unsafe { libc::getpid() } {
        return Ok(None);
    }
    Ok(holder.event_loop.get().filter(|event_loop| !event_loop.is(none())))
}

/// Sets the calling thread's running loop; None for none.
///
/// # Errors
/// MemoryError.
pub fn set_running_loop(event_loop: &Object) -> Result<()> {
    let thread = objects::state::current();
    let dict = match thread.dict.get() {
        Some(dict) => dict,
        None => {
            let dict = Dict::new()?;
            thread.dict.set(Some(dict.clone()));
            dict
        }
    };
    let holder = Ref::new(Holder {
        ob_base: Object::HEAD,
        event_loop: Slot::new(event_loop.to_ref()),
        // SAFETY: no preconditions.
        process: Cell::new(unsafe { libc::getpid() }),
    })?;
    LAST.holder.set(core::ptr::null());
    dict.set_str(&*key()?, &holder)?;
    LAST.thread.set(thread.id.get());
    LAST.holder.set(&raw const *holder);
    Ok(())
}

/// The running loop, or the one of the event loop policy.
///
/// # Errors
/// What the policy raises.
pub fn event_loop() -> Result<Ref> {
    if let Some(event_loop) = running_loop()? {
        return Ok(event_loop);
    }
    let policy = state::event_loop_policy()?;
    call::call_method(&policy, id!("get_event_loop"), &[])
}
