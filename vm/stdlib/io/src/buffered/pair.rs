//! `BufferedRWPair`: a reader and a writer as one stream.

use super::{BUFFERED_READER, BUFFERED_WRITER};
use crate::base::{self, BUFFERED_IO_BASE, IoBase};
use macros::{Trace, pytype};
use objects::protocol::attr;
use objects::protocol::call::{call, call_method};
use objects::types::int::new_int;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, id, raise};

/// `rwpair`.
#[repr(C)]
#[derive(Trace)]
pub struct BufferedRwPair {
    base: IoBase,
    reader: Slot,
    writer: Slot,
}

#[pytype(name = "BufferedRWPair", module = "_io", static_name = BUFFERED_RW_PAIR, base = BUFFERED_IO_BASE, gc, flags = [BASETYPE])]
impl BufferedRwPair {
    #[slot(tp_new)]
    fn tp_new(
        class: &TypeObject,
        _args: &objects::types::tuple::Tuple,
        _kwargs: Option<&objects::types::dict::Dict>,
    ) -> Result<Ref<BufferedRwPair>> {
        Ref::new_in(
            class,
            BufferedRwPair { base: IoBase::new(), reader: Slot::empty(), writer: Slot::empty() },
        )
    }

    #[init("(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)")]
    fn init(
        &self,
        reader: &Object,
        writer: &Object,
        #[default(crate::open::DEFAULT_BUFFER_SIZE as isize)] buffer_size: isize,
    ) -> Result<()> {
        base::check_readable(reader)?;
        base::check_writable(writer)?;
        let size = new_int(buffer_size as i64)?;
        self.reader.set(Some(call(BUFFERED_READER.as_object(), &[reader, &*size])?));
        self.writer.set(Some(call(BUFFERED_WRITER.as_object(), &[writer, &*size])?));
        Ok(())
    }

    #[method("read", raw)]
    fn read(&self, args: &[&Object]) -> Result<Ref> {
        self.ask(&self.reader, id!("read"), args)
    }

    #[method("peek", raw)]
    fn peek(&self, args: &[&Object]) -> Result<Ref> {
        self.ask(&self.reader, id!("peek"), args)
    }

    #[method("read1", raw)]
    fn read1(&self, args: &[&Object]) -> Result<Ref> {
        self.ask(&self.reader, id!("read1"), args)
    }

    #[method("readinto", raw)]
    fn readinto(&self, args: &[&Object]) -> Result<Ref> {
        self.ask(&self.reader, id!("readinto"), args)
    }

    #[method("readinto1", raw)]
    fn readinto1(&self, args: &[&Object]) -> Result<Ref> {
        self.ask(&self.reader, id!("readinto1"), args)
    }

    #[method("write", raw)]
    fn write(&self, args: &[&Object]) -> Result<Ref> {
        self.ask(&self.writer, id!("write"), args)
    }

    #[method("flush($self, /)")]
    fn flush(&self) -> Result<Ref> {
        self.ask(&self.writer, id!("flush"), &[])
    }

    #[method("readable($self, /)")]
    fn readable(&self) -> Result<Ref> {
        self.ask(&self.reader, id!("readable"), &[])
    }

    #[method("writable($self, /)")]
    fn writable(&self) -> Result<Ref> {
        self.ask(&self.writer, id!("writable"), &[])
    }

    #[method("close($self, /)")]
    fn close(&self) -> Result<Ref> {
        let written = self.ask(&self.writer, id!("close"), &[]);
        let first = if written.is_err() { raise::take_pending() } else { None };
        base::after(first, self.ask(&self.reader, id!("close"), &[]))
    }

    #[method("isatty($self, /)")]
    fn isatty(&self) -> Result<Ref> {
        let writer = self.ask(&self.writer, id!("isatty"), &[])?;
        if writer.is(objects::types::bool::from_bool(true)) {
            return Ok(writer);
        }
        self.ask(&self.reader, id!("isatty"), &[])
    }

    #[getter("closed")]
    fn closed(&self) -> Result<Ref> {
        match self.writer.get() {
            Some(writer) => attr::get(&writer, id!("closed")),
            None => Err(raise!(RuntimeError, "the BufferedRWPair object is being garbage-collected")),
        }
    }
}

impl BufferedRwPair {
    fn ask(&self, part: &Slot, method: &'static Str, args: &[&Object]) -> Result<Ref> {
        match part.get() {
            Some(part) => call_method(&part, method, args),
            None => Err(raise!(ValueError, "I/O operation on uninitialized object")),
        }
    }
}
