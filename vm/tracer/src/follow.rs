//! Following the interpreter: each instruction checked to be the expected one, written down, and the recording ended where it comes to
//! a loop's first instruction.

use crate::entry;
use crate::function;
use crate::items::{Entry, Runs, Slot};
use crate::record::{self, Site, iter, method};
use crate::recorder::Recorder;
use crate::state::{self, Jit};
use crate::telling;
use core::ptr;
use interp::eval::{FramePtr, Pc, Sp, ThreadPtr};
use interp::frame_hook;
use interp::perf_map;
use ir::backend::{CodeId, Goal, Origin};
use ir::opt;
use ir::trace::Trace;
use ir::verify::verify;
use jit::abort::Abort;
use jit::dump::show;
use objects::Instance;
use objects::interpreter_frame::InterpreterFrame;
use std::rc::Rc;
use std::time::Instant;

/// Instructions from this number on tell tools what happens.
const FIRST_INSTRUMENTED: u8 = bytecode::opcodes::op::INSTRUMENTED_RESUME;

/// Where a recording ends.
enum Next {
    Go,
    /// At its own loop's first instruction.
    Close,
    /// At that of a compiled loop, which is there.
    Link(CodeId, Rc<Entry>, usize),
    /// Before an instruction that is left to the interpreter.
    Leave(Abort),
}

/// Instructions that a trace must have to be worth its entry, where it ends in an exit.
const WORTH: u32 = 3;

/// Instructions that a bridge goes on for in frames below the one that it began in, without coming to a loop.
const OUTSIDE: u32 = 250;

/// Instructions that a loop that is always left must have to become a trace.
const STRAIGHT: u32 = 40;

/// Recordings of a loop that have failed before one that leaves the loop is taken.
const SETTLED: u32 = 2;

/// Whether the thread makes a recording whose frame is still there; one whose frame has gone is dropped.
pub(crate) fn is_recording(jit: &Jit, ts: ThreadPtr) -> bool {
    let base = match jit.recorder.borrow().as_ref().and_then(|recorder| recorder.frames.first()) {
        Some(frame) => frame.live,
        None => return false,
    };
    // SAFETY: the running thread's state.
    if is_below(base, unsafe { (*ts).current_frame.get() }.cast::<InterpreterFrame>()) {
        return true;
    }
    let recorder = jit.recorder.borrow_mut().take();
    if let Some(recorder) = recorder {
        stop(jit, &recorder, Abort::Interrupted);
    }
    false
}

/// Whether `frame` is `top` or waits for a call that leads there.
fn is_below(frame: FramePtr, mut top: FramePtr) -> bool {
    // SAFETY: the chain of a running thread's frames.
    while let Some(this) = unsafe { top.as_ref() } {
        if ptr::eq(this, frame) {
            return true;
        }
        top = this.previous.get();
    }
    false
}

/// How the interpreter goes on with an instruction.
#[derive(Clone, Copy)]
pub enum Step {
    /// Executing it, and recording.
    Record,
    Plain,
    /// In a frame that has been pushed instead, recording.
    Enter(FramePtr),
    /// Its frame could not be pushed.
    Raise,
}

/// Writes down the instruction before `pc`.
#[inline(never)]
pub unsafe fn step(pc: Pc, sp: Sp, frame: FramePtr, ts: ThreadPtr, arg: usize) -> Step {
    let Some(jit) = state::get() else { return Step::Plain };
    let Some(mut recorder) = jit.recorder.borrow_mut().take() else { return Step::Plain };
    // SAFETY: the running thread.
    recorder.may_enter = unsafe { method::has_room(ts) };
    // SAFETY: the running frame at an instruction of its code.
    let next = unsafe {
        if frame_hook::is_set() {
            Err(Abort::Instrumented)
        } else if *pc.sub(1) as u8 >= FIRST_INSTRUMENTED {
            // Its handler asks the table for the plain instruction, which must not come here again.
            Err(Abort::Instrumented)
        } else {
            follow(jit, &mut recorder, pc, sp, frame, arg)
        }
    };
    let ended = match next {
        Ok(Next::Go) => {
            let entering = recorder.entering.take();
            *jit.recorder.borrow_mut() = Some(recorder);
            let Some(entering) = entering else { return Step::Record };
            // SAFETY: the instruction's operands are on the stack.
            return match unsafe { method::push(&entering, pc, sp, frame, ts) } {
                Ok(new) => Step::Enter(new),
                Err(raised) => {
                    raised.leave();
                    Step::Raise
                }
            };
        }
        Ok(Next::Close) => close(jit, &mut recorder),
        Ok(Next::Link(code, entry, place)) => link(jit, &mut recorder, code, &entry, place),
        Ok(Next::Leave(reason)) => leave(jit, &mut recorder, reason),
        Err(reason) => Err(reason),
    };
    if let Err(reason) = ended {
        stop(jit, &recorder, reason);
    }
    Step::Plain
}

/// Whether the frame is above the recording's innermost one. The way down may be long, so the frames on it that were seen are noted: the
/// recording sees every instruction of the evaluation, also the first one below them.
unsafe fn is_above(rec: &mut Recorder, frame: FramePtr) -> bool {
    if let Some(place) = rec.above.iter().rposition(|&seen| ptr::eq(seen, frame)) {
        rec.above.truncate(place + 1);
        return true;
    }
    // SAFETY: a running frame.
    let caller = unsafe { (*frame).previous.get() }.cast_const();
    let called = rec.above.last().is_some_and(|&last| ptr::eq(last, caller));
    if !called {
        if !is_below(rec.top().live, frame) {
            return false;
        }
        rec.above.clear();
    }
    rec.above.push(frame);
    true
}

/// Whether the frame was made by the call that the innermost frame of the recording is for; notes the one that gives an instance back.
unsafe fn is_fresh(rec: &mut Recorder, frame: FramePtr) -> bool {
    // SAFETY: a running frame, and those below it.
    unsafe {
        let mut below = (*frame).previous.get().cast_const();
        for caller in rec.frames.iter_mut().rev().skip(1) {
            if !caller.live.is_null() {
                return ptr::eq(below, caller.live);
            }
            if below.is_null() || !ptr::eq((*below).f_executable.as_ptr().cast(), caller.code) {
                return false;
            }
            caller.live = below;
            below = (*below).previous.get();
        }
        false
    }
}

unsafe fn follow(
    jit: &Jit,
    rec: &mut Recorder,
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    arg: usize,
) -> Result<Next, Abort> {
    // SAFETY: the caller's frame; a frame that is new was made by the call before.
    let (at, word) = unsafe {
        if core::mem::take(&mut rec.opaque) && !ptr::eq(rec.top().live, frame) {
            if !is_above(rec, frame) {
                return Err(Abort::LeftTrack);
            }
            rec.opaque = true;
            return Ok(Next::Go);
        }
        rec.above.clear();
        let code: *const _ = (*frame).code();
        if rec.top().live.is_null() {
            let fresh = is_fresh(rec, frame);
            if !fresh || !ptr::eq(rec.top().code, code) {
                return Err(Abort::LeftTrack);
            }
            rec.top().live = frame;
        }
        if !ptr::eq(rec.top().live, frame) || !ptr::eq(rec.top().code, code) {
            return Err(Abort::LeftTrack);
        }
        let word = pc.sub(1);
        (Site::at((*code).first_unit(), word, arg), word)
    };
    // An instruction that has rewritten itself comes again.
    if rec.last == word as usize && at.unit != rec.expected {
        return Ok(Next::Go);
    }
    if rec.prefix.is_none() {
        rec.pc = at.unit;
    }
    let skipped = rec.skipped.take().filter(|skipped| skipped.0 == at.unit);
    if let Some(fetched) = rec.fetched.take() {
        iter::fetched(rec, at.unit, fetched)?;
    } else if let Some((_, items)) = skipped {
        rec.shrink(items);
    } else if at.unit != rec.expected {
        return Err(Abort::LeftTrack);
    }
    if core::mem::take(&mut rec.interpreted) {
        // SAFETY: the stack of the frame, all of which is in its memory.
        let depth = unsafe { sp.offset_from((*frame).localsplus()) } as usize;
        rec.top().slots.resize(depth, Slot::MEMORY);
    }
    // SAFETY: the stack of the frame.
    if unsafe { sp.offset_from((*frame).localsplus()) } != rec.top().slots.len() as isize {
        return Err(Abort::LeftTrack);
    }
    rec.checks();
    let is_generator = matches!(rec.top().runs, Runs::Generator { .. });
    if rec.prefix.is_none() && rec.steps > 0 && !is_generator {
        if rec.frames.len() == 1 && rec.header == word as usize {
            if rec.round.is_some() || !rec.carries_objects() || jit.varied.borrow().contains(&rec.header) {
                return Ok(Next::Close);
            }
            rec.begin_round()?;
        }
        // A function becomes part of the trace, unless it is part of it already.
        let recurs = || {
            rec.frames
                .iter()
                .rev()
                .skip(1)
                .any(|frame| ptr::eq(frame.code, rec.frames[rec.frames.len() - 1].code))
        };
        if at.opcode != bytecode::opcodes::op::RESUME || recurs() {
            if let Some((code, entry)) = jit.tree.borrow().root_at(word as usize) {
                if rec.round.is_some() {
                    return Err(Abort::InnerLoop);
                }
                return Ok(Next::Link(code, entry, word as usize));
            }
            if let Some(stub) = rec.stub.as_ref().filter(|stub| stub.place == word as usize) {
                return Ok(Next::Link(stub.root, stub.entry.clone(), stub.place));
            }
        }
    }
    if rec.trace.len() > rec.limit {
        return Err(Abort::TooLong);
    }
    if rec.returned.is_some_and(|(_, steps)| rec.steps > steps + OUTSIDE) {
        return if rec.prefix.is_none() { Ok(Next::Leave(Abort::Returned)) } else { Err(Abort::Returned) };
    }
    rec.steps += 1;
    rec.last = word as usize;
    let mark = rec.mark();
    let described = jit.options.stats.then(|| telling::describe(rec, at));
    let recorded = record::record(rec, at);
    if let Some(what) = described.filter(|_| rec.check_frame || recorded.is_err()) {
        telling::note(what, recorded.err());
    }
    if let Err(reason) = recorded {
        note_loop(jit, rec, reason);
        return if is_worth_leaving(jit, rec, reason) && rec.take_back(mark) {
            Ok(Next::Leave(reason))
        } else {
            Err(reason)
        };
    }
    if at.opcode != bytecode::opcodes::op::EXTENDED_ARG {
        rec.prefix = None;
    }
    Ok(Next::Go)
}

/// A function with a loop that does not become a trace of its own is not made part of a trace again.
fn note_loop(jit: &Jit, rec: &mut Recorder, reason: Abort) {
    if reason == Abort::InnerLoop && rec.frames.len() > 1 {
        let code = rec.top().code;
        let mut loops = jit.loops.borrow_mut();
        let times = loops.entry(code).or_insert_with(|| {
            // SAFETY: the code that runs; kept, so that its address stays its own.
            jit.keep(objects::Ref::from_borrowed(unsafe { (*code).as_object() }));
            0
        });
        *times += 1;
    }
}

/// Whether a recording that cannot go on is to become a trace that ends here.
fn is_worth_leaving(jit: &Jit, rec: &Recorder, reason: Abort) -> bool {
    is_final(reason)
        && rec.round.is_none()
        && rec.steps > WORTH
        && match rec.origin {
            Origin::Exit(..) => function::is_long(rec),
            Origin::Root => {
                reason == Abort::Returned
                    && rec.steps > STRAIGHT
                    && jit.tree.borrow_mut().place(rec.header).failed >= SETTLED
            }
        }
}

/// Whether the instruction at which the recording stops could be left to the interpreter.
fn is_final(reason: Abort) -> bool {
    matches!(
        reason,
        Abort::Returned
            | Abort::Opcode
            | Abort::Operands
            | Abort::InnerLoop
            | Abort::TooDeep
            | Abort::LoudInlined
    )
}

/// The recording has come to its own loop's first instruction.
fn close(jit: &Jit, rec: &mut Recorder) -> Result<(), Abort> {
    rec.note_work();
    let trace = if rec.round.is_some() {
        rec.end_round()?
    } else {
        let entry = rec.entry.clone();
        let next = rec.arrive(&entry, rec.header)?;
        rec.closed(&next)
    };
    compile(jit, rec, trace, None).map(drop)
}

/// It has come to a compiled loop.
fn link(jit: &Jit, rec: &mut Recorder, code: CodeId, entry: &Entry, place: usize) -> Result<(), Abort> {
    rec.note_work();
    match rec.arrive(entry, place) {
        Ok(next) => compile(jit, rec, rec.linked(&next), Some(code)).map(drop),
        Err(Abort::Unstable) if rec.steps > WORTH && rec.header == 0 && rec.stub.is_none() => {
            leave(jit, rec, Abort::Unstable)
        }
        Err(reason) => Err(reason),
    }
}

/// It ends before an instruction that is the interpreter's.
fn leave(jit: &Jit, rec: &mut Recorder, reason: Abort) -> Result<(), Abort> {
    rec.note_work();
    let trace = rec.left();
    let code = compile(jit, rec, trace, None)?;
    // Nothing more can be recorded from there.
    let mut tree = jit.tree.borrow_mut();
    tree.close_last_exit(code);
    if let Some((place, slot, level)) = rec.unstable {
        jit.loosen(place, slot, level);
        tree.forget(place);
    }
    let mut stats = jit.stats.borrow_mut();
    stats.open += 1;
    if jit.options.dump.abort {
        let place = entry::place_of(rec);
        show("leaves", &format!("{}: {} at {place}", rec.trace.name, reason.key()));
    }
    Ok(())
}

/// Compiles what was recorded.
fn compile(jit: &Jit, rec: &mut Recorder, trace: Trace, goal: Option<CodeId>) -> Result<CodeId, Abort> {
    let dump = jit.options.dump;
    let begins = rec.origin == Origin::Root || rec.stub.is_some();
    if begins && jit.options.is_thrifty() && rec.gain() < 0 {
        return Err(Abort::Loud);
    }
    if dump.trace {
        show("trace", &trace);
    }
    let check = |trace: &Trace| {
        verify(trace, true).map_err(|why| {
            if dump.abort {
                show("ill-formed", &why);
            }
            Abort::Backend
        })
    };
    if cfg!(debug_assertions) {
        check(&trace)?;
    }
    let start = Instant::now();
    let trace = Rc::new(opt::optimise(&trace));
    if dump.opt {
        show("opt", &*trace);
    }
    check(&trace)?;
    let mut tree = jit.tree.borrow_mut();
    let goal = goal.map(Goal::Entry);
    let code = jit.backend.compile(trace.clone(), rec.origin, goal).map_err(|why| {
        if dump.abort {
            show("not compiled", &why);
        }
        Abort::Backend
    })?;
    if dump.place {
        show("place", &jit.backend.placed(code));
    }
    if dump.asm {
        show("asm", &jit.backend.listing(code));
    }
    let extent = jit.backend.extent(code);
    if let Some((address, size)) = extent.filter(|_| jit.options.perf) {
        // What could not be written `perf` shows as an address.
        let _ = perf_map::add(address as usize, size, format!("py::{}", trace.name).as_bytes());
    }
    let mut stats = jit.stats.borrow_mut();
    stats.instructions += trace.len() as u64;
    stats.code_bytes += extent.map_or(0, |extent| extent.1 as u64);
    let parent = match rec.origin {
        Origin::Root => None,
        Origin::Exit(parent, _) => Some(parent),
    };
    tree.add(code, trace, parent);
    rec.kept.drain(..).for_each(|object| jit.keep(object));
    match rec.origin {
        Origin::Root => {
            tree.add_root(rec.header, code, rec.entry.clone());
            // SAFETY: the counter of a jump of the code, which the trace keeps.
            unsafe { *rec.counter = 0 };
            stats.roots += 1;
        }
        Origin::Exit(parent, exit) => {
            jit.backend.attach(parent, exit, code).map_err(|_| Abort::Backend)?;
            stats.bridges += 1;
            if let Some(stub) = &rec.stub {
                function::done(&mut tree, stub);
                stats.functions += 1;
            }
        }
    }
    stats.compile_ns += start.elapsed().as_nanos() as u64;
    Ok(code)
}

/// Notes a recording that has failed.
fn stop(jit: &Jit, rec: &Recorder, reason: Abort) {
    let mut stats = jit.stats.borrow_mut();
    stats.abort(reason);
    if jit.options.dump.abort {
        let place = entry::place_of(rec);
        show("abort", &format!("{}: {} at {place}", rec.trace.name, reason.key()));
        if jit.options.dump.trace {
            show("aborted trace", &rec.trace);
        }
    }
    if rec.round.is_some() {
        // The next recording makes what the loop carries.
        jit.varied.borrow_mut().insert(rec.header);
    }
    let mut tree = jit.tree.borrow_mut();
    if let Some((place, slot, level)) = rec.unstable {
        jit.loosen(place, slot, level);
        if rec.header != place {
            tree.forget(place);
        }
    }
    // So little can never become a trace.
    let lasts = reason.lasts() || rec.steps <= WORTH && is_final(reason);
    match rec.origin {
        Origin::Root => {
            if tree.fail(rec.header, reason.lasts()) {
                stats.blacklisted += 1;
            }
        }
        Origin::Exit(code, exit) => tree.fail_bridge(code, exit, lasts),
    }
}
