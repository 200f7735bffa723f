//! The functions that fill the slots of classes whose special methods are written in Python (CPython's `slot_tp_*`).

use super::slots::*;
use super::{TypeObject, flags};
use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::number::Binary;
use crate::protocol::{self, attr, attr::Method};
use crate::raise::{self, Catch, Result};
use crate::types::bool::from_bool;
use crate::types::int::{Int, new_int};
use crate::types::none::{self, not_implemented};
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::{descr, exceptions as exc};
use core::ffi::c_int;
use core::ptr;

/// Calls the special method `name` of `args[0]`, `None` when its class has none.
#[inline]
fn maybe<const N: usize>(name: &Str, args: [&Object; N]) -> Result<Option<Ref>> {
    match attr::special_method(args[0], name)? {
        Some(Method::Unbound(function)) => protocol::call::call(&function, &args).map(Some),
        Some(Method::Bound(callable)) => protocol::call::call(&callable, &args[1..]).map(Some),
        None => Ok(None),
    }
}

/// Calls the special method `name` of `args[0]`, which must exist (`vectorcall_method`).
#[inline]
fn must<const N: usize>(name: &Str, args: [&Object; N]) -> Result<Ref> {
    maybe(name, args)?.ok_or_else(|| raise::set(&exc::AttributeError, Some(name)))
}

/// [`maybe`] with NotImplemented for a missing method.
#[inline]
fn or_not_implemented<const N: usize>(name: &Str, args: [&Object; N]) -> Result<Ref> {
    Ok(maybe(name, args)?.unwrap_or_else(|| not_implemented().to_ref()))
}

/// The int that a C slot returns: -1 for an exception.
fn int_status(result: Result<()>) -> c_int {
    match result {
        Ok(()) => 0,
        Err(_) => -1,
    }
}

/// The int that a C slot returns for a truth value.
fn int_answer(result: Result<bool>) -> c_int {
    match result {
        Ok(answer) => answer.into(),
        Err(_) => -1,
    }
}

// ---- type slots ----

pub unsafe extern "C" fn repr(this: &Object) -> Result<Ref> {
    match maybe(id!("__repr__"), [this])? {
        Some(text) => Ok(text),
        None => Ok(Str::new(&format!("<{} object at {:p}>", this.class().name(), this))?.upcast()),
    }
}

pub unsafe extern "C" fn str(this: &Object) -> Result<Ref> {
    match maybe(id!("__str__"), [this])? {
        Some(text) => Ok(text),
        None => protocol::object::repr(this).map(Ref::upcast),
    }
}

pub unsafe extern "C" fn hash(this: &Object) -> isize {
    let answer = || -> Result<isize> {
        let method = this.class().lookup(id!("__hash__"));
        if method.is_none_or(|method| method.is(none::none())) {
            return Err(protocol::object::unhashable(this));
        }
        let hash = must(id!("__hash__"), [this])?;
        let Some(hash) = hash.cast::<Int>() else {
            return Err(crate::raise!(TypeError, "__hash__ method should return an integer"));
        };
        match hash.to_i64() {
            Some(-1) => Ok(-2),
            Some(hash) => Ok(hash as isize),
            // The hash of the int: what its own slot says.
            None => protocol::object::hash(hash),
        }
    };
    answer().unwrap_or(-1)
}

/// `_PyObject_NextNotImplemented`, the `tp_iternext` of a class made in Python without `__next__`.
#[unsafe(export_name = "_PyObject_NextNotImplemented")]
pub unsafe extern "C" fn next_not_implemented(this: &Object) -> Option<Ref> {
    crate::raise!(TypeError, "'{}' object is not iterable", this.class().name()).leave();
    None
}

pub unsafe extern "C" fn call(this: &Object, args: &Object, kwargs: Option<&Object>) -> Result<Ref> {
    let Some(method) = attr::special_method(this, id!("__call__"))? else {
        return Err(raise::set(&exc::AttributeError, Some(id!("__call__"))));
    };
    call_method(&method, this, args, kwargs)
}

/// Calls a method with a tuple and a dictionary, `this` in front where it is not bound.
fn call_method(method: &Method, this: &Object, args: &Object, kwargs: Option<&Object>) -> Result<Ref> {
    let Some(args) = args.cast::<Tuple>() else { return Err(raise::bad_internal_call()) };
    let kwargs = kwargs.and_then(|kwargs| kwargs.cast());
    match method {
        Method::Bound(callable) => protocol::call::call_with_tuple(callable, args, kwargs),
        Method::Unbound(function) => {
            if kwargs.is_none_or(|kwargs| kwargs.is_empty()) {
                let mut all = Vec::with_capacity(args.len() + 1);
                all.push(this);
                all.extend_from_slice(args.items());
                return protocol::call::call(function, &all);
            }
            protocol::call::call_with_tuple(function, &*prepend(this, args)?, kwargs)
        }
    }
}

fn prepend(first: &Object, args: &Tuple) -> Result<Ref<Tuple>> {
    let mut all = Vec::with_capacity(args.len() + 1);
    all.push(first);
    all.extend_from_slice(args.items());
    Tuple::from_slice(&all)
}

/// `tp_getattro` of a class with `__getattribute__` alone.
pub unsafe extern "C" fn getattro(this: &Object, name: &Object) -> Result<Ref> {
    must(id!("__getattribute__"), [this, name])
}

/// `tp_getattro` of a class with `__getattr__` or `__getattribute__`.
pub unsafe extern "C" fn getattr_hook(this: &Object, name: &Object) -> Result<Ref> {
    let class = this.class();
    let Some(fallback) = class.lookup(id!("__getattr__")) else {
        class.tp_getattro.set(Some(getattro));
        // SAFETY: as for this function.
        return unsafe { getattro(this, name) };
    };
    let primary = class.lookup(id!("__getattribute__"));
    let generic = crate::attrs::generic_getattro as GetAttroFunc;
    let is_generic =
        primary.as_deref().is_none_or(|primary| descr::wraps(primary, generic as *const core::ffi::c_void));
    let found = match primary {
        Some(primary) if !is_generic => {
            let bound = bind(&primary, this)?;
            protocol::call::call(&bound, &[name]).catch(&exc::AttributeError)?
        }
        _ => {
            let name = crate::types::str::expect_str(name, "attribute name")?;
            // What a descriptor raises counts as absence too.
            crate::attrs::generic_get_optional(this, name).catch(&exc::AttributeError)?.flatten()
        }
    };
    match found {
        Some(value) => Ok(value),
        None if fallback.class().has_feature(flags::METHOD_DESCRIPTOR) => {
            protocol::call::call(&fallback, &[this, name])
        }
        None => protocol::call::call(&*bind(&fallback, this)?, &[name]),
    }
}

/// An attribute of the class bound to an instance.
fn bind(found: &Object, this: &Object) -> Result<Ref> {
    match found.class().tp_descr_get.get() {
        // SAFETY: the slot belongs to the attribute's class.
        Some(bind) => unsafe { bind(found, Some(this), Some(this.class())) },
        None => Ok(found.to_ref()),
    }
}

pub unsafe extern "C" fn setattro(this: &Object, name: &Object, value: Option<&Object>) -> c_int {
    let result = match value {
        Some(value) => must(id!("__setattr__"), [this, name, value]),
        None => must(id!("__delattr__"), [this, name]),
    };
    int_status(result.map(drop))
}

pub unsafe extern "C" fn richcompare(this: &Object, other: &Object, op: CompareOp) -> Result<Ref> {
    let name = match op {
        CompareOp::Lt => id!("__lt__"),
        CompareOp::Le => id!("__le__"),
        CompareOp::Eq => id!("__eq__"),
        CompareOp::Ne => id!("__ne__"),
        CompareOp::Gt => id!("__gt__"),
        CompareOp::Ge => id!("__ge__"),
    };
    // A method that cannot be bound is as good as none.
    match attr::special_method(this, name) {
        Ok(None) => Ok(not_implemented().to_ref()),
        Ok(Some(Method::Unbound(function))) => protocol::call::call(&function, &[this, other]),
        Ok(Some(Method::Bound(callable))) => protocol::call::call(&callable, &[other]),
        Err(raised) => {
            raised.clear();
            Ok(not_implemented().to_ref())
        }
    }
}

pub unsafe extern "C" fn iter(this: &Object) -> Result<Ref> {
    let class = this.class();
    let not_iterable = || crate::raise!(TypeError, "'{}' object is not iterable", class.name());
    match class.lookup(id!("__iter__")) {
        Some(method) if method.is(none::none()) => Err(not_iterable()),
        Some(_) => must(id!("__iter__"), [this]),
        None if class.lookup(id!("__getitem__")).is_none() => Err(not_iterable()),
        None => crate::types::iter::sequence_iterator(this),
    }
}

pub unsafe extern "C" fn iternext(this: &Object) -> Option<Ref> {
    must(id!("__next__"), [this]).ok()
}

pub unsafe extern "C" fn descr_get(
    this: &Object,
    instance: Option<&Object>,
    owner: Option<&Object>,
) -> Result<Ref> {
    let class = this.class();
    let Some(get) = class.lookup(id!("__get__")) else {
        // The method is gone: the slot empties itself.
        if class.tp_descr_get.get().is_some_and(|own| ptr::fn_addr_eq(own, descr_get as DescrGetFunc)) {
            class.tp_descr_get.set(None);
        }
        return Ok(this.to_ref());
    };
    let none = none::none();
    protocol::call::call(&get, &[this, instance.unwrap_or(none), owner.unwrap_or(none)])
}

pub unsafe extern "C" fn descr_set(this: &Object, instance: &Object, value: Option<&Object>) -> c_int {
    let result = match value {
        Some(value) => must(id!("__set__"), [this, instance, value]),
        None => must(id!("__delete__"), [this, instance]),
    };
    int_status(result.map(drop))
}

pub unsafe extern "C" fn init(this: &Object, args: &Tuple, kwargs: Option<&Object>) -> c_int {
    let run = || -> Result<()> {
        let Some(method) = attr::special_method(this, id!("__init__"))? else {
            return Err(raise::set(&exc::AttributeError, Some(id!("__init__"))));
        };
        let result = call_method(&method, this, args, kwargs)?;
        if !result.is(none::none()) {
            return Err(crate::raise!(
                TypeError,
                "__init__() should return None, not '{}'",
                result.class().name()
            ));
        }
        Ok(())
    };
    int_status(run())
}

pub unsafe extern "C" fn new(class: &TypeObject, args: &Tuple, kwargs: Option<&Object>) -> Result<Ref> {
    let function = attr::get(class, id!("__new__"))?;
    call_method(&Method::Unbound(function), class, args, kwargs)
}

/// `tp_finalize` of a class with `__del__`: what it raises is reported, the pending exception kept.
pub unsafe extern "C" fn finalize(this: *mut Object) {
    // SAFETY: finalisers run while the object is whole.
    let this = unsafe { &*this };
    let pending = raise::take_pending();
    if let Some(method) = this.class().lookup(id!("__del__"))
        && let Err(raised) = maybe(id!("__del__"), [this])
    {
        raise::write_unraisable(raised, Some(&method));
    }
    if let Some(exception) = pending {
        raise::restore(exception).leave();
    }
}

// ---- await and asynchronous iteration ----

macro_rules! async_slots {
    ($($function:ident $name:literal)*) => { $(
        pub unsafe extern "C" fn $function(this: &Object) -> Result<Ref> {
            match maybe(id!($name), [this])? {
                Some(value) => Ok(value),
                None => Err(crate::raise!(
                    AttributeError,
                    concat!("object {} does not have ", $name, " method"),
                    this.class().name()
                )),
            }
        }
    )* };
}

async_slots! { am_await "__await__" am_aiter "__aiter__" am_anext "__anext__" }

// ---- numbers ----

/// A binary operator; `is_own` says whether a class's slot is the calling function. The class of the left operand asks first, unless the right operand's is a subclass with its own method.
fn binary(
    left: &Object,
    right: &Object,
    is_own: impl Fn(&TypeObject) -> core::primitive::bool,
    name: &Str,
    reflected: &Str,
) -> Result<Ref> {
    let mut try_right = !right.is_exactly(left.class()) && is_own(right.class());
    if is_own(left.class()) {
        if try_right && right.class().is_subtype(left.class()) && is_overridden(left, right, reflected)? {
            let result = or_not_implemented(reflected, [right, left])?;
            if !result.is(not_implemented()) {
                return Ok(result);
            }
            try_right = false;
        }
        let result = or_not_implemented(name, [left, right])?;
        if !result.is(not_implemented()) || right.is_exactly(left.class()) {
            return Ok(result);
        }
    }
    if try_right {
        return or_not_implemented(reflected, [right, left]);
    }
    Ok(not_implemented().to_ref())
}

/// Whether the right operand's class has another method `name` than the left's (`method_is_overloaded`).
fn is_overridden(left: &Object, right: &Object, name: &Str) -> Result<bool> {
    let Some(theirs) = attr::get_optional(right.class(), name)? else { return Ok(false) };
    let Some(ours) = attr::get_optional(left.class(), name)? else { return Ok(true) };
    protocol::compare::compare_bool(&theirs, &ours, CompareOp::Ne)
}

/// What the right operand's reflected method gives; NotImplemented if it has none.
pub fn reflected(op: Binary, left: &Object, right: &Object) -> Result<Ref> {
    or_not_implemented(names(op)[1], [right, left])
}

/// The names of an operator's method, of its reflected one, and of the one that does it in place.
pub fn names(op: Binary) -> [&'static Str; 3] {
    match op {
        Binary::Add => [id!("__add__"), id!("__radd__"), id!("__iadd__")],
        Binary::Subtract => [id!("__sub__"), id!("__rsub__"), id!("__isub__")],
        Binary::Multiply => [id!("__mul__"), id!("__rmul__"), id!("__imul__")],
        Binary::Remainder => [id!("__mod__"), id!("__rmod__"), id!("__imod__")],
        Binary::Lshift => [id!("__lshift__"), id!("__rlshift__"), id!("__ilshift__")],
        Binary::Rshift => [id!("__rshift__"), id!("__rrshift__"), id!("__irshift__")],
        Binary::And => [id!("__and__"), id!("__rand__"), id!("__iand__")],
        Binary::Xor => [id!("__xor__"), id!("__rxor__"), id!("__ixor__")],
        Binary::Or => [id!("__or__"), id!("__ror__"), id!("__ior__")],
        Binary::FloorDivide => [id!("__floordiv__"), id!("__rfloordiv__"), id!("__ifloordiv__")],
        Binary::TrueDivide => [id!("__truediv__"), id!("__rtruediv__"), id!("__itruediv__")],
        Binary::MatrixMultiply => [id!("__matmul__"), id!("__rmatmul__"), id!("__imatmul__")],
        Binary::Divmod => [id!("__divmod__"), id!("__rdivmod__"), id!("__divmod__")],
    }
}

macro_rules! binary_slots {
    ($($function:ident $slot:ident $name:literal $reflected:literal;)*) => { $(
        pub unsafe extern "C" fn $function(left: &Object, right: &Object) -> Result<Ref> {
            let is_own = |class: &TypeObject| {
                let function = class.number().and_then(|table| table.$slot.get());
                function.is_some_and(|function| ptr::fn_addr_eq(function, $function as BinaryFunc))
            };
            binary(left, right, is_own, id!($name), id!($reflected))
        }
    )* };
}

binary_slots! {
    add nb_add "__add__" "__radd__";
    subtract nb_subtract "__sub__" "__rsub__";
    multiply nb_multiply "__mul__" "__rmul__";
    remainder nb_remainder "__mod__" "__rmod__";
    divmod nb_divmod "__divmod__" "__rdivmod__";
    lshift nb_lshift "__lshift__" "__rlshift__";
    rshift nb_rshift "__rshift__" "__rrshift__";
    and nb_and "__and__" "__rand__";
    xor nb_xor "__xor__" "__rxor__";
    or nb_or "__or__" "__ror__";
    floor_divide nb_floor_divide "__floordiv__" "__rfloordiv__";
    true_divide nb_true_divide "__truediv__" "__rtruediv__";
    matrix_multiply nb_matrix_multiply "__matmul__" "__rmatmul__";
}

macro_rules! method_slots {
    ($($function:ident ($($arg:ident),*) $name:literal;)*) => { $(
        pub unsafe extern "C" fn $function(this: &Object $(, $arg: &Object)*) -> Result<Ref> {
            must(id!($name), [this $(, $arg)*])
        }
    )* };
}

method_slots! {
    negative() "__neg__";
    positive() "__pos__";
    absolute() "__abs__";
    invert() "__invert__";
    int() "__int__";
    float() "__float__";
    index() "__index__";
    inplace_add(other) "__iadd__";
    inplace_subtract(other) "__isub__";
    inplace_multiply(other) "__imul__";
    inplace_remainder(other) "__imod__";
    inplace_lshift(other) "__ilshift__";
    inplace_rshift(other) "__irshift__";
    inplace_and(other) "__iand__";
    inplace_xor(other) "__ixor__";
    inplace_or(other) "__ior__";
    inplace_floor_divide(other) "__ifloordiv__";
    inplace_true_divide(other) "__itruediv__";
    inplace_matrix_multiply(other) "__imatmul__";
    subscript(key) "__getitem__";
}

/// The third argument of `__ipow__` is never passed.
pub unsafe extern "C" fn inplace_power(this: &Object, other: &Object, _: Option<&Object>) -> Result<Ref> {
    must(id!("__ipow__"), [this, other])
}

pub unsafe extern "C" fn power(base: &Object, exponent: &Object, modulus: Option<&Object>) -> Result<Ref> {
    let modulus = modulus.filter(|modulus| !modulus.is(none::none()));
    let is_own = |class: &TypeObject| {
        let function = class.number().and_then(|table| table.nb_power.get());
        function.is_some_and(|function| ptr::fn_addr_eq(function, power as TernaryFunc))
    };
    match modulus {
        // With a modulus only the class of the base is asked.
        Some(modulus) if is_own(base.class()) => {
            or_not_implemented(id!("__pow__"), [base, exponent, modulus])
        }
        Some(_) => Ok(not_implemented().to_ref()),
        None => binary(base, exponent, is_own, id!("__pow__"), id!("__rpow__")),
    }
}

pub unsafe extern "C" fn bool(this: &Object) -> c_int {
    let answer = || -> Result<core::primitive::bool> {
        if let Some(value) = maybe(id!("__bool__"), [this])? {
            if !value.is(from_bool(true)) && !value.is(from_bool(false)) {
                return Err(crate::raise!(
                    TypeError,
                    "__bool__ should return bool, returned {}",
                    value.class().name()
                ));
            }
            return Ok(value.is(from_bool(true)));
        }
        match maybe(id!("__len__"), [this])? {
            Some(len) => Ok(checked_length(&len)? > 0),
            None => Ok(true),
        }
    };
    int_answer(answer())
}

// ---- containers ----

/// What `__len__` returned, as a length.
fn checked_length(len: &Object) -> Result<isize> {
    let index = protocol::number::index(len)?;
    if index.is_negative() {
        return Err(crate::raise!(ValueError, "__len__() should return >= 0"));
    }
    protocol::number::index_as_isize(&index, Some(&exc::OverflowError))
}

pub unsafe extern "C" fn length(this: &Object) -> isize {
    must(id!("__len__"), [this]).and_then(|len| checked_length(&len)).unwrap_or(-1)
}

pub unsafe extern "C" fn ass_subscript(this: &Object, key: &Object, value: Option<&Object>) -> c_int {
    let result = match value {
        Some(value) => must(id!("__setitem__"), [this, key, value]),
        None => must(id!("__delitem__"), [this, key]),
    };
    int_status(result.map(drop))
}

pub unsafe extern "C" fn item(this: &Object, index: isize) -> Result<Ref> {
    let index = new_int(index as i64)?;
    must(id!("__getitem__"), [this, &index])
}

pub unsafe extern "C" fn ass_item(this: &Object, index: isize, value: Option<&Object>) -> c_int {
    let run = || {
        let index = new_int(index as i64)?;
        match value {
            Some(value) => must(id!("__setitem__"), [this, &index, value]),
            None => must(id!("__delitem__"), [this, &index]),
        }
    };
    int_status(run().map(drop))
}

pub unsafe extern "C" fn contains(this: &Object, item: &Object) -> c_int {
    let answer = || {
        let class = this.class();
        match class.lookup(id!("__contains__")) {
            Some(method) if method.is(none::none()) => {
                Err(crate::raise!(TypeError, "'{}' object is not a container", class.name()))
            }
            Some(_) => protocol::object::is_true(&*must(id!("__contains__"), [this, item])?),
            None => protocol::sequence::contains_by_iteration(this, item),
        }
    };
    int_answer(answer())
}
