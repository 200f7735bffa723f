//! Mistakes in expressions, arguments, targets and simple statements.

use crate::ast::{Comprehension, ExprKind, ExprRef, Location};
use crate::parser::Parser;
use crate::parser::memo::Rule;
use crate::parser::params::Owner;
use crate::parser::raise::{Targets, expr_name};
use crate::token::{SOFT_KEYWORDS, TokenKind};

const EQUAL_FOR_KEYWORD: &str = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
const UNPARENTHESIZED_GENEXP: &str = "Generator expression must be parenthesized";
const FORGOTTEN_PARENTHESES: &str = "did you forget parentheses around the comprehension target?";
const NOT_AFTER_OPERATOR: &str = "'not' after an operator must be parenthesized";

/// The last expression of a list of `for … in … if …` clauses.
fn last_comprehension_item<'a>(clauses: &[Comprehension<'a>]) -> Location {
    let last = clauses.last().map(|clause| clause.ifs.last().copied().unwrap_or(clause.iter));
    last.map(|expr| expr.location).unwrap_or_default()
}

/// Whether a name is one of those that were statements once.
fn is_legacy_statement(expr: ExprRef<'_>) -> bool {
    matches!(expr.kind(), ExprKind::Name { id: "print" | "exec", .. })
}

impl<'a> Parser<'a> {
    pub(in crate::parser) fn invalid_arguments(&mut self) -> Option<()> {
        self.alt(|p| {
            p.alt(|p| {
                p.comma_separated(Self::positional_argument)?;
                p.expect(TokenKind::Comma)?;
                p.has_kwargs()
            })
            .or_else(|| p.alt(Self::has_kwargs))?;
            let comma = p.expect(TokenKind::Comma)?;
            p.comma_separated(|p| {
                p.starred_expression()?;
                (p.peek() != TokenKind::Equal && !p.failed).then_some(())
            })?;
            let from = p.location(comma);
            p.raise_starting_from::<()>(
                from,
                "iterable argument unpacking follows keyword argument unpacking",
            )
        });
        self.alt(|p| {
            let first = p.expression()?;
            let clauses = p.for_if_clauses()?;
            p.expect(TokenKind::Comma)?;
            p.alt(|p| p.args().map(|_| ())).or_else(|| {
                p.alt(|p| {
                    p.expression()?;
                    p.for_if_clauses().map(|_| ())
                })
            });
            p.raise_known_range::<()>(
                first.location,
                last_comprehension_item(clauses),
                UNPARENTHESIZED_GENEXP,
            )
        });
        self.alt(Self::keyword_comprehension);
        self.alt(|p| {
            p.alt(|p| {
                p.args()?;
                p.expect(TokenKind::Comma)
            });
            let (_, name) = p.name_token()?;
            let equal = p.expect(TokenKind::Equal)?;
            matches!(p.peek(), TokenKind::Comma | TokenKind::RPar).then_some(())?;
            let (name, equal) = (p.location(name), p.location(equal));
            p.raise_known_range::<()>(name, equal, "expected argument value expression")
        });
        self.alt(|p| {
            let (args, _) = p.args()?;
            let clauses = p.for_if_clauses()?;
            // `dict((a, b) for a, b in x)` has one argument only, and is no mistake.
            let [_, .., last] = args else { return None };
            p.raise_known_range::<()>(last.location, last_comprehension_item(clauses), UNPARENTHESIZED_GENEXP)
        });
        self.alt(|p| {
            p.args()?;
            p.expect(TokenKind::Comma)?;
            let last = p.expression()?;
            let clauses = p.for_if_clauses()?;
            p.raise_known_range::<()>(last.location, last_comprehension_item(clauses), UNPARENTHESIZED_GENEXP)
        });
        self.alt(|p| {
            let (_, keywords) = p.args()?;
            p.expect(TokenKind::Comma)?;
            p.args()?;
            let unpacking =
                if keywords.iter().any(|keyword| keyword.arg.is_none()) { " unpacking" } else { "" };
            p.raise::<()>(format!("positional argument follows keyword argument{unpacking}"))
        })
    }

    /// `name=x for x in y`.
    fn keyword_comprehension(&mut self) -> Option<()> {
        let (_, name) = self.name_token()?;
        let equal = self.expect(TokenKind::Equal)?;
        self.expression()?;
        self.for_if_clauses()?;
        self.raise_known_range(self.location(name), self.location(equal), EQUAL_FOR_KEYWORD)
    }

    pub(in crate::parser) fn invalid_kwarg(&mut self) -> Option<()> {
        self.alt(|p| {
            let constant = p.expect_any(&[TokenKind::True, TokenKind::False, TokenKind::None])?;
            let equal = p.expect(TokenKind::Equal)?;
            let msg = format!("cannot assign to {}", p.token_text_at(constant));
            p.raise_known_range::<()>(p.location(constant), p.location(equal), msg)
        });
        self.alt(Self::keyword_comprehension);
        self.alt(|p| {
            p.not(|p| {
                p.expect(TokenKind::Name)?;
                p.expect(TokenKind::Equal)
            })?;
            let value = p.expression()?;
            let equal = p.expect(TokenKind::Equal)?;
            let msg = "expression cannot contain assignment, perhaps you meant \"==\"?";
            p.raise_known_range::<()>(value.location, p.location(equal), msg)
        });
        self.alt(|p| {
            let stars = p.expect(TokenKind::DoubleStar)?;
            p.expression()?;
            p.expect(TokenKind::Equal)?;
            let value = p.expression()?;
            let msg = "cannot assign to keyword argument unpacking";
            p.raise_known_range::<()>(p.location(stars), value.location, msg)
        })
    }

    /// An expression, its rules for mistakes turned off.
    fn expression_without_invalid(&mut self) -> Option<ExprRef<'a>> {
        let before = std::mem::replace(&mut self.invalid_rules, false);
        let expression = self.alt(Self::valid_expression);
        self.invalid_rules = before;
        expression
    }

    pub(in crate::parser) fn invalid_legacy_expression(&mut self) -> Option<()> {
        let name = self.name()?;
        if self.peek() == TokenKind::LPar {
            return None;
        }
        let arguments = self.star_expressions()?;
        let ExprKind::Name { id, .. } = name.kind() else { return None };
        if !is_legacy_statement(name) {
            return None;
        }
        let msg = format!("Missing parentheses in call to '{id}'. Did you mean {id}(...)?");
        self.raise_known_range(name.location, arguments.location, msg)
    }

    pub(in crate::parser) fn invalid_expression(&mut self) -> Option<()> {
        self.alt(|p| {
            // A name before a string may be meant as its prefix; a soft keyword may start a statement.
            p.not(|p| {
                p.expect(TokenKind::Name)?;
                p.expect(TokenKind::String)
            })?;
            p.not(|p| {
                let name = p.expect(TokenKind::Name)?;
                // CPython compares as many characters as the name has: `c` passes for `case`.
                let name = p.token_text_at(name);
                SOFT_KEYWORDS.iter().any(|keyword| keyword.starts_with(name)).then_some(())
            })?;
            let left = p.disjunction()?;
            let right = p.expression_without_invalid()?;
            let in_brackets =
                p.mark.checked_sub(1).and_then(|last| p.tokens.get(last)).is_some_and(|t| t.level != 0);
            if is_legacy_statement(left) || !in_brackets {
                return None;
            }
            let msg = "invalid syntax. Perhaps you forgot a comma?";
            p.raise_known_range::<()>(left.location, right.location, msg)
        });
        self.alt(|p| {
            let body = p.disjunction()?;
            p.expect(TokenKind::If)?;
            let test = p.disjunction()?;
            if matches!(p.peek(), TokenKind::Else | TokenKind::Colon) {
                return None;
            }
            p.raise_known_range::<()>(body.location, test.location, "expected 'else' after 'if' expression")
        });
        self.alt(|p| {
            let lambda = p.expect(TokenKind::Lambda)?;
            p.alt(|p| p.params(Owner::Lambda));
            let colon = p.expect(TokenKind::Colon)?;
            (p.peek() == TokenKind::FStringMiddle).then_some(())?;
            let msg = "f-string: lambda expressions are not allowed without parentheses";
            p.raise_known_range::<()>(p.location(lambda), p.location(colon), msg)
        })
    }

    pub(in crate::parser) fn invalid_named_expression(&mut self) -> Option<()> {
        let found: Option<ExprRef<'a>> = self.memoized(Rule::InvalidNamedExpression, |p| {
            p.alt(|p| {
                let target = p.expression()?;
                p.expect(TokenKind::ColonEqual)?;
                p.expression()?;
                let msg = format!("cannot use assignment expressions with {}", expr_name(target));
                p.raise_known_location::<()>(target.location, msg)
            });
            p.alt(|p| {
                let (_, name) = p.name_token()?;
                p.expect(TokenKind::Equal)?;
                let value = p.bitwise_or()?;
                p.not_assignment()?;
                p.raise_known_range::<()>(p.location(name), value.location, EQUAL_FOR_KEYWORD)
            });
            p.alt(|p| {
                p.not(Self::assignable_or_constant)?;
                let target = p.bitwise_or()?;
                p.expect(TokenKind::Equal)?;
                p.bitwise_or()?;
                p.not_assignment()?;
                let name = expr_name(target);
                let msg = format!("cannot assign to {name} here. Maybe you meant '==' instead of '='?");
                p.raise_known_location::<()>(target.location, msg)
            });
            None
        });
        found.map(|_| ())
    }

    fn not_assignment(&mut self) -> Option<()> {
        let assigns = matches!(self.peek(), TokenKind::Equal | TokenKind::ColonEqual);
        (!assigns && !self.failed).then_some(())
    }

    fn assignable_or_constant(&mut self) -> Option<()> {
        self.alt(Self::list)
            .or_else(|| self.alt(Self::tuple))
            .or_else(|| self.genexp())
            .map(|_| ())
            .or_else(|| self.expect_any(&[TokenKind::True, TokenKind::None, TokenKind::False]).map(|_| ()))
    }

    pub(in crate::parser) fn invalid_assignment(&mut self) -> Option<()> {
        self.alt(|p| {
            let target = p.invalid_ann_assign_target()?;
            p.expect(TokenKind::Colon)?;
            p.expression()?;
            let msg = format!("only single target (not {}) can be annotated", expr_name(target));
            p.raise_known_location::<()>(target.location, msg)
        });
        self.alt(|p| {
            let first = p.star_named_expression()?;
            p.expect(TokenKind::Comma)?;
            p.many0(Self::star_named_expressions);
            p.expect(TokenKind::Colon)?;
            p.expression()?;
            p.raise_known_location::<()>(first.location, "only single target (not tuple) can be annotated")
        });
        self.alt(|p| {
            let target = p.expression()?;
            p.expect(TokenKind::Colon)?;
            p.expression()?;
            p.raise_known_location::<()>(target.location, "illegal target for annotation")
        });
        self.alt(|p| {
            p.targets_before();
            let targets = p.star_expressions()?;
            p.expect(TokenKind::Equal)?;
            p.raise_invalid_target::<()>(Targets::Star, targets)
        });
        self.alt(|p| {
            p.targets_before();
            let target = p.yield_expr()?;
            p.expect(TokenKind::Equal)?;
            p.raise_known_location::<()>(target.location, "assignment to yield expression not possible")
        });
        self.alt(|p| {
            let target = p.star_expressions()?;
            p.expect_any(&[
                TokenKind::PlusEqual,
                TokenKind::MinEqual,
                TokenKind::StarEqual,
                TokenKind::AtEqual,
                TokenKind::SlashEqual,
                TokenKind::PercentEqual,
                TokenKind::AmperEqual,
                TokenKind::VBarEqual,
                TokenKind::CircumflexEqual,
                TokenKind::LeftShiftEqual,
                TokenKind::RightShiftEqual,
                TokenKind::DoubleStarEqual,
                TokenKind::DoubleSlashEqual,
            ])?;
            p.annotated_rhs()?;
            let msg = format!("'{}' is an illegal expression for augmented assignment", expr_name(target));
            p.raise_known_location::<()>(target.location, msg)
        })
    }

    /// Any number of good targets, each with its `=`.
    fn targets_before(&mut self) {
        self.many0(|p| {
            p.star_targets()?;
            p.expect(TokenKind::Equal)
        });
    }

    fn invalid_ann_assign_target(&mut self) -> Option<ExprRef<'a>> {
        if let Some(target) = self.alt(Self::list) {
            return Some(target);
        }
        if let Some(target) = self.alt(Self::tuple) {
            return Some(target);
        }
        self.expect(TokenKind::LPar)?;
        let target = self.nested(1, Self::invalid_ann_assign_target)?;
        self.expect(TokenKind::RPar)?;
        Some(target)
    }

    pub(in crate::parser) fn invalid_del_stmt(&mut self) -> Option<()> {
        self.expect(TokenKind::Del)?;
        let targets = self.star_expressions()?;
        self.raise_invalid_target(Targets::Del, targets)
    }

    pub(in crate::parser) fn invalid_comprehension(&mut self) -> Option<()> {
        const OPENING: [TokenKind; 3] = [TokenKind::LSqb, TokenKind::LBrace, TokenKind::LPar];
        let [square, curly, _] = OPENING;
        self.alt(|p| {
            p.expect_any(&OPENING)?;
            let starred = p.starred_expression()?;
            p.for_if_clauses()?;
            p.raise_known_location::<()>(
                starred.location,
                "iterable unpacking cannot be used in comprehension",
            )
        });
        self.alt(|p| {
            p.expect_any(&[square, curly])?;
            let first = p.star_named_expression()?;
            p.expect(TokenKind::Comma)?;
            let last = p.star_named_expressions()?.last()?.location;
            p.for_if_clauses()?;
            p.raise_known_range::<()>(first.location, last, FORGOTTEN_PARENTHESES)
        });
        self.alt(|p| {
            p.expect_any(&[square, curly])?;
            let first = p.star_named_expression()?;
            let comma = p.expect(TokenKind::Comma)?;
            p.for_if_clauses()?;
            p.raise_known_range::<()>(first.location, p.location(comma), FORGOTTEN_PARENTHESES)
        })
    }

    pub(in crate::parser) fn invalid_dict_comprehension(&mut self) -> Option<()> {
        self.expect(TokenKind::LBrace)?;
        let stars = self.expect(TokenKind::DoubleStar)?;
        self.bitwise_or()?;
        self.for_if_clauses()?;
        self.expect(TokenKind::RBrace)?;
        self.raise_known_location(self.location(stars), "dict unpacking cannot be used in dict comprehension")
    }

    pub(in crate::parser) fn invalid_group(&mut self) -> Option<()> {
        self.alt(|p| {
            p.expect(TokenKind::LPar)?;
            let starred = p.starred_expression()?;
            p.expect(TokenKind::RPar)?;
            p.raise_known_location::<()>(starred.location, "cannot use starred expression here")
        });
        self.alt(|p| {
            p.expect(TokenKind::LPar)?;
            let stars = p.expect(TokenKind::DoubleStar)?;
            p.expression()?;
            p.expect(TokenKind::RPar)?;
            p.raise_known_location::<()>(p.location(stars), "cannot use double starred expression here")
        })
    }

    pub(in crate::parser) fn invalid_double_starred_kvpairs(&mut self) -> Option<()> {
        self.alt(|p| {
            p.comma_separated(Self::double_starred_kvpair)?;
            p.expect(TokenKind::Comma)?;
            p.invalid_kvpair()
        });
        self.alt(Self::invalid_dict_value)
    }

    fn invalid_kvpair(&mut self) -> Option<()> {
        self.alt(|p| {
            let key = p.expression()?;
            if p.peek() == TokenKind::Colon || p.failed {
                return None;
            }
            let Location { lineno, end_lineno, end_col_offset, .. } = key.location;
            let at = Location { lineno, col_offset: end_col_offset - 1, end_lineno, end_col_offset: -1 };
            p.raise_known_location::<()>(at, "':' expected after dictionary key")
        });
        self.alt(Self::invalid_dict_value)
    }

    fn invalid_dict_value(&mut self) -> Option<()> {
        self.alt(|p| {
            p.expression()?;
            p.expect(TokenKind::Colon)?;
            let star = p.expect(TokenKind::Star)?;
            p.bitwise_or()?;
            let from = p.location(star);
            p.raise_starting_from::<()>(from, "cannot use a starred expression in a dictionary value")
        });
        self.alt(|p| {
            p.expression()?;
            let colon = p.expect(TokenKind::Colon)?;
            matches!(p.peek(), TokenKind::RBrace | TokenKind::Comma).then_some(())?;
            p.raise_known_location::<()>(
                p.location(colon),
                "expression expected after dictionary key and ':'",
            )
        })
    }

    pub(in crate::parser) fn invalid_starred_expression(&mut self) -> Option<()> {
        let star = self.expect(TokenKind::Star)?;
        self.expression()?;
        self.expect(TokenKind::Equal)?;
        let value = self.expression()?;
        let msg = "cannot assign to iterable argument unpacking";
        self.raise_known_range(self.location(star), value.location, msg)
    }

    pub(in crate::parser) fn invalid_arithmetic(&mut self) -> Option<()> {
        self.sum()?;
        self.expect_any(&[
            TokenKind::Plus,
            TokenKind::Minus,
            TokenKind::Star,
            TokenKind::Slash,
            TokenKind::Percent,
            TokenKind::DoubleSlash,
            TokenKind::At,
        ])?;
        let not = self.expect(TokenKind::Not)?;
        let operand = self.inversion()?;
        self.raise_known_range(self.location(not), operand.location, NOT_AFTER_OPERATOR)
    }

    pub(in crate::parser) fn invalid_factor(&mut self) -> Option<()> {
        self.expect_any(&[TokenKind::Plus, TokenKind::Minus, TokenKind::Tilde])?;
        let not = self.expect(TokenKind::Not)?;
        let operand = self.factor()?;
        self.raise_known_range(self.location(not), operand.location, NOT_AFTER_OPERATOR)
    }

    pub(in crate::parser) fn invalid_replacement_field(&mut self) -> Option<()> {
        let brace = self.expect(TokenKind::LBrace)?;
        let inside = self.mark;
        if let Some(at) =
            self.expect_any(&[TokenKind::Equal, TokenKind::Exclamation, TokenKind::Colon, TokenKind::RBrace])
        {
            let msg = format!("f-string: valid expression required before '{}'", self.token_text_at(at));
            return self.raise_known_location(self.location(at), msg);
        }
        debug_assert_eq!(brace + 1, inside);
        if self.annotated_rhs().is_none() {
            self.mark = inside;
            return self.raise_on_next_token("f-string: expecting a valid expression after '{'");
        }
        let after_value = self.peek();
        if !matches!(
            after_value,
            TokenKind::Equal | TokenKind::Exclamation | TokenKind::Colon | TokenKind::RBrace
        ) {
            return self.raise_on_next_token("f-string: expecting '=', or '!', or ':', or '}'");
        }
        if self.accept(TokenKind::Equal)
            && !matches!(self.peek(), TokenKind::Exclamation | TokenKind::Colon | TokenKind::RBrace)
        {
            return self.raise_on_next_token("f-string: expecting '!', or ':', or '}'");
        }
        if self.peek() == TokenKind::Exclamation {
            self.mark += 1;
            match self.peek() {
                TokenKind::Colon | TokenKind::RBrace => {
                    return self.raise_on_next_token("f-string: missing conversion character");
                }
                TokenKind::Name => self.mark += 1,
                _ => return self.raise_on_next_token("f-string: invalid conversion character"),
            }
        }
        if !matches!(self.peek(), TokenKind::Colon | TokenKind::RBrace) {
            return self.raise_on_next_token("f-string: expecting ':' or '}'");
        }
        if self.accept(TokenKind::Colon) {
            self.fstring_format_specs();
            if self.peek() != TokenKind::RBrace {
                return self.raise_on_next_token("f-string: expecting '}', or format specs");
            }
        }
        None
    }

    pub(in crate::parser) fn invalid_for_target(&mut self) -> Option<()> {
        self.accept(TokenKind::Async);
        self.expect(TokenKind::For)?;
        let targets = self.star_expressions()?;
        self.raise_invalid_target(Targets::For, targets)
    }

    pub(in crate::parser) fn invalid_import(&mut self) -> Option<()> {
        self.alt(|p| {
            let import = p.expect(TokenKind::Import)?;
            p.comma_separated(Self::dotted_name)?;
            p.expect(TokenKind::From)?;
            p.dotted_name()?;
            let from = p.location(import);
            p.raise_starting_from::<()>(from, "Did you mean to use 'from ... import ...' instead?")
        });
        self.alt(|p| {
            p.expect(TokenKind::Import)?;
            p.no_names_after_import()
        })
    }

    fn no_names_after_import(&mut self) -> Option<()> {
        let newline = self.expect(TokenKind::Newline)?;
        self.raise_starting_from(self.location(newline), "Expected one or more names after 'import'")
    }

    pub(in crate::parser) fn invalid_import_from_targets(&mut self) -> Option<()> {
        self.alt(|p| {
            p.import_from_as_names()?;
            p.expect(TokenKind::Comma)?;
            p.expect(TokenKind::Newline)?;
            p.raise::<()>("trailing comma not allowed without surrounding parentheses")
        });
        self.alt(Self::no_names_after_import)
    }

    pub(in crate::parser) fn invalid_type_params(&mut self) -> Option<()> {
        self.expect(TokenKind::LSqb)?;
        let end = self.expect(TokenKind::RSqb)?;
        self.raise_starting_from(self.location(end), "Type parameter list cannot be empty")
    }
}
