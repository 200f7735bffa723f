//! `slice`, and what a slice means for a sequence of a given length.

use crate::args::{At, FromArg};
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::{self, number};
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::int::Int;
use crate::types::none::none;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use macros::{Trace, pytype};

/// `PySliceObject`. The fields are never NULL.
#[repr(C)]
#[derive(Trace)]
pub struct Slice {
    ob_base: Object,
    start: Slot,
    stop: Slot,
    step: Slot,
}

/// Start, stop and step of a slice before the length is known: clipped to machine integers.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub start: isize,
    pub stop: isize,
    pub step: isize,
}

/// The items that a slice takes from a sequence: `count` of them from `start` on, `step` apart. `stop` is where a plain slice ends.
#[derive(Clone, Copy, Debug)]
pub struct Indices {
    pub start: isize,
    pub stop: isize,
    pub step: isize,
    pub count: usize,
}

impl Bounds {
    /// Those of `start:stop:step`; the parts are held by the caller.
    ///
    /// # Errors
    /// As [`Slice::bounds`].
    #[inline]
    pub fn of(start: &Object, stop: &Object, step: &Object) -> Result<Bounds> {
        let step = if step.is(none()) { 1 } else { index(step)? };
        if step == 0 {
            return Err(crate::raise!(ValueError, "slice step cannot be zero"));
        }
        // So that it can be negated.
        let step = step.max(-isize::MAX);
        let start = match start.is(none()) {
            true if step < 0 => isize::MAX,
            true => 0,
            false => index(start)?,
        };
        let stop = match stop.is(none()) {
            true if step < 0 => isize::MIN,
            true => isize::MAX,
            false => index(stop)?,
        };
        Ok(Bounds { start, stop, step })
    }

    /// `PySlice_AdjustIndices`.
    pub fn for_len(self, len: usize) -> Indices {
        let len = len as isize;
        let (low, high) = if self.step < 0 { (-1, len - 1) } else { (0, len) };
        let clip = |index: isize| {
            let index = if index < 0 { index.saturating_add(len) } else { index };
            index.clamp(low, high)
        };
        let (start, stop) = (clip(self.start), clip(self.stop));
        let count = if self.step < 0 {
            if stop < start { (start - stop - 1) / self.step.wrapping_neg().max(1) + 1 } else { 0 }
        } else if start < stop {
            (stop - start - 1) / self.step + 1
        } else {
            0
        };
        Indices { start, stop, step: self.step, count: count as usize }
    }
}

impl Indices {
    /// The indices in the slice's order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = usize> {
        (0..self.count).map(move |n| (self.start + n as isize * self.step) as usize)
    }

    /// The same items from the lowest index to the highest.
    pub fn ascending(self) -> Indices {
        if self.step > 0 || self.count == 0 {
            return self;
        }
        let start = self.start + (self.count as isize - 1) * self.step;
        Indices { start, stop: self.start + 1, step: -self.step, count: self.count }
    }
}

impl Slice {
    /// `slice(start, stop, step)`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(start: &Object, stop: &Object, step: &Object) -> Result<Ref<Slice>> {
        Ref::new(Slice {
            ob_base: Object::HEAD,
            start: Slot::new(start.to_ref()),
            stop: Slot::new(stop.to_ref()),
            step: Slot::new(step.to_ref()),
        })
    }

    /// `slice(start, stop)` of machine integers.
    ///
    /// # Errors
    /// MemoryError.
    pub fn from_indices(start: isize, stop: isize) -> Result<Ref<Slice>> {
        let start = crate::types::int::new_int(start as i64)?;
        let stop = crate::types::int::new_int(stop as i64)?;
        Slice::new(&start, &stop, none())
    }

    /// The three parts.
    pub fn parts(&self) -> [Ref; 3] {
        let part = |slot: &Slot| slot.get().unwrap_or_else(crate::object::refs::none);
        [part(&self.start), part(&self.stop), part(&self.step)]
    }

    /// `PySlice_Unpack`.
    ///
    /// # Errors
    /// TypeError when a part is neither None nor an index; ValueError for a step of zero.
    pub fn bounds(&self) -> Result<Bounds> {
        // SAFETY: the parts of a slice never change, and the caller holds it.
        let part = |slot: &Slot| unsafe { slot.peek() }.unwrap_or(none());
        Bounds::of(part(&self.start), part(&self.stop), part(&self.step))
    }

    /// The items taken from a sequence of `len`.
    ///
    /// # Errors
    /// As [`Slice::bounds`].
    pub fn indices_for(&self, len: usize) -> Result<Indices> {
        Ok(self.bounds()?.for_len(len))
    }

    fn as_tuple(&self) -> Result<Ref<Tuple>> {
        Tuple::from_array(self.parts())
    }
}

/// `_PyEval_SliceIndex`: an index clipped to the machine's range.
fn index(object: &Object) -> Result<isize> {
    if let Some(int) = object.cast_exact::<Int>().filter(|int| int.is_compact()) {
        return Ok(int.compact_value() as isize);
    }
    if !number::is_index(object) {
        return Err(crate::raise!(
            TypeError,
            "slice indices must be integers or None or have an __index__ method"
        ));
    }
    number::index_as_isize(object, None)
}

/// An argument that is an index as slices take it: clipped, not None.
#[derive(Clone, Copy)]
pub struct SliceIndex(pub isize);

impl<'a> FromArg<'a> for SliceIndex {
    fn from_arg(object: &'a Object, _at: At) -> Result<SliceIndex> {
        if !number::is_index(object) {
            return Err(crate::raise!(
                TypeError,
                "slice indices must be integers or have an __index__ method"
            ));
        }
        number::index_as_isize(object, None).map(SliceIndex)
    }
}

#[pytype(
    name = "slice", symbol = PySlice_Type, gc, getattro = crate::attrs::generic_getattro,
    member("start", OBJECT, start, READONLY), member("stop", OBJECT, stop, READONLY),
    member("step", OBJECT, step, READONLY)
)]
impl Slice {
    #[new("(start, stop=<unrepresentable>, step=None, /)")]
    fn tp_new(
        _cls: &TypeObject,
        start: &Object,
        stop: Option<&Object>,
        step: Option<&Object>,
    ) -> Result<Ref<Slice>> {
        // With one argument it is the stop.
        match stop {
            None => Slice::new(none(), start, none()),
            Some(stop) => Slice::new(start, stop, step.unwrap_or(none())),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let mut text = crate::types::str::build::Builder::new();
        for (part, lead) in self.parts().iter().zip(["slice(", ", ", ", "]) {
            text.push_str(lead);
            text.push_chars(protocol::object::repr(part)?.chars());
        }
        text.push_str(")");
        text.finish()
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        protocol::object::hash(&*self.as_tuple()?)
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        match other.cast::<Slice>() {
            None => Ok(protocol::compare::unsupported()),
            Some(other) if core::ptr::eq(self, other) => {
                Ok(crate::types::bool::new_bool(matches!(op, CompareOp::Eq | CompareOp::Le | CompareOp::Ge)))
            }
            Some(other) => protocol::compare::rich_compare(&*self.as_tuple()?, &*other.as_tuple()?, op),
        }
    }

    #[method("indices($self, object, /)")]
    fn indices(&self, len: &Object) -> Result<Ref<Tuple>> {
        let len = number::index(len)?;
        if len.is_negative() {
            return Err(crate::raise!(ValueError, "length should not be negative"));
        }
        let [start, stop, step] = self.big_indices(&len)?;
        Tuple::from_array([start, stop, step])
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        Tuple::from_array([self.class().to_ref().upcast(), self.as_tuple()?.upcast()])
    }
}

impl Slice {
    /// Start, stop and step for a sequence of `len`, in ints of any size.
    ///
    /// # Errors
    /// TypeError when a part is neither None nor an index; ValueError for a step of zero.
    pub fn big_indices(&self, len: &Int) -> Result<[Ref; 3]> {
        let [start, stop, step] = self.parts();
        let zero = crate::types::int::new_int(0)?;
        let one = crate::types::int::new_int(1)?;
        let part = |object: &Object| -> Result<Ref> {
            if !number::is_index(object) {
                return Err(crate::raise!(
                    TypeError,
                    "slice indices must be integers or None or have an __index__ method"
                ));
            }
            Ok(number::index(object)?.upcast())
        };
        let less = |a: &Object, b: &Object| protocol::compare::compare_bool(a, b, CompareOp::Lt);
        let step = if step.is(none()) { one.clone() } else { part(&step)? };
        if protocol::compare::equal(&step, &zero)? {
            return Err(crate::raise!(ValueError, "slice step cannot be zero"));
        }
        let backwards = less(&step, &zero)?;
        let (low, high) = if backwards {
            (number::negative(&one)?, number::binary_op(len, &one, number::Binary::Subtract)?)
        } else {
            (zero.clone(), len.to_ref().upcast())
        };
        let clip = |object: &Object, default: &Ref| -> Result<Ref> {
            if object.is(none()) {
                return Ok(default.clone());
            }
            let mut index = part(object)?;
            if less(&index, &zero)? {
                index = number::binary_op(&index, len, number::Binary::Add)?;
                return Ok(if less(&index, &low)? { low.clone() } else { index });
            }
            Ok(if less(&high, &index)? { high.clone() } else { index })
        };
        let (first, last) = if backwards { (&high, &low) } else { (&low, &high) };
        Ok([clip(&start, first)?, clip(&stop, last)?, step])
    }
}

/// TypeError for a subscript that is neither an index nor a slice.
pub fn bad_index(container: &str, key: &Object) -> crate::Raised {
    crate::raise!(TypeError, "{container} indices must be integers or slices, not {}", key.class().name())
}
