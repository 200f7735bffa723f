//! Data that goes from one interpreter to another: what of an object can be shared, and the object that is made of it there
//! (`_PyCrossInterpreterData`).
//!
//! A class says how its instances are shared by a function in the registry: that of static classes is common to all interpreters, each
//! interpreter has one for its own classes.

use crate::{pending, subinterpreter};
use core::cell::{Cell, RefCell};
use core::ffi::{c_int, c_void};
use core::ptr;
use objects::protocol::object;
use objects::state::{self, Interpreter, ThreadState};
use objects::types::bool::PyBool_Type;
use objects::types::bytes::Bytes;
use objects::types::exceptions::interpreter::not_shareable;
use objects::types::float::Float;
use objects::types::int::{Int, new_int};
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::types::weakref::WeakReference;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, raise};

/// Makes the object in the interpreter that receives it.
pub type NewObject = unsafe extern "C" fn(&Data) -> Option<Ref>;
/// Fills the data of an object; -1 with an exception when it cannot be shared.
pub type GetData = unsafe extern "C" fn(&ThreadState, &Object, &Data) -> c_int;
/// Frees [`Data::data`].
pub type Free = unsafe extern "C" fn(*mut c_void);

/// `_PyCrossInterpreterData`.
#[repr(C)]
pub struct Data {
    /// What is shared, of whatever kind `new_object` expects.
    pub data: Cell<*mut c_void>,
    /// What must live as long as `data`.
    pub obj: Slot,
    /// Where it comes from; -1 while nothing does.
    pub interpreter: Cell<i64>,
    pub new_object: Cell<Option<NewObject>>,
    pub free: Cell<Option<Free>>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Data {}
// SAFETY: as above.
unsafe impl Send for Data {}

impl Default for Data {
    fn default() -> Data {
        Data::new()
    }
}

impl Data {
    /// Without contents.
    pub const fn new() -> Data {
        Data {
            data: Cell::new(ptr::null_mut()),
            obj: Slot::empty(),
            interpreter: Cell::new(-1),
            new_object: Cell::new(None),
            free: Cell::new(None),
        }
    }

    /// Shares an object of the running interpreter.
    ///
    /// # Errors
    /// NotShareableError; what the class's function raises.
    pub fn of(object: &Object) -> Result<Box<Data>> {
        let data = Box::new(Data::new());
        fill(object, &data)?;
        Ok(data)
    }

    /// The object in the running interpreter.
    ///
    /// # Errors
    /// What making it raises.
    pub fn object(&self) -> Result<Ref> {
        let Some(new) = self.new_object.get() else {
            return Err(raise!(SystemError, "missing new_object func"));
        };
        // SAFETY: the function is for this data.
        unsafe { new(self) }.ok_or_else(raise::pending)
    }

    /// Drops the contents, in the interpreter that they come from.
    pub fn clear(&self) {
        let data = self.data.replace(ptr::null_mut());
        if !data.is_null()
            && let Some(free) = self.free.get()
        {
            // SAFETY: the function is for this data.
            unsafe { free(data) };
        }
        self.obj.set(None);
    }

    /// Whether there is anything to be dropped.
    fn holds(&self) -> bool {
        !self.obj.is_empty() || !self.data.get().is_null() && self.free.get().is_some()
    }
}

/// Drops data, by a call in the interpreter that it comes from.
pub fn release(data: Box<Data>) {
    unsafe extern "C" fn drop_data(data: *mut c_void) -> c_int {
        // SAFETY: given away by `release`.
        unsafe { Box::from_raw(data.cast::<Data>()) }.clear();
        0
    }
    if !data.holds() {
        return;
    }
    match subinterpreter::find(data.interpreter.get()) {
        Some(owner) if !ptr::eq(owner, state::interpreter()) => call_in(owner, drop_data, data),
        // Of an interpreter that is gone nothing can be told.
        _ => data.clear(),
    }
}

/// Has an interpreter's threads make a call with data that is the function's from then on.
fn call_in(owner: &'static Interpreter, function: pending::PendingFunc, data: Box<Data>) {
    let argument = Box::into_raw(data);
    if !pending::add_for_any(owner, function, argument.cast()) {
        // Too many calls wait there: it is done here.
        // SAFETY: the function is for this argument, which nobody else has got.
        unsafe { function(argument.cast()) };
    }
}

/// Fills data by an object of the running interpreter (`_PyObject_GetCrossInterpreterData`).
///
/// # Errors
/// As [`Data::of`].
pub fn fill(object: &Object, data: &Data) -> Result<()> {
    let held = object.to_ref();
    let get = look_up(object).ok_or_else(|| unshareable(&held))?;
    let ts = state::current();
    // SAFETY: the registered function of the object's class.
    if unsafe { get(ts, &held, data) } != 0 {
        return Err(raise::pending());
    }
    data.interpreter.set(ts.interpreter().id);
    match data.new_object.get() {
        Some(_) => Ok(()),
        None => Err(raise!(SystemError, "missing new_object func")),
    }
}

/// That an object can be shared (`_PyObject_CheckCrossInterpreterData`).
///
/// # Errors
/// NotShareableError.
pub fn check(object: &Object) -> Result<()> {
    look_up(object).map(drop).ok_or_else(|| unshareable(object))
}

#[cold]
fn unshareable(object: &Object) -> raise::Raised {
    match object::str(object) {
        Ok(text) => {
            not_shareable(format_args!("{} does not support cross-interpreter data", text.to_string_lossy()))
        }
        Err(raised) => raised,
    }
}

// ---- the registry ----

/// A class, and how its instances are shared.
struct Entry {
    class: *const TypeObject,
    /// A class that may end is held weakly.
    weak: Option<Ref<WeakReference>>,
    get: GetData,
    registrations: usize,
}

struct Registry(RefCell<Vec<Entry>>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Registry {}

/// Static classes that extensions or modules have registered.
static STATIC_CLASSES: Registry = Registry(RefCell::new(Vec::new()));

objects::per_interpreter! {
    static OWN_CLASSES: Registry = Registry(RefCell::new(Vec::new()));
}

fn registry_of(class: &TypeObject) -> &'static Registry {
    match class.has_feature(objects::typeobject::flags::HEAPTYPE) {
        true => &OWN_CLASSES,
        false => &STATIC_CLASSES,
    }
}

impl Registry {
    /// Drops the entries of classes that are gone.
    fn sweep(&self) {
        let is_alive = |entry: &Entry| entry.weak.as_ref().is_none_or(|weak| weak.referent().is_some());
        let gone: Vec<Entry> = self.0.borrow_mut().extract_if(.., |entry| !is_alive(entry)).collect();
        drop(gone);
    }
}

/// Says how the instances of a class are shared (`_PyCrossInterpreterData_RegisterClass`).
///
/// # Errors
/// MemoryError.
pub fn register(class: &TypeObject, get: GetData) -> Result<()> {
    let registry = registry_of(class);
    registry.sweep();
    if let Some(entry) = registry.0.borrow_mut().iter_mut().find(|entry| ptr::eq(entry.class, class)) {
        entry.registrations += 1;
        return Ok(());
    }
    let weak = match class.has_feature(objects::typeobject::flags::HEAPTYPE) {
        true => Some(WeakReference::new(WeakReference::class(), class.as_object(), None)?),
        false => None,
    };
    registry.0.borrow_mut().push(Entry { class, weak, get, registrations: 1 });
    Ok(())
}

/// Takes one registration back; whether there was one (`_PyCrossInterpreterData_UnregisterClass`).
pub fn unregister(class: &TypeObject) -> bool {
    let registry = registry_of(class);
    registry.sweep();
    let mut entries = registry.0.borrow_mut();
    let Some(place) = entries.iter().position(|entry| ptr::eq(entry.class, class)) else { return false };
    entries[place].registrations -= 1;
    let gone = (entries[place].registrations == 0).then(|| entries.swap_remove(place));
    drop(entries);
    drop(gone);
    true
}

/// How an object is shared; by its exact class.
pub fn look_up(object: &Object) -> Option<GetData> {
    let class = object.class();
    if let Some(get) = built_in(object) {
        return Some(get);
    }
    let registry = registry_of(class);
    registry.sweep();
    let entries = registry.0.borrow();
    entries.iter().find(|entry| ptr::eq(entry.class, class)).map(|entry| entry.get)
}

// ---- the built-in classes ----

fn built_in(object: &Object) -> Option<GetData> {
    if object.is(none()) {
        return Some(share_none);
    }
    let ways: [(&TypeObject, GetData); 6] = [
        (Int::class(), share_int),
        (Bytes::class(), share_copied),
        (Str::class(), share_copied),
        (&PyBool_Type, share_bool),
        (Float::class(), share_float),
        (Tuple::class(), share_tuple),
    ];
    ways.iter().find(|(class, _)| object.is_exactly(class)).map(|(_, get)| *get)
}

fn answer(made: Result<Ref>) -> Option<Ref> {
    made.map_err(raise::Raised::leave).ok()
}

unsafe extern "C" fn share_none(_ts: &ThreadState, _object: &Object, data: &Data) -> c_int {
    unsafe extern "C" fn make(_data: &Data) -> Option<Ref> {
        Some(none().to_ref())
    }
    data.new_object.set(Some(make));
    0
}

unsafe extern "C" fn share_bool(_ts: &ThreadState, object: &Object, data: &Data) -> c_int {
    unsafe extern "C" fn make(data: &Data) -> Option<Ref> {
        Some(objects::types::bool::new_bool(!data.data.get().is_null()))
    }
    let is_true = object.is(objects::types::bool::from_bool(true));
    data.data.set(ptr::without_provenance_mut(is_true.into()));
    data.new_object.set(Some(make));
    0
}

unsafe extern "C" fn share_int(_ts: &ThreadState, object: &Object, data: &Data) -> c_int {
    unsafe extern "C" fn make(data: &Data) -> Option<Ref> {
        answer(new_int(data.data.get().addr() as i64))
    }
    let Some(value) = object.cast::<Int>().and_then(Int::to_i64) else {
        raise!(OverflowError, "try sending as bytes").leave();
        return -1;
    };
    data.data.set(ptr::without_provenance_mut(value as usize));
    data.new_object.set(Some(make));
    0
}

unsafe extern "C" fn share_float(_ts: &ThreadState, object: &Object, data: &Data) -> c_int {
    unsafe extern "C" fn make(data: &Data) -> Option<Ref> {
        answer(Float::new(f64::from_bits(data.data.get().addr() as u64)).map(Ref::upcast))
    }
    let value = object.cast::<Float>().map_or(0.0, Float::value);
    data.data.set(ptr::without_provenance_mut(value.to_bits() as usize));
    data.new_object.set(Some(make));
    0
}

/// Strings and bytes are copied where they arrive.
unsafe extern "C" fn share_copied(_ts: &ThreadState, object: &Object, data: &Data) -> c_int {
    unsafe extern "C" fn make(data: &Data) -> Option<Ref> {
        let object = data.obj.get()?;
        answer(match (object.cast::<Str>(), object.cast::<Bytes>()) {
            (Some(text), _) => Str::from_chars(text.chars()).map(Ref::upcast),
            (_, Some(bytes)) => Bytes::new(bytes.as_slice()).map(Ref::upcast),
            _ => Err(raise::bad_internal_call()),
        })
    }
    data.obj.set(Some(object.to_ref()));
    data.new_object.set(Some(make));
    0
}

/// A tuple is the data of its items.
unsafe extern "C" fn share_tuple(_ts: &ThreadState, object: &Object, data: &Data) -> c_int {
    type Items = Vec<Box<Data>>;
    unsafe extern "C" fn make(data: &Data) -> Option<Ref> {
        // SAFETY: made below.
        let items = unsafe { &*data.data.get().cast::<Items>() };
        let made: Result<Vec<Ref>> = items.iter().map(|item| item.object()).collect();
        answer(made.and_then(Tuple::from_vec).map(Ref::upcast))
    }
    unsafe extern "C" fn free(data: *mut c_void) {
        // SAFETY: made below.
        let items = unsafe { Box::from_raw(data.cast::<Items>()) };
        items.into_iter().for_each(release);
    }
    let Some(tuple) = object.cast::<Tuple>() else { return -1 };
    let mut items: Items = Vec::with_capacity(tuple.len());
    for item in tuple.items() {
        let shared = state::enter_recursive_call(" while sharing a tuple").and_then(|_guard| Data::of(item));
        match shared {
            Ok(item) => items.push(item),
            Err(raised) => {
                items.into_iter().for_each(release);
                raised.leave();
                return -1;
            }
        }
    }
    data.data.set(Box::into_raw(Box::new(items)).cast());
    data.new_object.set(Some(make));
    data.free.set(Some(free));
    0
}
