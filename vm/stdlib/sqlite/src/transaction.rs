//! Beginning and ending transactions.

use crate::connection::{Autocommit, Connection};
use crate::statement::Sent;
use core::ffi::CStr;
use libsqlite3_sys as ffi;
use objects::Result;
use objects::state::detached;

impl Connection {
    /// Runs a statement that has no results.
    pub(crate) fn run_sql(&self, sql: &'static CStr) -> Result<()> {
        let db = Sent(self.db.get());
        let code = detached(move || {
            let db = db;
            // SAFETY: an open database and a C string.
            unsafe {
                ffi::sqlite3_exec(db.0, sql.as_ptr(), None, core::ptr::null_mut(), core::ptr::null_mut())
            }
        });
        if code == ffi::SQLITE_OK { Ok(()) } else { Err(self.failure(code)) }
    }

    fn is_in_transaction(&self) -> bool {
        // SAFETY: an open database.
        unsafe { ffi::sqlite3_get_autocommit(self.db.get()) == 0 }
    }

    /// Begins a transaction before a statement that changes data, if the module is to do so.
    pub(crate) fn begin_if_needed(&self) -> Result<()> {
        if self.autocommit.get() != Autocommit::Legacy || self.is_in_transaction() {
            return Ok(());
        }
        match self.isolation_level.get() {
            None => Ok(()),
            Some("DEFERRED") => self.run_sql(c"BEGIN DEFERRED"),
            Some("IMMEDIATE") => self.run_sql(c"BEGIN IMMEDIATE"),
            Some("EXCLUSIVE") => self.run_sql(c"BEGIN EXCLUSIVE"),
            Some(_) => self.run_sql(c"BEGIN "),
        }
    }

    pub(crate) fn commit(&self) -> Result<()> {
        self.end(c"COMMIT")
    }

    pub(crate) fn rollback(&self) -> Result<()> {
        self.end(c"ROLLBACK")
    }

    fn end(&self, sql: &'static CStr) -> Result<()> {
        match self.autocommit.get() {
            Autocommit::Legacy if self.is_in_transaction() => self.run_sql(sql),
            Autocommit::Disabled => {
                self.run_sql(sql)?;
                self.run_sql(c"BEGIN")
            }
            _ => Ok(()),
        }
    }

    /// What comes before a script.
    pub(crate) fn commit_before_script(&self) -> Result<()> {
        match self.autocommit.get() {
            Autocommit::Legacy if self.is_in_transaction() => self.run_sql(c"COMMIT"),
            _ => Ok(()),
        }
    }
}
