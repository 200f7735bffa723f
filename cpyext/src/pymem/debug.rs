//! Allocators that find what uses memory wrongly (`PyMem_SetupDebugHooks`).
//!
//! Each block stands between marks: its size, a letter for its domain and bytes that nobody may write to before it, and more of those
//! behind it. They are looked at when the block is given back or resized; one that is damaged ends the process, with what is known of it.

use super::Allocator;
use core::cell::Cell;
use core::ffi::c_void;
use core::ptr;
use interp::fatal;
use objects::object::heap::{self, CLEAN, DEAD, foreign, trace};
use std::io::Write;

/// What stands around blocks.
pub const FORBIDDEN: u8 = 0xfd;

/// Bytes of a mark.
const MARK: usize = size_of::<usize>();
/// Bytes before a block: its size, its letter and a row of forbidden ones.
const BEFORE: usize = 2 * MARK;
/// Bytes around a block.
const AROUND: usize = BEFORE + MARK;

/// A domain that is debugged: the allocator behind the marks, and the domain's letter.
pub struct Domain {
    below: Cell<Allocator>,
    letter: u8,
}

// SAFETY: set before other threads use the domain.
unsafe impl Sync for Domain {}

impl Domain {
    pub const fn new(letter: u8, below: Allocator) -> Domain {
        Domain { below: Cell::new(below), letter }
    }

    /// The allocator with marks, in front of `below`.
    pub fn in_front_of(&'static self, below: Allocator) -> Allocator {
        self.below.set(below);
        let raw = self.letter == b'r';
        Allocator {
            ctx: ptr::from_ref(self).cast_mut().cast(),
            malloc: if raw { raw_malloc } else { checked_malloc },
            calloc: if raw { raw_calloc } else { checked_calloc },
            realloc: if raw { raw_realloc } else { checked_realloc },
            free: if raw { raw_free } else { checked_free },
        }
    }

    /// Whether an allocator is this one.
    pub fn is(&'static self, allocator: &Allocator) -> bool {
        ptr::eq(allocator.ctx.cast_const().cast(), self)
    }

    /// The allocator behind the marks.
    pub fn below(&self) -> Allocator {
        self.below.get()
    }

    /// The allocator behind, for the memory of objects, which has no marks.
    fn for_objects(&self) -> Option<Allocator> {
        (self.letter == b'o' && foreign::is_asking()).then(|| self.below.get())
    }

    /// A block of `size` bytes, with marks.
    unsafe fn give(&self, size: usize, zeroed: bool) -> *mut c_void {
        if let Some(below) = self.for_objects() {
            // SAFETY (both): the allocator's contract.
            return match zeroed {
                true => unsafe { (below.calloc)(below.ctx, 1, size) },
                false => unsafe { (below.malloc)(below.ctx, size) },
            };
        }
        if size > isize::MAX as usize - AROUND {
            return ptr::null_mut();
        }
        let below = self.below.get();
        // SAFETY: the allocator's contract; room for the block and its marks.
        unsafe {
            let start = match zeroed {
                true => (below.calloc)(below.ctx, 1, size + AROUND),
                false => (below.malloc)(below.ctx, size + AROUND),
            };
            if start.is_null() {
                return start;
            }
            let block = start.cast::<u8>().add(BEFORE);
            if !zeroed {
                block.write_bytes(CLEAN, size);
            }
            self.mark(block, size);
            block.cast()
        }
    }

    unsafe fn mark(&self, block: *mut u8, size: usize) {
        // SAFETY: the caller's: room for the marks.
        unsafe {
            block.sub(BEFORE).cast::<[u8; MARK]>().write(size.to_be_bytes());
            block.sub(MARK).write(self.letter);
            block.sub(MARK - 1).write_bytes(FORBIDDEN, MARK - 1);
            block.add(size).write_bytes(FORBIDDEN, MARK);
        }
    }

    unsafe fn take_back(&self, block: *mut c_void) {
        if block.is_null() {
            return;
        }
        if let Some(below) = self.for_objects() {
            // SAFETY: the caller's promise.
            return unsafe { (below.free)(below.ctx, block) };
        }
        let below = self.below.get();
        // SAFETY: the caller's: a block of this domain, which the check confirms.
        unsafe {
            let size = self.check("_PyMem_DebugRawFree", block.cast());
            let start = block.cast::<u8>().sub(BEFORE);
            start.write_bytes(DEAD, size + AROUND);
            (below.free)(below.ctx, start.cast());
        }
    }

    unsafe fn resize(&self, block: *mut c_void, size: usize) -> *mut c_void {
        if let Some(below) = self.for_objects() {
            // SAFETY: the caller's promise.
            return unsafe { (below.realloc)(below.ctx, block, size) };
        }
        // SAFETY (whole body): the caller's: NULL or a block of this domain.
        unsafe {
            if block.is_null() {
                return self.give(size, false);
            }
            let old = self.check("_PyMem_DebugRawRealloc", block.cast());
            let new = self.give(size, false);
            if !new.is_null() {
                ptr::copy_nonoverlapping(block.cast::<u8>(), new.cast::<u8>(), old.min(size));
                self.take_back(block);
            }
            new
        }
    }

    /// The size of a block whose marks are whole.
    unsafe fn check(&self, function: &str, block: *const u8) -> usize {
        let marks = Marks::of(block);
        // SAFETY: as far as can be told, a block with marks.
        let wrong = unsafe {
            match marks.letter() {
                letter if letter != self.letter => Some(format!(
                    "bad ID: Allocated using API '{}', verified using API '{}'",
                    char::from(letter),
                    char::from(self.letter)
                )),
                _ if !marks.before().iter().all(|byte| *byte == FORBIDDEN) => {
                    Some("bad leading pad byte".to_owned())
                }
                _ if !marks.behind().iter().all(|byte| *byte == FORBIDDEN) => {
                    Some("bad trailing pad byte".to_owned())
                }
                _ => None,
            }
        };
        if let Some(wrong) = wrong {
            // SAFETY: as above.
            unsafe { marks.show() };
            fatal::error(Some(function), &wrong);
        }
        // SAFETY: as above.
        unsafe { marks.size() }
    }
}

/// What stands around a block.
struct Marks(*const u8);

impl Marks {
    fn of(block: *const u8) -> Marks {
        Marks(block)
    }

    unsafe fn size(&self) -> usize {
        // SAFETY: the caller's promise of a block with marks.
        usize::from_be_bytes(unsafe { self.0.sub(BEFORE).cast::<[u8; MARK]>().read() })
    }

    unsafe fn letter(&self) -> u8 {
        // SAFETY: as above.
        unsafe { self.0.sub(MARK).read() }
    }

    unsafe fn before(&self) -> &[u8] {
        // SAFETY: as above.
        unsafe { core::slice::from_raw_parts(self.0.sub(MARK - 1), MARK - 1) }
    }

    unsafe fn behind(&self) -> &[u8] {
        // SAFETY: as above.
        unsafe { core::slice::from_raw_parts(self.0.add(self.size()), MARK) }
    }

    /// Says on standard error what is known of the block.
    unsafe fn show(&self) {
        let mut text = format!("Debug memory block at address p={:p}:", self.0);
        // SAFETY: the caller's promise.
        unsafe {
            let size = self.size();
            text += &format!(" API '{}'\n", char::from(self.letter()));
            text += &format!("    {size} bytes originally requested\n");
            let pads = MARK - 1;
            text += &format!("    The {pads} pad bytes at p-{pads} are ");
            if list(&mut text, self.before(), |at| format!("p-{}", pads - at)) {
                text += "    Because memory is corrupted at the start, the count of bytes requested\n       may be bogus, and checking the trailing pad bytes may segfault.\n";
            }
            text += &format!("    The {MARK} pad bytes at tail={:p} are ", self.0.add(size));
            list(&mut text, self.behind(), |at| format!("tail+{at}"));
            if size > 0 {
                text += "    Data at p:";
                let data = core::slice::from_raw_parts(self.0, size);
                let start = &data[..size.min(8)];
                let end = &data[start.len().max(size.saturating_sub(8))..];
                start.iter().for_each(|byte| text += &format!(" {byte:02x}"));
                if size > 16 {
                    text += " ...";
                }
                end.iter().for_each(|byte| text += &format!(" {byte:02x}"));
                text += "\n";
            }
            text += "\n";
            text += &allocated_at(self.0.sub(BEFORE));
        }
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
}

/// Adds whether the bytes are as they should be, and those that are not; whether there are any.
fn list(text: &mut String, bytes: &[u8], place: impl Fn(usize) -> String) -> bool {
    if bytes.iter().all(|byte| *byte == FORBIDDEN) {
        *text += "FORBIDDENBYTE, as expected.\n";
        return false;
    }
    *text += &format!("not all FORBIDDENBYTE (0x{FORBIDDEN:02x}):\n");
    for (at, byte) in bytes.iter().enumerate() {
        let ouch = if *byte == FORBIDDEN { "" } else { " *** OUCH" };
        *text += &format!("        at {}: 0x{byte:02x}{ouch}\n", place(at));
    }
    true
}

/// Where the block was allocated, as far as `tracemalloc` knows.
fn allocated_at(start: *const u8) -> String {
    if !trace::is_on() {
        return "Enable tracemalloc to get the memory block allocation traceback\n\n".to_owned();
    }
    let Some(traceback) = trace::traceback_of(start) else { return String::new() };
    let mut text = "Memory block allocated at (most recent call first):\n".to_owned();
    for (file, line) in &traceback.frames {
        text += &format!("  File \"{}\", line {line}\n", file.to_string_lossy());
    }
    text + "\n"
}

/// Ends the process when the thread does not hold the GIL.
fn check_gil(function: &str) {
    if objects::state::try_current().is_none() {
        fatal::error(Some(function), "Python memory allocator called without holding the GIL");
    }
}

fn domain<'a>(ctx: *mut c_void) -> &'a Domain {
    // SAFETY: the context of these allocators, which is static.
    unsafe { &*ctx.cast::<Domain>() }
}

macro_rules! entries {
    ($check:ident: $malloc:ident $calloc:ident $realloc:ident $free:ident) => {
        unsafe extern "C" fn $malloc(ctx: *mut c_void, size: usize) -> *mut c_void {
            entries!($check "_PyMem_DebugMalloc");
            // SAFETY (here and below): the caller keeps the allocator's contract.
            unsafe { domain(ctx).give(size, false) }
        }
        unsafe extern "C" fn $calloc(ctx: *mut c_void, count: usize, size: usize) -> *mut c_void {
            entries!($check "_PyMem_DebugCalloc");
            match count.checked_mul(size) {
                // SAFETY: as above.
                Some(size) => unsafe { domain(ctx).give(size, true) },
                None => ptr::null_mut(),
            }
        }
        unsafe extern "C" fn $realloc(ctx: *mut c_void, block: *mut c_void, size: usize) -> *mut c_void {
            entries!($check "_PyMem_DebugRealloc");
            // SAFETY: as above.
            unsafe { domain(ctx).resize(block, size) }
        }
        unsafe extern "C" fn $free(ctx: *mut c_void, block: *mut c_void) {
            entries!($check "_PyMem_DebugFree");
            // SAFETY: as above.
            unsafe { domain(ctx).take_back(block) }
        }
    };
    (checked $function:literal) => {
        check_gil($function);
    };
    (raw $function:literal) => {};
}

entries!(raw: raw_malloc raw_calloc raw_realloc raw_free);
entries!(checked: checked_malloc checked_calloc checked_realloc checked_free);

/// The C library's blocks for objects that are debugged, filled as the heap fills its own.
pub const FILLED_LIBRARY: Allocator = Allocator {
    ctx: ptr::null_mut(),
    malloc: filled_malloc,
    calloc: filled_calloc,
    realloc: filled_realloc,
    free: filled_free,
};

unsafe extern "C" fn filled_malloc(_ctx: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: any size may be asked for; the block has it.
    unsafe {
        let block = libc::malloc(size.max(1));
        if !block.is_null() {
            block.cast::<u8>().write_bytes(CLEAN, size);
        }
        block
    }
}

unsafe extern "C" fn filled_calloc(_ctx: *mut c_void, count: usize, size: usize) -> *mut c_void {
    // SAFETY: any size may be asked for.
    unsafe { libc::calloc(count.max(1), size.max(1)) }
}

unsafe extern "C" fn filled_realloc(_ctx: *mut c_void, block: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the caller's: NULL or a block of this allocator.
    unsafe { libc::realloc(block, size.max(1)) }
}

unsafe extern "C" fn filled_free(_ctx: *mut c_void, block: *mut c_void) {
    if block.is_null() {
        return;
    }
    // SAFETY: as above; the oldest block has nobody any more.
    unsafe {
        block.cast::<u8>().write_bytes(DEAD, libc::malloc_usable_size(block));
        libc::free(FREED.exchange(block));
    }
}

/// The blocks that were freed last, which are kept for a while, so that what still reads them finds what they were filled with.
struct Freed {
    blocks: [Cell<*mut c_void>; 64],
    next: Cell<usize>,
}

// SAFETY: touched under the GIL, as the memory of objects is.
unsafe impl Sync for Freed {}

static FREED: Freed = Freed { blocks: [const { Cell::new(ptr::null_mut()) }; 64], next: Cell::new(0) };

impl Freed {
    /// Keeps a block, and gives the oldest one, or NULL.
    fn exchange(&self, block: *mut c_void) -> *mut c_void {
        let index = self.next.get();
        self.next.set((index + 1) % self.blocks.len());
        self.blocks[index].replace(block)
    }
}

/// Fills the memory of objects as these allocators do; objects have no marks around them, as the collector walks pages of them.
pub fn fill_objects(on: bool) {
    heap::watch(heap::FILL, on);
}
