//! `_abc`: what abstract base classes keep, and the checks that ask it.

use core::cell::Cell;
use objects::object::refs::Slot;
use objects::protocol::{attr, call, object, sequence};
use objects::raise;
use objects::typeobject::flags;
use objects::types::dict::Dict;
use objects::types::none::not_implemented;
use objects::types::set::Set;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::types::weakref::WeakReference;
use objects::{Instance, Object, Ref, Result, TypeObject, id};

/// What one abstract class keeps. The sets hold weak references.
#[repr(C)]
#[derive(macros::Trace)]
pub struct AbcData {
    ob_base: Object,
    registry: Slot<Set>,
    cache: Slot<Set>,
    negative: Slot<Set>,
    /// The counter when the negative cache was valid.
    negative_version: Cell<u64>,
}

#[macros::pytype(name = "_abc_data", module = "_abc", static_name = ABC_DATA, gc)]
impl AbcData {
    #[slot(tp_new)]
    fn new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<AbcData>> {
        Ref::new_in(class, AbcData::empty())
    }
}

impl AbcData {
    fn empty() -> AbcData {
        AbcData {
            ob_base: Object::HEAD,
            registry: Slot::empty(),
            cache: Slot::empty(),
            negative: Slot::empty(),
            negative_version: Cell::new(REGISTRATIONS.0.get()),
        }
    }
}

struct Counter(Cell<u64>);
// SAFETY: touched under the GIL.
unsafe impl Sync for Counter {}
/// Grows with every registration, which makes negative answers stale.
static REGISTRATIONS: Counter = Counter(Cell::new(0));

fn data_of(class: &Object) -> Result<Ref<AbcData>> {
    let data = attr::get(class, id!("_abc_impl"))?;
    data.downcast().map_err(|_| raise!(TypeError, "_abc_impl is set to a wrong type"))
}

fn weak(target: &Object) -> Result<Ref> {
    call::call_one_arg(WeakReference::class().as_object(), target)
}

/// Whether the set holds a reference to the class. Something that cannot be referenced weakly is in no set.
fn holds(slot: &Slot<Set>, target: &Object) -> Result<bool> {
    let Some(set) = slot.get().filter(|set| !set.is_empty()) else { return Ok(false) };
    match weak(target) {
        Ok(reference) => set.has(&reference),
        Err(raised) if raised.matches(&objects::types::exceptions::TypeError) => {
            raised.clear();
            Ok(false)
        }
        Err(raised) => Err(raised),
    }
}

fn add(slot: &Slot<Set>, target: &Object) -> Result<()> {
    let set = match slot.get() {
        Some(set) => set,
        None => {
            let set = Set::new()?;
            slot.set(Some(set.clone()));
            set
        }
    };
    // Dead references are swept when the set has grown well past its live ones.
    if set.len() > 64 {
        for reference in set.to_vec() {
            if reference.cast::<WeakReference>().is_some_and(|reference| reference.referent().is_none()) {
                set.discard_item(&reference)?;
            }
        }
    }
    set.add_item(&*weak(target)?).map(drop)
}

#[macros::pymodule(name = "_abc", classes(AbcData))]
pub mod module {
    use super::*;

    #[function("get_cache_token($module, /)")]
    fn get_cache_token() -> u64 {
        REGISTRATIONS.0.get()
    }

    #[function("_abc_init($module, self, /)")]
    fn abc_init(class: &Object) -> Result<()> {
        compute_abstract_methods(class)?;
        let data = Ref::new(AbcData::empty())?;
        attr::set(class, id!("_abc_impl"), Some(&data))?;
        if let Some(class) = class.cast::<TypeObject>()
            && let Some(dict) = class.tp_dict.get()
            && let Some(found) = dict.get_str(id!("__abc_tpflags__"))?
        {
            if let Some(bits) = found.cast_exact::<objects::types::int::Int>().and_then(|bits| bits.to_u64())
            {
                let collection = flags::SEQUENCE | flags::MAPPING;
                if bits & collection == collection {
                    return Err(raise!(
                        TypeError,
                        "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING"
                    ));
                }
                class.set_flags(bits & collection, 0);
            }
            dict.remove(id!("__abc_tpflags__"))?;
        }
        Ok(())
    }

    #[function("_abc_register($module, self, subclass, /)")]
    fn abc_register(class: &Object, subclass: &Object) -> Result<Ref> {
        let Some(subtype) = subclass.cast::<TypeObject>() else {
            return Err(raise!(TypeError, "Can only register classes"));
        };
        if object::is_subclass(subclass, class)? {
            return Ok(subclass.to_ref());
        }
        if object::is_subclass(class, subclass)? {
            return Err(raise!(RuntimeError, "Refusing to create an inheritance cycle"));
        }
        add(&data_of(class)?.registry, subclass)?;
        REGISTRATIONS.0.set(REGISTRATIONS.0.get() + 1);
        if let Some(class) = class.cast::<TypeObject>() {
            let bits = class.tp_flags.get() & (flags::SEQUENCE | flags::MAPPING);
            if bits != 0 {
                set_collection_flags(subtype, bits);
            }
        }
        Ok(subclass.to_ref())
    }

    #[function("_abc_instancecheck($module, self, instance, /)")]
    fn abc_instancecheck(class: &Object, instance: &Object) -> Result<Ref> {
        let data = data_of(class)?;
        let subclass = attr::get(instance, id!("__class__"))?;
        if holds(&data.cache, &subclass)? {
            return Ok(objects::types::bool::new_bool(true));
        }
        let own = instance.class().as_object();
        if subclass.is(own) {
            if data.negative_version.get() == REGISTRATIONS.0.get() && holds(&data.negative, &subclass)? {
                return Ok(objects::types::bool::new_bool(false));
            }
            return call::call_method(class, id!("__subclasscheck__"), &[&subclass]);
        }
        let first = call::call_method(class, id!("__subclasscheck__"), &[&subclass])?;
        if object::is_true(&first)? {
            return Ok(first);
        }
        call::call_method(class, id!("__subclasscheck__"), &[own])
    }

    #[function("_abc_subclasscheck($module, self, subclass, /)")]
    fn abc_subclasscheck(class: &Object, subclass: &Object) -> Result<bool> {
        if subclass.cast::<TypeObject>().is_none() {
            return Err(raise!(TypeError, "issubclass() arg 1 must be a class"));
        }
        super::subclass_check(class, subclass)
    }

    #[function("_get_dump($module, self, /)")]
    fn get_dump(class: &Object) -> Result<Ref<Tuple>> {
        let data = data_of(class)?;
        let set = |slot: &Slot<Set>| -> Result<Ref> {
            match slot.get() {
                Some(set) => Ok(Set::from_iterable(&set)?.upcast()),
                None => Ok(Set::new()?.upcast()),
            }
        };
        let version = objects::types::int::Int::from_u64(data.negative_version.get())?.upcast();
        Tuple::from_array([set(&data.registry)?, set(&data.cache)?, set(&data.negative)?, version])
    }

    #[function("_reset_registry($module, self, /)")]
    fn reset_registry(class: &Object) -> Result<()> {
        data_of(class)?.registry.set(None);
        Ok(())
    }

    #[function("_reset_caches($module, self, /)")]
    fn reset_caches(class: &Object) -> Result<()> {
        let data = data_of(class)?;
        data.cache.set(None);
        data.negative.set(None);
        Ok(())
    }
}

fn set_collection_flags(class: &TypeObject, bits: core::ffi::c_ulong) {
    if class.has_feature(flags::IMMUTABLETYPE) {
        return;
    }
    class.set_flags(bits, flags::SEQUENCE | flags::MAPPING);
    if let Ok(subclasses) = call::call_method(class.as_object(), id!("__subclasses__"), &[])
        && let Ok(list) = sequence::to_list(&subclasses)
    {
        for subclass in list.to_vec() {
            if let Some(subclass) = subclass.cast::<TypeObject>() {
                set_collection_flags(subclass, bits);
            }
        }
    }
}

/// `__abstractmethods__` from the class's own namespace and its bases'.
fn compute_abstract_methods(class: &Object) -> Result<()> {
    let is_abstract = |value: &Object| match attr::get_optional(value, id!("__isabstractmethod__"))? {
        Some(flag) => object::is_true(&flag),
        None => Ok(false),
    };
    let mut names = Vec::new();
    let namespace = attr::get(class, id!("__dict__"))?;
    let items = call::call_method(&namespace, id!("items"), &[])?;
    for item in sequence::to_list(&items)?.to_vec() {
        let Some(pair) = item.cast::<Tuple>().filter(|pair| pair.len() == 2) else { continue };
        if is_abstract(pair.items()[1])? {
            names.push(pair.items()[0].to_ref());
        }
    }
    let bases = attr::get(class, id!("__bases__"))?;
    for base in sequence::to_list(&bases)?.to_vec() {
        let Some(inherited) = attr::get_optional(&base, id!("__abstractmethods__"))? else { continue };
        for name in sequence::to_list(&inherited)?.to_vec() {
            let Some(text) = name.cast::<Str>() else { continue };
            if let Some(value) = attr::get_optional(class, text)?
                && is_abstract(&value)?
            {
                names.push(name);
            }
        }
    }
    attr::set(class, id!("__abstractmethods__"), Some(&*Set::frozen_from_items(&names)?))
}

fn subclass_check(class: &Object, subclass: &Object) -> Result<bool> {
    let data = data_of(class)?;
    if holds(&data.cache, subclass)? {
        return Ok(true);
    }
    if data.negative_version.get() < REGISTRATIONS.0.get() {
        data.negative.set(None);
        data.negative_version.set(REGISTRATIONS.0.get());
    } else if holds(&data.negative, subclass)? {
        return Ok(false);
    }
    let answer = decide(class, subclass, &data)?;
    add(if answer { &data.cache } else { &data.negative }, subclass)?;
    Ok(answer)
}

fn decide(class: &Object, subclass: &Object, data: &AbcData) -> Result<bool> {
    let hook = call::call_method(class, id!("__subclasshook__"), &[subclass])?;
    if !hook.is(not_implemented()) {
        return object::is_true(&hook);
    }
    if let (Some(class), Some(subclass)) = (class.cast::<TypeObject>(), subclass.cast::<TypeObject>())
        && subclass.is_subtype(class)
    {
        return Ok(true);
    }
    if let Some(registry) = data.registry.get() {
        for reference in registry.to_vec() {
            let Some(registered) = reference.cast::<WeakReference>().and_then(WeakReference::referent) else {
                continue;
            };
            if object::is_subclass(subclass, &registered)? {
                return Ok(true);
            }
        }
    }
    let subclasses = call::call_method(class, id!("__subclasses__"), &[])?;
    for derived in sequence::to_list(&subclasses)?.to_vec() {
        if object::is_subclass(subclass, &derived)? {
            return Ok(true);
        }
    }
    Ok(false)
}
