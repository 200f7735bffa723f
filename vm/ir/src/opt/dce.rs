//! Dead code: what nobody needs goes, with phis that only feed themselves.

use crate::ops::Op;
use crate::trace::{Arg, Rewrite, Trace, Val};

/// Removes instructions whose results are not needed and that do nothing else.
pub fn run(trace: &Trace) -> Trace {
    let live = live(trace);
    let phis: Vec<Val> = trace.phis().collect();
    let mut rewrite = Rewrite::new(trace);
    for val in trace.vals() {
        if trace.inst(val).op == Op::jump {
            let next = rewrite.args(val).into_iter().zip(&phis);
            let next: Vec<Arg> = next.filter_map(|(arg, phi)| live[phi.index()].then_some(arg)).collect();
            rewrite.copy_with(val, Op::jump, &next);
        } else if live[val.index()] {
            rewrite.copy(val);
        }
    }
    rewrite.out
}

fn live(trace: &Trace) -> Vec<bool> {
    let mut live = vec![false; trace.len()];
    let mut work: Vec<Val> = trace
        .vals()
        .filter(|&val| {
            let op = trace.inst(val).op;
            !op.removable() && op != Op::phi
        })
        .collect();
    let phis: Vec<Val> = trace.phis().collect();
    let jump = trace.vals().next_back().filter(|&last| trace.inst(last).op == Op::jump);
    while let Some(val) = work.pop() {
        if std::mem::replace(&mut live[val.index()], true) {
            continue;
        }
        let inst = trace.inst(val);
        // A phi needs its next value; the jump itself needs nothing.
        if inst.op == Op::phi {
            let next = jump.and_then(|jump| trace.args(jump).get(phis.iter().position(|&phi| phi == val)?));
            work.extend(next.and_then(|arg| arg.val()));
        }
        if inst.op != Op::jump {
            work.extend(trace.args(val).iter().filter_map(|arg| arg.val()));
        }
        work.extend(
            trace.snapshot(val).into_iter().flat_map(|snapshot| snapshot.args()).filter_map(Arg::val),
        );
    }
    live
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::run;

    #[test]
    fn only_what_is_needed_stays() {
        assert_eq!(
            after(
                run,
                "v0 = param i
                v1 = add v0, 1
                v2 = addov v1, 1 -> [v0]
                v3 = phi v0
                v4 = phi v1
                v5 = phi 0
                loop
                v7 = add v3, 1
                v8 = add v4, v5
                guard_lt v7, 10 -> [v7]
                jump v7, v8, v5"
            ),
            "v0 = param i\nv1 = phi v0\nloop\nv3 = add v1, 1\nguard_lt v3, 10 -> [v3]\njump v3\n"
        );
    }
}
