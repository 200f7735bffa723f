//! Finding and breaking cycles.
//!
//! Among the objects of the generations that are collected (the candidates), those whose count is not explained by references from
//! other candidates are reachable from outside, and so is what they reach; the rest is garbage, unless a finaliser brings it back.
//! The order of events is CPython's: weak references are cleared and their callbacks called, then finalisers (PEP 442), then what is
//! still garbage is cleared.

use super::{CANDIDATE, COLLECTOR, FINALIZED, GENERATION, GENERATION_SHIFT, REACHABLE, TRACKED};
use crate::object::heap::page::Page;
use crate::object::heap::{large, region};
use crate::object::refs::Ref;
use crate::object::trace::VisitProc;
use crate::object::{Instance, Object};
use crate::types::tuple::Tuple;
use crate::types::weakref;
use core::cell::Cell;
use core::ffi::{c_int, c_void};
use rustc_hash::{FxBuildHasher, FxHashSet};
use std::collections::HashMap;

/// What a collection found.
#[derive(Clone, Copy, Default, Debug)]
pub struct Outcome {
    pub collected: usize,
    pub uncollectable: usize,
}

/// `DEBUG_SAVEALL`: garbage goes to `gc.garbage` instead of being freed.
pub const DEBUG_SAVEALL: i32 = 32;

/// What the `gc` module adds to a collection: callbacks, debug output, `gc.garbage`.
pub trait Observer {
    fn start(&self, _generation: usize) {}
    fn stop(&self, _generation: usize, _outcome: Outcome) {}
    /// An unreachable object, and whether it can be freed.
    fn found(&self, _object: &Object, _collectable: bool) {}
    /// An object with a legacy finaliser (`tp_del`) in a cycle, or with `DEBUG_SAVEALL` any garbage.
    fn keep(&self, _object: &Object) {}
}

/// No observer.
pub struct Silent;

impl Observer for Silent {}

/// The collection that the evaluation loop does when [`super::SCHEDULED`] is set: of the oldest generation whose threshold is
/// exceeded.
pub fn run_scheduled(observer: &dyn Observer) -> Option<Outcome> {
    let collector = &COLLECTOR;
    if !collector.enabled.get() || collector.collecting.get() {
        return None;
    }
    let exceeded = |generation: usize| {
        let threshold = collector.thresholds[generation].get();
        threshold != 0 && collector.counts[generation].get() > threshold
    };
    let generation = (0..3).rev().find(|&generation| {
        exceeded(generation)
            && (generation < 2 || collector.long_lived_pending.get() >= collector.long_lived_total.get() / 4)
    })?;
    Some(collect(generation, observer))
}

/// Collects `generation` and all younger ones. Does nothing while a collection runs.
pub fn collect(generation: usize, observer: &dyn Observer) -> Outcome {
    let collector = &COLLECTOR;
    if collector.collecting.replace(true) {
        return Outcome::default();
    }
    observer.start(generation);
    // An exception may be pending in the code that led here; finalisers must not see it.
    let pending = crate::raise::take_pending();
    let outcome = Collection::new(generation).run(observer);
    if let Some(exception) = pending {
        crate::raise::restore(exception).leave();
    }
    if generation < 2 {
        let count = &collector.counts[generation + 1];
        count.set(count.get() + 1);
    }
    for count in &collector.counts[..=generation] {
        count.set(0);
    }
    let statistics = &collector.statistics[generation];
    statistics.collections.set(statistics.collections.get() + 1);
    statistics.collected.set(statistics.collected.get() + outcome.collected);
    statistics.uncollectable.set(statistics.uncollectable.get() + outcome.uncollectable);
    collector.collecting.set(false);
    observer.stop(generation, outcome);
    outcome
}

struct Collection {
    generation: usize,
    /// Pages with candidates, whose counters this collection made.
    pages: Vec<&'static Page>,
    large: Vec<*mut u8>,
}

/// A candidate's mark and its counter: how many references come from outside of the candidates.
struct Candidate {
    mark: &'static Cell<u8>,
    counter: *mut u32,
}

impl Candidate {
    /// The entry of an object if it is a candidate of the running collection.
    #[inline]
    fn of(object: *mut Object) -> Option<Candidate> {
        let block = object.cast::<u8>();
        if region::contains(block) {
            let page = Page::of(block);
            if !page.is_collected() {
                return None;
            }
            let mark = page.mark(block);
            // SAFETY: a page with a candidate has counters for all its blocks.
            return (mark.get() & CANDIDATE != 0).then(|| Candidate {
                mark,
                counter: unsafe { page.counters().get().add(page.index(block)) },
            });
        }
        // SAFETY: a traversal passes live objects.
        if !unsafe { &*object }.class().has_feature(crate::typeobject::flags::HAVE_GC) {
            return None;
        }
        let entry = large::entry(block)?;
        (entry.mark.get() & CANDIDATE != 0)
            .then_some(Candidate { mark: &entry.mark, counter: entry.counter.as_ptr() })
    }
}

impl Collection {
    fn new(generation: usize) -> Collection {
        Collection { generation, pages: Vec::new(), large: Vec::new() }
    }

    fn run(mut self, observer: &dyn Observer) -> Outcome {
        self.mark_candidates();
        self.subtract_internal_references();
        self.mark_reachable();
        let unreachable = self.promote();
        if unreachable.is_empty() {
            return Outcome::default();
        }
        let (legacy, garbage): (Vec<Ref>, Vec<Ref>) = split_legacy(unreachable);
        garbage.iter().for_each(|object| observer.found(object, true));
        legacy.iter().for_each(|object| observer.found(object, false));
        weakref::clear_for_garbage(&garbage);
        for object in &garbage {
            super::call_finalizer(object);
        }
        let garbage = drop_resurrected(garbage);
        let outcome = Outcome { collected: garbage.len(), uncollectable: legacy.len() };
        let save = COLLECTOR.debug.get() & DEBUG_SAVEALL != 0;
        for object in &legacy {
            observer.keep(object);
        }
        for object in &garbage {
            if save {
                observer.keep(object);
            } else if let Some(clear) = object.class().tp_clear.get() {
                // SAFETY: the slot belongs to the object's class.
                unsafe { clear(object) };
                if crate::raise::occurred() {
                    crate::raise::pending().clear();
                }
            }
        }
        outcome
    }

    /// Marks the tracked objects of the collected generations and starts their counters at their reference counts.
    fn mark_candidates(&mut self) {
        let generation = self.generation as u8;
        let pages: Vec<*const Page> = if generation == 0 {
            COLLECTOR.young_pages.borrow().clone()
        } else {
            COLLECTOR.pages.borrow().clone()
        };
        let is_candidate = |bits: u8| bits & TRACKED != 0 && bits >> GENERATION_SHIFT & 3 <= generation;
        for page in pages {
            // SAFETY: pages in the collector's lists are live.
            let page = unsafe { &*page };
            let marks = &page.marks()[..page.fresh_count()];
            let mut counters = Vec::new();
            for_each_marked(marks, TRACKED, |index, mark| {
                if is_candidate(mark.get()) {
                    mark.set(mark.get() & !REACHABLE | CANDIDATE);
                    if counters.is_empty() {
                        counters = vec![0u32; marks.len()];
                    }
                    // SAFETY: a tracked block is a live object.
                    counters[index] = reference_count(unsafe { &*page.block(index).cast::<Object>() });
                }
            });
            if !counters.is_empty() {
                page.counters().set(Box::into_raw(counters.into_boxed_slice()).cast());
                self.pages.push(page);
            }
        }
        for block in large::blocks() {
            let Some(entry) = large::entry(block) else { continue };
            if is_candidate(entry.mark.get()) {
                entry.mark.set(entry.mark.get() & !REACHABLE | CANDIDATE);
                // SAFETY: a tracked block is a live object.
                entry.counter.set(reference_count(unsafe { &*block.cast::<Object>() }));
                self.large.push(block);
            }
        }
    }

    /// Calls `each` with every candidate.
    fn for_each(&self, mut each: impl FnMut(*mut Object, &Cell<u8>, *mut u32)) {
        for page in &self.pages {
            for_each_marked(&page.marks()[..page.fresh_count()], CANDIDATE, |index, mark| {
                // SAFETY: the page's counters are as long as its marks were at the start.
                each(page.block(index).cast(), mark, unsafe { page.counters().get().add(index) });
            });
        }
        for &block in &self.large {
            if let Some(entry) = large::entry(block) {
                each(block.cast(), &entry.mark, entry.counter.as_ptr());
            }
        }
    }

    fn subtract_internal_references(&self) {
        unsafe extern "C" fn subtract(object: *mut Object, _arg: *mut c_void) -> c_int {
            if let Some(candidate) = Candidate::of(object) {
                // SAFETY: the counter is live for the collection; no Python code runs meanwhile.
                unsafe { *candidate.counter = (*candidate.counter).saturating_sub(1) };
            }
            0
        }
        self.for_each(|object, _, _| traverse(object, subtract, core::ptr::null_mut()));
    }

    fn mark_reachable(&self) {
        unsafe extern "C" fn reach(object: *mut Object, stack: *mut c_void) -> c_int {
            if let Some(candidate) = Candidate::of(object)
                && candidate.mark.get() & REACHABLE == 0
            {
                candidate.mark.set(candidate.mark.get() | REACHABLE);
                // SAFETY: `mark_reachable` passes its own stack.
                unsafe { (*stack.cast::<Vec<*mut Object>>()).push(object) };
            }
            0
        }
        let mut stack: Vec<*mut Object> = Vec::new();
        self.for_each(|object, mark, counter| {
            // SAFETY: as in `subtract`.
            if unsafe { *counter } != 0 && mark.get() & REACHABLE == 0 {
                mark.set(mark.get() | REACHABLE);
                stack.push(object);
                while let Some(object) = stack.pop() {
                    traverse(object, reach, (&raw mut stack).cast());
                }
            }
        });
    }

    /// Ends the marking: survivors move to the next generation, counters and marks of the collection go. The candidates that are not
    /// reachable, held alive.
    fn promote(&self) -> Vec<Ref> {
        let next = (self.generation as u8 + 1).min(2);
        let mut survivors = 0;
        let mut joined = 0;
        let mut unreachable = Vec::new();
        self.for_each(|object, mark, _| {
            let bits = mark.get();
            // SAFETY: a candidate is a live object.
            let object = unsafe { &*object };
            if bits & REACHABLE == 0 {
                unreachable.push(object.to_ref());
            } else {
                if is_plain_tuple(object) {
                    mark.set(bits & FINALIZED);
                    return;
                }
                survivors += 1;
                if bits >> GENERATION_SHIFT & 3 < 2 && next == 2 {
                    joined += 1;
                }
            }
            mark.set(bits & !(CANDIDATE | REACHABLE | GENERATION) | next << GENERATION_SHIFT);
        });
        for page in &self.pages {
            let counters = page.counters().replace(core::ptr::null_mut());
            // SAFETY: `mark_candidates` made it from a box of this length.
            unsafe { drop(Box::from_raw(core::ptr::slice_from_raw_parts_mut(counters, page.fresh_count()))) };
        }
        for page in COLLECTOR.young_pages.borrow_mut().drain(..) {
            // SAFETY: pages in the collector's lists are live.
            unsafe { &*page }.young().set(false);
        }
        if self.generation == 2 {
            COLLECTOR.long_lived_total.set(survivors);
            COLLECTOR.long_lived_pending.set(0);
        } else {
            COLLECTOR.long_lived_pending.set(COLLECTOR.long_lived_pending.get() + joined);
        }
        unreachable
    }
}

/// Calls `each` with the marks that have a bit, and where they are. Most marks of most pages have not: eight are looked at at once.
#[inline]
fn for_each_marked<'a>(marks: &'a [Cell<u8>], bit: u8, mut each: impl FnMut(usize, &'a Cell<u8>)) {
    let wanted = u64::from_ne_bytes([bit; 8]);
    let (words, rest) = marks.as_chunks::<8>();
    for (number, word) in words.iter().enumerate() {
        let mut found = u64::from_le_bytes(word.each_ref().map(Cell::get)) & wanted;
        while found != 0 {
            let index = found.trailing_zeros() as usize / 8;
            each(number * 8 + index, &word[index]);
            found &= found - 1;
        }
    }
    for (index, mark) in rest.iter().enumerate().filter(|(_, mark)| mark.get() & bit != 0) {
        each(words.len() * 8 + index, mark);
    }
}

/// Whether an object is a tuple of what can be in no cycle, so that no later collection need look at it (`_PyTuple_MaybeUntrack`).
fn is_plain_tuple(object: &Object) -> bool {
    object.cast_exact::<Tuple>().is_some_and(|tuple| {
        tuple.places().iter().all(|place| {
            // SAFETY: a place is NULL or owns a live object.
            unsafe { place.get().as_ref() }.is_some_and(|item| !super::may_be_tracked(item))
        })
    })
}

/// The count as far as the collector's counters hold; an immortal object is always reachable.
fn reference_count(object: &Object) -> u32 {
    if object.is_immortal() { u32::MAX } else { u32::try_from(object.refcnt()).unwrap_or(u32::MAX) }
}

#[inline]
fn traverse(object: *mut Object, visit: VisitProc, arg: *mut c_void) {
    // SAFETY: a tracked object is whole, and the slot belongs to its class.
    unsafe {
        if let Some(traverse) = (*object).class().tp_traverse.get() {
            traverse(&*object, visit, arg);
        }
    }
}

/// Separates what legacy finalisers (`tp_del`) reach: it cannot be freed safely.
fn split_legacy(unreachable: Vec<Ref>) -> (Vec<Ref>, Vec<Ref>) {
    if !unreachable.iter().any(|object| object.class().tp_del.get().is_some()) {
        return (Vec::new(), unreachable);
    }
    let reached = reached_from(&unreachable, |object| object.class().tp_del.get().is_some());
    let (kept, garbage): (Vec<Ref>, Vec<Ref>) =
        unreachable.into_iter().partition(|object| reached.contains(&object.as_ptr()));
    (kept.into_iter().filter(|object| object.class().tp_del.get().is_some()).collect(), garbage)
}

/// Of `garbage`, what finalisers did not bring back to life: objects that nothing but garbage refers to.
fn drop_resurrected(garbage: Vec<Ref>) -> Vec<Ref> {
    type Counts = HashMap<*mut Object, i64, FxBuildHasher>;
    let mut counts: Counts = garbage.iter().map(|object| (object.as_ptr(), object.refcnt() - 1)).collect();
    unsafe extern "C" fn subtract(object: *mut Object, counts: *mut c_void) -> c_int {
        // SAFETY: `drop_resurrected` passes its own map.
        if let Some(count) = unsafe { &mut *counts.cast::<Counts>() }.get_mut(&object) {
            *count -= 1;
        }
        0
    }
    for object in &garbage {
        traverse(object.as_ptr(), subtract, (&raw mut counts).cast());
    }
    if counts.values().all(|&count| count <= 0) {
        return garbage;
    }
    let alive = reached_from(&garbage, |object| counts.get(&object.as_ptr()).is_some_and(|&count| count > 0));
    garbage.into_iter().filter(|object| !alive.contains(&object.as_ptr())).collect()
}

/// Those of `objects` that are roots or reached from a root through `objects`.
fn reached_from(objects: &[Ref], is_root: impl Fn(&Object) -> bool) -> FxHashSet<*mut Object> {
    struct Walk {
        among: FxHashSet<*mut Object>,
        reached: FxHashSet<*mut Object>,
        stack: Vec<*mut Object>,
    }
    unsafe extern "C" fn reach(object: *mut Object, walk: *mut c_void) -> c_int {
        // SAFETY: `reached_from` passes its own walk.
        let walk = unsafe { &mut *walk.cast::<Walk>() };
        if walk.among.contains(&object) && walk.reached.insert(object) {
            walk.stack.push(object);
        }
        0
    }
    let mut walk = Walk {
        among: objects.iter().map(|object| object.as_ptr()).collect(),
        reached: FxHashSet::default(),
        stack: Vec::new(),
    };
    for object in objects.iter().filter(|object| is_root(object)) {
        if walk.reached.insert(object.as_ptr()) {
            walk.stack.push(object.as_ptr());
        }
    }
    while let Some(object) = walk.stack.pop() {
        traverse(object, reach, (&raw mut walk).cast());
    }
    walk.reached
}
