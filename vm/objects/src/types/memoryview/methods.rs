//! What Python sees of a memoryview.

use super::format::{check as check_format, native, pack, unpack};
use super::iter::MemoryIterator;
use super::{C_CONTIGUOUS, F_CONTIGUOUS, HEAD_SIZE, INDIRECT, MemoryView, cast, compare};
use crate::args::IntoPy;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::buffer::{self, Buffer};
use crate::protocol::{self, number};
use crate::raise;
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::bool::new_bool;
use crate::types::buffer::BufferView;
use crate::types::bytes::{Bytes, ops};
use crate::types::exceptions as exc;
use crate::types::list::List;
use crate::types::none::{ellipsis, none};
use crate::types::slice::{Indices, Slice};
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use core::ffi::c_int;
use core::ptr;
use macros::pytype;

#[pytype(
    name = "memoryview", symbol = PyMemoryView_Type, gc, getattro = crate::attrs::generic_getattro, basicsize = HEAD_SIZE, itemsize = 8, weaklist = weakreflist,
    flags = [SEQUENCE]
)]
impl MemoryView {
    #[new("(object)")]
    fn tp_new(_class: &TypeObject, object: &Object) -> Result<Ref<MemoryView>> {
        MemoryView::of(object, buffer::FULL_RO)
    }

    #[slot(tp_repr)]
    fn tp_repr(&self) -> Result<Ref<Str>> {
        let released = if self.is_released() { "released " } else { "" };
        Str::new(&format!("<{released}memory at {:p}>", ptr::from_ref(self)))
    }

    #[slot(tp_hash)]
    fn tp_hash(&self) -> Result<isize> {
        if self.hash.get() != -1 {
            return Ok(self.hash.get());
        }
        self.check()?;
        if self.view().readonly == 0 {
            return Err(raise!(ValueError, "cannot hash writable memoryview object"));
        }
        if !native(self.full_format()).is_some_and(|format| format.is_byte()) {
            return Err(raise!(ValueError, "memoryview: hashing is restricted to formats 'B', 'b' or 'c'"));
        }
        if let Some(exporter) = self.exporter() {
            // What can change must not be hashed through a view either.
            protocol::object::hash(exporter)?;
        }
        let hash = crate::hash::bytes(&buffer::to_contiguous(self.view(), b'C'));
        self.hash.set(hash);
        Ok(hash)
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(protocol::compare::unsupported());
        }
        match compare::equal(self, other)? {
            Some(equal) => Ok(new_bool(equal == (op == CompareOp::Eq))),
            None => Ok(protocol::compare::unsupported()),
        }
    }

    #[slot(tp_iter)]
    fn tp_iter(&self) -> Result<Ref<MemoryIterator>> {
        MemoryIterator::new(self)
    }

    #[slot(bf_getbuffer)]
    fn getbuffer(&self, view: *mut BufferView, flags: c_int) -> Result<()> {
        // SAFETY: the consumer's view.
        unsafe { self.export_to(view, flags) }
    }

    #[slot(bf_releasebuffer)]
    fn releasebuffer(&self, _view: *mut BufferView) {
        self.export_ended();
    }

    #[slot(mp_length)]
    fn mp_length(&self) -> Result<usize> {
        self.check()?;
        match self.shape().first() {
            Some(&len) => Ok(len as usize),
            None => Err(raise!(TypeError, "0-dim memory has no length")),
        }
    }

    #[slot(sq_length)]
    fn sq_length(&self) -> Result<usize> {
        self.mp_length()
    }

    #[slot(sq_item)]
    fn sq_item(&self, index: isize) -> Result<Ref> {
        self.check()?;
        match self.ndim() {
            0 => Err(raise!(TypeError, "invalid indexing of 0-dim memory")),
            1 => self.item(&[index]),
            _ => Err(raise!(NotImplementedError, "multi-dimensional sub-views are not implemented")),
        }
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        self.check()?;
        if self.ndim() == 0 {
            if key.cast::<Tuple>().is_some_and(Tuple::is_empty) {
                return self.item(&[]);
            }
            if key.is(ellipsis()) {
                return Ok(self.to_ref().upcast());
            }
            return Err(raise!(TypeError, "invalid indexing of 0-dim memory"));
        }
        if number::is_index(key) {
            return self.sq_item(number::index_as_isize(key, Some(&exc::IndexError))?);
        }
        if let Some(slice) = key.cast::<Slice>() {
            return Ok(self.sliced(slice)?.upcast());
        }
        match self.indices(key)? {
            Key::Indices(indices) => self.item(&indices),
            Key::Slices => Err(raise!(NotImplementedError, "multi-dimensional slicing is not implemented")),
            Key::Other => Err(raise!(TypeError, "memoryview: invalid slice key")),
        }
    }

    #[slot(mp_ass_subscript)]
    fn assign_subscript(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        self.check()?;
        check_format(self.item_format())?;
        if self.view().readonly != 0 {
            return Err(raise!(TypeError, "cannot modify read-only memory"));
        }
        let Some(value) = value else { return Err(raise!(TypeError, "cannot delete memory")) };
        if self.ndim() == 0 {
            if key.is(ellipsis()) || key.cast::<Tuple>().is_some_and(Tuple::is_empty) {
                return self.set_item(&[], value);
            }
            return Err(raise!(TypeError, "invalid indexing of 0-dim memory"));
        }
        if number::is_index(key) {
            if self.ndim() > 1 {
                return Err(raise!(NotImplementedError, "sub-views are not implemented"));
            }
            return self.set_item(&[number::index_as_isize(key, Some(&exc::IndexError))?], value);
        }
        if let Some(slice) = key.cast::<Slice>()
            && self.ndim() == 1
        {
            return self.assign_slice(slice, value);
        }
        match self.indices(key)? {
            Key::Indices(indices) => self.set_item(&indices, value),
            Key::Slices => Err(raise!(
                NotImplementedError,
                "memoryview slice assignments are currently restricted to ndim = 1"
            )),
            Key::Other if key.cast::<Slice>().is_some() => Err(raise!(
                NotImplementedError,
                "memoryview slice assignments are currently restricted to ndim = 1"
            )),
            Key::Other => Err(raise!(TypeError, "memoryview: invalid slice key")),
        }
    }

    #[method("release($self, /)")]
    fn release(&self) -> Result<()> {
        let exports = self.exports.get();
        if exports > 0 {
            let plural = if exports == 1 { "" } else { "s" };
            return Err(raise!(BufferError, "memoryview has {exports} exported buffer{plural}"));
        }
        self.let_go();
        Ok(())
    }

    #[method("tobytes($self, /, order='C')")]
    fn tobytes(&self, order: Option<&Object>) -> Result<Ref<Bytes>> {
        let order = order.filter(|order| !order.is(none()));
        let order = match order.map(|order| order.cast::<Str>().ok_or(order)).transpose() {
            Ok(order) => order,
            Err(other) => {
                return Err(raise!(
                    TypeError,
                    "tobytes() argument 'order' must be str or None, not {}",
                    other.class().name()
                ));
            }
        };
        Bytes::new(&cast::to_bytes(self, order)?)
    }

    #[method("hex($self, /, sep=<unrepresentable>, bytes_per_sep=1)")]
    fn hex(&self, sep: Option<&Object>, bytes_per_sep: i32) -> Result<Ref<Str>> {
        ops::hex(&cast::to_bytes(self, None)?, sep, bytes_per_sep)
    }

    #[method("tolist($self, /)")]
    fn tolist(&self) -> Result<Ref> {
        self.check()?;
        self.nested(&mut Vec::with_capacity(self.ndim()))
    }

    #[method("cast($self, /, format, shape=<unrepresentable>)")]
    fn py_cast(&self, format: &Str, shape: Option<&Object>) -> Result<Ref<MemoryView>> {
        cast::cast(self, format, shape)
    }

    #[method("toreadonly($self, /)")]
    fn toreadonly(&self) -> Result<Ref<MemoryView>> {
        // SAFETY: a plain copy of C data.
        let mut view = unsafe { ptr::read(self.view()) };
        view.readonly = 1;
        self.derive(&view)
    }

    #[method("__enter__($self, /)")]
    fn enter(&self) -> Result<Ref<MemoryView>> {
        self.check()?;
        Ok(self.to_ref())
    }

    #[method("__exit__($self, /, *exc_info)")]
    fn exit(&self, exc_info: &[&Object]) -> Result<()> {
        let _ = exc_info;
        self.release()
    }

    #[classmethod("_from_flags($type, /, object, flags)")]
    fn from_flags(_class: &TypeObject, object: &Object, flags: i32) -> Result<Ref<MemoryView>> {
        MemoryView::of(object, flags)
    }

    #[getter("obj")]
    fn obj(&self) -> Result<Option<Ref>> {
        self.check()?;
        Ok(self.exporter().map(Instance::to_ref))
    }

    #[getter("nbytes")]
    fn nbytes(&self) -> Result<isize> {
        self.check().map(|()| self.view().len)
    }

    #[getter("readonly")]
    fn readonly(&self) -> Result<bool> {
        self.check().map(|()| self.view().readonly != 0)
    }

    #[getter("itemsize")]
    fn itemsize(&self) -> Result<isize> {
        self.check().map(|()| self.view().itemsize)
    }

    #[getter("format")]
    fn format(&self) -> Result<Ref<Str>> {
        self.check()?;
        Str::new(self.full_format())
    }

    #[getter("ndim")]
    fn py_ndim(&self) -> Result<usize> {
        self.check().map(|()| self.ndim())
    }

    #[getter("shape")]
    fn py_shape(&self) -> Result<Ref<Tuple>> {
        self.check()?;
        numbers(self.shape())
    }

    #[getter("strides")]
    fn py_strides(&self) -> Result<Ref<Tuple>> {
        self.check()?;
        numbers(self.strides())
    }

    #[getter("suboffsets")]
    fn py_suboffsets(&self) -> Result<Ref<Tuple>> {
        self.check()?;
        numbers(self.suboffsets())
    }

    #[getter("c_contiguous")]
    fn c_contiguous(&self) -> Result<bool> {
        self.check().map(|()| self.has(C_CONTIGUOUS))
    }

    #[getter("f_contiguous")]
    fn f_contiguous(&self) -> Result<bool> {
        self.check().map(|()| self.has(F_CONTIGUOUS))
    }

    #[getter("contiguous")]
    fn contiguous(&self) -> Result<bool> {
        self.check().map(|()| self.has(C_CONTIGUOUS | F_CONTIGUOUS))
    }
}

fn numbers(values: &[isize]) -> Result<Ref<Tuple>> {
    Tuple::from_vec(values.iter().map(|value| value.into_py()).collect::<Result<Vec<Ref>>>()?)
}

/// What a subscript is that is neither an index nor a slice.
enum Key {
    Indices(Vec<isize>),
    Slices,
    Other,
}

impl MemoryView {
    fn indices(&self, key: &Object) -> Result<Key> {
        let Some(parts) = key.cast::<Tuple>().map(Tuple::items) else { return Ok(Key::Other) };
        if parts.iter().all(|part| number::is_index(part)) {
            if parts.len() < self.ndim() {
                return Err(raise!(NotImplementedError, "sub-views are not implemented"));
            }
            if parts.len() > self.ndim() {
                return Err(raise!(
                    TypeError,
                    "cannot index {}-dimension view with {}-element tuple",
                    self.ndim(),
                    parts.len()
                ));
            }
            let indices = parts.iter().map(|part| number::index_as_isize(part, Some(&exc::IndexError)));
            return Ok(Key::Indices(indices.collect::<Result<_>>()?));
        }
        let slices = parts.iter().all(|part| part.cast::<Slice>().is_some());
        Ok(if slices && !parts.is_empty() { Key::Slices } else { Key::Other })
    }

    /// Where the item is that one index for each dimension names.
    fn address(&self, indices: &[isize]) -> Result<*mut u8> {
        let mut place = self.view().buf.cast::<u8>();
        for (dimension, &index) in indices.iter().enumerate() {
            let len = self.shape()[dimension];
            let index = if index < 0 { index + len } else { index };
            if index < 0 || index >= len {
                return Err(raise!(IndexError, "index out of bounds on dimension {}", dimension + 1));
            }
            // SAFETY: within the buffer, as the exporter described it.
            unsafe {
                place = place.offset(index * self.strides()[dimension]);
                if let Some(&suboffset) = self.suboffsets().get(dimension)
                    && suboffset >= 0
                {
                    place = place.cast::<*mut u8>().read_unaligned().offset(suboffset);
                }
            }
        }
        Ok(place)
    }

    /// The item that one index for each dimension names.
    ///
    /// # Errors
    /// IndexError; NotImplementedError for a format that is not native.
    pub fn item(&self, indices: &[isize]) -> Result<Ref> {
        self.check()?;
        let place = self.address(indices)?;
        // SAFETY: an item is `itemsize` long.
        let bytes = unsafe { core::slice::from_raw_parts(place, self.view().itemsize as usize) };
        unpack(self.item_format(), bytes)
    }

    fn set_item(&self, indices: &[isize], value: &Object) -> Result<()> {
        // Finding the indices may have run Python code.
        self.check()?;
        let place = self.address(indices)?;
        let mut item = vec![0; self.view().itemsize as usize];
        pack(self.item_format(), &mut item, value)?;
        // Converting the value may have run Python code.
        self.check()?;
        // SAFETY: an item is `itemsize` long, and the buffer is still ours.
        unsafe { place.copy_from_nonoverlapping(item.as_ptr(), item.len()) };
        Ok(())
    }

    fn sliced(&self, slice: &Slice) -> Result<Ref<MemoryView>> {
        // What the slice's ends run may release this view, but not one that is taken before.
        let whole = self.derive(self.view())?;
        let indices = slice.indices_for(whole.shape()[0] as usize)?;
        whole.sliced_at(&indices)
    }

    fn sliced_at(&self, indices: &Indices) -> Result<Ref<MemoryView>> {
        // SAFETY: a plain copy of C data, whose arrays are replaced.
        let mut view = unsafe { ptr::read(self.view()) };
        let (mut shape, mut strides) = (self.shape().to_vec(), self.strides().to_vec());
        let mut suboffsets = self.suboffsets().to_vec();
        if indices.count > 0 {
            // SAFETY: within the buffer.
            view.buf = unsafe { view.buf.cast::<u8>().offset(indices.start * strides[0]) }.cast();
        }
        shape[0] = indices.count as isize;
        strides[0] *= indices.step;
        view.len = shape.iter().product::<isize>() * view.itemsize;
        view.shape = shape.as_mut_ptr();
        view.strides = strides.as_mut_ptr();
        view.suboffsets = if suboffsets.is_empty() { ptr::null_mut() } else { suboffsets.as_mut_ptr() };
        self.derive(&view)
    }

    fn assign_slice(&self, slice: &Slice, value: &Object) -> Result<()> {
        let source = Buffer::of(value, buffer::FULL_RO)?;
        let target = self.sliced(slice)?;
        self.check()?;
        let source_format = buffer::format_of(source.view());
        let same_format = source_format.strip_prefix('@').unwrap_or(source_format)
            == self.full_format().strip_prefix('@').unwrap_or(self.full_format());
        let same = same_format
            && source.view().itemsize == target.view().itemsize
            && source.view().ndim == 1
            && buffer::shape_of(source.view()) == target.shape();
        if !same {
            return Err(raise!(
                ValueError,
                "memoryview assignment: lvalue and rvalue have different structures"
            ));
        }
        let bytes = source.to_vec();
        if buffer::is_contiguous(target.view(), b'C') {
            if !bytes.is_empty() {
                let place = target.address(&[0])?;
                // SAFETY: the items lie one behind the other, and there are as many in the source.
                unsafe { place.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
            }
            return Ok(());
        }
        for (index, item) in bytes.chunks_exact(self.view().itemsize as usize).enumerate() {
            let place = target.address(&[index as isize])?;
            // SAFETY: an item is `itemsize` long.
            unsafe { place.copy_from_nonoverlapping(item.as_ptr(), item.len()) };
        }
        Ok(())
    }

    /// The items as nested lists, `indices` naming the part.
    fn nested(&self, indices: &mut Vec<isize>) -> Result<Ref> {
        let Some(&len) = self.shape().get(indices.len()) else { return self.item(indices) };
        let mut items = Vec::new();
        for index in 0..len {
            indices.push(index);
            items.push(self.nested(indices)?);
            indices.pop();
        }
        Ok(List::from_vec(items)?.upcast())
    }

    /// A consumer gave its view back.
    pub fn export_ended(&self) {
        self.exports.set(self.exports.get() - 1);
    }

    /// Fills a consumer's view.
    ///
    /// # Safety
    /// `view` is the view that `bf_getbuffer` was given.
    pub unsafe fn export_to(&self, view: *mut BufferView, flags: c_int) -> Result<()> {
        self.check()?;
        self.check_unrestricted()?;
        let own = self.view();
        let asks = |flag: c_int| flags & flag == flag;
        let refused = if asks(buffer::WRITABLE) && own.readonly != 0 {
            "underlying buffer is not writable"
        } else if asks(buffer::C_CONTIGUOUS) && !self.has(C_CONTIGUOUS) {
            "underlying buffer is not C-contiguous"
        } else if asks(buffer::F_CONTIGUOUS) && !self.has(F_CONTIGUOUS) {
            "underlying buffer is not Fortran contiguous"
        } else if asks(buffer::ANY_CONTIGUOUS) && !self.has(C_CONTIGUOUS | F_CONTIGUOUS) {
            "underlying buffer is not contiguous"
        } else if !asks(buffer::INDIRECT) && self.has(INDIRECT) {
            "underlying buffer requires suboffsets"
        } else if !asks(buffer::STRIDES) && !self.has(C_CONTIGUOUS) {
            "underlying buffer is not C-contiguous"
        } else if !asks(buffer::ND) && asks(buffer::FORMAT) {
            "cannot cast to unsigned bytes if the format flag is present"
        } else {
            ""
        };
        if !refused.is_empty() {
            return Err(raise!(BufferError, "memoryview: {refused}"));
        }
        // SAFETY: a plain copy of C data.
        let mut filled = unsafe { ptr::read(own) };
        if !asks(buffer::FORMAT) {
            filled.format = ptr::null_mut();
        }
        if !asks(buffer::STRIDES) {
            filled.strides = ptr::null_mut();
        }
        if !asks(buffer::ND) {
            filled.ndim = 1;
            filled.shape = ptr::null_mut();
        }
        filled.obj = self.to_ref().upcast().into_ptr();
        // SAFETY: the caller's promise.
        unsafe { view.write(filled) };
        self.exports.set(self.exports.get() + 1);
        Ok(())
    }
}
