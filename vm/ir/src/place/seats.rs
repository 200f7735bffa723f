//! Who gets a register at a loop's head: phis, values that the body takes from the preamble, constants.
//!
//! The body's register pressure decides how many may stay, how often the body reads them decides who; what lives across a call
//! needs a register that the call preserves. The others start each round in their slots.

use super::{FOREVER, Scan, time};
use crate::machine::{Reg, RegSet};
use crate::ops::Ty;
use crate::trace::{Arg, Val};

/// A phi, a value of the preamble or a constant, and its register at the loop's head; without one it has a slot.
pub(super) struct Seat {
    pub(super) arg: Arg,
    pub(super) reg: Option<Reg>,
}

struct Candidate {
    arg: Arg,
    /// The instructions of the body between which it is live.
    until: u32,
    /// How often the body reads it.
    weight: usize,
    /// Registers that will not last as long as it lives.
    avoid: RegSet,
    /// Where its first value is, if it may stay there.
    stay: Option<Reg>,
    reg: Option<Reg>,
    out: bool,
}

/// Gives out seats: phis in order, then values of the preamble, then constants that got a register.
pub(super) fn choose(scan: &Scan, mark: Val) -> Vec<Seat> {
    let mut candidates = candidates(scan, mark);
    for float in [false, true] {
        relieve(scan, mark, &mut candidates, float);
    }
    let mut taken = RegSet::EMPTY;
    for candidate in candidates.iter_mut().filter(|c| !c.out) {
        if let Some(reg) = candidate.stay.filter(|&reg| !taken.has(reg) && !candidate.avoid.has(reg)) {
            taken.insert(reg);
            candidate.reg = Some(reg);
        }
    }
    let mut rest: Vec<&mut Candidate> = candidates.iter_mut().filter(|c| !c.out && c.reg.is_none()).collect();
    rest.sort_by_key(|c| std::cmp::Reverse(c.weight));
    for candidate in rest {
        let pool =
            if scan.ty(candidate.arg) == Ty::F { scan.rules.regs.floats } else { scan.rules.regs.ints };
        candidate.reg = pool.iter().copied().find(|&reg| !taken.has(reg) && !candidate.avoid.has(reg));
        candidate.reg.into_iter().for_each(|reg| taken.insert(reg));
    }
    let seated = candidates.into_iter().filter(|c| c.reg.is_some() || c.arg.val().is_some());
    seated.map(|Candidate { arg, reg, .. }| Seat { arg, reg }).collect()
}

fn candidates(scan: &Scan, mark: Val) -> Vec<Candidate> {
    let facts = scan.facts;
    let end = scan.trace.len() as u32 - 1;
    let candidate = |arg, until: u32, weight, stay| Candidate {
        arg,
        until,
        weight,
        avoid: facts.killed_between(mark.0, until.saturating_mul(2)),
        stay,
        reg: None,
        out: false,
    };
    let mut all = Vec::new();
    for &phi in &facts.phis {
        let init = scan.trace.args(phi)[0].val().filter(|init| facts.last[init.index()] <= time(mark));
        let stay = init.and_then(|init| scan.homes[init.index()].reg);
        all.push(candidate(
            phi.into(),
            (facts.last[phi.index()] / 2).max(mark.0),
            facts.uses[phi.index()].len(),
            stay,
        ));
    }
    let first = facts.phis.first().copied().unwrap_or(mark);
    for val in (0..first.0).map(Val).filter(|val| facts.last[val.index()] == FOREVER) {
        let weight = facts.uses[val.index()].iter().filter(|&&n| n > mark.0).count();
        all.push(candidate(val.into(), end, weight, scan.homes[val.index()].reg));
    }
    for (c, uses) in &facts.consts {
        all.push(candidate(Arg::Const(*c), end, uses.len(), scan.reg_of(Arg::Const(*c))));
    }
    all
}

/// Leaves out the least useful candidates until the body's values of one class fit the registers.
fn relieve(scan: &Scan, mark: Val, candidates: &mut [Candidate], float: bool) {
    let facts = scan.facts;
    let of_class = |ty: Option<Ty>| ty.is_some_and(|ty| (ty == Ty::F) == float);
    let length = scan.trace.len() - mark.index();
    let mut pressure = vec![0usize; length];
    let mut count = |from: u32, until: u32| {
        for n in from..until {
            pressure[(n - mark.0) as usize] += 1;
        }
    };
    for val in (mark.0 + 1..scan.trace.len() as u32).map(Val) {
        if of_class(scan.trace.inst(val).ty) {
            count(val.0, facts.last[val.index()] / 2);
        }
    }
    for c in candidates.iter().filter(|c| of_class(scan.trace.ty(c.arg))) {
        count(mark.0, c.until);
    }
    let room = if float { scan.rules.regs.floats.len() } else { scan.rules.regs.ints.len() };
    for n in 0..length {
        while pressure[n] > room {
            let here = candidates
                .iter_mut()
                .filter(|c| !c.out && of_class(scan.trace.ty(c.arg)) && (c.until - mark.0) as usize > n);
            let Some(victim) = here.min_by_key(|c| (c.arg.val().is_some(), c.weight)) else { break };
            victim.out = true;
            for step in &mut pressure[..(victim.until - mark.0) as usize] {
                *step -= 1;
            }
        }
    }
}
