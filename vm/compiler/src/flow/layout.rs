//! Code that only runs after an exception moves to the end.

use bytecode::line_table::Location as Loc;
use bytecode::opcodes::Opcode;

use super::{Block, BlockId, Graph, Inst, nops};

/// Moves cold blocks behind all others.
pub(super) fn move_cold_blocks(graph: &mut Graph) {
    if graph.block(graph.entry).next.is_none() {
        return;
    }
    mark(graph);
    // A cold block that falls into a warm one must jump there from its new place.
    graph.each(|g, b| {
        let block = g.block(b);
        let Some(next) = block.next else { return };
        if block.cold && block.falls_through() && g.block(next).warm {
            let jump = Inst { target: Some(next), ..Inst::new(Opcode::JUMP_NO_INTERRUPT, 0, Loc::NONE) };
            g.block_mut(next).labelled = true;
            let id = g.new_block();
            *g.block_mut(id) = Block {
                insts: vec![jump],
                next: Some(next),
                cold: true,
                predecessors: 1,
                ..Block::default()
            };
            g.block_mut(b).next = Some(id);
        }
    });
    let (cold, kept): (Vec<BlockId>, Vec<BlockId>) = graph.order().partition(|&b| graph.block(b).cold);
    let order: Vec<BlockId> = kept.into_iter().chain(cold.iter().copied()).collect();
    for (i, &id) in order.iter().enumerate() {
        graph.block_mut(id).next = order.get(i + 1).copied();
    }
    if !cold.is_empty() {
        nops::remove_nops_and_jumps(graph);
    }
}

/// Warm is what normal flow reaches from the entry, cold what only handlers reach.
fn mark(graph: &mut Graph) {
    graph.clear_visited();
    let entry = graph.entry;
    graph.block_mut(entry).visited = true;
    let mut todo = vec![entry];
    while let Some(id) = todo.pop() {
        graph.block_mut(id).warm = true;
        for way in ways(graph, id) {
            if !graph.block(way).visited {
                graph.block_mut(way).visited = true;
                todo.push(way);
            }
        }
    }
    graph.clear_visited();
    let handlers: Vec<BlockId> = graph.order().filter(|&b| graph.block(b).is_handler).collect();
    for &id in &handlers {
        graph.block_mut(id).visited = true;
    }
    todo = handlers;
    while let Some(id) = todo.pop() {
        graph.block_mut(id).cold = true;
        for way in ways(graph, id) {
            let block = graph.block_mut(way);
            if !block.warm && !block.visited {
                block.visited = true;
                todo.push(way);
            }
        }
    }
}

/// Where normal flow goes from a block.
fn ways(graph: &Graph, id: BlockId) -> Vec<BlockId> {
    let block = graph.block(id);
    let next = block.next.filter(|_| block.falls_through());
    let targets = block.insts.iter().filter(|i| i.is_jump()).filter_map(|i| i.target);
    next.into_iter().chain(targets).collect()
}
