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
use std::collections::HashMap;
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

/// Where compiled code was left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Exited {
    pub code: CodeId,
    pub exit: ExitId,
}

/// What compiles and runs traces. A trace that runs may call what compiles another, so all of it is done through shared references.
pub trait Backend {
    /// Compiles a lowered, verified trace.
    ///
    /// # Errors
    /// If it does not fit, or its goal cannot be linked to.
    fn compile(&self, trace: Rc<Trace>, origin: Origin, goal: Option<Goal>) -> Result<CodeId, Failed>;

    /// Makes the exit that `bridge` was compiled for go on there.
    ///
    /// # Errors
    /// If it is too far away, or the system refuses.
    fn attach(&self, parent: CodeId, exit: ExitId, bridge: CodeId) -> Result<(), Failed>;

    /// Runs a root trace until an exit is taken that nothing is attached to; `values` becomes what the snapshot's operands are there.
    ///
    /// # Safety
    /// The parameters are what the trace expects, and what it touches is there.
    unsafe fn enter(&self, code: CodeId, params: &[u64], values: &mut Vec<u64>) -> Exited;

    /// The trace that was compiled.
    fn trace(&self, code: CodeId) -> Option<Rc<Trace>>;

    /// The trace as it is placed in the machine's registers, for dumps; empty where there is no machine.
    fn placed(&self, code: CodeId) -> String;

    /// The trace's machine code, for dumps; empty where there is none.
    fn listing(&self, code: CodeId) -> String;

    /// Where the trace's machine code is and how many bytes it has, if it has any.
    fn extent(&self, code: CodeId) -> Option<(u64, usize)>;

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
    /// Whose exit it is, by the exit's number.
    owners: Vec<CodeId>,
}

impl<M: Machine> Compiler<M> {
    /// Over that code memory; `comments` keeps what dumps show.
    pub fn new(native: Native<M>, comments: bool) -> Compiler<M> {
        let state = State { native, codes: Vec::new(), owners: Vec::new() };
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
    fn exited(&self, state: &ExitState, values: &mut Vec<u64>) -> Option<Exited> {
        let number = state.number as u32;
        let code = *self.owners.get(number as usize)?;
        let compiled = self.compiled(code)?;
        let exit = ExitId(number - compiled.first_exit);
        let locs = &compiled.placement.exits.get(exit.0 as usize)?.locs;
        // SAFETY: the frame is still there.
        values.extend(locs.iter().map(|&loc| unsafe { state.read(loc) }));
        Some(Exited { code, exit })
    }
}

impl<M: Machine> Backend for Compiler<M> {
    fn compile(&self, trace: Rc<Trace>, origin: Origin, goal: Option<Goal>) -> Result<CodeId, Failed> {
        let mut state = self.state.borrow_mut();
        let entry: Vec<Loc> = match origin {
            Origin::Root => (0..trace.params().count() as u16).map(Loc::Slot).collect(),
            Origin::Exit(parent, exit) => {
                state.compiled(parent).ok_or(Failed::Gone)?.bridge_entry(exit).to_vec()
            }
        };
        let target = goal.map(|goal| state.target(goal).ok_or(Failed::Gone)).transpose()?;
        let mut compiled = state.native.compile(&trace, entry, target.as_ref(), self.comments)?;
        #[cfg(debug_assertions)]
        state.native.with_rules(|rules| {
            let proof = check(&trace, rules, &compiled.entry, &compiled.placement);
            assert_eq!(proof, Ok(()), "{}", compiled.placement.show(&trace));
        });
        let id = CodeId(state.codes.len() as u32);
        let exits = compiled.first_exit as usize + compiled.placement.exits.len();
        state.owners.resize(exits, id);
        if !self.comments {
            compiled.forget_steps();
        }
        state.codes.push(Some((trace, compiled)));
        Ok(id)
    }

    fn attach(&self, parent: CodeId, exit: ExitId, bridge: CodeId) -> Result<(), Failed> {
        let State { native, codes, .. } = &mut *self.state.borrow_mut();
        let of = |id: CodeId| codes.get(id.0 as usize).and_then(Option::as_ref).ok_or(Failed::Gone);
        let (parent, bridge) = (&of(parent)?.1, &of(bridge)?.1);
        native.attach(parent, exit, bridge)
    }

    unsafe fn enter(&self, code: CodeId, params: &[u64], values: &mut Vec<u64>) -> Exited {
        let entry = {
            let state = self.state.borrow();
            state.compiled(code).map(|compiled| state.native.entry(compiled))
        };
        let mut exited = None;
        values.clear();
        if let Some(entry) = entry {
            // SAFETY: the caller's promise.
            unsafe { entry.enter(params, |state| exited = self.state.borrow().exited(state, values)) };
        }
        exited.unwrap_or(Exited { code, exit: ExitId(0) })
    }

    fn trace(&self, code: CodeId) -> Option<Rc<Trace>> {
        self.state.borrow().entry(code).map(|entry| entry.0.clone())
    }

    fn placed(&self, code: CodeId) -> String {
        let state = self.state.borrow();
        state.entry(code).map_or_else(String::new, |(trace, compiled)| compiled.placement.show(trace))
    }

    fn listing(&self, code: CodeId) -> String {
        let state = self.state.borrow();
        state.compiled(code).map_or_else(String::new, |compiled| compiled.code.listing::<M>())
    }

    fn extent(&self, code: CodeId) -> Option<(u64, usize)> {
        let state = self.state.borrow();
        state.compiled(code).map(Compiled::extent)
    }

    unsafe fn free(&self, code: CodeId) {
        let mut state = self.state.borrow_mut();
        if let Some((_, compiled)) = state.codes.get_mut(code.0 as usize).and_then(Option::take) {
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
    fn compile(&self, trace: Rc<Trace>, _origin: Origin, goal: Option<Goal>) -> Result<CodeId, Failed> {
        let reachable = match goal {
            Some(Goal::Entry(code)) => self.get(code).is_some(),
            Some(Goal::Loop(code)) => self.get(code).is_some_and(|code| code.trace.loop_is_closed()),
            None => true,
        };
        if !reachable {
            return Err(Failed::Gone);
        }
        let mut codes = self.codes.borrow_mut();
        codes.push(Some(Interpreted { trace, goal, bridges: HashMap::new() }));
        Ok(CodeId(codes.len() as u32 - 1))
    }

    fn attach(&self, parent: CodeId, exit: ExitId, bridge: CodeId) -> Result<(), Failed> {
        let mut codes = self.codes.borrow_mut();
        let parent = codes.get_mut(parent.0 as usize).and_then(Option::as_mut).ok_or(Failed::Gone)?;
        parent.bridges.insert(exit, bridge);
        Ok(())
    }

    unsafe fn enter(&self, mut code: CodeId, params: &[u64], values: &mut Vec<u64>) -> Exited {
        values.clear();
        values.extend(params);
        let mut at_loop = false;
        loop {
            let Some(entry) = self.get(code) else { return Exited { code, exit: ExitId(0) } };
            let start = if at_loop { Start::Loop(values) } else { Start::Entry(values) };
            // SAFETY: the caller's promise.
            let Some(left) = (unsafe { interp::run_from(&entry.trace, start, u64::MAX) }) else { continue };
            *values = left.values;
            if entry.trace.inst(left.at).op == Op::link {
                at_loop = matches!(entry.goal, Some(Goal::Loop(_)));
                match entry.goal {
                    Some(Goal::Loop(next) | Goal::Entry(next)) => code = next,
                    None => return Exited { code, exit: ExitId(0) },
                }
                continue;
            }
            let before = (0..left.at.0).map(Val).filter(|&val| entry.trace.inst(val).op.leaves());
            let exit = ExitId(before.count() as u32);
            match entry.bridges.get(&exit) {
                Some(&bridge) => (code, at_loop) = (bridge, false),
                None => return Exited { code, exit },
            }
        }
    }

    fn trace(&self, code: CodeId) -> Option<Rc<Trace>> {
        self.get(code).map(|code| code.trace)
    }

    fn placed(&self, _code: CodeId) -> String {
        String::new()
    }

    fn listing(&self, _code: CodeId) -> String {
        String::new()
    }

    fn extent(&self, _code: CodeId) -> Option<(u64, usize)> {
        None
    }

    unsafe fn free(&self, code: CodeId) {
        if let Some(entry) = self.codes.borrow_mut().get_mut(code.0 as usize) {
            *entry = None;
        }
    }
}
