//! Cursors: running statements and reading their rows.

use crate::adapt;
use crate::connection::Connection;
use crate::error::{self, Class};
use crate::sqlite3::{PARSE_COLNAMES, PARSE_DECLTYPES};
use crate::statement::{Sent, Statement};
use crate::value::{Columns, bind};
use core::cell::{Cell, RefCell};
use core::ffi::{CStr, c_char, c_int};
use libsqlite3_sys as ffi;
use macros::{Trace, pytype};
use objects::protocol::{call, iter};
use objects::state::detached;
use objects::types::dict::Dict;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::types::weakref::WeakReference;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, Visit, Visitor, raise};
use std::ffi::CString;

/// The converter of each column.
#[derive(Default)]
struct Converters(RefCell<Vec<Option<Ref>>>);

impl objects::Trace for Converters {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.0.borrow().iter().flatten().try_for_each(|converter| converter.trace(visitor))
    }
    fn clear(&self) {
        drop(self.0.take());
    }
}

#[repr(C)]
#[derive(Trace)]
pub struct Cursor {
    ob_base: Object,
    connection: Slot<Connection>,
    pub(crate) description: Slot,
    converters: Converters,
    #[trace(skip)]
    arraysize: Cell<c_int>,
    lastrowid: Slot,
    #[trace(skip)]
    rowcount: Cell<i64>,
    pub(crate) row_factory: Slot,
    statement: Slot<Statement>,
    #[trace(skip)]
    closed: Cell<bool>,
    /// A statement is running, which must not be disturbed.
    #[trace(skip)]
    locked: Cell<bool>,
    #[trace(skip)]
    initialized: Cell<bool>,
    weakreflist: Cell<*const WeakReference>,
}

impl Drop for Cursor {
    fn drop(&mut self) {
        self.release();
    }
}

/// Unlocks a cursor at the end of a run.
struct Lock<'a>(&'a Cell<bool>);

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

#[pytype(
    name = "Cursor", module = "sqlite3", gc, flags = [BASETYPE], weaklist = weakreflist,
    iter = ::objects::slots::self_iter,
    member("connection", OBJECT, connection, READONLY), member("description", OBJECT, description, READONLY),
    member("arraysize", INT, arraysize), member("lastrowid", OBJECT, lastrowid, READONLY),
    member("rowcount", LONG, rowcount, READONLY), member("row_factory", OBJECT, row_factory),
)]
impl Cursor {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Cursor>> {
        Ref::new_in(
            class,
            Cursor {
                ob_base: Object::HEAD,
                connection: Slot::empty(),
                description: Slot::empty(),
                converters: Converters::default(),
                arraysize: Cell::new(1),
                lastrowid: Slot::empty(),
                rowcount: Cell::new(-1),
                row_factory: Slot::empty(),
                statement: Slot::empty(),
                closed: Cell::new(false),
                locked: Cell::new(false),
                initialized: Cell::new(false),
                weakreflist: Cell::new(core::ptr::null()),
            },
        )
    }

    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        if kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            return Err(raise!(TypeError, "Cursor() takes no keyword arguments"));
        }
        let [connection] = args.items() else {
            return Err(raise!(TypeError, "Cursor expected 1 argument, got {}", args.len()));
        };
        let Some(connection) = connection.cast::<Connection>() else {
            let got = if connection.is(none()) { "None" } else { connection.class().full_name() };
            return Err(raise!(TypeError, "Cursor() argument 1 must be sqlite3.Connection, not {got}"));
        };
        self.check_unlocked()?;
        let nothing = || Some(none().to_ref());
        self.connection.set(Some(connection.to_ref()));
        self.release();
        self.closed.set(false);
        self.description.set(nothing());
        self.lastrowid.set(nothing());
        self.row_factory.set(nothing());
        drop(self.converters.0.take());
        self.arraysize.set(1);
        self.rowcount.set(-1);
        connection.check_thread()?;
        self.initialized.set(true);
        Ok(())
    }

    fn check_unlocked(&self) -> Result<()> {
        if self.locked.get() {
            return Err(Class::ProgrammingError.raise("Recursive use of cursors not allowed."));
        }
        Ok(())
    }

    /// The connection, which is open and of this thread.
    fn check(&self) -> Result<Ref<Connection>> {
        let Some(connection) = self.connection.get().filter(|_| self.initialized.get()) else {
            return Err(Class::ProgrammingError.raise("Base Cursor.__init__ not called."));
        };
        if self.closed.get() {
            return Err(Class::ProgrammingError.raise("Cannot operate on a closed cursor."));
        }
        self.check_unlocked()?;
        connection.check()?;
        Ok(connection)
    }

    /// Gives the statement back.
    fn release(&self) {
        if let Some(statement) = self.statement.take() {
            statement.reset();
            statement.in_use.set(false);
        }
    }

    fn run(&self, sql: &Str, many: bool, parameters: Option<&Object>) -> Result<Ref> {
        let connection = self.check()?;
        self.locked.set(true);
        let lock = Lock(&self.locked);
        let result = self.run_locked(&connection, sql, many, parameters);
        drop(lock);
        if let Err(raised) = result {
            let exception = raised.take();
            self.release();
            self.rowcount.set(-1);
            return Err(raise::restore(exception));
        }
        if let Some(statement) = self.statement.get()
            && !statement.is_busy()
        {
            self.release();
        }
        Ok(self.as_object().to_ref())
    }

    fn run_locked(
        &self,
        connection: &Connection,
        sql: &Str,
        many: bool,
        parameters: Option<&Object>,
    ) -> Result<()> {
        let sets = match parameters {
            Some(parameters) if many => iter::get_iter(parameters)?,
            Some(parameters) => iter::get_iter(&*Tuple::from_slice(&[parameters])?)?,
            None => iter::get_iter(&*Tuple::from_array([Tuple::empty().upcast()])?)?,
        };
        self.release();
        self.description.set(Some(none().to_ref()));
        let statement = connection.statement(sql)?;
        // SAFETY: a statement, or NULL, which only reads.
        if many && unsafe { ffi::sqlite3_stmt_readonly(statement.st.get()) } != 0 {
            return Err(Class::ProgrammingError.raise("executemany() can only execute DML statements."));
        }
        statement.reset();
        statement.in_use.set(true);
        self.statement.set(Some(statement.clone()));
        let db = connection.check()?;
        let st = statement.st.get();
        // SAFETY: as above.
        if unsafe { ffi::sqlite3_stmt_readonly(st) } == 0 || statement.is_dml.get() {
            self.rowcount.set(if statement.is_dml.get() { 0 } else { -1 });
        } else {
            self.rowcount.set(-1);
        }
        if statement.is_dml.get() {
            connection.begin_if_needed()?;
        }
        while let Some(parameters) = iter::next(&sets)? {
            bind(db, st, &parameters)?;
            let code = statement.step();
            // A callback may have closed the connection.
            let db = connection.check_open()?;
            if code != ffi::SQLITE_DONE && code != ffi::SQLITE_ROW {
                if st.is_null() {
                    return Ok(());
                }
                error::check(db)?;
                return Err(error::from_code(code));
            }
            self.find_converters(connection, st)?;
            self.describe(connection, st)?;
            if code == ffi::SQLITE_DONE {
                if statement.is_dml.get() {
                    // SAFETY: open.
                    self.rowcount.set(self.rowcount.get() + unsafe { ffi::sqlite3_changes64(db) });
                }
                statement.reset();
            }
        }
        if !many {
            // SAFETY: open.
            let id = unsafe { ffi::sqlite3_last_insert_rowid(connection.check_open()?) };
            self.lastrowid.set(Some(new_int(id)?));
        }
        Ok(())
    }

    /// Text that SQLite gives; None for NULL.
    fn text(text: *const c_char) -> Option<String> {
        // SAFETY: a C string if it is not NULL; copied at once.
        (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
    }

    /// Finds the converter of each column, if the connection is to look for them.
    fn find_converters(&self, connection: &Connection, st: *mut ffi::sqlite3_stmt) -> Result<()> {
        let wanted = connection.detect_types.get();
        if wanted == 0 {
            return Ok(());
        }
        // SAFETY: a statement of this cursor.
        let count = unsafe { ffi::sqlite3_column_count(st) };
        let mut converters = Vec::with_capacity(count as usize);
        for column in 0..count {
            let mut converter = None;
            if wanted & PARSE_COLNAMES != 0 {
                // SAFETY: as above.
                let name = Cursor::text(unsafe { ffi::sqlite3_column_name(st, column) });
                let key = name
                    .as_deref()
                    .and_then(|name| name.split_once('['))
                    .and_then(|(_, rest)| rest.split_once(']'));
                if let Some((key, _)) = key {
                    converter = adapt::converter(key)?;
                }
            }
            if converter.is_none() && wanted & PARSE_DECLTYPES != 0 {
                // SAFETY: as above.
                if let Some(declared) = Cursor::text(unsafe { ffi::sqlite3_column_decltype(st, column) }) {
                    let key = declared.split([' ', '(']).next().unwrap_or_default();
                    converter = adapt::converter(key)?;
                }
            }
            converters.push(converter);
        }
        let old = self.converters.0.replace(converters);
        drop(old);
        Ok(())
    }

    fn describe(&self, connection: &Connection, st: *mut ffi::sqlite3_stmt) -> Result<()> {
        // SAFETY: a statement of this cursor.
        let count = unsafe { ffi::sqlite3_column_count(st) };
        if count == 0 || self.description.get().is_some_and(|description| !description.is(none())) {
            return Ok(());
        }
        let mut columns = Vec::with_capacity(count as usize);
        for column in 0..count {
            // SAFETY: as above.
            let Some(name) = Cursor::text(unsafe { ffi::sqlite3_column_name(st, column) }) else {
                return Err(raise::no_memory());
            };
            let mut shown = name.as_str();
            if connection.detect_types.get() & PARSE_COLNAMES != 0
                && let Some(at) = name.find('[')
            {
                shown = &name[..at];
                shown = shown.strip_suffix(' ').unwrap_or(shown);
            }
            let nothing = || none().to_ref();
            let name = Str::new(shown)?.upcast();
            let row = [name, nothing(), nothing(), nothing(), nothing(), nothing(), nothing()];
            columns.push(Tuple::from_array(row)?.upcast());
        }
        self.description.set(Some(Tuple::from_vec(columns)?.upcast()));
        Ok(())
    }

    fn fetch(
        &self,
        connection: &Connection,
        db: *mut ffi::sqlite3,
        st: *mut ffi::sqlite3_stmt,
    ) -> Result<Ref> {
        // SAFETY: the statement is at a row.
        let count = unsafe { ffi::sqlite3_data_count(st) };
        let text_factory = connection.text_factory.get().unwrap_or_else(objects::object::refs::none);
        let columns = Columns { db, statement: st, text_factory: &text_factory };
        let mut row = Vec::with_capacity(count as usize);
        for column in 0..count {
            let converter = self.converters.0.borrow().get(column as usize).cloned().flatten();
            row.push(columns.get(column, converter.as_deref())?);
        }
        Ok(Tuple::from_vec(row)?.upcast())
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let connection = self.check()?;
        let Some(statement) = self.statement.get() else { return Ok(None) };
        let (db, st) = (connection.check()?, statement.st.get());
        // SAFETY: a statement of this cursor.
        if unsafe { ffi::sqlite3_data_count(st) } == 0 {
            self.release();
            return Ok(None);
        }
        self.locked.set(true);
        let lock = Lock(&self.locked);
        let row = self.fetch(&connection, db, st);
        drop(lock);
        let row = row?;
        let code = statement.step();
        if code == ffi::SQLITE_DONE {
            if statement.is_dml.get() {
                // SAFETY: open.
                self.rowcount.set(unsafe { ffi::sqlite3_changes64(connection.check_open()?) });
            }
            self.release();
        } else if code != ffi::SQLITE_ROW {
            let result = error::check(connection.check_open()?);
            let exception = result.err().map(objects::Raised::take);
            self.release();
            return match exception {
                Some(exception) => Err(raise::restore(exception)),
                None => Err(error::from_code(code)),
            };
        }
        match self.row_factory.get().filter(|factory| !factory.is(none())) {
            Some(factory) => call::call(&factory, &[self.as_object(), &*row]).map(Some),
            None => Ok(Some(row)),
        }
    }

    #[method("execute($self, sql, parameters=(), /)")]
    fn execute(&self, sql: &Str, #[default(None)] parameters: Option<&Object>) -> Result<Ref> {
        self.run(sql, false, parameters)
    }

    #[method("executemany($self, sql, seq_of_parameters, /)")]
    fn executemany(&self, sql: &Str, seq_of_parameters: &Object) -> Result<Ref> {
        self.run(sql, true, Some(seq_of_parameters))
    }

    #[method("executescript($self, sql_script, /)")]
    fn executescript(&self, sql_script: &str) -> Result<Ref> {
        let connection = self.check()?;
        let db = connection.check()?;
        // SAFETY: open.
        let limit = unsafe { ffi::sqlite3_limit(db, ffi::SQLITE_LIMIT_SQL_LENGTH, -1) };
        if sql_script.len() as i64 > i64::from(limit) {
            return Err(Class::DataError.raise("query string is too large"));
        }
        connection.commit_before_script()?;
        let script = CString::new(sql_script).unwrap_or_default();
        let mut at = 0;
        while at < sql_script.len() {
            let sent = Sent(connection.check_open()?);
            let rest = &script.as_bytes_with_nul()[at..];
            let (code, used) = detached(|| {
                let (mut st, mut tail) = (core::ptr::null_mut(), core::ptr::null());
                let start: *const c_char = rest.as_ptr().cast();
                // SAFETY: an open database; the text ends in a NUL; the statement is finished here.
                unsafe {
                    let mut code =
                        ffi::sqlite3_prepare_v2(sent.0, start, rest.len() as c_int, &mut st, &mut tail);
                    if code == ffi::SQLITE_OK {
                        while {
                            code = ffi::sqlite3_step(st);
                            code == ffi::SQLITE_ROW
                        } {}
                        code = ffi::sqlite3_finalize(st);
                    }
                    (code, (tail as usize).saturating_sub(start as usize))
                }
            });
            if code != ffi::SQLITE_OK {
                return Err(connection.failure(code));
            }
            if used == 0 {
                break;
            }
            at += used;
        }
        Ok(self.as_object().to_ref())
    }

    #[method("fetchone($self, /)")]
    fn fetchone(&self) -> Result<Option<Ref>> {
        iter::next(self.as_object())
    }

    #[method("fetchmany($self, /, size=1)")]
    fn fetchmany(&self, #[default(None)] size: Option<c_int>) -> Result<Ref<List>> {
        let size = size.unwrap_or(self.arraysize.get());
        let mut rows = Vec::new();
        // A size of zero asks for all.
        while let Some(row) = iter::next(self.as_object())? {
            rows.push(row);
            if rows.len() as i64 == i64::from(size) {
                break;
            }
        }
        List::from_vec(rows)
    }

    #[method("fetchall($self, /)")]
    fn fetchall(&self) -> Result<Ref<List>> {
        let mut rows = Vec::new();
        while let Some(row) = iter::next(self.as_object())? {
            rows.push(row);
        }
        List::from_vec(rows)
    }

    #[method("setinputsizes($self, sizes, /)")]
    fn setinputsizes(&self, sizes: &Object) {
        let _ = sizes;
    }

    #[method("setoutputsize($self, size, column=None, /)")]
    fn setoutputsize(&self, size: &Object, column: Option<&Object>) {
        let _ = (size, column);
    }

    #[method("close($self, /)")]
    fn close(&self) -> Result<()> {
        self.check_unlocked()?;
        let Some(connection) = self.connection.get() else {
            return Err(Class::ProgrammingError.raise("Base Cursor.__init__ not called."));
        };
        connection.check()?;
        self.release();
        self.closed.set(true);
        Ok(())
    }
}
