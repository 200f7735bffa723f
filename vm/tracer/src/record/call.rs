//! Calls: Python functions become part of the trace, some built-in ones are known, all else is called by the runtime.

use super::bind::{self, Given, Source};
use super::compare::borrowed;
use super::{Site, arith, build, method, native};
use crate::helpers::Helper;
use crate::items::{FrameState, Item, Life, Obj, Runs, Slot};
use crate::layout;
use crate::recorder::{Recorded, Recorder, pointer_const};
use crate::state;
use bytecode::code::flags;
use bytecode::opcodes::op;
use core::ptr;
use interp::adapt::native as known;
use interp::call::operation::Operation;
use ir::ops::Op;
use ir::trace::{Alias, Arg, Const};
use jit::abort::Abort;
use objects::protocol::attr;
use objects::types::bytearray::methods::PyByteArray_Type;
use objects::types::bytes::methods::PyBytes_Type;
use objects::types::code::Code;
use objects::types::dict::Dict;
use objects::types::dict::methods::PyDict_Type;
use objects::types::float::PyFloat_Type;
use objects::types::function::Function;
use objects::types::functional::{PyEnum_Type, PyReversed_Type};
use objects::types::int::PyLong_Type;
use objects::types::list::methods::PyList_Type;
use objects::types::method::{Method, PyMethod_Type};
use objects::types::range::PyRange_Type;
use objects::types::set::methods::{PyFrozenSet_Type, PySet_Type};
use objects::types::str::PyUnicode_Type;
use objects::types::tuple::Tuple;
use objects::types::tuple::methods::PyTuple_Type;
use objects::types::r#type::PyType_Type;
use objects::{Instance, Object, TypeObject};

/// Frames in a trace.
const DEEPEST: usize = 14;

/// Frames below its own that a bridge goes on in.
const DOWN: u32 = 3;

/// As many calls that may run anything as one that begins an evaluation costs, beside itself.
const NESTED: u32 = 6;

/// Arguments that are taken out of a tuple.
const SPREAD: usize = 8;

/// Frames of one code.
const REPEATED: usize = 3;

/// A call whose callable is in slot `base`, an object or NULL in the one behind it, then the arguments.
pub struct Call {
    pub base: usize,
    /// Items on the stack.
    pub items: usize,
    pub has_self: bool,
    pub given: Given,
}

pub fn call(rec: &mut Recorder, at: Site) -> Recorded {
    if rec.opcode_at(at.next) == op::POP_TOP {
        // `list.append` goes on behind it.
        rec.skipped = Some((at.next + 1, 1));
    }
    let call = found(rec, at.arg, None);
    let (base, callable) = (call.base, rec.live_object(call.base)?);
    let single = at.arg == 1;
    if enter(rec, at, &call, callable)? {
        return Ok(());
    }
    if !is_alike(rec, &call) {
    } else if !call.has_self && method::instance(rec, at, base, at.arg)? {
        return Ok(());
    } else if ptr::eq(callable, known::builtin_len()) && single && !call.has_self {
        if length(rec, base)? {
            return Ok(());
        }
    } else if ptr::eq(callable, known::builtin_isinstance()) && at.arg == 2 && !call.has_self {
        if is_instance(rec, base)? {
            return Ok(());
        }
    } else if ptr::eq(callable, known::builtin_list_append()) && single && call.has_self {
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
    if is_alike(rec, &call) && (native::call(rec, at, &call, callable)? || class(rec, at, &call, callable)?) {
        return Ok(());
    }
    let first = if call.has_self { base + 1 } else { base + 2 };
    let helpers = [Helper::call0, Helper::call1, Helper::call2, Helper::call3, Helper::call4, Helper::call5];
    let count = base + at.arg + 2 - first;
    let Some(&helper) = helpers.get(count) else {
        return rec.call_in_memory(at.unit, at.arg, at.arg + 2, false);
    };
    note_nested(rec, callable);
    let mut args = vec![rec.pointer(base)];
    args.extend((first..first + count).map(|index| rec.pointer(index)).collect::<Vec<_>>());
    let result = rec.loud(at.unit, helper, &args)?;
    rec.finish(at.unit, at.arg + 2, result);
    Ok(())
}

pub fn call_kw(rec: &mut Recorder, at: Site) -> Recorded {
    let top = rec.at(1);
    let names = arith::known(rec, top).and_then(|names| names.cast_exact::<Tuple>());
    if let Some(names) = names {
        let call = found(rec, at.arg, Some(names));
        let callable = rec.live_object(call.base)?;
        if enter(rec, at, &call, callable)? {
            return Ok(());
        }
    }
    let base = rec.at(at.arg + 3);
    let callable = rec.live_object(base)?;
    note_nested(rec, callable);
    rec.call_in_memory(at.unit, at.arg, at.arg + 3, true)
}

/// Counts a call that is not made part of the trace for what it costs: an evaluation of its own, if code of a program runs.
fn note_nested(rec: &mut Recorder, callable: &Object) {
    let runs_code = callable.cast_exact::<Function>().is_some() || callable.cast_exact::<Method>().is_some();
    if runs_code {
        rec.louds += NESTED;
    }
}

/// `f(*args)` and `f(*args, **kwargs)`, which the compiler brings into a tuple and a dictionary.
pub fn call_function_ex(rec: &mut Recorder, at: Site) -> Recorded {
    let has_dict = at.arg & 1 != 0;
    let args = rec.at(1 + usize::from(has_dict));
    let base = args - 2;
    let callable = rec.live_object(base)?;
    if callable.cast_exact::<Function>().is_none() {
        return super::interpret(rec, at);
    }
    let tuple = rec.live_object(args)?.cast_exact::<Tuple>();
    let dict = if has_dict { rec.live_object(args + 1)?.cast_exact::<Dict>() } else { None };
    if tuple.is_none() || dict.is_some() != has_dict {
        return Err(Abort::Operands);
    }
    if let (false, Some(items)) = (has_dict, rec.items_of(args)) {
        let given = Given { args: items.into_iter().map(Source::Item).collect(), names: None };
        let call = Call { base, items: 3, has_self: false, given };
        if enter(rec, at, &call, callable)? {
            return Ok(());
        }
    }
    let (Some(tuple), Item::Obj(id)) = (tuple, rec.item(args, true)) else {
        return Err(Abort::Operands);
    };
    rec.guard_class(id, &PyTuple_Type);
    let val = rec.obj(id).val;
    let mut keywords = Arg::Const(Const::P(0));
    if has_dict && let Item::Obj(dict) = rec.item(args + 1, true) {
        rec.guard_class(dict, &PyDict_Type);
        keywords = rec.obj(dict).val;
    }
    if tuple.len() <= SPREAD && dict.is_none_or(Dict::is_empty) {
        let length = rec.load(Op::ld_i64, val, layout::SIZE, Alias::CONSTANT);
        rec.guard(Op::guard_eq, &[length, Arg::from(tuple.len() as i64)]);
        if has_dict {
            let size = rec.call(Helper::length_plain, &[keywords]);
            rec.guard(Op::guard_eq, &[size, Arg::from(0)]);
        }
        let given = (0..tuple.len())
            .map(|n| {
                let item = rec.load(Op::ld_p, val, layout::TUPLE_ITEMS + n as i32 * 8, Alias::CONSTANT);
                Source::Item(borrowed(rec, item))
            })
            .collect();
        let given = Given { args: given, names: None };
        let call = Call { base, items: 3 + usize::from(has_dict), has_self: false, given };
        if enter(rec, at, &call, callable)? {
            return Ok(());
        }
    }
    let callable = rec.pointer(base);
    let result = rec.loud(at.unit, Helper::call_spread, &[callable, val, keywords])?;
    rec.finish(at.unit, 3 + usize::from(has_dict), result);
    Ok(())
}

/// The call on the stack, `count` arguments and perhaps their names.
fn found(rec: &mut Recorder, count: usize, names: Option<&'static Tuple>) -> Call {
    let items = count + 2 + usize::from(names.is_some());
    let base = rec.at(items);
    let has_self = rec.held(base + 1, false) != Item::Null;
    let first = if has_self { base + 1 } else { base + 2 };
    let args = (first..base + 2 + count).map(Source::Slot).collect();
    Call { base, items, has_self, given: Given { args, names } }
}

/// Where the interpreter has a bound method and the trace a function with its object, or the other way round, nothing can be learnt from
/// what the interpreter calls.
fn is_alike(rec: &mut Recorder, call: &Call) -> bool {
    call.has_self != rec.live(call.base + 1).is_null()
}

/// Guards that the callable is that one.
pub fn guard_callable(rec: &mut Recorder, base: usize, callable: &Object) {
    if let Item::Obj(id) = rec.item(base, true) {
        rec.guard_is(id, callable);
    }
}

/// The frame of a Python function, or of a class's `__init__`, becomes the innermost; whether the callable is one for that.
fn enter(rec: &mut Recorder, at: Site, call: &Call, callable: &'static Object) -> Recorded<bool> {
    if at.opcode != op::CALL_FUNCTION_EX && !is_alike(rec, call) {
        return Ok(false);
    }
    if is_passing(rec, call.base, callable) {
        return Ok(false);
    }
    if let Some(function) = callable.cast_exact::<Function>() {
        let Some(sources) = plan(rec, function, &call.given) else { return Ok(false) };
        guard_callable(rec, call.base, callable);
        begin(rec, at, call.items, function, &sources, Below::Caller);
        return Ok(true);
    }
    if let Some(method) = callable.cast_exact::<Method>().filter(|_| !call.has_self) {
        return enter_method(rec, at, call, method);
    }
    let Some(class) = callable.cast_exact::<TypeObject>().filter(|_| !call.has_self) else {
        return Ok(false);
    };
    let (Some(init), Ok(shim)) = (interp::call::init_of(class), interp::call::init_shim()) else {
        return Ok(false);
    };
    // The instance comes into the place of the NULL.
    let mut given = call.given.clone();
    given.args.insert(0, Source::Slot(call.base + 1));
    if at.opcode == op::CALL_FUNCTION_EX {
        return Ok(false);
    }
    let Some(sources) = plan(rec, init, &given) else { return Ok(false) };
    guard_callable(rec, call.base, callable);
    let address = pointer_const(callable);
    rec.keep(callable);
    let found = rec.load(Op::ld_u32, address, layout::TYPE_VERSION, layout::VERSION);
    rec.guard(Op::guard_eq, &[found, Arg::from(i64::from(class.tp_version_tag.get()))]);
    begin(rec, at, call.items, init, &sources, Below::Init(class, call.base + 1, shim));
    Ok(true)
}

/// As [`enter`], for a method that is bound already: its function is guarded, and its object becomes the first argument.
fn enter_method(rec: &mut Recorder, at: Site, call: &Call, method: &Method) -> Recorded<bool> {
    let (function, _) = method.raw_parts();
    // SAFETY: a method has a function as long as it lives; the recording keeps what it enters.
    let Some(function) = (unsafe { function.as_ref() }).and_then(|found| found.cast_exact::<Function>())
    else {
        return Ok(false);
    };
    if function.code().has_flag(flags::NESTED) {
        return Ok(false);
    }
    let Item::Obj(id) = rec.item(call.base, true) else { return Ok(false) };
    // What it is depends on how many arguments there are, not on which object the first one is.
    let mut given = call.given.clone();
    given.args.insert(0, Source::Item(Item::Null));
    if plan(rec, function, &given).is_none() {
        return Ok(false);
    }
    rec.guard_class(id, &PyMethod_Type);
    let val = rec.obj(id).val;
    let found = rec.load(Op::ld_p, val, layout::METHOD_FUNCTION, Alias::CONSTANT);
    let wanted = rec.keep(function.as_object());
    rec.guard(Op::guard_eq, &[found, wanted]);
    let this = rec.load(Op::ld_p, val, layout::METHOD_OBJECT, Alias::CONSTANT);
    given.args[0] = Source::Item(borrowed(rec, this));
    let Some(sources) = plan(rec, function, &given) else { return Ok(false) };
    begin(rec, at, call.items, function, &sources, Below::Caller);
    Ok(true)
}

/// Whether the callable in a slot was made by a function that runs, as far as one can tell: there may be another each time, and none may
/// be kept.
fn is_passing(rec: &mut Recorder, slot: usize, callable: &Object) -> bool {
    if arith::known(rec, slot).is_some() {
        return false;
    }
    match callable.cast_exact::<Function>() {
        Some(function) => function.code().has_flag(flags::NESTED),
        None => callable
            .cast_exact::<TypeObject>()
            .and_then(TypeObject::heap_type)
            .and_then(|heap| heap.ht_qualname.get())
            .is_some_and(|name| name.to_string_lossy().contains("<locals>")),
    }
}

/// Whether another frame of the code may become part of the trace.
pub fn may_inline(rec: &Recorder, code: &Code) -> bool {
    let repeated = rec.frames.iter().filter(|frame| ptr::eq(frame.code, code)).count();
    rec.frames.len() < DEEPEST && repeated < REPEATED && state::with(|jit| jit.is_apart(code)) != Some(true)
}

/// How the function's parameters get their values, if its frame can become part of the trace.
pub fn plan(rec: &Recorder, function: &Function, given: &Given) -> Option<Vec<Source>> {
    let code = function.code();
    let runs_at_once = !code.has_flag(flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR);
    let fits =
        code.has_flag(flags::OPTIMIZED) && runs_at_once && function.version() != 0 && may_inline(rec, code);
    if fits { bind::sources(function, given) } else { None }
}

/// What is below a function's frame.
#[derive(Clone, Copy)]
pub enum Below {
    /// The frame that calls it.
    Caller,
    /// The frame that gives an instance back: of this class, which comes into that slot.
    Init(&'static TypeObject, usize, &'static Code),
    /// The frame that looks at what the method gives, with the operands, which are what the instruction takes.
    Operation(Operation, &'static Code),
}

/// The function's frame becomes the innermost; the instruction takes so many items. What is made for the frame may fail.
pub fn begin(
    rec: &mut Recorder,
    at: Site,
    taken: usize,
    function: &Function,
    sources: &[Source],
    below: Below,
) {
    let address = rec.keep(function.as_object());
    let found = rec.load(Op::ld_u32, address, layout::FUNCTION_VERSION, layout::VERSION);
    rec.guard(Op::guard_eq, &[found, Arg::from(i64::from(function.version()))]);
    let mut instance = None;
    if let Below::Init(class, slot, _) = below {
        let item = rec.virtual_instance(class).unwrap_or_else(|| {
            let object = rec.call(Helper::new_instance, &[pointer_const(class.as_object())]);
            rec.guard_done(at.unit, Op::guard_ne, &[object, Arg::Const(Const::P(0))]);
            rec.add(Obj::new(object, 1, Life::Counted))
        });
        rec.set(slot, item);
        instance = Some(item);
    }
    let items = bind::items(rec, at.unit, sources);
    let gone = rec.take(taken);
    let code = function.code();
    let mut slots: Vec<Slot> = items.into_iter().map(Slot::held).collect();
    let locals = code.co_nlocalsplus.get() as usize;
    slots.resize(locals, Slot::held(Item::Null));
    rec.top().call = at.unit;
    // The interpreter makes the frames when it executes the instruction.
    let lower = match below {
        Below::Caller => None,
        Below::Init(_, _, shim) => Some((Runs::Init, shim, instance.into_iter().collect())),
        Below::Operation(operation, shim) => {
            Some((Runs::Operation(operation), shim, gone.iter().rev().copied().collect::<Vec<_>>()))
        }
    };
    if let Some((runs, code, items)) = lower {
        let slots = items.into_iter().map(Slot::held).collect();
        rec.frames.push(FrameState {
            runs,
            code,
            live: ptr::null(),
            slots,
            locals: 0,
            call: 0,
            memory: None,
        });
    }
    let runs = Runs::Function(function);
    rec.frames.push(FrameState { runs, code, live: ptr::null(), slots, locals, call: 0, memory: None });
    gone.into_iter().for_each(|item| rec.settle(item));
    rec.expected = 0;
}

/// A class of the runtime called with one argument: `type(x)`, `int(x)` and their like, where that runs no code of a program.
fn class(rec: &mut Recorder, at: Site, call: &Call, callable: &'static Object) -> Recorded<bool> {
    let Some(class) = callable.cast_exact::<TypeObject>() else { return Ok(false) };
    let slot = call.base + 2;
    if call.has_self || at.arg != 1 || class.heap_type().is_some() {
        return Ok(false);
    }
    let live = rec.live_object(slot)?;
    if ptr::eq(class, &raw const PyType_Type) {
        if let Item::Obj(id) = rec.item(slot, true) {
            guard_callable(rec, call.base, callable);
            let val = rec.obj(id).val;
            let found = rec.load(Op::ld_p, val, layout::TYPE, layout::CLASS);
            let item = borrowed(rec, found);
            rec.replace(3, item);
            return Ok(true);
        }
        return Ok(false);
    }
    let is = |other: &'static TypeObject| ptr::eq(class, other);
    let taken: &[&'static TypeObject] = if is(&PyLong_Type) || is(&PyFloat_Type) || is(&PyUnicode_Type) {
        &[&PyLong_Type, &PyFloat_Type, &PyUnicode_Type]
    } else if is(&PyList_Type) || is(&PyTuple_Type) {
        &[&PyList_Type, &PyTuple_Type, &PyUnicode_Type, &PyRange_Type]
    } else if is(&PyRange_Type) {
        &[&PyLong_Type]
    } else if is(&PyEnum_Type) || is(&PyReversed_Type) {
        &[&PyList_Type, &PyTuple_Type, &PyRange_Type]
    } else {
        &[]
    };
    let Some(&wanted) = taken.iter().find(|taken| live.is_exactly(taken)) else { return Ok(false) };
    if let Item::Obj(id) = rec.item(slot, true) {
        rec.guard_class(id, wanted);
    }
    guard_callable(rec, call.base, callable);
    let (class, arg) = (rec.pointer(call.base), rec.pointer(slot));
    let result = rec.call(Helper::make, &[class, arg]);
    let item = rec.finish(at.unit, 3, result);
    if let Item::Obj(id) = item {
        rec.obj(id).class = Some(ptr::from_ref(callable.cast_exact::<TypeObject>().ok_or(Abort::Operands)?))
            .filter(|_| !is(&PyReversed_Type));
    }
    Ok(true)
}

/// `isinstance` of an object whose class is guarded: the answer does not change with the object.
fn is_instance(rec: &mut Recorder, base: usize) -> Recorded<bool> {
    let (live, class) = (rec.live_object(base + 2)?, rec.live_object(base + 3)?);
    let callable = rec.live_object(base)?;
    let (Some(class), Item::Obj(wanted)) = (class.cast_exact::<TypeObject>(), rec.item(base + 3, true))
    else {
        return Ok(false);
    };
    let own = live.class();
    let answer = own.is_subtype(class);
    if !answer && !attr::tells_its_class(own) {
        return Ok(false);
    }
    if !method::guard_kind(rec, base + 2)? {
        return Ok(false);
    }
    guard_callable(rec, base, callable);
    rec.guard_is(wanted, class.as_object());
    rec.replace(4, Item::Bool(Arg::from(i64::from(answer))));
    Ok(true)
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
        let others: [&'static TypeObject; 6] =
            [&PyDict_Type, &PySet_Type, &PyFrozenSet_Type, &PyBytes_Type, &PyByteArray_Type, &PyRange_Type];
        let Some(class) = others.into_iter().find(|class| live.is_exactly(class)) else { return Ok(false) };
        guard_callable(rec, base, callable);
        rec.guard_class(id, class);
        let val = rec.obj(id).val;
        let value = rec.call(Helper::length_plain, &[val]);
        // That of a range may not fit a word.
        rec.guard(Op::guard_ge, &[value, Arg::from(0)]);
        rec.replace(3, Item::Int(value));
        return Ok(true);
    };
    guard_callable(rec, base, callable);
    rec.guard_class(id, class);
    let val = rec.obj(id).val;
    // All three have their length behind the head.
    let value = rec.load(Op::ld_i64, val, layout::SIZE, alias);
    rec.replace(3, Item::Int(value));
    Ok(true)
}

pub fn return_value(rec: &mut Recorder, at: Site) -> Recorded {
    guard_caller(rec)?;
    let top = rec.at(1);
    let item = rec.held(top, true);
    rec.top().slots.pop();
    leave(rec, at, item)
}

pub fn return_const(rec: &mut Recorder, at: Site) -> Recorded {
    guard_caller(rec)?;
    let code = rec.top().code;
    // SAFETY: the running frame's code.
    let object = *unsafe { (*code).consts() }.items().get(at.arg).ok_or(Abort::Operands)?;
    let item = rec.constant(object);
    leave(rec, at, item)
}

/// Guards, where the outermost frame returns, that it does so to the place where it does now, and that nobody has looked at the frames.
fn guard_caller(rec: &mut Recorder) -> Recorded {
    if rec.frames.len() > 1 {
        return Ok(());
    }
    let (code, live, frame) = (rec.top().code, rec.top().live, rec.frame);
    // SAFETY: the running frame and its code.
    let (code, caller) = unsafe { (&*code, (*live).previous.get().as_ref()) };
    let Some(caller) = caller else { return Err(Abort::Returned) };
    let plain = code.has_flag(flags::OPTIMIZED)
        || ptr::eq(code, interp::call::init_shim().map_err(|_| Abort::Returned)?);
    let runs_on = code.has_flag(flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR);
    let Some(caller_code) = caller.try_code() else { return Err(Abort::Returned) };
    // SAFETY: as above.
    let looked_at = unsafe { !(*live).frame_obj.is_empty() } || !caller.frame_obj.is_empty();
    let often = rec.returned.is_some_and(|(times, _)| times >= DOWN);
    if rec.header != 0 || rec.stub.is_some() || !plain || runs_on || looked_at || often {
        return Err(Abort::Returned);
    }
    let below = rec.load(Op::ld_i64, frame, layout::PREVIOUS, layout::FRAME);
    let found = rec.load(Op::ld_i64, below, layout::EXECUTABLE, layout::FRAME);
    rec.keep(caller_code.as_object());
    rec.guard(Op::guard_eq, &[found, Arg::from(ptr::from_ref(caller_code) as i64)]);
    let place = rec.load(Op::ld_i64, below, layout::INSTR_PTR, layout::FRAME);
    rec.guard(Op::guard_eq, &[place, Arg::from(caller.instr_ptr.get() as i64)]);
    rec.guard_unseen(&[frame, below]);
    Ok(())
}

/// The outermost frame ends: the one that it returns to is the outermost now.
fn leave_outermost(rec: &mut Recorder, at: Site, value: Item) -> Recorded {
    let (live, frame, thread) = (rec.top().live, rec.frame, rec.thread);
    // SAFETY: the running frame, which is not the last.
    let caller = unsafe { &*(*live).previous.get() };
    let below = rec.load(Op::ld_i64, frame, layout::PREVIOUS, layout::FRAME);
    let mut slots = vec![Slot::MEMORY; caller.used()];
    slots.push(Slot::held(value));
    let code = caller.code();
    let locals = code.co_nlocalsplus.get() as usize;
    let memory = Some(below);
    let state = FrameState { runs: Runs::Outermost, code, live: caller, slots, locals, call: 0, memory };
    rec.frames.insert(0, state);
    let depth = rec.top().slots.len();
    for index in 0..depth {
        rec.hand_over(1, index);
    }
    rec.protect();
    rec.note_place(at.unit);
    rec.call(Helper::end_frame, &[thread, frame, Arg::from(depth as i64)]);
    rec.frames.pop();
    rec.frame = below;
    rec.check_dead = true;
    rec.returned = Some((rec.returned.map_or(1, |(times, _)| times + 1), rec.steps));
    rec.expected = caller.lasti() as u32 + u32::from(caller.return_offset.get());
    Ok(())
}

/// What `__init__` returned.
pub fn exit_init_check(rec: &mut Recorder, _at: Site) -> Recorded {
    let top = rec.at(1);
    let none = objects::types::none::none();
    if !rec.live_object(top)?.is(none) {
        return Err(Abort::Operands);
    }
    let Item::Obj(id) = rec.item(top, true) else { return Err(Abort::Operands) };
    rec.guard_is(id, none);
    rec.shrink(1);
    Ok(())
}

fn leave(rec: &mut Recorder, at: Site, value: Item) -> Recorded {
    if rec.frames.len() < 2 {
        return leave_outermost(rec, at, value);
    }
    if let Runs::Generator { after, .. } = rec.top().runs {
        return super::generator::finish(rec, at, value, after);
    }
    // What is in its memory is given up too.
    for index in 0..rec.top().slots.len() {
        rec.held(index, false);
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
    if matches!(rec.top().runs, Runs::Init | Runs::Operation(_)) {
        // Such a frame stands before its first instruction.
        rec.expected = 0;
        return Ok(());
    }
    let caller = rec.top();
    // SAFETY: the calling instruction in the caller's code.
    let (first, call) = unsafe { ((*caller.code).first_unit(), caller.call) };
    let site = unsafe { Site::at(first, first.add(call as usize), 0) };
    rec.expected = site.next;
    Ok(())
}
