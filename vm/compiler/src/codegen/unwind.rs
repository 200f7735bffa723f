//! Frame blocks: what `return`, `break` and `continue` must undo on their way out.

use bytecode::code::Const;
use bytecode::line_table::Location as Loc;
use bytecode::opcodes::Opcode;
use syntax::ast::{ExprContext, Stmt};

use crate::error::{Result, place, unplace};

use super::{Compiler, Label, MAX_BLOCKS};

/// A construct that the code being compiled is inside of.
#[derive(Clone, Copy, Debug)]
pub(super) struct FrameBlock<'a> {
    pub kind: FrameKind<'a>,
    pub location: Loc,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum FrameKind<'a> {
    While {
        start: Label,
        end: Label,
    },
    For {
        start: Label,
        end: Label,
    },
    TryExcept,
    /// The body of a `try` with these finally statements.
    FinallyTry(&'a [Stmt<'a>]),
    FinallyEnd,
    With,
    AsyncWith,
    /// An except clause, with the name it binds.
    HandlerCleanup(Option<&'a str>),
    PopValue,
    ExceptionHandler,
    ExceptionGroupHandler,
    AsyncComprehension,
    StopIteration,
}

impl<'a> Compiler<'a, '_> {
    pub(super) fn push_block(&mut self, kind: FrameKind<'a>, location: Loc) -> Result {
        if self.unit_ref().frame_blocks.len() >= MAX_BLOCKS {
            return self.error(unplace(location), "too many statically nested blocks");
        }
        self.unit().frame_blocks.push(FrameBlock { kind, location });
        Ok(())
    }

    pub(super) fn pop_block(&mut self) {
        self.unit().frame_blocks.pop();
    }

    /// Leaves one block. With `keep_top` the top of the stack survives. The place of what follows changes to
    /// none when statements were run on the way.
    pub(super) fn unwind_one(&mut self, loc: &mut Loc, block: &FrameBlock<'a>, keep_top: bool) -> Result {
        match block.kind {
            FrameKind::While { .. }
            | FrameKind::ExceptionHandler
            | FrameKind::ExceptionGroupHandler
            | FrameKind::AsyncComprehension
            | FrameKind::StopIteration => {}
            FrameKind::For { .. } | FrameKind::PopValue => {
                self.keep(*loc, keep_top);
                self.op(*loc, Opcode::POP_TOP);
            }
            FrameKind::TryExcept => self.op(*loc, Opcode::POP_BLOCK),
            FrameKind::FinallyTry(body) => {
                self.op(*loc, Opcode::POP_BLOCK);
                if keep_top {
                    self.push_block(FrameKind::PopValue, *loc)?;
                }
                self.stmts(body)?;
                if keep_top {
                    self.pop_block();
                }
                *loc = Loc::NONE;
            }
            FrameKind::FinallyEnd => {
                self.keep(*loc, keep_top);
                self.op(*loc, Opcode::POP_TOP);
                self.keep(*loc, keep_top);
                self.op(*loc, Opcode::POP_BLOCK);
                self.op(*loc, Opcode::POP_EXCEPT);
            }
            FrameKind::With | FrameKind::AsyncWith => {
                *loc = block.location;
                self.op(*loc, Opcode::POP_BLOCK);
                self.keep(*loc, keep_top);
                self.call_exit_with_nones(*loc);
                if matches!(block.kind, FrameKind::AsyncWith) {
                    self.await_value(*loc, 2);
                }
                self.op(*loc, Opcode::POP_TOP);
                *loc = Loc::NONE;
            }
            FrameKind::HandlerCleanup(name) => {
                if name.is_some() {
                    self.op(*loc, Opcode::POP_BLOCK);
                }
                self.keep(*loc, keep_top);
                self.op(*loc, Opcode::POP_BLOCK);
                self.op(*loc, Opcode::POP_EXCEPT);
                if let Some(name) = name {
                    self.unbind(*loc, name);
                }
            }
        }
        Ok(())
    }

    fn keep(&mut self, loc: Loc, keep_top: bool) {
        if keep_top {
            self.op_i(loc, Opcode::SWAP, 2);
        }
    }

    /// `name = None; del name`.
    pub(super) fn unbind(&mut self, loc: Loc, name: &str) {
        self.load_const(loc, Const::None);
        self.nameop(loc, name, ExprContext::Store);
        self.nameop(loc, name, ExprContext::Del);
    }

    /// Leaves all blocks, or those inside the innermost loop when `to_loop`: then answers that loop.
    pub(super) fn unwind(
        &mut self,
        loc: &mut Loc,
        keep_top: bool,
        to_loop: bool,
    ) -> Result<Option<FrameBlock<'a>>> {
        let Some(top) = self.unit_ref().frame_blocks.last().copied() else { return Ok(None) };
        match top.kind {
            FrameKind::ExceptionGroupHandler => {
                return self.error(
                    unplace(*loc),
                    "'break', 'continue' and 'return' cannot appear in an except* block",
                );
            }
            FrameKind::While { .. } | FrameKind::For { .. } if to_loop => return Ok(Some(top)),
            _ => {}
        }
        self.pop_block();
        self.unwind_one(loc, &top, keep_top)?;
        let found = self.unwind(loc, keep_top, to_loop)?;
        self.unit().frame_blocks.push(top);
        Ok(found)
    }

    pub(super) fn return_stmt(
        &mut self,
        s: &'a Stmt<'a>,
        value: Option<&'a syntax::ast::Expr<'a>>,
    ) -> Result {
        let block = self.block();
        if !block.is_function_like() {
            return self.error(s.location, "'return' outside function");
        }
        if value.is_some() && block.coroutine && block.generator {
            return self.error(s.location, "'return' with value in async generator");
        }
        let mut loc = place(s.location);
        let constant = value.map(crate::view::constant);
        let keep_top = matches!(constant, Some(None));
        if let Some(value) = value {
            if keep_top {
                self.expr(value)?;
            } else {
                loc = super::at(value);
                self.op(loc, Opcode::NOP);
            }
        }
        if value.is_none_or(|v| crate::view::location(v).lineno != s.location.lineno) {
            loc = place(s.location);
            self.op(loc, Opcode::NOP);
        }
        self.unwind(&mut loc, keep_top, false)?;
        match constant {
            None => self.load_const(loc, Const::None),
            Some(Some(constant)) => self.load_constant(loc, &constant),
            Some(None) => {}
        }
        self.op(loc, Opcode::RETURN_VALUE);
        Ok(())
    }

    pub(super) fn break_stmt(&mut self, s: &Stmt<'a>) -> Result {
        let mut loc = place(s.location);
        self.op(loc, Opcode::NOP);
        let found = self.unwind(&mut loc, false, true)?;
        let Some(FrameBlock { kind: FrameKind::While { end, .. } | FrameKind::For { end, .. }, .. }) = found
        else {
            return self.error(s.location, "'break' outside loop");
        };
        if let Some(block) = found {
            self.unwind_one(&mut loc, &block, false)?;
        }
        self.jump(loc, Opcode::JUMP, end);
        Ok(())
    }

    pub(super) fn continue_stmt(&mut self, s: &Stmt<'a>) -> Result {
        let mut loc = place(s.location);
        self.op(loc, Opcode::NOP);
        let found = self.unwind(&mut loc, false, true)?;
        let Some(FrameBlock { kind: FrameKind::While { start, .. } | FrameKind::For { start, .. }, .. }) =
            found
        else {
            return self.error(s.location, "'continue' not properly in loop");
        };
        self.jump(loc, Opcode::JUMP, start);
        Ok(())
    }
}
