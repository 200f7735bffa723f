//! Type parameters (PEP 695 and 696).

use super::Parser;
use super::memo::Rule;
use crate::ast::{ExprKind, ExprRef, List, TypeParam, TypeParamKind};
use crate::token::TokenKind;

impl<'a> Parser<'a> {
    pub(super) fn type_params(&mut self) -> Option<List<'a, TypeParam<'a>>> {
        if self.peek() != TokenKind::LSqb {
            return None;
        }
        self.invalid(Self::invalid_type_params);
        self.expect(TokenKind::LSqb)?;
        let params = self.comma_separated(Self::type_param)?;
        self.accept(TokenKind::Comma);
        self.expect(TokenKind::RSqb)?;
        let params = self.arena.list(&params);
        self.check_version(12, "Type parameter lists are", params)
    }

    fn type_param(&mut self) -> Option<TypeParam<'a>> {
        self.memoized(Rule::TypeParam, |p| {
            let start = p.mark;
            let kind = match p.peek() {
                TokenKind::Name => p.type_var()?,
                TokenKind::Star => p.type_var_tuple()?,
                TokenKind::DoubleStar => p.param_spec()?,
                _ => return None,
            };
            Some(p.arena.alloc(TypeParam { kind, location: p.span(start) }) as &_)
        })
        .copied()
    }

    fn type_var(&mut self) -> Option<TypeParamKind<'a>> {
        let (name, _) = self.name_token()?;
        let bound = self.alt(|p| {
            p.expect(TokenKind::Colon)?;
            p.expression()
        });
        let default_value = self.type_param_default(Self::expression);
        Some(TypeParamKind::TypeVar { name, bound, default_value })
    }

    fn type_var_tuple(&mut self) -> Option<TypeParamKind<'a>> {
        self.expect(TokenKind::Star)?;
        let (name, _) = self.name_token()?;
        self.no_bound("TypeVarTuple")?;
        let default_value = self.type_param_default(Self::star_expression);
        Some(TypeParamKind::TypeVarTuple { name, default_value })
    }

    fn param_spec(&mut self) -> Option<TypeParamKind<'a>> {
        self.expect(TokenKind::DoubleStar)?;
        let (name, _) = self.name_token()?;
        self.no_bound("ParamSpec")?;
        let default_value = self.type_param_default(Self::expression);
        Some(TypeParamKind::ParamSpec { name, default_value })
    }

    /// Raises an error if a bound comes next.
    fn no_bound(&mut self, what: &str) -> Option<()> {
        let bound = self.alt(|p| {
            let colon = p.expect(TokenKind::Colon)?;
            Some((colon, p.expression()?))
        });
        let Some((colon, bound)) = bound else { return Some(()) };
        let kind = if matches!(bound.kind(), ExprKind::Tuple { .. }) { "constraints" } else { "bound" };
        self.raise_starting_from(self.location(colon), format!("cannot use {kind} with {what}"))
    }

    fn type_param_default(
        &mut self,
        value: impl Fn(&mut Self) -> Option<ExprRef<'a>>,
    ) -> Option<ExprRef<'a>> {
        self.alt(|p| {
            p.expect(TokenKind::Equal)?;
            let value = value(p)?;
            p.check_version(13, "Type parameter defaults are", value)
        })
    }
}
