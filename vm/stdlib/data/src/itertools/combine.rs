//! `product`, `combinations`, `combinations_with_replacement`, `permutations`.

use core::cell::{Cell, RefCell};
use macros::{Trace, pytype};
use objects::protocol::{self, number};
use objects::types::dict::Dict;
use objects::types::none::none;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, Slot, TypeObject, raise};

/// `product`: an odometer over the pools.
#[repr(C)]
#[derive(Trace)]
pub struct Product {
    ob_base: Object,
    /// A tuple of tuples; NULL at the end.
    pools: Slot<Tuple>,
    #[trace(skip)]
    indices: RefCell<Vec<usize>>,
    started: Cell<bool>,
}

fn pool(pools: &Tuple, index: usize) -> Option<&Tuple> {
    pools.items().get(index).and_then(|pool| pool.cast::<Tuple>())
}

#[pytype(name = "product", module = "itertools", static_name = PRODUCT, gc, flags = [BASETYPE], iter = objects::slots::self_iter)]
impl Product {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Product>> {
        let mut repeat = 1;
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
            indices: RefCell::new(vec![0; pools.len()]),
            pools: Slot::new(pools),
            started: Cell::new(false),
        };
        Ref::new_in(class, product)
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<Tuple>>> {
        let Some(pools) = self.pools.get() else { return Ok(None) };
        let mut indices = self.indices.borrow_mut();
        if !self.started.replace(true) {
            if pools.items().iter().any(|pool| pool.cast::<Tuple>().is_none_or(Tuple::is_empty)) {
                self.pools.set(None);
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
            if turned.is_none() {
                self.pools.set(None);
                return Ok(None);
            }
        }
        let items: Vec<&Object> = indices
            .iter()
            .enumerate()
            .filter_map(|(place, &index)| {
                pool(&pools, place).and_then(|pool| pool.items().get(index).copied())
            })
            .collect();
        Tuple::from_slice(&items).map(Some)
    }
}

/// What the three kinds of selections from one pool hold.
macro_rules! selection {
    ($view:ident $name:literal $static_name:ident $length:expr, $first:expr, $advance:expr) => {
        #[doc = concat!("`", $name, "`.")]
        #[repr(C)]
        #[derive(Trace)]
        pub struct $view {
            ob_base: Object,
            /// NULL at the end.
            pool: Slot<Tuple>,
            #[trace(skip)]
            indices: RefCell<Vec<usize>>,
            #[trace(skip)]
            cycles: RefCell<Vec<usize>>,
            length: Cell<usize>,
            started: Cell<bool>,
        }

        impl $view {
            fn make(class: &TypeObject, iterable: &Object, length: Option<&Object>) -> Result<Ref<$view>> {
                let pool = protocol::sequence::to_tuple(iterable)?;
                let length = match length.filter(|length| !length.is(none())) {
                    None => pool.len() as isize,
                    Some(length) => {
                        if length.cast::<objects::types::int::Int>().is_none() && !number::is_index(length) {
                            return Err(raise!(TypeError, "Expected int as r"));
                        }
                        number::index_as_isize(length, Some(&objects::types::exceptions::OverflowError))?
                    }
                };
                let Ok(length) = usize::try_from(length) else {
                    return Err(raise!(ValueError, "r must be non-negative"));
                };
                let first: fn(usize, usize) -> Option<(Vec<usize>, Vec<usize>)> = $first;
                let (indices, cycles, pool) = match first(pool.len(), length) {
                    Some((indices, cycles)) => (indices, cycles, Some(pool)),
                    None => (Vec::new(), Vec::new(), None),
                };
                let this = $view {
                    ob_base: Object::HEAD,
                    pool: Slot::from_option(pool),
                    indices: RefCell::new(indices),
                    cycles: RefCell::new(cycles),
                    length: Cell::new(length),
                    started: Cell::new(false),
                };
                Ref::new_in(class, this)
            }

            fn advance(&self) -> Result<Option<Ref<Tuple>>> {
                let Some(pool) = self.pool.get() else { return Ok(None) };
                let mut indices = self.indices.borrow_mut();
                if self.started.replace(true) {
                    let advance: fn(&mut [usize], &mut [usize], usize, usize) -> bool = $advance;
                    if !advance(&mut indices, &mut self.cycles.borrow_mut(), pool.len(), self.length.get()) {
                        self.pool.set(None);
                        return Ok(None);
                    }
                }
                let items: Vec<&Object> = indices[..self.length.get()]
                    .iter()
                    .filter_map(|&index| pool.items().get(index).copied())
                    .collect();
                Tuple::from_slice(&items).map(Some)
            }
        }

        #[pytype(name = $name, module = "itertools", static_name = $static_name, gc, flags = [BASETYPE], iter = objects::slots::self_iter)]
        impl $view {
            #[new($length)]
            fn tp_new(class: &TypeObject, iterable: &Object, r: Option<&Object>) -> Result<Ref<$view>> {
                $view::make(class, iterable, r)
            }

            #[slot(tp_iternext)]
            fn next(&self) -> Result<Option<Ref<Tuple>>> {
                self.advance()
            }
        }
    };
}

selection! {
    Combinations "combinations" COMBINATIONS "(iterable, r=None)",
    |pool, length| (length <= pool).then(|| ((0..length).collect(), Vec::new())),
    |indices, _, pool, length| {
        let Some(place) = (0..length).rev().find(|&place| indices[place] != place + pool - length) else { return false };
        indices[place] += 1;
        for later in place + 1..length {
            indices[later] = indices[later - 1] + 1;
        }
        true
    }
}

selection! {
    CombinationsWithReplacement "combinations_with_replacement" COMBINATIONS_WITH_REPLACEMENT "(iterable, r=None)",
    |pool, length| (pool > 0 || length == 0).then(|| (vec![0; length], Vec::new())),
    |indices, _, pool, length| {
        let Some(place) = (0..length).rev().find(|&place| indices[place] != pool - 1) else { return false };
        let next = indices[place] + 1;
        indices[place..length].fill(next);
        true
    }
}

selection! {
    Permutations "permutations" PERMUTATIONS "(iterable, r=None)",
    |pool, length| {
        (length <= pool).then(|| ((0..pool).collect(), (0..length).map(|place| pool - place).collect()))
    },
    |indices, cycles, pool, length| {
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
    }
}
