//! Blocks above the size classes: from the C library, with a table of those that the collector must find.

use crate::object::gc;
use crate::state::{self, Interpreter};
use core::cell::{Cell, RefCell};
use core::ptr::NonNull;
use rustc_hash::FxHashMap;

/// The mark and the collector's counter of a large collected block.
pub struct Entry {
    pub mark: Cell<u8>,
    pub counter: Cell<u32>,
    /// Whose collector looks at it.
    owner: Cell<*const Interpreter>,
}

impl Default for Entry {
    fn default() -> Entry {
        Entry { mark: Cell::default(), counter: Cell::default(), owner: Cell::new(state::interpreter()) }
    }
}

struct Table(RefCell<Option<FxHashMap<usize, Box<Entry>>>>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Table {}

static TABLE: Table = Table(RefCell::new(None));

/// See [`super::alloc`].
#[cold]
pub fn alloc(size: usize, collected: bool) -> Option<NonNull<u8>> {
    let block = match super::watches(super::FOREIGN) {
        true => super::foreign::alloc(size, collected)?,
        false => alloc_own(size, collected)?,
    };
    if super::watches(super::BLOCKS) {
        super::trace::note(block.as_ptr(), size);
    }
    if collected {
        gc::count_allocation();
    }
    Some(block)
}

/// See [`super::alloc_own`].
pub fn alloc_own(size: usize, collected: bool) -> Option<NonNull<u8>> {
    // SAFETY: malloc accepts any size.
    let block = NonNull::new(unsafe { libc::malloc(size) }.cast::<u8>())?;
    if super::watches(super::FILL) {
        // SAFETY: a fresh block of that size.
        unsafe { block.as_ptr().write_bytes(super::CLEAN, size) };
    }
    if collected {
        adopt(block);
    }
    Some(block)
}

/// The collector must find this block.
pub fn adopt(block: NonNull<u8>) {
    let mut table = TABLE.0.borrow_mut();
    table.get_or_insert_default().entry(block.as_ptr().expose_provenance()).or_default();
}

/// The collector need not find this block any more, if it did.
pub fn forsake(block: *mut u8) {
    if let Some(table) = TABLE.0.borrow_mut().as_mut()
        && table.remove(&block.addr()).is_some()
    {
        gc::count_deallocation();
    }
}

/// See [`super::free`].
///
/// # Safety
/// As there.
#[cold]
pub unsafe fn free(block: *mut u8) {
    forsake(block);
    // SAFETY: the caller's promise.
    unsafe { libc::free(block.cast()) };
}

/// See [`super::usable_size`].
pub fn usable_size(block: NonNull<u8>) -> usize {
    // SAFETY: a block of the C library.
    unsafe { libc::malloc_usable_size(block.as_ptr().cast()) }
}

/// The entry of a large collected block.
pub fn entry(block: *const u8) -> Option<&'static Entry> {
    let table = TABLE.0.borrow();
    let entry = table.as_ref()?.get(&block.addr())?;
    // SAFETY: boxed, and kept until the block is freed, which the borrower of a mark does not do.
    Some(unsafe { &*(&raw const **entry) })
}

/// The addresses of the running interpreter's large collected blocks.
pub fn blocks() -> Vec<*mut u8> {
    let table = TABLE.0.borrow();
    table
        .iter()
        .flatten()
        .filter(|(_, entry)| entry.owner.get() == core::ptr::from_ref(state::interpreter()))
        .map(|(&address, _)| core::ptr::with_exposed_provenance_mut(address))
        .collect()
}

/// Leaves the running interpreter's blocks to the main one, whose collector does not look at them.
pub fn bequeath() {
    for block in blocks() {
        if let Some(entry) = entry(block) {
            entry.owner.set(&raw const state::MAIN);
            entry.mark.set(entry.mark.get() & gc::FINALIZED);
        }
    }
}
