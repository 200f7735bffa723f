//! `__buffer__` and `__release_buffer__` (PEP 688): the buffer slots of classes that write them in Python, and how Python calls the
//! slots of native ones.

use super::TypeObject;
use super::slots::{GetBufferProc, ReleaseBufferProc};
use crate::id;
use crate::object::refs::{Ref, Slot, none};
use crate::object::{Instance, Object};
use crate::protocol::{attr, call, number};
use crate::raise::{self, Result};
use crate::types::buffer::BufferView;
use crate::types::dict::Dict;
use crate::types::exceptions as exc;
use crate::types::int::new_int;
use crate::types::memoryview::MemoryView;
use crate::types::tuple::Tuple;
use core::ffi::{c_int, c_void};
use core::mem::transmute;
use macros::{Trace, pytype};

/// The exporter that a consumer of a Python class's buffer sees: keeps the memoryview that `__buffer__` returned for
/// `__release_buffer__`.
#[repr(C)]
#[derive(Trace)]
pub struct BufferWrapper {
    ob_base: Object,
    view: Slot<MemoryView>,
    object: Slot,
}

#[pytype(name = "_buffer_wrapper", symbol = _PyBufferWrapper_Type, gc, no_new)]
impl BufferWrapper {
    #[slot(bf_releasebuffer)]
    fn release_buffer(&self, view: *mut BufferView) {
        let (Some(memory), Some(object)) = (self.view.get(), self.object.get()) else { return };
        memory.export_ended();
        // A native release function is called when the memoryview is released.
        if memory.exporter().is_none_or(|exporter| !exporter.is(&object))
            && releases_in_python(object.class())
        {
            // SAFETY: the consumer's view.
            unsafe { call_release(&object, view) };
        }
        self.view.set(None);
        self.object.set(None);
    }
}

fn release_proc(class: &TypeObject) -> Option<ReleaseBufferProc> {
    class.buffer().and_then(|table| table.bf_releasebuffer.get())
}

fn releases_in_python(class: &TypeObject) -> bool {
    release_proc(class).is_some_and(|own| core::ptr::fn_addr_eq(own, releasebuffer as ReleaseBufferProc))
}

/// `bf_getbuffer` of a class with a `__buffer__` written in Python.
///
/// # Safety
/// A slot function.
pub unsafe extern "C" fn getbuffer(this: &Object, view: *mut BufferView, flags: c_int) -> c_int {
    let get = || -> Result<()> {
        let flags_object = new_int(flags.into())?;
        let answer = attr::call_special(this, id!("__buffer__"), &[&flags_object])?;
        let memory = answer
            .downcast::<MemoryView>()
            .map_err(|_| crate::raise!(TypeError, "__buffer__ returned non-memoryview object"))?;
        let wrapper = Ref::new(BufferWrapper {
            ob_base: Object::HEAD,
            view: Slot::empty(),
            object: Slot::new(this.to_ref()),
        })?;
        // SAFETY: the consumer's view, which is filled here and then names the wrapper as its exporter.
        unsafe {
            memory.export_to(view, flags)?;
            let exporter = core::mem::replace(&mut (*view).obj, wrapper.as_object().to_ref().into_ptr());
            drop(Ref::from_nullable(exporter));
        }
        wrapper.view.set(Some(memory));
        Ok(())
    };
    match get() {
        Ok(()) => 0,
        Err(_) => {
            // SAFETY: the consumer's view.
            unsafe { (*view).obj = core::ptr::null_mut() };
            -1
        }
    }
}

/// `bf_releasebuffer` of a class with a `__release_buffer__` written in Python: calls it, then a native base's.
///
/// # Safety
/// A slot function.
pub unsafe extern "C" fn releasebuffer(this: &Object, view: *mut BufferView) {
    // SAFETY: the caller's promise.
    unsafe { call_release(this, view) };
    let Some(mro) = this.class().tp_mro.get() else { return };
    let native = mro.items().iter().filter_map(|class| class.cast::<TypeObject>()).find_map(|class| {
        release_proc(class).filter(|own| !core::ptr::fn_addr_eq(*own, releasebuffer as ReleaseBufferProc))
    });
    if let Some(release) = native {
        // SAFETY: the slot belongs to a base of the object's class.
        unsafe { release(this, view) };
    }
}

/// Calls `__release_buffer__`; its errors cannot be raised.
///
/// # Safety
/// `view` is a filled view whose exporter is alive.
unsafe fn call_release(this: &Object, view: *mut BufferView) {
    let pending = raise::take_pending();
    // SAFETY: the caller's promise.
    let exporter = unsafe { (*view).obj.as_ref() };
    let release = || -> Result<()> {
        if let Some(wrapper) = exporter.and_then(|exporter| exporter.cast_exact::<BufferWrapper>()) {
            // The very memoryview that `__buffer__` returned.
            let Some(memory) = wrapper.view.get() else { return Ok(()) };
            return attr::call_special(this, id!("__release_buffer__"), &[&memory]).map(drop);
        }
        // SAFETY: the caller's promise.
        let memory = MemoryView::from_buffer(unsafe { &*view })?;
        memory.restrict();
        let result = attr::call_special(this, id!("__release_buffer__"), &[&memory]).map(drop);
        if let Err(raised) = call::call_method(&memory, id!("release"), &[]) {
            raise::write_unraisable(raised, Some(this));
        }
        result
    };
    if let Err(raised) = release() {
        raise::write_unraisable(raised, Some(this));
    }
    if let Some(pending) = pending {
        raise::restore(pending).leave();
    }
}

/// `object.__buffer__(flags)` of a native class.
///
/// # Safety
/// A wrapper: `wrapped` is the class's `bf_getbuffer`.
pub unsafe extern "C" fn wrap_getbuffer(
    this: &Object,
    args: &Tuple,
    wrapped: *const c_void,
    _kwargs: Option<&Dict>,
) -> Result<Ref> {
    let flags = match args.items() {
        [flags] => number::index_as_isize(flags, Some(&exc::OverflowError))?,
        items => return Err(crate::raise!(TypeError, "expected 1 argument, got {}", items.len())),
    };
    let flags =
        c_int::try_from(flags).map_err(|_| crate::raise!(OverflowError, "buffer flags out of range"))?;
    // SAFETY: the row of the slot table pairs this wrapper with slots of this type.
    let get: GetBufferProc = unsafe { transmute(wrapped) };
    Ok(MemoryView::through(this, flags, get)?.upcast())
}

/// `object.__release_buffer__(memoryview)` of a native class.
///
/// # Safety
/// A wrapper.
pub unsafe extern "C" fn wrap_releasebuffer(
    this: &Object,
    args: &Tuple,
    _wrapped: *const c_void,
    _kwargs: Option<&Dict>,
) -> Result<Ref> {
    let [memory] = args.items() else {
        return Err(crate::raise!(TypeError, "expected 1 argument, got {}", args.len()));
    };
    let Some(memory) = memory.cast::<MemoryView>() else {
        return Err(crate::raise!(TypeError, "expected a memoryview object"));
    };
    match memory.exporter() {
        None => return Err(crate::raise!(ValueError, "memoryview's buffer has already been released")),
        Some(exporter) if !exporter.is(this) => {
            return Err(crate::raise!(ValueError, "memoryview's buffer is not this object"));
        }
        Some(_) if memory.is_released() => {
            return Err(crate::raise!(ValueError, "memoryview's buffer has already been released"));
        }
        Some(_) => {}
    }
    call::call_method(memory, id!("release"), &[])?;
    Ok(none())
}
