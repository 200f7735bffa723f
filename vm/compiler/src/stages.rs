//! The compiler's passes one at a time, for those who look at what each of them makes: code generation, the
//! optimisation of the control-flow graph, assembly.

use std::rc::Rc;

use bytecode::code::{Code, Const, Symbol};
use bytecode::opcodes::Opcode;
use syntax::ast::Mod;
use syntax::{Arena, SyntaxError};

use crate::codegen::{Consts, Metadata};
use crate::error::WarningSink;
use crate::names::{Names, Numbering, OrderedMap};
use crate::{Options, assemble, flow};

pub use crate::codegen::{ArgCounts, Generated, Instruction, Label, Sequence};

/// The largest number that `SWAP` may have in a sequence made by hand; the compiler's own are small.
const DEEPEST_SWAP: u32 = 0xFFFF;

/// What a code object made by hand has beside its instructions. Each list of names is in the order of their numbers.
#[derive(Default, Debug)]
pub struct Description {
    pub name: String,
    pub qualname: String,
    pub counts: ArgCounts,
    pub firstlineno: i32,
    pub varnames: Vec<String>,
    pub cellvars: Vec<String>,
    pub freevars: Vec<String>,
    pub names: Vec<String>,
    /// Locals of inlined comprehensions.
    pub fast_hidden: Vec<String>,
    pub consts: Vec<Const>,
}

/// The instructions of a tree, as code generation leaves them.
pub fn generate<'a>(
    arena: &'a Arena,
    module: &'a Mod<'a>,
    filename: &str,
    options: Options,
    warn: WarningSink<'_>,
) -> Result<Generated, Box<SyntaxError>> {
    crate::compiler_of(arena, module, filename, options, warn)?.generate(module)
}

/// A sequence after the optimising passes; the constants become those that are used. `None` where an instruction
/// has an argument that it cannot have.
pub fn optimize(seq: &Sequence, consts: &mut Vec<Const>, nlocals: usize) -> Option<Sequence> {
    let count = consts.len();
    let fits = |i: &Instruction| match i.op {
        Opcode::SWAP => (1..=DEEPEST_SWAP).contains(&i.arg),
        op if op.flags().has_const() => (i.arg as usize) < count,
        _ => true,
    };
    if !seq.instructions.iter().all(fits) {
        return None;
    }
    let mut list = Consts::from_list(std::mem::take(consts));
    let optimized = flow::optimize_sequence(seq, &mut list, nlocals);
    *consts = list.list;
    Some(optimized)
}

/// The code object of a sequence, which is not optimised.
pub fn assemble(seq: &Sequence, description: Description, filename: &str) -> Rc<Code> {
    let mut names = Names::default();
    let mut numbered = |list: &[String], from: usize| {
        let mut numbering = Numbering::from(from);
        for name in list {
            numbering.number(names.intern(name));
        }
        numbering
    };
    let varnames = numbered(&description.varnames, 0);
    let cellvars = numbered(&description.cellvars, 0);
    let freevars = numbered(&description.freevars, cellvars.len());
    let globals = numbered(&description.names, 0);
    let mut fast_hidden = OrderedMap::default();
    for name in &description.fast_hidden {
        fast_hidden.insert(names.intern(name), true);
    }
    let meta = Metadata {
        name: names.intern(&description.name),
        qualname: description.qualname.into(),
        counts: description.counts,
        firstlineno: description.firstlineno,
        varnames,
        cellvars,
        freevars,
        names: globals,
        consts: Consts::from_list(description.consts),
        fast_hidden,
    };
    let flags = 0;
    let finished = flow::finish_sequence(seq, &meta, flags);
    assemble::assemble(meta, finished, flags, &names, &Symbol::from(filename))
}
