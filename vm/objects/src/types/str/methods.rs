//! What Python sees of a string.

use super::{FULL_SIZE, Str, intern, iter, repr, search};
use crate::object::refs::Ref;
use crate::object::{Instance, Object, heap};
use crate::protocol::{self, number};
use crate::raise;
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::slice::Slice;
use macros::pytype;

#[pytype(
    name = "str", symbol = PyUnicode_Type, basicsize = FULL_SIZE,
    flags = [BASETYPE, UNICODE_SUBCLASS, MATCH_SELF]
)]
impl Str {
    #[new("(object='', encoding='utf-8', errors='strict')", vectorcall)]
    fn tp_new(
        class: &TypeObject,
        object: Option<&Object>,
        encoding: Option<&Str>,
        errors: Option<&Str>,
    ) -> Result<Ref<Str>> {
        let text = match object {
            None => intern::empty(),
            Some(object) if encoding.is_none() && errors.is_none() => protocol::object::str(object)?,
            Some(object) => {
                let encoding = encoding.map(Str::to_str).transpose()?;
                let errors = errors.map(Str::to_str).transpose()?;
                crate::codecs::decode_object(object, encoding, errors)?
            }
        };
        if core::ptr::eq(class, Str::class()) {
            return Ok(text);
        }
        let this = class.allocate(0)?;
        // SAFETY: made with a count of one, as an instance of a subclass of str; its destructor accepts zeroed fields.
        let owner = unsafe { Ref::<Str>::from_owned(this.cast()) };
        Str::init_subclass_instance(this, &text)?;
        heap::track_if_collected(class, this);
        Ok(owner)
    }

    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(this: *mut Object) {
        // SAFETY: a string that nobody refers to any more.
        unsafe {
            (*this).cast_unchecked::<Str>().drop_parts();
            crate::slots::free(this);
        }
    }

    #[slot(tp_repr)]
    fn tp_repr(&self) -> Result<Ref<Str>> {
        repr::repr(self)
    }

    #[slot(tp_str)]
    fn tp_str(&self) -> Result<Ref<Str>> {
        self.to_exact()
    }

    #[slot(tp_hash)]
    fn tp_hash(&self) -> isize {
        self.hash()
    }

    #[slot(tp_iter)]
    fn tp_iter(&self) -> Result<Ref> {
        iter::iterate(self)
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.cast::<Str>() else { return Ok(protocol::compare::unsupported()) };
        Ok(match op {
            CompareOp::Eq => crate::types::bool::new_bool(self.equals(other)),
            CompareOp::Ne => crate::types::bool::new_bool(!self.equals(other)),
            _ => protocol::compare::answer(op, self.compare(other)),
        })
    }

    #[slot(sq_length)]
    fn sq_length(&self) -> usize {
        self.len()
    }

    #[slot(mp_length)]
    fn mp_length(&self) -> usize {
        self.len()
    }

    #[slot(sq_concat)]
    fn sq_concat(&self, other: &Object) -> Result<Ref<Str>> {
        match other.cast::<Str>() {
            Some(other) => self.concat(other),
            None => {
                Err(raise!(TypeError, "can only concatenate str (not \"{}\") to str", other.class().name()))
            }
        }
    }

    #[slot(sq_repeat)]
    fn sq_repeat(&self, count: isize) -> Result<Ref<Str>> {
        self.repeat(count)
    }

    #[slot(sq_item)]
    fn sq_item(&self, index: isize) -> Result<Ref<Str>> {
        match usize::try_from(index) {
            Ok(index) if index < self.len() => Str::from_char(self.at(index)),
            _ => Err(raise!(IndexError, "string index out of range")),
        }
    }

    #[slot(sq_contains)]
    fn sq_contains(&self, item: &Object) -> Result<bool> {
        match item.cast::<Str>() {
            Some(item) => Ok(search::find(self.chars(), item.chars()).is_some()),
            None => Err(raise!(
                TypeError,
                "'in <string>' requires string as left operand, not {}",
                item.class().name()
            )),
        }
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref<Str>> {
        if let Some(slice) = key.cast::<Slice>() {
            let indices = slice.indices_for(self.len())?;
            if indices.step == 1 {
                return self.substring(indices.start as usize, indices.start as usize + indices.count);
            }
            let chars = self.chars();
            let taken: Vec<u32> = indices.iter().map(|index| chars.at(index)).collect();
            return Str::from_ucs4(&taken);
        }
        if !number::is_index(key) {
            return Err(raise!(TypeError, "string indices must be integers, not '{}'", key.class().name()));
        }
        let index = number::index_as_isize(key, Some(&crate::types::exceptions::IndexError))?;
        self.sq_item(if index < 0 { index + self.len() as isize } else { index })
    }
}

impl Str {
    /// The string itself, or a copy of exactly the class `str`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn to_exact(&self) -> Result<Ref<Str>> {
        if self.is_exactly(Str::class()) { Ok(self.to_ref()) } else { Str::from_chars(self.chars()) }
    }

    /// The characters `start..end`, which must be in range.
    ///
    /// # Errors
    /// MemoryError.
    pub fn substring(&self, start: usize, end: usize) -> Result<Ref<Str>> {
        if start == 0 && end == self.len() {
            return self.to_exact();
        }
        Str::from_chars(self.chars().slice(start, end))
    }

    /// The order of two strings by code points.
    pub fn compare(&self, other: &Str) -> core::cmp::Ordering {
        match (self.chars(), other.chars()) {
            (super::Chars::One(a), super::Chars::One(b)) => a.cmp(b),
            (a, b) => a.iter().cmp(b.iter()),
        }
    }

    /// `self + other`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn concat(&self, other: &Str) -> Result<Ref<Str>> {
        if self.is_empty() {
            return other.to_exact();
        }
        if other.is_empty() {
            return self.to_exact();
        }
        let result = Str::alloc(self.len() + other.len(), self.max_hint().max(other.max_hint()))?;
        result.write_at(0, self.chars());
        result.write_at(self.len(), other.chars());
        Ok(result)
    }

    /// `self * count`.
    ///
    /// # Errors
    /// OverflowError, MemoryError.
    pub fn repeat(&self, count: isize) -> Result<Ref<Str>> {
        let count = count.max(0) as usize;
        if count == 0 || self.is_empty() {
            return Ok(intern::empty());
        }
        if count == 1 {
            return self.to_exact();
        }
        let len = (self.len().checked_mul(count))
            .filter(|&len| len <= isize::MAX as usize)
            .ok_or_else(|| raise!(OverflowError, "repeated string is too long"))?;
        let result = Str::alloc(len, self.max_hint())?;
        for n in 0..count {
            result.write_at(n * self.len(), self.chars());
        }
        Ok(result)
    }
}
