//! What an interpreter may do, as a namespace that programs read and write.

use objects::protocol::attr;
use objects::state::Config;
use objects::types::bool::{PyBool_Type, new_bool};
use objects::types::dict::Dict;
use objects::types::namespace::Namespace;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, raise};

/// The names of the values of `gil`, by the value.
const GILS: [&str; 3] = ["default", "shared", "own"];

/// The fields that are true or false, in the order in which they are shown.
fn flags(config: &mut Config) -> [(&'static str, &mut i32); 6] {
    [
        ("use_main_obmalloc", &mut config.use_main_obmalloc),
        ("allow_fork", &mut config.allow_fork),
        ("allow_exec", &mut config.allow_exec),
        ("allow_threads", &mut config.allow_threads),
        ("allow_daemon_threads", &mut config.allow_daemon_threads),
        ("check_multi_interp_extensions", &mut config.check_multi_interp_extensions),
    ]
}

/// A config by its name.
///
/// # Errors
/// ValueError.
pub fn named(name: &str) -> Result<Config> {
    match name {
        "" | "default" | "isolated" => Ok(Config::ISOLATED),
        "legacy" => Ok(Config::LEGACY),
        "empty" => Ok(Config {
            use_main_obmalloc: 0,
            allow_fork: 0,
            allow_exec: 0,
            allow_threads: 0,
            allow_daemon_threads: 0,
            check_multi_interp_extensions: 0,
            gil: Config::DEFAULT_GIL,
        }),
        _ => Err(raise!(ValueError, "unsupported config name '{name}'")),
    }
}

/// What a program says a config is: nothing, a name, or a namespace of all fields.
///
/// # Errors
/// TypeError and ValueError.
pub fn of(object: Option<&Object>) -> Result<Config> {
    let Some(object) = object.filter(|object| !object.is(none())) else { return named("") };
    if let Some(name) = object.cast::<Str>() {
        return named(name.to_str()?);
    }
    let dict = match attr::get(object, objects::id!("__dict__")) {
        Ok(dict) => dict.downcast::<Dict>().ok(),
        Err(raised) => {
            raised.clear();
            None
        }
    };
    match dict {
        Some(dict) => of_dict(&dict),
        None => {
            let shown = objects::protocol::object::repr(object)?;
            Err(raise!(TypeError, "bad config {}", shown.to_string_lossy()))
        }
    }
}

/// A config of a dictionary that has all fields (`_PyInterpreterConfig_InitFromDict`).
///
/// # Errors
/// TypeError and ValueError.
pub fn of_dict(dict: &Dict) -> Result<Config> {
    let mut config = Config::LEGACY;
    read(&mut config, dict, true)?;
    Ok(config)
}

/// Takes over the fields that a dictionary has (`_PyInterpreterConfig_UpdateFromDict`).
///
/// # Errors
/// TypeError and ValueError.
pub fn update(config: &mut Config, dict: &Dict) -> Result<()> {
    read(config, dict, false)
}

fn read(config: &mut Config, dict: &Dict, all: bool) -> Result<()> {
    let left = dict.copy()?;
    let take = |name: &str| -> Result<Option<Ref>> {
        match left.remove(&*Str::new(name)?)? {
            None if all => Err(raise!(ValueError, "missing config key: {name}")),
            found => Ok(found),
        }
    };
    let invalid = |name: &str| raise!(TypeError, "invalid config type: {name}");
    for (name, place) in flags(config) {
        let Some(value) = take(name)? else { continue };
        if !value.is_exactly(&PyBool_Type) {
            return Err(invalid(name));
        }
        *place = value.is(objects::types::bool::from_bool(true)).into();
    }
    if let Some(value) = take("gil")? {
        let Some(text) = value.cast::<Str>() else { return Err(invalid("gil")) };
        let text = text.to_str()?;
        let Some(gil) = GILS.iter().position(|name| *name == text) else {
            return Err(raise!(ValueError, "unsupported interpreter config .gil value '{text}'"));
        };
        config.gil = gil as i32;
    }
    match left.len() {
        0 => Ok(()),
        count => {
            let shown = objects::protocol::object::repr(&left)?.to_string_lossy();
            let items = if count == 1 { "item" } else { "items" };
            Err(raise!(ValueError, "config dict has {count} extra {items} ({shown})"))
        }
    }
}

/// A config as a dictionary (`_PyInterpreterConfig_AsDict`).
///
/// # Errors
/// MemoryError.
pub fn as_dict(mut config: Config) -> Result<Ref<Dict>> {
    let dict = Dict::new()?;
    for (name, value) in flags(&mut config) {
        dict.set_text(name, &new_bool(*value != 0))?;
    }
    let gil = usize::try_from(config.gil).ok().and_then(|gil| GILS.get(gil));
    let Some(gil) = gil else { return Err(raise!(ValueError, "invalid interpreter config 'gil' value")) };
    dict.set_text("gil", Str::new(gil)?.as_object())?;
    Ok(dict)
}

/// A config as a namespace.
///
/// # Errors
/// MemoryError.
pub fn as_namespace(config: Config) -> Result<Ref<Namespace>> {
    Namespace::new(as_dict(config)?)
}
