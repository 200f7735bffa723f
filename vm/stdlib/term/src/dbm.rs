//! `_dbm`: databases of the ndbm interface, over Berkeley DB or GNU dbm.

use crate::library::Library;
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_void};
use core::ptr::NonNull;
use objects::args::{At, FromArg};
use objects::protocol::buffer::BytesLike;
use objects::protocol::path::fs_bytes;
use objects::types::bytes::Bytes;
use objects::types::exceptions as exc;
use objects::types::list::List;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::{Instance, Object, Raised, Ref, Result, Slot, TypeObject, raise};
use std::sync::OnceLock;

/// `datum`: bytes; a NULL pointer is none.
#[repr(C)]
#[derive(Clone, Copy)]
struct Datum {
    pointer: *mut c_char,
    size: c_int,
}

/// A `DBM *` that is not NULL.
#[repr(transparent)]
#[derive(Clone, Copy)]
struct Handle(NonNull<c_void>);

const REPLACE: c_int = 1;
const INSERT: c_int = 0;

shared_library! {
    /// The functions of ndbm, under whatever prefix a library has for them.
    struct Ndbm in FILES;
    safe {}
    raw {
        fn clearerr(db: Handle) -> c_int;
        fn close(db: Handle);
        fn delete(db: Handle, key: Datum) -> c_int;
        fn error(db: Handle) -> c_int;
        fn fetch(db: Handle, key: Datum) -> Datum;
        fn firstkey(db: Handle) -> Datum;
        fn nextkey(db: Handle) -> Datum;
        fn open(file: *const c_char, flags: c_int, mode: c_int) -> Option<Handle>;
        fn store(db: Handle, key: Datum, value: Datum, how: c_int) -> c_int;
    }
    data {}
}

/// The libraries in the order in which Debian's CPython would have them: their files are not each other's.
const FILES: &[&core::ffi::CStr] = &[c"libdb-5.3.so", c"libgdbm_compat.so.4"];

static NDBM: OnceLock<Ndbm> = OnceLock::new();

/// The library; the module has been imported by whoever asks.
fn ndbm() -> Result<&'static Ndbm> {
    NDBM.get().ok_or_else(|| raise!(SystemError, "_dbm is not imported"))
}

struct ErrorClass(Slot<TypeObject>);

// SAFETY: set when the module is executed, read under the GIL.
unsafe impl Sync for ErrorClass {}

objects::per_interpreter! {
    static ERROR: ErrorClass = ErrorClass(Slot::empty());
}

fn error(text: &str) -> Raised {
    match ERROR.0.get() {
        Some(class) => raise::set_text(&class, format_args!("{text}")),
        None => raise!(SystemError, "{text}"),
    }
}

/// The last error of the system as `_dbm.error`, about a file.
fn open_error(file: &Object) -> Raised {
    let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    let made = exc::os_error_arguments(errno, Some(file), None);
    match (ERROR.0.get(), made) {
        (Some(class), Ok(arguments)) => raise::set(&class, Some(&*arguments)),
        (None, _) => raise!(SystemError, "_dbm is not imported"),
        (_, Err(raised)) => raised,
    }
}

impl Datum {
    /// Bytes that stay where they are while the library looks at them.
    fn of(bytes: &[u8]) -> Result<Datum> {
        let size = c_int::try_from(bytes.len())
            .map_err(|_| raise!(OverflowError, "signed integer is greater than maximum"))?;
        Ok(Datum { pointer: bytes.as_ptr().cast_mut().cast(), size })
    }

    fn to_bytes(self) -> Result<Option<Ref<Bytes>>> {
        if self.pointer.is_null() {
            return Ok(None);
        }
        // SAFETY: the library's bytes, which stay until its next call.
        let bytes = unsafe { core::slice::from_raw_parts(self.pointer.cast::<u8>(), self.size as usize) };
        Bytes::new(bytes).map(Some)
    }
}

/// Whether an object wants to know when its bytes are not looked at any more: they may change meanwhile.
fn is_released(object: &Object) -> bool {
    // SAFETY: a class's table lives as long as the class.
    let table = unsafe { object.class().tp_as_buffer.get().as_ref() };
    table.is_some_and(|table| table.bf_releasebuffer.get().is_some())
}

/// Text, as its UTF-8 form, or bytes (`s#`).
enum Data<'a> {
    Text(&'a str),
    Bytes(BytesLike<'a>),
}

impl Data<'_> {
    fn of(object: &Object) -> Result<Data<'_>> {
        match object.cast::<Str>() {
            Some(text) => text.to_str().map(Data::Text),
            None if is_released(object) => {
                let class = object.class().full_name();
                Err(raise!(TypeError, "argument must be read-only bytes-like object, not {class}"))
            }
            None => BytesLike::of(object).map(Data::Bytes),
        }
    }

    fn datum(&self) -> Result<Datum> {
        match self {
            Data::Text(text) => Datum::of(text.as_bytes()),
            Data::Bytes(bytes) => Datum::of(bytes),
        }
    }
}

impl<'a> FromArg<'a> for Data<'a> {
    fn from_arg(argument: &'a Object, at: At) -> Result<Data<'a>> {
        if is_released(argument) {
            return Err(at.bad_argument("read-only bytes-like object", argument));
        }
        Data::of(argument)
    }
}

/// `dbmobject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Dbm {
    ob_base: Object,
    /// What it was opened with.
    #[trace(skip)]
    flags: c_int,
    /// How many keys there are; negative when they have to be counted.
    #[trace(skip)]
    size: Cell<c_int>,
    #[trace(skip)]
    handle: Cell<Option<Handle>>,
}

impl Drop for Dbm {
    fn drop(&mut self) {
        self.shut();
    }
}

impl Dbm {
    fn open(&self) -> Result<(&'static Ndbm, Handle)> {
        match self.handle.get() {
            Some(handle) => Ok((ndbm()?, handle)),
            None => Err(error("DBM object has already been closed")),
        }
    }

    fn shut(&self) {
        if let (Some(handle), Ok(ndbm)) = (self.handle.take(), ndbm()) {
            // SAFETY: the object's own database, which it has let go of.
            unsafe { ndbm.close(handle) };
        }
    }

    fn fetch(&self, key: Datum) -> Result<Option<Ref<Bytes>>> {
        let (ndbm, handle) = self.open()?;
        // SAFETY: an open database, bytes that stay.
        unsafe { ndbm.fetch(handle, key) }.to_bytes()
    }

    /// Calls with each key until one is declined.
    fn each_key(&self, mut each: impl FnMut(Datum) -> Result<bool>) -> Result<()> {
        let (ndbm, handle) = self.open()?;
        // SAFETY: an open database: `each` runs no code of a program.
        unsafe {
            let mut key = ndbm.firstkey(handle);
            while !key.pointer.is_null() && each(key)? {
                key = ndbm.nextkey(handle);
            }
        }
        Ok(())
    }

    /// What the library has noted as an error, which it forgets.
    fn check(&self) -> Result<()> {
        let (ndbm, handle) = self.open()?;
        // SAFETY: an open database.
        unsafe {
            if ndbm.error(handle) == 0 {
                return Ok(());
            }
            ndbm.clearerr(handle);
        }
        Err(error(""))
    }

    fn store(&self, key: Datum, value: Datum, how: c_int) -> Result<()> {
        let (ndbm, handle) = self.open()?;
        // SAFETY: an open database, bytes that stay.
        unsafe {
            if ndbm.store(handle, key, value, how) >= 0 {
                return Ok(());
            }
            ndbm.clearerr(handle);
        }
        Err(error("cannot add item to database"))
    }

    /// Whether there was such a key.
    fn delete(&self, key: Datum) -> Result<bool> {
        let (ndbm, handle) = self.open()?;
        // SAFETY: an open database, bytes that stay.
        unsafe {
            let is_deleted = ndbm.delete(handle, key) >= 0;
            if !is_deleted {
                ndbm.clearerr(handle);
            }
            Ok(is_deleted)
        }
    }
}

fn with_text(raised: Raised, text: &str) -> Raised {
    raised.clear();
    raise!(TypeError, "{text}")
}

#[macros::pytype(
    name = "dbm", module = "_dbm", static_name = DBM, no_new, gc
)]
impl Dbm {
    #[slot(mp_length)]
    fn length(&self) -> Result<usize> {
        self.open()?;
        if self.size.get() < 0 {
            let mut size = 0;
            self.each_key(|_| {
                size += 1;
                Ok(true)
            })?;
            self.size.set(size);
        }
        Ok(self.size.get() as usize)
    }

    #[slot(nb_bool)]
    fn truth(&self) -> Result<bool> {
        self.open()?;
        if self.size.get() >= 0 {
            return Ok(self.size.get() > 0);
        }
        let mut is_empty = true;
        self.each_key(|_| {
            is_empty = false;
            Ok(false)
        })?;
        if is_empty {
            self.size.set(0);
        }
        Ok(!is_empty)
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref<Bytes>> {
        let data = Data::of(key)?;
        let Some(value) = self.fetch(data.datum()?)? else { return Err(raise::key_error(key)) };
        self.check()?;
        Ok(value)
    }

    #[slot(mp_ass_subscript)]
    fn set_item(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        let data = Data::of(key)
            .map_err(|raised| with_text(raised, "dbm mappings have bytes or string keys only"))?;
        self.open()?;
        self.size.set(-1);
        match value {
            None if self.delete(data.datum()?)? => {}
            // Why is not known: perhaps the file may not be written to.
            None if self.flags & libc::O_RDWR != 0 => return Err(raise::key_error(key)),
            None => return Err(error("cannot delete item from database")),
            Some(value) => {
                let value = Data::of(value)
                    .map_err(|raised| with_text(raised, "dbm mappings have bytes or string elements only"))?;
                self.store(data.datum()?, value.datum()?, REPLACE)?;
            }
        }
        self.check()
    }

    #[slot(sq_contains)]
    fn contains(&self, key: &Object) -> Result<bool> {
        self.open()?;
        let datum = match (key.cast::<Str>(), key.cast::<Bytes>()) {
            (Some(text), _) => Datum::of(text.to_str()?.as_bytes())?,
            (None, Some(bytes)) => Datum::of(bytes.as_slice())?,
            (None, None) => {
                let class = key.class().full_name();
                return Err(raise!(TypeError, "dbm key must be bytes or string, not {class}"));
            }
        };
        Ok(self.fetch(datum)?.is_some())
    }

    #[method("close($self, /)")]
    fn close(&self) {
        self.shut();
    }

    #[method("keys($self, /)")]
    fn keys(&self) -> Result<Ref<List>> {
        let keys = List::new()?;
        self.each_key(|key| {
            if let Some(key) = key.to_bytes()? {
                keys.push(key.upcast())?;
            }
            Ok(true)
        })?;
        Ok(keys)
    }

    #[method("get($self, key, default=None, /)")]
    fn get(&self, key: Data, default: Option<&Object>) -> Result<Ref> {
        match self.fetch(key.datum()?)? {
            Some(value) => Ok(value.upcast()),
            None => Ok(default.unwrap_or(objects::types::none::none()).to_ref()),
        }
    }

    #[method("setdefault($self, key, default=b'', /)")]
    fn setdefault(&self, key: Data, default: Option<&Object>) -> Result<Ref> {
        if let Some(value) = self.fetch(key.datum()?)? {
            return Ok(value.upcast());
        }
        let default = match default {
            Some(default) => default.to_ref(),
            None => Bytes::new(b"")?.upcast(),
        };
        let value = Data::of(&default)
            .map_err(|raised| with_text(raised, "dbm mappings have bytes or string elements only"))?;
        self.store(key.datum()?, value.datum()?, INSERT)?;
        Ok(default)
    }

    #[method("clear($self, /)")]
    fn clear(&self) -> Result<()> {
        self.open()?;
        self.size.set(-1);
        loop {
            let (ndbm, handle) = self.open()?;
            // SAFETY: an open database.
            let key = unsafe { ndbm.firstkey(handle) };
            if key.pointer.is_null() {
                return Ok(());
            }
            if !self.delete(key)? {
                return Err(error("cannot delete item from database"));
            }
        }
    }

    #[method("__enter__($self, /)")]
    fn enter(&self) -> Ref<Dbm> {
        self.to_ref()
    }

    #[method("__exit__", raw)]
    fn exit(&self, _args: &[&Object]) {
        self.shut();
    }
}

#[macros::pymodule(name = "_dbm", classes())]
pub mod module {
    use super::*;

    #[function("open($module, filename, flags='r', mode=0o666, /)")]
    fn open(filename: &Object, flags: &str, mode: c_int) -> Result<Ref<Dbm>> {
        let flags = match flags {
            "r" => libc::O_RDONLY,
            "w" => libc::O_RDWR,
            "rw" | "c" => libc::O_RDWR | libc::O_CREAT,
            "n" => libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC,
            _ => return Err(error("arg 2 to open should be 'r', 'w', 'c', or 'n'")),
        };
        let path = fs_bytes(filename)?;
        // SAFETY: a C string.
        let handle = unsafe { ndbm()?.open(path.as_ptr(), flags, mode) };
        let Some(handle) = handle else {
            // The path as text, as the file system has it.
            return Err(match objects::codecs::decode_fs(path.as_bytes()) {
                Ok(path) => open_error(&path),
                Err(raised) => raised,
            });
        };
        let handle = Cell::new(Some(handle));
        Ref::new(Dbm { ob_base: Object::HEAD, flags, size: Cell::new(-1), handle })
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        objects::typeobject::ready::ready(Dbm::class())?;
        let library = Library::open("_dbm", FILES)?;
        let (prefix, name) = match library.file().to_bytes().starts_with(b"libdb") {
            true => ("__db_ndbm_", "Berkeley DB"),
            false => ("dbm_", "GNU gdbm"),
        };
        let _ = NDBM.set(Ndbm::bind(library, "_dbm", prefix)?);
        let class = exc::new_exception("_dbm.error", exc::OSError.as_object(), None)?;
        module.dict().set_text("library", &*Str::new(name)?)?;
        module.dict().set_text("error", class.as_object())?;
        ERROR.0.set(Some(class));
        Ok(())
    }
}
