//! Functions, aggregates and collations in Python that SQL calls.

use crate::connection::Connection;
use crate::error::Class;
use crate::value::{arguments, set_result};
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_void};
use libsqlite3_sys as ffi;
use macros::Trace;
use objects::protocol::{attr, call, number};
use objects::state::attached;
use objects::types::exceptions as exc;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Raised, Ref, Result, Slot, id, raise};
use std::ffi::CString;

/// The callables that a connection may have one of each.
#[derive(Trace)]
pub struct Callbacks {
    pub trace: Slot,
    pub progress: Slot,
    pub authorizer: Slot,
}

impl Default for Callbacks {
    fn default() -> Callbacks {
        Callbacks { trace: Slot::empty(), progress: Slot::empty(), authorizer: Slot::empty() }
    }
}

impl Callbacks {
    pub fn drop_all(&self) {
        [&self.trace, &self.progress, &self.authorizer].iter().for_each(|slot| slot.set(None));
    }
}

/// Whether exceptions in callbacks are shown.
pub struct Tracebacks(pub Cell<bool>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Tracebacks {}

objects::per_interpreter! {
    pub static TRACEBACKS: Tracebacks = Tracebacks(Cell::new(false));
}

/// Shows the exception of a callback, or drops it.
pub fn report(raised: Raised, callable: &Object) {
    if TRACEBACKS.0.get() {
        raise::write_unraisable(raised, Some(callable));
    } else {
        raised.clear();
    }
}

/// A callable that SQLite owns.
struct Owned(Ref);

impl Owned {
    fn into_raw(callable: &Object) -> *mut c_void {
        Box::into_raw(Box::new(Owned(callable.to_ref()))).cast()
    }

    /// # Safety
    /// The user data of a function that was made here.
    unsafe fn of<'a>(data: *mut c_void) -> &'a Object {
        // SAFETY: the caller's promise.
        unsafe { &(*data.cast::<Owned>()).0 }
    }
}

unsafe extern "C" fn destroy(data: *mut c_void) {
    attached(|| {
        // SAFETY: made by `into_raw`; SQLite lets go of it once.
        drop(unsafe { Box::from_raw(data.cast::<Owned>()) });
    });
}

/// Makes an exception the error of a call.
///
/// # Safety
/// The context of a call.
unsafe fn fail(context: *mut ffi::sqlite3_context, raised: Raised, message: &str, callable: &Object) {
    // SAFETY: the caller's promise; SQLite copies the text.
    unsafe {
        if raised.matches(&exc::MemoryError) {
            ffi::sqlite3_result_error_nomem(context);
        } else if raised.matches(&exc::OverflowError) {
            ffi::sqlite3_result_error_toobig(context);
        } else {
            ffi::sqlite3_result_error(context, message.as_ptr().cast(), message.len() as c_int);
        }
    }
    report(raised, callable);
}

/// Sets the result of a call, or its error.
///
/// # Safety
/// The context of a call.
unsafe fn finish(context: *mut ffi::sqlite3_context, result: Result<Ref>, message: &str, callable: &Object) {
    // SAFETY: the caller's promise.
    unsafe {
        match result.and_then(|value| set_result(context, &value)) {
            Ok(true) => {}
            Ok(false) => ffi::sqlite3_result_error(context, message.as_ptr().cast(), message.len() as c_int),
            Err(raised) => fail(context, raised, message, callable),
        }
    }
}

fn call_with(callable: &Object, args: Result<Vec<Ref>>) -> Result<Ref> {
    call::call(callable, objects::object::refs::borrowed(&args?))
}

unsafe extern "C" fn function(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    attached(|| {
        // SAFETY: SQLite's call of a function that was made here.
        unsafe {
            let callable = Owned::of(ffi::sqlite3_user_data(context)).to_ref();
            let result = call_with(&callable, arguments(count, values));
            finish(context, result, "user-defined function raised exception", &callable);
        }
    });
}

/// The instance of an aggregate's class for this call; made when `create` says so.
///
/// # Safety
/// The context of a call.
unsafe fn instance<'a>(context: *mut ffi::sqlite3_context, create: bool) -> Option<&'a Slot> {
    let size = if create { size_of::<Slot>() as c_int } else { 0 };
    // SAFETY: the caller's promise; SQLite fills the memory with zeros, which is an empty slot.
    unsafe { ffi::sqlite3_aggregate_context(context, size).cast::<Slot>().as_ref() }
}

/// Calls a method of the aggregate; the message of what goes wrong.
fn method_message(name: &Str, missing: bool) -> String {
    let name = name.to_string_lossy();
    let what = if missing { "not defined" } else { "raised error" };
    format!("user-defined aggregate's '{name}' method {what}")
}

/// Feeds an aggregate, or takes values back from a window.
///
/// # Safety
/// SQLite's call.
unsafe fn feed(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
    name: &Str,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let class = Owned::of(ffi::sqlite3_user_data(context)).to_ref();
        let Some(place) = instance(context, true) else { return ffi::sqlite3_result_error_nomem(context) };
        if place.is_empty() {
            match call::call_no_args(&class) {
                Ok(made) => place.set(Some(made)),
                Err(raised) => return fail(context, raised, &method_message(id!("__init__"), false), &class),
            }
        }
        let Some(aggregate) = place.get() else { return };
        let method = match attr::get(&aggregate, name) {
            Ok(method) => method,
            Err(raised) => {
                let missing = raised.matches(&exc::AttributeError);
                return fail(context, raised, &method_message(name, missing), &class);
            }
        };
        if let Err(raised) = call_with(&method, arguments(count, values)) {
            fail(context, raised, &method_message(name, false), &class);
        }
    }
}

unsafe extern "C" fn step(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite's call.
    attached(|| unsafe { feed(context, count, values, id!("step")) });
}

unsafe extern "C" fn inverse(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite's call.
    attached(|| unsafe { feed(context, count, values, id!("inverse")) });
}

/// Asks an aggregate for its result.
///
/// # Safety
/// SQLite's call.
unsafe fn answer(context: *mut ffi::sqlite3_context, place: &Slot, name: &Str) {
    // SAFETY: the caller's promise.
    unsafe {
        let class = Owned::of(ffi::sqlite3_user_data(context)).to_ref();
        let Some(aggregate) = place.get() else { return };
        match attr::get(&aggregate, name) {
            Err(raised) => {
                let missing = raised.matches(&exc::AttributeError);
                fail(context, raised, &method_message(name, missing), &class);
            }
            Ok(method) => {
                finish(context, call::call_no_args(&method), &method_message(name, false), &class);
            }
        }
    }
}

unsafe extern "C" fn value(context: *mut ffi::sqlite3_context) {
    attached(|| {
        // SAFETY: SQLite's call.
        unsafe {
            if let Some(place) = instance(context, false) {
                answer(context, place, id!("value"));
            }
        }
    });
}

unsafe extern "C" fn finalize(context: *mut ffi::sqlite3_context) {
    attached(|| {
        // SAFETY: SQLite's call; the instance goes with it. Without one there was no row, or its class failed.
        unsafe {
            let Some(place) = instance(context, false) else { return };
            answer(context, place, id!("finalize"));
            place.set(None);
        }
    });
}

unsafe extern "C" fn collate(
    data: *mut c_void,
    left_len: c_int,
    left: *const c_void,
    right_len: c_int,
    right: *const c_void,
) -> c_int {
    attached(|| {
        // SAFETY: SQLite's call with texts of these lengths.
        let (callable, left, right) = unsafe {
            let text = |data: *const c_void, len: c_int| match data.is_null() {
                true => &[][..],
                false => core::slice::from_raw_parts(data.cast::<u8>(), len.max(0) as usize),
            };
            (Owned::of(data).to_ref(), text(left, left_len), text(right, right_len))
        };
        let decode =
            |text: &[u8]| objects::codecs::latin::decode_utf8(text, None, true).map(|(text, _)| text);
        let compare = || -> Result<i64> {
            let (left, right) = (decode(left)?, decode(right)?);
            let order = call::call(&callable, &[left.as_object(), right.as_object()])?;
            let order = number::index(&order)?;
            Ok(order.to_i64().unwrap_or(if order.is_negative() { -1 } else { 1 }))
        };
        match compare() {
            Ok(order) => order.signum() as c_int,
            Err(raised) => {
                report(raised, &callable);
                0
            }
        }
    })
}

impl Connection {
    pub(crate) fn make_function(
        &self,
        name: &str,
        count: c_int,
        callable: &Object,
        deterministic: bool,
    ) -> Result<()> {
        let db = self.check()?;
        let name = CString::new(name).unwrap_or_default();
        let flags = ffi::SQLITE_UTF8 | if deterministic { ffi::SQLITE_DETERMINISTIC } else { 0 };
        let data = Owned::into_raw(callable);
        // SAFETY: an open database and a C string; SQLite destroys the callable even where it fails.
        let code = unsafe {
            ffi::sqlite3_create_function_v2(
                db,
                name.as_ptr(),
                count,
                flags,
                data,
                Some(function),
                None,
                None,
                Some(destroy),
            )
        };
        match code {
            ffi::SQLITE_OK => Ok(()),
            _ => Err(Class::OperationalError.raise("Error creating function")),
        }
    }

    pub(crate) fn make_aggregate(&self, name: &str, count: c_int, class: &Object) -> Result<()> {
        let db = self.check()?;
        let name = CString::new(name).unwrap_or_default();
        let data = Owned::into_raw(class);
        // SAFETY: as in `make_function`.
        let code = unsafe {
            ffi::sqlite3_create_function_v2(
                db,
                name.as_ptr(),
                count,
                ffi::SQLITE_UTF8,
                data,
                None,
                Some(step),
                Some(finalize),
                Some(destroy),
            )
        };
        match code {
            ffi::SQLITE_OK => Ok(()),
            _ => Err(Class::OperationalError.raise("Error creating aggregate")),
        }
    }

    pub(crate) fn make_window_function(&self, name: &str, count: c_int, class: &Object) -> Result<()> {
        let db = self.check()?;
        let name = CString::new(name).unwrap_or_default();
        let utf8 = ffi::SQLITE_UTF8;
        // SAFETY: as in `make_function`.
        let code = unsafe {
            if class.is(none()) {
                ffi::sqlite3_create_window_function(
                    db,
                    name.as_ptr(),
                    count,
                    utf8,
                    core::ptr::null_mut(),
                    None,
                    None,
                    None,
                    None,
                    None,
                )
            } else {
                let data = Owned::into_raw(class);
                ffi::sqlite3_create_window_function(
                    db,
                    name.as_ptr(),
                    count,
                    utf8,
                    data,
                    Some(step),
                    Some(finalize),
                    Some(value),
                    Some(inverse),
                    Some(destroy),
                )
            }
        };
        match code {
            ffi::SQLITE_OK => Ok(()),
            _ => {
                // SAFETY: SQLite has a text for every number.
                let text = unsafe { core::ffi::CStr::from_ptr(ffi::sqlite3_errstr(code)) }.to_string_lossy();
                Err(Class::ProgrammingError.raise(&text))
            }
        }
    }

    pub(crate) fn make_collation(&self, name: &str, callable: &Object) -> Result<()> {
        let db = self.check()?;
        if !callable.is(none()) && !call::is_callable(callable) {
            return Err(raise!(TypeError, "parameter must be callable"));
        }
        let name = CString::new(name).unwrap_or_default();
        let utf8 = ffi::SQLITE_UTF8;
        // SAFETY: an open database and a C string.
        let code = unsafe {
            if callable.is(none()) {
                ffi::sqlite3_create_collation_v2(db, name.as_ptr(), utf8, core::ptr::null_mut(), None, None)
            } else {
                let data = Owned::into_raw(callable);
                let code = ffi::sqlite3_create_collation_v2(
                    db,
                    name.as_ptr(),
                    utf8,
                    data,
                    Some(collate),
                    Some(destroy),
                );
                if code != ffi::SQLITE_OK {
                    // Unlike the others, this function leaves the callable to its caller.
                    destroy(data);
                }
                code
            }
        };
        if code == ffi::SQLITE_OK { Ok(()) } else { Err(self.failure(code)) }
    }
}

/// What SQLite gives as text.
///
/// # Safety
/// A C string or NULL.
pub unsafe fn text_or_none(text: *const c_char) -> Result<Ref> {
    if text.is_null() {
        return Ok(none().to_ref());
    }
    // SAFETY: the caller's promise.
    let text = unsafe { core::ffi::CStr::from_ptr(text) }.to_string_lossy();
    Ok(Str::new(&text)?.upcast())
}
