//! The operands of one instruction that computes: at most three, without a heap allocation.

use crate::trace::Arg;
use std::ops::Deref;

/// The most operands that a pure op, a guard or an address has.
const MOST: usize = 3;

/// Up to three operands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Few {
    args: [Arg; MOST],
    len: u8,
}

impl Few {
    /// These operands; `None` if they are too many.
    pub(super) fn of(args: &[Arg]) -> Option<Few> {
        let mut few = Few { args: [Arg::Const(crate::trace::Const::I(0)); MOST], len: args.len() as u8 };
        few.args.get_mut(..args.len())?.copy_from_slice(args);
        Some(few)
    }

    /// The first and the second change places.
    pub(super) fn swap(&mut self) {
        self.args.swap(0, 1);
    }
}

impl Deref for Few {
    type Target = [Arg];

    fn deref(&self) -> &[Arg] {
        &self.args[..usize::from(self.len)]
    }
}
