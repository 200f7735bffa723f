//! Random traces: the reference interpreter, the pretend machine with each machine's rules, and the processor agree.

mod support;

use ir::machine::{Machine, Rules};
use ir::native::Native;
use jit_x86::{Features, X86};
use support::{Counts, callees, halve, one_case};

fn seeds(count: u64) -> std::ops::Range<u64> {
    let start = std::env::var("FUZZ_START").ok().and_then(|start| start.parse().ok()).unwrap_or(0);
    start..start + count
}

fn agree<M: Machine>(machine: M, others: &[Rules], count: u64) {
    let callees = callees();
    let mut native = Native::new(machine, 1 << 20, halve as *const () as u64).expect("code memory");
    let mut counts = Counts::default();
    for seed in seeds(count) {
        one_case(seed, &callees, &mut native, others, &mut counts)
            .unwrap_or_else(|why| panic!("seed {seed}: {why}\n{}", ir::fuzz::case(seed, &callees).trace));
    }
    println!("{}: {counts:?}, {:.2} moves per op", M::NAME, counts.moves as f64 / counts.ops as f64);
}

#[test]
fn x86_with_its_extensions() {
    agree(X86::detect(), &[], 20_000);
}

#[test]
fn x86_baseline() {
    agree(X86(Features::default()), &[], 5_000);
}
