//! What the command line and the environment said.

use core::sync::atomic::{AtomicI32, Ordering};
use objects::codecs::filesystem;
use std::ffi::OsString;
use std::sync::OnceLock;

/// What memory objects come from, as `PYTHONMALLOC` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// Pages of small blocks.
    Pages,
    /// The same, which are in the place of mimalloc's too.
    Mimalloc,
    /// The C library's.
    Library,
}

impl Memory {
    /// Memory by its name, and whether it is debugged; `None` for a name that is not known.
    pub fn from_name(name: &str) -> Option<(Memory, bool)> {
        let (kind, debugged) = match name.strip_suffix("_debug") {
            Some(kind) => (kind, true),
            None => (name, false),
        };
        match (kind, name) {
            (_, "default") => Some((Memory::Pages, false)),
            (_, "debug") => Some((Memory::Pages, true)),
            ("pymalloc", _) => Some((Memory::Pages, debugged)),
            ("mimalloc", _) => Some((Memory::Mimalloc, debugged)),
            ("malloc", _) => Some((Memory::Library, debugged)),
            _ => None,
        }
    }
}

/// The configuration; names are those of CPython's `PyConfig`.
#[derive(Clone, Debug)]
pub struct Config {
    pub isolated: bool,
    pub ignore_environment: bool,
    pub parser_debug: i32,
    pub dont_write_bytecode: bool,
    pub no_user_site: bool,
    pub no_site: bool,
    pub safe_path: bool,
    pub dev_mode: bool,
    pub utf8_mode: bool,
    pub filesystem_encoding: filesystem::Encoding,
    pub warn_default_encoding: bool,
    pub inspect: bool,
    pub interactive: bool,
    pub quiet: bool,
    pub unbuffered: bool,
    pub verbose: i32,
    pub optimize: u8,
    pub bytes_warning: i32,
    /// `PYTHONHASHSEED`; `None` is random.
    pub hash_seed: Option<u32>,
    pub int_max_str_digits: i32,
    /// `-X cpu_count`; -1 when the machine decides.
    pub cpu_count: i32,
    /// What memory objects come from, and whether it is debugged.
    pub memory: (Memory, bool),
    pub import_time: bool,
    /// `-X perf`.
    pub perf: bool,
    pub code_debug_ranges: bool,
    pub faulthandler: bool,
    /// Frames that `tracemalloc` is to keep; 0 when it is off.
    pub tracemalloc: u32,
    pub use_frozen_modules: bool,
    /// `--check-hash-based-pycs`.
    pub check_hash_pycs: String,
    pub pycache_prefix: Option<String>,
    /// What the standard streams are encoded in, and how errors are handled.
    pub stdio_encoding: String,
    pub stdio_errors: String,
    pub warn_options: Vec<String>,
    pub x_options: Vec<String>,
    /// What the environment says of the JIT, as `-X` options, which win over these.
    pub jit_variables: Vec<String>,
    /// `sys.argv`.
    pub argv: Vec<OsString>,
    /// `sys.orig_argv`.
    pub orig_argv: Vec<OsString>,
    /// What the process was called as.
    pub program_name: String,
    pub executable: String,
    pub prefix: String,
    pub exec_prefix: String,
    pub base_prefix: String,
    pub base_exec_prefix: String,
    pub base_executable: String,
    /// `PYTHONHOME`.
    pub home: Option<String>,
    pub platlibdir: String,
    /// The library's folder.
    pub stdlib_dir: String,
    /// That is only where a library usually is: none was found.
    pub stdlib_is_guess: bool,
    /// `sys.path` before `site`.
    pub module_search_paths: Vec<String>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            isolated: false,
            ignore_environment: false,
            parser_debug: 0,
            dont_write_bytecode: false,
            no_user_site: false,
            no_site: false,
            safe_path: false,
            dev_mode: false,
            utf8_mode: false,
            filesystem_encoding: filesystem::Encoding::default(),
            warn_default_encoding: false,
            inspect: false,
            interactive: false,
            quiet: false,
            unbuffered: false,
            verbose: 0,
            optimize: 0,
            bytes_warning: 0,
            hash_seed: None,
            int_max_str_digits: 4300,
            cpu_count: -1,
            memory: (Memory::Pages, false),
            import_time: false,
            perf: false,
            code_debug_ranges: true,
            faulthandler: false,
            tracemalloc: 0,
            use_frozen_modules: true,
            check_hash_pycs: "default".to_owned(),
            pycache_prefix: None,
            stdio_encoding: "utf-8".to_owned(),
            stdio_errors: "strict".to_owned(),
            warn_options: Vec::new(),
            x_options: Vec::new(),
            jit_variables: Vec::new(),
            argv: Vec::new(),
            orig_argv: Vec::new(),
            program_name: String::new(),
            executable: String::new(),
            prefix: String::new(),
            exec_prefix: String::new(),
            base_prefix: String::new(),
            base_exec_prefix: String::new(),
            base_executable: String::new(),
            home: None,
            platlibdir: "lib".to_owned(),
            stdlib_dir: String::new(),
            stdlib_is_guess: false,
            module_search_paths: Vec::new(),
        }
    }
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
