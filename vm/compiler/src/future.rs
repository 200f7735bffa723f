//! `from __future__ import …`: which features a module asks for (Python/future.c).

use bytecode::code::flags;
use syntax::ast::{Constant, ExprKind, Location, Mod, Stmt, StmtKind};

use crate::error::{Result, syntax_error};

/// What the future statements of a module ask for.
#[derive(Clone, Copy, Debug)]
pub struct Future {
    /// Bits of `co_flags`.
    pub features: u32,
    /// The last future statement: others must not come after it. Line -1 if there is none.
    pub location: Location,
}

/// Feature names, and the flag of those that still mean something.
const FEATURES: [(&str, u32); 10] = [
    ("nested_scopes", 0),
    ("generators", 0),
    ("division", 0),
    ("absolute_import", 0),
    ("with_statement", 0),
    ("print_function", 0),
    ("unicode_literals", 0),
    ("barry_as_FLUFL", flags::FUTURE_BARRY_AS_BDFL),
    ("generator_stop", 0),
    ("annotations", flags::FUTURE_ANNOTATIONS),
];

/// Finds the future statements at the top of a module.
pub fn from_ast(module: &Mod<'_>) -> Result<Future> {
    let nowhere = Location { lineno: -1, col_offset: -1, end_lineno: -1, end_col_offset: -1 };
    let mut future = Future { features: 0, location: nowhere };
    let (Mod::Module { body, .. } | Mod::Interactive { body }) = module else { return Ok(future) };
    let mut body: &[Stmt<'_>] = body;
    if let [first, rest @ ..] = body
        && is_docstring(first)
    {
        body = rest;
    }
    for stmt in body {
        let StmtKind::ImportFrom { module: Some("__future__"), names, level: 0 } = stmt.kind else { break };
        for alias in names {
            match FEATURES.iter().find(|f| f.0 == alias.name) {
                Some((_, flag)) => future.features |= flag,
                None if alias.name == "braces" => return Err(syntax_error(alias.location, "not a chance")),
                None => {
                    let msg = format!("future feature {} is not defined", alias.name);
                    return Err(syntax_error(alias.location, msg));
                }
            }
        }
        future.location = stmt.location;
    }
    Ok(future)
}

fn is_docstring(stmt: &Stmt<'_>) -> bool {
    matches!(stmt.kind, StmtKind::Expr { value }
        if matches!(value.kind(), ExprKind::Constant { value: Constant::Str(_), .. }))
}
