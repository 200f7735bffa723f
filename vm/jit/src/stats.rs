//! What the JIT has done so far.

use crate::abort::{ALL, Abort};
use std::collections::BTreeMap;
use std::fmt;

/// Lines of a kind that [`Stats::told`] shows.
const MOST: usize = 40;

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
    /// Times that a place was left alone for a while, as entries of it did too little.
    pub idle: u64,
    /// Instructions of programs that compiled code has done.
    pub work: u64,
    /// Times that something hot was not recorded yet, as what was compiled before has not paid so far.
    pub put_off: u64,
    /// Time spent on optimising and assembling.
    pub compile_ns: u64,
    /// Operations in compiled traces.
    pub instructions: u64,
    /// Bytes of machine code made.
    pub code_bytes: u64,
    aborts: [u64; ALL.len()],
    /// What recordings left to the runtime, and where they stopped, with how often; counted for [`Stats::told`] alone.
    pub left: BTreeMap<String, u64>,
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
            idle: 0,
            work: 0,
            put_off: 0,
            compile_ns: 0,
            instructions: 0,
            code_bytes: 0,
            aborts: [0; ALL.len()],
            left: BTreeMap::new(),
        }
    }
}

impl Stats {
    /// Counts a recording that stopped.
    pub fn abort(&mut self, reason: Abort) {
        self.aborts[reason as usize] += 1;
    }

    /// All counters by name.
    pub fn counters(&self) -> [(&'static str, u64); 14] {
        [
            ("recordings", self.recordings),
            ("roots", self.roots),
            ("bridges", self.bridges),
            ("functions", self.functions),
            ("open", self.open),
            ("entries", self.entries),
            ("mismatches", self.mismatches),
            ("blacklisted", self.blacklisted),
            ("idle", self.idle),
            ("work", self.work),
            ("put_off", self.put_off),
            ("compile_ns", self.compile_ns),
            ("instructions", self.instructions),
            ("code_bytes", self.code_bytes),
        ]
    }

    /// The reasons for which recordings stopped, with how often.
    pub fn aborts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        ALL.iter().map(|&reason| (reason.key(), self.aborts[reason as usize])).filter(|entry| entry.1 > 0)
    }

    /// All of it as text; of what may be many, the most frequent.
    pub fn told(&self, exits: &[(u64, String)]) -> impl fmt::Display {
        let line = |(name, count): (&str, u64)| format!("{count:>12} {name}\n");
        let most = |mut entries: Vec<(u64, String)>| {
            entries.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            entries.iter().take(MOST).map(|(count, name)| line((name, *count))).collect::<String>()
        };
        let mut text = String::from("---- jit: counters\n");
        text.extend(self.counters().map(line));
        text += "---- jit: recordings that stopped\n";
        text.extend(self.aborts().map(line));
        text += "---- jit: left to the runtime\n";
        text += &most(self.left.iter().map(|(name, &count)| (count, name.clone())).collect());
        text += "---- jit: exits taken\n";
        text += &most(exits.to_vec());
        text
    }
}
