//! `itertools`: each file has a family of iterators.

pub mod chain;
pub mod combine;
pub mod group;
pub mod infinite;
pub mod select;

use objects::{Ref, Result, Slot, raise};

/// What a field that is set when the iterator is made holds.
fn held(slot: &Slot) -> Result<Ref> {
    slot.get().ok_or_else(raise::bad_internal_call)
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
        group::Tee,
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
    fn tee(iterable: &objects::Object, #[default(2)] n: isize) -> Result<Ref> {
        group::tee(iterable, n)
    }
}
