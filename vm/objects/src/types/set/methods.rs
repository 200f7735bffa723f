//! What Python sees of sets and frozensets.

use super::{FrozenSet, Set, any_set};
use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::{self, attr};
use crate::raise::{self, Result};
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::bool::new_bool;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::str::build::Builder;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use macros::{Trace, pytype};

/// The operators of both classes.
macro_rules! operator {
    ($left:ident, $right:ident, |$set:ident, $other:ident| $body:block) => {{
        let (Some($set), Some($other)) = (any_set($left), any_set($right)) else {
            return Ok(protocol::compare::unsupported());
        };
        $body
    }};
}

/// What `set` and `frozenset` share, written once for both.
macro_rules! common {
    ($view:ident, $name:literal, $symbol:ident, $set:expr, { $($attributes:tt)* }, { $($own:tt)* }) => {
        #[pytype(name = $name, symbol = $symbol, gc, $($attributes)*)]
        impl $view {
            $($own)*

            #[slot(tp_repr)]
            fn repr(&self) -> Result<Ref<Str>> {
                show($set(self))
            }

            #[slot(tp_iter)]
            fn iter(&self) -> Result<Ref<SetIterator>> {
                SetIterator::new($set(self))
            }

            #[slot(tp_richcompare)]
            fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
                compare($set(self), other, op)
            }

            #[slot(sq_length)]
            fn sq_length(&self) -> Result<isize> {
                Ok($set(self).len() as isize)
            }

            #[slot(sq_contains)]
            fn sq_contains(&self, key: &Object) -> Result<bool> {
                contains($set(self), key)
            }

            #[slot(nb_subtract)]
            fn nb_subtract(left: &Object, right: &Object) -> Result<Ref> {
                operator!(left, right, |set, other| { difference(set, &[other]) })
            }

            #[slot(nb_and)]
            fn nb_and(left: &Object, right: &Object) -> Result<Ref> {
                operator!(left, right, |set, other| { intersection(set, &[other]) })
            }

            #[slot(nb_or)]
            fn nb_or(left: &Object, right: &Object) -> Result<Ref> {
                operator!(left, right, |set, other| { union(set, &[other]) })
            }

            #[slot(nb_xor)]
            fn nb_xor(left: &Object, right: &Object) -> Result<Ref> {
                operator!(left, right, |set, other| { symmetric_difference(set, other) })
            }

            #[method("__contains__($self, object, /)", coexist)]
            fn py_contains(&self, object: &Object) -> Result<bool> {
                contains($set(self), object)
            }

            #[method("copy($self, /)")]
            fn copy(&self) -> Result<Ref> {
                copy($set(self))
            }

            #[method("difference($self, /, *others)")]
            fn difference(&self, others: &[&Object]) -> Result<Ref> {
                difference($set(self), others)
            }

            #[method("intersection($self, /, *others)")]
            fn intersection(&self, others: &[&Object]) -> Result<Ref> {
                intersection($set(self), others)
            }

            #[method("isdisjoint($self, other, /)")]
            fn isdisjoint(&self, other: &Object) -> Result<bool> {
                is_disjoint($set(self), other)
            }

            #[method("issubset($self, other, /)")]
            fn issubset(&self, other: &Object) -> Result<bool> {
                match any_set(other) {
                    Some(other) => $set(self).is_subset_of(other),
                    None => $set(self).is_subset_of(&*Set::from_iterable(other)?),
                }
            }

            #[method("issuperset($self, other, /)")]
            fn issuperset(&self, other: &Object) -> Result<bool> {
                is_superset($set(self), other)
            }

            #[method("symmetric_difference($self, other, /)")]
            fn symmetric_difference(&self, other: &Object) -> Result<Ref> {
                symmetric_difference($set(self), other)
            }

            #[method("union($self, /, *others)")]
            fn union(&self, others: &[&Object]) -> Result<Ref> {
                union($set(self), others)
            }

            #[method("__reduce__($self, /)")]
            fn reduce(&self) -> Result<Ref<Tuple>> {
                let state = attr::call_special(self, id!("__getstate__"), &[])?;
                Tuple::from_array([
                    self.class().to_ref().upcast(),
                    Tuple::from_array([crate::protocol::sequence::to_list(self)?.upcast()])?.upcast(),
                    state,
                ])
            }

            #[method("__sizeof__($self, /)")]
            fn sizeof(&self) -> usize {
                let table = if $set(self).table.get().is_null() { 0 } else { ($set(self).mask.get() + 1) * 16 };
                self.class().tp_basicsize.get() as usize + table
            }

            #[classmethod("__class_getitem__($type, object, /)")]
            fn class_getitem(cls: &TypeObject, object: &Object) -> Result<Ref> {
                crate::types::generic_alias::new(cls, object)
            }
        }
    };
}

common! {
    // SAFETY: the reference is made from one that lives as long.
    Set, "set", PySet_Type, (|this: &Set| -> &Set { unsafe { &*core::ptr::from_ref(this) } }),
    {
        unhashable, weaklist = weakreflist, flags = [BASETYPE, MATCH_SELF],
        getattro = crate::attrs::generic_getattro
    },
    {
        #[slot(tp_new)]
        fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Set>> {
            Set::new_in(class)
        }

        #[slot(tp_init)]
        fn tp_init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
            if kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
                return Err(crate::raise!(TypeError, "set() takes no keyword arguments"));
            }
            if args.len() > 1 {
                let (class, given) = (self.class().full_name(), args.len());
                return Err(crate::raise!(TypeError, "{class} expected at most 1 argument, got {given}"));
            }
            let iterable = args.items().first();
            if self.fill.get() != 0 {
                self.clear_items();
            }
            self.hash.set(-1);
            match iterable {
                Some(iterable) => self.update_with(iterable),
                None => Ok(()),
            }
        }

        #[slot(nb_inplace_subtract)]
        fn nb_inplace_subtract(left: &Object, right: &Object) -> Result<Ref> {
            operator!(left, right, |set, other| {
                set.difference_update_with(other)?;
                Ok(left.to_ref())
            })
        }

        #[slot(nb_inplace_and)]
        fn nb_inplace_and(left: &Object, right: &Object) -> Result<Ref> {
            operator!(left, right, |set, other| {
                set.keep_only(&[other])?;
                Ok(left.to_ref())
            })
        }

        #[slot(nb_inplace_or)]
        fn nb_inplace_or(left: &Object, right: &Object) -> Result<Ref> {
            operator!(left, right, |set, other| {
                set.update_with(other)?;
                Ok(left.to_ref())
            })
        }

        #[slot(nb_inplace_xor)]
        fn nb_inplace_xor(left: &Object, right: &Object) -> Result<Ref> {
            operator!(left, right, |set, other| {
                set.symmetric_difference_update_with(other)?;
                Ok(left.to_ref())
            })
        }

        #[method("add($self, object, /)")]
        fn add(&self, object: &Object) -> Result<()> {
            self.add_item(object).map(drop)
        }

        #[method("clear($self, /)")]
        fn py_clear(&self) {
            self.clear_items();
        }

        #[method("discard($self, object, /)")]
        fn discard(&self, object: &Object) -> Result<()> {
            match self.discard_item(object) {
                Err(raised) => match frozen_key(object, raised)? {
                    Some(key) => self.discard_item(&key).map(drop),
                    None => Ok(()),
                },
                Ok(_) => Ok(()),
            }
        }

        #[method("remove($self, object, /)")]
        fn remove(&self, object: &Object) -> Result<()> {
            let found = match self.discard_item(object) {
                Err(raised) => match frozen_key(object, raised)? {
                    Some(key) => self.discard_item(&key)?,
                    None => false,
                },
                Ok(found) => found,
            };
            if found { Ok(()) } else { Err(raise::key_error(object)) }
        }

        #[method("pop($self, /)")]
        fn pop(&self) -> Result<Ref> {
            self.pop_item().ok_or_else(|| crate::raise!(KeyError, "pop from an empty set"))
        }

        #[method("difference_update($self, /, *others)")]
        fn difference_update(&self, others: &[&Object]) -> Result<()> {
            others.iter().try_for_each(|other| self.difference_update_with(other))
        }

        #[method("intersection_update($self, /, *others)")]
        fn intersection_update(&self, others: &[&Object]) -> Result<()> {
            self.keep_only(others)
        }

        #[method("symmetric_difference_update($self, other, /)")]
        fn symmetric_difference_update(&self, other: &Object) -> Result<()> {
            self.symmetric_difference_update_with(other)
        }

        #[method("update($self, /, *others)")]
        fn update(&self, others: &[&Object]) -> Result<()> {
            others.iter().try_for_each(|other| self.update_with(other))
        }
    }
}

common! {
    // SAFETY: the reference is made from one that lives as long.
    FrozenSet, "frozenset", PyFrozenSet_Type, (|this: &FrozenSet| -> &Set { unsafe { &*(&raw const this.set) } }),
    { weaklist = set.weakreflist, flags = [BASETYPE, MATCH_SELF] },
    {
        #[new("(iterable=(), /)", vectorcall)]
        fn tp_new(class: &TypeObject, iterable: Option<&Object>) -> Result<Ref> {
            let exact = core::ptr::eq(class, &raw const PyFrozenSet_Type);
            if let Some(iterable) = iterable
                && exact && iterable.is_exactly(&PyFrozenSet_Type) {
                    return Ok(iterable.to_ref());
                }
            let set = Set::new_in(class)?;
            if let Some(iterable) = iterable {
                set.update_with(iterable)?;
            }
            Ok(set.upcast())
        }

        #[slot(tp_hash)]
        fn tp_hash(&self) -> Result<isize> {
            Ok(frozen_hash(&self.set))
        }
    }
}

/// `frozenset_hash`: does not depend on the order, and spreads the bits of nested sets.
fn frozen_hash(set: &Set) -> isize {
    if set.hash.get() != -1 {
        return set.hash.get();
    }
    let shuffle = |hash: u64| (hash ^ 89_869_747 ^ hash << 16).wrapping_mul(3_644_798_167);
    let mut hash = 0u64;
    let mut position = 0;
    while let Some((_, item)) = set.next_with_hash(&mut position) {
        hash ^= shuffle(item as u64);
    }
    hash ^= (set.len() as u64 + 1).wrapping_mul(1_927_868_237);
    hash ^= hash >> 11 ^ hash >> 25;
    hash = hash.wrapping_mul(69_069).wrapping_add(907_133_923);
    let hash = if hash == u64::MAX { 590_923_713 } else { hash as isize };
    set.hash.set(hash);
    hash
}

/// A set that is looked for in a set stands for the frozenset of its items: what to look for after the TypeError for an unhashable
/// key, if it was that.
fn frozen_key(key: &Object, raised: crate::Raised) -> Result<Option<Ref>> {
    if key.cast::<Set>().is_none() || !raised.matches(&crate::types::exceptions::TypeError) {
        return Err(raised);
    }
    raised.clear();
    let Some(set) = any_set(key) else { return Ok(None) };
    Ok(Some(set.copy_in(&PyFrozenSet_Type)?.upcast()))
}

pub fn contains(set: &Set, key: &Object) -> Result<bool> {
    match set.has(key) {
        Err(raised) => match frozen_key(key, raised)? {
            Some(key) => set.has(&key),
            None => Ok(false),
        },
        found => found,
    }
}

fn show(set: &Set) -> Result<Ref<Str>> {
    let object = set.as_object();
    let name = object.class().name();
    if set.is_empty() {
        return Str::new(&format!("{name}()"));
    }
    let Some(_guard) = protocol::repr_guard::enter(object) else { return Str::new(&format!("{name}(...)")) };
    let plain = object.is_exactly(&PySet_Type);
    let mut text = Builder::new();
    if !plain {
        text.push_str(name);
        text.push_str("(");
    }
    text.push_str("{");
    for (index, item) in set.to_vec().iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        text.push_chars(protocol::object::repr(item)?.chars());
    }
    text.push_str(if plain { "}" } else { "})" });
    text.finish()
}

fn compare(set: &Set, other: &Object, op: CompareOp) -> Result<Ref> {
    let Some(other) = any_set(other) else { return Ok(protocol::compare::unsupported()) };
    let equal = || -> Result<bool> {
        let (a, b) = (set.hash.get(), other.hash.get());
        Ok(set.len() == other.len() && (a == -1 || b == -1 || a == b) && set.is_subset_of(other)?)
    };
    let answer = match op {
        CompareOp::Eq => equal()?,
        CompareOp::Ne => !equal()?,
        CompareOp::Le => set.is_subset_of(other)?,
        CompareOp::Ge => other.is_subset_of(set)?,
        CompareOp::Lt => set.len() < other.len() && set.is_subset_of(other)?,
        CompareOp::Gt => set.len() > other.len() && other.is_subset_of(set)?,
    };
    Ok(new_bool(answer))
}

fn copy(set: &Set) -> Result<Ref> {
    if set.as_object().is_exactly(&PyFrozenSet_Type) {
        return Ok(set.as_object().to_ref());
    }
    Ok(set.copy_in(set.plain_class())?.upcast())
}

fn union(set: &Set, others: &[&Object]) -> Result<Ref> {
    let result = set.copy_in(set.plain_class())?;
    for other in others {
        result.update_with(other)?;
    }
    Ok(result.upcast())
}

fn difference(set: &Set, others: &[&Object]) -> Result<Ref> {
    let Some((first, rest)) = others.split_first() else {
        return Ok(set.copy_in(set.plain_class())?.upcast());
    };
    let result = subtract(set, first)?;
    for other in rest {
        result.difference_update_with(other)?;
    }
    Ok(result.upcast())
}

/// `set - other`; what is much larger than the set is asked and not walked.
fn subtract(set: &Set, other: &Object) -> Result<Ref<Set>> {
    let len = any_set(other).map(Set::len).or_else(|| other.cast_exact::<Dict>().map(Dict::len));
    if len.is_none_or(|len| set.len() >> 2 > len) {
        let result = set.copy_in(set.plain_class())?;
        result.difference_update_with(other)?;
        return Ok(result);
    }
    let result = Set::new_in(set.plain_class())?;
    let mut position = 0;
    while let Some((key, hash)) = set.next_with_hash(&mut position) {
        let found = match (any_set(other), other.cast_exact::<Dict>()) {
            (Some(other), _) => other.find(&key, hash)?.1,
            (None, Some(dict)) => dict.get_item_known_hash(&key, hash)?.is_some(),
            (None, None) => false,
        };
        if !found {
            result.add_known_hash(&key, hash)?;
        }
    }
    Ok(result)
}

fn intersection(set: &Set, others: &[&Object]) -> Result<Ref> {
    if others.is_empty() {
        return Ok(set.copy_in(set.plain_class())?.upcast());
    }
    let mut result = set.to_ref();
    for other in others {
        result = intersect(&result, other)?;
    }
    Ok(result.upcast())
}

fn intersect(set: &Set, other: &Object) -> Result<Ref<Set>> {
    let result = Set::new_in(set.plain_class())?;
    if other.is(set.as_object()) {
        return set.copy_in(set.plain_class());
    }
    if let Some(other) = any_set(other) {
        let (walked, asked) = if other.len() > set.len() { (set, other) } else { (other, set) };
        let mut position = 0;
        while let Some((key, hash)) = walked.next_with_hash(&mut position) {
            if asked.find(&key, hash)?.1 {
                result.add_known_hash(&key, hash)?;
            }
        }
        return Ok(result);
    }
    protocol::iter::for_each(other, |item| {
        let hash = protocol::object::hash(&item)?;
        if set.find(&item, hash)?.1 {
            result.add_known_hash(&item, hash)?;
        }
        Ok(())
    })?;
    Ok(result)
}

fn symmetric_difference(set: &Set, other: &Object) -> Result<Ref> {
    let result = match any_set(other) {
        Some(other) => other.copy_in(set.plain_class())?,
        None => {
            let result = Set::new_in(set.plain_class())?;
            result.update_with(other)?;
            result
        }
    };
    result.symmetric_difference_update_with(set.as_object())?;
    Ok(result.upcast())
}

fn is_disjoint(set: &Set, other: &Object) -> Result<bool> {
    if other.is(set.as_object()) {
        return Ok(set.is_empty());
    }
    let (walked, asked) = match any_set(other) {
        Some(other) if other.len() > set.len() => (set.as_object(), other),
        _ => (other, set),
    };
    let iterator = protocol::iter::get_iter(walked)?;
    while let Some(item) = protocol::iter::next(&iterator)? {
        if asked.has(&item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_superset(set: &Set, other: &Object) -> Result<bool> {
    if let Some(other) = any_set(other) {
        return other.is_subset_of(set);
    }
    let iterator = protocol::iter::get_iter(other)?;
    while let Some(item) = protocol::iter::next(&iterator)? {
        if !set.has(&item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Set {
    /// Removes what is not in all of `others`.
    fn keep_only(&self, others: &[&Object]) -> Result<()> {
        let kept = intersection(self, others)?;
        let Some(kept) = any_set(&kept) else { return Err(raise::bad_internal_call()) };
        let items = kept.to_vec();
        self.clear_items();
        items.iter().try_for_each(|item| self.add_item(item).map(drop))
    }
}

/// `set_iterator`.
#[repr(C)]
#[derive(Trace)]
pub struct SetIterator {
    ob_base: Object,
    set: Slot,
    used: Cell<isize>,
    position: Cell<usize>,
    left: Cell<usize>,
}

impl SetIterator {
    fn new(set: &Set) -> Result<Ref<SetIterator>> {
        Ref::new(SetIterator {
            ob_base: Object::HEAD,
            set: Slot::new(set.as_object().to_ref()),
            used: Cell::new(set.len() as isize),
            position: Cell::new(0),
            left: Cell::new(set.len()),
        })
    }

    /// Whether there is a next item.
    pub fn goes_on(&self) -> bool {
        // SAFETY: nothing runs here that could take the set away.
        let set = unsafe { self.set.peek() }.and_then(any_set);
        self.left.get() > 0 && set.is_some_and(|set| self.used.get() == set.len() as isize)
    }
}

#[pytype(name = "set_iterator", symbol = PySetIter_Type, gc, no_new, iter = ::objects::slots::self_iter)]
impl SetIterator {
    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        // SAFETY: nothing runs Python code before the item is taken.
        let Some(set) = (unsafe { self.set.peek() }).and_then(any_set) else { return Ok(None) };
        if self.used.get() != set.len() as isize {
            self.used.set(-1);
            return Err(crate::raise!(RuntimeError, "Set changed size during iteration"));
        }
        let mut position = self.position.get();
        let item = set.next_item(&mut position);
        self.position.set(position);
        match item {
            Some(item) => {
                self.left.set(self.left.get().saturating_sub(1));
                Ok(Some(item))
            }
            None => {
                self.set.set(None);
                Ok(None)
            }
        }
    }

    #[method("__length_hint__($self, /)")]
    fn length_hint(&self) -> usize {
        match self.set.get().as_deref().and_then(any_set) {
            Some(set) if set.len() as isize == self.used.get() => self.left.get(),
            _ => 0,
        }
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let mut rest = Vec::new();
        if let Some(set) = self.set.get().as_deref().and_then(any_set) {
            let mut position = self.position.get();
            while let Some(item) = set.next_item(&mut position) {
                rest.push(item);
            }
        }
        Tuple::from_array([
            crate::types::iter::builtin(id!("iter"))?,
            Tuple::from_array([List::from_vec(rest)?.upcast()])?.upcast(),
        ])
    }
}
