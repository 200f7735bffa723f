//! Native modules of the standard library: `_sqlite3`, over SQLite's own source.
//!
//! Rooms: `sqlite3` (the module), `connection` (with `transaction`, `transfer` and `hooks`), `callback` (functions that SQL calls), `cursor`,
//! `statement`, `value` (between Python and SQL), `adapt` (adapters and converters), `row`, `blob`, `error`, `constants`.

mod adapt;
mod blob;
mod callback;
mod connection;
mod constants;
mod cursor;
mod error;
mod hooks;
mod row;
mod sqlite3;
mod statement;
mod transaction;
mod transfer;
mod value;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] =
    &[("_sqlite3", &sqlite3::module::MODULE_DEF)];
