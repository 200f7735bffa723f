//! The methods and slots of `mmap`.

use super::{Access, Mmap, READ_WRITE, Request, audit, out_of_range};
use crate::arguments::{arity, byte, int};
use core::ffi::c_int;
use memchr::memmem;
use objects::protocol::buffer::{self, BytesLike};
use objects::protocol::number;
use objects::types::buffer::BufferView;
use objects::types::bytes::Bytes;
use objects::types::exceptions as exc;
use objects::types::int::Int;
use objects::types::none::none;
use objects::types::slice::Slice;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, TypeObject, raise};

fn size_argument(object: &Object) -> Result<isize> {
    number::index_as_isize(object, Some(&exc::OverflowError))
}

impl Mmap {
    /// `find` and `rfind`: the place of some bytes between two others.
    fn search(&self, function: &str, args: &[&Object], from_right: bool) -> Result<isize> {
        arity(function, args, 1, 3)?;
        let wanted = BytesLike::of(args[0])?;
        let start = args.get(1).map_or(Ok(self.pos.get() as isize), |start| size_argument(start))?;
        let end = args.get(2).map_or(Ok(self.size() as isize), |end| size_argument(end))?;
        self.check()?;
        let size = self.size() as isize;
        let clip = |at: isize| (if at < 0 { at + size } else { at }).clamp(0, size) as usize;
        let (start, end) = (clip(start), clip(end));
        let Some(within) = self.bytes().get(start..end) else { return Ok(-1) };
        let found = match from_right {
            true => memmem::rfind(within, &wanted),
            false => memmem::find(within, &wanted),
        };
        Ok(found.map_or(-1, |at| (start + at) as isize))
    }

    fn index(&self, index: isize) -> Result<usize> {
        let index = if index < 0 { index + self.size() as isize } else { index };
        usize::try_from(index).ok().filter(|&index| index < self.size()).ok_or_else(out_of_range)
    }

    fn store_item(&self, index: usize, value: &Object) -> Result<()> {
        if !number::is_index(value) {
            return Err(raise!(TypeError, "mmap item value must be an int"));
        }
        let value = number::index_as_isize(value, Some(&exc::TypeError))?;
        let Ok(value) = u8::try_from(value) else {
            return Err(raise!(ValueError, "mmap item value must be in range(0, 256)"));
        };
        // The value's `__index__` may have closed or resized the map.
        self.check()?;
        if index >= self.size() {
            return Err(out_of_range());
        }
        self.store(index, &[value]);
        Ok(())
    }
}

#[macros::pytype(name = "mmap", module = "mmap", getattro = objects::attrs::generic_getattro, static_name = MMAP, flags = [BASETYPE], weaklist = weakreflist)]
impl Mmap {
    #[new("(fileno, length, flags=1, prot=3, access=0, offset=0, *, trackfd=True)")]
    fn py_new(
        class: &TypeObject,
        fileno: c_int,
        length: isize,
        #[default(libc::MAP_SHARED)] flags: c_int,
        #[default(READ_WRITE)] prot: c_int,
        access: c_int,
        offset: i64,
        trackfd: bool,
    ) -> Result<Ref<Mmap>> {
        let request = Request { fileno, length, flags, prot, access, offset, trackfd };
        audit(&request)?;
        Mmap::map(class, &request)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let (class, access) = (self.as_object().class().full_name(), self.access.get().name());
        if self.map.data.get().is_null() {
            return Str::new(&format!("<{class} closed=True>"));
        }
        let (length, pos, offset) = (self.size(), self.pos.get(), self.offset.get());
        Str::new(&format!(
            "<{class} closed=False, access={access}, length={length}, pos={pos}, offset={offset}>"
        ))
    }

    #[slot(bf_getbuffer)]
    fn getbuffer(&self, view: *mut BufferView, flags: c_int) -> Result<()> {
        self.check()?;
        let readonly = self.access.get() == Access::Read;
        // SAFETY: the memory stays in place while there are exports; the consumer's view.
        unsafe { buffer::fill(view, self, self.map.data.get(), self.size(), readonly, flags) }?;
        self.exports.set(self.exports.get() + 1);
        Ok(())
    }

    #[slot(bf_releasebuffer)]
    fn releasebuffer(&self, _view: *mut BufferView) {
        self.exports.set(self.exports.get().saturating_sub(1));
    }

    #[slot(sq_length)]
    fn len(&self) -> Result<usize> {
        self.check()?;
        Ok(self.size())
    }

    #[slot(mp_length)]
    fn mp_len(&self) -> Result<usize> {
        self.len()
    }

    #[slot(sq_item)]
    fn item(&self, index: isize) -> Result<Ref> {
        self.check()?;
        let byte = usize::try_from(index).ok().and_then(|index| self.bytes().get(index).copied());
        Ok(Bytes::new(&[byte.ok_or_else(out_of_range)?])?.upcast())
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        self.check()?;
        if let Some(slice) = key.cast::<Slice>() {
            let bounds = slice.bounds()?;
            self.check()?;
            let indices = bounds.for_len(self.size());
            let bytes = self.bytes();
            let taken: Vec<u8> = match indices.step {
                1 => bytes
                    .get(indices.start as usize..indices.start as usize + indices.count)
                    .unwrap_or_default()
                    .to_vec(),
                _ => indices.iter().map(|index| bytes[index]).collect(),
            };
            return Ok(Bytes::new(&taken)?.upcast());
        }
        if !number::is_index(key) {
            return Err(raise!(TypeError, "mmap indices must be integers"));
        }
        let index = number::index_as_isize(key, Some(&exc::IndexError))?;
        self.check()?;
        let index = self.index(index)?;
        Ok(Int::from_i64(self.bytes()[index].into())?.upcast())
    }

    #[slot(mp_ass_subscript)]
    fn assign_subscript(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        self.check()?;
        self.check_writable()?;
        if let Some(slice) = key.cast::<Slice>() {
            let bounds = slice.bounds()?;
            let Some(value) = value else {
                return Err(raise!(TypeError, "mmap object doesn't support slice deletion"));
            };
            let value = BytesLike::of(value)?;
            self.check()?;
            let indices = bounds.for_len(self.size());
            if value.len() != indices.count {
                return Err(raise!(IndexError, "mmap slice assignment is wrong size"));
            }
            match indices.step {
                1 => self.store(indices.start as usize, &value),
                _ => indices.iter().zip(value.iter()).for_each(|(index, byte)| self.store(index, &[*byte])),
            }
            return Ok(());
        }
        if !number::is_index(key) {
            return Err(raise!(TypeError, "mmap indices must be integer"));
        }
        let index = number::index_as_isize(key, Some(&exc::IndexError))?;
        self.check()?;
        let index = self.index(index)?;
        match value {
            Some(value) => self.store_item(index, value),
            None => Err(raise!(TypeError, "mmap doesn't support item deletion")),
        }
    }

    #[slot(sq_ass_item)]
    fn assign_item(&self, index: isize, value: Option<&Object>) -> Result<()> {
        self.check()?;
        self.check_writable()?;
        let index = usize::try_from(index).ok().filter(|&index| index < self.size());
        let index = index.ok_or_else(out_of_range)?;
        let Some(value) = value else {
            return Err(raise!(TypeError, "mmap object doesn't support item deletion"));
        };
        match value.cast::<Bytes>().filter(|value| value.len() == 1) {
            Some(value) => {
                self.store(index, value.as_slice());
                Ok(())
            }
            None => Err(raise!(IndexError, "mmap assignment must be length-1 bytes()")),
        }
    }

    #[method("close($self, /)")]
    fn close(&self) -> Result<()> {
        if self.exports.get() > 0 {
            return Err(raise!(BufferError, "cannot close exported pointers exist"));
        }
        self.map.release();
        Ok(())
    }

    #[getter("closed")]
    fn closed(&self) -> bool {
        self.map.data.get().is_null()
    }

    #[method("find", raw)]
    fn find(&self, args: &[&Object]) -> Result<isize> {
        self.check()?;
        self.search("find", args, false)
    }

    #[method("rfind", raw)]
    fn rfind(&self, args: &[&Object]) -> Result<isize> {
        self.check()?;
        self.search("rfind", args, true)
    }

    #[method("flush", raw)]
    fn flush(&self, args: &[&Object]) -> Result<()> {
        arity("flush", args, 0, 2)?;
        let offset = args.first().map_or(Ok(0), |offset| size_argument(offset))?;
        let size = args.get(1).map_or(Ok(self.size() as isize), |size| size_argument(size))?;
        self.check()?;
        let (Ok(offset), Ok(size)) = (usize::try_from(offset), usize::try_from(size)) else {
            return Err(raise!(ValueError, "flush values out of range"));
        };
        if self.size().checked_sub(offset).is_none_or(|left| left < size) {
            return Err(raise!(ValueError, "flush values out of range"));
        }
        if matches!(self.access.get(), Access::Read | Access::Copy) {
            return Ok(());
        }
        let start = self.map.data.get();
        // SAFETY: within the map, which the argument check has found open.
        let status = unsafe { libc::msync(start.add(offset).cast(), size, libc::MS_SYNC) };
        if status < 0 { Err(raise::last_os_error()) } else { Ok(()) }
    }

    #[method("madvise", raw)]
    fn madvise(&self, args: &[&Object]) -> Result<()> {
        arity("madvise", args, 1, 3)?;
        let option = int(args[0])?;
        let start = args.get(1).map_or(Ok(0), |start| size_argument(start))?;
        let length = args.get(2).map_or(Ok(self.size() as isize), |length| size_argument(length))?;
        self.check()?;
        let start = usize::try_from(start).ok().filter(|&start| start < self.size());
        let Some(start) = start else { return Err(raise!(ValueError, "madvise start out of bounds")) };
        let Ok(length) = usize::try_from(length) else {
            return Err(raise!(ValueError, "madvise length invalid"));
        };
        if isize::MAX as usize - start < length {
            return Err(raise!(OverflowError, "madvise length too large"));
        }
        let length = length.min(self.size() - start);
        // SAFETY: within the map.
        let status = unsafe { libc::madvise(self.map.data.get().add(start).cast(), length, option) };
        if status != 0 { Err(raise::last_os_error()) } else { Ok(()) }
    }

    #[method("move", raw)]
    fn r#move(&self, args: &[&Object]) -> Result<()> {
        self.check()?;
        arity("move", args, 3, 3)?;
        let parts = [size_argument(args[0])?, size_argument(args[1])?, size_argument(args[2])?];
        self.check()?;
        self.check_writable()?;
        let wrong = || raise!(ValueError, "source, destination, or count out of range");
        let [Ok(dest), Ok(src), Ok(count)] = parts.map(usize::try_from) else { return Err(wrong()) };
        let fits = |start: usize| self.size().checked_sub(start).is_some_and(|left| left >= count);
        if !fits(dest) || !fits(src) {
            return Err(wrong());
        }
        self.store(dest, &self.bytes()[src..src + count]);
        Ok(())
    }

    #[method("read", raw)]
    fn read(&self, args: &[&Object]) -> Result<Ref<Bytes>> {
        self.check()?;
        arity("read", args, 0, 1)?;
        let count = match args.first().filter(|count| !count.is(none())) {
            None => isize::MAX,
            Some(count) if number::is_index(count) => size_argument(count)?,
            Some(count) => {
                let class = count.class().name();
                return Err(raise!(TypeError, "argument should be integer or None, not '{class}'"));
            }
        };
        self.check()?;
        let left = self.size().saturating_sub(self.pos.get());
        let count = usize::try_from(count).map_or(left, |count| count.min(left));
        let start = self.pos.get();
        let result = Bytes::new(self.bytes().get(start..start + count).unwrap_or_default())?;
        self.pos.set(start + count);
        Ok(result)
    }

    #[method("read_byte($self, /)")]
    fn read_byte(&self) -> Result<i64> {
        self.check()?;
        match self.bytes().get(self.pos.get()) {
            Some(byte) => {
                self.pos.set(self.pos.get() + 1);
                Ok((*byte).into())
            }
            None => Err(raise!(ValueError, "read byte out of range")),
        }
    }

    #[method("readline($self, /)")]
    fn readline(&self) -> Result<Ref<Bytes>> {
        self.check()?;
        let rest = self.bytes().get(self.pos.get()..).unwrap_or_default();
        let len = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let line = Bytes::new(&rest[..len])?;
        self.pos.set(self.pos.get() + len);
        Ok(line)
    }

    #[method("resize", raw)]
    fn resize(&self, args: &[&Object]) -> Result<()> {
        self.check()?;
        arity("resize", args, 1, 1)?;
        let size = size_argument(args[0])?;
        self.check()?;
        self.resizable()?;
        self.change_size(size)
    }

    #[method("seek", raw)]
    fn seek(&self, args: &[&Object]) -> Result<usize> {
        self.check()?;
        arity("seek", args, 1, 2)?;
        let distance = size_argument(args[0])?;
        let whence = args.get(1).map_or(Ok(0), |whence| int(whence))?;
        self.check()?;
        let base = match whence {
            0 => 0,
            1 => self.pos.get() as isize,
            2 => self.size() as isize,
            _ => return Err(raise!(ValueError, "unknown seek type")),
        };
        let place = base.checked_add(distance).and_then(|place| usize::try_from(place).ok());
        match place.filter(|&place| place <= self.size()) {
            Some(place) => {
                self.pos.set(place);
                Ok(place)
            }
            None => Err(raise!(ValueError, "seek out of range")),
        }
    }

    #[method("seekable($self, /)")]
    fn seekable(&self) -> bool {
        true
    }

    #[method("size($self, /)")]
    fn py_size(&self) -> Result<i64> {
        self.check()?;
        // SAFETY: all zeros is valid; our buffer.
        unsafe {
            let mut status: libc::stat = core::mem::zeroed();
            if libc::fstat(self.map.fd.get(), &raw mut status) < 0 {
                return Err(raise::last_os_error());
            }
            Ok(status.st_size)
        }
    }

    #[method("tell($self, /)")]
    fn tell(&self) -> Result<usize> {
        self.check()?;
        Ok(self.pos.get())
    }

    #[method("write", raw)]
    fn write(&self, args: &[&Object]) -> Result<usize> {
        self.check()?;
        arity("write", args, 1, 1)?;
        let data = BytesLike::of(args[0])?;
        self.check_writable()?;
        self.check()?;
        let start = self.pos.get();
        if self.size().checked_sub(start).is_none_or(|left| left < data.len()) {
            return Err(raise!(ValueError, "data out of range"));
        }
        self.store(start, &data);
        self.pos.set(start + data.len());
        Ok(data.len())
    }

    #[method("write_byte", raw)]
    fn write_byte(&self, args: &[&Object]) -> Result<()> {
        self.check()?;
        arity("write_byte", args, 1, 1)?;
        let value = byte(args[0])?;
        self.check()?;
        self.check_writable()?;
        let place = self.pos.get();
        if place >= self.size() {
            return Err(raise!(ValueError, "write byte out of range"));
        }
        self.store(place, &[value]);
        self.pos.set(place + 1);
        Ok(())
    }

    #[method("__enter__($self, /)")]
    fn enter(&self) -> Result<Ref<Mmap>> {
        self.check()?;
        Ok(self.to_ref())
    }

    #[method("__exit__", raw)]
    fn exit(&self, _args: &[&Object]) -> Result<Ref> {
        objects::protocol::call::call_method(self, objects::id!("close"), &[])
    }
}
