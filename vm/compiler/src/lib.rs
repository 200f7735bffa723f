//! Abstract syntax tree to bytecode, equal to CPython 3.13's: no objects.
//!
//! The way of a tree: `future` reads its future statements; `fold` folds constants in place; `symtable` finds the
//! scope of every name; `codegen` emits instructions, one unit per block; `flow` makes a control-flow graph of
//! each unit and optimises it; `assemble` writes the code object. Each is CPython's pass of the same duty, for the
//! result must be the same, field by field.
//!
//! Every pass counts how deep it recurses, raises RecursionError where CPython does, and takes more native
//! stack when it needs it.

use std::rc::Rc;

use bytecode::code::{Code, Symbol, flags};
use syntax::ast::Mod;
use syntax::{Arena, SyntaxError};

pub mod error;
pub mod names;
pub mod symtable;

mod assemble;
mod codegen;
mod docstring;
mod flow;
mod fold;
mod future;
mod unparse;
mod view;

pub use unparse::unparse;
pub use view::view;

use error::WarningSink;
use names::Names;
use symtable::{Settings, SymbolTable};

/// The flags of `compile()` that are no bits of `co_flags`.
pub mod compiler_flags {
    /// Do not make code: return the tree.
    pub const ONLY_AST: u32 = 0x0400;
    /// `await` is allowed at the top of a module.
    pub const ALLOW_TOP_LEVEL_AWAIT: u32 = 0x2000;
    /// Return the folded tree.
    pub const OPTIMIZED_AST: u32 = 0x8000 | ONLY_AST;
}

/// The bits that code objects inherit from their surroundings (`PyCF_MASK`).
const INHERITED: u32 = flags::FUTURE_DIVISION
    | flags::FUTURE_ABSOLUTE_IMPORT
    | flags::FUTURE_WITH_STATEMENT
    | flags::FUTURE_PRINT_FUNCTION
    | flags::FUTURE_UNICODE_LITERALS
    | flags::FUTURE_BARRY_AS_BDFL
    | flags::FUTURE_GENERATOR_STOP
    | flags::FUTURE_ANNOTATIONS;

/// How to compile.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// 0; 1 without assertions; 2 also without docstrings.
    pub optimize: u8,
    /// Future features in force already, and [`compiler_flags`].
    pub flags: u32,
}

/// Compiles a tree. What is folded goes into the tree itself, and into its arena. `warn` receives the
/// SyntaxWarnings.
pub fn compile<'a>(
    arena: &'a Arena,
    module: &'a Mod<'a>,
    filename: &str,
    options: Options,
    warn: WarningSink<'_>,
) -> Result<Rc<Code>, Box<SyntaxError>> {
    let future = future::from_ast(module)?;
    let merged = options.flags | future.features;
    fold::fold(arena, module, options.optimize, merged)?;
    let mut names = Names::default();
    let settings = settings(future, options, merged);
    let table = symtable::build(module, &mut names, settings)?;
    let filename: Symbol = filename.into();
    let mut compiler =
        codegen::Compiler::new(filename, names, table, merged & INHERITED, options.optimize, warn);
    compiler.module(module)
}

fn settings(future: future::Future, options: Options, merged: u32) -> Settings {
    Settings {
        future: future::Future { features: merged & INHERITED, ..future },
        top_level_await: options.flags & compiler_flags::ALLOW_TOP_LEVEL_AWAIT != 0,
        optimize: options.optimize,
    }
}

/// Folds a tree in place, as `ast.parse(optimize=…)` shows it. Docstrings that level 2 drops stay in it.
pub fn fold_tree<'a>(
    arena: &'a Arena,
    module: &'a Mod<'a>,
    options: Options,
) -> Result<(), Box<SyntaxError>> {
    let future = future::from_ast(module)?;
    fold::fold(arena, module, options.optimize, options.flags | future.features)
}

/// The symbol table of a tree that was not folded, and its identifiers, as the `_symtable` module shows them.
pub fn symbol_table<'a>(
    module: &'a Mod<'a>,
    options: Options,
) -> Result<(SymbolTable, Names), Box<SyntaxError>> {
    let future = future::from_ast(module)?;
    let mut names = Names::default();
    let settings = settings(future, Options { optimize: 0, ..options }, options.flags | future.features);
    let table = symtable::build(module, &mut names, settings)?;
    Ok((table, names))
}
