//! Making the graph concrete: stack depth, cells and free variables, real instructions for pseudo ones.

use bytecode::code::flags::{ASYNC_GENERATOR, COROUTINE, GENERATOR};
use bytecode::line_table::Location as Loc;
use bytecode::opcodes::Opcode;

use crate::codegen::Metadata;

use super::{Block, BlockId, Graph, Inst, is_scope_exit, is_unconditional_jump, nops};

/// The stack slots that the code needs, at least one. Sets the depth at the top of each block.
pub(super) fn stack_depth(graph: &mut Graph) -> u32 {
    let mut deepest = 0;
    let mut todo = Vec::new();
    let entry = graph.entry;
    start_at(graph, &mut todo, entry, 0);
    while let Some(id) = todo.pop() {
        let mut depth = graph.block(id).start_depth.unwrap_or(0);
        let mut next = graph.block(id).next;
        for i in 0..graph.block(id).insts.len() {
            let inst = graph.block(id).insts[i];
            let after = depth.saturating_add(inst.op.stack_effect(inst.arg as i32, false));
            deepest = deepest.max(after);
            if inst.op.has_target()
                && let Some(target) = inst.target
            {
                let at_target = depth.saturating_add(inst.op.stack_effect(inst.arg as i32, true));
                deepest = deepest.max(at_target);
                start_at(graph, &mut todo, target, at_target);
            }
            depth = after;
            if is_unconditional_jump(inst.op) || is_scope_exit(inst.op) {
                next = None;
                break;
            }
        }
        if let Some(next) = next {
            start_at(graph, &mut todo, next, depth);
        }
    }
    deepest.max(1) as u32
}

fn start_at(graph: &mut Graph, todo: &mut Vec<BlockId>, id: BlockId, depth: i32) {
    let block = graph.block_mut(id);
    if block.start_depth.is_none() {
        block.start_depth = Some(depth);
        todo.push(id);
    }
}

/// Adds the instructions that set up a frame, and gives cells and free variables their places among the fast
/// locals: a cell that is also a parameter takes the parameter's.
pub(super) fn prepare_cells(graph: &mut Graph, meta: &Metadata, flags: u32) {
    let nlocals = meta.varnames.len() as u32;
    let ncells = meta.cellvars.len();
    let nfree = meta.freevars.len();
    let mut places: Vec<u32> = (0..(ncells + nfree) as u32).map(|i| nlocals + i).collect();
    for (i, cell) in meta.cellvars.names().enumerate() {
        if let Some(local) = meta.varnames.get(cell) {
            places[i] = local;
        }
    }

    let mut prefix = Vec::new();
    if nfree > 0 {
        prefix.push(Inst::new(Opcode::COPY_FREE_VARS, nfree as u32, Loc::NONE));
    }
    let mut cells: Vec<u32> = (0..ncells as u32).collect();
    cells.sort_by_key(|&i| places[i as usize]);
    prefix.extend(cells.into_iter().map(|i| Inst::new(Opcode::MAKE_CELL, i, Loc::NONE)));
    if flags & (GENERATOR | COROUTINE | ASYNC_GENERATOR) != 0 {
        let loc = Loc::line(meta.firstlineno);
        prefix.push(Inst::new(Opcode::RETURN_GENERATOR, 0, loc));
        prefix.push(Inst::new(Opcode::POP_TOP, 0, loc));
    }
    let entry = graph.entry;
    graph.block_mut(entry).insts.splice(0..0, prefix);

    let mut dropped = 0;
    for (i, place) in places.iter_mut().enumerate() {
        if *place == nlocals + i as u32 {
            *place -= dropped;
        } else {
            dropped += 1;
        }
    }
    graph.each(|g, b| {
        for inst in &mut g.block_mut(b).insts {
            if matches!(
                inst.op,
                Opcode::MAKE_CELL
                    | Opcode::LOAD_CLOSURE
                    | Opcode::LOAD_DEREF
                    | Opcode::STORE_DEREF
                    | Opcode::DELETE_DEREF
                    | Opcode::LOAD_FROM_DICT_OR_DEREF
            ) && let Some(&place) = places.get(inst.arg as usize)
            {
                inst.arg = place;
            }
        }
    });
}

/// Replaces pseudo-instructions, jumps aside.
pub(super) fn replace_pseudo(graph: &mut Graph) {
    graph.each(|g, b| {
        for inst in &mut g.block_mut(b).insts {
            match inst.op {
                op if op.is_block_push() => {
                    inst.nop();
                    inst.target = None;
                }
                Opcode::LOAD_CLOSURE => inst.op = Opcode::LOAD_FAST,
                Opcode::STORE_FAST_MAYBE_NULL => inst.op = Opcode::STORE_FAST,
                _ => {}
            }
        }
    });
    nops::remove_nops_and_jumps(graph);
}

/// Conditional jumps only go forward: those that go back become the opposite over a jump back.
pub(super) fn normalize_jumps(graph: &mut Graph) {
    graph.clear_visited();
    graph.each(|g, b| {
        g.block_mut(b).visited = true;
        let Some(&last) = g.block(b).last() else { return };
        let Some(target) = last.target.filter(|&t| g.block(t).visited) else { return };
        let reversed = match last.op {
            Opcode::POP_JUMP_IF_NOT_NONE => Opcode::POP_JUMP_IF_NONE,
            Opcode::POP_JUMP_IF_NONE => Opcode::POP_JUMP_IF_NOT_NONE,
            Opcode::POP_JUMP_IF_FALSE => Opcode::POP_JUMP_IF_TRUE,
            Opcode::POP_JUMP_IF_TRUE => Opcode::POP_JUMP_IF_FALSE,
            _ => return,
        };
        let jump = Inst { target: Some(target), ..Inst::new(Opcode::JUMP, 0, last.loc) };
        let next = g.block(b).next;
        let id = g.new_block();
        let start_depth = g.block(target).start_depth;
        *g.block_mut(id) = Block { insts: vec![jump], next, start_depth, visited: true, ..Block::default() };
        let block = g.block_mut(b);
        block.next = Some(id);
        if let Some(inst) = block.insts.last_mut() {
            inst.op = reversed;
            inst.target = next;
        }
    });
}
