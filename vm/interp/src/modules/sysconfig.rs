//! `_sysconfig`: what the build says of itself.

use objects::types::dict::Dict;
use objects::types::int::new_int;
use objects::{Ref, Result};

#[macros::pymodule(name = "_sysconfig")]
pub mod module {
    use super::*;

    #[function("config_vars($module, /)")]
    fn config_vars() -> Result<Ref<Dict>> {
        let vars = Dict::new()?;
        vars.set_text("Py_GIL_DISABLED", &*new_int(0)?)?;
        Ok(vars)
    }
}
