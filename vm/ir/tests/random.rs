//! Random traces: the reference interpreter, the pretend machine with each machine's rules, and the processor agree.

mod support;

use ir::fuzz;
use ir::machine::{Machine, Rules};
use ir::native::Native;
use jit_arm::Arm;
use jit_x86::{Features, X86};
use support::arm_elf::{Image, emulator};
use support::{Counts, callees, expect, halve, one_case};

/// The seeds of a test: `FUZZ_START` shifts them.
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
            .unwrap_or_else(|why| panic!("seed {seed}: {why}\n{}", fuzz::case(seed, &callees).trace));
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

#[test]
fn aarch64_on_the_pretend_machine_or_itself() {
    agree(Arm, &[], 10_000);
}

#[test]
fn aarch64_in_an_emulator() {
    let Some(emulator) = emulator() else { return };
    for batch in 0..4 {
        let mut image = Image::new();
        let (host, target) = (callees(), image.callees());
        let mut cases = Vec::new();
        for seed in seeds(1000).map(|seed| batch * 1000 + seed) {
            let mut case = fuzz::case(seed, &host);
            if let Some(expected) = expect(&mut case) {
                case.trace.callees.clone_from(&target);
                image.case(&case);
                cases.push((case, expected));
            }
        }
        image.run(emulator, &cases).unwrap_or_else(|why| panic!("batch {batch}: {why}"));
    }
}
