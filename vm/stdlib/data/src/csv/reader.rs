//! `reader`: a machine that takes characters and gives records.

use super::dialect::{Dialect, Quoting};
use super::{STATE, error};
use core::cell::Cell;
use macros::{Trace, pytype};
use objects::protocol::iter;
use objects::types::float::Float;
use objects::types::list::List;
use objects::types::str::build::Builder;
use objects::types::str::{Chars, Str};
use objects::{Instance, Object, Raised, Ref, Result, Slot};

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum State {
    #[default]
    StartRecord,
    StartField,
    EscapedChar,
    InField,
    InQuotedField,
    EscapeInQuotedField,
    QuoteInQuotedField,
    EatLineEnd,
    AfterEscapedLineEnd,
}

/// The end of a line, which is no character.
const END: u32 = u32::MAX;
const NEW_LINE: u32 = 10;
const RETURN: u32 = 13;

/// The record that is being read.
#[derive(Default)]
struct Record {
    state: State,
    field: Builder,
    unquoted: bool,
    fields: Vec<Ref>,
}

/// `ReaderObj`.
#[repr(C)]
#[derive(Trace)]
pub struct Reader {
    ob_base: Object,
    lines: Slot,
    dialect: Slot<Dialect>,
    line_num: Cell<i64>,
}

impl Reader {
    /// # Errors
    /// MemoryError.
    pub fn new(lines: Ref, dialect: Ref<Dialect>) -> Result<Ref<Reader>> {
        Ref::new(Reader {
            ob_base: Object::HEAD,
            lines: Slot::new(lines),
            dialect: Slot::new(dialect),
            line_num: Cell::new(0),
        })
    }
}

#[pytype(
    name = "reader", module = "_csv", static_name = READER, gc, no_new, flags = [BASETYPE], iter = objects::slots::self_iter,
    doc_key = "type _csv.reader",
    member("dialect", OBJECT, dialect, READONLY),
    member("line_num", LONG, line_num, READONLY)
)]
impl Reader {
    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<List>>> {
        let (Some(lines), Some(dialect)) = (self.lines.get(), self.dialect.get()) else {
            return Err(objects::raise::bad_internal_call());
        };
        let mut record = Record { unquoted: true, ..Record::default() };
        loop {
            let Some(line) = iter::next(&lines)? else {
                if record.field.is_empty() && record.state != State::InQuotedField {
                    return Ok(None);
                }
                if dialect.strict.get() {
                    return Err(error("unexpected end of data"));
                }
                record.save_field(&dialect)?;
                break;
            };
            let Some(line) = line.cast::<Str>() else {
                let got = line.class().full_name();
                return Err(error(&format!(
                    "iterator should return strings, not {got} (the file should be opened in text mode)"
                )));
            };
            self.line_num.set(self.line_num.get() + 1);
            match line.chars() {
                Chars::One(chars) => record.take_line(&dialect, chars, Chars::One)?,
                Chars::Two(chars) => record.take_line(&dialect, chars, Chars::Two)?,
                Chars::Four(chars) => record.take_line(&dialect, chars, Chars::Four)?,
            }
            if record.state == State::StartRecord {
                break;
            }
        }
        List::from_vec(record.fields).map(Some)
    }
}

impl Record {
    fn take_line<'a, T: Copy + Into<u32>>(
        &mut self,
        dialect: &Dialect,
        chars: &'a [T],
        slice: fn(&'a [T]) -> Chars<'a>,
    ) -> Result<()> {
        let (delimiter, quote) = (dialect.delimiter.get(), dialect.quotechar.get().unwrap_or(END));
        let escape = dialect.escapechar.get().unwrap_or(END);
        let mut at = 0;
        while at < chars.len() {
            // What lies between special characters goes into the field as a whole.
            let run = match self.state {
                State::InField => chars[at..].iter().position(|&char| {
                    let char = char.into();
                    char == delimiter || char == NEW_LINE || char == RETURN || char == escape
                }),
                State::InQuotedField => chars[at..].iter().position(|&char| {
                    let char = char.into();
                    char == quote || char == escape
                }),
                _ => Some(0),
            };
            let run = run.unwrap_or(chars.len() - at);
            if run > 0 {
                self.field.push_chars(slice(&chars[at..at + run]));
                self.check_length()?;
                at += run;
            } else {
                self.take(dialect, chars[at].into())?;
                at += 1;
            }
        }
        self.take(dialect, END)
    }

    fn take(&mut self, dialect: &Dialect, char: u32) -> Result<()> {
        let is = |other: Option<u32>| other == Some(char);
        let line_end = char == NEW_LINE || char == RETURN || char == END;
        let quotes = dialect.quoting.get() != Quoting::None;
        match self.state {
            State::StartRecord if char == END => {}
            State::StartRecord if line_end => self.state = State::EatLineEnd,
            State::StartRecord | State::StartField => {
                if line_end {
                    return self.end_record(dialect, char);
                }
                if quotes && is(dialect.quotechar.get()) {
                    self.unquoted = false;
                    self.state = State::InQuotedField;
                } else if is(dialect.escapechar.get()) {
                    self.state = State::EscapedChar;
                } else if char == u32::from(' ') && dialect.skipinitialspace.get() {
                    self.state = State::StartField;
                } else if char == dialect.delimiter.get() {
                    self.state = State::StartField;
                    return self.save_field(dialect);
                } else {
                    self.state = State::InField;
                    return self.add(char);
                }
            }
            State::EscapedChar if char == NEW_LINE || char == RETURN => {
                self.state = State::AfterEscapedLineEnd;
                return self.add(char);
            }
            State::EscapedChar => {
                self.state = State::InField;
                return self.add(if char == END { NEW_LINE } else { char });
            }
            State::AfterEscapedLineEnd if char == END => {}
            State::AfterEscapedLineEnd | State::InField => {
                if line_end {
                    return self.end_record(dialect, char);
                }
                if is(dialect.escapechar.get()) {
                    self.state = State::EscapedChar;
                } else if char == dialect.delimiter.get() {
                    self.state = State::StartField;
                    return self.save_field(dialect);
                } else {
                    self.state = State::InField;
                    return self.add(char);
                }
            }
            State::InQuotedField => {
                if char == END {
                } else if is(dialect.escapechar.get()) {
                    self.state = State::EscapeInQuotedField;
                } else if quotes && is(dialect.quotechar.get()) {
                    self.state = match dialect.doublequote.get() {
                        true => State::QuoteInQuotedField,
                        false => State::InField,
                    };
                } else {
                    return self.add(char);
                }
            }
            State::EscapeInQuotedField => {
                self.state = State::InQuotedField;
                return self.add(if char == END { NEW_LINE } else { char });
            }
            State::QuoteInQuotedField => {
                if quotes && is(dialect.quotechar.get()) {
                    self.state = State::InQuotedField;
                    return self.add(char);
                }
                if char == dialect.delimiter.get() {
                    self.state = State::StartField;
                    return self.save_field(dialect);
                }
                if line_end {
                    return self.end_record(dialect, char);
                }
                if dialect.strict.get() {
                    return Err(misplaced_quote(dialect));
                }
                self.state = State::InField;
                return self.add(char);
            }
            State::EatLineEnd if char == END => self.state = State::StartRecord,
            State::EatLineEnd if line_end => {}
            State::EatLineEnd => {
                return Err(error(
                    "new-line character seen in unquoted field - do you need to open the file with newline=''?",
                ));
            }
        }
        Ok(())
    }

    fn end_record(&mut self, dialect: &Dialect, char: u32) -> Result<()> {
        self.state = if char == END { State::StartRecord } else { State::EatLineEnd };
        self.save_field(dialect)
    }

    fn add(&mut self, char: u32) -> Result<()> {
        self.field.push(char);
        self.check_length()
    }

    fn check_length(&self) -> Result<()> {
        let limit = STATE.field_limit.get();
        if self.field.len() as isize > limit {
            return Err(error(&format!("field larger than field limit ({limit})")));
        }
        Ok(())
    }

    fn save_field(&mut self, dialect: &Dialect) -> Result<()> {
        use Quoting::{NonNumeric, NotNull, Strings};
        let quoting = dialect.quoting.get();
        let field = core::mem::take(&mut self.field);
        let unquoted = core::mem::replace(&mut self.unquoted, true);
        let empty = field.is_empty();
        if unquoted && empty && matches!(quoting, NotNull | Strings) {
            self.fields.push(objects::object::refs::none());
            return Ok(());
        }
        let text = field.finish()?;
        self.fields.push(match unquoted && !empty && matches!(quoting, NonNumeric | Strings) {
            true => objects::protocol::call::call_one_arg(Float::class().as_object(), &text)?,
            false => text.upcast(),
        });
        Ok(())
    }
}

#[cold]
fn misplaced_quote(dialect: &Dialect) -> Raised {
    let shown = |char: Option<u32>| char.and_then(char::from_u32).unwrap_or('\u{fffd}');
    let (delimiter, quote) = (shown(Some(dialect.delimiter.get())), shown(dialect.quotechar.get()));
    error(&format!("'{delimiter}' expected after '{quote}'"))
}
