//! Primaries and atoms: names, literals, displays, comprehensions, attribute look-ups, calls and subscripts.

use super::memo::Rule;
use super::{BRACKET_COST, Parser};
use crate::ast::{Comprehension, Constant, ExprContext, ExprKind, ExprRef, Keyword, List};
use crate::literal;
use crate::token::TokenKind;

/// A node and the token after it.
type Matched<'a> = (ExprRef<'a>, usize);

/// What can be matched where a primary begins.
struct Chain<'a> {
    /// The longest primary.
    primary: Option<Matched<'a>>,
    /// The longest one that another `.`, `(` or `[` follows.
    t_primary: Option<Matched<'a>>,
}

fn starts_suffix(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Dot | TokenKind::LPar | TokenKind::LSqb)
}

impl<'a> Parser<'a> {
    pub(super) fn primary(&mut self) -> Option<ExprRef<'a>> {
        if let Some(known) = self.recall(Rule::Primary) {
            return if self.failed { None } else { known };
        }
        let chain = self.chain();
        self.go_to(chain.primary)
    }

    pub(super) fn t_primary(&mut self) -> Option<ExprRef<'a>> {
        if let Some(known) = self.recall(Rule::TPrimary) {
            return if self.failed { None } else { known };
        }
        let chain = self.chain();
        self.go_to(chain.t_primary)
    }

    /// Nothing where a `.`, `(` or `[` follows.
    pub(super) fn not_t_lookahead(&mut self) -> Option<()> {
        let kind = self.peek();
        (!starts_suffix(kind) && !self.failed).then_some(())
    }

    fn go_to(&mut self, matched: Option<Matched<'a>>) -> Option<ExprRef<'a>> {
        let (node, end) = matched?;
        self.mark = end;
        Some(node)
    }

    /// Matches a primary, and remembers it together with the `t_primary` that begins here.
    fn chain(&mut self) -> Chain<'a> {
        let start = self.mark;
        let kind = self.peek();
        let Some(atom) = self.alt(Self::atom) else {
            if self.second_pass {
                self.remember::<ExprRef<'a>>(start, Rule::Primary, start, None);
                self.remember::<ExprRef<'a>>(start, Rule::TPrimary, start, None);
            }
            return Chain { primary: None, t_primary: None };
        };
        let mut last = (atom, self.mark);
        let mut before_last = None;
        loop {
            // In the grammar a call's generator expression is tried here whatever follows, and with it the rule
            // for mistakes in comprehensions of all kinds.
            if matches!(self.peek(), TokenKind::LSqb | TokenKind::LBrace) {
                self.invalid(Self::invalid_comprehension);
            }
            if !starts_suffix(self.peek()) {
                break;
            }
            let suffix = |p: &mut Self| p.nested(BRACKET_COST, |p| p.suffix(start, last.0));
            let Some(node) = self.alt(suffix) else { break };
            before_last = Some(last);
            last = (node, self.mark);
        }
        if self.failed {
            return Chain { primary: None, t_primary: None };
        }
        let suffix_failed = starts_suffix(self.peek());
        let t_primary = if suffix_failed { Some(last) } else { before_last };
        let is_single = before_last.is_none() && !suffix_failed;
        let is_cheap = is_single && matches!(kind, TokenKind::Name | TokenKind::Number);
        if self.second_pass || !is_cheap {
            self.remember(start, Rule::Primary, last.1, Some(last.0));
            self.remember(start, Rule::TPrimary, t_primary.map_or(start, |t| t.1), t_primary.map(|t| t.0));
        }
        self.mark = start;
        Chain { primary: Some(last), t_primary }
    }

    /// One attribute look-up, call or subscript of `value`.
    fn suffix(&mut self, start: usize, value: ExprRef<'a>) -> Option<ExprRef<'a>> {
        let kind = match self.peek() {
            TokenKind::Dot => {
                self.mark += 1;
                let (attr, _) = self.name_token()?;
                ExprKind::Attribute { value, attr, ctx: ExprContext::Load }
            }
            TokenKind::LPar => return self.call(start, value),
            TokenKind::LSqb => {
                self.mark += 1;
                let slice = self.slices()?;
                self.expect(TokenKind::RSqb)?;
                ExprKind::Subscript { value, slice, ctx: ExprContext::Load }
            }
            _ => return None,
        };
        Some(self.expr(kind, self.span(start)))
    }

    fn call(&mut self, start: usize, func: ExprRef<'a>) -> Option<ExprRef<'a>> {
        if self.second_pass {
            if let Some(argument) = self.alt(Self::genexp) {
                let kind = ExprKind::Call { func, args: self.arena.list(&[argument]), keywords: &[] };
                return Some(self.expr(kind, self.span(start)));
            }
            self.expect(TokenKind::LPar)?;
            let (args, keywords) = self.arguments().unwrap_or_default();
            self.expect(TokenKind::RPar)?;
            return Some(self.expr(ExprKind::Call { func, args, keywords }, self.span(start)));
        }
        let (args, keywords) = self.call_arguments()?;
        Some(self.expr(ExprKind::Call { func, args, keywords }, self.span(start)))
    }

    /// The arguments of a call in their parentheses, a lone generator expression among them.
    fn call_arguments(&mut self) -> Option<(List<'a, ExprRef<'a>>, List<'a, Keyword<'a>>)> {
        let open = self.expect(TokenKind::LPar)?;
        if self.accept(TokenKind::RPar) {
            return Some((&[], &[]));
        }
        let found = self.args()?;
        if let ([elt], []) = found
            && matches!(self.peek(), TokenKind::For | TokenKind::Async)
            && !matches!(elt.kind(), ExprKind::Starred { .. })
        {
            let elt = *elt;
            let generators = self.for_if_clauses()?;
            self.expect(TokenKind::RPar)?;
            let argument = self.expr(ExprKind::GeneratorExp { elt, generators }, self.span(open));
            return Some((self.arena.list(&[argument]), &[]));
        }
        self.accept(TokenKind::Comma);
        self.expect(TokenKind::RPar)?;
        Some(found)
    }

    pub(super) fn slices(&mut self) -> Option<ExprRef<'a>> {
        let start = self.mark;
        let item = |p: &mut Self| {
            if let Some(slice) = p.alt(Self::slice) {
                return Some(slice);
            }
            p.starred_expression()
        };
        let first = self.alt(item)?;
        if self.peek() != TokenKind::Comma && !matches!(first.kind(), ExprKind::Starred { .. }) {
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

    fn slice(&mut self) -> Option<ExprRef<'a>> {
        let start = self.mark;
        let slice = self.alt(|p| {
            let lower = p.alt(Self::expression);
            p.expect(TokenKind::Colon)?;
            let upper = p.alt(Self::expression);
            let step = p.alt(|p| {
                p.expect(TokenKind::Colon)?;
                Some(p.alt(Self::expression))
            });
            let kind = ExprKind::Slice { lower, upper, step: step.flatten() };
            Some(p.expr(kind, p.span(start)))
        });
        if slice.is_some() || self.failed { slice } else { self.named_expression() }
    }

    fn atom(&mut self) -> Option<ExprRef<'a>> {
        let constant = match self.peek() {
            TokenKind::Name => return self.name(),
            TokenKind::Number => return self.number(),
            TokenKind::String | TokenKind::FStringStart => return self.strings(),
            TokenKind::LPar | TokenKind::LSqb | TokenKind::LBrace => {
                return self.nested(BRACKET_COST, Self::display);
            }
            TokenKind::True => Constant::True,
            TokenKind::False => Constant::False,
            TokenKind::None => Constant::None,
            TokenKind::Ellipsis => Constant::Ellipsis,
            _ => return None,
        };
        self.mark += 1;
        Some(self.constant(constant, self.mark - 1))
    }

    /// What is in brackets of its own.
    fn display(&mut self) -> Option<ExprRef<'a>> {
        match (self.peek(), self.second_pass) {
            (TokenKind::LPar, false) => self.parenthesized(),
            (TokenKind::LPar, true) => self.paren_rules(),
            (TokenKind::LSqb, false) => self.bracketed(),
            (TokenKind::LSqb, true) => self.bracket_rules(),
            (_, false) => self.braced(),
            (_, true) => self.brace_rules(),
        }
    }

    /// A constant that is one token.
    pub(super) fn constant(&self, value: Constant<'a>, at: usize) -> ExprRef<'a> {
        self.expr(ExprKind::Constant { value, kind: None }, self.location(at))
    }

    pub(super) fn number(&mut self) -> Option<ExprRef<'a>> {
        let at = self.expect(TokenKind::Number)?;
        let text = self.token_text_at(at);
        if self.options.feature_version < 6 && text.contains('_') {
            return self
                .raise("Underscores in numeric literals are only supported in Python 3.6 and greater");
        }
        let limit = self.options.int_max_str_digits;
        match literal::number(self.arena, text, limit) {
            Ok(value) => Some(self.constant(value, at)),
            Err(too_many) => {
                let location = self.location(at);
                let whole_line = crate::ast::Location { col_offset: -1, end_col_offset: -1, ..location };
                self.raise_known_location(
                    whole_line,
                    format!(
                        "Exceeds the limit ({limit} digits) for integer string conversion: value has {} digits; \
                         use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge \
                         integer literals to avoid decimal conversion limits.",
                        too_many.digits
                    ),
                )
            }
        }
    }

    // In the first pass the kind of a display shows after its first item.

    /// A tuple, a group or a generator expression.
    fn parenthesized(&mut self) -> Option<ExprRef<'a>> {
        let start = self.expect(TokenKind::LPar)?;
        let first = match self.peek() {
            TokenKind::RPar => {
                self.mark += 1;
                let kind = ExprKind::Tuple { elts: &[], ctx: ExprContext::Load };
                return Some(self.expr(kind, self.span(start)));
            }
            TokenKind::Yield => {
                let value = self.yield_expr()?;
                self.expect(TokenKind::RPar)?;
                return Some(value);
            }
            _ => self.star_named_expression()?,
        };
        let is_starred = matches!(first.kind(), ExprKind::Starred { .. });
        let kind = match self.peek() {
            TokenKind::Comma => {
                let elts = self.items_after(first);
                ExprKind::Tuple { elts, ctx: ExprContext::Load }
            }
            TokenKind::For | TokenKind::Async if !is_starred => {
                ExprKind::GeneratorExp { elt: first, generators: self.for_if_clauses()? }
            }
            TokenKind::RPar if !is_starred => {
                self.mark += 1;
                return Some(first);
            }
            _ => return None,
        };
        self.expect(TokenKind::RPar)?;
        Some(self.expr(kind, self.span(start)))
    }

    /// The items of a display that goes on after `first`.
    fn items_after(&mut self, first: ExprRef<'a>) -> List<'a, ExprRef<'a>> {
        let mut elts = vec![first];
        while let Some(elt) = self.alt(|p| {
            p.expect(TokenKind::Comma)?;
            p.star_named_expression()
        }) {
            elts.push(elt);
        }
        self.accept(TokenKind::Comma);
        self.arena.list(&elts)
    }

    /// A list or a list comprehension.
    fn bracketed(&mut self) -> Option<ExprRef<'a>> {
        let start = self.expect(TokenKind::LSqb)?;
        let ctx = ExprContext::Load;
        if self.accept(TokenKind::RSqb) {
            return Some(self.expr(ExprKind::List { elts: &[], ctx }, self.span(start)));
        }
        let first = self.star_named_expression()?;
        let kind = match self.peek() {
            TokenKind::For | TokenKind::Async if !matches!(first.kind(), ExprKind::Starred { .. }) => {
                ExprKind::ListComp { elt: first, generators: self.for_if_clauses()? }
            }
            _ => ExprKind::List { elts: self.items_after(first), ctx },
        };
        self.expect(TokenKind::RSqb)?;
        Some(self.expr(kind, self.span(start)))
    }

    /// A dict, a set, or a comprehension of either.
    fn braced(&mut self) -> Option<ExprRef<'a>> {
        let start = self.expect(TokenKind::LBrace)?;
        let is_dict = match self.peek() {
            TokenKind::RBrace | TokenKind::DoubleStar => true,
            TokenKind::Star => false,
            _ => {
                let first = self.star_named_expression()?;
                match self.peek() {
                    TokenKind::Colon => return self.dict_after_key(start, first),
                    TokenKind::For | TokenKind::Async => {
                        let kind = ExprKind::SetComp { elt: first, generators: self.for_if_clauses()? };
                        self.expect(TokenKind::RBrace)?;
                        return Some(self.expr(kind, self.span(start)));
                    }
                    _ => {}
                }
                let elts = self.items_after(first);
                self.expect(TokenKind::RBrace)?;
                return Some(self.expr(ExprKind::Set { elts }, self.span(start)));
            }
        };
        if is_dict {
            let items = self.double_starred_kvpairs().unwrap_or_default();
            return self.end_dict(start, &items);
        }
        let elts = self.star_named_expressions()?;
        self.expect(TokenKind::RBrace)?;
        Some(self.expr(ExprKind::Set { elts }, self.span(start)))
    }

    fn dict_after_key(&mut self, start: usize, key: ExprRef<'a>) -> Option<ExprRef<'a>> {
        if matches!(key.kind(), ExprKind::NamedExpr { .. }) && self.is_unparenthesized_walrus(start + 1) {
            return None;
        }
        self.expect(TokenKind::Colon)?;
        let value = self.expression()?;
        if matches!(self.peek(), TokenKind::For | TokenKind::Async) {
            let generators = self.for_if_clauses()?;
            self.expect(TokenKind::RBrace)?;
            return Some(self.expr(ExprKind::DictComp { key, value, generators }, self.span(start)));
        }
        let mut items = vec![(Some(key), value)];
        while let Some(item) = self.alt(|p| {
            p.expect(TokenKind::Comma)?;
            p.double_starred_kvpair()
        }) {
            items.push(item);
        }
        self.accept(TokenKind::Comma);
        self.end_dict(start, &items)
    }

    fn is_unparenthesized_walrus(&self, at: usize) -> bool {
        self.tokens.get(at + 1).is_some_and(|token| token.kind == TokenKind::ColonEqual)
    }

    fn end_dict(
        &mut self,
        start: usize,
        items: &[(Option<ExprRef<'a>>, ExprRef<'a>)],
    ) -> Option<ExprRef<'a>> {
        self.expect(TokenKind::RBrace)?;
        let keys: Vec<_> = items.iter().map(|item| item.0).collect();
        let values: Vec<_> = items.iter().map(|item| item.1).collect();
        let kind = ExprKind::Dict { keys: self.arena.list(&keys), values: self.arena.list(&values) };
        Some(self.expr(kind, self.span(start)))
    }

    pub(super) fn double_starred_kvpairs(&mut self) -> Option<Vec<(Option<ExprRef<'a>>, ExprRef<'a>)>> {
        let items = self.comma_separated(Self::double_starred_kvpair)?;
        self.accept(TokenKind::Comma);
        Some(items)
    }

    pub(super) fn double_starred_kvpair(&mut self) -> Option<(Option<ExprRef<'a>>, ExprRef<'a>)> {
        if self.accept(TokenKind::DoubleStar) {
            return Some((None, self.bitwise_or()?));
        }
        let (key, value) = self.kvpair()?;
        Some((Some(key), value))
    }

    fn kvpair(&mut self) -> Option<(ExprRef<'a>, ExprRef<'a>)> {
        let key = self.expression()?;
        self.expect(TokenKind::Colon)?;
        Some((key, self.expression()?))
    }

    // In the second pass the rules are tried in the grammar's order.

    fn paren_rules(&mut self) -> Option<ExprRef<'a>> {
        if let Some(tuple) = self.alt(Self::tuple) {
            return Some(tuple);
        }
        if let Some(group) = self.group() {
            return Some(group);
        }
        self.genexp()
    }

    pub(super) fn tuple(&mut self) -> Option<ExprRef<'a>> {
        let start = self.expect(TokenKind::LPar)?;
        let elts = self.alt(|p| {
            let first = p.star_named_expression()?;
            p.expect(TokenKind::Comma)?;
            let mut elts = vec![first];
            elts.extend_from_slice(p.alt(Self::star_named_expressions).unwrap_or_default());
            Some(p.arena.list(&elts))
        });
        self.expect(TokenKind::RPar)?;
        let kind = ExprKind::Tuple { elts: elts.unwrap_or_default(), ctx: ExprContext::Load };
        Some(self.expr(kind, self.span(start)))
    }

    fn group(&mut self) -> Option<ExprRef<'a>> {
        let group = self.alt(|p| {
            p.expect(TokenKind::LPar)?;
            let value = match p.alt(Self::yield_expr) {
                Some(value) => value,
                None => p.named_expression()?,
            };
            p.expect(TokenKind::RPar)?;
            Some(value)
        });
        if group.is_none() {
            self.invalid(Self::invalid_group);
        }
        group
    }

    pub(super) fn genexp(&mut self) -> Option<ExprRef<'a>> {
        let genexp = self.alt(|p| {
            let start = p.expect(TokenKind::LPar)?;
            let elt = match p.alt(|p| p.assignment_expression().flatten()) {
                Some(elt) => elt,
                None => p.plain_expression()?,
            };
            let generators = p.for_if_clauses()?;
            p.expect(TokenKind::RPar)?;
            Some(p.expr(ExprKind::GeneratorExp { elt, generators }, p.span(start)))
        });
        if genexp.is_none() {
            self.invalid(Self::invalid_comprehension);
        }
        genexp
    }

    fn bracket_rules(&mut self) -> Option<ExprRef<'a>> {
        if let Some(list) = self.alt(Self::list) {
            return Some(list);
        }
        let comprehension = self.alt(|p| {
            let start = p.expect(TokenKind::LSqb)?;
            let elt = p.named_expression()?;
            let generators = p.for_if_clauses()?;
            p.expect(TokenKind::RSqb)?;
            Some(p.expr(ExprKind::ListComp { elt, generators }, p.span(start)))
        });
        if comprehension.is_none() {
            self.invalid(Self::invalid_comprehension);
        }
        comprehension
    }

    pub(super) fn list(&mut self) -> Option<ExprRef<'a>> {
        let start = self.expect(TokenKind::LSqb)?;
        let elts = self.alt(Self::star_named_expressions).unwrap_or_default();
        self.expect(TokenKind::RSqb)?;
        Some(self.expr(ExprKind::List { elts, ctx: ExprContext::Load }, self.span(start)))
    }

    fn brace_rules(&mut self) -> Option<ExprRef<'a>> {
        if let Some(dict) = self.alt(|p| {
            let start = p.expect(TokenKind::LBrace)?;
            let items = p.alt(Self::double_starred_kvpairs).unwrap_or_default();
            p.end_dict(start, &items)
        }) {
            return Some(dict);
        }
        // An alternative of `dict` that the grammar does not turn off with the other rules for mistakes.
        self.alt(|p| {
            p.expect(TokenKind::LBrace)?;
            p.invalid_double_starred_kvpairs()
        });
        if let Some(set) = self.alt(|p| {
            let start = p.expect(TokenKind::LBrace)?;
            let elts = p.star_named_expressions()?;
            p.expect(TokenKind::RBrace)?;
            Some(p.expr(ExprKind::Set { elts }, p.span(start)))
        }) {
            return Some(set);
        }
        if let Some(comprehension) = self.alt(|p| {
            let start = p.expect(TokenKind::LBrace)?;
            let (key, value) = p.kvpair()?;
            let generators = p.for_if_clauses()?;
            p.expect(TokenKind::RBrace)?;
            Some(p.expr(ExprKind::DictComp { key, value, generators }, p.span(start)))
        }) {
            return Some(comprehension);
        }
        self.invalid(Self::invalid_dict_comprehension);
        let comprehension = self.alt(|p| {
            let start = p.expect(TokenKind::LBrace)?;
            let elt = p.named_expression()?;
            let generators = p.for_if_clauses()?;
            p.expect(TokenKind::RBrace)?;
            Some(p.expr(ExprKind::SetComp { elt, generators }, p.span(start)))
        });
        if comprehension.is_none() {
            self.invalid(Self::invalid_comprehension);
        }
        comprehension
    }

    pub(super) fn for_if_clauses(&mut self) -> Option<List<'a, Comprehension<'a>>> {
        let clauses = self.many1(Self::for_if_clause)?;
        Some(self.arena.list(&clauses))
    }

    fn for_if_clause(&mut self) -> Option<Comprehension<'a>> {
        if !matches!(self.peek(), TokenKind::For | TokenKind::Async) {
            return None;
        }
        let start = self.mark;
        let is_async = self.accept(TokenKind::Async);
        if let Some(target) = self.alt(|p| {
            p.expect(TokenKind::For)?;
            let target = p.star_targets()?;
            p.expect(TokenKind::In)?;
            Some(target)
        }) {
            let iter = self.disjunction()?;
            let ifs = self.many0(|p| {
                p.expect(TokenKind::If)?;
                p.disjunction()
            });
            let clause = Comprehension { target, iter, ifs: self.arena.list(&ifs), is_async };
            return if is_async {
                self.check_version(6, "Async comprehensions are", clause)
            } else {
                Some(clause)
            };
        }
        let variables = self.alt(|p| {
            p.expect(TokenKind::For)?;
            p.comma_separated(Self::bitwise_or)?;
            p.accept(TokenKind::Comma);
            (p.peek() != TokenKind::In && !p.failed).then_some(())
        });
        if variables.is_some() {
            return self.raise("'in' expected after for-loop variables");
        }
        self.mark = start;
        self.invalid(Self::invalid_for_target);
        None
    }
}
