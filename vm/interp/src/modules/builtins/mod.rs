//! `builtins`: the functions that every program has, by what they are about.

pub mod class;
pub mod exec;
pub mod iterate;
pub mod object;
pub mod text;

use objects::types::exceptions;
use objects::types::module::Module;
use objects::types::none;
use objects::{Instance, Result};

#[macros::pymodule(
    name = "builtins",
    parts(
        super::class::part,
        super::exec::part,
        super::iterate::part,
        super::object::part,
        super::text::part
    )
)]
pub mod module {
    use super::*;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        super::add_values(module)
    }
}

/// The types whose names are builtins, by the names they have themselves.
fn is_builtin_name(name: &str) -> bool {
    const NAMES: [&str; 26] = [
        "bool",
        "bytearray",
        "bytes",
        "classmethod",
        "complex",
        "dict",
        "enumerate",
        "filter",
        "float",
        "frozenset",
        "int",
        "list",
        "map",
        "memoryview",
        "object",
        "property",
        "range",
        "reversed",
        "set",
        "slice",
        "staticmethod",
        "str",
        "super",
        "tuple",
        "type",
        "zip",
    ];
    NAMES.contains(&name)
}

fn add_values(module: &Module) -> Result<()> {
    let dict = module.dict();
    dict.set_text("None", none::none())?;
    dict.set_text("Ellipsis", none::ellipsis())?;
    dict.set_text("NotImplemented", none::not_implemented())?;
    dict.set_text("True", objects::types::bool::from_bool(true))?;
    dict.set_text("False", objects::types::bool::from_bool(false))?;
    dict.set_text("__debug__", objects::types::bool::from_bool(true))?;
    for class in objects::types::STATIC_TYPES.iter().filter(|class| is_builtin_name(class.full_name())) {
        dict.set_text(class.full_name(), class.as_object())?;
    }
    for (_, class) in exceptions::ALL {
        dict.set_text(class.name(), class.as_object())?;
    }
    for alias in ["EnvironmentError", "IOError"] {
        dict.set_text(alias, exceptions::OSError.as_object())?;
    }
    exceptions::group::make_exception_group(&dict)
}
