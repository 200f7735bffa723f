//! The main program: a command, a module, a file, a folder or an archive, standard input.

use crate::compile::{self, Mode, source};
use crate::{call, config, import, interactive, modules, streams};
use objects::protocol::{attr, call as protocol};
use objects::types::bool::from_bool;
use objects::types::code::Code;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::module::{Module, shadow};
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Object, Ref, Result, codecs, id, raise, state};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// `__main__`, with what every module has.
///
/// # Errors
/// MemoryError.
pub fn main_module() -> Result<Ref<Module>> {
    let modules = state::interpreter().modules.get().ok_or_else(raise::null_result)?;
    if let Some(module) = modules.get_str(id!("__main__"))?
        && let Ok(module) = module.downcast::<Module>()
    {
        return Ok(module);
    }
    let module = Module::new(id!("__main__"))?;
    let dict = module.dict();
    dict.set_text("__annotations__", &*Dict::new()?)?;
    let builtins = modules.get_str(id!("builtins"))?.ok_or_else(raise::null_result)?;
    dict.set_str(id!("__builtins__"), &builtins)?;
    if let Some(importlib) = state::interpreter().importlib.get() {
        dict.set_str(id!("__loader__"), &*attr::get(&importlib, id!("BuiltinImporter"))?)?;
    }
    modules.set_str(id!("__main__"), &module)?;
    Ok(module)
}

/// Runs code in `__main__`.
///
/// # Errors
/// What it raises.
pub fn run_code(code: &Code) -> Result<()> {
    let dict = main_module()?.dict();
    call::run_code(code, &dict, &dict).map(drop)
}

/// Tells `linecache` the lines of code that no file has.
///
/// # Errors
/// What `linecache` raises.
pub fn register_lines(code: &Code, text: &str, filename: &str) -> Result<()> {
    let linecache = import::import_module("linecache")?;
    let register = attr::get(&linecache, id!("_register_code"))?;
    protocol::call(&register, &[code, &*Str::new(text)?, &*Str::new(filename)?]).map(drop)
}

/// `-c`.
///
/// # Errors
/// What the command raises.
pub fn run_command(command: &OsStr) -> Result<()> {
    crate::audit::raise_named("cpython.run_command", &[&*decoded(command)?])?;
    prepend_path("")?;
    let command = codecs::decode_fs(command.as_bytes())?;
    let text = command.to_str().inspect_err(|_| {
        crate::traceback_print::write_stderr("Unable to decode the command from the command line:\n");
    })?;
    let text = format!("{text}\n");
    let code = compile::compile(text.as_bytes(), "<string>", Mode::Exec, 0, -1)?;
    register_lines(&code, &text, "<string>")?;
    run_code(&code)
}

/// Text of the system as Python has it.
fn decoded(text: &OsStr) -> Result<Ref> {
    Ok(codecs::decode_fs(text.as_bytes())?.upcast())
}

/// `-m`: `runpy` runs the module.
///
/// # Errors
/// What it raises.
pub fn run_module(name: &OsStr) -> Result<()> {
    let here =
        std::env::current_dir().map_or_else(|_| String::new(), |cwd| cwd.to_string_lossy().into_owned());
    prepend_path(&here)?;
    run_module_as_main(&*decoded(name)?, true)
}

/// `runpy._run_module_as_main`.
///
/// # Errors
/// What the module raises.
pub fn run_module_as_main(name: &Object, set_argv0: bool) -> Result<()> {
    crate::audit::raise_named("cpython.run_module", &[name])?;
    let runpy = import::import_module("runpy")?;
    protocol::call_method(&runpy, id!("_run_module_as_main"), &[name, from_bool(set_argv0)]).map(drop)
}

/// A file; a folder or an archive with a `__main__`.
///
/// # Errors
/// What it raises.
pub fn run_path(file: &OsStr, skip_first_line: bool) -> Result<()> {
    // The path stays as it was written, behind the current folder.
    let absolute = std::env::current_dir().map_or_else(|_| file.into(), |cwd| cwd.join(file));
    if absolute.is_dir() || is_archive(&absolute) {
        insert_path(&*decoded(absolute.as_os_str())?)?;
        return run_module_as_main(id!("__main__"), false);
    }
    let name = decoded(absolute.as_os_str())?;
    crate::audit::raise_named("cpython.run_file", &[&name])?;
    let bytes = match std::fs::read(&absolute) {
        Ok(bytes) => bytes,
        Err(error) => {
            let number = error.raw_os_error().unwrap_or(0);
            let program = &config::get().program_name;
            let (shown, text) = (objects::protocol::object::repr(&name)?, exc::errno_text(number));
            let shown = shown.to_string_lossy();
            let message = format!("{program}: can't open file {shown}: [Errno {number}] {text}\n");
            crate::traceback_print::write_stderr(&message);
            return Err(exit(2));
        }
    };
    prepend_script_folder(&absolute)?;
    run_file_text(&name, &bytes, skip_first_line)
}

/// SystemExit with a status.
fn exit(status: i64) -> objects::Raised {
    match new_int(status) {
        Ok(status) => raise::set(&exc::SystemExit, Some(&status)),
        Err(raised) => raised,
    }
}

/// Runs source or compiled code as the main program of a file; `__file__` is there meanwhile.
///
/// # Errors
/// What it raises.
pub fn run_file_text(name: &Object, bytes: &[u8], skip_first_line: bool) -> Result<()> {
    let file = objects::protocol::object::str(name)?.to_string_lossy();
    let dict = main_module()?.dict();
    dict.set_str(id!("__file__"), name)?;
    dict.set_str(id!("__cached__"), none())?;
    let is_compiled = bytes.len() > bytecode::pyc::HEADER_SIZE && bytes.starts_with(&compile::PYC_MAGIC);
    let loader = if is_compiled { id!("SourcelessFileLoader") } else { id!("SourceFileLoader") };
    if let Ok(external) = import::import_module("_frozen_importlib_external") {
        let loader = attr::get(&external, loader)?;
        let loader = protocol::call(&loader, &[id!("__main__"), name])?;
        dict.set_str(id!("__loader__"), &loader)?;
    }
    let result = code_of(&file, bytes, is_compiled, skip_first_line).and_then(|code| run_code(&code));
    streams::flush(false);
    // Gone before the interactive interpreter begins.
    for name in [id!("__file__"), id!("__cached__")] {
        drop(dict.remove(name)?);
    }
    result
}

/// Compiled code as it is, source compiled.
fn code_of(file: &str, bytes: &[u8], is_compiled: bool, skip_first_line: bool) -> Result<Ref<Code>> {
    if is_compiled {
        let (value, _) = modules::marshal::load(&bytes[bytecode::pyc::HEADER_SIZE..], true)?;
        return value.downcast().map_err(|_| raise!(RuntimeError, "Bad code object in .pyc file"));
    }
    if file.ends_with(".pyc") {
        return Err(raise!(RuntimeError, "Bad magic number in .pyc file"));
    }
    let mut bytes = bytes;
    if skip_first_line {
        // The newline stays, so that lines keep their numbers.
        let end = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
        bytes = &bytes[end..];
    }
    let text = source::decode_program(bytes, file)?;
    compile::compile_program(&text, file)
}

/// Whether the file ends in a zip archive's directory.
fn is_archive(file: &Path) -> bool {
    use std::io::{Read, Seek, SeekFrom};
    const END: &[u8] = b"PK\x05\x06";
    const LONGEST: u64 = 22 + 65535;
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = std::fs::File::open(file)?;
        let size = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(size.saturating_sub(LONGEST)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    file.is_file() && read().is_ok_and(|bytes| bytes.windows(END.len()).any(|window| window == END))
}

/// Standard input: interactively, or as a whole.
///
/// # Errors
/// What it raises.
pub fn run_stdin() -> Result<()> {
    let interactive = interactive::stdin_is_interactive();
    if interactive {
        prepend_path("")?;
        interactive::run_startup();
        interactive::run_hook();
        crate::audit::raise_named("cpython.run_stdin", &[])?;
        return interactive::run();
    }
    crate::audit::raise_named("cpython.run_stdin", &[])?;
    prepend_path("")?;
    let mut bytes = Vec::new();
    let read = state::detached(|| std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes));
    if let Err(error) = read {
        return Err(raise!(OSError, "cannot read standard input: {error}"));
    }
    let text = source::decode_program(&bytes, "<stdin>")?;
    main_module()?.dict().set_str(id!("__file__"), id!("<stdin>"))?;
    let result = run_code(&*compile::compile_program(&text, "<stdin>")?);
    streams::flush(false);
    result
}

/// `PYTHONSTARTUP`: a file that the interactive interpreter runs first.
///
/// # Errors
/// OSError; what it raises.
pub fn run_startup(file: &OsStr) -> Result<()> {
    let name = decoded(file)?;
    crate::audit::raise_named("cpython.run_startup", &[&name])?;
    match std::fs::read(file) {
        Ok(bytes) => run_file_text(&name, &bytes, false),
        Err(error) => {
            crate::traceback_print::write_stderr("Could not open PYTHONSTARTUP\n");
            Err(raise::os_error(error.raw_os_error().unwrap_or(0), Some(&name), None))
        }
    }
}

/// `sys.path[0]`, unless `-P` forbids it.
fn prepend_path(folder: &str) -> Result<()> {
    if config::get().safe_path { Ok(()) } else { insert_path(&*Str::new(folder)?) }
}

fn insert_path(folder: &Object) -> Result<()> {
    let text = objects::protocol::object::str(folder)?.to_string_lossy();
    shadow::set_first_path(text);
    add_path(folder)
}

/// Gives an interpreter the program's `sys.path[0]`.
///
/// # Errors
/// MemoryError.
pub fn inherit_path() -> Result<()> {
    shadow::first_path().map_or(Ok(()), |first| add_path(&*Str::new(&first)?))
}

fn add_path(folder: &Object) -> Result<()> {
    let Some(path) = state::sys_get("path") else { return Ok(()) };
    protocol::call_method(&path, id!("insert"), &[&*new_int(0)?, folder]).map(drop)
}

/// `sys.path[0]` of a script: its folder, links resolved.
fn prepend_script_folder(file: &Path) -> Result<()> {
    let real = std::fs::canonicalize(file).unwrap_or_else(|_| file.into());
    let folder = real.parent().map_or_else(String::new, |folder| folder.to_string_lossy().into_owned());
    prepend_path(&folder)
}
