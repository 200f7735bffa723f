//! `_collections`: `deque`, `defaultdict`, and what the library's `namedtuple` and `Counter` rest on.

pub mod defaultdict;
pub mod deque;

mod count;
mod deque_iter;
mod tuplegetter;

#[macros::pymodule(
    name = "_collections",
    classes(
        deque::Deque,
        defaultdict::DefaultDict,
        objects::types::odict::OrderedDict,
        deque_iter::Forward,
        deque_iter::Backward,
        tuplegetter::TupleGetter,
    )
)]
pub mod module {
    use super::*;

    #[function("_count_elements($module, mapping, iterable, /)")]
    fn count_elements(mapping: &objects::Object, iterable: &objects::Object) -> objects::Result<()> {
        count::count_elements(mapping, iterable)
    }
}
