//! `count`, `cycle`, `repeat`.

use super::{class_of, held, state_parts, warn_of_pickling, wrong_parts};
use core::cell::Cell;
use macros::{Trace, pytype};
use objects::protocol::number::{self, Binary};
use objects::protocol::{self};
use objects::types::int::{Int, new_int};
use objects::types::list::List;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, raise};

/// `count`: a machine integer while start and step are small, objects from then on.
#[repr(C)]
#[derive(Trace)]
pub struct Count {
    ob_base: Object,
    fast: Cell<i64>,
    is_fast: Cell<bool>,
    next: Slot,
    step: Slot,
}

fn is_number(object: &Object) -> bool {
    object.cast::<objects::types::complex::Complex>().is_some()
        || object.class().number().is_some_and(|table| {
            table.nb_int.get().is_some() || table.nb_float.get().is_some() || table.nb_index.get().is_some()
        })
}

#[pytype(name = "count", module = "itertools", getattro = objects::attrs::generic_getattro, static_name = COUNT, gc, flags = [BASETYPE], iter = objects::slots::self_iter)]
impl Count {
    #[new("(start=0, step=1)")]
    fn tp_new(class: &TypeObject, start: Option<&Object>, step: Option<&Object>) -> Result<Ref<Count>> {
        if start.is_some_and(|start| !is_number(start)) || step.is_some_and(|step| !is_number(step)) {
            return Err(raise!(TypeError, "a number is required"));
        }
        let start = start.map_or_else(|| new_int(0), |start| Ok(start.to_ref()))?;
        let step = step.map_or_else(|| new_int(1), |step| Ok(step.to_ref()))?;
        let small = start.cast_exact::<Int>().and_then(Int::to_i64);
        let by_one = step.cast_exact::<Int>().and_then(Int::to_i64) == Some(1);
        let is_fast = by_one && small.is_some();
        Ref::new_in(
            class,
            Count {
                ob_base: Object::HEAD,
                fast: Cell::new(small.unwrap_or(0)),
                is_fast: Cell::new(is_fast),
                next: Slot::new(start),
                step: Slot::new(step),
            },
        )
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        if self.is_fast.get() {
            let value = self.fast.get();
            if value < i64::MAX {
                self.fast.set(value + 1);
                return new_int(value).map(Some);
            }
            self.is_fast.set(false);
            self.next.set(Some(new_int(value)?));
        }
        let value = held(&self.next)?;
        self.next.set(Some(number::binary_op(&value, &*held(&self.step)?, Binary::Add)?));
        Ok(Some(value))
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        warn_of_pickling()?;
        let args = match self.is_fast.get() {
            true => Tuple::from_array([new_int(self.fast.get())?])?,
            false => Tuple::from_array([held(&self.next)?, held(&self.step)?])?,
        };
        Tuple::from_array([class_of(self), args.upcast()])
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let next = if self.is_fast.get() { new_int(self.fast.get())? } else { held(&self.next)? };
        let name = self.class().name();
        let shown = protocol::object::repr(&next)?.to_string_lossy();
        let step = held(&self.step)?;
        if step.cast::<Int>().and_then(Int::to_i64) == Some(1) {
            return Str::new(&format!("{name}({shown})"));
        }
        Str::new(&format!("{name}({shown}, {})", protocol::object::repr(&step)?.to_string_lossy()))
    }
}

/// `cycle`: remembers the items of the first round.
#[repr(C)]
#[derive(Trace)]
pub struct Cycle {
    ob_base: Object,
    iterator: Slot,
    saved: Slot<List>,
    index: Cell<usize>,
    /// The items of the iterator are in `saved` already.
    is_saved: Cell<bool>,
}

#[pytype(name = "cycle", module = "itertools", getattro = objects::attrs::generic_getattro, static_name = CYCLE, gc, flags = [BASETYPE], iter = objects::slots::self_iter)]
impl Cycle {
    #[new("(iterable, /)")]
    fn tp_new(class: &TypeObject, iterable: &Object) -> Result<Ref<Cycle>> {
        let iterator = protocol::iter::get_iter(iterable)?;
        Ref::new_in(
            class,
            Cycle {
                ob_base: Object::HEAD,
                iterator: Slot::new(iterator),
                saved: Slot::new(List::new()?),
                index: Cell::new(0),
                is_saved: Cell::new(false),
            },
        )
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let Some(saved) = self.saved.get() else { return Ok(None) };
        if let Some(iterator) = self.iterator.get() {
            if let Some(item) = protocol::iter::next(&iterator)? {
                if !self.is_saved.get() {
                    saved.push(item.clone())?;
                }
                return Ok(Some(item));
            }
            self.iterator.set(None);
        }
        if saved.is_empty() {
            return Ok(None);
        }
        let index = self.index.get();
        self.index.set((index + 1) % saved.len());
        Ok(saved.get(index))
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<(Ref, (Ref,), (Ref, bool))> {
        warn_of_pickling()?;
        let saved = self.saved.get().ok_or_else(objects::raise::bad_internal_call)?;
        if let Some(iterator) = self.iterator.get() {
            return Ok((class_of(self), (iterator,), (saved.upcast(), false)));
        }
        let iterator = protocol::iter::get_iter(&saved)?;
        if self.index.get() != 0 {
            let index = Int::from_usize(self.index.get())?;
            protocol::call::call_method(&iterator, objects::id!("__setstate__"), &[&index])?;
        }
        Ok((class_of(self), (iterator,), (saved.upcast(), true)))
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, state: &Object) -> Result<()> {
        warn_of_pickling()?;
        let parts = state_parts(state)?;
        let &[saved, is_saved] = parts else { return Err(wrong_parts("exactly", 2, parts.len())) };
        let Some(saved) = saved.cast::<List>() else {
            return Err(raise!(TypeError, "argument 1 must be list, not {}", saved.class().full_name()));
        };
        let is_saved = number::index(is_saved)?;
        self.saved.set(Some(saved.to_ref()));
        self.is_saved.set(!is_saved.is_zero());
        self.index.set(0);
        Ok(())
    }
}

/// `repeat`; a count of -1 is endless.
#[repr(C)]
#[derive(Trace)]
pub struct Repeat {
    ob_base: Object,
    object: Slot,
    left: Cell<isize>,
}

#[pytype(name = "repeat", module = "itertools", getattro = objects::attrs::generic_getattro, static_name = REPEAT, gc, flags = [BASETYPE], iter = objects::slots::self_iter)]
impl Repeat {
    #[new("(object, times=-1)")]
    fn tp_new(class: &TypeObject, object: &Object, times: Option<&Object>) -> Result<Ref<Repeat>> {
        let left = match times {
            None => -1,
            Some(times) => {
                number::index_as_isize(times, Some(&objects::types::exceptions::OverflowError))?.max(0)
            }
        };
        let repeat =
            Repeat { ob_base: Object::HEAD, object: Slot::new(object.to_ref()), left: Cell::new(left) };
        Ref::new_in(class, repeat)
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Option<Ref> {
        match self.left.get() {
            0 => return None,
            left if left > 0 => self.left.set(left - 1),
            _ => {}
        }
        self.object.get()
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let name = self.class().name();
        let object = protocol::object::repr(&*held(&self.object)?)?.to_string_lossy();
        match self.left.get() {
            -1 => Str::new(&format!("{name}({object})")),
            left => Str::new(&format!("{name}({object}, {left})")),
        }
    }

    #[method("__length_hint__($self, /)")]
    fn length_hint(&self) -> Result<isize> {
        match self.left.get() {
            -1 => Err(raise!(TypeError, "len() of unsized object")),
            left => Ok(left),
        }
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        warn_of_pickling()?;
        let mut args = vec![held(&self.object)?];
        if self.left.get() >= 0 {
            args.push(new_int(self.left.get() as i64)?);
        }
        Tuple::from_array([self.class().to_ref().upcast(), Tuple::from_vec(args)?.upcast()])
    }
}
