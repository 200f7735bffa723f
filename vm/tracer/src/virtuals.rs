//! Objects that the program has made and the trace has not: new instances and tuples to which nothing but the recording's slots, and other
//! such objects, refer.
//!
//! Reading and writing their fields is a matter of the recording alone. One is made where somebody else is to have it: where it is
//! stored, passed to a helper, or taken into a loop; where nobody ever is, it costs nothing but what exits keep in mind, which make it if
//! they are taken. What it refers to is owned as if its fields were slots.

use crate::death;
use crate::helpers::Helper;
use crate::items::{Item, Life, Obj, ObjId, Virtual, VirtualId};
use crate::layout;
use crate::recorder::{Recorder, made, pointer_const};
use ir::trace::Slot as Saved;
use ir::trace::{Arg, Const, Val};
use objects::attrs::{self, inline};
use objects::types::tuple::methods::PyTuple_Type;
use objects::{Instance, TypeObject};
use rustc_hash::FxHashMap;

/// Items that a tuple may have.
pub const WIDEST: usize = 5;

impl Recorder {
    /// A new instance without attributes, which the interpreter makes as `object` makes its own; `None` if its end could run code.
    pub fn virtual_instance(&mut self, class: &'static TypeObject) -> Option<Item> {
        if !death::is_plain(class) {
            return None;
        }
        self.keep(class.as_object());
        let shape = match inline::layout_of(class) {
            // No object is asked where the class has no items.
            Some(layout) => {
                Some((attrs::fixed_word_offset(class.as_object(), class)? as i32, layout.root().word()))
            }
            None if class.tp_dictoffset.get() != 0 => return None,
            None => None,
        };
        Some(self.add_virtual(Virtual::Instance { class, shape, fields: Vec::new() }))
    }

    /// A new tuple.
    pub fn virtual_tuple(&mut self, items: Vec<Item>) -> Item {
        self.add_virtual(Virtual::Tuple(items))
    }

    pub(crate) fn add_virtual(&mut self, object: Virtual) -> Item {
        self.virtuals.push(object);
        Item::Virtual(VirtualId(self.virtuals.len() as u32 - 1))
    }

    /// The object.
    pub fn virtual_of(&self, id: VirtualId) -> &Virtual {
        &self.virtuals[id.0 as usize]
    }

    /// The items of the tuple in a slot, if it is one that the trace has not made.
    pub fn items_of(&mut self, slot: usize) -> Option<Vec<Item>> {
        match self.held(slot, true) {
            Item::Virtual(id) => match self.virtual_of(id) {
                Virtual::Tuple(items) => Some(items.clone()),
                Virtual::Instance { .. } => None,
            },
            _ => None,
        }
    }

    /// What is in a field of an instance.
    pub fn field(&self, id: VirtualId, offset: i32) -> Option<Item> {
        match self.virtual_of(id) {
            Virtual::Instance { fields, .. } => {
                fields.iter().find(|field| field.0 == offset).map(|field| field.1)
            }
            Virtual::Tuple(_) => None,
        }
    }

    /// Writes a field of an instance, whose shape becomes another if there is a `word`; what was in it before.
    pub fn set_field(&mut self, id: VirtualId, offset: i32, item: Item, word: Option<u32>) -> Option<Item> {
        self.here = None;
        let Virtual::Instance { shape, fields, .. } = &mut self.virtuals[id.0 as usize] else { return None };
        if let (Some(word), Some(shape)) = (word, shape) {
            shape.1 = word;
        }
        match fields.binary_search_by_key(&offset, |field| field.0) {
            Ok(place) => Some(core::mem::replace(&mut fields[place].1, item)),
            Err(place) => {
                fields.insert(place, (offset, item));
                None
            }
        }
    }

    /// The objects to which slots refer, directly or through each other.
    pub fn reachable(&self) -> Vec<VirtualId> {
        let mut found = Vec::new();
        if !self.virtuals.is_empty() {
            let slots = self.frames.iter().flat_map(|frame| &frame.slots);
            slots.for_each(|slot| self.reach(slot.item, &mut found));
        }
        found
    }

    fn reach(&self, item: Item, found: &mut Vec<VirtualId>) {
        let Item::Virtual(id) = item else { return };
        if !found.contains(&id) {
            found.push(id);
            self.virtual_of(id).items().for_each(|item| self.reach(item, found));
        }
    }

    /// Whether the item is the object or refers to it.
    pub fn refers(&self, item: Item, to: VirtualId) -> bool {
        let mut found = Vec::new();
        self.reach(item, &mut found);
        found.contains(&to)
    }

    /// Gives up what the object refers to, if nothing refers to the object any more.
    pub(crate) fn settle_virtual(&mut self, id: VirtualId) {
        if self.reachable().contains(&id) {
            return;
        }
        let mut items: Vec<Item> = self.virtual_of(id).items().collect();
        if let Virtual::Tuple(_) = self.virtual_of(id) {
            // The last one ends first.
            items.reverse();
        }
        items.into_iter().for_each(|item| self.settle(item));
    }

    /// Makes the object, to which a slot refers. It owns what it refers to; nobody owns it yet.
    pub(crate) fn make(&mut self, id: VirtualId) -> Item {
        let items: Vec<Item> = self.virtual_of(id).items().collect();
        for item in items {
            self.pointer_to(item);
        }
        let count = self.virtual_of(id).items().count();
        let values: Vec<Arg> = (0..count).map(|index| self.give_field(id, index)).collect();
        let object = core::mem::replace(&mut self.virtuals[id.0 as usize], Virtual::Tuple(Vec::new()));
        match object {
            Virtual::Instance { class, shape, fields } => {
                let (place, word) = shape.unwrap_or((0, 0));
                let class = pointer_const(class.as_object().as_ptr());
                let args = [class, Arg::from(i64::from(place)), Arg::from(i64::from(word))];
                let val = self.call(Helper::make_instance, &args);
                for ((offset, _), value) in fields.into_iter().zip(values) {
                    self.store(val, offset, value, layout::ATTR);
                }
                self.add(Obj::new(val, 0, Life::Counted))
            }
            Virtual::Tuple(_) => {
                let mut args = vec![Arg::from(count as i64)];
                args.extend(values);
                args.resize(1 + WIDEST, Arg::Const(Const::P(0)));
                let val = self.call(Helper::make_tuple, &args);
                let class = Some(&raw const PyTuple_Type);
                self.add(Obj { class, ..Obj::new(val, 0, Life::Counted) })
            }
        }
    }

    /// Takes what a field refers to out, with a reference of its own.
    fn give_field(&mut self, id: VirtualId, index: usize) -> Arg {
        let Some(Item::Obj(object)) = self.virtual_of(id).items().nth(index) else {
            return Arg::Const(Const::P(0));
        };
        let val = self.give_reference(object);
        if let Some(field) = self.virtuals[id.0 as usize].items_mut().nth(index) {
            *field = Item::Null;
        }
        val
    }

    /// Before anything may run that could change classes: instances are made.
    pub(crate) fn make_instances(&mut self) {
        for id in self.reachable() {
            if matches!(self.virtual_of(id), Virtual::Instance { .. }) {
                self.pointer_to(Item::Virtual(id));
            }
        }
    }

    /// What a snapshot's virtual is in a bridge. Those before it are there; `take` gives the operands in order.
    pub(crate) fn begin_virtual(
        &mut self,
        object: &ir::trace::Virtual,
        before: &[Item],
        begun: &mut Begun,
        take: &mut impl FnMut() -> Arg,
    ) -> Item {
        if object.desc == made::INSTANCE || object.desc == made::TUPLE {
            let args: Vec<Option<Arg>> =
                object.fields.iter().map(|field| matches!(field, Saved::Arg(_)).then(&mut *take)).collect();
            let head = if object.desc == made::INSTANCE { made::HEAD } else { 0 };
            let is_item = |place: usize| head == 0 || place >= head && (place - head) % 2 == 1;
            let mut items = Vec::new();
            for (place, (field, arg)) in object.fields.iter().zip(&args).enumerate() {
                if is_item(place) {
                    items.push(match (field, arg) {
                        (Saved::Virtual(n), _) => before[usize::from(*n)],
                        (_, Some(arg)) => self.begin_owned(field, *arg, begun),
                        _ => Item::Null,
                    });
                }
            }
            if head == 0 {
                return self.virtual_tuple(items);
            }
            let number = |place: usize| args[place].and_then(|arg| arg.konst()).map_or(0, Const::bits);
            // SAFETY: the compiled code keeps the class.
            let class = unsafe { &*(number(0) as *const TypeObject) };
            let shape = Some((number(1) as i32, number(2) as u32)).filter(|shape| shape.1 != 0);
            let places = (head..args.len()).step_by(2).map(|place| number(place) as i32);
            let fields = places.zip(items).collect();
            return self.add_virtual(Virtual::Instance { class, shape, fields });
        }
        let value = take();
        match object.desc {
            made::INT => Item::Int(value),
            made::FLOAT => Item::Float(value),
            made::BOOL => Item::Bool(value),
            _ if matches!(object.fields[..], [Saved::Arg(Arg::Const(_))]) => {
                self.add(Obj::new(value, 0, Life::Forever))
            }
            _ => {
                let first = object.fields.first().and_then(original);
                if let Some(known) = first.and_then(|first| begun.find(first)) {
                    return Item::Obj(known);
                }
                let is_owned = first.is_some_and(|first| begun.owned.contains(&first));
                if !is_owned {
                    self.count_up(value);
                }
                let id = self.begin_object(first, value, begun);
                self.obj(id).owned = u32::from(!is_owned);
                Item::Obj(id)
            }
        }
    }

    /// The object of which a place in the snapshot owns a reference.
    pub(crate) fn begin_owned(&mut self, saved: &Saved, arg: Arg, begun: &mut Begun) -> Item {
        let origin = original(saved);
        let known = origin.and_then(|origin| begun.find(origin));
        let id = known.unwrap_or_else(|| self.begin_object(origin, arg, begun));
        self.obj(id).owned += 1;
        Item::Obj(id)
    }

    fn begin_object(&mut self, origin: Option<Val>, arg: Arg, begun: &mut Begun) -> ObjId {
        let id = ObjId(self.objs.len() as u32);
        self.objs.push(Obj::new(arg, 0, Life::Counted));
        begun.objects.extend(origin.map(|origin| (origin, id)));
        id
    }

    /// Guards that an object of this class, which has a version, is as far as its class goes what it is now. Its own class cannot
    /// have changed.
    pub fn guard_class_version(&mut self, class: &TypeObject) {
        let address = pointer_const(class.as_object().as_ptr());
        let version = self.load(ir::ops::Op::ld_u32, address, layout::TYPE_VERSION, layout::VERSION);
        self.guard(ir::ops::Op::guard_eq, &[version, Arg::from(i64::from(class.tp_version_tag.get()))]);
    }
}

/// The objects of a bridge in the making, by what they are in the trace that was left: one value is one object, wherever it is.
#[derive(Default)]
pub(crate) struct Begun {
    /// What slots of frames own, which may be begun later.
    pub owned: Vec<Val>,
    pub objects: Vec<(Val, ObjId)>,
}

impl Begun {
    fn find(&self, origin: Val) -> Option<ObjId> {
        self.objects.iter().find(|object| object.0 == origin).map(|object| object.1)
    }
}

/// The value in a place of a snapshot, if it is no constant.
pub(crate) fn original(saved: &Saved) -> Option<Val> {
    match saved {
        Saved::Arg(arg) => arg.val(),
        _ => None,
    }
}

/// A snapshot's slots in the making.
pub struct Saving<'a> {
    pub recorder: &'a Recorder,
    /// How many of an object's references have been accounted for.
    pub used: FxHashMap<ObjId, u32>,
    pub made: Vec<ir::trace::Virtual>,
    /// Where the recording's objects are among those.
    pub places: Vec<(VirtualId, u16)>,
}

impl Saving<'_> {
    /// The item as an exit restores it.
    pub fn item(&mut self, item: Item) -> Saved {
        match item {
            Item::Null | Item::Memory => Saved::Arg(Arg::Const(Const::P(0))),
            Item::Int(value) => self.made(made::INT, vec![Saved::Arg(value)]),
            Item::Float(value) => self.made(made::FLOAT, vec![Saved::Arg(value)]),
            Item::Bool(value) => self.made(made::BOOL, vec![Saved::Arg(value)]),
            Item::Obj(id) => {
                let obj = &self.recorder.objs[id.0 as usize];
                let used = self.used.entry(id).or_default();
                *used += 1;
                if obj.life == Life::Counted && *used <= obj.owned {
                    Saved::Arg(obj.val)
                } else {
                    self.made(made::REFERENCE, vec![Saved::Arg(obj.val)])
                }
            }
            Item::Virtual(id) => {
                if let Some((_, place)) = self.places.iter().find(|place| place.0 == id) {
                    return Saved::Virtual(*place);
                }
                let recorder = self.recorder;
                let number = |number: i64| Saved::Arg(Arg::from(number));
                let (desc, fields) = match recorder.virtual_of(id) {
                    Virtual::Tuple(items) => {
                        (made::TUPLE, items.iter().map(|&item| self.item(item)).collect())
                    }
                    Virtual::Instance { class, shape, fields } => {
                        let (place, word) = shape.unwrap_or((0, 0));
                        let class = Saved::Arg(pointer_const(class.as_object().as_ptr()));
                        let mut all = vec![class, number(i64::from(place)), number(i64::from(word))];
                        for &(offset, item) in fields {
                            all.extend([number(i64::from(offset)), self.item(item)]);
                        }
                        (made::INSTANCE, all)
                    }
                };
                self.made.push(ir::trace::Virtual { desc, fields });
                let place = self.made.len() as u16 - 1;
                self.places.push((id, place));
                Saved::Virtual(place)
            }
        }
    }

    /// An object without an identity, which is made once.
    fn made(&mut self, desc: u32, fields: Vec<Saved>) -> Saved {
        let object = ir::trace::Virtual { desc, fields };
        let known = self.made.iter().position(|known| *known == object).unwrap_or_else(|| {
            self.made.push(object);
            self.made.len() - 1
        });
        Saved::Virtual(known as u16)
    }
}
