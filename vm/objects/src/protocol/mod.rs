//! What can be done with any object: the functions behind `abstract.h` and `object.h`.

pub mod attr;
pub mod buffer;
pub mod call;
pub mod compare;
pub mod constant_time;
pub mod descriptor;
pub mod iter;
pub mod mapping;
pub mod number;
pub mod object;
pub mod path;
pub mod repr_guard;
pub mod sequence;
pub mod time;

use crate::object::Object;
use crate::raise::Result;
use crate::types::exceptions as exc;

/// The DeprecationWarning for a conversion that returned an instance of a strict subclass.
pub(crate) fn warn_strict_subclass(result: &Object, method: &str, class: &str) -> Result<()> {
    let text = format!(
        "{method} returned non-{class} (type {}).  The ability to return an instance of a strict subclass of {class} is \
         deprecated, and may be removed in a future version of Python.",
        result.class().full_name()
    );
    crate::hooks::WARN.get()(&exc::DeprecationWarning, &text, 1)
}

/// [`warn_strict_subclass`] with the converted object's class in front of the method.
pub(crate) fn warn_strict_subclass_of(
    object: &Object,
    result: &Object,
    method: &str,
    class: &str,
) -> Result<()> {
    warn_strict_subclass(result, &format!("{}.{method}", object.class().full_name()), class)
}
