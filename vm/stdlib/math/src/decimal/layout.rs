//! `format(number, spec)`.

use super::context;
use num::decimal::{Decimal, Presentation};
use num::format_spec::{self, Align, FormatSpec, Grouping, SpecError};
use objects::format::Conventions;
use objects::types::dict::Dict;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Object, Raised, Ref, Result, raise};

fn invalid() -> Raised {
    raise!(ValueError, "invalid format string")
}

/// A specification that decimal numbers have.
fn parse(text: &Str) -> Result<FormatSpec> {
    let chars: Vec<u32> = text.chars().iter().collect();
    let mut spec = format_spec::parse(&chars, true).map_err(|error| match error {
        SpecError::TooManyDigits => {
            raise!(OverflowError, "cannot fit 'int' into an index-sized integer")
        }
        _ => invalid(),
    })?;
    if spec.presentation == Some(u32::from('N')) {
        let text = "Format specifier 'N' is deprecated";
        objects::hooks::WARN.get()(&objects::types::exceptions::DeprecationWarning, text, 1)?;
        spec.presentation = Some(u32::from('n'));
    }
    let limit = num::decimal::MAX_PREC as usize;
    if spec.width.is_some_and(|width| width > limit) || spec.precision.is_some_and(|digits| digits > limit) {
        return Err(raise!(ValueError, "format specification exceeds internal limits of _decimal"));
    }
    let known = matches!(
        spec.presentation.map(char::from_u32),
        None | Some(Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n' | '%'))
    );
    let grouped = spec.grouping.is_some();
    let named_twice = grouped && spec.presentation == Some(u32::from('n'));
    if !known || named_twice || spec.grouping == Some(Grouping::Underscore) {
        return Err(invalid());
    }
    Ok(spec)
}

fn invalid_override() -> Raised {
    raise!(ValueError, "invalid override dict")
}

/// A string of the dictionary that overrides the locale.
fn convention(dict: &Dict, name: &str) -> Result<Option<Ref<Str>>> {
    let Some(value) = dict.get_str(&*Str::new(name)?)? else { return Ok(None) };
    value.downcast::<Str>().map(Some).map_err(|_| invalid_override())
}

/// A separator of that dictionary.
fn separator(dict: &Dict, name: &str) -> Result<Option<String>> {
    /// Bytes of the longest character.
    const LONGEST: usize = 4;
    let Some(text) = convention(dict, name)? else { return Ok(None) };
    let text = text.to_str()?;
    if text.len() > LONGEST { Err(invalid_override()) } else { Ok(Some(text.to_owned())) }
}

/// The separators for a specification.
fn conventions(spec: &FormatSpec, overriding: Option<&Object>) -> Result<Conventions> {
    let mut conventions = Conventions::for_spec(spec);
    let Some(overriding) = overriding.filter(|overriding| !overriding.is(none())) else {
        return Ok(conventions);
    };
    let Some(dict) = overriding.cast::<Dict>() else {
        return Err(raise!(TypeError, "optional argument must be a dict"));
    };
    if let Some(point) = separator(dict, "decimal_point")? {
        conventions.point = point.into();
    }
    if let Some(separator) = separator(dict, "thousands_sep")? {
        conventions.separator = separator.into();
    }
    if let Some(sizes) = convention(dict, "grouping")? {
        let sizes: Vec<u32> = sizes.chars().iter().take_while(|&size| size != 0).collect();
        if sizes.iter().any(|&size| size > 127) {
            return Err(invalid_override());
        }
        // The last size repeats, unless it is CHAR_MAX.
        conventions.sizes = sizes.iter().map(|&size| if size == 127 { 0 } else { size as usize }).collect();
    }
    Ok(conventions)
}

/// `Decimal.__format__`.
///
/// # Errors
/// ValueError for a bad specification.
pub fn format(number: &Decimal, spec: &Object, overriding: Option<&Object>) -> Result<Ref<Str>> {
    let Some(text) = spec.cast::<Str>() else {
        return Err(raise!(TypeError, "format arg must be str"));
    };
    let mut spec = parse(text)?;
    let upper = text.chars().iter().last() == Some(u32::from('N'));
    let context = context::current()?.limits();
    let code = spec.presentation.and_then(char::from_u32);
    let style = Presentation {
        code: match code {
            Some('e' | 'E') => Some('e'),
            Some('f' | 'F') => Some('f'),
            Some('%') => Some('%'),
            _ => None,
        },
        upper: match code {
            Some('E' | 'F' | 'G') => true,
            None => context.capitals,
            _ => upper,
        },
        precision: spec.precision,
        no_negative_zero: spec.no_negative_zero,
        alternate: spec.alternate,
    };
    let shown = number.present(style, context.rounding).ok_or_else(raise::no_memory)?;
    if !number.is_finite() && spec.align == Some(Align::AfterSign) && spec.fill == u32::from('0') {
        // Zeros do not lead what is no number.
        (spec.align, spec.fill) = (Some(Align::Right), u32::from(' '));
    }
    objects::format::arrange(&shown, &spec, &conventions(&spec, overriding)?)
}
