//! `"… %s …" % (x, …)` as a formatted string, for the conversions that mean the same there.

use bytecode::code::Wtf8 as OwnedWtf8;
use syntax::Arena;
use syntax::ast::{Constant, Expr, ExprKind, List, Location, Wtf8};

/// Widths and precisions have fewer digits than this.
const MAX_DIGITS: usize = 3;

const NOWHERE: Location = Location { lineno: -1, col_offset: -1, end_lineno: -1, end_col_offset: -1 };

/// The parts of the formatted string. `None` when the format has anything else than `%s`, `%r`, `%a` with
/// width and precision, or not as many conversions as there are values.
pub(super) fn percent<'a>(
    arena: &'a Arena,
    format: Wtf8<'a>,
    values: List<'a, &'a Expr<'a>>,
) -> Option<List<'a, &'a Expr<'a>>> {
    let points: Vec<u32> = format.code_points().collect();
    let mut parts: Vec<&'a Expr<'a>> = Vec::new();
    let mut values = values.iter();
    let mut rest: &[u32] = &points;
    loop {
        let literal = take_literal(&mut rest);
        if !literal.is_empty() {
            parts.push(text(arena, OwnedWtf8::from_code_points(literal)));
        }
        let Some((_, tail)) = rest.split_first() else { break };
        rest = tail;
        let value = values.next()?;
        parts.push(conversion(arena, &mut rest, value)?);
    }
    values.next().is_none().then(|| arena.list(&parts))
}

fn text<'a>(arena: &'a Arena, text: OwnedWtf8) -> &'a Expr<'a> {
    let value = Constant::Str(Wtf8::new(arena.list(&text.0)));
    arena.alloc(Expr::new(ExprKind::Constant { value, kind: None }, NOWHERE))
}

/// What stands before the next conversion; `%%` is a percent sign.
fn take_literal(rest: &mut &[u32]) -> Vec<u32> {
    const PERCENT: u32 = '%' as u32;
    let mut literal = Vec::new();
    loop {
        match **rest {
            [PERCENT, PERCENT, ref tail @ ..] => {
                literal.push(PERCENT);
                *rest = tail;
            }
            [] | [PERCENT, ..] => return literal,
            [point, ref tail @ ..] => {
                literal.push(point);
                *rest = tail;
            }
        }
    }
}

fn take_char(rest: &mut &[u32]) -> Option<char> {
    let (&point, tail) = rest.split_first()?;
    *rest = tail;
    char::from_u32(point).or(Some('\0'))
}

/// Digits up to the next other character, which is answered too.
fn take_number(rest: &mut &[u32], mut c: char) -> Option<(String, char)> {
    let mut digits = String::new();
    while c.is_ascii_digit() {
        digits.push(c);
        c = take_char(rest)?;
        if digits.len() >= MAX_DIGITS {
            return None;
        }
    }
    Some((digits, c))
}

fn conversion<'a>(arena: &'a Arena, rest: &mut &[u32], value: &'a Expr<'a>) -> Option<&'a Expr<'a>> {
    let mut left = false;
    let mut c = take_char(rest)?;
    while matches!(c, '-' | '+' | ' ' | '#' | '0') {
        left |= c == '-';
        c = take_char(rest)?;
    }
    let (width, after) = take_number(rest, c)?;
    c = after;
    let mut precision = None;
    if c == '.' {
        c = take_char(rest)?;
        let (digits, after) = take_number(rest, c)?;
        precision = Some(digits.parse().unwrap_or(0u32));
        c = after;
    }
    if !matches!(c, 's' | 'r' | 'a') {
        return None;
    }
    let width: Option<u32> = width.parse().ok();
    let mut spec = String::new();
    if !left && width.is_some_and(|w| w > 0) {
        spec.push('>');
    }
    if let Some(width) = width {
        spec.push_str(&width.to_string());
    }
    if let Some(precision) = precision {
        spec.push_str(&format!(".{precision}"));
    }
    let format_spec = (!spec.is_empty()).then(|| text(arena, spec.as_str().into()));
    let kind = ExprKind::FormattedValue { value, conversion: c as i32, format_spec };
    Some(arena.alloc(Expr::new(kind, crate::view::location(value))))
}
