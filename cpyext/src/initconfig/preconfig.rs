//! `PyPreConfig`: what must be known before there is any text.

use core::ffi::c_int;

/// `PyPreConfig`. -1 leaves a question open.
#[repr(C)]
pub struct PreConfig {
    config_init: c_int,
    parse_argv: c_int,
    isolated: c_int,
    use_environment: c_int,
    configure_locale: c_int,
    coerce_c_locale: c_int,
    coerce_c_locale_warn: c_int,
    utf8_mode: c_int,
    dev_mode: c_int,
    allocator: c_int,
}

const COMPAT: PreConfig = PreConfig {
    config_init: 1,
    parse_argv: 0,
    isolated: -1,
    use_environment: -1,
    configure_locale: 1,
    coerce_c_locale: 0,
    coerce_c_locale_warn: 0,
    utf8_mode: 0,
    dev_mode: -1,
    allocator: 0,
};

/// # Safety
/// A C function: a place for the configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyPreConfig_InitCompatConfig(config: *mut PreConfig) {
    // SAFETY: the caller's promise.
    unsafe { config.write(COMPAT) };
}

/// # Safety
/// A C function: a place for the configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyPreConfig_InitPythonConfig(config: *mut PreConfig) {
    let python = PreConfig {
        config_init: 2,
        parse_argv: 1,
        isolated: 0,
        use_environment: 1,
        coerce_c_locale: -1,
        coerce_c_locale_warn: -1,
        utf8_mode: -1,
        ..COMPAT
    };
    // SAFETY: the caller's promise.
    unsafe { config.write(python) };
}

/// # Safety
/// A C function: a place for the configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyPreConfig_InitIsolatedConfig(config: *mut PreConfig) {
    let isolated = PreConfig {
        config_init: 3,
        isolated: 1,
        use_environment: 0,
        configure_locale: 0,
        dev_mode: 0,
        ..COMPAT
    };
    // SAFETY: the caller's promise.
    unsafe { config.write(isolated) };
}
