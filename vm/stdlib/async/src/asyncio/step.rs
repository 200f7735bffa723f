//! How a task runs: the coroutine goes on until it waits for a future, and goes on again when that is done.

use super::future::{Future, Phase};
use super::state::{self, call_soon, held, is_cancelled_error};
use super::task::{Step, Task};
use core::ffi::c_void;
use objects::args::Sent;
use objects::protocol::{attr, call, iter, object};
use objects::typeobject::{MethodDef, flags};
use objects::types::cfunction;
use objects::types::context::Context;
use objects::types::exceptions as exc;
use objects::types::generator::PyGen_Type;
use objects::types::none::none;
use objects::{Instance, Object, Raised, Ref, Result, id, raise};

/// The function of a task that is called when what it waits for is done.
static WAKEUP: MethodDef = MethodDef {
    ml_name: c"task_wakeup".as_ptr(),
    ml_meth: wake_up as *const c_void,
    ml_flags: flags::METH_O,
    ml_doc: core::ptr::null(),
};

unsafe extern "C" fn wake_up(task: &Object, future: &Object) -> Result<Ref> {
    // SAFETY: the function is bound to tasks only.
    unsafe { task.cast_unchecked::<Task>() }.wake_up(future)?;
    Ok(objects::object::refs::none())
}

/// After `raised`, something else failed as well: its exception gets the first one as its context
/// (`_PyErr_ChainExceptions1`).
fn chain(first: Ref) -> Raised {
    let Some(second) = objects::raise::take_pending() else { return objects::raise::restore(first) };
    if let Some(base) = second.cast::<exc::base::BaseExceptionObject>() {
        base.context.set(Some(first));
    }
    objects::raise::restore(second)
}

/// Undoes with `undo` what was done before `result` came about, whatever that is.
fn afterwards(result: Result<()>, undo: impl FnOnce() -> Result<()>) -> Result<()> {
    match result {
        Ok(()) => undo(),
        Err(raised) => {
            let first = raised.take();
            match undo() {
                Ok(()) => Err(objects::raise::restore(first)),
                Err(raised) => {
                    raised.leave();
                    Err(chain(first))
                }
            }
        }
    }
}

/// `asyncio.futures._get_loop` for something that looks like a future.
fn loop_of(future: &Object) -> Result<Ref> {
    if let Some(future) = Future::exact(future) {
        return future.alive();
    }
    match attr::get_optional(future, id!("get_loop"))? {
        Some(get_loop) => call::call_no_args(&get_loop),
        None => attr::get(future, id!("_loop")),
    }
}

fn shown(object: &Object) -> Result<String> {
    Ok(object::repr(object)?.to_string_lossy())
}

impl Task {
    /// Asks the loop for a step.
    ///
    /// # Errors
    /// What the loop raises.
    pub fn call_step_soon(&self, exception: Option<&Object>) -> Result<()> {
        let step = Step::new(self, exception)?;
        call_soon(&*self.future.alive()?, &step, None, self.context.get().as_deref())
    }

    /// The first step, at once and in the task's context.
    pub(super) fn start_eagerly(&self) -> Result<()> {
        let event_loop = self.future.alive()?;
        let previous = state::swap_current_task(&event_loop, self)?;
        let eager = held(&state::state().eager_tasks)?;
        eager.add_item(self)?;
        let context = self.context.get().ok_or_else(objects::raise::bad_internal_call)?;
        let entered =
            context.cast::<Context>().ok_or_else(|| raise!(TypeError, "an instance of Context was expected"));
        let result = entered.and_then(|context| {
            context.enter()?;
            afterwards(self.run(None), || context.exit())
        });
        let result = afterwards(result, || state::swap_current_task(&event_loop, &previous).map(|_| ()));
        let result = afterwards(result, || eager.discard_item(self).map(|_| ()));
        if self.future.phase.get() == Phase::Pending {
            return afterwards(result, || state::register(self));
        }
        self.coroutine.set(None);
        result
    }

    /// One step as the loop's current task; `exception` is thrown into the coroutine.
    ///
    /// # Errors
    /// KeyboardInterrupt and SystemExit of the coroutine; what the loop raises.
    pub fn step(&self, exception: Option<&Object>) -> Result<()> {
        let event_loop = self.future.alive()?;
        state::enter_task(&event_loop, self)?;
        afterwards(self.run(exception), || state::leave_task(&event_loop, self))
    }

    fn run(&self, exception: Option<&Object>) -> Result<()> {
        if self.future.phase.get() != Phase::Pending {
            let (task, exception) = (shown(self)?, shown(exception.unwrap_or(none()))?);
            return Err(state::invalid_state(&format!("__step(): already done: {task} {exception}")));
        }
        let mut exception = exception.map(Instance::to_ref);
        if self.must_cancel.get() {
            if !exception.as_deref().is_some_and(is_cancelled_error) {
                exception = Some(self.future.make_cancelled_error()?);
            }
            self.must_cancel.set(false);
        }
        self.waits_for.set(None);
        let Some(coroutine) = self.coroutine.get() else {
            return Err(raise!(RuntimeError, "uninitialized Task object"));
        };
        let sent = match &exception {
            None => iter::send(&coroutine, none()),
            Some(exception) => iter::sent_by_call(call::call_method(&coroutine, id!("throw"), &[exception])),
        };
        match sent {
            Ok(Sent::Next(awaited)) => self.wait_for(awaited),
            Ok(Sent::Return(_)) if self.must_cancel.replace(false) => {
                self.future.cancel(self.future.cancel_message.get()).map(|_| ())
            }
            Ok(Sent::Return(result)) => self.future.set_result(result),
            Err(raised) => self.end_with(raised.take()),
        }
    }

    /// The coroutine has raised.
    fn end_with(&self, exception: Ref) -> Result<()> {
        if is_cancelled_error(&exception) {
            self.future.cancelled_exception.set(Some(exception));
            return self.future.cancel(None).map(|_| ());
        }
        self.future.set_exception(&exception)?;
        let class = exception.class();
        if class.is_subtype(&exc::KeyboardInterrupt) || class.is_subtype(&exc::SystemExit) {
            return Err(objects::raise::restore(exception));
        }
        Ok(())
    }

    /// Arranges for a step when what the coroutine waits for is done.
    fn wait_for(&self, awaited: Ref) -> Result<()> {
        if awaited.is(self) {
            return self.fail_soon(&format!("Task cannot await on itself: {}", shown(self)?));
        }
        if let Some(future) = Future::exact(&awaited) {
            if future.event_loop.as_ptr() != self.future.event_loop.as_ptr() {
                return self.different_loop(&awaited);
            }
            if !future.blocking.replace(false) {
                return self.plain_yield(&awaited);
            }
            let (wakeup, context) = self.wakeup()?;
            future.add_done_callback(&wakeup, &context)?;
            return self.waiting(awaited);
        }
        if awaited.is(none()) {
            return self.call_step_soon(None);
        }
        let name = id!("_asyncio_future_blocking");
        if let Some(blocking) = attr::get_optional(&awaited, name)?
            && !blocking.is(none())
        {
            let blocking = object::is_true(&blocking)?;
            if loop_of(&awaited)?.as_ptr() != self.future.event_loop.as_ptr() {
                return self.different_loop(&awaited);
            }
            if !blocking {
                return self.plain_yield(&awaited);
            }
            attr::set(&awaited, name, Some(objects::types::bool::from_bool(false)))?;
            let (wakeup, context) = self.wakeup()?;
            state::add_done_callback(&awaited, &wakeup, &context)?;
            return self.waiting(awaited);
        }
        if object::is_instance(&awaited, PyGen_Type.as_object())? {
            let (task, awaited) = (shown(self)?, shown(&awaited)?);
            return self.fail_soon(&format!(
                "yield was used instead of yield from for generator in task {task} with {awaited}"
            ));
        }
        self.fail_soon(&format!("Task got bad yield: {}", shown(&awaited)?))
    }

    /// The callback that goes on with the task, and the context to run it in.
    fn wakeup(&self) -> Result<(Ref<cfunction::Function>, Ref)> {
        let context = self.context.get().ok_or_else(objects::raise::bad_internal_call)?;
        Ok((cfunction::Function::new(&WAKEUP, Some(self), None)?, context))
    }

    /// Notes what the task waits for; a cancellation that came meanwhile goes there.
    fn waiting(&self, future: Ref) -> Result<()> {
        self.waits_for.set(Some(future.clone()));
        if self.must_cancel.get() {
            let message = self.future.cancel_message.get().unwrap_or_else(objects::object::refs::none);
            if state::cancel(&future, &message)? {
                self.must_cancel.set(false);
            }
        }
        Ok(())
    }

    /// Throws a RuntimeError into the coroutine in the next step.
    #[cold]
    fn fail_soon(&self, text: &str) -> Result<()> {
        let text = objects::types::str::Str::new(text)?;
        let error = call::call_one_arg(exc::RuntimeError.as_object(), &text)?;
        self.call_step_soon(Some(&error))
    }

    #[cold]
    fn different_loop(&self, future: &Object) -> Result<()> {
        let (task, future) = (shown(self)?, shown(future)?);
        self.fail_soon(&format!("Task {task} got Future {future} attached to a different loop"))
    }

    #[cold]
    fn plain_yield(&self, future: &Object) -> Result<()> {
        let (task, future) = (shown(self)?, shown(future)?);
        self.fail_soon(&format!("yield was used instead of yield from in task {task} with {future}"))
    }

    /// What the task waits for is done.
    fn wake_up(&self, future: &Object) -> Result<()> {
        let outcome = match Future::exact(future) {
            Some(future) => future.outcome(),
            None => call::call_method(future, id!("result"), &[]).map(Ok),
        };
        match outcome {
            Ok(Ok(_result)) => self.step(None),
            Ok(Err(exception)) => self.step(Some(&exception)),
            Err(raised) => self.step(Some(&*raised.take())),
        }
    }
}
