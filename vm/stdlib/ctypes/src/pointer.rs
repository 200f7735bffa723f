//! Pointers: `PyCPointerType`, `_Pointer`, and `POINTER()` and `pointer()` with their cache.

use crate::array;
use crate::code::Span;
use crate::data::{self, CDATA, CData};
use crate::info::{self, CType, Info, Kind, flag};
use crate::metatype::{self, by_reference, metatype, null_argument};
use core::ffi::c_int;
use macros::pytype;
use objects::protocol::{call, number, object};
use objects::typeobject::ready;
use objects::types::buffer::BufferView;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::Int;
use objects::types::list::List;
use objects::types::none;
use objects::types::slice::Slice;
use objects::types::str::{PyUnicode_Type, Str};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, id, raise};

metatype! {
    /// The metatype of pointers.
    PointerType, "PyCPointerType", POINTER_TYPE, from_param, {
        #[slot(tp_init)]
        fn init(this: &Object, args: &Tuple, _kwargs: Option<&Dict>) -> Result<()> {
            init(this, args)
        }

        #[method("set_type($self, type, /)")]
        fn set_type(this: &TypeObject, class: &Object) -> Result<()> {
            let info = info::expect(this.as_object())?;
            set_proto(info, class)?;
            ready::dict_of(this)?.set_str(id!("_type_"), class)?;
            this.modified();
            Ok(())
        }
    }
}

fn set_proto(info: &Info, class: &Object) -> Result<()> {
    if class.cast::<TypeObject>().is_none() {
        return Err(raise!(TypeError, "_type_ must be a type"));
    }
    if info::of_class(class).is_none() {
        return Err(raise!(TypeError, "_type_ must have storage info"));
    }
    info.proto.set(Some(class.to_ref()));
    Ok(())
}

fn init(this: &Object, args: &Tuple) -> Result<()> {
    let Some(dict) = args.items().get(2).and_then(|dict| dict.cast::<Dict>()) else {
        return Err(raise!(IndexError, "tuple index out of range"));
    };
    let info = info::expect_new(this)?.set_info(Info::new_pointer(Kind::Pointer))?;
    info.add_flag(flag::IS_POINTER);
    if let Some(class) = dict.get_str(id!("_type_"))? {
        set_proto(info, &class)?;
        if let Some(item) = info::of_class(&class) {
            info.set_format(&format!("&{}", item.full_format()));
        }
    }
    Ok(())
}

/// `from_param`: also a value of the type pointed to, or an array of it.
fn from_param(class: &TypeObject, value: &Object) -> Result {
    if let Some(null) = null_argument(value) {
        return Ok(null);
    }
    let info = info::expect(class.as_object())?;
    if let Some(proto) = info.proto.get() {
        if object::is_instance(value, &proto)? {
            let Some(instance) = value.cast::<CData>() else {
                return Err(raise!(TypeError, "expected CData instance"));
            };
            return Ok(by_reference(instance, 0)?.upcast());
        }
        let given = info::of_instance(value).filter(|info| matches!(info.kind, Kind::Array | Kind::Pointer));
        if let Some(given) = given.and_then(|info| info.proto.get())
            && object::is_subclass(&given, &proto)?
        {
            return Ok(value.to_ref());
        }
    }
    metatype::from_param(class, value)
}

/// `_Pointer`.
pub struct Pointer;

/// The memory that a pointer points to, and the type of what is there.
fn target(this: &CData) -> Result<(*mut u8, Ref<CType>)> {
    // SAFETY: the value of a pointer type is a pointer.
    let target = unsafe { this.pointer() };
    if target.is_null() {
        return Err(raise!(ValueError, "NULL pointer access"));
    }
    Ok((target, info::expect(this.as_object().class().as_object())?.item_type()?))
}

fn item_size(class: &CType) -> usize {
    class.info().map_or(0, |info| info.size.get())
}

fn item(this: &CData, index: isize) -> Result {
    let (target, class) = target(this)?;
    let size = item_size(&class);
    let place = target.wrapping_offset(index.wrapping_mul(size as isize));
    // SAFETY: the program says that an item is there.
    unsafe { data::get(class.as_type(), None, this, index, Span::Bytes(size), place) }
}

/// The indices of a slice of a pointer, which has no end to count from.
fn indices(slice: &Slice) -> Result<impl Iterator<Item = isize> + Clone> {
    let [start, stop, step] = slice.parts();
    let index = |object: &Object| number::index_as_isize(object, Some(&exc::ValueError));
    let step = if step.is(none::none()) { 1 } else { index(&step)? };
    if step == 0 {
        return Err(raise!(ValueError, "slice step cannot be zero"));
    }
    let start = match start.is(none::none()) {
        true if step < 0 => return Err(raise!(ValueError, "slice start is required for step < 0")),
        true => 0,
        false => index(&start)?,
    };
    if stop.is(none::none()) {
        return Err(raise!(ValueError, "slice stop is required"));
    }
    let stop = index(&stop)?;
    let distance = if step > 0 { stop as i128 - start as i128 } else { start as i128 - stop as i128 };
    let count = if distance <= 0 { 0 } else { (distance - 1) / (step as i128).abs() + 1 };
    Ok((0..count).map(move |place| (start as i128 + place * step as i128) as isize))
}

#[pytype(
    name = "_Pointer",
    module = "_ctypes",
    static_name = POINTER,
    no_instance,
    base = CDATA,
    metaclass = POINTER_TYPE,
    basicsize = size_of::<CData>(),
    flags = [BASETYPE]
)]
impl Pointer {
    #[slot(bf_getbuffer)]
    fn get_buffer(this: &CData, view: *mut BufferView, _flags: c_int) -> Result<()> {
        this.export(view)
    }

    #[slot(tp_new)]
    fn new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result {
        match info::of_class(class.as_object()).filter(|info| !info.proto.is_empty()) {
            Some(info) => Ok(data::create(class, info)?.upcast()),
            None => Err(raise!(TypeError, "Cannot create instance: has no _type_")),
        }
    }

    #[slot(tp_init)]
    fn init(this: &CData, args: &Tuple, _kwargs: Option<&Dict>) -> Result<()> {
        match *args.items() {
            [] => Ok(()),
            [value] => Pointer::set_contents(this, Some(value)),
            ref items => {
                let given = items.len();
                Err(raise!(TypeError, "POINTER expected at most 1 argument, got {given}"))
            }
        }
    }

    #[slot(nb_bool)]
    fn bool(this: &CData) -> bool {
        // SAFETY: the value of a pointer type is a pointer.
        !unsafe { this.pointer() }.is_null()
    }

    #[slot(sq_item)]
    fn item(this: &CData, index: isize) -> Result {
        item(this, index)
    }

    #[slot(sq_ass_item)]
    fn set_item(this: &CData, index: isize, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else {
            return Err(raise!(TypeError, "Pointer does not support item deletion"));
        };
        let (target, class) = target(this)?;
        let size = item_size(&class);
        let place = target.wrapping_offset(index.wrapping_mul(size as isize));
        // SAFETY: the program says that there is room.
        unsafe { this.set(class.as_type(), None, value, index, Span::Bytes(size), place) }
    }

    #[slot(mp_subscript)]
    fn subscript(this: &CData, key: &Object) -> Result {
        if number::is_index(key) {
            return item(this, number::index_as_isize(key, Some(&exc::IndexError))?);
        }
        let Some(slice) = key.cast::<Slice>() else {
            return Err(raise!(TypeError, "Pointer indices must be integer"));
        };
        let indices = indices(slice)?;
        let class = info::expect(this.as_object().class().as_object())?.item_type()?;
        let start = match indices.clone().next() {
            Some(_) => target(this)?.0,
            None => this.place(),
        };
        // SAFETY: the program says that the characters are there.
        let string = unsafe { array::string_of(&class, start, indices.clone()) };
        if let Some(string) = string {
            return string;
        }
        let items = indices.map(|index| item(this, index)).collect::<Result<Vec<_>>>()?;
        Ok(List::from_vec(items)?.upcast())
    }

    #[getter("contents", doc = "the object this pointer points to (read-write)")]
    fn contents(this: &CData) -> Result {
        let (target, class) = target(this)?;
        Ok(data::part_of(class.as_type(), this, 0, target)?.upcast())
    }

    #[setter("contents", doc = "the object this pointer points to (read-write)")]
    fn set_contents(this: &CData, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else {
            return Err(raise!(TypeError, "Pointer does not support item deletion"));
        };
        let Some(target) = value.cast::<CData>() else {
            let class = info::expect(this.as_object().class().as_object())?.item_type()?;
            let (wanted, got) = (class.as_type().full_name(), value.class().full_name());
            return Err(raise!(TypeError, "expected {wanted} instead of {got}"));
        };
        // SAFETY: the value of a pointer type is a pointer.
        unsafe { this.place().cast::<*mut u8>().write_unaligned(target.place()) };
        // What it points to must live as well as what that keeps.
        this.keep(1, value.to_ref())?;
        this.keep(0, target.kept()?)
    }
}

// ---- `POINTER()` and `pointer()` ----

/// `_pointer_type_cache`: the pointer types by what they point to.
pub struct Cache(Slot<Dict>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Cache {}

objects::per_interpreter! {
    static CACHE: Cache = Cache(Slot::empty());
}

/// The dict of pointer types.
///
/// # Errors
/// MemoryError.
pub fn cache() -> Result<Ref<Dict>> {
    if let Some(cache) = CACHE.0.get() {
        return Ok(cache);
    }
    let cache = Dict::new()?;
    CACHE.0.set(Some(cache.clone()));
    Ok(cache)
}

fn new_pointer_type(name: &str, class: Option<&Object>) -> Result {
    let dict = Dict::new()?;
    if let Some(class) = class {
        dict.set_str(id!("_type_"), class)?;
    }
    let name = Str::new(&format!("LP_{name}"))?;
    let bases = Tuple::from_slice(&[POINTER.as_object()])?;
    call::call(POINTER_TYPE.as_object(), &[&*name, &*bases, &*dict])
}

/// `POINTER(class)`; a name gives a pointer to a type that is not known yet.
///
/// # Errors
/// TypeError for what is no C type; what hashing it raises; MemoryError.
pub fn pointer_type(class: &Object) -> Result {
    let cache = cache()?;
    if let Some(known) = cache.get_item(class)? {
        return Ok(known);
    }
    if class.is_exactly(&PyUnicode_Type)
        && let Some(name) = class.cast::<Str>()
    {
        let result = new_pointer_type(name.to_str()?, None)?;
        cache.set_item(&*Int::from_usize(result.as_ptr() as usize)?, &result)?;
        return Ok(result);
    }
    let Some(type_object) = class.cast::<TypeObject>() else {
        return Err(raise!(TypeError, "must be a ctypes type"));
    };
    let result = new_pointer_type(type_object.full_name(), Some(class))?;
    cache.set_item(class, &result)?;
    Ok(result)
}

/// `pointer(object)`.
///
/// # Errors
/// As [`pointer_type`].
pub fn pointer_to(object: &Object) -> Result {
    let class = pointer_type(object.class().as_object())?;
    call::call_one_arg(&class, object)
}
