//! Closing a loop: what its body takes from the preamble becomes phis that never change.
//!
//! Then the phis are all that a jump to the loop's head has to bring along, and bridges can go back there. The last
//! pass: the others would undo it.

use crate::ops::Op;
use crate::trace::{Arg, Rewrite, Trace, Val};

/// Closes the loop, if there is one.
pub fn run(trace: &Trace) -> Trace {
    let (Some(mark), Some(jump)) = (trace.loop_mark(), trace.vals().next_back()) else {
        return trace.clone();
    };
    let taken = trace.loop_takes();
    let mut rewrite = Rewrite::new(trace);
    for val in trace.vals() {
        if val == mark {
            let phis: Vec<(Val, Val)> = taken
                .iter()
                .map(|&val| {
                    let init = rewrite.arg(val.into());
                    (val, rewrite.out.push(Op::phi, &[init]))
                })
                .collect();
            for (val, phi) in phis {
                rewrite.replace(val, phi.into());
            }
            rewrite.forget_snapshots();
        }
        if val == jump {
            let mut next = rewrite.args(val);
            next.extend(taken.iter().map(|&val| rewrite.arg(Arg::Val(val))));
            rewrite.copy_with(val, Op::jump, &next);
        } else {
            rewrite.copy(val);
        }
    }
    rewrite.out
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::run;

    #[test]
    fn what_the_body_takes_becomes_a_phi() {
        assert_eq!(
            after(
                run,
                "v0 = param i
                v1 = param i
                v2 = phi 0
                loop
                v4 = add v2, v0
                guard_lt v4, 100 -> [v4, v1]
                jump v4"
            ),
            "v0 = param i\nv1 = param i\nv2 = phi 0\nv3 = phi v0\nv4 = phi v1\nloop\nv6 = add v2, v3\n\
             guard_lt v6, 100 -> [v6, v4]\njump v6, v3, v4\n"
        );
    }
}
