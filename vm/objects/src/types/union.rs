//! `types.UnionType`: `X | Y`.

use crate::attrs;
use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol;
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::bool::new_bool;
use crate::types::generic_alias::{self, GenericAlias, Py_GenericAliasType};
use crate::types::none::{self, _PyNone_Type, not_implemented};
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use macros::pytype;

/// `unionobject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Union {
    ob_base: Object,
    args: Slot<Tuple>,
    /// The type variables in `args`, found on first use.
    parameters: Slot<Tuple>,
}

/// `left | right` for classes, None, aliases and unions; NotImplemented for anything else (`_Py_union_type_or`).
///
/// # Errors
/// What comparing the members raises.
pub fn or(left: &Object, right: &Object) -> Result<Ref> {
    if !is_unionable(left) || !is_unionable(right) {
        return Ok(not_implemented().to_ref());
    }
    let mut members = Vec::new();
    for operand in [left, right] {
        match operand.cast::<Union>() {
            Some(union) => {
                for member in union.args().items() {
                    add_member(&mut members, member)?;
                }
            }
            None => add_member(&mut members, operand)?,
        }
    }
    make(members)
}

/// The union of `members`, or the only one.
fn make(members: Vec<Ref>) -> Result<Ref> {
    if let [only] = members.as_slice() {
        return Ok(only.clone());
    }
    let args = Tuple::from_vec(members)?;
    let union = Union { ob_base: Object::HEAD, args: Slot::new(args), parameters: Slot::empty() };
    Ok(Ref::new(union)?.upcast())
}

fn is_unionable(object: &Object) -> bool {
    object.is(none::none())
        || object.cast::<TypeObject>().is_some()
        || object.cast::<GenericAlias>().is_some()
        || object.cast::<Union>().is_some()
        || object.cast::<crate::types::typing::alias::TypeAlias>().is_some()
}

/// Adds a member unless an equal one is there. None stands for its class.
fn add_member(members: &mut Vec<Ref>, member: &Object) -> Result<()> {
    let member = if member.is(none::none()) { _PyNone_Type.as_object() } else { member };
    for known in &*members {
        let is_alias = |object: &Object| object.is_exactly(&Py_GenericAliasType);
        let same = if is_alias(known) && is_alias(member) {
            protocol::compare::equal(known, member)?
        } else if is_alias(known) || is_alias(member) {
            false
        } else {
            known.is(member) || protocol::compare::equal(known, member)?
        };
        if same {
            return Ok(());
        }
    }
    members.push(member.to_ref());
    Ok(())
}

#[pytype(
    name = "UnionType",
    module = "types",
    symbol = _PyUnion_Type,
    gc,
    no_clear,
    no_new,
    member("__args__", OBJECT, args, READONLY)
)]
impl Union {
    /// The members.
    pub fn args(&self) -> Ref<Tuple> {
        self.args.get().unwrap_or_else(Tuple::empty)
    }

    fn parameters(&self) -> Result<Ref<Tuple>> {
        if let Some(parameters) = self.parameters.get() {
            return Ok(parameters);
        }
        let parameters = generic_alias::make_parameters(&self.args())?;
        self.parameters.set(Some(parameters.clone()));
        Ok(parameters)
    }

    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object) -> Result {
        // A union says where it is from, as a class would.
        match name.cast::<Str>().is_some_and(|name| name.equals_text("__module__")) {
            true => protocol::attr::get(self.as_object().class().as_object(), id!("__module__")),
            // SAFETY: called as the slot itself would be.
            false => unsafe { attrs::generic_getattro(self, name) },
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<String> {
        let mut parts = Vec::new();
        for member in self.args().items() {
            parts.push(match member.is(&_PyNone_Type) {
                true => "None".to_string(),
                false => generic_alias::item_repr(member)?,
            });
        }
        Ok(parts.join(" | "))
    }

    /// The order of the members does not matter.
    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        protocol::object::hash(&*self.as_set()?)
    }

    fn as_set(&self) -> Result<Ref> {
        let frozenset = &crate::types::set::methods::PyFrozenSet_Type;
        protocol::call::call(frozenset, &[&*self.args()])
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result {
        let (CompareOp::Eq | CompareOp::Ne, Some(other)) = (op, other.cast::<Union>()) else {
            return Ok(not_implemented().to_ref());
        };
        let equal = protocol::compare::equal(&*self.as_set()?, &*other.as_set()?)?;
        Ok(new_bool(equal == (op == CompareOp::Eq)))
    }

    #[slot(nb_or)]
    fn py_or(left: &Object, right: &Object) -> Result {
        or(left, right)
    }

    #[slot(mp_subscript)]
    fn get_item(&self, item: &Object) -> Result {
        let args = generic_alias::substitute(self, &self.args(), &*self.parameters()?, item)?;
        let mut members = args.items().iter();
        let Some(first) = members.next() else { return Err(crate::raise::bad_internal_call()) };
        let mut union = first.to_ref();
        for member in members {
            union = protocol::number::binary_op(&union, member, protocol::number::Binary::Or)?;
        }
        Ok(union)
    }

    #[getter("__parameters__")]
    fn get_parameters(&self) -> Result<Ref<Tuple>> {
        self.parameters()
    }
}
