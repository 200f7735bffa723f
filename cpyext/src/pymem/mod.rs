//! `pymem.h` and `objimpl.h`'s plain memory: three domains, each of which an extension may give another allocator.
//!
//! The raw domain and that of `PyMem_Malloc` are the C library's, objects' memory the heap's; `PyMem_Realloc` and `PyMem_Free` take blocks of
//! the heap, too, and the heap those of the C library. What the interpreter itself allocates does not
//! pass through here: its objects come from the heap as they are, unless an extension sets another allocator for objects, which the heap
//! then asks for every block.

mod debug;

use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;
use interp::config::Memory;
pub use objects::object::heap::foreign::Allocator;
use objects::object::heap::{self, foreign};

/// The largest block that may be asked for (`PY_SSIZE_T_MAX`).
fn is_possible(size: usize) -> bool {
    size <= isize::MAX as usize
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
    foreign::alloc_below(aligned(size)).map_or(ptr::null_mut(), |block| block.as_ptr().cast())
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
        let new = foreign::realloc_below(old, aligned(size));
        new.map_or(ptr::null_mut(), |block| block.as_ptr().cast())
    }
}

unsafe extern "C" fn heap_free(_ctx: *mut c_void, block: *mut c_void) {
    if !block.is_null() {
        // SAFETY: as above.
        unsafe { foreign::free_below(block.cast()) }
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

unsafe extern "C" fn plain_realloc(ctx: *mut c_void, block: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY (both): the caller's promise: a block of either.
    match is_of_page(block) {
        true => unsafe { heap_realloc(ctx, block, size) },
        false => unsafe { library_realloc(ctx, block, size) },
    }
}

unsafe extern "C" fn plain_free(ctx: *mut c_void, block: *mut c_void) {
    // SAFETY (both): as above.
    match is_of_page(block) {
        true => unsafe { heap_free(ctx, block) },
        false => unsafe { library_free(ctx, block) },
    }
}

/// Whether a block comes from a page of the heap, as the items of a list do, which C code may resize and give back by `PyMem_Realloc` and
/// `PyMem_Free`.
fn is_of_page(block: *const c_void) -> bool {
    heap::region::contains(block.cast())
}

const PLAIN: Allocator = Allocator { realloc: plain_realloc, free: plain_free, ..LIBRARY };

static RAW: Domain = Domain(Cell::new(LIBRARY));
static MEM: Domain = Domain(Cell::new(PLAIN));
static OBJ: Domain = Domain(Cell::new(HEAP));

/// The domains while they are debugged.
static DEBUGGED: [debug::Domain; 3] =
    [debug::Domain::new(b'r', LIBRARY), debug::Domain::new(b'm', PLAIN), debug::Domain::new(b'o', HEAP)];

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
        if ptr::eq(domain, &OBJ) {
            // SAFETY: the caller's promise.
            unsafe { set_for_objects(*allocator) };
        } else if ptr::eq(domain, &MEM) {
            // SAFETY: as above.
            unsafe { heap::items::set((!same(allocator, &PLAIN)).then_some(*allocator)) };
        }
    }
}

fn same(left: &Allocator, right: &Allocator) -> bool {
    ptr::fn_addr_eq(left.malloc, right.malloc) && left.ctx == right.ctx
}

/// Has the heap ask an allocator, but for its own and the one that debugs that.
///
/// # Safety
/// As [`PyMem_SetAllocator`].
unsafe fn set_for_objects(allocator: Allocator) {
    let debugged = &DEBUGGED[2];
    let behind = if debugged.is(&allocator) { debugged.below() } else { allocator };
    let is_debugged = debugged.is(&allocator);
    debug::fill_objects(is_debugged);
    let front = match () {
        () if same(&behind, &HEAP) => None,
        () if is_debugged && same(&behind, &LIBRARY) => Some(debug::FILLED_LIBRARY),
        () => Some(behind),
    };
    // SAFETY: the caller's promise.
    unsafe { foreign::set(front) };
}

/// Puts marks around all blocks from now on, which are looked at when a block is given back.
///
/// # Safety
/// A C function: no block of the allocators as they are is given back later.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyMem_SetupDebugHooks() {
    for (number, debugged) in DEBUGGED.iter().enumerate() {
        let Some(domain) = domain(number as c_int) else { continue };
        let current = domain.0.get();
        if !debugged.is(&current) {
            let allocator = debugged.in_front_of(current);
            // SAFETY: the caller's promise.
            unsafe { PyMem_SetAllocator(number as c_int, &allocator) };
        }
    }
}

/// Sets the allocators that the configuration asks for, before anything is allocated.
pub fn configure((memory, debugged): (Memory, bool)) {
    NAMED.0.set(memory);
    // SAFETY (both): nothing has been allocated through the domains.
    if memory == Memory::Library {
        unsafe { PyMem_SetAllocator(2, &LIBRARY) };
    }
    if debugged {
        unsafe { PyMem_SetupDebugHooks() };
    }
}

/// What the configuration calls the memory of objects.
struct Named(Cell<Memory>);

// SAFETY: set at start-up.
unsafe impl Sync for Named {}

static NAMED: Named = Named(Cell::new(Memory::Pages));

/// Whether objects come from the heap itself.
pub fn objects_come_from_heap() -> bool {
    let current = OBJ.0.get();
    same(&current, &HEAP) || DEBUGGED[2].is(&current) && same(&DEBUGGED[2].below(), &HEAP)
}

/// What `PYTHONMALLOC` would ask for to get the allocators that are set; NULL when there is no such name.
#[unsafe(no_mangle)]
pub extern "C" fn _PyMem_GetCurrentAllocatorName() -> *const c_char {
    let current = [RAW.0.get(), MEM.0.get(), OBJ.0.get()];
    let are_debugged =
        current.iter().zip(&DEBUGGED).filter(|(current, debugged)| debugged.is(current)).count();
    let below: Vec<Allocator> = match are_debugged {
        3 => DEBUGGED.iter().map(debug::Domain::below).collect(),
        _ => current.to_vec(),
    };
    if !same(&below[0], &LIBRARY) || !same(&below[1], &LIBRARY) {
        return ptr::null();
    }
    let memory = match NAMED.0.get() {
        _ if same(&below[2], &LIBRARY) => Memory::Library,
        Memory::Library if same(&below[2], &HEAP) => Memory::Pages,
        named if same(&below[2], &HEAP) => named,
        _ => return ptr::null(),
    };
    let name: &CStr = match (memory, are_debugged) {
        (Memory::Pages, 0) => c"pymalloc",
        (Memory::Pages, 3) => c"pymalloc_debug",
        (Memory::Mimalloc, 0) => c"mimalloc",
        (Memory::Mimalloc, 3) => c"mimalloc_debug",
        (Memory::Library, 0) => c"malloc",
        (Memory::Library, 3) => c"malloc_debug",
        _ => return ptr::null(),
    };
    name.as_ptr()
}

/// Whether an address is NULL or what a debugging allocator leaves where one was or will be.
pub fn is_freed(address: *const c_void) -> bool {
    let filled = [heap::CLEAN, heap::DEAD, debug::FORBIDDEN]
        .map(|byte| usize::from_ne_bytes([byte; size_of::<usize>()]));
    address.is_null() || filled.contains(&address.addr())
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
