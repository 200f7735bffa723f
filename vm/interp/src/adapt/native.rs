//! `CALL` of native functions, methods and classes.
//!
//! Cache: counter. The function is called with the very arguments that lie on the stack.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use super::base::{self, Site};
use crate::breaker;
use crate::eval::{FramePtr, Pc, Sp, Table, ThreadPtr, fast_ops, next};
use crate::finish::drop_one;
use crate::ops::call::generic;
use crate::unwind;
use bytecode::opcodes::op;
use core::cell::Cell;
use core::mem::transmute;
use core::ptr;
use core::sync::atomic::Ordering;
use objects::protocol;
use objects::typeobject::flags::{
    HAVE_VECTORCALL, METH_FASTCALL, METH_KEYWORDS, METH_NOARGS, METH_O, TYPE_SUBCLASS,
    VECTORCALL_ARGUMENTS_OFFSET,
};
use objects::typeobject::slots::VectorcallFunc;
use objects::types::bool::{_Py_FalseStruct, _Py_TrueStruct};
use objects::types::cfunction::{self, PyCFunction_Type, convention};
use objects::types::descr::method::{MethodDescr, PyMethodDescr_Type};
use objects::types::dict::Dict;
use objects::types::function::PyFunction_Type;
use objects::types::list::List;
use objects::types::list::methods::PyList_Type;
use objects::types::method::PyMethod_Type;
use objects::types::str::PyUnicode_Type;
use objects::types::tuple::methods::PyTuple_Type;
use objects::types::r#type::PyType_Type;
use objects::{Instance, Object, TypeObject, id};

const FAST: i32 = METH_FASTCALL;
const FAST_WITH_KEYWORDS: i32 = METH_FASTCALL | METH_KEYWORDS;

/// The functions that have instructions of their own, as they are before any program can replace them.
struct Known {
    len: Cell<*const Object>,
    isinstance: Cell<*const Object>,
    list_append: Cell<*const Object>,
}

// SAFETY: set at start-up, read under the GIL.
unsafe impl Sync for Known {}

objects::per_interpreter! {
    static KNOWN: Known = Known {
        len: Cell::new(ptr::null()),
        isinstance: Cell::new(ptr::null()),
        list_append: Cell::new(ptr::null()),
    };
}

/// `len`, as it is before any program can replace it.
pub fn builtin_len() -> *const Object {
    KNOWN.len.get()
}

/// `list.append`.
pub fn builtin_list_append() -> *const Object {
    KNOWN.list_append.get()
}

/// `isinstance`.
pub fn builtin_isinstance() -> *const Object {
    KNOWN.isinstance.get()
}

/// Notes the built-in functions, which live for ever from then on.
///
/// # Errors
/// What looking into the dictionary raises.
pub fn remember_builtins(builtins: &Dict) -> objects::Result<()> {
    let keep = |place: &Cell<*const Object>, function: Option<objects::Ref>| {
        if let Some(function) = function {
            place.set(function.into_ptr());
        }
    };
    keep(&KNOWN.len, builtins.get_str(id!("len"))?);
    keep(&KNOWN.isinstance, builtins.get_str(id!("isinstance"))?);
    keep(&KNOWN.list_append, PyList_Type.lookup(id!("append")));
    Ok(())
}

/// The instruction for a callable that is not a Python function.
pub unsafe fn find(site: Site<'_>, callable: &Object, has_self: bool) -> Option<u8> {
    let total = site.arg + usize::from(has_self);
    // SAFETY: the opcode's stack layout.
    unsafe {
        if let Some(function) = callable.cast_exact::<cfunction::Function>() {
            let known = |place: &Cell<*const Object>| ptr::eq(place.get(), callable);
            return Some(match convention(function.def().ml_flags) {
                METH_O if total != 1 => return None,
                METH_O if known(&KNOWN.len) => op::CALL_LEN,
                METH_O => op::CALL_BUILTIN_O,
                FAST if known(&KNOWN.isinstance) && total == 2 => op::CALL_ISINSTANCE,
                FAST => op::CALL_BUILTIN_FAST,
                FAST_WITH_KEYWORDS => op::CALL_BUILTIN_FAST_WITH_KEYWORDS,
                _ => op::CALL_NON_PY_GENERAL,
            });
        }
        if let Some(descr) = callable.cast_exact::<MethodDescr>() {
            let next = *site.pc.add(3) as u8;
            if ptr::eq(KNOWN.list_append.get(), callable) && has_self && site.arg == 1 && next == op::POP_TOP
            {
                return Some(op::CALL_LIST_APPEND);
            }
            return Some(match convention(descr.def().ml_flags) {
                METH_NOARGS if total == 1 => op::CALL_METHOD_DESCRIPTOR_NOARGS,
                METH_O if total == 2 => op::CALL_METHOD_DESCRIPTOR_O,
                METH_NOARGS | METH_O => return None,
                FAST => op::CALL_METHOD_DESCRIPTOR_FAST,
                FAST_WITH_KEYWORDS => op::CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS,
                _ => op::CALL_NON_PY_GENERAL,
            });
        }
        if let Some(class) = callable.cast::<TypeObject>() {
            if !has_self && site.arg == 1 {
                if ptr::eq(class, &raw const PyType_Type) {
                    return Some(op::CALL_TYPE_1);
                }
                if ptr::eq(class, &raw const PyUnicode_Type) {
                    return Some(op::CALL_STR_1);
                }
                if ptr::eq(class, &raw const PyTuple_Type) {
                    return Some(op::CALL_TUPLE_1);
                }
            }
            if class.tp_vectorcall.get().is_some() {
                return Some(op::CALL_BUILTIN_CLASS);
            }
        }
        Some(op::CALL_NON_PY_GENERAL)
    }
}

// What `ml_meth` is by its convention, and vectorcall entries, with a bare pointer for the result.
type One = unsafe extern "C" fn(*mut Object, *mut Object) -> *mut Object;
type Fast = unsafe extern "C" fn(*mut Object, *const *mut Object, isize) -> *mut Object;
type FastKeywords = unsafe extern "C" fn(*mut Object, *const *mut Object, isize, *mut Object) -> *mut Object;
type Vectorcall = unsafe extern "C" fn(*mut Object, *const *mut Object, usize, *mut Object) -> *mut Object;

const _: () = assert!(size_of::<objects::Result>() == size_of::<*mut Object>());

/// Where the stack has the call's arguments and how many there are, self among them.
#[inline(always)]
unsafe fn arguments(base: Sp, arg: usize) -> (Sp, usize) {
    // SAFETY: the opcode's stack layout.
    unsafe { if (*base.add(1)).is_null() { (base.add(2), arg) } else { (base.add(1), arg + 1) } }
}

/// Drops callable and arguments, and puts the result, which is NULL for an exception, in their place.
macro_rules! finish_call {
    ($result:expr, $base:ident, $args:ident, $count:ident, $pc:ident $frame:ident $ts:ident $arg:ident $table:ident) => {
        let result: *mut Object = $result;
        let callable = *$base;
        for index in 0..$count {
            Object::decref(*$args.add(index));
        }
        Object::decref(callable);
        if result.is_null() {
            return unwind::error($pc, $base, $frame, $ts, $arg, $table);
        }
        *$base = result;
        if (*$ts).eval_breaker.load(Ordering::Relaxed) & breaker::EVENTS != 0 {
            return look($pc, $base.add(1), $frame, $ts, $arg, $table);
        }
        next!($pc.add(3), $base.add(1), $frame, $ts, $table)
    };
}

/// Does what is asked at the breaker after a native call, whose result is on the stack.
#[cold]
#[inline(never)]
unsafe extern "C" fn look(
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    table: *const Table,
) -> *mut Object {
    // SAFETY: as in every handler.
    unsafe {
        if !breaker::handle(&*ts) {
            return unwind::error(pc, sp, frame, ts, arg, table);
        }
        next!(pc.add(3), sp, frame, ts, table)
    }
}

fast_ops! { (pc, sp, frame, ts, arg, table)
    CALL_BUILTIN_O {
        let base = sp.sub(arg + 2);
        let (args, count) = arguments(base, arg);
        let function = (*base).cast::<cfunction::Function>();
        if !(**base).is_exactly(&PyCFunction_Type) || count != 1 || convention((*function).def().ml_flags) != METH_O {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        (*frame).instr_ptr.set(pc.sub(1));
        let code: One = transmute((*function).def().ml_meth);
        finish_call!(code((*function).receiver_pointer(), *args), base, args, count, pc frame ts arg table);
    }

    CALL_BUILTIN_FAST {
        let base = sp.sub(arg + 2);
        let (args, count) = arguments(base, arg);
        let function = (*base).cast::<cfunction::Function>();
        if !(**base).is_exactly(&PyCFunction_Type) || convention((*function).def().ml_flags) != FAST {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        (*frame).instr_ptr.set(pc.sub(1));
        let code: Fast = transmute((*function).def().ml_meth);
        finish_call!(
            code((*function).receiver_pointer(), args, count as isize), base, args, count, pc frame ts arg table
        );
    }

    CALL_BUILTIN_FAST_WITH_KEYWORDS {
        let base = sp.sub(arg + 2);
        let (args, count) = arguments(base, arg);
        let function = (*base).cast::<cfunction::Function>();
        if !(**base).is_exactly(&PyCFunction_Type) || convention((*function).def().ml_flags) != FAST_WITH_KEYWORDS {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        (*frame).instr_ptr.set(pc.sub(1));
        let code: FastKeywords = transmute((*function).def().ml_meth);
        finish_call!(
            code((*function).receiver_pointer(), args, count as isize, ptr::null_mut()),
            base, args, count, pc frame ts arg table
        );
    }

    CALL_METHOD_DESCRIPTOR_NOARGS {
        let base = sp.sub(arg + 2);
        let (args, count) = arguments(base, arg);
        if !(**base).is_exactly(&PyMethodDescr_Type) || count != 1 {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        let descr = &*(*base).cast::<MethodDescr>();
        if !(**args).is_exactly(descr.common().class_of()) || convention(descr.def().ml_flags) != METH_NOARGS {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        (*frame).instr_ptr.set(pc.sub(1));
        let code: One = transmute(descr.def().ml_meth);
        finish_call!(code(*args, ptr::null_mut()), base, args, count, pc frame ts arg table);
    }

    CALL_METHOD_DESCRIPTOR_O {
        let base = sp.sub(arg + 2);
        let (args, count) = arguments(base, arg);
        if !(**base).is_exactly(&PyMethodDescr_Type) || count != 2 {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        let descr = &*(*base).cast::<MethodDescr>();
        if !(**args).is_exactly(descr.common().class_of()) || convention(descr.def().ml_flags) != METH_O {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        (*frame).instr_ptr.set(pc.sub(1));
        let code: One = transmute(descr.def().ml_meth);
        finish_call!(code(*args, *args.add(1)), base, args, count, pc frame ts arg table);
    }

    CALL_METHOD_DESCRIPTOR_FAST {
        let base = sp.sub(arg + 2);
        let (args, count) = arguments(base, arg);
        if !(**base).is_exactly(&PyMethodDescr_Type) || count == 0 {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        let descr = &*(*base).cast::<MethodDescr>();
        if !(**args).is_exactly(descr.common().class_of()) || convention(descr.def().ml_flags) != FAST {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        (*frame).instr_ptr.set(pc.sub(1));
        let code: Fast = transmute(descr.def().ml_meth);
        finish_call!(code(*args, args.add(1), count as isize - 1), base, args, count, pc frame ts arg table);
    }

    CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS {
        let base = sp.sub(arg + 2);
        let (args, count) = arguments(base, arg);
        if !(**base).is_exactly(&PyMethodDescr_Type) || count == 0 {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        let descr = &*(*base).cast::<MethodDescr>();
        if !(**args).is_exactly(descr.common().class_of()) || convention(descr.def().ml_flags) != FAST_WITH_KEYWORDS {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        (*frame).instr_ptr.set(pc.sub(1));
        let code: FastKeywords = transmute(descr.def().ml_meth);
        finish_call!(
            code(*args, args.add(1), count as isize - 1, ptr::null_mut()), base, args, count, pc frame ts arg table
        );
    }

    CALL_BUILTIN_CLASS {
        let base = sp.sub(arg + 2);
        let (args, count) = arguments(base, arg);
        if !(**base).class().has_feature(objects::typeobject::flags::TYPE_SUBCLASS) {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        let Some(entry) = (*(*base).cast::<TypeObject>()).tp_vectorcall.get() else {
            return base::CALL(pc, sp, frame, ts, arg, table);
        };
        (*frame).instr_ptr.set(pc.sub(1));
        let entry: Vectorcall = transmute::<VectorcallFunc, Vectorcall>(entry);
        finish_call!(entry(*base, args, count, ptr::null_mut()), base, args, count, pc frame ts arg table);
    }

    CALL_LEN {
        let base = sp.sub(arg + 2);
        let (args, count) = arguments(base, arg);
        if count != 1 || !ptr::addr_eq(*base, KNOWN.len.get()) {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        (*frame).instr_ptr.set(pc.sub(1));
        finish_call!(length(*args), base, args, count, pc frame ts arg table);
    }

    CALL_ISINSTANCE {
        let base = sp.sub(arg + 2);
        let (args, count) = arguments(base, arg);
        if count != 2 || !ptr::addr_eq(*base, KNOWN.isinstance.get()) {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        (*frame).instr_ptr.set(pc.sub(1));
        let answer = match is_instance(*args, *args.add(1)) {
            0 => (&raw const _Py_FalseStruct).cast_mut().cast(),
            1 => (&raw const _Py_TrueStruct).cast_mut().cast(),
            _ => ptr::null_mut(),
        };
        finish_call!(answer, base, args, count, pc frame ts arg table);
    }

    /// A call of `list.append` whose result is dropped by the next instruction.
    CALL_LIST_APPEND {
        let (callable, list, item) = (*sp.sub(3), *sp.sub(2), *sp.sub(1));
        if arg != 1 || list.is_null() || !ptr::addr_eq(callable, KNOWN.list_append.get()) || !(*list).is_exactly(&PyList_Type) {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        if !(*list.cast::<List>()).push_quick(item) {
            return append_slowly(pc, sp, frame, ts, arg, table);
        }
        let _ = Object::release(callable);
        drop_one!(list, pc.add(4), sp.sub(3), frame, ts, table)
    }

    CALL_TYPE_1 {
        let (callable, null, object) = (*sp.sub(3), *sp.sub(2), *sp.sub(1));
        if arg != 1 || !null.is_null() || !ptr::addr_eq(callable, &raw const PyType_Type) {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        let class = (*object).class().as_object();
        class.incref();
        *sp.sub(3) = class.as_ptr();
        drop_one!(object, pc.add(3), sp.sub(2), frame, ts, table)
    }

    CALL_STR_1 {
        let (callable, null, object) = (*sp.sub(3), *sp.sub(2), *sp.sub(1));
        if arg != 1 || !null.is_null() || !ptr::addr_eq(callable, &raw const PyUnicode_Type) {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        (*frame).instr_ptr.set(pc.sub(1));
        let base = sp.sub(3);
        let (args, count) = (sp.sub(1), 1);
        finish_call!(text_of(object), base, args, count, pc frame ts arg table);
    }

    CALL_TUPLE_1 {
        let (callable, null, object) = (*sp.sub(3), *sp.sub(2), *sp.sub(1));
        if arg != 1 || !null.is_null() || !ptr::addr_eq(callable, &raw const PyTuple_Type) {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        (*frame).instr_ptr.set(pc.sub(1));
        let base = sp.sub(3);
        let (args, count) = (sp.sub(1), 1);
        finish_call!(tuple_of(object), base, args, count, pc frame ts arg table);
    }

    /// Anything but a Python function, or a method that is one.
    CALL_NON_PY_GENERAL {
        let callable = *sp.sub(arg + 2);
        let class = (*callable).class();
        if ptr::eq(class, &raw const PyFunction_Type) || ptr::eq(class, &raw const PyMethod_Type) {
            return base::CALL(pc, sp, frame, ts, arg, table);
        }
        let base = sp.sub(arg + 2);
        let (args, count) = arguments(base, arg);
        if ptr::eq(class, &raw const PyCFunction_Type) {
            let function = callable.cast::<cfunction::Function>();
            if count != 0 || convention((*function).def().ml_flags) != METH_NOARGS {
                return generic::CALL(pc, sp, frame, ts, arg, table);
            }
            (*frame).instr_ptr.set(pc.sub(1));
            let code: One = transmute((*function).def().ml_meth);
            let result = code((*function).receiver_pointer(), ptr::null_mut());
            finish_call!(checked(ts, callable, result), base, args, count, pc frame ts arg table);
        }
        // A class may need its instances' `__init__`, which the generic instruction enters.
        if !class.has_feature(HAVE_VECTORCALL) || class.has_feature(TYPE_SUBCLASS) {
            return generic::CALL(pc, sp, frame, ts, arg, table);
        }
        let place = callable.cast::<u8>().offset(class.tp_vectorcall_offset.get());
        let Some(entry) = place.cast::<Option<Vectorcall>>().read() else {
            return generic::CALL(pc, sp, frame, ts, arg, table);
        };
        (*frame).instr_ptr.set(pc.sub(1));
        // The place before the first argument is the callable's or the NULL's: free to be overwritten for the time of the call.
        let result = entry(callable, args, count | VECTORCALL_ARGUMENTS_OFFSET, ptr::null_mut());
        finish_call!(checked(ts, callable, result), base, args, count, pc frame ts arg table);
    }
}

/// What a native function returned, which must be NULL just when there is an exception.
#[inline(always)]
unsafe fn checked(ts: ThreadPtr, callable: *mut Object, result: *mut Object) -> *mut Object {
    // SAFETY: the running thread; the callable is on the stack.
    unsafe {
        match result.is_null() == (*ts).current_exception.is_empty() {
            true => unfit(callable, result),
            false => result,
        }
    }
}

/// Raises SystemError for a result and an exception, or for neither.
#[cold]
#[inline(never)]
unsafe fn unfit(callable: *mut Object, result: *mut Object) -> *mut Object {
    // SAFETY: an owned result or NULL.
    let result = unsafe { objects::Ref::from_nullable(result) };
    // SAFETY: the callable is on the stack.
    match protocol::call::check_result(Some(unsafe { &*callable }), result, None) {
        Ok(result) => result.into_ptr(),
        Err(raised) => {
            raised.leave();
            ptr::null_mut()
        }
    }
}

/// The list has no room: it grows, and may raise.
#[inline(never)]
unsafe extern "C" fn append_slowly(
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    table: *const Table,
) -> *mut Object {
    // SAFETY: as in every handler; the operands were looked at.
    unsafe {
        (*frame).instr_ptr.set(pc.sub(1));
        let (callable, list, item) = (*sp.sub(3), *sp.sub(2), *sp.sub(1));
        let done = append(list, item);
        Object::decref(callable);
        Object::decref(list);
        if !done {
            return unwind::error(pc, sp.sub(3), frame, ts, arg, table);
        }
        next!(pc.add(4), sp.sub(3), frame, ts, table)
    }
}

#[inline(never)]
unsafe fn append(list: *mut Object, item: *mut Object) -> bool {
    // SAFETY: the class was checked; the item is owned and given away.
    let appended =
        unsafe { (*list.cast::<List>()).push(objects::Ref::from_owned(ptr::NonNull::new_unchecked(item))) };
    appended.map_err(objects::Raised::leave).is_ok()
}

fn pointer<T: Instance>(result: objects::Result<objects::Ref<T>>) -> *mut Object {
    result.map_or_else(
        |raised| {
            raised.leave();
            ptr::null_mut()
        },
        |value| value.into_ptr().cast(),
    )
}

#[inline(never)]
unsafe fn length(object: *mut Object) -> *mut Object {
    // SAFETY: an argument of the call.
    let length = protocol::object::len(unsafe { &*object });
    pointer(length.and_then(objects::types::int::Int::from_usize))
}

#[inline(never)]
unsafe fn is_instance(object: *mut Object, class: *mut Object) -> i32 {
    // SAFETY: arguments of the call.
    match protocol::object::is_instance(unsafe { &*object }, unsafe { &*class }) {
        Ok(answer) => answer.into(),
        Err(raised) => {
            raised.leave();
            -1
        }
    }
}

#[inline(never)]
unsafe fn text_of(object: *mut Object) -> *mut Object {
    // SAFETY: an argument of the call.
    pointer(protocol::object::str(unsafe { &*object }))
}

#[inline(never)]
unsafe fn tuple_of(object: *mut Object) -> *mut Object {
    // SAFETY: an argument of the call.
    pointer(protocol::sequence::to_tuple(unsafe { &*object }))
}
