//! What rules have already matched where.
//!
//! The first pass remembers what it is known to ask for again. The second remembers the rules that the grammar
//! marks `(memo)` and the left-recursive ones, no more and no fewer: a remembered failure is also an error that is
//! not raised.

use super::Parser;
use crate::ast::{ExprRef, List, Pattern, Stmt, TypeParam};

/// The rules that are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Rule {
    Arguments,
    AwaitPrimary,
    Binary1,
    Binary2,
    Binary3,
    Binary4,
    Binary5,
    Binary6,
    Block,
    ClosedPattern,
    Conjunction,
    DelTarget,
    Disjunction,
    Expression,
    Factor,
    InvalidNamedExpression,
    Inversion,
    Primary,
    SimpleStmt,
    StarExpression,
    StarPattern,
    StarTarget,
    Strings,
    TPrimary,
    TargetWithStarAtom,
    TypeParam,
}

/// What a rule gave.
#[derive(Clone, Copy)]
pub(super) enum Memo<'a> {
    Expr(ExprRef<'a>),
    Block(List<'a, Stmt<'a>>),
    Stmt(&'a Stmt<'a>),
    Pattern(&'a Pattern<'a>),
    TypeParam(&'a TypeParam<'a>),
}

/// A kind of node that can be remembered.
pub(super) trait Remembered<'a>: Copy {
    fn into_memo(self) -> Memo<'a>;
    fn from_memo(memo: Memo<'a>) -> Option<Self>;
}

macro_rules! remembered {
    ($($variant:ident: $node:ty),*) => {
        $(impl<'a> Remembered<'a> for $node {
            fn into_memo(self) -> Memo<'a> {
                Memo::$variant(self)
            }
            fn from_memo(memo: Memo<'a>) -> Option<Self> {
                match memo {
                    Memo::$variant(node) => Some(node),
                    _ => None,
                }
            }
        })*
    };
}

remembered! {
    Expr: ExprRef<'a>,
    Block: List<'a, Stmt<'a>>,
    Stmt: &'a Stmt<'a>,
    Pattern: &'a Pattern<'a>,
    TypeParam: &'a TypeParam<'a>
}

struct Entry<'a> {
    rule: Rule,
    /// The token after the match.
    end: u32,
    /// The next entry of the same token, plus one.
    next: u32,
    node: Option<Memo<'a>>,
}

/// The entries of all tokens, in one chain per token.
#[derive(Default)]
pub(super) struct Memos<'a> {
    entries: Vec<Entry<'a>>,
    /// Per token, the index of its first entry plus one.
    heads: Vec<u32>,
}

impl<'a> Memos<'a> {
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.heads.clear();
    }

    #[inline]
    fn find(&self, at: usize, rule: Rule) -> Option<&Entry<'a>> {
        let mut next = self.heads.get(at).copied().unwrap_or_default();
        while next != 0 {
            let entry = self.entries.get(next as usize - 1)?;
            if entry.rule == rule {
                return Some(entry);
            }
            next = entry.next;
        }
        None
    }

    fn insert(&mut self, at: usize, rule: Rule, end: usize, node: Option<Memo<'a>>) {
        if self.heads.len() <= at {
            self.heads.resize(at + 1, 0);
        }
        let Some(head) = self.heads.get_mut(at) else { return };
        self.entries.push(Entry { rule, end: end as u32, next: *head, node });
        *head = self.entries.len() as u32;
    }
}

impl<'a> Parser<'a> {
    /// Gives what `rule` gave here before: the outer option is whether it is known.
    #[inline]
    pub(super) fn recall<T: Remembered<'a>>(&mut self, rule: Rule) -> Option<Option<T>> {
        let entry = self.memos.find(self.mark, rule)?;
        let node = entry.node.and_then(T::from_memo);
        self.mark = entry.end as usize;
        Some(node)
    }

    /// Remembers what `rule` gave from `start` to here.
    #[inline]
    pub(super) fn remember<T: Remembered<'a>>(
        &mut self,
        start: usize,
        rule: Rule,
        end: usize,
        node: Option<T>,
    ) {
        self.memos.insert(start, rule, end, node.map(T::into_memo));
    }

    /// Runs a rule at most once per token.
    pub(super) fn memoized<T: Remembered<'a>>(
        &mut self,
        rule: Rule,
        parse: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        if let Some(known) = self.recall(rule) {
            return if self.failed { None } else { known };
        }
        let start = self.mark;
        let node = self.alt(parse);
        self.remember(start, rule, self.mark, node);
        node
    }

    /// Runs a rule at most once per token in the second pass, and just runs it in the first.
    #[inline]
    pub(super) fn memoized_second<T: Remembered<'a>>(
        &mut self,
        rule: Rule,
        parse: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        if self.second_pass { self.memoized(rule, parse) } else { self.alt(parse) }
    }
}
