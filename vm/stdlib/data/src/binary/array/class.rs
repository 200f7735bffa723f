//! What Python sees of arrays.

use super::Array;
use super::items::{Descr, Kind, check_char, descr_of};
use super::iter::ArrayIterator;
use core::ffi::c_int;
use macros::pytype;
use objects::protocol::buffer::{self, Buffer, BytesLike};
use objects::protocol::{self, attr, compare, number};
use objects::repeat::repeat_front;
use objects::types::bool::new_bool;
use objects::types::buffer::BufferView;
use objects::types::bytearray::ByteArray;
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::{Int, new_int};
use objects::types::list::List;
use objects::types::none::none;
use objects::types::slice::Slice;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{CompareOp, Instance, Object, Raised, Ref, Result, TypeObject, id, raise};

/// What an array is made from.
pub enum Initial<'a> {
    Bytes(BytesLike<'a>),
    Text(&'a Str),
    Array(&'a Array),
    Iterator(Ref, usize),
}

impl<'a> Initial<'a> {
    pub fn of(descr: &Descr, initial: &'a Object) -> Result<Initial<'a>> {
        let code = descr.code();
        let is_char = descr.kind == Kind::Char;
        if let Some(text) = initial.cast::<Str>() {
            return match is_char {
                true => Ok(Initial::Text(text)),
                false => {
                    Err(raise!(TypeError, "cannot use a str to initialize an array with typecode '{code}'"))
                }
            };
        }
        if let Some(array) = initial.cast::<Array>() {
            if array.descr().kind == Kind::Char && !is_char {
                return Err(raise!(
                    TypeError,
                    "cannot use a unicode array to initialize an array with typecode '{code}'"
                ));
            }
            if core::ptr::eq(array.descr(), descr) {
                return Ok(Initial::Array(array));
            }
        }
        if initial.cast::<Bytes>().is_some() || initial.cast::<ByteArray>().is_some() {
            return BytesLike::of(initial).map(Initial::Bytes);
        }
        let list = initial.cast::<List>().map(List::len);
        let tuple = initial.cast::<Tuple>().map(|tuple| tuple.items().len());
        let count = list.or(tuple).unwrap_or(0);
        protocol::iter::get_iter(initial).map(|iterator| Initial::Iterator(iterator, count))
    }
}

/// A new array of `class`.
pub fn make(class: &TypeObject, descr: &'static Descr, initial: Option<Initial<'_>>) -> Result<Ref<Array>> {
    match initial {
        None => Array::new_in(class, descr, &[]),
        Some(Initial::Bytes(bytes)) => {
            check_multiple(descr, &bytes)?;
            Array::new_in(class, descr, &bytes)
        }
        Some(Initial::Text(text)) => Array::new_in(class, descr, &text_bytes(text)),
        Some(Initial::Array(other)) => Array::new_in(class, descr, other.as_slice()),
        Some(Initial::Iterator(iterator, count)) => {
            let array = Array::new_in(class, descr, &[])?;
            if count > 0 {
                array.allocate(count)?;
            }
            array.extend_from(&iterator)?;
            Ok(array)
        }
    }
}

fn check_multiple(descr: &Descr, bytes: &[u8]) -> Result<()> {
    if !bytes.len().is_multiple_of(descr.size()) {
        return Err(raise!(ValueError, "bytes length not a multiple of item size"));
    }
    Ok(())
}

fn text_bytes(text: &Str) -> Vec<u8> {
    text.chars().iter().flat_map(u32::to_ne_bytes).collect()
}

/// `PyErr_BadArgument`.
fn bad_argument() -> Raised {
    raise!(TypeError, "bad argument type for built-in operation")
}

fn not_found(method: &str) -> Raised {
    raise!(ValueError, "array.{method}(x): x not in array")
}

#[pytype(name = "array", module = "array", getattro = objects::attrs::generic_getattro, static_name = ARRAY, unhashable, weaklist = weakreflist, flags = [BASETYPE, SEQUENCE])]
impl Array {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Array>> {
        let own_init =
            class.tp_init.get().map(|init| init as usize) == ARRAY.tp_init.get().map(|init| init as usize);
        if own_init && kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            return Err(raise!(TypeError, "array.array() takes no keyword arguments"));
        }
        let (typecode, initial) = match *args.items() {
            [typecode] => (typecode, None),
            [typecode, initial] => (typecode, Some(initial)),
            [] => return Err(raise!(TypeError, "array() takes at least 1 argument (0 given)")),
            _ => return Err(raise!(TypeError, "array() takes at most 2 arguments ({} given)", args.len())),
        };
        let typecode = match typecode.cast::<Str>() {
            Some(text) if text.len() == 1 => text.at(0),
            _ => {
                let got = typecode.class().full_name();
                return Err(raise!(TypeError, "array() argument 1 must be a unicode character, not {got}"));
            }
        };
        if typecode == u32::from(b'u') {
            let text = "The 'u' type code is deprecated and will be removed in Python 3.16";
            objects::hooks::WARN.get()(exc::DeprecationWarning.as_object(), text, 1)?;
        }
        let Some(descr) = descr_of(typecode) else {
            let codes = "b, B, u, w, h, H, i, I, l, L, q, Q, f or d";
            return Err(raise!(ValueError, "bad typecode (must be {codes})"));
        };
        make(class, descr, initial.map(|initial| Initial::of(descr, initial)).transpose()?)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let (name, code) = (self.class().name(), self.descr().code());
        if self.len() == 0 {
            return Str::new(&format!("{name}('{code}')"));
        }
        let items = match self.descr().kind {
            Kind::Char => self.text()?.upcast(),
            _ => self.tolist()?.upcast(),
        };
        let shown = protocol::object::repr(&items)?;
        let head = Str::new(&format!("{name}('{code}', "))?;
        let whole = protocol::sequence::concat(
            &protocol::sequence::concat(&head, &shown)?.upcast(),
            &*Str::new(")")?,
        )?;
        whole.downcast().map_err(|_| bad_argument())
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref<ArrayIterator>> {
        ArrayIterator::new(self)
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.cast::<Array>() else { return Ok(compare::unsupported()) };
        if self.len() != other.len() && matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(new_bool(op == CompareOp::Ne));
        }
        let mut index = 0;
        if core::ptr::eq(self.descr(), other.descr())
            && matches!(self.descr().kind, Kind::Signed | Kind::Unsigned | Kind::Char)
        {
            // Equal integers have equal bytes.
            let differs = self.as_slice().iter().zip(other.as_slice()).position(|(a, b)| a != b);
            index = differs.map_or(usize::MAX, |at| at / self.descr().size());
        }
        while let (Some(a), Some(b)) = (self.get(index)?, other.get(index)?) {
            if !compare::equal(&a, &b)? {
                return match op {
                    CompareOp::Eq => Ok(new_bool(false)),
                    CompareOp::Ne => Ok(new_bool(true)),
                    _ => compare::rich_compare(&a, &b, op),
                };
            }
            index += 1;
        }
        Ok(compare::answer(op, self.len().cmp(&other.len())))
    }

    #[slot(bf_getbuffer)]
    fn getbuffer(&self, view: *mut BufferView, flags: c_int) -> Result<()> {
        static EMPTY: [u8; 1] = [0];
        // SAFETY: the view that the caller wants filled, or NULL.
        let Some(view) = (unsafe { view.as_mut() }) else {
            return Err(raise!(BufferError, "array_buffer_getbuf: view==NULL argument is obsolete"));
        };
        let size = self.descr().size() as isize;
        let memory = if self.as_slice().is_empty() { EMPTY.as_ptr() } else { self.as_slice().as_ptr() };
        let stride: *mut isize = &raw mut view.itemsize;
        *view = BufferView {
            buf: memory.cast_mut().cast(),
            obj: self.as_object().to_ref().into_ptr(),
            len: self.as_slice().len() as isize,
            itemsize: size,
            readonly: 0,
            ndim: 1,
            format: match flags & buffer::FORMAT == buffer::FORMAT {
                true => self.descr().format.as_ptr().cast_mut(),
                false => core::ptr::null_mut(),
            },
            // The size is fixed while the view exists.
            shape: if flags & buffer::ND == buffer::ND {
                self.ob_base.ob_size.as_ptr()
            } else {
                core::ptr::null_mut()
            },
            strides: if flags & buffer::STRIDES == buffer::STRIDES { stride } else { core::ptr::null_mut() },
            suboffsets: core::ptr::null_mut(),
            internal: core::ptr::null_mut(),
        };
        self.ob_exports.set(self.ob_exports.get() + 1);
        Ok(())
    }

    #[slot(bf_releasebuffer)]
    fn releasebuffer(&self, _view: *mut BufferView) {
        self.ob_exports.set(self.ob_exports.get() - 1);
    }

    #[slot(sq_length)]
    fn sq_length(&self) -> Result<isize> {
        Ok(self.len() as isize)
    }

    #[slot(sq_item)]
    fn sq_item(&self, index: isize) -> Result<Ref> {
        let item = usize::try_from(index).ok().map(|index| self.get(index)).transpose()?.flatten();
        item.ok_or_else(|| raise!(IndexError, "array index out of range"))
    }

    #[slot(sq_ass_item)]
    fn sq_ass_item(&self, index: isize, value: Option<&Object>) -> Result<()> {
        let out_of_range = || raise!(IndexError, "array assignment index out of range");
        let Some(index) = usize::try_from(index).ok().filter(|&index| index < self.len()) else {
            return Err(out_of_range());
        };
        match value {
            None => self.splice(index, index + 1, &[]),
            Some(value) => {
                let item = self.descr().set(value)?;
                // The conversion may have shortened the array.
                if index >= self.len() {
                    return Err(out_of_range());
                }
                self.put(index, item);
                Ok(())
            }
        }
    }

    #[slot(sq_contains)]
    fn sq_contains(&self, value: &Object) -> Result<bool> {
        Ok(self.position(value, 0, usize::MAX)?.is_some())
    }

    #[slot(sq_concat)]
    fn sq_concat(&self, other: &Object) -> Result<Ref<Array>> {
        let Some(other) = other.cast::<Array>() else {
            let name = other.class().name();
            return Err(raise!(TypeError, "can only append array (not \"{name}\") to array"));
        };
        if !core::ptr::eq(self.descr(), other.descr()) {
            return Err(bad_argument());
        }
        let result = Array::with_bytes(self.descr(), self.as_slice())?;
        result.append_bytes(other.as_slice())?;
        Ok(result)
    }

    #[slot(sq_repeat)]
    fn sq_repeat(&self, count: isize) -> Result<Ref<Array>> {
        let result = Array::with_bytes(self.descr(), &[])?;
        let total = self.repeated_len(count)?;
        if total > 0 {
            result.allocate(total)?;
            result.ob_base.ob_size.set(total as isize);
            let (unit, places) = (self.as_slice(), result.as_mut_slice());
            places[..unit.len()].copy_from_slice(unit);
            repeat_front(places, unit.len());
        }
        Ok(result)
    }

    #[slot(sq_inplace_concat)]
    fn sq_inplace_concat(&self, other: &Object) -> Result<Ref<Array>> {
        if other.cast::<Array>().is_none() {
            let name = other.class().name();
            return Err(raise!(TypeError, "can only extend array with array (not \"{name}\")"));
        }
        self.extend(other)?;
        Ok(self.to_ref())
    }

    #[slot(sq_inplace_repeat)]
    fn sq_inplace_repeat(&self, count: isize) -> Result<Ref<Array>> {
        let unit = self.as_slice().len();
        self.resize(self.repeated_len(count)?)?;
        repeat_front(self.as_mut_slice(), unit);
        Ok(self.to_ref())
    }

    #[slot(mp_length)]
    fn mp_length(&self) -> Result<isize> {
        Ok(self.len() as isize)
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        if number::is_index(key) {
            return self.sq_item(self.index_from(key)?);
        }
        let Some(slice) = key.cast::<Slice>() else {
            return Err(raise!(TypeError, "array indices must be integers"));
        };
        let bounds = slice.bounds()?;
        let indices = bounds.for_len(self.len());
        let (size, items) = (self.descr().size(), self.as_slice());
        if indices.step == 1 {
            let start = indices.start as usize * size;
            let bytes = items.get(start..start + indices.count * size).unwrap_or_default();
            return Ok(Array::with_bytes(self.descr(), bytes)?.upcast());
        }
        let mut bytes = Vec::with_capacity(indices.count * size);
        indices.iter().for_each(|index| bytes.extend_from_slice(&items[index * size..(index + 1) * size]));
        Ok(Array::with_bytes(self.descr(), &bytes)?.upcast())
    }

    #[slot(mp_ass_subscript)]
    fn assign_subscript(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        if number::is_index(key) {
            return self.sq_ass_item(self.index_from(key)?, value);
        }
        let Some(slice) = key.cast::<Slice>() else {
            return Err(raise!(TypeError, "array indices must be integers"));
        };
        let bounds = slice.bounds()?;
        // A copy: the items may be the array's own.
        let new = match value {
            None => Vec::new(),
            Some(value) => match value.cast::<Array>() {
                Some(other) if core::ptr::eq(self.descr(), other.descr()) => other.as_slice().to_vec(),
                Some(_) => return Err(bad_argument()),
                None => {
                    let name = value.class().name();
                    return Err(raise!(TypeError, "can only assign array (not \"{name}\") to array slice"));
                }
            },
        };
        let indices = bounds.for_len(self.len());
        let size = self.descr().size();
        let needed = new.len() / size;
        if needed == 0 || needed != indices.count {
            self.check_resizable()?;
        }
        let start = indices.start.max(0) as usize;
        if indices.step == 1 {
            return self.splice(start, start + indices.count, &new);
        }
        if needed == 0 {
            let gone = indices.ascending();
            // From the end, so that what is still to go stays where it is.
            let mut items = self.as_slice().to_vec();
            let mut places: Vec<usize> = gone.iter().collect();
            places.reverse();
            places.iter().for_each(|&index| drop(items.drain(index * size..(index + 1) * size)));
            return self.splice(0, self.len(), &items);
        }
        if needed != indices.count {
            let count = indices.count;
            return Err(raise!(
                ValueError,
                "attempt to assign array of size {needed} to extended slice of size {count}"
            ));
        }
        let items = self.as_mut_slice();
        for (index, item) in indices.iter().zip(new.chunks_exact(size)) {
            items[index * size..(index + 1) * size].copy_from_slice(item);
        }
        Ok(())
    }

    #[getter("typecode")]
    fn typecode(&self) -> Result<Ref<Str>> {
        Str::from_char(self.descr().code().into())
    }

    #[getter("itemsize")]
    fn itemsize(&self) -> usize {
        self.descr().size()
    }

    #[method("append($self, v, /)")]
    fn append(&self, v: &Object) -> Result<()> {
        let item = self.descr().set(v)?;
        self.append_bytes(&item[..self.descr().size()])
    }

    #[method("buffer_info($self, /)")]
    fn buffer_info(&self) -> (usize, usize) {
        (self.ob_item.get() as usize, self.len())
    }

    #[method("byteswap($self, /)")]
    fn byteswap(&self) {
        self.as_mut_slice().chunks_exact_mut(self.descr().size()).for_each(<[u8]>::reverse);
    }

    #[method("clear($self, /)")]
    fn py_clear(&self) -> Result<()> {
        self.resize(0)
    }

    #[method("count($self, v, /)")]
    fn count(&self, v: &Object) -> Result<usize> {
        let (mut count, mut index) = (0, 0);
        while let Some(item) = self.get(index)? {
            count += usize::from(compare::equal(&item, v)?);
            index += 1;
        }
        Ok(count)
    }

    #[method("extend($self, bb, /)")]
    fn extend(&self, bb: &Object) -> Result<()> {
        let Some(other) = bb.cast::<Array>() else { return self.extend_from(bb) };
        if !core::ptr::eq(self.descr(), other.descr()) {
            return Err(raise!(TypeError, "can only extend with array of same kind"));
        }
        // A copy: the items may be the array's own.
        let items = other.as_slice().to_vec();
        self.append_bytes(&items)
    }

    #[method("frombytes($self, buffer, /)")]
    fn frombytes(&self, buffer: &Object) -> Result<()> {
        let view = Buffer::of(buffer, buffer::SIMPLE)?;
        if view.view().itemsize != 1 {
            return Err(raise!(TypeError, "a bytes-like object is required"));
        }
        check_multiple(self.descr(), view.as_slice())?;
        if view.is_empty() {
            return Ok(());
        }
        // An array's own bytes cannot be added while the view holds its size.
        self.check_resizable()?;
        self.append_bytes(view.as_slice())
    }

    #[method("fromfile($self, f, n, /)")]
    fn fromfile(&self, f: &Object, n: isize) -> Result<()> {
        let Ok(n) = usize::try_from(n) else { return Err(raise!(ValueError, "negative count")) };
        let size = n.checked_mul(self.descr().size()).and_then(|size| i64::try_from(size).ok());
        let size = size.ok_or_else(objects::raise::no_memory)?;
        let data = protocol::call::call_method(f, id!("read"), &[&*new_int(size)?])?;
        let Some(bytes) = data.cast::<Bytes>() else {
            return Err(raise!(TypeError, "read() didn't return bytes"));
        };
        self.frombytes(bytes)?;
        if bytes.len() as i64 != size {
            return Err(raise!(EOFError, "read() didn't return enough bytes"));
        }
        Ok(())
    }

    #[method("fromlist($self, list, /)")]
    fn fromlist(&self, list: &Object) -> Result<()> {
        let Some(list) = list.cast::<List>() else { return Err(raise!(TypeError, "arg must be list")) };
        let count = list.len();
        let mut items = Vec::with_capacity(count * self.descr().size());
        for index in 0..count {
            let value = list.get(index).ok_or_else(list_changed)?;
            items.extend_from_slice(&self.descr().set(&value)?[..self.descr().size()]);
            if list.len() != count {
                return Err(list_changed());
            }
        }
        self.append_bytes(&items)
    }

    #[method("fromunicode($self, ustr, /)")]
    fn fromunicode(&self, ustr: &Str) -> Result<()> {
        if self.descr().kind != Kind::Char {
            let text = "fromunicode() may only be called on unicode type arrays ('u' or 'w')";
            return Err(raise!(ValueError, "{text}"));
        }
        self.append_bytes(&text_bytes(ustr))
    }

    #[method("index($self, v, start=0, stop=sys.maxsize, /)")]
    fn index(
        &self,
        v: &Object,
        #[default(None)] start: Option<&Object>,
        #[default(None)] stop: Option<&Object>,
    ) -> Result<usize> {
        let bound = |object: Option<&Object>, default: usize| match object {
            None => Ok(default),
            Some(object) => {
                if !number::is_index(object) {
                    let text = "slice indices must be integers or have an __index__ method";
                    return Err(raise!(TypeError, "{text}"));
                }
                let index = number::index_as_isize(object, None)?;
                let index = if index < 0 { index.saturating_add(self.len() as isize) } else { index };
                Ok(index.max(0) as usize)
            }
        };
        let (start, stop) = (bound(start, 0)?, bound(stop, usize::MAX)?);
        self.position(v, start, stop)?.ok_or_else(|| not_found("index"))
    }

    #[method("insert($self, i, v, /)")]
    fn insert(&self, i: isize, v: &Object) -> Result<()> {
        let item = self.descr().set(v)?;
        let len = self.len() as isize;
        let index = if i < 0 { (i + len).max(0) } else { i.min(len) } as usize;
        self.splice(index, index, &item[..self.descr().size()])
    }

    #[method("pop($self, i=-1, /)")]
    fn pop(&self, #[default(-1)] i: isize) -> Result<Ref> {
        if self.len() == 0 {
            return Err(raise!(IndexError, "pop from empty array"));
        }
        let index = if i < 0 { i + self.len() as isize } else { i };
        let Some(index) = usize::try_from(index).ok().filter(|&index| index < self.len()) else {
            return Err(raise!(IndexError, "pop index out of range"));
        };
        let item = self.get(index)?.ok_or_else(bad_argument)?;
        self.splice(index, index + 1, &[])?;
        Ok(item)
    }

    #[method("remove($self, v, /)")]
    fn remove(&self, v: &Object) -> Result<()> {
        match self.position(v, 0, usize::MAX)? {
            Some(index) if index < self.len() => self.splice(index, index + 1, &[]),
            _ => Err(not_found("remove")),
        }
    }

    #[method("reverse($self, /)")]
    fn reverse(&self) {
        let size = self.descr().size();
        let items = self.as_mut_slice();
        // All bytes backwards, then each item forwards again.
        items.reverse();
        items.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }

    #[method("tobytes($self, /)")]
    fn tobytes(&self) -> Result<Ref<Bytes>> {
        Bytes::new(self.as_slice())
    }

    #[method("tofile($self, f, /)")]
    fn tofile(&self, f: &Object) -> Result<()> {
        const BLOCK: usize = 64 * 1024;
        let mut start = 0;
        while start < self.as_slice().len() {
            let rest = &self.as_slice()[start..];
            let block = Bytes::new(&rest[..rest.len().min(BLOCK)])?;
            protocol::call::call_method(f, id!("write"), &[block.as_object()])?;
            start += BLOCK;
        }
        Ok(())
    }

    #[method("tolist($self, /)")]
    fn tolist(&self) -> Result<Ref<List>> {
        let items = self.as_slice().chunks_exact(self.descr().size());
        List::from_vec(items.map(|item| self.descr().get(item)).collect::<Result<Vec<Ref>>>()?)
    }

    #[method("tounicode($self, /)")]
    fn tounicode(&self) -> Result<Ref<Str>> {
        if self.descr().kind != Kind::Char {
            let text = "tounicode() may only be called on unicode type arrays ('u' or 'w')";
            return Err(raise!(ValueError, "{text}"));
        }
        self.text()
    }

    #[method("__copy__($self, /)")]
    fn copy(&self) -> Result<Ref<Array>> {
        Array::with_bytes(self.descr(), self.as_slice())
    }

    #[method("__deepcopy__($self, unused, /)")]
    fn deepcopy(&self, unused: &Object) -> Result<Ref<Array>> {
        let _ = unused;
        self.copy()
    }

    #[method("__reduce_ex__($self, value, /)")]
    fn reduce_ex(&self, value: &Object) -> Result<Ref<Tuple>> {
        let Some(protocol) = value.cast::<Int>() else {
            return Err(raise!(TypeError, "__reduce_ex__ argument should be an integer"));
        };
        let protocol = number::index_as_isize(protocol, Some(&exc::OverflowError))?;
        let dict = attr::get_optional(self, id!("__dict__"))?.unwrap_or_else(|| none().to_ref());
        let (class, typecode) = (self.class().to_ref().upcast(), self.typecode()?.upcast());
        if protocol < 3 {
            let args = Tuple::from_array([typecode, self.tolist()?.upcast()])?;
            return Tuple::from_array([class, args.upcast(), dict]);
        }
        let module = objects::hooks::IMPORT.get()("array")?;
        let reconstructor = attr::get(&module, id!("_array_reconstructor"))?;
        let format = new_int(self.descr().machine_format.into())?;
        let args = Tuple::from_array([class, typecode, format, self.tobytes()?.upcast()])?;
        Tuple::from_array([reconstructor, args.upcast(), dict])
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        self.class().tp_basicsize.get() as usize + self.allocated.get() as usize * self.descr().size()
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(cls: &TypeObject, object: &Object) -> Result<Ref> {
        objects::types::generic_alias::new(cls, object)
    }
}

fn list_changed() -> Raised {
    raise!(RuntimeError, "list changed size during iteration")
}

impl Array {
    /// An index that may count from the end.
    fn index_from(&self, key: &Object) -> Result<isize> {
        let index = number::index_as_isize(key, Some(&exc::IndexError))?;
        Ok(if index < 0 { index + self.len() as isize } else { index })
    }

    /// The first item that equals `value`.
    fn position(&self, value: &Object, start: usize, stop: usize) -> Result<Option<usize>> {
        let mut index = start;
        while index < stop
            && let Some(item) = self.get(index)?
        {
            if compare::equal(&item, value)? {
                return Ok(Some(index));
            }
            index += 1;
        }
        Ok(None)
    }

    fn repeated_len(&self, count: isize) -> Result<usize> {
        let total = self.len().checked_mul(count.max(0) as usize);
        total.filter(|&total| isize::try_from(total).is_ok()).ok_or_else(objects::raise::no_memory)
    }

    /// The characters as a string.
    fn text(&self) -> Result<Ref<Str>> {
        let chars = self.as_slice().chunks_exact(4);
        let chars = chars.map(|char| check_char(u32::from_ne_bytes([char[0], char[1], char[2], char[3]])));
        Str::from_ucs4(&chars.collect::<Result<Vec<u32>>>()?)
    }
}
