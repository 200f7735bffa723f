//! Whole databases: copies to another connection, and to and from bytes.

use crate::connection::Connection;
use crate::error::{self, Class};
use crate::statement::Sent;
use core::ffi::{CStr, c_int};
use libsqlite3_sys as ffi;
use objects::protocol::call;
use objects::state::detached;
use objects::types::bytes::Bytes;
use objects::types::int::new_int;
use objects::{Instance, Object, Ref, Result, raise};
use std::ffi::CString;

/// A backup that ends when it goes.
struct Backup(*mut ffi::sqlite3_backup);

impl Drop for Backup {
    fn drop(&mut self) {
        let backup = Sent(self.0);
        detached(move || {
            let backup = backup;
            // SAFETY: begun, and ended only here.
            unsafe { ffi::sqlite3_backup_finish(backup.0) }
        });
    }
}

impl Connection {
    pub(crate) fn back_up(
        &self,
        target: &Connection,
        pages: c_int,
        progress: Option<&Object>,
        name: &str,
        sleep: f64,
    ) -> Result<()> {
        let own = self.check()?;
        let other = target.check()?;
        if target.as_object().is(self.as_object()) {
            return Err(raise!(ValueError, "target cannot be the same connection instance"));
        }
        if progress.is_some_and(|progress| !call::is_callable(progress)) {
            return Err(raise!(TypeError, "progress argument must be a callable"));
        }
        let pages = if pages == 0 { -1 } else { pages };
        let milliseconds = (sleep * 1000.0) as c_int;
        let name = CString::new(name).unwrap_or_default();
        let (own, other) = (Sent(own), Sent(other));
        let backup = detached(|| {
            // SAFETY: open databases and C strings.
            Sent(unsafe { ffi::sqlite3_backup_init(other.0, c"main".as_ptr(), own.0, name.as_ptr()) })
        });
        if backup.0.is_null() {
            error::check(other.0)?;
            return Err(raise::bad_internal_call());
        }
        let backup = Backup(backup.0);
        let code = loop {
            let sent = Sent(backup.0);
            let code = detached(|| {
                let sent = &sent;
                // SAFETY: begun.
                unsafe { ffi::sqlite3_backup_step(sent.0, pages) }
            });
            if let Some(progress) = progress {
                // SAFETY: as above.
                let (left, all) = unsafe {
                    (ffi::sqlite3_backup_remaining(backup.0), ffi::sqlite3_backup_pagecount(backup.0))
                };
                let (code, left, all) = (new_int(code.into())?, new_int(left.into())?, new_int(all.into())?);
                call::call(progress, &[&*code, &*left, &*all])?;
            }
            match code {
                ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => {
                    detached(|| {
                        // SAFETY: no preconditions.
                        unsafe { ffi::sqlite3_sleep(milliseconds) }
                    });
                }
                ffi::SQLITE_OK => {}
                other => break other,
            }
        };
        drop(backup);
        match code {
            ffi::SQLITE_DONE => Ok(()),
            ffi::SQLITE_NOMEM => Err(raise::no_memory()),
            code => {
                error::check(other.0)?;
                // SAFETY: SQLite has a text for every number.
                let text = unsafe { CStr::from_ptr(ffi::sqlite3_errstr(code)) }.to_string_lossy();
                Err(Class::OperationalError.raise(&text))
            }
        }
    }

    pub(crate) fn to_bytes(&self, name: &str) -> Result<Ref<Bytes>> {
        let db = Sent(self.check()?);
        let schema = CString::new(name).unwrap_or_default();
        let mut size: i64 = 0;
        let data = detached(|| {
            // SAFETY: an open database and a C string; the copy is SQLite's own and freed with its function.
            Sent(unsafe { ffi::sqlite3_serialize(db.0, schema.as_ptr(), &mut size, 0) })
        });
        if data.0.is_null() {
            return Err(Class::OperationalError.raise(&format!("unable to serialize '{name}'")));
        }
        // SAFETY: as many bytes as were said.
        let bytes = Bytes::new(unsafe { core::slice::from_raw_parts(data.0, size as usize) });
        // SAFETY: given by SQLite.
        unsafe { ffi::sqlite3_free(data.0.cast()) };
        bytes
    }

    pub(crate) fn replace_with(&self, data: &[u8], name: &str) -> Result<()> {
        let db = Sent(self.check()?);
        let schema = CString::new(name).unwrap_or_default();
        // SAFETY: no preconditions.
        let copy = Sent(unsafe { ffi::sqlite3_malloc64(data.len() as u64) }.cast::<u8>());
        if copy.0.is_null() {
            return Err(raise::no_memory());
        }
        let flags = ffi::SQLITE_DESERIALIZE_FREEONCLOSE | ffi::SQLITE_DESERIALIZE_RESIZEABLE;
        let code = detached(|| {
            // SAFETY: room for the bytes, which SQLite owns from here on, whatever happens.
            unsafe {
                copy.0.copy_from_nonoverlapping(data.as_ptr(), data.len());
                let size = data.len() as i64;
                ffi::sqlite3_deserialize(db.0, schema.as_ptr(), copy.0, size, size, flags)
            }
        });
        if code == ffi::SQLITE_OK { Ok(()) } else { Err(self.failure(code)) }
    }
}
