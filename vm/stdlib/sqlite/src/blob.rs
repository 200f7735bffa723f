//! Blobs: reading and writing a value in place.

use crate::connection::Connection;
use crate::error::Class;
use crate::statement::Sent;
use core::cell::Cell;
use core::ffi::c_int;
use libsqlite3_sys as ffi;
use macros::{Trace, pytype};
use objects::protocol::buffer::BytesLike;
use objects::protocol::number;
use objects::state::detached;
use objects::types::bytes::Bytes;
use objects::types::exceptions as exc;
use objects::types::int::{Int, new_int};
use objects::types::slice::Slice;
use objects::types::weakref::WeakReference;
use objects::{Instance, Object, Ref, Result, Slot, raise};
use std::ffi::CString;

#[repr(C)]
#[derive(Trace)]
pub struct Blob {
    ob_base: Object,
    connection: Slot<Connection>,
    /// NULL once it is closed.
    #[trace(skip)]
    blob: Cell<*mut ffi::sqlite3_blob>,
    #[trace(skip)]
    offset: Cell<c_int>,
    weakreflist: Cell<*const WeakReference>,
}

impl Drop for Blob {
    fn drop(&mut self) {
        self.shut();
        if let Some(connection) = self.connection.take() {
            let own = core::ptr::from_ref(self);
            connection.blobs.0.borrow_mut().retain(|blob| !core::ptr::eq(*blob, own));
        }
    }
}

#[pytype(name = "Blob", module = "sqlite3", gc, no_new, weaklist = weakreflist)]
impl Blob {
    /// Opens the value in a row: `place` is the database's, the table's and the column's name.
    pub(crate) fn open(
        connection: &Connection,
        place: [&str; 3],
        row: i64,
        readonly: bool,
    ) -> Result<Ref<Blob>> {
        let db = Sent(connection.check()?);
        let [name, table, column] = place.map(|text| CString::new(text).unwrap_or_default());
        let (code, blob) = detached(|| {
            let mut blob = core::ptr::null_mut();
            // SAFETY: an open database and C strings; the blob is written here.
            let code = unsafe {
                ffi::sqlite3_blob_open(
                    db.0,
                    name.as_ptr(),
                    table.as_ptr(),
                    column.as_ptr(),
                    row,
                    c_int::from(!readonly),
                    &mut blob,
                )
            };
            (code, Sent(blob))
        });
        if code != ffi::SQLITE_OK {
            return Err(connection.failure(code));
        }
        let this = Ref::new(Blob {
            ob_base: Object::HEAD,
            connection: Slot::new(connection.to_ref()),
            blob: Cell::new(blob.0),
            offset: Cell::new(0),
            weakreflist: Cell::new(core::ptr::null()),
        })?;
        connection.blobs.0.borrow_mut().push(&*this);
        Ok(this)
    }

    /// Closes the blob, if it is open.
    pub(crate) fn shut(&self) {
        let blob = Sent(self.blob.replace(core::ptr::null_mut()));
        if !blob.0.is_null() {
            detached(move || {
                let blob = blob;
                // SAFETY: this object's own.
                unsafe { ffi::sqlite3_blob_close(blob.0) }
            });
        }
    }

    fn check(&self) -> Result<(Ref<Connection>, Sent<ffi::sqlite3_blob>)> {
        let Some(connection) = self.connection.get() else { return Err(raise::bad_internal_call()) };
        connection.check()?;
        match self.blob.get() {
            blob if blob.is_null() => Err(Class::ProgrammingError.raise("Cannot operate on a closed blob.")),
            blob => Ok((connection, Sent(blob))),
        }
    }

    fn size(&self) -> Result<c_int> {
        let (_, blob) = self.check()?;
        // SAFETY: open.
        Ok(unsafe { ffi::sqlite3_blob_bytes(blob.0) })
    }

    fn read_at(&self, offset: c_int, len: c_int) -> Result<Vec<u8>> {
        let (connection, blob) = self.check()?;
        let mut bytes = vec![0u8; len as usize];
        let code = detached(|| {
            let blob = &blob;
            // SAFETY: room for as many bytes.
            unsafe { ffi::sqlite3_blob_read(blob.0, bytes.as_mut_ptr().cast(), len, offset) }
        });
        if code == ffi::SQLITE_OK { Ok(bytes) } else { Err(failure(&connection, code)) }
    }

    fn write_at(&self, offset: c_int, bytes: &[u8]) -> Result<()> {
        let (connection, blob) = self.check()?;
        // SAFETY: open.
        let rest = i64::from(unsafe { ffi::sqlite3_blob_bytes(blob.0) }) - i64::from(offset);
        if bytes.len() as i64 > rest {
            return Err(raise!(ValueError, "data longer than blob length"));
        }
        let code = detached(|| {
            let blob = &blob;
            // SAFETY: as many bytes as are there; their owner holds them.
            unsafe { ffi::sqlite3_blob_write(blob.0, bytes.as_ptr().cast(), bytes.len() as c_int, offset) }
        });
        if code == ffi::SQLITE_OK { Ok(()) } else { Err(failure(&connection, code)) }
    }

    #[method("close($self, /)")]
    fn close(&self) -> Result<()> {
        if let Some(connection) = self.connection.get() {
            connection.check()?;
        }
        self.shut();
        Ok(())
    }

    #[method("read($self, length=-1, /)")]
    fn read(&self, length: c_int) -> Result<Ref<Bytes>> {
        let rest = self.size()? - self.offset.get();
        let length = if length < 0 || length > rest { rest } else { length };
        if length == 0 {
            return Bytes::new(&[]);
        }
        let bytes = self.read_at(self.offset.get(), length)?;
        self.offset.set(self.offset.get() + length);
        Bytes::new(&bytes)
    }

    #[method("write($self, data, /)")]
    fn write(&self, data: BytesLike<'_>) -> Result<()> {
        self.check()?;
        self.write_at(self.offset.get(), &data)?;
        self.offset.set(self.offset.get() + data.len() as c_int);
        Ok(())
    }

    #[method("seek($self, offset, origin=0, /)")]
    fn seek(&self, offset: c_int, origin: c_int) -> Result<()> {
        let size = self.size()?;
        let base = match origin {
            libc::SEEK_SET => 0,
            libc::SEEK_CUR => self.offset.get(),
            libc::SEEK_END => size,
            _ => {
                return Err(raise!(
                    ValueError,
                    "'origin' should be os.SEEK_SET, os.SEEK_CUR, or os.SEEK_END"
                ));
            }
        };
        let Some(place) = base.checked_add(offset) else {
            return Err(raise!(OverflowError, "seek offset results in overflow"));
        };
        if place < 0 || place > size {
            return Err(raise!(ValueError, "offset out of blob range"));
        }
        self.offset.set(place);
        Ok(())
    }

    #[method("tell($self, /)")]
    fn tell(&self) -> Result<c_int> {
        self.check()?;
        Ok(self.offset.get())
    }

    #[method("__enter__($self, /)")]
    fn enter(&self) -> Result<Ref> {
        self.check()?;
        Ok(self.as_object().to_ref())
    }

    #[method("__exit__($self, type, val, tb, /)")]
    fn exit(&self, r#type: &Object, val: &Object, tb: &Object) -> Result<()> {
        let _ = (r#type, val, tb);
        self.check()?;
        self.shut();
        Ok(())
    }

    #[slot(mp_length)]
    fn len(&self) -> Result<usize> {
        Ok(self.size()? as usize)
    }

    /// An index as a place.
    fn place(&self, key: &Object) -> Result<c_int> {
        let index = number::index_as_isize(key, Some(&exc::IndexError))?;
        let size = self.size()? as isize;
        let index = if index < 0 { index + size } else { index };
        if index < 0 || index >= size {
            return Err(raise!(IndexError, "Blob index out of range"));
        }
        Ok(index as c_int)
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        self.check()?;
        if number::is_index(key) {
            let bytes = self.read_at(self.place(key)?, 1)?;
            return new_int(bytes[0].into());
        }
        let Some(slice) = key.cast::<Slice>() else {
            return Err(raise!(TypeError, "Blob indices must be integers"));
        };
        let indices = slice.indices_for(self.size()? as usize)?;
        if indices.count == 0 {
            return Ok(Bytes::new(&[])?.upcast());
        }
        let low = indices.ascending();
        let span = (low.count - 1) as isize * low.step + 1;
        let bytes = self.read_at(low.start as c_int, span as c_int)?;
        let chosen: Vec<u8> = indices.iter().map(|index| bytes[index - low.start as usize]).collect();
        Ok(Bytes::new(&chosen)?.upcast())
    }

    #[slot(mp_ass_subscript)]
    fn assign(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        self.check()?;
        if number::is_index(key) {
            let Some(value) = value else {
                return Err(raise!(TypeError, "Blob doesn't support item deletion"));
            };
            let place = self.place(key)?;
            let Some(int) = value.cast::<Int>() else {
                let class = value.class().full_name();
                return Err(raise!(TypeError, "'{class}' object cannot be interpreted as an integer"));
            };
            let Some(byte) = int.to_i64().and_then(|value| u8::try_from(value).ok()) else {
                return Err(raise!(ValueError, "byte must be in range(0, 256)"));
            };
            return self.write_at(place, &[byte]);
        }
        let Some(slice) = key.cast::<Slice>() else {
            return Err(raise!(TypeError, "Blob indices must be integers"));
        };
        let Some(value) = value else {
            return Err(raise!(TypeError, "Blob doesn't support slice deletion"));
        };
        let bounds = slice.bounds()?;
        let indices = bounds.for_len(self.size()? as usize);
        if indices.count == 0 {
            return Ok(());
        }
        let data = BytesLike::of(value)?;
        if data.len() != indices.count {
            return Err(raise!(IndexError, "Blob slice assignment is wrong size"));
        }
        if indices.step == 1 {
            return self.write_at(indices.start as c_int, &data);
        }
        let low = indices.ascending();
        let span = (low.count - 1) as isize * low.step + 1;
        let mut bytes = self.read_at(low.start as c_int, span as c_int)?;
        for (index, &byte) in indices.iter().zip(data.iter()) {
            bytes[index - low.start as usize] = byte;
        }
        self.write_at(low.start as c_int, &bytes)
    }
}

/// The exception for a failed read or write.
fn failure(connection: &Connection, code: c_int) -> objects::Raised {
    if code == ffi::SQLITE_ABORT {
        return Class::OperationalError.raise("Cannot operate on modified blob");
    }
    connection.failure(code)
}
