//! Pointers that extensions keep with a code object (`PyUnstable_Code_SetExtra`): each has its place, and may say how it is freed.

use super::Code;
use core::cell::RefCell;
use core::ffi::c_void;
use core::ptr;

/// How a pointer is freed.
pub type FreeFunc = unsafe extern "C" fn(*mut c_void);

/// Places that can be asked for.
const MOST: usize = 255;

struct Places(RefCell<Vec<Option<FreeFunc>>>);

// SAFETY: touched under the GIL; no borrow is kept while a function of an extension runs.
unsafe impl Sync for Places {}

objects::per_interpreter! {
    static PLACES: Places = Places(RefCell::new(Vec::new()));
}

/// A new place; `None` when there are too many.
pub fn request(free: Option<FreeFunc>) -> Option<usize> {
    let mut places = PLACES.0.borrow_mut();
    let index = places.len();
    (index < MOST).then(|| {
        places.push(free);
        index
    })
}

/// Whether the place has been asked for.
pub fn is_place(index: usize) -> bool {
    index < PLACES.0.borrow().len()
}

fn free_of(index: usize) -> Option<FreeFunc> {
    PLACES.0.borrow().get(index).copied().flatten()
}

/// What a code object has in a place; NULL for nothing.
pub fn get(code: &Code, index: usize) -> *mut c_void {
    let all = code.co_extra.get().cast::<Vec<*mut c_void>>();
    // SAFETY: NULL or what `set` has made; nothing else refers to it.
    unsafe { all.as_ref() }.and_then(|all| all.get(index)).copied().unwrap_or(ptr::null_mut())
}

/// Puts a pointer in its place; the one that was there is freed.
pub fn set(code: &Code, index: usize, value: *mut c_void) {
    let old = get(code, index);
    if !old.is_null()
        && let Some(free) = free_of(index)
    {
        // SAFETY: the function is for the pointers of this place.
        unsafe { free(old) };
    }
    if code.co_extra.get().is_null() {
        code.co_extra.set(Box::into_raw(Box::<Vec<*mut c_void>>::default()).cast());
    }
    // SAFETY: as in `get`.
    let all = unsafe { &mut *code.co_extra.get().cast::<Vec<*mut c_void>>() };
    if all.len() <= index {
        all.resize(index + 1, ptr::null_mut());
    }
    all[index] = value;
}

/// The code object goes.
pub(super) fn release(code: &Code) {
    let all = code.co_extra.replace(ptr::null_mut()).cast::<Vec<*mut c_void>>();
    if all.is_null() {
        return;
    }
    // SAFETY: as in `get`; nobody can ask any more.
    let all = unsafe { Box::from_raw(all) };
    for (index, &value) in all.iter().enumerate() {
        if !value.is_null()
            && let Some(free) = free_of(index)
        {
            // SAFETY: the function is for the pointers of this place.
            unsafe { free(value) };
        }
    }
}
