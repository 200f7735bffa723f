//! `object.h` and `cpython/object.h`, but for making types, which is `typeobject`.

use crate::abstract_::{key, optional};
use crate::pymem;
use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use macros::capi;
use objects::object::trace::VisitProc;
use objects::object::{heap, ref_tracer};
use objects::protocol::{self, attr, compare};
use objects::raise::Catch;
use objects::typeobject::flags;
use objects::types::bool::from_bool;
use objects::types::bytes::Bytes;
use objects::types::bytes::source::{Contents, contents_of_object};
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::none::{ellipsis, none, not_implemented};
use objects::types::str::{Str, intern};
use objects::types::tuple::Tuple;
use objects::types::weakref;
use objects::{CompareOp, Instance, Object, Ref, Result, Visitor};

/// # Safety
/// A C function: the last reference is gone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_Dealloc(object: *mut Object) {
    // SAFETY: the caller's promise.
    unsafe { objects::object::dealloc(object) }
}

/// # Safety
/// A C function: an object or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_IncRef(object: Option<&Object>) {
    if let Some(object) = object {
        object.incref();
    }
}

/// # Safety
/// A C function: an owned reference, which it gives up, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_DecRef(object: Option<Ref>) {
    drop(object);
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_IncRef(object: &Object) {
    object.incref();
}

/// # Safety
/// A C function: an owned reference, which it gives up.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_DecRef(object: Ref) {
    drop(object);
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_SetRefcnt(object: &Object, count: isize) {
    object.set_refcnt(count as i64);
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_NewRef(object: &Object) -> Ref {
    object.to_ref()
}

/// # Safety
/// A C function: an object or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_XNewRef(object: Option<&Object>) -> Option<Ref> {
    object.map(Instance::to_ref)
}

/// # Safety
/// A C function: two objects.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_Is(left: &Object, right: &Object) -> c_int {
    left.is(right).into()
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_IsNone(object: &Object) -> c_int {
    object.is(objects::types::none::none()).into()
}

/// What the API prints for a NULL.
fn or_null<'a>(
    object: Option<&'a Object>,
    show: impl FnOnce(&'a Object) -> Result<Ref<Str>>,
) -> Result<Ref<Str>> {
    match object {
        None => Str::new("<NULL>"),
        Some(object) => show(object),
    }
}

#[capi]
pub fn PyObject_Repr(object: Option<&Object>) -> Result<Ref<Str>> {
    or_null(object, protocol::object::repr)
}

#[capi]
pub fn PyObject_Str(object: Option<&Object>) -> Result<Ref<Str>> {
    or_null(object, protocol::object::str)
}

#[capi]
pub fn PyObject_ASCII(object: Option<&Object>) -> Result<Ref<Str>> {
    or_null(object, protocol::object::ascii)
}

#[capi]
pub fn PyObject_Hash(object: &Object) -> Result<isize> {
    protocol::object::hash(object)
}

#[capi]
pub fn PyObject_IsTrue(object: &Object) -> Result<bool> {
    protocol::object::is_true(object)
}

#[capi]
pub fn PyObject_Not(object: &Object) -> Result<bool> {
    protocol::object::is_true(object).map(|answer| !answer)
}

#[capi]
pub fn PyCallable_Check(object: Option<&Object>) -> bool {
    object.is_some_and(protocol::call::is_callable)
}

fn operator(op: c_int) -> Result<CompareOp> {
    CompareOp::from_number(op).ok_or_else(objects::raise::bad_internal_call)
}

#[capi]
pub fn PyObject_RichCompare(left: Option<&Object>, right: Option<&Object>, op: c_int) -> Result<Ref> {
    let (Some(left), Some(right)) = (left, right) else {
        return Err(if objects::raise::occurred() {
            objects::raise::pending()
        } else {
            objects::raise::bad_internal_call()
        });
    };
    let op = operator(op)?;
    let _depth = objects::state::enter_recursive_call(" in comparison")?;
    compare::rich_compare(left, right, op)
}

/// An object equals itself, whatever its class says.
#[capi]
pub fn PyObject_RichCompareBool(left: &Object, right: &Object, op: c_int) -> Result<bool> {
    compare::compare_bool(left, right, operator(op)?)
}

/// The name of an attribute.
///
/// # Errors
/// TypeError for what is no string.
pub(crate) fn attribute_name(name: &Object) -> Result<&Str> {
    let class = name.class();
    name.cast()
        .ok_or_else(|| objects::raise!(TypeError, "attribute name must be string, not '{}'", class.name()))
}

#[capi]
pub fn PyObject_GetAttr(object: &Object, name: &Object) -> Result<Ref> {
    attr::get(object, attribute_name(name)?)
}

/// # Safety
/// A C function: `name` is a C string.
#[capi]
pub unsafe fn PyObject_GetAttrString(object: &Object, name: *const c_char) -> Result<Ref> {
    // SAFETY: the caller's promise.
    attr::get(object, &*unsafe { key(name) }?)
}

/// # Safety
/// A C function: `place` may be written to.
#[capi]
pub unsafe fn PyObject_GetOptionalAttr(object: &Object, name: &Object, place: *mut *mut Object) -> c_int {
    let found = attribute_name(name).and_then(|name| attr::get_optional(object, name));
    // SAFETY: the caller's promise.
    unsafe { optional(found, place) }
}

/// # Safety
/// A C function: `name` is a C string, `place` may be written to.
#[capi]
pub unsafe fn PyObject_GetOptionalAttrString(
    object: &Object,
    name: *const c_char,
    place: *mut *mut Object,
) -> c_int {
    // SAFETY: the caller's promise.
    let found = unsafe { key(name) }.and_then(|name| attr::get_optional(object, &name));
    // SAFETY: the caller's promise.
    unsafe { optional(found, place) }
}

#[capi]
pub fn PyObject_SetAttr(object: &Object, name: &Object, value: Option<&Object>) -> Result<()> {
    attr::set(object, attribute_name(name)?, value)
}

/// # Safety
/// A C function: `name` is a C string.
#[capi]
pub unsafe fn PyObject_SetAttrString(
    object: &Object,
    name: *const c_char,
    value: Option<&Object>,
) -> Result<()> {
    // SAFETY: the caller's promise.
    attr::set(object, &*unsafe { key(name) }?, value)
}

#[capi]
pub fn PyObject_DelAttr(object: &Object, name: &Object) -> Result<()> {
    attr::set(object, attribute_name(name)?, None)
}

/// # Safety
/// A C function: `name` is a C string.
#[capi]
pub unsafe fn PyObject_DelAttrString(object: &Object, name: *const c_char) -> Result<()> {
    // SAFETY: the caller's promise.
    attr::set(object, &*unsafe { key(name) }?, None)
}

#[capi]
pub fn PyObject_HasAttrWithError(object: &Object, name: &Object) -> Result<bool> {
    let name = attribute_name(name)?;
    attr::get_optional(object, name).map(|found| found.is_some())
}

#[capi]
pub fn PyObject_HasAttrStringWithError(object: &Object, name: &CStr) -> Result<bool> {
    attr::get_optional(object, &*crate::abstract_::text(name)?).map(|found| found.is_some())
}

/// Errors are reported as unraisable and count as absence.
fn has_attribute(object: &Object, name: Result<Ref<Str>>, function: &str) -> c_int {
    match name.and_then(|name| attr::get_optional(object, &name)) {
        Ok(found) => found.is_some().into(),
        Err(raised) => {
            crate::pyerrors::write_unraisable_in(raised, function);
            0
        }
    }
}

/// # Safety
/// A C function: an object and a name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_HasAttr(object: &Object, name: &Object) -> c_int {
    let name = attribute_name(name).map(Instance::to_ref);
    let function = "PyObject_HasAttr(); consider using PyObject_HasAttrWithError(), PyObject_GetOptionalAttr() or PyObject_GetAttr()";
    has_attribute(object, name, function)
}

/// # Safety
/// A C function: an object and a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_HasAttrString(object: &Object, name: *const c_char) -> c_int {
    let function = "PyObject_HasAttrString(); consider using PyObject_HasAttrStringWithError(), PyObject_GetOptionalAttrString() or PyObject_GetAttrString()";
    // SAFETY: the caller's promise.
    has_attribute(object, unsafe { key(name) }, function)
}

#[capi]
pub fn PyObject_GenericSetDict(
    object: &Object,
    value: Option<&Object>,
    _context: *mut core::ffi::c_void,
) -> Result<()> {
    objects::attrs::generic_set_dict(object, value)
}

/// Marks an object as being shown: 1 if it was already, so that a `repr` can break off.
#[capi]
pub fn Py_ReprEnter(object: &Object) -> c_int {
    match protocol::repr_guard::enter(object) {
        Some(guard) => {
            core::mem::forget(guard);
            0
        }
        None => 1,
    }
}

/// # Safety
/// A C function: `Py_ReprEnter` answered 0 for this object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_ReprLeave(object: &Object) {
    protocol::repr_guard::leave(object);
}

/// A reference that C code may use without owning it, as long as `_keeper` keeps it.
///
/// # Safety
/// `_keeper` keeps `object` for as long as the C function says.
pub unsafe fn borrow_for<'a, K, T: Instance>(_keeper: &'a K, object: &Ref<T>) -> &'a T {
    // SAFETY: the caller's promise.
    unsafe { &*object.as_ptr() }
}

#[capi]
pub fn PyObject_Bytes(object: Option<&Object>) -> Result<Ref> {
    match object {
        None => Ok(Bytes::new(b"<NULL>")?.upcast()),
        Some(object) => bytes_of(object),
    }
}

fn bytes_of(object: &Object) -> Result<Ref> {
    if object.is_exactly(Bytes::class()) {
        return Ok(object.to_ref());
    }
    if let Some(method) = attr::lookup_special(object, objects::id!("__bytes__"))? {
        let bytes = protocol::call::call_no_args(&method)?;
        return match bytes.cast::<Bytes>() {
            Some(_) => Ok(bytes),
            None => Err(objects::raise!(
                TypeError,
                "__bytes__ returned non-bytes (type {})",
                bytes.class().name()
            )),
        };
    }
    match contents_of_object(object, "bytes")? {
        Contents::Shared(bytes) => Ok(bytes.upcast()),
        Contents::Own(bytes) => Ok(Bytes::new(&bytes)?.upcast()),
    }
}

/// The names of an object's attributes, sorted; of NULL, those of the running code's variables.
#[capi]
pub fn PyObject_Dir(object: Option<&Object>) -> Result<Ref> {
    interp::modules::builtins::object::dir(object)
}

/// [`PyObject_GenericGetAttr`](objects::attrs::generic_getattro) with the dictionary given; with `suppress`, NULL without an exception
/// for an attribute that is not there.
#[capi]
pub fn _PyObject_GenericGetAttrWithDict(
    object: &Object,
    name: &Object,
    dict: Option<&Dict>,
    suppress: c_int,
) -> Result<Option<Ref>> {
    let name = attribute_name(name)?;
    let found = match dict {
        None => objects::attrs::generic_get_optional(object, name),
        Some(dict) => objects::attrs::generic_get_with(object, name, dict),
    };
    let found = if suppress == 0 { found? } else { found.catch(&exc::AttributeError)?.flatten() };
    match found {
        None if suppress == 0 => Err(attr::missing(object, name)),
        found => Ok(found),
    }
}

#[capi]
pub fn _PyObject_GenericSetAttrWithDict(
    object: &Object,
    name: &Object,
    value: Option<&Object>,
    dict: Option<&Dict>,
) -> Result<()> {
    let name = attribute_name(name)?;
    match dict {
        None => objects::attrs::generic_set(object, name, value),
        Some(dict) => objects::attrs::generic_set_with(object, name, value, || Ok(Some(dict.to_ref()))),
    }
}

/// Where an object keeps its `__dict__`, which is made if its attributes are inline; NULL when it has no place for one.
///
/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyObject_GetDictPtr(object: &Object) -> *mut *mut Object {
    objects::attrs::dict_place(object).unwrap_or_else(|raised| {
        raised.clear();
        core::ptr::null_mut()
    })
}

/// # Safety
/// A C function: an object; the pair is the collector's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_VisitManagedDict(
    object: &Object,
    visit: VisitProc,
    arg: *mut c_void,
) -> c_int {
    if !object.class().has_feature(flags::MANAGED_DICT) {
        return 0;
    }
    // SAFETY: the caller's promise.
    let mut visitor = unsafe { Visitor::new(visit, arg) };
    objects::attrs::trace_attributes(object, &mut visitor).err().unwrap_or(0)
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_ClearManagedDict(object: &Object) {
    if object.class().has_feature(flags::MANAGED_DICT) {
        objects::attrs::drop_attributes(object);
    }
}

#[capi]
pub fn _PyObject_SetManagedDict(object: &Object, dict: Option<&Object>) -> Result<()> {
    match dict {
        Some(dict) => objects::attrs::generic_set_dict(object, Some(dict)),
        None => objects::attrs::clear_dict(object),
    }
}

/// # Safety
/// A C function: an object that dies.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_ClearWeakRefs(object: &Object) {
    weakref::clear_weakrefs(object);
}

/// # Safety
/// A C function: an object that dies.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnstable_Object_ClearWeakRefsNoCallbacks(object: &Object) {
    weakref::drop_weakrefs(object);
}

/// # Safety
/// A C function: an object whose class has weak references.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_GET_WEAKREFS_LISTPTR(object: &Object) -> *mut *mut Object {
    weakref::list_of(object).map_or(core::ptr::null_mut(), |list| list.as_ptr().cast())
}

/// Whether an object, or its class, is memory that has been freed or never was an object, as far as the bytes show that debugging
/// allocators leave there.
///
/// # Safety
/// A C function: NULL, or memory as long as an object's head.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyObject_IsFreed(object: *const Object) -> c_int {
    // SAFETY: the caller's promise.
    let is_freed = pymem::is_freed(object.cast())
        || pymem::is_freed(unsafe { object.cast::<*const c_void>().byte_add(Object::CLASS_OFFSET).read() });
    is_freed.into()
}

/// A tracer of references hears of objects that C code makes of its own memory.
pub fn tell_created(object: &Object) {
    if heap::watches(heap::OBJECTS) {
        ref_tracer::created(object);
    }
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_NewReference(object: &Object) {
    object.set_refcnt(1);
    tell_created(object);
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_NewReferenceNoTotal(object: &Object) {
    object.set_refcnt(1);
    tell_created(object);
}

/// # Safety
/// A C function: an object whose count is zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_ResurrectReference(object: &Object) {
    object.set_refcnt(1);
}

/// The constants of `Py_CONSTANT_*`.
fn constant(number: c_uint) -> Result<Ref> {
    Ok(match number {
        0 => none().to_ref(),
        1 => from_bool(false).to_ref(),
        2 => from_bool(true).to_ref(),
        3 => ellipsis().to_ref(),
        4 => not_implemented().to_ref(),
        5 => new_int(0)?,
        6 => new_int(1)?,
        7 => intern::empty().upcast(),
        8 => Bytes::new(b"")?.upcast(),
        9 => Tuple::empty().upcast(),
        _ => return Err(objects::raise::bad_internal_call()),
    })
}

#[capi]
pub fn Py_GetConstant(number: c_uint) -> Result<Ref> {
    constant(number)
}

#[capi]
pub fn Py_GetConstantBorrowed<'a>(number: c_uint) -> Result<&'a Object> {
    // SAFETY: constants are never freed.
    constant(number).map(|constant| unsafe { &*constant.into_ptr() })
}

/// The method of an object's class, bound to it; NULL without an exception when there is none.
#[capi]
pub fn _PyObject_LookupSpecial(object: &Object, name: &Object) -> Result<Option<Ref>> {
    attr::lookup_special(object, attribute_name(name)?)
}
