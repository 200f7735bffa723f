//! The arguments of calls and class statements.

use super::Parser;
use super::memo::Rule;
use crate::ast::{ExprContext, ExprKind, ExprRef, Identifier, Keyword, List, Location};
use crate::token::TokenKind;

/// Positional and keyword arguments.
pub(super) type Arguments<'a> = (List<'a, ExprRef<'a>>, List<'a, Keyword<'a>>);

/// An argument of the part of a list that may hold keywords.
#[derive(Clone, Copy)]
enum KeywordOrStarred<'a> {
    Keyword(Keyword<'a>),
    Starred(ExprRef<'a>),
}

impl<'a> Parser<'a> {
    pub(super) fn arguments(&mut self) -> Option<Arguments<'a>> {
        let call = self.memoized_second(Rule::Arguments, |p| {
            let start = p.mark;
            let found = p.alt(|p| {
                let found = p.args()?;
                p.accept(TokenKind::Comma);
                (p.peek() == TokenKind::RPar).then_some(found)
            });
            let Some((args, keywords)) = found else {
                p.invalid(Self::invalid_arguments);
                return None;
            };
            // What is remembered is an expression: a call of nothing.
            let func = p.expr(ExprKind::Name { id: "", ctx: ExprContext::Load }, Location::default());
            Some(p.expr(ExprKind::Call { func, args, keywords }, p.span(start)))
        })?;
        match call.kind() {
            ExprKind::Call { args, keywords, .. } => Some((args, keywords)),
            _ => None,
        }
    }

    pub(super) fn args(&mut self) -> Option<Arguments<'a>> {
        let mut args = self.comma_separated(Self::positional_argument).unwrap_or_default();
        let tail = if args.is_empty() {
            self.kwargs()?
        } else {
            let tail = self.alt(|p| {
                p.expect(TokenKind::Comma)?;
                p.kwargs()
            });
            tail.unwrap_or_default()
        };
        let mut keywords = Vec::new();
        for argument in tail {
            match argument {
                KeywordOrStarred::Keyword(keyword) => keywords.push(keyword),
                KeywordOrStarred::Starred(starred) => args.push(starred),
            }
        }
        Some((self.arena.list(&args), self.arena.list(&keywords)))
    }

    /// A starred expression, or one that no `=` follows.
    pub(super) fn positional_argument(&mut self) -> Option<ExprRef<'a>> {
        if self.peek() == TokenKind::Star {
            return self.starred_expression();
        }
        let argument = match self.alt(|p| p.assignment_expression().flatten()) {
            Some(argument) => argument,
            None => self.plain_expression()?,
        };
        (self.peek() != TokenKind::Equal && !self.failed).then_some(argument)
    }

    /// Keywords and starred expressions, then keywords and `**` mappings.
    pub(super) fn has_kwargs(&mut self) -> Option<()> {
        self.kwargs().map(|_| ())
    }

    fn kwargs(&mut self) -> Option<Vec<KeywordOrStarred<'a>>> {
        let starred = self.comma_separated(Self::kwarg_or_starred);
        let Some(mut items) = starred else {
            return self.comma_separated(Self::kwarg_or_double_starred);
        };
        let tail = self.alt(|p| {
            p.expect(TokenKind::Comma)?;
            p.comma_separated(Self::kwarg_or_double_starred)
        });
        items.extend(tail.unwrap_or_default());
        Some(items)
    }

    pub(super) fn starred_expression(&mut self) -> Option<ExprRef<'a>> {
        if self.peek() != TokenKind::Star {
            return None;
        }
        self.invalid(Self::invalid_starred_expression);
        let start = self.expect(TokenKind::Star)?;
        match self.alt(Self::expression) {
            Some(value) => {
                Some(self.expr(ExprKind::Starred { value, ctx: ExprContext::Load }, self.span(start)))
            }
            None => self.raise("Invalid star expression"),
        }
    }

    fn kwarg_or_starred(&mut self) -> Option<KeywordOrStarred<'a>> {
        self.invalid(Self::invalid_kwarg);
        if let Some(keyword) = self.alt(Self::keyword) {
            return Some(KeywordOrStarred::Keyword(keyword));
        }
        self.starred_expression().map(KeywordOrStarred::Starred)
    }

    fn kwarg_or_double_starred(&mut self) -> Option<KeywordOrStarred<'a>> {
        self.invalid(Self::invalid_kwarg);
        if let Some(keyword) = self.alt(Self::keyword) {
            return Some(KeywordOrStarred::Keyword(keyword));
        }
        let start = self.expect(TokenKind::DoubleStar)?;
        let value = self.expression()?;
        Some(KeywordOrStarred::Keyword(self.keyword_node(None, value, start)))
    }

    /// `name=value`.
    fn keyword(&mut self) -> Option<Keyword<'a>> {
        let (arg, start) = self.name_token()?;
        self.expect(TokenKind::Equal)?;
        let value = self.expression()?;
        Some(self.keyword_node(Some(arg), value, start))
    }

    fn keyword_node(&self, arg: Option<Identifier<'a>>, value: ExprRef<'a>, start: usize) -> Keyword<'a> {
        Keyword { arg, value, location: self.span(start) }
    }
}
