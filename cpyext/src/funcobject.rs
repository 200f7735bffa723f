//! `cpython/funcobject.h`: functions made of code, class methods and static methods.

use macros::capi;
use objects::typeobject::slots::VectorcallFunc;
use objects::types::code::Code;
use objects::types::dict::Dict;
use objects::types::function::Function;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::types::{classmethod, staticmethod};
use objects::{Instance, Object, Ref, Result};

#[capi]
pub fn PyFunction_New(code: &Code, globals: &Dict) -> Result<Ref<Function>> {
    Function::new(code, globals)
}

#[capi]
pub fn PyFunction_NewWithQualName(
    code: &Code,
    globals: &Dict,
    qualname: Option<&Str>,
) -> Result<Ref<Function>> {
    let function = Function::new(code, globals)?;
    if let Some(qualname) = qualname {
        function.func_qualname.set(Some(qualname.to_ref()));
    }
    Ok(function)
}

macro_rules! borrowed_fields {
    ($($name:ident $field:ident;)*) => { $(
        /// Borrowed from the function; NULL when there is none.
        #[capi]
        pub fn $name(function: &Function) -> Result<*mut Object> {
            Ok(function.$field.as_ptr().cast())
        }
    )* };
}

borrowed_fields! {
    PyFunction_GetCode func_code;
    PyFunction_GetGlobals func_globals;
    PyFunction_GetModule func_module;
    PyFunction_GetDefaults func_defaults;
    PyFunction_GetKwDefaults func_kwdefaults;
    PyFunction_GetClosure func_closure;
}

/// Borrowed from the function; NULL when there are none.
#[capi]
pub fn PyFunction_GetAnnotations(function: &Function) -> Result<*mut Object> {
    match function.func_annotations.is_empty() {
        true => Ok(core::ptr::null_mut()),
        // The function keeps the dictionary that it gives.
        false => Ok(function.annotations()?.as_ptr().cast()),
    }
}

/// `None` takes away what is there; anything but an object of the type is an error that says `expected`.
fn optional<'a, T: Instance>(value: &'a Object, expected: &str) -> Result<Option<&'a T>> {
    match value.cast::<T>() {
        _ if value.is(none()) => Ok(None),
        Some(value) => Ok(Some(value)),
        None => Err(objects::raise!(SystemError, "{expected}")),
    }
}

#[capi]
pub fn PyFunction_SetDefaults(function: &Function, value: &Object) -> Result<()> {
    let value = optional::<Tuple>(value, "non-tuple default args")?;
    function.change_defaults(value.map(Instance::to_ref));
    Ok(())
}

/// Sets the version that inline caches look at; 0 for none.
///
/// # Safety
/// A C function: a version that no other function has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyFunction_SetVersion(function: &Function, version: u32) {
    function.func_version.set(version);
}

#[capi]
pub fn PyFunction_SetKwDefaults(function: &Function, value: &Object) -> Result<()> {
    let value = optional::<Dict>(value, "non-dict keyword only default args")?;
    function.change_kwdefaults(value.map(Instance::to_ref));
    Ok(())
}

#[capi]
pub fn PyFunction_SetClosure(function: &Function, value: &Object) -> Result<()> {
    let value = match value.cast::<Tuple>() {
        _ if value.is(none()) => None,
        Some(cells) => Some(cells),
        None => {
            let got = value.class().name();
            return Err(objects::raise!(SystemError, "expected tuple for closure, got '{got}'"));
        }
    };
    function.invalidate();
    function.func_closure.set(value.map(Instance::to_ref));
    Ok(())
}

#[capi]
pub fn PyFunction_SetAnnotations(function: &Function, value: &Object) -> Result<()> {
    let value = optional::<Dict>(value, "non-dict annotations")?;
    function.invalidate();
    function.func_annotations.set(value.map(|value| value.to_ref().upcast()));
    Ok(())
}

/// # Safety
/// A C function: a function, and an entry that may be called with it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFunction_SetVectorcall(function: &Function, entry: VectorcallFunc) {
    function.invalidate();
    function.vectorcall.set(Some(entry));
}

#[capi]
pub fn PyClassMethod_New(callable: &Object) -> Result<Ref> {
    classmethod::new(callable)
}

#[capi]
pub fn PyStaticMethod_New(callable: &Object) -> Result<Ref> {
    staticmethod::new(callable)
}
