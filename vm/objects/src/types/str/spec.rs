//! `str.__format__`.

use super::{Str, edit};
use crate::object::refs::Ref;
use crate::raise;
use crate::raise::Result;
use num::format_spec::{self, Align, FormatSpec, Sign, SpecError};

/// Parses a specification for an object of the class `class`. `numeric` classes pad after the sign where the width begins with 0.
///
/// # Errors
/// ValueError.
pub fn parse(spec: &Str, class: &str, numeric: bool) -> Result<FormatSpec> {
    let chars: Vec<u32> = spec.chars().iter().collect();
    format_spec::parse(&chars, numeric)
        .map_err(|error| raise!(ValueError, "{}", error.text(&spec.to_string_lossy(), class)))
}

/// `format(text, spec)`.
///
/// # Errors
/// ValueError for a specification that is none, or none for strings.
pub fn format(text: &Str, spec: &Str) -> Result<Ref<Str>> {
    if spec.is_empty() {
        return crate::protocol::object::str(text);
    }
    let class = text.class().name();
    let spec = parse(spec, class, false)?;
    let refused = match spec {
        FormatSpec { presentation: Some(other), .. } if other != u32::from(b's') => {
            return Err(raise!(ValueError, "{}", format_spec::unknown_presentation(other, class)));
        }
        FormatSpec { grouping: Some(grouping), .. } => {
            let error = SpecError::Grouping(grouping, b's'.into());
            return Err(raise!(ValueError, "{}", error.text("", class)));
        }
        FormatSpec { sign: Some(Sign::Space), .. } => "Space",
        FormatSpec { sign: Some(_), .. } => "Sign",
        FormatSpec { no_negative_zero: true, .. } => "Negative zero coercion (z)",
        FormatSpec { alternate: true, .. } => "Alternate form (#)",
        FormatSpec { align: Some(Align::AfterSign), .. } => "'=' alignment",
        _ => "",
    };
    if !refused.is_empty() {
        return Err(raise!(ValueError, "{refused} not allowed in string format specifier"));
    }
    let text = match spec.precision {
        Some(precision) if precision < text.len() => text.substring(0, precision)?,
        _ => text.to_exact()?,
    };
    pad(&text, &spec, Align::Left)
}

/// Pads `text` to the specification's width.
///
/// # Errors
/// OverflowError, MemoryError.
pub fn pad(text: &Str, spec: &FormatSpec, default: Align) -> Result<Ref<Str>> {
    let missing = spec.width.unwrap_or(0).saturating_sub(text.len());
    let left = match spec.align.unwrap_or(default) {
        Align::Left => 0,
        Align::Center => missing / 2,
        Align::Right | Align::AfterSign => missing,
    };
    edit::pad(text, left, missing - left, spec.fill)
}
