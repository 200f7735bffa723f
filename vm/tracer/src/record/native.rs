//! Calls of built-in functions that run no code of a program for certain: which those are, and what their arguments must be.

use super::Site;
use super::call::{Call, guard_callable};
use crate::helpers::Helper;
use crate::items::{Item, Life, Obj};
use crate::layout;
use crate::quiet::{Native, SEQUENCES, UNSURE};
use crate::recorder::{Recorded, Recorder, pointer_const};
use ir::ops::{Op, Ty};
use ir::trace::{Arg, Callee, Const, Touches};
use jit::abort::Abort;
use objects::typeobject::MethodDef;
use objects::typeobject::flags::METH_STATIC;
use objects::types::bool::PyBool_Type;
use objects::types::bytearray::methods::PyByteArray_Type;
use objects::types::bytes::methods::PyBytes_Type;
use objects::types::cfunction::{self, convention};
use objects::types::descr::method::MethodDescr;
use objects::types::dict::methods::PyDict_Type;
use objects::types::float::PyFloat_Type;
use objects::types::int::PyLong_Type;
use objects::types::list::methods::PyList_Type;
use objects::types::none::{_PyNone_Type, none};
use objects::types::set::methods::PySet_Type;
use objects::types::str::PyUnicode_Type;
use objects::types::tuple::methods::PyTuple_Type;
use objects::{Object, TypeObject};

/// What the arguments must be, exactly of these classes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Args {
    /// Anything.
    Any,
    /// Numbers, strings, bytes, None.
    Plain,
    /// These, or a tuple.
    PlainOrTuple,
    /// A list or a tuple.
    Sequence,
    /// Something plain, then anything.
    PlainThenAny,
}

/// A built-in function that runs no code of a program if its arguments are as told.
#[derive(Clone, Copy, Debug)]
struct Known {
    args: Args,
    /// Whether it changes what it is a method of.
    writes: bool,
}

const READS: Known = Known { args: Args::Plain, writes: false };

/// What is known of a method of a built-in class.
fn method(class: &TypeObject, name: &str) -> Option<Known> {
    let is = |other: &TypeObject| core::ptr::eq(class, other);
    let writes = |args| Some(Known { args, writes: true });
    if is(&PyUnicode_Type) {
        return match name {
            "startswith" | "endswith" => Some(Known { args: Args::PlainOrTuple, writes: false }),
            "join" => Some(Known { args: Args::Sequence, writes: false }),
            // A codec, and what a mapping or a format does, may be a program's.
            "encode" | "translate" | "maketrans" | "format" | "format_map" => None,
            name if name.starts_with("__") => None,
            _ => Some(READS),
        };
    }
    if is(&PyBytes_Type) || is(&PyByteArray_Type) {
        return match name {
            "find" | "rfind" | "index" | "rindex" | "count" | "startswith" | "endswith" | "split"
            | "rsplit" | "strip" | "lstrip" | "rstrip" | "hex" | "lower" | "upper" | "replace"
            | "partition" | "rpartition" | "isdigit" | "isalpha" | "isspace" | "isalnum" | "ljust"
            | "rjust" | "zfill" => Some(READS),
            "append" if is(&PyByteArray_Type) => writes(Args::Plain),
            _ => None,
        };
    }
    if is(&PyList_Type) {
        return match name {
            "append" => writes(Args::Any),
            "pop" => writes(Args::Plain),
            "insert" => writes(Args::PlainThenAny),
            "extend" => writes(Args::Sequence),
            "reverse" => writes(Args::Plain),
            "copy" => Some(READS),
            _ => None,
        };
    }
    if is(&PyDict_Type) {
        return matches!(name, "keys" | "values" | "items" | "copy").then_some(READS);
    }
    if is(&PySet_Type) {
        return match name {
            "copy" => Some(READS),
            "pop" => writes(Args::Plain),
            _ => None,
        };
    }
    if is(&PyLong_Type) {
        return matches!(name, "bit_length" | "bit_count" | "is_integer").then_some(READS);
    }
    if is(&PyFloat_Type) {
        return matches!(name, "is_integer" | "hex" | "as_integer_ratio").then_some(READS);
    }
    None
}

/// What is known of a function of a module of the library.
fn function(module: &str, name: &str) -> Option<Known> {
    let known = match module {
        "builtins" => matches!(
            name,
            "abs"
                | "ascii"
                | "bin"
                | "chr"
                | "divmod"
                | "hash"
                | "hex"
                | "len"
                | "max"
                | "min"
                | "oct"
                | "ord"
                | "pow"
                | "repr"
                | "round"
        ),
        "math" => !name.starts_with("__") && !matches!(name, "fsum" | "prod" | "sumprod" | "dist"),
        "time" if matches!(name, "perf_counter" | "time" | "monotonic" | "process_time") => {
            // What it reads is not the same each time.
            return Some(Known { args: Args::Plain, writes: true });
        }
        _ => false,
    };
    if module == "builtins" && matches!(name, "id" | "callable") {
        return Some(Known { args: Args::Any, writes: false });
    }
    known.then_some(READS)
}

/// The call of a built-in function, if it is one that is known; whether it is.
pub fn call(rec: &mut Recorder, at: Site, call: &Call, callable: &'static Object) -> Recorded<bool> {
    if let Some(method_of) = callable.cast_exact::<MethodDescr>() {
        if !call.has_self {
            return Ok(false);
        }
        let (class, name) = (method_of.common().class_of(), method_of.common().name());
        let this = rec.live_object(call.base + 1)?;
        if !this.is_exactly(class) || class.heap_type().is_some() {
            return Ok(false);
        }
        guard_callable(rec, call.base, callable);
        // SAFETY: a class that is no heap type lives for ever.
        let class: &'static TypeObject = unsafe { &*core::ptr::from_ref(class) };
        let Item::Obj(id) = rec.item(call.base + 1, true) else { return Ok(false) };
        rec.guard_class(id, class);
        let this = rec.obj(id).val;
        return of_receiver(rec, at, call, (class, &name), native(method_of.def()), this);
    }
    let Some(bound) = callable.cast_exact::<cfunction::Function>().filter(|_| !call.has_self) else {
        return Ok(false);
    };
    let receiver = bound.receiver_pointer();
    // SAFETY: what the function is bound to.
    let Some(of) = (unsafe { receiver.as_ref() }) else { return Ok(false) };
    if let Some(module) = of.cast_exact::<objects::types::module::Module>() {
        let Some(definition) = module.definition() else { return Ok(false) };
        // SAFETY: a definition's name is a C string.
        let module = unsafe { core::ffi::CStr::from_ptr(definition.m_name) }.to_string_lossy();
        let Some(known) = function(&module, bound.name()) else { return Ok(false) };
        guard_callable(rec, call.base, callable);
        let this = pointer_const(receiver);
        return by_native(rec, at, call, known, native(bound.def()), this);
    }
    // A method that is bound already: another object each time, of the same definition.
    let class = of.class();
    let Item::Obj(id) = rec.item(call.base, true) else { return Ok(false) };
    if class.heap_type().is_some() || bound.def().ml_flags & METH_STATIC != 0 {
        return Ok(false);
    }
    let known =
        method(class, bound.name()).is_some() || is_by_key(class, bound.name(), call.given.args.len());
    if !known {
        return Ok(false);
    }
    // SAFETY: as above.
    let class: &'static TypeObject = unsafe { &*core::ptr::from_ref(class) };
    rec.guard_class(id, &cfunction::PyCFunction_Type);
    let function = rec.obj(id).val;
    let def = rec.load(Op::ld_i64, function, layout::METHOD_DEF, ir::trace::Alias::CONSTANT);
    rec.guard(Op::guard_eq, &[def, Arg::from(core::ptr::from_ref(bound.def()) as i64)]);
    let this = rec.load(Op::ld_p, function, layout::METHOD_SELF, ir::trace::Alias::CONSTANT);
    let found = rec.load(Op::ld_i64, this, layout::TYPE, ir::trace::Alias::CONSTANT);
    rec.guard(Op::guard_eq, &[found, Arg::from(core::ptr::from_ref(class) as i64)]);
    of_receiver(rec, at, call, (class, bound.name()), native(bound.def()), this)
}

fn native(def: &MethodDef) -> Native {
    Native { address: def.ml_meth as u64, flags: convention(def.ml_flags) }
}

/// A method of a built-in class, called with that object.
fn of_receiver(
    rec: &mut Recorder,
    at: Site,
    call: &Call,
    (class, name): (&TypeObject, &str),
    native: Native,
    this: Arg,
) -> Recorded<bool> {
    if by_key(rec, at, call, class, name, this)? {
        return Ok(true);
    }
    match method(class, name) {
        Some(known) => by_native(rec, at, call, known, native, this),
        None => Ok(false),
    }
}

/// The slots of the arguments.
fn arguments(call: &Call, native_self: bool) -> core::ops::Range<usize> {
    let first = call.base + 2;
    let count = call.items - 2;
    // Where there is an object beside the callable, it is not among those that are counted.
    debug_assert!(!native_self || count <= call.given.args.len());
    first..first + count
}

fn by_native(
    rec: &mut Recorder,
    at: Site,
    call: &Call,
    known: Known,
    native: Native,
    this: Arg,
) -> Recorded<bool> {
    let slots = arguments(call, call.has_self);
    if native.address == 0 || !native.takes(slots.len()) {
        return Ok(false);
    }
    for (number, slot) in slots.clone().enumerate() {
        if !is_as_told(rec, known.args, number, slot)? {
            return Ok(false);
        }
    }
    let touches = if known.writes { Touches::Writes } else { Touches::Reads };
    let mut args: Vec<Arg> = slots.clone().map(|slot| rec.pointer(slot)).collect();
    if known.writes {
        rec.protect();
    }
    let null = Arg::Const(Const::P(0));
    let result = if native.is_fast() {
        args.resize(4, null);
        let mut all = vec![Arg::from(native.address.cast_signed()), this];
        all.append(&mut args);
        let helper = match (native.is_named(), known.writes) {
            (false, false) => Helper::call_fast,
            (false, true) => Helper::call_fast_writing,
            (true, false) => Helper::call_fast_named,
            (true, true) => Helper::call_fast_named_writing,
        };
        rec.call(helper, &all)
    } else {
        let callee = Callee {
            name: "native".into(),
            address: native.address,
            params: vec![Ty::P, Ty::P],
            result: Some(Ty::P),
            touches,
        };
        let callee = rec.trace.declare(callee);
        let arg = args.first().copied().unwrap_or(null);
        rec.trace.call(Op::call_p, &[this, arg], callee).into()
    };
    rec.finish(at.unit, call.items, result);
    Ok(true)
}

/// Whether an argument is what the function must have; guarded.
fn is_as_told(rec: &mut Recorder, args: Args, number: usize, slot: usize) -> Recorded<bool> {
    const PLAIN: [&TypeObject; 6] =
        [&PyLong_Type, &PyFloat_Type, &PyUnicode_Type, &PyBool_Type, &PyBytes_Type, &_PyNone_Type];
    let live = rec.live_object(slot)?;
    let classes: &[&'static TypeObject] = match args {
        Args::Any => return Ok(true),
        Args::PlainThenAny if number > 0 => return Ok(true),
        Args::PlainOrTuple if live.is_exactly(&PyTuple_Type) => &[&PyTuple_Type],
        Args::Sequence => &[&PyList_Type, &PyTuple_Type],
        _ => &PLAIN,
    };
    let Some(class) = classes.iter().find(|class| live.is_exactly(class)) else { return Ok(false) };
    match rec.item(slot, true) {
        Item::Obj(id) => rec.guard_class(id, class),
        Item::Int(_) | Item::Float(_) | Item::Bool(_) => {}
        _ => return Err(Abort::Operands),
    }
    Ok(true)
}

/// Whether [`by_key`] knows the method.
fn is_by_key(class: &TypeObject, name: &str, count: usize) -> bool {
    let dict = core::ptr::eq(class, &PyDict_Type) && matches!(name, "get" | "setdefault");
    let set = core::ptr::eq(class, &PySet_Type) && matches!(name, "add" | "discard");
    dict && (1..=2).contains(&count) || set && count == 1
}

/// A method that looks a key up.
fn by_key(
    rec: &mut Recorder,
    at: Site,
    call: &Call,
    class: &TypeObject,
    name: &str,
    this: Arg,
) -> Recorded<bool> {
    let slots = arguments(call, call.has_self);
    if !is_by_key(class, name, slots.len()) || !objects::quiet::is_quiet_key(rec.live_object(slots.start)?) {
        return Ok(false);
    }
    let key = rec.pointer(slots.start);
    let default = if slots.len() > 1 { rec.pointer(slots.start + 1) } else { pointer_const(none()) };
    let (helper, writes) = match name {
        "get" => (Helper::dict_get_quietly, false),
        "setdefault" => (Helper::dict_set_default, true),
        "add" => (Helper::set_add, true),
        _ => (Helper::set_discard, true),
    };
    if writes {
        rec.protect();
    }
    let args = [this, key, default];
    let args = if matches!(name, "add" | "discard") { &args[..2] } else { &args[..] };
    let result = rec.call(helper, args);
    sure(rec, result);
    rec.finish(at.unit, call.items, result);
    rec.check_dead |= name == "discard";
    Ok(true)
}

/// Answers of helpers that are sure are less than this.
pub const SURE: i64 = UNSURE;

/// Leaves the instruction to the interpreter if a helper was not sure that it runs no code of a program.
pub fn sure(rec: &mut Recorder, result: Arg) {
    rec.guard(Op::guard_ne, &[result, Arg::Const(Const::P(UNSURE as u64))]);
}

/// As [`sure`], for a helper that does not give an object.
pub fn sure_of_answer(rec: &mut Recorder, result: Arg) {
    rec.guard(Op::guard_ne, &[result, Arg::from(UNSURE)]);
}

/// The class of an object in a slot, if it is one of these, which is guarded.
pub fn one_of(rec: &mut Recorder, slot: usize, classes: &[&'static TypeObject]) -> Recorded<Option<Arg>> {
    let live = rec.live_object(slot)?;
    let Some(class) = classes.iter().find(|class| live.is_exactly(class)) else { return Ok(None) };
    let Item::Obj(id) = rec.item(slot, true) else { return Ok(None) };
    rec.guard_class(id, class);
    Ok(Some(rec.obj(id).val))
}

/// Whether slots hold ints or None, as indices and the bounds of slices are.
pub fn are_indices(rec: &mut Recorder, slots: &[usize]) -> Recorded<bool> {
    for &slot in slots {
        let live = rec.live_object(slot)?;
        if !(live.is(none()) || live.is_exactly(&PyLong_Type)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The classes of [`SEQUENCES`].
pub fn sequence(rec: &mut Recorder, slot: usize) -> Recorded<Option<Arg>> {
    one_of(rec, slot, &SEQUENCES)
}

/// An object that a helper made.
pub fn owned(rec: &mut Recorder, val: Arg) -> Item {
    rec.add(Obj::new(val, 1, Life::Counted))
}
