//! Random traces in numbers: `cargo run -p ir --example fuzz_ir -- N [START]`.
//!
//! Each is run by the reference interpreter, on the pretend machine with both machines' rules, and on this processor.

#[path = "../tests/support/mod.rs"]
mod support;

use ir::fuzz;
use ir::machine::{Machine, Rules};
use ir::native::Native;
use jit_arm::Arm;
use jit_x86::X86;
use std::process::ExitCode;
use support::{Counts, callees, halve, one_case};

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<u64>().ok());
    let count = numbers.next().unwrap_or(100_000);
    let start = numbers.next().unwrap_or(0);
    let callees = callees();
    let mut counts = Counts::default();
    let arm = |op| Arm.form(op);
    let others = [Rules { regs: &Arm::REGS, form: &arm }];
    let mut native = match Native::new(X86::detect(), 1 << 20, halve as *const () as u64) {
        Ok(native) => native,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    };
    for seed in start..start + count {
        if let Err(why) = one_case(seed, &callees, &mut native, &others, &mut counts) {
            eprintln!("seed {seed}: {why}\n{}", fuzz::case(seed, &callees).trace);
            return ExitCode::FAILURE;
        }
        if seed % 100_000 == 99_999 {
            eprintln!("{}", seed + 1);
        }
    }
    println!("{counts:?}, {:.2} moves per op", counts.moves as f64 / counts.ops as f64);
    ExitCode::SUCCESS
}
