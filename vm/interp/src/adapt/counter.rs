//! The counters in the first cache entry of specialising instructions: twelve bits of count above four bits of backoff.

use crate::eval::Pc;
use objects::interpreter_frame::CodeUnit;

/// After a success: how many misses until the next look.
const COOLDOWN: CodeUnit = 52 << 4;
const MAX_BACKOFF: CodeUnit = 12;

/// Counts one execution; whether it is time to look at the operands. `pc` is at the counter.
#[inline(always)]
pub unsafe fn tick(pc: Pc) -> bool {
    // SAFETY: the instruction has a counter.
    unsafe {
        let counter = *pc;
        if counter >> 4 == 0 {
            return true;
        }
        *pc = counter - 16;
    }
    false
}

/// Another look only after as long as after a success.
pub unsafe fn pause(pc: Pc) {
    // SAFETY: the instruction has a counter.
    unsafe { *pc = COOLDOWN };
}

/// The instruction becomes `opcode`.
pub unsafe fn succeed(pc: Pc, opcode: u8) {
    // SAFETY: `pc` is behind the instruction's word.
    unsafe {
        let word = pc.sub(1);
        *word = *word & 0xff00 | CodeUnit::from(opcode);
        *pc = COOLDOWN;
    }
}

/// The instruction becomes or stays the general `family`, and looks again only after a longer time.
pub unsafe fn fail(pc: Pc, family: u8) {
    // SAFETY: as in `succeed`.
    unsafe {
        let word = pc.sub(1);
        *word = *word & 0xff00 | CodeUnit::from(family);
        let backoff = ((*pc & 15) + 1).min(MAX_BACKOFF);
        *pc = ((1 << backoff) - 1) << 4 | backoff;
    }
}
