//! Auditing events (PEP 578): the hooks of `sys.addaudithook`, and those in C.

use core::cell::RefCell;
use core::ffi::{c_char, c_int, c_void};
use objects::object::refs::Slot;
use objects::protocol::{attr, call, object};
use objects::types::exceptions as exc;
use objects::types::list::List;
use objects::types::str::{Str, intern};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Result, state};
use std::ffi::CString;

/// A hook in C: below 0 when it objects, with an exception.
pub type NativeHook = unsafe extern "C" fn(*const c_char, &Object, *mut c_void) -> c_int;

/// Hooks in C with what they are called with; they come first, whichever interpreter runs.
struct Natives(RefCell<Vec<(NativeHook, *mut c_void)>>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Natives {}

static NATIVES: Natives = Natives(RefCell::new(Vec::new()));

/// The interpreter's hooks.
struct Hooks(Slot<List>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Hooks {}

objects::per_interpreter! {
    static HOOKS: Hooks = Hooks(Slot::empty());
}

/// Adds a hook; one that objects by a RuntimeError is silently not added.
///
/// # Errors
/// What an earlier hook raises; MemoryError.
pub fn add(hook: &Object) -> Result<()> {
    if !may_add()? {
        return Ok(());
    }
    let list = match HOOKS.0.get() {
        Some(list) => list,
        None => {
            // The program does not find the hooks among the collector's objects.
            let list = List::new()?;
            objects::object::heap::untrack(list.as_object());
            HOOKS.0.set(Some(list.clone()));
            list
        }
    };
    list.push(hook.to_ref())
}

/// Adds a hook in C, as [`add`] does. Before the interpreter has started nobody is asked.
///
/// # Errors
/// As [`add`].
pub fn add_native(hook: NativeHook, data: *mut c_void) -> Result<()> {
    if objects::state::try_current().is_some() && !may_add()? {
        return Ok(());
    }
    NATIVES.0.borrow_mut().push((hook, data));
    Ok(())
}

/// Whether the hooks that there are let another be added.
fn may_add() -> Result<bool> {
    match raise_event(objects::id!("sys.addaudithook"), &[]) {
        Ok(()) => Ok(true),
        Err(raised) if raised.matches(&exc::RuntimeError) => {
            raised.clear();
            Ok(false)
        }
        Err(raised) => Err(raised),
    }
}

/// Whether somebody is told of events.
pub fn is_audited() -> bool {
    !HOOKS.0.is_empty() || !NATIVES.0.borrow().is_empty()
}

/// [`raise_event`] by the event's name.
///
/// # Errors
/// What a hook raises.
pub fn raise_named(event: &str, args: &[&Object]) -> Result<()> {
    match is_audited() {
        false => Ok(()),
        true => raise_event(&*objects::types::str::intern::intern_text(event)?, args),
    }
}

/// Calls the hooks with an event and its arguments.
///
/// # Errors
/// What a hook raises.
pub fn raise_event(event: &Str, args: &[&Object]) -> Result<()> {
    if !is_audited() {
        return Ok(());
    }
    raise_with(event, &*Tuple::from_slice(args)?)
}

/// [`raise_event`] with the arguments as a tuple.
///
/// # Errors
/// What a hook raises.
pub fn raise_with(event: &Str, arguments: &Tuple) -> Result<()> {
    let native = NATIVES.0.borrow().clone();
    if !native.is_empty() {
        let name = CString::new(event.to_string_lossy()).unwrap_or_default();
        for (hook, data) in native {
            // SAFETY: a C string and a tuple, as the hook expects.
            if unsafe { hook(name.as_ptr(), arguments, data) } < 0 {
                return Err(objects::raise::pending());
            }
        }
    }
    let Some(hooks) = HOOKS.0.get() else { return Ok(()) };
    hooks.to_vec().iter().try_for_each(|hook| call_hook(hook, event, arguments))
}

/// Calls one hook. It is not traced, unless it has a true `__cantrace__`.
fn call_hook(hook: &Object, event: &Str, arguments: &Tuple) -> Result<()> {
    let tracing = &state::current().tracing;
    tracing.set(tracing.get() + 1);
    let traced = attr::get_optional(hook, &*intern::intern_text("__cantrace__")?)
        .and_then(|answer| answer.map_or(Ok(false), |answer| object::is_true(&answer)));
    let result = match traced {
        Ok(true) => {
            tracing.set(tracing.get() - 1);
            let result = call::call(hook, &[event, arguments]);
            tracing.set(tracing.get() + 1);
            result.map(drop)
        }
        Ok(false) => call::call(hook, &[event, arguments]).map(drop),
        Err(raised) => Err(raised),
    };
    tracing.set(tracing.get() - 1);
    result
}
