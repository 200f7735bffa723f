//! Warnings about bytes that are taken for text, which `-b` asks for.

use crate::hooks;
use crate::object::Object;
use crate::raise::Result;
use crate::state;
use crate::typeobject::slots::CompareOp;
use crate::types::exceptions as exc;
use crate::types::int::Int;
use crate::types::str::Str;

fn warn(text: &str) -> Result<()> {
    (hooks::WARN.get())(&exc::BytesWarning, text, 1)
}

/// An instance of the type `name` is shown as text.
///
/// # Errors
/// The warning when a filter makes it an error.
pub fn about_str(name: &str) -> Result<()> {
    if state::interpreter().bytes_warning.get() {
        warn(&format!("str() on a {name} instance"))
    } else {
        Ok(())
    }
}

/// An instance of the type `name` is compared with something that is no bytes.
///
/// # Errors
/// As [`about_str`].
pub fn about_comparison(name: &str, other: &Object, op: CompareOp) -> Result<()> {
    if !state::interpreter().bytes_warning.get() || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(());
    }
    if other.cast::<Str>().is_some() {
        warn(&format!("Comparison between {name} and string"))
    } else if name == "bytes" && other.cast::<Int>().is_some() {
        warn("Comparison between bytes and int")
    } else {
        Ok(())
    }
}
