//! THE HELPER TABLE: the runtime's functions that traces call.
//!
//! A row is `name (operands) -> result, what it touches;` and the function of that name below. To add one, write both. Functions of the
//! first part are quiet: they run no code of a program and let nobody look at frames. Those of the second are loud: the
//! recorder writes the frame's slots to their memory before it calls them.
//!
//! A pointer result is a new reference, or NULL with an exception pending. Arguments are borrowed.

use crate::death;
use crate::items::Runs;
use crate::memory;
use crate::quiet;
use crate::state;
use interp::eval::{FramePtr, Pc, ThreadPtr};
use interp::ops::{binary, compare};
use ir::ops::Ty;
use ir::trace::{Callee, Touches};
use objects::args::Sent;
use objects::interpreter_frame::owner;
use objects::protocol::{attr, call, iter, mapping, object};
use objects::state::ThreadState;
use objects::typeobject::generic_alloc;
use objects::types::bool::from_bool;
use objects::types::cell::Cell;
use objects::types::dict::Dict;
use objects::types::float::Float;
use objects::types::function::Function;
use objects::types::generator::Generator;
use objects::types::int::Int;
use objects::types::list::List;
use objects::types::str::Str;
use objects::types::str::methods::append;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, TypeObject, raise};

macro_rules! helpers {
    ($($(#[$meta:meta])* $name:ident ($($param:ident)*) -> $result:tt, $touches:expr, $address:path;)*) => {
        /// A function that traces call.
        #[allow(non_camel_case_types, reason = "named as the functions are")]
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Helper { $($(#[$meta])* $name),* }

        impl Helper {
            /// What the IR knows of the function.
            pub fn callee(self) -> Callee {
                match self {
                    $(Helper::$name => Callee {
                        name: stringify!($name).into(),
                        address: $address as *const () as u64,
                        params: vec![$(Ty::$param),*],
                        result: helpers!(@ $result),
                        touches: $touches,
                    }),*
                }
            }
        }
    };
    (@ -) => { None };
    (@ $ty:ident) => { Some(Ty::$ty) };
}

helpers! {
    // ---- quiet ----
    box_int (I) -> P, Touches::Nothing, box_int;
    box_float (F) -> P, Touches::Nothing, box_float;
    /// `**` of floats where the result is one.
    float_power (F F) -> F, Touches::Nothing, float_power;
    /// Whether an exact int fits a word.
    int_fits (P) -> I, Touches::Nothing, int_fits;
    int_value (P) -> I, Touches::Nothing, int_value;
    /// For `rc_dec` of what owns nothing.
    free (P) -> -, Touches::Nothing, death::free;
    /// For `rc_dec` of anything.
    die (P) -> -, Touches::Reads, death::die;
    /// `BINARY_OP` of numbers and strings.
    operate_plain (P P I) -> P, Touches::Nothing, operate;
    /// Two strings, the first of which is given away: it may grow in place.
    append_str (P P) -> P, Touches::Nothing, append_str;
    compare_plain (P P I) -> P, Touches::Nothing, compare_values;
    str_equal (P P) -> I, Touches::Nothing, str_equal;
    /// The truth of a built-in container.
    truth_plain (P) -> I, Touches::Reads, truth;
    length_plain (P) -> I, Touches::Reads, length;
    /// The first operand is how many of the others there are.
    new_tuple (I P P P P P) -> P, Touches::Nothing, new_tuple;
    /// As many of the operands as the first says, which are given away.
    make_tuple (I P P P P P) -> P, Touches::Nothing, make_tuple;
    new_list (I P P P P P) -> P, Touches::Nothing, new_list;
    new_dict () -> P, Touches::Nothing, new_dict;
    /// A cell that holds the object, or nothing.
    new_cell (P) -> P, Touches::Nothing, new_cell;
    /// An instance of a class whose instances are made as `object` makes them.
    new_instance (P) -> P, Touches::Nothing, new_instance;
    /// One with that attribute word, whose attributes are the trace's to fill: class, where the word is, its lower half or 0.
    make_instance (P I I) -> P, Touches::Nothing, make_instance;
    list_append (P P) -> I, Touches::Writes, list_append;
    iter_plain (P) -> P, Touches::Reads, get_iter;
    /// A dictionary all of whose keys are strings, and a string.
    dict_get_str (P P) -> P, Touches::Reads, dict_get;
    all_strings (P) -> I, Touches::Reads, all_strings;
    /// Those of [`quiet`](crate::quiet), which may not be sure.
    has_quietly (P P) -> I, Touches::Reads, quiet::has;
    item_quietly (P P) -> P, Touches::Reads, quiet::item;
    part_quietly (P P P) -> P, Touches::Reads, quiet::part;
    new_slice (P P P) -> P, Touches::Nothing, quiet::new_slice;
    /// `list[start:stop] = list`: list, start, stop, what is assigned.
    assign_part_quietly (P P P P) -> I, Touches::Writes, quiet::assign_part;
    set_item_quietly (P P P) -> I, Touches::Writes, quiet::set_item;
    del_item_quietly (P P) -> I, Touches::Writes, quiet::del_item;
    dict_get_quietly (P P P) -> P, Touches::Reads, quiet::dict_get;
    dict_set_default (P P P) -> P, Touches::Writes, quiet::dict_set_default;
    set_add (P P) -> P, Touches::Writes, quiet::set_add;
    set_discard (P P) -> P, Touches::Writes, quiet::set_discard;
    next_quietly (P) -> P, Touches::Writes, quiet::next;
    own_attribute (P P) -> P, Touches::Reads, quiet::own_attribute;
    has_not (P P) -> I, Touches::Reads, quiet::has_not;
    set_own_attribute (P P P) -> I, Touches::Writes, quiet::set_own_attribute;
    /// A string, int or float, and a format or NULL.
    format_plain (P P) -> P, Touches::Nothing, quiet::format;
    join_strings (I P P P P P) -> P, Touches::Nothing, quiet::join;
    /// A METH_FASTCALL function, what it is bound to, arguments, NULLs behind them.
    call_fast (I P P P P P) -> P, Touches::Reads, quiet::call_fast;
    call_fast_writing (I P P P P P) -> P, Touches::Writes, quiet::call_fast;
    /// One that would take names too.
    call_fast_named (I P P P P P) -> P, Touches::Reads, quiet::call_fast_named;
    call_fast_named_writing (I P P P P P) -> P, Touches::Writes, quiet::call_fast_named;
    /// A class and one argument.
    make (P P) -> P, Touches::Reads, call1;

    /// The frame of a call: thread, calling frame, function, calling instruction, items on the caller's stack.
    push_frame (I I P I I) -> I, Touches::Reads, push_frame;
    /// The frame below a method's: thread, calling frame, what it runs, calling instruction, items on the caller's stack.
    push_shim (I I I I I) -> I, Touches::Reads, push_shim;
    /// Makes a generator run above a frame: thread, that frame, the generator's, the resuming instruction, items on the caller's stack,
    /// where the caller goes on.
    link_generator (I I I I I I) -> -, Touches::Reads, link_generator;
    unlink_generator (I I) -> -, Touches::Reads, unlink_generator;
    /// Ends a frame on the data stack whose slots own what is in them: thread, frame, items in its slots.
    end_frame (I I I) -> -, Touches::Writes, end_frame;
    /// Takes a frame away that [`Helper::push_frame`] made, whose slots mean nothing.
    pop_frame (I I) -> -, Touches::Reads, pop_frame;

    // ---- loud ----
    /// Executes one instruction of a frame: thread, frame, the instruction, items in its slots, argument. Whether the interpreter is then
    /// anywhere but at the next instruction.
    interpret (I I I I I) -> I, Touches::Writes, interpret;
    /// Ends what waits.
    bury () -> -, Touches::Writes, bury;
    /// Ends a linked generator whose code has ended: thread, its frame, items in its slots.
    end_generator (I I I) -> -, Touches::Writes, end_generator;
    operate (P P I) -> P, Touches::Writes, operate;
    compare (P P I) -> P, Touches::Writes, compare_values;
    contains (P P I) -> P, Touches::Writes, contains;
    truth (P) -> I, Touches::Writes, truth;
    get_item (P P) -> P, Touches::Writes, get_item;
    set_item (P P P) -> I, Touches::Writes, set_item;
    get_attr (P P) -> P, Touches::Writes, get_attr;
    set_attr (P P P) -> I, Touches::Writes, set_attr;
    get_iter (P) -> P, Touches::Writes, get_iter;
    iter_next (P) -> P, Touches::Writes, iter_next;
    /// What `yield from` gets; NULL at the end too, then without an exception, and what was returned waits.
    send (P P) -> P, Touches::Writes, send;
    returned () -> P, Touches::Writes, returned;
    call0 (P) -> P, Touches::Writes, call0;
    call1 (P P) -> P, Touches::Writes, call1;
    call2 (P P P) -> P, Touches::Writes, call2;
    call3 (P P P P) -> P, Touches::Writes, call3;
    call4 (P P P P P) -> P, Touches::Writes, call4;
    call5 (P P P P P P) -> P, Touches::Writes, call5;
    /// A call with a tuple, and a dictionary or NULL.
    call_spread (P P P) -> P, Touches::Writes, call_spread;
    /// A call whose items are in the frame's memory, where its result comes: frame, items in its slots, arguments, whether there are
    /// names. -1 with an exception, then without the call's items.
    call_stack (I I I I) -> I, Touches::Writes, call_stack;
    unary (P I) -> P, Touches::Writes, unary;
    slice (P P P) -> P, Touches::Writes, slice;
}

/// A new reference, or NULL with the exception pending.
pub fn pointer(result: Result<Ref>) -> *mut Object {
    match result {
        Ok(value) => value.into_ptr(),
        Err(raised) => {
            raised.leave();
            core::ptr::null_mut()
        }
    }
}

/// 1 for true, 0 for false, -1 with an exception pending.
pub fn answer(result: Result<bool>) -> i64 {
    result.map_or_else(
        |raised| {
            raised.leave();
            -1
        },
        i64::from,
    )
}

fn made(make: impl Fn() -> Result<Ref>) -> *mut Object {
    memory::surely(make).into_ptr()
}

/// Magnitudes of ints that have one digit are below this.
const ONE_DIGIT: u64 = 1 << 30;

/// A new or shared int.
pub extern "C" fn box_int(value: i64) -> *mut Object {
    if value.unsigned_abs() < ONE_DIGIT {
        let quick = Int::quick(value);
        if !quick.is_null() {
            return quick;
        }
    }
    made(|| Int::from_i64(value).map(Ref::upcast))
}

/// A new float.
pub extern "C" fn box_float(value: f64) -> *mut Object {
    let quick = Float::quick(value);
    if !quick.is_null() {
        return quick;
    }
    made(|| Float::new(value).map(Ref::upcast))
}

/// The frame waits for a call with `depth` items in its slots. Those of a generator are not for the collector to see: the trace may
/// own what is in them.
unsafe fn wait(caller: FramePtr, call: usize, depth: i32) {
    // SAFETY: a whole frame.
    unsafe {
        (*caller).instr_ptr.set((*caller).code().first_unit().add(call));
        (*caller).stacktop.set(if (*caller).owner.get() == owner::GENERATOR { -1 } else { depth });
    }
}

unsafe extern "C" fn link_generator(
    ts: &ThreadState,
    caller: FramePtr,
    frame: FramePtr,
    call: usize,
    depth: i32,
    after: u16,
) {
    // SAFETY: the caller is the thread's innermost frame; the generator waits.
    unsafe {
        wait(caller, call, depth);
        crate::exit::link(ts, frame, caller, after);
    }
}

unsafe extern "C" fn unlink_generator(ts: &ThreadState, frame: FramePtr) {
    // SAFETY: the thread's innermost frame, of a generator.
    unsafe {
        interp::frame::pop_exception_state(ts, Generator::of_frame(&*frame));
        ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() + 1);
        let caller = (*frame).previous.replace(core::ptr::null_mut());
        ts.current_frame.set(caller.cast());
        (*caller).stacktop.set(-1);
    }
}

unsafe extern "C" fn end_generator(ts: &ThreadState, frame: FramePtr, depth: i32) {
    // SAFETY: the thread's innermost frame, of a generator; its slots own what is in them.
    unsafe {
        (*frame).stacktop.set(depth);
        ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() + 1);
        let caller = (*frame).previous.get();
        ts.current_frame.set(caller.cast());
        interp::frame::clear_and_pop(ts, frame);
        (*caller).stacktop.set(-1);
    }
}

unsafe extern "C" fn push_frame(
    ts: &ThreadState,
    caller: FramePtr,
    function: *const Function,
    call: usize,
    depth: i32,
) -> FramePtr {
    // SAFETY: the caller is the thread's innermost frame.
    unsafe {
        wait(caller, call, depth);
        let frame = crate::exit::push(ts, function, caller);
        (*frame).stacktop.set(-1);
        frame
    }
}

unsafe extern "C" fn push_shim(
    ts: &ThreadState,
    caller: FramePtr,
    runs: u64,
    call: usize,
    depth: i32,
) -> FramePtr {
    // SAFETY: the caller is the thread's innermost frame.
    unsafe {
        wait(caller, call, depth);
        let frame = crate::exit::push_shim(ts, Runs::unpack(runs, 1), caller);
        (*frame).stacktop.set(-1);
        frame
    }
}

/// Gives up a reference as compiled code does.
unsafe fn give_up(object: *mut Object) {
    // SAFETY: the caller owns the reference.
    unsafe {
        if Object::release(object) {
            death::die(object);
        }
    }
}

unsafe extern "C" fn end_frame(ts: &ThreadState, frame: FramePtr, depth: usize) {
    // SAFETY: the thread's innermost frame, which nobody has looked at and which owns its slots.
    unsafe {
        let caller = (*frame).previous.get();
        ts.current_frame.set(caller.cast());
        ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() + 1);
        (*caller).stacktop.set(-1);
        let locals = (*frame).localsplus();
        for index in 0..depth {
            let item = *locals.add(index);
            if !item.is_null() {
                give_up(item);
            }
        }
        give_up((*frame).f_funcobj.as_ptr());
        give_up((*frame).f_executable.as_ptr());
        interp::frame::release(ts, frame);
    }
}

unsafe extern "C" fn pop_frame(ts: &ThreadState, frame: FramePtr) {
    // SAFETY: the thread's innermost frame, which nobody has looked at; compiled code keeps function and code.
    unsafe {
        let caller = (*frame).previous.get();
        Object::decref((*frame).f_funcobj.as_ptr());
        Object::decref((*frame).f_executable.as_ptr());
        ts.current_frame.set(caller.cast());
        ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() + 1);
        (*caller).stacktop.set(-1);
        interp::frame::release(ts, frame);
    }
}

unsafe extern "C" fn interpret(ts: ThreadPtr, frame: FramePtr, word: Pc, depth: usize, arg: usize) -> i64 {
    // SAFETY: the frame is the thread's innermost and stands at the instruction.
    unsafe { i64::from(crate::entry::execute_one(ts, frame, word, depth, arg)) }
}

extern "C" fn bury() {
    death::bury();
}

extern "C" fn float_power(base: f64, exponent: f64) -> f64 {
    base.powf(exponent)
}

extern "C" fn int_fits(value: &Object) -> i64 {
    i64::from(int_value_of(value).is_some())
}

extern "C" fn int_value(value: &Object) -> i64 {
    int_value_of(value).unwrap_or(0)
}

/// The value of an exact int that fits a word.
pub fn int_value_of(value: &Object) -> Option<i64> {
    value.cast_exact::<Int>()?.to_i64()
}

extern "C" fn operate(left: &Object, right: &Object, operator: i64) -> *mut Object {
    pointer(binary::operate(operator as usize, left, right))
}

extern "C" fn append_str(left: Ref, right: &Object) -> *mut Object {
    // SAFETY: both are exact strings.
    let (left, right) = unsafe { (left.downcast_unchecked::<Str>(), right.cast_unchecked::<Str>()) };
    pointer(append(left, right).map(Ref::upcast))
}

extern "C" fn compare_values(left: &Object, right: &Object, arg: i64) -> *mut Object {
    pointer(compare::compare_values(arg as usize, left, right))
}

extern "C" fn contains(left: &Object, right: &Object, arg: i64) -> *mut Object {
    pointer(compare::contains(arg as usize, left, right))
}

extern "C" fn str_equal(left: &Object, right: &Object) -> i64 {
    match (left.cast_exact::<Str>(), right.cast_exact::<Str>()) {
        (Some(left), Some(right)) => i64::from(left.equals(right)),
        _ => 0,
    }
}

extern "C" fn truth(value: &Object) -> i64 {
    answer(object::is_true(value))
}

extern "C" fn length(value: &Object) -> i64 {
    match object::len(value) {
        Ok(length) => length as i64,
        Err(raised) => {
            raised.leave();
            -1
        }
    }
}

/// The first `count` of the operands as owned references.
unsafe fn items(count: i64, all: [*mut Object; 5]) -> Vec<Ref> {
    // SAFETY: the caller's operands are live objects.
    all.iter().take(count as usize).map(|&item| Ref::from_borrowed(unsafe { &*item })).collect()
}

unsafe extern "C" fn new_tuple(
    count: i64,
    a: *mut Object,
    b: *mut Object,
    c: *mut Object,
    d: *mut Object,
    e: *mut Object,
) -> *mut Object {
    // SAFETY: as many objects as counted.
    pointer(Tuple::from_vec(unsafe { items(count, [a, b, c, d, e]) }).map(Ref::upcast))
}

unsafe extern "C" fn make_tuple(
    count: usize,
    a: *mut Object,
    b: *mut Object,
    c: *mut Object,
    d: *mut Object,
    e: *mut Object,
) -> *mut Object {
    let items = [a, b, c, d, e].into_iter().take(count).filter_map(core::ptr::NonNull::new);
    // SAFETY: the caller gives its references away.
    let items: Vec<Ref> = items.map(|item| unsafe { Ref::from_owned(item) }).collect();
    made(|| Tuple::from_vec(items.clone()).map(Ref::upcast))
}

unsafe extern "C" fn new_list(
    count: i64,
    a: *mut Object,
    b: *mut Object,
    c: *mut Object,
    d: *mut Object,
    e: *mut Object,
) -> *mut Object {
    // SAFETY: as many objects as counted.
    pointer(List::from_vec(unsafe { items(count, [a, b, c, d, e]) }).map(Ref::upcast))
}

extern "C" fn new_dict() -> *mut Object {
    pointer(Dict::new().map(Ref::upcast))
}

unsafe extern "C" fn new_cell(value: *const Object) -> *mut Object {
    // SAFETY: a live object or NULL.
    let value = unsafe { value.as_ref() }.map(Ref::from_borrowed);
    pointer(Cell::new(value).map(Ref::upcast))
}

extern "C" fn new_instance(class: &TypeObject) -> *mut Object {
    // SAFETY: the class makes its instances that way.
    pointer(unsafe { generic_alloc(class, 0) })
}

/// See [`Helper::make_instance`].
pub extern "C" fn make_instance(class: &TypeObject, place: usize, word: u32) -> *mut Object {
    // SAFETY: the class makes its instances that way, and they have a word there.
    unsafe {
        let object = made(|| generic_alloc(class, 0));
        if word != 0 {
            object.cast::<u8>().add(place).cast::<u32>().write(word);
        }
        object
    }
}

extern "C" fn list_append(list: &Object, item: &Object) -> i64 {
    match list.cast_exact::<List>() {
        Some(list) => answer(list.push(Ref::from_borrowed(item)).map(|()| true)),
        None => -1,
    }
}

extern "C" fn get_iter(value: &Object) -> *mut Object {
    pointer(iter::get_iter(value))
}

extern "C" fn dict_get(dict: &Object, key: &Object) -> *mut Object {
    let Some(dict) = dict.cast_exact::<Dict>() else { return core::ptr::null_mut() };
    let found = dict.get_item(key).and_then(|found| found.ok_or_else(|| raise::key_error(key)));
    pointer(found)
}

extern "C" fn all_strings(dict: &Object) -> i64 {
    i64::from(dict.cast_exact::<Dict>().is_some_and(Dict::has_only_string_keys))
}

extern "C" fn get_item(container: &Object, key: &Object) -> *mut Object {
    pointer(mapping::get_item(container, key))
}

extern "C" fn set_item(container: &Object, key: &Object, value: &Object) -> i64 {
    answer(mapping::set_item(container, key, Some(value)).map(|()| true))
}

extern "C" fn get_attr(owner: &Object, name: &Str) -> *mut Object {
    pointer(attr::get(owner, name))
}

extern "C" fn set_attr(owner: &Object, name: &Str, value: &Object) -> i64 {
    answer(attr::set(owner, name, Some(value)).map(|()| true))
}

/// The next item; NULL at the end too, then without an exception.
extern "C" fn iter_next(iterator: &Object) -> *mut Object {
    match iter::next(iterator) {
        Ok(item) => item.map_or(core::ptr::null_mut(), Ref::into_ptr),
        Err(raised) => {
            raised.leave();
            core::ptr::null_mut()
        }
    }
}

extern "C" fn send(receiver: &Object, value: &Object) -> *mut Object {
    match iter::send(receiver, value) {
        Ok(Sent::Next(value)) => value.into_ptr(),
        Ok(Sent::Return(value)) => {
            state::with(|jit| jit.returned.set(Some(value)));
            core::ptr::null_mut()
        }
        Err(raised) => {
            raised.leave();
            core::ptr::null_mut()
        }
    }
}

extern "C" fn returned() -> *mut Object {
    let value = state::with(|jit| jit.returned.take()).flatten();
    value.map_or_else(|| objects::types::none::none().as_ptr(), Ref::into_ptr)
}

fn vectorcall(callable: &Object, args: &[&Object]) -> *mut Object {
    pointer(call::vectorcall(callable, args, 0, None))
}

extern "C" fn call_spread(callable: &Object, args: &Tuple, keywords: Option<&Dict>) -> *mut Object {
    pointer(call::call_with_tuple(callable, args, keywords))
}

unsafe extern "C" fn call_stack(frame: FramePtr, depth: usize, count: usize, named: i64) -> i64 {
    // SAFETY: the frame's slots own the call's items: callable, object or NULL, arguments, and perhaps names.
    unsafe {
        let items = count + 2 + named as usize;
        let base = (*frame).localsplus().add(depth - items);
        let has_self = !(*base.add(1)).is_null();
        let first = base.add(if has_self { 1 } else { 2 });
        let count = count + usize::from(has_self);
        let args = core::slice::from_raw_parts(first.cast::<&Object>(), count);
        let names = if named != 0 { (*base.add(items - 1)).as_ref() } else { None };
        let names = names.map(|names| names.cast_unchecked::<Tuple>());
        let result = call::vectorcall(&**base, args, 0, names);
        for index in 0..items {
            let item = base.add(index).replace(core::ptr::null_mut());
            if !item.is_null() {
                Object::decref(item);
            }
        }
        match result {
            Ok(value) => {
                *base = value.into_ptr();
                0
            }
            Err(raised) => {
                raised.leave();
                -1
            }
        }
    }
}

extern "C" fn call0(callable: &Object) -> *mut Object {
    vectorcall(callable, &[])
}

extern "C" fn call1(callable: &Object, a: &Object) -> *mut Object {
    vectorcall(callable, &[a])
}

extern "C" fn call2(callable: &Object, a: &Object, b: &Object) -> *mut Object {
    vectorcall(callable, &[a, b])
}

extern "C" fn call3(callable: &Object, a: &Object, b: &Object, c: &Object) -> *mut Object {
    vectorcall(callable, &[a, b, c])
}

extern "C" fn call4(callable: &Object, a: &Object, b: &Object, c: &Object, d: &Object) -> *mut Object {
    vectorcall(callable, &[a, b, c, d])
}

extern "C" fn call5(
    callable: &Object,
    a: &Object,
    b: &Object,
    c: &Object,
    d: &Object,
    e: &Object,
) -> *mut Object {
    vectorcall(callable, &[a, b, c, d, e])
}

/// `-` for 0, `~` for 1.
extern "C" fn unary(value: &Object, operator: i64) -> *mut Object {
    use objects::protocol::number;
    pointer(if operator == 0 { number::negative(value) } else { number::invert(value) })
}

extern "C" fn slice(container: &Object, start: &Object, stop: &Object) -> *mut Object {
    let none = objects::types::none::none();
    let slice = objects::types::slice::Slice::new(start, stop, none);
    pointer(slice.and_then(|slice| mapping::get_item(container, &slice)))
}

/// The object of a truth.
pub fn bool_object(value: bool) -> *mut Object {
    from_bool(value).as_ptr()
}
