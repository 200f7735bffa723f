//! `PyType_Ready`: completes a type whose author filled in only what is its own.

use super::slotdefs::{self, SlotDef};
use super::{GetSetDef, MemberDef, MethodDef, TypeObject, flags, inherit, mro};
use crate::attrs::MANAGED_WEAKLIST_OFFSET;
use crate::id;
use crate::object::Instance;
use crate::object::refs::Ref;
use crate::raise::Result;
use crate::slots;
use crate::types::dict::Dict;
use crate::types::none;
use crate::types::object::PyBaseObject_Type;
use crate::types::str::{Str, intern};
use crate::types::tuple::Tuple;
use crate::types::r#type::PyType_Type;
use crate::types::{cfunction, descr, staticmethod};
use core::ffi::{CStr, c_char};
use core::ptr;

/// Whether start-up has readied the runtime's own types.
static STARTED: core::sync::atomic::AtomicBool = core::sync::atomic::AtomicBool::new(false);

/// Start-up is over: from now on a static type is readied when its first instance is made.
pub fn started() {
    STARTED.store(true, core::sync::atomic::Ordering::Relaxed);
}

/// Readies a native module's type before its first instance. During start-up the order is start-up's own.
///
/// # Errors
/// As [`ready`].
#[cold]
pub fn ready_late(class: &TypeObject) -> Result<()> {
    if STARTED.load(core::sync::atomic::Ordering::Relaxed) { ready(class) } else { Ok(()) }
}

/// Makes `class` usable. Doing it again does nothing.
///
/// # Errors
/// MemoryError; TypeError when the bases do not fit together; SystemError for a type without a name.
pub fn ready(class: &TypeObject) -> Result<()> {
    // A class whose metaclass computes its order is half done while that runs.
    if class.tp_flags.get() & (flags::READY | flags::READYING) != 0 {
        return Ok(());
    }
    class.set_flags(flags::READYING, 0);
    let result = complete(class);
    class.set_flags(if result.is_ok() { flags::READY } else { 0 }, flags::READYING);
    result
}

fn complete(class: &TypeObject) -> Result<()> {
    if class.tp_name.get().is_null() {
        return Err(crate::raise!(SystemError, "Type does not define the tp_name field."));
    }
    let is_static = !class.has_feature(flags::HEAPTYPE);
    if is_static {
        if !MUTABLE.contains(&class.full_name()) {
            class.set_flags(flags::IMMUTABLETYPE, 0);
        }
        class.as_object().make_immortal();
    }
    set_bases(class)?;
    set_dict(class)?;
    fill_dict(class, is_static)?;
    compute_mro(class, is_static)?;
    take_from_bases(class);
    set_managed_offsets(class)?;
    set_hash(class)?;
    add_to_bases(class);
    check_ready(class)
}

/// The offsets that stand for a dictionary and weak references that the runtime keeps (`type_ready_preheader`).
fn set_managed_offsets(class: &TypeObject) -> Result<()> {
    let already_set = |flag: &str, field: &str| {
        let name = class.full_name();
        Err(crate::raise!(TypeError, "type {name} has the Py_TPFLAGS_{flag} flag but {field} is set"))
    };
    if class.has_feature(flags::MANAGED_DICT) {
        if !matches!(class.tp_dictoffset.get(), 0 | -1) {
            return already_set("MANAGED_DICT", "tp_dictoffset");
        }
        class.tp_dictoffset.set(-1);
    }
    if class.has_feature(flags::MANAGED_WEAKREF) {
        if !matches!(class.tp_weaklistoffset.get(), 0 | MANAGED_WEAKLIST_OFFSET) {
            return already_set("MANAGED_WEAKREF", "tp_weaklistoffset");
        }
        class.tp_weaklistoffset.set(MANAGED_WEAKLIST_OFFSET);
    }
    Ok(())
}

/// What must hold of a type when everything is inherited (`type_ready_post_checks`).
fn check_ready(class: &TypeObject) -> Result<()> {
    let name = class.full_name();
    if class.has_feature(flags::HAVE_GC) && class.tp_traverse.get().is_none() {
        return Err(crate::raise!(
            SystemError,
            "type {name} has the Py_TPFLAGS_HAVE_GC flag but has no traverse function"
        ));
    }
    let dict_offset = class.tp_dictoffset.get();
    if !class.has_feature(flags::MANAGED_DICT)
        && dict_offset < size_of::<crate::Object>() as isize
        && dict_offset + class.tp_basicsize.get() <= 0
    {
        return Err(crate::raise!(SystemError, "type {name} has a tp_dictoffset that is too small"));
    }
    Ok(())
}

/// `tp_base`, `tp_bases` and the metaclass.
fn set_bases(class: &TypeObject) -> Result<()> {
    let is_object = ptr::eq(class, &raw const PyBaseObject_Type);
    if class.tp_base.get().is_null() && !is_object {
        class.tp_base.set(&raw const PyBaseObject_Type);
    }
    if let Some(base) = class.base() {
        ready(base)?;
        let head = class.as_object();
        if ptr::eq(head.class(), &raw const PyType_Type) && !ptr::eq(base.as_object().class(), head.class()) {
            // A static type takes its base's metaclass.
            head.set_class(base.as_object().class());
        }
    }
    if class.tp_bases.is_empty() {
        let bases = match class.base() {
            Some(base) => Tuple::from_slice(&[base])?,
            None => Tuple::empty(),
        };
        class.tp_bases.set(Some(bases));
    }
    Ok(())
}

fn set_dict(class: &TypeObject) -> Result<()> {
    if class.tp_dict.is_empty() {
        class.tp_dict.set(Some(Dict::new()?));
    }
    Ok(())
}

/// The class's own dictionary, which a readied or readying class has.
pub fn dict_of(class: &TypeObject) -> Result<Ref<Dict>> {
    class.tp_dict.get().ok_or_else(crate::raise::bad_internal_call)
}

/// [`dict_of`] for a class that C code gives attributes before it makes it ready, too.
pub fn dict_to_change(class: &TypeObject) -> Result<Ref<Dict>> {
    set_dict(class)?;
    dict_of(class)
}

/// Sets `name` unless the dictionary has it.
fn set_new(dict: &Dict, name: &Str, value: impl FnOnce() -> Result<Ref>) -> Result<()> {
    if dict.get_str(name)?.is_none() {
        dict.set_str(name, &*value()?)?;
    }
    Ok(())
}

fn fill_dict(class: &TypeObject, is_static: bool) -> Result<()> {
    let dict = dict_of(class)?;
    set_new_attribute(class, &dict, is_static)?;
    add_wrappers(class, &dict)?;
    // SAFETY (all three): a non-NULL table ends with a row of NULLs and lives as long as the type.
    unsafe {
        for_each_row(
            class.tp_methods.get(),
            |def: &MethodDef| def.ml_name,
            |def| add_method(class, &dict, def),
        )?;
        for_each_row(
            class.tp_members.get(),
            |def: &MemberDef| def.name,
            |def| set_new(&dict, &*name_of(def.name)?, || descr::new_member(class, def)),
        )?;
        for_each_row(
            class.tp_getset.get(),
            |def: &GetSetDef| def.name,
            |def| set_new(&dict, &*name_of(def.name)?, || descr::new_getset(class, def)),
        )?;
    }
    set_doc(class, &dict)?;
    set_module(class, &dict, is_static)
}

/// The types with a dotted name that are static in CPython too. The others are heap types there, and so have `__module__` in their
/// dictionaries, where instances find it.
const WITHOUT_MODULE: [&str; 29] = [
    "Token.MISSING",
    "_contextvars.Context",
    "_contextvars.ContextVar",
    "_contextvars.Token",
    "_curses.window",
    "collections.OrderedDict",
    "datetime.date",
    "datetime.datetime",
    "datetime.time",
    "datetime.timedelta",
    "datetime.timezone",
    "datetime.tzinfo",
    "interpreters.InterpreterError",
    "interpreters.InterpreterNotFoundError",
    "pickle.PickleBuffer",
    "sys.flags",
    "sys.float_info",
    "sys.hash_info",
    "sys.int_info",
    "sys.legacy_event_handler",
    "sys.thread_info",
    "sys.version_info",
    "types.GenericAlias",
    "types.SimpleNamespace",
    "types.UnionType",
    "typing.TypeAliasType",
    "weakref.CallableProxyType",
    "weakref.ProxyType",
    "weakref.ReferenceType",
];

/// The types that CPython's allocator alone makes an instance of: they have no `__new__` of their own, and `object`'s makes theirs too.
const WITHOUT_NEW: [&str; 13] = [
    "_asyncio.FutureIter",
    "_io.BufferedRWPair",
    "_io.BufferedRandom",
    "_io.BufferedReader",
    "_io.BufferedWriter",
    "_io.IncrementalNewlineDecoder",
    "_io.TextIOWrapper",
    "_io._IOBase",
    "_lsprof.Profiler",
    "sqlite3.Connection",
    "sqlite3.Cursor",
    "sqlite3.PrepareProtocol",
    "typing.Generic",
];

/// Whether the type's constructor is not shown as `__new__`, see [`WITHOUT_NEW`].
pub fn hides_new(class: &TypeObject) -> bool {
    !class.has_feature(flags::HEAPTYPE) && WITHOUT_NEW.contains(&class.full_name())
}

/// The types whose attributes a program may set, as they are not marked immutable in CPython.
const MUTABLE: [&str; 13] = [
    "_abc._abc_data",
    "_curses_panel.panel",
    "_json.Encoder",
    "_json.Scanner",
    "_random.Random",
    "ast.AST",
    "posix.DirEntry",
    "posix.ScandirIterator",
    "select.epoll",
    "select.poll",
    "typing.Generic",
    "zlib.Compress",
    "zlib.Decompress",
];

/// Whether a built-in type is a heap type in CPython: those of modules are, but for [`WITHOUT_MODULE`]. The static types of C code are what
/// they are there.
pub fn is_heap_in_c(class: &TypeObject) -> bool {
    class.has_feature(flags::STATIC_BUILTIN)
        && class.full_name().contains('.')
        && !WITHOUT_MODULE.contains(&class.full_name())
}

/// `__module__` of a built-in type, see [`WITHOUT_MODULE`].
fn set_module(class: &TypeObject, dict: &Dict, is_static: bool) -> Result<()> {
    let Some((module, _)) = class.full_name().rsplit_once('.') else { return Ok(()) };
    if !is_static || !is_heap_in_c(class) {
        return Ok(());
    }
    set_new(dict, id!("__module__"), || Ok(Str::new(module)?.upcast()))
}

/// Visits the rows of a table up to the one without a name.
unsafe fn for_each_row<T: 'static>(
    mut row: *const T,
    name: impl Fn(&T) -> *const c_char,
    mut each: impl FnMut(&'static T) -> Result<()>,
) -> Result<()> {
    // SAFETY: the caller's promise; definition tables are never freed while their type lives.
    while let Some(def) = unsafe { row.as_ref::<'static>() }.filter(|def| !name(def).is_null()) {
        each(def)?;
        // SAFETY: not the last row.
        row = unsafe { row.add(1) };
    }
    Ok(())
}

/// The interned string of a C name.
pub(crate) fn name_of(name: *const c_char) -> Result<Ref<Str>> {
    // SAFETY: names in definition tables are C strings.
    let name = unsafe { CStr::from_ptr(name) };
    if name.to_bytes().is_ascii() {
        return Ok(intern::intern(Str::from_latin1(name.to_bytes())?));
    }
    intern::intern_text(&name.to_string_lossy())
}

/// `__new__`: a function that calls the class's own `tp_new`; without one, the slot is inherited.
fn set_new_attribute(class: &TypeObject, dict: &Dict, is_static: bool) -> Result<()> {
    if class.has_feature(flags::DISALLOW_INSTANTIATION) {
        class.tp_new.set(None);
        return Ok(());
    }
    if hides_new(class) {
        if class.tp_new.get().is_none() {
            class.tp_new.set(class.base().and_then(|base| base.tp_new.get()));
        }
        return Ok(());
    }
    if class.tp_new.get().is_some() {
        if !is_static && dict.get_str(id!("__new__"))?.is_some() {
            return Ok(());
        }
        return set_new(dict, id!("__new__"), || cfunction::new_constructor(class));
    }
    if let Some(base) = class.base() {
        inherit::constructor(class, base);
    }
    Ok(())
}

/// A `wrapper_descriptor` for each filled slot (`add_operators`).
fn add_wrappers(class: &TypeObject, dict: &Dict) -> Result<()> {
    for def in slotdefs::all() {
        let Some(slot) = def.slot(class) else { continue };
        if def.wrapper.is_none() || slot.get().is_null() {
            continue;
        }
        set_new(dict, def.name(), || wrapper_or_none(class, def, slot.get()))?;
    }
    Ok(())
}

fn wrapper_or_none(class: &TypeObject, def: &'static SlotDef, slot: *const core::ffi::c_void) -> Result<Ref> {
    if slot == slots::unhashable as *const core::ffi::c_void {
        return Ok(none::none().to_ref());
    }
    descr::new_wrapper(class, def, slot)
}

/// A method in the form its flags ask for (`type_add_method`).
fn add_method(class: &TypeObject, dict: &Dict, def: &'static MethodDef) -> Result<()> {
    let make = || {
        if def.ml_flags & flags::METH_CLASS != 0 {
            descr::new_classmethod(class, def)
        } else if def.ml_flags & flags::METH_STATIC != 0 {
            let function = cfunction::new_static(def, class)?;
            staticmethod::new(&function)
        } else {
            descr::new_method(class, def)
        }
    };
    let name = name_of(def.ml_name)?;
    if def.ml_flags & flags::METH_COEXIST != 0 {
        return dict.set_str(&name, &*make()?);
    }
    set_new(dict, &name, make)
}

/// `__doc__`, the text behind the signature in `tp_doc`.
fn set_doc(class: &TypeObject, dict: &Dict) -> Result<()> {
    set_new(dict, id!("__doc__"), || {
        let doc = class.tp_doc.get();
        if doc.is_null() {
            return Ok(none::none().to_ref());
        }
        // SAFETY: `tp_doc` is a C string.
        let text = unsafe { CStr::from_ptr(doc) }.to_string_lossy();
        Ok(Str::new(super::doc::split(class.name(), &text).1)?.upcast())
    })
}

fn compute_mro(class: &TypeObject, is_static: bool) -> Result<()> {
    if !class.tp_mro.is_empty() && is_static {
        return Ok(());
    }
    mro::compute(class)?;
    let own = class.tp_mro.get().is_some_and(|mro| mro.items().first().is_some_and(|first| first.is(class)));
    if !own && is_static {
        return Err(crate::raise!(
            TypeError,
            "type '{}' has an MRO that does not begin with it",
            class.full_name()
        ));
    }
    let Some(mro) = class.tp_mro.get() else { return Ok(()) };
    let heap = |base: &&TypeObject| is_static && base.has_feature(flags::HEAPTYPE);
    if let Some(base) = mro.items().iter().filter_map(|base| base.cast::<TypeObject>()).find(heap) {
        return Err(crate::raise!(
            TypeError,
            "type '{}' is not dynamically allocated but its base type '{}' is dynamically allocated",
            class.full_name(),
            base.full_name()
        ));
    }
    Ok(())
}

fn take_from_bases(class: &TypeObject) {
    if let Some(base) = class.base() {
        inherit::special(class, base);
    }
    if let Some(mro) = class.tp_mro.get() {
        for base in mro.items().iter().skip(1).filter_map(|base| base.cast::<TypeObject>()) {
            inherit::slots(class, base);
            inherit::pattern_flags(class, base);
        }
    }
    if let Some(base) = class.base() {
        // A static type without tables of its own shares its base's.
        if class.tp_as_async.get().is_null() {
            class.tp_as_async.set(base.tp_as_async.get());
        }
        if class.tp_as_number.get().is_null() {
            class.tp_as_number.set(base.tp_as_number.get());
        }
        if class.tp_as_sequence.get().is_null() {
            class.tp_as_sequence.set(base.tp_as_sequence.get());
        }
        if class.tp_as_mapping.get().is_null() {
            class.tp_as_mapping.set(base.tp_as_mapping.get());
        }
        if class.tp_as_buffer.get().is_null() {
            class.tp_as_buffer.set(base.tp_as_buffer.get());
        }
    }
}

/// A class without a hash is unhashable, and says so in its dictionary.
fn set_hash(class: &TypeObject) -> Result<()> {
    if class.tp_hash.get().is_some() {
        return Ok(());
    }
    let dict = dict_of(class)?;
    if dict.get_str(id!("__hash__"))?.is_none() {
        dict.set_str(id!("__hash__"), none::none())?;
        class.tp_hash.set(Some(slots::unhashable));
    }
    Ok(())
}

fn add_to_bases(class: &TypeObject) {
    if let Some(bases) = class.tp_bases.get() {
        for base in bases.items().iter().filter_map(|base| base.cast::<TypeObject>()) {
            base.add_subclass(class);
        }
    }
}
