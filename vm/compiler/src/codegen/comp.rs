//! Comprehensions: inlined ones run in the frame around them (PEP 709), generator expressions are functions.

use bytecode::code::Const;
use bytecode::line_table::Location as Loc;
use bytecode::opcodes::Opcode;
use syntax::ast::{Comprehension, Expr, ExprKind, List};

use crate::error::{Result, place};
use crate::names::Name;
use crate::symtable::{BlockId, BlockKind, Key, Scope, Symbol, flag};

use super::unwind::FrameKind;
use super::{ArgCounts, Compiler, Label, Space, UnitKind, at};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum CompKind {
    Generator,
    List,
    Set,
    Dict,
}

/// What a comprehension makes of each turn.
#[derive(Clone, Copy)]
struct Element<'a> {
    kind: CompKind,
    elt: &'a Expr<'a>,
    /// The value of a dict comprehension.
    value: Option<&'a Expr<'a>>,
    /// The place of the whole comprehension.
    loc: Loc,
}

/// What must be put back after an inlined comprehension.
#[derive(Default)]
struct Inlined {
    /// Locals saved on the stack.
    pushed: Vec<Name>,
    /// Symbols as they were outside.
    symbols: Vec<(Name, Symbol)>,
    /// Names made fast for the time being.
    hidden: Vec<Name>,
    cleanup: Option<Label>,
}

impl<'a> Compiler<'a, '_> {
    pub(super) fn comprehension(
        &mut self,
        e: &'a Expr<'a>,
        kind: CompKind,
        generators: List<'a, Comprehension<'a>>,
        elt: &'a Expr<'a>,
        value: Option<&'a Expr<'a>>,
    ) -> Result {
        let Some(outermost) = generators.first() else { return Ok(()) };
        let Some(block) = self.table.find(Key::body(e)) else {
            return self.error(e.location, "unknown symbol table entry");
        };
        let loc = place(e.location);
        let element = Element { kind, elt, value, loc };
        let inlined = self.table.block(block).inlined;
        let is_async = self.table.block(block).coroutine;
        // At the top of a module that may await, an asynchronous generator expression makes it a coroutine.
        let outer = self.unit_ref().block;
        if is_async && self.top_level_await && self.table.block(outer).kind == BlockKind::Module {
            self.table.block_mut(outer).coroutine = true;
        }
        let mut state = Inlined::default();
        if inlined {
            self.outermost_iter(outermost)?;
            self.push_locals(loc, block, &mut state);
        } else {
            let name = match kind {
                CompKind::Generator => "<genexpr>",
                CompKind::List => "<listcomp>",
                CompKind::Set => "<setcomp>",
                CompKind::Dict => "<dictcomp>",
            };
            let counts = ArgCounts { args: 1, ..ArgCounts::default() };
            self.enter(name, UnitKind::Comprehension, Key::body(e), e.location.lineno, None, counts)?;
        }
        let build = match kind {
            CompKind::Generator => None,
            CompKind::List => Some(Opcode::BUILD_LIST),
            CompKind::Set => Some(Opcode::BUILD_SET),
            CompKind::Dict => Some(Opcode::BUILD_MAP),
        };
        if let Some(build) = build {
            self.op_i(loc, build, 0);
            if inlined {
                self.op_i(loc, Opcode::SWAP, 2);
            }
        }
        self.generator(generators, 0, 0, &element, inlined)?;
        if inlined {
            self.pop_locals(loc, &state);
            self.revert_scopes(state);
            return Ok(());
        }
        if kind == CompKind::Generator {
            self.wrap_in_stopiteration_handler();
        } else {
            self.op(loc, Opcode::RETURN_VALUE);
        }
        let code = self.finish(true)?;
        self.make_closure(loc, code, 0);
        self.outermost_iter(outermost)?;
        self.op_i(loc, Opcode::CALL, 0);
        if is_async && kind != CompKind::Generator {
            self.await_value(loc, 0);
        }
        Ok(())
    }

    fn outermost_iter(&mut self, outermost: &Comprehension<'a>) -> Result {
        self.expr(outermost.iter)?;
        let op = if outermost.is_async { Opcode::GET_AITER } else { Opcode::GET_ITER };
        self.op(at(outermost.iter), op);
        Ok(())
    }

    /// One `for` clause and those inside it. `depth` iterators are on the stack above the result.
    fn generator(
        &mut self,
        generators: List<'a, Comprehension<'a>>,
        index: usize,
        depth: u32,
        element: &Element<'a>,
        iter_on_stack: bool,
    ) -> Result {
        let Some(clause) = generators.get(index) else { return Ok(()) };
        if clause.is_async {
            self.async_clause(clause, generators, index, depth, element, iter_on_stack)
        } else {
            self.sync_clause(clause, generators, index, depth, element, iter_on_stack)
        }
    }

    fn sync_clause(
        &mut self,
        clause: &'a Comprehension<'a>,
        generators: List<'a, Comprehension<'a>>,
        index: usize,
        mut depth: u32,
        element: &Element<'a>,
        iter_on_stack: bool,
    ) -> Result {
        let (start, if_cleanup, anchor) = (self.label(), self.label(), self.label());
        let iter_loc = at(clause.iter);
        // `for x in [value]` is an assignment.
        let mut single = None;
        if !iter_on_stack {
            if index == 0 {
                self.op_i(element.loc, Opcode::LOAD_FAST, 0);
            } else if let ExprKind::List { elts: [value], .. } | ExprKind::Tuple { elts: [value], .. } =
                clause.iter.kind()
                && !crate::view::is_starred(value)
            {
                single = Some(*value);
                self.expr(value)?;
            } else {
                self.expr(clause.iter)?;
                self.op(iter_loc, Opcode::GET_ITER);
            }
        }
        if single.is_none() {
            depth += 1;
            self.op(iter_loc, Opcode::GET_ITER);
            self.here(start);
            self.jump(iter_loc, Opcode::FOR_ITER, anchor);
        }
        self.expr(clause.target)?;
        let elt_loc = self.inner(clause, generators, index, depth, element, if_cleanup)?;
        self.here(if_cleanup);
        if single.is_none() {
            self.jump(elt_loc, Opcode::JUMP, start);
            self.here(anchor);
            self.op(Loc::NONE, Opcode::END_FOR);
            self.op(Loc::NONE, Opcode::POP_TOP);
        }
        Ok(())
    }

    fn async_clause(
        &mut self,
        clause: &'a Comprehension<'a>,
        generators: List<'a, Comprehension<'a>>,
        index: usize,
        depth: u32,
        element: &Element<'a>,
        iter_on_stack: bool,
    ) -> Result {
        let (start, except, if_cleanup) = (self.label(), self.label(), self.label());
        let loc = element.loc;
        if !iter_on_stack {
            if index == 0 {
                self.op_i(loc, Opcode::LOAD_FAST, 0);
            } else {
                self.expr(clause.iter)?;
                self.op(at(clause.iter), Opcode::GET_AITER);
            }
        }
        self.here(start);
        self.push_block(FrameKind::AsyncComprehension, loc)?;
        self.jump(loc, Opcode::SETUP_FINALLY, except);
        self.op(loc, Opcode::GET_ANEXT);
        self.load_const(loc, Const::None);
        self.yield_from(loc, true);
        self.op(loc, Opcode::POP_BLOCK);
        self.expr(clause.target)?;
        let elt_loc = self.inner(clause, generators, index, depth + 1, element, if_cleanup)?;
        self.here(if_cleanup);
        self.jump(elt_loc, Opcode::JUMP, start);
        self.pop_block();
        self.here(except);
        self.op(loc, Opcode::END_ASYNC_FOR);
        Ok(())
    }

    /// The conditions of a clause, and the next clause or the element. Answers the element's place.
    fn inner(
        &mut self,
        clause: &'a Comprehension<'a>,
        generators: List<'a, Comprehension<'a>>,
        index: usize,
        depth: u32,
        element: &Element<'a>,
        if_cleanup: Label,
    ) -> Result<Loc> {
        for condition in clause.ifs {
            self.jump_if(element.loc, condition, if_cleanup, false)?;
        }
        let mut loc = at(element.elt);
        if index + 1 < generators.len() {
            self.generator(generators, index + 1, depth, element, false)?;
            return Ok(loc);
        }
        self.expr(element.elt)?;
        match element.kind {
            CompKind::Generator => {
                self.yield_value(loc);
                self.op(loc, Opcode::POP_TOP);
            }
            CompKind::List => self.op_i(loc, Opcode::LIST_APPEND, depth + 1),
            CompKind::Set => self.op_i(loc, Opcode::SET_ADD, depth + 1),
            CompKind::Dict => {
                if let Some(value) = element.value {
                    self.expr(value)?;
                    let end = at(value);
                    loc = Loc { end_line: end.end_line, end_column: end.end_column, ..loc };
                }
                self.op_i(loc, Opcode::MAP_ADD, depth + 1);
            }
        }
        Ok(loc)
    }

    // ---------------------------------------------------------------- inlining

    /// Makes the unit see the comprehension's names with the scopes they have in it, and saves the locals that
    /// it binds on the stack, below the iterator.
    fn push_locals(&mut self, loc: Loc, comp: BlockId, state: &mut Inlined) {
        let outer = self.unit_ref().block;
        let in_class = self.block().kind == BlockKind::Class && self.unit_ref().in_inlined_comp == 0;
        let function_like = self.block().is_function_like();
        self.unit().in_inlined_comp += 1;
        let symbols: Vec<_> = self.table.block(comp).symbols.iter().collect();
        for (name, symbol) in symbols {
            let outside = self.table.block(outer).symbol(name);
            let (scope, outer_scope) = (symbol.scope(), outside.scope());
            let differs = scope != outer_scope
                && scope != Scope::Free
                && !(scope == Scope::Cell && outer_scope == Scope::Free);
            if differs || in_class {
                self.table.block_mut(outer).symbols.insert(name, symbol);
                state.symbols.push((name, outside));
            }
            if !is_bound_here(symbol) && !in_class {
                continue;
            }
            let unit = self.unit();
            if !function_like && unit.meta.fast_hidden.get(name) != Some(true) {
                unit.meta.fast_hidden.insert(name, true);
                state.hidden.push(name);
            }
            // Of a cell this pushes the cell itself; the comprehension gets a new one.
            self.name_op(loc, Opcode::LOAD_FAST_AND_CLEAR, name, Space::Vars);
            if scope == Scope::Cell {
                let space = if outer_scope == Scope::Free { Space::Frees } else { Space::Cells };
                self.name_op(loc, Opcode::MAKE_CELL, name, space);
            }
            state.pushed.push(name);
        }
        if state.pushed.is_empty() {
            return;
        }
        self.op_i(loc, Opcode::SWAP, state.pushed.len() as u32 + 1);
        let cleanup = self.label();
        state.cleanup = Some(cleanup);
        self.jump(loc, Opcode::SETUP_FINALLY, cleanup);
    }

    fn pop_locals(&mut self, loc: Loc, state: &Inlined) {
        let Some(cleanup) = state.cleanup else { return };
        self.op(Loc::NONE, Opcode::POP_BLOCK);
        let end = self.label();
        self.jump(Loc::NONE, Opcode::JUMP_NO_INTERRUPT, end);
        self.here(cleanup);
        // Drops the unfinished result below the exception.
        self.op_i(Loc::NONE, Opcode::SWAP, 2);
        self.op(Loc::NONE, Opcode::POP_TOP);
        self.restore_locals(loc, &state.pushed);
        self.op_i(Loc::NONE, Opcode::RERAISE, 0);
        self.here(end);
        self.restore_locals(loc, &state.pushed);
    }

    fn restore_locals(&mut self, loc: Loc, pushed: &[Name]) {
        self.op_i(loc, Opcode::SWAP, pushed.len() as u32 + 1);
        for &name in pushed.iter().rev() {
            self.name_op(loc, Opcode::STORE_FAST_MAYBE_NULL, name, Space::Vars);
        }
    }

    fn revert_scopes(&mut self, state: Inlined) {
        self.unit().in_inlined_comp -= 1;
        let outer = self.unit_ref().block;
        for (name, symbol) in state.symbols {
            self.table.block_mut(outer).symbols.insert(name, symbol);
        }
        for name in state.hidden {
            // Not removed: the slot is marked hidden in the code object.
            self.unit().meta.fast_hidden.insert(name, false);
        }
    }
}

/// Bound by the comprehension itself, not a nonlocal of an assignment expression.
fn is_bound_here(symbol: Symbol) -> bool {
    symbol.has(flag::DEF_LOCAL) && !symbol.has(flag::DEF_NONLOCAL)
}
