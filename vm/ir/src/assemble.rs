//! From a placed trace to bytes: each step's instructions, then what is out of line, the exits' stubs, the constants.

use crate::machine::{Buffer, Label, Loc, Machine, OutOfReach, Placed, Reg, SAVE_SLOTS};
use crate::ops::{Op, Ty};
use crate::place::{PlacedOp, Placement, Step};
use crate::shuffle::{Move, shuffle};
use crate::trace::{Extra, Trace};

/// A trace's code, for one place in memory. Offsets count from its start, which is its entry.
#[derive(Clone, Debug, Default)]
pub struct Code {
    pub bytes: Vec<u8>,
    pub base: u64,
    /// The loop's head.
    pub head: Option<usize>,
    /// Indexed by [`ExitId`](crate::machine::ExitId).
    pub exits: Vec<ExitCode>,
    /// Where the code ends and constants begin.
    pub end: usize,
    /// What was emitted where.
    pub comments: Vec<(usize, String)>,
}

impl Code {
    /// The instructions, each trace operation before what it became.
    pub fn listing<M: Machine>(&self) -> String {
        use std::fmt::Write;
        let mut text = String::new();
        let mut comments = self.comments.iter().peekable();
        let end = self.end.min(self.bytes.len());
        for (at, instruction) in M::disassemble(&self.bytes[..end], self.base) {
            while let Some((_, comment)) = comments.next_if(|comment| comment.0 <= at) {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "; {comment}");
            }
            let _ = writeln!(text, "  {:x}  {instruction}", self.base + at as u64);
        }
        text
    }
}

/// Where an exit is in the code.
#[derive(Clone, Debug, Default)]
pub struct ExitCode {
    /// The jumps to its stub, as `Machine::patch` knows them.
    pub sites: Vec<usize>,
    pub stub: usize,
}

/// How to assemble.
#[derive(Clone, Copy, Debug, Default)]
pub struct Site {
    /// Where the code will be.
    pub base: u64,
    /// Where the exit handler is.
    pub handler: u64,
    /// The number of exit 0; the others follow.
    pub first_exit: u32,
    /// Where a `link` goes.
    pub target: u64,
    /// Whether to keep comments.
    pub comments: bool,
}

/// Assembles a placed trace.
///
/// # Errors
/// If a jump cannot reach: the trace is too long, or too far from the handler.
pub fn assemble<M: Machine>(
    machine: &M,
    trace: &Trace,
    placement: &Placement,
    site: Site,
) -> Result<Code, OutOfReach> {
    let mut code = Buffer::new(site.base, site.handler);
    let exits: Vec<Label> = placement.exits.iter().map(|_| code.label()).collect();
    let head = code.label();
    let mut colds = Vec::new();
    let mut steps = placement.steps.iter().peekable();
    while let Some(step) = steps.next() {
        match step {
            Step::Move(m) => machine.mov(&mut code, m.ty, m.to, m.from),
            Step::Loop => {
                machine.align_loop(&mut code);
                note(&mut code, site, || "loop:".into());
                code.bind(head);
            }
            Step::Op(placed) => {
                note(&mut code, site, || trace.line(placed.val).to_string());
                let exit = placed.exit.map(|id| exits[id.0 as usize]);
                match placed.op {
                    Op::jump => machine.jump(&mut code, head),
                    Op::exit => {
                        // The stub itself, right here.
                        if let (Some(label), Some(id)) = (exit, placed.exit) {
                            code.bind(label);
                            machine.exit(&mut code, site.first_exit + id.0);
                        }
                    }
                    Op::link => {
                        let label = code.label();
                        code.bind_at(label, site.target.wrapping_sub(site.base).cast_signed() as isize);
                        machine.jump(&mut code, label);
                    }
                    op => {
                        // A guard right before the jump is turned round: it goes back to the head, or on to its own stub.
                        let last =
                            steps.next_if(|next| matches!(next, Step::Op(next) if next.op == Op::jump));
                        let around = op.opposite().filter(|opposite| last.is_some() && opposite.leaves());
                        if let (Some(op), Some(label), Some(id)) = (around, exit, placed.exit) {
                            let (args, extra) = (&placed.args, Extra::None);
                            let exit = Some(head);
                            machine.emit(
                                &mut code,
                                &Placed { op, args, result: None, extra, exit, cold: None, callee: 0 },
                            );
                            note(&mut code, site, || "exit".into());
                            code.bind(label);
                            machine.exit(&mut code, site.first_exit + id.0);
                            continue;
                        }
                        let cold = op.calls_cold().then(|| (code.label(), code.label()));
                        let inst = trace.inst(placed.val);
                        let callee = trace.callee(placed.val).map_or(0, |callee| callee.address);
                        let (args, result, extra) = (&placed.args, placed.result, inst.extra);
                        machine.emit(&mut code, &Placed { op, args, result, extra, exit, cold, callee });
                        if let Some((there, back)) = cold {
                            code.bind(back);
                            colds.push((placed, there, back));
                        }
                        if last.is_some() {
                            machine.jump(&mut code, head);
                        }
                    }
                }
            }
        }
    }
    for (placed, there, back) in colds {
        note(&mut code, site, || format!("cold: {}", trace.line(placed.val)));
        code.bind(there);
        cold_call(machine, &mut code, trace, placed);
        machine.jump(&mut code, back);
    }
    for (n, &label) in exits.iter().enumerate() {
        if code.place(label).is_none() {
            note(&mut code, site, || format!("exit {n}"));
            code.bind(label);
            machine.exit(&mut code, site.first_exit + n as u32);
        }
    }
    let end = code.here();
    code.lay_out_pool();
    let stub = |&label: &Label| code.place(label).unwrap_or_default();
    let mut exits: Vec<ExitCode> =
        exits.iter().map(|label| ExitCode { sites: Vec::new(), stub: stub(label) }).collect();
    // The exits' labels are the first ones.
    for (at, label) in code.fixups() {
        if let Some(exit) = exits.get_mut(label.0 as usize) {
            exit.sites.push(at);
        }
    }
    let head = code.place(head);
    code.resolve::<M>()?;
    Ok(Code { bytes: code.bytes, base: site.base, head, exits, end, comments: code.comments })
}

fn note(code: &mut Buffer, site: Site, text: impl FnOnce() -> String) {
    if site.comments {
        let at = code.here();
        code.comments.push((at, text()));
    }
}

/// A call out of line: everything that is needed afterwards is kept in slots meanwhile.
fn cold_call<M: Machine>(machine: &M, code: &mut Buffer, trace: &Trace, placed: &PlacedOp) {
    let regs = M::REGS;
    let keep = placed.live.and(regs.volatile);
    let slot = |reg: Reg| Loc::Slot(SAVE_SLOTS + u16::from(reg.0));
    let ty = |reg: Reg| if reg.is_float() { Ty::F } else { Ty::I };
    for reg in keep.iter() {
        machine.mov(code, ty(reg), slot(reg), Loc::Reg(reg));
    }
    let own = if placed.op == Op::rc_dec { 0 } else { trace.inst(placed.val).op.info().operands.len() };
    let (mut ints, mut floats) = (regs.int_args.iter(), regs.float_args.iter());
    let mut moves = Vec::new();
    for (&arg, &from) in trace.args(placed.val).iter().zip(&placed.args).skip(own) {
        let ty = trace.ty(arg).unwrap_or(Ty::I);
        let to = if ty == Ty::F { floats.next() } else { ints.next() };
        moves.extend(to.map(|&to| Move { ty, to: Loc::Reg(to), from }));
    }
    shuffle(&moves, &regs, |m| machine.mov(code, m.ty, m.to, m.from));
    machine.call(code, trace.callee(placed.val).map_or(0, |callee| callee.address));
    for reg in keep.iter() {
        machine.mov(code, ty(reg), Loc::Reg(reg), slot(reg));
    }
}
