//! Loops that carry objects which the trace has not made from round to round.
//!
//! The first round stands before the loop, as what is there at the entry is made. Where the recording comes to the loop's first
//! instruction again, the slots' values become the loop's, such an object's fields each by itself, and the next round is recorded. It
//! must leave the slots in the same form.

use crate::items::{Item, Kind, Life, Obj, Slot, Virtual, VirtualId};
use crate::layout;
use crate::recorder::{Recorded, Recorder};
use ir::ops::Op;
use ir::trace::{Arg, Const, Trace};
use jit::abort::Abort;
use objects::{Object, TypeObject};

/// What a slot, or a field of an object in one, has at the start of each round.
#[derive(Clone, PartialEq)]
pub enum Form {
    Null,
    Int,
    Float,
    Bool,
    Obj,
    Constant(Arg),
    Instance {
        class: *const TypeObject,
        shape: Option<(i32, u32)>,
        fields: Vec<(i32, Form)>,
    },
    Tuple(Vec<Form>),
    /// An object that has come before, by number.
    Same(usize),
}

/// Where a form is.
#[derive(Clone, Copy)]
enum Place {
    Slot(usize),
    Field(VirtualId, usize),
}

impl Recorder {
    /// Whether the loop is to carry an object that the trace has not made.
    pub fn carries_objects(&mut self) -> bool {
        let slots: Vec<u16> = self.entry.slots.iter().map(|slot| slot.0).collect();
        slots.into_iter().any(|index| matches!(self.top().slots[usize::from(index)].item, Item::Virtual(_)))
    }

    /// The next round begins, which is that of the loop.
    ///
    /// # Errors
    /// If a variable is of another kind than the loop's code expects.
    pub fn begin_round(&mut self) -> Recorded {
        self.note_work();
        let (forms, values) = self.take_apart()?;
        let phis: Vec<Arg> = values.iter().map(|&value| self.op(Op::phi, &[value])).collect();
        self.trace.push(Op::loop_, &[]);
        let (mut phis, mut before) = (phis.into_iter(), Vec::new());
        for (place, form) in forms.iter().enumerate() {
            let index = usize::from(self.entry.slots[place].0);
            let item = self.put_together(form, &mut phis, &mut before);
            self.top().slots[index] = Slot::held(item);
        }
        self.rounds.clear();
        self.round = Some(forms);
        self.here = None;
        Ok(())
    }

    /// The round has ended: the trace of the loop.
    ///
    /// # Errors
    /// If the slots are in another form than at its start.
    pub fn end_round(&mut self) -> Recorded<Trace> {
        let (forms, values) = self.take_apart()?;
        if self.round.as_ref() != Some(&forms) {
            return Err(Abort::Unstable);
        }
        let mut trace = self.trace.clone();
        trace.push(Op::jump, &values);
        Ok(trace)
    }

    /// Takes the values out of the slots that the loop carries; all others are in memory then.
    fn take_apart(&mut self) -> Recorded<(Vec<Form>, Vec<Arg>)> {
        let entry = self.entry.clone();
        if self.top().slots.len() != self.top().locals + entry.depth {
            return Err(Abort::LeftTrack);
        }
        // What may leave comes first.
        let mut values = Vec::new();
        for &(index, kind) in &entry.slots {
            let slot = usize::from(index);
            let item = self.held(slot, false);
            let value = match kind {
                Kind::Obj => Some(item).filter(|item| *item != Item::Null),
                Kind::Null => Some(item).filter(|item| *item == Item::Null),
                Kind::Int => self.int(slot).map(Item::Int),
                Kind::Float => self.float(slot).map(Item::Float),
            };
            let Some(value) = value else {
                let header = self.header;
                return Err(self.is_unstable(header, index, kind));
            };
            values.push((slot, value));
        }
        self.protect();
        let memory = self.top().memory.ok_or(Abort::LoudInlined)?;
        for index in 0..self.top().slots.len() {
            let taken = values.iter().any(|&(slot, _)| slot == index);
            if !taken && !self.top().slots[index].home {
                let value = self.give(index);
                self.store(memory, layout::local(index), value, layout::LOCALS);
                self.top().slots[index] = Slot::MEMORY;
            }
        }
        for &(slot, value) in &values {
            self.set(slot, value);
        }
        self.checks();
        let (mut parts, mut seen) = (Vec::new(), Vec::new());
        let forms =
            values.iter().map(|&(slot, _)| self.part(Place::Slot(slot), &mut seen, &mut parts)).collect();
        Ok((forms, parts))
    }

    fn place(&mut self, place: Place) -> Option<&mut Item> {
        match place {
            Place::Slot(index) => self.top().slots.get_mut(index).map(|slot| &mut slot.item),
            Place::Field(id, index) => self.virtuals[id.0 as usize].items_mut().nth(index),
        }
    }

    /// Takes out what is in the place, with references of its own.
    fn part(&mut self, place: Place, seen: &mut Vec<VirtualId>, parts: &mut Vec<Arg>) -> Form {
        let form = match self.place(place).map_or(Item::Null, |item| *item) {
            Item::Null | Item::Memory => Form::Null,
            Item::Int(value) => {
                parts.push(value);
                Form::Int
            }
            Item::Float(value) => {
                parts.push(value);
                Form::Float
            }
            Item::Bool(value) => {
                parts.push(value);
                Form::Bool
            }
            Item::Obj(id) => {
                let obj = *self.obj(id);
                if obj.life == Life::Forever && obj.val.konst().is_some() {
                    Form::Constant(obj.val)
                } else {
                    parts.push(self.give_reference(id));
                    Form::Obj
                }
            }
            Item::Virtual(id) => match seen.iter().position(|&known| known == id) {
                Some(number) => Form::Same(number),
                None => {
                    seen.push(id);
                    let count = self.virtual_of(id).items().count();
                    let forms: Vec<Form> =
                        (0..count).map(|index| self.part(Place::Field(id, index), seen, parts)).collect();
                    match self.virtual_of(id) {
                        Virtual::Instance { class, shape, fields } => Form::Instance {
                            class: *class,
                            shape: *shape,
                            fields: fields.iter().map(|field| field.0).zip(forms).collect(),
                        },
                        Virtual::Tuple(_) => Form::Tuple(forms),
                    }
                }
            },
        };
        if let Some(item) = self.place(place) {
            *item = Item::Null;
        }
        form
    }

    /// What the form is with these parts; `before` has the objects that have come.
    fn put_together(
        &mut self,
        form: &Form,
        parts: &mut impl Iterator<Item = Arg>,
        before: &mut Vec<Item>,
    ) -> Item {
        let mut next = || parts.next().unwrap_or(Arg::from(0));
        match form {
            Form::Null => Item::Null,
            Form::Int => Item::Int(next()),
            Form::Float => Item::Float(next()),
            Form::Bool => Item::Bool(next()),
            Form::Obj => {
                let val = next();
                self.add(Obj::new(val, 1, Life::Counted))
            }
            Form::Constant(Arg::Const(Const::P(bits))) => {
                // SAFETY: the recording keeps it.
                self.constant(unsafe { &*(*bits as *const Object) })
            }
            Form::Constant(_) => Item::Null,
            Form::Same(number) => before[*number],
            Form::Instance { class, shape, fields } => {
                let number = before.len();
                before.push(Item::Null);
                let fields = fields
                    .iter()
                    .map(|(place, form)| (*place, self.put_together(form, parts, before)))
                    .collect();
                // SAFETY: the recording keeps the class.
                let class = unsafe { &**class };
                before[number] = self.add_virtual(Virtual::Instance { class, shape: *shape, fields });
                before[number]
            }
            Form::Tuple(items) => {
                let number = before.len();
                before.push(Item::Null);
                let items = items.iter().map(|form| self.put_together(form, parts, before)).collect();
                before[number] = self.add_virtual(Virtual::Tuple(items));
                before[number]
            }
        }
    }
}
