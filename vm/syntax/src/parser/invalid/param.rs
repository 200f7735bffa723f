//! Mistakes in lists of parameters.

use crate::parser::Parser;
use crate::parser::params::Owner;
use crate::token::TokenKind;

const COMES_LAST: &str = "arguments cannot follow var-keyword argument";

impl<'a> Parser<'a> {
    pub(in crate::parser) fn invalid_parameters(&mut self, owner: Owner) -> Option<()> {
        self.alt(|p| {
            let slash = p.expect(TokenKind::Slash)?;
            p.expect(TokenKind::Comma)?;
            p.raise_known_location::<()>(p.location(slash), "at least one argument must precede /")
        });
        self.alt(|p| {
            p.params_with_slash(owner)?;
            p.many0(|p| p.param_maybe_default(owner));
            let slash = p.expect(TokenKind::Slash)?;
            p.raise_known_location::<()>(p.location(slash), "/ may appear only once")
        });
        self.alt(|p| {
            p.slash_no_default(owner);
            p.many0(|p| p.param_no_default(owner));
            if p.slash_with_default(owner).is_none() {
                p.many1(|p| p.param_with_default(owner))?;
            }
            let param = p.param_no_default(owner)?;
            let msg = "parameter without a default follows parameter with a default";
            p.raise_known_location::<()>(param.location, msg)
        });
        self.alt(|p| {
            p.many0(|p| p.param_no_default(owner));
            let open = p.expect(TokenKind::LPar)?;
            match owner {
                Owner::Function => p.many1(|p| p.param_no_default(owner))?,
                Owner::Lambda => p.comma_separated(|p| p.param(owner))?,
            };
            p.accept(TokenKind::Comma);
            let close = p.expect(TokenKind::RPar)?;
            let whose = match owner {
                Owner::Function => "Function",
                Owner::Lambda => "Lambda expression",
            };
            let msg = format!("{whose} parameters cannot be parenthesized");
            p.raise_known_range::<()>(p.location(open), p.location(close), msg)
        });
        self.alt(|p| {
            p.params_with_slash(owner);
            p.many0(|p| p.param_maybe_default(owner));
            p.expect(TokenKind::Star)?;
            p.comma_or_param(owner, true)?;
            p.many0(|p| p.param_maybe_default(owner));
            let slash = p.expect(TokenKind::Slash)?;
            p.raise_known_location::<()>(p.location(slash), "/ must be ahead of *")
        });
        self.alt(|p| {
            p.many1(|p| p.param_maybe_default(owner))?;
            p.expect(TokenKind::Slash)?;
            let star = p.expect(TokenKind::Star)?;
            p.raise_known_location::<()>(p.location(star), "expected comma between / and *")
        })
    }

    fn params_with_slash(&mut self, owner: Owner) -> Option<()> {
        match self.slash_no_default(owner) {
            Some(_) => Some(()),
            None => self.slash_with_default(owner).map(|_| ()),
        }
    }

    /// What may follow the star of variable positional arguments.
    fn comma_or_param(&mut self, owner: Owner, comma_first: bool) -> Option<()> {
        if comma_first && self.accept(TokenKind::Comma) {
            return Some(());
        }
        if self.alt(|p| p.param_no_default(owner)).is_some() {
            return Some(());
        }
        self.expect(TokenKind::Comma).map(|_| ())
    }

    pub(in crate::parser) fn invalid_default(&mut self) -> Option<()> {
        let equal = self.expect(TokenKind::Equal)?;
        matches!(self.peek(), TokenKind::RPar | TokenKind::Comma).then_some(())?;
        self.raise_known_location(self.location(equal), "expected default value expression")
    }

    pub(in crate::parser) fn invalid_star_etc(&mut self, owner: Owner) -> Option<()> {
        self.alt(|p| {
            let star = p.expect(TokenKind::Star)?;
            if !p.accept(owner.end()) {
                p.expect(TokenKind::Comma)?;
                p.expect_any(&[owner.end(), TokenKind::DoubleStar])?;
            }
            let msg = "named arguments must follow bare *";
            match owner {
                Owner::Function => p.raise_known_location::<()>(p.location(star), msg),
                Owner::Lambda => p.raise::<()>(msg),
            }
        });
        if owner == Owner::Function {
            self.alt(|p| {
                p.expect(TokenKind::Star)?;
                p.expect(TokenKind::Comma)?;
                p.expect(TokenKind::TypeComment)?;
                p.raise::<()>("bare * has associated type comment")
            });
        }
        self.alt(|p| {
            p.expect(TokenKind::Star)?;
            p.param(owner)?;
            let equal = p.expect(TokenKind::Equal)?;
            let msg = "var-positional argument cannot have default value";
            p.raise_known_location::<()>(p.location(equal), msg)
        });
        self.alt(|p| {
            p.expect(TokenKind::Star)?;
            p.comma_or_param(owner, false)?;
            p.many0(|p| p.param_maybe_default(owner));
            let star = p.expect(TokenKind::Star)?;
            p.comma_or_param(owner, false)?;
            p.raise_known_location::<()>(p.location(star), "* argument may appear only once")
        })
    }

    pub(in crate::parser) fn invalid_kwds(&mut self, owner: Owner) -> Option<()> {
        self.alt(|p| {
            p.expect(TokenKind::DoubleStar)?;
            p.param(owner)?;
            let equal = p.expect(TokenKind::Equal)?;
            p.raise_known_location::<()>(p.location(equal), "var-keyword argument cannot have default value")
        });
        self.alt(|p| {
            p.expect(TokenKind::DoubleStar)?;
            p.param(owner)?;
            p.expect(TokenKind::Comma)?;
            let param = p.param(owner)?;
            p.raise_known_location::<()>(param.location, COMES_LAST)
        });
        self.alt(|p| {
            p.expect(TokenKind::DoubleStar)?;
            p.param(owner)?;
            p.expect(TokenKind::Comma)?;
            let next = p.expect_any(&[TokenKind::Star, TokenKind::DoubleStar, TokenKind::Slash])?;
            p.raise_known_location::<()>(p.location(next), COMES_LAST)
        })
    }
}
