//! Counting for `Counter`.

use objects::protocol::number::{self, Binary};
use objects::protocol::{attr, call, iter, mapping, object};
use objects::types::dict::Dict;
use objects::types::int::new_int;
use objects::{Instance, Object, Result, TypeObject, id};

/// Adds one to the count of each element, in a dictionary without the class's methods where those are `dict`'s own.
///
/// # Errors
/// What iterating, hashing, adding and the mapping raise.
pub fn count_elements(mapping: &Object, iterable: &Object) -> Result<()> {
    let elements = iter::get_iter(iterable)?;
    let one = new_int(1)?;
    let own = |name| {
        let found = TypeObject::lookup(mapping.class(), name);
        let plain = TypeObject::lookup(Dict::class(), name);
        matches!((found, plain), (Some(found), Some(plain)) if found.is(&plain))
    };
    if let Some(dict) = mapping.cast::<Dict>()
        && own(id!("get"))
        && own(id!("__setitem__"))
    {
        while let Some(element) = iter::next(&elements)? {
            let hash = object::hash(&element)?;
            let count = match dict.get_item_known_hash(&element, hash)? {
                Some(count) => number::binary_op(&count, &one, Binary::Add)?,
                None => one.clone(),
            };
            dict.set_item_known_hash(&element, hash, count)?;
        }
        return Ok(());
    }
    let get = attr::get(mapping, id!("get"))?;
    let zero = new_int(0)?;
    while let Some(element) = iter::next(&elements)? {
        let count = call::call(&get, &[&*element, &*zero])?;
        let count = number::binary_op(&count, &one, Binary::Add)?;
        mapping::set_item(mapping, &element, Some(&*count))?;
    }
    Ok(())
}
