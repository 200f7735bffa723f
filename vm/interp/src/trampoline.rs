//! Native frames for Python functions, so that Linux's `perf` tells them apart (`sys.activate_stack_trampoline`): each code object is run
//! through a piece of machine code of its own, which only calls the evaluation loop, and which the [map](crate::perf_map) names.
//!
//! A piece is never given back: `perf` looks names up when the process is over.

use crate::{eval, frame_hook, perf_map};
use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::ptr;
use frame_hook::EvalFunc;
use objects::interpreter_frame::InterpreterFrame;
use objects::state::ThreadState;
use objects::types::code::{Code, extra};
use objects::{Object, Ref, Result, raise};

/// A piece: calls its fourth argument with the first three, in a frame that a walk along the frame pointers sees.
type Piece = unsafe extern "C" fn(&ThreadState, *mut InterpreterFrame, c_int, EvalFunc) -> *mut Object;

/// `push rbp; mov rbp, rsp; call rcx; pop rbp; ret`, where an indirect branch may land.
#[cfg(target_arch = "x86_64")]
const CODE: [u8; 12] = [0xf3, 0x0f, 0x1e, 0xfa, 0x55, 0x48, 0x89, 0xe5, 0xff, 0xd1, 0x5d, 0xc3];
/// `bti c; stp x29, x30, [sp, #-16]!; mov x29, sp; blr x3; ldp x29, x30, [sp], #16; ret`
#[cfg(target_arch = "aarch64")]
const CODE: [u8; 24] = [
    0x5f, 0x24, 0x03, 0xd5, 0xfd, 0x7b, 0xbf, 0xa9, 0xfd, 0x03, 0x00, 0x91, 0x60, 0x00, 0x3f, 0xd6, 0xfd,
    0x7b, 0xc1, 0xa8, 0xc0, 0x03, 0x5f, 0xd6,
];

/// From one piece to the next.
const PITCH: usize = CODE.len().next_multiple_of(16);
/// Bytes of memory that are filled with pieces at once.
const CHUNK: usize = 64 * 1024;

/// The pieces that no code object has yet.
struct Pieces {
    next: Cell<usize>,
    end: Cell<usize>,
}

/// The place for pieces among what code objects keep for others.
struct Kept(Cell<Option<usize>>);

// SAFETY (both): touched under the GIL.
unsafe impl Sync for Pieces {}
unsafe impl Sync for Kept {}

static PIECES: Pieces = Pieces { next: Cell::new(0), end: Cell::new(0) };

objects::per_interpreter! {
    static KEPT: Kept = Kept(Cell::new(None));
}

/// Whether Python functions run through pieces.
pub fn is_active() -> bool {
    frame_hook::get().is_some_and(|function| ptr::fn_addr_eq(function, run as EvalFunc))
}

/// Has all Python functions that are called from now on run through pieces.
///
/// # Errors
/// RuntimeError when an extension runs frames.
pub fn activate() -> Result<()> {
    if is_active() {
        return Ok(());
    }
    if frame_hook::is_set() {
        let text = "Trampoline cannot be initialized as a custom eval frame is already present";
        return Err(raise!(RuntimeError, "{text}"));
    }
    if KEPT.0.get().is_none() {
        KEPT.0.set(extra::request(None));
    }
    // Without the file there are the frames at least.
    let _ = perf_map::open();
    frame_hook::set(Some(run));
    Ok(())
}

/// Ends what [`activate`] began. Functions that run do so to their end.
pub fn deactivate() {
    if is_active() {
        frame_hook::set(None);
    }
}

/// In the child of a fork, which has a map of its own: its code objects get pieces anew.
pub fn after_fork() {
    perf_map::close();
    if is_active() {
        KEPT.0.set(extra::request(None));
        let _ = perf_map::open();
    }
}

unsafe extern "C" fn run(ts: &ThreadState, frame: *mut InterpreterFrame, throwing: c_int) -> *mut Object {
    // SAFETY: the hook's contract: a whole frame that is in no chain.
    unsafe {
        match piece_of((*frame).code()) {
            Some(piece) => piece(ts, frame, throwing, by_loop),
            None => by_loop(ts, frame, throwing),
        }
    }
}

unsafe extern "C" fn by_loop(
    _ts: &ThreadState,
    frame: *mut InterpreterFrame,
    throwing: c_int,
) -> *mut Object {
    // SAFETY: as in `run`.
    unsafe { eval::run_by_loop(frame, throwing != 0) }.map_or(ptr::null_mut(), Ref::into_ptr)
}

/// The piece of a code object, made if it has none; `None` without memory.
fn piece_of(code: &Code) -> Option<Piece> {
    let place = KEPT.0.get()?;
    let mut address = extra::get(code, place).addr();
    if address == 0 {
        address = take()?;
        extra::set(code, place, ptr::with_exposed_provenance_mut::<c_void>(address));
        let name = format!("py::{}:{}", code.qualname().to_string_lossy(), code.filename().to_string_lossy());
        // What could not be written `perf` shows as an address.
        let _ = perf_map::add(address, CODE.len(), name.as_bytes());
    }
    // SAFETY: a piece, which is of this type.
    Some(unsafe { core::mem::transmute::<*const c_void, Piece>(ptr::with_exposed_provenance(address)) })
}

/// A piece that nobody has.
fn take() -> Option<usize> {
    if PIECES.next.get() == PIECES.end.get() {
        let start = fill()?;
        PIECES.next.set(start);
        PIECES.end.set(start + CHUNK / PITCH * PITCH);
    }
    let piece = PIECES.next.get();
    PIECES.next.set(piece + PITCH);
    Some(piece)
}

/// The address of memory full of pieces, which is not written any more when it can be executed.
fn fill() -> Option<usize> {
    // SAFETY: new pages, written within their bounds.
    unsafe {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let start = libc::mmap(ptr::null_mut(), CHUNK, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0);
        if start == libc::MAP_FAILED {
            return None;
        }
        for at in (0..CHUNK / PITCH).map(|index| index * PITCH) {
            ptr::copy_nonoverlapping(CODE.as_ptr(), start.cast::<u8>().add(at), CODE.len());
        }
        if libc::mprotect(start, CHUNK, libc::PROT_READ | libc::PROT_EXEC) != 0 {
            libc::munmap(start, CHUNK);
            return None;
        }
        synchronize(start.addr());
        Some(start.expose_provenance())
    }
}

/// Makes instructions that were written visible to the processor.
#[cfg(target_arch = "aarch64")]
fn synchronize(start: usize) {
    // Smaller than any line of a cache.
    const STEP: usize = 16;
    // SAFETY: maintenance of caches, by addresses of mapped memory.
    unsafe {
        for at in (start..start + CHUNK).step_by(STEP) {
            core::arch::asm!("dc cvau, {}", in(reg) at);
        }
        core::arch::asm!("dsb ish");
        for at in (start..start + CHUNK).step_by(STEP) {
            core::arch::asm!("ic ivau, {}", in(reg) at);
        }
        core::arch::asm!("dsb ish", "isb");
    }
}

#[cfg(target_arch = "x86_64")]
fn synchronize(_start: usize) {}
