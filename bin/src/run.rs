//! One run of the executable, from its arguments to its exit status.

use crate::cli::{self, Cli, Program};
use crate::{locale, paths};
use interp::config::{self, Config};
use interp::modules::sys::values::{TAIPAN_VERSION, VERSION};
use interp::{compile, modules, start, traceback_print};
use objects::types::code::Code;
use objects::types::str::Str;
use objects::{Ref, Result, raise};
use std::io::Read;

/// The native modules of the standard library.
static NATIVE_MODULES: &[&[modules::Entry]] = &[
    stdlib_async::MODULES,
    stdlib_compress::MODULES,
    stdlib_data::MODULES,
    stdlib_io::MODULES,
    stdlib_math::MODULES,
    stdlib_os::MODULES,
    stdlib_sqlite::MODULES,
    stdlib_text::MODULES,
    stdlib_xml::MODULES,
];

/// Runs the program; the exit status.
pub fn main(args: Vec<String>) -> u8 {
    let program = args.first().map_or("python", String::as_str).to_owned();
    let cli = match cli::parse(args.get(1..).unwrap_or_default()) {
        Ok(cli) => cli,
        Err(message) => {
            eprintln!("{message}\nusage: {program} [option] ... [-c cmd | -m mod | file | -] [arg] ...");
            eprintln!("Try `python -h' for more information.");
            return 2;
        }
    };
    if cli.help {
        println!("usage: {program} [option] ... [-c cmd | -m mod | file | -] [arg] ...");
        return 0;
    }
    if cli.version > 0 {
        let (major, minor, micro) = VERSION;
        match cli.version {
            1 => println!("Python {major}.{minor}.{micro}"),
            _ => println!("Python {major}.{minor}.{micro} (main) [Taipan {TAIPAN_VERSION}, Rust]"),
        }
        return 0;
    }
    let keep = std::env::var("PYTHONCOERCECLOCALE").is_ok_and(|value| value == "0");
    locale::start(cli.ignore_environment || !keep);
    config::set(configure(&program, &cli, &args));
    modules::register(NATIVE_MODULES);
    let mut interrupted = false;
    let result = start::start().and_then(|()| run(&cli));
    let status = match result {
        Ok(()) => 0,
        Err(raised) => {
            interrupted = raised.matches_exactly(&objects::types::exceptions::KeyboardInterrupt);
            traceback_print::print_pending(raised).unwrap_or(1)
        }
    };
    start::finish();
    if interrupted {
        return interp::signals::exit_by_interrupt() as u8;
    }
    status as u8
}

/// A variable of the environment that is set to something.
fn set_in_environment(cli: &Cli, name: &str) -> bool {
    !cli.ignore_environment && std::env::var(name).is_ok_and(|value| !value.is_empty())
}

fn configure(program: &str, cli: &Cli, args: &[String]) -> Config {
    let paths = paths::find(program, !cli.ignore_environment);
    let own = match &cli.program {
        Program::Command(_) => "-c".to_owned(),
        Program::Module(_) => "-m".to_owned(),
        Program::File(file) => file.clone(),
        Program::Stdin => String::new(),
    };
    let mut argv = vec![own];
    argv.extend(cli.args.iter().cloned());
    Config {
        isolated: cli.isolated,
        ignore_environment: cli.ignore_environment,
        dont_write_bytecode: cli.dont_write_bytecode || set_in_environment(cli, "PYTHONDONTWRITEBYTECODE"),
        no_user_site: cli.no_user_site || set_in_environment(cli, "PYTHONNOUSERSITE"),
        no_site: cli.no_site,
        safe_path: cli.safe_path || set_in_environment(cli, "PYTHONSAFEPATH"),
        dev_mode: cli.x_options.iter().any(|option| option == "dev")
            || set_in_environment(cli, "PYTHONDEVMODE"),
        utf8_mode: cli.x_options.iter().any(|option| option == "utf8" || option == "utf8=1"),
        inspect: cli.inspect,
        interactive: false,
        quiet: cli.quiet,
        unbuffered: cli.unbuffered || set_in_environment(cli, "PYTHONUNBUFFERED"),
        verbose: cli.verbose,
        optimize: cli.optimize.min(2),
        bytes_warning: cli.bytes_warning,
        warn_options: cli.warnings.clone(),
        x_options: cli.x_options.clone(),
        argv,
        orig_argv: args.to_vec(),
        executable: paths.executable,
        base_executable: paths.base_executable,
        exec_prefix: paths.prefix.clone(),
        prefix: paths.prefix,
        base_exec_prefix: paths.base_prefix.clone(),
        base_prefix: paths.base_prefix,
        stdlib_dir: paths.stdlib,
        module_search_paths: paths.search,
    }
}

fn run(cli: &Cli) -> Result<()> {
    if !std::env::var("TAIPAN_BARE").is_ok_and(|bare| bare == "1") {
        start::start_import()?;
        start::main_module()?;
        start::start_io()?;
        if !cli.no_site {
            interp::import::import_module("site")?;
        }
    }
    match &cli.program {
        Program::Command(command) => {
            start::prepend_path("")?;
            let code = compile::compile(command.as_bytes(), "<string>", compile::Mode::Exec, 0, -1)?;
            start::run_main(&code)
        }
        Program::Module(module) => start::run_module(module),
        Program::File(file) => run_file(file),
        Program::Stdin => {
            start::prepend_path("")?;
            let mut source = Vec::new();
            if let Err(error) = std::io::stdin().read_to_end(&mut source) {
                return Err(raise!(OSError, "cannot read standard input: {error}"));
            }
            start::run_main(&*compile::compile(&source, "<stdin>", compile::Mode::Exec, 0, -1)?)
        }
    }
}

fn run_file(file: &str) -> Result<()> {
    // `__file__` and tracebacks have the whole path.
    let absolute = std::path::absolute(file).ok().and_then(|path| path.into_os_string().into_string().ok());
    let file = absolute.as_deref().unwrap_or(file);
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if std::path::Path::new(file).is_dir() => {
            let _ = error;
            return start::run_path(file);
        }
        Err(error) => {
            let number = error.raw_os_error().unwrap_or(0);
            let program = config::get().executable.clone();
            let text = objects::types::exceptions::errno_text(number);
            eprintln!("{program}: can't open file '{file}': [Errno {number}] {text}");
            return Err(raise::set(
                &objects::types::exceptions::SystemExit,
                Some(&*objects::types::int::new_int(2)?),
            ));
        }
    };
    start::prepend_script_folder(file)?;
    let main = start::main_module()?;
    main.dict().set_text("__file__", &*Str::new(file)?)?;
    main.dict().set_text("__cached__", objects::types::none::none())?;
    start::run_main(&*code_of(file, &bytes)?)
}

/// Compiled code as it is, source compiled.
fn code_of(file: &str, bytes: &[u8]) -> Result<Ref<Code>> {
    if bytecode_header(bytes) {
        let (value, _) = modules::marshal::load(&bytes[16..], true)?;
        return value.downcast().map_err(|_| raise!(RuntimeError, "Bad code object in .pyc file"));
    }
    let source = compile::source::decode_source(bytes, file)?;
    compile::compile(&source, file, compile::Mode::Exec, 0, -1)
}

fn bytecode_header(bytes: &[u8]) -> bool {
    bytes.len() > 16 && bytes.starts_with(&compile::PYC_MAGIC)
}
