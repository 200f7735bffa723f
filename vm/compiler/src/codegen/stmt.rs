//! Statements: bodies, branches, loops, imports, assertions.

use bytecode::code::Const;
use bytecode::line_table::Location as Loc;
use bytecode::opcodes::{Opcode, intrinsic};
use syntax::ast::{Alias, Constant, Expr, ExprContext, ExprKind, List, Stmt, StmtKind};

use crate::docstring;
use crate::error::{Result, place, with_stack};
use crate::view;

use super::unwind::FrameKind;
use super::{Compiler, UnitKind, at};

impl<'a> Compiler<'a, '_> {
    /// The statements of a module or class.
    pub(super) fn body(&mut self, loc: Loc, body: List<'a, Stmt<'a>>) -> Result {
        self.setup_annotations(loc, body);
        let (doc, rest) = docstring::split(body, self.optimize);
        if let Some((text, value)) = doc {
            self.load_const(at(value), Const::Str(docstring::clean(text)));
            self.nameop(Loc::NONE, "__doc__", ExprContext::Store);
        }
        self.stmts(rest)
    }

    pub(super) fn setup_annotations(&mut self, loc: Loc, body: &[Stmt<'_>]) {
        if has_annotation(body) {
            self.op(loc, Opcode::SETUP_ANNOTATIONS);
        }
    }

    pub(super) fn stmts(&mut self, stmts: List<'a, Stmt<'a>>) -> Result {
        stmts.iter().try_for_each(|s| self.stmt(s))
    }

    fn stmt(&mut self, s: &'a Stmt<'a>) -> Result {
        with_stack(|| self.stmt_inner(s))
    }

    fn stmt_inner(&mut self, s: &'a Stmt<'a>) -> Result {
        let loc = place(s.location);
        match s.kind {
            StmtKind::FunctionDef(f) => self.function(s, f, false),
            StmtKind::AsyncFunctionDef(f) => self.function(s, f, true),
            StmtKind::ClassDef(c) => self.class(s, c),
            StmtKind::TypeAlias { name, type_params, value } => self.type_alias(s, name, type_params, value),
            StmtKind::Return { value } => self.return_stmt(s, value),
            StmtKind::Delete { targets } => self.exprs(targets),
            StmtKind::Assign { targets, value, .. } => {
                self.expr(value)?;
                for (i, target) in targets.iter().enumerate() {
                    if i + 1 < targets.len() {
                        self.op_i(loc, Opcode::COPY, 1);
                    }
                    self.expr(target)?;
                }
                Ok(())
            }
            StmtKind::AugAssign { target, op, value } => self.aug_assign(s, target, op, value),
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.ann_assign(s, target, annotation, value, simple)
            }
            StmtKind::For { target, iter, body, orelse, .. } => self.for_stmt(s, target, iter, body, orelse),
            StmtKind::AsyncFor { target, iter, body, orelse, .. } => {
                self.async_for_stmt(s, target, iter, body, orelse)
            }
            StmtKind::While { test, body, orelse } => self.while_stmt(s, test, body, orelse),
            StmtKind::If { test, body, orelse } => self.if_stmt(s, test, body, orelse),
            StmtKind::With { items, body, .. } => self.with_stmt(items, body),
            StmtKind::AsyncWith { items, body, .. } => self.async_with_stmt(items, body),
            StmtKind::Match { subject, cases } => self.match_stmt(subject, cases),
            StmtKind::Raise { exc, cause } => {
                let mut n = 0;
                if let Some(exc) = exc {
                    self.expr(exc)?;
                    n = 1;
                    if let Some(cause) = cause {
                        self.expr(cause)?;
                        n = 2;
                    }
                }
                self.op_i(loc, Opcode::RAISE_VARARGS, n);
                Ok(())
            }
            StmtKind::Try { body, handlers, orelse, finalbody } => {
                self.try_stmt(s, body, handlers, orelse, finalbody, false)
            }
            StmtKind::TryStar { body, handlers, orelse, finalbody } => {
                self.try_stmt(s, body, handlers, orelse, finalbody, true)
            }
            StmtKind::Assert { test, msg } => self.assert_stmt(s, test, msg),
            StmtKind::Import { names } => self.import(loc, names),
            StmtKind::ImportFrom { module, names, level } => self.import_from(s, module, names, level),
            StmtKind::Global { .. } | StmtKind::Nonlocal { .. } => Ok(()),
            StmtKind::Expr { value } => self.expr_stmt(loc, value),
            StmtKind::Pass => {
                self.op(loc, Opcode::NOP);
                Ok(())
            }
            StmtKind::Break => self.break_stmt(s),
            StmtKind::Continue => self.continue_stmt(s),
        }
    }

    fn expr_stmt(&mut self, loc: Loc, value: &'a Expr<'a>) -> Result {
        if self.interactive && self.units.len() == 1 {
            self.expr(value)?;
            self.op_i(loc, Opcode::CALL_INTRINSIC_1, intrinsic::INTRINSIC_PRINT);
        } else if view::constant(value).is_some() {
            self.op(loc, Opcode::NOP);
            return Ok(());
        } else {
            self.expr(value)?;
        }
        self.op(Loc::NONE, Opcode::POP_TOP);
        Ok(())
    }

    fn if_stmt(
        &mut self,
        s: &'a Stmt<'a>,
        test: &'a Expr<'a>,
        body: List<'a, Stmt<'a>>,
        orelse: List<'a, Stmt<'a>>,
    ) -> Result {
        let end = self.label();
        let next = if orelse.is_empty() { end } else { self.label() };
        self.jump_if(place(s.location), test, next, false)?;
        self.stmts(body)?;
        if !orelse.is_empty() {
            self.jump(Loc::NONE, Opcode::JUMP_NO_INTERRUPT, end);
            self.here(next);
            self.stmts(orelse)?;
        }
        self.here(end);
        Ok(())
    }

    fn while_stmt(
        &mut self,
        s: &'a Stmt<'a>,
        test: &'a Expr<'a>,
        body: List<'a, Stmt<'a>>,
        orelse: List<'a, Stmt<'a>>,
    ) -> Result {
        let (start, body_label, end, anchor) = (self.label(), self.label(), self.label(), self.label());
        let loc = place(s.location);
        self.here(start);
        self.push_block(FrameKind::While { start, end }, loc)?;
        self.jump_if(loc, test, anchor, false)?;
        self.here(body_label);
        self.stmts(body)?;
        // The test stands at both ends: one jump for each turn.
        self.jump_if(loc, test, body_label, true)?;
        self.pop_block();
        self.here(anchor);
        self.stmts(orelse)?;
        self.here(end);
        Ok(())
    }

    fn for_stmt(
        &mut self,
        s: &'a Stmt<'a>,
        target: &'a Expr<'a>,
        iter: &'a Expr<'a>,
        body: List<'a, Stmt<'a>>,
        orelse: List<'a, Stmt<'a>>,
    ) -> Result {
        let (start, cleanup, end) = (self.label(), self.label(), self.label());
        self.push_block(FrameKind::For { start, end }, place(s.location))?;
        self.expr(iter)?;
        let loc = at(iter);
        self.op(loc, Opcode::GET_ITER);
        self.here(start);
        self.jump(loc, Opcode::FOR_ITER, cleanup);
        // Keeps the target's line for tracing where the statement spans lines.
        self.op(at(target), Opcode::NOP);
        self.expr(target)?;
        self.stmts(body)?;
        self.jump(Loc::NONE, Opcode::JUMP, start);
        self.here(cleanup);
        self.op(Loc::NONE, Opcode::END_FOR);
        self.op(Loc::NONE, Opcode::POP_TOP);
        self.pop_block();
        self.stmts(orelse)?;
        self.here(end);
        Ok(())
    }

    fn async_for_stmt(
        &mut self,
        s: &'a Stmt<'a>,
        target: &'a Expr<'a>,
        iter: &'a Expr<'a>,
        body: List<'a, Stmt<'a>>,
        orelse: List<'a, Stmt<'a>>,
    ) -> Result {
        let loc = place(s.location);
        let (start, except, end) = (self.label(), self.label(), self.label());
        self.expr(iter)?;
        self.op(at(iter), Opcode::GET_AITER);
        self.here(start);
        self.push_block(FrameKind::For { start, end }, loc)?;
        self.jump(loc, Opcode::SETUP_FINALLY, except);
        self.op(loc, Opcode::GET_ANEXT);
        self.load_const(loc, Const::None);
        self.yield_from(loc, true);
        self.op(loc, Opcode::POP_BLOCK);
        self.expr(target)?;
        self.stmts(body)?;
        self.jump(Loc::NONE, Opcode::JUMP, start);
        self.pop_block();
        self.here(except);
        self.op(at(iter), Opcode::END_ASYNC_FOR);
        self.stmts(orelse)?;
        self.here(end);
        Ok(())
    }

    fn assert_stmt(&mut self, s: &'a Stmt<'a>, test: &'a Expr<'a>, msg: Option<&'a Expr<'a>>) -> Result {
        let always = match test.kind() {
            ExprKind::Tuple { elts, .. } => !elts.is_empty(),
            ExprKind::Constant { value: Constant::Tuple(items), .. } => !items.is_empty(),
            _ => false,
        };
        if always {
            self.warn(s.location, "assertion is always true, perhaps remove parentheses?".into())?;
        }
        if self.optimize > 0 {
            return Ok(());
        }
        let loc = place(s.location);
        let end = self.label();
        self.jump_if(loc, test, end, true)?;
        self.op(loc, Opcode::LOAD_ASSERTION_ERROR);
        if let Some(msg) = msg {
            self.expr(msg)?;
            self.op_i(loc, Opcode::CALL, 0);
        }
        self.op_i(at(test), Opcode::RAISE_VARARGS, 1);
        self.here(end);
        Ok(())
    }

    fn import(&mut self, loc: Loc, names: List<'a, Alias<'a>>) -> Result {
        for alias in names {
            self.load_const(loc, Const::Int(0));
            self.load_const(loc, Const::None);
            self.attr_op(loc, Opcode::IMPORT_NAME, alias.name);
            let mut parts = alias.name.split('.');
            let first = parts.next().unwrap_or(alias.name);
            match alias.asname {
                None => self.nameop(loc, first, ExprContext::Store),
                Some(asname) => self.import_as(loc, parts, asname),
            }
        }
        Ok(())
    }

    /// Binds `a.b.c` as a name: IMPORT_NAME left `a`.
    fn import_as<'n>(&mut self, loc: Loc, parts: impl Iterator<Item = &'n str>, asname: &str) {
        let mut parts = parts.peekable();
        let dotted = parts.peek().is_some();
        while let Some(part) = parts.next() {
            let name = self.names.intern(part);
            self.name_op(loc, Opcode::IMPORT_FROM, name, super::Space::Names);
            if parts.peek().is_some() {
                self.op_i(loc, Opcode::SWAP, 2);
                self.op(loc, Opcode::POP_TOP);
            }
        }
        self.nameop(loc, asname, ExprContext::Store);
        if dotted {
            self.op(loc, Opcode::POP_TOP);
        }
    }

    fn import_from(
        &mut self,
        s: &Stmt<'a>,
        module: Option<&str>,
        names: List<'a, Alias<'a>>,
        level: i32,
    ) -> Result {
        let (at, last) = (s.location, self.last_future);
        let is_late =
            at.lineno > last.lineno || (at.lineno == last.end_lineno && at.col_offset > last.end_col_offset);
        if module == Some("__future__") && level == 0 && is_late {
            return self.error(at, "from __future__ imports must occur at the beginning of the file");
        }
        let loc = place(at);
        self.load_const(loc, Const::Int(level.into()));
        self.load_names(loc, names.iter().map(|a| a.name));
        self.attr_op(loc, Opcode::IMPORT_NAME, module.unwrap_or(""));
        if names.first().is_some_and(|a| a.name.starts_with('*')) {
            self.op_i(loc, Opcode::CALL_INTRINSIC_1, intrinsic::INTRINSIC_IMPORT_STAR);
            self.op(Loc::NONE, Opcode::POP_TOP);
            return Ok(());
        }
        for alias in names {
            self.attr_op(loc, Opcode::IMPORT_FROM, alias.name);
            self.nameop(loc, alias.asname.unwrap_or(alias.name), ExprContext::Store);
        }
        self.op(loc, Opcode::POP_TOP);
        Ok(())
    }

    /// Whether the unit is one whose variable annotations are stored.
    pub(super) fn stores_annotations(&self) -> bool {
        matches!(self.unit_ref().kind, UnitKind::Module | UnitKind::Class)
    }
}

/// Whether these statements, without nested functions and classes, annotate a variable.
fn has_annotation(body: &[Stmt<'_>]) -> bool {
    body.iter().any(|s| match s.kind {
        StmtKind::AnnAssign { .. } => true,
        StmtKind::For { body, orelse, .. }
        | StmtKind::AsyncFor { body, orelse, .. }
        | StmtKind::While { body, orelse, .. }
        | StmtKind::If { body, orelse, .. } => has_annotation(body) || with_stack(|| has_annotation(orelse)),
        StmtKind::Match { cases, .. } => cases.iter().any(|c| has_annotation(c.body)),
        StmtKind::With { body, .. } | StmtKind::AsyncWith { body, .. } => has_annotation(body),
        StmtKind::Try { body, handlers, orelse, finalbody }
        | StmtKind::TryStar { body, handlers, orelse, finalbody } => {
            has_annotation(body)
                || has_annotation(orelse)
                || has_annotation(finalbody)
                || handlers.iter().any(|h| has_annotation(h.body))
        }
        _ => false,
    })
}
