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
use syntax::{Arena, Mode, SyntaxError};

pub mod docstring;
pub mod error;
pub mod names;
pub mod stages;
pub mod symtable;

mod assemble;
mod codegen;
mod flow;
mod fold;
mod future;
mod unparse;
mod view;

pub use unparse::unparse;
pub use view::{to_const, view};

use error::WarningSink;
use names::Names;
use symtable::{Settings, SymbolTable};

/// The flags of `compile()` that are no bits of `co_flags`.
pub mod compiler_flags {
    /// Do not end open blocks at the end of an interactive statement.
    pub const DONT_IMPLY_DEDENT: u32 = 0x0200;
    /// Do not make code: return the tree.
    pub const ONLY_AST: u32 = 0x0400;
    /// Keep type comments in the tree.
    pub const TYPE_COMMENTS: u32 = 0x1000;
    /// `await` is allowed at the top of a module.
    pub const ALLOW_TOP_LEVEL_AWAIT: u32 = 0x2000;
    /// A source that ends too early raises `_IncompleteInputError`.
    pub const ALLOW_INCOMPLETE_INPUT: u32 = 0x4000;
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
    compiler_of(arena, module, filename, options, warn)?.module(module)
}

/// The code generator of a tree, after the passes before it.
fn compiler_of<'a, 's>(
    arena: &'a Arena,
    module: &'a Mod<'a>,
    filename: &str,
    options: Options,
    warn: WarningSink<'s>,
) -> Result<codegen::Compiler<'a, 's>, Box<SyntaxError>> {
    let future = future::from_ast(module)?;
    let merged = options.flags | future.features;
    fold::fold(arena, module, options.optimize, merged, warn)?;
    let mut names = Names::default();
    let settings = settings(future, options, merged);
    let table = symtable::build(module, &mut names, settings)?;
    let filename: Symbol = filename.into();
    Ok(codegen::Compiler::new(filename, names, table, merged & INHERITED, &settings, warn))
}

/// Parses and compiles a source, which is UTF-8 as far as that was made sure of. `warn` receives the parser's
/// warnings too.
pub fn compile_source(
    text: &[u8],
    filename: &str,
    mode: Mode,
    options: Options,
    warn: WarningSink<'_>,
) -> Result<Rc<Code>, Box<SyntaxError>> {
    let arena = Arena::new();
    let parsed = syntax::parse(&arena, text, mode, &parser_options(options.flags));
    for warning in parsed.warnings {
        let error = warning.error.clone();
        if !warn(warning) {
            return Err(Box::new(error));
        }
    }
    let module = arena.alloc(parsed.result?);
    compile(&arena, module, filename, options, warn)
}

/// What the flags of `compile()` mean to the parser.
pub fn parser_options(flags: u32) -> syntax::Options {
    let has = |flag| flags & flag != 0;
    syntax::Options {
        type_comments: has(compiler_flags::TYPE_COMMENTS),
        allow_incomplete_input: has(compiler_flags::ALLOW_INCOMPLETE_INPUT),
        dont_imply_dedent: has(compiler_flags::DONT_IMPLY_DEDENT),
        barry_as_bdfl: has(flags::FUTURE_BARRY_AS_BDFL),
        ..syntax::Options::default()
    }
}

fn settings(future: future::Future, options: Options, merged: u32) -> Settings {
    Settings {
        future: future::Future { features: merged & INHERITED, ..future },
        top_level_await: options.flags & compiler_flags::ALLOW_TOP_LEVEL_AWAIT != 0,
        optimize: options.optimize,
    }
}

/// Folds a tree in place, as `ast.parse(optimize=…)` shows it: through [`view`], and with the docstrings that
/// [`docstring::split`] leaves.
pub fn fold_tree<'a>(
    arena: &'a Arena,
    module: &'a Mod<'a>,
    options: Options,
    warn: WarningSink<'_>,
) -> Result<(), Box<SyntaxError>> {
    let future = future::from_ast(module)?;
    fold::fold(arena, module, options.optimize, options.flags | future.features, warn)
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
