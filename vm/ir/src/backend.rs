//! The seam that the rest of the JIT sees: compile a trace, attach a bridge, enter.
//!
//! [`Compiler`] is the real thing, over any [`Machine`]; [`Interpreter`] runs traces by the reference interpreter, so that
//! everything above works, slowly, on any processor, and a wrong result can be blamed on one side of the seam.

#[cfg(debug_assertions)]
use crate::check::check;
use crate::exits::ExitState;
use crate::interp::{self, Start};
use crate::machine::{ExitId, Loc, Machine};
use crate::native::{Compiled, Failed, Native};
use crate::ops::Op;
use crate::place::Target;
use crate::trace::{Trace, Val};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// A trace that was compiled.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct CodeId(pub u32);

/// Where a trace begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// It is entered with its parameters.
    Root,
    /// It continues where another trace was left: its parameters are that snapshot's operands, in order.
    Exit(CodeId, ExitId),
}

/// Where a trace's `link` goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Goal {
    /// To a trace's entry, with its parameters.
    Entry(CodeId),
    /// To a trace's loop, with its phis; the loop must be closed (`opt::close`).
    Loop(CodeId),
}

/// Where compiled code was left, and what the snapshot's operands were there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exited {
    pub code: CodeId,
    pub exit: ExitId,
    pub values: Vec<u64>,
}

/// What compiles and runs traces. A trace that runs may call what compiles another, so all of it is done through shared references.
pub trait Backend {
    /// Compiles a lowered, verified trace.
    ///
    /// # Errors
    /// If it does not fit, or its goal cannot be linked to.
    fn compile(&self, trace: Trace, origin: Origin, goal: Option<Goal>) -> Result<CodeId, Failed>;

    /// Makes the exit that `bridge` was compiled for go on there.
    ///
    /// # Errors
    /// If it is too far away, or the system refuses.
    fn attach(&self, parent: CodeId, exit: ExitId, bridge: CodeId) -> Result<(), Failed>;

    /// Runs a root trace until an exit is taken that nothing is attached to.
    ///
    /// # Safety
    /// The parameters are what the trace expects, and what it touches is there.
    unsafe fn enter(&self, code: CodeId, params: &[u64]) -> Exited;

    /// The trace that was compiled.
    fn trace(&self, code: CodeId) -> Option<Rc<Trace>>;

    /// The trace as it is placed in the machine's registers, for dumps; empty where there is no machine.
    fn placed(&self, code: CodeId) -> String;

    /// Forgets a trace.
    ///
    /// # Safety
    /// It is not running, and nothing that may still run links to it or is attached to it.
    unsafe fn free(&self, code: CodeId);
}

/// The instruction of an exit: leaving instructions are counted in order.
pub fn exit_val(trace: &Trace, exit: ExitId) -> Option<Val> {
    trace.vals().filter(|&val| trace.inst(val).op.leaves()).nth(exit.0 as usize)
}

// ---- native code ----

/// Machine code.
pub struct Compiler<M> {
    state: RefCell<State<M>>,
    comments: bool,
}

struct State<M> {
    native: Native<M>,
    codes: Vec<Option<(Rc<Trace>, Compiled)>>,
    /// By the number of its first exit, for all that have one.
    by_exit: BTreeMap<u32, CodeId>,
}

impl<M: Machine> Compiler<M> {
    /// Over that code memory; `comments` keeps what dumps show.
    pub fn new(native: Native<M>, comments: bool) -> Compiler<M> {
        let state = State { native, codes: Vec::new(), by_exit: BTreeMap::new() };
        Compiler { state: RefCell::new(state), comments }
    }
}

impl<M: Machine> State<M> {
    fn entry(&self, code: CodeId) -> Option<&(Rc<Trace>, Compiled)> {
        self.codes.get(code.0 as usize)?.as_ref()
    }

    fn compiled(&self, code: CodeId) -> Option<&Compiled> {
        self.entry(code).map(|entry| &entry.1)
    }

    fn target(&self, goal: Goal) -> Option<Target> {
        match goal {
            Goal::Entry(code) => Some(self.compiled(code)?.entry_target()),
            Goal::Loop(code) => self.compiled(code)?.loop_target(),
        }
    }

    /// Any trace that links lead to may be the one that is left.
    fn exited(&self, state: &ExitState) -> Option<Exited> {
        let number = state.number as u32;
        let (&first, &code) = self.by_exit.range(..=number).next_back()?;
        let exit = ExitId(number - first);
        let locs = &self.compiled(code)?.placement.exits.get(exit.0 as usize)?.locs;
        // SAFETY: the frame is still there.
        let values = locs.iter().map(|&loc| unsafe { state.read(loc) }).collect();
        Some(Exited { code, exit, values })
    }
}

impl<M: Machine> Backend for Compiler<M> {
    fn compile(&self, trace: Trace, origin: Origin, goal: Option<Goal>) -> Result<CodeId, Failed> {
        let mut state = self.state.borrow_mut();
        let entry: Vec<Loc> = match origin {
            Origin::Root => (0..trace.params().count() as u16).map(Loc::Slot).collect(),
            Origin::Exit(parent, exit) => {
                state.compiled(parent).ok_or(Failed::Gone)?.bridge_entry(exit).to_vec()
            }
        };
        let target = goal.map(|goal| state.target(goal).ok_or(Failed::Gone)).transpose()?;
        let compiled = state.native.compile(&trace, entry, target.as_ref(), self.comments)?;
        #[cfg(debug_assertions)]
        state.native.with_rules(|rules| {
            let proof = check(&trace, rules, &compiled.entry, &compiled.placement);
            assert_eq!(proof, Ok(()), "{}", compiled.placement.show(&trace));
        });
        let id = CodeId(state.codes.len() as u32);
        if !compiled.placement.exits.is_empty() {
            state.by_exit.insert(compiled.first_exit, id);
        }
        state.codes.push(Some((Rc::new(trace), compiled)));
        Ok(id)
    }

    fn attach(&self, parent: CodeId, exit: ExitId, bridge: CodeId) -> Result<(), Failed> {
        let State { native, codes, .. } = &mut *self.state.borrow_mut();
        let of = |id: CodeId| codes.get(id.0 as usize).and_then(Option::as_ref).ok_or(Failed::Gone);
        let (parent, bridge) = (&of(parent)?.1, &of(bridge)?.1);
        native.attach(parent, exit, bridge)
    }

    unsafe fn enter(&self, code: CodeId, params: &[u64]) -> Exited {
        let entry = {
            let state = self.state.borrow();
            state.compiled(code).map(|compiled| state.native.entry(compiled))
        };
        let mut exited = None;
        if let Some(entry) = entry {
            // SAFETY: the caller's promise.
            unsafe { entry.enter(params, |state| exited = self.state.borrow().exited(state)) };
        }
        exited.unwrap_or(Exited { code, exit: ExitId(0), values: Vec::new() })
    }

    fn trace(&self, code: CodeId) -> Option<Rc<Trace>> {
        self.state.borrow().entry(code).map(|entry| entry.0.clone())
    }

    fn placed(&self, code: CodeId) -> String {
        let state = self.state.borrow();
        state.entry(code).map_or_else(String::new, |(trace, compiled)| compiled.placement.show(trace))
    }

    unsafe fn free(&self, code: CodeId) {
        let mut state = self.state.borrow_mut();
        if let Some((_, compiled)) = state.codes.get_mut(code.0 as usize).and_then(Option::take) {
            state.by_exit.retain(|_, id| *id != code);
            // SAFETY: the caller's promise.
            unsafe { state.native.free(compiled) };
        }
    }
}

// ---- no machine code ----

/// The reference interpreter.
#[derive(Default)]
pub struct Interpreter {
    codes: RefCell<Vec<Option<Interpreted>>>,
}

#[derive(Clone)]
struct Interpreted {
    trace: Rc<Trace>,
    goal: Option<Goal>,
    bridges: HashMap<ExitId, CodeId>,
}

impl Interpreter {
    fn get(&self, code: CodeId) -> Option<Interpreted> {
        self.codes.borrow().get(code.0 as usize)?.clone()
    }
}

impl Backend for Interpreter {
    fn compile(&self, trace: Trace, _origin: Origin, goal: Option<Goal>) -> Result<CodeId, Failed> {
        let reachable = match goal {
            Some(Goal::Entry(code)) => self.get(code).is_some(),
            Some(Goal::Loop(code)) => self.get(code).is_some_and(|code| code.trace.loop_is_closed()),
            None => true,
        };
        if !reachable {
            return Err(Failed::Gone);
        }
        let mut codes = self.codes.borrow_mut();
        codes.push(Some(Interpreted { trace: Rc::new(trace), goal, bridges: HashMap::new() }));
        Ok(CodeId(codes.len() as u32 - 1))
    }

    fn attach(&self, parent: CodeId, exit: ExitId, bridge: CodeId) -> Result<(), Failed> {
        let mut codes = self.codes.borrow_mut();
        let parent = codes.get_mut(parent.0 as usize).and_then(Option::as_mut).ok_or(Failed::Gone)?;
        parent.bridges.insert(exit, bridge);
        Ok(())
    }

    unsafe fn enter(&self, mut code: CodeId, params: &[u64]) -> Exited {
        let mut values = params.to_vec();
        let mut at_loop = false;
        loop {
            let Some(entry) = self.get(code) else { return Exited { code, exit: ExitId(0), values } };
            let start = if at_loop { Start::Loop(&values) } else { Start::Entry(&values) };
            // SAFETY: the caller's promise.
            let Some(left) = (unsafe { interp::run_from(&entry.trace, start, u64::MAX) }) else { continue };
            values = left.values;
            if entry.trace.inst(left.at).op == Op::link {
                at_loop = matches!(entry.goal, Some(Goal::Loop(_)));
                match entry.goal {
                    Some(Goal::Loop(next) | Goal::Entry(next)) => code = next,
                    None => return Exited { code, exit: ExitId(0), values },
                }
                continue;
            }
            let before = (0..left.at.0).map(Val).filter(|&val| entry.trace.inst(val).op.leaves());
            let exit = ExitId(before.count() as u32);
            match entry.bridges.get(&exit) {
                Some(&bridge) => (code, at_loop) = (bridge, false),
                None => return Exited { code, exit, values },
            }
        }
    }

    fn trace(&self, code: CodeId) -> Option<Rc<Trace>> {
        self.get(code).map(|code| code.trace)
    }

    fn placed(&self, _code: CodeId) -> String {
        String::new()
    }

    unsafe fn free(&self, code: CodeId) {
        if let Some(entry) = self.codes.borrow_mut().get_mut(code.0 as usize) {
            *entry = None;
        }
    }
}
