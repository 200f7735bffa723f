//! `_contextvars`.

use macros::pymodule;
use objects::types::context::Context;
use objects::types::context::var::{ContextVar, MISSING, Token};
use objects::types::module::Module;
use objects::{Instance, Ref, Result};

#[pymodule(name = "_contextvars", classes(Context, ContextVar, Token))]
pub mod module {
    use super::*;

    #[exec]
    fn exec(_module: &Module) -> Result<()> {
        let class = Token::class();
        class
            .tp_dict
            .get()
            .ok_or_else(objects::raise::bad_internal_call)?
            .set_text("MISSING", MISSING.as_object())?;
        class.modified();
        Ok(())
    }

    #[function("copy_context($module, /)")]
    fn copy_context() -> Result<Ref<Context>> {
        Context::copy_current()
    }
}
