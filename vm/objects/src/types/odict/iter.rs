//! The iterators and views of `OrderedDict`.

use super::OrderedDict;
use super::nodes::Id;
use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::raise::{self, Result};
use crate::types::dict::views::{
    ItemsView, KeysView, PyDictItems_Type, PyDictKeys_Type, PyDictValues_Type, ValuesView,
};
use crate::types::list::List;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use macros::{Trace, pytype};

/// What an iterator gives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Keys,
    Values,
    Items,
}

/// `odictiterobject`.
#[repr(C)]
#[derive(Trace)]
pub struct Iterator {
    ob_base: Object,
    odict: Slot<OrderedDict>,
    /// The key that comes next, NULL at the end.
    current: Slot,
    at: Cell<Id>,
    part: Cell<Part>,
    reversed: Cell<bool>,
    /// Number of entries, -1 once a change of it was noticed.
    size: Cell<isize>,
    state: Cell<u64>,
}

impl Iterator {
    /// # Errors
    /// MemoryError.
    pub fn new(odict: &OrderedDict, part: Part, reversed: bool) -> Result<Ref<Iterator>> {
        let first = odict.nodes.end(reversed);
        let (current, at) = match first {
            Some((id, key, _)) => (Some(key), id),
            None => (None, 0),
        };
        Ref::new(Iterator {
            ob_base: Object::HEAD,
            odict: Slot::new(odict.to_ref()),
            current: Slot::from_option(current),
            at: Cell::new(at),
            part: Cell::new(part),
            reversed: Cell::new(reversed),
            size: Cell::new(odict.dict.len() as isize),
            state: Cell::new(odict.nodes.state()),
        })
    }

    /// The next key, and the dictionary.
    fn advance(&self) -> Result<Option<(Ref<OrderedDict>, Ref)>> {
        let Some(odict) = self.odict.get() else { return Ok(None) };
        let Some(key) = self.current.get() else {
            self.odict.set(None);
            return Ok(None);
        };
        if odict.nodes.state() != self.state.get() {
            self.odict.set(None);
            return Err(crate::raise!(RuntimeError, "OrderedDict mutated during iteration"));
        }
        if odict.dict.len() as isize != self.size.get() {
            self.size.set(-1);
            return Err(crate::raise!(RuntimeError, "OrderedDict changed size during iteration"));
        }
        match odict.nodes.beside(self.at.get(), self.reversed.get()) {
            Some((id, key, _)) => {
                self.at.set(id);
                self.current.set(Some(key));
            }
            None => self.current.set(None),
        }
        Ok(Some((odict, key)))
    }
}

#[pytype(name = "odict_iterator", symbol = PyODictIter_Type, gc, iter = ::objects::slots::self_iter)]
impl Iterator {
    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let Some((odict, key)) = self.advance()? else { return Ok(None) };
        if self.part.get() == Part::Keys {
            return Ok(Some(key));
        }
        let Some(value) = odict.dict.get_item(&key)? else {
            self.current.set(None);
            self.odict.set(None);
            return Err(raise::key_error(&key));
        };
        match self.part.get() {
            Part::Values => Ok(Some(value)),
            _ => Ok(Some(Tuple::from_array([key, value])?.upcast())),
        }
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<(Ref, (Ref<List>,))> {
        let rest = Ref::new(Iterator {
            ob_base: Object::HEAD,
            odict: Slot::from_option(self.odict.get()),
            current: Slot::from_option(self.current.get()),
            at: self.at.clone(),
            part: self.part.clone(),
            reversed: self.reversed.clone(),
            size: self.size.clone(),
            state: self.state.clone(),
        })?;
        let rest = crate::protocol::sequence::to_list(&rest)?;
        Ok((crate::types::iter::builtin(id!("iter"))?, (rest,)))
    }
}

macro_rules! views {
    ($($view:ident, $base:ident, $base_type:ident, $symbol:ident, $name:literal, $part:ident;)*) => { $(
        #[doc = concat!("`", $name, "`.")]
        #[repr(C)]
        #[derive(Trace)]
        pub struct $view {
            view: $base,
        }

        impl $view {
            /// # Errors
            /// MemoryError.
            pub fn new(odict: &OrderedDict) -> Result<Ref> {
                $base::new_in(&$symbol, &odict.dict)
            }

            fn iterate(&self, reversed: bool) -> Result<Ref<Iterator>> {
                match self.view.dict()?.cast::<OrderedDict>() {
                    Some(odict) => Iterator::new(odict, Part::$part, reversed),
                    None => Err(raise::bad_internal_call()),
                }
            }
        }

        #[pytype(name = $name, symbol = $symbol, base = $base_type, gc)]
        impl $view {
            #[slot(tp_iter)]
            fn iter(&self) -> Result<Ref<Iterator>> {
                self.iterate(false)
            }

            #[method("__reversed__($self, /)")]
            fn reversed(&self) -> Result<Ref<Iterator>> {
                self.iterate(true)
            }
        }
    )* };
}

views! {
    Keys, KeysView, PyDictKeys_Type, PyODictKeys_Type, "odict_keys", Keys;
    Values, ValuesView, PyDictValues_Type, PyODictValues_Type, "odict_values", Values;
    Items, ItemsView, PyDictItems_Type, PyODictItems_Type, "odict_items", Items;
}
