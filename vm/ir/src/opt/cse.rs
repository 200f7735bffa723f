//! Common subexpressions: what was computed is not computed again. Loads are `heap.rs`'s.

use super::few::Few;
use crate::ops::Op;
use crate::trace::{Arg, Extra, Trace, Val};
use rustc_hash::FxHashMap;

/// What has been computed. One straight line: whatever came before has been executed.
#[derive(Default)]
pub(super) struct Computed {
    known: FxHashMap<(Op, Few, Extra), Val>,
}

impl Computed {
    /// The instruction that computes this already; otherwise `val`, which is going to, is noted.
    pub(super) fn find(&mut self, op: Op, mut args: Few, extra: Extra, val: Val) -> Option<Val> {
        if op.info().commutes && order(args[0]) > order(args[1]) {
            args.swap();
        }
        let known = *self.known.entry((op, args, extra)).or_insert(val);
        (known != val).then_some(known)
    }

    /// The op's result, from an instruction that is there or one that is added to `out`.
    pub(super) fn push(&mut self, out: &mut Trace, op: Op, args: &[Arg]) -> Val {
        let next = Val(out.len() as u32);
        let known = Few::of(args).and_then(|args| self.find(op, args, Extra::None, next));
        known.unwrap_or_else(|| out.push(op, args))
    }
}

/// In which order the operands of an op that commutes are compared.
fn order(arg: Arg) -> (bool, u64) {
    match arg {
        Arg::Val(val) => (false, val.0.into()),
        Arg::Const(c) => (true, c.bits()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::forward::Passes;
    use super::super::tests::after;

    #[test]
    fn computes_once() {
        assert_eq!(
            after(
                |trace| Passes::CSE.run(trace),
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
