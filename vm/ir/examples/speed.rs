//! Figures: nanoseconds per compiled op, and per round of a loop: `cargo run -p ir --example speed -- FILE.ir`.
//!
//! The file's parameters are taken to be a pointer to doubles, then integers: 0 and as many rounds as doubles.

use ir::check::root_entry;
use ir::machine::Machine;
use ir::native::Native;
use ir::text;
use jit_x86::X86;
use std::error::Error;
use std::time::Instant;

const ROUNDS: usize = 1 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("speed FILE.ir")?;
    let trace = text::parse(&std::fs::read_to_string(path)?, &|_| None)?;
    ir::verify::verify(&trace, true)?;
    let mut native = Native::new(X86::detect(), 1 << 20, 0)?;
    let start = Instant::now();
    let times = 2000;
    for _ in 0..times {
        let compiled = native.compile(&trace, root_entry(&trace), None, false)?;
        // SAFETY: it does not run.
        unsafe { native.free(compiled) };
    }
    let each = start.elapsed().as_nanos() as f64 / f64::from(times) / trace.len() as f64;
    println!("{each:.0} ns to compile an op");

    let start = Instant::now();
    for _ in 0..times {
        native
            .with_rules(|rules| ir::place::place(&trace, rules, &root_entry(&trace), None))
            .map_err(|_| "too many slots")?;
    }
    let each = start.elapsed().as_nanos() as f64 / f64::from(times) / trace.len() as f64;
    println!("{each:.0} ns of that to place it");

    if !X86::NATIVE {
        return Ok(());
    }
    let compiled = native.compile(&trace, root_entry(&trace), None, false)?;
    let doubles = vec![1.0f64; ROUNDS + 2];
    let params = [doubles.as_ptr() as u64, 0, ROUNDS as u64];
    let best = (0..9)
        .map(|_| {
            let start = Instant::now();
            // SAFETY: the file's trace reads the doubles; its author says so.
            unsafe { native.enter(&compiled, &params, |_| {}) };
            start.elapsed()
        })
        .min();
    println!("{:.2} ns per round", best.unwrap_or_default().as_nanos() as f64 / ROUNDS as f64);
    Ok(())
}
