//! Calls that may run any code, or let it look at frames: first everything is as the interpreter would have it.

use crate::helpers::Helper;
use crate::items::{Item, Life, Obj, Runs, Slot};
use crate::layout;
use crate::recorder::{Exit, Recorded, Recorder, pointer_const};
use bytecode::code::flags::{ASYNC_GENERATOR, COROUTINE, GENERATOR};
use ir::ops::Op;
use ir::trace::{Arg, Const};
use jit::abort::Abort;

impl Recorder {
    /// Calls a loud helper, whose pointer operands are in slots or constant. `unit` is the instruction.
    pub fn loud(&mut self, unit: u32, helper: Helper, args: &[Arg]) -> Recorded<Arg> {
        self.make_instances();
        self.protect();
        self.own_operands();
        self.give_memory();
        for number in 0..self.frames.len() {
            let Some(memory) = self.frames[number].memory else { continue };
            for index in 0..self.frames[number].locals {
                if !self.frames[number].slots[index].home {
                    let value = self.pointer_in(number, index);
                    self.store(memory, layout::local(index), value, layout::LOCALS);
                }
            }
        }
        self.louds += 1;
        let place = self.note_place(unit);
        self.opaque = true;
        debug_assert!(!place.is_null());
        Ok(self.call(helper, args))
    }

    /// What is called sees the counts of the instruction's operands as they are while the interpreter's stack refers to them: an object
    /// with a single reference is one that nobody else has.
    fn own_operands(&mut self) {
        let locals = self.top().locals;
        let operands: Vec<Item> = self.top().slots.iter().skip(locals).map(|slot| slot.item).collect();
        for item in operands {
            let Item::Obj(id) = item else { continue };
            let (uses, obj) = (self.uses(id), *self.obj(id));
            if obj.life == Life::Counted {
                (obj.owned..uses).for_each(|_| self.count_up(obj.val));
                self.obj(id).owned = obj.owned.max(uses);
            }
        }
    }

    /// Ends what waits, at the start of a bridge.
    pub fn bury(&mut self, unit: u32) -> Recorded {
        self.loud(unit, Helper::bury, &[])?;
        // That has happened already.
        self.opaque = false;
        Ok(())
    }

    /// Gives every frame memory, linked as the interpreter would have it.
    pub(crate) fn give_memory(&mut self) {
        for number in 1..self.frames.len() {
            let (below, frame) = (&self.frames[number - 1], &self.frames[number]);
            let (Some(caller), runs, memory) = (below.memory, frame.runs, frame.memory) else { continue };
            let (call, depth) = (Arg::from(i64::from(below.call)), Arg::from(below.slots.len() as i64));
            let thread = self.thread;
            match runs {
                Runs::Generator { linked: false, after } => {
                    let frame = memory.unwrap_or(Arg::from(0));
                    let args = [thread, caller, frame, call, depth, Arg::from(i64::from(after))];
                    self.call(Helper::link_generator, &args);
                    self.frames[number].runs = Runs::Generator { linked: true, after };
                }
                Runs::Init | Runs::Operation(_) if memory.is_none() => {
                    let runs = Arg::from(runs.pack().cast_signed());
                    let frame = self.call(Helper::push_shim, &[thread, caller, runs, call, depth]);
                    self.frames[number].memory = Some(frame);
                }
                Runs::Function(function) if memory.is_none() => {
                    let function = pointer_const(function.cast());
                    let frame = self.call(Helper::push_frame, &[thread, caller, function, call, depth]);
                    self.frames[number].memory = Some(frame);
                }
                _ => {}
            }
        }
        self.here = None;
    }

    /// The innermost frame stands at the instruction.
    pub fn note_place(&mut self, unit: u32) -> *mut u16 {
        let top = self.top();
        // SAFETY: the frame's code.
        let place = unsafe { (*top.code).first_unit().add(unit as usize) };
        if let Some(memory) = top.memory {
            self.store(memory, layout::INSTR_PTR, Arg::from(place as i64), layout::FRAME);
        }
        self.check_frame = true;
        place
    }

    /// Lets the interpreter execute the instruction: all slots go to their memory, and may have changed when it is done.
    pub fn interpret(&mut self, unit: u32, arg: usize) -> Recorded {
        let place = self.all_home(unit)?;
        let (depth, memory) = (self.top().slots.len(), self.top().memory.unwrap_or(self.frame));
        let args =
            [self.thread, memory, Arg::from(place as i64), Arg::from(depth as i64), Arg::from(arg as i64)];
        self.show_waiting_generators(true);
        let elsewhere = self.call(Helper::interpret, &args);
        let snap = self.snapshot(unit, Exit::Elsewhere);
        self.trace.guard(Op::guard_false, &[elsewhere], snap);
        self.show_waiting_generators(false);
        self.here = None;
        self.interpreted = true;
        Ok(())
    }

    /// Says how many slots the generators' frames have that wait for a call, as an exception unwinds to them, or that what is in them is
    /// the trace's again.
    fn show_waiting_generators(&mut self, shown: bool) {
        for number in 0..self.frames.len() - 1 {
            let frame = &self.frames[number];
            // SAFETY: a frame's code.
            let code = unsafe { &*frame.code };
            let Some(memory) = frame.memory else { continue };
            if code.has_flag(GENERATOR | COROUTINE | ASYNC_GENERATOR) {
                let depth = if shown { frame.slots.len() as i64 } else { -1 };
                self.store_as(Op::st_32, memory, layout::STACKTOP, Arg::from(depth), layout::FRAME);
            }
        }
    }

    /// Calls what is on the stack, `items` of which are the call's; all slots go to their memory, where the result comes.
    pub fn call_in_memory(&mut self, unit: u32, count: usize, items: usize, named: bool) -> Recorded {
        self.all_home(unit)?;
        self.opaque = true;
        let (depth, memory) = (self.top().slots.len(), self.top().memory.unwrap_or(self.frame));
        let args = [depth, count, usize::from(named)].map(|word| Arg::from(word as i64));
        let done = self.call(Helper::call_stack, &[memory, args[0], args[1], args[2]]);
        self.top().slots.truncate(depth - items);
        self.guard_done(unit, Op::guard_ge, &[done, Arg::from(0)]);
        self.here = None;
        self.top().slots.push(Slot::MEMORY);
        Ok(())
    }

    /// Brings all slots to their memory, where they may change; the instruction's place.
    fn all_home(&mut self, unit: u32) -> Recorded<*mut u16> {
        self.make_instances();
        self.protect();
        self.louds += 1;
        self.give_memory();
        for number in 0..self.frames.len() {
            let Some(memory) = self.frames[number].memory else { return Err(Abort::LoudInlined) };
            for index in 0..self.frames[number].slots.len() {
                if !self.frames[number].slots[index].home {
                    let value = self.give_in(number, index);
                    self.store(memory, layout::local(index), value, layout::LOCALS);
                }
            }
        }
        // Only now, as what is at home counts for who owns what.
        self.frames.iter_mut().flat_map(|frame| &mut frame.slots).for_each(|slot| *slot = Slot::MEMORY);
        Ok(self.note_place(unit))
    }

    /// Guards that a call that is done has not failed; the state is as it is for the exception.
    pub fn guard_done(&mut self, unit: u32, op: Op, args: &[Arg]) {
        let snap = self.snapshot(unit, Exit::Raise);
        self.trace.guard(op, args, snap);
    }

    /// Finishes an instruction that took `count` items and called a helper for a pointer.
    pub fn finish(&mut self, unit: u32, count: usize, result: Arg) -> Item {
        self.shrink(count);
        self.guard_done(unit, Op::guard_ne, &[result, Arg::Const(Const::P(0))]);
        let item = self.add(Obj::new(result, 1, Life::Counted));
        self.push(item);
        item
    }
}
