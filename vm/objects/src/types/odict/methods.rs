//! What Python sees of an `OrderedDict`.

use super::OrderedDict;
use super::iter::{Items, Iterator, Keys, Part, Values};
use crate::args::Kwargs;
use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::{self, attr, call, iter, mapping};
use crate::raise::{self, Result};
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::bool::new_bool;
use crate::types::dict::Dict;
use crate::types::dict::methods::PyDict_Type;
use crate::types::none::none;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::{attrs, protocol::sequence};
use macros::pytype;

#[pytype(
    name = "OrderedDict", module = "collections", symbol = PyODict_Type, base = PyDict_Type, gc, unhashable,
    flags = [BASETYPE], dict = od_inst_dict, weaklist = od_weakreflist
)]
impl OrderedDict {
    #[slot(tp_init)]
    fn tp_init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        if args.len() > 1 {
            return Err(crate::raise!(TypeError, "expected at most 1 arguments, got {}", args.len()));
        }
        self.update_from(args.items(), kwargs)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let name = self.class().name();
        if self.dict.is_empty() {
            return Str::new(&format!("{name}()"));
        }
        let Some(_guard) = protocol::repr_guard::enter(self) else { return Str::new("...") };
        let copy = Dict::new()?;
        copy.merge_mapping(self, true)?;
        let mut text = crate::types::str::build::Builder::new();
        text.push_str(name);
        text.push_str("(");
        text.push_chars(protocol::object::repr(&copy)?.chars());
        text.push_str(")");
        text.finish()
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref<Iterator>> {
        Iterator::new(self, Part::Keys, false)
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let (CompareOp::Eq | CompareOp::Ne, Some(dict)) = (op, other.cast::<Dict>()) else {
            return Ok(protocol::compare::unsupported());
        };
        let equal = self.dict.equals(dict)?
            && match other.cast::<OrderedDict>() {
                Some(other) => self.same_order(other)?,
                None => true,
            };
        Ok(new_bool(equal == (op == CompareOp::Eq)))
    }

    #[slot(mp_ass_subscript)]
    fn assign_subscript(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        match value {
            Some(value) => self.set_item(key, value),
            None => self.del_item(key),
        }
    }

    #[slot(nb_or)]
    fn or(left: &Object, right: &Object) -> Result<Ref> {
        let (class, other) = match left.cast::<OrderedDict>() {
            Some(_) => (left.class(), right),
            None => (right.class(), left),
        };
        if other.cast::<Dict>().is_none() {
            return Ok(protocol::compare::unsupported());
        }
        let result = call::call_one_arg(class, left)?;
        update_from_object(&result, right)?;
        Ok(result)
    }

    #[slot(nb_inplace_or)]
    fn inplace_or(left: &Object, right: &Object) -> Result<Ref> {
        update_from_object(left, right)?;
        Ok(left.to_ref())
    }

    #[classmethod("fromkeys($type, /, iterable, value=None)")]
    fn fromkeys(cls: &TypeObject, iterable: &Object, value: Option<&Object>) -> Result<Ref> {
        let value = value.unwrap_or(none());
        let result = call::call_no_args(cls)?;
        match result.cast_exact::<OrderedDict>() {
            Some(odict) => iter::for_each(iterable, |key| odict.set_item(&key, value))?,
            None => iter::for_each(iterable, |key| mapping::set_item(&result, &key, Some(value)))?,
        }
        Ok(result)
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        self.class().tp_basicsize.get() as usize + self.dict.keys().size_bytes() + self.nodes.size_bytes()
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<(Ref, Ref<Tuple>, Option<Ref>, (), Ref)> {
        let state = attr::call_special(self, id!("__getstate__"), &[])?;
        let items = iter::get_iter(&*call::call_method(self, id!("items"), &[])?)?;
        let state = Some(state).filter(|state| !state.is(none()));
        Ok((self.class().to_ref().upcast(), Tuple::empty(), state, (), items))
    }

    #[method("setdefault($self, /, key, default=None)")]
    fn setdefault(&self, key: &Object, default: Option<&Object>) -> Result<Ref> {
        let default = default.unwrap_or(none());
        if self.is_exactly(&PyODict_Type) {
            let hash = protocol::object::hash(key)?;
            if let Some(value) = self.dict.get_item_known_hash(key, hash)? {
                return Ok(value);
            }
            self.set_item_known_hash(key, hash, default.to_ref())?;
            return Ok(default.to_ref());
        }
        if sequence::contains(self, key)? {
            return mapping::get_item(self, key);
        }
        mapping::set_item(self, key, Some(default))?;
        Ok(default.to_ref())
    }

    #[method("pop($self, /, key, default=<unrepresentable>)")]
    fn pop(&self, key: &Object, default: Option<&Object>) -> Result<Ref> {
        match (self.take(key, protocol::object::hash(key)?)?, default) {
            (Some(value), _) => Ok(value),
            (None, Some(default)) => Ok(default.to_ref()),
            (None, None) => Err(raise::key_error(key)),
        }
    }

    #[method("popitem($self, /, last=True)")]
    fn popitem(&self, last: bool) -> Result<(Ref, Ref)> {
        let Some((_, key, hash)) = self.nodes.end(last) else {
            return Err(crate::raise!(KeyError, "dictionary is empty"));
        };
        match self.take(&key, hash)? {
            Some(value) => Ok((key, value)),
            None => Err(raise::key_error(&key)),
        }
    }

    #[method("keys($self, /)")]
    fn keys(&self) -> Result<Ref> {
        Keys::new(self)
    }

    #[method("values($self, /)")]
    fn values(&self) -> Result<Ref> {
        Values::new(self)
    }

    #[method("items($self, /)")]
    fn items(&self) -> Result<Ref> {
        Items::new(self)
    }

    #[method("update", raw)]
    fn update(&self, args: &[&Object], kwargs: Kwargs<'_>) -> Result<()> {
        if args.len() > 1 {
            let given = args.len();
            return Err(crate::raise!(
                TypeError,
                "update() takes at most 1 positional argument ({given} given)"
            ));
        }
        self.update_from(args, kwargs.to_dict()?.as_deref())
    }

    #[method("clear($self, /)")]
    fn py_clear(&self) {
        self.clear_all();
    }

    #[method("copy($self, /)")]
    fn copy(&self) -> Result<Ref> {
        if !self.is_exactly(&PyODict_Type) {
            let copy = call::call_no_args(self.class())?;
            self.for_each(|key, _| mapping::set_item(&copy, &key, Some(&*mapping::get_item(self, &key)?)))?;
            return Ok(copy);
        }
        let copy = OrderedDict::new()?;
        self.for_each(|key, hash| match self.dict.get_item(&key)? {
            Some(value) => copy.set_item_known_hash(&key, hash, value),
            None => Err(raise::key_error(&key)),
        })?;
        Ok(copy.upcast())
    }

    #[method("__reversed__($self, /)")]
    fn reversed(&self) -> Result<Ref<Iterator>> {
        Iterator::new(self, Part::Keys, true)
    }

    #[method("move_to_end($self, /, key, last=True)")]
    fn move_to_end(&self, key: &Object, last: bool) -> Result<()> {
        if self.nodes.end(last).is_some_and(|(_, end, _)| end.is(key)) {
            return Ok(());
        }
        match self.find(key, protocol::object::hash(key)?)? {
            Some(id) => {
                self.nodes.move_to(id, last);
                Ok(())
            }
            None => Err(raise::key_error(key)),
        }
    }

    #[getter("__dict__")]
    fn get_dict(&self) -> Result<Ref> {
        attrs::generic_get_dict(self)
    }

    #[setter("__dict__")]
    fn set_dict(&self, value: Option<&Object>) -> Result<()> {
        attrs::generic_set_dict(self, value)
    }
}

impl OrderedDict {
    /// Calls `each` with the keys in order and their hashes.
    fn for_each(&self, mut each: impl FnMut(Ref, isize) -> Result<()>) -> Result<()> {
        let state = self.nodes.state();
        let mut next = self.nodes.end(false);
        while let Some((id, key, hash)) = next {
            each(key, hash)?;
            if self.nodes.state() != state {
                return Err(crate::raise!(RuntimeError, "OrderedDict mutated during iteration"));
            }
            next = self.nodes.beside(id, false);
        }
        Ok(())
    }

    /// Whether the keys of two dictionaries are equal in their order.
    fn same_order(&self, other: &OrderedDict) -> Result<bool> {
        let states = (self.nodes.state(), other.nodes.state());
        let (mut a, mut b) = (self.nodes.end(false), other.nodes.end(false));
        loop {
            let ((id_a, key_a, _), (id_b, key_b, _)) = match (a, b) {
                (Some(a), Some(b)) => (a, b),
                (None, None) => return Ok(true),
                _ => return Ok(false),
            };
            let equal = protocol::compare::equal(&key_a, &key_b)?;
            if (self.nodes.state(), other.nodes.state()) != states {
                return Err(crate::raise!(RuntimeError, "OrderedDict mutated during iteration"));
            }
            if !equal {
                return Ok(false);
            }
            (a, b) = (self.nodes.beside(id_a, false), other.nodes.beside(id_b, false));
        }
    }

    fn update_from(&self, args: &[&Object], kwargs: Option<&Dict>) -> Result<()> {
        if let Some(source) = args.first() {
            update_from_object(self, source)?;
        }
        match kwargs {
            Some(kwargs) => add_items(self, kwargs),
            None => Ok(()),
        }
    }
}

/// Sets an item through the class's own method where there may be one.
fn set_item(this: &Object, key: &Object, value: &Object) -> Result<()> {
    match this.cast_exact::<OrderedDict>() {
        Some(odict) => odict.set_item(key, value),
        None => mapping::set_item(this, key, Some(value)),
    }
}

fn add_items(this: &Object, dict: &Dict) -> Result<()> {
    dict.to_vec().iter().try_for_each(|(key, value)| set_item(this, key, value))
}

/// `MutableMapping.update` with one argument: a mapping, or pairs.
fn update_from_object(this: &Object, source: &Object) -> Result<()> {
    if let Some(dict) = source.cast_exact::<Dict>() {
        return add_items(this, dict);
    }
    if let Some(keys) = attr::get_optional(source, id!("keys"))? {
        let keys = call::call_no_args(&keys)?;
        let keys = iter::get_iter(&keys)?;
        while let Some(key) = iter::next(&keys)? {
            set_item(this, &key, &*mapping::get_item(source, &key)?)?;
        }
        return Ok(());
    }
    if let Some(items) = attr::get_optional(source, id!("items"))? {
        return add_pairs(this, &*call::call_no_args(&items)?);
    }
    add_pairs(this, source)
}

fn add_pairs(this: &Object, pairs: &Object) -> Result<()> {
    let pairs = iter::get_iter(pairs)?;
    while let Some(pair) = iter::next(&pairs)? {
        let parts = iter::get_iter(&pair)?;
        let Some(key) = iter::next(&parts)? else {
            return Err(crate::raise!(ValueError, "need more than 0 values to unpack"));
        };
        let Some(value) = iter::next(&parts)? else {
            return Err(crate::raise!(ValueError, "need more than 1 value to unpack"));
        };
        if iter::next(&parts)?.is_some() {
            return Err(crate::raise!(ValueError, "too many values to unpack (expected 2)"));
        }
        set_item(this, &key, &value)?;
    }
    Ok(())
}
