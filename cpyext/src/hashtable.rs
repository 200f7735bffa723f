//! `pycore_hashtable.h`: tables from pointers to pointers, for C code that needs no objects as keys.
//!
//! The table's struct is C's to read: an inline function of the header calls `get_entry` itself.

use core::ffi::{c_int, c_void};
use core::ptr;
use objects::hash;

type Hash = unsafe extern "C" fn(*const c_void) -> usize;
type Compare = unsafe extern "C" fn(*const c_void, *const c_void) -> c_int;
type Destroy = unsafe extern "C" fn(*mut c_void);
type GetEntry = unsafe extern "C" fn(*const Table, *const c_void) -> *mut Entry;
type ForEach = unsafe extern "C" fn(*mut Table, *const c_void, *const c_void, *mut c_void) -> c_int;

/// `_Py_hashtable_allocator_t`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Allocator {
    malloc: extern "C" fn(usize) -> *mut c_void,
    free: unsafe extern "C" fn(*mut c_void),
}

/// `_Py_hashtable_entry_t`, in the list of its bucket.
#[repr(C)]
pub struct Entry {
    next: *mut Entry,
    hash: usize,
    key: *mut c_void,
    value: *mut c_void,
}

/// `_Py_hashtable_t`.
#[repr(C)]
pub struct Table {
    count: usize,
    bucket_count: usize,
    buckets: *mut *mut Entry,
    get_entry: GetEntry,
    hash: Hash,
    compare: Compare,
    destroy_key: Option<Destroy>,
    destroy_value: Option<Destroy>,
    allocator: Allocator,
}

/// The fewest buckets; their number is a power of two.
const MIN_BUCKETS: usize = 16;

impl Table {
    fn bucket_of(&self, hash: usize) -> usize {
        hash & (self.bucket_count - 1)
    }

    /// The pointer to the entry of a key, or to the NULL at the end of its bucket.
    unsafe fn link(&self, key: *const c_void) -> *mut *mut Entry {
        // SAFETY: the table's own lists; the functions are for its keys.
        unsafe {
            let hash = (self.hash)(key);
            let mut link = self.buckets.add(self.bucket_of(hash));
            while let Some(entry) = (*link).as_mut() {
                if entry.hash == hash
                    && (entry.key.cast_const() == key || (self.compare)(key, entry.key) != 0)
                {
                    break;
                }
                link = &raw mut entry.next;
            }
            link
        }
    }

    unsafe fn new_buckets(&self, count: usize) -> *mut *mut Entry {
        let buckets = (self.allocator.malloc)(count * size_of::<*mut Entry>()).cast::<*mut Entry>();
        if !buckets.is_null() {
            // SAFETY: room for so many; all zeros is NULL.
            unsafe { buckets.write_bytes(0, count) };
        }
        buckets
    }

    /// Spreads the entries over about twice as many buckets as there are entries; whether there was memory.
    unsafe fn rehash(&mut self) -> bool {
        let count = (self.count * 2).next_power_of_two().max(MIN_BUCKETS);
        if count == self.bucket_count {
            return true;
        }
        // SAFETY: the table's own lists.
        unsafe {
            let buckets = self.new_buckets(count);
            if buckets.is_null() {
                return false;
            }
            let (old, old_count) = (self.buckets, self.bucket_count);
            self.buckets = buckets;
            self.bucket_count = count;
            for index in 0..old_count {
                let mut next = *old.add(index);
                while let Some(entry) = next.as_mut() {
                    next = entry.next;
                    let bucket = buckets.add(self.bucket_of(entry.hash));
                    entry.next = *bucket;
                    *bucket = entry;
                }
            }
            (self.allocator.free)(old.cast());
        }
        true
    }

    /// Drops all entries.
    unsafe fn drop_entries(&mut self) {
        // SAFETY: the table's own lists; the functions are for its keys and values.
        unsafe {
            for index in 0..self.bucket_count {
                let mut next = self.buckets.add(index).replace(ptr::null_mut());
                while let Some(entry) = next.as_mut() {
                    next = entry.next;
                    if let Some(destroy) = self.destroy_key {
                        destroy(entry.key);
                    }
                    if let Some(destroy) = self.destroy_value {
                        destroy(entry.value);
                    }
                    (self.allocator.free)(ptr::from_mut(entry).cast());
                }
            }
        }
        self.count = 0;
    }
}

unsafe extern "C" fn get_entry(table: *const Table, key: *const c_void) -> *mut Entry {
    // SAFETY: a table and a key for it.
    unsafe { *(*table).link(key) }
}

/// # Safety
/// A C function: a key of a table of pointers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_hashtable_hash_ptr(key: *const c_void) -> usize {
    hash::pointer(key) as usize
}

/// # Safety
/// A C function: keys of a table of pointers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_hashtable_compare_direct(left: *const c_void, right: *const c_void) -> c_int {
    (left == right).into()
}

/// An empty table; NULL when there is no memory.
///
/// # Safety
/// A C function: functions for the keys and values that the table will have; an allocator or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_hashtable_new_full(
    hash: Hash,
    compare: Compare,
    destroy_key: Option<Destroy>,
    destroy_value: Option<Destroy>,
    allocator: Option<&Allocator>,
) -> *mut Table {
    let own = Allocator { malloc: crate::pymem::PyMem_Malloc, free: crate::pymem::PyMem_Free };
    let allocator = allocator.copied().unwrap_or(own);
    let place = (allocator.malloc)(size_of::<Table>()).cast::<Table>();
    if place.is_null() {
        return place;
    }
    let mut table = Table {
        count: 0,
        bucket_count: MIN_BUCKETS,
        buckets: ptr::null_mut(),
        get_entry,
        hash,
        compare,
        destroy_key,
        destroy_value,
        allocator,
    };
    // SAFETY: room for the table; its buckets are its own.
    unsafe {
        table.buckets = table.new_buckets(MIN_BUCKETS);
        if table.buckets.is_null() {
            (allocator.free)(place.cast());
            return ptr::null_mut();
        }
        place.write(table);
    }
    place
}

/// # Safety
/// A C function: functions for the keys that the table will have.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_hashtable_new(hash: Hash, compare: Compare) -> *mut Table {
    // SAFETY: the caller's promise.
    unsafe { _Py_hashtable_new_full(hash, compare, None, None, None) }
}

/// # Safety
/// A C function: a table, which is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_hashtable_destroy(table: *mut Table) {
    // SAFETY: the caller's promise.
    unsafe {
        let own = &mut *table;
        own.drop_entries();
        let free = own.allocator.free;
        free(own.buckets.cast());
        free(table.cast());
    }
}

/// # Safety
/// A C function: a table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_hashtable_clear(table: &mut Table) {
    // SAFETY: the caller's promise. Without memory the buckets stay as they are.
    unsafe {
        table.drop_entries();
        table.rehash();
    }
}

/// The value of a key, or NULL.
///
/// # Safety
/// A C function: a table and a key for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_hashtable_get(table: &Table, key: *const c_void) -> *mut c_void {
    // SAFETY: the caller's promise.
    unsafe { (*table.link(key)).as_ref() }.map_or(ptr::null_mut(), |entry| entry.value)
}

/// Adds a key that is not there yet; -1 when there is no memory.
///
/// # Safety
/// A C function: a table, a key and a value for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_hashtable_set(
    table: &mut Table,
    key: *const c_void,
    value: *mut c_void,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let place = (table.allocator.malloc)(size_of::<Entry>()).cast::<Entry>();
        if place.is_null() {
            return -1;
        }
        table.count += 1;
        if table.count * 2 > table.bucket_count && !table.rehash() {
            table.count -= 1;
            (table.allocator.free)(place.cast());
            return -1;
        }
        let hash = (table.hash)(key);
        let bucket = table.buckets.add(table.bucket_of(hash));
        place.write(Entry { next: *bucket, hash, key: key.cast_mut(), value });
        *bucket = place;
    }
    0
}

/// The value of a key, which is taken out; NULL when it is not there.
///
/// # Safety
/// A C function: a table and a key for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_hashtable_steal(table: &mut Table, key: *const c_void) -> *mut c_void {
    // SAFETY: the caller's promise.
    unsafe {
        let link = table.link(key);
        let Some(entry) = (*link).as_mut() else { return ptr::null_mut() };
        let value = entry.value;
        *link = entry.next;
        (table.allocator.free)(ptr::from_mut(entry).cast());
        table.count -= 1;
        if table.count * 8 < table.bucket_count {
            // Without memory the buckets stay as they are.
            table.rehash();
        }
        value
    }
}

/// Calls a function with each key and value until it answers something other than 0, which is the result.
///
/// # Safety
/// A C function: a table, and a function that does not change it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_hashtable_foreach(
    table: *mut Table,
    function: ForEach,
    data: *mut c_void,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        for index in 0..(*table).bucket_count {
            let mut next = *(*table).buckets.add(index);
            while let Some(entry) = next.as_ref() {
                let answer = function(table, entry.key, entry.value, data);
                if answer != 0 {
                    return answer;
                }
                next = entry.next;
            }
        }
    }
    0
}

/// Bytes that the table takes.
///
/// # Safety
/// A C function: a table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_hashtable_size(table: &Table) -> usize {
    size_of::<Table>() + table.bucket_count * size_of::<*mut Entry>() + table.count * size_of::<Entry>()
}

/// # Safety
/// A C function: a table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_hashtable_len(table: &Table) -> usize {
    table.count
}

const _: () = assert!(core::mem::offset_of!(Table, get_entry) == 24 && size_of::<Entry>() == 32);
