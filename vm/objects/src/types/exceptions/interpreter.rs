//! The exceptions about interpreters, which are in no module of their own name.

use super::base::{self, BaseExceptionObject};
use super::table::{Exception, ExportedClass, ValueError};
use crate::object::Instance;
use crate::object::refs::{Ref, Slot};
use crate::raise::{self, Raised, Result};
use crate::typeobject::TypeObject;
use core::fmt;
use macros::pytype;

#[pytype(
    name = "InterpreterError", module = "interpreters", static_name = InterpreterError, base = Exception, no_instance, gc,
    flags = [BASETYPE], basicsize = size_of::<BaseExceptionObject>(), new = base::new, init = base::init,
)]
impl BaseExceptionObject {}

#[pytype(
    name = "InterpreterNotFoundError", module = "interpreters", static_name = InterpreterNotFoundError,
    base = InterpreterError, no_instance, gc, flags = [BASETYPE], basicsize = size_of::<BaseExceptionObject>(),
    new = base::new, init = base::init,
)]
impl BaseExceptionObject {}

#[unsafe(no_mangle)]
pub static PyExc_InterpreterError: ExportedClass = ExportedClass::new(&raw const InterpreterError);

#[unsafe(no_mangle)]
pub static PyExc_InterpreterNotFoundError: ExportedClass =
    ExportedClass::new(&raw const InterpreterNotFoundError);

/// The class `NotShareableError`, of which each interpreter has its own.
struct NotShareable(Slot<TypeObject>);

// SAFETY: touched under the GIL.
unsafe impl Sync for NotShareable {}

crate::per_interpreter! {
    static NOT_SHAREABLE: NotShareable = NotShareable(Slot::empty());
}

/// See [`NotShareable`].
///
/// # Errors
/// MemoryError.
pub fn not_shareable_class() -> Result<Ref<TypeObject>> {
    if let Some(class) = NOT_SHAREABLE.0.get() {
        return Ok(class);
    }
    let class = super::new_exception("interpreters.NotShareableError", ValueError.as_object(), None)?;
    NOT_SHAREABLE.0.set(Some(class.clone()));
    Ok(class)
}

/// NotShareableError with a text.
#[cold]
pub fn not_shareable(text: fmt::Arguments<'_>) -> Raised {
    match not_shareable_class() {
        Ok(class) => raise::set_text(&class, text),
        Err(raised) => raised,
    }
}
