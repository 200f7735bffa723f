//! Shapes: which attribute has which place, shared by all instances of a class that set the same names in the same order.
//!
//! The shapes of a class are a tree: the root has no name, each child adds one. A shape belongs to one class alone and never
//! changes, and an id is never used again, so *an id implies the class, the names and their places*.

use crate::object::refs::Ref;
use crate::types::str::Str;
use core::cell::{Cell, RefCell};
use core::ptr;
use std::sync::OnceLock;

/// One node of a class's tree of shapes.
pub struct Shape {
    id: u32,
    parent: *const Shape,
    /// Interned names by place, those of the ancestors included.
    names: Box<[Ref<Str>]>,
    /// Children by the name they add.
    children: RefCell<Vec<(*const Str, *const Shape)>>,
}

impl Shape {
    /// Identifies the shape; fits 31 bits.
    #[inline]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The low half of the attribute word of every instance with this shape.
    #[inline(always)]
    pub fn word(&self) -> u32 {
        self.id << 1 | 1
    }

    /// Number of attributes.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The names by place.
    #[inline(always)]
    pub fn names(&self) -> &[Ref<Str>] {
        &self.names
    }

    /// The place of an interned name.
    #[inline]
    pub fn find(&self, name: &Str) -> Option<usize> {
        self.names.iter().position(|known| ptr::eq(&**known, name))
    }

    /// The place of any string.
    pub fn find_equal(&self, name: &Str) -> Option<usize> {
        if name.is_interned() {
            return self.find(name);
        }
        self.names.iter().position(|known| known.equals(name))
    }

    /// The shape without the last name.
    #[inline]
    pub fn parent(&self) -> Option<&Shape> {
        // SAFETY: a tree is freed as a whole.
        unsafe { self.parent.as_ref() }
    }
}

/// How a class lays out the attributes of its instances; the class owns it through `ht_cached_keys`.
pub struct Layout {
    /// All shapes of the class, the root first. Boxes, since shapes are pointed to.
    #[allow(clippy::vec_box, reason = "shapes must not move when the vector grows")]
    shapes: RefCell<Vec<Box<Shape>>>,
    /// Inline places of the next instance.
    capacity: Cell<u8>,
    /// Inline places that the class asked for.
    expected: u8,
    /// Instances still to come that have [`SPARE`] places more.
    trial: Cell<u8>,
    root: *const Shape,
    /// Every name that some shape has; the shapes own them.
    names: RefCell<Vec<*const Str>>,
    /// What stores do, for inline caches: a store site remembers the number of its own.
    transitions: Cell<*mut Transition>,
    transition_count: Cell<u16>,
}

/// What storing one name into an instance of one shape does.
#[derive(Clone, Copy)]
pub struct Transition {
    /// The low half of the attribute word before and after; the same when the name is there already.
    pub from: u32,
    pub to: u32,
    /// The place of the value.
    pub place: u32,
    /// Where instances have the attribute word.
    pub word_offset: u32,
}

/// More store sites' transitions than this a class does not remember.
const MAX_TRANSITIONS: u16 = 4096;

/// More names than this are better off in a dictionary.
pub const MAX_CAPACITY: u8 = 30;
/// How many instances show which attributes the class does not speak of: those that other code sets.
const TRIAL: u8 = 64;
/// Places for such attributes in these instances.
const SPARE: u8 = 2;
/// A class whose instances have more different shapes than this has no pattern worth keeping.
const MAX_SHAPES: usize = 1024;

impl Layout {
    /// A tree with only the root, for instances that are expected to set `expected` attributes.
    pub fn new(expected: usize) -> Box<Layout> {
        let root = Box::new(Shape {
            id: register(),
            parent: ptr::null(),
            names: Box::default(),
            children: RefCell::default(),
        });
        publish(&root);
        let expected = expected.min(usize::from(MAX_CAPACITY)) as u8;
        let root_pointer = &raw const *root;
        Box::new(Layout {
            shapes: RefCell::new(vec![root]),
            capacity: Cell::new((expected + SPARE).min(MAX_CAPACITY)),
            expected,
            trial: Cell::new(TRIAL),
            root: root_pointer,
            names: RefCell::default(),
            transitions: Cell::new(ptr::null_mut()),
            transition_count: Cell::new(0),
        })
    }

    /// Whether some instance may have the (interned) name inline.
    pub fn knows(&self, name: &Str) -> bool {
        self.names.borrow().iter().any(|&known| ptr::eq(known, name))
    }

    /// The number of a transition, which keeps it as long as the class lives; `None` when there are too many.
    pub fn remember(&self, transition: Transition) -> Option<u16> {
        let count = self.transition_count.get();
        let same = |known: &Transition| {
            (known.from, known.to, known.place) == (transition.from, transition.to, transition.place)
        };
        if let Some(index) = (0..count).find(|&index| same(self.transition(index))) {
            return Some(index);
        }
        if count == MAX_TRANSITIONS {
            return None;
        }
        if count == 0 || count.is_power_of_two() && count >= 4 {
            let room = usize::from(count.max(2)) * 2;
            let size = room * size_of::<Transition>();
            // SAFETY: the array came from this allocator, or is NULL.
            let grown = unsafe { libc::realloc(self.transitions.get().cast(), size) }.cast::<Transition>();
            if grown.is_null() {
                return None;
            }
            self.transitions.set(grown);
        }
        // SAFETY: there is room for one more.
        unsafe { self.transitions.get().add(usize::from(count)).write(transition) };
        self.transition_count.set(count + 1);
        Some(count)
    }

    /// The transition with a number that [`Layout::remember`] gave.
    #[inline(always)]
    pub fn transition(&self, index: u16) -> &Transition {
        debug_assert!(index < self.transition_count.get());
        // SAFETY: numbers are only given out for what is there; nothing is remembered while the result is in use.
        unsafe { &*self.transitions.get().add(usize::from(index)) }
    }

    /// The shape of an instance without attributes.
    #[inline]
    pub fn root(&self) -> &Shape {
        // SAFETY: owned by `shapes`.
        unsafe { &*self.root }
    }

    /// Inline places of the next instance.
    #[inline]
    pub fn capacity(&self) -> u8 {
        self.capacity.get()
    }

    /// Counts an instance that has been made with [`Layout::capacity`] places.
    #[inline]
    pub fn count_instance(&self) {
        let left = self.trial.get();
        if left != 0 {
            self.trial.set(left - 1);
            if left == 1 {
                self.capacity.set(self.needed());
            }
        }
    }

    /// Inline places that the instances seen so far would have done with; not less than what the class asked for.
    pub fn needed(&self) -> u8 {
        let longest = self.shapes.borrow().iter().map(|shape| shape.len()).max().unwrap_or(0);
        if self.capacity.get() > self.expected + SPARE {
            return self.capacity.get();
        }
        self.expected.max(longest as u8)
    }

    /// Notes that an instance with `capacity` places needed more.
    pub fn learn(&self, capacity: u8) {
        if capacity >= self.capacity.get() {
            self.capacity.set((capacity + 2).min(MAX_CAPACITY));
        }
    }

    /// The shape with one interned name more; `None` when the class has too many shapes. `new_name` is called for a name that no
    /// shape of the class had before.
    pub fn extend(&self, shape: &Shape, name: &Str, new_name: impl FnOnce()) -> Option<&Shape> {
        let known =
            shape.children.borrow().iter().find(|(known, _)| ptr::eq(*known, name)).map(|child| child.1);
        if let Some(child) = known {
            // SAFETY: owned by `shapes`.
            return Some(unsafe { &*child });
        }
        let mut shapes = self.shapes.borrow_mut();
        if shapes.len() >= MAX_SHAPES {
            return None;
        }
        let mut names = Vec::with_capacity(shape.names.len() + 1);
        names.extend(shape.names.iter().cloned());
        names.push(Ref::from_borrowed(name));
        let child = Box::new(Shape {
            id: register(),
            parent: shape,
            names: names.into_boxed_slice(),
            children: RefCell::default(),
        });
        publish(&child);
        let pointer = &raw const *child;
        shapes.push(child);
        drop(shapes);
        if !self.knows(name) {
            self.names.borrow_mut().push(name);
            new_name();
        }
        shape.children.borrow_mut().push((name, pointer));
        // SAFETY: owned by `shapes`.
        Some(unsafe { &*pointer })
    }
}

impl Drop for Layout {
    fn drop(&mut self) {
        // SAFETY: from the C library's allocator, or NULL.
        unsafe { libc::free(self.transitions.get().cast()) };
        for shape in self.shapes.get_mut() {
            if let Some(place) = place(shape.id) {
                place.set(ptr::null());
            }
        }
    }
}

// ---- shapes by id ----

const CHUNK_BITS: u32 = 12;
const CHUNK: usize = 1 << CHUNK_BITS;
/// Ids beyond this are not given out; classes made then keep their instances' attributes in dictionaries.
const CHUNKS: usize = 1 << 14;

type Chunk = Box<[Cell<*const Shape>; CHUNK]>;

struct Table {
    chunks: [OnceLock<Chunk>; CHUNKS],
    next: Cell<u32>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Table {}

static TABLE: Table = Table { chunks: [const { OnceLock::new() }; CHUNKS], next: Cell::new(1) };

/// A fresh id. The last one is shared by all that come too late and never found by id.
fn register() -> u32 {
    let id = TABLE.next.get();
    if (id as usize) < CHUNKS * CHUNK - 1 {
        TABLE.next.set(id + 1);
    }
    id
}

fn publish(shape: &Shape) {
    let index = shape.id as usize >> CHUNK_BITS;
    if let Some(chunk) = TABLE.chunks.get(index) {
        let chunk = chunk.get_or_init(|| Box::new([const { Cell::new(ptr::null()) }; CHUNK]));
        chunk[shape.id as usize & (CHUNK - 1)].set(shape);
    }
}

#[inline(always)]
fn place(id: u32) -> Option<&'static Cell<*const Shape>> {
    Some(&TABLE.chunks.get(id as usize >> CHUNK_BITS)?.get()?[id as usize & (CHUNK - 1)])
}

/// The living shape with an id.
#[inline(always)]
pub fn by_id(id: u32) -> Option<&'static Shape> {
    // SAFETY: a dead shape's place is NULL; a shape lives as long as its class, and whoever has an instance's id has the class.
    unsafe { place(id)?.get().as_ref() }
}

/// Whether ids are used up, so that a new class must do without shapes.
pub fn exhausted() -> bool {
    TABLE.next.get() as usize >= CHUNKS * CHUNK - 1 - usize::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_after_the_trial_have_only_what_was_needed() {
        let layout = Layout::new(3);
        for _ in 0..TRIAL {
            assert_eq!(layout.capacity(), 3 + SPARE);
            layout.count_instance();
        }
        assert_eq!(layout.capacity(), 3);
    }

    #[test]
    fn what_is_learnt_in_the_trial_stays() {
        let layout = Layout::new(1);
        layout.learn(1 + SPARE);
        for _ in 0..=TRIAL {
            layout.count_instance();
        }
        assert_eq!(layout.capacity(), 1 + SPARE + 2);
    }
}
