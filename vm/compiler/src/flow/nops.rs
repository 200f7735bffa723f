//! Removing what does nothing: unreachable code, NOPs, jumps to the next instruction, small exits behind jumps.

use bytecode::opcodes::Opcode;

use super::{BlockId, Graph, is_unconditional_jump};

/// Exits of at most this many instructions are copied to where a jump leads to them.
const MAX_COPY_SIZE: usize = 4;

/// Puts small exit blocks, and blocks without lines that end in a jump, in the place of jumps to them.
pub(super) fn inline_small_exits(graph: &mut Graph) {
    loop {
        let mut changed = false;
        graph.each(|g, b| changed |= inline_exit(g, b));
        if !changed {
            return;
        }
    }
}

fn inline_exit(graph: &mut Graph, id: BlockId) -> bool {
    let Some(&last) = graph.block(id).last() else { return false };
    let Some(target_id) = last.target.filter(|_| is_unconditional_jump(last.op)) else { return false };
    let target = graph.block(target_id);
    let small_exit = target.exits_scope() && target.insts.len() <= MAX_COPY_SIZE;
    let no_line_no_fallthrough = target.has_no_line() && !target.falls_through();
    if !small_exit && !no_line_no_fallthrough {
        return false;
    }
    let copied = target.insts.clone();
    let block = graph.block_mut(id);
    if let Some(jump) = block.insts.last_mut() {
        jump.nop();
    }
    block.insts.extend(copied);
    // A jump that checks for signals must not become one that does not.
    if no_line_no_fallthrough
        && last.op == Opcode::JUMP
        && let Some(end) = block.insts.last_mut()
        && is_unconditional_jump(end.op)
    {
        end.op = Opcode::JUMP;
    }
    let target = graph.block_mut(target_id);
    target.predecessors = target.predecessors.saturating_sub(1);
    true
}

/// Counts the ways into each block and empties those without any.
pub(super) fn remove_unreachable(graph: &mut Graph) {
    graph.each(|g, b| {
        let block = g.block_mut(b);
        block.predecessors = 0;
        block.visited = false;
    });
    let entry = graph.entry;
    graph.block_mut(entry).predecessors = 1;
    graph.block_mut(entry).visited = true;
    let mut todo = vec![entry];
    while let Some(id) = todo.pop() {
        let block = graph.block(id);
        let next = block.next.filter(|_| block.falls_through());
        let targets = block.insts.iter().filter(|i| i.op.has_target()).filter_map(|i| i.target);
        let ways: Vec<BlockId> = next.into_iter().chain(targets).collect();
        for way in ways {
            let block = graph.block_mut(way);
            block.predecessors += 1;
            if !block.visited {
                block.visited = true;
                todo.push(way);
            }
        }
    }
    graph.each(|g, b| {
        let block = g.block_mut(b);
        if block.predecessors == 0 {
            block.insts.clear();
            block.is_handler = false;
        }
    });
}

/// Removes the NOPs of a block that carry no line of their own; answers how many.
fn remove_block_nops(graph: &mut Graph, id: BlockId) -> usize {
    let after = following_line(graph, id);
    let insts = &mut graph.block_mut(id).insts;
    let (mut kept, mut previous_line) = (0, -1);
    let count = insts.len();
    for i in 0..count {
        let inst = insts[i];
        let line = inst.line();
        if inst.op == Opcode::NOP {
            if line < 0 || line == previous_line {
                continue;
            }
            match insts.get_mut(i + 1) {
                Some(next) if next.line() == line => continue,
                Some(next) if next.line() < 0 => {
                    next.loc = inst.loc;
                    continue;
                }
                None if after == Some(line) => continue,
                _ => {}
            }
        }
        insts[kept] = inst;
        kept += 1;
        previous_line = line;
    }
    insts.truncate(kept);
    count - kept
}

/// The line of what is executed after a block, NOPs without line aside.
fn following_line(graph: &Graph, id: BlockId) -> Option<i32> {
    let next = graph.next_nonempty(graph.block(id).next)?;
    let first = graph.block(next).insts.iter().find(|i| i.op != Opcode::NOP || i.line() >= 0);
    Some(first.map_or(-1, |i| i.line()))
}

/// Removes redundant NOPs everywhere; answers how many.
pub(super) fn remove_nops(graph: &mut Graph) -> usize {
    let mut removed = 0;
    graph.each(|g, b| removed += remove_block_nops(g, b));
    removed
}

/// Removes NOPs, and loads and copies whose result is popped at once.
pub(super) fn remove_nops_and_pairs(graph: &mut Graph) {
    loop {
        let mut done = true;
        let mut previous: Option<(BlockId, usize)> = None;
        graph.each(|g, b| {
            remove_block_nops(g, b);
            if g.block(b).labelled {
                previous = None;
            }
            for i in 0..g.block(b).insts.len() {
                let is_pop = g.block(b).insts[i].op == Opcode::POP_TOP;
                if is_pop && let Some((pb, pi)) = previous {
                    let before = g.block(pb).insts[pi];
                    if before.op == Opcode::LOAD_CONST || (before.op == Opcode::COPY && before.arg == 1) {
                        g.block_mut(pb).insts[pi].nop();
                        g.block_mut(b).insts[i].nop();
                        done = false;
                    }
                }
                previous = Some((b, i));
            }
            let jumps = previous.is_some_and(|(pb, pi)| g.block(pb).insts[pi].is_jump());
            if jumps || !g.block(b).falls_through() {
                previous = None;
            }
        });
        if done {
            return;
        }
    }
}

/// Removes jumps to what comes next anyway; answers how many.
fn remove_jumps(graph: &mut Graph) -> usize {
    let mut removed = 0;
    graph.each(|g, b| {
        let Some(last) = g.block(b).last() else { return };
        if is_unconditional_jump(last.op) {
            let target = g.next_nonempty(last.target);
            let next = g.next_nonempty(g.block(b).next);
            if target.is_some() && target == next {
                removed += 1;
                if let Some(jump) = g.block_mut(b).insts.last_mut() {
                    jump.nop();
                    jump.target = None;
                }
            }
        }
    });
    removed
}

/// Removes NOPs and needless jumps until none is left.
pub(super) fn remove_nops_and_jumps(graph: &mut Graph) {
    while remove_nops(graph) + remove_jumps(graph) > 0 {}
}
