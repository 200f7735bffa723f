//! Prepared statements, and a connection's cache of them.

use crate::error::{self, Class};
use core::cell::{Cell, RefCell};
use core::ffi::c_int;
use libsqlite3_sys as ffi;
use macros::{Trace, pytype};
use objects::state::detached;
use objects::types::str::Str;
use objects::{Object, Ref, Result};
use std::collections::HashMap;
use std::ffi::CString;

#[repr(C)]
#[derive(Trace)]
pub struct Statement {
    ob_base: Object,
    /// NULL for a text without a statement.
    #[trace(skip)]
    pub st: Cell<*mut ffi::sqlite3_stmt>,
    /// Whether it inserts, updates, deletes or replaces.
    #[trace(skip)]
    pub is_dml: Cell<bool>,
    /// Whether a cursor has it.
    #[trace(skip)]
    pub in_use: Cell<bool>,
}

impl Drop for Statement {
    fn drop(&mut self) {
        let st = Sent(self.st.replace(core::ptr::null_mut()));
        if !st.0.is_null() {
            detached(move || {
                let st = st;
                // SAFETY: the statement is this object's own.
                unsafe { ffi::sqlite3_finalize(st.0) };
            });
        }
    }
}

/// A pointer that code without the GIL uses.
#[derive(Clone, Copy)]
pub struct Sent<T>(pub *mut T);

#[pytype(name = "Statement", module = "sqlite3", no_new)]
impl Statement {
    /// Prepares the one statement of a text.
    ///
    /// # Errors
    /// DataError, ProgrammingError; what SQLite finds wrong.
    pub fn prepare(db: *mut ffi::sqlite3, sql: &Str) -> Result<Ref<Statement>> {
        let text = sql.to_str()?;
        // SAFETY: an open database.
        let limit = unsafe { ffi::sqlite3_limit(db, ffi::SQLITE_LIMIT_SQL_LENGTH, -1) };
        if text.len() as i64 > i64::from(limit) {
            return Err(Class::DataError.raise("query string is too large"));
        }
        let Ok(source) = CString::new(text) else {
            return Err(Class::ProgrammingError.raise("the query contains a null character"));
        };
        let (db, text_len) = (Sent(db), text.len());
        let (code, st, used) = detached(|| {
            let (mut st, mut tail) = (core::ptr::null_mut(), core::ptr::null());
            let start = source.as_ptr();
            // SAFETY: a C string of that length with its NUL; the results are written here.
            let code =
                unsafe { ffi::sqlite3_prepare_v2(db.0, start, text_len as c_int + 1, &mut st, &mut tail) };
            (code, Sent(st), (tail as usize).saturating_sub(start as usize))
        });
        if code != ffi::SQLITE_OK {
            error::check(db.0)?;
        }
        let statement = Ref::new(Statement {
            ob_base: Object::HEAD,
            st: Cell::new(st.0),
            is_dml: Cell::new(is_dml(text)),
            in_use: Cell::new(false),
        })?;
        if code == ffi::SQLITE_OK && text.get(used..).is_some_and(|rest| skip_comments(rest).is_some()) {
            return Err(Class::ProgrammingError.raise("You can only execute one statement at a time."));
        }
        Ok(statement)
    }

    /// Goes on to the next row.
    pub fn step(&self) -> c_int {
        let st = Sent(self.st.get());
        // SAFETY: the statement is alive while its object is; SQLite locks the database itself.
        detached(move || {
            let st = st;
            unsafe { ffi::sqlite3_step(st.0) }
        })
    }

    pub fn reset(&self) {
        let st = Sent(self.st.get());
        if st.0.is_null() {
            return;
        }
        detached(move || {
            let st = st;
            // SAFETY: as in `step`.
            unsafe { ffi::sqlite3_reset(st.0) }
        });
    }

    /// Whether it is between its first and its last row.
    pub fn is_busy(&self) -> bool {
        // SAFETY: the statement is alive; NULL is not busy.
        !self.st.get().is_null() && unsafe { ffi::sqlite3_stmt_busy(self.st.get()) } != 0
    }
}

/// The text behind white space and comments; None if that is all there is.
fn skip_comments(mut text: &str) -> Option<&str> {
    loop {
        text = text.trim_start_matches([' ', '\t', '\u{c}', '\n', '\r']);
        if let Some(rest) = text.strip_prefix("--") {
            text = rest.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some(rest) = text.strip_prefix("/*") {
            text = rest.split_once("*/").map_or("", |(_, rest)| rest);
        } else {
            return (!text.is_empty()).then_some(text);
        }
    }
}

fn is_dml(text: &str) -> bool {
    let Some(text) = skip_comments(text) else { return false };
    ["insert", "update", "delete", "replace"].iter().any(|word| {
        text.as_bytes().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    })
}

/// The statements that were used last, by their text.
#[derive(Default)]
pub struct Cache {
    statements: RefCell<HashMap<String, (u64, Ref<Statement>)>>,
    uses: Cell<u64>,
    pub capacity: Cell<usize>,
}

impl Cache {
    pub fn get(&self, sql: &str) -> Option<Ref<Statement>> {
        self.uses.set(self.uses.get() + 1);
        let mut statements = self.statements.borrow_mut();
        let (used, statement) = statements.get_mut(sql)?;
        *used = self.uses.get();
        Some(statement.clone())
    }

    /// Keeps a statement, in place of the one that was not used for the longest time.
    pub fn put(&self, sql: &str, statement: Ref<Statement>) {
        if self.capacity.get() == 0 {
            return;
        }
        let mut statements = self.statements.borrow_mut();
        let mut dropped = None;
        if statements.len() >= self.capacity.get() {
            let oldest = statements.iter().min_by_key(|(_, (used, _))| *used).map(|(sql, _)| sql.clone());
            dropped = oldest.and_then(|oldest| statements.remove(&oldest));
        }
        let replaced = statements.insert(sql.to_owned(), (self.uses.get(), statement));
        drop(statements);
        drop((dropped, replaced));
    }

    pub fn clear(&self) {
        let statements = self.statements.take();
        drop(statements);
    }
}
