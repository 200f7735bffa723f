//! Parallel moves in some order that works: at a loop's end, before calls, between a bridge and its target.

use crate::machine::{CYCLE_SLOT, Loc, RegFile};
use crate::ops::Ty;

/// A move of a value of that type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Move {
    pub ty: Ty,
    pub to: Loc,
    pub from: Loc,
}

/// Calls `emit` with moves that do, one after the other, what `moves` say all at once. No two write the same place.
///
/// A cycle goes through a scratch register if the moves left are all between registers, since a move between slots
/// needs that register for itself; through a slot otherwise.
pub fn shuffle(moves: &[Move], regs: &RegFile, mut emit: impl FnMut(Move)) {
    let mut pending: Vec<Move> = moves.iter().copied().filter(|m| m.to != m.from).collect();
    while !pending.is_empty() {
        let free = |m: &Move| pending.iter().all(|other| other.from != m.to);
        if let Some(n) = pending.iter().position(free) {
            emit(pending.swap_remove(n));
            continue;
        }
        // Every place left to write is still to be read: only cycles are left.
        let Move { ty, from, .. } = pending[0];
        let in_regs = pending.iter().all(|m| m.to.reg().is_some() && m.from.reg().is_some());
        let scratch = if ty == Ty::F { regs.scratch_float } else { regs.scratch_int };
        let aside = if in_regs { Loc::Reg(scratch) } else { Loc::Slot(CYCLE_SLOT) };
        emit(Move { ty, to: aside, from });
        for m in pending.iter_mut().filter(|m| m.from == from) {
            m.from = aside;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::Random;
    use crate::machine::{Reg, RegSet};
    use std::collections::HashMap;

    const REGS: RegFile = RegFile {
        ints: &[],
        floats: &[],
        scratch_int: Reg::int(31),
        scratch_float: Reg::float(31),
        int_args: &[],
        float_args: &[],
        int_result: Reg::int(0),
        float_result: Reg::float(0),
        volatile: RegSet::EMPTY,
    };

    #[test]
    fn moves_end_as_if_made_at_once() {
        let mut random = Random::new(1);
        let place = |n: u64| if n < 5 { Loc::Reg(Reg(n as u8)) } else { Loc::Slot(n as u16) };
        for _ in 0..2000 {
            let count = 1 + random.below(8);
            let moves: Vec<Move> = (0..count)
                .map(|to| Move { ty: Ty::I, to: place(to), from: place(random.below(8)) })
                .collect();
            let mut now: HashMap<Loc, Loc> = (0..8).map(|n| (place(n), place(n))).collect();
            shuffle(&moves, &REGS, |m| {
                let value = now[&m.from];
                now.insert(m.to, value);
                if matches!((m.to, m.from), (Loc::Slot(_), Loc::Slot(_))) {
                    now.remove(&Loc::Reg(REGS.scratch_int));
                }
            });
            for m in &moves {
                assert_eq!(now[&m.to], m.from, "{moves:?}");
            }
        }
    }
}
