//! Calls: Python functions become part of the trace, some built-in ones are known, all else is called by the runtime.

use super::Site;
use super::build;
use crate::helpers::Helper;
use crate::items::{FrameState, Item, Slot};
use crate::layout;
use crate::recorder::{Recorded, Recorder};
use crate::state;
use bytecode::code::flags;
use bytecode::opcodes::op;
use core::ptr;
use interp::adapt::{native, push};
use ir::ops::Op;
use ir::trace::{Alias, Arg};
use jit::abort::Abort;
use objects::types::function::Function;
use objects::types::list::methods::PyList_Type;
use objects::types::str::PyUnicode_Type;
use objects::types::tuple::methods::PyTuple_Type;
use objects::{Instance, Object};

/// Frames in a trace.
const DEEPEST: usize = 10;

pub fn call(rec: &mut Recorder, at: Site) -> Recorded {
    if rec.opcode_at(at.next) == op::POP_TOP {
        // `list.append` goes on behind it.
        rec.skipped = Some((at.next + 1, 1));
    }
    let base = rec.at(at.arg + 2);
    let callable = rec.live_object(base)?;
    let has_self = rec.item(base + 1, false) != Item::Null;
    let first = if has_self { base + 1 } else { base + 2 };
    // Where the interpreter has a bound method and the trace a function with its object, or the other way round, nothing can be
    // learnt from what the interpreter calls.
    let alike = has_self != rec.live(base + 1).is_null();
    if !alike {
    } else if let Some(function) = callable.cast_exact::<Function>() {
        if let Some(()) = enter(rec, at, base, first, function)? {
            return Ok(());
        }
    } else if ptr::eq(callable, native::builtin_len()) && at.arg == 1 && !has_self {
        if length(rec, base)? {
            return Ok(());
        }
    } else if ptr::eq(callable, native::builtin_list_append()) && at.arg == 1 && has_self {
        let list = rec.live_object(base + 1)?;
        if let (true, Item::Obj(id)) = (list.is_exactly(&PyList_Type), rec.item(base + 1, true)) {
            guard_callable(rec, base, callable);
            rec.guard_class(id, &PyList_Type);
            let (list, value) = (rec.obj(id).val, rec.pointer(base + 2));
            build::append(rec, at, list, value);
            let none = rec.constant(objects::types::none::none());
            rec.replace(3, none);
            return Ok(());
        }
    }
    let helpers = [Helper::call0, Helper::call1, Helper::call2, Helper::call3, Helper::call4, Helper::call5];
    let count = base + at.arg + 2 - first;
    let helper = *helpers.get(count).ok_or(Abort::Operands)?;
    let mut args = vec![rec.pointer(base)];
    args.extend((first..first + count).map(|index| rec.pointer(index)).collect::<Vec<_>>());
    let result = rec.loud(at.unit, helper, &args)?;
    rec.finish(at.unit, at.arg + 2, result);
    Ok(())
}

fn guard_callable(rec: &mut Recorder, base: usize, callable: &Object) {
    if let Item::Obj(id) = rec.item(base, true) {
        rec.guard_is(id, callable);
    }
}

/// The function's frame becomes the innermost; `None` if its call takes more than moving the arguments.
fn enter(
    rec: &mut Recorder,
    at: Site,
    base: usize,
    first: usize,
    function: &Function,
) -> Recorded<Option<()>> {
    let code = function.code();
    let count = base + at.arg + 2 - first;
    let runs_at_once = !code.has_flag(flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR);
    let version = function.version();
    if !push::takes_exactly(code, count)
        || !runs_at_once
        || version == 0
        || state::with(|jit| jit.apart.borrow().contains(&ptr::from_ref(code))) == Some(true)
        || code.co_nlocals.get() != code.co_nlocalsplus.get()
    {
        return Ok(None);
    }
    if rec.frames.len() >= DEEPEST {
        return Err(Abort::TooDeep);
    }
    guard_callable(rec, base, function.as_object());
    let address = rec.keep(function.as_object());
    let found = rec.load(Op::ld_u32, address, layout::FUNCTION_VERSION, layout::VERSION);
    rec.guard(Op::guard_eq, &[found, Arg::from(i64::from(version))]);
    // All items are asked for before the slots move.
    let mut items = rec.take(at.arg + 2);
    items.reverse();
    let args = items.split_off(first - base);
    let locals = code.co_nlocalsplus.get() as usize;
    let mut slots: Vec<Slot> = args.into_iter().map(Slot::held).collect();
    slots.resize(locals, Slot::held(Item::Null));
    rec.top().call = at.unit;
    // The interpreter makes the frame when it executes the instruction.
    rec.frames.push(FrameState { function, code, live: ptr::null(), slots, locals, call: 0, memory: None });
    items.into_iter().for_each(|item| rec.settle(item));
    rec.expected = 0;
    Ok(Some(()))
}

fn length(rec: &mut Recorder, base: usize) -> Recorded<bool> {
    let live = rec.live_object(base + 2)?;
    let callable = rec.live_object(base)?;
    let Item::Obj(id) = rec.item(base + 2, true) else { return Ok(false) };
    let (class, alias) = if live.is_exactly(&PyList_Type) {
        (&PyList_Type, layout::LIST)
    } else if live.is_exactly(&PyTuple_Type) {
        (&PyTuple_Type, Alias::CONSTANT)
    } else if live.is_exactly(&PyUnicode_Type) {
        (&PyUnicode_Type, Alias::CONSTANT)
    } else {
        return Ok(false);
    };
    guard_callable(rec, base, callable);
    rec.guard_class(id, class);
    let val = rec.obj(id).val;
    // All three have their length behind the head.
    let value = rec.load(Op::ld_i64, val, layout::SIZE, alias);
    rec.replace(3, Item::Int(value));
    Ok(true)
}

pub fn return_value(rec: &mut Recorder, _at: Site) -> Recorded {
    let top = rec.at(1);
    let item = rec.item(top, true);
    rec.top().slots.pop();
    leave(rec, item)
}

pub fn return_const(rec: &mut Recorder, at: Site) -> Recorded {
    let code = rec.top().code;
    // SAFETY: the running frame's code.
    let object = *unsafe { (*code).consts() }.items().get(at.arg).ok_or(Abort::Operands)?;
    let item = rec.constant(object);
    leave(rec, item)
}

fn leave(rec: &mut Recorder, value: Item) -> Recorded {
    if rec.frames.len() < 2 {
        return Err(Abort::Returned);
    }
    // What is in its memory is given up too.
    for index in 0..rec.top().slots.len() {
        rec.item(index, false);
    }
    let Some(frame) = rec.frames.pop() else { return Err(Abort::Returned) };
    rec.push(value);
    if let Some(memory) = frame.memory {
        let thread = rec.thread;
        rec.call(Helper::pop_frame, &[thread, memory]);
    }
    for slot in frame.slots {
        rec.settle(slot.item);
    }
    let caller = rec.top();
    // SAFETY: the calling instruction in the caller's code.
    let (first, call) = unsafe { ((*caller.code).first_unit(), caller.call) };
    let site = unsafe { Site::at(first, first.add(call as usize), 0) };
    rec.expected = site.next;
    Ok(())
}
