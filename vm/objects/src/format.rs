//! `format(value, spec)` of the built-in numbers.

use crate::object::Object;
use crate::object::refs::Ref;
use crate::protocol;
use crate::raise::Result;
use crate::types::int::Int;
use crate::types::str::Str;

/// `int.__format__`.
///
/// # Errors
/// ValueError for a bad specification.
pub fn format_int(value: &Int, spec: &Str) -> Result<Ref<Str>> {
    if spec.is_empty() {
        return protocol::object::str(value);
    }
    Err(unknown_format(value, spec))
}

fn unknown_format(value: &Object, spec: &Str) -> crate::Raised {
    crate::raise!(
        ValueError,
        "Invalid format specifier '{}' for object of type '{}'",
        spec.to_string_lossy(),
        value.class().name()
    )
}
