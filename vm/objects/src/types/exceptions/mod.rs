//! The exception classes and how native code makes instances of them.

pub mod base;
pub mod group;
pub mod import;
pub mod interpreter;
pub mod name;
pub mod new;
pub mod os;
mod reserve;
pub mod syntax;
pub mod table;
pub mod unicode;
pub mod value;

use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::raise::{self, Raised};
use crate::state;
use crate::typeobject::TypeObject;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::r#type::PyType_Type;

pub use base::{BaseException, BaseExceptionObject};
pub use group::BaseExceptionGroup;
pub use import::{ImportError, ModuleNotFoundError};
pub use interpreter::{InterpreterError, InterpreterNotFoundError};
pub use name::{AttributeError, NameError, UnboundLocalError};
pub use new::{new_exception, new_exception_with};
pub use os::OSError;
pub use syntax::{
    _PyExc_IncompleteInputError as IncompleteInputError, IndentationError, SyntaxError, TabError,
};
pub use table::*;
pub use unicode::{UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError};
pub use value::{StopIteration, SystemExit};

/// Makes an exception of `class` from `value` as `PyErr_SetObject` does and makes it the pending one.
pub(crate) fn create_and_set(class: &TypeObject, value: Option<&Object>) -> Raised {
    // Making one may run a program's code, which must not find another one pending.
    drop(raise::take_pending());
    match create(class, value) {
        Ok(exception) => {
            chain(&exception);
            raise::restore(exception)
        }
        Err(raised) => note_failure(raised, class, value),
    }
}

/// Notes on an exception that comes in the place of another one what was to be made (`_PyErr_SetObject`).
fn note_failure(raised: raise::Raised, class: &TypeObject, value: Option<&Object>) -> raise::Raised {
    let exception = raised.take();
    let shown = match value.map(crate::protocol::object::repr) {
        Some(Ok(text)) => text.to_string_lossy(),
        Some(Err(raised)) => {
            raised.clear();
            "<unknown>".to_owned()
        }
        None => "NULL".to_owned(),
    };
    let text = format!("Normalization failed: type={} args={shown}", class.full_name());
    let noted = Str::new(&text).and_then(|text| match exception.cast::<BaseExceptionObject>() {
        Some(exception) => exception.add_note(&text),
        None => Ok(()),
    });
    if let Err(raised) = noted {
        raised.clear();
    }
    raise::restore(exception)
}

/// An exception of `class` with `value` as its argument; a tuple gives all of them, an instance of the class is taken as it is.
///
/// # Errors
/// What the class raises; TypeError when calling it gives something else.
pub(crate) fn create(class: &TypeObject, value: Option<&Object>) -> raise::Result {
    match value {
        Some(value) if value.cast::<BaseExceptionObject>().is_some() => {
            let is_instance = match class.as_object().is_exactly(&PyType_Type) {
                true => value.class().is_subtype(class),
                false => crate::protocol::object::is_subclass(value.class(), class)?,
            };
            if is_instance { Ok(value.to_ref()) } else { instantiate(class, Some(value)) }
        }
        value => instantiate(class, value),
    }
}

/// [`create`], but an instance of the class is an argument like any other (`_PyErr_CreateException`).
///
/// # Errors
/// As [`create`].
pub fn instantiate(class: &TypeObject, value: Option<&Object>) -> raise::Result {
    let value = value.filter(|value| !value.is(crate::types::none::none()));
    let made = match (value, value.and_then(|value| value.cast::<Tuple>())) {
        (_, Some(arguments)) => crate::protocol::call::call(class, arguments.items())?,
        (Some(value), None) => crate::protocol::call::call(class, &[value])?,
        (None, None) => crate::protocol::call::call(class, &[])?,
    };
    if made.cast::<BaseExceptionObject>().is_some() {
        return Ok(made);
    }
    Err(crate::raise!(
        TypeError,
        "calling {} should have returned an instance of BaseException, not {}",
        crate::protocol::object::repr(class)?.to_string_lossy(),
        made.class().name()
    ))
}

/// Makes the exception that is being handled the context of `exception`, cutting a cycle that this would close.
fn chain(exception: &Object) {
    let Some(handled) = state::current().handled_exception() else { return };
    let Some(new) = exception.cast::<BaseExceptionObject>() else { return };
    if handled.is(exception) {
        return;
    }
    let context_of = |link: &Object| link.cast::<BaseExceptionObject>().and_then(|link| link.context.get());
    // A second walker at half the speed notices a cycle that was there before.
    let (mut link, mut slow, mut step) = (handled.clone(), handled.clone(), false);
    while let Some(next) = context_of(&link) {
        if next.is(exception) {
            if let Some(link) = link.cast::<BaseExceptionObject>() {
                link.context.set(None);
            }
            break;
        }
        link = next;
        if link.is(&slow) {
            break;
        }
        if step && let Some(next) = context_of(&slow) {
            slow = next;
        }
        step = !step;
    }
    new.context.set(Some(handled));
}

pub(crate) fn set_memory_error() -> Raised {
    if reserve::is_making() {
        return raise::restore(reserve::take());
    }
    let made = reserve::making(|| instantiate(&MemoryError, None));
    match made {
        Ok(exception) => {
            chain(&exception);
            raise::restore(exception)
        }
        Err(raised) => raised,
    }
}

pub(crate) fn set_key_error(key: &Object) -> Raised {
    match Tuple::from_slice(&[key]) {
        Ok(arguments) => create_and_set(&KeyError, Some(&arguments)),
        Err(raised) => raised,
    }
}

pub(crate) fn set_stop_iteration(value: Option<&Object>) -> Raised {
    match value {
        None => create_and_set(&StopIteration, None),
        Some(value) => match Tuple::from_slice(&[value]) {
            Ok(arguments) => create_and_set(&StopIteration, Some(&arguments)),
            Err(raised) => raised,
        },
    }
}

pub(crate) fn set_os_error(errno: i32, filename: Option<&Object>, filename2: Option<&Object>) -> Raised {
    match os_error_arguments(errno, filename, filename2) {
        Ok(arguments) => create_and_set(&OSError, Some(&arguments)),
        Err(raised) => raised,
    }
}

/// What an OSError about `errno` and the files is called with.
///
/// # Errors
/// MemoryError.
pub fn os_error_arguments(
    errno: i32,
    filename: Option<&Object>,
    filename2: Option<&Object>,
) -> raise::Result<Ref<Tuple>> {
    let number = crate::types::int::new_int(errno.into())?;
    let text = if errno == 0 { Str::new("Error")? } else { Str::new(&errno_text(errno))? };
    let text = text.upcast();
    let mut items = vec![number, text];
    if let Some(filename) = filename {
        items.push(filename.to_ref());
        if let Some(filename2) = filename2 {
            items.push(crate::object::refs::none());
            items.push(filename2.to_ref());
        }
    }
    Tuple::from_vec(items)
}

/// A new class of exceptions, named with its module (`PyErr_NewExceptionWithDoc`).
///
/// # Errors
/// MemoryError.
pub fn new_class(name: &str, base: &TypeObject, doc: Option<&str>) -> raise::Result<Ref<TypeObject>> {
    let (module, short) = name.rsplit_once('.').unwrap_or(("builtins", name));
    let dict = crate::types::dict::Dict::new()?;
    dict.set_text("__module__", &*Str::new(module)?)?;
    if let Some(doc) = doc {
        dict.set_text("__doc__", &*Str::new(doc)?)?;
    }
    let bases = Tuple::from_slice(&[base.as_object()])?;
    let metaclass = crate::types::r#type::PyType_Type.as_object();
    let class = crate::protocol::call::call(metaclass, &[&*Str::new(short)?, &*bases, &*dict])?;
    class.downcast().map_err(|_| raise::null_result())
}

/// `strerror`.
pub fn errno_text(errno: i32) -> String {
    // SAFETY: strerror returns a C string; the GIL keeps other Python threads from calling it meanwhile.
    unsafe { core::ffi::CStr::from_ptr(libc::strerror(errno)) }.to_string_lossy().into_owned()
}

pub(crate) fn set_unicode_encode_error(
    codec: &str,
    text: &Str,
    start: usize,
    end: usize,
    reason: &str,
) -> Raised {
    let arguments = || -> raise::Result<Ref<Tuple>> {
        Tuple::from_array([
            Str::new(codec)?.upcast(),
            text.to_ref().upcast(),
            crate::types::int::new_int(start as i64)?,
            crate::types::int::new_int(end as i64)?,
            Str::new(reason)?.upcast(),
        ])
    };
    match arguments() {
        Ok(arguments) => create_and_set(&UnicodeEncodeError, Some(&arguments)),
        Err(raised) => raised,
    }
}

pub(crate) fn set_attribute_error(object: &Object, name: &Str, text: &str) -> Raised {
    let make = || -> raise::Result<Ref> {
        let message = Str::new(text)?;
        let exception = crate::protocol::call::call(AttributeError.as_object(), &[&*message])?;
        if let Some(error) = exception.cast::<name::AttributeErrorObject>() {
            error.set_subject(object, name);
        }
        Ok(exception)
    };
    match make() {
        Ok(exception) => {
            chain(&exception);
            raise::restore(exception)
        }
        Err(raised) => raised,
    }
}

/// `PyErr_GivenExceptionMatches`: whether an exception (or its class) is of a class or of one in a tuple of classes.
pub fn matches(exception: &Object, classes: &Object) -> bool {
    if let Some(classes) = classes.cast::<Tuple>() {
        return classes.items().iter().any(|class| matches(exception, class));
    }
    let class = match exception.cast::<BaseExceptionObject>() {
        Some(_) => exception.class(),
        None => match exception.cast::<TypeObject>() {
            Some(class) => class,
            None => return exception.is(classes),
        },
    };
    match classes.cast::<TypeObject>() {
        Some(wanted) if wanted.is_subtype(&BaseException) => class.is_subtype(wanted),
        _ => class.as_object().is(classes),
    }
}
