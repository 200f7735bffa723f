//! `_fields_`: where the fields of a structure or union lie, as C compilers lay them out.

use crate::code::Span;
use crate::field::{self, CField};
use crate::info::{self, CType, Info, Kind, flag};
use core::ffi::c_int;
use libffi_sys::ffi_type;
use objects::protocol::{attr, number, object, sequence};
use objects::raise::Catch;
use objects::types::exceptions as exc;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, id, raise};

/// Structures up to this size are passed in registers, so that libffi must know the items of their arrays.
const IN_REGISTERS: usize = if cfg!(target_arch = "aarch64") { 32 } else { 16 };

/// Where the next field goes. Sizes are in bytes, those of bit fields in bits.
#[derive(Clone, Copy)]
struct Layout {
    /// The most that fields are aligned to; 0 for no limit.
    pack: usize,
    big_endian: bool,
    size: usize,
    offset: usize,
    /// Of the last field.
    align: usize,
    /// The bit field that may go on: bits of its unit, and bits taken.
    unit: usize,
    taken: usize,
}

impl Layout {
    /// The place of a field.
    fn place(&mut self, size: usize, align: usize, width: Option<usize>) -> Result<(isize, Span)> {
        let Some(width) = width else {
            (self.unit, self.taken) = (0, 0);
            return Ok((self.append(size, align)?, Span::Bytes(size)));
        };
        let bits = 8 * size;
        if self.unit != 0 && bits <= self.unit && self.taken + width <= self.unit {
            // It goes on in the unit.
        } else if self.unit != 0 && bits >= self.unit && self.taken + width <= bits {
            // The unit grows.
            let more = size - self.unit / 8;
            self.offset += more;
            self.size += more;
            self.unit = bits;
        } else {
            (self.unit, self.taken) = (bits, 0);
            self.append(size, align)?;
        }
        let low = if self.big_endian { self.unit - self.taken - width } else { self.taken };
        self.taken += width;
        let span = Span::Bits { low: low as u32, width: width as u32 };
        Ok((self.offset as isize - size as isize, span))
    }

    fn append(&mut self, size: usize, align: usize) -> Result<isize> {
        self.align = if self.pack == 0 { align } else { align.min(self.pack) };
        if self.align != 0 {
            let gap = self.offset.next_multiple_of(self.align) - self.offset;
            self.offset += gap;
            self.size += gap;
        }
        let offset = self.offset;
        // Every offset and the size that alignment may add to fit an index.
        if size.checked_add(self.offset.max(self.size)).is_none_or(|end| end > LARGEST) {
            return Err(too_large());
        }
        self.offset += size;
        self.size += size;
        Ok(offset as isize)
    }
}

/// The most that a structure has, so that sums with alignments do not overflow.
const LARGEST: usize = isize::MAX as usize;

fn too_large() -> Raised {
    raise!(OverflowError, "structure too large")
}

/// What `_pack_` or `_align_` say.
fn limit(class: &Object, name: &Str) -> Result<Option<usize>> {
    let Some(value) = attr::get_optional(class, name)? else { return Ok(None) };
    let number = number::index(&value).and_then(|int| {
        let value = int.to_i64().and_then(|value| c_int::try_from(value).ok());
        value.ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C int"))
    });
    let number = number.catch(&exc::TypeError).or_else(|raised| Err(raised).catch(&exc::OverflowError))?;
    match number.and_then(|number| usize::try_from(number).ok()) {
        Some(number) => Ok(Some(number)),
        None => {
            let name = name.to_string_lossy();
            Err(raise!(ValueError, "{name} must be a non-negative integer"))
        }
    }
}

/// A field as `_fields_` has it.
struct Declared {
    name: Ref<Str>,
    class: Ref<CType>,
    width: Option<usize>,
}

fn not_pairs() -> Raised {
    raise!(TypeError, "'_fields_' must be a sequence of (name, C type) pairs")
}

fn declared(fields: &Object, index: usize) -> Result<Declared> {
    let pair = sequence::get_item(fields, index as isize).map_err(|raised| {
        raised.clear();
        not_pairs()
    })?;
    let items = pair.cast::<Tuple>().map(Tuple::items).unwrap_or_default();
    let (&[name, class], rest) = items.split_first_chunk::<2>().ok_or_else(not_pairs)?;
    let name = name.cast::<Str>().ok_or_else(not_pairs)?;
    let bits = match *rest {
        [] => None,
        [bits] => {
            let bits = number::index(bits).map_err(|raised| {
                raised.clear();
                not_pairs()
            })?;
            let bits = bits.to_i64().and_then(|bits| c_int::try_from(bits).ok());
            Some(bits.ok_or_else(not_pairs)?)
        }
        _ => return Err(not_pairs()),
    };
    let Some((class, info)) = field::field_type(class) else {
        return Err(raise!(TypeError, "second item in _fields_ tuple (index {index}) must be a C type"));
    };
    let width = bits.map(|bits| checked_width(class, info, bits)).transpose()?;
    Ok(Declared { name: name.to_ref(), class: class.to_ref(), width })
}

fn checked_width(class: &CType, info: &Info, bits: c_int) -> Result<usize> {
    if !info.access.is_some_and(|access| access.code.has_bits()) {
        let name = class.as_type().full_name();
        return Err(raise!(TypeError, "bit fields not allowed for type {name}"));
    }
    match usize::try_from(bits) {
        Ok(width) if width > 0 && width <= 8 * info.size.get() => Ok(width),
        _ => Err(raise!(ValueError, "number of bits invalid for bit field")),
    }
}

fn padding(bytes: usize) -> String {
    match bytes {
        0 => String::new(),
        1 => "x".to_owned(),
        bytes => format!("{bytes}x"),
    }
}

/// Lays out the class `this` with these fields, which become its attributes.
pub fn set_fields(this: &Object, fields: &Object, is_struct: bool) -> Result<()> {
    let class = info::expect_new(this)?;
    let big_endian = attr::get_optional(this, id!("_swappedbytes_"))?.is_some();
    let pack = limit(this, id!("_pack_"))?.unwrap_or(0);
    let forced_align = limit(this, id!("_align_"))?.unwrap_or(1);
    let count = object::len(fields).catch(&exc::TypeError)?;
    let Some(count) = count else {
        return Err(raise!(TypeError, "'_fields_' must be a sequence of pairs"));
    };
    let Some(info) = class.info() else { return Err(raise!(TypeError, "ctypes state is not initialized")) };
    if info.has_flag(flag::FINAL) {
        return Err(raise!(AttributeError, "_fields_ is final"));
    }
    let base = class.as_type().base().and_then(|base| info::of_class(base.as_object()));
    let start = base.map_or((0, 1), |base| (base.size.get(), base.align.get().max(1)));
    let (base_size, base_align) = start;
    let mut total_align = base_align.max(forced_align);
    let empty = Layout { pack, big_endian, size: base_size, offset: base_size, align: 0, unit: 0, taken: 0 };
    let mut layout = empty;
    let mut size = if is_struct { base_size } else { 0 };
    let mut elements = base.map(Info::elements).unwrap_or_default();
    let first = elements.len();
    let mut types: Vec<Ref<CType>> = Vec::with_capacity(count);
    let mut format = String::from(if is_struct { "T{" } else { "B" });

    for index in 0..count {
        let Declared { name, class: field_class, width } = declared(fields, index)?;
        let Some(field_info) = field_class.info() else { return Err(not_pairs()) };
        elements.push(field_info.ffi());
        if field_info.has_flag(flag::IS_POINTER | flag::HAS_POINTER) {
            info.add_flag(flag::HAS_POINTER);
        }
        field_info.add_flag(flag::FINAL);
        if !is_struct {
            layout = Layout { size: 0, offset: 0, ..empty };
        }
        let before = layout.size;
        let (offset, span) = layout.place(field_info.size.get(), field_info.align.get(), width)?;
        let field = CField::new(&field_class, index as isize, offset, span)?;
        if is_struct {
            format += &padding((offset - before as isize).max(0) as usize);
            format += &format!("{}:{}:", field_info.full_format(), name.to_str()?);
            size = layout.size;
        } else {
            size = size.max(layout.size);
        }
        total_align = total_align.max(layout.align);
        attr::set(this, &name, Some(field.as_object()))?;
        types.push(field_class);
    }

    let aligned = size.next_multiple_of(total_align);
    if aligned > LARGEST {
        return Err(too_large());
    }
    if is_struct {
        format += &padding(aligned - size);
        format.push('}');
    }
    info.set_format(&format);
    info.size.set(aligned);
    info.align.set(total_align);
    info.length.set(first + count);
    if size <= IN_REGISTERS {
        unroll_arrays(info, &types, &mut elements[first..])?;
    }
    info.describe_structure(elements, types.into_iter().map(Ref::upcast).collect());
    if info.has_flag(flag::FINAL) {
        return Err(raise!(AttributeError, "Structure or union cannot contain itself"));
    }
    info.add_flag(flag::FINAL);
    add_anonymous(this)
}

/// Arrays are described as pointers, which is what they are as arguments; in a structure that goes into registers they are their items.
fn unroll_arrays(info: &Info, types: &[Ref<CType>], elements: &mut [*mut ffi_type]) -> Result<()> {
    for (class, element) in types.iter().zip(elements) {
        if let Some(array) = class.info().filter(|info| info.kind == Kind::Array) {
            let item = array.item_type()?;
            if let Some(item) = item.info() {
                *element = info.describe_array(item, array.length.get());
            }
        }
    }
    Ok(())
}

// ---- `_anonymous_` ----

fn add_anonymous(this: &Object) -> Result<()> {
    let Some(names) = attr::get_optional(this, id!("_anonymous_"))? else { return Ok(()) };
    for name in fast_sequence(&names, "_anonymous_ must be a sequence")?.items() {
        let attribute = get_named(this, name)?;
        let Some(field) = attribute.cast_exact::<CField>() else {
            let name = object::str(name)?.to_string_lossy();
            return Err(raise!(AttributeError, "'{name}' is specified in _anonymous_ but not in _fields_"));
        };
        field.anonymous.set(true);
        add_fields_of(this, field, field.index.get(), field.offset.get())?;
    }
    Ok(())
}

/// The fields of an anonymous field become those of the structure around it.
fn add_fields_of(this: &Object, outer: &CField, index: isize, offset: isize) -> Result<()> {
    let class = outer.proto.as_object();
    let fields = attr::get(class, id!("_fields_"))?;
    for pair in fast_sequence(&fields, "_fields_ must be a sequence")?.items() {
        let Some(&[name, ..]) = pair.cast::<Tuple>().map(Tuple::items) else { return Err(not_pairs()) };
        let attribute = get_named(class, name)?;
        let Some(field) = attribute.cast_exact::<CField>() else {
            return Err(raise!(TypeError, "unexpected type"));
        };
        if field.anonymous.get() {
            add_fields_of(this, field, index + field.index.get(), offset + field.offset.get())?;
            continue;
        }
        let moved = field.moved(index, offset)?;
        attr::set(this, expect_name(name)?, Some(moved.as_object()))?;
    }
    Ok(())
}

fn fast_sequence(object: &Object, text: &str) -> Result<Ref<Tuple>> {
    match sequence::to_tuple(object).catch(&exc::TypeError)? {
        Some(items) => Ok(items),
        None => Err(raise!(TypeError, "{text}")),
    }
}

fn expect_name(name: &Object) -> Result<&Str> {
    name.cast::<Str>()
        .ok_or_else(|| raise!(TypeError, "attribute name must be string, not '{}'", name.class().full_name()))
}

fn get_named(object: &Object, name: &Object) -> Result {
    attr::get(object, expect_name(name)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: Layout =
        Layout { pack: 0, big_endian: false, size: 0, offset: 0, align: 0, unit: 0, taken: 0 };

    fn place(layout: &mut Layout, size: usize, width: Option<usize>) -> (isize, Span) {
        layout.place(size, size, width).expect("nothing overflows")
    }

    #[test]
    fn fields_are_aligned() {
        let mut layout = EMPTY;
        assert_eq!(place(&mut layout, 1, None), (0, Span::Bytes(1)));
        assert_eq!(place(&mut layout, 8, None), (8, Span::Bytes(8)));
        assert_eq!(layout.size, 16);
        let mut packed = Layout { pack: 2, ..EMPTY };
        place(&mut packed, 1, None);
        assert_eq!(place(&mut packed, 8, None), (2, Span::Bytes(8)));
    }

    #[test]
    fn bit_fields_share_units() {
        let mut layout = EMPTY;
        assert_eq!(place(&mut layout, 1, Some(3)), (0, Span::Bits { low: 0, width: 3 }));
        assert_eq!(place(&mut layout, 1, Some(4)), (0, Span::Bits { low: 3, width: 4 }));
        // A longer type makes the unit grow.
        assert_eq!(place(&mut layout, 4, Some(20)), (0, Span::Bits { low: 7, width: 20 }));
        assert_eq!(layout.size, 4);
        assert_eq!(place(&mut layout, 4, Some(6)), (4, Span::Bits { low: 0, width: 6 }));
        assert_eq!(place(&mut layout, 1, None), (8, Span::Bytes(1)));
        let mut big = Layout { big_endian: true, ..EMPTY };
        assert_eq!(place(&mut big, 4, Some(5)), (0, Span::Bits { low: 27, width: 5 }));
    }
}
