//! What a connection reports while it works: authorisation, progress, tracing; and its functions in Python.

use crate::callback::{report, text_or_none};
use crate::connection::Connection;
use crate::error::Class;
use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use libsqlite3_sys as ffi;
use objects::protocol::{call, object};
use objects::state::attached;
use objects::types::int::{Int, new_int};
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result};
use std::ffi::CString;

/// The connection that a hook was set for, which is open as long as SQLite calls.
///
/// # Safety
/// The user data of a hook.
unsafe fn connection_of(data: *mut c_void) -> Ref<Connection> {
    // SAFETY: the caller's promise.
    unsafe { &*data.cast::<Connection>() }.to_ref()
}

unsafe extern "C" fn authorize(
    data: *mut c_void,
    action: c_int,
    first: *const c_char,
    second: *const c_char,
    database: *const c_char,
    source: *const c_char,
) -> c_int {
    attached(|| {
        // SAFETY: SQLite's call.
        let connection = unsafe { connection_of(data) };
        let Some(callable) = connection.callbacks.0.authorizer.get() else { return ffi::SQLITE_OK };
        let ask = || -> Result<Ref> {
            // SAFETY: C strings or NULL.
            let texts = unsafe {
                [text_or_none(first)?, text_or_none(second)?, text_or_none(database)?, text_or_none(source)?]
            };
            let action = new_int(action.into())?;
            call::call(&callable, &[&*action, &*texts[0], &*texts[1], &*texts[2], &*texts[3]])
        };
        match ask() {
            Ok(answer) => match answer.cast::<Int>().map(Int::to_i64) {
                Some(Some(answer)) => c_int::try_from(answer).unwrap_or(ffi::SQLITE_DENY),
                _ => ffi::SQLITE_DENY,
            },
            Err(raised) => {
                report(raised, &callable);
                ffi::SQLITE_DENY
            }
        }
    })
}

unsafe extern "C" fn progress(data: *mut c_void) -> c_int {
    attached(|| {
        // SAFETY: SQLite's call.
        let connection = unsafe { connection_of(data) };
        let Some(callable) = connection.callbacks.0.progress.get() else { return 0 };
        match call::call_no_args(&callable).and_then(|answer| object::is_true(&answer)) {
            Ok(stop) => stop.into(),
            Err(raised) => {
                report(raised, &callable);
                1
            }
        }
    })
}

unsafe extern "C" fn trace(
    kind: c_uint,
    data: *mut c_void,
    statement: *mut c_void,
    sql: *mut c_void,
) -> c_int {
    if kind != ffi::SQLITE_TRACE_STMT as c_uint {
        return 0;
    }
    attached(|| {
        // SAFETY: SQLite's call.
        let connection = unsafe { connection_of(data) };
        let Some(callable) = connection.callbacks.0.trace.get() else { return };
        // SAFETY: a statement that runs; its text, with the values of its parameters, is copied and freed.
        let text = unsafe {
            let expanded = ffi::sqlite3_expanded_sql(statement.cast());
            if expanded.is_null() {
                let raised = Class::DataError.raise("Expanded SQL string exceeds the maximum string length");
                report(raised, &callable);
                CStr::from_ptr(sql.cast()).to_string_lossy().into_owned()
            } else {
                let text = CStr::from_ptr(expanded).to_string_lossy().into_owned();
                ffi::sqlite3_free(expanded.cast());
                text
            }
        };
        if let Err(raised) = Str::new(&text).and_then(|text| call::call_one_arg(&callable, &text)) {
            report(raised, &callable);
        }
    });
    0
}

fn given(callable: &Object) -> Option<Ref> {
    (!callable.is(none())).then(|| callable.to_ref())
}

impl Connection {
    fn as_data(&self) -> *mut c_void {
        core::ptr::from_ref(self).cast_mut().cast()
    }

    pub(crate) fn hook_authorizer(&self, callable: &Object) -> Result<()> {
        let db = self.check()?;
        let callable = given(callable);
        let hook = callable.is_some().then_some(authorize as _);
        // SAFETY: open; the connection is there as long as the database.
        let code = unsafe { ffi::sqlite3_set_authorizer(db, hook, self.as_data()) };
        self.callbacks.0.authorizer.set(callable);
        match code {
            ffi::SQLITE_OK => Ok(()),
            _ => Err(Class::OperationalError.raise("Error setting authorizer callback")),
        }
    }

    pub(crate) fn hook_progress(&self, callable: &Object, every: c_int) -> Result<()> {
        let db = self.check()?;
        let callable = given(callable);
        let hook = callable.is_some().then_some(progress as _);
        // SAFETY: as above.
        unsafe { ffi::sqlite3_progress_handler(db, every, hook, self.as_data()) };
        self.callbacks.0.progress.set(callable);
        Ok(())
    }

    pub(crate) fn hook_trace(&self, callable: &Object) -> Result<()> {
        let db = self.check()?;
        let callable = given(callable);
        let hook = callable.is_some().then_some(trace as _);
        let mask = if callable.is_some() { ffi::SQLITE_TRACE_STMT as c_uint } else { 0 };
        // SAFETY: as above.
        unsafe { ffi::sqlite3_trace_v2(db, mask, hook, self.as_data()) };
        self.callbacks.0.trace.set(callable);
        Ok(())
    }

    pub(crate) fn allow_extensions(&self, enable: bool) -> Result<()> {
        objects::hooks::AUDIT.get()(
            "sqlite3.enable_load_extension",
            &[self.as_object(), &*objects::types::bool::new_bool(enable)],
        )?;
        let db = self.check()?;
        // SAFETY: open.
        match unsafe { ffi::sqlite3_enable_load_extension(db, enable.into()) } {
            ffi::SQLITE_OK => Ok(()),
            _ => Err(Class::OperationalError.raise("Error enabling load extension")),
        }
    }

    pub(crate) fn load(&self, name: &str, entry: Option<&str>) -> Result<()> {
        objects::hooks::AUDIT.get()("sqlite3.load_extension", &[self.as_object(), &*Str::new(name)?])?;
        let db = self.check()?;
        let name = CString::new(name).unwrap_or_default();
        let entry = entry.map(|entry| CString::new(entry).unwrap_or_default());
        let entry = entry.as_ref().map_or(core::ptr::null(), |entry| entry.as_ptr());
        let mut message: *mut c_char = core::ptr::null_mut();
        // SAFETY: C strings; the message is SQLite's and freed with its function.
        unsafe {
            if ffi::sqlite3_load_extension(db, name.as_ptr(), entry, &mut message) == ffi::SQLITE_OK {
                return Ok(());
            }
            let text = match message.is_null() {
                true => String::new(),
                false => CStr::from_ptr(message).to_string_lossy().into_owned(),
            };
            ffi::sqlite3_free(message.cast());
            Err(Class::OperationalError.raise(&text))
        }
    }
}
