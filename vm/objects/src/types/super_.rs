//! `super`.

use crate::object::Object;
use crate::object::refs::Ref;
use crate::protocol::attr;
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::types::str::Str;

/// The attribute that `super(class, object).name` finds behind `class` in the MRO of `object`, which is a class itself or an instance;
/// `None` when no class there has it.
///
/// # Errors
/// What a descriptor raises.
pub fn find(class: &TypeObject, start: &TypeObject, object: &Object, name: &Str) -> Result<Option<Ref>> {
    let Some(mro) = start.tp_mro.get() else { return Ok(None) };
    let behind = mro.items().iter().skip_while(|item| !item.is(class)).skip(1);
    for base in behind.filter_map(|base| base.cast::<TypeObject>()) {
        let Some(dict) = base.tp_dict.get() else { continue };
        let Some(found) = dict.get_str(name)? else { continue };
        return match found.class().tp_descr_get.get() {
            Some(bind) => {
                // A class as its own instance gets the attribute unbound.
                let instance = Some(object).filter(|object| !object.is(start));
                // SAFETY: the slot belongs to the attribute's class.
                unsafe { bind(&found, instance, Some(start)) }.map(Some)
            }
            None => Ok(Some(found)),
        };
    }
    Ok(None)
}

/// `super(class, start).name` for a class `start`.
///
/// # Errors
/// AttributeError; what a descriptor raises.
pub fn get_from(class: &TypeObject, start: &TypeObject, name: &Str) -> Result<Ref> {
    match find(class, start, start, name)? {
        Some(value) => Ok(value),
        None => Err(attr::missing(start, name)),
    }
}
