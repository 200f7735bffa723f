//! Binding call arguments to Rust parameters, and Rust values to results.
//!
//! The macros of the crate `macros` emit constant [`Signature`]s and shims that call into this room: [`bind`] puts arguments into
//! places by parameter (no allocation for a vectorcall), [`FromArg`] converts one argument, [`IntoPy`] and its kin convert results.
//! Error texts are CPython's; the families are described in `bind`.

pub mod c;
pub mod module;
pub mod signals;
pub mod suggest;

mod bind;
mod from;
mod into;
mod keywords;
mod signature;

use crate::object::refs::Ref;
use crate::raise::{self, Result};
use crate::typeobject::TypeObject;
use crate::types::tuple::Tuple;

pub use bind::{
    bind, bind_init, bind_new, check_keyword_count, given, no_constructor_keywords, rest, unknown_keyword,
    vector,
};
pub use from::{At, CodePoint, CodecInput, FromArg};
pub use into::{
    Fallible, IntoPy, Refusable, Sent, hash, next, sent, size, status, truth, typed_result, visited,
};
pub use keywords::Kwargs;
pub use signature::{ArgKind, DESCRIBED, Described, Kind, Param, Signature, TypedEntry};

/// A new instance of a class whose `tp_new` does not look at the arguments.
///
/// # Errors
/// What `tp_new` raises.
pub fn fresh(class: &TypeObject) -> Result<Ref> {
    let new = class.tp_new.get().ok_or_else(raise::bad_internal_call)?;
    // SAFETY: the slot belongs to the class.
    unsafe { new(class, &Tuple::empty(), None) }
}
