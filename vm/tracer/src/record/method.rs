//! Special methods written in Python: of operators and comparisons, subscripts, getters, calls of instances. Their frames become part
//! of the trace.
//!
//! The interpreter would call many of them natively, where no recording follows. So what is written down here is not executed by
//! the instruction's handler: [`push`] pushes the frames instead.

use super::Site;
use super::attr::guard_version;
use super::bind::{Given, Source};
use super::call::{self, Below};
use crate::ending::SPARE;
use crate::items::Item;
use crate::recorder::{Recorded, Recorder};
use core::ptr::{self, NonNull};
use interp::call::operation::{Operation, operator};
use interp::call::push_bound;
use interp::eval::{FramePtr, Pc, Sp, ThreadPtr, caches};
use interp::frame;
use objects::interpreter_frame::InterpreterFrame;
use objects::protocol::number::Asked;
use objects::typeobject::dunder;
use objects::types::float::PyFloat_Type;
use objects::types::function::Function;
use objects::types::int::PyLong_Type;
use objects::types::module::PyModule_Type;
use objects::types::property::Property;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, TypeObject, id};

/// Frames that the interpreter gets instead of what its handler would do.
pub struct Entering {
    function: *const Function,
    operation: Option<Operation>,
    /// The arguments, by how far below the stack's end they are.
    args: Vec<usize>,
    /// Items that the instruction takes from the stack.
    taken: usize,
    /// Units from the instruction to where its frame goes on.
    after: u16,
}

/// `BINARY_OP`, if the method of an operand runs; whether it does.
pub fn binary(rec: &mut Recorder, at: Site) -> Recorded<bool> {
    let (left, right) = (rec.at(2), rec.at(1));
    let (live_left, live_right) = (rec.live_object(left)?, rec.live_object(right)?);
    let Some(operator) = operator(at.arg) else { return Ok(false) };
    let [name, reflected, inplace] = dunder::names(operator);
    let (class, other) = (live_left.class(), live_right.class());
    if is_number(class) && other.heap_type().is_some() && !other.is_subtype(class) {
        // Numbers know no such operand.
        let Some(function) = method(other, reflected) else { return Ok(false) };
        let operation = Operation::binary(at.arg, Asked::Right);
        return operate(rec, at, function, operation, [right, left]);
    }
    if !goes_first(class, other) {
        return Ok(false);
    }
    let is_inplace = at.arg >= interp::ops::binary::OPERATORS.len();
    let (name, asked) = if is_inplace && class.lookup(inplace).is_some() {
        (inplace, Asked::InPlace)
    } else {
        (name, Asked::Left)
    };
    let Some(function) = method(class, name) else { return Ok(false) };
    operate(rec, at, function, Operation::binary(at.arg, asked), [left, right])
}

/// `COMPARE_OP`, if the method of the left operand runs; whether it does.
pub fn compare(rec: &mut Recorder, at: Site) -> Recorded<bool> {
    let names = [id!("__lt__"), id!("__le__"), id!("__eq__"), id!("__ne__"), id!("__gt__"), id!("__ge__")];
    let (left, right) = (rec.at(2), rec.at(1));
    let (class, other) = (rec.live_object(left)?.class(), rec.live_object(right)?.class());
    let Some(name) = names.get(at.arg >> 5) else { return Ok(false) };
    if !goes_first(class, other) {
        return Ok(false);
    }
    let Some(function) = method(class, name) else { return Ok(false) };
    operate(rec, at, function, Operation::compare(at.arg), [left, right])
}

/// `BINARY_SUBSCR` of an instance whose class has a `__getitem__`; whether it is one.
pub fn subscript(rec: &mut Recorder, at: Site) -> Recorded<bool> {
    let (container, key) = (rec.at(2), rec.at(1));
    let class = rec.live_object(container)?.class();
    let Some(function) = method(class, id!("__getitem__")) else { return Ok(false) };
    if !guard_kind(rec, container)? {
        return Ok(false);
    }
    enter(rec, at, function, &[container, key], 2, Below::Caller)
}

/// `LOAD_ATTR` of a property; whether it is one.
pub fn getter(rec: &mut Recorder, at: Site, found: &Object) -> Recorded<bool> {
    let owner = rec.at(1);
    let getter = found.cast_exact::<Property>().and_then(Property::getter);
    let Some(function) = getter.as_ref().and_then(|getter| getter.cast_exact::<Function>()) else {
        return Ok(false);
    };
    // SAFETY: the class has the property for as long as it is as it is guarded to be.
    let function: &'static Function = unsafe { &*ptr::from_ref(function) };
    if !guard_kind(rec, owner)? {
        return Ok(false);
    }
    enter(rec, at, function, &[owner], 1, Below::Caller)
}

/// `CALL` of an instance in slot `base`, with `count` arguments; whether it is one that can be called.
pub fn instance(rec: &mut Recorder, at: Site, base: usize, count: usize) -> Recorded<bool> {
    let class = rec.live_object(base)?.class();
    let Some(function) = method(class, id!("__call__")) else { return Ok(false) };
    if !guard_kind(rec, base)? {
        return Ok(false);
    }
    let args: Vec<usize> = [base].into_iter().chain(base + 2..base + 2 + count).collect();
    enter(rec, at, function, &args, count + 2, Below::Caller)
}

/// Whether instances are numbers whose operators know nothing but such numbers.
fn is_number(class: &TypeObject) -> bool {
    ptr::eq(class, &PyLong_Type) || ptr::eq(class, &PyFloat_Type)
}

/// Whether the left operand's method is asked before the right one's.
fn goes_first(left: &TypeObject, right: &TypeObject) -> bool {
    left.heap_type().is_some() && (ptr::eq(left, right) || !right.is_subtype(left))
}

/// The special method of a class made by a program, if it is a function.
fn method(class: &TypeObject, name: &Str) -> Option<&'static Function> {
    class.heap_type()?;
    if !class.assign_version_tag() {
        return None;
    }
    let found = class.lookup(name)?;
    // SAFETY: the class has the function for as long as it is as it is guarded to be.
    found.cast_exact::<Function>().map(|function| unsafe { &*ptr::from_ref(function) })
}

/// Guards that the operand is of the class that it has now; whether that can be.
pub fn guard_kind(rec: &mut Recorder, index: usize) -> Recorded<bool> {
    let class = rec.live_object(index)?.class();
    let id = match rec.held(index, true) {
        Item::Obj(id) => Some(id),
        _ => None,
    };
    if class.heap_type().is_some() {
        if !class.assign_version_tag() {
            return Ok(false);
        }
        match id {
            Some(id) => guard_version(rec, id, class),
            None => rec.guard_class_version(class),
        }
    } else if let Some(id) = id {
        if ptr::eq(class, &PyModule_Type) {
            return Ok(false);
        }
        // SAFETY: a class that is no program's lives for ever.
        rec.guard_class(id, unsafe { &*ptr::from_ref(class) });
    }
    Ok(true)
}

fn operate(
    rec: &mut Recorder,
    at: Site,
    function: &'static Function,
    operation: Operation,
    args: [usize; 2],
) -> Recorded<bool> {
    if !guard_kind(rec, args[0])? || !guard_kind(rec, args[1])? {
        return Ok(false);
    }
    let Ok(shim) = operation.shim() else { return Ok(false) };
    enter(rec, at, function, &args, 2, Below::Operation(operation, shim))
}

/// The method's frame becomes the innermost, with what is in these slots for its arguments.
fn enter(
    rec: &mut Recorder,
    at: Site,
    function: &'static Function,
    slots: &[usize],
    taken: usize,
    below: Below,
) -> Recorded<bool> {
    if !rec.may_enter {
        return Ok(false);
    }
    let given = Given { args: slots.iter().map(|&slot| Source::Slot(slot)).collect(), names: None };
    let Some(sources) = call::plan(rec, function, &given) else { return Ok(false) };
    let end = rec.at(0);
    let operation = match below {
        Below::Operation(operation, _) => Some(operation),
        _ => None,
    };
    let entering = Entering {
        function,
        operation,
        args: slots.iter().map(|slot| end - slot).collect(),
        taken,
        after: 1 + caches(at.opcode) as u16,
    };
    call::begin(rec, at, taken, function, &sources, below);
    rec.entering = Some(entering);
    Ok(true)
}

/// Whether the thread may go so much deeper that frames can be pushed.
///
/// # Safety
/// The running thread's state.
pub unsafe fn has_room(ts: ThreadPtr) -> bool {
    // SAFETY: the caller's promise.
    i64::from(unsafe { (*ts).py_recursion_remaining.get() }) > SPARE
}

/// Pushes the frames in the interpreter, which stands behind the word of the instruction; the innermost, in which it goes on.
///
/// # Errors
/// MemoryError.
///
/// # Safety
/// The running frame and its stack, which has the operands of the instruction that was written down.
pub unsafe fn push(entering: &Entering, pc: Pc, sp: Sp, frame: FramePtr, ts: ThreadPtr) -> Result<FramePtr> {
    // SAFETY: the caller's promise.
    unsafe {
        let shim = match entering.operation {
            Some(operation) => {
                let code = operation.shim()?;
                let shim = frame::reserve(&*ts, code.co_framesize.get() as usize)?;
                InterpreterFrame::init_shim(shim, code, objects::types::none::none().to_ref());
                Some(shim)
            }
            None => None,
        };
        let args: Vec<*mut Object> = entering.args.iter().map(|&depth| *sp.sub(depth)).collect();
        args.iter().for_each(|&arg| (*arg).incref());
        let function: Ref<Function> = (*entering.function).to_ref();
        let pushed = push_bound(&*ts, function, None, args.as_ptr(), args.len(), None);
        let new = match (pushed, shim) {
            (Ok(new), _) => new,
            (Err(raised), shim) => {
                shim.into_iter().for_each(|shim| frame::clear_and_pop(&*ts, shim));
                return Err(raised);
            }
        };
        let base = sp.sub(entering.taken);
        let mut below: *mut InterpreterFrame = frame.cast_mut();
        if let Some(shim) = shim {
            // The operands change hands.
            let locals = (*shim).localsplus();
            Object::decref(*locals);
            ptr::copy_nonoverlapping(base, locals, 2);
            (*shim).stacktop.set(2);
            (*shim).previous.set(below);
            (*ts).py_recursion_remaining.set((*ts).py_recursion_remaining.get() - 1);
            below = shim;
        } else {
            for index in 0..entering.taken {
                // The arguments live on in the new frame.
                if let Some(item) = NonNull::new(*base.add(index)) {
                    Object::decref(item.as_ptr());
                }
            }
        }
        (*frame).instr_ptr.set(pc.sub(1));
        (*frame).stacktop.set(base.offset_from((*frame).localsplus()) as i32);
        (*frame).return_offset.set(entering.after);
        (*new).previous.set(below);
        (*new).stacktop.set(-1);
        (*ts).current_frame.set(new.cast());
        (*ts).py_recursion_remaining.set((*ts).py_recursion_remaining.get() - 1);
        Ok(new)
    }
}
