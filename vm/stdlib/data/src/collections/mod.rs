//! `_collections`: `deque` and `defaultdict`. The library has the rest in Python.

pub mod defaultdict;
pub mod deque;

#[macros::pymodule(
    name = "_collections",
    classes(deque::Deque, defaultdict::DefaultDict, deque::DequeIterator)
)]
pub mod module {
    use super::*;
}
