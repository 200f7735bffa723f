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

/// How many bridges the traces that belong to one loop may have.
const BRIDGES: u32 = 100;

/// How often a loop is entered before it is asked whether that is of use.
const TRIAL: u32 = 1000;

/// An exit of a compiled trace.
#[derive(Debug, Default)]
pub struct Exit {
    snapshot: Option<SnapId>,
    /// Times that it was taken without a bridge.
    pub taken: u32,
    /// Recordings of a bridge that failed.
    failed: u32,
    /// Before a loop's head, where not one round has been made.
    early: bool,
}

impl Exit {
    /// Counts the exit; whether it is time to record a bridge. Each failure makes the next attempt four times as dear.
    pub fn count(&mut self, threshold: u32) -> bool {
        self.taken = self.taken.saturating_add(1);
        self.failed < PATIENCE && self.taken > threshold.saturating_mul(1 << (2 * self.failed))
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
    /// Times that the compiled loop was entered, and left before it had made a round.
    entered: u32,
    in_vain: u32,
    /// Times that it was not entered because of what the frame held, since it was compiled.
    mismatches: u32,
}

impl<E> Default for Place<E> {
    fn default() -> Place<E> {
        Place { root: None, failed: 0, given_up: false, entered: 0, in_vain: 0, mismatches: 0 }
    }
}

/// A compiled trace.
#[derive(Debug)]
struct Compiled {
    trace: Rc<Trace>,
    exits: Vec<Exit>,
    /// The loop whose exits led here; itself for a loop.
    root: CodeId,
    /// For a loop: the bridges that belong to it.
    bridges: u32,
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

    /// Notes a compiled trace, which for a bridge goes on where `parent` is left.
    pub fn add(&mut self, code: CodeId, trace: Rc<Trace>, parent: Option<CodeId>) {
        let mark = trace.loop_mark();
        let leaving = trace.vals().filter(|&val| trace.inst(val).op.leaves());
        let exit = |val| Exit {
            snapshot: trace.inst(val).snap,
            early: mark.is_some_and(|mark| val < mark),
            ..Exit::default()
        };
        let exits = leaving.map(exit).collect();
        let root = parent.and_then(|parent| self.code(parent)).map_or(code, |parent| parent.root);
        if let Some(root) = self.code(root) {
            root.bridges += 1;
        }
        let index = code.0 as usize;
        if self.codes.len() <= index {
            self.codes.resize_with(index + 1, || None);
        }
        self.codes[index] = Some(Compiled { trace, exits, root, bridges: 0 });
        self.count += 1;
    }

    /// Whether the loop to which the trace belongs may have another bridge.
    pub fn may_grow(&mut self, code: CodeId) -> bool {
        let root = self.code(code).map(|compiled| compiled.root);
        root.and_then(|root| self.code(root)).is_some_and(|root| root.bridges < BRIDGES)
    }

    /// Counts that the compiled loop at the place was entered and left at that exit. One that hardly ever makes a round is given up;
    /// whether it is so.
    pub fn count_entry(&mut self, place: usize, code: CodeId, exit: ExitId) -> bool {
        let hopeless = |exit: &Exit| exit.early && (exit.failed > 0 || exit.taken > TRIAL);
        let exits = self.code(code).map(|compiled| &compiled.exits);
        let early = exits.and_then(|exits| exits.get(exit.0 as usize)).is_some_and(hopeless);
        let Some(place) = self.places.get_mut(&place) else { return false };
        let is_own = place.root.as_ref().is_some_and(|root| root.0 == code);
        place.in_vain += u32::from(early && is_own);
        place.entered += 1;
        if place.entered < TRIAL {
            return false;
        }
        let useless = place.in_vain > place.entered / 4 * 3;
        (place.entered, place.in_vain) = (0, 0);
        if useless {
            (place.root, place.given_up) = (None, true);
        }
        useless
    }

    /// Notes that a loop's code is entered at the place in the way `entry` says.
    pub fn add_root(&mut self, place: usize, code: CodeId, entry: E) {
        let place = self.place(place);
        (place.root, place.mismatches) = (Some((code, Rc::new(entry))), 0);
    }

    /// Counts that the loop's code is not entered because of what the frame holds; how often that was.
    pub fn count_mismatch(&mut self, place: usize) -> u32 {
        let place = self.place(place);
        place.mismatches = place.mismatches.saturating_add(1);
        place.mismatches
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
        let Compiled { trace, exits, .. } = self.code(code)?;
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

    /// A loop with an exit in its preamble and one in its body.
    fn looping() -> Rc<Trace> {
        let text = "v0 = param i\nguard_lt v0, 9 -> [v0]\nv2 = phi v0\nloop\nv4 = add v2, 1\n\
                    guard_lt v4, 99 -> [v4]\njump v4";
        Rc::new(ir::text::parse(text, &|_| None).expect("it is a trace"))
    }

    #[test]
    fn a_loop_that_is_entered_in_vain_is_given_up() {
        for (exit, is_useless) in [(0, true), (1, false)] {
            let mut tree = Tree::default();
            tree.add(CodeId(0), looping(), None);
            tree.add_root(7, CodeId(0), ());
            tree.fail_bridge(CodeId(0), ExitId(0), true);
            let told = (0..TRIAL).any(|_| tree.count_entry(7, CodeId(0), ExitId(exit)));
            assert_eq!(
                (told, tree.place(7).given_up, tree.root_at(7).is_none()),
                (is_useless, is_useless, is_useless)
            );
        }
    }

    #[test]
    fn a_tree_does_not_grow_for_ever() {
        let mut tree = Tree::<()>::default();
        tree.add(CodeId(0), looping(), None);
        for n in 1..=BRIDGES {
            assert!(tree.may_grow(CodeId(n - 1)));
            tree.add(CodeId(n), looping(), Some(CodeId(n - 1)));
        }
        assert!(!tree.may_grow(CodeId(3)));
    }

    #[test]
    fn an_exit_grows_hot() {
        let mut exit = Exit::default();
        assert!((0..3).all(|_| !exit.count(3)));
        assert!(exit.count(3));
    }
}
