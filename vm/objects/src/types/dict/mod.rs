//! `dict`: compact and insertion-ordered.
//!
//! [`keys`] has the table of entries; this file the operations on a whole dictionary. Comparing keys can run Python code that
//! changes the dictionary; look-ups notice and begin again.

pub mod iter;
pub mod keys;
pub mod methods;
pub mod views;

use crate::object::refs::Ref;
use crate::object::trace::{Trace, Visit, Visitor};
use crate::object::{Instance, Object};
use crate::protocol;
use crate::quiet;
use crate::raise::{self, Result};
use crate::typeobject::TypeObject;
use crate::types::str::Str;
use crate::watch::{self, DictEvent};
use core::cell::Cell;
use core::ptr::NonNull;
use keys::{Keys, Probe};
use methods::PyDict_Type;

/// `PyDictObject`. Only `ma_used` is visible outside.
#[repr(C)]
pub struct Dict {
    ob_base: Object,
    ma_used: Cell<isize>,
    /// Low byte: which watchers want to hear of changes.
    watchers: Cell<u64>,
    keys: Cell<NonNull<Keys>>,
    _spare: Cell<usize>,
}

/// The next name for a set of keys; 1 is that of no keys.
struct NextVersion(Cell<u32>);

// SAFETY: touched under the GIL.
unsafe impl Sync for NextVersion {}

static NEXT_KEYS_VERSION: NextVersion = NextVersion(Cell::new(2));

/// Where an iteration over the entries stands.
#[derive(Clone, Copy, Default)]
pub struct Position(usize);

impl Position {
    /// The position before the entry with that index.
    pub fn at(index: usize) -> Position {
        Position(index)
    }

    /// The index of the next entry.
    pub fn index(self) -> usize {
        self.0
    }
}

impl Dict {
    /// An empty dictionary.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn new() -> Result<Ref<Dict>> {
        Ref::new(Dict::vacant())
    }

    /// An empty instance of `dict` or a subclass.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_in(class: &TypeObject) -> Result<Ref<Dict>> {
        Ref::new_in(class, Dict::vacant())
    }

    fn vacant() -> Dict {
        Dict {
            ob_base: Object::HEAD,
            ma_used: Cell::new(0),
            watchers: Cell::new(0),
            keys: Cell::new(Keys::empty()),
            _spare: Cell::new(0),
        }
    }

    /// An empty dictionary with room for `entries` (`_PyDict_NewPresized`).
    ///
    /// # Errors
    /// MemoryError.
    pub fn with_capacity(entries: usize) -> Result<Ref<Dict>> {
        let dict = Dict::new()?;
        if entries > 5 {
            dict.keys.set(Keys::with_room(entries, true)?);
        }
        Ok(dict)
    }

    /// Whether every key is a string.
    pub fn has_only_string_keys(&self) -> bool {
        self.keys().is_unicode() || self.to_vec().iter().all(|(key, _)| key.cast::<Str>().is_some())
    }

    /// Whether the table is one of exact strings, so that no look-up of a name in it runs code.
    #[inline]
    pub fn has_exact_str_keys(&self) -> bool {
        self.keys().is_unicode()
    }

    /// Number of entries.
    #[inline]
    pub fn len(&self) -> usize {
        self.ma_used.get() as usize
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.ma_used.get() == 0
    }

    #[inline(always)]
    pub(crate) fn keys(&self) -> &Keys {
        // SAFETY: a dictionary owns its keys; `&Keys` is not kept across anything that could replace them.
        unsafe { self.keys.get().as_ref() }
    }

    /// Finds the entry of `key`.
    fn find(&self, key: &Object, hash: isize) -> Result<Option<usize>> {
        if let Some(name) = key.cast_exact::<Str>()
            && self.keys().is_unicode()
        {
            return Ok(self.keys().find_str(name, hash));
        }
        'again: loop {
            let table = self.keys.get();
            let mut probe = Probe::new(self.keys(), hash);
            while let Some(index) = probe.next(self.keys()) {
                let (entry_hash, entry_key) = self.keys().entry_key(index);
                let Some(entry_key) = entry_key else { continue };
                if entry_key.is(key) {
                    return Ok(Some(index));
                }
                if entry_hash != hash {
                    continue;
                }
                let held = entry_key.to_ref();
                let equal = protocol::compare::equal(&held, key)?;
                if self.keys.get() != table || !self.keys().has_key_at(index, &probe, &held) {
                    continue 'again;
                }
                if equal {
                    return Ok(Some(index));
                }
            }
            return Ok(None);
        }
    }

    /// Finds the entry of a quiet key if that runs no code of a program for certain, as where all keys that have to be compared with it
    /// are quiet.
    pub fn find_quietly(&self, key: &Object, hash: isize) -> Option<Option<usize>> {
        let keys = self.keys();
        if let Some(name) = key.cast_exact::<Str>()
            && keys.is_unicode()
        {
            return Some(keys.find_str(name, hash));
        }
        let mut probe = Probe::new(keys, hash);
        while let Some(index) = probe.next(keys) {
            let (entry_hash, entry_key) = keys.entry_key(index);
            let Some(entry_key) = entry_key else { continue };
            if entry_key.is(key) {
                return Some(Some(index));
            }
            if entry_hash == hash {
                if !quiet::is_quiet_key(entry_key) {
                    return None;
                }
                if quiet::equal(entry_key, key) {
                    return Some(Some(index));
                }
            }
        }
        Some(None)
    }

    /// The value of the entry that [`Dict::find_quietly`] found.
    #[inline]
    pub fn value_of_entry(&self, index: usize) -> Option<Ref> {
        self.keys().value(index)
    }

    /// Binds a quiet key if that runs no code of a program for certain; what it was bound to, which may still end loudly.
    ///
    /// # Errors
    /// MemoryError.
    pub fn set_quietly(&self, key: &Object, hash: isize, value: &Object) -> Result<Option<Option<Ref>>> {
        if self.is_watched() {
            return Ok(None);
        }
        Ok(match self.find_quietly(key, hash) {
            None => None,
            Some(Some(index)) => Some(self.keys().replace_value(index, value.to_ref())),
            Some(None) => {
                self.insert_new(key, hash, value.to_ref())?;
                Some(None)
            }
        })
    }

    /// Removes a quiet key if that runs no code of a program for certain; key and value, if it was there, which may still end loudly.
    pub fn remove_quietly(&self, key: &Object, hash: isize) -> Option<Option<(Option<Ref>, Option<Ref>)>> {
        if self.is_watched() {
            return None;
        }
        let Some(index) = self.find_quietly(key, hash)? else { return Some(None) };
        self.ma_used.set(self.ma_used.get() - 1);
        Some(Some(self.keys().remove(index, hash)))
    }

    /// `PyDict_GetItemRef`.
    ///
    /// # Errors
    /// What hashing or comparing the key raises.
    pub fn get_item(&self, key: &Object) -> Result<Option<Ref>> {
        self.get_item_known_hash(key, protocol::object::hash(key)?)
    }

    /// [`Dict::get_item`] for a key whose hash is known.
    ///
    /// # Errors
    /// What comparing the key raises.
    pub fn get_item_known_hash(&self, key: &Object, hash: isize) -> Result<Option<Ref>> {
        Ok(self.find(key, hash)?.and_then(|index| self.keys().value(index)))
    }

    /// The value of a name, for dictionaries of attributes.
    ///
    /// # Errors
    /// What comparing with keys that are not strings raises.
    #[inline]
    pub fn get_str(&self, name: &Str) -> Result<Option<Ref>> {
        if self.keys().is_unicode() && name.is_exactly(&crate::types::str::PyUnicode_Type) {
            let found = self.keys().find_str(name, name.hash());
            return Ok(found.and_then(|index| self.keys().value(index)));
        }
        self.get_item_known_hash(name, name.hash())
    }

    /// Whether `key` is there.
    ///
    /// # Errors
    /// What hashing or comparing the key raises.
    pub fn contains(&self, key: &Object) -> Result<bool> {
        Ok(self.find(key, protocol::object::hash(key)?)?.is_some())
    }

    /// `PyDict_SetItem`.
    ///
    /// # Errors
    /// What hashing or comparing the key raises; MemoryError.
    pub fn set_item(&self, key: &Object, value: &Object) -> Result<()> {
        self.set_item_known_hash(key, protocol::object::hash(key)?, value.to_ref())
    }

    /// Binds a name.
    ///
    /// # Errors
    /// MemoryError; what comparing with keys that are not strings raises.
    pub fn set_str(&self, name: &Str, value: &Object) -> Result<()> {
        self.bind_str(name, value.to_ref())
    }

    /// [`Dict::set_str`] with a value that is given away.
    ///
    /// # Errors
    /// As [`Dict::set_str`].
    #[inline]
    pub fn bind_str(&self, name: &Str, value: Ref) -> Result<()> {
        if self.keys().is_unicode()
            && name.is_exactly(&crate::types::str::PyUnicode_Type)
            && !self.is_watched()
            && let Some(index) = self.keys().find_str(name, name.hash())
        {
            drop(self.keys().replace_value(index, value));
            return Ok(());
        }
        self.set_item_known_hash(name, name.hash(), value)
    }

    /// [`Dict::set_str`] for an object's attribute: watchers hear of it even when it has this very value.
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn set_attribute(&self, name: &Str, value: &Object) -> Result<()> {
        if self.is_watched() && self.get_item(name)?.is_some_and(|old| old.is(value)) {
            self.tell(DictEvent::Modified, Some(name), Some(value));
        }
        self.set_str(name, value)
    }

    /// Binds a name that native code knows as text.
    ///
    /// # Errors
    /// MemoryError.
    pub fn set_text(&self, name: &str, value: &Object) -> Result<()> {
        let name = crate::types::str::intern::intern_text(name)?;
        self.set_str(&name, value)
    }

    /// [`Dict::set_item`] for a key whose hash is known.
    ///
    /// # Errors
    /// What comparing the key raises; MemoryError.
    #[inline]
    pub fn set_item_known_hash(&self, key: &Object, hash: isize, value: Ref) -> Result<()> {
        self.set_entry(key, hash, value).map(|_| ())
    }

    /// [`Dict::set_item_known_hash`], telling which entry has the item now and whether it is a new one.
    ///
    /// # Errors
    /// What comparing the key raises; MemoryError.
    pub fn set_entry(&self, key: &Object, hash: isize, value: Ref) -> Result<(usize, bool)> {
        if self.is_watched() {
            self.tell_set(key, hash, &value)?;
        }
        if let Some(index) = self.find(key, hash)? {
            drop(self.keys().replace_value(index, value));
            return Ok((index, false));
        }
        self.insert_new(key, hash, value)?;
        Ok((self.keys().entry_count() - 1, true))
    }

    /// The entry of a key; it is the key's until the dictionary changes.
    ///
    /// # Errors
    /// What comparing the key raises.
    pub fn entry_of(&self, key: &Object, hash: isize) -> Result<Option<usize>> {
        self.find(key, hash)
    }

    /// The key of an entry, if there is such an entry.
    pub fn entry_key(&self, entry: usize) -> Option<Ref> {
        let keys = self.keys();
        if entry < keys.entry_count() { keys.entry_key(entry).1.map(Instance::to_ref) } else { None }
    }

    /// Adds an entry for a key that is not there.
    fn insert_new(&self, key: &Object, hash: isize, value: Ref) -> Result<()> {
        let unicode = key.is_exactly(&crate::types::str::PyUnicode_Type);
        if !self.keys().has_room() || (self.keys().is_unicode() && !unicode) {
            self.rebuild(self.len() * 3, unicode && (self.keys().is_unicode() || self.is_empty()))?;
        }
        self.keys().push(key.to_ref(), hash, value);
        self.ma_used.set(self.ma_used.get() + 1);
        Ok(())
    }

    /// Moves the entries into a new table with room for `room` (at least one more than now).
    fn rebuild(&self, room: usize, unicode: bool) -> Result<()> {
        self.move_to(Keys::with_growth(room.max(self.len() + 1), unicode)?);
        Ok(())
    }

    /// Moves the entries into a new table, which has room for them.
    fn move_to(&self, new: NonNull<Keys>) {
        let old = self.keys.replace(new);
        // SAFETY: the old table is no longer reachable; its entries move over.
        unsafe { Keys::move_entries(old, new.as_ref(), self.len()) };
    }

    /// Removes `key` and returns its value.
    ///
    /// # Errors
    /// What hashing or comparing the key raises.
    pub fn remove(&self, key: &Object) -> Result<Option<Ref>> {
        self.remove_known_hash(key, protocol::object::hash(key)?)
    }

    /// [`Dict::remove`] for a key whose hash is known.
    ///
    /// # Errors
    /// What comparing the key raises.
    pub fn remove_known_hash(&self, key: &Object, hash: isize) -> Result<Option<Ref>> {
        if self.is_watched() && self.find(key, hash)?.is_some() {
            self.tell(DictEvent::Deleted, Some(key), None);
        }
        let Some(index) = self.find(key, hash)? else { return Ok(None) };
        self.ma_used.set(self.ma_used.get() - 1);
        let (key, value) = self.keys().remove(index, hash);
        drop(key);
        Ok(value)
    }

    /// `PyDict_DelItem`.
    ///
    /// # Errors
    /// KeyError; what hashing or comparing the key raises.
    pub fn del_item(&self, key: &Object) -> Result<()> {
        match self.remove(key)? {
            Some(_value) => Ok(()),
            None => Err(raise::key_error(key)),
        }
    }

    /// The value of `key`, which becomes `default` if it is not there.
    ///
    /// # Errors
    /// What hashing or comparing the key raises; MemoryError.
    pub fn set_default(&self, key: &Object, default: &Object) -> Result<Ref> {
        let hash = protocol::object::hash(key)?;
        if let Some(value) = self.get_item_known_hash(key, hash)? {
            return Ok(value);
        }
        // The key is compared once, unless watchers could have put it there.
        if self.is_watched() {
            self.set_entry(key, hash, default.to_ref())?;
        } else {
            self.insert_new(key, hash, default.to_ref())?;
        }
        Ok(default.to_ref())
    }

    /// Names the present set of keys and their places for inline caches, on demand; 0 when there can be no name: not all keys are
    /// strings, or the names have run out.
    pub fn keys_version(&self) -> u32 {
        let keys = self.keys();
        if !keys.is_unicode() {
            return 0;
        }
        if keys.version().get() == 0 {
            keys.version().set(NEXT_KEYS_VERSION.0.replace(NEXT_KEYS_VERSION.0.get().saturating_add(1)));
        }
        match keys.version().get() {
            u32::MAX => 0,
            version => version,
        }
    }

    /// The version of the keys if they have one; 0 never compares equal to a given one.
    #[inline(always)]
    pub fn keys_version_now(&self) -> u32 {
        self.keys().version().get()
    }

    /// The place of a name among keys that are all strings.
    pub fn place_of(&self, name: &Str) -> Option<usize> {
        if self.keys().is_unicode() { self.keys().find_str(name, name.hash()) } else { None }
    }

    /// The value of a name, borrowed, where finding it runs no code: NULL when it is not there, or not all keys are exact strings.
    #[inline]
    pub fn peek_str(&self, name: &Str) -> *mut Object {
        match self.place_of(name) {
            Some(index) => self.keys().value_slot(index).as_ptr(),
            None => core::ptr::null_mut(),
        }
    }

    /// The value at a place, borrowed, if the keys still have that version; else NULL.
    ///
    /// # Safety
    /// `version` and `index` were given by [`Dict::keys_version`] and [`Dict::place_of`] at one moment, and `version` is not 0.
    #[inline(always)]
    pub unsafe fn value_at(&self, version: u32, index: usize) -> *mut Object {
        let keys = self.keys();
        if keys.version().get() == version { keys.value_slot(index).as_ptr() } else { core::ptr::null_mut() }
    }

    /// Offset of the pointer to the table. For compiled code: while that is [`Dict::table`] and the version there the one that was
    /// given, the value of a place is at [`Dict::value_address`].
    pub const TABLE_OFFSET: usize = core::mem::offset_of!(Dict, keys);

    /// Offset of the byte that says which watchers want to hear of changes.
    pub const WATCHERS_OFFSET: usize = core::mem::offset_of!(Dict, watchers);

    /// Whether somebody wants to hear of changes.
    #[inline(always)]
    pub fn is_watched(&self) -> bool {
        self.watchers.get() as u8 != 0
    }

    /// The table's address.
    pub fn table(&self) -> usize {
        self.keys.get().as_ptr() as usize
    }

    /// The address of the keys' version.
    pub fn version_address(&self) -> *const u32 {
        self.keys().version().as_ptr()
    }

    /// The address of the value at a place that [`Dict::place_of`] gave.
    pub fn value_address(&self, index: usize) -> *const *mut Object {
        core::ptr::from_ref(self.keys().value_slot(index)).cast()
    }

    /// The value at a place, borrowed, if `name` is still there among keys that are all strings; else NULL.
    #[inline(always)]
    pub fn value_at_hint(&self, index: usize, name: &Str) -> *mut Object {
        let keys = self.keys();
        if !keys.is_unicode() || index >= keys.entry_count() {
            return core::ptr::null_mut();
        }
        if core::ptr::addr_eq(keys.unicode_key(index), name) {
            keys.value_slot(index).as_ptr()
        } else {
            core::ptr::null_mut()
        }
    }

    /// Stores an owned value at a place where `name` is; `NULL` (and nothing is stored) when it is not there, else the old value,
    /// owned.
    ///
    /// # Safety
    /// `value` is owned by the caller, who gives it up when the answer is not NULL.
    #[inline(always)]
    pub unsafe fn swap_at_hint(&self, index: usize, name: &Str, value: *mut Object) -> *mut Object {
        if self.is_watched() || self.value_at_hint(index, name).is_null() {
            return core::ptr::null_mut();
        }
        let place = core::ptr::from_ref(self.keys().value_slot(index)).cast_mut().cast::<*mut Object>();
        // SAFETY: a slot is one pointer that owns what it points to.
        unsafe { place.replace(value) }
    }

    /// The key of the entry at or behind `position`, which moves past it.
    #[inline]
    pub(super) fn next_key(&self, position: &mut Position) -> Option<Ref> {
        let keys = self.keys();
        while position.0 < keys.entry_count() {
            let index = position.0;
            position.0 += 1;
            if !keys.value_slot(index).is_empty() {
                // SAFETY: the table owns the key while it is copied.
                return unsafe { keys.key_slot(index).peek() }.map(Object::to_ref);
            }
        }
        None
    }

    /// The value of the entry at or behind `position`, which moves past it.
    #[inline]
    pub(super) fn next_value(&self, position: &mut Position) -> Option<Ref> {
        let keys = self.keys();
        while position.0 < keys.entry_count() {
            let index = position.0;
            position.0 += 1;
            if let Some(value) = keys.value(index) {
                return Some(value);
            }
        }
        None
    }

    /// The entry at or behind `position`, which moves past it (`PyDict_Next`).
    pub fn next(&self, position: &mut Position) -> Option<(Ref, Ref)> {
        let (key, value, _) = self.next_with_hash(position)?;
        Some((key, value))
    }

    /// [`Dict::next`] with the key's hash.
    pub fn next_with_hash(&self, position: &mut Position) -> Option<(Ref, Ref, isize)> {
        let keys = self.keys();
        while position.0 < keys.entry_count() {
            let index = position.0;
            position.0 += 1;
            if let Some(value) = keys.value(index) {
                let (hash, key) = keys.entry_key(index);
                return key.map(|key| (key.to_ref(), value, hash));
            }
        }
        None
    }

    /// The entry before `position`, counted from the end of the table, which moves past it.
    pub fn next_back(&self, position: &mut Position) -> Option<(Ref, Ref)> {
        let keys = self.keys();
        position.0 = position.0.min(keys.entry_count());
        while position.0 > 0 {
            position.0 -= 1;
            if let Some(value) = keys.value(position.0) {
                return keys.entry_key(position.0).1.map(|key| (key.to_ref(), value));
            }
        }
        None
    }

    /// Where an iteration from the end begins.
    pub fn end(&self) -> Position {
        Position(self.keys().entry_count())
    }

    /// Copies the entries of another dictionary; `replace` says whether a key that is there already gets the new value.
    ///
    /// # Errors
    /// What comparing keys raises; MemoryError; RuntimeError when `other` changes meanwhile.
    pub fn merge(&self, other: &Dict, replace: bool) -> Result<()> {
        if core::ptr::eq(self, other) || other.is_empty() {
            return Ok(());
        }
        if self.is_empty() && other.is_exactly(&PyDict_Type) && other.keys().is_dense(other.len()) {
            if self.is_watched() {
                self.tell(DictEvent::Cloned, Some(other), None);
            }
            return self.clone_table(other);
        }
        if self.keys().room() < other.len() {
            let unicode = self.keys().is_unicode() && other.keys().is_unicode();
            self.move_to(Keys::with_room(self.len() + other.len(), unicode)?);
        }
        let used = other.len();
        let mut position = Position::default();
        while let Some((key, value, hash)) = other.next_with_hash(&mut position) {
            if replace || self.find(&key, hash)?.is_none() {
                self.set_item_known_hash(&key, hash, value)?;
            }
            if other.len() != used {
                return Err(crate::raise!(RuntimeError, "dict mutated during update"));
            }
        }
        Ok(())
    }

    /// All entries at this moment.
    pub fn to_vec(&self) -> Vec<(Ref, Ref)> {
        let mut position = Position::default();
        core::iter::from_fn(|| self.next(&mut position)).collect()
    }

    /// A copy with the same entries.
    ///
    /// # Errors
    /// MemoryError.
    pub fn copy(&self) -> Result<Ref<Dict>> {
        let copy = Dict::new()?;
        if self.is_empty() {
            return Ok(copy);
        }
        // Unless too many entries are deleted, the table is taken as it is.
        if self.len() >= self.keys().entry_count() * 2 / 3 {
            copy.clone_table(self)?;
        } else {
            copy.merge(self, true)?;
        }
        Ok(copy)
    }

    /// Takes the entries of another dictionary, which has some, while there are none yet.
    fn clone_table(&self, other: &Dict) -> Result<()> {
        debug_assert!(self.is_empty() && !other.is_empty());
        let old = self.keys.replace(other.keys().copy()?);
        self.ma_used.set(other.ma_used.get());
        // SAFETY: the table is no longer reachable; all its entries are deleted.
        unsafe { Keys::free(old) };
        Ok(())
    }

    /// Has the watcher with that number hear of changes, or not.
    pub fn set_watched(&self, watcher: usize, watched: bool) {
        let bit = 1 << watcher;
        let bits = self.watchers.get();
        self.watchers.set(if watched { bits | bit } else { bits & !bit });
    }

    /// Tells watchers what is about to happen.
    fn tell(&self, event: DictEvent, key: Option<&Object>, value: Option<&Object>) {
        watch::dict(self.watchers.get() as u8, event, self, key, value);
    }

    /// Tells watchers that `key` is about to get a value, unless it has this very one.
    #[cold]
    fn tell_set(&self, key: &Object, hash: isize, value: &Object) -> Result<()> {
        match self.get_item_known_hash(key, hash)? {
            Some(old) if old.is(value) => {}
            Some(_) => self.tell(DictEvent::Modified, Some(key), Some(value)),
            None => self.tell(DictEvent::Added, Some(key), Some(value)),
        }
        Ok(())
    }

    /// The end of a dictionary; whether a watcher has kept it.
    ///
    /// # Safety
    /// `this` is a dictionary without references.
    pub(super) unsafe fn tell_end(this: *mut Object) -> bool {
        // SAFETY: the caller's promise.
        unsafe {
            let tell = |dict: &Object| dict.cast_unchecked::<Dict>().tell(DictEvent::Deallocated, None, None);
            (*this).cast_unchecked::<Dict>().is_watched() && watch::dying(this, tell)
        }
    }

    /// Removes all entries.
    pub fn clear_entries(&self) {
        if self.is_watched() {
            self.tell(DictEvent::Cleared, None, None);
        }
        self.free_entries();
    }

    fn free_entries(&self) {
        let old = self.keys.replace(Keys::empty());
        self.ma_used.set(0);
        // SAFETY: the table is no longer reachable.
        unsafe { Keys::free(old) };
    }
}

impl Drop for Dict {
    fn drop(&mut self) {
        self.free_entries();
    }
}

impl Trace for Dict {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.keys().trace(visitor)
    }
    fn clear(&self) {
        self.clear_entries();
    }
}
