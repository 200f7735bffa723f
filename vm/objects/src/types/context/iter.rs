//! The iterators over a context: its variables, their values, or both.

use super::Context;
use super::var::ContextVar;
use crate::object::Object;
use crate::object::refs::{Ref, Slot};
use crate::raise::Result;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use macros::{Trace, pytype};

macro_rules! iterators {
    ($($view:ident, $symbol:ident, $name:literal, $part:expr;)*) => { $(
        #[doc = concat!("`", $name, "`.")]
        #[repr(C)]
        #[derive(Trace)]
        pub struct $view {
            ob_base: Object,
            items: Slot<Tuple>,
            index: Cell<usize>,
        }

        impl $view {
            /// # Errors
            /// MemoryError.
            pub fn new(context: &Context) -> Result<Ref<$view>> {
                let part: fn((Ref<ContextVar>, Ref)) -> Result<Ref> = $part;
                let items = context.to_vec().into_iter().map(part).collect::<Result<Vec<Ref>>>()?;
                Ref::new($view {
                    ob_base: Object::HEAD,
                    items: Slot::new(Tuple::from_vec(items)?),
                    index: Cell::new(0),
                })
            }
        }

        #[pytype(name = $name, symbol = $symbol, gc, no_new, iter = ::objects::slots::self_iter)]
        impl $view {
            #[slot(tp_iternext)]
            fn next(&self) -> Result<Option<Ref>> {
                let Some(items) = self.items.get() else { return Ok(None) };
                let index = self.index.get();
                let Some(item) = items.items().get(index) else {
                    self.items.set(None);
                    return Ok(None);
                };
                self.index.set(index + 1);
                Ok(Some(Ref::from_borrowed(*item)))
            }
        }
    )* };
}

iterators! {
    Keys, _PyHamtKeys_Type, "keys", |(var, _)| Ok(var.upcast());
    Values, _PyHamtValues_Type, "values", |(_, value)| Ok(value);
    Items, _PyHamtItems_Type, "items", |(var, value)| Ok(Tuple::from_array([var.upcast(), value])?.upcast());
}
