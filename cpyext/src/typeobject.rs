//! What `object.h` and `cpython/object.h` say of types: making them, and what is known of them.

use crate::object::borrow_for;
use core::ffi::{c_char, c_int, c_uint, c_ulong, c_void};
use macros::capi;
use objects::protocol::attr::{self, Method};
use objects::state::Interpreter;
use objects::typeobject::spec::create::{CustomNew, from_metaclass};
use objects::typeobject::spec::{self, Spec};
use objects::typeobject::{ModuleDef, lookup, ready};
use objects::types::dict::Dict;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::super_;
use objects::types::r#type::{PyType_Type, attributes};
use objects::{Instance, Object, Ref, Result, TypeObject, id};

/// # Safety
/// A C function: two classes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyType_IsSubtype(class: &TypeObject, other: &TypeObject) -> c_int {
    class.is_subtype(other).into()
}

/// # Safety
/// A C function: a static type that nobody uses yet, or any type that is ready.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyType_Ready(class: &TypeObject) -> c_int {
    // SAFETY: the caller's promise.
    objects::typeobject::status(unsafe { ready_static(class) })
}

/// # Safety
/// As [`PyType_Ready`].
unsafe fn ready_static(class: &TypeObject) -> Result<()> {
    if class.has_feature(objects::typeobject::flags::READY) {
        return Ok(());
    }
    // SAFETY: bases are types.
    unsafe { adopt(class) };
    ready::ready(class)
}

/// C code leaves the class of a static type empty when the compiler cannot know its address; so may its base, which is readied first.
///
/// # Safety
/// As [`PyType_Ready`].
unsafe fn adopt(class: &TypeObject) {
    let mut next = Some(class);
    while let Some(class) = next.filter(|class| !class.has_feature(objects::typeobject::flags::READY)) {
        class.tp_foreign.set(1);
        if !class.as_object().has_class() {
            class.as_object().set_class(&PyType_Type);
        }
        next = class.base();
    }
}

/// # Safety
/// A C function: the description is as `PyType_Spec` says.
#[capi]
pub unsafe fn PyType_FromMetaclass(
    metaclass: Option<&TypeObject>,
    module: Option<&Object>,
    spec: *const Spec,
    bases: Option<&Object>,
) -> Result<Ref<TypeObject>> {
    // SAFETY: the caller's promise.
    unsafe { from_metaclass(metaclass, module, &*spec, bases, CustomNew::Error) }
}

/// # Safety
/// As [`PyType_FromMetaclass`].
#[capi]
pub unsafe fn PyType_FromModuleAndSpec(
    module: Option<&Object>,
    spec: *const Spec,
    bases: Option<&Object>,
) -> Result<Ref<TypeObject>> {
    // SAFETY: the caller's promise.
    unsafe { from_metaclass(None, module, &*spec, bases, CustomNew::Warning) }
}

/// # Safety
/// As [`PyType_FromMetaclass`].
#[capi]
pub unsafe fn PyType_FromSpecWithBases(spec: *const Spec, bases: Option<&Object>) -> Result<Ref<TypeObject>> {
    // SAFETY: the caller's promise.
    unsafe { from_metaclass(None, None, &*spec, bases, CustomNew::Warning) }
}

/// # Safety
/// As [`PyType_FromMetaclass`].
#[capi]
pub unsafe fn PyType_FromSpec(spec: *const Spec) -> Result<Ref<TypeObject>> {
    // SAFETY: the caller's promise.
    unsafe { from_metaclass(None, None, &*spec, None, CustomNew::Warning) }
}

#[capi]
pub fn PyType_GetSlot(class: &TypeObject, slot: c_int) -> Result<*const c_void> {
    spec::get_slot(class, slot)
}

/// # Safety
/// A C function: a type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyType_GetFlags(class: &TypeObject) -> c_ulong {
    class.tp_flags.get()
}

#[capi]
pub fn PyType_GetName(class: &TypeObject) -> Result<Ref<Str>> {
    attributes::name_of(class)
}

#[capi]
pub fn PyType_GetQualName(class: &TypeObject) -> Result<Ref<Str>> {
    attributes::qualname_of(class)
}

#[capi]
pub fn PyType_GetFullyQualifiedName(class: &TypeObject) -> Result<Ref<Str>> {
    class.fully_qualified_name('.')
}

#[capi]
pub fn PyType_GetModuleName(class: &TypeObject) -> Result<Ref> {
    match attributes::module_of(class)? {
        Some(module) => Ok(module),
        None => Err(objects::raise!(AttributeError, "__module__")),
    }
}

/// # Safety
/// A C function: a type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyType_Name(class: &TypeObject) -> *const c_char {
    let full = class.tp_name.get();
    let skipped = class.full_name().len() - class.name().len();
    // SAFETY: the short name is the end of the full one.
    unsafe { full.add(skipped) }
}

/// The module that a heap type was made for, borrowed.
///
/// # Errors
/// TypeError when there is none.
fn module_of(class: &TypeObject) -> Result<&Object> {
    let Some(heap) = class.heap_type() else {
        return Err(objects::raise!(
            TypeError,
            "PyType_GetModule: Type '{}' is not a heap type",
            class.full_name()
        ));
    };
    match heap.ht_module.get() {
        // SAFETY: the type keeps its module.
        Some(module) => Ok(unsafe { borrow_for(class, &module) }),
        None => Err(objects::raise!(
            TypeError,
            "PyType_GetModule: Type '{}' has no associated module",
            class.full_name()
        )),
    }
}

#[capi]
pub fn PyType_GetModule(class: &TypeObject) -> Result<&Object> {
    module_of(class)
}

#[capi]
pub fn PyType_GetModuleState(class: &TypeObject) -> Result<*mut c_void> {
    let module = module_of(class)?;
    match module.cast::<Module>() {
        Some(module) => Ok(module.state()),
        None => Err(objects::raise::bad_internal_call()),
    }
}

/// The module, borrowed, of the first class in the order of bases that was made for a module with this definition.
///
/// # Safety
/// A C function: the definition is static.
#[capi]
pub unsafe fn PyType_GetModuleByDef(class: &TypeObject, definition: *const ModuleDef) -> Result<&Object> {
    let mro = class.tp_mro.get();
    for base in mro.iter().flat_map(|mro| mro.items()).filter_map(|base| base.cast::<TypeObject>()) {
        let Some(module) = base.heap_type().and_then(|heap| heap.ht_module.get()) else { continue };
        let own = module.cast::<Module>().and_then(Module::definition);
        if own.is_some_and(|own| core::ptr::eq(own, definition)) {
            // SAFETY: the class keeps its bases, and they their modules.
            return Ok(unsafe { borrow_for(class, &module) });
        }
    }
    Err(objects::raise!(
        TypeError,
        "PyType_GetModuleByDef: No superclass of '{}' has the given module",
        class.full_name()
    ))
}

/// The module of one of two operands' classes, borrowed: of a binary operator that is not told whose it is.
///
/// # Safety
/// As [`PyType_GetModuleByDef`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyType_GetModuleByDef2(
    left: &TypeObject,
    right: &TypeObject,
    definition: *const ModuleDef,
) -> *const Object {
    let found = find_module(left, definition).or_else(|| find_module(right, definition));
    module_or_error(found, &[left, right])
}

/// As [`_PyType_GetModuleByDef2`], of three operands.
///
/// # Safety
/// As there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyType_GetModuleByDef3(
    left: &TypeObject,
    right: &TypeObject,
    third: &TypeObject,
    definition: *const ModuleDef,
) -> *const Object {
    let found = [left, right, third].into_iter().find_map(|class| find_module(class, definition));
    module_or_error(found, &[left, right, third])
}

/// The module of a definition, of a class or of a base.
fn find_module(class: &TypeObject, definition: *const ModuleDef) -> Option<*const Object> {
    let mro = class.tp_mro.get()?;
    mro.items().iter().filter_map(|base| base.cast::<TypeObject>()).find_map(|base| {
        let module = base.heap_type()?.ht_module.get()?;
        let own = module.cast::<Module>().and_then(Module::definition)?;
        core::ptr::eq(own, definition).then_some(module.as_ptr().cast_const())
    })
}

fn module_or_error(found: Option<*const Object>, classes: &[&TypeObject]) -> *const Object {
    found.unwrap_or_else(|| {
        let names: Vec<String> = classes.iter().map(|class| format!("'{}'", class.full_name())).collect();
        objects::raise!(
            TypeError,
            "PyType_GetModuleByDef: No superclass of {} has the given module",
            names.join(" nor ")
        )
        .leave();
        core::ptr::null()
    })
}

#[capi]
pub fn PyType_GetDict(class: &TypeObject) -> Option<Ref<Dict>> {
    class.tp_dict.get()
}

/// # Safety
/// A C function: a type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyType_Modified(class: &TypeObject) {
    class.modified();
}

#[unsafe(no_mangle)]
pub extern "C" fn PyType_ClearCache() -> c_uint {
    lookup::clear_cache()
}

/// # Safety
/// A C function: a type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnstable_Type_AssignVersionTag(class: &TypeObject) -> c_int {
    class.assign_version_tag().into()
}

/// # Safety
/// A C function: a type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyType_SUPPORTS_WEAKREFS(class: &TypeObject) -> c_int {
    (class.tp_weaklistoffset.get() != 0).into()
}

/// An attribute as the classes have it, borrowed; NULL without an exception when there is none.
///
/// # Safety
/// A C function: a type and a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyType_Lookup<'a>(class: &'a TypeObject, name: &Str) -> Option<&'a Object> {
    // SAFETY: borrowed until the class changes, as the function's contract says.
    unsafe { class.peek_lookup(name) }
}

/// # Safety
/// A C function: a type and a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyType_LookupRef(class: &TypeObject, name: &Str) -> Option<Ref> {
    class.lookup(name)
}

/// # Safety
/// A C function: an instance of `class`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_GetTypeData(object: &Object, class: &TypeObject) -> *mut c_void {
    // SAFETY: instances of the class have the part.
    unsafe { object.as_ptr().cast::<u8>().offset(spec::data_offset(class)).cast() }
}

/// # Safety
/// A C function: a type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyType_GetTypeDataSize(class: &TypeObject) -> isize {
    spec::data_size(class)
}

#[capi]
pub fn PyObject_GetItemData(object: &Object) -> Result<*mut c_void> {
    let offset = spec::item_offset(object.class())?;
    // SAFETY: within the object.
    Ok(unsafe { object.as_ptr().cast::<u8>().offset(offset).cast() })
}

/// The name as errors show a function or a method: with its module or class, and parentheses.
#[capi]
pub fn _PyObject_FunctionStr(object: &Object) -> Result<Ref<Str>> {
    let Some(qualname) = attr::get_optional(object, id!("__qualname__"))? else {
        return objects::protocol::object::str(object);
    };
    let qualname = objects::protocol::object::str(&qualname)?.to_string_lossy();
    let module = attr::get_optional(object, id!("__module__"))?.filter(|module| !module.is(none()));
    match module.as_deref().map(objects::protocol::object::str).transpose()? {
        Some(module) if !module.equals_text("builtins") => {
            Str::new(&format!("{}.{qualname}()", module.to_string_lossy()))
        }
        _ => Str::new(&format!("{qualname}()")),
    }
}

/// Borrowed from the type.
#[capi]
pub fn _PyType_GetDict(class: &TypeObject) -> Result<*mut Dict> {
    Ok(class.tp_dict.as_ptr())
}

/// A static type of an extension that each interpreter shares: readied in the first that asks.
///
/// # Safety
/// As [`PyType_Ready`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyStaticType_InitForExtension(
    _interpreter: &Interpreter,
    class: &TypeObject,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { PyType_Ready(class) }
}

/// `super(class, object).name`. Where the caller asks by a place whether it is a method, a plain function is not bound.
///
/// # Safety
/// A C function: a place, or NULL.
#[capi]
pub unsafe fn _PySuper_Lookup(
    class: &TypeObject,
    object: &Object,
    name: &Object,
    is_method: *mut c_int,
) -> Result<Ref> {
    let name = objects::types::str::expect_str(name, "attribute name")?;
    if name.equals_text("__class__")
        && let Some(found) = super_::find(class, &*super_::start_class(class, object)?, object, name)?
    {
        // Only of a super object this is its own.
        return Ok(found);
    }
    // SAFETY: the caller's promise.
    let Some(is_method) = (unsafe { is_method.as_mut() }) else { return super_::get(class, object, name) };
    match super_::find_method(class, object, name)? {
        Method::Unbound(function) => {
            *is_method = 1;
            Ok(function)
        }
        Method::Bound(value) => Ok(value),
    }
}
