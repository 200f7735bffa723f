//! Guards: what is known to hold is not asked again.
//!
//! A guard on values holds for ever once it held. One on an object's state (its type, its shape, a watched fact) holds until
//! a call may have changed the world.

use crate::ops::{Effect, Level, Op};
use crate::trace::{Arg, Extra, Rewrite, Touches, Trace, Val};

/// A guard that holds.
struct Fact {
    op: Op,
    args: Vec<Arg>,
    extra: Extra,
}

/// Removes guards that are implied by earlier ones.
pub fn run(trace: &Trace) -> Trace {
    let mut rewrite = Rewrite::new(trace);
    let mut facts: Vec<Fact> = Vec::new();
    for val in trace.vals() {
        let inst = trace.inst(val);
        match inst.op.info().effect {
            Effect::Guard => {
                let args = rewrite.args(val);
                if facts
                    .iter()
                    .any(|fact| fact.extra == inst.extra && implies(fact.op, &fact.args, inst.op, &args))
                {
                    continue;
                }
                rewrite.copy(val);
                facts.push(Fact { op: inst.op, args, extra: inst.extra });
            }
            Effect::Call => {
                rewrite.copy(val);
                if changes_the_world(trace, val) {
                    facts.retain(lasts);
                }
            }
            _ if inst.op == Op::loop_ => {
                rewrite.copy(val);
                if trace.vals().any(|other| other > val && changes_the_world(trace, other)) {
                    facts.retain(lasts);
                }
            }
            _ => {
                rewrite.copy(val);
            }
        }
    }
    rewrite.out
}

fn changes_the_world(trace: &Trace, val: Val) -> bool {
    trace.inst(val).op.info().effect == Effect::Call
        && trace.callee(val).is_none_or(|callee| callee.touches == Touches::Writes)
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
    use super::super::tests::after;
    use super::run;

    #[test]
    fn asks_once() {
        assert_eq!(
            after(
                run,
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
        assert_eq!(after(run, &before), format!("{text}exit -> []\n"));
    }
}
