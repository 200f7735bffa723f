//! Where objects live: size-class pages, with the collector's marks beside the objects.
//!
//! A page ([`page::Page`]) is a 64 KiB block, aligned to its size, of equal blocks; its head is found by masking a block's address.
//! There are two pages in use per size class, one for objects that the cycle collector must find and one for all others. Blocks
//! above [`LARGE`] come from the C library; those of them that are collected are kept in a table ([`large`]).
//! Everything here is serialised by the GIL. A free block's first word links the free list.

pub mod large;
pub mod page;
pub mod region;
pub mod trace;

use crate::object::Object;
use crate::object::gc;
use crate::typeobject::{TypeObject, flags};
use core::cell::Cell;
use core::ptr::{self, NonNull};
use page::Page;

/// What C code may expect of the address of a block: blocks whose size is a multiple of this have it.
pub const C_ALIGNMENT: usize = 16;

/// The largest size in bytes that a page's block has.
pub const LARGE: usize = 8192;

/// Sizes up to here have a class for every 8 bytes, above it eight classes for every doubling.
const FINE: usize = 1024;
const FINE_CLASSES: usize = FINE / 8 + 1;
const CLASSES: usize = FINE_CLASSES + 3 * 8;

/// The number of a size's class.
#[inline]
fn class_of(size: usize) -> usize {
    if size <= FINE {
        return size.div_ceil(8);
    }
    let log = (size - 1).ilog2() as usize;
    FINE_CLASSES + (log - 10) * 8 + ((size - 1) >> (log - 3)) % 8
}

/// The size of a class's blocks.
fn block_size(class: usize) -> usize {
    if class < FINE_CLASSES {
        return class.max(2) * 8;
    }
    let coarse = class - FINE_CLASSES;
    let base = FINE << (coarse / 8);
    base + (coarse % 8 + 1) * (base / 8)
}

/// The pages that allocations come from, and the lists of all pages.
struct Heap {
    /// The page in use for each class, collected or not; [`page::full`] when there is none.
    current: [[Cell<*const Page>; CLASSES]; 2],
    /// Pages of each class that have free blocks and are not in use.
    partial: [[Cell<*const Page>; CLASSES]; 2],
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Heap {}

static HEAP: Heap = Heap {
    current: [const { [const { Cell::new(page::full()) }; CLASSES] }; 2],
    partial: [const { [const { Cell::new(ptr::null()) }; CLASSES] }; 2],
};

/// A block of `size` bytes, aligned to 8, for an object; `collected` when the cycle collector must be able to find it. The
/// contents are undefined. `None` when memory is out.
#[inline]
pub fn alloc(size: usize, collected: bool) -> Option<NonNull<u8>> {
    if size > LARGE {
        return large::alloc(size, collected);
    }
    alloc_small(size, collected)
}

/// [`alloc`] for a size up to [`LARGE`].
#[inline(always)]
fn alloc_small(size: usize, collected: bool) -> Option<NonNull<u8>> {
    if collected {
        gc::count_allocation();
    }
    let class = class_of(size);
    // SAFETY: `current` always points to a page, be it the full one.
    let page = unsafe { &*HEAP.current[usize::from(collected)][class].get() };
    match page.pop() {
        Some(block) => Some(block),
        None => alloc_from_other_page(class, size, collected),
    }
}

/// A block for an object that the collector need not find, for code that must not call anything: NULL when the page in use has
/// none, and the caller goes another way.
#[inline(always)]
pub fn alloc_quick<const SIZE: usize>() -> *mut u8 {
    const { assert!(SIZE <= FINE) };
    // SAFETY: `current` always points to a page, be it the full one.
    let page = unsafe { &*HEAP.current[0][SIZE.div_ceil(8)].get() };
    page.pop().map_or(ptr::null_mut(), NonNull::as_ptr)
}

#[cold]
#[inline(never)]
fn alloc_from_other_page(class: usize, size: usize, collected: bool) -> Option<NonNull<u8>> {
    if trace::is_on() {
        return alloc_traced(class, size, collected);
    }
    let kind = usize::from(collected);
    let partial = &HEAP.partial[kind][class];
    // SAFETY: pages in the list are live.
    let page = match unsafe { partial.get().as_ref() } {
        Some(page) => {
            page.unlink(partial);
            page
        }
        None => Page::create(block_size(class), class, collected)?,
    };
    let old = HEAP.current[kind][class].replace(page);
    // SAFETY: the old page was in use, so it is live.
    unsafe { &*old }.set_in_use(false);
    page.set_in_use(true);
    page.pop()
}

/// A block while allocations are traced: from a page that is not in use, as none is.
fn alloc_traced(class: usize, size: usize, collected: bool) -> Option<NonNull<u8>> {
    let partial = &HEAP.partial[usize::from(collected)][class];
    // SAFETY: pages in the list are live.
    let page = match unsafe { partial.get().as_ref() } {
        Some(page) => page,
        None => {
            let page = Page::create(block_size(class), class, collected)?;
            page.link(partial);
            page
        }
    };
    let block = page.pop()?;
    if page.is_full() {
        page.unlink(partial);
    }
    trace::note(block.as_ptr(), size);
    Some(block)
}

/// Takes every page out of use, so that each allocation comes by [`alloc_from_other_page`].
fn retire_pages() {
    for (kind, classes) in HEAP.current.iter().enumerate() {
        for (class, current) in classes.iter().enumerate() {
            // SAFETY: `current` always points to a page, be it the full one.
            let page = unsafe { &*current.replace(page::full()) };
            if ptr::eq(page, page::full()) {
                continue;
            }
            page.set_in_use(false);
            if !page.is_full() && !page.is_linked() {
                page.link(&HEAP.partial[kind][class]);
            }
        }
    }
}

/// Gives back a block of [`alloc`] or [`realloc`].
///
/// # Safety
/// `block` came from there and is not used again.
#[inline]
pub unsafe fn free(block: *mut u8) {
    if trace::is_on() {
        trace::forget(block);
    }
    if !region::contains(block) {
        // SAFETY: not from a page, so from the C library.
        return unsafe { large::free(block) };
    }
    let page = Page::of(block);
    if page.is_collected() {
        gc::count_deallocation();
    }
    // SAFETY: the caller's promise.
    if unsafe { page.push(block) } {
        released(page);
    }
}

/// How many blocks of pages are in use (`sys.getallocatedblocks`).
pub fn allocated_blocks() -> usize {
    let pages = region::taken_pages().into_iter();
    // SAFETY: every page that is taken begins with its head.
    pages.map(|page| unsafe { page.cast::<Page>().as_ref() }.used() as usize).sum()
}

/// A block that was full or is now empty changes lists.
#[cold]
#[inline(never)]
fn released(page: &Page) {
    if page.is_in_use() {
        return;
    }
    let partial = &HEAP.partial[usize::from(page.is_collected())][page.class()];
    if page.is_empty() {
        if page.is_linked() {
            page.unlink(partial);
        }
        page.destroy();
    } else if !page.is_linked() {
        page.link(partial);
    }
}

/// The size that a block can really hold.
pub fn usable_size(block: NonNull<u8>) -> usize {
    if region::contains(block.as_ptr()) {
        Page::of(block.as_ptr()).block_size()
    } else {
        large::usable_size(block)
    }
}

/// Changes the size of a block, which may move; the contents up to the smaller size stay. `None` leaves the block as it was.
///
/// # Safety
/// `block` came from [`alloc`] with the same `collected` and is used only through the result afterwards. No weak reference, mark
/// or other table knows its address.
pub unsafe fn realloc(block: NonNull<u8>, size: usize, collected: bool) -> Option<NonNull<u8>> {
    let usable = usable_size(block);
    if size <= usable && (size > usable / 2 || usable <= 64) {
        if trace::is_on() {
            trace::note(block.as_ptr(), size);
        }
        return Some(block);
    }
    if !collected && size > LARGE && !region::contains(block.as_ptr()) {
        let old = block.as_ptr();
        // SAFETY: both sizes are the C library's.
        let moved: NonNull<u8> = NonNull::new(unsafe { libc::realloc(old.cast(), size) }.cast())?;
        if trace::is_on() {
            trace::forget(old);
            trace::note(moved.as_ptr(), size);
        }
        return Some(moved);
    }
    let new = alloc(size, collected)?;
    // SAFETY: both blocks have at least the smaller size; the old one is given up.
    unsafe {
        new.as_ptr().copy_from_nonoverlapping(block.as_ptr(), usable.min(size));
        free(block.as_ptr());
    }
    Some(new)
}

/// [`track`] when the class is collected.
#[inline]
pub fn track_if_collected(class: &TypeObject, object: NonNull<Object>) {
    if class.has_feature(flags::HAVE_GC) {
        // SAFETY: the caller has made the object whole.
        track(unsafe { object.as_ref() });
    }
}

/// `PyObject_GC_Track`: the collector may look at the object from now on.
#[inline]
pub fn track(object: &Object) {
    if let Some(mark) = gc::mark_of(object) {
        mark.set(mark.get() & gc::FINALIZED | gc::TRACKED);
        gc::note_young(object);
    }
}

/// [`track`] for a block that [`alloc`] has just given as a collected one.
///
/// # Safety
/// `object` is such a block, and whole.
#[inline]
pub unsafe fn track_new(object: NonNull<Object>) {
    let block = object.as_ptr().cast::<u8>();
    if !region::contains(block) {
        // SAFETY: the caller's promise.
        return track(unsafe { object.as_ref() });
    }
    let page = Page::of(block);
    page.mark(block).set(gc::TRACKED);
    if !page.young().get() {
        // SAFETY: the caller's promise.
        gc::note_young(unsafe { object.as_ref() });
    }
}

/// `PyObject_GC_UnTrack`.
#[inline]
pub fn untrack(object: &Object) {
    if let Some(mark) = gc::mark_of(object) {
        mark.set(mark.get() & gc::FINALIZED);
    }
}

/// `PyObject_GC_IsTracked`.
pub fn is_tracked(object: &Object) -> bool {
    gc::mark_of(object).is_some_and(|mark| mark.get() & gc::TRACKED != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_has_a_class_that_holds_it() {
        for size in 0..=LARGE {
            let class = class_of(size);
            assert!(class < CLASSES, "size {size}");
            assert!(block_size(class) >= size, "size {size} in class {class} of {}", block_size(class));
            assert!(class == 0 || block_size(class - 1) < size.max(17), "size {size} in class {class}");
        }
    }

    #[test]
    fn blocks_do_not_overlap_and_come_back() {
        let mut blocks: Vec<(NonNull<u8>, usize)> = Vec::new();
        for round in 0..40_000usize {
            let size = 16 + (round * 7919) % 900;
            let block = alloc(size, false).expect("memory");
            // SAFETY: `size` bytes are ours.
            unsafe { block.as_ptr().write_bytes(round as u8, size) };
            blocks.push((block, size));
            if round % 3 == 0 {
                let (old, size) = blocks.swap_remove((round * 31) % blocks.len());
                // SAFETY: ours, and given up.
                unsafe {
                    let first = old.as_ptr().read();
                    assert!((0..size).all(|i| old.as_ptr().add(i).read() == first));
                    free(old.as_ptr());
                }
            }
        }
        for (block, _) in blocks {
            // SAFETY: ours, and given up.
            unsafe { free(block.as_ptr()) };
        }
    }
}
