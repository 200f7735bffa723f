//! Where values live: forward linear scan over one straight line.
//!
//! The scan walks the trace once and keeps, for every register, what it holds. An operand that is not where its
//! op's form wants it is moved there; when registers run out, the value whose next use is farthest away goes to a
//! slot. SSA makes that cheap: a value is stored at most once, and its slot stays good for its whole life.
//! Constants that no instruction can hold are values too, but cost nothing to drop.
//!
//! A loop's head fixes a place for each phi, for each value that the body takes from the preamble, and for constants
//! that are worth a register; the jump moves everything back there. Those places are chosen by looking at the
//! whole body: its register pressure decides who may stay in a register, its calls who needs a preserved one. Hints run the
//! other way: a value that becomes a phi's next wants the phi's register, an argument its argument register.
//!
//! A value from the preamble that the body has to spill would be stored in every round; when that is seen, the scan is
//! run again with that value stored before the loop.
//!
//! The result is a [`Placement`]: the same ops with locations, moves between them, and for each exit the locations of
//! its snapshot's operands. `check.rs` proves it right; `assemble.rs` turns it into code.

use crate::machine::{Def, ExitId, Form, Loc, Reg, RegSet, Rules, SLOTS, Use};
use crate::ops::{Effect, Op, Ty};
use crate::shuffle::{Move, shuffle};
use crate::trace::{Arg, Const, Trace, Val};
use std::fmt;

mod seats;

use seats::Seat;

/// A trace with every value in its place.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Placement {
    pub steps: Vec<Step>,
    /// Indexed by [`ExitId`].
    pub exits: Vec<Exit>,
    /// How many slots are in use.
    pub slots: u16,
    pub header: Option<Header>,
}

/// One step of a placed trace.
#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    Move(Move),
    Op(PlacedOp),
    /// The loop's head.
    Loop,
}

/// An instruction whose operands are placed.
#[derive(Clone, PartialEq, Debug)]
pub struct PlacedOp {
    pub val: Val,
    pub op: Op,
    pub args: Vec<Loc>,
    pub result: Option<Reg>,
    pub exit: Option<ExitId>,
    /// Registers whose contents are needed afterwards, without the result.
    pub live: RegSet,
}

/// Where the trace may be left.
#[derive(Clone, PartialEq, Debug)]
pub struct Exit {
    pub at: Val,
    /// In the order of [`Snapshot::args`](crate::trace::Snapshot::args).
    pub locs: Vec<Loc>,
}

/// What is where at a loop's head.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Header {
    pub phis: Vec<(Val, Loc)>,
    /// Values of the preamble and constants.
    pub kept: Vec<(Arg, Loc)>,
}

/// The trace needs more slots than a native frame has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooManySlots;

impl Placement {
    /// Moves in the loop's body, or in all of the trace if it has no loop; and ops there.
    pub fn moves_and_ops(&self) -> (usize, usize) {
        let start = self.steps.iter().position(|step| *step == Step::Loop).unwrap_or(0);
        let body = &self.steps[start..];
        let moves = body.iter().filter(|step| matches!(step, Step::Move(_))).count();
        let ops = body.iter().filter(|step| matches!(step, Step::Op(_))).count();
        (moves, ops)
    }

    /// The placed trace as text, each op beside its line of the trace.
    pub fn show(&self, trace: &Trace) -> String {
        use fmt::Write;
        let mut text = String::new();
        for step in &self.steps {
            // Writing to a string cannot fail.
            let _ = match step {
                Step::Move(m) => writeln!(text, "    {} <- {}", m.to, m.from),
                Step::Loop => writeln!(text, "  loop"),
                Step::Op(op) => {
                    let args: Vec<String> = op.args.iter().map(Loc::to_string).collect();
                    let result = op.result.map(|reg| format!("{reg:?} = ")).unwrap_or_default();
                    let placed = format!("  {result}{} {}", op.op.name(), args.join(", "));
                    writeln!(text, "{placed:40} ; {}", trace.line(op.val))
                }
            };
        }
        text
    }
}

/// Where a `link` goes: what another trace expects at its entry, or at its loop's head if that keeps nothing but
/// phis and constants.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Target {
    pub address: u64,
    pub params: Vec<Loc>,
    pub consts: Vec<(Const, Loc)>,
    /// How many slots the target uses.
    pub slots: u16,
}

/// Places a lowered, verified trace. `entry` tells where the parameters are, `target` where its `link` goes, if it has
/// one.
///
/// # Errors
/// If the trace needs too many slots.
pub fn place(
    trace: &Trace,
    rules: Rules,
    entry: &[Loc],
    target: Option<&Target>,
) -> Result<Placement, TooManySlots> {
    let facts = Facts::new(trace, rules);
    let mut stored = vec![false; trace.len()];
    let mut rounds = 0;
    loop {
        let mut scan = Scan::new(trace, rules, &facts, stored.clone());
        scan.run(entry, target)?;
        rounds += 1;
        if scan.store_early.is_empty() || rounds == ROUNDS {
            return Ok(scan.out);
        }
        for val in scan.store_early {
            stored[val.index()] = true;
        }
    }
}

// ---- what is known beforehand ----

/// How often a trace is scanned at most: what still has to be stored in the loop then costs less than another scan.
const ROUNDS: u32 = 3;

/// A place in time: twice the instruction's index, plus one for what its snapshot reads.
type Time = u32;

fn time(val: Val) -> Time {
    val.0 * 2
}

#[derive(Clone, Copy)]
enum Hint {
    Reg(Reg),
    /// Where that phi is at the loop's head.
    Phi(Val),
}

struct Facts {
    /// When a value is last needed; values that the loop takes from the preamble last for ever.
    last: Vec<Time>,
    /// The instructions that read a value as an operand, in order.
    uses: Vec<Vec<u32>>,
    hints: Vec<Option<Hint>>,
    /// Ops that destroy registers or need certain ones, in order.
    kills: Vec<(u32, RegSet)>,
    /// All that are destroyed anywhere.
    killed: RegSet,
    phis: Vec<Val>,
    mark: Option<Val>,
    /// Constants that the loop's body needs in registers, with the places.
    consts: Vec<(Const, Vec<u32>)>,
}

const FOREVER: Time = Time::MAX;

impl Facts {
    fn new(trace: &Trace, rules: Rules) -> Facts {
        let mark = trace.loop_mark();
        let phis: Vec<Val> = trace.phis().collect();
        let mut facts = Facts {
            last: vec![0; trace.len()],
            uses: vec![Vec::new(); trace.len()],
            hints: vec![None; trace.len()],
            kills: Vec::new(),
            killed: RegSet::EMPTY,
            phis,
            mark,
            consts: Vec::new(),
        };
        for val in trace.vals() {
            facts.note_uses(trace, rules, val);
        }
        for val in trace.vals().rev() {
            facts.note_hints(trace, rules, val);
        }
        facts
    }

    fn note_uses(&mut self, trace: &Trace, rules: Rules, val: Val) {
        let op = trace.inst(val).op;
        let mark = self.mark.unwrap_or(Val(u32::MAX));
        let first_phi = self.phis.first().copied().unwrap_or(mark);
        let when = |used: Val, now: Time| if val > mark && used < first_phi { FOREVER } else { now };
        let placed = !matches!(op, Op::phi | Op::jump | Op::param | Op::loop_);
        for used in trace.args(val).iter().filter_map(|arg| arg.val()) {
            self.last[used.index()] = self.last[used.index()].max(when(used, time(val)));
            if placed && self.uses[used.index()].last() != Some(&val.0) {
                self.uses[used.index()].push(val.0);
            }
        }
        for used in trace.snapshot(val).into_iter().flat_map(|s| s.args()).filter_map(Arg::val) {
            self.last[used.index()] = self.last[used.index()].max(when(used, time(val) + 1));
        }
        if !placed || op == Op::exit || op == Op::link {
            return;
        }
        let form = (rules.form)(op);
        let fixed = form.uses.iter().filter_map(|spec| spec.fixed);
        let kills = fixed.fold(killed(&form), |all, reg| all.or(RegSet::of(&[reg])));
        if !kills.is_empty() {
            self.kills.push((val.0, kills));
            self.killed = self.killed.or(kills);
        }
        if val > mark && !op.calls() {
            for (n, c) in trace.args(val).iter().enumerate().filter_map(|(n, arg)| Some((n, arg.konst()?))) {
                let spec = nth_use(&form, n);
                let copied = n == 0 && form.def == Def::Same;
                if copied || spec.fixed.is_some() || holds(spec, c) {
                    continue;
                }
                match self.consts.iter_mut().find(|known| known.0 == c) {
                    Some(known) => known.1.push(val.0),
                    None => self.consts.push((c, vec![val.0])),
                }
            }
        }
    }

    fn note_hints(&mut self, trace: &Trace, rules: Rules, val: Val) {
        let op = trace.inst(val).op;
        match op {
            Op::jump => {
                for (&phi, &arg) in self.phis.iter().zip(trace.args(val)) {
                    if let Arg::Val(next) = arg {
                        self.hints[next.index()] = Some(Hint::Phi(phi));
                    }
                }
            }
            Op::param | Op::phi | Op::loop_ | Op::link | Op::exit => {}
            _ => {
                let form = (rules.form)(op);
                let fixed = fixed_uses(trace, rules, val, &form);
                for (n, &arg) in trace.args(val).iter().enumerate() {
                    let Arg::Val(used) = arg else { continue };
                    if self.last[used.index()] != time(val) {
                        continue;
                    }
                    if let Some(reg) = fixed[n] {
                        self.hints[used.index()] = Some(Hint::Reg(reg));
                    } else if n == 0 && matches!(form.def, Def::Same | Def::New) {
                        let same_class = trace.inst(used).ty.map(|ty| ty == Ty::F)
                            == trace.inst(val).ty.map(|ty| ty == Ty::F);
                        if same_class {
                            self.hints[used.index()] = self.hints[val.index()];
                        }
                    }
                }
            }
        }
    }

    /// The registers that are destroyed while a value lives from `from` to `until`.
    fn killed_between(&self, from: u32, until: Time) -> RegSet {
        let start = self.kills.partition_point(|kill| kill.0 <= from);
        let mut all = RegSet::EMPTY;
        for kill in self.kills[start..].iter().take_while(|kill| kill.0.saturating_mul(2) < until) {
            all = all.or(kill.1);
            if all == self.killed {
                break;
            }
        }
        all
    }
}

/// What an op with this form destroys.
fn killed(form: &Form) -> RegSet {
    let mut kills = form.clobbers;
    if let Def::Fixed(reg) = form.def {
        kills.insert(reg);
    }
    kills
}

/// The rule for operand `n`.
fn nth_use(form: &Form, n: usize) -> Use {
    form.uses.get(n).or(form.uses.last()).copied().unwrap_or(Use::REG)
}

/// Whether an operand with that rule can be the constant itself.
fn holds(spec: Use, c: Const) -> bool {
    spec.imm.is_some_and(|imm| imm(c)) || (spec.mem && c.ty() == Ty::F)
}

/// The registers that the operands must be in.
fn fixed_uses(trace: &Trace, rules: Rules, val: Val, form: &Form) -> Vec<Option<Reg>> {
    let args = trace.args(val);
    if trace.inst(val).op.calls() {
        let (mut ints, mut floats) = (rules.regs.int_args.iter(), rules.regs.float_args.iter());
        let place = |&arg: &Arg| {
            let pool = if trace.ty(arg) == Some(Ty::F) { &mut floats } else { &mut ints };
            pool.next().copied()
        };
        return args.iter().map(place).collect();
    }
    let rule = |(n, arg): (usize, &Arg)| {
        let spec = nth_use(form, n);
        spec.fixed.filter(|_| !arg.konst().is_some_and(|c| holds(spec, c)))
    };
    args.iter().enumerate().map(rule).collect()
}

// ---- the scan ----

/// Where a value is: in a register, in a slot, or in both.
#[derive(Clone, Copy, Default)]
struct Home {
    reg: Option<Reg>,
    slot: Option<u16>,
}

struct Scan<'a> {
    trace: &'a Trace,
    rules: Rules<'a>,
    facts: &'a Facts,
    homes: Vec<Home>,
    held: [Option<Arg>; 64],
    /// All registers that may be handed out, and those that hold nothing.
    pool: RegSet,
    free: RegSet,
    free_slots: Vec<u16>,
    /// Slots of operands that die in this instruction, which may still read them.
    dead_slots: Vec<u16>,
    /// Values of the preamble to be stored before the loop.
    stored: Vec<bool>,
    /// Values of the preamble that the loop had to store.
    store_early: Vec<Val>,
    out: Placement,
    overflow: bool,
}

impl<'a> Scan<'a> {
    fn new(trace: &'a Trace, rules: Rules<'a>, facts: &'a Facts, stored: Vec<bool>) -> Scan<'a> {
        let pool = RegSet::of(rules.regs.ints).or(RegSet::of(rules.regs.floats));
        Scan {
            trace,
            rules,
            facts,
            homes: vec![Home::default(); trace.len()],
            held: [None; 64],
            pool,
            free: pool,
            free_slots: Vec::new(),
            dead_slots: Vec::new(),
            stored,
            store_early: Vec::new(),
            out: Placement::default(),
            overflow: false,
        }
    }

    fn run(&mut self, entry: &[Loc], target: Option<&Target>) -> Result<(), TooManySlots> {
        let mut copies = Vec::new();
        for (param, &loc) in self.trace.params().zip(entry) {
            // Of parameters that come in one place, the one that is needed longest has it; the others are copied from
            // wherever that one is by then.
            let same = self.trace.params().zip(entry).filter(|&(_, &other)| other == loc);
            let first = same.map(|(other, _)| other).max_by_key(|other| self.facts.last[other.index()]);
            match loc {
                _ if self.facts.last[param.index()] == 0 => {}
                _ if first != Some(param) => copies.push((param, loc, first)),
                Loc::Reg(reg) => self.settle(param.into(), reg),
                Loc::Slot(slot) => {
                    self.homes[param.index()].slot = Some(slot);
                    self.free_slots.extend(self.out.slots..=slot);
                    self.out.slots = self.out.slots.max(slot + 1);
                    self.free_slots.retain(|&other| other != slot);
                }
                Loc::Const(_) => copies.push((param, loc, None)),
            }
        }
        for (param, loc, first) in copies {
            let reg = self.pick(param.into(), param, RegSet::EMPTY, None);
            let home = first.map(|first| self.homes[first.index()]).unwrap_or_default();
            let from = home.reg.map(Loc::Reg).or(home.slot.map(Loc::Slot)).unwrap_or(loc);
            self.step(self.ty(param.into()), Loc::Reg(reg), from);
            self.settle(param.into(), reg);
        }
        for val in self.trace.params() {
            self.bury(val, 0);
        }
        for val in self.trace.vals() {
            match self.trace.inst(val).op {
                Op::param | Op::phi => {}
                Op::loop_ => self.header(val),
                Op::jump => self.jump(val),
                Op::exit => self.leave(val),
                Op::link => self.link(val, target),
                _ => self.op(val),
            }
            self.free_slots.append(&mut self.dead_slots);
        }
        if self.overflow { Err(TooManySlots) } else { Ok(()) }
    }

    // ---- one instruction ----

    fn op(&mut self, val: Val) {
        let inst = self.trace.inst(val);
        let form = (self.rules.form)(inst.op);
        let fixed = fixed_uses(self.trace, self.rules, val, &form);
        let mut args = self.trace.args(val).to_vec();
        let kills = killed(&form);
        let targets = fixed.iter().flatten().fold(RegSet::EMPTY, |all, &reg| all.or(RegSet::of(&[reg])));

        // What a fixed operand or the op itself overwrites, and somebody still needs, gets out of the way. An operand
        // that had to be saved from its own fixed register is still in it.
        let mut there = RegSet::EMPTY;
        for reg in kills.or(targets).iter() {
            let Some(held) = self.held[reg.0 as usize] else { continue };
            let wanted = args.iter().zip(&fixed).any(|(&arg, fix)| arg == held && fix.is_none());
            let in_place = args.iter().zip(&fixed).all(|(&arg, &fix)| fix != Some(reg) || arg == held);
            let lives = held.val().is_some_and(|held| self.facts.last[held.index()] > time(val));
            if (lives || wanted) && (kills.has(reg) || !in_place) {
                self.relocate(reg, kills.or(targets), val);
                if in_place && targets.has(reg) {
                    there.insert(reg);
                }
            }
        }
        let fetch = |(&arg, &fix): (&Arg, &Option<Reg>)| {
            let reg = fix.filter(|&reg| !there.has(reg))?;
            Some(Move { ty: self.ty(arg), to: Loc::Reg(reg), from: self.source(arg) })
        };
        let moves: Vec<Move> = args.iter().zip(&fixed).filter_map(fetch).collect();
        self.moves(&moves);
        for reg in kills.or(targets).iter() {
            let stays = |(&arg, &fix): (&Arg, &Option<Reg>)| {
                fix == Some(reg) && Some(arg) == self.held[reg.0 as usize]
            };
            if kills.has(reg) || !args.iter().zip(&fixed).any(stays) {
                self.vacate(reg);
            }
        }
        let mut busy = kills.or(targets);
        for (&arg, _) in args.iter().zip(&fixed).filter(|(_, fix)| fix.is_none()) {
            if let Some(reg) = self.reg_of(arg) {
                busy.insert(reg);
            }
        }

        // A two-address op is better off overwriting an operand that nobody needs again.
        if form.def == Def::Same && inst.op.info().commutes && args.len() == 2 {
            let dies = |arg: Arg| {
                arg.val().is_some_and(|v| self.facts.last[v.index()] <= time(val))
                    && self.reg_of(arg).is_some()
            };
            let swap =
                !dies(args[0]) && dies(args[1]) || args[0].konst().is_some() && args[1].val().is_some();
            if swap {
                args.swap(0, 1);
            }
        }
        let mut locs = Vec::with_capacity(args.len());
        for (n, &arg) in args.iter().enumerate() {
            let spec = nth_use(&form, n);
            let loc = match fixed[n] {
                Some(reg) => Loc::Reg(reg),
                None if n == 0 && form.def == Def::Same => self.source(arg),
                None => self.operand(arg, spec, val, busy),
            };
            if let Loc::Reg(reg) = loc {
                busy.insert(reg);
            }
            locs.push(loc);
        }

        let result = self.result(val, &form, &args, &mut locs, busy);
        let exit = inst.op.leaves().then(|| self.exit(val));
        let live = self.pool.without(self.free);
        self.out.steps.push(Step::Op(PlacedOp { val, op: inst.op, args: locs, result, exit, live }));
        if let Some(reg) = result {
            self.settle(val.into(), reg);
            self.bury(val, time(val));
        }
    }

    /// Brings an operand that is not fixed where its rule wants it.
    fn operand(&mut self, arg: Arg, spec: Use, at: Val, busy: RegSet) -> Loc {
        if let Arg::Const(c) = arg
            && spec.imm.is_some_and(|imm| imm(c))
        {
            return Loc::Const(c);
        }
        if let Some(reg) = self.reg_of(arg) {
            return Loc::Reg(reg);
        }
        match arg {
            Arg::Const(c) if holds(spec, c) => return Loc::Const(c),
            Arg::Val(val) => {
                let soon = self.next_use(val, at.0).is_some_and(|next| next - at.0 < 16);
                let slot = self.homes[val.index()].slot;
                if let (true, false, Some(slot)) = (spec.mem, soon, slot) {
                    return Loc::Slot(slot);
                }
            }
            Arg::Const(_) => {}
        }
        let reg = self.pick(arg, at, busy, None);
        self.step(self.ty(arg), Loc::Reg(reg), self.memory(arg));
        self.settle(arg, reg);
        Loc::Reg(reg)
    }

    /// Chooses the result's register and lets go of the operands that die.
    fn result(&mut self, val: Val, form: &Form, args: &[Arg], locs: &mut [Loc], busy: RegSet) -> Option<Reg> {
        let release = |scan: &mut Self| {
            for arg in args.iter().filter_map(|arg| arg.val()) {
                scan.bury(arg, time(val));
            }
        };
        let operands = locs
            .iter()
            .filter_map(|loc| loc.reg())
            .fold(RegSet::EMPTY, |all, reg| all.or(RegSet::of(&[reg])));
        match form.def {
            Def::None => {
                release(self);
                None
            }
            Def::Fixed(reg) => {
                release(self);
                Some(reg)
            }
            Def::Apart => {
                let reg = self.pick(val.into(), val, busy, None);
                release(self);
                Some(reg)
            }
            Def::New => {
                release(self);
                // An operand that lives on keeps its register: it is not free, and as busy it cannot be evicted.
                Some(self.pick(
                    val.into(),
                    val,
                    busy.without(self.free.and(operands)),
                    locs.first().and_then(|loc| loc.reg()),
                ))
            }
            Def::Same => {
                release(self);
                if let Some(reg) = locs[0].reg().filter(|&reg| self.free.has(reg)) {
                    return Some(reg);
                }
                let reg = self.pick(val.into(), val, busy, None);
                self.step(self.ty(args[0]), Loc::Reg(reg), locs[0]);
                locs[0] = Loc::Reg(reg);
                Some(reg)
            }
        }
    }

    /// Records where the snapshot's operands are.
    fn exit(&mut self, val: Val) -> ExitId {
        let args = self.trace.snapshot(val).into_iter().flat_map(|snapshot| snapshot.args());
        let place = |arg| if let Arg::Const(c) = arg { Loc::Const(c) } else { self.source(arg) };
        let locs = args.map(place).collect();
        self.out.exits.push(Exit { at: val, locs });
        ExitId(self.out.exits.len() as u32 - 1)
    }

    fn leave(&mut self, val: Val) {
        let exit = Some(self.exit(val));
        let op = PlacedOp { val, op: Op::exit, args: Vec::new(), result: None, exit, live: RegSet::EMPTY };
        self.out.steps.push(Step::Op(op));
    }

    fn link(&mut self, val: Val, target: Option<&Target>) {
        let mut args: Vec<Loc> = self.trace.args(val).iter().map(|&arg| self.source(arg)).collect();
        if let Some(target) = target {
            let params = self.trace.args(val).iter().zip(&args).zip(&target.params);
            let params = params.map(|((&arg, &from), &to)| Move { ty: self.ty(arg), to, from });
            let consts = target.consts.iter().map(|&(c, to)| Move { ty: c.ty(), to, from: Loc::Const(c) });
            self.moves(&params.chain(consts).collect::<Vec<_>>());
            args.clone_from(&target.params);
            self.out.slots = self.out.slots.max(target.slots);
        }
        let op = PlacedOp { val, op: Op::link, args, result: None, exit: None, live: RegSet::EMPTY };
        self.out.steps.push(Step::Op(op));
    }

    // ---- the loop ----

    fn header(&mut self, mark: Val) {
        let mut header = Header::default();
        let mut moves = Vec::new();
        let mut claimed = Vec::new();
        let mut homes = Vec::new();
        for Seat { arg, reg } in seats::choose(self, mark) {
            let phi = arg.val().filter(|&val| self.trace.inst(val).op == Op::phi);
            let from = self.source(phi.map_or(arg, |phi| self.trace.args(phi)[0]));
            // A value keeps its slot; a phi may take over that of its first value if it dies here.
            let has = match (phi, arg) {
                (None, Arg::Val(val)) => self.homes[val.index()].slot,
                (Some(phi), _) if reg.is_none() => {
                    let init = self.trace.args(phi)[0].val();
                    let dies = init.filter(|init| self.facts.last[init.index()] <= time(mark));
                    dies.and_then(|init| self.homes[init.index()].slot).filter(|slot| !claimed.contains(slot))
                }
                _ => None,
            };
            let early = phi.is_none() && arg.val().is_some_and(|val| self.stored[val.index()]);
            let slot = has.or_else(|| (reg.is_none() || early).then(|| self.new_slot()));
            claimed.extend(slot);
            let ty = self.ty(arg);
            moves.extend(reg.map(|reg| Move { ty, to: Loc::Reg(reg), from }));
            if has.is_none() {
                moves.extend(slot.map(|slot| Move { ty, to: Loc::Slot(slot), from }));
            }
            let loc = reg.map(Loc::Reg).or(slot.map(Loc::Slot)).unwrap_or(from);
            match phi {
                Some(phi) => header.phis.push((phi, loc)),
                None => header.kept.push((arg, loc)),
            }
            homes.push((arg, reg, slot));
        }
        self.moves(&moves);

        // Everything but what has a seat is dead here.
        for reg in (0..64).map(Reg) {
            self.vacate(reg);
        }
        for init in header.phis.iter().filter_map(|&(phi, _)| self.trace.args(phi)[0].val()) {
            let home = std::mem::take(&mut self.homes[init.index()]);
            if let Some(slot) = home.slot.filter(|slot| !claimed.contains(slot)) {
                claimed.push(slot);
                self.free_slots.push(slot);
            }
        }
        for (arg, reg, slot) in homes {
            if let Some(reg) = reg {
                self.settle(arg, reg);
            }
            if let Arg::Val(val) = arg {
                self.homes[val.index()].slot = slot;
                self.bury(val, time(mark));
            }
        }
        self.out.header = Some(header);
        self.out.steps.push(Step::Loop);
    }

    fn jump(&mut self, val: Val) {
        let header = self.out.header.take().unwrap_or_default();
        let mut moves = Vec::new();
        for (&(phi, to), &arg) in header.phis.iter().zip(self.trace.args(val)) {
            moves.push(Move { ty: self.ty(phi.into()), to, from: self.source(arg) });
        }
        for &(arg, to) in &header.kept {
            if to.reg().is_some() {
                moves.push(Move { ty: self.ty(arg), to, from: self.source(arg) });
            }
        }
        let start = self.out.steps.len();
        self.moves(&moves);
        self.sink_guard(start);
        let args = header.phis.iter().map(|phi| phi.1).collect();
        let op = PlacedOp { val, op: Op::jump, args, result: None, exit: None, live: RegSet::EMPTY };
        self.out.steps.push(Step::Op(op));
        self.out.header = Some(header);
    }

    /// Puts a guard right before the jump, behind the moves from `start` on, if they leave alone what it and its exit
    /// read: such a guard becomes the jump itself.
    fn sink_guard(&mut self, start: usize) {
        let (before, moves) = self.out.steps.split_at(start);
        let Some(Step::Op(PlacedOp { op, args, exit: Some(exit), .. })) = before.last() else { return };
        let read = |loc: Loc| args.contains(&loc) || self.out.exits[exit.0 as usize].locs.contains(&loc);
        let in_the_way = moves.iter().any(|step| matches!(step, Step::Move(m) if read(m.to)));
        if op.info().effect == Effect::Guard && !in_the_way {
            self.out.steps[start - 1..].rotate_left(1);
        }
    }

    // ---- registers and slots ----

    /// A register for `arg` from the instruction `at` on, not one of `busy`; somebody else may have to leave it.
    fn pick(&mut self, arg: Arg, at: Val, busy: RegSet, like: Option<Reg>) -> Reg {
        let pool = if self.ty(arg) == Ty::F { self.rules.regs.floats } else { self.rules.regs.ints };
        let avoid = match arg {
            Arg::Val(val) => self.facts.killed_between(at.0, self.facts.last[val.index()]),
            Arg::Const(_) => RegSet::EMPTY,
        };
        let hint = arg.val().and_then(|val| self.facts.hints[val.index()]).and_then(|hint| match hint {
            Hint::Reg(reg) => Some(reg),
            Hint::Phi(phi) => {
                let header = self.out.header.as_ref()?;
                header.phis.iter().find(|entry| entry.0 == phi)?.1.reg()
            }
        });
        let usable = self.free.without(busy);
        let good = usable.without(avoid);
        let wished = [hint, like].into_iter().flatten().find(|&reg| pool.contains(&reg) && good.has(reg));
        let first = |set: RegSet| pool.iter().copied().find(|&reg| set.has(reg));
        if let Some(reg) = wished.or_else(|| first(good)).or_else(|| first(usable)) {
            return reg;
        }
        let victims = pool.iter().copied().filter(|&reg| !busy.has(reg));
        let victim = victims.max_by_key(|&reg| match self.held[reg.0 as usize] {
            Some(Arg::Val(val)) => self.next_use(val, at.0).unwrap_or(u32::MAX),
            Some(Arg::Const(c)) => self.next_const_use(c, at.0).unwrap_or(u32::MAX),
            None => u32::MAX,
        });
        // No op has as many operands as there are registers.
        let victim = victim.unwrap_or(pool[0]);
        self.spill(victim);
        victim
    }

    /// The next instruction after `at` that reads the value as an operand; in a loop, in the next round if need be.
    fn next_use(&self, val: Val, at: u32) -> Option<u32> {
        let uses = &self.facts.uses[val.index()];
        let last = self.facts.last[val.index()];
        let next = uses.get(uses.partition_point(|&n| n <= at)).copied();
        next.or_else(|| match last {
            FOREVER => self.next_round(uses),
            _ => (self.facts.mark.is_some() && last / 2 + 1 == self.trace.len() as u32).then_some(last / 2),
        })
    }

    fn next_const_use(&self, c: Const, at: u32) -> Option<u32> {
        let (_, uses) = self.facts.consts.iter().find(|known| known.0 == c)?;
        let next = uses.get(uses.partition_point(|&n| n <= at)).copied();
        next.or_else(|| self.next_round(uses))
    }

    fn next_round(&self, uses: &[u32]) -> Option<u32> {
        let mark = self.facts.mark?.0;
        let first = uses.get(uses.partition_point(|&n| n <= mark)).copied()?;
        Some(first + self.trace.len() as u32 - mark)
    }

    /// Moves what `reg` holds somewhere else, not into one of `avoid`.
    fn relocate(&mut self, reg: Reg, avoid: RegSet, at: Val) {
        let Some(Arg::Val(val)) = self.held[reg.0 as usize] else { return self.vacate(reg) };
        let avoid = avoid.or(self.facts.killed_between(at.0, self.facts.last[val.index()]));
        let pool = if reg.is_float() { self.rules.regs.floats } else { self.rules.regs.ints };
        let slot = self.homes[val.index()].slot;
        match pool.iter().copied().find(|&other| self.free.has(other) && !avoid.has(other)) {
            Some(other) if slot.is_none() || self.next_use(val, at.0.saturating_sub(1)) == Some(at.0) => {
                self.step(self.ty(val.into()), Loc::Reg(other), Loc::Reg(reg));
                self.vacate(reg);
                self.settle(val.into(), other);
            }
            _ => self.spill(reg),
        }
    }

    /// Empties `reg`; a value that has no slot yet is stored.
    fn spill(&mut self, reg: Reg) {
        if let Some(Arg::Val(val)) = self.held[reg.0 as usize]
            && self.homes[val.index()].slot.is_none()
        {
            let slot = self.new_slot();
            self.step(self.ty(val.into()), Loc::Slot(slot), Loc::Reg(reg));
            self.homes[val.index()].slot = Some(slot);
            if self.out.header.is_some() && self.facts.last[val.index()] == FOREVER {
                self.store_early.push(val);
            }
        }
        self.vacate(reg);
    }

    /// `reg` holds `arg` from now on.
    fn settle(&mut self, arg: Arg, reg: Reg) {
        self.held[reg.0 as usize] = Some(arg);
        self.free.remove(reg);
        if let Arg::Val(val) = arg {
            self.homes[val.index()].reg = Some(reg);
        }
    }

    /// `reg` holds nothing from now on.
    fn vacate(&mut self, reg: Reg) {
        if let Some(arg) = self.held[reg.0 as usize].take() {
            self.free.insert(reg);
            if let Arg::Val(val) = arg {
                self.homes[val.index()].reg = None;
            }
        }
    }

    /// Lets go of the value's places if it is not needed after `now`.
    fn bury(&mut self, val: Val, now: Time) {
        if self.facts.last[val.index()] <= now {
            let home = self.homes[val.index()];
            if let Some(reg) = home.reg {
                self.vacate(reg);
            }
            self.dead_slots.extend(home.slot);
            self.homes[val.index()] = Home::default();
        }
    }

    fn new_slot(&mut self) -> u16 {
        self.free_slots.pop().unwrap_or_else(|| {
            self.overflow |= self.out.slots == SLOTS;
            // Past the limit the placement is thrown away; the number only has to stay a number.
            self.out.slots = (self.out.slots + 1).min(SLOTS);
            self.out.slots - 1
        })
    }

    // ---- small things ----

    fn ty(&self, arg: Arg) -> Ty {
        self.trace.ty(arg).unwrap_or(Ty::I)
    }

    fn reg_of(&self, arg: Arg) -> Option<Reg> {
        match arg {
            Arg::Val(val) => self.homes[val.index()].reg,
            Arg::Const(_) => {
                self.pool.without(self.free).iter().find(|reg| self.held[reg.0 as usize] == Some(arg))
            }
        }
    }

    /// The best place to copy the operand from.
    fn source(&self, arg: Arg) -> Loc {
        self.reg_of(arg).map_or_else(|| self.memory(arg), Loc::Reg)
    }

    fn memory(&self, arg: Arg) -> Loc {
        match arg {
            // A live value without a register has a slot.
            Arg::Val(val) => Loc::Slot(self.homes[val.index()].slot.unwrap_or_default()),
            Arg::Const(c) => Loc::Const(c),
        }
    }

    fn moves(&mut self, moves: &[Move]) {
        shuffle(moves, self.rules.regs, |m| self.out.steps.push(Step::Move(m)));
    }

    fn step(&mut self, ty: Ty, to: Loc, from: Loc) {
        self.out.steps.push(Step::Move(Move { ty, to, from }));
    }
}
