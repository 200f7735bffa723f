//! The format specification mini-language: `[[fill]align][sign]["z"]["#"]["0"][width][grouping]["." precision][type]`.
//!
//! Parsing is shared by all types; what the parts mean for a value is each type's own.

/// A parsed specification.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FormatSpec {
    /// What pads; a space when the text names none.
    pub fill: u32,
    /// `None` when the text names none: then the type's own default.
    pub align: Option<Align>,
    pub sign: Option<Sign>,
    /// `z`: a negative zero after rounding loses its sign.
    pub no_negative_zero: bool,
    /// `#`
    pub alternate: bool,
    pub width: Option<usize>,
    pub grouping: Option<Grouping>,
    pub precision: Option<usize>,
    /// The presentation type, `None` when there is none.
    pub presentation: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// `<`
    Left,
    /// `>`
    Right,
    /// `=`: the padding goes between sign and digits.
    AfterSign,
    /// `^`
    Center,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sign {
    Plus,
    Minus,
    Space,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grouping {
    Comma,
    /// Every three digits, every four for the types `b`, `o`, `x`, `X`.
    Underscore,
}

/// Why a text is no specification. All are ValueErrors; [`SpecError::text`] is CPython's message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpecError {
    /// Characters are left over.
    Invalid,
    TooManyDigits,
    MissingPrecision,
    BothGroupings,
    /// A grouping with a presentation type that has no groups.
    Grouping(Grouping, u32),
}

impl SpecError {
    /// The message for `spec` applied to an object of the class `class`.
    pub fn text(self, spec: &str, class: &str) -> String {
        match self {
            SpecError::Invalid => format!("Invalid format specifier '{spec}' for object of type '{class}'"),
            SpecError::TooManyDigits => "Too many decimal digits in format string".into(),
            SpecError::MissingPrecision => "Format specifier missing precision".into(),
            SpecError::BothGroupings => "Cannot specify both ',' and '_'.".into(),
            SpecError::Grouping(grouping, presentation) => {
                let grouping = if grouping == Grouping::Comma { ',' } else { '_' };
                match presentation {
                    0x21..0x80 => {
                        format!("Cannot specify '{grouping}' with '{}'.", presentation as u8 as char)
                    }
                    _ => format!("Cannot specify '{grouping}' with '\\x{presentation:x}'."),
                }
            }
        }
    }
}

/// The message for a presentation type that objects of the class `class` do not have.
pub fn unknown_presentation(presentation: u32, class: &str) -> String {
    match presentation {
        0x21..0x80 => {
            format!("Unknown format code '{}' for object of type '{class}'", presentation as u8 as char)
        }
        _ => format!("Unknown format code '\\x{presentation:x}' for object of type '{class}'"),
    }
}

const fn char(c: char) -> u32 {
    c as u32
}

fn alignment(char: Option<u32>) -> Option<Align> {
    match char::from_u32(char?)? {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '=' => Some(Align::AfterSign),
        '^' => Some(Align::Center),
        _ => None,
    }
}

/// Parses a specification. `numeric` types are aligned right by default, so that a leading `0` pads after the sign.
///
/// # Errors
/// [`SpecError`] when the text is none.
pub fn parse(chars: &[u32], numeric: bool) -> Result<FormatSpec, SpecError> {
    let mut at = 0;
    let mut fill = None;
    let mut align = None;
    if let Some(found) = alignment(chars.get(1).copied()) {
        fill = chars.first().copied();
        align = Some(found);
        at = 2;
    } else if let Some(found) = alignment(chars.first().copied()) {
        align = Some(found);
        at = 1;
    }
    let sign = match chars.get(at).copied().and_then(char::from_u32) {
        Some('+') => Some(Sign::Plus),
        Some('-') => Some(Sign::Minus),
        Some(' ') => Some(Sign::Space),
        _ => None,
    };
    at += usize::from(sign.is_some());
    let accept = |at: &mut usize, wanted: char| {
        let found = chars.get(*at) == Some(&char(wanted));
        *at += usize::from(found);
        found
    };
    let no_negative_zero = accept(&mut at, 'z');
    let alternate = accept(&mut at, '#');
    if fill.is_none() && accept(&mut at, '0') {
        fill = Some(char('0'));
        if align.is_none() && numeric {
            align = Some(Align::AfterSign);
        }
    }
    let width = number(chars, &mut at)?;
    let mut grouping = accept(&mut at, ',').then_some(Grouping::Comma);
    if accept(&mut at, '_') {
        if grouping.is_some() {
            return Err(SpecError::BothGroupings);
        }
        grouping = Some(Grouping::Underscore);
    }
    if grouping == Some(Grouping::Underscore) && chars.get(at) == Some(&char(',')) {
        return Err(SpecError::BothGroupings);
    }
    let mut precision = None;
    if accept(&mut at, '.') {
        precision = number(chars, &mut at)?;
        if precision.is_none() {
            return Err(SpecError::MissingPrecision);
        }
    }
    let presentation = match chars.get(at..) {
        None | Some([]) => None,
        Some([one]) => Some(*one),
        Some(_) => return Err(SpecError::Invalid),
    };
    if let (Some(grouping), Some(presentation)) = (grouping, presentation) {
        let fits = match char::from_u32(presentation) {
            Some('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F') => true,
            Some('b' | 'o' | 'x' | 'X') => grouping == Grouping::Underscore,
            _ => false,
        };
        if !fits {
            return Err(SpecError::Grouping(grouping, presentation));
        }
    }
    Ok(FormatSpec {
        fill: fill.unwrap_or(char(' ')),
        align,
        sign,
        no_negative_zero,
        alternate,
        width,
        grouping,
        precision,
        presentation,
    })
}

fn number(chars: &[u32], at: &mut usize) -> Result<Option<usize>, SpecError> {
    let mut value = None;
    while let Some(digit) =
        chars.get(*at).and_then(|&char| char::from_u32(char)).and_then(|char| char.to_digit(10))
    {
        let next = (value.unwrap_or(0usize).checked_mul(10))
            .and_then(|value| value.checked_add(digit as usize))
            .filter(|&value| isize::try_from(value).is_ok());
        value = Some(next.ok_or(SpecError::TooManyDigits)?);
        *at += 1;
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: &str) -> Result<FormatSpec, SpecError> {
        parse(&text.chars().map(u32::from).collect::<Vec<_>>(), true)
    }

    const PLAIN: FormatSpec = FormatSpec {
        fill: 0x20,
        align: None,
        sign: None,
        no_negative_zero: false,
        alternate: false,
        width: None,
        grouping: None,
        precision: None,
        presentation: None,
    };

    #[test]
    fn takes_all_parts() {
        assert_eq!(spec(""), Ok(PLAIN));
        assert_eq!(
            spec("*^+z#012,.3f"),
            Ok(FormatSpec {
                fill: '*' as u32,
                align: Some(Align::Center),
                sign: Some(Sign::Plus),
                no_negative_zero: true,
                alternate: true,
                width: Some(12),
                grouping: Some(Grouping::Comma),
                precision: Some(3),
                presentation: Some('f' as u32),
            })
        );
        assert_eq!(
            spec("05"),
            Ok(FormatSpec { fill: 0x30, align: Some(Align::AfterSign), width: Some(5), ..PLAIN })
        );
        assert_eq!(spec("<<"), Ok(FormatSpec { fill: 0x3c, align: Some(Align::Left), ..PLAIN }));
    }

    #[test]
    fn refuses_as_cpython_does() {
        let text = |text: &str| spec(text).map_err(|error| error.text(text, "int"));
        for (given, message) in [
            ("dd", "Invalid format specifier 'dd' for object of type 'int'"),
            (".", "Format specifier missing precision"),
            (",_", "Cannot specify both ',' and '_'."),
            ("_,", "Cannot specify both ',' and '_'."),
            (",x", "Cannot specify ',' with 'x'."),
            (",s", "Cannot specify ',' with 's'."),
            ("99999999999999999999", "Too many decimal digits in format string"),
        ] {
            assert_eq!(text(given), Err(message.to_string()));
        }
    }
}
