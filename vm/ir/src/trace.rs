//! The trace: one straight line of instructions in SSA form, at most one loop at its end.
//!
//! An instruction is named by its place in the line ([`Val`]), whether or not it has a result. Order:
//! `param`s; a preamble; then, for a loop, its `phi`s, the mark `loop`, and the body up to `jump`, whose operands are
//! the phis' next values. A trace without a loop ends in `exit` or `link`.
//!
//! Every instruction that may leave holds a [`Snapshot`]: what the world must be told if it does. The client gives
//! the frames and slots their meaning.

use crate::ops::{Effect, Op, Result, Ty};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// An instruction, by its place in the line; as an operand, its result.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Val(pub u32);

impl Val {
    /// The place in the line.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A constant; the double is kept as its bits so that equality is identity.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Const {
    I(i64),
    P(u64),
    F(u64),
}

impl Const {
    /// The constant's type.
    pub fn ty(self) -> Ty {
        match self {
            Const::I(_) => Ty::I,
            Const::P(_) => Ty::P,
            Const::F(_) => Ty::F,
        }
    }

    /// The 64 bits that a register or slot holds for it.
    pub fn bits(self) -> u64 {
        match self {
            Const::I(value) => value.cast_unsigned(),
            Const::P(bits) | Const::F(bits) => bits,
        }
    }

    /// The constant of type `ty` that is held as `bits`.
    pub fn of(ty: Ty, bits: u64) -> Const {
        match ty {
            Ty::I => Const::I(bits.cast_signed()),
            Ty::P => Const::P(bits),
            Ty::F => Const::F(bits),
        }
    }
}

/// An operand.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Arg {
    Val(Val),
    Const(Const),
}

impl Arg {
    /// The value, if it is no constant.
    pub fn val(self) -> Option<Val> {
        match self {
            Arg::Val(val) => Some(val),
            Arg::Const(_) => None,
        }
    }

    /// The constant, if it is one.
    pub fn konst(self) -> Option<Const> {
        match self {
            Arg::Val(_) => None,
            Arg::Const(c) => Some(c),
        }
    }

    /// The integer, if it is an integer constant.
    pub fn int(self) -> Option<i64> {
        match self {
            Arg::Const(Const::I(value)) => Some(value),
            _ => None,
        }
    }
}

impl From<Val> for Arg {
    fn from(val: Val) -> Arg {
        Arg::Val(val)
    }
}

impl From<i64> for Arg {
    fn from(value: i64) -> Arg {
        Arg::Const(Const::I(value))
    }
}

impl From<f64> for Arg {
    fn from(value: f64) -> Arg {
        Arg::Const(Const::F(value.to_bits()))
    }
}

/// Which memory an access may touch: distinct classes never overlap, but [`Alias::ANY`] with all.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Alias(pub u16);

impl Alias {
    /// Could be anywhere.
    pub const ANY: Alias = Alias(0);
    /// Never written while the trace runs: loads of it depend on the address alone.
    pub const CONSTANT: Alias = Alias(u16::MAX);
    /// Written by others at any time: every load of it is made.
    pub const VOLATILE: Alias = Alias(u16::MAX - 1);

    /// Whether an access of one class may touch what one of the other does.
    pub fn overlaps(self, other: Alias) -> bool {
        self != Alias::CONSTANT
            && other != Alias::CONSTANT
            && (self == other || self == Alias::ANY || other == Alias::ANY)
    }
}

/// The address part of a memory access beyond its operands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Mem {
    /// In bytes.
    pub offset: i32,
    /// What the index operand is multiplied by: 1, 2, 4 or 8; 1 if there is none.
    pub scale: u8,
    pub alias: Alias,
}

impl Mem {
    /// At `offset` bytes from the base.
    pub fn at(offset: i32, alias: Alias) -> Mem {
        Mem { offset, scale: 1, alias }
    }
}

/// An entry of [`Trace::callees`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CalleeId(pub u32);

/// A snapshot of a trace.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SnapId(pub u32);

/// What an instruction carries besides operands, as its op's row says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Extra {
    None,
    Mem(Mem),
    Callee(CalleeId),
    /// A number whose meaning is the client's.
    Desc(u32),
}

/// What a call may do to memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Touches {
    /// Nothing read, nothing written: the result depends on the arguments alone.
    Nothing,
    /// Reads anything, writes nothing that the trace can see.
    Reads,
    Writes,
}

/// A function that the trace calls by the C convention.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Callee {
    pub name: String,
    pub address: u64,
    /// At most six words and eight doubles: all travel in registers.
    pub params: Vec<Ty>,
    pub result: Option<Ty>,
    pub touches: Touches,
}

/// One instruction. Its operands are `Trace::args(val)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Inst {
    pub op: Op,
    /// The result's type.
    pub ty: Option<Ty>,
    start: u32,
    count: u16,
    pub snap: Option<SnapId>,
    pub extra: Extra,
}

impl Inst {
    /// The memory part; for ops that carry one.
    pub fn mem(&self) -> Option<Mem> {
        match self.extra {
            Extra::Mem(mem) => Some(mem),
            _ => None,
        }
    }
}

/// One thing that an exit restores.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Slot {
    /// Left as it is.
    Empty,
    Arg(Arg),
    /// An object that the trace did not make: entry of [`Snapshot::virtuals`].
    Virtual(u16),
}

/// A frame of the language that is traced.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Frame {
    /// What runs in it.
    pub code: u64,
    /// Where it resumes.
    pub pc: u32,
    pub slots: Vec<Slot>,
}

/// An object to be made by the exit.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Virtual {
    pub desc: u32,
    pub fields: Vec<Slot>,
}

/// What an exit must restore, outermost frame first.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Snapshot {
    pub frames: Vec<Frame>,
    pub virtuals: Vec<Virtual>,
}

impl Snapshot {
    /// One frame with these slots.
    pub fn of(slots: impl IntoIterator<Item = Arg>) -> Snapshot {
        let slots = slots.into_iter().map(Slot::Arg).collect();
        Snapshot { frames: vec![Frame { slots, ..Frame::default() }], virtuals: Vec::new() }
    }

    /// The operands among the slots: the frames', then the virtual objects' fields.
    pub fn args(&self) -> impl Iterator<Item = Arg> {
        let in_frames = self.frames.iter().flat_map(|frame| &frame.slots);
        let in_objects = self.virtuals.iter().flat_map(|object| &object.fields);
        in_frames.chain(in_objects).filter_map(|slot| match slot {
            Slot::Arg(arg) => Some(*arg),
            _ => None,
        })
    }
}

/// What the frames and virtual objects of a snapshot are, beside their slots. Passes leave it alone, so copies of a trace share it.
#[derive(PartialEq, Eq, Debug)]
struct Outline {
    /// Each with how many slots it has.
    frames: Vec<(u64, u32, usize)>,
    virtuals: Vec<(u32, usize)>,
}

/// Where a snapshot is: its slots among all of the trace's.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Kept {
    outline: Rc<Outline>,
    start: usize,
    count: usize,
}

/// A snapshot in its trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SnapshotRef<'a> {
    outline: &'a Outline,
    slots: &'a [Slot],
}

/// A frame of a snapshot in its trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FrameRef<'a> {
    pub code: u64,
    pub pc: u32,
    pub slots: &'a [Slot],
}

impl<'a> SnapshotRef<'a> {
    /// All slots: the frames', then the virtual objects' fields. An exit's values come in the order of those that
    /// hold an operand.
    pub fn slots(self) -> &'a [Slot] {
        self.slots
    }

    /// The operands among the slots.
    pub fn args(self) -> impl Iterator<Item = Arg> + use<'a> {
        self.slots.iter().filter_map(|slot| match slot {
            Slot::Arg(arg) => Some(*arg),
            _ => None,
        })
    }

    /// The frames, outermost first.
    pub fn frames(self) -> impl Iterator<Item = FrameRef<'a>> + use<'a> {
        let mut rest = self.slots;
        self.outline.frames.iter().map(move |&(code, pc, count)| {
            let slots;
            (slots, rest) = rest.split_at(count);
            FrameRef { code, pc, slots }
        })
    }

    /// Where the innermost frame resumes, if there is a frame.
    pub fn pc(self) -> Option<u32> {
        self.outline.frames.last().map(|frame| frame.1)
    }

    /// The virtual objects' descriptions with their fields.
    pub fn virtuals(self) -> impl ExactSizeIterator<Item = (u32, &'a [Slot])> + use<'a> {
        let in_frames: usize = self.outline.frames.iter().map(|frame| frame.2).sum();
        let mut rest = &self.slots[in_frames..];
        self.outline.virtuals.iter().map(move |&(desc, count)| {
            let fields;
            (fields, rest) = rest.split_at(count);
            (desc, fields)
        })
    }

    /// The snapshot by itself.
    pub fn to_owned(self) -> Snapshot {
        let frame = |FrameRef { code, pc, slots }| Frame { code, pc, slots: slots.to_vec() };
        let object = |(desc, fields): (u32, &[Slot])| Virtual { desc, fields: fields.to_vec() };
        Snapshot {
            frames: self.frames().map(frame).collect(),
            virtuals: self.virtuals().map(object).collect(),
        }
    }
}

/// A trace; see the head of this file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trace {
    pub name: String,
    insts: Vec<Inst>,
    args: Vec<Arg>,
    snapshots: Vec<Kept>,
    slots: Vec<Slot>,
    pub callees: Vec<Callee>,
}

impl Trace {
    /// An empty trace.
    pub fn new(name: impl Into<String>) -> Trace {
        Trace { name: name.into(), ..Trace::default() }
    }

    /// How many instructions there are.
    pub fn len(&self) -> usize {
        self.insts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.insts.is_empty()
    }

    /// All instructions in order.
    pub fn vals(&self) -> impl DoubleEndedIterator<Item = Val> + use<> {
        (0..self.insts.len() as u32).map(Val)
    }

    /// The instruction.
    pub fn inst(&self, val: Val) -> &Inst {
        &self.insts[val.index()]
    }

    /// The instruction's operands.
    pub fn args(&self, val: Val) -> &[Arg] {
        let inst = self.inst(val);
        &self.args[inst.start as usize..][..usize::from(inst.count)]
    }

    /// The instruction's operands, to change them.
    pub fn args_mut(&mut self, val: Val) -> &mut [Arg] {
        let inst = self.insts[val.index()];
        &mut self.args[inst.start as usize..][..usize::from(inst.count)]
    }

    /// The operand's type; `None` for an instruction without a result.
    pub fn ty(&self, arg: Arg) -> Option<Ty> {
        match arg {
            Arg::Val(val) => self.insts.get(val.index())?.ty,
            Arg::Const(c) => Some(c.ty()),
        }
    }

    /// The instruction's snapshot.
    pub fn snapshot(&self, val: Val) -> Option<SnapshotRef<'_>> {
        self.inst(val).snap.map(|id| self.snapshot_by_id(id))
    }

    /// The snapshot.
    pub fn snapshot_by_id(&self, id: SnapId) -> SnapshotRef<'_> {
        let Kept { outline, start, count } = &self.snapshots[id.0 as usize];
        SnapshotRef { outline, slots: &self.slots[*start..][..*count] }
    }

    /// The function that the instruction calls.
    pub fn callee(&self, val: Val) -> Option<&Callee> {
        match self.inst(val).extra {
            Extra::Callee(id) => self.callees.get(id.0 as usize),
            _ => None,
        }
    }

    /// The parameters, in order.
    pub fn params(&self) -> impl Iterator<Item = Val> {
        self.vals().take_while(|&val| self.inst(val).op == Op::param)
    }

    /// The loop's mark.
    pub fn loop_mark(&self) -> Option<Val> {
        self.vals().find(|&val| self.inst(val).op == Op::loop_)
    }

    /// The loop's phis.
    pub fn phis(&self) -> impl Iterator<Item = Val> {
        self.vals().filter(|&val| self.inst(val).op == Op::phi)
    }

    /// The values that the loop's body takes from the preamble, other than through phis; in order.
    pub fn loop_takes(&self) -> Vec<Val> {
        let Some(mark) = self.loop_mark() else { return Vec::new() };
        let first = self.phis().next().unwrap_or(mark);
        let mut taken = vec![false; first.index()];
        for val in (mark.0 + 1..self.len() as u32).map(Val) {
            let snapshot = self.snapshot(val).into_iter().flat_map(SnapshotRef::args);
            for used in self.args(val).iter().copied().chain(snapshot).filter_map(Arg::val) {
                if let Some(taken) = taken.get_mut(used.index()) {
                    *taken = true;
                }
            }
        }
        (0..first.0).map(Val).filter(|val| taken[val.index()]).collect()
    }

    /// Whether the loop's phis are all that its body needs.
    pub fn loop_is_closed(&self) -> bool {
        self.loop_mark().is_some() && self.loop_takes().is_empty()
    }

    /// What the instruction may do to memory of class `alias`: read it, write it.
    pub fn touches(&self, val: Val, alias: Alias) -> (bool, bool) {
        let inst = self.inst(val);
        let overlaps = inst.mem().is_none_or(|mem| mem.alias.overlaps(alias));
        match inst.op.info().effect {
            Effect::Load => (overlaps, false),
            Effect::Store => (false, overlaps && alias != Alias::CONSTANT),
            Effect::Call => match self.callee(val).map(|callee| callee.touches) {
                Some(Touches::Nothing) => (false, false),
                Some(Touches::Reads) => (true, false),
                _ => (true, alias != Alias::CONSTANT),
            },
            _ => (false, false),
        }
    }

    // ---- building ----

    /// Adds an instruction with everything stated.
    pub fn add(&mut self, op: Op, ty: Option<Ty>, args: &[Arg], snap: Option<SnapId>, extra: Extra) -> Val {
        debug_assert!(args.len() <= usize::from(u16::MAX));
        let val = Val(self.insts.len() as u32);
        let start = self.args.len() as u32;
        self.args.extend_from_slice(args);
        self.insts.push(Inst { op, ty, start, count: args.len() as u16, snap, extra });
        val
    }

    /// Adds an instruction that needs nothing but operands.
    pub fn push(&mut self, op: Op, args: &[Arg]) -> Val {
        self.push_with(op, args, None, Extra::None)
    }

    /// Adds an instruction; its type is what the op's row says.
    pub fn push_with(&mut self, op: Op, args: &[Arg], snap: Option<SnapId>, extra: Extra) -> Val {
        let ty = match op.info().result {
            Result::None => None,
            Result::Of(ty) => Some(ty),
            Result::Any => args.last().and_then(|&arg| self.ty(arg)),
        };
        self.add(op, ty, args, snap, extra)
    }

    /// Adds a parameter.
    pub fn param(&mut self, ty: Ty) -> Val {
        self.add(Op::param, Some(ty), &[], None, Extra::None)
    }

    /// Adds an instruction that may leave.
    pub fn guard(&mut self, op: Op, args: &[Arg], snap: SnapId) -> Val {
        self.push_with(op, args, Some(snap), Extra::None)
    }

    /// Adds a memory access.
    pub fn access(&mut self, op: Op, args: &[Arg], mem: Mem) -> Val {
        self.push_with(op, args, None, Extra::Mem(mem))
    }

    /// Adds a call of `callee`.
    pub fn call(&mut self, op: Op, args: &[Arg], callee: CalleeId) -> Val {
        self.push_with(op, args, None, Extra::Callee(callee))
    }

    /// Adds a snapshot to refer to.
    pub fn snap(&mut self, snapshot: Snapshot) -> SnapId {
        let Snapshot { frames, virtuals } = snapshot;
        let outline = Rc::new(Outline {
            frames: frames.iter().map(|frame| (frame.code, frame.pc, frame.slots.len())).collect(),
            virtuals: virtuals.iter().map(|object| (object.desc, object.fields.len())).collect(),
        });
        let slots = frames.into_iter().flat_map(|frame| frame.slots);
        let fields = virtuals.into_iter().flat_map(|object| object.fields);
        self.keep(outline, slots.chain(fields))
    }

    fn keep(&mut self, outline: Rc<Outline>, slots: impl Iterator<Item = Slot>) -> SnapId {
        let start = self.slots.len();
        self.slots.extend(slots);
        self.snapshots.push(Kept { outline, start, count: self.slots.len() - start });
        SnapId(self.snapshots.len() as u32 - 1)
    }

    /// Adds a function to call; an equal one is found again.
    pub fn declare(&mut self, callee: Callee) -> CalleeId {
        let at = self.callees.iter().position(|known| *known == callee).unwrap_or_else(|| {
            self.callees.push(callee);
            self.callees.len() - 1
        });
        CalleeId(at as u32)
    }
}

/// A copy of a trace in the making: how passes rewrite.
///
/// Walk the old trace in order; for each instruction [`Rewrite::copy`] it, replace it by what
/// `out` already has ([`Rewrite::replace`]), or add others. Operands and snapshots are renamed on the way.
pub struct Rewrite<'a> {
    pub old: &'a Trace,
    pub out: Trace,
    renamed: Vec<Option<Arg>>,
    /// Of the new trace's values, those that are known to be constants from here on.
    learnt: FxHashMap<Val, Const>,
    snaps: Vec<Option<SnapId>>,
}

impl<'a> Rewrite<'a> {
    /// Nothing copied yet.
    pub fn new(old: &'a Trace) -> Rewrite<'a> {
        let out = Trace { name: old.name.clone(), callees: old.callees.clone(), ..Trace::default() };
        let learnt = FxHashMap::default();
        Rewrite { old, out, renamed: vec![None; old.len()], learnt, snaps: vec![None; old.snapshots.len()] }
    }

    /// What an operand of the old trace is in the new one.
    pub fn arg(&self, arg: Arg) -> Arg {
        rename(&self.renamed, &self.learnt, arg)
    }

    /// From here on the new trace's value is known to be the constant.
    pub fn learn(&mut self, val: Val, is: Const) {
        self.learnt.insert(val, is);
    }

    /// The operands of an old instruction, renamed.
    pub fn args(&self, val: Val) -> Vec<Arg> {
        self.old.args(val).iter().map(|&arg| self.arg(arg)).collect()
    }

    /// The old instruction's snapshot, renamed.
    pub fn snap(&mut self, val: Val) -> Option<SnapId> {
        let old = self.old.inst(val).snap?;
        if let Some(done) = self.snaps[old.0 as usize] {
            return Some(done);
        }
        let Kept { outline, .. } = &self.old.snapshots[old.0 as usize];
        let (renamed, learnt) = (&self.renamed, &self.learnt);
        let slots = self.old.snapshot_by_id(old).slots.iter().map(|&slot| match slot {
            Slot::Arg(arg) => Slot::Arg(rename(renamed, learnt, arg)),
            slot => slot,
        });
        let new = self.out.keep(outline.clone(), slots);
        self.snaps[old.0 as usize] = Some(new);
        Some(new)
    }

    /// Copies the instruction.
    pub fn copy(&mut self, val: Val) -> Val {
        let args = self.args(val);
        self.copy_with(val, self.old.inst(val).op, &args)
    }

    /// Copies the instruction with another op or operands.
    pub fn copy_with(&mut self, val: Val, op: Op, args: &[Arg]) -> Val {
        let inst = self.old.inst(val);
        let snap = if op.leaves() { self.snap(val) } else { None };
        let new = self.out.add(op, inst.ty, args, snap, inst.extra);
        self.renamed[val.index()] = Some(new.into());
        new
    }

    /// Uses of the old instruction become `arg`.
    pub fn replace(&mut self, val: Val, arg: Arg) {
        self.renamed[val.index()] = Some(arg);
    }

    /// Forgets which snapshots were copied: the next time round their values have new names.
    pub fn forget_snapshots(&mut self) {
        self.snaps.fill(None);
    }
}

fn rename(renamed: &[Option<Arg>], learnt: &FxHashMap<Val, Const>, arg: Arg) -> Arg {
    let Arg::Val(val) = arg else { return arg };
    match renamed[val.index()].unwrap_or(arg) {
        Arg::Val(val) if !learnt.is_empty() => learnt.get(&val).map_or(val.into(), |&c| Arg::Const(c)),
        arg => arg,
    }
}
