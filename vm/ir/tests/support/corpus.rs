//! The corpus: files of traces with lines that say what running them comes to.
//!
//! `; run: (3, mem, 2.5) == 7, 1.0 at 2` runs the trace above with these parameters; it leaves by its exit 2 (the third
//! instruction that may leave) and the snapshot's operands are 7 and 1.0. `at` may be left out. `mem` is the address of a block
//! whose first 32 words are the integers from 0 and whose second are the doubles from 0.5; `, mem[3] = 9` says what a
//! word is afterwards.

use ir::fuzz::{Case, WORDS};
use ir::interp::Left;
use ir::text::{parse, parse_const};
use ir::trace::Trace;
use std::path::PathBuf;

/// A line of a file.
pub struct Run {
    /// Where it is: file and line.
    pub place: String,
    pub case: Case,
    pub at: Option<usize>,
    pub values: Vec<u64>,
    pub words: Vec<(usize, u64)>,
}

impl Run {
    /// Whether a run came to what the line says.
    pub fn check(&self, left: &Left, memory: &[u64]) -> Result<(), String> {
        let trace = &self.case.trace;
        let exit = trace.vals().filter(|&val| trace.inst(val).op.leaves()).position(|val| val == left.at);
        if self.at.is_some() && self.at != exit {
            return Err(format!("{}: left by exit {exit:?}", self.place));
        }
        if self.values != left.values {
            let shown: Vec<String> = left.values.iter().map(|bits| format!("{bits:#x}")).collect();
            return Err(format!("{}: [{}]", self.place, shown.join(", ")));
        }
        match self.words.iter().find(|&&(n, bits)| memory[n] != bits) {
            Some((n, _)) => Err(format!("{}: mem[{n}] is {:#x}", self.place, memory[*n])),
            None => Ok(()),
        }
    }
}

/// All runs of all files; `address` tells where callees are.
pub fn runs(address: &dyn Fn(&str) -> Option<u64>) -> Vec<Run> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the corpus is there")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ext| ext == "ir"))
        .collect();
    files.sort();
    let mut all = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut start = 0;
        let lines: Vec<&str> = text.lines().collect();
        for end in 1..=lines.len() {
            if end == lines.len() || lines[end].starts_with("trace ") {
                file(&name, &lines[start..end], start, address, &mut all);
                start = end;
            }
        }
    }
    all
}

fn file(name: &str, lines: &[&str], first: usize, address: &dyn Fn(&str) -> Option<u64>, all: &mut Vec<Run>) {
    let text = lines.join("\n");
    let runs =
        lines.iter().enumerate().filter_map(|(n, line)| Some((n, line.trim().strip_prefix("; run:")?)));
    let runs: Vec<_> = runs.collect();
    if runs.is_empty() {
        return;
    }
    let trace = parse(&text, address).unwrap_or_else(|why| panic!("{name}, from line {}: {why}", first + 1));
    ir::verify::verify(&trace, true).unwrap_or_else(|why| panic!("{name}: {why}"));
    for (n, run) in runs {
        let place = format!("{name}:{}", first + n + 1);
        all.push(line(&place, &trace, run).unwrap_or_else(|| panic!("{place}: no run")));
    }
}

fn line(place: &str, trace: &Trace, text: &str) -> Option<Run> {
    let (params, outcome) = text.trim().strip_prefix('(')?.split_once(") ==")?;
    let list = |text: &str| -> Vec<String> {
        text.split(',').map(|item| item.trim().to_string()).filter(|item| !item.is_empty()).collect()
    };
    let bits = |text: &str| if text == "mem" { Some(0) } else { parse_const(text).map(|c| c.bits()) };
    let params: Vec<u64> = list(params).iter().map(|item| bits(item)).collect::<Option<_>>()?;
    let (outcome, at) = match outcome.split_once(" at ") {
        Some((outcome, at)) => (outcome, Some(at.trim().parse().ok()?)),
        None => (outcome, None),
    };
    let (words, values): (Vec<String>, Vec<String>) =
        list(outcome).into_iter().partition(|item| item.starts_with("mem["));
    let word = |item: &String| {
        let (n, value) = item.strip_prefix("mem[")?.split_once("] = ")?;
        Some((n.parse().ok()?, bits(value)?))
    };
    let memory = (0..2 * WORDS as u64)
        .map(|n| if n < WORDS as u64 { n } else { ((n - WORDS as u64) as f64 + 0.5).to_bits() });
    Some(Run {
        place: place.into(),
        case: Case { trace: trace.clone(), params, memory: memory.collect() },
        at,
        values: values.iter().map(|item| bits(item)).collect::<Option<_>>()?,
        words: words.iter().map(word).collect::<Option<_>>()?,
    })
}
