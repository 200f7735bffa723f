//! What drives an asynchronous generator: the awaitables of `__anext__`, `asend`, `athrow` and `aclose`, and the wrapper that tells a
//! value it yielded from what it awaits.

use super::methods::{thrown, thrown_quietly, warn_old_signature};
use super::{AsyncGenerator, Generator, PyCoro_Type, Sent};
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object, heap};
use crate::protocol::call;
use crate::raise::{self, Result};
use crate::types::exceptions as exc;
use crate::types::none;
use crate::types::tuple::Tuple;
use bytecode::code::flags::ITERABLE_COROUTINE;
use core::cell::Cell;
use macros::{Trace, pytype};

/// A value that an asynchronous generator yields, as it leaves its code.
#[repr(C)]
#[derive(Trace)]
pub struct WrappedValue {
    ob_base: Object,
    value: Slot,
}

#[pytype(name = "async_generator_wrapped_value", symbol = _PyAsyncGenWrappedValue_Type, gc, no_new)]
impl WrappedValue {}

/// `INTRINSIC_ASYNC_GEN_WRAP`.
///
/// # Errors
/// MemoryError.
pub fn wrap(value: &Object) -> Result<Ref> {
    Ok(Ref::new(WrappedValue { ob_base: Object::HEAD, value: Slot::new(value.to_ref()) })?.upcast())
}

/// The states of an awaitable.
mod progress {
    pub const INIT: u8 = 0;
    pub const ITER: u8 = 1;
    pub const CLOSED: u8 = 2;
}

/// Calls the first-iteration hook once and notes the finaliser.
fn init_hooks(generator: &AsyncGenerator) -> Result<()> {
    if generator.0.hooks_inited.replace(true) {
        return Ok(());
    }
    let ts = crate::state::current();
    generator.0.origin_or_finalizer.set(ts.async_gen_finalizer.get());
    if let Some(first) = ts.async_gen_firstiter.get() {
        call::call_one_arg(&first, generator.as_object())?;
    }
    Ok(())
}

/// The awaitable of `__anext__` (no value) and `asend`.
///
/// # Errors
/// What the first-iteration hook raises.
pub fn send(generator: &AsyncGenerator, value: Option<&Object>) -> Result<Ref> {
    init_hooks(generator)?;
    Ok(Ref::new(AsyncSend {
        ob_base: Object::HEAD,
        generator: Slot::new(generator.to_ref()),
        value: Slot::from_option(value.map(Instance::to_ref)),
        state: Cell::new(progress::INIT),
    })?
    .upcast())
}

/// The awaitable of `athrow`, and without arguments of `aclose`.
///
/// # Errors
/// What the first-iteration hook raises.
pub fn throw(generator: &AsyncGenerator, args: Option<&[&Object]>) -> Result<Ref> {
    if let Some(args) = args.filter(|args| args.is_empty() || args.len() > 3) {
        let bound = if args.is_empty() { "at least 1 argument" } else { "at most 3 arguments" };
        return Err(crate::raise!(TypeError, "athrow expected {bound}, got {}", args.len()));
    }
    if args.is_some_and(|args| args.len() > 1) {
        warn_old_signature("athrow")?;
    }
    init_hooks(generator)?;
    let args = args.map(Tuple::from_slice).transpose()?;
    Ok(Ref::new(AsyncThrow {
        ob_base: Object::HEAD,
        generator: Slot::new(generator.to_ref()),
        args: Slot::from_option(args),
        state: Cell::new(progress::INIT),
    })?
    .upcast())
}

/// A value that leaves the code: an awaited thing's passes on; one that was yielded is what the awaitable returns.
fn unwrap_result(generator: &Generator, sent: Result<Sent>) -> Result<Sent> {
    let finished = |generator: &Generator| {
        generator.closed.set(true);
        generator.running_async.set(false);
    };
    match sent {
        Ok(Sent::Yielded(value)) => match value.cast_exact::<WrappedValue>() {
            Some(wrapped) => {
                generator.running_async.set(false);
                Ok(Sent::Returned(wrapped.value.get().unwrap_or_else(|| none::none().to_ref())))
            }
            None => Ok(Sent::Yielded(value)),
        },
        Ok(Sent::Returned(_)) => {
            finished(generator);
            Err(raise::set_class(&exc::StopAsyncIteration))
        }
        Err(raised) => {
            if raised.matches(&exc::StopAsyncIteration) || raised.matches(&exc::GeneratorExit) {
                generator.closed.set(true);
            }
            generator.running_async.set(false);
            Err(raised)
        }
    }
}

/// What an awaitable's step gives to Python: its end is StopIteration.
fn or_stop(sent: Result<Sent>) -> Result<Ref> {
    match sent? {
        Sent::Yielded(value) => Ok(value),
        Sent::Returned(value) => Err(raise::stop_iteration(Some(&value))),
    }
}

/// `async_generator_asend`.
#[repr(C)]
#[derive(Trace)]
pub struct AsyncSend {
    ob_base: Object,
    generator: Slot<AsyncGenerator>,
    value: Slot,
    state: Cell<u8>,
}

impl AsyncSend {
    fn generator(&self) -> Result<Ref<AsyncGenerator>> {
        self.generator.get().ok_or_else(raise::null_result)
    }

    /// The generator, ready to be resumed by this awaitable; whether this is the first time.
    fn begin(&self) -> Result<(Ref<AsyncGenerator>, bool)> {
        let generator = self.generator()?;
        let first = self.state.get() == progress::INIT;
        if self.state.get() == progress::CLOSED {
            return Err(crate::raise!(RuntimeError, "cannot reuse already awaited __anext__()/asend()"));
        }
        if first && generator.0.running_async.get() {
            self.state.set(progress::CLOSED);
            return Err(crate::raise!(RuntimeError, "anext(): asynchronous generator is already running"));
        }
        self.state.set(progress::ITER);
        generator.0.running_async.set(true);
        Ok((generator, first))
    }

    fn step(&self, value: &Object) -> Result<Sent> {
        let (generator, first) = self.begin()?;
        let own = self.value.get();
        let value = match &own {
            Some(own) if first && value.is(none::none()) => own,
            _ => value,
        };
        let sent = generator.0.resume(Some(value));
        self.end(&generator.0, sent)
    }

    /// What a step came to; the awaitable cannot be used again unless it passed a value on.
    fn end(&self, generator: &Generator, sent: Result<Sent>) -> Result<Sent> {
        let result = unwrap_result(generator, sent);
        if !matches!(result, Ok(Sent::Yielded(_))) {
            self.state.set(progress::CLOSED);
        }
        result
    }
}

#[pytype(name = "async_generator_asend", symbol = _PyAsyncGenASend_Type, gc, no_new)]
impl AsyncSend {
    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(this: *mut Object) {
        // SAFETY: an object that nobody refers to any more; its class has no subclasses.
        unsafe {
            if (*this).cast_unchecked::<AsyncSend>().state.get() == progress::INIT {
                return crate::slots::dealloc::<AsyncSend>(this);
            }
            // It was awaited: there is nothing to warn of.
            heap::untrack(&*this);
            crate::slots::deallocate_own(this, |this| {
                core::ptr::drop_in_place(this.cast::<AsyncSend>());
                heap::free(this.cast());
            });
        }
    }

    #[slot(am_send)]
    unsafe extern "C" fn am_send(
        this: &Object,
        value: &Object,
        result: *mut Option<Ref>,
    ) -> core::ffi::c_int {
        // SAFETY: the slot's contract.
        unsafe { super::methods::report(this.cast_unchecked::<AsyncSend>().step(value), result) }
    }

    #[slot(tp_finalize)]
    fn finalize(&self) {
        if self.state.get() == progress::INIT {
            warn_never_awaited(self.generator.get(), "asend");
        }
    }

    #[slot(am_await)]
    fn py_await(&self) -> Result<Ref> {
        Ok(self.to_ref().upcast())
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref> {
        Ok(self.to_ref().upcast())
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        or_stop(self.step(none::none())).map(Some)
    }

    #[method("send($self, object, /)")]
    fn send(&self, value: &Object) -> Result<Ref> {
        or_stop(self.step(value))
    }

    #[method("throw", raw, unchecked, nosig)]
    fn throw(&self, args: &[&Object]) -> Result<Ref> {
        let (generator, _) = self.begin()?;
        let exception = thrown(args, "throw")?;
        let sent = generator.0.throw_exception(&exception, true);
        or_stop(self.end(&generator.0, sent))
    }

    #[method("close($self, /)")]
    fn close(&self) -> Result<()> {
        if self.state.get() == progress::CLOSED {
            return Ok(());
        }
        close_by(|| self.throw(&[exc::GeneratorExit.as_object()]), || self.state.set(progress::CLOSED))
    }
}

/// Throws GeneratorExit into an awaitable, which must end by it.
fn close_by(throw: impl FnOnce() -> Result<Ref>, done: impl FnOnce()) -> Result<()> {
    let result = throw();
    done();
    match result {
        Ok(_) => Err(crate::raise!(RuntimeError, "coroutine ignored GeneratorExit")),
        Err(raised)
            if raised.matches(&exc::StopIteration)
                || raised.matches(&exc::StopAsyncIteration)
                || raised.matches(&exc::GeneratorExit) =>
        {
            raised.clear();
            Ok(())
        }
        Err(raised) => Err(raised),
    }
}

/// `async_generator_athrow`: of `athrow`, or without arguments of `aclose`.
#[repr(C)]
#[derive(Trace)]
pub struct AsyncThrow {
    ob_base: Object,
    generator: Slot<AsyncGenerator>,
    args: Slot<Tuple>,
    state: Cell<u8>,
}

impl AsyncThrow {
    fn generator(&self) -> Result<Ref<AsyncGenerator>> {
        self.generator.get().ok_or_else(raise::null_result)
    }

    /// "aclose" or "athrow".
    fn name(&self) -> &'static str {
        if self.args.is_empty() { "aclose" } else { "athrow" }
    }

    /// Refuses what is over already, and a generator that somebody else drives.
    fn check(&self, generator: &Generator) -> Result<()> {
        if self.state.get() == progress::CLOSED {
            return Err(crate::raise!(RuntimeError, "cannot reuse already awaited aclose()/athrow()"));
        }
        if self.state.get() == progress::INIT && generator.running_async.get() {
            self.state.set(progress::CLOSED);
            let name = self.name();
            return Err(crate::raise!(RuntimeError, "{name}(): asynchronous generator is already running"));
        }
        Ok(())
    }

    fn step(&self, value: &Object) -> Result<Ref> {
        let holder = self.generator()?;
        let generator = &holder.0;
        if self.state.get() != progress::CLOSED && generator.is_finished() {
            self.state.set(progress::CLOSED);
            return Err(raise::stop_iteration(None));
        }
        self.check(generator)?;
        if self.state.get() == progress::ITER {
            let sent = generator.resume(Some(value));
            return self.finish(generator, sent);
        }
        if generator.closed.get() {
            self.state.set(progress::CLOSED);
            return Err(raise::set_class(&exc::StopAsyncIteration));
        }
        if !value.is(none::none()) {
            return Err(crate::raise!(RuntimeError, "can't send non-None value to a just-started coroutine"));
        }
        self.state.set(progress::ITER);
        generator.running_async.set(true);
        let exception = match self.args.get() {
            None => {
                generator.closed.set(true);
                raise::set_class(&exc::GeneratorExit).take()
            }
            Some(args) => thrown_quietly(args.items())?,
        };
        let sent = generator.throw_exception(&exception, false);
        self.finish(generator, sent)
    }

    fn finish(&self, generator: &Generator, sent: Result<Sent>) -> Result<Ref> {
        let result = match (self.args.is_empty(), sent) {
            (false, sent) => or_stop(unwrap_result(generator, sent)),
            (true, Ok(Sent::Yielded(value))) if value.cast_exact::<WrappedValue>().is_none() => {
                return Ok(value);
            }
            (true, Ok(Sent::Yielded(_))) => {
                Err(crate::raise!(RuntimeError, "async generator ignored GeneratorExit"))
            }
            (true, Ok(Sent::Returned(_))) => Err(raise::stop_iteration(None)),
            (true, Err(raised))
                if raised.matches(&exc::StopAsyncIteration) || raised.matches(&exc::GeneratorExit) =>
            {
                raised.clear();
                Err(raise::stop_iteration(None))
            }
            (true, Err(raised)) => Err(raised),
        };
        if result.is_err() {
            generator.running_async.set(false);
            self.state.set(progress::CLOSED);
        }
        result
    }
}

/// "coroutine method … was never awaited" (`_PyErr_WarnUnawaitedAgenMethod`).
fn warn_never_awaited(generator: Option<Ref<AsyncGenerator>>, method: &str) {
    let Some(generator) = generator else { return };
    let pending = raise::take_pending();
    let name = generator.0.qualname.get().map_or_else(String::new, |name| name.to_string_lossy());
    let text = format!("coroutine method '{method}' of '{name}' was never awaited");
    if let Err(raised) = crate::hooks::WARN.get()(&exc::RuntimeWarning, &text, 1) {
        raise::write_unraisable(raised, Some(generator.as_object()));
    }
    if let Some(pending) = pending {
        raise::restore(pending).leave();
    }
}

#[pytype(name = "async_generator_athrow", symbol = _PyAsyncGenAThrow_Type, gc, no_new)]
impl AsyncThrow {
    #[slot(tp_finalize)]
    fn finalize(&self) {
        if self.state.get() == progress::INIT {
            warn_never_awaited(self.generator.get(), self.name());
        }
    }

    #[slot(am_await)]
    fn py_await(&self) -> Result<Ref> {
        Ok(self.to_ref().upcast())
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref> {
        Ok(self.to_ref().upcast())
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        self.step(none::none()).map(Some)
    }

    #[method("send($self, object, /)")]
    fn send(&self, value: &Object) -> Result<Ref> {
        self.step(value)
    }

    #[method("throw", raw, unchecked, nosig)]
    fn throw(&self, args: &[&Object]) -> Result<Ref> {
        let holder = self.generator()?;
        self.check(&holder.0)?;
        self.state.set(progress::ITER);
        holder.0.running_async.set(true);
        let exception = thrown(args, "throw")?;
        let sent = holder.0.throw_exception(&exception, true);
        self.finish(&holder.0, sent)
    }

    #[method("close($self, /)")]
    fn close(&self) -> Result<()> {
        if self.state.get() == progress::CLOSED {
            return Ok(());
        }
        close_by(|| self.throw(&[exc::GeneratorExit.as_object()]), || self.state.set(progress::CLOSED))
    }
}

/// What `await` iterates: a coroutine itself, or what `__await__` returns.
///
/// # Errors
/// TypeError when the object cannot be awaited; what `__await__` raises.
pub fn awaitable_iterator(object: &Object) -> Result<Ref> {
    let is_coroutine = object.is_exactly(&PyCoro_Type)
        || object
            .cast_exact::<Generator>()
            .is_some_and(|generator| generator.iframe.code().has_flag(ITERABLE_COROUTINE));
    if is_coroutine {
        return Ok(object.to_ref());
    }
    let class = object.class();
    let Some(function) = class.async_methods().and_then(|table| table.am_await.get()) else {
        return Err(crate::raise!(TypeError, "object {} can't be used in 'await' expression", class.name()));
    };
    // SAFETY: the slot belongs to the object's class.
    let iterator = unsafe { function(object) }?;
    if iterator.is_exactly(&PyCoro_Type) {
        return Err(crate::raise!(TypeError, "__await__() returned a coroutine"));
    }
    if !crate::protocol::iter::is_iterator(&iterator) {
        return Err(crate::raise!(
            TypeError,
            "__await__() returned non-iterator of type '{}'",
            iterator.class().name()
        ));
    }
    Ok(iterator)
}

/// `anext(iterator, default)`: the awaitable's value, or `default` when the iteration has ended.
///
/// # Errors
/// MemoryError.
pub fn next_or_default(awaitable: &Object, default: &Object) -> Result<Ref> {
    Ok(Ref::new(NextOrDefault {
        ob_base: Object::HEAD,
        awaitable: Slot::new(awaitable.to_ref()),
        default: Slot::new(default.to_ref()),
    })?
    .upcast())
}

/// `anext_awaitable`.
#[repr(C)]
#[derive(Trace)]
pub struct NextOrDefault {
    ob_base: Object,
    awaitable: Slot,
    default: Slot,
}

impl NextOrDefault {
    /// The iterator behind the awaitable.
    fn iterator(&self) -> Result<Ref> {
        let awaitable = self.awaitable.get().ok_or_else(raise::null_result)?;
        let iterator = awaitable_iterator(&awaitable)?;
        if crate::protocol::iter::is_iterator(&iterator) {
            return Ok(iterator);
        }
        // Only a coroutine is no iterator itself.
        let wait = iterator.class().async_methods().and_then(|table| table.am_await.get());
        let wait = wait.ok_or_else(raise::bad_internal_call)?;
        // SAFETY: the slot belongs to the object's class.
        unsafe { wait(&iterator) }
    }

    /// StopAsyncIteration becomes StopIteration with the default.
    fn translated(&self, result: Result<Ref>) -> Result<Ref> {
        match result {
            Err(raised) if raised.matches(&exc::StopAsyncIteration) => {
                raised.clear();
                let default = self.default.get().unwrap_or_else(|| none::none().to_ref());
                Err(raise::stop_iteration(Some(&default)))
            }
            other => other,
        }
    }

    fn forward(&self, method: &crate::types::str::Str, args: &[&Object]) -> Result<Ref> {
        let iterator = self.iterator()?;
        self.translated(call::call_method(&iterator, method, args))
    }
}

#[pytype(name = "anext_awaitable", symbol = _PyAnextAwaitable_Type, gc, no_new)]
impl NextOrDefault {
    #[slot(am_await)]
    fn py_await(&self) -> Result<Ref> {
        Ok(self.to_ref().upcast())
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref> {
        Ok(self.to_ref().upcast())
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let iterator = self.iterator()?;
        let Some(next) = iterator.class().tp_iternext.get() else { return Ok(None) };
        // SAFETY: the slot belongs to the iterator's class.
        match unsafe { next(&iterator) } {
            Some(item) => Ok(Some(item)),
            None if raise::occurred() => self.translated(Err(raise::pending())).map(Some),
            None => Ok(None),
        }
    }

    #[method("send($self, object, /)")]
    fn send(&self, value: &Object) -> Result<Ref> {
        self.forward(crate::id!("send"), &[value])
    }

    #[method("throw", raw, unchecked, nosig)]
    fn throw(&self, args: &[&Object]) -> Result<Ref> {
        self.forward(crate::id!("throw"), args)
    }

    #[method("close($self, /)", unchecked, nosig)]
    fn close(&self) -> Result<Ref> {
        self.forward(crate::id!("close"), &[])
    }
}
