//! Where objects live: size-class pages, with the collector's marks beside the objects.
//!
//! A page ([`page::Page`]) is a 64 KiB block, aligned to its size, of equal blocks; its head is found by masking a block's address.
//! There are two pages in use per size class, one for objects that the cycle collector must find and one for all others. Blocks
//! above [`LARGE`] come from the C library; those of them that are collected are kept in a table ([`large`]).
//! Everything here is serialised by the GIL. A free block's first word links the free list.

pub mod foreign;
pub mod items;
pub mod large;
pub mod page;
pub mod region;
pub mod trace;

use crate::object::Object;
use crate::object::{gc, ref_tracer};
use crate::typeobject::{TypeObject, flags};
use crate::{per_interpreter, state};
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

crate::per_interpreter! {
    static HEAP: Heap = Heap {
        current: [const { [const { Cell::new(page::full()) }; CLASSES] }; 2],
        partial: [const { [const { Cell::new(ptr::null()) }; CLASSES] }; 2],
    };
}

impl Heap {
    /// The heap that a page belongs to.
    fn of(page: &Page) -> &'static Heap {
        match ptr::eq(page.owner(), state::interpreter()) {
            true => &HEAP,
            false => per_interpreter::value(page.owner(), &HEAP),
        }
    }
}

/// Who is told of what happens here: `tracemalloc` of [`BLOCKS`], a tracer of references of [`OBJECTS`], an allocator of an extension
/// ([`FOREIGN`]), and whether memory is filled to find what uses it wrongly ([`FILL`]) and the arrays of lists are plain memory ([`ITEMS`]).
struct Watchers(Cell<u8>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Watchers {}

static WATCHERS: Watchers = Watchers(Cell::new(0));

/// Blocks are noted as they are allocated and freed.
pub const BLOCKS: u8 = 1;
/// Objects are told of as they are made and end.
pub const OBJECTS: u8 = 2;
/// Another allocator is asked for every block.
pub const FOREIGN: u8 = 4;
/// New blocks are filled with [`CLEAN`], freed ones with [`DEAD`].
pub const FILL: u8 = 8;
/// Another allocator has the arrays of lists.
pub const ITEMS: u8 = 16;

/// What debugging allocators fill new blocks with.
pub const CLEAN: u8 = 0xcd;
/// What they fill freed ones with.
pub const DEAD: u8 = 0xdd;

/// Whether anybody watches, in which case no page is in use.
#[inline(always)]
pub fn is_watched() -> bool {
    WATCHERS.0.get() != 0
}

/// Whether it is `what` that is watched.
#[inline(always)]
pub fn watches(what: u8) -> bool {
    WATCHERS.0.get() & what != 0
}

/// Begins or ends to watch.
pub fn watch(what: u8, on: bool) {
    let watched = WATCHERS.0.get();
    if on && watched == 0 {
        retire_pages();
    }
    WATCHERS.0.set(if on { watched | what } else { watched & !what });
}

/// A block of `size` bytes, aligned to 8; `collected` when the cycle collector must be able to find it. The
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

/// [`alloc`] for an object of `class`, whose head the caller still sets.
#[inline]
pub fn alloc_object(class: &TypeObject, size: usize, collected: bool) -> Option<NonNull<u8>> {
    if size > LARGE {
        return alloc_object_otherwise(class, size, collected);
    }
    if collected {
        gc::count_allocation();
    }
    // SAFETY: `current` always points to a page, be it the full one.
    let page = unsafe { &*HEAP.current[usize::from(collected)][class_of(size)].get() };
    match page.pop() {
        Some(block) => Some(block),
        None => alloc_object_otherwise(class, size, collected),
    }
}

#[cold]
#[inline(never)]
fn alloc_object_otherwise(class: &TypeObject, size: usize, collected: bool) -> Option<NonNull<u8>> {
    let block = match size > LARGE {
        true => large::alloc(size, collected)?,
        false => alloc_from_other_page(class_of(size), size, collected)?,
    };
    if watches(OBJECTS) {
        ref_tracer::created_block(block, class);
    }
    Some(block)
}

#[cold]
#[inline(never)]
fn alloc_from_other_page(class: usize, size: usize, collected: bool) -> Option<NonNull<u8>> {
    if is_watched() {
        return alloc_watched(class, size, collected);
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

/// A block while somebody watches.
fn alloc_watched(class: usize, size: usize, collected: bool) -> Option<NonNull<u8>> {
    let block = match watches(FOREIGN) {
        true => foreign::alloc(size, collected)?,
        false => alloc_unused(class, size, collected)?,
    };
    if watches(BLOCKS) {
        trace::note(block.as_ptr(), size);
    }
    Some(block)
}

/// [`alloc`] past an allocator in front, and told to nobody.
pub fn alloc_own(size: usize, collected: bool) -> Option<NonNull<u8>> {
    match size > LARGE {
        true => large::alloc_own(size, collected),
        false if is_watched() => alloc_unused(class_of(size), size, collected),
        false => alloc_small(size, collected),
    }
}

/// A block from a page that is not in use, as none is while somebody watches.
fn alloc_unused(class: usize, size: usize, collected: bool) -> Option<NonNull<u8>> {
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
    if watches(FILL) {
        // SAFETY: a fresh block of that size.
        unsafe { block.as_ptr().write_bytes(CLEAN, size) };
    }
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

/// Another interpreter runs from now on, whose heap does not know yet who watches.
pub fn resume() {
    if is_watched() {
        retire_pages();
    }
}

/// Leaves all that is left of the running interpreter, which ends, to the main one. The collector does not look at it any more.
pub fn bequeath() {
    retire_pages();
    let heir = &state::MAIN;
    let lists = per_interpreter::value(heir, &HEAP);
    for page in region::taken_pages() {
        // SAFETY: every page that is taken begins with its head.
        let page = unsafe { page.cast::<Page>().as_ref() };
        if !ptr::eq(page.owner(), state::interpreter()) {
            continue;
        }
        let kind = usize::from(page.is_collected());
        if page.is_linked() {
            page.unlink(&HEAP.partial[kind][page.class()]);
        }
        if page.is_collected() {
            gc::bequeath_page(page);
        }
        page.set_owner(heir);
        if page.is_empty() {
            page.destroy();
        } else if !page.is_full() {
            page.link(&lists.partial[kind][page.class()]);
        }
    }
    large::bequeath();
}

/// Whether a static is the heap or its collector, which [`bequeath`] ends.
pub fn is_heap(place: *const u8) -> bool {
    place == (&raw const HEAP).cast() || place == ptr::from_ref(gc::collector()).cast()
}

/// Gives back a block of [`alloc`] or [`realloc`].
///
/// # Safety
/// `block` came from there and is not used again.
#[inline]
pub unsafe fn free(block: *mut u8) {
    // SAFETY (both): the caller's promise.
    match is_watched() {
        true => unsafe { free_watched(block) },
        false => unsafe { free_unwatched(block) },
    }
}

#[cold]
#[inline(never)]
unsafe fn free_watched(block: *mut u8) {
    if watches(BLOCKS) {
        trace::forget(block);
    }
    // SAFETY (both): the caller's promise.
    match watches(FOREIGN) {
        true => unsafe { foreign::free(block) },
        false => unsafe { free_own(block) },
    }
}

/// [`free`] past an allocator in front, and told to nobody.
///
/// # Safety
/// As there.
pub unsafe fn free_own(block: *mut u8) {
    if watches(FILL)
        && let Some(start) = NonNull::new(block)
    {
        // SAFETY: the block is ours, and no longer in use.
        unsafe { block.write_bytes(DEAD, own_size(start)) };
    }
    // SAFETY: the caller's promise.
    unsafe { free_unwatched(block) };
}

/// [`free`] where nobody watches.
///
/// # Safety
/// As there, and [`is_watched`] has just said no.
#[inline]
pub unsafe fn free_unwatched(block: *mut u8) {
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

/// [`free_unwatched`] for what is not collected.
///
/// # Safety
/// As there, and the block was allocated as one that the collector need not find.
#[inline]
pub unsafe fn free_plain(block: *mut u8) {
    if !region::contains(block) {
        // SAFETY: not from a page, so from the C library.
        return unsafe { large::free(block) };
    }
    let page = Page::of(block);
    // SAFETY: the caller's promise.
    if unsafe { page.push_plain(block) } {
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
    let partial = &Heap::of(page).partial[usize::from(page.is_collected())][page.class()];
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
    if watches(FOREIGN) && !region::contains(block.as_ptr()) {
        // It may be somebody else's, of which nothing is known.
        return 0;
    }
    own_size(block)
}

/// [`usable_size`] of a block of the heap's own.
fn own_size(block: NonNull<u8>) -> usize {
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
    if !watches(FOREIGN) {
        // SAFETY: the caller's promise.
        return unsafe { realloc_own(block, size, collected) };
    }
    if collected && region::contains(block.as_ptr()) {
        let new = alloc(size, true)?;
        // SAFETY: both blocks have at least the smaller size; the old one is given up.
        unsafe {
            new.as_ptr().copy_from_nonoverlapping(block.as_ptr(), own_size(block).min(size));
            free(block.as_ptr());
        }
        return Some(new);
    }
    // SAFETY: the caller's promise.
    let moved = unsafe { foreign::realloc(block, size) }?;
    if collected {
        large::forsake(block.as_ptr());
        large::adopt(moved);
    }
    if watches(BLOCKS) {
        trace::forget(block.as_ptr());
        trace::note(moved.as_ptr(), size);
    }
    Some(moved)
}

/// [`realloc`] past an allocator in front.
///
/// # Safety
/// As there.
unsafe fn realloc_own(block: NonNull<u8>, size: usize, collected: bool) -> Option<NonNull<u8>> {
    let usable = own_size(block);
    if size <= usable && (size > usable / 2 || usable <= 64) {
        if watches(BLOCKS) {
            trace::note(block.as_ptr(), size);
        }
        return Some(block);
    }
    if !collected && size > LARGE && !region::contains(block.as_ptr()) {
        let old = block.as_ptr();
        // SAFETY: both sizes are the C library's.
        let moved: NonNull<u8> = NonNull::new(unsafe { libc::realloc(old.cast(), size) }.cast())?;
        if watches(BLOCKS) {
            trace::forget(old);
            trace::note(moved.as_ptr(), size);
        }
        return Some(moved);
    }
    let new = alloc_own(size, collected)?;
    if watches(BLOCKS) {
        trace::forget(block.as_ptr());
        trace::note(new.as_ptr(), size);
    }
    // SAFETY: both blocks have at least the smaller size; the old one is given up.
    unsafe {
        new.as_ptr().copy_from_nonoverlapping(block.as_ptr(), usable.min(size));
        free_own(block.as_ptr());
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
