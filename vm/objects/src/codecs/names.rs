//! The names of characters are those of the module `unicodedata`: who needs one has it imported first, which a program may forbid.

use crate::hooks;
use crate::raise;
use crate::raise::Result;
use core::cell::Cell;

struct Imported(Cell<bool>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Imported {}

objects::per_interpreter! {
    static IMPORTED: Imported = Imported(Cell::new(false));
}

/// What is said of an escape by name if the names are not to be had.
pub const MISSING: &str = "\\N escapes not supported (can't load unicodedata module)";

/// Imports the names, once for each interpreter.
///
/// # Errors
/// ImportError.
pub fn import() -> Result<()> {
    if IMPORTED.0.get() {
        return Ok(());
    }
    let Some(import) = hooks::IMPORT.try_get() else { return Ok(()) };
    match import("unicodedata") {
        Ok(_) => IMPORTED.0.set(true),
        Err(raised) => {
            raised.clear();
            return Err(raise!(ImportError, "PyCapsule_Import could not import module \"unicodedata\""));
        }
    }
    Ok(())
}

/// Whether the names can be had.
pub fn are_available() -> bool {
    import().map_err(raise::Raised::clear).is_ok()
}
