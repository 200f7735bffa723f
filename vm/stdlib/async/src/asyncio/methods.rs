//! What Python sees of a `Future`.

use super::future::{Future, Phase};
use super::future_iter::FutureIter;
use super::state::{self, held, invalid_state};
use macros::pytype;
use objects::protocol::{call, compare};
use objects::types::context::Context;
use objects::types::dict::Dict;
use objects::types::list::List;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, TypeObject, raise};

/// AttributeError for `del` of an attribute.
#[cold]
fn cannot_delete() -> Raised {
    raise!(AttributeError, "cannot delete attribute")
}

#[pytype(
    name = "Future", module = "_asyncio", static_name = FUTURE, gc, flags = [BASETYPE],
    dict = dict, weaklist = weakreflist
)]
impl Future {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Future>> {
        Ref::new_in(class, Future::blank())
    }

    #[init("(*, loop=None)", vectorcall)]
    fn tp_init(&self, event_loop: Option<&Object>) -> Result<()> {
        self.init(event_loop)
    }

    #[slot(tp_finalize)]
    fn finalize(&self) {
        if self.log_traceback.replace(false) {
            let message = format!("{} exception was never retrieved", self.class().name());
            self.report(&message, self.exception.get(), "future");
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref> {
        self.alive()?;
        call::call_one_arg(&*held(&state::state().future_repr)?, self)
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref<FutureIter>> {
        FutureIter::new(self)
    }

    #[slot(am_await)]
    fn am_await(&self) -> Result<Ref<FutureIter>> {
        FutureIter::new(self)
    }

    #[method("result($self, /)")]
    pub(super) fn py_result(&self) -> Result<Ref> {
        if !self.is_alive() {
            return Err(invalid_state("Future object is not initialized."));
        }
        self.get_result()
    }

    #[method("exception($self, /)")]
    pub(super) fn py_exception(&self) -> Result<Option<Ref>> {
        if !self.is_alive() {
            return Err(invalid_state("Future object is not initialized."));
        }
        match self.phase.get() {
            Phase::Cancelled => Err(self.raise_cancelled()),
            Phase::Pending => Err(invalid_state("Exception is not set.")),
            Phase::Finished => {
                if !self.exception.is_empty() {
                    self.log_traceback.set(false);
                }
                Ok(self.exception.get())
            }
        }
    }

    #[method("set_result($self, result, /)")]
    fn py_set_result(&self, result: &Object) -> Result<()> {
        self.set_result(result.to_ref())
    }

    #[method("set_exception($self, exception, /)")]
    fn py_set_exception(&self, exception: &Object) -> Result<()> {
        self.set_exception(exception)
    }

    #[method("add_done_callback($self, fn, /, *, context=<unrepresentable>)")]
    pub(super) fn py_add_done_callback(&self, function: &Object, context: Option<&Object>) -> Result<()> {
        match context {
            Some(context) => self.add_done_callback(function, context),
            None => self.add_done_callback(function, &*Context::copy_current()?),
        }
    }

    #[method("remove_done_callback($self, fn, /)")]
    pub(super) fn remove_done_callback(&self, function: &Object) -> Result<usize> {
        self.alive()?;
        let callbacks = self.callbacks.to_vec();
        let before = callbacks.len();
        let mut kept = Vec::with_capacity(before);
        for (callback, context) in callbacks {
            if !compare::equal(&callback, function)? {
                kept.push((callback, context));
            }
        }
        let removed = before - kept.len();
        if removed > 0 {
            self.callbacks.replace(kept);
        }
        Ok(removed)
    }

    #[method("cancel($self, /, msg=None)")]
    fn py_cancel(&self, msg: Option<&Object>) -> Result<bool> {
        self.alive()?;
        self.cancel(Some(msg.map_or_else(objects::object::refs::none, Instance::to_ref)))
    }

    #[method("cancelled($self, /)")]
    pub(super) fn cancelled(&self) -> bool {
        self.is_alive() && self.phase.get() == Phase::Cancelled
    }

    #[method("done($self, /)")]
    fn done(&self) -> bool {
        self.is_done()
    }

    #[method("get_loop($self, /)")]
    fn get_loop(&self) -> Result<Ref> {
        self.alive()
    }

    #[method("_make_cancelled_error($self, /)")]
    fn py_make_cancelled_error(&self) -> Result<Ref> {
        self.make_cancelled_error()
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(cls: &TypeObject, object: &Object) -> Result<Ref> {
        objects::types::generic_alias::new(cls, object)
    }

    #[getter("_state")]
    fn state(&self) -> Result<&'static str> {
        self.alive()?;
        Ok(match self.phase.get() {
            Phase::Pending => "PENDING",
            Phase::Cancelled => "CANCELLED",
            Phase::Finished => "FINISHED",
        })
    }

    #[getter("_asyncio_future_blocking")]
    fn get_blocking(&self) -> bool {
        self.is_alive() && self.blocking.get()
    }

    #[setter("_asyncio_future_blocking")]
    fn set_blocking(&self, value: Option<&Object>) -> Result<()> {
        self.alive()?;
        let value = objects::protocol::object::is_true(value.ok_or_else(cannot_delete)?)?;
        self.blocking.set(value);
        Ok(())
    }

    #[getter("_loop")]
    fn get_loop_attribute(&self) -> Option<Ref> {
        self.event_loop.get()
    }

    #[getter("_callbacks")]
    fn get_callbacks(&self) -> Result<Option<Ref<List>>> {
        self.alive()?;
        let callbacks = self.callbacks.to_vec();
        if callbacks.is_empty() {
            return Ok(None);
        }
        let pair = |(callback, context)| Ok(Tuple::from_array([callback, context])?.upcast());
        let pairs = callbacks.into_iter().map(pair).collect::<Result<Vec<Ref>>>()?;
        List::from_vec(pairs).map(Some)
    }

    #[getter("_result")]
    fn get_result_attribute(&self) -> Result<Option<Ref>> {
        self.alive()?;
        Ok(self.result.get())
    }

    #[getter("_exception")]
    fn get_exception_attribute(&self) -> Result<Option<Ref>> {
        self.alive()?;
        Ok(self.exception.get())
    }

    #[getter("_log_traceback")]
    fn get_log_traceback(&self) -> Result<bool> {
        self.alive()?;
        Ok(self.log_traceback.get())
    }

    #[setter("_log_traceback")]
    fn set_log_traceback(&self, value: Option<&Object>) -> Result<()> {
        if objects::protocol::object::is_true(value.ok_or_else(cannot_delete)?)? {
            return Err(raise!(ValueError, "_log_traceback can only be set to False"));
        }
        self.log_traceback.set(false);
        Ok(())
    }

    #[getter("_source_traceback")]
    fn get_source_traceback(&self) -> Option<Ref> {
        self.source_traceback.get()
    }

    #[getter("_cancel_message")]
    fn get_cancel_message(&self) -> Option<Ref> {
        self.cancel_message.get()
    }

    #[setter("_cancel_message")]
    fn set_cancel_message(&self, value: Option<&Object>) -> Result<()> {
        self.cancel_message.set(Some(value.ok_or_else(cannot_delete)?.to_ref()));
        Ok(())
    }
}

impl Future {
    /// `object` as a future of exactly this module's classes, whose methods nobody has replaced.
    pub fn exact(object: &Object) -> Option<&Future> {
        let exact = object.is_exactly(&FUTURE) || object.is_exactly(super::task::Task::class());
        // SAFETY: a task begins with a future.
        exact.then(|| unsafe { object.cast_unchecked() })
    }
}
