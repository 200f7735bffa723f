//! Lines for instructions that have none: every exit must know its line (PEP 626).

use bytecode::line_table::Location as Loc;
use bytecode::opcodes::Opcode;

use super::{Block, BlockId, Graph};

/// Completes the lines.
pub(super) fn resolve(graph: &mut Graph) {
    duplicate_exits(graph);
    propagate(graph);
}

fn is_exit_or_check_without_line(block: &Block) -> bool {
    let checks = block.insts.iter().any(|i| {
        matches!(
            i.op,
            Opcode::CALL
                | Opcode::CALL_KW
                | Opcode::CALL_FUNCTION_EX
                | Opcode::JUMP
                | Opcode::JUMP_BACKWARD
                | Opcode::RESUME
        )
    });
    (block.exits_scope() || checks) && block.has_no_line()
}

/// Gives each jump to an exit without line a copy of its own, so that it can take the jump's line.
fn duplicate_exits(graph: &mut Graph) {
    graph.each(|g, b| {
        let Some(&last) = g.block(b).last() else { return };
        if !last.is_jump() {
            return;
        }
        let Some(target) = g.next_nonempty(last.target) else { return };
        if is_exit_or_check_without_line(g.block(target)) && g.block(target).predecessors > 1 {
            let copy = g.new_block();
            let mut insts = g.block(target).insts.clone();
            insts[0].loc = last.loc;
            let next = g.block(target).next;
            *g.block_mut(copy) = Block { insts, next, labelled: true, predecessors: 1, ..Block::default() };
            let original = g.block_mut(target);
            original.predecessors -= 1;
            original.next = Some(copy);
            if let Some(jump) = g.block_mut(b).insts.last_mut() {
                jump.target = Some(copy);
            }
        }
    });
    // What is left can only be reached by falling through.
    graph.each(|g, b| {
        let block = g.block(b);
        if let (true, Some(next), Some(last)) = (block.falls_through(), block.next, block.last())
            && is_exit_or_check_without_line(g.block(next))
        {
            let loc = last.loc;
            set_first(g, next, loc);
        }
    });
}

fn set_first(graph: &mut Graph, id: BlockId, loc: Loc) {
    if let Some(first) = graph.block_mut(id).insts.first_mut() {
        first.loc = loc;
    }
}

/// Copies lines to instructions after them, and into blocks that only one block leads to.
fn propagate(graph: &mut Graph) {
    graph.each(|g, b| {
        let Some(&last) = g.block(b).last() else { return };
        let mut previous = Loc::NONE;
        for inst in &mut g.block_mut(b).insts {
            if inst.line() < 0 {
                inst.loc = previous;
            } else {
                previous = inst.loc;
            }
        }
        let next = g.block(b).next.filter(|_| g.block(b).falls_through());
        let target = last.target.filter(|_| last.is_jump());
        for id in next.into_iter().chain(target) {
            let block = g.block(id);
            if block.predecessors == 1 && block.insts.first().is_some_and(|i| i.line() < 0) {
                set_first(g, id, previous);
            }
        }
    });
}
