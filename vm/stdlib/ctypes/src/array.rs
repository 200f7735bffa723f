//! Arrays: `PyCArrayType`, `Array`, and the array type that `ctype * n` is.

use crate::chararray;
use crate::code::{Access, Code, Span, wide_text};
use crate::data::{self, CDATA, CData};
use crate::info::{self, CTYPE, CType, Info, Kind, flag};
use crate::metatype::{from_param, metatype};
use core::ffi::c_int;
use macros::pytype;
use objects::protocol::{attr, call, number, object, sequence};
use objects::types::buffer::BufferView;
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::generic_alias;
use objects::types::int::Int;
use objects::types::list::List;
use objects::types::slice::Slice;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::types::weakref::{_PyWeakref_RefType, WeakReference};
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, id, raise};

metatype! {
    /// The metatype of arrays.
    ArrayType, "PyCArrayType", ARRAY_TYPE, from_param, {
        #[slot(tp_init)]
        fn init(this: &Object, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<()> {
            init(this)
        }
    }
}

/// The number in a class's `_length_`.
fn declared_length(class: &Object) -> Result<usize> {
    let Some(length) = attr::get_optional(class, id!("_length_"))? else {
        return Err(raise!(AttributeError, "class must define a '_length_' attribute"));
    };
    let Some(length) = length.cast::<Int>() else {
        return Err(raise!(TypeError, "The '_length_' attribute must be an integer"));
    };
    if length.is_negative() {
        return Err(raise!(ValueError, "The '_length_' attribute must not be negative"));
    }
    let length = length.to_i64().and_then(|length| usize::try_from(length).ok());
    length.ok_or_else(|| raise!(OverflowError, "The '_length_' attribute is too large"))
}

fn init(this: &Object) -> Result<()> {
    let length = declared_length(this)?;
    let Some(item) = attr::get_optional(this, id!("_type_"))? else {
        return Err(raise!(AttributeError, "class must define a '_type_' attribute"));
    };
    let class = info::expect_new(this)?;
    let Some(item_info) = info::of_class(&item) else {
        return Err(raise!(TypeError, "_type_ must have storage info"));
    };
    let size = item_info.size.get().checked_mul(length).filter(|&size| isize::try_from(size).is_ok());
    let Some(size) = size else { return Err(raise!(OverflowError, "array too large")) };
    let mut info = Info::new(Kind::Array);
    info.shape = core::iter::once(length as isize).chain(item_info.shape.iter().copied()).collect();
    *info.format.borrow_mut() = item_info.format.borrow().clone();
    info.size.set(size);
    info.align.set(item_info.align.get());
    info.length.set(length);
    info.copy_ffi(&raw const libffi_sys::ffi_type_pointer);
    info.proto = Slot::new(item.clone());
    if item_info.has_flag(flag::IS_POINTER | flag::HAS_POINTER) {
        info.add_flag(flag::HAS_POINTER);
    }
    class.set_info(info)?;
    match item_info.access.map(|access| access.code) {
        Some(Code::Char) => chararray::add_bytes_attributes(class.as_type()),
        Some(Code::WideChar) => chararray::add_text_attributes(class.as_type()),
        _ => Ok(()),
    }
}

/// Bytes of the innermost items of an array type, or of a value of another type.
pub fn innermost_size(class: &Object) -> usize {
    let Some(info) = info::of_class(class) else { return 0 };
    match info.kind {
        Kind::Array => info.proto.get().map_or(0, |item| innermost_size(&item)),
        _ => info.size.get(),
    }
}

/// `ctype * count`: the same type every time.
///
/// # Errors
/// ValueError for a negative count; OverflowError; TypeError for an abstract type; MemoryError.
pub fn array_type(item: &Object, count: isize) -> Result {
    let Ok(length) = usize::try_from(count) else {
        return Err(raise!(ValueError, "Array length must be >= 0, not {count}"));
    };
    let known = info::of_class(item).and_then(|info| {
        let arrays = info.arrays.0.try_borrow().ok()?;
        arrays.get(&length)?.cast::<WeakReference>()?.referent()
    });
    if let Some(known) = known {
        return Ok(known);
    }
    let item_name = item.cast::<TypeObject>().unwrap_or(&CTYPE).full_name();
    let name = Str::new(&format!("{item_name}_Array_{length}"))?;
    let bases = Tuple::from_slice(&[ARRAY.as_object()])?;
    let dict = Dict::new()?;
    dict.set_str(id!("_length_"), &*Int::from_usize(length)?)?;
    dict.set_str(id!("_type_"), item)?;
    let class = call::call(ARRAY_TYPE.as_object(), &[&*name, &*bases, &*dict])?;
    if let Some(info) = info::of_class(item) {
        let reference = WeakReference::new(&_PyWeakref_RefType, &class, None)?.upcast();
        let dead = |reference: &Ref| {
            reference.cast::<WeakReference>().is_none_or(|reference| reference.referent().is_none())
        };
        if let Ok(mut arrays) = info.arrays.0.try_borrow_mut() {
            // Now and then those of dead types are forgotten.
            if arrays.len() >= 16 && arrays.len().is_power_of_two() {
                arrays.retain(|_, reference| !dead(reference));
            }
            arrays.insert(length, reference);
        }
    }
    Ok(class)
}

/// `Array`.
pub struct Array;

fn info_of(this: &CData) -> Result<&Info> {
    info::of_instance(this.as_object()).ok_or_else(|| raise!(TypeError, "abstract class"))
}

/// The item at a place that is not checked.
fn item(this: &CData, index: usize) -> Result {
    let info = info_of(this)?;
    let class = info.item_type()?;
    let size = class.info().map_or(0, |info| info.size.get());
    let place = this.place().wrapping_add(index * size);
    // SAFETY: within the array, as the caller has seen.
    unsafe { data::get(class.as_type(), None, this, index as isize, Span::Bytes(size), place) }
}

fn set_item(this: &CData, index: isize, value: &Object) -> Result<()> {
    let info = info_of(this)?;
    let Some(place) = usize::try_from(index).ok().filter(|&index| index < info.length.get()) else {
        return Err(raise!(IndexError, "invalid index"));
    };
    let class = info.item_type()?;
    let size = class.info().map_or(0, |info| info.size.get());
    let place = this.place().wrapping_add(place * size);
    // SAFETY: within the array.
    unsafe { this.set(class.as_type(), None, value, index, Span::Bytes(size), place) }
}

fn checked_item(this: &CData, index: isize) -> Result {
    match usize::try_from(index).ok().filter(|&index| index < this.length()) {
        Some(index) => item(this, index),
        None => Err(raise!(IndexError, "invalid index")),
    }
}

/// How single characters at `indices` make a string; `None` for items of other types.
///
/// # Safety
/// Every index is one of an item at `start`.
pub unsafe fn string_of(
    class: &CType,
    start: *const u8,
    indices: impl Iterator<Item = isize>,
) -> Option<Result> {
    let code = class.info()?.access.map(|access: Access| access.code)?;
    match code {
        Code::Char => {
            // SAFETY: the caller's promise.
            let bytes: Vec<u8> = indices.map(|index| unsafe { *start.offset(index) }).collect();
            Some(Bytes::new(&bytes).map(Ref::upcast))
        }
        Code::WideChar => {
            let wide = start.cast::<u32>();
            // SAFETY: the caller's promise.
            let chars: Vec<u32> =
                indices.map(|index| unsafe { wide.offset(index).read_unaligned() }).collect();
            // SAFETY: all of the vector.
            Some(unsafe { wide_text(chars.as_ptr().cast(), chars.len()) }.map(Ref::upcast))
        }
        _ => None,
    }
}

#[pytype(
    name = "Array",
    module = "_ctypes",
    static_name = ARRAY,
    no_instance,
    base = CDATA,
    metaclass = ARRAY_TYPE,
    basicsize = size_of::<CData>(),
    flags = [BASETYPE],
    new = data::new
)]
impl Array {
    #[slot(bf_getbuffer)]
    fn get_buffer(this: &CData, view: *mut BufferView, _flags: c_int) -> Result<()> {
        this.export(view)
    }

    #[slot(tp_init)]
    fn init(this: &CData, args: &Tuple, _kwargs: Option<&Dict>) -> Result<()> {
        args.items()
            .iter()
            .enumerate()
            .try_for_each(|(index, value)| sequence::set_item(this.as_object(), index as isize, Some(value)))
    }

    #[slot(sq_length)]
    fn length(this: &CData) -> usize {
        this.length()
    }

    #[slot(sq_item)]
    fn item(this: &CData, index: isize) -> Result {
        checked_item(this, index)
    }

    #[slot(sq_ass_item)]
    fn set_item(this: &CData, index: isize, value: Option<&Object>) -> Result<()> {
        match value {
            Some(value) => set_item(this, index, value),
            None => Err(raise!(TypeError, "Array does not support item deletion")),
        }
    }

    #[slot(mp_length)]
    fn mapping_length(this: &CData) -> usize {
        this.length()
    }

    #[slot(mp_subscript)]
    fn subscript(this: &CData, key: &Object) -> Result {
        if number::is_index(key) {
            let index = number::index_as_isize(key, Some(&exc::IndexError))?;
            let index = if index < 0 { index + this.length() as isize } else { index };
            return checked_item(this, index);
        }
        let Some(slice) = key.cast::<Slice>() else {
            return Err(raise!(TypeError, "indices must be integers"));
        };
        let indices = slice.indices_for(this.length())?;
        let class = info_of(this)?.item_type()?;
        // SAFETY: the indices are those of items.
        let string = unsafe { string_of(&class, this.place(), indices.iter().map(|index| index as isize)) };
        if let Some(string) = string {
            return string;
        }
        let items = indices.iter().map(|index| item(this, index)).collect::<Result<Vec<_>>>()?;
        Ok(List::from_vec(items)?.upcast())
    }

    #[slot(mp_ass_subscript)]
    fn set_subscript(this: &CData, key: &Object, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else {
            return Err(raise!(TypeError, "Array does not support item deletion"));
        };
        if number::is_index(key) {
            let index = number::index_as_isize(key, Some(&exc::IndexError))?;
            let index = if index < 0 { index + this.length() as isize } else { index };
            return set_item(this, index, value);
        }
        let Some(slice) = key.cast::<Slice>() else {
            return Err(raise!(TypeError, "indices must be integer"));
        };
        let indices = slice.indices_for(this.length())?;
        if object::len(value)? != indices.count {
            return Err(raise!(ValueError, "Can only assign sequence of same size"));
        }
        for (place, index) in indices.iter().enumerate() {
            let item = sequence::get_item(value, place as isize)?;
            set_item(this, index as isize, &item)?;
        }
        Ok(())
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(class: &TypeObject, item: &Object) -> Result {
        generic_alias::new(class.as_object(), item)
    }
}
