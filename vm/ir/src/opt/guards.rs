//! Guards: what is known to hold is not asked again.
//!
//! A guard on values holds for ever once it held. One on an object's state (its type, its shape, a watched fact) holds until
//! a call may have changed the world.

use super::few::Few;
use crate::ops::{Level, Op};
use crate::trace::{Arg, Extra};
use rustc_hash::FxHashMap;

/// A guard that holds.
struct Fact {
    op: Op,
    args: Few,
    extra: Extra,
}

/// What is known to hold, by the operands in a fixed order.
#[derive(Default)]
pub(super) struct Facts {
    known: FxHashMap<[Option<Arg>; 2], Vec<Fact>>,
    /// Whether there are facts about objects.
    passing: bool,
}

impl Facts {
    /// Whether the guard is implied by what is known. If not, it is known from now on.
    pub(super) fn holds(&mut self, op: Op, args: Few, extra: Extra) -> bool {
        let facts = self.known.entry(key(&args)).or_default();
        if facts.iter().any(|fact| fact.extra == extra && implies(fact.op, &fact.args, op, &args)) {
            return true;
        }
        let fact = Fact { op, args, extra };
        self.passing |= !lasts(&fact);
        facts.push(fact);
        false
    }

    /// A call may have changed the world.
    pub(super) fn forget(&mut self) {
        if std::mem::take(&mut self.passing) {
            self.known.values_mut().for_each(|facts| facts.retain(lasts));
        }
    }
}

/// The operands, whichever comes first.
fn key(args: &[Arg]) -> [Option<Arg>; 2] {
    let [a, b] = [args.first().copied(), args.get(1).copied()];
    let order = |arg: Option<Arg>| match arg {
        None => (0, 0),
        Some(Arg::Val(val)) => (1, val.0.into()),
        Some(Arg::Const(c)) => (2, c.bits()),
    };
    if order(a) <= order(b) { [a, b] } else { [b, a] }
}

/// Whether the fact is about values alone.
fn lasts(fact: &Fact) -> bool {
    fact.op.info().level == Level::Lo || fact.op == Op::guard_value
}

/// Whether the one guard's holding means the other's.
fn implies(known: Op, known_args: &[Arg], op: Op, args: &[Arg]) -> bool {
    let same = known_args == args;
    let turned = matches!((known_args, args), ([a, b], [c, d]) if a == d && b == c);
    let from = if same {
        Some(known)
    } else if turned {
        known.reversed()
    } else {
        None
    };
    let Some(from) = from else { return false };
    from == op
        || match from {
            Op::guard_eq => matches!(op, Op::guard_le | Op::guard_ge | Op::guard_ule | Op::guard_uge),
            Op::guard_lt => matches!(op, Op::guard_le | Op::guard_ne),
            Op::guard_gt => matches!(op, Op::guard_ge | Op::guard_ne),
            Op::guard_ult => matches!(op, Op::guard_ule | Op::guard_ne),
            Op::guard_ugt => matches!(op, Op::guard_uge | Op::guard_ne),
            Op::guard_flt => matches!(op, Op::guard_fle | Op::guard_fne),
            Op::guard_feq => op == Op::guard_fle,
            Op::guard_fnle => op == Op::guard_fnlt,
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::super::forward::Passes;
    use super::super::tests::after;

    #[test]
    fn asks_once() {
        assert_eq!(
            after(
                |trace| Passes::GUARDS.run(trace),
                "v0 = param p
                v1 = param i
                guard_type v0 #3 -> [v1]
                guard_lt v1, 10 -> []
                guard_type v0 #3 -> []
                guard_type v0 #4 -> []
                guard_le v1, 10 -> []
                guard_ne v1, 10 -> []
                guard_gt v1, 10 -> []
                exit -> []"
            ),
            "v0 = param p\nv1 = param i\nguard_type v0 #3 -> [v1]\nguard_lt v1, 10 -> []\nguard_type v0 #4 -> []\n\
             guard_gt v1, 10 -> []\nexit -> []\n"
        );
    }

    #[test]
    fn calls_change_objects_but_not_values() {
        let text = "callee f() writes\nv0 = param p\nguard_shape v0 #3 -> []\nguard_true v0 -> []\ncall f()\nguard_shape v0 #3 -> []\n";
        let before = format!("{text}guard_true v0 -> []\nexit -> []");
        assert_eq!(after(|trace| Passes::GUARDS.run(trace), &before), format!("{text}exit -> []\n"));
    }
}
