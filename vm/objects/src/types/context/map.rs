//! The persistent map behind a context: a hash array mapped trie (Bagwell) from variables to values.
//!
//! Setting a variable copies the few nodes on the way to it, so that copying a whole map is copying a pointer. Nodes are objects, as
//! several maps share them and the collector must see each reference once. They never change.

use super::var::ContextVar;
use crate::object::Object;
use crate::object::refs::Ref;
use crate::object::trace::{Trace, Visit, Visitor};
use crate::raise::Result;
use macros::pytype;

/// How many bits of the hash choose an entry of a node.
const BITS: u32 = 5;
/// Below this many bits the whole hash is the same, and the node is a plain list.
const DEPTH: u32 = 64;

#[derive(Clone)]
enum Entry {
    Leaf(Ref<ContextVar>, Ref),
    Child(Ref<Node>),
}

/// One node: a bit for each value of its part of the hash that has an entry, and the entries in that order.
#[repr(C)]
pub struct Node {
    ob_base: Object,
    bitmap: u32,
    entries: Vec<Entry>,
}

impl Trace for Node {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.entries.iter().try_for_each(|entry| match entry {
            Entry::Leaf(var, value) => {
                var.trace(visitor)?;
                value.trace(visitor)
            }
            Entry::Child(node) => node.trace(visitor),
        })
    }
    /// A node is in a cycle only through the contexts that have it, which clear themselves.
    fn clear(&self) {}
}

#[pytype(name = "hamt_node", symbol = _PyHamt_Node_Type, gc, no_clear, no_new)]
impl Node {}

/// The bit and the place of a hash in a node.
fn place(bitmap: u32, shift: u32, hash: isize) -> (u32, usize) {
    let bit = 1 << ((hash as u64 >> shift) & 31);
    (bit, (bitmap & (bit - 1)).count_ones() as usize)
}

impl Node {
    fn make(bitmap: u32, entries: Vec<Entry>) -> Result<Ref<Node>> {
        Ref::new(Node { ob_base: Object::HEAD, bitmap, entries })
    }

    /// A node with one variable.
    ///
    /// # Errors
    /// MemoryError.
    pub fn single(var: &ContextVar, value: &Object) -> Result<Ref<Node>> {
        let (bit, _) = place(0, 0, var.hash());
        Node::make(bit, vec![Entry::Leaf(Ref::from_borrowed(var), Ref::from_borrowed(value))])
    }

    /// Two variables in a node of their own.
    fn pair(shift: u32, a: Entry, hash_a: isize, b: Entry, hash_b: isize) -> Result<Ref<Node>> {
        if shift >= DEPTH {
            return Node::make(0, vec![a, b]);
        }
        let ((bit_a, _), (bit_b, _)) = (place(0, shift, hash_a), place(0, shift, hash_b));
        if bit_a == bit_b {
            let child = Node::pair(shift + BITS, a, hash_a, b, hash_b)?;
            return Node::make(bit_a, vec![Entry::Child(child)]);
        }
        Node::make(bit_a | bit_b, if bit_a < bit_b { vec![a, b] } else { vec![b, a] })
    }

    /// The place of a variable in a node where all hashes are the same.
    fn listed(&self, var: &ContextVar) -> Option<usize> {
        self.entries.iter().position(|entry| matches!(entry, Entry::Leaf(own, _) if own.is(var)))
    }

    /// The value of a variable.
    pub fn get(&self, var: &ContextVar) -> Option<Ref> {
        let mut node = self;
        let mut shift = 0;
        loop {
            let index = if shift >= DEPTH {
                node.listed(var)?
            } else {
                let (bit, index) = place(node.bitmap, shift, var.hash());
                if node.bitmap & bit == 0 {
                    return None;
                }
                index
            };
            match node.entries.get(index)? {
                Entry::Leaf(own, value) => return own.is(var).then(|| value.clone()),
                Entry::Child(child) => node = child,
            }
            shift += BITS;
        }
    }

    /// A map in which `var` has `value`, and whether the variable is a new one.
    ///
    /// # Errors
    /// MemoryError.
    pub fn with(&self, var: &ContextVar, value: &Object) -> Result<(Ref<Node>, bool)> {
        self.with_at(0, var, value)
    }

    fn with_at(&self, shift: u32, var: &ContextVar, value: &Object) -> Result<(Ref<Node>, bool)> {
        let leaf = Entry::Leaf(Ref::from_borrowed(var), Ref::from_borrowed(value));
        let mut entries = self.entries.clone();
        if shift >= DEPTH {
            let known = self.listed(var).and_then(|index| entries.get_mut(index));
            let added = known.is_none();
            match known {
                Some(entry) => *entry = leaf,
                None => entries.push(leaf),
            }
            return Ok((Node::make(0, entries)?, added));
        }
        let (bit, index) = place(self.bitmap, shift, var.hash());
        if self.bitmap & bit == 0 {
            entries.insert(index, leaf);
            return Ok((Node::make(self.bitmap | bit, entries)?, true));
        }
        let (entry, added) = match &entries[index] {
            Entry::Leaf(own, _) if own.is(var) => (leaf, false),
            Entry::Leaf(own, _) => {
                let hash = own.hash();
                let pair = Node::pair(shift + BITS, entries[index].clone(), hash, leaf, var.hash())?;
                (Entry::Child(pair), true)
            }
            Entry::Child(child) => {
                let (child, added) = child.with_at(shift + BITS, var, value)?;
                (Entry::Child(child), added)
            }
        };
        entries[index] = entry;
        Ok((Node::make(self.bitmap, entries)?, added))
    }

    /// A map without the variable, which is in this one; `None` when nothing is left.
    ///
    /// # Errors
    /// MemoryError.
    pub fn without(&self, var: &ContextVar) -> Result<Option<Ref<Node>>> {
        self.without_at(0, var)
    }

    fn without_at(&self, shift: u32, var: &ContextVar) -> Result<Option<Ref<Node>>> {
        let mut entries = self.entries.clone();
        let (bit, index) = match shift >= DEPTH {
            true => (0, self.listed(var).unwrap_or(usize::MAX)),
            false => place(self.bitmap, shift, var.hash()),
        };
        let child = match entries.get(index) {
            Some(Entry::Leaf(..)) | None => None,
            Some(Entry::Child(child)) => child.without_at(shift + BITS, var)?,
        };
        let mut bitmap = self.bitmap;
        match child {
            // A leaf alone goes where its node was.
            Some(child) => {
                entries[index] = match child.entries.as_slice() {
                    [Entry::Leaf(var, value)] => Entry::Leaf(var.clone(), value.clone()),
                    _ => Entry::Child(child),
                };
            }
            None if index < entries.len() => {
                entries.remove(index);
                bitmap &= !bit;
            }
            None => {}
        }
        if entries.is_empty() { Ok(None) } else { Node::make(bitmap, entries).map(Some) }
    }

    /// Adds all variables with their values to `out`.
    pub fn collect(&self, out: &mut Vec<(Ref<ContextVar>, Ref)>) {
        for entry in &self.entries {
            match entry {
                Entry::Leaf(var, value) => out.push((var.clone(), value.clone())),
                Entry::Child(child) => child.collect(out),
            }
        }
    }
}
