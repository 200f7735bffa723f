//! What the JIT has done so far.

use crate::abort::{ALL, Abort};

/// The counters.
#[derive(Clone, Debug)]
pub struct Stats {
    /// Recordings begun.
    pub recordings: u64,
    /// Loops compiled.
    pub roots: u64,
    pub bridges: u64,
    /// Functions without a hot loop among them.
    pub functions: u64,
    /// Traces among them that end in an exit.
    pub open: u64,
    /// Times that compiled code was entered from the interpreter.
    pub entries: u64,
    /// Times that a compiled loop was not entered because of what the variables hold.
    pub mismatches: u64,
    /// Loops given up for good.
    pub blacklisted: u64,
    /// Time spent on optimising and assembling.
    pub compile_ns: u64,
    /// Operations in compiled traces.
    pub instructions: u64,
    /// Bytes of machine code made.
    pub code_bytes: u64,
    aborts: [u64; ALL.len()],
}

impl Default for Stats {
    fn default() -> Stats {
        Stats {
            recordings: 0,
            roots: 0,
            bridges: 0,
            functions: 0,
            open: 0,
            entries: 0,
            mismatches: 0,
            blacklisted: 0,
            compile_ns: 0,
            instructions: 0,
            code_bytes: 0,
            aborts: [0; ALL.len()],
        }
    }
}

impl Stats {
    /// Counts a recording that stopped.
    pub fn abort(&mut self, reason: Abort) {
        self.aborts[reason as usize] += 1;
    }

    /// All counters by name.
    pub fn counters(&self) -> [(&'static str, u64); 11] {
        [
            ("recordings", self.recordings),
            ("roots", self.roots),
            ("bridges", self.bridges),
            ("functions", self.functions),
            ("open", self.open),
            ("entries", self.entries),
            ("mismatches", self.mismatches),
            ("blacklisted", self.blacklisted),
            ("compile_ns", self.compile_ns),
            ("instructions", self.instructions),
            ("code_bytes", self.code_bytes),
        ]
    }

    /// The reasons for which recordings stopped, with how often.
    pub fn aborts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        ALL.iter().map(|&reason| (reason.key(), self.aborts[reason as usize])).filter(|entry| entry.1 > 0)
    }
}
