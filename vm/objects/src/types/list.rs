//! `list`.

use crate::object::refs::Ref;
use crate::object::{Object, VarObject};
use crate::raise::{self, Result};
use crate::typeobject::{TypeObject, flags};
use core::cell::Cell;
use core::ptr;

#[unsafe(no_mangle)]
pub static PyList_Type: TypeObject = TypeObject::new(
    c"list",
    size_of::<List>(),
    flags::BASETYPE | flags::HAVE_GC | flags::LIST_SUBCLASS | flags::SEQUENCE | flags::MATCH_SELF,
);

/// `PyListObject`: a growable array of owned items.
#[repr(C)]
pub struct List {
    ob_base: VarObject,
    ob_item: Cell<*mut *mut Object>,
    allocated: Cell<isize>,
}

instance!(List, PyList_Type, flags::LIST_SUBCLASS);

impl List {
    /// An empty list.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new() -> Result<Ref<List>> {
        Ref::new(List {
            ob_base: VarObject::HEAD,
            ob_item: Cell::new(ptr::null_mut()),
            allocated: Cell::new(0),
        })
    }

    /// A list that takes over `items`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn from_vec(items: Vec<Ref>) -> Result<Ref<List>> {
        let list = List::new()?;
        list.reserve(items.len())?;
        for item in items {
            list.push(item)?;
        }
        Ok(list)
    }

    /// Number of items.
    #[inline]
    pub fn len(&self) -> usize {
        self.ob_base.size()
    }

    /// Whether there are no items.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A new reference to the item at `index`.
    #[inline]
    pub fn get(&self, index: usize) -> Option<Ref> {
        // SAFETY: the first `len` places own an item each.
        (index < self.len()).then(|| Ref::from_borrowed(unsafe { &**self.ob_item.get().add(index) }))
    }

    /// Stores `item` at `index` and returns the old one; `Err` gives `item` back when there is no such place.
    pub fn replace(&self, index: usize, item: Ref) -> core::result::Result<Ref, Ref> {
        if index >= self.len() {
            return Err(item);
        }
        // SAFETY: the place owns an item, and owns the new one afterwards.
        unsafe {
            let old = self.ob_item.get().add(index).replace(item.into_ptr());
            Ok(Ref::from_nullable(old).unwrap_or_else(|| crate::fatal("a NULL item in a list")))
        }
    }

    /// Appends.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn push(&self, item: Ref) -> Result<()> {
        let len = self.len();
        if len as isize == self.allocated.get() {
            self.reserve(1)?;
        }
        // SAFETY: there is room for one more.
        unsafe { self.ob_item.get().add(len).write(item.into_ptr()) };
        self.ob_base.ob_size.set(len as isize + 1);
        Ok(())
    }

    /// Takes the last item off.
    pub fn pop(&self) -> Option<Ref> {
        let last = self.len().checked_sub(1)?;
        self.ob_base.ob_size.set(last as isize);
        // SAFETY: the place owned an item and is now outside of the list.
        unsafe { Ref::from_nullable(*self.ob_item.get().add(last)) }
    }

    /// New references to all items.
    pub fn to_vec(&self) -> Vec<Ref> {
        (0..self.len()).map_while(|index| self.get(index)).collect()
    }

    /// Makes room for `more` items beyond the present ones; grows by an eighth, as `list_resize` does, so that
    /// `sys.getsizeof` answers the same.
    fn reserve(&self, more: usize) -> Result<()> {
        let wanted = self.len() + more;
        if wanted as isize <= self.allocated.get() {
            return Ok(());
        }
        let capacity = if self.len() == 0 { wanted } else { (wanted + (wanted >> 3) + 6) & !3 };
        let size = capacity.checked_mul(8).ok_or_else(raise::no_memory)?;
        // SAFETY: the array came from this allocator.
        let items = unsafe { libc::realloc(self.ob_item.get().cast(), size) };
        if items.is_null() {
            return Err(raise::no_memory());
        }
        self.ob_item.set(items.cast());
        self.allocated.set(capacity as isize);
        Ok(())
    }
}
