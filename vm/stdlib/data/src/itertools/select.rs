//! `accumulate`, `compress`, `dropwhile`, `takewhile`, `filterfalse`, `islice`.

use super::held;
use core::cell::Cell;
use macros::{Trace, pytype};
use objects::protocol::number::{self, Binary};
use objects::protocol::{self, call};
use objects::types::none::none;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, raise};

/// `accumulate`.
#[repr(C)]
#[derive(Trace)]
pub struct Accumulate {
    ob_base: Object,
    iterator: Slot,
    function: Slot,
    total: Slot,
    initial: Slot,
}

#[pytype(name = "accumulate", module = "itertools", static_name = ACCUMULATE, gc, flags = [BASETYPE], iter = objects::slots::self_iter)]
impl Accumulate {
    #[new("(iterable, func=None, *, initial=None)")]
    fn tp_new(
        class: &TypeObject,
        iterable: &Object,
        func: Option<&Object>,
        initial: Option<&Object>,
    ) -> Result<Ref<Accumulate>> {
        let iterator = protocol::iter::get_iter(iterable)?;
        let given =
            |object: Option<&Object>| object.filter(|object| !object.is(none())).map(Instance::to_ref);
        let accumulate = Accumulate {
            ob_base: Object::HEAD,
            iterator: Slot::new(iterator),
            function: Slot::from_option(given(func)),
            total: Slot::empty(),
            initial: Slot::from_option(given(initial)),
        };
        Ref::new_in(class, accumulate)
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        if let Some(initial) = self.initial.take() {
            self.total.set(Some(initial.clone()));
            return Ok(Some(initial));
        }
        let Some(item) = protocol::iter::next(&*held(&self.iterator)?)? else { return Ok(None) };
        let total = match (self.total.get(), self.function.get()) {
            (None, _) => item,
            (Some(total), None) => number::binary_op(&total, &item, Binary::Add)?,
            (Some(total), Some(function)) => call::call(&function, &[&*total, &*item])?,
        };
        self.total.set(Some(total.clone()));
        Ok(Some(total))
    }
}

/// `compress`.
#[repr(C)]
#[derive(Trace)]
pub struct Compress {
    ob_base: Object,
    data: Slot,
    selectors: Slot,
}

#[pytype(name = "compress", module = "itertools", static_name = COMPRESS, gc, flags = [BASETYPE], iter = objects::slots::self_iter)]
impl Compress {
    #[new("(data, selectors)")]
    fn tp_new(class: &TypeObject, data: &Object, selectors: &Object) -> Result<Ref<Compress>> {
        let (data, selectors) = (protocol::iter::get_iter(data)?, protocol::iter::get_iter(selectors)?);
        Ref::new_in(
            class,
            Compress { ob_base: Object::HEAD, data: Slot::new(data), selectors: Slot::new(selectors) },
        )
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let (data, selectors) = (held(&self.data)?, held(&self.selectors)?);
        loop {
            let Some(item) = protocol::iter::next(&data)? else { return Ok(None) };
            let Some(selector) = protocol::iter::next(&selectors)? else { return Ok(None) };
            if protocol::object::is_true(&selector)? {
                return Ok(Some(item));
            }
        }
    }
}

/// Declares an iterator with a predicate and a source.
macro_rules! filtering {
    ($view:ident $name:literal $static_name:ident $signature:literal, |$this:ident, $iterator:ident, $predicate:ident| $body:expr) => {
        #[doc = concat!("`", $name, "`.")]
        #[repr(C)]
        #[derive(Trace)]
        pub struct $view {
            ob_base: Object,
            predicate: Slot,
            iterator: Slot,
            /// Whether the state that changes once has changed.
            changed: Cell<bool>,
        }

        #[pytype(name = $name, module = "itertools", static_name = $static_name, gc, flags = [BASETYPE], iter = objects::slots::self_iter)]
        impl $view {
            #[new($signature)]
            fn tp_new(class: &TypeObject, predicate: &Object, iterable: &Object) -> Result<Ref<$view>> {
                let iterator = protocol::iter::get_iter(iterable)?;
                let this = $view {
                    ob_base: Object::HEAD,
                    predicate: Slot::new(predicate.to_ref()),
                    iterator: Slot::new(iterator),
                    changed: Cell::new(false),
                };
                Ref::new_in(class, this)
            }

            #[slot(tp_iternext)]
            fn next(&self) -> Result<Option<Ref>> {
                let ($this, $iterator, $predicate) = (self, held(&self.iterator)?, held(&self.predicate)?);
                $body
            }
        }
    };
}

fn ask(predicate: &Object, item: &Object) -> Result<bool> {
    protocol::object::is_true(&*call::call_one_arg(predicate, item)?)
}

filtering! { DropWhile "dropwhile" DROP_WHILE "(predicate, iterable, /)", |this, iterator, predicate| {
    while let Some(item) = protocol::iter::next(&iterator)? {
        if this.changed.get() || !ask(&predicate, &item)? {
            this.changed.set(true);
            return Ok(Some(item));
        }
    }
    Ok(None)
} }

filtering! { TakeWhile "takewhile" TAKE_WHILE "(predicate, iterable, /)", |this, iterator, predicate| {
    if this.changed.get() {
        return Ok(None);
    }
    let Some(item) = protocol::iter::next(&iterator)? else { return Ok(None) };
    if ask(&predicate, &item)? {
        return Ok(Some(item));
    }
    this.changed.set(true);
    Ok(None)
} }

filtering! { FilterFalse "filterfalse" FILTER_FALSE "(function, iterable, /)", |this, iterator, predicate| {
    let plain = predicate.is(none()) || predicate.is(objects::types::bool::PyBool_Type.as_object());
    this.changed.set(true);
    while let Some(item) = protocol::iter::next(&iterator)? {
        let wanted = if plain { protocol::object::is_true(&item)? } else { ask(&predicate, &item)? };
        if !wanted {
            return Ok(Some(item));
        }
    }
    Ok(None)
} }

/// `islice`.
#[repr(C)]
#[derive(Trace)]
pub struct Islice {
    ob_base: Object,
    iterator: Slot,
    next: Cell<usize>,
    stop: Cell<Option<usize>>,
    step: Cell<usize>,
    count: Cell<usize>,
}

/// A bound of a slice: None, or an index that is not negative.
fn bound(object: &Object, text: &'static str) -> Result<Option<usize>> {
    if object.is(none()) {
        return Ok(None);
    }
    let refuse = || raise!(ValueError, "{text}");
    if !number::is_index(object) {
        return Err(refuse());
    }
    let value =
        number::index_as_isize(object, Some(&objects::types::exceptions::ValueError)).map_err(|raised| {
            raised.clear();
            refuse()
        })?;
    usize::try_from(value).map(Some).map_err(|_| refuse())
}

const STOP: &str = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
const INDICES: &str = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
const STEP: &str = "Step for islice() must be a positive integer or None.";

#[pytype(name = "islice", module = "itertools", static_name = ISLICE, gc, flags = [BASETYPE], iter = objects::slots::self_iter)]
impl Islice {
    #[slot(tp_new)]
    fn tp_new(
        class: &TypeObject,
        args: &Tuple,
        kwargs: Option<&objects::types::dict::Dict>,
    ) -> Result<Ref<Islice>> {
        if core::ptr::eq(class, &raw const ISLICE) && kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            return Err(raise!(TypeError, "islice() takes no keyword arguments"));
        }
        let (iterable, start, stop, step) = match *args.items() {
            [iterable, stop] => (iterable, None, bound(stop, STOP)?, None),
            [iterable, start, stop] => (iterable, bound(start, INDICES)?, bound(stop, STOP)?, None),
            [iterable, start, stop, step] => {
                let step = bound(step, STEP)?;
                if step == Some(0) {
                    return Err(raise!(ValueError, "{STEP}"));
                }
                (iterable, bound(start, INDICES)?, bound(stop, STOP)?, step)
            }
            [] | [_] => {
                return Err(raise!(TypeError, "islice expected at least 2 arguments, got {}", args.len()));
            }
            _ => return Err(raise!(TypeError, "islice expected at most 4 arguments, got {}", args.len())),
        };
        let iterator = protocol::iter::get_iter(iterable)?;
        let islice = Islice {
            ob_base: Object::HEAD,
            iterator: Slot::new(iterator),
            next: Cell::new(start.unwrap_or(0)),
            stop: Cell::new(stop),
            step: Cell::new(step.unwrap_or(1)),
            count: Cell::new(0),
        };
        Ref::new_in(class, islice)
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let Some(iterator) = self.iterator.get() else { return Ok(None) };
        // Even an empty slice consumes what comes before its start.
        while self.count.get() < self.next.get() && self.stop.get().is_none_or(|stop| self.count.get() < stop)
        {
            if protocol::iter::next(&iterator)?.is_none() {
                self.iterator.set(None);
                return Ok(None);
            }
            self.count.set(self.count.get() + 1);
        }
        if self.stop.get().is_some_and(|stop| self.count.get() >= stop) {
            self.iterator.set(None);
            return Ok(None);
        }
        let Some(item) = protocol::iter::next(&iterator)? else {
            self.iterator.set(None);
            return Ok(None);
        };
        self.count.set(self.count.get() + 1);
        let next = self.next.get().saturating_add(self.step.get());
        self.next.set(self.stop.get().map_or(next, |stop| next.min(stop)));
        Ok(Some(item))
    }
}
