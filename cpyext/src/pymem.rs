//! `pymem.h` and `objimpl.h`'s plain memory: three domains, each of which an extension may give another allocator.
//!
//! The raw domain and that of `PyMem_Malloc` are the C library's, objects' memory the heap's. What the interpreter itself allocates does not
//! pass through here: its objects come from the heap as they are.

use core::cell::Cell;
use core::ffi::{c_char, c_int, c_void};
use core::ptr;
use objects::object::heap;

/// The largest block that may be asked for (`PY_SSIZE_T_MAX`).
fn is_possible(size: usize) -> bool {
    size <= isize::MAX as usize
}

/// `PyMemAllocatorEx`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Allocator {
    ctx: *mut c_void,
    malloc: unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void,
    calloc: unsafe extern "C" fn(*mut c_void, usize, usize) -> *mut c_void,
    realloc: unsafe extern "C" fn(*mut c_void, *mut c_void, usize) -> *mut c_void,
    free: unsafe extern "C" fn(*mut c_void, *mut c_void),
}

/// The allocator of a domain.
struct Domain(Cell<Allocator>);

// SAFETY: set before other threads use the domain, as the header asks for.
unsafe impl Sync for Domain {}

unsafe extern "C" fn library_malloc(_ctx: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: any size may be asked for; no block is empty.
    unsafe { libc::malloc(size.max(1)) }
}

unsafe extern "C" fn library_calloc(_ctx: *mut c_void, count: usize, size: usize) -> *mut c_void {
    match count == 0 || size == 0 {
        // SAFETY (both): as above.
        true => unsafe { libc::calloc(1, 1) },
        false => unsafe { libc::calloc(count, size) },
    }
}

unsafe extern "C" fn library_realloc(_ctx: *mut c_void, block: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the caller's: NULL or a block of this allocator.
    unsafe { libc::realloc(block, size.max(1)) }
}

unsafe extern "C" fn library_free(_ctx: *mut c_void, block: *mut c_void) {
    // SAFETY: as above.
    unsafe { libc::free(block) }
}

/// A size whose blocks have the alignment that C code expects.
fn aligned(size: usize) -> usize {
    size.max(1).next_multiple_of(heap::C_ALIGNMENT)
}

unsafe extern "C" fn heap_malloc(_ctx: *mut c_void, size: usize) -> *mut c_void {
    heap::alloc(aligned(size), false).map_or(ptr::null_mut(), |block| block.as_ptr().cast())
}

unsafe extern "C" fn heap_calloc(ctx: *mut c_void, count: usize, size: usize) -> *mut c_void {
    let Some(total) = count.checked_mul(size) else { return ptr::null_mut() };
    // SAFETY: a fresh block of that size.
    unsafe {
        let block = heap_malloc(ctx, total);
        if !block.is_null() {
            block.cast::<u8>().write_bytes(0, total);
        }
        block
    }
}

unsafe extern "C" fn heap_realloc(ctx: *mut c_void, block: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the caller's: NULL or a block of the heap.
    unsafe {
        let Some(old) = ptr::NonNull::new(block.cast::<u8>()) else { return heap_malloc(ctx, size) };
        let new = heap::realloc(old, aligned(size), false);
        new.map_or(ptr::null_mut(), |block| block.as_ptr().cast())
    }
}

unsafe extern "C" fn heap_free(_ctx: *mut c_void, block: *mut c_void) {
    if !block.is_null() {
        // SAFETY: as above.
        unsafe { heap::free(block.cast()) }
    }
}

const LIBRARY: Allocator = Allocator {
    ctx: ptr::null_mut(),
    malloc: library_malloc,
    calloc: library_calloc,
    realloc: library_realloc,
    free: library_free,
};

const HEAP: Allocator = Allocator {
    ctx: ptr::null_mut(),
    malloc: heap_malloc,
    calloc: heap_calloc,
    realloc: heap_realloc,
    free: heap_free,
};

static RAW: Domain = Domain(Cell::new(LIBRARY));
static MEM: Domain = Domain(Cell::new(LIBRARY));
static OBJ: Domain = Domain(Cell::new(HEAP));

fn domain(number: c_int) -> Option<&'static Domain> {
    [&RAW, &MEM, &OBJ].get(usize::try_from(number).ok()?).copied()
}

macro_rules! functions {
    ($domain:ident $malloc:ident $calloc:ident $realloc:ident $free:ident) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $malloc(size: usize) -> *mut c_void {
            if !is_possible(size) {
                return ptr::null_mut();
            }
            let allocator = $domain.0.get();
            // SAFETY: the allocator's contract.
            unsafe { (allocator.malloc)(allocator.ctx, size) }
        }
        #[unsafe(no_mangle)]
        pub extern "C" fn $calloc(count: usize, size: usize) -> *mut c_void {
            if !count.checked_mul(size).is_some_and(is_possible) {
                return ptr::null_mut();
            }
            let allocator = $domain.0.get();
            // SAFETY: as above.
            unsafe { (allocator.calloc)(allocator.ctx, count, size) }
        }
        /// # Safety
        /// A C function: NULL or a block of this domain.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $realloc(block: *mut c_void, size: usize) -> *mut c_void {
            if !is_possible(size) {
                return ptr::null_mut();
            }
            let allocator = $domain.0.get();
            // SAFETY: the caller's promise.
            unsafe { (allocator.realloc)(allocator.ctx, block, size) }
        }
        /// # Safety
        /// A C function: NULL or a block of this domain.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $free(block: *mut c_void) {
            let allocator = $domain.0.get();
            // SAFETY: the caller's promise.
            unsafe { (allocator.free)(allocator.ctx, block) }
        }
    };
}

functions!(RAW PyMem_RawMalloc PyMem_RawCalloc PyMem_RawRealloc PyMem_RawFree);
functions!(MEM PyMem_Malloc PyMem_Calloc PyMem_Realloc PyMem_Free);
functions!(OBJ PyObject_Malloc PyObject_Calloc PyObject_Realloc PyObject_Free);

/// The allocator of a domain; one that returns nothing where there is no such domain.
///
/// # Safety
/// A C function: a place for the allocator.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyMem_GetAllocator(number: c_int, place: *mut Allocator) {
    // SAFETY: the caller's promise; all zeros says that there are no functions.
    unsafe {
        match domain(number) {
            Some(domain) => place.write(domain.0.get()),
            None => place.write_bytes(0, 1),
        }
    }
}

/// # Safety
/// A C function: an allocator whose blocks are those of the one before, too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyMem_SetAllocator(number: c_int, allocator: &Allocator) {
    if let Some(domain) = domain(number) {
        domain.0.set(*allocator);
    }
}

/// A copy of a C string in a domain's memory; NULL when there is none.
///
/// # Safety
/// A C function: a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyMem_Strdup(text: *const c_char) -> *mut c_char {
    // SAFETY: the caller's promise; the copy is as long as the string.
    unsafe {
        let size = libc::strlen(text) + 1;
        let copy = PyMem_Malloc(size).cast::<c_char>();
        if !copy.is_null() {
            ptr::copy_nonoverlapping(text, copy, size);
        }
        copy
    }
}

/// Tells the interpreter of the memory in which line editors give their lines.
pub fn install() {
    let memory = objects::line_input::RawMemory { malloc: PyMem_RawMalloc, free: PyMem_RawFree };
    objects::line_input::RAW_MEMORY.set(memory);
}
