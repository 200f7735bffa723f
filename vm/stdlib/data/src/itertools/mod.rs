//! `itertools`: each file has a family of iterators.

pub mod chain;
pub mod combine;
pub mod group;
pub mod infinite;
pub mod select;

use objects::types::exceptions as exc;
use objects::types::int::Int;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, raise};

/// What a field that is set when the iterator is made holds.
fn held(slot: &Slot) -> Result<Ref> {
    slot.get().ok_or_else(objects::raise::bad_internal_call)
}

/// The class of an iterator, as the first part of what `__reduce__` returns.
fn class_of(iterator: &Object) -> Ref {
    iterator.class().to_ref().upcast()
}

/// What every method that serves pickling and copying says.
fn warn_of_pickling() -> Result<()> {
    let text = "Pickle, copy, and deepcopy support will be removed from itertools in Python 3.14.";
    objects::hooks::WARN.get()(&exc::DeprecationWarning, text, 1)
}

/// The parts of a state, which is a tuple.
fn state_parts(state: &Object) -> Result<&[&Object]> {
    match state.cast::<Tuple>() {
        Some(parts) => Ok(parts.items()),
        None => Err(raise!(TypeError, "state is not a tuple")),
    }
}

/// The number of parts in a state was wrong.
#[cold]
fn wrong_parts(bound: &str, count: usize, given: usize) -> objects::Raised {
    let s = if count == 1 { "" } else { "s" };
    raise!(TypeError, "function takes {bound} {count} argument{s} ({given} given)")
}

/// An int of a state.
fn state_int(object: &Object) -> Result<isize> {
    match object.cast::<Int>() {
        Some(int) => match int.to_i64() {
            Some(value) => Ok(value as isize),
            None => Err(raise!(OverflowError, "Python int too large to convert to C long")),
        },
        None => Err(raise!(TypeError, "an integer is required")),
    }
}

/// Numbers as a tuple.
fn numbers(values: &[usize]) -> Result<Ref<Tuple>> {
    Tuple::from_vec(
        values.iter().map(|&value| Ok(Int::from_usize(value)?.upcast())).collect::<Result<Vec<Ref>>>()?,
    )
}

#[macros::pymodule(
    name = "itertools",
    classes(
        chain::Chain,
        chain::Starmap,
        chain::ZipLongest,
        chain::Batched,
        chain::Pairwise,
        combine::Product,
        combine::Combinations,
        combine::CombinationsWithReplacement,
        combine::Permutations,
        group::GroupBy,
        group::Grouper,
        group::Tee,
        group::TeeData,
        infinite::Count,
        infinite::Cycle,
        infinite::Repeat,
        select::Accumulate,
        select::Compress,
        select::DropWhile,
        select::TakeWhile,
        select::FilterFalse,
        select::Islice,
    )
)]
pub mod module {
    use super::*;

    #[function("tee($module, iterable, n=2, /)")]
    fn tee(iterable: &Object, #[default(2)] n: isize) -> Result<Ref> {
        group::tee(iterable, n)
    }
}
