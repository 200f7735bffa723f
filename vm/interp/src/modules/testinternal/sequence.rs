//! `InstructionSequence`: the instructions of a unit of the compiler as an object.

use bytecode::line_table::Location;
use bytecode::opcodes::Opcode;
use compiler::stages::{Generated, Label, Sequence};
use core::cell::RefCell;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, raise};

/// The first argument that no instruction has.
const ARGUMENT_LIMIT: i32 = 1 << 30;
/// The first number that no label has.
const LABEL_LIMIT: usize = 1 << 20;

#[repr(C)]
#[derive(macros::Trace)]
pub struct InstructionSequence {
    ob_base: Object,
    #[trace(skip)]
    sequence: RefCell<Sequence>,
    /// The sequences of the units inside; empty where there was none.
    nested: Slot<List>,
}

impl InstructionSequence {
    /// The object of a sequence without any inside it.
    pub fn of(sequence: Sequence) -> Result<Ref<InstructionSequence>> {
        Ref::new(InstructionSequence {
            ob_base: Object::HEAD,
            sequence: RefCell::new(sequence),
            nested: Slot::empty(),
        })
    }

    /// The objects of what code generation made of a unit and of those inside it.
    pub fn of_generated(generated: Generated) -> Result<Ref<InstructionSequence>> {
        let object = InstructionSequence::of(generated.sequence)?;
        object.sequence.borrow_mut().apply_labels();
        for inner in generated.nested {
            object.push_nested(&*InstructionSequence::of_generated(inner)?)?;
        }
        Ok(object)
    }

    fn push_nested(&self, inner: &InstructionSequence) -> Result<()> {
        let list = match self.nested.get() {
            Some(list) => list,
            None => {
                let list = List::new()?;
                self.nested.set(Some(list.clone()));
                list
            }
        };
        list.push(inner.as_object().to_ref())
    }

    /// The instructions, their labels applied.
    pub fn instructions(&self) -> Sequence {
        let mut sequence = self.sequence.borrow_mut();
        sequence.apply_labels();
        sequence.clone()
    }
}

#[macros::pytype(name = "InstructionSequence", static_name = INSTRUCTION_SEQUENCE, gc)]
impl InstructionSequence {
    #[new("()")]
    fn new(_class: &objects::TypeObject) -> Result<Ref<InstructionSequence>> {
        InstructionSequence::of(Sequence::default())
    }

    /// The label stands before the next instruction.
    #[method("use_label($self, label, /)", unchecked)]
    fn use_label(&self, label: i32) -> Result<()> {
        let number = usize::try_from(label).ok().filter(|&number| number < LABEL_LIMIT);
        let Some(number) = number else {
            return Err(raise!(ValueError, "label {label} is out of range"));
        };
        let mut sequence = self.sequence.borrow_mut();
        while sequence.labels.len() <= number {
            sequence.label();
        }
        sequence.place(Label(number as u32));
        Ok(())
    }

    /// The places are taken in the order in which CPython's method takes them: line, last line, column, last column.
    #[method("addop($self, opcode, oparg, lineno, col_offset, end_lineno, end_col_offset, /)", unchecked)]
    fn addop(
        &self,
        opcode: i32,
        oparg: i32,
        lineno: i32,
        col_offset: i32,
        end_lineno: i32,
        end_col_offset: i32,
    ) -> Result<()> {
        let op = u16::try_from(opcode).ok().and_then(Opcode::from_number);
        let Some(op) = op else { return Err(raise!(ValueError, "invalid opcode {opcode}")) };
        if !(0..ARGUMENT_LIMIT).contains(&oparg) {
            return Err(raise!(ValueError, "invalid oparg {oparg}"));
        }
        let location =
            Location { line: lineno, end_line: col_offset, column: end_lineno, end_column: end_col_offset };
        self.sequence.borrow_mut().push(op, oparg as u32, location);
        Ok(())
    }

    /// A new label.
    #[method("new_label($self, /)", unchecked)]
    fn new_label(&self) -> Result<u32> {
        let mut sequence = self.sequence.borrow_mut();
        if sequence.labels.len() >= LABEL_LIMIT {
            return Err(raise!(ValueError, "too many labels"));
        }
        // 0 is never a new label's number, as in CPython.
        if sequence.labels.is_empty() {
            sequence.label();
        }
        Ok(sequence.label().0)
    }

    /// Adds the sequence of a unit inside this one.
    #[method("add_nested($self, nested, /)", unchecked)]
    fn add_nested(&self, nested: &Object) -> Result<()> {
        match nested.cast::<InstructionSequence>() {
            Some(nested) => self.push_nested(nested),
            None => {
                let class = nested.class().class().name();
                Err(raise!(TypeError, "expected an instruction sequence, not {class}"))
            }
        }
    }

    /// The sequences of the units inside this one.
    #[method("get_nested($self, /)", unchecked)]
    fn get_nested(&self) -> Result<Ref<List>> {
        self.nested.get().map_or_else(List::new, Ok)
    }

    /// A list of tuples: opcode, argument or None, line, last line, column, last column.
    #[method("get_instructions($self, /)", unchecked)]
    fn get_instructions(&self) -> Result<Ref<List>> {
        let sequence = self.instructions();
        let tuple = |op: Opcode, arg: u32, at: Location| -> Result<Ref> {
            let arg = match op.flags().has_arg() {
                true => new_int(arg.into())?.upcast(),
                false => none().to_ref(),
            };
            let mut items = vec![new_int(op.number().into())?.upcast(), arg];
            for place in [at.line, at.end_line, at.column, at.end_column] {
                items.push(new_int(place.into())?.upcast());
            }
            Ok(Tuple::from_vec(items)?.upcast())
        };
        let items = sequence.instructions.iter().map(|i| tuple(i.op, i.arg, i.loc));
        List::from_vec(items.collect::<Result<_>>()?)
    }
}
