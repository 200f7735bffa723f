//! `IncrementalNewlineDecoder`: universal newlines.

use core::cell::Cell;
use macros::{Trace, pytype};
use objects::object::refs::none as new_none;
use objects::protocol::call::call_method;
use objects::types::int::new_int;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::str::build::Builder;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, id, raise};

const CR: u32 = 13;
const LF: u32 = 10;

/// The kinds of line ends seen so far.
const SEEN_CR: u8 = 1;
const SEEN_LF: u8 = 2;
const SEEN_CRLF: u8 = 4;

/// `nldecoder_object`.
#[repr(C)]
#[derive(Trace)]
pub struct NewlineDecoder {
    ob_base: Object,
    decoder: Slot,
    errors: Slot,
    pendingcr: Cell<bool>,
    translate: Cell<bool>,
    seen: Cell<u8>,
}

#[pytype(
    name = "IncrementalNewlineDecoder", module = "_io", static_name = NEWLINE_DECODER, gc, flags = [BASETYPE],
)]
impl NewlineDecoder {
    #[slot(tp_new)]
    fn tp_new(
        class: &TypeObject,
        _args: &Tuple,
        _kwargs: Option<&objects::types::dict::Dict>,
    ) -> Result<Ref<NewlineDecoder>> {
        Ref::new_in(
            class,
            NewlineDecoder {
                ob_base: Object::HEAD,
                decoder: Slot::empty(),
                errors: Slot::empty(),
                pendingcr: Cell::new(false),
                translate: Cell::new(false),
                seen: Cell::new(0),
            },
        )
    }

    #[init("(decoder, translate, errors='strict')")]
    fn init(&self, decoder: &Object, translate: bool, errors: Option<&Object>) -> Result<()> {
        self.decoder.set(Some(decoder.to_ref()));
        self.errors.set(Some(errors.map_or_else(|| id!("strict").as_object().to_ref(), Instance::to_ref)));
        self.translate.set(translate);
        self.seen.set(0);
        self.pendingcr.set(false);
        Ok(())
    }

    #[method("decode($self, /, input, final=False)")]
    fn decode(&self, input: &Object, last: bool) -> Result<Ref<Str>> {
        let Some(decoder) = self.decoder.get() else {
            return Err(raise!(ValueError, "IncrementalNewlineDecoder.__init__() not called"));
        };
        let output = if decoder.is(none()) {
            input.to_ref()
        } else {
            call_method(&decoder, id!("decode"), &[input, objects::types::bool::from_bool(last)])?
        };
        let output = output.downcast::<Str>().map_err(|other| {
            raise!(TypeError, "decoder should return a string result, not '{}'", other.class().name())
        })?;
        self.convert(output, last)
    }

    #[method("getstate($self, /)")]
    fn getstate(&self) -> Result<Ref<Tuple>> {
        let decoder = self.inner()?;
        let (buffer, flag) = match decoder {
            None => (objects::types::bytes::Bytes::new(&[])?.upcast(), 0),
            Some(decoder) => {
                let state = call_method(&decoder, id!("getstate"), &[])?;
                let Some([buffer, flag]) = state.cast::<Tuple>().map(Tuple::items) else {
                    return Err(raise!(TypeError, "illegal decoder state"));
                };
                (buffer.to_ref(), crate::fileio::offset_argument(flag)?)
            }
        };
        let flag = flag << 1 | i64::from(self.pendingcr.get());
        Tuple::from_array([buffer, new_int(flag)?])
    }

    #[method("setstate($self, state, /)")]
    fn setstate(&self, state: &Object) -> Result<()> {
        let Some([buffer, flag]) = state.cast::<Tuple>().map(Tuple::items) else {
            return Err(raise!(TypeError, "state argument must be a tuple"));
        };
        let flag = crate::fileio::offset_argument(flag)?;
        let decoder = self.inner()?;
        self.pendingcr.set(flag & 1 != 0);
        if let Some(decoder) = decoder {
            let state = Tuple::from_array([buffer.to_ref(), new_int(flag >> 1)?])?;
            call_method(&decoder, id!("setstate"), &[&*state])?;
        }
        Ok(())
    }

    #[method("reset($self, /)")]
    fn reset(&self) -> Result<()> {
        let decoder = self.inner()?;
        self.seen.set(0);
        self.pendingcr.set(false);
        if let Some(decoder) = decoder {
            call_method(&decoder, id!("reset"), &[])?;
        }
        Ok(())
    }

    #[getter("newlines")]
    fn newlines(&self) -> Result<Ref> {
        self.inner()?;
        let mut kinds = Vec::new();
        for (bit, text) in [(SEEN_CR, "\r"), (SEEN_LF, "\n"), (SEEN_CRLF, "\r\n")] {
            if self.seen.get() & bit != 0 {
                kinds.push(Str::new(text)?.upcast());
            }
        }
        match kinds.len() {
            0 => Ok(new_none()),
            1 => kinds.pop().ok_or_else(objects::raise::bad_internal_call),
            _ => Ok(Tuple::from_vec(kinds)?.upcast()),
        }
    }
}

impl NewlineDecoder {
    /// The decoder of the bytes, if there is one.
    ///
    /// # Errors
    /// ValueError before `__init__`.
    fn inner(&self) -> Result<Option<Ref>> {
        match self.decoder.get() {
            Some(decoder) => Ok(Some(decoder).filter(|decoder| !decoder.is(none()))),
            None => Err(raise!(ValueError, "IncrementalNewlineDecoder.__init__() not called")),
        }
    }

    /// Notes the line ends of decoded text and makes them "\n" when asked; a "\r" at the end waits for what follows.
    pub fn convert(&self, output: Ref<Str>, last: bool) -> Result<Ref<Str>> {
        let mut text = output;
        if self.pendingcr.get() && (last || !text.is_empty()) {
            let mut joined = Builder::with_capacity(text.len() + 1);
            joined.push(CR);
            joined.push_chars(text.chars());
            text = joined.finish()?;
            self.pendingcr.set(false);
        }
        if !last && !text.is_empty() && text.at(text.len() - 1) == CR {
            let without: Vec<u32> = text.chars().iter().take(text.len() - 1).collect();
            text = Str::from_ucs4(&without)?;
            self.pendingcr.set(true);
        }
        if let objects::types::str::Chars::One(chars) = text.chars()
            && memchr::memchr(b'\r', chars).is_none()
        {
            if memchr::memchr(b'\n', chars).is_some() {
                self.seen.set(self.seen.get() | SEEN_LF);
            }
            return Ok(text);
        }
        let mut converted = Builder::with_capacity(text.len());
        let mut chars = text.chars().iter().peekable();
        let mut seen = self.seen.get();
        while let Some(char) = chars.next() {
            match char {
                LF => seen |= SEEN_LF,
                CR if chars.peek() == Some(&LF) => {
                    chars.next();
                    seen |= SEEN_CRLF;
                    if !self.translate.get() {
                        converted.push(CR);
                    }
                    converted.push(LF);
                    continue;
                }
                CR => {
                    seen |= SEEN_CR;
                    converted.push(if self.translate.get() { LF } else { CR });
                    continue;
                }
                _ => {}
            }
            converted.push(char);
        }
        drop(chars);
        self.seen.set(seen);
        if self.translate.get() { converted.finish() } else { Ok(text) }
    }
}

/// A newline decoder over another decoder (or none).
///
/// # Errors
/// MemoryError.
pub fn wrap(decoder: &Object, translate: bool) -> Result<Ref> {
    objects::protocol::call::call(
        NEWLINE_DECODER.as_object(),
        &[decoder, objects::types::bool::from_bool(translate)],
    )
}
