//! What can be assigned to or deleted.

use super::Parser;
use super::memo::Rule;
use super::raise::with_context;
use crate::ast::{ExprContext, ExprKind, ExprRef, List};
use crate::token::TokenKind;

impl<'a> Parser<'a> {
    pub(super) fn star_targets(&mut self) -> Option<ExprRef<'a>> {
        let start = self.mark;
        let first = self.star_target()?;
        if self.peek() != TokenKind::Comma {
            return Some(first);
        }
        let mut elts = vec![first];
        while let Some(elt) = self.alt(|p| {
            p.expect(TokenKind::Comma)?;
            p.star_target()
        }) {
            elts.push(elt);
        }
        self.accept(TokenKind::Comma);
        let kind = ExprKind::Tuple { elts: self.arena.list(&elts), ctx: ExprContext::Store };
        Some(self.expr(kind, self.span(start)))
    }

    /// The targets in brackets or, with a comma at least, in parentheses.
    fn star_targets_seq(&mut self, is_tuple: bool) -> Option<List<'a, ExprRef<'a>>> {
        let targets = self.comma_separated(Self::star_target)?;
        let comma = self.accept(TokenKind::Comma);
        if is_tuple && targets.len() == 1 && !comma {
            return None;
        }
        Some(self.arena.list(&targets))
    }

    pub(super) fn star_target(&mut self) -> Option<ExprRef<'a>> {
        self.memoized_second(Rule::StarTarget, |p| {
            if p.peek() != TokenKind::Star {
                return p.target_with_star_atom();
            }
            let start = p.expect(TokenKind::Star)?;
            if p.peek() == TokenKind::Star {
                return None;
            }
            let target = p.nested(2, Self::star_target)?;
            let value = with_context(p, target, ExprContext::Store);
            Some(p.expr(ExprKind::Starred { value, ctx: ExprContext::Store }, p.span(start)))
        })
    }

    /// `x.name` or `x[…]` that no other look-up follows.
    fn lookup_target(&mut self, ctx: ExprContext) -> Option<ExprRef<'a>> {
        let start = self.mark;
        let value = self.t_primary()?;
        let kind = match self.peek() {
            TokenKind::Dot => {
                self.mark += 1;
                let (attr, _) = self.name_token()?;
                ExprKind::Attribute { value, attr, ctx }
            }
            TokenKind::LSqb => {
                self.mark += 1;
                let slice = self.slices()?;
                self.expect(TokenKind::RSqb)?;
                ExprKind::Subscript { value, slice, ctx }
            }
            _ => return None,
        };
        self.not_t_lookahead()?;
        Some(self.expr(kind, self.span(start)))
    }

    fn target_with_star_atom(&mut self) -> Option<ExprRef<'a>> {
        let rule = |p: &mut Self| {
            if let Some(target) = p.alt(|p| p.lookup_target(ExprContext::Store)) {
                return Some(target);
            }
            p.nested(3, Self::star_atom)
        };
        // Parentheses may be either of two rules of a star_atom.
        if self.peek() == TokenKind::LPar {
            self.memoized(Rule::TargetWithStarAtom, rule)
        } else {
            self.memoized_second(Rule::TargetWithStarAtom, rule)
        }
    }

    fn star_atom(&mut self) -> Option<ExprRef<'a>> {
        let start = self.mark;
        let ctx = ExprContext::Store;
        let kind = match self.peek() {
            TokenKind::Name => {
                let (id, at) = self.name_token()?;
                return Some(self.expr(ExprKind::Name { id, ctx }, self.location(at)));
            }
            TokenKind::LPar => {
                if let Some(target) = self.alt(|p| {
                    p.expect(TokenKind::LPar)?;
                    let target = p.target_with_star_atom()?;
                    p.expect(TokenKind::RPar)?;
                    Some(target)
                }) {
                    return Some(with_context(self, target, ctx));
                }
                self.mark += 1;
                let elts = self.alt(|p| p.star_targets_seq(true)).unwrap_or_default();
                self.expect(TokenKind::RPar)?;
                ExprKind::Tuple { elts, ctx }
            }
            TokenKind::LSqb => {
                self.mark += 1;
                let elts = self.alt(|p| p.star_targets_seq(false)).unwrap_or_default();
                self.expect(TokenKind::RSqb)?;
                ExprKind::List { elts, ctx }
            }
            _ => return None,
        };
        Some(self.expr(kind, self.span(start)))
    }

    pub(super) fn single_target(&mut self) -> Option<ExprRef<'a>> {
        if let Some(target) = self.alt(Self::single_subscript_attribute_target) {
            return Some(target);
        }
        match self.peek() {
            TokenKind::Name => {
                let (id, at) = self.name_token()?;
                Some(self.expr(ExprKind::Name { id, ctx: ExprContext::Store }, self.location(at)))
            }
            TokenKind::LPar => {
                self.mark += 1;
                let target = self.nested(1, Self::single_target)?;
                self.expect(TokenKind::RPar)?;
                Some(target)
            }
            _ => None,
        }
    }

    pub(super) fn single_subscript_attribute_target(&mut self) -> Option<ExprRef<'a>> {
        self.lookup_target(ExprContext::Store)
    }

    pub(super) fn del_targets(&mut self) -> Option<List<'a, ExprRef<'a>>> {
        let targets = self.comma_separated(Self::del_target)?;
        self.accept(TokenKind::Comma);
        Some(self.arena.list(&targets))
    }

    fn del_target(&mut self) -> Option<ExprRef<'a>> {
        self.memoized(Rule::DelTarget, |p| {
            if let Some(target) = p.alt(|p| p.lookup_target(ExprContext::Del)) {
                return Some(target);
            }
            p.nested(3, Self::del_t_atom)
        })
    }

    fn del_t_atom(&mut self) -> Option<ExprRef<'a>> {
        let start = self.mark;
        let ctx = ExprContext::Del;
        let kind = match self.peek() {
            TokenKind::Name => {
                let (id, at) = self.name_token()?;
                return Some(self.expr(ExprKind::Name { id, ctx }, self.location(at)));
            }
            TokenKind::LPar => {
                if let Some(target) = self.alt(|p| {
                    p.expect(TokenKind::LPar)?;
                    let target = p.del_target()?;
                    p.expect(TokenKind::RPar)?;
                    Some(target)
                }) {
                    return Some(with_context(self, target, ctx));
                }
                self.mark += 1;
                let elts = self.alt(Self::del_targets).unwrap_or_default();
                self.expect(TokenKind::RPar)?;
                ExprKind::Tuple { elts, ctx }
            }
            TokenKind::LSqb => {
                self.mark += 1;
                let elts = self.alt(Self::del_targets).unwrap_or_default();
                self.expect(TokenKind::RSqb)?;
                ExprKind::List { elts, ctx }
            }
            _ => return None,
        };
        Some(self.expr(kind, self.span(start)))
    }
}
