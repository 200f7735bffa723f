//! Frames on the thread's data stack: pushing, and taking apart what has ended.

use crate::arena;
use core::ptr;
use objects::interpreter_frame::{InterpreterFrame, owner};
use objects::object::refs::Ref;
use objects::state::{StackChunk, ThreadState};
use objects::types::frame::Frame;
use objects::types::function::Function;
use objects::types::generator::{Generator, state};
use objects::{Instance, Object, Result, raise};

/// Size of a data-stack chunk in bytes; larger for a frame that needs more.
const CHUNK_SIZE: usize = 16 * 1024;

/// Room for `words` on the data stack (`_PyThreadState_PushFrame`).
///
/// # Errors
/// MemoryError.
#[inline(always)]
pub fn reserve(ts: &ThreadState, words: usize) -> Result<*mut InterpreterFrame> {
    let top = ts.datastack_top.get();
    // SAFETY: top and limit are in the current chunk, or both NULL.
    if !top.is_null() && (ts.datastack_limit.get() as usize - top as usize) / 8 > words {
        ts.datastack_top.set(unsafe { top.add(words) });
        return Ok(top.cast());
    }
    reserve_in_new_chunk(ts, words)
}

#[cold]
#[inline(never)]
fn reserve_in_new_chunk(ts: &ThreadState, words: usize) -> Result<*mut InterpreterFrame> {
    let mut size = CHUNK_SIZE;
    while size < (words + 4) * 8 * 2 {
        size *= 2;
    }
    let cached = ts.datastack_cached_chunk.replace(ptr::null_mut());
    // SAFETY: a cached chunk is a whole, unused one.
    let chunk: *mut StackChunk = if !cached.is_null() && unsafe { (*cached).size } >= size {
        cached
    } else {
        free_chunk(cached);
        let arena = arena::get();
        // SAFETY: the allocator's contract.
        unsafe { (arena.alloc)(arena.ctx, size) }.cast()
    };
    if chunk.is_null() {
        return Err(raise::no_memory());
    }
    let previous = ts.datastack_chunk.get();
    // SAFETY: fresh memory; the previous chunk's top is kept in it. The first word of the first chunk stays unused, so that
    // popping the bottommost frame does not look like leaving the chunk.
    unsafe {
        if !previous.is_null() {
            (*previous).top = ts.datastack_top.get().offset_from((&raw mut (*previous).data).cast()) as usize;
        }
        let real_size = if chunk == cached { (*chunk).size } else { size };
        (*chunk).previous = previous;
        (*chunk).size = real_size;
        (*chunk).top = 0;
        let data = (&raw mut (*chunk).data).cast::<*mut Object>();
        let start = if previous.is_null() { data.add(1) } else { data };
        ts.datastack_chunk.set(chunk);
        ts.datastack_limit.set(chunk.cast::<u8>().add(real_size).cast());
        ts.datastack_top.set(start.add(words));
        Ok(start.cast())
    }
}

fn free_chunk(chunk: *mut StackChunk) {
    let arena = arena::get();
    // SAFETY: a whole chunk, or NULL.
    unsafe {
        if let Some(head) = chunk.as_ref() {
            (arena.free)(arena.ctx, chunk.cast(), head.size);
        }
    }
}

/// Gives back the topmost frame's memory (`_PyThreadState_PopFrame`).
///
/// # Safety
/// `frame` is the topmost reservation.
#[inline(always)]
pub unsafe fn release(ts: &ThreadState, frame: *const InterpreterFrame) {
    let base = frame.cast_mut().cast::<*mut Object>();
    let chunk = ts.datastack_chunk.get();
    // SAFETY: the thread has a chunk while frames are on it.
    if ptr::eq(base, unsafe { (&raw mut (*chunk).data).cast() }) {
        // SAFETY: as above; the frame was the chunk's only one.
        unsafe { leave_chunk(ts, chunk) };
    } else {
        ts.datastack_top.set(base);
    }
}

#[cold]
#[inline(never)]
unsafe fn leave_chunk(ts: &ThreadState, chunk: *mut StackChunk) {
    // SAFETY: the caller's: every chunk but the first has a previous one.
    unsafe {
        let previous = (*chunk).previous;
        free_chunk(ts.datastack_cached_chunk.replace(chunk));
        ts.datastack_chunk.set(previous);
        ts.datastack_top.set((&raw mut (*previous).data).cast::<*mut Object>().add((*previous).top));
        ts.datastack_limit.set(previous.cast::<u8>().add((*previous).size).cast());
    }
}

/// Frees the data stack of a thread that ends.
pub fn free_data_stack(ts: &ThreadState) {
    free_chunk(ts.datastack_cached_chunk.replace(ptr::null_mut()));
    let mut chunk = ts.datastack_chunk.replace(ptr::null_mut());
    while !chunk.is_null() {
        // SAFETY: the thread runs no frame any more.
        let previous = unsafe { (*chunk).previous };
        free_chunk(chunk);
        chunk = previous;
    }
    ts.datastack_top.set(ptr::null_mut());
    ts.datastack_limit.set(ptr::null_mut());
}

/// Pushes a frame for `function`, its fast locals from `null_from` on NULL and those before it undefined.
///
/// # Errors
/// MemoryError.
#[inline(always)]
pub fn push(
    ts: &ThreadState,
    function: Ref<Function>,
    locals: Option<Ref>,
    null_from: usize,
) -> Result<*mut InterpreterFrame> {
    let frame = reserve(ts, function.code().co_framesize.get() as usize)?;
    // SAFETY: just reserved.
    unsafe { InterpreterFrame::init(frame, function, locals, null_from) };
    Ok(frame)
}

/// A frame has ended: drops what it holds and gives back its memory (`_PyEval_FrameClearAndPop`). Its operand stack is empty.
///
/// # Safety
/// `frame` is off the thread's chain of frames and not used again.
#[inline(always)]
pub unsafe fn clear_and_pop(ts: &ThreadState, frame: *const InterpreterFrame) {
    // SAFETY: the caller's promise.
    unsafe {
        if (*frame).owner.get() == owner::THREAD {
            let executable = (*frame).f_executable.as_ptr();
            clear_except_code(&*frame);
            Object::decref(executable);
            release(ts, frame);
        } else {
            clear_generator_frame(ts, &*frame);
        }
    }
}

#[inline(never)]
unsafe fn clear_generator_frame(ts: &ThreadState, frame: &InterpreterFrame) {
    let generator = Generator::of_frame(frame);
    generator.frame_state.set(state::CLEARED);
    // SAFETY: the generator is running: its exception state is the innermost. It is kept alive by whoever resumed it.
    unsafe {
        pop_exception_state(ts, generator);
        let executable = frame.f_executable.as_ptr();
        clear_except_code(frame);
        frame.previous.set(ptr::null_mut());
        // The code stays: `gi_code` asks for it.
        let _ = executable;
    }
}

/// A generator stops running: its handled exception is no longer the thread's.
pub fn pop_exception_state(ts: &ThreadState, generator: &Generator) {
    ts.exc_info.set(generator.exc_state.previous_item.get());
    generator.exc_state.previous_item.set(ptr::null());
}

/// A generator begins to run.
pub fn push_exception_state(ts: &ThreadState, generator: &Generator) {
    generator.exc_state.previous_item.set(ts.exc_info.get());
    ts.exc_info.set(&raw const generator.exc_state);
}

/// Drops everything but the code (`_PyFrame_ClearExceptCode`); the data moves to the frame object when somebody else holds it.
///
/// # Safety
/// The frame has ended; each field is dropped once.
#[inline(always)]
pub unsafe fn clear_except_code(frame: &InterpreterFrame) {
    // SAFETY: the caller's promise.
    unsafe {
        if !frame.frame_obj.is_empty() && hand_over(frame) {
            return;
        }
        let locals = frame.localsplus();
        let used = frame.used();
        frame.stacktop.set(0);
        for index in 0..used {
            let item = *locals.add(index);
            if !item.is_null() {
                Object::decref(item);
            }
        }
        frame.f_locals.set(None);
        Object::decref(frame.f_funcobj.as_ptr());
    }
}

/// The frame object of an ending frame: whether it took the data over.
#[cold]
#[inline(never)]
unsafe fn hand_over(frame: &InterpreterFrame) -> bool {
    let Some(object) = frame.frame_obj.take() else { return false };
    if object.as_object().refcnt() > 1 {
        // SAFETY: the caller's frame ends; the object becomes the owner.
        unsafe { object.take_over(frame) };
        // The code was copied with the rest, but the caller gives the frame's own reference back.
        frame.f_executable.as_ptr();
        // SAFETY: a live code object.
        unsafe { (*frame.f_executable.as_ptr()).incref() };
        return true;
    }
    drop::<Ref<Frame>>(object);
    false
}

/// A new reference to an object behind a pointer.
#[inline(always)]
pub unsafe fn new_ref<T: Instance>(pointer: *const T) -> Ref<T> {
    // SAFETY: the caller's: a live object.
    Ref::from_borrowed(unsafe { &*pointer })
}
