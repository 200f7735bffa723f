//! `LOAD_ATTR`: where the class's version, the instance's shape or the namespace's keys say that the attribute is.
//!
//! Cache: counter; from 1 the class's version (32 bits); from 3 a shape, another version, or the offset of the attribute word or
//! dictionary; 5 a place among values or keys, 6 the word's offset where 3 is a shape; or from 5 the class's attribute, borrowed:
//! while the class has its version, it has the attribute.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use super::base::{self, Site};
use super::cache::{read_pointer, read_u32, write_pointer, write_u32};
use super::push;
use crate::eval::{FramePtr, Pc, Sp, Table, ThreadPtr, fast_ops, next};
use crate::finish::drop_one;
use crate::ops::attr::generic;
use bytecode::opcodes::op;
use core::ptr;
use objects::attrs::{self, Storage, inline, shape};
use objects::typeobject::slots::GetAttroFunc;
use objects::typeobject::{dunder, flags};
use objects::types::descr::member::{MemberDescr, kind};
use objects::types::dict::Dict;
use objects::types::function::Function;
use objects::types::module::{Module, PyModule_Type};
use objects::types::property::{Property, PyProperty_Type};
use objects::types::str::Str;
use objects::types::r#type::PyType_Type;
use objects::{Instance, Object, TypeObject, id};

/// What a class's attribute is to a look-up through an instance.
enum Kind {
    Absent,
    /// A function or native method: bound unless it is called at once.
    Method,
    Property,
    /// A field of the instance that owns an object.
    Slot(u16),
    /// Its class may become a descriptor, or another one, at any time.
    Changeable,
    /// Any other data descriptor.
    Data,
    /// Any other descriptor without `__set__`.
    NonData,
    /// No descriptor.
    Plain,
}

fn kind_of(found: Option<&Object>, owner: &TypeObject) -> Kind {
    let Some(found) = found else { return Kind::Absent };
    let class = found.class();
    if !class.has_feature(flags::IMMUTABLETYPE) {
        return Kind::Changeable;
    }
    if class.tp_descr_set.get().is_some() {
        if found.is_exactly(&PyProperty_Type) {
            return Kind::Property;
        }
        if let Some(member) = found.cast_exact::<MemberDescr>()
            && matches!(member.def().kind, kind::OBJECT_EX | kind::OBJECT)
            && owner.is_subtype(member.common().class_of())
            && let Ok(offset) = u16::try_from(member.def().offset)
        {
            return Kind::Slot(offset);
        }
        return Kind::Data;
    }
    match class.tp_descr_get.get() {
        None => Kind::Plain,
        Some(_) if class.has_feature(flags::METHOD_DESCRIPTOR) => Kind::Method,
        Some(_) => Kind::NonData,
    }
}

fn is(slot: Option<GetAttroFunc>, function: GetAttroFunc) -> bool {
    slot.is_some_and(|own| ptr::fn_addr_eq(own, function))
}

/// Rewrites a `LOAD_ATTR` for the owner it has now.
pub unsafe fn specialize(site: Site<'_>) {
    // SAFETY: an owner is on the stack; the instruction has nine cache entries.
    unsafe { site.settle(find(site), op::LOAD_ATTR) }
}

unsafe fn find(site: Site<'_>) -> Option<u8> {
    // SAFETY: the caller's.
    unsafe {
        let owner = site.item(1);
        let name = site.frame.code().name_at(site.arg >> 1);
        let for_call = site.arg & 1 != 0;
        if let Some(module) = owner.cast_exact::<Module>() {
            return in_module(site, module, name);
        }
        if let Some(class) = owner.cast::<TypeObject>() {
            return in_class(site, class, name, for_call);
        }
        in_instance(site, owner, name, for_call)
    }
}

unsafe fn in_module(site: Site<'_>, module: &Module, name: &Str) -> Option<u8> {
    if let Some(found) = PyModule_Type.lookup(name)
        && found.class().tp_descr_set.get().is_some()
    {
        return None;
    }
    let dict = module.dict();
    let index = u16::try_from(dict.place_of(name)?).ok()?;
    let version = dict.keys_version();
    if version == 0 {
        return None;
    }
    // SAFETY: the instruction's cache.
    unsafe {
        write_u32(site.pc.add(1), version);
        *site.pc.add(3) = index;
    }
    Some(op::LOAD_ATTR_MODULE)
}

unsafe fn in_class(site: Site<'_>, class: &TypeObject, name: &Str, for_call: bool) -> Option<u8> {
    let meta = class.as_object().class();
    if !is(meta.tp_getattro.get(), PyType_Type.tp_getattro.get()?) || meta.lookup(name).is_some() {
        return None;
    }
    let found = class.lookup(name)?;
    match kind_of(Some(&found), class) {
        Kind::Method | Kind::Plain => {}
        _ => return None,
    }
    let _ = for_call;
    if !class.assign_version_tag() || !meta.assign_version_tag() {
        return None;
    }
    // SAFETY: the instruction's cache.
    unsafe {
        write_u32(site.pc.add(1), class.tp_version_tag.get());
        write_u32(site.pc.add(3), meta.tp_version_tag.get());
        write_pointer(site.pc.add(5), found.as_ptr());
    }
    Some(op::LOAD_ATTR_CLASS)
}

unsafe fn in_instance(site: Site<'_>, owner: &Object, name: &Str, for_call: bool) -> Option<u8> {
    let class = owner.class();
    let getattro = class.tp_getattro.get();
    if !class.assign_version_tag() {
        return None;
    }
    // SAFETY: the instruction's cache.
    unsafe { write_u32(site.pc.add(1), class.tp_version_tag.get()) };
    if !is(getattro, attrs::generic_getattro) {
        if !is(getattro, dunder::getattro) && !is(getattro, dunder::getattr_hook) {
            return None;
        }
        let own = class.lookup(id!("__getattribute__"))?;
        let generic = objects::types::object::PyBaseObject_Type.lookup(id!("__getattribute__"))?;
        if !own.is(&generic) {
            // SAFETY: as above.
            return unsafe { overridden(site, class, &own, for_call) };
        }
    }
    let found = class.lookup(name);
    // SAFETY: the caller's.
    unsafe {
        match kind_of(found.as_deref(), class) {
            // An AttributeError of a getter leads to `__getattr__`.
            Kind::Property if !for_call && class.lookup(id!("__getattr__")).is_none() => {
                property(site, found.as_deref()?)
            }
            Kind::Slot(offset) => {
                *site.pc.add(3) = offset;
                Some(op::LOAD_ATTR_SLOT)
            }
            Kind::Data if is_own_class(found.as_deref()?, name) => {
                *site.pc.add(3) = Object::CLASS_OFFSET as u16;
                Some(op::LOAD_ATTR_SLOT)
            }
            Kind::Property | Kind::Data | Kind::Changeable => None,
            Kind::Absent => own(site, owner, name),
            Kind::NonData => own(site, owner, name),
            Kind::Method if for_call => of_class(site, owner, name, found.as_deref()?, true),
            Kind::Method => own(site, owner, name),
            Kind::Plain => of_class(site, owner, name, found.as_deref()?, false),
        }
    }
}

/// Whether this is `object`'s `__class__`, which says what the header does.
fn is_own_class(found: &Object, name: &Str) -> bool {
    name.equals_text("__class__")
        && objects::types::object::PyBaseObject_Type.lookup(name).is_some_and(|own| own.is(found))
}

/// `__getattribute__` is a Python function and there is no `__getattr__`.
unsafe fn overridden(site: Site<'_>, class: &TypeObject, own: &Object, for_call: bool) -> Option<u8> {
    let function = own.cast_exact::<Function>()?;
    if for_call || class.lookup(id!("__getattr__")).is_some() || !push::takes_exactly(function.code(), 2) {
        return None;
    }
    let version = function.version();
    if version == 0 {
        return None;
    }
    // SAFETY: the instruction's cache.
    unsafe {
        write_u32(site.pc.add(3), version);
        write_pointer(site.pc.add(5), own);
    }
    Some(op::LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN)
}

unsafe fn property(site: Site<'_>, found: &Object) -> Option<u8> {
    let getter = found.cast_exact::<Property>()?.getter()?;
    let function = getter.cast_exact::<Function>()?;
    if !push::takes_exactly(function.code(), 1) {
        return None;
    }
    let version = function.version();
    if version == 0 {
        return None;
    }
    // SAFETY: the instruction's cache.
    unsafe {
        write_u32(site.pc.add(3), version);
        write_pointer(site.pc.add(5), found);
    }
    Some(op::LOAD_ATTR_PROPERTY)
}

/// The instance's own attribute.
unsafe fn own(site: Site<'_>, owner: &Object, name: &Str) -> Option<u8> {
    let Storage::Managed(managed) = attrs::storage(owner) else { return None };
    let offset = u16::try_from(attrs::fixed_word_offset(owner, owner.class())?).ok()?;
    // SAFETY: the instruction's cache.
    unsafe {
        if let Some(shape) = managed.shape() {
            *site.pc.add(5) = shape.find(name)? as u16;
            *site.pc.add(6) = offset;
            write_u32(site.pc.add(3), shape.word());
            return Some(op::LOAD_ATTR_INSTANCE_VALUE);
        }
        let dict = managed.dict()?;
        *site.pc.add(3) = offset;
        *site.pc.add(5) = u16::try_from(dict.place_of(name)?).ok()?;
        Some(op::LOAD_ATTR_WITH_HINT)
    }
}

/// The class's attribute, which the instance must not hide.
unsafe fn of_class(site: Site<'_>, owner: &Object, name: &Str, found: &Object, method: bool) -> Option<u8> {
    let class = owner.class();
    // SAFETY: the instruction's cache.
    unsafe {
        let opcode = match attrs::storage(owner) {
            Storage::Nothing if method => op::LOAD_ATTR_METHOD_NO_DICT,
            Storage::Nothing => op::LOAD_ATTR_NONDESCRIPTOR_NO_DICT,
            Storage::Managed(managed) => {
                if managed.shape().is_none() && managed.dict().is_some() {
                    return None;
                }
                if inline::layout_of(class).is_some_and(|layout| layout.knows(name)) {
                    return own(site, owner, name);
                }
                *site.pc.add(3) = u16::try_from(attrs::fixed_word_offset(owner, class)?).ok()?;
                if method {
                    op::LOAD_ATTR_METHOD_WITH_VALUES
                } else {
                    op::LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES
                }
            }
            Storage::Classic(slot) => {
                if !method || !slot.is_empty() || class.tp_dictoffset.get() < 0 {
                    return None;
                }
                *site.pc.add(3) = u16::try_from(class.tp_dictoffset.get()).ok()?;
                op::LOAD_ATTR_METHOD_LAZY_DICT
            }
        };
        write_pointer(site.pc.add(5), found);
        Some(opcode)
    }
}

/// Goes the unspecialised way when the owner's class has not the version in the cache; else gives the owner.
macro_rules! owner_of_known_class {
    ($pc:ident $sp:ident $frame:ident $ts:ident $arg:ident $table:ident) => {{
        let owner = *$sp.sub(1);
        if (*owner).class().tp_version_tag.get() != read_u32($pc.add(1)) {
            return base::LOAD_ATTR($pc, $sp, $frame, $ts, $arg, $table);
        }
        owner
    }};
}

/// Puts a borrowed value in the owner's place, with NULL behind it for a call, and drops the owner.
macro_rules! load {
    ($value:expr, $owner:ident, $pc:ident $sp:ident $frame:ident $ts:ident $arg:ident $table:ident) => {
        let value: *mut Object = $value;
        (*value).incref();
        *$sp.sub(1) = value;
        *$sp = ptr::null_mut();
        drop_one!($owner, $pc.add(9), $sp.add($arg & 1), $frame, $ts, $table)
    };
}

/// The instance's attribute word, its offset being in the cache entry given.
#[inline(always)]
unsafe fn word(owner: *mut Object, offset: u16) -> *const u64 {
    // SAFETY: the class that the cache is for has the word there.
    unsafe { owner.cast::<u8>().add(usize::from(offset)).cast() }
}

fast_ops! { (pc, sp, frame, ts, arg, table)
    LOAD_ATTR_INSTANCE_VALUE {
        let owner = owner_of_known_class!(pc sp frame ts arg table);
        let word = word(owner, *pc.add(6));
        if *word as u32 != read_u32(pc.add(3)) {
            return other_shape(pc, sp, frame, ts, arg, table);
        }
        load!(*word.add(1 + usize::from(*pc.add(5))) as *mut Object, owner, pc sp frame ts arg table);
    }

    LOAD_ATTR_WITH_HINT {
        let owner = owner_of_known_class!(pc sp frame ts arg table);
        let word = *word(owner, *pc.add(3));
        if word == 0 || word & 1 != 0 {
            return base::LOAD_ATTR(pc, sp, frame, ts, arg, table);
        }
        let dict = &*(word as *const Dict);
        let value = dict.value_at_hint(usize::from(*pc.add(5)), (*frame).code().name_at(arg >> 1));
        if value.is_null() {
            return base::LOAD_ATTR(pc, sp, frame, ts, arg, table);
        }
        load!(value, owner, pc sp frame ts arg table);
    }

    LOAD_ATTR_MODULE {
        let owner = *sp.sub(1);
        if !(*owner).is_exactly(&PyModule_Type) {
            return base::LOAD_ATTR(pc, sp, frame, ts, arg, table);
        }
        let dict = (*owner.cast::<Module>()).dict_pointer();
        if dict.is_null() {
            return base::LOAD_ATTR(pc, sp, frame, ts, arg, table);
        }
        let value = (*dict).value_at(read_u32(pc.add(1)), usize::from(*pc.add(3)));
        if value.is_null() {
            return base::LOAD_ATTR(pc, sp, frame, ts, arg, table);
        }
        load!(value, owner, pc sp frame ts arg table);
    }

    LOAD_ATTR_SLOT {
        let owner = owner_of_known_class!(pc sp frame ts arg table);
        let value = *word(owner, *pc.add(3)) as *mut Object;
        if value.is_null() {
            return base::LOAD_ATTR(pc, sp, frame, ts, arg, table);
        }
        load!(value, owner, pc sp frame ts arg table);
    }

    LOAD_ATTR_CLASS {
        let owner = *sp.sub(1);
        let meta = (*owner).class();
        if meta.tp_version_tag.get() != read_u32(pc.add(3))
            || (*owner.cast::<TypeObject>()).tp_version_tag.get() != read_u32(pc.add(1))
        {
            return base::LOAD_ATTR(pc, sp, frame, ts, arg, table);
        }
        load!(read_pointer(pc.add(5)), owner, pc sp frame ts arg table);
    }

    LOAD_ATTR_NONDESCRIPTOR_NO_DICT {
        let owner = owner_of_known_class!(pc sp frame ts arg table);
        load!(read_pointer(pc.add(5)), owner, pc sp frame ts arg table);
    }

    LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES {
        let owner = owner_of_known_class!(pc sp frame ts arg table);
        let word = *word(owner, *pc.add(3));
        if word & 1 == 0 && word != 0 {
            return base::LOAD_ATTR(pc, sp, frame, ts, arg, table);
        }
        load!(read_pointer(pc.add(5)), owner, pc sp frame ts arg table);
    }

    LOAD_ATTR_METHOD_NO_DICT {
        let owner = owner_of_known_class!(pc sp frame ts arg table);
        let method = read_pointer::<Object>(pc.add(5));
        (*method).incref();
        *sp.sub(1) = method;
        *sp = owner;
        sp = sp.add(1);
    }

    LOAD_ATTR_METHOD_WITH_VALUES {
        let owner = owner_of_known_class!(pc sp frame ts arg table);
        let word = *word(owner, *pc.add(3));
        if word & 1 == 0 && word != 0 {
            return base::LOAD_ATTR(pc, sp, frame, ts, arg, table);
        }
        let method = read_pointer::<Object>(pc.add(5));
        (*method).incref();
        *sp.sub(1) = method;
        *sp = owner;
        sp = sp.add(1);
    }

    LOAD_ATTR_METHOD_LAZY_DICT {
        let owner = owner_of_known_class!(pc sp frame ts arg table);
        if *word(owner, *pc.add(3)) != 0 {
            return base::LOAD_ATTR(pc, sp, frame, ts, arg, table);
        }
        let method = read_pointer::<Object>(pc.add(5));
        (*method).incref();
        *sp.sub(1) = method;
        *sp = owner;
        sp = sp.add(1);
    }

    /// The getter runs as the next frame.
    LOAD_ATTR_PROPERTY {
        let owner = owner_of_known_class!(pc sp frame ts arg table);
        let function = (*read_pointer::<Property>(pc.add(5))).getter_pointer();
        if function.is_null() || (*function).func_version.get() != read_u32(pc.add(3)) {
            return base::LOAD_ATTR(pc, sp, frame, ts, arg, table);
        }
        let new = push::room(ts, (*function).code());
        if new.is_null() {
            return generic::LOAD_ATTR(pc, sp, frame, ts, arg, table);
        }
        (*function).as_object().incref();
        push::start(new, function, 1);
        *(*new).localsplus() = owner;
        push::link(ts, frame, pc, sp.sub(1), new, 10);
        next!((*new).instr_ptr.get(), (*new).stack_base(), new.cast_const(), ts, table)
    }

    /// `__getattribute__` runs as the next frame.
    LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN {
        let owner = owner_of_known_class!(pc sp frame ts arg table);
        let function = read_pointer::<Function>(pc.add(5));
        if (*function).func_version.get() != read_u32(pc.add(3)) {
            return base::LOAD_ATTR(pc, sp, frame, ts, arg, table);
        }
        let new = push::room(ts, (*function).code());
        if new.is_null() {
            return generic::LOAD_ATTR(pc, sp, frame, ts, arg, table);
        }
        (*function).as_object().incref();
        push::start(new, function, 2);
        let name = (*frame).code().name_at(arg >> 1).as_object();
        name.incref();
        *(*new).localsplus() = owner;
        *(*new).localsplus().add(1) = name.as_ptr();
        push::link(ts, frame, pc, sp.sub(1), new, 10);
        next!((*new).instr_ptr.get(), (*new).stack_base(), new.cast_const(), ts, table)
    }
}

/// The instance has another shape than the cache knows; the shapes of a class are a tree, so the name is often at the same place.
#[inline(never)]
unsafe extern "C" fn other_shape(
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    table: *const Table,
) -> *mut Object {
    // SAFETY: as in every handler; the owner's class has been compared.
    unsafe {
        let owner = *sp.sub(1);
        let word = word(owner, *pc.add(6));
        let place = usize::from(*pc.add(5));
        if *word & 1 == 0 || !has_at(*word as u32, place, (*frame).code().name_at(arg >> 1)) {
            return base::LOAD_ATTR(pc, sp, frame, ts, arg, table);
        }
        load!(*word.add(1 + place) as *mut Object, owner, pc sp frame ts arg table);
    }
}

/// Whether the shape with the word has the interned name at the place.
#[inline(always)]
pub fn has_at(word: u32, place: usize, name: &Str) -> bool {
    shape::by_id(word >> 1)
        .and_then(|shape| shape.names().get(place))
        .is_some_and(|known| ptr::eq(&raw const **known, name))
}
