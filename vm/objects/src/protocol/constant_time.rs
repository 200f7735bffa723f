//! Comparison in a time that does not tell where the operands differ.

use crate::object::Object;
use crate::protocol::buffer::{self, Buffer};
use crate::raise;
use crate::raise::Result;
use crate::types::str::Str;

/// `hmac.compare_digest`, for two ASCII strings or two bytes-like objects.
///
/// # Errors
/// TypeError for other operands; BufferError for a buffer of several dimensions.
pub fn compare(a: &Object, b: &Object) -> Result<bool> {
    if let (Some(a), Some(b)) = (a.cast::<Str>(), b.cast::<Str>()) {
        return match (a.as_ascii(), b.as_ascii()) {
            (Some(a), Some(b)) => Ok(equal(a.as_bytes(), b.as_bytes())),
            _ => Err(raise!(TypeError, "comparing strings with non-ASCII characters is not supported")),
        };
    }
    if !buffer::is_exporter(a) && !buffer::is_exporter(b) {
        return Err(raise!(
            TypeError,
            "unsupported operand types(s) or combination of types: '{}' and '{}'",
            a.class().name(),
            b.class().name()
        ));
    }
    let view = |object| {
        let view = Buffer::of(object, buffer::SIMPLE)?;
        match view.view().ndim > 1 {
            true => Err(raise!(BufferError, "Buffer must be single dimension")),
            false => Ok(view),
        }
    };
    let (a, b) = (view(a)?, view(b)?);
    Ok(equal(a.as_slice(), b.as_slice()))
}

/// Looks at every byte of `b`, whatever `a` is.
#[inline(never)]
fn equal(a: &[u8], b: &[u8]) -> bool {
    let (left, mut difference) = if a.len() == b.len() { (a, 0) } else { (b, 1) };
    for (x, y) in left.iter().zip(b) {
        difference = core::hint::black_box(difference | (x ^ y));
    }
    difference == 0
}
