//! The table behind a dictionary: a hash index of small integers over a dense array of entries in order of insertion.
//!
//! Index slots hold an entry's number, [`FREE`] or [`DELETED`], in 1, 2, 4 or 8 bytes as the size needs. While all keys are exact
//! strings an entry is (key, value), the hash being in the string; otherwise (hash, key, value). A deleted entry has NULLs.

use crate::object::refs::{Ref, Slot};
use crate::object::trace::{Trace, Visit, Visitor};
use crate::object::{Object, heap};
use crate::raise::{self, Result};
use crate::types::str::Str;
use core::cell::Cell;
use core::ptr::NonNull;

const FREE: isize = -1;
const DELETED: isize = -2;
const PERTURB_SHIFT: u32 = 5;

/// The head of a table; the index and then the entries follow.
#[repr(C)]
pub struct Keys {
    /// Size of the index, as a power of two.
    log2_size: u8,
    /// Size of the index in bytes, as a power of two.
    log2_index_bytes: u8,
    /// Whether every key is an exact `str`.
    unicode: bool,
    /// Identifies the set of keys and their places for inline caches; 0 when none was given or they have changed since.
    version: Cell<u32>,
    /// How many entries may still be added.
    usable: Cell<isize>,
    /// How many entries were ever added, deleted ones included.
    count: Cell<isize>,
}

struct UnicodeEntry {
    key: Slot,
    value: Slot,
}

struct GeneralEntry {
    hash: Cell<isize>,
    key: Slot,
    value: Slot,
}

/// The table of every empty dictionary: one free index slot and no room.
#[repr(C)]
struct EmptyKeys {
    head: Keys,
    index: [i8; 8],
}

// SAFETY: never written, since it has no room.
unsafe impl Sync for EmptyKeys {}

static EMPTY: EmptyKeys = EmptyKeys {
    head: Keys {
        log2_size: 0,
        log2_index_bytes: 3,
        unicode: true,
        version: Cell::new(1),
        usable: Cell::new(0),
        count: Cell::new(0),
    },
    index: [FREE as i8; 8],
};

/// Walks the index slots that a hash may be in.
pub struct Probe {
    mask: usize,
    slot: usize,
    perturb: usize,
    first: bool,
}

impl Probe {
    #[inline]
    pub fn new(keys: &Keys, hash: isize) -> Probe {
        let mask = (1 << keys.log2_size) - 1;
        Probe { mask, slot: hash as usize & mask, perturb: hash as usize, first: true }
    }

    #[inline]
    fn advance(&mut self) -> usize {
        if self.first {
            self.first = false;
        } else {
            self.perturb >>= PERTURB_SHIFT;
            self.slot = (self.slot.wrapping_mul(5).wrapping_add(self.perturb).wrapping_add(1)) & self.mask;
        }
        self.slot
    }

    /// The next entry to look at; `None` when the key cannot be there.
    #[inline]
    pub fn next(&mut self, keys: &Keys) -> Option<usize> {
        loop {
            match keys.index(self.advance()) {
                FREE => return None,
                DELETED => {}
                entry => return Some(entry as usize),
            }
        }
    }

    /// The next index slot with its contents.
    #[inline]
    fn next_slot(&mut self, keys: &Keys) -> (usize, isize) {
        let slot = self.advance();
        (slot, keys.index(slot))
    }
}

/// How many entries a table with an index of `size` slots holds.
const fn usable(size: usize) -> usize {
    (size << 1) / 3
}

impl Keys {
    /// The shared table without entries.
    pub fn empty() -> NonNull<Keys> {
        NonNull::from(&EMPTY.head)
    }

    /// A table that holds `entries` without growing.
    ///
    /// # Errors
    /// MemoryError.
    pub fn with_room(entries: usize, unicode: bool) -> Result<NonNull<Keys>> {
        let size =
            (entries.checked_mul(3).ok_or_else(raise::no_memory)?).div_ceil(2).max(8).next_power_of_two();
        Keys::alloc(size.trailing_zeros() as u8, unicode)
    }

    /// A table whose index has at least `size` slots.
    ///
    /// # Errors
    /// MemoryError.
    pub fn with_growth(size: usize, unicode: bool) -> Result<NonNull<Keys>> {
        let mut log2_size = size.max(8).next_power_of_two().trailing_zeros() as u8;
        if usable(1 << log2_size) < size.div_ceil(3) {
            log2_size += 1;
        }
        Keys::alloc(log2_size, unicode)
    }

    /// A table with a free index.
    fn alloc(log2_size: u8, unicode: bool) -> Result<NonNull<Keys>> {
        let keys = Keys::reserve(log2_size, unicode)?;
        // SAFETY: a fresh table; its index follows the head.
        unsafe { keys.as_ref().index_base().write_bytes(FREE as u8, 1 << keys.as_ref().log2_index_bytes) };
        Ok(keys)
    }

    /// A table whose index is still to be written.
    fn reserve(log2_size: u8, unicode: bool) -> Result<NonNull<Keys>> {
        let log2_index_bytes = log2_size
            + match log2_size {
                0..8 => 0,
                8..16 => 1,
                16..32 => 2,
                _ => 3,
            };
        let room = usable(1usize << log2_size);
        let index_bytes = 1usize << log2_index_bytes;
        let entries = room * if unicode { size_of::<UnicodeEntry>() } else { size_of::<GeneralEntry>() };
        let size = size_of::<Keys>() + index_bytes + entries;
        let block = heap::alloc(size, false).ok_or_else(raise::no_memory)?;
        // SAFETY: a fresh block of `size` bytes.
        unsafe {
            block.cast::<Keys>().write(Keys {
                log2_size,
                log2_index_bytes,
                unicode,
                version: Cell::new(0),
                usable: Cell::new(room as isize),
                count: Cell::new(0),
            });
        }
        Ok(block.cast())
    }

    /// Size in bytes for `__sizeof__`, with the head as large as CPython's; 0 for the shared empty table.
    pub fn size_bytes(&self) -> usize {
        if core::ptr::eq(self, &EMPTY.head) {
            return 0;
        }
        const HEAD: usize = 32;
        HEAD + (1 << self.log2_index_bytes) + usable(1 << self.log2_size) * self.entry_size()
    }

    #[inline(always)]
    pub fn is_unicode(&self) -> bool {
        self.unicode
    }

    #[inline]
    pub fn has_room(&self) -> bool {
        self.usable.get() > 0
    }

    /// How many entries the table was made for.
    #[inline]
    pub fn room(&self) -> usize {
        usable(1 << self.log2_size)
    }

    /// Number of entries, deleted ones included.
    #[inline]
    pub fn entry_count(&self) -> usize {
        self.count.get() as usize
    }

    /// The version for inline caches.
    #[inline]
    pub fn version(&self) -> &Cell<u32> {
        &self.version
    }

    #[inline]
    fn index_base(&self) -> *mut u8 {
        // SAFETY: the index follows the head.
        unsafe { core::ptr::from_ref(self).add(1).cast::<u8>().cast_mut() }
    }

    #[inline(always)]
    fn index(&self, slot: usize) -> isize {
        let base = self.index_base();
        // SAFETY: `slot` is masked to the index's size.
        unsafe {
            match self.log2_size {
                0..8 => base.cast::<i8>().add(slot).read() as isize,
                8..16 => base.cast::<i16>().add(slot).read() as isize,
                16..32 => base.cast::<i32>().add(slot).read() as isize,
                _ => base.cast::<i64>().add(slot).read() as isize,
            }
        }
    }

    #[inline]
    fn set_index(&self, slot: usize, entry: isize) {
        let base = self.index_base();
        // SAFETY: as in `index`.
        unsafe {
            match self.log2_size {
                0..8 => base.cast::<i8>().add(slot).write(entry as i8),
                8..16 => base.cast::<i16>().add(slot).write(entry as i16),
                16..32 => base.cast::<i32>().add(slot).write(entry as i32),
                _ => base.cast::<i64>().add(slot).write(entry as i64),
            }
        }
    }

    #[inline(always)]
    fn entries(&self) -> *const u8 {
        // SAFETY: the entries follow the index.
        unsafe { self.index_base().add(1 << self.log2_index_bytes) }
    }

    /// Size of an entry in bytes.
    fn entry_size(&self) -> usize {
        if self.unicode { size_of::<UnicodeEntry>() } else { size_of::<GeneralEntry>() }
    }

    #[inline(always)]
    fn unicode_entry(&self, index: usize) -> &UnicodeEntry {
        debug_assert!(self.unicode && index < self.entry_count());
        // SAFETY: an entry that was added.
        unsafe { &*self.entries().cast::<UnicodeEntry>().add(index) }
    }

    #[inline(always)]
    fn general_entry(&self, index: usize) -> &GeneralEntry {
        debug_assert!(!self.unicode && index < self.entry_count());
        // SAFETY: an entry that was added.
        unsafe { &*self.entries().cast::<GeneralEntry>().add(index) }
    }

    /// The hash and the key of an entry; no key when it is deleted. The key is borrowed until the table changes.
    #[inline]
    pub fn entry_key(&self, index: usize) -> (isize, Option<&Object>) {
        // SAFETY: borrowed from the table, as documented.
        unsafe {
            if self.unicode {
                let key = self.unicode_entry(index).key.peek();
                (key.map_or(0, |key| key.cast_unchecked::<Str>().hash()), key)
            } else {
                let entry = self.general_entry(index);
                (entry.hash.get(), entry.key.peek())
            }
        }
    }

    /// Whether the entry `index` still has `key`, and `probe` still suits the table, which another may have replaced in its place.
    pub fn has_key_at(&self, index: usize, probe: &Probe, key: &Object) -> bool {
        probe.mask == (1 << self.log2_size) - 1
            && index < self.entry_count()
            && self.entry_key(index).1.is_some_and(|now| now.is(key))
    }

    /// The key of an entry among strings, borrowed; NULL when it is deleted.
    #[inline(always)]
    pub fn unicode_key(&self, index: usize) -> *mut Object {
        self.unicode_entry(index).key.as_ptr()
    }

    /// The field that holds an entry's value.
    #[inline(always)]
    pub fn value_slot(&self, index: usize) -> &Slot {
        if self.unicode { &self.unicode_entry(index).value } else { &self.general_entry(index).value }
    }

    /// The field that holds an entry's key.
    #[inline(always)]
    pub fn key_slot(&self, index: usize) -> &Slot {
        if self.unicode { &self.unicode_entry(index).key } else { &self.general_entry(index).key }
    }

    /// A new reference to an entry's value.
    #[inline]
    pub fn value(&self, index: usize) -> Option<Ref> {
        self.value_slot(index).get()
    }

    /// Stores a value into an entry and returns the old one.
    #[inline]
    pub fn replace_value(&self, index: usize, value: Ref) -> Option<Ref> {
        self.value_slot(index).replace(Some(value))
    }

    /// Finds an exact string among exact strings; runs no Python code.
    #[inline]
    pub fn find_str(&self, name: &Str, hash: isize) -> Option<usize> {
        match self.log2_size {
            0..8 => self.find_str_by::<i8>(name, hash),
            8..16 => self.find_str_by::<i16>(name, hash),
            16..32 => self.find_str_by::<i32>(name, hash),
            _ => self.find_str_by::<i64>(name, hash),
        }
    }

    /// [`Keys::find_str`] in an index whose slots are of type `I`.
    #[inline]
    fn find_str_by<I: Copy + Into<i64>>(&self, name: &Str, hash: isize) -> Option<usize> {
        debug_assert!(self.unicode && size_of::<I>() << self.log2_size <= 1 << self.log2_index_bytes);
        let index = self.index_base().cast::<I>();
        let entries = self.entries().cast::<UnicodeEntry>();
        let mask = (1usize << self.log2_size) - 1;
        let (mut slot, mut perturb) = (hash as usize & mask, hash as usize);
        loop {
            // SAFETY: `slot` is masked to the index's size.
            let entry = unsafe { (*index.add(slot)).into() } as isize;
            if entry >= 0 {
                // SAFETY: an entry that was added; nothing changes the table meanwhile, and all its keys are exact strings.
                let key = unsafe { (*entries.add(entry as usize)).key.as_ptr().cast::<Str>() };
                if core::ptr::eq(key, name) {
                    return Some(entry as usize);
                }
                // SAFETY: as above.
                let same = unsafe { key.as_ref() }.is_some_and(|key| key.hash() == hash && key.equals(name));
                if same {
                    return Some(entry as usize);
                }
            } else if entry == FREE {
                return None;
            }
            perturb >>= PERTURB_SHIFT;
            slot = slot.wrapping_mul(5).wrapping_add(perturb).wrapping_add(1) & mask;
        }
    }

    /// Adds an entry for a key that is not there; there is room, and the key suits the table.
    pub fn push(&self, key: Ref, hash: isize, value: Ref) {
        debug_assert!(self.has_room());
        let index = self.count.get();
        self.link(hash, index);
        // SAFETY: there is room behind the last entry.
        unsafe {
            if self.unicode {
                let entry = self.entries().cast::<UnicodeEntry>().cast_mut().add(index as usize);
                entry.write(UnicodeEntry { key: Slot::new(key), value: Slot::new(value) });
            } else {
                let entry = self.entries().cast::<GeneralEntry>().cast_mut().add(index as usize);
                entry.write(GeneralEntry {
                    hash: Cell::new(hash),
                    key: Slot::new(key),
                    value: Slot::new(value),
                });
            }
        }
        self.count.set(index + 1);
        self.usable.set(self.usable.get() - 1);
        self.version.set(0);
    }

    /// Points the first free index slot for `hash` to the entry `index`.
    fn link(&self, hash: isize, index: isize) {
        let mut probe = Probe::new(self, hash);
        loop {
            let (slot, entry) = probe.next_slot(self);
            if entry < 0 {
                self.set_index(slot, index);
                return;
            }
        }
    }

    /// Deletes the entry `index`, which is there under `hash`, and returns what it held.
    pub fn remove(&self, index: usize, hash: isize) -> (Option<Ref>, Option<Ref>) {
        let mut probe = Probe::new(self, hash);
        loop {
            let (slot, entry) = probe.next_slot(self);
            if entry == index as isize {
                self.set_index(slot, DELETED);
                break;
            }
            if entry == FREE {
                break;
            }
        }
        self.version.set(0);
        if self.unicode {
            let entry = self.unicode_entry(index);
            (entry.key.take(), entry.value.take())
        } else {
            let entry = self.general_entry(index);
            (entry.key.take(), entry.value.take())
        }
    }

    /// Whether a copy of the whole table wastes no room: no entry is deleted, and a table of half the size would not do.
    pub fn is_dense(&self, live: usize) -> bool {
        live == self.entry_count() && (self.log2_size == 3 || usable((1usize << self.log2_size) / 2) < live)
    }

    /// A table with new references to the same entries in the same places. Not for the shared empty one.
    ///
    /// # Errors
    /// MemoryError.
    pub fn copy(&self) -> Result<NonNull<Keys>> {
        let copy = Keys::reserve(self.log2_size, self.unicode)?;
        // SAFETY: two tables of the same shape; the copied slots own the references that are added below.
        let new = unsafe {
            let entries = self.entry_count() * self.entry_size();
            let size = (1 << self.log2_index_bytes) + entries;
            copy.as_ref().index_base().copy_from_nonoverlapping(self.index_base(), size);
            copy.as_ref()
        };
        new.count.set(self.count.get());
        new.usable.set(self.usable.get());
        for index in 0..new.entry_count() {
            for slot in [new.key_slot(index), new.value_slot(index)] {
                // SAFETY: an object that the copied table owns.
                if let Some(object) = unsafe { slot.peek() } {
                    object.incref();
                }
            }
        }
        Ok(copy)
    }

    /// Forgets the entry `last` and all behind it, which are deleted.
    pub fn forget_from(&self, last: usize) {
        debug_assert!((last..self.entry_count()).all(|index| self.value_slot(index).is_empty()));
        self.count.set(last as isize);
    }

    /// Moves the live entries of `old`, so many, to `new`, which is empty and has room for them, and frees `old`.
    ///
    /// # Safety
    /// `old` is owned by the caller and not used again.
    pub unsafe fn move_entries(old: NonNull<Keys>, new: &Keys, live: usize) {
        // SAFETY: the caller's promise.
        let keys = unsafe { old.as_ref() };
        if keys.unicode == new.unicode && live == keys.entry_count() && live > 0 {
            // SAFETY: there is room for all entries, which the old table then no longer has.
            unsafe {
                new.entries().cast_mut().copy_from_nonoverlapping(keys.entries(), live * keys.entry_size())
            };
            keys.count.set(0);
            new.count.set(live as isize);
            new.usable.set(new.usable.get() - live as isize);
            for index in 0..live {
                new.link(new.entry_key(index).0, index as isize);
            }
        } else {
            for index in 0..keys.entry_count() {
                let hash = keys.entry_key(index).0;
                let (key, value) = if keys.unicode {
                    let entry = keys.unicode_entry(index);
                    (entry.key.take(), entry.value.take())
                } else {
                    let entry = keys.general_entry(index);
                    (entry.key.take(), entry.value.take())
                };
                if let (Some(key), Some(value)) = (key, value) {
                    new.push(key, hash, value);
                }
            }
        }
        // SAFETY: the caller's promise.
        unsafe { Keys::free(old) };
    }

    /// Drops the entries and the table.
    ///
    /// # Safety
    /// `keys` is owned by the caller and not used again.
    pub unsafe fn free(keys: NonNull<Keys>) {
        if keys == Keys::empty() {
            return;
        }
        // SAFETY: the caller's promise; each entry is dropped once.
        unsafe {
            let this = keys.as_ref();
            for index in 0..this.entry_count() {
                if this.unicode {
                    core::ptr::from_ref(this.unicode_entry(index)).cast_mut().drop_in_place();
                } else {
                    core::ptr::from_ref(this.general_entry(index)).cast_mut().drop_in_place();
                }
            }
            heap::free(keys.as_ptr().cast());
        }
    }
}

impl Trace for Keys {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        for index in 0..self.entry_count() {
            if !self.unicode {
                self.general_entry(index).key.trace(visitor)?;
            }
            self.value_slot(index).trace(visitor)?;
        }
        Ok(())
    }
    fn clear(&self) {}
}
