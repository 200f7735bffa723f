//! `contextvars.Context`: the values of context variables, entered and left by threads and tasks.

pub mod iter;
pub mod map;
pub mod methods;
pub mod var;

use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol;
use crate::raise::Result;
use crate::state::{self, ThreadState};
use crate::types::weakref::WeakReference;
use core::cell::Cell;
use macros::Trace;
use map::Node;
use methods::PyContext_Type;
use var::ContextVar;

/// `PyContext`.
#[repr(C)]
#[derive(Trace)]
pub struct Context {
    ob_base: Object,
    /// The context that was the thread's before this one was entered.
    previous: Slot<Context>,
    vars: Slot<Node>,
    count: Cell<usize>,
    weakreflist: Cell<*const WeakReference>,
    entered: Cell<bool>,
}

impl Context {
    fn with_vars(vars: Option<Ref<Node>>, count: usize) -> Result<Ref<Context>> {
        Ref::new_in(
            &PyContext_Type,
            Context {
                ob_base: Object::HEAD,
                previous: Slot::empty(),
                vars: Slot::from_option(vars),
                count: Cell::new(count),
                weakreflist: Cell::new(core::ptr::null()),
                entered: Cell::new(false),
            },
        )
    }

    /// `PyContext_New`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new() -> Result<Ref<Context>> {
        Context::with_vars(None, 0)
    }

    /// `PyContext_Copy`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn copy(&self) -> Result<Ref<Context>> {
        Context::with_vars(self.vars.get(), self.count.get())
    }

    /// The calling thread's context, which is made when there is none yet.
    ///
    /// # Errors
    /// MemoryError.
    pub fn current() -> Result<Ref<Context>> {
        let state = state::current();
        if let Some(context) = state.context.get()
            && let Ok(context) = context.downcast::<Context>()
        {
            return Ok(context);
        }
        let context = Context::new()?;
        state.context.set(Some(context.clone().upcast()));
        Ok(context)
    }

    /// `PyContext_CopyCurrent`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn copy_current() -> Result<Ref<Context>> {
        Context::current()?.copy()
    }

    /// `PyContext_Enter`.
    ///
    /// # Errors
    /// RuntimeError when somebody has entered it.
    pub fn enter(&self) -> Result<()> {
        if self.entered.get() {
            let shown = protocol::object::repr(self)?.to_string_lossy();
            return Err(crate::raise!(RuntimeError, "cannot enter context: {shown} is already entered"));
        }
        let state = state::current();
        let previous = state.context.replace(Some(self.to_ref().upcast()));
        self.previous.set(previous.and_then(|previous| previous.downcast().ok()));
        self.entered.set(true);
        switched(state);
        Ok(())
    }

    /// `PyContext_Exit`.
    ///
    /// # Errors
    /// RuntimeError when it is not the one that the thread entered last.
    pub fn exit(&self) -> Result<()> {
        let state = state::current();
        if !self.entered.get() {
            let shown = protocol::object::repr(self)?.to_string_lossy();
            return Err(crate::raise!(RuntimeError, "cannot exit context: {shown} has not been entered"));
        }
        if !core::ptr::eq(state.context.as_ptr().cast_const().cast(), self) {
            return Err(crate::raise!(
                RuntimeError,
                "cannot exit context: thread state references a different context object"
            ));
        }
        let previous = self.previous.take();
        self.entered.set(false);
        switched(state);
        state.context.set(previous.map(Ref::upcast));
        Ok(())
    }

    /// Runs `work` in the context.
    ///
    /// # Errors
    /// RuntimeError when somebody has entered it; what `work` raises.
    pub fn run<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.enter()?;
        match work() {
            Ok(value) => {
                self.exit()?;
                Ok(value)
            }
            Err(raised) => {
                let exception = raised.take();
                self.exit()?;
                Err(crate::raise::restore(exception))
            }
        }
    }

    /// The value of a variable.
    pub fn get(&self, var: &ContextVar) -> Option<Ref> {
        self.vars.get().and_then(|vars| vars.get(var))
    }

    fn assign(&self, var: &ContextVar, value: &Object) -> Result<()> {
        let (vars, added) = match self.vars.get() {
            Some(vars) => vars.with(var, value)?,
            None => (Node::single(var, value)?, true),
        };
        self.count.set(self.count.get() + usize::from(added));
        self.vars.set(Some(vars));
        Ok(())
    }

    /// Removes a variable; whether it was there.
    fn remove(&self, var: &ContextVar) -> Result<bool> {
        let Some(vars) = self.vars.get().filter(|vars| vars.get(var).is_some()) else { return Ok(false) };
        let rest = vars.without(var)?;
        self.count.set(self.count.get() - 1);
        self.vars.set(rest);
        Ok(true)
    }

    /// All variables with their values.
    fn to_vec(&self) -> Vec<(Ref<ContextVar>, Ref)> {
        let mut all = Vec::with_capacity(self.count.get());
        if let Some(vars) = self.vars.get() {
            vars.collect(&mut all);
        }
        all
    }
}

/// The thread has another context: what variables remember of it is void.
fn switched(state: &ThreadState) {
    state.context_ver.set(state.context_ver.get() + 1);
}
