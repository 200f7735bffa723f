//! `type.__new__`: a class from a name, bases and a namespace.

use super::ready::{self, dict_of};
use super::slots::*;
use super::{GetSetDef, HeapType, MemberDef, TypeObject, destroy, flags, generic_alloc, layout, update};
use crate::attrs;
use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::{self, attr};
use crate::raise::Result;
use crate::slots;
use crate::types::cell::Cell;
use crate::types::descr::member::kind;
use crate::types::dict::Dict;
use crate::types::function::PyFunction_Type;
use crate::types::object::PyBaseObject_Type;
use crate::types::str::{Str, intern};
use crate::types::tuple::Tuple;
use crate::types::r#type::attributes::{c_name, c_string};
use crate::types::{classmethod, staticmethod};
use core::ffi::c_ulong;
use core::ptr;

/// `tp_new` of `type`.
///
/// # Safety
/// A slot function.
pub unsafe extern "C" fn type_new(meta: &TypeObject, args: &Tuple, kwargs: Option<&Object>) -> Result<Ref> {
    let [name, bases, namespace] = args.items() else {
        return Err(crate::raise!(
            TypeError,
            "type.__new__() takes exactly 3 arguments ({} given)",
            args.len()
        ));
    };
    let wrong = |index: usize, wanted: &str, got: &Object| {
        let got = got.class().full_name();
        crate::raise!(TypeError, "type.__new__() argument {index} must be {wanted}, not {got}")
    };
    let name = name.cast::<Str>().ok_or_else(|| wrong(1, "str", name))?;
    let bases = bases.cast::<Tuple>().ok_or_else(|| wrong(2, "tuple", bases))?;
    let namespace = namespace.cast::<Dict>().ok_or_else(|| wrong(3, "dict", namespace))?;
    let winner = match choose_metaclass(meta, bases)? {
        Winner::Given => meta.to_ref(),
        Winner::Other(winner) => {
            let new = winner.tp_new.get().ok_or_else(crate::raise::bad_internal_call)?;
            if !ptr::fn_addr_eq(new, type_new as NewFunc) {
                // SAFETY: the slot belongs to the metaclass.
                return unsafe { new(&winner, args, kwargs) };
            }
            winner
        }
    };
    let kwargs = kwargs.and_then(|kwargs| kwargs.cast::<Dict>());
    Ok(NewClass::plan(&winner, name, bases, namespace)?.create(kwargs)?.upcast())
}

enum Winner {
    Given,
    Other(Ref<TypeObject>),
}

fn choose_metaclass(meta: &TypeObject, bases: &Tuple) -> Result<Winner> {
    for base in bases.items() {
        if base.cast::<TypeObject>().is_none() && attr::get_optional(base, id!("__mro_entries__"))?.is_some()
        {
            return Err(crate::raise!(
                TypeError,
                "type() doesn't support MRO entry resolution; use types.new_class()"
            ));
        }
    }
    let winner = calculate_metaclass(meta, bases)?;
    Ok(if ptr::eq(&*winner, meta) { Winner::Given } else { Winner::Other(winner) })
}

/// The most derived of `meta` and the metaclasses of `bases` (`_PyType_CalculateMetaclass`).
///
/// # Errors
/// TypeError when none derives from all others.
pub fn calculate_metaclass(meta: &TypeObject, bases: &Tuple) -> Result<Ref<TypeObject>> {
    let mut winner = meta;
    for base in bases.items() {
        let other = base.class();
        if winner.is_subtype(other) {
            continue;
        }
        if !other.is_subtype(winner) {
            return Err(crate::raise!(
                TypeError,
                "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of \
                 all its bases"
            ));
        }
        winner = other;
    }
    Ok(winner.to_ref())
}

/// What is known about a class before it exists.
struct NewClass<'a> {
    meta: &'a TypeObject,
    name: &'a Str,
    bases: Ref<Tuple>,
    base: Ref<TypeObject>,
    dict: Ref<Dict>,
    /// Mangled names of the slots that become members, sorted.
    slots: Option<Vec<Ref<Str>>>,
    add_dict: bool,
    add_weak: bool,
}

impl<'a> NewClass<'a> {
    fn plan(meta: &'a TypeObject, name: &'a Str, bases: &Tuple, namespace: &Dict) -> Result<NewClass<'a>> {
        let bases = match bases.is_empty() {
            true => Tuple::from_slice(&[&PyBaseObject_Type])?,
            false => bases.to_ref(),
        };
        let base = layout::best_base(&bases)?;
        // A subclass of dict may have an order of its own.
        let dict = Dict::new()?;
        dict.merge_mapping(namespace, true)?;
        if !dict.has_only_string_keys() {
            let text = format!("non-string key in the __dict__ of class {}", name.to_string_lossy());
            crate::hooks::WARN.get()(&crate::types::exceptions::RuntimeWarning, &text, 1)?;
        }
        let mut plan =
            NewClass { meta, name, bases, base, dict, slots: None, add_dict: false, add_weak: false };
        plan.plan_slots()?;
        Ok(plan)
    }

    /// `type_new_slots`.
    fn plan_slots(&mut self) -> Result<()> {
        let may_add_dict = self.base.tp_dictoffset.get() == 0;
        let may_add_weak = self.base.tp_weaklistoffset.get() == 0 && self.base.tp_itemsize.get() == 0;
        let Some(declared) = self.dict.get_str(id!("__slots__"))? else {
            self.add_dict = may_add_dict;
            self.add_weak = may_add_weak;
            return Ok(());
        };
        let declared = match declared.cast::<Str>() {
            Some(name) => Tuple::from_slice(&[name])?,
            None => protocol::sequence::to_tuple(&declared)?,
        };
        if !declared.is_empty() && self.base.tp_itemsize.get() != 0 {
            return Err(crate::raise!(
                TypeError,
                "nonempty __slots__ not supported for subtype of '{}'",
                self.base.full_name()
            ));
        }
        let mut names = Vec::with_capacity(declared.len());
        for item in declared.items() {
            let name = valid_slot_name(item)?;
            if name.equals_text("__dict__") {
                if !may_add_dict || self.add_dict {
                    return Err(crate::raise!(TypeError, "__dict__ slot disallowed: we already got one"));
                }
                self.add_dict = true;
            } else if name.equals_text("__weakref__") {
                if !may_add_weak || self.add_weak {
                    return Err(crate::raise!(TypeError, "__weakref__ slot disallowed: we already got one"));
                }
                self.add_weak = true;
            } else {
                names.push(self.mangled_slot(name)?);
            }
        }
        names.sort_by_key(|name| name.to_string_lossy());
        // Another base may bring what this class does not add itself.
        for other in self.bases.items().iter().filter_map(|base| base.cast::<TypeObject>()) {
            if ptr::eq(other, &*self.base) {
                continue;
            }
            self.add_dict |= may_add_dict && other.tp_dictoffset.get() != 0;
            self.add_weak |= may_add_weak && other.tp_weaklistoffset.get() != 0;
        }
        self.slots = Some(names);
        Ok(())
    }

    /// The slot's name as methods of the class see it; it must not be taken.
    fn mangled_slot(&self, name: &Str) -> Result<Ref<Str>> {
        let mangled = intern::intern(mangle(self.name, name)?);
        let hidden = ["__qualname__", "__classcell__", "__classdictcell__"];
        if self.dict.get_str(&mangled)?.is_some() && !hidden.iter().any(|hidden| name.equals_text(hidden)) {
            let name = protocol::object::repr(&mangled)?.to_string_lossy();
            return Err(crate::raise!(ValueError, "{name} in __slots__ conflicts with class variable"));
        }
        Ok(mangled)
    }

    fn create(self, kwargs: Option<&Dict>) -> Result<Ref<TypeObject>> {
        let class = self.allocate()?;
        self.set_attributes(&class)?;
        self.lay_out(&class)?;
        set_class_cell(&class)?;
        ready::ready(&class)?;
        update::fix_slots(&class);
        attrs::prepare_layout(&class)?;
        set_names(&class)?;
        init_subclass(&class, kwargs)?;
        Ok(class)
    }

    /// A heap type with its tables, name, base and flags.
    fn allocate(&self) -> Result<Ref<TypeObject>> {
        let c_name = c_name(self.name)?;
        let count = self.slots.as_ref().map_or(0, Vec::len);
        let class = match self.meta.tp_alloc.get() {
            // SAFETY: the slot belongs to the metaclass.
            Some(alloc) => unsafe { alloc(self.meta, count as isize) }?,
            None => return Err(crate::raise::bad_internal_call()),
        };
        // SAFETY: instances of metaclasses are types.
        let class: Ref<TypeObject> = unsafe { class.downcast_unchecked() };
        class.set_flags(flags::HEAPTYPE | flags::BASETYPE | flags::HAVE_GC, 0);
        class.tp_name.set(c_name);
        let Some(heap) = class.heap_type() else { return Err(crate::raise::bad_internal_call()) };
        heap.ht_tpname.set(c_name);
        heap.ht_name.set(Some(self.name.to_ref()));
        class.use_own_tables(heap);
        class.tp_bases.set(Some(self.bases.clone()));
        class.tp_base.set(self.base.clone().into_ptr());
        class.tp_dict.set(Some(self.dict.clone()));
        Ok(class)
    }

    /// `type_new_set_attrs`.
    fn set_attributes(&self, class: &TypeObject) -> Result<()> {
        let dict = &self.dict;
        let Some(heap) = class.heap_type() else { return Err(crate::raise::bad_internal_call()) };
        if dict.get_str(id!("__module__"))?.is_none()
            && let Some(frame) = crate::interpreter_frame::current()
            && let Some(module) = frame.globals().get_str(id!("__name__"))?
        {
            dict.set_str(id!("__module__"), &module)?;
        }
        let qualname = match dict.remove(id!("__qualname__"))? {
            Some(name) => name.downcast::<Str>().map_err(|other| {
                crate::raise!(TypeError, "type __qualname__ must be a str, not {}", other.class().full_name())
            })?,
            None => self.name.to_ref(),
        };
        heap.ht_qualname.set(Some(qualname));
        if let Some(doc) = dict.get_str(id!("__doc__"))?
            && let Some(doc) = doc.cast::<Str>()
        {
            let text = doc.to_str()?;
            // A NUL would end the C string: the text up to it is what `tp_doc` can hold.
            let text = text.split('\0').next().unwrap_or_default();
            class.tp_doc.set(c_string(text)?);
        }
        wrap_function(dict, id!("__new__"), staticmethod::new)?;
        wrap_function(dict, id!("__init_subclass__"), classmethod::new)?;
        wrap_function(dict, id!("__class_getitem__"), classmethod::new)
    }

    /// Sizes, members and the slots that every such class has (`type_new_descriptors`, `type_new_slots_impl`).
    fn lay_out(&self, class: &TypeObject) -> Result<()> {
        let base = &self.base;
        let mut size = base.tp_basicsize.get();
        if let Some(names) = &self.slots {
            let members = slot_members_mut(class);
            for (name, place) in names.iter().zip(members) {
                let def = MemberDef {
                    name: c_name(name)?,
                    kind: kind::OBJECT_EX,
                    offset: size,
                    flags: 0,
                    doc: ptr::null(),
                };
                // SAFETY: the class was allocated with room for its members.
                unsafe { place.write(def) };
                size += size_of::<Slot>() as isize;
            }
            let names = names.iter().map(|name| &***name as &Object).collect::<Vec<_>>();
            if let Some(heap) = class.heap_type() {
                heap.ht_slots.set(Some(Tuple::from_slice(&names)?.upcast()));
            }
            class.tp_members.set(members_start(class));
        }
        class.tp_basicsize.set(size);
        class.tp_itemsize.set(base.tp_itemsize.get());
        let mut extra: c_ulong = 0;
        if self.add_dict {
            extra |= flags::MANAGED_DICT;
            class.tp_dictoffset.set(-1);
        }
        if self.add_weak {
            extra |= flags::MANAGED_WEAKREF;
            class.tp_weaklistoffset.set(attrs::MANAGED_WEAKLIST_OFFSET);
        }
        class.set_flags(extra, 0);
        class.tp_getset.set(getsets(self.add_dict, self.add_weak));
        class.tp_dealloc.set(Some(destroy::instance_dealloc));
        class.tp_traverse.set(Some(destroy::instance_traverse));
        class.tp_clear.set(Some(destroy::instance_clear));
        class.tp_alloc.set(Some(generic_alloc));
        class.tp_free.set(Some(slots::free_block));
        Ok(())
    }
}

impl TypeObject {
    /// Points the tables of a heap type to those inside it.
    pub(super) fn use_own_tables(&self, heap: &HeapType) {
        self.tp_as_async.set(&heap.as_async);
        self.tp_as_number.set(&heap.as_number);
        self.tp_as_mapping.set(&heap.as_mapping);
        self.tp_as_sequence.set(&heap.as_sequence);
        self.tp_as_buffer.set(&heap.as_buffer);
    }
}

/// The items behind a class made by [`type_new`]: the definitions of its slots.
pub(super) fn members_start(class: &TypeObject) -> *mut MemberDef {
    let size = class.as_object().class().tp_basicsize.get();
    // SAFETY: the metaclass lays its items out behind its own fields.
    unsafe { class.as_object().as_ptr().cast::<u8>().offset(size).cast() }
}

fn slot_members_mut(class: &TypeObject) -> impl Iterator<Item = *mut MemberDef> {
    let start = members_start(class);
    // SAFETY: `ob_size` items follow.
    (0..class.ob_base.size()).map(move |index| unsafe { start.add(index) })
}

/// The definitions of the slots that a class made by [`type_new`] added.
pub(super) fn slot_members(class: &TypeObject) -> &[MemberDef] {
    if !class.has_feature(flags::HEAPTYPE) || class.ob_base.size() == 0 {
        return &[];
    }
    // SAFETY: as in `slot_members_mut`; written when the class was laid out.
    unsafe { core::slice::from_raw_parts(members_start(class), class.ob_base.size()) }
}

/// A name in `__slots__`: a string that is an identifier.
fn valid_slot_name(item: &Object) -> Result<&Str> {
    let Some(name) = item.cast::<Str>() else {
        let got = item.class().full_name();
        return Err(crate::raise!(TypeError, "__slots__ items must be strings, not '{got}'"));
    };
    if !name.is_identifier() {
        return Err(crate::raise!(TypeError, "__slots__ must be identifiers"));
    }
    Ok(name)
}

/// Private names carry their class (`_Py_Mangle`).
///
/// # Errors
/// MemoryError.
pub fn mangle(class: &Str, name: &Str) -> Result<Ref<Str>> {
    let (class_text, text) = (class.to_string_lossy(), name.to_string_lossy());
    let class_text = class_text.trim_start_matches('_');
    if !text.starts_with("__") || text.ends_with("__") || text.contains('.') || class_text.is_empty() {
        return Ok(name.to_ref());
    }
    Str::new(&format!("_{class_text}{text}"))
}

/// Wraps a plain Python function that is special by its name.
fn wrap_function(dict: &Dict, name: &Str, wrap: fn(&Object) -> Result<Ref>) -> Result<()> {
    if let Some(function) = dict.get_str(name)?
        && function.is_exactly(&PyFunction_Type)
    {
        dict.set_str(name, &*wrap(&function)?)?;
    }
    Ok(())
}

/// `__class__` in methods refers to a cell that the class fills (`type_new_set_classcell`).
fn set_class_cell(class: &TypeObject) -> Result<()> {
    let dict = dict_of(class)?;
    for name in [id!("__classcell__"), id!("__classdictcell__")] {
        let Some(cell) = dict.remove(name)? else { continue };
        let Some(cell) = cell.cast_exact::<Cell>() else {
            let kind = protocol::object::repr(cell.class())?.to_string_lossy();
            let name = name.to_string_lossy();
            return Err(crate::raise!(TypeError, "{name} must be a nonlocal cell, not {kind}"));
        };
        let is_class = name.equals_text("__classcell__");
        cell.set(Some(if is_class { class.as_object().to_ref() } else { dict.to_ref().upcast() }));
    }
    Ok(())
}

/// Calls `__set_name__` of the attributes that have it (`type_new_set_names`).
fn set_names(class: &TypeObject) -> Result<()> {
    for (key, value) in dict_of(class)?.to_vec() {
        let Some(method) = attr::lookup_special(&value, id!("__set_name__"))? else { continue };
        if let Err(raised) = protocol::call::call(&method, &[class, &key]) {
            let exception = raised.take();
            let key = protocol::object::repr(&key)?.to_string_lossy();
            let note = format!(
                "Error calling __set_name__ on '{}' instance {key} in '{}'",
                value.class().full_name(),
                class.full_name()
            );
            let note = Str::new(&note)?;
            protocol::call::call_method(&exception, id!("add_note"), &[&note])?;
            return Err(crate::raise::restore(exception));
        }
    }
    Ok(())
}

/// `super(class, class).__init_subclass__(**kwargs)`.
fn init_subclass(class: &TypeObject, kwargs: Option<&Dict>) -> Result<()> {
    // A metaclass may have made an order without the class itself, which is then no instance to `super`.
    let in_order = class.tp_mro.get().is_some_and(|mro| mro.items().iter().any(|item| item.is(class)));
    if !in_order {
        let name = class.full_name();
        return Err(crate::raise!(
            TypeError,
            "super(type, obj): obj (type {name}) is not an instance or subtype of type ({name})."
        ));
    }
    let method = crate::types::super_::get_from(class, class, id!("__init_subclass__"))?;
    protocol::call::call_with_tuple(&method, &Tuple::empty(), kwargs)?;
    Ok(())
}

// ---- `__dict__` and `__weakref__` of instances ----

const DICT: GetSetDef = GetSetDef {
    name: c"__dict__".as_ptr(),
    get: Some(get_dict),
    set: Some(set_dict),
    doc: c"dictionary for instance variables".as_ptr(),
    closure: ptr::null_mut(),
};
const WEAKREF: GetSetDef = GetSetDef {
    name: c"__weakref__".as_ptr(),
    get: Some(get_weakref),
    set: None,
    doc: c"list of weak references to the object".as_ptr(),
    closure: ptr::null_mut(),
};

static BOTH: [GetSetDef; 3] = [DICT, WEAKREF, GetSetDef::END];
static DICT_ONLY: [GetSetDef; 2] = [DICT, GetSetDef::END];
static WEAKREF_ONLY: [GetSetDef; 2] = [WEAKREF, GetSetDef::END];

fn getsets(dict: bool, weakref: bool) -> *const GetSetDef {
    match (dict, weakref) {
        (true, true) => BOTH.as_ptr(),
        (true, false) => DICT_ONLY.as_ptr(),
        (false, true) => WEAKREF_ONLY.as_ptr(),
        (false, false) => ptr::null(),
    }
}

/// `__dict__` of a base that is native and has its own getter, which comes first.
fn native_dict_descriptor(object: &Object) -> Option<Ref> {
    let mut class = Some(object.class());
    while let Some(this) = class {
        if !this.has_feature(flags::HEAPTYPE) && this.tp_dictoffset.get() != 0 {
            let found = this.lookup(id!("__dict__"))?;
            return found.class().tp_descr_set.get().is_some().then_some(found);
        }
        class = this.base();
    }
    None
}

unsafe extern "C" fn get_dict(object: &Object, _: *mut core::ffi::c_void) -> Result<Ref> {
    if let Some(descriptor) = native_dict_descriptor(object)
        && let Some(get) = descriptor.class().tp_descr_get.get()
    {
        // SAFETY: the slot belongs to the descriptor's class.
        return unsafe { get(&descriptor, Some(object), Some(object.class())) };
    }
    attrs::generic_get_dict(object)
}

unsafe extern "C" fn set_dict(
    object: &Object,
    value: Option<&Object>,
    _: *mut core::ffi::c_void,
) -> core::ffi::c_int {
    if let Some(descriptor) = native_dict_descriptor(object)
        && let Some(set) = descriptor.class().tp_descr_set.get()
    {
        // SAFETY: the slot belongs to the descriptor's class.
        return unsafe { set(&descriptor, object, value) };
    }
    match value {
        Some(value) => super::status(attrs::generic_set_dict(object, Some(value))),
        None => super::status(attrs::clear_dict(object)),
    }
}

unsafe extern "C" fn get_weakref(object: &Object, _: *mut core::ffi::c_void) -> Result<Ref> {
    let Some(list) = attrs::weaklist(object) else {
        return Err(crate::raise!(AttributeError, "This object has no __weakref__"));
    };
    // SAFETY: references in the list are alive.
    match unsafe { list.get().as_ref() } {
        Some(reference) => Ok(reference.as_object().to_ref()),
        None => Ok(crate::object::refs::none()),
    }
}
