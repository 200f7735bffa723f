//! Settings and simple questions.

use crate::{gil, trampoline};
use objects::codecs::filesystem;
use objects::types::str::{Str, intern};
use objects::{Ref, Result, raise, state};

#[macros::pymodule(name = "sys", part)]
pub mod part {
    use super::*;

    #[function("getdefaultencoding($module, /)")]
    fn getdefaultencoding() -> Result<Ref<Str>> {
        intern::intern_text("utf-8")
    }

    #[function("getfilesystemencoding($module, /)")]
    fn getfilesystemencoding() -> Result<Ref<Str>> {
        intern::intern_text(filesystem::encoding().name())
    }

    #[function("getfilesystemencodeerrors($module, /)")]
    fn getfilesystemencodeerrors() -> Result<Ref<Str>> {
        intern::intern_text(filesystem::ERRORS)
    }

    #[function("getswitchinterval($module, /)")]
    fn getswitchinterval() -> f64 {
        gil::switch_interval() as f64 / 1e6
    }

    #[function("setswitchinterval($module, interval, /)")]
    fn setswitchinterval(interval: f64) -> Result<()> {
        if interval <= 0.0 {
            return Err(raise!(ValueError, "switch interval must be strictly positive"));
        }
        gil::set_switch_interval((interval * 1e6) as u64);
        Ok(())
    }

    #[function("get_int_max_str_digits($module, /)")]
    fn get_int_max_str_digits() -> i32 {
        state::interpreter().int_max_str_digits.get()
    }

    #[function("set_int_max_str_digits($module, /, maxdigits)")]
    fn set_int_max_str_digits(maxdigits: i32) -> Result<()> {
        if maxdigits != 0 && maxdigits < 640 {
            return Err(raise!(ValueError, "maxdigits must be 0 or larger than 640"));
        }
        state::interpreter().int_max_str_digits.set(maxdigits);
        Ok(())
    }

    /// `-X cpu_count`; -1 when the machine decides.
    #[function("_get_cpu_count_config($module, /)", unchecked)]
    fn get_cpu_count_config() -> i32 {
        crate::config::get().cpu_count
    }

    #[function("is_finalizing($module, /)")]
    fn is_finalizing() -> bool {
        state::interpreter().is_finalizing()
    }

    #[function("_is_gil_enabled($module, /)")]
    fn is_gil_enabled() -> bool {
        true
    }

    #[function("is_stack_trampoline_active($module, /)")]
    fn is_stack_trampoline_active() -> bool {
        trampoline::is_active()
    }

    #[function("activate_stack_trampoline($module, backend, /)")]
    fn activate_stack_trampoline(backend: &str) -> Result<()> {
        match backend {
            "perf" => trampoline::activate(),
            _ => Err(raise!(ValueError, "invalid backend: {backend}")),
        }
    }

    #[function("deactivate_stack_trampoline($module, /)")]
    fn deactivate_stack_trampoline() {
        trampoline::deactivate();
    }

    #[function("getdlopenflags($module, /)")]
    fn getdlopenflags() -> i32 {
        crate::config::dlopen_flags()
    }

    #[function("setdlopenflags($module, flags, /)")]
    fn setdlopenflags(flags: i32) {
        crate::config::set_dlopen_flags(flags);
    }
}
