//! `pycore_pyarena.h`: memory and objects that go together.

use core::cell::RefCell;
use core::ffi::{c_int, c_void};
use objects::{Object, Ref, raise};

/// Bytes of a block, unless more are asked for at once.
const BLOCK: usize = 8192;

/// `PyArena`.
pub struct Arena {
    blocks: RefCell<Vec<Box<[u64]>>>,
    /// Bytes of the last block that are in use.
    used: core::cell::Cell<usize>,
    objects: RefCell<Vec<Ref>>,
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyArena_New() -> *mut Arena {
    let arena =
        Arena { blocks: RefCell::default(), used: core::cell::Cell::new(BLOCK), objects: RefCell::default() };
    Box::into_raw(Box::new(arena))
}

/// # Safety
/// A C function: an arena that is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyArena_Free(arena: *mut Arena) {
    // SAFETY: the caller's promise.
    drop(unsafe { Box::from_raw(arena) });
}

/// # Safety
/// A C function: an arena.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyArena_Malloc(arena: &Arena, size: usize) -> *mut c_void {
    let Some(size) = size.checked_next_multiple_of(8).filter(|&size| size <= isize::MAX as usize) else {
        raise::no_memory().leave();
        return core::ptr::null_mut();
    };
    let mut blocks = arena.blocks.borrow_mut();
    if arena.used.get() + size > BLOCK || blocks.is_empty() {
        let mut block = Vec::new();
        let words = size.max(BLOCK) / 8;
        if block.try_reserve_exact(words).is_err() {
            raise::no_memory().leave();
            return core::ptr::null_mut();
        }
        block.resize(words, 0);
        blocks.push(block.into_boxed_slice());
        arena.used.set(0);
    }
    let start = arena.used.get();
    arena.used.set(start + size);
    match blocks.last_mut() {
        // The block's words are not looked at here again.
        Some(block) => block.as_mut_ptr().wrapping_byte_add(start).cast(),
        None => core::ptr::null_mut(),
    }
}

/// Takes over a reference.
///
/// # Safety
/// A C function: an arena and an owned object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyArena_AddPyObject(arena: &Arena, object: *mut Object) -> c_int {
    // SAFETY: the caller's promise.
    arena.objects.borrow_mut().extend(unsafe { Ref::from_nullable(object) });
    0
}
