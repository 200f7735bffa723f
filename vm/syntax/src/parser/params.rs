//! The parameters of functions and lambdas.
//!
//! The grammar has the same rules twice. They differ in what ends the list, and in that a lambda's parameters have
//! neither annotations nor type comments.

use super::Parser;
use crate::ast::{Arg, Arguments, ExprRef};
use crate::token::TokenKind;

const SLASH: &str = "Positional-only parameters are";

/// Whose parameters they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Function,
    Lambda,
}

impl Owner {
    /// The token after the last parameter.
    pub(super) fn end(self) -> TokenKind {
        match self {
            Owner::Function => TokenKind::RPar,
            Owner::Lambda => TokenKind::Colon,
        }
    }
}

/// A parameter and its default.
pub(super) type Defaulted<'a> = (Arg<'a>, Option<ExprRef<'a>>);

/// What follows the positional parameters.
#[derive(Default)]
pub(super) struct StarEtc<'a> {
    vararg: Option<Arg<'a>>,
    kwonly: Vec<Defaulted<'a>>,
    kwarg: Option<Arg<'a>>,
}

impl<'a> Parser<'a> {
    pub(super) fn params(&mut self, owner: Owner) -> Option<&'a Arguments<'a>> {
        self.invalid(|p| p.invalid_parameters(owner));
        if self.second_pass { self.parameters(owner) } else { self.parameters_at_once(owner) }
    }

    /// The parameters, read once from left to right.
    fn parameters_at_once(&mut self, owner: Owner) -> Option<&'a Arguments<'a>> {
        let mut posonly: Vec<Defaulted<'a>> = Vec::new();
        let mut positional: Vec<Defaulted<'a>> = Vec::new();
        let mut seen_slash = false;
        let mut seen_default = false;
        let mut star = None;
        loop {
            match self.peek() {
                TokenKind::Name => {
                    let Some(param) = self.alt(|p| p.param_maybe_default(owner)) else { break };
                    if param.1.is_none() && seen_default {
                        // Not a parameter of this list, then.
                        return if seen_slash { self.check_version(8, SLASH, ()).and(None) } else { None };
                    }
                    seen_default |= param.1.is_some();
                    positional.push(param);
                }
                TokenKind::Slash if !seen_slash && !positional.is_empty() => {
                    self.mark += 1;
                    if !self.accept(TokenKind::Comma) && self.peek() != owner.end() {
                        return None;
                    }
                    seen_slash = true;
                    posonly = std::mem::take(&mut positional);
                }
                TokenKind::Star | TokenKind::DoubleStar => {
                    star = self.alt(|p| p.star_etc(owner));
                    break;
                }
                _ => break,
            }
        }
        if posonly.is_empty() && positional.is_empty() && star.is_none() {
            return None;
        }
        let arguments = self.make_arguments(&posonly, &positional, star.unwrap_or_default());
        if seen_slash {
            return self.check_version(8, SLASH, arguments);
        }
        Some(arguments)
    }

    /// The parameters as the grammar's alternatives try them.
    pub(super) fn parameters(&mut self, owner: Owner) -> Option<&'a Arguments<'a>> {
        let no_default = |param: Arg<'a>| (param, None);
        if let Some(posonly) = self.slash_no_default(owner) {
            let posonly: Vec<_> = posonly.into_iter().map(no_default).collect();
            let mut positional: Vec<_> =
                self.many0(|p| p.param_no_default(owner)).into_iter().map(no_default).collect();
            positional.extend(self.many0(|p| p.param_with_default(owner)));
            let star = self.alt(|p| p.star_etc(owner)).unwrap_or_default();
            let arguments = self.make_arguments(&posonly, &positional, star);
            return self.check_version(8, SLASH, arguments);
        }
        if let Some(posonly) = self.slash_with_default(owner) {
            let positional = self.many0(|p| p.param_with_default(owner));
            let star = self.alt(|p| p.star_etc(owner)).unwrap_or_default();
            let arguments = self.make_arguments(&posonly, &positional, star);
            return self.check_version(8, SLASH, arguments);
        }
        let mut positional: Vec<_> =
            self.many0(|p| p.param_no_default(owner)).into_iter().map(no_default).collect();
        positional.extend(self.many0(|p| p.param_with_default(owner)));
        let star = self.alt(|p| p.star_etc(owner));
        if positional.is_empty() && star.is_none() {
            return None;
        }
        Some(self.make_arguments(&[], &positional, star.unwrap_or_default()))
    }

    fn make_arguments(
        &self,
        posonly: &[Defaulted<'a>],
        positional: &[Defaulted<'a>],
        star: StarEtc<'a>,
    ) -> &'a Arguments<'a> {
        let args = |params: &[Defaulted<'a>]| {
            self.arena.list(&params.iter().map(|param| param.0).collect::<Vec<_>>())
        };
        let defaults: Vec<_> = posonly.iter().chain(positional).filter_map(|param| param.1).collect();
        let kw_defaults: Vec<_> = star.kwonly.iter().map(|param| param.1).collect();
        self.arena.alloc(Arguments {
            posonlyargs: args(posonly),
            args: args(positional),
            vararg: star.vararg.map(|arg| self.arena.alloc(arg) as &_),
            kwonlyargs: args(&star.kwonly),
            kw_defaults: self.arena.list(&kw_defaults),
            kwarg: star.kwarg.map(|arg| self.arena.alloc(arg) as &_),
            defaults: self.arena.list(&defaults),
        })
    }

    pub(super) fn slash_no_default(&mut self, owner: Owner) -> Option<Vec<Arg<'a>>> {
        self.alt(|p| {
            let params = p.many1(|p| p.param_no_default(owner))?;
            p.slash(owner)?;
            Some(params)
        })
    }

    pub(super) fn slash_with_default(&mut self, owner: Owner) -> Option<Vec<Defaulted<'a>>> {
        self.alt(|p| {
            let plain = p.many0(|p| p.param_no_default(owner));
            let mut params: Vec<_> = plain.into_iter().map(|param| (param, None)).collect();
            params.extend(p.many1(|p| p.param_with_default(owner))?);
            p.slash(owner)?;
            Some(params)
        })
    }

    /// A slash, and a comma unless it is the last.
    fn slash(&mut self, owner: Owner) -> Option<()> {
        self.expect(TokenKind::Slash)?;
        (self.accept(TokenKind::Comma) || self.peek() == owner.end()).then_some(())
    }

    fn star_etc(&mut self, owner: Owner) -> Option<StarEtc<'a>> {
        self.invalid(|p| p.invalid_star_etc(owner));
        if let Some(star) = self.alt(|p| {
            p.expect(TokenKind::Star)?;
            let vararg = match p.alt(|p| p.param_no_default(owner)) {
                Some(vararg) => vararg,
                None if owner == Owner::Function => p.param_no_default_star_annotation()?,
                None => return None,
            };
            let kwonly = p.many0(|p| p.param_maybe_default(owner));
            let kwarg = p.alt(|p| p.kwds(owner));
            Some(StarEtc { vararg: Some(vararg), kwonly, kwarg })
        }) {
            return Some(star);
        }
        if let Some(star) = self.alt(|p| {
            p.expect(TokenKind::Star)?;
            p.expect(TokenKind::Comma)?;
            let kwonly = p.many1(|p| p.param_maybe_default(owner))?;
            let kwarg = p.alt(|p| p.kwds(owner));
            Some(StarEtc { vararg: None, kwonly, kwarg })
        }) {
            return Some(star);
        }
        let kwarg = self.kwds(owner)?;
        Some(StarEtc { kwarg: Some(kwarg), ..StarEtc::default() })
    }

    fn kwds(&mut self, owner: Owner) -> Option<Arg<'a>> {
        self.invalid(|p| p.invalid_kwds(owner));
        self.expect(TokenKind::DoubleStar)?;
        self.param_no_default(owner)
    }

    pub(super) fn param_no_default(&mut self, owner: Owner) -> Option<Arg<'a>> {
        let param = self.param(owner)?;
        let type_comment = self.end_of_param(owner)?;
        Some(Arg { type_comment, ..param })
    }

    fn param_no_default_star_annotation(&mut self) -> Option<Arg<'a>> {
        let (arg, start) = self.name_token()?;
        self.expect(TokenKind::Colon)?;
        let annotation = Some(self.star_expression()?);
        let location = self.span(start);
        let type_comment = self.end_of_param(Owner::Function)?;
        Some(Arg { arg, annotation, type_comment, location })
    }

    pub(super) fn param_with_default(&mut self, owner: Owner) -> Option<Defaulted<'a>> {
        let param = self.param(owner)?;
        let default = self.default()?;
        let type_comment = self.end_of_param(owner)?;
        Some((Arg { type_comment, ..param }, Some(default)))
    }

    pub(super) fn param_maybe_default(&mut self, owner: Owner) -> Option<Defaulted<'a>> {
        let param = self.param(owner)?;
        let default = if self.peek() == TokenKind::Equal { self.alt(Self::default) } else { None };
        let type_comment = self.end_of_param(owner)?;
        Some((Arg { type_comment, ..param }, default))
    }

    pub(super) fn param(&mut self, owner: Owner) -> Option<Arg<'a>> {
        let (arg, start) = self.name_token()?;
        let annotation = if owner == Owner::Function && self.peek() == TokenKind::Colon {
            self.alt(|p| {
                p.expect(TokenKind::Colon)?;
                p.expression()
            })
        } else {
            None
        };
        Some(Arg { arg, annotation, type_comment: None, location: self.span(start) })
    }

    /// What a parameter ends with: a comma, unless it is the last, and a type comment.
    fn end_of_param(&mut self, owner: Owner) -> Option<Option<&'a str>> {
        let comma = self.accept(TokenKind::Comma);
        let type_comment = if owner == Owner::Function { self.type_comment() } else { None };
        (comma || self.peek() == owner.end()).then_some(type_comment)
    }

    fn default(&mut self) -> Option<ExprRef<'a>> {
        let value = self.alt(|p| {
            p.expect(TokenKind::Equal)?;
            p.expression()
        });
        if value.is_none() {
            self.invalid(Self::invalid_default);
        }
        value
    }

    pub(super) fn lambdef(&mut self) -> Option<ExprRef<'a>> {
        let start = self.expect(TokenKind::Lambda)?;
        let args = self.alt(|p| p.params(Owner::Lambda));
        self.expect(TokenKind::Colon)?;
        let body = self.expression()?;
        let args = args.unwrap_or_else(|| self.arena.alloc(Arguments::default()));
        Some(self.expr(crate::ast::ExprKind::Lambda { args, body }, self.span(start)))
    }
}
