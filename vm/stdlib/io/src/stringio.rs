//! `StringIO`: a text stream in memory.

use crate::base::{self, IoBase, TEXT_IO_BASE};
use crate::bytesio::set_state_dict;
use crate::newline;
use crate::text::find_line_end;
use core::cell::{Cell, RefCell};
use core::ffi::c_int;
use macros::{Trace, pytype};
use objects::protocol::attr;
use objects::protocol::call::call_method;
use objects::protocol::number;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, id, raise};

/// `stringio`. The characters are kept in four bytes each, as they can be overwritten anywhere.
#[repr(C)]
#[derive(Trace)]
pub struct StringIo {
    base: IoBase,
    #[trace(skip)]
    data: RefCell<Vec<u32>>,
    position: Cell<usize>,
    closed: Cell<bool>,
    ok: Cell<bool>,
    /// The newline decoder, for `newline=None`.
    decoder: Slot,
    /// How lines end for the reader: None for any, the empty string for any but untranslated.
    readnl: Slot<Str>,
    /// What "\n" is written as.
    writenl: Slot<Str>,
    readuniversal: Cell<bool>,
    readtranslate: Cell<bool>,
}

#[pytype(name = "StringIO", module = "_io", static_name = STRING_IO, base = TEXT_IO_BASE, gc, flags = [BASETYPE])]
impl StringIo {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<StringIo>> {
        Ref::new_in(
            class,
            StringIo {
                base: IoBase::new(),
                data: RefCell::default(),
                position: Cell::new(0),
                closed: Cell::new(false),
                ok: Cell::new(false),
                decoder: Slot::empty(),
                readnl: Slot::empty(),
                writenl: Slot::empty(),
                readuniversal: Cell::new(false),
                readtranslate: Cell::new(false),
            },
        )
    }

    #[init("(initial_value='', newline='\\n')", vectorcall)]
    fn init(&self, initial_value: Option<&Object>, newline: Option<&Object>) -> Result<()> {
        self.ok.set(false);
        let newline = match newline {
            None => Some(Str::new("\n")?),
            Some(newline) if newline.is(none()) => None,
            Some(newline) => match newline.cast::<Str>() {
                Some(newline) => Some(newline.to_ref()),
                None => {
                    return Err(raise!(
                        TypeError,
                        "newline must be str or None, not {}",
                        newline.class().name()
                    ));
                }
            },
        };
        let kind = newline.as_ref().map(|newline| newline.to_string_lossy());
        if !matches!(kind.as_deref(), None | Some("" | "\n" | "\r" | "\r\n")) {
            let shown =
                objects::protocol::object::repr(newline.as_deref().map_or(none(), |newline| newline))?;
            return Err(raise!(ValueError, "illegal newline value: {}", shown.to_string_lossy()));
        }
        let initial = match initial_value.filter(|initial| !initial.is(none())) {
            None => None,
            Some(initial) => match initial.cast::<Str>() {
                Some(text) => Some(text),
                None => {
                    return Err(raise!(
                        TypeError,
                        "initial_value must be str or None, not {}",
                        initial.class().name()
                    ));
                }
            },
        };
        self.readuniversal.set(matches!(kind.as_deref(), None | Some("")));
        self.readtranslate.set(kind.is_none());
        self.writenl.set(match kind.as_deref() {
            Some("\r" | "\r\n") => newline.clone(),
            _ => None,
        });
        self.readnl.set(newline);
        self.decoder.set(if self.readuniversal.get() {
            Some(newline::wrap(none(), self.readtranslate.get())?)
        } else {
            None
        });
        self.data.borrow_mut().clear();
        self.position.set(0);
        self.closed.set(false);
        self.ok.set(true);
        if let Some(initial) = initial {
            self.put(initial)?;
            self.position.set(0);
        }
        Ok(())
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        self.check()?;
        let line = if self.is_exactly(&STRING_IO) {
            self.line(None)?.upcast()
        } else {
            call_method(self, id!("readline"), &[])?
        };
        Ok((objects::protocol::object::len(&line)? > 0).then_some(line))
    }

    #[method("close($self, /)")]
    fn close(&self) {
        self.closed.set(true);
        self.data.take();
    }

    #[method("getvalue($self, /)")]
    fn getvalue(&self) -> Result<Ref<Str>> {
        self.check()?;
        Str::from_ucs4(&self.data.borrow())
    }

    #[method("read($self, size=-1, /)")]
    fn read(&self, size: Option<&Object>) -> Result<Ref<Str>> {
        let size = base::size_argument(size)?;
        self.check()?;
        self.take(size.unwrap_or(usize::MAX))
    }

    #[method("readline($self, size=-1, /)")]
    fn readline(&self, size: Option<&Object>) -> Result<Ref<Str>> {
        let size = base::size_argument(size)?;
        self.check()?;
        self.line(size)
    }

    #[method("tell($self, /)")]
    fn tell(&self) -> Result<usize> {
        self.check()?;
        Ok(self.position.get())
    }

    #[method("truncate($self, pos=None, /)")]
    fn truncate(&self, pos: Option<&Object>) -> Result<usize> {
        self.check()?;
        let size = match pos.filter(|pos| !pos.is(none())) {
            None => self.position.get() as isize,
            Some(pos) => number::index_as_isize(pos, Some(&exc::OverflowError))?,
        };
        let Ok(size) = usize::try_from(size) else {
            return Err(raise!(ValueError, "Negative size value {size}"));
        };
        self.data.borrow_mut().truncate(size);
        Ok(size)
    }

    #[method("seek($self, pos, whence=0, /)")]
    fn seek(&self, pos: isize, #[default(0)] whence: c_int) -> Result<usize> {
        self.check()?;
        if !(0..=2).contains(&whence) {
            return Err(raise!(ValueError, "Invalid whence ({whence}, should be 0, 1 or 2)"));
        }
        if whence == 0 && pos < 0 {
            return Err(raise!(ValueError, "Negative seek position {pos}"));
        }
        if whence != 0 && pos != 0 {
            return Err(raise!(OSError, "Can't do nonzero cur-relative seeks"));
        }
        match whence {
            0 => self.position.set(pos as usize),
            1 => {}
            _ => self.position.set(self.data.borrow().len()),
        }
        Ok(self.position.get())
    }

    #[method("write($self, s, /)")]
    fn write(&self, s: &Object) -> Result<usize> {
        let Some(text) = s.cast::<Str>() else {
            return Err(raise!(TypeError, "string argument expected, got '{}'", s.class().name()));
        };
        self.check()?;
        if !text.is_empty() {
            self.put(text)?;
        }
        Ok(text.len())
    }

    #[method("seekable($self, /)")]
    fn seekable(&self) -> Result<bool> {
        self.check().map(|()| true)
    }

    #[method("readable($self, /)")]
    fn readable(&self) -> Result<bool> {
        self.check().map(|()| true)
    }

    #[method("writable($self, /)")]
    fn writable(&self) -> Result<bool> {
        self.check().map(|()| true)
    }

    #[method("__getstate__($self, /)")]
    fn getstate(&self) -> Result<Ref<Tuple>> {
        let dict = match self.base.dict.get() {
            Some(dict) => dict.copy()?.upcast(),
            None => none().to_ref(),
        };
        let newline = match self.readnl.get() {
            Some(newline) => newline.upcast(),
            None => none().to_ref(),
        };
        Tuple::from_array([self.getvalue()?.upcast(), newline, new_int(self.position.get() as i64)?, dict])
    }

    #[method("__setstate__($self, state, /)")]
    fn setstate(&self, state: &Object) -> Result<()> {
        let Some([value, newline, position, dict, ..]) = state.cast::<Tuple>().map(Tuple::items) else {
            return Err(raise!(
                TypeError,
                "{}.__setstate__ argument should be 4-tuple, got {}",
                self.class().name(),
                state.class().name()
            ));
        };
        if self.closed.get() {
            self.check()?;
        }
        // The value holds its line ends as they are.
        self.init(None, Some(newline))?;
        match value.cast::<Str>() {
            Some(value) => *self.data.borrow_mut() = value.chars().iter().collect(),
            None if value.is(none()) => {}
            None => {
                let class = value.class().name();
                return Err(raise!(TypeError, "initial_value must be str or None, not {class}"));
            }
        }
        let position = number::index_as_isize(position, Some(&exc::OverflowError))?;
        let Ok(position) = usize::try_from(position) else {
            return Err(raise!(ValueError, "position value cannot be negative"));
        };
        self.position.set(position);
        set_state_dict(&self.base, dict)
    }

    #[getter("closed")]
    fn closed(&self) -> Result<bool> {
        self.check_initialized()?;
        Ok(self.closed.get())
    }

    #[getter("newlines")]
    fn newlines(&self) -> Result<Ref> {
        self.check()?;
        match self.decoder.get() {
            Some(decoder) => attr::get(&decoder, id!("newlines")),
            None => Ok(none().to_ref()),
        }
    }

    #[getter("line_buffering")]
    fn line_buffering(&self) -> Result<bool> {
        self.check()?;
        Ok(false)
    }
}

impl StringIo {
    fn check_initialized(&self) -> Result<()> {
        if self.ok.get() { Ok(()) } else { Err(raise!(ValueError, "I/O operation on uninitialized object")) }
    }

    fn check(&self) -> Result<()> {
        self.check_initialized()?;
        if self.closed.get() { Err(raise!(ValueError, "I/O operation on closed file")) } else { Ok(()) }
    }

    fn take(&self, count: usize) -> Result<Ref<Str>> {
        let data = self.data.borrow();
        let start = self.position.get().min(data.len());
        let end = data.len().min(start.saturating_add(count));
        if end > start {
            self.position.set(end);
        }
        Str::from_ucs4(&data[start..end])
    }

    fn line(&self, limit: Option<usize>) -> Result<Ref<Str>> {
        let length = {
            let data = self.data.borrow();
            let rest = data.get(self.position.get()..).unwrap_or_default();
            let newline = self.readnl.get().map(|newline| newline.to_string_lossy());
            let end =
                find_line_end(rest, self.readtranslate.get(), self.readuniversal.get(), newline.as_deref());
            end.unwrap_or(rest.len())
        };
        self.take(limit.map_or(length, |limit| limit.min(length)))
    }

    fn put(&self, text: &Str) -> Result<()> {
        let decoded = match self.decoder.get() {
            Some(decoder) => match decoder.cast::<newline::NewlineDecoder>() {
                Some(decoder) => decoder.convert(text.to_ref(), true)?,
                None => text.to_ref(),
            },
            None => text.to_ref(),
        };
        let mut chars: Vec<u32> = Vec::with_capacity(decoded.len());
        let newline: Option<Vec<u32>> = self.writenl.get().map(|newline| newline.chars().iter().collect());
        match &newline {
            None => chars.extend(decoded.chars().iter()),
            Some(newline) => {
                for char in decoded.chars().iter() {
                    if char == 10 { chars.extend_from_slice(newline) } else { chars.push(char) }
                }
            }
        }
        let mut data = self.data.borrow_mut();
        let start = self.position.get();
        let end = start.checked_add(chars.len()).ok_or_else(objects::raise::no_memory)?;
        if end > data.len() {
            data.resize(end, 0);
        }
        data[start..end].copy_from_slice(&chars);
        self.position.set(end);
        Ok(())
    }
}
