//! `SignalDict`: a context's flags or traps as a mapping from signals to booleans.

use super::signals;
use core::cell::Cell;
use macros::pytype;
use num::decimal::Status;
use objects::protocol::{call, compare, iter, object};
use objects::types::bool::new_bool;
use objects::types::dict::Dict;
use objects::types::none::not_implemented;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::types::r#type::PyType_Type;
use objects::{CompareOp, Instance, Object, Ref, Result, Slot, TypeObject, raise};

/// `PyDecSignalDictObject`.
#[repr(C)]
pub struct SignalDict {
    ob_base: Object,
    bits: Cell<Status>,
    /// Whether it belongs to a context: those that Python code makes do not.
    valid: bool,
}

/// The class of the mappings, which mixes in `MutableMapping`.
struct Class(Slot<TypeObject>);

// SAFETY: set when the module is executed, read under the GIL.
unsafe impl Sync for Class {}

objects::per_interpreter! {
    static CLASS: Class = Class(Slot::empty());
}

/// Makes the class.
///
/// # Errors
/// What importing `collections.abc` raises.
pub fn make_class() -> Result<()> {
    if !CLASS.0.is_empty() {
        return Ok(());
    }
    let abc = objects::hooks::IMPORT.get()("collections.abc")?;
    let mapping = objects::protocol::attr::get_text(&abc, "MutableMapping")?;
    let name = Str::new("SignalDict")?;
    let bases = Tuple::from_slice(&[SIGNAL_DICT_MIXIN.as_object(), &mapping])?;
    let class = call::call(&PyType_Type, &[&name, &bases, &*Dict::new()?])?;
    CLASS.0.set(class.downcast::<TypeObject>().ok());
    Ok(())
}

impl SignalDict {
    /// # Errors
    /// MemoryError.
    pub fn new(bits: Status) -> Result<Ref<SignalDict>> {
        let class = CLASS.0.get().ok_or_else(raise::bad_internal_call)?;
        Ref::new_in(&class, SignalDict { ob_base: Object::HEAD, bits: Cell::new(bits), valid: true })
    }

    #[inline]
    pub fn bits(&self) -> Status {
        self.bits.get()
    }

    #[inline]
    pub fn set(&self, bits: Status) {
        self.bits.set(bits);
    }

    fn check(&self) -> Result<()> {
        if self.valid { Ok(()) } else { Err(raise!(ValueError, "invalid signal dict")) }
    }

    fn keys(&self) -> Result<Ref<Tuple>> {
        Tuple::from_vec(signals::classes()?.into_iter().map(Ref::upcast).collect())
    }
}

/// The flags that a mapping from signals stands for.
///
/// # Errors
/// TypeError for what is no mapping, KeyError for other keys.
pub fn bits_of(object: &Object) -> Result<Status> {
    if let Some(signals) = object.cast::<SignalDict>() {
        signals.check()?;
        return Ok(signals.bits());
    }
    let Some(dict) = object.cast::<Dict>() else {
        return Err(raise!(TypeError, "argument must be a signal dict"));
    };
    if dict.len() != signals::signals().count() {
        return Err(raise!(KeyError, "invalid signal dict"));
    }
    let mut bits = 0;
    for (key, value) in dict.to_vec() {
        let flag = signals::flags_of(&key)?;
        if object::is_true(&value)? {
            bits |= flag;
        }
    }
    Ok(bits)
}

/// The flags of a list of signals.
///
/// # Errors
/// KeyError for other items.
pub fn bits_of_list(list: &Object) -> Result<Status> {
    let mut bits = 0;
    iter::for_each(list, |item| {
        bits |= signals::flags_of(&item)?;
        Ok(())
    })?;
    Ok(bits)
}

#[pytype(name = "SignalDictMixin", module = "decimal", getattro = objects::attrs::generic_getattro, static_name = SIGNAL_DICT_MIXIN, unhashable, flags = [BASETYPE])]
impl SignalDict {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<SignalDict>> {
        Ref::new_in(class, SignalDict { ob_base: Object::HEAD, bits: Cell::new(0), valid: false })
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        self.check()?;
        let parts: Vec<String> = signals::signals()
            .map(|(name, flag)| {
                let value = if self.bits() & flag != 0 { "True" } else { "False" };
                format!("<class 'decimal.{name}'>:{value}")
            })
            .collect();
        Str::new(&format!("{{{}}}", parts.join(", ")))
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref> {
        self.check()?;
        iter::get_iter(&*self.keys()?)
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        self.check()?;
        if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(not_implemented().to_ref());
        }
        let other = match other.cast::<SignalDict>() {
            Some(other) => {
                other.check()?;
                other.bits()
            }
            None if other.cast::<Dict>().is_some() => match bits_of(other) {
                Ok(bits) => bits,
                Err(raised) if raised.matches(&objects::types::exceptions::KeyError) => {
                    raised.clear();
                    return Ok(not_implemented().to_ref());
                }
                Err(raised) => return Err(raised),
            },
            None => return Ok(not_implemented().to_ref()),
        };
        Ok(compare::answer(op, self.bits().cmp(&other)))
    }

    #[slot(mp_length)]
    fn len(&self) -> Result<isize> {
        self.check()?;
        Ok(signals::signals().count() as isize)
    }

    #[slot(mp_subscript)]
    fn get(&self, key: &Object) -> Result<Ref> {
        self.check()?;
        Ok(new_bool(self.bits() & signals::flags_of(key)? != 0))
    }

    #[slot(mp_ass_subscript)]
    fn assign(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        self.check()?;
        let Some(value) = value else { return Err(raise!(ValueError, "signal keys cannot be deleted")) };
        let flag = signals::flags_of(key)?;
        let on = object::is_true(value)?;
        self.set(if on { self.bits() | flag } else { self.bits() & !flag });
        Ok(())
    }

    #[method("copy($self, /)")]
    fn copy(&self) -> Result<Ref<Dict>> {
        self.check()?;
        let dict = Dict::new()?;
        for class in signals::classes()? {
            let on = self.bits() & signals::flags_of(&class)? != 0;
            dict.set_item(&class, &new_bool(on))?;
        }
        Ok(dict)
    }
}
