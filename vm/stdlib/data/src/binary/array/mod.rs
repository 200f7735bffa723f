//! `array`: a sequence of machine values.
//!
//! Rooms: `items` has the type codes, this file the storage, `class` what Python sees, `machine` the formats of pickles.

pub mod class;
pub mod items;
pub mod iter;
pub mod machine;

use core::cell::Cell;
use core::ptr::{self, NonNull};
use items::{Descr, Item};
use objects::object::heap;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::types::weakref::WeakReference;
use objects::{Instance, Object, Ref, Result, TypeObject, VarObject, id, raise};

/// `arrayobject`, whose fields extensions read.
#[repr(C)]
pub struct Array {
    ob_base: VarObject,
    ob_item: Cell<*mut u8>,
    /// Items that there is room for.
    allocated: Cell<isize>,
    ob_descr: Cell<&'static Descr>,
    weakreflist: Cell<*const WeakReference>,
    /// Views; while there are any the size is fixed.
    ob_exports: Cell<isize>,
}

const _: () = assert!(size_of::<Array>() == 64 && core::mem::offset_of!(Array, ob_exports) == 56);

impl Drop for Array {
    fn drop(&mut self) {
        // SAFETY: NULL or a block that only this array has.
        unsafe { free(self.ob_item.get()) };
    }
}

unsafe fn free(block: *mut u8) {
    if !block.is_null() {
        // SAFETY: the caller's promise.
        unsafe { heap::free(block) };
    }
}

impl Array {
    /// An instance of `class` with items of the given bytes.
    fn new_in(class: &TypeObject, descr: &'static Descr, contents: &[u8]) -> Result<Ref<Array>> {
        let array = Ref::new_in(
            class,
            Array {
                ob_base: VarObject::HEAD,
                ob_item: Cell::new(ptr::null_mut()),
                allocated: Cell::new(0),
                ob_descr: Cell::new(descr),
                weakreflist: Cell::new(ptr::null()),
                ob_exports: Cell::new(0),
            },
        )?;
        if !contents.is_empty() {
            array.allocate(contents.len() / descr.size())?;
            array.ob_base.ob_size.set(array.allocated.get());
            array.as_mut_slice().copy_from_slice(contents);
        }
        Ok(array)
    }

    fn with_bytes(descr: &'static Descr, contents: &[u8]) -> Result<Ref<Array>> {
        Array::new_in(Array::class(), descr, contents)
    }

    fn descr(&self) -> &'static Descr {
        self.ob_descr.get()
    }

    /// Number of items.
    fn len(&self) -> usize {
        self.ob_base.size()
    }

    /// The items' bytes. Python code can change and move them: hold no reference across a call of it.
    fn as_slice(&self) -> &[u8] {
        if self.ob_item.get().is_null() {
            return &[];
        }
        // SAFETY: as many items are there.
        unsafe { core::slice::from_raw_parts(self.ob_item.get(), self.len() * self.descr().size()) }
    }

    /// The items' bytes for writing; nobody else looks at them meanwhile, the GIL being held and no Python code run.
    #[allow(clippy::mut_from_ref, reason = "interior mutability: the bytes are behind a raw pointer")]
    fn as_mut_slice(&self) -> &mut [u8] {
        if self.ob_item.get().is_null() {
            return &mut [];
        }
        // SAFETY: as in `as_slice`.
        unsafe { core::slice::from_raw_parts_mut(self.ob_item.get(), self.len() * self.descr().size()) }
    }

    fn item_bytes(&self, index: usize) -> Option<&[u8]> {
        let size = self.descr().size();
        let start = index.checked_mul(size)?;
        self.as_slice().get(start..start.checked_add(size)?)
    }

    /// The item at `index`.
    fn get(&self, index: usize) -> Result<Option<Ref>> {
        self.item_bytes(index).map(|bytes| self.descr().get(bytes)).transpose()
    }

    /// Replaces an item that is there.
    fn put(&self, index: usize, item: Item) {
        let size = self.descr().size();
        let start = index * size;
        if let Some(place) = self.as_mut_slice().get_mut(start..start + size) {
            place.copy_from_slice(&item[..size]);
        }
    }

    /// Moves the items into a block for `count` of them.
    fn allocate(&self, count: usize) -> Result<()> {
        let size = count.checked_mul(self.descr().size()).filter(|&size| isize::try_from(size).is_ok());
        let size = size.ok_or_else(objects::raise::no_memory)?;
        let block = match NonNull::new(self.ob_item.get()) {
            // SAFETY: a block that only this array has.
            Some(old) => unsafe { heap::realloc(old, size, false) },
            None => heap::alloc(size, false),
        };
        let block = block.ok_or_else(objects::raise::no_memory)?;
        self.ob_item.set(block.as_ptr());
        self.allocated.set(count as isize);
        Ok(())
    }

    /// Whether the number of items may change.
    fn check_resizable(&self) -> Result<()> {
        if self.ob_exports.get() > 0 {
            return Err(raise!(BufferError, "cannot resize an array that is exporting buffers"));
        }
        Ok(())
    }

    /// Changes the number of items; new ones are zero.
    fn resize(&self, count: usize) -> Result<()> {
        let old = self.len();
        if count == old {
            return Ok(());
        }
        self.check_resizable()?;
        if count == 0 {
            // SAFETY: NULL or a block that only this array has.
            unsafe { free(self.ob_item.replace(ptr::null_mut())) };
            self.allocated.set(0);
            self.ob_base.ob_size.set(0);
            return Ok(());
        }
        let roomy = self.allocated.get() as usize >= count && old < count.saturating_add(16);
        if !roomy || self.ob_item.get().is_null() {
            let spare = (count >> 4) + if old < 8 { 3 } else { 7 };
            self.allocate(count.saturating_add(spare))?;
        }
        self.ob_base.ob_size.set(count as isize);
        let start = old.min(count) * self.descr().size();
        self.as_mut_slice()[start..].fill(0);
        Ok(())
    }

    /// Puts the items `new` in the place of `start..end`.
    fn splice(&self, start: usize, end: usize, new: &[u8]) -> Result<()> {
        let size = self.descr().size();
        let (old, added) = (self.len(), new.len() / size);
        let count = (old - (end - start)).checked_add(added).ok_or_else(objects::raise::no_memory)?;
        if count >= old {
            self.resize(count)?;
            self.as_mut_slice().copy_within(end * size..old * size, (start + added) * size);
        } else {
            self.check_resizable()?;
            self.as_mut_slice().copy_within(end * size.., (start + added) * size);
            self.resize(count)?;
        }
        self.as_mut_slice()[start * size..][..new.len()].copy_from_slice(new);
        Ok(())
    }

    /// Adds the items `new` at the end.
    fn append_bytes(&self, new: &[u8]) -> Result<()> {
        let end = self.len();
        self.splice(end, end, new)
    }

    /// Adds what an iterable gives, one by one.
    fn extend_from(&self, iterable: &Object) -> Result<()> {
        objects::protocol::iter::for_each(iterable, |value| {
            let item = self.descr().set(&value)?;
            self.append_bytes(&item[..self.descr().size()])
        })
    }
}

#[macros::pymodule(name = "array", classes(super::Array))]
pub mod module {
    use super::*;

    #[function(
        "_array_reconstructor($module, arraytype, typecode, mformat_code, items,\n                     /)"
    )]
    fn array_reconstructor(
        arraytype: &Object,
        typecode: &Object,
        mformat_code: i32,
        items: &Object,
    ) -> Result<Ref> {
        machine::reconstruct(arraytype, typecode, mformat_code, items)
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        objects::typeobject::ready::ready(iter::ArrayIterator::class())?;
        let dict = module.dict();
        dict.set_text("ArrayType", Array::class().as_object())?;
        let codes: String = items::DESCRS.iter().map(Descr::code).collect();
        dict.set_text("typecodes", &*Str::new(&codes)?)?;
        let abstract_classes = objects::hooks::IMPORT.get()("collections.abc")?;
        let sequence = objects::protocol::attr::get(&abstract_classes, id!("MutableSequence"))?;
        objects::protocol::call::call_method(&sequence, id!("register"), &[Array::class().as_object()])?;
        Ok(())
    }
}
