//! Signals: the C handler notes the number and trips the eval breaker; the main thread runs the Python handler.

use objects::Result;

/// Runs the Python handlers of the signals that have come.
///
/// # Errors
/// What a handler raises.
pub fn run_handlers() -> Result<()> {
    Ok(())
}
