//! Where each block was allocated, while somebody wants to know (`tracemalloc`).
//!
//! Tracing costs allocations nothing while it is off: it takes every page out of use, so that each allocation goes the way of one
//! that found its page full, where it is noted.

use crate::interpreter_frame::{self as frames, InterpreterFrame};
use crate::object::Instance;
use crate::object::refs::Ref;
use crate::types::str::Str;
use core::cell::{Cell, RefCell};
use core::hash::{Hash, Hasher};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// The most frames that a trace can have.
pub const MAX_FRAMES: usize = 65535;

/// Where a block was allocated: files and lines, the innermost frame first.
pub struct Traceback {
    pub frames: Vec<(Ref<Str>, i32)>,
    /// How many frames there were, with those beyond the limit.
    pub total: usize,
}

impl Traceback {
    /// Of the running thread.
    fn capture(limit: usize) -> Traceback {
        let (mut found, mut total) = (Vec::new(), 0);
        let mut frame: Option<&InterpreterFrame> = frames::current();
        while let Some(this) = frame {
            if found.len() < limit {
                found.push((this.code().filename().to_ref(), this.line().unwrap_or(0)));
            }
            total += 1;
            frame = frames::first_complete(this.previous.get());
        }
        Traceback { frames: found, total: total.min(MAX_FRAMES) }
    }
}

impl PartialEq for Traceback {
    fn eq(&self, other: &Traceback) -> bool {
        self.total == other.total
            && self.frames.len() == other.frames.len()
            && self.frames.iter().zip(&other.frames).all(|(a, b)| a.0.is(&b.0) && a.1 == b.1)
    }
}

impl Eq for Traceback {}

impl Hash for Traceback {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for (file, line) in &self.frames {
            (file.as_ptr().addr(), line).hash(state);
        }
    }
}

struct Trace {
    size: usize,
    traceback: Rc<Traceback>,
}

/// Where a block is: the number of who allocates there, 0 for the heap, and an address.
type Place = (u32, usize);

#[derive(Default)]
struct Tables {
    traces: HashMap<Place, Trace>,
    /// Each traceback once. They stay until all traces are cleared, so that a block's end drops no object.
    tracebacks: HashSet<Rc<Traceback>>,
}

struct Tracer {
    limit: Cell<usize>,
    current: Cell<usize>,
    peak: Cell<usize>,
    tables: RefCell<Option<Tables>>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Tracer {}

static TRACER: Tracer =
    Tracer { limit: Cell::new(1), current: Cell::new(0), peak: Cell::new(0), tables: RefCell::new(None) };

/// Whether allocations are traced.
#[inline(always)]
pub fn is_on() -> bool {
    super::watches(super::BLOCKS)
}

/// How many frames a trace has at most.
pub fn limit() -> usize {
    TRACER.limit.get()
}

/// Begins to trace, with so many frames for each block; does nothing while tracing.
pub fn start(limit: usize) {
    if is_on() {
        return;
    }
    TRACER.limit.set(limit.clamp(1, MAX_FRAMES));
    super::watch(super::BLOCKS, true);
}

/// Ends tracing and forgets all traces.
pub fn stop() {
    super::watch(super::BLOCKS, false);
    clear();
}

/// Forgets all traces.
pub fn clear() {
    TRACER.current.set(0);
    TRACER.peak.set(0);
    let tables = TRACER.tables.take();
    // The names of files may die with it, and their blocks are looked for in the table.
    drop(tables);
}

/// Bytes of the traced blocks that are allocated now, and the most there were.
pub fn traced_memory() -> (usize, usize) {
    (TRACER.current.get(), TRACER.peak.get())
}

/// The most becomes what there is now.
pub fn reset_peak() {
    TRACER.peak.set(TRACER.current.get());
}

/// What the traces themselves take, in bytes.
pub fn own_memory() -> usize {
    let tables = TRACER.tables.borrow();
    let Some(tables) = tables.as_ref() else { return 0 };
    let frames: usize = tables.tracebacks.iter().map(|traceback| traceback.frames.capacity()).sum();
    tables.traces.capacity() * size_of::<(Place, Trace)>()
        + tables.tracebacks.capacity() * size_of::<Rc<Traceback>>()
        + tables.tracebacks.len() * size_of::<Traceback>()
        + frames * size_of::<(Ref<Str>, i32)>()
}

/// Notes a block that has just been allocated, or has another size now.
#[cold]
#[inline(never)]
pub fn note(block: *mut u8, size: usize) {
    note_in(0, block.addr(), size);
}

/// [`note`] for memory that is not the heap's but an extension's, which counts with the number of its own.
pub fn note_in(domain: u32, address: usize, size: usize) {
    let fresh = Rc::new(Traceback::capture(TRACER.limit.get()));
    let mut tables = TRACER.tables.borrow_mut();
    let tables = tables.get_or_insert_default();
    let traceback = match tables.tracebacks.get(&fresh) {
        Some(known) => known.clone(),
        None => {
            tables.tracebacks.insert(fresh.clone());
            fresh
        }
    };
    let old = tables.traces.insert((domain, address), Trace { size, traceback });
    let current = TRACER.current.get() + size - old.map_or(0, |old| old.size);
    TRACER.current.set(current);
    TRACER.peak.set(TRACER.peak.get().max(current));
}

/// The block is given back.
#[cold]
#[inline(never)]
pub fn forget(block: *mut u8) {
    forget_in(0, block.addr());
}

/// [`forget`] for memory that is not the heap's.
pub fn forget_in(domain: u32, address: usize) {
    let old = TRACER.tables.borrow_mut().as_mut().and_then(|tables| tables.traces.remove(&(domain, address)));
    if let Some(old) = old {
        TRACER.current.set(TRACER.current.get() - old.size);
    }
}

/// Where a block was allocated, if that was traced.
pub fn traceback_of(block: *const u8) -> Option<Rc<Traceback>> {
    traceback_in(0, block.addr())
}

/// [`traceback_of`] for memory that may not be the heap's.
pub fn traceback_in(domain: u32, address: usize) -> Option<Rc<Traceback>> {
    let tables = TRACER.tables.borrow();
    Some(tables.as_ref()?.traces.get(&(domain, address))?.traceback.clone())
}

/// All traced blocks: whose they are, their sizes, and where they were allocated.
pub fn all() -> Vec<(u32, usize, Rc<Traceback>)> {
    let tables = TRACER.tables.borrow();
    let traces = tables.iter().flat_map(|tables| &tables.traces);
    traces.map(|(place, trace)| (place.0, trace.size, trace.traceback.clone())).collect()
}
