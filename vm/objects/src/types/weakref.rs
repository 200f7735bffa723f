//! Weak references.

use crate::object::Object;

/// Clears the weak references to an object that is being deallocated and calls their callbacks.
pub fn clear_weakrefs(_object: &Object) {}
