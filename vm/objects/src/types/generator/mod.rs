//! `generator`, `coroutine` and `async_generator`: an activation that can wait.
//!
//! One struct serves the three, as in CPython. Resuming is the interpreter's, through [`crate::hooks::RESUME_GENERATOR`];
//! [`methods`] has what Python sees, [`async_gen`] the objects that drive an asynchronous generator.

use crate::interpreter_frame::{InterpreterFrame, SPECIALS_WORDS, owner};
use crate::object::refs::{Ref, Slot};
use crate::object::trace::{Trace, Visit, Visitor};
use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::state::ExcStackItem;
use crate::typeobject::TypeObject;
use crate::types::code::Code;
use crate::types::str::Str;
use core::cell::Cell;
use core::mem::offset_of;

pub mod async_gen;
pub mod methods;

pub use methods::{AsyncGenerator, Coroutine, PyAsyncGen_Type, PyCoro_Type, PyGen_Type};

/// `PyGenObject`, `PyCoroObject` and `PyAsyncGenObject`; room for the fast locals and the stack follows.
#[repr(C)]
pub struct Generator {
    ob_base: Object,
    pub weakreflist: Cell<*mut Object>,
    pub name: Slot<Str>,
    pub qualname: Slot<Str>,
    pub exc_state: ExcStackItem,
    /// A coroutine's origin, an asynchronous generator's finaliser.
    pub origin_or_finalizer: Slot,
    pub hooks_inited: Cell<bool>,
    pub closed: Cell<bool>,
    pub running_async: Cell<bool>,
    pub frame_state: Cell<i8>,
    pub iframe: InterpreterFrame,
}

const _: () = assert!(offset_of!(Generator, iframe) == 72 && offset_of!(Generator, frame_state) == 67);

/// Size without fast locals and stack.
pub(crate) const HEAD_SIZE: usize = 72 + SPECIALS_WORDS * 8;

/// The values of `frame_state`.
pub mod state {
    pub const CREATED: i8 = -3;
    pub const SUSPENDED: i8 = -2;
    pub const SUSPENDED_YIELD_FROM: i8 = -1;
    pub const EXECUTING: i8 = 0;
    pub const COMPLETED: i8 = 1;
    pub const CLEARED: i8 = 4;
}

impl Generator {
    /// A generator of `class` with an empty frame of the code's size; its state is [`state::CREATED`]. The caller fills the
    /// frame and tracks the object.
    ///
    /// # Errors
    /// MemoryError.
    pub fn with_room(class: &TypeObject, code: &Code, name: &Str, qualname: &Str) -> Result<Ref<Generator>> {
        let slots = code.co_framesize.get() as isize - SPECIALS_WORDS as isize;
        let place = class.allocate(slots)?;
        // SAFETY: a zeroed object of the class; all zeros is valid in every field.
        let this: Ref<Generator> = unsafe { Ref::from_owned(place.cast()) };
        // The allocator has noted the number of items where this struct has a field.
        this.weakreflist.set(core::ptr::null_mut());
        this.name.set(Some(name.to_ref()));
        this.qualname.set(Some(qualname.to_ref()));
        this.frame_state.set(state::CLEARED);
        Ok(this)
    }

    /// A generator, coroutine or asynchronous generator, by their common layout.
    #[inline]
    pub fn any(object: &Object) -> Option<&Generator> {
        let known = object.is_exactly(&PyGen_Type)
            || object.is_exactly(&PyCoro_Type)
            || object.is_exactly(&PyAsyncGen_Type);
        // SAFETY: the three classes have this layout.
        known.then(|| unsafe { object.cast_unchecked() })
    }

    /// The generator whose activation `frame` is.
    #[inline]
    pub fn of_frame(frame: &InterpreterFrame) -> &Generator {
        debug_assert!(frame.owner.get() == owner::GENERATOR);
        // SAFETY: a frame with this owner is the last field of a generator.
        unsafe {
            let start = core::ptr::from_ref(frame).cast::<u8>().sub(offset_of!(Generator, iframe));
            &*start.cast::<Generator>()
        }
    }

    /// Whether it runs now.
    pub fn is_running(&self) -> bool {
        self.frame_state.get() == state::EXECUTING
    }

    /// Whether it waits at a `yield`.
    pub fn is_suspended(&self) -> bool {
        matches!(self.frame_state.get(), state::SUSPENDED | state::SUSPENDED_YIELD_FROM)
    }

    /// Whether its code has ended.
    pub fn is_finished(&self) -> bool {
        self.frame_state.get() >= state::COMPLETED
    }

    /// What it waits for in `yield from` or `await`: the top of its stack.
    pub fn awaited(&self) -> Option<Ref> {
        if self.frame_state.get() != state::SUSPENDED_YIELD_FROM {
            return None;
        }
        let top = self.iframe.used().checked_sub(1)?;
        // SAFETY: an item in use.
        unsafe { self.iframe.local(top) }.get()
    }
}

impl Trace for Generator {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.name.trace(visitor)?;
        self.qualname.trace(visitor)?;
        self.origin_or_finalizer.trace(visitor)?;
        self.exc_state.exc_value.trace(visitor)?;
        if self.frame_state.get() < state::CLEARED && !self.is_running() {
            return crate::types::frame::trace_activation(&self.iframe, visitor);
        }
        Ok(())
    }
    /// The finaliser has run before; nothing more to break.
    fn clear(&self) {}
}

/// What resuming a generator gives.
pub enum Sent {
    Yielded(Ref),
    Returned(Ref),
}

impl Generator {
    /// Resumes with a value (`gen_send_ex2`), or with the pending exception when there is no value.
    ///
    /// # Errors
    /// What the generator's code raises.
    #[inline]
    pub fn resume(&self, value: Option<&Object>) -> Result<Sent> {
        crate::hooks::RESUME_GENERATOR.get()(self, value)
    }
}
