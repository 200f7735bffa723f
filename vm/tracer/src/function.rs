//! Functions that are called often: recorded from their start, and entered there by the interpreter and by traces in which they recur.
//!
//! A function's root is a stub, a trace that leaves at once; what is recorded of the function is the bridge at its only exit, which may
//! link back to the stub. The interpreter enters it only if it is long or calls itself.

use crate::entry::{self, Go};
use crate::follow;
use crate::items::Entry;
use crate::recorder::{Exit, Recorder};
use crate::state::{self, Jit};
use bytecode::code::flags;
use core::ptr;
use core::sync::atomic::Ordering;
use interp::eval::{FramePtr, Pc, Sp, TABLE, Table, ThreadPtr};
use ir::backend::{CodeId, Origin};
use ir::machine::ExitId;
use ir::ops::{Op, Ty};
use ir::trace::{Frame, Slot, Snapshot, Trace};
use jit::tree::Tree;
use objects::Instance;
use objects::Object;
use objects::types::code::Code;
use std::rc::Rc;

/// How many times a loop's rounds a function is called before it is recorded.
pub const CALLS: usize = 4;

/// Instructions that the recording of a function that does not call itself must have.
const LONG: u32 = 100;

/// The root of a function that is being recorded.
#[derive(Clone)]
pub struct Stub {
    /// Where its `RESUME` is.
    pub place: usize,
    pub root: CodeId,
    pub entry: Rc<Entry>,
    pub code: *const Code,
}

/// What a function's counter is when it is entered each time, and when it is left alone.
const ENTER: usize = 1;
const NEVER: usize = 0;

fn set_counter(code: &Code, counter: usize) {
    code.co_cached.set(ptr::without_provenance_mut(counter));
}

/// The function is interpreted for so many calls before its code is entered again.
pub fn leave_alone(code: &Code, calls: u32) {
    set_counter(code, calls as usize + ENTER);
}

/// The start of a function whose counter is 1.
#[inline(never)]
pub unsafe extern "C" fn entry(
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    _arg: usize,
    table: *const Table,
) -> *mut Object {
    // SAFETY: as in every handler.
    unsafe {
        if !ptr::eq(table, &TABLE) {
            return entry::go_on(Go::Loop, pc, sp, frame, ts, table);
        }
        let go = hot(pc.sub(1), sp, frame, ts);
        let pc = if go == Go::RecordLoop { pc.sub(1) } else { pc };
        entry::go_on(go, pc, sp, frame, ts, table)
    }
}

/// What to do at a function that is called often.
#[inline(never)]
unsafe fn hot(word: Pc, sp: Sp, frame: FramePtr, ts: ThreadPtr) -> Go {
    let Some(jit) = state::get() else { return Go::Loop };
    if interp::frame_hook::is_set() {
        // Compiled code knows nothing of a function in the place of the evaluation loop.
        return Go::Loop;
    }
    // SAFETY: the running frame and its thread.
    unsafe {
        let code: &Code = (*frame).code();
        let place = word as usize;
        let root = jit.tree.borrow().root_at(place);
        if let Some((root, entry)) = root {
            return entry::enter(jit, None, word, root, &entry, sp, frame, ts).unwrap_or(Go::Loop);
        }
        let breaker = (*ts).eval_breaker.load(Ordering::Relaxed);
        let plain = code.has_flag(flags::OPTIMIZED)
            && !code.has_flag(flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR);
        if !plain
            || jit.tree.borrow_mut().place(place).given_up
            || jit.tree.borrow().len() >= jit.options.code_limit
        {
            set_counter(code, NEVER);
            return Go::Loop;
        }
        let busy = follow::is_recording(jit, ts)
            || !jit.may_compile()
            || breaker != code.co_instrumentation_version.get();
        if busy || !(*frame).frame_obj.is_empty() {
            set_counter(code, jit.options.threshold as usize + 1);
            return Go::Loop;
        }
        set_counter(code, NEVER);
        let unit = word.offset_from(code.first_unit()) as u32;
        let Some((stub, snapshot)) = make_stub(jit, code, place, unit, breaker) else { return Go::Loop };
        let name = format!("function {}", code.qualname().to_string_lossy());
        let origin = Origin::Exit(stub.root, ExitId(0));
        let mut recorder = Box::new(Recorder::new(name, origin, jit.options.trace_limit));
        recorder.breaker = breaker as i64;
        recorder.keep((*code).as_object());
        recorder.begin_bridge(&snapshot, &[Ty::I, Ty::I], &[frame]);
        recorder.expected = unit;
        recorder.stub = Some(stub);
        entry::start(jit, recorder);
        Go::RecordLoop
    }
}

/// The trace that leaves at the function's start.
fn make_stub(jit: &Jit, code: &Code, place: usize, unit: u32, breaker: usize) -> Option<(Stub, Snapshot)> {
    let mut trace = Trace::new(format!("stub {}", code.qualname().to_string_lossy()));
    let (thread, frame) = (trace.param(Ty::I), trace.param(Ty::I));
    let locals = code.co_nlocalsplus.get() as usize;
    let mut slots = vec![Slot::Arg(thread.into()), Slot::Arg(frame.into())];
    slots.resize(2 + locals, Slot::Empty);
    let snapshot = Snapshot {
        frames: vec![Frame { code: 0, pc: Exit::Resume.pack(unit), slots }],
        virtuals: Vec::new(),
    };
    let snap = trace.snap(snapshot.clone());
    trace.guard(Op::exit, &[], snap);
    let trace = Rc::new(trace);
    let root = jit.backend.compile(trace.clone(), Origin::Root, None).ok()?;
    let mut tree = jit.tree.borrow_mut();
    tree.add(root, trace, None);
    tree.close_last_exit(root);
    let entry = Rc::new(Entry { slots: Vec::new(), depth: 0, breaker });
    Some((Stub { place, root, entry, code }, snapshot))
}

/// Whether the recording of a function without a call of itself is worth its entry.
pub fn is_long(rec: &Recorder) -> bool {
    rec.stub.is_none() || rec.steps > LONG
}

/// The function's code is there: it is entered from now on.
pub fn done(tree: &mut Tree<Entry>, stub: &Stub) {
    tree.add_root(stub.place, stub.root, (*stub.entry).clone());
    // SAFETY: the code, which the recording keeps.
    set_counter(unsafe { &*stub.code }, ENTER);
}
