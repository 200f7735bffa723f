//! Sets of signals, as arguments and results.

use super::{At, FromArg};
use crate::object::Object;
use crate::object::refs::Ref;
use crate::raise::Result;
use crate::types::exceptions as exc;
use crate::types::int::{Int, new_int};
use crate::types::set::Set;
use crate::{hooks, protocol, raise};
use core::ffi::c_int;

/// One more than the highest signal number (`NSIG`).
pub const COUNT: usize = 65;

/// `sigset_t`.
pub struct SigSet(pub libc::sigset_t);

impl SigSet {
    /// No signals.
    pub fn empty() -> SigSet {
        // SAFETY: all zeros is valid; emptied as the C library wants it.
        unsafe {
            let mut set: libc::sigset_t = core::mem::zeroed();
            libc::sigemptyset(&raw mut set);
            SigSet(set)
        }
    }

    /// A Python set of the numbers.
    ///
    /// # Errors
    /// MemoryError.
    pub fn to_python(&self) -> Result<Ref<Set>> {
        let set = Set::new()?;
        for number in 1..COUNT as c_int {
            // SAFETY: our set.
            if unsafe { libc::sigismember(&raw const self.0, number) } == 1 {
                set.add_item(&*new_int(number.into())?)?;
            }
        }
        Ok(set)
    }
}

impl<'a> FromArg<'a> for SigSet {
    fn from_arg(iterable: &'a Object, _at: At) -> Result<SigSet> {
        let mut set = SigSet::empty();
        protocol::iter::for_each(iterable, |item| {
            let number = match item.cast::<Int>() {
                Some(number) => number.to_i64(),
                None => protocol::number::index(&item)?.to_i64(),
            };
            let limit = COUNT as i64;
            let Some(number) = number.filter(|number| (1..limit).contains(number)) else {
                let shown = number.unwrap_or(-1);
                return Err(raise!(ValueError, "signal number {shown} out of range [1; {}]", limit - 1));
            };
            // SAFETY: our set.
            if unsafe { libc::sigaddset(&raw mut set.0, number as c_int) } != 0 {
                let text = format!("invalid signal number {number}, please use valid_signals()");
                hooks::WARN.get()(&exc::RuntimeWarning, &text, 1)?;
            }
            Ok(())
        })?;
        Ok(set)
    }
}
