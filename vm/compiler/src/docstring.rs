//! Docstrings: where a body has one, and how it is cleaned.

use bytecode::code::{Wtf8, push_wtf8};
use syntax::ast::{self, Constant, ExprKind, Stmt, StmtKind};

/// A docstring and the expression it comes from.
pub type Docstring<'a> = (ast::Wtf8<'a>, &'a ast::Expr<'a>);

/// Splits a body into its docstring and the rest. At optimisation level 2 the docstring is dropped.
pub fn split<'s, 'a>(body: &'s [Stmt<'a>], optimize: u8) -> (Option<Docstring<'a>>, &'s [Stmt<'a>]) {
    if let [first, rest @ ..] = body
        && let StmtKind::Expr { value } = first.kind
        && let ExprKind::Constant { value: Constant::Str(text), .. } = value.kind()
    {
        return ((optimize < 2).then_some((text, value)), rest);
    }
    (None, body)
}

/// The docstring as it is stored: tabs expanded, common indentation removed, blank lines kept
/// (`_PyCompile_CleanDoc` in Python/compile.c).
pub fn clean(text: ast::Wtf8<'_>) -> Wtf8 {
    let text = expand_tabs(text);
    let lines: Vec<&[u8]> = text.split(|&b| b == b'\n').collect();
    let indent = |line: &[u8]| line.iter().take_while(|&&b| b == b' ').count();
    let is_blank = |line: &[u8]| indent(line) == line.len();
    let margin = lines.iter().skip(1).filter(|l| !is_blank(l)).map(|l| indent(l)).min().unwrap_or(0);
    let mut out = Vec::with_capacity(text.len());
    for (i, line) in lines.iter().enumerate() {
        let cut = if i == 0 { indent(line) } else { indent(line).min(margin) };
        if i > 0 {
            out.push(b'\n');
        }
        out.extend_from_slice(&line[cut..]);
    }
    Wtf8(out.into())
}

/// `str.expandtabs()`.
fn expand_tabs(text: ast::Wtf8<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.as_bytes().len());
    let mut column = 0;
    for point in text.code_points() {
        match char::from_u32(point) {
            Some('\t') => {
                let width = 8 - column % 8;
                out.extend(std::iter::repeat_n(b' ', width));
                column += width;
                continue;
            }
            Some('\n' | '\r') => column = 0,
            _ => column += 1,
        }
        push_wtf8(&mut out, point);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleans_as_cpython() {
        let cleaned = |s: &str| String::from_utf8(clean(s.into()).0.to_vec()).expect("UTF-8");
        assert_eq!(cleaned("  a\n    b\n\n      c\n  "), "a\nb\n\n  c\n");
        assert_eq!(cleaned("a\n\tb\n\t\tc"), "a\nb\n        c");
        assert_eq!(cleaned("x"), "x");
    }
}
