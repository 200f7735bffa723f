//! What Python sees of a bytearray.

use super::ByteArray;
use super::iter::ByteArrayIterator;
use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::buffer::{self, BytesLike};
use crate::protocol::{self, number};
use crate::raise;
use crate::raise::Result;
use crate::repeat::repeat_front;
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::buffer::BufferView;
use crate::types::bytes::ops::{self, ByteString, FillByte, Filler, shared_methods};
use crate::types::bytes::{Bytes, source, warn};
use crate::types::dict::Dict;
use crate::types::exceptions as exc;
use crate::types::list::List;
use crate::types::none::none;
use crate::types::slice::{Indices, Slice, bad_index};
use crate::types::str::repr::{Quotes, bytes_repr};
use crate::types::str::search::{find_units, rfind_units};
use crate::types::str::split::Ends;
use crate::types::str::{Str, percent};
use crate::types::tuple::Tuple;
use core::ffi::c_int;
use core::mem::MaybeUninit;
use macros::pytype;

shared_methods! {
#[pytype(
    name = "bytearray", symbol = PyByteArray_Type, unhashable, getattro = crate::attrs::generic_getattro,
    flags = [BASETYPE, MATCH_SELF]
)]
impl ByteArray {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<ByteArray>> {
        ByteArray::new_in(class)
    }

    #[init("(source=b'', encoding='utf-8', errors='strict')")]
    fn tp_init(
        &self,
        source: Option<&Object>,
        encoding: Option<&Str>,
        errors: Option<&Str>,
    ) -> Result<()> {
        if !self.is_empty() {
            self.resize(0)?;
        }
        if let Some(source) = source
            && encoding.is_none()
            && errors.is_none()
            && source::only_yields_bytes(source)
        {
            // The items so far are there while the source yields the next.
            return protocol::iter::for_each(source, |item| self.append(&item));
        }
        let contents = source::contents(source, encoding, errors, "bytearray")?;
        self.splice(0, self.len(), &contents)
    }

    #[slot(tp_repr)]
    fn tp_repr(&self) -> Result<Ref<Str>> {
        Str::new(&format!("{}({})", self.class().name(), bytes_repr(self.as_slice(), Quotes::Escaped)))
    }

    #[slot(tp_str)]
    fn tp_str(&self) -> Result<Ref<Str>> {
        warn::about_str("bytearray")?;
        self.tp_repr()
    }

    #[slot(tp_iter)]
    fn tp_iter(&self) -> Result<Ref<ByteArrayIterator>> {
        ByteArrayIterator::new(self)
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        if !buffer::is_exporter(other) {
            warn::about_comparison("bytearray", other, op)?;
            return Ok(protocol::compare::unsupported());
        }
        let other = BytesLike::of(other)?;
        Ok(protocol::compare::answer(op, self.as_slice().cmp(other.as_slice())))
    }

    #[slot(bf_getbuffer)]
    fn getbuffer(&self, view: *mut BufferView, flags: c_int) -> Result<()> {
        // SAFETY: the contents do not move while there are exports; the consumer's view.
        unsafe { buffer::fill(view, self, self.start(), self.len(), false, flags) }?;
        self.exports().set(self.exports().get() + 1);
        Ok(())
    }

    #[slot(bf_releasebuffer)]
    fn releasebuffer(&self, _view: *mut BufferView) {
        self.exports().set(self.exports().get() - 1);
    }

    #[slot(sq_concat)]
    fn sq_concat(&self, other: &Object) -> Result<Ref<ByteArray>> {
        let right = self.operand(other)?;
        let result = ByteArray::new_in(ByteArray::class())?;
        let left = self.as_slice();
        result.resize(left.len() + right.len())?;
        let (front, back) = result.as_mut_slice().split_at_mut(left.len());
        front.copy_from_slice(left);
        back.copy_from_slice(&right);
        Ok(result)
    }

    #[slot(sq_inplace_concat)]
    fn sq_inplace_concat(&self, other: &Object) -> Result<Ref<ByteArray>> {
        // A view of the array itself keeps it from growing: BufferError, as in CPython.
        let right = self.operand(other)?;
        self.splice(self.len(), self.len(), &right)?;
        Ok(self.to_ref())
    }

    #[slot(sq_repeat)]
    fn sq_repeat(&self, count: isize) -> Result<Ref<ByteArray>> {
        let result = ByteArray::new_in(ByteArray::class())?;
        let unit = self.as_slice();
        result.resize(self.repeated_len(count)?)?;
        let places = result.as_mut_slice();
        if !places.is_empty() {
            places[..unit.len()].copy_from_slice(unit);
            repeat_front(places, unit.len());
        }
        Ok(result)
    }

    #[slot(sq_inplace_repeat)]
    fn sq_inplace_repeat(&self, count: isize) -> Result<Ref<ByteArray>> {
        let len = self.len();
        self.resize(self.repeated_len(count)?)?;
        repeat_front(self.as_mut_slice(), len);
        Ok(self.to_ref())
    }

    #[slot(sq_item)]
    fn sq_item(&self, index: isize) -> Result<u8> {
        let byte = usize::try_from(index).ok().and_then(|index| self.as_slice().get(index).copied());
        byte.ok_or_else(|| raise!(IndexError, "bytearray index out of range"))
    }

    #[slot(sq_ass_item)]
    fn sq_ass_item(&self, index: isize, value: Option<&Object>) -> Result<()> {
        let byte = value.map(|value| source::byte_value(value, "byte")).transpose()?;
        let Some(at) = usize::try_from(index).ok().filter(|&at| at < self.len()) else {
            return Err(raise!(IndexError, "bytearray index out of range"));
        };
        match byte {
            Some(byte) => {
                self.as_mut_slice()[at] = byte;
                Ok(())
            }
            None => self.splice(at, at + 1, &[]),
        }
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        if let Some(slice) = key.cast::<Slice>() {
            // The bounds may run code that changes the array.
            let indices = slice.bounds()?.for_len(self.len());
            let contents = self.as_slice();
            if indices.step == 1 {
                let start = indices.start as usize;
                return Ok(ByteArray::new(&contents[start..start + indices.count])?.upcast());
            }
            let taken: Vec<u8> = indices.iter().map(|index| contents[index]).collect();
            return Ok(ByteArray::new(&taken)?.upcast());
        }
        crate::types::int::new_int(self.sq_item(self.index_of(key)?)?.into())
    }

    #[slot(mp_ass_subscript)]
    fn assign_subscript(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        let Some(slice) = key.cast::<Slice>() else {
            let index = self.index_of(key)?;
            return self.sq_ass_item(index, value);
        };
        let bounds = slice.bounds()?;
        let new = match value {
            None => Vec::new(),
            Some(value) => self.assigned(value)?,
        };
        let indices = bounds.for_len(self.len());
        if indices.step == 1 {
            let start = indices.start as usize;
            return self.splice(start, start + indices.count, &new);
        }
        if new.is_empty() {
            return self.delete_slice(indices);
        }
        if new.len() != indices.count {
            return Err(raise!(
                ValueError,
                "attempt to assign bytes of size {} to extended slice of size {}",
                new.len(),
                indices.count
            ));
        }
        let contents = self.as_mut_slice();
        indices.iter().zip(new).for_each(|(index, byte)| contents[index] = byte);
        Ok(())
    }

    #[method("__alloc__($self, /)")]
    fn alloc(&self) -> usize {
        self.capacity()
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        self.reduced(2)
    }

    #[method("__reduce_ex__($self, proto=0, /)")]
    fn reduce_ex(&self, proto: i32) -> Result<Ref<Tuple>> {
        self.reduced(proto)
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        self.class().tp_basicsize.get() as usize + self.capacity()
    }

    #[method("append($self, item, /)")]
    fn append(&self, item: &Object) -> Result<()> {
        let byte = source::byte_value(item, "byte")?;
        let len = self.len();
        self.resize(len + 1)?;
        self.as_mut_slice()[len] = byte;
        Ok(())
    }

    #[method("clear($self, /)")]
    fn clear(&self) -> Result<()> {
        self.resize(0)
    }

    #[method("copy($self, /)")]
    fn copy(&self) -> Result<Ref<ByteArray>> {
        ByteArray::new(self.as_slice())
    }

    #[method("extend($self, iterable_of_ints, /)")]
    fn extend(&self, iterable: &Object) -> Result<()> {
        let new = if iterable.is(self) {
            self.as_slice().to_vec()
        } else if buffer::is_exporter(iterable) {
            BytesLike::of(iterable)?.to_vec()
        } else {
            // An object that cannot say how long it is may be iterated over; one that fails to say it may not.
            protocol::object::length_hint(iterable)?;
            self.bytes_from(iterable)?
        };
        self.splice(self.len(), self.len(), &new)
    }

    #[classmethod("fromhex($type, string, /)")]
    fn fromhex(class: &TypeObject, string: &Str) -> Result<Ref> {
        let contents = ops::from_hex(string)?;
        if core::ptr::eq(class, ByteArray::class()) {
            return Ok(ByteArray::new(&contents)?.upcast());
        }
        protocol::call::call_one_arg(class, &*Bytes::new(&contents)?)
    }

    #[method("insert($self, index, item, /)")]
    fn insert(&self, index: isize, item: &Object) -> Result<()> {
        let byte = source::byte_value(item, "byte")?;
        let len = self.len() as isize;
        let at = if index < 0 { (index + len).max(0) } else { index.min(len) } as usize;
        self.splice(at, at, &[byte])
    }

    #[method("pop($self, index=-1, /)")]
    fn pop(&self, index: isize) -> Result<u8> {
        if self.is_empty() {
            return Err(raise!(IndexError, "pop from empty bytearray"));
        }
        let index = if index < 0 { index + self.len() as isize } else { index };
        let Some(at) = usize::try_from(index).ok().filter(|&at| at < self.len()) else {
            return Err(raise!(IndexError, "pop index out of range"));
        };
        let byte = self.as_slice()[at];
        self.splice(at, at + 1, &[])?;
        Ok(byte)
    }

    #[method("remove($self, value, /)")]
    fn remove(&self, value: &Object) -> Result<()> {
        let byte = source::byte_value(value, "byte")?;
        match memchr::memchr(byte, self.as_slice()) {
            Some(at) => self.splice(at, at + 1, &[]),
            None => Err(raise!(ValueError, "value not found in bytearray")),
        }
    }

    #[method("reverse($self, /)")]
    fn reverse(&self) {
        self.as_mut_slice().reverse();
    }
}
}

impl ByteArray {
    fn operand<'a>(&self, other: &'a Object) -> Result<BytesLike<'a>> {
        if !buffer::is_exporter(other) {
            let (other, own) = (other.class().name(), self.class().name());
            return Err(raise!(TypeError, "can't concat {other} to {own}"));
        }
        BytesLike::of(other)
    }

    fn repeated_len(&self, count: isize) -> Result<usize> {
        self.len().checked_mul(count.max(0) as usize).ok_or_else(raise::no_memory)
    }

    fn index_of(&self, key: &Object) -> Result<isize> {
        if !number::is_index(key) {
            return Err(bad_index("bytearray", key));
        }
        let index = number::index_as_isize(key, Some(&exc::IndexError))?;
        Ok(if index < 0 { index + self.len() as isize } else { index })
    }

    /// What a slice is assigned.
    fn assigned(&self, value: &Object) -> Result<Vec<u8>> {
        if buffer::is_exporter(value) {
            return Ok(BytesLike::of(value)?.to_vec());
        }
        if number::is_index(value) || value.cast::<Str>().is_some() {
            return Err(raise!(
                TypeError,
                "can assign only bytes, buffers, or iterables of ints in range(0, 256)"
            ));
        }
        Ok(source::contents(Some(value), None, None, "bytearray")?.to_vec())
    }

    fn bytes_from(&self, iterable: &Object) -> Result<Vec<u8>> {
        let can_iterate =
            iterable.class().tp_iter.get().is_some() || protocol::sequence::is_sequence(iterable);
        if !can_iterate {
            return Err(raise!(TypeError, "can't extend bytearray with {}", iterable.class().name()));
        }
        let mut bytes = Vec::new();
        protocol::iter::for_each(iterable, |item| {
            if iterable.cast::<Str>().is_some() {
                let class = iterable.class().name();
                return Err(raise!(TypeError, "expected iterable of integers; got: '{class}'"));
            }
            bytes.push(source::byte_value(&item, "byte")?);
            Ok(())
        })?;
        Ok(bytes)
    }

    fn delete_slice(&self, indices: Indices) -> Result<()> {
        if indices.count == 0 {
            return Ok(());
        }
        self.check_resizable()?;
        let mut doomed = indices.ascending().iter().peekable();
        let kept: Vec<u8> = self
            .as_slice()
            .iter()
            .enumerate()
            .filter(|(index, _)| doomed.next_if_eq(index).is_none())
            .map(|(_, &byte)| byte)
            .collect();
        self.as_mut_slice()[..kept.len()].copy_from_slice(&kept);
        self.resize(kept.len())
    }

    fn reduced(&self, protocol: i32) -> Result<Ref<Tuple>> {
        let state = protocol::call::call_method(self, id!("__getstate__"), &[])?;
        let arguments = if protocol < 3 {
            Tuple::from_array([Str::from_latin1(self.as_slice())?.upcast(), Str::new("latin-1")?.upcast()])?
        } else {
            Tuple::from_array([Bytes::new(self.as_slice())?.upcast()])?
        };
        Tuple::from_array([self.class().to_ref().upcast(), arguments.upcast(), state])
    }
}

impl ByteString for ByteArray {
    fn as_slice(&self) -> &[u8] {
        ByteArray::as_slice(self)
    }

    fn make(contents: &[u8]) -> Result<Ref<ByteArray>> {
        ByteArray::new(contents)
    }

    fn filled(len: usize, fill: impl FnOnce(&mut Filler<'_>)) -> Result<Ref<ByteArray>> {
        let array = ByteArray::new_in(ByteArray::class())?;
        array.resize(len)?;
        // SAFETY: the array's own bytes, which nobody else sees yet.
        fill(&mut Filler::new(unsafe {
            core::slice::from_raw_parts_mut(array.start().cast::<MaybeUninit<u8>>(), len)
        }));
        Ok(array)
    }

    fn same(&self) -> Result<Ref<ByteArray>> {
        ByteArray::new(self.as_slice())
    }
}
