//! `OSError`, which turns into its subclasses by the error's number.

use super::base::{self, BaseExceptionObject};
use super::table;
use crate::args::IntoPy;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::{self, number};
use crate::raise::Result;
use crate::typeobject::status;
use crate::typeobject::{TypeObject, generic_alloc};
use crate::types::dict::Dict;
use crate::types::int::Int;
use crate::types::none::none;
use crate::types::str::Str;
use crate::types::str::build::Builder;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use core::ffi::c_int;
use core::ptr;
use macros::{Trace, pytype};

/// `PyOSErrorObject`. `written` is -1 while it is not known.
#[repr(C)]
#[derive(Trace)]
pub struct OSErrorObject {
    base: BaseExceptionObject,
    pub myerrno: Slot,
    pub strerror: Slot,
    pub filename: Slot,
    pub filename2: Slot,
    written: Cell<isize>,
}

const _: () = assert!(size_of::<OSErrorObject>() == 112);

/// The class for an error's number.
fn class_for(errno: i64) -> Option<&'static TypeObject> {
    let errno = i32::try_from(errno).ok()?;
    Some(match errno {
        libc::EAGAIN | libc::EALREADY | libc::EINPROGRESS => &table::BlockingIOError,
        libc::EPIPE | libc::ESHUTDOWN => &table::BrokenPipeError,
        libc::ECHILD => &table::ChildProcessError,
        libc::ECONNABORTED => &table::ConnectionAbortedError,
        libc::ECONNREFUSED => &table::ConnectionRefusedError,
        libc::ECONNRESET => &table::ConnectionResetError,
        libc::EEXIST => &table::FileExistsError,
        libc::ENOENT => &table::FileNotFoundError,
        libc::EISDIR => &table::IsADirectoryError,
        libc::ENOTDIR => &table::NotADirectoryError,
        libc::EINTR => &table::InterruptedError,
        libc::EACCES | libc::EPERM => &table::PermissionError,
        libc::ESRCH => &table::ProcessLookupError,
        libc::ETIMEDOUT => &table::TimeoutError,
        _ => return None,
    })
}

#[pytype(
    name = "OSError", static_name = OSError, base = super::Exception, gc, flags = [BASETYPE],
    member("errno", OBJECT, myerrno), member("strerror", OBJECT, strerror),
    member("filename", OBJECT, filename), member("filename2", OBJECT, filename2),
)]
impl OSErrorObject {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref> {
        // A subclass with its own __init__ but not its own __new__ gets everything there.
        let in_new = !uses_own_init(class);
        let mut class = class;
        if in_new {
            reject_keywords(class, kwargs)?;
            if ptr::eq(class, &raw const OSError)
                && let [errno, _, ..] = args.items()
                && args.len() <= 5
                && let Some(errno) = errno.cast::<Int>().and_then(Int::to_i64)
            {
                class = class_for(errno).unwrap_or(class);
            }
        }
        // SAFETY: the class is ready.
        let object = unsafe { generic_alloc(class, 0) }?;
        // SAFETY: OSError's subclasses have its layout.
        let this = unsafe { object.cast_unchecked::<OSErrorObject>() };
        this.written.set(-1);
        if in_new {
            this.fill(args)?;
        } else {
            this.base.args.set(Some(Tuple::empty()));
        }
        Ok(object)
    }

    /// `tp_init` of this class and its subclasses.
    #[slot(tp_init)]
    pub(super) unsafe extern "C" fn init(this: &Object, args: &Tuple, kwargs: Option<&Object>) -> c_int {
        // SAFETY: the slot belongs to classes with this layout.
        let this = unsafe { this.cast_unchecked::<Self>() };
        status(this.set_up(args, kwargs.and_then(|kwargs| kwargs.cast::<Dict>())))
    }

    fn set_up(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        if !uses_own_init(self.class()) {
            return Ok(());
        }
        reject_keywords(self.class(), kwargs)?;
        self.fill(args)
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        let or_none = |slot: &Slot| base::field(slot);
        let mut text = Builder::new();
        let number = |text: &mut Builder| -> Result<()> {
            text.push_str("[Errno ");
            text.push_chars(protocol::object::str(&or_none(&self.myerrno))?.chars());
            text.push_str("] ");
            text.push_chars(protocol::object::str(&or_none(&self.strerror))?.chars());
            Ok(())
        };
        if let Some(filename) = self.filename.get() {
            number(&mut text)?;
            text.push_str(": ");
            text.push_chars(protocol::object::repr(&filename)?.chars());
            if let Some(filename2) = self.filename2.get() {
                text.push_str(" -> ");
                text.push_chars(protocol::object::repr(&filename2)?.chars());
            }
            return text.finish();
        }
        if !self.myerrno.is_empty() && !self.strerror.is_empty() {
            number(&mut text)?;
            return text.finish();
        }
        base::text(&self.base)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let mut args = self.base.arguments();
        if args.len() == 2
            && let Some(filename) = self.filename.get()
        {
            let mut items: Vec<Ref> = args.items().iter().map(|item| item.to_ref()).collect();
            items.push(filename);
            if let Some(filename2) = self.filename2.get() {
                items.push(crate::object::refs::none());
                items.push(filename2);
            }
            args = Tuple::from_vec(items)?;
        }
        let class = self.class().to_ref().upcast();
        match self.base.dict.get() {
            Some(dict) => Tuple::from_array([class, args.upcast(), dict.upcast()]),
            None => Tuple::from_array([class, args.upcast()]),
        }
    }

    #[getter("characters_written")]
    fn characters_written(&self) -> Result<Ref> {
        match self.written.get() {
            -1 => Err(crate::raise!(AttributeError, "characters_written")),
            written => written.into_py(),
        }
    }

    #[setter("characters_written")]
    fn set_characters_written(&self, value: Option<&Object>) -> Result<()> {
        match value {
            Some(value) => {
                self.written.set(number::index_as_isize(value, Some(&table::ValueError))?);
                Ok(())
            }
            None if self.written.get() == -1 => Err(crate::raise!(AttributeError, "characters_written")),
            None => {
                self.written.set(-1);
                Ok(())
            }
        }
    }
}

/// Whether a class overrides `__init__` but not `__new__`.
fn uses_own_init(class: &TypeObject) -> bool {
    let same_init = match (class.tp_init.get(), OSError.tp_init.get()) {
        (Some(own), Some(base)) => ptr::fn_addr_eq(own, base),
        _ => false,
    };
    let same_new = match (class.tp_new.get(), OSError.tp_new.get()) {
        (Some(own), Some(base)) => ptr::fn_addr_eq(own, base),
        _ => false,
    };
    !same_init && same_new
}

fn reject_keywords(class: &TypeObject, kwargs: Option<&Dict>) -> Result<()> {
    match kwargs {
        Some(kwargs) if !kwargs.is_empty() => {
            Err(crate::raise!(TypeError, "{}() takes no keyword arguments", class.name()))
        }
        _ => Ok(()),
    }
}

impl OSErrorObject {
    /// Takes errno, strerror, filename, winerror and filename2 out of two to five arguments.
    fn fill(&self, args: &Tuple) -> Result<()> {
        let mut kept = args.to_ref();
        if let [errno, strerror, rest @ ..] = args.items()
            && args.len() <= 5
        {
            self.myerrno.set(Some(errno.to_ref()));
            self.strerror.set(Some(strerror.to_ref()));
            if let Some(filename) = rest.first().filter(|filename| !filename.is(none())) {
                if self.class().is_subtype(&table::BlockingIOError) && number::is_index(filename) {
                    self.written.set(number::index_as_isize(filename, Some(&table::ValueError))?);
                } else {
                    self.filename.set(Some(filename.to_ref()));
                    if let Some(filename2) = rest.get(2).filter(|filename| !filename.is(none())) {
                        self.filename2.set(Some(filename2.to_ref()));
                    }
                    kept = Tuple::from_slice(&[errno, strerror])?;
                }
            }
        }
        self.base.args.set(Some(kept));
        Ok(())
    }
}
