//! The exceptions of the module, and which of them a result code means.

use crate::constants::error_name;
use core::ffi::{CStr, c_int};
use libsqlite3_sys as ffi;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::module::Module;
use objects::types::str::{Str, intern};
use objects::{Instance, Raised, Ref, Result, Slot, TypeObject, raise};

macro_rules! classes {
    ($($variant:ident $base:ident;)*) => {
        /// The classes, each with its base.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub enum Class { $($variant),* }

        const COUNT: usize = [$(stringify!($variant)),*].len();

        /// Makes the classes and adds them to the module.
        pub fn add_classes(module: &Module) -> Result<()> {
            $(
                let name = concat!("sqlite3.", stringify!($variant));
                let class = exc::new_exception(name, base::$base()?.as_object(), None)?;
                module.dict().set_text(stringify!($variant), class.as_object())?;
                CLASSES.0[Class::$variant as usize].set(Some(class));
            )*
            Ok(())
        }
    };
}

classes! {
    Warning Exception;
    Error Exception;
    InterfaceError Error;
    DatabaseError Error;
    DataError DatabaseError;
    IntegrityError DatabaseError;
    InternalError DatabaseError;
    NotSupportedError DatabaseError;
    OperationalError DatabaseError;
    ProgrammingError DatabaseError;
}

struct Classes([Slot<TypeObject>; COUNT]);

// SAFETY: touched under the GIL.
unsafe impl Sync for Classes {}

objects::per_interpreter! {
    static CLASSES: Classes = Classes([const { Slot::empty() }; COUNT]);
}

#[expect(non_snake_case, reason = "named as the classes")]
mod base {
    use super::{Class, exc};
    use objects::{Instance, Ref, Result, TypeObject};

    pub fn Exception() -> Result<Ref<TypeObject>> {
        Ok(exc::Exception.to_ref())
    }
    pub fn Error() -> Result<Ref<TypeObject>> {
        Ok(Class::Error.get())
    }
    pub fn DatabaseError() -> Result<Ref<TypeObject>> {
        Ok(Class::DatabaseError.get())
    }
}

impl Class {
    /// The class itself.
    pub fn get(self) -> Ref<TypeObject> {
        CLASSES.0[self as usize].get().unwrap_or_else(|| exc::Exception.to_ref())
    }

    /// Raises an exception of the class.
    #[cold]
    pub fn raise(self, text: &str) -> Raised {
        raise::set_text(&self.get(), format_args!("{text}"))
    }
}

/// The class for a result code; None where it is no error.
fn class_of(code: c_int) -> Option<Class> {
    Some(match code & 0xff {
        ffi::SQLITE_OK => return None,
        ffi::SQLITE_INTERNAL | ffi::SQLITE_NOTFOUND => Class::InternalError,
        ffi::SQLITE_ERROR
        | ffi::SQLITE_PERM
        | ffi::SQLITE_ABORT
        | ffi::SQLITE_BUSY
        | ffi::SQLITE_LOCKED
        | ffi::SQLITE_READONLY
        | ffi::SQLITE_INTERRUPT
        | ffi::SQLITE_IOERR
        | ffi::SQLITE_FULL
        | ffi::SQLITE_CANTOPEN
        | ffi::SQLITE_PROTOCOL
        | ffi::SQLITE_EMPTY
        | ffi::SQLITE_SCHEMA => Class::OperationalError,
        ffi::SQLITE_CORRUPT => Class::DatabaseError,
        ffi::SQLITE_TOOBIG => Class::DataError,
        ffi::SQLITE_CONSTRAINT | ffi::SQLITE_MISMATCH => Class::IntegrityError,
        ffi::SQLITE_MISUSE | ffi::SQLITE_RANGE => Class::InterfaceError,
        _ => Class::DatabaseError,
    })
}

/// The exception for the last error of a database; Ok where there was none.
///
/// # Errors
/// That exception.
pub fn check(db: *mut ffi::sqlite3) -> Result<()> {
    // SAFETY: an open database, or NULL, which SQLite takes for one that could not be had.
    let (code, extended) = unsafe { (ffi::sqlite3_errcode(db), ffi::sqlite3_extended_errcode(db)) };
    let Some(class) = class_of(code) else { return Ok(()) };
    if code & 0xff == ffi::SQLITE_NOMEM {
        return Err(raise::no_memory());
    }
    // SAFETY: the message stays until the next call with the database.
    let message = unsafe { CStr::from_ptr(ffi::sqlite3_errmsg(db)) }.to_string_lossy().into_owned();
    Err(with_code(class, extended, &message))
}

/// The exception for a result code that is known without its database.
pub fn from_code(code: c_int) -> Raised {
    match class_of(code) {
        _ if code == ffi::SQLITE_NOMEM => raise::no_memory(),
        Some(class) => {
            // SAFETY: SQLite has a text for every number.
            let text = unsafe { CStr::from_ptr(ffi::sqlite3_errstr(code)) }.to_string_lossy();
            with_code(class, code, &text)
        }
        None => raise::null_result(),
    }
}

fn with_code(class: Class, code: c_int, message: &str) -> Raised {
    let make = || -> Result<Ref> {
        let exception = objects::protocol::call::call_one_arg(&class.get(), &*Str::new(message)?)?;
        let set = |name: &str, value: Ref| {
            objects::protocol::attr::set(&exception, &*intern::intern_text(name)?, Some(&value))
        };
        set("sqlite_errorcode", new_int(code.into())?)?;
        set("sqlite_errorname", Str::new(error_name(code))?.upcast())?;
        Ok(exception)
    };
    match make() {
        Ok(exception) => raise::restore(exception),
        Err(raised) => raised,
    }
}
