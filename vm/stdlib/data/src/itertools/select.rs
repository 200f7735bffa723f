//! `accumulate`, `compress`, `dropwhile`, `takewhile`, `filterfalse`, `islice`.

use super::chain::Chain;
use super::{class_of, held, state_int, warn_of_pickling};
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

#[pytype(name = "accumulate", module = "itertools", getattro = objects::attrs::generic_getattro, static_name = ACCUMULATE, gc, flags = [BASETYPE], iter = objects::slots::self_iter)]
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

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        warn_of_pickling()?;
        let function = self.function.get().unwrap_or_else(objects::object::refs::none);
        let nothing = objects::object::refs::none;
        let behind = |first: Ref| {
            let first = Tuple::from_array([first])?;
            call::call(Chain::class(), &[first.as_object(), &*held(&self.iterator)?])
        };
        if let Some(initial) = self.initial.get() {
            let args = Tuple::from_array([behind(initial)?, function])?.upcast();
            return Tuple::from_array([class_of(self), args, nothing()]);
        }
        if self.total.get().is_some_and(|total| total.is(none())) {
            // A total of None cannot be told from none at all: it becomes the first item, and is left out.
            let again = call::call(Accumulate::class(), &[&*behind(nothing())?, &*function])?;
            let one = objects::types::int::new_int(1)?;
            let args = Tuple::from_array([again, one, nothing()])?.upcast();
            return Tuple::from_array([Islice::class().to_ref().upcast(), args]);
        }
        let args = Tuple::from_array([held(&self.iterator)?, function])?.upcast();
        Tuple::from_array([class_of(self), args, self.total.get().unwrap_or_else(nothing)])
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, state: &Object) -> Result<()> {
        warn_of_pickling()?;
        self.total.set(Some(state.to_ref()));
        Ok(())
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

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<(Ref, (Ref, Ref))> {
        warn_of_pickling()?;
        Ok((class_of(self), (held(&self.data)?, held(&self.selectors)?)))
    }
}

/// Declares an iterator with a predicate and a source.
macro_rules! filtering {
    (
        $view:ident $name:literal $static_name:ident $signature:literal { $($pickling:tt)* }
        |$this:ident, $iterator:ident, $predicate:ident| $body:expr
    ) => {
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

        #[pytype(name = $name, module = "itertools", static_name = $static_name, gc, flags = [BASETYPE], iter = objects::slots::self_iter, getattro = objects::attrs::generic_getattro)]
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

            $($pickling)*
        }
    };
}

/// [`filtering!`] for an iterator whose change is part of its state.
macro_rules! changing {
    ($view:ident $name:literal $static_name:ident $signature:literal, $($body:tt)*) => {
        filtering! { $view $name $static_name $signature {
            #[method("__reduce__($self, /)")]
            fn reduce(&self) -> Result<(Ref, (Ref, Ref), i64)> {
                warn_of_pickling()?;
                let args = (held(&self.predicate)?, held(&self.iterator)?);
                Ok((class_of(self), args, self.changed.get().into()))
            }

            #[method("__setstate__($self, object, /)")]
            fn setstate(&self, state: bool) -> Result<()> {
                warn_of_pickling()?;
                self.changed.set(state);
                Ok(())
            }
        } $($body)* }
    };
}

fn ask(predicate: &Object, item: &Object) -> Result<bool> {
    protocol::object::is_true(&*call::call_one_arg(predicate, item)?)
}

changing! { DropWhile "dropwhile" DROP_WHILE "(predicate, iterable, /)", |this, iterator, predicate| {
    while let Some(item) = protocol::iter::next(&iterator)? {
        if this.changed.get() || !ask(&predicate, &item)? {
            this.changed.set(true);
            return Ok(Some(item));
        }
    }
    Ok(None)
} }

changing! { TakeWhile "takewhile" TAKE_WHILE "(predicate, iterable, /)", |this, iterator, predicate| {
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

filtering! { FilterFalse "filterfalse" FILTER_FALSE "(function, iterable, /)" {
    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<(Ref, (Ref, Ref))> {
        warn_of_pickling()?;
        Ok((class_of(self), (held(&self.predicate)?, held(&self.iterator)?)))
    }
} |this, iterator, predicate| {
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
    /// How many items of the iterator were taken; what is restored may be anything.
    count: Cell<isize>,
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
        objects::args::no_constructor_keywords(class, &ISLICE, kwargs)?;
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
        while self.count.get() < self.next.get() as isize
            && self.stop.get().is_none_or(|stop| self.count.get() < stop as isize)
        {
            if protocol::iter::next(&iterator)?.is_none() {
                self.iterator.set(None);
                return Ok(None);
            }
            self.count.set(self.count.get().saturating_add(1));
        }
        if self.stop.get().is_some_and(|stop| self.count.get() >= stop as isize) {
            self.iterator.set(None);
            return Ok(None);
        }
        let Some(item) = protocol::iter::next(&iterator)? else {
            self.iterator.set(None);
            return Ok(None);
        };
        self.count.set(self.count.get().saturating_add(1));
        let next = self.next.get().saturating_add(self.step.get());
        self.next.set(self.stop.get().map_or(next, |stop| next.min(stop)));
        Ok(Some(item))
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<(Ref, Ref<Tuple>, isize)> {
        warn_of_pickling()?;
        let int = |value: usize| Ok(objects::types::int::Int::from_usize(value)?.upcast());
        let Some(iterator) = self.iterator.get() else {
            let nothing = protocol::iter::get_iter(&*objects::types::list::List::new()?)?;
            return Ok((class_of(self), Tuple::from_array([nothing, int(0)?])?, 0));
        };
        let stop = match self.stop.get() {
            Some(stop) => int(stop)?,
            None => objects::object::refs::none(),
        };
        let args = Tuple::from_array([iterator, int(self.next.get())?, stop, int(self.step.get())?])?;
        Ok((class_of(self), args, self.count.get()))
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, state: &Object) -> Result<()> {
        warn_of_pickling()?;
        self.count.set(state_int(state)?);
        Ok(())
    }
}
