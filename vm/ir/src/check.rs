//! Why to believe a placement: a proof, and a pretend machine.
//!
//! [`check`] follows which value every place holds, symbolically, and so proves for all inputs that each op gets its
//! operands where its form allows them, that each exit finds its snapshot's values, and that the jump leaves everything as the
//! loop's head expects it. [`run_placed`] runs the placed trace on a machine that has nothing but registers and slots, with
//! everything that an op destroys overwritten by rubbish. Both take the machine's rules at their word: a rule
//! that lies is found by running the code.

use crate::interp::{Did, Left, eval};
use crate::machine::{Def, FRAME_SLOTS, Form, Loc, RegSet, Rules, Use};
use crate::ops::{Op, Ty};
use crate::place::{PlacedOp, Placement, Step};
use crate::trace::{Arg, Trace};
use std::collections::HashMap;

// ---- the proof ----

/// Proves that `placement` does what `trace` says.
///
/// # Errors
/// Says what is wrong with the first bad step.
pub fn check(trace: &Trace, rules: Rules, entry: &[Loc], placement: &Placement) -> Result<(), String> {
    let mut proof = Proof { trace, rules, placement, holds: HashMap::new(), same: HashMap::new() };
    for (param, &loc) in trace.params().zip(entry) {
        match proof.at(loc) {
            Some(known) => proof.same.insert(param.into(), known),
            None => proof.holds.insert(loc, param.into()),
        };
    }
    for step in &placement.steps {
        match step {
            Step::Move(m) => {
                let value = proof.at(m.from);
                let class = |loc: Loc| loc.reg().is_none_or(|reg| reg.is_float() == (m.ty == Ty::F));
                if !class(m.to) || !class(m.from) || matches!(m.to, Loc::Const(_)) {
                    return Err(format!("{} <- {}: no such move", m.to, m.from));
                }
                match value {
                    Some(value) => proof.holds.insert(m.to, value),
                    None => proof.holds.remove(&m.to),
                };
                if m.to.reg().is_none() && m.from.reg().is_none() {
                    proof.destroy(RegSet::of(&[rules.regs.scratch_int, rules.regs.scratch_float]));
                }
            }
            Step::Loop => proof.header()?,
            Step::Op(op) => proof.op(op).map_err(|why| format!("{}: {why}", trace.line(op.val)))?,
        }
    }
    Ok(())
}

struct Proof<'a> {
    trace: &'a Trace,
    rules: Rules<'a>,
    placement: &'a Placement,
    holds: HashMap<Loc, Arg>,
    /// Parameters that a constant, or another parameter's place, was given for.
    same: HashMap<Arg, Arg>,
}

impl Proof<'_> {
    fn at(&self, loc: Loc) -> Option<Arg> {
        match loc {
            Loc::Const(c) => Some(Arg::Const(c)),
            _ => self.holds.get(&loc).copied(),
        }
    }

    fn has(&self, loc: Loc, arg: Arg) -> bool {
        self.at(loc) == Some(self.same.get(&arg).copied().unwrap_or(arg))
    }

    fn expect(&self, loc: Loc, arg: Arg) -> Result<(), String> {
        match self.at(loc) {
            Some(_) if self.has(loc, arg) => Ok(()),
            Some(found) => Err(format!("{loc} holds {found}, not {arg}")),
            None => Err(format!("{loc} holds nothing, not {arg}")),
        }
    }

    fn destroy(&mut self, regs: RegSet) {
        self.holds.retain(|loc, _| loc.reg().is_none_or(|reg| !regs.has(reg)));
    }

    fn header(&mut self) -> Result<(), String> {
        let header = self.placement.header.as_ref().ok_or("a loop without header")?;
        for &(phi, loc) in &header.phis {
            self.expect(loc, self.trace.args(phi)[0])?;
        }
        for &(arg, loc) in &header.kept {
            self.expect(loc, arg)?;
        }
        // A slot that a kept value also has stays good; everything else may differ from round to round.
        let phis = header.phis.iter().map(|&(phi, loc)| (loc, Arg::Val(phi)));
        let kept = header.kept.iter().map(|&(arg, loc)| (loc, arg));
        let stored = self.holds.iter().filter(|(loc, arg)| {
            matches!(loc, Loc::Slot(_)) && header.kept.iter().any(|kept| kept.0 == **arg)
        });
        let stored: Vec<_> = stored.map(|(&loc, &arg)| (loc, arg)).collect();
        self.holds = stored.into_iter().chain(kept).chain(phis).collect();
        Ok(())
    }

    fn op(&mut self, placed: &PlacedOp) -> Result<(), String> {
        let inst = self.trace.inst(placed.val);
        let args = self.trace.args(placed.val);
        if let Some(id) = placed.exit {
            let exit = &self.placement.exits[id.0 as usize];
            let snapshot = self.trace.snapshot(placed.val).ok_or("an exit without snapshot")?;
            for (arg, &loc) in snapshot.args().zip(&exit.locs) {
                self.expect(loc, arg)?;
                if placed.result.map(Loc::Reg) == Some(loc) {
                    return Err(format!("the result overwrites {loc}, which the exit needs"));
                }
            }
        }
        if inst.op == Op::jump {
            return self.jump(args);
        }
        let in_order = args.iter().zip(&placed.args).all(|(&arg, &loc)| self.has(loc, arg));
        let swapped = inst.op.info().commutes
            && args.iter().rev().zip(&placed.args).all(|(&arg, &loc)| self.has(loc, arg));
        if !in_order && !swapped {
            args.iter().zip(&placed.args).try_for_each(|(&arg, &loc)| self.expect(loc, arg))?;
        }
        if matches!(inst.op, Op::exit | Op::link) {
            return Ok(());
        }
        let form = (self.rules.form)(inst.op);
        self.form(placed, &form)?;
        self.destroy(form.clobbers);
        self.destroy(RegSet::of(&[self.rules.regs.scratch_int, self.rules.regs.scratch_float]));
        if inst.op.calls_cold() {
            self.destroy(self.rules.regs.volatile.without(placed.live));
        }
        if let Some(reg) = placed.result {
            self.holds.insert(Loc::Reg(reg), Arg::Val(placed.val));
        }
        Ok(())
    }

    fn jump(&self, next: &[Arg]) -> Result<(), String> {
        let header = self.placement.header.as_ref().ok_or("a jump without header")?;
        for (&(_, loc), &arg) in header.phis.iter().zip(next) {
            self.expect(loc, arg)?;
        }
        header.kept.iter().try_for_each(|&(arg, loc)| self.expect(loc, arg))
    }

    /// The locations are what the form allows.
    fn form(&self, placed: &PlacedOp, form: &Form) -> Result<(), String> {
        let calls = placed.op.calls();
        for (n, &loc) in placed.args.iter().enumerate() {
            let spec = form.uses.get(n).or(form.uses.last()).copied().unwrap_or(Use::REG);
            let fine = match loc {
                _ if calls => true,
                Loc::Reg(reg) => spec.fixed.is_none_or(|fixed| fixed == reg),
                Loc::Slot(_) => spec.mem,
                Loc::Const(c) => spec.imm.is_some_and(|imm| imm(c)) || (spec.mem && c.ty() == Ty::F),
            };
            let survives =
                calls || spec.fixed.is_some() || loc.reg().is_none_or(|reg| !form.clobbers.has(reg));
            if !fine || !survives {
                return Err(format!("operand {n} may not be in {loc}"));
            }
        }
        let operands = || placed.args.iter().filter_map(|loc| loc.reg());
        let fine = match (form.def, placed.result) {
            (Def::None, None) => true,
            (Def::New, Some(_)) => true,
            (Def::Apart, Some(reg)) => operands().all(|other| other != reg),
            (Def::Same, Some(reg)) => placed.args[0] == Loc::Reg(reg),
            (Def::Fixed(fixed), Some(reg)) => fixed == reg,
            _ => false,
        };
        if fine { Ok(()) } else { Err(format!("the result may not be in {:?}", placed.result)) }
    }
}

// ---- the pretend machine ----

struct Pretend {
    regs: [u64; 64],
    slots: Vec<u64>,
}

impl Pretend {
    fn read(&self, loc: Loc) -> u64 {
        match loc {
            Loc::Reg(reg) => self.regs[usize::from(reg.0)],
            Loc::Slot(slot) => self.slots[usize::from(slot)],
            Loc::Const(c) => c.bits(),
        }
    }

    fn write(&mut self, loc: Loc, bits: u64) {
        match loc {
            Loc::Reg(reg) => self.regs[usize::from(reg.0)] = bits,
            Loc::Slot(slot) => self.slots[usize::from(slot)] = bits,
            Loc::Const(_) => {}
        }
    }

    fn poison(&mut self, regs: RegSet) {
        for reg in regs.iter() {
            self.regs[usize::from(reg.0)] = 0xdead_0000_dead_0000 | u64::from(reg.0);
        }
    }
}

/// Runs a placed trace on the pretend machine; `None` if it did not leave within `fuel` steps.
///
/// # Safety
/// What the trace loads, stores and calls must be there.
pub unsafe fn run_placed(
    trace: &Trace,
    rules: Rules,
    entry: &[Loc],
    placement: &Placement,
    params: &[u64],
    mut fuel: u64,
) -> Option<Left> {
    let mut machine = Pretend { regs: [0xbad; 64], slots: vec![0xbad; usize::from(FRAME_SLOTS)] };
    for (&loc, &bits) in entry.iter().zip(params) {
        machine.write(loc, bits);
    }
    let head = placement.steps.iter().position(|step| *step == Step::Loop).unwrap_or(0);
    let scratch = RegSet::of(&[rules.regs.scratch_int, rules.regs.scratch_float]);
    let mut at = 0;
    loop {
        fuel = fuel.checked_sub(1)?;
        let step = &placement.steps[at];
        at += 1;
        let placed = match step {
            Step::Loop => continue,
            Step::Move(m) => {
                let bits = machine.read(m.from);
                if m.to.reg().is_none() && m.from.reg().is_none() {
                    machine.poison(scratch);
                }
                machine.write(m.to, bits);
                continue;
            }
            Step::Op(placed) => placed,
        };
        let inst = trace.inst(placed.val);
        let leave = |machine: &Pretend| {
            let locs = &placement.exits[placed.exit?.0 as usize].locs;
            Some(Left { at: placed.val, values: locs.iter().map(|&loc| machine.read(loc)).collect() })
        };
        let args: Vec<u64> = placed.args.iter().map(|&loc| machine.read(loc)).collect();
        match inst.op {
            Op::jump => at = head,
            Op::link => return Some(Left { at: placed.val, values: args }),
            Op::exit => return leave(&machine),
            op => {
                // SAFETY: the caller's promise.
                let did = unsafe { eval(op, inst.extra, trace.callee(placed.val), &args) };
                if did == Did::Leave {
                    return leave(&machine);
                }
                machine.poison((rules.form)(op).clobbers.or(scratch));
                if op.calls_cold() {
                    machine.poison(rules.regs.volatile.without(placed.live));
                }
                if let (Did::Value(bits), Some(reg)) = (did, placed.result) {
                    machine.write(Loc::Reg(reg), bits);
                }
            }
        }
    }
}

/// Where the parameters of a root trace are: each in its slot.
pub fn root_entry(trace: &Trace) -> Vec<Loc> {
    (0..trace.params().count() as u16).map(Loc::Slot).collect()
}

/// Whether two ways of running a trace ended alike; all NaNs are one.
pub fn same_end(trace: &Trace, one: &Left, other: &Left) -> bool {
    let types: Vec<Option<Ty>> = match trace.snapshot(one.at) {
        Some(snapshot) => snapshot.args().map(|arg| trace.ty(arg)).collect(),
        None => trace.args(one.at).iter().map(|&arg| trace.ty(arg)).collect(),
    };
    one.at == other.at
        && one.values.len() == other.values.len()
        && one
            .values
            .iter()
            .zip(&other.values)
            .zip(types)
            .all(|((&a, &b), ty)| same_bits(a, b, ty == Some(Ty::F)))
}

/// Whether two values are alike; as doubles, all NaNs are one.
pub fn same_bits(a: u64, b: u64, double: bool) -> bool {
    a == b || (double && f64::from_bits(a).is_nan() && f64::from_bits(b).is_nan())
}
