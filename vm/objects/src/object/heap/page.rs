//! A page of equal blocks.

use super::region::{self, PAGE_SIZE};
use crate::object::gc;
use crate::state::{self, Interpreter};
use core::cell::Cell;
use core::ptr::{self, NonNull};

/// The head of a page. In a page of collected objects one mark byte for each block follows, then the blocks.
#[repr(C)]
pub struct Page {
    /// Freed blocks, linked through their first words.
    free: Cell<*mut u8>,
    /// The first block that was never handed out.
    fresh: Cell<*mut u8>,
    /// Where blocks end.
    end: *mut u8,
    /// Where blocks begin.
    first: *mut u8,
    next: Cell<*const Page>,
    prev: Cell<*const Page>,
    /// Collector's counters while a collection runs; see [`gc`].
    counters: Cell<*mut u32>,
    block_size: u32,
    /// `2^32 / block_size`, rounded up: turns an offset into a block's number without a division.
    reciprocal: u32,
    used: Cell<u32>,
    class: u16,
    collected: bool,
    in_use: Cell<bool>,
    linked: Cell<bool>,
    /// Whether the page is in the collector's list of pages with young objects.
    young: Cell<bool>,
    /// Whose page it is.
    owner: Cell<*const Interpreter>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Page {}

/// The page of a class that has none: without blocks, so that an allocation from it fails over.
static FULL: Page = Page {
    free: Cell::new(ptr::null_mut()),
    fresh: Cell::new(ptr::null_mut()),
    end: ptr::null_mut(),
    first: ptr::null_mut(),
    next: Cell::new(ptr::null()),
    prev: Cell::new(ptr::null()),
    counters: Cell::new(ptr::null_mut()),
    block_size: 0,
    reciprocal: 0,
    used: Cell::new(0),
    class: 0,
    collected: false,
    in_use: Cell::new(true),
    linked: Cell::new(false),
    young: Cell::new(false),
    owner: Cell::new(ptr::null()),
};

/// See [`FULL`].
pub const fn full() -> *const Page {
    &raw const FULL
}

const HEAD: usize = size_of::<Page>().next_multiple_of(16);

impl Page {
    /// A fresh page, in no list. Its marks are zero, since the region hands out zeroed memory.
    pub fn create(block_size: usize, class: usize, collected: bool) -> Option<&'static Page> {
        let base = region::take_page()?.as_ptr();
        let room = PAGE_SIZE - HEAD;
        let count = if collected { (room - 15) / (block_size + 1) } else { room / block_size };
        let marks = if collected { count.next_multiple_of(16) } else { 0 };
        // SAFETY: the page is ours and PAGE_SIZE bytes long; head, marks and blocks fit by the computation above.
        unsafe {
            base.add(HEAD).write_bytes(0, marks);
            let first = base.add(HEAD + marks);
            let page = base.cast::<Page>();
            page.write(Page {
                free: Cell::new(ptr::null_mut()),
                fresh: Cell::new(first),
                end: first.add(count * block_size),
                first,
                next: Cell::new(ptr::null()),
                prev: Cell::new(ptr::null()),
                counters: Cell::new(ptr::null_mut()),
                block_size: block_size as u32,
                reciprocal: (1u64 << 32).div_ceil(block_size as u64) as u32,
                used: Cell::new(0),
                class: class as u16,
                collected,
                in_use: Cell::new(false),
                linked: Cell::new(false),
                young: Cell::new(false),
                owner: Cell::new(state::interpreter()),
            });
            if collected {
                gc::add_page(&*page);
            }
            Some(&*page)
        }
    }

    /// Gives the page, which has no block in use, back to the region.
    pub fn destroy(&self) {
        if self.collected {
            gc::remove_page(self);
        }
        region::give_page(NonNull::from(self).cast());
    }

    /// The page of a block.
    #[inline]
    pub fn of(block: *const u8) -> &'static Page {
        // SAFETY: a block in the region lies in a live page, whose head is at the aligned address.
        unsafe { &*block.map_addr(|address| address & !(PAGE_SIZE - 1)).cast::<Page>() }
    }

    /// Takes a block.
    #[inline(always)]
    pub fn pop(&self) -> Option<NonNull<u8>> {
        let block = self.free.get();
        if !block.is_null() {
            // SAFETY: a free block's first word is the link.
            self.free.set(unsafe { block.cast::<*mut u8>().read() });
            self.used.set(self.used.get() + 1);
            return NonNull::new(block);
        }
        let block = self.fresh.get();
        if block == self.end {
            return None;
        }
        // SAFETY: within the page, up to `end`.
        self.fresh.set(unsafe { block.add(self.block_size as usize) });
        self.used.set(self.used.get() + 1);
        NonNull::new(block)
    }

    /// Takes a block back. Whether the page was full before or is empty now, so that it must change lists.
    ///
    /// # Safety
    /// `block` is one of this page's, in use, and given up.
    #[inline]
    pub unsafe fn push(&self, block: *mut u8) -> bool {
        if self.collected {
            self.mark(block).set(0);
        }
        // SAFETY: the caller's promise.
        unsafe { self.push_plain(block) }
    }

    /// [`Page::push`] for a page whose objects are not collected.
    ///
    /// # Safety
    /// As there.
    #[inline]
    pub unsafe fn push_plain(&self, block: *mut u8) -> bool {
        let free = self.free.get();
        let was_full = self.is_full();
        // SAFETY: the block is free now and at least two words long.
        unsafe { block.cast::<*mut u8>().write(free) };
        self.free.set(block);
        let used = self.used.get() - 1;
        self.used.set(used);
        was_full || used == 0
    }

    /// The number of the block at `block`.
    #[inline]
    pub fn index(&self, block: *const u8) -> usize {
        let offset = (block.addr() - self.first.addr()) as u64;
        (offset * u64::from(self.reciprocal) >> 32) as usize
    }

    /// The block with a number.
    #[inline]
    pub fn block(&self, index: usize) -> *mut u8 {
        // SAFETY: within the page for every number below `fresh_count`.
        unsafe { self.first.add(index * self.block_size as usize) }
    }

    /// How many blocks were ever handed out: the marks beyond are all zero.
    pub fn fresh_count(&self) -> usize {
        (self.fresh.get().addr() - self.first.addr()) / self.block_size as usize
    }

    /// The mark byte of a block, in a page of collected objects.
    #[inline(always)]
    pub fn mark(&self, block: *const u8) -> &Cell<u8> {
        debug_assert!(self.collected && self.index(block) < self.marks().len());
        // SAFETY: the marks follow the head, one for each block.
        unsafe { &*ptr::from_ref(self).cast::<u8>().add(HEAD + self.index(block)).cast() }
    }

    /// The marks of all blocks handed out so far or ever.
    #[inline]
    pub fn marks(&self) -> &[Cell<u8>] {
        debug_assert!(self.collected);
        let base = ptr::from_ref(self).cast::<u8>();
        let count = (self.end.addr() - self.first.addr()) / self.block_size as usize;
        // SAFETY: the marks follow the head.
        unsafe { core::slice::from_raw_parts(base.add(HEAD).cast::<Cell<u8>>(), count) }
    }

    /// How many blocks are in use.
    pub fn used(&self) -> u32 {
        self.used.get()
    }

    /// The collector's counters, one for each block, while a collection runs.
    pub fn counters(&self) -> &Cell<*mut u32> {
        &self.counters
    }

    pub fn young(&self) -> &Cell<bool> {
        &self.young
    }

    #[inline]
    pub fn is_collected(&self) -> bool {
        self.collected
    }

    pub fn block_size(&self) -> usize {
        self.block_size as usize
    }

    pub fn class(&self) -> usize {
        self.class.into()
    }

    /// The interpreter whose objects are here.
    pub fn owner(&self) -> &'static Interpreter {
        // SAFETY: an interpreter gives its pages away before it ends.
        unsafe { &*self.owner.get() }
    }

    pub fn set_owner(&self, owner: &'static Interpreter) {
        self.owner.set(owner);
    }

    /// Whether no block can be taken.
    pub fn is_full(&self) -> bool {
        self.free.get().is_null() && self.fresh.get() == self.end
    }

    pub fn is_empty(&self) -> bool {
        self.used.get() == 0
    }

    /// Whether allocations of the class come from this page.
    pub fn is_in_use(&self) -> bool {
        self.in_use.get()
    }

    pub fn set_in_use(&self, in_use: bool) {
        if !ptr::eq(self, full()) {
            self.in_use.set(in_use);
        }
    }

    pub fn is_linked(&self) -> bool {
        self.linked.get()
    }

    /// Puts the page in front of a list.
    pub fn link(&self, head: &Cell<*const Page>) {
        let next = head.replace(self);
        self.next.set(next);
        self.prev.set(ptr::null());
        self.linked.set(true);
        // SAFETY: pages in a list are live.
        if let Some(next) = unsafe { next.as_ref() } {
            next.prev.set(self);
        }
    }

    /// Takes the page out of the list it is in.
    pub fn unlink(&self, head: &Cell<*const Page>) {
        let (prev, next) = (self.prev.get(), self.next.get());
        // SAFETY (both): pages in a list are live.
        match unsafe { prev.as_ref() } {
            Some(prev) => prev.next.set(next),
            None => head.set(next),
        }
        if let Some(next) = unsafe { next.as_ref() } {
            next.prev.set(prev);
        }
        self.linked.set(false);
    }
}
