//! The compiled traces: loops by where they begin, bridges, and for each exit what it restores and how often it was taken.
//!
//! What a place in the program is, is the client's: a number that is its own as long as the trace lives.

use ir::backend::CodeId;
use ir::machine::ExitId;
use ir::trace::{Snapshot, Trace};
use std::collections::HashMap;
use std::rc::Rc;

/// A recording of one place that failed this often is not tried again.
const PATIENCE: u32 = 4;

/// An exit of a compiled trace.
#[derive(Debug)]
pub struct Exit {
    pub snapshot: Rc<Snapshot>,
    /// Times that it was taken without a bridge.
    pub taken: u32,
    /// Recordings of a bridge that failed.
    failed: u32,
}

impl Exit {
    /// Counts the exit; whether it is time to record a bridge.
    pub fn count(&mut self, threshold: u32) -> bool {
        self.taken += 1;
        self.taken > threshold && self.failed < PATIENCE
    }
}

/// What is known of a place where loops begin.
#[derive(Debug, Default)]
pub struct Place {
    /// The compiled loop.
    pub root: Option<CodeId>,
    /// Recordings that failed.
    pub failed: u32,
    /// Not tried again.
    pub given_up: bool,
}

/// All traces; `E` is what the client keeps for a loop's entry.
#[derive(Debug)]
pub struct Tree<E> {
    places: HashMap<usize, Place>,
    exits: HashMap<CodeId, Vec<Exit>>,
    entries: HashMap<CodeId, Rc<E>>,
}

impl<E> Default for Tree<E> {
    fn default() -> Tree<E> {
        Tree { places: HashMap::new(), exits: HashMap::new(), entries: HashMap::new() }
    }
}

impl<E> Tree<E> {
    /// How many traces there are.
    pub fn len(&self) -> usize {
        self.exits.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.exits.is_empty()
    }

    /// What is known of the place.
    pub fn place(&mut self, place: usize) -> &mut Place {
        self.places.entry(place).or_default()
    }

    /// The compiled loop that begins there.
    pub fn root_at(&self, place: usize) -> Option<(CodeId, Rc<E>)> {
        let root = self.places.get(&place)?.root?;
        Some((root, self.entries.get(&root)?.clone()))
    }

    /// Notes a compiled trace's exits.
    pub fn add(&mut self, code: CodeId, trace: &Trace) {
        let snapshots = trace.vals().filter(|&val| trace.inst(val).op.leaves());
        let exits = snapshots.filter_map(|val| trace.snapshot(val));
        let exits = exits.map(|snapshot| Exit { snapshot: Rc::new(snapshot.clone()), taken: 0, failed: 0 });
        self.exits.insert(code, exits.collect());
    }

    /// Notes that a loop's code is entered at the place in the way `entry` says.
    pub fn add_root(&mut self, place: usize, code: CodeId, entry: E) {
        self.entries.insert(code, Rc::new(entry));
        self.place(place).root = Some(code);
    }

    /// The loop's code is not to be entered again; it may be compiled anew.
    pub fn forget(&mut self, place: usize) {
        self.place(place).root = None;
    }

    /// The exit.
    pub fn exit(&mut self, code: CodeId, exit: ExitId) -> Option<&mut Exit> {
        self.exits.get_mut(&code)?.get_mut(exit.0 as usize)
    }

    /// A recording of a loop failed; whether the place is now given up.
    pub fn fail(&mut self, place: usize, lasts: bool) -> bool {
        let place = self.place(place);
        place.failed += 1;
        place.given_up |= lasts || place.failed >= PATIENCE;
        place.given_up
    }

    /// No bridge is to be recorded at the trace's last exit.
    pub fn close_last_exit(&mut self, code: CodeId) {
        if let Some(exit) = self.exits.get_mut(&code).and_then(|exits| exits.last_mut()) {
            exit.failed = PATIENCE;
        }
    }

    /// A recording of a bridge failed.
    pub fn fail_bridge(&mut self, code: CodeId, exit: ExitId, lasts: bool) {
        if let Some(exit) = self.exit(code, exit) {
            exit.failed += if lasts { PATIENCE } else { 1 };
            exit.taken = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_given_up_after_some_failures() {
        let mut tree = Tree::<()>::default();
        assert!((0..PATIENCE - 1).all(|_| !tree.fail(7, false)));
        assert!(tree.fail(7, false) && tree.place(7).given_up);
        assert!(tree.fail(8, true));
    }

    #[test]
    fn an_exit_grows_hot() {
        let mut exit = Exit { snapshot: Rc::default(), taken: 0, failed: 0 };
        assert!((0..3).all(|_| !exit.count(3)));
        assert!(exit.count(3));
    }
}
