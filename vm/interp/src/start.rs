//! Bringing the interpreter up and down: the hooks of the object model, the main thread, the first modules, the import system.

use crate::modules::{self, imp, sys};
use crate::{breaker, call, config, generators, gil, import, threads};
use objects::protocol::call as protocol;
use objects::state::{self, ThreadState};
use objects::types::dict::Dict;
use objects::types::list::List;
use objects::types::module::{self, Module};
use objects::types::str::{Str, intern};
use objects::{Instance, Object, Ref, Result, codecs, hooks, id, raise};
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Fills the hooks through which objects reach the interpreter.
fn fill_hooks() {
    hooks::FUNCTION_VECTORCALL.set(call::function_vectorcall);
    hooks::RESUME_GENERATOR.set(generators::resume);
    hooks::IMPORT.set(import::import_module);
    hooks::HANDLE_PENDING.set(|| breaker::handle_pending(state::current()));
    hooks::UNRAISABLE.set(sys::hooks::report_unraisable);
    hooks::WARN.set(warn);
    hooks::WARN_RESOURCE.set(warn_resource);
    hooks::TRACE_OPCODES.set(crate::monitor::legacy::trace_opcodes);
    hooks::AFTER_FORK.set(after_fork);
    hooks::CHECK_COMPATIBLE.set(imp::check_compatible);
    hooks::AUDIT.set(crate::audit::raise_named);
    gil::provide();
}

/// In the child of a fork: the calling thread is the only one, and the main one.
fn after_fork() {
    let ts = state::current();
    gil::after_fork(ts);
    threads::after_fork(ts);
    modules::thread::handle::after_fork(ts);
    crate::signals::after_fork(ts);
    crate::pending::after_fork(ts);
    objects::parking::after_fork();
    crate::trampoline::after_fork();
}

/// Issues a warning for native code.
fn warn(category: &Object, text: &str, stack_level: isize) -> Result<()> {
    let text = Str::new(text)?;
    modules::warnings::warn_at(Some(category), text.as_object(), stack_level, None, None)
}

fn warn_resource(source: &Object, text: &str) -> Result<()> {
    let text = Str::new(text)?;
    let class = objects::types::exceptions::ResourceWarning.as_object();
    modules::warnings::warn_at(Some(class), text.as_object(), 1, Some(source), None)
}

/// Makes the calling thread the main one: gives it a state and the GIL.
fn attach_main_thread() -> &'static ThreadState {
    let ts: &'static ThreadState = Box::leak(threads::create(&state::MAIN));
    crate::signals::set_main_thread(ts);
    threads::attach(ts);
    ts
}

/// Everything before the first Python code: threads, types, `builtins` and `sys`.
///
/// # Errors
/// MemoryError; a mistake in a built-in type's declaration.
pub fn start() -> Result<()> {
    fill_hooks();
    codecs::filesystem::choose(config::get().filesystem_encoding);
    objects::hash::set_seed(config::get().hash_seed);
    attach_main_thread();
    objects::types::init()?;
    objects::typeobject::ready::ready(sys::printer::Printer::class())?;
    start_interpreter()?;
    start_signals()
}

/// The settings of the running interpreter, its `builtins` and `sys`.
///
/// # Errors
/// MemoryError; a mistake in a built-in module's declaration.
pub fn start_interpreter() -> Result<()> {
    let config = config::get();
    let interpreter = state::interpreter();
    interpreter.int_max_str_digits.set(config.int_max_str_digits);
    interpreter.cpu_count.set(config.cpu_count);
    interpreter.bytes_warning.set(config.bytes_warning > 0);
    interpreter.code_debug_ranges.set(config.code_debug_ranges);
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
    set_paths(&dict)
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
    // SAFETY: dispositions without handlers.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_IGN);
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
    let module = built_in("_signal")?;
    module::exec_definition(&module, definition("_signal")?)
}

/// What the configuration says about paths and arguments, into `sys`.
fn set_paths(sys: &Dict) -> Result<()> {
    let config = config::get();
    let text = |value: &str| -> Result<Ref> { Ok(codecs::decode_fs(value.as_bytes())?.upcast()) };
    let decoded = |values: &[OsString]| -> Result<Ref> {
        let items = values.iter().map(|value| Ok(codecs::decode_fs(value.as_bytes())?.upcast()));
        Ok(List::from_vec(items.collect::<Result<_>>()?)?.upcast())
    };
    let list = |values: &[String]| -> Result<Ref> {
        Ok(List::from_vec(values.iter().map(|value| text(value)).collect::<Result<_>>()?)?.upcast())
    };
    sys.set_text("argv", &*decoded(&config.argv)?)?;
    sys.set_text("orig_argv", &*decoded(&config.orig_argv)?)?;
    sys.set_text("path", &*list(&config.module_search_paths)?)?;
    sys.set_text("warnoptions", &*list(&config.warn_options)?)?;
    let x_options = Dict::new()?;
    for option in &config.x_options {
        match option.split_once('=') {
            Some((name, value)) => x_options.set_item(&*text(name)?, &*text(value)?)?,
            None => x_options.set_item(&*text(option)?, objects::types::bool::from_bool(true))?,
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
        ("platlibdir", &config.platlibdir),
    ] {
        sys.set_text(name, &*text(value)?)?;
    }
    for (name, value) in [("pycache_prefix", &config.pycache_prefix), ("_home", &config.home)] {
        if let Some(value) = value {
            sys.set_text(name, &*text(value)?)?;
        }
    }
    Ok(())
}

/// What the crates above add to `sys`.
pub static ADD_TO_SYS: hooks::Hook<fn() -> Result<()>> = hooks::Hook::new("sys completed before the start");

/// What the running interpreter has beyond [`start_interpreter`] before a program begins: the import system, `__main__`, the streams,
/// `site`.
///
/// # Errors
/// What the modules raise.
pub fn start_library() -> Result<()> {
    start_import()?;
    if config::get().perf {
        crate::trampoline::activate()?;
    }
    crate::program::main_module()?;
    if let Some(add) = ADD_TO_SYS.try_get() {
        add()?;
    }
    crate::streams::start()?;
    start_services()?;
    if !config::get().no_site {
        import::import_module("site")?;
    }
    if !state::interpreter().is_main() {
        crate::program::inherit_path()?;
    }
    state::interpreter().is_ready.set(true);
    Ok(())
}

/// Runs `importlib._bootstrap` and `_bootstrap_external` of the library, after which `import` works.
fn start_import() -> Result<()> {
    let interpreter = state::interpreter();
    let modules = interpreter.modules.get().ok_or_else(raise::null_result)?;
    let sys = modules.get_str(id!("sys"))?.ok_or_else(raise::null_result)?;
    let bootstrap = library_module("_frozen_importlib", "importlib._bootstrap")?;
    interpreter.importlib.set(Some(bootstrap.clone().upcast()));
    let imp_name = intern::intern_text("_imp")?;
    let imp = imp::create(&imp_name)?;
    imp::execute(&imp)?;
    modules.set_item(&imp_name, &imp)?;
    protocol::call_method(&bootstrap, id!("_install"), &[&sys, &imp])?;
    if imp::is_frozen("_frozen_importlib_external") {
        protocol::call_method(&bootstrap, id!("_install_external_importers"), &[])?;
        return install_zipimport();
    }
    let external = library_module("_frozen_importlib_external", "importlib._bootstrap_external")?;
    external.dict().set_text("_bootstrap", &bootstrap)?;
    bootstrap.dict().set_text("_bootstrap_external", &external)?;
    protocol::call_method(&external, id!("_install"), &[bootstrap.as_object()])?;
    install_zipimport()
}

/// Archives in `sys.path` come before folders.
fn install_zipimport() -> Result<()> {
    let zipimport = import::import_module("zipimport")?;
    let importer = objects::protocol::attr::get(&zipimport, id!("zipimporter"))?;
    let Some(hooks) = state::sys_get("path_hooks") else { return Ok(()) };
    let first = objects::types::int::new_int(0)?;
    protocol::call_method(&hooks, id!("insert"), &[&first, &importer]).map(drop)
}

/// A module of the library that is run before there is an import system: frozen, or where the build had no library from its source.
fn library_module(name: &str, origin: &str) -> Result<Ref<Module>> {
    let name = intern::intern_text(name)?;
    if let Some(module) = imp::start_frozen(&name)? {
        return Ok(module);
    }
    let stdlib = Path::new(&config::get().stdlib_dir);
    let file = stdlib.join(format!("{}.py", origin.replace('.', "/")));
    let source =
        std::fs::read(&file).map_err(|error| raise!(OSError, "cannot read {}: {error}", file.display()))?;
    let filename = format!("<frozen {origin}>");
    let code = crate::compile::compile(&source, &filename, crate::compile::Mode::Exec, 0, -1)?;
    let module = Module::new(&name)?;
    let modules = state::interpreter().modules.get().ok_or_else(raise::null_result)?;
    modules.set_item(&name, &module)?;
    let dict = module.dict();
    let builtins = modules.get_str(id!("builtins"))?.ok_or_else(raise::null_result)?;
    dict.set_str(id!("__builtins__"), &builtins)?;
    call::run_code(&code, &dict, &dict)?;
    Ok(module)
}

/// What the configuration asks for once modules can be imported: the warnings' filters, the fault handler, memory tracing.
fn start_services() -> Result<()> {
    let config = config::get();
    state::interpreter().dev_mode.set(config.dev_mode);
    let is_main = state::interpreter().is_main();
    if is_main && config.faulthandler && modules::find("faulthandler").is_some() {
        protocol::call_method(&*import::import_module("faulthandler")?, id!("enable"), &[])?;
    }
    if is_main && config.tracemalloc > 0 && modules::find("_tracemalloc").is_some() {
        let frames = objects::types::int::new_int(config.tracemalloc.into())?;
        protocol::call_method(&*import::import_module("_tracemalloc")?, id!("start"), &[&frames])?;
    }
    if !config.warn_options.is_empty() {
        import::import_module("warnings")?;
    }
    Ok(())
}
