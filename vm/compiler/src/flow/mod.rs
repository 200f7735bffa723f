//! The control-flow graph of a unit, and what is done to it (Python/flowgraph.c).
//!
//! Instructions fall into basic blocks: one entry at the top, jumps and exits only at the bottom. The passes run in
//! CPython's order, for each sees what the ones before it left:
//! exception handlers are assigned; small exits are copied, unreachable code goes, lines are completed;
//! constants and jumps are simplified (`peephole`); unused constants go; loads of possibly unset locals
//! are marked and pairs are joined (`locals`); cold blocks move to the end (`layout`); lines are completed again.
//! `finish` then makes the graph concrete: stack depth, cells, directions of jumps.

use bytecode::line_table::Location as Loc;
use bytecode::opcodes::Opcode;

use crate::codegen::{Consts, Label, Metadata, Sequence, Unit};

mod finish;
mod layout;
mod lines;
mod locals;
mod nops;
mod peephole;
mod regions;

/// The number of a block in its graph.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlockId(u32);

impl BlockId {
    /// Its place in [`Graph::blocks`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An instruction in the graph.
#[derive(Clone, Copy, Debug)]
pub struct Inst {
    pub op: Opcode,
    pub arg: u32,
    pub loc: Loc,
    /// Where a jump or block push leads.
    pub target: Option<BlockId>,
    /// The handler of what this instruction raises.
    pub except: Option<BlockId>,
}

impl Inst {
    fn new(op: Opcode, arg: u32, loc: Loc) -> Inst {
        Inst { op, arg, loc, target: None, except: None }
    }

    /// Becomes another instruction at the same place.
    fn set(&mut self, op: Opcode, arg: u32) {
        self.op = op;
        self.arg = arg;
    }

    fn nop(&mut self) {
        self.set(Opcode::NOP, 0);
    }

    fn is_jump(&self) -> bool {
        self.op.flags().has_jump()
    }

    fn line(&self) -> i32 {
        self.loc.line
    }
}

/// A basic block.
#[derive(Debug, Default)]
pub struct Block {
    pub insts: Vec<Inst>,
    /// The block after this one in the code.
    pub next: Option<BlockId>,
    /// Something may jump here.
    labelled: bool,
    /// Ways in; see `remove_unreachable`.
    predecessors: u32,
    /// Stack depth at the top; `None` until it is known.
    pub start_depth: Option<i32>,
    visited: bool,
    is_handler: bool,
    /// The handler gets the offset of the raising instruction too.
    pub preserve_lasti: bool,
    cold: bool,
    warm: bool,
    /// Bit `i`: local `i` may be unset at the top.
    unsafe_locals: u64,
}

impl Block {
    fn last(&self) -> Option<&Inst> {
        self.insts.last()
    }

    fn exits_scope(&self) -> bool {
        self.last().is_some_and(|i| is_scope_exit(i.op))
    }

    fn falls_through(&self) -> bool {
        !self.last().is_some_and(|i| is_scope_exit(i.op) || is_unconditional_jump(i.op))
    }

    fn has_no_line(&self) -> bool {
        self.insts.iter().all(|i| i.line() < 0)
    }
}

/// The graph of a unit.
#[derive(Debug)]
pub struct Graph {
    pub blocks: Vec<Block>,
    pub entry: BlockId,
}

impl Graph {
    pub fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.0 as usize]
    }

    fn block_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.blocks[id.0 as usize]
    }

    /// The blocks in the order of the code.
    pub fn order(&self) -> impl Iterator<Item = BlockId> + '_ {
        std::iter::successors(Some(self.entry), |&b| self.block(b).next)
    }

    fn new_block(&mut self) -> BlockId {
        self.blocks.push(Block::default());
        BlockId(self.blocks.len() as u32 - 1)
    }

    /// Runs a step on every block in order. The step may add blocks behind the one it is given.
    fn each(&mut self, mut step: impl FnMut(&mut Graph, BlockId)) {
        let mut at = Some(self.entry);
        while let Some(id) = at {
            step(self, id);
            at = self.block(id).next;
        }
    }

    /// The instructions in order, with a label for each block.
    fn sequence(&self) -> Sequence {
        let mut seq = Sequence::default();
        let mut labels = vec![Label(0); self.blocks.len()];
        for id in self.order() {
            labels[id.index()] = seq.label();
        }
        for id in self.order() {
            seq.place(labels[id.index()]);
            for inst in &self.block(id).insts {
                let target = inst.target.filter(|_| inst.op.has_target());
                seq.push(inst.op, target.map_or(inst.arg, |target| labels[target.index()].0), inst.loc);
            }
        }
        seq.apply_labels();
        seq
    }

    fn clear_visited(&mut self) {
        self.each(|g, b| g.block_mut(b).visited = false);
    }

    /// This block, or the next one that has instructions.
    fn next_nonempty(&self, mut at: Option<BlockId>) -> Option<BlockId> {
        while let Some(id) = at {
            if !self.block(id).insts.is_empty() {
                return Some(id);
            }
            at = self.block(id).next;
        }
        None
    }
}

fn is_scope_exit(op: Opcode) -> bool {
    matches!(op, Opcode::RETURN_VALUE | Opcode::RETURN_CONST | Opcode::RAISE_VARARGS | Opcode::RERAISE)
}

fn is_unconditional_jump(op: Opcode) -> bool {
    matches!(
        op,
        Opcode::JUMP
            | Opcode::JUMP_NO_INTERRUPT
            | Opcode::JUMP_FORWARD
            | Opcode::JUMP_BACKWARD
            | Opcode::JUMP_BACKWARD_NO_INTERRUPT
    )
}

/// A finished graph.
pub struct Flow {
    pub graph: Graph,
    pub stack_depth: u32,
}

/// Builds, optimises and finishes the graph of a unit. Its constants become those that are used.
pub fn optimize(unit: &mut Unit<'_>, nparams: usize, flags: u32) -> Flow {
    let mut graph = build(&unit.seq);
    simplify(&mut graph, &mut unit.meta.consts, unit.meta.varnames.len(), nparams);
    concrete(graph, &unit.meta, flags)
}

/// A sequence after the optimising passes, without the finishing ones.
pub fn optimize_sequence(seq: &Sequence, consts: &mut Consts, nlocals: usize) -> Sequence {
    let mut graph = build(seq);
    simplify(&mut graph, consts, nlocals, 0);
    graph.sequence()
}

/// The finished graph of a sequence that nothing is optimised in.
pub fn finish_sequence(seq: &Sequence, meta: &Metadata, flags: u32) -> Flow {
    let mut graph = build(seq);
    regions::assign_handlers(&mut graph);
    concrete(graph, meta, flags)
}

fn simplify(graph: &mut Graph, consts: &mut Consts, nlocals: usize, nparams: usize) {
    regions::assign_handlers(graph);

    nops::inline_small_exits(graph);
    nops::remove_unreachable(graph);
    lines::resolve(graph);
    peephole::optimize(graph, consts);
    nops::remove_nops_and_pairs(graph);
    nops::remove_unreachable(graph);
    nops::remove_nops_and_jumps(graph);

    locals::remove_unused_consts(graph, consts);
    locals::check_unset(graph, nlocals, nparams);
    locals::join_pairs(graph);
    layout::move_cold_blocks(graph);
    lines::resolve(graph);
}

fn concrete(mut graph: Graph, meta: &Metadata, flags: u32) -> Flow {
    let stack_depth = finish::stack_depth(&mut graph);
    finish::prepare_cells(&mut graph, meta, flags);
    finish::replace_pseudo(&mut graph);
    finish::normalize_jumps(&mut graph);
    Flow { graph, stack_depth }
}

/// Cuts a sequence into blocks. Where it has no labels, jumps tell the indices of instructions.
fn build(seq: &Sequence) -> Graph {
    let mut graph = Graph { blocks: vec![Block::default()], entry: BlockId(0) };
    let count = seq.instructions.len();
    let index_of = |target: u32| match seq.labels.get(target as usize) {
        Some(&index) => index as usize,
        None if seq.labels.is_empty() => target as usize,
        None => count,
    };
    let mut is_target = vec![false; count + 1];
    for i in &seq.instructions {
        if i.op.has_target() {
            is_target[index_of(i.arg).min(count)] = true;
        }
    }
    let mut current = graph.entry;
    let mut block_of = vec![graph.entry; count + 1];
    for (i, inst) in seq.instructions.iter().enumerate() {
        let block = graph.block(current);
        let terminated = block.last().is_some_and(|l| l.is_jump() || is_scope_exit(l.op));
        if terminated || (is_target[i] && (block.labelled || !block.insts.is_empty())) {
            let next = graph.new_block();
            graph.block_mut(current).next = Some(next);
            current = next;
        }
        if is_target[i] {
            graph.block_mut(current).labelled = true;
            block_of[i] = current;
        }
        graph.block_mut(current).insts.push(Inst::new(inst.op, inst.arg, inst.loc));
    }
    for block in &mut graph.blocks {
        for inst in block.insts.iter_mut().filter(|i| i.op.has_target()) {
            inst.target = Some(block_of[index_of(inst.arg).min(count)]);
        }
    }
    graph
}
