//! The patterns of `match` statements.

use super::memo::Rule;
use super::{BRACKET_COST, Parser};
use crate::ast::{
    Constant, ExprContext, ExprKind, ExprRef, Identifier, Location, Operator, Pattern, PatternKind, UnaryOp,
};
use crate::token::TokenKind;

impl<'a> Parser<'a> {
    fn pattern_node(&self, kind: PatternKind<'a>, location: Location) -> &'a Pattern<'a> {
        self.arena.alloc(Pattern { kind, location })
    }

    fn pattern_list(&self, patterns: &[&'a Pattern<'a>]) -> &'a [Pattern<'a>] {
        self.arena.list(&patterns.iter().map(|pattern| **pattern).collect::<Vec<_>>())
    }

    /// A pattern, or several without brackets.
    pub(super) fn patterns(&mut self) -> Option<&'a Pattern<'a>> {
        let start = self.mark;
        if let Some(patterns) = self.alt(Self::open_sequence_pattern) {
            return Some(self.pattern_node(PatternKind::MatchSequence { patterns }, self.span(start)));
        }
        self.pattern()
    }

    pub(super) fn pattern(&mut self) -> Option<&'a Pattern<'a>> {
        self.alt(|p| {
            let start = p.mark;
            let pattern = p.or_pattern()?;
            if p.peek() != TokenKind::As {
                return Some(pattern);
            }
            let target = p.alt(|p| {
                p.expect(TokenKind::As)?;
                p.pattern_capture_target()
            });
            match target {
                Some((name, _)) => {
                    let kind = PatternKind::MatchAs { pattern: Some(pattern), name: Some(name) };
                    Some(p.pattern_node(kind, p.span(start)))
                }
                None => {
                    p.invalid(|p| p.invalid_as_pattern());
                    Some(pattern)
                }
            }
        })
    }

    fn or_pattern(&mut self) -> Option<&'a Pattern<'a>> {
        let start = self.mark;
        let mut patterns = vec![self.closed_pattern()?];
        while let Some(pattern) = self.alt(|p| {
            p.expect(TokenKind::VBar)?;
            p.closed_pattern()
        }) {
            patterns.push(pattern);
        }
        if let [only] = patterns.as_slice() {
            return Some(only);
        }
        let patterns = self.pattern_list(&patterns);
        Some(self.pattern_node(PatternKind::MatchOr { patterns }, self.span(start)))
    }

    fn closed_pattern(&mut self) -> Option<&'a Pattern<'a>> {
        self.memoized(Rule::ClosedPattern, |p| p.nested(BRACKET_COST / 2, Self::any_closed_pattern))
    }

    fn any_closed_pattern(&mut self) -> Option<&'a Pattern<'a>> {
        match self.peek() {
            TokenKind::LBrace => self.mapping_pattern(),
            TokenKind::LSqb => self.sequence_pattern(TokenKind::RSqb),
            TokenKind::LPar => {
                let group = self.alt(|p| {
                    p.expect(TokenKind::LPar)?;
                    let pattern = p.pattern()?;
                    p.expect(TokenKind::RPar)?;
                    Some(pattern)
                });
                if group.is_some() { group } else { self.sequence_pattern(TokenKind::RPar) }
            }
            TokenKind::Name => self.name_pattern(),
            _ => self.literal_pattern(),
        }
    }

    fn literal_pattern(&mut self) -> Option<&'a Pattern<'a>> {
        let start = self.mark;
        let singleton = match self.peek() {
            TokenKind::None => Constant::None,
            TokenKind::True => Constant::True,
            TokenKind::False => Constant::False,
            _ => {
                let value = self.literal_value()?;
                return Some(self.pattern_node(PatternKind::MatchValue { value }, self.span(start)));
            }
        };
        self.mark += 1;
        Some(self.pattern_node(PatternKind::MatchSingleton { value: singleton }, self.span(start)))
    }

    /// A number, a complex number as a sum, or strings.
    fn literal_value(&mut self) -> Option<ExprRef<'a>> {
        if matches!(self.peek(), TokenKind::String | TokenKind::FStringStart) {
            return self.strings();
        }
        if let Some(number) = self.alt(|p| {
            let number = p.signed_number()?;
            (!matches!(p.peek(), TokenKind::Plus | TokenKind::Minus) && !p.failed).then_some(number)
        }) {
            return Some(number);
        }
        let start = self.mark;
        let left = self.signed_real_number()?;
        let op = match self.peek() {
            TokenKind::Plus => Operator::Add,
            TokenKind::Minus => Operator::Sub,
            _ => return None,
        };
        self.mark += 1;
        let right = self.number()?;
        if !is_imaginary(right) {
            return self.raise_known_location(right.location, "imaginary number required in complex literal");
        }
        Some(self.expr(ExprKind::BinOp { left, op, right }, self.span(start)))
    }

    fn signed_number(&mut self) -> Option<ExprRef<'a>> {
        self.signed(Self::number)
    }

    fn signed_real_number(&mut self) -> Option<ExprRef<'a>> {
        self.signed(|p| {
            let number = p.number()?;
            if is_imaginary(number) {
                return p.raise_known_location(number.location, "real number required in complex literal");
            }
            Some(number)
        })
    }

    fn signed(&mut self, number: impl Fn(&mut Self) -> Option<ExprRef<'a>>) -> Option<ExprRef<'a>> {
        let start = self.mark;
        if !self.accept(TokenKind::Minus) {
            return number(self);
        }
        let operand = number(self)?;
        Some(self.expr(ExprKind::UnaryOp { op: UnaryOp::USub, operand }, self.span(start)))
    }

    /// What starts with a name: a capture, the wildcard, a value or a class.
    fn name_pattern(&mut self) -> Option<&'a Pattern<'a>> {
        let start = self.mark;
        if let Some((name, _)) = self.alt(Self::pattern_capture_target) {
            let kind = PatternKind::MatchAs { pattern: None, name: Some(name) };
            return Some(self.pattern_node(kind, self.span(start)));
        }
        if self.expect_word("_").is_some() {
            return Some(
                self.pattern_node(PatternKind::MatchAs { pattern: None, name: None }, self.span(start)),
            );
        }
        if let Some(value) = self.alt(|p| {
            let value = p.attr()?;
            p.no_pattern_suffix()?;
            Some(value)
        }) {
            return Some(self.pattern_node(PatternKind::MatchValue { value }, self.span(start)));
        }
        self.class_pattern()
    }

    pub(super) fn pattern_capture_target(&mut self) -> Option<(Identifier<'a>, usize)> {
        if self.at_word("_") {
            return None;
        }
        let name = self.name_token()?;
        self.no_pattern_suffix()?;
        Some(name)
    }

    fn no_pattern_suffix(&mut self) -> Option<()> {
        let has_suffix = matches!(self.peek(), TokenKind::Dot | TokenKind::LPar | TokenKind::Equal);
        (!has_suffix && !self.failed).then_some(())
    }

    /// A dotted name.
    fn attr(&mut self) -> Option<ExprRef<'a>> {
        let name = self.name_or_attr()?;
        matches!(name.kind(), ExprKind::Attribute { .. }).then_some(name)
    }

    pub(super) fn name_or_attr(&mut self) -> Option<ExprRef<'a>> {
        let start = self.mark;
        let mut value = self.name()?;
        while let Some((attr, _)) = self.alt(|p| {
            p.expect(TokenKind::Dot)?;
            p.name_token()
        }) {
            let kind = ExprKind::Attribute { value, attr, ctx: ExprContext::Load };
            value = self.expr(kind, self.span(start));
        }
        Some(value)
    }

    fn sequence_pattern(&mut self, closing: TokenKind) -> Option<&'a Pattern<'a>> {
        let start = self.mark;
        self.mark += 1;
        let patterns = if closing == TokenKind::RSqb {
            self.alt(Self::maybe_sequence_pattern)
        } else {
            self.alt(Self::open_sequence_pattern)
        };
        self.expect(closing)?;
        let kind = PatternKind::MatchSequence { patterns: patterns.unwrap_or_default() };
        Some(self.pattern_node(kind, self.span(start)))
    }

    /// Patterns with a comma at least.
    fn open_sequence_pattern(&mut self) -> Option<&'a [Pattern<'a>]> {
        let first = *self.maybe_star_pattern()?;
        self.expect(TokenKind::Comma)?;
        let mut patterns = vec![first];
        patterns.extend_from_slice(self.alt(Self::maybe_sequence_pattern).unwrap_or_default());
        Some(self.arena.list(&patterns))
    }

    fn maybe_sequence_pattern(&mut self) -> Option<&'a [Pattern<'a>]> {
        let patterns = self.comma_separated(Self::maybe_star_pattern)?;
        self.accept(TokenKind::Comma);
        Some(self.pattern_list(&patterns))
    }

    fn maybe_star_pattern(&mut self) -> Option<&'a Pattern<'a>> {
        if self.peek() == TokenKind::Star { self.star_pattern() } else { self.pattern() }
    }

    fn star_pattern(&mut self) -> Option<&'a Pattern<'a>> {
        self.memoized(Rule::StarPattern, |p| {
            let start = p.expect(TokenKind::Star)?;
            let name = match p.alt(Self::pattern_capture_target) {
                Some((name, _)) => Some(name),
                None => p.expect_word("_").map(|_| None)?,
            };
            Some(p.pattern_node(PatternKind::MatchStar { name }, p.span(start)))
        })
    }

    fn mapping_pattern(&mut self) -> Option<&'a Pattern<'a>> {
        let start = self.expect(TokenKind::LBrace)?;
        let items = self.comma_separated(Self::key_value_pattern).unwrap_or_default();
        let rest = self.alt(|p| {
            if !items.is_empty() {
                p.expect(TokenKind::Comma)?;
            }
            p.expect(TokenKind::DoubleStar)?;
            p.pattern_capture_target().map(|(name, _)| name)
        });
        if !items.is_empty() || rest.is_some() {
            self.accept(TokenKind::Comma);
        }
        self.expect(TokenKind::RBrace)?;
        let keys: Vec<_> = items.iter().map(|item| item.0).collect();
        let patterns: Vec<_> = items.iter().map(|item| item.1).collect();
        let kind = PatternKind::MatchMapping {
            keys: self.arena.list(&keys),
            patterns: self.pattern_list(&patterns),
            rest,
        };
        Some(self.pattern_node(kind, self.span(start)))
    }

    fn key_value_pattern(&mut self) -> Option<(ExprRef<'a>, &'a Pattern<'a>)> {
        let start = self.mark;
        let constant = match self.peek() {
            TokenKind::None => Some(Constant::None),
            TokenKind::True => Some(Constant::True),
            TokenKind::False => Some(Constant::False),
            _ => None,
        };
        let key = match constant {
            Some(value) => {
                self.mark += 1;
                self.constant(value, start)
            }
            None => match self.alt(Self::literal_value) {
                Some(key) => key,
                None => self.attr()?,
            },
        };
        self.expect(TokenKind::Colon)?;
        Some((key, self.pattern()?))
    }

    fn class_pattern(&mut self) -> Option<&'a Pattern<'a>> {
        let start = self.mark;
        let class = self.alt(|p| {
            let cls = p.name_or_attr()?;
            p.expect(TokenKind::LPar)?;
            let patterns = p.positional_patterns().unwrap_or_default();
            let keywords = p.alt(|p| {
                if !patterns.is_empty() {
                    p.expect(TokenKind::Comma)?;
                }
                p.keyword_patterns()
            });
            let keywords = keywords.unwrap_or_default();
            if !patterns.is_empty() || !keywords.is_empty() {
                p.accept(TokenKind::Comma);
            }
            p.expect(TokenKind::RPar)?;
            let names: Vec<_> = keywords.iter().map(|keyword| keyword.0).collect();
            let values: Vec<_> = keywords.iter().map(|keyword| keyword.1).collect();
            let kind = PatternKind::MatchClass {
                cls,
                patterns: p.pattern_list(&patterns),
                kwd_attrs: p.arena.list(&names),
                kwd_patterns: p.pattern_list(&values),
            };
            Some(p.pattern_node(kind, p.span(start)))
        });
        if class.is_none() {
            self.invalid(Self::invalid_class_pattern);
        }
        class
    }

    pub(super) fn positional_patterns(&mut self) -> Option<Vec<&'a Pattern<'a>>> {
        self.comma_separated(Self::pattern)
    }

    pub(super) fn keyword_patterns(&mut self) -> Option<Vec<(Identifier<'a>, &'a Pattern<'a>)>> {
        self.comma_separated(|p| {
            let (name, _) = p.name_token()?;
            p.expect(TokenKind::Equal)?;
            Some((name, p.pattern()?))
        })
    }
}

fn is_imaginary(number: ExprRef<'_>) -> bool {
    matches!(number.kind(), ExprKind::Constant { value: Constant::Complex { .. }, .. })
}
