//! What the import instructions do; finding and loading modules is the library's `importlib`.

use core::sync::atomic::{AtomicU64, Ordering};
use objects::interpreter_frame::InterpreterFrame;
use objects::protocol::{attr, call, compare, mapping, object, sequence};
use objects::raise::Raised;
use objects::types::dict::Dict;
use objects::types::exceptions::{self as exc, BaseExceptionObject};
use objects::types::module::shadow::{self, Hides};
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::traceback::Traceback;
use objects::{Instance, Object, Ref, Result, id, raise, state};
use std::sync::Once;
use std::time::Instant;

/// `import name` and `from name import names` at the given level, through `builtins.__import__`.
///
/// # Errors
/// ImportError and whatever else the import raises.
pub fn import_name(frame: &InterpreterFrame, name: &Str, names: &Object, level: &Object) -> Result<Ref> {
    let Some(function) = mapping::get_optional(frame.builtins(), id!("__import__"))? else {
        return Err(raise!(ImportError, "__import__ not found"));
    };
    let locals = frame.locals().unwrap_or(none());
    call::call(&function, &[name, frame.globals(), locals, names, level])
}

/// `from module import name`, for one name: an attribute, or a submodule that is being imported.
///
/// # Errors
/// ImportError.
pub fn import_from(module: &Object, name: &Str) -> Result<Ref> {
    if let Some(value) = attr::get_optional(module, name)? {
        return Ok(value);
    }
    let package = attr::get_optional(module, id!("__name__"))?;
    let package = package.and_then(|package| package.downcast::<Str>().ok());
    if let Some(package) = &package {
        let full = Str::new(&format!("{}.{}", package.to_string_lossy(), name.to_string_lossy()))?;
        if let Some(modules) = state::interpreter().modules.get()
            && let Some(found) = modules.get_item(&full)?
        {
            return Ok(found);
        }
    }
    Err(cannot_import(module, package.as_deref(), name))
}

#[cold]
fn cannot_import(module: &Object, package: Option<&Str>, name: &Str) -> Raised {
    let package_text = package.map_or_else(|| "<unknown module name>".to_owned(), Str::to_string_lossy);
    let shown = format!("'{package_text}'");
    let name_text = name.to_string_lossy();
    let spec = optional(attr::get_optional(module, id!("__spec__")));
    let origin = spec.as_ref().and_then(|spec| origin_of(spec));
    let file = origin.or_else(|| optional(attr::get_optional(module, id!("__file__"))));
    let file = file.filter(|file| file.cast::<Str>().is_some());
    let own = file.as_deref().and_then(|file| file.cast::<Str>());
    let hides = match package.map_or(Ok(Hides::Nothing), |package| shadow::hides(own, package)) {
        Ok(hides) => hides,
        Err(raised) => return raised,
    };
    let is_initializing = || spec.as_ref().is_some_and(|spec| is_initializing(spec));
    let advice = shadow::advice(hides, own, &package_text);
    let advice = advice.filter(|_| hides == Hides::Library || is_initializing());
    let text = match &file {
        None => format!("cannot import name '{name_text}' from {shown} (unknown location)"),
        Some(file) => {
            let place = object::str(file).map_or_else(
                |raised| {
                    raised.clear();
                    String::new()
                },
                |text| text.to_string_lossy(),
            );
            if is_initializing() {
                format!(
                    "cannot import name '{name_text}' from partially initialized module {shown} (most likely due to a \
                     circular import) ({place})"
                )
            } else {
                format!("cannot import name '{name_text}' from {shown} ({place})")
            }
        }
    };
    let text = match advice {
        Some(advice) => format!("cannot import name '{name_text}' from {shown} {advice}"),
        None => text,
    };
    let raised = raise!(ImportError, "{text}");
    let exception = raised.take();
    let set = |attribute: &Str, value: Option<&Object>| {
        if let Err(failed) = attr::set(&exception, attribute, Some(value.unwrap_or(none()))) {
            failed.clear();
        }
    };
    set(id!("name"), package.map(Instance::as_object));
    set(id!("path"), file.as_deref());
    set(id!("name_from"), Some(name));
    raise::restore(exception)
}

/// An attribute that only makes a message better.
fn optional(result: Result<Option<Ref>>) -> Option<Ref> {
    result.unwrap_or_else(|raised| {
        raised.clear();
        None
    })
}

fn origin_of(spec: &Object) -> Option<Ref> {
    let has_location = optional(attr::get_optional(spec, id!("has_location")))?;
    match object::is_true(&has_location) {
        Ok(true) => optional(attr::get_optional(spec, id!("origin"))),
        Ok(false) => None,
        Err(raised) => {
            raised.clear();
            None
        }
    }
}

/// Whether the module of this spec is being imported now.
pub fn is_initializing(spec: &Object) -> bool {
    let Some(value) = optional(attr::get_optional(spec, id!("_initializing"))) else { return false };
    object::is_true(&value).unwrap_or_else(|raised| {
        raised.clear();
        false
    })
}

/// `from module import *` into the frame's namespace.
///
/// # Errors
/// What looking at the module or storing the names raises.
pub fn import_star(frame: &InterpreterFrame, module: &Object) -> Result<()> {
    let Some(locals) = frame.locals() else {
        return Err(raise!(SystemError, "no locals found during 'import *'"));
    };
    let (names, explicit) = match attr::get_optional(module, id!("__all__"))? {
        Some(all) => (all, true),
        None => match attr::get_optional(module, id!("__dict__"))? {
            Some(dict) => (call::call_method(&dict, id!("keys"), &[])?, false),
            None => return Err(raise!(ImportError, "from-import-* object has no __dict__ and no __all__")),
        },
    };
    for name in sequence::to_list(&names)?.to_vec() {
        let Some(name) = name.cast::<Str>() else { return Err(bad_star_name(module, &name, explicit)) };
        if !explicit && name.chars().iter().next() == Some('_' as u32) {
            continue;
        }
        let value = attr::get(module, name)?;
        match locals.cast_exact::<Dict>() {
            Some(dict) => dict.set_str(name, &value)?,
            None => mapping::set_item(locals, name, Some(&value))?,
        }
    }
    Ok(())
}

#[cold]
fn bad_star_name(module: &Object, name: &Object, explicit: bool) -> Raised {
    let module = optional(attr::get_optional(module, id!("__name__")));
    let module = module
        .as_deref()
        .and_then(|name| name.cast::<Str>())
        .map_or_else(|| "?".into(), Str::to_string_lossy);
    let (what, place) = if explicit { ("Item in", "__all__") } else { ("Key in", "__dict__") };
    raise!(TypeError, "{what} {module}.{place} must be str, not {}", name.class().full_name())
}

/// `PyImport_ImportModule`: the module `name`, imported if it is not yet.
///
/// # Errors
/// What the import raises.
pub fn import_module(name: &str) -> Result<Ref> {
    let name = Str::new(name)?;
    let names = objects::types::tuple::Tuple::empty();
    drop(import_level(&name, None, &names, 0)?);
    let modules = state::interpreter().modules.get().ok_or_else(raise::null_result)?;
    match modules.get_item(&name)? {
        Some(module) => Ok(module),
        None => Err(raise!(KeyError, "{}", name.to_string_lossy())),
    }
}

/// `builtins.__import__` (`PyImport_ImportModuleLevelObject`).
///
/// # Errors
/// What the import raises.
pub fn import_level(name: &Str, globals: Option<&Object>, from_list: &Object, level: i32) -> Result<Ref> {
    import_untrimmed(name, globals, from_list, level).map_err(trim_traceback)
}

/// Takes `importlib`'s frames out of the traceback of a failed import: all of them when a module was not found, else those around the
/// module's own (`remove_importlib_frames` in Python/import.c).
fn trim_traceback(raised: Raised) -> Raised {
    if crate::config::get().verbose > 0 {
        return raised;
    }
    let exception = raised.take();
    if let Some(base) = exception.cast::<BaseExceptionObject>() {
        let always = exception.class().is_subtype(&exc::ImportError);
        let mut kept: Vec<Ref<Traceback>> = Vec::new();
        let mut chunk_start = None;
        let mut next = base.traceback.get().and_then(|traceback| traceback.downcast::<Traceback>().ok());
        while let Some(this) = next {
            next = this.tb_next.get();
            let frame = this.tb_frame.get();
            let code = frame.as_deref().map(|frame| frame.code());
            let is_importlib = code.as_ref().is_some_and(|code| {
                let file = code.filename();
                file.equals_text("<frozen importlib._bootstrap>")
                    || file.equals_text("<frozen importlib._bootstrap_external>")
            });
            let is_edge = code.is_some_and(|code| code.name().equals_text("_call_with_frames_removed"));
            if !is_importlib {
                chunk_start = None;
                kept.push(this);
                continue;
            }
            let start = *chunk_start.get_or_insert(kept.len());
            if always || is_edge {
                kept.truncate(start);
            } else {
                kept.push(this);
            }
        }
        let mut link = None;
        for this in kept.into_iter().rev() {
            this.tb_next.set(link.take());
            link = Some(this);
        }
        base.traceback.set(link.map(Ref::upcast));
    }
    raise::restore(exception)
}

fn import_untrimmed(name: &Str, globals: Option<&Object>, from_list: &Object, level: i32) -> Result<Ref> {
    if level < 0 {
        return Err(raise!(ValueError, "level must be >= 0"));
    }
    let absolute = if level > 0 {
        resolve_name(name, globals, level as usize)?
    } else {
        if name.is_empty() {
            return Err(raise!(ValueError, "Empty module name"));
        }
        name.to_ref()
    };
    let importlib = state::interpreter().importlib.get();
    let modules = state::interpreter().modules.get().ok_or_else(raise::null_result)?;
    let module = match modules.get_item(&absolute)?.filter(|module| !module.is(none())) {
        Some(module) => {
            ensure_initialized(&module, &absolute)?;
            module
        }
        None => match &importlib {
            Some(importlib) => find_and_load(importlib, &absolute)?,
            None => return Err(not_found(&absolute)),
        },
    };
    let has_from = !from_list.is(none()) && object::is_true(from_list)?;
    if has_from {
        let has_path = attr::get_optional(&module, id!("__path__"))?.is_some();
        return match (&importlib, has_path) {
            (Some(importlib), true) => call::call_method(
                importlib,
                id!("_handle_fromlist"),
                &[&module, from_list, &*import_function()?],
            ),
            _ => Ok(module),
        };
    }
    let text = name.to_string_lossy();
    if level > 0 && text.is_empty() {
        return Ok(module);
    }
    let Some((front, _)) = text.split_once('.') else { return Ok(module) };
    if level == 0 {
        return import_level(&*Str::new(front)?, None, none(), 0);
    }
    let absolute = absolute.to_string_lossy();
    let cut = text.chars().count() - front.chars().count();
    let keep: String = absolute.chars().take(absolute.chars().count() - cut).collect();
    match modules.get_item(&*Str::new(&keep)?)? {
        Some(module) => Ok(module),
        None => Err(raise!(KeyError, "'{keep}' not in sys.modules as expected")),
    }
}

/// Finds and loads a module that is not there; under `-X importtime` with the time it takes.
fn find_and_load(importlib: &Object, name: &Str) -> Result<Ref> {
    /// How deep imports are nested, and the microseconds that the imports inside the current one took.
    static DEPTH: AtomicU64 = AtomicU64::new(0);
    static INNER: AtomicU64 = AtomicU64::new(0);
    let load = || call::call_method(importlib, id!("_find_and_load"), &[name, &*import_function()?]);
    if !crate::config::get().import_time {
        return load();
    }
    static HEADER: Once = Once::new();
    HEADER.call_once(|| objects::to_stderr!("import time: self [us] | cumulative | imported package\n"));
    let depth = DEPTH.fetch_add(1, Ordering::Relaxed);
    let outer = INNER.swap(0, Ordering::Relaxed);
    let started = Instant::now();
    let module = load();
    let total = started.elapsed().as_micros() as u64;
    let inner = INNER.load(Ordering::Relaxed);
    DEPTH.store(depth, Ordering::Relaxed);
    INNER.store(outer + total, Ordering::Relaxed);
    let indent = " ".repeat(depth as usize * 2);
    let own = total.saturating_sub(inner);
    objects::to_stderr!("import time: {own:9} | {total:10} | {indent}{}\n", name.to_string_lossy());
    module
}

#[cold]
fn not_found(name: &Str) -> Raised {
    raise!(ModuleNotFoundError, "No module named '{}'", name.to_string_lossy())
}

/// `builtins.__import__`, which `importlib` calls back.
fn import_function() -> Result<Ref> {
    let builtins = state::builtins().ok_or_else(raise::null_result)?;
    builtins.get_str(id!("__import__"))?.ok_or_else(raise::null_result)
}

/// Waits for another thread that imports the same module.
fn ensure_initialized(module: &Object, name: &Str) -> Result<()> {
    let Some(spec) = attr::get_optional(module, id!("__spec__"))? else { return Ok(()) };
    if is_initializing(&spec)
        && let Some(importlib) = state::interpreter().importlib.get()
    {
        drop(call::call_method(&importlib, id!("_lock_unlock_module"), &[name])?);
    }
    Ok(())
}

/// The absolute name of a relative import.
fn resolve_name(name: &Str, globals: Option<&Object>, level: usize) -> Result<Ref<Str>> {
    let globals = match globals {
        None => return Err(raise!(KeyError, "'__name__' not in globals")),
        Some(globals) => match globals.cast::<Dict>() {
            Some(globals) => globals,
            None => return Err(raise!(TypeError, "globals must be a dict")),
        },
    };
    let not_none = |value: Option<Ref>| value.filter(|value| !value.is(none()));
    let package = not_none(globals.get_str(id!("__package__"))?);
    let spec = not_none(globals.get_str(id!("__spec__"))?);
    let string = |value: Ref, what: &str| {
        value.downcast::<Str>().map_err(|_| raise!(TypeError, "{what} must be a string"))
    };
    let package = match (package, spec) {
        (Some(package), spec) => {
            let package = string(package, "package")?;
            if let Some(spec) = spec
                && !compare::equal(&package, &*attr::get(&spec, id!("parent"))?)?
            {
                objects::hooks::WARN.get()(&exc::DeprecationWarning, "__package__ != __spec__.parent", 1)?;
            }
            package
        }
        (None, Some(spec)) => string(attr::get(&spec, id!("parent"))?, "__spec__.parent")?,
        (None, None) => {
            let warn =
                "can't resolve package from __spec__ or __package__, falling back on __name__ and __path__";
            objects::hooks::WARN.get()(&exc::ImportWarning, warn, 1)?;
            let name = globals.get_str(id!("__name__"))?;
            let Some(name) = name else { return Err(raise!(KeyError, "'__name__' not in globals")) };
            let name = string(name, "__name__")?;
            match globals.get_str(id!("__path__"))? {
                Some(_) => name,
                None => Str::new(name.to_string_lossy().rsplit_once('.').map_or("", |(front, _)| front))?,
            }
        }
    };
    if package.is_empty() {
        return Err(raise!(ImportError, "attempted relative import with no known parent package"));
    }
    let text = package.to_string_lossy();
    let mut base = text.as_str();
    for _ in 1..level {
        match base.rsplit_once('.') {
            Some((front, _)) => base = front,
            None => {
                return Err(raise!(ImportError, "attempted relative import beyond top-level package"));
            }
        }
    }
    let name = name.to_string_lossy();
    if name.is_empty() { Str::new(base) } else { Str::new(&format!("{base}.{name}")) }
}
