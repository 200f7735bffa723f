//! `type`, the class of classes: its slots and methods. Its attributes are in [`attributes`]; making and changing classes is the
//! business of `typeobject`.

pub mod attributes;

use crate::id;
use crate::object::refs::{Ref, none};
use crate::object::trace::{VisitProc, Visitor};
use crate::object::{Instance, Object};
use crate::protocol::attr;
use crate::raise::{self, Result};
use crate::slots;
use crate::typeobject::flags::{HEAPTYPE, STATIC_BUILTIN};
use crate::typeobject::{HeapType, MemberDef, TypeObject, destroy, mro, new, update};
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str::{self, Str};
use crate::types::tuple::Tuple;
use core::ffi::{c_int, c_void};
use core::ptr;
use macros::pytype;

pub(crate) use attributes::{abstract_methods, merge_class_dict, module_of, qualname_of};

#[pytype(
    name = "type",
    symbol = PyType_Type,
    flags = [BASETYPE, TYPE_SUBCLASS, ITEMS_AT_END, HAVE_GC],
    basicsize = size_of::<HeapType>(),
    itemsize = size_of::<MemberDef>(),
    dict = tp_dict,
    weaklist = tp_weaklist,
    vectorcall_field = tp_vectorcall,
    alloc = crate::typeobject::generic_alloc,
    free = slots::free_block,
    new = new::type_new,
    member("__basicsize__", PYSSIZET, tp_basicsize, READONLY),
    member("__itemsize__", PYSSIZET, tp_itemsize, READONLY),
    member("__weakrefoffset__", PYSSIZET, tp_weaklistoffset, READONLY),
    member("__base__", OBJECT, tp_base, READONLY),
    member("__dictoffset__", PYSSIZET, tp_dictoffset, READONLY)
)]
impl TypeObject {
    #[slot(tp_dealloc)]
    unsafe extern "C" fn py_dealloc(this: *mut Object) {
        // SAFETY: the slot's contract.
        unsafe { destroy::dealloc_type(this) };
    }

    #[slot(tp_traverse)]
    unsafe extern "C" fn py_traverse(this: &Object, visit: VisitProc, arg: *mut c_void) -> c_int {
        // SAFETY: the collector's pair is valid for the traversal, and `this` is a type.
        let (mut visitor, class) = unsafe { (Visitor::new(visit, arg), this.cast_unchecked::<TypeObject>()) };
        destroy::traverse_type(class, &mut visitor).err().unwrap_or(0)
    }

    #[slot(tp_clear)]
    unsafe extern "C" fn py_clear(this: &Object) -> c_int {
        // SAFETY: the slot's contract.
        destroy::clear_type(unsafe { this.cast_unchecked() });
        0
    }

    #[slot(tp_repr)]
    fn py_repr(&self) -> Result<Ref<Str>> {
        let module = module_of(self)?;
        let name = qualname_of(self)?.to_string_lossy();
        match module.as_deref().and_then(|module| module.cast::<Str>()) {
            Some(module) if !module.equals_text("builtins") => {
                Str::new(&format!("<class '{}.{name}'>", module.to_string_lossy()))
            }
            Some(_) => Str::new(&format!("<class '{name}'>")),
            None => Str::new(&format!("<class '{}'>", self.full_name())),
        }
    }

    /// `type_call`: `tp_new`, then `tp_init` if an instance of the class came out.
    #[slot(tp_call)]
    fn py_call(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result {
        if ptr::eq(self, &raw const PyType_Type) {
            let has_keywords = kwargs.is_some_and(|kwargs| !kwargs.is_empty());
            match args.items() {
                [object] if !has_keywords => return Ok(object.class().as_object().to_ref()),
                [_, _, _] => {}
                _ => return Err(crate::raise!(TypeError, "type() takes 1 or 3 arguments")),
            }
        }
        let Some(new) = self.tp_new.get() else {
            return Err(crate::raise!(TypeError, "cannot create '{}' instances", self.full_name()));
        };
        let kwargs = kwargs.map(Instance::as_object);
        // SAFETY: the slot belongs to the class.
        let object = unsafe { new(self, args, kwargs) }?;
        if !object.class().is_subtype(self) {
            return Ok(object);
        }
        if let Some(init) = object.class().tp_init.get() {
            // SAFETY: the slot belongs to the object's class.
            if unsafe { init(&object, args, kwargs) } < 0 {
                return Err(raise::pending());
            }
        }
        Ok(object)
    }

    /// `type_getattro`: data descriptors of the metaclass, then the class's own MRO, then the rest of the metaclass.
    #[slot(tp_getattro)]
    fn py_getattro(&self, name: &Object) -> Result {
        let name = str::expect_str(name, "attribute name")?;
        match get_attribute(self, name)? {
            Some(value) => Ok(value),
            None => Err(attr::missing(self, name)),
        }
    }

    /// `type_setattro`: like any object's, and the slots follow.
    #[slot(tp_setattro)]
    fn py_setattro(&self, name: &Object, value: Option<&Object>) -> Result<()> {
        update::set_attribute(self, str::expect_str(name, "attribute name")?, value)
    }

    #[slot(tp_init)]
    fn py_init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        if args.len() == 1 && kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            return Err(crate::raise!(TypeError, "type.__init__() takes no keyword arguments"));
        }
        if args.len() != 1 && args.len() != 3 {
            return Err(crate::raise!(TypeError, "type.__init__() takes 1 or 3 arguments"));
        }
        Ok(())
    }

    /// `X | Y` makes a union.
    #[slot(nb_or)]
    fn py_or(left: &Object, right: &Object) -> Result {
        crate::types::union::or(left, right)
    }

    #[method("mro($self, /)")]
    fn py_mro(&self) -> Result<Ref<List>> {
        let mro = mro::c3(self)?;
        List::from_vec(mro.items().iter().map(|class| class.to_ref()).collect())
    }

    #[method("__subclasses__($self, /)")]
    fn py_subclasses(&self) -> Result<Ref<List>> {
        List::from_vec(self.subclasses().into_iter().map(Ref::upcast).collect())
    }

    #[classmethod("__prepare__", raw)]
    fn py_prepare(_class: &TypeObject, _args: &[&Object], _kwargs: crate::args::Kwargs) -> Result<Ref<Dict>> {
        Dict::new()
    }

    #[method("__instancecheck__($self, instance, /)")]
    fn py_instancecheck(&self, instance: &Object) -> Result<bool> {
        attr::default_check(instance, self, attr::Check::Instance)
    }

    #[method("__subclasscheck__($self, subclass, /)")]
    fn py_subclasscheck(&self, subclass: &Object) -> Result<bool> {
        attr::default_check(subclass, self, attr::Check::Subclass)
    }

    #[method("__dir__($self, /)")]
    fn py_dir(&self) -> Result<Ref<List>> {
        let names = Dict::new()?;
        merge_class_dict(&names, self)?;
        List::from_vec(names.to_vec().into_iter().map(|(name, _)| name).collect())
    }

    #[method("__sizeof__($self, /)")]
    fn py_sizeof(&self) -> usize {
        match self.heap_type() {
            Some(_) => size_of::<HeapType>() + self.ob_base.size() * size_of::<MemberDef>(),
            None => size_of::<TypeObject>(),
        }
    }

    /// With the bit of a heap type for the classes that are one in CPython.
    #[getter("__flags__")]
    fn py_flags(&self) -> u64 {
        let heap = if crate::typeobject::ready::is_heap_in_c(self) { HEAPTYPE } else { 0 };
        self.tp_flags.get() | heap
    }

    #[getter("__name__")]
    fn py_name(&self) -> Result<Ref<Str>> {
        attributes::name_of(self)
    }
    #[setter("__name__")]
    fn py_set_name(&self, value: Option<&Object>) -> Result<()> {
        attributes::set_name(self, value)
    }
    #[getter("__qualname__")]
    fn py_qualname(&self) -> Result<Ref<Str>> {
        qualname_of(self)
    }
    #[setter("__qualname__")]
    fn py_set_qualname(&self, value: Option<&Object>) -> Result<()> {
        attributes::set_qualname(self, value)
    }
    #[getter("__bases__")]
    fn py_bases(&self) -> Ref<Tuple> {
        self.tp_bases.get().unwrap_or_else(Tuple::empty)
    }
    #[setter("__bases__")]
    fn py_set_bases(&self, value: Option<&Object>) -> Result<()> {
        update::set_bases(self, value)
    }
    #[getter("__mro__")]
    fn py_get_mro(&self) -> Option<Ref<Tuple>> {
        self.tp_mro.get()
    }
    #[getter("__module__")]
    fn py_module(&self) -> Result {
        module_of(self)?.ok_or_else(|| crate::raise!(AttributeError, "__module__"))
    }
    #[setter("__module__")]
    fn py_set_module(&self, value: Option<&Object>) -> Result<()> {
        attributes::set_module(self, value)
    }
    #[getter("__abstractmethods__")]
    fn py_abstract_methods(&self) -> Result {
        abstract_methods(self)
    }
    #[setter("__abstractmethods__")]
    fn py_set_abstract_methods(&self, value: Option<&Object>) -> Result<()> {
        attributes::set_abstract_methods(self, value)
    }
    #[getter("__dict__")]
    fn py_dict(&self) -> Result {
        match self.tp_dict.get() {
            Some(dict) => crate::types::mappingproxy::new(&dict),
            None => Ok(none()),
        }
    }
    #[slot(tp_is_gc)]
    fn is_gc(&self) -> bool {
        self.has_feature(HEAPTYPE)
    }

    #[getter("__doc__")]
    fn py_doc(&self) -> Result<Option<Ref>> {
        attributes::doc_of(self)
    }
    #[setter("__doc__")]
    fn py_set_doc(&self, value: Option<&Object>) -> Result<()> {
        attributes::set_plain(self, id!("__doc__"), value)
    }
    #[getter("__text_signature__")]
    fn py_text_signature(&self) -> Result<Option<Ref>> {
        crate::types::descr::text_signature(self.name(), self.tp_doc.get())
    }
    #[getter("__annotations__")]
    fn py_annotations(&self) -> Result {
        attributes::annotations_of(self)
    }
    #[setter("__annotations__")]
    fn py_set_annotations(&self, value: Option<&Object>) -> Result<()> {
        attributes::set_annotations(self, value)
    }
    #[getter("__type_params__")]
    fn py_type_params(&self) -> Result {
        attributes::type_params_of(self)
    }
    #[setter("__type_params__")]
    fn py_set_type_params(&self, value: Option<&Object>) -> Result<()> {
        attributes::set_plain(self, id!("__type_params__"), value)
    }
}

/// The attribute `name` of a class, bound as `class.name` binds it; `None` when there is none.
///
/// # Errors
/// What a descriptor raises.
pub fn get_attribute(class: &TypeObject, name: &Str) -> Result<Option<Ref>> {
    let meta = class.as_object().class();
    let of_meta = meta.lookup(name);
    let bind = of_meta.as_deref().and_then(|found| found.class().tp_descr_get.get());
    let bound = |found: &Object, bind: crate::typeobject::slots::DescrGetFunc| {
        // SAFETY: the slot belongs to the attribute's class.
        unsafe { bind(found, Some(class), Some(meta)) }.map(Some)
    };
    if let (Some(found), Some(bind)) = (&of_meta, bind)
        && found.class().tp_descr_set.get().is_some()
    {
        return bound(found, bind);
    }
    if let Some(own) = class.lookup(name) {
        return match own.class().tp_descr_get.get() {
            // SAFETY: the slot belongs to the attribute's class.
            Some(bind) => unsafe { bind(&own, None, Some(class)) }.map(Some),
            None => Ok(Some(own)),
        };
    }
    match (&of_meta, bind) {
        (Some(found), Some(bind)) => bound(found, bind),
        _ => Ok(of_meta),
    }
}

/// Whether `class` is one of the runtime's own static types.
pub fn is_builtin(class: &TypeObject) -> bool {
    class.has_feature(STATIC_BUILTIN)
}
