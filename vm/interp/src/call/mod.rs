//! Calling: from bytecode without nesting native calls, from native code by a new evaluation; binding in [`bind`],
//! operators whose methods run as the next frame in [`operation`].

pub mod bind;
pub mod operation;

use crate::breaker;
use crate::eval::{self, Flow};
use crate::stack::Stack;
use crate::{frame, frame_hook};
use bytecode::code::flags::OPTIMIZED;
use bytecode::opcodes::op;
use core::cell::Cell;
use core::ptr;
use objects::interpreter_frame::InterpreterFrame;
use objects::protocol::call as protocol;
use objects::state::{self, ThreadState};
use objects::typeobject::flags::VECTORCALL_ARGUMENTS_OFFSET;
use objects::typeobject::generic_alloc;
use objects::typeobject::slots::AllocFunc;
use objects::types::code::Code;
use objects::types::dict::Dict;
use objects::types::function::Function;
use objects::types::generator::{Generator, state as generator_state};
use objects::types::method::Method;
use objects::types::object::PyBaseObject_Type;
use objects::types::tuple::Tuple;
use objects::types::r#type::PyType_Type;
use objects::{Instance, Object, Ref, Result, TypeObject, id};

/// `function` as one that bytecode calls without a native call.
#[inline(always)]
pub fn plain_function(callable: &Object) -> Option<&Function> {
    callable.cast_exact::<Function>().filter(|function| function.is_plain())
}

/// Pushes the frame of a call whose arguments `args` are owned and given away, also on an error: the positional ones, then one
/// for each name in `kwnames`.
///
/// # Errors
/// What binding raises; MemoryError.
pub unsafe fn push_bound(
    ts: &ThreadState,
    function: Ref<Function>,
    locals: Option<Ref>,
    args: *const *mut Object,
    positional: usize,
    kwnames: Option<&Tuple>,
) -> Result<*mut InterpreterFrame> {
    // SAFETY: the caller's arguments; each is consumed once.
    unsafe {
        let frame = match frame::push(ts, function, locals, 0) {
            Ok(frame) => frame,
            Err(raised) => {
                release_all(args, positional + kwnames.map_or(0, Tuple::len));
                return Err(raised);
            }
        };
        let bound = bind::bind((*frame).function(), (*frame).localsplus(), args, positional, kwnames);
        if let Err(raised) = bound {
            // Dropping what was bound may run code, which must not see the frame's memory as free.
            frame::clear_and_pop(ts, frame);
            return Err(raised);
        }
        Ok(frame)
    }
}

unsafe fn release_all(args: *const *mut Object, count: usize) {
    for index in 0..count {
        // SAFETY: the caller's owned arguments.
        unsafe { Object::decref(*args.add(index)) };
    }
}

/// The call of `CALL` and `CALL_KW`: on the stack are callable, self or NULL, `count` arguments. Leaves the result on the stack, or a
/// frame to enter; `after` is where the calling frame goes on, from its instruction.
///
/// # Errors
/// What the call raises; the stack is then without the call's items.
pub unsafe fn call(
    ts: &ThreadState,
    frame: &InterpreterFrame,
    sp: &mut Stack,
    count: usize,
    kwnames: Option<Ref<Tuple>>,
    after: usize,
) -> Result<Flow> {
    // SAFETY: the opcode's stack layout.
    unsafe {
        let base = sp.0.sub(count + 2);
        if (*base.add(1)).is_null()
            && let Some(method) = (**base).cast_exact::<Method>()
        {
            let (function, object) = method.parts();
            let old = base.replace(function.into_ptr());
            *base.add(1) = object.into_ptr();
            Object::decref(old);
        }
        if (*base.add(1)).is_null()
            && let Some(function) = call_method(&**base)
        {
            // The instance is the first argument, in the place of the NULL.
            *base.add(1) = base.replace(function.into_ptr());
        }
        let has_self = !(*base.add(1)).is_null();
        let (args, total) = if has_self { (base.add(1), count + 1) } else { (base.add(2), count) };
        let named = kwnames.as_ref().map_or(0, |names| names.len());
        let callable = &**base;
        if let Some(function) = plain_function(callable) {
            let function: Ref<Function> = Ref::from_owned(ptr::NonNull::from(function));
            let code = function.code();
            let locals = match code.has_flag(OPTIMIZED) {
                true => None,
                false => Some(function.globals().to_ref().upcast()),
            };
            sp.0 = base;
            let pushed = push_bound(ts, function, locals, args, total - named, kwnames.as_deref())?;
            enter_later(ts, frame, *sp, pushed, after);
            return Ok(Flow::Enter);
        }
        if !has_self
            && let Some(class) = callable.cast_exact::<TypeObject>()
            && let Some(init) = init_of(class)
        {
            return enter_class(ts, frame, sp, class, init, count, kwnames, after);
        }
        let slice = core::slice::from_raw_parts(args.cast::<&Object>(), total);
        // The place before the first argument is the callable's or the NULL's: free to be overwritten.
        let result = match protocol::vectorcall_function(callable) {
            Some(entry) => entry(
                callable,
                args.cast(),
                (total - named) | VECTORCALL_ARGUMENTS_OFFSET,
                kwnames.as_deref(),
            ),
            None => protocol::vectorcall(callable, slice, 0, kwnames.as_deref()),
        };
        if !has_self {
            *base.add(1) = ptr::null_mut();
        }
        let result = checked(ts, callable, result);
        sp.drop_many(count + 2);
        sp.push(result?);
        breaker::look(ts)?;
        Ok(Flow::Next)
    }
}

/// The `__call__` of an instance, where it is a function that bytecode calls without a native call.
#[inline]
fn call_method(callable: &Object) -> Option<Ref> {
    let class = callable.class();
    class.heap_type()?;
    class.lookup(id!("__call__")).filter(|found| plain_function(found).is_some())
}

/// The `__init__` of a class whose instances the loop can make in place: one made in Python directly or indirectly from `object`, with
/// the metaclass `type`, no `__new__`, and a plain function for `__init__`. The class has a version tag then, and remembers the
/// function until it changes.
#[inline]
pub fn init_of(class: &TypeObject) -> Option<&Function> {
    let heap = class.heap_type()?;
    let [_, _, known] = heap.spec_cache.get();
    if !known.is_null() {
        // SAFETY: the class, unchanged since, has the function.
        return Some(unsafe { &*known.cast::<Function>() });
    }
    find_init(class)
}

#[inline(never)]
fn find_init(class: &TypeObject) -> Option<&Function> {
    use objects::typeobject::flags::IS_ABSTRACT;
    let heap = class.heap_type()?;
    let same_new = match (class.tp_new.get(), PyBaseObject_Type.tp_new.get()) {
        (Some(own), Some(object)) => ptr::fn_addr_eq(own, object),
        _ => false,
    };
    let own_alloc =
        class.tp_alloc.get().is_some_and(|alloc| !ptr::fn_addr_eq(alloc, generic_alloc as AllocFunc));
    if !same_new || own_alloc || class.tp_itemsize.get() != 0 || class.has_feature(IS_ABSTRACT) {
        return None;
    }
    if !class.as_object().is_exactly(&PyType_Type) || !class.assign_version_tag() {
        return None;
    }
    let found = class.lookup(id!("__init__"))?;
    let function = plain_function(&found)?;
    if !function.code().has_flag(OPTIMIZED) {
        return None;
    }
    let [getitem, version, _] = heap.spec_cache.get();
    heap.spec_cache.set([getitem, version, found.as_ptr().cast()]);
    // SAFETY: the class has the function for as long as the cache is filled.
    Some(unsafe { &*found.as_ptr().cast::<Function>() })
}

/// The call of a class: makes an instance and pushes the frame of its `__init__` above one that gives the instance back.
/// On the stack are the class, NULL, `count` arguments.
///
/// # Errors
/// What binding raises; MemoryError; the stack is then without the call's items.
pub unsafe fn enter_class(
    ts: &ThreadState,
    frame: &InterpreterFrame,
    sp: &mut Stack,
    class: &TypeObject,
    init: &Function,
    count: usize,
    kwnames: Option<Ref<Tuple>>,
    after: usize,
) -> Result<Flow> {
    // SAFETY: the opcode's stack layout.
    unsafe {
        let base = sp.0.sub(count + 2);
        let shim_code = init_shim()?;
        let init: Ref<Function> = init.to_ref();
        let object = match generic_alloc(class, 0) {
            Ok(object) => object,
            Err(raised) => {
                sp.drop_many(count + 2);
                return Err(raised);
            }
        };
        let shim = match frame::reserve(ts, shim_code.co_framesize.get() as usize) {
            Ok(shim) => shim,
            Err(raised) => {
                sp.drop_many(count + 2);
                return Err(raised);
            }
        };
        InterpreterFrame::init_shim(shim, shim_code, object.clone());
        // The place of the NULL takes the instance as the first argument.
        *base.add(1) = object.into_ptr();
        let named = kwnames.as_ref().map_or(0, |names| names.len());
        sp.0 = base;
        let class: Ref = Ref::from_owned(ptr::NonNull::new_unchecked(*base));
        let pushed = push_bound(ts, init, None, base.add(1), count + 1 - named, kwnames.as_deref());
        // The instance has a reference to the class of its own.
        drop(class);
        let pushed = match pushed {
            Ok(pushed) => pushed,
            Err(raised) => {
                frame::clear_and_pop(ts, shim);
                return Err(raised);
            }
        };
        frame.stacktop.set(base.offset_from(frame.localsplus()) as i32);
        frame.return_offset.set(after as u16);
        (*shim).previous.set(ptr::from_ref(frame).cast_mut());
        (*pushed).previous.set(shim);
        ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() - 1);
        ts.current_frame.set(pushed.cast());
        Ok(Flow::Enter)
    }
}

/// The code of the frame below an `__init__`: checks its result and returns the instance, which waits on the stack. Frames of it are
/// never shown, since they stand before their first traceable instruction.
///
/// # Errors
/// MemoryError.
pub fn init_shim() -> Result<&'static Code> {
    struct Shim(Cell<*const Code>);
    // SAFETY: made once, under the GIL.
    unsafe impl Sync for Shim {}
    static SHIM: Shim = Shim(Cell::new(ptr::null()));
    if SHIM.0.get().is_null() {
        let units = [(op::EXIT_INIT_CHECK, 0), (op::RETURN_VALUE, 0), (op::RESUME, 0)];
        SHIM.0.set(Code::shim(&units, Tuple::empty(), 2)?.into_ptr());
    }
    // SAFETY: just made; never freed.
    Ok(unsafe { &*SHIM.0.get() })
}

/// SystemError for a native function that returns a value and an exception, or neither.
#[inline(always)]
fn checked(ts: &ThreadState, callable: &Object, result: Result) -> Result {
    match result {
        Ok(result) if !ts.current_exception.is_empty() => {
            protocol::check_result(Some(callable), Some(result), None)
        }
        Err(raised) if !objects::raise::occurred() => {
            raised.leave();
            protocol::check_result(Some(callable), None, None)
        }
        result => result,
    }
}

/// Saves the calling frame and makes `pushed` the thread's current one.
#[inline(always)]
#[expect(clippy::not_unsafe_ptr_arg_deref, reason = "a pushed frame is alive until it is popped")]
pub fn enter_later(
    ts: &ThreadState,
    frame: &InterpreterFrame,
    sp: Stack,
    pushed: *mut InterpreterFrame,
    after: usize,
) {
    // SAFETY: both frames are alive; `sp` is the calling frame's.
    unsafe {
        frame.stacktop.set(sp.0.offset_from(frame.localsplus()) as i32);
        frame.return_offset.set(after as u16);
        (*pushed).previous.set(ptr::from_ref(frame).cast_mut());
        ts.current_frame.set(pushed.cast());
    }
}

/// A generator or coroutine that the loop can resume in place.
#[inline(always)]
pub fn plain_generator(object: &Object) -> Option<&Generator> {
    use objects::types::generator::{PyCoro_Type, PyGen_Type};
    if !object.is_exactly(&PyGen_Type) && !object.is_exactly(&PyCoro_Type) || frame_hook::is_set() {
        return None;
    }
    // SAFETY: both classes have this layout.
    let generator = unsafe { object.cast_unchecked::<Generator>() };
    (generator.frame_state.get() < generator_state::EXECUTING).then_some(generator)
}

/// Resumes a generator as the thread's next frame; the caller keeps it alive until it yields or returns.
pub fn resume_inline(
    ts: &ThreadState,
    frame: &InterpreterFrame,
    sp: Stack,
    generator: &Generator,
    value: Ref,
    after: usize,
) {
    prepare_resume(ts, generator, Some(value));
    enter_later(ts, frame, sp, ptr::from_ref(&generator.iframe).cast_mut(), after);
}

/// Marks a generator as running and pushes the value that its `yield` has.
pub fn prepare_resume(ts: &ThreadState, generator: &Generator, value: Option<Ref>) {
    let frame = &generator.iframe;
    if let Some(value) = value {
        let top = frame.stacktop.get();
        // SAFETY: a suspended frame has room for the value.
        unsafe { *frame.localsplus().add(top as usize) = value.into_ptr() };
        frame.stacktop.set(top + 1);
    }
    generator.frame_state.set(generator_state::EXECUTING);
    frame::push_exception_state(ts, generator);
}

/// `function.__call__` for native callers: `_PyFunction_Vectorcall`.
pub unsafe extern "C" fn function_vectorcall(
    callable: &Object,
    args: *const Option<&Object>,
    nargsf: usize,
    kwnames: Option<&Tuple>,
) -> Result<Ref> {
    let ts = state::current();
    // SAFETY: the vectorcall convention; the entry belongs to functions.
    unsafe {
        let function = callable.cast_unchecked::<Function>();
        let positional = protocol::positional_count(nargsf);
        let total = positional + kwnames.map_or(0, Tuple::len);
        let args = args.cast::<*mut Object>();
        for index in 0..total {
            (**args.add(index)).incref();
        }
        let locals = match function.code().has_flag(OPTIMIZED) {
            true => None,
            false => Some(function.globals().to_ref().upcast()),
        };
        let frame = push_bound(ts, function.to_ref(), locals, args, positional, kwnames)?;
        eval::run(frame, false)
    }
}

/// Runs a code object as a module or class body does, or as `exec` and `eval` do (`PyEval_EvalCode`).
///
/// # Errors
/// What the code raises.
pub fn run_code(code: &objects::types::code::Code, globals: &Dict, locals: &Object) -> Result<Ref> {
    run_function(&*Function::new(code, globals)?, locals)
}

/// Runs a function's code with a namespace of its own.
///
/// # Errors
/// What the code raises.
pub fn run_function(function: &Function, locals: &Object) -> Result<Ref> {
    run_function_with(function, Some(locals), &[], None)
}

/// Runs a function's code with a namespace of its own and arguments, the last of which `kwnames` names.
///
/// # Errors
/// What binding raises; what the code raises.
pub fn run_function_with(
    function: &Function,
    locals: Option<&Object>,
    args: &[&Object],
    kwnames: Option<&Tuple>,
) -> Result<Ref> {
    let ts = state::current();
    let own = match function.code().has_flag(OPTIMIZED) {
        true => None,
        false => Some(locals.unwrap_or(function.globals()).to_ref()),
    };
    args.iter().for_each(|arg| arg.incref());
    let positional = args.len() - kwnames.map_or(0, Tuple::len);
    // SAFETY: the arguments are owned; the frame is fresh.
    unsafe {
        let frame = push_bound(ts, function.to_ref(), own, args.as_ptr().cast(), positional, kwnames)?;
        eval::run(frame, false)
    }
}
