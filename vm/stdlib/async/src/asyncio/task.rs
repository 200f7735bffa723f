//! `Task`: a future that runs a coroutine, step by step (see [`super::step`]).

use super::future::{Future, Phase};
use super::future_iter::FutureIter;
use super::methods::FUTURE;
use super::state::{self, held};
use core::cell::Cell;
use macros::{Trace, pytype};
use objects::args::Kwargs;
use objects::protocol::{call, object};
use objects::types::context::Context;
use objects::types::dict::Dict;
use objects::types::int::Int;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, id, raise};

/// `TaskObj`.
#[repr(C)]
#[derive(Trace)]
pub struct Task {
    pub future: Future,
    pub waits_for: Slot,
    pub coroutine: Slot,
    /// A `str`, or the number that will be in the name once somebody asks for it.
    name: Slot,
    pub context: Slot,
    pub must_cancel: Cell<bool>,
    log_destroy_pending: Cell<bool>,
    cancels_requested: Cell<i32>,
}

#[pytype(name = "Task", module = "_asyncio", static_name = TASK, base = FUTURE, gc, flags = [BASETYPE])]
impl Task {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Task>> {
        Ref::new_in(
            class,
            Task {
                future: Future::blank(),
                waits_for: Slot::empty(),
                coroutine: Slot::empty(),
                name: Slot::empty(),
                context: Slot::empty(),
                must_cancel: Cell::new(false),
                log_destroy_pending: Cell::new(false),
                cancels_requested: Cell::new(0),
            },
        )
    }

    #[init("(coro, *, loop=None, name=None, context=None, eager_start=False)", vectorcall)]
    fn tp_init(
        &self,
        coro: &Object,
        event_loop: Option<&Object>,
        name: Option<&Object>,
        context: Option<&Object>,
        eager_start: bool,
    ) -> Result<()> {
        self.future.init(event_loop)?;
        if !state::is_coroutine(coro)? {
            self.log_destroy_pending.set(false);
            let shown = object::repr(coro)?.to_string_lossy();
            return Err(raise!(TypeError, "a coroutine was expected, got {shown}"));
        }
        self.context.set(Some(match context.filter(|context| !context.is(none())) {
            Some(context) => context.to_ref(),
            None => Context::copy_current()?.upcast(),
        }));
        self.waits_for.set(None);
        self.must_cancel.set(false);
        self.log_destroy_pending.set(true);
        self.cancels_requested.set(0);
        self.coroutine.set(Some(coro.to_ref()));
        self.name.set(Some(match name.filter(|name| !name.is(none())) {
            Some(name) => object::str(name)?.upcast(),
            None => Int::from_u64(state::next_task_number())?.upcast(),
        }));
        if eager_start {
            let event_loop = self.future.alive()?;
            if object::is_true(&*call::call_method(&event_loop, id!("is_running"), &[])?)? {
                return self.start_eagerly();
            }
        }
        self.call_step_soon(None)?;
        state::register(self)
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref<FutureIter>> {
        FutureIter::new(&self.future)
    }

    #[slot(am_await)]
    fn am_await(&self) -> Result<Ref<FutureIter>> {
        FutureIter::new(&self.future)
    }

    #[slot(tp_finalize)]
    fn finalize(&self) {
        if self.future.phase.get() == Phase::Pending && self.log_destroy_pending.get() {
            self.future.report("Task was destroyed but it is pending!", None, "task");
        }
        if self.future.log_traceback.replace(false) {
            let message = format!("{} exception was never retrieved", self.class().name());
            self.future.report(&message, self.future.exception.get(), "future");
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref> {
        self.future.alive()?;
        call::call_one_arg(&*held(&state::state().task_repr)?, self)
    }

    #[method("result($self, /)")]
    fn result(&self) -> Result<Ref> {
        self.future.py_result()
    }

    #[method("exception($self, /)")]
    fn exception(&self) -> Result<Option<Ref>> {
        self.future.py_exception()
    }

    #[method("set_result($self, result, /)")]
    fn set_result(&self, _result: &Object) -> Result<()> {
        Err(raise!(RuntimeError, "Task does not support set_result operation"))
    }

    #[method("set_exception($self, exception, /)")]
    fn set_exception(&self, _exception: &Object) -> Result<()> {
        Err(raise!(RuntimeError, "Task does not support set_exception operation"))
    }

    #[method("add_done_callback($self, fn, /, *, context=<unrepresentable>)")]
    fn add_done_callback(&self, function: &Object, context: Option<&Object>) -> Result<()> {
        self.future.py_add_done_callback(function, context)
    }

    #[method("remove_done_callback($self, fn, /)")]
    fn remove_done_callback(&self, function: &Object) -> Result<usize> {
        self.future.remove_done_callback(function)
    }

    #[method("cancel($self, /, msg=None)")]
    fn cancel(&self, msg: Option<&Object>) -> Result<bool> {
        self.future.log_traceback.set(false);
        if self.future.phase.get() != Phase::Pending {
            return Ok(false);
        }
        self.cancels_requested.set(self.cancels_requested.get().saturating_add(1));
        let message = msg.unwrap_or(none());
        if let Some(waits_for) = self.waits_for.get()
            && state::cancel(&waits_for, message)?
        {
            return Ok(true);
        }
        self.must_cancel.set(true);
        self.future.cancel_message.set(Some(message.to_ref()));
        Ok(true)
    }

    #[method("cancelling($self, /)")]
    fn cancelling(&self) -> i32 {
        self.cancels_requested.get()
    }

    #[method("uncancel($self, /)")]
    fn uncancel(&self) -> i32 {
        let left = (self.cancels_requested.get() - 1).max(0);
        if left == 0 && self.cancels_requested.get() > 0 {
            self.must_cancel.set(false);
        }
        self.cancels_requested.set(left);
        left
    }

    #[method("cancelled($self, /)")]
    fn cancelled(&self) -> bool {
        self.future.cancelled()
    }

    #[method("done($self, /)")]
    fn done(&self) -> bool {
        self.future.is_done()
    }

    #[method("_make_cancelled_error($self, /)")]
    fn make_cancelled_error(&self) -> Result<Ref> {
        self.future.make_cancelled_error()
    }

    #[method("get_stack($self, /, *, limit=None)")]
    fn get_stack(&self, limit: Option<&Object>) -> Result<Ref> {
        let function = held(&state::state().task_get_stack)?;
        call::call(&function, &[self.as_object(), limit.unwrap_or(none())])
    }

    #[method("print_stack($self, /, *, limit=None, file=None)")]
    fn print_stack(&self, limit: Option<&Object>, file: Option<&Object>) -> Result<Ref> {
        let function = held(&state::state().task_print_stack)?;
        call::call(&function, &[self.as_object(), limit.unwrap_or(none()), file.unwrap_or(none())])
    }

    #[method("get_name($self, /)")]
    fn get_name(&self) -> Result<Option<Ref>> {
        let Some(name) = self.name.get() else { return Ok(None) };
        let Some(number) = name.cast::<Int>() else { return Ok(Some(name)) };
        let text = object::str(number)?.to_string_lossy();
        let name = Str::new(&format!("Task-{text}"))?.upcast();
        self.name.set(Some(name.clone()));
        Ok(Some(name))
    }

    #[method("set_name($self, value, /)")]
    fn set_name(&self, value: &Object) -> Result<()> {
        self.name.set(Some(object::str(value)?.upcast()));
        Ok(())
    }

    #[method("get_coro($self, /)")]
    fn get_coro(&self) -> Option<Ref> {
        self.coroutine.get()
    }

    #[method("get_context($self, /)")]
    fn get_context(&self) -> Option<Ref> {
        self.context.get()
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(cls: &TypeObject, object: &Object) -> Result<Ref> {
        objects::types::generic_alias::new(cls, object)
    }

    #[getter("_log_destroy_pending")]
    fn get_log_destroy_pending(&self) -> bool {
        self.log_destroy_pending.get()
    }

    #[setter("_log_destroy_pending")]
    fn set_log_destroy_pending(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else { return Err(raise!(AttributeError, "cannot delete attribute")) };
        self.log_destroy_pending.set(object::is_true(value)?);
        Ok(())
    }

    #[getter("_must_cancel")]
    fn get_must_cancel(&self) -> bool {
        self.must_cancel.get()
    }

    #[getter("_coro")]
    fn get_coroutine(&self) -> Option<Ref> {
        self.coroutine.get()
    }

    #[getter("_fut_waiter")]
    fn get_waiter(&self) -> Option<Ref> {
        self.waits_for.get()
    }
}

/// `TaskStepMethWrapper`: what the loop calls to make a task take a step.
#[repr(C)]
#[derive(Trace)]
pub struct Step {
    ob_base: Object,
    task: Slot<Task>,
    /// The exception to throw into the coroutine.
    exception: Slot,
}

impl Step {
    /// # Errors
    /// MemoryError.
    pub fn new(task: &Task, exception: Option<&Object>) -> Result<Ref<Step>> {
        Ref::new(Step {
            ob_base: Object::HEAD,
            task: Slot::new(task.to_ref()),
            exception: Slot::from_option(exception.map(Instance::to_ref)),
        })
    }
}

#[pytype(name = "TaskStepMethWrapper", module = "_asyncio", getattro = objects::attrs::generic_getattro, static_name = STEP, gc, no_new)]
impl Step {
    #[slot(tp_call)]
    fn call(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        if !Kwargs::dict(kwargs.map(Instance::as_object)).is_empty() {
            return Err(raise!(TypeError, "function takes no keyword arguments"));
        }
        if !args.is_empty() {
            return Err(raise!(TypeError, "function takes no positional arguments"));
        }
        let Some(task) = self.task.get() else { return Err(objects::raise::bad_internal_call()) };
        task.step(self.exception.get().as_deref())
    }

    #[getter("__self__")]
    fn this(&self) -> Option<Ref<Task>> {
        self.task.get()
    }
}
