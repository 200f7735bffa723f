//! `_warnings`: `warn` and `warn_explicit`, natively, with the filters that the `warnings` module shares.

use core::cell::Cell;
use objects::args::Kwargs;
use objects::interpreter_frame::{self as frames, InterpreterFrame};
use objects::object::refs::Slot;
use objects::protocol::{attr, call, number, object};
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::{Int, new_int};
use objects::types::list::List;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, TypeObject, id, raise, state};

struct State {
    filters: Slot<List>,
    once: Slot<Dict>,
    default_action: Slot,
    version: Cell<i64>,
}
// SAFETY: touched under the GIL.
unsafe impl Sync for State {}
static STATE: State = State {
    filters: Slot::empty(),
    once: Slot::empty(),
    default_action: Slot::empty(),
    version: Cell::new(0),
};

#[macros::pymodule(name = "_warnings")]
pub mod module {
    use super::*;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let dict = module.dict();
        let filters = default_filters()?;
        dict.set_text("filters", &filters)?;
        STATE.filters.set(Some(filters));
        let once = Dict::new()?;
        dict.set_text("_onceregistry", &once)?;
        STATE.once.set(Some(once));
        let action = Str::new("default")?.upcast();
        dict.set_text("_defaultaction", &action)?;
        STATE.default_action.set(Some(action));
        Ok(())
    }

    #[function("_filters_mutated($module, /)")]
    fn filters_mutated() {
        STATE.version.set(STATE.version.get() + 1);
    }

    #[function("warn", raw, nosig, unchecked)]
    fn warn(args: &[&Object], kwargs: Kwargs) -> Result<()> {
        let get = |index: usize, name: &str| args.get(index).copied().or_else(|| kwargs.get(name));
        let Some(message) = get(0, "message") else {
            return Err(raise!(TypeError, "warn() missing required argument 'message' (pos 1)"));
        };
        let level = match get(2, "stacklevel") {
            Some(level) => number::index_as_isize(level, None)?,
            None => 1,
        };
        let source = get(3, "source").filter(|source| !source.is(none()));
        let prefixes = kwargs.get("skip_file_prefixes").and_then(|prefixes| prefixes.cast::<Tuple>());
        super::warn_at(get(1, "category"), message, level, source, prefixes)
    }

    #[function("warn_explicit", raw, nosig, unchecked)]
    fn warn_explicit(args: &[&Object], kwargs: Kwargs) -> Result<()> {
        let get = |index: usize, name: &str| {
            args.get(index).copied().or_else(|| kwargs.get(name)).filter(|value| !value.is(none()))
        };
        let required = |index: usize, name: &str| {
            get(index, name).ok_or_else(|| {
                raise!(TypeError, "warn_explicit() missing required argument '{name}' (pos {})", index + 1)
            })
        };
        let (message, category) = (required(0, "message")?, required(1, "category")?);
        let (filename, line) = (required(2, "filename")?, required(3, "lineno")?);
        let line = number::index_as_isize(line, None)?;
        let module = get(4, "module").map(Instance::to_ref);
        let registry = get(5, "registry").and_then(|registry| registry.cast::<Dict>());
        let source = get(7, "source");
        super::explicit(message, category, filename, line as i64, module, registry, source)
    }
}

/// `warnings.filters` of a release build.
fn default_filters() -> Result<Ref<List>> {
    let filter = |action: &str, category: &TypeObject, module: Option<&str>| -> Result<Ref> {
        let module = match module {
            Some(module) => Str::new(module)?.upcast(),
            None => none().to_ref(),
        };
        Ok(Tuple::from_array([
            Str::new(action)?.upcast(),
            none().to_ref(),
            category.as_object().to_ref(),
            module,
            new_int(0)?,
        ])?
        .upcast())
    };
    List::from_vec(vec![
        filter("default", &exc::DeprecationWarning, Some("__main__"))?,
        filter("ignore", &exc::DeprecationWarning, None)?,
        filter("ignore", &exc::PendingDeprecationWarning, None)?,
        filter("ignore", &exc::ImportWarning, None)?,
        filter("ignore", &exc::ResourceWarning, None)?,
    ])
}

/// The `warnings` module if it has been imported; its attributes override ours.
fn warnings_module() -> Result<Option<Ref>> {
    match state::interpreter().modules.get() {
        Some(modules) => modules.get_str(id!("warnings")),
        None => Ok(None),
    }
}

fn from_warnings(name: &'static Str) -> Result<Option<Ref>> {
    match warnings_module()? {
        Some(module) => attr::get_optional(&module, name),
        None => Ok(None),
    }
}

/// A warning for the code `level` frames out.
///
/// # Errors
/// TypeError for a bad category; the warning itself when a filter makes it an error.
pub fn warn_at(
    category: Option<&Object>,
    message: &Object,
    level: isize,
    source: Option<&Object>,
    prefixes: Option<&Tuple>,
) -> Result<()> {
    let category = match category.filter(|category| !category.is(none())) {
        _ if message.class().is_subtype(&exc::Warning) => message.class().as_object(),
        Some(category) => category,
        None => exc::UserWarning.as_object(),
    };
    let is_warning = category.cast::<TypeObject>().is_some_and(|class| class.is_subtype(&exc::Warning));
    if !is_warning {
        return Err(raise!(
            TypeError,
            "category must be a Warning subclass, not '{}'",
            category.class().name()
        ));
    }
    let level = if prefixes.is_some_and(|prefixes| !prefixes.is_empty()) { level.max(2) } else { level };
    let frame = frame_at(level, prefixes);
    let (globals, filename, line): (Ref<Dict>, Ref<Str>, i64) = match frame {
        Some(frame) => {
            (frame.globals().to_ref(), frame.code().filename().to_ref(), frame.line().unwrap_or(0).into())
        }
        None => {
            let sys = state::interpreter().sysdict.get().ok_or_else(raise::null_result)?;
            (sys, Str::new("<sys>")?, 0)
        }
    };
    let registry =
        match globals.get_str(id!("__warningregistry__"))?.and_then(|found| found.downcast::<Dict>().ok()) {
            Some(registry) => registry,
            None => {
                let registry = Dict::new()?;
                globals.set_str(id!("__warningregistry__"), &registry)?;
                registry
            }
        };
    let module = match globals.get_str(id!("__name__"))?.filter(|name| name.cast::<Str>().is_some()) {
        Some(name) => name,
        None => Str::new("<string>")?.upcast(),
    };
    explicit(message, category, &filename, line, Some(module), Some(&registry), source)
}

fn is_internal(frame: &InterpreterFrame) -> bool {
    let file = frame.code().filename().to_string_lossy();
    file.contains("importlib") && file.contains("_bootstrap")
}

/// The frame that a warning is about: `level` levels out, import's own frames not counted.
fn frame_at(level: isize, prefixes: Option<&Tuple>) -> Option<&'static InterpreterFrame> {
    let mut frame = frames::current()?;
    let skipped = |frame: &InterpreterFrame| {
        let file = frame.code().filename().to_string_lossy();
        prefixes.is_some_and(|prefixes| {
            prefixes.items().iter().any(|prefix| {
                prefix.cast::<Str>().is_some_and(|prefix| file.starts_with(&prefix.to_string_lossy()))
            })
        })
    };
    let count_all = level <= 0 || is_internal(frame);
    for _ in 1..level.max(1) {
        loop {
            frame = frames::first_complete(frame.previous.get())?;
            if count_all || !(is_internal(frame) || skipped(frame)) {
                break;
            }
        }
    }
    Some(frame)
}

/// `warnings.warn_explicit`.
///
/// # Errors
/// The warning when a filter makes it an error; what the filters' checks raise.
pub fn explicit(
    message: &Object,
    category: &Object,
    filename: &Object,
    line: i64,
    module: Option<Ref>,
    registry: Option<&Dict>,
    source: Option<&Object>,
) -> Result<()> {
    let module = match module {
        Some(module) => module,
        None => {
            let name = object::str(filename)?.to_string_lossy();
            Str::new(name.strip_suffix(".py").unwrap_or(&name))?.upcast()
        }
    };
    let is_instance = message.class().is_subtype(&exc::Warning);
    let (text, category, message) = if is_instance {
        (object::str(message)?.upcast(), message.class().as_object().to_ref(), message.to_ref())
    } else {
        let made = call::call_one_arg(category, message)?;
        (message.to_ref(), category.to_ref(), made)
    };
    let key = Tuple::from_array([text.clone(), category.clone(), new_int(line)?])?;
    if let Some(registry) = registry
        && already_warned(registry, &key, false)?
    {
        return Ok(());
    }
    let action = action_for(&category, &text, line, &module)?;
    match action.as_str() {
        "error" => return Err(raise::set(message.class(), Some(&message))),
        "ignore" => return Ok(()),
        "always" => {}
        "once" => {
            let once =
                match from_warnings(id!("onceregistry"))?.and_then(|found| found.downcast::<Dict>().ok()) {
                    Some(once) => Some(once),
                    None => STATE.once.get(),
                };
            if let Some(once) = once {
                let key = Tuple::from_array([text.clone(), category.clone()])?;
                if already_warned(&once, &key, true)? {
                    return Ok(());
                }
            }
        }
        "module" => {
            if let Some(registry) = registry {
                let key = Tuple::from_array([text.clone(), category.clone(), new_int(0)?])?;
                if already_warned(registry, &key, true)? {
                    return Ok(());
                }
            }
        }
        "default" => {
            if let Some(registry) = registry {
                registry.set_item(&key, objects::types::bool::from_bool(true))?;
            }
        }
        other => {
            return Err(raise!(RuntimeError, "Unrecognized action ('{other}') in warnings.filters"));
        }
    }
    show(&message, &text, &category, filename, line, source)
}

/// Whether the registry knows the warning; with `note` it does from now on.
fn already_warned(registry: &Dict, key: &Tuple, note: bool) -> Result<bool> {
    let version =
        registry.get_str(id!("version"))?.and_then(|version| version.cast::<Int>().and_then(Int::to_i64));
    if version != Some(STATE.version.get()) {
        registry.clear_entries();
        registry.set_str(id!("version"), &*new_int(STATE.version.get())?)?;
    } else if let Some(found) = registry.get_item(key)?
        && object::is_true(&found)?
    {
        return Ok(true);
    }
    if note {
        registry.set_item(key, objects::types::bool::from_bool(true))?;
    }
    Ok(false)
}

/// The action of the first filter that matches.
fn action_for(category: &Object, text: &Object, line: i64, module: &Object) -> Result<String> {
    let filters = match from_warnings(id!("filters"))? {
        Some(filters) => Some(filters),
        None => STATE.filters.get().map(Ref::upcast),
    };
    let matches = |pattern: &Object, text: &Object| -> Result<bool> {
        if pattern.is(none()) {
            return Ok(true);
        }
        if pattern.cast_exact::<Str>().is_some() {
            return objects::protocol::compare::equal(pattern, text);
        }
        object::is_true(&*call::call_method(pattern, id!("match"), &[text])?)
    };
    if let Some(filters) = filters {
        for filter in objects::protocol::sequence::to_list(&filters)?.to_vec() {
            let Some(filter) = filter.cast::<Tuple>().filter(|filter| filter.len() == 5) else {
                return Err(raise!(ValueError, "warnings.filters item isn't a 5-tuple"));
            };
            let [action, message, class, wanted, number] = filter.items() else { continue };
            let number = number::index_as_isize(number, None)? as i64;
            if object::is_subclass(category, class)?
                && (number == 0 || number == line)
                && matches(message, text)?
                && matches(wanted, module)?
            {
                return Ok(object::str(action)?.to_string_lossy());
            }
        }
    }
    let action = match from_warnings(id!("defaultaction"))? {
        Some(action) => Some(action),
        None => STATE.default_action.get(),
    };
    match action {
        Some(action) => Ok(object::str(&action)?.to_string_lossy()),
        None => Ok("default".to_owned()),
    }
}

/// Hands the warning to `warnings._showwarnmsg`, or writes it to standard error.
fn show(
    message: &Object,
    text: &Object,
    category: &Object,
    filename: &Object,
    line: i64,
    source: Option<&Object>,
) -> Result<()> {
    if let Some(module) = warnings_module()?
        && let Some(show) = attr::get_optional(&module, id!("_showwarnmsg"))?
    {
        let class = attr::get(&module, id!("WarningMessage"))?;
        let line = new_int(line)?;
        let arguments = [message, category, filename, &line, none(), none(), source.unwrap_or(none())];
        let made = call::call(&class, &arguments)?;
        return call::call_one_arg(&show, &made).map(drop);
    }
    let name = category.cast::<TypeObject>().map_or("Warning", TypeObject::name);
    let file = object::str(filename)?.to_string_lossy();
    let text = object::str(text)?.to_string_lossy();
    crate::traceback_print::write_stderr(&format!("{file}:{line}: {name}: {text}\n"));
    Ok(())
}
