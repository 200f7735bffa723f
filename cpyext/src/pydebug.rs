//! `pydebug.h`: the flags of the command line as numbers that C code reads.

use core::ffi::{c_char, c_int};
use core::sync::atomic::{AtomicI32, Ordering};
use interp::config::Config;

macro_rules! flags {
    ($($name:ident = $value:expr;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub static $name: AtomicI32 = AtomicI32::new(0);
        )*

        /// Sets the numbers to what the configuration says.
        pub fn set(config: &Config) {
            $(
                let value: fn(&Config) -> c_int = $value;
                $name.store(value(config), Ordering::Relaxed);
            )*
        }
    };
}

flags! {
    Py_DebugFlag = |config| config.parser_debug;
    Py_VerboseFlag = |config| config.verbose;
    Py_QuietFlag = |config| config.quiet.into();
    Py_InteractiveFlag = |config| config.interactive.into();
    Py_InspectFlag = |config| config.inspect.into();
    Py_OptimizeFlag = |config| config.optimize.into();
    Py_NoSiteFlag = |config| config.no_site.into();
    Py_BytesWarningFlag = |config| config.bytes_warning;
    Py_FrozenFlag = |_| 0;
    Py_IgnoreEnvironmentFlag = |config| config.ignore_environment.into();
    Py_DontWriteBytecodeFlag = |config| config.dont_write_bytecode.into();
    Py_NoUserSiteDirectory = |config| config.no_user_site.into();
    Py_UnbufferedStdioFlag = |config| config.unbuffered.into();
    Py_HashRandomizationFlag = |config| c_int::from(config.hash_seed != Some(0));
    Py_IsolatedFlag = |config| config.isolated.into();
    Py_UTF8Mode = |config| config.utf8_mode.into();
}

/// A variable of the environment, unless the environment is to be ignored.
///
/// # Safety
/// A C function: a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_GETENV(name: *const c_char) -> *const c_char {
    if Py_IgnoreEnvironmentFlag.load(Ordering::Relaxed) != 0 {
        return core::ptr::null();
    }
    // SAFETY: the caller's promise.
    unsafe { libc::getenv(name) }
}
