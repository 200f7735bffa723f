//! Readers and writers of streams.

use super::codec::Flags;
use super::incremental::{Decoder, Encoder, codec_of, errors_from};
use macros::{Trace, pytype};
use objects::protocol::{call, sequence};
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::int::{Int, new_int};
use objects::types::none::none;
use objects::types::str::split::splitlines;
use objects::types::str::{Str, intern};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, id, raise};

#[repr(C)]
#[derive(Trace)]
pub struct MultibyteStreamReader {
    ob_base: Object,
    stream: Slot,
    #[trace(skip)]
    decoder: Decoder,
}

#[pytype(
    name = "MultibyteStreamReader", module = "_multibytecodec", getattro = objects::attrs::generic_getattro, gc, flags = [BASETYPE],
    member("stream", OBJECT, stream, READONLY),
)]
impl MultibyteStreamReader {
    #[new("StreamReader(stream, errors='strict')")]
    fn new(
        class: &TypeObject,
        stream: &Object,
        #[default("strict")] errors: &str,
    ) -> Result<Ref<MultibyteStreamReader>> {
        let decoder = Decoder::new(codec_of(class)?, errors);
        Ref::new_in(
            class,
            MultibyteStreamReader { ob_base: Object::HEAD, stream: Slot::new(stream.to_ref()), decoder },
        )
    }

    #[slot(tp_init)]
    fn init(&self, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<()> {
        Ok(())
    }

    /// Reads with a method of the stream until there is some text.
    fn read_with(&self, method: &Str, size: i64) -> Result<Ref<Str>> {
        if size == 0 {
            return Ok(intern::empty());
        }
        let Some(stream) = self.stream.get() else { return Err(objects::raise::bad_internal_call()) };
        let mut size = size;
        loop {
            let data = match size {
                ..0 => call::call_method(&stream, method, &[])?,
                _ => call::call_method(&stream, method, &[&*new_int(size)?])?,
            };
            let Some(bytes) = data.cast::<Bytes>() else {
                let got = data.class().full_name();
                return Err(raise!(TypeError, "stream function returned a non-bytes object ({got})"));
            };
            let at_end = bytes.is_empty();
            let text = self.decoder.decode(bytes.as_slice(), at_end || size < 0)?;
            if size < 0 || !text.is_empty() || at_end {
                return Ok(text);
            }
            // A part of a character: one byte more may complete it.
            size = 1;
        }
    }

    #[method("read($self, sizeobj=None, /)")]
    fn read(&self, sizeobj: Option<&Object>) -> Result<Ref<Str>> {
        self.read_with(id!("read"), size_of_argument(sizeobj)?)
    }

    #[method("readline($self, sizeobj=None, /)")]
    fn readline(&self, sizeobj: Option<&Object>) -> Result<Ref<Str>> {
        self.read_with(id!("readline"), size_of_argument(sizeobj)?)
    }

    #[method("readlines($self, sizehintobj=None, /)")]
    fn readlines(&self, sizehintobj: Option<&Object>) -> Result<Ref> {
        let text = self.read_with(id!("read"), size_of_argument(sizehintobj)?)?;
        Ok(splitlines(&text, true)?.upcast())
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

/// How much to read; -1 for all.
fn size_of_argument(size: Option<&Object>) -> Result<i64> {
    match size {
        None => Ok(-1),
        Some(size) if size.is(none()) => Ok(-1),
        Some(size) => match size.cast::<Int>() {
            Some(size) => size
                .to_i64()
                .ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C ssize_t")),
            None => Err(raise!(TypeError, "arg 1 must be an integer")),
        },
    }
}

#[repr(C)]
#[derive(Trace)]
pub struct MultibyteStreamWriter {
    ob_base: Object,
    stream: Slot,
    #[trace(skip)]
    encoder: Encoder,
}

#[pytype(
    name = "MultibyteStreamWriter", module = "_multibytecodec", getattro = objects::attrs::generic_getattro, gc, flags = [BASETYPE],
    member("stream", OBJECT, stream, READONLY),
)]
impl MultibyteStreamWriter {
    #[new("StreamWriter(stream, errors='strict')")]
    fn new(
        class: &TypeObject,
        stream: &Object,
        #[default("strict")] errors: &str,
    ) -> Result<Ref<MultibyteStreamWriter>> {
        let encoder = Encoder::new(codec_of(class)?, errors);
        Ref::new_in(
            class,
            MultibyteStreamWriter { ob_base: Object::HEAD, stream: Slot::new(stream.to_ref()), encoder },
        )
    }

    #[slot(tp_init)]
    fn init(&self, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<()> {
        Ok(())
    }

    fn put(&self, text: &Object, flags: Flags) -> Result<()> {
        let bytes = self.encoder.encode(text, flags)?;
        let Some(stream) = self.stream.get() else { return Err(objects::raise::bad_internal_call()) };
        if flags.reset && bytes.is_empty() {
            return Ok(());
        }
        call::call_method(&stream, id!("write"), &[bytes.as_object()]).map(drop)
    }

    #[method("write($self, strobj, /)")]
    fn write(&self, strobj: &Object) -> Result<()> {
        self.put(strobj, Flags::of(false))
    }

    #[method("writelines($self, lines, /)")]
    fn writelines(&self, lines: &Object) -> Result<()> {
        if !sequence::is_sequence(lines) {
            return Err(raise!(TypeError, "arg must be a sequence object"));
        }
        let mut index = 0;
        while index < objects::protocol::object::len(lines)? {
            self.put(&*sequence::get_item(lines, index as isize)?, Flags::of(false))?;
            index += 1;
        }
        Ok(())
    }

    #[method("reset($self, /)")]
    fn reset(&self) -> Result<()> {
        if self.encoder.pending.borrow().is_empty() {
            return Ok(());
        }
        self.put(&intern::empty(), Flags::WHOLE)
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
