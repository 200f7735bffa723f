//! `cell`: a variable shared between a function and those inside it.

use crate::object::Object;
use crate::object::refs::{Ref, Slot};
use crate::object::trace::{Trace, Visit, Visitor};
use crate::protocol;
use crate::raise::Result;
use crate::types::bool::new_bool;
use crate::types::none;
use crate::types::str::Str;
use crate::{CompareOp, Instance, TypeObject};
use macros::pytype;

/// `PyCellObject`.
#[repr(C)]
pub struct Cell {
    ob_base: Object,
    ob_ref: Slot,
}

const _: () = assert!(size_of::<Cell>() == 24);

impl Trace for Cell {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.ob_ref.trace(visitor)
    }
    fn clear(&self) {
        self.ob_ref.set(None);
    }
}

impl Cell {
    /// A new cell, empty or with a value.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn new(value: Option<Ref>) -> Result<Ref<Cell>> {
        Ref::new(Cell { ob_base: Object::HEAD, ob_ref: Slot::from_option(value) })
    }

    /// The contents.
    #[inline]
    pub fn get(&self) -> Option<Ref> {
        self.ob_ref.get()
    }

    /// The contents, borrowed, or NULL.
    #[inline(always)]
    pub fn peek_value(&self) -> *mut Object {
        self.ob_ref.as_ptr()
    }

    /// Stores an owned pointer (or NULL) and returns the old one, owned.
    ///
    /// # Safety
    /// `value` is owned by the caller, who gives it up.
    #[inline(always)]
    pub unsafe fn swap_value(&self, value: *mut Object) -> *mut Object {
        // SAFETY: a slot is one pointer that owns what it points to.
        unsafe { core::ptr::from_ref(&self.ob_ref).cast_mut().cast::<*mut Object>().replace(value) }
    }

    /// Replaces the contents.
    #[inline]
    pub fn set(&self, value: Option<Ref>) {
        self.ob_ref.set(value);
    }

    /// Replaces the contents and returns the old ones.
    #[inline]
    pub fn replace(&self, value: Option<Ref>) -> Option<Ref> {
        self.ob_ref.replace(value)
    }
}

#[pytype(name = "cell", symbol = PyCell_Type, gc, unhashable)]
impl Cell {
    #[new("cell(contents=<unrepresentable>, /)")]
    fn py_new(_class: &TypeObject, contents: Option<&Object>) -> Result<Ref<Cell>> {
        Cell::new(contents.map(Instance::to_ref))
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        match self.get() {
            None => Str::new(&format!("<cell at {self:p}: empty>")),
            Some(value) => Str::new(&format!(
                "<cell at {self:p}: {} object at {:p}>",
                value.class().full_name(),
                &*value
            )),
        }
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.cast::<Cell>() else { return Ok(none::not_implemented().to_ref()) };
        match (self.get(), other.get()) {
            (Some(left), Some(right)) => protocol::compare::rich_compare(&left, &right, op),
            (left, right) => Ok(new_bool(op.holds(left.is_some().cmp(&right.is_some())))),
        }
    }

    #[getter("cell_contents")]
    fn contents(&self) -> Result<Ref> {
        self.get().ok_or_else(|| crate::raise!(ValueError, "Cell is empty"))
    }

    #[setter("cell_contents")]
    fn set_contents(&self, value: Option<&Object>) -> Result<()> {
        self.set(value.map(Instance::to_ref));
        Ok(())
    }
}
