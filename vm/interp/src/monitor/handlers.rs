//! The instrumented instructions. Each tells its event and then does, or lets the plain handler do, what it stands for.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use super::{event, fire, instrument, missing, offset};
use crate::call::{enter_later, plain_function, push_bound};
use crate::eval::{self, FramePtr, Handler, Pc, Sp, Table, ThreadPtr, caches, next};
use crate::stack::Stack;
use crate::unwind;
use bytecode::code::flags::OPTIMIZED;
use bytecode::opcodes::op;
use core::cell::Cell;
use core::ptr;
use objects::interpreter_frame::{CodeUnit, InterpreterFrame};
use objects::protocol::call as protocol;
use objects::protocol::sequence;
use objects::raise;
use objects::state::ThreadState;
use objects::types::bool::from_bool;
use objects::types::code::Code;
use objects::types::code::monitoring::{Tools, base_of_instrumented};
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::function::Function;
use objects::types::generator::{PyCoro_Type, PyGen_Type};
use objects::types::method::Method;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, TypeObject};

/// How to go on.
enum Step {
    /// With the plain handler of an opcode.
    Plain(u8),
    /// At another instruction, or in the thread's current frame.
    Goto(Pc),
    Enter,
}

/// A step in registers: what, and with which operand.
#[repr(C)]
struct Out {
    sp: Sp,
    /// 0 an error, 1 to enter, below 1024 an opcode above 2, else the address of an instruction.
    what: usize,
}

const ENTER: usize = 1;
const OPCODES: usize = 512;

macro_rules! instrumented {
    (($pc:ident, $sp:ident, $frame:ident, $ts:ident, $arg:ident) $($(#[$meta:meta])* $name:ident $body:block)*) => { $(
        $(#[$meta])*
        #[inline(never)]
        pub unsafe extern "C" fn $name(
            pc: Pc,
            sp: Sp,
            frame: FramePtr,
            ts: ThreadPtr,
            arg: usize,
            table: *const Table,
        ) -> *mut Object {
            #[inline(never)]
            #[allow(unused_mut, unused_variables, reason = "some bodies need only a part of these")]
            unsafe extern "C" fn body($pc: Pc, sp: Sp, frame: FramePtr, ts: ThreadPtr, $arg: usize) -> Out {
                let mut $sp = Stack(sp);
                // SAFETY: as in `ops`.
                let result: Result<Step> = unsafe {
                    let ($frame, $ts) = (&*frame, &*ts);
                    #[allow(clippy::redundant_closure_call, reason = "the closure is what `?` returns from")]
                    (|| $body)()
                };
                let what = match result {
                    Ok(Step::Plain(opcode)) => OPCODES + usize::from(opcode),
                    Ok(Step::Goto(pc)) => pc as usize,
                    Ok(Step::Enter) => ENTER,
                    Err(raised) => {
                        raised.leave();
                        0
                    }
                };
                Out { sp: $sp.0, what }
            }
            // SAFETY: as in `ops`.
            unsafe {
                (*frame).instr_ptr.set(pc.sub(1));
                let out = body(pc, sp, frame, ts, arg);
                match out.what {
                    0 => unwind::error(pc, out.sp, frame, ts, arg, table),
                    ENTER => eval::enter(pc, out.sp, frame, ts, arg, table),
                    opcode @ OPCODES..1024 => ((*table).0[opcode - OPCODES])(pc, out.sp, frame, ts, arg, table),
                    address => next!(address as Pc, out.sp, frame, ts, table),
                }
            }
        }
    )* };
}

/// Who wants the event of the instruction at `unit`.
fn tools_at(code: &Code, unit: *mut CodeUnit) -> Tools {
    let at = index(code, unit);
    code.monitoring().map_or(0, |monitoring| monitoring.borrow().tools.get(at).copied().unwrap_or(0))
}

fn index(code: &Code, unit: *const CodeUnit) -> usize {
    // SAFETY: both are in the code object.
    unsafe { unit.offset_from(code.first_unit()) as usize }
}

/// Tells the event of the instruction in front of `pc`; tools that want no more of it there are forgotten.
fn tell(ts: &ThreadState, frame: &InterpreterFrame, pc: Pc, event: usize, rest: &[&Object]) -> Result<()> {
    // SAFETY: behind an instruction's word.
    let unit = unsafe { pc.sub(1) };
    let code = frame.code();
    let tools = tools_at(code, unit);
    let disabled = fire(ts, frame, unit, event, tools, offset(code, unit), rest)?;
    if disabled != 0 {
        disable(code, unit, disabled);
    }
    Ok(())
}

fn disable(code: &Code, unit: *mut CodeUnit, disabled: Tools) {
    let Some(monitoring) = code.monitoring() else { return };
    let at = index(code, unit);
    let mut monitoring = monitoring.borrow_mut();
    let Some(tools) = monitoring.tools.get_mut(at) else { return };
    *tools &= !disabled;
    let still_wanted = *tools != 0;
    // Jumps stay for the sake of line events.
    if still_wanted || monitoring.active[event::LINE] != 0 {
        return;
    }
    let place = if monitoring.line_opcodes.get(at).is_some_and(|&opcode| opcode != 0) {
        &mut monitoring.line_opcodes[at]
    } else if monitoring.instruction_opcodes.get(at).is_some_and(|&opcode| opcode != 0) {
        &mut monitoring.instruction_opcodes[at]
    } else {
        // SAFETY: in the code object.
        unsafe {
            let opcode = base_of_instrumented(*unit as u8);
            *unit = *unit & 0xff00 | CodeUnit::from(opcode);
        }
        return;
    };
    *place = base_of_instrumented(*place);
}

/// The last jump that was taken: in which frame, and from where to where. It tells a line event which instruction ran before.
struct Arrival {
    frame: Cell<FramePtr>,
    from: Cell<*mut CodeUnit>,
    to: Cell<*mut CodeUnit>,
}

// SAFETY: touched under the GIL; compared, never followed unless the frame matches.
unsafe impl Sync for Arrival {}

static ARRIVAL: Arrival = Arrival {
    frame: Cell::new(ptr::null()),
    from: Cell::new(ptr::null_mut()),
    to: Cell::new(ptr::null_mut()),
};

/// Notes that the frame goes from `from` to `to`.
pub fn arrive(frame: FramePtr, from: *mut CodeUnit, to: *mut CodeUnit) {
    ARRIVAL.frame.set(frame);
    ARRIVAL.from.set(from);
    ARRIVAL.to.set(to);
}

/// Tells of a jump and goes where it goes, or where a trace function wants to go.
unsafe fn jump(
    ts: &ThreadState,
    frame: &InterpreterFrame,
    pc: Pc,
    event: usize,
    target: Pc,
) -> Result<Option<Pc>> {
    // SAFETY: in the code object.
    let unit = unsafe { pc.sub(1) };
    let code = frame.code();
    let tools = tools_at(code, unit);
    if tools != 0 {
        let to = objects::types::int::new_int(offset(code, target))?;
        let disabled = fire(ts, frame, unit, event, tools, offset(code, unit), &[&to])?;
        if disabled != 0 {
            disable(code, unit, disabled);
        }
        if frame.instr_ptr.get() != unit {
            return Ok(Some(frame.instr_ptr.get()));
        }
    }
    arrive(frame, unit, target);
    Ok(None)
}

/// The two ways of a conditional jump whose condition is `$taken` of the top.
macro_rules! branch {
    ($pc:ident $sp:ident $frame:ident $ts:ident $arg:ident: $taken:expr, $plain:expr) => {{
        let taken = $taken;
        let after = $pc.add(1);
        let target = if taken { after.add($arg) } else { after };
        if let Some(elsewhere) = jump($ts, $frame, $pc, event::BRANCH, target)? {
            drop($sp.pop());
            return Ok(Step::Goto(elsewhere));
        }
        Ok(Step::Plain($plain))
    }};
}

instrumented! { (pc, sp, frame, ts, arg)
    INSTRUMENTED_RESUME {
        if frame.code().co_instrumentation_version.get() == super::version() {
            let event = if arg & 3 == 0 { event::PY_START } else { event::PY_RESUME };
            tell(ts, frame, pc, event, &[])?;
            if frame.instr_ptr.get() != pc.sub(1) {
                return Ok(Step::Goto(frame.instr_ptr.get()));
            }
        }
        Ok(Step::Plain(op::RESUME))
    }

    INSTRUMENTED_RETURN_VALUE {
        tell(ts, frame, pc, event::PY_RETURN, &[sp.peek(1)])?;
        Ok(Step::Plain(op::RETURN_VALUE))
    }

    INSTRUMENTED_RETURN_CONST {
        let value = frame.code().consts().items()[arg];
        tell(ts, frame, pc, event::PY_RETURN, &[value])?;
        Ok(Step::Plain(op::RETURN_CONST))
    }

    INSTRUMENTED_YIELD_VALUE {
        tell(ts, frame, pc, event::PY_YIELD, &[sp.peek(1)])?;
        Ok(Step::Plain(op::YIELD_VALUE))
    }

    INSTRUMENTED_JUMP_FORWARD {
        let target = pc.add(arg);
        Ok(match jump(ts, frame, pc, event::JUMP, target)? {
            Some(elsewhere) => Step::Goto(elsewhere),
            None => Step::Plain(op::JUMP_FORWARD),
        })
    }

    INSTRUMENTED_JUMP_BACKWARD {
        let target = pc.add(caches(op::JUMP_BACKWARD)).sub(arg);
        Ok(match jump(ts, frame, pc, event::JUMP, target)? {
            Some(elsewhere) => Step::Goto(elsewhere),
            None => Step::Plain(op::JUMP_BACKWARD),
        })
    }

    INSTRUMENTED_POP_JUMP_IF_TRUE {
        branch!(pc sp frame ts arg: sp.peek(1).is(from_bool(true)), op::POP_JUMP_IF_TRUE)
    }

    INSTRUMENTED_POP_JUMP_IF_FALSE {
        branch!(pc sp frame ts arg: sp.peek(1).is(from_bool(false)), op::POP_JUMP_IF_FALSE)
    }

    INSTRUMENTED_POP_JUMP_IF_NONE {
        branch!(pc sp frame ts arg: sp.peek(1).is(none()), op::POP_JUMP_IF_NONE)
    }

    INSTRUMENTED_POP_JUMP_IF_NOT_NONE {
        branch!(pc sp frame ts arg: !sp.peek(1).is(none()), op::POP_JUMP_IF_NOT_NONE)
    }

    INSTRUMENTED_FOR_ITER {
        let iterator = sp.peek(1);
        let Some(function) = iterator.class().tp_iternext.get() else { return Ok(Step::Plain(op::FOR_ITER)) };
        let after = pc.add(caches(op::FOR_ITER));
        let target = match function(iterator) {
            Some(item) => {
                sp.push(item);
                after
            }
            None => {
                if raise::occurred() {
                    let raised = raise::pending();
                    if !raised.matches(&exc::StopIteration) {
                        return Err(raised);
                    }
                    raised.leave();
                    super::exception(ts, frame, pc.sub(1), event::RAISE);
                    let raised = raise::pending();
                    if !raised.matches(&exc::StopIteration) {
                        return Err(raised);
                    }
                    raised.clear();
                }
                drop(sp.pop());
                // Behind END_FOR and POP_TOP.
                after.add(arg + 2)
            }
        };
        Ok(Step::Goto(jump(ts, frame, pc, event::BRANCH, target)?.unwrap_or(target)))
    }

    INSTRUMENTED_END_FOR {
        stop_iteration(ts, frame, pc, sp.peek(2), sp.peek(1))?;
        Ok(Step::Plain(op::END_FOR))
    }

    INSTRUMENTED_END_SEND {
        stop_iteration(ts, frame, pc, sp.peek(2), sp.peek(1))?;
        Ok(Step::Plain(op::END_SEND))
    }

    INSTRUMENTED_CALL {
        call(ts, frame, pc, &mut sp, arg, None, 1 + caches(op::CALL))
    }

    INSTRUMENTED_CALL_KW {
        let names = sp.pop().downcast_unchecked::<Tuple>();
        call(ts, frame, pc, &mut sp, arg, Some(names), 1)
    }

    INSTRUMENTED_CALL_FUNCTION_EX {
        let keywords = arg & 1;
        let callable = sp.peek(3 + keywords).to_ref();
        let args = sp.peek(1 + keywords).to_ref();
        let args = match args.downcast::<Tuple>() {
            Ok(args) => args,
            Err(args) => {
                if args.class().tp_iter.get().is_none() && !sequence::is_sequence(&args) {
                    return Ok(Step::Plain(op::CALL_FUNCTION_EX));
                }
                let tuple = sequence::to_tuple(&args)?;
                drop(sp.take(1 + keywords));
                sp.put(1 + keywords, Some(tuple.clone().upcast()));
                tuple
            }
        };
        let first = args.items().first().map_or_else(missing, |first| first.to_ref());
        tell(ts, frame, pc, event::CALL, &[&callable, &first])?;
        if callable.cast_exact::<Function>().is_some() || callable.cast_exact::<Method>().is_some() {
            return Ok(Step::Plain(op::CALL_FUNCTION_EX));
        }
        let kwargs = if keywords != 0 { Some(sp.peek(1).to_ref()) } else { None };
        let kwargs = match kwargs.map(Ref::downcast::<Dict>) {
            Some(Ok(kwargs)) => Some(kwargs),
            Some(Err(_)) => return Ok(Step::Plain(op::CALL_FUNCTION_EX)),
            None => None,
        };
        let result = protocol::call_with_tuple(&callable, &args, kwargs.as_deref());
        let result = told(ts, frame, pc, result, &callable, &first)?;
        sp.drop_many(3 + keywords);
        sp.push(result);
        Ok(Step::Goto(pc))
    }

    INSTRUMENTED_LOAD_SUPER_ATTR {
        let global_super = sp.peek(3).to_ref();
        let first = if arg & 2 != 0 { sp.peek(2).to_ref() } else { missing() };
        tell(ts, frame, pc, event::CALL, &[&global_super, &first])?;
        let class = sp.peek(2).to_ref();
        let this = sp.peek(1).to_ref();
        let name: &Str = frame.code().name_at(arg >> 2);
        let implied = global_super.cast::<TypeObject>().is_some_and(|class| class.full_name() == "super");
        let object = match arg & 2 != 0 || implied {
            true => protocol::call(&global_super, &[&class, &this]),
            false => protocol::call_no_args(&global_super),
        };
        let object = told(ts, frame, pc, object, &global_super, &first)?;
        let attribute = objects::protocol::attr::get(&object, name)?;
        sp.drop_many(3);
        sp.push(attribute);
        if arg & 1 != 0 {
            sp.push_nullable(None);
        }
        Ok(Step::Goto(pc.add(caches(op::LOAD_SUPER_ATTR))))
    }

    INSTRUMENTED_INSTRUCTION {
        let unit = pc.sub(1);
        let code = frame.code().to_ref();
        let at = index(&code, unit);
        let tools = code.monitoring().map_or(0, |monitoring| {
            monitoring.borrow().instruction_tools.get(at).copied().unwrap_or(0)
        });
        let disabled = fire(ts, frame, unit, event::INSTRUCTION, tools, offset(&code, unit), &[])?;
        if disabled != 0 && let Some(monitoring) = code.monitoring()
            && let Some(tools) = monitoring.borrow_mut().instruction_tools.get_mut(at) {
                *tools &= !disabled;
            }
        if frame.instr_ptr.get() != unit {
            return Ok(Step::Goto(frame.instr_ptr.get()));
        }
        // A tool may have changed what is instrumented.
        Ok(Step::Plain(below_instruction(&code, at)))
    }

    INSTRUMENTED_LINE {
        line(ts, frame, pc, &mut sp)
    }
}

/// A line may begin: tells of it, unless the instruction that ran before is on the same line.
unsafe fn line(ts: &ThreadState, frame: &InterpreterFrame, pc: Pc, sp: &mut Stack) -> Result<Step> {
    // SAFETY: the running frame; `pc` is behind the instruction's word.
    unsafe {
        let unit = pc.sub(1);
        let code = frame.code().to_ref();
        let at = index(&code, unit);
        let came_from = ARRIVAL.frame.get() == ptr::from_ref(frame) && ARRIVAL.to.get() == unit;
        let (tools, here, before, before_is_resume, below) = {
            let Some(monitoring) = code.monitoring() else { return Ok(Step::Plain(op::NOP)) };
            let monitoring = monitoring.borrow();
            let Some(&here) = monitoring.lines.get(at) else { return Ok(Step::Plain(op::NOP)) };
            let previous = if came_from { index(&code, ARRIVAL.from.get()) } else { here.previous as usize };
            let opcode = code.units().get(previous).map_or(0, |unit| unit.get() as u8);
            let resume = matches!(opcode, op::RESUME | op::RESUME_CHECK | op::INSTRUMENTED_RESUME);
            let before = monitoring.lines.get(previous).map_or(-1, |line| line.line);
            (monitoring.line_tools[at], here.line, before, resume, monitoring.line_opcodes[at])
        };
        ARRIVAL.to.set(ptr::null_mut());
        if before != here || before_is_resume || at == 0 {
            // The stack is the trace function's to cut, should it jump.
            frame.stacktop.set(sp.0.offset_from(frame.localsplus()) as i32);
            let outcome = fire(ts, frame, unit, event::LINE, tools, here.into(), &[]);
            sp.0 = frame.localsplus().add(frame.stacktop.get() as usize);
            frame.stacktop.set(-1);
            let disabled = outcome?;
            if disabled != 0
                && let Some(monitoring) = code.monitoring()
            {
                let mut monitoring = monitoring.borrow_mut();
                if let Some(tools) = monitoring.line_tools.get_mut(at) {
                    *tools &= !disabled;
                    if *tools == 0 {
                        // SAFETY: in the code object.
                        *unit = *unit & 0xff00 | CodeUnit::from(below);
                        monitoring.line_opcodes[at] = 0;
                    }
                }
            }
            let target = frame.instr_ptr.get();
            if target != unit {
                // A debugger that jumps has seen the line that it jumps to.
                ARRIVAL.frame.set(ptr::from_ref(frame));
                ARRIVAL.from.set(target);
                ARRIVAL.to.set(target);
                return Ok(Step::Goto(target));
            }
        }
        Ok(Step::Plain(below_line(&code, at)))
    }
}

/// The opcode at `at` without `INSTRUMENTED_LINE`.
fn below_line(code: &Code, at: usize) -> u8 {
    let opcode = code.units()[at].get() as u8;
    if opcode != op::INSTRUMENTED_LINE {
        return opcode;
    }
    let covered = code.monitoring().and_then(|monitoring| monitoring.borrow().line_opcodes.get(at).copied());
    covered.unwrap_or_else(|| code.original_opcode(at, opcode))
}

/// The opcode at `at` without `INSTRUMENTED_LINE` and `INSTRUMENTED_INSTRUCTION`.
fn below_instruction(code: &Code, at: usize) -> u8 {
    let opcode = below_line(code, at);
    if opcode != op::INSTRUMENTED_INSTRUCTION {
        return opcode;
    }
    let covered =
        code.monitoring().and_then(|monitoring| monitoring.borrow().instruction_opcodes.get(at).copied());
    covered.unwrap_or_else(|| code.original_opcode(at, opcode))
}

/// A generator or coroutine that was iterated has returned.
unsafe fn stop_iteration(
    ts: &ThreadState,
    frame: &InterpreterFrame,
    pc: Pc,
    receiver: &Object,
    value: &Object,
) -> Result<()> {
    if !receiver.is_exactly(&PyGen_Type) && !receiver.is_exactly(&PyCoro_Type) {
        return Ok(());
    }
    let value = Some(value).filter(|value| !value.is(none()));
    let exception = raise::stop_iteration(value).take();
    tell(ts, frame, pc, event::STOP_ITERATION, &[&exception])
}

/// Tells how a call of something native ended.
fn told(
    ts: &ThreadState,
    frame: &InterpreterFrame,
    pc: Pc,
    result: Result,
    callable: &Object,
    first: &Object,
) -> Result {
    match result {
        Ok(value) => {
            tell(ts, frame, pc, event::C_RETURN, &[callable, first])?;
            Ok(value)
        }
        Err(raised) => {
            let exception = raised.take();
            tell(ts, frame, pc, event::C_RAISE, &[callable, first])?;
            Err(raise::restore(exception))
        }
    }
}

/// `CALL` and `CALL_KW`; `size` is how far behind the instruction the frame goes on.
unsafe fn call(
    ts: &ThreadState,
    frame: &InterpreterFrame,
    pc: Pc,
    sp: &mut Stack,
    count: usize,
    kwnames: Option<Ref<Tuple>>,
    size: usize,
) -> Result<Step> {
    // SAFETY: the opcode's stack layout.
    unsafe {
        let base = sp.0.sub(count + 2);
        let operands = |base: Sp| {
            let has_self = !(*base.add(1)).is_null();
            let (args, total) = if has_self { (base.add(1), count + 1) } else { (base.add(2), count) };
            let first = if total > 0 { (**args).to_ref() } else { missing() };
            ((**base).to_ref(), first, args, total)
        };
        // A bound method is told of as it is called, and how its function ends with the method's object.
        let (callable, first, ..) = operands(base);
        tell(ts, frame, pc, event::CALL, &[&callable, &first])?;
        if (*base.add(1)).is_null()
            && let Some(method) = (**base).cast_exact::<Method>()
        {
            let (function, object) = method.parts();
            let old = base.replace(function.into_ptr());
            *base.add(1) = object.into_ptr();
            Object::decref(old);
        }
        let (callable, first, args, total) = operands(base);
        let named = kwnames.as_ref().map_or(0, |names| names.len());
        if plain_function(&callable).is_some() {
            let function: Ref<Function> = callable.downcast_unchecked();
            let locals = match function.code().has_flag(OPTIMIZED) {
                true => None,
                false => Some(function.globals().to_ref().upcast()),
            };
            sp.0 = base;
            Object::decref(*base);
            let pushed = push_bound(ts, function, locals, args, total - named, kwnames.as_deref())?;
            enter_later(ts, frame, *sp, pushed, size);
            return Ok(Step::Enter);
        }
        let slice = core::slice::from_raw_parts(args.cast::<&Object>(), total);
        let result = protocol::vectorcall(&callable, slice, 0, kwnames.as_deref());
        let result = match result {
            Err(raised) if !raise::occurred() => {
                raised.leave();
                Err(raise::null_result())
            }
            result => result,
        };
        let result = told(ts, frame, pc, result, &callable, &first)?;
        sp.drop_many(count + 2);
        sp.push(result);
        Ok(Step::Goto(pc.add(size - 1)))
    }
}

/// Brings the frame's code up to the present version and runs the instruction that is there then.
#[cold]
#[inline(never)]
pub unsafe extern "C" fn refresh(
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    table: *const Table,
) -> *mut Object {
    // SAFETY: as in every handler.
    unsafe {
        instrument::update((*frame).code());
        let opcode = usize::from(*pc.sub(1) as u8);
        ((*table).0[opcode])(pc, sp, frame, ts, arg, table)
    }
}

/// Puts the instrumented instructions into the table.
pub const fn fill(table: &mut [Handler; 256]) {
    macro_rules! fill {
        (
            ($oparg:ident)
            base { $($base:tt)* }
            specialized { $($specialized:tt)* }
            instrumented { $($num:literal $name:ident ($($effect:tt)*) $($flag:ident)*;)* }
            $($rest:tt)*
        ) => { $(table[$num] = $name as Handler;)* };
    }
    bytecode::opcodes!(fill);
}
