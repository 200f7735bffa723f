//! `traceback`: one link of the chain of frames that an exception passed through.

use crate::TypeObject;
use crate::interpreter_frame::InterpreterFrame;
use crate::object::refs::{Ref, Slot};
use crate::object::trace::{Trace, Visit, Visitor};
use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::types::code::Code;
use crate::types::dict::Dict;
use crate::types::exceptions::BaseExceptionObject;
use crate::types::frame::Frame;
use crate::types::int::new_int;
use crate::types::list::List;
use crate::types::none;
use crate::types::str::Str;
use core::cell::Cell;
use core::ffi::c_int;
use macros::pytype;

/// `PyTracebackObject`.
#[repr(C)]
pub struct Traceback {
    ob_base: Object,
    pub tb_next: Slot<Traceback>,
    pub tb_frame: Slot<Frame>,
    /// Bytes from the code's start.
    tb_lasti: Cell<i32>,
    /// -1 while nobody has asked.
    tb_lineno: Cell<i32>,
}

const _: () = assert!(size_of::<Traceback>() == 40);

impl Trace for Traceback {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.tb_next.trace(visitor)?;
        self.tb_frame.trace(visitor)
    }
    fn clear(&self) {
        self.tb_next.set(None);
        self.tb_frame.set(None);
    }
}

impl Traceback {
    /// A link in front of `next` for a frame that the exception passes through now.
    ///
    /// # Errors
    /// MemoryError.
    pub fn here(next: Option<Ref<Traceback>>, frame: &InterpreterFrame) -> Result<Ref<Traceback>> {
        let lasti = frame.lasti() * 2;
        let frame = Frame::of(frame)?;
        Traceback::with_parts(next, frame, lasti, -1)
    }

    fn with_parts(
        next: Option<Ref<Traceback>>,
        frame: Ref<Frame>,
        lasti: i32,
        line: i32,
    ) -> Result<Ref<Traceback>> {
        Ref::new(Traceback {
            ob_base: Object::HEAD,
            tb_next: Slot::from_option(next),
            tb_frame: Slot::new(frame),
            tb_lasti: Cell::new(lasti),
            tb_lineno: Cell::new(line),
        })
    }

    /// The line, `None` when the instruction has none.
    pub fn line(&self) -> Option<i32> {
        if self.tb_lineno.get() == -1 {
            let frame = self.tb_frame.get()?;
            return frame.code().line_of(self.tb_lasti.get() / 2);
        }
        Some(self.tb_lineno.get())
    }
}

#[pytype(
    name = "traceback", symbol = PyTraceBack_Type, gc,
    member("tb_frame", OBJECT, tb_frame, READONLY),
    member("tb_lasti", INT, tb_lasti, READONLY)
)]
impl Traceback {
    #[new("traceback(tb_next, tb_frame, tb_lasti, tb_lineno)")]
    fn py_new(
        _class: &TypeObject,
        tb_next: &Object,
        tb_frame: &Object,
        tb_lasti: i32,
        tb_lineno: i32,
    ) -> Result<Ref<Traceback>> {
        let next = match tb_next.cast::<Traceback>() {
            Some(next) => Some(next.to_ref()),
            None if tb_next.is(none::none()) => None,
            None => {
                return Err(crate::raise!(
                    TypeError,
                    "expected traceback object or None, got '{}'",
                    tb_next.class().name()
                ));
            }
        };
        let Some(frame) = tb_frame.cast::<Frame>() else {
            return Err(crate::raise!(
                TypeError,
                "traceback() argument 'tb_frame' must be frame, not {}",
                tb_frame.class().name()
            ));
        };
        Traceback::with_parts(next, frame.to_ref(), tb_lasti, tb_lineno)
    }

    #[getter("tb_lineno")]
    fn get_line(&self) -> Result<Ref> {
        self.line().map_or_else(|| Ok(none::none().to_ref()), |line| new_int(line.into()))
    }

    #[getter("tb_next")]
    fn get_next(&self) -> Result<Ref> {
        Ok(self.tb_next.get().map_or_else(|| none::none().to_ref(), Ref::upcast))
    }

    #[setter("tb_next")]
    fn set_next(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else {
            return Err(crate::raise!(TypeError, "can't delete tb_next attribute"));
        };
        let next = match value.cast::<Traceback>() {
            Some(next) => Some(next.to_ref()),
            None if value.is(none::none()) => None,
            None => {
                return Err(crate::raise!(
                    TypeError,
                    "expected traceback object or None, got '{}'",
                    value.class().name()
                ));
            }
        };
        let mut link = next.clone();
        while let Some(this) = link {
            if this.as_object().is(self) {
                return Err(crate::raise!(ValueError, "traceback loop detected"));
            }
            link = this.tb_next.get();
        }
        self.tb_next.set(next);
        Ok(())
    }

    #[method("__dir__($self, /)")]
    fn dir(&self) -> Result<Ref<List>> {
        let names = ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"];
        List::from_vec(names.iter().map(|name| Ok(Str::new(name)?.upcast())).collect::<Result<_>>()?)
    }
}

/// Adds an activation to the traceback of the pending exception.
pub fn add_here(frame: &InterpreterFrame) {
    add(|next| Traceback::here(next, frame));
}

/// Adds a frame to the traceback of the pending exception (`PyTraceBack_Here`), with the line that it says it is at.
pub fn add_frame(frame: &Frame) {
    let lasti = frame.activation().lasti();
    let lasti = if lasti < 0 { -1 } else { lasti * 2 };
    add(|next| Traceback::with_parts(next, frame.to_ref(), lasti, frame.line().unwrap_or(-1)));
}

/// Adds a function that is not Python's to the traceback of the pending exception: its name and its file, and a line (`_PyTraceback_Add`).
pub fn add_native(line: c_int, place: impl FnOnce() -> Result<(Ref<Str>, Ref<Str>)>) {
    let Some(pending) = crate::raise::take_pending() else { return };
    let make = || {
        let (function, file) = place()?;
        let code = Code::placeholder(file, function, line)?;
        let frame = Frame::detached(&code, &*Dict::new()?, None)?;
        frame.f_lineno.set(line);
        Ok(frame)
    };
    match make() {
        Ok(frame) => {
            crate::raise::restore(pending).leave();
            add_frame(&frame);
        }
        // The first exception becomes the context of the one of making the frame.
        Err(raised) => {
            let exception = crate::Raised::take(raised);
            if let Some(base) = exception.cast::<BaseExceptionObject>() {
                base.context.set(Some(pending));
            }
            crate::raise::restore(exception).leave();
        }
    }
}

fn add(link: impl FnOnce(Option<Ref<Traceback>>) -> Result<Ref<Traceback>>) {
    let Some(exception) = crate::raise::take_pending() else { return };
    if let Some(base) = exception.cast::<BaseExceptionObject>() {
        let next = base.traceback.get().and_then(|old| old.downcast::<Traceback>().ok());
        match link(next) {
            Ok(link) => base.traceback.set(Some(link.upcast())),
            // Out of memory: the exception travels on without this frame.
            Err(raised) => raised.clear(),
        }
    }
    let _ = crate::raise::restore(exception);
}
