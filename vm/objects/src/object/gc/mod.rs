//! The cycle collector: its marks, counts and thresholds. [`collect`] has the algorithm.
//!
//! Objects carry no collector header: a page of collected objects has a mark byte for each of its blocks, and a large block has one
//! in a table. A mark says whether the object is tracked, to which of three generations it belongs, and whether its finaliser ran.

pub mod collect;

use crate::object::Object;
use crate::object::heap::page::Page;
use crate::object::heap::{self, large, region};
use crate::state;
use crate::typeobject::flags;
use crate::types::dict::Dict;
use crate::types::tuple::Tuple;
use core::cell::{Cell, RefCell};
use core::sync::atomic::Ordering;

/// The collector may look at the object.
pub const TRACKED: u8 = 1;
/// `tp_finalize` was called.
pub const FINALIZED: u8 = 2;
/// The generation's position in the mark.
pub const GENERATION_SHIFT: u32 = 2;
/// The generation's bits.
pub const GENERATION: u8 = 3 << GENERATION_SHIFT;
/// Generation 3: not looked at by any collection (`gc.freeze`).
pub const PERMANENT: u8 = 3;
/// Used by a running collection.
pub(super) const CANDIDATE: u8 = 16;
pub(super) const REACHABLE: u8 = 32;

/// The bit of the evaluation loop's breaker that asks for a collection (`_PY_GC_SCHEDULED_BIT`).
pub const SCHEDULED: usize = 1 << 4;

/// What one generation has done.
#[derive(Default)]
pub struct Statistics {
    pub collections: Cell<usize>,
    pub collected: Cell<usize>,
    pub uncollectable: Cell<usize>,
}

/// The collector's state.
pub struct Collector {
    pub enabled: Cell<bool>,
    /// `gc.set_debug`.
    pub debug: Cell<i32>,
    pub thresholds: [Cell<i32>; 3],
    /// Allocations minus deallocations since the last collection; then collections of the younger generation.
    pub counts: [Cell<i32>; 3],
    pub statistics: [Statistics; 3],
    pub collecting: Cell<bool>,
    /// Objects that survived a full collection, and those that joined the oldest generation since.
    long_lived_total: Cell<usize>,
    long_lived_pending: Cell<usize>,
    /// Every page of collected objects.
    pages: RefCell<Vec<*const Page>>,
    /// Pages that may have objects of the youngest generation.
    young_pages: RefCell<Vec<*const Page>>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Collector {}

crate::per_interpreter! {
static COLLECTOR: Collector = Collector {
    enabled: Cell::new(true),
    debug: Cell::new(0),
    thresholds: [Cell::new(2000), Cell::new(10), Cell::new(10)],
    counts: [const { Cell::new(0) }; 3],
    statistics: [const {
        Statistics { collections: Cell::new(0), collected: Cell::new(0), uncollectable: Cell::new(0) }
    }; 3],
    collecting: Cell::new(false),
    long_lived_total: Cell::new(0),
    long_lived_pending: Cell::new(0),
    pages: RefCell::new(Vec::new()),
    young_pages: RefCell::new(Vec::new()),
};
}

/// The collector.
#[inline]
pub fn collector() -> &'static Collector {
    &COLLECTOR
}

/// The mark of an object that the collector can find; `None` for static objects and those of other allocators.
#[inline]
pub fn mark_of(object: &Object) -> Option<&'static Cell<u8>> {
    let block = object.as_ptr().cast::<u8>();
    if region::contains(block) {
        let page = Page::of(block);
        return page.is_collected().then(|| page.mark(block));
    }
    if object.class().has_feature(crate::typeobject::flags::HAVE_GC) {
        return large::entry(block).map(|entry| &entry.mark);
    }
    None
}

/// Remembers that the object's page has a young object.
#[inline]
pub(super) fn note_young(object: &Object) {
    let block = object.as_ptr().cast::<u8>();
    if region::contains(block) {
        let page = Page::of(block);
        if !page.young().replace(true) {
            crate::per_interpreter::value(page.owner(), &COLLECTOR).young_pages.borrow_mut().push(page);
        }
    }
}

/// An object that the collector can find was allocated; perhaps it is time for a collection, which the evaluation loop then does.
#[inline]
pub(super) fn count_allocation() {
    let count = COLLECTOR.counts[0].get() + 1;
    COLLECTOR.counts[0].set(count);
    if count > COLLECTOR.thresholds[0].get() {
        schedule();
    }
}

#[cold]
fn schedule() {
    let collector = &COLLECTOR;
    if collector.enabled.get()
        && collector.thresholds[0].get() != 0
        && !collector.collecting.get()
        && let Some(state) = state::try_current()
    {
        state.eval_breaker.fetch_or(SCHEDULED, Ordering::Relaxed);
    }
}

#[inline]
pub(super) fn count_deallocation() {
    let count = COLLECTOR.counts[0].get();
    if count > 0 {
        COLLECTOR.counts[0].set(count - 1);
    }
}

pub(super) fn add_page(page: &'static Page) {
    COLLECTOR.pages.borrow_mut().push(page);
}

/// The main interpreter's collector gets a page of the running one's, whose objects are not looked at any more.
pub(super) fn bequeath_page(page: &'static Page) {
    remove_page(page);
    page.young().set(false);
    for mark in &page.marks()[..page.fresh_count()] {
        mark.set(mark.get() & FINALIZED);
    }
    crate::per_interpreter::value(&state::MAIN, &COLLECTOR).pages.borrow_mut().push(page);
}

pub(super) fn remove_page(page: &Page) {
    let same = |other: &*const Page| core::ptr::eq(*other, page);
    let collector = crate::per_interpreter::value(page.owner(), &COLLECTOR);
    let mut pages = collector.pages.borrow_mut();
    if let Some(index) = pages.iter().rposition(same) {
        pages.swap_remove(index);
    }
    if page.young().get() {
        let mut young = collector.young_pages.borrow_mut();
        if let Some(index) = young.iter().position(same) {
            young.swap_remove(index);
        }
    }
}

/// Calls `each` with every tracked object of the generations that `wanted` accepts.
pub fn for_each_tracked(wanted: impl Fn(u8) -> bool, mut each: impl FnMut(&Object)) {
    let mut visit = |mark: &Cell<u8>, block: *mut u8| {
        let bits = mark.get();
        if bits & TRACKED != 0 && wanted(bits >> GENERATION_SHIFT & 3) {
            // SAFETY: a tracked block is a live object.
            each(unsafe { &*block.cast::<Object>() });
        }
    };
    let pages = COLLECTOR.pages.borrow().clone();
    for page in pages {
        // SAFETY: pages in the list are live.
        let page = unsafe { &*page };
        for (index, mark) in page.marks()[..page.fresh_count()].iter().enumerate() {
            if mark.get() & TRACKED != 0 {
                visit(mark, page.block(index));
            }
        }
    }
    for block in large::blocks() {
        if let Some(entry) = large::entry(block) {
            visit(&entry.mark, block);
        }
    }
}

/// Whether an object may be part of a cycle (`_PyObject_GC_MAY_BE_TRACKED`).
pub(crate) fn may_be_tracked(object: &Object) -> bool {
    if object.cast_exact::<Tuple>().is_some() {
        return mark_of(object).is_some_and(|mark| mark.get() & TRACKED != 0);
    }
    is_collected(object)
}

/// Whether the collector has to do with an object (`_PyObject_IS_GC`): its class says so, and where only some instances are, the class
/// says that of this one too.
pub fn is_collected(object: &Object) -> bool {
    let class = object.class();
    class.has_feature(flags::HAVE_GC)
        // SAFETY: the slot belongs to the object's class.
        && class.tp_is_gc.get().is_none_or(|is_gc| unsafe { is_gc(object) } != 0)
}

/// `gc.is_tracked`. A dictionary counts as untracked as long as nothing in it could be part of a cycle.
pub fn is_tracked(object: &Object) -> bool {
    heap::is_tracked(object)
        && object.cast_exact::<Dict>().is_none_or(|dict| {
            dict.to_vec().iter().any(|(key, value)| may_be_tracked(key) || may_be_tracked(value))
        })
}

/// Moves every tracked object to `generation` (`gc.freeze` and `gc.unfreeze`).
pub fn move_all(from: impl Fn(u8) -> bool, generation: u8) {
    for_each_tracked(from, |object| {
        if let Some(mark) = mark_of(object) {
            mark.set(mark.get() & !GENERATION | generation << GENERATION_SHIFT);
        }
    });
}

/// Whether `tp_finalize` has run for an object.
pub fn is_finalized(object: &Object) -> bool {
    mark_of(object).is_some_and(|mark| mark.get() & FINALIZED != 0)
}

/// Calls `tp_finalize` unless it was called before (`PyObject_CallFinalizer`).
pub fn call_finalizer(object: &Object) {
    let Some(finalize) = object.class().tp_finalize.get() else { return };
    if let Some(mark) = mark_of(object) {
        if mark.get() & FINALIZED != 0 {
            return;
        }
        // SAFETY: the slot belongs to the object's class.
        unsafe { finalize(object.as_ptr()) };
        mark.set(mark.get() | FINALIZED);
        return;
    }
    // SAFETY: the slot belongs to the object's class.
    unsafe { finalize(object.as_ptr()) };
}

/// The finaliser's call from `tp_dealloc` (`PyObject_CallFinalizerFromDealloc`): whether the object came back to life, in which case
/// the deallocation must stop.
///
/// # Safety
/// The object's count is zero and its `tp_dealloc` has taken nothing apart yet.
pub unsafe fn finalize_from_dealloc(object: &Object) -> bool {
    object.set_refcnt(1);
    call_finalizer(object);
    let count = object.refcnt();
    if object.is_immortal() {
        return true;
    }
    object.set_refcnt(count - 1);
    count != 1
}
