//! Values between Python and SQL: parameters, columns, and the arguments and results of functions.

use crate::adapt::{PrepareProtocol, REGISTRY, adapt};
use crate::error::{self, Class};
use core::ffi::{CStr, c_char, c_int, c_void};
use libsqlite3_sys as ffi;
use objects::protocol::buffer::{self, BytesLike};
use objects::protocol::{mapping, sequence};
use objects::types::bytearray::{ByteArray, PyByteArray_Type};
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::exceptions::{self as exc, BaseExceptionObject};
use objects::types::float::{Float, PyFloat_Type};
use objects::types::int::{Int, PyLong_Type};
use objects::types::list::List;
use objects::types::none::none;
use objects::types::str::{PyUnicode_Type, Str};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, raise};

/// An object as SQLite takes it.
pub enum Value<'a> {
    Null,
    Int(i64),
    Float(f64),
    Text(&'a str),
    Blob(BytesLike<'a>),
}

impl<'a> Value<'a> {
    /// None for an object of another kind.
    ///
    /// # Errors
    /// OverflowError; UnicodeEncodeError.
    pub fn of(object: &'a Object) -> Result<Option<Value<'a>>> {
        if object.is(none()) {
            return Ok(Some(Value::Null));
        }
        if let Some(int) = object.cast::<Int>() {
            return match int.to_i64() {
                Some(value) => Ok(Some(Value::Int(value))),
                None => Err(raise!(OverflowError, "Python int too large to convert to SQLite INTEGER")),
            };
        }
        if let Some(float) = object.cast::<Float>() {
            return Ok(Some(Value::Float(float.value())));
        }
        if let Some(text) = object.cast::<Str>() {
            let text = text.to_str()?;
            if text.len() > c_int::MAX as usize {
                return Err(raise!(OverflowError, "string is longer than INT_MAX bytes"));
            }
            return Ok(Some(Value::Text(text)));
        }
        if buffer::is_exporter(object) {
            let bytes = BytesLike::of(object)?;
            if bytes.len() > c_int::MAX as usize {
                return Err(raise!(OverflowError, "BLOB longer than INT_MAX bytes"));
            }
            return Ok(Some(Value::Blob(bytes)));
        }
        Ok(None)
    }
}

/// Whether an object has to be offered to adapters.
fn needs_adapting(object: &Object) -> bool {
    let plain = [&PyLong_Type, &PyFloat_Type, &PyUnicode_Type, &PyByteArray_Type];
    REGISTRY.base_type_adapted.get() || !plain.iter().any(|class| object.is_exactly(class))
}

/// Sets the parameter with the given number, from 1.
fn try_bind_one(
    db: *mut ffi::sqlite3,
    statement: *mut ffi::sqlite3_stmt,
    number: c_int,
    object: &Object,
) -> Result<()> {
    let adapted = if needs_adapting(object) {
        adapt(object, PrepareProtocol::class().as_object(), Some(object))?
    } else {
        object.to_ref()
    };
    let Some(value) = Value::of(&adapted)? else {
        let class = adapted.class().full_name();
        let text = format!("Error binding parameter {number}: type '{class}' is not supported");
        return Err(Class::ProgrammingError.raise(&text));
    };
    // SAFETY: a statement of the open database; SQLite copies texts and blobs.
    let code = unsafe {
        match &value {
            Value::Null => ffi::sqlite3_bind_null(statement, number),
            Value::Int(value) => ffi::sqlite3_bind_int64(statement, number, *value),
            Value::Float(value) => ffi::sqlite3_bind_double(statement, number, *value),
            Value::Text(text) => {
                let (data, len) = (text.as_ptr().cast(), text.len() as c_int);
                ffi::sqlite3_bind_text(statement, number, data, len, ffi::SQLITE_TRANSIENT())
            }
            Value::Blob(bytes) => {
                let (data, len) = (bytes.as_ptr().cast(), bytes.len() as c_int);
                ffi::sqlite3_bind_blob(statement, number, data, len, ffi::SQLITE_TRANSIENT())
            }
        }
    };
    if code == ffi::SQLITE_OK { Ok(()) } else { error::check(db) }
}

/// [`try_bind_one`]; an error that the database still has from before comes instead of another, as in CPython.
fn bind_one(
    db: *mut ffi::sqlite3,
    statement: *mut ffi::sqlite3_stmt,
    number: c_int,
    object: &Object,
) -> Result<()> {
    try_bind_one(db, statement, number, object).map_err(|raised| {
        let own = raised.take();
        match error::check(db) {
            Ok(()) => raise::restore(own),
            Err(stale) => {
                let stale = stale.take();
                if let Some(base) = stale.cast::<BaseExceptionObject>() {
                    base.context.set(Some(own));
                }
                raise::restore(stale)
            }
        }
    })
}

/// Binds a sequence or a mapping to the parameters of a statement.
///
/// # Errors
/// ProgrammingError if they do not fit; what conversions raise.
pub fn bind(db: *mut ffi::sqlite3, statement: *mut ffi::sqlite3_stmt, parameters: &Object) -> Result<()> {
    // SAFETY: a statement, or NULL, which has no parameters.
    let needed = unsafe { ffi::sqlite3_bind_parameter_count(statement) };
    let name_of = |number: c_int| {
        // SAFETY: the name stays as long as the statement.
        let name = unsafe { ffi::sqlite3_bind_parameter_name(statement, number) };
        // SAFETY: a C string if it is not NULL.
        (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned())
    };
    let is_plain = parameters.cast_exact::<Tuple>().is_some() || parameters.cast_exact::<List>().is_some();
    let is_dict = parameters.cast::<Dict>().is_some();
    if is_plain || (!is_dict && sequence::is_sequence(parameters)) {
        let given = objects::protocol::object::len(parameters)?;
        if given != needed as usize {
            let text = format!(
                "Incorrect number of bindings supplied. The current statement uses {needed}, and there are {given} supplied."
            );
            return Err(Class::ProgrammingError.raise(&text));
        }
        for number in 1..=needed {
            if let Some(name) = name_of(number).filter(|name| !name.starts_with('?')) {
                let text = format!(
                    "Binding {number} ('{name}') is a named parameter, but you supplied a sequence which requires \
                     nameless (qmark) placeholders. Starting with Python 3.14 an sqlite3.ProgrammingError will be raised."
                );
                objects::hooks::WARN.get()(&exc::DeprecationWarning, &text, 1)?;
            }
            let value = sequence::get_item(parameters, number as isize - 1)?;
            bind_one(db, statement, number, &value)?;
        }
        return Ok(());
    }
    if !is_dict && parameters.class().mapping().is_none_or(|mapping| mapping.mp_subscript.get().is_none()) {
        return Err(Class::ProgrammingError.raise("parameters are of unsupported type"));
    }
    for number in 1..=needed {
        let Some(name) = name_of(number) else {
            let text = format!(
                "Binding {number} has no name, but you supplied a dictionary (which has only names)."
            );
            return Err(Class::ProgrammingError.raise(&text));
        };
        let name = &name[1..];
        let key = Str::new(name)?;
        let value = match parameters.cast_exact::<Dict>() {
            Some(dict) => dict.get_item(&key)?,
            None => match mapping::get_item(parameters, &key) {
                Ok(value) => Some(value),
                Err(raised) if raised.matches(&exc::LookupError) => {
                    raised.clear();
                    None
                }
                Err(raised) => return Err(raised),
            },
        };
        let Some(value) = value else {
            let text = format!("You did not supply a value for binding parameter :{name}.");
            return Err(Class::ProgrammingError.raise(&text));
        };
        bind_one(db, statement, number, &value)?;
    }
    Ok(())
}

/// Bytes at a pointer that may be NULL where there are none.
///
/// # Safety
/// `data` has `len` bytes that stay while the result is used.
unsafe fn bytes_at<'a>(data: *const c_void, len: c_int) -> &'a [u8] {
    if data.is_null() || len <= 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(data.cast(), len as usize) }
}

/// How a cursor reads columns: the connection's text factory.
pub struct Columns<'a> {
    pub db: *mut ffi::sqlite3,
    pub statement: *mut ffi::sqlite3_stmt,
    pub text_factory: &'a Object,
}

impl Columns<'_> {
    /// The bytes of a column; None for NULL and, as in CPython, for no bytes.
    fn bytes(&self, column: c_int) -> Option<Vec<u8>> {
        // SAFETY: the statement is at a row; the bytes are copied at once.
        unsafe {
            if ffi::sqlite3_column_type(self.statement, column) == ffi::SQLITE_NULL {
                return None;
            }
            let data = ffi::sqlite3_column_blob(self.statement, column);
            let bytes = bytes_at(data, ffi::sqlite3_column_bytes(self.statement, column));
            (!data.is_null()).then(|| bytes.to_vec())
        }
    }

    /// A column's value, through a converter if there is one.
    ///
    /// # Errors
    /// OperationalError for text that is no UTF-8; what the converter or the text factory raises.
    pub fn get(&self, column: c_int, converter: Option<&Object>) -> Result<Ref> {
        if let Some(converter) = converter {
            return match self.bytes(column) {
                None => Ok(none().to_ref()),
                Some(bytes) => objects::protocol::call::call_one_arg(converter, &*Bytes::new(&bytes)?),
            };
        }
        // SAFETY: the statement is at a row.
        match unsafe { ffi::sqlite3_column_type(self.statement, column) } {
            ffi::SQLITE_NULL => Ok(none().to_ref()),
            // SAFETY: as above.
            ffi::SQLITE_INTEGER => {
                Ok(Int::from_i64(unsafe { ffi::sqlite3_column_int64(self.statement, column) })?.upcast())
            }
            // SAFETY: as above.
            ffi::SQLITE_FLOAT => {
                Ok(Float::new(unsafe { ffi::sqlite3_column_double(self.statement, column) })?.upcast())
            }
            ffi::SQLITE_TEXT => self.text(column),
            _ => Ok(Bytes::new(&self.bytes(column).unwrap_or_default())?.upcast()),
        }
    }

    fn text(&self, column: c_int) -> Result<Ref> {
        // SAFETY: the statement is at a row; the text stays until the next call with the column.
        let text = unsafe {
            let data = ffi::sqlite3_column_text(self.statement, column);
            if data.is_null() && ffi::sqlite3_errcode(self.db) == ffi::SQLITE_NOMEM {
                return Err(raise::no_memory());
            }
            bytes_at(data.cast(), ffi::sqlite3_column_bytes(self.statement, column))
        };
        let factory = self.text_factory;
        if factory.is(PyUnicode_Type.as_object()) {
            return match core::str::from_utf8(text) {
                Ok(text) => Ok(Str::new(text)?.upcast()),
                Err(_) => Err(self.undecodable(column, text)),
            };
        }
        if factory.is(Bytes::class().as_object()) {
            return Ok(Bytes::new(text)?.upcast());
        }
        let bytes = Bytes::new(text)?;
        if factory.is(ByteArray::class().as_object()) {
            return objects::protocol::call::call_one_arg(ByteArray::class(), &bytes);
        }
        objects::protocol::call::call_one_arg(factory, &bytes)
    }

    fn undecodable(&self, column: c_int, text: &[u8]) -> Raised {
        // SAFETY: the name stays as long as the statement.
        let name = unsafe { ffi::sqlite3_column_name(self.statement, column) };
        let name = if name.is_null() {
            "<unknown column name>".into()
        } else {
            // SAFETY: a C string.
            unsafe { CStr::from_ptr(name) }.to_string_lossy()
        };
        let text: Vec<u8> = text.iter().take_while(|&&byte| byte != 0).copied().collect();
        let text = String::from_utf8_lossy(&text);
        Class::OperationalError
            .raise(&format!("Could not decode to UTF-8 column '{name}' with text '{text}'"))
    }
}

/// The arguments of a function that SQL calls.
///
/// # Safety
/// `values` has `count` values that stay during the call.
///
/// # Errors
/// MemoryError; UnicodeDecodeError.
pub unsafe fn arguments(count: c_int, values: *mut *mut ffi::sqlite3_value) -> Result<Vec<Ref>> {
    let mut arguments = Vec::with_capacity(count.max(0) as usize);
    for index in 0..count.max(0) as usize {
        // SAFETY: the caller's promise.
        let argument: Ref = unsafe {
            let value = *values.add(index);
            match ffi::sqlite3_value_type(value) {
                ffi::SQLITE_INTEGER => Int::from_i64(ffi::sqlite3_value_int64(value))?.upcast(),
                ffi::SQLITE_FLOAT => Float::new(ffi::sqlite3_value_double(value))?.upcast(),
                ffi::SQLITE_TEXT => {
                    let text = ffi::sqlite3_value_text(value);
                    let bytes = bytes_at(text.cast(), ffi::sqlite3_value_bytes(value));
                    objects::codecs::latin::decode_utf8(bytes, None, true)?.0.upcast()
                }
                ffi::SQLITE_BLOB => {
                    let blob = ffi::sqlite3_value_blob(value);
                    Bytes::new(bytes_at(blob, ffi::sqlite3_value_bytes(value)))?.upcast()
                }
                _ => none().to_ref(),
            }
        };
        arguments.push(argument);
    }
    Ok(arguments)
}

/// Sets the result of a function; false for an object that SQLite cannot take.
///
/// # Safety
/// The context of a call.
///
/// # Errors
/// OverflowError; UnicodeEncodeError.
pub unsafe fn set_result(context: *mut ffi::sqlite3_context, object: &Object) -> Result<bool> {
    let Some(value) = Value::of(object)? else { return Ok(false) };
    // SAFETY: the caller's promise; SQLite copies texts and blobs.
    unsafe {
        match &value {
            Value::Null => ffi::sqlite3_result_null(context),
            Value::Int(value) => ffi::sqlite3_result_int64(context, *value),
            Value::Float(value) => ffi::sqlite3_result_double(context, *value),
            Value::Text(text) => {
                let (data, len) = (text.as_ptr().cast::<c_char>(), text.len() as c_int);
                ffi::sqlite3_result_text(context, data, len, ffi::SQLITE_TRANSIENT());
            }
            Value::Blob(bytes) => {
                let (data, len) = (bytes.as_ptr().cast(), bytes.len() as c_int);
                ffi::sqlite3_result_blob(context, data, len, ffi::SQLITE_TRANSIENT());
            }
        }
    }
    Ok(true)
}
