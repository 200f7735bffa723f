//! Constants that are used, locals that may be unset, and pairs of local accesses.

use bytecode::opcodes::Opcode;

use crate::codegen::Consts;

use super::{BlockId, Graph, Inst, nops};

/// Drops constants that no instruction loads. The first stays: it may be the docstring.
pub(super) fn remove_unused_consts(graph: &mut Graph, consts: &mut Consts) {
    let mut used = vec![false; consts.list.len()];
    if let Some(first) = used.first_mut() {
        *first = true;
    }
    graph.each(|g, b| {
        for inst in g.block(b).insts.iter().filter(|i| i.op.flags().has_const()) {
            if let Some(flag) = used.get_mut(inst.arg as usize) {
                *flag = true;
            }
        }
    });
    if used.iter().all(|&u| u) {
        return;
    }
    let mut renumbered = vec![0; used.len()];
    let mut kept = 0;
    for (i, &is_used) in used.iter().enumerate() {
        if is_used {
            renumbered[i] = kept;
            kept += 1;
        }
    }
    let mut flags = used.iter();
    consts.list.retain(|_| flags.next().copied().unwrap_or(true));
    graph.each(|g, b| {
        for inst in g.block_mut(b).insts.iter_mut().filter(|i| i.op.flags().has_const()) {
            inst.arg = renumbered[inst.arg as usize];
        }
    });
}

/// Locals beyond this many are analysed inside each block alone.
const TRACKED: usize = 64;

/// Makes LOAD_FAST a LOAD_FAST_CHECK where the local may be unset.
pub(super) fn check_unset(graph: &mut Graph, nlocals: usize, nparams: usize) {
    if nlocals == 0 {
        return;
    }
    if nlocals > TRACKED {
        check_many(graph, nlocals);
    }
    let nlocals = nlocals.min(TRACKED);
    graph.clear_visited();
    let mut todo = Vec::new();
    let start = (nparams..nlocals).fold(0, |mask, i| mask | 1u64 << i);
    let entry = graph.entry;
    push(graph, &mut todo, entry, start);
    graph.each(|g, b| scan(g, b, &mut todo));
    while let Some(id) = todo.pop() {
        graph.block_mut(id).visited = false;
        scan(graph, id, &mut todo);
    }
}

fn push(graph: &mut Graph, todo: &mut Vec<BlockId>, id: BlockId, mask: u64) {
    let block = graph.block_mut(id);
    let both = block.unsafe_locals | mask;
    if both != block.unsafe_locals {
        block.unsafe_locals = both;
        if !block.visited {
            block.visited = true;
            todo.push(id);
        }
    }
}

fn scan(graph: &mut Graph, id: BlockId, todo: &mut Vec<BlockId>) {
    let mut mask = graph.block(id).unsafe_locals;
    for i in 0..graph.block(id).insts.len() {
        let inst = graph.block(id).insts[i];
        if let Some(handler) = inst.except {
            push(graph, todo, handler, mask);
        }
        if inst.arg as usize >= TRACKED {
            continue;
        }
        let bit = 1u64 << inst.arg;
        match inst.op {
            Opcode::DELETE_FAST | Opcode::LOAD_FAST_AND_CLEAR | Opcode::STORE_FAST_MAYBE_NULL => mask |= bit,
            Opcode::STORE_FAST | Opcode::LOAD_FAST_CHECK => mask &= !bit,
            Opcode::LOAD_FAST => {
                if mask & bit != 0 {
                    graph.block_mut(id).insts[i].op = Opcode::LOAD_FAST_CHECK;
                }
                mask &= !bit;
            }
            _ => {}
        }
    }
    let block = graph.block(id);
    let next = block.next.filter(|_| block.falls_through());
    let target = block.last().filter(|l| l.is_jump()).and_then(|l| l.target);
    for way in next.into_iter().chain(target) {
        push(graph, todo, way, mask);
    }
}

fn check_many(graph: &mut Graph, nlocals: usize) {
    // The number of the block in which each local is known to be set.
    let mut known = vec![0u32; nlocals - TRACKED];
    let mut number = 0;
    graph.each(|g, b| {
        number += 1;
        for inst in &mut g.block_mut(b).insts {
            let Some(i) = (inst.arg as usize).checked_sub(TRACKED).filter(|&i| i < known.len()) else {
                continue;
            };
            match inst.op {
                Opcode::DELETE_FAST | Opcode::LOAD_FAST_AND_CLEAR | Opcode::STORE_FAST_MAYBE_NULL => {
                    known[i] = number - 1;
                }
                Opcode::STORE_FAST => known[i] = number,
                Opcode::LOAD_FAST => {
                    if known[i] != number {
                        inst.op = Opcode::LOAD_FAST_CHECK;
                    }
                    known[i] = number;
                }
                _ => {}
            }
        }
    });
}

/// Joins two accesses to fast locals into one instruction.
pub(super) fn join_pairs(graph: &mut Graph) {
    graph.each(|g, b| {
        let insts = &mut g.block_mut(b).insts;
        for i in 0..insts.len().saturating_sub(1) {
            let joined = match (insts[i].op, insts[i + 1].op) {
                (Opcode::LOAD_FAST, Opcode::LOAD_FAST) => Opcode::LOAD_FAST_LOAD_FAST,
                (Opcode::STORE_FAST, Opcode::LOAD_FAST) => Opcode::STORE_FAST_LOAD_FAST,
                (Opcode::STORE_FAST, Opcode::STORE_FAST) => Opcode::STORE_FAST_STORE_FAST,
                _ => continue,
            };
            join(insts, i, joined);
        }
    });
    nops::remove_nops(graph);
}

fn join(insts: &mut [Inst], i: usize, op: Opcode) {
    let (first, second) = (insts[i], insts[i + 1]);
    let other_line = first.line() >= 0 && second.line() >= 0 && first.line() != second.line();
    if other_line || first.arg >= 16 || second.arg >= 16 {
        return;
    }
    insts[i].set(op, first.arg << 4 | second.arg);
    insts[i + 1].nop();
}
