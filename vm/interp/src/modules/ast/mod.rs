//! `_ast`: syntax trees as objects.
//!
//! `node` is the base class, `classes` makes the others from the node table (`syntax::asdl!`), `convert` goes both ways between objects and
//! the compiler's tree, with `field` for what nodes hold, and `validate` looks for what a parser would never make.

mod classes;
mod convert;
mod field;
mod node;
mod validate;

use bytecode::code::Const;
use classes::Class;
use convert::Node;
use field::Input;
use node::Ast;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, raise};
use syntax::ast::Mod;
use syntax::{Arena, Mode};

/// Whether the object is a node (`PyAST_Check`).
///
/// # Errors
/// What making the classes raises.
pub fn is_node(object: &Object) -> Result<bool> {
    Ok(object.cast::<Ast>().is_some())
}

/// The object of a tree. `folded` is the optimisation level of a tree that was folded.
///
/// # Errors
/// RecursionError, MemoryError.
pub fn object_of(module: &Mod<'_>, folded: Option<u8>) -> Result<Ref> {
    classes::ready()?;
    module.to_object(folded)
}

/// The tree of an object, in `arena`, checked; and the objects that its constants were.
///
/// # Errors
/// TypeError and ValueError for what is no tree.
pub fn tree_of<'a>(object: &Object, arena: &'a Arena, mode: Mode) -> Result<(Mod<'a>, Vec<(Const, Ref)>)> {
    classes::ready()?;
    let (class, name) = match mode {
        Mode::Exec => (Class::Module, "Module"),
        Mode::Eval => (Class::Expression, "Expression"),
        Mode::Single => (Class::Interactive, "Interactive"),
        Mode::FuncType => (Class::FunctionType, "FunctionType"),
    };
    if !class.is_class_of(object) {
        return Err(raise!(TypeError, "expected {name} node, got {}", object.class().full_name()));
    }
    let input = Input::new(arena);
    let module = Mod::from_object(object, &input)?;
    validate::module(&module)?;
    Ok((module, input.given.into_inner()))
}

/// Objects as constants of the compiler.
///
/// # Errors
/// TypeError for an object that is no constant.
pub fn constants_of(objects: &[Ref]) -> Result<Vec<Const>> {
    let arena = Arena::new();
    let input = Input::new(&arena);
    objects.iter().map(|object| Ok(compiler::to_const(&field::constant(object, &input)?))).collect()
}

#[macros::pymodule(name = "_ast")]
pub mod module {
    use super::*;

    #[constant("PyCF_ALLOW_TOP_LEVEL_AWAIT")]
    const TOP_LEVEL_AWAIT: u32 = compiler::compiler_flags::ALLOW_TOP_LEVEL_AWAIT;
    #[constant("PyCF_ONLY_AST")]
    const ONLY_AST: u32 = compiler::compiler_flags::ONLY_AST;
    #[constant("PyCF_TYPE_COMMENTS")]
    const TYPE_COMMENTS: u32 = compiler::compiler_flags::TYPE_COMMENTS;
    #[constant("PyCF_OPTIMIZED_AST")]
    const OPTIMIZED_AST: u32 = compiler::compiler_flags::OPTIMIZED_AST;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        classes::ready()?;
        let dict = module.dict();
        dict.set_text("AST", Ast::class())?;
        classes::each(|name, class| dict.set_str(&*Str::new(name)?, class))
    }
}
