//! The evaluation loop: one handler per instruction, each ending in a sibling call of the next one through a table.
//!
//! All state travels in the six argument registers. A handler that calls nothing saves none of them, so what is rare is another
//! handler that it goes on with; none is inlined into another. Two rules keep it there, and keep the native stack flat:
//! a handler has no local with a destructor and lets no address of a local escape; whatever needs either lives in a function
//! that is not inlined. The macros below put bodies in their right place: [`fast_ops!`] for hot handlers written under the
//! rules, [`ops!`] and [`flow_ops!`] for bodies that may do anything. `tests/flat.rs` runs long loops on a small stack.
//!
//! `pc` points behind the instruction word. `instr_ptr` of the frame is set before anything that can raise or look at the frame.

use crate::unwind;
use crate::{frame, frame_hook};
use bytecode::opcodes::op;
use core::cell::Cell;
use core::mem::ManuallyDrop;
use core::ptr;
use objects::interpreter_frame::{CodeUnit, InterpreterFrame, owner};
use objects::state::{self, ThreadState};
use objects::{Object, Ref, Result, raise};

pub type Pc = *mut CodeUnit;
pub type Sp = *mut *mut Object;
/// The frame that runs, and the thread that runs it: raw, since a frame may go while its last handler still has the argument.
pub type FramePtr = *const InterpreterFrame;
pub type ThreadPtr = *const ThreadState;

/// What every handler is.
pub type Handler = unsafe extern "C" fn(Pc, Sp, FramePtr, ThreadPtr, usize, *const Table) -> *mut Object;

/// One handler for each opcode. The recorder of the JIT brings a table of its own.
#[repr(C)]
pub struct Table(pub [Handler; 256]);

/// What a body asks for when it is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Flow {
    /// The next instruction.
    Next,
    /// The instruction `oparg` units further.
    Jump,
    /// The frame that is now the thread's current one.
    Enter,
    /// An exception is pending.
    Error,
}

/// A body's result in two registers.
#[repr(C)]
pub struct Out {
    pub sp: Sp,
    pub flow: Flow,
}

/// Goes on with the instruction at `pc`.
macro_rules! next {
    ($pc:expr, $sp:expr, $frame:expr, $ts:expr, $table:expr) => {{
        let pc = $pc;
        let word = *pc;
        return ((*$table).0[usize::from(word as u8)])(
            pc.add(1),
            $sp,
            $frame,
            $ts,
            usize::from(word >> 8),
            $table,
        );
    }};
}
pub(crate) use next;

/// Handlers written by hand under the rules of [`crate::eval`]. The body has the six arguments under the names given in front and
/// falls through to the next instruction behind its caches.
macro_rules! fast_ops {
    (($pc:ident, $sp:ident, $frame:ident, $ts:ident, $arg:ident, $table:ident) $($(#[$meta:meta])* $name:ident $body:block)*) => { $(
        $(#[$meta])*
        #[inline(never)]
        #[allow(unused_mut, unused_variables, unused_assignments, unreachable_code, clippy::needless_return)]
        pub unsafe extern "C" fn $name(
            mut $pc: $crate::eval::Pc,
            mut $sp: $crate::eval::Sp,
            $frame: $crate::eval::FramePtr,
            $ts: $crate::eval::ThreadPtr,
            $arg: usize,
            $table: *const $crate::eval::Table,
        ) -> *mut objects::Object {
            // SAFETY: the bytecode is well-formed: operands and their types are as the opcode table says.
            unsafe {
                $body
                $crate::eval::next!(
                    $pc.add($crate::eval::caches(bytecode::opcodes::op::$name)), $sp, $frame, $ts, $table
                )
            }
        }
    )* };
}
pub(crate) use fast_ops;

/// Handlers whose body is an ordinary function `Result<()>`: it pops and pushes on a [`Stack`], and on an error leaves on it
/// what is still owned.
macro_rules! ops {
    (($sp:ident, $frame:ident, $ts:ident, $arg:ident) $($(#[$meta:meta])* $name:ident $body:block)*) => { $(
        $(#[$meta])*
        #[inline(never)]
        #[allow(unused_mut, unused_variables)]
        pub unsafe extern "C" fn $name(
            pc: $crate::eval::Pc,
            sp: $crate::eval::Sp,
            frame: $crate::eval::FramePtr,
            ts: $crate::eval::ThreadPtr,
            arg: usize,
            table: *const $crate::eval::Table,
        ) -> *mut objects::Object {
            #[inline(never)]
            unsafe extern "C" fn body(
                sp: $crate::eval::Sp,
                frame: $crate::eval::FramePtr,
                ts: $crate::eval::ThreadPtr,
                $arg: usize,
            ) -> $crate::eval::Out {
                let mut $sp = $crate::stack::Stack(sp);
                // SAFETY: the bytecode is well-formed; frame and thread state are alive while the body runs.
                let result: objects::Result<()> = unsafe {
                    let ($frame, $ts) = (&*frame, &*ts);
                    #[allow(clippy::redundant_closure_call, reason = "the closure is what `?` returns from")]
                    (|| { $body; #[allow(unreachable_code)] Ok(()) })()
                };
                let flow = if result.is_ok() { $crate::eval::Flow::Next } else { $crate::eval::Flow::Error };
                $crate::eval::Out { sp: $sp.0, flow }
            }
            // SAFETY: as above.
            unsafe {
                (*frame).instr_ptr.set(pc.sub(1));
                let out = body(sp, frame, ts, arg);
                if out.flow == $crate::eval::Flow::Error {
                    return $crate::unwind::error(pc, out.sp, frame, ts, arg, table);
                }
                $crate::eval::next!(
                    pc.add($crate::eval::caches(bytecode::opcodes::op::$name)), out.sp, frame, ts, table
                )
            }
        }
    )* };
}
pub(crate) use ops;

/// As [`ops!`], for bodies that say where to go on: `Result<Flow>`. `$pc` is behind the instruction word.
macro_rules! flow_ops {
    (($pc:ident, $sp:ident, $frame:ident, $ts:ident, $arg:ident) $($(#[$meta:meta])* $name:ident $body:block)*) => { $(
        $(#[$meta])*
        #[inline(never)]
        #[allow(unused_mut, unused_variables)]
        pub unsafe extern "C" fn $name(
            pc: $crate::eval::Pc,
            sp: $crate::eval::Sp,
            frame: $crate::eval::FramePtr,
            ts: $crate::eval::ThreadPtr,
            arg: usize,
            table: *const $crate::eval::Table,
        ) -> *mut objects::Object {
            #[inline(never)]
            unsafe extern "C" fn body(
                $pc: $crate::eval::Pc,
                sp: $crate::eval::Sp,
                frame: $crate::eval::FramePtr,
                ts: $crate::eval::ThreadPtr,
                $arg: usize,
            ) -> $crate::eval::Out {
                let mut $sp = $crate::stack::Stack(sp);
                // SAFETY: as in `ops`.
                let result: objects::Result<$crate::eval::Flow> = unsafe {
                    let ($frame, $ts) = (&*frame, &*ts);
                    #[allow(clippy::redundant_closure_call, reason = "the closure is what `?` returns from")]
                    (|| $body)()
                };
                $crate::eval::Out { sp: $sp.0, flow: result.unwrap_or($crate::eval::Flow::Error) }
            }
            // SAFETY: as in `ops`.
            unsafe {
                (*frame).instr_ptr.set(pc.sub(1));
                let out = body(pc, sp, frame, ts, arg);
                let after = pc.add($crate::eval::caches(bytecode::opcodes::op::$name));
                match out.flow {
                    $crate::eval::Flow::Next => $crate::eval::next!(after, out.sp, frame, ts, table),
                    $crate::eval::Flow::Jump => $crate::eval::next!(after.add(arg), out.sp, frame, ts, table),
                    $crate::eval::Flow::Enter => $crate::eval::enter(pc, out.sp, frame, ts, arg, table),
                    $crate::eval::Flow::Error => $crate::unwind::error(pc, out.sp, frame, ts, arg, table),
                }
            }
        }
    )* };
}
pub(crate) use flow_ops;

/// Inline cache entries behind an opcode.
#[inline(always)]
pub const fn caches(opcode: u8) -> usize {
    CACHE_COUNTS[opcode as usize]
}

const CACHE_COUNTS: [usize; 256] = {
    let mut counts = [0; 256];
    macro_rules! fill {
        (
            ($oparg:ident)
            base { $($num:literal $name:ident $cache:literal ($($effect:tt)*) $($flag:ident)*;)* }
            specialized { $($snum:literal $sname:ident $family:ident $($sflag:ident)*;)* }
            $($rest:tt)*
        ) => {
            $(counts[$num] = $cache;)*
            $(counts[$snum] = counts[op::$family as usize];)*
        };
    }
    bytecode::opcodes!(fill);
    counts
};

/// Starts the thread's current frame, which was just pushed.
#[inline(never)]
pub unsafe extern "C" fn enter(
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    table: *const Table,
) -> *mut Object {
    // SAFETY: as in every handler.
    unsafe {
        if frame_hook::is_set() {
            return enter_by_hook(pc, sp, frame, ts, arg, table);
        }
        begin(pc, sp, frame, ts, arg, table)
    }
}

/// Has the frame hook run the thread's current frame; its caller goes on with the result.
#[cold]
#[inline(never)]
unsafe extern "C" fn enter_by_hook(
    _pc: Pc,
    _sp: Sp,
    _frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    table: *const Table,
) -> *mut Object {
    // SAFETY: the caller of the pushed frame waits with its stack.
    unsafe {
        let frame = (*ts).current_frame.get().cast::<InterpreterFrame>();
        (*ts).current_frame.set((*frame).previous.replace(ptr::null_mut()).cast());
        let value = call_hook(&*ts, frame, false);
        let caller = (*ts).current_frame.get().cast::<InterpreterFrame>().cast_const();
        let sp = (*caller).localsplus().add((*caller).stacktop.get() as usize);
        (*caller).stacktop.set(-1);
        if value.is_null() {
            return unwind::error((*caller).instr_ptr.get().add(1), sp, caller, ts, arg, table);
        }
        *sp = value;
        let pc = (*caller).instr_ptr.get().add(usize::from((*caller).return_offset.get()));
        next!(pc, sp.add(1), caller, ts, table)
    }
}

/// Calls the frame hook, or the loop where none is set any more. The value, owned, or NULL with an exception.
#[inline(never)]
unsafe fn call_hook(ts: &ThreadState, frame: *mut InterpreterFrame, throwing: bool) -> *mut Object {
    match frame_hook::get() {
        // SAFETY: a whole frame that is in no chain.
        Some(function) => unsafe { function(ts, frame, throwing.into()) },
        // SAFETY: as above.
        None => unsafe { run_by_loop(frame, throwing) }.map_or(ptr::null_mut(), Ref::into_ptr),
    }
}

/// [`enter`] without the frame hook.
#[inline(always)]
unsafe extern "C" fn begin(
    _pc: Pc,
    _sp: Sp,
    _frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    table: *const Table,
) -> *mut Object {
    // SAFETY: the current frame is a fresh or a suspended one.
    unsafe {
        let frame = (*ts).current_frame.get().cast::<InterpreterFrame>().cast_const();
        let remaining = (*ts).py_recursion_remaining.get();
        (*ts).py_recursion_remaining.set(remaining - 1);
        if remaining <= 0 && !recursion_is_allowed(ts) {
            return unwind::leave(ptr::null_mut(), ptr::null_mut(), frame, ts, arg, table);
        }
        let sp = (*frame).localsplus().add((*frame).stacktop.get() as usize);
        (*frame).stacktop.set(-1);
        next!((*frame).instr_ptr.get(), sp, frame, ts, table)
    }
}

/// Raises RecursionError when the limit is passed; the headroom lets handlers of that very error run.
#[cold]
#[inline(never)]
unsafe fn recursion_is_allowed(ts: ThreadPtr) -> bool {
    // SAFETY: the running thread's state.
    let ts = unsafe { &*ts };
    if ts.recursion_headroom.get() > 0 {
        if ts.py_recursion_remaining.get() < -50 {
            objects::fatal("Cannot recover from stack overflow.");
        }
        return true;
    }
    ts.recursion_headroom.set(ts.recursion_headroom.get() + 1);
    let raised = raise!(RecursionError, "maximum recursion depth exceeded");
    raised.leave();
    ts.recursion_headroom.set(ts.recursion_headroom.get() - 1);
    false
}

/// What runs in the frame on the native stack when the outermost Python frame has returned.
struct Trampoline([Cell<CodeUnit>; 3]);
// SAFETY: never written.
unsafe impl Sync for Trampoline {}
static TRAMPOLINE: Trampoline = Trampoline([
    Cell::new(op::NOP as CodeUnit),
    Cell::new(op::INTERPRETER_EXIT as CodeUnit),
    Cell::new(op::INTERPRETER_EXIT as CodeUnit),
]);

/// Runs a frame by the frame hook or the loop (`_PyEval_EvalFrame`); see [`run_by_loop`].
///
/// # Safety
/// As [`run_by_loop`].
///
/// # Errors
/// What the code raises.
#[inline]
pub unsafe fn run(frame: *mut InterpreterFrame, throwing: bool) -> Result<Ref> {
    if !frame_hook::is_set() {
        // SAFETY: the caller's promise.
        return unsafe { run_by_loop(frame, throwing) };
    }
    // SAFETY: the caller's promise; the hook returns an owned reference, or NULL with an exception.
    match unsafe { Ref::from_nullable(call_hook(state::current(), frame, throwing)) } {
        Some(value) => Ok(value),
        None => Err(raise::pending()),
    }
}

/// Runs a frame to its end or, for a generator's, to its next `yield`: `_PyEval_EvalFrameDefault`. With `throwing`, the pending exception
/// is raised where the frame stands. The frame is taken apart when its code has ended.
///
/// # Safety
/// `frame` is whole, and not linked into a thread's frames.
///
/// # Errors
/// What the code raises.
#[inline]
pub unsafe fn run_by_loop(frame: *mut InterpreterFrame, throwing: bool) -> Result<Ref> {
    let ts = state::current();
    // It owns nothing that would have to be dropped: None, which never dies.
    let below = ManuallyDrop::new(InterpreterFrame::on_native_stack(
        ts.current_frame.get().cast(),
        TRAMPOLINE.0[1].as_ptr(),
    ));
    let result = {
        // SAFETY: the frame below outlives the evaluation; the handlers keep their contracts.
        unsafe {
            (*frame).previous.set((&raw const *below).cast_mut());
            ts.current_frame.set(frame.cast());
            match state::enter_recursive_call("") {
                Ok(_depth) => {
                    if throwing {
                        unwind::throw_into(ptr::null_mut(), ptr::null_mut(), frame, ts, 0, &TABLE)
                    } else {
                        begin(ptr::null_mut(), ptr::null_mut(), frame, ts, 0, &TABLE)
                    }
                }
                Err(raised) => {
                    raised.leave();
                    ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() - 1);
                    unwind::leave(ptr::null_mut(), ptr::null_mut(), frame, ts, 0, &TABLE)
                }
            }
        }
    };
    // SAFETY: a handler returns an owned reference, or NULL with an exception.
    match unsafe { Ref::from_nullable(result) } {
        Some(value) => Ok(value),
        None => Err(raise::pending()),
    }
}

/// The end of an evaluation: the value on the stack of the frame on the native stack is the result.
pub unsafe extern "C" fn interpreter_exit(
    _pc: Pc,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    _arg: usize,
    _table: *const Table,
) -> *mut Object {
    // SAFETY: the frame on the native stack, with one item.
    unsafe {
        debug_assert!((*frame).owner.get() == owner::NATIVE_STACK);
        (*ts).current_frame.set((*frame).previous.get().cast());
        *sp.sub(1)
    }
}

/// An opcode that no compiler emits.
pub unsafe extern "C" fn unknown(
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    table: *const Table,
) -> *mut Object {
    #[cold]
    #[inline(never)]
    unsafe fn report(pc: Pc) {
        // SAFETY: the word that was dispatched.
        let opcode = unsafe { *pc.sub(1) } as u8;
        raise!(SystemError, "unknown opcode {opcode}").leave();
    }
    // SAFETY: as in every handler.
    unsafe {
        (*frame).instr_ptr.set(pc.sub(1));
        report(pc);
        unwind::error(pc, sp, frame, ts, arg, table)
    }
}

/// The table of the plain interpreter.
pub static TABLE: Table = {
    use crate::adapt::base::*;
    use crate::ops::{
        attr::*, binary::*, build::*, call::*, class::*, compare::*, except::*, generator::*, import::*,
        iter::*, jump::*, local::*, name::*, pattern::*, stack::*,
    };
    let mut table = [unknown as Handler; 256];
    macro_rules! fill {
        (
            ($oparg:ident)
            base { $($num:literal $name:ident $cache:literal ($($effect:tt)*) $($flag:ident)*;)* }
            $($rest:tt)*
        ) => { $(table[$num] = $name as Handler;)* };
    }
    bytecode::opcodes!(fill);
    crate::adapt::fill(&mut table);
    crate::monitor::handlers::fill(&mut table);
    Table(table)
};

/// Leaves a frame whose code has ended: gives back what it holds and its memory.
#[inline(always)]
pub unsafe fn pop_frame(ts: ThreadPtr, dying: FramePtr) {
    // SAFETY: the caller's frame has ended and is off the thread's chain.
    unsafe { frame::clear_and_pop(&*ts, dying) };
}
