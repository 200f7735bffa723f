//! The seam that the rest of the JIT sees: compile a trace, attach a bridge, enter.
//!
//! [`Compiler`] is the real thing, over any [`Machine`]; [`Interpreter`] runs traces by the reference interpreter, so that
//! everything above works, slowly, on any processor, and a wrong result can be blamed on one side of the seam.

use crate::interp::{self, Start};
use crate::machine::{ExitId, Loc, Machine};
use crate::native::{Compiled, Failed, Native};
use crate::ops::Op;
use crate::place::Target;
use crate::trace::{Trace, Val};
use std::collections::{BTreeMap, HashMap};

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

/// What compiles and runs traces.
pub trait Backend {
    /// Compiles a lowered, verified trace.
    ///
    /// # Errors
    /// If it does not fit, or its goal cannot be linked to.
    fn compile(&mut self, trace: Trace, origin: Origin, goal: Option<Goal>) -> Result<CodeId, Failed>;

    /// Makes the exit that `bridge` was compiled for go on there.
    ///
    /// # Errors
    /// If it is too far away, or the system refuses.
    fn attach(&mut self, parent: CodeId, exit: ExitId, bridge: CodeId) -> Result<(), Failed>;

    /// Runs a root trace until an exit is taken that nothing is attached to.
    ///
    /// # Safety
    /// The parameters are what the trace expects, and what it touches is there.
    unsafe fn enter(&self, code: CodeId, params: &[u64]) -> Exited;

    /// The trace that was compiled.
    fn trace(&self, code: CodeId) -> Option<&Trace>;

    /// Forgets a trace.
    ///
    /// # Safety
    /// It is not running, and nothing that may still run links to it or is attached to it.
    unsafe fn free(&mut self, code: CodeId);
}

/// The instruction of an exit: leaving instructions are counted in order.
pub fn exit_val(trace: &Trace, exit: ExitId) -> Option<Val> {
    trace.vals().filter(|&val| trace.inst(val).op.leaves()).nth(exit.0 as usize)
}

// ---- native code ----

/// Machine code.
pub struct Compiler<M> {
    native: Native<M>,
    codes: Vec<Option<(Trace, Compiled)>>,
    /// By the number of its first exit, for all that have one.
    by_exit: BTreeMap<u32, CodeId>,
    comments: bool,
}

impl<M: Machine> Compiler<M> {
    /// Over that code memory; `comments` keeps what dumps show.
    pub fn new(native: Native<M>, comments: bool) -> Compiler<M> {
        Compiler { native, codes: Vec::new(), by_exit: BTreeMap::new(), comments }
    }

    /// The compiled code, for dumps.
    pub fn compiled(&self, code: CodeId) -> Option<&Compiled> {
        self.codes.get(code.0 as usize)?.as_ref().map(|entry| &entry.1)
    }

    fn target(&self, goal: Goal) -> Option<Target> {
        match goal {
            Goal::Entry(code) => Some(self.compiled(code)?.entry_target()),
            Goal::Loop(code) => self.compiled(code)?.loop_target(),
        }
    }
}

impl<M: Machine> Backend for Compiler<M> {
    fn compile(&mut self, trace: Trace, origin: Origin, goal: Option<Goal>) -> Result<CodeId, Failed> {
        let entry: Vec<Loc> = match origin {
            Origin::Root => (0..trace.params().count() as u16).map(Loc::Slot).collect(),
            Origin::Exit(parent, exit) => {
                self.compiled(parent).ok_or(Failed::Gone)?.bridge_entry(exit).to_vec()
            }
        };
        let target = goal.map(|goal| self.target(goal).ok_or(Failed::Gone)).transpose()?;
        let compiled = self.native.compile(&trace, entry, target.as_ref(), self.comments)?;
        let id = CodeId(self.codes.len() as u32);
        if !compiled.placement.exits.is_empty() {
            self.by_exit.insert(compiled.first_exit, id);
        }
        self.codes.push(Some((trace, compiled)));
        Ok(id)
    }

    fn attach(&mut self, parent: CodeId, exit: ExitId, bridge: CodeId) -> Result<(), Failed> {
        let of = |id: CodeId| self.codes.get(id.0 as usize).and_then(Option::as_ref).ok_or(Failed::Gone);
        let (parent, bridge) = (&of(parent)?.1, &of(bridge)?.1);
        self.native.attach(parent, exit, bridge)
    }

    unsafe fn enter(&self, code: CodeId, params: &[u64]) -> Exited {
        let mut exited = Exited { code, exit: ExitId(0), values: Vec::new() };
        let Some(compiled) = self.compiled(code) else { return exited };
        // SAFETY: the caller's promise.
        unsafe {
            self.native.enter(compiled, params, |state| {
                // Any trace that links lead to may be the one that is left.
                let number = state.number as u32;
                let found = self.by_exit.range(..=number).next_back();
                let Some((&first, &id)) = found else { return };
                exited.code = id;
                exited.exit = ExitId(number - first);
                if let Some(exit) =
                    self.compiled(id).and_then(|c| c.placement.exits.get(exited.exit.0 as usize))
                {
                    // SAFETY: the frame is still there.
                    exited.values.extend(exit.locs.iter().map(|&loc| state.read(loc)));
                }
            });
        }
        exited
    }

    fn trace(&self, code: CodeId) -> Option<&Trace> {
        self.codes.get(code.0 as usize)?.as_ref().map(|entry| &entry.0)
    }

    unsafe fn free(&mut self, code: CodeId) {
        if let Some((_, compiled)) = self.codes.get_mut(code.0 as usize).and_then(Option::take) {
            self.by_exit.retain(|_, id| *id != code);
            // SAFETY: the caller's promise.
            unsafe { self.native.free(compiled) };
        }
    }
}

// ---- no machine code ----

/// The reference interpreter.
#[derive(Default)]
pub struct Interpreter {
    codes: Vec<Option<Interpreted>>,
}

struct Interpreted {
    trace: Trace,
    goal: Option<Goal>,
    bridges: HashMap<ExitId, CodeId>,
}

impl Interpreter {
    fn get(&self, code: CodeId) -> Option<&Interpreted> {
        self.codes.get(code.0 as usize)?.as_ref()
    }
}

impl Backend for Interpreter {
    fn compile(&mut self, trace: Trace, _origin: Origin, goal: Option<Goal>) -> Result<CodeId, Failed> {
        let reachable = match goal {
            Some(Goal::Entry(code)) => self.get(code).is_some(),
            Some(Goal::Loop(code)) => self.get(code).is_some_and(|code| code.trace.loop_is_closed()),
            None => true,
        };
        if !reachable {
            return Err(Failed::Gone);
        }
        self.codes.push(Some(Interpreted { trace, goal, bridges: HashMap::new() }));
        Ok(CodeId(self.codes.len() as u32 - 1))
    }

    fn attach(&mut self, parent: CodeId, exit: ExitId, bridge: CodeId) -> Result<(), Failed> {
        let parent = self.codes.get_mut(parent.0 as usize).and_then(Option::as_mut).ok_or(Failed::Gone)?;
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

    fn trace(&self, code: CodeId) -> Option<&Trace> {
        self.get(code).map(|code| &code.trace)
    }

    unsafe fn free(&mut self, code: CodeId) {
        if let Some(entry) = self.codes.get_mut(code.0 as usize) {
            *entry = None;
        }
    }
}
