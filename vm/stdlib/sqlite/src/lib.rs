//! Native modules of the standard library: `_sqlite3`, over SQLite's own source.
//!
//! Rooms: `module`, `connection` (with `transaction`, `transfer` and `hooks`), `callback` (functions that SQL calls), `cursor`,
//! `statement`, `value` (between Python and SQL), `adapt` (adapters and converters), `row`, `blob`, `error`, `constants`.

pub mod adapt;
pub mod blob;
pub mod callback;
pub mod connection;
pub mod constants;
pub mod cursor;
pub mod error;
pub mod hooks;
pub mod module;
pub mod row;
pub mod statement;
pub mod transaction;
pub mod transfer;
pub mod value;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] = &[("_sqlite3", &module::module::MODULE_DEF)];
