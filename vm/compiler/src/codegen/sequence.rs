//! The instructions of a unit in the making, with labels for jump targets.

use bytecode::line_table::Location as Loc;
use bytecode::opcodes::Opcode;

/// A place to jump to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label(pub u32);

/// An instruction. The argument of a jump or block push is a label's number.
#[derive(Clone, Copy, Debug)]
pub struct Instruction {
    pub op: Opcode,
    pub arg: u32,
    pub loc: Loc,
}

/// A list of instructions.
#[derive(Clone, Default, Debug)]
pub struct Sequence {
    pub instructions: Vec<Instruction>,
    /// For each label the index of the instruction it stands before.
    pub labels: Vec<u32>,
}

impl Sequence {
    /// Appends an instruction.
    pub fn push(&mut self, op: Opcode, arg: u32, loc: Loc) {
        self.instructions.push(Instruction { op, arg, loc });
    }

    /// Puts an instruction in front of all others.
    pub fn insert_first(&mut self, op: Opcode, arg: u32, loc: Loc) {
        self.instructions.insert(0, Instruction { op, arg, loc });
        self.labels.iter_mut().for_each(|index| *index = index.saturating_add(1));
    }

    /// A new label, not placed yet.
    pub fn label(&mut self) -> Label {
        self.labels.push(u32::MAX);
        Label(self.labels.len() as u32 - 1)
    }

    /// The label stands before the next instruction.
    pub fn place(&mut self, label: Label) {
        self.labels[label.0 as usize] = self.instructions.len() as u32;
    }

    /// Makes the arguments of jumps and block pushes the indices of the instructions they lead to, and forgets
    /// the labels.
    pub fn apply_labels(&mut self) {
        if self.labels.is_empty() {
            return;
        }
        let count = self.instructions.len() as u32;
        for instruction in self.instructions.iter_mut().filter(|i| i.op.has_target()) {
            instruction.arg =
                self.labels.get(instruction.arg as usize).map_or(count, |&index| index.min(count));
        }
        self.labels.clear();
    }
}
