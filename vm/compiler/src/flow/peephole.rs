//! Simplifications inside a block: constants, conditions, jumps to jumps, swaps.

use bytecode::code::Const;
use bytecode::opcodes::Opcode;

use crate::codegen::Consts;

use super::{BlockId, Graph, Inst};

/// Runs the simplifications on every block.
pub(super) fn optimize(graph: &mut Graph, consts: &mut Consts) {
    graph.each(|g, b| load_consts(&mut g.block_mut(b).insts, consts));
    graph.each(|g, b| {
        simplify(g, b, consts);
        swaps(&mut g.block_mut(b).insts);
    });
}

fn is_true(value: &Const) -> bool {
    match value {
        Const::None | Const::False => false,
        Const::True | Const::Ellipsis | Const::BigInt(_) | Const::Code(_) => true,
        Const::Int(n) => *n != 0,
        Const::Float(x) => *x != 0.0,
        Const::Complex { real, imag } => *real != 0.0 || *imag != 0.0,
        Const::Str(s) => !s.0.is_empty(),
        Const::Bytes(b) => !b.is_empty(),
        Const::Tuple(items) | Const::FrozenSet(items) => !items.is_empty(),
    }
}

/// What follows a LOAD_CONST may be known in advance.
fn load_consts(insts: &mut [Inst], consts: &mut Consts) {
    let (mut op, mut arg) = (Opcode::NOP, 0);
    let mut i = 0;
    while i < insts.len() {
        let inst = insts[i];
        let is_copy = op == Opcode::LOAD_CONST && inst.op == Opcode::COPY && inst.arg == 1;
        if !is_copy {
            (op, arg) = (inst.op, inst.arg);
        }
        if op == Opcode::LOAD_CONST
            && let Some(next) = insts.get(i + 1).map(|n| n.op)
            && let Some(value) = consts.list.get(arg as usize)
        {
            match next {
                Opcode::POP_JUMP_IF_FALSE | Opcode::POP_JUMP_IF_TRUE => {
                    let jumps = is_true(value) == (next == Opcode::POP_JUMP_IF_TRUE);
                    insts[i].nop();
                    if jumps {
                        insts[i + 1].op = Opcode::JUMP;
                    } else {
                        insts[i + 1].nop();
                        insts[i + 1].target = None;
                    }
                }
                Opcode::IS_OP if *value == Const::None => compare_with_none(insts, i),
                Opcode::RETURN_VALUE => {
                    insts[i].nop();
                    insts[i + 1].set(Opcode::RETURN_CONST, arg);
                    i += 1;
                }
                Opcode::TO_BOOL => {
                    let index = consts.add(Const::bool(is_true(value)));
                    insts[i].nop();
                    insts[i + 1].set(Opcode::LOAD_CONST, index);
                }
                _ => {}
            }
        }
        i += 1;
    }
}

/// `x is None` as a condition.
fn compare_with_none(insts: &mut [Inst], i: usize) {
    let mut jump = i + 2;
    if insts.get(jump).is_some_and(|n| n.op == Opcode::TO_BOOL) {
        insts[jump].nop();
        jump += 1;
    }
    let mut invert = insts[i + 1].arg != 0;
    match insts.get(jump).map(|n| n.op) {
        Some(Opcode::POP_JUMP_IF_FALSE) => invert = !invert,
        Some(Opcode::POP_JUMP_IF_TRUE) => {}
        _ => return,
    }
    insts[i].nop();
    insts[i + 1].nop();
    insts[jump].op = if invert { Opcode::POP_JUMP_IF_NOT_NONE } else { Opcode::POP_JUMP_IF_NONE };
}

fn simplify(graph: &mut Graph, id: BlockId, consts: &mut Consts) {
    let mut i = 0;
    while i < graph.block(id).insts.len() {
        let inst = graph.block(id).insts[i];
        let target = inst.target.and_then(|t| graph.block(t).insts.first().copied());
        let insts = &mut graph.block_mut(id).insts;
        let next = insts.get(i + 1).copied();
        let next_op = next.map(|n| n.op);
        match inst.op {
            Opcode::BUILD_TUPLE => build_tuple(insts, i, consts),
            Opcode::POP_JUMP_IF_NOT_NONE
            | Opcode::POP_JUMP_IF_NONE
            | Opcode::POP_JUMP_IF_FALSE
            | Opcode::POP_JUMP_IF_TRUE => {
                if let Some(target) = target.filter(|t| t.op == Opcode::JUMP)
                    && thread_jump(insts, i, &target, inst.op)
                {
                    continue;
                }
            }
            Opcode::JUMP | Opcode::JUMP_NO_INTERRUPT => {
                let op = match target.map(|t| t.op) {
                    Some(Opcode::JUMP) => Some(Opcode::JUMP),
                    Some(Opcode::JUMP_NO_INTERRUPT) => Some(inst.op),
                    _ => None,
                };
                if let (Some(op), Some(target)) = (op, target)
                    && thread_jump(insts, i, &target, op)
                {
                    continue;
                }
            }
            Opcode::STORE_FAST
                if next.is_some_and(|n| n.op == inst.op && n.arg == inst.arg && n.line() == inst.line()) =>
            {
                insts[i].set(Opcode::POP_TOP, 0);
            }
            Opcode::SWAP if inst.arg == 1 => insts[i].nop(),
            Opcode::LOAD_GLOBAL if next_op == Some(Opcode::PUSH_NULL) && inst.arg & 1 == 0 => {
                insts[i].arg |= 1;
                insts[i + 1].nop();
            }
            Opcode::COMPARE_OP
            | Opcode::CONTAINS_OP
            | Opcode::IS_OP
            | Opcode::TO_BOOL
            | Opcode::UNARY_NOT
                if next_op == Some(Opcode::TO_BOOL) =>
            {
                let bool_result = if inst.op == Opcode::COMPARE_OP { 16 } else { 0 };
                insts[i].nop();
                insts[i + 1].set(inst.op, inst.arg | bool_result);
            }
            Opcode::UNARY_NOT if next_op == Some(Opcode::UNARY_NOT) => {
                insts[i].nop();
                insts[i + 1].nop();
            }
            _ => {}
        }
        i += 1;
    }
}

/// A jump to a jump goes to where that one leads.
fn thread_jump(insts: &mut Vec<Inst>, i: usize, target: &Inst, op: Opcode) -> bool {
    if insts[i].target == target.target {
        return false;
    }
    insts[i].nop();
    insts[i].target = None;
    insts.push(Inst { target: target.target, ..Inst::new(op, 0, target.loc) });
    true
}

/// A tuple that is unpacked at once, or whose items are constants.
fn build_tuple(insts: &mut [Inst], i: usize, consts: &mut Consts) {
    let n = insts[i].arg as usize;
    let unpacked = insts.get(i + 1).is_some_and(|u| u.op == Opcode::UNPACK_SEQUENCE && u.arg as usize == n);
    match n {
        1 if unpacked => {
            insts[i].nop();
            insts[i + 1].nop();
            return;
        }
        2 | 3 if unpacked => {
            insts[i].nop();
            insts[i + 1].op = Opcode::SWAP;
            return;
        }
        _ => {}
    }
    let Some(start) = i.checked_sub(n) else { return };
    let items: Option<Vec<Const>> = insts[start..i]
        .iter()
        .map(|x| if x.op == Opcode::LOAD_CONST { consts.list.get(x.arg as usize).cloned() } else { None })
        .collect();
    if let Some(items) = items {
        let index = consts.add(Const::Tuple(items.into()));
        insts[start..i].iter_mut().for_each(Inst::nop);
        insts[i].set(Opcode::LOAD_CONST, index);
    }
}

// -------------------------------------------------------------------- swaps

fn swaps(insts: &mut [Inst]) {
    let mut i = 0;
    while i < insts.len() {
        if insts[i].op == Opcode::SWAP {
            i = shorten_swaps(insts, i);
            apply_swaps(insts, i);
        }
        i += 1;
    }
}

/// Replaces a run of SWAPs and NOPs by the shortest that does the same; answers the run's last index if it
/// changed anything, else the index it was given.
fn shorten_swaps(insts: &mut [Inst], start: usize) -> usize {
    let len = insts[start..].iter().take_while(|i| matches!(i.op, Opcode::SWAP | Opcode::NOP)).count();
    let run = &mut insts[start..start + len];
    let swaps = run.iter().filter(|i| i.op == Opcode::SWAP);
    if swaps.clone().count() < 2 {
        return start;
    }
    let depth = swaps.map(|i| i.arg as usize).max().unwrap_or(0);
    let mut stack: Vec<usize> = (0..depth).collect();
    for inst in run.iter().filter(|i| i.op == Opcode::SWAP) {
        stack.swap(0, inst.arg as usize - 1);
    }
    // Each cycle of the permutation is undone by swaps with the top, written from the end of the run.
    const DONE: usize = usize::MAX;
    let mut free = len;
    for i in 0..depth {
        if stack[i] == DONE || stack[i] == i {
            continue;
        }
        let mut j = i;
        loop {
            if j != 0 && free > 0 {
                free -= 1;
                run[free].set(Opcode::SWAP, j as u32 + 1);
            }
            if stack[j] == DONE {
                break;
            }
            j = std::mem::replace(&mut stack[j], DONE);
        }
    }
    run[..free].iter_mut().for_each(Inst::nop);
    start + len - 1
}

/// Instructions that may change places: they only store or drop the top of the stack.
fn is_swappable(op: Opcode) -> bool {
    matches!(op, Opcode::STORE_FAST | Opcode::STORE_FAST_MAYBE_NULL | Opcode::POP_TOP)
}

fn stores_to(inst: &Inst) -> Option<u32> {
    (inst.op != Opcode::POP_TOP && is_swappable(inst.op)).then_some(inst.arg)
}

/// The next swappable instruction, on the same line if one is given.
fn next_swappable(insts: &[Inst], after: usize, line: Option<i32>) -> Option<usize> {
    for (i, inst) in insts.iter().enumerate().skip(after + 1) {
        if line.is_some_and(|line| line >= 0 && inst.line() != line) {
            return None;
        }
        if inst.op != Opcode::NOP {
            return is_swappable(inst.op).then_some(i);
        }
    }
    None
}

/// Where stores follow a SWAP, exchanges the stores instead.
fn apply_swaps(insts: &mut [Inst], from: usize) {
    for i in (0..=from).rev() {
        let swap = insts[i];
        if swap.op != Opcode::SWAP {
            if swap.op == Opcode::NOP || is_swappable(swap.op) {
                continue;
            }
            return;
        }
        let Some(j) = next_swappable(insts, i, None) else { return };
        let line = insts[j].line();
        let mut k = j;
        for _ in 1..swap.arg {
            match next_swappable(insts, k, Some(line)) {
                Some(next) => k = next,
                None => return,
            }
        }
        let (store_j, store_k) = (stores_to(&insts[j]), stores_to(&insts[k]));
        if store_j.is_some() || store_k.is_some() {
            if store_j == store_k {
                return;
            }
            let between = insts[j + 1..k.max(j + 1)].iter().filter_map(stores_to);
            if between.into_iter().any(|s| Some(s) == store_j || Some(s) == store_k) {
                return;
            }
        }
        insts[i].nop();
        insts.swap(j, k);
    }
}
