//! The memory of another interpreter's object, as a memoryview shares it.

use crate::crossinterp::{self, Data};
use crate::{pending, subinterpreter};
use core::ffi::{c_int, c_void};
use core::ptr;
use objects::protocol::buffer::{self, Buffer};
use objects::state::{self, ThreadState};
use objects::types::memoryview::MemoryView;
use objects::{Instance, Object, Raised, Ref, Result, raise};

/// `_interpreters.CrossInterpreterBufferView`: exports a buffer that belongs to another interpreter, where it is released.
#[repr(C)]
pub struct BufferView {
    ob_base: Object,
    /// NULL once the object has given it back.
    buffer: *mut Buffer,
    owner: i64,
}

impl Drop for BufferView {
    fn drop(&mut self) {
        release(self.buffer, self.owner);
    }
}

unsafe extern "C" fn free(buffer: *mut c_void) {
    // SAFETY: a buffer that was boxed in `share`.
    drop(unsafe { Box::from_raw(buffer.cast::<Buffer>()) });
}

/// Releases a buffer in the interpreter that it belongs to.
fn release(buffer: *mut Buffer, owner: i64) {
    unsafe extern "C" fn drop_buffer(buffer: *mut c_void) -> c_int {
        // SAFETY: given away by `release`.
        unsafe { free(buffer) };
        0
    }
    let owner = subinterpreter::find(owner).filter(|owner| !ptr::eq(*owner, state::interpreter()));
    let asked = owner.is_some_and(|owner| pending::add_for_any(owner, drop_buffer, buffer.cast()));
    if !asked {
        // SAFETY: the function is for this argument.
        unsafe { drop_buffer(buffer.cast()) };
    }
}

#[macros::pytype(
    name = "CrossInterpreterBufferView", module = "_interpreters", static_name = VIEW, flags = [BASETYPE], no_new, no_doc
)]
impl BufferView {
    #[slot(bf_getbuffer)]
    fn getbuffer(&self, view: *mut objects::types::buffer::BufferView, _flags: c_int) -> Result<()> {
        // SAFETY: the consumer's view; ours lives as long as this object, which the consumer's owns.
        unsafe {
            let own = (*self.buffer).view();
            ptr::copy_nonoverlapping(ptr::from_ref(own), view, 1);
            (*view).obj = Instance::to_ref(self).into_ptr().cast();
            (*view).internal = ptr::null_mut();
        }
        Ok(())
    }
}

/// The memoryview in the interpreter that receives it.
fn received(data: &Data) -> Result<Ref<MemoryView>> {
    let modules = state::interpreter().modules.get().ok_or_else(raise::null_result)?;
    if modules.get_str(objects::id!("_interpreters"))?.is_none() {
        return Err(raise!(RuntimeError, "_interpreters module not imported yet"));
    }
    // The view has the buffer from now on.
    let buffer = data.data.replace(ptr::null_mut()).cast::<Buffer>();
    if buffer.is_null() {
        return Err(raise::bad_internal_call());
    }
    let view = BufferView { ob_base: Object::HEAD, buffer, owner: data.interpreter.get() };
    let view = Ref::new_in(BufferView::class(), view)?;
    MemoryView::of(view.as_object(), buffer::FULL_RO)
}

/// How a memoryview is shared: by a buffer of it.
pub unsafe extern "C" fn share(_ts: &ThreadState, object: &Object, data: &Data) -> c_int {
    unsafe extern "C" fn make(data: &Data) -> Option<Ref> {
        received(data).map(Ref::upcast).map_err(Raised::leave).ok()
    }
    match Buffer::of(object, buffer::FULL_RO) {
        Ok(buffer) => {
            data.data.set(Box::into_raw(Box::new(buffer)).cast());
            data.new_object.set(Some(make));
            data.free.set(Some(free));
            0
        }
        Err(raised) => {
            raised.leave();
            -1
        }
    }
}

/// Lets memoryviews be shared.
///
/// # Errors
/// MemoryError.
pub fn register() -> Result<()> {
    crossinterp::register(MemoryView::class(), share)
}
