//! What Python sees of a `TextIOWrapper`.

use super::{TextWrapper, chunk_size_argument};
use crate::base::{self, TEXT_IO_BASE};
use macros::pytype;
use objects::protocol;
use objects::protocol::attr;
use objects::protocol::call::call_method;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, TypeObject, id, raise};

/// An argument that is a string or None.
fn text_or_none<'a>(value: Option<&'a Object>, what: &str) -> Result<Option<&'a Str>> {
    match value.filter(|value| !value.is(none())) {
        None => Ok(None),
        Some(value) => match value.cast::<Str>() {
            Some(text) => Ok(Some(text)),
            None => Err(raise!(TypeError, "{what} must be str or None, not {}", value.class().name())),
        },
    }
}

fn check_newline(newline: Option<&Str>) -> Result<()> {
    let kind = newline.map(Str::to_string_lossy);
    if matches!(kind.as_deref(), None | Some("" | "\n" | "\r" | "\r\n")) {
        return Ok(());
    }
    Err(raise!(ValueError, "illegal newline value: {}", kind.unwrap_or_default()))
}

#[pytype(
    name = "TextIOWrapper", module = "_io", static_name = TEXT_IO_WRAPPER, base = TEXT_IO_BASE, gc, flags = [BASETYPE],
    member("encoding", OBJECT, encoding, READONLY), member("buffer", OBJECT, buffer, READONLY),
    member("line_buffering", BOOL, line_buffering, READONLY), member("write_through", BOOL, write_through, READONLY),
    member("_finalizing", BOOL, finalizing),
)]
impl TextWrapper {
    #[slot(tp_new)]
    fn tp_new(
        class: &TypeObject,
        _args: &Tuple,
        _kwargs: Option<&objects::types::dict::Dict>,
    ) -> Result<Ref<TextWrapper>> {
        TextWrapper::new_in(class)
    }

    #[init("(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)")]
    fn init(
        &self,
        buffer: &Object,
        encoding: Option<&Object>,
        errors: Option<&Object>,
        newline: Option<&Object>,
        line_buffering: bool,
        write_through: bool,
    ) -> Result<()> {
        self.ok.set(false);
        self.detached.set(false);
        let encoding = text_or_none(encoding, "TextIOWrapper() argument 'encoding'")?;
        let errors = text_or_none(errors, "TextIOWrapper() argument 'errors'")?;
        let newline = text_or_none(newline, "TextIOWrapper() argument 'newline'")?;
        check_newline(newline)?;
        if encoding.is_none() {
            crate::open::warn_default_encoding(1)?;
        }
        for name in [encoding, errors].into_iter().flatten() {
            if name.to_str()?.contains('\0') {
                return Err(raise!(ValueError, "embedded null character"));
            }
        }
        objects::codecs::check_names(None, errors.map(Str::to_str).transpose()?)?;
        let encoding = match encoding {
            Some(encoding) if encoding.equals_text("locale") => crate::open::locale_encoding()?,
            Some(encoding) => encoding.to_ref(),
            None => crate::open::default_encoding()?,
        };
        self.encoding.set(Some(encoding));
        self.errors.set(Some(errors.unwrap_or(id!("strict")).to_ref()));
        self.set_newline(newline.map(Instance::to_ref));
        self.line_buffering.set(line_buffering);
        self.write_through.set(write_through);
        self.chunk_size.set(super::CHUNK_SIZE);
        self.pending.borrow_mut().clear();
        self.set_decoded(None);
        *self.snapshot.borrow_mut() = None;
        self.buffer.set(Some(buffer.to_ref()));
        self.set_codecs()?;
        let seekable = call_method(buffer, id!("seekable"), &[])?;
        let seekable = protocol::object::is_true(&seekable)?;
        self.seekable.set(seekable);
        self.telling.set(seekable);
        self.ok.set(true);
        self.fix_encoder_state()
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        self.check_initialized()?;
        let class = self.class().full_name();
        let Some(_guard) = protocol::repr_guard::enter(self) else {
            return Err(raise!(RuntimeError, "reentrant call inside {class}.__repr__"));
        };
        let mut text = format!("<{class}");
        for (label, name) in [("name", id!("name")), ("mode", id!("mode"))] {
            if let Some(value) = base::optional_attribute(self, name)? {
                text.push_str(&format!(" {label}={}", protocol::object::repr(&value)?.to_string_lossy()));
            }
        }
        if let Some(encoding) = self.encoding.get() {
            text.push_str(&format!(" encoding={}", protocol::object::repr(&encoding)?.to_string_lossy()));
        }
        text.push('>');
        Str::new(&text)
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        self.buffer()?;
        self.telling.set(false);
        let line = if self.is_exactly(&TEXT_IO_WRAPPER) {
            self.line(None)?.upcast()
        } else {
            let line = call_method(self, id!("readline"), &[])?;
            if line.cast::<Str>().is_none() {
                return Err(raise!(
                    OSError,
                    "readline() should have returned a str object, not '{}'",
                    line.class().name()
                ));
            }
            line
        };
        if protocol::object::len(&line)? == 0 {
            self.telling.set(self.seekable.get());
            return Ok(None);
        }
        Ok(Some(line))
    }

    #[method("detach($self, /)")]
    fn detach(&self) -> Result<Ref> {
        let buffer = self.buffer()?;
        call_method(self, id!("flush"), &[])?;
        self.buffer.set(None);
        self.detached.set(true);
        self.ok.set(false);
        Ok(buffer)
    }

    #[method(
        "reconfigure($self, /, *, encoding=None, errors=None, newline=..., line_buffering=None, write_through=None)",
        unchecked
    )]
    fn reconfigure(
        &self,
        encoding: Option<&Object>,
        errors: Option<&Object>,
        newline: Option<&Object>,
        line_buffering: Option<&Object>,
        write_through: Option<&Object>,
    ) -> Result<()> {
        self.buffer()?;
        let newline_given = newline.is_some();
        let encoding = text_or_none(encoding, "reconfigure() argument 'encoding'")?;
        let errors = text_or_none(errors, "reconfigure() argument 'errors'")?;
        let newline = text_or_none(newline, "reconfigure() argument 'newline'")?;
        let codecs_change = encoding.is_some() || errors.is_some() || newline_given;
        if codecs_change
            && self.decoder.get().is_some()
            && (!self.decoded.is_empty() || self.snapshot.borrow().is_some())
        {
            return Err(base::unsupported(
                "It is not possible to set the encoding or newline of stream after the first read",
            ));
        }
        check_newline(newline)?;
        // What CPython reads is a C int, not a truth value.
        let flag = |value: Option<&Object>, old: bool| match value.filter(|value| !value.is(none())) {
            Some(value) => match protocol::number::index(value)?.to_i64().map(i32::try_from) {
                Some(Ok(value)) => Ok(value != 0),
                _ => Err(raise!(OverflowError, "Python int too large to convert to C int")),
            },
            None => Ok(old),
        };
        let line_buffering = flag(line_buffering, self.line_buffering.get())?;
        let write_through = flag(write_through, self.write_through.get())?;
        call_method(self, id!("flush"), &[])?;
        if codecs_change {
            if let Some(errors) = errors {
                errors.to_str()?;
            }
            let before = (self.encoding.get(), self.errors.get());
            if let Some(encoding) = encoding {
                let encoding = if encoding.equals_text("locale") {
                    crate::open::locale_encoding()?
                } else {
                    // CPython looks for the encoding by a C string.
                    Str::new(encoding.to_str()?.split('\0').next().unwrap_or_default())?
                };
                self.encoding.set(Some(encoding));
                self.errors.set(Some(errors.unwrap_or(id!("strict")).to_ref()));
            } else if let Some(errors) = errors {
                self.errors.set(Some(errors.to_ref()));
            }
            if newline_given {
                self.set_newline(newline.map(Instance::to_ref));
            }
            if let Err(raised) = self.set_codecs() {
                self.encoding.set(before.0);
                self.errors.set(before.1);
                return Err(raised);
            }
            self.fix_encoder_state()?;
        }
        self.line_buffering.set(line_buffering);
        self.write_through.set(write_through);
        Ok(())
    }

    #[method("write($self, text, /)")]
    fn py_write(&self, text: &Object) -> Result<usize> {
        match text.cast::<Str>() {
            Some(text) => self.write(text),
            None => Err(raise!(TypeError, "write() argument must be str, not {}", text.class().name())),
        }
    }

    #[method("read($self, size=-1, /)")]
    fn py_read(&self, size: Option<&Object>) -> Result<Ref<Str>> {
        let size = base::size_argument(size)?;
        self.read(size)
    }

    #[method("readline($self, size=-1, /)")]
    fn readline(&self, #[default(-1)] size: isize) -> Result<Ref<Str>> {
        self.line(usize::try_from(size).ok())
    }

    #[method("flush($self, /)")]
    fn flush(&self) -> Result<()> {
        let buffer = self.check_open()?;
        self.telling.set(self.seekable.get());
        self.write_pending()?;
        call_method(&buffer, id!("flush"), &[]).map(drop)
    }

    #[method("close($self, /)")]
    fn py_close(&self) -> Result<()> {
        self.close()
    }

    #[method("fileno($self, /)")]
    fn fileno(&self) -> Result<Ref> {
        call_method(&*self.buffer()?, id!("fileno"), &[])
    }

    #[method("seekable($self, /)")]
    fn seekable(&self) -> Result<Ref> {
        call_method(&*self.buffer()?, id!("seekable"), &[])
    }

    #[method("readable($self, /)")]
    fn readable(&self) -> Result<Ref> {
        call_method(&*self.buffer()?, id!("readable"), &[])
    }

    #[method("writable($self, /)")]
    fn writable(&self) -> Result<Ref> {
        call_method(&*self.buffer()?, id!("writable"), &[])
    }

    #[method("isatty($self, /)")]
    fn isatty(&self) -> Result<Ref> {
        call_method(&*self.buffer()?, id!("isatty"), &[])
    }

    #[method("seek($self, cookie, whence=os.SEEK_SET, /)")]
    fn py_seek(&self, cookie: &Object, #[default(0)] whence: i32) -> Result<Ref> {
        self.seek(cookie, whence)
    }

    #[method("tell($self, /)")]
    fn py_tell(&self) -> Result<Ref> {
        self.tell()
    }

    #[method("truncate($self, pos=None, /)")]
    fn truncate(&self, pos: Option<&Object>) -> Result<Ref> {
        let buffer = self.buffer()?;
        call_method(self, id!("flush"), &[])?;
        call_method(&buffer, id!("truncate"), &[pos.unwrap_or(none())])
    }

    #[method("__getstate__($self, /)")]
    fn getstate(&self) -> Result<()> {
        base::cannot_pickle(self)
    }

    #[getter("name")]
    fn name(&self) -> Result<Ref> {
        attr::get(&*self.buffer()?, id!("name"))
    }

    #[getter("closed")]
    fn closed(&self) -> Result<Ref> {
        attr::get(&*self.buffer()?, id!("closed"))
    }

    #[getter("newlines")]
    fn newlines(&self) -> Result<Ref> {
        self.buffer()?;
        match self.decoder.get() {
            Some(decoder) => {
                Ok(attr::get_optional(&decoder, id!("newlines"))?.unwrap_or_else(|| none().to_ref()))
            }
            None => Ok(none().to_ref()),
        }
    }

    #[getter("errors")]
    fn errors(&self) -> Result<Option<Ref<Str>>> {
        self.check_initialized()?;
        Ok(self.errors.get())
    }

    #[getter("_CHUNK_SIZE")]
    fn chunk_size(&self) -> Result<usize> {
        self.buffer()?;
        Ok(self.chunk_size.get())
    }

    #[setter("_CHUNK_SIZE")]
    fn set_chunk_size(&self, value: Option<&Object>) -> Result<()> {
        self.buffer()?;
        self.chunk_size.set(chunk_size_argument(value)?);
        Ok(())
    }
}
