//! Numbers of the system in a module's dictionary.

use objects::Result;
use objects::types::int::new_int;
use objects::types::module::Module;

/// Adds each number under its name.
pub fn add(module: &Module, table: &[(&str, i64)]) -> Result<()> {
    let dict = module.dict();
    for (name, value) in table {
        dict.set_text(name, &*new_int(*value)?)?;
    }
    Ok(())
}
