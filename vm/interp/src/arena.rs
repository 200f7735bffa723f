//! What the chunks of threads' data stacks are allocated and freed with, which an extension may replace (`PyObject_SetArenaAllocator`).

use core::cell::Cell;
use core::ffi::c_void;

/// `PyObjectArenaAllocator`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Allocator {
    pub ctx: *mut c_void,
    pub alloc: unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void,
    pub free: unsafe extern "C" fn(*mut c_void, *mut c_void, usize),
}

unsafe extern "C" fn library_alloc(_ctx: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: malloc accepts any size.
    unsafe { libc::malloc(size) }
}

unsafe extern "C" fn library_free(_ctx: *mut c_void, arena: *mut c_void, _size: usize) {
    // SAFETY: the caller's promise: a block of `library_alloc`, or NULL.
    unsafe { libc::free(arena) };
}

struct State(Cell<Allocator>);

// SAFETY: touched under the GIL.
unsafe impl Sync for State {}

static STATE: State =
    State(Cell::new(Allocator { ctx: core::ptr::null_mut(), alloc: library_alloc, free: library_free }));

/// The allocator.
pub fn get() -> Allocator {
    STATE.0.get()
}

/// Sets the allocator.
///
/// # Safety
/// It can free the chunks that there are.
pub unsafe fn set(allocator: Allocator) {
    STATE.0.set(allocator);
}
