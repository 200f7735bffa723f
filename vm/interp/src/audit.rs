//! Auditing events (PEP 578): the hooks of `sys.addaudithook`.

use core::cell::Cell;
use objects::object::refs::Slot;
use objects::protocol::call;
use objects::types::exceptions as exc;
use objects::types::list::List;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Result};

struct Hooks {
    list: Slot<List>,
    /// Hooks are not called for what hooks do.
    running: Cell<bool>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Hooks {}

static HOOKS: Hooks = Hooks { list: Slot::empty(), running: Cell::new(false) };

/// Adds a hook; one that objects by a RuntimeError is silently not added.
///
/// # Errors
/// What an earlier hook raises; MemoryError.
pub fn add(hook: &Object) -> Result<()> {
    if let Err(raised) = raise_event(objects::id!("sys.addaudithook"), &[]) {
        if raised.matches(&exc::RuntimeError) {
            raised.clear();
            return Ok(());
        }
        return Err(raised);
    }
    let list = match HOOKS.list.get() {
        Some(list) => list,
        None => {
            let list = List::new()?;
            HOOKS.list.set(Some(list.clone()));
            list
        }
    };
    list.push(hook.to_ref())
}

/// [`raise_event`] by the event's name.
///
/// # Errors
/// What a hook raises.
pub fn raise_named(event: &str, args: &[&Object]) -> Result<()> {
    match HOOKS.list.is_empty() {
        true => Ok(()),
        false => raise_event(&*objects::types::str::intern::intern_text(event)?, args),
    }
}

/// Calls the hooks with an event and its arguments.
///
/// # Errors
/// What a hook raises.
pub fn raise_event(event: &Str, args: &[&Object]) -> Result<()> {
    let Some(hooks) = HOOKS.list.get() else { return Ok(()) };
    if HOOKS.running.replace(true) {
        return Ok(());
    }
    let arguments = Tuple::from_slice(args);
    let result = arguments.and_then(|arguments| {
        hooks.to_vec().iter().try_for_each(|hook| call::call(hook, &[event, &*arguments]).map(drop))
    });
    HOOKS.running.set(false);
    result
}
