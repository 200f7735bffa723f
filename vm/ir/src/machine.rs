//! The seam between the neutral compiler and a machine: registers, operand rules, and how placed ops become bytes.
//!
//! A backend implements [`Machine`]. Its knowledge is two tables, [`RegFile`] and [`Form`] per op, and one `emit`.
//! Everything that decides where values live is `place.rs`, once for all machines.

use crate::ops::{Op, Ty};
use crate::trace::{Const, Extra};
use std::fmt;

/// A register: integer registers are 0..32, floating ones 32..64, by the machine's own numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reg(pub u8);

impl Reg {
    /// The integer register of that number.
    pub const fn int(number: u8) -> Reg {
        Reg(number)
    }

    /// The floating register of that number.
    pub const fn float(number: u8) -> Reg {
        Reg(32 + number)
    }

    /// Whether it is a floating register.
    pub const fn is_float(self) -> bool {
        self.0 >= 32
    }

    /// The machine's own number for it.
    pub const fn number(self) -> u8 {
        self.0 & 31
    }
}

impl fmt::Debug for Reg {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}{}", if self.is_float() { 'd' } else { 'r' }, self.number())
    }
}

/// A set of registers.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct RegSet(pub u64);

impl RegSet {
    /// No register.
    pub const EMPTY: RegSet = RegSet(0);

    /// These registers.
    pub const fn of(regs: &[Reg]) -> RegSet {
        let mut bits = 0;
        let mut n = 0;
        while n < regs.len() {
            bits |= 1 << regs[n].0;
            n += 1;
        }
        RegSet(bits)
    }

    /// Whether `reg` is in it.
    pub const fn has(self, reg: Reg) -> bool {
        self.0 >> reg.0 & 1 == 1
    }

    /// Puts `reg` in.
    pub fn insert(&mut self, reg: Reg) {
        self.0 |= 1 << reg.0;
    }

    /// Takes `reg` out.
    pub fn remove(&mut self, reg: Reg) {
        self.0 &= !(1 << reg.0);
    }

    /// What is in either.
    pub const fn or(self, other: RegSet) -> RegSet {
        RegSet(self.0 | other.0)
    }

    /// What is in both.
    pub const fn and(self, other: RegSet) -> RegSet {
        RegSet(self.0 & other.0)
    }

    /// What is in this one only.
    pub const fn without(self, other: RegSet) -> RegSet {
        RegSet(self.0 & !other.0)
    }

    /// Whether nothing is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its registers, lowest first.
    pub fn iter(self) -> impl Iterator<Item = Reg> {
        let mut bits = self.0;
        std::iter::from_fn(move || {
            let lowest = (bits != 0).then(|| Reg(bits.trailing_zeros() as u8));
            bits &= bits.wrapping_sub(1);
            lowest
        })
    }
}

impl fmt::Debug for RegSet {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Where a value is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Loc {
    Reg(Reg),
    /// A spill slot of the trace's native frame, 8 bytes.
    Slot(u16),
    /// Nowhere: it is known.
    Const(Const),
}

impl Loc {
    /// The register, if it is one.
    pub fn reg(self) -> Option<Reg> {
        match self {
            Loc::Reg(reg) => Some(reg),
            _ => None,
        }
    }
}

impl fmt::Display for Loc {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Loc::Reg(reg) => write!(f, "{reg:?}"),
            Loc::Slot(slot) => write!(f, "[{slot}]"),
            Loc::Const(c) => write!(f, "{c}"),
        }
    }
}

/// Spill slots that every native frame has. Parameters of a root trace arrive in the first ones.
pub const SLOTS: u16 = 256;
/// The first of further slots, one per register, where a call out of line keeps the live registers.
pub const SAVE_SLOTS: u16 = SLOTS;
/// A slot for breaking cycles of moves through memory.
pub const CYCLE_SLOT: u16 = SAVE_SLOTS + 64;
/// All slots of a native frame; an even number, so that the stack stays aligned.
pub const FRAME_SLOTS: u16 = CYCLE_SLOT + 2;

/// The machine's registers and its C convention.
#[derive(Clone, Copy, Debug)]
pub struct RegFile {
    /// What the allocator may hand out, best first; never the scratch registers.
    pub ints: &'static [Reg],
    pub floats: &'static [Reg],
    /// One of each class for breaking cycles of moves; `emit` and `mov` may use them too.
    pub scratch_int: Reg,
    pub scratch_float: Reg,
    /// Where a call's arguments go, in order.
    pub int_args: &'static [Reg],
    pub float_args: &'static [Reg],
    pub int_result: Reg,
    pub float_result: Reg,
    /// Allocatable registers that a call destroys.
    pub volatile: RegSet,
}

/// Where an operand may be.
#[derive(Clone, Copy)]
pub struct Use {
    /// Only here, if given.
    pub fixed: Option<Reg>,
    /// Constants that the instruction can hold itself.
    pub imm: Option<fn(Const) -> bool>,
    /// Whether the instruction can read a spill slot or, for a double, a constant in memory.
    pub mem: bool,
}

impl Use {
    /// Any register of its class.
    pub const REG: Use = Use { fixed: None, imm: None, mem: false };

    /// This register.
    pub const fn fixed(reg: Reg) -> Use {
        Use { fixed: Some(reg), imm: None, mem: false }
    }

    /// Or one of these constants.
    pub const fn or_imm(self, imm: fn(Const) -> bool) -> Use {
        Use { imm: Some(imm), ..self }
    }

    /// Anywhere.
    pub const ANY: Use = Use { fixed: None, imm: Some(|_| true), mem: true };

    /// Or memory.
    pub const fn or_mem(self) -> Use {
        Use { mem: true, ..self }
    }
}

/// Where a result goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Def {
    None,
    /// Any register, which may be one that an operand just gave up.
    New,
    /// Any register that no operand is in: it is written before the operands are all read.
    Apart,
    /// The first operand's register, which the instruction overwrites.
    Same,
    Fixed(Reg),
}

/// An op's operand rules on a machine.
#[derive(Clone, Copy)]
pub struct Form {
    /// One per operand; the last stands for all further ones. Arguments of calls go by the convention instead.
    pub uses: &'static [Use],
    pub def: Def,
    /// Registers that are destroyed before the result is written. No operand that is not fixed may be in one.
    pub clobbers: RegSet,
}

/// A machine's tables, as the allocator sees them.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    pub regs: &'a RegFile,
    pub form: &'a dyn Fn(Op) -> Form,
}

/// An exit of a trace: the how manieth leaving instruction it belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ExitId(pub u32);

/// A place in the code that is not known yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label(pub u32);

/// A placed op, as `emit` gets it.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    pub op: Op,
    /// Where the operands are, as the op's [`Form`] allows.
    pub args: &'a [Loc],
    /// Where the result goes.
    pub result: Option<Reg>,
    pub extra: Extra,
    /// Where to go if the guard fails.
    pub exit: Option<Label>,
    /// For calls out of line: where the call is made, and where it comes back to.
    pub cold: Option<(Label, Label)>,
    /// For calls: the function.
    pub callee: u64,
}

/// Code in the making: bytes, labels, comments. Offsets count from `base`.
#[derive(Clone, Debug, Default)]
pub struct Buffer {
    pub bytes: Vec<u8>,
    /// The address that the first byte will have.
    pub base: u64,
    /// The address of the exit handler.
    pub handler: u64,
    labels: Vec<Option<isize>>,
    /// Jumps to be pointed at labels: where `Machine::patch` is told to work.
    fixups: Vec<(usize, Label)>,
    /// Doubles to be put after the code, each with its label.
    pub pool: Vec<(u64, Label)>,
    /// What is emitted at an offset, for dumps.
    pub comments: Vec<(usize, String)>,
}

impl Buffer {
    /// An empty buffer for that place.
    pub fn new(base: u64, handler: u64) -> Buffer {
        Buffer { base, handler, ..Buffer::default() }
    }

    /// The offset of the next byte.
    pub fn here(&self) -> usize {
        self.bytes.len()
    }

    /// A label that is nowhere yet.
    pub fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() as u32 - 1)
    }

    /// The label is here.
    pub fn bind(&mut self, label: Label) {
        self.bind_at(label, self.bytes.len() as isize);
    }

    /// The label is at that offset, which may be outside the code.
    pub fn bind_at(&mut self, label: Label, offset: isize) {
        self.labels[label.0 as usize] = Some(offset);
    }

    /// Where the label is, if it is in the code.
    pub fn place(&self, label: Label) -> Option<usize> {
        self.labels[label.0 as usize].and_then(|offset| usize::try_from(offset).ok())
    }

    /// The jump that `Machine::patch` knows by the offset `at` shall go to the label.
    pub fn refer(&mut self, at: usize, label: Label) {
        self.fixups.push((at, label));
    }

    /// The offsets of all jumps to labels, with the label.
    pub fn fixups(&self) -> impl Iterator<Item = (usize, Label)> {
        self.fixups.iter().copied()
    }

    /// The label of that double in the pool.
    pub fn pooled(&mut self, bits: u64) -> Label {
        if let Some(&(_, label)) = self.pool.iter().find(|entry| entry.0 == bits) {
            return label;
        }
        let label = self.label();
        self.pool.push((bits, label));
        label
    }

    /// Puts the pool's doubles after the code.
    pub fn lay_out_pool(&mut self) {
        let pool = std::mem::take(&mut self.pool);
        if !pool.is_empty() {
            self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        }
        for (bits, label) in pool {
            self.bind(label);
            self.bytes.extend(bits.to_le_bytes());
        }
    }

    /// Points all jumps at their labels.
    ///
    /// # Errors
    /// If one cannot reach.
    pub fn resolve<M: Machine>(&mut self) -> Result<(), OutOfReach> {
        for (at, label) in std::mem::take(&mut self.fixups) {
            let to = self.labels[label.0 as usize].ok_or(OutOfReach)?;
            M::patch(&mut self.bytes, at, to)?;
        }
        Ok(())
    }
}

/// A jump's target is farther away than the instruction can say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfReach;

/// What a machine tells the shared allocator, and how a placed op becomes bytes.
///
/// An implementor is the description (its processor's extensions) and holds no code: that is in the [`Buffer`].
pub trait Machine {
    /// For messages and dumps.
    const NAME: &'static str;
    const REGS: RegFile;
    /// Whether this process can run the code.
    const NATIVE: bool;

    /// The op's operand rules: a table.
    fn form(&self, op: Op) -> Form;

    /// The op's instructions; its operands are placed as its form says.
    fn emit(&self, code: &mut Buffer, at: &Placed);

    /// Every move, spill, reload and constant; between two slots too.
    fn mov(&self, code: &mut Buffer, ty: Ty, to: Loc, from: Loc);

    /// A jump to a label.
    fn jump(&self, code: &mut Buffer, to: Label);

    /// A call of a C function whose arguments are in place.
    fn call(&self, code: &mut Buffer, address: u64);

    /// The stub of an exit: its number to the exit handler. Long enough to be overwritten by [`Machine::leap`].
    fn exit(&self, code: &mut Buffer, number: u32);

    /// Padding before a loop's head.
    fn align_loop(&self, code: &mut Buffer);

    /// The function that enters traces; see `exits.rs` for its signature.
    fn trampoline(&self, code: &mut Buffer);

    /// What exits jump to: saves all registers, tells the caller of the trampoline, and returns from it.
    fn handler(&self, code: &mut Buffer);

    /// Points the jump at offset `at` of `code` to offset `to`, which may be outside it.
    ///
    /// # Errors
    /// If it cannot reach.
    fn patch(code: &mut [u8], at: usize, to: isize) -> Result<(), OutOfReach>;

    /// The instructions of `code`, which is at `base`, as text: offset and text of each. Nothing where there is no disassembler.
    fn disassemble(_code: &[u8], _base: u64) -> Vec<(usize, String)> {
        Vec::new()
    }

    /// Writes a jump to offset `to` over what is at offset `at` (an exit's stub).
    ///
    /// # Errors
    /// If it cannot reach.
    fn leap(code: &mut [u8], at: usize, to: isize) -> Result<(), OutOfReach>;
}
