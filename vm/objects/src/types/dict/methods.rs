//! What Python sees of a dictionary.

use super::iter::{KeyIterator, ReverseKeyIterator};
use super::views::{ItemsView, KeysView, ValuesView};
use super::{Dict, Position};
use crate::args::Kwargs;
use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::{self, attr};
use crate::raise::{self, Result};
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::bool::new_bool;
use crate::types::none::none;
use crate::types::str::Str;
use crate::types::str::build::Builder;
use crate::types::tuple::Tuple;
use crate::watch::DictEvent;
use macros::pytype;

#[pytype(
    name = "dict", symbol = PyDict_Type, gc, unhashable, getattro = crate::attrs::generic_getattro,
    flags = [BASETYPE, MAPPING, DICT_SUBCLASS, MATCH_SELF]
)]
impl Dict {
    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(this: *mut Object) {
        // SAFETY: the slot's contract.
        unsafe {
            if !Dict::tell_end(this) {
                crate::slots::dealloc::<Dict>(this);
            }
        }
    }

    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Dict>> {
        Dict::new_in(class)
    }

    #[slot(tp_init)]
    fn tp_init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        self.update_from(args.items(), "dict")?;
        match kwargs {
            Some(kwargs) => self.merge_keywords(kwargs),
            None => Ok(()),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        if self.is_empty() {
            return Str::new("{}");
        }
        let Some(_guard) = protocol::repr_guard::enter(self) else { return Str::new("{...}") };
        let mut text = Builder::new();
        text.push_str("{");
        let mut position = Position::default();
        let mut first = true;
        while let Some((key, value)) = self.next(&mut position) {
            if !core::mem::replace(&mut first, false) {
                text.push_str(", ");
            }
            text.push_chars(protocol::object::repr(&key)?.chars());
            text.push_str(": ");
            text.push_chars(protocol::object::repr(&value)?.chars());
        }
        text.push_str("}");
        text.finish()
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref<KeyIterator>> {
        KeyIterator::new(self)
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let (CompareOp::Eq | CompareOp::Ne, Some(other)) = (op, other.cast::<Dict>()) else {
            return Ok(protocol::compare::unsupported());
        };
        Ok(new_bool(self.equals(other)? == (op == CompareOp::Eq)))
    }

    #[slot(mp_length)]
    fn mp_length(&self) -> Result<isize> {
        Ok(self.len() as isize)
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        if let Some(value) = self.get_item(key)? {
            return Ok(value);
        }
        if !self.is_exactly(&PyDict_Type)
            && let Some(method) = attr::special_method(self, id!("__missing__"))?
        {
            return match method {
                attr::Method::Unbound(function) => protocol::call::call(&function, &[self, key]),
                attr::Method::Bound(callable) => protocol::call::call(&callable, &[key]),
            };
        }
        Err(raise::key_error(key))
    }

    #[slot(mp_ass_subscript)]
    fn assign_subscript(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        match value {
            Some(value) => self.set_item(key, value),
            None => self.del_item(key),
        }
    }

    #[slot(sq_contains)]
    fn sq_contains(&self, key: &Object) -> Result<bool> {
        self.contains(key)
    }

    #[slot(nb_or)]
    fn or(left: &Object, right: &Object) -> Result<Ref> {
        let (Some(left), Some(right)) = (left.cast::<Dict>(), right.cast::<Dict>()) else {
            return Ok(protocol::compare::unsupported());
        };
        let result = left.copy()?;
        result.merge(right, true)?;
        Ok(result.upcast())
    }

    #[slot(nb_inplace_or)]
    fn inplace_or(left: &Object, right: &Object) -> Result<Ref> {
        if let Some(dict) = left.cast::<Dict>() {
            dict.update_from(&[right], "update")?;
        }
        Ok(left.to_ref())
    }

    #[method("__contains__($self, key, /)", coexist)]
    fn py_contains(&self, key: &Object) -> Result<bool> {
        self.contains(key)
    }

    #[method("__getitem__($self, key, /)", coexist)]
    fn getitem(&self, key: &Object) -> Result<Ref> {
        self.subscript(key)
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        self.class().tp_basicsize.get() as usize + self.keys().size_bytes()
    }

    #[method("get($self, key, default=None, /)")]
    fn get(&self, key: &Object, default: Option<&Object>) -> Result<Ref> {
        Ok(self.get_item(key)?.unwrap_or_else(|| default.unwrap_or(none()).to_ref()))
    }

    #[method("setdefault($self, key, default=None, /)")]
    fn setdefault(&self, key: &Object, default: Option<&Object>) -> Result<Ref> {
        self.set_default(key, default.unwrap_or(none()))
    }

    #[method("pop", raw)]
    fn pop(&self, args: &[&Object]) -> Result<Ref> {
        let (key, default) = match *args {
            [key] => (key, None),
            [key, default] => (key, Some(default)),
            [] => return Err(crate::raise!(TypeError, "pop expected at least 1 argument, got 0")),
            _ => {
                return Err(crate::raise!(TypeError, "pop expected at most 2 arguments, got {}", args.len()));
            }
        };
        if self.is_empty() {
            return default.map(Instance::to_ref).ok_or_else(|| raise::key_error(key));
        }
        match (self.remove(key)?, default) {
            (Some(value), _) => Ok(value),
            (None, Some(default)) => Ok(default.to_ref()),
            (None, None) => Err(raise::key_error(key)),
        }
    }

    #[method("popitem($self, /)")]
    fn popitem(&self) -> Result<Ref<Tuple>> {
        let mut position = self.end();
        match self.next_back(&mut position) {
            Some((key, value)) => {
                self.remove_entry(position);
                Tuple::from_array([key, value])
            }
            None => Err(crate::raise!(KeyError, "popitem(): dictionary is empty")),
        }
    }

    #[method("keys", raw)]
    fn py_keys(&self, args: &[&Object]) -> Result<Ref<KeysView>> {
        no_arguments("keys", args)?;
        KeysView::new(self)
    }

    #[method("items", raw)]
    fn items(&self, args: &[&Object]) -> Result<Ref<ItemsView>> {
        no_arguments("items", args)?;
        ItemsView::new(self)
    }

    #[method("values", raw)]
    fn values(&self, args: &[&Object]) -> Result<Ref<ValuesView>> {
        no_arguments("values", args)?;
        ValuesView::new(self)
    }

    #[method("update", raw)]
    fn update(&self, args: &[&Object], kwargs: Kwargs<'_>) -> Result<()> {
        self.update_from(args, "update")?;
        match kwargs.to_dict()? {
            Some(kwargs) => self.merge_keywords(&kwargs),
            None => Ok(()),
        }
    }

    #[classmethod("fromkeys($type, iterable, value=None, /)")]
    fn fromkeys(cls: &TypeObject, iterable: &Object, value: Option<&Object>) -> Result<Ref> {
        let value = value.unwrap_or(none());
        let result = protocol::call::call_no_args(cls)?;
        if let Some(dict) = result.cast_exact::<Dict>() {
            crate::types::set::for_each_hashed(iterable, |key, hash| {
                dict.set_item_known_hash(key, hash, value.to_ref())
            })?;
        } else {
            protocol::iter::for_each(iterable, |key| {
                protocol::mapping::set_item(&result, &key, Some(value))
            })?;
        }
        Ok(result)
    }

    #[method("clear($self, /)")]
    fn py_clear(&self) {
        self.clear_entries();
    }

    #[method("copy($self, /)")]
    fn py_copy(&self) -> Result<Ref<Dict>> {
        if self.is_empty() || iterates_as_dict(self) {
            return self.copy();
        }
        let copy = Dict::new()?;
        copy.merge_mapping(self, true)?;
        Ok(copy)
    }

    #[method("__reversed__($self, /)")]
    fn reversed(&self) -> Result<Ref<ReverseKeyIterator>> {
        ReverseKeyIterator::new(self)
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(cls: &TypeObject, object: &Object) -> Result<Ref> {
        crate::types::generic_alias::new(cls, object)
    }
}

fn no_arguments(name: &str, args: &[&Object]) -> Result<()> {
    match args.len() {
        0 => Ok(()),
        count => Err(crate::raise!(TypeError, "dict.{name}() takes no arguments ({count} given)")),
    }
}

impl Dict {
    /// `dict(x)` and `dict.update(x)`: from a mapping (anything with `keys`) or an iterable of pairs.
    fn update_from(&self, args: &[&Object], function: &str) -> Result<()> {
        let source = match *args {
            [] => return Ok(()),
            [source] => source,
            _ => {
                return Err(crate::raise!(
                    TypeError,
                    "{function} expected at most 1 argument, got {}",
                    args.len()
                ));
            }
        };
        if let Some(other) = source.cast_exact::<Dict>() {
            return self.merge(other, true);
        }
        if attr::get_optional(source, id!("keys"))?.is_some() {
            return self.merge_mapping(source, true);
        }
        self.merge_pairs(source, true)
    }

    /// Copies keyword arguments, whose names must be strings.
    fn merge_keywords(&self, kwargs: &Dict) -> Result<()> {
        let mut position = Position::default();
        while let Some((name, _)) = kwargs.next(&mut position) {
            if name.cast::<Str>().is_none() {
                return Err(crate::raise!(TypeError, "keywords must be strings"));
            }
        }
        self.merge(kwargs, true)
    }

    /// Copies what a mapping's `keys()` names (`PyDict_Merge`).
    ///
    /// # Errors
    /// What the mapping raises.
    pub fn merge_mapping(&self, mapping: &Object, replace: bool) -> Result<()> {
        if let Some(dict) = mapping.cast::<Dict>().filter(|dict| iterates_as_dict(dict)) {
            return self.merge(dict, replace);
        }
        let keys = protocol::call::call_method(mapping, id!("keys"), &[])?;
        protocol::iter::for_each(&keys, |key| {
            if !replace && self.contains(&key)? {
                return Ok(());
            }
            self.set_item(&key, &*protocol::mapping::get_item(mapping, &key)?)
        })
    }

    /// Adds the pairs of an iterable (`PyDict_MergeFromSeq2`).
    ///
    /// # Errors
    /// What iterating raises; TypeError and ValueError for what is no pair.
    pub fn merge_pairs(&self, pairs: &Object, replace: bool) -> Result<()> {
        let mut index = 0;
        let add = |key: &Object, value: &Object| -> Result<()> {
            if !replace && self.contains(key)? {
                return Ok(());
            }
            self.set_item(key, value)
        };
        protocol::iter::for_each(pairs, |pair| {
            if let Some([key, value]) = pair.cast_exact::<Tuple>().map(Tuple::items) {
                index += 1;
                return add(key, value);
            }
            let parts = protocol::iter::collect(&pair).map_err(|raised| {
                if !raised.matches(&crate::types::exceptions::TypeError) {
                    return raised;
                }
                raised.clear();
                crate::raise!(
                    TypeError,
                    "cannot convert dictionary update sequence element #{index} to a sequence"
                )
            })?;
            let [key, value] = parts.as_slice() else {
                return Err(crate::raise!(
                    ValueError,
                    "dictionary update sequence element #{index} has length {}; 2 is required",
                    parts.len()
                ));
            };
            index += 1;
            add(key, value)
        })
    }

    pub(crate) fn equals(&self, other: &Dict) -> Result<bool> {
        if self.len() != other.len() {
            return Ok(false);
        }
        let mut position = Position::default();
        while let Some((key, value, hash)) = self.next_with_hash(&mut position) {
            match other.get_item_known_hash(&key, hash)? {
                Some(theirs) if protocol::compare::equal(&value, &theirs)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Removes the last entry, which `position` is at.
    fn remove_entry(&self, position: Position) {
        if self.is_watched()
            && let (_, Some(key)) = self.keys().entry_key(position.0)
        {
            self.tell(DictEvent::Deleted, Some(&key.to_ref()), None);
        }
        let (hash, _) = self.keys().entry_key(position.0);
        self.ma_used.set(self.ma_used.get() - 1);
        let removed = self.keys().remove(position.0, hash);
        self.keys().forget_from(position.0);
        drop(removed);
    }
}

/// Whether iterating over a dictionary, perhaps of a subclass, gives what is in its table.
fn iterates_as_dict(dict: &Dict) -> bool {
    let own = PyDict_Type.tp_iter.get();
    dict.class().tp_iter.get().zip(own).is_some_and(|(iter, own)| core::ptr::fn_addr_eq(iter, own))
}
