//! Raising errors: where they are reported, and what text they quote.

use super::Parser;
use crate::ast::{ExprContext, ExprKind, ExprRef, Location};
use crate::error::{ErrorKind, SyntaxError};
use crate::lexer::Done;
use crate::source::character_offset;
use crate::token::TokenKind;
use std::borrow::Cow;

/// Where an error ends.
#[derive(Clone, Copy)]
enum End {
    /// At a line and a column that counts from 1.
    At(i32, i32),
    /// Where the lexer is.
    Here,
}

/// What a list of targets is for, which decides what may be in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Targets {
    Star,
    Del,
    For,
}

impl<'a> Parser<'a> {
    /// Raises a SyntaxError at the last token read.
    pub(super) fn raise<T>(&mut self, msg: impl Into<String>) -> Option<T> {
        self.raise_at_token(ErrorKind::SyntaxError, self.tokens.len().wrapping_sub(1), msg.into());
        None
    }

    /// Raises an IndentationError at the last token read.
    pub(super) fn raise_indentation<T>(&mut self, msg: impl Into<String>) -> Option<T> {
        self.raise_at_token(ErrorKind::IndentationError, self.tokens.len().wrapping_sub(1), msg.into());
        None
    }

    /// Raises a SyntaxError at the next token to match.
    pub(super) fn raise_on_next_token<T>(&mut self, msg: impl Into<String>) -> Option<T> {
        self.peek();
        self.raise_at_token(ErrorKind::SyntaxError, self.mark, msg.into());
        None
    }

    /// Raises a SyntaxError at a node.
    pub(super) fn raise_known_location<T>(&mut self, at: Location, msg: impl Into<String>) -> Option<T> {
        self.raise_known_range(at, at, msg)
    }

    /// Raises a SyntaxError that spans two nodes.
    pub(super) fn raise_known_range<T>(
        &mut self,
        from: Location,
        to: Location,
        msg: impl Into<String>,
    ) -> Option<T> {
        let end = End::At(to.end_lineno, to.end_col_offset + 1);
        self.raise_located(ErrorKind::SyntaxError, (from.lineno, from.col_offset + 1), end, msg.into());
        None
    }

    /// Raises a SyntaxError from a node to where the lexer is.
    pub(super) fn raise_starting_from<T>(&mut self, from: Location, msg: impl Into<String>) -> Option<T> {
        self.raise_located(ErrorKind::SyntaxError, (from.lineno, from.col_offset + 1), End::Here, msg.into());
        None
    }

    /// Raises a SyntaxError about the first of `targets` that nothing can be stored in or deleted from.
    pub(super) fn raise_invalid_target<T>(&mut self, kind: Targets, targets: ExprRef<'a>) -> Option<T> {
        let invalid = invalid_target(targets, kind)?;
        let verb = if kind == Targets::Del { "delete" } else { "assign to" };
        self.raise_known_location(invalid.location, format!("cannot {verb} {}", expr_name(invalid)))
    }

    /// Raises the SyntaxError for a UnicodeDecodeError in a literal or identifier.
    pub(super) fn raise_decode_error(&mut self, reason: &str) {
        self.raise::<()>(format!("(unicode error) {reason}"));
    }

    fn raise_at_token(&mut self, kind: ErrorKind, at: usize, msg: String) {
        let Some(token) = self.tokens.get(at) else {
            return self.raise_located(kind, (0, 0), End::At(0, -1), msg);
        };
        if token.kind == TokenKind::ErrorToken && self.lexer.done == Done::Eof {
            return self.raise_early_end();
        }
        let location = token.location;
        let column = if location.col_offset == -1 {
            self.lexer.pos as i32 - self.lexer.line_start as i32
        } else {
            location.col_offset + 1
        };
        let end = if location.end_col_offset == -1 { -1 } else { location.end_col_offset + 1 };
        self.raise_located(kind, (location.lineno, column), End::At(location.end_lineno, end), msg);
    }

    /// Raises the error of a text that ends too early.
    fn raise_early_end(&mut self) {
        if self.lexer.brackets.is_empty() {
            let lineno = self.lexer.lineno;
            // What is read of a file is forgotten between tokens, and columns with it.
            let column = match self.options.program_file && self.lexer.is_between_tokens() {
                true => 0,
                false => self.lexer.pos as i32 - self.lexer.line_start as i32,
            };
            let msg = "unexpected EOF while parsing".to_owned();
            self.raise_located(ErrorKind::SyntaxError, (lineno, column), End::At(lineno, -1), msg);
        } else {
            self.raise_unclosed_bracket();
        }
    }

    fn raise_unclosed_bracket(&mut self) {
        if let Some(&bracket) = self.lexer.brackets.last() {
            let msg = format!("'{}' was never closed", bracket.opening as char);
            let end = End::At(bracket.lineno, 0);
            self.raise_located(ErrorKind::SyntaxError, (bracket.lineno, bracket.column + 1), end, msg);
        }
    }

    /// Raises the error that the lexer stopped at.
    pub(super) fn raise_stopped_lexer(&mut self) {
        if let Some(error) = self.lexer.take_error() {
            if !self.failed {
                self.error = Some(error);
                self.failed = true;
            }
            return;
        }
        let lineno = self.lexer.lineno;
        let (kind, column, msg) = match self.lexer.done {
            Done::Eof => return self.raise_early_end(),
            Done::Dedent => {
                self.raise_indentation::<()>("unindent does not match any outer indentation level");
                return;
            }
            Done::TabSpace => (ErrorKind::TabError, 0, "inconsistent use of tabs and spaces in indentation"),
            Done::TooDeep => (ErrorKind::IndentationError, 0, "too many levels of indentation"),
            Done::LineContinuation => (
                ErrorKind::SyntaxError,
                // What is behind a continued line is counted from where that began, so it is past the end.
                if self.lexer.is_line_continued() {
                    i32::MAX - 1
                } else {
                    (self.lexer.pos as i32 - self.lexer.line_start as i32 - 1).max(0)
                },
                "unexpected character after line continuation character",
            ),
            _ => (ErrorKind::SyntaxError, 0, "unknown parsing error"),
        };
        self.raise_located(kind, (lineno, column + 1), End::At(lineno, 0), msg.to_owned());
    }

    /// Raises an error whose columns count bytes from 1.
    #[cold]
    fn raise_located(&mut self, kind: ErrorKind, (lineno, column): (i32, i32), end: End, msg: String) {
        if self.failed {
            return;
        }
        self.failed = true;
        let (end_lineno, end_column) = match end {
            End::At(lineno, column) => (lineno, column),
            End::Here => (self.lexer.lineno, self.lexer.pos as i32 - self.lexer.line_start as i32),
        };
        let text = self.error_text(lineno);
        let offset = character_offset(&text, column);
        let end_offset = if end_column > 0 { character_offset(&text, end_column) } else { end_column };
        let text = Some(text.into_owned());
        let located = SyntaxError::unlocated(kind, msg);
        self.error = Some(SyntaxError { lineno, offset, end_lineno, end_offset, text, ..located });
    }

    /// The line that an error quotes: with its newline if the lexer has gone no further, else without.
    pub(super) fn error_text(&self, lineno: i32) -> Cow<'a, str> {
        let lexer = &self.lexer;
        if self.options.program_file {
            return lexer.source.given_line(lineno);
        }
        if lexer.lineno <= lineno && lexer.line_end > lexer.line_start {
            let bytes = lexer.source.bytes().get(lexer.line_start..lexer.line_end);
            return String::from_utf8_lossy(bytes.unwrap_or_default());
        }
        lexer.source.line(lineno)
    }

    /// Says what is wrong with a source that the first pass has refused.
    #[cold]
    pub(super) fn diagnose(&mut self) -> SyntaxError {
        if self.options.allow_incomplete_input
            && matches!(self.lexer.done, Done::Eof | Done::EofInString | Done::EolInString)
        {
            self.error = None;
            self.failed = false;
            let last = self.tokens.len().wrapping_sub(1);
            self.raise_incomplete_input(last);
            return self.take_error();
        }
        let last = self.tokens.last().copied();
        if !self.failed {
            self.memos.clear();
            self.mark = 0;
            self.depth = 0;
            self.second_pass = true;
            self.invalid_rules = true;
            self.start_rule();
        }
        if self.failed {
            if self.lexer.done == Done::Ok
                && self.error.as_ref().is_some_and(|error| error.kind.is_syntax_error())
            {
                self.prefer_lexer_error();
            }
            return self.take_error();
        }
        let Some(last) = last else {
            self.raise::<()>("error at start before reading any input");
            return self.take_error();
        };
        match last.kind {
            TokenKind::Indent => {
                self.raise_indentation::<()>("unexpected indent");
            }
            TokenKind::Dedent => {
                self.raise_indentation::<()>("unexpected unindent");
            }
            _ => {
                self.raise_known_location::<()>(last.location, "invalid syntax");
                self.prefer_lexer_error();
            }
        }
        self.take_error()
    }

    fn raise_incomplete_input(&mut self, last: usize) {
        let Some(token) = self.tokens.get(last) else { return };
        let location = token.location;
        let column = if location.col_offset == -1 {
            self.lexer.pos as i32 - self.lexer.line_start as i32
        } else {
            location.col_offset + 1
        };
        let end = if location.end_col_offset == -1 { -1 } else { location.end_col_offset + 1 };
        let end = End::At(location.end_lineno, end);
        let msg = "incomplete input".to_owned();
        self.raise_located(ErrorKind::IncompleteInputError, (location.lineno, column), end, msg);
    }

    fn take_error(&mut self) -> SyntaxError {
        self.error.take().unwrap_or_else(|| self.generic_error())
    }

    pub(super) fn generic_error(&self) -> SyntaxError {
        SyntaxError::unlocated(ErrorKind::SyntaxError, "invalid syntax")
    }

    /// Reads the rest of the source. An error of the lexer's, or a bracket left open on an earlier line than the
    /// error that was raised, is the likelier cause of it.
    fn prefer_lexer_error(&mut self) {
        let Some(error_line) = self.tokens.last().map(|token| token.location.lineno) else { return };
        loop {
            match self.lexer.next_token().kind {
                TokenKind::ErrorToken => break,
                TokenKind::EndMarker => return,
                _ => {}
            }
        }
        // Errors inside f-strings have no such priority.
        if self.lexer.in_fstring() {
            return;
        }
        if let Some(error) = self.lexer.take_error() {
            self.error = Some(error);
        } else if self.lexer.brackets.last().is_some_and(|bracket| error_line > bracket.lineno) {
            self.error = None;
            self.failed = false;
            self.raise_unclosed_bracket();
        }
    }
}

/// The first part of `targets` that cannot be a target.
fn invalid_target<'a>(targets: ExprRef<'a>, kind: Targets) -> Option<ExprRef<'a>> {
    match targets.kind() {
        ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => {
            elts.iter().find_map(|elt| invalid_target(elt, kind))
        }
        ExprKind::Starred { .. } if kind == Targets::Del => Some(targets),
        ExprKind::Starred { value, .. } => invalid_target(value, kind),
        // `for a in b` without its `in`: what is left of it is the target.
        ExprKind::Compare { left, ops, .. } if kind == Targets::For => {
            if ops.first() == Some(&crate::ast::CmpOp::In) { invalid_target(left, kind) } else { None }
        }
        ExprKind::Name { .. } | ExprKind::Subscript { .. } | ExprKind::Attribute { .. } => None,
        _ => Some(targets),
    }
}

/// What error messages call an expression.
pub(crate) fn expr_name(expr: ExprRef<'_>) -> &'static str {
    use crate::ast::Constant;
    match expr.kind() {
        ExprKind::Attribute { .. } => "attribute",
        ExprKind::Subscript { .. } => "subscript",
        ExprKind::Starred { .. } => "starred",
        ExprKind::Name { .. } => "name",
        ExprKind::List { .. } => "list",
        ExprKind::Tuple { .. } => "tuple",
        ExprKind::Lambda { .. } => "lambda",
        ExprKind::Call { .. } => "function call",
        ExprKind::BoolOp { .. } | ExprKind::BinOp { .. } | ExprKind::UnaryOp { .. } => "expression",
        ExprKind::GeneratorExp { .. } => "generator expression",
        ExprKind::Yield { .. } | ExprKind::YieldFrom { .. } => "yield expression",
        ExprKind::Await { .. } => "await expression",
        ExprKind::ListComp { .. } => "list comprehension",
        ExprKind::SetComp { .. } => "set comprehension",
        ExprKind::DictComp { .. } => "dict comprehension",
        ExprKind::Dict { .. } => "dict literal",
        ExprKind::Set { .. } => "set display",
        ExprKind::JoinedStr { .. } | ExprKind::FormattedValue { .. } => "f-string expression",
        ExprKind::Constant { value, .. } => match value {
            Constant::None => "None",
            Constant::False => "False",
            Constant::True => "True",
            Constant::Ellipsis => "ellipsis",
            _ => "literal",
        },
        ExprKind::Compare { .. } => "comparison",
        ExprKind::IfExp { .. } => "conditional expression",
        ExprKind::NamedExpr { .. } => "named expression",
        ExprKind::Slice { .. } => "slice",
    }
}

/// The same expression with another context, as are the parts of a list, a tuple or a starred expression.
pub(super) fn with_context<'a>(p: &Parser<'a>, expr: ExprRef<'a>, ctx: ExprContext) -> ExprRef<'a> {
    let parts = |elts: &[ExprRef<'a>]| {
        let parts: Vec<_> = elts.iter().map(|elt| with_context(p, elt, ctx)).collect();
        p.arena.list(&parts)
    };
    let kind = match expr.kind() {
        ExprKind::Name { id, .. } => ExprKind::Name { id, ctx },
        ExprKind::Tuple { elts, .. } => ExprKind::Tuple { elts: parts(elts), ctx },
        ExprKind::List { elts, .. } => ExprKind::List { elts: parts(elts), ctx },
        ExprKind::Subscript { value, slice, .. } => ExprKind::Subscript { value, slice, ctx },
        ExprKind::Attribute { value, attr, .. } => ExprKind::Attribute { value, attr, ctx },
        ExprKind::Starred { value, .. } => ExprKind::Starred { value: with_context(p, value, ctx), ctx },
        _ => return expr,
    };
    p.expr(kind, expr.location)
}
