//! Lists of statements, and simple statements.

use super::memo::Rule;
use super::raise::with_context;
use super::{Mode, Parser};
use crate::ast::{ExprContext, ExprKind, ExprRef, List, Operator, Stmt, StmtKind};
use crate::token::TokenKind;

/// Rules of the grammar between a block and another inside it.
pub(super) const STATEMENT_COST: u32 = 7;

fn augmented_operator(kind: TokenKind) -> Option<Operator> {
    Some(match kind {
        TokenKind::PlusEqual => Operator::Add,
        TokenKind::MinEqual => Operator::Sub,
        TokenKind::StarEqual => Operator::Mult,
        TokenKind::AtEqual => Operator::MatMult,
        TokenKind::SlashEqual => Operator::Div,
        TokenKind::PercentEqual => Operator::Mod,
        TokenKind::AmperEqual => Operator::BitAnd,
        TokenKind::VBarEqual => Operator::BitOr,
        TokenKind::CircumflexEqual => Operator::BitXor,
        TokenKind::LeftShiftEqual => Operator::LShift,
        TokenKind::RightShiftEqual => Operator::RShift,
        TokenKind::DoubleStarEqual => Operator::Pow,
        TokenKind::DoubleSlashEqual => Operator::FloorDiv,
        _ => return None,
    })
}

impl<'a> Parser<'a> {
    pub(super) fn statements(&mut self) -> Option<List<'a, Stmt<'a>>> {
        let mut body = Vec::new();
        self.nested(STATEMENT_COST, |p| {
            while p.statement(&mut body) {}
            Some(())
        })?;
        (!body.is_empty()).then(|| self.arena.list(&body))
    }

    /// Adds the statements of one logical line, or one compound statement.
    fn statement(&mut self, body: &mut Vec<Stmt<'a>>) -> bool {
        if let Some(stmt) = self.alt(Self::compound_stmt) {
            body.push(stmt);
            return true;
        }
        self.simple_stmts_into(body).is_some()
    }

    /// An interactive statement.
    pub(super) fn statement_newline(&mut self) -> Option<List<'a, Stmt<'a>>> {
        if let Some(stmt) = self.alt(|p| {
            let stmt = p.compound_stmt()?;
            p.expect(TokenKind::Newline)?;
            Some(stmt)
        }) {
            return Some(self.arena.list(&[stmt]));
        }
        if let Some(body) = self.simple_stmts() {
            return Some(body);
        }
        let start = self.expect(TokenKind::Newline)?;
        let location = self.location(start).to(self.location(start));
        Some(self.arena.list(&[Stmt { kind: StmtKind::Pass, location }]))
    }

    pub(super) fn simple_stmts(&mut self) -> Option<List<'a, Stmt<'a>>> {
        let mut body = Vec::new();
        self.simple_stmts_into(&mut body)?;
        Some(self.arena.list(&body))
    }

    fn simple_stmts_into(&mut self, body: &mut Vec<Stmt<'a>>) -> Option<()> {
        let before = body.len();
        let matched = self.alt(|p| {
            body.push(p.simple_stmt()?);
            while p.peek() == TokenKind::Semi {
                match p.alt(|p| {
                    p.expect(TokenKind::Semi)?;
                    p.simple_stmt()
                }) {
                    Some(stmt) => body.push(stmt),
                    None => break,
                }
            }
            p.accept(TokenKind::Semi);
            p.expect(TokenKind::Newline).map(|_| ())
        });
        if matched.is_none() {
            body.truncate(before);
        }
        matched
    }

    fn simple_stmt(&mut self) -> Option<Stmt<'a>> {
        if !self.second_pass {
            return self.alt(Self::any_simple_stmt);
        }
        self.memoized(Rule::SimpleStmt, |p| {
            let stmt = p.any_simple_stmt()?;
            Some(p.arena.alloc(stmt) as &_)
        })
        .copied()
    }

    fn any_simple_stmt(&mut self) -> Option<Stmt<'a>> {
        let start = self.mark;
        // What starts with one of these keywords is no expression.
        let kind = match self.peek() {
            TokenKind::Return => {
                self.mark += 1;
                StmtKind::Return { value: self.alt(Self::star_expressions) }
            }
            TokenKind::Import | TokenKind::From => return self.import_stmt(),
            TokenKind::Raise => self.raise_stmt()?,
            TokenKind::Pass => self.keyword_stmt(StmtKind::Pass),
            TokenKind::Break => self.keyword_stmt(StmtKind::Break),
            TokenKind::Continue => self.keyword_stmt(StmtKind::Continue),
            TokenKind::Del => return self.del_stmt(),
            TokenKind::Assert => {
                self.mark += 1;
                let test = self.expression()?;
                let msg = self.alt(|p| {
                    p.expect(TokenKind::Comma)?;
                    p.expression()
                });
                StmtKind::Assert { test, msg }
            }
            TokenKind::Global => {
                self.mark += 1;
                StmtKind::Global { names: self.names()? }
            }
            TokenKind::Nonlocal => {
                self.mark += 1;
                StmtKind::Nonlocal { names: self.names()? }
            }
            _ => return self.expression_stmt(),
        };
        Some(self.stmt(kind, start))
    }

    fn keyword_stmt(&mut self, kind: StmtKind<'a>) -> StmtKind<'a> {
        self.mark += 1;
        kind
    }

    /// An assignment, a type alias or an expression.
    fn expression_stmt(&mut self) -> Option<Stmt<'a>> {
        let start = self.mark;
        if let Some(stmt) = self.alt(Self::assignment) {
            return Some(stmt);
        }
        if self.at_word("type")
            && let Some(stmt) = self.alt(Self::type_alias)
        {
            return Some(stmt);
        }
        if let Some(value) = self.alt(Self::star_expressions) {
            return Some(self.stmt(StmtKind::Expr { value }, start));
        }
        let value = self.yield_expr()?;
        Some(self.stmt(StmtKind::Expr { value }, start))
    }

    fn assignment(&mut self) -> Option<Stmt<'a>> {
        let start = self.mark;
        if let Some(stmt) = self.alt(Self::annotated_name) {
            return Some(stmt);
        }
        if let Some(stmt) = self.alt(Self::annotated_target) {
            return Some(stmt);
        }
        if let Some(stmt) = self.alt(Self::plain_assignment) {
            return Some(stmt);
        }
        let augmented = self.alt(|p| {
            let target = p.single_target()?;
            let op = augmented_operator(p.peek())?;
            p.mark += 1;
            if op == Operator::MatMult {
                p.check_version(5, "The '@' operator is", ())?;
            }
            Some((target, op))
        });
        if let Some((target, op)) = augmented {
            // Nothing else can match from here.
            let value = self.annotated_rhs()?;
            return Some(self.stmt(StmtKind::AugAssign { target, op, value }, start));
        }
        self.invalid(Self::invalid_assignment);
        None
    }

    fn annotated_name(&mut self) -> Option<Stmt<'a>> {
        let (id, start) = self.name_token()?;
        self.expect(TokenKind::Colon)?;
        let target = self.expr(ExprKind::Name { id, ctx: ExprContext::Store }, self.location(start));
        self.annotation_and_value(start, target, true, "Variable annotation syntax is")
    }

    fn annotated_target(&mut self) -> Option<Stmt<'a>> {
        let start = self.mark;
        let parenthesized = self.alt(|p| {
            p.expect(TokenKind::LPar)?;
            let target = p.single_target()?;
            p.expect(TokenKind::RPar)?;
            Some(target)
        });
        let target = match parenthesized {
            Some(target) => target,
            None => self.single_subscript_attribute_target()?,
        };
        self.expect(TokenKind::Colon)?;
        self.annotation_and_value(start, target, false, "Variable annotations syntax is")
    }

    fn annotation_and_value(
        &mut self,
        start: usize,
        target: ExprRef<'a>,
        simple: bool,
        what: &str,
    ) -> Option<Stmt<'a>> {
        let annotation = self.expression()?;
        let value = self.alt(|p| {
            p.expect(TokenKind::Equal)?;
            p.annotated_rhs()
        });
        let stmt = self.stmt(StmtKind::AnnAssign { target, annotation, value, simple }, start);
        self.check_version(6, what, stmt)
    }

    fn plain_assignment(&mut self) -> Option<Stmt<'a>> {
        let start = self.mark;
        let targets = self.many1(|p| {
            let target = p.star_targets()?;
            p.expect(TokenKind::Equal)?;
            Some(target)
        })?;
        let value = self.annotated_rhs()?;
        if self.peek() == TokenKind::Equal {
            return None;
        }
        let type_comment = self.type_comment();
        let targets = self.arena.list(&targets);
        Some(self.stmt(StmtKind::Assign { targets, value, type_comment }, start))
    }

    /// The text of a TYPE_COMMENT, if one is next.
    pub(super) fn type_comment(&mut self) -> Option<&'a str> {
        let at = self.expect(TokenKind::TypeComment)?;
        Some(self.token_text_at(at))
    }

    fn raise_stmt(&mut self) -> Option<StmtKind<'a>> {
        self.expect(TokenKind::Raise)?;
        let Some(exc) = self.alt(Self::expression) else {
            return Some(StmtKind::Raise { exc: None, cause: None });
        };
        let cause = self.alt(|p| {
            p.expect(TokenKind::From)?;
            p.expression()
        });
        Some(StmtKind::Raise { exc: Some(exc), cause })
    }

    fn names(&mut self) -> Option<List<'a, &'a str>> {
        let names = self.comma_separated(|p| p.name_token().map(|(id, _)| id))?;
        Some(self.arena.list(&names))
    }

    fn del_stmt(&mut self) -> Option<Stmt<'a>> {
        let stmt = self.alt(|p| {
            let start = p.expect(TokenKind::Del)?;
            let targets = p.del_targets()?;
            matches!(p.peek(), TokenKind::Semi | TokenKind::Newline).then_some(())?;
            Some(p.stmt(StmtKind::Delete { targets }, start))
        });
        if stmt.is_none() {
            self.invalid(Self::invalid_del_stmt);
        }
        stmt
    }

    fn type_alias(&mut self) -> Option<Stmt<'a>> {
        let start = self.expect_word("type")?;
        let name = self.name()?;
        let type_params = self.alt(Self::type_params).unwrap_or_default();
        self.expect(TokenKind::Equal)?;
        let value = self.expression()?;
        let name = with_context(self, name, ExprContext::Store);
        let stmt = self.stmt(StmtKind::TypeAlias { name, type_params, value }, start);
        self.check_version(12, "Type statement is", stmt)
    }

    /// The parameter types of a signature type comment; the stars are only there to be read.
    pub(super) fn type_expressions(&mut self) -> Option<List<'a, ExprRef<'a>>> {
        debug_assert_eq!(self.mode, Mode::FuncType);
        let mut types = self.comma_separated(Self::expression).unwrap_or_default();
        for star in [TokenKind::Star, TokenKind::DoubleStar] {
            let is_first = types.is_empty();
            types.extend(self.alt(|p| {
                if !is_first {
                    p.expect(TokenKind::Comma)?;
                }
                p.expect(star)?;
                p.expression()
            }));
        }
        (!types.is_empty()).then(|| self.arena.list(&types))
    }
}
