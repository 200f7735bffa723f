//! The memory an abstract syntax tree lives in.
//!
//! Nodes are never freed one by one: a tree, with all its names and constants, goes when its arena goes.
//! That makes backtracking and memoising free of copies, and dropping a tree free of recursion however deep
//! the source nests. Nothing allocated here has a destructor.

use bumpalo::Bump;

/// A region that owns the nodes, lists, names and constants of any number of trees.
#[derive(Default)]
pub struct Arena {
    bump: Bump,
}

impl Arena {
    /// An empty arena.
    pub fn new() -> Self {
        Self::default()
    }

    /// An arena whose first chunk holds `bytes` bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { bump: Bump::with_capacity(bytes) }
    }

    /// Moves one value in.
    pub fn alloc<T>(&self, value: T) -> &T {
        const { assert!(!std::mem::needs_drop::<T>(), "the arena runs no destructors") };
        self.bump.alloc(value)
    }

    /// Copies a list in.
    pub fn list<T: Copy>(&self, items: &[T]) -> &[T] {
        if items.is_empty() { &[] } else { self.bump.alloc_slice_copy(items) }
    }

    /// Copies text in.
    pub fn text(&self, text: &str) -> &str {
        self.bump.alloc_str(text)
    }

    /// Bytes taken from the system so far.
    pub fn size_bytes(&self) -> usize {
        self.bump.allocated_bytes()
    }
}
