//! What the command line and the environment said.

use core::sync::atomic::{AtomicI32, Ordering};
use std::sync::OnceLock;

/// The configuration; names are those of CPython's `PyConfig`.
#[derive(Clone, Debug, Default)]
pub struct Config {
    pub isolated: bool,
    pub ignore_environment: bool,
    pub dont_write_bytecode: bool,
    pub no_user_site: bool,
    pub no_site: bool,
    pub safe_path: bool,
    pub dev_mode: bool,
    pub utf8_mode: bool,
    pub inspect: bool,
    pub interactive: bool,
    pub quiet: bool,
    pub unbuffered: bool,
    pub verbose: u8,
    pub optimize: u8,
    pub bytes_warning: u8,
    pub warn_options: Vec<String>,
    pub x_options: Vec<String>,
    /// `sys.argv`.
    pub argv: Vec<String>,
    /// `sys.orig_argv`.
    pub orig_argv: Vec<String>,
    pub executable: String,
    pub prefix: String,
    pub exec_prefix: String,
    pub base_prefix: String,
    pub base_exec_prefix: String,
    pub base_executable: String,
    /// The library's folder.
    pub stdlib_dir: String,
    /// `sys.path` before `site`.
    pub module_search_paths: Vec<String>,
}

static CONFIG: OnceLock<Config> = OnceLock::new();

/// Sets the configuration, once, before anything is started.
pub fn set(config: Config) {
    if CONFIG.set(config).is_err() {
        objects::fatal("the configuration was set twice");
    }
}

/// The configuration; the default one when none was set.
pub fn get() -> &'static Config {
    CONFIG.get_or_init(Config::default)
}

static DLOPEN_FLAGS: AtomicI32 = AtomicI32::new(libc::RTLD_NOW);

/// `sys.getdlopenflags`.
pub fn dlopen_flags() -> i32 {
    DLOPEN_FLAGS.load(Ordering::Relaxed)
}

/// `sys.setdlopenflags`.
pub fn set_dlopen_flags(flags: i32) {
    DLOPEN_FLAGS.store(flags, Ordering::Relaxed);
}
