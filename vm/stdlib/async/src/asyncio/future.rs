//! `Future`: its state and callbacks. What Python sees of it is in [`super::methods`].

use super::state::{self, call_soon, held, invalid_state};
use core::cell::{Cell, RefCell};
use macros::Trace;
use objects::protocol::{attr, call, object};
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::none::none;
use objects::types::weakref::WeakReference;
use objects::{Instance, Object, Raised, Ref, Result, Slot, Visit, Visitor, id, raise};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    Pending,
    Cancelled,
    Finished,
}

/// Callbacks with their contexts, the first of which needs no vector.
pub struct Callbacks {
    first: Slot,
    first_context: Slot,
    more: RefCell<Vec<(Ref, Ref)>>,
}

impl Callbacks {
    pub const fn new() -> Callbacks {
        Callbacks { first: Slot::empty(), first_context: Slot::empty(), more: RefCell::new(Vec::new()) }
    }

    fn push(&self, callback: Ref, context: Ref) {
        if self.first.is_empty() && self.more.borrow().is_empty() {
            self.first_context.set(Some(context));
            self.first.set(Some(callback));
        } else {
            self.more.borrow_mut().push((callback, context));
        }
    }

    /// All callbacks, in order.
    pub fn to_vec(&self) -> Vec<(Ref, Ref)> {
        let first = self.first.get().zip(self.first_context.get());
        first.into_iter().chain(self.more.borrow().iter().cloned()).collect()
    }

    /// Replaces all callbacks.
    pub fn replace(&self, callbacks: Vec<(Ref, Ref)>) {
        let old = (self.first.take(), self.first_context.take(), self.more.replace(Vec::new()));
        for (callback, context) in callbacks {
            self.push(callback, context);
        }
        drop(old);
    }
}

impl objects::Trace for Callbacks {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.first.trace(visitor)?;
        self.first_context.trace(visitor)?;
        let Ok(more) = self.more.try_borrow() else { return Ok(()) };
        more.iter().try_for_each(|(callback, context)| {
            callback.trace(visitor)?;
            context.trace(visitor)
        })
    }
    fn clear(&self) {
        self.replace(Vec::new());
    }
}

/// `FutureObj`. Without a loop it is not initialised.
#[repr(C)]
#[derive(Trace)]
pub struct Future {
    pub(super) ob_base: Object,
    pub event_loop: Slot,
    pub callbacks: Callbacks,
    pub result: Slot,
    pub exception: Slot,
    /// The traceback that the exception had when it was set.
    pub exception_traceback: Slot,
    pub source_traceback: Slot,
    pub cancel_message: Slot,
    /// The exception that a cancelled task ended with, to be raised by the first who asks.
    pub cancelled_exception: Slot,
    pub(super) dict: Slot<Dict>,
    pub(super) weakreflist: Cell<*const WeakReference>,
    #[trace(skip)]
    pub phase: Cell<Phase>,
    /// An exception was set that nobody has asked for.
    pub log_traceback: Cell<bool>,
    /// It was yielded by its own iterator.
    pub blocking: Cell<bool>,
}

impl Future {
    /// A future that is not initialised.
    pub fn blank() -> Future {
        Future {
            ob_base: Object::HEAD,
            event_loop: Slot::empty(),
            callbacks: Callbacks::new(),
            result: Slot::empty(),
            exception: Slot::empty(),
            exception_traceback: Slot::empty(),
            source_traceback: Slot::empty(),
            cancel_message: Slot::empty(),
            cancelled_exception: Slot::empty(),
            dict: Slot::empty(),
            weakreflist: Cell::new(core::ptr::null()),
            phase: Cell::new(Phase::Pending),
            log_traceback: Cell::new(false),
            blocking: Cell::new(false),
        }
    }

    /// Binds the future to a loop and makes it pending.
    ///
    /// # Errors
    /// What the loop raises.
    pub fn init(&self, event_loop: Option<&Object>) -> Result<()> {
        self.event_loop.set(None);
        self.callbacks.replace(Vec::new());
        for slot in [
            &self.result,
            &self.exception,
            &self.exception_traceback,
            &self.source_traceback,
            &self.cancel_message,
            &self.cancelled_exception,
        ] {
            slot.set(None);
        }
        self.phase.set(Phase::Pending);
        self.log_traceback.set(false);
        self.blocking.set(false);
        let event_loop = match event_loop.filter(|event_loop| !event_loop.is(none())) {
            Some(event_loop) => event_loop.to_ref(),
            None => super::running::event_loop()?,
        };
        self.event_loop.set(Some(event_loop.clone()));
        let debug = object::is_true(&*call::call_method(&event_loop, id!("get_debug"), &[])?)?;
        if debug && !objects::state::interpreter().is_finalizing() {
            let stack = call::call_no_args(&*held(&state::state().extract_stack)?)?;
            self.source_traceback.set(Some(stack));
        }
        Ok(())
    }

    #[inline]
    pub fn is_alive(&self) -> bool {
        !self.event_loop.is_empty()
    }

    /// The loop.
    ///
    /// # Errors
    /// RuntimeError for a future that is not initialised.
    pub fn alive(&self) -> Result<Ref> {
        match self.event_loop.get() {
            Some(event_loop) => Ok(event_loop),
            None => Err(raise!(RuntimeError, "Future object is not initialized.")),
        }
    }

    /// Whether it has a result, an exception, or was cancelled.
    pub fn is_done(&self) -> bool {
        self.is_alive() && self.phase.get() != Phase::Pending
    }

    fn schedule_callbacks(&self) -> Result<()> {
        let first = (self.callbacks.first.take(), self.callbacks.first_context.take());
        if let (Some(callback), Some(context)) = first {
            let scheduled =
                self.alive().and_then(|own| call_soon(&own, &callback, Some(self), Some(&context)));
            if let Err(raised) = scheduled {
                let exception = raised.take();
                self.callbacks.replace(Vec::new());
                return Err(objects::raise::restore(exception));
            }
        }
        if self.callbacks.more.borrow().is_empty() {
            return Ok(());
        }
        let rest = self.callbacks.more.replace(Vec::new());
        let own = self.alive()?;
        rest.iter().try_for_each(|(callback, context)| call_soon(&own, callback, Some(self), Some(context)))
    }

    /// # Errors
    /// InvalidStateError when it is done; what the loop raises.
    pub fn set_result(&self, result: Ref) -> Result<()> {
        self.alive()?;
        if self.phase.get() != Phase::Pending {
            return Err(invalid_state("invalid state"));
        }
        self.result.set(Some(result));
        self.phase.set(Phase::Finished);
        self.schedule_callbacks()
    }

    /// # Errors
    /// InvalidStateError when it is done; TypeError for what is no exception; what the loop raises.
    pub fn set_exception(&self, exception: &Object) -> Result<()> {
        let pending = || match self.phase.get() {
            Phase::Pending => Ok(()),
            _ => Err(invalid_state("invalid state")),
        };
        self.alive()?;
        pending()?;
        let mut exception = exception.to_ref();
        if exception
            .cast::<objects::TypeObject>()
            .is_some_and(|class| class.has_feature(objects::typeobject::flags::BASE_EXC_SUBCLASS))
        {
            exception = call::call_no_args(&exception)?;
            pending()?;
        }
        let Some(base) = exception.cast::<exc::base::BaseExceptionObject>() else {
            return Err(raise!(TypeError, "invalid exception object"));
        };
        if exception.class().is_subtype(&exc::StopIteration) {
            let text = "StopIteration interacts badly with generators and cannot be raised into a Future";
            let text = objects::types::str::Str::new(text)?;
            let error = call::call_one_arg(exc::RuntimeError.as_object(), &text)?;
            if let Some(error) = error.cast::<exc::base::BaseExceptionObject>() {
                error.cause.set(Some(exception.clone()));
                error.suppress_context.set(true);
                error.context.set(Some(exception));
            }
            return self.finish_with_exception(error, None);
        }
        let traceback = base.traceback.get();
        self.finish_with_exception(exception, traceback)
    }

    fn finish_with_exception(&self, exception: Ref, traceback: Option<Ref>) -> Result<()> {
        self.exception.set(Some(exception));
        self.exception_traceback.set(traceback);
        self.phase.set(Phase::Finished);
        self.schedule_callbacks()?;
        self.log_traceback.set(true);
        Ok(())
    }

    /// Whether it could be cancelled.
    ///
    /// # Errors
    /// What the loop raises.
    pub fn cancel(&self, message: Option<Ref>) -> Result<bool> {
        self.log_traceback.set(false);
        if self.phase.get() != Phase::Pending {
            return Ok(false);
        }
        self.phase.set(Phase::Cancelled);
        self.cancel_message.set(message);
        self.schedule_callbacks()?;
        Ok(true)
    }

    /// The CancelledError of a cancelled future.
    ///
    /// # Errors
    /// What making it raises.
    pub fn make_cancelled_error(&self) -> Result<Ref> {
        if let Some(exception) = self.cancelled_exception.take() {
            return Ok(exception);
        }
        let class = held(&state::state().cancelled_error)?;
        match self.cancel_message.get().filter(|message| !message.is(none())) {
            Some(message) => call::call_one_arg(&class, &message),
            None => call::call_no_args(&class),
        }
    }

    /// Raises the CancelledError of a cancelled future.
    #[cold]
    pub fn raise_cancelled(&self) -> Raised {
        match self.make_cancelled_error() {
            Ok(exception) => raise_object(&exception),
            Err(raised) => raised,
        }
    }

    /// The outcome: a result, or `Err` inside for an exception, which is not raised.
    ///
    /// # Errors
    /// CancelledError; InvalidStateError while it is pending.
    pub fn outcome(&self) -> Result<core::result::Result<Ref, Ref>> {
        match self.phase.get() {
            Phase::Cancelled => return Err(self.raise_cancelled()),
            Phase::Pending => return Err(invalid_state("Result is not set.")),
            Phase::Finished => {}
        }
        self.log_traceback.set(false);
        if let Some(exception) = self.exception.get() {
            if let Some(base) = exception.cast::<exc::base::BaseExceptionObject>() {
                base.traceback.set(self.exception_traceback.take());
            }
            return Ok(Err(exception));
        }
        Ok(Ok(self.result.get().unwrap_or_else(objects::object::refs::none)))
    }

    /// The result, or its exception raised.
    ///
    /// # Errors
    /// The exception that was set; CancelledError; InvalidStateError while it is pending.
    pub fn get_result(&self) -> Result<Ref> {
        match self.outcome()? {
            Ok(result) => Ok(result),
            Err(exception) => Err(raise_object(&exception)),
        }
    }

    /// # Errors
    /// What the loop raises.
    pub fn add_done_callback(&self, callback: &Object, context: &Object) -> Result<()> {
        let Some(event_loop) = self.event_loop.get() else {
            return Err(raise!(RuntimeError, "uninitialized Future object"));
        };
        if self.phase.get() != Phase::Pending {
            return call_soon(&event_loop, callback, Some(self), Some(context));
        }
        self.callbacks.push(callback.to_ref(), context.to_ref());
        Ok(())
    }

    /// Tells the loop's exception handler of something about this future.
    pub fn report(&self, message: &str, exception: Option<Ref>, what: &str) {
        let pending = objects::raise::take_pending();
        let reported = || -> Result<()> {
            let context = Dict::new()?;
            context.set_text("message", &*objects::types::str::Str::new(message)?)?;
            if let Some(exception) = &exception {
                context.set_text("exception", exception)?;
            }
            context.set_text(what, self)?;
            if let Some(traceback) = self.source_traceback.get() {
                context.set_text("source_traceback", &traceback)?;
            }
            let handler = attr::get(&*self.alive()?, id!("call_exception_handler"))?;
            if let Err(raised) = call::call_one_arg(&handler, &context) {
                objects::raise::write_unraisable(raised, Some(&handler));
            }
            Ok(())
        };
        if let Err(raised) = reported() {
            objects::raise::write_unraisable(raised, None);
        }
        if let Some(pending) = pending {
            objects::raise::restore(pending).leave();
        }
    }
}

/// Raises an exception object, with the one being handled as its context.
#[cold]
pub fn raise_object(exception: &Object) -> Raised {
    objects::raise::set(exception.class(), Some(exception))
}
