//! `sys`: what the interpreter is and does, by what the names are about.

pub mod frames;
pub mod hooks;
pub mod monitoring;
pub mod printer;
pub mod settings;
pub mod values;

use objects::Result;
use objects::types::module::Module;

#[macros::pymodule(name = "sys", parts(super::frames::part, super::hooks::part, super::settings::part))]
pub mod module {
    use super::*;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        super::values::add(module)
    }
}
