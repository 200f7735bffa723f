//! `pycore_pylifecycle.h`: what an interpreter may do, as a dictionary.

use core::ffi::c_int;
use interp::modules::interpreters::config;
use objects::args::status;
use objects::raise;
use objects::state::{Config, Interpreter};
use objects::types::dict::Dict;
use objects::{Object, Ref, Result};

/// # Safety
/// A C function: a place for the config, and an interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyInterpreterConfig_InitFromState(
    config: *mut Config,
    interpreter: &Interpreter,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { config.write(interpreter.config.get()) };
    0
}

/// # Safety
/// A C function: a config.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyInterpreterConfig_AsDict(config: &Config) -> Result<Ref<Dict>> {
    config::as_dict(*config)
}

fn dict_of(object: &Object) -> Result<&Dict> {
    object.cast::<Dict>().ok_or_else(|| raise!(TypeError, "dict expected"))
}

/// # Safety
/// A C function: a place for the config, and a dictionary that has all fields.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyInterpreterConfig_InitFromDict(config: *mut Config, dict: &Object) -> c_int {
    // SAFETY: the caller's promise.
    status(dict_of(dict).and_then(config::of_dict).map(|read| unsafe { config.write(read) }))
}

/// # Safety
/// A C function: a config, and a dictionary that has some of the fields.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyInterpreterConfig_UpdateFromDict(config: &mut Config, dict: &Object) -> c_int {
    status(dict_of(dict).and_then(|dict| config::update(config, dict)))
}
