//! The three classes over one raw stream. Each is the common state under another name with its own methods.

use super::Buffered;
use crate::base::{self, BUFFERED_IO_BASE};
use macros::{Trace, pytype};
use objects::protocol::buffer::BytesLike;
use objects::types::bytes::Bytes;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, TypeObject, id, raise};

/// Declares a class with the methods that all three have, and those of readers and writers where asked.
macro_rules! class {
    ($view:ident $name:literal $static_name:ident $check:expr, { $($own:tt)* }) => {
        /// See the type.
        #[repr(transparent)]
        #[derive(Trace)]
        pub struct $view {
            buffered: Buffered,
        }

        #[pytype(
            name = $name, module = "_io", static_name = $static_name, base = BUFFERED_IO_BASE, gc, flags = [BASETYPE],
            member("raw", OBJECT, buffered.raw, READONLY), member("_finalizing", BOOL, buffered.finalizing),
        )]
        impl $view {
            $($own)*

            #[slot(tp_new)]
            fn tp_new(
                class: &TypeObject,
                _args: &objects::types::tuple::Tuple,
                _kwargs: Option<&objects::types::dict::Dict>,
            ) -> Result<Ref<Buffered>> {
                Buffered::new_in(class)
            }

            #[init("(raw, buffer_size=DEFAULT_BUFFER_SIZE)")]
            fn init(&self, raw: &Object, #[default(crate::open::DEFAULT_BUFFER_SIZE as isize)] buffer_size: isize) -> Result<()> {
                self.buffered.ok.set(false);
                let check: fn(&Object) -> Result<()> = $check;
                check(raw)?;
                self.buffered.init(raw, buffer_size)
            }

            #[slot(tp_repr)]
            fn repr(&self) -> Result<Ref<Str>> {
                self.buffered.repr()
            }

            #[method("close($self, /)")]
            fn close(&self) -> Result<()> {
                self.buffered.close()
            }

            #[method("detach($self, /)")]
            fn detach(&self) -> Result<Ref> {
                self.buffered.detach()
            }

            #[method("seekable($self, /)")]
            fn seekable(&self) -> Result<Ref> {
                self.buffered.ask_raw(id!("seekable"))
            }

            #[method("fileno($self, /)")]
            fn fileno(&self) -> Result<Ref> {
                self.buffered.ask_raw(id!("fileno"))
            }

            #[method("isatty($self, /)")]
            fn isatty(&self) -> Result<Ref> {
                self.buffered.ask_raw(id!("isatty"))
            }

            #[method("_dealloc_warn($self, source, /)")]
            fn dealloc_warn(&self, source: &Object) -> Result<()> {
                if let Some(raw) = self.buffered.raw.get()
                    && let Err(raised) = objects::protocol::call::call_method(&raw, id!("_dealloc_warn"), &[source])
                {
                    raised.clear();
                }
                Ok(())
            }

            #[method("flush($self, /)")]
            fn flush(&self) -> Result<()> {
                self.buffered.check_open("flush")?;
                let _guard = self.buffered.enter()?;
                self.buffered.flush_pending()
            }

            #[method("seek($self, target, whence=0, /)")]
            fn seek(&self, target: &Object, #[default(0)] whence: i32) -> Result<Ref> {
                self.buffered.seek(target, whence)
            }

            #[method("tell($self, /)")]
            fn tell(&self) -> Result<i64> {
                self.buffered.tell()
            }

            #[method("truncate($self, pos=None, /)")]
            fn truncate(&self, pos: Option<&Object>) -> Result<Ref> {
                self.buffered.raw()?;
                base::check_writable(self)?;
                self.buffered.truncate(pos)
            }

            #[method("__sizeof__($self, /)")]
            fn sizeof(&self) -> usize {
                self.class().tp_basicsize.get() as usize + self.buffered.size_held.get()
            }

            #[method("__getstate__($self, /)")]
            fn getstate(&self) -> Result<()> {
                base::cannot_pickle(self)
            }

            #[getter("closed")]
            fn closed(&self) -> Result<Ref> {
                self.buffered.raw_attribute(id!("closed"))
            }

            #[getter("name")]
            fn name(&self) -> Result<Ref> {
                self.buffered.raw_attribute(id!("name"))
            }

            #[getter("mode")]
            fn mode(&self) -> Result<Ref> {
                self.buffered.raw_attribute(id!("mode"))
            }
        }
    };
}

fn check_readable(raw: &Object) -> Result<()> {
    base::check_readable(raw).map(drop)
}

fn check_writable(raw: &Object) -> Result<()> {
    base::check_writable(raw).map(drop)
}

fn check_random(raw: &Object) -> Result<()> {
    base::check_seekable(raw)?;
    base::check_readable(raw)?;
    base::check_writable(raw).map(drop)
}

/// What a line iteration yields: `None` ends it. Subclasses with their own `readline` are asked.
fn next_line(buffered: &Buffered, own: &TypeObject) -> Result<Option<Ref>> {
    base::check_closed(buffered)?;
    let line = if buffered.class().is_subtype(own) && core::ptr::eq(buffered.class(), own) {
        buffered.raw()?;
        let _guard = buffered.enter()?;
        Bytes::new(&buffered.read_line(None)?)?.upcast()
    } else {
        let line = objects::protocol::call::call_method(buffered, id!("readline"), &[])?;
        if line.cast::<Bytes>().is_none() {
            return Err(raise!(
                OSError,
                "readline() should have returned a bytes object, not '{}'",
                line.class().name()
            ));
        }
        line
    };
    Ok((objects::protocol::object::len(&line)? > 0).then_some(line))
}

fn read(buffered: &Buffered, size: Option<&Object>) -> Result<Ref> {
    let size = match size.filter(|size| !size.is(none())) {
        None => -1,
        Some(size) => {
            objects::protocol::number::index_as_isize(size, Some(&objects::types::exceptions::OverflowError))?
        }
    };
    if size < -1 {
        return Err(raise!(ValueError, "read length must be non-negative or -1"));
    }
    buffered.check_open("read")?;
    let _guard = buffered.enter()?;
    match usize::try_from(size) {
        Err(_) => buffered.read_all(),
        Ok(size) => Ok(match buffered.read_exact(size)? {
            Some(data) => Bytes::new(&data)?.upcast(),
            None => none().to_ref(),
        }),
    }
}

fn read1(buffered: &Buffered, size: isize) -> Result<Ref<Bytes>> {
    buffered.check_open("read")?;
    let size = usize::try_from(size).unwrap_or(buffered.size.get());
    if size == 0 {
        return Bytes::new(&[]);
    }
    let _guard = buffered.enter()?;
    if buffered.ahead_len() == 0 {
        buffered.flush_pending()?;
        buffered.drop_ahead();
        return Bytes::new(&buffered.raw_read(size)?.unwrap_or_default());
    }
    let mut data = Vec::new();
    buffered.consume(size, &mut data);
    Bytes::new(&data)
}

fn read_into(buffered: &Buffered, buffer: &Object, once: bool) -> Result<Option<usize>> {
    buffered.check_open("readinto")?;
    let name = if once { id!("read1") } else { id!("read") };
    let mut buffer = base::writable(buffer, name)?;
    let wanted = buffer.len();
    let _guard = buffered.enter()?;
    let data = if once { read_once(buffered, wanted)? } else { buffered.read_exact(wanted)? };
    Ok(data.map(|data| {
        buffer.as_mut_slice()[..data.len()].copy_from_slice(&data);
        data.len()
    }))
}

/// What is read ahead, and then what one raw read gives if it is more than fits the buffer, or nothing was read ahead.
fn read_once(buffered: &Buffered, wanted: usize) -> Result<Option<Vec<u8>>> {
    let mut data = Vec::new();
    buffered.consume(wanted, &mut data);
    let missing = wanted - data.len();
    if missing == 0 {
        return Ok(Some(data));
    }
    buffered.flush_pending()?;
    buffered.drop_ahead();
    let came = if missing > buffered.size.get() {
        let part = buffered.raw_read(missing)?;
        part.map(|part| data.extend_from_slice(&part))
    } else if data.is_empty() {
        let came = buffered.fill()?;
        buffered.consume(missing, &mut data);
        came.map(drop)
    } else {
        Some(())
    };
    Ok(if came.is_none() && data.is_empty() { None } else { Some(data) })
}

fn peek(buffered: &Buffered) -> Result<Ref<Bytes>> {
    buffered.check_open("peek")?;
    let _guard = buffered.enter()?;
    buffered.flush_pending()?;
    if buffered.ahead_len() == 0 {
        buffered.fill()?;
    }
    Bytes::new(&buffered.ahead.borrow()[buffered.position.get()..])
}

fn read_line(buffered: &Buffered, size: Option<&Object>) -> Result<Ref<Bytes>> {
    let limit = base::size_argument(size)?;
    buffered.check_open("readline")?;
    let _guard = buffered.enter()?;
    Bytes::new(&buffered.read_line(limit)?)
}

fn write(buffered: &Buffered, data: &Object) -> Result<usize> {
    buffered.raw()?;
    let data = BytesLike::of(data)?;
    let _guard = buffered.enter()?;
    buffered.check_open("write")?;
    buffered.write(data.as_slice())
}

class! { BufferedReader "BufferedReader" BUFFERED_READER check_readable, {
    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        next_line(&self.buffered, &BUFFERED_READER)
    }

    #[method("readable($self, /)")]
    fn readable(&self) -> Result<Ref> {
        self.buffered.ask_raw(id!("readable"))
    }

    #[method("read($self, size=-1, /)")]
    fn read(&self, size: Option<&Object>) -> Result<Ref> {
        read(&self.buffered, size)
    }

    #[method("read1($self, size=-1, /)")]
    fn read1(&self, #[default(-1)] size: isize) -> Result<Ref<Bytes>> {
        read1(&self.buffered, size)
    }

    #[method("readinto($self, buffer, /)")]
    fn readinto(&self, buffer: &Object) -> Result<Option<usize>> {
        read_into(&self.buffered, buffer, false)
    }

    #[method("readinto1($self, buffer, /)")]
    fn readinto1(&self, buffer: &Object) -> Result<Option<usize>> {
        read_into(&self.buffered, buffer, true)
    }

    #[method("peek($self, size=0, /)")]
    fn peek(&self, #[default(0)] _size: isize) -> Result<Ref<Bytes>> {
        peek(&self.buffered)
    }

    #[method("readline($self, size=-1, /)")]
    fn readline(&self, size: Option<&Object>) -> Result<Ref<Bytes>> {
        read_line(&self.buffered, size)
    }
} }

class! { BufferedWriter "BufferedWriter" BUFFERED_WRITER check_writable, {
    #[method("writable($self, /)")]
    fn writable(&self) -> Result<Ref> {
        self.buffered.ask_raw(id!("writable"))
    }

    #[method("write($self, buffer, /)")]
    fn write(&self, buffer: &Object) -> Result<usize> {
        write(&self.buffered, buffer)
    }
} }

class! { BufferedRandom "BufferedRandom" BUFFERED_RANDOM check_random, {
    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        next_line(&self.buffered, &BUFFERED_RANDOM)
    }

    #[method("readable($self, /)")]
    fn readable(&self) -> Result<Ref> {
        self.buffered.ask_raw(id!("readable"))
    }

    #[method("writable($self, /)")]
    fn writable(&self) -> Result<Ref> {
        self.buffered.ask_raw(id!("writable"))
    }

    #[method("read($self, size=-1, /)")]
    fn read(&self, size: Option<&Object>) -> Result<Ref> {
        read(&self.buffered, size)
    }

    #[method("read1($self, size=-1, /)")]
    fn read1(&self, #[default(-1)] size: isize) -> Result<Ref<Bytes>> {
        read1(&self.buffered, size)
    }

    #[method("readinto($self, buffer, /)")]
    fn readinto(&self, buffer: &Object) -> Result<Option<usize>> {
        read_into(&self.buffered, buffer, false)
    }

    #[method("readinto1($self, buffer, /)")]
    fn readinto1(&self, buffer: &Object) -> Result<Option<usize>> {
        read_into(&self.buffered, buffer, true)
    }

    #[method("peek($self, size=0, /)")]
    fn peek(&self, #[default(0)] _size: isize) -> Result<Ref<Bytes>> {
        peek(&self.buffered)
    }

    #[method("readline($self, size=-1, /)")]
    fn readline(&self, size: Option<&Object>) -> Result<Ref<Bytes>> {
        read_line(&self.buffered, size)
    }

    #[method("write($self, buffer, /)")]
    fn write(&self, buffer: &Object) -> Result<usize> {
        write(&self.buffered, buffer)
    }
} }
