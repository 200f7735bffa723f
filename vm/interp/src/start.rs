//! Bringing the interpreter up and down: the hooks of the object model, the main thread, the first modules, the import system.

use crate::modules::{self, imp, sys};
use crate::{breaker, call, config, generators, gil, import};
use objects::protocol::call as protocol;
use objects::state::{self, ThreadState};
use objects::types::code::Code;
use objects::types::dict::Dict;
use objects::types::list::List;
use objects::types::module::{self, Module};
use objects::types::none::none;
use objects::types::str::{Str, intern};
use objects::{Instance, Object, Ref, Result, hooks, id, raise};
use std::path::Path;

/// Fills the hooks through which objects reach the interpreter.
fn fill_hooks() {
    hooks::FUNCTION_VECTORCALL.set(call::function_vectorcall);
    hooks::RESUME_GENERATOR.set(generators::resume);
    hooks::IMPORT.set(import::import_module);
    hooks::HANDLE_PENDING.set(|| breaker::handle_pending(state::current()));
    hooks::UNRAISABLE.set(sys::hooks::report_unraisable);
    hooks::WARN.set(warn);
    hooks::AFTER_FORK.set(after_fork);
    hooks::AUDIT.set(crate::audit::raise_named);
    gil::provide();
}

/// In the child of a fork: the calling thread is the only one, and the main one.
fn after_fork() {
    let ts = state::current();
    gil::after_fork(ts);
    modules::thread::handle::after_fork(ts);
    crate::signals::after_fork(ts);
}

/// Issues a warning for native code.
fn warn(category: &Object, text: &str, stack_level: isize) -> Result<()> {
    let text = Str::new(text)?;
    modules::warnings::warn_at(Some(category), text.as_object(), stack_level, None, None)
}

/// Makes the calling thread the main one: gives it a state and the GIL.
fn attach_main_thread() -> &'static ThreadState {
    let ts: &'static ThreadState = Box::leak(ThreadState::new(1));
    // SAFETY: asks for the calling thread.
    ts.thread_id.set(unsafe { libc::pthread_self() });
    // SAFETY: as above.
    ts.native_thread_id.set(unsafe { libc::syscall(libc::SYS_gettid) } as u64);
    state::interpreter().thread_head.set(core::ptr::from_ref(ts).cast_mut());
    crate::signals::set_main_thread(ts);
    gil::acquire(ts);
    ts
}

/// Everything before the first Python code: threads, types, `builtins` and `sys`.
///
/// # Errors
/// MemoryError; a mistake in a built-in type's declaration.
pub fn start() -> Result<()> {
    fill_hooks();
    attach_main_thread();
    objects::types::init()?;
    objects::typeobject::ready::ready(sys::printer::Printer::class())?;
    let interpreter = state::interpreter();
    interpreter.modules.set(Some(Dict::new()?));
    let builtins = built_in("builtins")?;
    interpreter.builtins.set(Some(builtins.dict()));
    module::exec_definition(&builtins, definition("builtins")?)?;
    objects::types::exceptions::group::make_exception_group(&builtins.dict())?;
    crate::adapt::native::remember_builtins(&builtins.dict())?;
    let module = built_in("sys")?;
    let dict = module.dict();
    interpreter.sysdict.set(Some(dict.clone()));
    module::exec_definition(&module, definition("sys")?)?;
    sys::hooks::add_defaults(&dict)?;
    for (name, fd) in [("stdout", 1), ("stderr", 2)] {
        let printer = sys::printer::Printer::new(fd)?;
        dict.set_text(name, &printer)?;
        dict.set_text(&format!("__{name}__"), &printer)?;
    }
    set_paths(&dict)?;
    start_signals()
}

fn definition(name: &str) -> Result<&'static objects::typeobject::ModuleDef> {
    modules::find(name).ok_or_else(|| raise!(SystemError, "no built-in module {name}"))
}

/// A built-in module in `sys.modules`, not yet executed.
fn built_in(name: &str) -> Result<Ref<Module>> {
    let text = intern::intern_text(name)?;
    let module = module::from_definition(definition(name)?, &text)?;
    let modules = state::interpreter().modules.get().ok_or_else(raise::null_result)?;
    modules.set_item(&text, &module)?;
    Ok(module)
}

/// Has the process handle signals as Python programs expect: a broken pipe and too large a file are errors, SIGINT raises
/// KeyboardInterrupt.
fn start_signals() -> Result<()> {
    // SAFETY: dispositions without handlers. The native stack's own handlers of a fault give way to the system's.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_IGN);
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        libc::signal(libc::SIGSEGV, libc::SIG_DFL);
        libc::signal(libc::SIGBUS, libc::SIG_DFL);
    }
    let module = built_in("_signal")?;
    module::exec_definition(&module, definition("_signal")?)
}

/// What the configuration says about paths and arguments, into `sys`.
fn set_paths(sys: &Dict) -> Result<()> {
    let config = config::get();
    let text = |value: &str| -> Result<Ref> { Ok(Str::new(value)?.upcast()) };
    let list = |values: &[String]| -> Result<Ref> {
        Ok(List::from_vec(values.iter().map(|value| text(value)).collect::<Result<_>>()?)?.upcast())
    };
    sys.set_text("argv", &*list(&config.argv)?)?;
    sys.set_text("orig_argv", &*list(&config.orig_argv)?)?;
    sys.set_text("path", &*list(&config.module_search_paths)?)?;
    sys.set_text("warnoptions", &*list(&config.warn_options)?)?;
    let x_options = Dict::new()?;
    for option in &config.x_options {
        match option.split_once('=') {
            Some((name, value)) => x_options.set_text(name, &*text(value)?)?,
            None => x_options.set_text(option, objects::types::bool::from_bool(true))?,
        }
    }
    sys.set_text("_xoptions", &x_options)?;
    for (name, value) in [
        ("executable", &config.executable),
        ("_base_executable", &config.base_executable),
        ("prefix", &config.prefix),
        ("exec_prefix", &config.exec_prefix),
        ("base_prefix", &config.base_prefix),
        ("base_exec_prefix", &config.base_exec_prefix),
        ("_stdlib_dir", &config.stdlib_dir),
    ] {
        sys.set_text(name, &*text(value)?)?;
    }
    Ok(())
}

/// Runs `importlib._bootstrap` and `_bootstrap_external` of the library, after which `import` works.
///
/// # Errors
/// What they raise.
pub fn start_import() -> Result<()> {
    let interpreter = state::interpreter();
    let modules = interpreter.modules.get().ok_or_else(raise::null_result)?;
    let sys = modules.get_str(id!("sys"))?.ok_or_else(raise::null_result)?;
    let bootstrap = library_module("_frozen_importlib", "importlib/_bootstrap")?;
    interpreter.importlib.set(Some(bootstrap.clone().upcast()));
    let imp_name = intern::intern_text("_imp")?;
    let imp = imp::create(&imp_name)?;
    imp::execute(&imp)?;
    modules.set_item(&imp_name, &imp)?;
    protocol::call_method(&bootstrap, id!("_install"), &[&sys, &imp])?;
    let external = library_module("_frozen_importlib_external", "importlib/_bootstrap_external")?;
    external.dict().set_text("_bootstrap", &bootstrap)?;
    bootstrap.dict().set_text("_bootstrap_external", &external)?;
    protocol::call_method(&external, id!("_install"), &[bootstrap.as_object()])?;
    Ok(())
}

/// A module of the library that is run before there is an import system.
fn library_module(name: &str, path: &str) -> Result<Ref<Module>> {
    let stdlib = Path::new(&config::get().stdlib_dir);
    let file = stdlib.join(format!("{path}.py"));
    let code = cached_code(&file)?;
    let name = intern::intern_text(name)?;
    let module = Module::new(&name)?;
    let modules = state::interpreter().modules.get().ok_or_else(raise::null_result)?;
    modules.set_item(&name, &module)?;
    let dict = module.dict();
    let builtins = modules.get_str(id!("builtins"))?.ok_or_else(raise::null_result)?;
    dict.set_str(id!("__builtins__"), &builtins)?;
    call::run_code(&code, &dict, &dict)?;
    Ok(module)
}

/// The code of a source file: from its `.pyc` when that is fresh, else compiled.
///
/// # Errors
/// OSError, SyntaxError.
fn cached_code(file: &Path) -> Result<Ref<Code>> {
    if let Some(code) = fresh_pyc(file)? {
        return Ok(code);
    }
    let source =
        std::fs::read(file).map_err(|error| raise!(OSError, "cannot read {}: {error}", file.display()))?;
    crate::compile::compile(&source, &file.to_string_lossy(), crate::compile::Mode::Exec, 0, -1)
}

fn fresh_pyc(file: &Path) -> Result<Option<Ref<Code>>> {
    let (Some(folder), Some(stem)) = (file.parent(), file.file_stem()) else { return Ok(None) };
    let cache = folder.join("__pycache__").join(format!("{}.cpython-313.pyc", stem.to_string_lossy()));
    let Ok(bytes) = std::fs::read(cache) else { return Ok(None) };
    let Ok(validity) = bytecode::pyc::parse_header(&bytes) else { return Ok(None) };
    let fresh = match validity {
        bytecode::pyc::Validity::Timestamp { mtime, size } => match std::fs::metadata(file) {
            Ok(metadata) => {
                use std::os::unix::fs::MetadataExt;
                metadata.mtime() as u32 == mtime && metadata.len() as u32 == size
            }
            Err(_) => true,
        },
        bytecode::pyc::Validity::Hash { check_source, .. } => !check_source,
    };
    if !fresh {
        return Ok(None);
    }
    let (value, _) = modules::marshal::load(&bytes[bytecode::pyc::HEADER_SIZE..], true)?;
    Ok(value.downcast::<Code>().ok())
}

/// `__main__`, empty but for what every module has.
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
    let builtins = modules.get_str(id!("builtins"))?.ok_or_else(raise::null_result)?;
    module.dict().set_str(id!("__builtins__"), &builtins)?;
    module.dict().set_text("__annotations__", &*Dict::new()?)?;
    modules.set_str(id!("__main__"), &module)?;
    Ok(module)
}

/// Runs code as the main program.
///
/// # Errors
/// What it raises.
pub fn run_main(code: &Code) -> Result<()> {
    let dict = main_module()?.dict();
    call::run_code(code, &dict, &dict).map(drop)
}

/// The end of the program: waits for threads, runs `atexit`, flushes the standard streams.
pub fn finish() {
    if let Some(modules) = state::interpreter().modules.get() {
        let threading = modules.get_str(id!("threading")).unwrap_or_else(|raised| {
            raised.clear();
            None
        });
        if let Some(threading) = threading
            && let Err(raised) = protocol::call_method(&threading, id!("_shutdown"), &[])
        {
            raise::write_unraisable(raised, Some(&threading));
        }
    }
    modules::atexit::run();
    flush_streams();
    state::interpreter().finalizing.set(true);
}

/// Flushes the standard streams; whatever fails is not reported, as the process is about to end.
pub fn flush_streams() {
    for name in ["stdout", "stderr"] {
        if let Some(stream) = state::sys_get(name).filter(|stream| !stream.is(none()))
            && let Err(raised) = protocol::call_method(&stream, id!("flush"), &[])
        {
            raised.clear();
        }
    }
}

/// `sys.path[0]` of a command or of standard input.
///
/// # Errors
/// What changing the list raises.
pub fn prepend_path(folder: &str) -> Result<()> {
    if config::get().safe_path {
        return Ok(());
    }
    let Some(path) = state::sys_get("path") else { return Ok(()) };
    let zero = objects::types::int::new_int(0)?;
    protocol::call_method(&path, id!("insert"), &[&zero, Str::new(folder)?.as_object()]).map(drop)
}

/// `sys.path[0]` of a script: its folder.
///
/// # Errors
/// As [`prepend_path`].
pub fn prepend_script_folder(file: &str) -> Result<()> {
    let real = std::fs::canonicalize(file).unwrap_or_else(|_| file.into());
    prepend_path(&real.parent().map_or_else(String::new, |folder| folder.to_string_lossy().into_owned()))
}

/// `-m`: `runpy` runs the module.
///
/// # Errors
/// What it raises.
pub fn run_module(name: &str) -> Result<()> {
    let cwd =
        std::env::current_dir().map_or_else(|_| String::new(), |cwd| cwd.to_string_lossy().into_owned());
    prepend_path(&cwd)?;
    let runpy = import::import_module("runpy")?;
    let name = Str::new(name)?;
    let alter = objects::types::bool::from_bool(true);
    protocol::call_method(&runpy, id!("_run_module_as_main"), &[name.as_object(), alter]).map(drop)
}

/// A folder or archive with a `__main__`.
///
/// # Errors
/// What it raises.
pub fn run_path(path: &str) -> Result<()> {
    prepend_path(path)?;
    let runpy = import::import_module("runpy")?;
    let alter = objects::types::bool::from_bool(false);
    protocol::call_method(&runpy, id!("_run_module_as_main"), &[id!("__main__"), alter]).map(drop)
}

/// Replaces the first printers by the streams of `io`.
///
/// # Errors
/// What making them raises.
pub fn start_io() -> Result<()> {
    import::import_module("encodings")?;
    let Some(sys) = state::interpreter().sysdict.get() else { return Ok(()) };
    let io = import::import_module("io")?;
    if let Some(builtins) = state::builtins() {
        builtins.set_text("open", &*objects::protocol::attr::get(&io, id!("open"))?)?;
    }
    for (name, fd, mode) in [("stdin", 0, "rb"), ("stdout", 1, "wb"), ("stderr", 2, "wb")] {
        let stream = standard_stream(&io, name, fd, mode)?;
        sys.set_text(name, &stream)?;
        sys.set_text(&format!("__{name}__"), &stream)?;
    }
    Ok(())
}

fn standard_stream(io: &Object, name: &str, fd: i32, mode: &str) -> Result<Ref> {
    // SAFETY: any number may be asked about.
    if unsafe { libc::fcntl(fd, libc::F_GETFD) } < 0 {
        return Ok(none().to_ref());
    }
    let unbuffered = config::get().unbuffered && mode == "wb";
    let number = objects::types::int::new_int(fd.into())?;
    let no = objects::types::bool::from_bool(false);
    let kwargs = Dict::new()?;
    kwargs.set_text("mode", &*Str::new(mode)?)?;
    kwargs.set_text("buffering", &*objects::types::int::new_int(if unbuffered { 0 } else { -1 })?)?;
    kwargs.set_text("closefd", no)?;
    let open = objects::protocol::attr::get(io, id!("open"))?;
    let arguments = objects::types::tuple::Tuple::from_array([number])?;
    let buffer = protocol::call_with_tuple(&open, &arguments, Some(&kwargs))?;
    let raw = match unbuffered {
        true => buffer.clone(),
        false => objects::protocol::attr::get(&buffer, id!("raw"))?,
    };
    objects::protocol::attr::set(&raw, id!("name"), Some(Str::new(&format!("<{name}>"))?.as_object()))?;
    let is_terminal = objects::protocol::object::is_true(&*protocol::call_method(&raw, id!("isatty"), &[])?)?;
    let kwargs = Dict::new()?;
    kwargs.set_text("encoding", &*Str::new("utf-8")?)?;
    let errors = if name == "stderr" { "backslashreplace" } else { "strict" };
    kwargs.set_text("errors", &*Str::new(errors)?)?;
    kwargs.set_text("newline", if name == "stdin" { none() } else { id!("\n").as_object() })?;
    let yes = objects::types::bool::from_bool(true);
    kwargs.set_text("line_buffering", if is_terminal || name == "stderr" { yes } else { no })?;
    kwargs.set_text("write_through", if unbuffered { yes } else { no })?;
    let wrapper = objects::protocol::attr::get(io, id!("TextIOWrapper"))?;
    let arguments = objects::types::tuple::Tuple::from_array([buffer])?;
    let stream = protocol::call_with_tuple(&wrapper, &arguments, Some(&kwargs))?;
    objects::protocol::attr::set(&stream, id!("mode"), Some(Str::new(&mode[..1])?.as_object()))?;
    Ok(stream)
}
