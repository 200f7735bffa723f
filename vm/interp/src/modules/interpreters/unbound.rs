//! What becomes of an item of a queue or a channel whose interpreter ends.

use objects::{Result, raise};

/// The numbers are the library's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
pub enum Unbound {
    Remove = 1,
    Error = 2,
    Replace = 3,
}

/// The wish with a number.
///
/// # Errors
/// ValueError.
pub fn of(number: i32) -> Result<Unbound> {
    match number {
        1 => Ok(Unbound::Remove),
        2 => Ok(Unbound::Error),
        3 => Ok(Unbound::Replace),
        _ => Err(raise!(ValueError, "unsupported unboundop {number}")),
    }
}
