//! `str.format`: the replacement fields of a template, and what fills them.

use super::build::Builder;
use super::{Chars, Str};
use crate::object::Object;
use crate::object::refs::Ref;
use crate::protocol::{self, attr};
use crate::raise;
use crate::raise::Result;
use crate::types::int::new_int;
use core::ops::Range;

/// Literal text, and the replacement field behind it.
pub struct Piece {
    pub literal: Range<usize>,
    pub field: Option<Field>,
}

/// A replacement field, as ranges of the template.
pub struct Field {
    pub name: Range<usize>,
    pub conversion: Option<u32>,
    pub spec: Range<usize>,
    /// Whether the specification has fields itself.
    pub nested: bool,
}

/// Walks a template.
pub struct Pieces<'a> {
    chars: Chars<'a>,
    at: usize,
    end: usize,
}

const OPEN: u32 = b'{' as u32;
const CLOSE: u32 = b'}' as u32;

impl<'a> Pieces<'a> {
    pub fn new(chars: Chars<'a>, range: Range<usize>) -> Pieces<'a> {
        Pieces { chars, at: range.start, end: range.end }
    }

    /// Where the next piece begins.
    pub fn position(&self) -> usize {
        self.at
    }

    fn next_char(&mut self) -> Option<u32> {
        let char = (self.at < self.end).then(|| self.chars.at(self.at));
        self.at += usize::from(char.is_some());
        char
    }

    /// The next piece.
    ///
    /// # Errors
    /// ValueError where the template is malformed.
    pub fn next_piece(&mut self) -> Result<Option<Piece>> {
        let start = self.at;
        if start >= self.end {
            return Ok(None);
        }
        let brace = loop {
            match self.next_char() {
                None => return Ok(Some(Piece { literal: start..self.end, field: None })),
                Some(char @ (OPEN | CLOSE)) => break char,
                Some(_) => {}
            }
        };
        let doubled = self.at < self.end && self.chars.at(self.at) == brace;
        if doubled {
            // The literal ends with one of the braces.
            self.at += 1;
            return Ok(Some(Piece { literal: start..self.at - 1, field: None }));
        }
        if brace == CLOSE {
            return Err(raise!(ValueError, "Single '}}' encountered in format string"));
        }
        if self.at >= self.end {
            return Err(raise!(ValueError, "Single '{{' encountered in format string"));
        }
        let literal = start..self.at - 1;
        let field = self.field()?;
        Ok(Some(Piece { literal, field: Some(field) }))
    }

    fn field(&mut self) -> Result<Field> {
        let start = self.at;
        let mut stop = None;
        while let Some(char) = self.next_char() {
            match char::from_u32(char) {
                Some('{') => return Err(raise!(ValueError, "unexpected '{{' in field name")),
                Some('[') => {
                    while self.at < self.end && self.chars.at(self.at) != u32::from(b']') {
                        self.at += 1;
                    }
                }
                Some(found @ ('}' | ':' | '!')) => {
                    stop = Some(found);
                    break;
                }
                _ => {}
            }
        }
        let Some(stop) = stop else {
            return Err(raise!(ValueError, "expected '}}' before end of string"));
        };
        let name = start..self.at - 1;
        let mut conversion = None;
        if stop == '}' {
            return Ok(Field { name, conversion, spec: self.at..self.at, nested: false });
        }
        if stop == '!' {
            let Some(letter) = self.next_char() else {
                return Err(raise!(ValueError, "end of string while looking for conversion specifier"));
            };
            conversion = Some(letter);
            match self.next_char() {
                Some(CLOSE) => return Ok(Field { name, conversion, spec: self.at..self.at, nested: false }),
                Some(0x3a) | None => {}
                Some(_) => return Err(raise!(ValueError, "expected ':' after conversion specifier")),
            }
        }
        let start = self.at;
        let (mut depth, mut nested) = (1, false);
        while let Some(char) = self.next_char() {
            match char {
                OPEN => {
                    nested = true;
                    depth += 1;
                }
                CLOSE => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(Field { name, conversion, spec: start..self.at - 1, nested });
                    }
                }
                _ => {}
            }
        }
        Err(raise!(ValueError, "unmatched '{{' in format spec"))
    }
}

/// One step from an object to a part of it, in a field name behind the first dot or bracket.
pub enum Step {
    Attribute(Range<usize>),
    Index(usize),
    Key(Range<usize>),
}

/// A field name taken apart: what it begins with (a number or a name, which may be empty), and where the steps begin.
pub struct FieldName {
    pub first: Range<usize>,
    pub index: Option<usize>,
    pub rest: Range<usize>,
}

impl FieldName {
    /// # Errors
    /// ValueError for a number too large.
    pub fn split(chars: Chars<'_>, name: Range<usize>) -> Result<FieldName> {
        let dot = name.clone().find(|&at| matches!(chars.at(at), 0x2e | 0x5b)).unwrap_or(name.end);
        let first = name.start..dot;
        Ok(FieldName { index: integer(chars, first.clone())?, first, rest: dot..name.end })
    }
}

/// The next step in `rest`, which is shortened by it.
///
/// # Errors
/// ValueError where the name is malformed.
pub fn next_step(chars: Chars<'_>, rest: &mut Range<usize>) -> Result<Option<Step>> {
    if rest.start >= rest.end {
        return Ok(None);
    }
    let start = rest.start + 1;
    let step = match chars.at(rest.start) {
        0x2e => {
            let end = (start..rest.end).find(|&at| matches!(chars.at(at), 0x2e | 0x5b)).unwrap_or(rest.end);
            rest.start = end;
            if start == end { None } else { Some(Step::Attribute(start..end)) }
        }
        0x5b => {
            let Some(end) = (start..rest.end).find(|&at| chars.at(at) == 0x5d) else {
                return Err(raise!(ValueError, "Missing ']' in format string"));
            };
            rest.start = end + 1;
            match integer(chars, start..end)? {
                Some(index) => Some(Step::Index(index)),
                None if start == end => None,
                None => Some(Step::Key(start..end)),
            }
        }
        _ => {
            return Err(raise!(ValueError, "Only '.' or '[' may follow ']' in format field specifier"));
        }
    };
    match step {
        Some(step) => Ok(Some(step)),
        None => Err(raise!(ValueError, "Empty attribute in format string")),
    }
}

/// The number that the range is, if it is one.
fn integer(chars: Chars<'_>, range: Range<usize>) -> Result<Option<usize>> {
    let mut value = None;
    for at in range {
        let Some(digit) = unicode::Version::Current.decimal(chars.at(at)) else { return Ok(None) };
        let next = (value.unwrap_or(0usize).checked_mul(10))
            .and_then(|value| value.checked_add(digit as usize))
            .filter(|&value| isize::try_from(value).is_ok());
        match next {
            Some(next) => value = Some(next),
            None => return Err(raise!(ValueError, "Too many decimal digits in format string")),
        }
    }
    Ok(value)
}

/// Where the values come from.
pub trait Values {
    /// The value of a numbered field.
    ///
    /// # Errors
    /// IndexError; ValueError when there are no numbered ones.
    fn by_index(&self, index: usize) -> Result<Ref>;

    /// The value of a named field.
    ///
    /// # Errors
    /// KeyError; what a mapping raises.
    fn by_name(&self, name: &Str) -> Result<Ref>;
}

/// The arguments of `str.format`.
pub struct Arguments<'a> {
    pub args: &'a [&'a Object],
    pub kwargs: crate::args::Kwargs<'a>,
}

impl Values for Arguments<'_> {
    fn by_index(&self, index: usize) -> Result<Ref> {
        match self.args.get(index) {
            Some(value) => Ok(crate::Instance::to_ref(*value)),
            None => {
                Err(raise!(IndexError, "Replacement index {index} out of range for positional args tuple"))
            }
        }
    }

    fn by_name(&self, name: &Str) -> Result<Ref> {
        for (key, value) in self.kwargs.iter() {
            if key.cast::<Str>().is_some_and(|key| key.equals(name)) {
                return Ok(crate::Instance::to_ref(value));
            }
        }
        Err(raise::key_error(name))
    }
}

/// The argument of `str.format_map`.
pub struct Mapping<'a>(pub &'a Object);

impl Values for Mapping<'_> {
    fn by_index(&self, _index: usize) -> Result<Ref> {
        Err(raise!(ValueError, "Format string contains positional fields"))
    }

    fn by_name(&self, name: &Str) -> Result<Ref> {
        protocol::mapping::get_item(self.0, name)
    }
}

/// Whether fields number themselves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbering {
    Open,
    Automatic(usize),
    Manual,
}

struct Filler<'a> {
    chars: Chars<'a>,
    values: &'a dyn Values,
    numbering: Numbering,
}

/// `template.format(…)`.
///
/// # Errors
/// ValueError for a malformed template; what looking up and formatting the values raises.
pub fn fill(template: &Str, values: &dyn Values) -> Result<Ref<Str>> {
    let chars = template.chars();
    if !chars.iter().any(|char| char == OPEN || char == CLOSE) {
        return template.to_exact();
    }
    let mut filler = Filler { chars, values, numbering: Numbering::Open };
    filler.fill(0..chars.len(), 2)
}

impl Filler<'_> {
    fn fill(&mut self, range: Range<usize>, depth: usize) -> Result<Ref<Str>> {
        if depth == 0 {
            return Err(raise!(ValueError, "Max string recursion exceeded"));
        }
        let mut result = Builder::with_capacity(range.len());
        let end = range.end;
        let mut pieces = Pieces::new(self.chars, range);
        while let Some(piece) = pieces.next_piece()? {
            result.push_chars(self.chars.slice(piece.literal.start, piece.literal.end));
            if let Some(field) = piece.field {
                let text = self.render(&field, depth)?;
                if result.is_empty() && pieces.position() >= end {
                    // The text is the whole result.
                    return Ok(text);
                }
                result.push_chars(text.chars());
            }
        }
        result.finish()
    }

    fn text(&self, range: &Range<usize>) -> Result<Ref<Str>> {
        Str::from_chars(self.chars.slice(range.start, range.end))
    }

    fn render(&mut self, field: &Field, depth: usize) -> Result<Ref<Str>> {
        let value = self.value(&field.name)?;
        let value = match field.conversion.map(char::from_u32) {
            None => value,
            Some(Some('r')) => protocol::object::repr(&value)?.upcast(),
            Some(Some('s')) => protocol::object::str(&value)?.upcast(),
            Some(Some('a')) => super::ascii(&value)?.upcast(),
            Some(Some(other @ '!'..='~')) => {
                return Err(raise!(ValueError, "Unknown conversion specifier {other}"));
            }
            Some(_) => {
                let code = field.conversion.unwrap_or(0);
                return Err(raise!(ValueError, "Unknown conversion specifier \\x{code:x}"));
            }
        };
        let spec =
            if field.nested { self.fill(field.spec.clone(), depth - 1)? } else { self.text(&field.spec)? };
        protocol::object::format(&value, Some(&spec))
    }

    fn value(&mut self, name: &Range<usize>) -> Result<Ref> {
        let FieldName { first, index, mut rest } = FieldName::split(self.chars, name.clone())?;
        let mut value = match self.number(index, first.is_empty())? {
            Some(index) => self.values.by_index(index)?,
            None => self.values.by_name(&*self.text(&first)?)?,
        };
        while let Some(step) = next_step(self.chars, &mut rest)? {
            value = match step {
                Step::Attribute(name) => attr::get(&value, &*self.text(&name)?)?,
                Step::Key(key) => protocol::mapping::get_item(&value, &*self.text(&key)?)?,
                Step::Index(index) if protocol::sequence::is_sequence(&value) => {
                    protocol::sequence::get_item(&value, index as isize)?
                }
                Step::Index(index) => protocol::mapping::get_item(&value, &*new_int(index as i64)?)?,
            };
        }
        Ok(value)
    }

    /// The number of a field that is numbered by the template or by its place.
    fn number(&mut self, index: Option<usize>, empty: bool) -> Result<Option<usize>> {
        if index.is_none() && !empty {
            return Ok(None);
        }
        match (self.numbering, empty) {
            (Numbering::Open, true) => {
                self.numbering = Numbering::Automatic(1);
                Ok(Some(0))
            }
            (Numbering::Automatic(next), true) => {
                self.numbering = Numbering::Automatic(next + 1);
                Ok(Some(next))
            }
            (Numbering::Open | Numbering::Manual, false) => {
                self.numbering = Numbering::Manual;
                Ok(index)
            }
            (Numbering::Manual, true) => Err(raise!(
                ValueError,
                "cannot switch from manual field specification to automatic field numbering"
            )),
            (Numbering::Automatic(_), false) => Err(raise!(
                ValueError,
                "cannot switch from automatic field numbering to manual field specification"
            )),
        }
    }
}
