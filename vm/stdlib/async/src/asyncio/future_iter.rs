//! The iterator behind `await future`.

use super::future::Future;
use macros::{Trace, pytype};
use objects::args::Sent;
use objects::object::refs;
use objects::protocol::call;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::none::none;
use objects::types::traceback::Traceback;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, raise};

/// `futureiterobject`.
#[repr(C)]
#[derive(Trace)]
pub struct FutureIter {
    ob_base: Object,
    future: Slot<Future>,
}

impl FutureIter {
    /// # Errors
    /// RuntimeError for a future that is not initialised.
    pub fn new(future: &Future) -> Result<Ref<FutureIter>> {
        future.alive()?;
        Ref::new(FutureIter { ob_base: Object::HEAD, future: Slot::new(future.to_ref()) })
    }

    fn advance(&self) -> Result<Sent> {
        let Some(future) = self.future.get() else { return Ok(Sent::Return(refs::none())) };
        if future.is_done() {
            self.future.set(None);
            return future.get_result().map(Sent::Return);
        }
        if future.blocking.replace(true) {
            return Err(raise!(RuntimeError, "await wasn't used with future"));
        }
        Ok(Sent::Next(future.upcast()))
    }

    fn next_or_stop(&self) -> Result<Option<Ref>> {
        match self.advance()? {
            Sent::Next(future) => Ok(Some(future)),
            Sent::Return(value) if value.is(none()) => Ok(None),
            Sent::Return(value) => Err(objects::raise::stop_iteration(Some(&value))),
        }
    }
}

#[pytype(
    name = "FutureIter", module = "_asyncio", getattro = objects::attrs::generic_getattro, static_name = FUTURE_ITER, gc,
    iter = objects::slots::self_iter
)]
impl FutureIter {
    /// One that is exhausted.
    #[slot(tp_new)]
    fn py_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<FutureIter>> {
        if !args.items().is_empty() || kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            return Err(raise!(TypeError, "_asyncio.FutureIter() takes no arguments"));
        }
        Ref::new_in(class, FutureIter { ob_base: Object::HEAD, future: Slot::empty() })
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        self.next_or_stop()
    }

    #[slot(am_send)]
    fn am_send(&self, _value: &Object) -> Result<Sent> {
        self.advance()
    }

    #[method("send($self, object, /)")]
    fn send(&self, _value: &Object) -> Result<Ref> {
        self.next_or_stop()?.ok_or_else(|| objects::raise::stop_iteration(None))
    }

    #[method("throw", raw)]
    fn throw(&self, args: &[&Object]) -> Result<Ref> {
        let (kind, value, traceback) = match *args {
            [kind] => (kind, None, None),
            [kind, value] => (kind, Some(value), None),
            [kind, value, traceback] => (kind, Some(value), Some(traceback)),
            [] => return Err(raise!(TypeError, "throw expected at least 1 argument, got 0")),
            _ => return Err(raise!(TypeError, "throw expected at most 3 arguments, got {}", args.len())),
        };
        if args.len() > 1 {
            let text = "the (type, exc, tb) signature of throw() is deprecated, \
                        use the single-arg signature instead.";
            objects::hooks::WARN.get()(&exc::DeprecationWarning, text, 1)?;
        }
        let value = value.filter(|value| !value.is(none()));
        let traceback = traceback.filter(|traceback| !traceback.is(none()));
        if traceback.is_some_and(|traceback| traceback.cast::<Traceback>().is_none()) {
            return Err(raise!(TypeError, "throw() third argument must be a traceback"));
        }
        let is_class = kind
            .cast::<TypeObject>()
            .is_some_and(|class| class.has_feature(objects::typeobject::flags::BASE_EXC_SUBCLASS));
        let exception = if is_class {
            match value {
                Some(value) if objects::protocol::object::is_instance(value, kind)? => value.to_ref(),
                Some(value) => match value.cast::<Tuple>() {
                    Some(args) => call::call_with_tuple(kind, args, None)?,
                    None => call::call_one_arg(kind, value)?,
                },
                None => call::call_no_args(kind)?,
            }
        } else if kind.cast::<exc::base::BaseExceptionObject>().is_some() {
            if value.is_some() {
                return Err(raise!(TypeError, "instance exception may not have a separate value"));
            }
            kind.to_ref()
        } else {
            return Err(raise!(
                TypeError,
                "exceptions must be classes deriving BaseException or instances of such a class"
            ));
        };
        self.future.set(None);
        if let (Some(traceback), Some(base)) = (traceback, exception.cast::<exc::base::BaseExceptionObject>())
        {
            base.traceback.set(Some(traceback.to_ref()));
        }
        Err(objects::raise::restore(exception))
    }

    #[method("close($self, /)")]
    fn close(&self) {
        self.future.set(None);
    }
}
