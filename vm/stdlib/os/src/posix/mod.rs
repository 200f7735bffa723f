//! `posix`, which `os` is made from. The functions are in parts by subject.

pub mod constants;
pub mod descriptor;
pub mod directory;
pub mod environment;
pub mod path;
pub mod process;
pub mod scandir;
pub mod schedule;
pub mod spawn;
pub mod stat_result;
pub mod terminal;
pub mod timerfd;
pub mod tree;
pub mod user;
pub mod vector;
pub mod xattr;

use objects::types::module::Module;
use objects::{Raised, Result, raise};

/// The number of the last error.
pub(crate) fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// The last error as OSError.
pub(crate) fn os_error() -> Raised {
    raise::os_error(errno(), None, None)
}

/// A system call's result that is an error below zero.
pub(crate) fn check(result: libc::c_int) -> Result<libc::c_int> {
    if result < 0 { Err(os_error()) } else { Ok(result) }
}

/// Runs a system call without the GIL, again when a signal interrupts it after the signal's handler ran.
pub(crate) fn retry(mut system_call: impl FnMut() -> isize) -> Result<isize> {
    loop {
        let (result, error) = objects::state::detached(|| {
            let result = system_call();
            (result, if result < 0 { errno() } else { 0 })
        });
        match (result, error) {
            (0.., _) => return Ok(result),
            (_, libc::EINTR) => objects::hooks::HANDLE_PENDING.get()()?,
            (_, error) => return Err(raise::os_error(error, None, None)),
        }
    }
}

#[macros::pymodule(
    name = "posix",
    classes(scandir::DirEntry),
    parts(
        super::descriptor::part,
        super::directory::part,
        super::environment::part,
        super::process::part,
        super::schedule::part,
        super::spawn::part,
        super::terminal::part,
        super::timerfd::part,
        super::tree::part,
        super::user::part,
        super::vector::part,
        super::xattr::part,
    )
)]
pub mod module {
    use super::*;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        constants::add_to(module)?;
        stat_result::add_to(module)?;
        environment::add_to(module)?;
        let error = objects::types::exceptions::OSError.as_object();
        module.dict().set_str(objects::id!("error"), error)
    }

    use objects::Instance;
}
