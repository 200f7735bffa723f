//! `methodobject.h` and `cpython/methodobject.h`.

use core::ffi::{c_int, c_void};
use macros::capi;
use objects::typeobject::MethodDef;
use objects::types::cfunction::Function;
use objects::types::dict::Dict;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, TypeObject};

/// # Safety
/// A C function: the definition lives as long as the function.
#[capi]
pub unsafe fn PyCMethod_New(
    definition: *mut MethodDef,
    this: Option<&Object>,
    module: Option<&Object>,
    class: Option<&TypeObject>,
) -> Result<Ref<Function>> {
    use objects::typeobject::flags::METH_METHOD;
    // SAFETY: the caller's promise.
    let definition = unsafe { &*definition };
    match class {
        Some(class) if definition.ml_flags & METH_METHOD != 0 => {
            Function::with_class(definition, this, module, class)
        }
        None if definition.ml_flags & METH_METHOD != 0 => Err(objects::raise!(
            SystemError,
            "attempting to create PyCMethod with a METH_METHOD flag but no class"
        )),
        Some(_) => Err(objects::raise!(
            SystemError,
            "attempting to create PyCFunction with class but no METH_METHOD flag"
        )),
        None => Function::new(definition, this, module),
    }
}

/// # Safety
/// As [`PyCMethod_New`].
#[capi]
pub unsafe fn PyCFunction_NewEx(
    definition: *mut MethodDef,
    this: Option<&Object>,
    module: Option<&Object>,
) -> Result<Option<Ref<Function>>> {
    // SAFETY: the caller's promise.
    Ok(unsafe { PyCMethod_New(definition, this, module, None) })
}

/// # Safety
/// As [`PyCMethod_New`].
#[capi]
pub unsafe fn PyCFunction_New(
    definition: *mut MethodDef,
    this: Option<&Object>,
) -> Result<Option<Ref<Function>>> {
    // SAFETY: the caller's promise.
    Ok(unsafe { PyCMethod_New(definition, this, None, None) })
}

#[capi]
pub fn PyCFunction_GetFunction(function: &Function) -> Result<*const c_void> {
    Ok(function.def().ml_meth)
}

/// What the function is bound to, borrowed; NULL for a static method.
#[capi]
pub fn PyCFunction_GetSelf(function: &Function) -> Result<*mut Object> {
    Ok(function.receiver_pointer())
}

#[capi]
pub fn PyCFunction_GetFlags(function: &Function) -> Result<c_int> {
    Ok(function.def().ml_flags)
}

#[capi]
pub fn PyCFunction_Call(callable: &Object, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref> {
    objects::protocol::call::call_with_tuple(callable, args, kwargs)
}
