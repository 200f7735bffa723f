//! Placement under cramped rules: two toy machines with few registers, over random traces.

use ir::check::{check, root_entry, run_placed, same_bits, same_end};
use ir::fuzz::{self, FUEL, Random, WORDS};
use ir::interp;
use ir::machine::{Def, Form, Loc, Reg, RegFile, RegSet, Rules, Use};
use ir::ops::{ALL, Op, Result, Ty};
use ir::place::{Placement, Step, place};
use ir::trace::{Callee, Const, Touches};
use ir::verify::verify;

const R: [Reg; 6] = [Reg::int(0), Reg::int(1), Reg::int(2), Reg::int(3), Reg::int(4), Reg::int(5)];
const D: [Reg; 4] = [Reg::float(0), Reg::float(1), Reg::float(2), Reg::float(3)];

const REGS: RegFile = RegFile {
    ints: &R,
    floats: &D,
    scratch_int: Reg::int(9),
    scratch_float: Reg::float(9),
    int_args: &[R[2], R[1], R[0]],
    float_args: &[D[0], D[1]],
    int_result: R[0],
    float_result: D[0],
    volatile: RegSet::of(&[R[0], R[1], R[2], R[3], D[0], D[1], D[2], D[3]]),
};

const IMM: Use = Use::REG.or_imm(|c| matches!(c, Const::I(-2048..=2047)));
const MEM: Use = Use::REG.or_mem();
const COUNT: Use = Use::fixed(R[1]).or_imm(|_| true);
const R0: Use = Use::fixed(R[0]);

/// Two-address, with fixed operands for shifts and division.
fn two_address(op: Op) -> Form {
    let none = RegSet::EMPTY;
    let def = match op.info().result {
        Result::None => Def::None,
        _ => Def::Same,
    };
    match op {
        op if op.calls() => Form {
            uses: &[],
            def: match op {
                Op::call => Def::None,
                Op::call_f => Def::Fixed(D[0]),
                _ => Def::Fixed(R[0]),
            },
            clobbers: REGS.volatile,
        },
        Op::call_if | Op::rc_dec => Form { uses: &[Use::REG, Use::ANY], def: Def::None, clobbers: none },
        Op::shl | Op::shr | Op::sar => Form { uses: &[Use::REG, COUNT], def, clobbers: none },
        Op::sdiv => Form { uses: &[R0, Use::REG], def: Def::Fixed(R[0]), clobbers: RegSet::of(&[R[2]]) },
        Op::srem => Form { uses: &[R0, Use::REG], def: Def::Fixed(R[2]), clobbers: RegSet::of(&[R[0]]) },
        Op::fadd | Op::fmul | Op::fsub | Op::fdiv | Op::add => {
            Form { uses: &[Use::REG, MEM], def, clobbers: none }
        }
        Op::flt | Op::f2iov | Op::i2f => Form { uses: &[Use::REG], def: Def::Apart, clobbers: none },
        _ => match (op.info().operands, def) {
            ([], _) | (_, Def::None) => Form { uses: &[Use::REG, IMM], def, clobbers: none },
            _ if op.info().operands.len() > 2 || op.info().carries.mem => {
                Form { uses: &[Use::REG], def: Def::New, clobbers: none }
            }
            _ if crosses_classes(op) => Form { uses: &[Use::REG, IMM], def: Def::New, clobbers: none },
            _ => Form { uses: &[Use::REG, IMM], def, clobbers: none },
        },
    }
}

fn three_address(op: Op) -> Form {
    let form = two_address(op);
    match form.def {
        Def::Same if !matches!(op, Op::shl | Op::shr | Op::sar) => {
            Form { uses: &[Use::REG, IMM], def: Def::New, ..form }
        }
        _ => form,
    }
}

fn crosses_classes(op: Op) -> bool {
    let float = matches!(op.info().result, Result::Of(Ty::F));
    op.info().operands.first().is_some_and(|class| class.admits(Ty::F) != float)
}

extern "C" fn mix(a: i64, b: f64, c: i64) -> i64 {
    a.wrapping_mul(3) ^ c.wrapping_add(i64::from(b < 1.0))
}

extern "C" fn halve(a: f64) -> f64 {
    a / 2.0
}

fn callees() -> Vec<Callee> {
    let callee = |name: &str, address, params: &[Ty], result| Callee {
        name: name.into(),
        address,
        params: params.into(),
        result,
        touches: Touches::Writes,
    };
    vec![
        callee("mix", mix as *const () as u64, &[Ty::I, Ty::F, Ty::I], Some(Ty::I)),
        callee("halve", halve as *const () as u64, &[Ty::F], Some(Ty::F)),
    ]
}

/// How many cases: `FUZZ_CASES`, or few enough for every run.
fn seeds() -> u64 {
    std::env::var("FUZZ_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(6000)
}

#[test]
fn placements_are_right() {
    let callees = callees();
    let (mut moves, mut ops) = (0, 0);
    for seed in 0..seeds() {
        let mut case = fuzz::case(seed, &callees);
        verify(&case.trace, true).unwrap_or_else(|why| panic!("seed {seed}: {why}\n{}", case.trace));
        let mut memory = case.memory.clone();
        case.params[0] = memory.as_mut_ptr() as u64;
        // SAFETY: the case touches its memory and calls its callees only.
        let expected = unsafe { interp::run(&case.trace, &case.params, FUEL) };
        let expected_memory = memory.clone();
        for form in [two_address, three_address] {
            let rules = Rules { regs: &REGS, form: &form };
            let entry = root_entry(&case.trace);
            let placement = place(&case.trace, rules, &entry, None).expect("there are slots enough");
            check(&case.trace, rules, &entry, &placement).unwrap_or_else(|why| {
                panic!("seed {seed}: {why}\n{}{}", case.trace, placement.show(&case.trace))
            });
            memory.copy_from_slice(&case.memory);
            // SAFETY: as above.
            let found = unsafe { run_placed(&case.trace, rules, &entry, &placement, &case.params, FUEL * 4) };
            match (&expected, &found) {
                (Some(expected), Some(found)) => {
                    assert!(
                        same_end(&case.trace, expected, found),
                        "seed {seed}: {expected:?} {found:?}\n{}{}",
                        case.trace,
                        placement.show(&case.trace)
                    );
                    let alike = |n| same_bits(memory[n], expected_memory[n], n >= WORDS);
                    assert!((0..memory.len()).all(alike), "seed {seed}: memory");
                }
                _ => assert_eq!(expected, found, "seed {seed}"),
            }
            let (m, o) = placement.moves_and_ops();
            moves += m;
            ops += o;
        }
    }
    println!("{:.2} moves per op", moves as f64 / ops as f64);
}

/// Breaks a placement in one place.
fn spoil(placement: &mut Placement, random: &mut Random) -> bool {
    let other = Loc::Reg(random.of(&R));
    let n = random.below(placement.steps.len() as u64) as usize;
    match &mut placement.steps[n] {
        Step::Move(m) if random.percent(50) && m.ty != Ty::F && m.from != other => m.from = other,
        Step::Move(_) => drop(placement.steps.remove(n)),
        Step::Op(op) => {
            let changed = match op.exit {
                Some(exit) if random.percent(50) => placement.exits[exit.0 as usize].locs.first_mut(),
                _ => op.args.first_mut(),
            };
            match changed {
                Some(loc) if loc.reg().is_some_and(|reg| !reg.is_float()) && *loc != other => *loc = other,
                _ => return false,
            }
        }
        Step::Loop => return false,
    }
    true
}

#[test]
fn the_proof_finds_what_is_wrong() {
    let callees = callees();
    let mut random = Random::new(3);
    let (mut spoilt, mut found) = (0, 0);
    for seed in 0..3000 {
        let mut case = fuzz::case(seed, &callees);
        let rules = Rules { regs: &REGS, form: &two_address };
        let entry = root_entry(&case.trace);
        let mut placement = place(&case.trace, rules, &entry, None).expect("there are slots enough");
        if !spoil(&mut placement, &mut random) {
            continue;
        }
        spoilt += 1;
        if check(&case.trace, rules, &entry, &placement).is_err() {
            found += 1;
            continue;
        }
        // What the proof lets pass must be right all the same: a move that nobody needed.
        let mut memory = case.memory.clone();
        case.params[0] = memory.as_mut_ptr() as u64;
        // SAFETY: the case touches its memory and calls its callees only.
        let expected = unsafe { interp::run(&case.trace, &case.params, FUEL) };
        memory.copy_from_slice(&case.memory);
        // SAFETY: as above; the proof says that addresses are what they should be.
        let left = unsafe { run_placed(&case.trace, rules, &entry, &placement, &case.params, FUEL * 4) };
        if let (Some(expected), Some(left)) = (expected, left) {
            assert!(same_end(&case.trace, &expected, &left), "seed {seed}: {}", placement.show(&case.trace));
        }
    }
    assert!(spoilt > 1500 && found * 100 > spoilt * 95, "{found} of {spoilt} found");
}

#[test]
fn every_op_of_the_low_level_occurs() {
    let callees = callees();
    let mut seen = std::collections::HashSet::new();
    for seed in 0..2000 {
        let trace = fuzz::case(seed, &callees).trace;
        seen.extend(trace.vals().map(|val| trace.inst(val).op));
    }
    let exempt = [
        Op::link,
        Op::as_int,
        Op::as_ptr,
        Op::offset,
        Op::f2bits,
        Op::ld_p,
        Op::ldx_p,
        Op::call,
        Op::call_p,
        Op::rc_inc,
        Op::rc_dec,
    ];
    let lo = ALL.iter().filter(|op| op.info().level == ir::ops::Level::Lo && !exempt.contains(op));
    let missing: Vec<&Op> = lo.filter(|op| !seen.contains(op)).collect();
    assert!(missing.is_empty(), "never made: {missing:?}");
}
