//! `builtins.compile`: text or a tree, to a code object or a tree.

use super::{FEATURE_VERSION, Mode, compile, compile_tree_with, fold_tree, source, with_tree};
use crate::modules::ast;
use compiler::compiler_flags::{ONLY_AST, OPTIMIZED_AST};
use objects::{Instance, Object, Ref, Result, raise};
use syntax::Arena;

/// All flags that may be given: future features, obsolete ones, and those of the compiler itself.
const KNOWN: u32 =
    super::FUTURES | 0x8000 | 0x4000 | 0x2000 | 0x1000 | 0x0800 | 0x0400 | 0x0200 | 0x0100 | 0x0010;

/// The arguments of `compile()` behind the source.
pub struct Request<'a> {
    pub filename: &'a Object,
    pub mode: &'a str,
    /// With the future features of the calling code, unless those are not to be inherited.
    pub flags: u32,
    pub optimize: i32,
    pub feature_version: i32,
}

/// Compiles the bytes of a C string, to a tree if the flags ask for one (`Py_CompileStringObject`).
///
/// # Errors
/// As [`run`].
pub fn run_text(bytes: &[u8], request: &Request<'_>) -> Result<Ref> {
    const IGNORE_COOKIE: u32 = 0x0800;
    let filename = source::filename(request.filename)?;
    match request.flags & IGNORE_COOKIE {
        0 => compile_text(&source::decode_source(bytes, &filename)?, &filename, request),
        _ => compile_text(bytes, &filename, request),
    }
}

/// `builtins.compile`.
///
/// # Errors
/// TypeError and ValueError for bad arguments; as [`compile`].
pub fn run(text_or_tree: &Object, request: &Request<'_>) -> Result<Ref> {
    let Request { flags, optimize, .. } = *request;
    let filename = source::filename(request.filename)?;
    if flags & !KNOWN != 0 {
        return Err(raise!(ValueError, "compile(): unrecognised flags"));
    }
    if !(-1..=2).contains(&optimize) {
        return Err(raise!(ValueError, "compile(): invalid optimize value"));
    }
    let only_tree = flags & ONLY_AST != 0;
    let optimized_tree = flags & OPTIMIZED_AST == OPTIMIZED_AST;
    let mode = mode(request.mode, only_tree)?;
    if ast::is_node(text_or_tree)? {
        if only_tree && !optimized_tree {
            return Ok(text_or_tree.to_ref());
        }
        let arena = Arena::new();
        let (module, constants) = ast::tree_of(text_or_tree, &arena, mode)?;
        let module = arena.alloc(module);
        if only_tree {
            fold_tree(&arena, module, &filename, flags, optimize)?;
            return ast::object_of(module, folded_level(optimize));
        }
        return Ok(compile_tree_with(&arena, module, &filename, flags, optimize, &constants)?.upcast());
    }
    crate::audit::raise_named("compile", &[text_or_tree, request.filename])?;
    let text = source::source_text(text_or_tree, mode, "compile", "string, bytes or AST", &filename)?;
    compile_text(&text, &filename, request)
}

fn compile_text(text: &[u8], filename: &str, request: &Request<'_>) -> Result<Ref> {
    let Request { flags, optimize, .. } = *request;
    let only_tree = flags & ONLY_AST != 0;
    let optimized_tree = flags & OPTIMIZED_AST == OPTIMIZED_AST;
    let mode = mode(request.mode, only_tree)?;
    if !only_tree {
        return Ok(compile(text, filename, mode, flags, optimize)?.upcast());
    }
    let version = u32::try_from(request.feature_version).unwrap_or(FEATURE_VERSION);
    with_tree(text, filename, mode, flags, version, |arena, module| {
        if optimized_tree {
            fold_tree(arena, module, filename, flags, optimize)?;
        }
        ast::object_of(module, if optimized_tree { folded_level(optimize) } else { None })
    })
}

/// The optimisation level that a folded tree shows.
fn folded_level(optimize: i32) -> Option<u8> {
    Some(u8::try_from(optimize).unwrap_or(crate::config::get().optimize))
}

fn mode(name: &str, only_tree: bool) -> Result<Mode> {
    match name {
        "exec" => Ok(Mode::Exec),
        "eval" => Ok(Mode::Eval),
        "single" => Ok(Mode::Single),
        "func_type" if only_tree => Ok(Mode::FuncType),
        "func_type" => Err(raise!(ValueError, "compile() mode 'func_type' requires flag PyCF_ONLY_AST")),
        _ if only_tree => {
            Err(raise!(ValueError, "compile() mode must be 'exec', 'eval', 'single' or 'func_type'"))
        }
        _ => Err(raise!(ValueError, "compile() mode must be 'exec', 'eval' or 'single'")),
    }
}
