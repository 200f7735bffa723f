//! What all parts of the JIT share, under the GIL.

use crate::exit::Scratch;
use crate::items::Entry;
use crate::recorder::Recorder;
use core::cell::{Cell, RefCell};
use core::sync::atomic::AtomicIsize;
use ir::backend::Backend;
use jit::budget;
use jit::options::Options;
use jit::stats::Stats;
use jit::tree::Tree;
use objects::types::code::Code;
use objects::{Object, Ref};
use rustc_hash::FxHashMap;
use std::collections::{HashMap, HashSet};
use std::time::Instant;

/// The JIT.
pub struct Jit {
    pub options: Options,
    pub backend: Box<dyn Backend>,
    pub tree: RefCell<Tree<Entry>>,
    pub stats: RefCell<Stats>,
    /// The recording that is going on.
    pub recorder: RefCell<Option<Box<Recorder>>>,
    /// Fast locals of loops, by the loop's place, of which less is taken for granted.
    pub loose: RefCell<HashMap<(usize, u16), Level>>,
    /// Loops, by their places, that carry objects in one form now and in another then: they carry made ones.
    pub varied: RefCell<HashSet<usize>>,
    /// Code with loops, and how often one of them stopped a recording that the code was part of.
    pub loops: RefCell<HashMap<*const Code, u32>>,
    /// Objects that wait for their end, owned.
    pub waiting: RefCell<Vec<*mut Object>>,
    /// Memory that is used again: parameters, and what exits need.
    pub params: Cell<Vec<u64>>,
    pub scratch: Cell<Scratch>,
    /// What a generator returned to compiled code that is to take it.
    pub returned: Cell<Option<Ref>>,
    /// What compiled code refers to, by address.
    kept: RefCell<FxHashMap<*const Object, Ref>>,
    /// When something was hot for the first time.
    began: Instant,
    /// Whether something was put off when compiling was last asked for.
    pub is_short: Cell<bool>,
}

/// What a loop's code is told of a fast local that changes its kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// That there is an object.
    Object,
    /// Nothing: it stays in the frame's memory.
    Memory,
}

/// Recordings that a loop of some code may stop before the code is called instead.
const LOOPS: u32 = 3;

impl Jit {
    /// Whether the code is called rather than made part of traces.
    pub fn is_apart(&self, code: *const Code) -> bool {
        self.loops.borrow().get(&code).is_some_and(|&times| times >= LOOPS)
    }

    /// Keeps the object as long as compiled code may refer to it; one reference does for all of it.
    pub fn keep(&self, object: Ref) {
        let again = self.kept.borrow_mut().insert(object.as_ptr(), object);
        drop(again);
    }

    /// How many references compiled code and a recording have to the object.
    pub fn references(&self, object: &Object) -> i64 {
        let kept = self.kept.borrow().contains_key(&object.as_ptr().cast_const());
        let recorder = self.recorder.borrow();
        let recorded = recorder.iter().flat_map(|recorder| &recorder.kept);
        i64::from(kept) + recorded.filter(|kept| kept.is(object)).count() as i64
    }

    /// Whether there is time to record and compile something; counts if not.
    pub fn may_compile(&self) -> bool {
        if !self.options.is_thrifty() {
            return true;
        }
        let mut stats = self.stats.borrow_mut();
        let allowed = budget::allows(stats.instructions, self.began.elapsed(), stats.work);
        stats.put_off += u64::from(!allowed);
        self.is_short.set(!allowed);
        allowed
    }

    /// The fast local of the loop at `place` turned out to be of another kind than its code expects.
    pub fn loosen(&self, place: usize, slot: u16, level: Level) {
        self.loose
            .borrow_mut()
            .entry((place, slot))
            .and_modify(|known| *known = Level::Memory)
            .or_insert(level);
    }
}

/// The instructions of programs that compiled code has done, less what calls have cost it. It counts where it goes round or over into
/// other code.
pub static WORK: AtomicIsize = AtomicIsize::new(0);

/// Makes a backend; `None` if there is no memory for code.
pub type NewBackend = fn(&Options) -> Option<Box<dyn Backend>>;

/// What interpreters' JITs are made from.
struct Plan(Cell<Option<(Options, NewBackend)>>);

// SAFETY: set at the start, read under the GIL.
unsafe impl Sync for Plan {}

static PLAN: Plan = Plan(Cell::new(None));

/// Whether an interpreter has a JIT.
#[derive(Clone, Copy)]
enum Held {
    /// Nothing was hot so far.
    Unmade,
    Made(&'static Jit),
    /// There is no memory for code, or the interpreter comes to its end.
    Never,
}

struct Holder(Cell<Held>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Holder {}

objects::per_interpreter! {
    static JIT: Holder = Holder(Cell::new(Held::Unmade));
}

/// Has interpreters make their JITs in this way.
pub fn plan(options: Options, backend: NewBackend) {
    PLAN.0.set(Some((options, backend)));
}

/// The running interpreter's JIT, if there is one.
#[inline]
pub fn get() -> Option<&'static Jit> {
    match JIT.0.get() {
        Held::Made(jit) => Some(jit),
        Held::Unmade => make(),
        Held::Never => None,
    }
}

#[cold]
fn make() -> Option<&'static Jit> {
    let (options, new_backend) = PLAN.0.get()?;
    let Some(backend) = new_backend(&options) else {
        JIT.0.set(Held::Never);
        return None;
    };
    let jit: &'static Jit = Box::leak(Box::new(Jit {
        options,
        backend,
        tree: RefCell::default(),
        stats: RefCell::default(),
        recorder: RefCell::default(),
        loose: RefCell::default(),
        varied: RefCell::default(),
        loops: RefCell::default(),
        waiting: RefCell::default(),
        params: Cell::default(),
        scratch: Cell::default(),
        returned: Cell::new(None),
        kept: RefCell::default(),
        began: Instant::now(),
        is_short: Cell::new(false),
    }));
    JIT.0.set(Held::Made(jit));
    Some(jit)
}

/// The running interpreter has no JIT any more; what its compiled code refers to is given up. No frame of a program is left in it.
pub fn end() {
    let Held::Made(jit) = JIT.0.replace(Held::Never) else { return };
    drop(jit.recorder.take());
    drop(jit.kept.take());
    if !objects::state::interpreter().is_main() {
        // SAFETY: made by `make`; the interpreter has no other threads, and none of its code runs compiled. The main one's may, in threads
        // that never go on.
        drop(unsafe { Box::from_raw(core::ptr::from_ref(jit).cast_mut()) });
    }
}

/// How many references the running interpreter's JIT has to the object.
pub fn references(object: &Object) -> i64 {
    if let Held::Made(jit) = JIT.0.get() { jit.references(object) } else { 0 }
}

/// Does something with the JIT, if there is one.
pub fn with<R>(what: impl FnOnce(&'static Jit) -> R) -> Option<R> {
    get().map(what)
}
