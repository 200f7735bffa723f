//! `pickle.PickleBuffer`: an object's memory that may travel outside of a pickle.

use crate::object::Object;
use crate::object::refs::Ref;
use crate::object::trace::{Trace, Visit, Visitor};
use crate::protocol::buffer::{self, Buffer};
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::types::buffer::BufferView;
use crate::types::dict::Dict;
use crate::types::memoryview::{MemoryView, cast};
use crate::types::tuple::Tuple;
use crate::types::weakref::WeakReference;
use core::cell::{Cell, RefCell};
use macros::pytype;

/// The view while it is not released; it is borrowed only to be looked at.
struct Held(RefCell<Option<Buffer>>);

impl Trace for Held {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        let Ok(buffer) = self.0.try_borrow() else { return Ok(()) };
        // SAFETY: a view owns its exporter.
        match buffer.as_ref().and_then(|buffer| unsafe { buffer.view().obj.as_ref() }) {
            Some(exporter) => visitor.visit(exporter),
            None => Ok(()),
        }
    }
    fn clear(&self) {
        drop(self.0.take());
    }
}

/// `PyPickleBufferObject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct PickleBuffer {
    ob_base: Object,
    view: Held,
    weakreflist: Cell<*const WeakReference>,
}

impl PickleBuffer {
    /// `PyPickleBuffer_FromObject`.
    ///
    /// # Errors
    /// TypeError when the object has no memory to show; what the exporter raises.
    pub fn new(object: &Object) -> Result<Ref<PickleBuffer>> {
        Ref::new(PickleBuffer {
            ob_base: Object::HEAD,
            view: Held(RefCell::new(Some(Buffer::of(object, buffer::FULL_RO)?))),
            weakreflist: Cell::new(core::ptr::null()),
        })
    }

    /// Lets `look` see the view; it must run no Python code.
    ///
    /// # Errors
    /// ValueError when it is released.
    pub fn with_view<T>(&self, look: impl FnOnce(&BufferView) -> T) -> Result<T> {
        match &*self.view.0.borrow() {
            Some(buffer) => Ok(look(buffer.view())),
            None => Err(crate::raise!(ValueError, "operation forbidden on released PickleBuffer object")),
        }
    }

    /// A copy of the bytes of a contiguous view, as they lie in memory.
    ///
    /// # Errors
    /// ValueError when it is released.
    pub fn raw_bytes(&self) -> Result<Vec<u8>> {
        self.with_view(|view| {
            let order = if buffer::is_contiguous(view, b'C') { b'C' } else { b'F' };
            buffer::to_contiguous(view, order)
        })
    }
}

#[pytype(name = "PickleBuffer", module = "pickle", symbol = PyPickleBuffer_Type, gc, weaklist = weakreflist)]
impl PickleBuffer {
    #[slot(tp_new)]
    fn tp_new(_class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<PickleBuffer>> {
        let given = args.len();
        let named = kwargs.map_or(0, Dict::len);
        match args.items() {
            [object] if named == 0 => PickleBuffer::new(object),
            [] => {
                Err(crate::raise!(TypeError, "PickleBuffer() takes exactly 1 positional argument (0 given)"))
            }
            _ => Err(crate::raise!(
                TypeError,
                "PickleBuffer() takes at most 1 argument ({} given)",
                given + named
            )),
        }
    }

    #[slot(bf_getbuffer)]
    fn getbuffer(&self, view: *mut BufferView, flags: core::ffi::c_int) -> Result<()> {
        // SAFETY: a view owns its exporter.
        let exporter =
            self.with_view(|own| unsafe { own.obj.as_ref() }.map(crate::object::Instance::to_ref))?;
        let Some(exporter) = exporter else { return Err(crate::raise::bad_internal_call()) };
        // SAFETY: the consumer's view, which becomes one of the exporter itself.
        unsafe { buffer::get_into(&exporter, view, flags) }
    }

    /// A view that was asked of this object is the exporter's own.
    #[slot(bf_releasebuffer)]
    fn releasebuffer(&self, _view: *mut BufferView) {}

    #[method("raw($self, /)")]
    fn raw(&self) -> Result<Ref<MemoryView>> {
        if !self.with_view(|view| view.suboffsets.is_null() && buffer::is_contiguous(view, b'A'))? {
            return Err(crate::raise!(BufferError, "cannot extract raw buffer from non-contiguous buffer"));
        }
        cast::raw(&*MemoryView::of(self, buffer::FULL_RO)?)
    }

    #[method("release($self, /)")]
    pub fn release(&self) {
        drop(self.view.0.take());
    }
}
