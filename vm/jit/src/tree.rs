//! The compiled traces: loops by where they begin, bridges, and for each exit what it restores and how often it was taken.
//!
//! What a place in the program is, is the client's: a number that is its own as long as the trace lives.

use ir::backend::CodeId;
use ir::machine::ExitId;
use ir::trace::{SnapId, SnapshotRef, Trace};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// A recording of one place that failed this often is not tried again.
const PATIENCE: u32 = 4;

/// An exit of a compiled trace.
#[derive(Debug, Default)]
pub struct Exit {
    snapshot: Option<SnapId>,
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

/// What is known of a place where loops begin; `E` is what the client keeps for a loop's entry.
#[derive(Debug)]
pub struct Place<E> {
    /// The compiled loop.
    root: Option<(CodeId, Rc<E>)>,
    /// Recordings that failed.
    pub failed: u32,
    /// Not tried again.
    pub given_up: bool,
}

impl<E> Default for Place<E> {
    fn default() -> Place<E> {
        Place { root: None, failed: 0, given_up: false }
    }
}

/// A compiled trace.
#[derive(Debug)]
struct Compiled {
    trace: Rc<Trace>,
    exits: Vec<Exit>,
}

/// All traces.
#[derive(Debug)]
pub struct Tree<E> {
    places: FxHashMap<usize, Place<E>>,
    /// By their ids, which are numbers from 0 on.
    codes: Vec<Option<Compiled>>,
    count: usize,
}

impl<E> Default for Tree<E> {
    fn default() -> Tree<E> {
        Tree { places: FxHashMap::default(), codes: Vec::new(), count: 0 }
    }
}

impl<E> Tree<E> {
    /// How many traces there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// What is known of the place.
    pub fn place(&mut self, place: usize) -> &mut Place<E> {
        self.places.entry(place).or_default()
    }

    /// The compiled loop that begins there.
    pub fn root_at(&self, place: usize) -> Option<(CodeId, Rc<E>)> {
        self.places.get(&place)?.root.clone()
    }

    /// Notes a compiled trace.
    pub fn add(&mut self, code: CodeId, trace: Rc<Trace>) {
        let leaving = trace.vals().map(|val| trace.inst(val)).filter(|inst| inst.op.leaves());
        let exits = leaving.map(|inst| Exit { snapshot: inst.snap, ..Exit::default() }).collect();
        let index = code.0 as usize;
        if self.codes.len() <= index {
            self.codes.resize_with(index + 1, || None);
        }
        self.codes[index] = Some(Compiled { trace, exits });
        self.count += 1;
    }

    /// Notes that a loop's code is entered at the place in the way `entry` says.
    pub fn add_root(&mut self, place: usize, code: CodeId, entry: E) {
        self.place(place).root = Some((code, Rc::new(entry)));
    }

    /// The loop's code is not to be entered again; it may be compiled anew.
    pub fn forget(&mut self, place: usize) {
        self.place(place).root = None;
    }

    fn code(&mut self, code: CodeId) -> Option<&mut Compiled> {
        self.codes.get_mut(code.0 as usize)?.as_mut()
    }

    /// The exit with its trace.
    pub fn exit(&mut self, code: CodeId, exit: ExitId) -> Option<(&mut Exit, Left)> {
        let Compiled { trace, exits } = self.code(code)?;
        let exit = exits.get_mut(exit.0 as usize)?;
        let snap = exit.snapshot?;
        Some((exit, Left { trace: trace.clone(), snap }))
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
        if let Some(exit) = self.code(code).and_then(|compiled| compiled.exits.last_mut()) {
            exit.failed = PATIENCE;
        }
    }

    /// A recording of a bridge failed.
    pub fn fail_bridge(&mut self, code: CodeId, exit: ExitId, lasts: bool) {
        if let Some((exit, _)) = self.exit(code, exit) {
            exit.failed += if lasts { PATIENCE } else { 1 };
            exit.taken = 0;
        }
    }
}

/// What was left, held while it is put in order.
#[derive(Clone, Debug)]
pub struct Left {
    pub trace: Rc<Trace>,
    snap: SnapId,
}

impl Left {
    /// What the exit restores.
    pub fn snapshot(&self) -> SnapshotRef<'_> {
        self.trace.snapshot_by_id(self.snap)
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
        let mut exit = Exit::default();
        assert!((0..3).all(|_| !exit.count(3)));
        assert!(exit.count(3));
    }
}
