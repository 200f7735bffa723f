//! Connections to databases.

use crate::blob::Blob;
use crate::callback::Callbacks;
use crate::cursor::Cursor;
use crate::error::{self, Class};
use crate::statement::{Cache, Sent, Statement};
use core::cell::{Cell, RefCell};
use core::ffi::c_int;
use libsqlite3_sys as ffi;
use macros::{Trace, pytype};
use objects::args::{Kind, Kwargs, Param, Signature};
use objects::protocol::path::fs_bytes;
use objects::protocol::{attr, call, object};
use objects::state::detached;
use objects::types::bool::new_bool;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::{Int, new_int};
use objects::types::none::none;
use objects::types::str::{PyUnicode_Type, Str};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, Slot, TypeObject, Visit, Visitor, id, raise};

unsafe extern "C" {
    /// Statements that are left keep the database until they go.
    fn sqlite3_close_v2(db: *mut ffi::sqlite3) -> c_int;
}

/// Who begins and ends transactions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Autocommit {
    Legacy,
    Enabled,
    Disabled,
}

/// `sqlite3.LEGACY_TRANSACTION_CONTROL`.
pub const LEGACY: i64 = -1;

impl Autocommit {
    pub(crate) fn of(value: &Object) -> Result<Autocommit> {
        if value.is(&new_bool(true)) {
            return Ok(Autocommit::Enabled);
        }
        if value.is(&new_bool(false)) {
            return Ok(Autocommit::Disabled);
        }
        match value.cast::<Int>().and_then(Int::to_i64) {
            Some(LEGACY) => Ok(Autocommit::Legacy),
            _ => Err(raise!(
                ValueError,
                "autocommit must be True, False, or sqlite3.LEGACY_TRANSACTION_CONTROL"
            )),
        }
    }
}

/// Blobs that are open, to be closed with their connection. They hold the connection, not the other way round.
#[derive(Default)]
pub(crate) struct Blobs(pub RefCell<Vec<*const Blob>>);

/// The callables that the database may call, traced one by one.
#[derive(Default)]
pub(crate) struct Held(pub Callbacks);

impl objects::Trace for Held {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.0.trace(visitor)
    }
    fn clear(&self) {}
}

/// What callers may pass to `Connection`, in its order.
const PARAMETERS: [&str; 9] = [
    "database",
    "timeout",
    "detect_types",
    "isolation_level",
    "check_same_thread",
    "factory",
    "cached_statements",
    "uri",
    "autocommit",
];

#[repr(C)]
#[derive(Trace)]
pub struct Connection {
    ob_base: Object,
    /// NULL before and after the connection is open.
    #[trace(skip)]
    pub(crate) db: Cell<*mut ffi::sqlite3>,
    #[trace(skip)]
    initialized: Cell<bool>,
    #[trace(skip)]
    pub(crate) detect_types: Cell<c_int>,
    /// The statement that begins a transaction, and the level's name; None for none.
    #[trace(skip)]
    pub(crate) isolation_level: Cell<Option<&'static str>>,
    #[trace(skip)]
    pub(crate) autocommit: Cell<Autocommit>,
    #[trace(skip)]
    check_same_thread: Cell<bool>,
    #[trace(skip)]
    thread: Cell<u64>,
    #[trace(skip)]
    cache: Cache,
    #[trace(skip)]
    pub(crate) blobs: Blobs,
    pub(crate) callbacks: Held,
    row_factory: Slot,
    pub(crate) text_factory: Slot,
    warning: Slot,
    error: Slot,
    interface_error: Slot,
    database_error: Slot,
    data_error: Slot,
    operational_error: Slot,
    integrity_error: Slot,
    internal_error: Slot,
    programming_error: Slot,
    not_supported_error: Slot,
}

#[pytype(
    name = "Connection", module = "sqlite3", gc, flags = [BASETYPE],
    member("Warning", OBJECT, warning, READONLY), member("Error", OBJECT, error, READONLY),
    member("InterfaceError", OBJECT, interface_error, READONLY), member("DatabaseError", OBJECT, database_error, READONLY),
    member("DataError", OBJECT, data_error, READONLY), member("OperationalError", OBJECT, operational_error, READONLY),
    member("IntegrityError", OBJECT, integrity_error, READONLY), member("InternalError", OBJECT, internal_error, READONLY),
    member("ProgrammingError", OBJECT, programming_error, READONLY),
    member("NotSupportedError", OBJECT, not_supported_error, READONLY),
    member("row_factory", OBJECT, row_factory), member("text_factory", OBJECT, text_factory),
)]
impl Connection {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Connection>> {
        Ref::new_in(
            class,
            Connection {
                ob_base: Object::HEAD,
                db: Cell::new(core::ptr::null_mut()),
                initialized: Cell::new(false),
                detect_types: Cell::new(0),
                isolation_level: Cell::new(Some("")),
                autocommit: Cell::new(Autocommit::Legacy),
                check_same_thread: Cell::new(true),
                thread: Cell::new(0),
                cache: Cache::default(),
                blobs: Blobs::default(),
                callbacks: Held::default(),
                row_factory: Slot::empty(),
                text_factory: Slot::empty(),
                warning: Slot::empty(),
                error: Slot::empty(),
                interface_error: Slot::empty(),
                database_error: Slot::empty(),
                data_error: Slot::empty(),
                operational_error: Slot::empty(),
                integrity_error: Slot::empty(),
                internal_error: Slot::empty(),
                programming_error: Slot::empty(),
                not_supported_error: Slot::empty(),
            },
        )
    }

    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        let given = args.items();
        let kwargs = Kwargs::dict(kwargs.map(Instance::as_object));
        if given.len() > 1 {
            objects::hooks::WARN.get()(
                &exc::DeprecationWarning,
                &positional_warning("_sqlite3.Connection"),
                1,
            )?;
        }
        if given.len() > PARAMETERS.len() - 1 {
            return Err(raise!(
                TypeError,
                "Connection() takes at most 8 positional arguments ({} given)",
                given.len()
            ));
        }
        for (key, _) in kwargs.iter() {
            let known = |key: &Str| PARAMETERS.iter().any(|name| key.equals_text(name));
            if !key.cast::<Str>().is_some_and(known) {
                let key = object::str(key)?.to_string_lossy();
                return Err(raise!(TypeError, "Connection() got an unexpected keyword argument '{key}'"));
            }
        }
        let argument = |index: usize| given.get(index).copied().or_else(|| kwargs.get(PARAMETERS[index]));
        let Some(database) = argument(0) else {
            return Err(raise!(TypeError, "Connection() missing required argument 'database' (pos 1)"));
        };
        let timeout = argument(1).map_or(Ok(5.0), objects::protocol::number::as_f64)?;
        let int = |index: usize, default: i64| match argument(index) {
            None => Ok(default),
            Some(value) => c_int_of(value).map(i64::from),
        };
        let detect_types = int(2, 0)? as c_int;
        let isolation_level = argument(3).map_or(Ok(Some("")), isolation_level_of)?;
        let check_same_thread = argument(4).map_or(Ok(true), object::is_true)?;
        let cached_statements = int(6, 128)?;
        let uri = argument(7).map_or(Ok(false), object::is_true)?;
        let autocommit = argument(8).map_or(Ok(Autocommit::Legacy), Autocommit::of)?;
        objects::hooks::AUDIT.get()("sqlite3.connect", &[database])?;
        let path = fs_bytes(database)?;
        if self.initialized.replace(false) {
            self.shut();
        }
        let flags =
            ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_CREATE | if uri { ffi::SQLITE_OPEN_URI } else { 0 };
        let (code, db) = detached(|| {
            let mut db = core::ptr::null_mut();
            // SAFETY: a C string; the database is written here.
            let code = unsafe { ffi::sqlite3_open_v2(path.as_ptr(), &mut db, flags, core::ptr::null()) };
            if code == ffi::SQLITE_OK {
                // SAFETY: just opened. Foreign keys are checked only where a program asks for it.
                unsafe {
                    ffi::sqlite3_busy_timeout(db, (timeout * 1000.0) as c_int);
                    let nowhere: *mut c_int = core::ptr::null_mut();
                    ffi::sqlite3_db_config(db, ffi::SQLITE_DBCONFIG_ENABLE_FKEY, 0 as c_int, nowhere);
                }
            }
            (code, Sent(db))
        });
        if code != ffi::SQLITE_OK {
            let result = error::check(db.0);
            // SAFETY: it has to be closed even when it could not be opened.
            unsafe { sqlite3_close_v2(db.0) };
            result?;
            return Err(error::from_code(code));
        }
        self.db.set(db.0);
        self.detect_types.set(detect_types);
        self.isolation_level.set(isolation_level);
        self.autocommit.set(autocommit);
        self.check_same_thread.set(check_same_thread);
        self.thread.set(current_thread());
        self.cache.clear();
        self.cache.capacity.set(usize::try_from(cached_statements).unwrap_or(usize::MAX));
        self.row_factory.set(Some(none().to_ref()));
        self.text_factory.set(Some(PyUnicode_Type.as_object().to_ref()));
        let classes = [
            (&self.warning, Class::Warning),
            (&self.error, Class::Error),
            (&self.interface_error, Class::InterfaceError),
            (&self.database_error, Class::DatabaseError),
            (&self.data_error, Class::DataError),
            (&self.operational_error, Class::OperationalError),
            (&self.integrity_error, Class::IntegrityError),
            (&self.internal_error, Class::InternalError),
            (&self.programming_error, Class::ProgrammingError),
            (&self.not_supported_error, Class::NotSupportedError),
        ];
        for (slot, class) in classes {
            slot.set(Some(class.get().upcast()));
        }
        self.initialized.set(true);
        objects::hooks::AUDIT.get()("sqlite3.connect/handle", &[self.as_object()])?;
        if autocommit == Autocommit::Disabled {
            self.run_sql(c"BEGIN")?;
        }
        Ok(())
    }

    #[slot(tp_finalize)]
    fn finalize(&self) {
        if self.db.get().is_null() {
            return;
        }
        let text = object::repr(self.as_object())
            .map(|shown| format!("unclosed database in {}", shown.to_string_lossy()));
        let warned = text.and_then(|text| objects::hooks::WARN_RESOURCE.get()(self.as_object(), &text));
        if let Err(raised) = warned {
            raise::write_unraisable(raised, Some(self.as_object()));
        }
        self.shut();
    }

    /// Closes the database, if it is open.
    fn shut(&self) {
        self.close_blobs();
        self.cache.clear();
        let db = Sent(self.db.replace(core::ptr::null_mut()));
        if db.0.is_null() {
            return;
        }
        if self.autocommit.get() == Autocommit::Disabled {
            // SAFETY: open as yet.
            unsafe {
                if ffi::sqlite3_get_autocommit(db.0) == 0 {
                    ffi::sqlite3_exec(
                        db.0,
                        c"ROLLBACK".as_ptr(),
                        None,
                        core::ptr::null_mut(),
                        core::ptr::null_mut(),
                    );
                }
            }
        }
        detached(move || {
            let db = db;
            // SAFETY: this object's own, and nobody else's any more. Statements that are left finish it later.
            unsafe { sqlite3_close_v2(db.0) }
        });
        self.callbacks.0.drop_all();
    }

    fn close_blobs(&self) {
        for blob in self.blobs.0.take() {
            // SAFETY: a blob takes itself off the list before it goes.
            unsafe { (*blob).shut() };
        }
    }

    /// The calling thread is the one that made the connection.
    pub(crate) fn check_thread(&self) -> Result<()> {
        if !self.initialized.get() || !self.check_same_thread.get() {
            return Ok(());
        }
        let (own, now) = (self.thread.get(), current_thread());
        if own == now {
            return Ok(());
        }
        Err(Class::ProgrammingError.raise(&format!(
            "SQLite objects created in a thread can only be used in that same thread. The object was created in thread \
             id {own} and this is thread id {now}."
        )))
    }

    /// The database, which is open.
    pub(crate) fn check_open(&self) -> Result<*mut ffi::sqlite3> {
        if !self.initialized.get() {
            return Err(Class::ProgrammingError.raise("Base Connection.__init__ not called."));
        }
        match self.db.get() {
            db if db.is_null() => Err(Class::ProgrammingError.raise("Cannot operate on a closed database.")),
            db => Ok(db),
        }
    }

    pub(crate) fn check(&self) -> Result<*mut ffi::sqlite3> {
        self.check_thread()?;
        self.check_open()
    }

    /// The exception for the last error, or for a code that left none.
    pub(crate) fn failure(&self, code: c_int) -> Raised {
        match error::check(self.db.get()) {
            Err(raised) => raised,
            Ok(()) => error::from_code(code),
        }
    }

    /// A statement that no cursor is using, new or from the cache.
    pub(crate) fn statement(&self, sql: &Str) -> Result<Ref<Statement>> {
        let db = self.check()?;
        let text = sql.to_str()?;
        if let Some(statement) = self.cache.get(text) {
            return if statement.in_use.get() { Statement::prepare(db, sql) } else { Ok(statement) };
        }
        let statement = Statement::prepare(db, sql)?;
        self.cache.put(text, statement.clone());
        Ok(statement)
    }

    /// What `inspect` says of calling a connection.
    #[getter("__text_signature__")]
    fn text_signature(&self) -> &'static str {
        "(sql, /)"
    }

    #[slot(tp_call)]
    fn call(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Statement>> {
        self.check()?;
        if kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            return Err(raise!(TypeError, "Connection() takes no keyword arguments"));
        }
        match args.items() {
            [sql] => match sql.cast::<Str>() {
                Some(sql) => Statement::prepare(self.check()?, sql),
                None => Err(raise!(TypeError, "argument 1 must be str, not {}", sql.class().full_name())),
            },
            _ => Err(raise!(TypeError, "function takes exactly 1 argument ({} given)", args.len())),
        }
    }

    #[method("cursor($self, /, factory=<unrepresentable>)")]
    fn cursor(&self, factory: Option<&Object>) -> Result<Ref> {
        self.check()?;
        let factory = factory.unwrap_or(Cursor::class().as_object());
        let cursor = call::call_one_arg(factory, self)?;
        let Some(own) = cursor.cast::<Cursor>() else {
            let got = cursor.class().full_name();
            return Err(raise!(TypeError, "factory must return a cursor, not {got}"));
        };
        if let Some(row_factory) = self.row_factory.get().filter(|factory| !factory.is(none())) {
            own.row_factory.set(Some(row_factory));
        }
        Ok(cursor)
    }

    #[method("close($self, /)")]
    fn close(&self) -> Result<()> {
        self.check_thread()?;
        if !self.initialized.get() {
            return Err(Class::ProgrammingError.raise("Base Connection.__init__ not called."));
        }
        if self.autocommit.get() == Autocommit::Disabled
            && let db = self.db.get()
            && !db.is_null()
            // SAFETY: open.
            && unsafe { ffi::sqlite3_get_autocommit(db) } == 0
        {
            self.run_sql(c"ROLLBACK")?;
        }
        self.shut();
        Ok(())
    }

    #[method("execute($self, sql, parameters=<unrepresentable>, /)")]
    fn execute(&self, sql: &Str, parameters: Option<&Object>) -> Result<Ref> {
        self.through_cursor(id!("execute"), sql, parameters)
    }

    #[method("executemany($self, sql, parameters, /)")]
    fn executemany(&self, sql: &Str, parameters: &Object) -> Result<Ref> {
        self.through_cursor(id!("executemany"), sql, Some(parameters))
    }

    #[method("executescript($self, sql_script, /)")]
    fn executescript(&self, sql_script: &Object) -> Result<Ref> {
        self.through_cursor(id!("executescript"), sql_script, None)
    }

    fn through_cursor(&self, name: &Str, sql: &Object, parameters: Option<&Object>) -> Result<Ref> {
        let cursor = call::call_method(self, id!("cursor"), &[])?;
        match parameters {
            Some(parameters) => call::call_method(&cursor, name, &[sql, parameters]),
            None => call::call_method(&cursor, name, &[sql]),
        }
    }

    #[method("interrupt($self, /)")]
    fn interrupt(&self) -> Result<()> {
        let db = self.check_open()?;
        // SAFETY: open; this may be called from any thread.
        unsafe { ffi::sqlite3_interrupt(db) };
        Ok(())
    }

    #[method("iterdump($self, /, *, filter=None)")]
    fn iterdump(&self, filter: Option<&Object>) -> Result<Ref> {
        self.check_open()?;
        let module = objects::hooks::IMPORT.get()("sqlite3.dump")?;
        let dump = attr::get_text(&module, "_iterdump")?;
        let kwargs = Dict::new()?;
        kwargs.set_text("filter", filter.unwrap_or(none()))?;
        call::call_with_tuple(&dump, &*Tuple::from_slice(&[self.as_object()])?, Some(&kwargs))
    }

    #[method("blobopen($self, table, column, row, /, *, readonly=False, name='main')")]
    fn blobopen(
        &self,
        table: &str,
        column: &str,
        row: i64,
        readonly: bool,
        #[default("main")] name: &str,
    ) -> Result<Ref<Blob>> {
        self.check()?;
        Blob::open(self, [name, table, column], row, readonly)
    }

    #[method("__enter__($self, /)")]
    fn enter(&self) -> Result<Ref> {
        self.check()?;
        Ok(self.as_object().to_ref())
    }

    #[method("__exit__($self, type, value, traceback, /)")]
    fn exit(&self, r#type: &Object, value: &Object, traceback: &Object) -> Result<bool> {
        let committing = [r#type, value, traceback].iter().all(|part| part.is(none()));
        let name = if committing { id!("commit") } else { id!("rollback") };
        if let Err(raised) = call::call_method(self, name, &[]) {
            if !committing {
                return Err(raised);
            }
            // What could not be committed is rolled back; the first error counts.
            let first = raised.take();
            return match call::call_method(self, id!("rollback"), &[]) {
                Ok(_) => Err(raise::restore(first)),
                Err(second) => {
                    let second = second.take();
                    drop(second);
                    Err(raise::restore(first))
                }
            };
        }
        Ok(false)
    }

    #[method("commit($self, /)")]
    fn py_commit(&self) -> Result<()> {
        self.check()?;
        self.commit()
    }

    #[method("rollback($self, /)")]
    fn py_rollback(&self) -> Result<()> {
        self.check()?;
        self.rollback()
    }

    #[method("create_function", raw)]
    fn create_function(&self, args: &[&Object], kwargs: Kwargs) -> Result<()> {
        const DETERMINISTIC: Param =
            Param { name: "deterministic", kind: Kind::KeywordOnly, required: false };
        static SIGNATURE: Legacy = Legacy::new(
            "create_function",
            &[required("name"), required("narg"), required("func"), DETERMINISTIC],
            3,
            "'name', 'narg' and 'func'",
        );
        let [name, count, callable, deterministic] = SIGNATURE.bind(args, kwargs)?;
        let deterministic = deterministic.map_or(Ok(false), object::is_true)?;
        let name = SIGNATURE.text(name)?;
        self.make_function(
            name,
            c_int_of(SIGNATURE.given(count)?)?,
            SIGNATURE.given(callable)?,
            deterministic,
        )
    }

    #[method("create_aggregate", raw)]
    fn create_aggregate(&self, args: &[&Object], kwargs: Kwargs) -> Result<()> {
        static SIGNATURE: Legacy = Legacy::new(
            "create_aggregate",
            &[required("name"), required("n_arg"), required("aggregate_class")],
            3,
            "'name', 'n_arg' and 'aggregate_class'",
        );
        let [name, count, class] = SIGNATURE.bind(args, kwargs)?;
        let name = SIGNATURE.text(name)?;
        self.make_aggregate(name, c_int_of(SIGNATURE.given(count)?)?, SIGNATURE.given(class)?)
    }

    #[method("create_window_function($self, name, num_params, aggregate_class, /)")]
    fn create_window_function(&self, name: &str, num_params: c_int, aggregate_class: &Object) -> Result<()> {
        self.make_window_function(name, num_params, aggregate_class)
    }

    #[method("create_collation($self, name, callback, /)")]
    fn create_collation(&self, name: &str, callback: &Object) -> Result<()> {
        self.make_collation(name, callback)
    }

    #[method("set_authorizer", raw)]
    fn set_authorizer(&self, args: &[&Object], kwargs: Kwargs) -> Result<()> {
        static SIGNATURE: Legacy =
            Legacy::new("set_authorizer", &[required("authorizer_callback")], 1, "'authorizer_callback'");
        let [callable] = SIGNATURE.bind(args, kwargs)?;
        self.hook_authorizer(SIGNATURE.given(callable)?)
    }

    #[method("set_progress_handler", raw)]
    fn set_progress_handler(&self, args: &[&Object], kwargs: Kwargs) -> Result<()> {
        static SIGNATURE: Legacy = Legacy::new(
            "set_progress_handler",
            &[required("progress_handler"), required("n")],
            1,
            "'progress_handler'",
        );
        let [callable, every] = SIGNATURE.bind(args, kwargs)?;
        self.hook_progress(SIGNATURE.given(callable)?, c_int_of(SIGNATURE.given(every)?)?)
    }

    #[method("set_trace_callback", raw)]
    fn set_trace_callback(&self, args: &[&Object], kwargs: Kwargs) -> Result<()> {
        static SIGNATURE: Legacy =
            Legacy::new("set_trace_callback", &[required("trace_callback")], 1, "'trace_callback'");
        let [callable] = SIGNATURE.bind(args, kwargs)?;
        self.hook_trace(SIGNATURE.given(callable)?)
    }

    #[method("enable_load_extension($self, enable, /)")]
    fn enable_load_extension(&self, enable: bool) -> Result<()> {
        self.allow_extensions(enable)
    }

    #[method("load_extension($self, name, /, *, entrypoint=None)")]
    fn load_extension(&self, name: &str, entrypoint: Option<&str>) -> Result<()> {
        self.load(name, entrypoint)
    }

    #[method("backup($self, /, target, *, pages=-1, progress=None, name='main', sleep=0.25)")]
    fn backup(
        &self,
        target: &Connection,
        pages: c_int,
        progress: Option<&Object>,
        #[default("main")] name: &str,
        #[default(None)] sleep: Option<&Object>,
    ) -> Result<()> {
        let sleep = sleep.map_or(Ok(0.25), objects::protocol::number::as_f64)?;
        self.back_up(target, pages, progress, name, sleep)
    }

    #[method("serialize($self, /, *, name='main')")]
    fn serialize(&self, #[default("main")] name: &str) -> Result<Ref<objects::types::bytes::Bytes>> {
        self.to_bytes(name)
    }

    #[method("deserialize($self, data, /, *, name='main')")]
    fn deserialize(&self, data: objects::args::CodecInput<'_>, #[default("main")] name: &str) -> Result<()> {
        self.replace_with(&data, name)
    }

    #[getter("isolation_level")]
    fn get_isolation_level(&self) -> Result<Option<&'static str>> {
        self.check_open()?;
        Ok(self.isolation_level.get())
    }

    #[setter("isolation_level")]
    fn set_isolation_level(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else { return Err(raise!(AttributeError, "cannot delete attribute")) };
        if value.is(none()) {
            self.isolation_level.set(None);
            self.check_open()?;
            return self.commit();
        }
        self.isolation_level.set(isolation_level_of(value)?);
        Ok(())
    }

    #[getter("total_changes")]
    fn total_changes(&self) -> Result<i64> {
        let db = self.check_open()?;
        // SAFETY: open.
        Ok(unsafe { ffi::sqlite3_total_changes64(db) })
    }

    #[getter("in_transaction")]
    fn in_transaction(&self) -> Result<bool> {
        let db = self.check_open()?;
        // SAFETY: open.
        Ok(unsafe { ffi::sqlite3_get_autocommit(db) } == 0)
    }

    #[getter("autocommit")]
    fn get_autocommit(&self) -> Result<Ref> {
        self.check()?;
        match self.autocommit.get() {
            Autocommit::Legacy => new_int(LEGACY),
            Autocommit::Enabled => Ok(new_bool(true)),
            Autocommit::Disabled => Ok(new_bool(false)),
        }
    }

    #[setter("autocommit")]
    fn set_autocommit(&self, value: Option<&Object>) -> Result<()> {
        let db = self.check()?;
        let Some(value) = value else { return Err(raise!(AttributeError, "cannot delete attribute")) };
        let autocommit = Autocommit::of(value)?;
        // SAFETY: open.
        let outside = unsafe { ffi::sqlite3_get_autocommit(db) } != 0;
        match autocommit {
            Autocommit::Enabled if !outside => self.run_sql(c"COMMIT")?,
            Autocommit::Disabled if outside => self.run_sql(c"BEGIN")?,
            _ => {}
        }
        self.autocommit.set(autocommit);
        Ok(())
    }

    #[method("setlimit($self, category, limit, /)")]
    fn setlimit(&self, category: c_int, limit: c_int) -> Result<c_int> {
        let db = self.check()?;
        // SAFETY: open.
        match unsafe { ffi::sqlite3_limit(db, category, limit) } {
            old if old < 0 => Err(Class::ProgrammingError.raise("'category' is out of bounds")),
            old => Ok(old),
        }
    }

    #[method("getlimit($self, category, /)")]
    fn getlimit(&self, category: c_int) -> Result<c_int> {
        self.setlimit(category, -1)
    }

    #[method("setconfig($self, op, enable=True, /)")]
    fn setconfig(&self, op: c_int, enable: bool) -> Result<()> {
        let db = self.check()?;
        if self.config(db, op, enable.into())? != enable {
            return Err(Class::OperationalError.raise("Unable to set config"));
        }
        Ok(())
    }

    #[method("getconfig($self, op, /)")]
    fn getconfig(&self, op: c_int) -> Result<bool> {
        let db = self.check()?;
        self.config(db, op, -1)
    }

    /// Sets a switch, or asks for it with -1; how it is afterwards.
    fn config(&self, db: *mut ffi::sqlite3, op: c_int, value: c_int) -> Result<bool> {
        let known = crate::constants::OTHERS
            .iter()
            .any(|&(name, number)| number == op && name.starts_with("SQLITE_DBCONFIG_"));
        if !known {
            return Err(raise!(ValueError, "unknown config 'op': {op}"));
        }
        let mut now: c_int = 0;
        // SAFETY: open; these operations take an int and a pointer to one.
        let code = unsafe { ffi::sqlite3_db_config(db, op, value, &raw mut now) };
        if code == ffi::SQLITE_OK { Ok(now != 0) } else { Err(self.failure(code)) }
    }
}

/// A method whose first parameters may still be given by keyword, with a warning.
struct Legacy {
    signature: Signature,
    /// How many parameters will be positional only, and their names, as the warning has them.
    positional: usize,
    shown: &'static str,
}

const fn required(name: &'static str) -> Param {
    Param { name, kind: Kind::Normal, required: true }
}

impl Legacy {
    const fn new(
        function: &'static str,
        params: &'static [Param],
        positional: usize,
        shown: &'static str,
    ) -> Legacy {
        Legacy { signature: Signature::new(function, params), positional, shown }
    }

    /// The arguments by parameter.
    fn bind<'a, const N: usize>(
        &'static self,
        args: &'a [&'a Object],
        kwargs: Kwargs<'a>,
    ) -> Result<[Option<&'a Object>; N]> {
        let found = objects::args::bind(&self.signature, args, kwargs)?;
        if args.len() < self.positional {
            let (s, shown, function) =
                (if self.positional > 1 { "s" } else { "" }, self.shown, self.signature.fname);
            let text = format!(
                "Passing keyword argument{s} {shown} to _sqlite3.Connection.{function}() is deprecated. \
                 Parameter{s} {shown} will become positional-only in Python 3.15."
            );
            objects::hooks::WARN.get()(&exc::DeprecationWarning, &text, 1)?;
        }
        Ok(found)
    }

    fn given<'a>(&self, argument: Option<&'a Object>) -> Result<&'a Object> {
        argument.ok_or_else(raise::bad_internal_call)
    }

    fn text<'a>(&self, argument: Option<&'a Object>) -> Result<&'a str> {
        let argument = self.given(argument)?;
        match argument.cast::<Str>() {
            Some(text) => text.to_str(),
            None => {
                let got = if argument.is(none()) { "None" } else { argument.class().full_name() };
                Err(raise!(TypeError, "{}() argument 'name' must be str, not {got}", self.signature.fname))
            }
        }
    }
}

/// Which parameters should be keywords.
pub(crate) fn positional_warning(function: &str) -> String {
    format!(
        "Passing more than 1 positional argument to {function}() is deprecated. Parameters 'timeout', 'detect_types', \
         'isolation_level', 'check_same_thread', 'factory', 'cached_statements' and 'uri' will become keyword-only \
         parameters in Python 3.15."
    )
}

fn c_int_of(value: &Object) -> Result<c_int> {
    let value = objects::protocol::number::index(value)?.to_i64();
    let value = value.and_then(|value| c_int::try_from(value).ok());
    value.ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C int"))
}

fn isolation_level_of(value: &Object) -> Result<Option<&'static str>> {
    if value.is(none()) {
        return Ok(None);
    }
    let Some(level) = value.cast::<Str>() else {
        return Err(raise!(TypeError, "isolation_level must be str or None"));
    };
    let level = level.to_str()?;
    if level.contains('\0') {
        return Err(raise!(ValueError, "embedded null character"));
    }
    let levels = ["", "DEFERRED", "IMMEDIATE", "EXCLUSIVE"];
    match levels.iter().find(|known| known.eq_ignore_ascii_case(level)) {
        Some(known) => Ok(Some(known)),
        None => Err(raise!(
            ValueError,
            "isolation_level string must be '', 'DEFERRED', 'IMMEDIATE', or 'EXCLUSIVE'"
        )),
    }
}

fn current_thread() -> u64 {
    // SAFETY: no preconditions.
    unsafe { libc::pthread_self() }
}
