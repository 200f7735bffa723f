//! Auditing from C.

use crate::modsupport::build_values;
use crate::varargs::VaList;
use crate::variadic;
use core::ffi::{CStr, c_char, c_int, c_void};
use interp::audit::{self, NativeHook};
use macros::capi;
use objects::types::str::Str;
use objects::types::str::intern;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};

/// A hook or NULL.
type Hook = Option<NativeHook>;

/// Adds a hook, which is called with each event from now on, also before the interpreter has started.
///
/// # Safety
/// A C function: what may be called with an event, its arguments and the data.
#[capi]
pub unsafe fn PySys_AddAuditHook(hook: Hook, data: *mut c_void) -> Result<()> {
    audit::add_native(hook.ok_or_else(raise::bad_internal_call)?, data)
}

fn event(name: &CStr) -> Result<Ref<Str>> {
    intern::intern_text(&name.to_string_lossy())
}

unsafe extern "C" fn raise_event(name: *const c_char, format: *const c_char, list: &mut VaList) -> c_int {
    if !audit::is_audited() {
        return 0;
    }
    let mut raise = || -> Result<()> {
        // SAFETY (both): the caller keeps the C function's contract.
        let arguments = match format.is_null() {
            true => Tuple::empty(),
            false => match unsafe { build_values(CStr::from_ptr(format), list) }?.as_slice() {
                [only] if only.cast::<Tuple>().is_some() => {
                    only.clone().downcast::<Tuple>().map_err(|_| raise::bad_internal_call())?
                }
                values => Tuple::from_vec(values.to_vec())?,
            },
        };
        audit::raise_with(&*event(unsafe { CStr::from_ptr(name) })?, &arguments)
    };
    objects::args::status(raise())
}

variadic!(PySys_Audit, raise_event, 2);

/// As `PySys_Audit`, with the arguments as a tuple; NULL is none.
#[capi]
pub fn PySys_AuditTuple(name: &CStr, arguments: Option<&Object>) -> Result<()> {
    let arguments = match arguments {
        None => Tuple::empty(),
        Some(object) => match object.cast::<Tuple>() {
            Some(tuple) => tuple.to_ref(),
            None => {
                let given = object.class().full_name();
                return Err(objects::raise!(TypeError, "args must be tuple, got {given}"));
            }
        },
    };
    match audit::is_audited() {
        true => audit::raise_with(&*event(name)?, &arguments),
        false => Ok(()),
    }
}
