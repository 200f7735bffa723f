//! Struct sequences: tuples whose items have names, some of them only names (`os.stat_result`, `sys.flags`).
//!
//! An instance is a tuple with room for all fields; its length counts those that are items. The classes are made at run time by
//! [`new_class`], and keep how many fields they have in their dictionary, as CPython's do.

use crate::id;
use crate::object::refs::Ref;
use crate::object::trace::{Visit, VisitProc, Visitor};
use crate::object::{Instance, Object, heap};
use crate::protocol::{self, attr};
use crate::raise::{self, Result};
use crate::typeobject::flags::{METH_FASTCALL, METH_KEYWORDS, METH_NOARGS};
use crate::typeobject::spec::create::{CustomNew, from_metaclass};
use crate::typeobject::spec::{self, number};
use crate::typeobject::{MemberDef, MethodDef, TypeObject, flags, ready};
use crate::types::descr;
use crate::types::descr::member::{MemberDescr, READONLY, kind, new_member};
use crate::types::dict::Dict;
use crate::types::int::{Int, new_int};
use crate::types::list::List;
use crate::types::none::none;
use crate::types::str::{Str, intern};
use crate::types::tuple::Tuple;
use crate::types::r#type::PyType_Type;
use crate::types::r#type::attributes::c_string;
use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong, c_void};
use std::collections::BTreeMap;
use std::ffi::CString;
use std::sync::{Mutex, PoisonError};

/// The definition of the field `index` as a member of its class. It lives for ever, and is shared by the classes of all interpreters.
fn member(name: &str, index: usize, doc: &str) -> Result<&'static MemberDef> {
    type Key = (String, usize, String);
    static KNOWN: Mutex<BTreeMap<Key, &'static Member>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (name.to_owned(), index, doc.to_owned());
    if let Some(member) = known.get(&key) {
        return Ok(&member.0);
    }
    let doc = if doc.is_empty() { core::ptr::null() } else { c_string(doc)? };
    let offset = (size_of::<crate::VarObject>() + index * size_of::<*mut Object>()) as isize;
    let def = MemberDef { name: c_string(name)?, kind: kind::OBJECT, offset, flags: READONLY, doc };
    let member: &'static Member = Box::leak(Box::new(Member(def)));
    known.insert(key, member);
    Ok(&member.0)
}

/// A definition of which nothing ever changes.
struct Member(MemberDef);

// SAFETY: its pointers are to texts that live for ever.
unsafe impl Sync for Member {}
// SAFETY: as above.
unsafe impl Send for Member {}

/// Which field a member of a class of struct sequences is.
fn index_of(member: &MemberDescr) -> usize {
    (member.def().offset as usize - size_of::<crate::VarObject>()) / size_of::<*mut Object>()
}

/// The field `index`, hidden ones included.
///
/// # Safety
/// `tuple` is a struct sequence with more fields than `index`.
unsafe fn item(tuple: &Tuple, index: usize) -> Option<Ref> {
    // SAFETY: the places follow the head; the caller's promise.
    unsafe { (*place(tuple, index)).as_ref() }.map(Ref::from_borrowed)
}

unsafe fn place(tuple: &Tuple, index: usize) -> *mut *mut Object {
    // SAFETY: as in `item`.
    unsafe { tuple.places().as_ptr().cast_mut().cast::<*mut Object>().add(index) }
}

/// A class of struct sequences: the full name, the fields' names with their docs, how many of them are items of the tuple. Nothing derives
/// from it.
///
/// # Errors
/// MemoryError.
pub fn new_class(name: &str, doc: &str, fields: &[(&str, &str)], visible: usize) -> Result<Ref<TypeObject>> {
    new_class_with(name, doc, fields, visible, 0)
}

/// [`new_class`] with more flags.
///
/// # Errors
/// MemoryError.
pub fn new_class_with(
    name: &str,
    doc: &str,
    fields: &[(&str, &str)],
    visible: usize,
    more_flags: c_ulong,
) -> Result<Ref<TypeObject>> {
    let full_name = CString::new(name).map_err(|_| raise::bad_internal_call())?;
    let text = CString::new(doc).map_err(|_| raise::bad_internal_call())?;
    let slot = |slot: c_int, pfunc: *const c_void| spec::Slot { slot, pfunc };
    let slots = [
        slot(number::TP_DEALLOC, dealloc_slot as *const c_void),
        slot(number::TP_CLEAR, clear_slot as *const c_void),
        slot(number::TP_DOC, text.as_ptr().cast()),
        slot(number::TP_NEW, new_slot as *const c_void),
        slot(number::TP_REPR, repr_slot as *const c_void),
        slot(number::TP_TRAVERSE, traverse_slot as *const c_void),
        slot(0, core::ptr::null()),
    ];
    let spec = spec::Spec {
        name: full_name.as_ptr(),
        basicsize: basicsize(fields, visible) as c_int,
        itemsize: Tuple::class().tp_itemsize.get() as c_int,
        flags: (flags::HAVE_GC | more_flags) as c_uint,
        slots: slots.as_ptr(),
    };
    // SAFETY: the table ends, its functions have their slots' signatures; name and doc are copied.
    let class =
        unsafe { from_metaclass(None, None, &spec, Some(Tuple::class().as_object()), CustomNew::Error) }?;
    describe(&class, fields, visible)?;
    add_methods(&class)?;
    Ok(class)
}

/// A class of struct sequences that is one of the runtime's static types, which all interpreters share: that of the name, made when it is
/// first asked for.
///
/// # Errors
/// MemoryError.
pub fn static_class(
    name: &str,
    doc: &str,
    fields: &[(&str, &str)],
    visible: usize,
    more_flags: c_ulong,
) -> Result<&'static TypeObject> {
    static KNOWN: Mutex<BTreeMap<String, &'static TypeObject>> = Mutex::new(BTreeMap::new());
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(class) = known().get(name) {
        return Ok(class);
    }
    let (full_name, doc) = (c_string(name)?, c_string(doc)?);
    let class: &'static TypeObject = Box::leak(Box::new(TypeObject::new(c"", 0, 0)));
    // SAFETY: the texts are never freed, and nobody has the type yet.
    unsafe { init_static(class, full_name, doc, fields, visible, more_flags | flags::STATIC_BUILTIN) }?;
    Ok(known().entry(name.to_owned()).or_insert(class))
}

/// Makes a static type, of which nothing but the head is set, a class of struct sequences (`PyStructSequence_InitType2`).
///
/// # Errors
/// MemoryError.
///
/// # Safety
/// `name` lives as long as the type, which nobody uses yet.
pub unsafe fn init_static(
    class: &TypeObject,
    name: *const c_char,
    doc: *const c_char,
    fields: &[(&str, &str)],
    visible: usize,
    more_flags: c_ulong,
) -> Result<()> {
    class.as_object().set_class(&PyType_Type);
    class.tp_name.set(name);
    class.tp_doc.set(doc);
    class.tp_base.set(Tuple::class());
    class.tp_basicsize.set(basicsize(fields, visible) as isize);
    class.tp_itemsize.set(Tuple::class().tp_itemsize.get());
    class.tp_flags.set(flags::HAVE_GC | more_flags);
    set_slots(class);
    ready::ready(class)?;
    describe(class, fields, visible)?;
    add_methods(class)
}

/// The head and the fields that are no items.
fn basicsize(fields: &[(&str, &str)], visible: usize) -> usize {
    size_of::<crate::VarObject>() + fields.len().saturating_sub(visible) * size_of::<*mut Object>()
}

fn set_slots(class: &TypeObject) {
    class.tp_repr.set(Some(repr_slot));
    class.tp_new.set(Some(new_slot));
    class.tp_dealloc.set(Some(dealloc_slot));
    class.tp_traverse.set(Some(traverse_slot));
    class.tp_clear.set(Some(clear_slot));
}

fn class_dict(class: &TypeObject) -> Result<Ref<Dict>> {
    class.tp_dict.get().ok_or_else(raise::null_result)
}

/// What a class of struct sequences says of its fields.
fn describe(class: &TypeObject, fields: &[(&str, &str)], visible: usize) -> Result<()> {
    let dict = class_dict(class)?;
    let mut names = Vec::new();
    // A field without a name is an item of the tuple only.
    let unnamed = fields.iter().filter(|(field, _)| field.is_empty()).count();
    for (index, (field, doc)) in fields.iter().enumerate().filter(|(_, (field, _))| !field.is_empty()) {
        let member = new_member(class, member(field, index, doc)?)?;
        dict.set_text(field, &member)?;
        if index < visible {
            names.push(intern::intern_text(field)?.upcast());
        }
    }
    dict.set_text("n_fields", &*new_int(fields.len() as i64)?)?;
    dict.set_text("n_sequence_fields", &*new_int(visible as i64)?)?;
    dict.set_text("n_unnamed_fields", &*new_int(unnamed as i64)?)?;
    dict.set_text("__match_args__", &*Tuple::from_vec(names)?)
}

fn add_methods(class: &TypeObject) -> Result<()> {
    let dict = class_dict(class)?;
    for def in &METHODS[..METHODS.len() - 1] {
        // SAFETY: a definition's name is a C string.
        let name = unsafe { CStr::from_ptr(def.ml_name) }.to_str().unwrap_or_default();
        dict.set_text(name, &*descr::method::new_method(class, def)?)?;
    }
    class.modified();
    Ok(())
}

/// The field `index` of a struct sequence, borrowed from it; hidden fields included.
///
/// # Safety
/// `tuple` is a struct sequence with more fields than `index`.
pub unsafe fn field(tuple: &Tuple, index: usize) -> Option<&Object> {
    // SAFETY: the caller's promise.
    unsafe { (*place(tuple, index)).as_ref() }
}

/// Stores a field of a struct sequence that is being filled.
///
/// # Safety
/// As [`field`].
pub unsafe fn set_field(tuple: &Tuple, index: usize, value: Option<Ref>) {
    // SAFETY: the caller's promise; a place owns what it holds.
    unsafe {
        let old = place(tuple, index).replace(value.map_or(core::ptr::null_mut(), Ref::into_ptr));
        drop(Ref::<Object>::from_nullable(old));
    }
}

/// The methods of every struct sequence.
static METHODS: [MethodDef; 3] = [
    MethodDef {
        ml_name: c"__reduce__".as_ptr(),
        ml_meth: reduce as *const c_void,
        ml_flags: METH_NOARGS,
        ml_doc: core::ptr::null(),
    },
    MethodDef {
        ml_name: c"__replace__".as_ptr(),
        ml_meth: replace as *const c_void,
        ml_flags: METH_FASTCALL | METH_KEYWORDS,
        ml_doc: c"__replace__($self, /, **changes)\n--\n\n\
            Return a copy of the structure with new values for the specified fields."
            .as_ptr(),
    },
    MethodDef::END,
];

/// The class, and the items with the fields that are none.
unsafe extern "C" fn reduce(this: &Object, _: *const c_void) -> Result<Ref> {
    // SAFETY: the method belongs to struct sequences.
    let tuple = unsafe { this.cast_unchecked::<Tuple>() };
    let hidden = Dict::new()?;
    for (index, name) in fields_of(this.class())?.into_iter().filter(|(index, _)| *index >= tuple.len()) {
        // SAFETY: one of the class's fields.
        let value = unsafe { item(tuple, index) }.unwrap_or_else(|| none().to_ref());
        hidden.set_str(&name, &value)?;
    }
    let args = Tuple::from_array([Tuple::from_slice(tuple.items())?.upcast(), hidden.upcast()])?;
    Ok(Tuple::from_array([this.class().to_ref().upcast(), args.upcast()])?.upcast())
}

unsafe extern "C" fn replace(
    this: &Object,
    args: *const &Object,
    nargs: isize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    // SAFETY: the calling convention; the method belongs to struct sequences.
    let (tuple, (positional, changes)) =
        unsafe { (this.cast_unchecked::<Tuple>(), crate::args::vector(args, nargs as usize, names)) };
    if !positional.is_empty() {
        return Err(crate::raise!(TypeError, "__replace__() takes no positional arguments"));
    }
    let class = this.class();
    if count(class, id!("n_unnamed_fields")) > 0 {
        let name = class.full_name();
        return Err(crate::raise!(
            TypeError,
            "__replace__() is not supported for {name} because it has unnamed field(s)"
        ));
    }
    let changes = match changes.to_dict()? {
        Some(changes) => changes,
        None => Dict::new()?,
    };
    let mut values = Vec::new();
    for (index, name) in fields_of(class)? {
        values.push(match changes.remove(&name)? {
            Some(value) => value,
            // SAFETY: one of the class's fields.
            None => unsafe { item(tuple, index) }.unwrap_or_else(|| none().to_ref()),
        });
    }
    if !changes.is_empty() {
        let unknown = changes.to_vec().into_iter().map(|(name, _)| name).collect();
        let unknown = protocol::object::repr(&*List::from_vec(unknown)?)?.to_string_lossy();
        return Err(crate::raise!(TypeError, "Got unexpected field name(s): {unknown}"));
    }
    instance(class, values)
}

fn count(class: &TypeObject, name: &'static Str) -> usize {
    class
        .lookup(name)
        .and_then(|value| value.cast::<Int>().and_then(Int::to_i64))
        .map_or(0, |count| count as usize)
}

/// An instance of these values, one for each field.
///
/// # Errors
/// MemoryError.
pub fn instance(class: &TypeObject, values: Vec<Ref>) -> Result<Ref> {
    let (fields, visible) = (count(class, id!("n_fields")), count(class, id!("n_sequence_fields")));
    let size = size_of::<crate::VarObject>() + fields * 8;
    let block = heap::alloc_object(class, size, true).ok_or_else(raise::no_memory)?;
    if class.has_feature(flags::HEAPTYPE) {
        class.as_object().incref();
    }
    // SAFETY: a fresh block with room for the head and all fields; all zeros is NULL.
    let tuple: Ref<Tuple> = unsafe {
        block.as_ptr().write_bytes(0, size);
        Object::init(block.as_ptr().cast(), class);
        let head = &*block.as_ptr().cast::<crate::VarObject>();
        head.ob_size.set(visible as isize);
        Ref::from_owned(block.cast())
    };
    for (index, value) in values.into_iter().take(fields).enumerate() {
        // SAFETY: below the number of fields.
        unsafe { *place(&tuple, index) = value.into_ptr() };
    }
    for index in 0..visible {
        // SAFETY: as above.
        unsafe {
            if (*place(&tuple, index)).is_null() {
                *place(&tuple, index) = none().to_ref().into_ptr();
            }
        }
    }
    heap::track(&tuple);
    Ok(tuple.upcast())
}

unsafe extern "C" fn dealloc_slot(this: *mut Object) {
    // SAFETY: a struct sequence without owners; each field is dropped once.
    unsafe {
        heap::untrack(&*this);
        let fields = count((*this).class(), id!("n_fields"));
        for index in 0..fields {
            let tuple = (*this).cast_unchecked::<Tuple>();
            drop(Ref::<Object>::from_nullable(place(tuple, index).replace(core::ptr::null_mut())));
        }
        match (*this).class().has_feature(flags::HEAPTYPE) {
            true => crate::slots::free_with_class(this),
            false => crate::slots::free(this),
        }
    }
}

unsafe extern "C" fn traverse_slot(this: &Object, visit: VisitProc, arg: *mut c_void) -> c_int {
    // SAFETY: the collector's pair is valid for the traversal; the object is a struct sequence.
    unsafe {
        let mut visitor = Visitor::new(visit, arg);
        let tuple = this.cast_unchecked::<Tuple>();
        let mut all = || -> Visit {
            if this.class().has_feature(flags::HEAPTYPE) {
                visitor.visit(this.class().as_object())?;
            }
            for index in 0..count(this.class(), id!("n_fields")) {
                if let Some(item) = (*place(tuple, index)).as_ref() {
                    visitor.visit(item)?;
                }
            }
            Ok(())
        };
        match all() {
            Ok(()) => 0,
            Err(stop) => stop,
        }
    }
}

/// Like a tuple, a struct sequence is never changed; a cycle is broken elsewhere.
unsafe extern "C" fn clear_slot(_this: &Object) -> c_int {
    0
}

unsafe extern "C" fn new_slot(class: &TypeObject, args: &Tuple, kwargs: Option<&Object>) -> Result<Ref> {
    let (fields, visible) = (count(class, id!("n_fields")), count(class, id!("n_sequence_fields")));
    let kwargs = kwargs.and_then(|kwargs| kwargs.cast::<Dict>());
    let argument = |index: usize, name: &'static Str| match (args.items().get(index), kwargs) {
        (Some(value), _) => Ok(Some(value.to_ref())),
        (None, Some(kwargs)) => kwargs.get_str(name),
        (None, None) => Ok(None),
    };
    let (sequence, dict) = (argument(0, id!("sequence"))?, argument(1, id!("dict"))?);
    let Some(sequence) = sequence else {
        return Err(crate::raise!(TypeError, "structseq() missing required argument 'sequence' (pos 1)"));
    };
    let dict = match dict {
        None => None,
        Some(dict) => match dict.downcast::<Dict>() {
            Ok(dict) => Some(dict),
            Err(_) => {
                let name = class.full_name();
                return Err(crate::raise!(TypeError, "{name}() takes a dict as second arg, if any"));
            }
        },
    };
    let items = protocol::sequence::to_list(&sequence).map_err(|raised| {
        if !raised.matches(&crate::types::exceptions::TypeError) {
            return raised;
        }
        raised.clear();
        crate::raise!(TypeError, "constructor requires a sequence")
    })?;
    let name = class.full_name();
    let length = items.len();
    if length < visible || length > fields {
        let (bound, limit) = match (fields == visible, length < visible) {
            (true, _) => ("a", visible),
            (false, true) => ("an at least ", visible),
            (false, false) => ("an at most ", fields),
        };
        let bound = if bound == "a" { "a " } else { bound };
        return Err(crate::raise!(
            TypeError,
            "{name}() takes {bound}{limit}-sequence ({length}-sequence given)"
        ));
    }
    let mut values = items.to_vec();
    let unnamed = count(class, id!("n_unnamed_fields"));
    let mut found = 0;
    for (_, descriptor) in fields_of(class)?.into_iter().skip(length.saturating_sub(unnamed)) {
        let value = match &dict {
            Some(dict) => dict.get_str(&descriptor)?,
            None => None,
        };
        found += usize::from(value.is_some());
        values.push(value.unwrap_or_else(|| none().to_ref()));
    }
    if dict.is_some_and(|dict| dict.len() > found) {
        return Err(crate::raise!(TypeError, "{name}() got duplicate or unexpected field name(s)"));
    }
    instance(class, values)
}

/// The fields' indices and names, in order.
fn fields_of(class: &TypeObject) -> Result<Vec<(usize, Ref<Str>)>> {
    let mut fields = Vec::new();
    let mut classes = Some(class);
    while let Some(this) = classes {
        if let Some(dict) = this.tp_dict.get() {
            for (name, value) in dict.to_vec() {
                if let (Ok(name), Some(field)) = (name.downcast::<Str>(), value.cast_exact::<MemberDescr>()) {
                    fields.push((index_of(field), name));
                }
            }
        }
        classes = this.base();
    }
    fields.sort_by_key(|(index, _)| *index);
    Ok(fields)
}

unsafe extern "C" fn repr_slot(this: &Object) -> Result<Ref> {
    // SAFETY: the slot belongs to struct sequences.
    let tuple = unsafe { this.cast_unchecked::<Tuple>() };
    let class = this.class();
    let mut parts = Vec::new();
    // Behind items without a name come the names of hidden fields, as in CPython.
    for (item, (_, name)) in tuple.items().iter().zip(fields_of(class)?) {
        let value = protocol::object::repr(item)?.to_string_lossy();
        parts.push(format!("{}={value}", name.to_string_lossy()));
    }
    let module = attr::get_optional(class, id!("__module__"))?;
    let module = module.as_deref().and_then(|module| module.cast::<Str>()).map(Str::to_string_lossy);
    let name = match module {
        Some(module) if module != "builtins" => format!("{module}.{}", class.name()),
        _ => class.name().to_owned(),
    };
    Ok(Str::new(&format!("{name}({})", parts.join(", ")))?.upcast())
}
