//! What the tests of all engines share: callees that leave no volatile register alone, and the comparison of engines.

#![allow(dead_code, reason = "each test uses some of it")]

pub mod arm_elf;
pub mod corpus;

use ir::check::{check, root_entry, run_placed, same_bits, same_end};
use ir::fuzz::{self, Case, FUEL, WORDS};
use ir::interp::{self, Left};
use ir::machine::{Machine, Rules};
use ir::native::{Compiled, Native};
use ir::ops::Ty;
use ir::place::{Placement, place};
use ir::trace::{Callee, Touches};
use ir::verify::verify;

/// `a * 3 ^ (c + (b < 1))`, then rubbish in every volatile register.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
pub extern "C" fn mix(_a: i64, _b: f64, _c: i64) -> i64 {
    std::arch::naked_asm!(
        "mov eax, 1",
        "cvtsi2sd xmm1, eax",
        "ucomisd xmm1, xmm0",
        "seta al",
        "add rax, rsi",
        "lea rdi, [rdi + rdi*2]",
        "xor rax, rdi",
        "mov ecx, 0xbad",
        "mov edx, 0xbad",
        "mov esi, 0xbad",
        "mov edi, 0xbad",
        "mov r8d, 0xbad",
        "mov r9d, 0xbad",
        "mov r10d, 0xbad",
        "mov r11d, 0xbad",
        "pcmpeqd xmm0, xmm0",
        "movaps xmm1, xmm0",
        "movaps xmm2, xmm0",
        "movaps xmm3, xmm0",
        "movaps xmm4, xmm0",
        "movaps xmm5, xmm0",
        "movaps xmm6, xmm0",
        "movaps xmm7, xmm0",
        "movaps xmm8, xmm0",
        "movaps xmm9, xmm0",
        "movaps xmm10, xmm0",
        "movaps xmm11, xmm0",
        "movaps xmm12, xmm0",
        "movaps xmm13, xmm0",
        "movaps xmm14, xmm0",
        "movaps xmm15, xmm0",
        "ret",
    )
}

/// `a * 3 ^ (c + (b < 1))`
#[cfg(not(target_arch = "x86_64"))]
pub extern "C" fn mix(a: i64, b: f64, c: i64) -> i64 {
    a.wrapping_mul(3) ^ c.wrapping_add(i64::from(b < 1.0))
}

/// `a / 2`
pub extern "C" fn halve(a: f64) -> f64 {
    mix(1, a, 2);
    a / 2.0
}

/// The callees of that name.
pub fn address(name: &str) -> Option<u64> {
    match name {
        "mix" => Some(mix as *const () as u64),
        "halve" => Some(halve as *const () as u64),
        "drop" => Some(drop_counted as *const () as u64),
        _ => None,
    }
}

/// All callees.
pub fn callees() -> Vec<Callee> {
    let callee = |name: &str, params: &[Ty], result| Callee {
        name: name.into(),
        address: address(name).unwrap_or_default(),
        params: params.into(),
        result,
        touches: Touches::Writes,
    };
    vec![callee("mix", &[Ty::I, Ty::F, Ty::I], Some(Ty::I)), callee("halve", &[Ty::F], Some(Ty::F))]
}

/// Runs compiled code until it leaves.
///
/// # Safety
/// As for the trace itself.
pub unsafe fn run_native<M: Machine>(native: &Native<M>, compiled: &Compiled, params: &[u64]) -> Left {
    let mut left = None;
    // SAFETY: the caller's promise.
    unsafe {
        native.enter(compiled, params, |state| {
            let number = state.number as u32 - compiled.first_exit;
            let exit = &compiled.placement.exits[number as usize];
            // SAFETY: the frame is still there.
            let values = exit.locs.iter().map(|&loc| state.read(loc)).collect();
            left = Some(Left { at: exit.at, values });
        });
    }
    left.expect("the handler told of an exit")
}

/// What a case came to.
pub struct Ended {
    pub left: Left,
    pub memory: Vec<u64>,
}

/// Makes the pointers among the parameters point at the memory.
pub fn point_at(case: &mut Case, memory: &mut [u64]) {
    for param in case.trace.params() {
        if case.trace.inst(param).ty == Some(Ty::P) {
            case.params[param.index()] = memory.as_mut_ptr() as u64;
        }
    }
}

/// What the interpreter says; `None` if the case does not end.
pub fn expect(case: &mut Case) -> Option<Ended> {
    let mut memory = case.memory.clone();
    point_at(case, &mut memory);
    // SAFETY: a case touches its memory and calls its callees only.
    let left = unsafe { interp::run(&case.trace, &case.params, FUEL)? };
    Some(Ended { left, memory })
}

/// Compares what an engine did with what it should have done.
pub fn compare(
    case: &Case,
    expected: &Ended,
    left: &Left,
    memory: &[u64],
    engine: &str,
) -> Result<(), String> {
    if !same_end(&case.trace, &expected.left, left) {
        return Err(format!("{engine}: {left:?}, not {:?}", expected.left));
    }
    match (0..memory.len()).find(|&n| !same_bits(memory[n], expected.memory[n], n >= WORDS)) {
        Some(n) => Err(format!("{engine}: memory[{n}] is {:#x}, not {:#x}", memory[n], expected.memory[n])),
        None => Ok(()),
    }
}

/// Places a trace, proves the placement, and runs it on the pretend machine.
pub fn pretend(case: &mut Case, expected: &Ended, rules: Rules) -> Result<Placement, String> {
    let entry = root_entry(&case.trace);
    let placement = place(&case.trace, rules, &entry, None).map_err(|_| "too many slots")?;
    let text = placement.show(&case.trace);
    let shown = |why| format!("{why}\n{text}");
    check(&case.trace, rules, &entry, &placement).map_err(shown)?;
    let mut memory = case.memory.clone();
    point_at(case, &mut memory);
    // SAFETY: as for the interpreter.
    let left = unsafe { run_placed(&case.trace, rules, &entry, &placement, &case.params, FUEL * 4) };
    let left = left.ok_or_else(|| shown("it does not end".into()))?;
    compare(case, expected, &left, &memory, "pretend").map_err(shown)?;
    Ok(placement)
}

/// Counts of a fuzzing run.
#[derive(Default, Debug)]
pub struct Counts {
    pub cases: usize,
    pub ops: usize,
    pub moves: usize,
}

/// Runs one case on every engine that this process can run.
pub fn one_case<M: Machine>(
    seed: u64,
    callees: &[Callee],
    native: &mut Native<M>,
    others: &[Rules],
    counts: &mut Counts,
) -> Result<(), String> {
    let mut case = fuzz::case(seed, callees);
    verify(&case.trace, true)?;
    let Some(expected) = expect(&mut case) else { return Ok(()) };
    for &rules in others {
        pretend(&mut case, &expected, rules)?;
    }
    let placement = native.with_rules(|rules| pretend(&mut case, &expected, rules))?;
    let (moves, ops) = placement.moves_and_ops();
    counts.cases += 1;
    counts.ops += ops;
    counts.moves += moves;
    if !M::NATIVE {
        return Ok(());
    }
    natively(&mut case, &expected, native).map_err(|why| format!("{why}\n{}", placement.show(&case.trace)))
}

/// Compiles a case and runs it on the processor.
pub fn natively<M: Machine>(case: &mut Case, expected: &Ended, native: &mut Native<M>) -> Result<(), String> {
    let compiled =
        native.compile(&case.trace, root_entry(&case.trace), None, false).map_err(|why| why.to_string())?;
    let mut memory = case.memory.clone();
    point_at(case, &mut memory);
    // SAFETY: as for the interpreter.
    let left = unsafe { run_native(native, &compiled, &case.params) };
    let result = compare(case, expected, &left, &memory, "native");
    // SAFETY: it is not running, and nothing links to it.
    unsafe { native.free(compiled) };
    result
}

/// A finaliser: tells that it was called in the word after the count.
pub extern "C" fn drop_counted(object: *mut i64) {
    mix(1, 1.0, 1);
    // SAFETY: the tests' objects have two words.
    unsafe { object.add(1).write(77) };
}
