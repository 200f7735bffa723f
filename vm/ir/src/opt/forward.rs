//! The walk from a trace's start to its end in which everything that rests on what came before is done at once: an instruction is
//! folded, then looked for among what has been computed, loaded, stored or guarded.
//!
//! With a loop peeled ([`peel`]) in the same walk, what the first round has found out is known in the loop.

use super::cse::Computed;
use super::few::Few;
use super::fold::{self, Simpler};
use super::guards::Facts;
use super::heap::Memory;
use super::peel;
use crate::ops::{Effect, Op};
use crate::trace::{Arg, Const, Extra, Rewrite, Touches, Trace, Val};

/// Which parts take part.
#[derive(Clone, Copy, Debug, Default)]
pub struct Passes {
    pub fold: bool,
    pub cse: bool,
    pub heap: bool,
    pub guards: bool,
}

impl Passes {
    /// Every part.
    pub const ALL: Passes = Passes { fold: true, cse: true, heap: true, guards: true };
    /// Constants and identities alone.
    pub const FOLD: Passes = Passes { fold: true, ..Passes::NONE };
    /// Common subexpressions alone.
    pub const CSE: Passes = Passes { cse: true, ..Passes::NONE };
    /// Loads alone.
    pub const HEAP: Passes = Passes { heap: true, ..Passes::NONE };
    /// Guards alone.
    pub const GUARDS: Passes = Passes { guards: true, ..Passes::NONE };
    const NONE: Passes = Passes { fold: false, cse: false, heap: false, guards: false };

    /// Walks the trace.
    pub fn run(self, trace: &Trace) -> Trace {
        let mut walk = Walk::new(self);
        let mut rewrite = Rewrite::new(trace);
        for val in trace.vals() {
            walk.step(&mut rewrite, val);
        }
        rewrite.out
    }

    /// Walks the trace and peels its loop, if it has one.
    pub fn peeled(self, trace: &Trace) -> Trace {
        let mut walk = Walk::new(self);
        peel::with(trace, |rewrite, val| walk.step(rewrite, val))
    }
}

struct Walk {
    passes: Passes,
    computed: Computed,
    memory: Memory,
    facts: Facts,
    args: Vec<Arg>,
}

impl Walk {
    fn new(passes: Passes) -> Walk {
        let (computed, memory, facts) = Default::default();
        Walk { passes, computed, memory, facts, args: Vec::new() }
    }

    fn step(&mut self, rewrite: &mut Rewrite, val: Val) {
        let inst = *rewrite.old.inst(val);
        let mut args = std::mem::take(&mut self.args);
        args.clear();
        args.extend(rewrite.old.args(val).iter().map(|&arg| rewrite.arg(arg)));
        match (inst.op.info().effect, Few::of(&args)) {
            (Effect::Pure | Effect::Trap, Some(few)) => self.pure(rewrite, val, inst.op, few),
            (Effect::Guard, Some(few)) => self.guard(rewrite, val, inst.op, few),
            (Effect::Load, Some(few)) if self.passes.heap => {
                let next = Val(rewrite.out.len() as u32);
                let known = inst.mem().and_then(|mem| self.memory.load(inst.op, few, mem, next));
                match known {
                    Some(known) => rewrite.replace(val, known),
                    None => self.keep(rewrite, val, inst.op, &args),
                }
            }
            (effect, _) => {
                self.keep(rewrite, val, inst.op, &args);
                self.happens(rewrite, val, effect, &args);
            }
        }
        self.args = args;
    }

    fn keep(&mut self, rewrite: &mut Rewrite, val: Val, op: Op, args: &[Arg]) {
        rewrite.copy_with(val, op, args);
    }

    fn pure(&mut self, rewrite: &mut Rewrite, val: Val, op: Op, args: Few) {
        let simpler = if self.passes.fold {
            fold::simplify(&mut rewrite.out, &mut self.computed, op, args)
        } else {
            Simpler::Op(op, args)
        };
        let (op, args) = match simpler {
            Simpler::Arg(arg) => return rewrite.replace(val, arg),
            Simpler::Op(op, args) => (op, args),
        };
        if self.passes.cse {
            let next = Val(rewrite.out.len() as u32);
            let extra = rewrite.old.inst(val).extra;
            if let Some(known) = self.computed.find(op, args, extra, next) {
                return rewrite.replace(val, known.into());
            }
        }
        self.keep(rewrite, val, op, &args);
    }

    fn guard(&mut self, rewrite: &mut Rewrite, val: Val, op: Op, args: Few) {
        let folded = if self.passes.fold { fold::guard(&rewrite.out, op, args) } else { Some((op, args)) };
        let Some((new, few)) = folded else { return };
        if self.passes.guards {
            if self.facts.holds(new, few, rewrite.old.inst(val).extra) {
                return;
            }
            self.keep(rewrite, val, new, &few);
            // What was asked is known by now: the operand itself, and the comparison's result.
            if let (Op::guard_eq, [Arg::Val(asked), Arg::Const(is)]) = (new, &few[..])
                && rewrite.out.inst(*asked).ty == Some(is.ty())
            {
                rewrite.learn(*asked, *is);
            }
            if let (Op::guard_true | Op::guard_false, Some(Arg::Val(asked))) = (op, args.first())
                && rewrite.out.inst(*asked).op.as_guard().is_some()
            {
                rewrite.learn(*asked, Const::I(i64::from(op == Op::guard_true)));
            }
            return;
        }
        self.keep(rewrite, val, new, &few);
    }

    /// An instruction has been added that may change what is known.
    fn happens(&mut self, rewrite: &Rewrite, val: Val, effect: Effect, args: &[Arg]) {
        let trace = rewrite.old;
        let inst = trace.inst(val);
        match effect {
            Effect::Store => match inst.extra {
                Extra::Mem(mem) => self.memory.store(&rewrite.out, inst.op, args, mem),
                _ => self.memory = Memory::default(),
            },
            Effect::Call => {
                self.memory.call(trace, val);
                if changes_the_world(trace, val) {
                    self.facts.forget();
                }
            }
            Effect::Count => self.memory.count(),
            _ if inst.op == Op::loop_ => {
                self.memory.enter_loop(trace, val);
                if (val.0 + 1..trace.len() as u32).any(|other| changes_the_world(trace, Val(other))) {
                    self.facts.forget();
                }
            }
            _ => {}
        }
    }
}

fn changes_the_world(trace: &Trace, val: Val) -> bool {
    trace.inst(val).op.info().effect == Effect::Call
        && trace.callee(val).is_none_or(|callee| callee.touches == Touches::Writes)
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::Passes;

    #[test]
    fn what_was_asked_is_known() {
        assert_eq!(
            after(
                |trace| Passes::ALL.run(trace),
                "v0 = param i
                v1 = param i
                v2 = eq v0, 3
                guard_true v2 -> [v0, v2]
                v4 = lt v1, v0
                guard_false v4 -> []
                v6 = add v0, 1
                exit -> [v0, v2, v4, v6]"
            ),
            "v0 = param i\nv1 = param i\nv2 = eq v0, 3\nguard_eq v0, 3 -> [v0, v2]\nv4 = lt v1, 3\n\
             guard_ge v1, 3 -> []\nexit -> [3, 1, 0, 4]\n"
        );
    }
}
