//! What Python sees of generators, coroutines and asynchronous generators.

use super::{Generator, HEAD_SIZE, Sent, state};
use crate::object::refs::{Ref, Slot};
use crate::object::trace::{Trace, Visit, Visitor};
use crate::object::{Instance, Object, heap};
use crate::protocol::{attr, call};
use crate::raise::{self, Raised, Result};
use crate::types::exceptions as exc;
use crate::types::none;
use crate::types::str::Str;
use crate::types::traceback::Traceback;
use crate::{TypeObject, id};
use macros::pytype;

/// What `send` and `next` give to Python: a returned value travels in StopIteration.
fn or_stop(sent: Result<Sent>) -> Result<Ref> {
    match sent? {
        Sent::Yielded(value) => Ok(value),
        Sent::Returned(value) if value.is(none::none()) => Err(raise::stop_iteration(None)),
        Sent::Returned(value) => Err(raise::stop_iteration(Some(&value))),
    }
}

/// Warns of `throw` and `athrow` with more than one argument.
///
/// # Errors
/// The warning when a filter makes it an error.
pub(super) fn warn_old_signature(function: &str) -> Result<()> {
    let text = format!(
        "the (type, exc, tb) signature of {function}() is deprecated, use the single-arg signature instead."
    );
    crate::hooks::WARN.get()(exc::DeprecationWarning.as_object(), &text, 1)
}

/// The exception that `throw` is given in one of its forms, as an instance.
///
/// # Errors
/// TypeError when the arguments are none; the warning about their old form.
pub(super) fn thrown(args: &[&Object], function: &str) -> Result<Ref> {
    if args.len() > 1 {
        warn_old_signature(function)?;
    }
    thrown_quietly(args)
}

/// [`thrown`] without the warning.
///
/// # Errors
/// TypeError when the arguments are none.
pub(super) fn thrown_quietly(args: &[&Object]) -> Result<Ref> {
    let none = none::none();
    let Some(&class) = args.first() else { return Err(raise::bad_internal_call()) };
    let value = args.get(1).copied().unwrap_or(none);
    let traceback = args.get(2).copied().filter(|traceback| !traceback.is(none));
    if traceback.is_some_and(|traceback| traceback.cast::<Traceback>().is_none()) {
        return Err(crate::raise!(TypeError, "throw() third argument must be a traceback object"));
    }
    let exception = if let Some(exception_class) =
        class.cast::<TypeObject>().filter(|class| class.is_subtype(&exc::BaseException))
    {
        // What making it raises is thrown in its place.
        exc::create(exception_class, Some(value)).unwrap_or_else(Raised::take)
    } else if class.cast::<exc::BaseExceptionObject>().is_some() {
        if !value.is(none) {
            return Err(crate::raise!(TypeError, "instance exception may not have a separate value"));
        }
        class.to_ref()
    } else {
        return Err(crate::raise!(
            TypeError,
            "exceptions must be classes or instances deriving from BaseException, not {}",
            class.class().name()
        ));
    };
    if let (Some(traceback), Some(base)) = (traceback, exception.cast::<exc::BaseExceptionObject>()) {
        base.traceback.set(Some(traceback.to_ref()));
    }
    Ok(exception)
}

impl Generator {
    /// Raises `exception` where the generator waits, or in the sub-iterator that it delegates to (`_gen_throw`). With
    /// `close_on_exit`, a GeneratorExit closes the sub-iterator instead of being raised in it.
    ///
    /// # Errors
    /// What the code raises.
    pub fn throw_exception(&self, exception: &Object, close_on_exit: bool) -> Result<Sent> {
        if let Some(inner) = self.awaited() {
            let is_exit = exception.class().is_subtype(&exc::GeneratorExit);
            let outcome = if is_exit && close_on_exit {
                match close_iterator(&inner) {
                    Ok(()) => None,
                    Err(raised) => {
                        raised.leave();
                        return self.resume(None);
                    }
                }
            } else {
                self.throw_into(&inner, exception, close_on_exit)?
            };
            match outcome {
                Some(Ok(value)) => return Ok(Sent::Yielded(value)),
                // A StopIteration's value is what the delegation gives: the code has a handler for that.
                Some(Err(raised)) => {
                    raised.leave();
                    return self.resume(None);
                }
                None => {}
            }
        }
        raise::restore(exception.to_ref()).leave();
        self.resume(None)
    }

    /// The sub-iterator's `throw`; `None` when it has no such method.
    #[allow(clippy::type_complexity, reason = "an optional outcome of a call that may not be possible")]
    fn throw_into(
        &self,
        inner: &Object,
        exception: &Object,
        close_on_exit: bool,
    ) -> Result<Option<Result<Ref>>> {
        // While the inner one runs, this one counts as running.
        let throw = match plain(inner) {
            Some(_) => None,
            None => match attr::get_optional(inner, id!("throw"))? {
                Some(throw) => Some(throw),
                None => return Ok(None),
            },
        };
        let saved = self.frame_state.replace(state::EXECUTING);
        // Its frame is part of the stack meanwhile, so that tracebacks are whole.
        let thread = crate::state::current();
        let below = thread.current_frame.replace((&raw const self.iframe).cast_mut().cast());
        self.iframe.previous.set(below.cast());
        let outcome = match (plain(inner), &throw) {
            (Some(generator), _) => Some(or_stop(generator.throw_exception(exception, close_on_exit))),
            (None, Some(throw)) => Some(call::call_one_arg(throw, exception)),
            (None, None) => None,
        };
        thread.current_frame.set(below);
        self.iframe.previous.set(core::ptr::null_mut());
        self.frame_state.set(saved);
        Ok(outcome)
    }

    /// `close()`: raises GeneratorExit inside.
    ///
    /// # Errors
    /// RuntimeError when it yields instead of ending; what its code raises.
    pub fn close_generator(&self) -> Result<Ref> {
        match self.frame_state.get() {
            state::CREATED => {
                self.frame_state.set(state::COMPLETED);
                return Ok(none::none().to_ref());
            }
            n if n >= state::COMPLETED => return Ok(none::none().to_ref()),
            _ => {}
        }
        let mut failed = false;
        if let Some(inner) = self.awaited() {
            let saved = self.frame_state.replace(state::EXECUTING);
            let closed = close_iterator(&inner);
            self.frame_state.set(saved);
            if let Err(raised) = closed {
                raised.leave();
                failed = true;
            }
        }
        if !failed && self.waits_outside_of_try() {
            // No code is there that could see the exception.
            self.frame_state.set(state::COMPLETED);
            crate::types::frame::clear_locals(&self.iframe);
            return Ok(none::none().to_ref());
        }
        if !failed {
            raise::set_class(&exc::GeneratorExit).leave();
        }
        match self.resume(None) {
            Ok(Sent::Yielded(_)) => Err(crate::raise!(RuntimeError, "{} ignored GeneratorExit", self.kind())),
            Ok(Sent::Returned(value)) => Ok(value),
            Err(raised) if raised.matches(&exc::GeneratorExit) || raised.matches(&exc::StopIteration) => {
                raised.clear();
                Ok(none::none().to_ref())
            }
            Err(raised) => Err(raised),
        }
    }

    /// Whether it stands at a `yield` around which there is only the handler that the compiler adds to every generator.
    fn waits_outside_of_try(&self) -> bool {
        use bytecode::opcodes::{DEOPT, op, resume};
        // SAFETY: a suspended frame stands at an instruction of its code.
        let word = unsafe { *self.iframe.instr_ptr.get() };
        let opcode = self.iframe.code().original_opcode(self.iframe.lasti() as usize, word as u8);
        DEOPT[usize::from(opcode)] == op::RESUME && u32::from(word >> 8) & resume::DEPTH1_MASK != 0
    }

    /// Size in bytes with the room for its frame.
    fn size_bytes(&self) -> usize {
        let code = self.iframe.code();
        HEAD_SIZE + 8 * (code.co_nlocalsplus.get() + code.co_stacksize.get()) as usize
    }

    pub(super) fn kind(&self) -> &'static str {
        let object = self.as_object();
        if object.is_exactly(&PyCoro_Type) {
            "coroutine"
        } else if object.is_exactly(&PyAsyncGen_Type) {
            "async generator"
        } else {
            "generator"
        }
    }

    /// `tp_finalize`: what a generator that nobody holds has still to do.
    pub fn finalize(&self) {
        if self.is_finished() {
            return;
        }
        let saved = raise::take_pending();
        if let Some(finalizer) =
            self.origin_or_finalizer.get().filter(|_| self.kind() == "async generator" && !self.closed.get())
        {
            if let Err(raised) = call::call_one_arg(&finalizer, self.as_object()) {
                raise::write_unraisable(raised, Some(self.as_object()));
            }
        } else {
            if self.kind() == "coroutine" && self.frame_state.get() == state::CREATED {
                warn_never_awaited(self);
            }
            if let Err(raised) = self.close_generator() {
                raise::write_unraisable(raised, Some(self.as_object()));
            }
        }
        if let Some(saved) = saved {
            raise::restore(saved).leave();
        }
    }

    /// Drops the frame's contents when its code will not run any more.
    fn drop_frame(&self) {
        if self.frame_state.get() >= state::CLEARED {
            return;
        }
        self.frame_state.set(state::CLEARED);
        let frame = &self.iframe;
        if let Some(object) = frame.frame_obj.take()
            && object.as_object().refcnt() > 1
        {
            // SAFETY: the activation ends here.
            unsafe {
                object.take_over(frame);
                (*frame.f_executable.as_ptr()).incref();
                return;
            }
        }
        crate::types::frame::clear_locals(frame);
        frame.f_funcobj.set(None);
    }
}

/// A generator or a coroutine, by its common layout.
fn plain(object: &Object) -> Option<&Generator> {
    Generator::any(object).filter(|_| !object.is_exactly(&PyAsyncGen_Type))
}

/// "coroutine … was never awaited".
fn warn_never_awaited(coroutine: &Generator) {
    let warn = || -> Result<bool> {
        if crate::state::interpreter().is_finalizing() {
            return Ok(false);
        }
        let warnings = crate::hooks::IMPORT.get()("warnings")?;
        let Some(function) = attr::get_optional(&warnings, id!("_warn_unawaited_coroutine"))? else {
            return Ok(false);
        };
        call::call_one_arg(&function, coroutine).map(|_| true)
    };
    let warned = warn().unwrap_or_else(|raised| {
        let warned = raised.matches(&exc::RuntimeWarning);
        raise::write_unraisable(raised, Some(coroutine));
        warned
    });
    if warned {
        return;
    }
    let name = coroutine.qualname.get().map_or_else(String::new, |name| name.to_string_lossy());
    let text = format!("coroutine '{name}' was never awaited");
    if let Err(raised) = crate::hooks::WARN.get()(&exc::RuntimeWarning, &text, 1) {
        raise::write_unraisable(raised, Some(coroutine));
    }
}

/// Closes a sub-iterator: a generator directly, anything else by its `close` if it has one.
fn close_iterator(inner: &Object) -> Result<()> {
    if let Some(generator) = plain(inner) {
        return generator.close_generator().map(drop);
    }
    match attr::get_optional(inner, id!("close")) {
        Ok(Some(close)) => call::call_no_args(&close).map(drop),
        Ok(None) => Ok(()),
        Err(raised) => {
            raise::write_unraisable(raised, Some(inner));
            Ok(())
        }
    }
}

unsafe extern "C" fn generator_dealloc(this: *mut Object) {
    // SAFETY: an object without owners; its fields are dropped once, unless the finaliser brings it back.
    unsafe {
        let generator = (*this).cast_unchecked::<Generator>();
        heap::untrack(&*this);
        if !generator.weakreflist.get().is_null() {
            crate::types::weakref::clear_weakrefs(&*this);
        }
        if !generator.is_finished() {
            (*this).set_refcnt(1);
            crate::object::gc::call_finalizer(&*this);
            if (*this).refcnt() > 1 {
                (*this).set_refcnt((*this).refcnt() - 1);
                heap::track(&*this);
                return;
            }
            (*this).set_refcnt(0);
        }
        generator.origin_or_finalizer.set(None);
        generator.drop_frame();
        generator.iframe.f_executable.set(None);
        generator.name.set(None);
        generator.qualname.set(None);
        generator.exc_state.exc_value.set(None);
        crate::slots::free(this);
    }
}

#[pytype(
    name = "generator", symbol = PyGen_Type, gc, no_new, no_dealloc, no_clear, basicsize = HEAD_SIZE, itemsize = 8,
    weaklist = weakreflist
)]
impl Generator {
    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(this: *mut Object) {
        // SAFETY: the slot's contract.
        unsafe { generator_dealloc(this) }
    }

    #[slot(tp_finalize)]
    fn tp_finalize(&self) {
        self.finalize();
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        self.describe()
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref> {
        Ok(self.to_ref().upcast())
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        self.next_value()
    }

    #[slot(am_send)]
    unsafe extern "C" fn am_send(
        this: &Object,
        value: &Object,
        result: *mut Option<Ref>,
    ) -> core::ffi::c_int {
        // SAFETY: the slot's contract.
        unsafe { send_slot(this, value, result) }
    }

    #[method("send($self, object, /)")]
    fn send(&self, value: &Object) -> Result<Ref> {
        or_stop(self.resume(Some(value)))
    }

    #[method("throw", raw, nosig)]
    fn throw(&self, args: &[&Object]) -> Result<Ref> {
        self.py_throw(args)
    }

    #[method("close($self, /)")]
    fn close(&self) -> Result<Ref> {
        self.close_generator()
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        self.size_bytes()
    }

    #[getter("gi_yieldfrom")]
    fn get_yieldfrom(&self) -> Result<Option<Ref>> {
        Ok(self.awaited())
    }

    #[getter("gi_running")]
    fn get_running(&self) -> Result<bool> {
        Ok(self.is_running())
    }

    #[getter("gi_suspended")]
    fn get_suspended(&self) -> Result<bool> {
        Ok(self.is_suspended())
    }

    #[getter("gi_frame")]
    fn get_frame(&self) -> Result<Ref> {
        self.frame_object()
    }

    #[getter("gi_code")]
    fn get_code(&self) -> Result<Ref> {
        Ok(self.iframe.code().to_ref().upcast())
    }

    #[getter("__name__")]
    fn get_name(&self) -> Result<Option<Ref<Str>>> {
        Ok(self.name.get())
    }

    #[setter("__name__")]
    fn set_name(&self, value: Option<&Object>) -> Result<()> {
        self.name.set(Some(expect_name(value, "__name__")?));
        Ok(())
    }

    #[getter("__qualname__")]
    fn get_qualname(&self) -> Result<Option<Ref<Str>>> {
        Ok(self.qualname.get())
    }

    #[setter("__qualname__")]
    fn set_qualname(&self, value: Option<&Object>) -> Result<()> {
        self.qualname.set(Some(expect_name(value, "__qualname__")?));
        Ok(())
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(class: &TypeObject, object: &Object) -> Result<Ref> {
        crate::types::generic_alias::new(class.as_object(), object)
    }
}

fn expect_name(value: Option<&Object>, attribute: &str) -> Result<Ref<Str>> {
    match value.and_then(|value| value.cast::<Str>()) {
        Some(name) => Ok(name.to_ref()),
        None => Err(crate::raise!(TypeError, "{attribute} must be set to a string object")),
    }
}

impl Generator {
    pub(super) fn describe(&self) -> Result<Ref<Str>> {
        let name = self.qualname.get().map_or_else(String::new, |name| name.to_string_lossy());
        let class = self.as_object().class().name();
        Str::new(&format!("<{class} object {name} at {self:p}>"))
    }

    #[inline]
    pub(super) fn next_value(&self) -> Result<Option<Ref>> {
        match self.resume(Some(none::none()))? {
            Sent::Yielded(value) => Ok(Some(value)),
            Sent::Returned(value) if value.is(none::none()) => Ok(None),
            Sent::Returned(value) => Err(raise::stop_iteration(Some(&value))),
        }
    }

    pub(super) fn py_throw(&self, args: &[&Object]) -> Result<Ref> {
        if args.is_empty() || args.len() > 3 {
            let bound = if args.is_empty() { "at least 1 argument" } else { "at most 3 arguments" };
            return Err(crate::raise!(TypeError, "throw expected {bound}, got {}", args.len()));
        }
        or_stop(self.throw_exception(&*thrown(args, "throw")?, true))
    }

    pub(super) fn frame_object(&self) -> Result<Ref> {
        if self.is_finished() {
            return Ok(none::none().to_ref());
        }
        Ok(crate::types::frame::Frame::of(&self.iframe)?.upcast())
    }
}

pub(super) unsafe fn send_slot(this: &Object, value: &Object, result: *mut Option<Ref>) -> core::ffi::c_int {
    // SAFETY: the slot belongs to generators; `result` may be written.
    unsafe { report(this.cast_unchecked::<Generator>().resume(Some(value)), result) }
}

/// The answer of an `am_send` slot.
///
/// # Safety
/// `result` may be written.
pub(super) unsafe fn report(sent: Result<Sent>, result: *mut Option<Ref>) -> core::ffi::c_int {
    let (value, answer) = match sent {
        Ok(Sent::Yielded(value)) => (Some(value), 1),
        Ok(Sent::Returned(value)) => (Some(value), 0),
        Err(raised) => {
            raised.leave();
            (None, -1)
        }
    };
    // SAFETY: the caller's promise.
    unsafe { result.write(value) };
    answer
}

/// A coroutine: a [`Generator`] of another class.
#[repr(transparent)]
pub struct Coroutine(pub Generator);

impl Trace for Coroutine {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.0.trace(visitor)
    }
    fn clear(&self) {}
}

#[pytype(
    name = "coroutine", symbol = PyCoro_Type, gc, no_new, no_dealloc, no_clear, basicsize = HEAD_SIZE, itemsize = 8,
    weaklist = 0.weakreflist, member("cr_origin", OBJECT, 0.origin_or_finalizer, READONLY)
)]
impl Coroutine {
    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(this: *mut Object) {
        // SAFETY: the slot's contract.
        unsafe { generator_dealloc(this) }
    }

    #[slot(tp_finalize)]
    fn tp_finalize(&self) {
        self.0.finalize();
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        self.0.describe()
    }

    #[slot(am_await)]
    fn py_await(&self) -> Result<Ref<CoroutineWrapper>> {
        Ref::new(CoroutineWrapper { ob_base: Object::HEAD, coroutine: Slot::new(self.to_ref()) })
    }

    #[slot(am_send)]
    unsafe extern "C" fn am_send(
        this: &Object,
        value: &Object,
        result: *mut Option<Ref>,
    ) -> core::ffi::c_int {
        // SAFETY: the slot's contract.
        unsafe { send_slot(this, value, result) }
    }

    #[method("send($self, object, /)")]
    fn send(&self, value: &Object) -> Result<Ref> {
        or_stop(self.0.resume(Some(value)))
    }

    #[method("throw", raw, nosig)]
    fn throw(&self, args: &[&Object]) -> Result<Ref> {
        self.0.py_throw(args)
    }

    #[method("close($self, /)")]
    fn close(&self) -> Result<Ref> {
        self.0.close_generator()
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        self.0.size_bytes()
    }

    #[getter("cr_await")]
    fn get_await(&self) -> Result<Option<Ref>> {
        Ok(self.0.awaited())
    }

    #[getter("cr_running")]
    fn get_running(&self) -> Result<bool> {
        Ok(self.0.is_running())
    }

    #[getter("cr_suspended")]
    fn get_suspended(&self) -> Result<bool> {
        Ok(self.0.is_suspended())
    }

    #[getter("cr_frame")]
    fn get_frame(&self) -> Result<Ref> {
        self.0.frame_object()
    }

    #[getter("cr_code")]
    fn get_code(&self) -> Result<Ref> {
        Ok(self.0.iframe.code().to_ref().upcast())
    }

    #[getter("__name__")]
    fn get_name(&self) -> Result<Option<Ref<Str>>> {
        Ok(self.0.name.get())
    }

    #[setter("__name__")]
    fn set_name(&self, value: Option<&Object>) -> Result<()> {
        self.0.name.set(Some(expect_name(value, "__name__")?));
        Ok(())
    }

    #[getter("__qualname__")]
    fn get_qualname(&self) -> Result<Option<Ref<Str>>> {
        Ok(self.0.qualname.get())
    }

    #[setter("__qualname__")]
    fn set_qualname(&self, value: Option<&Object>) -> Result<()> {
        self.0.qualname.set(Some(expect_name(value, "__qualname__")?));
        Ok(())
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(class: &TypeObject, object: &Object) -> Result<Ref> {
        crate::types::generic_alias::new(class.as_object(), object)
    }
}

/// What a coroutine's `__await__` returns: an iterator over it.
#[repr(C)]
#[derive(macros::Trace)]
pub struct CoroutineWrapper {
    ob_base: Object,
    coroutine: Slot<Coroutine>,
}

#[pytype(name = "coroutine_wrapper", symbol = _PyCoroWrapper_Type, gc, no_new)]
impl CoroutineWrapper {
    fn target(&self) -> Result<Ref<Coroutine>> {
        self.coroutine.get().ok_or_else(raise::null_result)
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref> {
        Ok(self.to_ref().upcast())
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        self.target()?.0.next_value()
    }

    #[method("send($self, object, /)")]
    fn send(&self, value: &Object) -> Result<Ref> {
        or_stop(self.target()?.0.resume(Some(value)))
    }

    #[method("throw", raw, unchecked, nosig)]
    fn throw(&self, args: &[&Object]) -> Result<Ref> {
        self.target()?.0.py_throw(args)
    }

    #[method("close($self, /)")]
    fn close(&self) -> Result<Ref> {
        self.target()?.0.close_generator()
    }
}

/// An asynchronous generator: a [`Generator`] of another class.
#[repr(transparent)]
pub struct AsyncGenerator(pub Generator);

impl Trace for AsyncGenerator {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.0.trace(visitor)
    }
    fn clear(&self) {}
}

#[pytype(
    name = "async_generator", symbol = PyAsyncGen_Type, gc, no_new, no_dealloc, no_clear, basicsize = HEAD_SIZE, itemsize = 8,
    weaklist = 0.weakreflist, member("ag_running", BOOL, 0.running_async, READONLY)
)]
impl AsyncGenerator {
    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(this: *mut Object) {
        // SAFETY: the slot's contract.
        unsafe { generator_dealloc(this) }
    }

    #[slot(tp_finalize)]
    fn tp_finalize(&self) {
        self.0.finalize();
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        self.0.describe()
    }

    #[slot(am_aiter)]
    fn aiter(&self) -> Result<Ref> {
        Ok(self.to_ref().upcast())
    }

    #[slot(am_anext)]
    fn anext(&self) -> Result<Ref> {
        super::async_gen::send(self, None)
    }

    #[method("asend($self, object, /)")]
    fn asend(&self, value: &Object) -> Result<Ref> {
        super::async_gen::send(self, Some(value))
    }

    #[method("athrow", raw, nosig)]
    fn athrow(&self, args: &[&Object]) -> Result<Ref> {
        super::async_gen::throw(self, Some(args))
    }

    #[method("aclose($self, /)")]
    fn aclose(&self) -> Result<Ref> {
        super::async_gen::throw(self, None)
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        self.0.size_bytes()
    }

    #[getter("ag_await")]
    fn get_await(&self) -> Result<Option<Ref>> {
        Ok(self.0.awaited())
    }

    #[getter("ag_suspended")]
    fn get_suspended(&self) -> Result<bool> {
        Ok(self.0.is_suspended())
    }

    #[getter("ag_frame")]
    fn get_frame(&self) -> Result<Ref> {
        self.0.frame_object()
    }

    #[getter("ag_code")]
    fn get_code(&self) -> Result<Ref> {
        Ok(self.0.iframe.code().to_ref().upcast())
    }

    #[getter("__name__")]
    fn get_name(&self) -> Result<Option<Ref<Str>>> {
        Ok(self.0.name.get())
    }

    #[setter("__name__")]
    fn set_name(&self, value: Option<&Object>) -> Result<()> {
        self.0.name.set(Some(expect_name(value, "__name__")?));
        Ok(())
    }

    #[getter("__qualname__")]
    fn get_qualname(&self) -> Result<Option<Ref<Str>>> {
        Ok(self.0.qualname.get())
    }

    #[setter("__qualname__")]
    fn set_qualname(&self, value: Option<&Object>) -> Result<()> {
        self.0.qualname.set(Some(expect_name(value, "__qualname__")?));
        Ok(())
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(class: &TypeObject, object: &Object) -> Result<Ref> {
        crate::types::generic_alias::new(class.as_object(), object)
    }
}
