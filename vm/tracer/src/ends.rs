//! Whether the end of an object runs code of a program: what ends with it is found as the collector would find it, without an end.

use core::ffi::{c_int, c_void};
use core::ptr;
use objects::TypeObject;
use objects::attrs::{self, inline};
use objects::object::Object;
use objects::quiet::owns_nothing;
use objects::types::cell::PyCell_Type;
use objects::types::cfunction::PyCFunction_Type;
use objects::types::dict::Dict;
use objects::types::dict::iter::{PyDictIterItem_Type, PyDictIterKey_Type, PyDictIterValue_Type};
use objects::types::dict::methods::PyDict_Type;
use objects::types::dict::views::{PyDictItems_Type, PyDictKeys_Type, PyDictValues_Type};
use objects::types::functional::{PyEnum_Type, PyFilter_Type, PyMap_Type, PyReversed_Type, PyZip_Type};
use objects::types::generator::Generator;
use objects::types::list::List;
use objects::types::list::iter::{PyListIter_Type, PyListRevIter_Type};
use objects::types::method::PyMethod_Type;
use objects::types::range::PyRange_Type;
use objects::types::set::methods::{PyFrozenSet_Type, PySet_Type, PySetIter_Type};
use objects::types::slice::PySlice_Type;
use objects::types::tuple::Tuple;
use objects::types::tuple::methods::PyTupleIter_Type;

/// How many objects deep, and how many references in all, are looked through.
const DEPTH: u32 = 4;
const WIDTH: usize = 128;

/// How many objects are looked at of which not all references are known to go.
const DOUBTS: usize = 16;

/// Classes whose instances give up, when they end, what their traversal shows, and do nothing else.
const HOLDERS: [*const TypeObject; 23] = [
    &raw const PySet_Type,
    &raw const PyFrozenSet_Type,
    &raw const PyDict_Type,
    &raw const PyMethod_Type,
    &raw const PyCFunction_Type,
    &raw const PyListIter_Type,
    &raw const PyTupleIter_Type,
    &raw const PySetIter_Type,
    &raw const PyDictIterKey_Type,
    &raw const PyDictIterValue_Type,
    &raw const PyDictIterItem_Type,
    &raw const PyDictKeys_Type,
    &raw const PyDictValues_Type,
    &raw const PyDictItems_Type,
    &raw const PyEnum_Type,
    &raw const PyZip_Type,
    &raw const PyMap_Type,
    &raw const PyFilter_Type,
    &raw const PyReversed_Type,
    &raw const PySlice_Type,
    &raw const PyCell_Type,
    &raw const PyListRevIter_Type,
    &raw const PyRange_Type,
];

/// Whether the end of `object`, which nobody refers to any more, runs no code of a program.
pub fn ends_quietly(object: &Object) -> bool {
    Ending { seen: 0, doubts: Vec::new(), depth: DEPTH }.is_quiet(object)
}

/// What is known of the objects that end.
struct Ending {
    /// References that were looked at.
    seen: usize,
    /// Objects that end only if all their references are given up, and how many are.
    doubts: Vec<(*const Object, i64)>,
    /// How many objects deeper is looked.
    depth: u32,
}

impl Ending {
    /// Whether the object ends quietly.
    fn is_quiet(&mut self, object: &Object) -> bool {
        if owns_nothing(object.class()) {
            return true;
        }
        if self.depth == 0 {
            return false;
        }
        self.depth -= 1;
        let quiet = self.holds_quiet(object);
        self.depth += 1;
        quiet
    }

    /// Whether giving up a reference to `item` runs nothing.
    fn gives_up(&mut self, item: &Object) -> bool {
        if item.is_immortal() || owns_nothing(item.class()) {
            return true;
        }
        if item.is_unique() {
            return self.is_quiet(item);
        }
        self.seen += 1;
        if self.seen > WIDTH {
            return false;
        }
        // More references than are looked at.
        if item.refcnt() > WIDTH as i64 {
            return true;
        }
        let known = self.doubts.iter_mut().find(|doubt| ptr::eq(doubt.0, item));
        if let Some((_, given)) = known {
            *given += 1;
            return *given < item.refcnt() || self.is_quiet(item);
        }
        if self.doubts.len() == DOUBTS {
            return false;
        }
        self.doubts.push((ptr::from_ref(item), 1));
        true
    }

    fn holds_quiet(&mut self, object: &Object) -> bool {
        if let Some(tuple) = object.cast_exact::<Tuple>() {
            return tuple.len() <= WIDTH && tuple.items().iter().all(|item| self.gives_up(item));
        }
        if let Some(list) = object.cast_exact::<List>() {
            let items = list.raw_items();
            // SAFETY: the items of a list that nobody else can change.
            return list.len() <= WIDTH && (0..list.len()).all(|n| self.gives_up(unsafe { &**items.add(n) }));
        }
        let class = object.class();
        if HOLDERS.contains(&ptr::from_ref(class)) {
            let watched = object.cast_exact::<Dict>().is_some_and(Dict::is_watched);
            return !watched && has_no_weakrefs(object) && self.traverse(object, class);
        }
        if let Some(generator) = Generator::any(object) {
            return generator.is_finished() && generator.weakreflist.get().is_null();
        }
        if !has_no_slots(class) || !has_no_finalizer(class) || !has_no_weakrefs(object) {
            return false;
        }
        let Some(shape) = inline::shape_of(object) else { return false };
        // SAFETY: the instance has a shape, and its values nobody else can change.
        let values = unsafe { core::slice::from_raw_parts(inline::inline_values(object), shape.len()) };
        values.iter().all(|value| unsafe { value.peek() }.is_none_or(|value| self.gives_up(value)))
    }

    /// As [`Ending::gives_up`], for all references that the object's traversal shows.
    fn traverse(&mut self, object: &Object, class: &TypeObject) -> bool {
        unsafe extern "C" fn visit(item: *mut Object, ending: *mut c_void) -> c_int {
            // SAFETY: the traversal's own argument, and an object that it shows.
            unsafe { c_int::from(!(*ending.cast::<Ending>()).gives_up(&*item)) }
        }
        let Some(traverse) = class.tp_traverse.get() else { return true };
        // SAFETY: the slot belongs to the class.
        unsafe { traverse(object, visit, ptr::from_mut(self).cast()) == 0 }
    }
}

/// Whether nobody is told of the object's end.
fn has_no_weakrefs(object: &Object) -> bool {
    attrs::weaklist(object).is_none_or(|list| list.get().is_null())
}

/// Whether the class was made by a program and its instances end without a finaliser.
pub fn has_no_finalizer(class: &TypeObject) -> bool {
    class.heap_type().is_some() && class.tp_finalize.get().is_none() && class.tp_del.get().is_none()
}

/// Whether instances have no fields beside their attributes' storage.
fn has_no_slots(class: &TypeObject) -> bool {
    let base = objects::types::object::PyBaseObject_Type.tp_basicsize.get();
    class.tp_basicsize.get() == base && class.tp_itemsize.get() == 0
}
