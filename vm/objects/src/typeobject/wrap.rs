//! How `wrapper_descriptor` calls a filled slot: one function per C signature, from a tuple of arguments to the slot's own.

use super::slots::*;
use super::{TypeObject, dunder};
use crate::object::refs::{Ref, none};
use crate::object::{Instance, Object};
use crate::protocol;
use crate::raise::{self, Result};
use crate::types::bool::new_bool;
use crate::types::dict::Dict;
use crate::types::int::new_int;
use crate::types::none;
use crate::types::tuple::Tuple;
use core::ffi::c_void;
use core::mem::transmute;
use core::ptr;

/// Exactly `N` positional arguments (`check_num_args`).
fn exactly<'a, const N: usize>(args: &Tuple) -> Result<[&'a Object; N]> {
    // SAFETY: the caller of a wrapper keeps its arguments alive for the time of the call.
    let items: &'a [&'a Object] = unsafe { transmute(args.items()) };
    items.try_into().map_err(|_| {
        let plural = if N == 1 { "" } else { "s" };
        crate::raise!(TypeError, "expected {N} argument{plural}, got {}", items.len())
    })
}

/// One or two positional arguments (`PyArg_UnpackTuple` with an empty name).
fn one_or_two<'a>(args: &Tuple) -> Result<(&'a Object, Option<&'a Object>)> {
    // SAFETY: as in `exactly`.
    let items: &'a [&'a Object] = unsafe { transmute(args.items()) };
    match *items {
        [first] => Ok((first, None)),
        [first, second] => Ok((first, Some(second))),
        [] => Err(crate::raise!(TypeError, " expected at least 1 argument, got 0")),
        _ => Err(crate::raise!(TypeError, " expected at most 2 arguments, got {}", items.len())),
    }
}

/// The result of an int slot that only succeeds or fails.
fn done(status: core::ffi::c_int) -> Result<Ref> {
    if status < 0 { Err(raise::pending()) } else { Ok(none()) }
}

macro_rules! wrappers {
    ($($(#[$doc:meta])* fn $name:ident($this:ident, $args:ident, $slot:ident: $kind:ty) $body:block)*) => { $(
        $(#[$doc])*
        pub unsafe extern "C" fn $name(
            $this: &Object,
            $args: &Tuple,
            wrapped: *const c_void,
            _kwargs: Option<&Dict>,
        ) -> Result<Ref> {
            // SAFETY: the row of the slot table pairs this wrapper with slots of this type.
            let $slot: $kind = unsafe { transmute(wrapped) };
            // SAFETY: a slot function called with an instance of the type it came from, as the descriptor has checked.
            unsafe { $body }
        }
    )* };
}

wrappers! {
    fn unary(this, args, slot: UnaryFunc) {
        exactly::<0>(args)?;
        slot(this)
    }
    fn binary(this, args, slot: BinaryFunc) {
        let [other] = exactly(args)?;
        slot(this, other)
    }
    fn binary_l(this, args, slot: BinaryFunc) {
        let [other] = exactly(args)?;
        slot(this, other)
    }
    fn binary_r(this, args, slot: BinaryFunc) {
        let [other] = exactly(args)?;
        slot(other, this)
    }
    fn ternary(this, args, slot: TernaryFunc) {
        let (other, third) = one_or_two(args)?;
        slot(this, other, Some(third.unwrap_or(none::none())))
    }
    fn ternary_r(this, args, slot: TernaryFunc) {
        let (other, third) = one_or_two(args)?;
        slot(other, this, Some(third.unwrap_or(none::none())))
    }
    fn inquiry(this, args, slot: Inquiry) {
        exactly::<0>(args)?;
        match slot(this) {
            -1 if raise::occurred() => Err(raise::pending()),
            answer => Ok(new_bool(answer != 0)),
        }
    }
    fn length(this, args, slot: LenFunc) {
        exactly::<0>(args)?;
        match slot(this) {
            -1 if raise::occurred() => Err(raise::pending()),
            len => new_int(len as i64),
        }
    }
    fn hash(this, args, slot: HashFunc) {
        exactly::<0>(args)?;
        match slot(this) {
            -1 if raise::occurred() => Err(raise::pending()),
            hash => new_int(hash as i64),
        }
    }
    fn setattr(this, args, slot: SetAttroFunc) {
        let [name, value] = exactly(args)?;
        check_override(this, slot, "__setattr__")?;
        done(slot(this, name, Some(value)))
    }
    fn delattr(this, args, slot: SetAttroFunc) {
        let [name] = exactly(args)?;
        check_override(this, slot, "__delattr__")?;
        done(slot(this, name, None))
    }
    fn next(this, args, slot: IterNextFunc) {
        exactly::<0>(args)?;
        match slot(this) {
            Some(value) => Ok(value),
            None if raise::occurred() => Err(raise::pending()),
            None => Err(raise::stop_iteration(None)),
        }
    }
    fn descr_get(this, args, slot: DescrGetFunc) {
        let (instance, owner) = one_or_two(args)?;
        let instance = Some(instance).filter(|instance| !instance.is(none::none()));
        let owner = owner.filter(|owner| !owner.is(none::none()));
        if instance.is_none() && owner.is_none() {
            return Err(crate::raise!(TypeError, "__get__(None, None) is invalid"));
        }
        slot(this, instance, owner)
    }
    fn descr_set(this, args, slot: DescrSetFunc) {
        let [instance, value] = exactly(args)?;
        done(slot(this, instance, Some(value)))
    }
    fn descr_delete(this, args, slot: DescrSetFunc) {
        let [instance] = exactly(args)?;
        done(slot(this, instance, None))
    }
    fn del(this, args, slot: Destructor) {
        exactly::<0>(args)?;
        slot(this.as_ptr());
        Ok(none())
    }
    fn setitem(this, args, slot: ObjObjArgProc) {
        let [key, value] = exactly(args)?;
        done(slot(this, key, Some(value)))
    }
    fn delitem(this, args, slot: ObjObjArgProc) {
        let [key] = exactly(args)?;
        done(slot(this, key, None))
    }
    fn index_arg(this, args, slot: SizeArgFunc) {
        let [count] = exactly(args)?;
        let count = protocol::number::index_as_isize(count, Some(&crate::types::exceptions::OverflowError))?;
        slot(this, count)
    }
    fn sq_item(this, args, slot: SizeArgFunc) {
        let [index] = exactly(args)?;
        slot(this, sequence_index(this, index)?)
    }
    fn sq_setitem(this, args, slot: SizeObjArgProc) {
        let [index, value] = exactly(args)?;
        done(slot(this, sequence_index(this, index)?, Some(value)))
    }
    fn sq_delitem(this, args, slot: SizeObjArgProc) {
        let [index] = exactly(args)?;
        done(slot(this, sequence_index(this, index)?, None))
    }
    fn obj_obj_proc(this, args, slot: ObjObjProc) {
        let [item] = exactly(args)?;
        match slot(this, item) {
            -1 if raise::occurred() => Err(raise::pending()),
            answer => Ok(new_bool(answer != 0)),
        }
    }
}

/// `__call__` and `__init__` take keywords.
pub unsafe extern "C" fn call(
    this: &Object,
    args: &Tuple,
    wrapped: *const c_void,
    kwargs: Option<&Dict>,
) -> Result<Ref> {
    // SAFETY: as for the wrappers above.
    unsafe {
        let slot: TernaryFunc = transmute(wrapped);
        slot(this, args, kwargs.map(Instance::as_object))
    }
}

/// See [`call`].
pub unsafe extern "C" fn init(
    this: &Object,
    args: &Tuple,
    wrapped: *const c_void,
    kwargs: Option<&Dict>,
) -> Result<Ref> {
    // SAFETY: as for the wrappers above.
    unsafe {
        let slot: InitProc = transmute(wrapped);
        done(slot(this, args, kwargs.map(Instance::as_object)))
    }
}

macro_rules! comparisons {
    ($($name:ident $op:ident)*) => {
        wrappers! { $(
            fn $name(this, args, slot: RichCmpFunc) {
                let [other] = exactly(args)?;
                slot(this, other, CompareOp::$op)
            }
        )* }
    };
}

comparisons! { lt Lt le Le eq Eq ne Ne gt Gt ge Ge }

/// An index with the length added when it is negative (`getindex`).
fn sequence_index(this: &Object, index: &Object) -> Result<isize> {
    let index = protocol::number::index_as_isize(index, Some(&crate::types::exceptions::OverflowError))?;
    if index < 0 && this.class().sequence().is_some_and(|table| table.sq_length.get().is_some()) {
        return Ok(index + protocol::object::len(this)? as isize);
    }
    Ok(index)
}

/// Keeps `object.__setattr__(some_class, …)` and its like from jumping over a native override (`hackcheck`).
fn check_override(this: &Object, slot: SetAttroFunc, name: &str) -> Result<()> {
    let class = this.class();
    let is = |class: &TypeObject, function: SetAttroFunc| {
        class.tp_setattro.get().is_some_and(|own| ptr::fn_addr_eq(own, function))
    };
    let Some(mro) = class.tp_mro.get() else { return Ok(()) };
    let own = class.tp_setattro.get();
    let python = dunder::setattro as SetAttroFunc;
    let defining = mro
        .items()
        .iter()
        .rev()
        .filter_map(|base| base.cast::<TypeObject>())
        .find(|base| !is(base, python) && own.is_some_and(|own| is(base, own)))
        .unwrap_or(class);
    let mut base = Some(defining);
    while let Some(this_base) = base {
        if is(this_base, slot) {
            return Ok(());
        }
        if !is(this_base, python) {
            return Err(crate::raise!(TypeError, "can't apply this {name} to {} object", class.name()));
        }
        base = this_base.base();
    }
    Ok(())
}
