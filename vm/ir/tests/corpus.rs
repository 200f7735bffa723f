//! The corpus, run by every engine: the interpreter, the pretend machine with each machine's rules, this processor, and an
//! emulator of the other.

mod support;

use ir::check::{root_entry, run_placed};
use ir::fuzz::FUEL;
use ir::machine::{Machine, Rules};
use ir::native::Native;
use ir::place::place;
use ir::text::parse;
use jit_arm::Arm;
use jit_x86::{Features, X86};
use support::arm_elf::{Image, emulator};
use support::corpus::{Run, runs};
use support::{Ended, address, expect, halve, natively, point_at, pretend};

/// The corpus with what the interpreter says, which is checked against what the lines say.
fn expected(address: &dyn Fn(&str) -> Option<u64>) -> Vec<(Run, Ended)> {
    let with_end = |mut run: Run| {
        let ended = expect(&mut run.case).unwrap_or_else(|| panic!("{}: it does not end", run.place));
        run.check(&ended.left, &ended.memory).unwrap_or_else(|why| panic!("{why}"));
        (run, ended)
    };
    runs(address).into_iter().map(with_end).collect()
}

#[test]
fn interpreter() {
    assert!(expected(&address).len() > 70, "the corpus is not found");
}

#[test]
fn pretend_machines() {
    fn all<M: Machine>(machine: M) {
        let rules = Rules { regs: &M::REGS, form: &|op| machine.form(op) };
        for (mut run, ended) in expected(&address) {
            pretend(&mut run.case, &ended, rules)
                .unwrap_or_else(|why| panic!("{}: {}: {why}", M::NAME, run.place));
        }
    }
    all(X86::default());
    all(X86(Features { bmi2: true, sse41: true }));
    all(Arm);
}

#[test]
fn processor() {
    fn all<M: Machine>(machine: M) {
        if !M::NATIVE {
            return;
        }
        let mut native = Native::new(machine, 1 << 16, halve as *const () as u64).expect("code memory");
        for (mut run, ended) in expected(&address) {
            natively(&mut run.case, &ended, &mut native).unwrap_or_else(|why| panic!("{}: {why}", run.place));
        }
    }
    all(X86::default());
    all(X86::detect());
    all(Arm);
}

#[test]
fn emulated_aarch64() {
    let Some(emulator) = emulator() else { return };
    let mut image = Image::new();
    let mut cases = Vec::new();
    for (mut run, ended) in expected(&address) {
        for callee in &mut run.case.trace.callees {
            callee.address = image.address(&callee.name).unwrap_or_default();
        }
        image.case(&run.case);
        cases.push((run.case, ended));
    }
    image.run(emulator, &cases).unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn printed_traces_parse_back() {
    for run in runs(&address) {
        let text = run.case.trace.to_string();
        let again = parse(&text, &address).unwrap_or_else(|why| panic!("{}: {why}\n{text}", run.place));
        assert_eq!(again, run.case.trace, "{}", run.place);
    }
}

#[test]
fn few_registers_more_slots() {
    // A machine of four integer registers and three floating ones still runs the corpus.
    let regs =
        ir::machine::RegFile { ints: &X86::REGS.ints[3..8], floats: &X86::REGS.floats[..3], ..X86::REGS };
    let machine = X86(Features { bmi2: true, sse41: true });
    let rules = Rules { regs: &regs, form: &|op| machine.form(op) };
    for (mut run, ended) in expected(&address) {
        if run.case.trace.vals().any(|val| matches!(run.case.trace.inst(val).op, ir::ops::Op::sdiv)) {
            continue;
        }
        let entry = root_entry(&run.case.trace);
        let placement = place(&run.case.trace, rules, &entry, None).expect("there are slots enough");
        let mut memory = run.case.memory.clone();
        point_at(&mut run.case, &mut memory);
        // SAFETY: the corpus touches the memory only.
        let left = unsafe { run_placed(&run.case.trace, rules, &entry, &placement, &run.case.params, FUEL) };
        assert_eq!(left.as_ref(), Some(&ended.left), "{}", run.place);
    }
}
