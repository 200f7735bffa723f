//! `writer`: records as lines.

use super::dialect::{Dialect, Quoting};
use super::error;
use macros::{Trace, pytype};
use objects::protocol::{call, iter, object};
use objects::types::exceptions as exc;
use objects::types::none::none;
use objects::types::str::build::Builder;
use objects::types::str::{Chars, Str};
use objects::{Object, Ref, Result, Slot};

/// `WriterObj`.
#[repr(C)]
#[derive(Trace)]
pub struct Writer {
    ob_base: Object,
    write: Slot,
    dialect: Slot<Dialect>,
}

impl Writer {
    /// # Errors
    /// MemoryError.
    pub fn new(write: Ref, dialect: Ref<Dialect>) -> Result<Ref<Writer>> {
        Ref::new(Writer { ob_base: Object::HEAD, write: Slot::new(write), dialect: Slot::new(dialect) })
    }
}

#[pytype(
    name = "writer", module = "_csv", static_name = WRITER, gc, no_new, flags = [BASETYPE],
    member("dialect", OBJECT, dialect, READONLY)
)]
impl Writer {
    #[method("writerow($self, object, /)")]
    fn writerow(&self, row: &Object) -> Result<Ref> {
        let (Some(write), Some(dialect)) = (self.write.get(), self.dialect.get()) else {
            return Err(objects::raise::bad_internal_call());
        };
        let fields = iter::get_iter(row).map_err(|raised| {
            if !raised.matches(&exc::TypeError) {
                return raised;
            }
            raised.clear();
            error(&format!("iterable expected, not {}", row.class().full_name()))
        })?;
        let mut record = Record::new(&dialect)?;
        let mut last_is_null = false;
        while let Some(field) = iter::next(&fields)? {
            last_is_null = field.is(none());
            let quoted = match dialect.quoting.get() {
                Quoting::NonNumeric => !is_number(&field),
                Quoting::All => true,
                Quoting::Strings => field.cast::<Str>().is_some(),
                Quoting::NotNull => !last_is_null,
                Quoting::Minimal | Quoting::None => false,
            };
            if last_is_null {
                record.append(None, quoted)?;
            } else if let Some(text) = field.cast::<Str>() {
                record.append(Some(text), quoted)?;
            } else {
                record.append(Some(&*object::str(&field)?), quoted)?;
            }
        }
        if record.fields > 0 && record.line.is_empty() {
            if dialect.quoting.get() == Quoting::None || (last_is_null && record.leaves_null()) {
                return Err(error("single empty field record must be quoted"));
            }
            record.fields -= 1;
            record.append(None, true)?;
        }
        record.line.push_chars(record.terminator.chars());
        call::call_one_arg(&write, &*record.line.finish()?)
    }

    #[method("writerows($self, object, /)")]
    fn writerows(&self, rows: &Object) -> Result<()> {
        let rows = iter::get_iter(rows)?;
        while let Some(row) = iter::next(&rows)? {
            self.writerow(&row)?;
        }
        Ok(())
    }
}

/// `PyNumber_Check`.
fn is_number(object: &Object) -> bool {
    object.class().number().is_some_and(|table| {
        table.nb_index.get().is_some() || table.nb_int.get().is_some() || table.nb_float.get().is_some()
    }) || object.cast::<objects::types::complex::Complex>().is_some()
}

/// A line that is being made.
struct Record<'a> {
    dialect: &'a Dialect,
    terminator: Ref<Str>,
    /// For each character of one byte, whether it means something.
    special: [bool; 256],
    line: Builder,
    fields: usize,
}

impl<'a> Record<'a> {
    fn new(dialect: &'a Dialect) -> Result<Record<'a>> {
        let terminator = dialect.lineterminator.get().ok_or_else(objects::raise::bad_internal_call)?;
        let mut special = [false; 256];
        let own = [Some(dialect.delimiter.get()), dialect.quotechar.get(), dialect.escapechar.get()];
        for char in own.into_iter().flatten().chain([10, 13]).chain(terminator.chars().iter()) {
            if let Some(place) = special.get_mut(char as usize) {
                *place = true;
            }
        }
        Ok(Record { dialect, terminator, special, line: Builder::new(), fields: 0 })
    }

    /// Whether None is written without quotes, different from an empty string.
    fn leaves_null(&self) -> bool {
        matches!(self.dialect.quoting.get(), Quoting::Strings | Quoting::NotNull)
    }

    fn is_special(&self, char: u32) -> bool {
        match self.special.get(char as usize) {
            Some(special) => *special,
            None => {
                char == self.dialect.delimiter.get()
                    || Some(char) == self.dialect.quotechar.get()
                    || Some(char) == self.dialect.escapechar.get()
                    || self.terminator.chars().iter().any(|other| other == char)
            }
        }
    }

    fn append(&mut self, field: Option<&Str>, mut quoted: bool) -> Result<()> {
        let dialect = self.dialect;
        let chars = field.map_or(Chars::One(&[]), Str::chars);
        if chars.is_empty() && dialect.delimiter.get() == u32::from(' ') && dialect.skipinitialspace.get() {
            if dialect.quoting.get() == Quoting::None || (field.is_none() && self.leaves_null()) {
                return Err(error(
                    "empty field must be quoted if delimiter is a space and skipinitialspace is true",
                ));
            }
            quoted = true;
        }
        let plain = match chars {
            Chars::One(bytes) => !bytes.iter().any(|&byte| self.special[usize::from(byte)]),
            chars => !chars.iter().any(|char| self.is_special(char)),
        };
        let escaped = match plain {
            true => None,
            false => Some(self.escape(chars, &mut quoted)?),
        };
        if self.fields > 0 {
            self.line.push(dialect.delimiter.get());
        }
        let quote = dialect.quotechar.get().filter(|_| quoted);
        quote.into_iter().for_each(|quote| self.line.push(quote));
        match &escaped {
            None => self.line.push_chars(chars),
            Some(escaped) => self.line.push_chars(escaped.chars()),
        }
        quote.into_iter().for_each(|quote| self.line.push(quote));
        self.fields += 1;
        Ok(())
    }

    /// A field with its special characters escaped; `quoted` becomes true if quotes are needed for them.
    fn escape(&self, chars: Chars<'_>, quoted: &mut bool) -> Result<Ref<Str>> {
        let dialect = self.dialect;
        let mut out = Builder::with_capacity(chars.len() + 2);
        for char in chars.iter() {
            if self.is_special(char) {
                let mut escape = false;
                if dialect.quoting.get() == Quoting::None {
                    escape = true;
                } else if Some(char) == dialect.quotechar.get() {
                    match dialect.doublequote.get() {
                        true => out.push(char),
                        false => escape = true,
                    }
                } else if Some(char) == dialect.escapechar.get() {
                    escape = true;
                }
                if escape {
                    let Some(escapechar) = dialect.escapechar.get() else {
                        return Err(error("need to escape, but no escapechar set"));
                    };
                    out.push(escapechar);
                } else {
                    *quoted = true;
                }
            }
            out.push(char);
        }
        out.finish()
    }
}
