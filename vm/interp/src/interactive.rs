//! The interactive interpreter: the library's `_pyrepl` on a terminal, a plain prompt elsewhere.

use crate::compile::{self, Mode, source};
use crate::traceback_print::{self, write_stderr};
use crate::{config, program};
use compiler::compiler_flags::{ALLOW_INCOMPLETE_INPUT, DONT_IMPLY_DEDENT};
use objects::protocol::{attr, call, object};
use objects::raise::Raised;
use objects::types::code::Code;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::{Int, new_int};
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Ref, Result, id, raise, state};

/// Whether somebody is there to be asked: a terminal, or `-i`.
pub fn stdin_is_interactive() -> bool {
    config::get().interactive || is_terminal(0)
}

fn is_terminal(fd: i32) -> bool {
    // SAFETY: any number may be asked about.
    unsafe { libc::isatty(fd) == 1 }
}

fn in_environment(name: &str) -> Option<std::ffi::OsString> {
    if config::get().ignore_environment {
        return None;
    }
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Whether the environment asks for the interactive interpreter after the program, which may have set the variable itself.
pub fn is_wanted_after() -> bool {
    config::get().inspect || in_environment("PYTHONINSPECT").is_some()
}

/// Runs `PYTHONSTARTUP`. Errors are shown.
pub fn run_startup() {
    if let Some(file) = in_environment("PYTHONSTARTUP")
        && let Err(raised) = program::run_startup(&file)
    {
        show(raised);
    }
}

/// Calls `sys.__interactivehook__`. Errors are shown.
pub fn run_hook() {
    let Some(hook) = state::sys_get("__interactivehook__") else { return };
    let called = crate::audit::raise_named("cpython.run_interactivehook", &[&hook])
        .and_then(|()| call::call_no_args(&hook).map(drop));
    if let Err(raised) = called {
        write_stderr("Failed calling sys.__interactivehook__\n");
        show(raised);
    }
}

fn has_line_editor() -> bool {
    is_terminal(0) && in_environment("PYTHON_BASIC_REPL").is_none()
}

/// Runs until the end of input.
///
/// # Errors
/// SystemExit.
pub fn run() -> Result<()> {
    if has_line_editor() {
        return program::run_module_as_main(id!("_pyrepl"), false);
    }
    run_plain("<stdin>")
}

/// [`run`] after a program, in what is left of its `__main__`.
///
/// # Errors
/// SystemExit.
pub fn run_after() -> Result<()> {
    run_hook();
    crate::audit::raise_named("cpython.run_stdin", &[])?;
    if !has_line_editor() {
        return run_plain("<stdin>");
    }
    let main = crate::import::import_module("_pyrepl.main")?;
    let console = attr::get(&main, &*Str::new("interactive_console")?)?;
    let keywords = Dict::new()?;
    keywords.set_text("pythonstartup", &*new_int(1)?)?;
    call::call_with_tuple(&console, &Tuple::empty(), Some(&keywords)).map(drop)
}

/// Shows an error that does not end the session.
fn show(raised: Raised) {
    if let Some(status) = traceback_print::print_pending(raised) {
        // SystemExit ends it all the same, as CPython's startup code does.
        crate::end::exit(status);
    }
}

/// `PyRun_InteractiveLoop`: reads statements from standard input and runs them.
///
/// # Errors
/// SystemExit.
pub fn run_plain(filename: &str) -> Result<()> {
    set_prompts()?;
    let mut session = Session { filename, flags: 0, read_line: &mut read_line };
    while let Some(outcome) = session.step() {
        outcome?;
    }
    objects::stdio::write_all(objects::stdio::STDERR, b"\n");
    Ok(())
}

/// Sets `sys.ps1` and `sys.ps2` unless they are set.
///
/// # Errors
/// MemoryError.
pub fn set_prompts() -> Result<()> {
    if let Some(sys) = state::interpreter().sysdict.get() {
        for (name, prompt) in [("ps1", ">>> "), ("ps2", "... ")] {
            if sys.get_str(&*Str::new(name)?)?.is_none() {
                sys.set_text(name, &*Str::new(prompt)?)?;
            }
        }
    }
    Ok(())
}

/// Reads a line with its end after a prompt; nothing is the end of input.
pub type ReadLine<'a> = &'a mut dyn FnMut(&Str) -> Result<Vec<u8>>;

/// Statements of one input, run in `__main__`.
pub struct Session<'a> {
    pub filename: &'a str,
    /// The future features that statements so far have asked for.
    pub flags: u32,
    pub read_line: ReadLine<'a>,
}

impl Session<'_> {
    /// Reads and runs one statement, and shows what it raises; `None` at the end of input. SystemExit is an error.
    pub fn step(&mut self) -> Option<Result<()>> {
        match self.statement() {
            Ok(true) => Some(Ok(())),
            Ok(false) => None,
            Err(raised) if raised.matches(&exc::SystemExit) => Some(Err(raised)),
            Err(raised) => {
                let _ = traceback_print::print_pending(raised);
                crate::streams::flush(false);
                Some(Ok(()))
            }
        }
    }

    /// Reads and runs one statement; `false` at the end of input.
    ///
    /// # Errors
    /// What the statement raises.
    pub fn statement(&mut self) -> Result<bool> {
        let Some(text) = self.read()? else { return Ok(false) };
        let text = source::decode_source(&text, self.filename)?;
        let code = compile::compile(&text, self.filename, Mode::Single, self.flags, -1)
            .map_err(|raised| with_text(raised, &text))?;
        self.flags |= code.co_flags.get() as u32 & compile::FUTURES;
        self.run(&code, &text)?;
        Ok(true)
    }

    fn run(&self, code: &Code, text: &[u8]) -> Result<()> {
        program::register_lines(code, &String::from_utf8_lossy(text), self.filename)?;
        let result = program::run_code(code);
        crate::streams::flush(false);
        result
    }

    /// The lines of one statement.
    fn read(&mut self) -> Result<Option<Vec<u8>>> {
        let mut text = Vec::new();
        loop {
            let prompt = prompt(if text.is_empty() { "ps1" } else { "ps2" })?;
            let line = (self.read_line)(&prompt)?;
            if line.is_empty() {
                if text.is_empty() {
                    return Ok(None);
                }
                objects::stdio::write_all(objects::stdio::STDERR, b"\n");
                return Ok(Some(text));
            }
            text.extend_from_slice(&line);
            if !text.ends_with(b"\n") {
                continue;
            }
            if is_blank(&text) {
                text.clear();
                continue;
            }
            if !self.is_incomplete(&text) {
                return Ok(Some(text));
            }
        }
    }

    /// Whether more lines could make a statement of the text.
    fn is_incomplete(&self, text: &[u8]) -> bool {
        // An empty line is what ends a block: the end of the last line does not count.
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let flags = self.flags | ALLOW_INCOMPLETE_INPUT | DONT_IMPLY_DEDENT;
        let arena = syntax::Arena::new();
        let options = compiler::parser_options(flags);
        let is_cut_short = |parsed: &syntax::Parsed<'_>| {
            let error = parsed.result.as_ref().err();
            error.is_some_and(|error| error.kind == syntax::ErrorKind::IncompleteInputError)
        };
        if !is_cut_short(&syntax::parse(&arena, text, Mode::Single, &options)) {
            return false;
        }
        // Another line would help unless the text is wrong already.
        let parsed = syntax::parse(&arena, &[text, b"\n"].concat(), Mode::Single, &options);
        parsed.result.is_ok() || is_cut_short(&parsed)
    }
}

/// The SyntaxError with the line that it is about, which no file has.
fn with_text(raised: Raised, text: &[u8]) -> Raised {
    if !raised.matches(&exc::SyntaxError) {
        return raised;
    }
    let exception = raised.take();
    let completed = attr::get(&exception, id!("text")).and_then(|known| {
        let line = attr::get(&exception, id!("lineno"))?.cast::<Int>().and_then(Int::to_i64).unwrap_or(0);
        let index = usize::try_from(line - 1).unwrap_or(0);
        match text.split_inclusive(|&byte| byte == b'\n').nth(index) {
            Some(line) if known.is(none()) => {
                attr::set(&exception, id!("text"), Some(&*Str::new(&String::from_utf8_lossy(line))?))
            }
            _ => Ok(()),
        }
    });
    if let Err(raised) = completed {
        raised.clear();
    }
    raise::restore(exception)
}

/// Whether there is nothing but blanks and comments.
fn is_blank(text: &[u8]) -> bool {
    text.split(|&byte| byte == b'\n').all(|line| {
        let line = line.trim_ascii_start();
        line.is_empty() || line.starts_with(b"#")
    })
}

/// `sys.ps1` or `sys.ps2` as text; nothing when that fails.
fn prompt(name: &str) -> Result<Ref<Str>> {
    let shown = match state::sys_get(name) {
        Some(prompt) => object::str(&prompt),
        None => Str::new(""),
    };
    shown.or_else(|raised| {
        raised.clear();
        Str::new("")
    })
}

/// A line from standard input with its end, empty at the end of input. Bytes are read one by one, so that what follows the line is left
/// to the program.
fn read_line(prompt: &Str) -> Result<Vec<u8>> {
    crate::streams::flush(false);
    if objects::line_input::has_user() {
        let prompt = std::ffi::CString::new(prompt.to_string_lossy()).unwrap_or_default();
        return objects::line_input::ask_standard(&prompt);
    }
    // Past the stream's buffer, which waits for the end of the line.
    objects::stdio::write_all(objects::stdio::STDERR, prompt.to_string_lossy().as_bytes());
    let mut line = Vec::new();
    loop {
        let mut byte = 0u8;
        // SAFETY: one byte of room.
        let count = state::detached(|| unsafe { libc::read(0, (&raw mut byte).cast(), 1) });
        match count {
            1 => {
                line.push(byte);
                if byte == b'\n' {
                    return Ok(line);
                }
            }
            0 => return Ok(line),
            _ => match std::io::Error::last_os_error().raw_os_error() {
                Some(libc::EINTR) => objects::hooks::HANDLE_PENDING.get()()?,
                // Input that cannot be read has ended.
                _ => return Ok(line),
            },
        }
    }
}

/// The first lines of a session on standard error.
pub fn header(version: &str) {
    let config = config::get();
    write_stderr(&format!("Python {version} on linux\n"));
    if !config.no_site {
        write_stderr("Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.\n");
    }
}
