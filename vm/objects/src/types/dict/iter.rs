//! The six iterators of dictionaries: keys, values and items, forwards and backwards.

use super::{Dict, Position};
use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::types::list::List;
use crate::types::tuple::Tuple;
use crate::types::tuple::reused::Reused;
use core::cell::Cell;
use macros::{Trace, pytype};

/// What an iterator of a dictionary holds.
#[repr(C)]
#[derive(Trace)]
pub struct State {
    dict: Slot<Dict>,
    /// The dictionary's size at the start; it must not change.
    used: Cell<isize>,
    position: Cell<Position>,
    left: Cell<usize>,
}

impl State {
    fn new(dict: &Dict, position: Position) -> State {
        State {
            dict: Slot::new(dict.to_ref()),
            used: Cell::new(dict.len() as isize),
            position: Cell::new(position),
            left: Cell::new(dict.len()),
        }
    }

    #[inline(always)]
    fn advance<T>(&self, next: impl Fn(&Dict, &mut Position) -> Option<T>) -> Result<Option<T>> {
        // SAFETY: nothing runs Python code before the entry is taken.
        let Some(dict) = (unsafe { self.dict.peek() }) else { return Ok(None) };
        if self.used.get() != dict.len() as isize {
            self.used.set(-1);
            return Err(crate::raise!(RuntimeError, "dictionary changed size during iteration"));
        }
        let mut position = self.position.get();
        let entry = next(dict, &mut position);
        self.position.set(position);
        match entry {
            Some(_) if self.left.get() == 0 => {
                self.dict.set(None);
                Err(crate::raise!(RuntimeError, "dictionary keys changed during iteration"))
            }
            Some(entry) => {
                self.left.set(self.left.get() - 1);
                Ok(Some(entry))
            }
            None => {
                self.dict.set(None);
                Ok(None)
            }
        }
    }

    /// Whether there is a next entry.
    fn goes_on(&self) -> bool {
        // SAFETY: nothing runs here that could take the dictionary away.
        let dict = unsafe { self.dict.peek() };
        self.left.get() > 0 && dict.is_some_and(|dict| self.used.get() == dict.len() as isize)
    }

    fn length_hint(&self) -> usize {
        match self.dict.get() {
            Some(dict) if self.used.get() == dict.len() as isize => self.left.get(),
            _ => 0,
        }
    }
}

macro_rules! iterators {
    ($($view:ident, $symbol:ident, $name:literal, $start:expr, $next:path, |$entry:pat_param, $result:ident| $item:expr;)*) => { $(
        #[doc = concat!("`", $name, "`.")]
        #[repr(C)]
        #[derive(Trace)]
        pub struct $view {
            ob_base: Object,
            state: State,
            result: Reused,
        }

        impl $view {
            /// # Errors
            /// MemoryError.
            pub fn new(dict: &Dict) -> Result<Ref<$view>> {
                let start: fn(&Dict) -> Position = $start;
                Ref::new($view { ob_base: Object::HEAD, state: State::new(dict, start(dict)), result: Reused::empty() })
            }

            /// Whether there is a next item, and giving it ends nothing that could run code.
            pub fn goes_on_quietly(&self) -> bool {
                self.state.goes_on() && self.result.ends_nothing()
            }
        }


        #[pytype(name = $name, symbol = $symbol, gc, no_new, iter = ::objects::slots::self_iter)]
        impl $view {
            #[slot(tp_iternext)]
            fn next(&self) -> Result<Option<Ref>> {
                let Some($entry) = self.state.advance($next)? else { return Ok(None) };
                let $result = &self.result;
                Ok(Some($item))
            }

            #[method("__length_hint__($self, /)")]
            fn length_hint(&self) -> usize {
                self.state.length_hint()
            }

            #[method("__reduce__($self, /)")]
            fn reduce(&self) -> Result<Ref<Tuple>> {
                let mut rest = Vec::new();
                if let Some(dict) = self.state.dict.get() {
                    let mut position = self.state.position.get();
                    while let Some($entry) = $next(&dict, &mut position) {
                        let $result = Reused::empty();
                        rest.push($item);
                    }
                }
                Tuple::from_array([
                    crate::types::iter::builtin(id!("iter"))?,
                    Tuple::from_array([List::from_vec(rest)?.upcast()])?.upcast(),
                ])
            }
        }

    )* };
}

iterators! {
    KeyIterator, PyDictIterKey_Type, "dict_keyiterator", |_| Position::default(), Dict::next_key,
        |key, _result| key;
    ValueIterator, PyDictIterValue_Type, "dict_valueiterator", |_| Position::default(), Dict::next_value,
        |value, _result| value;
    ItemIterator, PyDictIterItem_Type, "dict_itemiterator", |_| Position::default(), Dict::next,
        |(key, value), result| result.pack([key, value])?.upcast();
    ReverseKeyIterator, PyDictRevIterKey_Type, "dict_reversekeyiterator", Dict::end, Dict::next_back,
        |(key, _), _result| key;
    ReverseValueIterator, PyDictRevIterValue_Type, "dict_reversevalueiterator", Dict::end, Dict::next_back,
        |(_, value), _result| value;
    ReverseItemIterator, PyDictRevIterItem_Type, "dict_reverseitemiterator", Dict::end, Dict::next_back,
        |(key, value), result| result.pack([key, value])?.upcast();
}
