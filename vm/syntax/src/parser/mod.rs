//! Tokens to tree: the rules of CPython's grammar, `Grammar/python.gram`, as functions.
//!
//! A rule is a function named as in the grammar. It returns `None` if it does not match, having consumed nothing,
//! and tries its alternatives in the grammar's order, since the first that matches wins (a PEG). When a source is
//! not a program, it is parsed a second time with the grammar's `invalid_…` rules, which match common mistakes and
//! raise an error that says what is wrong; which error that is depends on the order too. The first pass must read
//! exactly the tokens that CPython's reads, because the last one is where `invalid syntax` is reported, but is
//! free in how it gets there: it merges alternatives that begin alike, where the second pass tries them one by one.
//!
//! Once an error is raised, no token matches any more, so every rule fails and the parse ends.

mod atom;
mod call;
mod compound;
mod expr;
mod fstring;
mod import;
mod invalid;
mod memo;
mod params;
mod pattern;
mod raise;
mod stmt;
mod target;
mod typeparam;

use crate::arena::Arena;
use crate::ast::{
    Expr, ExprContext, ExprKind, ExprRef, Identifier, Location, Mod, Stmt, StmtKind, TypeIgnore,
};
use crate::chars;
use crate::error::{ErrorKind, SourceWarning, SyntaxError};
use crate::lexer::{Done, LexOptions, Lexer};
use crate::source::Source;
use crate::token::{Token, TokenKind};
use memo::Memos;
use stmt::STATEMENT_COST;

/// Rules that may be active inside each other before the parser gives up: CPython's 6000 less those that this
/// parser does not count, between a statement and its innermost factor.
const MAX_DEPTH: u32 = 5976;
/// Rules of the grammar between one bracket and another inside it. Together the 200 brackets that the lexer allows
/// stay below the limit.
const BRACKET_COST: u32 = 24;

/// What kind of text is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A module.
    Exec,
    /// An expression.
    Eval,
    /// One interactive statement.
    Single,
    /// A signature type comment.
    FuncType,
}

/// How to parse.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Keep type comments (`PyCF_TYPE_COMMENTS`).
    pub type_comments: bool,
    /// Refuse what Python 3.`feature_version` did not have.
    pub feature_version: u32,
    /// Report a text that ends too early as such (`PyCF_ALLOW_INCOMPLETE_INPUT`).
    pub allow_incomplete_input: bool,
    /// Do not end open blocks at the end of an interactive statement (`PyCF_DONT_IMPLY_DEDENT`).
    pub dont_imply_dedent: bool,
    /// `<>` instead of `!=` (PEP 401, `from __future__ import barry_as_FLUFL`).
    pub barry_as_bdfl: bool,
    /// The text is that of the file that is the program, which CPython reads line by line: errors quote its lines as they are.
    pub program_file: bool,
    /// Decimal digits that an integer literal may have; 0 means any number.
    pub int_max_str_digits: usize,
    /// Asked when the first `\N{…}` comes: what is wrong with such an escape if the names of characters are not to be had.
    pub names_missing: fn() -> Option<&'static str>,
    /// The normal form of an identifier that is not ASCII; `None` ends the parse with an error that is the caller's.
    pub normalize: fn(&str) -> Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            type_comments: false,
            feature_version: 13,
            allow_incomplete_input: false,
            dont_imply_dedent: false,
            barry_as_bdfl: false,
            program_file: false,
            int_max_str_digits: 4300,
            names_missing: || None,
            normalize: |text| Some(chars::normalize_identifier(text)),
        }
    }
}

/// A tree or an error, and the warnings on the way there.
#[derive(Debug)]
pub struct Parsed<'a> {
    pub result: Result<Mod<'a>, SyntaxError>,
    /// In the order in which CPython issues them. A warning that is made an error takes the place of the result.
    pub warnings: Vec<SourceWarning>,
}

/// Parses `text`, which is UTF-8 as far as it was made sure of.
pub fn parse<'a>(arena: &'a Arena, text: &[u8], mode: Mode, options: &Options) -> Parsed<'a> {
    let source = Source::new(arena, text, mode == Mode::Exec);
    let mut parser = Parser::new(arena, source, mode, *options);
    let result = parser.run();
    Parsed { result, warnings: parser.lexer.warnings }
}

pub(crate) struct Parser<'a> {
    arena: &'a Arena,
    lexer: Lexer<'a>,
    mode: Mode,
    options: Options,
    /// The tokens read so far.
    tokens: Vec<Token<'a>>,
    /// The next token to match.
    mark: usize,
    memos: Memos<'a>,
    /// Whether this is the pass that looks for mistakes.
    second_pass: bool,
    /// Whether `invalid_…` rules match.
    invalid_rules: bool,
    /// Whether a statement has begun that an interactive source's end must end.
    parsing_started: bool,
    depth: u32,
    /// Raised, or just noted for `failed` to be set.
    error: Option<SyntaxError>,
    failed: bool,
    type_ignores: Vec<TypeIgnore<'a>>,
}

impl<'a> Parser<'a> {
    fn new(arena: &'a Arena, source: Source<'a>, mode: Mode, options: Options) -> Self {
        let lex_options = LexOptions { type_comments: options.type_comments, extra_tokens: false };
        Self {
            arena,
            mode,
            options,
            tokens: Vec::with_capacity(source.bytes().len() / 5),
            lexer: Lexer::new(source, lex_options),
            mark: 0,
            memos: Memos::default(),
            second_pass: false,
            invalid_rules: false,
            parsing_started: false,
            depth: 0,
            error: None,
            failed: false,
            type_ignores: Vec::new(),
        }
    }

    fn run(&mut self) -> Result<Mod<'a>, SyntaxError> {
        let Some(tree) = self.start_rule().filter(|_| !self.failed) else {
            return Err(self.diagnose());
        };
        if self.mode == Mode::Single && self.has_more_statements() {
            self.raise::<()>("multiple statements found while compiling a single statement");
            return Err(self.error.take().unwrap_or_else(|| self.generic_error()));
        }
        Ok(tree)
    }

    fn start_rule(&mut self) -> Option<Mod<'a>> {
        match self.mode {
            Mode::Exec => {
                let body = self.statements().unwrap_or_default();
                self.expect(TokenKind::EndMarker)?;
                let type_ignores = self.arena.list(&self.type_ignores);
                Some(Mod::Module { body, type_ignores })
            }
            Mode::Eval => {
                let body = self.expressions()?;
                while self.accept(TokenKind::Newline) {}
                self.expect(TokenKind::EndMarker)?;
                Some(Mod::Expression { body })
            }
            Mode::Single => Some(Mod::Interactive { body: self.statement_newline()? }),
            Mode::FuncType => {
                self.expect(TokenKind::LPar)?;
                let argtypes = self.type_expressions().unwrap_or_default();
                self.expect(TokenKind::RPar)?;
                self.expect(TokenKind::RArrow)?;
                let returns = self.expression()?;
                while self.accept(TokenKind::Newline) {}
                self.expect(TokenKind::EndMarker)?;
                Some(Mod::FunctionType { argtypes, returns })
            }
        }
    }

    /// Whether anything but white space and comments follows an interactive statement.
    fn has_more_statements(&self) -> bool {
        let text = self.lexer.source.bytes();
        let rest = text.get(self.lexer.pos..).unwrap_or_default();
        rest.split(|&c| c == b'\n').any(|line| {
            let first = line.iter().find(|c| !matches!(c, b' ' | b'\t' | b'\x0c'));
            first.is_some_and(|&c| c != b'#')
        })
    }

    // Tokens

    /// Reads one more token. False if it is an error.
    #[cold]
    fn raise_lexer_error(&mut self) {
        match self.lexer.done() {
            Done::Decode => {
                let reason = self.lexer.take_error().map(|error| error.msg).unwrap_or_default();
                self.raise_decode_error(&reason);
            }
            _ => self.raise_stopped_lexer(),
        }
        self.failed = true;
    }

    fn fill(&mut self) {
        let mut token = self.lexer.next_token();
        while token.kind == TokenKind::TypeIgnore {
            let tag = self.token_text(&token);
            self.type_ignores.push(TypeIgnore { lineno: token.location.lineno, tag });
            token = self.lexer.next_token();
        }
        if token.kind == TokenKind::EndMarker && self.mode == Mode::Single && self.parsing_started {
            token.kind = TokenKind::Newline;
            self.parsing_started = false;
            let open_blocks = self.lexer.indents.len() - 1;
            if open_blocks > 0 && !self.options.dont_imply_dedent {
                self.lexer.pending = -(open_blocks as i32);
                self.lexer.indents.truncate(1);
            }
        } else {
            self.parsing_started = true;
        }
        if token.kind == TokenKind::Name {
            let text = self.lexer.source.bytes().get(token.start as usize..token.end as usize);
            token.kind = TokenKind::of_word(text.unwrap_or_default());
        }
        self.tokens.push(token);
        if token.kind == TokenKind::ErrorToken {
            self.raise_lexer_error();
        }
    }

    /// The kind of the next token. Once an error is raised, that of no token.
    #[inline]
    fn peek(&mut self) -> TokenKind {
        match self.tokens.get(self.mark) {
            Some(_) if self.failed => TokenKind::ErrorToken,
            Some(token) => token.kind,
            None => self.peek_new(),
        }
    }

    /// The kind of the next token, which has not been read yet.
    #[cold]
    fn peek_new(&mut self) -> TokenKind {
        if !self.failed {
            self.fill();
        }
        match self.tokens.last() {
            Some(token) if !self.failed => token.kind,
            _ => TokenKind::ErrorToken,
        }
    }

    /// Matches a token of one kind and gives its place.
    #[inline]
    fn expect(&mut self, kind: TokenKind) -> Option<usize> {
        let mark = self.mark;
        self.accept(kind).then_some(mark)
    }

    /// Matches a token of one kind if it is there.
    #[inline]
    fn accept(&mut self, kind: TokenKind) -> bool {
        let matches = self.peek() == kind;
        self.mark += usize::from(matches);
        matches
    }

    /// Matches a token of one of some kinds.
    fn expect_any(&mut self, kinds: &[TokenKind]) -> Option<usize> {
        let kind = self.peek();
        kinds.contains(&kind).then(|| {
            self.mark += 1;
            self.mark - 1
        })
    }

    /// Matches a token that must be there: raises an error if it is not.
    fn expect_forced(&mut self, kind: TokenKind) -> Option<usize> {
        if self.failed {
            return None;
        }
        if let Some(at) = self.expect(kind) {
            return Some(at);
        }
        if self.failed {
            return None;
        }
        let location = self.location(self.mark);
        self.raise_known_location(location, format!("expected '{}'", kind.text()))
    }

    /// Whether the next token is the soft keyword `word`.
    fn at_word(&mut self, word: &str) -> bool {
        self.peek() == TokenKind::Name && self.token_text_at(self.mark) == word
    }

    /// Matches a soft keyword.
    fn expect_word(&mut self, word: &str) -> Option<usize> {
        self.at_word(word).then(|| {
            self.mark += 1;
            self.mark - 1
        })
    }

    fn token_text(&self, token: &Token<'a>) -> &'a str {
        self.lexer.source.text(token.start as usize..token.end as usize).unwrap_or_default()
    }

    fn token_text_at(&self, at: usize) -> &'a str {
        self.tokens.get(at).map(|token| self.token_text(token)).unwrap_or_default()
    }

    fn location(&self, at: usize) -> Location {
        self.tokens.get(at).map(|token| token.location).unwrap_or_default()
    }

    /// From the token at `start` to the last one matched that has text.
    #[inline]
    fn span(&self, start: usize) -> Location {
        let matched = self.tokens.get(..self.mark).unwrap_or_default();
        let last = matched.iter().rev().find(|token| {
            !matches!(
                token.kind,
                TokenKind::EndMarker | TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent
            )
        });
        let start = self.location(start);
        last.map_or(start, |last| start.to(last.location))
    }

    // Rules

    /// Tries one alternative: if it fails, nothing is consumed.
    #[inline]
    fn alt<T>(&mut self, rule: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let mark = self.mark;
        let result = rule(self);
        if result.is_none() {
            self.mark = mark;
        }
        result
    }

    /// Tries an `invalid_…` rule in the pass that has them. What it matches without raising is nothing.
    #[inline]
    fn invalid<T>(&mut self, rule: impl FnOnce(&mut Self) -> Option<T>) {
        if self.invalid_rules {
            let mark = self.mark;
            rule(self);
            self.mark = mark;
        }
    }

    /// Whether `rule` would match here.
    fn lookahead<T>(&mut self, rule: impl FnOnce(&mut Self) -> Option<T>) -> bool {
        let mark = self.mark;
        let matches = rule(self).is_some();
        self.mark = mark;
        matches
    }

    /// `None` if `rule` would match here.
    fn not<T>(&mut self, rule: impl FnOnce(&mut Self) -> Option<T>) -> Option<()> {
        (!self.lookahead(rule)).then_some(())
    }

    /// As many matches of `rule` as there are.
    fn many0<T>(&mut self, mut rule: impl FnMut(&mut Self) -> Option<T>) -> Vec<T> {
        let mut items = Vec::new();
        while let Some(item) = self.alt(&mut rule) {
            items.push(item);
        }
        items
    }

    /// One or more matches of `rule`.
    fn many1<T>(&mut self, mut rule: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut items = vec![self.alt(&mut rule)?];
        while let Some(item) = self.alt(&mut rule) {
            items.push(item);
        }
        Some(items)
    }

    /// One or more matches of `rule` with commas between.
    fn comma_separated<T>(&mut self, mut rule: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut items = vec![self.alt(&mut rule)?];
        while let Some(item) = self.alt(|p| {
            p.expect(TokenKind::Comma)?;
            rule(p)
        }) {
            items.push(item);
        }
        Some(items)
    }

    /// Runs a rule that may contain itself, counting `cost` rules of the grammar.
    #[inline]
    fn nested<T>(&mut self, cost: u32, rule: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        // Where nothing but this limit bounds the recursion, the second pass, which takes more stack, stops sooner.
        let cost = if self.second_pass && cost < STATEMENT_COST { cost * 4 } else { cost };
        if self.depth + cost > MAX_DEPTH {
            self.overflow();
            return None;
        }
        self.depth += cost;
        let result = rule(self);
        self.depth -= cost;
        result
    }

    #[cold]
    fn overflow(&mut self) {
        if !self.failed {
            let msg = "Parser stack overflowed - Python source too complex to parse";
            self.error = Some(SyntaxError::unlocated(ErrorKind::MemoryError, msg));
            self.failed = true;
        }
    }

    // Nodes

    #[inline]
    fn expr(&self, kind: ExprKind<'a>, location: Location) -> ExprRef<'a> {
        self.arena.alloc(Expr::new(kind, location))
    }

    #[inline]
    fn stmt(&self, kind: StmtKind<'a>, start: usize) -> Stmt<'a> {
        Stmt { kind, location: self.span(start) }
    }

    /// An identifier's normal form, which must not be a constant's name.
    fn identifier(&mut self, at: usize) -> Option<Identifier<'a>> {
        let text = self.token_text_at(at);
        if text.is_ascii() {
            return Some(text);
        }
        if self.failed {
            return None;
        }
        let (kind, msg) = match (self.options.normalize)(text) {
            Some(text) if matches!(&*text, "None" | "True" | "False") => {
                (ErrorKind::ValueError, format!("identifier field can't represent '{text}' constant"))
            }
            Some(text) => return Some(self.arena.text(&text)),
            None => (ErrorKind::Foreign, String::new()),
        };
        self.error = Some(SyntaxError::unlocated(kind, msg));
        self.failed = true;
        None
    }

    /// Matches a NAME and gives its text and place.
    #[inline]
    fn name_token(&mut self) -> Option<(Identifier<'a>, usize)> {
        let at = self.expect(TokenKind::Name)?;
        Some((self.identifier(at)?, at))
    }

    /// Matches a NAME.
    #[inline]
    fn name(&mut self) -> Option<ExprRef<'a>> {
        let (id, at) = self.name_token()?;
        Some(self.expr(ExprKind::Name { id, ctx: ExprContext::Load }, self.location(at)))
    }

    /// Refuses what came with a later Python 3 than the one asked for.
    fn check_version<T>(&mut self, minor: u32, what: &str, node: T) -> Option<T> {
        if self.options.feature_version >= minor {
            return Some(node);
        }
        self.raise(format!("{what} only supported in Python 3.{minor} and greater"))
    }
}
