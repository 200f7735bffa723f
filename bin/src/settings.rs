//! The configuration: what the command line says, then the environment.

use crate::cli::{Cli, Program};
use crate::locale::{self, Locale};
use crate::paths;
use interp::config::{Config, Memory};
use objects::codecs::filesystem::Encoding;
use std::env;
use std::ffi::OsString;

/// An error in an option's value: the function of CPython that finds it, and the text; `None` for errors found without one.
pub struct Bad {
    pub function: Option<&'static str>,
    pub message: String,
    /// How far CPython is then.
    pub state: &'static str,
}

fn bad(function: &'static str, message: impl Into<String>) -> Bad {
    Bad { function: Some(function), message: message.into(), state: "preinitialized" }
}

/// Where settings come from.
struct Sources<'a> {
    cli: &'a Cli,
    environment: bool,
}

impl Sources<'_> {
    /// A variable of the environment that is set to something.
    fn variable(&self, name: &str) -> Option<String> {
        if !self.environment {
            return None;
        }
        env::var_os(name).filter(|value| !value.is_empty()).map(|value| value.to_string_lossy().into_owned())
    }

    fn is_set(&self, name: &str) -> bool {
        self.variable(name).is_some()
    }

    /// A variable that counts like an option: its number, 1 for what is no number.
    fn level(&self, name: &str, given: i32) -> i32 {
        let Some(value) = self.variable(name) else { return given };
        given.max(value.trim().parse::<i32>().ok().filter(|value| *value >= 0).unwrap_or(1))
    }

    /// The value of the last `-X name=value`, empty for `-X name`.
    fn x_option(&self, name: &str) -> Option<&str> {
        self.cli.x_options.iter().rev().find_map(|option| match option.split_once('=') {
            Some((own, value)) => (own == name).then_some(value),
            None => (option == name).then_some(""),
        })
    }

    fn has_x(&self, name: &str) -> bool {
        self.x_option(name).is_some()
    }
}

/// What the environment says of the JIT, as `-X` options. `PYTHON_JIT` is CPython's: whatever does not begin with a 0 turns it on.
fn jit_variables(sources: &Sources<'_>) -> Vec<String> {
    let mode = sources.variable("PYTHON_JIT").map(|value| match value.as_str() {
        "interp" => "jit=interp".to_owned(),
        value => format!("jit={}", if value.starts_with('0') { "off" } else { "on" }),
    });
    let more = sources.variable("PYTHON_JIT_OPTIONS").unwrap_or_default();
    let more = more.split(',').filter(|option| !option.is_empty()).map(|option| format!("jit-{option}"));
    mode.into_iter().chain(more).collect()
}

fn memory(sources: &Sources<'_>, dev_mode: bool) -> Result<(Memory, bool), Bad> {
    match sources.variable("PYTHONMALLOC") {
        None => Ok((Memory::Pages, dev_mode)),
        Some(name) => Memory::from_name(&name).ok_or_else(|| Bad {
            function: Some("preconfig_init_allocator"),
            message: "PYTHONMALLOC: unknown allocator".to_owned(),
            state: "preinitializing",
        }),
    }
}

fn utf8_mode(sources: &Sources<'_>, is_c_locale: bool) -> Result<bool, Bad> {
    let preinitializing = |message: &str| Bad {
        function: Some("preconfig_init_utf8_mode"),
        message: message.to_owned(),
        state: "preinitializing",
    };
    match sources.x_option("utf8") {
        Some("" | "1") => return Ok(true),
        Some("0") => return Ok(false),
        Some(_) => return Err(preinitializing("invalid -X utf8 option value")),
        None => {}
    }
    match sources.variable("PYTHONUTF8").as_deref() {
        Some("1") => Ok(true),
        Some("0") => Ok(false),
        Some(_) => Err(preinitializing("invalid PYTHONUTF8 environment variable value")),
        None => Ok(is_c_locale),
    }
}

fn hash_seed(sources: &Sources<'_>) -> Result<Option<u32>, Bad> {
    if sources.cli.random_hashes {
        return Ok(None);
    }
    match sources.variable("PYTHONHASHSEED").as_deref() {
        None | Some("random") => Ok(None),
        Some(value) => value.parse().map(Some).map_err(|_| {
            bad(
                "config_init_hash_seed",
                "PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]",
            )
        }),
    }
}

fn int_max_str_digits(sources: &Sources<'_>) -> Result<i32, Bad> {
    let check = |value: &str, what: &str| {
        value.parse::<i32>().ok().filter(|digits| *digits == 0 || *digits >= 640).ok_or_else(|| {
            let text = format!("{what}: invalid limit; must be >= 640 or 0 for unlimited.");
            bad("config_init_int_max_str_digits", text)
        })
    };
    match (sources.x_option("int_max_str_digits"), sources.variable("PYTHONINTMAXSTRDIGITS")) {
        (Some(value), _) => check(value, "-X int_max_str_digits"),
        (None, Some(value)) => check(&value, "PYTHONINTMAXSTRDIGITS"),
        (None, None) => Ok(4300),
    }
}

fn cpu_count(sources: &Sources<'_>) -> Result<i32, Bad> {
    let check = |value: &str, text: &str| match value {
        "default" => Ok(-1),
        _ => value
            .parse::<i32>()
            .ok()
            .filter(|count| *count > 0)
            .ok_or_else(|| bad("config_init_cpu_count", text)),
    };
    let missing = "n is missing or an invalid number, n must be greater than 0";
    match (sources.x_option("cpu_count"), sources.variable("PYTHON_CPU_COUNT")) {
        (Some(value), _) => check(value, &format!("-X cpu_count=n option: {missing}")),
        (None, Some(value)) => check(&value, &format!("PYTHON_CPU_COUNT=n: {missing}")),
        (None, None) => Ok(-1),
    }
}

fn tracemalloc(sources: &Sources<'_>) -> Result<u32, Bad> {
    let check = |value: &str, text: &str| {
        let frames = if value.is_empty() { Some(1) } else { value.parse::<u32>().ok() };
        frames.filter(|frames| *frames <= 65535).ok_or_else(|| bad("config_init_tracemalloc", text))
    };
    if let Some(value) = sources.x_option("tracemalloc") {
        return check(value, "-X tracemalloc=NFRAME: invalid number of frames");
    }
    match sources.variable("PYTHONTRACEMALLOC") {
        Some(value) => check(&value, "PYTHONTRACEMALLOC: invalid number of frames"),
        None => Ok(0),
    }
}

fn use_frozen_modules(sources: &Sources<'_>) -> Result<bool, Bad> {
    let (value, name) = match (sources.x_option("frozen_modules"), sources.variable("PYTHON_FROZEN_MODULES"))
    {
        (Some(value), _) => (value.to_owned(), "option -X frozen_modules"),
        (None, Some(value)) => (value, "PYTHON_FROZEN_MODULES"),
        (None, None) => return Ok(true),
    };
    match value.as_str() {
        "on" | "" => Ok(true),
        "off" => Ok(false),
        _ => Err(Bad {
            function: None,
            message: format!("bad value for {name} (expected \"on\" or \"off\")"),
            state: "preinitialized",
        }),
    }
}

fn check_gil(sources: &Sources<'_>) -> Result<(), Bad> {
    let value = match (sources.x_option("gil"), sources.variable("PYTHON_GIL")) {
        (Some(value), _) => (value.to_owned(), "-X gil"),
        (None, Some(value)) => (value, "PYTHON_GIL"),
        (None, None) => return Ok(()),
    };
    match value {
        (value, _) if value == "1" => Ok(()),
        (value, _) if value == "0" => {
            Err(bad("config_read_gil", "Disabling the GIL is not supported by this build"))
        }
        (_, name) => Err(bad("config_read_gil", format!("{name} / -X gil must be \"0\" or \"1\""))),
    }
}

/// The encoding of the standard streams and what happens to what it cannot hold.
fn stdio(sources: &Sources<'_>, utf8_mode: bool, locale: &Locale) -> (String, String) {
    let lenient = utf8_mode || locale.is_lenient();
    let mut errors = if lenient { "surrogateescape" } else { "strict" }.to_owned();
    let mut chosen = if utf8_mode { "utf-8".to_owned() } else { locale.encoding.clone() };
    if let Some(value) = sources.variable("PYTHONIOENCODING") {
        let (own, own_errors) = value.split_once(':').unwrap_or((&value, ""));
        if !own.is_empty() {
            chosen = own.to_owned();
            errors = "strict".to_owned();
        }
        if !own_errors.is_empty() {
            errors = own_errors.to_owned();
        }
    }
    (chosen, errors)
}

/// `sys.warnoptions`: those of development mode, of the environment, of the command line, and of `-b`.
fn warn_options(sources: &Sources<'_>, dev_mode: bool) -> Vec<String> {
    let mut options: Vec<String> = Vec::new();
    let mut add = |option: &str| {
        if !options.iter().any(|known| known == option) {
            options.push(option.to_owned());
        }
    };
    if dev_mode {
        add("default");
    }
    for option in sources.variable("PYTHONWARNINGS").unwrap_or_default().split(',').filter(|o| !o.is_empty())
    {
        add(option);
    }
    sources.cli.warnings.iter().for_each(|option| add(option));
    match sources.cli.bytes_warning {
        0 => {}
        1 => add("default::BytesWarning"),
        _ => add("error::BytesWarning"),
    }
    options
}

/// `sys.argv` of a command line.
pub fn argv(cli: &Cli) -> Vec<OsString> {
    let own: OsString = match &cli.program {
        Program::Command(_) => "-c".into(),
        Program::Module(_) => "-m".into(),
        Program::File(file) => file.clone(),
        Program::Stdin if cli.dash => "-".into(),
        Program::Stdin => OsString::new(),
    };
    core::iter::once(own).chain(cli.args.iter().cloned()).collect()
}

/// Puts the configuration together.
///
/// # Errors
/// What is wrong with an option's value.
pub fn configure(program: &str, cli: &Cli, args: &[OsString]) -> Result<Config, Bad> {
    let sources = Sources { cli, environment: !cli.ignore_environment };
    let coercion = sources.variable("PYTHONCOERCECLOCALE");
    let locale = locale::start(coercion.as_deref() != Some("0"), coercion.as_deref() == Some("warn"));
    let utf8_mode = utf8_mode(&sources, locale.is_c())?;
    let (stdio_encoding, stdio_errors) = stdio(&sources, utf8_mode, &locale);
    let dev_mode = sources.has_x("dev") || sources.is_set("PYTHONDEVMODE");
    check_gil(&sources)?;
    let hash_seed = hash_seed(&sources)?;
    let optimize = sources.level("PYTHONOPTIMIZE", cli.optimize);
    let paths = paths::find(program, sources.environment);
    let pycache_prefix = match sources.x_option("pycache_prefix") {
        Some(value) => Some(value.to_owned()).filter(|value| !value.is_empty()),
        None => sources.variable("PYTHONPYCACHEPREFIX"),
    };
    let path_file = paths.isolated_by_file.clone();
    Ok(Config {
        isolated: cli.isolated || path_file.is_some(),
        ignore_environment: cli.ignore_environment || path_file.is_some(),
        parser_debug: sources.level("PYTHONDEBUG", cli.debug),
        dont_write_bytecode: cli.dont_write_bytecode || sources.is_set("PYTHONDONTWRITEBYTECODE"),
        no_user_site: cli.no_user_site || path_file.is_some() || sources.is_set("PYTHONNOUSERSITE"),
        no_site: cli.no_site || path_file.as_ref().is_some_and(|file| !file.imports_site),
        safe_path: cli.safe_path || path_file.is_some() || sources.is_set("PYTHONSAFEPATH"),
        dev_mode,
        utf8_mode,
        filesystem_encoding: match utf8_mode {
            true => Encoding::Utf8,
            false => Encoding::of_locale(&locale.encoding),
        },
        warn_default_encoding: sources.has_x("warn_default_encoding")
            || sources.is_set("PYTHONWARNDEFAULTENCODING"),
        inspect: cli.interactive || sources.is_set("PYTHONINSPECT"),
        interactive: cli.interactive,
        quiet: cli.quiet,
        unbuffered: cli.unbuffered || sources.is_set("PYTHONUNBUFFERED"),
        verbose: sources.level("PYTHONVERBOSE", cli.verbose),
        optimize: optimize.clamp(0, 255) as u8,
        bytes_warning: cli.bytes_warning,
        hash_seed,
        int_max_str_digits: int_max_str_digits(&sources)?,
        cpu_count: cpu_count(&sources)?,
        memory: memory(&sources, dev_mode)?,
        import_time: sources.has_x("importtime") || sources.is_set("PYTHONPROFILEIMPORTTIME"),
        perf: sources.has_x("perf")
            || sources
                .variable("PYTHONPERFSUPPORT")
                .is_some_and(|value| value.parse::<i32>().is_ok_and(|value| value > 0)),
        code_debug_ranges: !sources.has_x("no_debug_ranges") && !sources.is_set("PYTHONNODEBUGRANGES"),
        faulthandler: dev_mode || sources.has_x("faulthandler") || sources.is_set("PYTHONFAULTHANDLER"),
        tracemalloc: tracemalloc(&sources)?,
        use_frozen_modules: use_frozen_modules(&sources)?,
        check_hash_pycs: cli.check_hash_pycs.clone().unwrap_or_else(|| "default".to_owned()),
        pycache_prefix,
        stdio_encoding,
        stdio_errors,
        warn_options: warn_options(&sources, dev_mode),
        x_options: cli.x_options.clone(),
        jit_variables: jit_variables(&sources),
        argv: argv(cli),
        orig_argv: args.to_vec(),
        program_name: program.to_owned(),
        executable: paths.executable,
        base_executable: paths.base_executable,
        prefix: paths.prefix.clone(),
        base_prefix: paths.prefix,
        exec_prefix: paths.exec_prefix.clone(),
        base_exec_prefix: paths.exec_prefix,
        home: paths.home,
        platlibdir: "lib".to_owned(),
        stdlib_dir: paths.stdlib,
        stdlib_is_guess: paths.is_guess,
        module_search_paths: paths.search,
    })
}
