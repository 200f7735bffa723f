//! The text that is searched: a `str`, or the bytes of another object.

use ::sre::{Matcher, Mode, Stopped};
use objects::protocol::buffer::{self, BytesLike};
use objects::raise;
use objects::types::bytes::Bytes;
use objects::types::str::{Chars, Str, intern};
use objects::{Instance, Object, Ref, Result, hooks};

/// A text with its characters at hand. While it lives, the memory of a mutable object stays where it is.
pub enum Subject<'a> {
    Str(&'a Str),
    Bytes(&'a Object, BytesLike<'a>),
}

impl<'a> Subject<'a> {
    /// # Errors
    /// TypeError for other objects.
    pub fn of(object: &'a Object) -> Result<Subject<'a>> {
        if let Some(text) = object.cast::<Str>() {
            return Ok(Subject::Str(text));
        }
        if !buffer::is_exporter(object) {
            return Err(raise!(
                TypeError,
                "expected string or bytes-like object, got '{}'",
                object.class().name()
            ));
        }
        Ok(Subject::Bytes(object, BytesLike::of(object)?))
    }

    pub fn is_bytes(&self) -> bool {
        matches!(self, Subject::Bytes(..))
    }

    pub fn chars(&self) -> Chars<'_> {
        match self {
            Subject::Str(text) => text.chars(),
            Subject::Bytes(_, bytes) => Chars::One(bytes.as_slice()),
        }
    }

    pub fn len(&self) -> usize {
        self.chars().len()
    }

    /// The characters `start..end`, which are clipped to what there is.
    ///
    /// # Errors
    /// MemoryError.
    pub fn slice(&self, start: usize, end: usize) -> Result<Ref> {
        let end = end.min(self.len());
        let start = start.min(end);
        match self {
            Subject::Str(text) => text.substring(start, end).map(Ref::upcast),
            Subject::Bytes(object, bytes) => match object.cast_exact::<Bytes>() {
                Some(whole) if start == 0 && end == bytes.len() => Ok(whole.to_ref().upcast()),
                _ => Bytes::new(&bytes[start..end]).map(Ref::upcast),
            },
        }
    }

    /// All parts, one after the other.
    ///
    /// # Errors
    /// TypeError when a part is no string of the subject's kind; MemoryError.
    pub fn join(&self, parts: Vec<Ref>) -> Result<Ref> {
        match self {
            Subject::Str(_) => {
                objects::types::str::split::join_items(&intern::empty(), &parts).map(Ref::upcast)
            }
            Subject::Bytes(..) => {
                let list = objects::types::list::List::from_vec(parts)?;
                objects::types::bytes::ops::join(&*Bytes::new(b"")?, &list).map(Ref::upcast)
            }
        }
    }

    /// Searches up to `end`; see [`Matcher::find`].
    ///
    /// # Errors
    /// MemoryError; what a signal handler raises.
    pub fn find(
        &self,
        matcher: &mut Matcher<'_>,
        start: usize,
        end: usize,
        mode: Mode,
        must_advance: bool,
    ) -> Result<bool> {
        let mut check = || match hooks::HANDLE_PENDING.try_get() {
            Some(handle) => match handle() {
                Ok(()) => true,
                Err(raised) => {
                    raised.leave();
                    false
                }
            },
            None => true,
        };
        let end = end.min(self.len());
        let found = match self.chars() {
            Chars::One(chars) => matcher.find(&chars[..end], start, mode, must_advance, &mut check),
            Chars::Two(chars) => matcher.find(&chars[..end], start, mode, must_advance, &mut check),
            Chars::Four(chars) => matcher.find(&chars[..end], start, mode, must_advance, &mut check),
        };
        found.map_err(|stopped| match stopped {
            Stopped::Interrupted => raise::pending(),
            Stopped::Memory => raise::no_memory(),
        })
    }
}
