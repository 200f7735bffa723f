//! `PyWideStringList`, and wide strings in raw memory.

use super::Status;
use crate::pymem::{PyMem_RawFree, PyMem_RawMalloc, PyMem_RawRealloc};
use core::ptr;
use libc::wchar_t;

/// `PyWideStringList`; owns its items and their array.
#[repr(C)]
pub struct WideList {
    length: isize,
    items: *mut *mut wchar_t,
}

/// A copy of a wide string; NULL without memory.
///
/// # Safety
/// A wide string.
pub unsafe fn copy(text: *const wchar_t) -> *mut wchar_t {
    // SAFETY: the caller's promise; the copy is as long as the string.
    unsafe {
        let len = libc::wcslen(text) + 1;
        let place = PyMem_RawMalloc(len * size_of::<wchar_t>()).cast::<wchar_t>();
        if !place.is_null() {
            ptr::copy_nonoverlapping(text, place, len);
        }
        place
    }
}

impl WideList {
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    pub const EMPTY: WideList = WideList { length: 0, items: ptr::null_mut() };

    /// Frees the items.
    ///
    /// # Safety
    /// The list is as these functions leave it.
    pub unsafe fn clear(&mut self) {
        // SAFETY: the caller's promise.
        unsafe {
            for index in 0..self.length.max(0) as usize {
                PyMem_RawFree((*self.items.add(index)).cast());
            }
            PyMem_RawFree(self.items.cast());
        }
        *self = WideList::EMPTY;
    }

    /// Replaces the items by copies of others.
    ///
    /// # Safety
    /// As [`WideList::clear`]; that many wide strings.
    pub unsafe fn set(&mut self, length: isize, items: *const *const wchar_t) -> Status {
        let mut fresh = WideList::EMPTY;
        for index in 0..length {
            // SAFETY: the caller's promise.
            let status = unsafe { fresh.insert(isize::MAX, *items.offset(index)) };
            if status.is_error() {
                // SAFETY: the list is ours.
                unsafe { fresh.clear() };
                return status;
            }
        }
        // SAFETY: the caller's promise.
        unsafe { self.clear() };
        *self = fresh;
        Status::OK
    }

    /// Inserts a copy of a string, at the end when `index` is behind it.
    ///
    /// # Safety
    /// As [`WideList::clear`]; a wide string.
    pub unsafe fn insert(&mut self, index: isize, text: *const wchar_t) -> Status {
        let length = self.length.max(0);
        if length == isize::MAX {
            return Status::no_memory();
        }
        // SAFETY: the caller's promise; the array grows by one, and those behind the place move.
        unsafe {
            let text = copy(text);
            if text.is_null() {
                return Status::no_memory();
            }
            let size = (length as usize + 1) * size_of::<*mut wchar_t>();
            let items = PyMem_RawRealloc(self.items.cast(), size).cast::<*mut wchar_t>();
            if items.is_null() {
                PyMem_RawFree(text.cast());
                return Status::no_memory();
            }
            let index = index.min(length);
            ptr::copy(items.offset(index), items.offset(index + 1), (length - index) as usize);
            items.offset(index).write(text);
            self.items = items;
        }
        self.length = length + 1;
        Status::OK
    }
}

/// # Safety
/// A C function: a list and a wide string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyWideStringList_Insert(
    list: &mut WideList,
    index: isize,
    item: *const wchar_t,
) -> Status {
    if index < 0 {
        return Status::error(c"PyWideStringList_Insert", c"PyWideStringList_Insert index must be >= 0");
    }
    // SAFETY: the caller's promise.
    unsafe { list.insert(index, item) }
}

/// # Safety
/// A C function: a list and a wide string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyWideStringList_Append(list: &mut WideList, item: *const wchar_t) -> Status {
    // SAFETY: the caller's promise.
    unsafe { list.insert(isize::MAX, item) }
}
