//! What Python sees of bytes.

use super::iter::BytesIterator;
use super::ops::{self, ByteString, FillByte, Filler, shared_methods};
use super::{Bytes, HEAD_SIZE, source, warn};
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
use crate::types::list::List;
use crate::types::none::none;
use crate::types::slice::Slice;
use crate::types::str::repr::{Quotes, bytes_repr};
use crate::types::str::search::{find_units, rfind_units};
use crate::types::str::split::Ends;
use crate::types::str::{Str, percent};
use crate::types::tuple::Tuple;
use core::ffi::c_int;
use macros::pytype;

shared_methods! {
#[pytype(
    name = "bytes", symbol = PyBytes_Type, basicsize = HEAD_SIZE + 1, itemsize = 1,
    flags = [BASETYPE, BYTES_SUBCLASS, MATCH_SELF], getattro = crate::attrs::generic_getattro
)]
impl Bytes {
    #[new("(source=b'', encoding='utf-8', errors='strict')")]
    fn tp_new(
        class: &TypeObject,
        source: Option<&Object>,
        encoding: Option<&Str>,
        errors: Option<&Str>,
    ) -> Result<Ref<Bytes>> {
        let contents = source::contents_for_bytes(source, encoding, errors)?;
        let contents = match contents {
            // Also what `__bytes__` gives of another class.
            source::Contents::Shared(bytes) if core::ptr::eq(class, Bytes::class()) => return Ok(bytes),
            contents => contents,
        };
        match contents.downcast_exact() {
            Ok(bytes) if core::ptr::eq(class, Bytes::class()) => Ok(bytes),
            Ok(bytes) => Bytes::new_in(class, bytes.as_slice()),
            Err(contents) => Bytes::new_in(class, &contents),
        }
    }

    #[slot(tp_repr)]
    fn tp_repr(&self) -> Result<Ref<Str>> {
        Str::from_latin1(bytes_repr(self.as_slice(), Quotes::Chosen).as_bytes())
    }

    #[slot(tp_str)]
    fn tp_str(&self) -> Result<Ref<Str>> {
        warn::about_str("bytes")?;
        self.tp_repr()
    }

    #[slot(tp_hash)]
    fn tp_hash(&self) -> isize {
        self.hash()
    }

    #[slot(tp_iter)]
    fn tp_iter(&self) -> Result<Ref<BytesIterator>> {
        BytesIterator::new(self)
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        match other.cast::<Bytes>() {
            Some(other) => Ok(protocol::compare::answer(op, self.as_slice().cmp(other.as_slice()))),
            None => {
                warn::about_comparison("bytes", other, op)?;
                Ok(protocol::compare::unsupported())
            }
        }
    }

    #[slot(bf_getbuffer)]
    fn getbuffer(&self, view: *mut BufferView, flags: c_int) -> Result<()> {
        let contents = self.as_slice();
        // SAFETY: the contents never move; the consumer's view.
        unsafe { buffer::fill(view, self, contents.as_ptr().cast_mut(), contents.len(), true, flags) }
    }

    #[slot(sq_concat)]
    fn sq_concat(&self, other: &Object) -> Result<Ref<Bytes>> {
        let Ok(right) = BytesLike::of(other) else {
            raise::pending().clear();
            return Err(raise!(TypeError, "can't concat {} to bytes", other.class().name()));
        };
        if right.is_empty() && self.is_exactly(Bytes::class()) {
            return Ok(self.to_ref());
        }
        Bytes::filled(self.len().saturating_add(right.len()), |places| {
            places.copy(self.as_slice());
            places.copy(&right);
        })
    }

    #[slot(sq_repeat)]
    fn sq_repeat(&self, count: isize) -> Result<Ref<Bytes>> {
        let count = count.max(0) as usize;
        if count == 1 && self.is_exactly(Bytes::class()) {
            return Ok(self.to_ref());
        }
        let len = (self.len().checked_mul(count))
            .filter(|&len| len <= isize::MAX as usize - HEAD_SIZE)
            .ok_or_else(|| raise!(OverflowError, "repeated bytes are too long"))?;
        if len == 0 {
            // An object of its own, as in CPython, which `tracemalloc` can tell of.
            return Ok(Bytes::alloc(0)?.0);
        }
        Bytes::with_places(len, |places| {
            places[..self.len()].write_copy_of_slice(self.as_slice());
            repeat_front(places, self.len());
        })
    }

    #[slot(sq_item)]
    fn sq_item(&self, index: isize) -> Result<u8> {
        let byte = usize::try_from(index).ok().and_then(|index| self.as_slice().get(index).copied());
        byte.ok_or_else(|| raise!(IndexError, "index out of range"))
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        if let Some(slice) = key.cast::<Slice>() {
            let indices = slice.indices_for(self.len())?;
            let contents = self.as_slice();
            if indices.step == 1 {
                if indices.count == self.len() && self.is_exactly(Bytes::class()) {
                    return Ok(self.to_ref().upcast());
                }
                let start = indices.start as usize;
                return Ok(Bytes::new(&contents[start..start + indices.count])?.upcast());
            }
            let taken: Vec<u8> = indices.iter().map(|index| contents[index]).collect();
            return Ok(Bytes::new(&taken)?.upcast());
        }
        if !number::is_index(key) {
            return Err(raise!(
                TypeError,
                "byte indices must be integers or slices, not {}",
                key.class().name()
            ));
        }
        let index = number::index_as_isize(key, Some(&crate::types::exceptions::IndexError))?;
        let byte = self.sq_item(if index < 0 { index + self.len() as isize } else { index })?;
        crate::types::int::new_int(byte.into())
    }

    #[method("__bytes__($self, /)")]
    fn to_bytes(&self) -> Result<Ref<Bytes>> {
        self.same()
    }

    #[method("__getnewargs__($self, /)")]
    fn getnewargs(&self) -> Result<(Ref<Bytes>,)> {
        Ok((Bytes::new(self.as_slice())?,))
    }

    #[classmethod("fromhex($type, string, /)")]
    fn fromhex(class: &TypeObject, string: &Str) -> Result<Ref> {
        let bytes = Bytes::new(&ops::from_hex(string)?)?.upcast();
        if core::ptr::eq(class, Bytes::class()) { Ok(bytes) } else { protocol::call::call_one_arg(class, &bytes) }
    }
}
}

impl ByteString for Bytes {
    fn as_slice(&self) -> &[u8] {
        Bytes::as_slice(self)
    }

    fn make(contents: &[u8]) -> Result<Ref<Bytes>> {
        Bytes::new(contents)
    }

    fn filled(len: usize, fill: impl FnOnce(&mut Filler<'_>)) -> Result<Ref<Bytes>> {
        Bytes::with_places(len, |places| fill(&mut Filler::new(places)))
    }

    fn same(&self) -> Result<Ref<Bytes>> {
        if self.is_exactly(Bytes::class()) { Ok(self.to_ref()) } else { Bytes::new(self.as_slice()) }
    }
}
