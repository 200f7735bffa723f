//! `_warnings`: `warn` and `warn_explicit`, natively, with the filters that the `warnings` module shares.

use crate::traceback_print;
use core::cell::Cell;
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
objects::per_interpreter! {
    static STATE: State = State {
        filters: Slot::empty(),
        once: Slot::empty(),
        default_action: Slot::empty(),
        version: Cell::new(0),
    };
}

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

    #[function(
        "warn($module, /, message, category=None, stacklevel=1, source=None, *,\n     skip_file_prefixes=<unrepresentable>)"
    )]
    fn warn(
        message: &Object,
        category: Option<&Object>,
        stacklevel: isize,
        source: Option<&Object>,
        skip_file_prefixes: Option<&Tuple>,
    ) -> Result<()> {
        for prefix in skip_file_prefixes.map_or(&[][..], Tuple::items) {
            if prefix.cast::<Str>().is_none() {
                let class = prefix.class().name();
                return Err(raise!(TypeError, "Found non-str '{class}' in skip_file_prefixes."));
            }
        }
        super::warn_at(category, message, stacklevel, source, skip_file_prefixes)
    }

    #[function(
        "warn_explicit($module, /, message, category, filename, lineno,\n              module=<unrepresentable>, registry=None,\n              module_globals=None, source=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "the Python signature")]
    fn warn_explicit(
        message: &Object,
        category: &Object,
        filename: &Str,
        lineno: i32,
        module: Option<&Object>,
        registry: Option<&Object>,
        module_globals: Option<&Object>,
        source: Option<&Object>,
    ) -> Result<()> {
        let line = i64::from(lineno);
        let source_line = match module_globals {
            None => None,
            Some(globals) => match globals.cast::<Dict>() {
                Some(globals) => super::line_from_loader(globals, line)?,
                None => {
                    let class = globals.class().name();
                    return Err(raise!(TypeError, "module_globals must be a dict, not '{class}'"));
                }
            },
        };
        let warning = super::Place { filename, line, module, registry, source_line };
        super::explicit(message, category, &warning, source)
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
    warn_unchecked(category, message, level, source, prefixes)
}

/// [`warn_at`] for a category that C code is trusted to know.
///
/// # Errors
/// What calling the category raises; the warning itself when a filter makes it an error.
pub fn warn_unchecked(
    category: &Object,
    message: &Object,
    level: isize,
    source: Option<&Object>,
    prefixes: Option<&Tuple>,
) -> Result<()> {
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
    let (module, registry) = module_and_registry(&globals)?;
    let registry = Some(registry.as_object());
    let place = Place { filename: &filename, line, module: Some(&module), registry, source_line: None };
    explicit(message, category, &place, source)
}

/// A warning about a line of a source that the calling code compiles. The calling module remembers it.
///
/// # Errors
/// As [`explicit`].
pub fn warn_source(message: &Object, category: &Object, filename: &Str, line: i64) -> Result<()> {
    let globals = match frame_at(1, None) {
        Some(frame) => frame.globals().to_ref(),
        None => state::interpreter().sysdict.get().ok_or_else(raise::null_result)?,
    };
    let (module, registry) = module_and_registry(&globals)?;
    let registry = Some(registry.as_object());
    let place = Place { filename, line, module: Some(&module), registry, source_line: None };
    explicit(message, category, &place, None)
}

/// The name of the module with these globals, and what it was warned of.
fn module_and_registry(globals: &Dict) -> Result<(Ref, Ref<Dict>)> {
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
    Ok((module, registry))
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

/// What a warning is about.
pub struct Place<'a> {
    pub filename: &'a Str,
    pub line: i64,
    /// The module's name; without one it is made from the file's.
    pub module: Option<&'a Object>,
    /// The module's `__warningregistry__`.
    pub registry: Option<&'a Object>,
    /// The text of the line where only the module's loader has it.
    pub source_line: Option<Ref<Str>>,
}

/// `warnings.warn_explicit`.
///
/// # Errors
/// The warning when a filter makes it an error; what the filters' checks raise.
pub fn explicit(
    message: &Object,
    category: &Object,
    place: &Place<'_>,
    source: Option<&Object>,
) -> Result<()> {
    let module = match place.module {
        // At shutdown the module may be gone, and with it the filters to choose by.
        Some(module) if module.is(none()) => return Ok(()),
        Some(module) => module.to_ref(),
        None => module_of_file(place.filename)?.upcast(),
    };
    let registry = match place.registry.filter(|registry| !registry.is(none())) {
        None => None,
        Some(registry) => match registry.cast::<Dict>() {
            Some(registry) => Some(registry),
            None => return Err(raise!(TypeError, "'registry' must be a dict or None")),
        },
    };
    let (text, category, message) = if object::is_instance(message, &exc::Warning)? {
        (object::str(message)?.upcast(), message.class().as_object().to_ref(), message.to_ref())
    } else {
        let made = call::call_one_arg(category, message)?;
        (message.to_ref(), category.to_ref(), made)
    };
    let key = Tuple::from_array([text.clone(), category.clone(), new_int(place.line)?])?;
    if let Some(registry) = registry
        && already_warned(registry, &key, false)?
    {
        return Ok(());
    }
    let (action, filter) = action_for(&category, &text, place.line, &module)?;
    match &*action.to_string_lossy() {
        "error" => {
            let class = category.cast::<TypeObject>().unwrap_or(message.class());
            return Err(raise::set(class, Some(&message)));
        }
        "ignore" => return Ok(()),
        "always" => {}
        kind => {
            if let Some(registry) = registry {
                registry.set_item(&key, objects::types::bool::from_bool(true))?;
            }
            let again = match (kind, registry) {
                ("once", registry) => {
                    let key = Tuple::from_array([text.clone(), category.clone()])?;
                    match registry {
                        Some(registry) => already_warned(registry, &key, true)?,
                        None => already_warned(&*once_registry()?, &key, true)?,
                    }
                }
                ("module", Some(registry)) => {
                    let key = Tuple::from_array([text.clone(), category.clone(), new_int(0)?])?;
                    already_warned(registry, &key, true)?
                }
                ("module" | "default", _) => false,
                _ => {
                    let action = object::repr(&action)?.to_string_lossy();
                    let filter = object::repr(&filter)?.to_string_lossy();
                    return Err(raise!(
                        RuntimeError,
                        "Unrecognized action ({action}) in warnings.filters:\n {filter}"
                    ));
                }
            };
            if again {
                return Ok(());
            }
        }
    }
    show(&message, &text, &category, place, source)
}

/// The name of the module that a file has.
fn module_of_file(filename: &Str) -> Result<Ref<Str>> {
    let name = filename.to_string_lossy();
    match name.strip_suffix(".py") {
        _ if name.is_empty() => Str::new("<unknown>"),
        Some(name) => Str::new(name),
        None => Ok(filename.to_ref()),
    }
}

/// The text of a line of the module with these globals, if its loader has the source.
fn line_from_loader(globals: &Dict, line: i64) -> Result<Option<Ref<Str>>> {
    let Some(importlib) = state::interpreter().importlib.get() else { return Ok(None) };
    let external = attr::get_text(&importlib, "_bootstrap_external")?;
    let loader = call::call_one_arg(&*attr::get_text(&external, "_bless_my_loader")?, globals)?;
    let Some(name) = globals.get_str(id!("__name__"))? else { return Ok(None) };
    let Some(get_source) = attr::get_optional(&loader, id!("get_source"))? else { return Ok(None) };
    let source = call::call_one_arg(&get_source, &name)?;
    if source.is(none()) {
        return Ok(None);
    }
    let source = objects::types::str::expect_str(&source, "source")?.to_string_lossy();
    let line = line.checked_sub(1).and_then(|index| usize::try_from(index).ok());
    match line.and_then(|index| source.lines().nth(index)) {
        Some(line) => Str::new(line).map(Some),
        None => Err(raise!(IndexError, "list index out of range")),
    }
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

fn once_registry() -> Result<Ref<Dict>> {
    let Some(registry) = from_warnings(id!("onceregistry"))? else {
        return STATE.once.get().ok_or_else(raise::null_result);
    };
    let registry = registry.downcast::<Dict>().map_err(|other| {
        let class = other.class().name();
        raise!(TypeError, "_warnings.onceregistry must be a dict, not '{class}'")
    })?;
    STATE.once.set(Some(registry.clone()));
    Ok(registry)
}

/// The action of the first filter that matches, and that filter; without one the default action.
fn action_for(category: &Object, text: &Object, line: i64, module: &Object) -> Result<(Ref<Str>, Ref)> {
    // The filters of the last time are those of a module that has lost them.
    let filters = match from_warnings(id!("filters"))? {
        Some(filters) => {
            let Ok(filters) = filters.downcast::<List>() else {
                return Err(raise!(ValueError, "_warnings.filters must be a list"));
            };
            STATE.filters.set(Some(filters.clone()));
            filters
        }
        None => STATE.filters.get().ok_or_else(raise::null_result)?,
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
    let mut index = 0;
    while let Some(item) = filters.get(index) {
        let Some(filter) = item.cast::<Tuple>().filter(|filter| filter.len() == 5) else {
            return Err(raise!(ValueError, "_warnings.filters item {index} isn't a 5-tuple"));
        };
        let [action, message, class, wanted, number] = filter.items() else { continue };
        let Some(action) = action.cast::<Str>() else {
            let class = action.class().name();
            return Err(raise!(TypeError, "action must be a string, not '{class}'"));
        };
        let suits =
            matches(message, text)? & matches(wanted, module)? & object::is_subclass(category, class)?;
        let number = number::index_as_isize(number, None)? as i64;
        if suits && (number == 0 || number == line) {
            return Ok((action.to_ref(), item));
        }
        index += 1;
    }
    let action = match from_warnings(id!("defaultaction"))? {
        Some(action) => action,
        None => STATE.default_action.get().ok_or_else(raise::null_result)?,
    };
    match action.downcast::<Str>() {
        Ok(action) => Ok((action, none().to_ref())),
        Err(other) => {
            let class = other.class().name();
            Err(raise!(TypeError, "_warnings.defaultaction must be a string, not '{class}'"))
        }
    }
}

/// Hands the warning to `warnings._showwarnmsg`, or writes it to standard error.
fn show(
    message: &Object,
    text: &Object,
    category: &Object,
    place: &Place<'_>,
    source: Option<&Object>,
) -> Result<()> {
    // The module can tell where the source was allocated.
    if source.is_some() && warnings_module()?.is_none() && !state::interpreter().is_finalizing() {
        crate::import::import_module("warnings")?;
    }
    let Some(show) = from_warnings(id!("_showwarnmsg"))? else {
        return print(text, category, place);
    };
    if !call::is_callable(&show) {
        return Err(raise!(TypeError, "warnings._showwarnmsg() must be set to a callable"));
    }
    let Some(class) = from_warnings(id!("WarningMessage"))? else {
        return Err(raise!(RuntimeError, "unable to get warnings.WarningMessage"));
    };
    let line = new_int(place.line)?;
    let arguments = [message, category, place.filename, &line, none(), none(), source.unwrap_or(none())];
    let made = call::call(&class, &arguments)?;
    call::call_one_arg(&show, &made).map(drop)
}

/// The warning as `warnings.formatwarning` writes it.
fn print(text: &Object, category: &Object, place: &Place<'_>) -> Result<()> {
    let name = object::str(&*attr::get(category, id!("__name__"))?)?.to_string_lossy();
    let file = place.filename.to_string_lossy();
    let text = object::str(text)?.to_string_lossy();
    let mut out = format!("{file}:{}: {name}: {text}\n", place.line);
    let line = match &place.source_line {
        Some(line) => Some(line.to_string_lossy()),
        None => i32::try_from(place.line).ok().and_then(|line| traceback_print::source_line(&file, line)),
    };
    if let Some(line) = line {
        out += &format!("  {}\n", line.trim_matches([' ', '\t', '\x0c']));
    }
    traceback_print::write_stderr(&out);
    Ok(())
}
