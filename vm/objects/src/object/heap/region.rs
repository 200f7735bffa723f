//! The address range that pages come from: reserved once, used from its beginning, so that "is this a page's block" is one comparison.

use core::cell::{Cell, RefCell};
use core::ptr::{self, NonNull};
use rustc_hash::FxHashSet;

/// Size and alignment of a page.
pub const PAGE_SIZE: usize = 64 << 10;

/// How much address space is asked for; halved until the system agrees.
const RESERVATION: usize = 1 << 38;
const SMALLEST_RESERVATION: usize = 1 << 26;

/// Pages that are held back for those who cannot do without, once somebody may be among them.
const HELD_BACK: usize = 16;

/// Empty pages that keep their memory; more are given back to the system.
const KEPT_PAGES: usize = 64;

struct Region {
    base: Cell<usize>,
    size: Cell<usize>,
    /// Offset of the first page that was never taken.
    fresh: Cell<usize>,
    /// Pages that are not to be had.
    held_back: Cell<usize>,
    /// Pages that were given back: those that still have their memory, and those that the system took (which read as zero).
    warm: RefCell<Vec<usize>>,
    cold: RefCell<Vec<usize>>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Region {}

static REGION: Region = Region {
    base: Cell::new(0),
    size: Cell::new(0),
    fresh: Cell::new(0),
    held_back: Cell::new(0),
    warm: RefCell::new(Vec::new()),
    cold: RefCell::new(Vec::new()),
};

/// Whether an address lies in a page.
#[inline]
pub fn contains(block: *const u8) -> bool {
    block.addr().wrapping_sub(REGION.base.get()) < REGION.size.get()
}

/// A page-sized, page-aligned block of undefined contents; `None` when memory or the reservation is out.
pub fn take_page() -> Option<NonNull<u8>> {
    if REGION.size.get() == 0 {
        reserve()?;
    }
    if REGION.held_back.get() > 0 && left() <= REGION.held_back.get() {
        return None;
    }
    if let Some(page) = REGION.warm.borrow_mut().pop().or_else(|| REGION.cold.borrow_mut().pop()) {
        return NonNull::new(ptr::with_exposed_provenance_mut(page));
    }
    let offset = REGION.fresh.get();
    if offset + PAGE_SIZE > REGION.size.get() {
        return None;
    }
    REGION.fresh.set(offset + PAGE_SIZE);
    NonNull::new(ptr::with_exposed_provenance_mut(REGION.base.get() + offset))
}

/// How many pages are to be had, those included that are held back.
fn left() -> usize {
    let fresh = (REGION.size.get() - REGION.fresh.get()) / PAGE_SIZE;
    fresh + REGION.warm.borrow().len() + REGION.cold.borrow().len()
}

/// Holds some pages back for [`spend`].
pub fn hold_back() {
    REGION.held_back.set(HELD_BACK);
}

/// Does what cannot do without memory: the pages that are held back are to be had meanwhile.
pub fn spend<T>(what: impl FnOnce() -> T) -> T {
    let held_back = REGION.held_back.replace(0);
    let done = what();
    REGION.held_back.set(held_back);
    done
}

/// Takes back a page of [`take_page`].
pub fn give_page(page: NonNull<u8>) {
    let mut warm = REGION.warm.borrow_mut();
    if warm.len() < KEPT_PAGES {
        warm.push(page.as_ptr().expose_provenance());
        return;
    }
    // SAFETY: the page is nobody's; its contents may vanish.
    unsafe { libc::madvise(page.as_ptr().cast(), PAGE_SIZE, libc::MADV_DONTNEED) };
    REGION.cold.borrow_mut().push(page.as_ptr().expose_provenance());
}

/// The pages that are somebody's.
pub fn taken_pages() -> Vec<NonNull<u8>> {
    let (warm, cold) = (REGION.warm.borrow(), REGION.cold.borrow());
    let given_back: FxHashSet<usize> = warm.iter().chain(cold.iter()).copied().collect();
    let base = REGION.base.get();
    (base..base + REGION.fresh.get())
        .step_by(PAGE_SIZE)
        .filter(|page| !given_back.contains(page))
        .filter_map(|page| NonNull::new(ptr::with_exposed_provenance_mut(page)))
        .collect()
}

#[cold]
fn reserve() -> Option<()> {
    let mut size = RESERVATION;
    while size >= SMALLEST_RESERVATION {
        // SAFETY: a fresh anonymous mapping; pages are committed by the first touch.
        let base = unsafe {
            libc::mmap(
                ptr::null_mut(),
                size + PAGE_SIZE,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        if base != libc::MAP_FAILED {
            REGION.base.set(base.expose_provenance().next_multiple_of(PAGE_SIZE));
            REGION.size.set(size);
            return Some(());
        }
        size /= 2;
    }
    None
}
