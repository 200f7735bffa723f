//! The way in: hot loops are recorded, compiled ones entered; the table of handlers that records.
//!
//! The handlers here keep the rules of `interp::eval`: what needs a destructor or an address is in functions that are not inlined.

use crate::death;
use crate::exit::{Scratch, restore};
use crate::follow::{self, Step};
use crate::function;
use crate::helpers::int_value_of;
use crate::items::{Entry, Kind};
use crate::record::method;
use crate::recorder::{Exit, Recorder};
use crate::state::{self, Jit, Level, WORK};
use bytecode::opcodes::{DEOPT, op};
use core::cell::Cell;
use core::ptr;
use core::sync::atomic::Ordering;
use interp::breaker::EVENTS;
use interp::eval::{FramePtr, Handler, Pc, Sp, TABLE, Table, ThreadPtr, caches};
use interp::frame_hook;
use interp::unwind;
use ir::backend::{CodeId, Exited, Origin};
use ir::ops::Ty;
use objects::interpreter_frame::{CodeUnit, InterpreterFrame, owner};
use objects::raise;
use objects::state::ThreadState;
use objects::types::code::Code;
use objects::types::float::Float;
use objects::{Instance, Object, Ref};

/// The most that the counter of a `JUMP_BACKWARD` counts.
const COUNTER_MAX: u32 = 4095;

/// The table that records.
static RECORD: Table = Table([record as Handler; 256]);

/// How to go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Go {
    /// At the loop's first instruction.
    Loop,
    /// There, recording.
    RecordLoop,
    /// Where the thread's current frame waits.
    Frame,
    RecordFrame,
    /// The instruction at which the thread's current frame waits has raised.
    Raise,
    /// Where [`execute_one`] has come.
    Elsewhere,
    /// Nowhere: an exception has left the evaluation.
    Ended,
}

/// Goes on with the instruction at `pc`.
macro_rules! next {
    ($pc:expr, $sp:expr, $frame:expr, $ts:expr, $table:expr) => {{
        let (pc, table): (Pc, *const Table) = ($pc, $table);
        let word = *pc;
        return ((*table).0[usize::from(word as u8)])(
            pc.add(1),
            $sp,
            $frame,
            $ts,
            usize::from(word >> 8),
            table,
        );
    }};
}

/// A backward jump whose counter has run out.
#[inline(never)]
pub unsafe extern "C" fn loop_entry(
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    table: *const Table,
) -> *mut Object {
    // SAFETY: as in every handler.
    unsafe {
        let header = pc.add(1).sub(arg);
        if !ptr::eq(table, &TABLE) {
            next!(header, sp, frame, ts, table);
        }
        go_on(hot(pc, header, sp, frame, ts), header, sp, frame, ts, table)
    }
}

/// Goes on as told: at `pc`, or elsewhere.
#[inline(always)]
pub unsafe extern "C" fn go_on(
    go: Go,
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    table: *const Table,
) -> *mut Object {
    // SAFETY: as in every handler.
    unsafe {
        match go {
            Go::Loop => next!(pc, sp, frame, ts, table),
            Go::RecordLoop => next!(pc, sp, frame, ts, &RECORD),
            Go::Ended => ptr::null_mut(),
            Go::Elsewhere => {
                let (pc, sp, frame) = (LANDED.pc.get(), LANDED.sp.get(), LANDED.frame.get());
                next!(pc, sp, frame, ts, &TABLE)
            }
            go => {
                let frame = (*ts).current_frame.get().cast::<InterpreterFrame>().cast_const();
                let sp = (*frame).localsplus().add((*frame).stacktop.get() as usize);
                (*frame).stacktop.set(-1);
                let pc = (*frame).instr_ptr.get();
                match go {
                    Go::RecordFrame => next!(pc, sp, frame, ts, &RECORD),
                    Go::Raise => unwind::error(pc.add(1), sp, frame, ts, 0, &TABLE),
                    _ => next!(pc, sp, frame, ts, &TABLE),
                }
            }
        }
    }
}

/// The table that executes one instruction.
static ONE: Table = Table([land as Handler; 256]);

/// Where the interpreter is after [`execute_one`]; a frame of NULL if an exception has left the evaluation.
struct Landed {
    pc: Cell<Pc>,
    sp: Cell<Sp>,
    frame: Cell<FramePtr>,
}

// SAFETY: used under the GIL, from the call to the exit behind it.
unsafe impl Sync for Landed {}

static LANDED: Landed =
    Landed { pc: Cell::new(ptr::null_mut()), sp: Cell::new(ptr::null_mut()), frame: Cell::new(ptr::null()) };

/// The instruction that [`execute_one`] is not to execute.
unsafe extern "C" fn land(
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    _ts: ThreadPtr,
    _arg: usize,
    _table: *const Table,
) -> *mut Object {
    // SAFETY: behind the instruction's word.
    LANDED.pc.set(unsafe { pc.sub(1) });
    LANDED.sp.set(sp);
    LANDED.frame.set(frame);
    // What an exception that leaves the evaluation does not give.
    ptr::dangling_mut()
}

/// Executes the instruction at `word` in the frame, all of whose `depth` slots are in its memory. Whether that leads elsewhere than to the
/// next instruction.
///
/// # Safety
/// The frame is the thread's current one and stands there.
#[inline(never)]
pub unsafe fn execute_one(ts: ThreadPtr, frame: FramePtr, word: Pc, depth: usize, arg: usize) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let sp = (*frame).localsplus().add(depth);
        let mut opcode;
        // An instruction that has rewritten itself comes again.
        loop {
            opcode = *word as u8;
            if (TABLE.0[usize::from(opcode)])(word.add(1), sp, frame, ts, arg, &ONE).is_null() {
                // What the instruction has called may have landed before.
                LANDED.frame.set(ptr::null());
            }
            if !ptr::eq(LANDED.frame.get(), frame) || !ptr::eq(LANDED.pc.get(), word) {
                break;
            }
        }
        let next = word.add(1 + caches(DEOPT[usize::from(opcode)]));
        !(ptr::eq(LANDED.frame.get(), frame) && ptr::eq(LANDED.pc.get(), next))
    }
}

/// What to do where [`execute_one`] has come to.
fn elsewhere() -> Go {
    let (pc, sp, frame) = (LANDED.pc.get(), LANDED.sp.get(), LANDED.frame.get());
    // The end of what waits may come here again.
    death::bury();
    LANDED.pc.set(pc);
    LANDED.sp.set(sp);
    LANDED.frame.set(frame);
    if frame.is_null() { Go::Ended } else { Go::Elsewhere }
}

/// Every instruction while a recording is made: written down, then executed.
#[inline(never)]
unsafe extern "C" fn record(
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    _table: *const Table,
) -> *mut Object {
    // SAFETY: as in every handler.
    unsafe {
        let table: *const Table = match follow::step(pc, sp, frame, ts, arg) {
            Step::Record => &RECORD,
            Step::Plain => &TABLE,
            Step::Enter(new) => next!((*new).instr_ptr.get(), (*new).stack_base(), new, ts, &RECORD),
            Step::Raise => return unwind::error(pc, sp, frame, ts, arg, &TABLE),
        };
        (TABLE.0[usize::from(*pc.sub(1) as u8)])(pc, sp, frame, ts, arg, table)
    }
}

/// What to do at a loop that is hot. `counter` is its jump's.
#[inline(never)]
unsafe fn hot(counter: Pc, header: Pc, sp: Sp, frame: FramePtr, ts: ThreadPtr) -> Go {
    let Some(jit) = state::get() else { return Go::Loop };
    if frame_hook::is_set() {
        // SAFETY: the jump's counter.
        unsafe { set_counter(counter, jit.options.threshold) };
        return Go::Loop;
    }
    // SAFETY: the running frame and its thread.
    unsafe {
        let place = header as usize;
        let root = jit.tree.borrow().root_at(place);
        if let Some((code, entry)) = root {
            return enter(jit, Some(counter), header, code, &entry, sp, frame, ts).unwrap_or(Go::Loop);
        }
        let (given_up, failed) = {
            let mut tree = jit.tree.borrow_mut();
            let full = tree.len() >= jit.options.code_limit;
            let place = tree.place(place);
            (place.given_up || full, place.failed)
        };
        // Each failure makes the next attempt twice as dear.
        let rounds = jit.options.threshold.saturating_mul(1 << failed.min(16));
        let breaker = (*ts).eval_breaker.load(Ordering::Relaxed);
        let is_free = !follow::is_recording(jit, ts);
        if given_up
            || !is_free
            || breaker != (*frame).code().co_instrumentation_version.get()
            || !jit.may_compile()
        {
            set_counter(counter, if given_up { COUNTER_MAX } else { rounds });
            return Go::Loop;
        }
        let code: &Code = (*frame).code();
        let name = format!("{}:{}", code.qualname().to_string_lossy(), header.offset_from(code.first_unit()));
        let mut recorder = Box::new(Recorder::new(name, Origin::Root, jit.options.trace_limit));
        recorder.header = place;
        recorder.breaker = breaker as i64;
        recorder.expected = header.offset_from(code.first_unit()) as u32;
        recorder.keep(code.as_object());
        let depth = sp.offset_from((*frame).stack_base()) as usize;
        let stored = stored_in_loop(code, recorder.expected);
        let loose = jit.loose.borrow();
        recorder.counter = counter;
        recorder.begin_loop(frame, depth, &stored, &|slot| loose.get(&(place, slot)).copied());
        start(jit, recorder);
        set_counter(counter, rounds.saturating_mul(2));
        Go::RecordLoop
    }
}

/// Begins a recording.
pub fn start(jit: &Jit, recorder: Box<Recorder>) {
    jit.stats.borrow_mut().recordings += 1;
    *jit.recorder.borrow_mut() = Some(recorder);
}

/// The counter of a `JUMP_BACKWARD` that runs out after so many rounds: the count stands above four bits that are not used.
pub fn counter(rounds: u32) -> CodeUnit {
    (rounds.min(COUNTER_MAX) << 4) as CodeUnit
}

unsafe fn set_counter(place: Pc, rounds: u32) {
    // SAFETY: the cache entry of a `JUMP_BACKWARD`.
    unsafe { *place = counter(rounds) };
}

/// Which fast locals the instructions from `header` to the last jump back there change.
fn stored_in_loop(code: &Code, header: u32) -> Vec<bool> {
    let mut stored = vec![false; code.co_nlocalsplus.get() as usize];
    let mut seen: Vec<usize> = Vec::new();
    let units = code.units();
    let (mut at, mut arg, mut committed) = (header as usize, 0usize, 0);
    while at < units.len() {
        let word = units[at].get();
        let opcode = DEOPT[usize::from(word as u8)];
        arg = arg << 8 | usize::from(word >> 8);
        let next = at + 1 + caches(opcode);
        match opcode {
            op::STORE_FAST | op::DELETE_FAST | op::LOAD_FAST_AND_CLEAR => seen.push(arg),
            op::STORE_FAST_LOAD_FAST => seen.push(arg >> 4),
            op::STORE_FAST_STORE_FAST => seen.extend([arg >> 4, arg & 15]),
            op::JUMP_BACKWARD if next.checked_sub(arg) == Some(header as usize) => committed = seen.len(),
            _ => {}
        }
        if opcode != op::EXTENDED_ARG {
            arg = 0;
        }
        at = next;
    }
    for index in seen.into_iter().take(committed) {
        if let Some(stored) = stored.get_mut(index) {
            *stored = true;
        }
    }
    stored
}

/// Finds the parameters of a loop's code, if the frame is as the code expects it; whether it is.
unsafe fn params(params: &mut Vec<u64>, entry: &Entry, sp: Sp, frame: FramePtr, ts: ThreadPtr) -> bool {
    // SAFETY: the running frame and its thread.
    unsafe {
        let fits = sp.offset_from((*frame).stack_base()) as usize == entry.depth
            && (*frame).frame_obj.is_empty()
            && (*frame).owner.get() != owner::FRAME_OBJECT
            && (*ts).eval_breaker.load(Ordering::Relaxed) == entry.breaker;
        params.clear();
        params.extend([ts as u64, frame as u64]);
        let locals = (*frame).localsplus();
        fits && entry.slots.iter().all(|&(index, kind)| {
            let found = param(kind, (*locals.add(usize::from(index))).as_ref());
            params.extend(found.flatten());
            found.is_some()
        })
    }
}

/// The parameter for a slot's value, where there is one; `None` if the value is of another kind.
fn param(kind: Kind, value: Option<&Object>) -> Option<Option<u64>> {
    match (kind, value) {
        (Kind::Null, value) => value.is_none().then_some(None),
        (_, None) => None,
        (Kind::Obj, Some(value)) => Some(Some(ptr::from_ref(value) as u64)),
        (Kind::Int, Some(value)) => int_value_of(value).map(|value| Some(value.cast_unsigned())),
        (Kind::Float, Some(value)) => value.cast_exact::<Float>().map(|value| Some(value.value().to_bits())),
    }
}

/// Enters a loop's code; `None` if the frame is not as the code expects it.
pub unsafe fn enter(
    jit: &'static Jit,
    counter: Option<Pc>,
    header: Pc,
    code: CodeId,
    entry: &Entry,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
) -> Option<Go> {
    // SAFETY: the running frame and its thread; the parameters are what the code expects.
    unsafe {
        if !method::has_room(ts) {
            // The interpreter sees to the end of recursion, which what exits push would pass.
            return None;
        }
        let mut args = jit.params.take();
        if !params(&mut args, entry, sp, frame, ts) {
            jit.params.set(args);
            mismatch(jit, counter, header, entry, frame, ts);
            return None;
        }
        // The code owns these slots from now on.
        let locals = (*frame).localsplus();
        for &(index, kind) in &entry.slots {
            let old = (*locals.add(usize::from(index))).cast::<Object>();
            *locals.add(usize::from(index)) = ptr::null_mut();
            if matches!(kind, Kind::Int | Kind::Float) {
                Object::decref(old);
            }
        }
        let mut scratch = jit.scratch.take();
        let own = ptr::from_ref((*frame).code());
        // What others do who are entered meanwhile is theirs.
        let before = WORK.swap(0, Ordering::Relaxed);
        let exited = jit.backend.enter(code, &args, &mut scratch.values);
        let work = WORK.swap(before, Ordering::Relaxed).max(0).cast_unsigned();
        {
            let mut stats = jit.stats.borrow_mut();
            stats.entries += 1;
            stats.work += work as u64;
        }
        jit.params.set(args);
        let alone = {
            let mut tree = jit.tree.borrow_mut();
            let alone = tree.count_entry(header as usize, work);
            let mut waits = || jit.is_short.get() || !tree.is_growing(exited.code, exited.exit);
            alone.filter(|_| jit.options.is_thrifty() && waits())
        };
        if let Some(alone) = alone {
            jit.stats.borrow_mut().idle += 1;
            match counter {
                Some(counter) => set_counter(counter, alone),
                None => function::leave_alone(&*own, alone),
            }
        }
        let go = left(jit, exited, &mut scratch, &*ts);
        jit.scratch.set(scratch);
        Some(go)
    }
}

/// How often a frame does not hold what a loop's code expects before less is expected.
const MISMATCHES: u32 = 32;

/// A loop's code is not entered because of what the frame holds.
unsafe fn mismatch(
    jit: &Jit,
    counter: Option<Pc>,
    header: Pc,
    entry: &Entry,
    frame: FramePtr,
    ts: ThreadPtr,
) {
    jit.stats.borrow_mut().mismatches += 1;
    let place = header as usize;
    // SAFETY: the running frame and its thread, and the counter of its jump.
    unsafe {
        let breaker = (*ts).eval_breaker.load(Ordering::Relaxed);
        if breaker & EVENTS == 0 && breaker != entry.breaker {
            // Tools have come or gone: what was compiled before shows them nothing.
            jit.tree.borrow_mut().forget(place);
        }
        // A function's code is not entered by a jump.
        let Some(counter) = counter else { return };
        let times = jit.tree.borrow_mut().count_mismatch(place);
        let locals = (*frame).localsplus();
        let of_another_kind = entry.slots.iter().find(|&&(index, kind)| {
            let value = (*locals.add(usize::from(index))).as_ref();
            param(kind, value).is_none()
        });
        if let Some(&(index, kind)) = of_another_kind.filter(|_| times == MISMATCHES) {
            let unset = kind == Kind::Null || (*locals.add(usize::from(index))).is_null();
            jit.loosen(place, index, if unset { Level::Memory } else { Level::Object });
            jit.tree.borrow_mut().forget(place);
        }
        // The longer it goes on, the more seldom it is asked.
        set_counter(counter, 16 << (times / MISMATCHES).min(7));
    }
}

/// Compiled code was left: the frames become what the interpreter expects, and a hot exit begins a recording.
unsafe fn left(jit: &'static Jit, exited: Exited, scratch: &mut Scratch, ts: &ThreadState) -> Go {
    let (left, is_hot) = {
        let mut tree = jit.tree.borrow_mut();
        let exit = tree.exit(exited.code, exited.exit);
        let (exit, left) = exit.unwrap_or_else(|| objects::fatal("an exit that is not known"));
        exit.count();
        (left, exit.is_hot(jit.options.bridge_threshold))
    };
    let snapshot = left.snapshot();
    if jit.options.dump.exit {
        let line = format!("code {} exit {}: {}", exited.code.0, exited.exit.0, snapshot);
        jit::dump::show("exit", &line);
    }
    let Some(pc) = snapshot.pc() else { objects::fatal("an exit without a frame") };
    let (unit, kind) = Exit::unpack(pc);
    if kind == Exit::Elsewhere {
        return elsewhere();
    }
    // SAFETY: compiled code was just left; the innermost frame has room for what an iterator gives.
    unsafe {
        restore(ts, snapshot, scratch);
        death::bury();
        let Some(&top) = scratch.frames.last() else { objects::fatal("an exit without a frame") };
        if kind == Exit::Raise || kind == Exit::End && raise::occurred() {
            return Go::Raise;
        }
        if kind == Exit::End {
            // The end of the loop, where something is popped.
            let depth = (*top).stacktop.get();
            let none = objects::types::none::none().as_ptr();
            *(*top).localsplus().add(depth as usize) = jit.returned.take().map_or(none, Ref::into_ptr);
            (*top).stacktop.set(depth + 1);
            (*top).instr_ptr.set((*top).code().first_unit().add(unit as usize));
        }
        let breaker = ts.eval_breaker.load(Ordering::Relaxed);
        let record = is_hot
            && matches!(kind, Exit::Resume | Exit::Bury)
            && jit.tree.borrow().len() < jit.options.code_limit
            && may_grow(jit, exited)
            && jit.may_compile()
            && !follow::is_recording(jit, ts)
            && breaker == (*top).code().co_instrumentation_version.get();
        if !record {
            return Go::Frame;
        }
        let types: Vec<Ty> = snapshot.args().filter_map(|arg| left.trace.ty(arg)).collect();
        let name = format!("bridge from code {} exit {}", exited.code.0, exited.exit.0);
        let origin = Origin::Exit(exited.code, exited.exit);
        let mut recorder = Box::new(Recorder::new(name, origin, jit.options.trace_limit));
        recorder.breaker = breaker as i64;
        recorder.begin_bridge(&snapshot.to_owned(), &types, &scratch.frames);
        recorder.expected = unit;
        if kind == Exit::Bury && recorder.bury(unit).is_err() {
            return Go::Frame;
        }
        start(jit, recorder);
        Go::RecordFrame
    }
}

/// Whether the exit is taken often enough for another bridge of its loop.
fn may_grow(jit: &Jit, exited: Exited) -> bool {
    let mut tree = jit.tree.borrow_mut();
    let Some(times) = tree.may_grow(exited.code) else { return false };
    let threshold = jit.options.bridge_threshold.saturating_mul(times);
    tree.exit(exited.code, exited.exit).is_some_and(|(exit, _)| exit.is_hot(threshold))
}

/// Where a recording stands, for dumps.
pub fn place_of(rec: &Recorder) -> String {
    let Some(frame) = rec.frames.last() else { return String::new() };
    // SAFETY: a recording's code is alive.
    let code = unsafe { &*frame.code };
    let opcode = code.units().get(rec.pc as usize).map_or(0, |unit| DEOPT[usize::from(unit.get() as u8)]);
    let name = bytecode::opcodes::Opcode::from_number(u16::from(opcode)).map(|opcode| opcode.name());
    let line = code.line_of(rec.pc as i32).unwrap_or(0);
    format!("{} line {line} ({})", code.qualname().to_string_lossy(), name.unwrap_or("?"))
}
