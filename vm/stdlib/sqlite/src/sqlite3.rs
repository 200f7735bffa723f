//! The module `_sqlite3`.

use crate::adapt::{self, PrepareProtocol, REGISTRY};
use crate::blob::Blob;
use crate::callback::TRACEBACKS;
use crate::connection::{Connection, LEGACY, positional_warning};
use crate::constants::{ERRORS, OTHERS};
use crate::cursor::Cursor;
use crate::error;
use crate::row::Row;
use crate::statement::Statement;
use core::ffi::{CStr, c_int};
use libsqlite3_sys as ffi;
use objects::args::Kwargs;
use objects::protocol::call;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::types::str::case::upper;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};
use std::ffi::CString;

/// Columns are converted by their declared types.
pub const PARSE_DECLTYPES: c_int = 1;
/// Columns are converted by what stands in brackets in their names.
pub const PARSE_COLNAMES: c_int = 2;

#[macros::pymodule(name = "_sqlite3", classes(PrepareProtocol, Connection, Cursor, Row, Blob))]
pub mod module {
    use super::*;

    #[function("connect", raw)]
    fn connect(args: &[&Object], kwargs: Kwargs) -> Result<Ref> {
        const FACTORY: usize = 5;
        if args.len() > 1 {
            let text = positional_warning("sqlite3.connect");
            objects::hooks::WARN.get()(&exc::DeprecationWarning, &text, 1)?;
        }
        let factory = args.get(FACTORY).copied().or_else(|| kwargs.get("factory"));
        let factory = factory.unwrap_or(Connection::class().as_object()).to_ref();
        let kwargs = kwargs.to_dict()?;
        call::call_with_tuple(&factory, &*Tuple::from_slice(args)?, kwargs.as_deref())
    }

    #[function("complete_statement($module, /, statement)")]
    fn complete_statement(statement: &str) -> bool {
        let statement = CString::new(statement).unwrap_or_default();
        // SAFETY: a C string.
        unsafe { ffi::sqlite3_complete(statement.as_ptr()) != 0 }
    }

    #[function("register_adapter($module, type, adapter, /)")]
    fn register_adapter(r#type: &Object, adapter: &Object) -> Result<()> {
        adapt::register(r#type, adapter)
    }

    #[function("register_converter($module, typename, converter, /)")]
    fn register_converter(typename: &Str, converter: &Object) -> Result<()> {
        match REGISTRY.converters.get() {
            Some(converters) => converters.set_item(&*upper(typename)?, converter),
            None => Ok(()),
        }
    }

    #[function("enable_callback_tracebacks($module, enable, /)")]
    fn enable_callback_tracebacks(enable: c_int) {
        TRACEBACKS.0.set(enable != 0);
    }

    #[function("adapt($module, obj, proto=PrepareProtocolType, alt=<unrepresentable>, /)")]
    fn adapt(
        obj: &Object,
        #[default(PrepareProtocol::class().as_object())] proto: &Object,
        alt: Option<&Object>,
    ) -> Result<Ref> {
        adapt::adapt(obj, proto, alt)
    }

    #[constant]
    #[expect(non_upper_case_globals, reason = "Python's name")]
    const _deprecated_version: &str = "2.6.0";
    #[constant("PARSE_DECLTYPES")]
    const DECLTYPES: c_int = PARSE_DECLTYPES;
    #[constant("PARSE_COLNAMES")]
    const COLNAMES: c_int = PARSE_COLNAMES;
    #[constant]
    const LEGACY_TRANSACTION_CONTROL: i64 = LEGACY;

    #[attr("sqlite_version")]
    fn sqlite_version() -> String {
        // SAFETY: a static string.
        unsafe { CStr::from_ptr(ffi::sqlite3_libversion()) }.to_string_lossy().into_owned()
    }

    #[attr("threadsafety")]
    fn threadsafety() -> i32 {
        // SAFETY: no preconditions. DB-API's level for SQLite's threading modes.
        match unsafe { ffi::sqlite3_threadsafe() } {
            0 => 0,
            2 => 1,
            _ => 3,
        }
    }

    #[attr("adapters")]
    fn adapters() -> Result<Ref<Dict>> {
        let adapters = Dict::new()?;
        REGISTRY.adapters.set(Some(adapters.clone()));
        Ok(adapters)
    }

    #[attr("converters")]
    fn converters() -> Result<Ref<Dict>> {
        let converters = Dict::new()?;
        REGISTRY.converters.set(Some(converters.clone()));
        Ok(converters)
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        // SAFETY: before SQLite is first used. Only the flag of a connection makes its name a URI.
        let code = unsafe {
            ffi::sqlite3_config(ffi::SQLITE_CONFIG_URI, 0 as c_int);
            ffi::sqlite3_initialize()
        };
        if code != ffi::SQLITE_OK {
            // SAFETY: SQLite has a text for every number.
            let text = unsafe { CStr::from_ptr(ffi::sqlite3_errstr(code)) }.to_string_lossy();
            return Err(raise!(ImportError, "{text}"));
        }
        objects::typeobject::ready::ready(Statement::class())?;
        error::add_classes(module)?;
        for &(name, number) in ERRORS.iter().chain(OTHERS) {
            module.dict().set_text(name, &*new_int(number.into())?)?;
        }
        Ok(())
    }
}
