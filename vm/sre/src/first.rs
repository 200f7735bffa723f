//! With which characters a match may begin.

use crate::chars::Case;
use crate::matcher::matches_one;
use crate::program::{Op, Program};

/// A superset of the characters with which a match begins. Patterns that match nothing at all, or of
/// which too little is known, have none.
#[derive(Clone, Debug)]
pub(crate) struct First {
    low: [bool; 256],
    /// Characters past the first 256 may be among them.
    high: bool,
}

/// Operations nested deeper than this are not looked into.
const DEPTH: u32 = 20;

impl First {
    #[inline]
    pub fn contains(&self, code: u32) -> bool {
        match self.low.get(code as usize) {
            Some(&found) => found,
            None => self.high,
        }
    }

    /// Of the whole program.
    pub fn of(program: &Program) -> Option<First> {
        let first = First::at(program, 0, DEPTH)?;
        (!first.high || first.low.contains(&false)).then_some(first)
    }

    fn of_one(program: &Program, op: Op) -> Option<First> {
        let by_locale = match op {
            Op::LiteralIgnore(case, _) | Op::NotLiteralIgnore(case, _) | Op::InIgnore(case, _) => {
                case == Case::Locale
            }
            Op::Category(category) => category.by_locale(),
            Op::In(set) => program.sets[set as usize].by_locale(),
            _ => false,
        };
        if by_locale {
            return None;
        }
        let mut low = [false; 256];
        for (code, found) in low.iter_mut().enumerate() {
            *found = matches_one(program, op, code as u32);
        }
        Some(First { low, high: !matches!(op, Op::Literal(0..256)) })
    }

    fn or(mut self, other: First) -> First {
        self.low.iter_mut().zip(other.low).for_each(|(a, b)| *a |= b);
        self.high |= other.high;
        self
    }

    /// Of what begins at an operation.
    fn at(program: &Program, mut at: usize, depth: u32) -> Option<First> {
        let depth = depth.checked_sub(1)?;
        loop {
            let op = *program.ops.get(at)?;
            at += 1;
            match op {
                // These look at characters without taking them.
                Op::Mark(_) | Op::At(_) => {}
                Op::Assert { end, .. } => at = end as usize,
                Op::Jump(target) => at = target as usize,
                Op::Alternative { next, last } => {
                    let here = First::at(program, at, depth)?;
                    return if last {
                        Some(here)
                    } else {
                        Some(here.or(First::at(program, next as usize, depth)?))
                    };
                }
                Op::Atomic { .. } => {}
                Op::RepeatOne { min, max, tail, .. } => {
                    if max == 0 {
                        at = tail as usize;
                        continue;
                    }
                    let item = First::of_one(program, program.ops[at])?;
                    return if min > 0 {
                        Some(item)
                    } else {
                        Some(item.or(First::at(program, tail as usize, depth)?))
                    };
                }
                Op::Repeat { min, until, .. } => {
                    let body = First::at(program, at, depth)?;
                    let after = until as usize + 1;
                    return if min > 0 {
                        Some(body)
                    } else {
                        Some(body.or(First::at(program, after, depth)?))
                    };
                }
                Op::PossessiveRepeat { min: 1.., .. } => {}
                // A body or the whole may be empty here.
                Op::Success
                | Op::MaxUntil
                | Op::MinUntil
                | Op::PossessiveRepeat { .. }
                | Op::GroupRef(_)
                | Op::GroupRefIgnore(..)
                | Op::GroupRefExists { .. } => return None,
                Op::Failure => return Some(First { low: [false; 256], high: false }),
                one => return First::of_one(program, one),
            }
        }
    }
}
