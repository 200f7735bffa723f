//! The abstract classes `_IOBase`, `_RawIOBase`, `_BufferedIOBase` and `_TextIOBase`.

use core::cell::Cell;
use macros::{Trace, pytype};
use objects::object::refs::none as new_none;
use objects::protocol::attr;
use objects::protocol::call::{call, call_method};
use objects::protocol::{self, number};
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::weakref::WeakReference;
use objects::{Instance, Object, Raised, Ref, Result, Slot, TypeObject, id, raise};

/// What every stream begins with: the attributes and the weak references.
#[repr(C)]
#[derive(Trace)]
pub struct IoBase {
    pub ob_base: Object,
    pub dict: Slot<Dict>,
    pub weakreflist: Cell<*const WeakReference>,
}

impl IoBase {
    /// The beginning of a new stream.
    pub const fn new() -> IoBase {
        IoBase { ob_base: Object::HEAD, dict: Slot::empty(), weakreflist: Cell::new(core::ptr::null()) }
    }
}

impl Default for IoBase {
    fn default() -> IoBase {
        IoBase::new()
    }
}

objects::per_interpreter! {
    /// The class `io.UnsupportedOperation`, made when the module is executed.
    static UNSUPPORTED: Class = Class(Slot::empty());
}

struct Class(Slot);

// SAFETY: set when the module is executed, read under the GIL.
unsafe impl Sync for Class {}

/// Remembers the class `io.UnsupportedOperation`.
pub fn set_unsupported_class(class: Ref) {
    UNSUPPORTED.0.set(Some(class));
}

/// `io.UnsupportedOperation` with a text.
pub fn unsupported(text: &str) -> Raised {
    let class = UNSUPPORTED.0.get();
    match class.as_deref().and_then(|class| class.cast::<TypeObject>()) {
        Some(class) => raise::set_text(class, format_args!("{text}")),
        None => raise!(OSError, "{text}"),
    }
}

/// ValueError for a closed stream.
pub fn closed_file() -> Raised {
    raise!(ValueError, "I/O operation on closed file.")
}

/// Whether a stream says that it is closed.
///
/// # Errors
/// What its `closed` raises.
pub fn is_closed(stream: &Object) -> Result<bool> {
    match attr::get_optional(stream, id!("closed"))? {
        Some(closed) => protocol::object::is_true(&closed),
        None => Ok(false),
    }
}

/// ValueError when a stream is closed (`_PyIOBase_check_closed`).
///
/// # Errors
/// As said; what `closed` raises.
pub fn check_closed(stream: &Object) -> Result<()> {
    if is_closed(stream)? { Err(closed_file()) } else { Ok(()) }
}

/// `UnsupportedOperation` unless the method `able` answers True.
fn check_able(stream: &Object, able: &Str, text: &str) -> Result<Ref> {
    let answer = call_method(stream, able, &[])?;
    if answer.is(objects::types::bool::from_bool(true)) { Ok(answer) } else { Err(unsupported(text)) }
}

/// # Errors
/// `UnsupportedOperation` when the stream is not readable.
pub fn check_readable(stream: &Object) -> Result<Ref> {
    check_able(stream, id!("readable"), "File or stream is not readable.")
}

/// # Errors
/// `UnsupportedOperation` when the stream is not writable.
pub fn check_writable(stream: &Object) -> Result<Ref> {
    check_able(stream, id!("writable"), "File or stream is not writable.")
}

/// # Errors
/// `UnsupportedOperation` when the stream is not seekable.
pub fn check_seekable(stream: &Object) -> Result<Ref> {
    check_able(stream, id!("seekable"), "File or stream is not seekable.")
}

/// An optional size: None and negative numbers mean no limit.
///
/// # Errors
/// TypeError when it is neither None nor an index.
pub fn size_argument(size: Option<&Object>) -> Result<Option<usize>> {
    match size {
        None => Ok(None),
        Some(size) if size.is(none()) => Ok(None),
        Some(size) if number::is_index(size) => {
            Ok(usize::try_from(number::index_as_isize(size, Some(&exc::OverflowError))?).ok())
        }
        Some(size) => {
            Err(raise!(TypeError, "argument should be integer or None, not '{}'", size.class().name()))
        }
    }
}

/// Closes a stream that is about to die, or is part of a cycle, if it says that it is open. An error of closing goes to the
/// unraisable hook.
fn finalize(stream: &Object) {
    let pending = raise::take_pending();
    let closed = match attr::get_optional(stream, id!("closed")) {
        Ok(Some(closed)) => protocol::object::is_true(&closed),
        Ok(None) => Ok(true),
        Err(raised) => Err(raised),
    };
    let closed = closed.unwrap_or_else(|raised| {
        raised.clear();
        true
    });
    if !closed {
        let true_object = objects::types::bool::from_bool(true);
        if let Err(raised) = attr::set(stream, id!("_finalizing"), Some(true_object)) {
            raised.clear();
        }
        if let Err(raised) = call_method(stream, id!("close"), &[]) {
            raise::write_unraisable(raised, Some(stream));
        }
    }
    if let Some(exception) = pending {
        raise::restore(exception).leave();
    }
}

#[pytype(
    name = "_IOBase", module = "_io", static_name = IO_BASE, gc, dict = dict, weaklist = weakreflist,
    flags = [BASETYPE], new = new_base,
)]
impl IoBase {
    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref> {
        check_closed(self)?;
        Ok(self.as_object().to_ref())
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let line = call_method(self, id!("readline"), &[])?;
        Ok((protocol::object::len(&line)? > 0).then_some(line))
    }

    #[slot(tp_finalize)]
    fn del(&self) {
        finalize(self);
    }

    #[getter("__dict__")]
    fn dict(&self) -> Result<Ref<Dict>> {
        if let Some(dict) = self.dict.get() {
            return Ok(dict);
        }
        let dict = Dict::new()?;
        self.dict.set(Some(dict.clone()));
        Ok(dict)
    }

    #[getter("closed")]
    fn closed(&self) -> Result<bool> {
        Ok(match &self.dict.get() {
            Some(dict) => dict.get_str(id!("__IOBase_closed"))?.is_some(),
            None => false,
        })
    }

    #[method("seek($self, offset, whence=os.SEEK_SET, /)")]
    fn seek(&self, _offset: &Object, _whence: Option<&Object>) -> Result<()> {
        Err(unsupported("seek"))
    }

    #[method("tell($self, /)")]
    fn tell(&self) -> Result<Ref> {
        call_method(
            self,
            id!("seek"),
            &[&*objects::types::int::new_int(0)?, &*objects::types::int::new_int(1)?],
        )
    }

    #[method("truncate($self, size=None, /)")]
    fn truncate(&self, _size: Option<&Object>) -> Result<()> {
        Err(unsupported("truncate"))
    }

    #[method("flush($self, /)")]
    fn flush(&self) -> Result<()> {
        if self.closed()? { Err(closed_file()) } else { Ok(()) }
    }

    #[method("close($self, /)")]
    fn close(&self) -> Result<()> {
        if self.closed()? {
            return Ok(());
        }
        let flushed = call_method(self, id!("flush"), &[]);
        self.dict()?.set_str(id!("__IOBase_closed"), objects::types::bool::from_bool(true))?;
        flushed.map(drop)
    }

    #[method("seekable($self, /)")]
    fn seekable(&self) -> bool {
        false
    }

    #[method("readable($self, /)")]
    fn readable(&self) -> bool {
        false
    }

    #[method("writable($self, /)")]
    fn writable(&self) -> bool {
        false
    }

    #[method("_checkClosed($self, /)")]
    fn check_closed(&self) -> Result<()> {
        check_closed(self)
    }

    #[method("_checkSeekable($self, /)")]
    fn check_seekable(&self) -> Result<Ref> {
        check_seekable(self)
    }

    #[method("_checkReadable($self, /)")]
    fn check_readable(&self) -> Result<Ref> {
        check_readable(self)
    }

    #[method("_checkWritable($self, /)")]
    fn check_writable(&self) -> Result<Ref> {
        check_writable(self)
    }

    #[method("fileno($self, /)")]
    fn fileno(&self) -> Result<()> {
        Err(unsupported("fileno"))
    }

    #[method("isatty($self, /)")]
    fn isatty(&self) -> Result<bool> {
        check_closed(self)?;
        Ok(false)
    }

    #[method("__enter__($self, /)")]
    fn enter(&self) -> Result<Ref> {
        check_closed(self)?;
        Ok(self.as_object().to_ref())
    }

    #[method("__exit__", raw)]
    fn exit(&self, _args: &[&Object]) -> Result<Ref> {
        call_method(self, id!("close"), &[])
    }

    #[method("readline($self, size=-1, /)")]
    fn readline(&self, size: Option<&Object>) -> Result<Ref<Bytes>> {
        let limit = size_argument(size)?;
        let peek = attr::get_optional(self, id!("peek"))?;
        let mut line: Vec<u8> = Vec::new();
        while limit.is_none_or(|limit| line.len() < limit) {
            let mut wanted = 1;
            if let Some(peek) = &peek {
                let ahead = call(peek, &[&*objects::types::int::new_int(1)?])?;
                let Some(ahead) = ahead.cast::<Bytes>() else {
                    return Err(raise!(
                        OSError,
                        "peek() should have returned a bytes object, not '{}'",
                        ahead.class().name()
                    ));
                };
                let ahead = ahead.as_slice();
                if !ahead.is_empty() {
                    let room = limit.map_or(ahead.len(), |limit| ahead.len().min(limit - line.len()));
                    wanted = memchr::memchr(b'\n', &ahead[..room]).map_or(room, |end| end + 1);
                }
            }
            let wanted = objects::types::int::new_int(wanted as i64)?;
            let part = call_method(self, id!("read"), &[&*wanted])?;
            let Some(part) = part.cast::<Bytes>() else {
                return Err(raise!(
                    OSError,
                    "read() should have returned a bytes object, not '{}'",
                    part.class().name()
                ));
            };
            line.extend_from_slice(part.as_slice());
            if part.as_slice().is_empty() || line.last() == Some(&b'\n') {
                break;
            }
        }
        Bytes::new(&line)
    }

    #[method("readlines($self, hint=-1, /)")]
    fn readlines(&self, hint: Option<&Object>) -> Result<Ref<List>> {
        let hint = size_argument(hint)?.filter(|&hint| hint > 0);
        let lines = List::new()?;
        let mut total = 0;
        let iterator = protocol::iter::get_iter(self)?;
        while let Some(line) = protocol::iter::next(&iterator)? {
            total += protocol::object::len(&line)?;
            lines.push(line)?;
            if hint.is_some_and(|hint| total >= hint) {
                break;
            }
        }
        Ok(lines)
    }

    #[method("writelines($self, lines, /)")]
    fn writelines(&self, lines: &Object) -> Result<()> {
        check_closed(self)?;
        protocol::iter::for_each(lines, |line| call_method(self, id!("write"), &[&*line]).map(drop))
    }
}

/// The base classes can be instantiated with any arguments, as `object` with `__init__` overridden can.
unsafe extern "C" fn new_base(
    class: &TypeObject,
    _args: &objects::types::tuple::Tuple,
    _kwargs: Option<&Object>,
) -> Result<Ref> {
    // SAFETY: the class is ready; zeros are an empty stream.
    unsafe { objects::typeobject::generic_alloc(class, 0) }
}

/// Declares a view of the base layout for one more abstract class.
macro_rules! abstract_class {
    ($view:ident) => {
        /// See the type.
        #[repr(transparent)]
        #[derive(Trace)]
        pub struct $view {
            base: IoBase,
        }
    };
}

abstract_class!(RawIoBase);
abstract_class!(BufferedIoBase);
abstract_class!(TextIoBase);

#[pytype(name = "_RawIOBase", module = "_io", static_name = RAW_IO_BASE, base = IO_BASE, gc, flags = [BASETYPE])]
impl RawIoBase {
    #[method("read($self, size=-1, /)")]
    fn read(&self, #[default(-1)] size: isize) -> Result<Ref> {
        let Ok(size) = usize::try_from(size) else {
            return call_method(self, id!("readall"), &[]);
        };
        let zeros = Bytes::new(&vec![0; size])?;
        let buffer = call(objects::types::bytearray::PyByteArray_Type.as_object(), &[&*zeros])?;
        let count = call_method(self, id!("readinto"), &[&*buffer])?;
        if count.is(none()) {
            return Ok(count);
        }
        let count = number::index_as_isize(&count, Some(&exc::ValueError))?;
        let slice = objects::types::slice::Slice::from_indices(0, count)?;
        let part = protocol::mapping::get_item(&buffer, &slice)?;
        call(objects::types::bytes::PyBytes_Type.as_object(), &[&*part])
    }

    #[method("readall($self, /)")]
    fn readall(&self) -> Result<Ref> {
        let mut all: Vec<u8> = Vec::new();
        let size = objects::types::int::new_int(crate::open::DEFAULT_BUFFER_SIZE as i64)?;
        loop {
            let part = call_method(self, id!("read"), &[&*size])?;
            if part.is(none()) {
                return if all.is_empty() { Ok(part) } else { Bytes::new(&all).map(Ref::upcast) };
            }
            let Some(bytes) = part.cast::<Bytes>() else {
                return Err(raise!(TypeError, "read() should return bytes"));
            };
            if bytes.as_slice().is_empty() {
                return Bytes::new(&all).map(Ref::upcast);
            }
            all.extend_from_slice(bytes.as_slice());
        }
    }

    #[method("readinto", raw)]
    fn readinto(&self, _args: &[&Object]) -> Result<()> {
        Err(objects::raise!(NotImplementedError))
    }

    #[method("write", raw)]
    fn write(&self, _args: &[&Object]) -> Result<()> {
        Err(objects::raise!(NotImplementedError))
    }
}

#[pytype(name = "_BufferedIOBase", module = "_io", static_name = BUFFERED_IO_BASE, base = IO_BASE, gc, flags = [BASETYPE])]
impl BufferedIoBase {
    #[method("detach($self, /)")]
    fn detach(&self) -> Result<()> {
        Err(unsupported("detach"))
    }

    #[method("read($self, size=-1, /)")]
    fn read(&self, _size: Option<&Object>) -> Result<()> {
        Err(unsupported("read"))
    }

    #[method("read1($self, size=-1, /)")]
    fn read1(&self, _size: Option<&Object>) -> Result<()> {
        Err(unsupported("read1"))
    }

    #[method("readinto($self, buffer, /)")]
    fn readinto(&self, buffer: &Object) -> Result<usize> {
        read_into(self, buffer, id!("read"))
    }

    #[method("readinto1($self, buffer, /)")]
    fn readinto1(&self, buffer: &Object) -> Result<usize> {
        read_into(self, buffer, id!("read1"))
    }

    #[method("write($self, b, /)")]
    fn write(&self, _b: &Object) -> Result<()> {
        Err(unsupported("write"))
    }
}

/// Fills a buffer through a method that returns bytes.
fn read_into(stream: &Object, buffer: &Object, method: &Str) -> Result<usize> {
    let mut buffer = writable(buffer, method)?;
    let size = objects::types::int::new_int(buffer.len() as i64)?;
    let data = call_method(stream, method, &[&*size])?;
    let Some(data) = data.cast::<Bytes>() else {
        return Err(raise!(TypeError, "read() should return bytes"));
    };
    let data = data.as_slice();
    if data.len() > buffer.len() {
        return Err(raise!(
            ValueError,
            "read() returned too much data: {} bytes requested, {} returned",
            buffer.len(),
            data.len()
        ));
    }
    buffer.as_mut_slice()[..data.len()].copy_from_slice(data);
    Ok(data.len())
}

/// A writable buffer of an object, or TypeError in the argument parser's words.
///
/// # Errors
/// TypeError "readinto() argument must be read-write bytes-like object, not X".
pub fn writable(object: &Object, method: &Str) -> Result<objects::protocol::buffer::Buffer> {
    use objects::protocol::buffer::{Buffer, WRITABLE};
    Buffer::of(object, WRITABLE).map_err(|raised| {
        raised.clear();
        let name = if method.equals_text("read1") { "readinto1" } else { "readinto" };
        raise!(
            TypeError,
            "{name}() argument must be read-write bytes-like object, not {}",
            object.class().name()
        )
    })
}

#[pytype(name = "_TextIOBase", module = "_io", static_name = TEXT_IO_BASE, base = IO_BASE, gc, flags = [BASETYPE])]
impl TextIoBase {
    #[method("detach($self, /)")]
    fn detach(&self) -> Result<()> {
        Err(unsupported("detach"))
    }

    #[method("read($self, size=-1, /)")]
    fn read(&self, _size: Option<&Object>) -> Result<()> {
        Err(unsupported("read"))
    }

    #[method("readline($self, size=-1, /)")]
    fn readline(&self, _size: Option<&Object>) -> Result<()> {
        Err(unsupported("readline"))
    }

    #[method("write($self, s, /)")]
    fn write(&self, _s: &Object) -> Result<()> {
        Err(unsupported("write"))
    }

    #[getter("encoding")]
    fn encoding(&self) -> Ref {
        new_none()
    }

    #[getter("newlines")]
    fn newlines(&self) -> Ref {
        new_none()
    }

    #[getter("errors")]
    fn errors(&self) -> Ref {
        new_none()
    }
}

/// What closing the second of two things gives, where the first had this error: that error, as the context of the second's if
/// both failed.
///
/// # Errors
/// As said.
pub fn after(first: Option<Ref>, second: Result<Ref>) -> Result<Ref> {
    let Some(first) = first else { return second };
    match second {
        Ok(_) => Err(raise::restore(first)),
        Err(raised) => {
            let second = raised.take();
            if let Some(error) = second.cast::<exc::BaseExceptionObject>() {
                error.context.set(Some(first));
            }
            Err(raise::restore(second))
        }
    }
}

/// `__getstate__` of streams, which cannot be pickled.
///
/// # Errors
/// Always TypeError.
pub fn cannot_pickle(stream: &Object) -> Result<()> {
    Err(raise!(TypeError, "cannot pickle '{}' instances", stream.class().name()))
}

/// Runs the special method `__repr__`-like text of an attribute of a stream, if it has one.
///
/// # Errors
/// What the attribute raises, ValueError for a detached stream aside.
pub fn optional_attribute(stream: &Object, name: &'static Str) -> Result<Option<Ref>> {
    match attr::get_optional(stream, name) {
        Err(raised) if raised.matches(&exc::ValueError) => {
            raised.clear();
            Ok(None)
        }
        other => other,
    }
}
