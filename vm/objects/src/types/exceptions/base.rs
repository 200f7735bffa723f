//! `BaseException`: arguments, traceback, context, cause, notes.

use crate::id;
use crate::object::refs::{Ref, Slot, none as new_none};
use crate::object::{Instance, Object};
use crate::protocol::{self, attr};
use crate::raise::Result;
use crate::typeobject::{TypeObject, status};
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::none::none;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use core::ffi::c_int;
use macros::{Trace, pytype};

/// `PyBaseExceptionObject`.
#[repr(C)]
#[derive(Trace)]
pub struct BaseExceptionObject {
    pub ob_base: Object,
    pub dict: Slot<Dict>,
    pub args: Slot<Tuple>,
    pub notes: Slot,
    pub traceback: Slot,
    pub context: Slot,
    pub cause: Slot,
    pub suppress_context: Cell<bool>,
}

const _: () = assert!(size_of::<BaseExceptionObject>() == 72);

/// `BaseException_new`, shared by the classes that add no fields and by those whose fields `tp_init` fills.
///
/// # Safety
/// A slot function.
pub unsafe extern "C" fn new(class: &TypeObject, args: &Tuple, _kwargs: Option<&Object>) -> Result<Ref> {
    // The generic allocator's zeros are empty fields for every exception class.
    // SAFETY: the class is ready.
    let object = unsafe { crate::typeobject::generic_alloc(class, 0) }?;
    // SAFETY: every exception class's instances begin with this layout.
    unsafe { object.cast_unchecked::<BaseExceptionObject>() }.args.set(Some(args.to_ref()));
    Ok(object)
}

/// `BaseException_init`.
///
/// # Safety
/// A slot function.
pub unsafe extern "C" fn init(this: &Object, args: &Tuple, kwargs: Option<&Object>) -> c_int {
    // SAFETY: every exception class's instances begin with this layout.
    let exception = unsafe { this.cast_unchecked::<BaseExceptionObject>() };
    status(no_keywords(this, kwargs).map(|()| exception.args.set(Some(args.to_ref()))))
}

/// TypeError when there are keywords.
pub(super) fn no_keywords(this: &Object, kwargs: Option<&Object>) -> Result<()> {
    match kwargs.and_then(|kwargs| kwargs.cast::<Dict>()) {
        Some(kwargs) if !kwargs.is_empty() => {
            Err(crate::raise!(TypeError, "{}() takes no keyword arguments", this.class().name()))
        }
        _ => Ok(()),
    }
}

#[pytype(
    name = "BaseException", static_name = BaseException, gc, dict = dict,
    flags = [BASETYPE, BASE_EXC_SUBCLASS], new = self::new, init = self::init,
    getattro = crate::attrs::generic_getattro,
    member("__suppress_context__", BOOL, suppress_context),
)]
impl BaseExceptionObject {
    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        let args = self.arguments();
        match args.items() {
            [] => Ok(crate::types::str::intern::empty()),
            [only] => protocol::object::str(only),
            _ => protocol::object::str(&args),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let args = self.arguments();
        let inner = match args.items() {
            [only] => {
                let text = protocol::object::repr(only)?;
                let mut builder = crate::types::str::build::Builder::new();
                builder.push_str("(");
                builder.push_chars(text.chars());
                builder.push_str(")");
                builder.finish()?
            }
            _ => protocol::object::repr(&args)?,
        };
        let mut text = crate::types::str::build::Builder::new();
        text.push_str(self.class().name());
        text.push_chars(inner.chars());
        text.finish()
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let (class, args) = (self.class().to_ref().upcast(), self.arguments().upcast());
        match self.dict.get().filter(|dict| !dict.is_empty()) {
            Some(dict) => Tuple::from_array([class, args, dict.upcast()]),
            None => Tuple::from_array([class, args]),
        }
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, state: &Object) -> Result<()> {
        if state.is(none()) {
            return Ok(());
        }
        let Some(state) = state.cast::<Dict>() else {
            return Err(crate::raise!(TypeError, "state is not a dictionary"));
        };
        for (name, value) in state.to_vec() {
            attr::set(self, crate::types::str::expect_str(&name, "attribute name")?, Some(&value))?;
        }
        Ok(())
    }

    #[method("with_traceback($self, object, /)")]
    fn with_traceback(&self, traceback: &Object) -> Result<Ref> {
        self.set_traceback(Some(traceback))?;
        Ok(self.as_object().to_ref())
    }

    #[method("add_note($self, object, /)")]
    pub fn add_note(&self, note: &Object) -> Result<()> {
        if note.cast::<Str>().is_none() {
            return Err(crate::raise!(TypeError, "note must be a str, not '{}'", note.class().name()));
        }
        let name = id!("__notes__");
        let notes = match attr::get_optional(self, name)? {
            Some(notes) => notes,
            None => {
                let notes = List::new()?.upcast();
                attr::set(self, name, Some(&notes))?;
                notes
            }
        };
        match notes.cast::<List>() {
            Some(notes) => notes.push(note.to_ref()),
            None => Err(crate::raise!(TypeError, "Cannot add note: __notes__ is not a list")),
        }
    }

    #[getter("__dict__")]
    fn dict(&self) -> Result<Ref<Dict>> {
        if let Some(dict) = self.dict.get() {
            return Ok(dict);
        }
        let dict = Dict::new()?;
        self.dict.set(Some(dict.clone()));
        Ok(dict)
    }

    #[setter("__dict__")]
    fn set_dict(&self, value: Option<&Object>) -> Result<()> {
        match value.map(|value| (value, value.cast::<Dict>())) {
            None => Err(crate::raise!(TypeError, "cannot delete __dict__")),
            Some((_, Some(dict))) => {
                self.dict.set(Some(dict.to_ref()));
                Ok(())
            }
            Some((value, None)) => Err(crate::raise!(
                TypeError,
                "__dict__ must be set to a dictionary, not a '{}'",
                value.class().name()
            )),
        }
    }

    #[getter("args")]
    fn args(&self) -> Ref<Tuple> {
        self.arguments()
    }

    #[setter("args")]
    fn set_args(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else { return Err(crate::raise!(TypeError, "args may not be deleted")) };
        self.args.set(Some(protocol::sequence::to_tuple(value)?));
        Ok(())
    }

    #[getter("__traceback__")]
    fn traceback(&self) -> Option<Ref> {
        self.traceback.get()
    }

    #[setter("__traceback__")]
    fn set_traceback(&self, value: Option<&Object>) -> Result<()> {
        match value {
            None => Err(crate::raise!(TypeError, "__traceback__ may not be deleted")),
            Some(value) if value.is(none()) => {
                self.traceback.set(None);
                Ok(())
            }
            Some(value) if value.class().full_name() == "traceback" => {
                self.traceback.set(Some(value.to_ref()));
                Ok(())
            }
            Some(_) => Err(crate::raise!(TypeError, "__traceback__ must be a traceback or None")),
        }
    }

    #[getter("__context__")]
    fn context(&self) -> Ref {
        self.context.get().unwrap_or_else(new_none)
    }

    #[setter("__context__")]
    fn set_context(&self, value: Option<&Object>) -> Result<()> {
        self.context.set(linked(value, "__context__", "exception context")?);
        Ok(())
    }

    #[getter("__cause__")]
    fn cause(&self) -> Ref {
        self.cause.get().unwrap_or_else(new_none)
    }

    #[setter("__cause__")]
    fn set_cause(&self, value: Option<&Object>) -> Result<()> {
        self.cause.set(linked(value, "__cause__", "exception cause")?);
        self.suppress_context.set(true);
        Ok(())
    }
}

/// The new value of `__context__` or `__cause__`: an exception, or nothing for None.
fn linked(value: Option<&Object>, name: &str, what: &str) -> Result<Option<Ref>> {
    match value {
        None => Err(crate::raise!(TypeError, "{name} may not be deleted")),
        Some(value) if value.is(none()) => Ok(None),
        Some(value) if value.cast::<BaseExceptionObject>().is_some() => Ok(Some(value.to_ref())),
        Some(_) => Err(crate::raise!(TypeError, "{what} must be None or derive from BaseException")),
    }
}

impl BaseExceptionObject {
    /// The arguments; none when the exception was never initialised.
    pub fn arguments(&self) -> Ref<Tuple> {
        self.args.get().unwrap_or_else(Tuple::empty)
    }
}

/// The fields that exception classes add are NULL until set, and read as None.
pub(super) fn field(slot: &Slot) -> Ref {
    slot.get().unwrap_or_else(new_none)
}

/// `BaseException.__str__`, for classes that fall back on it.
pub(super) fn text(exception: &BaseExceptionObject) -> Result<Ref<Str>> {
    exception.str()
}
