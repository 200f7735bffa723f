//! The method resolution order: C3 linearisation, and classes whose metaclass computes its own.

use super::TypeObject;
use crate::id;
use crate::object::Instance;
use crate::object::Object;
use crate::object::refs::Ref;
use crate::protocol::{self, attr};
use crate::raise::Result;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::r#type::PyType_Type;
use core::ptr;

/// C3 over the class's bases (`mro_implementation`).
///
/// # Errors
/// TypeError for duplicate bases or when no consistent order exists.
pub fn c3(class: &TypeObject) -> Result<Ref<Tuple>> {
    let bases = class.tp_bases.get().unwrap_or_else(Tuple::empty);
    let mut order: Vec<Ref> = vec![class.as_object().to_ref()];
    if let [base] = bases.items() {
        // The common case: the only base's order with the class in front.
        let base_mro = mro_of(base)?;
        order.extend(base_mro.items().iter().map(|class| class.to_ref()));
        return Tuple::from_vec(order);
    }
    let mut sequences: Vec<Ref<Tuple>> = Vec::with_capacity(bases.len() + 1);
    for base in bases.items() {
        sequences.push(mro_of(base)?);
    }
    check_duplicates(&bases)?;
    sequences.push(bases);
    merge(&mut order, &sequences)?;
    Tuple::from_vec(order)
}

fn mro_of(base: &Object) -> Result<Ref<Tuple>> {
    let Some(base) = base.cast::<TypeObject>() else { return Err(crate::raise::bad_internal_call()) };
    base.tp_mro
        .get()
        .ok_or_else(|| crate::raise!(TypeError, "Cannot extend an incomplete type '{}'", base.full_name()))
}

fn check_duplicates(bases: &Tuple) -> Result<()> {
    let items = bases.items();
    for (index, base) in items.iter().enumerate() {
        if items[index + 1..].iter().any(|other| other.is(base)) {
            return Err(match class_name(base)? {
                Some(name) => {
                    let name = name.to_string_lossy();
                    crate::raise!(TypeError, "duplicate base class {name}")
                }
                None => crate::raise!(TypeError, "duplicate base class"),
            });
        }
    }
    Ok(())
}

fn class_name(class: &Object) -> Result<Option<Ref<Str>>> {
    Ok(attr::get_optional(class, id!("__name__"))?.and_then(|name| name.downcast().ok()))
}

/// Appends the merge of `sequences` to `order` (`pmerge`).
fn merge(order: &mut Vec<Ref>, sequences: &[Ref<Tuple>]) -> Result<()> {
    let mut heads = vec![0; sequences.len()];
    loop {
        let head = |index: usize, heads: &[usize]| sequences[index].items().get(heads[index]).copied();
        let in_a_tail = |candidate: &Object, heads: &[usize]| {
            (sequences.iter().zip(heads)).any(|(sequence, &head)| {
                sequence.items().iter().skip(head + 1).any(|class| class.is(candidate))
            })
        };
        let next = (0..sequences.len())
            .filter_map(|index| head(index, &heads))
            .find(|candidate| !in_a_tail(candidate, &heads));
        let Some(next) = next else {
            if (0..sequences.len()).all(|index| head(index, &heads).is_none()) {
                return Ok(());
            }
            return Err(inconsistent(sequences, &heads)?);
        };
        order.push(next.to_ref());
        for index in 0..sequences.len() {
            if head(index, &heads).is_some_and(|class| class.is(next)) {
                heads[index] += 1;
            }
        }
    }
}

/// The error that names the classes no order satisfies (`set_mro_error`).
fn inconsistent(sequences: &[Ref<Tuple>], heads: &[usize]) -> Result<crate::Raised> {
    // A dictionary as an ordered set, so that the names come in the order CPython gives.
    let left = Dict::new()?;
    for (sequence, &head) in sequences.iter().zip(heads) {
        if let Some(class) = sequence.items().get(head) {
            left.set_item(class, crate::types::none::none())?;
        }
    }
    let mut names = String::new();
    for (class, _) in left.to_vec() {
        if !names.is_empty() {
            names.push_str(", ");
        }
        match class_name(&class)? {
            Some(name) => names.push_str(&name.to_string_lossy()),
            None => names.push_str(&protocol::object::str(&class)?.to_string_lossy()),
        }
    }
    Ok(crate::raise!(TypeError, "Cannot create a consistent method resolution order (MRO) for bases {names}"))
}

/// Whether the metaclass has its own `mro` method.
fn custom_method(class: &TypeObject) -> Option<Ref> {
    let meta = class.as_object().class();
    if ptr::eq(meta, &raw const PyType_Type) {
        return None;
    }
    let found = meta.lookup(id!("mro"))?;
    let plain = PyType_Type.lookup(id!("mro"));
    plain.is_none_or(|plain| !plain.is(&found)).then_some(found)
}

/// Computes the MRO of `class` as its metaclass says and stores it. `false`: asking the metaclass ended in someone else storing
/// another one meanwhile, which stays (`mro_internal`).
///
/// # Errors
/// As [`c3`]; what a metaclass's `mro` raises; TypeError when its answer cannot be an MRO.
pub fn compute(class: &TypeObject) -> Result<bool> {
    let custom = custom_method(class);
    let old = class.tp_mro.get();
    let mro = match &custom {
        Some(method) => ask_metaclass(class, method)?,
        None => c3(class)?,
    };
    let expected = old.as_ref().map_or(ptr::null_mut(), Ref::as_ptr);
    if class.tp_mro.as_ptr() != expected {
        return Ok(false);
    }
    class.tp_mro.set(Some(mro));
    if custom.is_some() {
        class.forbid_version_tags();
    } else {
        class.modified();
    }
    Ok(true)
}

fn ask_metaclass(class: &TypeObject, method: &Object) -> Result<Ref<Tuple>> {
    let bound = match method.class().tp_descr_get.get() {
        // SAFETY: the slot belongs to the attribute's class.
        Some(bind) => unsafe { bind(method, Some(class), Some(class.as_object().class())) }?,
        None => method.to_ref(),
    };
    let answer = protocol::call::call_no_args(&bound)?;
    let mro = protocol::sequence::to_tuple(&answer)?;
    if mro.is_empty() {
        return Err(crate::raise!(TypeError, "type MRO must not be empty"));
    }
    let solid = super::layout::solid_base(class);
    for item in mro.items() {
        let Some(base) = item.cast::<TypeObject>() else {
            return Err(crate::raise!(TypeError, "mro() returned a non-class ('{}')", item.class().name()));
        };
        if !solid.is_subtype(super::layout::solid_base(base)) {
            return Err(crate::raise!(
                TypeError,
                "mro() returned base with unsuitable layout ('{}')",
                base.name()
            ));
        }
    }
    Ok(mro)
}
