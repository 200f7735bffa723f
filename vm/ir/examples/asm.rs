//! Shows a trace at every stage: `cargo run -p ir --example asm -- FILE.ir|fuzz:SEED [x86|arm]`.

use ir::assemble::{Site, assemble};
use ir::check::{check, root_entry};
use ir::machine::{Machine, Rules};
use ir::place::place;
use ir::trace::{Callee, Touches, Trace};
use ir::{fuzz, ops::Ty, text, verify};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let Some(source) = args.next() else {
        eprintln!("asm FILE.ir|fuzz:SEED [x86|arm]");
        return ExitCode::FAILURE;
    };
    match read(&source).and_then(|trace| {
        verify::verify(&trace, true)?;
        Ok(trace)
    }) {
        Ok(trace) => {
            println!("{trace}");
            if args.next().as_deref() == Some("arm") {
                show(&trace, jit_arm::Arm, jit_arm::disasm::disassemble);
            } else {
                show(&trace, jit_x86::X86::detect(), jit_x86::disasm::disassemble);
            }
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{source}: {why}");
            ExitCode::FAILURE
        }
    }
}

fn read(source: &str) -> Result<Trace, String> {
    if let Some(seed) = source.strip_prefix("fuzz:") {
        let callee = |name: &str, params: &[Ty], result| Callee {
            name: name.into(),
            address: 0x1234_5678_9abc,
            params: params.into(),
            result,
            touches: Touches::Writes,
        };
        let callees =
            [callee("mix", &[Ty::I, Ty::F, Ty::I], Some(Ty::I)), callee("halve", &[Ty::F], Some(Ty::F))];
        return Ok(fuzz::case(seed.parse().map_err(|_| "no seed")?, &callees).trace);
    }
    let text = std::fs::read_to_string(source).map_err(|error| error.to_string())?;
    text::parse(&text, &|_| Some(0x1234_5678_9abc)).map_err(|error| error.to_string())
}

fn show<M: Machine>(trace: &Trace, machine: M, disassemble: fn(&[u8], u64) -> Vec<(usize, String)>) {
    let rules = Rules { regs: &M::REGS, form: &|op| machine.form(op) };
    let entry = root_entry(trace);
    let Ok(placement) = place(trace, rules, &entry, None) else { return println!("too many slots") };
    println!("{}", placement.show(trace));
    if let Err(why) = check(trace, rules, &entry, &placement) {
        println!("wrong: {why}");
    }
    let site = Site { base: 0x10000, handler: 0x8000, comments: true, ..Site::default() };
    let Ok(code) = assemble(&machine, trace, &placement, site) else {
        return println!("a jump does not reach");
    };
    let mut comments = code.comments.iter().peekable();
    for (at, text) in disassemble(&code.bytes[..code.end], code.base) {
        while let Some((_, comment)) = comments.next_if(|comment| comment.0 <= at) {
            println!("{:40}; {comment}", "");
        }
        println!("{at:6x}  {text}");
    }
    let (moves, ops) = placement.moves_and_ops();
    println!("{} bytes; {moves} moves for {ops} ops in the loop", code.bytes.len());
}
