//! The visitor on statements and patterns.

use syntax::ast::{Alias, Expr, ExprKind, List, Location, Pattern, PatternKind, Stmt, StmtKind, WithItem};

use crate::docstring;
use crate::error::{Result, syntax_error, with_stack};
use crate::symtable::flag::*;
use crate::symtable::{BlockId, BlockKind};

use super::Visitor;

impl<'a> Visitor<'a, '_> {
    pub(super) fn body(&mut self, stmts: List<'a, Stmt<'a>>) -> Result {
        let (_, rest) = docstring::split(stmts, self.settings.optimize);
        self.stmts(rest)
    }

    pub(super) fn stmts(&mut self, stmts: List<'a, Stmt<'a>>) -> Result {
        stmts.iter().try_for_each(|s| self.stmt(s))
    }

    fn stmt(&mut self, s: &'a Stmt<'a>) -> Result {
        self.depth.enter()?;
        with_stack(|| self.stmt_inner(s))?;
        self.depth.leave();
        Ok(())
    }

    fn stmt_inner(&mut self, s: &'a Stmt<'a>) -> Result {
        let at = s.location;
        match s.kind {
            StmtKind::FunctionDef(f) => self.function(f, at, false),
            StmtKind::AsyncFunctionDef(f) => self.function(f, at, true),
            StmtKind::ClassDef(c) => self.class(c, at),
            StmtKind::TypeAlias { name, type_params, value } => self.type_alias(s, name, type_params, value),
            StmtKind::Return { value } => self.opt_expr(value),
            StmtKind::Delete { targets } => self.exprs(targets),
            StmtKind::Assign { targets, value, .. } => {
                self.exprs(targets)?;
                self.expr(value)
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target)?;
                self.expr(value)
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.ann_target(target, value.is_some(), simple, at)?;
                self.annotation(annotation)?;
                self.opt_expr(value)
            }
            StmtKind::For { target, iter, body, orelse, .. } => self.for_loop(target, iter, body, orelse),
            StmtKind::AsyncFor { target, iter, body, orelse, .. } => {
                self.needs_async("'async for' outside async function", at)?;
                self.for_loop(target, iter, body, orelse)
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expr(test)?;
                self.stmts(body)?;
                self.stmts(orelse)
            }
            StmtKind::With { items, body, .. } => self.with(items, body),
            StmtKind::AsyncWith { items, body, .. } => {
                self.needs_async("'async with' outside async function", at)?;
                self.with(items, body)
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject)?;
                for case in cases {
                    self.pattern(case.pattern)?;
                    self.opt_expr(case.guard)?;
                    self.stmts(case.body)?;
                }
                Ok(())
            }
            StmtKind::Raise { exc, cause } => {
                self.opt_expr(exc)?;
                self.opt_expr(cause.filter(|_| exc.is_some()))
            }
            StmtKind::Try { body, handlers, orelse, finalbody }
            | StmtKind::TryStar { body, handlers, orelse, finalbody } => {
                self.stmts(body)?;
                for handler in handlers {
                    self.opt_expr(handler.type_)?;
                    if let Some(name) = handler.name {
                        self.add(name, DEF_LOCAL, handler.location)?;
                    }
                    self.stmts(handler.body)?;
                }
                self.stmts(orelse)?;
                self.stmts(finalbody)
            }
            StmtKind::Assert { test, msg } => {
                self.expr(test)?;
                self.opt_expr(msg)
            }
            StmtKind::Import { names } | StmtKind::ImportFrom { names, .. } => {
                names.iter().try_for_each(|alias| self.alias(alias))
            }
            StmtKind::Global { names } => self.declare(names, at, DEF_GLOBAL, "global"),
            StmtKind::Nonlocal { names } => self.declare(names, at, DEF_NONLOCAL, "nonlocal"),
            StmtKind::Expr { value } => self.expr(value),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => Ok(()),
        }
    }

    fn for_loop(
        &mut self,
        target: &'a Expr<'a>,
        iter: &'a Expr<'a>,
        body: List<'a, Stmt<'a>>,
        orelse: List<'a, Stmt<'a>>,
    ) -> Result {
        self.expr(target)?;
        self.expr(iter)?;
        self.stmts(body)?;
        self.stmts(orelse)
    }

    fn with(&mut self, items: List<'a, WithItem<'a>>, body: List<'a, Stmt<'a>>) -> Result {
        for item in items {
            self.expr(item.context_expr)?;
            self.opt_expr(item.optional_vars)?;
        }
        self.stmts(body)
    }

    pub(super) fn allows_top_level_await(&mut self) -> bool {
        self.settings.top_level_await && self.current().kind == BlockKind::Module
    }

    fn needs_async(&mut self, msg: &str, at: Location) -> Result {
        if self.allows_top_level_await() {
            self.current().coroutine = true;
        }
        if self.current().coroutine { Ok(()) } else { Err(syntax_error(at, msg)) }
    }

    fn ann_target(&mut self, target: &'a Expr<'a>, has_value: bool, simple: bool, at: Location) -> Result {
        let ExprKind::Name { id, .. } = target.kind() else { return self.expr(target) };
        let block = self.current_id();
        let symbol = self.lookup(block, id);
        if symbol.has(DEF_GLOBAL | DEF_NONLOCAL) && block != BlockId::TOP && simple {
            let word = if symbol.has(DEF_GLOBAL) { "global" } else { "nonlocal" };
            return Err(syntax_error(at, format!("annotated name '{id}' can't be {word}")));
        }
        if simple {
            self.add(id, DEF_ANNOT | DEF_LOCAL, target.location)?;
        } else if has_value {
            self.add(id, DEF_LOCAL, target.location)?;
        }
        Ok(())
    }

    fn declare(&mut self, names: List<'a, &'a str>, at: Location, flags: u32, word: &str) -> Result {
        for name in names {
            let symbol = self.lookup(self.current_id(), name);
            if symbol.has(DEF_PARAM | DEF_LOCAL | USE | DEF_ANNOT) {
                let msg = if symbol.has(DEF_PARAM) {
                    format!("name '{name}' is parameter and {word}")
                } else if symbol.has(USE) {
                    format!("name '{name}' is used prior to {word} declaration")
                } else if symbol.has(DEF_ANNOT) {
                    format!("annotated name '{name}' can't be {word}")
                } else {
                    format!("name '{name}' is assigned to before {word} declaration")
                };
                return Err(syntax_error(at, msg));
            }
            self.add(name, flags, at)?;
            self.record_directive(name, at);
        }
        Ok(())
    }

    fn alias(&mut self, alias: &'a Alias<'a>) -> Result {
        let name = alias.asname.unwrap_or(alias.name);
        if name != "*" {
            let bound = name.split('.').next().unwrap_or(name);
            return self.add(bound, DEF_IMPORT, alias.location);
        }
        if self.current().kind != BlockKind::Module {
            return Err(syntax_error(alias.location, "import * only allowed at module level"));
        }
        Ok(())
    }

    fn pattern(&mut self, p: &'a Pattern<'a>) -> Result {
        self.depth.enter()?;
        with_stack(|| self.pattern_inner(p))?;
        self.depth.leave();
        Ok(())
    }

    fn pattern_inner(&mut self, p: &'a Pattern<'a>) -> Result {
        let capture = match p.kind {
            PatternKind::MatchValue { value } => return self.expr(value),
            PatternKind::MatchSingleton { .. } => None,
            PatternKind::MatchSequence { patterns } | PatternKind::MatchOr { patterns } => {
                return patterns.iter().try_for_each(|p| self.pattern(p));
            }
            PatternKind::MatchStar { name } => name,
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.exprs(keys)?;
                patterns.iter().try_for_each(|p| self.pattern(p))?;
                rest
            }
            PatternKind::MatchClass { cls, patterns, kwd_patterns, .. } => {
                self.expr(cls)?;
                return patterns.iter().chain(kwd_patterns).try_for_each(|p| self.pattern(p));
            }
            PatternKind::MatchAs { pattern, name } => {
                if let Some(pattern) = pattern {
                    self.pattern(pattern)?;
                }
                name
            }
        };
        capture.map_or(Ok(()), |name| self.add(name, DEF_LOCAL, p.location))
    }
}
