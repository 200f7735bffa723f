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

/// With each so many of them, the next ones come half as soon.
const GENERATION: u32 = 16;

/// How often a place is entered before it is asked whether that is of use.
const TRIAL: u32 = 24;

/// Work that entries must do on average to be worth it, in the client's instructions.
const WORTH: u32 = 120;

/// As much work as one entry counts for.
const MUCH: usize = 4096;

/// The longest time that a place whose entries are not worth it is left alone: so many halvings of the shortest one.
const IDLE: u32 = 8;

/// How many times as dear as the first one a bridge may be that is still waited for.
const CHEAP: u32 = 8;

/// An exit of a compiled trace.
#[derive(Debug, Default)]
pub struct Exit {
    snapshot: Option<SnapId>,
    /// Times that it was taken without a bridge, since a recording failed.
    pub taken: u32,
    /// Times in all.
    all: u64,
    /// Recordings of a bridge that failed.
    failed: u32,
}

impl Exit {
    /// Counts that the exit is taken.
    pub fn count(&mut self) {
        self.taken = self.taken.saturating_add(1);
        self.all += 1;
    }

    /// Whether it is time to record a bridge. Each failure makes the next attempt four times as dear.
    pub fn is_hot(&self, threshold: u32) -> bool {
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
    /// Times that the compiled code was entered.
    entered: u32,
    /// What the last entries did, eight times their average.
    work: u32,
    /// How often they were found not worth it since they were.
    idle: u32,
    /// Times that it was not entered because of what the frame held, since it was compiled.
    mismatches: u32,
}

impl<E> Default for Place<E> {
    fn default() -> Place<E> {
        Place { root: None, failed: 0, given_up: false, entered: 0, work: 0, idle: 0, mismatches: 0 }
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
        let leaving = trace.vals().filter(|&val| trace.inst(val).op.leaves());
        let exit = |val| Exit { snapshot: trace.inst(val).snap, ..Exit::default() };
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

    /// Whether the loop to which the trace belongs may have another bridge, and how many times as dear as the first one that is.
    pub fn may_grow(&mut self, code: CodeId) -> Option<u32> {
        let root = self.code(code)?.root;
        let bridges = self.code(root)?.bridges;
        (bridges < BRIDGES).then_some(1 << (bridges / GENERATION))
    }

    /// Whether a bridge is to be expected at the exit before long: what the code does then says nothing of what it will do.
    pub fn is_growing(&mut self, code: CodeId, exit: ExitId) -> bool {
        let cheap = self.may_grow(code).is_some_and(|times| times <= CHEAP);
        cheap && self.exit(code, exit).is_some_and(|(exit, _)| exit.failed == 0)
    }

    /// Counts that the compiled code at the place was entered, and did so much work; if entries do too little, how long the place is to be
    /// left alone.
    pub fn count_entry(&mut self, place: usize, work: usize) -> Option<u32> {
        let place = self.places.get_mut(&place)?;
        place.entered = place.entered.saturating_add(1);
        place.work = place.work - place.work / 8 + work.min(MUCH) as u32;
        if place.entered < TRIAL {
            return None;
        }
        if place.work / 8 >= WORTH {
            place.idle = 0;
            return None;
        }
        place.idle = (place.idle + 1).min(IDLE);
        Some(16 << place.idle)
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

    /// How often each exit was taken, with what tells which it is; `place` names a place.
    pub fn exits_taken(&self, place: impl Fn(u32) -> String) -> Vec<(u64, String)> {
        let mut taken = Vec::new();
        for (code, compiled) in self.codes.iter().enumerate() {
            let Some(Compiled { trace, exits, .. }) = compiled else { continue };
            let leaving = trace.vals().filter(|&val| trace.inst(val).op.leaves());
            for (number, (exit, val)) in exits.iter().zip(leaving).enumerate() {
                let (true, Some(snap)) = (exit.all > 0, exit.snapshot) else { continue };
                let place = trace.snapshot_by_id(snap).pc().map_or_else(String::new, &place);
                let (name, op) = (&trace.name, trace.inst(val).op);
                taken.push((exit.all, format!("code {code} ({name}) exit {number}: {op:?}, {place}")));
            }
        }
        taken
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

    fn looping() -> Rc<Trace> {
        let text = "v0 = param i\nguard_lt v0, 9 -> [v0]\nv2 = phi v0\nloop\nv4 = add v2, 1\n\
                    guard_lt v4, 99 -> [v4]\njump v4";
        Rc::new(ir::text::parse(text, &|_| None).expect("it is a trace"))
    }

    #[test]
    fn a_loop_that_does_little_is_entered_seldom() {
        let mut tree = Tree::default();
        tree.add(CodeId(0), looping(), None);
        tree.add_root(7, CodeId(0), ());
        assert!((1..TRIAL).all(|_| tree.count_entry(7, 5).is_none()));
        assert_eq!(tree.count_entry(7, 5), Some(32));
        assert_eq!((0..20).filter_map(|_| tree.count_entry(7, 5)).last(), Some(16 << IDLE));
        // Until it does much.
        assert_eq!(tree.count_entry(7, 1 << 20), None);
        assert!(tree.root_at(7).is_some());
    }

    #[test]
    fn bridges_are_waited_for() {
        let mut tree = Tree::<()>::default();
        tree.add(CodeId(0), looping(), None);
        assert!(tree.is_growing(CodeId(0), ExitId(0)));
        tree.fail_bridge(CodeId(0), ExitId(0), false);
        assert!(!tree.is_growing(CodeId(0), ExitId(0)) && tree.is_growing(CodeId(0), ExitId(1)));
    }

    #[test]
    fn a_tree_does_not_grow_for_ever() {
        let mut tree = Tree::<()>::default();
        tree.add(CodeId(0), looping(), None);
        for n in 1..=BRIDGES {
            assert_eq!(tree.may_grow(CodeId(n - 1)), Some(1 << ((n - 1) / GENERATION)));
            tree.add(CodeId(n), looping(), Some(CodeId(n - 1)));
        }
        assert_eq!(tree.may_grow(CodeId(3)), None);
    }

    #[test]
    fn an_exit_grows_hot() {
        let mut exit = Exit::default();
        (0..3).for_each(|_| exit.count());
        assert!(!exit.is_hot(3));
        exit.count();
        assert!(exit.is_hot(3));
    }
}
