//! `stderrprinter`: an object that writes text to a file descriptor, for the time before `io` is there.

use core::cell::Cell;
use core::ffi::c_int;
use objects::types::str::Str;
use objects::{Object, Ref, Result};

/// `PyStdPrinter_Object`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Printer {
    ob_base: Object,
    fd: Cell<i32>,
}

impl Printer {
    /// A printer to a file descriptor, which it does not own.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(fd: c_int) -> Result<Ref<Printer>> {
        Ref::new(Printer { ob_base: Object::HEAD, fd: Cell::new(fd) })
    }
}

#[macros::pytype(name = "stderrprinter", symbol = PyStdPrinter_Type, no_new)]
impl Printer {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let place = core::ptr::from_ref(self);
        Str::new(&format!("<stdprinter(fd={}) object at {place:p}>", self.fd.get()))
    }

    #[method("write", raw, nosig)]
    fn write(&self, args: &[&Object]) -> Result<usize> {
        let Some(text) = args.first().and_then(|text| text.cast::<Str>()) else {
            return Err(objects::raise!(TypeError, "write() argument 1 must be str"));
        };
        let encoded = objects::codecs::encode(text, Some("utf-8"), Some("backslashreplace"))?;
        objects::stdio::write_all(self.fd.get(), encoded.as_slice());
        Ok(encoded.len())
    }

    #[method("flush($self, /)")]
    fn flush(&self) -> Result<()> {
        Ok(())
    }

    #[method("close($self, /)")]
    fn close(&self) -> Result<()> {
        Ok(())
    }

    #[method("fileno($self, /)")]
    fn fileno(&self) -> Result<i32> {
        Ok(self.fd.get())
    }

    #[method("isatty($self, /)")]
    fn isatty(&self) -> Result<bool> {
        // SAFETY: any number may be asked about.
        Ok(unsafe { libc::isatty(self.fd.get()) } == 1)
    }

    #[getter("closed")]
    fn closed(&self) -> bool {
        false
    }

    #[getter("encoding")]
    fn encoding(&self) {}

    #[getter("mode")]
    fn mode(&self) -> Result<Ref<Str>> {
        Str::new("w")
    }
}
