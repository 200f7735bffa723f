//! `set` and `frozenset`: an open-addressed table with CPython's probing, so that iteration has CPython's order.

pub mod methods;

use crate::object::refs::{Ref, Slot};
use crate::object::trace::{Trace, Visit, Visitor};
use crate::object::{Instance, Object, heap};
use crate::protocol;
use crate::quiet;
use crate::raise::{self, Result};
use crate::typeobject::TypeObject;
use crate::types::dict::{Dict, Position};
use crate::types::weakref::WeakReference;
use core::cell::Cell;
use core::ptr;
use methods::{PyFrozenSet_Type, PySet_Type};

/// `setentry`: NULL with hash 0 was never used, NULL with hash -1 was deleted.
#[repr(C)]
struct Entry {
    key: Slot,
    hash: Cell<isize>,
}

const SMALL: usize = 8;
const LINEAR_PROBES: usize = 9;
const PERTURB_SHIFT: u32 = 5;
const DELETED: isize = -1;

/// `PySetObject`.
#[repr(C)]
pub struct Set {
    ob_base: Object,
    /// Used and deleted entries.
    fill: Cell<isize>,
    used: Cell<isize>,
    mask: Cell<usize>,
    /// The entries, NULL standing for `smalltable`.
    table: Cell<*const Entry>,
    /// A frozenset's hash, -1 while unknown.
    hash: Cell<isize>,
    /// Where `pop` looks next.
    finger: Cell<usize>,
    smalltable: [Entry; SMALL],
    weakreflist: Cell<*const WeakReference>,
}

/// The same object as seen through `frozenset`.
#[repr(transparent)]
pub struct FrozenSet {
    set: Set,
}

const _: () = assert!(size_of::<Set>() == 200);

/// Whether `object` is a `set`, a `frozenset`, or an instance of a subclass.
#[inline]
pub fn is_any_set(object: &Object) -> bool {
    let class = object.class();
    ptr::eq(class, &raw const PySet_Type)
        || ptr::eq(class, &raw const PyFrozenSet_Type)
        || class.is_subtype(&PySet_Type)
        || class.is_subtype(&PyFrozenSet_Type)
}

/// `object` as the common layout of `set` and `frozenset`.
#[inline]
pub fn any_set(object: &Object) -> Option<&Set> {
    // SAFETY: both classes have this layout.
    is_any_set(object).then(|| unsafe { &*ptr::from_ref(object).cast::<Set>() })
}

/// [`any_set`], but for no subclass.
pub fn any_exact_set(object: &Object) -> Option<&Set> {
    let exact = object.is_exactly(&PySet_Type) || object.is_exactly(&methods::PyFrozenSet_Type);
    any_set(object).filter(|_| exact)
}

impl Set {
    /// An empty `set`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new() -> Result<Ref<Set>> {
        Set::new_in(&PySet_Type)
    }

    /// An empty instance of `set`, `frozenset` or a subclass.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_in(class: &TypeObject) -> Result<Ref<Set>> {
        Ref::new_in(
            class,
            Set {
                ob_base: Object::HEAD,
                fill: Cell::new(0),
                used: Cell::new(0),
                mask: Cell::new(SMALL - 1),
                table: Cell::new(ptr::null()),
                hash: Cell::new(-1),
                finger: Cell::new(0),
                smalltable: [const { Entry { key: Slot::empty(), hash: Cell::new(0) } }; SMALL],
                weakreflist: Cell::new(ptr::null()),
            },
        )
    }

    /// A `set` of the items of an iterable.
    ///
    /// # Errors
    /// What iterating, hashing or comparing raises.
    pub fn from_iterable(iterable: &Object) -> Result<Ref<Set>> {
        let set = Set::new()?;
        set.update_with(iterable)?;
        Ok(set)
    }

    /// A `frozenset` of items.
    ///
    /// # Errors
    /// What hashing or comparing raises; MemoryError.
    pub fn frozen_from_items(items: &[Ref]) -> Result<Ref<Set>> {
        let set = Set::new_in(&PyFrozenSet_Type)?;
        items.iter().try_for_each(|item| set.add_item(item).map(drop))?;
        Ok(set)
    }

    /// Number of items.
    #[inline]
    pub fn len(&self) -> usize {
        self.used.get() as usize
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.used.get() == 0
    }

    #[inline]
    fn entries(&self) -> &[Entry] {
        let table = self.table.get();
        if table.is_null() {
            return &self.smalltable;
        }
        // SAFETY: the table has `mask + 1` entries and is the set's until it is replaced.
        unsafe { core::slice::from_raw_parts(table, self.mask.get() + 1) }
    }

    /// The entry of `key`, or the place where it would go. Comparing may run Python code that changes the set; then the search
    /// begins again.
    fn find(&self, key: &Object, hash: isize) -> Result<(usize, bool)> {
        'again: loop {
            let (table, mask) = (self.table.get(), self.mask.get());
            let mut perturb = hash as usize;
            let mut start = hash as usize & mask;
            loop {
                let probes = if start + LINEAR_PROBES <= mask { LINEAR_PROBES } else { 0 };
                for index in start..=start + probes {
                    let entry = &self.entries()[index];
                    let entry_hash = entry.hash.get();
                    // SAFETY: the key is held before Python code can run.
                    let Some(candidate) = (unsafe { entry.key.peek() }) else {
                        if entry_hash == 0 {
                            return Ok((index, false));
                        }
                        continue;
                    };
                    if candidate.is(key) {
                        return Ok((index, true));
                    }
                    if entry_hash != hash {
                        continue;
                    }
                    let held = candidate.to_ref();
                    let equal = match (
                        held.cast_exact::<crate::types::str::Str>(),
                        key.cast_exact::<crate::types::str::Str>(),
                    ) {
                        (Some(a), Some(b)) => a.equals(b),
                        _ => protocol::compare::equal(&held, key)?,
                    };
                    let same = self.table.get() == table
                        && self.mask.get() == mask
                        && ptr::eq(self.entries()[index].key.as_ptr(), held.as_ptr());
                    if !same {
                        continue 'again;
                    }
                    if equal {
                        return Ok((index, true));
                    }
                }
                perturb >>= PERTURB_SHIFT;
                start = start.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb) & mask;
            }
        }
    }

    /// The entry of a quiet key, or the place where it would go, if finding it runs no code of a program for certain.
    fn find_quietly(&self, key: &Object, hash: isize) -> Option<(usize, bool)> {
        let (entries, mask) = (self.entries(), self.mask.get());
        let mut perturb = hash as usize;
        let mut start = hash as usize & mask;
        loop {
            let probes = if start + LINEAR_PROBES <= mask { LINEAR_PROBES } else { 0 };
            for (index, entry) in (start..).zip(&entries[start..=start + probes]) {
                // SAFETY: nothing runs here that could change the set.
                match unsafe { entry.key.peek() } {
                    None if entry.hash.get() == 0 => return Some((index, false)),
                    None => {}
                    Some(candidate) if candidate.is(key) => return Some((index, true)),
                    Some(candidate) if entry.hash.get() == hash => {
                        if !quiet::is_quiet_key(candidate) {
                            return None;
                        }
                        if quiet::equal(candidate, key) {
                            return Some((index, true));
                        }
                    }
                    Some(_) => {}
                }
            }
            perturb >>= PERTURB_SHIFT;
            start = start.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb) & mask;
        }
    }

    /// Whether a quiet key is in the set, if telling runs no code of a program for certain.
    pub fn has_quietly(&self, key: &Object, hash: isize) -> Option<bool> {
        self.find_quietly(key, hash).map(|found| found.1)
    }

    /// Adds a quiet key if that runs no code of a program for certain; whether it was done.
    ///
    /// # Errors
    /// MemoryError.
    pub fn add_quietly(&self, key: &Object, hash: isize) -> Result<bool> {
        match self.find_quietly(key, hash) {
            None => Ok(false),
            Some((_, true)) => Ok(true),
            Some((index, false)) => self.put(index, key, hash).map(|()| true),
        }
    }

    /// Removes a quiet key if that runs no code of a program for certain; the key that was there, which may still end loudly.
    pub fn discard_quietly(&self, key: &Object, hash: isize) -> Option<Option<Ref>> {
        let (index, found) = self.find_quietly(key, hash)?;
        Some(if found { self.remove_at(index) } else { None })
    }

    /// Whether `key` is in the set.
    ///
    /// # Errors
    /// What hashing or comparing raises.
    pub fn has(&self, key: &Object) -> Result<bool> {
        Ok(self.find(key, protocol::object::hash(key)?)?.1)
    }

    /// Adds `key`; whether it is new.
    ///
    /// # Errors
    /// What hashing or comparing raises; MemoryError.
    pub fn add_item(&self, key: &Object) -> Result<bool> {
        self.add_known_hash(key, protocol::object::hash(key)?)
    }

    fn add_known_hash(&self, key: &Object, hash: isize) -> Result<bool> {
        let (index, found) = self.find(key, hash)?;
        if found {
            return Ok(false);
        }
        self.put(index, key, hash).map(|()| true)
    }

    /// Stores a key that is not there at the place where it goes.
    fn put(&self, index: usize, key: &Object, hash: isize) -> Result<()> {
        let entry = &self.entries()[index];
        entry.key.set(Some(key.to_ref()));
        entry.hash.set(hash);
        self.fill.set(self.fill.get() + 1);
        self.used.set(self.used.get() + 1);
        if (self.fill.get() as usize) * 5 >= self.mask.get() * 3 {
            let used = self.len();
            self.resize(if used > 50_000 { used * 2 } else { used * 4 })?;
        }
        Ok(())
    }

    /// Moves the items into a table with more than `room` entries.
    fn resize(&self, room: usize) -> Result<()> {
        let mut size = SMALL;
        while size <= room {
            size = size.checked_mul(2).ok_or_else(raise::no_memory)?;
        }
        let bytes = size.checked_mul(size_of::<Entry>()).ok_or_else(raise::no_memory)?;
        let fresh: *const Entry = if size == SMALL {
            ptr::null()
        } else {
            let block = heap::alloc(bytes, false).ok_or_else(raise::no_memory)?;
            // SAFETY: a fresh block; all zeros is an unused entry.
            unsafe { block.as_ptr().write_bytes(0, bytes) };
            block.as_ptr().cast_const().cast()
        };
        let items = |entries: &[Entry], fill: &mut dyn FnMut(Ref, isize)| {
            for entry in entries {
                let hash = entry.hash.replace(0);
                if let Some(key) = entry.key.take() {
                    fill(key, hash);
                }
            }
        };
        let (old, used) = (self.table.get(), self.used.get());
        if old.is_null() && fresh.is_null() {
            // The table in the object itself is refilled.
            let mut moved = [const { None }; SMALL];
            let mut places = moved.iter_mut();
            items(self.entries(), &mut |key, hash| {
                if let Some(place) = places.next() {
                    *place = Some((key, hash));
                }
            });
            self.fill.set(used);
            moved.into_iter().flatten().for_each(|(key, hash)| self.insert_clean(key, hash));
            return Ok(());
        }
        // One of the two tables is in the object, or neither: the old entries stay where they are meanwhile.
        let entries = self.entries();
        self.table.set(fresh);
        self.mask.set(size - 1);
        self.fill.set(used);
        items(entries, &mut |key, hash| self.insert_clean(key, hash));
        if !old.is_null() {
            // SAFETY: the old table's entries were emptied above, and it is no longer the set's.
            unsafe { heap::free(old.cast_mut().cast()) };
        }
        Ok(())
    }

    /// Stores a key that is not there into a table without deleted entries.
    fn insert_clean(&self, key: Ref, hash: isize) {
        let mask = self.mask.get();
        let mut perturb = hash as usize;
        let mut start = hash as usize & mask;
        loop {
            let probes = if start + LINEAR_PROBES <= mask { LINEAR_PROBES } else { 0 };
            for entry in &self.entries()[start..=start + probes] {
                if entry.key.is_empty() {
                    entry.key.set(Some(key));
                    entry.hash.set(hash);
                    return;
                }
            }
            perturb >>= PERTURB_SHIFT;
            start = start.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb) & mask;
        }
    }

    /// Removes `key`; whether it was there.
    ///
    /// # Errors
    /// What hashing or comparing raises.
    pub fn discard_item(&self, key: &Object) -> Result<bool> {
        self.discard_known_hash(key, protocol::object::hash(key)?)
    }

    fn discard_known_hash(&self, key: &Object, hash: isize) -> Result<bool> {
        let (index, found) = self.find(key, hash)?;
        if found {
            drop(self.remove_at(index));
        }
        Ok(found)
    }

    fn remove_at(&self, index: usize) -> Option<Ref> {
        let entry = &self.entries()[index];
        entry.hash.set(DELETED);
        self.used.set(self.used.get() - 1);
        entry.key.take()
    }

    /// Removes and returns some item.
    pub fn pop_item(&self) -> Option<Ref> {
        if self.is_empty() {
            return None;
        }
        let mask = self.mask.get();
        let mut index = self.finger.get() & mask;
        while self.entries()[index].key.is_empty() {
            index = (index + 1) & mask;
        }
        self.finger.set(index + 1);
        self.remove_at(index)
    }

    /// The item at or behind `position`, which moves past it.
    #[inline]
    pub fn next_item(&self, position: &mut usize) -> Option<Ref> {
        self.next_with_hash(position).map(|(key, _)| key)
    }

    /// [`Set::next_item`] with the item's hash.
    #[inline]
    pub fn next_with_hash(&self, position: &mut usize) -> Option<(Ref, isize)> {
        while let Some(entry) = self.entries().get(*position) {
            *position += 1;
            if let Some(key) = entry.key.get() {
                return Some((key, entry.hash.get()));
            }
        }
        None
    }

    /// All items at this moment.
    pub fn to_vec(&self) -> Vec<Ref> {
        let mut position = 0;
        core::iter::from_fn(|| self.next_item(&mut position)).collect()
    }

    /// Removes all items.
    pub fn clear_items(&self) {
        // The set is empty before the first key goes, for that may run code.
        let mut few = [const { None }; SMALL];
        let entries = self.entries();
        let old = self.table.replace(ptr::null());
        self.mask.set(SMALL - 1);
        self.fill.set(0);
        self.used.set(0);
        if old.is_null() {
            for (entry, place) in entries.iter().zip(&mut few) {
                entry.hash.set(0);
                *place = entry.key.take();
            }
            return;
        }
        entries.iter().for_each(|entry| drop(entry.key.take()));
        // SAFETY: emptied, and no longer the set's.
        unsafe { heap::free(old.cast_mut().cast()) };
    }

    /// Adds all items of an iterable.
    ///
    /// # Errors
    /// What iterating, hashing or comparing raises.
    pub fn update_with(&self, iterable: &Object) -> Result<()> {
        if let Some(other) = any_set(iterable) {
            return self.merge(other);
        }
        if let Some(dict) = iterable.cast_exact::<Dict>() {
            let mut position = Position::default();
            while let Some((key, _, hash)) = dict.next_with_hash(&mut position) {
                self.add_known_hash(&key, hash)?;
            }
            return Ok(());
        }
        protocol::iter::for_each(iterable, |item| self.add_item(&item).map(drop))
    }

    fn merge(&self, other: &Set) -> Result<()> {
        if ptr::eq(self, other) || other.is_empty() {
            return Ok(());
        }
        if (self.fill.get() as usize + other.len()) * 5 >= self.mask.get() * 3 {
            self.resize((self.len() + other.len()) * 2)?;
        }
        // Nothing is compared with items that are not there, so that no code of a program runs.
        if self.fill.get() == 0 {
            let (from, to) = (other.entries(), self.entries());
            if from.len() == to.len() && other.fill.get() == other.used.get() {
                for (from, to) in from.iter().zip(to) {
                    to.key.set(from.key.get());
                    to.hash.set(from.hash.get());
                }
            } else {
                let live = from.iter().filter_map(|entry| Some((entry.key.get()?, entry.hash.get())));
                live.for_each(|(key, hash)| self.insert_clean(key, hash));
            }
            self.fill.set(other.used.get());
            self.used.set(other.used.get());
            return Ok(());
        }
        let mut position = 0;
        while let Some((key, hash)) = other.next_with_hash(&mut position) {
            self.add_known_hash(&key, hash)?;
        }
        Ok(())
    }

    /// Removes all items of an iterable.
    ///
    /// # Errors
    /// What iterating, hashing or comparing raises.
    pub fn difference_update_with(&self, iterable: &Object) -> Result<()> {
        if iterable.is(self.as_object()) {
            self.clear_items();
            return Ok(());
        }
        for_each_hashed(iterable, |item, hash| self.discard_known_hash(item, hash).map(drop))?;
        // Many deleted entries make searches long.
        if (self.fill.get() - self.used.get()) as usize > self.mask.get() / 5 {
            let used = self.len();
            self.resize(if used > 50_000 { used * 2 } else { used * 4 })?;
        }
        Ok(())
    }

    /// Removes the items that are in both, adds those that are only in the iterable.
    ///
    /// # Errors
    /// What iterating, hashing or comparing raises.
    pub fn symmetric_difference_update_with(&self, iterable: &Object) -> Result<()> {
        if iterable.is(self.as_object()) {
            self.clear_items();
            return Ok(());
        }
        let other = match any_set(iterable) {
            Some(set) => set.to_ref(),
            None => Set::from_iterable(iterable)?,
        };
        for_each_hashed(other.as_object(), |item, hash| {
            if !self.discard_known_hash(item, hash)? {
                self.add_known_hash(item, hash)?;
            }
            Ok(())
        })
    }

    /// A new set of class `set` or `frozenset`, whichever `self` is, with the same items.
    pub(crate) fn copy_in(&self, class: &TypeObject) -> Result<Ref<Set>> {
        let copy = Set::new_in(class)?;
        copy.merge(self)?;
        Ok(copy)
    }

    /// `set` or `frozenset`, whichever this is an instance of: the class of the results of operators.
    pub(crate) fn plain_class(&self) -> &'static TypeObject {
        if self.as_object().class().is_subtype(&PyFrozenSet_Type) { &PyFrozenSet_Type } else { &PySet_Type }
    }

    /// Whether every item is in `other`.
    ///
    /// # Errors
    /// What comparing raises.
    pub fn is_subset_of(&self, other: &Set) -> Result<bool> {
        if self.len() > other.len() {
            return Ok(false);
        }
        let mut position = 0;
        while let Some((key, hash)) = self.next_with_hash(&mut position) {
            if !other.find(&key, hash)?.1 {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Calls `each` with the items of an iterable and their hashes, which sets and dictionaries know.
pub(crate) fn for_each_hashed(
    iterable: &Object,
    mut each: impl FnMut(&Object, isize) -> Result<()>,
) -> Result<()> {
    if let Some(set) = any_set(iterable) {
        let mut position = 0;
        while let Some((item, hash)) = set.next_with_hash(&mut position) {
            each(&item, hash)?;
        }
        return Ok(());
    }
    if let Some(dict) = iterable.cast_exact::<Dict>() {
        let mut position = Position::default();
        while let Some((key, _, hash)) = dict.next_with_hash(&mut position) {
            each(&key, hash)?;
        }
        return Ok(());
    }
    protocol::iter::for_each(iterable, |item| each(&item, protocol::object::hash(&item)?))
}

impl Drop for Set {
    fn drop(&mut self) {
        self.clear_items();
    }
}

impl Trace for Set {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.entries().iter().try_for_each(|entry| entry.key.trace(visitor))
    }
    fn clear(&self) {
        self.clear_items();
    }
}

impl Trace for FrozenSet {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.set.trace(visitor)
    }
    fn clear(&self) {
        self.set.clear();
    }
}
