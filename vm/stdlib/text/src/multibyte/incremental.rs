//! Incremental encoders and decoders.

use super::charset::State;
use super::codec::{Codec, Flags, MultibyteCodec};
use core::cell::{Cell, RefCell};
use macros::{Trace, pytype};
use objects::codecs::errors::DecodeErrors;
use objects::protocol::attr;
use objects::protocol::buffer::BytesLike;
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::int::Int;
use objects::types::str::Str;
use objects::types::str::build::Builder;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, TypeObject, id, raise};

/// How many characters an encoder keeps for the next call.
const MAX_CHARS: usize = 2;
/// How many bytes a decoder keeps.
const MAX_BYTES: usize = 8;

/// The codec of a class: its attribute `codec`.
pub(super) fn codec_of(class: &TypeObject) -> Result<Codec> {
    let codec = attr::get(class, id!("codec"))?;
    match codec.cast_exact::<MultibyteCodec>() {
        Some(codec) => Ok(codec.codec),
        None => Err(raise!(TypeError, "codec is unexpected type")),
    }
}

/// The name of an error handler that is set as an attribute.
pub(super) fn errors_from(value: Option<&Object>) -> Result<String> {
    let Some(value) = value else { return Err(raise!(AttributeError, "cannot delete attribute")) };
    match value.cast::<Str>() {
        Some(errors) => Ok(errors.to_str()?.to_owned()),
        None => Err(raise!(TypeError, "errors must be a string")),
    }
}

/// An encoder between calls.
pub(super) struct Encoder {
    pub codec: Codec,
    pub errors: RefCell<String>,
    pub state: Cell<State>,
    pub pending: RefCell<Vec<u32>>,
}

impl Encoder {
    pub fn new(codec: Codec, errors: &str) -> Encoder {
        Encoder {
            codec,
            errors: RefCell::new(errors.to_owned()),
            state: Cell::new(codec.charset.start_encoder()),
            pending: RefCell::default(),
        }
    }

    /// Encodes what is pending and more text.
    pub fn encode(&self, text: &Object, flags: Flags) -> Result<Ref<Bytes>> {
        let text = match text.cast::<Str>() {
            Some(text) => Ref::from_borrowed(text),
            None => objects::protocol::object::str(text)?,
        };
        let mut chars = self.pending.borrow().clone();
        chars.extend(text.chars().iter());
        let whole = Str::from_ucs4(&chars)?;
        let errors = self.errors.borrow().clone();
        let mut state = self.state.get();
        let result = self.codec.encode(&mut state, &whole, Some(&errors), flags);
        self.state.set(state);
        let (bytes, used) = result?;
        let rest = chars.split_off(used);
        if rest.len() > MAX_CHARS {
            return Err(raise!(UnicodeError, "pending buffer overflow"));
        }
        self.pending.replace(rest);
        Bytes::new(&bytes)
    }

    pub fn reset(&self) {
        self.pending.borrow_mut().clear();
        let mut state = self.state.get();
        self.codec.charset.finish(&mut state, &mut Vec::new());
        self.state.set(state);
    }
}

#[repr(C)]
#[derive(Trace)]
pub struct MultibyteIncrementalEncoder {
    ob_base: Object,
    #[trace(skip)]
    encoder: Encoder,
}

#[pytype(name = "MultibyteIncrementalEncoder", module = "_multibytecodec", getattro = objects::attrs::generic_getattro, flags = [BASETYPE])]
impl MultibyteIncrementalEncoder {
    #[new("IncrementalEncoder(errors='strict')")]
    fn new(
        class: &TypeObject,
        #[default("strict")] errors: &str,
    ) -> Result<Ref<MultibyteIncrementalEncoder>> {
        let encoder = Encoder::new(codec_of(class)?, errors);
        Ref::new_in(class, MultibyteIncrementalEncoder { ob_base: Object::HEAD, encoder })
    }

    #[slot(tp_init)]
    fn init(&self, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<()> {
        Ok(())
    }

    #[method("encode($self, /, input, final=False)")]
    fn encode(&self, input: &Object, r#final: bool) -> Result<Ref<Bytes>> {
        self.encoder.encode(input, Flags::of(r#final))
    }

    /// The pending characters as UTF-8 behind their length, then the state, as one number.
    #[method("getstate($self, /)")]
    fn getstate(&self) -> Result<Ref<Int>> {
        let pending = Str::from_ucs4(&self.encoder.pending.borrow())?;
        let pending = pending.to_str()?.as_bytes();
        let mut bytes = vec![pending.len() as u8];
        bytes.extend_from_slice(pending);
        bytes.extend_from_slice(&self.encoder.state.get());
        int_of(&bytes)
    }

    #[method("setstate($self, state, /)")]
    fn setstate(&self, state: &Int) -> Result<()> {
        const SIZE: usize = 1 + MAX_CHARS * 4 + 8;
        let bytes = bytes_of(state, SIZE)?;
        let len = usize::from(bytes[0]);
        if len > MAX_CHARS * 4 {
            return Err(raise!(UnicodeError, "pending buffer too large"));
        }
        let pending = objects::codecs::latin::decode_utf8(&bytes[1..1 + len], None, true)?.0;
        let mut state = State::default();
        for (place, byte) in state.iter_mut().zip(&bytes[1 + len..]) {
            *place = *byte;
        }
        self.encoder.pending.replace(pending.chars().iter().collect());
        self.encoder.state.set(state);
        Ok(())
    }

    #[method("reset($self, /)")]
    fn reset(&self) {
        self.encoder.reset();
    }

    #[getter("errors")]
    fn get_errors(&self) -> String {
        self.encoder.errors.borrow().clone()
    }

    #[setter("errors")]
    fn set_errors(&self, value: Option<&Object>) -> Result<()> {
        self.encoder.errors.replace(errors_from(value)?);
        Ok(())
    }
}

/// A decoder between calls.
pub(super) struct Decoder {
    pub codec: Codec,
    pub errors: RefCell<String>,
    pub state: Cell<State>,
    pub pending: RefCell<Vec<u8>>,
}

impl Decoder {
    pub fn new(codec: Codec, errors: &str) -> Decoder {
        Decoder {
            codec,
            errors: RefCell::new(errors.to_owned()),
            state: Cell::new(codec.charset.start_decoder()),
            pending: RefCell::default(),
        }
    }

    /// Decodes what is pending and more bytes.
    pub fn decode(&self, input: &[u8], is_final: bool) -> Result<Ref<Str>> {
        let before = self.state.get();
        let mut whole = self.pending.borrow().clone();
        whole.extend_from_slice(input);
        let errors = self.errors.borrow().clone();
        let (mut state, mut out) = (before, Builder::with_capacity(whole.len()));
        let result = self.codec.decode(&mut state, &whole, Some(&errors), is_final, &mut out);
        self.state.set(state);
        let rest = whole.split_off(result?);
        if rest.len() > MAX_BYTES {
            return Err(raise!(UnicodeError, "pending buffer overflow"));
        }
        self.pending.replace(rest);
        out.finish()
    }

    pub fn reset(&self) {
        let mut state = self.state.get();
        self.codec.charset.restart_decoder(&mut state);
        self.state.set(state);
        self.pending.borrow_mut().clear();
    }
}

#[repr(C)]
#[derive(Trace)]
pub struct MultibyteIncrementalDecoder {
    ob_base: Object,
    #[trace(skip)]
    decoder: Decoder,
}

#[pytype(name = "MultibyteIncrementalDecoder", module = "_multibytecodec", getattro = objects::attrs::generic_getattro, flags = [BASETYPE])]
impl MultibyteIncrementalDecoder {
    #[new("IncrementalDecoder(errors='strict')")]
    fn new(
        class: &TypeObject,
        #[default("strict")] errors: &str,
    ) -> Result<Ref<MultibyteIncrementalDecoder>> {
        let decoder = Decoder::new(codec_of(class)?, errors);
        Ref::new_in(class, MultibyteIncrementalDecoder { ob_base: Object::HEAD, decoder })
    }

    #[slot(tp_init)]
    fn init(&self, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<()> {
        Ok(())
    }

    #[method("decode($self, /, input, final=False)")]
    fn decode(&self, input: BytesLike<'_>, r#final: bool) -> Result<Ref<Str>> {
        self.decoder.decode(&input, r#final)
    }

    #[method("getstate($self, /)")]
    fn getstate(&self) -> Result<(Ref<Bytes>, Ref<Int>)> {
        Ok((Bytes::new(&self.decoder.pending.borrow())?, int_of(&self.decoder.state.get())?))
    }

    #[method("setstate($self, state, /)")]
    fn setstate(&self, state: &Tuple) -> Result<()> {
        let wrong = || raise!(TypeError, "setstate(): illegal state argument");
        let [pending, number] = state.items() else { return Err(wrong()) };
        let (Some(pending), Some(number)) = (pending.cast::<Bytes>(), number.cast::<Int>()) else {
            return Err(wrong());
        };
        let bytes = bytes_of(number, 8)?;
        if pending.len() > MAX_BYTES {
            let mut errors = DecodeErrors::new(self.decoder.codec.name, None);
            let (bytes, reason) = (pending.as_slice(), "pending buffer too large");
            return errors.handle(bytes, 0, bytes.len(), reason, &mut Builder::new()).map(drop);
        }
        let mut state = State::default();
        state.copy_from_slice(&bytes);
        self.decoder.pending.replace(pending.as_slice().to_vec());
        self.decoder.state.set(state);
        Ok(())
    }

    #[method("reset($self, /)")]
    fn reset(&self) {
        self.decoder.reset();
    }

    #[getter("errors")]
    fn get_errors(&self) -> String {
        self.decoder.errors.borrow().clone()
    }

    #[setter("errors")]
    fn set_errors(&self, value: Option<&Object>) -> Result<()> {
        self.decoder.errors.replace(errors_from(value)?);
        Ok(())
    }
}

/// Bytes, the lowest first, as a number.
fn int_of(bytes: &[u8]) -> Result<Ref<Int>> {
    let mut value: u128 = 0;
    for (index, &byte) in bytes.iter().enumerate().take(16) {
        value |= u128::from(byte) << (8 * index);
    }
    // One byte more than fits: the pending characters and the state of an encoder.
    match (bytes.get(16), i128::try_from(value)) {
        (None | Some(0), Ok(value)) => Int::from_i128(value),
        _ => {
            let bytes = Bytes::new(bytes)?;
            let made = objects::protocol::call::call_method(
                Int::class(),
                &*Str::new("from_bytes")?,
                &[bytes.as_object(), &*Str::new("little")?],
            )?;
            made.downcast().map_err(|_| objects::raise::bad_internal_call())
        }
    }
}

/// A number as bytes, the lowest first.
fn bytes_of(number: &Int, size: usize) -> Result<Vec<u8>> {
    let size_object = objects::types::int::new_int(size as i64)?;
    let bytes = objects::protocol::call::call_method(
        number,
        &*Str::new("to_bytes")?,
        &[&*size_object, Str::new("little")?.as_object()],
    )?;
    let bytes = bytes.cast::<Bytes>().map(|bytes| bytes.as_slice().to_vec());
    bytes.filter(|bytes| bytes.len() == size).ok_or_else(objects::raise::bad_internal_call)
}
