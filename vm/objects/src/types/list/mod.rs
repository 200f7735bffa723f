//! `list`: storage here, what Python sees in [`methods`].

pub mod iter;
pub mod methods;
pub mod sort;

use crate::object::heap;
use crate::object::refs::Ref;
use crate::object::trace::{Trace, Visit, Visitor};
use crate::object::{Instance, Object, VarObject};
use crate::raise::{self, Result};
use crate::repeat::repeat_front;
use crate::typeobject::TypeObject;
use core::cell::Cell;
use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};

/// `PyListObject`: a growable array of owned items.
#[repr(C)]
pub struct List {
    ob_base: VarObject,
    ob_item: Cell<*mut *mut Object>,
    allocated: Cell<isize>,
}

impl List {
    /// An empty list.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn new() -> Result<Ref<List>> {
        Ref::new(List::vacant())
    }

    /// An empty instance of `list` or a subclass.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_in(class: &TypeObject) -> Result<Ref<List>> {
        Ref::new_in(class, List::vacant())
    }

    fn vacant() -> List {
        List { ob_base: VarObject::HEAD, ob_item: Cell::new(ptr::null_mut()), allocated: Cell::new(0) }
    }

    /// A list that takes over `items`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn from_vec(mut items: Vec<Ref>) -> Result<Ref<List>> {
        // SAFETY: the vector gives its items up.
        unsafe {
            let list = List::from_raw(items.as_ptr().cast(), items.len())?;
            items.set_len(0);
            Ok(list)
        }
    }

    /// A list that takes over `count` references.
    ///
    /// # Safety
    /// `items` are owned by the caller, who gives them up when the result is `Ok`.
    ///
    /// # Errors
    /// MemoryError.
    pub unsafe fn from_raw(items: *const *mut Object, count: usize) -> Result<Ref<List>> {
        let list = List::new()?;
        if count != 0 {
            list.reserve(count)?;
            // SAFETY: there is room for all; the caller's promise.
            unsafe { list.ob_item.get().copy_from_nonoverlapping(items, count) };
            list.ob_base.ob_size.set(count as isize);
        }
        Ok(list)
    }

    /// A list of `len` places that hold NULL, for a maker that fills them before anybody else sees it.
    ///
    /// # Errors
    /// MemoryError.
    pub fn with_null_items(len: usize) -> Result<Ref<List>> {
        let list = List::new()?;
        list.reserve(len)?;
        if len > 0 {
            // SAFETY: there is room for `len` items.
            unsafe { list.ob_item.get().write_bytes(0, len) };
            list.ob_base.ob_size.set(len as isize);
        }
        Ok(list)
    }

    /// The item at `index`, borrowed.
    ///
    /// # Safety
    /// The result is used only as long as the list keeps the item.
    pub unsafe fn peek_item<'a>(&self, index: usize) -> Option<&'a Object> {
        // SAFETY: the first `len` places hold an item or NULL; the caller's promise.
        if index < self.len() { unsafe { (*self.ob_item.get().add(index)).as_ref() } } else { None }
    }

    /// Stores an item or NULL in the place `index`, which must be there, and returns what it held.
    pub fn replace_item(&self, index: usize, item: Option<Ref>) -> Option<Ref> {
        assert!(index < self.len());
        // SAFETY: the place holds an item or NULL, and the new one afterwards.
        unsafe {
            let place = self.ob_item.get().add(index);
            Ref::from_nullable(place.replace(item.map_or(ptr::null_mut(), Ref::into_ptr)))
        }
    }

    /// The items, borrowed.
    ///
    /// # Safety
    /// No code of a program runs while the result is in use, and nothing else changes the list. No item is NULL.
    #[inline]
    pub unsafe fn borrowed_items(&self) -> &[&Object] {
        if self.is_empty() {
            return &[];
        }
        // SAFETY: the first `len` places own an item each; the caller's promise.
        unsafe { core::slice::from_raw_parts(self.ob_item.get().cast::<&Object>(), self.len()) }
    }

    /// The array of items, for code that has checked the length: good until anything may change the list.
    #[inline(always)]
    pub fn raw_items(&self) -> *mut *mut Object {
        self.ob_item.get()
    }

    /// Appends while there is room without asking for memory; `false` when there is none.
    ///
    /// # Safety
    /// `item` is owned by the caller, who gives it up when the answer is `true`.
    #[inline(always)]
    pub unsafe fn push_quick(&self, item: *mut Object) -> bool {
        let len = self.ob_base.ob_size.get();
        if len >= self.allocated.get() {
            return false;
        }
        // SAFETY: there is room for one more; the list owns the item from here on.
        unsafe { self.ob_item.get().add(len as usize).write(item) };
        self.ob_base.ob_size.set(len + 1);
        true
    }

    /// Number of items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.ob_base.size()
    }

    /// Whether there are no items.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A new reference to the item at `index`.
    #[inline(always)]
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
        let mut items = Vec::with_capacity(self.len());
        items.extend((0..self.len()).map_while(|index| self.get(index)));
        items
    }

    /// A list of the `count` items from `start` on, which are there.
    ///
    /// # Errors
    /// MemoryError.
    pub fn copy_of(&self, start: usize, count: usize) -> Result<Ref<List>> {
        debug_assert!(start + count <= self.len());
        let list = List::new()?;
        list.append_copies(self, start, count)?;
        Ok(list)
    }

    /// Appends the `count` items of `other` from `start` on, which are there. The two may be the same list.
    ///
    /// # Errors
    /// MemoryError.
    pub fn append_copies(&self, other: &List, start: usize, count: usize) -> Result<()> {
        debug_assert!(start + count <= other.len());
        if count == 0 {
            return Ok(());
        }
        self.reserve(count)?;
        // SAFETY: there is room for all, so that the other list's items stay where they are even if it is this one.
        self.append_borrowed(unsafe { &other.borrowed_items()[start..start + count] })
    }

    /// Appends new references.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn append_borrowed(&self, items: &[&Object]) -> Result<()> {
        self.reserve(items.len())?;
        let len = self.len();
        // SAFETY: there is room for all; the new places own a reference to each item.
        let places = unsafe { self.ob_item.get().add(len) };
        for (index, item) in items.iter().enumerate() {
            // SAFETY: as above.
            unsafe { places.add(index).write(item.to_ref().into_ptr()) };
        }
        self.ob_base.ob_size.set((len + items.len()) as isize);
        Ok(())
    }

    /// Has the items, of which there are some, `count` times in all, which is at least once.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn repeat_items(&self, count: usize) -> Result<()> {
        let len = self.len();
        let total = len.checked_mul(count).ok_or_else(raise::no_memory)?;
        self.reserve(total - len)?;
        // SAFETY: there is room for all; the first `len` places own their items, and each item gains a reference for each new place.
        let places = unsafe {
            core::slice::from_raw_parts_mut(self.ob_item.get().cast::<MaybeUninit<*mut Object>>(), total)
        };
        for place in &places[..len] {
            // SAFETY: as above.
            unsafe { (*place.assume_init()).add_references(count - 1) };
        }
        repeat_front(places, len);
        self.ob_base.ob_size.set(total as isize);
        Ok(())
    }

    /// A list of the items at `indices`, which are there.
    ///
    /// # Errors
    /// MemoryError.
    pub fn copy_at(&self, indices: impl ExactSizeIterator<Item = usize>) -> Result<Ref<List>> {
        let list = List::new()?;
        list.reserve(indices.len())?;
        for index in indices {
            match self.get(index) {
                Some(item) => list.push(item)?,
                None => break,
            }
        }
        Ok(list)
    }

    /// Makes room for `more` items beyond the present ones; grows by an eighth, as `list_resize` does, so that
    /// `sys.getsizeof` answers the same.
    pub(crate) fn reserve(&self, more: usize) -> Result<()> {
        let wanted = self.len().checked_add(more).ok_or_else(raise::no_memory)?;
        if wanted as isize <= self.allocated.get() {
            return Ok(());
        }
        let capacity = if self.is_empty() { wanted } else { (wanted + (wanted >> 3) + 6) & !3 };
        let size = capacity.checked_mul(8).ok_or_else(raise::no_memory)?;
        let items = match NonNull::new(self.ob_item.get().cast::<u8>()) {
            None => heap::items::alloc(size),
            // SAFETY: the array came from there, and nobody else knows it.
            Some(old) => unsafe { heap::items::realloc(old, size) },
        };
        self.ob_item.set(items.ok_or_else(raise::no_memory)?.as_ptr().cast());
        self.allocated.set(capacity as isize);
        Ok(())
    }

    /// How many items there is room for.
    pub fn capacity(&self) -> usize {
        self.allocated.get() as usize
    }

    /// Puts `item` before the place `index`, which is at most the length.
    ///
    /// # Errors
    /// MemoryError.
    pub fn insert_at(&self, index: usize, item: Ref) -> Result<()> {
        let len = self.len();
        debug_assert!(index <= len);
        self.reserve(1)?;
        // SAFETY: there is room for one more; the items behind move up by one.
        unsafe {
            let place = self.ob_item.get().add(index);
            ptr::copy(place, place.add(1), len - index);
            place.write(item.into_ptr());
        }
        self.ob_base.ob_size.set(len as isize + 1);
        Ok(())
    }

    /// Takes the item at `index` out.
    pub fn remove_at(&self, index: usize) -> Option<Ref> {
        let len = self.len();
        if index >= len {
            return None;
        }
        // SAFETY: the place owned an item, which is the caller's now; the items behind move down by one.
        unsafe {
            let place = self.ob_item.get().add(index);
            let item = place.read();
            ptr::copy(place.add(1), place, len - index - 1);
            self.ob_base.ob_size.set(len as isize - 1);
            Ref::from_nullable(item)
        }
    }

    /// Replaces the items `start..stop` by those of another list.
    ///
    /// # Errors
    /// MemoryError, with the list as it was.
    pub fn splice_list(&self, start: usize, stop: usize, items: &List) -> Result<()> {
        /// As many old items are kept without asking for memory.
        const FEW: usize = 16;
        let (len, added) = (self.len(), items.len());
        debug_assert!(start <= stop && stop <= len);
        let removed = stop - start;
        if removed > FEW || ptr::eq(self, items) {
            return self.splice(start, stop, items.to_vec()).map(drop);
        }
        if added > removed {
            self.reserve(added - removed)?;
        }
        let mut old = [ptr::null_mut(); FEW];
        // SAFETY: there is room for the new length; each place is read once and written once. The old items are dropped when the
        // list is whole again, for that may run any code.
        unsafe {
            let (place, from) = (self.ob_item.get().add(start), items.ob_item.get());
            ptr::copy_nonoverlapping(place, old.as_mut_ptr(), removed);
            if len > stop && added != removed {
                ptr::copy(place.add(removed), place.add(added), len - stop);
            }
            for index in 0..added {
                let item = *from.add(index);
                (*item).incref();
                place.add(index).write(item);
            }
            self.ob_base.ob_size.set((len - removed + added) as isize);
            for item in &old[..removed] {
                drop(Ref::from_nullable(*item));
            }
        }
        Ok(())
    }

    /// Replaces the items `start..stop` by `items` and returns the old ones.
    ///
    /// # Errors
    /// MemoryError, with the list as it was.
    pub fn splice(&self, start: usize, stop: usize, items: Vec<Ref>) -> Result<Vec<Ref>> {
        let len = self.len();
        debug_assert!(start <= stop && stop <= len);
        let (removed, added) = (stop - start, items.len());
        if added > removed {
            self.reserve(added - removed)?;
        }
        let base = self.ob_item.get();
        let mut old = Vec::with_capacity(removed);
        // SAFETY: there is room for the new length; each place is read once and written once.
        unsafe {
            for index in start..stop {
                old.extend(Ref::from_nullable(base.add(index).read()));
            }
            if len > stop && added != removed {
                ptr::copy(base.add(stop), base.add(start + added), len - stop);
            }
            for (index, item) in items.into_iter().enumerate() {
                base.add(start + index).write(item.into_ptr());
            }
        }
        self.ob_base.ob_size.set((len - removed + added) as isize);
        Ok(old)
    }

    /// Takes all items out; the list is empty and has no room afterwards.
    pub(crate) fn take_items(&self) -> Vec<Ref> {
        let len = self.len();
        self.ob_base.ob_size.set(0);
        self.allocated.set(0);
        let base = self.ob_item.replace(ptr::null_mut());
        // SAFETY: the array was the list's; its items move to the vector and the array is freed.
        unsafe {
            let mut items = Vec::with_capacity(len);
            items.extend((0..len).filter_map(|index| Ref::from_nullable(base.add(index).read())));
            release(base);
            items
        }
    }

    /// Fills an empty list.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn put_items(&self, mut items: Vec<Ref>) -> Result<()> {
        debug_assert!(self.is_empty());
        self.reserve(items.len())?;
        // SAFETY: there is room for all items, which the vector gives up.
        unsafe {
            self.ob_item.get().copy_from_nonoverlapping(items.as_ptr().cast(), items.len());
            self.ob_base.ob_size.set(items.len() as isize);
            items.set_len(0);
        }
        Ok(())
    }

    /// Takes the array with the items out; the list is empty and has no room afterwards.
    pub(crate) fn take_array(&self) -> Array {
        let base = self.ob_item.replace(ptr::null_mut());
        let capacity = self.allocated.replace(0);
        let mut array = Array { base, len: self.ob_base.ob_size.replace(0) as usize, capacity };
        array.close_gaps();
        array
    }

    /// Gives the list an array instead of the one that it has.
    pub(crate) fn put_array(&self, array: Array) {
        let array = core::mem::ManuallyDrop::new(array);
        let old = self.take_array();
        self.ob_item.set(array.base);
        self.allocated.set(array.capacity);
        self.ob_base.ob_size.set(array.len as isize);
        drop(old);
    }

    /// Removes all items.
    pub fn clear_items(&self) {
        let len = self.len();
        self.ob_base.ob_size.set(0);
        self.allocated.set(0);
        let base = self.ob_item.replace(ptr::null_mut());
        if base.is_null() {
            return;
        }
        // SAFETY: the array was the list's; its items are dropped, the last first, and the array is freed.
        unsafe {
            for index in (0..len).rev() {
                drop(Ref::from_nullable(base.add(index).read()));
            }
            release(base);
        }
    }

    /// Calls `change` with the places of the items, which it may put into another order. No Python code may run meanwhile.
    pub(crate) fn with_places(&self, change: impl FnOnce(&mut [*mut Object])) {
        if !self.is_empty() {
            // SAFETY: `len` places, and nobody else looks at them during the call.
            change(unsafe { core::slice::from_raw_parts_mut(self.ob_item.get(), self.len()) });
        }
    }
}

/// The array of a list, with its items.
pub(crate) struct Array {
    base: *mut *mut Object,
    len: usize,
    capacity: isize,
}

impl Array {
    /// Moves the items together where C code has not filled all places.
    fn close_gaps(&mut self) {
        let mut len = 0;
        for index in 0..self.len {
            // SAFETY: below the number of places, which are the array's.
            unsafe {
                let item = self.base.add(index).read();
                if !item.is_null() {
                    self.base.add(len).write(item);
                    len += 1;
                }
            }
        }
        self.len = len;
    }

    /// The items.
    pub(crate) fn items(&mut self) -> &mut [Ref] {
        match self.len {
            0 => &mut [],
            // SAFETY: so many places, each with an item that the array owns; a reference has a pointer's representation.
            len => unsafe { core::slice::from_raw_parts_mut(self.base.cast::<Ref>(), len) },
        }
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        // SAFETY: nobody else has the array any more; its items are dropped once.
        unsafe {
            ptr::drop_in_place(self.items());
            release(self.base);
        }
    }
}

/// Gives a list's array back.
///
/// # Safety
/// It is NULL or was a list's, and is not used again.
unsafe fn release(array: *mut *mut Object) {
    if !array.is_null() {
        // SAFETY: `List::reserve` got it there; the caller's promise.
        unsafe { heap::items::free(array.cast()) };
    }
}

impl Drop for List {
    fn drop(&mut self) {
        self.clear_items();
    }
}

impl Trace for List {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        for index in (0..self.len()).rev() {
            // SAFETY: within the list; a traversal changes nothing.
            if let Some(item) = unsafe { (*self.ob_item.get().add(index)).as_ref() } {
                visitor.visit(item)?;
            }
        }
        Ok(())
    }
    fn clear(&self) {
        self.clear_items();
    }
}
