//! `BytesIO`: a binary stream in memory.

use crate::base::{self, BUFFERED_IO_BASE, IoBase};
use core::cell::{Cell, RefCell};
use core::ffi::c_int;
use macros::{Trace, pytype};
use objects::protocol::buffer::BytesLike;
use objects::protocol::{self, number};
use objects::types::buffer::BufferView;
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, Slot, TypeObject, id, raise};

/// `bytesio`.
#[repr(C)]
#[derive(Trace)]
pub struct BytesIo {
    base: IoBase,
    #[trace(skip)]
    data: RefCell<Vec<u8>>,
    position: Cell<usize>,
    closed: Cell<bool>,
    /// How many buffers of `getbuffer()` are out: the size is fixed while there are any.
    exports: Cell<usize>,
}

fn closed() -> Raised {
    raise!(ValueError, "I/O operation on closed file.")
}

#[pytype(name = "BytesIO", module = "_io", static_name = BYTES_IO, base = BUFFERED_IO_BASE, gc, flags = [BASETYPE])]
impl BytesIo {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<BytesIo>> {
        Ref::new_in(
            class,
            BytesIo {
                base: IoBase::new(),
                data: RefCell::default(),
                position: Cell::new(0),
                closed: Cell::new(false),
                exports: Cell::new(0),
            },
        )
    }

    #[init("(initial_bytes=b'')", vectorcall)]
    fn init(&self, initial_bytes: Option<&Object>) -> Result<()> {
        self.check_exports()?;
        self.position.set(0);
        let initial = match initial_bytes.filter(|initial| !initial.is(none())) {
            Some(initial) => BytesLike::of(initial)?.as_slice().to_vec(),
            None => Vec::new(),
        };
        *self.data.borrow_mut() = initial;
        Ok(())
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<Bytes>>> {
        self.check_open()?;
        let line = self.line(None);
        if line.is_empty() { Ok(None) } else { Bytes::new(&line).map(Some) }
    }

    #[method("readable($self, /)")]
    fn readable(&self) -> Result<bool> {
        self.check_open().map(|()| true)
    }

    #[method("writable($self, /)")]
    fn writable(&self) -> Result<bool> {
        self.check_open().map(|()| true)
    }

    #[method("seekable($self, /)")]
    fn seekable(&self) -> Result<bool> {
        self.check_open().map(|()| true)
    }

    #[method("flush($self, /)")]
    fn flush(&self) -> Result<()> {
        self.check_open()
    }

    #[method("isatty($self, /)")]
    fn isatty(&self) -> Result<bool> {
        self.check_open().map(|()| false)
    }

    #[method("close($self, /)")]
    fn close(&self) -> Result<()> {
        self.check_exports()?;
        self.data.take();
        self.closed.set(true);
        Ok(())
    }

    #[getter("closed")]
    fn closed(&self) -> bool {
        self.closed.get()
    }

    #[method("tell($self, /)")]
    fn tell(&self) -> Result<usize> {
        self.check_open()?;
        Ok(self.position.get())
    }

    #[method("getvalue($self, /)")]
    fn getvalue(&self) -> Result<Ref<Bytes>> {
        self.check_open()?;
        Bytes::new(&self.data.borrow())
    }

    #[method("getbuffer($self, /)")]
    fn getbuffer(&self) -> Result<Ref> {
        self.check_open()?;
        let buffer = BytesIoBuffer { ob_base: Object::HEAD, source: Slot::new(self.to_ref()) };
        let buffer = Ref::new(buffer)?;
        protocol::call::call_one_arg(&*objects::types::iter::builtin(id!("memoryview"))?, &buffer)
    }

    #[method("read($self, size=-1, /)")]
    fn read(&self, size: Option<&Object>) -> Result<Ref<Bytes>> {
        let size = base::size_argument(size)?;
        self.check_open()?;
        Bytes::new(&self.take(size))
    }

    #[method("read1($self, size=-1, /)")]
    fn read1(&self, size: Option<&Object>) -> Result<Ref<Bytes>> {
        self.read(size)
    }

    #[method("readline($self, size=-1, /)")]
    fn readline(&self, size: Option<&Object>) -> Result<Ref<Bytes>> {
        let size = base::size_argument(size)?;
        self.check_open()?;
        Bytes::new(&self.line(size))
    }

    #[method("readlines($self, size=None, /)")]
    fn readlines(&self, size: Option<&Object>) -> Result<Ref<List>> {
        let limit = base::size_argument(size)?.filter(|&limit| limit > 0);
        self.check_open()?;
        let lines = List::new()?;
        let mut total = 0;
        loop {
            let line = self.line(None);
            if line.is_empty() {
                return Ok(lines);
            }
            total += line.len();
            lines.push(Bytes::new(&line)?.upcast())?;
            if limit.is_some_and(|limit| total >= limit) {
                return Ok(lines);
            }
        }
    }

    #[method("readinto($self, buffer, /)")]
    fn readinto(&self, buffer: &Object) -> Result<usize> {
        let mut buffer = base::writable(buffer, id!("read"))?;
        self.check_open()?;
        let data = self.take(Some(buffer.len()));
        buffer.as_mut_slice()[..data.len()].copy_from_slice(&data);
        Ok(data.len())
    }

    #[method("write($self, b, /)")]
    fn write(&self, b: &Object) -> Result<usize> {
        self.check_open()?;
        self.check_exports()?;
        let bytes = BytesLike::of(b)?;
        self.put(bytes.as_slice())
    }

    #[method("writelines($self, lines, /)")]
    fn writelines(&self, lines: &Object) -> Result<()> {
        self.check_open()?;
        protocol::iter::for_each(lines, |line| self.write(&line).map(drop))
    }

    #[method("seek($self, pos, whence=0, /)")]
    fn seek(&self, pos: isize, #[default(0)] whence: c_int) -> Result<usize> {
        self.check_open()?;
        let base = match whence {
            0 if pos < 0 => return Err(raise!(ValueError, "negative seek value {pos}")),
            0 => 0,
            1 => self.position.get() as isize,
            2 => self.data.borrow().len() as isize,
            _ => return Err(raise!(ValueError, "invalid whence ({whence}, should be 0, 1 or 2)")),
        };
        let Some(target) = base.checked_add(pos) else {
            return Err(raise!(OverflowError, "new position too large"));
        };
        self.position.set(target.max(0) as usize);
        Ok(self.position.get())
    }

    #[method("truncate($self, size=None, /)")]
    fn truncate(&self, size: Option<&Object>) -> Result<usize> {
        self.check_open()?;
        self.check_exports()?;
        let size = match size.filter(|size| !size.is(none())) {
            None => self.position.get() as isize,
            Some(size) => number::index_as_isize(size, Some(&exc::OverflowError))?,
        };
        let Ok(size) = usize::try_from(size) else {
            return Err(raise!(ValueError, "negative size value {size}"));
        };
        self.data.borrow_mut().truncate(size);
        Ok(size)
    }

    #[method("__getstate__($self, /)")]
    fn getstate(&self) -> Result<Ref<Tuple>> {
        let dict = match self.base.dict.get() {
            Some(dict) => dict.copy()?.upcast(),
            None => none().to_ref(),
        };
        Tuple::from_array([
            self.getvalue()?.upcast(),
            objects::types::int::new_int(self.position.get() as i64)?,
            dict,
        ])
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, state: &Object) -> Result<()> {
        let parts = state.cast::<Tuple>().map(Tuple::items);
        let Some([value, position, dict, ..]) = parts else {
            return Err(raise!(
                TypeError,
                "{}.__setstate__ argument should be 3-tuple, got {}",
                self.class().name(),
                state.class().name()
            ));
        };
        self.check_open()?;
        self.check_exports()?;
        self.init(Some(value))?;
        let position = match position.cast::<objects::types::int::Int>() {
            Some(position) => number::index_as_isize(position, Some(&exc::OverflowError))?,
            None => {
                return Err(raise!(
                    TypeError,
                    "second item of state must be an integer, not {}",
                    position.class().name()
                ));
            }
        };
        let Ok(position) = usize::try_from(position) else {
            return Err(raise!(ValueError, "position value cannot be negative"));
        };
        self.position.set(position);
        set_state_dict(&self.base, dict)
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        self.class().tp_basicsize.get() as usize + self.data.borrow().capacity()
    }
}

/// The attributes of a pickled stream.
pub(crate) fn set_state_dict(base: &IoBase, dict: &Object) -> Result<()> {
    if dict.is(none()) {
        return Ok(());
    }
    let Some(dict) = dict.cast::<Dict>() else {
        return Err(raise!(TypeError, "third item of state should be a dict, got a {}", dict.class().name()));
    };
    match base.dict.get() {
        Some(own) => own.merge(dict, true),
        None => {
            base.dict.set(Some(dict.to_ref()));
            Ok(())
        }
    }
}

impl BytesIo {
    fn check_open(&self) -> Result<()> {
        if self.closed.get() { Err(closed()) } else { Ok(()) }
    }

    fn check_exports(&self) -> Result<()> {
        match self.exports.get() {
            0 => Ok(()),
            _ => Err(raise!(BufferError, "Existing exports of data: object cannot be re-sized")),
        }
    }

    /// Takes up to `size` bytes from the position on.
    fn take(&self, size: Option<usize>) -> Vec<u8> {
        let data = self.data.borrow();
        let start = self.position.get().min(data.len());
        let end = size.map_or(data.len(), |size| data.len().min(start.saturating_add(size)));
        if end > start {
            self.position.set(end);
        }
        data[start..end].to_vec()
    }

    fn line(&self, limit: Option<usize>) -> Vec<u8> {
        let length = {
            let data = self.data.borrow();
            let rest = data.get(self.position.get()..).unwrap_or_default();
            memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1)
        };
        self.take(Some(limit.map_or(length, |limit| limit.min(length))))
    }

    fn put(&self, bytes: &[u8]) -> Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let mut data = self.data.borrow_mut();
        let start = self.position.get();
        let end = start.checked_add(bytes.len()).ok_or_else(raise::no_memory)?;
        if end > data.len() {
            let more = end - data.len();
            data.try_reserve(more).map_err(|_| raise::no_memory())?;
            data.resize(end, 0);
        }
        data[start..end].copy_from_slice(bytes);
        self.position.set(end);
        Ok(bytes.len())
    }
}

/// `_BytesIOBuffer`: what `getbuffer()` makes a memoryview of.
#[repr(C)]
#[derive(Trace)]
pub struct BytesIoBuffer {
    ob_base: Object,
    source: Slot<BytesIo>,
}

#[pytype(name = "_BytesIOBuffer", module = "_io", static_name = BYTES_IO_BUFFER, gc, no_new)]
impl BytesIoBuffer {
    #[slot(bf_getbuffer)]
    fn getbuffer(&self, view: *mut BufferView, flags: c_int) -> Result<()> {
        if view.is_null() {
            return Err(raise!(BufferError, "bytesiobuf_getbuffer: view==NULL argument is obsolete"));
        }
        let Some(source) = self.source.get() else { return Err(raise::bad_internal_call()) };
        let (place, len) = {
            let mut data = source.data.borrow_mut();
            (data.as_mut_ptr(), data.len())
        };
        // SAFETY: the caller's view; the data stays where it is while exports are counted.
        unsafe { protocol::buffer::fill(view, self, place, len, false, flags) }?;
        source.exports.set(source.exports.get() + 1);
        Ok(())
    }

    #[slot(bf_releasebuffer)]
    fn releasebuffer(&self, _view: *mut BufferView) {
        if let Some(source) = self.source.get() {
            source.exports.set(source.exports.get() - 1);
        }
    }
}
