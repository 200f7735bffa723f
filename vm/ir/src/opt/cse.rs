//! Common subexpressions: what was computed is not computed again. Loads are `heap.rs`'s.

use crate::ops::{Effect, Op};
use crate::trace::{Arg, Extra, Rewrite, Trace, Val};
use std::collections::HashMap;

/// Removes repeated pure ops.
pub fn run(trace: &Trace) -> Trace {
    let mut rewrite = Rewrite::new(trace);
    // One straight line: whatever came before has been executed.
    let mut known: HashMap<(Op, Vec<Arg>, Extra), Val> = HashMap::new();
    for val in trace.vals() {
        let inst = trace.inst(val);
        if !matches!(inst.op.info().effect, Effect::Pure | Effect::Trap) {
            rewrite.copy(val);
            continue;
        }
        let mut args = rewrite.args(val);
        if inst.op.info().commutes {
            args.sort_by_key(|arg| (arg.konst().is_some(), arg.val(), arg.konst().map(|c| c.bits())));
        }
        let key = (inst.op, args, inst.extra);
        match known.get(&key) {
            Some(&before) => rewrite.replace(val, before.into()),
            None => {
                let new = rewrite.copy(val);
                known.insert(key, new);
            }
        }
    }
    rewrite.out
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::run;

    #[test]
    fn computes_once() {
        assert_eq!(
            after(
                run,
                "v0 = param i
                v1 = param i
                v2 = addov v0, v1 -> [v0]
                v3 = addov v1, v0 -> [v1]
                v4 = sub v0, v1
                v5 = sub v1, v0
                v6 = sub v0, v1
                exit -> [v2, v3, v4, v5, v6]"
            ),
            "v0 = param i\nv1 = param i\nv2 = addov v0, v1 -> [v0]\nv3 = sub v0, v1\nv4 = sub v1, v0\n\
             exit -> [v2, v2, v3, v4, v3]\n"
        );
    }
}
