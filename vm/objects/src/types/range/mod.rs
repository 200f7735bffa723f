//! `range`: start, stop and step as ints of any size, with machine integers where they fit.

pub mod iter;

use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::number::Binary;
use crate::protocol::{self, number};
use crate::raise::{self, Result};
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::bool::new_bool;
use crate::types::dict::Dict;
use crate::types::int::{Int, new_int};
use crate::types::none::none;
use crate::types::slice::{Slice, bad_index};
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use macros::pytype;

/// `rangeobject`. The fields are exact ints.
#[repr(C)]
pub struct Range {
    ob_base: Object,
    start: Slot<Int>,
    stop: Slot<Int>,
    step: Slot<Int>,
    length: Slot<Int>,
}

/// A range whose numbers are machine integers.
#[derive(Clone, Copy)]
pub struct Small {
    pub start: i64,
    pub step: i64,
    pub length: i64,
}

fn binary(left: &Int, right: &Int, op: Binary) -> Result<Ref<Int>> {
    number::binary_op(left, right, op)?.downcast().map_err(|_| raise::bad_internal_call())
}

fn int(value: i64) -> Result<Ref<Int>> {
    Int::from_i64(value)
}

/// How many steps lead from `start` to before `stop`.
fn length_of(start: &Int, stop: &Int, step: &Int) -> Result<Ref<Int>> {
    if let (Some(start), Some(stop), Some(step)) = (start.to_i64(), stop.to_i64(), step.to_i64()) {
        let (low, high, step) = if step > 0 {
            (i128::from(start), i128::from(stop), i128::from(step))
        } else {
            (i128::from(stop), i128::from(start), -i128::from(step))
        };
        return Int::from_i128(if low < high { (high - low - 1) / step + 1 } else { 0 });
    }
    let negative_step;
    let (low, high, step) = if step.is_negative() {
        negative_step = binary(&*int(0)?, step, Binary::Subtract)?;
        (stop, start, &*negative_step)
    } else {
        (start, stop, step)
    };
    if low.compare(high).is_ge() {
        return int(0);
    }
    let span = binary(&*binary(high, low, Binary::Subtract)?, &*int(1)?, Binary::Subtract)?;
    binary(&*binary(&span, step, Binary::FloorDivide)?, &*int(1)?, Binary::Add)
}

impl Range {
    /// A range of known parts; `step` is not zero.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(start: Ref<Int>, stop: Ref<Int>, step: Ref<Int>) -> Result<Ref<Range>> {
        let length = length_of(&start, &stop, &step)?;
        Ref::new(Range {
            ob_base: Object::HEAD,
            start: Slot::new(start),
            stop: Slot::new(stop),
            step: Slot::new(step),
            length: Slot::new(length),
        })
    }

    fn part(&self, slot: &Slot<Int>) -> Result<Ref<Int>> {
        slot.get().ok_or_else(raise::bad_internal_call)
    }

    fn parts(&self) -> Result<[Ref<Int>; 3]> {
        Ok([self.part(&self.start)?, self.part(&self.stop)?, self.part(&self.step)?])
    }

    /// The range in machine integers, where its start, length and every item fit.
    pub fn small(&self) -> Option<Small> {
        let start = self.start.get()?.to_i64()?;
        let step = self.step.get()?.to_i64()?;
        let length = self.length.get()?.to_i64()?;
        // The item behind the last one must fit too, as an iterator computes it.
        start.checked_add(step.checked_mul(length)?)?;
        Some(Small { start, step, length })
    }

    /// The item at an index that is in range.
    fn item(&self, index: &Int) -> Result<Ref<Int>> {
        let [start, _, step] = self.parts()?;
        binary(&start, &*binary(index, &step, Binary::Multiply)?, Binary::Add)
    }

    fn item_at(&self, index: &Int) -> Result<Ref> {
        let length = self.part(&self.length)?;
        let counted =
            if index.is_negative() { binary(index, &length, Binary::Add)? } else { index.to_exact()? };
        if counted.is_negative() || counted.compare(&length).is_ge() {
            return Err(crate::raise!(IndexError, "range object index out of range"));
        }
        self.item(&counted).map(Ref::upcast)
    }

    /// Whether an exact int is one of the items.
    fn contains_int(&self, value: &Int) -> Result<bool> {
        let [start, stop, step] = self.parts()?;
        let inside = if step.is_negative() {
            value.compare(&start).is_le() && value.compare(&stop).is_gt()
        } else {
            value.compare(&start).is_ge() && value.compare(&stop).is_lt()
        };
        if !inside {
            return Ok(false);
        }
        Ok(binary(&*binary(value, &start, Binary::Subtract)?, &step, Binary::Remainder)?.is_zero())
    }

    fn slice(&self, slice: &Slice) -> Result<Ref<Range>> {
        let length = self.part(&self.length)?;
        let indices = protocol::call::call_method(slice, id!("indices"), &[&**length])?;
        let Some([first, last, by]) = indices.cast::<Tuple>().map(Tuple::items) else {
            return Err(raise::bad_internal_call());
        };
        let [first, last, by] = [number::index(first)?, number::index(last)?, number::index(by)?];
        let step = self.part(&self.step)?;
        Range::new(self.item(&first)?, self.item(&last)?, binary(&step, &by, Binary::Multiply)?)
    }
}

#[pytype(
    name = "range", symbol = PyRange_Type, flags = [SEQUENCE], getattro = crate::attrs::generic_getattro,
    member("start", OBJECT_EX, start, READONLY), member("stop", OBJECT_EX, stop, READONLY),
    member("step", OBJECT_EX, step, READONLY)
)]
impl Range {
    #[slot(tp_new)]
    fn tp_new(_class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Range>> {
        if kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            return Err(crate::raise!(TypeError, "range() takes no keyword arguments"));
        }
        let index = |object: &Object| -> Result<Ref<Int>> { number::index(object)?.to_exact() };
        match args.items() {
            [stop] => Range::new(int(0)?, index(stop)?, int(1)?),
            [start, stop] => Range::new(index(start)?, index(stop)?, int(1)?),
            [start, stop, step] => {
                let (start, stop, step) = (index(start)?, index(stop)?, index(step)?);
                if step.is_zero() {
                    return Err(crate::raise!(ValueError, "range() arg 3 must not be zero"));
                }
                Range::new(start, stop, step)
            }
            [] => Err(crate::raise!(TypeError, "range expected at least 1 argument, got 0")),
            _ => Err(crate::raise!(TypeError, "range expected at most 3 arguments, got {}", args.len())),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let [start, stop, step] = self.parts()?;
        let [start_text, stop_text] =
            [start.to_decimal()?.to_string_lossy(), stop.to_decimal()?.to_string_lossy()];
        if step.to_i64() == Some(1) {
            return Str::new(&format!("range({start_text}, {stop_text})"));
        }
        Str::new(&format!("range({start_text}, {stop_text}, {})", step.to_decimal()?.to_string_lossy()))
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        let length = self.part(&self.length)?;
        let [start, _, step] = self.parts()?;
        let or_none = |part: Ref<Int>, shown: bool| if shown { part.upcast() } else { none().to_ref() };
        let several = !length.is_zero() && length.to_i64() != Some(1);
        let some = !length.is_zero();
        let key = Tuple::from_array([length.upcast(), or_none(start, some), or_none(step, several)])?;
        protocol::object::hash(&key)
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let (CompareOp::Eq | CompareOp::Ne, Some(other)) = (op, other.cast::<Range>()) else {
            return Ok(protocol::compare::unsupported());
        };
        let length = self.part(&self.length)?;
        let equal = length.compare(&*other.part(&other.length)?).is_eq() && {
            let ([a, _, by], [b, _, other_by]) = (self.parts()?, other.parts()?);
            length.is_zero()
                || a.compare(&b).is_eq() && (length.to_i64() == Some(1) || by.compare(&other_by).is_eq())
        };
        Ok(new_bool(equal == (op == CompareOp::Eq)))
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref> {
        match self.small() {
            Some(small) => Ok(iter::RangeIterator::new(small)?.upcast()),
            None => {
                let [start, _, step] = self.parts()?;
                Ok(iter::LongRangeIterator::new(start, step, self.part(&self.length)?)?.upcast())
            }
        }
    }

    #[slot(sq_length)]
    fn len(&self) -> Result<isize> {
        match self.part(&self.length)?.to_i64() {
            Some(length) => Ok(length as isize),
            None => Err(crate::raise!(OverflowError, "Python int too large to convert to C ssize_t")),
        }
    }

    #[slot(sq_item)]
    fn sq_item(&self, index: isize) -> Result<Ref> {
        self.item_at(&*int(index as i64)?)
    }

    #[slot(sq_contains)]
    fn contains(&self, value: &Object) -> Result<bool> {
        if let Some(int) = value.cast::<Int>()
            && (value.is_exactly(Int::class()) || value.is_exactly(&crate::types::bool::PyBool_Type))
        {
            return self.contains_int(int);
        }
        let iterator = self.iter()?;
        while let Some(item) = protocol::iter::next(&iterator)? {
            if protocol::compare::equal(&item, value)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    #[slot(mp_length)]
    fn mp_length(&self) -> Result<isize> {
        self.len()
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        if number::is_index(key) {
            return self.item_at(&*number::index(key)?);
        }
        match key.cast::<Slice>() {
            Some(slice) => self.slice(slice).map(Ref::upcast),
            None => Err(bad_index("range", key)),
        }
    }

    #[slot(nb_bool)]
    fn bool(&self) -> Result<bool> {
        Ok(!self.part(&self.length)?.is_zero())
    }

    #[method("__reversed__($self, /)")]
    fn reversed(&self) -> Result<Ref> {
        let [start, _, step] = self.parts()?;
        let back = binary(&*int(0)?, &step, Binary::Subtract)?;
        let last = self.item(&*binary(&*self.part(&self.length)?, &*int(1)?, Binary::Subtract)?)?;
        let end = binary(&start, &step, Binary::Subtract)?;
        Range::new(last, end, back)?.iter()
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let parts = Tuple::from_array(self.parts()?.map(Ref::upcast))?;
        Tuple::from_array([self.class().to_ref().upcast(), parts.upcast()])
    }

    #[method("count($self, object, /)")]
    fn count(&self, value: &Object) -> Result<usize> {
        if let Some(int) = value.cast_exact::<Int>() {
            return Ok(usize::from(self.contains_int(int)?));
        }
        let mut count = 0;
        protocol::iter::for_each(self, |item| {
            count += usize::from(protocol::compare::equal(&item, value)?);
            Ok(())
        })?;
        Ok(count)
    }

    #[method("index($self, object, /)")]
    fn index(&self, value: &Object) -> Result<Ref> {
        if let Some(int) = value.cast_exact::<Int>() {
            if self.contains_int(int)? {
                let [start, _, step] = self.parts()?;
                let distance = binary(int, &start, Binary::Subtract)?;
                return binary(&distance, &step, Binary::FloorDivide).map(Ref::upcast);
            }
            let text = protocol::object::repr(value)?.to_string_lossy();
            return Err(crate::raise!(ValueError, "{text} is not in range"));
        }
        let mut index = 0;
        let iterator = self.iter()?;
        while let Some(item) = protocol::iter::next(&iterator)? {
            if protocol::compare::equal(&item, value)? {
                return new_int(index);
            }
            index += 1;
        }
        Err(crate::raise!(ValueError, "sequence.index(x): x not in sequence"))
    }
}
