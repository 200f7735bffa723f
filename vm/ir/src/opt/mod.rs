//! Optimisation passes that know no language: one pass per file, each from a trace to a trace.
//!
//! - [`forward`]: the walk in which these are done together, instruction by instruction:
//!   - [`fold`]: constants, identities, comparisons merged into guards;
//!   - [`cse`]: what was computed is not computed again;
//!   - [`heap`]: loads find what was stored or loaded there before;
//!   - [`guards`]: what is known to hold is not asked again;
//!   - [`peel`]: a loop's first round stands before it, so that what does not change is known when the loop begins;
//! - [`dce`]: what nobody needs goes;
//! - [`close`]: a loop's phis are made to be all that its head needs, so that bridges can go back there.
//!
//! All but `guards` and `heap` know nothing but the op table. The passes take both levels.

pub mod forward;

mod few;

mod fold;

mod cse;

mod heap;

mod guards;

mod peel;

pub mod dce;

pub mod close;

use crate::trace::Trace;
use forward::Passes;

/// All passes in a good order; loops are peeled. The time is about proportional to the trace's length.
pub fn optimise(trace: &Trace) -> Trace {
    let once = dce::run(&Passes::ALL.run(trace));
    if once.loop_mark().is_none() {
        return once;
    }
    dce::run(&Passes::ALL.peeled(&once))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::same_bits;
    use crate::fuzz::{self, FUEL, WORDS};
    use crate::interp::{self, Left};
    use crate::ops::Ty;
    use crate::text::parse;
    use crate::verify::verify;

    /// The text that a pass makes of a text.
    pub(super) fn after(pass: impl Fn(&Trace) -> Trace, before: &str) -> String {
        let trace = parse(before, &|_| Some(0)).expect("the text is a trace");
        verify(&trace, false).expect("the trace is well formed");
        let after = pass(&trace);
        verify(&after, false).unwrap_or_else(|why| panic!("{why}\n{after}"));
        after.to_string().lines().skip(1).map(|line| format!("{}\n", line.trim())).collect()
    }

    fn ended_alike(one: (&Trace, &Left), other: (&Trace, &Left)) -> bool {
        let types = |trace: &Trace, left: &Left| -> Vec<Option<Ty>> {
            trace.snapshot(left.at).into_iter().flat_map(|s| s.args()).map(|arg| trace.ty(arg)).collect()
        };
        let types = (types(one.0, one.1), types(other.0, other.1));
        let values = one.1.values.iter().zip(&other.1.values).zip(&types.0);
        types.0 == types.1 && values.into_iter().all(|((&a, &b), &ty)| same_bits(a, b, ty == Some(Ty::F)))
    }

    #[test]
    fn passes_keep_what_traces_do() {
        let passes: [(&str, fn(&Trace) -> Trace); 8] = [
            ("fold", |trace| Passes::FOLD.run(trace)),
            ("cse", |trace| Passes::CSE.run(trace)),
            ("heap", |trace| Passes::HEAP.run(trace)),
            ("guards", |trace| Passes::GUARDS.run(trace)),
            ("peel", |trace| Passes::ALL.peeled(trace)),
            ("dce", dce::run),
            ("close", close::run),
            ("optimise", optimise),
        ];
        for seed in 0..3000 {
            let mut case = fuzz::case(seed, &[]);
            let mut memory = case.memory.clone();
            case.params[0] = memory.as_mut_ptr() as u64;
            // SAFETY: a case touches its memory only.
            let Some(expected) = (unsafe { interp::run(&case.trace, &case.params, FUEL) }) else { continue };
            // An op that leaves on overflow may go when nobody wants its result; then this exit is not taken.
            if case.trace.inst(expected.at).ty.is_some() {
                continue;
            }
            let expected_memory = std::mem::replace(&mut memory, case.memory.clone());
            for (name, pass) in passes {
                let trace = pass(&case.trace);
                verify(&trace, true)
                    .unwrap_or_else(|why| panic!("{name}, seed {seed}: {why}\n{}{trace}", case.trace));
                memory.copy_from_slice(&case.memory);
                case.params[0] = memory.as_mut_ptr() as u64;
                // SAFETY: as above.
                let found = unsafe { interp::run(&trace, &case.params, 2 * FUEL) };
                let found = found.unwrap_or_else(|| panic!("{name}, seed {seed}: it does not end"));
                let alike = |n| same_bits(memory[n], expected_memory[n], n >= WORDS);
                assert!(
                    ended_alike((&case.trace, &expected), (&trace, &found)) && (0..memory.len()).all(alike),
                    "{name}, seed {seed}: {expected:?} {found:?}\n{}{trace}",
                    case.trace
                );
            }
        }
    }

    #[test]
    fn a_loop_over_invariants_is_lean() {
        let text = after(
            optimise,
            "v0 = param p
            v1 = param i
            v2 = phi 0
            v3 = phi 0.0
            v4 = phi v1
            loop
            guard_type v0 #7 -> [v2, v3]
            v7 = get_field_f [v0 + 8] !3
            v8 = fmul v7, 2.0
            v9 = fadd v3, v8
            v10 = addov v2, 1 -> [v2, v3]
            v11 = lt v10, v4
            guard_true v11 -> [v10, v9]
            jump v10, v9, v4",
        );
        let body: Vec<&str> = text.lines().skip_while(|line| *line != "loop").skip(1).collect();
        assert_eq!(
            body,
            [
                "v10 = fadd v8, v4",
                "v11 = addov v7, 1 -> [v7, v8]",
                "guard_lt v11, v1 -> [v11, v10]",
                "jump v11, v10"
            ],
            "{text}"
        );
    }
}
