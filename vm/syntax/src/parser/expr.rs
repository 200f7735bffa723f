//! Expressions, from lists of them down to unary operators.

use super::memo::Rule;
use super::{MAX_DEPTH, Parser};
use crate::ast::{BoolOp, CmpOp, ExprContext, ExprKind, ExprRef, List, Operator, UnaryOp};
use crate::token::TokenKind;

/// How tightly the binary operators bind: 1 for `|` to 6 for `*`.
const SHIFT: u8 = 4;
const TERM: u8 = 6;
const BINARY_RULES: [Rule; 6] =
    [Rule::Binary1, Rule::Binary2, Rule::Binary3, Rule::Binary4, Rule::Binary5, Rule::Binary6];

/// The operator of the levels `bitwise_or` to `term` that a token is, and its level.
fn binary_operator(kind: TokenKind) -> Option<(Operator, u8)> {
    Some(match kind {
        TokenKind::VBar => (Operator::BitOr, 1),
        TokenKind::Circumflex => (Operator::BitXor, 2),
        TokenKind::Amper => (Operator::BitAnd, 3),
        TokenKind::LeftShift => (Operator::LShift, 4),
        TokenKind::RightShift => (Operator::RShift, 4),
        TokenKind::Plus => (Operator::Add, 5),
        TokenKind::Minus => (Operator::Sub, 5),
        TokenKind::Star => (Operator::Mult, 6),
        TokenKind::Slash => (Operator::Div, 6),
        TokenKind::DoubleSlash => (Operator::FloorDiv, 6),
        TokenKind::Percent => (Operator::Mod, 6),
        TokenKind::At => (Operator::MatMult, 6),
        _ => return None,
    })
}

impl<'a> Parser<'a> {
    /// One or more of `item`, as a tuple if there is a comma.
    fn tuple_of(&mut self, item: impl Fn(&mut Self) -> Option<ExprRef<'a>>) -> Option<ExprRef<'a>> {
        let start = self.mark;
        let first = item(self)?;
        if self.peek() != TokenKind::Comma {
            return Some(first);
        }
        let mut elts = vec![first];
        while let Some(elt) = self.alt(|p| {
            p.expect(TokenKind::Comma)?;
            item(p)
        }) {
            elts.push(elt);
        }
        self.accept(TokenKind::Comma);
        let elts = self.arena.list(&elts);
        Some(self.expr(ExprKind::Tuple { elts, ctx: ExprContext::Load }, self.span(start)))
    }

    pub(super) fn expressions(&mut self) -> Option<ExprRef<'a>> {
        self.tuple_of(Self::expression)
    }

    pub(super) fn star_expressions(&mut self) -> Option<ExprRef<'a>> {
        self.tuple_of(Self::star_expression)
    }

    pub(super) fn star_expression(&mut self) -> Option<ExprRef<'a>> {
        self.memoized_second(Rule::StarExpression, |p| {
            if p.peek() == TokenKind::Star { p.starred_bitwise_or() } else { p.expression() }
        })
    }

    pub(super) fn starred_bitwise_or(&mut self) -> Option<ExprRef<'a>> {
        let start = self.expect(TokenKind::Star)?;
        let value = self.bitwise_or()?;
        Some(self.expr(ExprKind::Starred { value, ctx: ExprContext::Load }, self.span(start)))
    }

    pub(super) fn star_named_expressions(&mut self) -> Option<List<'a, ExprRef<'a>>> {
        let items = self.comma_separated(Self::star_named_expression)?;
        self.accept(TokenKind::Comma);
        Some(self.arena.list(&items))
    }

    pub(super) fn star_named_expression(&mut self) -> Option<ExprRef<'a>> {
        if self.peek() == TokenKind::Star {
            self.alt(Self::starred_bitwise_or)
        } else {
            self.named_expression()
        }
    }

    /// Matches `name := value`. The outer option is whether it begins so, after which nothing else can match.
    pub(super) fn assignment_expression(&mut self) -> Option<Option<ExprRef<'a>>> {
        if self.peek() != TokenKind::Name {
            return None;
        }
        let start = self.mark;
        self.mark += 1;
        if !self.accept(TokenKind::ColonEqual) {
            self.mark = start;
            return None;
        }
        let value = self.expression();
        Some(value.and_then(|value| {
            let id = self.identifier(start)?;
            let target = self.expr(ExprKind::Name { id, ctx: ExprContext::Store }, self.location(start));
            let node = self.expr(ExprKind::NamedExpr { target, value }, self.span(start));
            self.check_version(8, "Assignment expressions are", node)
        }))
    }

    pub(super) fn named_expression(&mut self) -> Option<ExprRef<'a>> {
        let start = self.mark;
        // A cut in a rule of its own: the alternatives below are still tried.
        if let Some(Some(node)) = self.assignment_expression() {
            return Some(node);
        }
        self.mark = start;
        if self.invalid_rules {
            self.invalid_named_expression();
            self.mark = start;
        }
        self.plain_expression()
    }

    /// An expression that no `:=` follows.
    pub(super) fn plain_expression(&mut self) -> Option<ExprRef<'a>> {
        self.alt(|p| {
            let node = p.expression()?;
            (p.peek() != TokenKind::ColonEqual && !p.failed).then_some(node)
        })
    }

    pub(super) fn yield_expr(&mut self) -> Option<ExprRef<'a>> {
        let start = self.expect(TokenKind::Yield)?;
        let from = self.alt(|p| {
            p.expect(TokenKind::From)?;
            let value = p.expression()?;
            Some(p.expr(ExprKind::YieldFrom { value }, p.span(start)))
        });
        if from.is_some() {
            return from;
        }
        let value = self.alt(Self::star_expressions);
        Some(self.expr(ExprKind::Yield { value }, self.span(start)))
    }

    /// A `yield` expression or any list of expressions.
    pub(super) fn annotated_rhs(&mut self) -> Option<ExprRef<'a>> {
        if self.peek() == TokenKind::Yield {
            self.alt(Self::yield_expr)
        } else {
            self.alt(Self::star_expressions)
        }
    }

    pub(super) fn expression(&mut self) -> Option<ExprRef<'a>> {
        self.memoized_second(Rule::Expression, |p| {
            p.nested(1, |p| {
                p.invalid(Self::invalid_expression);
                p.invalid(Self::invalid_legacy_expression);
                p.valid_expression()
            })
        })
    }

    /// The alternatives of `expression` without the invalid ones.
    pub(super) fn valid_expression(&mut self) -> Option<ExprRef<'a>> {
        if self.peek() == TokenKind::Lambda {
            return self.alt(|p| p.nested(1, Self::lambdef));
        }
        let start = self.mark;
        let body = self.disjunction()?;
        if self.peek() != TokenKind::If {
            return Some(body);
        }
        if self.second_pass {
            let conditional = self.alt(|p| {
                let test = p.condition()?;
                let orelse = p.expression()?;
                Some(p.expr(ExprKind::IfExp { test, body, orelse }, p.span(start)))
            });
            return if self.failed { None } else { conditional.or(Some(body)) };
        }
        self.conditional(start, body)
    }

    /// The middle of a conditional expression, `if test else`.
    fn condition(&mut self) -> Option<ExprRef<'a>> {
        self.expect(TokenKind::If)?;
        let test = self.disjunction()?;
        self.expect(TokenKind::Else)?;
        Some(test)
    }

    /// A chain of conditional expressions, each in the `else` of the one before, read without recursion.
    fn conditional(&mut self, mut start: usize, mut body: ExprRef<'a>) -> Option<ExprRef<'a>> {
        let mut chain = Vec::new();
        let mut result = loop {
            let end = self.mark;
            let Some(test) = self.alt(Self::condition) else { break body };
            chain.push((start, end, body, test));
            if self.depth as usize + chain.len() > MAX_DEPTH as usize {
                self.overflow();
                return None;
            }
            start = self.mark;
            let next = if self.peek() == TokenKind::Lambda {
                self.alt(|p| p.nested(2, Self::lambdef))
            } else {
                self.disjunction()
            };
            match next {
                Some(next) if self.peek() == TokenKind::If => body = next,
                Some(next) => break next,
                None => {
                    // Without its last part the chain ends before the `if`.
                    let (_, end, body, _) = chain.pop()?;
                    self.mark = end;
                    break body;
                }
            }
        };
        for (start, _, body, test) in chain.into_iter().rev() {
            result = self.expr(ExprKind::IfExp { test, body, orelse: result }, self.span(start));
        }
        if self.failed { None } else { Some(result) }
    }

    pub(super) fn disjunction(&mut self) -> Option<ExprRef<'a>> {
        self.memoized_second(Rule::Disjunction, |p| p.bool_op(TokenKind::Or, BoolOp::Or, Self::conjunction))
    }

    fn conjunction(&mut self) -> Option<ExprRef<'a>> {
        self.memoized_second(Rule::Conjunction, |p| p.bool_op(TokenKind::And, BoolOp::And, Self::inversion))
    }

    fn bool_op(
        &mut self,
        token: TokenKind,
        op: BoolOp,
        operand: impl Fn(&mut Self) -> Option<ExprRef<'a>>,
    ) -> Option<ExprRef<'a>> {
        let start = self.mark;
        let first = operand(self)?;
        if self.peek() != token {
            return Some(first);
        }
        let mut values = vec![first];
        while let Some(value) = self.alt(|p| {
            p.expect(token)?;
            operand(p)
        }) {
            values.push(value);
        }
        if values.len() == 1 {
            return Some(first);
        }
        let values = self.arena.list(&values);
        Some(self.expr(ExprKind::BoolOp { op, values }, self.span(start)))
    }

    pub(super) fn inversion(&mut self) -> Option<ExprRef<'a>> {
        self.memoized_second(Rule::Inversion, |p| {
            if p.peek() != TokenKind::Not {
                return p.comparison();
            }
            let start = p.expect(TokenKind::Not)?;
            let operand = p.nested(1, Self::inversion)?;
            Some(p.expr(ExprKind::UnaryOp { op: UnaryOp::Not, operand }, p.span(start)))
        })
    }

    fn comparison(&mut self) -> Option<ExprRef<'a>> {
        let start = self.mark;
        let left = self.bitwise_or()?;
        let mut ops = Vec::new();
        let mut comparators = Vec::new();
        while let Some((op, right)) = self.alt(|p| {
            let op = p.comparison_operator()?;
            Some((op, p.bitwise_or()?))
        }) {
            ops.push(op);
            comparators.push(right);
        }
        if ops.is_empty() {
            return Some(left);
        }
        let (ops, comparators) = (self.arena.list(&ops), self.arena.list(&comparators));
        Some(self.expr(ExprKind::Compare { left, ops, comparators }, self.span(start)))
    }

    fn comparison_operator(&mut self) -> Option<CmpOp> {
        let op = match self.peek() {
            TokenKind::EqEqual => CmpOp::Eq,
            TokenKind::NotEqual => return self.not_equal(),
            TokenKind::LessEqual => CmpOp::LtE,
            TokenKind::Less => CmpOp::Lt,
            TokenKind::GreaterEqual => CmpOp::GtE,
            TokenKind::Greater => CmpOp::Gt,
            TokenKind::In => CmpOp::In,
            TokenKind::Not => {
                self.mark += 1;
                self.expect(TokenKind::In)?;
                return Some(CmpOp::NotIn);
            }
            TokenKind::Is => {
                self.mark += 1;
                return Some(if self.accept(TokenKind::Not) { CmpOp::IsNot } else { CmpOp::Is });
            }
            _ => return None,
        };
        self.mark += 1;
        Some(op)
    }

    /// `!=`, or `<>` for those who asked for it.
    fn not_equal(&mut self) -> Option<CmpOp> {
        let at = self.expect(TokenKind::NotEqual)?;
        let is_bang = self.token_text_at(at) == "!=";
        match (self.options.barry_as_bdfl, is_bang) {
            (true, true) => self.raise("with Barry as BDFL, use '<>' instead of '!='"),
            (barry, bang) => (barry != bang).then_some(CmpOp::NotEq),
        }
    }

    pub(super) fn bitwise_or(&mut self) -> Option<ExprRef<'a>> {
        self.binary(1)
    }

    /// `a + b` and tighter.
    pub(super) fn sum(&mut self) -> Option<ExprRef<'a>> {
        self.binary(SHIFT + 1)
    }

    /// Binary operators of one level and all that bind more tightly.
    fn binary(&mut self, level: u8) -> Option<ExprRef<'a>> {
        if self.second_pass {
            let rule = BINARY_RULES.get(usize::from(level) - 1).copied().unwrap_or(Rule::Binary6);
            return self.memoized(rule, |p| p.binary_level(level));
        }
        let start = self.mark;
        let mut left = self.factor()?;
        while let Some((op, of_level)) = binary_operator(self.peek()) {
            if of_level < level {
                break;
            }
            let Some(right) = self.alt(|p| {
                p.mark += 1;
                if of_level == TERM { p.factor() } else { p.binary(of_level + 1) }
            }) else {
                break;
            };
            left = self.binary_node(start, left, op, right)?;
        }
        Some(left)
    }

    /// Binary operators of one level, each operand remembered.
    fn binary_level(&mut self, level: u8) -> Option<ExprRef<'a>> {
        if level == SHIFT {
            self.invalid(Self::invalid_arithmetic);
        } else if level == TERM {
            self.invalid(Self::invalid_factor);
        }
        let operand = |p: &mut Self| if level == TERM { p.factor() } else { p.binary(level + 1) };
        let start = self.mark;
        let mut left = operand(self)?;
        while let Some((op, right)) = self.alt(|p| {
            let (op, _) = binary_operator(p.peek()).filter(|(_, of_level)| *of_level == level)?;
            p.mark += 1;
            Some((op, operand(p)?))
        }) {
            left = self.binary_node(start, left, op, right)?;
        }
        Some(left)
    }

    fn binary_node(
        &mut self,
        start: usize,
        left: ExprRef<'a>,
        op: Operator,
        right: ExprRef<'a>,
    ) -> Option<ExprRef<'a>> {
        let node = self.expr(ExprKind::BinOp { left, op, right }, self.span(start));
        if op == Operator::MatMult { self.check_version(5, "The '@' operator is", node) } else { Some(node) }
    }

    pub(super) fn factor(&mut self) -> Option<ExprRef<'a>> {
        self.memoized_second(Rule::Factor, |p| {
            let op = match p.peek() {
                TokenKind::Plus => UnaryOp::UAdd,
                TokenKind::Minus => UnaryOp::USub,
                TokenKind::Tilde => UnaryOp::Invert,
                _ => return p.power(),
            };
            let start = p.mark;
            p.mark += 1;
            let operand = p.nested(1, Self::factor)?;
            Some(p.expr(ExprKind::UnaryOp { op, operand }, p.span(start)))
        })
    }

    fn power(&mut self) -> Option<ExprRef<'a>> {
        let start = self.mark;
        let left = self.await_primary()?;
        if self.peek() != TokenKind::DoubleStar {
            return Some(left);
        }
        let right = self.alt(|p| {
            p.expect(TokenKind::DoubleStar)?;
            p.nested(2, Self::factor)
        });
        match right {
            Some(right) => {
                let kind = ExprKind::BinOp { left, op: Operator::Pow, right };
                Some(self.expr(kind, self.span(start)))
            }
            None => Some(left),
        }
    }

    fn await_primary(&mut self) -> Option<ExprRef<'a>> {
        if self.peek() != TokenKind::Await {
            return self.primary();
        }
        self.memoized_second(Rule::AwaitPrimary, |p| {
            let start = p.expect(TokenKind::Await)?;
            let value = p.primary()?;
            let node = p.expr(ExprKind::Await { value }, p.span(start));
            p.check_version(5, "Await expressions are", node)
        })
    }
}
