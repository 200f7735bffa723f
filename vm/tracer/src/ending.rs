//! How a recording becomes a trace: closed into a loop, linked to one, or left for the interpreter.

use crate::items::{Entry, Item, Kind, Slot};
use crate::layout;
use crate::recorder::{Exit, Recorded, Recorder};
use crate::state::{Level, WORK};
use ir::ops::{Effect, Op};
use ir::trace::{Alias, Arg, Extra, Rewrite, Trace, Val};
use jit::abort::Abort;

/// Calls that must be left before the limit of recursion for a trace to make frames that stay.
pub const SPARE: i64 = 50;

/// Instructions that make up for what a call costs that may run anything.
const LOUD: i64 = 6;

/// What there was of a recording before an instruction.
pub struct Mark {
    len: usize,
    frames: usize,
    slots: Vec<Slot>,
}

impl Recorder {
    /// Brings all slots into the state in which the code of the loop at `place` is entered, in the innermost frame; its operands in
    /// order. The frames below are as the interpreter would have them.
    pub fn arrive(&mut self, entry: &Entry, place: usize) -> Recorded<Vec<Arg>> {
        let last = self.frames.len() - 1;
        if self.frames[last].slots.len() != self.frames[last].locals + entry.depth {
            return Err(Abort::LeftTrack);
        }
        // What may leave comes first.
        for &(index, kind) in &entry.slots {
            let slot = usize::from(index);
            let item = self.item(slot, false);
            let fits = match kind {
                Kind::Obj => item != Item::Null,
                Kind::Null => item == Item::Null,
                Kind::Int => self.int(slot).is_some(),
                Kind::Float => self.float(slot).is_some(),
            };
            if !fits {
                return Err(self.is_unstable(place, index, kind));
            }
        }
        if last > 0 {
            // Frames that are there to stay count.
            let left = self.load(Op::ld_i32, self.thread, layout::RECURSION, Alias::VOLATILE);
            self.guard(Op::guard_gt, &[left, Arg::from(SPARE)]);
        }
        self.give_memory();
        for number in 0..last {
            let depth = self.frames[number].slots.len();
            for index in 0..depth {
                self.hand_over(number, index);
            }
            if let Some(memory) = self.frames[number].memory {
                self.store_as(Op::st_32, memory, layout::STACKTOP, Arg::from(depth as i64), layout::FRAME);
            }
        }
        let memory = self.frames[last].memory.ok_or(Abort::LoudInlined)?;
        let mut args = vec![self.thread, memory];
        let mut gone = Vec::new();
        for &(index, kind) in &entry.slots {
            let slot = usize::from(index);
            let arg = match kind {
                Kind::Null => continue,
                Kind::Obj => self.give_in(last, slot),
                Kind::Int | Kind::Float => {
                    let value = if kind == Kind::Int { self.int(slot) } else { self.float(slot) };
                    let old = core::mem::replace(&mut self.frames[last].slots[slot], Slot::held(Item::Null));
                    gone.push(old.item);
                    value.ok_or(Abort::Unstable)?
                }
            };
            args.push(arg);
        }
        for index in 0..self.frames[last].slots.len() {
            let taken = entry.slots.iter().any(|&(slot, _)| usize::from(slot) == index);
            if !taken && !self.frames[last].slots[index].home {
                let value = self.give_in(last, index);
                self.store(memory, layout::local(index), value, layout::LOCALS);
            }
        }
        gone.into_iter().for_each(|item| self.settle(item));
        Ok(args)
    }

    /// Notes that what is in a slot is of another kind than the code of the loop at `place` expects.
    pub(crate) fn is_unstable(&mut self, place: usize, index: u16, kind: Kind) -> Abort {
        let unset = self.top().slots[usize::from(index)].item == Item::Null || kind == Kind::Null;
        self.unstable = Some((place, index, if unset { Level::Memory } else { Level::Object }));
        Abort::Unstable
    }

    /// The recording as a loop whose next round takes these operands.
    pub fn closed(&self, next: &[Arg]) -> Trace {
        let mut rewrite = Rewrite::new(&self.trace);
        let params: Vec<Val> = self.trace.params().collect();
        for &param in &params {
            rewrite.copy(param);
        }
        for &param in params.iter().skip(2) {
            let first = rewrite.arg(param.into());
            let phi = rewrite.out.push(Op::phi, &[first]);
            rewrite.replace(param, phi.into());
        }
        rewrite.out.push(Op::loop_, &[]);
        for val in self.trace.vals().skip(params.len()) {
            rewrite.copy(val);
        }
        let next: Vec<Arg> = next.iter().skip(2).map(|&arg| rewrite.arg(arg)).collect();
        rewrite.out.push(Op::jump, &next);
        rewrite.out
    }

    /// The recording, going on in a loop that takes these operands.
    pub fn linked(&self, next: &[Arg]) -> Trace {
        let mut trace = self.trace.clone();
        trace.push_with(Op::link, next, None, Extra::Desc(0));
        trace
    }

    /// What is won by the instructions so far, less what calls that may run anything cost.
    pub fn gain(&self) -> i64 {
        i64::from(self.steps) - i64::from(self.louds) * LOUD
    }

    /// Counts what the recording does each time that its end is reached.
    pub fn note_work(&mut self) {
        let work = self.gain() - self.counted;
        self.counted += work;
        if work == 0 {
            return;
        }
        let place = Arg::from(&raw const WORK as i64);
        let done = self.load(Op::ld_i64, place, 0, Alias::VOLATILE);
        let done = self.op(Op::add, &[done, Arg::from(work)]);
        self.store(place, 0, done, Alias::VOLATILE);
    }

    /// See [`Mark`].
    pub fn mark(&self) -> Mark {
        let slots = self.frames.last().map_or_else(Vec::new, |frame| frame.slots.clone());
        Mark { len: self.trace.len(), frames: self.frames.len(), slots }
    }

    /// Takes back an instruction of which nothing but guards and loads was written down; whether it was so.
    pub fn take_back(&mut self, mark: Mark) -> bool {
        let written = (mark.len as u32..self.trace.len() as u32).map(Val);
        let harmless = written
            .map(|val| self.trace.inst(val).op.info().effect)
            .all(|effect| matches!(effect, Effect::Pure | Effect::Trap | Effect::Load | Effect::Guard));
        if !harmless || self.frames.len() != mark.frames {
            return false;
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.slots = mark.slots;
        }
        true
    }

    /// The recording up to the instruction, which the interpreter goes on with.
    pub fn left(&mut self) -> Trace {
        let snap = self.snapshot(self.pc, Exit::Resume);
        let mut trace = self.trace.clone();
        trace.guard(Op::exit, &[], snap);
        trace
    }
}
