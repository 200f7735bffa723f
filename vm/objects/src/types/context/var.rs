//! `contextvars.ContextVar` and `contextvars.Token`.

use super::Context;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::object::repr;
use crate::raise::Result;
use crate::state;
use crate::typeobject::TypeObject;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use macros::{Trace, pytype};

/// `PyContextVar`.
#[repr(C)]
#[derive(Trace)]
pub struct ContextVar {
    ob_base: Object,
    name: Slot<Str>,
    default: Slot,
    /// The value in the context that the thread `cached_thread` had at its version `cached_version`; borrowed from that context.
    cached: Cell<*const Object>,
    cached_thread: Cell<u64>,
    cached_version: Cell<u64>,
    hash: Cell<isize>,
}

impl ContextVar {
    /// `PyContextVar_New`.
    ///
    /// # Errors
    /// What hashing the name raises; MemoryError.
    pub fn new(name: &Str, default: Option<&Object>) -> Result<Ref<ContextVar>> {
        let var = Ref::new(ContextVar {
            ob_base: Object::HEAD,
            name: Slot::new(name.to_ref()),
            default: Slot::from_option(default.map(Instance::to_ref)),
            cached: Cell::new(core::ptr::null()),
            cached_thread: Cell::new(0),
            cached_version: Cell::new(0),
            hash: Cell::new(0),
        })?;
        let name_hash = crate::protocol::object::hash(name)?;
        var.hash.set(match crate::hash::pointer(&raw const *var) ^ name_hash {
            -1 => -2,
            hash => hash,
        });
        Ok(var)
    }

    #[inline]
    pub fn hash(&self) -> isize {
        self.hash.get()
    }

    /// Remembers the value that the thread's context has.
    fn remember(&self, value: &Object) {
        let state = state::current();
        self.cached.set(value);
        self.cached_thread.set(state.id.get());
        self.cached_version.set(state.context_ver.get());
    }

    /// The value in the thread's context, or the variable's default (`PyContextVar_Get` without a default).
    pub fn value(&self) -> Option<Ref> {
        self.own_value().or_else(|| self.default.get())
    }

    /// The value in the thread's context.
    pub fn own_value(&self) -> Option<Ref> {
        let state = state::current();
        if !self.cached.get().is_null()
            && self.cached_thread.get() == state.id.get()
            && self.cached_version.get() == state.context_ver.get()
        {
            // SAFETY: the thread's context holds the value as long as neither it nor its value of this variable changes.
            return unsafe { self.cached.get().as_ref() }.map(Instance::to_ref);
        }
        let context = state.context.get()?;
        let value = context.cast::<Context>()?.get(self)?;
        self.remember(&value);
        Some(value)
    }

    /// `PyContextVar_Set`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn set_value(&self, value: &Object) -> Result<Ref<Token>> {
        let context = Context::current()?;
        let old = context.get(self);
        let token = Ref::new(Token {
            ob_base: Object::HEAD,
            context: Slot::new(context.clone()),
            var: Slot::new(self.to_ref()),
            old: Slot::from_option(old),
            used: Cell::new(false),
        })?;
        self.store(&context, value)?;
        Ok(token)
    }

    fn store(&self, context: &Context, value: &Object) -> Result<()> {
        self.cached.set(core::ptr::null());
        context.assign(self, value)?;
        self.remember(value);
        Ok(())
    }

    /// `PyContextVar_Reset`.
    ///
    /// # Errors
    /// RuntimeError for a used token, ValueError for one of another variable or context.
    pub fn reset_to(&self, token: &Token) -> Result<()> {
        let shown = || Ok(repr(token)?.to_string_lossy());
        if token.used.get() {
            return Err(crate::raise!(RuntimeError, "{} has already been used once", shown()?));
        }
        if !token.var.get().is_some_and(|var| var.is(self)) {
            return Err(crate::raise!(ValueError, "{} was created by a different ContextVar", shown()?));
        }
        let context = Context::current()?;
        if !token.context.get().is_some_and(|own| own.is(&context)) {
            return Err(crate::raise!(ValueError, "{} was created in a different Context", shown()?));
        }
        token.used.set(true);
        match token.old.get() {
            Some(old) => self.store(&context, &old),
            None => {
                self.cached.set(core::ptr::null());
                match context.remove(self)? {
                    true => Ok(()),
                    false => Err(crate::raise::set(&crate::types::exceptions::LookupError, Some(self))),
                }
            }
        }
    }
}

#[pytype(
    name = "ContextVar", module = "_contextvars", symbol = PyContextVar_Type, gc,
    member("name", OBJECT, name, READONLY)
)]
impl ContextVar {
    #[slot(tp_new)]
    fn tp_new(_class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<ContextVar>> {
        let given = args.len();
        let name = match args.items() {
            [name] => name,
            [] => {
                return Err(crate::raise!(
                    TypeError,
                    "ContextVar() takes exactly 1 positional argument (0 given)"
                ));
            }
            _ => {
                return Err(crate::raise!(
                    TypeError,
                    "ContextVar() takes at most 1 positional argument ({given} given)"
                ));
            }
        };
        let mut default = None;
        for (key, value) in kwargs.map(Dict::to_vec).unwrap_or_default() {
            match key.cast::<Str>() {
                Some(key) if key.equals_text("default") => default = Some(value),
                _ => {
                    let key = crate::protocol::object::str(&key)?.to_string_lossy();
                    return Err(crate::raise!(
                        TypeError,
                        "ContextVar() got an unexpected keyword argument '{key}'"
                    ));
                }
            }
        }
        let Some(name) = name.cast::<Str>() else {
            return Err(crate::raise!(TypeError, "context variable name must be a str"));
        };
        ContextVar::new(name, default.as_deref())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let name = match self.name.get() {
            Some(name) => repr(&name)?.to_string_lossy(),
            None => String::new(),
        };
        let default = match self.default.get() {
            Some(default) => format!(" default={}", repr(&default)?.to_string_lossy()),
            None => String::new(),
        };
        Str::new(&format!("<ContextVar name={name}{default} at {self:p}>"))
    }

    #[slot(tp_hash)]
    fn tp_hash(&self) -> isize {
        self.hash.get()
    }

    #[method("get($self, default=<unrepresentable>, /)")]
    fn get(&self, default: Option<&Object>) -> Result<Ref> {
        if let Some(value) = self.own_value() {
            return Ok(value);
        }
        match default.map(Instance::to_ref).or_else(|| self.default.get()) {
            Some(default) => Ok(default),
            None => Err(crate::raise::set(&crate::types::exceptions::LookupError, Some(self))),
        }
    }

    #[method("set($self, value, /)")]
    fn set(&self, value: &Object) -> Result<Ref<Token>> {
        self.set_value(value)
    }

    #[method("reset($self, token, /)")]
    fn reset(&self, token: &Object) -> Result<()> {
        match token.cast_exact::<Token>() {
            Some(token) => self.reset_to(token),
            None => {
                let shown = repr(token)?.to_string_lossy();
                Err(crate::raise!(TypeError, "expected an instance of Token, got {shown}"))
            }
        }
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(cls: &TypeObject, object: &Object) -> Result<Ref> {
        crate::types::generic_alias::new(cls, object)
    }
}

/// `PyContextToken`: what a variable was before it was set.
#[repr(C)]
#[derive(Trace)]
pub struct Token {
    ob_base: Object,
    context: Slot<Context>,
    var: Slot<ContextVar>,
    /// NULL when the variable had no value.
    old: Slot,
    used: Cell<bool>,
}

#[pytype(name = "Token", module = "_contextvars", symbol = PyContextToken_Type, gc, unhashable)]
impl Token {
    #[slot(tp_new)]
    fn tp_new(_class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Token>> {
        Err(crate::raise!(RuntimeError, "Tokens can only be created by ContextVars"))
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let used = if self.used.get() { " used" } else { "" };
        let var = match self.var.get() {
            Some(var) => repr(&var)?.to_string_lossy(),
            None => String::new(),
        };
        Str::new(&format!("<Token{used} var={var} at {self:p}>"))
    }

    #[getter("var")]
    fn var(&self) -> Option<Ref<ContextVar>> {
        self.var.get()
    }

    #[getter("old_value")]
    fn old_value(&self) -> Ref {
        self.old.get().unwrap_or_else(|| MISSING.as_object().to_ref())
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(cls: &TypeObject, object: &Object) -> Result<Ref> {
        crate::types::generic_alias::new(cls, object)
    }
}

/// The type of `Token.MISSING`.
#[repr(C)]
pub struct Missing {
    ob_base: Object,
}

/// `Token.MISSING`.
pub static MISSING: Missing = Missing { ob_base: Object::immortal(&_PyContextTokenMissing_Type) };

#[pytype(
    name = "MISSING", module = "Token", symbol = _PyContextTokenMissing_Type, no_dealloc,
    no_new
)]
impl Missing {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        Str::new("<Token.MISSING>")
    }
}
