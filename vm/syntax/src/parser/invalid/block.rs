//! Mistakes in compound statements: missing colons, missing blocks, clauses that do not go together.

use crate::parser::Parser;
use crate::parser::params::Owner;
use crate::parser::raise::Targets;
use crate::token::TokenKind;

const EXPECTED_COLON: &str = "expected ':'";

impl<'a> Parser<'a> {
    /// Raises an IndentationError if a header ends here and no block follows. `header` is the keyword it began with.
    fn no_block_after(&mut self, what: &str, header: usize) -> Option<()> {
        self.expect(TokenKind::Colon)?;
        self.expect(TokenKind::Newline)?;
        if self.peek() == TokenKind::Indent || self.failed {
            return None;
        }
        let lineno = self.location(header).lineno;
        self.raise_indentation(format!("expected an indented block after {what} on line {lineno}"))
    }

    /// Raises an error if the line ends where a colon belongs.
    fn no_colon(&mut self) -> Option<()> {
        self.expect(TokenKind::Newline)?;
        self.raise(EXPECTED_COLON)
    }

    pub(in crate::parser) fn invalid_block(&mut self) -> Option<()> {
        self.expect(TokenKind::Newline)?;
        if self.peek() == TokenKind::Indent || self.failed {
            return None;
        }
        self.raise_indentation("expected an indented block")
    }

    /// `keyword test` with a mistake after it.
    fn invalid_tested(&mut self, keyword: TokenKind) -> Option<()> {
        self.alt(|p| {
            p.expect(keyword)?;
            p.named_expression()?;
            p.no_colon()
        });
        self.alt(|p| {
            let header = p.expect(keyword)?;
            p.named_expression()?;
            p.no_block_after(&format!("'{}' statement", keyword.text()), header)
        })
    }

    pub(in crate::parser) fn invalid_if_stmt(&mut self) -> Option<()> {
        self.invalid_tested(TokenKind::If)
    }

    pub(in crate::parser) fn invalid_elif_stmt(&mut self) -> Option<()> {
        self.invalid_tested(TokenKind::Elif)
    }

    pub(in crate::parser) fn invalid_while_stmt(&mut self) -> Option<()> {
        self.invalid_tested(TokenKind::While)
    }

    pub(in crate::parser) fn invalid_else_stmt(&mut self) -> Option<()> {
        let header = self.expect(TokenKind::Else)?;
        self.no_block_after("'else' statement", header)
    }

    pub(in crate::parser) fn invalid_for_stmt(&mut self) -> Option<()> {
        let header = |p: &mut Self| {
            p.accept(TokenKind::Async);
            let header = p.expect(TokenKind::For)?;
            p.star_targets()?;
            p.expect(TokenKind::In)?;
            p.star_expressions()?;
            Some(header)
        };
        self.alt(|p| {
            header(p)?;
            p.no_colon()
        });
        self.alt(|p| {
            let header = header(p)?;
            p.no_block_after("'for' statement", header)
        })
    }

    /// The header of a `with` up to its colon, the items in parentheses or not.
    fn with_header(&mut self, parenthesized: bool) -> Option<usize> {
        self.accept(TokenKind::Async);
        let header = self.expect(TokenKind::With)?;
        let target = |p: &mut Self| {
            p.expect(TokenKind::As)?;
            p.star_target()
        };
        if parenthesized {
            self.expect(TokenKind::LPar)?;
            self.comma_separated(|p| {
                p.expressions()?;
                p.alt(target);
                Some(())
            })?;
            self.accept(TokenKind::Comma);
            self.expect(TokenKind::RPar)?;
        } else {
            self.comma_separated(|p| {
                p.expression()?;
                p.alt(target);
                Some(())
            })?;
        }
        Some(header)
    }

    pub(in crate::parser) fn invalid_with_stmt(&mut self) -> Option<()> {
        for parenthesized in [false, true] {
            self.alt(|p| {
                p.with_header(parenthesized)?;
                p.no_colon()
            });
        }
        None
    }

    pub(in crate::parser) fn invalid_with_stmt_indent(&mut self) -> Option<()> {
        for parenthesized in [false, true] {
            self.alt(|p| {
                let header = p.with_header(parenthesized)?;
                p.no_block_after("'with' statement", header)
            });
        }
        None
    }

    pub(in crate::parser) fn invalid_with_item(&mut self) -> Option<()> {
        self.expression()?;
        self.expect(TokenKind::As)?;
        let target = self.expression()?;
        matches!(self.peek(), TokenKind::Comma | TokenKind::RPar | TokenKind::Colon).then_some(())?;
        self.raise_invalid_target(Targets::Star, target)
    }

    pub(in crate::parser) fn invalid_try_stmt(&mut self) -> Option<()> {
        const MIXED: &str = "cannot have both 'except' and 'except*' on the same 'try'";
        self.alt(|p| {
            let header = p.expect(TokenKind::Try)?;
            p.no_block_after("'try' statement", header)
        });
        self.alt(|p| {
            p.expect(TokenKind::Try)?;
            p.expect(TokenKind::Colon)?;
            p.block()?;
            if matches!(p.peek(), TokenKind::Except | TokenKind::Finally) || p.failed {
                return None;
            }
            p.raise::<()>("expected 'except' or 'finally' block")
        });
        self.alt(|p| {
            p.expect(TokenKind::Try)?;
            p.expect(TokenKind::Colon)?;
            p.many0(Self::block);
            p.many1(Self::except_block)?;
            let except = p.expect(TokenKind::Except)?;
            let star = p.expect(TokenKind::Star)?;
            p.expression()?;
            p.as_name();
            p.expect(TokenKind::Colon)?;
            p.raise_known_range::<()>(p.location(except), p.location(star), MIXED)
        });
        self.alt(|p| {
            p.expect(TokenKind::Try)?;
            p.expect(TokenKind::Colon)?;
            p.many0(Self::block);
            p.many1(Self::except_star_block)?;
            let except = p.expect(TokenKind::Except)?;
            p.alt(|p| {
                p.expression()?;
                p.as_name();
                Some(())
            });
            p.expect(TokenKind::Colon)?;
            p.raise_known_location::<()>(p.location(except), MIXED)
        })
    }

    pub(in crate::parser) fn invalid_except_stmt(&mut self) -> Option<()> {
        self.alt(|p| {
            p.expect(TokenKind::Except)?;
            p.accept(TokenKind::Star);
            let first = p.expression()?;
            p.expect(TokenKind::Comma)?;
            p.expressions()?;
            p.as_name();
            p.expect(TokenKind::Colon)?;
            p.raise_starting_from::<()>(first.location, "multiple exception types must be parenthesized")
        });
        self.alt(|p| {
            p.expect(TokenKind::Except)?;
            p.accept(TokenKind::Star);
            p.expression()?;
            p.as_name();
            p.no_colon()
        });
        self.alt(|p| {
            p.expect(TokenKind::Except)?;
            p.no_colon()
        });
        self.alt(|p| {
            p.expect(TokenKind::Except)?;
            p.expect(TokenKind::Star)?;
            p.expect_any(&[TokenKind::Newline, TokenKind::Colon])?;
            p.raise::<()>("expected one or more exception types")
        })
    }

    pub(in crate::parser) fn invalid_except_stmt_indent(&mut self) -> Option<()> {
        self.alt(|p| {
            let header = p.expect(TokenKind::Except)?;
            p.expression()?;
            p.as_name();
            p.no_block_after("'except' statement", header)
        });
        self.alt(|p| {
            let header = p.expect(TokenKind::Except)?;
            p.no_block_after("'except' statement", header)
        })
    }

    pub(in crate::parser) fn invalid_except_star_stmt_indent(&mut self) -> Option<()> {
        let header = self.expect(TokenKind::Except)?;
        self.expect(TokenKind::Star)?;
        self.expression()?;
        self.as_name();
        self.no_block_after("'except*' statement", header)
    }

    pub(in crate::parser) fn invalid_finally_stmt(&mut self) -> Option<()> {
        let header = self.expect(TokenKind::Finally)?;
        self.no_block_after("'finally' statement", header)
    }

    pub(in crate::parser) fn invalid_match_stmt(&mut self) -> Option<()> {
        self.alt(|p| {
            p.expect_word("match")?;
            p.subject_expr()?;
            p.expect(TokenKind::Newline)?;
            let _: Option<()> = p.raise(EXPECTED_COLON);
            p.check_version(10, "Pattern matching is", ())
        });
        self.alt(|p| {
            let header = p.expect_word("match")?;
            p.subject_expr()?;
            p.no_block_after("'match' statement", header)
        })
    }

    pub(in crate::parser) fn invalid_case_block(&mut self) -> Option<()> {
        self.alt(|p| {
            p.expect_word("case")?;
            p.patterns()?;
            p.alt(Self::guard);
            p.no_colon()
        });
        self.alt(|p| {
            let header = p.expect_word("case")?;
            p.patterns()?;
            p.alt(Self::guard);
            p.no_block_after("'case' statement", header)
        })
    }

    pub(in crate::parser) fn invalid_as_pattern(&mut self) -> Option<()> {
        self.expect(TokenKind::As)?;
        if let Some(wildcard) = self.expect_word("_") {
            return self.raise_known_location(self.location(wildcard), "cannot use '_' as a target");
        }
        if self.peek() == TokenKind::Name {
            return None;
        }
        let target = self.expression()?;
        self.raise_known_location(target.location, "invalid pattern target")
    }

    pub(in crate::parser) fn invalid_class_pattern(&mut self) -> Option<()> {
        self.name_or_attr()?;
        self.expect(TokenKind::LPar)?;
        self.alt(|p| {
            p.positional_patterns()?;
            p.expect(TokenKind::Comma)
        });
        self.keyword_patterns()?;
        self.expect(TokenKind::Comma)?;
        let patterns = self.positional_patterns()?;
        let (first, last) = (patterns.first()?.location, patterns.last()?.location);
        self.raise_known_range(first, last, "positional patterns follow keyword patterns")
    }

    /// Raises an error for a function header without a block, or without its `(` or `:`. Otherwise matches a
    /// function definition whose mistake is not in its header.
    pub(in crate::parser) fn invalid_def_raw(&mut self) -> Option<()> {
        self.alt(|p| {
            p.accept(TokenKind::Async);
            let header = p.expect(TokenKind::Def)?;
            p.name_token()?;
            p.alt(Self::type_params);
            p.expect(TokenKind::LPar)?;
            p.alt(|p| p.params(Owner::Function));
            p.expect(TokenKind::RPar)?;
            p.alt(Self::return_annotation);
            p.no_block_after("function definition", header)
        });
        self.alt(|p| {
            p.accept(TokenKind::Async);
            p.expect(TokenKind::Def)?;
            p.name_token()?;
            p.alt(Self::type_params);
            p.expect_forced(TokenKind::LPar)?;
            p.alt(|p| p.params(Owner::Function));
            p.expect(TokenKind::RPar)?;
            p.alt(Self::return_annotation);
            p.expect_forced(TokenKind::Colon)?;
            p.alt(Self::func_type_comment);
            p.block().map(|_| ())
        })
    }

    pub(in crate::parser) fn invalid_class_def_raw(&mut self) -> Option<()> {
        let header = |p: &mut Self| {
            let header = p.expect(TokenKind::Class)?;
            p.name_token()?;
            p.alt(Self::type_params);
            p.alt(Self::class_arguments);
            Some(header)
        };
        self.alt(|p| {
            header(p)?;
            p.no_colon()
        });
        self.alt(|p| {
            let header = header(p)?;
            p.no_block_after("class definition", header)
        })
    }

    pub(in crate::parser) fn invalid_double_type_comments(&mut self) -> Option<()> {
        self.expect(TokenKind::TypeComment)?;
        self.expect(TokenKind::Newline)?;
        self.expect(TokenKind::TypeComment)?;
        self.expect(TokenKind::Newline)?;
        self.expect(TokenKind::Indent)?;
        self.raise("Cannot have two type comments on def")
    }
}
