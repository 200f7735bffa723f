//! Exception regions: which handler each instruction has.

use bytecode::opcodes::{Opcode, resume};

use super::{BlockId, Graph};

/// Gives each instruction its handler, following control flow with the stack of open regions. POP_BLOCKs, which
/// close regions, are then done with.
pub(super) fn assign_handlers(graph: &mut Graph) {
    let pushes: Vec<(BlockId, Opcode)> = graph
        .blocks
        .iter()
        .flat_map(|b| &b.insts)
        .filter(|i| i.op.is_block_push())
        .filter_map(|i| Some((i.target?, i.op)))
        .collect();
    for (target, _) in pushes {
        graph.block_mut(target).is_handler = true;
    }

    graph.clear_visited();
    let mut todo: Vec<(BlockId, Vec<BlockId>)> = vec![(graph.entry, Vec::new())];
    let entry = graph.entry;
    graph.block_mut(entry).visited = true;
    while let Some((id, mut open)) = todo.pop() {
        let mut yield_depth = None;
        for i in 0..graph.block(id).insts.len() {
            let inst = graph.block(id).insts[i];
            let handler = open.last().copied();
            if inst.op.is_block_push() {
                if let Some(target) = inst.target {
                    visit(graph, &mut todo, target, &open);
                    graph.block_mut(target).preserve_lasti |= inst.op != Opcode::SETUP_FINALLY;
                    open.push(target);
                }
                continue;
            }
            if inst.op == Opcode::POP_BLOCK {
                open.pop();
                graph.block_mut(id).insts[i].nop();
                continue;
            }
            graph.block_mut(id).insts[i].except = handler;
            match inst.op {
                Opcode::YIELD_VALUE => yield_depth = Some(open.len()),
                Opcode::RESUME if inst.arg != resume::AT_FUNC_START => {
                    if yield_depth == Some(1) {
                        graph.block_mut(id).insts[i].arg |= resume::DEPTH1_MASK;
                    }
                    yield_depth = None;
                }
                _ if inst.is_jump() => {
                    if let Some(target) = inst.target {
                        visit(graph, &mut todo, target, &open);
                    }
                }
                _ => {}
            }
        }
        if graph.block(id).falls_through()
            && let Some(next) = graph.block(id).next
        {
            visit(graph, &mut todo, next, &open);
        }
    }
}

fn visit(graph: &mut Graph, todo: &mut Vec<(BlockId, Vec<BlockId>)>, id: BlockId, open: &[BlockId]) {
    let block = graph.block_mut(id);
    if !block.visited {
        block.visited = true;
        todo.push((id, open.to_vec()));
    }
}
