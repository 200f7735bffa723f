//! Loop peeling: the first round stands before the loop.
//!
//! After it, the forward passes find in the loop's body what the first round has already computed, loaded or guarded, and
//! what they leave is what changes from round to round. A phi that never changes is its first value.

use crate::ops::Op;
use crate::trace::{Arg, Rewrite, Trace, Val};

/// Peels the loop, if there is one; `step` adds an instruction to the copy.
pub(super) fn with(trace: &Trace, mut step: impl FnMut(&mut Rewrite, Val)) -> Trace {
    let mut rewrite = Rewrite::new(trace);
    let (Some(mark), Some(jump)) = (trace.loop_mark(), trace.vals().next_back()) else {
        trace.vals().for_each(|val| step(&mut rewrite, val));
        return rewrite.out;
    };
    let phis: Vec<Val> = trace.phis().collect();
    let first = phis.first().copied().unwrap_or(mark);
    for val in (0..first.0).map(Val) {
        step(&mut rewrite, val);
    }
    for &phi in &phis {
        let init = rewrite.args(phi)[0];
        rewrite.replace(phi, init);
    }
    let body = || (mark.0 + 1..jump.0).map(Val);
    for val in body() {
        step(&mut rewrite, val);
    }

    let next = rewrite.args(jump);
    rewrite.forget_snapshots();
    let changes: Vec<bool> =
        phis.iter().zip(trace.args(jump)).map(|(&phi, &next)| next != Arg::Val(phi)).collect();
    for ((&phi, init), changes) in phis.iter().zip(next).zip(&changes) {
        let arg = if *changes { rewrite.out.push(Op::phi, &[init]).into() } else { init };
        rewrite.replace(phi, arg);
    }
    step(&mut rewrite, mark);
    for val in body() {
        step(&mut rewrite, val);
    }
    let next =
        rewrite.args(jump).into_iter().zip(changes).filter_map(|(arg, changes)| changes.then_some(arg));
    let next: Vec<Arg> = next.collect();
    rewrite.out.push(Op::jump, &next);
    rewrite.out
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::with;

    #[test]
    fn the_first_round_comes_before() {
        assert_eq!(
            after(
                |trace| with(trace, |rewrite, val| {
                    rewrite.copy(val);
                }),
                "v0 = param i
                v1 = phi 0
                v2 = phi v0
                loop
                v4 = add v1, v2
                guard_lt v4, 100 -> [v1, v4]
                jump v4, v2"
            ),
            "v0 = param i\nv1 = add 0, v0\nguard_lt v1, 100 -> [0, v1]\nv3 = phi v1\nloop\nv5 = add v3, v0\n\
             guard_lt v5, 100 -> [v3, v5]\njump v5\n"
        );
    }
}
