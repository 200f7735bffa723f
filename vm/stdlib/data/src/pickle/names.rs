//! Where global objects are: modules and dotted names.

use objects::protocol::attr;
use objects::raise::Catch;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::none::none;
use objects::types::str::{Str, intern};
use objects::{Object, Ref, Result, id, protocol, raise, state};

/// The parts of a dotted name.
///
/// # Errors
/// AttributeError for a name that leads into a function.
pub fn dotted_path(object: Option<&Object>, name: &Str) -> Result<Vec<Ref<Str>>> {
    let chars = name.chars();
    let mut parts = Vec::new();
    let mut start = 0;
    let dots = chars.iter().enumerate().filter(|(_, char)| *char == u32::from('.')).map(|(at, _)| at);
    for end in dots.chain([chars.len()]) {
        let part = intern::intern(Str::from_chars(chars.slice(start, end))?);
        if part.equals_text("<locals>") {
            let shown = protocol::object::repr(name)?.to_string_lossy();
            return Err(match object {
                None => raise!(AttributeError, "Can't get local object {shown}"),
                Some(object) => {
                    let object = protocol::object::repr(object)?.to_string_lossy();
                    raise!(AttributeError, "Can't get local attribute {shown} on {object}")
                }
            });
        }
        parts.push(part);
        start = end + 1;
    }
    Ok(parts)
}

/// What a path leads to from `object`, and what has it; `None` when there is no such attribute.
///
/// # Errors
/// What getting the attributes raises, AttributeError aside.
pub fn deep_attribute(object: &Object, path: &[Ref<Str>]) -> Result<Option<(Ref, Ref)>> {
    let mut parent = Ref::from_borrowed(object);
    let mut found = Ref::from_borrowed(object);
    for name in path {
        let Some(next) = attr::get_optional(&found, name)? else { return Ok(None) };
        parent = core::mem::replace(&mut found, next);
    }
    Ok(Some((found, parent)))
}

/// The name of the module that has a global object.
///
/// # Errors
/// What getting attributes raises.
pub fn module_of(global: &Object, path: &[Ref<Str>]) -> Result<Ref> {
    if let Some(name) = attr::get_optional(global, id!("__module__"))?
        && !name.is(none())
    {
        return Ok(name);
    }
    let modules = state::interpreter().modules.get();
    for (name, module) in modules.as_deref().map(Dict::to_vec).unwrap_or_default() {
        let skipped = name
            .cast::<Str>()
            .is_some_and(|name| name.equals_text("__main__") || name.equals_text("__mp_main__"));
        if skipped || module.is(none()) {
            continue;
        }
        let found = deep_attribute(&module, path).catch(&exc::Exception)?.flatten();
        if found.is_some_and(|(found, _)| found.is(global)) {
            return Ok(name);
        }
    }
    Ok(Str::new("__main__")?.upcast())
}
