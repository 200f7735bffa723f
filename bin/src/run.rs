//! One run of the executable, from its arguments to its exit status.

use crate::cli::{self, Cli, Program};
use crate::{backend, help, settings};
use core::ffi::c_int;
use interp::config;
use interp::modules::sys::values;
use interp::{end, interactive, modules, program, start, subinterpreter, traceback_print};
use objects::types::exceptions as exc;
use objects::types::list::List;
use objects::{Raised, Result, codecs, state, stdio};
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;

/// The native modules of the standard library.
static NATIVE_MODULES: &[&[modules::Entry]] = &[
    stdlib_async::MODULES,
    stdlib_compress::MODULES,
    stdlib_crypto::MODULES,
    stdlib_ctypes::MODULES,
    stdlib_data::MODULES,
    stdlib_io::MODULES,
    stdlib_math::MODULES,
    stdlib_os::MODULES,
    stdlib_sqlite::MODULES,
    stdlib_term::MODULES,
    stdlib_text::MODULES,
    stdlib_xml::MODULES,
];

/// Runs the program; the exit status.
pub fn main(args: Vec<OsString>) -> u8 {
    let name = program_name(&args);
    let Some(cli) = parse(&args, &name) else { return 2 };
    if let Some(topic) = cli.help {
        return answer(&help::text(topic, &name));
    }
    if cli.version > 0 {
        let (major, minor, micro) = values::VERSION;
        return answer(&match cli.version {
            1 => format!("Python {major}.{minor}.{micro}\n"),
            _ => format!("Python {}\n", values::version()),
        });
    }
    match settings::configure(&name, &cli, &args) {
        Ok(config) => {
            cpyext::pydebug::set(&config);
            cpyext::pymem::configure(config.memory);
            config::set(config);
        }
        Err(bad) => {
            let place = bad.function.map_or_else(String::new, |function| format!("{function}: "));
            objects::to_stderr!(
                "Fatal Python error: {place}{}\nPython runtime state: {}\n\n",
                bad.message,
                bad.state
            );
            return 1;
        }
    }
    if let Err(message) = backend::start() {
        objects::to_stderr!("{message}\n");
        return 2;
    }
    modules::register(NATIVE_MODULES);
    cpyext::inittab::fill();
    cpyext::main_program::set(again);
    let mut ending = Ending::default();
    let started = start::start().and_then(|()| {
        cpyext::pymem::install();
        cpyext::runtime::set_main_thread();
        cpyext::pyhash::publish_secret();
        prepare()
    });
    let config = config::get();
    if started.is_ok() && config.stdlib_is_guess {
        // It came from elsewhere, as from PYTHONPATH.
        objects::to_stderr!("Could not find platform independent libraries <prefix>\n");
    }
    if let Err(raised) = started {
        if !std::path::Path::new(&config.stdlib_dir).join("os.py").exists()
            && raised.matches(&exc::ModuleNotFoundError)
        {
            raised.clear();
            ending.status = 1;
            objects::to_stderr!(
                "python: the standard library is not there: {} has no os.py. PYTHONHOME may name a prefix that has \
                 lib/python3.13; in a checkout of Taipan, `cargo xtask setup` brings the library.\n",
                config.stdlib_dir
            );
        } else {
            ending.report(raised);
        }
    } else {
        ending.conduct(&cli);
    }
    ending.finish()
}

/// Says what was asked for; the exit status. As in CPython it is no error if it cannot be written.
fn answer(text: &str) -> u8 {
    stdio::write_all(stdio::STDOUT, text.as_bytes());
    0
}

fn program_name(args: &[OsString]) -> String {
    args.first().map_or_else(|| "python".into(), |name| name.to_string_lossy().into_owned())
}

/// The command line; what is wrong with it has been said if there is none.
fn parse(args: &[OsString], name: &str) -> Option<Cli> {
    cli::parse(args.get(1..).unwrap_or_default())
        .inspect_err(|message| {
            objects::to_stderr!("{message}\n{}Try `python -h' for more information.\n", help::usage(name));
        })
        .ok()
}

/// Runs another command line in the interpreter that is there, and ends it, as C code may ask for; the exit status.
fn again(args: Vec<OsString>) -> c_int {
    let Some(cli) = parse(&args, &program_name(&args)) else { return 2 };
    let mut ending = Ending::default();
    match set_argv(&settings::argv(&cli)) {
        Ok(()) => ending.conduct(&cli),
        Err(raised) => ending.report(raised),
    }
    ending.finish().into()
}

fn set_argv(argv: &[OsString]) -> Result<()> {
    let Some(sys) = state::interpreter().sysdict.get() else { return Ok(()) };
    let items = argv.iter().map(|text| Ok(codecs::decode_fs(text.as_bytes())?.upcast()));
    sys.set_text("argv", &*List::from_vec(items.collect::<Result<Vec<_>>>()?)?)
}

/// How the program ended.
#[derive(Default)]
struct Ending {
    status: u8,
    interrupted: bool,
    /// By SystemExit.
    exits: bool,
}

impl Ending {
    /// Runs the program, and the prompt that somebody may want behind it.
    fn conduct(&mut self, cli: &Cli) {
        if let Err(raised) = subinterpreter::set_running() {
            return self.report(raised);
        }
        self.run(cli);
        subinterpreter::set_not_running();
    }

    fn run(&mut self, cli: &Cli) {
        if let Err(raised) = run(cli) {
            let stays = interactive::is_wanted_after() && interactive::stdin_is_interactive();
            let starts_there = matches!(cli.program, Program::Stdin);
            if stays && !starts_there && raised.matches(&exc::SystemExit) {
                // Somebody wants to look at what is left.
                traceback_print::print_always(raised);
            } else {
                self.report(raised);
            }
        }
        let was_prompted = matches!(cli.program, Program::Stdin) && interactive::stdin_is_interactive();
        if !self.exits && !was_prompted {
            self.go_on();
        }
    }

    /// Ends the interpreter; the exit status.
    fn finish(&self) -> u8 {
        let written = end::finish();
        if self.interrupted {
            return interp::signals::exit_by_interrupt() as u8;
        }
        if written { self.status } else { end::NOT_WRITTEN }
    }

    fn report(&mut self, raised: Raised) {
        self.interrupted = raised.matches_exactly(&exc::KeyboardInterrupt);
        match traceback_print::print_pending(raised) {
            Some(status) => {
                self.status = status as u8;
                self.exits = true;
            }
            None => self.status = 1,
        }
    }

    /// The prompt that `-i` asks for.
    fn go_on(&mut self) {
        if !interactive::is_wanted_after() || !interactive::stdin_is_interactive() {
            return;
        }
        *self = Ending::default();
        if let Err(raised) = interactive::run_after() {
            self.report(raised);
        }
    }
}

/// The import system, the streams, `site`.
fn prepare() -> Result<()> {
    if std::env::var("TAIPAN_BARE").is_ok_and(|bare| bare == "1") {
        return Ok(());
    }
    start::ADD_TO_SYS.set(tracer::module::add_to_sys);
    start::start_library()
}

fn run(cli: &Cli) -> Result<()> {
    if matches!(cli.program, Program::Stdin) && interactive::stdin_is_interactive() && !cli.quiet {
        interactive::header(&values::version());
    }
    match &cli.program {
        Program::Command(command) => program::run_command(command),
        Program::Module(module) => program::run_module(module),
        Program::File(file) => program::run_path(file, cli.skip_first_line),
        Program::Stdin => program::run_stdin(),
    }
}
