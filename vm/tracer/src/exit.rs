//! Leaving compiled code: the frames become what the interpreter would have them.

use crate::items::Runs;
use crate::memory::surely;
use crate::recorder::{Exit, heads, made};
use bytecode::opcodes::DEOPT;
use core::ptr::{self, NonNull};
use interp::eval::{FramePtr, caches};
use interp::{call, frame};
use ir::trace::{Slot, SnapshotRef};
use objects::interpreter_frame::InterpreterFrame;
use objects::state::ThreadState;
use objects::types::float::Float;
use objects::types::function::Function;
use objects::types::generator::{Generator, state};
use objects::types::int::Int;
use objects::types::none::none;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, TypeObject};

/// An object that a snapshot's virtual stands for.
struct Made {
    object: *mut Object,
    /// Whether it was made here, with a reference that is still to be given up.
    fresh: bool,
}

/// Makes what a virtual stands for; `take` gives the operands among its fields in order.
fn make(desc: u32, fields: &[Slot], before: &[Made], mut take: impl FnMut() -> u64) -> Made {
    let new = |make: &dyn Fn() -> objects::Result<Ref>| Made { object: surely(make).into_ptr(), fresh: true };
    // An item with a reference of its own.
    let owned = |field: &Slot, take: &mut dyn FnMut() -> u64| match *field {
        Slot::Virtual(n) => {
            let object = before[usize::from(n)].object;
            // SAFETY: an object that was made before.
            unsafe { (*object).incref() };
            object
        }
        _ => take() as *mut Object,
    };
    match desc {
        made::INT => {
            let value = take().cast_signed();
            new(&|| Int::from_i64(value).map(Ref::upcast))
        }
        made::FLOAT => {
            let value = f64::from_bits(take());
            new(&|| Float::new(value).map(Ref::upcast))
        }
        made::BOOL => Made { object: crate::helpers::bool_object(take() != 0), fresh: false },
        made::INSTANCE => {
            let (class, place, word) = (take() as *const TypeObject, take() as usize, take() as u32);
            // SAFETY: the compiled code keeps the class.
            let object = crate::helpers::make_instance(unsafe { &*class }, place, word);
            for field in fields[made::HEAD..].iter().skip(1).step_by(2) {
                let offset = take() as usize;
                // SAFETY: the instance has such a field, which is empty.
                unsafe {
                    object.cast::<u8>().add(offset).cast::<*mut Object>().write(owned(field, &mut take))
                };
            }
            Made { object, fresh: true }
        }
        made::TUPLE => {
            let items = fields.iter().filter_map(|field| NonNull::new(owned(field, &mut take)));
            // SAFETY: each has a reference that the tuple takes over.
            let items: Vec<Ref> = items.map(|item| unsafe { Ref::from_owned(item) }).collect();
            new(&|| Tuple::from_vec(items.clone()).map(Ref::upcast))
        }
        _ => Made { object: take() as *mut Object, fresh: false },
    }
}

/// Memory that one exit after the other uses.
#[derive(Default)]
pub struct Scratch {
    /// What the snapshot's operands are.
    pub values: Vec<u64>,
    /// The frames, outermost first.
    pub frames: Vec<FramePtr>,
    made: Vec<Made>,
}

/// Rebuilds the frames from an exit's snapshot and the values in `scratch`, where the frames are then; what to do. The innermost frame
/// waits as one that a call returns to.
///
/// # Safety
/// Compiled code was just left there.
pub unsafe fn restore(ts: &ThreadState, snapshot: SnapshotRef, scratch: &mut Scratch) -> Exit {
    let Scratch { values, frames, made } = scratch;
    // Behind the frames' slots come the virtuals' fields.
    let in_frames = snapshot.frames().flat_map(|frame| frame.slots);
    let first_field = in_frames.filter(|slot| matches!(slot, Slot::Arg(_))).count();
    let mut fields = values[first_field..].iter().copied();
    made.clear();
    for (desc, slots) in snapshot.virtuals() {
        let object = make(desc, slots, made, || fields.next().unwrap_or(0));
        made.push(object);
    }
    let mut values = values.iter().copied();
    let mut take = || values.next().unwrap_or(0);
    frames.clear();
    let mut kind = Exit::Resume;
    for (number, saved) in snapshot.frames().enumerate() {
        let mut slots = saved.slots;
        if number == 0 {
            // The thread.
            take();
        }
        let has_memory = matches!(slots[heads(number) - 1], Slot::Arg(_));
        slots = &slots[heads(number)..];
        let runs = Runs::unpack(saved.code, number);
        let frame: *const InterpreterFrame = match runs {
            Runs::Generator { linked: false, after } => {
                let frame = take() as FramePtr;
                // SAFETY: a generator that waits; the frame below is whole.
                unsafe { link(ts, frame, frames[number - 1], after as u16) };
                frame
            }
            _ if has_memory => take() as FramePtr,
            // SAFETY: the compiled code keeps the functions that it runs.
            Runs::Function(function) => unsafe { push(ts, function, frames[number - 1]) },
            // SAFETY: the frame below is whole.
            runs => unsafe { push_shim(ts, runs, frames[number - 1]) },
        };
        // SAFETY: the frame is whole, and its slots are the trace's to fill.
        unsafe {
            let locals = (*frame).localsplus();
            for (index, slot) in slots.iter().enumerate() {
                match *slot {
                    Slot::Empty => {}
                    Slot::Arg(_) => *locals.add(index) = take() as *mut Object,
                    Slot::Virtual(n) => {
                        let object = made[usize::from(n)].object;
                        (*object).incref();
                        *locals.add(index) = object;
                    }
                }
            }
            let (unit, exit) = Exit::unpack(saved.pc);
            kind = exit;
            // A loop's failed call for the next item has noted its place.
            if exit != Exit::End {
                (*frame).instr_ptr.set((*frame).code().first_unit().add(unit as usize));
            }
            (*frame).stacktop.set(slots.len() as i32);
        }
        frames.push(frame);
    }
    for made in made.iter().filter(|made| made.fresh) {
        // SAFETY: the reference that it was made with.
        unsafe { Object::decref(made.object) };
    }
    kind
}

/// Pushes the frame of a call from `caller`, which stands at its calling instruction.
pub unsafe fn push(ts: &ThreadState, function: *const Function, caller: FramePtr) -> FramePtr {
    // SAFETY: a live function; the caller's instruction is a call.
    unsafe {
        let new = surely(|| frame::push(ts, (*function).to_ref(), None, 0));
        chain(ts, new, caller);
        new
    }
}

/// Makes a generator run whose frame is then above `caller`, which goes on `after` units behind its instruction when it returns.
pub unsafe fn link(ts: &ThreadState, frame: FramePtr, caller: FramePtr, after: u16) {
    // SAFETY: the generator waits; both frames are whole.
    unsafe {
        let generator = Generator::of_frame(&*frame);
        generator.frame_state.set(state::EXECUTING);
        frame::push_exception_state(ts, generator);
        (*caller).return_offset.set(after);
        (*frame).previous.set(caller.cast_mut());
        (*frame).stacktop.set(-1);
        ts.current_frame.set(frame.cast_mut().cast());
        ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() - 1);
    }
}

/// Pushes the frame that gives an instance back, or looks at a method's result. What is to be the instance is None at first.
pub unsafe fn push_shim(ts: &ThreadState, runs: Runs, caller: FramePtr) -> FramePtr {
    // SAFETY: as for `push`; the frame is new.
    unsafe {
        let code = surely(|| match runs {
            Runs::Operation(operation) => operation.shim(),
            _ => call::init_shim(),
        });
        let new = surely(|| frame::reserve(ts, code.co_framesize.get() as usize));
        InterpreterFrame::init_shim(new, code, none().to_ref());
        chain(ts, new, caller);
        new
    }
}

/// Puts a new frame above its caller.
unsafe fn chain(ts: &ThreadState, new: *mut InterpreterFrame, caller: FramePtr) {
    // SAFETY: both frames are whole.
    unsafe {
        let opcode = DEOPT[usize::from(*(*caller).instr_ptr.get() as u8)];
        // A frame below a method's stands before its first instruction.
        let after = if (*caller).is_incomplete() { 0 } else { 1 + caches(opcode) as u16 };
        (*caller).return_offset.set(after);
        (*new).previous.set(caller.cast_mut());
        ts.current_frame.set(new.cast());
        ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() - 1);
        debug_assert!(!ptr::eq(new, caller));
    }
}
