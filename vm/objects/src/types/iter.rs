//! Iterators over anything with items: `iterator` and `callable_iterator`.

use crate::object::Object;
use crate::object::refs::Ref;
use crate::raise::Result;

/// `PySeqIter_New`.
///
/// # Errors
/// MemoryError.
pub fn sequence_iterator(_sequence: &Object) -> Result<Ref> {
    Err(crate::raise!(TypeError, "no sequence iterators yet"))
}
