//! Random traces: well formed, ending, and with nothing undefined in them.
//!
//! A case is a trace, its parameters, and a block of memory that parameter 0 points to: [`WORDS`] words of
//! integers, then [`WORDS`] doubles. Two ways of running it must end alike, in values and in memory.

use crate::ops::{ALL, Class, Effect, Level, Op, Result as OpResult, Ty};
use crate::trace::{Alias, Arg, Callee, Const, Extra, Mem, SnapId, Snapshot, Trace, Val};

/// A small random generator: xorshift, the same everywhere.
pub struct Random(u64);

impl Random {
    /// The seed's sequence.
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next 64 bits of the sequence.
    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        (self.bits() >> 11) % limit
    }

    /// One of the choices.
    pub fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// True `n` times of a hundred.
    pub fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }
}

/// How many integers, and how many doubles, the block of memory has.
pub const WORDS: usize = 32;

/// A trace with what to run it on.
pub struct Case {
    pub trace: Trace,
    /// Parameter 0 is the memory's address, put in by whoever runs it.
    pub params: Vec<u64>,
    pub memory: Vec<u64>,
}

/// Instructions that a case runs at most, about.
pub const FUEL: u64 = 100_000;

/// The case of that seed; `callees` are functions that any argument suits.
pub fn case(seed: u64, callees: &[Callee]) -> Case {
    let mut maker = Maker {
        random: Random::new(seed),
        trace: Trace::new(format!("fuzz{seed}")),
        ints: Vec::new(),
        floats: Vec::new(),
        memory: Val(0),
        may_leave: true,
    };
    let mut params = vec![0];
    maker.memory = maker.trace.param(Ty::P);
    for _ in 0..maker.random.below(6) {
        let ty = maker.random.of(&[Ty::I, Ty::I, Ty::F]);
        let param = maker.trace.param(ty);
        maker.add(param);
        params.push(maker.constant(ty).bits());
    }
    let callees: Vec<_> = callees.iter().map(|callee| maker.trace.declare(callee.clone())).collect();
    // Few guards in some traces, so that long ones are run to their ends.
    let guards = maker.random.of(&[2, 10, 25]);
    let calls = if callees.is_empty() { 0 } else { maker.random.of(&[0, 0, 3, 10]) };
    let size = maker.random.of(&[4, 12, 30, 80]);
    let body = |maker: &mut Maker, size: u64| {
        for _ in 0..size {
            if maker.random.percent(calls) {
                let callee = maker.random.of(&callees);
                maker.call(callee);
            } else {
                maker.may_leave = maker.random.percent(guards);
                maker.op();
            }
        }
    };
    let before = maker.random.below(size);
    body(&mut maker, before);
    if maker.random.percent(60) {
        maker.looping(size, body);
    } else {
        let snap = maker.snapshot();
        maker.trace.guard(Op::exit, &[], snap);
    }
    let memory =
        (0..2 * WORDS).map(|n| maker.constant(if n < WORDS { Ty::I } else { Ty::F }).bits()).collect();
    Case { trace: maker.trace, params, memory }
}

struct Maker {
    random: Random,
    trace: Trace,
    ints: Vec<Val>,
    floats: Vec<Val>,
    memory: Val,
    may_leave: bool,
}

impl Maker {
    fn add(&mut self, val: Val) {
        match self.trace.inst(val).ty {
            Some(Ty::I) => self.ints.push(val),
            Some(Ty::F) => self.floats.push(val),
            _ => {}
        }
    }

    fn constant(&mut self, ty: Ty) -> Const {
        let bits = self.random.bits();
        if ty == Ty::F {
            let common = [0.0, 1.0, -1.0, 0.5, 3.0, -0.0, 1e300, f64::INFINITY, f64::NAN, 9.3e18];
            let value = if bits & 1 == 0 { self.random.of(&common) } else { (bits as i32) as f64 / 1024.0 };
            return Const::F(value.to_bits());
        }
        let shift = self.random.below(64);
        let common = [0, 1, -1, 2, 8, 63, 255, 4095, 4096, i64::from(i32::MAX), i64::MIN, i64::MAX];
        Const::I(if bits & 1 == 0 { self.random.of(&common) } else { bits.cast_signed() >> shift })
    }

    fn arg(&mut self, ty: Ty) -> Arg {
        let known = if ty == Ty::F { &self.floats } else { &self.ints };
        if known.is_empty() || self.random.percent(15) {
            return Arg::Const(self.constant(ty));
        }
        // Half of the time a recent one, so that values both die young and live long.
        let known = if self.random.percent(50) { &known[known.len().saturating_sub(4)..] } else { known };
        self.random.of(known).into()
    }

    fn snapshot(&mut self) -> SnapId {
        let count = self.random.below(8);
        let args: Vec<Arg> = (0..count)
            .map(|_| {
                let ty = self.random.of(&[Ty::I, Ty::F]);
                self.arg(ty)
            })
            .collect();
        self.trace.snap(Snapshot::of(args))
    }

    fn snap_for(&mut self, op: Op) -> Option<SnapId> {
        op.leaves().then(|| self.snapshot())
    }

    fn op(&mut self) {
        let op = self.random.of(ALL);
        let info = op.info();
        let wanted = info.level == Level::Lo && (self.may_leave || !info.guard || op.removable());
        match info.effect {
            _ if !wanted || matches!(op, Op::as_ptr | Op::as_int | Op::offset | Op::f2bits) => {}
            Effect::Load | Effect::Store => self.access(op),
            // Overflow is rare with small operands only.
            Effect::Pure | Effect::Guard => {
                if info.guard && info.result != OpResult::None && !self.may_leave && self.random.percent(80) {
                    return;
                }
                let args: Vec<Arg> = info
                    .operands
                    .iter()
                    .map(|&class| self.arg(if class == Class::F { Ty::F } else { Ty::I }))
                    .collect();
                let snap = self.snap_for(op);
                let val = self.trace.push_with(op, &args, snap, Extra::None);
                self.add(val);
            }
            Effect::Trap => {
                let divisor = self.arg(Ty::I);
                let small = self.trace.push(Op::and, &[divisor, 0xffff.into()]);
                let divisor = self.trace.push(Op::or, &[small.into(), 1.into()]);
                let dividend = self.arg(Ty::I);
                let val = self.trace.push(op, &[dividend, divisor.into()]);
                self.add(val);
            }
            _ => {}
        }
    }

    fn access(&mut self, op: Op) {
        let index = op.info().carries.index;
        let double = op.name().ends_with("f64");
        let base = if double { 8 * WORDS as i32 } else { 0 };
        let mut args = vec![Arg::Val(self.memory)];
        let mut mem = Mem::at(base, Alias(1 + u16::from(double)));
        // Loads of pointers give words.
        let op = match op {
            Op::ld_p => Op::ld_i64,
            Op::ldx_p => Op::ldx_i64,
            op => op,
        };
        if index {
            let any = self.arg(Ty::I);
            let small = self.trace.push(Op::and, &[any, (WORDS as i64 / 2 - 1).into()]);
            args.push(small.into());
            mem.scale = if double { 8 } else { self.random.of(&[1, 2, 4, 8]) };
            mem.offset += 8 * self.random.below(WORDS as u64 / 2) as i32;
        } else {
            mem.offset += 8 * self.random.below(WORDS as u64) as i32;
            mem.offset += if double { 0 } else { self.random.of(&[0, 0, 0, 4, 2, 1]) };
            mem.offset = mem.offset.min(base + 8 * WORDS as i32 - 8);
        }
        if op.info().effect == Effect::Store {
            let value = self.arg(if double { Ty::F } else { Ty::I });
            args.push(value);
        }
        let val = self.trace.access(op, &args, mem);
        self.add(val);
    }

    fn call(&mut self, callee: crate::trace::CalleeId) {
        let Callee { params, result, .. } = self.trace.callees[callee.0 as usize].clone();
        let mut args: Vec<Arg> = params.iter().map(|&ty| self.arg(ty)).collect();
        let op = match result {
            _ if self.random.percent(30) => {
                let condition = self.arg(Ty::I);
                args.insert(0, condition);
                Op::call_if
            }
            Some(Ty::I) => Op::call_i,
            Some(Ty::F) => Op::call_f,
            _ => Op::call,
        };
        let val = self.trace.call(op, &args, callee);
        self.add(val);
    }

    /// A loop that counts down, so that it ends.
    fn looping(&mut self, size: u64, body: impl Fn(&mut Maker, u64)) {
        let rounds = 1 + self.random.below(20) as i64;
        let count = self.random.below(8);
        let types: Vec<Ty> = (0..count).map(|_| self.random.of(&[Ty::I, Ty::I, Ty::F])).collect();
        let inits: Vec<Arg> = types.iter().map(|&ty| self.arg(ty)).collect();
        let counter = self.trace.push(Op::phi, &[rounds.into()]);
        let phis: Vec<Val> = inits.iter().map(|&init| self.trace.push(Op::phi, &[init])).collect();
        self.trace.push(Op::loop_, &[]);
        phis.iter().for_each(|&phi| self.add(phi));
        self.ints.push(counter);
        body(self, 1 + size);
        let less = self.trace.push(Op::add, &[counter.into(), (-1).into()]);
        let snap = self.snapshot();
        self.trace.guard(Op::guard_gt, &[less.into(), 0.into()], snap);
        let mut next: Vec<Arg> = vec![less.into()];
        for ty in types {
            let arg = self.arg(ty);
            next.push(arg);
        }
        self.trace.push(Op::jump, &next);
    }
}
