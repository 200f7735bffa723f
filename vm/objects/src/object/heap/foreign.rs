//! Another allocator in front of the heap, which an extension sets for the memory of objects (`PyMem_SetAllocator`).
//!
//! While there is one, no page is in use, and each block that is wanted or given back comes here. Such an allocator mostly asks the one
//! that was there before, which is [`alloc_below`] and its neighbours; a block of its own that the collector must find is noted in the
//! table of large blocks.

use super::{BLOCKS, FOREIGN, large, region, trace, watch, watches};
use core::cell::Cell;
use core::ffi::c_void;
use core::ptr::NonNull;

/// `PyMemAllocatorEx`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Allocator {
    pub ctx: *mut c_void,
    pub malloc: unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void,
    pub calloc: unsafe extern "C" fn(*mut c_void, usize, usize) -> *mut c_void,
    pub realloc: unsafe extern "C" fn(*mut c_void, *mut c_void, usize) -> *mut c_void,
    pub free: unsafe extern "C" fn(*mut c_void, *mut c_void),
}

struct State {
    allocator: Cell<Option<Allocator>>,
    /// Whether the block that is being asked for is one that the collector must find.
    collected: Cell<bool>,
    asking: Cell<bool>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for State {}

static STATE: State =
    State { allocator: Cell::new(None), collected: Cell::new(false), asking: Cell::new(false) };

/// Puts an allocator in front, or takes it away.
///
/// # Safety
/// It can free the blocks that there are, as one that asks the heap does.
pub unsafe fn set(allocator: Option<Allocator>) {
    STATE.allocator.set(allocator);
    watch(FOREIGN, allocator.is_some());
}

/// What `work` does without the allocator in front.
pub fn without<T>(work: impl FnOnce() -> T) -> T {
    let allocator = STATE.allocator.replace(None);
    watch(FOREIGN, false);
    let done = work();
    STATE.allocator.set(allocator);
    watch(FOREIGN, allocator.is_some());
    done
}

/// Whether the allocator in front is being asked for the memory of an object.
pub fn is_asking() -> bool {
    STATE.asking.get()
}

/// Calls the allocator in front.
fn ask<T>(call: impl FnOnce() -> T) -> T {
    let before = STATE.asking.replace(true);
    let answer = call();
    STATE.asking.set(before);
    answer
}

/// A block that the allocator in front gives.
pub fn alloc(size: usize, collected: bool) -> Option<NonNull<u8>> {
    let allocator = STATE.allocator.get()?;
    STATE.collected.set(collected);
    // SAFETY: the allocator's contract.
    let block = ask(|| unsafe { (allocator.malloc)(allocator.ctx, size) });
    STATE.collected.set(false);
    let block = NonNull::new(block.cast::<u8>())?;
    if collected && !region::contains(block.as_ptr()) {
        large::adopt(block);
    }
    Some(block)
}

/// # Safety
/// A block of an object, which is given back.
pub unsafe fn free(block: *mut u8) {
    if !region::contains(block) {
        large::forsake(block);
    }
    if let Some(allocator) = STATE.allocator.get() {
        // SAFETY: the caller's promise.
        ask(|| unsafe { (allocator.free)(allocator.ctx, block.cast()) });
    }
}

/// # Safety
/// A block that the collector need not find.
pub unsafe fn realloc(block: NonNull<u8>, size: usize) -> Option<NonNull<u8>> {
    let allocator = STATE.allocator.get()?;
    // SAFETY: the caller's promise.
    let moved = ask(|| unsafe { (allocator.realloc)(allocator.ctx, block.as_ptr().cast(), size) });
    NonNull::new(moved.cast())
}

/// A block for the allocator in front, or for whoever asks for plain memory where there is none.
#[inline]
pub fn alloc_below(size: usize) -> Option<NonNull<u8>> {
    match watches(FOREIGN) {
        true => alloc_behind(size),
        false => super::alloc(size, false),
    }
}

#[cold]
#[inline(never)]
fn alloc_behind(size: usize) -> Option<NonNull<u8>> {
    let block = super::alloc_own(size, STATE.collected.take())?;
    if watches(BLOCKS) {
        trace::note(block.as_ptr(), size);
    }
    Some(block)
}

/// # Safety
/// A block of [`alloc_below`] or of an object, which is given back.
#[inline]
pub unsafe fn free_below(block: *mut u8) {
    // SAFETY (both): the caller's promise.
    match super::is_watched() {
        true => unsafe { free_behind(block) },
        false => unsafe { super::free_unwatched(block) },
    }
}

#[cold]
#[inline(never)]
unsafe fn free_behind(block: *mut u8) {
    if watches(BLOCKS) {
        trace::forget(block);
    }
    // SAFETY: the caller's promise.
    unsafe { super::free_own(block) };
}

/// # Safety
/// A block of [`alloc_below`].
pub unsafe fn realloc_below(block: NonNull<u8>, size: usize) -> Option<NonNull<u8>> {
    // SAFETY: the caller's promise.
    unsafe { super::realloc_own(block, size, false) }
}
