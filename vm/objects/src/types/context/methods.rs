//! What Python sees of a context.

use super::Context;
use super::iter::{Items, Keys, Values};
use super::var::ContextVar;
use crate::args::Kwargs;
use crate::object::Object;
use crate::object::refs::Ref;
use crate::protocol::{self, call};
use crate::raise::{self, Result};
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::bool::new_bool;
use crate::types::dict::Dict;
use crate::types::none::none;
use crate::types::tuple::Tuple;
use macros::pytype;

#[pytype(name = "Context", module = "_contextvars", symbol = PyContext_Type, gc, unhashable, weaklist = weakreflist)]
impl Context {
    #[slot(tp_new)]
    fn tp_new(_class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Context>> {
        if !args.is_empty() || kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            return Err(crate::raise!(TypeError, "Context() does not accept any arguments"));
        }
        Context::new()
    }

    #[slot(tp_iter)]
    fn tp_iter(&self) -> Result<Ref<Keys>> {
        Keys::new(self)
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let (CompareOp::Eq | CompareOp::Ne, Some(other)) = (op, other.cast_exact::<Context>()) else {
            return Ok(protocol::compare::unsupported());
        };
        let mut equal = self.count.get() == other.count.get();
        if equal {
            for (var, value) in self.to_vec() {
                equal = match other.get(&var) {
                    Some(theirs) => protocol::compare::equal(&value, &theirs)?,
                    None => false,
                };
                if !equal {
                    break;
                }
            }
        }
        Ok(new_bool(equal == (op == CompareOp::Eq)))
    }

    #[slot(mp_length)]
    fn len(&self) -> usize {
        self.count.get()
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        self.get(expect_var(key)?).ok_or_else(|| raise::key_error(key))
    }

    #[slot(sq_contains)]
    fn contains(&self, key: &Object) -> Result<bool> {
        Ok(self.get(expect_var(key)?).is_some())
    }

    #[method("get($self, key, default=None, /)")]
    fn py_get(&self, key: &Object, default: Option<&Object>) -> Result<Ref> {
        Ok(self.get(expect_var(key)?).unwrap_or_else(|| Ref::from_borrowed(default.unwrap_or(none()))))
    }

    #[method("items($self, /)")]
    fn items(&self) -> Result<Ref<Items>> {
        Items::new(self)
    }

    #[method("keys($self, /)")]
    fn keys(&self) -> Result<Ref<Keys>> {
        Keys::new(self)
    }

    #[method("values($self, /)")]
    fn values(&self) -> Result<Ref<Values>> {
        Values::new(self)
    }

    #[method("copy($self, /)")]
    fn py_copy(&self) -> Result<Ref<Context>> {
        self.copy()
    }

    #[method("run", raw)]
    fn py_run(&self, args: &[&Object], kwargs: Kwargs<'_>) -> Result<Ref> {
        let [callable, args @ ..] = args else {
            return Err(crate::raise!(TypeError, "run() missing 1 required positional argument"));
        };
        self.run(|| call::call_with_keywords(callable, args, kwargs))
    }
}

fn expect_var(key: &Object) -> Result<&ContextVar> {
    match key.cast_exact::<ContextVar>() {
        Some(var) => Ok(var),
        None => {
            let shown = protocol::object::repr(key)?.to_string_lossy();
            Err(crate::raise!(TypeError, "a ContextVar key was expected, got {shown}"))
        }
    }
}
