//! `_imp`: what `importlib` asks of the interpreter.

use crate::modules;
use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int};
use core::sync::atomic::{AtomicI32, Ordering};
use objects::protocol::buffer::BytesLike;
use objects::protocol::{attr, call};
use objects::types::bool::new_bool;
use objects::types::bytes::Bytes;
use objects::types::code::Code;
use objects::types::list::List;
use objects::types::module::{self, Module};
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, id, raise, state};

#[macros::pymodule(name = "_imp")]
pub mod native {
    use super::*;

    #[attr("check_hash_based_pycs")]
    fn check_hash_based_pycs() -> &'static str {
        crate::config::get().check_hash_pycs.as_str()
    }

    #[function("lock_held($module, /)")]
    fn lock_held() -> bool {
        state::interpreter().import_lock.is_held()
    }

    #[function("acquire_lock($module, /)")]
    fn acquire_lock() {
        state::interpreter().import_lock.acquire();
    }

    #[function("release_lock($module, /)")]
    fn release_lock() -> Result<()> {
        state::interpreter().import_lock.release()
    }

    #[function("is_builtin($module, name, /)")]
    fn is_builtin(name: &Str) -> i32 {
        i32::from(modules::find(&name.to_string_lossy()).is_some())
    }

    #[function("is_frozen($module, name, /)")]
    fn is_frozen(name: &Str) -> bool {
        frozen_module(&name.to_string_lossy()).is_ok()
    }

    #[function("is_frozen_package($module, name, /)")]
    fn is_frozen_package(name: &str) -> Result<bool> {
        match frozen_module(name) {
            Ok(module) => Ok(module.is_package),
            Err(reason) => Err(reason.raise(name)),
        }
    }

    #[function("find_frozen($module, name, /, *, withdata=False)")]
    fn find_frozen(name: &Str, withdata: bool) -> Result<Option<Ref<Tuple>>> {
        let Ok(module) = frozen_module(&name.to_string_lossy()) else { return Ok(None) };
        let data = match withdata {
            true => {
                let bytes = Bytes::new(module.code)?;
                call::call_one_arg(&objects::types::memoryview::PyMemoryView_Type, &bytes)?
            }
            false => none().to_ref(),
        };
        let origin = match module.origin {
            Some(origin) => Str::new(origin)?.upcast(),
            None => none().to_ref(),
        };
        Tuple::from_array([data, new_bool(module.is_package), origin]).map(Some)
    }

    #[function("get_frozen_object($module, name, data=None, /)")]
    fn get_frozen_object(name: &str, data: &Object) -> Result<Ref> {
        if data.is(none()) {
            return match frozen_module(name) {
                Ok(module) => super::frozen_code(name, module.code),
                Err(reason) => Err(reason.raise(name)),
            };
        }
        if !objects::protocol::buffer::is_exporter(data) {
            let got = data.class().full_name();
            return Err(raise!(TypeError, "get_frozen_object() argument 2 must be bytes, not {got}"));
        }
        super::frozen_code(name, &BytesLike::of(data)?)
    }

    #[function("init_frozen($module, name, /)")]
    fn init_frozen(name: &Str) -> Result<Option<Ref>> {
        match frozen_module(&name.to_string_lossy()) {
            Ok(module) => Ok(Some(super::init_frozen(name, &module)?.upcast())),
            Err(_) => Ok(None),
        }
    }

    #[function("_frozen_module_names($module, /)")]
    fn frozen_module_names() -> Vec<&'static str> {
        frozen::MODULES.iter().map(|module| module.name).collect()
    }

    #[function("_override_frozen_modules_for_tests($module, override, /)")]
    fn override_frozen(value: i32) {
        OVERRIDE.store(value, Ordering::Relaxed);
    }

    #[function("_override_multi_interp_extensions_check($module, override, /)")]
    fn override_multi(value: i32) -> Result<i32> {
        if state::interpreter().is_main() {
            let name = "_imp._override_multi_interp_extensions_check()";
            return Err(raise!(RuntimeError, "{name} cannot be used in the main interpreter"));
        }
        Ok(OVERRIDE_CHECK.swap(value, Ordering::Relaxed))
    }

    #[function("create_builtin($module, spec, /)")]
    fn create_builtin(spec: &Object) -> Result<Ref> {
        let name = attr::get(spec, id!("name"))?;
        let Some(name) = name.cast::<Str>() else {
            return Err(raise!(TypeError, "name must be string, not {}", name.class().name()));
        };
        super::create(name)
    }

    #[function("exec_builtin($module, mod, /)")]
    fn exec_builtin(module: &Object) -> Result<i32> {
        super::execute(module)?;
        Ok(0)
    }

    #[function("extension_suffixes($module, /)")]
    fn extension_suffixes() -> Result<Ref<List>> {
        let machine = if cfg!(target_arch = "aarch64") { "aarch64" } else { "x86_64" };
        let suffixes = [
            format!(".cpython-313-{machine}-linux-gnu.so"),
            ".abi3.so".into(),
            format!(".abi3-{machine}-linux-gnu.so"),
            ".so".into(),
        ];
        List::from_vec(suffixes.iter().map(|suffix| Ok(Str::new(suffix)?.upcast())).collect::<Result<_>>()?)
    }

    #[function("create_dynamic($module, spec, file=<unrepresentable>, /)", unchecked)]
    fn create_dynamic(spec: &Object, file: Option<&Object>) -> Result<Ref> {
        crate::dynamic::create(spec, file.is_some())
    }

    #[function("exec_dynamic($module, mod, /)")]
    fn exec_dynamic(module: &Object) -> Result<i32> {
        super::execute(module)?;
        Ok(0)
    }

    #[function("_fix_co_filename($module, code, path, /)")]
    fn fix_co_filename(code: &Code, path: &Str) {
        super::fix_filename(code, &code.filename().to_ref(), path);
    }

    #[function("source_hash($module, /, key, source)")]
    fn source_hash(key: i64, source: BytesLike) -> Result<Ref<Bytes>> {
        Bytes::new(&bytecode::pyc::source_hash(key as u64, &source))
    }
}

/// What compiled files begin with (`PyImport_GetMagicNumber`).
pub const MAGIC_NUMBER: u32 = bytecode::pyc::MAGIC_TOKEN;

objects::per_interpreter! {
    /// What `_override_frozen_modules_for_tests` set: 1 uses them, -1 does not, 0 is the configuration's choice.
    static OVERRIDE: AtomicI32 = AtomicI32::new(0);
    /// What `_override_multi_interp_extensions_check` set: 1 checks, -1 does not, 0 is the interpreter's choice.
    static OVERRIDE_CHECK: AtomicI32 = AtomicI32::new(0);
}

/// That an extension that knows of one interpreter alone may be loaded in the running one
/// (`_PyImport_CheckSubinterpIncompatibleExtensionAllowed`).
///
/// # Errors
/// ImportError.
pub fn check_compatible(name: &str) -> Result<()> {
    let interpreter = state::interpreter();
    let checks = match OVERRIDE_CHECK.load(Ordering::Relaxed) {
        0 => interpreter.config.get().check_multi_interp_extensions != 0,
        choice => choice > 0,
    };
    match checks && !interpreter.is_main() {
        true => Err(raise!(ImportError, "module {name} does not support loading in subinterpreters")),
        false => Ok(()),
    }
}

/// The modules without which nothing can be imported are frozen whatever `-X frozen_modules` says.
const ESSENTIAL: [&str; 3] = ["_frozen_importlib", "_frozen_importlib_external", "zipimport"];

/// Why there is no frozen module of a name.
enum NotFrozen {
    Unknown,
    Disabled,
}

impl NotFrozen {
    #[cold]
    fn raise(self, name: &str) -> raise::Raised {
        frozen_error(
            name,
            match self {
                NotFrozen::Unknown => format!("No such frozen object named '{name}'"),
                NotFrozen::Disabled => {
                    format!(
                        "Frozen modules are disabled and the frozen object named '{name}' is not essential"
                    )
                }
            },
        )
    }
}

/// `struct _frozen`: a module that a program brings along.
#[repr(C)]
pub struct FrozenEntry {
    name: *const c_char,
    code: *const u8,
    size: c_int,
    is_package: c_int,
}

/// See [`PyImport_FrozenModules`].
pub struct FrozenTable(Cell<*const FrozenEntry>);

// SAFETY: touched under the GIL.
unsafe impl Sync for FrozenTable {}

/// The modules that a program which embeds the interpreter brings along: NULL, or a table whose last row has no name.
#[unsafe(no_mangle)]
pub static PyImport_FrozenModules: FrozenTable = FrozenTable(Cell::new(core::ptr::null()));

/// Rows for modules, and the last one.
pub struct FrozenRows<const N: usize>([FrozenEntry; N]);

/// Where a table begins, as extensions import it.
#[repr(transparent)]
pub struct FrozenStart(*const FrozenEntry);

// SAFETY (both): never written to.
unsafe impl<const N: usize> Sync for FrozenRows<N> {}
unsafe impl Sync for FrozenStart {}

/// How many modules there are before the one of this name.
const fn count_before(name: &str) -> usize {
    let mut count = 0;
    while count < frozen::MODULES.len() && !is_same(frozen::MODULES[count].name, name) {
        count += 1;
    }
    count
}

const fn is_same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let mut at = 0;
    while at < left.len() && at < right.len() && left[at] == right[at] {
        at += 1;
    }
    at == left.len() && at == right.len()
}

const fn rows<const N: usize>(from: usize) -> FrozenRows<N> {
    const END: FrozenEntry =
        FrozenEntry { name: core::ptr::null(), code: core::ptr::null(), size: 0, is_package: 0 };
    let mut rows = [const { END }; N];
    let mut at = 0;
    while at + 1 < N {
        let module = &frozen::MODULES[from + at];
        rows[at] = FrozenEntry {
            name: module.c_name.as_ptr(),
            code: module.code.as_ptr(),
            size: module.code.len() as c_int,
            is_package: module.is_package as c_int,
        };
        at += 1;
    }
    FrozenRows(rows)
}

/// Where the modules begin that a start needs, and those of tests.
const STDLIB: usize = count_before("abc");
const TEST: usize = count_before("__hello__");

static BOOTSTRAP_ROWS: FrozenRows<{ STDLIB + 1 }> = rows(0);
static STDLIB_ROWS: FrozenRows<{ TEST - STDLIB + 1 }> = rows(STDLIB);
static TEST_ROWS: FrozenRows<{ frozen::MODULES.len() - TEST + 1 }> = rows(TEST);

/// The modules that importing needs.
#[unsafe(no_mangle)]
pub static _PyImport_FrozenBootstrap: FrozenStart = FrozenStart(BOOTSTRAP_ROWS.0.as_ptr());

/// Those that a start needs.
#[unsafe(no_mangle)]
pub static _PyImport_FrozenStdlib: FrozenStart = FrozenStart(STDLIB_ROWS.0.as_ptr());

/// Those of tests.
#[unsafe(no_mangle)]
pub static _PyImport_FrozenTest: FrozenStart = FrozenStart(TEST_ROWS.0.as_ptr());

/// The program's own module of a name.
fn own_module(name: &str) -> Option<frozen::Module> {
    let mut row = PyImport_FrozenModules.0.get();
    loop {
        // SAFETY: NULL, or a table that ends with a row without a name; names are C strings.
        let entry = unsafe { row.as_ref() }.filter(|entry| !entry.name.is_null())?;
        let known = unsafe { CStr::from_ptr(entry.name) }.to_str().unwrap_or_default();
        if known == name && !entry.code.is_null() {
            let size = entry.size.unsigned_abs() as usize;
            // SAFETY: as many bytes, which the table keeps.
            let code = unsafe { core::slice::from_raw_parts(entry.code, size) };
            let is_package = entry.is_package != 0;
            let c_name = unsafe { CStr::from_ptr(entry.name) };
            return Some(frozen::Module { name: known, c_name, code, is_package, origin: None });
        }
        // SAFETY: the row is not the last.
        row = unsafe { row.add(1) };
    }
}

fn frozen_module(name: &str) -> core::result::Result<frozen::Module, NotFrozen> {
    if let Some(module) = own_module(name) {
        return Ok(module);
    }
    let Some(module) = frozen::find(name) else { return Err(NotFrozen::Unknown) };
    let used = match OVERRIDE.load(Ordering::Relaxed) {
        0 => crate::config::get().use_frozen_modules,
        choice => choice > 0,
    };
    if used || ESSENTIAL.contains(&name) { Ok(*module) } else { Err(NotFrozen::Disabled) }
}

/// An ImportError that names the module.
#[cold]
fn frozen_error(name: &str, text: String) -> raise::Raised {
    let exception = raise!(ImportError, "{text}").take();
    if let Ok(text) = Str::new(name)
        && let Err(raised) = attr::set(&exception, id!("name"), Some(text.as_object()))
    {
        raised.clear();
    }
    raise::restore(exception)
}

/// The code object in the data of a frozen module.
fn frozen_code(name: &str, data: &[u8]) -> Result<Ref> {
    let invalid = || frozen_error(name, format!("Frozen object named '{name}' is invalid"));
    let code = match modules::marshal::load(data, true) {
        Ok((code, _)) => code,
        Err(raised) => {
            raised.clear();
            return Err(invalid());
        }
    };
    match code.cast::<Code>() {
        Some(_) => Ok(code),
        None => Err(raise!(TypeError, "frozen object '{name}' is not a code object")),
    }
}

/// Whether there is a frozen module of this name.
pub fn is_frozen(name: &str) -> bool {
    frozen_module(name).is_ok()
}

/// Runs the code of a frozen module that has been looked up already, if there is one of that name.
///
/// # Errors
/// What it raises.
pub fn start_frozen(name: &Str) -> Result<Option<Ref<Module>>> {
    match frozen_module(&name.to_string_lossy()) {
        Ok(module) => init_frozen(name, &module).map(Some),
        Err(_) => Ok(None),
    }
}

/// `PyImport_ImportFrozenModule`.
fn init_frozen(name: &Str, frozen: &frozen::Module) -> Result<Ref<Module>> {
    let code = frozen_code(&name.to_string_lossy(), frozen.code)?;
    let Some(code) = code.cast::<Code>() else { return Err(raise::bad_internal_call()) };
    let modules = state::interpreter().modules.get().ok_or_else(raise::null_result)?;
    let module = Module::new(name)?;
    modules.set_item(name, &module)?;
    let dict = module.dict();
    if frozen.is_package {
        dict.set_str(id!("__path__"), &*List::new()?)?;
    }
    let builtins = modules.get_str(id!("builtins"))?.ok_or_else(raise::null_result)?;
    dict.set_str(id!("__builtins__"), &builtins)?;
    crate::call::run_code(code, &dict, &dict)?;
    match frozen.origin {
        Some(origin) => dict.set_str(id!("__origname__"), &*Str::new(origin)?)?,
        None => dict.set_str(id!("__origname__"), none())?,
    }
    Ok(module)
}

/// A built-in module, not yet executed; the one in `sys.modules` for the two that exist from the start.
///
/// # Errors
/// What making it raises.
pub fn create(name: &Str) -> Result<Ref> {
    let text = name.to_string_lossy();
    if matches!(text.as_str(), "sys" | "builtins")
        && let Some(found) =
            state::interpreter().modules.get().map(|modules| modules.get_item(name)).transpose()?
        && let Some(found) = found
    {
        return Ok(found);
    }
    match modules::find(&text) {
        Some(definition) => Ok(module::from_definition(definition, name)?.upcast()),
        None => Ok(none().to_ref()),
    }
}

/// Runs a module's exec slots.
///
/// # Errors
/// What they raise.
pub fn execute(object: &Object) -> Result<()> {
    let Some(module) = object.cast::<Module>() else { return Ok(()) };
    let name = module.dict().get_str(id!("__name__"))?;
    let name = name.as_deref().and_then(|name| name.cast::<Str>()).map(Str::to_string_lossy);
    if matches!(name.as_deref(), Some("sys" | "builtins")) {
        return Ok(());
    }
    match module.definition() {
        // Reloading a module that has run does nothing.
        Some(definition) if module.state().is_null() => module::exec_definition(module, definition),
        _ => Ok(()),
    }
}

/// Renames the file of a code object and of those inside it that had the same.
fn fix_filename(code: &Code, old: &Str, new: &Str) {
    if !code.filename().equals(old) {
        return;
    }
    code.co_filename.set(Some(new.to_ref()));
    for constant in code.consts().items() {
        if let Some(inner) = constant.cast_exact::<Code>() {
            fix_filename(inner, old, new);
        }
    }
}
