//! `_tuplegetter`: the attributes of named tuples.

use core::cell::Cell;
use macros::{Trace, pytype};
use objects::protocol::{number, object};
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, raise};

/// `_tuplegetterobject`.
#[repr(C)]
#[derive(Trace)]
pub struct TupleGetter {
    ob_base: Object,
    index: Cell<isize>,
    doc: Slot,
}

#[pytype(
    name = "_tuplegetter", module = "collections", static_name = TUPLE_GETTER, gc,
    member("__doc__", OBJECT, doc)
)]
impl TupleGetter {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<TupleGetter>> {
        if kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            return Err(raise!(TypeError, "_tuplegetter() takes no keyword arguments"));
        }
        let [index, doc] = args.items() else {
            return Err(raise!(TypeError, "_tuplegetter expected 2 arguments, got {}", args.len()));
        };
        let index = number::index_as_isize(index, Some(&exc::OverflowError))?;
        let getter =
            TupleGetter { ob_base: Object::HEAD, index: Cell::new(index), doc: Slot::new(doc.to_ref()) };
        Ref::new_in(class, getter)
    }

    #[slot(tp_descr_get)]
    fn descr_get(&self, instance: Option<&Object>, class: Option<&Object>) -> Result<Ref> {
        let index = self.index.get();
        let instance = match instance {
            Some(instance) if !(instance.is(none()) && class.is_some()) => instance,
            _ => return Ok(self.to_ref().upcast()),
        };
        let Some(tuple) = instance.cast::<Tuple>() else {
            if instance.is(none()) {
                return Ok(self.to_ref().upcast());
            }
            return Err(raise!(
                TypeError,
                "descriptor for index '{index}' for tuple subclasses doesn't apply to '{}' object",
                instance.class().name()
            ));
        };
        let item = usize::try_from(index).ok().and_then(|index| tuple.items().get(index).copied());
        match item {
            Some(item) => Ok(item.to_ref()),
            None => Err(raise!(IndexError, "tuple index out of range")),
        }
    }

    #[slot(tp_descr_set)]
    fn descr_set(&self, _instance: &Object, value: Option<&Object>) -> Result<()> {
        let action = if value.is_some() { "set" } else { "delete" };
        Err(raise!(AttributeError, "can't {action} attribute"))
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let doc = object::repr(&self.doc())?.to_string_lossy();
        Str::new(&format!("{}({}, {doc})", self.class().name(), self.index.get()))
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> (Ref, (isize, Ref)) {
        (self.class().to_ref().upcast(), (self.index.get(), self.doc()))
    }
}

impl TupleGetter {
    fn doc(&self) -> Ref {
        self.doc.get().unwrap_or_else(objects::object::refs::none)
    }
}
