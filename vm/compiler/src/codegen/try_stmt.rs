//! `try`: finally, except and except*.

use bytecode::line_table::Location as Loc;
use bytecode::opcodes::{Opcode, intrinsic};
use syntax::ast::{ExceptHandler, ExprContext, List, Stmt};

use crate::error::{Result, place};

use super::unwind::FrameKind;
use super::{Compiler, Label};

/// The parts of a `try` statement.
#[derive(Clone, Copy)]
struct Try<'a> {
    loc: Loc,
    body: List<'a, Stmt<'a>>,
    handlers: List<'a, ExceptHandler<'a>>,
    orelse: List<'a, Stmt<'a>>,
    star: bool,
}

impl<'a> Compiler<'a, '_> {
    pub(super) fn try_stmt(
        &mut self,
        s: &'a Stmt<'a>,
        body: List<'a, Stmt<'a>>,
        handlers: List<'a, ExceptHandler<'a>>,
        orelse: List<'a, Stmt<'a>>,
        finalbody: List<'a, Stmt<'a>>,
        star: bool,
    ) -> Result {
        let parts = Try { loc: place(s.location), body, handlers, orelse, star };
        if finalbody.is_empty() { self.excepts(&parts) } else { self.finally(&parts, finalbody) }
    }

    fn excepts(&mut self, t: &Try<'a>) -> Result {
        if t.star { self.except_star(t) } else { self.except(t) }
    }

    fn finally(&mut self, t: &Try<'a>, finalbody: List<'a, Stmt<'a>>) -> Result {
        let (end, exit, cleanup) = (self.label(), self.label(), self.label());
        self.jump(t.loc, Opcode::SETUP_FINALLY, end);
        self.push_block(FrameKind::FinallyTry(finalbody), t.loc)?;
        if t.handlers.is_empty() {
            self.stmts(t.body)?;
        } else {
            self.excepts(t)?;
        }
        self.op(Loc::NONE, Opcode::POP_BLOCK);
        self.pop_block();
        self.stmts(finalbody)?;
        self.jump(Loc::NONE, Opcode::JUMP_NO_INTERRUPT, exit);

        self.here(end);
        self.jump(Loc::NONE, Opcode::SETUP_CLEANUP, cleanup);
        self.op(Loc::NONE, Opcode::PUSH_EXC_INFO);
        self.push_block(FrameKind::FinallyEnd, Loc::NONE)?;
        self.stmts(finalbody)?;
        self.pop_block();
        self.op_i(Loc::NONE, Opcode::RERAISE, 0);
        self.here(cleanup);
        self.pop_except_and_reraise(Loc::NONE);
        self.here(exit);
        Ok(())
    }

    /// Stack: `[previous, lasti, exc]`.
    pub(super) fn pop_except_and_reraise(&mut self, loc: Loc) {
        self.op_i(loc, Opcode::COPY, 3);
        self.op(loc, Opcode::POP_EXCEPT);
        self.op_i(loc, Opcode::RERAISE, 1);
    }

    fn except(&mut self, t: &Try<'a>) -> Result {
        let (except, end, cleanup) = (self.label(), self.label(), self.label());
        self.jump(t.loc, Opcode::SETUP_FINALLY, except);
        self.push_block(FrameKind::TryExcept, t.loc)?;
        self.stmts(t.body)?;
        self.pop_block();
        self.op(Loc::NONE, Opcode::POP_BLOCK);
        self.stmts(t.orelse)?;
        self.jump(Loc::NONE, Opcode::JUMP_NO_INTERRUPT, end);

        self.here(except);
        self.jump(Loc::NONE, Opcode::SETUP_CLEANUP, cleanup);
        self.op(Loc::NONE, Opcode::PUSH_EXC_INFO);
        self.push_block(FrameKind::ExceptionHandler, t.loc)?;
        for (i, handler) in t.handlers.iter().enumerate() {
            if handler.type_.is_none() && i + 1 < t.handlers.len() {
                return self.error(handler.location, "default 'except:' must be last");
            }
            let next = self.label();
            self.except_clause(handler, next, end)?;
            self.here(next);
        }
        self.pop_block();
        self.op_i(Loc::NONE, Opcode::RERAISE, 0);
        self.here(cleanup);
        self.pop_except_and_reraise(Loc::NONE);
        self.here(end);
        Ok(())
    }

    fn except_clause(&mut self, handler: &'a ExceptHandler<'a>, next: Label, end: Label) -> Result {
        let loc = place(handler.location);
        if let Some(class) = handler.type_ {
            self.expr(class)?;
            self.op(loc, Opcode::CHECK_EXC_MATCH);
            self.jump(loc, Opcode::POP_JUMP_IF_FALSE, next);
        }
        let Some(name) = handler.name else {
            self.op(loc, Opcode::POP_TOP);
            self.push_block(FrameKind::HandlerCleanup(None), loc)?;
            self.stmts(handler.body)?;
            self.pop_block();
            self.op(Loc::NONE, Opcode::POP_BLOCK);
            self.op(Loc::NONE, Opcode::POP_EXCEPT);
            self.jump(Loc::NONE, Opcode::JUMP_NO_INTERRUPT, end);
            return Ok(());
        };
        let cleanup = self.label();
        self.nameop(loc, name, ExprContext::Store);
        self.jump(loc, Opcode::SETUP_CLEANUP, cleanup);
        self.push_block(FrameKind::HandlerCleanup(Some(name)), loc)?;
        self.stmts(handler.body)?;
        self.pop_block();
        self.op(Loc::NONE, Opcode::POP_BLOCK);
        self.op(Loc::NONE, Opcode::POP_BLOCK);
        self.op(Loc::NONE, Opcode::POP_EXCEPT);
        self.unbind(Loc::NONE, name);
        self.jump(Loc::NONE, Opcode::JUMP_NO_INTERRUPT, end);
        self.here(cleanup);
        self.unbind(Loc::NONE, name);
        self.op_i(Loc::NONE, Opcode::RERAISE, 1);
        Ok(())
    }

    /// While handlers run the stack holds `[original, raised, rest]`: the group, a list of what the handlers
    /// raised, and what no handler has matched yet.
    fn except_star(&mut self, t: &Try<'a>) -> Result {
        let (except, orelse, end) = (self.label(), self.label(), self.label());
        let (cleanup, reraise_star, reraise) = (self.label(), self.label(), self.label());
        self.jump(t.loc, Opcode::SETUP_FINALLY, except);
        self.push_block(FrameKind::TryExcept, t.loc)?;
        self.stmts(t.body)?;
        self.pop_block();
        self.op(Loc::NONE, Opcode::POP_BLOCK);
        self.jump(Loc::NONE, Opcode::JUMP_NO_INTERRUPT, orelse);

        self.here(except);
        self.jump(Loc::NONE, Opcode::SETUP_CLEANUP, cleanup);
        self.op(Loc::NONE, Opcode::PUSH_EXC_INFO);
        self.push_block(FrameKind::ExceptionGroupHandler, t.loc)?;
        for (i, handler) in t.handlers.iter().enumerate() {
            if i == 0 {
                let loc = place(handler.location);
                self.op_i(loc, Opcode::BUILD_LIST, 0);
                self.op_i(loc, Opcode::COPY, 2);
            }
            self.except_star_clause(handler)?;
            if i + 1 == t.handlers.len() {
                self.op_i(Loc::NONE, Opcode::LIST_APPEND, 1);
                self.jump(Loc::NONE, Opcode::JUMP_NO_INTERRUPT, reraise_star);
            }
        }
        self.pop_block();

        self.here(reraise_star);
        self.op_i(Loc::NONE, Opcode::CALL_INTRINSIC_2, intrinsic::INTRINSIC_PREP_RERAISE_STAR);
        self.op_i(Loc::NONE, Opcode::COPY, 1);
        self.jump(Loc::NONE, Opcode::POP_JUMP_IF_NOT_NONE, reraise);
        self.op(Loc::NONE, Opcode::POP_TOP);
        self.op(Loc::NONE, Opcode::POP_BLOCK);
        self.op(Loc::NONE, Opcode::POP_EXCEPT);
        self.jump(Loc::NONE, Opcode::JUMP_NO_INTERRUPT, end);
        self.here(reraise);
        self.op(Loc::NONE, Opcode::POP_BLOCK);
        self.op_i(Loc::NONE, Opcode::SWAP, 2);
        self.op(Loc::NONE, Opcode::POP_EXCEPT);
        self.op_i(Loc::NONE, Opcode::RERAISE, 0);
        self.here(cleanup);
        self.pop_except_and_reraise(Loc::NONE);
        self.here(orelse);
        self.stmts(t.orelse)?;
        self.here(end);
        Ok(())
    }

    fn except_star_clause(&mut self, handler: &'a ExceptHandler<'a>) -> Result {
        let loc = place(handler.location);
        let (next, next_with_error, no_match, cleanup) =
            (self.label(), self.label(), self.label(), self.label());
        if let Some(class) = handler.type_ {
            self.expr(class)?;
            self.op(loc, Opcode::CHECK_EG_MATCH);
            self.op_i(loc, Opcode::COPY, 1);
            self.jump(loc, Opcode::POP_JUMP_IF_NONE, no_match);
        }
        match handler.name {
            Some(name) => self.nameop(loc, name, ExprContext::Store),
            None => self.op(loc, Opcode::POP_TOP),
        }
        self.jump(loc, Opcode::SETUP_CLEANUP, cleanup);
        self.push_block(FrameKind::HandlerCleanup(handler.name), loc)?;
        self.stmts(handler.body)?;
        self.pop_block();
        self.op(Loc::NONE, Opcode::POP_BLOCK);
        if let Some(name) = handler.name {
            self.unbind(Loc::NONE, name);
        }
        self.jump(Loc::NONE, Opcode::JUMP_NO_INTERRUPT, next);

        self.here(cleanup);
        if let Some(name) = handler.name {
            self.unbind(Loc::NONE, name);
        }
        self.op_i(Loc::NONE, Opcode::LIST_APPEND, 3);
        self.op(Loc::NONE, Opcode::POP_TOP);
        self.jump(Loc::NONE, Opcode::JUMP_NO_INTERRUPT, next_with_error);

        self.here(next);
        // Carries the line that the clause ended on.
        self.op(Loc::NONE, Opcode::NOP);
        self.jump(Loc::NONE, Opcode::JUMP_NO_INTERRUPT, next_with_error);
        self.here(no_match);
        self.op(loc, Opcode::POP_TOP);
        self.here(next_with_error);
        Ok(())
    }
}
