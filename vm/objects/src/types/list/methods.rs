//! What Python sees of a list.

use super::{List, sort};
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::{self, number};
use crate::raise::{self, Result};
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::float::Float;
use crate::types::int::Int;
use crate::types::none::none;
use crate::types::slice::{Bounds, Indices, Slice, SliceIndex, bad_index};
use crate::types::str::Str;
use crate::types::str::build::Builder;
use core::ptr::NonNull;
use macros::pytype;

#[pytype(
    name = "list", symbol = PyList_Type, gc, unhashable, getattro = crate::attrs::generic_getattro,
    flags = [BASETYPE, SEQUENCE, LIST_SUBCLASS, MATCH_SELF, VALID_VERSION_TAG]
)]
impl List {
    #[slot(tp_new)]
    fn tp_new(
        class: &TypeObject,
        _args: &crate::types::tuple::Tuple,
        _kwargs: Option<&crate::types::dict::Dict>,
    ) -> Result<Ref<List>> {
        if core::ptr::eq(class, &raw const PyList_Type) { List::new() } else { List::new_in(class) }
    }

    #[init("(iterable=(), /)", vectorcall)]
    fn tp_init(&self, iterable: Option<&Object>) -> Result<()> {
        self.clear_items();
        match iterable {
            Some(iterable) => self.extend(iterable),
            None => Ok(()),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        if self.is_empty() {
            return Str::new("[]");
        }
        let Some(_guard) = protocol::repr_guard::enter(self) else { return Str::new("[...]") };
        let mut text = Builder::new();
        text.push_str("[");
        let mut index = 0;
        while let Some(item) = self.get(index) {
            if index > 0 {
                text.push_str(", ");
            }
            text.push_chars(protocol::object::repr(&item)?.chars());
            index += 1;
        }
        text.push_str("]");
        text.finish()
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref<super::iter::ListIterator>> {
        super::iter::ListIterator::new(self)
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.cast::<List>() else { return Ok(protocol::compare::unsupported()) };
        if self.len() != other.len() && matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(crate::types::bool::new_bool(op == CompareOp::Ne));
        }
        let mut index = 0;
        loop {
            // SAFETY: the items are looked at, and held before anything else happens.
            let (a, b) = match unsafe { (self.peek_item(index), other.peek_item(index)) } {
                (Some(a), Some(b)) if a.is(b) => {
                    index += 1;
                    continue;
                }
                (Some(a), Some(b)) => (a.to_ref(), b.to_ref()),
                _ => break,
            };
            if !protocol::compare::equal(&a, &b)? {
                break;
            }
            index += 1;
        }
        // What differs is looked at again, since comparing may have changed the lists.
        match (self.get(index), other.get(index), op) {
            (Some(_), Some(_), CompareOp::Eq) => Ok(crate::types::bool::new_bool(false)),
            (Some(_), Some(_), CompareOp::Ne) => Ok(crate::types::bool::new_bool(true)),
            (Some(a), Some(b), _) => protocol::compare::rich_compare(&a, &b, op),
            _ => Ok(protocol::compare::answer(op, self.len().cmp(&other.len()))),
        }
    }

    #[slot(sq_length)]
    fn sq_length(&self) -> Result<isize> {
        Ok(self.len() as isize)
    }

    #[slot(sq_concat)]
    fn sq_concat(&self, other: &Object) -> Result<Ref<List>> {
        let Some(other) = other.cast::<List>() else {
            return Err(crate::raise!(
                TypeError,
                "can only concatenate list (not \"{}\") to list",
                other.class().name()
            ));
        };
        let result = List::new()?;
        result.reserve(self.len() + other.len())?;
        result.append_copies(self, 0, self.len())?;
        result.append_copies(other, 0, other.len())?;
        Ok(result)
    }

    #[slot(sq_repeat)]
    fn sq_repeat(&self, count: isize) -> Result<Ref<List>> {
        let count = if self.is_empty() { 0 } else { count.max(0) as usize };
        self.len()
            .checked_mul(count)
            .filter(|&n| n <= isize::MAX as usize / 8)
            .ok_or_else(raise::no_memory)?;
        let result = List::new()?;
        if count > 0 {
            result.reserve(self.len() * count)?;
            result.append_copies(self, 0, self.len())?;
            result.repeat_items(count)?;
        }
        Ok(result)
    }

    #[slot(sq_inplace_concat)]
    fn sq_inplace_concat(&self, other: &Object) -> Result<Ref<List>> {
        self.extend(other)?;
        Ok(self.to_ref())
    }

    #[slot(sq_inplace_repeat)]
    fn sq_inplace_repeat(&self, count: isize) -> Result<Ref<List>> {
        let len = self.len();
        if count <= 0 || len == 0 {
            self.clear_items();
            return Ok(self.to_ref());
        }
        len.checked_mul(count as usize)
            .filter(|&n| n <= isize::MAX as usize / 8)
            .ok_or_else(raise::no_memory)?;
        self.repeat_items(count as usize)?;
        Ok(self.to_ref())
    }

    #[slot(sq_contains)]
    fn sq_contains(&self, item: &Object) -> Result<bool> {
        Ok(self.position(item, 0, usize::MAX)?.is_some())
    }

    #[slot(sq_item)]
    fn sq_item(&self, index: isize) -> Result<Ref> {
        usize::try_from(index)
            .ok()
            .and_then(|index| self.get(index))
            .ok_or_else(|| crate::raise!(IndexError, "list index out of range"))
    }

    #[slot(sq_ass_item)]
    fn sq_ass_item(&self, index: isize, value: Option<&Object>) -> Result<()> {
        let out_of_range = || crate::raise!(IndexError, "list assignment index out of range");
        let index =
            usize::try_from(index).ok().filter(|&index| index < self.len()).ok_or_else(out_of_range)?;
        match value {
            Some(value) => self.replace(index, value.to_ref()).map(drop).map_err(|_| out_of_range()),
            None => {
                drop(self.remove_at(index));
                Ok(())
            }
        }
    }

    #[slot(mp_length)]
    fn mp_length(&self) -> Result<isize> {
        Ok(self.len() as isize)
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        if let Some(slice) = key.cast::<Slice>() {
            // The bounds may run code that changes the list.
            let indices = slice.bounds()?.for_len(self.len());
            return Ok(self.take_slice(indices)?.upcast());
        }
        if !number::is_index(key) {
            return Err(bad_index("list", key));
        }
        let mut index = number::index_as_isize(key, Some(&crate::types::exceptions::IndexError))?;
        if index < 0 {
            index += self.len() as isize;
        }
        self.sq_item(index)
    }

    #[slot(mp_ass_subscript)]
    fn assign_subscript(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        let Some(slice) = key.cast::<Slice>() else {
            if !number::is_index(key) {
                return Err(bad_index("list", key));
            }
            let mut index = number::index_as_isize(key, Some(&crate::types::exceptions::IndexError))?;
            if index < 0 {
                index += self.len() as isize;
            }
            return self.sq_ass_item(index, value);
        };
        let bounds = slice.bounds()?;
        match value {
            None => self.delete_slice(bounds.for_len(self.len())),
            Some(value) => self.assign_slice(bounds, value),
        }
    }

    #[method("append($self, object, /)")]
    fn append(&self, object: &Object) -> Result<()> {
        self.push(object.to_ref())
    }

    #[method("clear($self, /)")]
    fn py_clear(&self) {
        self.clear_items();
    }

    #[method("copy($self, /)")]
    fn copy(&self) -> Result<Ref<List>> {
        self.copy_of(0, self.len())
    }

    #[method("count($self, value, /)")]
    fn count(&self, value: &Object) -> Result<usize> {
        let (mut count, mut index) = (0, 0);
        while let Some(item) = self.get(index) {
            count += usize::from(protocol::compare::equal(&item, value)?);
            index += 1;
        }
        Ok(count)
    }

    #[method("extend($self, iterable, /)")]
    fn py_extend(&self, iterable: &Object) -> Result<()> {
        self.extend(iterable)
    }

    #[method("index($self, value, start=0, stop=sys.maxsize, /)")]
    fn index(
        &self,
        value: &Object,
        #[default(SliceIndex(0))] start: SliceIndex,
        #[default(SliceIndex(isize::MAX))] stop: SliceIndex,
    ) -> Result<usize> {
        let len = self.len() as isize;
        let from_end = |index: isize| if index < 0 { (index + len).max(0) } else { index };
        match self.position(value, from_end(start.0) as usize, from_end(stop.0) as usize)? {
            Some(index) => Ok(index),
            None => {
                let text = protocol::object::repr(value)?.to_string_lossy();
                Err(crate::raise!(ValueError, "{text} is not in list"))
            }
        }
    }

    #[method("insert($self, index, object, /)")]
    pub fn insert(&self, index: isize, object: &Object) -> Result<()> {
        let len = self.len() as isize;
        let index = if index < 0 { (index + len).max(0) } else { index.min(len) } as usize;
        self.insert_at(index, object.to_ref())
    }

    #[method("pop($self, index=-1, /)")]
    fn py_pop(&self, #[default(-1)] index: isize) -> Result<Ref> {
        if self.is_empty() {
            return Err(crate::raise!(IndexError, "pop from empty list"));
        }
        let index = if index < 0 { index + self.len() as isize } else { index };
        let Some(index) = usize::try_from(index).ok().filter(|&index| index < self.len()) else {
            return Err(crate::raise!(IndexError, "pop index out of range"));
        };
        self.remove_at(index).ok_or_else(raise::null_result)
    }

    #[method("remove($self, value, /)")]
    fn remove(&self, value: &Object) -> Result<()> {
        match self.position(value, 0, usize::MAX)? {
            // Comparing may have made the list shorter.
            Some(index) => {
                drop(self.remove_at(index));
                Ok(())
            }
            None => Err(crate::raise!(ValueError, "list.remove(x): x not in list")),
        }
    }

    #[method("reverse($self, /)")]
    pub fn reverse(&self) {
        self.with_places(|places| places.reverse());
    }

    #[method("sort($self, /, *, key=None, reverse=False)")]
    fn sort(&self, key: Option<&Object>, reverse: bool) -> Result<()> {
        self.sort_by(key, reverse)
    }

    #[method("__reversed__($self, /)")]
    fn reversed(&self) -> Result<Ref<super::iter::ReverseListIterator>> {
        super::iter::ReverseListIterator::new(self)
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        self.class().tp_basicsize.get() as usize + self.capacity() * size_of::<*const Object>()
    }

    #[method("__getitem__($self, index, /)", coexist)]
    fn getitem(&self, index: &Object) -> Result<Ref> {
        self.subscript(index)
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(cls: &TypeObject, object: &Object) -> Result<Ref> {
        crate::types::generic_alias::new(cls, object)
    }
}

/// Replaces the TypeError for something not iterable by the slice assignment's own text.
fn only_iterable(raised: crate::Raised, value: &Object, text: &str) -> crate::Raised {
    if value.class().tp_iter.get().is_some()
        || protocol::sequence::is_sequence(value)
        || !raised.matches(&crate::types::exceptions::TypeError)
    {
        return raised;
    }
    raised.clear();
    crate::raise!(TypeError, "{text}")
}

impl List {
    /// Appends all items of an iterable. Other lists and tuples are copied as they are at this moment.
    ///
    /// # Errors
    /// What iterating raises; MemoryError.
    pub fn extend(&self, iterable: &Object) -> Result<()> {
        if let Some(list) = iterable.cast_exact::<List>() {
            return self.append_copies(list, 0, list.len());
        }
        if let Some(tuple) = iterable.cast_exact::<crate::types::tuple::Tuple>() {
            return self.append_borrowed(tuple.items());
        }
        // Room for what is announced, so that an impossible length is an error before any item is made.
        let iterator = protocol::iter::get_iter(iterable)?;
        let hint = protocol::object::length_hint(iterable)?.unwrap_or(0);
        self.reserve(hint)?;
        protocol::iter::drain(&iterator, |item| self.push(item))
    }

    /// `self[bounds] = value`.
    ///
    /// # Errors
    /// TypeError if the value is not iterable, ValueError if it has another length than an extended slice; what iterating
    /// raises; MemoryError.
    pub fn assign_slice(&self, bounds: Bounds, value: &Object) -> Result<()> {
        if bounds.step == 1 {
            let plain = |indices: Indices| (indices.start as usize, indices.stop.max(indices.start) as usize);
            if let Some(list) = value.cast_exact::<List>() {
                let (start, stop) = plain(bounds.for_len(self.len()));
                return self.splice_list(start, stop, list);
            }
            let items = protocol::iter::collect(value)
                .map_err(|raised| only_iterable(raised, value, "can only assign an iterable"))?;
            // Iterating may have changed the length.
            let (start, stop) = plain(bounds.for_len(self.len()));
            return self.splice(start, stop, items).map(drop);
        }
        let items = protocol::iter::collect(value)
            .map_err(|raised| only_iterable(raised, value, "must assign iterable to extended slice"))?;
        let indices = bounds.for_len(self.len());
        if items.len() != indices.count {
            return Err(crate::raise!(
                ValueError,
                "attempt to assign sequence of size {} to extended slice of size {}",
                items.len(),
                indices.count
            ));
        }
        let mut old = Vec::with_capacity(items.len());
        for (index, item) in indices.iter().zip(items) {
            old.extend(self.replace(index, item).ok());
        }
        Ok(())
    }

    /// The index of the first item equal to `value` in `start..stop`.
    fn position(&self, value: &Object, start: usize, stop: usize) -> Result<Option<usize>> {
        let mut index = start;
        while index < stop
            && let Some(item) = self.get(index)
        {
            if protocol::compare::equal(&item, value)? {
                return Ok(Some(index));
            }
            index += 1;
        }
        Ok(None)
    }

    fn take_slice(&self, indices: Indices) -> Result<Ref<List>> {
        if indices.step == 1 {
            return self.copy_of(indices.start as usize, indices.count);
        }
        self.copy_at(indices.iter())
    }

    fn delete_slice(&self, indices: Indices) -> Result<()> {
        if indices.count == 0 {
            return Ok(());
        }
        let indices = indices.ascending();
        if indices.step == 1 {
            return self
                .splice(indices.start as usize, indices.start as usize + indices.count, Vec::new())
                .map(drop);
        }
        let mut doomed = indices.iter().peekable();
        let (mut kept, mut dropped) = (Vec::new(), Vec::new());
        for (index, item) in self.take_items().into_iter().enumerate() {
            if doomed.next_if_eq(&index).is_some() { dropped.push(item) } else { kept.push(item) }
        }
        self.put_items(kept)?;
        drop(dropped);
        Ok(())
    }

    /// `list.sort`. The list is empty while comparisons run.
    ///
    /// # Errors
    /// What the key function or a comparison raises; ValueError when they changed the list.
    pub fn sort_by(&self, key: Option<&Object>, reverse: bool) -> Result<()> {
        let key = key.filter(|key| !key.is(none()));
        let mut array = self.take_array();
        let outcome = match key {
            None => sort_items(array.items(), |item| item, reverse),
            Some(key) => sort_with_key(array.items(), key, reverse),
        };
        let changed = self.capacity() != 0 || !self.is_empty();
        self.put_array(array);
        outcome?;
        if changed {
            return Err(crate::raise!(ValueError, "list modified during sort"));
        }
        Ok(())
    }
}

/// Sorts by what the key function says of the items. After an error they are a permutation of what they were.
fn sort_with_key(items: &mut [Ref], key: &Object, reverse: bool) -> Result<()> {
    let mut pairs: Vec<(Ref, NonNull<Object>)> = Vec::with_capacity(items.len());
    for item in items.iter() {
        pairs.push((protocol::call::call_one_arg(key, item)?, NonNull::from(&**item)));
    }
    let outcome = sort_items(&mut pairs, |pair| &pair.0, reverse);
    for (place, (_, item)) in items.iter_mut().zip(&pairs) {
        // SAFETY: each item is written once, over one that is written elsewhere.
        unsafe { core::ptr::from_mut(place).write(Ref::from_owned(*item)) };
    }
    outcome
}

/// Sorts by the key of each item. A reverse sort keeps equal items in order, hence the two reversals.
fn sort_items<T>(items: &mut [T], key: impl Fn(&T) -> &Ref + Copy, reverse: bool) -> Result<()> {
    if reverse {
        items.reverse();
    }
    let all = |test: fn(&Object) -> bool| items.iter().all(|item| test(key(item)));
    let outcome = if all(|key| key.cast_exact::<Int>().is_some_and(Int::is_compact)) {
        sort::sort(items, &mut |a, b| Ok(compact(key(a)) < compact(key(b))))
    } else if all(|key| key.cast_exact::<Str>().is_some_and(|key| key.kind() == crate::types::str::Kind::One))
    {
        sort::sort(items, &mut |a, b| Ok(one_byte_text(key(a)) < one_byte_text(key(b))))
    } else if all(|key| key.cast_exact::<Float>().is_some()) {
        sort::sort(items, &mut |a, b| Ok(float(key(a)) < float(key(b))))
    } else {
        sort::sort(items, &mut |a, b| protocol::compare::compare_bool_strict(key(a), key(b), CompareOp::Lt))
    };
    if reverse {
        items.reverse();
    }
    outcome
}

fn compact(key: &Object) -> i64 {
    key.cast_exact::<Int>().map_or(0, Int::compact_value)
}

fn float(key: &Object) -> f64 {
    key.cast_exact::<Float>().map_or(0.0, Float::value)
}

fn one_byte_text(key: &Object) -> &[u8] {
    match key.cast_exact::<Str>().map(Str::chars) {
        Some(crate::types::str::Chars::One(chars)) => chars,
        _ => &[],
    }
}
