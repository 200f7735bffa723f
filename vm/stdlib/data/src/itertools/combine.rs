//! `product`, `combinations`, `combinations_with_replacement`, `permutations`.

use super::{class_of, numbers, state_int, state_parts, warn_of_pickling, wrong_parts};
use core::cell::Cell;
use macros::{Trace, pytype};
use objects::protocol::{self, number};
use objects::types::dict::Dict;
use objects::types::int::Int;
use objects::types::none::none;
use objects::types::tuple::Tuple;
use objects::types::tuple::reused::{self, Reused};
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, raise};

/// `product`: an odometer over the pools.
#[repr(C)]
#[derive(Trace)]
pub struct Product {
    ob_base: Object,
    /// A tuple of tuples; NULL at the end.
    pools: Slot<Tuple>,
    /// 1 once it has begun, and an index into each pool.
    #[trace(skip)]
    wheels: Numbers,
    /// What came last.
    last: Reused,
}

/// Numbers of an iterator, which are out of their place while it uses them; no code of a program runs meanwhile.
#[derive(Default)]
struct Numbers(Cell<Box<[usize]>>);

impl Numbers {
    fn new(numbers: Vec<usize>) -> Numbers {
        Numbers(Cell::new(numbers.into_boxed_slice()))
    }

    fn with<T>(&self, work: impl FnOnce(&mut [usize]) -> T) -> T {
        let mut numbers = self.0.take();
        let result = work(&mut numbers);
        self.0.set(numbers);
        result
    }

    fn set(&self, numbers: Vec<usize>) {
        self.0.set(numbers.into_boxed_slice());
    }
}

/// The next result: the last one, changed from place `from` on, if nobody else has it; else a new tuple. The pools hold every item, so
/// that dropping one from the tuple frees nothing.
fn produce<'a>(
    last: &Reused,
    count: usize,
    from: usize,
    item: impl Fn(usize) -> Option<&'a Object>,
) -> Result<Ref<Tuple>> {
    let set = |tuple: &Tuple, from: usize| -> Result<()> {
        for (place, slot) in tuple.places().iter().enumerate().skip(from) {
            let item = item(place).ok_or_else(objects::raise::bad_internal_call)?;
            // SAFETY: the place owned its item.
            drop(unsafe { Ref::from_nullable(slot.replace(item.to_ref().into_ptr())) });
        }
        Ok(())
    };
    if let Some(tuple) = last.idle(count) {
        set(&tuple, from)?;
        return Ok(reused::filled(tuple));
    }
    let tuple = Tuple::alloc(count)?;
    set(&tuple, 0)?;
    Ok(last.latest(tuple))
}

fn pool(pools: &Tuple, index: usize) -> Option<&Tuple> {
    pools.items().get(index).and_then(|pool| pool.cast::<Tuple>())
}

#[pytype(name = "product", module = "itertools", getattro = objects::attrs::generic_getattro, static_name = PRODUCT, gc, flags = [BASETYPE], iter = objects::slots::self_iter)]
impl Product {
    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        let count = self.pools.get().map_or(0, |pools| pools.len());
        size_of::<Product>() + count * size_of::<isize>()
    }

    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Product>> {
        let mut repeat = 1;
        if let Some(given) = kwargs.map(Dict::len).filter(|&given| given > 1) {
            return Err(raise!(TypeError, "product() takes at most 1 keyword argument ({given} given)"));
        }
        for (name, value) in kwargs.map(Dict::to_vec).unwrap_or_default() {
            let name = objects::types::str::expect_str(&name, "keywords")?;
            if !name.equals_text("repeat") {
                return Err(raise!(
                    TypeError,
                    "product() got an unexpected keyword argument '{}'",
                    name.to_string_lossy()
                ));
            }
            repeat = number::index_as_isize(&value, Some(&objects::types::exceptions::OverflowError))?;
        }
        let Ok(repeat) = usize::try_from(repeat) else {
            return Err(raise!(ValueError, "repeat argument cannot be negative"));
        };
        let count = args.len().checked_mul(repeat).filter(|&count| count <= isize::MAX as usize / 8);
        let Some(count) = count else { return Err(raise!(OverflowError, "repeat argument too large")) };
        let own = if repeat == 0 {
            Vec::new()
        } else {
            args.items()
                .iter()
                .map(|pool| Ok(protocol::sequence::to_tuple(pool)?.upcast()))
                .collect::<Result<Vec<Ref>>>()?
        };
        let mut pools = Vec::new();
        pools.try_reserve_exact(count).map_err(|_| raise::no_memory())?;
        for _ in 0..repeat {
            pools.extend(own.iter().cloned());
        }
        let pools = Tuple::from_vec(pools)?;
        let product = Product {
            ob_base: Object::HEAD,
            wheels: Numbers::new(vec![0; pools.len() + 1]),
            pools: Slot::new(pools),
            last: Reused::empty(),
        };
        Ref::new_in(class, product)
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<Tuple>>> {
        let Some(pools) = self.pools.get() else { return Ok(None) };
        let next = self.wheels.with(|wheels| {
            let Some((started, indices)) = wheels.split_first_mut() else { return Ok(None) };
            let mut from = 0;
            if *started == 0 {
                *started = 1;
                if pools.items().iter().any(|pool| pool.cast::<Tuple>().is_none_or(Tuple::is_empty)) {
                    return Ok(None);
                }
            } else {
                let turned = (0..indices.len()).rev().find(|&place| {
                    indices[place] += 1;
                    if pool(&pools, place).is_some_and(|pool| indices[place] < pool.len()) {
                        return true;
                    }
                    indices[place] = 0;
                    false
                });
                let Some(turned) = turned else { return Ok(None) };
                from = turned;
            }
            let item = |place: usize| pool(&pools, place)?.items().get(*indices.get(place)?).copied();
            produce(&self.last, indices.len(), from, item).map(Some)
        })?;
        if next.is_none() {
            self.pools.set(None);
            self.last.forget();
        }
        Ok(next)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        warn_of_pickling()?;
        match self.pools.get() {
            None => {
                let nothing = Tuple::from_array([Tuple::empty().upcast()])?.upcast();
                Tuple::from_array([class_of(self), nothing])
            }
            Some(pools) => match self.wheels.with(|wheels| wheels.to_vec()).split_first() {
                Some((1, indices)) => {
                    Tuple::from_array([class_of(self), pools.upcast(), numbers(indices)?.upcast()])
                }
                _ => Tuple::from_array([class_of(self), pools.upcast()]),
            },
        }
    }

    #[method("__setstate__($self, object, /)")]
    fn setstate(&self, state: &Object) -> Result<()> {
        warn_of_pickling()?;
        let pools = self.pools.get().unwrap_or_else(Tuple::empty);
        let given = state.cast::<Tuple>().map(Tuple::items).filter(|given| given.len() == pools.len());
        let Some(given) = given else { return Err(raise!(ValueError, "invalid arguments")) };
        let mut wheels = Vec::with_capacity(given.len() + 1);
        wheels.push(1);
        for (place, index) in given.iter().enumerate() {
            let index = state_int(index)?;
            let Some(last) = pool(&pools, place).and_then(|pool| pool.len().checked_sub(1)) else {
                self.pools.set(None);
                return Ok(());
            };
            wheels.push(index.clamp(0, last as isize) as usize);
        }
        self.wheels.set(wheels);
        self.last.forget();
        Ok(())
    }
}

/// So many zeros, which the program asked for and there may be no memory for.
fn zeros(count: usize) -> Result<Vec<usize>> {
    let mut zeros = Vec::new();
    zeros.try_reserve_exact(count).map_err(|_| raise::no_memory())?;
    zeros.resize(count, 0);
    Ok(zeros)
}

/// The indices of a state, each brought between 0 and what `last` says for its place.
fn state_indices(state: &Object, count: usize, last: impl Fn(usize) -> usize) -> Result<Vec<usize>> {
    let given = state.cast::<Tuple>().map(Tuple::items).filter(|given| given.len() == count);
    let Some(given) = given else { return Err(raise!(ValueError, "invalid arguments")) };
    let index =
        |(place, index): (usize, &&Object)| Ok(state_int(index)?.clamp(0, last(place) as isize) as usize);
    given.iter().enumerate().map(index).collect()
}

/// What the three kinds of selections from one pool hold.
macro_rules! selection {
    (
        $view:ident $name:literal $static_name:ident $length:expr, $has_cycles:literal $($split:ident)?,
        $first:expr, $advance:expr, $restore:expr
    ) => {
        #[doc = concat!("`", $name, "`.")]
        #[repr(C)]
        #[derive(Trace)]
        pub struct $view {
            ob_base: Object,
            pool: Slot<Tuple>,
            /// Indices into the pool, and cycles behind them.
            #[trace(skip)]
            numbers: Numbers,
            /// How many indices there are.
            $($split: Cell<usize>,)?
            length: Cell<u32>,
            started: Cell<bool>,
            ended: Cell<bool>,
            last: Reused,
        }

        impl $view {
            fn make(class: &TypeObject, iterable: &Object, length: Option<&Object>) -> Result<Ref<$view>> {
                let pool = protocol::sequence::to_tuple(iterable)?;
                let length = match length.filter(|length| !($has_cycles && length.is(none()))) {
                    None => pool.len() as isize,
                    Some(length) => {
                        if $has_cycles && length.cast::<Int>().is_none() {
                            return Err(raise!(TypeError, "Expected int as r"));
                        }
                        let Some(length) = number::index(length)?.to_i64() else {
                            return Err(raise!(
                                OverflowError,
                                "Python int too large to convert to C ssize_t"
                            ));
                        };
                        length as isize
                    }
                };
                let Ok(length) = usize::try_from(length) else {
                    return Err(raise!(ValueError, "r must be non-negative"));
                };
                // Indices of that many would not fit into memory.
                let small = u32::try_from(length).map_err(|_| raise::no_memory())?;
                let first: fn(usize, usize) -> Result<Option<Vec<usize>>> = $first;
                let start = first(pool.len(), length)?;
                let ended = start.is_none();
                let this = $view {
                    ob_base: Object::HEAD,
                    $($split: Cell::new(pool.len()),)?
                    pool: Slot::new(pool),
                    numbers: Numbers::new(start.unwrap_or_default()),
                    length: Cell::new(small),
                    started: Cell::new(false),
                    ended: Cell::new(ended),
                    last: Reused::empty(),
                };
                Ref::new_in(class, this)
            }

            fn length(&self) -> usize {
                self.length.get() as usize
            }

            fn advance(&self) -> Result<Option<Ref<Tuple>>> {
                let Some(pool) = self.pool.get().filter(|_| !self.ended.get()) else { return Ok(None) };
                let next = self.numbers.with(|numbers| {
                    if self.started.replace(true) {
                        let advance: fn(&mut [usize], usize, usize) -> bool = $advance;
                        if !advance(numbers, pool.len(), self.length()) {
                            return Ok(None);
                        }
                    }
                    let item = |place: usize| pool.items().get(*numbers.get(place)?).copied();
                    produce(&self.last, self.length(), 0, item).map(Some)
                })?;
                if next.is_none() {
                    self.ended.set(true);
                    self.last.forget();
                }
                Ok(next)
            }
        }

        #[pytype(name = $name, module = "itertools", static_name = $static_name, gc, flags = [BASETYPE], iter = objects::slots::self_iter, getattro = objects::attrs::generic_getattro)]
        impl $view {
            #[new($length)]
            fn tp_new(class: &TypeObject, iterable: &Object, r: Option<&Object>) -> Result<Ref<$view>> {
                $view::make(class, iterable, if $has_cycles { r } else { Some(r.unwrap_or(none())) })
            }

            #[slot(tp_iternext)]
            fn next(&self) -> Result<Option<Ref<Tuple>>> {
                self.advance()
            }

            #[method("__reduce__($self, /)")]
            fn reduce(&self) -> Result<Ref<Tuple>> {
                warn_of_pickling()?;
                let over = self.started.get() && self.ended.get();
                let pool = self.pool.get().filter(|_| !over).unwrap_or_else(Tuple::empty).upcast();
                let length = Int::from_usize(self.length())?.upcast();
                let args = Tuple::from_array([pool, length])?.upcast();
                if !self.started.get() || over {
                    return Tuple::from_array([class_of(self), args]);
                }
                let held = self.numbers.with(|held| held.to_vec());
                let split: &[usize] = &[$(self.$split.get())?];
                let state = match split {
                    &[split] => {
                        let (indices, cycles) = held.split_at(split.min(held.len()));
                        Tuple::from_array([numbers(indices)?.upcast(), numbers(cycles)?.upcast()])?
                    }
                    _ => numbers(&held)?,
                };
                Tuple::from_array([class_of(self), args, state.upcast()])
            }

            #[method("__sizeof__($self, /)")]
            fn sizeof(&self) -> usize {
                let pool = self.pool.get().map_or(0, |pool| pool.len());
                let indices = if $has_cycles { pool + self.length() } else { self.length() };
                size_of::<$view>() + indices * size_of::<isize>()
            }

            #[method("__setstate__($self, object, /)")]
            fn setstate(&self, state: &Object) -> Result<()> {
                warn_of_pickling()?;
                let restore: fn(&Object, usize, usize) -> Result<Vec<usize>> = $restore;
                let pool = self.pool.get().map_or(0, |pool| pool.len());
                self.numbers.set(restore(state, pool, self.length())?);
                self.started.set(true);
                Ok(())
            }
        }
    };
}

selection! {
    Combinations "combinations" COMBINATIONS "(iterable, r)", false,
    |pool, length| Ok((length <= pool).then(|| (0..length).collect())),
    |indices, pool, length| {
        let Some(place) = (0..length).rev().find(|&place| indices[place] != place + pool - length) else { return false };
        indices[place] += 1;
        for later in place + 1..length {
            indices[later] = indices[later - 1] + 1;
        }
        true
    },
    |state, pool, length| {
        let last = |place: usize| (place + pool).saturating_sub(length);
        state_indices(state, length, last)
    }
}

selection! {
    CombinationsWithReplacement "combinations_with_replacement" COMBINATIONS_WITH_REPLACEMENT "(iterable, r)", false,
    |pool, length| (pool > 0 || length == 0).then(|| zeros(length)).transpose(),
    |indices, pool, length| {
        let Some(place) = (0..length).rev().find(|&place| indices[place] != pool - 1) else { return false };
        let next = indices[place] + 1;
        indices[place..length].fill(next);
        true
    },
    |state, pool, length| state_indices(state, length, |_| pool.saturating_sub(1))
}

selection! {
    Permutations "permutations" PERMUTATIONS "(iterable, r=None)", true split,
    |pool, length| {
        Ok((length <= pool).then(|| (0..pool).chain((0..length).map(|place| pool - place)).collect()))
    },
    |numbers, pool, length| {
        let (indices, cycles) = numbers.split_at_mut(pool);
        for place in (0..length).rev() {
            cycles[place] -= 1;
            if cycles[place] == 0 {
                indices[place..].rotate_left(1);
                cycles[place] = pool - place;
            } else {
                indices.swap(place, pool - cycles[place]);
                return true;
            }
        }
        false
    },
    |state, pool, length| {
        let parts = state_parts(state)?;
        let &[indices, cycles] = parts else { return Err(wrong_parts("exactly", 2, parts.len())) };
        for (at, part) in [(1, indices), (2, cycles)] {
            if part.cast::<Tuple>().is_none() {
                let got = part.class().full_name();
                return Err(raise!(TypeError, "argument {at} must be tuple, not {got}"));
            }
        }
        let fits = |part: &Object, count| part.cast::<Tuple>().is_some_and(|part| part.len() == count);
        if !fits(indices, pool) || !fits(cycles, length) {
            return Err(raise!(ValueError, "invalid arguments"));
        }
        let mut numbers = state_indices(indices, pool, |_| pool.saturating_sub(1))?;
        let cycles = state_indices(cycles, length, |place| pool - place)?;
        numbers.extend(cycles.into_iter().map(|cycle| cycle.max(1)));
        Ok(numbers)
    }
}
