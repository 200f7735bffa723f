//! The buffer protocol's view.

use crate::object::Object;
use core::ffi::{c_char, c_int, c_void};

/// `Py_buffer`.
#[repr(C)]
pub struct BufferView {
    pub buf: *mut c_void,
    /// The exporter; the view owns a reference to it.
    pub obj: *mut Object,
    /// Length in bytes.
    pub len: isize,
    pub itemsize: isize,
    pub readonly: c_int,
    pub ndim: c_int,
    pub format: *mut c_char,
    pub shape: *mut isize,
    pub strides: *mut isize,
    pub suboffsets: *mut isize,
    pub internal: *mut c_void,
}

const _: () = assert!(size_of::<BufferView>() == 80);
