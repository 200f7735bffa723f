//! Attributes: of instances by their class's version and their shape, of modules by their keys, all else by the runtime.

use super::Site;
use super::compare::borrowed;
use super::{method, name, native};
use crate::helpers::Helper;
use crate::items::{Item, ObjId, VirtualId};
use crate::layout;
use crate::recorder::{Recorded, Recorder};
use core::ptr;
use ir::ops::Op;
use ir::trace::{Arg, Const};
use jit::abort::Abort;
use objects::attrs::inline::Managed;
use objects::attrs::{self, Storage, inline, shape::Shape};
use objects::typeobject::flags;
use objects::typeobject::slots::{GetAttroFunc, SetAttroFunc};
use objects::types::descr::member::{MemberDescr, READONLY, kind};
use objects::types::module::{Module, PyModule_Type};
use objects::types::str::Str;
use objects::types::super_::{self, PySuper_Type};
use objects::{Instance, Object, Ref, TypeObject};

/// Guards that the object is of this class and the class as it is now. The class has a version.
pub fn guard_version(rec: &mut Recorder, id: ObjId, class: &TypeObject) {
    let val = rec.obj(id).val;
    let address = ptr::from_ref(class) as i64;
    let found = rec.load(Op::ld_i64, val, layout::TYPE, layout::CLASS);
    rec.guard(Op::guard_eq, &[found, Arg::from(address)]);
    rec.keep(class.as_object());
    rec.obj(id).instance |= class.heap_type().is_some();
    let version = rec.load(Op::ld_u32, Arg::from(address), layout::TYPE_VERSION, layout::VERSION);
    rec.guard(Op::guard_eq, &[version, Arg::from(i64::from(class.tp_version_tag.get()))]);
}

/// Whose attribute it is.
#[derive(Clone, Copy)]
enum Owner {
    Obj(ObjId),
    Virtual(VirtualId),
}

impl Owner {
    fn of(item: Item) -> Option<Owner> {
        match item {
            Item::Obj(id) => Some(Owner::Obj(id)),
            Item::Virtual(id) => Some(Owner::Virtual(id)),
            _ => None,
        }
    }

    /// As [`guard_version`].
    fn guard_version(self, rec: &mut Recorder, class: &TypeObject) {
        match self {
            Owner::Obj(id) => guard_version(rec, id, class),
            Owner::Virtual(_) => rec.guard_class_version(class),
        }
    }
}

/// Where the attribute word is, which says the shape; it is guarded.
fn guard_shape(rec: &mut Recorder, owner: Owner, live: &Object, shape: &Shape) -> Recorded<i32> {
    let offset = attrs::fixed_word_offset(live, live.class()).ok_or(Abort::Operands)? as i32;
    let Owner::Obj(id) = owner else { return Ok(offset) };
    let val = rec.obj(id).val;
    let word = rec.load(Op::ld_u32, val, offset, layout::SHAPE);
    rec.guard(Op::guard_eq, &[word, Arg::from(i64::from(shape.word()))]);
    Ok(offset)
}

pub fn load_attr(rec: &mut Recorder, at: Site) -> Recorded {
    let index = rec.at(1);
    let live = rec.live_object(index)?;
    let code = rec.top().code;
    // SAFETY: the running frame's code.
    let name = unsafe { (*code).name_at(at.arg >> 1) };
    let for_call = at.arg & 1 != 0;
    if let Some(owner) = Owner::of(rec.held(index, true)) {
        if let (Some(module), Owner::Obj(id)) = (live.cast_exact::<Module>(), owner) {
            let hidden =
                PyModule_Type.lookup(name).is_some_and(|found| found.class().tp_descr_set.get().is_some());
            if !hidden && module.dict().place_of(name).is_some() {
                rec.guard_is(id, live);
                if let Some(item) = name::value_in(rec, &module.dict(), name) {
                    rec.replace(1, item);
                    if for_call {
                        rec.push(Item::Null);
                    }
                    return Ok(());
                }
            }
        } else if let Some(found) = of_instance(rec, owner, live, name, for_call)? {
            match found {
                Found::Value(item) => {
                    rec.replace(1, item);
                    if for_call {
                        rec.push(Item::Null);
                    }
                }
                Found::Method(method) => {
                    let owner = rec.take(1);
                    rec.push(method);
                    owner.into_iter().for_each(|item| rec.push(item));
                }
            }
            return Ok(());
        }
    }
    if !for_call && is_getter(rec, at, live, name)? {
        return Ok(());
    }
    if for_call {
        // Whether a method comes bound or with its object apart is the interpreter's to say.
        return super::interpret(rec, at);
    }
    let (val, name) = (rec.pointer(index), rec.keep(name.as_object()));
    let result = rec.loud(at.unit, Helper::get_attr, &[val, name])?;
    rec.finish(at.unit, 1, result);
    Ok(())
}

/// Whether the attribute is a property of a class that looks attributes up in the ordinary way, whose getter runs.
fn is_getter(rec: &mut Recorder, at: Site, live: &Object, name: &Str) -> Recorded<bool> {
    let class = live.class();
    let generic = attrs::generic_getattro as GetAttroFunc;
    if class.heap_type().is_none()
        || !class.tp_getattro.get().is_some_and(|own| ptr::fn_addr_eq(own, generic))
        || !class.assign_version_tag()
    {
        return Ok(false);
    }
    match class.lookup(name) {
        Some(found) => method::getter(rec, at, &found),
        None => Ok(false),
    }
}

/// Whether an instance's attributes are in a dictionary that has none of that name.
fn lacks(managed: Managed<'_>, name: &Str) -> bool {
    managed.dict().is_some_and(|dict| dict.has_exact_str_keys() && dict.place_of(name).is_none())
}

enum Found {
    Value(Item),
    /// A function or method descriptor of the class, to be called with the owner.
    Method(Item),
}

/// The attribute of an instance whose class looks attributes up in the ordinary way.
fn of_instance(
    rec: &mut Recorder,
    owner: Owner,
    live: &Object,
    name: &Str,
    for_call: bool,
) -> Recorded<Option<Found>> {
    let class = live.class();
    let generic = attrs::generic_getattro as GetAttroFunc;
    if !class.tp_getattro.get().is_some_and(|own| ptr::fn_addr_eq(own, generic))
        || !class.assign_version_tag()
    {
        return Ok(None);
    }
    let found = class.lookup(name);
    let storage = attrs::storage(live);
    let shape = match &storage {
        Storage::Managed(managed) => managed.shape(),
        _ => None,
    };
    if let Some(found) = &found {
        let of = found.class();
        if of.tp_descr_set.get().is_some() {
            let Some(member) = found.cast_exact::<MemberDescr>() else { return Ok(None) };
            if member.def().kind != kind::OBJECT_EX {
                return Ok(None);
            }
            let offset = i32::try_from(member.def().offset).map_err(|_| Abort::Operands)?;
            owner.guard_version(rec, class);
            return attribute(rec, owner, live, offset).map(|item| item.map(Found::Value));
        }
        let is_descriptor = of.tp_descr_get.get().is_some();
        let own_comes_first = shape.is_some_and(|shape| shape.find(name).is_some());
        let is_method = is_descriptor && of.has_feature(flags::METHOD_DESCRIPTOR);
        if !own_comes_first && (!is_descriptor || is_method && for_call) {
            match (&storage, shape) {
                (Storage::Nothing, _) => owner.guard_version(rec, class),
                (_, Some(shape)) => {
                    owner.guard_version(rec, class);
                    guard_shape(rec, owner, live, shape)?;
                }
                (Storage::Managed(managed), None) if lacks(*managed, name) => {
                    let Owner::Obj(id) = owner else { return Ok(None) };
                    guard_version(rec, id, class);
                    let (val, name) = (rec.obj(id).val, rec.keep(name.as_object()));
                    let has_not = rec.call(Helper::has_not, &[val, name]);
                    rec.guard(Op::guard_true, &[has_not]);
                }
                _ => return Ok(None),
            }
            let item = rec.constant(found);
            return Ok(Some(if is_method { Found::Method(item) } else { Found::Value(item) }));
        }
    }
    let Some(shape) = shape else { return of_dictionary(rec, owner, live, name) };
    let Some(place) = shape.find(name) else { return Ok(None) };
    owner.guard_version(rec, class);
    let offset = guard_shape(rec, owner, live, shape)?;
    attribute(rec, owner, live, offset + 8 + place as i32 * 8).map(|item| item.map(Found::Value))
}

/// The attribute of an instance whose attributes are in a dictionary, which has it; the class has none that comes first.
fn of_dictionary(rec: &mut Recorder, owner: Owner, live: &Object, name: &Str) -> Recorded<Option<Found>> {
    let (Owner::Obj(id), Storage::Managed(managed)) = (owner, attrs::storage(live)) else { return Ok(None) };
    let found = managed.dict().filter(|dict| dict.has_exact_str_keys());
    if found.and_then(|dict| dict.place_of(name)).is_none() {
        return Ok(None);
    }
    guard_version(rec, id, live.class());
    let (val, name) = (rec.obj(id).val, rec.keep(name.as_object()));
    let value = rec.call(Helper::own_attribute, &[val, name]);
    native::sure(rec, value);
    Ok(Some(Found::Value(native::owned(rec, value))))
}

/// The object in a field of an instance, if there is one now.
fn attribute(rec: &mut Recorder, owner: Owner, live: &Object, offset: i32) -> Recorded<Option<Item>> {
    let id = match owner {
        Owner::Obj(id) => id,
        Owner::Virtual(id) => return Ok(rec.field(id, offset)),
    };
    // SAFETY: the instance has such a field.
    if unsafe { *live.as_ptr().cast::<u8>().add(offset as usize).cast::<*mut Object>() }.is_null() {
        return Ok(None);
    }
    let val = rec.obj(id).val;
    let value = rec.load(Op::ld_p, val, offset, layout::ATTR);
    rec.guard(Op::guard_ne, &[value, Arg::Const(Const::P(0))]);
    Ok(Some(borrowed(rec, value)))
}

/// `super().name(...)`, where the name is a method behind the class in the object's order of classes.
pub fn load_super_attr(rec: &mut Recorder, at: Site) -> Recorded {
    let [outer, class, this] = [3, 2, 1].map(|depth| rec.at(depth));
    if let Some(found) = behind(rec, at, outer, class, this)? {
        let method = rec.constant(&found);
        let mut gone = rec.take(3);
        let object = gone.remove(0);
        rec.push(method);
        rec.push(object);
        gone.into_iter().for_each(|item| rec.settle(item));
        return Ok(());
    }
    super::interpret(rec, at)
}

/// The method, with guards that it is that one.
fn behind(rec: &mut Recorder, at: Site, outer: usize, class: usize, this: usize) -> Recorded<Option<Ref>> {
    let code = rec.top().code;
    // SAFETY: the running frame's code.
    let name = unsafe { (*code).name_at(at.arg >> 2) };
    let is_super = rec.live_object(outer)?.is(PySuper_Type.as_object());
    let Some(live_class) = rec.live_object(class)?.cast::<TypeObject>() else { return Ok(None) };
    let live = rec.live_object(this)?;
    let own = live.class();
    if !is_super || at.arg & 1 == 0 || live.cast::<TypeObject>().is_some() || !own.is_subtype(live_class) {
        return Ok(None);
    }
    let Ok(Some(found)) = super_::lookup_behind(live_class, own, name) else { return Ok(None) };
    if !found.class().has_feature(flags::METHOD_DESCRIPTOR) || !method::guard_kind(rec, this)? {
        return Ok(None);
    }
    for (slot, object) in [(outer, PySuper_Type.as_object()), (class, live_class.as_object())] {
        let Item::Obj(id) = rec.item(slot, true) else { return Ok(None) };
        rec.guard_is(id, object);
    }
    Ok(Some(found))
}

pub fn store_attr(rec: &mut Recorder, at: Site) -> Recorded {
    let (value, place) = (rec.at(2), rec.at(1));
    let live = rec.live_object(place)?;
    let code = rec.top().code;
    // SAFETY: the running frame's code.
    let name = unsafe { (*code).name_at(at.arg) };
    let new = rec.held(value, true);
    if let Item::Virtual(id) = rec.held(place, true)
        && !rec.refers(new, id)
        && let Some(target) = target(rec, Owner::Virtual(id), live, name)?
    {
        let gone = rec.take(2);
        let old = rec.set_field(id, target.offset, new, target.new_word.map(|(_, word)| word as u32));
        old.into_iter().chain(gone).for_each(|item| rec.settle(item));
        return Ok(());
    }
    if let Item::Obj(id) = rec.item(place, true)
        && let Some(target) = target(rec, Owner::Obj(id), live, name)?
    {
        let val = rec.obj(id).val;
        let old = rec.load(Op::ld_p, val, target.offset, layout::ATTR);
        if target.new_word.is_none() {
            let op = if target.unset { Op::guard_eq } else { Op::guard_ne };
            rec.guard(op, &[old, Arg::Const(Const::P(0))]);
        }
        let has_old = target.new_word.is_none() && !target.unset;
        // SAFETY: the field of the instance.
        let now = unsafe { *live.as_ptr().cast::<u8>().add(target.offset as usize).cast::<*mut Object>() };
        let ends = has_old.then(|| rec.overwritten(old, now));
        ends.iter().for_each(|old| rec.protect_from(old));
        if has_old && rec.overwrite(old, now, value) {
            rec.shrink(2);
            return Ok(());
        }
        let new = rec.give(value);
        rec.store(val, target.offset, new, layout::ATTR);
        if let Some((offset, word)) = target.new_word {
            rec.store(val, offset, Arg::from(word), layout::SHAPE);
        }
        let gone = rec.take(2);
        ends.iter().for_each(|old| rec.drop_reference(old));
        gone.into_iter().for_each(|item| rec.settle(item));
        return Ok(());
    }
    if let Item::Obj(id) = rec.item(place, true)
        && is_in_dictionary(live, name)
    {
        guard_version(rec, id, live.class());
        let (val, name, value) = (rec.obj(id).val, rec.keep(name.as_object()), rec.pointer(value));
        rec.protect();
        let done = rec.call(Helper::set_own_attribute, &[val, name, value]);
        native::sure_of_answer(rec, done);
        rec.shrink(2);
        rec.guard_done(at.unit, Op::guard_ge, &[done, Arg::from(0)]);
        rec.check_dead = true;
        return Ok(());
    }
    let (val, name, value) = (rec.pointer(place), rec.keep(name.as_object()), rec.pointer(value));
    let done = rec.loud(at.unit, Helper::set_attr, &[val, name, value])?;
    rec.shrink(2);
    rec.guard_done(at.unit, Op::guard_ge, &[done, Arg::from(0)]);
    Ok(())
}

/// Whether setting the attribute puts it into the dictionary in which the instance has its attributes.
fn is_in_dictionary(live: &Object, name: &Str) -> bool {
    let class = live.class();
    let generic = attrs::generic_setattro as SetAttroFunc;
    let plain = class.tp_setattro.get().is_some_and(|own| ptr::fn_addr_eq(own, generic))
        && class.assign_version_tag()
        && class.lookup(name).is_none_or(|found| found.class().tp_descr_set.get().is_none());
    let Storage::Managed(managed) = attrs::storage(live) else { return false };
    plain && managed.dict().is_some_and(|dict| dict.has_exact_str_keys() && !dict.is_watched())
}

/// Where an attribute is stored.
struct Target {
    offset: i32,
    /// Whether nothing is there in a place that is the class's.
    unset: bool,
    /// For a new attribute: where the attribute word is, and what it becomes.
    new_word: Option<(i32, i64)>,
}

fn target(rec: &mut Recorder, owner: Owner, live: &Object, name: &Str) -> Recorded<Option<Target>> {
    let class = live.class();
    let generic = attrs::generic_setattro as SetAttroFunc;
    if !class.tp_setattro.get().is_some_and(|own| ptr::fn_addr_eq(own, generic))
        || !class.assign_version_tag()
    {
        return Ok(None);
    }
    if let Some(found) = class.lookup(name)
        && found.class().tp_descr_set.get().is_some()
    {
        let Some(member) = found.cast_exact::<MemberDescr>().map(MemberDescr::def) else { return Ok(None) };
        if member.kind != kind::OBJECT_EX || member.flags & READONLY != 0 {
            return Ok(None);
        }
        let offset = i32::try_from(member.offset).map_err(|_| Abort::Operands)?;
        // SAFETY: the instance has such a field, which holds an object or NULL.
        let unset =
            unsafe { *live.as_ptr().cast::<u8>().add(offset as usize).cast::<*mut Object>() }.is_null();
        owner.guard_version(rec, class);
        return Ok(Some(Target { offset, unset, new_word: None }));
    }
    let Storage::Managed(managed) = attrs::storage(live) else { return Ok(None) };
    let Some(shape) = managed.shape() else { return Ok(None) };
    if let Some(place) = shape.find(name) {
        owner.guard_version(rec, class);
        let offset = guard_shape(rec, owner, live, shape)?;
        return Ok(Some(Target { offset: offset + 8 + place as i32 * 8, unset: false, new_word: None }));
    }
    if inline::layout_of(class).is_none() || shape.len() >= managed.capacity() {
        return Ok(None);
    }
    let Some(longer) = managed.extended(shape, name) else { return Ok(None) };
    // A name that is new to the class may have taken its version away.
    if !class.assign_version_tag() {
        return Ok(None);
    }
    owner.guard_version(rec, class);
    let offset = attrs::fixed_word_offset(live, class).ok_or(Abort::Operands)? as i32;
    // The capacity is in the upper half: the whole word is as it is now.
    let capacity = (managed.capacity() as i64) << 32;
    if let Owner::Obj(id) = owner {
        let val = rec.obj(id).val;
        let word = rec.load(Op::ld_i64, val, offset, layout::SHAPE);
        rec.guard(Op::guard_eq, &[word, Arg::from(capacity | i64::from(shape.word()))]);
    }
    let new_word = Some((offset, capacity | i64::from(longer.word())));
    Ok(Some(Target { offset: offset + 8 + shape.len() as i32 * 8, unset: false, new_word }))
}
