//! Compound statements.

use super::memo::Rule;
use super::params::Owner;
use super::{MAX_DEPTH, Parser};
use crate::ast::{
    Arguments, ClassDef, ExceptHandler, ExprContext, ExprKind, ExprRef, FunctionDef, List, MatchCase, Stmt,
    StmtKind, WithItem,
};
use crate::token::TokenKind;

impl<'a> Parser<'a> {
    pub(super) fn compound_stmt(&mut self) -> Option<Stmt<'a>> {
        match self.peek() {
            TokenKind::Def => self.function_def_raw(&[]),
            TokenKind::At => self.decorated(),
            TokenKind::Async => self.async_stmt(),
            TokenKind::If => self.if_stmt(),
            TokenKind::Class => self.class_def_raw(&[]),
            TokenKind::With => self.with_stmt(),
            TokenKind::For => self.for_stmt(),
            TokenKind::Try => self.try_stmt(),
            TokenKind::While => self.while_stmt(),
            TokenKind::Name if self.at_word("match") => self.match_stmt(),
            _ => None,
        }
    }

    fn async_stmt(&mut self) -> Option<Stmt<'a>> {
        self.mark += 1;
        let second = self.peek();
        self.mark -= 1;
        match second {
            TokenKind::Def => self.function_def_raw(&[]),
            TokenKind::With => self.with_stmt(),
            TokenKind::For => self.for_stmt(),
            _ => None,
        }
    }

    pub(super) fn block(&mut self) -> Option<List<'a, Stmt<'a>>> {
        self.memoized_second(Rule::Block, |p| {
            if p.peek() == TokenKind::Newline {
                let body = p.alt(|p| {
                    p.expect(TokenKind::Newline)?;
                    p.expect(TokenKind::Indent)?;
                    let body = p.statements()?;
                    p.expect(TokenKind::Dedent)?;
                    Some(body)
                });
                if body.is_some() {
                    return body;
                }
            }
            let body = p.simple_stmts();
            if body.is_none() {
                p.invalid(Self::invalid_block);
            }
            body
        })
    }

    fn decorated(&mut self) -> Option<Stmt<'a>> {
        let decorators = self.many1(|p| {
            p.expect(TokenKind::At)?;
            let decorator = p.named_expression()?;
            p.expect(TokenKind::Newline)?;
            Some(decorator)
        })?;
        match self.peek() {
            TokenKind::Class => self.class_def_raw(&decorators),
            _ => self.function_def_raw(&decorators),
        }
    }

    fn class_def_raw(&mut self, decorators: &[ExprRef<'a>]) -> Option<Stmt<'a>> {
        self.invalid(Self::invalid_class_def_raw);
        let start = self.expect(TokenKind::Class)?;
        let (name, _) = self.name_token()?;
        let type_params = self.alt(Self::type_params).unwrap_or_default();
        let arguments = self.alt(Self::class_arguments);
        let (bases, keywords) = arguments.unwrap_or_default();
        self.expect(TokenKind::Colon)?;
        let body = self.block()?;
        let decorator_list = self.arena.list(decorators);
        let class = ClassDef { name, bases, keywords, body, decorator_list, type_params };
        Some(self.stmt(StmtKind::ClassDef(self.arena.alloc(class)), start))
    }

    /// The bases and keywords of a class in their parentheses.
    pub(super) fn class_arguments(&mut self) -> Option<super::call::Arguments<'a>> {
        self.expect(TokenKind::LPar)?;
        let arguments = self.alt(Self::arguments).unwrap_or_default();
        self.expect(TokenKind::RPar)?;
        Some(arguments)
    }

    fn function_def_raw(&mut self, decorators: &[ExprRef<'a>]) -> Option<Stmt<'a>> {
        if self.invalid_rules {
            let mark = self.mark;
            if self.invalid_def_raw().is_some() {
                // The header was bad and has been forgiven. There is an error elsewhere.
                return Some(self.stmt(StmtKind::Pass, mark));
            }
            self.mark = mark;
        }
        let start = self.mark;
        let is_async = self.accept(TokenKind::Async);
        self.expect(TokenKind::Def)?;
        let (name, _) = self.name_token()?;
        let type_params = self.alt(Self::type_params).unwrap_or_default();
        self.expect(TokenKind::LPar)?;
        let args = self.alt(|p| p.params(Owner::Function));
        self.expect(TokenKind::RPar)?;
        let returns = self.alt(Self::return_annotation);
        self.expect(TokenKind::Colon)?;
        let type_comment = self.alt(Self::func_type_comment);
        let body = self.block()?;
        let args = args.unwrap_or_else(|| self.arena.alloc(Arguments::default()));
        let decorator_list = self.arena.list(decorators);
        let function = self.arena.alloc(FunctionDef {
            name,
            args,
            body,
            decorator_list,
            returns,
            type_comment,
            type_params,
        });
        if !is_async {
            return Some(self.stmt(StmtKind::FunctionDef(function), start));
        }
        let stmt = self.stmt(StmtKind::AsyncFunctionDef(function), start);
        self.check_version(5, "Async functions are", stmt)
    }

    pub(super) fn return_annotation(&mut self) -> Option<ExprRef<'a>> {
        self.expect(TokenKind::RArrow)?;
        self.expression()
    }

    pub(super) fn func_type_comment(&mut self) -> Option<&'a str> {
        if let Some(comment) = self.alt(|p| {
            p.expect(TokenKind::Newline)?;
            let comment = p.type_comment()?;
            p.lookahead(|p| {
                p.expect(TokenKind::Newline)?;
                p.expect(TokenKind::Indent)
            })
            .then_some(comment)
        }) {
            return Some(comment);
        }
        self.invalid(Self::invalid_double_type_comments);
        self.type_comment()
    }

    fn if_stmt(&mut self) -> Option<Stmt<'a>> {
        self.invalid(Self::invalid_if_stmt);
        self.if_or_elif()
    }

    /// An `if` and its branches. The grammar nests each `elif` in the statement before it; the loop does not.
    fn if_or_elif(&mut self) -> Option<Stmt<'a>> {
        let first = self.if_header(TokenKind::If)?;
        let mut branches = vec![first];
        while self.peek() == TokenKind::Elif {
            self.invalid(Self::invalid_elif_stmt);
            if self.depth as usize + branches.len() > MAX_DEPTH as usize {
                self.overflow();
            }
            match self.alt(|p| p.if_header(TokenKind::Elif)) {
                Some(branch) => branches.push(branch),
                None => break,
            }
        }
        let mut orelse = self.else_block();
        let mut stmt = None;
        for (start, test, body) in branches.into_iter().rev() {
            let outer = self.stmt(StmtKind::If { test, body, orelse }, start);
            orelse = self.arena.list(&[outer]);
            stmt = Some(outer);
        }
        stmt
    }

    /// The keyword's place, the condition and the body of one branch.
    fn if_header(&mut self, keyword: TokenKind) -> Option<Branch<'a>> {
        let start = self.expect(keyword)?;
        let test = self.named_expression()?;
        self.expect(TokenKind::Colon)?;
        Some((start, test, self.block()?))
    }

    /// The statements of an `else`, if there is one.
    fn else_block(&mut self) -> List<'a, Stmt<'a>> {
        if self.peek() != TokenKind::Else {
            return &[];
        }
        self.invalid(Self::invalid_else_stmt);
        let block = self.alt(|p| {
            p.expect(TokenKind::Else)?;
            p.expect_forced(TokenKind::Colon)?;
            p.block()
        });
        block.unwrap_or_default()
    }

    fn while_stmt(&mut self) -> Option<Stmt<'a>> {
        self.invalid(Self::invalid_while_stmt);
        let start = self.expect(TokenKind::While)?;
        let test = self.named_expression()?;
        self.expect(TokenKind::Colon)?;
        let body = self.block()?;
        let orelse = self.else_block();
        Some(self.stmt(StmtKind::While { test, body, orelse }, start))
    }

    fn for_stmt(&mut self) -> Option<Stmt<'a>> {
        self.invalid(Self::invalid_for_stmt);
        let start = self.mark;
        let is_async = self.accept(TokenKind::Async);
        let Some(target) = self.alt(|p| {
            p.expect(TokenKind::For)?;
            let target = p.star_targets()?;
            p.expect(TokenKind::In)?;
            Some(target)
        }) else {
            self.mark = start;
            self.invalid(Self::invalid_for_target);
            return None;
        };
        let iter = self.star_expressions()?;
        self.expect(TokenKind::Colon)?;
        let type_comment = self.type_comment();
        let body = self.block()?;
        let orelse = self.else_block();
        if !is_async {
            return Some(self.stmt(StmtKind::For { target, iter, body, orelse, type_comment }, start));
        }
        let stmt = self.stmt(StmtKind::AsyncFor { target, iter, body, orelse, type_comment }, start);
        self.check_version(5, "Async for loops are", stmt)
    }

    fn with_stmt(&mut self) -> Option<Stmt<'a>> {
        self.invalid(Self::invalid_with_stmt_indent);
        let start = self.mark;
        let is_async = self.accept(TokenKind::Async);
        let found = self.alt(|p| p.parenthesized_with(is_async)).or_else(|| self.alt(Self::plain_with));
        let Some((items, body, type_comment)) = found else {
            self.mark = start;
            self.invalid(Self::invalid_with_stmt);
            return None;
        };
        if !is_async {
            return Some(self.stmt(StmtKind::With { items, body, type_comment }, start));
        }
        let stmt = self.stmt(StmtKind::AsyncWith { items, body, type_comment }, start);
        self.check_version(5, "Async with statements are", stmt)
    }

    fn parenthesized_with(&mut self, is_async: bool) -> Option<With<'a>> {
        self.expect(TokenKind::With)?;
        self.expect(TokenKind::LPar)?;
        let items = self.comma_separated(Self::with_item)?;
        self.accept(TokenKind::Comma);
        self.expect(TokenKind::RPar)?;
        self.expect(TokenKind::Colon)?;
        let type_comment = if is_async { None } else { self.type_comment() };
        Some((self.arena.list(&items), self.block()?, type_comment))
    }

    fn plain_with(&mut self) -> Option<With<'a>> {
        self.expect(TokenKind::With)?;
        let items = self.comma_separated(Self::with_item)?;
        self.expect(TokenKind::Colon)?;
        let type_comment = self.type_comment();
        Some((self.arena.list(&items), self.block()?, type_comment))
    }

    fn with_item(&mut self) -> Option<WithItem<'a>> {
        let mark = self.mark;
        let context_expr = self.expression()?;
        if self.peek() == TokenKind::As {
            let target = self.alt(|p| {
                p.expect(TokenKind::As)?;
                let target = p.star_target()?;
                matches!(p.peek(), TokenKind::Comma | TokenKind::RPar | TokenKind::Colon).then_some(target)
            });
            if target.is_some() {
                return Some(WithItem { context_expr, optional_vars: target });
            }
        }
        let end = self.mark;
        self.mark = mark;
        self.invalid(Self::invalid_with_item);
        self.mark = end;
        Some(WithItem { context_expr, optional_vars: None })
    }

    fn try_stmt(&mut self) -> Option<Stmt<'a>> {
        self.invalid(Self::invalid_try_stmt);
        let start = self.expect(TokenKind::Try)?;
        self.expect_forced(TokenKind::Colon)?;
        let body = self.block()?;
        if let Some(finalbody) = self.finally_block() {
            return Some(self.stmt(StmtKind::Try { body, handlers: &[], orelse: &[], finalbody }, start));
        }
        let (is_star, handlers) = match self.many1(Self::except_block) {
            Some(handlers) => (false, handlers),
            None => (true, self.many1(Self::except_star_block)?),
        };
        let handlers = self.arena.list(&handlers);
        let orelse = self.else_block();
        let finalbody = self.finally_block().unwrap_or_default();
        if !is_star {
            return Some(self.stmt(StmtKind::Try { body, handlers, orelse, finalbody }, start));
        }
        let stmt = self.stmt(StmtKind::TryStar { body, handlers, orelse, finalbody }, start);
        self.check_version(11, "Exception groups are", stmt)
    }

    pub(super) fn except_block(&mut self) -> Option<ExceptHandler<'a>> {
        if self.peek() != TokenKind::Except {
            return None;
        }
        self.invalid(Self::invalid_except_stmt_indent);
        let handler = self.alt(|p| {
            let start = p.expect(TokenKind::Except)?;
            let type_ = p.alt(Self::expression);
            let name = if type_.is_some() { p.as_name() } else { None };
            p.expect(TokenKind::Colon)?;
            let body = p.block()?;
            Some(ExceptHandler { type_, name, body, location: p.span(start) })
        });
        if handler.is_none() {
            self.invalid(Self::invalid_except_stmt);
        }
        handler
    }

    pub(super) fn except_star_block(&mut self) -> Option<ExceptHandler<'a>> {
        if self.peek() != TokenKind::Except {
            return None;
        }
        self.invalid(Self::invalid_except_star_stmt_indent);
        let handler = self.alt(|p| {
            let start = p.expect(TokenKind::Except)?;
            p.expect(TokenKind::Star)?;
            let type_ = Some(p.expression()?);
            let name = p.as_name();
            p.expect(TokenKind::Colon)?;
            let body = p.block()?;
            Some(ExceptHandler { type_, name, body, location: p.span(start) })
        });
        if handler.is_none() {
            self.invalid(Self::invalid_except_stmt);
        }
        handler
    }

    fn finally_block(&mut self) -> Option<List<'a, Stmt<'a>>> {
        if self.peek() != TokenKind::Finally {
            return None;
        }
        self.invalid(Self::invalid_finally_stmt);
        self.alt(|p| {
            p.expect(TokenKind::Finally)?;
            p.expect_forced(TokenKind::Colon)?;
            p.block()
        })
    }

    fn match_stmt(&mut self) -> Option<Stmt<'a>> {
        let stmt = self.alt(|p| {
            let start = p.expect_word("match")?;
            let subject = p.subject_expr()?;
            p.expect(TokenKind::Colon)?;
            p.expect(TokenKind::Newline)?;
            p.expect(TokenKind::Indent)?;
            let cases = p.many1(Self::case_block)?;
            p.expect(TokenKind::Dedent)?;
            let cases = p.arena.list(&cases);
            let stmt = p.stmt(StmtKind::Match { subject, cases }, start);
            p.check_version(10, "Pattern matching is", stmt)
        });
        if stmt.is_none() {
            self.invalid(Self::invalid_match_stmt);
        }
        stmt
    }

    pub(super) fn subject_expr(&mut self) -> Option<ExprRef<'a>> {
        let start = self.mark;
        let tuple = self.alt(|p| {
            let first = p.star_named_expression()?;
            p.expect(TokenKind::Comma)?;
            let mut elts = vec![first];
            elts.extend_from_slice(p.alt(Self::star_named_expressions).unwrap_or_default());
            let kind = ExprKind::Tuple { elts: p.arena.list(&elts), ctx: ExprContext::Load };
            Some(p.expr(kind, p.span(start)))
        });
        if tuple.is_some() { tuple } else { self.named_expression() }
    }

    fn case_block(&mut self) -> Option<MatchCase<'a>> {
        self.invalid(Self::invalid_case_block);
        self.expect_word("case")?;
        let pattern = self.patterns()?;
        let guard = self.alt(Self::guard);
        self.expect(TokenKind::Colon)?;
        let body = self.block()?;
        Some(MatchCase { pattern, guard, body })
    }

    pub(super) fn guard(&mut self) -> Option<ExprRef<'a>> {
        self.expect(TokenKind::If)?;
        self.named_expression()
    }
}

/// A branch of an `if`: the place of its keyword, its condition, its body.
type Branch<'a> = (usize, ExprRef<'a>, List<'a, Stmt<'a>>);

/// The items, body and type comment of a `with`.
type With<'a> = (List<'a, WithItem<'a>>, List<'a, Stmt<'a>>, Option<&'a str>);
