//! `BytesIO`: a binary stream in memory.

use crate::base::{self, BUFFERED_IO_BASE, IoBase};
use core::cell::Cell;
use core::ffi::c_int;
use core::ops::Range;
use core::ptr::NonNull;
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

/// `bytesio`. The bytes that it begins with, and those that `getvalue()` gives out, are shared until it is written to.
#[repr(C)]
#[derive(Trace)]
pub struct BytesIo {
    base: IoBase,
    /// The contents and room behind them; nothing in a closed stream.
    buffer: Slot<Bytes>,
    position: Cell<usize>,
    /// How much of `buffer` are the contents.
    size: Cell<usize>,
    /// How many buffers of `getbuffer()` are out: the size is fixed while there are any.
    exports: Cell<usize>,
}

/// CPython's size, which programs see in `__sizeof__`.
const _: () = assert!(size_of::<BytesIo>() == 64);

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
                buffer: Slot::new(Bytes::new(b"")?),
                position: Cell::new(0),
                size: Cell::new(0),
                exports: Cell::new(0),
            },
        )
    }

    #[init("(initial_bytes=b'')", vectorcall)]
    fn init(&self, initial_bytes: Option<&Object>) -> Result<()> {
        self.check_exports()?;
        self.position.set(0);
        self.size.set(0);
        let Some(initial) = initial_bytes.filter(|initial| !initial.is(none())) else { return Ok(()) };
        let initial = match initial.cast_exact::<Bytes>() {
            Some(initial) => initial.to_ref(),
            None => {
                let copy = Bytes::new(BytesLike::of(initial)?.as_slice())?;
                self.check_open()?;
                self.check_exports()?;
                copy
            }
        };
        self.size.set(initial.len());
        self.buffer.set(Some(initial));
        Ok(())
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<Bytes>>> {
        self.check_open()?;
        let line = self.line(None)?;
        if line.is_empty() { Ok(None) } else { self.bytes(line).map(Some) }
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
        self.buffer.set(None);
        Ok(())
    }

    #[getter("closed")]
    fn closed(&self) -> bool {
        self.buffer.is_empty()
    }

    #[method("tell($self, /)")]
    fn tell(&self) -> Result<usize> {
        self.check_open()?;
        Ok(self.position.get())
    }

    #[method("getvalue($self, /)")]
    fn getvalue(&self) -> Result<Ref<Bytes>> {
        self.check_open()?;
        let all = 0..self.size.get();
        // What a buffer is out of may change under it.
        if self.exports.get() != 0 {
            return self.bytes(all);
        }
        if self.contents()?.len() != all.end {
            self.allocate(all.end)?;
        }
        self.contents()
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
        let part = self.take(size);
        let is_all = part == (0..self.contents()?.len());
        if is_all && part.len() > 1 && self.exports.get() == 0 {
            return self.contents();
        }
        self.bytes(part)
    }

    #[method("read1($self, size=-1, /)")]
    fn read1(&self, size: Option<&Object>) -> Result<Ref<Bytes>> {
        self.read(size)
    }

    #[method("readline($self, size=-1, /)")]
    fn readline(&self, size: Option<&Object>) -> Result<Ref<Bytes>> {
        let size = base::size_argument(size)?;
        self.check_open()?;
        self.bytes(self.line(size)?)
    }

    #[method("readlines($self, size=None, /)")]
    fn readlines(&self, size: Option<&Object>) -> Result<Ref<List>> {
        let limit = base::size_argument(size)?.filter(|&limit| limit > 0);
        self.check_open()?;
        let lines = List::new()?;
        let mut total = 0;
        loop {
            let line = self.line(None)?;
            if line.is_empty() {
                return Ok(lines);
            }
            total += line.len();
            lines.push(self.bytes(line)?.upcast())?;
            if limit.is_some_and(|limit| total >= limit) {
                return Ok(lines);
            }
        }
    }

    #[method("readinto($self, buffer, /)")]
    fn readinto(&self, buffer: &Object) -> Result<usize> {
        let mut buffer = base::writable(buffer, id!("read"))?;
        self.check_open()?;
        let target = buffer.as_mut_slice();
        let part = self.take(Some(target.len()));
        let contents = self.contents()?;
        // SAFETY: `take` gives at most as much; the target may be a buffer of this very stream, so the parts may overlap.
        unsafe { target.as_mut_ptr().copy_from(contents.as_slice()[part.clone()].as_ptr(), part.len()) };
        Ok(part.len())
    }

    #[method("write($self, b, /)")]
    fn write(&self, b: &Object) -> Result<usize> {
        self.check_open()?;
        self.check_exports()?;
        let bytes = BytesLike::of(b)?;
        // To be asked for its bytes may have run code.
        self.check_open()?;
        self.check_exports()?;
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
            2 => self.size.get() as isize,
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
        if size < self.size.get() {
            self.resize(size)?;
            self.size.set(size);
        }
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
        // Shared bytes are no part of the stream.
        // SAFETY: nothing here runs code.
        let own = unsafe { self.buffer.peek() }.filter(|buffer| buffer.is_unique());
        let basic = |class: &TypeObject| class.tp_basicsize.get() as usize;
        basic(self.class()) + own.map_or(0, |buffer| basic(Bytes::class()) + buffer.len())
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
        if self.buffer.is_empty() { Err(closed()) } else { Ok(()) }
    }

    fn check_exports(&self) -> Result<()> {
        match self.exports.get() {
            0 => Ok(()),
            _ => Err(raise!(BufferError, "Existing exports of data: object cannot be re-sized")),
        }
    }

    /// What holds the contents.
    fn contents(&self) -> Result<Ref<Bytes>> {
        self.buffer.get().ok_or_else(closed)
    }

    /// A part of the contents.
    fn bytes(&self, part: Range<usize>) -> Result<Ref<Bytes>> {
        Bytes::new(&self.contents()?.as_slice()[part])
    }

    /// Up to `size` bytes from the position on, which moves behind them.
    fn take(&self, size: Option<usize>) -> Range<usize> {
        let start = self.position.get().min(self.size.get());
        let rest = self.size.get() - start;
        let end = start + size.map_or(rest, |size| size.min(rest));
        if end > start {
            self.position.set(end);
        }
        start..end
    }

    fn line(&self, limit: Option<usize>) -> Result<Range<usize>> {
        let length = {
            let contents = self.contents()?;
            let rest = contents.as_slice()[..self.size.get()].get(self.position.get()..).unwrap_or_default();
            memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1)
        };
        Ok(self.take(Some(limit.map_or(length, |limit| limit.min(length)))))
    }

    /// Makes the buffer one of `room` bytes that nobody else has; the contents are cut to it.
    fn allocate(&self, room: usize) -> Result<()> {
        let Some(buffer) = self.buffer.take() else { return Err(closed()) };
        let own = if buffer.is_unique() {
            // Without memory the stream is closed, as its bytes are gone.
            Bytes::resized(buffer, room)?
        } else {
            let kept = self.size.get().min(room);
            let own = Bytes::alloc(room).map(|(own, place)| {
                // SAFETY: there is room for as many bytes.
                unsafe { place.as_ptr().copy_from_nonoverlapping(buffer.as_slice().as_ptr(), kept) };
                own
            });
            if own.is_err() {
                self.buffer.set(Some(buffer));
            }
            own?
        };
        self.buffer.set(Some(own));
        Ok(())
    }

    /// Makes room for `size` bytes that nobody else sees, with some to grow, and gives up what is far too much.
    fn resize(&self, size: usize) -> Result<NonNull<u8>> {
        let (room, is_own) = {
            let buffer = self.contents()?;
            // One is held here, the other by the stream.
            (buffer.len(), buffer.refcnt() == 2)
        };
        let wanted = if size < room / 2 {
            size
        } else if size <= room {
            room
        } else if size < room + room / 8 {
            size + size / 8 + if size < 9 { 3 } else { 6 }
        } else {
            size
        };
        if wanted != room || !is_own {
            self.allocate(wanted)?;
        }
        let buffer = self.contents()?;
        buffer.cached_hash().set(-1);
        // SAFETY: the address of what is there.
        Ok(unsafe { NonNull::new_unchecked(buffer.as_slice().as_ptr().cast_mut()) })
    }

    fn put(&self, bytes: &[u8]) -> Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let (size, start) = (self.size.get(), self.position.get());
        let end = start.checked_add(bytes.len()).ok_or_else(raise::no_memory)?;
        let place = self.resize(end.max(size))?.as_ptr();
        // SAFETY: there is room up to `end`, in bytes of which nobody else has a reference.
        unsafe {
            if start > size {
                place.add(size).write_bytes(0, start - size);
            }
            place.add(start).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        }
        self.size.set(end.max(size));
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
        source.check_open()?;
        let len = source.size.get();
        // Where one is out already, the buffer stays.
        let place = match source.exports.get() {
            0 => source.resize(len)?.as_ptr(),
            _ => source.contents()?.as_slice().as_ptr().cast_mut(),
        };
        // SAFETY: the caller's view; the buffer is the stream's own and stays where it is while exports are counted.
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
