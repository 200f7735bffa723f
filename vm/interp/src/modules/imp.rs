//! `_imp`: what `importlib` asks of the interpreter.

use crate::modules;
use objects::protocol::attr;
use objects::protocol::buffer::BytesLike;
use objects::types::bytes::Bytes;
use objects::types::code::Code;
use objects::types::list::List;
use objects::types::module::{self, Module};
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, id, raise, state};

#[macros::pymodule(name = "_imp")]
pub mod native {
    use super::*;

    #[constant("check_hash_based_pycs")]
    const CHECK: &str = "default";

    #[constant("pyc_magic_number_token")]
    const MAGIC: i64 = bytecode::pyc::MAGIC_TOKEN as i64;

    #[function("lock_held($module, /)")]
    fn lock_held() -> bool {
        false
    }

    #[function("acquire_lock($module, /)")]
    fn acquire_lock() {}

    #[function("release_lock($module, /)")]
    fn release_lock() {}

    #[function("is_builtin($module, name, /)")]
    fn is_builtin(name: &str) -> i32 {
        i32::from(modules::find(name).is_some())
    }

    #[function("is_frozen($module, name, /)")]
    fn is_frozen(name: &str) -> bool {
        let _ = name;
        false
    }

    #[function("is_frozen_package($module, name, /)")]
    fn is_frozen_package(name: &str) -> Result<bool> {
        Err(no_such_frozen(name))
    }

    #[function("find_frozen($module, name, /, *, withdata=False)")]
    fn find_frozen(name: &str, withdata: bool) -> Option<Ref> {
        let _ = (name, withdata);
        None
    }

    #[function("get_frozen_object($module, name, data=None, /)")]
    fn get_frozen_object(name: &str, data: &Object) -> Result<Ref> {
        let _ = data;
        Err(no_such_frozen(name))
    }

    #[function("init_frozen($module, name, /)")]
    fn init_frozen(name: &str) -> Option<Ref> {
        let _ = name;
        None
    }

    #[function("_frozen_module_names($module, /)")]
    fn frozen_module_names() -> Result<Ref<List>> {
        List::new()
    }

    #[function("_override_frozen_modules_for_tests($module, override, /)")]
    fn override_frozen(value: &Object) {
        let _ = value;
    }

    #[function("_override_multi_interp_extensions_check($module, override, /)")]
    fn override_multi(value: &Object) -> i32 {
        let _ = value;
        0
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
        let suffixes = [format!(".cpython-313-{machine}-linux-gnu.so"), ".abi3.so".into(), ".so".into()];
        List::from_vec(suffixes.iter().map(|suffix| Ok(Str::new(suffix)?.upcast())).collect::<Result<_>>()?)
    }

    #[function("create_dynamic($module, spec, file=<unrepresentable>, /)", unchecked)]
    fn create_dynamic(spec: &Object, file: Option<&Object>) -> Result<Ref> {
        let _ = file;
        crate::dynamic::create(spec)
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

fn no_such_frozen(name: &str) -> raise::Raised {
    let raised = raise!(ImportError, "No such frozen object named {name}");
    let exception = raised.take();
    if let Ok(text) = Str::new(name) {
        drop(attr::set(&exception, id!("name"), Some(text.as_object())));
    }
    raise::restore(exception)
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
        Some(definition) => module::exec_definition(module, definition),
        None => Ok(()),
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
