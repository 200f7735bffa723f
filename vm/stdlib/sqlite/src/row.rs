//! `Row`: a row whose columns have names.

use crate::cursor::Cursor;
use macros::{Trace, pytype};
use objects::protocol::{compare, number, object, sequence};
use objects::types::int::Int;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::slice::Slice;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{CompareOp, Instance, Object, Ref, Result, Slot, TypeObject, raise};

#[repr(C)]
#[derive(Trace)]
pub struct Row {
    ob_base: Object,
    data: Slot<Tuple>,
    description: Slot,
}

#[pytype(name = "Row", module = "sqlite3", gc, flags = [BASETYPE])]
impl Row {
    #[slot(tp_new)]
    fn tp_new(
        class: &TypeObject,
        args: &Tuple,
        kwargs: Option<&objects::types::dict::Dict>,
    ) -> Result<Ref<Row>> {
        if kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            return Err(raise!(TypeError, "Row() takes no keyword arguments"));
        }
        let [cursor, data] = args.items() else {
            return Err(raise!(TypeError, "Row expected 2 arguments, got {}", args.len()));
        };
        let shown = |object: &Object| match object.is(none()) {
            true => "None".to_owned(),
            false => object.class().full_name().to_owned(),
        };
        let Some(cursor) = cursor.cast::<Cursor>() else {
            return Err(raise!(TypeError, "Row() argument 1 must be sqlite3.Cursor, not {}", shown(cursor)));
        };
        let Some(data) = data.cast::<Tuple>() else {
            return Err(raise!(TypeError, "Row() argument 2 must be tuple, not {}", shown(data)));
        };
        let description = cursor.description.get().unwrap_or_else(objects::object::refs::none);
        Ref::new_in(
            class,
            Row {
                ob_base: Object::HEAD,
                data: Slot::new(data.to_ref()),
                description: Slot::new(description),
            },
        )
    }

    fn data(&self) -> Ref<Tuple> {
        self.data.get().unwrap_or_else(Tuple::empty)
    }

    /// The names of the columns.
    fn names(&self) -> Vec<Ref> {
        let description = self.description.get();
        let columns = description.as_deref().and_then(|description| description.cast::<Tuple>());
        let name = |column: &&Object| column.cast::<Tuple>()?.items().first().map(|name| name.to_ref());
        columns.map_or_else(Vec::new, |columns| columns.items().iter().filter_map(name).collect())
    }

    #[slot(sq_length)]
    fn sq_length(&self) -> usize {
        self.data().len()
    }

    #[slot(mp_length)]
    fn mp_length(&self) -> usize {
        self.data().len()
    }

    #[slot(sq_item)]
    fn sq_item(&self, index: isize) -> Result<Ref> {
        sequence::get_item(&self.data(), index)
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        if key.cast::<Int>().is_some() {
            let index = number::index_as_isize(key, Some(&objects::types::exceptions::IndexError))?;
            let index = if index < 0 { index + self.data().len() as isize } else { index };
            let found = usize::try_from(index)
                .ok()
                .and_then(|index| self.data().items().get(index).map(|item| item.to_ref()));
            return found.ok_or_else(|| raise!(IndexError, "tuple index out of range"));
        }
        if let Some(key) = key.cast::<Str>() {
            for (index, name) in self.names().iter().enumerate() {
                let Some(name) = name.cast::<Str>() else { continue };
                if same_name(key, name)
                    && let Some(item) = self.data().items().get(index)
                {
                    return Ok(item.to_ref());
                }
            }
            if self.description.get().is_some_and(|description| description.is(none())) {
                let key = object::repr(key)?.to_string_lossy();
                return Err(raise!(IndexError, "No item with key {key}"));
            }
            return Err(raise!(IndexError, "No item with that key"));
        }
        if key.cast::<Slice>().is_some() {
            return objects::protocol::mapping::get_item(&self.data(), key);
        }
        Err(raise!(IndexError, "Index must be int or string"))
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref> {
        objects::protocol::iter::get_iter(&self.data())
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        let description = self.description.get().unwrap_or_else(objects::object::refs::none);
        Ok(object::hash(&description)? ^ object::hash(&self.data())?)
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.cast::<Row>() else { return Ok(compare::unsupported()) };
        if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(compare::unsupported());
        }
        let part = |slot: &Slot| slot.get().unwrap_or_else(objects::object::refs::none);
        let same = compare::equal(&part(&self.description), &part(&other.description))?
            && compare::equal(&self.data(), &other.data())?;
        Ok(objects::types::bool::new_bool(same == (op == CompareOp::Eq)))
    }

    #[method("keys($self, /)")]
    fn keys(&self) -> Result<Ref<List>> {
        List::from_vec(self.names())
    }
}

/// Whether two names are the same but for the case of ASCII letters.
fn same_name(left: &Str, right: &Str) -> bool {
    if left.equals(right) {
        return true;
    }
    match (left.as_ascii(), right.as_ascii()) {
        (Some(left), Some(right)) => left.eq_ignore_ascii_case(right),
        _ => false,
    }
}
