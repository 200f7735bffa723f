//! `iterobject.h`.

use macros::capi;
use objects::types::iter::{callable_iterator, sequence_iterator};
use objects::{Object, Ref, Result};

#[capi]
pub fn PySeqIter_New(sequence: &Object) -> Result<Ref> {
    if !objects::protocol::sequence::is_sequence(sequence) {
        return Err(objects::raise::bad_internal_call());
    }
    sequence_iterator(sequence)
}

#[capi]
pub fn PyCallIter_New(callable: &Object, sentinel: &Object) -> Result<Ref> {
    callable_iterator(callable, sentinel)
}
