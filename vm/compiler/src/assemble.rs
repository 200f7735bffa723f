//! From a finished graph to a code object: offsets, caches, extended arguments, tables (Python/assemble.c).

use std::rc::Rc;

use bytecode::code::{Code, Symbol, kinds};
use bytecode::exc_table;
use bytecode::line_table::{Location as Loc, Writer};
use bytecode::opcodes::Opcode;

use crate::codegen::Metadata;
use crate::flow::{BlockId, Flow, Graph};
use crate::fold::without_marks;
use crate::names::Names;

/// An instruction on its way into the code.
struct Inst {
    op: Opcode,
    arg: u32,
    loc: Loc,
    /// The index of the instruction a jump leads to.
    target: Option<usize>,
    handler: Option<Handler>,
    /// In code units.
    offset: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Handler {
    /// The index of its first instruction.
    index: usize,
    depth: u32,
    lasti: bool,
}

impl Inst {
    /// Code units: extended arguments, the instruction, its caches.
    fn size(&self) -> usize {
        let extended =
            usize::from(self.arg > 0xFF) + usize::from(self.arg > 0xFFFF) + usize::from(self.arg > 0xFF_FFFF);
        extended + 1 + self.op.caches()
    }
}

/// Makes the code object of a meta.
pub fn assemble(meta: Metadata, flow: Flow, flags: u32, names: &Names, filename: &Symbol) -> Rc<Code> {
    let mut insts = flatten(&flow.graph);
    resolve_jumps(&mut insts);
    let (localsplusnames, localspluskinds) = fast_locals(&meta, names);
    Rc::new(Code {
        argcount: meta.counts.posonly + meta.counts.args,
        posonlyargcount: meta.counts.posonly,
        kwonlyargcount: meta.counts.kwonly,
        stacksize: flow.stack_depth,
        flags,
        code: code_bytes(&insts).into(),
        linetable: location_table(&insts, meta.firstlineno).into(),
        exceptiontable: exception_table(&insts).into(),
        consts: meta.consts.list.into_iter().map(without_marks).collect(),
        names: meta.names.names().map(|n| names.text(n).clone()).collect(),
        localsplusnames: localsplusnames.into(),
        localspluskinds: localspluskinds.into(),
        filename: filename.clone(),
        name: names.text(meta.name).clone(),
        qualname: meta.qualname,
        firstlineno: meta.firstlineno,
    })
}

fn flatten(graph: &Graph) -> Vec<Inst> {
    let mut first = vec![0; graph.blocks.len()];
    let mut count = 0;
    for id in graph.order() {
        first[id.index()] = count;
        count += graph.block(id).insts.len();
    }
    let handler = |id: BlockId| {
        let block = graph.block(id);
        let lasti = block.preserve_lasti;
        let depth = block.start_depth.unwrap_or(0) - 1 - i32::from(lasti);
        Handler { index: first[id.index()], depth: depth.max(0) as u32, lasti }
    };
    let mut out = Vec::with_capacity(count);
    for id in graph.order() {
        for inst in &graph.block(id).insts {
            let target = inst.target.map(|t| first[t.index()]);
            let op = match (inst.op, target.is_some_and(|t| t > out.len())) {
                (Opcode::JUMP | Opcode::JUMP_NO_INTERRUPT, true) => Opcode::JUMP_FORWARD,
                (Opcode::JUMP, false) => Opcode::JUMP_BACKWARD,
                (Opcode::JUMP_NO_INTERRUPT, false) => Opcode::JUMP_BACKWARD_NO_INTERRUPT,
                (op, _) => op,
            };
            // Jumps start from the size that the target's index has as an argument, and so may keep an
            // EXTENDED_ARG that a fresh start would not need: as CPython's do.
            let arg = target.filter(|_| op.flags().has_jump()).map_or(inst.arg, |t| t as u32);
            out.push(Inst { op, arg, loc: inst.loc, target, handler: inst.except.map(handler), offset: 0 });
        }
    }
    out
}

/// Distances of jumps depend on the sizes of instructions, and those on the distances: repeats until nothing
/// grows.
fn resolve_jumps(insts: &mut [Inst]) {
    loop {
        let mut offset = 0;
        for inst in insts.iter_mut() {
            inst.offset = offset;
            offset += inst.size();
        }
        let mut changed = false;
        for i in 0..insts.len() {
            let Some(target) = insts[i].target.filter(|_| insts[i].op.flags().has_jump()) else { continue };
            let size = insts[i].size();
            let end = insts[i].offset + size;
            let to = insts.get(target).map_or(offset, |t| t.offset);
            insts[i].arg = end.abs_diff(to) as u32;
            changed |= insts[i].size() != size;
        }
        if !changed {
            return;
        }
    }
}

fn code_bytes(insts: &[Inst]) -> Vec<u8> {
    let mut code = Vec::with_capacity(insts.len() * 4);
    for inst in insts {
        for shift in [24, 16, 8] {
            if inst.arg >> shift != 0 {
                code.extend_from_slice(&[Opcode::EXTENDED_ARG.number() as u8, (inst.arg >> shift) as u8]);
            }
        }
        code.extend_from_slice(&[inst.op.number() as u8, inst.arg as u8]);
        code.extend(std::iter::repeat_n(0, inst.op.caches() * 2));
    }
    code
}

fn location_table(insts: &[Inst], first_line: i32) -> Vec<u8> {
    let mut writer = Writer::new(first_line);
    for run in insts.chunk_by(|a, b| a.loc == b.loc) {
        writer.push(run[0].loc, run.iter().map(Inst::size).sum());
    }
    writer.finish()
}

fn exception_table(insts: &[Inst]) -> Vec<u8> {
    let mut table = Vec::new();
    let same = |a: &Inst, b: &Inst| a.handler.map(|h| h.index) == b.handler.map(|h| h.index);
    for run in insts.chunk_by(same) {
        if let (Some(handler), Some(last)) = (run[0].handler, run.last()) {
            let target = insts.get(handler.index).map_or(0, |i| i.offset);
            let (start, end) = (run[0].offset as u32, (last.offset + last.size()) as u32);
            let entry = exc_table::Entry {
                start,
                end,
                target: target as u32,
                depth: handler.depth,
                lasti: handler.lasti,
            };
            exc_table::push(&mut table, entry);
        }
    }
    table
}

/// The names and kinds of the fast locals: locals, cells that are no locals, free variables.
fn fast_locals(meta: &Metadata, names: &Names) -> (Vec<Symbol>, Vec<u8>) {
    let (mut list, mut kind_list) = (Vec::new(), Vec::new());
    for name in meta.varnames.names() {
        let mut kind = kinds::LOCAL;
        if meta.fast_hidden.contains(name) {
            kind |= kinds::HIDDEN;
        }
        if meta.cellvars.get(name).is_some() {
            kind |= kinds::CELL;
        }
        list.push(names.text(name).clone());
        kind_list.push(kind);
    }
    let cells = meta.cellvars.names().filter(|&c| meta.varnames.get(c).is_none()).map(|c| (c, kinds::CELL));
    for (name, kind) in cells.chain(meta.freevars.names().map(|f| (f, kinds::FREE))) {
        list.push(names.text(name).clone());
        kind_list.push(kind);
    }
    (list, kind_list)
}
