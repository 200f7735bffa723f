//! Generators and coroutines: where they are resumed in a trace, their frames are part of it.

use super::Site;
use super::call::may_inline;
use crate::helpers::Helper;
use crate::items::{FrameState, Item, Runs, Slot};
use crate::layout;
use crate::recorder::{Fetched, Recorded, Recorder};
use core::ptr;
use interp::eval::caches;
use ir::ops::Op;
use ir::trace::Arg;
use jit::abort::Abort;
use objects::Instance;
use objects::types::generator::{PyCoro_Type, PyGen_Type, state};
use objects::types::none::none;

/// The generator in a slot goes on with its code, in the trace; whether it is one for that. `value` is what its `yield` has.
pub fn resume(rec: &mut Recorder, at: Site, slot: usize, sent: bool) -> Recorded<bool> {
    let live = rec.live_object(slot)?;
    let Some(generator) = interp::call::plain_generator(live) else { return Ok(false) };
    let (frame, Item::Obj(id)) = (&generator.iframe, rec.item(slot, true)) else { return Ok(false) };
    let code = frame.code();
    if !may_inline(rec, code) {
        return Ok(false);
    }
    let class = if live.is_exactly(&PyGen_Type) { &PyGen_Type } else { &PyCoro_Type };
    rec.guard_class(id, class);
    let val = rec.obj(id).val;
    let memory = rec.op(Op::offset, &[val, Arg::from(layout::GENERATOR_FRAME)]);
    // One that runs already may only be waiting as far as its memory tells.
    let same = |other: &&FrameState| {
        matches!(other.runs, Runs::Generator { linked: false, .. }) && ptr::eq(other.code, code)
    };
    let running: Vec<Arg> = rec.frames.iter().filter(same).filter_map(|other| other.memory).collect();
    for other in running {
        rec.guard(Op::guard_ne, &[memory, other]);
    }
    let found = rec.load(Op::ld_i8, memory, layout::GENERATOR_STATE, layout::FRAME);
    rec.guard(Op::guard_eq, &[found, Arg::from(i64::from(generator.frame_state.get()))]);
    rec.keep(code.as_object());
    let place = rec.load(Op::ld_i64, memory, layout::INSTR_PTR, layout::FRAME);
    rec.guard(Op::guard_eq, &[place, Arg::from(frame.instr_ptr.get() as i64)]);
    let value = if sent {
        let top = rec.at(1);
        let value = rec.item(top, true);
        rec.top().slots.pop();
        value
    } else {
        rec.constant(none())
    };
    // SAFETY: the place in the code at which the generator waits.
    let unit = unsafe { frame.instr_ptr.get().offset_from(code.first_unit()) } as u32;
    let mut slots = vec![Slot::MEMORY; frame.used()];
    slots.push(Slot::held(value));
    rec.top().call = at.unit;
    rec.frames.push(FrameState {
        runs: Runs::Generator { linked: false, after: 1 + caches(at.opcode) as u32 + at.arg as u32 },
        code,
        live: ptr::from_ref(frame),
        slots,
        locals: code.co_nlocalsplus.get() as usize,
        call: 0,
        memory: Some(memory),
    });
    rec.expected = unit;
    Ok(true)
}

pub fn send(rec: &mut Recorder, at: Site) -> Recorded {
    let receiver = rec.at(2);
    if resume(rec, at, receiver, true)? {
        return Ok(());
    }
    let top = rec.at(1);
    let args = [rec.pointer(receiver), rec.pointer(top)];
    let result = rec.loud(at.unit, Helper::send, &args)?;
    rec.shrink(1);
    let end = at.next + at.arg as u32;
    rec.fetched = Some(Fetched { result, body: at.next, end, returns: true });
    Ok(())
}

/// The value goes to whoever resumed the generator, which waits behind the instruction.
pub fn yield_value(rec: &mut Recorder, at: Site) -> Recorded {
    let Runs::Generator { linked, .. } = rec.top().runs else { return Err(Abort::Returned) };
    let (Some(memory), last) = (rec.top().memory, rec.frames.len() - 1) else { return Err(Abort::Returned) };
    let top = rec.at(1);
    let value = rec.held(top, true);
    rec.top().slots.pop();
    rec.frames[last - 1].slots.push(Slot::held(value));
    let depth = rec.top().slots.len();
    for index in 0..depth {
        rec.hand_over(last, index);
    }
    let code = rec.top().code;
    // SAFETY: the code that runs.
    let place = unsafe { (*code).first_unit().add(at.unit as usize + 1) };
    rec.store(memory, layout::INSTR_PTR, Arg::from(place as i64), layout::FRAME);
    rec.store_as(Op::st_32, memory, layout::STACKTOP, Arg::from(depth as i64), layout::FRAME);
    if linked {
        let thread = rec.thread;
        rec.call(Helper::unlink_generator, &[thread, memory]);
    }
    let waits = Arg::from(i64::from(state::SUSPENDED) + at.arg as i64);
    rec.store_as(Op::st_8, memory, layout::GENERATOR_STATE, waits, layout::FRAME);
    rec.frames.pop();
    let (code, call) = (rec.top().code, rec.top().call);
    // SAFETY: the resuming instruction in the code of the frame that is now the innermost.
    let site = unsafe { Site::at((*code).first_unit(), (*code).first_unit().add(call as usize), 0) };
    rec.expected = site.next;
    Ok(())
}

/// The generator's code has ended, with a value that is no longer on its stack.
pub fn finish(rec: &mut Recorder, at: Site, value: Item, after: u32) -> Recorded {
    let last = rec.frames.len() - 1;
    rec.frames[last - 1].slots.push(Slot::held(value));
    for index in 0..rec.top().slots.len() {
        rec.hand_over(last, index);
    }
    let depth = rec.top().slots.len() as i64;
    let (thread, Some(memory)) = (rec.thread, rec.top().memory) else { return Err(Abort::Returned) };
    rec.loud(at.unit, Helper::end_generator, &[thread, memory, Arg::from(depth)])?;
    // What runs while it ends is not in the recording's frames.
    rec.opaque = false;
    rec.frames.pop();
    rec.expected = rec.top().call + after;
    Ok(())
}

/// Takes the receiver from under the value that it returned.
pub fn end_send(rec: &mut Recorder, _at: Site) -> Recorded {
    let (receiver, top) = (rec.at(2), rec.at(1));
    rec.item(receiver, true);
    let value = rec.item(top, true);
    rec.replace(2, value);
    Ok(())
}

pub fn get_yield_from_iter(rec: &mut Recorder, at: Site) -> Recorded {
    let index = rec.at(1);
    let live = rec.live_object(index)?;
    match rec.item(index, true) {
        Item::Obj(id) if live.is_exactly(&PyGen_Type) => {
            rec.guard_class(id, &PyGen_Type);
            Ok(())
        }
        _ => super::interpret(rec, at),
    }
}
