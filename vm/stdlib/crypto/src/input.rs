//! What is hashed: the bytes of any buffer, but never text.

use objects::args::{At, FromArg};
use objects::protocol::buffer::{Buffer, BytesLike, SIMPLE, is_exporter};
use objects::types::bytes::Bytes;
use objects::types::str::Str;
use objects::{Object, Result, raise};

/// From this length on, others may run meanwhile (`HASHLIB_GIL_MINSIZE`).
const DETACH: usize = 2048;

/// Bytes to hash.
pub struct Input<'a>(BytesLike<'a>);

impl<'a> Input<'a> {
    /// # Errors
    /// TypeError for text and for what has no bytes.
    pub fn of(object: &'a Object) -> Result<Input<'a>> {
        if let Some(bytes) = object.cast_exact::<Bytes>() {
            return Ok(Input(BytesLike::Bytes(bytes)));
        }
        if object.cast::<Str>().is_some() {
            return Err(raise!(TypeError, "Strings must be encoded before hashing"));
        }
        if !is_exporter(object) {
            return Err(raise!(TypeError, "object supporting the buffer API required"));
        }
        Buffer::of(object, SIMPLE).map(|view| Input(BytesLike::View(view)))
    }

    /// The data that a constructor is given, under either of its names.
    ///
    /// # Errors
    /// TypeError when both are given; as [`Input::of`].
    pub fn initial(data: Option<&'a Object>, string: Option<&'a Object>) -> Result<Option<Input<'a>>> {
        if data.is_some() && string.is_some() {
            return Err(raise!(
                TypeError,
                "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a \
                 future version."
            ));
        }
        data.or(string).map(Input::of).transpose()
    }

    /// Lets `work` have the bytes, without the GIL if they are many.
    pub fn with<T>(&self, work: impl FnOnce(&[u8]) -> T) -> T {
        let bytes: &[u8] = &self.0;
        if bytes.len() >= DETACH { objects::state::detached(|| work(bytes)) } else { work(bytes) }
    }
}

impl<'a> FromArg<'a> for Input<'a> {
    fn from_arg(argument: &'a Object, _at: At) -> Result<Input<'a>> {
        Input::of(argument)
    }
}
