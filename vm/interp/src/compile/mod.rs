//! Source to code objects: decoding, parsing, compiling, and SyntaxErrors as exceptions.

pub mod builtin;
pub mod error;
pub mod source;

use bytecode::code::Const;
use error::{issue, raise_compiler_error, raise_syntax_error};
use objects::codecs::names;
use objects::raise::Raised;
use objects::types::code::Code;
use objects::{Ref, Result, raise, state};
use syntax::ast::Mod;
use syntax::{Arena, ErrorKind, SourceWarning};

pub use syntax::Mode;

/// The newest Python that `feature_version` can name.
pub const FEATURE_VERSION: u32 = 13;

/// The bits of future features in flags of code and of the compiler.
pub const FUTURES: u32 = 0x1fe_0000;

/// The first bytes of compiled code in a file.
pub const PYC_MAGIC: [u8; 4] = bytecode::pyc::MAGIC;

/// Compiles text. `optimize` is -1 for the interpreter's own level.
///
/// # Errors
/// SyntaxError and its kin; what a warning that is an error raises.
pub fn compile(text: &[u8], filename: &str, mode: Mode, flags: u32, optimize: i32) -> Result<Ref<Code>> {
    with_tree(text, filename, mode, flags, FEATURE_VERSION, |arena, module| {
        compile_tree(arena, module, filename, flags, optimize)
    })
}

/// Compiles the text of the file that is the program, or of standard input.
///
/// # Errors
/// As [`compile`].
pub fn compile_program(text: &[u8], filename: &str) -> Result<Ref<Code>> {
    let options = syntax::Options { program_file: true, ..compiler::parser_options(0) };
    with_parsed(text, filename, Mode::Exec, options, |arena, module| {
        compile_tree(arena, module, filename, 0, -1)
    })
}

/// Parses text and does something with the tree.
///
/// # Errors
/// SyntaxError and its kin; what a warning that is an error raises; what `use_tree` returns.
pub fn with_tree<T>(
    text: &[u8],
    filename: &str,
    mode: Mode,
    flags: u32,
    feature_version: u32,
    use_tree: impl for<'a> FnOnce(&'a Arena, &'a Mod<'a>) -> Result<T>,
) -> Result<T> {
    let options = syntax::Options { feature_version, ..compiler::parser_options(flags) };
    with_parsed(text, filename, mode, options, use_tree)
}

fn with_parsed<T>(
    text: &[u8],
    filename: &str,
    mode: Mode,
    options: syntax::Options,
    use_tree: impl for<'a> FnOnce(&'a Arena, &'a Mod<'a>) -> Result<T>,
) -> Result<T> {
    let arena = Arena::with_capacity(text.len() * 8);
    let digits = state::interpreter().int_max_str_digits.get();
    let options = syntax::Options {
        int_max_str_digits: usize::try_from(digits).unwrap_or(0),
        names_missing: || (!names::are_available()).then_some(names::MISSING),
        normalize: |text| source::normalize(text).map_err(Raised::leave).ok(),
        ..options
    };
    let parsed = syntax::parse(&arena, text, mode, &options);
    if matches!(&parsed.result, Err(error) if error.kind == ErrorKind::Foreign) {
        return Err(raise::pending());
    }
    for warning in &parsed.warnings {
        issue(warning, filename)?;
    }
    match parsed.result {
        Ok(module) => use_tree(&arena, arena.alloc(module)),
        Err(error) => Err(raise_syntax_error(&error, filename, Some(text))),
    }
}

/// Compiles a tree. `optimize` as for [`compile`].
///
/// # Errors
/// As [`compile`].
pub fn compile_tree<'a>(
    arena: &'a Arena,
    module: &'a Mod<'a>,
    filename: &str,
    flags: u32,
    optimize: i32,
) -> Result<Ref<Code>> {
    compile_tree_with(arena, module, filename, flags, optimize, &[])
}

/// Compiles a tree that had these objects as constants: where a code object needs an equal one, it is that.
///
/// # Errors
/// As [`compile`].
pub fn compile_tree_with<'a>(
    arena: &'a Arena,
    module: &'a Mod<'a>,
    filename: &str,
    flags: u32,
    optimize: i32,
    given: &[(Const, Ref)],
) -> Result<Ref<Code>> {
    let options = options(flags, optimize);
    let code = warned(filename, |sink| compiler::compile(arena, module, filename, options, sink))?;
    Code::from_data_with(&code, given)
}

/// Folds a tree in place, for `compile(…, PyCF_OPTIMIZED_AST)`.
///
/// # Errors
/// As [`compile`].
pub fn fold_tree<'a>(
    arena: &'a Arena,
    module: &'a Mod<'a>,
    filename: &str,
    flags: u32,
    optimize: i32,
) -> Result<()> {
    let options = options(flags, optimize);
    warned(filename, |sink| compiler::fold_tree(arena, module, options, sink))
}

/// The instructions that code generation makes of a tree.
///
/// # Errors
/// As [`compile`].
pub fn generate<'a>(
    arena: &'a Arena,
    module: &'a Mod<'a>,
    filename: &str,
    optimize: i32,
) -> Result<compiler::stages::Generated> {
    let options = options(0, optimize);
    warned(filename, |sink| compiler::stages::generate(arena, module, filename, options, sink))
}

fn options(flags: u32, optimize: i32) -> compiler::Options {
    let optimize = u8::try_from(optimize).unwrap_or(crate::config::get().optimize);
    compiler::Options { optimize, flags }
}

/// Runs a pass of the compiler whose warnings are issued.
fn warned<T>(
    filename: &str,
    pass: impl FnOnce(&mut dyn FnMut(SourceWarning) -> bool) -> compiler::error::Result<T>,
) -> Result<T> {
    let mut failed: Option<Raised> = None;
    let mut sink = |warning: SourceWarning| match issue(&warning, filename) {
        Ok(()) => true,
        Err(raised) => {
            // An operation that was to be folded is left to the program.
            if warning.error.lineno == 0 {
                raised.clear();
            } else {
                failed = Some(raised);
            }
            false
        }
    };
    match (pass(&mut sink), failed) {
        (_, Some(raised)) => Err(raised),
        (Ok(result), None) => Ok(result),
        (Err(error), None) => Err(raise_compiler_error(&error, filename)),
    }
}
