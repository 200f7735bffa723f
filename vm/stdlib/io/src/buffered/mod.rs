//! `BufferedReader`, `BufferedWriter`, `BufferedRandom` and `BufferedRWPair`.
//!
//! The three single-stream classes share one layout ([`Buffered`]). Invariant: at most one of read-ahead and unwritten data is there.
//! No buffer is borrowed while Python code can run: [`Buffered::fill`] and [`Buffered::flush_pending`] take it out first.

mod classes;
mod lock;
mod pair;

pub use classes::{BUFFERED_RANDOM, BUFFERED_READER, BUFFERED_WRITER};
pub use pair::BufferedRwPair;

use crate::base::{self, IoBase};
use crate::fileio::FileIo;
use core::cell::{Cell, RefCell};
use lock::{Guard, Lock};
use macros::Trace;
use objects::protocol::attr;
use objects::protocol::call::{call, call_method};
use objects::protocol::{self, number};
use objects::types::bytes::Bytes;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, id, raise};

/// The state of a buffered stream.
#[repr(C)]
#[derive(Trace)]
pub struct Buffered {
    base: IoBase,
    raw: Slot,
    /// Whether `__init__` succeeded.
    ok: Cell<bool>,
    detached: Cell<bool>,
    finalizing: Cell<bool>,
    size: Cell<usize>,
    /// What `__sizeof__` tells of the buffer: nothing once the stream is closed.
    size_held: Cell<usize>,
    /// Data read ahead, of which `position` bytes are consumed.
    #[trace(skip)]
    ahead: RefCell<Vec<u8>>,
    position: Cell<usize>,
    /// Data not yet written.
    #[trace(skip)]
    pending: RefCell<Vec<u8>>,
    #[trace(skip)]
    lock: Lock,
}

// The three classes share the layout; as a view it stands for the first of them.
objects::instance!(Buffered, classes::BUFFERED_READER);

impl Buffered {
    fn new_in(class: &TypeObject) -> Result<Ref<Buffered>> {
        Ref::new_in(
            class,
            Buffered {
                base: IoBase::new(),
                raw: Slot::empty(),
                ok: Cell::new(false),
                detached: Cell::new(false),
                finalizing: Cell::new(false),
                size: Cell::new(0),
                size_held: Cell::new(0),
                ahead: RefCell::default(),
                position: Cell::new(0),
                pending: RefCell::default(),
                lock: Lock::default(),
            },
        )
    }

    fn init(&self, raw: &Object, size: isize) -> Result<()> {
        self.ok.set(false);
        let Some(size) = usize::try_from(size).ok().filter(|&size| size > 0) else {
            return Err(raise!(ValueError, "buffer size must be strictly positive"));
        };
        self.size.set(size);
        self.size_held.set(size);
        self.raw.set(Some(raw.to_ref()));
        self.detached.set(false);
        self.drop_ahead();
        self.pending.borrow_mut().clear();
        self.ok.set(true);
        Ok(())
    }

    /// The raw stream of an initialised, attached stream.
    fn raw(&self) -> Result<Ref> {
        match self.raw.get() {
            Some(raw) if self.ok.get() => Ok(raw),
            _ if self.detached.get() => Err(raise!(ValueError, "raw stream has been detached")),
            _ => Err(raise!(ValueError, "I/O operation on uninitialized object")),
        }
    }

    /// Begins an operation that may wait for the raw stream.
    fn enter(&self) -> Result<Guard<'_>> {
        self.lock.enter(self.as_object())
    }

    fn is_closed(&self) -> Result<bool> {
        let raw = self.raw()?;
        if let Some(file) = raw.cast_exact::<FileIo>() {
            return Ok(file.is_closed());
        }
        base::is_closed(&raw)
    }

    fn check_open(&self, action: &str) -> Result<Ref> {
        let raw = self.raw()?;
        if self.is_closed()? {
            return Err(raise!(ValueError, "{action} of closed file"));
        }
        Ok(raw)
    }

    /// How many bytes are read ahead and not consumed.
    fn ahead_len(&self) -> usize {
        self.ahead.borrow().len() - self.position.get()
    }

    fn drop_ahead(&self) {
        self.ahead.borrow_mut().clear();
        self.position.set(0);
    }

    /// Moves up to `count` bytes of read-ahead to the end of `data`.
    fn consume(&self, count: usize, data: &mut Vec<u8>) {
        let ahead = self.ahead.borrow();
        let start = self.position.get();
        let end = ahead.len().min(start.saturating_add(count));
        data.extend_from_slice(&ahead[start..end]);
        self.position.set(end);
    }

    /// One raw read of up to `count` bytes; `None` when it would block.
    fn raw_read(&self, count: usize) -> Result<Option<Vec<u8>>> {
        let raw = self.raw()?;
        let mut data = Vec::new();
        data.try_reserve_exact(count).map_err(|_| raise::no_memory())?;
        data.resize(count, 0);
        if let Some(file) = raw.cast_exact::<FileIo>() {
            file.check_readable()?;
            let count = file.read_slice(&mut data)?;
            return Ok(count.map(|count| {
                data.truncate(count);
                data
            }));
        }
        let size = new_int(count as i64)?;
        let buffer = call(objects::types::bytearray::PyByteArray_Type.as_object(), &[&*size])?;
        let answer = call_method(&raw, id!("readinto"), &[&*buffer])?;
        if answer.is(none()) {
            return Ok(None);
        }
        let read = number::index_as_isize(&answer, Some(&exc::ValueError)).map_err(|raised| {
            let cause = raised.take();
            raise::with_cause(raise!(OSError, "raw readinto() failed"), cause)
        })?;
        let Some(read) = usize::try_from(read).ok().filter(|&read| read <= count) else {
            return Err(raise!(
                OSError,
                "raw readinto() returned invalid length {read} (should have been between 0 and {count})"
            ));
        };
        let buffer = objects::protocol::buffer::BytesLike::of(&buffer)?;
        data.clear();
        data.extend_from_slice(&buffer.as_slice()[..read]);
        Ok(Some(data))
    }

    /// Reads ahead; the read-ahead was empty. Whether something came: `None` when it would block.
    fn fill(&self) -> Result<Option<usize>> {
        debug_assert!(self.ahead_len() == 0);
        let data = self.raw_read(self.size.get())?;
        Ok(data.map(|data| {
            let count = data.len();
            *self.ahead.borrow_mut() = data;
            self.position.set(0);
            count
        }))
    }

    /// One raw write; `None` when it would block.
    fn raw_write(&self, data: &[u8]) -> Result<Option<usize>> {
        let raw = self.raw()?;
        if let Some(file) = raw.cast_exact::<FileIo>() {
            file.check_writable()?;
            return file.write_slice(data);
        }
        let bytes = Bytes::new(data)?;
        let answer = call_method(&raw, id!("write"), &[&*bytes])?;
        if answer.is(none()) {
            return Ok(None);
        }
        let written = number::index_as_isize(&answer, Some(&exc::ValueError))?;
        match usize::try_from(written).ok().filter(|&written| written <= data.len()) {
            Some(written) => Ok(Some(written)),
            None => Err(raise!(
                OSError,
                "raw write() returned invalid length {written} (should have been between 0 and {})",
                data.len()
            )),
        }
    }

    /// Writes all pending data.
    fn flush_pending(&self) -> Result<()> {
        let data = core::mem::take(&mut *self.pending.borrow_mut());
        let mut done = 0;
        while done < data.len() {
            match self.raw_write(&data[done..]) {
                Ok(Some(count)) => done += count,
                Ok(None) => {
                    self.keep_pending(&data[done..]);
                    return Err(would_block("write could not complete without blocking", 0));
                }
                Err(raised) => {
                    self.keep_pending(&data[done..]);
                    return Err(raised);
                }
            }
            objects::hooks::HANDLE_PENDING.get()()?;
        }
        let mut pending = self.pending.borrow_mut();
        if pending.is_empty() {
            // Keep the allocation.
            *pending = data;
            pending.clear();
        }
        Ok(())
    }

    /// Puts unwritten data back in front of what may have been written meanwhile.
    fn keep_pending(&self, data: &[u8]) {
        self.pending.borrow_mut().splice(0..0, data.iter().copied());
    }

    /// Gives up the read-ahead: the raw stream's position becomes the logical one.
    fn rewind(&self) -> Result<()> {
        let ahead = self.ahead_len();
        self.drop_ahead();
        if ahead > 0 {
            let raw = self.raw()?;
            call_method(&raw, id!("seek"), &[&*new_int(-(ahead as i64))?, &*new_int(1)?])?;
        }
        Ok(())
    }

    fn write(&self, data: &[u8]) -> Result<usize> {
        self.rewind()?;
        let size = self.size.get();
        let room = size.saturating_sub(self.pending.borrow().len());
        // What fills the buffer at once is better written than copied.
        if data.len() <= room && data.len() < size {
            self.pending.borrow_mut().extend_from_slice(data);
            return Ok(data.len());
        }
        if let Err(raised) = self.flush_pending() {
            if !raised.matches(&exc::BlockingIOError) {
                return Err(raised);
            }
            // Take what fits, and say how much that was.
            let room = size.saturating_sub(self.pending.borrow().len());
            if data.len() <= room {
                raised.clear();
                self.pending.borrow_mut().extend_from_slice(data);
                return Ok(data.len());
            }
            raised.clear();
            self.pending.borrow_mut().extend_from_slice(&data[..room]);
            return Err(would_block("write could not complete without blocking", room));
        }
        let mut done = 0;
        while data.len() - done >= size {
            match self.raw_write(&data[done..])? {
                Some(count) => done += count,
                None => {
                    let kept = (data.len() - done).min(size);
                    self.pending.borrow_mut().extend_from_slice(&data[done..done + kept]);
                    done += kept;
                    if done < data.len() {
                        return Err(would_block("write could not complete without blocking", done));
                    }
                }
            }
            objects::hooks::HANDLE_PENDING.get()()?;
        }
        self.pending.borrow_mut().extend_from_slice(&data[done..]);
        Ok(data.len())
    }

    /// Reads everything to the end; `None` when nothing came because that would block.
    fn read_all(&self) -> Result<Ref> {
        let raw = self.raw()?;
        let mut data = Vec::new();
        self.consume(usize::MAX, &mut data);
        self.drop_ahead();
        self.flush_pending()?;
        let rest = match attr::get_optional(&raw, id!("readall"))? {
            Some(readall) => call(&readall, &[])?,
            None => loop {
                let part = call_method(&raw, id!("read"), &[])?;
                if part.is(none()) {
                    break if data.is_empty() { part } else { Bytes::new(&[])?.upcast() };
                }
                let Some(bytes) = part.cast::<Bytes>() else {
                    return Err(raise!(TypeError, "read() should return bytes"));
                };
                if bytes.as_slice().is_empty() {
                    break part;
                }
                data.extend_from_slice(bytes.as_slice());
            },
        };
        if rest.is(none()) {
            return if data.is_empty() { Ok(rest) } else { Bytes::new(&data).map(Ref::upcast) };
        }
        let Some(bytes) = rest.cast::<Bytes>() else {
            return Err(raise!(TypeError, "readall() should return bytes"));
        };
        if data.is_empty() {
            return Ok(rest);
        }
        data.extend_from_slice(bytes.as_slice());
        Bytes::new(&data).map(Ref::upcast)
    }

    /// Reads `count` bytes, fewer only at the end; `None` when nothing came because that would block.
    fn read_exact(&self, count: usize) -> Result<Option<Vec<u8>>> {
        let mut data = Vec::new();
        data.try_reserve(count.min(1 << 20)).map_err(|_| raise::no_memory())?;
        self.consume(count, &mut data);
        if data.len() == count {
            return Ok(Some(data));
        }
        self.flush_pending()?;
        while data.len() < count {
            let missing = count - data.len();
            let size = self.size.get();
            let came = if missing >= size {
                self.drop_ahead();
                match self.raw_read(missing - missing % size)? {
                    Some(part) => {
                        data.extend_from_slice(&part);
                        Some(part.len())
                    }
                    None => None,
                }
            } else {
                let came = self.fill()?;
                self.consume(missing, &mut data);
                came
            };
            match came {
                Some(0) => break,
                Some(_) => {}
                None if data.is_empty() => return Ok(None),
                None => break,
            }
        }
        Ok(Some(data))
    }

    fn read_line(&self, limit: Option<usize>) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        self.flush_pending()?;
        loop {
            {
                let ahead = self.ahead.borrow();
                let rest = &ahead[self.position.get()..];
                let room = limit.map_or(rest.len(), |limit| rest.len().min(limit - line.len()));
                let end = memchr::memchr(b'\n', &rest[..room]).map(|end| end + 1);
                let taken = end.unwrap_or(room);
                line.extend_from_slice(&rest[..taken]);
                self.position.set(self.position.get() + taken);
                if end.is_some() || limit.is_some_and(|limit| line.len() >= limit) {
                    return Ok(line);
                }
            }
            match self.fill()? {
                Some(count) if count > 0 => {}
                _ => return Ok(line),
            }
        }
    }

    /// The logical position.
    fn tell(&self) -> Result<i64> {
        let raw = self.raw()?;
        let position = call_method(&raw, id!("tell"), &[])?;
        let position = crate::fileio::offset_argument(&position)?;
        if position < 0 {
            return Err(raise!(OSError, "Raw stream returned invalid position {position}"));
        }
        // A character device may say 0 whatever was read.
        Ok((position - self.ahead_len() as i64 + self.pending.borrow().len() as i64).max(0))
    }

    fn seek(&self, target: &Object, whence: i32) -> Result<Ref> {
        if !(0..=2).contains(&whence) {
            return Err(raise!(ValueError, "whence value {whence} unsupported"));
        }
        let raw = self.check_open("seek")?;
        base::check_seekable(&raw)?;
        let offset = crate::fileio::offset_argument(target)?;
        let _guard = self.enter()?;
        // Within the read-ahead no system call is needed.
        if whence != 2 && self.pending.borrow().is_empty() && self.ahead_len() > 0 {
            let current = self.tell()?;
            let distance = if whence == 0 { offset - current } else { offset };
            let (back, forth) = (self.position.get() as i64, self.ahead_len() as i64);
            if -back <= distance && distance <= forth {
                self.position.set((back + distance) as usize);
                return new_int(current + distance);
            }
        }
        self.flush_pending()?;
        let offset = if whence == 1 { offset - self.ahead_len() as i64 } else { offset };
        self.drop_ahead();
        let position = call_method(&raw, id!("seek"), &[&*new_int(offset)?, &*new_int(whence.into())?])?;
        let value = crate::fileio::offset_argument(&position)?;
        if value < 0 {
            return Err(raise!(OSError, "Raw stream returned invalid position {value}"));
        }
        Ok(position)
    }

    fn truncate(&self, size: Option<&Object>) -> Result<Ref> {
        let raw = self.check_open("truncate")?;
        let _guard = self.enter()?;
        self.flush_pending()?;
        let size = match size.filter(|size| !size.is(none())) {
            Some(size) => size.to_ref(),
            None => new_int(self.tell()?)?,
        };
        self.rewind()?;
        call_method(&raw, id!("truncate"), &[&*size])
    }

    fn close(&self) -> Result<()> {
        let raw = self.raw()?;
        let guard = self.enter()?;
        if self.is_closed()? {
            return Ok(());
        }
        if self.finalizing.get()
            && let Err(raised) = call_method(&raw, id!("_dealloc_warn"), &[self.as_object()])
        {
            raised.clear();
        }
        // It takes the lock itself.
        drop(guard);
        let flushed = call_method(self, id!("flush"), &[]);
        let first = match &flushed {
            Err(_) => raise::take_pending(),
            Ok(_) => None,
        };
        let _guard = self.enter()?;
        let closed = call_method(&raw, id!("close"), &[]);
        self.ahead.take();
        self.position.set(0);
        self.pending.take();
        self.size_held.set(0);
        base::after(first, closed).map(drop)
    }

    fn detach(&self) -> Result<Ref> {
        let raw = self.raw()?;
        call_method(self, id!("flush"), &[])?;
        self.raw.set(None);
        self.detached.set(true);
        self.ok.set(false);
        Ok(raw)
    }

    fn repr(&self) -> Result<Ref<Str>> {
        let class = self.class().full_name();
        match base::optional_attribute(self, id!("name"))? {
            None => Str::new(&format!("<{class}>")),
            Some(name) => {
                let Some(_guard) = protocol::repr_guard::enter(self) else {
                    return Err(raise!(RuntimeError, "reentrant call inside {class}.__repr__"));
                };
                Str::new(&format!("<{class} name={}>", protocol::object::repr(&name)?.to_string_lossy()))
            }
        }
    }

    /// What the raw stream answers to a method without arguments.
    fn ask_raw(&self, method: &'static Str) -> Result<Ref> {
        call_method(&*self.raw()?, method, &[])
    }

    fn raw_attribute(&self, name: &'static Str) -> Result<Ref> {
        attr::get(&*self.raw()?, name)
    }
}

/// BlockingIOError that says how much was written.
fn would_block(text: &str, written: usize) -> objects::Raised {
    let make = || -> Result<Ref> {
        let args = [new_int(libc::EAGAIN.into())?, Str::new(text)?.upcast(), new_int(written as i64)?];
        call(exc::BlockingIOError.as_object(), &[&*args[0], &*args[1], &*args[2]])
    };
    match make() {
        Ok(exception) => raise::restore(exception),
        Err(raised) => raised,
    }
}
