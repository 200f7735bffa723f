//! `ContextManager`: what `localcontext` returns.

use super::context::{self, ContextObject, NAMES};
use macros::pytype;
use objects::args::Kwargs;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Object, Ref, Result, raise};

/// `PyDecContextManagerObject`.
#[repr(C)]
pub struct ContextManager {
    ob_base: Object,
    local: Ref<ContextObject>,
    global: Ref<ContextObject>,
}

#[pytype(name = "ContextManager", module = "decimal", getattro = objects::attrs::generic_getattro, static_name = CONTEXT_MANAGER, no_new)]
impl ContextManager {
    /// For a copy of the given or the current context, changed as the keywords say.
    ///
    /// # Errors
    /// TypeError for other arguments; what setting the attributes raises.
    pub fn new(context: Option<&Object>, kwargs: Kwargs) -> Result<Ref<ContextManager>> {
        let global = context::current()?;
        let local = match context.filter(|context| !context.is(none())) {
            None => global.copied()?,
            Some(context) => ContextObject::given(Some(context))?.copied()?,
        };
        for (name, value) in kwargs.iter() {
            let name = name.cast::<Str>().map(Str::to_string_lossy).unwrap_or_default();
            if !NAMES.contains(&name.as_str()) {
                return Err(raise!(TypeError, "this function got an unexpected keyword argument '{name}'"));
            }
            if !value.is(none()) {
                local.initialize(&name, value)?;
            }
        }
        Ref::new(ContextManager { ob_base: Object::HEAD, local, global })
    }

    #[method("__enter__($self, /)")]
    fn enter(&self) -> Result<Ref<ContextObject>> {
        context::set_current(&self.local)?;
        Ok(self.local.clone())
    }

    #[method("__exit__", raw, nosig)]
    fn exit(&self, _args: &[&Object]) -> Result<bool> {
        context::set_current(&self.global)?;
        Ok(false)
    }
}
