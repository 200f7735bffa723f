//! Files that hide another module: one in the program's folder with the name of a library's. Messages about what a module lacks tell of them.

use crate::object::Object;
use crate::object::refs::Ref;
use crate::protocol::{attr, object, sequence};
use crate::raise::Result;
use crate::types::str::Str;
use crate::{id, state};
use std::path::Path;
use std::sync::Mutex;

/// `sys.path[0]` as the program began, if it has put its folder there.
static FIRST_PATH: Mutex<Option<String>> = Mutex::new(None);

/// Notes what the program has put in front of `sys.path`.
pub fn set_first_path(path: String) {
    *state::lock(&FIRST_PATH) = Some(path);
}

/// See [`set_first_path`].
pub fn first_path() -> Option<String> {
    state::lock(&FIRST_PATH).clone()
}

/// What a module's file may hide.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hides {
    Nothing,
    /// A library that the program meant.
    Perhaps,
    /// A module of the standard library.
    Library,
}

/// What the file of a module with this name may hide.
///
/// # Errors
/// What looking into `sys.stdlib_module_names` raises.
pub fn hides(origin: Option<&Str>, name: &Str) -> Result<Hides> {
    let Some(origin) = origin.map(Str::to_string_lossy) else { return Ok(Hides::Nothing) };
    if !is_in_first_path(Path::new(&origin)) {
        return Ok(Hides::Nothing);
    }
    let is_library = match state::sys_get("stdlib_module_names") {
        Some(names) if crate::types::set::any_set(&names).is_some() => sequence::contains(&names, name)?,
        _ => false,
    };
    Ok(if is_library { Hides::Library } else { Hides::Perhaps })
}

fn is_in_first_path(file: &Path) -> bool {
    let Some(first) = first_path() else { return false };
    let folder = file.parent();
    let is_package = file.file_name().is_some_and(|name| name == "__init__.py");
    let folder = if is_package { folder.and_then(Path::parent) } else { folder };
    let first = match first.is_empty() {
        true => std::env::current_dir().unwrap_or_default(),
        false => first.into(),
    };
    folder.is_some_and(|folder| folder.as_os_str() == first.as_os_str())
}

/// The end of a message about a module's file that hides something.
pub fn advice(hides: Hides, origin: Option<&Str>, name: &str) -> Option<String> {
    let origin = object::repr(origin?).map(|origin| origin.to_string_lossy()).unwrap_or_else(|raised| {
        raised.clear();
        "'?'".to_owned()
    });
    match hides {
        Hides::Nothing => None,
        Hides::Perhaps => Some(format!(
            "(consider renaming {origin} if it has the same name as a library you intended to import)"
        )),
        Hides::Library => Some(format!(
            "(consider renaming {origin} since it has the same name as the standard library module named '{name}' and \
             prevents importing that standard library module)"
        )),
    }
}

/// The file that a spec says the module came from.
///
/// # Errors
/// What reading the spec raises.
pub fn origin_of(spec: &Object) -> Result<Option<Ref<Str>>> {
    let has_location = attr::get_optional(spec, id!("has_location"))?;
    if !has_location.map_or(Ok(false), |has| object::is_true(&has))? {
        return Ok(None);
    }
    Ok(attr::get_optional(spec, id!("origin"))?.and_then(|origin| origin.downcast().ok()))
}
