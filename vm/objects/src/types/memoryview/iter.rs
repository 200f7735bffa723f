//! `memory_iterator`.

use super::MemoryView;
use crate::object::Object;
use crate::object::refs::{Ref, Slot};
use crate::raise;
use crate::raise::Result;
use core::cell::Cell;
use macros::{Trace, pytype};

#[repr(C)]
#[derive(Trace)]
pub struct MemoryIterator {
    ob_base: Object,
    index: Cell<isize>,
    view: Slot<MemoryView>,
}

impl MemoryIterator {
    /// # Errors
    /// TypeError, NotImplementedError for a view that has not one dimension.
    pub fn new(view: &MemoryView) -> Result<Ref<MemoryIterator>> {
        view.check()?;
        match view.ndim() {
            0 => return Err(raise!(TypeError, "invalid indexing of 0-dim memory")),
            1 => {}
            _ => {
                return Err(raise!(NotImplementedError, "multi-dimensional sub-views are not implemented"));
            }
        }
        Ref::new(MemoryIterator {
            ob_base: Object::HEAD,
            index: Cell::new(0),
            view: Slot::new(Ref::from_borrowed(view)),
        })
    }
}

#[pytype(name = "memory_iterator", symbol = _PyMemoryIter_Type, gc, no_new, iter = ::objects::slots::self_iter)]
impl MemoryIterator {
    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let Some(view) = self.view.get() else { return Ok(None) };
        view.check()?;
        let index = self.index.get();
        if view.shape().first().is_none_or(|&len| index >= len) {
            self.view.set(None);
            return Ok(None);
        }
        self.index.set(index + 1);
        view.item(&[index]).map(Some)
    }
}
