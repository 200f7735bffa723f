//! `TextIOWrapper`: text over a buffered binary stream.
//!
//! Written text is encoded at once and collects in `pending` until it is a chunk; read text is decoded a chunk at a time. For `tell`, a
//! [`Snapshot`] keeps the decoder's state before the last chunk and the chunk's bytes.

mod class;
mod cookie;

pub use class::TEXT_IO_WRAPPER;

use crate::base::{self, IoBase};
use crate::newline;
use core::cell::{Cell, RefCell};
use macros::Trace;
use objects::protocol::attr;
use objects::protocol::call::{call, call_method};
use objects::protocol::{self, number};
use objects::types::bytes::Bytes;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::str::Str;
use objects::types::str::build::Builder;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, id, raise};

/// How many bytes are read at a time, unless `_CHUNK_SIZE` was set.
const CHUNK_SIZE: usize = 8192;

/// The decoder's state before the last chunk, and the chunk.
#[derive(Default)]
struct Snapshot {
    flags: i64,
    input: Vec<u8>,
}

/// What a known encoding is to the fast path of writing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Direct {
    /// ASCII text is its own encoding.
    AsciiCompatible,
    No,
}

/// `textio`.
#[repr(C)]
#[derive(Trace)]
pub struct TextWrapper {
    base: IoBase,
    ok: Cell<bool>,
    detached: Cell<bool>,
    finalizing: Cell<bool>,
    line_buffering: Cell<bool>,
    write_through: Cell<bool>,
    seekable: Cell<bool>,
    telling: Cell<bool>,
    readuniversal: Cell<bool>,
    readtranslate: Cell<bool>,
    #[trace(skip)]
    direct: Cell<Direct>,
    chunk_size: Cell<usize>,
    buffer: Slot,
    encoding: Slot<Str>,
    errors: Slot<Str>,
    readnl: Slot<Str>,
    /// What "\n" is written as, when not as itself.
    writenl: Slot<Str>,
    encoder: Slot,
    decoder: Slot,
    /// Decoded text, of which `used` characters are consumed.
    decoded: Slot<Str>,
    used: Cell<usize>,
    #[trace(skip)]
    snapshot: RefCell<Option<Snapshot>>,
    #[trace(skip)]
    pending: RefCell<Vec<u8>>,
}

/// The length of the first line of `text`, its end included, if it has one.
pub(crate) fn find_line_end(
    text: &[u32],
    translated: bool,
    universal: bool,
    newline: Option<&str>,
) -> Option<usize> {
    let position = |char: char| text.iter().position(|&other| other == u32::from(char));
    if translated {
        return position('\n').map(|end| end + 1);
    }
    if universal {
        let end = text.iter().position(|&char| char == 10 || char == 13)?;
        return Some(if text[end] == 13 && text.get(end + 1) == Some(&10) { end + 2 } else { end + 1 });
    }
    match newline {
        Some("\r") => position('\r').map(|end| end + 1),
        Some("\r\n") => text.windows(2).position(|pair| pair == [13, 10]).map(|end| end + 2),
        _ => position('\n').map(|end| end + 1),
    }
}

impl TextWrapper {
    fn new_in(class: &TypeObject) -> Result<Ref<TextWrapper>> {
        Ref::new_in(
            class,
            TextWrapper {
                base: IoBase::new(),
                ok: Cell::new(false),
                detached: Cell::new(false),
                finalizing: Cell::new(false),
                line_buffering: Cell::new(false),
                write_through: Cell::new(false),
                seekable: Cell::new(false),
                telling: Cell::new(false),
                readuniversal: Cell::new(false),
                readtranslate: Cell::new(false),
                direct: Cell::new(Direct::No),
                chunk_size: Cell::new(CHUNK_SIZE),
                buffer: Slot::empty(),
                encoding: Slot::empty(),
                errors: Slot::empty(),
                readnl: Slot::empty(),
                writenl: Slot::empty(),
                encoder: Slot::empty(),
                decoder: Slot::empty(),
                decoded: Slot::empty(),
                used: Cell::new(0),
                snapshot: RefCell::new(None),
                pending: RefCell::default(),
            },
        )
    }

    /// The buffer of an initialised, attached stream.
    fn buffer(&self) -> Result<Ref> {
        match self.buffer.get() {
            Some(buffer) if self.ok.get() => Ok(buffer),
            _ if self.detached.get() => Err(raise!(ValueError, "underlying buffer has been detached")),
            _ => Err(raise!(ValueError, "I/O operation on uninitialized object")),
        }
    }

    /// ValueError unless `__init__` has succeeded; the buffer may be detached.
    fn check_initialized(&self) -> Result<()> {
        match self.ok.get() || self.detached.get() {
            true => Ok(()),
            false => Err(raise!(ValueError, "I/O operation on uninitialized object")),
        }
    }

    fn check_open(&self) -> Result<Ref> {
        let buffer = self.buffer()?;
        if base::is_closed(&buffer)? { Err(base::closed_file()) } else { Ok(buffer) }
    }

    /// Sets how lines end, from the `newline` argument.
    fn set_newline(&self, newline: Option<Ref<Str>>) {
        let kind = newline.as_ref().map(|newline| newline.to_string_lossy());
        self.readuniversal.set(matches!(kind.as_deref(), None | Some("")));
        self.readtranslate.set(kind.is_none());
        self.writenl.set(match kind.as_deref() {
            Some("\r" | "\r\n") => newline.clone(),
            _ => None,
        });
        self.readnl.set(newline);
    }

    /// Makes the encoder and the decoder for the present encoding, error handler and newlines.
    fn set_codecs(&self) -> Result<()> {
        let (Some(encoding), Some(errors), Some(buffer)) =
            (self.encoding.get(), self.errors.get(), self.buffer.get())
        else {
            return Err(raise::bad_internal_call());
        };
        let info = objects::codecs::registry::lookup(encoding.to_str()?)?;
        if let Some(is_text) = attr::get_optional(&info, id!("_is_text_encoding"))?
            && !protocol::object::is_true(&is_text)?
        {
            return Err(raise!(
                LookupError,
                "'{}' is not a text encoding; use codecs.open() to handle arbitrary codecs",
                encoding.to_string_lossy()
            ));
        }
        let name = attr::get(&info, id!("name"))?;
        let name = name.cast::<Str>().map(Str::to_string_lossy).unwrap_or_default();
        let compatible = matches!(name.as_str(), "utf-8" | "ascii" | "iso8859-1" | "latin-1");
        self.direct.set(if compatible { Direct::AsciiCompatible } else { Direct::No });
        self.decoder.set(None);
        self.encoder.set(None);
        if protocol::object::is_true(&*call_method(&buffer, id!("readable"), &[])?)? {
            let make = attr::get(&info, id!("incrementaldecoder"))?;
            let mut decoder = call(&make, &[&**errors])?;
            if self.readuniversal.get() {
                decoder = newline::wrap(&decoder, self.readtranslate.get())?;
            }
            self.decoder.set(Some(decoder));
        }
        if protocol::object::is_true(&*call_method(&buffer, id!("writable"), &[])?)? {
            let make = attr::get(&info, id!("incrementalencoder"))?;
            self.encoder.set(Some(call(&make, &[&**errors])?));
        }
        Ok(())
    }

    /// Appending to a file: no second byte order mark.
    fn fix_encoder_state(&self) -> Result<()> {
        if !self.seekable.get() {
            return Ok(());
        }
        let Some(encoder) = self.encoder.get() else { return Ok(()) };
        let position = call_method(&*self.buffer()?, id!("tell"), &[])?;
        let zero = new_int(0)?;
        if !protocol::compare::equal(&position, &zero)? {
            call_method(&encoder, id!("setstate"), &[&*zero])?;
        }
        Ok(())
    }

    /// Hands the encoded text to the buffer.
    fn write_pending(&self) -> Result<()> {
        let data = core::mem::take(&mut *self.pending.borrow_mut());
        if data.is_empty() {
            return Ok(());
        }
        let buffer = self.buffer()?;
        let bytes = Bytes::new(&data)?;
        call_method(&buffer, id!("write"), &[&*bytes]).map(drop)
    }

    fn write(&self, text: &Str) -> Result<usize> {
        let buffer = self.check_open()?;
        let Some(encoder) = self.encoder.get() else { return Err(base::unsupported("not writable")) };
        let chars = text.chars();
        let has_newline = (self.line_buffering.get() || self.writenl.get().is_some())
            && chars.iter().any(|char| char == 10);
        let flush = self.line_buffering.get() && (has_newline || chars.iter().any(|char| char == 13));
        let translated;
        let text_out = match self.writenl.get().filter(|_| has_newline) {
            None => text,
            Some(newline) => {
                let mut out = Builder::with_capacity(text.len() + 8);
                for char in chars.iter() {
                    if char == 10 { out.push_chars(newline.chars()) } else { out.push(char) }
                }
                translated = out.finish()?;
                &translated
            }
        };
        match text_out.as_ascii() {
            Some(ascii) if self.direct.get() == Direct::AsciiCompatible => {
                self.push_pending(ascii.as_bytes())?;
            }
            _ => {
                let encoded = call_method(&encoder, id!("encode"), &[text_out.as_object()])?;
                let Some(encoded) = encoded.cast::<Bytes>() else {
                    return Err(raise!(
                        TypeError,
                        "encoder should return a bytes object, not '{}'",
                        encoded.class().name()
                    ));
                };
                self.push_pending(encoded.as_slice())?;
            }
        }
        if self.pending.borrow().len() >= self.chunk_size.get() || flush || self.write_through.get() {
            self.write_pending()?;
        }
        if flush {
            call_method(&buffer, id!("flush"), &[])?;
        }
        if self.snapshot.take().is_some() {
            self.set_decoded(None);
        }
        if let Some(decoder) = self.decoder.get() {
            call_method(&decoder, id!("reset"), &[])?;
        }
        Ok(text.len())
    }

    /// Adds encoded text to what is pending, after handing that on if both would be more than a chunk. The buffer's `write` may
    /// write to this stream.
    fn push_pending(&self, data: &[u8]) -> Result<()> {
        loop {
            let held = self.pending.borrow().len();
            if held == 0 || held + data.len() <= self.chunk_size.get() {
                break;
            }
            self.write_pending()?;
        }
        self.pending.borrow_mut().extend_from_slice(data);
        Ok(())
    }

    fn set_decoded(&self, text: Option<Ref<Str>>) {
        self.decoded.set(text);
        self.used.set(0);
    }

    /// The decoded text that is not consumed, up to `count` characters, which are consumed by it.
    fn take_decoded(&self, count: usize) -> Result<Ref<Str>> {
        let Some(text) = self.decoded.get() else { return Ok(objects::types::str::intern::empty()) };
        let start = self.used.get();
        let end = text.len().min(start.saturating_add(count));
        self.used.set(end);
        if start == 0 && end == text.len() {
            return Ok(text);
        }
        substring(&text, start, end)
    }

    /// Decodes one more chunk; false at the end of the file.
    fn read_chunk(&self, hint: usize) -> Result<bool> {
        let Some(decoder) = self.decoder.get() else { return Err(base::unsupported("not readable")) };
        let buffer = self.buffer()?;
        let before = if self.telling.get() {
            let state = call_method(&decoder, id!("getstate"), &[])?;
            let Some([input, flags]) = state.cast::<Tuple>().map(Tuple::items) else {
                return Err(raise!(TypeError, "illegal decoder state"));
            };
            let Some(input) = input.cast::<Bytes>() else {
                return Err(raise!(
                    TypeError,
                    "illegal decoder state: the first item should be a bytes object, not '{}'",
                    input.class().name()
                ));
            };
            Some((input.as_slice().to_vec(), crate::fileio::offset_argument(flags)?))
        } else {
            None
        };
        let size = new_int(self.chunk_size.get().max(hint) as i64)?;
        let method = match attr::get_optional(&buffer, id!("read1"))? {
            Some(read1) => read1,
            None => attr::get(&buffer, id!("read"))?,
        };
        let input = call(&method, &[&*size])?;
        let chunk = objects::protocol::buffer::BytesLike::of(&input)
            .map_err(|raised| {
                raised.clear();
                raise!(
                    TypeError,
                    "underlying read1() should have returned a bytes-like object, not '{}'",
                    input.class().name()
                )
            })?
            .as_slice()
            .to_vec();
        let eof = chunk.is_empty();
        let text = call_method(&decoder, id!("decode"), &[&*input, objects::types::bool::from_bool(eof)])?;
        let text = text.downcast::<Str>().map_err(|other| {
            raise!(TypeError, "decoder should return a string result, not '{}'", other.class().name())
        })?;
        let came = !text.is_empty();
        self.set_decoded(Some(text));
        if let Some((mut held, flags)) = before {
            held.extend_from_slice(&chunk);
            *self.snapshot.borrow_mut() = Some(Snapshot { flags, input: held });
        }
        Ok(!eof || came)
    }

    fn read(&self, size: Option<usize>) -> Result<Ref<Str>> {
        let buffer = self.check_open()?;
        let Some(decoder) = self.decoder.get() else { return Err(base::unsupported("not readable")) };
        self.write_pending()?;
        match size {
            None => {
                let bytes = call_method(&buffer, id!("read"), &[])?;
                let rest =
                    call_method(&decoder, id!("decode"), &[&*bytes, objects::types::bool::from_bool(true)])?;
                let rest = rest.downcast::<Str>().map_err(|other| {
                    raise!(TypeError, "decoder should return a string result, not '{}'", other.class().name())
                })?;
                let start = self.take_decoded(usize::MAX)?;
                self.set_decoded(None);
                *self.snapshot.borrow_mut() = None;
                if start.is_empty() {
                    return Ok(rest);
                }
                let mut text = Builder::with_capacity(start.len() + rest.len());
                text.push_chars(start.chars());
                text.push_chars(rest.chars());
                text.finish()
            }
            Some(size) => {
                let first = self.take_decoded(size)?;
                if first.len() == size {
                    return Ok(first);
                }
                let mut text = Builder::with_capacity(size.min(1 << 16));
                text.push_chars(first.chars());
                while text.len() < size {
                    if !self.read_chunk(size - text.len())? {
                        break;
                    }
                    text.push_chars(self.take_decoded(size - text.len())?.chars());
                }
                text.finish()
            }
        }
    }

    /// One line, of at most `limit` characters.
    fn line(&self, limit: Option<usize>) -> Result<Ref<Str>> {
        self.check_open()?;
        self.write_pending()?;
        let newline = self.readnl.get().map(|newline| newline.to_string_lossy());
        // Simple line ends are found in the string as it is stored.
        let mut line: Option<Builder> = None;
        loop {
            let decoded = self.decoded.get().filter(|text| self.used.get() < text.len());
            let Some(text) = decoded else {
                if self.read_chunk(0)? {
                    continue;
                }
                self.set_decoded(None);
                *self.snapshot.borrow_mut() = None;
                return match line {
                    Some(line) => line.finish(),
                    None => Ok(objects::types::str::intern::empty()),
                };
            };
            let start = self.used.get();
            let have = line.as_ref().map_or(0, Builder::len);
            let room = limit.map_or(usize::MAX, |limit| limit - have);
            let found = self.line_end(&text, start, newline.as_deref());
            let rest = text.len() - start;
            // A "\r" at the very end may be the first half of "\r\n".
            let split = newline.as_deref() == Some("\r\n")
                && found.is_none()
                && text.at(text.len() - 1) == 13
                && rest <= room;
            let taken = found.unwrap_or(rest).min(room);
            if split {
                let mut joined = line.take().unwrap_or_default();
                joined.push_chars(substring(&text, start, text.len())?.chars());
                let more = self.read_chunk(0)?;
                let next = if more { self.decoded.get() } else { None };
                let Some(next) = next.filter(|next| !next.is_empty()) else {
                    return joined.finish();
                };
                if next.at(0) == 10 && limit.is_none_or(|limit| joined.len() < limit) {
                    joined.push(10);
                    self.used.set(1);
                    return joined.finish();
                }
                line = Some(joined);
                continue;
            }
            self.used.set(start + taken);
            let ends =
                found.is_some_and(|end| end <= room) || limit.is_some_and(|limit| have + taken >= limit);
            match line.as_mut() {
                None if ends => {
                    return if start == 0 && taken == text.len() {
                        Ok(text)
                    } else {
                        substring(&text, start, start + taken)
                    };
                }
                None => {
                    let mut begun = Builder::new();
                    begun.push_chars(substring(&text, start, start + taken)?.chars());
                    line = Some(begun);
                }
                Some(builder) => {
                    builder.push_chars(substring(&text, start, start + taken)?.chars());
                    if ends {
                        return line.unwrap_or_default().finish();
                    }
                }
            }
        }
    }

    /// The length of the line that begins at `start`, if its end is in `text`.
    fn line_end(&self, text: &Str, start: usize, newline: Option<&str>) -> Option<usize> {
        if let objects::types::str::Chars::One(chars) = text.chars()
            && (self.readtranslate.get()
                || (!self.readuniversal.get() && matches!(newline, None | Some("\n"))))
        {
            return memchr::memchr(b'\n', &chars[start..]).map(|end| end + 1);
        }
        let rest: Vec<u32> = text.chars().iter().skip(start).collect();
        find_line_end(&rest, self.readtranslate.get(), self.readuniversal.get(), newline)
    }

    fn close(&self) -> Result<()> {
        let buffer = self.buffer()?;
        if base::is_closed(&buffer)? {
            return Ok(());
        }
        if self.finalizing.get()
            && let Err(raised) = call_method(&buffer, id!("_dealloc_warn"), &[self.as_object()])
        {
            raised.clear();
        }
        let flushed = call_method(self, id!("flush"), &[]);
        let first = if flushed.is_err() { raise::take_pending() } else { None };
        base::after(first, call_method(&buffer, id!("close"), &[])).map(drop)
    }
}

/// A part of a string.
fn substring(text: &Str, start: usize, end: usize) -> Result<Ref<Str>> {
    use objects::types::str::Chars;
    Str::from_chars(match text.chars() {
        Chars::One(chars) => Chars::One(&chars[start..end]),
        Chars::Two(chars) => Chars::Two(&chars[start..end]),
        Chars::Four(chars) => Chars::Four(&chars[start..end]),
    })
}

/// The size of a chunk that a program sets.
fn chunk_size_argument(value: Option<&Object>) -> Result<usize> {
    let Some(value) = value else { return Err(raise!(AttributeError, "cannot delete attribute")) };
    match usize::try_from(number::index_as_isize(value, Some(&exc::ValueError))?) {
        Ok(size) if size > 0 => Ok(size),
        _ => Err(raise!(ValueError, "a strictly positive integer is required")),
    }
}
