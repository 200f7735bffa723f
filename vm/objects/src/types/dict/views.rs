//! `dict_keys`, `dict_values` and `dict_items`.

use super::Dict;
use super::iter::{
    ItemIterator, KeyIterator, ReverseItemIterator, ReverseKeyIterator, ReverseValueIterator, ValueIterator,
};
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol;
use crate::raise::{self, Result};
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::bool::new_bool;
use crate::types::set::Set;
use crate::types::str::Str;
use crate::types::str::build::Builder;
use crate::types::tuple::Tuple;
use macros::{Trace, pytype};

macro_rules! view {
    ($view:ident $($name:literal)*) => { $(
        #[doc = concat!("`", $name, "`: `_PyDictViewObject`.")]
        #[repr(C)]
        #[derive(Trace)]
        pub struct $view {
            ob_base: Object,
            dv_dict: Slot<Dict>,
        }

        impl $view {
            /// # Errors
            /// MemoryError.
            pub fn new(dict: &Dict) -> Result<Ref<$view>> {
                Ref::new($view { ob_base: Object::HEAD, dv_dict: Slot::new(dict.to_ref()) })
            }

            /// A view of a class derived from this one.
            ///
            /// # Errors
            /// MemoryError.
            pub(crate) fn new_in(class: &TypeObject, dict: &Dict) -> Result<Ref> {
                let view = $view { ob_base: Object::HEAD, dv_dict: Slot::new(dict.to_ref()) };
                Ok(Ref::new_in(class, view)?.upcast())
            }

            /// The dictionary.
            pub(crate) fn dict(&self) -> Result<Ref<Dict>> {
                self.dv_dict.get().ok_or_else(raise::bad_internal_call)
            }

            fn show(&self) -> Result<Ref<Str>> {
                let Some(_guard) = protocol::repr_guard::enter(self) else { return Str::new("...") };
                let list = protocol::sequence::to_list(self)?;
                let mut text = Builder::new();
                text.push_str(self.class().name());
                text.push_str("(");
                text.push_chars(protocol::object::repr(&list)?.chars());
                text.push_str(")");
                text.finish()
            }

            fn proxy(&self) -> Result<Ref> {
                crate::types::mappingproxy::new(&*self.dict()?)
            }
        }
    )* };
}

view!(KeysView "dict_keys");
view!(ValuesView "dict_values");
view!(ItemsView "dict_items");

#[pytype(name = "dict_values", symbol = PyDictValues_Type, gc, no_new)]
impl ValuesView {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        self.show()
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref<ValueIterator>> {
        ValueIterator::new(&*self.dict()?)
    }

    #[slot(sq_length)]
    fn len(&self) -> Result<isize> {
        Ok(self.dict()?.len() as isize)
    }

    #[method("__reversed__($self, /)")]
    fn reversed(&self) -> Result<Ref<ReverseValueIterator>> {
        ReverseValueIterator::new(&*self.dict()?)
    }

    #[getter("mapping")]
    fn mapping(&self) -> Result<Ref> {
        self.proxy()
    }
}

/// What keys and items have in common: they are sets.
macro_rules! set_like {
    ($view:ident, $symbol:ident, $name:literal, $iterator:ident, $reverse:ident) => {
        #[pytype(name = $name, symbol = $symbol, gc, no_new)]
        impl $view {
            #[slot(tp_repr)]
            fn repr(&self) -> Result<Ref<Str>> {
                self.show()
            }

            #[slot(tp_iter)]
            fn iter(&self) -> Result<Ref<$iterator>> {
                $iterator::new(&*self.dict()?)
            }

            #[slot(sq_length)]
            fn len(&self) -> Result<isize> {
                Ok(self.dict()?.len() as isize)
            }

            #[slot(sq_contains)]
            fn contains(&self, item: &Object) -> Result<bool> {
                self.has(item)
            }

            #[slot(tp_richcompare)]
            fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
                compare(self, other, op)
            }

            #[slot(nb_subtract)]
            fn subtract(left: &Object, right: &Object) -> Result<Ref> {
                let set = Set::from_iterable(left)?;
                set.difference_update_with(right)?;
                Ok(set.upcast())
            }

            #[slot(nb_and)]
            fn and(left: &Object, right: &Object) -> Result<Ref> {
                intersection(left, right)
            }

            #[slot(nb_or)]
            fn or(left: &Object, right: &Object) -> Result<Ref> {
                let set = Set::from_iterable(left)?;
                set.update_with(right)?;
                Ok(set.upcast())
            }

            #[slot(nb_xor)]
            fn xor(left: &Object, right: &Object) -> Result<Ref> {
                let set = Set::from_iterable(left)?;
                set.symmetric_difference_update_with(right)?;
                Ok(set.upcast())
            }

            #[method("isdisjoint($self, object, /)")]
            fn isdisjoint(&self, object: &Object) -> Result<bool> {
                disjoint(self, object)
            }

            #[method("__reversed__($self, /)")]
            fn reversed(&self) -> Result<Ref<$reverse>> {
                $reverse::new(&*self.dict()?)
            }

            #[getter("mapping")]
            fn mapping(&self) -> Result<Ref> {
                self.proxy()
            }
        }
    };
}

set_like!(KeysView, PyDictKeys_Type, "dict_keys", KeyIterator, ReverseKeyIterator);
set_like!(ItemsView, PyDictItems_Type, "dict_items", ItemIterator, ReverseItemIterator);

impl KeysView {
    fn has(&self, key: &Object) -> Result<bool> {
        self.dict()?.contains(key)
    }
}

impl ItemsView {
    fn has(&self, item: &Object) -> Result<bool> {
        let Some([key, value]) = item.cast::<Tuple>().map(Tuple::items) else { return Ok(false) };
        match self.dict()?.get_item(key)? {
            Some(found) => protocol::compare::equal(&found, value),
            None => Ok(false),
        }
    }
}

/// Whether `object` is a set or a view that is like one.
fn is_set_like(object: &Object) -> bool {
    crate::types::set::is_any_set(object)
        || object.cast::<KeysView>().is_some()
        || object.cast::<ItemsView>().is_some()
}

fn all_in(items: &Object, container: &Object) -> Result<bool> {
    let iterator = protocol::iter::get_iter(items)?;
    while let Some(item) = protocol::iter::next(&iterator)? {
        if !protocol::sequence::contains(container, &item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn compare(view: &Object, other: &Object, op: CompareOp) -> Result<Ref> {
    if !is_set_like(other) {
        return Ok(protocol::compare::unsupported());
    }
    let (ours, theirs) = (protocol::object::len(view)?, protocol::object::len(other)?);
    let answer = match op {
        CompareOp::Eq => ours == theirs && all_in(view, other)?,
        CompareOp::Ne => !(ours == theirs && all_in(view, other)?),
        CompareOp::Lt => ours < theirs && all_in(view, other)?,
        CompareOp::Le => ours <= theirs && all_in(view, other)?,
        CompareOp::Gt => ours > theirs && all_in(other, view)?,
        CompareOp::Ge => ours >= theirs && all_in(other, view)?,
    };
    Ok(new_bool(answer))
}

fn intersection(left: &Object, right: &Object) -> Result<Ref> {
    // Either operand may be the view; the result keeps the order of the shorter one's look-ups out of sight, being a set.
    let (view, other) = if is_view(left) { (left, right) } else { (right, left) };
    let set = Set::new()?;
    protocol::iter::for_each(other, |item| {
        if protocol::sequence::contains(view, &item)? {
            set.add_item(&item)?;
        }
        Ok(())
    })?;
    Ok(set.upcast())
}

fn is_view(object: &Object) -> bool {
    object.cast::<KeysView>().is_some() || object.cast::<ItemsView>().is_some()
}

fn disjoint(view: &Object, other: &Object) -> Result<bool> {
    if view.is(other) {
        return Ok(protocol::object::len(view)? == 0);
    }
    let (walked, asked) =
        if is_set_like(other) && protocol::object::len(other)? > protocol::object::len(view)? {
            (view, other)
        } else {
            (other, view)
        };
    let iterator = protocol::iter::get_iter(walked)?;
    while let Some(item) = protocol::iter::next(&iterator)? {
        if protocol::sequence::contains(asked, &item)? {
            return Ok(false);
        }
    }
    Ok(true)
}
