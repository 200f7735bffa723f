//! The order of an `OrderedDict`: a doubly linked list of keys, and which node belongs to which entry of the dictionary.
//!
//! The dictionary moves its entries when it grows, and functions that know only `dict` may change it behind the list's back. So what is
//! noted for an entry counts only if the node's key is the entry's.

use crate::object::Object;
use crate::object::refs::Ref;
use crate::object::trace::{Trace, Visit, Visitor};
use core::cell::Cell;

/// A node's place in the arena.
pub type Id = u32;

const NONE: Id = Id::MAX;

struct Node {
    /// `None` while the node is free.
    key: Option<Ref>,
    hash: isize,
    previous: Id,
    next: Id,
}

/// The list. `of_entry` has a node for each entry of the dictionary, by index.
struct List {
    arena: Vec<Node>,
    of_entry: Vec<Id>,
    first: Id,
    last: Id,
    /// Free nodes, linked by `next`.
    free: Id,
}

impl Default for List {
    fn default() -> List {
        List { arena: Vec::new(), of_entry: Vec::new(), first: NONE, last: NONE, free: NONE }
    }
}

/// The list and a number that changes whenever the list does. All zeros, as `dict.__new__` leaves it, is no nodes.
#[repr(C)]
pub struct Nodes {
    list: Cell<Option<Box<List>>>,
    state: Cell<u64>,
}

impl List {
    fn node(&self, id: Id) -> Option<&Node> {
        self.arena.get(id as usize)
    }

    fn unlink(&mut self, id: Id) {
        let Some(&Node { previous, next, .. }) = self.node(id) else { return };
        match self.arena.get_mut(previous as usize) {
            Some(node) => node.next = next,
            None => self.first = next,
        }
        match self.arena.get_mut(next as usize) {
            Some(node) => node.previous = previous,
            None => self.last = previous,
        }
    }

    fn link(&mut self, id: Id, at_end: bool) {
        let (previous, next) = if at_end { (self.last, NONE) } else { (NONE, self.first) };
        if let Some(node) = self.arena.get_mut(id as usize) {
            (node.previous, node.next) = (previous, next);
        }
        match self.arena.get_mut(previous as usize) {
            Some(node) => node.next = id,
            None => self.first = id,
        }
        match self.arena.get_mut(next as usize) {
            Some(node) => node.previous = id,
            None => self.last = id,
        }
    }

    fn note(&mut self, entry: usize, id: Id) {
        if self.of_entry.len() <= entry {
            self.of_entry.resize(entry + 1, NONE);
        }
        self.of_entry[entry] = id;
    }
}

impl Nodes {
    /// A number that differs after every change of the order.
    #[inline]
    pub fn state(&self) -> u64 {
        self.state.get()
    }

    fn change(&self) {
        self.state.set(self.state.get().wrapping_add(1));
    }

    /// Lends the list to `work`, which must not run other code.
    #[inline]
    fn with<T>(&self, work: impl FnOnce(&mut List) -> T) -> T {
        let mut list = self.list.take().unwrap_or_default();
        let result = work(&mut list);
        self.list.set(Some(list));
        result
    }

    /// The node noted for an entry, if it is right.
    pub fn of_entry(&self, entry: usize, key: &Object) -> Option<Id> {
        self.with(|list| {
            let id = *list.of_entry.get(entry)?;
            list.node(id)?.key.as_ref().filter(|own| own.is(key)).map(|_| id)
        })
    }

    /// Notes the node of an entry.
    pub fn note(&self, entry: usize, id: Id) {
        self.with(|list| list.note(entry, id));
    }

    /// Adds a node at the end for an entry that has none.
    pub fn append(&self, entry: usize, key: Ref, hash: isize) {
        self.change();
        self.with(|list| {
            let node = Node { key: Some(key), hash, previous: NONE, next: NONE };
            let id = match list.arena.get_mut(list.free as usize) {
                Some(place) => {
                    let id = core::mem::replace(&mut list.free, place.next);
                    *place = node;
                    id
                }
                None => {
                    list.arena.push(node);
                    list.arena.len() as Id - 1
                }
            };
            list.link(id, true);
            list.note(entry, id);
        });
    }

    /// Takes a node out and returns its key.
    pub fn remove(&self, id: Id) -> Option<Ref> {
        self.change();
        self.with(|list| {
            list.unlink(id);
            let free = list.free;
            let node = list.arena.get_mut(id as usize)?;
            node.next = free;
            let key = node.key.take();
            list.free = id;
            key
        })
    }

    /// Moves a node to the end or the beginning.
    pub fn move_to(&self, id: Id, end: bool) {
        let moved = self.with(|list| {
            let there = id == if end { list.last } else { list.first };
            if !there {
                list.unlink(id);
                list.link(id, end);
            }
            !there
        });
        if moved {
            self.change();
        }
    }

    /// Takes all nodes out.
    pub fn clear(&self) {
        self.change();
        drop(self.list.take());
    }

    /// The node at an end of the list, with its key and hash.
    pub fn end(&self, last: bool) -> Option<(Id, Ref, isize)> {
        self.with(|list| {
            let id = if last { list.last } else { list.first };
            list.node(id).and_then(|node| Some((id, node.key.clone()?, node.hash)))
        })
    }

    /// The next or the previous node, with its key and hash.
    pub fn beside(&self, id: Id, previous: bool) -> Option<(Id, Ref, isize)> {
        self.with(|list| {
            let node = list.node(id)?;
            let id = if previous { node.previous } else { node.next };
            list.node(id).and_then(|node| Some((id, node.key.clone()?, node.hash)))
        })
    }

    /// Size in bytes, for `__sizeof__`.
    pub fn size_bytes(&self) -> usize {
        self.with(|list| {
            list.arena.capacity() * size_of::<Node>() + list.of_entry.capacity() * size_of::<Id>()
        })
    }
}

impl Trace for Nodes {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.with(|list| list.arena.iter().try_for_each(|node| node.key.trace(visitor)))
    }
    fn clear(&self) {
        Nodes::clear(self);
    }
}
