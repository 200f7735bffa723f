//! `with` and `async with`, and awaiting.

use bytecode::code::Const;
use bytecode::line_table::Location as Loc;
use bytecode::opcodes::{Opcode, resume};
use syntax::ast::{List, Stmt, WithItem};

use crate::error::Result;

use super::unwind::FrameKind;
use super::{Compiler, Label, at};

impl<'a> Compiler<'a, '_> {
    pub(super) fn call_exit_with_nones(&mut self, loc: Loc) {
        for _ in 0..3 {
            self.load_const(loc, Const::None);
        }
        self.op_i(loc, Opcode::CALL, 2);
    }

    /// Awaits the top of the stack. `kind` tells GET_AWAITABLE what made it.
    pub(super) fn await_value(&mut self, loc: Loc, kind: u32) {
        self.op_i(loc, Opcode::GET_AWAITABLE, kind);
        self.load_const(loc, Const::None);
        self.yield_from(loc, true);
    }

    /// Delegates to the iterator below the top of the stack.
    pub(super) fn yield_from(&mut self, loc: Loc, is_await: bool) {
        let (send, fail, exit) = (self.label(), self.label(), self.label());
        self.here(send);
        self.jump(loc, Opcode::SEND, exit);
        // A virtual try around the yield: close() and throw() may end in StopIteration.
        self.jump(loc, Opcode::SETUP_FINALLY, fail);
        self.op_i(loc, Opcode::YIELD_VALUE, 1);
        self.op(Loc::NONE, Opcode::POP_BLOCK);
        self.op_i(loc, Opcode::RESUME, if is_await { resume::AFTER_AWAIT } else { resume::AFTER_YIELD_FROM });
        self.jump(loc, Opcode::JUMP_NO_INTERRUPT, send);
        self.here(fail);
        self.op(loc, Opcode::CLEANUP_THROW);
        self.here(exit);
        self.op(loc, Opcode::END_SEND);
    }

    pub(super) fn with_stmt(&mut self, items: List<'a, WithItem<'a>>, body: List<'a, Stmt<'a>>) -> Result {
        let Some((item, rest)) = items.split_first() else { return self.stmts(body) };
        let (handler, exit, cleanup) = (self.label(), self.label(), self.label());
        self.expr(item.context_expr)?;
        let loc = at(item.context_expr);
        self.op(loc, Opcode::BEFORE_WITH);
        self.jump(loc, Opcode::SETUP_WITH, handler);
        self.push_block(FrameKind::With, loc)?;
        self.with_target(loc, item)?;
        self.with_stmt(rest, body)?;
        self.op(Loc::NONE, Opcode::POP_BLOCK);
        self.pop_block();
        self.call_exit_with_nones(loc);
        self.op(loc, Opcode::POP_TOP);
        self.jump(loc, Opcode::JUMP, exit);

        self.here(handler);
        self.jump(loc, Opcode::SETUP_CLEANUP, cleanup);
        self.op(loc, Opcode::PUSH_EXC_INFO);
        self.op(loc, Opcode::WITH_EXCEPT_START);
        self.with_except_finish(cleanup);
        self.here(exit);
        Ok(())
    }

    pub(super) fn async_with_stmt(
        &mut self,
        items: List<'a, WithItem<'a>>,
        body: List<'a, Stmt<'a>>,
    ) -> Result {
        let Some((item, rest)) = items.split_first() else { return self.stmts(body) };
        let (handler, exit, cleanup) = (self.label(), self.label(), self.label());
        self.expr(item.context_expr)?;
        let loc = at(item.context_expr);
        self.op(loc, Opcode::BEFORE_ASYNC_WITH);
        self.await_value(loc, 1);
        self.jump(loc, Opcode::SETUP_WITH, handler);
        self.push_block(FrameKind::AsyncWith, loc)?;
        self.with_target(loc, item)?;
        self.async_with_stmt(rest, body)?;
        self.pop_block();
        self.op(loc, Opcode::POP_BLOCK);
        self.call_exit_with_nones(loc);
        self.await_value(loc, 2);
        self.op(loc, Opcode::POP_TOP);
        self.jump(loc, Opcode::JUMP, exit);

        self.here(handler);
        self.jump(loc, Opcode::SETUP_CLEANUP, cleanup);
        self.op(loc, Opcode::PUSH_EXC_INFO);
        self.op(loc, Opcode::WITH_EXCEPT_START);
        self.await_value(loc, 2);
        self.with_except_finish(cleanup);
        self.here(exit);
        Ok(())
    }

    fn with_target(&mut self, loc: Loc, item: &WithItem<'a>) -> Result {
        match item.optional_vars {
            Some(target) => self.expr(target),
            None => {
                self.op(loc, Opcode::POP_TOP);
                Ok(())
            }
        }
    }

    fn with_except_finish(&mut self, cleanup: Label) {
        let (suppress, exit) = (self.label(), self.label());
        self.op(Loc::NONE, Opcode::TO_BOOL);
        self.jump(Loc::NONE, Opcode::POP_JUMP_IF_TRUE, suppress);
        self.op_i(Loc::NONE, Opcode::RERAISE, 2);
        self.here(suppress);
        self.op(Loc::NONE, Opcode::POP_TOP);
        self.op(Loc::NONE, Opcode::POP_BLOCK);
        self.op(Loc::NONE, Opcode::POP_EXCEPT);
        self.op(Loc::NONE, Opcode::POP_TOP);
        self.op(Loc::NONE, Opcode::POP_TOP);
        self.jump(Loc::NONE, Opcode::JUMP_NO_INTERRUPT, exit);
        self.here(cleanup);
        self.pop_except_and_reraise(Loc::NONE);
        self.here(exit);
    }
}
